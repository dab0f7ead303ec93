//! Which streams a rule's log source means: the spellings of the public rules, and our own
//! `product: ocsf`, which means every event of a class whatever log it stands in.

use bakas_model::{Class, Stream};
use bakas_sigma::LogSource;

/// Whether a rule for this log source is asked of events of this stream and class.
pub(crate) fn fits(source: &LogSource, stream: Stream, class: Class) -> bool {
    if source.product.as_deref() == Some("ocsf") {
        return source.service.is_none()
            && source.category.as_deref().is_none_or(|category| category == class.name());
    }
    stream_fits(source, stream)
}

/// Whether a rule for this log source is asked of any event.
pub(crate) fn is_here(source: &LogSource) -> bool {
    Stream::ALL.iter().any(|&stream| Class::ALL.iter().any(|&class| fits(source, stream, class)))
}

fn stream_fits(source: &LogSource, stream: Stream) -> bool {
    let LogSource { category, product, service } = source;
    let has = stream.log_source();
    let category_fits = match category.as_deref() {
        None => true,
        Some(category) => has.category == Some(category),
    };
    category_fits
        && product.as_deref().is_none_or(|product| product_fits(product, stream))
        && service.as_deref().is_none_or(|service| service_fits(service, stream))
        // A service alone, such as `service: apache`, means the program's own error log.
        && (category.is_some() || product.is_some() || service_alone(service.as_deref(), stream))
}

fn product_fits(product: &str, stream: Stream) -> bool {
    match stream {
        Stream::Web => matches!(product, "apache" | "nginx" | "caddy"),
        _ if is_workspace(stream) => matches!(product, "gcp" | "google_workspace"),
        _ => stream.log_source().product == Some(product),
    }
}

fn service_fits(service: &str, stream: Stream) -> bool {
    match stream {
        Stream::Web => false,
        // auth.log holds them all.
        Stream::Sshd | Stream::Sudo | Stream::Su | Stream::Pam => {
            service == "auth" || stream.log_source().service == Some(service)
        }
        Stream::M365 => {
            matches!(service, "audit" | "exchange" | "threat_management" | "threat_detection")
        }
        _ if is_workspace(stream) => {
            let full = stream.log_source().service.unwrap_or_default();
            let short = full.strip_prefix("google_workspace.").unwrap_or(full);
            service == "google_workspace" || service == full || service == short
        }
        _ => stream.log_source().service == Some(service),
    }
}

/// Services whose name says enough.
fn service_alone(service: Option<&str>, stream: Stream) -> bool {
    match service {
        Some("sshd" | "sudo" | "cloudtrail") => true,
        Some(service) => service.starts_with("google_workspace") && is_workspace(stream),
        None => false,
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

#[cfg(test)]
mod tests {
    use super::*;

    fn check(category: &str, product: &str, service: &str, expected: &[Stream]) {
        let part = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let source =
            LogSource { category: part(category), product: part(product), service: part(service) };
        let found: Vec<Stream> =
            Stream::ALL.iter().copied().filter(|&s| fits(&source, s, Class::Base)).collect();
        assert_eq!(found, expected, "{source:?}");
    }

    #[test]
    fn public_spellings_find_their_streams() {
        use Stream::*;
        check("webserver", "", "", &[Web]);
        check("webserver", "nginx", "", &[Web]);
        check("", "linux", "sshd", &[Sshd]);
        check("", "linux", "auth", &[Sshd, Sudo, Su, Pam]);
        check("", "linux", "", &[Sshd, Sudo, Su, Pam, Syslog]);
        check("", "gcp", "google_workspace.admin", &[WorkspaceAdmin]);
        check("", "google_workspace", "login", &[WorkspaceLogin]);
        check("", "m365", "exchange", &[M365]);
        check("", "aws", "cloudtrail", &[CloudTrail]);
    }

    #[test]
    fn what_is_not_here_finds_nothing() {
        check("proxy", "", "", &[]);
        check("", "", "apache", &[]);
        check("process_creation", "linux", "", &[]);
        check("", "linux", "auditd", &[]);
        check("", "gcp", "gcp.audit", &[]);
        check("", "azure", "signinlogs", &[]);
    }

    #[test]
    fn ocsf_means_a_class_in_any_stream() {
        let source = LogSource {
            category: Some("authentication".into()),
            product: Some("ocsf".into()),
            service: None,
        };
        assert!(fits(&source, Stream::Sshd, Class::Authentication));
        assert!(fits(&source, Stream::M365, Class::Authentication));
        assert!(!fits(&source, Stream::M365, Class::EmailActivity));
        let unknown = LogSource { category: Some("dns_activity".into()), ..source };
        assert!(!is_here(&unknown));
    }
}
