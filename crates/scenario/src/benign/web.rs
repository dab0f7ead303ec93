//! Visitors of the web sites: overseas workers and their families, staff, crawlers, the monitor.

use std::net::{IpAddr, Ipv4Addr};

use crate::{
    agents,
    clock::{HOUR, MINUTE, SECOND},
    networks::{self, AMERICA, ASIA, CRAWLERS, EU, GULF, HK, MONITOR, Network, PH},
    people::SCIENCE,
    rng::{Rng, mix},
    sites::Item,
    world::{SITE_SCIENCE, SITE_WELFARE, SiteIx, World},
    write::web::Hit,
};

use super::{Quota, busy};

/// Where visitors come from: share, hours ahead of UTC, networks.
type Origin = (u64, i64, &'static [Network]);

const ORIGINS: &[Origin] =
    &[(45, 8, PH), (25, 3, GULF), (9, 8, HK), (7, 8, ASIA), (6, 1, EU), (4, -6, AMERICA)];
/// Share of the visitors who sit behind the telco that the attackers use too.
const TELCO_SHARE: u64 = 11;

/// The visitors of one site.
pub(crate) struct Visitors {
    site: SiteIx,
    quota: Quota,
    rng: Rng,
    /// The telco that the seed drew.
    telco: &'static Network,
    /// One address with very many subscribers behind it.
    pub(crate) shared: IpAddr,
    people: u64,
    given: u64,
    referer: String,
}

/// Somebody with a browser.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Visitor {
    pub(crate) address: IpAddr,
    pub(crate) agent: &'static str,
    pub(crate) key: u64,
    claimed: Option<IpAddr>,
    /// How often in a hundred a sign-in fails at first.
    clumsy: u64,
}

fn busy_everywhere(site: SiteIx, time: i64) -> u64 {
    if site == SITE_SCIENCE {
        return busy(time, 8, 2);
    }
    let known: u64 = ORIGINS.iter().map(|&(share, zone, _)| share * busy(time, zone, 8)).sum();
    known + TELCO_SHARE * busy(time, 8, 8)
}

impl Visitors {
    pub(crate) fn new(seed: u64, site: SiteIx, lines: u64, telco: &'static Network) -> Self {
        let mut rng = Rng::new(seed, ["web-0", "web-1", "web-2", "web-3"][site]);
        let shared = GULF[1].v4(rng.next());
        Self {
            site,
            quota: Quota::new(lines, |time| busy_everywhere(site, time)),
            rng,
            telco,
            shared,
            people: (lines / 30).clamp(200, 3_000_000),
            given: 0,
            referer: String::new(),
        }
    }

    /// Adds the sessions that begin in that hour.
    pub(crate) fn hour(&mut self, world: &mut World, hour: usize, start: i64) {
        if self.site != SITE_SCIENCE {
            self.monitor(world, start);
        }
        let due = self.quota.due(hour);
        while self.given < due {
            let before = world.site_taken(self.site);
            let begin = start + self.rng.below(HOUR as u64) as i64;
            if self.site != SITE_SCIENCE && self.rng.chance(1, 28) {
                self.crawl(world, begin);
            } else {
                let visitor = self.visitor(begin);
                self.session(world, visitor, begin);
            }
            self.given += world.site_taken(self.site) - before;
        }
    }

    fn monitor(&mut self, world: &mut World, start: i64) {
        let before = world.site_taken(self.site);
        let time = start + 5 * MINUTE + self.rng.below(2 * SECOND as u64) as i64;
        let server = (start / HOUR) as usize;
        let hit = Hit {
            time,
            address: MONITOR,
            method: "GET",
            target: "/healthz",
            status: 200,
            bytes: 17,
            referer: "",
            agent: agents::MONITOR,
            claimed: None,
        };
        world.request(self.site, server, &hit, 0);
        self.given += world.site_taken(self.site) - before;
    }

    fn crawl(&mut self, world: &mut World, begin: i64) {
        let which = self.rng.below(CRAWLERS.len() as u64) as usize;
        let block = CRAWLERS[which];
        let address = networks::within((block.0, block.1.min(128)), self.rng.below(40));
        let map = world.sites[self.site].map;
        let mut time = begin;
        for i in 0..self.rng.between(3, 9) {
            let (target, bytes) = match i {
                0 => ("/robots.txt", 120),
                _ if self.rng.chance(1, 9) => (*self.rng.pick(map.missing), 0),
                _ => *self.rng.pick(map.pages),
            };
            let status = if bytes == 0 { 404 } else { 200 };
            let hit = Hit {
                time,
                address,
                method: "GET",
                target,
                status,
                bytes: bytes.max(512),
                referer: "",
                agent: agents::CRAWLERS[which],
                claimed: None,
            };
            world.request(self.site, i as usize, &hit, 0);
            time += self.rng.between(2 * SECOND, 70 * SECOND);
        }
    }

    /// Somebody who comes at that time.
    fn visitor(&mut self, time: i64) -> Visitor {
        let key = mix(self.rng.below(self.people) ^ (self.site as u64) << 40);
        // Some people never update: what attackers pretend to be is seen among visitors too.
        let browsers =
            if mix(key ^ 9).is_multiple_of(20) { agents::ATTACKERS } else { agents::BROWSERS };
        let agent = browsers[(mix(key ^ 1) % browsers.len() as u64) as usize];
        let mut made = Visitor { address: self.shared, agent, key, claimed: None, clumsy: 8 };
        if self.site == SITE_SCIENCE {
            let home = mix(key ^ (time / (5 * 24 * HOUR)) as u64);
            made.address = if self.rng.chance(3, 4) {
                networks::office(SCIENCE, key)
            } else {
                PH[(key % 5) as usize].v4(home)
            };
            return made;
        }
        if self.site == SITE_WELFARE && self.rng.chance(9, 100) {
            made.clumsy = 34;
            return made;
        }
        let networks = self.origin(time);
        let network = &networks[(mix(key ^ 2) % networks.len() as u64) as usize];
        // A subscriber keeps an address for about four days.
        let lease = mix(key ^ (time / (4 * 24 * HOUR)) as u64);
        made.address = if key.is_multiple_of(8) { network.v6(key) } else { network.v4(lease) };
        if self.rng.chance(1, 90) {
            made.claimed = Some(IpAddr::V4(Ipv4Addr::new(192, 168, 1, 2 + (key % 200) as u8)));
        }
        made
    }

    fn origin(&mut self, time: i64) -> &'static [Network] {
        let total = busy_everywhere(self.site, time);
        let mut drawn = self.rng.below(total.max(1));
        for &(share, zone, networks) in ORIGINS {
            let weight = share * busy(time, zone, 8);
            if drawn < weight {
                return networks;
            }
            drawn -= weight;
        }
        std::slice::from_ref(self.telco)
    }

    /// Somebody visits behind an address that an attacker used at another time.
    pub(crate) fn neighbour(&mut self, world: &mut World, address: IpAddr, begin: i64) {
        let visitor = Visitor { address, ..self.visitor(begin) };
        self.session(world, visitor, begin);
    }

    /// One visit: pages with their assets, and for some the members' part.
    pub(crate) fn session(&mut self, world: &mut World, visitor: Visitor, begin: i64) {
        let map = world.sites[self.site].map;
        let mut visit = Visit {
            world,
            site: self.site,
            server: visitor.key as usize,
            visitor,
            time: begin,
            host: map.host,
            referer: &mut self.referer,
        };
        let rng = &mut self.rng;
        visit.referer.clear();
        visit.referer.push_str(
            ["", "https://www.google.com/", "", "https://m.facebook.com/"][rng.below(4) as usize],
        );
        let known = rng.chance(2, 5);
        let first = if rng.chance(3, 5) { map.home } else { *rng.pick(map.pages) };
        visit.page(rng, first, known, map.assets);
        for _ in 0..rng.below(4) {
            visit.pause(rng);
            let next = *rng.pick(map.pages);
            visit.page(rng, next, true, map.assets);
        }
        if rng.chance(1, 8) {
            let missing = *rng.pick(map.missing);
            visit.get(missing, 404, 1_240);
        }
        if let Some((path, failed)) = map.sign_in
            && rng.chance(2, 5)
        {
            visit.pause(rng);
            visit.page(rng, (path, 5_720), true, map.assets);
            if visit.sign_in(rng, path, failed) {
                visit.members(rng, map.inside);
            }
        }
    }
}

/// A visit under way.
struct Visit<'a> {
    world: &'a mut World,
    site: SiteIx,
    server: usize,
    visitor: Visitor,
    time: i64,
    host: &'static str,
    referer: &'a mut String,
}

impl Visit<'_> {
    fn hit(&mut self, method: &str, target: &str, status: u16, bytes: u64) {
        let Visitor { address, agent, claimed, .. } = self.visitor;
        let referer = self.referer.as_str();
        let time = self.time;
        let hit = Hit { time, address, method, target, status, bytes, referer, agent, claimed };
        self.world.request(self.site, self.server, &hit, 0);
    }

    fn get(&mut self, target: &str, status: u16, bytes: u64) {
        self.hit("GET", target, status, bytes);
    }

    fn pause(&mut self, rng: &mut Rng) {
        self.time += rng.between(4 * SECOND, 75 * SECOND);
    }

    fn arrive(&mut self, path: &str) {
        self.referer.clear();
        self.referer.push_str("https://");
        self.referer.push_str(self.host);
        self.referer.push_str(path);
    }

    fn page(&mut self, rng: &mut Rng, item: Item, known: bool, assets: &[Item]) {
        self.get(item.0, 200, item.1 + rng.below(item.1 / 12));
        self.arrive(item.0);
        let count = if known { rng.below(3) } else { 2 + rng.below(3) };
        let from = rng.below(assets.len() as u64);
        for i in 0..count {
            self.time += rng.between(30, 420);
            let asset = assets[((from + i) % assets.len() as u64) as usize];
            if known && rng.chance(1, 2) {
                self.get(asset.0, 304, 0);
            } else {
                self.get(asset.0, 200, asset.1);
            }
        }
    }

    /// Tries until it works or patience ends; the site says 302 for success.
    fn sign_in(&mut self, rng: &mut Rng, path: &str, failed: u16) -> bool {
        let clumsy = self.visitor.clumsy;
        let mut patience = 4;
        loop {
            self.time += rng.between(7 * SECOND, 40 * SECOND);
            if !rng.chance(clumsy, 100) {
                self.hit("POST", path, 302, 0);
                return true;
            }
            self.hit("POST", path, failed, 5_904 + rng.below(40));
            patience -= 1;
            if patience == 0 || rng.chance(1, 9) {
                return false;
            }
        }
    }

    fn members(&mut self, rng: &mut Rng, inside: &[Item]) {
        let Some(&landing) = inside.first() else { return };
        self.time += rng.between(100, 700);
        self.get(landing.0, 200, landing.1 + rng.below(900));
        self.arrive(landing.0);
        for _ in 0..rng.below(4) {
            self.pause(rng);
            let item = *rng.pick(inside);
            self.get(item.0, 200, item.1 + rng.below(500));
            self.arrive(item.0);
            if rng.chance(1, 5) {
                self.pause(rng);
                self.hit("POST", item.0, 302, 0);
            }
        }
        if rng.chance(1, 3) {
            self.pause(rng);
            self.get("/logout", 302, 0);
        }
    }
}
