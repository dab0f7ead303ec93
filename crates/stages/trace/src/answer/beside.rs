//! What one source says beside the origin: registrant, organisation, place. Of several sources the
//! one nearest in time; the others stand in the views.

use bakas_model::{
    Asn,
    network::{Organisation, Place, Registrant, Told},
};

use super::Asked;
use crate::{OrganisationSaid, PlaceSaid, RegistrantSaid};

/// To whom a registry gave the block.
pub(super) fn registrant(asked: &Asked<'_>) -> Option<Told<Registrant>> {
    let (said, date) = asked.first(|named, said| {
        let said = said.registrant()?;
        Some((said, named.day_of(said.data_set)))
    })?;
    Some(Told { said: registrant_of(&said), data_set: said.data_set.to_owned(), date })
}

/// The organisation behind an operator.
pub(super) fn organisation(asked: &Asked<'_>, asn: Option<Asn>) -> Option<Told<Organisation>> {
    let asn = asn?;
    let (said, date) = asked.first(|named, _| {
        let said = named.table.said_of(asn).organisations().next()?;
        Some((said, named.day_of(said.data_set)))
    })?;
    Some(Told { said: organisation_of(&said), data_set: said.data_set.to_owned(), date })
}

/// Where a geolocation places it.
pub(super) fn place(asked: &Asked<'_>) -> Option<Told<Place>> {
    let (said, date) = asked.first(|named, said| {
        let said = said.place()?;
        Some((said, named.day_of(said.data_set)))
    })?;
    Some(Told { said: place_of(&said), data_set: said.data_set.to_owned(), date })
}

pub(super) fn registrant_of(said: &RegistrantSaid<'_>) -> Registrant {
    Registrant {
        registry: said.registry.to_owned(),
        status: said.status.to_owned(),
        date: said.date,
        holder: said.holder.to_owned(),
    }
}

pub(super) fn organisation_of(said: &OrganisationSaid<'_>) -> Organisation {
    Organisation {
        name: said.organisation.to_owned(),
        parent: said.parent.map(str::to_owned),
        country: said.country,
        kind: said.kind,
    }
}

pub(super) fn place_of(said: &PlaceSaid<'_>) -> Place {
    Place { country: said.country, region: said.region.to_owned(), city: said.city.to_owned() }
}
