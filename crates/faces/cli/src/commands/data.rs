//! `bakas data`: what answers rest on.

use bakas_engine::trace;

use crate::{
    Desk,
    args::{Data, DataAction},
    exit::Exit,
};

pub(crate) fn run(desk: &Desk<'_>, asked: &Data) -> anyhow::Result<Exit> {
    let DataAction::Status = asked.action;
    for set in trace::data_sets()? {
        if desk.screen.json {
            desk.screen.line(&set)?;
            continue;
        }
        desk.screen.text(&format!(
            "{}  {}\n  {}\n  {} records · {} · {}\n  {}\n",
            set.name, set.date, set.what, set.records, set.licence, set.source, set.attribution
        ))?;
    }
    Ok(Exit::Done)
}
