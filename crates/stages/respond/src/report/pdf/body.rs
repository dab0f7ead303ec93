//! The sections of the PDF, in the order of the report.

use std::collections::BTreeSet;

use bakas_model::{AgencyIx, Collateral, Incident, RejectReason};
use pdf_writer::types::StructRole;

use super::{
    super::{Edition, provenance::MAP_AND_FONTS},
    CELL, INSIDE, SMALL, TEXT, assessment,
    sheet::{Cell, Ink, ROOM, Sheet, Style},
};
use crate::{
    text::{bytes, capital, minute, number, plural, shift, span},
    view::{View, is_unnamed},
    words::{self, Phase},
    world,
};

const ENTERED_LIMIT: usize = 12;
const STEPS_LIMIT: usize = 12;
const LINKS_LIMIT: usize = 6;
const NETWORKS_LIMIT: usize = 25;
const ROWS_LIMIT: usize = 120;

pub(super) fn write(sheet: &mut Sheet, view: &View<'_>, edition: &Edition<'_>) {
    timeline(sheet, view);
    incidents(sheet, view);
    networks(sheet, view);
    campaigns(sheet, view);
    assessment::write(sheet, view.case, edition);
    todo(sheet, view);
    unread(sheet, view);
    data(sheet, view);
}

/// Cells at these shares of the line; numbers stand to the right.
fn line(sheet: &mut Sheet, style: Style, edges: &[f32], texts: &[&str], numbers: usize) {
    let cells: Vec<Cell> = texts
        .iter()
        .enumerate()
        .map(|(at, text)| Cell {
            from: edges[at],
            to: edges[at + 1],
            style,
            text: (*text).to_owned(),
            right: at + numbers >= texts.len(),
        })
        .collect();
    sheet.row(&cells);
}

const fn ink(phase: Phase) -> Ink {
    match phase {
        Phase::Looked => [0.23, 0.40, 0.55],
        Phase::Tried => [0.59, 0.35, 0.04],
        Phase::Inside => INSIDE,
    }
}

/// One bar for each incident, by agency.
fn timeline(sheet: &mut Sheet, view: &View<'_>) {
    let Some((first, last)) = view.span() else { return };
    // One drawing is easier to read on one page.
    sheet.keep((110.0 + 20.0 * view.case.incidents.len() as f32).min(480.0));
    sheet.section("When");
    sheet.paragraph(
        SMALL,
        "Bars run from the first to the last line of an incident. Blue: somebody looked around; \
         ochre: somebody tried to get in; red: somebody was inside. Times are UTC.",
    );
    let (label, all) = (150.0, last.micros_since(first).max(1) as f32);
    let mut agency = None;
    let mut incidents: Vec<&Incident> = view.case.incidents.iter().collect();
    incidents.sort_by_key(|incident| (incident.agency, incident.first));
    for incident in incidents.into_iter().take(ROWS_LIMIT) {
        if agency.replace(incident.agency) != Some(incident.agency) {
            sheet.keep(34.0);
            sheet.skip(3.0);
            sheet.text(StructRole::P, CELL.bold(), 0.0, view.agency(incident.agency));
        }
        let text = format!("{} {}", incident.id, words::kind(incident.kind).0);
        sheet.keep(CELL.size * 1.4);
        sheet.text(StructRole::P, CELL, 8.0, &text);
        let x = |time| label + (ROOM - label) * first_to(first, time) / all;
        let (from, to) = (x(incident.first), x(incident.last));
        let y = sheet.y() + 3.2;
        sheet.block(ink(Phase::of(incident.kind)), from, (to - from).max(2.5), y, 5.5);
    }
    sheet.skip(3.0);
    let ends = format!("{} to {}", minute(first), minute(last));
    sheet.text(StructRole::P, SMALL, label, &ends);
}

fn first_to(first: bakas_model::Timestamp, time: bakas_model::Timestamp) -> f32 {
    time.micros_since(first) as f32
}

fn incidents(sheet: &mut Sheet, view: &View<'_>) {
    if view.case.incidents.is_empty() {
        return;
    }
    sheet.section("What happened");
    for incident in view.by_gravity().into_iter().take(ROWS_LIMIT) {
        sheet.heading(&format!("{}  {}", incident.id, incident.title.en));
        let mut facts = vec![
            view.agency(incident.agency).to_owned(),
            capital(words::kind(incident.kind).0),
            words::severity(incident.severity).0.to_owned(),
            span(incident.first, incident.last).en,
            format!(
                "{} {} of evidence",
                number(incident.lines),
                plural(incident.lines, "line", "lines")
            ),
        ];
        if incident.scope.tries > 0 {
            facts.push(format!(
                "{} {}",
                number(incident.scope.tries),
                plural(incident.scope.tries, "try", "tries")
            ));
        }
        facts.extend(incident.techniques.iter().take(12).cloned());
        sheet.paragraph(SMALL, &facts.join(" · "));
        sheet.paragraph(TEXT, &incident.summary.en);
        for entered in incident.scope.entered.iter().take(ENTERED_LIMIT) {
            let from = entered.from.map_or_else(String::new, |from| format!(" from {from}"));
            let what = if is_unnamed(entered) {
                format!("Perhaps entered: an account not named, at {}, on", entered.account)
            } else {
                format!("Entered: {} at", entered.account)
            };
            let text = format!("{what} {}{from}: {}", minute(entered.at), entered.how.en);
            sheet.bullet(CELL, &text);
        }
        for step in incident.scope.after.iter().take(STEPS_LIMIT) {
            sheet.bullet(CELL, &format!("{}  {}", minute(step.time), step.text.en));
        }
        let left = incident.scope.entered.len().saturating_sub(ENTERED_LIMIT)
            + incident.scope.after.len().saturating_sub(STEPS_LIMIT);
        rest(sheet, left, "report.html and case.json");
    }
    rest(sheet, view.case.incidents.len().saturating_sub(ROWS_LIMIT), "case.json");
}

fn rest(sheet: &mut Sheet, left: usize, file: &str) {
    if left > 0 {
        sheet.paragraph(SMALL, &format!("and {} more in {file}", number(left as u64)));
    }
}

fn networks(sheet: &mut Sheet, view: &View<'_>) {
    let networks = view.networks();
    if networks.is_empty() {
        return;
    }
    sheet.section("Where from");
    sheet.paragraph(
        TEXT,
        "Operator is not actor: this is whose networks carried the lines and where they are \
         registered, at the time of the lines. It does not show where a person sat, nor for whom \
         anybody worked.",
    );
    let edges = [0.0, 0.36, 0.51, 0.66, 0.80, 0.91, 1.0];
    let head = ["Network", "Registered in", "Kind", "State-owned by", "Addresses", "Lines"];
    line(sheet, CELL.bold(), &edges, &head, 2);
    for row in networks.iter().take(NETWORKS_LIMIT) {
        let asn = row.asn.filter(|_| row.operator.is_some());
        let name = asn.map_or_else(|| row.name(), |asn| format!("{} ({asn})", row.name()));
        let country = row.country.map_or_else(|| "—".to_owned(), world::name);
        let state =
            row.state_owned.map_or_else(|| "—".to_owned(), |owned| world::name(owned.owner));
        let (addresses, lines) = (number(row.addresses.len() as u64), number(row.lines));
        let kind = words::network_kind(row.kind).0;
        line(sheet, CELL, &edges, &[&name, &country, kind, &state, &addresses, &lines], 2);
    }
    rest(sheet, networks.len().saturating_sub(NETWORKS_LIMIT), "report.html and traces.ndjson");
    let moved: Vec<_> =
        networks.iter().flat_map(|row| row.now.iter().map(move |now| (row, now))).collect();
    for (row, (address, now)) in moved.iter().take(NETWORKS_LIMIT) {
        let name = now.operator.as_deref().unwrap_or("a network without a known operator");
        let text = format!(
            "{address}: {} then, {name} now (table of {}). Ask the one of then.",
            row.name(),
            now.epoch
        );
        sheet.bullet(CELL, &text);
    }
    rest(sheet, moved.len().saturating_sub(NETWORKS_LIMIT), "report.html and traces.ndjson");
    if moved.is_empty() {
        sheet.paragraph(
            SMALL,
            "By the newest table at hand, none of these addresses has changed its network since.",
        );
    }
}

fn campaigns(sheet: &mut Sheet, view: &View<'_>) {
    let case = view.case;
    if case.campaigns.is_empty() && case.common_factors.is_empty() {
        return;
    }
    sheet.section("What belongs together");
    sheet.paragraph(
        SMALL,
        "A weight says how much likelier two incidents belong together than share this by chance: \
         10 means ten times, 20 a hundred times, 30 a thousand times (decibans, a logarithm).",
    );
    for campaign in &case.campaigns {
        sheet.heading(&format!("{}  {}", campaign.id, campaign.title.en));
        let ids: Vec<&str> = campaign.incidents.iter().map(|id| id.0.as_str()).collect();
        sheet.paragraph(SMALL, &ids.join(", "));
        sheet.paragraph(TEXT, &campaign.summary.en);
        let mut links: Vec<_> = campaign.links.iter().collect();
        links.sort_by(|a, b| b.weight.total_cmp(&a.weight));
        for link in links.iter().take(LINKS_LIMIT) {
            let text =
                format!("{} – {}: {} (weight {:.0})", link.a, link.b, link.detail.en, link.weight);
            sheet.bullet(CELL, &text);
        }
        rest(sheet, links.len().saturating_sub(LINKS_LIMIT), "report.html");
    }
    for factor in &case.common_factors {
        sheet.heading(&format!("What several have in common: {}", factor.provider));
        for reason in &factor.speaks_for {
            sheet.bullet(CELL, &format!("For a compromise of the provider: {}", reason.en));
        }
        for reason in &factor.speaks_against {
            sheet.bullet(CELL, &format!("Against it: {}", reason.en));
        }
    }
}

fn todo(sheet: &mut Sheet, view: &View<'_>) {
    let case = view.case;
    if case.asks.is_empty() && case.blocks.is_empty() {
        return;
    }
    sheet.section("What to do · Ano ang gagawin");
    let mut work = view.work();
    let unasked: BTreeSet<AgencyIx> = case
        .blocks
        .iter()
        .map(|block| block.agency)
        .filter(|ix| !work.iter().any(|(agency, _)| agency == ix))
        .collect();
    work.extend(unasked.into_iter().map(|agency| (agency, Vec::new())));
    for (agency, asks) in work {
        sheet.heading(view.agency(agency));
        for ask in asks.iter().take(ROWS_LIMIT) {
            let kind = capital(words::ask(ask.kind).0);
            sheet.keep(40.0);
            let head = format!("{}. {kind}, within {} h", ask.number, ask.within_hours);
            sheet.text(StructRole::P, TEXT.bold(), 0.0, &head);
            sheet.text(StructRole::P, TEXT, 14.0, &ask.text.en);
            sheet.text(StructRole::P, SMALL, 14.0, &ask.text.fil);
            sheet.text(StructRole::P, SMALL, 14.0, &format!("Done when: {}", ask.proof.en));
            sheet.skip(3.0);
        }
        for block in case.blocks.iter().filter(|b| b.agency == agency && b.proposed).take(20) {
            let mut what: Vec<String> = block.network.iter().map(ToString::to_string).collect();
            what.extend(block.prefixes.iter().take(12).map(ToString::to_string));
            let lost = &block.collateral;
            let text = format!(
                "Proposed block for {}: {}. It covers {}; stops {} % of the lines; would have cut off \
                 {} ({}); look again after {} days. {}",
                block.incident,
                what.join(", "),
                block.applies_to.en,
                block.stops_percent,
                price(lost),
                span(lost.from, lost.until).en,
                block.lifetime_days,
                capital(&block.reason.en),
            );
            sheet.bullet(CELL, &text);
        }
    }
}

/// What a block would have cut off.
fn price(lost: &Collateral) -> String {
    if lost.sessions == 0 {
        return "no legitimate session".to_owned();
    }
    format!(
        "{}{} {} from {} {}",
        if lost.lower_bound { "at least " } else { "" },
        number(lost.sessions),
        plural(lost.sessions, "legitimate session", "legitimate sessions"),
        number(lost.addresses),
        plural(lost.addresses, "address", "addresses"),
    )
}

fn unread(sheet: &mut Sheet, view: &View<'_>) {
    let case = view.case;
    sheet.section("What was read, and what was not");
    let text = format!(
        "{} {}, {}: {} {} read, {} {} not.",
        number(case.counts.files),
        plural(case.counts.files, "file", "files"),
        bytes(case.counts.bytes),
        number(case.counts.events),
        plural(case.counts.events, "record was", "records were"),
        number(case.counts.rejects),
        plural(case.counts.rejects, "piece was", "pieces were")
    );
    sheet.paragraph(TEXT, &text);
    let edges = [0.0, 0.40, 0.56, 0.66, 1.0];
    line(sheet, CELL.bold(), &edges, &["File", "Format", "Records", "Not read, and what to do"], 0);
    for summary in case.sources.iter().take(ROWS_LIMIT) {
        let why: Vec<String> = summary.rejects.iter().map(|(reason, n)| why(*reason, *n)).collect();
        let source = &summary.source;
        let events = number(summary.events);
        line(sheet, CELL, &edges, &[&source.path, &source.format, &events, &why.join("; ")], 0);
    }
    rest(sheet, case.sources.len().saturating_sub(ROWS_LIMIT), "report.html and case.json");
    sheet.skip(6.0);
    for proposal in &case.clock_proposals {
        let text = format!(
            "Clock: {} would need {} to agree with {} ({} shared events); confirm before applying.",
            view.source(proposal.source),
            shift(proposal.offset_micros),
            view.source(proposal.against),
            number(proposal.shared_events),
        );
        sheet.bullet(CELL, &text);
    }
    for aside in case.set_aside.iter().take(ROWS_LIMIT) {
        let text = format!("Set aside: {}: {}", view.agency(aside.agency), aside.text.en);
        sheet.bullet(CELL, &text);
    }
    rest(sheet, case.set_aside.len().saturating_sub(ROWS_LIMIT), "case.json");
}

fn why(reason: RejectReason, count: u64) -> String {
    format!("{} {} ({})", number(count), words::reject(reason).0, reason.remedy())
}

fn data(sheet: &mut Sheet, view: &View<'_>) {
    sheet.section("What this rests on");
    for set in &view.case.data_sets {
        let text = format!(
            "{}, {}: {}. {}. {}",
            set.name, set.date, set.what, set.licence, set.attribution
        );
        sheet.bullet(CELL, &text);
    }
    sheet.bullet(CELL, MAP_AND_FONTS.0);
    sheet.paragraph(
        TEXT,
        "An address shows whose network carried a line; it does not show whose hands wrote it, nor \
         for whom.",
    );
    let text = format!(
        "bakas verify checks the signed manifest of every input and output and fails on one \
         changed byte. All lines of evidence stand in evidence.ndjson. Made by Bakas {} at {}.",
        view.case.tool_version, view.case.created
    );
    sheet.paragraph(SMALL, &text);
}
