//! Messages within system logs as the twin takes them: the header by plain expressions, then the
//! definition whose words or programs fit.

use super::{Twin, map, regex_of, times};

/// What a header says of its message.
#[derive(Clone, Debug)]
pub(crate) struct Carried {
    pub(crate) time: times::Time,
    pub(crate) host: String,
    pub(crate) program: String,
    pub(crate) pid: String,
    pub(crate) message: String,
    /// All that follows the host.
    whole: String,
}

/// Fields that a header gives beside the message; the twin leaves them to the header's own twin.
pub(crate) const OF_HEADER: &[&str] = &["facility", "severity", "msgid", "clock_mark"];

/// Programs whose messages no definition reads.
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

/// A line in two: the header up to the host (of RFC 5424 up to the message), and what follows.
pub(crate) fn cut(line: &str) -> Option<(&str, &str)> {
    let bsd = r"^(?:<[0-9]{1,3}>)?[A-Z][a-z]{2} [ 0-9][0-9] [0-9:]{8} [A-Za-z0-9.\-]+ ";
    let ietf = r"^<[0-9]{1,3}>1 [0-9]\S+ \S+ \S+ \S+ \S+ - ";
    let iso = r"^(?:<[0-9]{1,3}>)?[0-9]{4}-[0-9]{2}-[0-9]{2}T\S+ [A-Za-z0-9.\-]+ ";
    let found = [ietf, bsd, iso].into_iter().find_map(|pattern| regex_of(pattern).find(line))?;
    Some(line.split_at(found.end()))
}

impl Carried {
    /// What a header says with what follows it; `None` where the twin does not judge.
    pub(crate) fn of(head: &str, rest: &str, east: i32) -> Option<Self> {
        let bare = regex_of("^<[0-9]{1,3}>").replace(head, "").into_owned();
        let given = |text: &str| if text == "-" { String::new() } else { text.to_owned() };
        if bare.starts_with("1 ") {
            let words: Vec<_> = bare.split(' ').collect();
            let (message, whole) = (rest.to_owned(), rest.to_owned());
            let [host, program, pid] = [2, 3, 4].map(|at| given(words[at]));
            let time = times::of_header(words[1], east)?;
            return Some(Self { time, host, program, pid, message, whole });
        }
        let (raw, host) = bare.trim_end().rsplit_once(' ')?;
        if host.len() == 4 && host.bytes().all(|b| b.is_ascii_digit()) {
            // A year behind the time of day.
            return None;
        }
        let time = times::of_header(raw, east)?;
        let whole = rest.trim_ascii_start();
        let whole = whole.strip_prefix(": ").unwrap_or(whole).trim_ascii_start();
        let (program, pid, message) = tag(whole)?;
        let (host, whole) = (host.to_owned(), whole.to_owned());
        Some(Self { time, host, program, pid, message, whole })
    }

    /// Whether a native reads it, or several events are made of it.
    pub(crate) fn is_native(&self) -> bool {
        let program = self.program.rsplit('/').next().unwrap();
        NATIVE.contains(&program)
            || ["pam_", "PAM ", "message repeated "].iter().any(|w| self.message.starts_with(w))
    }

    /// The definition that reads it, and the text that it reads.
    pub(crate) fn reader<'t>(&self, twins: &'t [Twin]) -> Option<(&'t Twin, String)> {
        let mut all: Vec<&Twin> = twins.iter().filter(|twin| twin.carries("syslog")).collect();
        all.sort_by_key(|twin| -twin.priority());
        let text = |text: &str| text.trim_start_matches([' ', ':']).to_owned();
        for twin in all {
            let starts = twin.strings("starts");
            if starts.iter().any(|start| self.message.starts_with(start)) {
                return Some((twin, text(&self.message)));
            }
            if starts.iter().any(|start| text(&self.whole).starts_with(start)) {
                return Some((twin, text(&self.whole)));
            }
            let programs = twin.strings("programs");
            if !self.program.is_empty() && programs.iter().any(|p| map::glob(p, &self.program)) {
                return Some((twin, text(&self.message)));
            }
        }
        None
    }

    /// Its parts as fields that a definition without its own gets.
    pub(crate) fn fields(&self) -> [(&'static str, &str); 4] {
        [
            ("message", &self.message),
            ("program", &self.program),
            ("pid", &self.pid),
            ("host", &self.host),
        ]
    }
}

/// `program[pid]: message`.
fn tag(text: &str) -> Option<(String, String, String)> {
    let none = || {
        let is_dated = text.starts_with(|c: char| c.is_ascii_digit() || "*.".contains(c));
        let cisco = text.split_once(": %").filter(|(before, _)| is_dated && before.len() < 80);
        let message = cisco.map_or(text.to_owned(), |(_, after)| format!("%{after}"));
        Some((String::new(), String::new(), message))
    };
    let first = regex_of(r"^([^:\[ ]+)[:\[ ]").captures(text)?;
    let name = first[1].to_owned();
    if name.len() > 64 {
        return None;
    }
    if name.starts_with(['%', '*']) || name.bytes().all(|b| b.is_ascii_digit()) {
        return none();
    }
    let rest = &text[name.len()..];
    if rest.starts_with('[') {
        let found = regex_of(r"(?s)^\[([^\]]*)\]:?(.*)$").captures(rest)?;
        return Some((name, found[1].to_owned(), found[2].trim_ascii_start().to_owned()));
    }
    match rest.strip_prefix(':') {
        Some(message) => Some((name, String::new(), message.trim_ascii_start().to_owned())),
        None => none(),
    }
}
