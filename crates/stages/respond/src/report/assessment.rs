//! Who: soil, infrastructure and actor, each with its rival hypotheses, the evidence set against
//! them cell by cell, and what would change the answer.

use bakas_model::{Assessment, Hypothesis};
use maud::{Markup, html};

use super::{
    Matter,
    parts::{both, incident_links, pair, table, text, th, value},
};

/// Assessments whose evidence stands open; of more, it is folded.
const OPEN_LIMIT: usize = 3;
const EVIDENCE_LIMIT: usize = 40;

pub(super) fn draw(matter: &Matter<'_>) -> Markup {
    let assessments = &matter.view.case.assessments;
    html! {
        p.note { (both(
            "Three questions that are never mixed: an answer to one is no answer to the next. Likelihoods go as far as this evidence goes; none is zero and none is certain.",
            "Tatlong tanong na hindi pinaghahalo: ang sagot sa isa ay hindi sagot sa kasunod. Hanggang sa abot lamang ng ebidensiyang ito ang mga posibilidad; walang sero at walang lubos na tiyak.",
        )) }
        @if assessments.is_empty() { p { (both("Nothing was assessed.", "Walang tinasa.")) } }
        @for (at, assessment) in assessments.iter().enumerate() {
            (article(assessment, assessments.len() > OPEN_LIMIT, at >= OPEN_LIMIT))
        }
    }
}

/// Question and answer always stand; the explanations fold after the first campaign's, the evidence
/// wherever there are many.
fn article(assessment: &Assessment, folds: bool, wholly: bool) -> Markup {
    html! {
        article.assessment {
            h3 { (text(&assessment.question)) }
            p.prose { b { (text(&assessment.answer)) } }
            @if wholly {
                details {
                    summary { (both("The explanations, the evidence, and what would change the answer", "Ang mga paliwanag, ang ebidensiya, at ano ang magpapabago ng sagot")) }
                    (explanations(assessment)) (grounds(assessment))
                }
            } @else if folds {
                (explanations(assessment))
                details {
                    summary { (both("The evidence, and what would change the answer", "Ang ebidensiya, at ano ang magpapabago ng sagot")) }
                    (grounds(assessment))
                }
            } @else { (explanations(assessment)) (grounds(assessment)) }
        }
    }
}

fn explanations(assessment: &Assessment) -> Markup {
    html! {
        ul.hypotheses { @for (at, hypothesis) in assessment.hypotheses.iter().enumerate() { (likelihood(at + 1, hypothesis)) } }
    }
}

fn grounds(assessment: &Assessment) -> Markup {
    html! {
        (matrix(assessment))
        @if !assessment.would_change.is_empty() {
            h4 { (both("What would change the answer", "Ano ang magpapabago ng sagot")) }
            ul { @for change in &assessment.would_change { li { (text(change)) } } }
        }
    }
}

fn likelihood(number: usize, hypothesis: &Hypothesis) -> Markup {
    let (low, high) = hypothesis.likelihood.percent();
    html! {
        li {
            span.h { "H" (number) }
            span.says { (text(&hypothesis.text)) @if !hypothesis.id.eq_ignore_ascii_case(&format!("h{number}")) { " " small { (value(&hypothesis.id, 40)) } } }
            span.range {
                svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true" {
                    rect.all width="100" height="8" {} rect.is x=(low) width=(high - low) height="8" {}
                }
                span { (pair(hypothesis.likelihood.words())) " " small { (low) "–" (high) " %" } }
            }
        }
    }
}

fn matrix(assessment: &Assessment) -> Markup {
    if assessment.evidence.is_empty() {
        return html! {};
    }
    let head = html! {
        (th("Evidence", "Ebidensiya")) (th("Rating", "Antas"))
        @for at in 1..=assessment.hypotheses.len() { th.c scope="col" { "H" (at) } }
    };
    let body = html! {
        @for item in assessment.evidence.iter().take(EVIDENCE_LIMIT) {
            tr {
                th.wide scope="row" { (item.number) ". " (text(&item.text)) " " (incident_links(&item.incidents)) }
                td title="Admiralty code: reliability of the source, credibility of the content" { (item.reliability) (item.credibility) }
                @for hypothesis in &assessment.hypotheses { (cell(hypothesis, item.number)) }
            }
        }
    };
    html! {
        (table(
            both("Each piece of evidence beside each explanation: + speaks for it, − against it, · says nothing of it", "Bawat ebidensiya sa tabi ng bawat paliwanag: + pabor dito, − laban dito, · walang sinasabi tungkol dito"),
            "Evidence and hypotheses", head, body,
        ))
    }
}

fn cell(hypothesis: &Hypothesis, number: u32) -> Markup {
    if hypothesis.speaks_for.contains(&number) {
        html! { td.c.plus { "+" } }
    } else if hypothesis.speaks_against.contains(&number) {
        html! { td.c.minus { "−" } }
    } else {
        html! { td.c.none { "·" } }
    }
}
