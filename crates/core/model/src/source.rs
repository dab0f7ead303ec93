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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct LogSource {
    /// Group of products, for instance `webserver`.
    pub category: Option<&'static str>,
    /// Product, for instance `linux`.
    pub product: Option<&'static str>,
    /// Service of the product, for instance `sshd`.
    pub service: Option<&'static str>,
}

macro_rules! streams {
    ($($variant:ident $name:literal, $category:expr, $product:expr, $service:expr, $doc:literal;)*) => {
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
    Web "web", Some("webserver"), None, None, "Requests to a web server.";
    Sshd "sshd", None, Some("linux"), Some("sshd"), "OpenSSH server lines of a system log.";
    Sudo "sudo", None, Some("linux"), Some("sudo"), "sudo lines of a system log.";
    Su "su", None, Some("linux"), Some("auth"), "su lines of a system log.";
    Pam "pam", None, Some("linux"), Some("auth"), "PAM lines of other programs.";
    Syslog "syslog", None, Some("linux"), Some("syslog"), "Other lines of a system log.";
    WorkspaceLogin "workspace_login", None, Some("gcp"), Some("google_workspace.login"), "Google Workspace login audit.";
    WorkspaceAdmin "workspace_admin", None, Some("gcp"), Some("google_workspace.admin"), "Google Workspace admin audit.";
    WorkspaceDrive "workspace_drive", None, Some("gcp"), Some("google_workspace.drive"), "Google Workspace Drive audit.";
    WorkspaceGmail "workspace_gmail", None, Some("gcp"), Some("google_workspace.gmail"), "Google Workspace Gmail audit.";
    WorkspaceToken "workspace_token", None, Some("gcp"), Some("google_workspace.token"), "Google Workspace OAuth token audit.";
    WorkspaceGroups "workspace_groups", None, Some("gcp"), Some("google_workspace.groups"), "Google Workspace Groups audit.";
    WorkspaceAccounts "workspace_accounts", None, Some("gcp"), Some("google_workspace.user_accounts"), "Google Workspace user accounts audit.";
    WorkspaceOther "workspace_other", None, Some("gcp"), Some("google_workspace"), "Other Google Workspace audit.";
    M365 "m365", None, Some("m365"), Some("audit"), "Microsoft 365 unified audit.";
    CloudTrail "cloudtrail", None, Some("aws"), Some("cloudtrail"), "AWS CloudTrail.";
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
