//! The binary as a user meets it: commands, bad input, exit codes. One test binary, a file a theme.

mod bad_input;
mod commands;
mod scenario;
mod yard;
