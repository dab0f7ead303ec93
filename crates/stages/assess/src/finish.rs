//! A question, weighed, becomes an assessment: shares, ranges, matrix, waterfall, leave-one-outs. The
//! sentences are made in `tell`.

use std::collections::BTreeMap;

use bakas_model::{
    Assessment, Hypothesis, Likelihood, Timestamp,
    assessment::{Cell, LeaveOut, LeftOut, Moved, Step, Turning},
};

use crate::{
    facts::Facts,
    next,
    question::{Question, trust},
    tell,
    weigh::{Interval, Outcome, Scale, ahead_or_level, even_out, without},
};

/// An item speaks for or against a rival from so many decibans on.
const TELLING_DECIBANS: f64 = 0.5;
/// Decibans in a natural unit of log-odds.
const DECIBANS: f64 = 10.0 / std::f64::consts::LN_10;

/// A number as it is written down: the same on every machine.
fn rounded(value: f64) -> f64 {
    (value * 10_000.0).round() / 10_000.0
}

/// Everything that was reckoned for one question, in the order of its rivals and entries.
struct Weighed<'a> {
    question: &'a Question,
    scale: Scale,
    outcome: Outcome,
    intervals: Vec<Interval>,
    /// Places of the rivals, likeliest first.
    order: Vec<usize>,
}

/// Weighs a question and tells the outcome.
pub(crate) fn assess(
    question: &mut Question,
    facts: &Facts,
    desk: &next::Desk<'_>,
    as_of: Option<Timestamp>,
) -> Assessment {
    question.number();
    let question = &*question;
    let scale = question.scale();
    let outcome = scale.outcome();
    let intervals = scale.intervals();
    let mut order: Vec<usize> = (0..question.rivals.len()).collect();
    order.sort_by(|&a, &b| {
        let (one, other) = (rounded(outcome.shares[a]), rounded(outcome.shares[b]));
        other.total_cmp(&one).then_with(|| question.rivals[a].id.cmp(&question.rivals[b].id))
    });
    let weighed = Weighed { question, scale, outcome, intervals, order };
    let (leave_out, turning) = weighed.without();
    let mut assessment = Assessment {
        subject: question.subject.clone(),
        level: question.level,
        as_of,
        question: question.text.clone(),
        evidence: question.entries.iter().map(|entry| entry.item.clone()).collect(),
        hypotheses: weighed.hypotheses(),
        matrix: weighed.matrix(),
        moved: weighed.moved(),
        waterfall: weighed.waterfall(),
        leave_out,
        turning,
        ..Assessment::default()
    };
    assessment.insufficient = assessment.hypotheses.first().is_some_and(|h| h.insufficient);
    let shares = &weighed.outcome.shares;
    assessment.next = next::questions(question, shares, facts, desk);
    tell::tell(&mut assessment, question);
    assessment
}

impl Weighed<'_> {
    fn number(&self, entry: usize) -> u32 {
        self.question.entries[entry].item.number
    }

    fn hypotheses(&self) -> Vec<Hypothesis> {
        let even = self.scale.with_even_priors();
        let priors = even_out(&self.scale.priors);
        let hypothesis = |&at: &usize| {
            let rival = &self.question.rivals[at];
            let best = rounded(self.outcome.shares[at]);
            let Interval { low, high } = self.intervals[at];
            let (low, high) = (rounded(low).min(best), rounded(high).max(best));
            let towards = |entry: usize| self.outcome.parts[entry].logs[at] * DECIBANS;
            let all = || 0..self.question.entries.len();
            let bands = Likelihood::of_share(high) as u8 - Likelihood::of_share(low) as u8;
            Hypothesis {
                id: rival.id.clone(),
                text: rival.text.clone(),
                likelihood: Likelihood::of_share(best),
                speaks_for: all()
                    .filter(|entry| towards(*entry) >= TELLING_DECIBANS)
                    .map(|entry| self.number(entry))
                    .collect(),
                speaks_against: all()
                    .filter(|entry| towards(*entry) <= -TELLING_DECIBANS)
                    .map(|entry| self.number(entry))
                    .collect(),
                prior: rounded(priors[at]),
                prior_reason: rival.reason.clone(),
                best,
                low,
                high,
                even_prior: rounded(even[at]),
                insufficient: bands >= INSUFFICIENT_BANDS,
                by: rival.by.clone(),
            }
        };
        self.order.iter().map(hypothesis).collect()
    }

    fn matrix(&self) -> Vec<Cell> {
        let mut matrix = Vec::new();
        for entry in self.question.entries.iter().filter(|entry| !entry.cells.is_empty()) {
            for &at in &self.order {
                let cell = &entry.cells[at];
                let range = cell.range.sound();
                matrix.push(Cell {
                    item: entry.item.number,
                    hypothesis: self.question.rivals[at].id.clone(),
                    low: rounded(range.low),
                    best: rounded(range.best),
                    high: rounded(range.high),
                    reason: cell.reason.clone(),
                    by: cell.by.clone(),
                    overridden: cell.overridden,
                });
            }
        }
        matrix
    }

    fn moved(&self) -> Vec<Moved> {
        let entries = self.question.entries.iter().zip(&self.outcome.parts);
        entries
            .filter(|(entry, _)| !entry.cells.is_empty())
            .map(|(entry, part)| Moved {
                item: entry.item.number,
                trust: rounded(trust(&entry.item)),
                weight: rounded(part.weight),
                kept: rounded(part.kept),
                caps: part.caps.clone(),
                decibans: self.order.iter().map(|at| rounded(part.logs[*at] * DECIBANS)).collect(),
            })
            .collect()
    }

    /// From the prior to the answer, the items that moved the most first.
    fn waterfall(&self) -> Vec<Step> {
        let [leader, rival, ..] = self.order[..] else { return Vec::new() };
        let priors = even_out(&self.scale.priors);
        let mut logs: Vec<f64> = priors.iter().map(|prior| prior.ln()).collect();
        let parts = &self.outcome.parts;
        let between =
            |entry: usize| (parts[entry].logs[leader] - parts[entry].logs[rival]) * DECIBANS;
        let mut items: Vec<usize> = (0..parts.len()).filter(|at| parts[*at].weight > 0.0).collect();
        items.sort_by(|&a, &b| {
            between(b).abs().total_cmp(&between(a).abs()).then_with(|| a.cmp(&b))
        });
        let mut share = self.outcome.priors[leader];
        items
            .into_iter()
            .map(|entry| {
                let before = (logs[leader] - logs[rival]) * DECIBANS;
                logs.iter_mut().zip(&parts[entry].logs).for_each(|(log, more)| *log += more);
                let share_before = share;
                share = crate::weigh::shares_of(&logs)[leader];
                Step {
                    item: self.number(entry),
                    decibans: rounded(between(entry)),
                    before: rounded(before),
                    after: rounded((logs[leader] - logs[rival]) * DECIBANS),
                    share_before: rounded(share_before),
                    share_after: rounded(share),
                    caps: parts[entry].caps.clone(),
                }
            })
            .collect()
    }

    /// Without each item, source and group that was weighed; then the fewest that turn it.
    fn without(&self) -> (Vec<LeaveOut>, Option<Turning>) {
        let Some(&leader) = self.order.first() else { return (Vec::new(), None) };
        let mut sets: BTreeMap<(LeftOut, String), Vec<usize>> = BTreeMap::new();
        let told = |at: &usize| self.outcome.parts[*at].weight > 0.0;
        for at in (0..self.question.entries.len()).filter(told) {
            let item = &self.question.entries[at].item;
            sets.entry((LeftOut::Item, item.id.clone())).or_default().push(at);
            if !item.source.is_empty() {
                sets.entry((LeftOut::Source, item.source.clone())).or_default().push(at);
            }
            if let Some(group) = &item.group {
                sets.entry((LeftOut::Group, group.clone())).or_default().push(at);
            }
        }
        let mut without = without::Without::new(&self.scale);
        let leave_out = sets
            .into_iter()
            .map(|((what, name), items)| {
                let shares = without.shares(&items);
                let rival = ahead_or_level(&shares, leader);
                LeaveOut {
                    what,
                    name,
                    items: items.iter().map(|at| self.number(*at)).collect(),
                    first: self.question.rivals[rival.unwrap_or(leader)].id.clone(),
                    with: rounded(self.outcome.shares[leader]),
                    without: rounded(shares[leader]),
                    likelihood: Likelihood::of_share(rounded(shares[leader])),
                    turns: rival.is_some(),
                }
            })
            .collect();
        let turning = without.fewest(leader).map(|turn| Turning {
            items: turn.items.iter().map(|at| self.number(*at)).collect(),
            to: self.question.rivals[turn.to].id.clone(),
            share: rounded(turn.share),
            smallest: turn.smallest,
        });
        (leave_out, turning)
    }
}

/// A range over more than two words is too wide for one: so many steps between its ends' words.
const INSUFFICIENT_BANDS: u8 = 2;
