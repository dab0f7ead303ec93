//! A part of a case for somebody else: its incidents and campaigns, the addresses that attacked, and
//! what we think of where from and who. Accounts stay here: they are victims'.

use std::collections::{BTreeMap, BTreeSet};

use bakas_exchange::{Recipient, Redacted, Rules, redact};
use bakas_model::{
    AssessmentLevel, Case, Text,
    exchange::{
        Content, Extract, Handling, Observable, ObservableKind, Opinion, Package, SharedCampaign,
        SharedIncident, SharedObservable, Words,
    },
};

use super::{Post, ask::read_case, journal::Event, send::new_id};
use crate::Error;

/// Addresses of one incident that are shared; the busiest first.
pub const ADDRESSES_LIMIT: usize = 10_000;

/// What is shared, with whom.
#[derive(Clone, Debug, Default)]
pub struct Share {
    /// The party.
    pub to: String,
    /// Only these incidents; empty: all.
    pub incidents: BTreeSet<String>,
    /// How it is to be handled.
    pub handling: Handling,
    /// Whether the agencies are named.
    pub name_agencies: bool,
    /// Whether what we think of where from and who goes along.
    pub opinions: bool,
    /// Whether the addresses may be watched for or blocked, and not only looked at.
    pub indicators: bool,
    /// Whether what may not go is left out, instead of nothing going at all.
    pub redact: bool,
    /// What a person knows beyond the labels.
    pub rules: Rules,
}

impl Post<'_> {
    /// Makes a package of a part of the case, checks it, and keeps it. Gives its digest and what
    /// was left out. Nothing is sent.
    ///
    /// # Errors
    /// When there is no such party or incident, or something stands against it.
    pub fn share(&mut self, share: &Share, by: &str) -> Result<(String, Vec<String>), Error> {
        let to = self.parties.named(&share.to)?.party.clone();
        let case = read_case(&self.folder)?;
        let package = Package {
            id: new_id()?,
            created: self.clock.now(),
            from: self.us(),
            to: vec![to.clone()],
            handling: share.handling.clone(),
            redaction: Vec::new(),
            content: Content::Extract(self.extract(&case, share)?),
            unknown: Vec::new(),
        };
        let mut left_out = Vec::new();
        let package = if share.redact {
            let recipient = Recipient { party: to.clone() };
            let Redacted { cleared, left_out: out } =
                redact(package, recipient, &self.with_labels(&share.rules)?)
                    .map_err(|all| super::listed("nothing of it may go to this party:", &all))?;
            left_out = out.iter().map(ToString::to_string).collect();
            (*cleared).clone()
        } else {
            package
        };
        let cleared = self.cleared(package, &to, &share.rules)?;
        if let Some(there) = self.same_share(&cleared)? {
            return Ok((there, left_out));
        }
        let package = self.keep(&cleared)?;
        let at = self.clock.now().to_string();
        let (to, by) = (to.id, by.to_owned());
        self.note(Event::Made { package: package.clone(), to, by, at })?;
        Ok((package, left_out))
    }

    /// What is shared; what we think rests on what others told us, and obeys their labels.
    fn extract(&self, case: &Case, share: &Share) -> Result<Extract, Error> {
        let mut extract = extract(case, share)?;
        if extract.opinions.is_empty() {
            return Ok(extract);
        }
        let mut theirs: Option<Handling> = None;
        for dialogue in self.dialogues().into_values() {
            for package in dialogue.standing().taken_in.into_keys() {
                let answer = self.arrived(&package)?;
                let mut own = answer.handling;
                own.originators.push(answer.from.id);
                theirs = Some(theirs.map_or_else(|| own.clone(), |all| all.strictest(&own)));
            }
        }
        for opinion in &mut extract.opinions {
            opinion.handling.clone_from(&theirs);
        }
        Ok(extract)
    }

    /// The newest package that was made for the same party, where it says the very same: a command
    /// that was broken off and is done again makes no second one.
    fn same_share(&self, now: &Package) -> Result<Option<String>, Error> {
        let to = now.to.first().map(|party| party.id.as_str()).unwrap_or_default();
        let last = self.journal.events().iter().rev().find_map(|event| match event {
            Event::Made { package, to: there, .. } if there == to => Some(package.clone()),
            _ => None,
        });
        let Some(last) = last else { return Ok(None) };
        let before = self.made(&last)?;
        let again = Package { id: before.id.clone(), created: before.created, ..now.clone() };
        Ok((again == before).then_some(last))
    }
}

fn words(text: &Text) -> Vec<Words> {
    let one = |language: &str, text: &str| Words { language: language.into(), text: text.into() };
    let both = [one("en", &text.en), one("fil", &text.fil)];
    both.into_iter().filter(|words| !words.text.is_empty()).collect()
}

fn extract(case: &Case, share: &Share) -> Result<Extract, Error> {
    let wanted = |id: &str| share.incidents.is_empty() || share.incidents.contains(id);
    let there: BTreeSet<&str> = case.incidents.iter().map(|one| one.id.0.as_str()).collect();
    if let Some(missing) = share.incidents.iter().find(|one| !there.contains(one.as_str())) {
        return Err(Error::Usage(format!("the case has no incident {missing}")));
    }
    let mut incidents = Vec::new();
    let mut observables: BTreeMap<String, SharedObservable> = BTreeMap::new();
    for one in case.incidents.iter().filter(|one| wanted(&one.id.0)) {
        let agency = case.agencies.get(one.agency.0 as usize).map(|agency| agency.id.clone());
        let kind = one.kind.rsit();
        let title = if share.name_agencies {
            words(&one.title)
        } else {
            vec![Words { language: "en".into(), text: kind.to_owned() }]
        };
        incidents.push(SharedIncident {
            id: one.id.0.clone(),
            kind: one.kind,
            title,
            agency: agency.filter(|_| share.name_agencies),
            first: one.first,
            last: one.last,
            count: one.lines,
            entered: !one.scope.entered.is_empty(),
            techniques: one.techniques.clone(),
            handling: None,
        });
        for used in one.addresses.iter().take(ADDRESSES_LIMIT) {
            let value = used.address.to_string();
            let there = observables.entry(value.clone()).or_insert_with(|| SharedObservable {
                id: String::new(),
                observable: Observable { kind: ObservableKind::Address, value },
                first: used.first,
                last: used.last,
                count: 0,
                incidents: Vec::new(),
                // An address that others use lawfully, too, is nothing to block by.
                indicator: share.indicators && used.legitimate_sessions == 0,
                confidence: None,
                admiralty: None,
                handling: None,
            });
            there.first = there.first.min(used.first);
            there.last = there.last.max(used.last);
            there.count += used.lines;
            there.incidents.push(one.id.0.clone());
        }
    }
    let mut observables: Vec<SharedObservable> = observables.into_values().collect();
    for (one, number) in observables.iter_mut().zip(1..) {
        one.id = format!("O-{number:04}");
    }
    let campaigns = campaigns(case, &wanted);
    let title = "Part of a case: incidents, and the addresses that were seen in them".to_owned();
    Ok(Extract {
        title: vec![Words { language: "en".into(), text: title }],
        reference: String::new(),
        opinions: if share.opinions { opinions(case) } else { Vec::new() },
        incidents,
        campaigns,
        observables,
        actions: Vec::new(),
        notes: Vec::new(),
    })
}

fn campaigns(case: &Case, wanted: &dyn Fn(&str) -> bool) -> Vec<SharedCampaign> {
    let mut shared = Vec::new();
    for one in &case.campaigns {
        let incidents: Vec<String> =
            one.incidents.iter().map(|id| id.0.clone()).filter(|id| wanted(id)).collect();
        if incidents.is_empty() {
            continue;
        }
        shared.push(SharedCampaign {
            id: one.id.0.clone(),
            title: vec![Words { language: "en".into(), text: format!("Campaign {}", one.id.0) }],
            incidents,
            because: Vec::new(),
            first: one.first,
            last: one.last,
            handling: None,
        });
    }
    shared
}

/// What we think: never more than the three questions, and never a name of a person.
fn opinions(case: &Case) -> Vec<Opinion> {
    let mut shared = Vec::new();
    let open = case.assessments.iter().filter(|one| one.level != AssessmentLevel::Sponsor);
    for assessment in open {
        for one in &assessment.hypotheses {
            shared.push(Opinion {
                id: format!("P-{:03}", shared.len() + 1),
                subject: Some(assessment.subject.clone()),
                level: assessment.level,
                hypothesis: one.id.clone(),
                likelihood: one.likelihood,
                confidence: None,
                basis: words(&one.text),
                alternatives: Vec::new(),
                handling: None,
            });
        }
    }
    shared
}
