//! The judging: which suspects attack, which only look like it. Each judge adds up weights of
//! evidence in decibans and gives its reasons as named constants. It groups nothing.

pub(crate) mod inside;
pub(crate) mod probes;
pub(crate) mod takeover;
pub(crate) mod tries;

use std::{cmp::Reverse, collections::BTreeMap, fmt, net::IpAddr};

use bakas_model::{
    AccountKey, AgencyIx, Detection, IncidentKind, NetworkKind, RuleIx, RuleMeta, Severity,
    Timestamp,
};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::{Findings, chosen::Chosen, few::Few, ledger::name_hash, survey::Survey};

/// From this weight on, a suspect is judged to attack: a hundred times likelier than by chance.
/// Suspects come from rules that already matched, so that the chance to begin with is not small.
pub(crate) const VERDICT_DECIBANS: f64 = 20.0;

/// What the rules said of one address or account, for one kind of incident.
#[derive(Clone, Debug)]
pub(crate) struct Hint {
    pub(crate) hits: u64,
    pub(crate) rules: Few<RuleIx, Severity>,
    pub(crate) first: Timestamp,
    pub(crate) last: Timestamp,
}

/// What the detections say, turned round: by address, by account, by path.
#[derive(Clone, Debug, Default)]
pub struct Leads {
    pub(crate) chosen: Chosen,
    pub(crate) addresses: BTreeMap<(AgencyIx, IpAddr), Few<IncidentKind, Hint>>,
    pub(crate) accounts: BTreeMap<AccountKey, Few<IncidentKind, Hint>>,
    /// Paths where people sign in.
    pub(crate) sign_in_paths: FxHashMap<AgencyIx, FxHashSet<String>>,
    /// Paths of web shells.
    pub(crate) shell_paths: FxHashMap<AgencyIx, FxHashSet<String>>,
    /// Paths that exploitation was aimed at.
    pub(crate) exploited_paths: FxHashMap<AgencyIx, FxHashSet<String>>,
    /// User agents and operations in hits of cloud rules.
    pub(crate) cloud_words: FxHashMap<AgencyIx, FxHashSet<String>>,
    /// Accounts beyond those that are looked at.
    pub(crate) accounts_beyond: BTreeMap<AgencyIx, (FxHashSet<u64>, u64)>,
}

/// Most accounts that are looked at.
const ACCOUNTS_LIMIT: usize = 50_000;
/// Most paths and words of one sort that an agency's rules name.
const PATHS_LIMIT: usize = 50_000;

/// The kinds of incidents that are about accounts; of tries at accounts the addresses are looked at.
const ABOUT_ACCOUNTS: &[IncidentKind] = &[
    IncidentKind::AccountTakeover,
    IncidentKind::AdminDiscovery,
    IncidentKind::LateralMovement,
    IncidentKind::CloudAbuse,
];

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
    /// By the hash of their names.
    pub(crate) agents: Option<FxHashSet<u64>>,
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

/// Whom a reason is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Who {
    Address(IpAddr),
    /// In lower case.
    Account(Box<str>),
}

/// Those who were set aside for one reason.
#[derive(Clone, Debug, Default)]
pub(crate) struct Excused {
    pub(crate) names: FxHashSet<Who>,
    /// How many more there are that are not named.
    pub(crate) unnamed: u64,
    pub(crate) hits: u64,
}

/// What was set aside.
pub(crate) type Aside = BTreeMap<(AgencyIx, Excuse), Excused>;

/// Notes a suspect that was set aside.
pub(crate) fn set_aside(
    aside: &mut Aside,
    agency: AgencyIx,
    why: Excuse,
    who: impl Into<Who>,
    hits: u64,
) {
    let excused = aside.entry((agency, why)).or_default();
    excused.names.insert(who.into());
    excused.hits += hits;
}

impl From<IpAddr> for Who {
    fn from(address: IpAddr) -> Self {
        Self::Address(address)
    }
}

impl From<&str> for Who {
    fn from(account: &str) -> Self {
        Self::Account(account.into())
    }
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(address) => address.fmt(f),
            Self::Account(name) => f.write_str(name),
        }
    }
}

/// What the judges work from.
pub(crate) struct Court<'a> {
    pub(crate) findings: &'a Findings<'a>,
    pub(crate) leads: &'a Leads,
    pub(crate) survey: &'a Survey,
}

impl Leads {
    /// Turns the detections round. Of more addresses or accounts than are looked at the gravest
    /// are taken, and the others counted.
    #[must_use]
    pub fn of(rules: &[RuleMeta], detections: &[Detection]) -> Self {
        let mut leads = Self { chosen: Chosen::of(rules, detections), ..Self::default() };
        let mut told: Vec<(&Detection, &RuleMeta, IncidentKind)> = detections
            .iter()
            .filter_map(|detection| {
                let meta = rules.get(detection.rule.0 as usize)?;
                Some((detection, meta, kind_of(meta)?))
            })
            .collect();
        told.sort_by_key(|(_, meta, _)| Reverse(meta.severity));
        for (detection, meta, kind) in told {
            leads.add_paths(detection, meta, kind);
            for tally in &detection.addresses {
                let key = (detection.agency, tally.value);
                if leads.chosen.contains(&key) {
                    let known = leads.addresses.entry(key).or_default();
                    note(known, kind, meta, detection, tally.count);
                }
            }
            if ABOUT_ACCOUNTS.contains(&kind) {
                for tally in &detection.accounts {
                    leads.add_account(&tally.value, kind, meta, detection, tally.count);
                }
            }
        }
        leads
    }

    /// Lets go of what the rules said of each address and account; whom they named stays known.
    pub(crate) fn let_go(&mut self) {
        self.addresses = BTreeMap::new();
        self.accounts = BTreeMap::new();
    }

    /// Whether the profile of an address is looked up.
    #[must_use]
    pub fn wants_address(&self, agency: AgencyIx, address: IpAddr) -> bool {
        self.chosen.contains(&(agency, address))
    }

    /// Whether the profile of an account is looked up.
    #[must_use]
    pub fn wants_account(&self, account: &AccountKey) -> bool {
        self.chosen.names(account.agency, &account.name)
    }

    fn add_account(
        &mut self,
        name: &str,
        kind: IncidentKind,
        meta: &RuleMeta,
        detection: &Detection,
        hits: u64,
    ) {
        let key = AccountKey { agency: detection.agency, name: name.to_lowercase() };
        if self.accounts.len() >= ACCOUNTS_LIMIT && !self.accounts.contains_key(&key) {
            let (names, all) = self.accounts_beyond.entry(key.agency).or_default();
            names.insert(name_hash(&key.name));
            *all += hits;
            return;
        }
        note(self.accounts.entry(key).or_default(), kind, meta, detection, hits);
    }

    fn add_paths(&mut self, detection: &Detection, meta: &RuleMeta, kind: IncidentKind) {
        let agency = detection.agency;
        if kind == IncidentKind::CloudAbuse {
            let words = self.cloud_words.entry(agency).or_default();
            let operations = detection.samples.iter().map(|hit| &hit.operation);
            let agents = detection.agents.iter().map(|tally| &tally.value);
            let free = PATHS_LIMIT.saturating_sub(words.len());
            words.extend(operations.chain(agents).take(free).cloned());
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
        let free = PATHS_LIMIT.saturating_sub(paths.len());
        paths.extend(web.take(free).map(|tally| tally.value.clone()));
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
    known: &mut Few<IncidentKind, Hint>,
    kind: IncidentKind,
    meta: &RuleMeta,
    detection: &Detection,
    hits: u64,
) {
    let hint = known.entry_or(kind, || Hint {
        hits: 0,
        rules: Few::default(),
        first: detection.first,
        last: detection.last,
    });
    hint.hits += hits;
    *hint.rules.entry_or(detection.rule, || meta.severity) = meta.severity;
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
