//! The things within a package, each with the handling that counts for it: the strictest of its
//! own and of everything that it stands in or speaks of.

use std::collections::{BTreeMap, HashMap, VecDeque};

use bakas_model::exchange::{Content, Extract, Handling, Opinion, Package, Pap, Tlp, TraceAnswer};

/// Which list of the content a thing stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum List {
    /// The package itself.
    Whole,
    /// Flows of a request or an answer.
    Flows,
    /// Opinions of an answer.
    Attribution,
    /// Campaigns of an extract.
    Campaigns,
    /// Incidents of an extract.
    Incidents,
    /// Observables of an extract.
    Observables,
    /// Opinions of an extract.
    Opinions,
    /// What should be done, in an extract.
    Actions,
    /// Words on something, in an extract.
    Notes,
}

impl List {
    /// Its name in the package.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Whole => "package",
            Self::Flows => "flows",
            Self::Attribution => "attribution",
            Self::Campaigns => "campaigns",
            Self::Incidents => "incidents",
            Self::Observables => "observables",
            Self::Opinions => "opinions",
            Self::Actions => "actions",
            Self::Notes => "notes",
        }
    }
}

/// One thing.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) list: List,
    pub(super) at: usize,
    /// What counts for it.
    pub(super) handling: Handling,
    /// The labels that it must have at least: those under which it, or what it stands in or speaks
    /// of, left before.
    pub(super) needs: (Tlp, Pap),
}

impl Part {
    /// Where it stands, by number.
    pub(super) fn place(&self) -> String {
        match self.list {
            List::Whole => "package".into(),
            list => format!("content.{}[{}]", list.name(), self.at),
        }
    }
}

/// What is known of a thing before its surroundings are taken into account.
struct Bare<'a> {
    list: List,
    at: usize,
    id: &'a str,
    own: Option<&'a Handling>,
    /// Ids of what it stands in or speaks of.
    within: Vec<&'a str>,
}

/// Labels under which things left before, by their ids.
pub(super) type Stood = BTreeMap<String, (Tlp, Pap)>;

/// All things of a package, the package itself first.
pub(super) fn of(package: &Package, stood: &Stood) -> Vec<Part> {
    let mut bare = Vec::new();
    // Ids of what contains others: a campaign its incidents.
    let mut holds: Vec<(&str, &str)> = Vec::new();
    match &package.content {
        Content::Request(request) => {
            for (at, flow) in request.flows.iter().enumerate() {
                let own = flow.handling.as_ref();
                bare.push(Bare { list: List::Flows, at, id: &flow.id, own, within: Vec::new() });
            }
        }
        Content::Answer(answer) => of_answer(answer, &mut bare),
        Content::Extract(extract) => of_extract(extract, &mut bare, &mut holds),
    }
    let free = (Tlp::Clear, Pap::Clear);
    let whole = package.handling.clone();
    let mut parts = vec![Part { list: List::Whole, at: 0, handling: whole, needs: free }];
    let handlings = spread(&package.handling, &bare, &holds);
    let needs = needs(&bare, &holds, stood);
    let within = bare.iter().zip(handlings).zip(needs);
    parts.extend(within.map(|((one, handling), needs)| Part {
        list: one.list,
        at: one.at,
        handling,
        needs,
    }));
    parts
}

/// What each thing must have at least. Incidents alone have names that last from one package to the
/// next; what stands in them or speaks of them needs what they need.
fn needs(bare: &[Bare<'_>], holds: &[(&str, &str)], stood: &Stood) -> Vec<(Tlp, Pap)> {
    let free = Handling { tlp: Tlp::Clear, pap: Pap::Clear, ..Handling::default() };
    if stood.is_empty() {
        return vec![(free.tlp, free.pap); bare.len()];
    }
    let before: Vec<Option<Handling>> = bare
        .iter()
        .map(|one| {
            let (tlp, pap) = *stood.get(one.id).filter(|_| one.list == List::Incidents)?;
            Some(Handling { tlp, pap, ..Handling::default() })
        })
        .collect();
    let once: Vec<Bare<'_>> = bare
        .iter()
        .zip(&before)
        .map(|(one, own)| Bare {
            list: one.list,
            at: one.at,
            id: one.id,
            own: own.as_ref(),
            within: one.within.clone(),
        })
        .collect();
    spread(&free, &once, holds).into_iter().map(|one| (one.tlp, one.pap)).collect()
}

fn of_answer<'a>(answer: &'a TraceAnswer, bare: &mut Vec<Bare<'a>>) {
    for (at, flow) in answer.flows.iter().enumerate() {
        let own = flow.handling.as_ref();
        bare.push(Bare { list: List::Flows, at, id: &flow.flow, own, within: Vec::new() });
    }
    of_opinions(List::Attribution, &answer.attribution, bare);
}

fn of_opinions<'a>(list: List, opinions: &'a [Opinion], bare: &mut Vec<Bare<'a>>) {
    for (at, one) in opinions.iter().enumerate() {
        let within = one.subject.iter().map(String::as_str).collect();
        bare.push(Bare { list, at, id: &one.id, own: one.handling.as_ref(), within });
    }
}

fn of_extract<'a>(
    extract: &'a Extract,
    bare: &mut Vec<Bare<'a>>,
    holds: &mut Vec<(&'a str, &'a str)>,
) {
    let refs = |ids: &'a [String]| ids.iter().map(String::as_str).collect::<Vec<_>>();
    for (at, one) in extract.campaigns.iter().enumerate() {
        let own = one.handling.as_ref();
        bare.push(Bare { list: List::Campaigns, at, id: &one.id, own, within: Vec::new() });
        holds.extend(one.incidents.iter().map(|incident| (one.id.as_str(), incident.as_str())));
    }
    for (at, one) in extract.incidents.iter().enumerate() {
        let own = one.handling.as_ref();
        bare.push(Bare { list: List::Incidents, at, id: &one.id, own, within: Vec::new() });
    }
    for (at, one) in extract.observables.iter().enumerate() {
        let (own, within) = (one.handling.as_ref(), refs(&one.incidents));
        bare.push(Bare { list: List::Observables, at, id: &one.id, own, within });
    }
    of_opinions(List::Opinions, &extract.opinions, bare);
    for (at, one) in extract.actions.iter().enumerate() {
        let (own, within) = (one.handling.as_ref(), refs(&one.incidents));
        bare.push(Bare { list: List::Actions, at, id: &one.id, own, within });
    }
    for (at, one) in extract.notes.iter().enumerate() {
        let (own, within) = (one.handling.as_ref(), refs(&one.about));
        bare.push(Bare { list: List::Notes, at, id: &one.id, own, within });
    }
}

/// Spreads handling from what holds to what stands within, until nothing becomes stricter. Things
/// may refer to one another in a circle: then all of the circle get the strictest.
fn spread(package: &Handling, bare: &[Bare<'_>], holds: &[(&str, &str)]) -> Vec<Handling> {
    let mut named: HashMap<&str, Vec<usize>> = HashMap::new();
    for (at, one) in bare.iter().enumerate() {
        named.entry(one.id).or_default().push(at);
    }
    let at = |id: &str| named.get(id).map_or(&[][..], Vec::as_slice);
    // From each thing to those that stand in it or speak of it.
    let mut below: Vec<Vec<usize>> = vec![Vec::new(); bare.len()];
    for (child, one) in bare.iter().enumerate() {
        for id in &one.within {
            at(id).iter().for_each(|&above| below[above].push(child));
        }
    }
    for (campaign, incident) in holds {
        for &above in at(campaign).iter().filter(|&&n| bare[n].list == List::Campaigns) {
            let incidents = at(incident).iter().filter(|&&n| bare[n].list == List::Incidents);
            below[above].extend(incidents);
        }
    }
    let start =
        |one: &Bare<'_>| one.own.map_or_else(|| package.clone(), |own| package.strictest(own));
    let mut handling: Vec<Handling> = bare.iter().map(start).collect();
    let mut queue: VecDeque<usize> = (0..bare.len()).collect();
    while let Some(above) = queue.pop_front() {
        for &child in &below[above] {
            let both = handling[child].strictest(&handling[above]);
            if both != handling[child] {
                handling[child] = both;
                queue.push_back(child);
            }
        }
    }
    handling
}
