//! One server, asked politely: with what opens it, within bounds, again after a while where it is
//! busy. It knows no protocol above HTTP.

use std::{thread, time::Duration};

use bakas_model::{
    outside::{OutsideError, Page},
    transport::{Credential, Server},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::de::DeserializeOwned;
use ureq::http::{Method, header};

use super::{PAGE_BYTES_LIMIT, garbage};
use crate::{
    BUSY_SECONDS_LIMIT, TEXT_CHARS_LIMIT,
    http::{Call, Http, Reply},
    tame,
};

/// Most time that one question may take: batches are large.
const TIME_LIMIT: Duration = Duration::from_secs(120);
/// How often a busy server is asked in all.
const TRIES: u32 = 5;

/// A server and the way there.
#[derive(Debug)]
pub(super) struct Line<'a> {
    pub(super) http: &'a Http,
    pub(super) server: &'a Server,
    /// The least pause before something is asked again.
    pub(super) pause: Duration,
}

/// One question.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ask<'a> {
    pub(super) url: &'a str,
    pub(super) accept: &'a str,
    /// Sent with the media type, where it is there.
    pub(super) body: Option<(&'a str, &'a [u8])>,
}

impl Line<'_> {
    /// Asks, and again where the server is busy or, for a question that changes nothing, where the
    /// answer was lost on the way. Whatever the status, the answer is handed on.
    pub(super) fn ask(&self, ask: &Ask<'_>) -> Result<Reply, OutsideError> {
        let mut pause = self.pause;
        for left in (0..TRIES).rev() {
            let outcome = self.once(ask);
            let wait = match &outcome {
                Ok(reply) if matches!(reply.status, 429 | 503) => {
                    let seconds = reply.retry_after().unwrap_or(pause.as_secs().max(1));
                    if left == 0 || seconds > BUSY_SECONDS_LIMIT {
                        return Err(OutsideError::Busy { url: ask.url.to_owned(), seconds });
                    }
                    match reply.retry_after() {
                        Some(seconds) => Duration::from_secs(seconds),
                        None => pause,
                    }
                }
                Err(OutsideError::Unreachable { .. }) if ask.body.is_none() && left > 0 => pause,
                _ => return outcome,
            };
            thread::sleep(wait.max(self.pause));
            pause = (pause * 2).min(Duration::from_secs(BUSY_SECONDS_LIMIT));
        }
        unreachable!("the last try returns")
    }

    /// Asks and reads a JSON answer of status 200 or `also`.
    pub(super) fn read<T: DeserializeOwned>(
        &self,
        ask: &Ask<'_>,
        also: u16,
    ) -> Result<(Reply, T), OutsideError> {
        let reply = self.ask(ask)?;
        if reply.status != 200 && reply.status != also {
            return Err(OutsideError::Status { url: ask.url.to_owned(), status: reply.status });
        }
        let read = serde_json::from_slice(&reply.bytes);
        let read = read.map_err(|e| garbage(ask.url, tame(&e.to_string())))?;
        Ok((reply, read))
    }

    fn once(&self, ask: &Ask<'_>) -> Result<Reply, OutsideError> {
        let mut headers = vec![(header::ACCEPT, ask.accept.to_owned())];
        if let Some(value) = self.authorization(ask.url) {
            headers.push((header::AUTHORIZATION, value));
        }
        if let Some((media, _)) = ask.body {
            headers.push((header::CONTENT_TYPE, media.to_owned()));
        }
        let method = if ask.body.is_some() { Method::POST } else { Method::GET };
        let page = Page { url: ask.url, bytes_limit: PAGE_BYTES_LIMIT, time_limit: TIME_LIMIT };
        self.http.call(&Call { method, page, headers, body: ask.body.map(|(_, bytes)| bytes) })
    }

    /// What opens the server, for pages of this server alone.
    fn authorization(&self, url: &str) -> Option<String> {
        if origin(url) != origin(&self.server.url) {
            return None;
        }
        Some(match self.server.credential.as_ref()? {
            Credential::Basic { user, password } => {
                format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))
            }
            Credential::Bearer(token) => format!("Bearer {token}"),
            Credential::Raw(value) => value.clone(),
        })
    }
}

/// Scheme, host and port of a URL.
pub(super) fn origin(url: &str) -> Option<&str> {
    let start = url.find("://")? + 3;
    let end = url.get(start..)?.find(['/', '?', '#']).map_or(url.len(), |at| start + at);
    url.get(..end)
}

/// The address of something that a server names below its own: absolute, or from its root.
pub(super) fn resolve(base: &str, named: &str) -> Option<String> {
    let odd = |c: char| c.is_whitespace() || c.is_control() || c == '\\';
    if named.chars().any(odd) {
        return None;
    }
    let full = if named.contains("://") {
        named.to_owned()
    } else if named.starts_with('/') && !named.starts_with("//") {
        format!("{}{named}", origin(base)?)
    } else {
        return None;
    };
    let full = if full.ends_with('/') { full } else { full + "/" };
    // What opens one server is not for another, and nobody sends us elsewhere.
    (origin(&full) == origin(base)).then_some(full)
}

/// A text as part of a query (RFC 3986, section 2.3).
pub(super) fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// The first words of an answer that is no JSON we know.
pub(super) fn words(bytes: &[u8]) -> String {
    tame(&String::from_utf8_lossy(bytes.get(..TEXT_CHARS_LIMIT * 4).unwrap_or(bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_server_is_asked() {
        let base = "https://cert.example:8443/taxii2/";
        let check = |named: &str, expected: Option<&str>| {
            assert_eq!(resolve(base, named).as_deref(), expected, "{named}");
        };
        check("/api1/", Some("https://cert.example:8443/api1/"));
        check("/api1", Some("https://cert.example:8443/api1/"));
        check("https://cert.example:8443/api1/", Some("https://cert.example:8443/api1/"));
        check("https://cert.example/api1/", None);
        check("https://elsewhere.example/api1/", None);
        check("//elsewhere.example/api1/", None);
        check("api1/", None);
        check("/a b/", None);
    }

    #[test]
    fn queries_hold_any_text() {
        assert_eq!(
            encoded("2026-01-05T00:00:00.1Z&a=é"),
            "2026-01-05T00%3A00%3A00.1Z%26a%3D%C3%A9"
        );
    }
}
