//! Habits beside profiles: a similarity in which a habit counts the less the more groups have it,
//! with its base rate. What comes out names nobody.

use std::collections::{BTreeMap, BTreeSet};

use bakas_model::{
    Text,
    assessment::{Habit, HabitKind, ProfileComparison, SharedHabit, SimilarProfile},
};

use super::{Profile, chance};

/// Profiles that are shown; never one alone.
const SHOWN_LIMIT: usize = 8;
/// Shared habits that are shown of one profile, the rarest first.
const SHARED_LIMIT: usize = 12;
/// Fewer than this many habits that any profile lists tell nothing.
pub const TELLING_HABITS: usize = 3;
/// Fewer than this many profiles give no base rate.
pub const TELLING_PROFILES: usize = 20;

/// Compares.
#[must_use]
pub fn compare(subject: &str, habits: &BTreeSet<Habit>, profiles: &[Profile]) -> ProfileComparison {
    let shelf = Shelf::new(profiles);
    let (listed, unlisted): (Vec<Habit>, Vec<Habit>) =
        habits.iter().cloned().partition(|habit| shelf.listed.contains_key(habit));
    let mut comparison = ProfileComparison {
        subject: subject.to_owned(),
        profiles: profiles.len(),
        habits: listed,
        unlisted,
        ..ProfileComparison::default()
    };
    if comparison.habits.len() < TELLING_HABITS || profiles.len() < TELLING_PROFILES {
        comparison.text = too_little(&comparison);
        return comparison;
    }
    let numbers: Vec<usize> =
        comparison.habits.iter().filter_map(|habit| shelf.listed.get(habit).copied()).collect();
    let scores = shelf.scores(&numbers);
    let mut order: Vec<usize> = (0..profiles.len()).filter(|at| scores[*at] > 0.0).collect();
    order.sort_by(|a, b| scores[*b].total_cmp(&scores[*a]).then(a.cmp(b)));
    let best = order.first().map_or(0.0, |at| scores[*at]);
    comparison.by_chance = chance::share(&shelf, &numbers, best);
    comparison.similar = order
        .iter()
        .take(SHOWN_LIMIT)
        .map(|at| shelf.similar(profiles, *at, &numbers, &scores))
        .collect();
    comparison.text = sentence(&comparison);
    comparison
}

/// Profiles by their habits.
pub(super) struct Shelf {
    /// The number of each habit that some profile lists.
    listed: BTreeMap<Habit, usize>,
    /// By habit: its sort, the profiles that list it, its weight.
    pub(super) kinds: Vec<HabitKind>,
    pub(super) listing: Vec<Vec<u32>>,
    weights: Vec<f64>,
    names: Vec<Habit>,
    /// By profile: the sum of the squares of its habits' weights.
    lengths: Vec<f64>,
}

impl Shelf {
    fn new(profiles: &[Profile]) -> Self {
        let mut shelf = Self {
            listed: BTreeMap::new(),
            kinds: Vec::new(),
            listing: Vec::new(),
            weights: Vec::new(),
            names: Vec::new(),
            lengths: vec![0.0; profiles.len()],
        };
        for (at, profile) in profiles.iter().enumerate() {
            for habit in &profile.habits {
                let next = shelf.listing.len();
                let number = *shelf.listed.entry(habit.clone()).or_insert(next);
                if number == next {
                    shelf.listing.push(Vec::new());
                    shelf.kinds.push(habit.kind);
                    shelf.names.push(habit.clone());
                }
                shelf.listing[number].push(u32::try_from(at).expect("profiles are bounded"));
            }
        }
        let all = profiles.len() as f64;
        let weight = |by: &Vec<u32>| ((all + 1.0) / (by.len() as f64 + 0.5)).ln().max(0.01);
        shelf.weights = shelf.listing.iter().map(weight).collect();
        for (number, by) in shelf.listing.iter().enumerate() {
            for at in by {
                shelf.lengths[*at as usize] += shelf.weights[number].powi(2);
            }
        }
        shelf
    }

    /// The similarity of every profile to a set of habits.
    pub(super) fn scores(&self, habits: &[usize]) -> Vec<f64> {
        let mut scores = vec![0.0; self.lengths.len()];
        let mut length = 0.0;
        for number in habits {
            let weight = self.weights[*number].powi(2);
            length += weight;
            for at in &self.listing[*number] {
                scores[*at as usize] += weight;
            }
        }
        for (score, own) in scores.iter_mut().zip(&self.lengths) {
            *score /= (length * own).sqrt().max(f64::MIN_POSITIVE);
        }
        scores
    }

    fn similar(
        &self,
        profiles: &[Profile],
        at: usize,
        habits: &[usize],
        scores: &[f64],
    ) -> SimilarProfile {
        let (profile, score) = (&profiles[at], scores[at]);
        let held = |number: &&usize| self.listing[**number].contains(&(at as u32));
        let mut shared: Vec<SharedHabit> = habits
            .iter()
            .filter(held)
            .map(|number| SharedHabit {
                habit: self.names[*number].clone(),
                listed_by: self.listing[*number].len(),
            })
            .collect();
        shared.sort_by(|a, b| (a.listed_by, &a.habit).cmp(&(b.listed_by, &b.habit)));
        let shared_count = shared.len();
        shared.truncate(SHARED_LIMIT);
        SimilarProfile {
            name: profile.name.clone(),
            file: profile.file.clone(),
            similarity: (score * 1000.0).round() / 1000.0,
            at_least_as_similar: scores.iter().filter(|other| **other >= score).count(),
            shared_count,
            shared,
        }
    }
}

fn too_little(comparison: &ProfileComparison) -> Text {
    let (habits, profiles) = (comparison.habits.len(), comparison.profiles);
    Text::new(
        format!(
            "Too little to compare: {habits} habits that any profile lists (at least {TELLING_HABITS} are needed) and {profiles} profiles with habits (at least {TELLING_PROFILES}). No similarity is given."
        ),
        format!(
            "Kulang para ihambing: {habits} gawi na nakalista sa alinmang profile (hindi bababa sa {TELLING_HABITS} ang kailangan) at {profiles} profile na may mga gawi (hindi bababa sa {TELLING_PROFILES}). Walang ibinibigay na pagkakatulad."
        ),
    )
}

/// The sentence says how many share what, and never that it was anyone.
fn sentence(comparison: &ProfileComparison) -> Text {
    let (habits, profiles) = (comparison.habits.len(), comparison.profiles);
    let sharing = comparison.similar.len();
    if sharing == 0 {
        return Text::new(
            format!("None of {profiles} profiles lists any of these habits."),
            format!("Wala sa {profiles} profile ang naglilista ng alinman sa mga gawing ito."),
        );
    }
    let percent = (comparison.by_chance * 100.0).round();
    Text::new(
        format!(
            "Many groups share these {habits} habits, and this names nobody. As many habits, drawn at random as common as they are, come at least as close to one of the {profiles} profiles in {percent} of 100 draws. A profile says what somebody wrote of a group, and a habit can be copied. It moves no explanation unless an analyst adds it as an item of evidence."
        ),
        format!(
            "Maraming pangkat ang may ganitong {habits} gawi, at wala itong pinapangalanan. Ang kasindaming gawi, na pinili nang sapalaran ayon sa dalas ng bawat isa, ay kasinlapit o mas malapit sa isa sa {profiles} profile sa {percent} ng 100 pagpili. Ang profile ay kung ano ang isinulat ng iba tungkol sa isang pangkat, at ang gawi ay maaaring gayahin. Wala itong pinagagalaw na paliwanag hangga't hindi ito idinaragdag ng analyst bilang ebidensiya."
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Forty groups that all spray; each has a technique of its own, one has two rare ones more.
    fn profiles() -> Vec<Profile> {
        (0..40)
            .map(|n| Profile {
                id: format!("g-{n}"),
                name: format!("Group {n:02}"),
                habits: ["T1110", "T1110.003", "T1078"]
                    .into_iter()
                    .map(str::to_owned)
                    .chain([format!("T2{n:03}")])
                    .chain((n == 7).then(|| "T3001".to_owned()))
                    .chain((n == 7).then(|| "T3002".to_owned()))
                    .map(|id| Habit::new(HabitKind::Technique, id))
                    .collect(),
                ..Profile::default()
            })
            .collect()
    }

    fn asked(ids: &[&str]) -> ProfileComparison {
        let habits = ids.iter().map(|id| Habit::new(HabitKind::Technique, *id)).collect();
        compare("C-01", &habits, &profiles())
    }

    #[test]
    fn what_everybody_does_tells_nobody_apart() {
        let common = asked(&["T1110", "T1110.003", "T1078"]);
        assert!(common.similar[0].at_least_as_similar >= 39, "{:?}", common.similar[0]);
        assert!(common.by_chance > 0.5, "{}", common.by_chance);
        assert!(common.text.en.contains("names nobody"));
        assert!(
            !common.text.en.contains("Group"),
            "the sentence holds no name: {}",
            common.text.en
        );
    }

    #[test]
    fn rare_habits_weigh_and_their_base_rate_stands_beside() {
        let rare = asked(&["T1110", "T3001", "T3002", "T2007", "T9999"]);
        assert_eq!(
            (rare.similar[0].name.as_str(), rare.similar[0].at_least_as_similar),
            ("Group 07", 1)
        );
        assert_eq!(rare.similar[0].shared[0].listed_by, 1);
        assert_eq!(rare.similar[0].shared.last().map(|shared| shared.listed_by), Some(40));
        assert_eq!(rare.unlisted.len(), 1, "what no profile lists is told and not compared");
        let common = asked(&["T1110", "T1110.003", "T1078"]);
        assert!(rare.by_chance < common.by_chance, "{} {}", rare.by_chance, common.by_chance);
        assert!(rare.similar.len() > 1, "never one name alone");
        assert_eq!(
            rare,
            asked(&["T1110", "T3001", "T3002", "T2007", "T9999"]),
            "the same every time"
        );
    }

    #[test]
    fn too_little_gives_no_similarity() {
        let few = asked(&["T1110", "T1078"]);
        assert!(few.similar.is_empty() && few.text.en.starts_with("Too little"), "{}", few.text.en);
        let habits: BTreeSet<Habit> = profiles()[7].habits.clone();
        let none = compare("C-01", &habits, &profiles()[..TELLING_PROFILES - 1]);
        assert!(none.similar.is_empty());
    }
}
