//! Integration tests of the stores' shared ground, one file per noun.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by a panic")]
#![allow(clippy::print_stdout, reason = "a test that is skipped says so")]

mod case_folder;
mod findings;
mod memory;
mod schema;
mod spool;
