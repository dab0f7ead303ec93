//! What the loaded rules find in events, and what becomes of the public rules.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "tests may, and say what they skip")]

mod corpora;
mod correlations;
mod events;
mod loading;
mod matching;
mod options;
mod specification;
mod statistics;
mod windows;
