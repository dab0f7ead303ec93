//! Who had which address when: around each sitting of the attacker a line of its own, and others on
//! the same address, port block and inner address before it and after it.

use std::{
    collections::BTreeMap,
    net::{IpAddr, Ipv4Addr},
};

use super::{BLOCK, By, Connection, EDGE, KEPT_FROM, Operator, SHIFT, Tenancy};
use crate::{
    attack::Cast,
    clock::{DAY, DAYS, HOUR, MINUTE, SECOND, START},
    plot::{Plot, Record},
    rng::{Rng, mix},
};

/// Where a telco's clocks stand: its network's number, zone, hours ahead of UTC.
const ZONES: &[(u32, &str, i64)] = &[
    (4837, "Asia/Shanghai", 8),
    (4134, "Asia/Shanghai", 8),
    (4788, "Asia/Kuala_Lumpur", 8),
    (45899, "Asia/Ho_Chi_Minh", 7),
    (7713, "Asia/Jakarta", 7),
    (25019, "Asia/Riyadh", 3),
];
/// Blocks in which the attacker's lines and those before and after them lie; the next as many are
/// those of lines that are always there.
const BLOCKS: u64 = 60;
/// Every so manieth address is given by DHCP, without translation.
const LEASED: usize = 11;
/// The first so many addresses are visited by others, too, at any time: they are translated.
const VISITED: usize = 3;
/// So many others are behind each translated address, always.
const NEIGHBOURS: u64 = 2;

/// The next change of lines after a moment lies at the end of its shift.
const fn shift(time: i64) -> i64 {
    (time - KEPT_FROM).div_euclid(SHIFT)
}

impl Operator {
    /// Plans everything, around what was planned for the first actor.
    pub(crate) fn plan(plot: &Plot, cast: &Cast, seed: u64) -> Self {
        let main = &cast.actors[0].main;
        let mut sittings: BTreeMap<(usize, i64), (i64, i64)> = BTreeMap::new();
        let mut connections = Vec::new();
        for planned in plot.planned.iter().filter(|p| p.incident > 0 && p.time >= KEPT_FROM) {
            let (address, web) = match &planned.record {
                Record::Web { hit, .. } => (hit.address, true),
                Record::Act { act, .. } => (act.address, false),
                _ => continue,
            };
            let Some(number) = main.iter().position(|one| *one == address) else { continue };
            let time = planned.time;
            let sitting = sittings.entry((number, shift(time))).or_insert((time, time));
            *sitting = (sitting.0.min(time), sitting.1.max(time));
            if web {
                connections.push((time, address));
            }
        }
        let (asn, name) = (cast.telco.asn, cast.telco.operator);
        let zone = ZONES.iter().find(|(of, ..)| *of == asn).map_or(("UTC", 0), |z| (z.1, z.2));
        let operator = Self { asn, name, zone, ..Self::default() };
        let rng = Rng::new(seed, "operator");
        let salt = mix(seed ^ 0x6c69_6e65);
        let mut planner = Planner { operator, rng, salt, drawn: main.len() as u64, main };
        for number in 0..main.len() {
            let own: Vec<(i64, i64, i64)> = sittings
                .range((number, i64::MIN)..=(number, i64::MAX))
                .map(|(&(_, shift), &(first, last))| (shift, first, last))
                .collect();
            planner.address(number, &own);
        }
        planner.finish(&connections)
    }
}

struct Planner<'a> {
    operator: Operator,
    rng: Rng,
    salt: u64,
    /// Lines of which somebody has had an address; the attacker's are the first.
    drawn: u64,
    main: &'a [IpAddr],
}

impl Planner<'_> {
    /// The name of the line with that number. No two have one name: 99,991 is a prime.
    fn line(&self, number: u64) -> String {
        format!("line-{}@lines.example", 100_000 + (number * 7_919 + self.salt % 99_991) % 99_991)
    }

    /// The name of the machine at the line with that number.
    fn machine(&self, number: u64) -> String {
        let [.., a, b, c] = mix(number ^ self.salt).to_be_bytes();
        format!("02:00:{:02x}:{a:02x}:{b:02x}:{c:02x}", number % 256)
    }

    fn other(&mut self) -> u64 {
        self.drawn += 1;
        self.drawn - 1
    }

    /// The attacker's line behind an address in a shift: each is at one address at a time.
    fn attackers(&self, number: usize, shift: i64) -> u64 {
        (number as u64 + shift as u64 * 7) % self.main.len() as u64
    }

    /// An address within the network.
    fn inner(slot: u64) -> Ipv4Addr {
        Ipv4Addr::from(u32::from(Ipv4Addr::new(100, 64, 0, 0)) + 256 + slot as u32)
    }

    /// A block of ports.
    fn first(block: u64) -> u16 {
        1_024 + block as u16 * BLOCK
    }

    fn put(&mut self, tenancy: Tenancy, attacks: bool) {
        let at = self.operator.tenancies.len();
        let of = if attacks { &mut self.operator.attacking } else { &mut self.operator.others };
        of.entry(tenancy.address).or_default().push(at);
        self.operator.tenancies.push(tenancy);
    }

    /// When the attacker's line has the address around a sitting.
    fn around(&mut self, shift: i64, first: i64, last: i64) -> (i64, i64) {
        let (begins, ends) = (KEPT_FROM + shift * SHIFT, KEPT_FROM + (shift + 1) * SHIFT);
        let from = (first - self.rng.between(20, 150) * SECOND).max(begins);
        let until = (last + self.rng.between(30, 200) * SECOND).min(ends - 4 * SECOND);
        // Whole seconds: the logs hold no parts of them.
        (from / SECOND * SECOND, (until.max(last + SECOND) / SECOND + 1) * SECOND)
    }

    fn address(&mut self, number: usize, sittings: &[(i64, i64, i64)]) {
        let address = self.main[number];
        match address {
            IpAddr::V4(_) if number < VISITED || number % LEASED != 5 => {
                self.translated(number, sittings);
            }
            IpAddr::V4(_) => self.alone(number, sittings, By::Lease),
            IpAddr::V6(_) => self.alone(number, sittings, By::Session),
        }
    }

    /// An address that many have at the same time, each with ports of its own.
    fn translated(&mut self, number: usize, sittings: &[(i64, i64, i64)]) {
        let (address, count) = (self.main[number], self.main.len() as u64);
        let salt = mix(self.salt ^ number as u64);
        for &(shift, first, last) in sittings {
            let block = (salt + shift as u64 * 11) % BLOCKS;
            let slot = (shift as u64 % 3) * count + number as u64;
            let by = By::Translation { first: Self::first(block), inner: Self::inner(slot) };
            let (from, until) = self.around(shift, first, last);
            let gap = self.rng.between(30, 150) * SECOND;
            let lasts = self.rng.between(20, 300) * MINUTE;
            let before = (from - gap - lasts, from - gap);
            let gap = self.rng.between(30, 150) * SECOND;
            let lasts = self.rng.between(20, 300) * MINUTE;
            let after = (until + gap, until + gap + lasts);
            let line = self.attackers(number, shift);
            for (line, (from, until)) in
                [(None, before), (Some(line), (from, until)), (None, after)]
            {
                let attacks = line.is_some();
                let subscriber = match line {
                    Some(line) => self.line(line),
                    None => {
                        let other = self.other();
                        self.line(other)
                    }
                };
                self.put(Tenancy { address, by, subscriber, from, until }, attacks);
            }
        }
        for one in 0..NEIGHBOURS {
            let other = self.other();
            let subscriber = self.line(other);
            let days = DAYS - (KEPT_FROM - START) / DAY;
            // Those of the first day began before what is kept.
            for day in -1..=days {
                let block = BLOCKS + (salt + day.unsigned_abs() * 5 + one * 29) % BLOCKS;
                let place = (number as u64 + day.unsigned_abs()) % count;
                let slot = count * (3 + one) + place;
                let by = By::Translation { first: Self::first(block), inner: Self::inner(slot) };
                let begins = KEPT_FROM + day * DAY + HOUR;
                let from = begins + self.rng.between(0, 30) * MINUTE;
                let until = begins + DAY - self.rng.between(5, 40) * MINUTE;
                let subscriber = subscriber.clone();
                self.put(Tenancy { address, by, subscriber, from, until }, false);
            }
        }
    }

    /// An address that one has at a time.
    fn alone(&mut self, number: usize, sittings: &[(i64, i64, i64)], by: By) {
        let address = self.main[number];
        let mut free = KEPT_FROM;
        for &(shift, first, last) in sittings {
            let (from, until) = self.around(shift, first, last);
            let gap = self.rng.between(30, 150) * SECOND;
            let ends = from - gap;
            let begins = (free + gap).max(ends - self.rng.between(30, 400) * MINUTE);
            if ends - begins > 10 * MINUTE {
                let other = self.other();
                let subscriber = self.named(by, other);
                let tenancy = Tenancy { address, by, subscriber, from: begins, until: ends };
                self.put(tenancy, false);
            }
            let line = self.attackers(number, shift);
            let subscriber = self.named(by, line);
            self.put(Tenancy { address, by, subscriber, from, until }, true);
            free = until;
        }
        let other = self.other();
        let (subscriber, from) = (self.named(by, other), free + 2 * MINUTE);
        self.put(Tenancy { address, by, subscriber, from, until: from + 3 * HOUR }, false);
    }

    fn named(&self, by: By, line: u64) -> String {
        if by == By::Lease { self.machine(line) } else { self.line(line) }
    }

    /// Adds the connections: those of the attacker, and for some of the others one to somewhere else.
    fn finish(mut self, attacks: &[(i64, IpAddr)]) -> Operator {
        let source = |one: &Tenancy| match one.by {
            By::Translation { inner, .. } => IpAddr::V4(inner),
            By::Lease | By::Session => one.address,
        };
        let mut connections: Vec<Connection> = attacks
            .iter()
            .filter_map(|&(time, address)| {
                let source = source(self.operator.attacker(address, time)?);
                Some(Connection { time, source, destination: EDGE })
            })
            .collect();
        for one in &self.operator.tenancies {
            if self.rng.chance(1, 2) {
                let time = self.rng.between(one.from, one.until);
                let last = self.rng.between(1, 254) as u8;
                let destination = IpAddr::V4(Ipv4Addr::new(198, 51, 100, last));
                connections.push(Connection { time, source: source(one), destination });
            }
        }
        connections.sort_by_key(|one| (one.time, one.source, one.destination));
        self.operator.connections = connections;
        self.operator
    }
}
