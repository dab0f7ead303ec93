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
mod carriers;
mod clocks;
mod cloud;
mod conservation;
mod corpora;
mod define_twin;
mod defined;
mod definitions;
mod evtx_kit;
mod formats_doc;
mod groups;
mod header_twin;
mod kit;
mod passed;
mod skew;
mod syslog;
mod twin;
mod utmp;
mod web;
mod windows;
