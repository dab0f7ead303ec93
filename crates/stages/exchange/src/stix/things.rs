//! What each part of a package becomes in STIX's own words.

use bakas_model::{
    Likelihood,
    exchange::{
        Content, Flow, FlowAnswer, Opinion, Package, Party, SharedAction, SharedCampaign,
        SharedIncident, SharedNote, SharedObservable,
    },
};
use serde_json::{Value, json};

use super::{
    SOURCE,
    encode::{Maker, reference},
    id, pattern,
    sco::Sco,
};
use crate::parts::{
    Part,
    words::{admiralty, answer_in_words, in_words, name, opinion_in_words, question, rsit, texts},
};

/// The largest number of times that an observation may be said to have been made.
const NUMBER_OBSERVED_LIMIT: u64 = 999_999_999;

/// A part's name within the package and the type of the object that stands for it.
pub(super) fn named(part: &Part) -> Option<(&str, &'static str)> {
    Some(match part {
        Part::Head(_) => return None,
        Part::Flow(one) => (&one.id, "observed-data"),
        Part::FlowAnswer(one) => (&one.flow, "note"),
        Part::Incident(one) => (&one.id, "incident"),
        Part::Campaign(one) => (&one.id, "campaign"),
        Part::Observable(one) => (&one.id, kind_of(one)),
        Part::Opinion(one) => (&one.id, "opinion"),
        Part::Action(one) => (&one.id, "course-of-action"),
        Part::Note(one) => (&one.id, "note"),
    })
}

fn kind_of(one: &SharedObservable) -> &'static str {
    if Sco::plain(&one.observable).is_some() { "observed-data" } else { "note" }
}

/// Makes the objects of a part.
pub(super) fn make(maker: &mut Maker<'_>, number: usize, part: &Part) {
    let handled = maker.handled(part.handling());
    let whole = maker.whole(number, part);
    let at = At { number, handled, whole };
    match part {
        // It is the root, which comes last because it names all others.
        Part::Head(_) => {}
        Part::Flow(one) => flow(maker, at, one),
        Part::FlowAnswer(one) => flow_answer(maker, at, one),
        Part::Incident(one) => incident(maker, at, one),
        Part::Campaign(one) => campaign(maker, at, one),
        Part::Observable(one) => observable(maker, at, one),
        Part::Opinion(one) => opinion(maker, at, one),
        Part::Action(one) => action(maker, at, one),
        Part::Note(one) => note(maker, at, one),
    }
}

/// Where a part stands.
struct At {
    number: usize,
    handled: usize,
    whole: Value,
}

fn flow(maker: &mut Maker<'_>, at: At, one: &Flow) {
    let mut refs = vec![maker.observable(Sco::traffic(one), at.handled)];
    for address in std::iter::once(one.source).chain(one.destination) {
        let id = maker.observable(Sco::address(address), at.handled);
        if !refs.contains(&id) {
            refs.push(id);
        }
    }
    let id = maker.id("observed-data", at.number);
    let of = json!({
        "first_observed": one.start.min(one.end),
        "last_observed": one.end.max(one.start),
        "number_observed": one.count.clamp(1, NUMBER_OBSERVED_LIMIT),
        "object_refs": refs,
        "external_references": reference(&one.id),
    });
    maker.give(&id, at.handled, at.whole, of);
}

fn flow_answer(maker: &mut Maker<'_>, at: At, one: &FlowAnswer) {
    let id = maker.id("note", at.number);
    let of = json!({
        "abstract": format!("Answer on {}", one.flow),
        "content": answer_in_words(one),
        "object_refs": [maker.root],
        "external_references": reference(&one.flow),
    });
    maker.give(&id, at.handled, at.whole, of);
}

fn incident(maker: &mut Maker<'_>, at: At, one: &SharedIncident) {
    let id = maker.id("incident", at.number);
    let mut text = format!(
        "{} to {}; {} events; {}.",
        one.first,
        one.last,
        one.count,
        if one.entered { "somebody got in" } else { "nobody is known to have got in" },
    );
    if let Some(agency) = &one.agency {
        text = format!("{agency}: {text}");
    }
    let of = json!({
        "name": name(&one.title, &one.id),
        "description": texts(&one.title).map(|title| format!("{title}\n{text}")).unwrap_or(text),
        "labels": [rsit(one.kind.rsit())],
        "external_references": reference(&one.id),
    });
    maker.give(&id, at.handled, at.whole, of);
    for technique in &one.techniques {
        let target = maker.technique(technique);
        maker.relate(at.handled, &id, "related-to", &target);
    }
}

fn campaign(maker: &mut Maker<'_>, at: At, one: &SharedCampaign) {
    let id = maker.id("campaign", at.number);
    let of = json!({
        "name": name(&one.title, &one.id),
        "description": texts(&[one.title.as_slice(), one.because.as_slice()].concat()),
        "first_seen": one.first.min(one.last),
        "last_seen": one.last.max(one.first),
        "external_references": reference(&one.id),
    });
    maker.give(&id, at.handled, at.whole, of);
    related(maker, at.handled, &id, &one.incidents);
}

/// Relates an object to the incidents that it names.
fn related(maker: &mut Maker<'_>, handled: usize, id: &str, incidents: &[String]) {
    for incident in incidents {
        if let Some(target) = maker.names.get(incident).cloned() {
            maker.relate(handled, id, "related-to", &target);
        }
    }
}

fn observable(maker: &mut Maker<'_>, at: At, one: &SharedObservable) {
    let (first, last) = (one.first.min(one.last), one.last.max(one.first));
    let Some(sco) = Sco::plain(&one.observable) else {
        let id = maker.id("note", at.number);
        let kind = json!(one.observable.kind);
        let of = json!({
            "content": format!("{}: {}", kind.as_str().unwrap_or_default(), one.observable.value),
            "object_refs": [maker.root],
            "external_references": reference(&one.id),
        });
        maker.give(&id, at.handled, at.whole, of);
        related(maker, at.handled, &id, &one.incidents);
        if one.indicator {
            indicator(maker, at.number, at.handled, one, &id);
        }
        return;
    };
    let target = maker.observable(sco, at.handled);
    let id = maker.id("observed-data", at.number);
    let of = json!({
        "first_observed": first,
        "last_observed": last,
        "number_observed": one.count.clamp(1, NUMBER_OBSERVED_LIMIT),
        "object_refs": [target],
        "confidence": one.confidence.map(|confidence| confidence.min(100)),
        "labels": one.admiralty.as_deref().map(admiralty).filter(|tags| !tags.is_empty()),
        "external_references": reference(&one.id),
    });
    maker.give(&id, at.handled, at.whole, of);
    related(maker, at.handled, &id, &one.incidents);
    if one.indicator {
        indicator(maker, at.number, at.handled, one, &id);
    }
}

/// What may be watched for, on what it is based, and that it was seen.
fn indicator(
    maker: &mut Maker<'_>,
    number: usize,
    handled: usize,
    one: &SharedObservable,
    based_on: &str,
) {
    let Some(pattern) = pattern::write(&one.observable) else { return };
    let (first, last) = (one.first.min(one.last), one.last.max(one.first));
    let id = maker.id("indicator", number);
    let of = json!({
        "name": one.observable.value,
        "indicator_types": ["unknown"],
        "pattern": pattern,
        "pattern_type": "stix",
        "valid_from": first,
        "confidence": one.confidence.map(|confidence| confidence.min(100)),
        "external_references": reference(&one.id),
    });
    let extension = maker.repeats();
    maker.give(&id, handled, extension, of);
    // A value that is no observable of STIX stands in a note, on which nothing can be based.
    let observed = based_on.starts_with("observed-data--");
    maker.relate(handled, &id, if observed { "based-on" } else { "related-to" }, based_on);
    let sighting = maker.id("sighting", number);
    let of = json!({
        "sighting_of_ref": id,
        "first_seen": first,
        "last_seen": last,
        "count": one.count.min(NUMBER_OBSERVED_LIMIT),
        "observed_data_refs": observed.then_some([based_on]),
        "where_sighted_refs": [maker.from],
    });
    let extension = maker.repeats();
    maker.give(&sighting, handled, extension, of);
}

fn opinion(maker: &mut Maker<'_>, at: At, one: &Opinion) {
    let subject = one.subject.as_ref().and_then(|name| maker.names.get(name)).cloned();
    let subject = subject.unwrap_or_else(|| maker.root.clone());
    let claim = id::ours("note", &[&maker.package.id, "claim", &at.number.to_string()]);
    let question = question(one.level);
    let of = json!({
        "abstract": format!("{question}: a hypothesis"),
        "content": format!("{question}: {}", one.hypothesis),
        "object_refs": [subject],
    });
    let extension = maker.repeats();
    maker.give(&claim, at.handled, extension, of);
    let id = maker.id("opinion", at.number);
    let of = json!({
        "opinion": agreement(one.likelihood),
        "explanation": opinion_in_words(one),
        "confidence": one.confidence.map(|confidence| confidence.min(100)),
        "object_refs": [claim],
        "external_references": reference(&one.id),
    });
    maker.give(&id, at.handled, at.whole, of);
}

/// How much somebody who holds this likelihood agrees with the hypothesis.
const fn agreement(likelihood: Likelihood) -> &'static str {
    match likelihood {
        Likelihood::AlmostNoChance | Likelihood::VeryUnlikely => "strongly-disagree",
        Likelihood::Unlikely => "disagree",
        Likelihood::RoughlyEvenChance => "neutral",
        Likelihood::Likely => "agree",
        Likelihood::VeryLikely | Likelihood::AlmostCertain => "strongly-agree",
    }
}

fn action(maker: &mut Maker<'_>, at: At, one: &SharedAction) {
    let id = maker.id("course-of-action", at.number);
    let of = json!({
        "name": name(&one.text, &one.id),
        "description": texts(&one.text),
        "external_references": reference(&one.id),
    });
    maker.give(&id, at.handled, at.whole, of);
    related(maker, at.handled, &id, &one.incidents);
}

fn note(maker: &mut Maker<'_>, at: At, one: &SharedNote) {
    let id = maker.id("note", at.number);
    let mut about: Vec<String> =
        one.about.iter().filter_map(|name| maker.names.get(name).cloned()).collect();
    about.retain(|target| *target != id);
    if about.is_empty() {
        about.push(maker.root.clone());
    }
    let of = json!({
        "content": texts(&one.text).filter(|text| !text.is_empty()).unwrap_or_else(|| "-".into()),
        "object_refs": about,
        "external_references": reference(&one.id),
    });
    maker.give(&id, at.handled, at.whole, of);
}

/// A party as an identity: its id and its members.
pub(super) fn party(party: &Party) -> (String, Value) {
    let contact = &party.contact;
    let mut ways = Vec::new();
    for (name, value) in
        [("mail", &contact.email), ("phone", &contact.phone), ("key", &contact.key_fingerprint)]
    {
        if !value.is_empty() {
            ways.push(format!("{name}: {value}"));
        }
    }
    if contact.at_every_hour {
        ways.push("at every hour".to_owned());
    }
    let of = json!({
        "name": if party.name.is_empty() { &party.id } else { &party.name },
        "identity_class": "organization",
        "roles": [party.kind],
        "contact_information": (!ways.is_empty()).then(|| ways.join("; ")),
        "external_references": reference(&party.id),
    });
    (id::ours("identity", &["party", &party.id]), of)
}

/// The members of the report or grouping, but for what it names.
pub(super) fn root(package: &Package) -> Value {
    let labels = [package.handling.pap.as_str().to_owned()];
    let (title, text) = in_words(package);
    match &package.content {
        Content::Extract(_) => json!({
            "name": title,
            "description": text,
            "report_types": ["observed-data"],
            "published": package.created,
            "labels": labels,
            "external_references": reference(&package.id),
        }),
        Content::Request(request) => json!({
            "name": title,
            "description": text,
            "context": "suspicious-activity",
            "labels": labels,
            "external_references": [
                { "source_name": SOURCE, "external_id": package.id },
                { "source_name": "bakas-request", "external_id": request.id },
            ],
        }),
        Content::Answer(answer) => json!({
            "name": title,
            "description": text,
            "context": "suspicious-activity",
            "labels": labels,
            "external_references": [
                { "source_name": SOURCE, "external_id": package.id },
                {
                    "source_name": "bakas-request",
                    "external_id": answer.in_reply_to.id,
                    "description": format!(
                        "the request that is answered, version {}, SHA-256 {}",
                        answer.in_reply_to.version, answer.in_reply_to.sha256
                    ),
                },
            ],
        }),
    }
}
