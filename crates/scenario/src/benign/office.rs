//! Staff at work with mail and documents.

use crate::{
    agents,
    clock::{HOUR, MINUTE, SECOND},
    networks,
    office::{Act, App, What},
    people::{ADMINISTRATORS, AGENCIES, Person},
    rng::{Rng, mix},
    world::World,
};

use super::{Quota, busy};

/// The application that brings mail to phones.
const PHONE: (&str, &str) = ("Phone Mail", "https://mail.google.com/");

/// The staff of one agency.
pub(crate) struct Staff {
    agency: usize,
    quota: Quota,
    rng: Rng,
    given: u64,
}

const APPS: &[(&str, &str)] = &[
    ("Agenda Planner", "https://www.googleapis.com/auth/calendar.readonly"),
    ("PDF Stamp", "https://www.googleapis.com/auth/drive.file"),
    ("Meeting Rooms", "https://www.googleapis.com/auth/calendar.events"),
];

impl Staff {
    pub(crate) fn new(seed: u64, agency: usize, lines: u64) -> Self {
        let rng = Rng::new(seed, ["of0", "of1", "of2", "of3", "of4", "of5"][agency]);
        Self { agency, quota: Quota::new(lines, |time| busy(time, 8, 1)), rng, given: 0 }
    }

    /// Adds the work that begins in that hour.
    pub(crate) fn hour(&mut self, world: &mut World, hour: usize, start: i64) {
        let due = self.quota.due(hour);
        while self.given < due {
            let before = world.office_taken(self.agency);
            let time = start + self.rng.below(HOUR as u64) as i64;
            if self.rng.chance(1, 40) {
                self.administer(world, time);
            } else {
                let at = self.rng.below(world.offices[self.agency].staff.len() as u64);
                let person = world.offices[self.agency].staff[at as usize].clone();
                let address = person.address(self.agency, time, &mut self.rng);
                work(world, self.agency, &mut self.rng, &person, address, time);
            }
            self.given += world.office_taken(self.agency) - before;
        }
    }

    /// The real administrator, always from the office.
    fn administer(&mut self, world: &mut World, begin: i64) {
        let agency = self.agency;
        let domain = AGENCIES[agency].domain;
        let name = if self.rng.chance(1, 6) { "helpdesk" } else { ADMINISTRATORS[0] };
        let mut desk = Desk {
            world,
            agency,
            account: format!("{name}@{domain}"),
            address: networks::office(agency, 0),
            agent: agents::OFFICE[0],
            time: begin,
        };
        if self.rng.chance(1, 12) {
            desk.act(What::SignInFailed);
            desk.time += self.rng.between(5 * SECOND, 40 * SECOND);
        }
        desk.act(What::SignIn { suspicious: false });
        let staff = desk.world.offices[agency].staff.len() as u64;
        for _ in 0..1 + self.rng.below(2) {
            desk.time += self.rng.between(30 * SECOND, 4 * MINUTE);
            let ix = self.rng.below(staff) as usize;
            let target = desk.world.offices[agency].staff[ix].account.clone();
            let group = format!("all-staff@{domain}");
            desk.act(match self.rng.below(3) {
                0 => What::GroupMemberAdded { group, target },
                1 => What::UserAdded { target },
                _ => What::PasswordReset { target },
            });
        }
        desk.act(What::SignOut);
    }
}

/// An account in use.
pub(crate) struct Desk<'a> {
    pub(crate) world: &'a mut World,
    pub(crate) agency: usize,
    pub(crate) account: String,
    pub(crate) address: std::net::IpAddr,
    pub(crate) agent: &'static str,
    pub(crate) time: i64,
}

impl Desk<'_> {
    pub(crate) fn act(&mut self, what: What) {
        let act = Act {
            time: self.time,
            account: self.account.clone(),
            address: self.address,
            agent: self.agent,
            what,
        };
        self.world.act(self.agency, &act, 0);
    }
}

/// What approved applications do for this person.
fn programs(desk: &mut Desk<'_>, rng: &mut Rng) {
    let app = |(name, scopes): (&str, &'static str)| App {
        name: name.to_owned(),
        client: format!("{}.apps.example", mix(name.len() as u64) % 1_000_000_000_000),
        scopes,
    };
    if rng.chance(1, 200) {
        desk.act(What::Grant(app(*rng.pick(APPS))));
    }
    if rng.chance(1, 30) {
        for _ in 0..1 + rng.below(3) {
            desk.time += rng.between(SECOND, MINUTE);
            desk.act(What::AppMail(app(PHONE)));
        }
    }
    if rng.chance(1, 120) {
        let query = "people.people.listDirectoryPeople";
        desk.act(What::Directory { app: app(APPS[2]), query });
    }
}

/// A stretch of work by one person.
pub(crate) fn work(
    world: &mut World,
    agency: usize,
    rng: &mut Rng,
    person: &Person,
    address: std::net::IpAddr,
    begin: i64,
) {
    let agent = agents::OFFICE[(person.key % agents::OFFICE.len() as u64) as usize];
    let account = person.account.clone();
    let mut desk = Desk { world, agency, account, address, agent, time: begin };
    if rng.chance(3, 5) {
        if rng.chance(1, 16) {
            for _ in 0..1 + rng.below(2) {
                desk.act(What::SignInFailed);
                desk.time += rng.between(4 * SECOND, 30 * SECOND);
            }
        }
        // The provider's own suspicion is sometimes wrong.
        desk.act(What::SignIn { suspicious: rng.chance(1, 150) });
        if rng.chance(1, 12) {
            desk.act(What::Challenge { passed: true });
        }
    }
    for _ in 0..2 + rng.below(6) {
        desk.time += rng.between(20 * SECOND, 7 * MINUTE);
        let number = mix(person.key ^ rng.below(90));
        desk.act(match rng.below(20) {
            0..=6 => What::MailOpened(number),
            7..=10 => What::MailSent(number),
            11..=14 => What::DocView(number),
            15..=17 => What::DocEdit(number),
            _ => What::DocDownload(number),
        });
    }
    if rng.chance(1, 250) {
        // Somebody takes a folder along, from the usual place.
        for _ in 0..rng.between(20, 35) {
            desk.time += rng.between(SECOND, 9 * SECOND);
            desk.act(What::DocDownload(mix(rng.next())));
        }
    }
    programs(&mut desk, rng);
    if rng.chance(1, 4) {
        desk.act(What::SignOut);
    }
}
