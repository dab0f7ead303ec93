//! Why incidents belong together: each likeness is a link with its reason and weight in decibans;
//! what speaks against lowers the sum. Incidents whose sum reaches [`CAMPAIGN_DECIBANS`] make a
//! campaign. A campaign says "one hand, probably", never whose.

use std::{collections::BTreeSet, net::IpAddr};

use bakas_model::{Asn, IncidentId, IncidentKind, Link, NetworkKind, Text, incident::LinkReason};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::{
    Findings, cluster,
    draft::{Draft, Drafts},
    judge::takeover::block,
    ledger::name_hash,
    reading::{is_admin_name, is_tool},
};

/// Weight from which on two incidents are put into one campaign: about sixteen times likelier
/// together than by chance.
pub const CAMPAIGN_DECIBANS: f64 = 12.0;
/// Weight from which on a link that makes no campaign is shown as weak.
pub(crate) const WEAK_DECIBANS: f64 = 4.0;
/// Most weak links that are shown.
pub(crate) const WEAK_LINKS_LIMIT: usize = 200;

/// The same address, used by nobody else that the logs know of.
const ADDRESS_DECIBANS: f64 = 15.0;
/// The same address of a telco that subscribers take turns at, or that honest people use too.
const ADDRESS_TURNS_DECIBANS: f64 = 9.0;
/// The same exit of a VPN or of Tor: many people use it.
const ADDRESS_EXIT_DECIBANS: f64 = 5.0;
/// The same exit against the same agency: few attackers have one agency in mind.
const ADDRESS_EXIT_HERE_DECIBANS: f64 = 10.0;
/// The same address of a telco against the same agency, likewise.
const ADDRESS_TURNS_HERE_DECIBANS: f64 = 13.0;
/// The same exit for the same kind of attack at two agencies: strangers at one exit seldom do alike.
const ADDRESS_EXIT_ALIKE_DECIBANS: f64 = 8.0;
/// Every further address in common.
const ADDRESS_MORE_DECIBANS: f64 = 3.0;
const ADDRESS_MOST_DECIBANS: f64 = 26.0;
/// Neighbouring addresses of rented servers; of subscribers or exits it means little.
const BLOCK_DECIBANS: f64 = 7.0;
const BLOCK_SHARED_DECIBANS: f64 = 2.0;
/// The same network; the more honest users it has, the less.
const NETWORK_DECIBANS: f64 = 5.0;
/// Honest users at which the weight of a network has halved.
const NETWORK_HALF: f64 = 15.0;
/// User agents in common.
const AGENT_MOST_DECIBANS: f64 = 10.0;
/// A program's user agent tells the program, not the hand.
const TOOL_MOST_DECIBANS: f64 = 6.0;
const AGENT_MORE_DECIBANS: f64 = 2.0;
/// The same forwarding destination, application or shell: chosen by a hand.
const MARK_DECIBANS: f64 = 18.0;
const RHYTHM_DECIBANS: f64 = 3.0;
const RHYTHM: f64 = 0.85;
/// Accounts tried in one incident and entered in the other.
const ENTERED_AFTER_DECIBANS: f64 = 12.0;
/// The same ordinary accounts tried at one agency.
const SAME_ACCOUNTS_DECIBANS: f64 = 4.0;
/// From the machine that a shell was placed on, others are entered.
const FROM_SHELL_DECIBANS: f64 = 16.0;
/// Against: pools of user agents with nothing in common, where both are known.
const OTHER_AGENTS_DECIBANS: f64 = -4.0;
/// Against: other hours of the day.
const OTHER_HOURS_DECIBANS: f64 = -4.0;
const OTHER_HOURS: f64 = 0.25;
/// Against: the habits of one agency's suspects were told apart already.
const TOLD_APART_DECIBANS: f64 = -12.0;

/// What speaks for and against two incidents belonging together.
#[derive(Clone, Debug)]
pub(crate) struct Tie {
    pub(crate) a: usize,
    pub(crate) b: usize,
    pub(crate) links: Vec<Link>,
    pub(crate) sum: f64,
}

struct Weigher<'a> {
    findings: &'a Findings<'a>,
    drafts: &'a Drafts,
    kinds: FxHashMap<IpAddr, NetworkKind>,
}

/// Weighs every pair. `order` holds the draft of each incident.
pub(crate) fn weigh(
    findings: &Findings<'_>,
    drafts: &Drafts,
    order: &[usize],
    ids: &[IncidentId],
) -> Vec<Tie> {
    let weigher = Weigher { findings, drafts, kinds: kinds(findings, drafts, order) };
    let mut ties = Vec::new();
    for a in 0..order.len() {
        for b in a + 1..order.len() {
            let (x, y) = (&drafts.drafts[order[a]], &drafts.drafts[order[b]]);
            let mut links = weigher.links(x, y);
            if links.is_empty() {
                continue;
            }
            for link in &mut links {
                (link.a, link.b) = (ids[a].clone(), ids[b].clone());
            }
            let sum = links.iter().map(|l| l.weight).sum::<f64>() + against(x, y);
            ties.push(Tie { a, b, links, sum });
        }
    }
    ties
}

fn kinds(
    findings: &Findings<'_>,
    drafts: &Drafts,
    order: &[usize],
) -> FxHashMap<IpAddr, NetworkKind> {
    let folds = order.iter().map(|at| &drafts.drafts[*at].fold);
    folds
        .flat_map(|fold| &fold.addresses)
        .map(|(address, share)| (*address, findings.networks.locate(*address, share.first).kind))
        .collect()
}

/// How many addresses of drafts have a user agent, by its hash.
pub(crate) fn attackers(drafts: &Drafts) -> FxHashMap<u64, u32> {
    let mut addresses = FxHashSet::default();
    for draft in &drafts.drafts {
        addresses.extend(draft.grips.keys().map(|address| (draft.agency, *address)));
    }
    let mut attackers: FxHashMap<u64, u32> = FxHashMap::default();
    for track in addresses.iter().filter_map(|key| drafts.survey.tracks.get(key)) {
        for agent in track.agents.keys() {
            *attackers.entry(agent).or_default() += 1;
        }
    }
    attackers
}

fn link(reason: LinkReason, weight: f64, en: String, fil: String) -> Link {
    let none = IncidentId(String::new());
    let weight = (weight * 10.0).round() / 10.0;
    Link { a: none.clone(), b: none, reason, detail: Text::new(en, fil), weight }
}

/// A few values in words.
fn few<T: std::fmt::Display>(values: &[T]) -> String {
    let shown: Vec<String> = values.iter().take(3).map(ToString::to_string).collect();
    match values.len() {
        0..=3 => shown.join(", "),
        n => format!("{} … ({n})", shown.join(", ")),
    }
}

impl Weigher<'_> {
    fn links(&self, a: &Draft, b: &Draft) -> Vec<Link> {
        let mut links: Vec<Link> = [
            self.addresses(a, b),
            self.blocks(a, b),
            self.networks(a, b),
            self.agents(a, b),
            self.marks(a, b),
            accounts(a, b),
            sequel(a, b),
            rhythm(a, b),
        ]
        .into_iter()
        .flatten()
        .filter(|link| link.weight > 0.0)
        .collect();
        // The hours of the day alone tie nothing together.
        if links.len() == 1 && links[0].reason == LinkReason::SameRhythm {
            links.clear();
        }
        links
    }

    fn kind(&self, address: IpAddr) -> NetworkKind {
        self.kinds.get(&address).copied().unwrap_or_default()
    }

    fn addresses(&self, a: &Draft, b: &Draft) -> Option<Link> {
        let same: Vec<IpAddr> = a
            .fold
            .addresses
            .keys()
            .filter(|address| b.fold.addresses.contains_key(address))
            .copied()
            .collect();
        let best = same.iter().map(|address| self.address(a, b, *address)).fold(0.0, f64::max);
        let more = same.len().saturating_sub(1) as f64 * ADDRESS_MORE_DECIBANS;
        (!same.is_empty()).then(|| {
            link(
                LinkReason::SameAddress,
                (best + more).min(ADDRESS_MOST_DECIBANS),
                format!("the same addresses: {}", few(&same)),
                format!("parehong mga address: {}", few(&same)),
            )
        })
    }

    fn address(&self, a: &Draft, b: &Draft, address: IpAddr) -> f64 {
        let honest = self.findings.profiles.get(&(a.agency, address)).is_some_and(|profile| {
            profile.assets > 0 && profile.sign_ins > profile.sign_ins_failed
        });
        match self.kind(address) {
            NetworkKind::Vpn
            | NetworkKind::Tor
            | NetworkKind::PrivateRelay
            | NetworkKind::Content
                if a.agency == b.agency =>
            {
                ADDRESS_EXIT_HERE_DECIBANS
            }
            NetworkKind::Vpn
            | NetworkKind::Tor
            | NetworkKind::PrivateRelay
            | NetworkKind::Content
                if a.kind == b.kind =>
            {
                ADDRESS_EXIT_ALIKE_DECIBANS
            }
            NetworkKind::Vpn
            | NetworkKind::Tor
            | NetworkKind::PrivateRelay
            | NetworkKind::Content => ADDRESS_EXIT_DECIBANS,
            NetworkKind::Special => 0.0,
            NetworkKind::Telco if a.agency == b.agency => ADDRESS_TURNS_HERE_DECIBANS,
            NetworkKind::Telco => ADDRESS_TURNS_DECIBANS,
            _ if honest => ADDRESS_TURNS_DECIBANS,
            _ => ADDRESS_DECIBANS,
        }
    }

    fn blocks(&self, a: &Draft, b: &Draft) -> Option<Link> {
        let blocks = |draft: &Draft, other: &Draft| -> Vec<(IpAddr, (u128, bool))> {
            let own = draft.fold.addresses.keys();
            own.filter(|address| !other.fold.addresses.contains_key(address))
                .map(|address| (*address, block(*address)))
                .collect()
        };
        let theirs: BTreeSet<_> = blocks(b, a).into_iter().map(|(_, block)| block).collect();
        let same: Vec<IpAddr> = blocks(a, b)
            .into_iter()
            .filter(|(_, block)| theirs.contains(block))
            .map(|(address, _)| address)
            .collect();
        let weight = |address: &IpAddr| match self.kind(*address) {
            NetworkKind::Telco
            | NetworkKind::Vpn
            | NetworkKind::Tor
            | NetworkKind::PrivateRelay
            | NetworkKind::Content => BLOCK_SHARED_DECIBANS,
            NetworkKind::Special => 0.0,
            _ => BLOCK_DECIBANS,
        };
        let best = same.iter().map(weight).fold(0.0, f64::max);
        (!same.is_empty()).then(|| {
            link(
                LinkReason::SameBlock,
                best,
                format!("neighbouring addresses (one /24 or /48): {}", few(&same)),
                format!("magkalapit na mga address (iisang /24 o /48): {}", few(&same)),
            )
        })
    }

    fn networks(&self, a: &Draft, b: &Draft) -> Option<Link> {
        let networks = |draft: &Draft| -> BTreeSet<Asn> {
            draft.fold.addresses.values().filter_map(|share| share.asn).collect()
        };
        let (ours, theirs) = (networks(a), networks(b));
        let same: Vec<Asn> = ours.intersection(&theirs).copied().collect();
        let weight = |asn: &Asn| {
            let uses = [a, b].map(|d| self.findings.background.network(d.agency, Some(*asn)));
            let honest = f64::from(uses.iter().map(|u| u.honest).max().unwrap_or(0));
            NETWORK_DECIBANS / (1.0 + honest / NETWORK_HALF)
        };
        let best = same.iter().map(weight).fold(0.0, f64::max);
        (!same.is_empty()).then(|| {
            link(
                LinkReason::SameNetwork,
                best,
                format!("the same networks: {}", few(&same)),
                format!("parehong mga network: {}", few(&same)),
            )
        })
    }

    fn agents(&self, a: &Draft, b: &Draft) -> Option<Link> {
        let (few_a, few_b) = (a.fold.agents.len(), b.fold.agents.len());
        let mut same: Vec<(f64, &String)> = a
            .fold
            .agents
            .keys()
            .filter(|agent| b.fold.agents.contains_key(*agent) && agent.len() > 1)
            .map(|agent| (self.agent(agent), agent))
            .collect();
        same.sort_unstable_by(|x, y| y.0.total_cmp(&x.0).then_with(|| x.1.cmp(y.1)));
        let best = same.first()?.0;
        // Two large pools meet by chance more easily than two single agents.
        let chance = 5.0 * ((few_a * few_b).max(1) as f64).log10();
        let more = (same.len() - 1).min(4) as f64 * AGENT_MORE_DECIBANS;
        let names: Vec<&String> = same.iter().map(|(_, name)| *name).collect();
        Some(link(
            LinkReason::SameTool,
            (best - chance).max(0.0) + if best > 3.0 { more } else { 0.0 },
            format!("the same user agents: {}", few(&names)),
            format!("parehong mga user agent: {}", few(&names)),
        ))
    }

    /// How telling a user agent is, by how many honest addresses have it.
    fn agent(&self, agent: &str) -> f64 {
        let hash = name_hash(agent);
        let background = self.findings.background;
        let users = background.agent_users(hash);
        let honest =
            users.saturating_sub(self.drafts.attackers.get(&hash).copied().unwrap_or(0)) + 1;
        let everybody = background.agent_rarity(0); // an agent that nobody has: the most there is
        let rarity = everybody - 10.0 * f64::from(honest).log10();
        rarity.clamp(0.0, if is_tool(agent) { TOOL_MOST_DECIBANS } else { AGENT_MOST_DECIBANS })
    }

    fn marks(&self, a: &Draft, b: &Draft) -> Option<Link> {
        let shells = |draft: &Draft| -> BTreeSet<String> {
            let paths = self.drafts.leads.shell_paths.get(&draft.agency);
            let file = |path: &String| path.rsplit('/').next().unwrap_or("").to_owned();
            let used = draft.fold.objects.keys();
            used.filter(|object| {
                draft.kind == IncidentKind::WebShell && paths.is_some_and(|p| p.contains(*object))
            })
            .map(file)
            .collect()
        };
        let mut ours: BTreeSet<String> = a.fold.marks().into_iter().map(str::to_owned).collect();
        ours.extend(shells(a));
        let mut theirs: BTreeSet<String> = b.fold.marks().into_iter().map(str::to_owned).collect();
        theirs.extend(shells(b));
        let same: Vec<&String> = ours.intersection(&theirs).collect();
        (!same.is_empty()).then(|| {
            link(
                LinkReason::SameTool,
                MARK_DECIBANS,
                format!("the same destination, application or shell: {}", few(&same)),
                format!("iisang patutunguhan, application o shell: {}", few(&same)),
            )
        })
    }
}

fn ordinary(draft: &Draft) -> BTreeSet<&str> {
    draft.fold.tried.keys().map(String::as_str).filter(|name| !is_admin_name(name)).collect()
}

fn accounts(a: &Draft, b: &Draft) -> Option<Link> {
    if a.agency != b.agency {
        return None;
    }
    let same: Vec<&str> = ordinary(a).intersection(&ordinary(b)).copied().collect();
    (same.len() >= 2).then(|| {
        link(
            LinkReason::SameAccount,
            SAME_ACCOUNTS_DECIBANS,
            format!("the same accounts tried: {}", few(&same)),
            format!("parehong mga account ang sinubok: {}", few(&same)),
        )
    })
}

fn sequel(a: &Draft, b: &Draft) -> Option<Link> {
    if a.agency != b.agency {
        return None;
    }
    let (first, then) = if a.fold.first <= b.fold.first { (a, b) } else { (b, a) };
    if first.kind == IncidentKind::WebShell && then.kind == IncidentKind::LateralMovement {
        return Some(link(
            LinkReason::Sequel,
            FROM_SHELL_DECIBANS,
            "sign-ins from inside began once the web shell was there".into(),
            "nagsimula ang mga pag-sign in mula sa loob nang naroon na ang web shell".into(),
        ));
    }
    if then.kind != IncidentKind::AccountTakeover {
        return None;
    }
    let names: Vec<&String> =
        then.fold.entered.keys().filter(|name| first.fold.tried.contains_key(*name)).collect();
    (!names.is_empty()).then(|| {
        link(
            LinkReason::Sequel,
            ENTERED_AFTER_DECIBANS,
            format!("accounts tried here were entered there: {}", few(&names)),
            format!("napasok doon ang mga account na sinubok dito: {}", few(&names)),
        )
    })
}

fn rhythm(a: &Draft, b: &Draft) -> Option<Link> {
    let likeness = cluster::hours(&a.fold.hours, &b.fold.hours)?;
    (likeness >= RHYTHM).then(|| {
        let percent = (likeness * 100.0).round();
        link(
            LinkReason::SameRhythm,
            RHYTHM_DECIBANS,
            format!("active at the same hours of the day (likeness {percent} %)"),
            format!("aktibo sa parehong oras ng araw (pagkakatulad {percent} %)"),
        )
    })
}

/// What speaks against, where there is something to speak for.
fn against(a: &Draft, b: &Draft) -> f64 {
    let mut weight = 0.0;
    let known = |draft: &Draft| draft.fold.agents.keys().any(|agent| agent.len() > 1);
    let same = a.fold.agents.keys().any(|agent| b.fold.agents.contains_key(agent));
    if known(a)
        && known(b)
        && !same
        && a.fold.streams.keys().any(|s| b.fold.streams.contains_key(s))
    {
        weight += OTHER_AGENTS_DECIBANS;
    }
    if cluster::hours(&a.fold.hours, &b.fold.hours).is_some_and(|hours| hours < OTHER_HOURS) {
        weight += OTHER_HOURS_DECIBANS;
    }
    if a.agency == b.agency && a.kind == b.kind {
        weight += TOLD_APART_DECIBANS;
    }
    weight
}
