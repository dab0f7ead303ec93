//! The analyst: what was reported, rated and written into cells, from a textbook that was written
//! without knowing the world's numbers. All methods get the same cells.

use bakas_assess::weigh::{Range, Scale, Weighable};

use super::{
    chance::Chance,
    world::{CONTRADICTS, Deceit, FORGED, Happened, Mark, NOTHING, OTHER, Sort, TRUTHS},
};

/// What the analyst holds before the evidence: P, Q, an insider, forged, other.
const PRIORS: [f64; TRUTHS] = [0.22, 0.18, 0.08, 0.15, 0.37];
/// How often the analyst sees that reports copy one another.
const COPIES_SEEN: f64 = 0.7;
/// How far two analysts differ over a cell, in log-odds.
const HAND: f64 = 0.35;

pub(crate) struct Case {
    pub(crate) truth: usize,
    pub(crate) deceit: Deceit,
    pub(crate) scale: Scale,
}

/// Whether anybody could plant it, in the analyst's eyes.
const fn is_cheap(sort: Sort) -> bool {
    !matches!(sort, Sort::Report | Sort::Answer | Sort::Machine)
}

/// The textbook: how likely such a mark is to point at the one whose it is; at each of two others; at
/// somebody whom a forger wants to be seen; at each of three if it was nobody thought of.
const fn textbook(sort: Sort) -> (f64, f64, f64, f64) {
    match sort {
        Sort::Network => (0.50, 0.12, 0.60, 0.15),
        Sort::Hours => (0.45, 0.15, 0.50, 0.18),
        Sort::Tool => (0.50, 0.08, 0.60, 0.10),
        Sort::Technique => (0.40, 0.10, 0.45, 0.12),
        Sort::Language => (0.35, 0.06, 0.50, 0.08),
        Sort::Report => (0.55, 0.10, 0.50, 0.12),
        Sort::Answer => (0.50, 0.06, 0.20, 0.08),
        Sort::Machine => (0.60, 0.04, 0.15, 0.06),
        Sort::Victim => (0.50, 0.20, 0.80, 0.25),
        Sort::Accused => (0.10, 0.05, 0.05, 0.05),
    }
}

/// Of the marks of forgers, those that point at the first group, at the second and at insiders.
const FRAMED: [f64; 3] = [0.55, 0.35, 0.10];
/// Marks that contradict one another: left by forgers, and by chance.
const CONTRADICTORY: (f64, f64) = (0.12, 0.03);

/// How likely the mark was, by hypothesis: of each hypothesis the outcomes add up to 1.
fn cells(mark: &Mark, chance: &mut Chance) -> Vec<Range> {
    let (own, another, forged, other) = textbook(mark.sort);
    let of = |hypothesis: usize| match (mark.points, hypothesis) {
        (CONTRADICTS, FORGED) => CONTRADICTORY.0,
        (CONTRADICTS, _) => CONTRADICTORY.1,
        (NOTHING, FORGED) => 1.0 - forged - CONTRADICTORY.0,
        (NOTHING, OTHER) => 1.0 - 3.0 * other - CONTRADICTORY.1,
        (NOTHING, _) => 1.0 - own - 2.0 * another - CONTRADICTORY.1,
        (points, FORGED) => forged * FRAMED[points],
        (_, OTHER) => other,
        (points, hypothesis) if points == hypothesis => own,
        _ => another,
    };
    (0..TRUTHS).map(|hypothesis| Range::around(chance.shaken(of(hypothesis), HAND))).collect()
}

/// The trust of the grade that fits best how often such a source is wrong, mistaken now and then.
fn trust(mark: &Mark, chance: &mut Chance) -> f64 {
    let seen = chance.shaken(mark.wrong, 0.5);
    let reliability = match seen {
        s if s < 0.08 => 0.95,
        s if s < 0.18 => 0.85,
        s if s < 0.35 => 0.70,
        s if s < 0.52 => 0.50,
        _ => 0.30,
    };
    // Credibility of the content is mostly "probably true" or "possibly true".
    reliability * [0.85, 0.85, 0.70][chance.below(3)]
}

pub(crate) fn write_down(happened: &Happened, chance: &mut Chance) -> Case {
    let items = happened.marks.iter().enumerate().map(|(at, mark)| {
        let seen = chance.is(COPIES_SEEN);
        Weighable {
            id: format!("E-{at:02}"),
            trust: trust(mark, chance),
            group: (mark.sort == Sort::Report && seen).then(|| format!("root {}", mark.root)),
            cheap: is_cheap(mark.sort),
            interested: matches!(mark.sort, Sort::Victim | Sort::Accused),
            of_ground: mark.sort == Sort::Network,
            cells: cells(mark, chance),
        }
    });
    let items = items.collect();
    let scale = Scale { priors: PRIORS.to_vec(), items, of_people: true };
    Case { truth: happened.truth, deceit: happened.deceit, scale }
}
