//! Files of others into a [`Draft`]: one reader for each format, and an account of every record
//! that was taken, passed over, or not understood. It opens no file and unpacks none: whoever has
//! the bytes hands them over. What a table answers from them is decided elsewhere.
//!
//! ```
//! use bakas_trace::import::{About, Import, Kind};
//! let about = About { name: "ours".into(), date: Some(bakas_model::Day(20_000)), ..About::default() };
//! let mut import = Import::new(Kind::Geofeed, about);
//! import.read("feed.csv", &mut "192.0.2.0/24,PH,PH-00,Manila,\nnonsense\n".as_bytes()).unwrap();
//! let done = import.finish().unwrap();
//! assert_eq!(done.draft.places.len(), 1);
//! assert_eq!((done.account.records, done.account.rejected()), (1, 1));
//! ```

mod account;
mod contacts;
mod csv;
mod delegated;
mod geofeed;
mod iptoasn;
mod json;
mod kind;
mod lists;
mod mmdb;
mod mrt;
mod organisations;
mod peeringdb;
mod recognise;
mod roas;
mod states;
mod text;
mod tor;

use std::io::BufRead;

use bakas_model::{DataSet, Day, NetworkKind};

pub use self::{
    account::{Account, SAMPLES_LIMIT, Sample},
    csv::Column,
    json::JSON_BYTES_LIMIT,
    kind::Kind,
    mmdb::MMDB_BYTES_LIMIT,
    mrt::MRT_RECORD_BYTES_LIMIT,
    recognise::{HEAD_BYTES, day_in_name, recognise},
    text::{LINE_BYTES_LIMIT, PASSAGE_CHARS_LIMIT, RECORD_LINES_LIMIT, TEXT_CHARS_LIMIT},
};
use crate::Draft;

/// Most records of one import: the whole Internet's routes have about a million and a half.
pub const RECORDS_LIMIT: u64 = 16_000_000;

/// What a person says of the files, or what stands in for it.
#[derive(Clone, Debug, Default)]
pub struct About {
    /// The data set's short name.
    pub name: String,
    /// Its date, where somebody says it; else the file must.
    pub date: Option<Day>,
    /// The date in the files' names, believed where neither somebody nor the content tells one.
    pub date_of_name: Option<Day>,
    /// The day on which it was gathered, which stands where nothing else tells a date.
    pub gathered: Option<Day>,
    /// Its licence.
    pub licence: String,
    /// The attribution that the licence asks for.
    pub attribution: String,
    /// What it says, in words; the kind's own where empty.
    pub what: String,
    /// Where it comes from, as it is shown.
    pub source: String,
    /// SHA-256 of what was read, where it is one file.
    pub sha256: String,
    /// For lists: what being on it says of the kind of network.
    pub says: Option<NetworkKind>,
    /// Whether countries in the files are those of registration where their format leaves it open.
    pub registration: bool,
    /// For CSV: what stands in the columns, in order.
    pub columns: Vec<Column>,
}

/// Where a data set's date was learned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DateFrom {
    /// Somebody said it.
    Given,
    /// It stands in the file.
    Content,
    /// It stands in the file's name.
    FileName,
    /// Nothing tells it: it is the day on which the data were gathered.
    Gathered,
}

/// What became of the files.
#[derive(Debug)]
pub struct Imported {
    /// What they say, with one data set.
    pub draft: Draft,
    /// What became of each record.
    pub account: Account,
    /// The data set's date.
    pub date: Day,
    /// Where it was learned.
    pub date_from: DateFrom,
}

/// Why an import came to nothing. A line that is not understood is no error but a reject.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum ImportError {
    #[error("{file} could not be read to its end")]
    Io { file: String, source: std::io::Error },
    #[error("{file} cannot be read as {kind}: {why}")]
    Malformed { file: String, kind: Kind, why: String },
    #[error("more than {RECORDS_LIMIT} records: {file} is too large for one data set")]
    TooMany { file: String },
    #[error("nothing usable was found, read as {kind}{}", rejects(.rejected, .first))]
    Nothing { kind: Kind, rejected: u64, first: Option<Sample> },
    #[error("nothing says of which date the data are")]
    NoDate,
}

/// An import under way: files in, one draft out.
pub struct Import {
    kind: Kind,
    about: About,
    reader: Box<dyn Reader>,
    account: Account,
}

/// One format's reader. It keeps what it needs over several files.
trait Reader {
    /// Reads one file to its end.
    fn read(&mut self, input: &mut dyn BufRead, account: &mut Account) -> Result<(), ImportError>;

    /// Puts what was read into the draft. Layers name the data set `about.name`.
    fn finish(
        self: Box<Self>,
        settled: &Settled<'_>,
        draft: &mut Draft,
        account: &mut Account,
    ) -> Result<(), ImportError>;
}

/// What is known of a data set once all was read.
struct Settled<'a> {
    about: &'a About,
    date: Day,
}

impl Import {
    /// Begins an import of that kind.
    #[must_use]
    pub fn new(kind: Kind, about: About) -> Self {
        let reader: Box<dyn Reader> = match kind {
            Kind::Mrt => Box::<mrt::Rib>::default(),
            Kind::Delegated => Box::<delegated::Delegated>::default(),
            Kind::IpToAsn => Box::<iptoasn::IpToAsn>::default(),
            Kind::Mmdb => Box::new(mmdb::Mmdb::new(about.registration)),
            Kind::Csv => Box::new(csv::Described::new(about.columns.clone(), about.registration)),
            Kind::Geofeed => Box::<geofeed::Geofeed>::default(),
            Kind::Roa => Box::<roas::Roas>::default(),
            Kind::Organisations => Box::<organisations::Organisations>::default(),
            Kind::States => Box::<states::States>::default(),
            Kind::List => Box::<lists::Plain>::default(),
            Kind::Tor => Box::<tor::Exits>::default(),
            Kind::PeeringDb => Box::<peeringdb::PeeringDb>::default(),
            Kind::Contacts => Box::<contacts::Contacts>::default(),
        };
        Self { kind, about, reader, account: Account::default() }
    }

    /// Reads one more file of the data set; `file` names it in what is told.
    ///
    /// # Errors
    /// Where the file cannot be read, or is none of that kind as a whole.
    pub fn read(&mut self, file: &str, input: &mut dyn BufRead) -> Result<(), ImportError> {
        self.account.begin(file, self.kind);
        self.reader.read(input, &mut self.account)
    }

    /// What came of all files.
    ///
    /// # Errors
    /// Where nothing was found in them, or nothing tells their date.
    pub fn finish(mut self) -> Result<Imported, ImportError> {
        if self.account.records == 0 {
            return Err(nothing(self.kind, self.account));
        }
        let dates = [
            (self.about.date, DateFrom::Given),
            (self.account.day, DateFrom::Content),
            (self.about.date_of_name, DateFrom::FileName),
            (self.about.gathered, DateFrom::Gathered),
        ];
        let known = dates.into_iter().find_map(|(date, from)| Some((date?, from)));
        let (date, date_from) = known.ok_or(ImportError::NoDate)?;
        let mut draft = Draft::default();
        let settled = Settled { about: &self.about, date };
        self.reader.finish(&settled, &mut draft, &mut self.account)?;
        if self.account.records == 0 {
            let (kind, account) = (self.kind, self.account);
            return Err(nothing(kind, account));
        }
        let what = match self.about.what.as_str() {
            "" => self.kind.what().to_owned(),
            said => said.to_owned(),
        };
        draft.data_sets.push(DataSet {
            name: self.about.name.clone(),
            what,
            source: self.about.source,
            date,
            licence: self.about.licence,
            attribution: self.about.attribution,
            records: self.account.records,
            sha256: self.about.sha256,
        });
        Ok(Imported { draft, account: self.account, date, date_from })
    }
}

fn nothing(kind: Kind, account: Account) -> ImportError {
    let rejected = account.rejected();
    ImportError::Nothing { kind, rejected, first: account.samples.into_iter().next() }
}

/// What was rejected instead, in words.
fn rejects(rejected: &u64, first: &Option<Sample>) -> String {
    first.as_ref().map_or_else(String::new, |first| {
        let Sample { file, line, why, text } = first;
        format!("; {rejected} rejected, the first in {file}, line {line}: {why}: {text}")
    })
}

impl std::fmt::Debug for Import {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Import").field("kind", &self.kind).finish_non_exhaustive()
    }
}
