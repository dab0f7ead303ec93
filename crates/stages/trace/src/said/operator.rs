//! What one table says of an operator: names, organisations, state, lists, contacts.

use bakas_model::{NetworkKind, Timestamp};

use super::{ContactSaid, ListSaid, OrganisationSaid, SaidOfOperator, StateSaid};
use crate::{draft::ContactOf, format::kind_of_code, table::country as country_of};

impl<'a> SaidOfOperator<'a> {
    /// Its name at a time: that of the epoch that answers for it, else that of the newest epoch that
    /// names it.
    #[must_use]
    pub fn name(&self, at: Timestamp) -> Option<&'a str> {
        self.name_at(self.table.epoch_at(at)?)
    }

    /// The same for an epoch by its position.
    #[must_use]
    pub fn name_at(&self, epoch: usize) -> Option<&'a str> {
        self.table.name_at(self.position?, epoch)
    }

    /// The organisations that run it, as the source has them.
    pub fn organisations(&self) -> impl Iterator<Item = OrganisationSaid<'a>> + use<'a> {
        let (table, records) = (self.table, &self.table.records);
        let rows = records.organisation[0].equal(table.bytes(), self.asn.0);
        rows.map(move |row| {
            let [_, name, parent, country, kind] =
                records.organisation.map(|column| column.get(table.bytes(), row));
            let texts = table.texts();
            OrganisationSaid {
                organisation: texts.get(name),
                parent: (parent > 0).then(|| texts.get(parent)),
                country: country_of(country),
                kind: kind.checked_sub(1).and_then(kind_of_code),
                data_set: &table.meta.organisation_data_set,
            }
        })
    }

    /// The state that owns it, wholly or in part.
    #[must_use]
    pub fn state(&self) -> Option<StateSaid<'a>> {
        let at = (self.table.trait_of(self.position?).state as usize).checked_sub(1)?;
        let state = self.table.meta.states.get(at)?;
        Some(StateSaid { state, data_set: &self.table.meta.state_data_set })
    }

    /// The lists that name the operator, whatever their dates.
    pub fn lists(&self) -> impl Iterator<Item = ListSaid<'a>> + use<'a> {
        let mask = self.position.map_or(0, |at| self.table.trait_of(at).lists);
        self.table.lists_of(mask)
    }

    /// What the operator's name plainly says of the kind of network, by our own rules.
    #[must_use]
    pub fn kind_by_name(&self, at: Timestamp) -> NetworkKind {
        let asked = self.position.zip(self.table.epoch_at(at));
        asked.map_or(NetworkKind::Unknown, |(at, epoch)| self.table.kind_by_name(at, epoch))
    }

    /// Whom to ask about it.
    pub fn contacts(&self) -> impl Iterator<Item = ContactSaid<'a>> + use<'a> {
        let (table, asn) = (self.table, self.asn);
        let before = table.records.contact_range[0].len();
        let rows = table.records.contact_asn.equal(table.bytes(), asn.0);
        rows.map(move |at| table.contact(before + at, ContactOf::Asn(asn.0)))
    }
}
