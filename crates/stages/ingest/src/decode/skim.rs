//! Whether a record is sound, told without taking it apart: for records that matter to no rule.
//! It answers only for what the decoders would certainly read as so many events of the format's own
//! streams; of everything else, sound or not, it says nothing, and the decoders read it.

use memchr::memchr;

use super::quoted::quoted_end;
use crate::{
    clock::Clock,
    sound::{self, Seen, Watch},
};

/// How many events an access log line certainly is: one, or it does not say.
///
/// It looks for what `combined` can fail at: a client or its name and something after it, a time in
/// brackets where the first bracket is, a quoted request, a status.
pub(super) fn access_line(text: &str, clock: &mut Clock) -> Option<u64> {
    let bytes = text.as_bytes();
    let client = bytes.iter().position(|&b| !is_of_name(b))?;
    // A name or address, a blank, and something that is none: what follows may be anything.
    if client == 0 || bytes[client] != b' ' || *bytes.get(client + 1)? <= b' ' {
        return None;
    }
    let open = match bytes.get(client + 1..client + 6) {
        Some(b"- - [") => client + 5,
        Some(after) if after.contains(&b'[') => return None,
        _ => client + 1 + memchr(b'[', bytes.get(client + 1..)?)?,
    };
    let [b'[', time @ .., b']', b' ', b'"'] = bytes.get(open..open + 30)? else { return None };
    if time[2] != b'/' {
        return None;
    }
    clock.access(text.get(open + 1..open + 27)?)?;
    let from = open + 30;
    let end = from + quoted_end(bytes.get(from..)?)?;
    let status = match *bytes.get(end + 2..)? {
        [b'1'..=b'9', b'0'..=b'9', b'0'..=b'9', ref after @ ..] => after,
        [b'-', ref after @ ..] => after,
        _ => return None,
    };
    matches!(status, [] | [b' ', ..]).then_some(1)
}

/// Whether a byte may stand in the name of a client, and in addresses.
const fn is_of_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b':')
}

/// What stands first under a name that a decoder asks for.
#[derive(Clone, Copy, Default)]
enum Asked<'a> {
    #[default]
    Nothing,
    Text(&'a [u8]),
    Other(Seen<'a>),
}

/// The members that a decoder asks for, by their number.
struct Members<'a, const N: usize> {
    names: [&'static [u8]; N],
    /// Names within the first of them.
    inner: &'static [&'static [u8]],
    /// First the members, then those within the first.
    found: [Asked<'a>; 8],
    /// Elements of the last of them, where it is an array.
    elements: u64,
}

impl<'a, const N: usize> Members<'a, N> {
    fn of(
        names: [&'static [u8]; N],
        inner: &'static [&'static [u8]],
        text: &'a str,
    ) -> Option<Self> {
        let mut members = Self { names, inner, found: [Asked::Nothing; 8], elements: 0 };
        let end = sound::object(text.as_bytes(), &mut members)?;
        text.get(end..)?.trim_ascii().is_empty().then_some(members)
    }

    /// A text that is not empty.
    fn text(&self, member: usize) -> Option<&'a str> {
        match self.found[member] {
            Asked::Text(text) if !text.is_empty() => std::str::from_utf8(text).ok(),
            _ => None,
        }
    }

    fn has(&self, member: usize) -> bool {
        !matches!(self.found[member], Asked::Nothing)
    }
}

impl<'a, const N: usize> Watch<'a> for Members<'a, N> {
    #[inline]
    fn member(&mut self, name: &'a [u8]) -> Option<u8> {
        self.names.iter().position(|known| *known == name).map(|at| at as u8)
    }

    #[inline]
    fn inner(&mut self, outer: u8, name: &'a [u8]) -> Option<u8> {
        if outer != 0 {
            return None;
        }
        self.inner.iter().position(|known| *known == name).map(|at| (N + at) as u8)
    }

    #[inline]
    fn value(&mut self, member: u8, seen: Seen<'a>) -> bool {
        // The first of a name counts; the decoders would say the same, but of arrays and objects
        // that come twice this could not count the elements.
        let found = &mut self.found[usize::from(member)];
        let is_first = matches!(found, Asked::Nothing);
        *found = match seen {
            Seen::Text(text) => Asked::Text(text),
            other => Asked::Other(other),
        };
        is_first
    }

    #[inline]
    fn element(&mut self, member: u8) {
        self.elements += u64::from(usize::from(member) + 1 == N);
    }
}

/// How many events a record of AWS CloudTrail certainly is.
pub(super) fn cloudtrail(text: &str, clock: &Clock) -> Option<u64> {
    let members = Members::of([b"eventTime", b"eventSource", b"eventName"], &[], text)?;
    members.text(1)?;
    members.text(2)?;
    clock.iso_utc(members.text(0)?)?;
    Some(1)
}

/// How many events an activity of the Reports API certainly is: one for each of its events.
pub(super) fn workspace(text: &str, clock: &Clock) -> Option<u64> {
    const ID: &[&[u8]] = &[b"applicationName", b"time"];
    let names: [&[u8]; 5] = [b"id", b"protoPayload", b"eventSource", b"eventName", b"events"];
    let members = Members::of(names, ID, text)?;
    // With these it may be another kind of record.
    if members.has(1) || members.has(2) || members.has(3) {
        return None;
    }
    members.text(5)?;
    clock.iso_utc(members.text(6)?)?;
    let is_list = matches!(members.found[4], Asked::Other(Seen::Array));
    (is_list && members.elements > 0).then_some(members.elements)
}

/// How many events a Microsoft 365 record certainly is.
pub(super) fn m365(text: &str, clock: &Clock) -> Option<u64> {
    let names: [&[u8]; 4] = [b"CreationTime", b"Operation", b"AuditData", b"auditData"];
    let members = Members::of(names, &[], text)?;
    members.text(1)?;
    clock.iso_utc(members.text(0)?)?;
    // A record within a record.
    (!members.has(2) && !members.has(3)).then_some(1)
}
