//! Takes out of a package what may not go, so that a person may send the rest. What was left out
//! is listed by place and reason, never by content; the recipient learns how much was left out.

use std::collections::BTreeMap;

use bakas_model::exchange::{Content, Extract, Package, Words};
use uuid::Uuid;

use super::{
    Cleared, Recipient, Refusal, Rules, clear_under,
    parts::{self, List},
    rules,
};
use crate::native;

/// What may go, and what was left out.
#[derive(Clone, Debug, PartialEq)]
pub struct Redacted {
    /// What may go.
    pub cleared: Cleared,
    /// What was left out, and why. Empty where everything may go: then the package is as given.
    pub left_out: Vec<Refusal>,
}

/// Leaves out what may not go to the recipient.
///
/// Where something is left out, the package gets another id: it is another message.
///
/// # Errors
/// Where the package as a whole may not go, or nothing of it is left.
pub fn redact(
    mut package: Package,
    recipient: Recipient,
    under: &Rules,
) -> Result<Redacted, Vec<Refusal>> {
    let mut left_out = Vec::new();
    let mut dropped: BTreeMap<List, Vec<usize>> = BTreeMap::new();
    let mut against = Vec::new();
    for part in &parts::of(&package, &under.stood) {
        let why = rules::of_part(part, &package, &recipient, under);
        if why.is_empty() {
            continue;
        }
        if part.list == List::Whole {
            against.extend(why);
        } else {
            dropped.entry(part.list).or_default().push(part.at);
            left_out.extend(why);
        }
    }
    if !against.is_empty() {
        return Err(against);
    }
    if !package.unknown.is_empty() && (!dropped.is_empty() || !under.pass_unknown) {
        // Their places may have been within what goes, so all of them go.
        package.unknown.clear();
        let what = "members that this version does not know".into();
        left_out.push(Refusal { place: "package.unknown".into(), what });
    }
    if !left_out.is_empty() {
        take_out(&mut package, &dropped);
        if empty(&package.content) {
            return Err(left_out);
        }
        package.redaction.push(told(&dropped));
        let content = native::canonical(&package);
        let old = Uuid::parse_str(&package.id).unwrap_or(Uuid::NAMESPACE_OID);
        package.id = Uuid::new_v5(&old, &content).to_string();
    }
    let cleared = clear_under(package, recipient, under)?;
    Ok(Redacted { cleared, left_out })
}

/// How much was left out, for the recipient.
fn told(dropped: &BTreeMap<List, Vec<usize>>) -> Words {
    let counts: Vec<String> =
        dropped.iter().map(|(list, at)| format!("{} {}", at.len(), list.name())).collect();
    let text = if counts.is_empty() {
        "left out: members of another version".to_owned()
    } else {
        format!("left out: {}", counts.join(", "))
    };
    Words { language: "en".into(), text }
}

fn take_out(package: &mut Package, dropped: &BTreeMap<List, Vec<usize>>) {
    match &mut package.content {
        Content::Request(request) => keep(&mut request.flows, dropped.get(&List::Flows)),
        Content::Answer(answer) => {
            keep(&mut answer.flows, dropped.get(&List::Flows));
            keep(&mut answer.attribution, dropped.get(&List::Attribution));
        }
        Content::Extract(extract) => take_out_of_extract(extract, dropped),
    }
}

fn take_out_of_extract(extract: &mut Extract, dropped: &BTreeMap<List, Vec<usize>>) {
    keep(&mut extract.campaigns, dropped.get(&List::Campaigns));
    keep(&mut extract.incidents, dropped.get(&List::Incidents));
    keep(&mut extract.observables, dropped.get(&List::Observables));
    keep(&mut extract.opinions, dropped.get(&List::Opinions));
    keep(&mut extract.actions, dropped.get(&List::Actions));
    keep(&mut extract.notes, dropped.get(&List::Notes));
    // Whatever speaks of a thing obeys its label and went with it; only what holds others may be
    // left with names of what went.
    let left: std::collections::BTreeSet<&str> =
        extract.incidents.iter().map(|one| one.id.as_str()).collect();
    for campaign in &mut extract.campaigns {
        campaign.incidents.retain(|id| left.contains(id.as_str()));
    }
}

fn keep<T>(list: &mut Vec<T>, dropped: Option<&Vec<usize>>) {
    let Some(dropped) = dropped else { return };
    let mut dropped = dropped.iter().peekable();
    let mut at = 0;
    list.retain(|_| {
        let goes = dropped.next_if_eq(&&at).is_some();
        at += 1;
        !goes
    });
}

/// Whether nothing is left that could be sent.
fn empty(content: &Content) -> bool {
    match content {
        Content::Request(request) => request.flows.is_empty(),
        Content::Answer(_) => false,
        Content::Extract(extract) => {
            extract.campaigns.is_empty()
                && extract.incidents.is_empty()
                && extract.observables.is_empty()
                && extract.opinions.is_empty()
                && extract.actions.is_empty()
                && extract.notes.is_empty()
        }
    }
}
