//! The judging: which suspects attack, which only look like it. Each judge adds up weights of
//! evidence in decibans and gives its reasons as named constants. It groups nothing.

pub(crate) mod inside;
pub(crate) mod probes;
pub(crate) mod takeover;
pub(crate) mod tries;

use std::{collections::BTreeMap, net::IpAddr};

use bakas_model::{
    AccountKey, AgencyIx, Detection, IncidentKind, NetworkKind, RuleIx, RuleMeta, Severity,
    Timestamp,
};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::{Findings, survey::Survey};

/// From this weight on, a suspect is judged to attack: a hundred times likelier than by chance.
/// Suspects come from rules that already matched, so that the chance to begin with is not small.
pub(crate) const VERDICT_DECIBANS: f64 = 20.0;
/// Most addresses whose rows are read again.
pub(crate) const CANDIDATES_LIMIT: usize = 200_000;

/// What the rules said of one address or account, for one kind of incident.
#[derive(Clone, Debug)]
pub(crate) struct Hint {
    pub(crate) hits: u64,
    pub(crate) rules: BTreeMap<RuleIx, Severity>,
    pub(crate) first: Timestamp,
    pub(crate) last: Timestamp,
}

/// What the detections say, turned round: by address, by account, by path.
#[derive(Clone, Debug, Default)]
pub(crate) struct Leads {
    pub(crate) addresses: BTreeMap<(AgencyIx, IpAddr), BTreeMap<IncidentKind, Hint>>,
    pub(crate) accounts: BTreeMap<AccountKey, BTreeMap<IncidentKind, Hint>>,
    /// Paths where people sign in.
    pub(crate) sign_in_paths: FxHashMap<AgencyIx, FxHashSet<String>>,
    /// Paths of web shells.
    pub(crate) shell_paths: FxHashMap<AgencyIx, FxHashSet<String>>,
    /// Paths that exploitation was aimed at.
    pub(crate) exploited_paths: FxHashMap<AgencyIx, FxHashSet<String>>,
    /// User agents and operations in hits of cloud rules.
    pub(crate) cloud_words: FxHashMap<AgencyIx, FxHashSet<String>>,
}

/// Somebody judged to attack: an address, or the part of a shared one that certain user agents or
/// accounts mark.
#[derive(Clone, Debug)]
pub(crate) struct Suspect {
    pub(crate) agency: AgencyIx,
    pub(crate) address: IpAddr,
    pub(crate) kind: IncidentKind,
    pub(crate) score: f64,
    /// When it attacked.
    pub(crate) span: (Timestamp, Timestamp),
    /// Only rows with these user agents, where honest people share the address.
    pub(crate) agents: Option<FxHashSet<String>>,
    /// Only rows of these accounts, for kinds that are about accounts.
    pub(crate) accounts: Option<FxHashSet<String>>,
}

impl Suspect {
    /// Whether it is one account's guess that came true at an address of other people.
    pub(crate) fn is_one_guess(&self) -> bool {
        self.kind == IncidentKind::PasswordGuessing && self.accounts.is_some()
    }
}

/// Something that was looked at and not accused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Excuse {
    /// A written permission, by its index.
    Permitted(usize),
    /// Many people behind one address, most of whom sign in.
    SharedAddress,
    /// Failures that fit people who forgot a password.
    Forgetful,
    /// One program with an old password.
    StalePassword,
    /// A sign-in from elsewhere without an act that would need explaining.
    Elsewhere,
    /// An act by its own account from its usual network.
    UsualNetwork,
    /// One or two hits among honest use.
    Isolated,
    /// Cloud operations that no record ties to an address.
    NoAddress,
    /// Inside sign-ins by somebody who always did so.
    UsualInside,
    /// One of more suspects than are looked at.
    NotLookedAt,
}

/// The counts of what was set aside.
pub(crate) type Aside = BTreeMap<(AgencyIx, Excuse), (FxHashSet<String>, u64)>;

/// Notes a suspect that was set aside.
pub(crate) fn set_aside(aside: &mut Aside, agency: AgencyIx, why: Excuse, who: String, hits: u64) {
    let (names, count) = aside.entry((agency, why)).or_default();
    names.insert(who);
    *count += hits;
}

/// What the judges work from.
pub(crate) struct Court<'a> {
    pub(crate) findings: &'a Findings<'a>,
    pub(crate) leads: &'a Leads,
    pub(crate) survey: &'a Survey,
}

impl Leads {
    /// Turns the detections round.
    pub(crate) fn of(findings: &Findings<'_>) -> Self {
        let mut leads = Self::default();
        for detection in findings.detections {
            let Some(meta) = findings.rules.get(detection.rule.0 as usize) else { continue };
            let Some(kind) = kind_of(meta) else { continue };
            leads.add_paths(detection, meta, kind);
            for tally in &detection.addresses {
                let known = leads.addresses.entry((detection.agency, tally.value)).or_default();
                note(known, kind, meta, detection, tally.count);
            }
            for tally in &detection.accounts {
                let key = AccountKey { agency: detection.agency, name: tally.value.to_lowercase() };
                note(leads.accounts.entry(key).or_default(), kind, meta, detection, tally.count);
            }
        }
        leads
    }

    fn add_paths(&mut self, detection: &Detection, meta: &RuleMeta, kind: IncidentKind) {
        let agency = detection.agency;
        if kind == IncidentKind::CloudAbuse {
            let words = self.cloud_words.entry(agency).or_default();
            words.extend(detection.samples.iter().map(|hit| hit.operation.clone()));
            words.extend(detection.agents.iter().map(|tally| tally.value.clone()));
            return;
        }
        let paths = match kind {
            IncidentKind::PasswordGuessing | IncidentKind::PasswordSpraying => {
                &mut self.sign_in_paths
            }
            // A correlation's hits hold the upload as well, which is no shell.
            IncidentKind::WebShell if meta.correlation => return,
            IncidentKind::WebShell => &mut self.shell_paths,
            IncidentKind::WebExploitation => &mut self.exploited_paths,
            _ => return,
        };
        let paths = paths.entry(agency).or_default();
        let web = detection.objects.iter().filter(|tally| tally.value.starts_with('/'));
        paths.extend(web.map(|tally| tally.value.clone()));
    }
}

/// The kind of incident that a rule points to, tries of both kinds taken together as guessing.
pub(crate) fn kind_of(meta: &RuleMeta) -> Option<IncidentKind> {
    if meta.severity < Severity::Low {
        return None;
    }
    match meta.kind? {
        IncidentKind::PasswordSpraying => Some(IncidentKind::PasswordGuessing),
        kind => Some(kind),
    }
}

fn note(
    known: &mut BTreeMap<IncidentKind, Hint>,
    kind: IncidentKind,
    meta: &RuleMeta,
    detection: &Detection,
    hits: u64,
) {
    let hint = known.entry(kind).or_insert_with(|| Hint {
        hits: 0,
        rules: BTreeMap::new(),
        first: detection.first,
        last: detection.last,
    });
    hint.hits += hits;
    hint.rules.insert(detection.rule, meta.severity);
    hint.first = hint.first.min(detection.first);
    hint.last = hint.last.max(detection.last);
}

impl Court<'_> {
    /// The permission that covers an address, by its index.
    pub(crate) fn permission(&self, address: IpAddr, at: Timestamp) -> Option<usize> {
        self.findings.permitted.iter().position(|permitted| permitted.covers(address, at))
    }

    /// What kind of network an address was in.
    pub(crate) fn network_kind(&self, address: IpAddr, at: Timestamp) -> NetworkKind {
        self.findings.networks.locate(address, at).kind
    }
}

/// How telling a kind of network is: people rarely sign in to their agency from rented servers, and
/// do so from VPN and Tor exits for good reasons as well as bad.
pub(crate) const fn network_weight(kind: NetworkKind) -> f64 {
    match kind {
        NetworkKind::Hosting | NetworkKind::Cloud => 4.0,
        NetworkKind::Vpn | NetworkKind::Tor => 3.0,
        _ => 0.0,
    }
}
