//! Blocks: for each incident what could be blocked, from the narrowest to a whole network, what
//! share of the incident that would have stopped, and whom it would have cut off, counted from the
//! logs. One is proposed, or none where people would be hurt more than the attacker. It blocks
//! nothing by itself, and a whole country is never among the candidates.

use std::{borrow::Borrow, collections::BTreeMap, net::IpAddr};

use bakas_model::{
    AddressProfile, AgencyIx, Asn, Block, Collateral, Day, Incident, IncidentKind, NetworkKind,
    Networks, Timestamp, incident::AddressUse, time::MICROS_PER_SECOND, time::SECONDS_PER_DAY,
};
use ipnet::IpNet;

mod choice;
mod prefixes;
mod words;

use prefixes::{Neighbourhood, Ranges, covering, key};

/// Days before the end of the logs from which collateral is counted.
pub const COLLATERAL_DAYS: i32 = 30;
/// Share of an incident's lines that a block must stop to be proposed, in per cent.
pub const STOPS_PERCENT_ENOUGH: u8 = 95;

/// First and last event of the logs.
pub type Window = (Timestamp, Timestamp);

/// Candidate blocks for every incident, in the order of the incidents, the proposed one first.
///
/// `profiles` are those of every agency, in any order; they are gone through once. `prefixes_of`
/// tells what a network announces. Where the incident's addresses cannot sensibly be blocked, no
/// candidate is proposed and the reasons say what to do instead.
pub fn blocks<P: Borrow<AddressProfile>>(
    incidents: &[Incident],
    profiles: impl IntoIterator<Item = P>,
    networks: &dyn Networks,
    prefixes_of: &dyn Fn(Asn) -> Vec<IpNet>,
    window: Window,
) -> Vec<Block> {
    let until = window.1;
    let from = until.plus_micros(-i64::from(COLLATERAL_DAYS) * SECONDS_PER_DAY * MICROS_PER_SECOND);
    let days = (from.day(), until.day());
    let involved = legitimate_by_address(incidents);
    let mut watches: Vec<Watch<'_>> = incidents
        .iter()
        .map(|incident| Watch::new(incident, networks, prefixes_of, until))
        .collect();
    for profile in profiles {
        let profile = profile.borrow();
        let mut cut = sessions_within(profile, days);
        let legitimate = involved.get(&(profile.agency, key(profile.address)));
        if let Some(&legitimate) = legitimate {
            hold_to(&mut cut, legitimate);
        }
        for watch in &mut watches {
            watch.see(profile, &cut);
        }
    }
    watches
        .into_iter()
        .flat_map(|mut watch| {
            watch.count_own();
            choice::choose(&watch, (from, until))
        })
        .collect()
}

/// Legitimate sessions of every address that is part of an incident, by agency.
fn legitimate_by_address(incidents: &[Incident]) -> BTreeMap<(AgencyIx, u128), u64> {
    let mut involved = BTreeMap::new();
    for incident in incidents {
        for used in &incident.addresses {
            let sessions: &mut u64 =
                involved.entry((incident.agency, key(used.address))).or_default();
            *sessions = used.legitimate_sessions.max(*sessions);
        }
    }
    involved
}

/// The sessions of one address within some days. Which of them signed in is known by the account;
/// where accounts are not named, as many are taken as signed in at all, which errs on the side of
/// the people.
fn sessions_within(profile: &AddressProfile, (from, until): (Day, Day)) -> Collateral {
    let by_account = !profile.accounts.is_empty() && !profile.accounts.is_full();
    let mut cut = Collateral::default();
    for (_, names) in profile.sessions.iter().filter(|(day, _)| (from..=until).contains(day)) {
        cut.sessions += names.len() as u64;
        cut.lower_bound |= names.is_full();
        if by_account {
            let signed_in = names.iter().filter(|name| profile.accounts.contains(*name));
            cut.signed_in += signed_in.count() as u64;
        }
    }
    if !by_account {
        cut.signed_in = cut.sessions.min(profile.sign_ins);
    }
    cut.addresses = u64::from(cut.sessions > 0);
    cut
}

/// Of an attacking address only its legitimate sessions count.
fn hold_to(cut: &mut Collateral, legitimate: u64) {
    cut.sessions = cut.sessions.min(legitimate);
    cut.signed_in = cut.signed_in.min(cut.sessions);
    cut.addresses = u64::from(cut.sessions > 0);
    cut.lower_bound &= cut.sessions > 0;
}

fn add(sum: &mut Collateral, cut: &Collateral) {
    sum.sessions += cut.sessions;
    sum.addresses += cut.addresses;
    sum.signed_in += cut.signed_in;
    sum.lower_bound |= cut.lower_bound;
}

/// Whether it is at all a matter of a block at the border: an address inside, or one of a content
/// network through which everybody comes, is not.
fn blockable(used: &AddressUse) -> bool {
    !matches!(used.kind, NetworkKind::Special | NetworkKind::Content)
        && !is_inside(used.address.to_canonical())
}

fn is_inside(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            v4.is_private() || v4.is_loopback() || v4.is_link_local() || v4.is_unspecified()
        }
        IpAddr::V6(v6) => {
            v6.is_loopback()
                || v6.is_unique_local()
                || v6.is_unicast_link_local()
                || v6.is_unspecified()
        }
    }
}

/// One of the incident's addresses that may be blocked.
#[derive(Clone, Copy, Debug)]
struct Own<'a> {
    used: &'a AddressUse,
    /// Its own legitimate sessions within the days counted.
    cut: u64,
    signed_in: u64,
    lower_bound: bool,
}

/// A candidate wider than the addresses themselves, and what it would have cut off.
#[derive(Clone, Debug)]
struct Wide {
    nets: Vec<IpNet>,
    ranges: Ranges,
    cut: Collateral,
}

/// What is gathered for one incident while the profiles pass by.
#[derive(Debug)]
struct Watch<'a> {
    incident: &'a Incident,
    hood: Neighbourhood,
    /// In the order of the neighbourhood's keys.
    own: Vec<Own<'a>>,
    covering: Wide,
    announced: Wide,
    /// The network with most lines, what it announces, and its lines.
    network: Option<(Asn, Wide, u64)>,
}

impl Wide {
    fn new(nets: Vec<IpNet>) -> Self {
        Self { ranges: Ranges::new(&nets), nets, cut: Collateral::default() }
    }
}

impl<'a> Watch<'a> {
    fn new(
        incident: &'a Incident,
        networks: &dyn Networks,
        prefixes_of: &dyn Fn(Asn) -> Vec<IpNet>,
        now: Timestamp,
    ) -> Self {
        let uses: BTreeMap<u128, &AddressUse> = incident
            .addresses
            .iter()
            .filter(|used| blockable(used))
            .map(|used| (key(used.address), used))
            .collect();
        let own: Vec<_> = uses
            .values()
            .map(|used| Own {
                used,
                cut: used.legitimate_sessions,
                signed_in: used.legitimate_sessions,
                lower_bound: false,
            })
            .collect();
        let hood = Neighbourhood::new(uses.into_keys().collect());
        let covering = Wide::new(covering(hood.keys()));
        let announced = Wide::new(announced(&own, networks, now));
        let network = main_network(&own)
            .map(|(asn, lines)| (asn, Wide::new(IpNet::aggregate(&prefixes_of(asn))), lines));
        Self { incident, hood, own, covering, announced, network }
    }

    /// Takes note of one address of the logs; `cut` are its legitimate sessions.
    fn see(&mut self, profile: &AddressProfile, cut: &Collateral) {
        let key = key(profile.address);
        let own = self.hood.see(key);
        if profile.agency != self.incident.agency {
            return;
        }
        if let Some(at) = own {
            let own = &mut self.own[at];
            (own.cut, own.signed_in, own.lower_bound) =
                (cut.sessions, cut.signed_in, cut.lower_bound);
            return;
        }
        if cut.sessions == 0 {
            return;
        }
        for wide in [&mut self.covering, &mut self.announced] {
            if wide.ranges.contains(key) {
                add(&mut wide.cut, cut);
            }
        }
        if let Some((asn, wide, _)) = &mut self.network
            && (profile.asn == Some(*asn) || wide.ranges.contains(key))
        {
            add(&mut wide.cut, cut);
        }
    }

    /// Adds the legitimate sessions behind the incident's own addresses to what is wider.
    fn count_own(&mut self) {
        for own in &self.own {
            let cut = own.collateral();
            let key = key(own.used.address);
            add(&mut self.covering.cut, &cut);
            if self.announced.ranges.contains(key) {
                add(&mut self.announced.cut, &cut);
            }
            if let Some((asn, wide, _)) = &mut self.network
                && (own.used.asn == Some(*asn) || wide.ranges.contains(key))
            {
                add(&mut wide.cut, &cut);
            }
        }
    }

    fn lines(&self) -> u64 {
        self.incident.addresses.iter().map(|used| used.lines).sum()
    }
}

impl Own<'_> {
    fn collateral(&self) -> Collateral {
        Collateral {
            sessions: self.cut,
            addresses: u64::from(self.cut > 0),
            signed_in: self.signed_in,
            lower_bound: self.lower_bound,
            ..Collateral::default()
        }
    }
}

/// The announced blocks that the addresses lay in when they were last seen.
fn announced(own: &[Own<'_>], networks: &dyn Networks, now: Timestamp) -> Vec<IpNet> {
    let nets = own
        .iter()
        .filter_map(|own| networks.trace(own.used.address, own.used.last, now).then.prefix)
        .filter(|net| net.prefix_len() > 0)
        .collect();
    IpNet::aggregate(&nets)
}

/// The network that most lines came from.
fn main_network(own: &[Own<'_>]) -> Option<(Asn, u64)> {
    let mut lines: BTreeMap<Asn, u64> = BTreeMap::new();
    for own in own {
        if let Some(asn) = own.used.asn {
            *lines.entry(asn).or_default() += own.used.lines;
        }
    }
    lines.into_iter().max_by_key(|&(asn, lines)| (lines, std::cmp::Reverse(asn)))
}

/// Whether it lives on an account rather than on an address: the account is then what to close.
fn is_account_based(kind: IncidentKind) -> bool {
    matches!(
        kind,
        IncidentKind::AccountTakeover | IncidentKind::CloudAbuse | IncidentKind::LateralMovement
    )
}

/// Whether all of it goes through a sign-in.
fn is_sign_in(kind: IncidentKind) -> bool {
    matches!(
        kind,
        IncidentKind::PasswordGuessing
            | IncidentKind::PasswordSpraying
            | IncidentKind::AccountTakeover
    )
}

#[cfg(test)]
mod tests;
