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
//!     ground: &bakas_assess::Ground::default(),
//!     agencies: &[],
//!     sources: &[],
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
mod ground;
mod infrastructure;
mod items;
mod judged;
pub mod known;
mod likelihoods;
mod next;
mod people;
mod phrase;
mod question;
mod rated;
mod soil;
mod tell;
pub mod weigh;

use bakas_model::{Agency, Assessment, Judgements, SourceSummary, Timestamp};

use judged::Judged;

pub use changes::changes;
pub use ground::{CAMPAIGNS_LIMIT, Ground};

/// What is assessed.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// What happened, and where from.
    pub ground: &'a Ground,
    /// Whose logs they are, so that questions can name them.
    pub agencies: &'a [Agency],
    /// The logs that they gave, so that questions can ask for the others.
    pub sources: &'a [SourceSummary],
    /// What people added.
    pub judgements: &'a Judgements,
    /// As of when: judgements entered later do not count.
    pub as_of: Option<Timestamp>,
}

/// Assesses soil, infrastructure, actor and sponsor of every campaign, in the order of the campaigns,
/// then of the incidents outside them.
#[must_use]
pub fn assess(input: &Input<'_>) -> Vec<Assessment> {
    let judged = Judged { judgements: input.judgements, as_of: input.as_of };
    let desk = next::Desk::new(input.agencies, input.sources);
    let of = |facts: &facts::Facts| {
        let questions = [
            soil::ask(facts),
            infrastructure::ask(facts),
            people::actor(facts),
            people::sponsor(facts),
        ];
        questions.map(|mut question| {
            judged.apply(&mut question, facts);
            finish::assess(&mut question, facts, &desk, input.as_of)
        })
    };
    input.ground.facts().flat_map(of).collect()
}
