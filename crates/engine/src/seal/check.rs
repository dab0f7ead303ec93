//! Whether a case's log is what was signed: every hash of the tree, every leaf, every kept checkpoint.
//! Whatever does not fit is told with its file and its leaf.

use std::{
    fs::{self, File},
    io::{self, BufReader, Read},
    path::Path,
};

use bakas_seal::{
    Checkpoint, Hash, Leaf, LeafKind, PublicKey,
    leaf::{HASH_BYTES, leaf_hash},
    tree::{Growth, LEVELS, TILE_HASHES, hashes_of, root_of},
};

use super::{
    CHECKPOINT_FILE, LEAVES_FILE, LOCK_FILE, LOG_FOLDER, RECORDS_FILE, ROW_BYTES, disk::Disk,
    level_file, records::RecordRange,
};
use crate::Error;

/// Problems of the log that are told one by one.
const PROBLEMS_LIMIT: usize = 1_000;
/// Bytes read at once.
const READ_BYTES: usize = 1 << 20;

/// What looking at the log came to.
#[derive(Debug, Default)]
pub(crate) struct Checked {
    /// What does not fit.
    pub(crate) problems: Vec<String>,
    /// The head, where it is signed.
    pub(crate) head: Option<Checkpoint>,
    /// The leaves that are JSON and as they were sealed.
    pub(crate) leaves: Vec<(u64, Leaf)>,
    /// Records that are leaves.
    pub(crate) records: u64,
}

impl Checked {
    pub(super) fn problem(&mut self, what: String) {
        if self.problems.len() < PROBLEMS_LIMIT {
            self.problems.push(what);
        }
    }

    /// What the leaves of a kind say.
    pub(crate) fn of(&self, kind: LeafKind) -> impl Iterator<Item = &serde_json::Value> {
        self.leaves.iter().filter(move |(_, leaf)| leaf.kind == kind).map(|(_, leaf)| &leaf.json)
    }

    /// Which leaves are the records of each source, by source.
    pub(crate) fn ranges(&self) -> Vec<(u32, RecordRange)> {
        self.of(LeafKind::Source).filter_map(range_of).collect()
    }
}

/// Source and records of a source's leaf.
pub(crate) fn range_of(value: &serde_json::Value) -> Option<(u32, RecordRange)> {
    let source = u32::try_from(value.get("source")?.as_u64()?).ok()?;
    let records = value.get("records")?;
    let (first, count) = (records.get("first")?.as_u64()?, records.get("count")?.as_u64()?);
    Some((source, RecordRange { first, count }))
}

/// Looks at a case's log. `is_due` says that it must have one.
pub(crate) fn check(case: &Path, key: Option<&PublicKey>, is_due: bool) -> Checked {
    let mut checked = Checked::default();
    if !case.join(LOG_FOLDER).exists() {
        if is_due {
            checked.problem(format!("missing: \"{LOG_FOLDER}\": the case was sealed with a log"));
        }
        return checked;
    }
    if let Err(error) = whole(case, key, &mut checked) {
        checked.problem(error.to_string());
    }
    checked
}

fn whole(case: &Path, key: Option<&PublicKey>, checked: &mut Checked) -> Result<(), Error> {
    names(case, checked)?;
    let disk = Disk::read(case)?;
    let Some(note) = disk.checkpoint()? else {
        checked.problem(format!("missing: {CHECKPOINT_FILE:?}"));
        return Ok(());
    };
    let Some(key) = key else { return Ok(()) };
    let head = match Checkpoint::open(&note, key) {
        Ok(head) if note.matches('\u{2014}').count() == 1 => head,
        Ok(_) => {
            checked.problem(format!("{CHECKPOINT_FILE}: it bears other signatures than the log's"));
            return Ok(());
        }
        Err(e) => {
            checked.problem(format!("{CHECKPOINT_FILE}: {e}"));
            return Ok(());
        }
    };
    lengths(case, &head, checked)?;
    let rows = tree(case, &head, checked)?;
    leaves(&disk, &head, &rows, checked)?;
    records(case, &head, checked)?;
    super::kept::check(case, &disk, key, &head, checked)?;
    checked.head = Some(head);
    Ok(())
}

/// Only the log's own files may lie there.
fn names(case: &Path, checked: &mut Checked) -> Result<(), Error> {
    let folder = case.join(LOG_FOLDER);
    let read = |source| Error::Read { path: folder.clone(), source };
    if !case.join(LOCK_FILE).exists() {
        checked.problem(format!("missing: {LOCK_FILE:?}"));
    }
    for entry in fs::read_dir(&folder).map_err(read)? {
        let entry = entry.map_err(read)?;
        let name = format!("{LOG_FOLDER}/{}", crate::plan::readable(&entry.file_name()));
        let meta = entry.metadata().map_err(read)?;
        let is_known = [CHECKPOINT_FILE, LEAVES_FILE, LOCK_FILE].contains(&name.as_str())
            || (0..LEVELS).any(|level| level_file(level) == name);
        if !meta.is_file() || !is_known {
            checked.problem(format!("not sealed: {name:?}"));
        } else if name == LOCK_FILE && meta.len() > 0 {
            checked.problem(format!("changed: {name:?}: it is empty otherwise"));
        }
    }
    Ok(())
}

/// Every row is as long as the checkpoint says.
fn lengths(case: &Path, head: &Checkpoint, checked: &mut Checked) -> Result<(), Error> {
    for level in 0..LEVELS {
        let name = level_file(level);
        let expected = hashes_of(level, head.size) * HASH_BYTES as u64;
        match length(&case.join(&name))? {
            found if found < expected => checked.problem(format!(
                "cut: {name:?} has {found} bytes, and the checkpoint speaks for {expected}"
            )),
            found if found > expected => checked.problem(format!(
                "too long: {name:?} has {found} bytes, and the checkpoint speaks for {expected}: an \
                 older checkpoint was put back, or a writer was ended (the next act cuts it off)"
            )),
            _ => {}
        }
    }
    Ok(())
}

fn length(path: &Path) -> Result<u64, Error> {
    match fs::symlink_metadata(path) {
        Ok(meta) => Ok(meta.len()),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(0),
        Err(source) => Err(Error::Read { path: path.to_owned(), source }),
    }
}

/// The last hashes of level 0, those behind the records, from the first JSON leaf on.
struct Rows {
    first: u64,
    hashes: Vec<Hash>,
}

/// Builds the tree anew from the leaves' hashes, and compares every level and the root.
fn tree(case: &Path, head: &Checkpoint, checked: &mut Checked) -> Result<Rows, Error> {
    let json_from = record_rows(case)?;
    let mut rows = Rows { first: json_from, hashes: Vec::new() };
    let mut levels: Vec<Level> =
        (1..LEVELS).map(|level| Level::open(case, level, head.size)).collect::<Result<_, _>>()?;
    let mut base = Level::open(case, 0, head.size)?;
    let mut growth = Growth::default();
    let mut wrong: Vec<(u8, u64)> = Vec::new();
    for index in 0..head.size {
        let Some(hash) = base.next()? else { break };
        if index >= json_from {
            rows.hashes.push(hash);
        }
        let mut keep = |level: u8, hash: &Hash| {
            if level > 0 {
                let row = &mut levels[usize::from(level) - 1];
                let number = row.at;
                if row.next().map_err(|e| io::Error::other(e.to_string()))? != Some(*hash) {
                    wrong.push((level, number));
                }
            }
            Ok(())
        };
        growth.push(hash, &mut keep).map_err(super::broken)?;
    }
    let is_right = growth.size() == head.size && growth.root() == head.root;
    for (level, number) in &wrong {
        let leaves = TILE_HASHES.pow(u32::from(*level));
        let (first, last) = (number * leaves, (number + 1) * leaves - 1);
        let which = if is_right { level_file(*level) } else { level_file(level - 1) };
        if is_right || *level == 1 {
            checked.problem(format!(
                "changed: {which:?}: the hashes of leaves {first} to {last} are not those that were \
                 signed"
            ));
        }
    }
    if !is_right && !wrong.iter().any(|(level, _)| *level == 1) {
        let first = head.size / TILE_HASHES * TILE_HASHES;
        checked.problem(format!(
            "changed: {:?}: the hashes of leaves {first} to {} do not give the root of \
             {CHECKPOINT_FILE}",
            level_file(0),
            head.size.saturating_sub(1)
        ));
    }
    Ok(rows)
}

/// Reads one row of hashes.
struct Level {
    file: Option<BufReader<File>>,
    path: std::path::PathBuf,
    at: u64,
    count: u64,
}

impl Level {
    fn open(case: &Path, level: u8, size: u64) -> Result<Self, Error> {
        let path = case.join(level_file(level));
        let file = match File::open(&path) {
            Ok(file) => Some(BufReader::with_capacity(READ_BYTES, file)),
            Err(e) if e.kind() == io::ErrorKind::NotFound => None,
            Err(source) => return Err(Error::Read { path, source }),
        };
        Ok(Self { file, path, at: 0, count: hashes_of(level, size) })
    }

    /// The next hash; `None` behind the last one and where the file is cut.
    fn next(&mut self) -> Result<Option<Hash>, Error> {
        let Some(file) = self.file.as_mut().filter(|_| self.at < self.count) else {
            self.at += 1;
            return Ok(None);
        };
        self.at += 1;
        let mut hash = [0; HASH_BYTES];
        match file.read_exact(&mut hash) {
            Ok(()) => Ok(Some(hash)),
            Err(e) if e.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
            Err(source) => Err(Error::Read { path: self.path.clone(), source }),
        }
    }
}

/// How many leaves are records, as their rows say.
fn record_rows(case: &Path) -> Result<u64, Error> {
    Ok(length(&case.join(RECORDS_FILE))? / ROW_BYTES as u64)
}

/// Every leaf that is JSON is there, and is what stands in the tree.
fn leaves(disk: &Disk, head: &Checkpoint, rows: &Rows, checked: &mut Checked) -> Result<(), Error> {
    let mut next = rows.first;
    let lines = disk.leaves_told(head.size, &mut |what| checked.problem(what))?;
    for line in lines {
        if line.index != next {
            checked.problem(format!(
                "{LEAVES_FILE}: leaf {} stands where leaf {next} belongs",
                line.index
            ));
        }
        next = line.index + 1;
        let at = line.index.checked_sub(rows.first).and_then(|at| usize::try_from(at).ok());
        let sealed = at.and_then(|at| rows.hashes.get(at));
        if sealed != Some(&leaf_hash(&line.text)) {
            checked
                .problem(format!("changed: {LEAVES_FILE}: leaf {} is not as sealed", line.index));
            continue;
        }
        match Leaf::parse(&line.text) {
            Ok(leaf) => checked.leaves.push((line.index, leaf)),
            Err(e) => checked.problem(format!("{LEAVES_FILE}: leaf {}: {e}", line.index)),
        }
    }
    if next != head.size {
        checked.problem(format!(
            "cut: {LEAVES_FILE}: leaves {next} to {} are not there",
            head.size.saturating_sub(1)
        ));
    }
    Ok(())
}

/// The records' rows are those that the sources' leaves speak of.
fn records(case: &Path, head: &Checkpoint, checked: &mut Checked) -> Result<(), Error> {
    let bytes = length(&case.join(RECORDS_FILE))?;
    let mut next = 0;
    for (source, range) in checked.ranges() {
        if range.count > 0 && range.first != next {
            checked.problem(format!("the records of source {source} do not follow one another"));
        }
        next += range.count;
    }
    checked.records = next;
    if bytes != next * ROW_BYTES as u64 || next > head.size {
        checked
            .problem(format!("{RECORDS_FILE:?} has {bytes} bytes, and the log has {next} records"));
    }
    Ok(())
}

/// Whether the log began with leaves of that size and root.
pub(super) fn began_with(disk: &Disk, size: u64, root: &Hash) -> bool {
    root_of(disk, size).is_ok_and(|found| found == *root)
}
