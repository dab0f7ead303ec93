//! Drafts of incidents: from leads to suspects, from suspects to groups, from groups to the rows
//! that belong to them. The judging itself is in `judge`, the telling in `outcome`.

use std::{collections::BTreeMap, net::IpAddr};

use bakas_model::{
    AccountKey, AgencyIx, DetectionId, EventRow, IncidentKind, NetworkKind, Status, Timestamp,
};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::{
    Findings, Wanted, cloud, cluster,
    few::Room,
    fold::{FOLD_NAMES_LIMIT, FOLD_ROOM_BYTES, Failures, Fold},
    judge::{self, Aside, Court, Excuse, Leads, Suspect, Who, set_aside},
    ledger::name_hash,
    links,
    machines::Machines,
    order,
    reading::{self, Family, Meaning},
    survey::{Survey, Track},
};

/// Around the hits on an address that honest people use as well, rows this near belong to the
/// attack: six hours.
pub(crate) const SHARED_SLACK_MICROS: i64 = 6 * 3600 * 1_000_000;
/// An upload this long before the first use of a shell placed it: a day.
const PLACED_MICROS: i64 = 86_400 * 1_000_000;
/// Failures below which an address with sign-ins that succeeded is not looked at for guessing.
const LOOK_FAILS: u64 = 30;

/// What a draft holds of an address.
#[derive(Clone, Debug)]
pub(crate) struct Grip {
    from: Timestamp,
    until: Timestamp,
    /// By the hash of their names.
    agents: Option<FxHashSet<u64>>,
    accounts: Option<FxHashSet<String>>,
}

/// An incident in the making.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    pub(crate) agency: AgencyIx,
    pub(crate) kind: IncidentKind,
    pub(crate) grips: FxHashMap<IpAddr, Vec<Grip>>,
    pub(crate) score: f64,
    pub(crate) detections: Vec<DetectionId>,
    pub(crate) fold: Fold,
}

/// The drafts of a case, from the first leads to the outcome.
#[derive(Clone, Debug)]
pub struct Drafts {
    pub(crate) leads: Leads,
    pub(crate) survey: Survey,
    pub(crate) aside: Aside,
    pub(crate) drafts: Vec<Draft>,
    /// Kinds of networks of the addresses looked at.
    kinds: FxHashMap<IpAddr, NetworkKind>,
    pub(crate) wanted: Wanted,
    by_address: FxHashMap<(AgencyIx, IpAddr), Vec<usize>>,
    by_account: FxHashMap<AccountKey, Vec<(usize, IpAddr)>>,
    /// By the machine's own account: the drafts that hold a session on it, and of which account.
    pub(crate) by_machine: Machines,
    /// The upload that placed a shell, by agency.
    placed: FxHashMap<AgencyIx, (Timestamp, IpAddr)>,
    /// Tries at each account that any draft holds, by the hash of its name.
    tried: FxHashMap<(AgencyIx, u64), Failures>,
    /// How many attacking addresses have a user agent, by the hash of its name.
    pub(crate) attackers: FxHashMap<u64, u32>,
    /// For what the drafts count by name.
    pub(crate) room: Room,
    settled: bool,
}

/// Names the suspects that the detections point to.
#[must_use]
pub fn draft(leads: Leads, findings: &Findings<'_>) -> Drafts {
    let mut drafts = Drafts::new(leads);
    drafts.tell_left_out();
    let keys: Vec<_> = drafts.leads.addresses.keys().copied().collect();
    for key in keys {
        drafts.consider(findings, key);
    }
    for (account, hints) in &drafts.leads.accounts {
        let about_accounts = hints.keys().any(|kind| {
            matches!(
                kind,
                IncidentKind::AccountTakeover
                    | IncidentKind::LateralMovement
                    | IncidentKind::CloudAbuse
            )
        });
        if about_accounts {
            drafts.wanted.accounts.insert(account.clone());
        }
    }
    drafts
}

impl Drafts {
    fn new(leads: Leads) -> Self {
        Self {
            leads,
            survey: Survey::default(),
            aside: Aside::default(),
            drafts: Vec::new(),
            kinds: FxHashMap::default(),
            wanted: Wanted::default(),
            by_address: FxHashMap::default(),
            by_account: FxHashMap::default(),
            by_machine: Machines::default(),
            placed: FxHashMap::default(),
            tried: FxHashMap::default(),
            attackers: FxHashMap::default(),
            room: Room::new(FOLD_ROOM_BYTES),
            settled: false,
        }
    }

    /// Those whom the rules named and who are too many to be looked at.
    fn tell_left_out(&mut self) {
        for (agency, left) in &self.leads.chosen.left_out {
            let excused = self.aside.entry((*agency, Excuse::NotLookedAt)).or_default();
            excused.names.extend(left.named.iter().map(|address| Who::Address(*address)));
            excused.unnamed += left.addresses - left.named.len() as u64;
            excused.hits += left.hits;
        }
        for (agency, (names, hits)) in std::mem::take(&mut self.leads.accounts_beyond) {
            let excused = self.aside.entry((agency, Excuse::NotLookedAt)).or_default();
            excused.unnamed += names.len() as u64;
            excused.hits += hits;
        }
    }

    /// Decides from the profile whether an address's rows are worth reading.
    fn consider(&mut self, findings: &Findings<'_>, key: (AgencyIx, IpAddr)) {
        let hints = &self.leads.addresses[&key];
        let first = hints.values().map(|hint| hint.first).min().unwrap_or_default();
        let kind = findings.networks.locate(key.1, first).kind;
        let only_tries = hints.keys().all(|kind| kind == IncidentKind::PasswordGuessing);
        if only_tries
            && kind != NetworkKind::Special
            && let Some(profile) = findings.profiles.get(&key)
        {
            let fails = profile.sign_ins_failed;
            if profile.sign_ins > 0 && fails < LOOK_FAILS && fails < 2 * profile.sign_ins {
                let crowd = profile.accounts >= 3 || profile.agents >= 3;
                let why = if crowd { Excuse::SharedAddress } else { Excuse::Forgetful };
                set_aside(&mut self.aside, key.0, why, key.1, fails);
                return;
            }
        }
        self.kinds.insert(key.1, kind);
        self.wanted.addresses.insert(key);
    }

    /// Whose rows are to be read: first those of everybody under suspicion, and after
    /// [`Self::settle`] those of the drafts.
    #[must_use]
    pub fn wanted(&self) -> &Wanted {
        &self.wanted
    }

    /// Hears a wanted row for the judging; rows come in time order.
    pub fn survey(&mut self, row: &EventRow) {
        let Some(address) = row.src else { return };
        let meaning = self.meaning(row);
        let path = row.object.as_deref().unwrap_or("");
        let shells = self.leads.shell_paths.get(&row.agency);
        let shell = shells.is_some_and(|paths| paths.contains(path));
        let upload = reading::is_upload_path(path);
        let kind = self.kinds.get(&address).copied().unwrap_or_default();
        self.survey.hear(row, meaning, kind, shell, upload);
    }

    fn meaning(&self, row: &EventRow) -> Meaning {
        reading::read(row, self.leads.sign_in_paths.get(&row.agency))
    }

    /// Judges the suspects and groups them into drafts. To be called once, after the survey.
    pub fn settle(&mut self, findings: &Findings<'_>) {
        if std::mem::replace(&mut self.settled, true) {
            return;
        }
        for ((_, address), track) in &mut self.survey.tracks {
            track.kind = findings.networks.locate(*address, track.first.unwrap_or_default()).kind;
        }
        self.survey.end(judge::tries::OWN_DAYS);
        let mut aside = std::mem::take(&mut self.aside);
        let court = Court { findings, leads: &self.leads, survey: &self.survey };
        let mut suspects = judge::tries::judge(&court, &mut aside);
        suspects.extend(judge::probes::judge(&court, &mut aside));
        suspects.extend(judge::takeover::judge(&court, &suspects, &mut aside));
        suspects.extend(judge::takeover::discoveries(&court, &suspects));
        suspects.extend(judge::inside::judge(&court, &suspects, &mut aside));
        suspects.extend(judge::inside::judge_cloud(&court, &mut aside));
        self.aside = excused(aside, &suspects);
        let groups = cluster::group(&suspects, &self.survey, findings.background);
        self.drafts =
            groups.iter().map(|members| self.open(findings, &suspects, members)).collect();
        self.place_shells();
        self.index();
        self.attackers = links::attackers(self);
        // Nobody is judged any more: from here on rows are given to drafts.
        self.survey.let_go();
        self.leads.let_go();
    }

    fn open(&self, findings: &Findings<'_>, suspects: &[Suspect], members: &[usize]) -> Draft {
        let first = &suspects[members[0]];
        let mut draft = Draft {
            agency: first.agency,
            kind: first.kind,
            grips: FxHashMap::default(),
            score: 0.0,
            detections: Vec::new(),
            fold: Fold::default(),
        };
        let (mut tries, mut tried) = (0, FxHashSet::<u64>::default());
        for suspect in members.iter().map(|member| &suspects[*member]) {
            let track = self.survey.tracks.get(&(suspect.agency, suspect.address)).map(|t| &**t);
            draft.score = draft.score.max(suspect.score);
            // Nearly every list here is of one: a vector would make room for four at once.
            let grips = draft.grips.entry(suspect.address).or_insert_with(|| Vec::with_capacity(1));
            grips.push(grip(suspect, track));
            if let Some(track) = track {
                let meant: Option<FxHashSet<u64>> =
                    suspect.accounts.as_ref().map(|a| a.iter().map(|n| name_hash(n)).collect());
                let about = |name: &u64| meant.as_ref().is_none_or(|meant| meant.contains(name));
                for (name, count) in track.tried.iter().filter(|(name, _)| about(name)) {
                    tries += count;
                    tried.insert(name);
                }
            }
        }
        if draft.kind == IncidentKind::PasswordGuessing && is_spraying(tries, tried.len()) {
            draft.kind = IncidentKind::PasswordSpraying;
        }
        draft.detections = resting_on(findings, &draft);
        draft
    }

    fn index(&mut self) {
        self.wanted = Wanted::default();
        for (at, draft) in self.drafts.iter().enumerate() {
            for (address, grips) in &draft.grips {
                let key = (draft.agency, *address);
                self.by_address.entry(key).or_insert_with(|| Vec::with_capacity(1)).push(at);
                self.wanted.addresses.insert(key);
                for name in grips.iter().filter_map(|grip| grip.accounts.as_ref()).flatten() {
                    let account = AccountKey { agency: draft.agency, name: name.clone() };
                    self.by_account.entry(account.clone()).or_default().push((at, *address));
                    self.wanted.accounts.insert(account);
                }
            }
        }
        self.index_machines();
        for drafts in self.by_address.values_mut() {
            drafts.sort_unstable();
        }
        for pairs in self.by_account.values_mut() {
            pairs.sort_unstable();
        }
    }

    /// Gives a row to the draft that it belongs to, if any; rows come in time order.
    pub fn claim(&mut self, row: &EventRow) -> Option<usize> {
        let meaning = self.meaning(row);
        self.room.agency = row.agency;
        let at = match row.src {
            Some(address) => self.by_source(row, address, meaning),
            None => self.by_presence(row),
        }?;
        let after = matches!(
            self.drafts[at].kind,
            IncidentKind::AccountTakeover
                | IncidentKind::LateralMovement
                | IncidentKind::CloudAbuse
                | IncidentKind::AdminDiscovery
        );
        let key = row.account.as_ref().map(|name| (row.agency, name_hash(&name.to_lowercase())));
        let tried = key.as_ref().and_then(|key| self.tried.get(key));
        let elsewhere = tried.map_or(0, |failures| failures.before(row.time));
        if self.drafts[at].fold.add(row, meaning, after, elsewhere, &mut self.room)
            && let Some(key) = key
            && (self.tried.len() < FOLD_NAMES_LIMIT || self.tried.contains_key(&key))
        {
            self.tried.entry(key).or_default().add(row.time);
        }
        Some(at)
    }

    fn by_source(&self, row: &EventRow, address: IpAddr, meaning: Meaning) -> Option<usize> {
        let drafts = self.by_address.get(&(row.agency, address))?;
        let name = row.account.as_ref().map(|name| name.to_lowercase());
        let open = drafts.iter().copied().filter(|at| {
            let draft = &self.drafts[*at];
            draft.grips[&address].iter().any(|grip| grip.holds(row, name.as_deref(), draft.kind))
        });
        open.filter_map(|at| Some((self.rank(row, meaning, at)?, at))).min().map(|(_, at)| at)
    }

    /// A row without an address belongs to who was present in the account at that time.
    fn by_presence(&self, row: &EventRow) -> Option<usize> {
        let name = row.account.as_ref()?.to_lowercase();
        let account = AccountKey { agency: row.agency, name };
        if reading::is_machine_name(&account.name) {
            return self.by_machine(row, &account);
        }
        let pairs = self.by_account.get(&account)?;
        let visits = self.survey.visits.get(&account)?;
        let family = reading::family(row.stream);
        pairs
            .iter()
            .find(|(at, address)| {
                let draft = &self.drafts[*at];
                let Some(visit) = visits.get(address) else { return false };
                if draft.kind == IncidentKind::LateralMovement {
                    return family == Family::System && visit.in_session(row.time);
                }
                let held = |grip: &Grip| grip.from <= row.time && row.time <= grip.until;
                // On a machine one sign-in opens a session, whose records name no address.
                if draft.kind == IncidentKind::AccountTakeover && family == Family::System {
                    return visit.families.contains(family) && visit.in_session(row.time);
                }
                visit.families.contains(family)
                    && visit.is_present(row.time)
                    && (!tries(draft.kind) || draft.grips[address].iter().any(held))
            })
            .map(|(at, _)| *at)
    }

    /// How well a row fits a draft's kind, best first; `None` where it does not.
    fn rank(&self, row: &EventRow, meaning: Meaning, at: usize) -> Option<u8> {
        let kind = self.drafts[at].kind;
        if kind == IncidentKind::CloudAbuse {
            // Where somebody entered an account as well, what was done in it belongs there.
            return self.is_cloud_word(row).then_some(u8::MAX);
        }
        let kinds = match reading::family(row.stream) {
            Family::Web => self.web_order(row, meaning),
            Family::Mail => order::mail_order(row, meaning),
            Family::System => order::system_order(meaning),
            Family::Network => order::network_order(row, meaning),
            Family::Cloud => return None,
        };
        kinds.iter().position(|k| *k == kind).map(|at| at as u8)
    }

    /// Whether rules about clouds named a row's operation or user agent.
    fn is_cloud_word(&self, row: &EventRow) -> bool {
        let Some(words) = self.leads.cloud_words.get(&row.agency) else { return false };
        let agent = row.agent.as_deref().unwrap_or("");
        words.contains(agent) || (words.contains(&row.operation) && !cloud::is_upkeep(agent))
    }

    fn web_order(&self, row: &EventRow, meaning: Meaning) -> &'static [IncidentKind] {
        let path = row.object.as_deref().unwrap_or("");
        let has = |paths: &FxHashMap<AgencyIx, FxHashSet<String>>| {
            paths.get(&row.agency).is_some_and(|paths| paths.contains(path))
        };
        if has(&self.leads.shell_paths) || self.placed_shell(row) {
            return order::SHELL_FIRST;
        }
        if matches!(meaning, Meaning::TryFailed | Meaning::TryOk) || has(&self.leads.sign_in_paths)
        {
            return order::TRIES_FIRST;
        }
        if has(&self.leads.exploited_paths) || reading::is_upload_path(path) {
            return order::EXPLOITS_FIRST;
        }
        if reading::is_admin_path(path) {
            return order::ADMIN_FIRST;
        }
        if meaning == Meaning::Refused { order::SCANS_FIRST } else { order::EXPLOITS_FIRST }
    }

    /// Whether this is the upload after which the shell was there.
    fn placed_shell(&self, row: &EventRow) -> bool {
        self.placed.get(&row.agency).is_some_and(|(time, address)| {
            *time == row.time
                && Some(*address) == row.src
                && row.operation == "POST"
                && row.http_status.is_some_and(|code| (200..400).contains(&code))
        })
    }

    /// For each agency with a shell, the last upload before its first use.
    fn place_shells(&mut self) {
        for (agency, address, time) in &self.survey.uploads {
            let Some(first_use) = self.survey.shells.get(agency) else { continue };
            if time > first_use || first_use.micros_since(*time) > PLACED_MICROS {
                continue;
            }
            let known = self.placed.entry(*agency).or_insert((*time, *address));
            *known = (*known).max((*time, *address));
        }
    }
}

/// Nobody who is accused is listed as excused in the same agency.
fn excused(mut aside: Aside, suspects: &[Suspect]) -> Aside {
    let mut accused: BTreeMap<AgencyIx, FxHashSet<Who>> = BTreeMap::new();
    for suspect in suspects {
        let names = suspect.accounts.iter().flatten().map(|name| name.as_str().into());
        let accused = accused.entry(suspect.agency).or_default();
        accused.extend(names.chain([suspect.address.into()]));
    }
    for ((agency, why), excused) in &mut aside {
        if let Some(accused) = accused.get(agency)
            && !matches!(why, Excuse::Permitted(_))
        {
            excused.names.retain(|name| !accused.contains(name));
        }
    }
    aside.retain(|_, excused| !excused.names.is_empty() || excused.unnamed > 0);
    aside
}

/// From this many accounts on, and with at most so many tries for each, it is spraying.
const SPRAY_ACCOUNTS: usize = 8;
const SPRAY_TRIES: u64 = 12;

fn is_spraying(tries: u64, accounts: usize) -> bool {
    accounts >= SPRAY_ACCOUNTS && tries <= SPRAY_TRIES * accounts as u64
}

fn grip(suspect: &Suspect, track: Option<&Track>) -> Grip {
    let (mut from, mut until) = (
        suspect.span.0.plus_micros(-SHARED_SLACK_MICROS),
        suspect.span.1.plus_micros(SHARED_SLACK_MICROS),
    );
    if suspect.is_one_guess() {
        (from, until) = suspect.span;
        return Grip { from, until, agents: None, accounts: suspect.accounts.clone() };
    }
    let honest = track.is_some_and(|track| track.assets > 0);
    if let Some(track) = track
        && (!honest || !matches!(track.kind, NetworkKind::Telco | NetworkKind::Unknown))
    {
        from = track.first.unwrap_or(from);
        until = track.last.unwrap_or(until);
    }
    Grip { from, until, agents: suspect.agents.clone(), accounts: suspect.accounts.clone() }
}

impl Grip {
    /// The accounts that it is about, where it is about accounts.
    pub(crate) fn accounts(&self) -> Option<&FxHashSet<String>> {
        self.accounts.as_ref()
    }

    fn holds(&self, row: &EventRow, account: Option<&str>, kind: IncidentKind) -> bool {
        if row.time < self.from || row.time > self.until {
            return false;
        }
        if let Some(agents) = &self.agents
            && !agents.contains(&name_hash(row.agent.as_deref().unwrap_or("")))
        {
            return false;
        }
        match (&self.accounts, account) {
            // Others who fail at the address of one guess have nothing to do with it.
            (Some(accounts), account) if tries(kind) => {
                account.is_some_and(|account| accounts.contains(account))
            }
            // What failed from an intruder's address belongs to the intrusion.
            (Some(_), _) if row.status == Status::Failure => true,
            (Some(accounts), Some(account)) => accounts.contains(account),
            (Some(_), None) => kind == IncidentKind::LateralMovement,
            (None, _) => true,
        }
    }
}

const fn tries(kind: IncidentKind) -> bool {
    matches!(kind, IncidentKind::PasswordGuessing | IncidentKind::PasswordSpraying)
}

/// The detections of a draft's kind that its addresses are in.
fn resting_on(findings: &Findings<'_>, draft: &Draft) -> Vec<DetectionId> {
    findings
        .detections
        .iter()
        .filter(|detection| detection.agency == draft.agency)
        .filter(|detection| {
            let kind = findings.rules.get(detection.rule.0 as usize).and_then(|meta| meta.kind);
            kind.is_some_and(|k| k == draft.kind || (tries(k) && tries(draft.kind)))
                && detection.addresses.iter().any(|t| draft.grips.contains_key(&t.value))
        })
        .map(|detection| detection.id)
        .collect()
}
