//! `bakas verify`: whether a case is as it was sealed.

use std::{
    fmt, fs,
    io::{self, Read},
    path::{Path, PathBuf},
};

use bakas_seal::{FileDigest, Folder, LeafKind, Problem, PublicKey, Report};
use serde::Serialize;

use crate::{
    Error,
    assess::{self, Live},
    exchange, overlap,
    plan::readable,
    seal::{
        self, RECORDS_FILE,
        act::{self, KeptCheckpoint},
        check::{self, Checked},
        recheck::{self, Rechecked},
        witness::Policy,
    },
    trace::{self, OUTSIDE_FOLDER},
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
    /// Outputs that are as they were sealed; those that were destroyed are not among them.
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
    /// Changes at the end of their history that the log of the case does not speak for yet.
    pub judgements_unanchored: usize,
    /// The case's log; none where it was sealed before there was one.
    pub log: Option<LogVerified>,
}

/// What verifying the log came to.
#[derive(Debug, Default, Serialize)]
pub struct LogVerified {
    /// Which log.
    pub origin: String,
    /// Its leaves.
    pub leaves: u64,
    /// Those that are records.
    pub records: u64,
    /// Records that were read again in the logs and are as sealed.
    pub records_right: u64,
    /// Records that could not be opened: their salts are destroyed, or their log was not given.
    pub records_unchecked: u64,
    /// Witnesses that are needed.
    pub witnesses_needed: usize,
    /// Checkpoints that were given to witnesses and stamped, the last one at the end.
    pub checkpoints: Vec<KeptCheckpoint>,
    /// What was destroyed, one line for each act.
    pub destroyed: Vec<String>,
}

/// Verifies a case and, where they are given, the logs it was made from.
///
/// # Errors
/// Where there is no such case or key, or the key is none. A broken seal is no error.
pub fn run(case: &Path, inputs: Option<&Path>, key: Option<&Path>) -> Result<Verified, Error> {
    let folder = Disk::new(case, true)?;
    let inputs = inputs.map(|path| Disk::new(path, false)).transpose()?;
    let expected = key.map(read_key).transpose()?;
    let is_given = inputs.is_some();
    // The log, the files and the records are looked at side by side.
    let (mut report, checked, records) = std::thread::scope(|scope| {
        let files = scope.spawn(|| {
            let inputs = inputs.as_ref().map(|disk| disk as &dyn Folder);
            bakas_seal::verify(&folder, inputs, expected.as_ref())
        });
        let own = crate::sealing::public_key(case).ok();
        let is_due = case.join(RECORDS_FILE).exists();
        let checked = check::check(case, own.as_ref(), is_due);
        let records = inputs
            .as_ref()
            .map(|disk| recheck::recheck(case, &checked, &|name: &str| disk.find(name)));
        let report =
            files.join().map_err(|_| Error::Worker("the check of the files".to_owned()))?;
        Ok::<_, Error>((report, checked, records.unwrap_or_default()))
    })?;
    let acts: Vec<_> = checked.of(LeafKind::Custody).cloned().collect();
    let destroyed = act::destroyed(&acts);
    // What an act of destruction speaks of may be missing.
    report.problems.retain(|problem| match problem {
        Problem::Missing { path } => !destroyed.iter().any(|(_, paths)| paths.contains(path)),
        _ => true,
    });
    let log = log(case, &checked, &records, &acts)?;
    let outside: Vec<_> = checked.of(LeafKind::Outside).cloned().collect();
    let packages: Vec<_> = checked.of(LeafKind::Package).cloned().collect();
    let mut problems = checked.problems;
    problems.extend(manifest_anchored(&checked.leaves, &report));
    problems.extend(trace::examine(case, &outside));
    problems.extend(overlap::examine(case, &packages));
    let exchanged = [LeafKind::Request, LeafKind::Answer, LeafKind::Package];
    let exchanged: Vec<_> = exchanged.map(|kind| checked_of(&checked.leaves, kind)).concat();
    problems.extend(exchange::examine(case, &exchanged));
    problems.extend(records.problems);
    let log = log.map(|log| LogVerified {
        destroyed: destroyed.iter().map(|(act, paths)| told(act, paths)).collect(),
        ..log
    });
    Ok(Verified::of(report, is_given, problems, log).with(assess::examine(case)))
}

/// The values of a kind of leaves.
fn checked_of(leaves: &[(u64, bakas_seal::Leaf)], kind: LeafKind) -> Vec<serde_json::Value> {
    leaves.iter().filter(|(_, leaf)| leaf.kind == kind).map(|(_, leaf)| leaf.json.clone()).collect()
}

/// What there is to say of the log.
fn log(
    case: &Path,
    checked: &Checked,
    records: &Rechecked,
    acts: &[serde_json::Value],
) -> Result<Option<LogVerified>, Error> {
    let Some(head) = &checked.head else { return Ok(None) };
    let policy = Policy::last(acts);
    let unread = checked.records - (records.right + records.unchecked).min(checked.records);
    Ok(Some(LogVerified {
        origin: head.origin.clone(),
        leaves: head.size,
        records: checked.records,
        records_right: records.right,
        records_unchecked: records.unchecked + unread,
        witnesses_needed: policy.needed,
        checkpoints: act::checkpoints(case, &policy)?,
        destroyed: Vec::new(),
    }))
}

/// The manifest is the one that the log speaks of.
fn manifest_anchored(leaves: &[(u64, seal::Leaf)], report: &Report) -> Option<String> {
    let leaf = leaves.iter().rev().find(|(_, leaf)| leaf.kind == LeafKind::Manifest)?;
    let manifest = report.manifest.as_ref()?;
    let found = FileDigest::read("", &mut manifest.to_canonical().as_slice()).ok()?;
    let (index, leaf) = leaf;
    let is_same = leaf.json.get("sha256").and_then(|text| text.as_str()) == Some(&found.sha256);
    (!is_same).then(|| {
        format!("{} is not the one that leaf {index} of the log names", bakas_seal::MANIFEST_FILE)
    })
}

fn told(act: &bakas_model::custody::CustodyAct, paths: &[String]) -> String {
    let sources: Vec<_> = act.sources.iter().map(ToString::to_string).collect();
    let authority = act.authority.as_ref().map(|a| format!("{} {}", a.kind, a.number));
    format!(
        "source {} was destroyed at {} by {} ({}; {}): {} files are gone",
        sources.join(", "),
        act.at,
        act.person.name,
        authority.unwrap_or_default().trim(),
        act.reason,
        paths.len()
    )
}

pub(crate) fn read_key(path: &Path) -> Result<PublicKey, Error> {
    let text =
        fs::read_to_string(path).map_err(|source| Error::Read { path: path.to_owned(), source })?;
    PublicKey::parse(&text).map_err(|e| Error::Usage(format!("{}: {e}", path.display())))
}

/// A folder on the disk.
pub(crate) struct Disk {
    root: PathBuf,
    /// Whether it is a case, which holds nothing but plain files.
    strict: bool,
}

impl Disk {
    pub(crate) fn new(path: &Path, strict: bool) -> Result<Self, Error> {
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
            names.retain(|name| Path::new(name).iter().next() != Some(OUTSIDE_FOLDER.as_ref()));
            let first = |name: &str| Path::new(name).iter().next().map(ToOwned::to_owned);
            names.retain(|name| first(name) != Some(overlap::CASE_FOLDER.into()));
            empty_folders(&self.root, "", &mut names)?;
            names.retain(|name| first(name) != Some(exchange::FOLDER.into()));
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
    fn of(
        report: Report,
        inputs_checked: bool,
        of_log: Vec<String>,
        log: Option<LogVerified>,
    ) -> Self {
        let is_right = report.is_right() && of_log.is_empty();
        let problems = report.problems.iter().map(ToString::to_string).chain(of_log).collect();
        let manifest = report.manifest.as_ref();
        let count = |list: fn(&bakas_seal::Manifest) -> &Vec<FileDigest>| {
            manifest.map_or(0, |manifest| list(manifest).len())
        };
        Self {
            holds: is_right,
            seal_holds: is_right,
            problems,
            key: report.key.as_ref().map(|key| key.name().to_owned()),
            key_fingerprint: report.key.as_ref().map(PublicKey::fingerprint),
            key_expected: report.key_expected,
            outputs: usize::try_from(report.outputs_right).unwrap_or(usize::MAX),
            inputs: count(|m| &m.inputs),
            inputs_checked,
            judged: false,
            judgements_recorded: 0,
            judgements_unrecorded: 0,
            judgements_unanchored: 0,
            log,
        }
    }

    /// With what there is to say of the files that analysts work on.
    fn with(mut self, live: Live) -> Self {
        self.holds &= live.problems.is_empty();
        self.problems.extend(live.problems);
        self.judged = live.there;
        self.judgements_recorded = live.recorded;
        self.judgements_unrecorded = live.unrecorded;
        self.judgements_unanchored = live.unanchored;
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
        if let Some(log) = &self.log {
            write!(f, "{log}")?;
        }
        if self.judged && self.holds {
            let (recorded, rest) = (self.judgements_recorded, self.judgements_unrecorded);
            writeln!(
                f,
                "assessment.toml is not sealed: its history holds, with {recorded} changes; {rest} entries are not in it"
            )?;
            if self.judgements_unanchored > 0 {
                let count = self.judgements_unanchored;
                writeln!(
                    f,
                    "the last {count} of these changes are not in the log of the case: if they were lost, \
                     nothing would show it"
                )?;
            }
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

impl fmt::Display for LogVerified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (leaves, records) = (self.leaves, self.records);
        writeln!(f, "the log {} holds: {leaves} leaves, {records} of them records", self.origin)?;
        if self.records_right > 0 {
            writeln!(f, "{} records of the logs are those that were sealed", self.records_right)?;
        }
        if self.records_unchecked > 0 && self.records_right > 0 {
            let rest = self.records_unchecked;
            writeln!(f, "{rest} records could not be opened: salts destroyed, or no log given")?;
        }
        for line in &self.destroyed {
            writeln!(f, "{line}")?;
        }
        match self.checkpoints.iter().rev().find(|kept| !kept.cosignatures.is_empty()) {
            Some(kept) => {
                let names: Vec<_> = kept.cosignatures.iter().map(|c| c.witness.as_str()).collect();
                let (found, needed, size) = (names.len(), self.witnesses_needed, kept.size);
                let verdict = if found >= needed { "enough" } else { "NOT enough" };
                writeln!(
                    f,
                    "{found} witnesses cosigned {size} leaves, {needed} are needed, {verdict}: {}",
                    names.join(", ")
                )?;
            }
            None => writeln!(
                f,
                "no witness cosigned the log: whoever holds its key could have made another"
            )?,
        }
        match self
            .checkpoints
            .iter()
            .rev()
            .find_map(|kept| Some((kept.size, kept.stamped.as_ref()?)))
        {
            Some((size, time)) => writeln!(
                f,
                "{size} leaves bear a time stamp of {time}; `openssl ts -verify` says whether its \
                 authority signed it"
            ),
            None => writeln!(
                f,
                "the log bears no time stamp: when it was made is the tool's word alone"
            ),
        }
    }
}
