//! Ingest as its callers use it: bytes in, events and rejects out. Real logs are read where they
//! are there.

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
