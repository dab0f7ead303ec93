//! `bakas verify`.

use bakas_engine::verify;

use crate::{Desk, args::Verify, exit::Exit, output::visible};

pub(crate) fn run(desk: &Desk<'_>, asked: &Verify) -> anyhow::Result<Exit> {
    let report = verify::run(&asked.case, asked.inputs.as_deref(), asked.key.as_deref())?;
    if desk.screen.json {
        desk.screen.line(&report)?;
    } else {
        desk.screen.text(&visible(&report.to_string()))?;
    }
    Ok(if report.holds() { Exit::Done } else { Exit::Refused })
}
