//! Sign-ins and sign-outs of `wtmp`, `utmp` and `btmp`, as glibc writes them: records of one
//! length, 384 bytes with times of 32 bits, or 400 bytes on machines without a 32-bit past. Little
//! end first. Described by utmp(5) and glibc's `bits/utmp.h`.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use bakas_model::{Activity, Class, RejectReason, Status, Stream, Timestamp, Value};
use bumpalo::Bump;

use super::{Context, Out, event::join};
use crate::{address, fault::Fault};

const SHORT_BYTES: usize = 384;
const LONG_BYTES: usize = 400;
/// Types of records, by their number.
const TYPES: [&str; 10] = [
    "EMPTY",
    "RUN_LVL",
    "BOOT_TIME",
    "NEW_TIME",
    "OLD_TIME",
    "INIT_PROCESS",
    "LOGIN_PROCESS",
    "USER_PROCESS",
    "DEAD_PROCESS",
    "ACCOUNTING",
];
const USER_PROCESS: i16 = 7;
const DEAD_PROCESS: i16 = 8;
const LOGIN_PROCESS: i16 = 6;

/// One record.
struct Entry<'a> {
    kind: i16,
    pid: i32,
    line: &'a [u8],
    user: &'a [u8],
    host: &'a [u8],
    session: i64,
    seconds: i64,
    micros: i64,
    address: &'a [u8],
}

/// Whether the first bytes of a file are such records.
pub(crate) fn looks_like(head: &[u8]) -> bool {
    [SHORT_BYTES, LONG_BYTES].into_iter().any(|length| sound(head, length) > 0)
}

/// The length of a record, by which more of the first records are sound.
pub(crate) fn record_length(head: &[u8]) -> usize {
    if sound(head, LONG_BYTES) > sound(head, SHORT_BYTES) { LONG_BYTES } else { SHORT_BYTES }
}

/// How many of the first records are sound; none where one of the first is not.
fn sound(head: &[u8], length: usize) -> usize {
    let records = || head.chunks_exact(length).take(20);
    let told = records().filter(|record| record.iter().any(|b| *b != 0)).count();
    if records().all(is_sound) { told } else { 0 }
}

/// A record is sound when its type is known, its texts hold no control characters, its time lies
/// after 1980, and what is reserved is empty.
fn is_sound(bytes: &[u8]) -> bool {
    let Some(entry) = Entry::parse(bytes) else { return false };
    let is_text = |bytes| !until_nul(bytes).iter().any(|b| *b < 0x20 || *b == 0x7f);
    let reserved = bytes.get(bytes.len() - 20..).unwrap_or_default();
    let is_time = entry.kind == 0 || entry.seconds > 315_532_800;
    usize::try_from(entry.kind).is_ok_and(|kind| kind < TYPES.len())
        && bytes.get(2..4) == Some(&[0, 0])
        && is_text(entry.line)
        && is_text(entry.user)
        && is_text(entry.host)
        && (0..1_000_000).contains(&entry.micros)
        && is_time
        && reserved.iter().all(|b| *b == 0)
}

impl<'a> Entry<'a> {
    fn parse(bytes: &'a [u8]) -> Option<Self> {
        let i32_at = |at: usize| {
            let bytes = bytes.get(at..at + 4)?;
            Some(i32::from_le_bytes(bytes.try_into().ok()?))
        };
        let i64_at = |at: usize| {
            let bytes = bytes.get(at..at + 8)?;
            Some(i64::from_le_bytes(bytes.try_into().ok()?))
        };
        let (session, seconds, micros, address) = match bytes.len() {
            // Seconds of 32 bits are read without a sign, so that they last until 2106.
            SHORT_BYTES => (
                i32_at(336)?.into(),
                i64::from(i32_at(340)?.cast_unsigned()),
                i32_at(344)?.into(),
                348,
            ),
            LONG_BYTES => (i64_at(336)?, i64_at(344)?, i64_at(352)?, 360),
            _ => return None,
        };
        Some(Self {
            kind: i16::from_le_bytes(bytes.get(..2)?.try_into().ok()?),
            pid: i32_at(4)?,
            line: bytes.get(8..40)?,
            user: bytes.get(44..76)?,
            host: bytes.get(76..332)?,
            session,
            seconds,
            micros,
            address: bytes.get(address..address + 16)?,
        })
    }

    /// The address as the record has it: four bytes, or sixteen.
    fn address(&self) -> Option<IpAddr> {
        let bytes: [u8; 16] = self.address.try_into().ok()?;
        if bytes == [0; 16] {
            return None;
        }
        if bytes[4..] == [0; 12] {
            return Some(Ipv4Addr::new(bytes[0], bytes[1], bytes[2], bytes[3]).into());
        }
        Some(IpAddr::V6(Ipv6Addr::from(bytes)).to_canonical())
    }
}

fn until_nul(bytes: &[u8]) -> &[u8] {
    bytes.split(|b| *b == 0).next().unwrap_or_default()
}

/// Reads one record; `is_failed` where the file is a `btmp`, whose every record is a failed
/// sign-in.
pub(super) fn decode<'a>(
    bytes: &'a [u8],
    is_failed: bool,
    arena: &'a Bump,
    context: &mut Context,
    out: &mut Out<'_, 'a>,
) -> Result<(), Fault> {
    if !matches!(bytes.len(), SHORT_BYTES | LONG_BYTES) {
        let detail = "the file ends within a record";
        return Err(Fault { reason: RejectReason::Truncated, detail });
    }
    let entry = Entry::parse(bytes).ok_or(Fault::malformed("not a utmp record"))?;
    let kind = usize::try_from(entry.kind).ok().and_then(|kind| TYPES.get(kind));
    let kind = kind.ok_or(Fault::malformed("a utmp record of no known type"))?;
    // A slot that is not in use.
    if entry.kind == 0 {
        out.furniture();
        return Ok(());
    }
    let seconds = i64::clamp(entry.seconds, -1 << 40, 1 << 40);
    let micros = seconds * 1_000_000 + entry.micros.clamp(0, 999_999);
    out.start(Stream::Wtmp);
    out.event.time = context.clock.shifted(Timestamp::from_micros(micros));
    out.event.time_raw =
        join(&[&entry.seconds.to_string(), ".", &format!("{:06}", entry.micros)], arena);
    out.event.operation = kind;
    let text =
        |bytes: &[u8]| -> &'a str { arena.alloc_str(&String::from_utf8_lossy(until_nul(bytes))) };
    let (line, user, host) = (text(entry.line), text(entry.user), text(entry.host));
    out.text("type", kind);
    out.field("pid", Value::Int(entry.pid.into()));
    out.field("session", Value::Int(entry.session));
    for (name, value) in [("line", line), ("user", user), ("host", host)] {
        if !value.is_empty() {
            out.text(name, value);
        }
    }
    let address = entry.address().or_else(|| address::ip(host));
    out.event.src = address.filter(|address| !address.is_unspecified());
    if let Some(address) = out.event.src {
        out.text("src_ip", arena.alloc_str(&address.to_string()));
    }
    what(&entry, is_failed, user, line, out);
    out.emit();
    Ok(())
}

fn what<'a>(
    entry: &Entry<'_>,
    is_failed: bool,
    user: &'a str,
    line: &'a str,
    out: &mut Out<'_, 'a>,
) {
    let account = Some(user).filter(|user| !user.is_empty());
    let logon = |activity, status| (Class::Authentication, activity, status);
    let (class, activity, status) = match entry.kind {
        _ if is_failed => logon(Activity::Logon, Status::Failure),
        USER_PROCESS => logon(Activity::Logon, Status::Success),
        DEAD_PROCESS => logon(Activity::Logoff, Status::Success),
        LOGIN_PROCESS => logon(Activity::Other, Status::Unknown),
        _ => (Class::Base, Activity::Other, Status::Unknown),
    };
    out.is(class, activity, status);
    if class == Class::Authentication {
        out.event.account = account;
    }
    out.event.object = Some(line).filter(|line| !line.is_empty());
}
