//! What the tests share: bytes through a chunker and a decoder into owned events.

use std::{
    collections::BTreeMap,
    io::{self, Read},
    net::IpAddr,
    path::PathBuf,
};

use bakas_ingest::{Account, Chunker, Decoder, Format, Sink};
use bakas_model::{
    Activity, Class, Event, EventRow, Reject, RejectReason, Source, Status, Stream, Timestamp,
};
use bumpalo::Bump;

/// An event, owned, with its fields as text by name.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Owned {
    pub(crate) row: EventRow,
    pub(crate) line: u64,
    pub(crate) time_raw: String,
    pub(crate) src_port: Option<u16>,
    pub(crate) dst: Option<IpAddr>,
    pub(crate) dst_port: Option<u16>,
    pub(crate) src_claimed: Option<IpAddr>,
    pub(crate) host: Option<String>,
    pub(crate) bytes_out: Option<u64>,
    pub(crate) fields: BTreeMap<String, Vec<String>>,
}

impl Owned {
    pub(crate) fn of(event: &Event<'_>, line: u64) -> Self {
        let mut fields: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for field in &event.fields {
            assert_eq!(bakas_model::FieldId::of(field.name), field.id, "{}", field.name);
            fields
                .entry(field.name.to_owned())
                .or_default()
                .push(field.value.as_text().into_owned());
        }
        Self {
            row: event.to_row(None),
            line,
            time_raw: event.time_raw.to_owned(),
            src_port: event.src_port,
            dst: event.dst,
            dst_port: event.dst_port,
            src_claimed: event.src_claimed,
            host: event.host.map(str::to_owned),
            bytes_out: event.bytes_out,
            fields,
        }
    }

    /// The values of a field, joined by `|`; `""` where there is none.
    pub(crate) fn field(&self, name: &str) -> String {
        self.fields.get(name).map(|values| values.join("|")).unwrap_or_default()
    }

    pub(crate) fn is(&self) -> (Stream, Class, Activity, Status) {
        (self.row.stream, self.row.class, self.row.activity, self.row.status)
    }

    /// Source address, account, target, object; `-` where there is none.
    pub(crate) fn who(&self) -> String {
        let src = self.row.src.map(|a| a.to_string());
        let row = &self.row;
        [src, row.account.clone(), row.target.clone(), row.object.clone()]
            .map(|part| part.unwrap_or_else(|| "-".into()))
            .join(" ")
    }
}

/// What came out.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) events: Vec<Owned>,
    pub(crate) rejects: Vec<Reject>,
    pub(crate) lossy: u64,
    pub(crate) other_formats: u64,
    pub(crate) account: Account,
}

impl Sink for Outcome {
    fn event(&mut self, event: &Event<'_>, line: u64) {
        self.events.push(Owned::of(event, line));
    }
    fn reject(&mut self, reject: Reject) {
        self.rejects.push(reject);
    }
}

impl Outcome {
    pub(crate) fn reasons(&self) -> Vec<RejectReason> {
        self.rejects.iter().map(|reject| reject.reason).collect()
    }

    /// The only event.
    pub(crate) fn one(mut self) -> Owned {
        assert_eq!((self.events.len(), self.rejects.len()), (1, 0), "{self:#?}");
        self.events.remove(0)
    }
}

/// Gives at most so many bytes at once.
pub(crate) struct Slowly<'a>(pub(crate) &'a [u8], pub(crate) usize);

impl Read for Slowly<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = buffer.len().min(self.1).min(self.0.len());
        buffer[..n].copy_from_slice(&self.0[..n]);
        self.0 = &self.0[n..];
        Ok(n)
    }
}

pub(crate) fn read_from(source: &Source, format: Format, reader: impl Read) -> Outcome {
    let mut all = 0;
    let reader = Counted(reader, &mut all);
    let mut chunker = Chunker::new(format, reader);
    let mut decoder = Decoder::new(source, format);
    let (mut arena, mut out) = (Bump::new(), Outcome::default());
    let (mut buffer, mut bytes) = (Vec::new(), 0);
    while let Some(chunk) = chunker.next(buffer).unwrap() {
        assert_eq!(chunk.base - chunk.origin.mark, bytes, "chunks follow one another");
        bytes += chunk.origin.bytes();
        decoder.decode(&chunk, &arena, &mut out);
        buffer = chunk.bytes;
        arena.reset();
    }
    out.lossy = decoder.lossy_records();
    out.other_formats = decoder.other_format_records();
    out.account = decoder.account();
    drop(chunker);
    assert_eq!(out.account.bytes, bytes, "every byte was given to the decoder");
    assert_eq!(out.account.bytes, all, "the account is that of the source's bytes");
    check_account(&out);
    out
}

/// Counts what is read.
struct Counted<'a, R>(R, &'a mut u64);

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.0.read(buffer)?;
        *self.1 += n as u64;
        Ok(n)
    }
}

/// Both sums of the account come out, and it says what the sink was told.
fn check_account(out: &Outcome) {
    let account = out.account;
    assert!(account.is_exact(), "{account:?}");
    let mut places: Vec<_> = out.events.iter().map(|event| event.row.place.offset).collect();
    places.dedup();
    assert_eq!(account.events, places.len() as u64, "records with events: {account:?}");
    // An event of too many fields is an event and a note beside it.
    let is_note = |r: &&Reject| places.binary_search(&r.place.offset).is_ok() && r.place.length > 0;
    let notes = out.rejects.iter().filter(is_note).count();
    let told = (out.rejects.len() - notes) as u64;
    assert_eq!(account.rejects, told, "rejected records: {account:?} {:?}", out.rejects);
}

pub(crate) fn read(format: Format, bytes: impl AsRef<[u8]>) -> Outcome {
    read_from(&source(), format, bytes.as_ref())
}

/// A source whose last day is 1 February 2026.
pub(crate) fn source() -> Source {
    let mut source = Source::default();
    let reference: Timestamp = "2026-02-01".parse().unwrap();
    source.clock.year_reference = Some(reference.day());
    source
}

/// A folder of real logs, or nothing, which is told.
pub(crate) fn corpus(path: &str) -> Option<PathBuf> {
    let root = std::env::var_os("BAKAS_CORPORA").map(PathBuf::from).or_else(|| {
        let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
        let root = here.ancestors().find(|folder| folder.join("Cargo.lock").exists())?;
        Some(root.parent()?.join("shared/corpora"))
    });
    let found = root.map(|root| root.join("logs").join(path)).filter(|path| path.exists());
    if found.is_none() {
        eprintln!("skipped: no corpus {path}");
    }
    found
}
