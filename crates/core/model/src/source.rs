//! Who was attacked, and the log streams that tell of it: agencies, sources, their clocks.

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use crate::{Day, Timestamp};

/// Index of an agency in [`crate::Case::agencies`].
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct AgencyIx(pub u16);

/// Index of a source in [`crate::Case::sources`].
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct SourceIx(pub u32);

/// A victim organisation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agency {
    /// Short name: the folder of its logs, or what `bakas.toml` says.
    pub id: String,
    /// Full name, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its e-mail and web domains, the main one first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub domains: Vec<String>,
    /// Its sector, in the agency's own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sector: Option<String>,
    /// Where the administrator of its domains is reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub administrator: Option<String>,
}

/// Where a shift between a source's clock and true time was learned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClockBasis {
    /// Nothing is known: the log is taken at its word.
    #[default]
    Assumed,
    /// The records carry their own zone.
    Stated,
    /// Somebody wrote it into `bakas.toml`.
    Configured,
}

/// How a source's written times become UTC.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceClock {
    /// IANA zone or fixed offset for records that carry none; UTC where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// Added to every written time, in microseconds. A clock seven minutes fast has −420 000 000.
    #[serde(default)]
    pub offset_micros: i64,
    /// Half-width of the interval that surely holds the true time, in microseconds.
    #[serde(default)]
    pub uncertainty_micros: u64,
    /// Where this comes from.
    #[serde(default)]
    pub basis: ClockBasis,
    /// For records without a year (RFC 3164): no record is later than this day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub year_reference: Option<Day>,
}

/// One log stream of an agency: one file, or one member of an archive, after unpacking.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// Its index.
    pub ix: SourceIx,
    /// Whose it is.
    pub agency: AgencyIx,
    /// Path below the input root, with `/`; members of archives follow after `!/`.
    pub path: String,
    /// Name of the decoder that read it, for instance `combined`.
    pub format: String,
    /// How sure the detection of the format was, 0 to 100; 100 where configured.
    pub certainty: u8,
    /// The cloud or mail provider whose records these are, where the format says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// Its clock.
    pub clock: SourceClock,
    /// Peers whose `X-Forwarded-For` is believed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub trusted_proxies: Vec<IpNet>,
}

/// Somebody who may do what would otherwise be an attack, within bounds, for instance a scanner
/// with a written permission.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Permitted {
    /// From these addresses.
    pub addresses: Vec<IpNet>,
    /// Who holds the permission, and where it is written.
    pub reason: String,
    /// From this time on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Timestamp>,
    /// Up to this time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

/// A Sigma log source (Sigma specification 2.1, "logsource").
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LogSource {
    /// Group of products, for instance `webserver`.
    pub category: Option<&'static str>,
    /// Product, for instance `linux`.
    pub product: Option<&'static str>,
    /// Service of the product, for instance `sshd`.
    pub service: Option<&'static str>,
}

/// What a stream tells of, coarsely.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Family {
    /// Requests to web servers.
    Web,
    /// What happens on a machine.
    System,
    /// Administration and data of a cloud.
    Cloud,
    /// Mailboxes, documents and accounts of an office service.
    Office,
    /// A mail server.
    Mail,
    /// Connections, names and alarms on the wire.
    Network,
}

macro_rules! streams {
    ($($variant:ident $name:literal $family:ident, $category:expr, $product:expr, $service:expr, $doc:literal;)*) => {
        /// The kind of log an event was read from: what Sigma calls its log source.
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
        )]
        #[serde(rename_all = "snake_case")]
        #[repr(u8)]
        pub enum Stream { $(#[doc = $doc] $variant,)* }

        impl Stream {
            /// Every stream, in order.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// Short stable name.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// What it tells of.
            #[must_use]
            pub const fn family(self) -> Family {
                match self { $(Self::$variant => Family::$family,)* }
            }

            /// The Sigma log source it serves.
            #[must_use]
            pub const fn log_source(self) -> LogSource {
                match self {
                    $(Self::$variant => LogSource {
                        category: $category, product: $product, service: $service,
                    },)*
                }
            }
        }
    };
}

streams! {
    Web "web" Web, Some("webserver"), None, None, "Requests to a web server.";
    Proxy "proxy" Network, Some("proxy"), None, None, "Requests through a web proxy.";
    ApacheError "apache_error" Web, None, Some("apache"), Some("error"), "Error log of Apache httpd and its kin.";
    Sshd "sshd" System, None, Some("linux"), Some("sshd"), "OpenSSH server lines of a system log.";
    Sudo "sudo" System, None, Some("linux"), Some("sudo"), "sudo lines of a system log.";
    Su "su" System, None, Some("linux"), Some("auth"), "su lines of a system log.";
    Pam "pam" System, None, Some("linux"), Some("auth"), "PAM lines of other programs.";
    Cron "cron" System, None, Some("linux"), Some("cron"), "cron lines of a system log.";
    Auditd "auditd" System, None, Some("linux"), Some("auditd"), "Linux audit records.";
    Wtmp "wtmp" System, None, Some("linux"), Some("wtmp"), "Sign-ins, sign-outs and failed sign-ins of utmp files.";
    Syslog "syslog" System, None, Some("linux"), Some("syslog"), "Other lines of a system log.";
    Windows "windows" System, None, Some("windows"), None, "Windows events; their channel is a field.";
    Postfix "postfix" Mail, Some("email"), Some("linux"), Some("postfix"), "Postfix.";
    Dovecot "dovecot" Mail, Some("email"), Some("linux"), Some("dovecot"), "Dovecot.";
    Exim "exim" Mail, Some("email"), Some("linux"), Some("exim"), "Exim.";
    Sendmail "sendmail" Mail, Some("email"), Some("linux"), Some("sendmail"), "Sendmail.";
    Zimbra "zimbra" Mail, Some("email"), Some("zimbra"), None, "Zimbra mailbox and audit logs.";
    Roundcube "roundcube" Mail, Some("email"), Some("roundcube"), None, "Roundcube webmail.";
    ExchangeTracking "exchange_tracking" Mail, Some("email"), Some("windows"), Some("msexchange-tracking"), "Exchange message tracking.";
    WorkspaceLogin "workspace_login" Office, None, Some("gcp"), Some("google_workspace.login"), "Google Workspace login audit.";
    WorkspaceAdmin "workspace_admin" Office, None, Some("gcp"), Some("google_workspace.admin"), "Google Workspace admin audit.";
    WorkspaceDrive "workspace_drive" Office, None, Some("gcp"), Some("google_workspace.drive"), "Google Workspace Drive audit.";
    WorkspaceGmail "workspace_gmail" Office, None, Some("gcp"), Some("google_workspace.gmail"), "Google Workspace Gmail audit.";
    WorkspaceToken "workspace_token" Office, None, Some("gcp"), Some("google_workspace.token"), "Google Workspace OAuth token audit.";
    WorkspaceGroups "workspace_groups" Office, None, Some("gcp"), Some("google_workspace.groups"), "Google Workspace Groups audit.";
    WorkspaceAccounts "workspace_accounts" Office, None, Some("gcp"), Some("google_workspace.user_accounts"), "Google Workspace user accounts audit.";
    WorkspaceOther "workspace_other" Office, None, Some("gcp"), Some("google_workspace"), "Other Google Workspace audit.";
    M365 "m365" Office, None, Some("m365"), Some("audit"), "Microsoft 365 unified audit.";
    EntraSignIn "entra_sign_in" Cloud, None, Some("azure"), Some("signinlogs"), "Microsoft Entra sign-ins.";
    EntraAudit "entra_audit" Cloud, None, Some("azure"), Some("auditlogs"), "Microsoft Entra audit.";
    EntraRisk "entra_risk" Cloud, None, Some("azure"), Some("riskdetection"), "Microsoft Entra ID Protection risk detections.";
    EntraPim "entra_pim" Cloud, None, Some("azure"), Some("pim"), "Microsoft Entra Privileged Identity Management alerts.";
    AzureActivity "azure_activity" Cloud, None, Some("azure"), Some("activitylogs"), "Azure activity.";
    GcpAudit "gcp_audit" Cloud, None, Some("gcp"), Some("gcp.audit"), "Google Cloud audit.";
    Okta "okta" Cloud, None, Some("okta"), Some("okta"), "Okta System Log.";
    CloudTrail "cloudtrail" Cloud, None, Some("aws"), Some("cloudtrail"), "AWS CloudTrail.";
    Suricata "suricata" Network, None, Some("suricata"), None, "Suricata EVE.";
    Zeek "zeek" Network, None, Some("zeek"), None, "Zeek; the log's name is the field `_path`.";
    Dns "dns" Network, Some("dns"), None, None, "Queries to a name server.";
    Flow "flow" Network, Some("firewall"), None, Some("flow"), "Flow records, for instance of a virtual network.";
    PfSense "pfsense" Network, Some("firewall"), Some("pfsense"), None, "pfSense and OPNsense packet filter.";
    FortiGate "fortigate" Network, Some("firewall"), Some("fortigate"), None, "FortiGate.";
    PaloAlto "paloalto" Network, Some("firewall"), Some("paloalto"), None, "Palo Alto Networks firewalls.";
    CiscoAsa "cisco_asa" Network, Some("firewall"), Some("cisco"), Some("asa"), "Cisco ASA.";
    Firewall "firewall" Network, Some("firewall"), None, None, "Other firewalls and filters.";
    Custom "custom" System, None, None, None, "A log whose source a format file names: see `Event::custom`.";
}

impl Permitted {
    /// Whether this address had the permission at that time.
    #[must_use]
    pub fn covers(&self, address: std::net::IpAddr, at: Timestamp) -> bool {
        self.from.is_none_or(|from| at >= from)
            && self.until.is_none_or(|until| at <= until)
            && self.addresses.iter().any(|net| net.contains(&address))
    }
}
