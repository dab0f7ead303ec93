//! Whole investigations over inputs of every shape, with a lake in memory.

#![allow(clippy::unwrap_used, reason = "a test that cannot unwrap has failed")]

mod counts;
mod inputs;
mod log;
mod pack;
mod screened;
mod sealed;
mod taken;
mod workers;
mod yard;
