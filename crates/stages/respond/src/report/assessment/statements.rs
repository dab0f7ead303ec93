//! What parties said, in their own words; whose judgements the report shows; and what was thought
//! earlier.

use std::collections::BTreeMap;

use bakas_model::{
    AssessmentLevel, Statement,
    assessment::{HistoryEntry, Numbers},
};
use maud::{Markup, html};

use super::{
    super::{
        Judged, Matter,
        parts::{both, table, th, time, value},
    },
    words,
};
use crate::{
    drawing::{percent, range},
    text::{minute, number, visible},
};

const STATEMENTS_LIMIT: usize = 60;
const HISTORY_LIMIT: usize = 60;
const WORDS_CHARS: usize = 2_000;

/// Whose judgements are shown, of which date.
pub(super) fn edition(matter: &Matter<'_>) -> Markup {
    let Some(judged) = matter.judged else { return html! {} };
    let (en, fil) = judged.sentence(&matter.view.case.created);
    html! { p.banner role="note" { (both(en, fil)) } }
}

impl Judged<'_> {
    /// Which judgements of which date a report shows, and which report is the sealed one.
    pub(in crate::report) fn sentence(&self, sealed: &bakas_model::Timestamp) -> (String, String) {
        let (count, at, sealed) = (self.count(), minute(self.as_of), minute(*sealed));
        let by = self.analysts().join(", ");
        let by = if by.is_empty() { "—".to_owned() } else { by };
        let unrecorded = self.unrecorded;
        let mut en = format!(
            "This section shows the judgements of {at} UTC: {} entries by {by}, beside what the case gives by itself. The sealed report of {sealed} UTC stays as it was made.",
            number(count as u64)
        );
        let mut fil = format!(
            "Ipinakikita ng bahaging ito ang mga pasiya noong {at} UTC: {} tala ni/nina {by}, sa tabi ng ibinibigay mismo ng kaso. Nananatili ang selyadong ulat ng {sealed} UTC.",
            number(count as u64)
        );
        if unrecorded > 0 {
            en += &format!(
                " {unrecorded} of them stand in assessment.toml and not yet in the history."
            );
            fil += &format!(
                " {unrecorded} sa mga ito ang nasa assessment.toml at wala pa sa kasaysayan."
            );
        }
        (en, fil)
    }

    fn count(&self) -> usize {
        let all = self.judgements;
        all.hypotheses.len()
            + all.priors.len()
            + all.items.len()
            + all.statements.len()
            + all.cells.len()
            + all.withdrawn.len()
    }

    fn analysts(&self) -> Vec<String> {
        let all = self.judgements;
        let names = (all.hypotheses.iter().map(|one| &one.by))
            .chain(all.priors.iter().map(|one| &one.by))
            .chain(all.items.iter().map(|one| &one.by))
            .chain(all.statements.iter().map(|one| &one.by))
            .chain(all.cells.iter().map(|one| &one.by))
            .chain(all.withdrawn.iter().map(|one| &one.by));
        let mut names: Vec<String> = names.filter(|name| !name.is_empty()).cloned().collect();
        names.sort();
        names.dedup();
        names
    }
}

/// The statements, newest first, each in its own words.
pub(super) fn draw(matter: &Matter<'_>) -> Markup {
    let Some(judged) = matter.judged else { return html! {} };
    let mut statements: Vec<&Statement> = judged.judgements.statements.iter().collect();
    if statements.is_empty() {
        return html! {};
    }
    statements.sort_by(|a, b| (b.date, &a.id).cmp(&(a.date, &b.id)));
    html! {
        h3 id="statements" { (both("What the parties said", "Ano ang sinabi ng mga panig")) }
        p.note { (both(
            "In their own words. A statement of a party that has an interest in it moves the odds by a quarter at most, whichever way.",
            "Sa sarili nilang salita. Hanggang sangkapat lamang ang naigagalaw sa tsansa ng pahayag ng panig na may interes, saanmang direksiyon.",
        )) }
        ol.statements { @for one in statements.iter().take(STATEMENTS_LIMIT) { (statement(one)) } }
    }
}

fn statement(one: &Statement) -> Markup {
    let tongue = (!one.language.is_empty()
        && one.language.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'))
    .then_some(one.language.as_str());
    let said = words::said(one);
    html! {
        li {
            p {
                b { (both(visible(&said.0), visible(&said.1))) }
                " " small { code { (value(&one.id, 40)) } " " (one.reliability) (one.credibility) @if one.interested { " " (both("interested", "may interes")) } }
            }
            blockquote lang=[tongue] { (value(&one.words, WORDS_CHARS)) }
            @if !one.translation.en.is_empty() || !one.translation.fil.is_empty() {
                p { small { (both("Translation: ", "Salin: ")) } (both(first(&one.translation.en, &one.translation.fil), first(&one.translation.fil, &one.translation.en))) }
            }
            (ties(one))
        }
    }
}

fn first<'t>(one: &'t str, other: &'t str) -> &'t str {
    if one.is_empty() { other } else { one }
}

fn ties(one: &Statement) -> Markup {
    let list = |ids: &[String]| ids.join(", ");
    html! {
        @if let Some(earlier) = &one.supersedes { p { small { (both("Replaces ", "Pumapalit sa ")) code { (value(earlier, 40)) } } } }
        @if !one.borne_out_by.is_empty() { p { small { (both("Borne out by ", "Pinatutunayan ng ")) code { (value(&list(&one.borne_out_by), 200)) } } } }
        @if !one.contradicted_by.is_empty() { p { small { (both("Contradicted by ", "Sinasalungat ng ")) code { (value(&list(&one.contradicted_by), 200)) } } } }
    }
}

/// What was thought on each date, and why it changed.
pub(super) fn history(matter: &Matter<'_>) -> Markup {
    let Some(judged) = matter.judged.filter(|judged| !judged.history.is_empty()) else {
        return html! {};
    };
    let head = html! {
        (th("When, who", "Kailan, sino")) (th("What and why", "Ano at bakit")) (th("First explanation before and after, where it moved", "Unang paliwanag bago at pagkatapos, kung gumalaw"))
    };
    let from = judged.history.len().saturating_sub(HISTORY_LIMIT);
    let mut before = leaders(judged.sealed);
    let body = html! {
        @for (at, entry) in judged.history.iter().enumerate() {
            @let changes = changes(&mut before, entry);
            @if at >= from {
                tr {
                    th scope="row" { (time(entry.at)) br; small { (value(&entry.by, 60)) } }
                    td { (value(&entry.what, 300)) br; small { (value(&entry.why, 400)) } }
                    td { (told(&changes)) }
                }
            }
        }
    };
    html! {
        h3 id="earlier" { (both("What was thought earlier", "Ano ang inakala noon")) }
        (table(both("Each change of a judgement with what came of it", "Bawat pagbabago ng pasiya at ang kinalabasan"), "History", head, body))
    }
}

/// The likeliest explanation of each question.
pub(crate) type Leaders = BTreeMap<(String, AssessmentLevel), Numbers>;

/// The likeliest explanation of each question, of all numbers.
pub(crate) fn leaders(all: &[Numbers]) -> Leaders {
    let mut leaders = Leaders::new();
    for numbers in all {
        let key = (numbers.subject.clone(), numbers.level);
        let is_more = leaders.get(&key).is_none_or(|known| known.best < numbers.best);
        if is_more {
            leaders.insert(key, numbers.clone());
        }
    }
    leaders
}

/// The questions whose first explanation moved by a change: how it was, and how it is.
pub(crate) fn changes(
    before: &mut Leaders,
    entry: &HistoryEntry,
) -> Vec<(Option<Numbers>, Numbers)> {
    let mut told = Vec::new();
    for (key, after) in leaders(&entry.results) {
        let earlier = before.insert(key, after.clone());
        let moved = earlier.as_ref().is_none_or(|earlier| {
            earlier.hypothesis != after.hypothesis || (earlier.best - after.best).abs() >= 0.005
        });
        if moved {
            told.push((earlier, after));
        }
    }
    told
}

fn told(changes: &[(Option<Numbers>, Numbers)]) -> Markup {
    html! {
        @if changes.is_empty() { "—" }
        @for (earlier, after) in changes {
            code { (after.subject) "/" (after.level.name()) } ": "
            @if let Some(earlier) = earlier { (value(&earlier.hypothesis, 40)) " " (percent(earlier.best)) " → " }
            (value(&after.hypothesis, 40)) " " b { (percent(after.best)) } " (" (range(after.low, after.high)) ")" br;
        }
    }
}
