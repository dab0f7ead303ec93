//! A draft becomes the bytes of a table. The same draft gives the same bytes, in whatever order its
//! rows stand.

mod main_layer;
mod operators;
mod records;

use std::collections::BTreeSet;

use crate::{
    Draft, EpochDraft, TableError,
    flatten::Stretch,
    format::{Collector, EpochMeta, ListMeta, Main, Meta, Writer, limits},
    operator_names,
    range::{Family, Range},
    registries, special,
};
use operators::Operators;

impl Draft {
    /// The table as bytes: the same draft gives the same bytes.
    ///
    /// # Errors
    /// Where the draft cannot be a table: too many epochs or lists, or a data set that is not
    /// described.
    pub fn encode(&self) -> Result<Vec<u8>, TableError> {
        let mut epochs: Vec<&EpochDraft> = self.epochs.iter().collect();
        epochs.sort_by_key(|epoch| epoch.day);
        self.check(&epochs)?;
        let mut words = Collector::default();
        let operators = Operators::new(self, &epochs, &mut words);
        let mut out = Writer::default();
        let main = main_layer::write(self, &epochs, &operators, &mut out);
        out.meta(&self.meta(&epochs, &operators, main));
        operators.write(&mut out);
        records::write(self, &mut words, &mut out);
        out.text(&words, &operators.names);
        Ok(out.finish())
    }

    fn check(&self, epochs: &[&EpochDraft]) -> Result<(), TableError> {
        let wrong = |why: String| Err(TableError::Draft(why));
        if epochs.len() > limits::EPOCHS_LIMIT {
            return wrong(format!(
                "{} epochs are more than {}",
                epochs.len(),
                limits::EPOCHS_LIMIT
            ));
        }
        if let Some(pair) = epochs.windows(2).find(|pair| pair[0].day == pair[1].day) {
            return wrong(format!("two epochs of {}", pair[0].day));
        }
        if self.lists.len() > limits::LISTS_LIMIT {
            return wrong(format!("more than {} lists", limits::LISTS_LIMIT));
        }
        let known: BTreeSet<&str> = self.data_sets.iter().map(|set| set.name.as_str()).collect();
        let missing = self.named_data_sets().find(|name| !known.contains(name));
        missing.map_or(Ok(()), |name| wrong(format!("data set '{name}' is not described")))
    }

    /// The data sets that the parts of the draft name.
    fn named_data_sets(&self) -> impl Iterator<Item = &str> {
        let parts = [
            (self.countries.is_empty(), &self.country_data_set),
            (self.places.is_empty(), &self.place_data_set),
            (self.registrants.is_empty(), &self.registrant_data_set),
            (self.route_origins.is_empty(), &self.route_origin_data_set),
            (self.organisations.is_empty(), &self.organisation_data_set),
            (self.states.is_empty(), &self.state_data_set),
        ];
        let parts = parts.into_iter().filter(|(empty, _)| !empty).map(|(_, name)| name.as_str());
        let contacts = self.contacts.iter().map(|draft| match draft.contact.data_set.as_str() {
            "" => self.contact_data_set.as_str(),
            name => name,
        });
        let epochs = self.epochs.iter().map(|epoch| epoch.data_set.as_str());
        let lists = self.lists.iter().map(|list| list.data_set.as_str());
        parts.chain(contacts).chain(epochs).chain(lists)
    }

    fn meta(&self, epochs: &[&EpochDraft], operators: &Operators, main: Main) -> Meta {
        let mut data_sets = self.data_sets.clone();
        if !epochs.is_empty() {
            data_sets.push(operator_names::data_set(operators.named));
        }
        data_sets.push(special::data_set());
        data_sets.extend(registries::data_sets());
        let epoch =
            |epoch: &&EpochDraft| EpochMeta { day: epoch.day, data_set: epoch.data_set.clone() };
        let lists = self.lists.iter().map(|list| ListMeta {
            name: list.name.clone(),
            kind: list.kind,
            data_set: list.data_set.clone(),
            from: list.from,
            until: list.until,
        });
        Meta {
            main,
            epochs: epochs.iter().map(epoch).collect(),
            country_data_set: self.country_data_set.clone(),
            place_data_set: self.place_data_set.clone(),
            registrant_data_set: self.registrant_data_set.clone(),
            route_origin_data_set: self.route_origin_data_set.clone(),
            organisation_data_set: self.organisation_data_set.clone(),
            contact_data_set: self.contact_data_set.clone(),
            state_data_set: self.state_data_set.clone(),
            lists: lists.collect(),
            states: operators.states.clone(),
            data_sets,
        }
    }
}

/// Rows made flat for each family in turn.
fn by_family(
    rows: &[(Range, u32)],
    mut flatten: impl FnMut(&[(Range, u32)]) -> Vec<Stretch>,
) -> [Vec<Stretch>; 2] {
    [Family::V4, Family::V6].map(|family| {
        let rows: Vec<_> =
            rows.iter().copied().filter(|(range, _)| range.family == family).collect();
        flatten(&rows)
    })
}

/// A position as a number that leaves 0 for "none".
fn reference(at: usize) -> u32 {
    u32::try_from(at + 1).expect("positions are numbered in 32 bits")
}
