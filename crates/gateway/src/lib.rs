//! Every outbound socket: pages, registries (RDAP), reverse names, counterparts' servers (TAXII,
//! MISP). It asks only what a use case asks, and every question has a bound on bytes and time. It decides nothing about what it gets.
//!
//! ```
//! use bakas_model::outside::{Outside, Page};
//! use bakas_gateway::{Gateway, Settings};
//! let gateway = Gateway::new(Settings::default());
//! let page = Page { url: "http://192.0.2.1/", bytes_limit: 1, time_limit: std::time::Duration::from_secs(1) };
//! assert!(gateway.fetch(&page).is_err(), "only https, unless a mirror inside is allowed");
//! ```

mod http;
mod rdap;
mod reverse;
mod transport;

use std::{
    net::{IpAddr, SocketAddr},
    path::Path,
    time::Duration,
};

use bakas_model::outside::{Fetched, Outside, OutsideError, Page, Post, Posted, Registered};
use bakas_model::transport::Transport;
use bakas_model::{Timestamp, network::ReverseName};
use ureq::http::{Method, header};

pub use self::transport::{
    BATCH_OBJECTS, COLLECTIONS_LIMIT, DOCUMENT_OBJECTS_LIMIT, PAGE_BYTES_LIMIT, PAGE_OBJECTS,
    POLLS_LIMIT,
};
use self::{
    http::{Call, Http},
    rdap::Registry,
};

/// Redirections that are followed for one page.
pub const REDIRECTS_LIMIT: u32 = 5;
/// Largest answer of a registry, in bytes.
pub const RDAP_BYTES_LIMIT: u64 = 1 << 20;
/// Largest list of registries, in bytes.
pub const BOOTSTRAP_BYTES_LIMIT: u64 = 4 << 20;
/// Longest header of an answer, in bytes.
pub const HEADER_BYTES_LIMIT: usize = 64 << 10;
/// How long a registry's answer is good for: 24 hours.
pub const RDAP_FRESH_SECONDS: i64 = 24 * 3600;
/// How long the list of registries is good for: seven days.
pub const BOOTSTRAP_FRESH_SECONDS: i64 = 7 * 24 * 3600;
/// The longest that we wait where a server asks us to come back.
pub const BUSY_SECONDS_LIMIT: u64 = 30;
/// Answers of registries that are remembered from a folder.
pub const KEPT_ANSWERS_LIMIT: usize = 100_000;
/// Reverse names that are taken from one answer.
pub const REVERSE_NAMES_LIMIT: usize = 16;
/// Longest text that is taken over from an answer, in characters.
pub const TEXT_CHARS_LIMIT: usize = 200;

/// How the gateway goes out.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Whether hosts inside (private addresses) and pages without TLS may be asked: for mirrors.
    pub inside: bool,
    /// The folder of the lists of registries (RFC 9224): `ipv4.json` and `ipv6.json` lie in it.
    pub bootstrap: String,
    /// Least time between two questions to one registry.
    pub pause: Duration,
    /// Most time that one question to a registry or name server may take.
    pub time_limit: Duration,
    /// The name server; that of the system where absent.
    pub name_server: Option<SocketAddr>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            inside: false,
            bootstrap: "https://data.iana.org/rdap/".to_owned(),
            pause: Duration::from_secs(1),
            time_limit: Duration::from_secs(20),
            name_server: None,
        }
    }
}

impl Settings {
    /// As the environment says: `BAKAS_RDAP_BOOTSTRAP`, `BAKAS_NAME_SERVER`, and
    /// `BAKAS_GATEWAY_INSIDE=1`. What is no address is passed over.
    #[must_use]
    pub fn from_env(variable: impl Fn(&str) -> Option<String>) -> Self {
        let usual = Self::default();
        Self {
            inside: variable("BAKAS_GATEWAY_INSIDE").is_some_and(|value| value == "1"),
            bootstrap: variable("BAKAS_RDAP_BOOTSTRAP").unwrap_or(usual.bootstrap),
            name_server: variable("BAKAS_NAME_SERVER").and_then(|value| value.parse().ok()),
            ..usual
        }
    }
}

/// The way out.
#[derive(Debug)]
pub struct Gateway {
    http: Http,
    registry: Registry,
    settings: Settings,
}

impl Gateway {
    /// With these settings; nothing is asked yet.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self { http: Http::new(settings.inside), registry: Registry::default(), settings }
    }
}

impl Outside for Gateway {
    fn fetch(&self, page: &Page<'_>) -> Result<Fetched, OutsideError> {
        self.http.get(page, "*/*")
    }

    fn post(&self, post: &Post<'_>) -> Result<Posted, OutsideError> {
        let call = Call {
            method: Method::POST,
            page: post.page,
            headers: vec![(header::CONTENT_TYPE, post.kind.to_owned())],
            body: Some(post.body),
        };
        let reply = self.http.call(&call)?;
        let kind = reply.header(header::CONTENT_TYPE.as_str()).unwrap_or_default().to_owned();
        Ok(Posted { status: reply.status, kind, bytes: reply.bytes })
    }

    fn rdap(
        &self,
        address: IpAddr,
        keep: Option<&Path>,
        now: Timestamp,
    ) -> Result<Registered, OutsideError> {
        self.registry.ask(&self.http, &self.settings, address, keep, now)
    }

    fn reverse(&self, address: IpAddr, now: Timestamp) -> Result<ReverseName, OutsideError> {
        let names = reverse::ask(&self.settings, address)?;
        Ok(ReverseName { names, asked: now })
    }

    fn transport(&self) -> &dyn Transport {
        self
    }
}

/// Text of a stranger: no control characters, one line, and not without end.
pub(crate) fn tame(text: &str) -> String {
    let visible = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    let text: String = visible.take(TEXT_CHARS_LIMIT).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_sets_what_it_names() {
        let settings = Settings::from_env(|name| match name {
            "BAKAS_GATEWAY_INSIDE" => Some("1".into()),
            "BAKAS_NAME_SERVER" => Some("192.0.2.53:53".into()),
            _ => None,
        });
        assert!(settings.inside);
        assert_eq!(settings.name_server.unwrap().to_string(), "192.0.2.53:53");
        assert_eq!(settings.bootstrap, "https://data.iana.org/rdap/");
        assert!(!Settings::from_env(|_| None).inside);
    }

    #[test]
    fn text_of_a_stranger_is_tamed() {
        assert_eq!(tame("a\x1b[2J\nb"), "a [2J b");
        assert_eq!(tame(&"x".repeat(TEXT_CHARS_LIMIT + 1)).len(), TEXT_CHARS_LIMIT);
    }
}
