//! The rows of one partition in memory, column by column, and as one Parquet file.

use std::{io::Write as _, net::IpAddr, sync::Arc};

use ahash::RandomState;
use bakas_model::{Event, Location, Stream};
use parquet::{
    data_type::{DataType, Int32Type, Int64Type},
    errors::Result,
    file::writer::{SerializedFileWriter, SerializedRowGroupWriter},
};

use crate::{
    chunk::{self, Coded},
    dictionary::DictionaryColumn,
    fields::{self, WebParts},
    schema::{COLUMNS, Column, Kind, PROPERTIES, SCHEMA, ix},
};

/// Bytes that one row takes beside new values of the dictionaries: its codes and numbers.
const ROW_BYTES: usize = 120;
/// Bytes that an empty table takes.
const TABLE_BYTES: usize = COLUMNS.len() * size_of::<DictionaryColumn>();

/// Room that every writer has once.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    state: RandomState,
    json: Vec<u8>,
    order: Vec<(u32, u32)>,
    codes: Vec<u32>,
    text: Vec<u8>,
}

/// A column of numbers, absent ones left out.
#[derive(Debug)]
struct Numbers<T> {
    values: Vec<T>,
    /// 1 where a row has a value; empty where every row must.
    levels: Vec<i16>,
}

/// Rows in memory.
#[derive(Debug)]
pub(crate) struct Table {
    rows: usize,
    /// Bytes that the rows take.
    grown: usize,
    /// Bytes that earlier rows took: the room is kept for the next ones.
    room: usize,
    time: Numbers<i64>,
    offset: Numbers<i64>,
    length: Numbers<i32>,
    src_port: Numbers<i32>,
    bytes_out: Numbers<i64>,
    /// By the index of the column; empty for the columns of numbers.
    coded: Vec<DictionaryColumn>,
}

impl Table {
    pub(crate) fn new() -> Self {
        let column = |column: &Column| match column.kind {
            Kind::Text => DictionaryColumn::of_texts(),
            Kind::Micros | Kind::Long | Kind::Int | Kind::Address => DictionaryColumn::of_fixed(),
        };
        Self {
            rows: 0,
            grown: 0,
            room: 0,
            time: Numbers::new(),
            offset: Numbers::new(),
            length: Numbers::new(),
            src_port: Numbers::new(),
            bytes_out: Numbers::new(),
            coded: COLUMNS.iter().map(column).collect(),
        }
    }

    pub(crate) const fn rows(&self) -> usize {
        self.rows
    }

    /// Bytes that the table takes in memory, about.
    pub(crate) fn weight(&self) -> usize {
        TABLE_BYTES + self.grown.max(self.room)
    }

    /// Adds a row.
    pub(crate) fn push(&mut self, event: &Event<'_>, location: Location, scratch: &mut Scratch) {
        self.rows += 1;
        self.time.values.push(event.time.as_micros());
        self.offset.values.push(event.place.offset.cast_signed());
        self.length.values.push(event.place.length.cast_signed());
        self.src_port.push(event.src_port.map(i32::from));
        let bytes_out = event.bytes_out.map(|n| i64::try_from(n).unwrap_or(i64::MAX));
        self.bytes_out.push(bytes_out);
        self.grown += ROW_BYTES
            + self.push_place_and_kind(event, scratch)
            + self.push_source(event, location, scratch)
            + self.push_texts(event, &scratch.state)
            + self.push_fields(event, scratch);
    }

    fn push_place_and_kind(&mut self, event: &Event<'_>, scratch: &Scratch) -> usize {
        let state = &scratch.state;
        let source = event.place.source.0.cast_signed();
        let named = [
            (ix::Stream, event.stream as u32, event.stream.name()),
            (ix::Activity, event.activity as u32, event.activity.name()),
            (ix::Status, event.status as u32, event.status.name()),
        ];
        let mut grown = self.coded[ix::TimeRaw].push_passing(event.time_raw.as_bytes())
            + self.push_int(ix::Source, Some(source), state);
        for (column, key, name) in named {
            grown += self.coded[column].push_keyed(key, name.as_bytes(), state);
        }
        grown
    }

    fn push_source(
        &mut self,
        event: &Event<'_>,
        location: Location,
        scratch: &mut Scratch,
    ) -> usize {
        let Scratch { state, text, .. } = scratch;
        let claimed = event.src_claimed.map(|address| {
            text.clear();
            push_address(address, text);
            text.as_slice()
        });
        let claimed = self.coded[ix::SrcClaimed].push_maybe(claimed, state);
        let dst = event.dst.map(|address| {
            text.clear();
            push_address(address, text);
            text.as_slice()
        });
        let dst = self.coded[ix::DstIp].push_maybe(dst, state)
            + self.push_int(ix::DstPort, event.dst_port.map(i32::from), state);
        let src = event.src.map(address_bytes);
        let asn = match location.asn {
            Some(asn) => {
                let long = i64::from(asn.0).to_le_bytes();
                self.coded[ix::Asn].push_keyed(asn.0, &long, state)
            }
            None => self.coded[ix::Asn].push_maybe(None, state),
        };
        let country = location.country.as_ref().map(|country| country.as_str().as_bytes());
        asn + claimed
            + dst
            // The text column takes its codes from this one, so its texts count here.
            + 2 * self.coded[ix::Src].push_maybe(src.as_ref().map(|b| b.as_slice()), state)
            + self.coded[ix::Country].push_maybe(country, state)
    }

    fn push_texts(&mut self, event: &Event<'_>, state: &RandomState) -> usize {
        let texts = [
            (ix::Account, event.account),
            (ix::Target, event.target),
            (ix::Object, event.object),
            (ix::Agent, event.agent),
            (ix::Operation, Some(event.operation)),
            (ix::Host, event.host),
        ];
        let mut grown = self.push_int(ix::HttpStatus, event.http_status.map(i32::from), state);
        for (column, text) in texts {
            grown += self.coded[column].push_maybe(text.map(str::as_bytes), state);
        }
        grown
    }

    fn push_int(&mut self, column: usize, value: Option<i32>, state: &RandomState) -> usize {
        let column = &mut self.coded[column];
        match value {
            Some(n) => column.push_keyed(n.cast_unsigned(), &n.to_le_bytes(), state),
            None => column.push_maybe(None, state),
        }
    }

    fn push_fields(&mut self, event: &Event<'_>, scratch: &mut Scratch) -> usize {
        let Scratch { state, json, order, .. } = scratch;
        let web = match event.stream {
            Stream::Web => WebParts::of(event),
            _ => WebParts::default(),
        };
        let mut grown = 0;
        for (column, text) in
            [(ix::Query, web.query), (ix::Referer, web.referer), (ix::Version, web.version)]
        {
            grown += self.coded[column].push_maybe(text.map(str::as_bytes), state);
        }
        if fields::keeps_fields(event.stream) {
            fields::to_json(&event.fields, order, json);
            grown + self.coded[ix::Fields].push(json, state)
        } else {
            self.coded[ix::Fields].push_absent();
            grown
        }
    }

    /// The rows as one Parquet file; the table is empty afterwards and keeps its room.
    pub(crate) fn take_file(&mut self, scratch: &mut Scratch) -> Result<Vec<u8>> {
        let schema = SCHEMA.root_schema_ptr();
        let mut file = SerializedFileWriter::new(Vec::new(), schema, Arc::clone(&PROPERTIES))?;
        let mut group = file.next_row_group()?;
        for (at, column) in COLUMNS.iter().enumerate() {
            match at {
                ix::Time => self.time.write::<Int64Type>(&mut group)?,
                ix::Offset => self.offset.write::<Int64Type>(&mut group)?,
                ix::Length => self.length.write::<Int32Type>(&mut group)?,
                ix::SrcPort => self.src_port.write::<Int32Type>(&mut group)?,
                ix::BytesOut => self.bytes_out.write::<Int64Type>(&mut group)?,
                ix::SrcIp => self.write_addresses(&mut group, scratch)?,
                _ => {
                    debug_assert!(column.optional || self.coded[at].absent() == 0);
                    let plain = self.coded[at].plain();
                    write_coded(at, &self.coded[at], plain, &mut group, &mut scratch.codes)?;
                }
            }
        }
        group.close()?;
        let bytes = file.into_inner()?;
        self.clear();
        Ok(bytes)
    }

    /// Writes the addresses as texts, with the codes of the column of bytes.
    fn write_addresses(
        &self,
        group: &mut SerializedRowGroupWriter<'_, Vec<u8>>,
        scratch: &mut Scratch,
    ) -> Result<()> {
        let column = &self.coded[ix::Src];
        let text = &mut scratch.text;
        text.clear();
        for value in column.values() {
            let start = text.len();
            text.extend_from_slice(&[0; size_of::<u32>()]);
            push_address(read_address(value), text);
            let length = (text.len() - start - size_of::<u32>()) as u32;
            text[start..start + size_of::<u32>()].copy_from_slice(&length.to_le_bytes());
        }
        write_coded(ix::SrcIp, column, text, group, &mut scratch.codes)
    }

    fn clear(&mut self) {
        self.rows = 0;
        self.room = self.room.max(self.grown);
        self.grown = 0;
        self.time.clear();
        self.offset.clear();
        self.length.clear();
        self.src_port.clear();
        self.bytes_out.clear();
        self.coded.iter_mut().for_each(DictionaryColumn::clear);
    }
}

impl<T> Numbers<T> {
    const fn new() -> Self {
        Self { values: Vec::new(), levels: Vec::new() }
    }

    fn push(&mut self, value: Option<T>) {
        self.levels.push(i16::from(value.is_some()));
        self.values.extend(value);
    }

    fn write<D: DataType<T = T>>(
        &self,
        group: &mut SerializedRowGroupWriter<'_, Vec<u8>>,
    ) -> Result<()> {
        let mut column = group.next_column()?.expect("the schema has this column next");
        let levels = (!self.levels.is_empty()).then_some(self.levels.as_slice());
        column.typed::<D>().write_batch(&self.values, levels, None)?;
        column.close()
    }

    fn clear(&mut self) {
        self.values.clear();
        self.levels.clear();
    }
}

fn write_coded(
    at: usize,
    column: &DictionaryColumn,
    plain: &[u8],
    group: &mut SerializedRowGroupWriter<'_, Vec<u8>>,
    scratch: &mut Vec<u32>,
) -> Result<()> {
    let coded =
        Coded { plain, values: column.len(), codes: column.codes(), absent: column.absent() };
    let (bytes, closed) = chunk::encode(SCHEMA.column(at), coded, scratch)?;
    group.append_column(&bytes, closed)
}

/// Appends an address as text; IPv4 by hand, for there is one in most rows.
fn push_address(address: IpAddr, text: &mut Vec<u8>) {
    let IpAddr::V4(v4) = address else {
        write!(text, "{address}").expect("a vector takes any text");
        return;
    };
    for (at, octet) in v4.octets().into_iter().enumerate() {
        if at > 0 {
            text.push(b'.');
        }
        if octet >= 100 {
            text.push(b'0' + octet / 100);
        }
        if octet >= 10 {
            text.push(b'0' + octet / 10 % 10);
        }
        text.push(b'0' + octet % 10);
    }
}

/// An address as 16 bytes; an IPv4 address mapped into IPv6.
pub(crate) fn address_bytes(address: IpAddr) -> [u8; 16] {
    match address {
        IpAddr::V4(v4) => v4.to_ipv6_mapped().octets(),
        IpAddr::V6(v6) => v6.octets(),
    }
}

/// The address of 16 bytes, in canonical form; the unspecified one where there are not 16.
pub(crate) fn read_address(bytes: &[u8]) -> IpAddr {
    let octets: [u8; 16] = bytes.try_into().unwrap_or_default();
    IpAddr::from(octets).to_canonical()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_written_as_everywhere() {
        for n in (0..=u32::MAX).step_by(7_919_993) {
            for address in
                [IpAddr::from(n.to_be_bytes()), IpAddr::from(u128::from(n).to_be_bytes())]
            {
                let mut text = Vec::new();
                push_address(address, &mut text);
                assert_eq!(text, address.to_string().into_bytes());
            }
        }
    }
}
