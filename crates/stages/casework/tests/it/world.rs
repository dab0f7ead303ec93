//! A small world: rows as the lake gives them, networks by table, detections as the rule pack would
//! raise them. It plays the engine and judges nothing.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::IpAddr,
};

use bakas_casework::{
    Background, Findings, Home, Leads, Ledger, Outcome, Standing, draft, name_hash,
};
use bakas_model::{
    Activity, Agency, AgencyIx, Asn, Class, Detection, DetectionId, Event, EventRow, IncidentKind,
    Location, NetworkKind, Networks, Permitted, Place, RuleIx, RuleMeta, Severity, SourceIx,
    Status, Stream, Timestamp, Trace, detection::Tally,
};
use rustc_hash::FxHashMap;

pub(crate) const FIREFOX: &str = "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Firefox/140.0";
pub(crate) const CHROME: &str = "Mozilla/5.0 (Linux; Android 15) Chrome/142.0 Mobile";
pub(crate) const SAFARI: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1) Safari/605.1";

/// Networks by the first two numbers of an address.
pub(crate) struct Table;

impl Networks for Table {
    fn locate(&self, address: IpAddr, _: Timestamp) -> Location {
        let IpAddr::V4(v4) = address else { return Location::default() };
        let (asn, kind) = match v4.octets() {
            [10, ..] | [192, 168, ..] => {
                return Location { kind: NetworkKind::Special, ..Location::default() };
            }
            [61, ..] => (64_501, NetworkKind::Telco),
            [62, ..] => (64_502, NetworkKind::Telco),
            [80, ..] => (64_510, NetworkKind::Hosting),
            [81, ..] => (64_511, NetworkKind::Hosting),
            [90, ..] => (64_520, NetworkKind::Vpn),
            [91, ..] => (64_521, NetworkKind::Tor),
            _ => (64_500, NetworkKind::Unknown),
        };
        Location { asn: Some(Asn(asn)), country: None, kind }
    }

    fn operator(&self, asn: Asn, _: Timestamp) -> Option<&str> {
        (asn == Asn(64_501)).then_some("Example Telecom")
    }

    fn trace(&self, address: IpAddr, at: Timestamp, _: Timestamp) -> Trace {
        Trace::new(address, at)
    }
}

#[derive(Default)]
pub(crate) struct World {
    pub(crate) rows: Vec<EventRow>,
    /// Rows that a rule of this kind and level matched.
    flags: BTreeMap<(IncidentKind, Severity, AgencyIx), Vec<usize>>,
    pub(crate) permitted: Vec<Permitted>,
    agencies: u16,
}

/// What came out, with the incident of every row.
pub(crate) struct Result {
    pub(crate) outcome: Outcome,
    pub(crate) claimed: Vec<Option<String>>,
}

pub(crate) fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

/// Day (from 1 January 2026), hour, minute, in UTC.
pub(crate) fn at(day: i64, hour: i64, minute: i64) -> Timestamp {
    let start: Timestamp = "2026-01-01".parse().unwrap();
    start.plus_micros(((day * 24 + hour) * 60 + minute) * 60_000_000)
}

impl World {
    fn push(&mut self, agency: u16, stream: Stream, time: Timestamp, from: &str) -> &mut EventRow {
        self.agencies = self.agencies.max(agency + 1);
        let src = (!from.is_empty()).then(|| ip(from));
        let place = Place {
            source: SourceIx(u32::from(agency)),
            offset: self.rows.len() as u64 * 100,
            length: 99,
        };
        self.rows.push(EventRow {
            place,
            agency: AgencyIx(agency),
            stream,
            time,
            class: Class::Base,
            activity: Activity::Other,
            status: Status::Unknown,
            src,
            asn: src.and_then(|address| Table.locate(address, time).asn),
            account: None,
            target: None,
            object: None,
            agent: None,
            operation: String::new(),
            host: None,
            http_status: None,
        });
        self.rows.last_mut().unwrap()
    }

    pub(crate) fn web(
        &mut self,
        agency: u16,
        time: Timestamp,
        from: &str,
        request: &str,
        code: u16,
        agent: &str,
    ) -> usize {
        let row = self.push(agency, Stream::Web, time, from);
        let (method, path) = request.split_once(' ').unwrap();
        row.class = Class::HttpActivity;
        row.activity = Activity::Request;
        row.operation = method.to_owned();
        row.object = Some(path.to_owned());
        row.http_status = Some(code);
        row.agent = Some(agent.to_owned());
        self.rows.len() - 1
    }

    /// A try at the form: the form is fetched and posted; a right password redirects.
    pub(crate) fn form(&mut self, agency: u16, time: Timestamp, from: &str, ok: bool, agent: &str) {
        self.web(agency, time, from, "GET /login.php", 200, agent);
        let code = if ok { 302 } else { 200 };
        self.web(agency, time.plus_micros(5_000_000), from, "POST /login.php", code, agent);
    }

    /// A person visits: pages with their assets, and a sign-in.
    pub(crate) fn visit(&mut self, agency: u16, time: Timestamp, from: &str, agent: &str) {
        self.web(agency, time, from, "GET /", 200, agent);
        self.web(agency, time.plus_micros(1_000_000), from, "GET /app.css", 200, agent);
        self.web(agency, time.plus_micros(1_200_000), from, "GET /app.js", 200, agent);
        self.form(agency, time.plus_micros(20_000_000), from, true, agent);
        self.web(agency, time.plus_micros(60_000_000), from, "GET /services", 200, agent);
    }

    pub(crate) fn login(
        &mut self,
        agency: u16,
        stream: Stream,
        time: Timestamp,
        from: &str,
        account: &str,
        ok: bool,
    ) -> usize {
        let row = self.push(agency, stream, time, from);
        row.class = Class::Authentication;
        row.activity = Activity::Logon;
        row.status = if ok { Status::Success } else { Status::Failure };
        row.operation = if ok { "login_success" } else { "login_failure" }.to_owned();
        row.account = Some(account.to_owned());
        self.rows.len() - 1
    }

    pub(crate) fn act(
        &mut self,
        agency: u16,
        stream: Stream,
        time: Timestamp,
        from: &str,
        account: &str,
        what: (&str, Activity, &str),
    ) -> usize {
        let row = self.push(agency, stream, time, from);
        row.class = Class::ApiActivity;
        row.activity = what.1;
        row.status = Status::Success;
        row.operation = what.0.to_owned();
        row.object = (!what.2.is_empty()).then(|| what.2.to_owned());
        row.account = Some(account.to_owned());
        self.rows.len() - 1
    }

    /// Both rows are of one record, as where a provider reports several acts at once.
    pub(crate) fn same_record(&mut self, one: usize, other: usize) {
        let (place, time) = (self.rows[one].place, self.rows[one].time);
        (self.rows[other].place, self.rows[other].time) = (place, time);
    }

    /// A rule of this kind and level matched that row.
    pub(crate) fn flag(&mut self, row: usize, kind: IncidentKind, level: Severity) {
        let agency = self.rows[row].agency;
        self.flags.entry((kind, level, agency)).or_default().push(row);
    }

    fn detections(&self) -> (Vec<RuleMeta>, Vec<Detection>) {
        let mut groups = self.flags.clone();
        for (at, row) in self.rows.iter().enumerate() {
            if sign_in(row) == Some(false) {
                let key = (IncidentKind::PasswordGuessing, Severity::Low, row.agency);
                groups.entry(key).or_default().push(at);
            }
        }
        let mut rules: Vec<RuleMeta> = Vec::new();
        let mut detections = Vec::new();
        for ((kind, severity, agency), rows) in groups {
            let ix = RuleIx(rules.len() as u32);
            rules.push(RuleMeta { ix, kind: Some(kind), severity, ..RuleMeta::default() });
            let hits: Vec<&EventRow> = rows.iter().map(|at| &self.rows[*at]).collect();
            detections.push(detection(ix, agency, &hits, detections.len()));
        }
        (rules, detections)
    }

    /// Plays the engine.
    pub(crate) fn investigate(&self) -> Result {
        self.investigate_in(|rows| rows.sort_by_key(|(_, row)| (row.time, row.place)))
    }

    pub(crate) fn investigate_in(&self, sort: impl Fn(&mut Vec<(usize, &EventRow)>)) -> Result {
        let agencies: Vec<Agency> = (0..self.agencies)
            .map(|n| Agency { id: format!("agency{n}"), ..Agency::default() })
            .collect();
        let (rules, detections) = self.detections();
        let mut ledger = Ledger::default();
        for row in &self.rows {
            let location = row.src.map(|a| Table.locate(a, row.time)).unwrap_or_default();
            ledger.observe(&event(row), &location, sign_in(row), false);
        }
        let (addresses, accounts) = ledger.drain();
        let mut background = Background::default();
        addresses.iter().for_each(|profile| background.absorb(profile));
        let leads = Leads::of(&rules, &detections);
        let profiles: FxHashMap<_, _> = addresses
            .iter()
            .filter(|p| leads.wants_address(p.agency, p.address))
            .map(|p| ((p.agency, p.address), Standing::of(p, true)))
            .collect();
        let accounts: FxHashMap<_, _> = accounts
            .iter()
            .filter(|p| leads.wants_account(&p.key))
            .filter_map(|p| Some(((p.key.agency, name_hash(&p.key.name)), Home::of(p)?)))
            .collect();
        let findings = Findings {
            agencies: &agencies,
            sources: &[],
            rules: &rules,
            detections: &detections,
            permitted: &self.permitted,
            profiles: &profiles,
            accounts: &accounts,
            background: &background,
            networks: &Table,
        };
        let mut rows: Vec<(usize, &EventRow)> = self.rows.iter().enumerate().collect();
        sort(&mut rows);
        let mut drafts = draft(leads, &findings);
        let wanted = drafts.wanted().clone();
        let has = |wanted: &bakas_casework::Wanted, row: &EventRow| {
            wanted.has(row.agency, row.src, row.account.as_deref())
        };
        for (_, row) in rows.iter().filter(|(_, row)| has(&wanted, row)) {
            drafts.survey(row);
        }
        drafts.settle(&findings);
        let wanted = drafts.wanted().clone();
        let mut claimed = vec![None; self.rows.len()];
        for (at, row) in rows.iter().filter(|(_, row)| has(&wanted, row)) {
            claimed[*at] = drafts.claim(row);
        }
        let outcome = drafts.finish(&findings);
        let name = |at: Option<usize>| at.and_then(|at| outcome.numbers[at].clone()).map(|id| id.0);
        Result { claimed: claimed.into_iter().map(name).collect(), outcome }
    }
}

impl Result {
    pub(crate) fn kinds(&self) -> Vec<(u16, IncidentKind)> {
        let mut kinds: Vec<_> =
            self.outcome.incidents.iter().map(|i| (i.agency.0, i.kind)).collect();
        kinds.sort_unstable();
        kinds
    }

    /// The addresses of the incident of that kind, or nothing.
    pub(crate) fn accused(&self) -> BTreeSet<IpAddr> {
        self.outcome.incidents.iter().flat_map(|i| &i.addresses).map(|used| used.address).collect()
    }

    pub(crate) fn reasons(&self) -> String {
        self.outcome.set_aside.iter().map(|aside| aside.text.en.clone() + "\n").collect()
    }
}

fn sign_in(row: &EventRow) -> Option<bool> {
    if row.stream == Stream::Web {
        let form = row.operation == "POST" && row.object.as_deref() == Some("/login.php");
        return form.then_some(row.http_status == Some(302));
    }
    (row.class == Class::Authentication).then_some(row.status == Status::Success)
}

fn tallies<T: Ord + Clone>(values: impl Iterator<Item = T>) -> Vec<Tally<T>> {
    let mut counts: BTreeMap<T, u64> = BTreeMap::new();
    values.for_each(|value| *counts.entry(value).or_default() += 1);
    counts.into_iter().map(|(value, count)| Tally { value, count }).collect()
}

fn detection(rule: RuleIx, agency: AgencyIx, hits: &[&EventRow], n: usize) -> Detection {
    let accounts = tallies(hits.iter().filter_map(|row| row.account.clone()));
    Detection {
        id: DetectionId(n as u32 + 1),
        rule,
        agency,
        group: Vec::new(),
        first: hits.iter().map(|row| row.time).min().unwrap(),
        last: hits.iter().map(|row| row.time).max().unwrap(),
        count: hits.len() as u64,
        addresses: tallies(hits.iter().filter_map(|row| row.src)),
        networks: tallies(hits.iter().filter_map(|row| row.asn)),
        account_count: accounts.len() as u64,
        accounts,
        objects: tallies(hits.iter().filter_map(|row| row.object.clone())),
        agents: tallies(hits.iter().filter_map(|row| row.agent.clone())),
        samples: hits
            .iter()
            .map(|row| bakas_model::Hit {
                rule,
                place: row.place,
                agency,
                stream: row.stream,
                time: row.time,
                src: row.src,
                asn: row.asn,
                country: None,
                network_kind: NetworkKind::Unknown,
                account: row.account.clone(),
                target: None,
                object: row.object.clone(),
                agent: row.agent.clone(),
                operation: row.operation.clone(),
                activity: row.activity,
                status: row.status,
                http_status: row.http_status,
            })
            .take(20)
            .collect(),
    }
}

pub(crate) fn event(row: &EventRow) -> Event<'_> {
    Event {
        place: row.place,
        agency: row.agency,
        stream: row.stream,
        custom: None,
        time: row.time,
        time_raw: "",
        class: row.class,
        activity: row.activity,
        status: row.status,
        src: row.src,
        src_port: None,
        dst: None,
        dst_port: None,
        src_claimed: None,
        account: row.account.as_deref(),
        target: None,
        object: row.object.as_deref(),
        agent: row.agent.as_deref(),
        operation: &row.operation,
        host: None,
        http_status: row.http_status,
        bytes_out: None,
        fields: Vec::new(),
    }
}
