//! Which files are there, whose they are, what they are: the plan that the sweep then follows.
//! Reads only the head of each file; a file that cannot be read is in the plan, with the reason.

mod find;
mod twice;

use std::{
    collections::BTreeMap,
    fs, io,
    io::Read,
    path::{Path, PathBuf},
};

use bakas_ingest::{Format, Formats, Guess};
use bakas_model::{
    Agency, AgencyIx, Day, Place, Reject, RejectReason, Source, SourceClock, SourceIx,
    case::IdleEntry,
};
use sha2::{Digest as _, Sha256};

use self::find::Found;
pub(crate) use self::find::readable;
use crate::{
    Error,
    config::{CONFIG_BYTES_LIMIT, Config},
    formats,
    input::{HashedFile, hex},
    observer::{Observer, Quiet},
};

/// Bytes of a file's beginning by which its format is judged.
pub(crate) const HEAD_BYTES: u64 = 256 << 10;
/// Name of the configuration beside the logs.
pub const CONFIG_NAME: &str = "bakas.toml";

/// Entries without use that are told one by one.
const IDLE_TOLD: usize = 5;

/// What is to be read.
#[derive(Debug, Default)]
pub struct Plan {
    /// Everybody whose logs are there, in order of their folders' names.
    pub agencies: Vec<Agency>,
    /// Every source; files that cannot be read stand here too, without a format.
    pub sources: Vec<Source>,
    /// The files that can be opened, in order of their paths. What is no file (a pipe, a device, a
    /// link that leads nowhere) is only among the sources: opening it may never end.
    pub files: Vec<PlannedFile>,
    /// Why some are not read.
    pub rejects: Vec<Reject>,
    /// Bytes of all files as shipped.
    pub bytes: u64,
    /// What `bakas.toml` said.
    pub config: Config,
    /// What it said in vain.
    pub idle: Vec<IdleEntry>,
    /// The formats that are known.
    pub formats: Formats,
}

/// One file as shipped.
#[derive(Debug)]
pub struct PlannedFile {
    /// Where it is.
    pub path: PathBuf,
    /// Its path below the input root.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// What is in it: itself, or the members of the archive.
    pub members: Vec<PlannedMember>,
}

/// One stream of a file.
#[derive(Debug)]
pub struct PlannedMember {
    /// Its name within the archive; empty for the file itself.
    pub name: String,
    /// Its source.
    pub source: SourceIx,
    /// Its format; `None` where it is not to be read.
    pub format: Option<Format>,
    /// The source with the same content that is read instead.
    pub duplicate_of: Option<SourceIx>,
    /// The year of its first record, where its times have none.
    pub(crate) first_year: Option<i32>,
    head: Head,
}

/// The beginning of a stream: enough to tell streams apart that have nothing in common.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Head {
    /// Of its first bytes, [`twice::START_BYTES`] of them; `None` where it has fewer.
    start: Option<String>,
    /// Bytes and hash of the whole, where the head is the whole.
    whole: Option<(u64, String)>,
}

impl Plan {
    /// Looks at files and folders, and into each file's head.
    ///
    /// # Errors
    /// Where an input does not exist, there is nothing to read, or a `bakas.toml` is wrong.
    pub fn make(
        inputs: &[PathBuf],
        config: Option<&Path>,
        formats: &[PathBuf],
    ) -> Result<Self, Error> {
        Self::make_except(inputs, config, formats, &[])
    }

    /// As [`Self::make`], without what lies below some folders, for instance the case being made.
    ///
    /// # Errors
    /// As [`Self::make`].
    pub fn make_except(
        inputs: &[PathBuf],
        config: Option<&Path>,
        formats: &[PathBuf],
        except: &[PathBuf],
    ) -> Result<Self, Error> {
        let except: Vec<_> = except.iter().filter_map(|path| path.canonicalize().ok()).collect();
        let mut plan = Self::default();
        if let Some(path) = config {
            plan.config = read_config(path)?;
        }
        let mut found = Vec::new();
        for root in find::roots(inputs) {
            let beside = root.path.join(CONFIG_NAME);
            if config.is_none() && beside.is_file() {
                plan.config.extend(read_config(&beside)?.below(&root.prefix));
            }
            let named = plan.config.formats.iter().chain(formats);
            let named = named.filter_map(|path| path.canonicalize().ok());
            let except: Vec<_> = except.iter().cloned().chain(named).collect();
            find::find(&root, &except, &mut found)?;
        }
        plan.formats = formats::load(&[formats, &plan.config.formats].concat())?;
        plan.config.check_formats(plan.formats)?;
        find::tell_apart(&mut found);
        if found.is_empty() {
            let names: Vec<_> = inputs.iter().map(|p| p.display().to_string()).collect();
            return Err(Error::Empty(names.join(", ")));
        }
        let mut by_folder = BTreeMap::new();
        for file in found {
            let agency = plan.agency(&file.agency, &mut by_folder)?;
            plan.add(file, agency);
        }
        twice::find(&mut plan);
        let files: Vec<_> = plan.sources.iter().map(|source| source.path.as_str()).collect();
        let folders: Vec<_> = plan.agencies.iter().map(|agency| agency.id.as_str()).collect();
        plan.idle = plan.config.idle(&files, &folders);
        Ok(plan)
    }

    /// Tells what the configuration said in vain.
    pub(crate) fn tell(&self, observer: &dyn Observer) {
        for idle in self.idle.iter().take(IDLE_TOLD) {
            observer
                .note(&format!("{}: {} is of no use here: {}", idle.file, idle.entry, idle.why));
        }
        let more = self.idle.len().saturating_sub(IDLE_TOLD);
        if more > 0 {
            observer.note(&format!("and {more} more entries that are of no use here"));
        }
    }

    fn agency(
        &mut self,
        folder: &str,
        by_folder: &mut BTreeMap<String, AgencyIx>,
    ) -> Result<AgencyIx, Error> {
        if let Some(known) = by_folder.get(folder) {
            return Ok(*known);
        }
        let ix = u16::try_from(self.agencies.len()).map(AgencyIx).map_err(|_| {
            let most = usize::from(u16::MAX) + 1;
            Error::Usage(format!("more than {most} folders of agencies: give them in parts"))
        })?;
        let known = self.config.agencies.iter().find(|agency| agency.id == folder);
        let unknown = || Agency { id: folder.to_owned(), ..Agency::default() };
        self.agencies.push(known.cloned().unwrap_or_else(unknown));
        by_folder.insert(folder.to_owned(), ix);
        Ok(ix)
    }

    fn add(&mut self, found: Found, agency: AgencyIx) {
        if let Some(fault) = found.fault {
            self.unreadable(&found.name, agency, fault);
            return;
        }
        self.bytes += found.bytes;
        let mut members = Vec::new();
        let looked = self.look_into(&found, agency, &mut members);
        if members.is_empty() {
            // Sealed all the same: the file was there.
            let source = self.bare_source(&found.name, agency);
            members.push(PlannedMember::of_nothing(source));
        }
        if let Err(error) = looked {
            let reject = whole_file(members[0].source, RejectReason::Unreadable, error.to_string());
            self.rejects.push(reject);
        }
        let Found { path, name, bytes, .. } = found;
        self.files.push(PlannedFile { path, name, bytes, members });
    }

    /// Reads the head of every member of a file and judges its format.
    fn look_into(
        &mut self,
        found: &Found,
        agency: AgencyIx,
        members: &mut Vec<PlannedMember>,
    ) -> io::Result<()> {
        let mut file = HashedFile::open(&found.path, &Quiet).map_err(|error| match error {
            Error::Read { source, .. } => source,
            other => io::Error::other(other.to_string()),
        })?;
        let formats = self.formats;
        let mut each = |member: bakas_ingest::Member<'_>| {
            let mut head = Vec::new();
            // What breaks off in the head is told by the sweep, which reads the whole.
            let broken = member.reader.take(HEAD_BYTES).read_to_end(&mut head).is_err();
            let path = match member.name.as_str() {
                "" => found.name.clone(),
                inner => format!("{}!/{inner}", found.name),
            };
            let guess = formats.guess(&head, &path);
            let first_year = self.first_year(&path, found.written, &head, member.reader);
            let head = Head::of(&head, broken);
            let written = (agency, found.written);
            let planned = self.source(path, member.name, written, guess, head);
            members.push(PlannedMember { first_year, ..planned });
            Ok(())
        };
        let mut broken = Vec::new();
        let unpacked =
            bakas_ingest::unpack(&found.name, &mut file, &mut each, &mut |r| broken.push(r));
        // What the sweep reads it unpacks again, and tells then what is broken: once is enough.
        if members.iter().all(|member| member.format.is_none()) && !broken.is_empty() {
            self.add_broken(&found.name, agency, members, broken);
        }
        unpacked
    }

    /// The year of a stream's first record, where its times have none and what is known of its end
    /// tells: then a log of several years is read right. It is read to its end for that.
    fn first_year(
        &self,
        path: &str,
        written: Option<Day>,
        head: &[u8],
        rest: &mut dyn Read,
    ) -> Option<i32> {
        let configured = self.config.source(path).and_then(|rule| rule.clock.year_reference);
        let reference = configured.or(written)?;
        bakas_ingest::first_year(head, reference).ok()??;
        // What breaks off is told by the sweep.
        bakas_ingest::first_year(head.chain(rest), reference).ok()?
    }

    fn add_broken(
        &mut self,
        name: &str,
        agency: AgencyIx,
        members: &mut Vec<PlannedMember>,
        broken: Vec<Reject>,
    ) {
        let ix = match members.first() {
            Some(member) => member.source,
            None => {
                let source = self.bare_source(name, agency);
                members.push(PlannedMember::of_nothing(source));
                source
            }
        };
        self.rejects.extend(broken.into_iter().map(|mut reject| {
            reject.place.source = ix;
            reject
        }));
    }

    fn source(
        &mut self,
        path: String,
        name: String,
        (agency, written): (AgencyIx, Option<Day>),
        guess: Guess,
        head: Head,
    ) -> PlannedMember {
        let ix = SourceIx(self.sources.len() as u32);
        let rule = self.config.source(&path);
        let fixed =
            rule.and_then(|r| r.format.as_deref()).and_then(|name| self.formats.from_name(name));
        let format = fixed.or(guess.format);
        if format.is_none() && !matches!(head.whole, Some((0, _))) {
            self.rejects.push(whole_file(ix, RejectReason::UnknownFormat, guess.why));
        }
        let mut clock = rule.map_or_else(SourceClock::default, |r| r.clock.clone());
        clock.year_reference = clock.year_reference.or(written);
        self.sources.push(Source {
            ix,
            agency,
            path,
            format: format.map_or_else(String::new, |f| f.name().to_owned()),
            certainty: if fixed.is_some() { 100 } else { guess.certainty },
            provider: format.and_then(Format::provider).map(str::to_owned),
            clock,
            trusted_proxies: rule.map_or_else(Vec::new, |r| r.trusted_proxies.clone()),
        });
        PlannedMember { name, source: ix, format, duplicate_of: None, first_year: None, head }
    }

    fn unreadable(&mut self, path: &str, agency: AgencyIx, why: String) {
        let ix = self.bare_source(path, agency);
        self.rejects.push(whole_file(ix, RejectReason::Unreadable, why));
    }

    /// A source of which nothing is read.
    fn bare_source(&mut self, path: &str, agency: AgencyIx) -> SourceIx {
        let ix = SourceIx(self.sources.len() as u32);
        self.sources.push(Source { ix, agency, path: path.to_owned(), ..Source::default() });
        ix
    }
}

impl PlannedMember {
    /// Of a file that holds no stream that could be read.
    fn of_nothing(source: SourceIx) -> Self {
        let (name, head) = (String::new(), Head::default());
        Self { name, source, format: None, duplicate_of: None, first_year: None, head }
    }
}

impl Head {
    fn of(bytes: &[u8], broken: bool) -> Self {
        let digest = |bytes: &[u8]| hex(&Sha256::digest(bytes));
        let whole = !broken && (bytes.len() as u64) < HEAD_BYTES;
        Self {
            start: bytes.get(..twice::START_BYTES).map(digest),
            whole: whole.then(|| (bytes.len() as u64, digest(bytes))),
        }
    }
}

fn whole_file(source: SourceIx, reason: RejectReason, detail: String) -> Reject {
    let place = Place { source, offset: 0, length: 0 };
    Reject { place, line: None, reason, detail, sample: String::new() }
}

pub(crate) fn read_config(path: &Path) -> Result<Config, Error> {
    let read = |source| Error::Read { path: path.to_owned(), source };
    let mut text = String::new();
    let file = fs::File::open(path).map_err(read)?;
    let bytes = file.take(CONFIG_BYTES_LIMIT + 1).read_to_string(&mut text).map_err(read)?;
    if bytes as u64 > CONFIG_BYTES_LIMIT {
        let what = format!("larger than {CONFIG_BYTES_LIMIT} bytes");
        return Err(Error::Config { path: path.to_owned(), what });
    }
    Config::parse(path, &text)
}
