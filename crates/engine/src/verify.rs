//! `bakas verify`: whether a case is as it was sealed.

use std::{
    fmt, fs,
    io::{self, Read},
    path::{Path, PathBuf},
};

use bakas_seal::{FileDigest, Folder, PublicKey, Report};
use serde::Serialize;

use crate::{
    Error,
    assess::{self, Live},
    plan::readable,
};

/// Problems that are shown one by one.
const SHOWN_LIMIT: usize = 50;

/// What stands before the names of events.
const EVENTS_FOLDER: &str = "events/";

/// What verifying came to.
#[derive(Debug, Serialize)]
pub struct Verified {
    /// Whether everything holds: the seal, and the history of judgements.
    pub holds: bool,
    /// Whether the seal holds in every point.
    pub seal_holds: bool,
    /// Everything that does not fit, each with what and where.
    pub problems: Vec<String>,
    /// The key's name.
    pub key: Option<String>,
    /// SHA-256 of the key, to be compared over another channel.
    pub key_fingerprint: Option<String>,
    /// Whether the key is the one that was asked for; where none was, anybody may have signed.
    pub key_expected: bool,
    /// Outputs sealed.
    pub outputs: usize,
    /// Inputs sealed.
    pub inputs: usize,
    /// Whether the inputs were read and compared.
    pub inputs_checked: bool,
    /// Whether analysts' files lie beside what is sealed.
    pub judged: bool,
    /// Changes that their history holds, one following from the other.
    pub judgements_recorded: usize,
    /// Entries that their history does not hold yet.
    pub judgements_unrecorded: usize,
}

/// Verifies a case and, where they are given, the logs it was made from.
///
/// # Errors
/// Where there is no such case or key, or the key is none. A broken seal is no error.
pub fn run(case: &Path, inputs: Option<&Path>, key: Option<&Path>) -> Result<Verified, Error> {
    let folder = Disk::new(case, true)?;
    let inputs = inputs.map(|path| Disk::new(path, false)).transpose()?;
    let expected = key.map(read_key).transpose()?;
    let checked = inputs.is_some();
    let inputs = inputs.as_ref().map(|disk| disk as &dyn Folder);
    let report = bakas_seal::verify(&folder, inputs, expected.as_ref());
    Ok(Verified::of(report, checked).with(assess::examine(case)))
}

fn read_key(path: &Path) -> Result<PublicKey, Error> {
    let text =
        fs::read_to_string(path).map_err(|source| Error::Read { path: path.to_owned(), source })?;
    PublicKey::parse(&text).map_err(|e| Error::Usage(format!("{}: {e}", path.display())))
}

/// A folder on the disk.
struct Disk {
    root: PathBuf,
    /// Whether it is a case, which holds nothing but plain files.
    strict: bool,
}

impl Disk {
    fn new(path: &Path, strict: bool) -> Result<Self, Error> {
        let meta = fs::metadata(path);
        match meta {
            Ok(meta) if meta.is_dir() => Ok(Self { root: path.to_owned(), strict }),
            Ok(_) => Err(Error::Usage(format!("{} is no folder", path.display()))),
            Err(source) => Err(Error::Read { path: path.to_owned(), source }),
        }
    }
}

impl Folder for Disk {
    fn list(&self) -> io::Result<Vec<String>> {
        let files = bakas_store::case_folder::list_files(&self.root);
        let files = files.map_err(|e| io::Error::other(e.to_string()))?;
        let mut names: Vec<String> = files.into_iter().map(|(name, _)| name).collect();
        if self.strict {
            // They are looked at by themselves.
            names.retain(|name| !assess::LIVE_FILES.contains(&name.as_str()));
            empty_folders(&self.root, "", &mut names)?;
        }
        Ok(names)
    }

    fn open(&self, path: &str) -> io::Result<Box<dyn Read + '_>> {
        let at = self.find(path)?;
        let meta = fs::symlink_metadata(&at)?;
        // A link leads out of what was sealed, and a pipe or device may never end.
        if self.strict && !meta.is_file() {
            return Err(io::Error::other("it is a link or no file: a case holds plain files"));
        }
        if !fs::metadata(&at)?.is_file() {
            return Err(io::Error::other("it is no file"));
        }
        Ok(Box::new(fs::File::open(at)?))
    }
}

/// Adds folders that hold nothing: a name can say something, too. A case without events has an
/// empty folder for them.
fn empty_folders(folder: &Path, below: &str, names: &mut Vec<String>) -> io::Result<()> {
    let mut is_empty = true;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        is_empty = false;
        if entry.file_type()?.is_dir() {
            let name = format!("{below}{}/", readable(&entry.file_name()));
            empty_folders(&entry.path(), &name, names)?;
        }
    }
    if is_empty && !["", EVENTS_FOLDER].contains(&below) {
        names.push(below.to_owned());
    }
    Ok(())
}

impl Disk {
    /// The file of that name; a part that is written with `\xff` may be of bytes that are no UTF-8.
    fn find(&self, path: &str) -> io::Result<PathBuf> {
        let plain = self.root.join(path);
        if !path.contains("\\x") || fs::symlink_metadata(&plain).is_ok() {
            return Ok(plain);
        }
        let mut at = self.root.clone();
        for part in path.split('/') {
            let same = |entry: io::Result<fs::DirEntry>| {
                let name = entry.ok()?.file_name();
                (readable(&name) == part).then_some(name)
            };
            let found = fs::read_dir(&at)?.find_map(same);
            at.push(found.ok_or(io::ErrorKind::NotFound)?);
        }
        Ok(at)
    }
}

impl Verified {
    fn of(report: Report, inputs_checked: bool) -> Self {
        let manifest = report.manifest.as_ref();
        let count = |list: fn(&bakas_seal::Manifest) -> &Vec<FileDigest>| {
            manifest.map_or(0, |manifest| list(manifest).len())
        };
        Self {
            holds: report.is_right(),
            seal_holds: report.is_right(),
            problems: report.problems.iter().map(ToString::to_string).collect(),
            key: report.key.as_ref().map(|key| key.name().to_owned()),
            key_fingerprint: report.key.as_ref().map(PublicKey::fingerprint),
            key_expected: report.key_expected,
            outputs: count(|m| &m.outputs),
            inputs: count(|m| &m.inputs),
            inputs_checked,
            judged: false,
            judgements_recorded: 0,
            judgements_unrecorded: 0,
        }
    }

    /// With what there is to say of the files that analysts work on.
    fn with(mut self, live: Live) -> Self {
        self.holds &= live.problems.is_empty();
        self.problems.extend(live.problems);
        self.judged = live.there;
        self.judgements_recorded = live.recorded;
        self.judgements_unrecorded = live.unrecorded;
        self
    }

    /// Whether the seal holds.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.holds
    }
}

impl fmt::Display for Verified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for problem in self.problems.iter().take(SHOWN_LIMIT) {
            writeln!(f, "- {problem}")?;
        }
        if self.problems.len() > SHOWN_LIMIT {
            writeln!(f, "- and {} more", self.problems.len() - SHOWN_LIMIT)?;
        }
        if !self.seal_holds {
            let count = self.problems.len();
            let problems = if count == 1 { "problem" } else { "problems" };
            return writeln!(f, "the seal does NOT hold: {count} {problems}");
        }
        if !self.holds {
            writeln!(
                f,
                "the history of judgements does NOT hold; what was sealed is another matter:"
            )?;
        }
        writeln!(f, "the seal holds: {} files are as they were sealed", self.outputs)?;
        if self.inputs_checked {
            writeln!(f, "the {} logs are those that were read", self.inputs)?;
        } else {
            writeln!(f, "the {} logs were not compared: give them with --inputs", self.inputs)?;
        }
        if self.judged && self.holds {
            let (recorded, rest) = (self.judgements_recorded, self.judgements_unrecorded);
            writeln!(
                f,
                "assessment.toml is not sealed: its history holds, with {recorded} changes; {rest} entries are not in it"
            )?;
        }
        if let (Some(key), Some(fingerprint)) = (&self.key, &self.key_fingerprint) {
            writeln!(f, "signed with the key {key}, fingerprint {fingerprint}")?;
        }
        if !self.key_expected {
            let who = "anybody may have signed: give the signer's key with --key, or compare this \
                       fingerprint with theirs over another channel";
            writeln!(f, "{who}")?;
        }
        Ok(())
    }
}
