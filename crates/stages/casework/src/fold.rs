//! What the rows of one draft add up to: figures, accounts, acts, moments. The order of rows of the
//! same time does not matter. It decides nothing.

use std::{collections::BTreeMap, net::IpAddr};

use bakas_model::{
    AgencyIx, Asn, Class, Day, EventRow, Moment, Place, Status, Stream, Text, Timestamp,
    detection::Tally,
    incident::{Deed, Entered},
};
use rustc_hash::FxHashMap;

use crate::{
    cloud,
    few::Room,
    ledger::name_hash,
    once::Once,
    pace::Pace,
    reading::{self, Act, Family, Meaning},
    words::number,
};

/// Most names of one sort that a draft counts.
pub(crate) const FOLD_NAMES_LIMIT: usize = 100_000;
/// Memory for the names that all drafts together count, in bytes.
pub(crate) const FOLD_ROOM_BYTES: usize = 64 << 20;
/// What a name takes besides its letters: its place in a table and what the allocator adds.
const NAME_BYTES: usize = 72;
/// The same of acts that are told together.
const TOLD_BYTES: usize = 320;
/// Most moments and accounts that a scope shows.
pub(crate) const SCOPE_LIMIT: usize = 1_000;

/// An address's share.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Share {
    pub(crate) asn: Option<Asn>,
    pub(crate) lines: u64,
    pub(crate) first: Timestamp,
    pub(crate) last: Timestamp,
}

/// One account's entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Entry {
    pub(crate) at: Timestamp,
    pub(crate) place: Place,
    pub(crate) from: Option<IpAddr>,
    pub(crate) failures_before: u64,
    pub(crate) stream: Stream,
}

/// Failures so far, with those of the latest time apart: rows of one time come in any order.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Failures {
    earlier: u64,
    time: Timestamp,
    latest: u64,
}

impl Failures {
    pub(crate) fn add(&mut self, time: Timestamp) {
        if time != self.time {
            self.earlier += self.latest;
            (self.time, self.latest) = (time, 0);
        }
        self.latest += 1;
    }

    pub(crate) fn before(&self, time: Timestamp) -> u64 {
        self.earlier + if self.time < time { self.latest } else { 0 }
    }
}

/// Acts of one sort, told together. Of the records of one instant the fullest counts: rows of one
/// time come in any order.
#[derive(Clone, Debug)]
struct Told {
    earlier: u64,
    latest: BTreeMap<Place, u64>,
    first: (Timestamp, Place),
    last: Timestamp,
}

impl Told {
    fn new(here: (Timestamp, Place)) -> Self {
        Self { earlier: 0, latest: BTreeMap::new(), first: here, last: here.0 }
    }

    fn count(&self) -> u64 {
        self.earlier + self.latest.values().max().copied().unwrap_or(0)
    }

    /// Adds an act; says whether it is one more.
    fn add(&mut self, here: (Timestamp, Place), record: Place) -> bool {
        let before = self.count();
        if here.0 != self.last {
            self.earlier = before;
            self.latest.clear();
        }
        *self.latest.entry(record).or_default() += 1;
        self.first = self.first.min(here);
        self.last = self.last.max(here.0);
        self.count() > before
    }
}

/// The sum of a draft's rows.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fold {
    /// Records: one of several acts counts once.
    pub(crate) lines: u64,
    last_place: Option<Place>,
    pub(crate) first: Option<(Timestamp, Place)>,
    pub(crate) last: Option<Timestamp>,
    pub(crate) addresses: BTreeMap<IpAddr, Share>,
    pub(crate) agents: FxHashMap<String, u64>,
    pub(crate) tried: FxHashMap<String, u64>,
    pub(crate) tries: u64,
    pub(crate) pace: Pace,
    once: Once,
    pub(crate) entered: BTreeMap<String, Entry>,
    /// The first thing that each account did here, sign-ins apart.
    acted: BTreeMap<String, Entry>,
    pub(crate) objects: FxHashMap<String, u64>,
    pub(crate) streams: BTreeMap<Stream, u64>,
    pub(crate) hours: [u32; 24],
    pub(crate) acts: BTreeMap<Act, u64>,
    /// By the hash of the account's name.
    failures: FxHashMap<u64, Failures>,
    all_failures: Failures,
    /// By day, account, act, whether it failed, and object where one act is worth a line.
    told: BTreeMap<(Day, String, Act, bool, String), Told>,
}

fn count(map: &mut FxHashMap<String, u64>, name: &str, room: &mut Room) {
    if let Some(known) = map.get_mut(name) {
        *known += 1;
    } else if map.len() >= FOLD_NAMES_LIMIT {
        room.refuse();
    } else if room.take(name.len() + NAME_BYTES) {
        map.insert(name.to_owned(), 1);
    }
}

/// The most frequent names, ties by name.
pub(crate) fn tallies(map: &FxHashMap<String, u64>, limit: usize) -> Vec<Tally<String>> {
    let mut all: Vec<_> =
        map.iter().map(|(value, count)| Tally { value: value.clone(), count: *count }).collect();
    all.sort_unstable_by(|a, b| b.count.cmp(&a.count).then_with(|| a.value.cmp(&b.value)));
    all.truncate(limit);
    all
}

impl Fold {
    /// Adds a row; what is counted by name takes of the room. `acts` says whether what it shows was done after an entry; `elsewhere` how many
    /// tries at its account other incidents tell. Returns whether it is a try not told before.
    pub(crate) fn add(
        &mut self,
        row: &EventRow,
        meaning: Meaning,
        acts: bool,
        elsewhere: u64,
        room: &mut Room,
    ) -> bool {
        // The acts of one record come next to one another.
        let is_new = u64::from(self.last_place.replace(row.place) != Some(row.place));
        self.lines += is_new;
        let here = (row.time, row.place);
        self.first = Some(self.first.map_or(here, |first| first.min(here)));
        self.last = self.last.max(Some(row.time));
        self.hours[(row.time.as_seconds().rem_euclid(86_400) / 3600) as usize] += 1;
        *self.streams.entry(row.stream).or_default() += 1;
        if let Some(address) = row.src {
            let share = self.addresses.entry(address).or_insert(Share {
                asn: row.asn,
                lines: 0,
                first: row.time,
                last: row.time,
            });
            share.lines += is_new;
            share.first = share.first.min(row.time);
            share.last = share.last.max(row.time);
        }
        if let Some(agent) = &row.agent {
            count(&mut self.agents, agent, room);
        }
        if let Some(object) = row.object.as_deref().filter(|object| !object.is_empty()) {
            count(&mut self.objects, object, room);
        }
        if shows_use(row, meaning) {
            self.act(row);
        }
        match meaning {
            Meaning::TryFailed if !self.once.is_new(row, FOLD_NAMES_LIMIT, room) => {}
            Meaning::TryFailed => {
                self.fail(row, room);
                return true;
            }
            Meaning::TryOk => {
                self.enter(row, elsewhere);
                if acts && reading::hands_over(row) {
                    self.tell(row, Act::Send, room);
                }
            }
            Meaning::Act(act) if acts => self.tell(row, act, room),
            // In a cloud account what was tried tells as much as what was done.
            Meaning::Refused if acts && reading::family(row.stream) == Family::Cloud => {
                if let Some(act) = cloud::act(&row.operation) {
                    self.tell(row, act, room);
                }
            }
            _ => {}
        }
        false
    }

    fn fail(&mut self, row: &EventRow, room: &mut Room) {
        self.tries += 1;
        self.pace.hear(row.src, row.time);
        self.all_failures.add(row.time);
        let Some(name) = row.account.as_ref().map(|name| name.to_lowercase()) else { return };
        count(&mut self.tried, &name, room);
        if self.tried.contains_key(&name) {
            self.failures.entry(name_hash(&name)).or_default().add(row.time);
        }
    }

    /// Notes that an account did something that is no sign-in.
    fn act(&mut self, row: &EventRow) {
        let Some(name) = row.account.as_ref().map(|name| name.to_lowercase()) else { return };
        if self.acted.len() < SCOPE_LIMIT || self.acted.contains_key(&name) {
            let entry = Entry {
                at: row.time,
                place: row.place,
                from: row.src,
                failures_before: 0,
                stream: row.stream,
            };
            let known = self.acted.entry(name).or_insert(entry);
            *known = (*known).min(entry);
        }
    }

    fn enter(&mut self, row: &EventRow, elsewhere: u64) {
        let name = match &row.account {
            Some(name) => name.to_lowercase(),
            // A web log does not say who: the form is all that is known.
            None => row.object.clone().unwrap_or_default(),
        };
        let failures_before = match &row.account {
            Some(_) => self
                .failures
                .get(&name_hash(&name))
                .map_or(0, |failures| failures.before(row.time))
                .max(elsewhere),
            None => self.all_failures.before(row.time),
        };
        let entry = Entry {
            at: row.time,
            place: row.place,
            from: row.src,
            failures_before,
            stream: row.stream,
        };
        if self.entered.len() < SCOPE_LIMIT || self.entered.contains_key(&name) {
            let known = self.entered.entry(name).or_insert(entry);
            *known = (*known).min(entry);
        }
    }

    fn tell(&mut self, row: &EventRow, act: Act, room: &mut Room) {
        let failed = row.status == Status::Failure;
        let account = row.account.as_deref().unwrap_or("").to_lowercase();
        let in_cloud = reading::family(row.stream) == Family::Cloud;
        let object = if in_cloud && cloud::act(&row.operation).is_some() {
            row.operation.clone()
        } else if reading::is_told_alone(act) {
            what(row, act)
        } else {
            String::new()
        };
        let key = (row.time.day(), account, act, failed, object);
        let here = (row.time, row.place);
        let bytes = key.1.len() + key.4.len() + TOLD_BYTES;
        if !self.told.contains_key(&key)
            && (self.told.len() >= FOLD_NAMES_LIMIT || !room.take(bytes))
        {
            return;
        }
        // Google tells one act in two logs, at the same instant.
        let twice = reading::is_told_alone(act)
            && reading::provider(row.stream) == Some(reading::WORKSPACE);
        let record = if twice { row.place } else { Place::default() };
        let told = self.told.entry(key).or_insert_with(|| Told::new(here));
        if told.add(here, record) && !failed {
            *self.acts.entry(act).or_default() += 1;
        }
    }

    /// What was done after entering, in time order.
    pub(crate) fn moments(&self, agency: AgencyIx) -> Vec<Moment> {
        let mut moments: Vec<Moment> = self
            .told
            .iter()
            .map(|((_, account, act, failed, object), told)| {
                let (en, fil) = reading::words_of(*act);
                let (not_en, not_fil) = if *failed { (", failed", ", nabigo") } else { ("", "") };
                let what = if object.is_empty() { String::new() } else { format!(": {object}") };
                let times =
                    if told.count() > 1 { format!(" ×{}", told.count()) } else { String::new() };
                let who = if account.is_empty() { "–" } else { account };
                Moment {
                    time: told.first.0,
                    until: (told.last > told.first.0).then_some(told.last),
                    agency,
                    incident: None,
                    text: Text::new(
                        format!("{who}: {en}{not_en}{times}{what}"),
                        format!("{who}: {fil}{not_fil}{times}{what}"),
                    ),
                    deed: Some(Deed {
                        account: account.clone(),
                        act: *act,
                        failed: *failed,
                        object: object.clone(),
                    }),
                    lines: told.count(),
                    place: Some(told.first.1),
                }
            })
            .collect();
        moments.sort_by(|a, b| (a.time, a.place, &a.text).cmp(&(b.time, b.place, &b.text)));
        moments.truncate(SCOPE_LIMIT);
        moments
    }

    /// What marks a hand: destinations of forwarding, applications granted, rules made.
    pub(crate) fn marks(&self) -> std::collections::BTreeSet<&str> {
        self.told
            .keys()
            .filter(|(_, _, act, _, _)| matches!(act, Act::Forward | Act::Grant | Act::MailRule))
            .filter(|(_, account, _, _, object)| !object.is_empty() && object != account)
            .map(|(_, _, _, _, object)| object.as_str())
            .collect()
    }

    /// Failures before the entries, the most of any account.
    pub(crate) fn failed_before(&self) -> u64 {
        self.entered.values().map(|entry| entry.failures_before).max().unwrap_or(0)
    }

    /// Whether an account, in lower case, was entered or did something here.
    pub(crate) fn was_used(&self, name: &str) -> bool {
        self.entered.contains_key(name) || self.acted.contains_key(name)
    }

    /// The kinds of logs, most records first.
    pub(crate) fn streams(&self) -> Vec<Stream> {
        let mut streams: Vec<_> = self.streams.iter().collect();
        streams.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
        streams.into_iter().map(|(stream, _)| *stream).collect()
    }

    /// The accounts that were entered, in time order; with `acted`, also those that were used
    /// without a sign-in on record.
    pub(crate) fn entries(&self, acted: bool, wanted: impl Fn(&str) -> bool) -> Vec<Entered> {
        let signed_in = self.entered.iter().map(|(name, entry)| (*entry, name, true));
        let used = self.acted.iter().filter(|(name, _)| acted && !self.entered.contains_key(*name));
        let mut entries: Vec<(Entry, &String, bool)> = signed_in
            .chain(used.map(|(name, entry)| (*entry, name, false)))
            .filter(|(_, name, _)| wanted(name))
            .collect();
        entries.sort_unstable();
        let tell = |(entry, name, signed_in): (Entry, &String, bool)| {
            if signed_in { entered(name, &entry) } else { used_as(name, &entry) }
        };
        entries.into_iter().map(tell).collect()
    }
}

/// What an act was done to. Of accounts also who: a record names the group or the role and whom it
/// took in apart.
fn what(row: &EventRow, act: Act) -> String {
    let object = row.object.as_deref().unwrap_or_default();
    let on_accounts = matches!(act, Act::Administer | Act::Credential | Act::Factor);
    let told_apart = reading::is_identity(row.stream)
        || !matches!(reading::family(row.stream), Family::Mail | Family::Cloud);
    match row.target.as_deref() {
        Some(target) if on_accounts && told_apart && !object.is_empty() && target != object => {
            format!("{target}, {object}")
        }
        Some(target) if on_accounts && told_apart => target.to_owned(),
        _ => object.to_owned(),
    }
}

/// Whether a row shows that somebody was in, apart from a sign-in: a challenge or a refusal may come
/// before any right password.
fn shows_use(row: &EventRow, meaning: Meaning) -> bool {
    match meaning {
        Meaning::TryOk | Meaning::TryFailed | Meaning::Refused => false,
        Meaning::Other if row.class == Class::Authentication => false,
        _ => row.status != Status::Failure,
    }
}

fn used_as(name: &str, entry: &Entry) -> Entered {
    Entered {
        account: name.to_owned(),
        at: entry.at,
        from: entry.from,
        how: Text::new(
            "used with no sign-in on record: with a session or a token that was there before, or \
             that these logs do not show",
            "ginamit nang walang nakatalang pag-sign in: gamit ang session o token na naroon na, o \
             hindi ipinapakita ng mga log na ito",
        ),
        failures_before: 0,
        place: entry.place,
    }
}

fn entered(name: &str, entry: &Entry) -> Entered {
    let web = reading::family(entry.stream) == Family::Web;
    let n = number(entry.failures_before);
    let tries = if entry.failures_before == 1 { "try" } else { "tries" };
    let (en, fil) = match (web, entry.failures_before) {
        (true, _) => (
            format!(
                "the sign-in form answered with a redirect, as after a right password, after {n} \
                 {tries} that failed; the web log does not name the account"
            ),
            format!(
                "sumagot ng redirect ang sign-in form, gaya ng sa tamang password, matapos ang {n} \
                 bigong subok; hindi pinapangalanan ng web log ang account"
            ),
        ),
        (false, 0) => (
            "the sign-in succeeded, with no failed try before it in these logs; that it was not the \
             holder's is judged from where it came from and what was done next"
                .to_owned(),
            "nagtagumpay ang pag-sign in, nang walang bigong subok bago nito sa mga log; na hindi ito \
             ang may-ari ay hinuha mula sa pinagmulan nito at sa sumunod na ginawa"
                .to_owned(),
        ),
        (false, _) => (
            format!("the sign-in succeeded after {n} {tries} that failed"),
            format!("nagtagumpay ang pag-sign in matapos ang {n} bigong subok"),
        ),
    };
    Entered {
        account: name.to_owned(),
        at: entry.at,
        from: entry.from,
        how: Text::new(en, fil),
        failures_before: entry.failures_before,
        place: entry.place,
    }
}
