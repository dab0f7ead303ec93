//! Acts of custody into the log, and how the log stands: what is late, missing, cosigned, stamped,
//! destroyed.

use std::{fs::File, io::Read as _, path::Path};

use bakas_model::{
    Timestamp,
    custody::{ACT_SCHEMA, ActKind, CustodyAct, Gap, Item, Tool, gaps},
    exchange::{Pap, Tlp},
};
use bakas_seal::{FileDigest, Leaf, LeafKind, witness::Cosignature};
use serde::{Deserialize as _, Serialize};

use super::{
    LeafRange, append_with,
    check::range_of,
    kept::{self, Kept},
    stamp,
    witness::Policy,
};
use crate::{Error, clock::Clock};

/// Largest act that is read from a file.
const ACT_BYTES_LIMIT: u64 = 1 << 20;
/// How far in the future an act may lie: clocks differ, in microseconds.
const FUTURE_MICROS: i64 = 300 * 1_000_000;

/// Reads an act from a TOML file.
///
/// # Errors
/// When it cannot be read, or has members that acts have not.
pub fn read(path: &Path) -> Result<CustodyAct, Error> {
    let failed = |source| Error::Read { path: path.to_owned(), source };
    let mut text = String::new();
    let file = File::open(path).map_err(failed)?;
    file.take(ACT_BYTES_LIMIT + 1).read_to_string(&mut text).map_err(failed)?;
    if text.len() as u64 > ACT_BYTES_LIMIT {
        return Err(Error::Usage(format!("{} is over {ACT_BYTES_LIMIT} bytes", path.display())));
    }
    toml::from_str(&text)
        .map_err(|e| Error::Config { path: path.to_owned(), what: e.message().to_owned() })
}

/// A file as an item of an act.
///
/// # Errors
/// When it cannot be read.
pub fn item(path: &Path) -> Result<Item, Error> {
    let failed = |source| Error::Read { path: path.to_owned(), source };
    let mut file = File::open(path).map_err(failed)?;
    let name = path.to_string_lossy().into_owned();
    let FileDigest { path: name, bytes, sha256 } =
        FileDigest::read(name, &mut file).map_err(failed)?;
    Ok(Item { name, bytes, sha256 })
}

/// Writes an act into the log. What was not said of the time and the tool is filled in.
///
/// # Errors
/// When nobody is named, its time lies in the future, it names a source that is none, or the log
/// cannot be continued.
pub fn act(
    case: &Path,
    key: Option<&Path>,
    act: CustodyAct,
    (arguments, clock): (&[String], &dyn Clock),
) -> Result<LeafRange, Error> {
    let act = complete(case, act, (arguments, clock))?;
    let value = serde_json::to_value(&act).expect("an act is JSON");
    append_with(case, key, &[Leaf::new(LeafKind::Custody, value)])
}

fn complete(
    case: &Path,
    mut act: CustodyAct,
    (arguments, clock): (&[String], &dyn Clock),
) -> Result<CustodyAct, Error> {
    let now = clock.now();
    ACT_SCHEMA.clone_into(&mut act.schema);
    act.recorded = now;
    if act.at == Timestamp::default() {
        act.at = now;
    }
    let usage = |what: String| Err(Error::Usage(what));
    if act.person.name.trim().is_empty() {
        return usage("an act is somebody's: say whose with --person NAME".to_owned());
    }
    if act.act == ActKind::LabelLowered {
        is_whole(&act).map_err(|why| Error::Usage(why.to_owned()))?;
    }
    if act.at > now.plus_micros(FUTURE_MICROS) {
        return usage(format!("the act lies in the future: {}; it is {now}", act.at));
    }
    if act.local.is_empty() {
        act.local = local(act.at);
    } else if act.local.parse::<Timestamp>().map(|local| local != act.at).unwrap_or(true) {
        return usage(format!("local time '{}' is not the same moment as {}", act.local, act.at));
    }
    if act.clock.determined.is_empty() && act.clock.offset_micros.is_none() {
        act.clock.determined =
            "the host's clock; whether it was synchronised is unknown".to_owned();
    }
    if act.tool.is_none() {
        act.tool = Some(Tool {
            name: "bakas".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            arguments: arguments.to_vec(),
        });
    }
    for item in act.inputs.iter().chain(&act.outputs) {
        let is_hex = |b: u8| matches!(b, b'0'..=b'9' | b'a'..=b'f');
        if item.sha256.len() != 64 || !item.sha256.bytes().all(is_hex) {
            return usage(format!("'{}' has no SHA-256 in lower-case hex", item.name));
        }
    }
    let known: Vec<u32> = sources(case)?.into_iter().map(|(number, _)| number).collect();
    match act.sources.iter().find(|source| !known.contains(source)) {
        Some(source) if !known.is_empty() => usage(format!("the case has no source {source}")),
        _ => Ok(act),
    }
}

/// Whether an act says what it lowers and why; the gate passes over one that does not.
fn is_whole(act: &CustodyAct) -> Result<(), &'static str> {
    if act.reason.trim().is_empty() {
        return Err("to lower a label needs a reason: --reason");
    }
    let label = act.sets.as_ref().and_then(|sets| sets.get("label"));
    let label = label.ok_or("say of what and to which label: --of I-01 --tlp GREEN")?;
    let of = label.get("of").and_then(|of| of.as_str()).unwrap_or_default();
    let reads = |name: &str, is_needed: bool| match label.get(name) {
        None => !is_needed,
        Some(_) if name.ends_with("pap") => Pap::deserialize(&label[name]).is_ok(),
        Some(_) => Tlp::deserialize(&label[name]).is_ok(),
    };
    let all = [("tlp", true), ("pap", false), ("from_tlp", false), ("from_pap", false)];
    if of.is_empty() || !all.into_iter().all(|(name, is_needed)| reads(name, is_needed)) {
        return Err(
            "of what: an incident, the digest of a package, or `case`; labels are TLP and PAP",
        );
    }
    if reads("from_tlp", true)
        && Tlp::deserialize(&label["from_tlp"]).ok() <= Tlp::deserialize(&label["tlp"]).ok()
    {
        return Err("that lowers no label: it was not stricter before");
    }
    Ok(())
}

/// The moment in the host's zone, with its offset.
fn local(at: Timestamp) -> String {
    let Ok(moment) = jiff::Timestamp::from_microsecond(at.as_micros()) else {
        return at.to_string();
    };
    moment.to_zoned(jiff::tz::TimeZone::system()).strftime("%Y-%m-%dT%H:%M:%S%.f%:z").to_string()
}

/// Numbers and paths of the sources that the log names.
fn sources(case: &Path) -> Result<Vec<(u32, String)>, Error> {
    let source = |(_, leaf): (u64, Leaf)| {
        let (source, _) = range_of(&leaf.json).filter(|_| leaf.kind == LeafKind::Source)?;
        Some((source, leaf.json.get("path")?.as_str()?.to_owned()))
    };
    Ok(super::leaves(case)?.into_iter().filter_map(source).collect())
}

/// How the log of a case stands.
#[derive(Debug, Serialize)]
pub struct Status {
    /// Which log.
    pub origin: String,
    /// Its leaves.
    pub leaves: u64,
    /// The hash of its tree, in base64.
    pub root: String,
    /// Records that are leaves.
    pub records: u64,
    /// Acts of custody, in their order.
    pub acts: Vec<CustodyAct>,
    /// What is late or missing.
    pub gaps: Vec<Gap>,
    /// How many witnesses are asked for.
    pub witnesses_needed: usize,
    /// How many there are.
    pub witnesses_named: usize,
    /// Checkpoints that were given to others.
    pub checkpoints: Vec<KeptCheckpoint>,
}

/// A checkpoint that was given to others.
#[derive(Debug, Serialize)]
pub struct KeptCheckpoint {
    /// Leaves that it speaks for.
    pub size: u64,
    /// Who cosigned it.
    pub cosignatures: Vec<Cosignature>,
    /// The time of its stamp, as the authority says; whether the authority signed is for
    /// `openssl ts -verify` to say.
    pub stamped: Option<String>,
}

/// Tells how the log of a case stands.
///
/// # Errors
/// When there is none, or it is damaged.
pub fn status(case: &Path, now: Timestamp) -> Result<Status, Error> {
    let (_, _, head) = super::read(case)?;
    let leaves = super::leaves(case)?;
    let of = |kind: LeafKind| leaves.iter().filter(move |(_, leaf)| leaf.kind == kind);
    let acts: Vec<CustodyAct> = of(LeafKind::Custody)
        .filter_map(|(_, leaf)| serde_json::from_value(leaf.json.clone()).ok())
        .collect();
    let values: Vec<_> = of(LeafKind::Custody).map(|(_, leaf)| leaf.json.clone()).collect();
    let policy = Policy::last(&values);
    let sources: Vec<(u32, &str)> = of(LeafKind::Source)
        .filter_map(|(_, leaf)| Some((range_of(&leaf.json)?.0, leaf.json.get("path")?.as_str()?)))
        .collect();
    let records =
        of(LeafKind::Source).filter_map(|(_, leaf)| Some(range_of(&leaf.json)?.1.count)).sum();
    Ok(Status {
        gaps: gaps(&acts, &sources, now),
        root: super::base64(&head.root),
        origin: head.origin,
        leaves: head.size,
        records,
        acts,
        witnesses_needed: policy.needed,
        witnesses_named: policy.witnesses.len(),
        checkpoints: checkpoints(case, &policy)?,
    })
}

/// What is kept of checkpoints that were given to others.
pub(crate) fn checkpoints(case: &Path, policy: &Policy) -> Result<Vec<KeptCheckpoint>, Error> {
    let key = crate::sealing::public_key(case)?;
    let mut all = Vec::new();
    for (size, kind) in kept::list(case)? {
        let Some(note) = kept::read(case, size, Kept::Note)?.filter(|_| kind == Kept::Note) else {
            continue;
        };
        let text = String::from_utf8_lossy(&note);
        let cosignatures = policy.cosigned(&text, &key).unwrap_or_default();
        let request = kept::read(case, size, Kept::Request)?;
        let stamp = kept::read(case, size, Kept::Stamp)?;
        let stamped = stamp
            .and_then(|stamp| stamp::check_stamp(&note, request.as_deref(), &stamp).ok())
            .map(|stamped| stamped.time);
        all.push(KeptCheckpoint { size, cosignatures, stamped });
    }
    Ok(all)
}

/// Paths within the case that acts of destruction speak of.
pub(crate) fn destroyed(acts: &[serde_json::Value]) -> Vec<(CustodyAct, Vec<String>)> {
    acts.iter()
        .filter_map(|value| serde_json::from_value::<CustodyAct>(value.clone()).ok())
        .filter(|act| act.act == ActKind::Destroyed)
        .map(|act| {
            let paths = act.inputs.iter().map(|item| item.name.clone()).collect();
            (act, paths)
        })
        .collect()
}
