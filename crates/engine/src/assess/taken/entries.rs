//! An answer as entries of `assessment.toml`: the item with their words, the explanations that it
//! brings, and a cell for each explanation of the questions that it speaks of.

use std::collections::{BTreeMap, BTreeSet};

use bakas_assess::weigh::Range;
use bakas_model::{
    Assessment, AssessmentLevel, EvidenceItem, Likelihood, Text,
    assessment::{
        AddedHypothesis, AddedItem, Basis, CREDIBILITIES, CellSet, Cost, EvidenceKind,
        RELIABILITIES,
    },
};

use super::{CANDIDATES_LIMIT, Candidate, TakenIn};
use crate::{
    Error,
    assess::{Entry, TEXT_CHARS_LIMIT},
};

/// Share before the evidence of an explanation that only the answer brings.
const NEW_PRIOR: f64 = 0.05;
/// How likely it was to answer as it did, were an explanation true that it does not speak of.
const UNNAMED: f64 = 0.20;
/// Characters of each of a counterpart's sentences that are shown in the item.
const WORDS_SHOWN: usize = 600;

/// How likely it was that they answered so, were the explanation true of which they speak: by the
/// word they gave. Printed in `docs/assessment.md`.
const fn answered(likelihood: Option<Likelihood>) -> f64 {
    match likelihood {
        Some(Likelihood::AlmostCertain) => 0.80,
        Some(Likelihood::VeryLikely) => 0.65,
        Some(Likelihood::Likely) => 0.45,
        // Named without a word: more than nothing.
        None => 0.40,
        Some(Likelihood::RoughlyEvenChance) => 0.25,
        Some(Likelihood::Unlikely) => 0.12,
        Some(Likelihood::VeryUnlikely) => 0.07,
        Some(Likelihood::AlmostNoChance) => 0.04,
    }
}

/// The item, the explanations that it brings, and a cell for each explanation of its questions.
pub(super) fn entries(
    before: &[Assessment],
    taken: &TakenIn,
    item: &str,
    who: &str,
) -> Result<Vec<Entry>, Error> {
    if taken.candidates.len() > CANDIDATES_LIMIT {
        let what = format!("an answer speaks of at most {CANDIDATES_LIMIT} explanations");
        return Err(Error::Usage(what));
    }
    let mut entries = vec![evidence(taken, item)];
    // By question: the explanations that it speaks of, with their words.
    let mut spoken: BTreeMap<(&str, AssessmentLevel), BTreeMap<&str, Option<Likelihood>>> =
        BTreeMap::new();
    let mut brought = BTreeSet::new();
    for one in &taken.candidates {
        let questions = questions(one, before)?;
        let known = questions.iter().any(|of| of.hypothesis(&one.hypothesis).is_some());
        if !known && brought.insert((&one.subject, one.level, &one.hypothesis)) {
            entries.push(hypothesis(one, taken, who));
        }
        for of in questions {
            let words = spoken.entry((&of.subject, one.level)).or_default();
            words.insert(&one.hypothesis, one.likelihood);
        }
    }
    for ((subject, level), words) in spoken {
        let of = |one: &&Assessment| one.subject == subject && one.level == level;
        let known = before.iter().find(of).into_iter().flat_map(|one| &one.hypotheses);
        let ids: BTreeSet<&str> =
            known.map(|one| one.id.as_str()).chain(words.keys().copied()).collect();
        entries.extend(ids.into_iter().map(|id| {
            let word = words.get(id).map(|word| answered(*word));
            cell((subject, level, id), item, word, taken)
        }));
    }
    Ok(entries)
}

/// The questions that a candidate speaks of: where its explanation is known, or else, where it is
/// described, every one of its level and subject.
fn questions<'a>(one: &Candidate, before: &'a [Assessment]) -> Result<Vec<&'a Assessment>, Error> {
    let all: Vec<&Assessment> = before
        .iter()
        .filter(|of| of.level == one.level)
        .filter(|of| one.subject.as_ref().is_none_or(|subject| *subject == of.subject))
        .collect();
    let known: Vec<&Assessment> =
        all.iter().filter(|of| of.hypothesis(&one.hypothesis).is_some()).copied().collect();
    match (known.is_empty(), all.is_empty(), &one.text) {
        (false, ..) => Ok(known),
        (true, false, Some(_)) => Ok(all),
        (_, true, _) => {
            let subjects: BTreeSet<&str> = before.iter().map(|of| of.subject.as_str()).collect();
            let there = subjects.into_iter().collect::<Vec<_>>().join(", ");
            let subject = shown(one.subject.as_deref().unwrap_or_default());
            Err(Error::Usage(format!("'{subject}' is not in this case; there are: {there}")))
        }
        (_, _, None) => {
            let ids: BTreeSet<&str> =
                all.iter().flat_map(|of| &of.hypotheses).map(|one| one.id.as_str()).collect();
            Err(Error::Usage(format!(
                "'{}' is no explanation of {} in this case, and the answer does not say what it \
                 means; there are: {}",
                shown(&one.hypothesis),
                one.level.name(),
                ids.into_iter().collect::<Vec<_>>().join(", ")
            )))
        }
    }
}

fn evidence(taken: &TakenIn, item: &str) -> Entry {
    let grade = |grade: char, known: &[char], none: char| {
        if known.contains(&grade) { grade } else { none }
    };
    let subjects: BTreeSet<&Option<String>> =
        taken.candidates.iter().map(|one| &one.subject).collect();
    // An item of one campaign is shown there alone.
    let subject = match subjects.into_iter().collect::<Vec<_>>()[..] {
        [one] => one.clone(),
        _ => None,
    };
    let item = EvidenceItem {
        id: item.to_owned(),
        kind: EvidenceKind::CounterpartAnswer,
        text: said(taken),
        source: taken.party.clone(),
        reliability: grade(taken.reliability, &RELIABILITIES, 'F'),
        credibility: grade(taken.credibility, &CREDIBILITIES, '6'),
        group: Some(format!("party:{}", taken.party)),
        cost: Cost::Moderate,
        interested: taken.interested,
        observed: taken.at,
        basis: vec![
            Basis::Request { id: taken.request.clone() },
            Basis::Document {
                name: format!("answer to {}", taken.request),
                sha256: Some(taken.message.clone()),
            },
        ],
        ..EvidenceItem::default()
    };
    Entry::Evidence(Box::new(AddedItem { subject, item, ..AddedItem::default() }))
}

/// What they answered, in their own words, none of it ours.
fn said(taken: &TakenIn) -> Text {
    let (party, request) = (shown(&taken.party), shown(&taken.request));
    let mut en = format!("{party} answers {request}");
    let mut fil = format!("Sagot ng {party} sa {request}");
    if !taken.words.trim().is_empty() {
        let words = shown(&taken.words);
        en += &format!(": “{words}”");
        fil += &format!(": “{words}”");
    }
    for one in &taken.candidates {
        let place = one.subject.as_deref().map_or_else(String::new, |of| format!("{}/", shown(of)));
        let about = format!("{place}{}/{}", one.level.name(), shown(&one.hypothesis));
        let (word, salita) = one.likelihood.map_or(("", ""), Likelihood::words);
        en += &format!("; {about}: {}", told(word, one, "because"));
        fil += &format!("; {about}: {}", told(salita, one, "sapagkat"));
    }
    Text::new(within(en), within(fil))
}

fn told(word: &str, one: &Candidate, because: &str) -> String {
    let mut parts = Vec::new();
    if !word.is_empty() {
        parts.push(format!("“{word}”"));
    }
    if !one.confidence.trim().is_empty() {
        parts.push(format!("“{}”", shown(&one.confidence)));
    }
    if !one.basis.trim().is_empty() {
        parts.push(format!("{because} “{}”", shown(&one.basis)));
    }
    if parts.is_empty() { "–".to_owned() } else { parts.join(", ") }
}

fn hypothesis(one: &Candidate, taken: &TakenIn, who: &str) -> Entry {
    let text = one.text.clone().unwrap_or_default();
    Entry::Hypothesis(AddedHypothesis {
        subject: one.subject.clone(),
        level: one.level,
        id: one.hypothesis.clone(),
        text: Text::new(within(text.en), within(text.fil)),
        prior: NEW_PRIOR,
        reason: within(format!(
            "Brought by the answer of {} to {}.",
            shown(&taken.party),
            shown(&taken.request)
        )),
        by: who.to_owned(),
        at: None,
    })
}

fn cell(
    (subject, level, hypothesis): (&str, AssessmentLevel, &str),
    item: &str,
    word: Option<f64>,
    taken: &TakenIn,
) -> Entry {
    let range = Range::around(word.unwrap_or(UNNAMED));
    let party = shown(&taken.party);
    let reason = match word {
        Some(_) => format!("{party} speaks of it: from the table for answers of counterparts."),
        None => {
            format!("{party} does not speak of it: from the table for answers of counterparts.")
        }
    };
    let rounded = |share: f64| (share * 1e6).round() / 1e6;
    Entry::Cell(CellSet {
        subject: Some(subject.to_owned()),
        level,
        item: item.to_owned(),
        hypothesis: hypothesis.to_owned(),
        low: rounded(range.low),
        best: rounded(range.best),
        high: rounded(range.high),
        reason: within(reason),
        ..CellSet::default()
    })
}

/// A sentence of theirs on one line, shortened.
fn shown(text: &str) -> String {
    let plain: String =
        text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(WORDS_SHOWN + 1).collect();
    cut(plain.trim().to_owned(), WORDS_SHOWN)
}

/// No longer than an entry may be.
fn within(text: String) -> String {
    cut(text, TEXT_CHARS_LIMIT)
}

fn cut(text: String, limit: usize) -> String {
    if text.chars().count() <= limit {
        return text;
    }
    text.chars().take(limit - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stronger_words_weigh_more_and_none_rules_anything_out() {
        let words = [
            Likelihood::AlmostNoChance,
            Likelihood::VeryUnlikely,
            Likelihood::Unlikely,
            Likelihood::RoughlyEvenChance,
            Likelihood::Likely,
            Likelihood::VeryLikely,
            Likelihood::AlmostCertain,
        ];
        let values = words.map(|word| answered(Some(word)));
        assert!(values.windows(2).all(|pair| pair[0] < pair[1]), "{values:?}");
        assert!(answered(Some(Likelihood::Unlikely)) < UNNAMED);
        assert!(UNNAMED < answered(Some(Likelihood::RoughlyEvenChance)));
        assert!(answered(None) > UNNAMED, "to be named says something");
    }

    #[test]
    fn their_words_stay_on_one_line_and_within_the_bound() {
        assert_eq!(shown("a\u{1b}[31m\nb"), "a [31m b");
        let long = "ñ".repeat(WORDS_SHOWN + 1);
        assert_eq!(shown(&long).chars().count(), WORDS_SHOWN);
        assert!(shown(&long).ends_with('…'));
        let many: Vec<Candidate> = (0..CANDIDATES_LIMIT)
            .map(|_| Candidate { basis: long.clone(), ..Candidate::default() })
            .collect();
        let taken = TakenIn { candidates: many, ..TakenIn::default() };
        assert_eq!(said(&taken).en.chars().count(), TEXT_CHARS_LIMIT);
    }
}
