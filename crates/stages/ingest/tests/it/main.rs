//! Ingest as its callers use it: bytes in, events and rejects out. Real logs are read where they
//! are there.

#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    clippy::string_slice,
    clippy::too_many_lines,
    reason = "a test may panic, and a table of cases is long"
)]

mod account;
mod archives;
mod bad_input;
mod cloud;
mod corpora;
mod kit;
mod skew;
mod syslog;
mod twin;
mod web;
