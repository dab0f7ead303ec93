//! `bakas scenario` and `bakas score`.

use bakas_engine::scenario;

use crate::{
    Desk,
    args::{Scenario, Score},
    exit::Exit,
};

pub(crate) fn make(desk: &Desk<'_>, asked: Scenario) -> anyhow::Result<Exit> {
    let summary = scenario::generate(asked.seed, asked.scale, asked.out)?;
    if desk.screen.json {
        desk.screen.line(&summary)?;
    } else {
        desk.screen.text(&summary.to_string())?;
    }
    Ok(Exit::Done)
}

pub(crate) fn score(desk: &Desk<'_>, asked: &Score) -> anyhow::Result<Exit> {
    let score = scenario::score(&asked.case, &asked.truth)?;
    if desk.screen.json {
        desk.screen.line(&score)?;
    } else {
        desk.screen.text(&score.to_string())?;
    }
    Ok(Exit::Done)
}
