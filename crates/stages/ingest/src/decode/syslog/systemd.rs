//! What systemd says of units, and its log-in manager of sessions. A session is told by whoever
//! let the user in, too: here it is no further sign-in.

use bakas_model::{Activity, Class, Status};

use super::{Out, account};

/// Beginnings of what is said of a unit, and whether it went well.
const UNITS: &[(&str, &str, Status)] = &[
    ("Started ", "Started", Status::Success),
    ("Starting ", "Starting", Status::Unknown),
    ("Stopped ", "Stopped", Status::Success),
    ("Stopping ", "Stopping", Status::Unknown),
    ("Finished ", "Finished", Status::Success),
    ("Reloaded ", "Reloaded", Status::Success),
    ("Failed to start ", "Failed to start", Status::Failure),
];

pub(super) fn decode<'a>(text: &'a str, out: &mut Out<'_, 'a>) {
    if let Some(rest) = text.strip_prefix("New session ") {
        out.is(Class::Authentication, Activity::Other, Status::Success);
        out.event.operation = "New session";
        session(rest, out);
    } else if text.starts_with("Session ") || text.starts_with("Removed session ") {
        let rest = text.trim_start_matches("Removed session ").trim_start_matches("Session ");
        out.is(Class::Authentication, Activity::Other, Status::Success);
        out.event.operation = "Session over";
        session(rest, out);
    } else if let Some(&(start, word, status)) = UNITS.iter().find(|(s, ..)| text.starts_with(s)) {
        out.event.status = status;
        out.event.operation = word;
        out.event.object = text.get(start.len()..).map(|unit| unit.trim_end_matches(['.', '…']));
    } else if let Some((unit, _)) = text.split_once(": Failed with result ") {
        out.event.status = Status::Failure;
        out.event.operation = "Failed";
        out.event.object = Some(unit);
    }
}

/// `5 of user ana.`, or `5 logged out. …`.
fn session<'a>(rest: &'a str, out: &mut Out<'_, 'a>) {
    let (number, after) = rest.split_once(' ').unwrap_or((rest, ""));
    out.text("session", number.trim_end_matches('.'));
    if let Some((_, name)) = after.split_once("of user ") {
        account(name.trim_end_matches('.'), out);
    }
}
