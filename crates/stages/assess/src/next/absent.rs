//! Logs that an agency did not give, though things of that sort happened there or such logs are kept
//! nearly everywhere: what they could tell of a question. Silence in a log that nobody has is none.

use bakas_model::{AssessmentLevel as Level, Family, Text};

use super::{Desk, Request, Rows};
use crate::{
    facts::Facts,
    likelihoods::Class::{One, Operator, Other, Relayed, Several, Within},
};

/// A sort of log: any one of the families will do.
struct Sort {
    id: &'static str,
    families: &'static [Family],
    /// What it is, in both languages, as the object of a sentence.
    what: (&'static str, &'static str),
    cost: f64,
    answered: f64,
    soil: Option<Rows>,
    infrastructure: Option<Rows>,
    actor: Option<Rows>,
}

/// The same hands by their habits; other hands; somebody close; nothing of use.
const HABITS: Rows = &[
    (One, &[0.40, 0.08, 0.04, 0.48]),
    (Within, &[0.22, 0.05, 0.28, 0.45]),
    (Several, &[0.12, 0.32, 0.06, 0.50]),
    (Relayed, &[0.25, 0.12, 0.05, 0.58]),
    (Other, &[0.18, 0.14, 0.06, 0.62]),
];
/// Ordinary customers on the same addresses; only more of the same; nothing from them.
const OTHER_USE: Rows = &[
    (One, &[0.45, 0.25, 0.30]),
    (Several, &[0.40, 0.30, 0.30]),
    (Operator, &[0.15, 0.45, 0.40]),
    (Relayed, &[0.28, 0.42, 0.30]),
    (Other, &[0.25, 0.30, 0.45]),
];
/// Handshakes that fit the place; that take too long; that cannot be told.
const DELAYS: Rows = &[
    (One, &[0.50, 0.08, 0.42]),
    (Several, &[0.42, 0.14, 0.44]),
    (Relayed, &[0.20, 0.36, 0.44]),
    (Other, &[0.28, 0.23, 0.49]),
    (Within, &[0.28, 0.18, 0.54]),
];

const SORTS: [Sort; 5] = [
    Sort {
        id: "mail",
        families: &[Family::Mail, Family::Office],
        what: (
            "the log of its mail server or the audit of its mail service",
            "log ng mail server o audit ng mail service",
        ),
        cost: 2.0,
        answered: 0.60,
        soil: None,
        infrastructure: Some(OTHER_USE),
        actor: Some(HABITS),
    },
    Sort {
        id: "cloud",
        families: &[Family::Cloud, Family::Office],
        what: (
            "the audit log of its cloud or office service",
            "audit log ng cloud o office service",
        ),
        cost: 2.0,
        answered: 0.55,
        soil: None,
        infrastructure: Some(OTHER_USE),
        actor: Some(HABITS),
    },
    Sort {
        id: "system",
        families: &[Family::System],
        what: ("the system logs of its servers", "mga system log ng mga server"),
        cost: 2.0,
        answered: 0.65,
        soil: None,
        infrastructure: None,
        actor: Some(HABITS),
    },
    Sort {
        id: "web",
        families: &[Family::Web],
        what: ("the access logs of its web servers", "mga access log ng mga web server"),
        cost: 2.0,
        answered: 0.65,
        soil: None,
        infrastructure: Some(OTHER_USE),
        actor: Some(HABITS),
    },
    Sort {
        id: "network",
        families: &[Family::Network],
        what: (
            "its firewall, proxy or flow records, which hold ports and times",
            "talaan ng firewall, proxy o daloy, na may mga port at oras",
        ),
        cost: 3.0,
        answered: 0.50,
        soil: Some(DELAYS),
        infrastructure: Some(OTHER_USE),
        actor: None,
    },
];

/// The logs that are not there, each asked of the agencies that did not give them.
pub(super) fn logs(level: Level, facts: &Facts, desk: &Desk<'_>) -> Vec<Request> {
    let of = |sort: &Sort| {
        let rows = match level {
            Level::Soil => sort.soil,
            Level::Infrastructure => sort.infrastructure,
            Level::Actor => sort.actor,
            // No log shows who directed anybody.
            Level::Sponsor => None,
        }?;
        let lacking = desk.without(&facts.agencies, sort.families);
        if lacking.is_empty() {
            return None;
        }
        let (whom, (en, fil)) = (desk.names(&lacking), sort.what);
        Some(Request {
            id: format!("absent-{}", sort.id),
            text: Text::new(
                format!(
                    "Ask {} for {en}, of the days of the case and before: none is among the logs that \
                     were given.",
                    whom.en
                ),
                format!(
                    "Hingin sa {} ang {fil}, ng mga araw ng kaso at bago nito: wala nito sa mga \
                     ibinigay na log.",
                    whom.fil
                ),
            ),
            whom,
            party: None,
            grade: 'A',
            cost: sort.cost,
            answered: sort.answered,
            // What some did not give tells of their part alone.
            part: lacking.len() as f64 / facts.agencies.len() as f64,
            rows,
        })
    };
    SORTS.iter().filter_map(of).collect()
}
