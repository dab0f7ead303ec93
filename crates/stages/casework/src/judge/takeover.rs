//! Accounts that somebody else entered: told by an act that serves an intruder, done from a network
//! that the account does not use, and the more so where the same address failed at it before, or
//! enters several accounts. A new network alone is a journey or a VPN.

use std::{collections::BTreeMap, net::IpAddr};

use bakas_model::{AccountKey, AgencyIx, Asn, IncidentKind, NetworkKind, Severity, Timestamp};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::{
    judge::{Aside, Court, Excuse, Suspect, VERDICT_DECIBANS, network_weight, set_aside},
    ledger::name_hash,
    reading::{Act, Family},
    survey::Visit,
};

/// Sign-ins from a network that the account hardly uses: people travel.
const NEW_NETWORK_DECIBANS: f64 = 5.0;
/// The network is one of the account's usual ones.
const USUAL_NETWORK_DECIBANS: f64 = -14.0;
/// Share of an account's days with sign-ins from which on a network is usual.
const USUAL_SHARE: f64 = 0.3;
/// Days from which on a network may be usual at all.
const USUAL_DAYS: usize = 3;
/// The agency's own people work from this network: an office, or a telco of the country. Share of
/// the agency's sign-ins from which on that is so, and how much it speaks against.
const OWN_SHARE: f64 = 0.1;
const OWN_NETWORK_DECIBANS: f64 = -10.0;
/// Within a day the account was entered from elsewhere, and this is a rented server or an exit that
/// it does not use either: intruders change exits. Its owner is about on the same day, too, but
/// from where people live.
const ENTERED_TODAY_DECIBANS: f64 = 12.0;
const TODAY_MICROS: i64 = 86_400 * 1_000_000;
/// The same user agent as at home: the person took the machine along.
const SAME_AGENT_DECIBANS: f64 = -8.0;
/// The address was judged to guess passwords at this agency.
const GUESSER_DECIBANS: f64 = 22.0;
/// The address attacks another agency.
const ELSEWHERE_DECIBANS: f64 = 18.0;
/// A neighbour (/24, /48) attacks this or another agency; weak behind a VPN.
const NEIGHBOUR_DECIBANS: f64 = 8.0;
/// The account was tried from this address, or by guessers of this network, before it was entered.
/// Guessers of elsewhere try half the house: that says nothing of this visit.
const TRIED_DECIBANS: f64 = 6.0;
const TRIED_FAILS: u64 = 3;
/// The same address enters other accounts that do not live there either.
const SEVERAL_DECIBANS: f64 = 9.0;
const SEVERAL_SHARED_DECIBANS: f64 = 3.0;
/// A rule of level high or above named the account at that time and from there.
const ALARM_DECIBANS: f64 = 4.0;
/// An application that no rule of level medium or above minds: a calendar, a game.
const HARMLESS_GRANT_DECIBANS: f64 = 3.0;
/// What one visit reads or takes from which on it is much.
pub(crate) const MASS_READS: u64 = 30;

/// How telling an act is for an intruder who is already in.
fn act_weight(act: Act, count: u64) -> f64 {
    match act {
        Act::Forward => 13.0,
        Act::MailRule | Act::Delegate => 10.0,
        Act::Grant => 9.0,
        Act::Administer | Act::Factor | Act::Directory => 7.0,
        Act::Share => 5.0,
        Act::Download | Act::Read if count >= MASS_READS => 9.0,
        Act::Send if count >= MASS_READS => 7.0,
        _ => 0.0,
    }
}

/// The weight of the acts of a visit: the most telling one whole, the others by half.
fn acts_weight(visit: &Visit, alarm: Option<Severity>) -> f64 {
    let minded = alarm >= Some(Severity::Medium);
    let weight = |(act, count): (Act, &u64)| match act {
        Act::Grant if !minded => HARMLESS_GRANT_DECIBANS,
        _ => act_weight(act, *count),
    };
    let mut weights: Vec<f64> = visit.acts.iter().map(weight).collect();
    let reads = visit.count(Act::Read) + visit.count(Act::Download);
    if reads >= MASS_READS && visit.count(Act::Read).max(visit.count(Act::Download)) < MASS_READS {
        weights.push(9.0);
    }
    weights.sort_unstable_by(|a, b| b.total_cmp(a));
    weights
        .iter()
        .enumerate()
        .map(|(at, weight)| if at == 0 { *weight } else { weight / 2.0 })
        .sum()
}

/// The block that neighbours share.
pub(crate) fn block(address: IpAddr) -> (u128, bool) {
    match address {
        IpAddr::V4(v4) => (u128::from(u32::from(v4) >> 8), false),
        IpAddr::V6(v6) => (u128::from(v6) >> 80, true),
    }
}

struct Known {
    guessers: FxHashSet<(AgencyIx, IpAddr)>,
    addresses: FxHashMap<IpAddr, FxHashSet<AgencyIx>>,
    blocks: FxHashSet<(u128, bool)>,
    /// Accounts that guessers tried, and from which network.
    tried: FxHashSet<(AgencyIx, u64, Option<Asn>)>,
}

fn known(court: &Court<'_>, suspects: &[Suspect]) -> Known {
    let mut known = Known {
        guessers: FxHashSet::default(),
        addresses: FxHashMap::default(),
        blocks: FxHashSet::default(),
        tried: FxHashSet::default(),
    };
    for suspect in suspects.iter().filter(|s| s.agents.is_none() && !s.is_one_guess()) {
        known.guessers.insert((suspect.agency, suspect.address));
        known.addresses.entry(suspect.address).or_default().insert(suspect.agency);
        known.blocks.insert(block(suspect.address));
        if let Some(track) = court.survey.tracks.get(&(suspect.agency, suspect.address)) {
            let agency = suspect.agency;
            known.tried.extend(track.tried.keys().map(|account| (agency, account, track.asn)));
        }
    }
    known
}

/// Judges every visit to an account of an office or mail provider. `others` are the suspects
/// already judged, at every agency.
pub(crate) fn judge(court: &Court<'_>, others: &[Suspect], aside: &mut Aside) -> Vec<Suspect> {
    let mut known = known(court, others);
    let mut visits: Vec<((AccountKey, IpAddr), &Visit)> = Vec::new();
    for (account, from) in &court.survey.visits {
        let entered = from.iter().filter(|(_, visit)| {
            let of = |family| visit.families.contains(family);
            visit.present > 0
                && (of(Family::Mail)
                    || of(Family::System)
                    || (of(Family::Network) && visit.logons > 0))
        });
        visits.extend(entered.map(|(address, visit)| ((account.clone(), *address), &**visit)));
    }
    visits.sort_unstable_by(|a, b| a.0.cmp(&b.0));
    let mut scores: BTreeMap<(AccountKey, IpAddr), f64> =
        visits.iter().map(|(key, visit)| (key.clone(), own(court, key, visit, &known))).collect();
    // What is judged at one agency weighs at the others: a second round suffices, since a verdict
    // adds the same weight wherever it comes from.
    for _ in 0..2 {
        let together = crowd(&scores);
        let entered = entered(&visits, &scores);
        for (key, visit) in &visits {
            let mut score = own(court, key, visit, &known) + company(court, key, visit, &together);
            if usual(court, hashed(&key.0), visit.asn) == Some(false)
                && is_entered_today(&entered, key, visit)
            {
                score += ENTERED_TODAY_DECIBANS;
            }
            scores.insert(key.clone(), score);
            if score >= VERDICT_DECIBANS {
                known.addresses.entry(key.1).or_default().insert(key.0.agency);
                known.blocks.insert(block(key.1));
            }
        }
    }
    visits
        .into_iter()
        .filter_map(|(key, visit)| verdict(court, &key, visit, &scores, aside))
        .collect()
}

type Times = FxHashMap<AccountKey, Vec<(IpAddr, Timestamp, Timestamp)>>;

/// The visits judged so far to be an intruder's, by account.
fn entered(
    visits: &[((AccountKey, IpAddr), &Visit)],
    scores: &BTreeMap<(AccountKey, IpAddr), f64>,
) -> Times {
    let mut times = Times::default();
    for (key, visit) in visits.iter().filter(|(key, _)| scores[key] >= VERDICT_DECIBANS) {
        if let (Some(first), Some(last)) = (visit.first, visit.last) {
            times.entry(key.0.clone()).or_default().push((key.1, first, last));
        }
    }
    times
}

fn is_entered_today(times: &Times, key: &(AccountKey, IpAddr), visit: &Visit) -> bool {
    let (Some(first), Some(last)) = (visit.first, visit.last) else { return false };
    times.get(&key.0).into_iter().flatten().any(|(address, from, until)| {
        *address != key.1
            && first <= until.plus_micros(TODAY_MICROS)
            && last >= from.plus_micros(-TODAY_MICROS)
    })
}

/// By address, the accounts whose visit is suspicious by half a verdict.
fn crowd(scores: &BTreeMap<(AccountKey, IpAddr), f64>) -> FxHashMap<(AgencyIx, IpAddr), u32> {
    let mut together = FxHashMap::default();
    for ((account, address), score) in scores {
        if *score >= VERDICT_DECIBANS / 2.0 {
            *together.entry((account.agency, *address)).or_default() += 1;
        }
    }
    together
}

/// Other accounts entered from the same address.
fn company(
    court: &Court<'_>,
    (account, address): &(AccountKey, IpAddr),
    visit: &Visit,
    together: &FxHashMap<(AgencyIx, IpAddr), u32>,
) -> f64 {
    if together.get(&(account.agency, *address)).copied().unwrap_or(0) < 2
        || usual(court, hashed(account), visit.asn) == Some(true)
    {
        return 0.0;
    }
    let at = visit.first.unwrap_or_default();
    match court.network_kind(*address, at) {
        NetworkKind::Vpn | NetworkKind::Tor | NetworkKind::PrivateRelay => SEVERAL_SHARED_DECIBANS,
        _ => SEVERAL_DECIBANS,
    }
}

/// The weight of a visit by itself.
fn own(
    court: &Court<'_>,
    (account, address): &(AccountKey, IpAddr),
    visit: &Visit,
    known: &Known,
) -> f64 {
    let Some(at) = visit.first else { return f64::NEG_INFINITY };
    let kind = court.network_kind(*address, at);
    if kind == NetworkKind::Special {
        return f64::NEG_INFINITY; // from inside
    }
    let guesser = known.guessers.contains(&(account.agency, *address)) && visit.logons > 0;
    let alarm = alarm(court, account, *address, visit);
    let mut score = acts_weight(visit, alarm) + network_weight(kind);
    score += match usual(court, hashed(account), visit.asn) {
        Some(true) if guesser => 0.0,
        Some(true) => USUAL_NETWORK_DECIBANS,
        Some(false) => NEW_NETWORK_DECIBANS,
        None => 0.0,
    };
    if !guesser && court.findings.background.share(account.agency, visit.asn) >= OWN_SHARE {
        score += OWN_NETWORK_DECIBANS;
    }
    if guesser {
        score += GUESSER_DECIBANS;
    } else if is_known_elsewhere(known, account.agency, *address) {
        score += ELSEWHERE_DECIBANS;
    } else if known.blocks.contains(&block(*address))
        && !matches!(kind, NetworkKind::Vpn | NetworkKind::Tor | NetworkKind::Telco)
    {
        score += NEIGHBOUR_DECIBANS;
    }
    let tried = known.tried.contains(&(account.agency, name_hash(&account.name), visit.asn));
    if visit.fails >= TRIED_FAILS || (tried && visit.logons > 0) {
        score += TRIED_DECIBANS;
    }
    if alarm >= Some(Severity::High) {
        score += ALARM_DECIBANS;
    }
    if has_home_agent(court, account, *address, visit) {
        score += SAME_AGENT_DECIBANS;
    }
    score
}

fn is_known_elsewhere(known: &Known, agency: AgencyIx, address: IpAddr) -> bool {
    known.addresses.get(&address).is_some_and(|agencies| agencies.iter().any(|a| *a != agency))
}

/// An account by the hash of its name.
pub(crate) fn hashed(account: &AccountKey) -> (AgencyIx, u64) {
    (account.agency, name_hash(&account.name))
}

/// Whether a network is one the account usually signs in from; `None` where nothing else is known.
pub(crate) fn usual(court: &Court<'_>, account: (AgencyIx, u64), asn: Option<Asn>) -> Option<bool> {
    let home = court.findings.accounts.get(&account)?;
    let here = home.days(asn);
    let elsewhere = home.all_days() - here;
    if elsewhere == 0 {
        return (here >= USUAL_DAYS).then_some(true);
    }
    Some(here >= USUAL_DAYS && here as f64 >= USUAL_SHARE * (here + elsewhere) as f64)
}

/// The gravest level of the rules that named both the account and the address at that time.
fn alarm(
    court: &Court<'_>,
    account: &AccountKey,
    address: IpAddr,
    visit: &Visit,
) -> Option<Severity> {
    let by_address = court.leads.addresses.get(&(account.agency, address))?;
    let by_account = court.leads.accounts.get(account)?;
    let (first, last) = (visit.first?, visit.last?);
    let kinds = [IncidentKind::AccountTakeover, IncidentKind::AdminDiscovery];
    kinds
        .iter()
        .filter_map(|kind| Some((by_address.get(*kind)?, by_account.get(*kind)?)))
        .filter(|(_, hint)| hint.first <= last && hint.last >= first)
        .flat_map(|(here, hint)| {
            let both = hint.rules.iter().filter(|(rule, _)| here.rules.contains(*rule));
            both.map(|(_, severity)| *severity)
        })
        .max()
}

/// Whether the account uses the same user agent from a usual network.
fn has_home_agent(court: &Court<'_>, account: &AccountKey, address: IpAddr, visit: &Visit) -> bool {
    if visit.agents.is_empty() {
        return false;
    }
    let Some(from) = court.survey.visits.get(account) else { return false };
    from.iter().any(|(at, home)| {
        *at != address
            && usual(court, hashed(account), home.asn) == Some(true)
            && home.agents.meets(&visit.agents)
    })
}

fn verdict(
    court: &Court<'_>,
    key: &(AccountKey, IpAddr),
    visit: &Visit,
    scores: &BTreeMap<(AccountKey, IpAddr), f64>,
    aside: &mut Aside,
) -> Option<Suspect> {
    let (account, address) = key;
    let (first, last): (Timestamp, Timestamp) = (visit.first?, visit.last?);
    let score = scores[key];
    if score < VERDICT_DECIBANS {
        excuse(court, key, visit, aside);
        return None;
    }
    if let Some(permission) = court.permission(*address, first) {
        let why = Excuse::Permitted(permission);
        set_aside(aside, account.agency, why, *address, visit.rows);
        return None;
    }
    Some(Suspect {
        agency: account.agency,
        address: *address,
        kind: IncidentKind::AccountTakeover,
        score,
        span: (first, last),
        agents: None,
        accounts: Some(std::iter::once(account.name.clone()).collect()),
    })
}

/// Says why an account that a rule named is not thought to be entered.
fn excuse(
    court: &Court<'_>,
    (account, address): &(AccountKey, IpAddr),
    visit: &Visit,
    aside: &mut Aside,
) {
    let named = court
        .leads
        .accounts
        .get(account)
        .is_some_and(|hints| hints.contains(IncidentKind::AccountTakeover));
    let listed = court
        .leads
        .addresses
        .get(&(account.agency, *address))
        .is_some_and(|hints| hints.contains(IncidentKind::AccountTakeover));
    if !named || !listed {
        return;
    }
    let why = match usual(court, hashed(account), visit.asn) {
        Some(false) => Excuse::Elsewhere,
        _ => Excuse::UsualNetwork,
    };
    set_aside(aside, account.agency, why, account.name.as_str(), visit.rows);
}

/// Intruders who listed users or roles were looking for administrators as well.
pub(crate) fn discoveries(court: &Court<'_>, suspects: &[Suspect]) -> Vec<Suspect> {
    suspects
        .iter()
        .filter(|s| s.kind == IncidentKind::AccountTakeover)
        .filter(|s| {
            let hints = court.leads.addresses.get(&(s.agency, s.address));
            hints.is_some_and(|hints| hints.contains(IncidentKind::AdminDiscovery))
        })
        .filter(|s| {
            s.accounts.iter().flatten().any(|name| {
                let key = AccountKey { agency: s.agency, name: name.clone() };
                let visit = court.survey.visits.get(&key).and_then(|from| from.get(&s.address));
                visit.is_some_and(|visit| visit.count(Act::Directory) > 0)
            })
        })
        .map(|s| Suspect { kind: IncidentKind::AdminDiscovery, ..s.clone() })
        .collect()
}
