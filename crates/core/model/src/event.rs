//! One normalised record. The core is OCSF's; the native fields stand beside it.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::{AgencyIx, Asn, Field, FieldId, LogSource, SourceIx, Stream, Timestamp, Value};

/// Where a record lies: bytes of a source after unpacking. It is also the record's identity.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Place {
    /// The source.
    pub source: SourceIx,
    /// First byte.
    pub offset: u64,
    /// Number of bytes, without the line's end.
    pub length: u32,
}

/// OCSF 1.x event classes that Bakas writes, by their `class_uid`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u16)]
pub enum Class {
    /// Account Change: a user's rights, factors or state were changed.
    AccountChange = 3001,
    /// Authentication: somebody signed in, tried to, or signed out.
    Authentication = 3002,
    /// HTTP Activity.
    HttpActivity = 4002,
    /// Email Activity.
    EmailActivity = 4009,
    /// Web Resources Activity.
    WebResources = 6001,
    /// API Activity: administration and other calls of a cloud service.
    ApiActivity = 6003,
    /// File Hosting Activity: documents kept with a provider.
    FileHosting = 6006,
    /// Process Activity: a command was run.
    ProcessActivity = 1007,
    /// File System Activity: a file of a machine was touched.
    FileActivity = 1001,
    /// Scheduled Job Activity: a task or timer was set or ran.
    ScheduledJob = 1006,
    /// Detection Finding: another product raised an alarm.
    DetectionFinding = 2004,
    /// Network Activity: a connection or flow.
    NetworkActivity = 4001,
    /// DNS Activity: a query or its answer.
    DnsActivity = 4003,
    /// Base Event: a record that was read but fits no class above.
    Base = 0,
}

/// What was done. The numbers of OCSF differ by class: see [`Activity::ocsf_id`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Activity {
    /// Signed in, or tried to (Authentication: Logon).
    Logon,
    /// Signed out.
    Logoff,
    /// Made something: a file, a rule, a user, a grant.
    Create,
    /// Looked at something.
    Read,
    /// Changed something.
    Update,
    /// Removed something.
    Delete,
    /// Sent a message.
    Send,
    /// Received a message.
    Receive,
    /// Handed something to others, or opened it to them.
    Share,
    /// Took a copy away.
    Download,
    /// Put a copy there.
    Upload,
    /// Ran a command.
    Launch,
    /// An HTTP request; its method is the operation.
    Request,
    /// Anything else.
    Other,
}

/// Whether it succeeded (OCSF `status_id`: 0 unknown, 1 success, 2 failure).
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// The record does not say.
    #[default]
    Unknown,
    /// It did.
    Success,
    /// It did not.
    Failure,
}

/// One record, borrowed from its batch.
#[derive(Clone, Debug)]
pub struct Event<'a> {
    /// Where it lies.
    pub place: Place,
    /// Whose log it is.
    pub agency: AgencyIx,
    /// Which kind of log.
    pub stream: Stream,
    /// The Sigma log source of a [`Stream::Custom`]; `None` for every other stream.
    pub custom: Option<LogSource>,
    /// Its time, corrected by the source's clock.
    pub time: Timestamp,
    /// Its time as written, never altered.
    pub time_raw: &'a str,
    /// Its class.
    pub class: Class,
    /// What was done.
    pub activity: Activity,
    /// With what result.
    pub status: Status,
    /// The address it came from: the peer, or the forwarded address where the peer is a trusted
    /// proxy of the source.
    pub src: Option<IpAddr>,
    /// The port it came from.
    pub src_port: Option<u16>,
    /// The address it went to, where the record says so.
    pub dst: Option<IpAddr>,
    /// The port it went to.
    pub dst_port: Option<u16>,
    /// A forwarded address that nobody vouches for: a claim, kept and never used as the source.
    pub src_claimed: Option<IpAddr>,
    /// Who acted (OCSF `actor.user.name`); for a sign-in, the account tried.
    pub account: Option<&'a str>,
    /// The account acted upon, where it is another one (OCSF `user.name`).
    pub target: Option<&'a str>,
    /// What was acted upon: the URL's path, the mailbox, document, application, bucket, command.
    pub object: Option<&'a str>,
    /// The user agent or client, as it calls itself.
    pub agent: Option<&'a str>,
    /// The action in the log's own word: `GET`, `login_failure`, `New-InboxRule`.
    pub operation: &'a str,
    /// The host that logged or served it.
    pub host: Option<&'a str>,
    /// The HTTP status code.
    pub http_status: Option<u16>,
    /// Bytes sent to the client.
    pub bytes_out: Option<u64>,
    /// The record's own fields, under the names that Sigma rules use for this kind of log.
    pub fields: Vec<Field<'a>>,
}

/// An event's core, owned: what the lake keeps, and gives back when a case asks what else an
/// address or an account did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields are those of Event")]
pub struct EventRow {
    pub place: Place,
    pub agency: AgencyIx,
    pub stream: Stream,
    pub time: Timestamp,
    pub class: Class,
    pub activity: Activity,
    pub status: Status,
    pub src: Option<IpAddr>,
    pub asn: Option<Asn>,
    pub account: Option<String>,
    pub target: Option<String>,
    pub object: Option<String>,
    pub agent: Option<String>,
    pub operation: String,
    pub host: Option<String>,
    pub http_status: Option<u16>,
}

impl<'a> Event<'a> {
    /// The native fields of that name, in the order of the record.
    pub fn field(&self, id: FieldId, name: &str) -> impl Iterator<Item = Value<'a>> {
        self.fields.iter().filter(move |f| f.id == id && f.name == name).map(|f| f.value)
    }

    /// The OCSF attribute of that name, for rules written against the normalised core.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<Value<'a>> {
        let text = |t: Option<&'a str>| t.map(Value::Text);
        match name {
            "class_uid" => Some(Value::Int(self.class as u16 as i64)),
            "activity_name" => Some(Value::Text(self.activity.name())),
            "status" => Some(Value::Text(self.status.name())),
            "actor.user.name" => text(self.account),
            "user.name" => text(self.target.or(self.account)),
            "resource.name" => text(self.object),
            "http_request.user_agent" => text(self.agent),
            "api.operation" => Some(Value::Text(self.operation)),
            "device.hostname" => text(self.host),
            "http_response.code" => self.http_status.map(|code| Value::Int(code.into())),
            "src_endpoint.port" => self.src_port.map(|port| Value::Int(port.into())),
            "dst_endpoint.port" => self.dst_port.map(|port| Value::Int(port.into())),
            _ => None,
        }
    }

    /// Its core, owned; `asn` is the network that announced [`Self::src`] at its time.
    #[must_use]
    pub fn to_row(&self, asn: Option<Asn>) -> EventRow {
        EventRow {
            place: self.place,
            agency: self.agency,
            stream: self.stream,
            time: self.time,
            class: self.class,
            activity: self.activity,
            status: self.status,
            src: self.src,
            asn,
            account: self.account.map(str::to_owned),
            target: self.target.map(str::to_owned),
            object: self.object.map(str::to_owned),
            agent: self.agent.map(str::to_owned),
            operation: self.operation.to_owned(),
            host: self.host.map(str::to_owned),
            http_status: self.http_status,
        }
    }
}

impl Class {
    /// Every class.
    pub const ALL: &[Self] = &[
        Self::AccountChange,
        Self::Authentication,
        Self::HttpActivity,
        Self::EmailActivity,
        Self::WebResources,
        Self::ApiActivity,
        Self::FileHosting,
        Self::ProcessActivity,
        Self::FileActivity,
        Self::ScheduledJob,
        Self::DetectionFinding,
        Self::NetworkActivity,
        Self::DnsActivity,
        Self::Base,
    ];

    /// The class's name in OCSF.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::AccountChange => "account_change",
            Self::Authentication => "authentication",
            Self::HttpActivity => "http_activity",
            Self::EmailActivity => "email_activity",
            Self::WebResources => "web_resources_activity",
            Self::ApiActivity => "api_activity",
            Self::FileHosting => "file_hosting",
            Self::ProcessActivity => "process_activity",
            Self::FileActivity => "file_activity",
            Self::ScheduledJob => "scheduled_job_activity",
            Self::DetectionFinding => "detection_finding",
            Self::NetworkActivity => "network_activity",
            Self::DnsActivity => "dns_activity",
            Self::Base => "base_event",
        }
    }

    /// OCSF `category_uid`.
    #[must_use]
    pub const fn category_uid(self) -> u8 {
        (self as u16 / 1000) as u8
    }
}

impl Activity {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Logon => "logon",
            Self::Logoff => "logoff",
            Self::Create => "create",
            Self::Read => "read",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::Send => "send",
            Self::Receive => "receive",
            Self::Share => "share",
            Self::Download => "download",
            Self::Upload => "upload",
            Self::Launch => "launch",
            Self::Request => "request",
            Self::Other => "other",
        }
    }

    /// OCSF `activity_id` within a class; 99 (Other) where the class has no word for it.
    #[must_use]
    pub const fn ocsf_id(self, class: Class) -> u8 {
        match (class, self) {
            (Class::Authentication, Self::Logon)
            | (Class::EmailActivity, Self::Send)
            | (Class::ProcessActivity, Self::Launch)
            | (Class::FileHosting, Self::Upload)
            | (
                Class::WebResources
                | Class::ApiActivity
                | Class::AccountChange
                | Class::FileActivity
                | Class::ScheduledJob
                | Class::DetectionFinding,
                Self::Create,
            ) => 1,
            (Class::Authentication, Self::Logoff)
            | (Class::EmailActivity, Self::Receive)
            | (Class::WebResources | Class::ApiActivity, Self::Read)
            | (Class::FileHosting, Self::Download) => 2,
            (Class::WebResources | Class::ApiActivity | Class::FileHosting, Self::Update) => 3,
            (Class::WebResources | Class::ApiActivity | Class::FileHosting, Self::Delete) => 4,
            (Class::FileHosting, Self::Read) => 14,
            (Class::FileHosting, Self::Share) => 10,
            (Class::FileActivity, Self::Read)
            | (Class::ScheduledJob | Class::DetectionFinding, Self::Update) => 2,
            (Class::FileActivity, Self::Update) | (Class::ScheduledJob, Self::Delete) => 3,
            (Class::FileActivity, Self::Delete) => 4,
            (Class::NetworkActivity | Class::DnsActivity, Self::Request)
            | (Class::ScheduledJob, Self::Launch) => 6,
            (Class::Base, _) => 0,
            _ => 99,
        }
    }
}

impl Status {
    /// Its name in OCSF.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unknown => "Unknown",
            Self::Success => "Success",
            Self::Failure => "Failure",
        }
    }
}
