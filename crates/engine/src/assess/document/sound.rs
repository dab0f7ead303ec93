//! What an entry shows by itself to be wrong: the key, and what to do. Whether the case has what it
//! speaks of is checked in [`super::super::check`].

use bakas_model::assessment::{CREDIBILITIES, RELIABILITIES, Rated};

use super::{ID_CHARS_LIMIT, TEXT_CHARS_LIMIT, WORDS_CHARS_LIMIT, Wrong};
use crate::assess::entry::Entry;

/// What an entry shows by itself to be wrong: the key, and what to do.
pub(in crate::assess) fn sound(entry: &Entry) -> Result<(), Wrong> {
    if entry.by().trim().is_empty() {
        return Err(("by", "nobody is named: write who judges".into()));
    }
    short("by", entry.by(), ID_CHARS_LIMIT)?;
    match entry {
        Entry::Hypothesis(one) => {
            id("id", &one.id)?;
            sentence("text", &one.text.en)?;
            short("text", &one.text.fil, TEXT_CHARS_LIMIT)?;
            prior(one.prior)?;
            sentence("reason", &one.reason)
        }
        Entry::Prior(one) => {
            prior(one.prior)?;
            sentence("reason", &one.reason)
        }
        Entry::Evidence(one) => {
            let item = &one.item;
            id("id", &item.id)?;
            sentence("text", &item.text.en)?;
            short("text", &item.text.fil, TEXT_CHARS_LIMIT)?;
            sentence("source", &item.source)?;
            grade("reliability", item.reliability, &RELIABILITIES)?;
            grade("credibility", item.credibility, &CREDIBILITIES)
        }
        Entry::Statement(one) => {
            id("id", &one.id)?;
            sentence("party", &one.party)?;
            if one.words.trim().is_empty() {
                return Err(("words", "it is empty: write the party's own words".into()));
            }
            short("words", &one.words, WORDS_CHARS_LIMIT)?;
            short("translation", &one.translation.en, WORDS_CHARS_LIMIT)?;
            grade("reliability", one.reliability, &RELIABILITIES)?;
            grade("credibility", one.credibility, &CREDIBILITIES)
        }
        Entry::Cell(one) => {
            for (key, value) in [("low", one.low), ("best", one.best), ("high", one.high)] {
                share(key, value)?;
            }
            if one.low > one.best || one.best > one.high {
                return Err(("best", "the three must rise: low ≤ best ≤ high".into()));
            }
            sentence("reason", &one.reason)
        }
        Entry::Withdraw(one) => sentence("reason", &one.reason),
        Entry::Rating(one) => {
            grade("reliability", one.reliability, &RELIABILITIES)?;
            match (&one.of, one.credibility) {
                (Rated::Item(item), grade_of_it) => {
                    id("item", item)?;
                    grade_of_it.map_or(Ok(()), |it| grade("credibility", it, &CREDIBILITIES))?;
                }
                (Rated::Party(name), None) => sentence("party", name)?,
                (Rated::Party(_), Some(_)) => {
                    let what = "a party has a reliability; credibility is of an item";
                    return Err(("credibility", what.into()));
                }
            }
            sentence("reason", &one.reason)
        }
    }
}

fn id(key: &'static str, id: &str) -> Result<(), Wrong> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if id.is_empty() || id.chars().count() > ID_CHARS_LIMIT || !id.chars().all(plain) {
        return Err((
            key,
            format!("an id is 1 to {ID_CHARS_LIMIT} letters, digits, '-', '_' or '.'"),
        ));
    }
    Ok(())
}

fn short(key: &'static str, text: &str, limit: usize) -> Result<(), Wrong> {
    if text.chars().count() > limit {
        return Err((
            key,
            format!("over {limit} characters: shorten it, and name the document in basis"),
        ));
    }
    Ok(())
}

fn sentence(key: &'static str, text: &str) -> Result<(), Wrong> {
    if text.trim().is_empty() {
        return Err((key, "it is empty: say it in a sentence".into()));
    }
    short(key, text, TEXT_CHARS_LIMIT)
}

/// The others need room beside it.
fn prior(share: f64) -> Result<(), Wrong> {
    if !(0.01..=0.95).contains(&share) {
        let what = format!("{share} is not between 0.01 and 0.95: leave the others room beside it");
        return Err(("prior", what));
    }
    Ok(())
}

/// Nothing is ever ruled out or certain.
fn share(key: &'static str, share: f64) -> Result<(), Wrong> {
    if !(0.001..=0.999).contains(&share) {
        return Err((
            key,
            format!("{share} is no share between 0.001 and 0.999: nothing is ruled out or certain"),
        ));
    }
    Ok(())
}

fn grade(key: &'static str, grade: char, known: &[char]) -> Result<(), Wrong> {
    if !known.contains(&grade) {
        let known: String = known.iter().map(|one| format!(" {one}")).collect();
        return Err((
            key,
            format!("'{}' is none of{known} (Admiralty code)", grade.escape_default()),
        ));
    }
    Ok(())
}
