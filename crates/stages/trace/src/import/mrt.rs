//! RIB dumps of route collectors in MRT (RFC 6396, add-path RFC 8050): for each prefix the origin
//! that most peers of the collector saw. Updates are passed over: they are no state of the world.

use std::{
    io::{self, BufRead, Read},
    net::{Ipv4Addr, Ipv6Addr},
};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use super::{Account, ImportError, Reader, Settled, text};
use crate::{EpochDraft, OriginRow};

/// Longest record, in bytes: of the longest that are met, with hundreds of peers, 64 would fit.
pub const MRT_RECORD_BYTES_LIMIT: usize = 16 << 20;

const TABLE_DUMP: u16 = 12;
const TABLE_DUMP_V2: u16 = 13;
/// `AS_TRANS`: stands for a number that did not fit into 16 bits (RFC 6793).
const AS_TRANS: u32 = 23456;

const ENDS: &str = "the file ends within a record";
const TOO_LONG: &str = "the record is too long";
const BROKEN: &str = "the record does not hold what it says";
const NO_ORIGIN: &str = "no peer names a single origin";
const NOT_RIB: &str = "not an entry of a routing table";
const DEFAULT: &str = "a default route";

/// Whether a file begins like a record of MRT.
pub(super) fn is_header(head: &[u8]) -> bool {
    let mut fields = Fields(head);
    let (Some(seconds), Some(kind), Some(subtype), Some(length)) =
        (fields.u32(), fields.u16(), fields.u16(), fields.u32())
    else {
        return false;
    };
    let known = match kind {
        TABLE_DUMP => matches!(subtype, 1 | 2),
        TABLE_DUMP_V2 => matches!(subtype, 1..=12),
        16 | 17 => subtype <= 11,
        _ => false,
    };
    known
        && length as usize <= MRT_RECORD_BYTES_LIMIT
        && text::day_of_seconds(seconds.into()).is_some()
}

/// The routes read so far.
#[derive(Default)]
pub(super) struct Rib {
    seen: Vec<Seen>,
    /// The prefix of the last entries and who announced it; older dumps have a record a peer.
    open: Option<(IpNet, Votes)>,
}

/// How many peers saw a prefix from an origin.
struct Seen {
    net: IpNet,
    asn: u32,
    peers: u32,
}

/// Origins and how many peers name each; hardly ever more than one.
type Votes = Vec<(u32, u32)>;

impl Reader for Rib {
    fn read(&mut self, input: &mut dyn BufRead, account: &mut Account) -> Result<(), ImportError> {
        let mut body = Vec::new();
        for number in 1.. {
            let mut header = [0; 12];
            match fill(input, &mut header).map_err(|error| account.io(error))? {
                0 => break,
                12 => {}
                _ => {
                    account.reject(number, ENDS, "");
                    break;
                }
            }
            let mut fields = Fields(&header);
            let (seconds, kind) = (fields.u32().unwrap_or(0), fields.u16().unwrap_or(0));
            let (subtype, length) = (fields.u16().unwrap_or(0), fields.u32().unwrap_or(0));
            let length = length as usize;
            if number == 1 && !is_header(&header) {
                return Err(account.malformed("it does not begin with a record of MRT"));
            }
            if length > MRT_RECORD_BYTES_LIMIT {
                account.reject(number, TOO_LONG, &format!("{length} bytes"));
                let skipped = io::copy(&mut input.take(length as u64), &mut io::sink());
                skipped.map_err(|error| account.io(error))?;
                continue;
            }
            body.clear();
            let read = input.take(length as u64).read_to_end(&mut body);
            if read.map_err(|error| account.io(error))? < length {
                account.reject(number, ENDS, &format!("{} of {length} bytes", body.len()));
                break;
            }
            account.dated(text::day_of_seconds(seconds.into()));
            self.record(number, kind, subtype, &body, account)?;
        }
        self.close(account)
    }

    fn finish(
        mut self: Box<Self>,
        settled: &Settled<'_>,
        draft: &mut crate::Draft,
        _: &mut Account,
    ) -> Result<(), ImportError> {
        self.seen.sort_unstable_by_key(|seen| (seen.net, seen.asn));
        // Several dumps may name the same prefix: their peers are counted together.
        self.seen.dedup_by(|next, kept| {
            let same = (next.net, next.asn) == (kept.net, kept.asn);
            if same {
                kept.peers = kept.peers.saturating_add(next.peers);
            }
            same
        });
        let mut rows: Vec<OriginRow> = Vec::with_capacity(self.seen.len());
        for of_prefix in self.seen.chunk_by(|a, b| a.net == b.net) {
            // Of as many peers, the lower number, so that the same input gives the same table.
            let most =
                of_prefix.iter().max_by_key(|seen| (seen.peers, std::cmp::Reverse(seen.asn)));
            let most = most.expect("a chunk has a first element");
            rows.push(OriginRow { range: most.net.into(), asn: most.asn, operator: String::new() });
        }
        draft.epochs.push(EpochDraft {
            day: settled.date,
            data_set: settled.about.name.clone(),
            rows,
        });
        Ok(())
    }
}

impl Rib {
    /// Reads one record.
    fn record(
        &mut self,
        number: u64,
        kind: u16,
        subtype: u16,
        body: &[u8],
        account: &mut Account,
    ) -> Result<(), ImportError> {
        let read = match (kind, subtype) {
            (TABLE_DUMP, 1) => old_entry(body, false),
            (TABLE_DUMP, 2) => old_entry(body, true),
            (TABLE_DUMP_V2, 1) => return Ok(()),
            (TABLE_DUMP_V2, 2) => entries(body, false, false),
            (TABLE_DUMP_V2, 4) => entries(body, true, false),
            (TABLE_DUMP_V2, 8) => entries(body, false, true),
            (TABLE_DUMP_V2, 10) => entries(body, true, true),
            _ => {
                account.pass(NOT_RIB);
                return Ok(());
            }
        };
        let Some((net, votes)) = read else {
            account.reject(number, BROKEN, &format!("type {kind}, subtype {subtype}"));
            return Ok(());
        };
        if net.prefix_len() == 0 {
            account.pass(DEFAULT);
            return Ok(());
        }
        if votes.is_empty() {
            account.pass(NO_ORIGIN);
            return Ok(());
        }
        match &mut self.open {
            Some((open, known)) if *open == net => {
                for (asn, peers) in votes {
                    vote(known, asn, peers);
                }
            }
            _ => {
                self.close(account)?;
                self.open = Some((net, votes));
            }
        }
        Ok(())
    }

    fn close(&mut self, account: &mut Account) -> Result<(), ImportError> {
        let Some((net, votes)) = self.open.take() else { return Ok(()) };
        account.take()?;
        self.seen.extend(votes.into_iter().map(|(asn, peers)| Seen { net, asn, peers }));
        Ok(())
    }
}

fn vote(votes: &mut Votes, asn: u32, peers: u32) {
    match votes.iter_mut().find(|(known, _)| *known == asn) {
        Some((_, number)) => *number = number.saturating_add(peers),
        None => votes.push((asn, peers)),
    }
}

/// The entries of one prefix, one for each peer (RFC 6396, section 4.3.2).
fn entries(body: &[u8], wide: bool, add_path: bool) -> Option<(IpNet, Votes)> {
    let mut fields = Fields(body);
    fields.u32()?;
    let length = fields.u8()?;
    let net = prefix(fields.take(usize::from(length.div_ceil(8)))?, length, wide)?;
    let count = fields.u16()?;
    let mut votes = Votes::new();
    // With several paths from one peer, its first one counts.
    let mut heard = std::collections::BTreeSet::new();
    for _ in 0..count {
        let peer = fields.u16()?;
        fields.u32()?;
        if add_path {
            fields.u32()?;
        }
        let length = fields.u16()?;
        let attributes = fields.take(usize::from(length))?;
        if add_path && !heard.insert(peer) {
            continue;
        }
        if let Some(asn) = origin(attributes, true)? {
            vote(&mut votes, asn, 1);
        }
    }
    fields.0.is_empty().then_some((net, votes))
}

/// One peer's entry in the older form (RFC 6396, section 4.2).
fn old_entry(body: &[u8], wide: bool) -> Option<(IpNet, Votes)> {
    let mut fields = Fields(body);
    fields.u32()?;
    let address_bytes = if wide { 16 } else { 4 };
    let address = fields.take(address_bytes)?;
    let length = fields.u8()?;
    fields.u8()?;
    fields.u32()?;
    fields.take(address_bytes)?;
    fields.u16()?;
    let attribute_bytes = fields.u16()?;
    let attributes = fields.take(usize::from(attribute_bytes))?;
    let net = prefix(address, length, wide)?;
    let mut votes = Votes::new();
    if let Some(asn) = origin(attributes, false)? {
        votes.push((asn, 1));
    }
    fields.0.is_empty().then_some((net, votes))
}

/// A block from the bytes that are there; what lies behind the prefix is dropped.
fn prefix(bytes: &[u8], length: u8, wide: bool) -> Option<IpNet> {
    if wide {
        let mut address = [0; 16];
        address.get_mut(..bytes.len())?.copy_from_slice(bytes);
        Some(Ipv6Net::new(Ipv6Addr::from(address), length).ok()?.trunc().into())
    } else {
        let mut address = [0; 4];
        address.get_mut(..bytes.len())?.copy_from_slice(bytes);
        Some(Ipv4Net::new(Ipv4Addr::from(address), length).ok()?.trunc().into())
    }
}

/// The origin in a route's attributes: `None` where they are broken, `Some(None)` where they name
/// no single one.
#[expect(clippy::option_option, reason = "broken and silent are two things")]
fn origin(attributes: &[u8], wide: bool) -> Option<Option<u32>> {
    const AS_PATH: u8 = 2;
    const AS4_PATH: u8 = 17;
    const EXTENDED_LENGTH: u8 = 0x10;
    let mut fields = Fields(attributes);
    let (mut told, mut told_wide) = (None, None);
    while !fields.0.is_empty() {
        let flags = fields.u8()?;
        let kind = fields.u8()?;
        let length = match flags & EXTENDED_LENGTH {
            0 => usize::from(fields.u8()?),
            _ => usize::from(fields.u16()?),
        };
        let value = fields.take(length)?;
        match kind {
            AS_PATH => told = last_of_path(value, wide)?,
            AS4_PATH => told_wide = last_of_path(value, true)?,
            _ => {}
        }
    }
    // A number that did not fit stands in the second path.
    Some(if told == Some(AS_TRANS) { told_wide.or(told) } else { told })
}

/// The last network of a path (RFC 4271, section 4.3; confederations RFC 5065 are passed over). A
/// set of several names no single one.
#[expect(clippy::option_option, reason = "broken and silent are two things")]
fn last_of_path(path: &[u8], wide: bool) -> Option<Option<u32>> {
    const SET: u8 = 1;
    const SEQUENCE: u8 = 2;
    let mut fields = Fields(path);
    let mut last = None;
    while !fields.0.is_empty() {
        let kind = fields.u8()?;
        let count = fields.u8()?;
        let mut newest = None;
        for _ in 0..count {
            newest = Some(if wide { fields.u32()? } else { u32::from(fields.u16()?) });
        }
        match (kind, count) {
            (SEQUENCE, 1..) | (SET, 1) => last = newest,
            (SET, _) => last = None,
            _ => {}
        }
    }
    Some(last)
}

/// What is left of some bytes, read in network order.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    fn take(&mut self, bytes: usize) -> Option<&'a [u8]> {
        let (taken, left) = self.0.split_at_checked(bytes)?;
        self.0 = left;
        Some(taken)
    }

    fn u8(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    fn u16(&mut self) -> Option<u16> {
        self.take(2)?.try_into().ok().map(u16::from_be_bytes)
    }

    fn u32(&mut self) -> Option<u32> {
        self.take(4)?.try_into().ok().map(u32::from_be_bytes)
    }
}

/// Reads as many bytes as there are, up to the buffer's length.
fn fill(input: &mut dyn BufRead, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while let Some(room) = buffer.get_mut(filled..).filter(|room| !room.is_empty()) {
        match input.read(room) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}
