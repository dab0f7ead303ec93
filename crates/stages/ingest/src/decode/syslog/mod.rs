//! System log lines: the header (RFC 3164, RFC 5424, ISO times as rsyslog and journald write them),
//! then the message by the program that wrote it.

mod accounts;
mod cron;
mod data;
mod header;
mod pam;
mod sshd;
mod su;
mod systemd;

use bakas_model::{Status, Stream, Value};
use bumpalo::Bump;

use self::header::Header;
use super::{Context, Out, Record, carried::Carried};
use crate::{address, clock::Clock, define, fault::Fault};

/// Programs whose messages are read here, whatever definitions there are.
const NATIVE: &[&str] = &[
    "sshd",
    "sshd-session",
    "sshd-auth",
    "sudo",
    "su",
    "CRON",
    "cron",
    "crond",
    "useradd",
    "userdel",
    "usermod",
    "groupadd",
    "groupdel",
    "passwd",
];
/// Most events that one "message repeated" line becomes.
const REPEATED_LIMIT: u64 = 1000;

/// A message with the program that wrote it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Message<'a> {
    pub(crate) program: &'a str,
    pub(crate) text: &'a str,
}

/// Whether a line begins as a system log's line does.
pub(crate) fn is_line(line: &str, clock: &mut Clock) -> bool {
    Header::parse(line, clock).is_ok_and(|header| header.carried.time.is_some())
}

pub(crate) fn decode<'a>(
    record: Record<'a>,
    context: &mut Context,
    out: &mut Out<'_, 'a>,
) -> Result<(), Fault> {
    let header = Header::parse(record.text, &mut context.clock)?;
    header.fields(&mut out.carrier, record.arena);
    message(&header.carried, record.arena, context, out)
}

/// Reads what a program wrote to a log, whichever way it came here, and hands it on.
pub(crate) fn message<'a>(
    carried: &Carried<'a>,
    arena: &'a Bump,
    context: &mut Context,
    out: &mut Out<'_, 'a>,
) -> Result<(), Fault> {
    let (text, times) = repeated(carried.message);
    let carried = &Carried { message: text, ..*carried };
    if !defined(carried, arena, context, out) {
        native(carried, out)?;
    }
    if times > 1 {
        out.field("repeated", Value::Int(i64::try_from(times).unwrap_or(i64::MAX)));
    }
    for _ in 0..times.min(REPEATED_LIMIT) {
        out.emit();
    }
    Ok(())
}

/// Tries the formats that are carried by system logs; says whether one of them read it.
pub(crate) fn defined<'a>(
    carried: &Carried<'a>,
    arena: &'a Bump,
    context: &mut Context,
    out: &mut Out<'_, 'a>,
) -> bool {
    let program = carried.program.rsplit('/').next().unwrap_or_default();
    let is_pam = carried.message.starts_with("pam_") || carried.message.starts_with("PAM ");
    if is_pam || NATIVE.contains(&program) {
        return false;
    }
    let (message, whole) = (carried.message, carried.after_header);
    let found = context.formats.for_message(carried.program, message, whole);
    let Some((definition, is_whole)) = found else { return false };
    let text = if is_whole { whole } else { message };
    define::read_message(definition, text, carried, arena, context, out).is_ok()
}

fn native<'a>(carried: &Carried<'a>, out: &mut Out<'_, 'a>) -> Result<(), Fault> {
    out.start(Stream::Syslog);
    out.event.time = carried.time.ok_or(header::NO_TIME_AT_ALL)?;
    out.event.time_raw = carried.time_raw;
    out.event.host = carried.host;
    out.event.operation = carried.program;
    out.text("message", carried.message);
    out.text("program", carried.program);
    if let Some(pid) = carried.pid {
        out.text("pid", pid);
    }
    if let Some(host) = carried.host {
        out.text("host", host);
    }
    what(Message { program: carried.program, text: carried.message }, out);
    Ok(())
}

/// The message within `message repeated 5 times: [ … ]`, and how often it came.
fn repeated(message: &str) -> (&str, u64) {
    let inner = || {
        let (times, rest) = message.strip_prefix("message repeated ")?.split_once(" times: [")?;
        Some((rest.strip_suffix(']')?.trim(), times.parse().ok()?))
    };
    inner().filter(|(_, times)| *times > 0).unwrap_or((message, 1))
}

/// What the message says, by its program.
fn what<'a>(message: Message<'a>, out: &mut Out<'_, 'a>) {
    let program = message.program.rsplit('/').next().unwrap_or_default();
    match program {
        "sshd" | "sshd-session" | "sshd-auth" | "dropbear" => {
            out.event.stream = Stream::Sshd;
            if !pam::decode(message, out) {
                sshd::decode(message, out);
            }
        }
        "sudo" => {
            out.event.stream = Stream::Sudo;
            if !pam::decode(message, out) {
                su::sudo(message, out);
            }
        }
        "su" | "su-l" | "runuser" => {
            out.event.stream = Stream::Su;
            if !pam::decode(message, out) {
                su::su(message, out);
            }
        }
        _ if pam::decode(message, out) => out.event.stream = Stream::Pam,
        "CRON" | "cron" | "crond" | "crontab" | "anacron" | "atd" | "fcron" => {
            out.event.stream = Stream::Cron;
            cron::decode(program, message.text, out);
        }
        "systemd" | "systemd-logind" => systemd::decode(message.text, out),
        _ => accounts::decode(program, message.text, out),
    }
}

/// The address and port of `… from 1.2.3.4 port 22 …`, wherever a user's name ends: the last
/// ` from ` counts, for names are the client's to choose.
fn peer<'a>(text: &'a str, out: &mut Out<'_, 'a>) {
    let found = text.rmatch_indices(" from ").find_map(|(at, word)| {
        let mut words = text.get(at + word.len()..)?.split([' ', ':', ',']);
        // An IPv6 address holds colons itself.
        let whole = text.get(at + word.len()..)?.split(' ').next()?;
        let address = address::ip(whole.trim_end_matches([':', ','])).map(|a| (a, whole));
        address.or_else(|| words.next().and_then(|w| address::ip(w).map(|a| (a, w))))
    });
    if let Some((address, written)) = found {
        out.event.src = Some(address);
        out.text("src_ip", written.trim_end_matches([':', ',']));
    }
    if let Some(port) = word_after(text, " port ") {
        out.event.src_port = port.split(':').next().and_then(|p| p.parse().ok());
    }
}

/// The word after the last time that `before` stands in the text.
fn word_after<'a>(text: &'a str, before: &str) -> Option<&'a str> {
    let at = text.rfind(before)? + before.len();
    text.get(at..)?.split(' ').next().filter(|word| !word.is_empty())
}

/// An account that was named; an empty one is none.
fn account<'a>(name: &'a str, out: &mut Out<'_, 'a>) {
    if !name.is_empty() {
        out.event.account = Some(name);
        out.text("user", name);
    }
}

/// Success where `truth` holds, else failure.
const fn status(truth: bool) -> Status {
    if truth { Status::Success } else { Status::Failure }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeated_messages_are_counted() {
        assert_eq!(
            repeated("message repeated 5 times: [ Failed password for root]"),
            ("Failed password for root", 5)
        );
        assert_eq!(
            repeated("message repeated x times: [ a]"),
            ("message repeated x times: [ a]", 1)
        );
        assert_eq!(repeated("plain"), ("plain", 1));
    }
}
