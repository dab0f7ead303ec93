//! Which candidates an incident has, and which of them is proposed: the narrowest of those that
//! stop enough and cut off fewest people. The sentences are in `words`.

use bakas_model::{Asn, Block, Collateral, NetworkKind, Text, Timestamp};
use ipnet::IpNet;

use super::{
    Own, Ranges, STOPS_PERCENT_ENOUGH, Watch, Wide, add, is_account_based, is_sign_in, key, words,
};

/// Days before a block is looked at again: longer where an address stays with one tenant.
const LIFETIME_RENTED_DAYS: u16 = 30;
const LIFETIME_DAYS: u16 = 14;
const LIFETIME_SHARED_DAYS: u16 = 7;

/// How far a candidate reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// The incident's addresses, and nobody else's.
    Exact,
    /// The same without so many addresses that others share.
    Spared(usize),
    /// The /24s and /48s around them.
    Covering,
    /// The blocks as announced.
    Announced,
    /// A whole network.
    Network(Asn),
    /// Machines of the agency itself.
    Inside,
}

#[derive(Clone, Debug)]
pub(super) struct Candidate {
    pub(super) reach: Reach,
    pub(super) sign_in_only: bool,
    pub(super) prefixes: Vec<IpNet>,
    pub(super) width: u128,
    pub(super) stops_percent: u8,
    pub(super) stopped_lines: u64,
    pub(super) collateral: Collateral,
}

/// What was decided, and of what kind the reason is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It stops enough.
    Enough,
    /// Nothing stops enough; this stops most.
    Most,
    /// It rests on accounts, and people share the addresses: revoke instead.
    Revoke,
    /// More sessions would be cut off than lines stopped.
    TooMany,
}

/// All candidates of an incident, the proposed one first, then from narrow to wide.
pub(super) fn choose(watch: &Watch<'_>, span: (Timestamp, Timestamp)) -> Vec<Block> {
    if watch.own.is_empty() {
        return inside(watch, span).into_iter().collect();
    }
    let mut candidates = candidates(watch);
    candidates.sort_by_key(|c| (!c.sign_in_only, c.width, c.stops_percent));
    let best = best(&candidates);
    let verdict = verdict(watch, &candidates[best]);
    let proposed = matches!(verdict, Verdict::Enough | Verdict::Most);
    candidates[..=best].rotate_right(1);
    let chosen = candidates[0].clone();
    let moving = new_in_last_third(watch);
    candidates
        .into_iter()
        .enumerate()
        .map(|(at, candidate)| {
            let reason = if at == 0 {
                words::of_best(&candidate, verdict, watch.own.len(), moving)
            } else {
                words::of_other(&candidate, &chosen, proposed, watch.own.len())
            };
            block(watch, candidate, proposed && at == 0, reason, span)
        })
        .collect()
}

fn block(
    watch: &Watch<'_>,
    candidate: Candidate,
    proposed: bool,
    reason: Text,
    (from, until): (Timestamp, Timestamp),
) -> Block {
    let network = match candidate.reach {
        Reach::Network(asn) => Some(asn),
        _ => None,
    };
    Block {
        incident: watch.incident.id.clone(),
        agency: watch.incident.agency,
        applies_to: words::applies_to(&candidate, watch.incident),
        lifetime_days: lifetime_days(watch, &candidate),
        // A whole network is named by its number: its announcements change from day to day.
        prefixes: if network.is_some() { Vec::new() } else { candidate.prefixes },
        network,
        stops_percent: candidate.stops_percent,
        collateral: Collateral { from, until, ..candidate.collateral },
        proposed,
        reason,
    }
}

fn candidates(watch: &Watch<'_>) -> Vec<Candidate> {
    let total = watch.lines();
    let exact = of_own(watch, Reach::Exact, &[], total);
    let shared = sparable(&watch.own, total);
    let spared = (!shared.is_empty() && shared.len() < watch.own.len())
        .then(|| of_own(watch, Reach::Spared(shared.len()), &shared, total));
    let mut all = Vec::new();
    let sign_in = is_sign_in(watch.incident.kind);
    for own in spared.into_iter().chain([exact]) {
        if sign_in {
            all.push(sign_in_only(own.clone()));
        }
        if own.reach == Reach::Exact || !sign_in {
            all.push(own);
        }
    }
    all.push(of_wide(watch, Reach::Covering, &watch.covering, total));
    all.push(of_wide(watch, Reach::Announced, &watch.announced, total));
    let mut kept: Vec<Candidate> = Vec::new();
    for candidate in all {
        let same = |k: &Candidate| {
            k.sign_in_only == candidate.sign_in_only && k.prefixes == candidate.prefixes
        };
        if !candidate.prefixes.is_empty() && !kept.iter().any(same) {
            kept.push(candidate);
        }
    }
    if let Some((asn, wide, lines)) = &watch.network {
        kept.push(Candidate {
            stops_percent: percent(*lines, total),
            stopped_lines: *lines,
            // Wider than any of its parts, even where its announcements are not known.
            width: wide.ranges.width().max(watch.announced.ranges.width()) + 1,
            ..of_wide(watch, Reach::Network(*asn), wide, total)
        });
    }
    kept
}

/// The addresses themselves, without some.
fn of_own(watch: &Watch<'_>, reach: Reach, dropped: &[u128], total: u64) -> Candidate {
    let mut stopped_lines = 0;
    let mut collateral = Collateral::default();
    for own in watch.own.iter().filter(|own| !dropped.contains(&key(own.used.address))) {
        stopped_lines += own.used.lines;
        add(&mut collateral, &own.collateral());
    }
    let prefixes = watch.hood.without(dropped).fewest();
    Candidate {
        reach,
        sign_in_only: false,
        width: Ranges::new(&prefixes).width(),
        prefixes,
        stops_percent: percent(stopped_lines, total),
        stopped_lines,
        collateral,
    }
}

fn of_wide(watch: &Watch<'_>, reach: Reach, wide: &Wide, total: u64) -> Candidate {
    let held = watch.own.iter().filter(|own| wide.ranges.contains(key(own.used.address)));
    let stopped_lines = held.map(|own| own.used.lines).sum();
    Candidate {
        reach,
        sign_in_only: false,
        width: wide.ranges.width(),
        prefixes: wide.nets.clone(),
        stops_percent: percent(stopped_lines, total),
        stopped_lines,
        collateral: wide.cut.clone(),
    }
}

/// The same on the sign-in alone: pages stay open, only those who sign in are concerned.
fn sign_in_only(mut candidate: Candidate) -> Candidate {
    candidate.sign_in_only = true;
    candidate.collateral.sessions = candidate.collateral.signed_in;
    candidate.collateral.addresses =
        candidate.collateral.addresses.min(candidate.collateral.sessions);
    candidate
}

/// Addresses with legitimate sessions that can be left out while enough is stopped: those first
/// that give fewest lines for the people they would cost.
fn sparable(own: &[Own<'_>], total: u64) -> Vec<u128> {
    let mut shared: Vec<_> = own.iter().filter(|own| own.cut > 0).collect();
    shared.sort_by(|a, b| {
        let (a_worth, b_worth) = (
            u128::from(a.used.lines) * u128::from(b.cut),
            u128::from(b.used.lines) * u128::from(a.cut),
        );
        a_worth.cmp(&b_worth).then(a.used.address.cmp(&b.used.address))
    });
    let mut left: u64 = own.iter().map(|own| own.used.lines).sum();
    let mut dropped = Vec::new();
    for own in shared {
        if percent(left - own.used.lines, total) >= STOPS_PERCENT_ENOUGH {
            left -= own.used.lines;
            dropped.push(key(own.used.address));
        }
    }
    dropped
}

fn best(candidates: &[Candidate]) -> usize {
    let most = candidates.iter().map(|c| c.stops_percent).max().unwrap_or(0);
    let enough = most.min(STOPS_PERCENT_ENOUGH);
    candidates
        .iter()
        .enumerate()
        .filter(|(_, c)| c.stops_percent >= enough)
        .min_by_key(|(_, c)| (c.collateral.sessions, !c.sign_in_only, c.width))
        .map(|(at, _)| at)
        .expect("an incident with addresses has the exact candidate")
}

fn verdict(watch: &Watch<'_>, best: &Candidate) -> Verdict {
    let sessions = best.collateral.sessions;
    if is_account_based(watch.incident.kind) && watch.own.iter().any(|own| own.cut > 0) {
        Verdict::Revoke
    } else if sessions > best.stopped_lines {
        Verdict::TooMany
    } else if best.stops_percent >= STOPS_PERCENT_ENOUGH {
        Verdict::Enough
    } else {
        Verdict::Most
    }
}

/// How many addresses first appeared in the last third of the incident: how much it moves.
fn new_in_last_third(watch: &Watch<'_>) -> usize {
    let span = watch.incident.last.micros_since(watch.incident.first);
    let from = watch.incident.first.plus_micros(span / 3 * 2);
    if span == 0 { 0 } else { watch.own.iter().filter(|own| own.used.first > from).count() }
}

fn lifetime_days(watch: &Watch<'_>, candidate: &Candidate) -> u16 {
    if candidate.collateral.sessions > 0 || matches!(candidate.reach, Reach::Network(_)) {
        return LIFETIME_SHARED_DAYS;
    }
    let rented = |own: &Own<'_>| matches!(own.used.kind, NetworkKind::Hosting | NetworkKind::Cloud);
    let all_rented = !watch.own.is_empty() && watch.own.iter().all(rented);
    if all_rented { LIFETIME_RENTED_DAYS } else { LIFETIME_DAYS }
}

/// Where nothing can be blocked at the border: the agency's own machines, or those of a content
/// network through which everybody comes.
fn inside(watch: &Watch<'_>, span: (Timestamp, Timestamp)) -> Option<Block> {
    let uses = &watch.incident.addresses;
    if uses.is_empty() {
        return None;
    }
    let content = uses.iter().any(|used| used.kind == NetworkKind::Content);
    let prefixes: Vec<_> =
        uses.iter().map(|used| IpNet::from(used.address.to_canonical())).collect();
    let candidate = Candidate {
        reach: Reach::Inside,
        sign_in_only: false,
        width: prefixes.len() as u128,
        prefixes: IpNet::aggregate(&prefixes),
        stops_percent: 100,
        stopped_lines: watch.lines(),
        collateral: Collateral::default(),
    };
    let reason = if content { words::of_content() } else { words::of_inside(uses.len()) };
    Some(block(watch, candidate, !content, reason, span))
}

fn percent(part: u64, whole: u64) -> u8 {
    if whole == 0 { 0 } else { (u128::from(part) * 100 / u128::from(whole)).min(100) as u8 }
}
