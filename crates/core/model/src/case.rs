//! The case: everything that `case.json` holds and every report is drawn from.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{
    Account, Agency, AgencyIx, Ask, Asn, Assessment, Block, Campaign, CommonFactor, Country, Day,
    Family, Incident, IncidentId, Link, Moment, NetworkKind, Reject, RejectReason, Source,
    SourceIx, Text, Timestamp, Trace, network::StateOwned,
};

/// Version of the `case.json` schema; it grows with every change that a reader must know of.
pub const CASE_SCHEMA: &str = "bakas-case/1";

/// What became of one source.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceSummary {
    /// The source.
    pub source: Source,
    /// Bytes after unpacking.
    pub bytes: u64,
    /// Bytes of the file as shipped; of an archive for each of its members.
    pub bytes_shipped: u64,
    /// SHA-256 of the file as shipped, in hex; of an archive for each of its members.
    pub sha256: String,
    /// Events; a record may hold several.
    pub events: u64,
    /// What became of every record and byte.
    #[serde(default)]
    pub account: Account,
    /// Pieces that did not, by reason.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub rejects: BTreeMap<RejectReason, u64>,
    /// First event.
    pub first: Option<Timestamp>,
    /// Last event.
    pub last: Option<Timestamp>,
    /// Of its events, those that hold what an operator needs to find a subscriber (RFC 6302).
    #[serde(default)]
    pub held: Holdings,
    /// What its events tell of, coarsely.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub families: BTreeSet<Family>,
    /// The source with the same content that was read instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duplicate_of: Option<SourceIx>,
}

/// How many events of a source hold what an operator needs to find a subscriber (RFC 6302).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holdings {
    /// Those with a source address.
    pub events: u64,
    /// Of these, those with its port too.
    pub source_port: u64,
    /// Of these, those with the server's address or port.
    pub destination: u64,
    /// Of these, those whose written time bears its own offset from UTC.
    #[serde(default)]
    pub zoned: u64,
}

/// A clock that seems to be off, to be confirmed by a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClockProposal {
    /// Whose clock.
    pub source: SourceIx,
    /// Against which other source of the same agency.
    pub against: SourceIx,
    /// What would have to be added to its times, in microseconds.
    pub offset_micros: i64,
    /// From how many events seen by both.
    pub shared_events: u64,
    /// Half-width of the interval in which nine of ten shared events lie, in microseconds.
    pub spread_micros: u64,
}

/// Something that looks like an attack and was set aside, with the reason: never silently.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetAside {
    /// Where.
    pub agency: AgencyIx,
    /// What it was, and why it was set aside.
    pub text: Text,
    /// How many detections.
    pub detections: u64,
    /// How many hits.
    pub hits: u64,
}

/// How many rules were asked, and of those that were not, why.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleCounts {
    /// Files read.
    pub files: u64,
    /// Rules loaded and applicable to some source here.
    pub loaded: u64,
    /// Of these, correlations and statistics.
    pub correlations: u64,
    /// Of the loaded ones, those whose fields a pipeline maps to the names in the logs.
    #[serde(default)]
    pub mapped: u64,
    /// Rules for log sources that are not here.
    pub not_applicable: u64,
    /// Rules that could not be loaded, by reason.
    pub unsupported: BTreeMap<String, u64>,
    /// Rules that could not match, for they ask for fields which no event of their logs had: of
    /// the records that were taken apart, not of those that a scan of the bytes passed over.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub never_seen: Vec<NeverSeen>,
}

/// A rule that asks for fields which no event of its logs had.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NeverSeen {
    /// Its id.
    pub rule: String,
    /// Its title.
    pub title: String,
    /// The fields.
    pub fields: Vec<String>,
}

/// An entry of a configuration that says nothing of what is there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdleEntry {
    /// The file.
    pub file: String,
    /// The entry, as it is written there.
    pub entry: String,
    /// Why it says nothing.
    pub why: String,
}

/// A data set that answers rest on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataSet {
    /// Short name.
    pub name: String,
    /// What it says.
    pub what: String,
    /// Who made it.
    pub source: String,
    /// Its date.
    pub date: Day,
    /// Its licence.
    pub licence: String,
    /// The attribution its licence asks for, with the link.
    pub attribution: String,
    /// Number of records.
    pub records: u64,
    /// SHA-256 of what was read, in hex, where one file was.
    #[serde(default)]
    pub sha256: String,
}

/// A network as all incidents together saw it, counted over every address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NetworkUse {
    /// Who announced the addresses at that time.
    pub asn: Option<Asn>,
    /// Who operates it.
    pub operator: Option<String>,
    /// Where it is registered.
    pub country: Option<Country>,
    /// What kind of network it is.
    pub kind: NetworkKind,
    /// Lines of incidents from there.
    pub lines: u64,
    /// Distinct addresses.
    pub addresses: u64,
    /// The incidents.
    pub incidents: BTreeSet<IncidentId>,
    /// Their agencies.
    pub agencies: BTreeSet<AgencyIx>,
    /// Legitimate use of the same addresses in the same agencies, in sessions.
    pub legitimate_sessions: u64,
    /// First line.
    pub first: Timestamp,
    /// Last line.
    pub last: Timestamp,
    /// Whether a state owns the operator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state_owned: Option<StateOwned>,
    /// What IANA sets it apart for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub special: Option<String>,
    /// Lists that name it.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub lists: BTreeSet<String>,
}

/// How many lines of evidence an incident has on one day (UTC): what the report's histogram shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayLines {
    /// The incident.
    pub incident: IncidentId,
    /// The day.
    pub day: Day,
    /// Its lines.
    pub lines: u64,
}

/// Totals.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Counts {
    pub files: u64,
    pub bytes: u64,
    pub events: u64,
    pub rejects: u64,
    pub detections: u64,
    pub evidence_lines: u64,
}

/// The investigation as one document.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Case {
    /// [`CASE_SCHEMA`].
    pub schema: String,
    /// The case's name: its folder.
    pub name: String,
    /// Version of Bakas.
    pub tool_version: String,
    /// The command line, without the program.
    pub arguments: Vec<String>,
    /// When it was made.
    pub created: Timestamp,
    /// Whether the logs are the bundled scenario, and so synthetic.
    #[serde(default)]
    pub synthetic: bool,
    /// First and last event.
    pub window: Option<(Timestamp, Timestamp)>,
    /// Totals.
    pub counts: Counts,
    /// Attacked or not, everybody whose logs were read.
    pub agencies: Vec<Agency>,
    /// Every source, read or not.
    pub sources: Vec<SourceSummary>,
    /// Samples of what could not be read.
    pub rejects: Vec<Reject>,
    /// What the configuration says of files and agencies that are not there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub idle_entries: Vec<IdleEntry>,
    /// Clocks that seem to be off.
    pub clock_proposals: Vec<ClockProposal>,
    /// Rules asked.
    pub rules: RuleCounts,
    /// Data sets that answers rest on.
    pub data_sets: Vec<DataSet>,
    /// What happened.
    pub incidents: Vec<Incident>,
    /// What belongs together.
    pub campaigns: Vec<Campaign>,
    /// Links too weak to make a campaign, shown all the same.
    pub weak_links: Vec<Link>,
    /// What agencies have in common.
    pub common_factors: Vec<CommonFactor>,
    /// The story in time order; the whole stands in `timeline.ndjson`.
    pub timeline: Vec<Moment>,
    /// Lines of evidence by incident and day, counted while `evidence.ndjson` is written.
    #[serde(default)]
    pub lines_per_day: Vec<DayLines>,
    /// Networks of the incidents' addresses, most lines first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub networks: Vec<NetworkUse>,
    /// How many more networks there are than those that are listed.
    #[serde(default)]
    pub more_networks: u64,
    /// The most active addresses of incidents; the whole stands in `traces.ndjson`.
    pub traces: Vec<Trace>,
    /// Soil, infrastructure, actor.
    pub assessments: Vec<Assessment>,
    /// Blocks, proposed and compared.
    pub blocks: Vec<Block>,
    /// Asks, in the order of work per agency.
    pub asks: Vec<Ask>,
    /// What was set aside.
    pub set_aside: Vec<SetAside>,
}
