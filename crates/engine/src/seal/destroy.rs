//! Destruction of a source: its secret goes, and with it every salt, so that no record of it can be
//! opened any more and no hidden field guessed; its payload in the case goes too. The leaves remain,
//! and an act of custody says what went, when and why.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write as _},
    path::Path,
};

use bakas_model::custody::{ActKind, Authority, CustodyAct, Item, Person};
use bakas_seal::LeafKind;
use bakas_store::{case_folder::EVENTS_DIR, case_folder::list_files};

use super::{LeafRange, act, check::range_of, secrets::secret_file};
use crate::{Error, clock::Clock};

/// Files that hold what records said, beside the events: for the whole case.
const DERIVED: &[&str] = &[
    "case.json",
    "evidence.ndjson",
    "findings.ndjson",
    "timeline.ndjson",
    "traces.ndjson",
    "rejects.ndjson",
    "addresses.ndjson",
    "report.html",
    "report.pdf",
];
/// Bytes that are written over at once.
const OVERWRITE_BYTES: usize = 1 << 16;

/// What is to be destroyed.
#[derive(Clone, Debug, Default)]
pub struct Destruction {
    /// The source's number.
    pub source: u32,
    /// Why.
    pub reason: String,
    /// Under which authority.
    pub authority: Authority,
    /// Who does it.
    pub person: Person,
    /// Whether everything goes that was made of the whole case, and not only what is of the agency.
    pub derived: bool,
}

/// What went.
#[derive(Debug)]
pub struct Destroyed {
    /// The act.
    pub leaf: LeafRange,
    /// Files that are gone, within the case.
    pub files: Vec<String>,
    /// Files that still say something of the source's records.
    pub left: Vec<String>,
}

/// Destroys. The act is in the log before the first file goes, so that nothing goes unsaid; where
/// the work was ended in between, it is done by asking again.
///
/// # Errors
/// When the source is none, no reason, person or authority is given, or a file cannot be removed.
pub fn destroy(
    case: &Path,
    key: Option<&Path>,
    asked: Destruction,
    (arguments, clock): (&[String], &dyn Clock),
) -> Result<Destroyed, Error> {
    if asked.reason.trim().is_empty() || asked.authority.kind.trim().is_empty() {
        return Err(Error::Usage(
            "destruction needs a reason and an authority: --reason and --authority".to_owned(),
        ));
    }
    let leaves = super::leaves(case)?;
    let source = leaves.iter().find(|(_, leaf)| {
        leaf.kind == LeafKind::Source
            && range_of(&leaf.json).is_some_and(|(number, _)| number == asked.source)
    });
    let Some((_, source)) = source else {
        return Err(Error::Usage(format!("the case has no source {}", asked.source)));
    };
    let agency = source.json.get("agency").and_then(|id| id.as_str()).unwrap_or_default();
    let (gone, left) = payload(case, asked.source, agency, asked.derived)?;
    let inputs = gone.iter().map(|name| within(case, name)).collect::<Result<_, _>>()?;
    let done = CustodyAct {
        act: ActKind::Destroyed,
        person: asked.person,
        authority: Some(asked.authority),
        sources: vec![asked.source],
        inputs,
        purpose: "the payload and the salts of the source are destroyed".to_owned(),
        reason: asked.reason,
        ..CustodyAct::default()
    };
    let leaf = act::act(case, key, done, (arguments, clock))?;
    for name in &gone {
        remove(&case.join(name))?;
    }
    Ok(Destroyed { leaf, files: gone, left })
}

fn within(case: &Path, name: &str) -> Result<Item, Error> {
    Ok(Item { name: name.to_owned(), ..act::item(&case.join(name))? })
}

/// The files that go, and those that stay though they say something.
fn payload(
    case: &Path,
    source: u32,
    agency: &str,
    derived: bool,
) -> Result<(Vec<String>, Vec<String>), Error> {
    let (mut gone, mut left) = (Vec::new(), Vec::new());
    let folder = format!("/agency={agency}/");
    for (name, _) in list_files(case)? {
        let is_events = name.starts_with(&format!("{EVENTS_DIR}/"));
        let is_of_agency = agency.is_empty() || name.contains(&folder);
        if name == secret_file(source) || (is_events && is_of_agency) {
            gone.push(name);
        } else if DERIVED.contains(&name.as_str()) {
            if derived { gone.push(name) } else { left.push(name) }
        }
    }
    Ok((gone, left))
}

/// Writes over a file and removes it. What a disk or its copies keep of it is beyond our reach.
fn remove(path: &Path) -> Result<(), Error> {
    let write = |source| Error::Write { path: path.to_owned(), source };
    let mut file = match OpenOptions::new().write(true).open(path) {
        Ok(file) => file,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(source) => return Err(write(source)),
    };
    let mut left = file.metadata().map_err(write)?.len();
    let zeros = [0; OVERWRITE_BYTES];
    while left > 0 {
        let now = left.min(OVERWRITE_BYTES as u64);
        file.write_all(&zeros[..now as usize]).map_err(write)?;
        left -= now;
    }
    file.sync_all().map_err(write)?;
    fs::remove_file(path).map_err(write)?;
    // A folder that is empty now says no more than that it was there.
    for folder in path.ancestors().skip(1).take(3) {
        if fs::remove_dir(folder).is_err() {
            break;
        }
    }
    Ok(())
}
