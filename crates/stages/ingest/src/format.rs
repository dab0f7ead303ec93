//! The formats that are read, by name. What they look like is told in their decoders; how a file's
//! format is found, in [`crate::guess`].

use bakas_model::{Class, Stream};

use crate::{Definition, Formats};

/// A log format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// Access logs as text: common, combined, with the virtual host first, with more at the end.
    Combined,
    /// Access logs as JSON: nginx `escape=json`, Caddy, and their kin.
    WebJson,
    /// System logs: RFC 3164, RFC 5424, or with ISO times.
    Syslog,
    /// Google Workspace audit: Reports API documents, or Cloud Logging entries.
    Workspace,
    /// Microsoft 365 unified audit as JSON.
    M365,
    /// Microsoft 365 unified audit as the CSV export with one column of JSON.
    M365Csv,
    /// AWS CloudTrail.
    CloudTrail,
    /// Windows event logs as Windows keeps them.
    Evtx,
    /// Windows events as XML.
    WindowsXml,
    /// Windows events as JSON, in the shapes that collectors and exports give them.
    WindowsJson,
    /// Sign-ins and sign-outs of `wtmp` and `utmp`.
    Wtmp,
    /// The same records of `btmp`: each is a sign-in that failed.
    Btmp,
    /// The journal of systemd in its export format.
    Journal,
    /// The journal of systemd as JSON.
    JournalJson,
    /// Docker's `json-file` logs.
    Docker,
    /// Container logs as the container runtimes of Kubernetes write them.
    Cri,
    /// A format that a definition describes, ours or a user's.
    Defined(&'static Definition),
}

/// How a format's records lie in a file.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Framing {
    /// One a line.
    Lines,
    /// JSON objects: one a line, or elements of a document's array.
    Json,
    /// CSV records, which may hold line ends.
    Csv,
    /// One a line, with lines that name the columns.
    Headed(&'static Definition),
    /// 64 KiB blocks of event records.
    Evtx,
    /// XML elements `Event`.
    Xml,
    /// Records of one fixed length.
    Utmp,
    /// Entries of the journal, with an empty line after each.
    Journal,
    /// Lines of a container, joined where the runtime cut them.
    Container,
    /// Lines, joined where a record goes on over several.
    Groups(&'static crate::frame::Multiline),
}

/// What a look at the raw bytes of a format's records may rely on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verbatim {
    /// The streams of its events.
    pub streams: &'static [Stream],
    /// The classes of its events.
    pub classes: &'static [Class],
    /// Whether no native field is made up.
    pub is_whole: bool,
}

impl Format {
    /// Where the texts of native fields stand in their records as they are, but for escapes: the
    /// verbatim law of `docs/formats.md`. `None` where they need not.
    #[must_use]
    pub const fn verbatim(self) -> Option<Verbatim> {
        let (streams, is_whole): (&[Stream], bool) = match self {
            Self::Combined | Self::WebJson => {
                let (streams, classes) = (&[Stream::Web], &[Class::HttpActivity]);
                return Some(Verbatim { streams, classes, is_whole: true });
            }
            Self::CloudTrail => (&[Stream::CloudTrail], true),
            Self::Workspace => (&WORKSPACE, false),
            Self::M365 => (&[Stream::M365], false),
            _ => return None,
        };
        Some(Verbatim { streams, classes: Class::ALL, is_whole })
    }

    /// Every native format; [`Formats::all`] has the definitions beside them.
    pub const ALL: &[Self] = &[
        Self::Combined,
        Self::WebJson,
        Self::Syslog,
        Self::Workspace,
        Self::M365,
        Self::M365Csv,
        Self::CloudTrail,
        Self::Evtx,
        Self::WindowsXml,
        Self::WindowsJson,
        Self::Wtmp,
        Self::Btmp,
        Self::Journal,
        Self::JournalJson,
        Self::Docker,
        Self::Cri,
    ];

    /// Short stable name, as `bakas.toml` writes it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Combined => "combined",
            Self::WebJson => "web-json",
            Self::Syslog => "syslog",
            Self::Workspace => "google-workspace",
            Self::M365 => "m365",
            Self::M365Csv => "m365-csv",
            Self::CloudTrail => "cloudtrail",
            Self::Evtx => "evtx",
            Self::WindowsXml => "windows-xml",
            Self::WindowsJson => "windows-json",
            Self::Wtmp => "wtmp",
            Self::Btmp => "btmp",
            Self::Journal => "journal-export",
            Self::JournalJson => "journal-json",
            Self::Docker => "docker",
            Self::Cri => "cri",
            Self::Defined(definition) => definition.name(),
        }
    }

    /// The format of that name among ours, or of a name that people use for it.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Formats::builtin().from_name(name)
    }

    /// The native format of a name in small letters.
    pub(crate) fn native(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|f| f.name() == name).or(match name {
            "common" | "vhost" | "apache" | "nginx" => Some(Self::Combined),
            "nginx-json" | "caddy" | "caddy-json" => Some(Self::WebJson),
            "auth" | "sshd" | "rfc3164" | "rfc5424" => Some(Self::Syslog),
            "workspace" | "gws" => Some(Self::Workspace),
            "m365-json" | "office365" => Some(Self::M365),
            "aws-cloudtrail" => Some(Self::CloudTrail),
            "winevt" | "windows" => Some(Self::Evtx),
            "evtx-json" | "winlogbeat" | "nxlog" => Some(Self::WindowsJson),
            "utmp" | "utmpx" => Some(Self::Wtmp),
            "journald" | "journal" => Some(Self::Journal),
            "docker-json" | "json-file" => Some(Self::Docker),
            "kubernetes" | "containerd" => Some(Self::Cri),
            _ => None,
        })
    }

    /// The cloud or mail provider whose records these are, where the format says so.
    #[must_use]
    pub const fn provider(self) -> Option<&'static str> {
        match self {
            Self::Workspace => Some("Google Workspace"),
            Self::M365 | Self::M365Csv => Some("Microsoft 365"),
            Self::CloudTrail => Some("Amazon Web Services"),
            Self::Defined(definition) => definition.provider(),
            _ => None,
        }
    }

    /// Whether its records are no text.
    pub(crate) const fn is_binary(self) -> bool {
        matches!(self, Self::Evtx | Self::Wtmp | Self::Btmp | Self::Journal)
    }

    pub(crate) fn framing(self) -> Framing {
        match self {
            Self::Combined | Self::Syslog => Framing::Lines,
            Self::WebJson
            | Self::Workspace
            | Self::M365
            | Self::CloudTrail
            | Self::WindowsJson
            | Self::JournalJson => Framing::Json,
            Self::M365Csv => Framing::Csv,
            Self::Evtx => Framing::Evtx,
            Self::WindowsXml => Framing::Xml,
            Self::Wtmp | Self::Btmp => Framing::Utmp,
            Self::Journal => Framing::Journal,
            Self::Docker | Self::Cri => Framing::Container,
            Self::Defined(definition) => definition.framing(),
        }
    }
}

/// The streams of Google Workspace audit.
const WORKSPACE: [Stream; 8] = [
    Stream::WorkspaceLogin,
    Stream::WorkspaceAdmin,
    Stream::WorkspaceDrive,
    Stream::WorkspaceGmail,
    Stream::WorkspaceToken,
    Stream::WorkspaceGroups,
    Stream::WorkspaceAccounts,
    Stream::WorkspaceOther,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_is_found_by_its_name() {
        for &format in Format::ALL {
            assert_eq!(Format::from_name(format.name()), Some(format));
        }
        assert_eq!(Format::from_name("nginx-json"), Some(Format::WebJson));
        assert_eq!(Format::from_name("minutes"), None);
    }
}
