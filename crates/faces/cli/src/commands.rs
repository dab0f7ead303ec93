//! One file for each command.

pub(crate) mod assess;
pub(crate) mod data;
pub(crate) mod detect;
pub(crate) mod exchange;
pub(crate) mod ingest;
pub(crate) mod investigate;
pub(crate) mod overlap;
pub(crate) mod rules;
pub(crate) mod scenario;
pub(crate) mod seal;
pub(crate) mod shell;
pub(crate) mod trace;
pub(crate) mod verify;
