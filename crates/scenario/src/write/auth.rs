//! Lines of system logs: RFC 3164, RFC 5424, and the ISO times of newer systems.

use crate::clock::{self, MANILA};

/// How a host writes its lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AuthForm {
    /// RFC 3164: no year, no zone; the clock is so many hours ahead of UTC.
    Bsd { zone: i64 },
    /// ISO 8601 with offset, as rsyslog writes since 2022.
    Iso,
    /// RFC 5424.
    Rfc5424,
}

/// One line.
#[derive(Clone, Debug)]
pub(crate) struct AuthLine {
    pub(crate) time: i64,
    pub(crate) program: &'static str,
    pub(crate) pid: u64,
    pub(crate) text: String,
}

/// Writes one line, without its end.
pub(crate) fn write(out: &mut Vec<u8>, form: AuthForm, host: &str, line: &AuthLine) {
    match form {
        AuthForm::Bsd { zone } => clock::bsd(out, line.time, zone),
        AuthForm::Iso => {
            clock::iso(out, line.time, MANILA, 6);
            out.extend_from_slice(b"+08:00");
        }
        AuthForm::Rfc5424 => {
            out.extend_from_slice(b"<86>1 ");
            clock::iso(out, line.time, 0, 3);
            out.push(b'Z');
        }
    }
    out.push(b' ');
    out.extend_from_slice(host.as_bytes());
    out.push(b' ');
    out.extend_from_slice(line.program.as_bytes());
    if form == AuthForm::Rfc5424 {
        out.push(b' ');
        if line.program == "sudo" {
            out.push(b'-');
        } else {
            clock::number(out, line.pid);
        }
        out.extend_from_slice(b" - - ");
    } else {
        if line.program != "sudo" {
            out.push(b'[');
            clock::number(out, line.pid);
            out.push(b']');
        }
        out.extend_from_slice(b": ");
    }
    out.extend_from_slice(line.text.as_bytes());
}
