//! What an item or an explanation rests on, number by number, on a terminal.

use bakas_model::{Assessment, Hypothesis, assessment::EvidenceItem};

use super::{Showing, paragraph};
use crate::{
    briefing::{BOLD, Page},
    drawing::{Lang, factor, percent, range},
    report::assessment_words as words,
};

/// What an item or an explanation of that id rests on, wherever it is weighed; none where nothing has
/// that id.
#[must_use]
pub fn explain(assessments: &[&Assessment], id: &str, showing: Showing) -> Option<String> {
    let mut page = Page::new(showing.width, showing.colour);
    let number = number_of(assessments, id);
    for assessment in assessments {
        let named = |item: &&EvidenceItem| item.id == id || number == Some(item.number);
        if let Some(item) = assessment.evidence.iter().find(named) {
            explain_item(&mut page, assessment, item, showing.lang);
        }
        if let Some(hypothesis) = assessment.hypothesis(id) {
            explain_hypothesis(&mut page, assessment, hypothesis, showing.lang);
        }
    }
    (!page.out.is_empty()).then_some(page.out)
}

/// The number of an item, written `E1`, `e1` or `1`, unless something bears that very name. Items are
/// numbered within each question.
fn number_of(assessments: &[&Assessment], id: &str) -> Option<u32> {
    let is_name = assessments.iter().any(|assessment| {
        assessment.hypothesis(id).is_some() || assessment.evidence.iter().any(|item| item.id == id)
    });
    let digits = id.strip_prefix(['E', 'e']).unwrap_or(id);
    let plain = !digits.starts_with('0') && digits.bytes().all(|byte| byte.is_ascii_digit());
    if is_name || !plain { None } else { digits.parse().ok() }
}

fn explain_item(page: &mut Page, assessment: &Assessment, item: &EvidenceItem, lang: Lang) {
    let (at, number, id) = (assessment.id(), item.number, &item.id);
    let head = format!("{at}  E{number} {id}. {}", lang.text(&item.text));
    paragraph(page, 0, &head, Some(BOLD));
    let mut facts = vec![
        item.source.clone(),
        format!("{}{}", item.reliability, item.credibility),
        words::pick(lang, words::kind(item.kind)).to_owned(),
        words::pick(lang, words::cost(item.cost)).to_owned(),
    ];
    if let Some(group) = &item.group {
        facts.push(format!("{} {group}", lang.of("root", "ugat")));
    }
    if item.interested {
        facts.push(lang.of("an interested party", "may interes").to_owned());
    }
    facts.retain(|fact| !fact.is_empty());
    paragraph(page, 2, &facts.join(" · "), None);
    let Some(moved) = assessment.moved.iter().find(|moved| moved.item == item.number) else {
        let text = lang.of(
            "Shown, and not weighed in this question: no cells are set for it.",
            "Ipinakikita, at hindi tinimbang sa tanong na ito: walang itinakdang cell.",
        );
        paragraph(page, 2, text, None);
        page.line("");
        return;
    };
    let text = match lang {
        Lang::En => format!(
            "believed {:.2}, weight within its root {:.2}, left after the caps {:.2}",
            moved.trust, moved.weight, moved.kept
        ),
        Lang::Fil => format!(
            "tiwala {:.2}, timbang sa loob ng ugat {:.2}, natira pagkatapos ng mga hangganan {:.2}",
            moved.trust, moved.weight, moved.kept
        ),
    };
    paragraph(page, 2, &text, None);
    paragraph(page, 2, &words::caps(&moved.caps, lang), None);
    let read = lang.of(
        "how likely it was to be seen, were each explanation true (not how likely the explanation is):",
        "gaano kaposibleng makita ito kung totoo ang bawat paliwanag (hindi kung gaano kaposible ang paliwanag):",
    );
    paragraph(page, 2, read, None);
    for (at, hypothesis) in assessment.hypotheses.iter().enumerate() {
        cell(page, assessment, (at, hypothesis), item.number, lang);
    }
    page.line("");
}

fn cell(
    page: &mut Page,
    assessment: &Assessment,
    (at, hypothesis): (usize, &Hypothesis),
    number: u32,
    lang: Lang,
) {
    let found =
        assessment.matrix.iter().find(|c| c.item == number && c.hypothesis == hypothesis.id);
    let Some(cell) = found else { return };
    let moved = assessment.moved.iter().find(|moved| moved.item == number);
    let moved = moved.and_then(|moved| moved.decibans.get(at)).copied().unwrap_or(0.0);
    let by = cell.by.as_ref().map_or_else(String::new, |by| format!(" [{by}]"));
    let text = format!(
        "{}: {} ({}), {}: {}{by}",
        hypothesis.id,
        percent(cell.best),
        range(cell.low, cell.high),
        factor(moved),
        lang.text(&cell.reason),
    );
    paragraph(page, 4, &text, None);
}

fn explain_hypothesis(
    page: &mut Page,
    assessment: &Assessment,
    hypothesis: &Hypothesis,
    lang: Lang,
) {
    let head = format!("{}  {}", assessment.id(), lang.text(&hypothesis.text));
    paragraph(page, 0, &head, Some(BOLD));
    let text = format!(
        "{}: {} — {}",
        lang.of("before the evidence", "bago ang ebidensiya"),
        percent(hypothesis.prior),
        lang.text(&hypothesis.prior_reason)
    );
    paragraph(page, 2, &text, None);
    let text = format!(
        "{}: {} ({}), {}; {} {}",
        lang.of("after it", "pagkatapos nito"),
        percent(hypothesis.best),
        range(hypothesis.low, hypothesis.high),
        words::pick(lang, words::word(hypothesis)),
        lang.of("had all been equally likely before", "kung pantay ang lahat noong una"),
        percent(hypothesis.even_prior),
    );
    paragraph(page, 2, &text, None);
    let column = assessment.hypotheses.iter().position(|one| one.id == hypothesis.id);
    let mut rows: Vec<(&EvidenceItem, f64)> = assessment
        .moved
        .iter()
        .filter_map(|moved| {
            let decibans = column.and_then(|column| moved.decibans.get(column))?;
            Some((assessment.item(moved.item)?, *decibans))
        })
        .collect();
    rows.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()));
    for (item, decibans) in rows {
        let (factor, number, id) = (factor(decibans), item.number, &item.id);
        let text = format!("{factor:>6}  E{number} {id}  {}", lang.text(&item.text));
        paragraph(page, 4, &text, None);
    }
    page.line("");
}
