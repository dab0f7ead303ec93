//! What the actors do at the office providers: looking for administrators, spraying, guessing, and
//! what they do in the mailboxes that they enter.

use std::net::IpAddr;

use bakas_model::IncidentKind;

use crate::{
    clock::{MINUTE, SECOND},
    office::{Act, What},
    people::{ADMINISTRATORS, AGENCIES},
    plot::Plot,
    rng::{Rng, mix},
    shelf::IncidentNumber,
    world::World,
};

use super::actor::Actor;

/// The work at the offices.
pub(super) struct Campaign<'a> {
    pub(super) plot: &'a mut Plot,
    pub(super) world: &'a World,
    pub(super) rng: Rng,
}

/// A sitting with one account.
struct Sitting<'a> {
    actor: &'a Actor,
    incident: IncidentNumber,
    agency: usize,
    account: String,
    address: IpAddr,
    agent: &'static str,
    time: i64,
}

/// First days of discovery, of tries, and of entering, in order.
const DISCOVERY: (i64, i64) = (7, 22);
const TRIES: (i64, i64) = (24, 38);
const ENTRY: (i64, i64) = (42, 53);

impl Campaign<'_> {
    fn act(&mut self, sitting: &Sitting<'_>, what: What) {
        let act = Act {
            time: sitting.time,
            account: sitting.account.clone(),
            address: sitting.address,
            agent: sitting.agent,
            what,
        };
        self.plot.act(sitting.incident, sitting.agency, act);
    }

    /// Who signs in as administrator here? Tries the usual names and their recovery.
    pub(super) fn discover(&mut self, actor: &Actor, agency: usize) {
        let incident = self.plot.incident(agency, IncidentKind::AdminDiscovery, Some(actor.number));
        let addresses = self.some_addresses(actor, 3);
        let first = self.rng.between(DISCOVERY.0, DISCOVERY.1);
        for visit in 0..self.rng.between(3, 5) {
            let day = first + visit * self.rng.between(1, 2);
            let mut time = actor.moment(&mut self.rng, day);
            let address = *self.rng.pick(&addresses);
            let names = self.rng.between(3, 5) as usize;
            for name in self.rng.sample(ADMINISTRATORS, names) {
                let mut sitting = Sitting {
                    actor,
                    incident,
                    agency,
                    account: format!("{name}@{}", AGENCIES[agency].domain),
                    address,
                    agent: actor.agents[0],
                    time,
                };
                for _ in 0..self.rng.between(1, 2) {
                    self.act(&sitting, What::SignInFailed);
                    sitting.time += actor.pause(&mut self.rng);
                }
                if self.rng.chance(1, 2) {
                    self.act(&sitting, What::RecoveryFailed);
                    sitting.time += actor.pause(&mut self.rng);
                }
                time = sitting.time + actor.pause(&mut self.rng);
            }
        }
    }

    fn some_addresses(&mut self, actor: &Actor, count: usize) -> Vec<IpAddr> {
        self.rng.sample(&actor.office_addresses(), count)
    }

    /// Few passwords, tried at most of the staff, a few an hour.
    pub(super) fn spray(&mut self, actor: &Actor, agency: usize) {
        let incident =
            self.plot.incident(agency, IncidentKind::PasswordSpraying, Some(actor.number));
        let addresses = actor.office_addresses();
        let mut accounts: Vec<String> =
            self.world.offices[agency].staff.iter().map(|p| p.account.clone()).collect();
        let kept = accounts.len() * self.rng.between(70, 95) as usize / 100;
        let first = self.rng.between(TRIES.0, TRIES.1);
        for round in 0..self.rng.between(2, 4) {
            self.rng.shuffle(&mut accounts);
            for account in accounts.iter().take(kept) {
                let day = first + round * 4 + self.rng.between(0, 2);
                let time = actor.moment(&mut self.rng, day);
                let address = *self.rng.pick(&addresses);
                let agent = *self.rng.pick(&actor.agents);
                let account = account.clone();
                let sitting = Sitting { actor, incident, agency, account, address, agent, time };
                self.act(&sitting, What::SignInFailed);
            }
        }
    }

    /// Many passwords for a few accounts, over two weeks.
    pub(super) fn guess(&mut self, actor: &Actor, agency: usize) {
        let incident =
            self.plot.incident(agency, IncidentKind::PasswordGuessing, Some(actor.number));
        let addresses = actor.office_addresses();
        let first = self.rng.between(TRIES.0, TRIES.1);
        for account in self.victims(agency, 3) {
            for _ in 0..self.rng.between(70, 130) {
                let day = first + self.rng.between(0, 13);
                let time = actor.moment(&mut self.rng, day);
                let address = *self.rng.pick(&addresses);
                let agent = *self.rng.pick(&actor.agents);
                let account = account.clone();
                let sitting = Sitting { actor, incident, agency, account, address, agent, time };
                self.act(&sitting, What::SignInFailed);
            }
        }
    }

    /// Accounts to go for; the first few of the staff are kept for innocent parts.
    fn victims(&mut self, agency: usize, count: usize) -> Vec<String> {
        let staff = &self.world.offices[agency].staff[crate::decoy::RESERVED..];
        let chosen = self.rng.sample(staff, count);
        chosen.into_iter().map(|p| p.account).collect()
    }

    /// One to three mailboxes are entered and used.
    pub(super) fn enter(&mut self, actor: &Actor, agency: usize) {
        let incident =
            self.plot.incident(agency, IncidentKind::AccountTakeover, Some(actor.number));
        let count = self.rng.between(1, 3) as usize;
        let addresses = self.some_addresses(actor, 2);
        let first = self.rng.between(ENTRY.0, ENTRY.1);
        for (n, account) in self.victims(agency, count).into_iter().enumerate() {
            let time = actor.moment(&mut self.rng, first + n as i64);
            let address = *self.rng.pick(&addresses);
            let agent = actor.agents[n % actor.agents.len()];
            let mut sitting = Sitting { actor, incident, agency, account, address, agent, time };
            self.first_sitting(&mut sitting, n == 0);
            for later in 1..=self.rng.between(1, 2) {
                sitting.time = actor.moment(&mut self.rng, first + n as i64 + 2 * later);
                sitting.address = *self.rng.pick(&addresses);
                self.later_sitting(&mut sitting);
            }
        }
    }

    fn sign_in(&mut self, sitting: &mut Sitting<'_>) {
        let suspicious = self.rng.chance(1, 4);
        self.act(sitting, What::SignIn { suspicious });
        sitting.time += self.rng.between(5 * SECOND, 40 * SECOND);
    }

    fn first_sitting(&mut self, sitting: &mut Sitting<'_>, leader: bool) {
        let actor = sitting.actor;
        self.sign_in(sitting);
        self.many(sitting, (15, 45), What::MailOpened);
        if leader || self.rng.chance(2, 3) {
            let name = sitting.account.split('@').next().unwrap_or_default().replace('.', "");
            let to = format!("{name}{}@{}", self.rng.below(90), actor.forward_domain);
            self.act(sitting, What::Forward { to });
            sitting.time += actor.pause(&mut self.rng);
        }
        if leader || self.rng.chance(1, 2) {
            self.act(sitting, What::Grant(actor.app.clone()));
            sitting.time += actor.pause(&mut self.rng);
        }
        if leader {
            self.list_people(sitting);
        }
        self.many(sitting, (20, 70), What::DocDownload);
    }

    /// The people of the domain are listed: that tells who administers it.
    fn list_people(&mut self, sitting: &mut Sitting<'_>) {
        let incident = self.plot.incident(
            sitting.agency,
            IncidentKind::AdminDiscovery,
            Some(sitting.actor.number),
        );
        let entered = std::mem::replace(&mut sitting.incident, incident);
        for _ in 0..self.rng.between(5, 12) {
            let query = *self.rng.pick(&[
                "people.people.listDirectoryPeople",
                "admin.directory.users.list",
                "admin.directory.roles.list",
            ]);
            let app = sitting.actor.app.clone();
            self.act(sitting, What::Directory { app, query });
            sitting.time += actor_pause(sitting, &mut self.rng);
        }
        sitting.incident = entered;
    }

    fn later_sitting(&mut self, sitting: &mut Sitting<'_>) {
        self.sign_in(sitting);
        self.many(sitting, (10, 30), What::MailOpened);
        for _ in 0..self.rng.between(15, 50) {
            self.act(sitting, What::AppMail(sitting.actor.app.clone()));
            sitting.time += self.rng.between(SECOND, 12 * SECOND);
        }
        self.many(sitting, (5, 20), What::DocView);
        self.act(sitting, What::SignOut);
    }

    fn many(&mut self, sitting: &mut Sitting<'_>, (low, high): (i64, i64), what: fn(u64) -> What) {
        for _ in 0..self.rng.between(low, high) {
            let number = mix(self.rng.next());
            self.act(sitting, what(number));
            sitting.time += self.rng.between(SECOND, 20 * SECOND);
        }
        sitting.time += self.rng.between(MINUTE / 2, 3 * MINUTE);
    }
}

fn actor_pause(sitting: &Sitting<'_>, rng: &mut Rng) -> i64 {
    sitting.actor.pause(rng)
}
