//! The nouns of Bakas, in the order of the data: bytes of a source become events and rejects,
//! events become hits and detections, detections and traces become incidents and campaigns, and
//! these, with the assessment and the response, make a case.
//!
//! Nothing here reads a file, opens a socket or asks the clock.
//!
//! ```
//! use bakas_model::{Timestamp, IncidentKind};
//! let t: Timestamp = "2026-01-05T08:00:00+08:00".parse().unwrap();
//! assert_eq!(t.to_string(), "2026-01-05T00:00:00Z");
//! assert_eq!(IncidentKind::PasswordGuessing.rsit(), "intrusion-attempts/brute-force");
//! ```

pub mod account;
pub mod assessment;
pub mod case;
pub mod custody;
pub mod detection;
pub mod event;
pub mod exchange;
pub mod field;
pub mod incident;
pub mod limits;
pub mod network;
pub mod outside;
pub mod profile;
pub mod reject;
pub mod response;
pub mod rule;
pub mod source;
pub mod time;
pub mod transport;

pub use account::Account;
pub use assessment::{
    Assessment, Confidence, EvidenceItem, Hypothesis, Judgements, Level as AssessmentLevel,
    Likelihood, Statement,
};
pub use case::{Case, Counts, DataSet, DayLines, RuleCounts, SourceSummary};
pub use detection::{Detection, DetectionId, Hit};
pub use event::{Activity, Class, Event, EventRow, Place, Status};
pub use field::{Field, FieldId, Value};
pub use incident::{
    Campaign, CampaignId, CommonFactor, Incident, IncidentId, IncidentKind, Link, Moment, Scope,
};
pub use network::{Asn, Country, Location, Network, NetworkKind, Networks, Trace};
pub use profile::{AccountKey, AccountNetwork, AccountProfile, AddressProfile};
pub use reject::{Reject, RejectReason};
pub use response::{Ask, Block, Collateral, Text};
pub use rule::{Role, RuleIx, RuleMeta, Severity};
pub use source::{
    Agency, AgencyIx, ClockBasis, Family, LogSource, Permitted, Source, SourceClock, SourceIx,
    Stream,
};
pub use time::{Day, Timestamp};
