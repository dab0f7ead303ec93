//! The address table as bytes, both ways: a header with a checksum, then sections packed together
//! (`docs/formats/address-table.md`). What the sections mean in an answer is the table's business.

mod columns;
mod frame;

use bakas_model::{DataSet, Day, NetworkKind, network::StateOwned};
use serde::{Deserialize, Serialize};

use crate::{TableError, flatten::Stretch, layer::Layer};
use columns::{Reader, Writer};
pub use frame::FORMAT_VERSION;
use frame::Sections;

/// Bounds of a table; over them it is refused.
pub(crate) mod limits {
    /// Bytes of all sections together, unpacked.
    pub(crate) const UNPACKED_BYTES_LIMIT: u64 = 64 << 20;
    /// Epochs of one table.
    pub(crate) const EPOCHS_LIMIT: usize = 16;
    /// Lists of one table: the bits of a mask.
    pub(crate) const LISTS_LIMIT: usize = 32;
}

/// What is neither addresses nor operators.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Meta {
    /// Oldest first.
    pub(crate) epochs: Vec<EpochMeta>,
    /// Data set of the registration countries.
    pub(crate) country_data_set: String,
    /// Data set of the state owners.
    pub(crate) state_data_set: String,
    /// The lists; the position is the bit in a mask.
    pub(crate) lists: Vec<ListMeta>,
    /// State owners, with whether the source counts the operator as one with subscribers.
    pub(crate) states: Vec<StateOwned>,
    /// All data sets.
    pub(crate) data_sets: Vec<DataSet>,
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
}

/// Operators' names, and the kind that each name tells.
#[derive(Debug, Default)]
pub(crate) struct Names {
    pub(crate) text: String,
    /// Where each name ends in `text`.
    pub(crate) ends: Vec<u32>,
    pub(crate) kinds: Vec<NetworkKind>,
}

/// Every operator of any epoch; columns of the same length.
#[derive(Debug, Default)]
pub(crate) struct Operators {
    /// Sorted.
    pub(crate) asns: Vec<u32>,
    /// Lists that name the operator.
    pub(crate) lists: Vec<u32>,
    /// One more than the position in [`Meta::states`], or 0.
    pub(crate) states: Vec<u32>,
    /// For each epoch: one more than the position in the names, or 0.
    pub(crate) names: Vec<Vec<u32>>,
}

/// A table as it is written.
#[derive(Debug, Default)]
pub(crate) struct Written {
    pub(crate) meta: Meta,
    pub(crate) names: Names,
    pub(crate) operators: Operators,
    /// For each epoch, IPv4 and IPv6: one more than the position of the operator.
    pub(crate) origins: Vec<[Vec<Stretch>; 2]>,
    pub(crate) contexts: Contexts,
    /// IPv4 and IPv6: one more than the position of the context.
    pub(crate) surroundings: [Vec<Stretch>; 2],
}

/// A table as it is read.
#[derive(Debug)]
pub(crate) struct Read {
    pub(crate) meta: Meta,
    pub(crate) names: Names,
    pub(crate) operators: Operators,
    pub(crate) origins: Vec<Layers>,
    pub(crate) contexts: Contexts,
    pub(crate) surroundings: Layers,
}

/// What is known of addresses beside their origin, at no date of its own: every pair of registration
/// country and lists that occurs, so that one look-up finds both. Columns of the same length.
#[derive(Debug, Default)]
pub(crate) struct Contexts {
    /// Two letters as a number, or 0.
    pub(crate) countries: Vec<u32>,
    /// Masks of lists.
    pub(crate) lists: Vec<u32>,
}

/// One attribute of all addresses.
#[derive(Debug)]
pub(crate) struct Layers {
    pub(crate) v4: Layer<u32>,
    pub(crate) v6: Layer<u128>,
}

impl Names {
    /// The name at a position.
    pub(crate) fn get(&self, at: usize) -> Option<&str> {
        let end = *self.ends.get(at)? as usize;
        let start = if at == 0 { 0 } else { self.ends[at - 1] as usize };
        self.text.get(start..end)
    }

    /// Adds a name and tells its position.
    pub(crate) fn push(&mut self, name: &str, kind: NetworkKind) -> u32 {
        self.text.push_str(name);
        self.ends.push(u32::try_from(self.text.len()).expect("names stay far below 4 GiB"));
        self.kinds.push(kind);
        u32::try_from(self.ends.len() - 1).expect("fewer names than bytes")
    }
}

/// The bytes of a table.
pub(crate) fn encode(table: &Written) -> Vec<u8> {
    let mut writer = Writer::default();
    writer.section(META, |out| {
        out.bytes(&serde_json::to_vec(&table.meta).expect("plain data is JSON"));
    });
    writer.section(NAMES, |out| {
        out.column(
            table
                .names
                .ends
                .iter()
                .scan(0, |start, &end| Some(end - std::mem::replace(start, end))),
        );
        out.bytes(&table.names.kinds.iter().map(|&kind| kind_code(kind)).collect::<Vec<_>>());
        out.bytes(table.names.text.as_bytes());
    });
    writer.section(OPERATORS, |out| {
        let operators = &table.operators;
        out.column(
            operators
                .asns
                .iter()
                .scan(0, |before, &asn| Some(asn - std::mem::replace(before, asn))),
        );
        out.column(operators.lists.iter().copied());
        out.column(operators.states.iter().copied());
        for names in &operators.names {
            out.column(names.iter().copied());
        }
    });
    writer.section(CONTEXTS, |out| {
        out.column(table.contexts.countries.iter().copied());
        out.column(table.contexts.lists.iter().copied());
    });
    let layers = table.origins.iter().chain([&table.surroundings]);
    for [v4, v6] in layers {
        writer.section(IPV4, |out| out.stretches(v4));
        writer.section(IPV6, |out| out.stretches(v6));
    }
    frame::pack(&writer.finish())
}

/// Reads a table; `table` names it in errors.
pub(crate) fn decode(table: &str, bytes: &[u8]) -> Result<Read, TableError> {
    let unpacked = frame::unpack(table, bytes)?;
    let mut sections = Sections::new(table, &unpacked);
    let meta = sections.read(META, |input| read_meta(input.rest()))?;
    let names = sections.read(NAMES, read_names)?;
    let operators = sections.read(OPERATORS, |input| read_operators(input, &meta, &names))?;
    let contexts = sections.read(CONTEXTS, |input| read_contexts(input, &meta))?;
    let operator_limit = operators.asns.len() as u64;
    let origins = (0..meta.epochs.len())
        .map(|_| read_layers(&mut sections, operator_limit))
        .collect::<Result<_, _>>()?;
    let surroundings = read_layers(&mut sections, contexts.lists.len() as u64)?;
    sections.finish()?;
    Ok(Read { meta, names, operators, origins, contexts, surroundings })
}

const META: &str = "META";
const NAMES: &str = "NAME";
const OPERATORS: &str = "OPER";
const CONTEXTS: &str = "CTXT";
const IPV4: &str = "IPV4";
const IPV6: &str = "IPV6";

/// Why a section cannot be read.
type Why = String;

fn read_meta(bytes: &[u8]) -> Result<Meta, Why> {
    let meta: Meta = serde_json::from_slice(bytes).map_err(|e| e.to_string())?;
    if meta.epochs.is_empty() || meta.epochs.len() > limits::EPOCHS_LIMIT {
        return Err(format!("{} epochs", meta.epochs.len()));
    }
    if !meta.epochs.is_sorted_by(|a, b| a.day < b.day) {
        return Err("the epochs are not in order".to_owned());
    }
    if meta.lists.len() > limits::LISTS_LIMIT {
        return Err(format!("{} lists", meta.lists.len()));
    }
    Ok(meta)
}

fn read_names(input: &mut Reader<'_>) -> Result<Names, Why> {
    let lengths = input.column()?;
    let kinds = input.take(lengths.len())?;
    let kinds = kinds.iter().map(|&code| kind_of_code(code)).collect::<Result<Vec<_>, _>>()?;
    let text = std::str::from_utf8(input.rest()).map_err(|e| e.to_string())?.to_owned();
    let mut end = 0_u32;
    let mut ends = Vec::with_capacity(lengths.len());
    for length in lengths {
        end = end.checked_add(length).ok_or("names too long")?;
        if !text.is_char_boundary(end as usize) {
            return Err("a name ends within a letter".to_owned());
        }
        ends.push(end);
    }
    if end as usize != text.len() {
        return Err("text without a name".to_owned());
    }
    Ok(Names { text, ends, kinds })
}

fn read_operators(input: &mut Reader<'_>, meta: &Meta, names: &Names) -> Result<Operators, Why> {
    let mut asns = input.column()?;
    let mut before = 0_u32;
    for (at, asn) in asns.iter_mut().enumerate() {
        if *asn == 0 && at > 0 {
            return Err("an operator twice".to_owned());
        }
        before = before.checked_add(*asn).ok_or("a number beyond 32 bits")?;
        *asn = before;
    }
    let mut checked = |limit: u64| -> Result<Vec<u32>, Why> {
        let column = input.column()?;
        if column.len() != asns.len() {
            return Err("columns of different length".to_owned());
        }
        match column.iter().find(|&&value| u64::from(value) > limit) {
            Some(value) => Err(format!("reference {value} to nothing")),
            None => Ok(column),
        }
    };
    let lists = checked((1 << meta.lists.len()) - 1)?;
    let states = checked(meta.states.len() as u64)?;
    let names =
        meta.epochs.iter().map(|_| checked(names.ends.len() as u64)).collect::<Result<_, _>>()?;
    Ok(Operators { asns, lists, states, names })
}

fn read_contexts(input: &mut Reader<'_>, meta: &Meta) -> Result<Contexts, Why> {
    let (countries, lists) = (input.column()?, input.column()?);
    if countries.len() != lists.len() {
        return Err("columns of different length".to_owned());
    }
    if lists.iter().any(|&mask| u64::from(mask) >> meta.lists.len() != 0) {
        return Err("a list that is not named".to_owned());
    }
    Ok(Contexts { countries, lists })
}

fn read_layers(sections: &mut Sections<'_>, limit: u64) -> Result<Layers, TableError> {
    let v4 = sections.read(IPV4, |input| input.layer::<u32>(limit))?;
    let v6 = sections.read(IPV6, |input| input.layer::<u128>(limit))?;
    Ok(Layers { v4, v6 })
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

fn kind_code(kind: NetworkKind) -> u8 {
    let at = KINDS.iter().position(|&k| k == kind).expect("every kind has a number");
    u8::try_from(at).expect("fewer than 256 kinds")
}

fn kind_of_code(code: u8) -> Result<NetworkKind, Why> {
    KINDS.get(usize::from(code)).copied().ok_or_else(|| format!("kind {code} is unknown"))
}
