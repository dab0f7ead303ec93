//! The address table as bytes, both ways: a directory of sections that are read where they lie
//! (`docs/formats/address-table.md`). What the sections mean in an answer is the table's business.

mod columns;
mod frame;
mod text;

use bakas_model::{DataSet, Day, NetworkKind, network::StateOwned};
use serde::{Deserialize, Serialize};

use crate::{
    TableError,
    flatten::Stretch,
    layer::{Cuts, Layer},
    range::Family,
};
pub(crate) use columns::{Column, Rows};
pub use frame::FORMAT_VERSION;
pub(crate) use frame::{Directory, Tag};
pub(crate) use text::{Collector, Texts};

/// Bounds of a table; over them it is refused.
pub(crate) mod limits {
    /// Bytes of all words together, unpacked.
    pub(crate) const TEXT_BYTES_LIMIT: u64 = 1 << 30;
    /// Epochs of one table.
    pub(crate) const EPOCHS_LIMIT: usize = 16;
    /// Lists of one table: the bits of a mask.
    pub(crate) const LISTS_LIMIT: usize = 32;
}

/// What is neither addresses nor operators.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Meta {
    /// How the main layer is written.
    pub(crate) main: Main,
    /// Oldest first.
    pub(crate) epochs: Vec<EpochMeta>,
    /// Data sets of the parts; empty where the table has no such part.
    pub(crate) country_data_set: String,
    pub(crate) place_data_set: String,
    pub(crate) registrant_data_set: String,
    pub(crate) route_origin_data_set: String,
    pub(crate) organisation_data_set: String,
    pub(crate) contact_data_set: String,
    pub(crate) state_data_set: String,
    /// The lists; the position is the bit in a mask.
    pub(crate) lists: Vec<ListMeta>,
    /// State owners.
    pub(crate) states: Vec<StateOwned>,
    /// All data sets.
    pub(crate) data_sets: Vec<DataSet>,
}

/// How the main layer's values are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Main {
    /// Where a value is a context and a history joined: the bits of the history. Else it is one more
    /// than the position of a combination.
    pub(crate) shift: Option<u8>,
    /// The highest value; above it are pages.
    pub(crate) limit: u32,
}

/// A date for which the origins of all addresses are known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct EpochMeta {
    pub(crate) day: Day,
    pub(crate) data_set: String,
}

/// A list of addresses or operators.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ListMeta {
    pub(crate) name: String,
    /// What being on it says of the kind of network, if anything.
    pub(crate) kind: Option<NetworkKind>,
    pub(crate) data_set: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) from: Option<Day>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) until: Option<Day>,
}

/// The layers, each named by a letter.
pub(crate) mod layers {
    /// Origins of all epochs, registration country and lists, as one combination.
    pub(crate) const MAIN: u8 = b'M';
    /// Places.
    pub(crate) const PLACES: u8 = b'P';
    /// Registrants.
    pub(crate) const REGISTRANTS: u8 = b'R';
    /// Authorisations: sets of them.
    pub(crate) const ROUTE_ORIGINS: u8 = b'A';
    /// Contacts for addresses: sets of them.
    pub(crate) const CONTACTS: u8 = b'C';
}

/// The sections that hold records, with the widths of their fields (0 for "as needed").
pub(crate) mod sections {
    use super::Tag;

    pub(crate) type Section = (Tag, &'static [u8]);
    /// JSON: [`super::Meta`].
    pub(crate) const META: Section = (*b"META", &[1]);
    /// All words, packed.
    pub(crate) const TEXT: Section = (*b"TEXT", &[1]);
    /// Combinations: history, context.
    pub(crate) const COMBINATIONS: Section = (*b"COMB", &[0, 0]);
    /// Histories of those whose operator changed: for each epoch in turn an operator.
    pub(crate) const HISTORIES: Section = (*b"HIST", &[0]);
    /// Contexts: country, mask of lists.
    pub(crate) const CONTEXTS: Section = (*b"CTXT", &[0, 0]);
    /// Operators: AS number, trait.
    pub(crate) const OPERATORS: Section = (*b"OPER", &[0, 0]);
    /// Traits of operators: mask of lists, state.
    pub(crate) const TRAITS: Section = (*b"TRAI", &[0, 0]);
    /// For each trait and epoch in turn the kind that the name tells.
    pub(crate) const KINDS: Section = (*b"KIND", &[1]);
    /// Places: country, region, city.
    pub(crate) const PLACES: Section = (*b"PLAC", &[0, 0, 0]);
    /// Registrants: registry, status, date, holder.
    pub(crate) const REGISTRANTS: Section = (*b"REGI", &[0, 0, 0, 0]);
    /// Authorisations: family, length, four words of address, AS number, longest length.
    pub(crate) const ROUTE_ORIGINS: Section = (*b"AUTH", &[0; 8]);
    /// Sets of authorisations.
    pub(crate) const ROUTE_ORIGIN_SETS: [Section; 2] = [(*b"ASET", &[0]), (*b"AMEM", &[0])];
    /// Organisations, by AS number: AS number, name, parent, country, kind.
    pub(crate) const ORGANISATIONS: Section = (*b"ORGA", &[0; 5]);
    /// Contacts, those for ranges first, then operators, then countries: role, name, address, data
    /// set, date.
    pub(crate) const CONTACTS: Section = (*b"CONT", &[0; 5]);
    /// Of the contacts for ranges: family, four words of the first address, four of the last.
    pub(crate) const CONTACT_RANGES: Section = (*b"CRNG", &[0; 9]);
    /// Of the contacts for operators: AS number.
    pub(crate) const CONTACT_ASNS: Section = (*b"CASN", &[0]);
    /// Of the contacts for countries: country.
    pub(crate) const CONTACT_COUNTRIES: Section = (*b"CCTY", &[0]);
    /// Sets of contacts for ranges.
    pub(crate) const CONTACT_SETS: [Section; 2] = [(*b"CSET", &[0]), (*b"CMEM", &[0])];
}

/// Why a section cannot be read.
pub(crate) type Why = String;

/// A table being written: sections in the order in which they are added.
#[derive(Debug, Default)]
pub(crate) struct Writer {
    out: frame::Writer,
}

impl Writer {
    /// Adds the records of a section.
    pub(crate) fn records(&mut self, (tag, _): sections::Section, fields: &[&[u32]]) {
        self.out.rows(tag, fields);
    }

    /// Adds rows, each field as wide as it needs.
    pub(crate) fn rows(&mut self, tag: Tag, fields: &[&[u32]]) {
        self.out.rows(tag, fields);
    }

    /// Adds rows, fields as wide as told, or as they need where 0 is told.
    pub(crate) fn wide_rows(&mut self, tag: Tag, fields: &[&[u32]], fixed: &[u8]) {
        self.out.wide_rows(tag, fields, fixed);
    }

    /// Adds a layer whose values are at most `limit`.
    pub(crate) fn layer(&mut self, layer: u8, stretches: &[Vec<Stretch>; 2], limit: usize) {
        let limit = u32::try_from(limit).expect("values are numbered in 32 bits");
        for (family, stretches) in [Family::V4, Family::V6].into_iter().zip(stretches) {
            Cuts::new(stretches, family, limit).write(self, layer, family);
        }
    }

    /// Adds what is neither addresses nor operators.
    pub(crate) fn meta(&mut self, meta: &Meta) {
        self.out.bytes(sections::META.0, serde_json::to_vec(meta).expect("plain data is JSON"));
    }

    /// Adds the words, and which of them name the operators at each epoch.
    pub(crate) fn text(&mut self, words: &Collector, names: &[Vec<u32>]) {
        self.out.bytes(sections::TEXT.0, words.pack(names));
    }

    /// The bytes of the table.
    pub(crate) fn finish(self) -> Vec<u8> {
        self.out.finish()
    }
}

/// A table's sections, read but for their checks against one another.
pub(crate) fn open(table: &str, bytes: &[u8]) -> Result<(Directory, Meta), TableError> {
    let directory = Directory::read(table, bytes)?;
    let (tag, shape) = sections::META;
    let rows = directory.rows(tag, shape)?;
    let meta = directory.in_section(tag, read_meta(rows.bytes(bytes)))?;
    Ok((directory, meta))
}

/// The layer with that letter, whose values are at most `limit`.
pub(crate) fn layer(
    directory: &Directory,
    bytes: &[u8],
    letter: u8,
    limit: usize,
) -> Result<Layer, TableError> {
    let limit = u32::try_from(limit).unwrap_or(u32::MAX);
    Layer::read(directory, bytes, letter, limit, |value| value <= limit)
}

fn read_meta(bytes: &[u8]) -> Result<Meta, Why> {
    let meta: Meta = serde_json::from_slice(bytes).map_err(|e| e.to_string())?;
    if meta.epochs.len() > limits::EPOCHS_LIMIT {
        return Err(format!("{} epochs", meta.epochs.len()));
    }
    if !meta.epochs.is_sorted_by(|a, b| a.day < b.day) {
        return Err("the epochs are not in order".to_owned());
    }
    if meta.lists.len() > limits::LISTS_LIMIT {
        return Err(format!("{} lists", meta.lists.len()));
    }
    match meta.main.shift {
        Some(shift) if shift > 31 => Err(format!("a history of {shift} bits")),
        _ => Ok(meta),
    }
}

/// Kinds by their number in the file; the order is part of the format.
const KINDS: [NetworkKind; 11] = [
    NetworkKind::Unknown,
    NetworkKind::Telco,
    NetworkKind::Cloud,
    NetworkKind::Hosting,
    NetworkKind::Vpn,
    NetworkKind::Tor,
    NetworkKind::PrivateRelay,
    NetworkKind::Education,
    NetworkKind::Government,
    NetworkKind::Content,
    NetworkKind::Special,
];

/// A kind as a number.
pub(crate) fn kind_code(kind: NetworkKind) -> u32 {
    let at = KINDS.iter().position(|&known| known == kind).expect("every kind has a number");
    u32::try_from(at).expect("fewer than 256 kinds")
}

/// A kind from its number.
pub(crate) fn kind_of_code(code: u32) -> Option<NetworkKind> {
    KINDS.get(code as usize).copied()
}
