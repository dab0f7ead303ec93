//! What shells and `man` want to know of the command line.

use std::io::stdout;

use clap::CommandFactory as _;

use crate::{args::Arguments, exit::Exit};

pub(crate) fn completions(shell: clap_complete::Shell) -> anyhow::Result<Exit> {
    clap_complete::generate(shell, &mut Arguments::command(), "bakas", &mut stdout());
    Ok(Exit::Done)
}

pub(crate) fn man() -> anyhow::Result<Exit> {
    clap_mangen::Man::new(Arguments::command()).render(&mut stdout())?;
    Ok(Exit::Done)
}
