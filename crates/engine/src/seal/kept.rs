//! Checkpoints that were given to others, with what came back: cosignatures of witnesses and time
//! stamps. They lie below `seal/checkpoints/`, one set for each size of the log.

use std::{fs, io::Read as _, path::Path};

use bakas_seal::{
    Checkpoint, FileDigest, Leaf, LeafKind, PublicKey, checkpoint::CHECKPOINT_BYTES_LIMIT,
};

use super::{
    check::{Checked, began_with},
    disk::Disk,
    witness::Policy,
};
use crate::Error;

/// The folder of kept checkpoints, within the case.
pub(crate) const CHECKPOINTS_FOLDER: &str = "seal/checkpoints";
/// Largest time stamp that is read.
pub(crate) const STAMP_BYTES_LIMIT: u64 = 256 << 10;

/// A checkpoint, or a request for a stamp, was given to others.
pub(crate) const GIVEN: &str = "checkpoint_given";
/// A cosignature came.
pub(crate) const COSIGNED: &str = "cosignature";
/// A time stamp came.
pub(crate) const STAMPED: &str = "time_stamp";

/// What kind of file belongs to a size of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kept {
    /// The checkpoint with cosignatures.
    Note,
    /// A request for a time stamp.
    Request,
    /// A time stamp.
    Stamp,
}

impl Kept {
    const ALL: [Self; 3] = [Self::Note, Self::Request, Self::Stamp];

    const fn extension(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Request => "tsq",
            Self::Stamp => "tsr",
        }
    }

    /// The file's path within the case.
    pub(crate) fn path(self, size: u64) -> String {
        format!("{CHECKPOINTS_FOLDER}/{size}.{}", self.extension())
    }

    fn of(name: &str) -> Option<(u64, Self)> {
        let (size, extension) = name.split_once('.')?;
        let number: u64 = size.parse().ok()?;
        let kind = Self::ALL.into_iter().find(|kind| kind.extension() == extension)?;
        (number.to_string() == size).then_some((number, kind))
    }
}

/// The files that are kept, by size of the log.
pub(crate) fn list(case: &Path) -> Result<Vec<(u64, Kept)>, Error> {
    let mut found = Vec::new();
    each_name(case, &mut |name, is_file| {
        found.extend(Kept::of(name).filter(|_| is_file));
        Ok(())
    })?;
    found.sort_by_key(|(size, kind)| (*size, kind.extension()));
    Ok(found)
}

fn each_name(
    case: &Path,
    each: &mut dyn FnMut(&str, bool) -> Result<(), Error>,
) -> Result<(), Error> {
    let folder = case.join(CHECKPOINTS_FOLDER);
    if !folder.exists() {
        return Ok(());
    }
    let read = |source| Error::Read { path: folder.clone(), source };
    for entry in fs::read_dir(&folder).map_err(read)? {
        let entry = entry.map_err(read)?;
        let is_file = entry.file_type().map_err(read)?.is_file();
        each(&crate::plan::readable(&entry.file_name()), is_file)?;
    }
    Ok(())
}

/// Reads a kept file; `None` where there is none.
pub(crate) fn read(case: &Path, size: u64, kind: Kept) -> Result<Option<Vec<u8>>, Error> {
    let path = case.join(kind.path(size));
    let read = |source| Error::Read { path: path.clone(), source };
    let file = match fs::File::open(&path) {
        Ok(file) => file,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(read(source)),
    };
    let limit = STAMP_BYTES_LIMIT.max(CHECKPOINT_BYTES_LIMIT as u64);
    let mut bytes = Vec::new();
    file.take(limit + 1).read_to_end(&mut bytes).map_err(read)?;
    if bytes.len() as u64 > limit {
        return Err(Error::Seal(format!("{} is over {limit} bytes", kind.path(size))));
    }
    Ok(Some(bytes))
}

/// What a leaf says of a kept file: so that none can go, or go back, unseen.
fn leaf(what: &str, size: u64, kind: Kept, more: serde_json::Value) -> Leaf {
    let mut value = serde_json::json!({"what": what, "file": kind.path(size)});
    if let (Some(value), serde_json::Value::Object(more)) = (value.as_object_mut(), more) {
        value.extend(more);
    }
    Leaf::new(LeafKind::Outside, value)
}

/// Says in the log that a checkpoint or a request for a stamp was given out, or that something came.
pub(crate) fn tell(
    case: &Path,
    key: Option<&Path>,
    (what, size, kind): (&str, u64, Kept),
    more: serde_json::Value,
) -> Result<(), Error> {
    super::append_with(case, key, &[leaf(what, size, kind, more)]).map(drop)
}

/// The checkpoint that is given to others: the present one, or one that was given already where the
/// log has grown since by nothing but that.
pub(crate) fn present(case: &Path, key: Option<&Path>) -> Result<(Checkpoint, String), Error> {
    let (_, note, head) = super::read(case)?;
    let mut from = head.size;
    for (index, leaf) in super::leaves(case)?.iter().rev() {
        if *index + 1 != from || !is_of_kept(leaf) {
            break;
        }
        from = *index;
        if let Some(kept) = read(case, from, Kept::Note)? {
            let kept = String::from_utf8_lossy(&kept).into_owned();
            let own = crate::sealing::public_key(case)?;
            let head = Checkpoint::open(&kept, &own).map_err(super::broken)?;
            return Ok((head, kept));
        }
    }
    write(case, head.size, Kept::Note, note.as_bytes())?;
    tell(case, key, (GIVEN, head.size, Kept::Note), serde_json::json!({}))?;
    Ok((head, note))
}

fn is_of_kept(leaf: &Leaf) -> bool {
    let what = leaf.json.get("what").and_then(|what| what.as_str()).unwrap_or_default();
    leaf.kind == LeafKind::Outside && [GIVEN, COSIGNED, STAMPED].contains(&what)
}

/// Everything that the log says was kept is there.
fn check_told(case: &Path, key: &PublicKey, checked: &Checked, witnesses: &Policy) -> Vec<String> {
    let mut problems = Vec::new();
    for leaf in checked.leaves.iter().map(|(_, leaf)| leaf).filter(|leaf| is_of_kept(leaf)) {
        let text = |name: &str| leaf.json.get(name).and_then(|text| text.as_str());
        let (Some(file), Some(what)) = (text("file"), text("what")) else { continue };
        let Some((size, kind)) =
            file.strip_prefix(CHECKPOINTS_FOLDER).and_then(|name| Kept::of(name.trim_matches('/')))
        else {
            continue;
        };
        let bytes = match read(case, size, kind) {
            Ok(Some(bytes)) => bytes,
            Ok(None) => {
                problems.push(format!("missing: {file:?}"));
                continue;
            }
            Err(e) => {
                problems.push(e.to_string());
                continue;
            }
        };
        let is_there = match what {
            COSIGNED => {
                let all = witnesses.cosigned(&String::from_utf8_lossy(&bytes), key);
                all.unwrap_or_default()
                    .iter()
                    .any(|one| Some(one.witness.as_str()) == text("witness"))
            }
            // Where the log says what it was, it is that.
            _ => text("sha256").is_none_or(|sealed| {
                FileDigest::read("", &mut bytes.as_slice())
                    .is_ok_and(|digest| digest.sha256 == sealed)
            }),
        };
        if !is_there {
            problems.push(format!("changed: {file:?}: what the log says came is not in it"));
        }
    }
    problems
}

/// Keeps a file in the place of the one before.
pub(crate) fn write(case: &Path, size: u64, kind: Kept, bytes: &[u8]) -> Result<(), Error> {
    let folder = case.join(CHECKPOINTS_FOLDER);
    fs::create_dir_all(&folder).map_err(|source| Error::Write { path: folder, source })?;
    bakas_store::replace(&case.join(kind.path(size)), bytes)?;
    Ok(())
}

/// Looks at everything that is kept.
pub(super) fn check(
    case: &Path,
    disk: &Disk,
    key: &PublicKey,
    head: &Checkpoint,
    checked: &mut Checked,
) -> Result<(), Error> {
    let mut problems = Vec::new();
    each_name(case, &mut |name, is_file| {
        if !is_file || Kept::of(name).is_none() {
            problems.push(format!("not sealed: \"{CHECKPOINTS_FOLDER}/{name}\""));
        }
        Ok(())
    })?;
    let acts: Vec<_> = checked.of(LeafKind::Custody).cloned().collect();
    let witnesses = Policy::last(&acts);
    problems.extend(check_told(case, key, checked, &witnesses));
    for (size, kind) in list(case)? {
        let path = kind.path(size);
        let Some(bytes) = read(case, size, kind)? else { continue };
        let Some(note) = read(case, size, Kept::Note)? else {
            problems.push(format!("missing: {:?}", Kept::Note.path(size)));
            continue;
        };
        let outcome = match kind {
            Kept::Note => checkpoint(&note, size, key, head, disk, &witnesses),
            Kept::Request => super::stamp::check_request(&note, &bytes),
            Kept::Stamp => {
                let request = read(case, size, Kept::Request)?;
                super::stamp::check_stamp(&note, request.as_deref(), &bytes).map(drop)
            }
        };
        if let Err(why) = outcome {
            problems.push(format!("{path}: {why}"));
        }
    }
    problems.into_iter().for_each(|problem| checked.problem(problem));
    Ok(())
}

fn checkpoint(
    note: &[u8],
    size: u64,
    key: &PublicKey,
    head: &Checkpoint,
    disk: &Disk,
    witnesses: &Policy,
) -> Result<(), String> {
    let note = std::str::from_utf8(note).map_err(|_| "it is not UTF-8".to_owned())?;
    let kept = Checkpoint::open(note, key).map_err(|e| e.to_string())?;
    if kept.size != size || kept.origin != head.origin {
        return Err("it is of another size or another log".to_owned());
    }
    if size > head.size {
        return Err(format!(
            "the log had {size} leaves once and has {} now: it was put back, or cut",
            head.size
        ));
    }
    if !began_with(disk, size, &kept.root) {
        return Err(format!("the log's first {size} leaves are not those that were signed"));
    }
    witnesses.cosigned(note, key).map(drop)
}
