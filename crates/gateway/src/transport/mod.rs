//! Counterparts' servers: the port `model::transport` over HTTP, one file for each protocol. It
//! hands on what somebody encoded and cleared, and understands of it no more than ids.

mod call;
mod misp;
mod status;
mod taxii;

use std::collections::BTreeSet;

use bakas_model::{
    outside::OutsideError,
    transport::{
        Became, Collection, Delivery, ObjectVersion, Outcome, Position, Pulled, Push, Server,
        Service, Taken, Transport,
    },
};

use self::call::Line;
use crate::Gateway;

/// Objects that are handed in at once.
pub const BATCH_OBJECTS: usize = 200;
/// Objects of one document.
pub const DOCUMENT_OBJECTS_LIMIT: usize = 1_000_000;
/// Objects that are asked for at once.
pub const PAGE_OBJECTS: usize = 500;
/// Largest page that is taken, in bytes.
pub const PAGE_BYTES_LIMIT: u64 = 64 << 20;
/// Most bytes that are handed in at once, where a server does not say.
const BATCH_BYTES_LIMIT: usize = 8 << 20;
/// Pages of one pull.
const PAGES_LIMIT: u64 = 1_000_000;
/// Collections of one server.
pub const COLLECTIONS_LIMIT: usize = 1000;
/// API roots of one server.
const ROOTS_LIMIT: usize = 32;
/// How often the status of a batch is asked for.
pub const POLLS_LIMIT: u32 = 20;
/// The longest pause between two of these questions, in least pauses: ten seconds where nobody set
/// another least pause.
const POLL_PAUSES_LIMIT: u32 = 10;

impl Transport for Gateway {
    fn collections(&self, server: &Server) -> Result<Vec<Collection>, OutsideError> {
        match server.service {
            Service::Taxii => taxii::collections(&self.line(server)),
            Service::Misp => {
                let why = "MISP has no collections: name its front page".to_owned();
                Err(OutsideError::Refused { url: server.url.clone(), why })
            }
        }
    }

    fn push(
        &self,
        server: &Server,
        push: &Push<'_>,
        told: &mut dyn FnMut(&[Outcome]),
    ) -> Result<Delivery, OutsideError> {
        match server.service {
            Service::Taxii => taxii::push(&self.line(server), push, told),
            Service::Misp => misp::push(&self.line(server), push, told),
        }
    }

    fn pull(
        &self,
        server: &Server,
        since: &Position,
        take: &mut dyn FnMut(&Pulled) -> Result<(), OutsideError>,
    ) -> Result<Taken, OutsideError> {
        match server.service {
            Service::Taxii => taxii::pull(&self.line(server), since, take),
            Service::Misp => misp::pull(&self.line(server), since, take),
        }
    }
}

impl Gateway {
    fn line<'a>(&'a self, server: &'a Server) -> Line<'a> {
        Line { http: &self.http, server, pause: self.settings.pause }
    }
}

/// What an answer that cannot be used is told as.
fn garbage(url: &str, why: impl Into<String>) -> OutsideError {
    OutsideError::Garbage { url: url.to_owned(), why: why.into() }
}

/// What a document that cannot be sent is told as.
fn unsendable(url: &str, why: impl Into<String>) -> OutsideError {
    OutsideError::Refused { url: url.to_owned(), why: why.into() }
}

/// Adds up what became of objects.
fn count(delivery: &mut Delivery, outcomes: &[Outcome]) {
    for outcome in outcomes {
        match outcome.became {
            Became::Success => delivery.success += 1,
            Became::Failure(_) => delivery.failure += 1,
            Became::Pending => delivery.pending += 1,
        }
    }
}

/// Which of these were not there before; all of them are afterwards.
fn fresh(
    versions: Vec<ObjectVersion>,
    seen: &mut BTreeSet<ObjectVersion>,
) -> Vec<Option<ObjectVersion>> {
    versions.into_iter().map(|one| seen.insert(one.clone()).then_some(one)).collect()
}
