//! The survey: figures over the rows of suspects, gathered in one reading in time order. It counts
//! and judges nothing.

use std::{
    collections::{BTreeMap, BTreeSet},
    hash::BuildHasher as _,
    net::IpAddr,
};

use bakas_model::{
    AccountKey, AgencyIx, Asn, Class, Day, EventRow, NetworkKind, Stream, Timestamp,
};
use rustc_hash::{FxBuildHasher, FxHashMap};

use crate::{
    few::{Families, Few, Hours, Room, hour},
    knocks::{Knocks, Pair},
    ledger::name_hash,
    once::Once,
    pace::Burst,
    reading::{self, Act, Family, Meaning, is_tool},
};

/// Most names that one track remembers of each sort.
pub(crate) const TRACK_NAMES_LIMIT: usize = 4096;
/// Memory for what all tracks and visits together remember beyond their first names, in bytes.
const ROOM_BYTES: usize = 48 << 20;
/// Most pairs of account and address that are followed: somebody was in.
const VISITS_LIMIT: usize = 50_000;
/// Most names of accounts that are kept as they are written, for machines inside.
const NAMES_LIMIT: usize = 50_000;
/// A pause within one visit to an account, in microseconds (30 minutes): longer ones end it.
pub(crate) const VISIT_PAUSE_MICROS: i64 = 30 * 60 * 1_000_000;

/// A session on a machine may run on without a further sign-in: two hours.
const SESSION_MICROS: i64 = 2 * 3600 * 1_000_000;

/// What one stretch of presence takes, in bytes.
const WINDOW_BYTES: usize = size_of::<(Timestamp, Timestamp)>();

/// Failures of one address within an hour that no person makes.
const HAMMER_FAILS: usize = 30;
/// Days of one account at one address, or of failures at one, beyond which further ones say nothing.
const DAYS_LIMIT: usize = 4096;

/// What one user agent of an address did.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct AgentUse {
    /// Whether it has no name, and whether it is a program's own.
    pub(crate) is_nameless: bool,
    pub(crate) is_tool: bool,
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
    pub(crate) fail_days: Few<Day, (u64, u64)>,
    pub(crate) first_fail: Option<Timestamp>,
    pub(crate) last_fail: Option<Timestamp>,
    pub(crate) first_sign_in: Option<Timestamp>,
    /// Accounts, by the hash of their names in lower case.
    pub(crate) tried: Few<u64, u64>,
    pub(crate) entered: Few<u64>,
    /// Accounts that were in from here before they failed from here.
    pub(crate) at_home: Few<u64>,
    /// Accounts that were in on so many days that they live here.
    pub(crate) living: Few<u64>,
    /// Whether so many failed within an hour as no person makes.
    pub(crate) hammered: bool,
    hammer: Burst<HAMMER_FAILS>,
    once: Once,
    pub(crate) admin_fails: u64,
    pub(crate) admin_names: Few<u64>,
    pub(crate) mail_fails: u64,
    pub(crate) named_fails: u64,
    pub(crate) pages: u64,
    pub(crate) assets: u64,
    pub(crate) refused: u64,
    pub(crate) admin_paths: Few<u64>,
    pub(crate) refused_paths: Few<u64>,
    pub(crate) directory: u64,
    pub(crate) hours: Hours,
    /// Hours of the failures alone.
    pub(crate) fail_hours: Hours,
    /// User agents, by the hash of their names.
    pub(crate) agents: Few<u64, AgentUse>,
    pub(crate) families: Families,
}

/// What one account did from one address at which it was in.
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
    pub(crate) days: Few<Day>,
    pub(crate) acts: Few<Act, u64>,
    /// User agents, by the hash of their names.
    pub(crate) agents: Few<u64>,
    pub(crate) families: Families,
    /// Machines on which it signed in, in lower case.
    pub(crate) hosts: BTreeSet<String>,
    /// Since when many failures followed one another, and when the sign-in directly after them
    /// succeeded.
    pub(crate) guessed: Option<(Timestamp, Timestamp)>,
    guesses: crate::knocks::Guesses,
    /// Times of presence, merged over pauses, sorted.
    pub(crate) windows: Vec<(Timestamp, Timestamp)>,
}

/// Everything gathered.
#[derive(Clone, Debug)]
pub(crate) struct Survey {
    /// Boxed: they are large, and are moved about when the table grows.
    pub(crate) tracks: FxHashMap<(AgencyIx, IpAddr), Box<Track>>,
    pub(crate) visits: FxHashMap<AccountKey, BTreeMap<IpAddr, Box<Visit>>>,
    visit_count: usize,
    /// Rows of visits beyond those that are followed.
    pub(crate) not_followed: BTreeMap<AgencyIx, u64>,
    /// Failures at accounts that were not in from there.
    knocks: Knocks,
    /// Names of accounts at machines inside, by their hashes.
    pub(crate) names: FxHashMap<u64, String>,
    pub(crate) room: Room,
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

impl Default for Survey {
    fn default() -> Self {
        Self {
            tracks: FxHashMap::default(),
            visits: FxHashMap::default(),
            visit_count: 0,
            not_followed: BTreeMap::new(),
            knocks: Knocks::default(),
            names: FxHashMap::default(),
            room: Room::new(ROOM_BYTES),
            shells: FxHashMap::default(),
            uploads: Vec::new(),
        }
    }
}

/// Most uploads that are remembered; beyond, the last one before the first use of a shell may be missed.
const UPLOADS_LIMIT: usize = 200_000;

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
        self.room.agency = row.agency;
        let served = row.http_status.is_some_and(|code| (200..400).contains(&code));
        if is_shell && served {
            let first = self.shells.entry(row.agency).or_insert(row.time);
            *first = (*first).min(row.time);
        }
        if is_upload && served && row.operation == "POST" && self.uploads.len() < UPLOADS_LIMIT {
            self.uploads.push((row.agency, address, row.time));
        }
        let track = self.tracks.entry((row.agency, address)).or_default();
        track.kind = kind;
        // What was told already tells of a sign-in that has its own record.
        let told = meaning == Meaning::TryFailed
            && !track.once.is_new(row, TRACK_NAMES_LIMIT, &mut self.room);
        let meaning = if told { Meaning::Other } else { meaning };
        let name = row.account.as_ref().map(|name| name.to_lowercase());
        let account = name.as_deref().map(name_hash);
        track.hear(row, meaning, name.as_deref(), &mut self.room);
        let (Some(name), Some(account)) = (name, account) else { return };
        if kind == NetworkKind::Special
            && self.names.len() < NAMES_LIMIT
            && !self.names.contains_key(&account)
        {
            self.names.insert(account, name.clone());
        }
        self.hear_visit(row, meaning, AccountKey { agency: row.agency, name }, address);
    }

    /// Hears what an account did. As long as it was not in from there, only its failures are kept.
    fn hear_visit(&mut self, row: &EventRow, meaning: Meaning, key: AccountKey, address: IpAddr) {
        let known = self.visits.get_mut(&key).and_then(|from| from.get_mut(&address));
        if let Some(visit) = known {
            visit.hear(row, meaning, &mut self.room);
            return;
        }
        let pair = Pair { agency: row.agency, account: name_hash(&key.name), address };
        if !shows_presence(row, meaning) {
            self.knocks.hear(pair, row, meaning, &mut self.room);
            return;
        }
        if self.visit_count >= VISITS_LIMIT {
            *self.not_followed.entry(row.agency).or_default() += 1;
            return;
        }
        self.visit_count += 1;
        let mut visit = Box::new(Visit::default());
        if let Some(before) = self.knocks.take(&pair) {
            (visit.asn, visit.rows, visit.fails) = (before.asn, before.rows, before.fails);
            (visit.families, visit.guesses) = (before.families, before.guesses);
        }
        visit.hear(row, meaning, &mut self.room);
        self.visits.entry(key).or_default().insert(address, visit);
    }

    /// Lets go of what is known of each address; the visits are still asked.
    pub(crate) fn let_go(&mut self) {
        self.tracks = FxHashMap::default();
        self.knocks = Knocks::default();
        self.uploads = Vec::new();
    }

    /// Ends the hearing: notes at each address the accounts that were in on so many days.
    pub(crate) fn end(&mut self, days: usize) {
        for (account, from) in &self.visits {
            for (address, _) in from.iter().filter(|(_, visit)| visit.days.len() >= days) {
                if let Some(track) = self.tracks.get_mut(&(account.agency, *address)) {
                    let account = name_hash(&account.name);
                    track.living.entry(account, TRACK_NAMES_LIMIT, &mut self.room);
                }
            }
        }
    }
}

/// Whether a row shows that somebody was in. A challenge or a refusal shows no presence: it may come
/// before any right password.
fn shows_presence(row: &EventRow, meaning: Meaning) -> bool {
    match meaning {
        Meaning::TryFailed | Meaning::Refused => false,
        Meaning::Other => row.class != Class::Authentication,
        _ => true,
    }
}

impl Track {
    fn hear(&mut self, row: &EventRow, meaning: Meaning, account: Option<&str>, room: &mut Room) {
        self.asn = self.asn.or(row.asn);
        self.rows += 1;
        earlier(&mut self.first, row.time);
        later(&mut self.last, row.time);
        let family = reading::family(row.stream);
        self.families.insert(family);
        self.hours.hear(hour(row.time));
        match meaning {
            Meaning::TryFailed => self.hear_failure(row, family, account, room),
            Meaning::TryOk => {
                self.oks += 1;
                earlier(&mut self.first_sign_in, row.time);
                if let Some(account) = account.map(name_hash) {
                    let is_new = self.entered.entry(account, TRACK_NAMES_LIMIT, room).is_some();
                    if is_new && !self.tried.contains(account) {
                        self.at_home.entry(account, TRACK_NAMES_LIMIT, room);
                    }
                }
            }
            Meaning::Asset => self.assets += 1,
            Meaning::Page => self.pages += 1,
            Meaning::Refused => self.refused += 1,
            Meaning::Act(Act::Directory) => self.directory += 1,
            Meaning::Act(_) | Meaning::Other => {}
        }
        if family == Family::Web {
            self.hear_path(row, meaning, room);
        }
        let name = row.agent.as_deref().unwrap_or("");
        if let Some(agent) = self.agents.entry(name_hash(name), TRACK_NAMES_LIMIT, room) {
            if agent.rows == 0 {
                (agent.is_nameless, agent.is_tool) = (name.is_empty(), is_tool(name));
            }
            agent.hear(row.time, meaning);
        }
    }

    fn hear_failure(
        &mut self,
        row: &EventRow,
        family: Family,
        account: Option<&str>,
        room: &mut Room,
    ) {
        self.fails += 1;
        if !self.hammered {
            self.hammer.hear(row.time);
            if self.hammer.is_full(row.time) {
                (self.hammered, self.hammer) = (true, Burst::default());
            }
        }
        self.fail_hours.hear(hour(row.time));
        let is_mail = family == Family::Mail;
        let admin = account.filter(|name| is_mail && reading::is_admin_name(name)).map(name_hash);
        if let Some(day) = self.fail_days.entry(row.time.day(), DAYS_LIMIT, room) {
            day.0 += u64::from(admin.is_some());
            day.1 += u64::from(is_mail);
        }
        earlier(&mut self.first_fail, row.time);
        later(&mut self.last_fail, row.time);
        earlier(&mut self.first_sign_in, row.time);
        let Some(account) = account.map(name_hash) else { return };
        self.named_fails += 1;
        self.mail_fails += u64::from(is_mail);
        if let Some(name) = admin {
            self.admin_fails += 1;
            self.admin_names.entry(name, TRACK_NAMES_LIMIT, room);
        }
        if let Some(count) = self.tried.entry(account, TRACK_NAMES_LIMIT, room) {
            *count += 1;
        }
    }

    fn hear_path(&mut self, row: &EventRow, meaning: Meaning, room: &mut Room) {
        let Some(path) = row.object.as_deref() else { return };
        if meaning == Meaning::Refused {
            self.refused_paths.entry(path_hash(path), TRACK_NAMES_LIMIT, room);
        }
        if reading::is_admin_path(path) {
            self.admin_paths.entry(path_hash(path), TRACK_NAMES_LIMIT, room);
        }
    }
}

/// Paths and clients are told apart by the case of their letters as well.
fn path_hash(path: &str) -> u64 {
    FxBuildHasher.hash_one(path)
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
    fn hear(&mut self, row: &EventRow, meaning: Meaning, room: &mut Room) {
        self.asn = self.asn.or(row.asn);
        self.rows += 1;
        self.families.insert(reading::family(row.stream));
        if meaning == Meaning::TryFailed {
            self.fails += 1;
            self.guesses.hear(row.time);
        }
        if !shows_presence(row, meaning) {
            return;
        }
        match meaning {
            Meaning::TryOk => {
                self.sign_in(row.time);
                if let Some(host) = row.host.as_ref().filter(|_| row.stream == Stream::Windows)
                    && self.hosts.len() < TRACK_NAMES_LIMIT
                    && room.take(host.len() + 48)
                {
                    self.hosts.insert(host.to_lowercase());
                }
                if reading::hands_over(row) {
                    self.act(Act::Send, room);
                }
            }
            Meaning::Act(act) => self.act(act, room),
            _ => {}
        }
        self.present += 1;
        earlier(&mut self.first, row.time);
        later(&mut self.last, row.time);
        self.days.entry(row.time.day(), DAYS_LIMIT, room);
        if let Some(agent) = &row.agent {
            self.agents.entry(path_hash(agent), TRACK_NAMES_LIMIT, room);
        }
        self.extend(row.time, room);
    }

    fn act(&mut self, act: Act, room: &mut Room) {
        if let Some(count) = self.acts.entry(act, usize::MAX, room) {
            *count += 1;
        }
    }

    fn sign_in(&mut self, time: Timestamp) {
        self.logons += 1;
        let guesses = std::mem::take(&mut self.guesses);
        if let Some(since) = guesses.since.filter(|_| guesses.is_full(time)) {
            self.guessed = self.guessed.or(Some((since, time)));
        }
    }

    /// Adds a moment of presence; windows stay sorted and apart by more than a pause.
    fn extend(&mut self, time: Timestamp, room: &mut Room) {
        let at = self.windows.partition_point(|w| w.1.plus_micros(VISIT_PAUSE_MICROS) < time);
        let near = self
            .windows
            .get(at)
            .is_some_and(|window| window.0.plus_micros(-VISIT_PAUSE_MICROS) <= time);
        if !near {
            let is_first = self.windows.is_empty();
            if is_first || (self.windows.len() < TRACK_NAMES_LIMIT && room.take(WINDOW_BYTES)) {
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
        self.acts.get(act).copied().unwrap_or(0)
    }
}
