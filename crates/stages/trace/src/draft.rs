//! What a table is made from, before it becomes bytes. Where the data come from, and how their
//! files look, is the affair of whoever fills a draft.

use std::net::IpAddr;

use bakas_model::{
    Country, DataSet, Day, NetworkKind,
    network::{Contact, Place, Registrant, StateOwned},
};
use ipnet::IpNet;

use crate::range::Range;

/// Everything that goes into a table. The order of rows and lists of networks does not matter; every
/// part may be empty. The data set of a part is named where the part has anything in it.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    /// Origins of all addresses at some dates.
    pub epochs: Vec<EpochDraft>,
    /// Where blocks are registered.
    pub countries: Vec<(Range, Country)>,
    /// The data set that says so.
    pub country_data_set: String,
    /// Where addresses are said to be used.
    pub places: Vec<(Range, Place)>,
    /// The data set that says so.
    pub place_data_set: String,
    /// To whom blocks are registered.
    pub registrants: Vec<(Range, Registrant)>,
    /// The data set that says so.
    pub registrant_data_set: String,
    /// Who may announce what, as signed by the holders.
    pub route_origins: Vec<RouteOrigin>,
    /// The data set that says so.
    pub route_origin_data_set: String,
    /// Which organisations run the operators.
    pub organisations: Vec<OrganisationDraft>,
    /// The data set that says so.
    pub organisation_data_set: String,
    /// Whom to ask.
    pub contacts: Vec<ContactDraft>,
    /// The data set that says so.
    pub contact_data_set: String,
    /// Lists of addresses and operators.
    pub lists: Vec<ListDraft>,
    /// Operators that states own.
    pub states: Vec<StateDraft>,
    /// The data set that says so.
    pub state_data_set: String,
    /// All data sets named above.
    pub data_sets: Vec<DataSet>,
}

/// Who announced which addresses at a date.
#[derive(Clone, Debug, Default)]
pub struct EpochDraft {
    /// The date.
    pub day: Day,
    /// The data set that says so.
    pub data_set: String,
    /// Rows; where they overlap, the more specific one counts.
    pub rows: Vec<OriginRow>,
}

/// One row of an epoch.
#[derive(Clone, Debug)]
pub struct OriginRow {
    /// The addresses.
    pub range: Range,
    /// Who announced them.
    pub asn: u32,
    /// That operator's name.
    pub operator: String,
}

/// A list of addresses, of operators, or of both.
#[derive(Clone, Debug, Default)]
pub struct ListDraft {
    /// Its name, as answers show it.
    pub name: String,
    /// What being on it says of the kind of network, if anything.
    pub kind: Option<NetworkKind>,
    /// The data set it belongs to.
    pub data_set: String,
    /// The addresses on it.
    pub networks: Vec<IpNet>,
    /// The operators on it.
    pub asns: Vec<u32>,
    /// The first day for which the list speaks, where it is dated.
    pub from: Option<Day>,
    /// The last day for which the list speaks, where it is dated.
    pub until: Option<Day>,
}

/// A route origin authorisation (RFC 9582): this operator may announce this block, and parts of it
/// down to that length.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RouteOrigin {
    /// The block.
    pub net: IpNet,
    /// The operator; 0 says that nobody may (RFC 7607).
    pub asn: u32,
    /// The longest prefix that is authorised.
    pub max_length: u8,
}

/// The organisation that runs an operator.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct OrganisationDraft {
    /// The operator.
    pub asn: u32,
    /// The organisation's name.
    pub organisation: String,
    /// The organisation that it belongs to.
    pub parent: Option<String>,
    /// Where it is registered.
    pub country: Option<Country>,
    /// What kind of network the source says it is.
    pub kind: Option<NetworkKind>,
}

/// What a contact is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ContactOf {
    /// Some addresses.
    Range(Range),
    /// An operator.
    Asn(u32),
    /// A country.
    Country(Country),
}

/// Whom to ask about something. Where the contact names no data set, the draft's stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactDraft {
    /// What it is for.
    pub of: ContactOf,
    /// The contact.
    pub contact: Contact,
}

/// An operator that a state owns.
#[derive(Clone, Debug)]
pub struct StateDraft {
    /// The operator.
    pub asn: u32,
    /// The owner.
    pub state: StateOwned,
}

impl OriginRow {
    /// A row from its ends; `None` where they are no range.
    #[must_use]
    pub fn new(first: IpAddr, last: IpAddr, asn: u32, operator: &str) -> Option<Self> {
        let range = Range::new(first, last)?;
        Some(Self { range, asn, operator: operator.to_owned() })
    }
}
