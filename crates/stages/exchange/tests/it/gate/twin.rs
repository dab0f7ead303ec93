//! The rules of the gate once more, plain and slow: every label that a thing stands under is
//! looked at by itself, and nothing is merged.

use bakas_exchange::{Recipient, Rules};
use bakas_model::exchange::*;

/// One thing of a package.
pub(super) struct Part<'a> {
    pub(super) handling: &'a mut Option<Handling>,
    /// Writes a mark into its words.
    pub(super) plant: Box<dyn FnMut(&str) + 'a>,
}

fn mark_words(list: &mut Vec<Words>, mark: &str) {
    list.push(Words { language: "en".into(), text: format!("word {mark}") });
}

/// Does something with every thing, in a fixed order.
pub(super) fn each(package: &mut Package, act: &mut dyn FnMut(Part<'_>)) {
    match &mut package.content {
        Content::Request(request) => {
            for Flow { handling, log_source, precision_reason, protocol, id, .. } in
                &mut request.flows
            {
                let plant = Box::new(move |mark: &str| {
                    for text in [&mut *log_source, precision_reason, protocol, id] {
                        text.push_str(mark);
                    }
                });
                act(Part { handling, plant });
            }
        }
        Content::Answer(answer) => {
            for FlowAnswer { handling, notes, candidates, next_hop, .. } in &mut answer.flows {
                let plant = Box::new(move |mark: &str| {
                    mark_words(notes, mark);
                    for candidate in candidates.iter_mut() {
                        candidate.reference.push_str(mark);
                        candidate.disclosed.push((mark.into(), mark.into()));
                    }
                    *next_hop = Some(NextHop { name: mark.into(), ..NextHop::default() });
                });
                act(Part { handling, plant });
            }
            answer.attribution.iter_mut().for_each(|one| act(opinion(one)));
        }
        Content::Extract(extract) => each_of_extract(extract, act),
    }
}

fn opinion(one: &mut Opinion) -> Part<'_> {
    let Opinion { handling, hypothesis, basis, alternatives, .. } = one;
    let plant = Box::new(move |mark: &str| {
        hypothesis.push_str(mark);
        mark_words(basis, mark);
        alternatives.push(mark.into());
    });
    Part { handling, plant }
}

fn each_of_extract(extract: &mut Extract, act: &mut dyn FnMut(Part<'_>)) {
    for SharedCampaign { handling, title, because, .. } in &mut extract.campaigns {
        let plant = Box::new(move |mark: &str| {
            mark_words(title, mark);
            mark_words(because, mark);
        });
        act(Part { handling, plant });
    }
    for SharedIncident { handling, title, agency, techniques, .. } in &mut extract.incidents {
        let plant = Box::new(move |mark: &str| {
            mark_words(title, mark);
            *agency = Some(mark.into());
            techniques.push(mark.into());
        });
        act(Part { handling, plant });
    }
    for SharedObservable { handling, observable, .. } in &mut extract.observables {
        let plant = Box::new(move |mark: &str| observable.value.push_str(mark));
        act(Part { handling, plant });
    }
    extract.opinions.iter_mut().for_each(|one| act(opinion(one)));
    for SharedAction { handling, text, .. } in &mut extract.actions {
        act(Part { handling, plant: Box::new(move |mark: &str| mark_words(text, mark)) });
    }
    for SharedNote { handling, text, .. } in &mut extract.notes {
        act(Part { handling, plant: Box::new(move |mark: &str| mark_words(text, mark)) });
    }
}

pub(super) fn count(package: &mut Package) -> usize {
    let mut count = 0;
    each(package, &mut |_| count += 1);
    count
}

/// Ids, own labels and the ids spoken of, in the order of [`each`].
fn bare(package: &Package) -> Vec<(String, Option<Handling>, Vec<String>)> {
    let opinions = |list: &[Opinion]| {
        let one = |o: &Opinion| {
            (o.id.clone(), o.handling.clone(), o.subject.clone().into_iter().collect())
        };
        list.iter().map(one).collect::<Vec<_>>()
    };
    match &package.content {
        Content::Request(request) => {
            request.flows.iter().map(|f| (f.id.clone(), f.handling.clone(), Vec::new())).collect()
        }
        Content::Answer(answer) => {
            let flows = answer.flows.iter();
            let flows = flows.map(|f| (f.flow.clone(), f.handling.clone(), Vec::new()));
            flows.chain(opinions(&answer.attribution)).collect()
        }
        Content::Extract(it) => {
            let mut all: Vec<(String, Option<Handling>, Vec<String>)> = Vec::new();
            for one in &it.campaigns {
                all.push((one.id.clone(), one.handling.clone(), Vec::new()));
            }
            for one in &it.incidents {
                let holders = it.campaigns.iter().filter(|c| c.incidents.contains(&one.id));
                let holders = holders.map(|c| c.id.clone()).collect();
                all.push((one.id.clone(), one.handling.clone(), holders));
            }
            for one in &it.observables {
                all.push((one.id.clone(), one.handling.clone(), one.incidents.clone()));
            }
            all.extend(opinions(&it.opinions));
            for one in &it.actions {
                all.push((one.id.clone(), one.handling.clone(), one.incidents.clone()));
            }
            for one in &it.notes {
                all.push((one.id.clone(), one.handling.clone(), one.about.clone()));
            }
            all
        }
    }
}

/// Every label above a thing, itself included.
fn labels(
    id_at: usize,
    all: &[(String, Option<Handling>, Vec<String>)],
    package: &Package,
) -> Vec<Handling> {
    let mut seen = vec![id_at];
    let mut next = vec![id_at];
    while let Some(at) = next.pop() {
        for above in &all[at].2 {
            for (other, one) in all.iter().enumerate() {
                if one.0 == *above && !seen.contains(&other) {
                    seen.push(other);
                    next.push(other);
                }
            }
        }
    }
    let mut labels: Vec<Handling> = seen.into_iter().filter_map(|at| all[at].1.clone()).collect();
    labels.push(package.handling.clone());
    labels
}

/// Whether each thing may go, in the order of [`each`].
pub(super) fn verdicts(package: &Package, to: &Recipient, rules: &Rules) -> Vec<bool> {
    let all = bare(package);
    (0..all.len()).map(|at| may(&labels(at, &all, package), true, package, to, rules)).collect()
}

/// Whether the package as a whole may go, things within apart.
pub(super) fn whole(package: &Package, to: &Recipient, rules: &Rules) -> bool {
    let public = to.party.id == "(public)";
    let addressed = package.to.iter().any(|one| one.id == to.party.id);
    let right = if public { package.to.is_empty() } else { addressed };
    right && may(std::slice::from_ref(&package.handling), true, package, to, rules)
}

fn may(labels: &[Handling], flow: bool, package: &Package, to: &Recipient, rules: &Rules) -> bool {
    let id = &to.party.id;
    let public = id == "(public)";
    let any = |test: &dyn Fn(&Handling) -> bool| labels.iter().any(test);
    let red = any(&|h| h.tlp == Tlp::Red);
    if red && (package.to.len() != 1 || !rules.also.is_empty()) {
        return false;
    }
    if public && any(&|h| h.tlp != Tlp::Clear || h.pap != Pap::Clear || h.personal) {
        return false;
    }
    if any(&|h| !h.releasable_to.is_empty() && !h.releasable_to.contains(id)) {
        return false;
    }
    if any(&|h| h.personal) && rules.personal_because.trim().is_empty() {
        return false;
    }
    let strangers: Vec<&String> = labels
        .iter()
        .flat_map(|h| &h.originators)
        .filter(|&one| one != id && *one != package.from.id)
        .collect();
    if !strangers.is_empty() {
        if any(&|h| h.onward == Onward::None) {
            return false;
        }
        let free = labels.iter().all(|h| h.onward == Onward::AsLabelled && h.tlp <= Tlp::Green);
        let consent =
            |one: &&String| rules.consents.iter().any(|c| c.originator == **one && c.to == *id);
        if !free && !strangers.iter().all(consent) {
            return false;
        }
    }
    let Content::Request(request) = &package.content else { return true };
    let strict = any(&|h| h.pap == Pap::Amber || h.pap == Pap::Red);
    if request.action == Action::TakeDown && strict {
        return false;
    }
    let watched =
        matches!(to.party.kind, PartyKind::Operator | PartyKind::Vendor | PartyKind::Other);
    !(flow && watched && any(&|h| h.pap == Pap::Red))
}
