//! Known actors: the habits of a campaign beside those of groups that others have described. It gives
//! a similarity with its base rate, and never a name by itself: many groups share most habits, and
//! what is written about groups is a choice of those who wrote. It moves no hypothesis; an analyst
//! may add it as an item of evidence.
//!
//! ```
//! use bakas_assess::known::Library;
//! let mut library = Library::default();
//! let bundle = br#"{"type":"bundle","objects":[{"type":"intrusion-set","id":"intrusion-set--1","name":"G"}]}"#;
//! let told = library.read("groups.json", bundle)?;
//! assert_eq!((told.groups, told.unread), (1, 0));
//! assert!(library.profiles().is_empty(), "a group without habits cannot be compared");
//! # Ok::<(), bakas_assess::known::KnownError>(())
//! ```

mod campaign;
mod chance;
mod compare;
mod library;
mod misp;
mod stix;

use std::collections::BTreeSet;

use bakas_model::assessment::{Habit, HabitKind};
use serde::{Deserialize, Serialize};

pub use campaign::habits;
pub use compare::{TELLING_HABITS, TELLING_PROFILES, compare};
pub use library::{
    GROUPS_LIMIT, HABITS_LIMIT, KnownError, Library, OBJECTS_LIMIT, PROFILE_BYTES_LIMIT, Told,
};

/// What somebody wrote of a group.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// Its id in its file.
    pub id: String,
    /// How its file calls it.
    pub name: String,
    /// Other names.
    pub aliases: Vec<String>,
    /// The file.
    pub file: String,
    /// Its habits.
    pub habits: BTreeSet<Habit>,
}

/// Techniques as habits: `T1110.003` is `T1110`, too. What is no id of a technique is none.
fn techniques(id: &str) -> impl Iterator<Item = Habit> {
    let digits = |text: &str, count: usize| {
        text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    let id = id.trim();
    let (base, sub) = id.split_once('.').map_or((id, None), |(base, sub)| (base, Some(sub)));
    let holds = base.strip_prefix('T').is_some_and(|number| digits(number, 4))
        && sub.is_none_or(|sub| digits(sub, 3));
    let of = |is: bool, id: &str| is.then(|| Habit::new(HabitKind::Technique, id));
    [of(holds, base), of(holds && sub.is_some(), id)].into_iter().flatten()
}

/// Networks that techniques of preparing infrastructure stand for.
fn infrastructure_of(technique: &str) -> Option<&'static str> {
    match technique {
        "T1090.003" => Some("anonymiser"),
        "T1583.003" | "T1583.006" | "T1584.003" | "T1584.006" => Some("rented"),
        _ => None,
    }
}

/// Sectors are written in many ways; these words tell most of them.
const SECTORS: [(&str, &[&str]); 13] = [
    ("government", &["govern", "administration", "diplom", "embass", "ministr", "public sector"]),
    ("defence", &["defen", "militar", "aerospace"]),
    ("finance", &["financ", "bank", "insurance", "treasur", "customs"]),
    ("health", &["health", "hospital", "pharma", "medic"]),
    ("energy", &["energy", "power", "oil", "utilit", "electric"]),
    ("telecommunications", &["telecom"]),
    ("education", &["educat", "universit", "school", "academ", "research"]),
    (
        "transport",
        &["transport", "aviation", "maritime", "port", "shipping", "harbour", "logistic"],
    ),
    ("media", &["media", "news", "journal"]),
    (
        "civil society",
        &["civil society", "ngo", "activis", "dissident", "think tank", "human right"],
    ),
    ("technology", &["technolog", "software", "high-tech", "information"]),
    ("trade", &["trade", "commerce", "retail", "export"]),
    ("social services", &["social", "welfare", "labour", "labor", "workers"]),
];

/// A sector by its usual name; its own words where no list knows them.
fn sector(text: &str) -> Option<Habit> {
    let text = text.trim().to_lowercase();
    if text.is_empty() || text.chars().count() > 80 {
        return None;
    }
    let known = SECTORS.iter().find(|(_, words)| words.iter().any(|word| text.contains(word)));
    Some(Habit::new(HabitKind::Sector, known.map_or(text.as_str(), |(name, _)| name)))
}

/// The sixths of a day that a span such as `22-06` (UTC, whole hours) touches.
fn hours(text: &str) -> impl Iterator<Item = Habit> + use<> {
    let span = text.split_once(['-', '–']).and_then(|(from, until)| {
        let hour = |text: &str| text.trim().parse::<u32>().ok().filter(|hour| *hour <= 24);
        Some((hour(from)? % 24, hour(until)?))
    });
    span.into_iter().flat_map(|(from, until)| {
        let length = (until + 24 - from - 1) % 24 + 1;
        let sixths: BTreeSet<u32> = (0..length).map(|step| (from + step) % 24 / 4).collect();
        sixths.into_iter().map(sixth)
    })
}

/// One sixth of the day.
fn sixth(at: u32) -> Habit {
    Habit::new(HabitKind::Hours, format!("{:02}–{:02} UTC", at * 4, at * 4 + 4))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn techniques_have_their_parents_and_nothing_else_passes() {
        let check = |id: &str, expected: &[&str]| {
            let values: Vec<String> = techniques(id).map(|habit| habit.value).collect();
            assert_eq!(values, expected, "{id}");
        };
        check("T1110.003", &["T1110", "T1110.003"]);
        check("T1090", &["T1090"]);
        check("TA0001", &[]);
        check("T1110.03", &[]);
        check("T<script>", &[]);
    }

    #[test]
    fn hours_go_past_midnight() {
        let check = |text: &str, expected: &[&str]| {
            let values: Vec<String> = hours(text).map(|habit| habit.value).collect();
            assert_eq!(values, expected, "{text}");
        };
        check("01-10", &["00–04 UTC", "04–08 UTC", "08–12 UTC"]);
        check("22-02", &["00–04 UTC", "20–24 UTC"]);
        check(
            "00-24",
            &["00–04 UTC", "04–08 UTC", "08–12 UTC", "12–16 UTC", "16–20 UTC", "20–24 UTC"],
        );
        check("25-26", &[]);
        check("noon", &[]);
    }

    #[test]
    fn sectors_are_told_by_their_words() {
        let check = |text: &str, expected: &str| assert_eq!(sector(text).unwrap().value, expected);
        check("Government, Administration", "government");
        check("NGOs", "civil society");
        check("Fishing", "fishing");
        assert_eq!(sector("  "), None);
    }
}
