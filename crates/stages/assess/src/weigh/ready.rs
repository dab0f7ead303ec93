//! A scale made ready to be weighed many times: items in the order of their ids, groups and caps
//! found once. The same steps serve the answer, the draws and the leave-one-outs.

use bakas_model::assessment::Cap;

use super::{
    CHEAP_CAP, GROUND_CAP, GROUP_CAP, INTERESTED_CAP, ITEMS_LIMIT, Scale, even_out, settle,
};

/// The scale made ready: items in the order of their ids, those that tell nothing left out.
#[derive(Debug)]
pub(crate) struct Ready<'a> {
    scale: &'a Scale,
    /// Logarithms of the priors.
    pub(super) prior_logs: Vec<f64>,
    /// Which items tell, in the order of their ids.
    pub(super) order: Vec<usize>,
    /// For each of `order` the number of its group.
    groups: Vec<usize>,
    group_count: usize,
    /// Caps, and the items that each holds all together; those of groups first.
    holds: Vec<(f64, Vec<usize>)>,
}

/// Memory that evaluations share.
#[derive(Debug, Default)]
pub(crate) struct Bench {
    pub(super) logs: Vec<f64>,
    widths: Vec<f64>,
    pub(super) weights: Vec<f64>,
    pub(super) kept: Vec<f64>,
    ranked: Vec<usize>,
    /// The next weight of each group.
    next: Vec<f64>,
    shares: Vec<f64>,
}

impl<'a> Ready<'a> {
    pub(crate) fn new(scale: &'a Scale) -> Self {
        let prior_logs = even_out(&scale.priors).iter().map(|p| p.ln()).collect();
        let mut order: Vec<usize> = (0..scale.items.len()).collect();
        order.sort_by(|&a, &b| scale.items[a].id.cmp(&scale.items[b].id).then(a.cmp(&b)));
        order.dedup_by(|b, a| scale.items[*a].id == scale.items[*b].id);
        order.retain(|&at| {
            scale.items[at].tells() && scale.items[at].cells.len() == scale.priors.len()
        });
        order.truncate(ITEMS_LIMIT);
        let mut names: Vec<&str> = Vec::new();
        let groups = order
            .iter()
            .map(|&at| {
                let Some(name) = scale.items[at].group.as_deref() else {
                    names.push("");
                    return names.len() - 1;
                };
                let known = names.iter().position(|known| *known == name && !name.is_empty());
                known.unwrap_or_else(|| {
                    names.push(name);
                    names.len() - 1
                })
            })
            .collect();
        let group_count = names.len();
        let mut ready = Self { scale, prior_logs, order, groups, group_count, holds: Vec::new() };
        ready.set_holds();
        ready
    }

    /// Which items each cap holds. A cap over one item alone is a cap all the same.
    fn set_holds(&mut self) {
        let item = |at: usize| &self.scale.items[self.order[at]];
        let all = |of: &dyn Fn(usize) -> bool| -> Vec<usize> {
            (0..self.order.len()).filter(|&at| of(at)).collect()
        };
        let mut holds: Vec<(f64, Vec<usize>)> = (0..self.group_count)
            .map(|group| (GROUP_CAP.ln(), all(&|at| self.groups[at] == group)))
            .collect();
        holds.push((INTERESTED_CAP.ln(), all(&|at| item(at).interested)));
        holds.push((CHEAP_CAP.ln(), all(&|at| item(at).cheap || item(at).interested)));
        if self.scale.of_people {
            holds.push((GROUND_CAP.ln(), all(&|at| item(at).of_ground)));
        }
        holds.retain(|(_, members)| !members.is_empty());
        self.holds = holds;
    }

    fn hypotheses(&self) -> usize {
        self.prior_logs.len()
    }

    /// Log-ratios of one item from the values of its cells, against their mean.
    pub(super) fn log_ratios(trust: f64, values: &[f64], into: &mut [f64]) {
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let mut sum = 0.0;
        for (log, value) in into.iter_mut().zip(values) {
            *log = (trust * value + (1.0 - trust) * mean).ln();
            sum += *log;
        }
        let mean = sum / values.len() as f64;
        into.iter_mut().for_each(|log| *log -= mean);
    }

    /// Fills the log-ratios at the best values.
    pub(super) fn fill_best(&self, bench: &mut Bench) {
        let n = self.hypotheses();
        bench.logs.clear();
        bench.logs.resize(self.order.len() * n, 0.0);
        let mut values = vec![0.0; n];
        for (at, &item) in self.order.iter().enumerate() {
            let item = &self.scale.items[item];
            values.iter_mut().zip(&item.cells).for_each(|(value, cell)| *value = cell.best);
            Self::log_ratios(item.trust, &values, &mut bench.logs[at * n..(at + 1) * n]);
        }
    }

    /// Weighs what stands in `bench.logs` on these priors' logarithms, leaving out the items for
    /// which `out` says so, and tells the shares.
    pub(super) fn weigh_on<'b>(
        &self,
        priors: &[f64],
        bench: &'b mut Bench,
        out: impl Fn(usize) -> bool,
    ) -> &'b [f64] {
        let n = self.hypotheses();
        let count = self.order.len();
        bench.widths.clear();
        bench.widths.extend(bench.logs.chunks_exact(n.max(1)).enumerate().map(|(at, logs)| {
            let most = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let least = logs.iter().copied().fold(f64::INFINITY, f64::min);
            if out(at) { 0.0 } else { most - least }
        }));
        self.rank(bench);
        let Bench { logs, widths, weights, kept, shares, .. } = bench;
        kept.clear();
        kept.resize(count, 1.0);
        for (cap, members) in &self.holds {
            let sum: f64 = members.iter().map(|&at| widths[at] * weights[at] * kept[at]).sum();
            if sum > *cap {
                members.iter().for_each(|&at| kept[at] *= cap / sum);
            }
        }
        shares.clear();
        shares.extend_from_slice(priors);
        for (at, logs) in logs.chunks_exact(n).enumerate() {
            if widths[at] > 0.0 {
                let factor = weights[at] * kept[at];
                shares.iter_mut().zip(logs).for_each(|(total, log)| *total += factor * log);
            }
        }
        settle(shares);
        shares
    }

    /// The same on the priors as they are.
    pub(super) fn weigh<'b>(&self, bench: &'b mut Bench, out: impl Fn(usize) -> bool) -> &'b [f64] {
        self.weigh_on(&self.prior_logs, bench, out)
    }

    /// Weights 1, ½, ¼ … within each group, the strongest first.
    fn rank(&self, bench: &mut Bench) {
        let count = self.order.len();
        bench.weights.clear();
        bench.weights.resize(count, 1.0);
        if self.group_count == count {
            return;
        }
        bench.ranked.clear();
        bench.ranked.extend(0..count);
        let widths = &bench.widths;
        bench.ranked.sort_unstable_by(|&a, &b| widths[b].total_cmp(&widths[a]).then(a.cmp(&b)));
        bench.next.clear();
        bench.next.resize(self.group_count, 1.0);
        for &at in &bench.ranked {
            if widths[at] > 0.0 {
                bench.weights[at] = bench.next[self.groups[at]];
                bench.next[self.groups[at]] *= 0.5;
            }
        }
    }
}

impl Ready<'_> {
    /// The caps that held an item back, told from the sums that they look at.
    pub(super) fn caps_on(&self, bench: &Bench, at: usize) -> Vec<Cap> {
        let item = |at: usize| &self.scale.items[self.order[at]];
        let sum = |of: &dyn Fn(usize) -> bool| -> f64 {
            let all = (0..self.order.len()).filter(|&at| of(at));
            all.map(|at| bench.widths[at] * bench.weights[at]).sum()
        };
        let mut caps = Vec::new();
        if bench.weights[at] < 1.0 {
            caps.push(Cap::Dependence);
        }
        if bench.kept[at] >= 1.0 {
            return caps;
        }
        let one = item(at);
        if sum(&|other| self.groups[other] == self.groups[at]) > GROUP_CAP.ln() {
            caps.push(Cap::Group);
        }
        if one.interested && sum(&|other| item(other).interested) > INTERESTED_CAP.ln() {
            caps.push(Cap::InterestedParty);
        }
        let cheap = |other: usize| item(other).cheap || item(other).interested;
        if cheap(at) && sum(&cheap) > CHEAP_CAP.ln() {
            caps.push(Cap::CheapToPlant);
        }
        if self.scale.of_people
            && one.of_ground
            && sum(&|other| item(other).of_ground) > GROUND_CAP.ln()
        {
            caps.push(Cap::GroundOnly);
        }
        caps
    }
}
