//! Ratings that people gave to items and parties (Admiralty code), put where they count. What the
//! grades are worth stands in `question`.

use std::collections::BTreeMap;

use bakas_model::assessment::{EvidenceKind, RELIABILITIES, Rated, RatingSet};

use crate::question::Question;

/// What stands for a party that nobody rated.
const UNRATED: char = 'F';

/// Puts ratings on a question: those of parties on the answers of theirs that nobody rated, and on
/// what they could be asked; those of items on the items. Of two for the same the later one counts.
pub(crate) fn rate<'a>(question: &mut Question, ratings: impl Iterator<Item = &'a RatingSet>) {
    let mut ratings: Vec<&RatingSet> = ratings.collect();
    ratings.sort_by_key(|rating| rating.at);
    let (mut parties, mut items) = (BTreeMap::new(), BTreeMap::new());
    for rating in ratings {
        match &rating.of {
            Rated::Party(name) => parties.insert(name.to_lowercase(), rating),
            Rated::Item(id) => items.insert(id.clone(), rating),
        };
    }
    for entry in &mut question.entries {
        let item = &mut entry.item;
        let is_answer = item.kind == EvidenceKind::CounterpartAnswer;
        if let Some(rating) = parties.get(&item.source.to_lowercase()).filter(|_| is_answer) {
            if item.reliability == UNRATED {
                item.reliability = sound(rating.reliability);
            }
            item.interested = rating.interested.unwrap_or(item.interested);
        }
        if let Some(rating) = items.get(&item.id) {
            item.reliability = sound(rating.reliability);
            item.credibility = rating.credibility.unwrap_or(item.credibility);
            item.interested = rating.interested.unwrap_or(item.interested);
        }
    }
    let grades = parties.into_iter().map(|(name, rating)| (name, sound(rating.reliability)));
    question.parties = grades.collect();
}

impl Question {
    /// How a party is rated: by name, else by the worst grade of what it gave, else not at all.
    pub(crate) fn grade_of(&self, party: &str) -> char {
        let rated = self.parties.get(&party.to_lowercase()).copied();
        rated.unwrap_or_else(|| {
            let theirs = self.entries.iter().map(|entry| &entry.item).filter(|item| {
                // The rating of a statement is that of who reports it, not of who says it.
                item.kind != EvidenceKind::Statement && same(party, &item.source)
            });
            let grades = theirs.map(|item| item.reliability).filter(|grade| *grade != UNRATED);
            grades.max().unwrap_or(UNRATED)
        })
    }
}

fn same(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}

fn sound(grade: char) -> char {
    if RELIABILITIES.contains(&grade) { grade } else { UNRATED }
}
