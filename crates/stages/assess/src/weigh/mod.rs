//! The rule, in numbers only: prior and cells in, shares out. It knows no sentence and no case. The
//! steps, their reasons and their sources stand in `docs/assessment.md`; each cap is a constant here.
//!
//! All caps bound the *sum* of what their items could move between any two hypotheses. So they
//! hold however the items are grouped, and a later cap never lifts an earlier one.

mod draws;
mod ready;
pub(crate) mod without;

use bakas_model::assessment::Cap;

pub use draws::{DRAWS, Interval};
pub(crate) use ready::{Bench, Ready};
pub(crate) use without::ahead_or_level;
pub use without::{TRIPLES_ITEMS_LIMIT, Turn};

/// The share that each hypothesis keeps whatever the evidence says: nothing is ruled out.
pub const EPSILON: f64 = 0.01;
/// Items of one root move the odds of two hypotheses by this at most.
pub const GROUP_CAP: f64 = 10.0;
/// What is cheap to plant, all of it together.
pub const CHEAP_CAP: f64 = 3.0;
/// What interested parties say, all of it together.
pub const INTERESTED_CAP: f64 = 1.25;
/// Evidence of ground and networks on the odds of people, all of it together.
pub const GROUND_CAP: f64 = 1.5;
/// A cell's least and greatest value: nothing is impossible and nothing certain.
pub const CELL_MIN: f64 = 0.001;
/// See [`CELL_MIN`].
pub const CELL_MAX: f64 = 0.999;
/// Hypotheses of one question; of more, the first ones are weighed.
pub const HYPOTHESES_LIMIT: usize = 24;
/// Items weighed for one question; of more, the first ones by id.
pub const ITEMS_LIMIT: usize = 400;

/// How likely an item was to be seen if a hypothesis were true.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range {
    /// The least it may be.
    pub low: f64,
    /// The best guess.
    pub best: f64,
    /// The most it may be.
    pub high: f64,
}

/// One item as the rule sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct Weighable {
    /// Its name; the order of items and their draws come from it.
    pub id: String,
    /// How far it is believed, 0 to 1.
    pub trust: f64,
    /// The root that it shares with others.
    pub group: Option<String>,
    /// Whether anybody could plant it.
    pub cheap: bool,
    /// Whether an interested party says it.
    pub interested: bool,
    /// Whether it speaks of ground and networks only.
    pub of_ground: bool,
    /// One for each hypothesis.
    pub cells: Vec<Range>,
}

/// What is weighed for one question.
#[derive(Clone, Debug, PartialEq)]
pub struct Scale {
    /// Before the evidence; made to add up to 1. Their draws are taken from the range around each
    /// ([`Range::around`]), as cells' are.
    pub priors: Vec<f64>,
    /// The evidence. Of two items with the same id the first counts.
    pub items: Vec<Weighable>,
    /// Whether the question asks for people, so that ground and networks hardly tell.
    pub of_people: bool,
}

/// What one item moved.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Part {
    /// Its weight within its group; 0 where all its cells are equal.
    pub weight: f64,
    /// What the caps left of it.
    pub kept: f64,
    /// The caps that held it back.
    pub caps: Vec<Cap>,
    /// Natural logarithms of the odds towards each hypothesis, against the mean of all.
    pub logs: Vec<f64>,
}

/// The outcome at the best values.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    /// Share of each hypothesis.
    pub shares: Vec<f64>,
    /// The same before any evidence.
    pub priors: Vec<f64>,
    /// What each item moved, in the order of the scale's items.
    pub parts: Vec<Part>,
}

impl Range {
    /// A range of one value.
    #[must_use]
    pub const fn exactly(value: f64) -> Self {
        Self { low: value, best: value, high: value }
    }

    /// A best guess, and half a natural unit of log-odds to either side: as much as careful people
    /// differ over such a number.
    #[must_use]
    pub fn around(best: f64) -> Self {
        let best = best.clamp(CELL_MIN, CELL_MAX);
        let moved = |by: f64| 1.0 / (1.0 + (-((best / (1.0 - best)).ln() + by)).exp());
        Self { low: moved(-0.5), best, high: moved(0.5) }.sound()
    }

    /// The same within bounds and in order, whatever was written.
    #[must_use]
    pub fn sound(self) -> Self {
        let within = |value: f64| {
            if value.is_finite() { value.clamp(CELL_MIN, CELL_MAX) } else { 0.5 }
        };
        let best = within(self.best);
        Self { low: within(self.low).min(best), best, high: within(self.high).max(best) }
    }
}

impl Weighable {
    /// Whether it can tell hypotheses apart at all.
    fn tells(&self) -> bool {
        self.cells.windows(2).any(|pair| pair[0] != pair[1]) && self.trust > 0.0
    }
}

/// Logarithms become shares; each hypothesis keeps [`EPSILON`].
fn settle(logs: &mut [f64]) {
    let most = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    logs.iter_mut().for_each(|log| *log = (*log - most).exp());
    let sum: f64 = logs.iter().sum();
    let rest = 1.0 - EPSILON * logs.len() as f64;
    logs.iter_mut().for_each(|share| *share = rest * *share / sum + EPSILON);
}

/// The shares that belong to logarithms.
pub(crate) fn shares_of(logs: &[f64]) -> Vec<f64> {
    let mut shares = logs.to_vec();
    settle(&mut shares);
    shares
}

/// Priors that add up to 1, none below [`CELL_MIN`] of them all.
pub(crate) fn even_out(priors: &[f64]) -> Vec<f64> {
    let shares_of = |priors: &[f64]| -> Vec<f64> {
        let sum: f64 = priors.iter().sum();
        priors.iter().map(|prior| prior / sum).collect()
    };
    let sound = |p: &f64| if p.is_finite() && *p > 0.0 { *p } else { f64::MIN_POSITIVE };
    let sound: Vec<f64> = priors.iter().map(sound).collect();
    let least: Vec<f64> = shares_of(&sound).iter().map(|share| share.max(CELL_MIN)).collect();
    shares_of(&least)
}

impl Scale {
    /// Weighs at the best values.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        let n = self.priors.len();
        if n == 0 {
            return Outcome::default();
        }
        let ready = Ready::new(self);
        let mut bench = Bench::default();
        ready.fill_best(&mut bench);
        let shares = ready.weigh(&mut bench, |_| false).to_vec();
        let mut priors = ready.prior_logs.clone();
        settle(&mut priors);
        let mut parts = vec![Part { logs: vec![0.0; n], ..Part::default() }; self.items.len()];
        for (at, &item) in ready.order.iter().enumerate() {
            let factor = bench.weights[at] * bench.kept[at];
            parts[item] = Part {
                weight: bench.weights[at],
                kept: bench.kept[at],
                caps: ready.caps_on(&bench, at),
                logs: bench.logs[at * n..(at + 1) * n].iter().map(|log| log * factor).collect(),
            };
        }
        Outcome { shares, priors, parts }
    }

    /// The shares had all hypotheses been held equally likely before.
    #[must_use]
    pub fn with_even_priors(&self) -> Vec<f64> {
        Self { priors: vec![1.0; self.priors.len()], ..self.clone() }.outcome().shares
    }
}

#[cfg(test)]
mod tests;
