//! How right a method was: Brier score, log loss, hits, calibration.

use super::{methods::Method, world::Deceit};

pub(crate) struct Score {
    pub(crate) truth: usize,
    pub(crate) deceit: Deceit,
    pub(crate) shares: Vec<f64>,
}

/// One bin of a reliability diagram: how many, mean share, part that was true.
pub(crate) type Bin = (usize, f64, f64);

impl Score {
    pub(crate) fn new(truth: usize, deceit: Deceit, shares: Vec<f64>) -> Self {
        Self { truth, deceit, shares }
    }

    pub(crate) fn first(&self) -> (usize, f64) {
        let shares = self.shares.iter().copied().enumerate();
        shares.max_by(|a, b| a.1.total_cmp(&b.1)).expect("five shares")
    }

    pub(crate) fn brier(&self) -> f64 {
        let shares = self.shares.iter().enumerate();
        shares.map(|(at, share)| (share - f64::from(u8::from(at == self.truth))).powi(2)).sum()
    }
}

/// Ten bins over the shares of every hypothesis of every case.
pub(crate) fn reliability<'a>(scores: impl Iterator<Item = &'a Score>) -> Vec<Bin> {
    let mut bins = vec![(0_usize, 0.0, 0.0); 10];
    for score in scores {
        for (at, share) in score.shares.iter().enumerate() {
            let bin = &mut bins[((share * 10.0) as usize).min(9)];
            bin.0 += 1;
            bin.1 += share;
            bin.2 += f64::from(u8::from(at == score.truth));
        }
    }
    let mean = |(count, shares, hits): Bin| {
        let n = count.max(1) as f64;
        (count, shares / n, hits / n)
    };
    bins.into_iter().map(mean).collect()
}

/// How far what was said and what was true lie apart, by bin, weighed by how much was said there.
pub(crate) fn calibration_error(scores: &[&Score]) -> f64 {
    let bins = reliability(scores.iter().copied());
    let all: usize = bins.iter().map(|bin| bin.0).sum();
    let apart = |(count, said, held): &Bin| *count as f64 / all as f64 * (said - held).abs();
    bins.iter().map(apart).sum()
}

pub(crate) fn row(scores: &[&Score]) -> String {
    let n = scores.len().max(1) as f64;
    let brier = scores.iter().map(|score| score.brier()).sum::<f64>() / n;
    let loss =
        scores.iter().map(|score| -score.shares[score.truth].max(1e-9).ln()).sum::<f64>() / n;
    let right = |score: &&&Score| score.first().0 == score.truth;
    let hits = scores.iter().filter(right).count() as f64 / n;
    let over = |least: f64| scores.iter().filter(move |score| score.first().1 >= least);
    let (said, held) = (over(0.8).count(), over(0.8).filter(right).count());
    let (sure, wrong) = (over(0.95).count(), over(0.95).filter(|score| !right(score)).count());
    let error = calibration_error(scores);
    format!(
        "{brier:.3} | {loss:.3} | {:.1} % | {held} of {said} | {wrong} of {sure} | {error:.3}",
        hits * 100.0
    )
}

pub(crate) fn bins(scores: &[(Method, Vec<Score>)]) {
    println!(
        "reliability: of the shares in each bin, how many were said, their mean, the part that was true\n"
    );
    for (method, scores) in scores {
        let bins = reliability(scores.iter());
        let told: Vec<String> =
            bins.iter().map(|(count, said, held)| format!("{count} {said:.2}→{held:.2}")).collect();
        println!("{}: {}", method.name(), told.join(" · "));
    }
    println!();
}
