//! Tests of the exchange.

#![allow(clippy::unwrap_used, reason = "a test that cannot unwrap has failed")]
#![allow(clippy::print_stdout, reason = "what is skipped or measured is said")]

mod candidates;
mod check;
mod csv;
mod envelope;
mod examples;
mod gate;
mod iodef;
mod iodef_schema;
mod machine;
mod made;
mod misp;
mod native;
mod overlap;
mod python;
mod stix;
mod stix_stream;
mod text;
mod xarf;
