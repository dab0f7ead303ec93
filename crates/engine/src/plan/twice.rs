//! Streams of one agency that were shipped twice: the same content under two names, plain and
//! packed, or a growing log shipped again when it was longer. One of them is read, the others are
//! named. It compares bytes, never names.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
};

use bakas_model::{AgencyIx, RejectReason, SourceIx};
use sha2::{Digest, Sha256};

use super::{Plan, PlannedFile, whole_file};
use crate::{
    input::{HashedFile, hex},
    observer::Quiet,
};

/// A stream shorter than this is the beginning of another one by chance; only the same content
/// makes it a duplicate.
pub(super) const START_BYTES: usize = 512;
const READ_BYTES: usize = 1 << 20;

/// A member by its file and its place therein.
type At = (usize, usize);

/// A stream whose bytes are known.
struct Content {
    at: At,
    source: SourceIx,
    bytes: u64,
    sha256: String,
}

/// Marks the duplicates of a plan.
pub(super) fn find(plan: &mut Plan) {
    for group in groups(plan) {
        // A stream that breaks off has no content to compare; the sweep reports it.
        let mut contents: Vec<Content> =
            group.into_iter().filter_map(|at| content(plan, at).ok()).collect();
        // The longest first: it is the one that is read. Of equals, the one that was found first.
        contents.sort_by(|a, b| b.bytes.cmp(&a.bytes).then(a.source.cmp(&b.source)));
        let mut kept: Vec<(&Content, BTreeMap<u64, String>)> = Vec::new();
        for (n, one) in contents.iter().enumerate() {
            let longer = kept.iter().find(|(_, heads)| heads.get(&one.bytes) == Some(&one.sha256));
            if let Some((longer, _)) = longer {
                mark(plan, one, longer);
                continue;
            }
            let shorter = contents.iter().skip(n + 1).map(|c| c.bytes);
            let lengths: BTreeSet<u64> = shorter.filter(|&bytes| bytes < one.bytes).collect();
            let mut heads = hashes_at(plan, one.at, &lengths).unwrap_or_default();
            heads.insert(one.bytes, one.sha256.clone());
            kept.push((one, heads));
        }
    }
}

/// Streams that may share content: of one agency and with the same beginning, or short and alike.
fn groups(plan: &Plan) -> Vec<Vec<At>> {
    let mut alike: BTreeMap<(AgencyIx, &str), Vec<At>> = BTreeMap::new();
    for (f, file) in plan.files.iter().enumerate() {
        for (m, member) in file.members.iter().enumerate() {
            let agency = plan.sources[member.source.0 as usize].agency;
            let short = || member.head.whole.as_ref().map(|(_, hash)| hash.as_str());
            let key = member.head.start.as_deref().or_else(short);
            if let (Some(_), Some(key)) = (member.format, key) {
                alike.entry((agency, key)).or_default().push((f, m));
            }
        }
    }
    alike.into_values().filter(|group| group.len() > 1).collect()
}

fn content(plan: &Plan, at: At) -> io::Result<Content> {
    let member = &plan.files[at.0].members[at.1];
    let source = member.source;
    if let Some((bytes, sha256)) = member.head.whole.clone() {
        return Ok(Content { at, source, bytes, sha256 });
    }
    let none = BTreeSet::new();
    let (bytes, sha256, _) = read(&plan.files[at.0], &member.name, &none)?;
    Ok(Content { at, source, bytes, sha256 })
}

fn hashes_at(plan: &Plan, at: At, lengths: &BTreeSet<u64>) -> io::Result<BTreeMap<u64, String>> {
    if lengths.is_empty() {
        return Ok(BTreeMap::new());
    }
    let file = &plan.files[at.0];
    read(file, &file.members[at.1].name, lengths).map(|(_, _, heads)| heads)
}

/// Bytes and hash of a stream, and the hashes of its beginnings of these lengths.
fn read(
    file: &PlannedFile,
    wanted: &str,
    lengths: &BTreeSet<u64>,
) -> io::Result<(u64, String, BTreeMap<u64, String>)> {
    let mut reader =
        HashedFile::open(&file.path, &Quiet).map_err(|e| io::Error::other(e.to_string()))?;
    reader.forgo_hash();
    let mut found = None;
    let mut broken = false;
    let mut each = |member: bakas_ingest::Member<'_>| {
        if member.name == wanted {
            found = Some(hashed(member.reader, lengths)?);
        }
        Ok(())
    };
    bakas_ingest::unpack(&file.name, &mut reader, &mut each, &mut |_| broken = true)?;
    found.filter(|_| !broken).ok_or_else(|| io::Error::other("the stream breaks off"))
}

fn hashed(
    reader: &mut dyn io::Read,
    lengths: &BTreeSet<u64>,
) -> io::Result<(u64, String, BTreeMap<u64, String>)> {
    let (mut hash, mut heads, mut at) = (Sha256::new(), BTreeMap::new(), 0_u64);
    let mut buffer = vec![0; READ_BYTES];
    loop {
        // Up to the next length that is asked for, so that the hash is taken there.
        let next = lengths.range(at + 1..).next().map_or(u64::MAX, |&length| length - at);
        let most = buffer.len().min(usize::try_from(next).unwrap_or(usize::MAX));
        let read = reader.read(&mut buffer[..most])?;
        if read == 0 {
            return Ok((at, hex(&hash.finalize()), heads));
        }
        hash.update(&buffer[..read]);
        at += read as u64;
        if lengths.contains(&at) {
            heads.insert(at, hex(&hash.clone().finalize()));
        }
    }
}

fn mark(plan: &mut Plan, one: &Content, other: &Content) {
    plan.files[one.at.0].members[one.at.1].duplicate_of = Some(other.source);
    let path = &plan.sources[other.source.0 as usize].path;
    let detail = if other.bytes > one.bytes {
        format!("its content is the beginning of {path}, which is read")
    } else {
        format!("same content as {path}")
    };
    plan.rejects.push(whole_file(one.source, RejectReason::Duplicate, detail));
}
