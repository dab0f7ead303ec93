//! What stands within what came: mails and envelopes taken off, layer by layer, until a message is
//! left. A mail may hold several; each is told with its place, also where it does not open. What
//! the message says is read elsewhere, and who signed is told, not judged.

use bakas_model::Timestamp;

use crate::{
    Limits,
    envelope::{self, EnvelopeError, Keys, LAYERS_LIMIT, Opened},
    mail,
};

/// Mails within mails, and envelopes that hold mails, that are taken off.
pub const WRAPS_LIMIT: usize = LAYERS_LIMIT;

/// Something that was found within.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inner {
    /// Where: `attachment answer.json`; empty where nothing was taken off.
    pub place: String,
    /// The message, and what its envelopes say. Without an envelope only the payload is filled.
    pub opened: Opened,
    /// The address that its mail says it is from.
    pub from: String,
    /// When its mail says that it was written.
    pub date: Option<Timestamp>,
    /// Whether anything was taken off.
    pub is_wrapped: bool,
}

/// Something that could not be opened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {what}")]
pub struct NotOpened {
    /// Where.
    pub place: String,
    /// Why, and what to do.
    pub what: String,
    /// Whether something that was signed is not what was signed.
    pub is_broken: bool,
    /// Whether a key that was given is none.
    pub is_key: bool,
}

/// Takes mails and envelopes off.
#[must_use]
pub fn unwrap(bytes: &[u8], keys: &Keys, limits: &Limits) -> Vec<Result<Inner, NotOpened>> {
    let mut found = Vec::new();
    let start = Inner {
        opened: Opened { payload: bytes.to_vec(), ..Opened::default() },
        ..Inner::default()
    };
    off(start, 0, keys, limits, &mut found);
    found
}

fn off(
    mut at: Inner,
    depth: usize,
    keys: &Keys,
    limits: &Limits,
    found: &mut Vec<Result<Inner, NotOpened>>,
) {
    let is_mail = mail::is_mail(&at.opened.payload);
    if !is_mail && !envelope::is_envelope(&at.opened.payload) {
        found.push(Ok(at));
        return;
    }
    let fails = |at: &Inner, what: String, is_broken: bool, is_key: bool| {
        let place = if at.place.is_empty() { "the message" } else { &at.place };
        Err(NotOpened { place: place.to_owned(), what, is_broken, is_key })
    };
    if depth == WRAPS_LIMIT {
        let what = format!(
            "more than {WRAPS_LIMIT} mails or envelopes within one another; save the message by itself"
        );
        found.push(fails(&at, what, false, false));
        return;
    }
    at.is_wrapped = true;
    if !is_mail {
        match envelope::open(&at.opened.payload, keys, limits) {
            Ok(opened) => {
                let before = at.opened.clone();
                at.opened = outer(&before, opened);
                at.place = joined(&at.place, "the envelope");
                off(at, depth + 1, keys, limits, found);
            }
            Err(error) => {
                let is_broken = matches!(
                    error,
                    EnvelopeError::Signature { .. }
                        | EnvelopeError::Content(_)
                        | EnvelopeError::Labels
                );
                let is_key = matches!(error, EnvelopeError::Key { .. });
                found.push(fails(&at, error.to_string(), is_broken, is_key));
            }
        }
        return;
    }
    let mail = match mail::open(&at.opened.payload, limits) {
        Ok(mail) => mail,
        Err(error) => {
            found.push(fails(&at, error.to_string(), false, false));
            return;
        }
    };
    for part in mail.parts {
        let name = if part.name.is_empty() {
            "the mail's text".to_owned()
        } else {
            format!("attachment {}", part.name)
        };
        let within = Inner {
            place: joined(&at.place, &name),
            opened: Opened { payload: part.bytes, ..at.opened.clone() },
            from: mail.from.clone(),
            date: mail.date,
            is_wrapped: true,
        };
        off(within, depth + 1, keys, limits, found);
    }
}

fn joined(place: &str, name: &str) -> String {
    if place.is_empty() { name.to_owned() } else { format!("{place}, {name}") }
}

/// What envelopes say together: the inner one counts where it says something.
fn outer(before: &Opened, opened: Opened) -> Opened {
    let mut signed_by = before.signed_by.clone();
    signed_by.extend(opened.signed_by.iter().cloned());
    let encrypted = before.encrypted || opened.encrypted;
    let is_silent = opened.sealed == envelope::Sealed::ByNobody;
    let seal = if is_silent { before.clone() } else { opened.clone() };
    Opened { payload: opened.payload, signed_by, encrypted, ..seal }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mail(body: &str) -> String {
        format!("From: ben@isp.example\nMIME-Version: 1.0\nContent-Type: message/rfc822\n\n{body}")
    }

    #[test]
    fn what_is_not_wrapped_comes_as_it_is() {
        let [Ok(one)] = &unwrap(b"{}", &Keys::default(), &Limits::default())[..] else {
            panic!("one thing");
        };
        assert_eq!((one.opened.payload.as_slice(), one.is_wrapped), (b"{}".as_slice(), false));
    }

    #[test]
    fn mails_within_mails_have_an_end() {
        let mut text = "From: ana@cert.example\n\nhello\n".to_owned();
        for _ in 0..WRAPS_LIMIT - 1 {
            text = mail(&text);
        }
        let found = unwrap(text.as_bytes(), &Keys::default(), &Limits::default());
        assert!(matches!(&found[..], [Ok(one)] if one.from == "ana@cert.example"), "{found:?}");
        let found = unwrap(mail(&text).as_bytes(), &Keys::default(), &Limits::default());
        assert!(
            matches!(&found[..], [Err(one)] if one.what.contains("within one another")),
            "{found:?}"
        );
    }

    #[test]
    fn what_cannot_be_opened_says_where() {
        let text = "From: ben@isp.example\n\n-----BEGIN AGE ENCRYPTED FILE-----\nAAAA\n-----END AGE ENCRYPTED FILE-----\n";
        let found = unwrap(text.as_bytes(), &Keys::default(), &Limits::default());
        let [Err(error)] = &found[..] else { panic!("{found:?}") };
        assert_eq!(error.place, "the mail's text");
        assert!(!error.is_broken);
    }
}
