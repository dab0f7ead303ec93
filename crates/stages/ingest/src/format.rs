//! The formats that are read, by name. What they look like is told in their decoders; how a file's
//! format is found, in [`crate::guess`].

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
}

/// How a format's records lie in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Framing {
    /// One a line.
    Lines,
    /// JSON objects: one a line, or elements of a document's array.
    Json,
    /// CSV records, which may hold line ends.
    Csv,
}

impl Format {
    /// Every format.
    pub const ALL: &[Self] = &[
        Self::Combined,
        Self::WebJson,
        Self::Syslog,
        Self::Workspace,
        Self::M365,
        Self::M365Csv,
        Self::CloudTrail,
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
        }
    }

    /// The format of that name, or of a name that people use for it.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        Self::ALL.iter().copied().find(|f| f.name() == name).or(match name.as_str() {
            "common" | "vhost" | "apache" | "nginx" => Some(Self::Combined),
            "nginx-json" | "caddy" | "caddy-json" => Some(Self::WebJson),
            "auth" | "sshd" | "rfc3164" | "rfc5424" => Some(Self::Syslog),
            "workspace" | "gws" => Some(Self::Workspace),
            "m365-json" | "office365" => Some(Self::M365),
            "aws-cloudtrail" => Some(Self::CloudTrail),
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
            Self::Combined | Self::WebJson | Self::Syslog => None,
        }
    }

    pub(crate) const fn framing(self) -> Framing {
        match self {
            Self::Combined | Self::Syslog => Framing::Lines,
            Self::WebJson | Self::Workspace | Self::M365 | Self::CloudTrail => Framing::Json,
            Self::M365Csv => Framing::Csv,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_is_found_by_its_name() {
        for &format in Format::ALL {
            assert_eq!(Format::from_name(format.name()), Some(format));
        }
        assert_eq!(Format::from_name("nginx-json"), Some(Format::WebJson));
        assert_eq!(Format::from_name("evtx"), None);
    }
}
