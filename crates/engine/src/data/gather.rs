//! `bakas data import`: files in — plain, packed or in archives — one table with its provenance
//! out, or nothing at all.

use std::{
    io::{self, BufRead, BufReader, Read},
    path::{Path, PathBuf},
};

use bakas_ingest::Member;
use bakas_model::{Day, NetworkKind, Reject};
use bakas_trace::{
    Table,
    import::{self, About, Account, Column, HEAD_BYTES, Import, ImportError, Kind},
};

use super::{
    folder::{Folder, sha256},
    provenance::{DataFile, Provenance, TableFile},
};
use crate::{
    Error,
    clock::Clock,
    input::HashedFile,
    observer::{Observer, Stop},
};

/// Longest name of a data set.
const NAME_CHARS_LIMIT: usize = 64;
const READ_BYTES: usize = 1 << 16;
/// What stands for a licence that nobody said.
const NO_LICENCE: &str = "not stated";

/// What is to be imported, and what a person says of it.
#[derive(Clone, Debug, Default)]
pub struct Request<'a> {
    /// The files of one data set.
    pub files: &'a [PathBuf],
    /// How they are called in the provenance, where not by their paths.
    pub origins: &'a [String],
    /// Their kind; by their content where absent.
    pub kind: Option<Kind>,
    /// The data set's name; from the first file's where absent.
    pub name: Option<String>,
    /// Its date; from the content or the file names where absent.
    pub date: Option<Day>,
    /// The date that is taken where nothing else tells one.
    pub gathered: Option<Day>,
    /// Its licence.
    pub licence: Option<String>,
    /// The attribution that the licence asks for.
    pub attribution: Option<String>,
    /// What it says.
    pub what: Option<String>,
    /// For lists: what being on it says of the kind of network.
    pub says: Option<NetworkKind>,
    /// For CSV: what stands in the columns.
    pub columns: Vec<Column>,
    /// Whether countries are those of registration where a format leaves it open.
    pub registration: bool,
    /// Put it in the place of one of the same name and date.
    pub replace: bool,
    /// Keep nothing where a record was not understood.
    pub strict: bool,
}

/// What came of an import.
#[derive(Debug)]
pub struct Outcome {
    /// The data set.
    pub provenance: Provenance,
    /// Whether it was kept: it is not where a record was rejected under `strict`.
    pub kept: bool,
    /// Whether the very same files had been imported before, so that nothing was done.
    pub unchanged: bool,
    /// Members of archives that are of another kind, or of none.
    pub passed_over: Vec<String>,
}

/// Imports files into a data folder.
///
/// # Errors
/// Where a file cannot be read or is of no known kind, nothing usable is in it, no date is known,
/// there is such a data set already, or the table cannot be written.
pub fn import(
    folder: &Folder,
    request: &Request<'_>,
    clock: &dyn Clock,
    observer: &dyn Observer,
    stop: &Stop,
) -> Result<Outcome, Error> {
    let name = match &request.name {
        Some(name) => checked_name(name)?,
        None => name_of(request.files.first().map(PathBuf::as_path).unwrap_or(Path::new(""))),
    };
    let mut reading = Reading { request, name, import: None, passed_over: Vec::new(), stop };
    let mut files = Vec::new();
    for (at, path) in request.files.iter().enumerate() {
        let shown = path.display().to_string();
        let (bytes, sha256) = reading.file(path, observer)?;
        files.push(DataFile {
            path: request.origins.get(at).cloned().unwrap_or(shown),
            bytes,
            sha256,
        });
    }
    let Reading { import, passed_over, name, .. } = reading;
    let Some((kind, import)) = import else {
        let shown = request.files.first().map_or("", |path| path.to_str().unwrap_or_default());
        return Err(unknown(shown));
    };
    let mut imported = import.finish().map_err(Error::Import)?;
    if let (Some(set), [file]) = (imported.draft.data_sets.first_mut(), files.as_slice()) {
        set.sha256.clone_from(&file.sha256);
    }
    let mut provenance = Provenance {
        name,
        what: imported.draft.data_sets.first().map_or_else(String::new, |set| set.what.clone()),
        kind,
        date: imported.date,
        date_from: imported.date_from,
        imported: clock.now(),
        licence: request.licence.clone().unwrap_or_else(|| NO_LICENCE.to_owned()),
        attribution: request.attribution.clone().unwrap_or_default(),
        says: request.says,
        file: files,
        table: TableFile { bytes: 0, sha256: String::new() },
        account: imported.account,
    };
    let outcome =
        |provenance, kept, unchanged| Outcome { provenance, kept, unchanged, passed_over };
    if request.strict && provenance.account.rejected() > 0 {
        return Ok(outcome(provenance, false, false));
    }
    let known = folder.provenances()?.into_iter().find(|known| known.id() == provenance.id());
    if !request.replace
        && let Some(known) = known.filter(|known| known.is_of(&provenance.file))
    {
        return Ok(outcome(known, true, true));
    }
    let bytes = imported.draft.encode()?;
    // What is written was read back: nobody learns of a broken table when it is needed.
    Table::from_bytes(&provenance.id(), &bytes)?;
    provenance.table = TableFile { bytes: bytes.len() as u64, sha256: sha256(&bytes) };
    Ok(match folder.put(&provenance, &bytes, request.replace)? {
        Some(known) => outcome(known, true, true),
        None => outcome(provenance, true, false),
    })
}

/// Files being read.
struct Reading<'a> {
    request: &'a Request<'a>,
    name: String,
    import: Option<(Kind, Import)>,
    passed_over: Vec<String>,
    stop: &'a Stop,
}

impl Reading<'_> {
    /// Reads one file and whatever is packed in it; returns its bytes and their SHA-256.
    fn file(&mut self, path: &Path, observer: &dyn Observer) -> Result<(u64, String), Error> {
        let shown = path.display().to_string();
        let read = |source| Error::Read { path: path.to_owned(), source };
        let mut file = HashedFile::open(path, observer)?;
        let mut failed = None;
        let mut broken: Option<Reject> = None;
        let mut members = 0_u64;
        let taken = bakas_ingest::unpack(
            &shown,
            &mut file,
            &mut |member: Member<'_>| {
                members += 1;
                self.member(path, member).map_err(|error| {
                    failed = Some(error);
                    io::Error::other("told apart")
                })
            },
            &mut |reject| {
                broken.get_or_insert(reject);
            },
        );
        if let Some(error) = failed {
            return Err(error);
        }
        taken.map_err(read)?;
        if let Some(reject) = broken {
            // The sample names the part of an archive, else the file that is named already.
            let part = match reject.sample == shown || reject.sample.is_empty() {
                true => String::new(),
                false => format!(" ({})", reject.sample),
            };
            // What ingest keeps of a broken log is of no use here: half a table would lie.
            let detail = reject.detail.split("; ").next().unwrap_or_default();
            let why = format!("it does not unpack to its end: {detail}{part}; nothing was kept");
            return Err(read(io::Error::new(io::ErrorKind::InvalidData, why)));
        }
        if self.import.is_none() && members <= 1 {
            return Err(unknown(&shown));
        }
        file.finish().map_err(read)
    }

    /// Reads one stream: a file, or what is packed in it.
    fn member(&mut self, path: &Path, member: Member<'_>) -> Result<(), Error> {
        let shown = match member.name.as_str() {
            "" => path.display().to_string(),
            name => format!("{}!/{name}", path.display()),
        };
        let file_name = match member.name.as_str() {
            "" => path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            name => name.rsplit('/').next().unwrap_or_default().to_owned(),
        };
        let io_error = |source| Error::Read { path: PathBuf::from(&shown), source };
        let mut reader = Stoppable { reader: member.reader, stop: self.stop };
        let mut head = Vec::with_capacity(HEAD_BYTES);
        (&mut reader).take(HEAD_BYTES as u64).read_to_end(&mut head).map_err(io_error)?;
        let found = import::recognise(&head, unpacked_name(&file_name));
        let in_archive = !member.name.is_empty();
        let known = self.request.kind.or(self.import.as_ref().map(|(kind, _)| *kind));
        let kind = match (known, found) {
            // In an archive, licences and notes lie beside the data.
            (Some(known), found) if in_archive && found != Some(known) => {
                self.passed_over.push(shown);
                return Ok(());
            }
            (Some(known), Some(found)) if self.request.kind.is_none() && known != found => {
                return Err(Error::Usage(format!(
                    "{shown} is of kind {found}, and the file before it of kind {known}: import \
                     them apart, or name the kind with --kind"
                )));
            }
            (Some(known), _) => known,
            (None, Some(found)) => found,
            (None, None) if in_archive => {
                self.passed_over.push(shown);
                return Ok(());
            }
            (None, None) => return Err(unknown(&shown)),
        };
        let mut input = head.as_slice().chain(BufReader::with_capacity(READ_BYTES, reader));
        let request = self.request;
        let name = &self.name;
        let (_, import) =
            self.import.get_or_insert_with(|| (kind, Import::new(kind, about(request, name))));
        let stop = self.stop;
        let input: &mut dyn BufRead = &mut input;
        import.read(&shown, input).map_err(|error| match error {
            ImportError::Io { .. } if stop.is_asked() => Error::Interrupted,
            error => Error::Import(error),
        })
    }
}

fn about(request: &Request<'_>, name: &str) -> About {
    let file_name = |path: &PathBuf| path.file_name().map(|n| n.to_string_lossy().into_owned());
    let mut names = request.files.iter().filter_map(file_name);
    let listed: Vec<String> = match request.origins {
        [] => names.clone().collect(),
        origins => origins.to_vec(),
    };
    About {
        name: name.to_owned(),
        date: request.date,
        date_of_name: names.find_map(|name| import::day_in_name(&name)),
        gathered: request.gathered,
        licence: request.licence.clone().unwrap_or_else(|| NO_LICENCE.to_owned()),
        attribution: request.attribution.clone().unwrap_or_default(),
        what: request.what.clone().unwrap_or_default(),
        source: listed.join(", "),
        sha256: String::new(),
        says: request.says,
        registration: request.registration,
        columns: request.columns.clone(),
    }
}

fn unknown(shown: &str) -> Error {
    let kinds: Vec<_> = Kind::ALL.iter().map(|kind| kind.name()).collect();
    Error::Usage(format!(
        "nothing in {shown} tells what it is: name its kind with --kind, one of {}",
        kinds.join(", ")
    ))
}

/// A file's name without what it is packed with.
fn unpacked_name(name: &str) -> &str {
    let packed = [".gz", ".bz2", ".xz", ".zst"];
    packed.iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name)
}

/// A name that somebody gave, if it can be a file's.
fn checked_name(name: &str) -> Result<String, Error> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-".contains(c);
    let begins = name.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit());
    if begins && name.len() <= NAME_CHARS_LIMIT && name.chars().all(plain) {
        return Ok(name.to_owned());
    }
    Err(Error::Usage(format!(
        "'{name}' is no name for a data set: at most {NAME_CHARS_LIMIT} small letters, digits, \
         '.', '_' and '-', beginning with a letter or a digit"
    )))
}

/// A name from a file's: small letters and digits, without dates and endings.
fn name_of(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    let stem = unpacked_name(&name);
    let stem = stem.split_once('.').map_or(stem, |(stem, _)| stem);
    let words = stem.split(|c: char| !c.is_ascii_alphanumeric());
    let is_date = |word: &&str| word.len() >= 2 && word.bytes().all(|byte| byte.is_ascii_digit());
    let words: Vec<&str> = words.filter(|word| !word.is_empty() && !is_date(word)).collect();
    let name: String = words.join("-").chars().take(NAME_CHARS_LIMIT).collect();
    if name.is_empty() { "imported".to_owned() } else { name }
}

/// A reader that ends with an error when somebody asks the work to end.
struct Stoppable<'a> {
    reader: &'a mut dyn Read,
    stop: &'a Stop,
}

impl Read for Stoppable<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.stop.is_asked() {
            return Err(io::Error::other("stopped"));
        }
        self.reader.read(buffer)
    }
}

/// Records that were not understood, and the first of them.
impl Outcome {
    /// The account of its records.
    #[must_use]
    pub fn account(&self) -> &Account {
        &self.provenance.account
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_plain() {
        let check = |path: &str, expected: &str| {
            assert_eq!(name_of(Path::new(path)), expected, "{path}");
            assert!(checked_name(expected).is_ok(), "{expected}");
        };
        check("data/delegated-apnic-extended-20240101", "delegated-apnic-extended");
        check("rib.20240101.0000.bz2", "rib");
        check("GeoLite2-ASN.mmdb", "geolite2-asn");
        check("2024-02-01.csv", "imported");
        check("", "imported");
        let long = "x".repeat(NAME_CHARS_LIMIT + 1);
        for wrong in ["", "-x", "../x", "a@b", "Ä", "a/b", long.as_str()] {
            assert!(checked_name(wrong).is_err(), "{wrong}");
        }
    }
}
