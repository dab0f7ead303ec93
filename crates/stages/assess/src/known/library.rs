//! Files that describe groups, as a user gives them: which format each is, what all of them say
//! together. A group, its techniques and the ties between them may stand in different files.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, de::IgnoredAny};

use super::{Habit, HabitKind, Profile, infrastructure_of, misp, stix};

/// Largest file of profiles that is read (128 MiB): the whole of ATT&CK has about 50.
pub const PROFILE_BYTES_LIMIT: usize = 128 << 20;
/// Most objects of one file.
pub const OBJECTS_LIMIT: usize = 400_000;
/// Most groups in all.
pub const GROUPS_LIMIT: usize = 10_000;
/// Most habits of one group, and other names of it.
pub const HABITS_LIMIT: usize = 2_000;
/// Most ties between groups and what they use, in all.
const TIES_LIMIT: usize = 2_000_000;
/// Longest name that is kept.
const NAME_CHARS_LIMIT: usize = 120;
/// A group with fewer habits than this tells nothing.
const TELLING_HABITS: usize = 3;

/// Why a file of profiles was not read.
#[derive(Debug, thiserror::Error)]
pub enum KnownError {
    /// It is too large.
    #[error("{file}: over {limit} bytes")]
    Large {
        /// Which file.
        file: String,
        /// How many are read.
        limit: usize,
    },
    /// It is no JSON.
    #[error("{file}: line {line}, column {column}: not JSON as STIX or MISP write it: {why}")]
    Json {
        /// Which file.
        file: String,
        /// Where.
        line: usize,
        /// Where in the line.
        column: usize,
        /// Why.
        why: String,
    },
    /// It is JSON of another kind.
    #[error(
        "{file}: neither a STIX 2.1 bundle (\"type\": \"bundle\") nor a MISP galaxy cluster (\"values\")"
    )]
    Format {
        /// Which file.
        file: String,
    },
    /// It holds too much.
    #[error("{file}: over {limit} {what}")]
    Many {
        /// Which file.
        file: String,
        /// Of what.
        what: &'static str,
        /// How many are read.
        limit: usize,
    },
}

/// What one file told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// Groups.
    pub groups: usize,
    /// Techniques, tools and the like.
    pub things: usize,
    /// Ties between them.
    pub ties: usize,
    /// Objects that could not be read.
    pub unread: usize,
}

/// What all files told.
#[derive(Debug, Default)]
pub struct Library {
    pub(super) groups: BTreeMap<String, Profile>,
    pub(super) things: BTreeMap<String, BTreeSet<Habit>>,
    pub(super) ties: BTreeSet<(String, String)>,
}

/// An object that need not be as it should: one that is not does not cost the others.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Lenient<T> {
    Is(T),
    Other(IgnoredAny),
}

#[derive(Deserialize)]
struct Document {
    #[serde(default, rename = "type")]
    kind: String,
    #[serde(default = "none")]
    objects: Option<Vec<Lenient<stix::Object>>>,
    #[serde(default = "none")]
    values: Option<Vec<Lenient<misp::Value>>>,
}

const fn none<T>() -> Option<T> {
    None
}

impl Library {
    /// Reads one file; `file` is its name in what is shown.
    ///
    /// # Errors
    /// Where it is too large, no JSON, or neither STIX nor MISP. Single objects that cannot be read
    /// are counted.
    pub fn read(&mut self, file: &str, bytes: &[u8]) -> Result<Told, KnownError> {
        if bytes.len() > PROFILE_BYTES_LIMIT {
            return Err(KnownError::Large { file: file.to_owned(), limit: PROFILE_BYTES_LIMIT });
        }
        let document: Document = serde_json::from_slice(bytes).map_err(|e| KnownError::Json {
            file: file.to_owned(),
            line: e.line(),
            column: e.column(),
            why: e.to_string(),
        })?;
        let told = match (document.kind.as_str(), document.objects, document.values) {
            ("bundle", Some(objects), _) => {
                many(file, "objects", objects.len(), OBJECTS_LIMIT)?;
                stix::read(self, file, objects)
            }
            (kind, _, Some(values)) => {
                many(file, "values", values.len(), OBJECTS_LIMIT)?;
                misp::read(self, file, kind, values)
            }
            _ => return Err(KnownError::Format { file: file.to_owned() }),
        };
        many(file, "groups with those read before", self.groups.len(), GROUPS_LIMIT)?;
        many(file, "ties with those read before", self.ties.len(), TIES_LIMIT)?;
        Ok(told)
    }

    /// Every group that has habits enough to be compared, by name.
    #[must_use]
    pub fn profiles(&self) -> Vec<Profile> {
        let mut profiles: BTreeMap<&str, Profile> =
            self.groups.iter().map(|(id, group)| (id.as_str(), group.clone())).collect();
        for (from, to) in &self.ties {
            let (Some(profile), Some(habits)) =
                (profiles.get_mut(from.as_str()), self.things.get(to))
            else {
                continue;
            };
            profile.habits.extend(habits.iter().cloned());
        }
        let mut profiles: Vec<Profile> = profiles.into_values().map(completed).collect();
        profiles.retain(|profile| profile.habits.len() >= TELLING_HABITS);
        profiles.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
        profiles
    }

    /// Adds a group, or what another file says of the same one.
    pub(super) fn group(&mut self, id: &str, found: Profile) {
        let group = self.groups.entry(key(id)).or_insert_with(|| Profile {
            id: id.chars().take(NAME_CHARS_LIMIT).collect(),
            name: short(&found.name),
            file: found.file.clone(),
            ..Profile::default()
        });
        for alias in found.aliases {
            let alias = short(&alias);
            if group.aliases.len() < HABITS_LIMIT
                && alias != group.name
                && !group.aliases.contains(&alias)
            {
                group.aliases.push(alias);
            }
        }
        group.habits.extend(found.habits);
    }

    pub(super) fn thing(&mut self, id: &str, habits: impl IntoIterator<Item = Habit>) {
        self.things.entry(key(id)).or_default().extend(habits);
    }

    pub(super) fn tie(&mut self, from: &str, to: &str) {
        self.ties.insert((key(from), key(to)));
    }
}

/// With the networks that its techniques stand for, and not more habits than there may be.
fn completed(mut profile: Profile) -> Profile {
    let networks: BTreeSet<Habit> = profile
        .habits
        .iter()
        .filter(|habit| habit.kind == HabitKind::Technique)
        .filter_map(|habit| infrastructure_of(&habit.value))
        .map(|network| Habit::new(HabitKind::Infrastructure, network))
        .collect();
    profile.habits.extend(networks);
    if profile.habits.len() > HABITS_LIMIT {
        profile.habits = profile.habits.into_iter().take(HABITS_LIMIT).collect();
    }
    profile
}

/// A tool by its name.
pub(super) fn tool(name: &str) -> Option<Habit> {
    let name = short(name).to_lowercase();
    (name.chars().count() >= 3).then(|| Habit::new(HabitKind::Tool, name))
}

/// The UUID of an id: the same in STIX (`intrusion-set--UUID`) and MISP.
fn key(id: &str) -> String {
    let bare = id.rsplit_once("--").map_or(id, |(_, uuid)| uuid);
    bare.chars().take(NAME_CHARS_LIMIT).collect::<String>().to_lowercase()
}

fn short(name: &str) -> String {
    name.trim().chars().take(NAME_CHARS_LIMIT).collect()
}

fn many(file: &str, what: &'static str, count: usize, limit: usize) -> Result<(), KnownError> {
    if count > limit {
        return Err(KnownError::Many { file: file.to_owned(), what, limit });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(bytes: &[u8]) -> String {
        Library::default().read("x.json", bytes).expect_err("refused").to_string()
    }

    #[test]
    fn what_is_no_file_of_profiles_is_refused_by_name_and_place() {
        let text = refused(b"{\"type\": \"bundle\",\n \"objects\": [");
        assert!(text.contains("x.json: line 2"), "{text}");
        assert!(refused(b"{\"type\": \"bundle\"}").contains("neither a STIX 2.1 bundle"));
        assert!(refused(b"[]").contains("x.json"));
        let deep =
            format!("{{\"type\":\"bundle\",\"objects\":{}{}}}", "[".repeat(5000), "]".repeat(5000));
        assert!(refused(deep.as_bytes()).contains("recursion"), "{}", refused(deep.as_bytes()));
    }

    #[test]
    fn one_over_a_bound_is_refused() {
        let large = vec![b' '; PROFILE_BYTES_LIMIT + 1];
        assert!(refused(&large).contains("over 134217728 bytes"));
        let objects = |count: usize| {
            let one = "{},".repeat(count);
            format!("{{\"type\":\"bundle\",\"objects\":[{}]}}", one.trim_end_matches(','))
        };
        assert!(refused(objects(OBJECTS_LIMIT + 1).as_bytes()).contains("over 400000 objects"));
        let told =
            Library::default().read("x", objects(OBJECTS_LIMIT).as_bytes()).expect("at the bound");
        assert_eq!(told.unread, OBJECTS_LIMIT);
        let group = |n: usize| {
            format!("{{\"type\":\"intrusion-set\",\"id\":\"i--{n}\",\"name\":\"g{n}\"}}")
        };
        let groups: Vec<String> = (0..=GROUPS_LIMIT).map(group).collect();
        let text = format!("{{\"type\":\"bundle\",\"objects\":[{}]}}", groups.join(","));
        assert!(refused(text.as_bytes()).contains("over 10000 groups"));
    }
}
