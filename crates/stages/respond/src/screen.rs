//! The assessment on a terminal: each question with its rivals, what an item or an explanation rests
//! on number by number, what to ask next, and what was thought earlier. Nothing from a case reaches
//! the terminal unescaped.

mod explain;

use bakas_model::{
    Assessment, Hypothesis,
    assessment::{HistoryEntry, Numbers, ProfileComparison},
};

use crate::{
    briefing::{BOLD, DIM, Page, wrap},
    drawing::{Lang, factor, percent, range},
    report::{assessment_words as words, changes, leaders},
    text::{minute, visible},
};

pub use self::explain::explain;

/// Columns of the bar of a range.
const BAR_COLUMNS: usize = 24;
/// Items that are named as having moved most.
const MOVED_SHOWN: usize = 4;
/// Items that are listed with their names.
const ITEMS_SHOWN: usize = 40;
/// Changes that are shown, the last ones.
const HISTORY_LIMIT: usize = 200;

/// How it is shown.
#[derive(Clone, Copy, Debug)]
pub struct Showing {
    /// Which language.
    pub lang: Lang,
    /// How wide.
    pub width: usize,
    /// Whether in colour.
    pub colour: bool,
}

/// Every question with its answer and rivals.
#[must_use]
pub fn show(assessments: &[&Assessment], showing: Showing) -> String {
    let mut page = Page::new(showing.width, showing.colour);
    if assessments.is_empty() {
        page.line(showing.lang.of("Nothing was assessed.", "Walang tinasa."));
    }
    for assessment in assessments {
        question(&mut page, assessment, showing.lang);
    }
    page.out
}

fn question(page: &mut Page, assessment: &Assessment, lang: Lang) {
    let head = format!("{}  {}", assessment.id(), lang.text(&assessment.question));
    paragraph(page, 0, &head, Some(BOLD));
    paragraph(page, 2, lang.text(&assessment.answer), None);
    paragraph(page, 2, lang.text(&assessment.confidence_text), None);
    for (at, hypothesis) in assessment.hypotheses.iter().enumerate() {
        rival(page, at + 1, hypothesis, lang);
    }
    let items: Vec<String> = assessment
        .evidence
        .iter()
        .take(ITEMS_SHOWN)
        .map(|item| {
            format!("E{} {} {}{}", item.number, item.id, item.reliability, item.credibility)
        })
        .collect();
    if !items.is_empty() {
        let more = assessment.evidence.len() - items.len();
        let more = if more > 0 { format!(" (+{more})") } else { String::new() };
        let label = lang.of("Evidence", "Ebidensiya");
        paragraph(page, 2, &format!("{label}: {}{more}", items.join(", ")), Some(DIM));
    }
    let moved = most(assessment);
    if !moved.is_empty() {
        let label = lang.of("Moved H1 most", "Pinakanagpagalaw sa H1");
        paragraph(page, 2, &format!("{label}: {}", moved.join(", ")), Some(DIM));
    }
    if let Some(turning) = &assessment.turning {
        let names: Vec<String> = turning
            .items
            .iter()
            .filter_map(|number| assessment.item(*number))
            .map(|item| format!("E{} {}", item.number, item.id))
            .collect();
        let text = match lang {
            Lang::En => format!(
                "Without {} the first explanation, or level with it, would be {} ({})",
                names.join(", "),
                turning.to,
                percent(turning.share)
            ),
            Lang::Fil => format!(
                "Kung wala ang {}, ang unang paliwanag, o kapantay nito, ay {} ({})",
                names.join(", "),
                turning.to,
                percent(turning.share)
            ),
        };
        paragraph(page, 2, &text, Some(DIM));
    }
    page.line("");
}

fn rival(page: &mut Page, number: usize, hypothesis: &Hypothesis, lang: Lang) {
    let word = words::pick(lang, words::word(hypothesis));
    let line = format!(
        "  H{number}  {} {:>5} → {:>5} ({}) {}  {}",
        bar(hypothesis),
        percent(hypothesis.prior),
        percent(hypothesis.best),
        range(hypothesis.low, hypothesis.high),
        word,
        visible(&hypothesis.id)
    );
    page.line(&line);
    paragraph(page, 6, lang.text(&hypothesis.text), Some(DIM));
}

/// `[    ---|--      ]`: the range and the best within it, on 0 to 100 %.
fn bar(hypothesis: &Hypothesis) -> String {
    let at = |share: f64| {
        let last = BAR_COLUMNS - 1;
        ((share.clamp(0.0, 1.0) * last as f64).round() as usize).min(last)
    };
    let (low, best, high) = (at(hypothesis.low), at(hypothesis.best), at(hypothesis.high));
    let column = |column: usize| match column {
        column if column == best => '|',
        column if (low..=high).contains(&column) => '-',
        _ => ' ',
    };
    format!("[{}]", (0..BAR_COLUMNS).map(column).collect::<String>())
}

/// The items that moved the first explanation most, with their factors.
fn most(assessment: &Assessment) -> Vec<String> {
    let mut steps: Vec<_> = assessment.waterfall.iter().collect();
    steps.sort_by(|a, b| b.decibans.abs().total_cmp(&a.decibans.abs()));
    let told = |step: &&bakas_model::assessment::Step| {
        if factor(step.decibans) == "×1" {
            return None;
        }
        let item = assessment.item(step.item)?;
        Some(format!("E{} {} {}", item.number, item.id, factor(step.decibans)))
    };
    steps.iter().take(MOVED_SHOWN).filter_map(told).collect()
}

/// What to ask next, the most telling for its cost first.
#[must_use]
pub fn next(assessments: &[&Assessment], showing: Showing) -> String {
    let (mut page, lang) = (Page::new(showing.width, showing.colour), showing.lang);
    for assessment in assessments.iter().filter(|one| !one.next.is_empty()) {
        let head = format!("{}  {}", assessment.id(), lang.text(&assessment.question));
        paragraph(&mut page, 0, &head, Some(BOLD));
        for (at, one) in assessment.next.iter().enumerate() {
            let text = format!("{}. {}", at + 1, lang.text(&one.text));
            paragraph(&mut page, 2, &text, None);
            let text = match lang {
                Lang::En => format!(
                    "ask {}; {:.3} bits expected, answered {} of the time, believed {:.2} ({}), cost {:.0} of 10",
                    lang.text(&one.whom),
                    one.bits,
                    percent(one.answered),
                    one.trust,
                    one.grade,
                    one.cost
                ),
                Lang::Fil => format!(
                    "itanong sa {}; {:.3} bit ang inaasahan, sinasagot {} ng pagkakataon, tiwala {:.2} ({}), halaga {:.0} sa 10",
                    lang.text(&one.whom),
                    one.bits,
                    percent(one.answered),
                    one.trust,
                    one.grade,
                    one.cost
                ),
            };
            paragraph(&mut page, 5, &text, Some(DIM));
        }
        page.line("");
    }
    if page.out.is_empty() {
        page.line(lang.of("Nothing is left to ask.", "Wala nang itatanong."));
    }
    page.out
}

/// What was changed, by whom, why, and what moved by it; `before` are the numbers before the first.
#[must_use]
pub fn history(entries: &[HistoryEntry], before: &[Numbers], showing: Showing) -> String {
    let (mut page, lang) = (Page::new(showing.width, showing.colour), showing.lang);
    if entries.is_empty() {
        page.line(lang.of("No judgement was recorded yet.", "Wala pang naitalang pasiya."));
    }
    let from = entries.len().saturating_sub(HISTORY_LIMIT);
    let mut before = leaders(before);
    for (at, entry) in entries.iter().enumerate() {
        let moved = changes(&mut before, entry);
        if at < from {
            continue;
        }
        let head = format!("{} UTC  {}  {}", minute(entry.at), entry.by, entry.what);
        paragraph(&mut page, 0, &head, Some(BOLD));
        paragraph(&mut page, 2, &entry.why, None);
        if moved.is_empty() {
            let text = lang.of("no first explanation moved", "walang gumalaw na unang paliwanag");
            paragraph(&mut page, 4, text, Some(DIM));
        }
        for (earlier, now) in moved {
            let earlier = earlier.map_or_else(String::new, |earlier| {
                format!("{} {} → ", earlier.hypothesis, percent(earlier.best))
            });
            let text = format!(
                "{}/{}: {earlier}{} {} ({})",
                now.subject,
                now.level.name(),
                now.hypothesis,
                percent(now.best),
                range(now.low, now.high)
            );
            paragraph(&mut page, 4, &text, Some(DIM));
        }
    }
    page.out
}

/// Habits beside profiles, each similarity with its base rate.
#[must_use]
pub fn known(comparisons: &[ProfileComparison], showing: Showing) -> String {
    let (mut page, lang) = (Page::new(showing.width, showing.colour), showing.lang);
    for one in comparisons {
        let head = format!(
            "{}  {}",
            one.subject,
            lang.of(
                "Habits beside profiles of groups",
                "Mga gawi sa tabi ng mga profile ng mga pangkat"
            )
        );
        paragraph(&mut page, 0, &head, Some(BOLD));
        paragraph(&mut page, 2, lang.text(&one.text), None);
        for profile in &one.similar {
            let shared: Vec<String> = profile
                .shared
                .iter()
                .map(|shared| {
                    format!("{} {}/{}", shared.habit.value, shared.listed_by, one.profiles)
                })
                .collect();
            let at_least = match lang {
                Lang::En => format!(
                    "{} of {} at least as similar",
                    profile.at_least_as_similar, one.profiles
                ),
                Lang::Fil => format!(
                    "{} sa {} ang kasintulad o higit pa",
                    profile.at_least_as_similar, one.profiles
                ),
            };
            let text = format!(
                "{:.2}  {at_least}  {}: {}",
                profile.similarity,
                profile.name,
                shared.join(", ")
            );
            paragraph(&mut page, 4, &text, Some(DIM));
        }
        page.line("");
    }
    page.out
}

fn paragraph(page: &mut Page, indent: usize, text: &str, paint: Option<&str>) {
    if text.is_empty() {
        return;
    }
    let room = page.width.saturating_sub(indent).max(20);
    for line in wrap(&visible(text), room) {
        let line = paint.map_or_else(|| line.clone(), |paint| page.paint(paint, &line));
        page.line(&format!("{:indent$}{line}", ""));
    }
}
