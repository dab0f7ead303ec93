//! Checks a case against its seal, and names everything that does not fit. It reads through a
//! trait and changes nothing.

use std::{
    collections::BTreeMap,
    fmt,
    io::{self, Read},
};

use crate::{
    FileDigest, KEY_FILE, MANIFEST_FILE, Manifest, NOTE_FILE, PublicKey, manifest::is_own, note,
};

/// Largest manifest that is read (256 MiB).
pub const MANIFEST_BYTES_LIMIT: u64 = 256 << 20;
/// Largest note or key that is read.
pub const NOTE_BYTES_LIMIT: u64 = 64 << 10;

/// A folder to be checked. Paths are below its root, with `/`.
pub trait Folder {
    /// Every file, hidden ones too.
    ///
    /// # Errors
    /// When the folder cannot be read.
    fn list(&self) -> io::Result<Vec<String>>;

    /// Opens a file for reading.
    ///
    /// # Errors
    /// When there is no such file, or it cannot be read.
    fn open(&self, path: &str) -> io::Result<Box<dyn Read + '_>>;
}

/// One thing that does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Problem {
    /// A sealed file is not there.
    Missing {
        /// Which.
        path: String,
    },
    /// A file is there that was not sealed.
    Extra {
        /// Which.
        path: String,
    },
    /// A file is not what was sealed.
    Changed {
        /// What was sealed.
        expected: FileDigest,
        /// What is there.
        found: FileDigest,
    },
    /// A file could not be read.
    Unreadable {
        /// Which.
        path: String,
        /// Why.
        why: String,
    },
    /// One of the seal's own files is damaged, or does not fit the others.
    Seal {
        /// Which.
        path: &'static str,
        /// How.
        why: String,
    },
    /// The case is sealed by another key than the one expected.
    WrongKey {
        /// The fingerprint of the one expected.
        expected: String,
        /// That of the one found.
        found: String,
    },
}

/// The result of a check.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Everything that does not fit; nothing where the seal holds.
    pub problems: Vec<Problem>,
    /// The manifest, where one could be read. Only where there are no problems is it to be believed.
    pub manifest: Option<Manifest>,
    /// The key in the case.
    pub key: Option<PublicKey>,
    /// Whether that key was compared with one known from elsewhere. Without it the check shows
    /// that nothing changed since somebody sealed, and not who did.
    pub key_expected: bool,
    /// Outputs that were read and are as sealed.
    pub outputs_right: u64,
    /// Inputs that were read and are as sealed.
    pub inputs_right: u64,
    /// Inputs that were not looked at, because no folder of inputs was given.
    pub inputs_not_checked: u64,
}

impl Report {
    /// Whether everything fits.
    #[must_use]
    pub fn is_right(&self) -> bool {
        self.problems.is_empty()
    }

    fn problem(&mut self, problem: Problem) {
        self.problems.push(problem);
    }
}

/// Checks a case; its inputs too, where their folder is given; the key against one known from
/// elsewhere, where that is given. What lies among the inputs beside those sealed is not looked at.
#[must_use]
pub fn verify(
    case: &dyn Folder,
    inputs: Option<&dyn Folder>,
    expected: Option<&PublicKey>,
) -> Report {
    let mut report = Report { key_expected: expected.is_some(), ..Report::default() };
    let key = check_key(case, expected, &mut report);
    let Some(manifest) = check_manifest(case, key.as_ref(), &mut report) else {
        return report;
    };
    report.outputs_right = check_files(case, &manifest.outputs, &mut report);
    match case.list() {
        Ok(found) => check_extra(found, &manifest, &mut report),
        Err(e) => report.problem(Problem::Unreadable { path: ".".into(), why: e.to_string() }),
    }
    match inputs {
        Some(folder) => report.inputs_right = check_files(folder, &manifest.inputs, &mut report),
        None => report.inputs_not_checked = manifest.inputs.len() as u64,
    }
    report.manifest = Some(manifest);
    report
}

fn check_key(
    case: &dyn Folder,
    expected: Option<&PublicKey>,
    report: &mut Report,
) -> Option<PublicKey> {
    let text = read_text(case, KEY_FILE, report)?;
    // The file has exactly one spelling.
    let parsed = PublicKey::parse(&text).map_err(|e| e.to_string());
    let key = match parsed {
        Ok(key) if key.to_text() == text => key,
        Ok(_) => return seal_problem(KEY_FILE, "it holds more than a key", report),
        Err(why) => return seal_problem(KEY_FILE, why, report),
    };
    report.key = Some(key.clone());
    if let Some(expected) = expected
        && *expected != key
    {
        report.problem(Problem::WrongKey {
            expected: expected.fingerprint(),
            found: key.fingerprint(),
        });
    }
    Some(key)
}

/// The manifest, as far as it can be read. Even one that is not signed right is compared, so that
/// all that changed is named.
fn check_manifest(
    case: &dyn Folder,
    key: Option<&PublicKey>,
    report: &mut Report,
) -> Option<Manifest> {
    let bytes = read_limited(case, MANIFEST_FILE, MANIFEST_BYTES_LIMIT, report);
    let note = read_text(case, NOTE_FILE, report);
    let bytes = bytes?;
    if let (Some(note), Some(key)) = (&note, key) {
        match note::open(note, key) {
            Ok(opened) if opened.covers(&bytes) => {}
            Ok(opened) => {
                let found = FileDigest::read(MANIFEST_FILE, &mut bytes.as_slice())
                    .expect("a slice can be read");
                let expected = FileDigest {
                    path: MANIFEST_FILE.to_owned(),
                    bytes: opened.bytes,
                    sha256: opened.sha256,
                };
                report.problem(Problem::Changed { expected, found });
            }
            Err(e) => {
                let _: Option<()> = seal_problem(NOTE_FILE, e.to_string(), report);
            }
        }
    }
    match Manifest::parse(&bytes) {
        Ok(manifest) => Some(manifest),
        Err(e) => seal_problem(MANIFEST_FILE, e.to_string(), report),
    }
}

/// Reads every file of the list; says how many are as they were.
fn check_files(folder: &dyn Folder, files: &[FileDigest], report: &mut Report) -> u64 {
    let mut right = 0;
    for expected in files {
        let path = expected.path.clone();
        let found = folder.open(&path).and_then(|mut reader| FileDigest::read(&path, &mut *reader));
        match found {
            Ok(found) if found == *expected => right += 1,
            Ok(found) => report.problem(Problem::Changed { expected: expected.clone(), found }),
            Err(e) if e.kind() == io::ErrorKind::NotFound => {
                report.problem(Problem::Missing { path });
            }
            Err(e) => report.problem(Problem::Unreadable { path, why: e.to_string() }),
        }
    }
    right
}

fn check_extra(found: Vec<String>, manifest: &Manifest, report: &mut Report) {
    let sealed: BTreeMap<&str, ()> =
        manifest.outputs.iter().map(|file| (file.path.as_str(), ())).collect();
    for path in found {
        if !is_own(&path) && !sealed.contains_key(path.as_str()) {
            report.problem(Problem::Extra { path });
        }
    }
}

fn read_text(case: &dyn Folder, path: &'static str, report: &mut Report) -> Option<String> {
    let bytes = read_limited(case, path, NOTE_BYTES_LIMIT, report)?;
    match String::from_utf8(bytes) {
        Ok(text) => Some(text),
        Err(_) => seal_problem(path, "it is not UTF-8", report),
    }
}

fn read_limited(
    case: &dyn Folder,
    path: &'static str,
    limit: u64,
    report: &mut Report,
) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = case.open(path).and_then(|reader| reader.take(limit + 1).read_to_end(&mut bytes));
    match read {
        Ok(n) if n as u64 > limit => seal_problem(path, "it is too large", report),
        Ok(_) => Some(bytes),
        Err(e) if e.kind() == io::ErrorKind::NotFound => {
            report.problem(Problem::Missing { path: path.to_owned() });
            None
        }
        Err(e) => {
            report.problem(Problem::Unreadable { path: path.to_owned(), why: e.to_string() });
            None
        }
    }
}

fn seal_problem<T>(path: &'static str, why: impl Into<String>, report: &mut Report) -> Option<T> {
    report.problem(Problem::Seal { path, why: why.into() });
    None
}

impl Problem {
    /// The file it is about; none where it is about the key.
    #[must_use]
    pub fn path(&self) -> Option<&str> {
        match self {
            Self::Missing { path } | Self::Extra { path } | Self::Unreadable { path, .. } => {
                Some(path)
            }
            Self::Changed { expected, .. } => Some(&expected.path),
            Self::Seal { path, .. } => Some(path),
            Self::WrongKey { .. } => None,
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { path } => write!(f, "missing: {path:?}"),
            Self::Extra { path } => write!(f, "not sealed: {path:?}"),
            Self::Changed { expected, found } => write!(
                f,
                "changed: {:?}: sealed {} bytes sha256 {}, found {} bytes sha256 {}",
                expected.path, expected.bytes, expected.sha256, found.bytes, found.sha256
            ),
            Self::Unreadable { path, why } => write!(f, "cannot be read: {path:?}: {why}"),
            Self::Seal { path, why } => write!(f, "the seal is broken: {path}: {why}"),
            Self::WrongKey { expected, found } => {
                write!(f, "sealed by another key: expected {expected}, found {found}")
            }
        }
    }
}
