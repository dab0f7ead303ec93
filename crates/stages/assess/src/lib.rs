//! Incidents, campaigns, traces and what people added in, separate questions out: on whose *soil*,
//! through whose *infrastructure*, by whose hands (*actor*), and, apart from that, whether a state
//! directed them (*sponsor*)? Each with numbered evidence, rival hypotheses, what moved the odds and
//! what would turn the answer. It names no culprit, rules nothing out and is sure of nothing.
//!
//! Each campaign gets its own, because a campaign stands for one set of hands; what belongs to no
//! campaign is taken together, and there the question of the actor says so. The rule is in [`weigh`],
//! its reasons and sources in `docs/assessment.md`.
//!
//! ```
//! let input = bakas_assess::Input {
//!     incidents: &[],
//!     campaigns: &[],
//!     traces: &[],
//!     agencies: &[],
//!     judgements: &bakas_model::Judgements::default(),
//!     as_of: None,
//! };
//! let assessments = bakas_assess::assess(&input);
//! assert!(assessments.is_empty(), "where nothing happened there is nothing to explain");
//! ```

mod changes;
mod confidence;
mod facts;
mod finish;
mod infrastructure;
mod items;
mod judged;
pub mod known;
mod likelihoods;
mod next;
mod people;
mod phrase;
mod question;
mod soil;
mod tell;
pub mod weigh;

use std::collections::BTreeSet;

use bakas_model::{
    Agency, Assessment, Campaign, Incident, IncidentId, Judgements, Timestamp, Trace,
};

use facts::{Facts, Subject};
use judged::Judged;

pub use changes::changes;

/// What is assessed.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// What happened.
    pub incidents: &'a [Incident],
    /// What belongs together.
    pub campaigns: &'a [Campaign],
    /// The addresses of incidents.
    pub traces: &'a [Trace],
    /// Whose logs they are, so that questions can name them.
    pub agencies: &'a [Agency],
    /// What people added.
    pub judgements: &'a Judgements,
    /// As of when: judgements entered later do not count.
    pub as_of: Option<Timestamp>,
}

/// Campaigns that are assessed one by one, those with the most lines first; the incidents of the
/// others are taken together with those of no campaign.
pub const CAMPAIGNS_LIMIT: usize = 12;

/// Assesses soil, infrastructure, actor and sponsor of every campaign, in the order of the campaigns,
/// then of the incidents outside them.
#[must_use]
pub fn assess(input: &Input<'_>) -> Vec<Assessment> {
    let judged = Judged { judgements: input.judgements, as_of: input.as_of };
    subjects(input.incidents, input.campaigns)
        .iter()
        .map(|subject| Facts::gather(subject, input.traces))
        .flat_map(|facts| {
            let questions = [
                soil::ask(&facts),
                infrastructure::ask(&facts),
                people::actor(&facts),
                people::sponsor(&facts),
            ];
            questions.map(|mut question| {
                judged.apply(&mut question, &facts);
                finish::assess(&mut question, &facts, input.agencies, input.as_of)
            })
        })
        .collect()
}

/// What is assessed together.
fn subjects<'a>(incidents: &'a [Incident], campaigns: &'a [Campaign]) -> Vec<Subject<'a>> {
    let of = |campaign: &Campaign| -> Vec<&'a Incident> {
        incidents.iter().filter(|incident| campaign.incidents.contains(&incident.id)).collect()
    };
    let lines = |incidents: &[&Incident]| incidents.iter().map(|i| i.lines).sum::<u64>();
    let mut chosen: Vec<(usize, Vec<&Incident>)> = campaigns
        .iter()
        .map(of)
        .enumerate()
        .filter(|(_, incidents)| !incidents.is_empty())
        .collect();
    chosen.sort_by_key(|(at, incidents)| (std::cmp::Reverse(lines(incidents)), *at));
    chosen.truncate(CAMPAIGNS_LIMIT);
    chosen.sort_by_key(|(at, _)| *at);
    let told: BTreeSet<&IncidentId> =
        chosen.iter().flat_map(|(_, incidents)| incidents.iter().map(|i| &i.id)).collect();
    let rest: Vec<&Incident> = incidents.iter().filter(|i| !told.contains(&i.id)).collect();
    let mut subjects: Vec<Subject<'_>> = chosen
        .into_iter()
        .map(|(at, incidents)| Subject { campaign: Some(&campaigns[at]), incidents })
        .collect();
    if !rest.is_empty() {
        subjects.push(Subject { campaign: None, incidents: rest });
    }
    subjects
}
