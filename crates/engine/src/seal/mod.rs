//! The log of a case: one transparency log (C2SP tlog-tiles) below `seal/log/`, to which every act,
//! request, answer and package is appended, and which nothing leaves. `docs/formats/seal.md` describes
//! its files.

pub mod act;
mod anchor;
pub mod ask;
pub(crate) mod check;
pub mod destroy;
mod disk;
pub mod export;
mod fields;
pub(crate) mod kept;
mod open;
pub(crate) mod recheck;
pub(crate) mod records;
pub mod secrets;
pub(crate) mod stage;
pub mod stamp;
pub mod witness;

use std::path::Path;

pub use bakas_seal::{Checkpoint, Hash, Leaf, LeafKind, Proof, record::Field};
use bakas_seal::{SealError, SigningKey, leaf::leaf_hash};

use self::disk::Disk;
pub use self::{
    anchor::Anchor,
    disk::{CHECKPOINT_FILE, LEAVES_FILE, LOCK_FILE, LOG_FOLDER, level_file},
    open::{open_records, record_leaf},
    records::{RECORDS_FILE, ROW_BYTES},
};
use crate::{Error, sealing};

/// Where leaves were put, and the head of the log after them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeafRange {
    /// The number of the first one.
    pub first: u64,
    /// How many.
    pub count: u64,
    /// The log's head that now speaks for them.
    pub head: Checkpoint,
}

/// Appends leaves to the log of a case and signs a new checkpoint. Either all of them are in the log
/// when it returns, or none; nobody else appends meanwhile. A case without a log gets one. The key
/// is that of `BAKAS_KEY`, else the usual one.
///
/// # Errors
/// When there is no such case, a leaf is too large, the log is damaged or was signed by another
/// key, or the disk is full.
pub fn append(case: &Path, leaves: &[Leaf]) -> Result<LeafRange, Error> {
    append_with(case, None, leaves)
}

/// The same with the key of a file.
///
/// # Errors
/// As [`append`].
pub fn append_with(case: &Path, key: Option<&Path>, leaves: &[Leaf]) -> Result<LeafRange, Error> {
    if !case.is_dir() {
        return Err(Error::Usage(format!("{} is no case folder", case.display())));
    }
    let key = signing_key(key)?;
    let texts: Vec<Vec<u8>> =
        leaves.iter().map(Leaf::text).collect::<Result<_, _>>().map_err(broken)?;
    let mut log = Log::open(case, &key)?;
    let first = log.size();
    for text in &texts {
        log.push(text)?;
    }
    let head = if texts.is_empty() { log.head.clone() } else { log.commit(&key)? };
    Ok(LeafRange { first, count: texts.len() as u64, head })
}

/// The proof that a leaf stands in the log, under its present checkpoint.
///
/// # Errors
/// When there is no such leaf, or the log is damaged.
pub fn prove(case: &Path, index: u64) -> Result<Proof, Error> {
    let (disk, note, head) = read(case)?;
    let path = bakas_seal::tree::inclusion(&disk, head.size, &head.root, index).map_err(broken)?;
    Ok(Proof { index, path, checkpoint: note })
}

/// The head of a case's log; `None` where it has none.
///
/// # Errors
/// When it cannot be read.
pub fn head(case: &Path) -> Result<Option<Checkpoint>, Error> {
    if !case.join(CHECKPOINT_FILE).exists() {
        return Ok(None);
    }
    read(case).map(|(_, _, head)| Some(head))
}

/// The leaves that are JSON, with their numbers, as far as the checkpoint speaks for them.
///
/// # Errors
/// When they cannot be read, or are not what the tree was made of.
pub fn leaves(case: &Path) -> Result<Vec<(u64, Leaf)>, Error> {
    if !case.join(CHECKPOINT_FILE).exists() {
        return Ok(Vec::new());
    }
    let (disk, _, head) = read(case)?;
    let mut leaves = Vec::new();
    for line in disk.leaves(head.size)? {
        let hash = disk.hash(0, line.index)?;
        if leaf_hash(&line.text) != hash {
            let what = format!("{LEAVES_FILE}: leaf {} is not what was sealed", line.index);
            return Err(Error::Seal(what));
        }
        leaves.push((line.index, Leaf::parse(&line.text).map_err(broken)?));
    }
    Ok(leaves)
}

/// Refuses to make a case anew that holds what cannot be made anew: acts of custody, messages,
/// packages, answers from outside. Judgements are carried over.
pub(crate) fn refuse_to_replace(case: &Path) -> Result<(), Error> {
    let mut kinds: Vec<&str> = leaves(case)?
        .iter()
        .map(|(_, leaf)| leaf.kind)
        .filter(|kind| {
            use LeafKind::{Assessment, Figure, Manifest, Source};
            !matches!(kind, Assessment | Figure | Manifest | Source)
        })
        .map(LeafKind::name)
        .collect();
    kinds.sort_unstable();
    kinds.dedup();
    if kinds.is_empty() {
        return Ok(());
    }
    Err(Error::Refused(format!(
        "{} holds what cannot be made anew ({}): give another --out; the old case stays as it is",
        case.display(),
        kinds.join(", ")
    )))
}

/// The checkpoint with the case's own key, verified.
fn read(case: &Path) -> Result<(Disk, String, Checkpoint), Error> {
    let disk = Disk::read(case)?;
    let note = disk.checkpoint()?.ok_or_else(|| {
        Error::Usage(format!("{} has no log: it was sealed before there was one", case.display()))
    })?;
    let key = sealing::public_key(case)?;
    let head = Checkpoint::open(&note, &key).map_err(broken)?;
    Ok((disk, note, head))
}

/// The key to sign with: that of a file, of `BAKAS_KEY`, or the usual one.
pub(crate) fn signing_key(path: Option<&Path>) -> Result<SigningKey, Error> {
    let named = std::env::var_os("BAKAS_KEY").map(std::path::PathBuf::from);
    sealing::key(path.or(named.as_deref()))
}

/// A log that is being appended to.
#[derive(Debug)]
pub(crate) struct Log {
    disk: Disk,
    growth: bakas_seal::tree::Growth,
    /// What was last signed.
    head: Checkpoint,
}

impl Log {
    /// Opens the log of a case, or begins one. What a writer that was ended left beyond the last
    /// checkpoint is cut off.
    pub(crate) fn open(case: &Path, key: &SigningKey) -> Result<Self, Error> {
        let mut disk = Disk::lock(case)?;
        let Some(note) = disk.checkpoint()? else {
            let mut log = Self::begin(disk, key.name())?;
            log.anchor(case)?;
            return Ok(log);
        };
        let head = Checkpoint::open(&note, &key.public()).map_err(|e| {
            Error::Seal(format!(
                "{CHECKPOINT_FILE}: {e}; a log is continued with the key that began it (BAKAS_KEY)"
            ))
        })?;
        disk.cut(head.size)?;
        let growth = bakas_seal::tree::Growth::of(&disk, head.size).map_err(broken)?;
        if growth.root() != head.root {
            return Err(Error::Seal(format!(
                "the log is damaged: its hashes do not give the root of {CHECKPOINT_FILE}; \
                 `bakas verify` says more"
            )));
        }
        Ok(Self { disk, growth, head })
    }

    /// Begins the log of a case that is being made.
    pub(crate) fn create(case: &Path, key_name: &str) -> Result<Self, Error> {
        Self::begin(Disk::lock(case)?, key_name)
    }

    fn begin(mut disk: Disk, key_name: &str) -> Result<Self, Error> {
        disk.cut(0)?;
        let mut number = [0; 16];
        getrandom::fill(&mut number)
            .map_err(|e| Error::Seal(format!("the system gives no random bytes: {e}")))?;
        let origin = format!("{key_name}/case-{}", crate::input::hex(&number));
        let growth = bakas_seal::tree::Growth::default();
        let head = Checkpoint { origin, size: 0, root: growth.root() };
        Ok(Self { disk, growth, head })
    }

    /// The manifest of a case that was sealed before it had a log is its first leaf.
    fn anchor(&mut self, case: &Path) -> Result<(), Error> {
        match sealing::manifest_leaf(case)? {
            Some(leaf) => self.push(&leaf.text().map_err(broken)?),
            None => Ok(()),
        }
    }

    /// Leaves, those that are not yet spoken for, too.
    pub(crate) fn size(&self) -> u64 {
        self.growth.size()
    }

    /// A leaf that is JSON.
    pub(crate) fn push(&mut self, text: &[u8]) -> Result<(), Error> {
        self.disk.leaf(self.growth.size(), text);
        self.push_hash(leaf_hash(text))
    }

    /// A leaf whose text is kept elsewhere.
    pub(crate) fn push_hash(&mut self, hash: Hash) -> Result<(), Error> {
        let disk = &mut self.disk;
        self.growth.push(hash, &mut |level, hash| disk.keep(level, hash)).map_err(broken)
    }

    /// Makes everything durable, and signs the head that speaks for it.
    pub(crate) fn commit(&mut self, key: &SigningKey) -> Result<Checkpoint, Error> {
        let (size, root) = (self.growth.size(), self.growth.root());
        let head = Checkpoint { origin: self.head.origin.clone(), size, root };
        let note = head.sign(key).map_err(broken)?;
        self.disk.commit(&note)?;
        self.head = head.clone();
        Ok(head)
    }
}

/// What the acts of custody say.
fn custody_values(case: &Path) -> Result<Vec<serde_json::Value>, Error> {
    let acts = leaves(case)?.into_iter().filter(|(_, leaf)| leaf.kind == LeafKind::Custody);
    Ok(acts.map(|(_, leaf)| leaf.json).collect())
}

/// A hash as C2SP writes it.
fn base64(hash: &Hash) -> String {
    let text = Checkpoint { origin: "x".into(), size: 0, root: *hash }.text();
    text.lines().nth(2).expect("a checkpoint has three lines").to_owned()
}

/// What the seal found wrong.
pub(crate) fn broken(error: SealError) -> Error {
    Error::Seal(error.to_string())
}
