//! Suspects of one agency and kind that have the same habits become one draft; those with other
//! habits become another. Like and unlike are both weighed, in decibans; addresses of one network
//! and pool of user agents are put together first, so that the weights rest on more than one
//! address. It looks at one agency at a time: what belongs together across agencies is for links.

use std::collections::BTreeSet;

use bakas_model::{AgencyIx, Asn, IncidentKind, NetworkKind, Timestamp};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::{
    background::Background,
    few::Families,
    judge::{Suspect, takeover::block},
    ledger::name_hash,
    survey::Survey,
};

/// Few actors attack one agency in one way at one time: without any other sign, one hand is
/// likelier than two.
const ONE_HAND_DECIBANS: f64 = 6.0;
const SAME_NETWORK_DECIBANS: f64 = 5.0;
const OTHER_NETWORK_DECIBANS: f64 = -4.0;
const SAME_BLOCK_DECIBANS: f64 = 8.0;
/// A pool of user agents in common; the rarer the more, up to this.
const SAME_AGENTS_DECIBANS: f64 = 10.0;
const OTHER_AGENTS_DECIBANS: f64 = -6.0;
/// One side uses programs' own user agents, the other browsers'.
const OTHER_TOOLS_DECIBANS: f64 = -4.0;
const SAME_HOURS_DECIBANS: f64 = 4.0;
const OTHER_HOURS_DECIBANS: f64 = -8.0;
/// Cosine of the hours of the day above which they are the same, and below which others.
const SAME_HOURS: f64 = 0.75;
const OTHER_HOURS: f64 = 0.25;
/// Fewer lines than this on a side say nothing of its hours.
const HOURS_LINES: u32 = 30;
const SAME_ACCOUNTS_DECIBANS: f64 = 5.0;
/// A week or more between the end of one and the start of the other.
const APART_IN_TIME_DECIBANS: f64 = -5.0;
const APART_MICROS: i64 = 7 * 86_400 * 1_000_000;
/// Web, mail and machines are attacked with different tools even by one hand.
const OTHER_FAMILY_DECIBANS: f64 = -3.0;

/// Habits of one or more suspects.
#[derive(Clone, Debug)]
pub(crate) struct Habits {
    pub(crate) members: Vec<usize>,
    networks: BTreeSet<Option<Asn>>,
    blocks: BTreeSet<(u128, bool)>,
    agents: FxHashSet<u64>,
    tools: (u64, u64),
    pub(crate) hours: [u32; 24],
    accounts: FxHashSet<u64>,
    families: Families,
    span: (Timestamp, Timestamp),
    shared: bool,
}

/// Groups suspects (by index) into drafts: of one agency and kind each.
pub(crate) fn group(
    suspects: &[Suspect],
    survey: &Survey,
    background: &Background,
) -> Vec<Vec<usize>> {
    let mut by_kind: std::collections::BTreeMap<(AgencyIx, IncidentKind), Vec<usize>> =
        std::collections::BTreeMap::new();
    for (at, suspect) in suspects.iter().enumerate() {
        by_kind.entry((suspect.agency, suspect.kind)).or_default().push(at);
    }
    let mut groups = Vec::new();
    for ((_, kind), mut members) in by_kind {
        // Whose address it is says nothing of who guessed from there.
        groups.extend(members.extract_if(.., |at| suspects[*at].is_one_guess()).map(|at| vec![at]));
        if members.is_empty() {
            continue;
        }
        let cells = cells(&members, suspects, survey);
        if kind == IncidentKind::LateralMovement || kind == IncidentKind::CloudAbuse {
            // From inside there is nothing to tell hands apart by.
            groups.push(cells.into_iter().flat_map(|cell| cell.members).collect());
            continue;
        }
        groups.extend(merge(cells, background).into_iter().map(|cell| cell.members));
    }
    groups
}

/// Addresses of one network that share a user agent, or a block, or say nothing of agents.
fn cells(members: &[usize], suspects: &[Suspect], survey: &Survey) -> Vec<Habits> {
    let mut cells: Vec<Habits> = Vec::new();
    let mut known: FxHashMap<(Option<Asn>, u64), usize> = FxHashMap::default();
    for &member in members {
        let one = habits(member, &suspects[member], survey);
        let network = one.networks.iter().next().copied().flatten();
        let keys: Vec<(Option<Asn>, u64)> = if one.agents.is_empty() {
            vec![(network, 0)]
        } else {
            one.agents.iter().map(|agent| (network, *agent)).collect()
        };
        let mut at = None;
        for key in &keys {
            match (at, known.get(key).copied()) {
                (None, Some(cell)) => at = Some(cell),
                (Some(into), Some(cell)) if into != cell => {
                    let other = std::mem::replace(&mut cells[cell], empty());
                    cells[into].add(other);
                    for value in known.values_mut().filter(|value| **value == cell) {
                        *value = into;
                    }
                }
                _ => {}
            }
        }
        let at = at.unwrap_or_else(|| {
            cells.push(empty());
            cells.len() - 1
        });
        cells[at].add(one);
        for key in keys {
            known.insert(key, at);
        }
    }
    cells.retain(|cell| !cell.members.is_empty());
    cells
}

/// Joins the likest two again and again while they are likelier one hand than two.
fn merge(cells: Vec<Habits>, background: &Background) -> Vec<Habits> {
    let mut cells = thin(cells);
    loop {
        let mut best: Option<(f64, usize, usize)> = None;
        for a in 0..cells.len() {
            for b in a + 1..cells.len() {
                let weight = likeness(&cells[a], &cells[b], background);
                if weight > 0.0 && best.is_none_or(|(known, ..)| weight > known) {
                    best = Some((weight, a, b));
                }
            }
        }
        let Some((_, a, b)) = best else { return cells };
        let other = cells.swap_remove(b);
        cells[a].add(other);
    }
}

/// Most cells that are compared pair by pair; a bound on time.
const CELLS_LIMIT: usize = 120;

/// Where there are too many cells to compare, those of one network go together, and then the
/// smallest with one another: nobody is dropped.
fn thin(cells: Vec<Habits>) -> Vec<Habits> {
    if cells.len() <= CELLS_LIMIT {
        return cells;
    }
    let mut by_network: std::collections::BTreeMap<BTreeSet<Option<Asn>>, Habits> =
        std::collections::BTreeMap::new();
    for cell in cells {
        by_network.entry(cell.networks.clone()).or_insert_with(empty).add(cell);
    }
    let mut cells: Vec<Habits> = by_network.into_values().collect();
    cells.sort_by_key(|cell| std::cmp::Reverse(cell.members.len()));
    while cells.len() > CELLS_LIMIT {
        let last = cells.pop().expect("more than the limit");
        cells[CELLS_LIMIT - 1].add(last);
    }
    cells
}

/// How much likelier one hand than two.
pub(crate) fn likeness(a: &Habits, b: &Habits, background: &Background) -> f64 {
    let mut weight = ONE_HAND_DECIBANS;
    if a.blocks.intersection(&b.blocks).next().is_some() && !(a.shared && b.shared) {
        weight += SAME_BLOCK_DECIBANS;
    }
    weight += if a.networks.intersection(&b.networks).next().is_some() {
        SAME_NETWORK_DECIBANS
    } else {
        OTHER_NETWORK_DECIBANS
    };
    weight += agents(a, b, background);
    match hours(&a.hours, &b.hours) {
        Some(likeness) if likeness >= SAME_HOURS => weight += SAME_HOURS_DECIBANS,
        Some(likeness) if likeness < OTHER_HOURS => weight += OTHER_HOURS_DECIBANS,
        _ => {}
    }
    if a.accounts.intersection(&b.accounts).take(2).count() == 2 {
        weight += SAME_ACCOUNTS_DECIBANS;
    }
    if a.span.0.micros_since(b.span.1).max(b.span.0.micros_since(a.span.1)) > APART_MICROS {
        weight += APART_IN_TIME_DECIBANS;
    }
    if a.families.is_disjoint(b.families) {
        weight += OTHER_FAMILY_DECIBANS;
    }
    weight
}

fn agents(a: &Habits, b: &Habits, background: &Background) -> f64 {
    if a.agents.is_empty() || b.agents.is_empty() {
        return 0.0;
    }
    let rarest = a
        .agents
        .intersection(&b.agents)
        .map(|agent| background.agent_rarity(*agent))
        .fold(f64::NEG_INFINITY, f64::max);
    if rarest.is_finite() {
        return rarest.clamp(2.0, SAME_AGENTS_DECIBANS);
    }
    let mostly_tools = |cell: &Habits| cell.tools.0 > cell.tools.1;
    if mostly_tools(a) == mostly_tools(b) {
        OTHER_AGENTS_DECIBANS
    } else {
        OTHER_AGENTS_DECIBANS + OTHER_TOOLS_DECIBANS
    }
}

/// Cosine of two days' hours, blurred over the neighbouring hours; `None` where a side is too thin.
pub(crate) fn hours(a: &[u32; 24], b: &[u32; 24]) -> Option<f64> {
    if a.iter().sum::<u32>() < HOURS_LINES || b.iter().sum::<u32>() < HOURS_LINES {
        return None;
    }
    let blur = |hours: &[u32; 24], at: usize| {
        f64::from(hours[at])
            + 0.5 * (f64::from(hours[(at + 23) % 24]) + f64::from(hours[(at + 1) % 24]))
    };
    let (mut dot, mut aa, mut bb) = (0.0, 0.0, 0.0);
    for at in 0..24 {
        let (x, y) = (blur(a, at), blur(b, at));
        dot += x * y;
        aa += x * x;
        bb += y * y;
    }
    Some(dot / (aa * bb).sqrt())
}

fn empty() -> Habits {
    Habits {
        members: Vec::new(),
        networks: BTreeSet::new(),
        blocks: BTreeSet::new(),
        agents: FxHashSet::default(),
        tools: (0, 0),
        hours: [0; 24],
        accounts: FxHashSet::default(),
        families: Families::default(),
        span: (Timestamp::MAX, Timestamp::MIN),
        shared: true,
    }
}

fn habits(member: usize, suspect: &Suspect, survey: &Survey) -> Habits {
    let mut habits = empty();
    habits.members.push(member);
    habits.blocks.insert(block(suspect.address));
    habits.span = suspect.span;
    habits.accounts = suspect.accounts.iter().flatten().map(|name| name_hash(name)).collect();
    let Some(track) = survey.tracks.get(&(suspect.agency, suspect.address)) else { return habits };
    habits.networks.insert(track.asn);
    let tries =
        matches!(suspect.kind, IncidentKind::PasswordGuessing | IncidentKind::AdminDiscovery);
    habits.hours = if tries { track.fail_hours.all() } else { track.hours.all() };
    habits.families = track.families;
    habits.accounts.extend(track.tried.keys());
    habits.shared = matches!(
        track.kind,
        NetworkKind::Vpn | NetworkKind::Tor | NetworkKind::PrivateRelay | NetworkKind::Content
    );
    for (agent, used) in track.agents.iter() {
        let chosen = suspect.agents.as_ref().is_none_or(|agents| agents.contains(&agent));
        if used.is_nameless || !chosen {
            continue;
        }
        habits.agents.insert(agent);
        let side = if used.is_tool { &mut habits.tools.0 } else { &mut habits.tools.1 };
        *side += used.rows;
    }
    habits
}

impl Habits {
    fn add(&mut self, other: Self) {
        self.members.extend(other.members);
        self.networks.extend(other.networks);
        self.blocks.extend(other.blocks);
        self.agents.extend(other.agents);
        self.tools = (self.tools.0 + other.tools.0, self.tools.1 + other.tools.1);
        for (ours, theirs) in self.hours.iter_mut().zip(other.hours) {
            *ours += theirs;
        }
        self.accounts.extend(other.accounts);
        self.families.join(other.families);
        self.span = (self.span.0.min(other.span.0), self.span.1.max(other.span.1));
        self.shared &= other.shared;
    }
}
