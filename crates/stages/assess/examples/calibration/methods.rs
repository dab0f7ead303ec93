//! The methods, on the same cells: the rule of this crate; naive Bayes without ratings, groups or
//! caps; the same with ratings; counting inconsistencies as in the analysis of competing hypotheses.

use bakas_assess::weigh::Scale;

use super::analyst::Case;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    Rule,
    Naive,
    Rated,
    Counting,
}

pub(crate) const METHODS: [Method; 4] =
    [Method::Rule, Method::Naive, Method::Rated, Method::Counting];

/// An item is inconsistent with a hypothesis under which it was less than half as likely as under the
/// best one.
const INCONSISTENT: f64 = 0.5;

impl Method {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Rule => "Bakas",
            Self::Naive => "naive Bayes, no caps",
            Self::Rated => "naive Bayes with ratings",
            Self::Counting => "ACH counting",
        }
    }

    pub(crate) fn shares(self, scale: &Scale, steepness: f64) -> Vec<f64> {
        match self {
            Self::Rule => scale.outcome().shares,
            Self::Naive => bayes(scale, |_| 1.0),
            Self::Rated => bayes(scale, |trust| trust),
            Self::Counting => {
                softmax(counts(scale).iter().map(|count| -steepness * count).collect())
            }
        }
    }
}

fn bayes(scale: &Scale, trusted: impl Fn(f64) -> f64) -> Vec<f64> {
    let mut logs: Vec<f64> = scale.priors.iter().map(|prior| prior.ln()).collect();
    for item in &scale.items {
        let trust = trusted(item.trust);
        let mean = item.cells.iter().map(|cell| cell.best).sum::<f64>() / item.cells.len() as f64;
        for (log, cell) in logs.iter_mut().zip(&item.cells) {
            *log += (trust * cell.best + (1.0 - trust) * mean).ln();
        }
    }
    softmax(logs)
}

/// Inconsistencies of each hypothesis.
fn counts(scale: &Scale) -> Vec<f64> {
    let mut counts = vec![0.0; scale.priors.len()];
    for item in &scale.items {
        let best = item.cells.iter().map(|cell| cell.best).fold(0.0, f64::max);
        for (count, cell) in counts.iter_mut().zip(&item.cells) {
            if cell.best < INCONSISTENT * best {
                *count += 1.0;
            }
        }
    }
    counts
}

fn softmax(mut logs: Vec<f64>) -> Vec<f64> {
    let most = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    logs.iter_mut().for_each(|log| *log = (*log - most).exp());
    let sum: f64 = logs.iter().sum();
    logs.iter_mut().for_each(|share| *share /= sum);
    logs
}

/// The steepness with the least log loss on cases of their own.
pub(crate) fn suit_counting(cases: &[Case]) -> f64 {
    let loss = |steepness: f64| -> f64 {
        let loss = cases.iter().map(|case| {
            -Method::Counting.shares(&case.scale, steepness)[case.truth].max(1e-9).ln()
        });
        loss.sum()
    };
    let tried = (1..=60).map(|step| f64::from(step) * 0.05);
    tried.min_by(|a, b| loss(*a).total_cmp(&loss(*b))).expect("sixty were tried")
}
