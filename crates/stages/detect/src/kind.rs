//! What a rule's tags say it points to: role, techniques and kind of incident. The table stands in
//! `docs/detection.md`, too.

use bakas_model::{IncidentKind, Role};
use bakas_sigma::LogSource;

const KINDS: [(&str, IncidentKind); 9] = [
    ("password-guessing", IncidentKind::PasswordGuessing),
    ("password-spraying", IncidentKind::PasswordSpraying),
    ("admin-discovery", IncidentKind::AdminDiscovery),
    ("account-takeover", IncidentKind::AccountTakeover),
    ("web-exploitation", IncidentKind::WebExploitation),
    ("web-shell", IncidentKind::WebShell),
    ("lateral-movement", IncidentKind::LateralMovement),
    ("cloud-abuse", IncidentKind::CloudAbuse),
    ("scanning", IncidentKind::Scanning),
];

/// The role that a rule's tags give it.
pub(crate) fn role(tags: &[String]) -> Role {
    let has = |tag: &str| tags.iter().any(|t| t == tag);
    if has("bakas.sign-in") {
        Role::SignIn
    } else if has("bakas.sign-in-failed") {
        Role::SignInFailed
    } else if has("bakas.base") {
        Role::Base
    } else {
        Role::Finding
    }
}

/// ATT&CK techniques among the tags, as `T1110.003`.
pub(crate) fn techniques(tags: &[String]) -> Vec<String> {
    let technique = |tag: &String| {
        let name = tag.strip_prefix("attack.t")?;
        name.starts_with(|c: char| c.is_ascii_digit()).then(|| format!("T{name}"))
    };
    tags.iter().filter_map(technique).collect()
}

/// The kind of incident: what a tag `bakas.kind-…` says, else what follows from the techniques and
/// the kind of log. `Err` with the tag's word where that names no kind.
pub(crate) fn kind(tags: &[String], source: &LogSource) -> Result<Option<IncidentKind>, String> {
    if let Some(word) = tags.iter().find_map(|tag| tag.strip_prefix("bakas.kind-")) {
        let known = KINDS.iter().find(|(name, _)| *name == word);
        return known.map(|(_, kind)| Some(*kind)).ok_or_else(|| word.to_owned());
    }
    let techniques = techniques(tags);
    Ok(PRECEDENCE.iter().find_map(|&(prefix, log, kind)| {
        let fits = |technique: &String| {
            prefix.is_empty()
                || technique
                    .strip_prefix(prefix)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        (log.fits(source) && techniques.iter().any(fits)).then_some(kind)
    }))
}

/// Logs for which a line of the table holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Log {
    Any,
    Web,
    /// Mail and office providers.
    Office,
    Cloud,
}

impl Log {
    fn fits(self, source: &LogSource) -> bool {
        let product = source.product.as_deref().unwrap_or_default();
        let service = source.service.as_deref().unwrap_or_default();
        let office = matches!(product, "m365" | "google_workspace")
            || service.starts_with("google_workspace");
        match self {
            Self::Any => true,
            Self::Web => {
                source.category.as_deref() == Some("webserver")
                    || matches!(product, "apache" | "nginx" | "caddy")
            }
            Self::Office => office,
            Self::Cloud => matches!(product, "aws" | "gcp") && !office,
        }
    }
}

/// The first line that fits decides; an empty technique is any.
const PRECEDENCE: &[(&str, Log, IncidentKind)] = &[
    ("T1110.003", Log::Any, IncidentKind::PasswordSpraying),
    ("T1110", Log::Any, IncidentKind::PasswordGuessing),
    ("T1505.003", Log::Any, IncidentKind::WebShell),
    ("T1190", Log::Web, IncidentKind::WebExploitation),
    ("T1059", Log::Web, IncidentKind::WebExploitation),
    ("T1189", Log::Web, IncidentKind::WebExploitation),
    ("T1203", Log::Web, IncidentKind::WebExploitation),
    ("T1210", Log::Web, IncidentKind::WebExploitation),
    ("T1595", Log::Any, IncidentKind::Scanning),
    ("T1592", Log::Any, IncidentKind::Scanning),
    ("T1590", Log::Any, IncidentKind::Scanning),
    ("T1046", Log::Any, IncidentKind::Scanning),
    ("T1083", Log::Web, IncidentKind::Scanning),
    ("T1021", Log::Any, IncidentKind::LateralMovement),
    ("T1550", Log::Office, IncidentKind::AccountTakeover),
    ("T1550", Log::Any, IncidentKind::LateralMovement),
    ("T1087", Log::Office, IncidentKind::AdminDiscovery),
    ("T1069", Log::Office, IncidentKind::AdminDiscovery),
    ("T1078", Log::Office, IncidentKind::AccountTakeover),
    ("T1098", Log::Office, IncidentKind::AccountTakeover),
    ("T1114", Log::Any, IncidentKind::AccountTakeover),
    ("T1528", Log::Any, IncidentKind::AccountTakeover),
    ("T1566", Log::Office, IncidentKind::AccountTakeover),
    ("T1020", Log::Office, IncidentKind::AccountTakeover),
    ("T1537", Log::Office, IncidentKind::AccountTakeover),
    ("T1484", Log::Office, IncidentKind::CloudAbuse),
    ("T1562", Log::Office, IncidentKind::CloudAbuse),
    ("", Log::Cloud, IncidentKind::CloudAbuse),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn check(tags: &[&str], product: &str, category: &str, expected: Option<IncidentKind>) {
        let tags: Vec<String> = tags.iter().map(|t| (*t).to_owned()).collect();
        let source = LogSource {
            product: (!product.is_empty()).then(|| product.to_owned()),
            category: (!category.is_empty()).then(|| category.to_owned()),
            service: None,
        };
        assert_eq!(kind(&tags, &source), Ok(expected), "{tags:?} {source:?}");
    }

    #[test]
    fn the_kind_follows_from_technique_and_log() {
        check(&["attack.t1110"], "linux", "", Some(IncidentKind::PasswordGuessing));
        check(&["attack.t1110.003"], "m365", "", Some(IncidentKind::PasswordSpraying));
        check(&["attack.t1190"], "", "webserver", Some(IncidentKind::WebExploitation));
        check(&["attack.t1190", "attack.t1505.003"], "", "webserver", Some(IncidentKind::WebShell));
        check(&["attack.t1098.003"], "m365", "", Some(IncidentKind::AccountTakeover));
        check(&["attack.t1098"], "aws", "", Some(IncidentKind::CloudAbuse));
        check(&["attack.impact", "attack.t1485"], "aws", "", Some(IncidentKind::CloudAbuse));
        check(&["attack.persistence"], "aws", "", None);
        check(&["attack.t1190"], "linux", "", None);
        check(
            &["bakas.kind-scanning", "attack.t1190"],
            "",
            "webserver",
            Some(IncidentKind::Scanning),
        );
    }

    #[test]
    fn a_kind_that_is_none_is_told() {
        let tags = ["bakas.kind-mischief".to_owned()];
        assert_eq!(kind(&tags, &LogSource::default()), Err("mischief".to_owned()));
    }

    #[test]
    fn every_kind_has_its_own_word() {
        for (word, kind) in KINDS {
            assert_eq!(serde_word(kind), word);
        }
    }

    fn serde_word(kind: IncidentKind) -> String {
        format!("{kind:?}")
            .chars()
            .enumerate()
            .flat_map(|(at, c)| {
                let dash = (at > 0 && c.is_ascii_uppercase()).then_some('-');
                dash.into_iter().chain([c.to_ascii_lowercase()])
            })
            .collect()
    }
}
