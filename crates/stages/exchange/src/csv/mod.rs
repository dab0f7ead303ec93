//! Tables (RFC 4180), in and out, for those who have a spreadsheet and nothing else: a header line,
//! then one row a flow, with what belongs to the whole message in every row. What a table has no
//! column for is told as a loss. No cell begins a formula.

mod cell;
mod columns;
mod rows;

use std::collections::HashMap;

use bakas_model::exchange::{Content, Package, Words};
use serde_json::{Map, Value};

use self::columns::{ALIASES, Column};
use crate::{
    Cleared, DecodeError, EncodeError, Encoded, Limits, Loss, Taken, native::read_package,
    remainder, template::put,
};

/// The format's name in messages.
const FORMAT: &str = "csv";
/// Columns of a table that is read.
pub const COLUMNS_LIMIT: usize = 256;
/// Marks UTF-8 for spreadsheets that would take another.
const MARK: &[u8] = b"\xef\xbb\xbf";

/// How a table is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Whether a byte order mark stands first, which some spreadsheets need to see UTF-8.
    pub byte_order_mark: bool,
}

/// Writes a package as a table.
///
/// # Errors
/// Never at present: what has no column is told as a loss.
pub fn encode(cleared: &Cleared) -> Result<Encoded, EncodeError> {
    encode_with(cleared, Options::default())
}

/// Writes a package as a table, as asked.
///
/// # Errors
/// Never at present: what has no column is told as a loss.
pub fn encode_with(cleared: &Cleared, options: Options) -> Result<Encoded, EncodeError> {
    let package: &Package = cleared;
    let bytes = write(package, options).map_err(|error| EncodeError {
        format: FORMAT,
        place: String::new(),
        what: error.to_string(),
    })?;
    Ok(Encoded { losses: losses(&bytes, package), bytes })
}

/// What does not come back.
fn losses(bytes: &[u8], package: &Package) -> Vec<Loss> {
    let most = Limits {
        bytes: u64::MAX,
        objects: usize::MAX,
        depth: 64,
        text: usize::MAX,
        rejects: usize::MAX,
    };
    match decode(bytes, &most).ok().and_then(|mut taken| taken.packages.pop()) {
        Some(back) => remainder::losses(&back, package),
        None => remainder::all_lost(package),
    }
}

fn write(package: &Package, options: Options) -> Result<Vec<u8>, csv::Error> {
    let shape = rows::Shape::of(&package.content);
    let start = if options.byte_order_mark { MARK.to_vec() } else { Vec::new() };
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        // Every cell in quotes: a reader that guesses types guesses less.
        .quote_style(csv::QuoteStyle::Necessary)
        .from_writer(start);
    writer.write_record(shape.columns().map(|column| column.name))?;
    let whole = remainder::as_json(package);
    let head = columns::PACKAGE.iter().map(|column| cell::write(column, &whole));
    let content = whole.pointer("/content/of").cloned().unwrap_or_default();
    let of = shape.content.iter().map(|column| cell::write(column, &content));
    let head: Vec<String> = head.chain(of).collect();
    for row in shape.rows(&content) {
        writer.write_record(head.iter().chain(&row))?;
    }
    writer.into_inner().map_err(|error| error.into_error().into())
}

/// Reads a table.
///
/// # Errors
/// Where it passes a limit, is no UTF-8, or its header names no column that is known.
pub fn decode(bytes: &[u8], limits: &Limits) -> Result<Taken, DecodeError> {
    if bytes.len() as u64 > limits.bytes {
        return Err(wrong(
            "line 1",
            &format!("more than {} bytes; ask for it in parts", limits.bytes),
        ));
    }
    let bytes = bytes.strip_prefix(MARK).unwrap_or(bytes);
    if let Err(error) = std::str::from_utf8(bytes) {
        return Err(wrong(&format!("byte {}", error.valid_up_to()), "not UTF-8; save it as UTF-8"));
    }
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(bytes);
    let header = reader.headers().map_err(|error| wrong("line 1", &error.to_string()))?.clone();
    let mut table = Table::new(&header, limits)?;
    let mut record = csv::StringRecord::new();
    let mut lines = Lines { bytes, at: 0, line: 1 };
    loop {
        match reader.read_record(&mut record) {
            Ok(false) => break,
            Ok(true) => {}
            Err(error) => return Err(wrong("a row", &error.to_string())),
        }
        let at = record.position().map_or(0, |at| usize::try_from(at.byte()).unwrap_or(usize::MAX));
        let line = lines.at(at);
        table.rows += 1;
        if table.rows > limits.objects {
            return Err(wrong(
                &format!("line {line}"),
                &format!("more than {} rows", limits.objects),
            ));
        }
        if let Err(why) = table.row(&record, header.len()) {
            table.reject(&format!("line {line}: {why}"));
        }
    }
    Ok(table.taken())
}

fn wrong(place: &str, what: &str) -> DecodeError {
    let what: String = what.chars().filter(|c| !c.is_control()).take(300).collect();
    DecodeError { format: FORMAT, place: place.to_owned(), what }
}

/// Counts lines up to where a row begins: cells hold lines, too, and the reader takes the second
/// half of a line's end for the beginning of the next row.
struct Lines<'a> {
    bytes: &'a [u8],
    at: usize,
    line: u64,
}

impl Lines<'_> {
    fn at(&mut self, start: usize) -> u64 {
        let mut start = start.min(self.bytes.len());
        while matches!(self.bytes.get(start), Some(b'\r' | b'\n')) {
            start += 1;
        }
        let passed = self.bytes.get(self.at..start).unwrap_or_default();
        self.line += passed.iter().filter(|byte| **byte == b'\n').count() as u64;
        self.at = self.at.max(start);
        self.line
    }
}

/// A table while it is read.
struct Table<'a> {
    limits: &'a Limits,
    shape: rows::Shape,
    /// Where a column stands.
    at: HashMap<&'static str, usize>,
    rows: usize,
    /// Packages in the order in which they come, and where each is.
    packages: Vec<Value>,
    known: HashMap<String, usize>,
    rejected: Vec<Words>,
}

impl<'a> Table<'a> {
    fn new(header: &csv::StringRecord, limits: &'a Limits) -> Result<Self, DecodeError> {
        if header.len() > COLUMNS_LIMIT {
            return Err(wrong("line 1", &format!("more than {COLUMNS_LIMIT} columns")));
        }
        let mut names: HashMap<String, usize> = HashMap::new();
        for (at, name) in header.iter().enumerate() {
            let name = name.trim().to_ascii_lowercase().replace(' ', "_");
            if names.insert(name, at).is_some() {
                return Err(wrong("line 1", "two columns of one name"));
            }
        }
        let shape = rows::Shape::of_header(|name| names.contains_key(name)).ok_or_else(|| {
            wrong("line 1", "no column that is known; a flow needs at least source and start")
        })?;
        let place = |name: &'static str| {
            let alias = || ALIASES.iter().filter(|(_, ours)| *ours == name);
            let found =
                names.get(name).or_else(|| alias().find_map(|(other, _)| names.get(*other)));
            found.map(|at| (name, *at))
        };
        let at = shape.columns().filter_map(|column| place(column.name)).collect();
        let (packages, known) = (Vec::new(), HashMap::new());
        Ok(Self { limits, shape, at, rows: 0, packages, known, rejected: Vec::new() })
    }

    fn reject(&mut self, text: &str) {
        if self.rejected.len() < self.limits.rejects {
            let text: String = text.chars().filter(|c| !c.is_control()).take(300).collect();
            self.rejected.push(Words { language: "en".into(), text });
        }
    }

    fn values(&self, record: &csv::StringRecord, columns: &[Column]) -> Result<Value, String> {
        let mut object = Value::Object(Map::new());
        for column in columns {
            let cell = self.at.get(column.name).and_then(|at| record.get(*at)).unwrap_or("");
            if let Some(value) = cell::read(column, cell)? {
                put(&mut object, column.place, value);
            }
        }
        Ok(object)
    }

    fn row(&mut self, record: &csv::StringRecord, width: usize) -> Result<(), String> {
        if record.len() != width {
            return Err(format!("{} cells under {width} columns", record.len()));
        }
        if record.iter().any(|cell| cell.len() > self.limits.text) {
            return Err(format!("a cell of more than {} bytes", self.limits.text));
        }
        let head = self.values(record, columns::PACKAGE)?;
        let id = head.pointer("/id").and_then(Value::as_str).unwrap_or_default().to_owned();
        let at = match self.known.get(&id) {
            Some(at) => *at,
            None => {
                let of = self.values(record, self.shape.content)?;
                let whole = self.shape.package(head.clone(), of)?;
                self.packages.push(whole);
                self.known.insert(id, self.packages.len() - 1);
                self.packages.len() - 1
            }
        };
        let row = self.values(record, self.shape.row)?;
        let part = self.values(record, self.shape.part)?;
        let number = self.rows;
        let package = &mut self.packages[at];
        rows::stricter(package, &head);
        self.shape.add(package, row, part, number)
    }

    fn taken(mut self) -> Taken {
        let mut packages = Vec::new();
        for value in std::mem::take(&mut self.packages) {
            match read_package(&value) {
                Ok(package) => packages.push(package),
                Err(error) => self.reject(&format!("{}: {}", error.place, error.what)),
            }
        }
        Taken { packages, rejected: self.rejected, unknown: Vec::new() }
    }
}

/// Whether a package is one that a table has rows for.
#[must_use]
pub fn has_rows(content: &Content) -> bool {
    match content {
        Content::Request(request) => !request.flows.is_empty(),
        Content::Answer(answer) => !answer.flows.is_empty(),
        Content::Extract(extract) => !extract.observables.is_empty(),
    }
}
