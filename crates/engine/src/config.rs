//! `bakas.toml`: who the agencies are, and what a person knows better than the logs say —
//! formats, zones, clocks, trusted proxies, permissions.

use std::{
    net::IpAddr,
    path::{Path, PathBuf},
};

use bakas_ingest::Formats;
use bakas_model::{Agency, ClockBasis, Day, Permitted, SourceClock, Timestamp, case::IdleEntry};
use ipnet::IpNet;
use serde::Deserialize;

use crate::Error;

/// Largest `bakas.toml`, in bytes.
pub const CONFIG_BYTES_LIMIT: u64 = 4 << 20;

/// Most seconds that a clock is said to be off, either way: a hundred years.
const CLOCK_SECONDS_LIMIT: f64 = 3_155_760_000.0;

/// A read `bakas.toml`.
#[derive(Debug, Default)]
pub struct Config {
    /// Whether the logs are the bundled scenario.
    pub synthetic: bool,
    /// Agencies, by the folder of their logs.
    pub agencies: Vec<Agency>,
    /// The file that names each of them, in the same order.
    agency_files: Vec<PathBuf>,
    /// What is known of sources, by glob.
    pub sources: Vec<SourceRule>,
    /// Who may do what would otherwise be an attack.
    pub permitted: Vec<Permitted>,
    /// Files and folders of further formats, below the folder of the `bakas.toml`.
    pub formats: Vec<PathBuf>,
    /// Who judges, where a command does not say; empty where nobody is named.
    pub analyst: String,
    /// Files and folders of profiles of groups, below the folder of the `bakas.toml`.
    pub profiles: Vec<PathBuf>,
    /// Where imported data sets are kept, and where they come from.
    pub data: crate::data::Section,
}

/// What is known of the sources whose path fits a glob.
#[derive(Debug)]
pub struct SourceRule {
    /// The file that says so.
    path: PathBuf,
    /// What stands before the names of the files of its input.
    prefix: String,
    glob: globset::GlobMatcher,
    /// A format that is not to be guessed.
    pub format: Option<String>,
    /// The clock.
    pub clock: SourceClock,
    /// Peers whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct AnalystEntry {
    #[serde(default)]
    name: String,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct ProfilesEntry {
    #[serde(default)]
    files: Vec<PathBuf>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    analyst: AnalystEntry,
    #[serde(default)]
    profiles: ProfilesEntry,
    #[serde(default)]
    synthetic: bool,
    #[serde(default)]
    agency: Vec<Agency>,
    #[serde(default)]
    source: Vec<SourceEntry>,
    #[serde(default)]
    permitted: Vec<PermittedEntry>,
    #[serde(default)]
    formats: Vec<PathBuf>,
    #[serde(default)]
    data: crate::data::Section,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SourceEntry {
    path: String,
    format: Option<String>,
    zone: Option<String>,
    offset_seconds: Option<f64>,
    uncertainty_seconds: Option<f64>,
    year_reference: Option<When>,
    #[serde(default)]
    trusted_proxies: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PermittedEntry {
    addresses: Vec<String>,
    reason: String,
    from: Option<When>,
    until: Option<When>,
}

/// A time, as TOML's own or as text.
#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum When {
    Toml(toml::value::Datetime),
    Text(String),
}

impl Config {
    /// Reads a `bakas.toml` from the disk.
    ///
    /// # Errors
    /// Where it cannot be read, or names the place and the fault.
    pub fn read(path: &Path) -> Result<Self, Error> {
        crate::plan::read_config(path)
    }

    /// Reads the text of a `bakas.toml`; `path` is only for messages.
    ///
    /// # Errors
    /// Names the place and the fault.
    pub fn parse(path: &Path, text: &str) -> Result<Self, Error> {
        let wrong = |what: String| Error::Config { path: path.to_owned(), what };
        let file: File = toml::from_str(text).map_err(|e| wrong(e.to_string()))?;
        let sources = file
            .source
            .into_iter()
            .map(|entry| SourceRule::new(path, entry))
            .collect::<Result<_, _>>()
            .map_err(wrong)?;
        let permitted = file
            .permitted
            .into_iter()
            .map(PermittedEntry::into_model)
            .collect::<Result<_, _>>()
            .map_err(wrong)?;
        let folder = path.parent().unwrap_or(Path::new(""));
        let formats = file.formats.iter().map(|below| folder.join(below)).collect();
        Ok(Self {
            synthetic: file.synthetic,
            agency_files: vec![path.to_owned(); file.agency.len()],
            agencies: file.agency,
            sources,
            permitted,
            formats,
            data: file.data.below(folder),
            profiles: file.profiles.files.iter().map(|below| folder.join(below)).collect(),
            analyst: file.analyst.name,
        })
    }

    /// Takes over what another `bakas.toml` says; what stands first wins.
    pub fn extend(&mut self, other: Self) {
        self.synthetic |= other.synthetic;
        self.agencies.extend(other.agencies);
        self.agency_files.extend(other.agency_files);
        self.sources.extend(other.sources);
        self.permitted.extend(other.permitted);
        self.formats.extend(other.formats);
        self.profiles.extend(other.profiles);
        if self.analyst.is_empty() {
            self.analyst = other.analyst;
        }
        self.data.extend(other.data);
    }

    /// The same for one input among several, whose files' names begin with `prefix`.
    #[must_use]
    pub fn below(mut self, prefix: &str) -> Self {
        for rule in &mut self.sources {
            prefix.clone_into(&mut rule.prefix);
        }
        self
    }

    /// Whether every format that a source is said to have is one of these.
    ///
    /// # Errors
    /// Names the format that is not, and those that are.
    pub fn check_formats(&self, formats: Formats) -> Result<(), Error> {
        let named = |rule: &SourceRule| Some((rule.path.clone(), rule.format.clone()?));
        let unknown = |(_, name): &(PathBuf, String)| formats.from_name(name).is_none();
        let Some((path, name)) = self.sources.iter().filter_map(named).find(unknown) else {
            return Ok(());
        };
        let known: Vec<_> = formats.all().map(|format| format.name()).collect();
        let what = format!("unknown format '{name}'; known are {}", known.join(", "));
        Err(Error::Config { path, what })
    }

    /// What is known of the source of that path: the first entry that fits.
    #[must_use]
    pub fn source(&self, path: &str) -> Option<&SourceRule> {
        self.sources.iter().find(|rule| rule.fits(path))
    }

    /// Entries that say nothing of what is there: a `[[source]]` that decides for none of these
    /// files, an `[[agency]]` that is none of these folders. Most are misspelt.
    #[must_use]
    pub fn idle(&self, files: &[&str], folders: &[&str]) -> Vec<IdleEntry> {
        let mut decides = vec![false; self.sources.len()];
        for file in files {
            if let Some(at) = self.sources.iter().position(|rule| rule.fits(file)) {
                decides[at] = true;
            }
        }
        let without = self.sources.iter().zip(decides).filter(|(_, decides)| !decides);
        let sources = without.map(|(rule, _)| {
            let what = match files.iter().any(|file| rule.fits(file)) {
                true => "an entry before it decides for every file that it fits".to_owned(),
                false => format!("it fits none of the files, for instance {}", some(files)),
            };
            idle(&rule.path, format!("[[source]] path = \"{}\"", rule.glob.glob()), what)
        });
        let missing = self.agencies.iter().zip(&self.agency_files);
        let missing = missing.filter(|(agency, _)| !folders.contains(&agency.id.as_str()));
        let agencies = missing.map(|(agency, path)| {
            let what = format!("no folder of that name; there are {}", some(folders));
            idle(path, format!("[[agency]] id = \"{}\"", agency.id), what)
        });
        sources.chain(agencies).collect()
    }
}

/// The first few of many.
fn some(names: &[&str]) -> String {
    const SHOWN: usize = 3;
    let mut text = names.iter().take(SHOWN).copied().collect::<Vec<_>>().join(", ");
    if names.len() > SHOWN {
        text.push_str(", …");
    }
    text
}

fn idle(file: &Path, entry: String, why: String) -> IdleEntry {
    IdleEntry { file: file.display().to_string(), entry, why }
}

impl SourceRule {
    fn fits(&self, path: &str) -> bool {
        path.strip_prefix(&self.prefix).is_some_and(|below| self.glob.is_match(below))
    }

    fn new(path: &Path, entry: SourceEntry) -> Result<Self, String> {
        let glob = globset::GlobBuilder::new(&entry.path)
            .literal_separator(false)
            .build()
            .map_err(|e| format!("source path '{}': {e}", entry.path))?
            .compile_matcher();
        if let Some(zone) = entry.zone.as_deref().filter(|zone| !bakas_ingest::is_known_zone(zone))
        {
            return Err(format!("unknown zone '{zone}'; write an IANA name or +08:00"));
        }
        let offset_micros = micros("offset_seconds", entry.offset_seconds)?;
        let uncertainty = micros("uncertainty_seconds", entry.uncertainty_seconds)?;
        let Ok(uncertainty_micros) = u64::try_from(uncertainty) else {
            return Err("uncertainty_seconds is below 0: write how far off the clock may be".into());
        };
        let configured = entry.offset_seconds.is_some() || entry.zone.is_some();
        let clock = SourceClock {
            zone: entry.zone,
            offset_micros,
            uncertainty_micros,
            basis: if configured { ClockBasis::Configured } else { ClockBasis::Assumed },
            year_reference: entry.year_reference.map(When::day).transpose()?,
        };
        let trusted_proxies = nets(&entry.trusted_proxies)?;
        let prefix = String::new();
        let path = path.to_owned();
        Ok(Self { path, prefix, glob, format: entry.format, clock, trusted_proxies })
    }
}

impl PermittedEntry {
    fn into_model(self) -> Result<Permitted, String> {
        Ok(Permitted {
            addresses: nets(&self.addresses)?,
            reason: self.reason,
            from: self.from.map(When::time).transpose()?,
            until: self.until.map(When::time).transpose()?,
        })
    }
}

impl When {
    pub(crate) fn time(self) -> Result<Timestamp, String> {
        let text = match self {
            Self::Toml(datetime) => datetime.to_string(),
            Self::Text(text) => text,
        };
        text.parse().map_err(|e: bakas_model::time::TimeParseError| e.to_string())
    }

    fn day(self) -> Result<Day, String> {
        self.time().map(Timestamp::day)
    }
}

/// Seconds as microseconds: a number of at most a hundred years.
fn micros(name: &str, seconds: Option<f64>) -> Result<i64, String> {
    let seconds = seconds.unwrap_or(0.0);
    if seconds.is_finite() && seconds.abs() <= CLOCK_SECONDS_LIMIT {
        return Ok((seconds * 1e6).round() as i64);
    }
    Err(format!("{name} = {seconds}: no clock is off by more than {CLOCK_SECONDS_LIMIT} seconds"))
}

fn nets(texts: &[String]) -> Result<Vec<IpNet>, String> {
    texts
        .iter()
        .map(|text| {
            text.parse()
                .or_else(|_| text.parse::<IpAddr>().map(IpNet::from))
                .map_err(|_| format!("'{text}' is no address and no prefix (write 192.0.2.0/24)"))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_everything_and_keeps_the_first_fit() {
        let text = r#"
            synthetic = true
            [[agency]]
            id = "welfare"
            domains = ["welfare.example"]
            [[source]]
            path = "welfare/auth.log*"
            zone = "Asia/Manila"
            offset_seconds = -420.0
            year_reference = "2026-02-01"
            [[source]]
            path = "welfare/*"
            trusted_proxies = ["10.0.0.5"]
            [[permitted]]
            addresses = ["192.0.2.0/28"]
            reason = "yearly scan"
            until = 2026-01-31T00:00:00Z
        "#;
        let config = Config::parse(Path::new("bakas.toml"), text).unwrap();
        let auth = config.source("welfare/auth.log.2.gz").unwrap();
        assert_eq!(auth.clock.offset_micros, -420_000_000);
        assert_eq!(auth.clock.year_reference.unwrap().to_string(), "2026-02-01");
        assert_eq!(config.source("welfare/web/access.log").unwrap().trusted_proxies.len(), 1);
        assert!(config.source("other/access.log").is_none());
        assert_eq!(config.permitted[0].until.unwrap().to_string(), "2026-01-31T00:00:00Z");
    }

    #[test]
    fn what_fits_nothing_is_told_with_its_place() {
        let text = r#"
            [[agency]]
            id = "welfare"
            [[agency]]
            id = "welfair"
            [[source]]
            path = "welfare/*.log"
            [[source]]
            path = "welfare/access.log"
            [[source]]
            path = "access.log"
        "#;
        let config = Config::parse(Path::new("x/bakas.toml"), text).unwrap().below("in/");
        let idle = config.idle(&["in/welfare/access.log"], &["welfare"]);
        let shown: Vec<_> = idle.iter().map(|i| (i.entry.as_str(), i.why.as_str())).collect();
        let expected = [
            (
                "[[source]] path = \"welfare/access.log\"",
                "an entry before it decides for every file that it fits",
            ),
            (
                "[[source]] path = \"access.log\"",
                "it fits none of the files, for instance in/welfare/access.log",
            ),
            ("[[agency]] id = \"welfair\"", "no folder of that name; there are welfare"),
        ];
        assert_eq!(shown, expected);
        assert!(idle.iter().all(|i| i.file == "x/bakas.toml"));
    }

    #[test]
    fn a_fault_names_file_line_and_remedy() {
        let check = |text: &str, expected: &str| {
            let parsed = Config::parse(Path::new("x/bakas.toml"), text);
            let checked = parsed.and_then(|config| config.check_formats(Formats::builtin()));
            let error = checked.unwrap_err().to_string();
            assert!(error.contains("x/bakas.toml") && error.contains(expected), "{error}");
        };
        check("[[source]]\npath = 'a'\nformat = 'wine'", "unknown format 'wine'; known are");
        check("[[source]]\npath = 'a'\ncolour = 'red'", "line 3");
        for seconds in ["nan", "inf", "1e18", "-1e11"] {
            let text = format!("[[source]]\npath = 'a'\noffset_seconds = {seconds}");
            check(&text, "offset_seconds");
        }
        check("[[source]]\npath = 'a'\nuncertainty_seconds = -1.0", "uncertainty_seconds");
        check("[[permitted]]\naddresses = ['all']\nreason = 'x'", "'all' is no address");
    }
}
