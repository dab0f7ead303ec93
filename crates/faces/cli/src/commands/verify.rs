//! `bakas verify`.

use bakas_engine::{bag::check, verify};

use crate::{Desk, args::Verify, exit::Exit, output::visible};

pub(crate) fn run(desk: &Desk<'_>, asked: &Verify) -> anyhow::Result<Exit> {
    if check::is_bag(&asked.case) {
        let report = check::run(&asked.case, asked.key.as_deref())?;
        if desk.screen.json {
            desk.screen.line(&report)?;
        } else {
            desk.screen.text(&visible(&report.to_string()))?;
        }
        return Ok(if report.holds { Exit::Done } else { Exit::Refused });
    }
    let report = verify::run(&asked.case, asked.inputs.as_deref(), asked.key.as_deref())?;
    if desk.screen.json {
        desk.screen.line(&report)?;
    } else {
        desk.screen.text(&visible(&report.to_string()))?;
    }
    Ok(if report.holds() { Exit::Done } else { Exit::Refused })
}
