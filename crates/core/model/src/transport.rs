//! What use cases ask of a counterpart's server: to take objects in, and to give those that are
//! new. A port, as [`outside`](crate::outside) is: the gateway goes out, and nobody else does. It
//! knows neither STIX nor the case: documents are bytes that somebody encoded, after the TLP gate.

use std::{collections::BTreeSet, fmt};

use serde::{Deserialize, Serialize};

use crate::outside::{Closed, OutsideError};

/// Longest address of a server, in bytes.
pub const PLACE_BYTES_LIMIT: usize = 2048;
/// Longest line that opens a server, in bytes.
pub const CREDENTIAL_BYTES_LIMIT: usize = 4096;

/// What a server speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Service {
    /// TAXII 2.1: documents are STIX 2.1 bundles.
    Taxii,
    /// MISP's REST interface: documents are events.
    Misp,
}

/// A counterpart's server, as a person names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    /// What it speaks.
    pub service: Service,
    /// Of TAXII a collection (`…/collections/ID/`), or for [`Transport::collections`] also the
    /// discovery page or an API root; of MISP its front page.
    pub url: String,
    /// What opens it.
    pub credential: Option<Credential>,
}

/// What opens a server. It comes from a file, never from the command line, and is never shown.
#[derive(Clone, PartialEq, Eq)]
pub enum Credential {
    /// HTTP Basic (RFC 7617).
    Basic {
        /// Who.
        user: String,
        /// The secret.
        password: String,
    },
    /// A bearer token (RFC 6750).
    Bearer(String),
    /// The whole value of the `Authorization` header: MISP's key, or `Token …` of some servers.
    Raw(String),
}

/// Why a server or what opens it could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ServerError {
    /// It names no service and place.
    #[error(
        "not a server: write taxii:https://HOST/ROOT/collections/ID/ or misp:https://HOST/, without a password"
    )]
    Place,
    /// It opens nothing.
    #[error(
        "not what opens a server: one line, `basic USER:PASSWORD`, `bearer TOKEN` or `key KEY`"
    )]
    Credential,
}

impl Server {
    /// Reads `taxii:URL` or `misp:URL`.
    ///
    /// # Errors
    /// Where it is neither, or bears a password.
    pub fn parse(text: &str) -> Result<Self, ServerError> {
        let (service, url) = text.split_once(':').ok_or(ServerError::Place)?;
        let service = match service {
            "taxii" => Service::Taxii,
            "misp" => Service::Misp,
            _ => return Err(ServerError::Place),
        };
        let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
        let rest = rest.ok_or(ServerError::Place)?;
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let odd = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '?' | '#' | '\\');
        if host.is_empty()
            || host.contains('@')
            || url.len() > PLACE_BYTES_LIMIT
            || url.chars().any(odd)
        {
            return Err(ServerError::Place);
        }
        Ok(Self { service, url: url.to_owned(), credential: None })
    }

    /// With what opens it.
    #[must_use]
    pub fn opened_by(self, credential: Credential) -> Self {
        Self { credential: Some(credential), ..self }
    }
}

impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let service = match self.service {
            Service::Taxii => "taxii",
            Service::Misp => "misp",
        };
        write!(f, "{service}:{}", self.url)
    }
}

impl Credential {
    /// Reads the one line of a file: `basic USER:PASSWORD`, `bearer TOKEN`, or `key KEY`.
    ///
    /// # Errors
    /// Where it is none of these.
    pub fn parse(text: &str) -> Result<Self, ServerError> {
        let line = text.trim_end_matches(['\n', '\r']);
        let bad = line.len() > CREDENTIAL_BYTES_LIMIT || line.chars().any(char::is_control);
        let (kind, value) = line.split_once(' ').ok_or(ServerError::Credential)?;
        if bad || value.is_empty() {
            return Err(ServerError::Credential);
        }
        match kind {
            "basic" => {
                let (user, password) = value.split_once(':').ok_or(ServerError::Credential)?;
                Ok(Self::Basic { user: user.to_owned(), password: password.to_owned() })
            }
            "bearer" => Ok(Self::Bearer(value.to_owned())),
            "key" => Ok(Self::Raw(value.to_owned())),
            _ => Err(ServerError::Credential),
        }
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The secret stays out of every message.
        f.write_str(match self {
            Self::Basic { .. } => "Basic",
            Self::Bearer(_) => "Bearer",
            Self::Raw(_) => "Raw",
        })
    }
}

/// Counterparts' servers.
pub trait Transport: Sync {
    /// The collections of a server that may be read or written.
    ///
    /// # Errors
    /// Where the server cannot be asked, or has none by its kind (MISP).
    fn collections(&self, server: &Server) -> Result<Vec<Collection>, OutsideError>;

    /// Hands a document's objects in, in batches. What `push.done` names is left out; after each
    /// batch `told` gets what became of its objects, so that a push that breaks off goes on there.
    ///
    /// # Errors
    /// Where the server cannot be asked, refuses, or its counts do not fit what was sent.
    fn push(
        &self,
        server: &Server,
        push: &Push<'_>,
        told: &mut dyn FnMut(&[Outcome]),
    ) -> Result<Delivery, OutsideError>;

    /// Takes what is new since a position, page by page, each object version once. `take` keeps
    /// a page and its position before the next one is asked for; where it refuses, the pull ends.
    ///
    /// # Errors
    /// Where the server cannot be asked, answers with something that is no answer, or `take`
    /// refuses.
    fn pull(
        &self,
        server: &Server,
        since: &Position,
        take: &mut dyn FnMut(&Pulled) -> Result<(), OutsideError>,
    ) -> Result<Taken, OutsideError>;
}

/// A collection (TAXII 2.1, section 5).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Collection {
    /// Its address.
    pub url: String,
    /// Its title, tamed.
    pub title: String,
    /// Whether we may take from it.
    pub can_read: bool,
    /// Whether we may hand in.
    pub can_write: bool,
}

/// One version of one object: a STIX id and its `modified` (or `created`), or a MISP event's UUID
/// and its `timestamp`.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ObjectVersion {
    /// Its id.
    pub id: String,
    /// Which version; empty where it has none.
    pub version: String,
}

/// What is to be handed in.
#[derive(Clone, Copy, Debug)]
pub struct Push<'a> {
    /// A STIX bundle or a MISP event (with or without the `Event` around it), as JSON.
    pub document: &'a [u8],
    /// What the server has taken earlier.
    pub done: &'a BTreeSet<ObjectVersion>,
}

/// What became of one object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// Which.
    pub object: ObjectVersion,
    /// What.
    pub became: Became,
}

/// What became of an object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Became {
    /// The server has it.
    Success,
    /// The server refused it, and says why.
    Failure(String),
    /// The server had not decided when we stopped asking.
    Pending,
}

/// A push, added up: `offered` = `left_out` + `success` + `failure` + `pending`, always.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// Object versions in the document, each counted once.
    pub offered: u64,
    /// Those that were done earlier.
    pub left_out: u64,
    /// Those that the server took now.
    pub success: u64,
    /// Those that it refused.
    pub failure: u64,
    /// Those that it had not decided.
    pub pending: u64,
    /// Pages where a pending batch can be asked for.
    pub statuses: Vec<String>,
}

/// Where a pull stands; kept beside what was taken, it lets the next pull go on from there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// TAXII: `added_after`, as the server wrote it. MISP: `timestamp`, seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// MISP: the page. TAXII's `next` is not kept: a server may use it up by answering.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// Those that were taken at the edge of `after`: a server gives some of them again.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub edge: BTreeSet<ObjectVersion>,
}

/// One page of what is new.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pulled {
    /// TAXII: a STIX bundle of the page's objects. MISP: `{"response":[{"Event":…}…]}`.
    pub document: Vec<u8>,
    /// The new ones in it, in their order.
    pub objects: Vec<ObjectVersion>,
    /// Where the next page starts: to be kept together with this one.
    pub position: Position,
}

/// A pull, added up: `given` = `taken` + `again`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    /// Pages asked for.
    pub pages: u64,
    /// Objects that the server gave.
    pub given: u64,
    /// Those that were handed on.
    pub taken: u64,
    /// Those that came again.
    pub again: u64,
}

impl Delivery {
    /// Whether every object is accounted for.
    #[must_use]
    pub const fn adds_up(&self) -> bool {
        self.offered == self.left_out + self.success + self.failure + self.pending
    }
}

impl Transport for Closed {
    fn collections(&self, _: &Server) -> Result<Vec<Collection>, OutsideError> {
        Err(OutsideError::Closed)
    }

    fn push(
        &self,
        _: &Server,
        _: &Push<'_>,
        _: &mut dyn FnMut(&[Outcome]),
    ) -> Result<Delivery, OutsideError> {
        Err(OutsideError::Closed)
    }

    fn pull(
        &self,
        _: &Server,
        _: &Position,
        _: &mut dyn FnMut(&Pulled) -> Result<(), OutsideError>,
    ) -> Result<Taken, OutsideError> {
        Err(OutsideError::Closed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_are_named_without_secrets() {
        let text = "taxii:https://cert.example/api/collections/1/";
        let server = Server::parse(text).unwrap();
        assert_eq!((server.service, server.to_string().as_str()), (Service::Taxii, text));
        assert_eq!(Server::parse("misp:http://192.0.2.1:8080").unwrap().service, Service::Misp);
        let long = format!("misp:https://a.example/{}", "x".repeat(PLACE_BYTES_LIMIT));
        for bad in [
            "https://cert.example/",
            "taxii:cert.example",
            "taxii:https://ana:secret@cert.example/",
            "misp:https:///",
            "misp:ftp://a.example/",
            "misp:https://a.example/ b",
            "misp:https://a.example/?key=1",
            &long,
        ] {
            assert_eq!(Server::parse(bad), Err(ServerError::Place), "{bad}");
        }
    }

    #[test]
    fn what_opens_a_server_is_read_and_never_shown() {
        let basic = Credential::parse("basic ana:a:b\n").unwrap();
        assert_eq!(basic, Credential::Basic { user: "ana".into(), password: "a:b".into() });
        assert_eq!(format!("{basic:?}"), "Basic");
        assert_eq!(Credential::parse("bearer t"), Ok(Credential::Bearer("t".into())));
        assert_eq!(Credential::parse("key k\r\n"), Ok(Credential::Raw("k".into())));
        let fits = format!("key {}", "x".repeat(CREDENTIAL_BYTES_LIMIT - 4));
        assert!(Credential::parse(&fits).is_ok());
        for bad in ["", "key", "key ", "basic ana", "ana:b", "key a\nkey b", &format!("{fits}x")] {
            assert_eq!(Credential::parse(bad), Err(ServerError::Credential), "{bad}");
        }
    }

    #[test]
    fn a_position_reads_back() {
        let position = Position {
            after: Some("2026-01-05T00:00:00.000001Z".into()),
            next: Some("7".into()),
            edge: [ObjectVersion { id: "a".into(), version: "b".into() }].into(),
        };
        let text = serde_json::to_string(&position).unwrap();
        assert_eq!(serde_json::from_str::<Position>(&text).unwrap(), position);
        assert_eq!(serde_json::to_string(&Position::default()).unwrap(), "{}");
    }
}
