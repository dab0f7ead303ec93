//! What `bakas.toml` (`[data]`) and `data.toml` say of data sets: where they are kept, and the
//! sources that `bakas data update` looks at.

use std::{
    fs::File,
    io::Read as _,
    path::{Path, PathBuf},
};

use bakas_model::{NetworkKind, Timestamp};
use bakas_trace::import::{Column, Kind};
use serde::Deserialize;

use crate::{
    Error,
    config::{CONFIG_BYTES_LIMIT, Config},
};

/// Largest `data.toml`, in bytes.
pub const SOURCES_BYTES_LIMIT: u64 = 1 << 20;

/// `[data]` of a `bakas.toml`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Section {
    /// The data folder.
    #[serde(default)]
    pub dir: Option<PathBuf>,
    /// Sources of data sets.
    #[serde(default, rename = "source")]
    pub sources: Vec<SourceOfData>,
}

/// Where a data set comes from again and again.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceOfData {
    /// The data set's name.
    pub name: String,
    /// Its file.
    #[serde(default)]
    pub path: Option<PathBuf>,
    /// Its files, where it has several.
    #[serde(default)]
    pub paths: Vec<PathBuf>,
    /// Its page.
    #[serde(default)]
    pub url: Option<String>,
    /// Its kind; by its content where absent.
    #[serde(default)]
    pub kind: Option<Kind>,
    /// Its date, where it does not say it itself.
    #[serde(default)]
    pub date: Option<String>,
    /// Its licence.
    #[serde(default)]
    pub licence: Option<String>,
    /// The attribution that the licence asks for.
    #[serde(default)]
    pub attribution: Option<String>,
    /// What it says.
    #[serde(default)]
    pub what: Option<String>,
    /// For lists: what being on it says of the kind of network.
    #[serde(default)]
    pub says: Option<NetworkKind>,
    /// For CSV: what stands in the columns.
    #[serde(default)]
    pub columns: Vec<String>,
    /// Whether countries are those of registration where a format leaves it open.
    #[serde(default)]
    pub registration: bool,
}

/// A file with sources only.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SourcesFile {
    #[serde(default)]
    source: Vec<SourceOfData>,
}

impl Section {
    /// With paths below a folder.
    #[must_use]
    pub fn below(mut self, folder: &Path) -> Self {
        self.dir = self.dir.map(|dir| folder.join(dir));
        for source in &mut self.sources {
            source.lie_below(folder);
        }
        self
    }

    /// Takes over what another says; what stands first wins.
    pub fn extend(&mut self, other: Self) {
        self.dir = self.dir.take().or(other.dir);
        self.sources.extend(other.sources);
    }
}

impl SourceOfData {
    fn lie_below(&mut self, folder: &Path) {
        for path in self.path.iter_mut().chain(&mut self.paths) {
            *path = folder.join(&*path);
        }
    }

    /// Its date, if one is written.
    pub(super) fn day(&self) -> Result<Option<bakas_model::Day>, Error> {
        let parse = |text: &String| {
            text.parse::<Timestamp>().map(Timestamp::day).map_err(|error| {
                Error::Usage(format!("source '{}': date '{text}': {error}", self.name))
            })
        };
        self.date.as_ref().map(parse).transpose()
    }

    /// Its columns, if some are written.
    pub(super) fn columns(&self) -> Result<Vec<Column>, Error> {
        let parse = |text: &String| {
            text.parse().map_err(|error| Error::Usage(format!("source '{}': {error}", self.name)))
        };
        self.columns.iter().map(parse).collect()
    }
}

/// What a `bakas.toml` says of data sets.
///
/// # Errors
/// Where it cannot be read, or names the place and the fault.
pub fn configured(path: &Path) -> Result<Section, Error> {
    Ok(Config::parse(path, &text(path, CONFIG_BYTES_LIMIT)?)?.data)
}

/// The text of a file, up to a limit.
fn text(path: &Path, limit: u64) -> Result<String, Error> {
    let read = |source| Error::Read { path: path.to_owned(), source };
    let mut text = String::new();
    let file = File::open(path).map_err(read)?;
    file.take(limit + 1).read_to_string(&mut text).map_err(read)?;
    if text.len() as u64 > limit {
        let what = format!("it is larger than {limit} bytes");
        return Err(Error::Config { path: path.to_owned(), what });
    }
    Ok(text)
}

/// The sources in a `data.toml`.
///
/// # Errors
/// Where it cannot be read, or names the place and the fault.
pub fn sources(path: &Path) -> Result<Vec<SourceOfData>, Error> {
    let wrong = |what: String| Error::Sources { path: path.to_owned(), what };
    let text = text(path, SOURCES_BYTES_LIMIT)?;
    let file: SourcesFile = toml::from_str(&text).map_err(|error| wrong(error.to_string()))?;
    let mut sources = file.source;
    for source in &mut sources {
        source.lie_below(path.parent().unwrap_or(Path::new("")));
    }
    Ok(sources)
}
