//! The project's chores, each a subcommand: `cargo run -p xtask -- tidy`. Nothing that a user of
//! Bakas needs.

use std::process::ExitCode;

use anyhow::{Result, bail};

mod data;
mod tidy;

const USAGE: &str = "\
cargo run -p xtask -- tidy     check the rules of the house: imports, sizes, headers, links
cargo run -p xtask -- data …   rebuild the embedded address table (data --help tells how)";

fn main() -> Result<ExitCode> {
    let mut args = std::env::args().skip(1);
    match args.next().as_deref() {
        Some("tidy") => tidy::run(),
        Some("data") => data::run(args).map(|()| ExitCode::SUCCESS),
        Some(other) => bail!("no such chore: '{other}'\n{USAGE}"),
        None => bail!("which chore?\n{USAGE}"),
    }
}
