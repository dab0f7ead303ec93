//! Formats that a stream's first bytes tell by their structure alone, without trying to read
//! records.

use super::{container, journal, utmp, windows};
use crate::Format;

/// Lines that are tried.
const TRIED_LIMIT: usize = 200;

/// The format of a stream that begins so, and what speaks for it. The file's name is asked for one
/// thing only: sign-ins that succeeded and that failed are written alike, in `wtmp` and `btmp`.
pub(crate) fn tell(head: &[u8], name: &str) -> Option<(Format, &'static str)> {
    if windows::evtx::looks_like(head) {
        return Some((Format::Evtx, "it begins as an event log of Windows"));
    }
    if utmp::looks_like(head) {
        let file = name.rsplit('/').next().unwrap_or_default();
        let is_failed = file.to_ascii_lowercase().contains("btmp");
        let why = "its records are those of utmp, and the name says which";
        return Some((if is_failed { Format::Btmp } else { Format::Wtmp }, why));
    }
    if journal::looks_like(head) {
        return Some((Format::Journal, "it begins with the fields of a journal's entry"));
    }
    let text = String::from_utf8_lossy(head.get(..64 << 10).unwrap_or(head));
    if windows::xml::looks_like(&text) {
        return Some((Format::WindowsXml, "it begins with an Event in XML"));
    }
    let mut lines: Vec<&str> = text.lines().take(TRIED_LIMIT).collect();
    // The last line may be cut off.
    if lines.len() > 1 && !text.ends_with('\n') {
        lines.pop();
    }
    let fit = lines.iter().filter(|line| container::is_cri(line)).count();
    (fit > 0 && fit * 5 >= lines.len() * 4)
        .then_some((Format::Cri, "its lines have a time, stdout or stderr, and F or P"))
}
