//! Which incident of the case is which of the truth: the same agency and kind, and the most lines
//! in common; one to one.

use std::collections::{BTreeMap, BTreeSet};

use bakas_model::{Case, IncidentKind};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::truth::{DUPLICATE_DECOY, Truth, TruthIncident};

use super::{EvidenceLine, Grouping, Tally};

/// An incident of the case.
#[derive(Debug)]
pub(super) struct Raised {
    pub(super) id: String,
    pub(super) agency: String,
    pub(super) kind: IncidentKind,
    pub(super) addresses: Vec<String>,
    pub(super) entered: Vec<String>,
    /// The account tried, where it is the only one.
    pub(super) only_tried: Option<String>,
    /// Distinct lines of evidence.
    pub(super) lines: u64,
}

/// Both sides with what they have in common.
#[derive(Debug)]
pub(super) struct Matched<'a> {
    pub(super) truth: &'a [TruthIncident],
    pub(super) raised: Vec<Raised>,
    /// Lines in common, by incident of the truth and of the case.
    pub(super) overlap: BTreeMap<(usize, usize), u64>,
    /// For each incident of the truth, its match.
    pub(super) of_truth: Vec<Option<usize>>,
    /// For each incident of the case, its match.
    pub(super) of_case: Vec<Option<usize>>,
    line_tally: Tally,
}

/// The attacking records of one file, in order: first byte, end, incident, number.
type Places = FxHashMap<String, Vec<(u64, u64, usize, usize)>>;

/// Names of files as the truth has them.
struct Names<'a> {
    copies: FxHashMap<&'a str, &'a str>,
}

impl<'a> Names<'a> {
    fn new(truth: &'a Truth) -> Self {
        let mut copies = FxHashMap::default();
        for decoy in truth.decoys.iter().filter(|d| d.name == DUPLICATE_DECOY) {
            if let Some((original, rest)) = decoy.files.split_first() {
                copies.extend(rest.iter().map(|copy| (copy.as_str(), original.as_str())));
            }
        }
        Self { copies }
    }

    /// Of a copy, its original; a case made of the whole folder has `logs/` before each path.
    fn of<'b>(&'b self, file: &'b str) -> &'b str {
        let file = file.strip_prefix("logs/").unwrap_or(file);
        self.copies.get(file).copied().unwrap_or(file)
    }
}

impl<'a> Matched<'a> {
    pub(super) fn new(truth: &'a Truth, case: &Case, evidence: &[EvidenceLine]) -> Self {
        let mut matched = Self {
            truth: &truth.incidents,
            raised: raised(case),
            overlap: BTreeMap::new(),
            of_truth: vec![None; truth.incidents.len()],
            of_case: vec![None; case.incidents.len()],
            line_tally: Tally::default(),
        };
        matched.compare(truth, evidence);
        matched.pair();
        matched
    }

    fn compare(&mut self, truth: &Truth, evidence: &[EvidenceLine]) {
        let names = Names::new(truth);
        let places = places(truth, &names);
        let numbers: FxHashMap<String, usize> =
            self.raised.iter().enumerate().map(|(n, r)| (r.id.clone(), n)).collect();
        let mut seen_by = FxHashSet::default();
        let mut seen = FxHashSet::default();
        let mut found = FxHashSet::default();
        let mut right = 0;
        for line in evidence {
            let file = names.of(&line.file);
            let hit = places.get(file).and_then(|in_file| overlapping(in_file, line));
            if seen.insert((file.to_owned(), line.offset)) && hit.is_some() {
                right += 1;
            }
            if let Some((_, number)) = hit {
                found.insert(number);
            }
            let Some(&raised) = numbers.get(&line.incident) else { continue };
            if !seen_by.insert((raised, file.to_owned(), line.offset)) {
                continue;
            }
            self.raised[raised].lines += 1;
            if let Some((incident, _)) = hit {
                *self.overlap.entry((incident, raised)).or_default() += 1;
            }
        }
        let mut tally = Tally::new(truth.lines.len() as u64, seen.len() as u64, right);
        if !truth.lines.is_empty() {
            tally.recall = found.len() as f64 / truth.lines.len() as f64;
        }
        self.line_tally = tally;
    }

    fn pair(&mut self) {
        let mut candidates: Vec<(u64, usize, usize)> = self
            .overlap
            .iter()
            .filter(|((t, c), _)| {
                let (truth, raised) = (&self.truth[*t], &self.raised[*c]);
                truth.agency == raised.agency && truth.kind == raised.kind
            })
            .map(|(&(t, c), &lines)| (lines, t, c))
            .collect();
        candidates.sort_by(|a, b| b.0.cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
        for (_, t, c) in candidates {
            if self.of_truth[t].is_none() && self.of_case[c].is_none() {
                self.of_truth[t] = Some(c);
                self.of_case[c] = Some(t);
            }
        }
    }

    /// Matched incidents, of the truth and of the case.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (usize, usize)> {
        self.of_truth.iter().enumerate().filter_map(|(t, c)| c.map(|c| (t, c)))
    }

    /// Incidents of a kind, or of all.
    pub(super) fn tally(&self, kind: Option<IncidentKind>) -> Tally {
        let wanted = |k| kind.is_none_or(|wanted| wanted == k);
        let truth = self.truth.iter().filter(|i| wanted(i.kind)).count();
        let raised = self.raised.iter().filter(|i| wanted(i.kind)).count();
        let right = self.pairs().filter(|&(t, _)| wanted(self.truth[t].kind)).count();
        Tally::new(truth as u64, raised as u64, right as u64)
    }

    pub(super) const fn lines(&self) -> Tally {
        self.line_tally
    }

    /// The share of attacking lines that stand in the incident matched to theirs.
    pub(super) fn lines_in_place(&self) -> f64 {
        let all = self.line_tally.truth;
        let placed: u64 = self.pairs().filter_map(|pair| self.overlap.get(&pair)).sum();
        if all == 0 { 1.0 } else { placed as f64 / all as f64 }
    }

    pub(super) fn grouping(&self, case: &Case) -> Grouping {
        let mut groups: FxHashMap<&str, BTreeSet<usize>> = FxHashMap::default();
        for (n, campaign) in case.campaigns.iter().enumerate() {
            for incident in &campaign.incidents {
                groups.entry(&incident.0).or_default().insert(n);
            }
        }
        let nowhere = BTreeSet::new();
        let group = |c: usize| groups.get(self.raised[c].id.as_str()).unwrap_or(&nowhere);
        let pairs: Vec<(usize, usize)> = self.pairs().collect();
        let (mut of_one, mut together, mut both) = (0, 0, 0);
        for (i, &(t1, c1)) in pairs.iter().enumerate() {
            for &(t2, c2) in &pairs[i + 1..] {
                let (a, b) = (&self.truth[t1].campaign, &self.truth[t2].campaign);
                let same = a.is_some() && a == b;
                let put = !group(c1).is_disjoint(group(c2));
                of_one += u64::from(same);
                together += u64::from(put);
                both += u64::from(same && put);
            }
        }
        let exact = both == of_one && both == together && !pairs.is_empty();
        Grouping { pairs: Tally::new(of_one, together, both), exact }
    }
}

fn raised(case: &Case) -> Vec<Raised> {
    case.incidents
        .iter()
        .map(|incident| Raised {
            id: incident.id.0.clone(),
            agency: case
                .agencies
                .get(usize::from(incident.agency.0))
                .map_or_else(String::new, |agency| agency.id.clone()),
            kind: incident.kind,
            addresses: incident.addresses.iter().map(|a| a.address.to_string()).collect(),
            entered: incident.scope.entered.iter().map(|e| e.account.clone()).collect(),
            only_tried: match (incident.scope.tried_count, incident.scope.tried.first()) {
                (1, Some(tried)) => Some(tried.value.clone()),
                _ => None,
            },
            lines: 0,
        })
        .collect()
}

fn places(truth: &Truth, names: &Names<'_>) -> Places {
    let incidents: FxHashMap<&str, usize> =
        truth.incidents.iter().enumerate().map(|(n, i)| (i.incident.as_str(), n)).collect();
    let mut places = Places::default();
    for (number, line) in truth.lines.iter().enumerate() {
        let Some(&incident) = incidents.get(line.incident.as_str()) else { continue };
        let end = line.offset + u64::from(line.length);
        let file = names.of(&line.file).to_owned();
        places.entry(file).or_default().push((line.offset, end, incident, number));
    }
    for in_file in places.values_mut() {
        in_file.sort_unstable();
    }
    places
}

/// The attacking record that an evidence line touches: its incident and its number.
fn overlapping(
    in_file: &[(u64, u64, usize, usize)],
    line: &EvidenceLine,
) -> Option<(usize, usize)> {
    let end = line.offset + line.length.max(1);
    // Records do not overlap one another, so the last one that begins before `end` decides.
    let at = in_file.partition_point(|place| place.0 < end).checked_sub(1)?;
    let (_, last, incident, number) = in_file[at];
    (last > line.offset).then_some((incident, number))
}
