//! The assessment on paper: question, answer, how well founded it is, the explanations, the waterfall
//! and the matrix as drawings, and what would change the answer; then what parties said and what was
//! thought earlier.

use bakas_model::{Assessment, Case, Text};
use pdf_writer::types::StructRole;

use super::{
    super::{Edition, assessment},
    CELL, SMALL, TEXT,
    sheet::Sheet,
};
use crate::{
    drawing::{Lang, Ruler, percent, range},
    text::{cut, minute},
};

/// Assessments with their drawings; of more, question, answer and explanations stand.
const DRAWN_LIMIT: usize = 8;
const ITEMS_LIMIT: usize = 40;
const STATEMENTS_LIMIT: usize = 40;
const HISTORY_LIMIT: usize = 40;
const NEXT_LIMIT: usize = 3;

pub(super) fn write(sheet: &mut Sheet, case: &Case, edition: &Edition<'_>) {
    if case.assessments.is_empty() {
        return;
    }
    let lang = edition.lang;
    sheet.section(lang.of("Who: questions apart", "Sino: mga magkahiwalay na tanong"));
    if let Some(judged) = edition.judged {
        let (en, fil) = judged.sentence(&case.created);
        sheet.paragraph(TEXT.bold(), lang.of(&en, &fil));
    }
    let ruler = Ruler::new();
    for (at, assessment) in case.assessments.iter().enumerate() {
        one(sheet, assessment, (lang, at < DRAWN_LIMIT), &ruler);
    }
    statements(sheet, edition);
    known(sheet, edition);
    history(sheet, edition);
}

fn one(sheet: &mut Sheet, assessment: &Assessment, (lang, drawn): (Lang, bool), ruler: &Ruler) {
    sheet.heading(lang.text(&assessment.question));
    sheet.paragraph(TEXT, lang.text(&assessment.answer));
    sheet.paragraph(TEXT, lang.text(&assessment.confidence_text));
    sheet.figure(&assessment::ladder(assessment, lang, ruler));
    if drawn {
        drawings(sheet, assessment, lang, ruler);
    }
    for finding in &assessment.findings {
        sheet.bullet(CELL, lang.text(finding));
    }
    if drawn {
        evidence(sheet, assessment, lang);
    }
    let told = |sheet: &mut Sheet, label: &str, all: &[Text]| {
        for one in all {
            sheet.bullet(CELL, &format!("{label}: {}", lang.text(one)));
        }
    };
    told(
        sheet,
        lang.of("Would change it", "Magpapabago nito"),
        &assessment::would_change(assessment),
    );
    told(sheet, lang.of("Not examined", "Hindi sinuri"), &assessment.not_examined);
    for next in assessment.next.iter().take(NEXT_LIMIT) {
        let label = lang.of("Ask next", "Susunod na itatanong");
        let text = format!("{label}: {} ({})", lang.text(&next.text), lang.text(&next.whom));
        sheet.bullet(CELL, &text);
    }
}

fn drawings(sheet: &mut Sheet, assessment: &Assessment, lang: Lang, ruler: &Ruler) {
    if let Some(drawing) = assessment::waterfall(assessment, lang, ruler) {
        sheet.keep(drawing.height + 30.0);
        sheet.paragraph(
            SMALL,
            lang.of(
                "What moved the odds of H1 against its nearest rival. Filled: towards H1; hatched: away from it. At the right the factor, and the share of H1 after it. The scale is odds.",
                "Ano ang nagpagalaw sa tsansa ng H1 laban sa pinakamalapit na karibal. Punô: palapit sa H1; guhitan: palayo rito. Nasa kanan ang bilang ng ulit at ang bahagi ng H1 pagkatapos. Tsansa ang sukat.",
            ),
        );
        sheet.figure(&drawing);
    }
    if let Some(drawing) = assessment::matrix(assessment, lang, ruler) {
        sheet.keep(drawing.height + 30.0);
        sheet.paragraph(
            SMALL,
            lang.of(
                "Each item beside each explanation. Filled to the right: it moved the odds towards it; hatched to the left: away. Below, how likely the item was to be seen if the explanation were true; * set by an analyst.",
                "Bawat ebidensiya sa tabi ng bawat paliwanag. Punô pakanan: palapit; guhitan pakaliwa: palayo. Sa ilalim, gaano kalamang makita ang ebidensiya kung totoo ang paliwanag; * itinakda ng analyst.",
            ),
        );
        sheet.figure(&drawing);
    }
}

/// The drawings cut what is long; here it stands whole, with its source and rating.
fn evidence(sheet: &mut Sheet, assessment: &Assessment, lang: Lang) {
    for item in assessment.evidence.iter().take(ITEMS_LIMIT) {
        let caps = assessment.moved.iter().find(|moved| moved.item == item.number);
        let caps = caps.map_or_else(String::new, |moved| assessment::caps(&moved.caps, lang));
        let mut text = format!("E{}. {} [", item.number, lang.text(&item.text));
        if !item.source.is_empty() {
            text += &format!("{}, ", source(&cut(&item.source, 80), lang));
        }
        text += &format!("{}{}", item.reliability, item.credibility);
        if !caps.is_empty() {
            text += &format!("; {caps}");
        }
        sheet.bullet(CELL, &format!("{text}]"));
    }
}

/// The source of an item; those that the case yields by itself have a name in both languages.
fn source(source: &str, lang: Lang) -> &str {
    match source {
        "the agencies' logs" => lang.of(source, "mga log ng mga ahensiya"),
        "address tables" => lang.of(source, "mga talaan ng address"),
        said => said,
    }
}

fn statements(sheet: &mut Sheet, edition: &Edition<'_>) {
    let lang = edition.lang;
    let statements = edition.judged.map_or(&[][..], |judged| &judged.judgements.statements);
    if statements.is_empty() {
        return;
    }
    sheet.heading(lang.of("What the parties said", "Ano ang sinabi ng mga panig"));
    for one in statements.iter().take(STATEMENTS_LIMIT) {
        let (en, fil) = assessment::said(one);
        let head = format!("{} · {}", one.id, lang.of(&en, &fil));
        sheet.keep(30.0);
        sheet.text(
            StructRole::P,
            CELL.bold(),
            0.0,
            &format!("{head} ({}{})", one.reliability, one.credibility),
        );
        sheet.text(StructRole::BlockQuote, TEXT, 14.0, &cut(&one.words, 2_000));
        let translation = lang.text(&one.translation);
        if !translation.is_empty() {
            sheet.text(StructRole::P, SMALL, 14.0, translation);
        }
        sheet.skip(3.0);
    }
}

fn known(sheet: &mut Sheet, edition: &Edition<'_>) {
    let lang = edition.lang;
    let comparisons = edition.judged.map_or(&[][..], |judged| judged.known);
    if comparisons.is_empty() {
        return;
    }
    sheet.heading(
        lang.of(
            "Habits beside profiles of groups",
            "Mga gawi sa tabi ng mga profile ng mga pangkat",
        ),
    );
    for one in comparisons {
        sheet.paragraph(CELL, &format!("{}: {}", one.subject, lang.text(&one.text)));
    }
}

fn history(sheet: &mut Sheet, edition: &Edition<'_>) {
    let lang = edition.lang;
    let Some(judged) = edition.judged.filter(|judged| !judged.history.is_empty()) else { return };
    sheet.heading(lang.of("What was thought earlier", "Ano ang inakala noon"));
    let from = judged.history.len().saturating_sub(HISTORY_LIMIT);
    let mut before = assessment::leaders(judged.sealed);
    for (at, entry) in judged.history.iter().enumerate() {
        let changes = assessment::changes(&mut before, entry);
        if at < from {
            continue;
        }
        let mut text =
            format!("{} UTC, {}: {}. {}", minute(entry.at), entry.by, entry.what, entry.why);
        for (earlier, now) in changes {
            let earlier = earlier.map_or_else(String::new, |earlier| {
                format!("{} {} → ", earlier.hypothesis, percent(earlier.best))
            });
            let share = format!("{} ({})", percent(now.best), range(now.low, now.high));
            let (subject, level) = (&now.subject, now.level.name());
            text += &format!(" {subject}/{level}: {earlier}{} {share};", now.hypothesis);
        }
        sheet.bullet(CELL, text.trim_end_matches(';'));
    }
}
