//! Small hand-written situations: every kind of incident, every decoy, and laws that hold for any.
//! They use casework as the engine does, with rules played by simple counters.

#![allow(clippy::unwrap_used, reason = "a test that cannot unwrap has failed")]

mod inside;
mod laws;
mod ledger;
mod links;
mod machines;
mod takeover;
mod tries;
mod web;
mod world;
