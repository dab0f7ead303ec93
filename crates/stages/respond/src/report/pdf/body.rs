//! The sections of the PDF, in the order of the report and in one language: when, what happened, what
//! belongs together; the others stand beside this file.

use bakas_model::{Incident, incident::Entered};
use pdf_writer::types::StructRole;

use super::{
    super::Edition,
    CELL, INSIDE, SMALL, TEXT, assessment, origin, read,
    sheet::{Cell, Ink, ROOM, Sheet, Style},
    work,
};
use crate::{
    drawing::Lang,
    text::{capital, minute, number, plural, span},
    view::{View, is_unnamed},
    words::{self, Pair, Phase},
};

const ENTERED_LIMIT: usize = 12;
const STEPS_LIMIT: usize = 12;
const LINKS_LIMIT: usize = 6;
/// Rows of a list.
pub(super) const ROWS_LIMIT: usize = 120;

pub(super) fn write(sheet: &mut Sheet, view: &View<'_>, edition: &Edition<'_>) {
    let lang = edition.lang;
    timeline(sheet, view, lang);
    incidents(sheet, view, lang);
    origin::write(sheet, view, lang);
    campaigns(sheet, view, lang);
    assessment::write(sheet, view.case, edition);
    work::write(sheet, view, lang);
    read::write(sheet, view, lang);
}

/// Cells at these shares of the line; numbers stand to the right.
pub(super) fn line(sheet: &mut Sheet, style: Style, edges: &[f32], texts: &[&str], numbers: usize) {
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
fn timeline(sheet: &mut Sheet, view: &View<'_>, lang: Lang) {
    let Some((first, last)) = view.span() else { return };
    // One drawing is easier to read on one page.
    sheet.keep((110.0 + 20.0 * view.case.incidents.len() as f32).min(480.0));
    sheet.section(lang.of("When", "Kailan"));
    sheet.paragraph(
        SMALL,
        lang.of(
            "Bars run from the first to the last line of an incident. Blue: somebody looked around; \
             ochre: somebody tried to get in; red: somebody was inside. Times are UTC.",
            "Ang mga bara ay mula sa una hanggang sa huling linya ng insidente. Asul: may \
             tumingin-tingin; okre: may sumubok na pumasok; pula: may nakapasok. UTC ang mga oras.",
        ),
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
        let text = format!("{} {}", incident.id, pair(lang, words::kind(incident.kind)));
        sheet.keep(CELL.size * 1.4);
        sheet.text(StructRole::P, CELL, 8.0, &text);
        let x = |time| label + (ROOM - label) * first_to(first, time) / all;
        let (from, to) = (x(incident.first), x(incident.last));
        let y = sheet.y() + 3.2;
        sheet.block(ink(Phase::of(incident.kind)), from, (to - from).max(2.5), y, 5.5);
    }
    sheet.skip(3.0);
    let to = lang.of("to", "hanggang");
    let ends = format!("{} {to} {}", minute(first), minute(last));
    sheet.text(StructRole::P, SMALL, label, &ends);
}

fn first_to(first: bakas_model::Timestamp, time: bakas_model::Timestamp) -> f32 {
    time.micros_since(first) as f32
}

fn incidents(sheet: &mut Sheet, view: &View<'_>, lang: Lang) {
    if view.case.incidents.is_empty() {
        return;
    }
    sheet.section(lang.of("What happened", "Ano ang nangyari"));
    for incident in view.by_gravity().into_iter().take(ROWS_LIMIT) {
        sheet.heading(&format!("{}  {}", incident.id, lang.text(&incident.title)));
        let mut facts = vec![
            view.agency(incident.agency).to_owned(),
            capital(pair(lang, words::kind(incident.kind))),
            pair(lang, words::severity(incident.severity)).to_owned(),
            lang.text(&span(incident.first, incident.last)).to_owned(),
            lines(incident.lines, lang),
        ];
        if incident.scope.tries > 0 {
            facts.push(tries(incident.scope.tries, lang));
        }
        facts.extend(incident.techniques.iter().take(12).cloned());
        sheet.paragraph(SMALL, &facts.join(" · "));
        sheet.paragraph(TEXT, lang.text(&incident.summary));
        for entered in incident.scope.entered.iter().take(ENTERED_LIMIT) {
            sheet.bullet(CELL, &entry(entered, lang));
        }
        for step in incident.scope.after.iter().take(STEPS_LIMIT) {
            sheet.bullet(CELL, &format!("{}  {}", minute(step.time), lang.text(&step.text)));
        }
        let left = incident.scope.entered.len().saturating_sub(ENTERED_LIMIT)
            + incident.scope.after.len().saturating_sub(STEPS_LIMIT);
        rest(sheet, left, "report.html, case.json", lang);
    }
    rest(sheet, view.case.incidents.len().saturating_sub(ROWS_LIMIT), "case.json", lang);
}

fn lines(all: u64, lang: Lang) -> String {
    match lang {
        Lang::En => format!("{} {} of evidence", number(all), plural(all, "line", "lines")),
        Lang::Fil => format!("{} linya ng ebidensiya", number(all)),
    }
}

fn tries(all: u64, lang: Lang) -> String {
    match lang {
        Lang::En => format!("{} {}", number(all), plural(all, "try", "tries")),
        Lang::Fil => format!("{} pagsubok", number(all)),
    }
}

/// An account that was entered, or a page at which a try seems to have succeeded.
fn entry(entered: &Entered, lang: Lang) -> String {
    let (account, at, how) = (&entered.account, minute(entered.at), lang.text(&entered.how));
    let from = |word: &str| entered.from.map_or_else(String::new, |from| format!(" {word} {from}"));
    match (lang, is_unnamed(entered)) {
        (Lang::En, true) => format!(
            "Perhaps entered: an account not named, at {account}, on {at}{}: {how}",
            from("from")
        ),
        (Lang::En, false) => format!("Entered: {account} at {at}{}: {how}", from("from")),
        (Lang::Fil, true) => format!(
            "Marahil ay napasok: isang di-pinangalanang account, sa {account}, noong {at}{}: {how}",
            from("mula sa")
        ),
        (Lang::Fil, false) => format!("Napasok: {account} noong {at}{}: {how}", from("mula sa")),
    }
}

/// The one of the two in this language.
pub(super) fn pair(lang: Lang, words: Pair) -> &'static str {
    match lang {
        Lang::En => words.0,
        Lang::Fil => words.1,
    }
}

/// That something was left out, and where it stands.
pub(super) fn rest(sheet: &mut Sheet, left: usize, file: &str, lang: Lang) {
    if left > 0 {
        let left = number(left as u64);
        let text = match lang {
            Lang::En => format!("and {left} more in {file}"),
            Lang::Fil => format!("at {left} pa sa {file}"),
        };
        sheet.paragraph(SMALL, &text);
    }
}

fn campaigns(sheet: &mut Sheet, view: &View<'_>, lang: Lang) {
    let case = view.case;
    if case.campaigns.is_empty() && case.common_factors.is_empty() {
        return;
    }
    sheet.section(lang.of("What belongs together", "Ano ang magkakaugnay"));
    sheet.paragraph(
        SMALL,
        lang.of(
            "A weight says how much likelier two incidents belong together than share this by \
             chance: 10 means ten times, 20 a hundred times, 30 a thousand times (decibans, a \
             logarithm).",
            "Sinasabi ng bigat kung gaano mas malamang na magkaugnay ang dalawang insidente kaysa \
             nagkataon lamang: ang 10 ay sampung beses, ang 20 ay sandaang beses, ang 30 ay \
             sanlibong beses (deciban, isang logaritmo).",
        ),
    );
    for campaign in &case.campaigns {
        sheet.heading(&format!("{}  {}", campaign.id, lang.text(&campaign.title)));
        let ids: Vec<&str> = campaign.incidents.iter().map(|id| id.0.as_str()).collect();
        sheet.paragraph(SMALL, &ids.join(", "));
        sheet.paragraph(TEXT, lang.text(&campaign.summary));
        let mut links: Vec<_> = campaign.links.iter().collect();
        links.sort_by(|a, b| b.weight.total_cmp(&a.weight));
        for link in links.iter().take(LINKS_LIMIT) {
            let (weight, detail) = (lang.of("weight", "bigat"), lang.text(&link.detail));
            let text = format!("{} – {}: {detail} ({weight} {:.0})", link.a, link.b, link.weight);
            sheet.bullet(CELL, &text);
        }
        rest(sheet, links.len().saturating_sub(LINKS_LIMIT), "report.html", lang);
    }
    for factor in &case.common_factors {
        let (common, pro, contra) = match lang {
            Lang::En => {
                ("What several have in common", "For a compromise of the provider", "Against it")
            }
            Lang::Fil => {
                ("Pinagsasaluhan ng ilan", "Pabor sa pagpasok sa mismong provider", "Laban dito")
            }
        };
        sheet.heading(&format!("{common}: {}", factor.provider));
        for reason in &factor.speaks_for {
            sheet.bullet(CELL, &format!("{pro}: {}", lang.text(reason)));
        }
        for reason in &factor.speaks_against {
            sheet.bullet(CELL, &format!("{contra}: {}", lang.text(reason)));
        }
    }
}
