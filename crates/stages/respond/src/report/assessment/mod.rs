//! Who: soil, infrastructure, actor, and whether a state directed the hands; each with its rival
//! explanations, the evidence set against them, how the answer came about and what would change it.

mod evidence;
mod known;
mod ladder;
mod matrix;
mod statements;
mod waterfall;
pub(crate) mod words;

use bakas_model::{Assessment, Hypothesis};
use maud::{Markup, html};

use super::{
    Matter,
    parts::{both, pair, table, tdn, text, th, thn, value},
};
use crate::drawing::{Drawing, Lang, Ruler, percent, range, svg};

pub(crate) use self::statements::{changes, leaders};
pub(super) use self::{
    ladder::draw as ladder,
    matrix::draw as matrix,
    waterfall::draw as waterfall,
    words::{caps, said},
};

/// Assessments whose evidence stands open; of more, it is folded.
const OPEN_LIMIT: usize = 4;
const LEFT_OUT_LIMIT: usize = 20;
const NEXT_LIMIT: usize = 8;

pub(super) fn draw(matter: &Matter<'_>) -> Markup {
    let assessments = &matter.view.case.assessments;
    let ruler = Ruler::new();
    html! {
        p.note { (both(
            "Questions that are never mixed: an answer to one is no answer to the next. Likelihoods go as far as this evidence goes; none is zero and none is certain. How sure we are of the ground they stand on is said apart.",
            "Mga tanong na hindi pinaghahalo: ang sagot sa isa ay hindi sagot sa kasunod. Hanggang sa abot lamang ng ebidensiyang ito ang mga posibilidad; walang sero at walang lubos na tiyak. Hiwalay na sinasabi kung gaano katibay ang kinatatayuan ng mga ito.",
        )) }
        (statements::edition(matter))
        @if assessments.is_empty() { p { (both("Nothing was assessed.", "Walang tinasa.")) } }
        @for (at, assessment) in assessments.iter().enumerate() {
            (article(assessment, (at, assessments.len()), &ruler))
        }
        (statements::draw(matter))
        (known::draw(matter))
        (statements::history(matter))
    }
}

/// Question and answer always stand; the pictures and the evidence fold where there are many.
fn article(assessment: &Assessment, (at, all): (usize, usize), ruler: &Ruler) -> Markup {
    let (folds, wholly) = (all > OPEN_LIMIT, at >= OPEN_LIMIT);
    let id = format!("a{at}");
    html! {
        article.assessment id=(id) {
            h3 { (text(&assessment.question)) }
            p.prose { b { (text(&assessment.answer)) } }
            @if !assessment.confidence_text.en.is_empty() { p.prose { (text(&assessment.confidence_text)) } }
            @if wholly {
                details {
                    summary { (both("The explanations, the evidence, and what would change the answer", "Ang mga paliwanag, ang ebidensiya, at ano ang magpapabago ng sagot")) }
                    (explanations(assessment)) (pictures(assessment, &id, ruler)) (grounds(assessment, &id, ruler))
                }
            } @else {
                (explanations(assessment))
                (pictures(assessment, &id, ruler))
                @if folds {
                    details {
                        summary { (both("The evidence, and what would change the answer", "Ang ebidensiya, at ano ang magpapabago ng sagot")) }
                        (grounds(assessment, &id, ruler))
                    }
                } @else { (grounds(assessment, &id, ruler)) }
            }
        }
    }
}

fn explanations(assessment: &Assessment) -> Markup {
    html! {
        ul.hypotheses { @for (at, hypothesis) in assessment.hypotheses.iter().enumerate() { (likelihood(at + 1, hypothesis)) } }
    }
}

fn likelihood(number: usize, hypothesis: &Hypothesis) -> Markup {
    let at = |share: f64| format!("{:.1}", (share * 100.0).clamp(0.0, 100.0));
    let wide = ((hypothesis.high - hypothesis.low) * 100.0).clamp(0.5, 100.0);
    html! {
        li {
            span.h { "H" (number) }
            span.says {
                (text(&hypothesis.text)) " " small { code { (value(&hypothesis.id, 40)) } }
                @if let Some(by) = &hypothesis.by { " " small { (both("added by ", "idinagdag ni ")) (value(by, 60)) } }
            }
            span.range {
                svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true" {
                    rect.all width="100" height="8" {}
                    rect.is x=(at(hypothesis.low)) width=(format!("{wide:.1}")) y="1.5" height="5" {}
                    rect.best x=(at(hypothesis.best - 0.006)) width="1.2" height="8" {}
                }
                span { b { (pair(words::word(hypothesis))) } " " small {
                    (percent(hypothesis.best)) " (" (range(hypothesis.low, hypothesis.high)) "); "
                    (both(format!("before the evidence {}", percent(hypothesis.prior)), format!("bago ang ebidensiya {}", percent(hypothesis.prior))))
                } }
            }
        }
    }
}

/// A drawing in both languages, with its caption.
fn figure(id: &str, caption: Markup, draw: impl Fn(Lang) -> Option<Drawing>) -> Markup {
    let (Some(en), Some(fil)) = (draw(Lang::En), draw(Lang::Fil)) else { return html! {} };
    html! {
        figure.drawn {
            figcaption { (caption) }
            div.scroll tabindex="0" role="region" aria-label=(en.title) {
                div.en { (svg(&en, &format!("{id}e"))) }
                div.fil lang="fil" { (svg(&fil, &format!("{id}f"))) }
            }
        }
    }
}

fn pictures(assessment: &Assessment, id: &str, ruler: &Ruler) -> Markup {
    html! {
        (figure(&format!("{id}w"), both(
            "What moved the odds of H1 against its nearest rival, item by item. Filled to the right: towards H1; hatched to the left: away from it. At the right the factor, and the share of H1 after it. The scale is odds.",
            "Ano ang nagpagalaw sa tsansa ng H1 laban sa pinakamalapit na karibal, isa-isang ebidensiya. Punô pakanan: palapit sa H1; guhitan pakaliwa: palayo rito. Nasa kanan ang bilang ng ulit at ang bahagi ng H1 pagkatapos. Tsansa ang sukat.",
        ), |lang| waterfall::draw(assessment, lang, ruler)))
    }
}

fn grounds(assessment: &Assessment, id: &str, ruler: &Ruler) -> Markup {
    html! {
        (figure(&format!("{id}m"), both(
            "Each item beside each explanation: filled to the right, it moved the odds towards it; hatched to the left, away; a dot, hardly. Below the bar, how likely the item was to be seen if the explanation were true; * set by an analyst.",
            "Bawat ebidensiya sa tabi ng bawat paliwanag: punô pakanan, palapit; guhitan pakaliwa, palayo; tuldok, halos wala. Sa ilalim ng guhit, kung gaano kalamang makita ang ebidensiya kung totoo ang paliwanag; * itinakda ng analyst.",
        ), |lang| matrix::draw(assessment, lang, ruler)))
        @if !assessment.findings.is_empty() { ul { @for finding in &assessment.findings { li { (text(finding)) } } } }
        (evidence::draw(assessment))
        (left_out(assessment))
        (sentences(("What would change the answer", "Ano ang magpapabago ng sagot"), &would_change(assessment)))
        (sentences(("What was not examined", "Ano ang hindi sinuri"), &assessment.not_examined))
        (next(assessment))
    }
}

/// What is not among the questions to ask next.
pub(super) fn would_change(assessment: &Assessment) -> Vec<bakas_model::Text> {
    let asked = |one: &&bakas_model::Text| assessment.next.iter().any(|next| next.text == **one);
    assessment.would_change.iter().filter(|one| !asked(one)).cloned().collect()
}

fn sentences(heading: (&str, &str), all: &[bakas_model::Text]) -> Markup {
    html! {
        @if !all.is_empty() {
            h4 { (both(heading.0, heading.1)) }
            ul { @for one in all { li { (text(one)) } } }
        }
    }
}

/// The answer without one item, one source, one root.
fn left_out(assessment: &Assessment) -> Markup {
    if assessment.leave_out.is_empty() {
        return html! {};
    }
    let head = html! {
        (th("Without", "Kung wala")) (thn("H1 with it", "H1 kung mayroon")) (thn("H1 without", "H1 kung wala"))
        (th("Word without", "Salita kung wala")) (th("First without", "Una kung wala"))
    };
    let body = html! {
        @for one in assessment.leave_out.iter().take(LEFT_OUT_LIMIT) {
            tr {
                th scope="row" { (pair(words::left_out(one.what))) " " (value(&one.name, 80)) }
                td.n { (percent(one.with)) } td.n { (percent(one.without)) }
                td { (pair(one.likelihood.words())) }
                td { @if one.turns { b { code { (value(&one.first, 40)) } } } @else { (both("the same", "gayon din")) } }
            }
        }
    };
    html! {
        details {
            summary { (both("The answer without one item, one source or one root", "Ang sagot kung wala ang isang ebidensiya, pinagmulan o ugat")) }
            (table(both("Leave-one-out", "Kung wala ang isa"), "Leave-one-out", head, body))
        }
    }
}

fn next(assessment: &Assessment) -> Markup {
    if assessment.next.is_empty() {
        return html! {};
    }
    let head = html! {
        (th("What to ask next", "Ano ang susunod na itatanong")) (th("Whom", "Kanino")) (thn("Cost, 1–10", "Halaga, 1–10")) (thn("Expected, in hundredths of a bit", "Inaasahan, sa sandaang bahagi ng bit"))
    };
    let body = html! {
        @for one in assessment.next.iter().take(NEXT_LIMIT) {
            tr {
                th.wide scope="row" { (text(&one.text)) } td { (text(&one.whom)) }
                td.n { (format!("{:.0}", one.cost)) } (tdn((one.bits * 100.0).clamp(0.0, 1e6) as u64))
            }
        }
    };
    table(
        both(
            "The next best question: what it is expected to tell, for its cost",
            "Ang pinakamabuting susunod na tanong: ang inaasahang masasabi nito sa halaga nito",
        ),
        "Next questions",
        head,
        body,
    )
}
