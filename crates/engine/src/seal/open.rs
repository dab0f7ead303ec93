//! Records opened again for somebody else: the logs are read as the sweep read them, and whatever
//! comes out must be what was sealed.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::File,
    io::{self, BufReader, Read as _, Seek as _, SeekFrom},
    path::Path,
};

use bakas_ingest::{Chunker, Decoder, Member, Sink};
use bakas_model::{Event, Place, Reject};
use bakas_seal::{
    LeafKind,
    record::{Field, Opening, RecordPlace},
};
use bumpalo::Bump;

use super::{
    RECORDS_FILE, ROW_BYTES, broken, check::range_of, disk::Disk, fields::Fields,
    recheck::place_of, records::RecordRange, secrets,
};
use crate::{
    Error,
    plan::{Plan, PlannedFile, PlannedMember},
};

/// The leaf of the record at an offset of a source; `None` where no record begins there.
///
/// # Errors
/// When the case has no log, or its files cannot be read.
pub fn record_leaf(case: &Path, source: u32, offset: u64) -> Result<Option<u64>, Error> {
    let Some((_, range)) = sources(case)?.remove(&source) else { return Ok(None) };
    Ok(Rows::open(case, range)?.find(source, offset)?.map(|(index, _)| index))
}

/// Paths and records of the sources that the log names.
fn sources(case: &Path) -> Result<BTreeMap<u32, (String, RecordRange)>, Error> {
    let source = |(_, leaf): (u64, super::Leaf)| {
        let (number, range) = range_of(&leaf.json).filter(|_| leaf.kind == LeafKind::Source)?;
        Some((number, (leaf.json.get("path")?.as_str()?.to_owned(), range)))
    };
    Ok(super::leaves(case)?.into_iter().filter_map(source).collect())
}

/// The rows of a source's records.
struct Rows {
    file: File,
    path: std::path::PathBuf,
    range: RecordRange,
}

impl Rows {
    fn open(case: &Path, range: RecordRange) -> Result<Self, Error> {
        let path = case.join(RECORDS_FILE);
        let file =
            File::open(&path).map_err(|source| Error::Read { path: path.clone(), source })?;
        Ok(Self { file, path, range })
    }

    fn row(&mut self, source: u32, index: u64) -> Result<RecordPlace, Error> {
        let mut row = [0; ROW_BYTES];
        let read = self
            .file
            .seek(SeekFrom::Start(index * ROW_BYTES as u64))
            .and_then(|_| self.file.read_exact(&mut row));
        read.map_err(|source| Error::Read { path: self.path.clone(), source })?;
        Ok(place_of(source, &row))
    }

    /// The record at an offset: they stand sorted.
    fn find(&mut self, source: u32, offset: u64) -> Result<Option<(u64, RecordPlace)>, Error> {
        let (mut low, mut high) = (self.range.first, self.range.first + self.range.count);
        while low < high {
            let middle = low + (high - low) / 2;
            let place = self.row(source, middle)?;
            match place.offset.cmp(&offset) {
                std::cmp::Ordering::Equal => return Ok(Some((middle, place))),
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        Ok(None)
    }
}

/// Opens records, by source and offset, in their order. Shown are the fields that `shows` picks, and
/// the bytes where `show_raw` says so.
///
/// # Errors
/// When a record is none, its salts are destroyed, its log is not below `inputs`, or what is read
/// there now is not what was sealed.
pub fn open_records(
    case: &Path,
    inputs: &Path,
    wanted: &BTreeSet<(u32, u64)>,
    show_raw: bool,
    shows: &dyn Fn(Field, u8) -> bool,
) -> Result<Vec<Opening>, Error> {
    let sources = sources(case)?;
    let plan = Plan::make_except(&[inputs.to_owned()], None, &[], &[case.to_owned()])?;
    let mut read = BTreeMap::new();
    for number in wanted.iter().map(|(source, _)| *source).collect::<BTreeSet<_>>() {
        let Some((path, _)) = sources.get(&number) else {
            return Err(Error::Usage(format!("the case has no source {number}")));
        };
        let offsets = wanted.range((number, 0)..=(number, u64::MAX)).map(|(_, offset)| *offset);
        for (offset, record) in records(&plan, path, &offsets.collect())? {
            read.insert((number, offset), record);
        }
    }
    let disk = Disk::read(case)?;
    let mut openings = Vec::with_capacity(wanted.len());
    for (number, offset) in wanted {
        let (path, range) = &sources[number];
        let lost =
            |why: &str| Error::Refused(format!("the record at byte {offset} of {path:?} {why}"));
        let found = Rows::open(case, *range)?.find(*number, *offset)?;
        let (index, place) = found.ok_or_else(|| lost("is none that was sealed"))?;
        let record = read.get(&(*number, *offset)).ok_or_else(|| lost("is not there any more"))?;
        let secret = secrets::secret(case, *number)?;
        let secret = secret.ok_or_else(|| lost("cannot be opened: its salts are destroyed"))?;
        let opening =
            Opening::open(&secret, (index, place), &record.raw, (show_raw, shows), &mut |give| {
                for (field, event, text) in &record.fields {
                    give(*field, *event, text);
                }
            });
        if opening.leaf().map_err(broken)? != disk.hash(0, index)? {
            return Err(lost(
                "is not as it was sealed: the log, its configuration or this version's way of \
                 reading it changed",
            ));
        }
        openings.push(opening);
    }
    Ok(openings)
}

/// A record as it is read now.
#[derive(Debug, Default)]
struct Read {
    raw: Vec<u8>,
    fields: Vec<(Field, u8, String)>,
    events: u8,
}

/// Reads a source and keeps the records at those offsets.
fn records(plan: &Plan, path: &str, offsets: &BTreeSet<u64>) -> Result<BTreeMap<u64, Read>, Error> {
    let source = plan.sources.iter().find(|source| source.path == path);
    let Some(source) = source else {
        return Err(Error::Usage(format!("{path:?} is not among the logs given with --inputs")));
    };
    let is_it = |member: &&PlannedMember| member.source == source.ix;
    let file = plan.files.iter().find_map(|file| Some((file, file.members.iter().find(is_it)?)));
    let Some((file, planned)) = file else {
        return Err(Error::Usage(format!("{path:?} cannot be read")));
    };
    let mut keeper =
        Keeper { offsets, found: BTreeMap::new(), at: None, fields: Fields::default() };
    read_member(plan, file, planned, &mut keeper)?;
    Ok(keeper.found)
}

fn read_member(
    plan: &Plan,
    file: &PlannedFile,
    planned: &PlannedMember,
    keeper: &mut Keeper<'_>,
) -> Result<(), Error> {
    let failed = |source| Error::Read { path: file.path.clone(), source };
    let Some(format) = planned.format else { return Ok(()) };
    let source = &plan.sources[planned.source.0 as usize];
    let mut decoder = Decoder::with(source, format, plan.formats);
    let mut each = |member: Member<'_>| -> io::Result<()> {
        if member.name != planned.name {
            return Ok(());
        }
        let mut chunker = Chunker::new(format, member.reader);
        if let Some(year) = planned.first_year {
            chunker = chunker.beginning_in(year);
        }
        let (mut buffer, mut arena) = (Vec::new(), Bump::new());
        while let Some(mut chunk) = chunker.next(buffer)? {
            for reject in std::mem::take(&mut chunk.rejects) {
                let piece =
                    reject.place.offset..reject.place.offset + u64::from(reject.place.length);
                if piece.end <= chunk.origin.end
                    && let Some(bytes) = chunk.part(piece)
                {
                    keeper.record(reject.place, bytes);
                }
            }
            arena.reset();
            decoder.decode(&chunk, &arena, keeper);
            keeper.at = None;
            buffer = chunk.bytes;
        }
        Ok(())
    };
    let mut shipped = BufReader::with_capacity(1 << 20, File::open(&file.path).map_err(failed)?);
    bakas_ingest::unpack(&file.name, &mut shipped, &mut each, &mut |_| {}).map_err(failed)
}

/// Keeps what is wanted.
struct Keeper<'a> {
    offsets: &'a BTreeSet<u64>,
    found: BTreeMap<u64, Read>,
    at: Option<u64>,
    fields: Fields,
}

impl Sink for Keeper<'_> {
    fn event(&mut self, event: &Event<'_>, _line: u64) {
        let Some(read) = self.at.and_then(|at| self.found.get_mut(&at)) else { return };
        let (number, list) = (read.events, &mut read.fields);
        self.fields.of(event, &mut |field, text| {
            list.push((field, number, String::from_utf8_lossy(text).into_owned()));
        });
        read.events = number.saturating_add(1);
    }

    fn reject(&mut self, _: Reject) {}

    fn record(&mut self, place: Place, bytes: &[u8]) {
        self.at = None;
        let is_wanted = self.offsets.contains(&place.offset);
        // As when it was sealed: blank ones are none, and the first one at an offset counts.
        if is_wanted && !bytes.trim_ascii().is_empty() && !self.found.contains_key(&place.offset) {
            self.at = Some(place.offset);
            self.found.insert(place.offset, Read { raw: bytes.to_vec(), ..Read::default() });
        }
    }
}
