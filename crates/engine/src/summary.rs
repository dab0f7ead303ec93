//! Gathers what the stages gave into the case document.

use bakas_casework::Outcome;
use bakas_ingest::SkewSampler;
use bakas_model::{
    Ask, Assessment, Block, Case, Counts, DataSet, Reject, RuleCounts, SourceSummary, Timestamp,
    Trace,
    case::{CASE_SCHEMA, NetworkUse},
};

use crate::{plan::Plan, request::Request};

/// Moments of the timeline that the case document holds; all stand in `timeline.ndjson`.
const TIMELINE_LIMIT: usize = 2_000;
/// Rejects that the case document shows; samples of all stand in `rejects.ndjson`.
const REJECTS_LIMIT: usize = 200;

/// What the stages gave.
pub(crate) struct Parts<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) counts: RuleCounts,
    pub(crate) sources: Vec<SourceSummary>,
    pub(crate) rejects: &'a [Reject],
    pub(crate) skew: SkewSampler,
    pub(crate) data_sets: Vec<DataSet>,
    pub(crate) detections: u64,
    /// Its incidents, campaigns, links and what was set aside go into the case.
    pub(crate) outcome: Outcome,
    pub(crate) traces: Vec<Trace>,
    pub(crate) networks: (Vec<NetworkUse>, u64),
    pub(crate) assessments: Vec<Assessment>,
    pub(crate) blocks: Vec<Block>,
    pub(crate) asks: Vec<Ask>,
    pub(crate) window: Option<(Timestamp, Timestamp)>,
    pub(crate) now: Timestamp,
}

/// First and last event of all sources.
pub(crate) fn window(sources: &[SourceSummary]) -> Option<(Timestamp, Timestamp)> {
    let first = sources.iter().filter_map(|s| s.first).min()?;
    let last = sources.iter().filter_map(|s| s.last).max()?;
    Some((first, last))
}

/// The case document; the evidence is counted while it is written.
pub(crate) fn case(request: &Request, parts: Parts<'_>) -> Case {
    let outcome = parts.outcome;
    let rejected = |s: &SourceSummary| s.rejects.values().sum::<u64>();
    let counts = Counts {
        files: parts.plan.files.len() as u64,
        bytes: parts.plan.bytes,
        events: parts.sources.iter().map(|s| s.events).sum(),
        rejects: parts.sources.iter().map(rejected).sum(),
        detections: parts.detections,
        evidence_lines: 0,
    };
    let name = request.out.file_name().map(|name| name.to_string_lossy().into_owned());
    let head = |n: usize, limit: usize| n.min(limit);
    Case {
        schema: CASE_SCHEMA.to_owned(),
        name: name.unwrap_or_else(|| "case".to_owned()),
        tool_version: env!("CARGO_PKG_VERSION").to_owned(),
        arguments: request.arguments.clone(),
        created: parts.now,
        synthetic: parts.plan.config.synthetic,
        window: parts.window,
        counts,
        agencies: parts.plan.agencies.clone(),
        idle_entries: parts.plan.idle.clone(),
        clock_proposals: parts.skew.propose(&parts.plan.sources),
        sources: parts.sources,
        rejects: parts.rejects[..head(parts.rejects.len(), REJECTS_LIMIT)].to_vec(),
        rules: parts.counts,
        data_sets: parts.data_sets,
        incidents: outcome.incidents,
        campaigns: outcome.campaigns,
        weak_links: outcome.weak_links,
        common_factors: outcome.common_factors,
        timeline: outcome.timeline[..head(outcome.timeline.len(), TIMELINE_LIMIT)].to_vec(),
        lines_per_day: Vec::new(),
        networks: parts.networks.0,
        more_networks: parts.networks.1,
        traces: parts.traces,
        assessments: parts.assessments,
        blocks: parts.blocks,
        asks: parts.asks,
        set_aside: outcome.set_aside,
    }
}
