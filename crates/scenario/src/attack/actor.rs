//! Who the three made-up actors are: hours, networks, programs, tools.

use std::net::IpAddr;

use crate::{
    agents::{ATTACKERS, TOOLS},
    clock::{HOUR, at, weekday},
    networks::{self, HOSTING, MOVED, Network, STATE, VPN, distinct},
    office::App,
    rng::{Rng, mix},
};

/// One actor.
#[derive(Debug)]
pub(crate) struct Actor {
    pub(crate) number: usize,
    /// First hour of the working day, in Manila.
    from: i64,
    /// Hours of the working day.
    hours: i64,
    /// Whether weekends are worked.
    weekends: bool,
    pub(crate) agents: Vec<&'static str>,
    pub(crate) tool: &'static str,
    /// Its main addresses.
    pub(crate) main: Vec<IpAddr>,
    /// Its exits of the shared VPN.
    pub(crate) vpn: Vec<IpAddr>,
    pub(crate) forward_domain: &'static str,
    pub(crate) app: App,
    /// Milliseconds between two acts of one sitting, at least and at most.
    pub(crate) pace: (i64, i64),
    pub(crate) network: String,
}

/// The actors and what the seed drew around them.
#[derive(Debug)]
pub(crate) struct Cast {
    pub(crate) actors: [Actor; 3],
    /// The state-owned telco that is drawn this time.
    pub(crate) telco: &'static Network,
    /// The /24 of VPN exits that two actors and an innocent user share.
    pub(crate) vpn: ([u8; 4], u32),
    /// Addresses for the scans that belong to nobody.
    pub(crate) strays: Vec<IpAddr>,
}

/// Keeps the address of the block that changed hands apart from other numbers of the seed.
const MOVED_SALT: u64 = 0x006d_6f76_6564;
const FORWARD: &[&str] = &[
    "postbox-relay.example",
    "mailarchive.example",
    "quickletter.example",
    "inbox-sync.example",
    "notice-desk.example",
];
const APPS: &[&str] =
    &["Mail Backup Pro", "Inbox Exporter", "CloudMigrator", "Secure Mail Viewer", "Archive Assist"];
const SCOPES: &[&str] = &[
    "https://mail.google.com/ https://www.googleapis.com/auth/drive.readonly",
    "https://www.googleapis.com/auth/gmail.readonly https://www.googleapis.com/auth/directory.readonly",
    "https://mail.google.com/ https://www.googleapis.com/auth/contacts.readonly",
];

impl Cast {
    /// Draws the actors.
    pub(crate) fn draw(seed: u64, guesses: u64) -> Self {
        let mut rng = Rng::new(seed, "cast");
        let telco = rng.pick(STATE);
        let hosting: Vec<usize> = rng.sample(&[0, 1, 2, 3, 4], 3);
        let block = rng.pick(VPN);
        let [a, b, c, d] = block.0;
        let third = c + rng.below(u64::from(block.1) / 256) as u8;
        let vpn = ([a, b, third, d], 256);
        let exits = distinct(&mut rng, 7, |n| networks::within(vpn, n));
        let mut agents = rng.sample(ATTACKERS, ATTACKERS.len());
        let mut tools = rng.sample(TOOLS, TOOLS.len());
        let mut forward = rng.sample(FORWARD, FORWARD.len());
        let mut apps = rng.sample(APPS, APPS.len());
        let mut make = |number: usize, main: Vec<IpAddr>, vpn: Vec<IpAddr>, network: &Network| {
            let apps = apps.pop().expect("there are more names than actors");
            let network = origins(&main, network);
            Actor {
                number,
                from: [8, 15, 22][number] + rng.between(0, 3),
                hours: rng.between(6, 9),
                weekends: rng.chance(1, 2),
                agents: agents.split_off(agents.len() - 3),
                tool: tools.pop().expect("there are more tools than actors"),
                main,
                vpn,
                forward_domain: forward.pop().expect("there are more domains than actors"),
                app: App {
                    name: apps.to_owned(),
                    client: format!(
                        "{}.apps.example",
                        100_000_000_000 + rng.below(900_000_000_000)
                    ),
                    scopes: SCOPES[rng.below(SCOPES.len() as u64) as usize],
                },
                pace: (rng.between(2_000, 9_000), rng.between(15_000, 90_000)),
                network,
            }
        };
        let mut pools = Rng::new(seed, "pools");
        let count = (guesses / 210).clamp(24, 110) as usize;
        let telco_pool =
            distinct(&mut pools, count, |n| if n % 9 == 0 { telco.v6(n) } else { telco.v4(n) });
        let desk = &HOSTING[hosting[0]];
        let mut desk_pool = distinct(&mut pools, 7, |n| desk.v4(n));
        // One rented elsewhere, in a block that another network announces today.
        desk_pool[0] = MOVED.v4(mix(seed ^ MOVED_SALT));
        let house = &HOSTING[hosting[1]];
        let mut house_pool = distinct(&mut pools, 3, |n| house.v4(n));
        house_pool.push(house.v6(pools.next()));
        let stray = &HOSTING[hosting[2]];
        let actors = [
            make(0, telco_pool, exits[..2].to_vec(), telco),
            make(1, desk_pool, exits[2..5].to_vec(), desk),
            make(2, house_pool, Vec::new(), house),
        ];
        Self { actors, telco, vpn, strays: distinct(&mut pools, 3, |n| stray.v4(n)) }
    }
}

/// The networks of an actor's main addresses, in words.
fn origins(main: &[IpAddr], network: &Network) -> String {
    let moved = main.iter().filter(|address| MOVED.holds(**address)).count();
    let mut text = format!("AS{} {}", network.asn, network.operator);
    if moved > 0 {
        text += &format!(" ({moved} of them of AS{} {})", MOVED.asn, MOVED.operator);
    }
    text
}

impl Actor {
    /// A working moment on that day of the window or the next working day.
    pub(crate) fn moment(&self, rng: &mut Rng, day: i64) -> i64 {
        let mut day = day;
        while !self.weekends && weekday(at(day, 12, 0)) >= 5 {
            day += 1;
        }
        let within = rng.below((self.hours * HOUR) as u64) as i64;
        at(day, self.from, within)
    }

    /// Whether little is done that day.
    pub(crate) fn rests(&self, day: i64) -> bool {
        !self.weekends && weekday(at(day, 12, 0)) >= 5
    }

    /// A pause between two acts of one sitting.
    pub(crate) fn pause(&self, rng: &mut Rng) -> i64 {
        rng.between(self.pace.0, self.pace.0 + self.pace.1)
    }

    /// The addresses used against offices: some main ones and the VPN exits.
    pub(crate) fn office_addresses(&self) -> Vec<IpAddr> {
        self.main.iter().take(6).chain(&self.vpn).copied().collect()
    }

    /// How this actor works, in words.
    pub(crate) fn habits(&self) -> String {
        format!(
            "from {}:00 Manila time for {} h{}; {} addresses of {} and {} exits of the shared VPN \
             range; forwards to {}; application '{}'; pauses of {} to {} s",
            self.from % 24,
            self.hours,
            if self.weekends { ", weekends too" } else { ", not on weekends" },
            self.main.len(),
            self.network,
            self.vpn.len(),
            self.forward_domain,
            self.app.name,
            self.pace.0 / 1000,
            (self.pace.0 + self.pace.1) / 1000,
        )
    }
}
