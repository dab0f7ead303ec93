//! What is told of a package in words and tags, beside each format's own members: titles, flows and
//! answers in a line, handling, taxonomies' tags. Nothing is read back from here but labels.

use bakas_model::{
    AssessmentLevel as Level,
    exchange::{Content, Flow, FlowAnswer, Handling, Onward, Opinion, Package, Pap, Port, Words},
};
use serde_json::{Value, json};

/// Flows that are told in the words of the whole.
const FLOWS_IN_WORDS: usize = 20;

/// A package's title and its essentials, in words.
pub(crate) fn in_words(package: &Package) -> (String, String) {
    let word = |value: Value| value.as_str().unwrap_or_default().replace('_', " ");
    match &package.content {
        Content::Extract(extract) => {
            let title = name(&extract.title, &format!("Extract {}", extract.reference));
            (title, texts(&extract.title).unwrap_or_default())
        }
        Content::Request(request) => {
            let mut text = format!(
                "{} asks {}: {}. Reply hoped for by {}.\nAuthority: {}\nLegal basis: {}\n\
                 Offence: {}",
                package.from.name,
                package.to.iter().map(|party| party.name.as_str()).collect::<Vec<_>>().join(", "),
                word(json!(request.action)),
                request.reply_by,
                request.authority,
                request.legal_basis,
                request.offence
            );
            for words in &request.facts {
                text.push_str(&format!("\n{}", words.text));
            }
            // What is handled more strictly than the whole does not stand in the whole's words.
            let open = || request.flows.iter().filter(|flow| flow.handling.is_none());
            for flow in open().take(FLOWS_IN_WORDS) {
                text.push_str(&format!("\n{}", flow_in_words(flow)));
            }
            if request.flows.len() > open().take(FLOWS_IN_WORDS).count() {
                text.push_str("\nMore flows stand in the notes.");
            }
            (format!("Trace request {}", one_of(&request.reference, &request.id)), text)
        }
        Content::Answer(answer) => {
            let mut text = format!(
                "{}: {}. It answers version {} of request {}.",
                package.from.name,
                word(json!(answer.status)),
                answer.in_reply_to.version,
                answer.in_reply_to.id
            );
            if let Some(refusal) = &answer.refusal {
                text.push_str(&format!("\nGround of refusal: {}", word(json!(refusal.ground))));
            }
            for words in answer.needs.iter().chain(&answer.notes) {
                text.push_str(&format!("\n{}", words.text));
            }
            (format!("Trace answer {}", one_of(&answer.reference, &answer.id)), text)
        }
    }
}

/// A flow in one line: what an operator must have.
pub(crate) fn flow_in_words(flow: &Flow) -> String {
    let port = match &flow.source_port {
        Port::Known(port) => format!("port {port}"),
        Port::Missing(why) => format!("port not known ({why})"),
    };
    let mut text = format!("{}: {} {port}", flow.id, flow.source);
    if let Some(address) = flow.destination {
        text.push_str(&format!(" to {address}"));
    }
    if let Some(port) = flow.destination_port {
        text.push_str(&format!(" port {port}"));
    }
    text.push_str(&format!(
        " {}, {} to {} UTC, to within {} microseconds, {} times, from {}",
        flow.protocol, flow.start, flow.end, flow.precision_micros, flow.count, flow.log_source
    ));
    text
}

/// What came of a flow, in short. The whole stands in the notes of lines.
pub(crate) fn answer_in_words(one: &FlowAnswer) -> String {
    let word = |value: Value| value.as_str().unwrap_or_default().replace('_', " ");
    let mut text = format!(
        "{}: {}; address given out: {}; disclosure: {}.",
        one.flow,
        word(json!(one.outcome)),
        word(json!(one.allocation)),
        word(json!(one.disclosure)),
    );
    for candidate in &one.candidates {
        text.push_str(&format!("\nCandidate {}", candidate.reference));
        for (name, at) in [("from", candidate.from), ("until", candidate.until)] {
            if let Some(at) = at {
                text.push_str(&format!(", {name} {at}"));
            }
        }
        if let Some(inner) = candidate.inner {
            text.push_str(&format!(", inner address {inner}"));
        }
        if let Some((first, last)) = candidate.ports {
            text.push_str(&format!(", ports {first} to {last}"));
        }
        if let Some(confidence) = candidate.confidence {
            text.push_str(&format!(", confidence {confidence} of 100"));
        }
    }
    if let Some(next) = &one.next_hop {
        text.push_str(&format!("\nAsk next: {} {}", next.name, next.contact));
    }
    for words in &one.notes {
        text.push_str(&format!("\n{}", words.text));
    }
    text
}

/// What a party says, with its grounds.
pub(crate) fn opinion_in_words(one: &Opinion) -> String {
    let (low, high) = one.likelihood.percent();
    let mut text = format!(
        "{}: {} is {} ({low} to {high} %).",
        question(one.level),
        one.hypothesis,
        one.likelihood.words().0
    );
    if let Some(basis) = texts(&one.basis) {
        text.push_str(&format!("\nBasis: {basis}"));
    }
    if !one.alternatives.is_empty() {
        text.push_str(&format!("\nNot ruled out: {}", one.alternatives.join("; ")));
    }
    text
}

/// Which of the questions a hypothesis answers.
pub(crate) const fn question(level: Level) -> &'static str {
    match level {
        Level::Soil => "Where the machines stood",
        Level::Infrastructure => "Who operated the network",
        Level::Actor => "Whose hands",
        Level::Sponsor => "Whether a state directed the hands",
    }
}

/// A class and type of the Reference Security Incident Taxonomy as a machine tag.
pub(crate) fn rsit(kind: &str) -> String {
    match kind.split_once('/') {
        Some((class, kind)) => format!("rsit:{class}=\"{kind}\""),
        None => format!("rsit:{kind}"),
    }
}

/// The Admiralty code as machine tags: of the source and of the information.
pub(crate) fn admiralty(code: &str) -> Vec<String> {
    let mut letters = code.chars();
    let (Some(source), Some(information)) = (letters.next(), letters.next()) else {
        return Vec::new();
    };
    if !('A'..='F').contains(&source) || !('1'..='6').contains(&information) {
        return Vec::new();
    }
    vec![
        format!("admiralty-scale:source-reliability=\"{}\"", source.to_ascii_lowercase()),
        format!("admiralty-scale:information-credibility=\"{information}\""),
    ]
}

fn one_of<'a>(first: &'a str, second: &'a str) -> &'a str {
    if first.is_empty() { second } else { first }
}

/// The first of some words, on one line, or another name where there is none.
pub(crate) fn name(words: &[Words], otherwise: &str) -> String {
    let first = words.first().map(|words| words.text.replace(['\n', '\t'], " "));
    first.filter(|text| !text.trim().is_empty()).unwrap_or_else(|| otherwise.to_owned())
}

/// All words, one after another; `None` where there are none.
pub(crate) fn texts(words: &[Words]) -> Option<String> {
    let texts: Vec<&str> = words.iter().map(|words| words.text.as_str()).collect();
    (!texts.is_empty()).then(|| texts.join("\n"))
}

/// Handling in words.
pub(crate) fn handling_in_words(handling: &Handling) -> String {
    let mut words = format!("{}.", handling.pap);
    words.push_str(match handling.onward {
        Onward::AsLabelled => " Onward sharing: as the label allows.",
        Onward::WithConsent => " Onward sharing: only after the originator agreed.",
        Onward::None => " Onward sharing: none.",
    });
    let lists = [
        ("Permitted use", &handling.permitted_use),
        ("Releasable only to", &handling.releasable_to),
        ("Originators", &handling.originators),
    ];
    for (name, list) in lists {
        if !list.is_empty() {
            words.push_str(&format!(" {name}: {}.", list.join("; ")));
        }
    }
    if handling.personal {
        words.push_str(" Holds personal data of victims.");
    }
    words
}

/// The strictest PAP label that a text names.
pub(crate) fn pap_in(text: &str) -> Option<Pap> {
    let upper = text.to_ascii_uppercase();
    let named = |pap: &Pap| upper.contains(pap.as_str()) || upper.contains(&spaced(*pap));
    Pap::ALL.into_iter().rev().find(named)
}

/// `PAP: RED` and `PAP="RED"`, as taxonomies write it.
fn spaced(pap: Pap) -> String {
    pap.as_str().replace(':', "=\"")
}
