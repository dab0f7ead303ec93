//! Habits of a campaign beside habits of groups that others have described: how similar, and how
//! common that is. It moves no hypothesis by itself and names nobody.

use serde::{Deserialize, Serialize};

use crate::Text;

/// What sort of habit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HabitKind {
    /// An ATT&CK technique, by its id; a sub-technique has its technique beside it.
    Technique,
    /// A tool or malware, by its name in lower case.
    Tool,
    /// A sixth of the day (UTC) with work in it.
    Hours,
    /// A sector of those attacked.
    Sector,
    /// A kind of network that work comes through.
    Infrastructure,
}

/// One habit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Habit {
    /// Of which sort.
    pub kind: HabitKind,
    /// Which.
    pub value: String,
}

/// A habit that both have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharedHabit {
    /// Which.
    pub habit: Habit,
    /// How many of all profiles list it.
    pub listed_by: usize,
}

/// A profile that shares habits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SimilarProfile {
    /// How its file calls it.
    pub name: String,
    /// The file.
    pub file: String,
    /// 0 to 1: cosine of the two sets of habits, each habit weighed by how rare it is.
    pub similarity: f64,
    /// How many of all profiles, this one among them, are at least as similar.
    pub at_least_as_similar: usize,
    /// How many habits both have.
    pub shared_count: usize,
    /// Some of them, the rarest first.
    pub shared: Vec<SharedHabit>,
}

/// A subject's habits beside all profiles.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ProfileComparison {
    /// The campaign, or the incidents of none.
    pub subject: String,
    /// Profiles compared with.
    pub profiles: usize,
    /// Habits of the subject that some profile lists.
    pub habits: Vec<Habit>,
    /// Habits of the subject that no profile lists: nothing can be said of them.
    pub unlisted: Vec<Habit>,
    /// The most similar profiles, or none where there is too little to compare.
    pub similar: Vec<SimilarProfile>,
    /// Of sets of as many habits, drawn at random as often as profiles list each: the share for
    /// which some profile is at least as similar as the first here.
    pub by_chance: f64,
    /// What that means, in a few sentences.
    pub text: Text,
}

impl Habit {
    /// A habit.
    #[must_use]
    pub fn new(kind: HabitKind, value: impl Into<String>) -> Self {
        Self { kind, value: value.into() }
    }
}
