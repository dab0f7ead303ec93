//! What looks like an attack and is none, or makes one hard to see. Every decoy is always there,
//! whatever the seed and the scale, and is named in the truth.

use std::net::{IpAddr, Ipv4Addr};

use crate::{
    agents,
    attack::{Cast, PROBES},
    clock::{HOUR, MINUTE, SECOND, at},
    layout,
    networks::{self, MONITOR, MOVED, PERMITTED, TOR},
    office::{Act, What},
    people::{ADMINISTRATORS, AGENCIES, FISHERIES, PORTS},
    plot::{PlannedHit, Plot},
    rng::{Rng, mix},
    truth::{DUPLICATE_DECOY, TruthDecoy},
    world::{SITE_PORTS, SITE_SCIENCE, SITE_SEISMIC, SITE_WELFARE, World},
};

/// So many of each agency's staff, from the first on, are left alone by attackers who enter or
/// guess: they play the parts below. (A spray may hit anybody.)
pub(crate) const RESERVED: usize = 3;
/// The agency with the VPN user.
const VPN_AGENCY: usize = PORTS;
/// The agency with the forgetful user.
const FORGETFUL_AGENCY: usize = FISHERIES;

/// Plans the decoys that people play, and lists all of them.
pub(crate) fn plan(plot: &mut Plot, world: &World, cast: &Cast, seed: u64, shared: IpAddr) {
    let mut rng = Rng::new(seed, "decoys");
    permitted(plot, &mut rng);
    vpn_user(plot, world, cast, &mut rng);
    tor_reader(plot, &mut rng);
    hosted_reader(plot, cast, seed);
    forgetful(plot, world, &mut rng);
    plot.decoys.push(TruthDecoy {
        name: "cgnat".to_owned(),
        note: "very many subscribers of a telco behind one address; many fail to sign in at first"
            .to_owned(),
        agencies: vec!["welfare".to_owned()],
        addresses: vec![shared.to_string()],
        ..TruthDecoy::default()
    });
    plot.decoys.push(TruthDecoy {
        name: "monitor".to_owned(),
        note: "a monitor asks for /healthz every hour".to_owned(),
        agencies: ["welfare", "seismic", "ports"].map(str::to_owned).to_vec(),
        addresses: vec![MONITOR.to_string()],
        ..TruthDecoy::default()
    });
    files(plot);
}

fn files(plot: &mut Plot) {
    let mut add = |name: &str, agency: &str, note: &str, files: &[&str]| {
        plot.decoys.push(TruthDecoy {
            name: name.to_owned(),
            note: note.to_owned(),
            agencies: vec![agency.to_owned()],
            files: files.iter().map(|&f| f.to_owned()).collect(),
            ..TruthDecoy::default()
        });
    };
    add("clock-skew", "welfare", "the server's clock is 420 s ahead", layout::SKEWED);
    add(
        "zone-trap",
        "science",
        "local time of Manila without a zone; bakas.toml names it",
        layout::ZONE_TRAP,
    );
    add("log-rotation", "welfare", "rotated, the oldest packed", layout::ROTATED);
    add("truncated-file", "welfare", "the end of the gzip file was lost", &[layout::CUT]);
    for (original, copy) in layout::COPIES {
        let agency = original.split('/').next().unwrap_or_default();
        add(DUPLICATE_DECOY, agency, "the same bytes under two names", &[original, copy]);
    }
}

/// A national scanner that may: its permission stands in `bakas.toml`.
fn permitted(plot: &mut Plot, rng: &mut Rng) {
    let [a, b, c, d] = PERMITTED;
    let addresses: Vec<IpAddr> =
        [3, 4, 9].map(|n| IpAddr::V4(Ipv4Addr::new(a, b, c, d + n))).to_vec();
    for (n, site) in [SITE_WELFARE, SITE_SEISMIC, SITE_SCIENCE, SITE_PORTS].into_iter().enumerate()
    {
        for month in [10, 41] {
            let mut time = at(month + n as i64, 1, rng.below(3 * HOUR as u64) as i64);
            for &(target, status) in PROBES {
                let hit = PlannedHit {
                    address: *rng.pick(&addresses),
                    method: "GET",
                    target: target.to_owned(),
                    status,
                    bytes: 196,
                    referer: String::new(),
                    agent: agents::PERMITTED,
                };
                plot.web(time, 0, site, rng.below(2) as usize, hit);
                time += rng.between(400, 2_500);
            }
        }
    }
    plot.decoys.push(TruthDecoy {
        name: "permitted-scanner".to_owned(),
        note: "a national survey scans with a written permission".to_owned(),
        agencies: ["welfare", "seismic", "science", "ports"].map(str::to_owned).to_vec(),
        addresses: addresses.iter().map(ToString::to_string).collect(),
        ..TruthDecoy::default()
    });
}

/// Someone of the staff who travels behind a VPN, from the very range that attackers use too.
fn vpn_user(plot: &mut Plot, world: &World, cast: &Cast, rng: &mut Rng) {
    let person = &world.offices[VPN_AGENCY].staff[1];
    let attackers: Vec<IpAddr> = cast.actors.iter().flat_map(|a| a.vpn.clone()).collect();
    let exits: Vec<IpAddr> = networks::distinct(rng, 6, |n| networks::within(cast.vpn, n))
        .into_iter()
        .filter(|a| !attackers.contains(a))
        .take(2)
        .collect();
    for day in (2..61).step_by(4) {
        let mut time = at(day, rng.between(9, 19), rng.below(HOUR as u64) as i64);
        let address = *rng.pick(&exits);
        let mut act = |time: i64, what: What| {
            let account = person.account.clone();
            let agent = agents::OFFICE[(person.key % agents::OFFICE.len() as u64) as usize];
            plot.act(0, VPN_AGENCY, Act { time, account, address, agent, what });
        };
        act(time, What::SignIn { suspicious: false });
        for _ in 0..rng.between(2, 6) {
            time += rng.between(30 * SECOND, 8 * MINUTE);
            let number = mix(person.key ^ rng.below(90));
            act(
                time,
                match rng.below(4) {
                    0 => What::MailSent(number),
                    1 => What::DocEdit(number),
                    2 => What::DocView(number),
                    _ => What::MailOpened(number),
                },
            );
        }
    }
    plot.decoys.push(TruthDecoy {
        name: "vpn-user".to_owned(),
        note: "works behind a VPN since the first day of the window".to_owned(),
        agencies: vec![AGENCIES[VPN_AGENCY].id.to_owned()],
        addresses: exits.iter().map(ToString::to_string).collect(),
        accounts: vec![person.account.clone()],
        ..TruthDecoy::default()
    });
}

/// Somebody reads public pages through Tor.
fn tor_reader(plot: &mut Plot, rng: &mut Rng) {
    let exits: Vec<IpAddr> = rng
        .sample(TOR, 4)
        .into_iter()
        .map(|[a, b, c, d]| IpAddr::V4(Ipv4Addr::new(a, b, c, d)))
        .collect();
    reads(plot, rng, &exits, agents::TOR);
    plot.decoys.push(TruthDecoy {
        name: "tor-reader".to_owned(),
        note: "reads public pages through Tor, nothing else".to_owned(),
        agencies: ["welfare", "seismic"].map(str::to_owned).to_vec(),
        addresses: exits.iter().map(ToString::to_string).collect(),
        ..TruthDecoy::default()
    });
}

/// Somebody's news reader fetches public pages from a rented server, in the block that changed hands
/// and from which an attacker comes too.
fn hosted_reader(plot: &mut Plot, cast: &Cast, seed: u64) {
    let mut rng = Rng::new(seed, "hosted reader");
    let attackers: Vec<IpAddr> = cast.actors.iter().flat_map(|a| a.main.clone()).collect();
    let addresses: Vec<IpAddr> = networks::distinct(&mut rng, 2, |n| MOVED.v4(n))
        .into_iter()
        .filter(|address| !attackers.contains(address))
        .take(1)
        .collect();
    reads(plot, &mut rng, &addresses, agents::READER);
    plot.decoys.push(TruthDecoy {
        name: "hosted-reader".to_owned(),
        note: "a news reader on a rented server, in the block that changed hands".to_owned(),
        agencies: ["welfare", "seismic"].map(str::to_owned).to_vec(),
        addresses: addresses.iter().map(ToString::to_string).collect(),
        ..TruthDecoy::default()
    });
}

/// Public pages of two sites are read every third day.
fn reads(plot: &mut Plot, rng: &mut Rng, addresses: &[IpAddr], agent: &'static str) {
    for n in 0..18 {
        let site = if n % 2 == 0 { SITE_WELFARE } else { SITE_SEISMIC };
        let map = world_map(site);
        let mut time = at(1 + n * 3, rng.between(0, 23), rng.below(HOUR as u64) as i64);
        let address = *rng.pick(addresses);
        let server = rng.below(2) as usize;
        let mut referer = String::new();
        for _ in 0..rng.between(2, 5) {
            let page = *rng.pick(map.pages);
            let asset = *rng.pick(map.assets);
            let here = format!("https://{}{}", map.host, page.0);
            for (item, from) in [(page, referer.clone()), (asset, here.clone())] {
                let hit = PlannedHit {
                    address,
                    method: "GET",
                    target: item.0.to_owned(),
                    status: 200,
                    bytes: item.1,
                    referer: from,
                    agent,
                };
                plot.web(time, 0, site, server, hit);
                time += rng.between(300, 2_000);
            }
            referer = here;
            time += rng.between(10 * SECOND, 2 * MINUTE);
        }
    }
}

const fn world_map(site: usize) -> &'static crate::sites::SiteMap {
    if site == SITE_WELFARE { &crate::sites::WELFARE } else { &crate::sites::SEISMIC }
}

/// Somebody fails ten times, calls the help desk, and is let in.
fn forgetful(plot: &mut Plot, world: &World, rng: &mut Rng) {
    let agency = FORGETFUL_AGENCY;
    let person = &world.offices[agency].staff[2];
    let agent = agents::OFFICE[0];
    let address = networks::office(agency, person.key);
    let mut time = at(rng.between(35, 37), 9, rng.below(HOUR as u64) as i64);
    let mut act = |time: i64, account: &str, address: IpAddr, what: What| {
        plot.act(0, agency, Act { time, account: account.to_owned(), address, agent, what });
    };
    for _ in 0..10 {
        act(time, &person.account, address, What::SignInFailed);
        time += rng.between(6 * SECOND, 70 * SECOND);
    }
    time += 25 * MINUTE;
    let desk = format!("{}@{}", ADMINISTRATORS[0], AGENCIES[agency].domain);
    let target = person.account.clone();
    act(time, &desk, networks::office(agency, 0), What::PasswordReset { target });
    time += 4 * MINUTE;
    act(time, &person.account, address, What::SignIn { suspicious: false });
    plot.decoys.push(TruthDecoy {
        name: "forgetful-user".to_owned(),
        note: "fails ten times in the office, calls the help desk, signs in".to_owned(),
        agencies: vec![AGENCIES[agency].id.to_owned()],
        accounts: vec![person.account.clone()],
        ..TruthDecoy::default()
    });
}
