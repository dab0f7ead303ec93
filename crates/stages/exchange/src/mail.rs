//! A mail as a file (RFC 5322, MIME): who it says it is from, when, its text and what is attached.
//! A header proves nothing: anybody writes what they like. No address is looked up here, no HTML is
//! read, and what is attached is bytes.

use bakas_model::Timestamp;
use mail_parser::{Message, MessageParser, MessagePart, MimeHeaders as _, PartType};

use crate::{DecodeError, Limits};

const FORMAT: &str = "mail";
/// Parts of one mail that are looked at.
pub const MAIL_PARTS_LIMIT: usize = 100;
/// Lines in which the head of a mail must have ended.
pub const MAIL_HEAD_LINES_LIMIT: usize = 2000;
/// Headers of which one at least stands in every mail, and in nothing else that we read.
const SURE: [&str; 6] =
    ["from", "received", "message-id", "mime-version", "return-path", "delivered-to"];

/// A mail.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mail {
    /// The address that it says it is from.
    pub from: String,
    /// When it says it was written.
    pub date: Option<Timestamp>,
    /// What is attached, then its texts, each in its own order.
    pub parts: Vec<Part>,
    /// Parts that are not looked at, because there are too many, or they are HTML.
    pub left: usize,
}

/// A part of a mail.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// Its file name, as the mail says; empty for a text.
    pub name: String,
    /// Its bytes; a text is UTF-8.
    pub bytes: Vec<u8>,
}

/// Whether something begins as a mail does: header lines, one of them of a mail alone, then an
/// empty line.
#[must_use]
pub fn is_mail(bytes: &[u8]) -> bool {
    let mut sure = false;
    let lines = bytes.split(|byte| *byte == b'\n').take(MAIL_HEAD_LINES_LIMIT);
    for (number, line) in lines.enumerate() {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() {
            // Empty lines above the head are no end of it.
            if number > 0 && sure {
                return true;
            }
            continue;
        }
        // The line of a mail box, or the rest of a header.
        if (number == 0 && line.starts_with(b"From "))
            || (number > 0 && matches!(line.first(), Some(b' ' | b'\t')))
        {
            continue;
        }
        let Some(colon) = line.iter().position(|byte| *byte == b':') else { return false };
        let name = line.get(..colon).unwrap_or_default();
        if name.is_empty() || !name.iter().all(|byte| (33..=126).contains(byte)) {
            return false;
        }
        sure |= SURE.iter().any(|one| name.eq_ignore_ascii_case(one.as_bytes()));
    }
    false
}

/// Reads a mail.
///
/// # Errors
/// Where it is none, or is larger than the limit.
pub fn open(bytes: &[u8], limits: &Limits) -> Result<Mail, DecodeError> {
    let wrong =
        |place: &str, what: String| DecodeError { format: FORMAT, place: place.into(), what };
    if bytes.len() as u64 > limits.bytes.min(u64::from(u32::MAX)) {
        return Err(wrong(
            "the mail",
            format!("more than {} bytes; ask for it in parts", limits.bytes),
        ));
    }
    // The line of a mail box is no header.
    let start = if bytes.starts_with(b"From ") {
        bytes.iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |at| at + 1)
    } else {
        0
    };
    let message = MessageParser::default().parse(bytes.get(start..).unwrap_or_default());
    let message = message.ok_or_else(|| wrong("line 1", "no mail: it has no headers".into()))?;
    let mut mail = Mail { from: from(&message), date: date(&message), ..Mail::default() };
    let (mut texts, mut attached) = (Vec::new(), Vec::new());
    for part in &message.parts {
        match &part.body {
            PartType::Multipart(_) => {}
            PartType::Html(_) => mail.left += 1,
            _ if texts.len() + attached.len() >= MAIL_PARTS_LIMIT => mail.left += 1,
            PartType::Text(text) if name(part).is_empty() => {
                texts.push(Part { name: String::new(), bytes: text.as_bytes().to_vec() });
            }
            _ => attached.push(Part { name: name(part), bytes: part.contents().to_vec() }),
        }
    }
    mail.parts = attached;
    mail.parts.append(&mut texts);
    mail.parts.retain(|part| !part.bytes.trim_ascii().is_empty());
    if mail.parts.is_empty() {
        let what =
            "nothing in it can be read: no plain text and nothing attached; ask for plain text";
        return Err(wrong("the mail", what.into()));
    }
    Ok(mail)
}

fn from(message: &Message<'_>) -> String {
    let first = message.from().and_then(|from| from.first()).and_then(|one| one.address());
    first.unwrap_or_default().chars().filter(|c| !c.is_control()).take(320).collect()
}

fn date(message: &Message<'_>) -> Option<Timestamp> {
    // A date without a zone says no moment; `mail-parser` takes it for UTC, as RFC 5322 has `-0000`.
    let date = message.date().filter(|date| date.is_valid())?;
    Some(Timestamp::from_seconds(date.to_timestamp()))
}

/// The file name of a part, without folders.
fn name(part: &MessagePart<'_>) -> String {
    let name = part.attachment_name().unwrap_or_default();
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    name.chars().filter(|c| !c.is_control()).take(100).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIMPLE: &str = "From: Ben <ben@isp.example>\r\nTo: desk@cert.example\r\nDate: Mon, 5 Jan 2026 11:30:00 +0800\r\nSubject: Re: request\r\n\r\nStatus: received\r\n";

    #[test]
    fn a_mail_is_told_from_other_texts() {
        let check =
            |text: &str, expected: bool| assert_eq!(is_mail(text.as_bytes()), expected, "{text}");
        check(SIMPLE, true);
        check(&format!("From ben@isp.example Mon Jan  5 11:30:00 2026\n{SIMPLE}"), true);
        check("Received: from a\n\tby b\nSubject: x\n\nbody", true);
        check("TLP:AMBER PAP:GREEN\n== TRACE REQUEST ==\n\nFrom: x\n\n", false);
        check("Status: partial\nDate: 2026-01-05T00:00:00Z\n\n> TLP:AMBER\n", false);
        check("source,start\n192.0.2.7,2026-01-05T00:00:00Z\n", false);
        check("{\"from:\": 1}\n\n", false);
        check("From: a@b.example\nno header\n\n", false);
        check(&"X: y\n".repeat(MAIL_HEAD_LINES_LIMIT), false);
    }

    #[test]
    fn sender_time_and_parts_are_read() {
        let limits = Limits::default();
        let mail = open(SIMPLE.as_bytes(), &limits).unwrap();
        assert_eq!(mail.from, "ben@isp.example");
        assert_eq!(mail.date, "2026-01-05T03:30:00Z".parse().ok());
        assert_eq!(
            mail.parts,
            [Part { name: String::new(), bytes: b"Status: received\r\n".to_vec() }]
        );
        let both = "From: ben@isp.example\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: quoted-printable\n\nSe=F1or\n--b\nContent-Type: text/html\n\n<p>x</p>\n--b\nContent-Type: application/json\nContent-Disposition: attachment; filename=\"../answer.json\"\nContent-Transfer-Encoding: base64\n\ne30=\n--b--\n";
        let mail = open(both.as_bytes(), &limits).unwrap();
        let parts: Vec<_> =
            mail.parts.iter().map(|part| (part.name.as_str(), part.bytes.as_slice())).collect();
        assert_eq!(parts[0], ("answer.json", b"{}".as_slice()));
        assert!(String::from_utf8_lossy(parts[1].1).contains("Se\u{f1}or"), "{parts:?}");
        assert_eq!((parts.len(), mail.left, mail.date), (2, 1, None));
    }

    #[test]
    fn too_many_parts_and_too_many_bytes_are_told() {
        let mut many =
            "From: a@b.example\nContent-Type: multipart/mixed; boundary=b\n\n".to_owned();
        for _ in 0..=MAIL_PARTS_LIMIT {
            many.push_str("--b\nContent-Type: application/json\n\n{}\n");
        }
        many.push_str("--b--\n");
        let mail = open(many.as_bytes(), &Limits::default()).unwrap();
        assert_eq!((mail.parts.len(), mail.left), (MAIL_PARTS_LIMIT, 1));
        let small = Limits { bytes: 10, ..Limits::default() };
        assert!(open(SIMPLE.as_bytes(), &small).unwrap_err().what.contains("10 bytes"));
        let empty = open(b"From: a@b.example\n\n", &Limits::default()).unwrap_err();
        assert!(empty.what.contains("plain text"), "{empty}");
    }
}
