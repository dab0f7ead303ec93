//! The gateway against servers of our own, well and ill behaved.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::print_stdout, reason = "what is skipped is said")]

mod desk;
mod medallion;
mod misp;
mod pages;
mod rdap;
mod reverse;
mod server;
mod taxii;
