//! The survey: figures over the rows of suspects, gathered in one reading in time order. It counts
//! and judges nothing.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::IpAddr,
};

use bakas_model::{
    AccountKey, AgencyIx, Asn, Class, Day, EventRow, NetworkKind, Stream, Timestamp,
};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::{
    once::Once,
    pace::Burst,
    reading::{self, Act, Family, Meaning},
};

/// Most names that one track remembers of each sort.
pub(crate) const TRACK_NAMES_LIMIT: usize = 4096;
/// A pause within one visit to an account, in microseconds (30 minutes): longer ones end it.
pub(crate) const VISIT_PAUSE_MICROS: i64 = 30 * 60 * 1_000_000;

/// A session on a machine may run on without a further sign-in: two hours.
const SESSION_MICROS: i64 = 2 * 3600 * 1_000_000;

/// Failures of one address within an hour that no person makes.
const HAMMER_FAILS: usize = 30;
/// Failures of one account from one address within an hour after which a success looks guessed:
/// who forgot a password gives up, or asks, well before.
const GUESSED_FAILS: usize = 16;

/// What one user agent of an address did.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct AgentUse {
    pub(crate) rows: u64,
    pub(crate) fails: u64,
    pub(crate) oks: u64,
    pub(crate) assets: u64,
    pub(crate) fail_days: u32,
    last_fail_day: Day,
    pub(crate) first_fail: Option<Timestamp>,
    pub(crate) last_fail: Option<Timestamp>,
}

/// What one address did in one agency.
#[derive(Clone, Debug, Default)]
pub(crate) struct Track {
    pub(crate) asn: Option<Asn>,
    pub(crate) kind: NetworkKind,
    pub(crate) rows: u64,
    pub(crate) first: Option<Timestamp>,
    pub(crate) last: Option<Timestamp>,
    pub(crate) fails: u64,
    pub(crate) oks: u64,
    /// By day, failures in mail at names of administrators, and all in mail.
    pub(crate) fail_days: BTreeMap<Day, (u64, u64)>,
    pub(crate) first_fail: Option<Timestamp>,
    pub(crate) last_fail: Option<Timestamp>,
    pub(crate) first_sign_in: Option<Timestamp>,
    pub(crate) tried: FxHashMap<String, u64>,
    pub(crate) entered: FxHashSet<String>,
    /// Accounts that were in from here before they failed from here.
    pub(crate) at_home: FxHashSet<String>,
    /// Whether so many failed within an hour as no person makes.
    pub(crate) hammered: bool,
    hammer: Burst<HAMMER_FAILS>,
    once: Once,
    pub(crate) admin_fails: u64,
    pub(crate) admin_names: FxHashSet<String>,
    pub(crate) mail_fails: u64,
    pub(crate) named_fails: u64,
    pub(crate) pages: u64,
    pub(crate) assets: u64,
    pub(crate) refused: u64,
    pub(crate) admin_paths: FxHashSet<String>,
    pub(crate) refused_paths: FxHashSet<String>,
    pub(crate) directory: u64,
    pub(crate) hours: [u32; 24],
    /// Hours of the failures alone.
    pub(crate) fail_hours: [u32; 24],
    pub(crate) agents: FxHashMap<String, AgentUse>,
    pub(crate) families: BTreeSet<Family>,
    pub(crate) streams: BTreeSet<Stream>,
}

/// What one account did from one address.
#[derive(Clone, Debug, Default)]
pub(crate) struct Visit {
    pub(crate) asn: Option<Asn>,
    pub(crate) logons: u64,
    pub(crate) fails: u64,
    pub(crate) rows: u64,
    /// Rows that show that somebody was in: sign-ins that succeeded, acts, reading.
    pub(crate) present: u64,
    pub(crate) first: Option<Timestamp>,
    pub(crate) last: Option<Timestamp>,
    pub(crate) days: BTreeSet<Day>,
    pub(crate) acts: FxHashMap<Act, u64>,
    pub(crate) agents: FxHashSet<String>,
    pub(crate) families: BTreeSet<Family>,
    /// Machines on which it signed in, in lower case.
    pub(crate) hosts: BTreeSet<String>,
    /// Since when many failures followed one another, and when the sign-in directly after them
    /// succeeded.
    pub(crate) guessed: Option<(Timestamp, Timestamp)>,
    guesses: Burst<GUESSED_FAILS>,
    /// Times of presence, merged over pauses, sorted.
    pub(crate) windows: Vec<(Timestamp, Timestamp)>,
}

/// Everything gathered.
#[derive(Clone, Debug, Default)]
pub(crate) struct Survey {
    pub(crate) tracks: FxHashMap<(AgencyIx, IpAddr), Track>,
    pub(crate) visits: FxHashMap<AccountKey, BTreeMap<IpAddr, Visit>>,
    /// First successful request to a path that a rule calls a web shell, by agency.
    pub(crate) shells: FxHashMap<AgencyIx, Timestamp>,
    /// Uploads answered well: agency, address, time.
    pub(crate) uploads: Vec<(AgencyIx, IpAddr, Timestamp)>,
}

fn earlier(slot: &mut Option<Timestamp>, time: Timestamp) {
    *slot = Some(slot.map_or(time, |known| known.min(time)));
}

fn later(slot: &mut Option<Timestamp>, time: Timestamp) {
    *slot = (*slot).max(Some(time));
}

/// Adds a name while there are few.
fn remember(names: &mut FxHashSet<String>, name: &str) {
    if names.len() < TRACK_NAMES_LIMIT && !names.contains(name) {
        names.insert(name.to_owned());
    }
}

impl Survey {
    /// Hears one row.
    pub(crate) fn hear(
        &mut self,
        row: &EventRow,
        meaning: Meaning,
        kind: NetworkKind,
        is_shell: bool,
        is_upload: bool,
    ) {
        let Some(address) = row.src else { return };
        let served = row.http_status.is_some_and(|code| (200..400).contains(&code));
        if is_shell && served {
            let first = self.shells.entry(row.agency).or_insert(row.time);
            *first = (*first).min(row.time);
        }
        if is_upload && served && row.operation == "POST" && self.uploads.len() < 1_000_000 {
            self.uploads.push((row.agency, address, row.time));
        }
        let track = self.tracks.entry((row.agency, address)).or_default();
        track.kind = kind;
        // What was told already tells of a sign-in that has its own record.
        let told = meaning == Meaning::TryFailed && !track.once.is_new(row, TRACK_NAMES_LIMIT);
        let meaning = if told { Meaning::Other } else { meaning };
        track.hear(row, meaning);
        if let Some(name) = &row.account {
            let key = AccountKey { agency: row.agency, name: name.to_lowercase() };
            self.visits.entry(key).or_default().entry(address).or_default().hear(row, meaning);
        }
    }
}

impl Track {
    fn hear(&mut self, row: &EventRow, meaning: Meaning) {
        self.asn = self.asn.or(row.asn);
        self.rows += 1;
        earlier(&mut self.first, row.time);
        later(&mut self.last, row.time);
        let family = reading::family(row.stream);
        self.families.insert(family);
        self.streams.insert(row.stream);
        let hour = row.time.as_seconds().rem_euclid(86_400) / 3600;
        self.hours[hour as usize] += 1;
        match meaning {
            Meaning::TryFailed => self.hear_failure(row, family),
            Meaning::TryOk => {
                self.oks += 1;
                earlier(&mut self.first_sign_in, row.time);
                if let Some(name) = &row.account
                    && self.entered.len() < TRACK_NAMES_LIMIT
                {
                    let name = name.to_lowercase();
                    if !self.tried.contains_key(&name) {
                        self.at_home.insert(name.clone());
                    }
                    self.entered.insert(name);
                }
            }
            Meaning::Asset => self.assets += 1,
            Meaning::Page => self.pages += 1,
            Meaning::Refused => self.refused += 1,
            Meaning::Act(Act::Directory) => self.directory += 1,
            Meaning::Act(_) | Meaning::Other => {}
        }
        if family == Family::Web {
            self.hear_path(row, meaning);
        }
        let agent = row.agent.as_deref().unwrap_or("");
        if let Some(known) = self.agents.get_mut(agent) {
            known.hear(row.time, meaning);
        } else if self.agents.len() < TRACK_NAMES_LIMIT {
            self.agents.entry(agent.to_owned()).or_default().hear(row.time, meaning);
        }
    }

    fn hear_failure(&mut self, row: &EventRow, family: Family) {
        self.fails += 1;
        self.hammer.hear(row.time);
        self.hammered |= self.hammer.is_full(row.time);
        let hour = row.time.as_seconds().rem_euclid(86_400) / 3600;
        self.fail_hours[hour as usize] += 1;
        let day = self.fail_days.entry(row.time.day()).or_default();
        day.1 += u64::from(family == Family::Mail);
        earlier(&mut self.first_fail, row.time);
        later(&mut self.last_fail, row.time);
        earlier(&mut self.first_sign_in, row.time);
        let Some(name) = row.account.as_ref().map(|name| name.to_lowercase()) else { return };
        self.named_fails += 1;
        if family == Family::Mail && reading::is_admin_name(&name) {
            self.admin_fails += 1;
            day.0 += 1;
            if self.admin_names.len() < TRACK_NAMES_LIMIT {
                self.admin_names.insert(name.clone());
            }
        }
        if family == Family::Mail {
            self.mail_fails += 1;
        }
        if self.tried.len() < TRACK_NAMES_LIMIT || self.tried.contains_key(&name) {
            *self.tried.entry(name).or_default() += 1;
        }
    }

    fn hear_path(&mut self, row: &EventRow, meaning: Meaning) {
        let Some(path) = row.object.as_deref() else { return };
        if meaning == Meaning::Refused {
            remember(&mut self.refused_paths, path);
        }
        if reading::is_admin_path(path) {
            remember(&mut self.admin_paths, path);
        }
    }
}

impl Track {
    /// Accounts that failed from here and never got in from here.
    pub(crate) fn lost_accounts(&self) -> usize {
        self.tried.keys().filter(|name| !self.entered.contains(*name)).count()
    }
}

impl AgentUse {
    fn hear(&mut self, time: Timestamp, meaning: Meaning) {
        self.rows += 1;
        match meaning {
            Meaning::TryFailed => {
                self.fails += 1;
                if self.first_fail.is_none() || self.last_fail_day != time.day() {
                    self.fail_days += 1;
                    self.last_fail_day = time.day();
                }
                earlier(&mut self.first_fail, time);
                later(&mut self.last_fail, time);
            }
            Meaning::TryOk => self.oks += 1,
            Meaning::Asset => self.assets += 1,
            _ => {}
        }
    }
}

impl Visit {
    fn hear(&mut self, row: &EventRow, meaning: Meaning) {
        self.asn = self.asn.or(row.asn);
        self.rows += 1;
        self.families.insert(reading::family(row.stream));
        match meaning {
            Meaning::TryFailed => {
                self.fails += 1;
                self.guesses.hear(row.time);
                return;
            }
            // A challenge or a refusal shows no presence: it may come before any right password.
            Meaning::Refused => return,
            Meaning::Other if row.class == Class::Authentication => return,
            Meaning::TryOk => {
                self.sign_in(row.time);
                if let Some(host) = row.host.as_ref().filter(|_| row.stream == Stream::Windows)
                    && self.hosts.len() < TRACK_NAMES_LIMIT
                {
                    self.hosts.insert(host.to_lowercase());
                }
                if reading::hands_over(row) {
                    *self.acts.entry(Act::Send).or_default() += 1;
                }
            }
            Meaning::Act(act) => *self.acts.entry(act).or_default() += 1,
            _ => {}
        }
        self.present += 1;
        earlier(&mut self.first, row.time);
        later(&mut self.last, row.time);
        self.days.insert(row.time.day());
        if let Some(agent) = &row.agent
            && self.agents.len() < TRACK_NAMES_LIMIT
        {
            self.agents.insert(agent.clone());
        }
        self.extend(row.time);
    }

    fn sign_in(&mut self, time: Timestamp) {
        self.logons += 1;
        let guesses = std::mem::take(&mut self.guesses);
        if let Some(since) = guesses.since.filter(|_| guesses.is_full(time)) {
            self.guessed = self.guessed.or(Some((since, time)));
        }
    }

    /// Adds a moment of presence; windows stay sorted and apart by more than a pause.
    fn extend(&mut self, time: Timestamp) {
        let at = self.windows.partition_point(|w| w.1.plus_micros(VISIT_PAUSE_MICROS) < time);
        let near = self
            .windows
            .get(at)
            .is_some_and(|window| window.0.plus_micros(-VISIT_PAUSE_MICROS) <= time);
        if !near {
            if self.windows.len() < TRACK_NAMES_LIMIT {
                self.windows.insert(at, (time, time));
            }
            return;
        }
        let window = &mut self.windows[at];
        *window = (window.0.min(time), window.1.max(time));
        let end = window.1;
        if let Some(next) = self.windows.get(at + 1).copied()
            && next.0.plus_micros(-VISIT_PAUSE_MICROS) <= end
        {
            self.windows[at].1 = next.1;
            self.windows.remove(at + 1);
        }
    }

    /// Whether the account was present from this address at a time, or within a pause of it.
    pub(crate) fn is_present(&self, time: Timestamp) -> bool {
        let at = self.windows.partition_point(|w| w.1.plus_micros(VISIT_PAUSE_MICROS) < time);
        self.windows.get(at).is_some_and(|w| w.0 <= time)
    }

    /// Whether a time lies within a session on a machine that a sign-in from here opened.
    pub(crate) fn in_session(&self, time: Timestamp) -> bool {
        let runs = |w: &(Timestamp, Timestamp)| time <= w.1.plus_micros(SESSION_MICROS);
        self.windows.iter().any(|window| window.0 <= time && runs(window))
    }

    /// When the presence that holds a time ended.
    pub(crate) fn until(&self, time: Timestamp) -> Timestamp {
        let window = self.windows.iter().find(|w| w.0 <= time && time <= w.1);
        window.map_or(time, |window| window.1)
    }

    /// How many acts of a kind.
    pub(crate) fn count(&self, act: Act) -> u64 {
        self.acts.get(&act).copied().unwrap_or(0)
    }
}
