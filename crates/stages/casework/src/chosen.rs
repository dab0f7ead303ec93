//! Whom casework looks at, of all whom the rules named. In a flood there are more than fit in
//! memory: then the gravest are taken, those that the rules named most often first, and the others
//! are counted. It looks at nobody.

use std::{cmp::Reverse, collections::BTreeMap, net::IpAddr};

use bakas_model::{AgencyIx, Detection, IncidentKind, RuleMeta};
use rustc_hash::FxHashSet;

use crate::{judge::kind_of, ledger::name_hash, reasons::NAMES_SHOWN};

/// Most addresses whose rows are read again: some 250 MB in all that follows.
pub const CANDIDATES_LIMIT: usize = 100_000;

/// The addresses and accounts that are looked at.
#[derive(Clone, Debug, Default)]
pub(crate) struct Chosen {
    addresses: FxHashSet<(AgencyIx, IpAddr)>,
    /// By the hashes of their names in lower case.
    accounts: FxHashSet<(AgencyIx, u64)>,
    pub(crate) left_out: BTreeMap<AgencyIx, LeftOut>,
}

/// Addresses that a rule named as part of an attack and that are not looked at.
#[derive(Clone, Debug, Default)]
pub(crate) struct LeftOut {
    /// Some of them.
    pub(crate) named: Vec<IpAddr>,
    pub(crate) addresses: u64,
    pub(crate) hits: u64,
}

/// An address that rules named.
#[derive(Clone, Copy)]
struct Ranked {
    address: IpAddr,
    agency: AgencyIx,
    /// 0 where no rule takes it for a part of an attack.
    rank: u8,
    hits: u64,
}

impl Chosen {
    pub(crate) fn of(rules: &[RuleMeta], detections: &[Detection]) -> Self {
        Self::within(rules, detections, CANDIDATES_LIMIT)
    }

    fn within(rules: &[RuleMeta], detections: &[Detection], limit: usize) -> Self {
        let mut chosen = Self::default();
        let mut all = ranked(rules, detections);
        if all.len() > limit {
            let weight = |r: &Ranked| (Reverse((r.rank, r.hits)), r.agency, r.address);
            all.select_nth_unstable_by_key(limit, weight);
            all[limit..].sort_unstable_by_key(|r| (r.agency, r.address));
            for left in all.drain(limit..).filter(|left| left.rank > 0) {
                let told = chosen.left_out.entry(left.agency).or_default();
                if told.named.len() < NAMES_SHOWN {
                    told.named.push(left.address);
                }
                told.addresses += 1;
                told.hits += left.hits;
            }
        }
        chosen.addresses = all.iter().map(|r| (r.agency, r.address)).collect();
        for detection in detections {
            let names = detection.accounts.iter().map(|tally| tally.value.to_lowercase());
            chosen.accounts.extend(names.map(|name| (detection.agency, name_hash(&name))));
        }
        chosen
    }

    pub(crate) fn contains(&self, key: &(AgencyIx, IpAddr)) -> bool {
        self.addresses.contains(key)
    }

    /// Whether any detection names an account; the name is in lower case.
    pub(crate) fn names(&self, agency: AgencyIx, account: &str) -> bool {
        self.accounts.contains(&(agency, name_hash(account)))
    }

    /// Whether a detection names an address that is not looked at.
    pub(crate) fn is_beyond(&self, detection: &Detection) -> bool {
        let is_left = |address| !self.addresses.contains(&(detection.agency, address));
        self.left_out.contains_key(&detection.agency)
            && detection.addresses.iter().any(|tally| is_left(tally.value))
    }
}

/// Every address that the detections name, once.
fn ranked(rules: &[RuleMeta], detections: &[Detection]) -> Vec<Ranked> {
    let count = detections.iter().map(|detection| detection.addresses.len()).sum();
    let mut all = Vec::with_capacity(count);
    for detection in detections {
        let meta = rules.get(detection.rule.0 as usize);
        let rank = meta.map_or(0, rank);
        let agency = detection.agency;
        all.extend(detection.addresses.iter().map(|tally| Ranked {
            address: tally.value,
            agency,
            rank,
            hits: tally.count,
        }));
    }
    all.sort_unstable_by_key(|r| (r.agency, r.address));
    all.dedup_by(|again, known| {
        let same = (again.agency, again.address) == (known.agency, known.address);
        if same {
            known.rank = known.rank.max(again.rank);
            known.hits = known.hits.saturating_add(again.hits);
        }
        same
    });
    all
}

/// How grave it is to be named by a rule: first by what it points at, then by its level.
fn rank(meta: &RuleMeta) -> u8 {
    let Some(kind) = kind_of(meta) else { return 0 };
    let gravity = match kind {
        IncidentKind::AccountTakeover
        | IncidentKind::WebShell
        | IncidentKind::LateralMovement
        | IncidentKind::CloudAbuse => 3,
        IncidentKind::WebExploitation => 2,
        IncidentKind::PasswordGuessing
        | IncidentKind::PasswordSpraying
        | IncidentKind::AdminDiscovery => 1,
        IncidentKind::Scanning => 0,
    };
    1 + 8 * gravity + meta.severity as u8
}

#[cfg(test)]
mod tests {
    use bakas_model::{DetectionId, RuleIx, Severity, Timestamp, detection::Tally};

    use super::*;

    fn detection(rule: u32, addresses: &[(&str, u64)]) -> Detection {
        Detection {
            id: DetectionId(1),
            rule: RuleIx(rule),
            agency: AgencyIx(0),
            group: Vec::new(),
            first: Timestamp::default(),
            last: Timestamp::default(),
            count: 1,
            addresses: addresses
                .iter()
                .map(|(address, count)| Tally { value: address.parse().unwrap(), count: *count })
                .collect(),
            networks: Vec::new(),
            accounts: Vec::new(),
            account_count: 0,
            objects: Vec::new(),
            agents: Vec::new(),
            samples: Vec::new(),
        }
    }

    #[test]
    fn of_too_many_the_gravest_are_looked_at_and_the_others_counted() {
        let meta = |kind, severity| RuleMeta { kind: Some(kind), severity, ..RuleMeta::default() };
        let rules = [
            meta(IncidentKind::PasswordGuessing, Severity::High),
            meta(IncidentKind::WebShell, Severity::Low),
            RuleMeta { severity: Severity::High, ..RuleMeta::default() },
        ];
        let detections = [
            detection(0, &[("192.0.2.1", 5), ("192.0.2.2", 7), ("192.0.2.3", 6)]),
            // Named by two rules: its hits are added up.
            detection(0, &[("192.0.2.1", 3)]),
            // A rule that points at no attack: nobody is left out of anything.
            detection(2, &[("192.0.2.4", 99)]),
            detection(1, &[("203.0.113.9", 1)]),
        ];
        let chosen = Chosen::within(&rules, &detections, 2);
        let has = |address: &str| chosen.contains(&(AgencyIx(0), address.parse().unwrap()));
        assert!(has("203.0.113.9") && has("192.0.2.1"), "{chosen:?}");
        let left = &chosen.left_out[&AgencyIx(0)];
        assert_eq!((left.addresses, left.hits, left.named.len()), (2, 13, 2));
        assert!(chosen.is_beyond(&detections[0]) && !chosen.is_beyond(&detections[3]));

        let all = Chosen::within(&rules, &detections, 5);
        assert!(all.left_out.is_empty() && all.addresses.len() == 5);
    }
}
