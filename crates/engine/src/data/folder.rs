//! The data folder: `tables/<name>@<date>.bakas` with `<name>@<date>.toml` beside each. A pair
//! appears whole or not at all, also where the power fails, and several may write at once.

use std::{
    collections::BTreeSet,
    env,
    ffi::OsStr,
    fs::{self, File, OpenOptions},
    io::{self, Read as _, Write as _},
    path::{Path, PathBuf},
};

use bakas_trace::Table;
use sha2::{Digest as _, Sha256};

use super::{
    map,
    provenance::{PROVENANCE_BYTES_LIMIT, Provenance},
};
use crate::{Error, input::hex};

const LOCK: &str = ".lock";
const PARTIAL: &str = ".partial-";
const TABLE: &str = "bakas";
const PROVENANCE: &str = "toml";
/// The provenance of a table that is being put in place.
const NEXT: &str = "toml.next";

/// Where imported data sets are kept.
#[derive(Clone, Debug)]
pub struct Folder {
    tables: PathBuf,
}

/// What is in a data folder.
#[derive(Debug, Default)]
pub struct Opened {
    /// The tables that can be asked, in order of their names.
    pub tables: Vec<Imported>,
    /// What cannot be used, and why.
    pub damaged: Vec<Damaged>,
}

/// An imported data set, open.
#[derive(Debug)]
pub struct Imported {
    /// Where it comes from.
    pub provenance: Provenance,
    /// Its table.
    pub table: Table,
}

/// A file of the data folder that cannot be used.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Damaged {
    /// The file.
    pub path: PathBuf,
    /// Why.
    pub why: String,
}

/// The data folder: the one that is named, else the one of `bakas.toml`, else
/// `$XDG_DATA_HOME/bakas` or `~/.local/share/bakas`. It need not be there.
#[must_use]
pub fn folder(named: Option<&Path>, configured: Option<&Path>) -> Option<PathBuf> {
    let absolute = |name: &str| env::var_os(name).map(PathBuf::from).filter(|p| p.is_absolute());
    named
        .or(configured)
        .map(Path::to_owned)
        .or_else(|| absolute("XDG_DATA_HOME").map(|data| data.join("bakas")))
        .or_else(|| absolute("HOME").map(|home| home.join(".local/share/bakas")))
}

impl Folder {
    /// The data folder at a path; it is made when something is put into it.
    #[must_use]
    pub fn at(dir: &Path) -> Self {
        Self { tables: dir.join("tables") }
    }

    /// Where the table of that name lies.
    #[must_use]
    pub fn table_path(&self, id: &str) -> PathBuf {
        self.path(id, TABLE)
    }

    /// Opens every table that is whole, and tells of those that are not.
    ///
    /// # Errors
    /// Where the folder is there and cannot be read.
    pub fn open(&self) -> Result<Opened, Error> {
        self.open_with(false)
    }

    /// The same, reading every byte again to see whether it is the one that was written.
    ///
    /// # Errors
    /// Where the folder is there and cannot be read.
    pub(super) fn open_checked(&self) -> Result<Opened, Error> {
        self.open_with(true)
    }

    fn open_with(&self, check: bool) -> Result<Opened, Error> {
        let mut opened = Opened::default();
        let _lock = self.lock_shared();
        for id in self.ids()? {
            match self.open_one(&id, check) {
                Ok(imported) => opened.tables.push(imported),
                Err(damaged) => opened.damaged.push(damaged),
            }
        }
        Ok(opened)
    }

    /// The provenance of every table, in order; what cannot be read is left out.
    pub(super) fn provenances(&self) -> Result<Vec<Provenance>, Error> {
        let _lock = self.lock_shared();
        Ok(self.ids()?.iter().filter_map(|id| self.provenance(id).ok()).collect())
    }

    /// Puts a table and its provenance in place. Where one of the very same files is there already,
    /// put by somebody else meanwhile, that one stays and is returned.
    pub(super) fn put(
        &self,
        provenance: &Provenance,
        bytes: &[u8],
        replace: bool,
    ) -> Result<Option<Provenance>, Error> {
        let id = provenance.id();
        fs::create_dir_all(&self.tables).map_err(|e| write_error(&self.tables, e))?;
        let _lock = self.lock()?;
        self.tidy()?;
        let (table, beside) = (self.path(&id, TABLE), self.path(&id, PROVENANCE));
        if !replace && (table.exists() || beside.exists()) {
            if let Ok(known) = self.provenance(&id)
                && known.is_of(&provenance.file)
            {
                return Ok(Some(known));
            }
            return Err(Error::Refused(format!(
                "{id} is there already, made from other files; --replace puts this one in its place"
            )));
        }
        let partial = self.write(&id, bytes)?;
        // From here on the new provenance names the new table: whichever of the two renames the
        // power cuts off, the next one to look finds a pair that fits.
        let next = self.path(&id, NEXT);
        let text = self.write(&id, provenance.text().as_bytes())?;
        rename(&text, &next)?;
        rename(&partial, &table)?;
        self.sync()?;
        rename(&next, &beside)?;
        self.sync()?;
        Ok(None)
    }

    /// Removes a data set; what earlier cases took from it stays with them.
    ///
    /// # Errors
    /// Where there is none of that name, or it cannot be removed.
    pub fn remove(&self, id: &str) -> Result<(), Error> {
        if !is_id(id) || !self.path(id, TABLE).exists() && !self.path(id, PROVENANCE).exists() {
            let known = self.ids().unwrap_or_default();
            let known: Vec<&str> = known.iter().map(String::as_str).collect();
            return Err(Error::Usage(match known.as_slice() {
                [] => format!("there is no imported data set '{id}', nor any other"),
                known => {
                    format!("there is no imported data set '{id}'; there are {}", known.join(", "))
                }
            }));
        }
        let _lock = self.lock()?;
        for extension in [NEXT, PROVENANCE, TABLE] {
            let path = self.path(id, extension);
            match fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(write_error(&path, error));
                }
                _ => {}
            }
        }
        self.sync()
    }

    fn path(&self, id: &str, extension: &str) -> PathBuf {
        self.tables.join(format!("{id}.{extension}"))
    }

    /// The names of all tables and provenances, in order.
    fn ids(&self) -> Result<BTreeSet<String>, Error> {
        let mut ids = BTreeSet::new();
        let entries = match fs::read_dir(&self.tables) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(ids),
            entries => entries.map_err(|e| read_error(&self.tables, e))?,
        };
        for entry in entries {
            let path = entry.map_err(|e| read_error(&self.tables, e))?.path();
            let is_ours =
                [TABLE, PROVENANCE].iter().any(|known| path.extension() == Some(OsStr::new(known)));
            let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
            ids.extend(stem.filter(|stem| is_ours && !stem.starts_with('.')));
        }
        Ok(ids)
    }

    fn open_one(&self, id: &str, check: bool) -> Result<Imported, Damaged> {
        let path = self.path(id, TABLE);
        let damaged = |why: String| Damaged { path: path.clone(), why };
        let file = File::open(&path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => {
                Damaged { path: self.path(id, PROVENANCE), why: "its table is missing".to_owned() }
            }
            _ => damaged(error.to_string()),
        })?;
        let mapped = map::map(&file).map_err(|error| damaged(error.to_string()))?;
        let provenance = self.provenance(id)?;
        let expected = &provenance.table;
        if mapped.len() as u64 != expected.bytes {
            let why = format!("{} bytes were written, {} are there", expected.bytes, mapped.len());
            return Err(damaged(why));
        }
        if check && sha256(&mapped) != expected.sha256 {
            return Err(damaged("its bytes are not those that were written".to_owned()));
        }
        if provenance.id() != id {
            return Err(damaged(format!("its provenance is that of {}", provenance.id())));
        }
        let table = Table::from_owner(&path.display().to_string(), mapped);
        let table = table.map_err(|error| damaged(error.to_string()))?;
        Ok(Imported { provenance, table })
    }

    /// The provenance that fits the table.
    fn provenance(&self, id: &str) -> Result<Provenance, Damaged> {
        if let Some(next) = self.next(id) {
            return Ok(next);
        }
        let path = self.path(id, PROVENANCE);
        let damaged = |why: String| Damaged { path: path.clone(), why };
        let text = read_text(&path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => Damaged {
                path: self.path(id, TABLE),
                why: format!("its provenance, {}, is missing", path.display()),
            },
            _ => damaged(error.to_string()),
        })?;
        Provenance::parse(&path, &text).map_err(|error| match error {
            Error::Config { what, .. } => damaged(what),
            other => damaged(other.to_string()),
        })
    }

    /// A provenance that was not put in place any more, where its table was.
    fn next(&self, id: &str) -> Option<Provenance> {
        let path = self.path(id, NEXT);
        let next = Provenance::parse(&path, &read_text(&path).ok()?).ok()?;
        let bytes = map::map(&File::open(self.path(id, TABLE)).ok()?).ok()?;
        (sha256(&bytes) == next.table.sha256).then_some(next)
    }

    /// Finishes or drops what an interrupted import left. Only under the lock.
    fn tidy(&self) -> Result<(), Error> {
        let entries = fs::read_dir(&self.tables).map_err(|e| read_error(&self.tables, e))?;
        for entry in entries {
            let path = entry.map_err(|e| read_error(&self.tables, e))?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if name.starts_with(PARTIAL) {
                fs::remove_file(&path).map_err(|e| write_error(&path, e))?;
            } else if let Some(id) = name.strip_suffix(&format!(".{NEXT}")) {
                match self.next(id) {
                    Some(_) => rename(&path, &self.path(id, PROVENANCE))?,
                    None => fs::remove_file(&path).map_err(|e| write_error(&path, e))?,
                }
            }
        }
        Ok(())
    }

    /// Writes bytes beside their place and makes them durable.
    fn write(&self, id: &str, bytes: &[u8]) -> Result<PathBuf, Error> {
        let path = self.tables.join(format!("{PARTIAL}{id}"));
        // An extension tells the table's partial file from the provenance's.
        let path = match path.exists() {
            true => self.tables.join(format!("{PARTIAL}{id}.2")),
            false => path,
        };
        let written = File::create_new(&path).and_then(|mut file| {
            file.write_all(bytes)?;
            file.sync_all()
        });
        written.map_err(|error| {
            // What is half written is of no use; that it could not be written is what is told.
            drop(fs::remove_file(&path));
            write_error(&path, error)
        })?;
        Ok(path)
    }

    fn lock(&self) -> Result<File, Error> {
        let path = self.tables.join(LOCK);
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
        let file = file.map_err(|e| write_error(&path, e))?;
        file.lock().map_err(|e| write_error(&path, e))?;
        Ok(file)
    }

    /// Readers wait for a writer where there can be one. A folder without a lock, or one that may
    /// not be touched, is read as it is.
    fn lock_shared(&self) -> Option<File> {
        let file = File::open(self.tables.join(LOCK)).ok()?;
        file.lock_shared().ok()?;
        Some(file)
    }

    fn sync(&self) -> Result<(), Error> {
        let folder = File::open(&self.tables).and_then(|folder| folder.sync_all());
        folder.map_err(|e| write_error(&self.tables, e))
    }
}

/// Whether a text is `name@date` as file names have it.
fn is_id(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-@".contains(c);
    text.chars().all(plain) && !text.starts_with('.')
}

fn read_text(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    File::open(path)?.take(PROVENANCE_BYTES_LIMIT + 1).read_to_string(&mut text)?;
    if text.len() as u64 > PROVENANCE_BYTES_LIMIT {
        return Err(io::Error::other(format!("it is larger than {PROVENANCE_BYTES_LIMIT} bytes")));
    }
    Ok(text)
}

/// SHA-256 in hex.
pub(super) fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn rename(from: &Path, to: &Path) -> Result<(), Error> {
    fs::rename(from, to).map_err(|e| write_error(to, e))
}

fn read_error(path: &Path, source: io::Error) -> Error {
    Error::Read { path: path.to_owned(), source }
}

fn write_error(path: &Path, source: io::Error) -> Error {
    Error::Write { path: path.to_owned(), source }
}
