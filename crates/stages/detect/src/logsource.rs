//! Which events a rule's log source means, once pipelines have had it: a log source fits a stream
//! when each part that it names is the stream's. Few spellings are known besides; all others are
//! pipelines. `product: ocsf` is ours: every event of a class, whatever log it stands in.

use bakas_model::{Class, Event, LogSource as Served, Stream};
use bakas_sigma::LogSource;

/// What serves a log source: a stream, or a log that a user's format file describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Origin {
    pub(crate) stream: Stream,
    served: Served,
}

impl Origin {
    pub(crate) const fn stream(stream: Stream) -> Self {
        Self { stream, served: stream.log_source() }
    }

    pub(crate) const fn custom(served: Served) -> Self {
        Self { stream: Stream::Custom, served }
    }

    /// Of an event.
    pub(crate) fn of(event: &Event<'_>) -> Self {
        match event.custom {
            Some(served) if event.stream == Stream::Custom => Self::custom(served),
            _ => Self::stream(event.stream),
        }
    }

    /// Every stream, and these besides.
    pub(crate) fn all(custom: &[Served]) -> impl Iterator<Item = Self> {
        let streams = Stream::ALL.iter().copied().map(Self::stream);
        streams.chain(custom.iter().copied().map(Self::custom))
    }
}

/// Whether a rule for this log source is asked of events of this origin and class.
pub(crate) fn fits(source: &LogSource, origin: Origin, class: Class) -> bool {
    if source.product.as_deref() == Some("ocsf") {
        return source.service.is_none()
            && source.category.as_deref().is_none_or(|category| category == class.name());
    }
    if *source == LogSource::default() {
        return false;
    }
    let Origin { stream, served } = origin;
    let same = |asked: Option<&str>, has: Option<&str>| asked.is_none() || asked == has;
    same(source.category.as_deref(), served.category)
        && product_fits(source.product.as_deref(), stream, served)
        && service_fits(source.service.as_deref(), stream, served)
}

/// Whether a rule for this log source is asked of any event.
pub(crate) fn is_here(source: &LogSource, custom: &[Served]) -> bool {
    Origin::all(custom).any(|origin| Class::ALL.iter().any(|&class| fits(source, origin, class)))
}

fn product_fits(asked: Option<&str>, stream: Stream, served: Served) -> bool {
    asked.is_none()
        || asked == served.product
        || (asked == Some("google_workspace") && is_workspace(stream))
}

fn service_fits(asked: Option<&str>, stream: Stream, served: Served) -> bool {
    let Some(service) = asked else { return true };
    if served.service == Some(service) {
        return true;
    }
    match stream {
        // auth.log holds them all.
        Stream::Sshd | Stream::Sudo | Stream::Su | Stream::Pam => service == "auth",
        _ if is_workspace(stream) => {
            let full = served.service.unwrap_or_default();
            service == "google_workspace" || full.strip_prefix("google_workspace.") == Some(service)
        }
        _ => false,
    }
}

const fn is_workspace(stream: Stream) -> bool {
    matches!(
        stream,
        Stream::WorkspaceLogin
            | Stream::WorkspaceAdmin
            | Stream::WorkspaceDrive
            | Stream::WorkspaceGmail
            | Stream::WorkspaceToken
            | Stream::WorkspaceGroups
            | Stream::WorkspaceAccounts
            | Stream::WorkspaceOther
    )
}

/// A log source in words.
pub(crate) fn words(source: &LogSource) -> String {
    let parts = [
        ("category", &source.category),
        ("product", &source.product),
        ("service", &source.service),
    ];
    let named = parts.iter().filter_map(|(name, part)| Some(format!("{name} {}", part.as_ref()?)));
    named.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(category: &str, product: &str, service: &str) -> LogSource {
        let part = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        LogSource { category: part(category), product: part(product), service: part(service) }
    }

    fn check(category: &str, product: &str, service: &str, expected: &[Stream]) {
        let source = source(category, product, service);
        let fits = |s: &Stream| fits(&source, Origin::stream(*s), Class::Base);
        let found: Vec<Stream> = Stream::ALL.iter().copied().filter(fits).collect();
        assert_eq!(found, expected, "{source:?}");
    }

    #[test]
    fn every_part_that_is_named_must_be_the_streams() {
        use Stream::*;
        check("webserver", "", "", &[Web]);
        check("proxy", "", "", &[Proxy]);
        check("", "linux", "sshd", &[Sshd]);
        check("", "linux", "auth", &[Sshd, Sudo, Su, Pam]);
        check("", "linux", "auditd", &[Auditd]);
        check("email", "linux", "", &[Postfix, Dovecot, Exim, Sendmail]);
        check("", "gcp", "google_workspace.admin", &[WorkspaceAdmin]);
        check("", "google_workspace", "login", &[WorkspaceLogin]);
        check("", "aws", "cloudtrail", &[CloudTrail]);
        check("", "azure", "signinlogs", &[EntraSignIn]);
        check("", "gcp", "gcp.audit", &[GcpAudit]);
        check("", "windows", "", &[Windows, ExchangeTracking]);
        check("firewall", "", "", &[Flow, PfSense, FortiGate, PaloAlto, CiscoAsa, Firewall]);
        check("webserver", "windows", "", &[]);
        check("process_creation", "macos", "", &[]);
        check("", "", "", &[]);
    }

    #[test]
    fn a_users_log_is_met_by_what_its_format_says() {
        let served =
            Served { category: Some("application"), product: Some("django"), service: None };
        let django = source("application", "django", "");
        assert!(fits(&django, Origin::custom(served), Class::Base));
        assert!(is_here(&django, &[served]) && !is_here(&django, &[]));
        assert!(!fits(&source("", "django", "audit"), Origin::custom(served), Class::Base));
    }

    #[test]
    fn ocsf_means_a_class_in_any_stream() {
        let ocsf = source("authentication", "ocsf", "");
        let fits = |source, stream, class| fits(source, Origin::stream(stream), class);
        assert!(fits(&ocsf, Stream::Sshd, Class::Authentication));
        assert!(fits(&ocsf, Stream::M365, Class::Authentication));
        assert!(!fits(&ocsf, Stream::M365, Class::EmailActivity));
        assert!(!is_here(&source("no_such_class", "ocsf", ""), &[]));
    }
}
