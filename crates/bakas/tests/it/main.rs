//! The binary as a user meets it: commands, bad input, exit codes. One test binary, a file a theme.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::print_stdout, reason = "what is skipped is said")]

mod assess;
mod bad_input;
mod bag;
mod commands;
mod corpora;
mod data;
mod dialogue;
mod exchange;
mod memory;
mod new_logs;
mod overlap;
mod receive;
mod scenario;
mod seal;
mod servers;
mod trace;
mod yard;
