//! What use cases ask of the world outside: pages, registries, reverse names. A port: the gateway
//! goes out, and nobody else does. Each question tells a stranger what is looked into, so that
//! nothing here is asked unless a person asked for it.

use std::{net::IpAddr, path::Path, time::Duration};

use crate::{
    Timestamp,
    network::{Contact, Rdap, ReverseName},
    transport::Transport,
};

/// The world outside.
pub trait Outside: Sync {
    /// Gets a page.
    ///
    /// # Errors
    /// Where it cannot be had, is refused, is too large or takes too long.
    fn fetch(&self, page: &Page<'_>) -> Result<Fetched, OutsideError>;

    /// Hands something in at a page and takes what comes back, whatever its status. No redirection is
    /// followed.
    ///
    /// # Errors
    /// Where it cannot be reached, is refused, answers with too much or takes too long.
    fn post(&self, _: &Post<'_>) -> Result<Posted, OutsideError> {
        Err(OutsideError::Closed)
    }

    /// Asks the registry of an address; answers are kept below `keep`, and asked for again only
    /// when they are old.
    ///
    /// # Errors
    /// Where no registry answers, or with something that is no answer.
    fn rdap(
        &self,
        address: IpAddr,
        keep: Option<&Path>,
        now: Timestamp,
    ) -> Result<Registered, OutsideError>;

    /// Asks for the names of an address.
    ///
    /// # Errors
    /// Where no server answers.
    fn reverse(&self, address: IpAddr, now: Timestamp) -> Result<ReverseName, OutsideError>;

    /// The way to counterparts' servers; there is none unless somebody opens it.
    fn transport(&self) -> &dyn Transport {
        &Closed
    }
}

/// A page to get.
#[derive(Clone, Copy, Debug)]
pub struct Page<'a> {
    /// `https:`; `http:` only where that is allowed.
    pub url: &'a str,
    /// Most bytes that it may have.
    pub bytes_limit: u64,
    /// Most time that it may take in all.
    pub time_limit: Duration,
}

/// Something that is handed in.
#[derive(Clone, Copy, Debug)]
pub struct Post<'a> {
    /// Where, and the bounds of the answer.
    pub page: Page<'a>,
    /// Its media type.
    pub kind: &'a str,
    /// Its bytes.
    pub body: &'a [u8],
}

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posted {
    /// HTTP status.
    pub status: u16,
    /// Its media type, as it was said.
    pub kind: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// A page that was got.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetched {
    /// The page that answered, after redirections.
    pub url: String,
    /// Its bytes, as they came.
    pub bytes: Vec<u8>,
}

/// What a registry says, in our words; its own words are kept beside.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Registered {
    /// The answer.
    pub rdap: Rdap,
    /// Whom it names for abuse and for operation.
    pub contacts: Vec<Contact>,
    /// Whether it was kept from an earlier question.
    pub cached: bool,
}

/// Why the world outside gave nothing.
#[derive(Debug, thiserror::Error)]
pub enum OutsideError {
    /// There is no way out.
    #[error("this program was built or started without a way to the network")]
    Closed,
    /// The place is not to be asked.
    #[error("refused to ask {url}: {why}")]
    Refused {
        /// Where.
        url: String,
        /// Why not.
        why: String,
    },
    /// It could not be reached, or broke off.
    #[error("no answer from {url}: {why}")]
    Unreachable {
        /// Where.
        url: String,
        /// What happened.
        why: String,
    },
    /// It answered with an error.
    #[error("{url} answered with status {status}")]
    Status {
        /// Where.
        url: String,
        /// HTTP status, or the response code of a name server.
        status: u16,
    },
    /// It asks us to come back later.
    #[error("{url} asks to come back in {seconds} seconds")]
    Busy {
        /// Where.
        url: String,
        /// When.
        seconds: u64,
    },
    /// It sent more than we take.
    #[error("{url} sent more than {limit} bytes")]
    TooLarge {
        /// Where.
        url: String,
        /// The bound.
        limit: u64,
    },
    /// What it sent is no answer.
    #[error("{url} sent no answer of its kind: {why}")]
    Garbage {
        /// Where.
        url: String,
        /// What is wrong.
        why: String,
    },
    /// No registry is known for the address.
    #[error("no registry is known for {0}")]
    NoRegistry(IpAddr),
    /// An answer could not be kept.
    #[error("cannot keep the answer in {path}: {source}")]
    Keep {
        /// Where.
        path: std::path::PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

/// No world outside.
#[derive(Clone, Copy, Debug, Default)]
pub struct Closed;

impl Outside for Closed {
    fn fetch(&self, _: &Page<'_>) -> Result<Fetched, OutsideError> {
        Err(OutsideError::Closed)
    }

    fn rdap(&self, _: IpAddr, _: Option<&Path>, _: Timestamp) -> Result<Registered, OutsideError> {
        Err(OutsideError::Closed)
    }

    fn reverse(&self, _: IpAddr, _: Timestamp) -> Result<ReverseName, OutsideError> {
        Err(OutsideError::Closed)
    }
}
