//! How evidence becomes a likelihood. The rule is simple so that anybody can repeat it with a pencil:
//!
//! 1. Every rival begins with a few decibans (ten times the decimal logarithm of its odds against
//!    the others), chosen once and written in the code beside it.
//! 2. Every item of evidence adds or takes a fixed number of decibans, in proportion to the share of
//!    lines it speaks of. More of the same evidence never works the other way.
//! 3. Odds are made into shares of one, and a share into the words of ICD 203.
//! 4. What comes from the network alone is capped: never above "very likely", never below "almost no
//!    chance", and where the question is who, never above "roughly even chance".
//!
//! It is a way to be consistent, not a measurement: the decibans are judgements.

use bakas_model::{Hypothesis, Likelihood, Text};

/// The highest word for where and through whom, on network evidence alone.
pub const NETWORK_CEILING: Likelihood = Likelihood::VeryLikely;
/// The highest word for who, on network evidence alone.
pub const ACTOR_CEILING: Likelihood = Likelihood::RoughlyEvenChance;

/// A rival explanation while it is weighed.
#[derive(Clone, Debug)]
pub(crate) struct Rival {
    pub(crate) id: String,
    pub(crate) text: Text,
    /// For it, against the others.
    pub(crate) decibans: f64,
    pub(crate) speaks_for: Vec<u32>,
    pub(crate) speaks_against: Vec<u32>,
}

impl Rival {
    /// A rival with what it begins with.
    pub(crate) fn new(id: impl Into<String>, decibans: f64, text: Text) -> Self {
        let (speaks_for, speaks_against) = (Vec::new(), Vec::new());
        Self { id: id.into(), text, decibans, speaks_for, speaks_against }
    }

    /// Adds an item's weight; where the weight tells, the item is named on its side.
    pub(crate) fn weigh(&mut self, item: Option<u32>, decibans: f64) {
        /// Less than this is not worth naming.
        const TELLING_DECIBANS: f64 = 0.5;
        self.decibans += decibans;
        let Some(item) = item else { return };
        let side = if decibans > 0.0 { &mut self.speaks_for } else { &mut self.speaks_against };
        if decibans.abs() >= TELLING_DECIBANS && !side.contains(&item) {
            side.push(item);
        }
    }
}

/// The rivals with their likelihoods, likeliest first.
pub(crate) fn settle(mut rivals: Vec<Rival>, ceiling: Likelihood) -> Vec<Hypothesis> {
    let odds = |rival: &Rival| 10_f64.powf(rival.decibans / 10.0);
    let total: f64 = rivals.iter().map(odds).sum();
    rivals.sort_by(|a, b| b.decibans.total_cmp(&a.decibans).then_with(|| a.id.cmp(&b.id)));
    rivals
        .into_iter()
        .map(|rival| Hypothesis {
            likelihood: in_words(odds(&rival) / total).min(ceiling),
            id: rival.id,
            text: rival.text,
            speaks_for: rival.speaks_for,
            speaks_against: rival.speaks_against,
        })
        .collect()
}

/// The word for a share of one (ICD 203).
#[must_use]
pub fn in_words(share: f64) -> Likelihood {
    match share {
        s if s < 0.05 => Likelihood::AlmostNoChance,
        s if s < 0.20 => Likelihood::VeryUnlikely,
        s if s < 0.45 => Likelihood::Unlikely,
        s if s < 0.55 => Likelihood::RoughlyEvenChance,
        s if s < 0.80 => Likelihood::Likely,
        s if s < 0.95 => Likelihood::VeryLikely,
        _ => Likelihood::AlmostCertain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rivals(decibans: &[f64]) -> Vec<Rival> {
        let rival = |(at, d): (usize, &f64)| Rival::new(format!("h{at}"), *d, Text::default());
        decibans.iter().enumerate().map(rival).collect()
    }

    #[test]
    fn ten_decibans_are_ten_to_one() {
        let settled = settle(rivals(&[0.0, 10.0]), Likelihood::AlmostCertain);
        assert_eq!(settled[0].id, "h1");
        assert_eq!(settled[0].likelihood, Likelihood::VeryLikely, "10 of 11");
        assert_eq!(settled[1].likelihood, Likelihood::VeryUnlikely, "1 of 11");
    }

    #[test]
    fn nothing_is_certain_on_the_network_alone() {
        let settled = settle(rivals(&[80.0, -80.0]), NETWORK_CEILING);
        assert_eq!(settled[0].likelihood, Likelihood::VeryLikely);
        assert_eq!(settled[1].likelihood, Likelihood::AlmostNoChance);
    }

    #[test]
    fn only_telling_items_are_named() {
        let mut rival = Rival::new("h", 0.0, Text::default());
        rival.weigh(Some(1), 3.0);
        rival.weigh(Some(2), -3.0);
        rival.weigh(Some(3), 0.1);
        assert_eq!((rival.speaks_for, rival.speaks_against), (vec![1], vec![2]));
    }
}
