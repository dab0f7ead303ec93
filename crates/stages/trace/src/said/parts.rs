//! The parts of what a table says, each with the data set that says it. Plain data, borrowed.

use bakas_model::{
    Asn, Country, Day, NetworkKind,
    network::{ContactRole, StateOwned},
};
use ipnet::IpNet;

use crate::draft::ContactOf;

/// A block that IANA sets apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SetApart {
    /// Its name, with the RFC.
    pub name: &'static str,
    /// The block.
    pub net: IpNet,
    /// Whether it can be met on the public Internet all the same.
    pub reachable: bool,
}

/// Where the block of an address is registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Registration<'a> {
    /// The country.
    pub country: Country,
    /// The data set that says so.
    pub data_set: &'a str,
}

/// Where an address is said to be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlaceSaid<'a> {
    /// The country.
    pub country: Option<Country>,
    /// The region; may be empty.
    pub region: &'a str,
    /// The city; may be empty.
    pub city: &'a str,
    /// The data set that says so.
    pub data_set: &'a str,
}

/// To whom the block of an address is registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RegistrantSaid<'a> {
    /// The registry.
    pub registry: &'a str,
    /// What it says of the block.
    pub status: &'a str,
    /// When it was given.
    pub date: Option<Day>,
    /// The holder; may be empty.
    pub holder: &'a str,
    /// The largest block around the address with the very same registration.
    pub net: IpNet,
    /// The data set that says so.
    pub data_set: &'a str,
}

/// An authorisation that covers an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RouteOriginSaid<'a> {
    /// The block.
    pub net: IpNet,
    /// Who may announce it; AS 0 says that nobody may.
    pub asn: Asn,
    /// The longest prefix that is authorised.
    pub max_length: u8,
    /// The data set that says so.
    pub data_set: &'a str,
}

/// The organisation that runs an operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrganisationSaid<'a> {
    /// Its name.
    pub organisation: &'a str,
    /// The organisation that it belongs to.
    pub parent: Option<&'a str>,
    /// Where it is registered.
    pub country: Option<Country>,
    /// What kind of network the source says it is.
    pub kind: Option<NetworkKind>,
    /// The data set that says so.
    pub data_set: &'a str,
}

/// A list that names an address or an operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListSaid<'a> {
    /// Its name.
    pub name: &'a str,
    /// What being on it says of the kind of network, if anything.
    pub kind: Option<NetworkKind>,
    /// The first day for which it speaks, where it is dated.
    pub from: Option<Day>,
    /// The last day for which it speaks, where it is dated.
    pub until: Option<Day>,
    /// The data set that it belongs to.
    pub data_set: &'a str,
}

/// A state's share in an operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StateSaid<'a> {
    /// The share.
    pub state: &'a StateOwned,
    /// The data set that says so.
    pub data_set: &'a str,
}

/// Whom to ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContactSaid<'a> {
    /// What the contact is for.
    pub of: ContactOf,
    /// What they may be asked for.
    pub role: ContactRole,
    /// Their name; may be empty.
    pub name: &'a str,
    /// How to reach them.
    pub address: &'a str,
    /// When it was said.
    pub date: Day,
    /// The data set that says so.
    pub data_set: &'a str,
}
