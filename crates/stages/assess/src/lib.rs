//! Incidents, campaigns and traces in, three separate questions out: on whose *soil*, through whose
//! *infrastructure*, by whose hands (*actor*)? Each with numbered evidence, rival hypotheses and
//! what would change the answer. It names no culprit, and on network evidence alone it never says
//! "certain" or "impossible" and leaves the actor open.
//!
//! Each campaign gets its own three, because a campaign stands for one set of hands; what belongs to
//! no campaign is taken together, and there the question of the actor says so. The rule is in
//! [`weigh`] and in `docs/manual/assess.md`.
//!
//! ```
//! let assessments = bakas_assess::assess(&[], &[], &[]);
//! assert!(assessments.is_empty(), "where nothing happened there is nothing to explain");
//! ```

mod actor;
mod facts;
mod infrastructure;
mod phrase;
mod soil;
pub mod weigh;

use std::collections::BTreeSet;

use bakas_model::{Assessment, Campaign, Incident, IncidentId, Trace};

use facts::{Facts, Subject};

/// Campaigns that are assessed one by one, those with the most lines first; the incidents of the
/// others are taken together with those of no campaign.
pub const CAMPAIGNS_LIMIT: usize = 12;

/// Assesses soil, infrastructure and actor of every campaign, in the order of the campaigns, then of
/// the incidents outside them.
#[must_use]
pub fn assess(incidents: &[Incident], campaigns: &[Campaign], traces: &[Trace]) -> Vec<Assessment> {
    subjects(incidents, campaigns)
        .iter()
        .map(|subject| Facts::gather(subject, traces))
        .flat_map(|facts| {
            [soil::assess(&facts), infrastructure::assess(&facts), actor::assess(&facts)]
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
