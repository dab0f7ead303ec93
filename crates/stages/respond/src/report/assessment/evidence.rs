//! The table of the evidence: what each item says, where it comes from, how it is rated, what held
//! it back, and the reasons for each of its cells.

use bakas_model::{
    Assessment, EvidenceItem,
    assessment::{Basis, Cell, Moved},
};
use maud::{Markup, html};

use super::{
    super::parts::{both, incident_links, pair, table, text, th, thn, time, value},
    words,
};
use crate::drawing::{factor, percent, range};

const EVIDENCE_LIMIT: usize = 60;
const BASIS_LIMIT: usize = 6;

pub(super) fn draw(assessment: &Assessment) -> Markup {
    if assessment.evidence.is_empty() {
        return html! {};
    }
    let head = html! {
        (th("Evidence", "Ebidensiya")) (th("From", "Mula sa")) (th("Rating", "Antas")) (thn("Trust × weight × kept", "Tiwala × timbang × natira"))
    };
    let body = html! {
        @for item in assessment.evidence.iter().take(EVIDENCE_LIMIT) { (row(assessment, item)) }
    };
    html! {
        details {
            summary { (both("The table of the evidence, with every number and its reason", "Ang talahanayan ng ebidensiya, kasama ang bawat bilang at dahilan nito")) }
            (table(
                both("Rating: reliability of the source A–F, credibility of the content 1–6 (Admiralty code)", "Antas: pagkamaaasahan ng pinagmulan A–F, pagkakapani-paniwala ng nilalaman 1–6 (Admiralty code)"),
                "Evidence", head, body,
            ))
        }
    }
}

fn row(assessment: &Assessment, item: &EvidenceItem) -> Markup {
    let moved = assessment.moved.iter().find(|moved| moved.item == item.number);
    html! {
        tr {
            th.wide scope="row" {
                "E" (item.number) ". " (text(&item.text)) " " small { code { (value(&item.id, 40)) } } " "
                (incident_links(&item.incidents)) (reasons(assessment, item))
            }
            td {
                (value(&item.source, 80)) br;
                small {
                    (pair(words::kind(item.kind))) ", " (pair(words::cost(item.cost)))
                    @if item.interested { ", " (both("an interested party", "may interes")) }
                    @if let Some(group) = &item.group { ", " (both("root ", "ugat ")) (value(group, 40)) }
                    @if let Some(observed) = item.observed { ", " (time(observed)) }
                    @for basis in item.basis.iter().take(BASIS_LIMIT) { br; (rests_on(basis)) }
                }
            }
            td { (item.reliability) (item.credibility) }
            td.n { (weight(moved)) }
        }
    }
}

fn weight(moved: Option<&Moved>) -> Markup {
    let Some(moved) = moved else {
        return both("not weighed here", "hindi tinimbang dito");
    };
    html! {
        (format!("{:.2} × {:.2} × {:.2}", moved.trust, moved.weight, moved.kept))
        @for cap in &moved.caps { br; small { (pair(words::cap(*cap))) } }
    }
}

/// The numbers of an item and why they are so.
fn reasons(assessment: &Assessment, item: &EvidenceItem) -> Markup {
    let cells: Vec<&Cell> =
        assessment.matrix.iter().filter(|cell| cell.item == item.number).collect();
    if cells.is_empty() {
        return html! {};
    }
    let moved = assessment.moved.iter().find(|moved| moved.item == item.number);
    html! {
        details.cells {
            summary { (both("How likely it was to be seen", "Gaano kalamang na makita ito")) }
            ul {
                @for (at, hypothesis) in assessment.hypotheses.iter().enumerate() {
                    @if let Some(cell) = cells.iter().find(|cell| cell.hypothesis == hypothesis.id) {
                        li {
                            b { "H" (at + 1) } " " (percent(cell.best)) " (" (range(cell.low, cell.high)) ")"
                            @if let Some(decibans) = moved.and_then(|moved| moved.decibans.get(at)) { ", " (both(format!("moved {}", factor(*decibans)), format!("gumalaw {}", factor(*decibans)))) }
                            ": " (text(&cell.reason))
                            @if let Some(by) = &cell.by { " " i { (both("set by ", "itinakda ni ")) (value(by, 60)) } }
                        }
                    }
                }
            }
        }
    }
}

fn rests_on(basis: &Basis) -> Markup {
    match basis {
        Basis::Record { file, offset, length } => {
            html! { code { (value(file, 80)) " @" (offset) "+" (length) } }
        }
        Basis::Trace { address, at } => {
            html! { (both("trace of ", "trace ng ")) code { (address) } " " (time(*at)) }
        }
        Basis::DataSet { name } => {
            html! { (both("data set ", "data set na ")) code { (value(name, 60)) } }
        }
        Basis::Incident { id } => html! { a.ref href={ "#" (id) } { (id) } },
        Basis::Statement { id } => {
            html! { (both("statement ", "pahayag ")) code { (value(id, 40)) } }
        }
        Basis::Request { id } => {
            html! { (both("request ", "kahilingan ")) code { (value(id, 40)) } }
        }
        Basis::Document { name, .. } => {
            html! { (both("document ", "dokumento ")) (value(name, 80)) }
        }
    }
}
