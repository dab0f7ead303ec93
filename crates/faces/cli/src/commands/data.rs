//! `bakas data`: what answers rest on — shown, imported, brought up to date, compared, removed.

use std::path::PathBuf;

use bakas_engine::{
    clock::{Clock as _, SystemClock},
    data::{self, Change, Changes, Folder, Outcome, Provenance, Totals, UpdatedHow},
    error::Error,
    observer::Observer as _,
};
use bakas_model::Day;
use serde_json::json;

use crate::{
    Desk,
    args::data::{Data, DataAction, DataDiff, DataImport, DayGiven},
    exit::Exit,
    output::visible,
    progress::Progress,
};

/// Rejects that are shown one by one; the provenance has more.
const SAMPLES_SHOWN: usize = 5;
/// A data set older than this is worth a word.
const OLD_DAYS: i32 = 365;

pub(crate) fn run(desk: &Desk<'_>, asked: &Data) -> anyhow::Result<Exit> {
    let section = asked.config.as_deref().map(data::configured).transpose()?.unwrap_or_default();
    let dir = data::folder(asked.data.as_deref(), section.dir.as_deref());
    let folder = dir.as_deref().map(Folder::at);
    let needed = || {
        let missing = "no data folder: name one with --data DIR or BAKAS_DATA";
        folder.as_ref().ok_or_else(|| Error::Usage(missing.into()))
    };
    match &asked.action {
        DataAction::Status => status(desk, folder.as_ref()),
        DataAction::Import(asked) => import(desk, needed()?, asked),
        DataAction::Update(asked) => {
            let sources = match (&asked.sources, section.sources.is_empty()) {
                (Some(path), _) => data::sources(path)?,
                (None, false) => section.sources,
                (None, true) => data::sources(&default_sources(dir.as_deref())?)?,
            };
            update(desk, needed()?, &sources)
        }
        DataAction::Diff(asked) => diff(desk, folder.as_ref(), asked),
        DataAction::Remove { ids } => {
            let folder = needed()?;
            for id in ids {
                folder.remove(id)?;
                desk.screen.note(&format!("removed {id}"));
            }
            Ok(Exit::Done)
        }
    }
}

fn default_sources(dir: Option<&std::path::Path>) -> Result<PathBuf, Error> {
    let path = dir.map(|dir| dir.join("data.toml")).filter(|path| path.exists());
    path.ok_or_else(|| {
        Error::Usage(
            "no sources: write them into data.toml in the data folder, name another file with \
             --sources, or put [[data.source]] into a bakas.toml"
                .into(),
        )
    })
}

fn status(desk: &Desk<'_>, folder: Option<&Folder>) -> anyhow::Result<Exit> {
    let standing = data::status(folder, SystemClock.now().day())?;
    for held in &standing.held {
        let imported = held.provenance.as_ref();
        if desk.screen.json {
            let mut document = serde_json::to_value(&held.set)?;
            document["date"] = json!(held.set.date.to_string());
            document["held"] = json!(if imported.is_some() { "imported" } else { "embedded" });
            document["age_days"] = json!(held.age_days);
            if let Some(provenance) = imported {
                document["provenance"] = serde_json::to_value(provenance)?;
                document["provenance"]["date"] = json!(held.set.date.to_string());
            }
            desk.screen.line(&document)?;
            continue;
        }
        let set = &held.set;
        let label = if imported.is_some() { "imported" } else { "embedded" };
        let mut text = format!(
            "{}  {} ({label}, {})\n  {}\n  {} {} · {} · {}\n",
            set.name,
            set.date,
            age(held.age_days),
            set.what,
            set.records,
            if set.records == 1 { "record" } else { "records" },
            licence(&set.licence),
            set.source
        );
        if !set.attribution.is_empty() {
            text.push_str(&format!("  {}\n", set.attribution));
        }
        if let Some(provenance) = imported {
            text.push_str(&format!("  {}\n", account(provenance)));
        }
        desk.screen.text(&visible(&text))?;
    }
    for damaged in &standing.damaged {
        if desk.screen.json {
            desk.screen
                .line(&json!({"held": "damaged", "path": damaged.path, "why": damaged.why}))?;
        }
        desk.screen.note(&format!(
            "DAMAGED, and left out of every answer: {}: {}; import it again or remove it",
            damaged.path.display(),
            damaged.why
        ));
    }
    Ok(if standing.damaged.is_empty() { Exit::Done } else { Exit::Partly })
}

fn age(days: i32) -> String {
    match days {
        ..0 => format!("{} days in the future", -days),
        0 => "of today".to_owned(),
        1 => "1 day old".to_owned(),
        OLD_DAYS.. => format!("{days} days old: newer data may say otherwise"),
        days => format!("{days} days old"),
    }
}

fn licence(licence: &str) -> String {
    match licence {
        "not stated" => "licence not stated: ask before you pass it on".to_owned(),
        licence => licence.to_owned(),
    }
}

/// What became of an imported data set's records.
fn account(provenance: &Provenance) -> String {
    let account = &provenance.account;
    let records = if account.records == 1 { "record" } else { "records" };
    let mut text = format!("{} {records} taken", account.records);
    let passed: u64 = account.passed.values().sum();
    if passed > 0 {
        text.push_str(&format!(", {passed} passed over"));
    }
    if account.rejected() > 0 {
        text.push_str(&format!(", {} not understood", account.rejected()));
    }
    let imported = provenance.imported.day();
    text.push_str(&format!("; imported {imported} as {}", provenance.kind));
    text
}

fn import(desk: &Desk<'_>, folder: &Folder, asked: &DataImport) -> anyhow::Result<Exit> {
    let request = data::Request {
        files: &asked.files,
        kind: asked.kind,
        name: asked.name.clone(),
        date: asked.date.map(the_day),
        licence: asked.licence.clone(),
        attribution: asked.attribution.clone(),
        what: asked.what.clone(),
        says: asked.says,
        columns: asked.columns.clone(),
        registration: asked.registration,
        replace: asked.replace,
        strict: asked.strict,
        ..data::Request::default()
    };
    let outcome = {
        let progress = Progress::new(desk.quiet);
        progress.step(bakas_engine::observer::Step::Import, bytes_of(&asked.files));
        data::import(folder, &request, &SystemClock, &progress, desk.stop)?
    };
    tell(desk, &outcome)?;
    Ok(if outcome.kept { Exit::Done } else { Exit::Partly })
}

fn the_day(given: DayGiven) -> Day {
    match given {
        DayGiven::Today => SystemClock.now().day(),
        DayGiven::Day(day) => day,
    }
}

fn bytes_of(files: &[PathBuf]) -> u64 {
    files.iter().filter_map(|file| Some(std::fs::metadata(file).ok()?.len())).sum()
}

/// What came of one import, and what was not understood.
fn tell(desk: &Desk<'_>, outcome: &Outcome) -> anyhow::Result<()> {
    let provenance = &outcome.provenance;
    let id = provenance.id();
    if desk.screen.json {
        let mut document = serde_json::to_value(provenance)?;
        document["id"] = json!(id);
        document["kept"] = json!(outcome.kept);
        document["unchanged"] = json!(outcome.unchanged);
        document["passed_over"] = json!(outcome.passed_over);
        return desk.screen.line(&document);
    }
    let done = match (outcome.kept, outcome.unchanged) {
        (true, true) => "was imported before from the same files",
        (true, false) => "imported",
        (false, _) => "not kept, because not every record was understood (--strict)",
    };
    desk.screen.text(&visible(&format!("{id}: {done}: {}", account(provenance))))?;
    if outcome.unchanged {
        return Ok(());
    }
    for (why, number) in &provenance.account.passed {
        desk.screen.text(&visible(&format!("  {number:>8} passed over: {why}")))?;
    }
    for (why, number) in &provenance.account.rejects {
        desk.screen.text(&visible(&format!("  {number:>8} not understood: {why}")))?;
    }
    for sample in provenance.account.samples.iter().take(SAMPLES_SHOWN) {
        let text = format!("  {}:{}: {}: {}", sample.file, sample.line, sample.why, sample.text);
        desk.screen.text(&visible(&text))?;
    }
    for member in &outcome.passed_over {
        desk.screen.note(&format!("{member} is none of that kind, and was passed over"));
    }
    Ok(())
}

fn update(
    desk: &Desk<'_>,
    folder: &Folder,
    sources: &[data::SourceOfData],
) -> anyhow::Result<Exit> {
    let updated = {
        let progress = Progress::new(desk.quiet);
        data::update(folder, sources, desk.outside, &SystemClock, &progress, desk.stop)?
    };
    let mut exit = Exit::Done;
    for source in updated {
        match source.how {
            Ok(UpdatedHow::Imported(outcome)) => tell(desk, &outcome)?,
            Ok(UpdatedHow::Unchanged(provenance)) if desk.screen.json => {
                desk.screen.line(&json!({"id": provenance.id(), "unchanged": true}))?;
            }
            Ok(UpdatedHow::Unchanged(provenance)) => {
                desk.screen.text(&visible(&format!("{}: unchanged", provenance.id())))?;
            }
            Err(error) => {
                let error = anyhow::Error::new(error).context(format!("source '{}'", source.name));
                desk.screen.error(&error);
                exit = Exit::Usage;
            }
        }
    }
    Ok(exit)
}

fn diff(desk: &Desk<'_>, folder: Option<&Folder>, asked: &DataDiff) -> anyhow::Result<Exit> {
    let changes = data::diff(folder, &asked.before, &asked.after)?;
    if desk.screen.json {
        desk.screen.line(&changes)?;
    } else {
        desk.screen.text(&visible(&shown(&changes, asked.top)))?;
    }
    Ok(Exit::Done)
}

fn shown(changes: &Changes, top: usize) -> String {
    let Changes { before, after, operators, countries, changed, same } = changes;
    let mut text =
        format!("{before} → {after}: {} changed, {} the same\n", size(*changed), size(*same));
    for (what, list) in [("operators", operators), ("countries", countries)] {
        if list.is_empty() {
            text.push_str(&format!("\nno {what} changed\n"));
            continue;
        }
        text.push_str(&format!("\n{} {what} changed\n", list.len()));
        for change in list.iter().take(top) {
            text.push_str(&line(change));
        }
        if list.len() > top {
            text.push_str(&format!("  and {} more (--top, --json)\n", list.len() - top));
        }
    }
    text
}

fn line(change: &Change) -> String {
    let name = change.name.as_deref().map(|name| format!(" {name}")).unwrap_or_default();
    let parts = [
        ("gained", change.gained),
        ("from others", change.moved_in),
        ("lost", change.lost),
        ("to others", change.moved_out),
    ];
    let parts = parts.iter().filter(|(_, total)| *total != Totals::default());
    let parts: Vec<_> = parts.map(|(what, total)| format!("{what} {}", size(*total))).collect();
    let parts = if parts.is_empty() { "less than a /64".to_owned() } else { parts.join("; ") };
    format!("  {}{name}: {parts}\n", change.of)
}

fn size(total: Totals) -> String {
    match (total.ipv4, total.ipv6_64) {
        (v4, 0) => format!("{v4} IPv4"),
        (0, v6) => format!("{v6} IPv6 /64"),
        (v4, v6) => format!("{v4} IPv4 and {v6} IPv6 /64"),
    }
}
