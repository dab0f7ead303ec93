//! The status of objects that were handed in (TAXII 2.1, section 4.3), and whether its counts can be
//! believed. It asks nobody.

use std::collections::BTreeMap;

use bakas_model::{
    outside::OutsideError,
    transport::{Became, ObjectVersion, Outcome},
};
use serde::Deserialize;

use super::garbage;
use crate::tame;

/// The status of a batch (section 4.3.1).
#[derive(Deserialize)]
pub(super) struct Status {
    #[serde(default)]
    pub(super) id: String,
    pub(super) status: String,
    total_count: u64,
    success_count: u64,
    failure_count: u64,
    pub(super) pending_count: u64,
    #[serde(default)]
    successes: Vec<Told>,
    #[serde(default)]
    failures: Vec<Told>,
    #[serde(default)]
    pendings: Vec<Told>,
}

#[derive(Deserialize)]
pub(super) struct Told {
    id: String,
    #[serde(default)]
    message: Option<String>,
}

/// What became of each object. Every object is in exactly one list, or the counts are not believed.
pub(super) fn reconcile<'a>(
    url: &str,
    status: &Status,
    sent: impl ExactSizeIterator<Item = &'a ObjectVersion>,
) -> Result<Vec<Outcome>, OutsideError> {
    let counts = [status.success_count, status.failure_count, status.pending_count];
    let listed = [&status.successes, &status.failures, &status.pendings];
    let wrong = |what: String| Err(garbage(url, format!("its counts do not fit: {what}")));
    let total = sent.len() as u64;
    let sum = counts.iter().try_fold(0u64, |sum, count| sum.checked_add(*count));
    if status.total_count != total || sum != Some(total) {
        return wrong(format!(
            "{total} objects were sent, it counts {} = {} + {} + {}",
            status.total_count, counts[0], counts[1], counts[2]
        ));
    }
    let mut became: BTreeMap<&str, Became> = BTreeMap::new();
    for (kind, list) in listed.into_iter().enumerate() {
        for told in list {
            let why = tame(told.message.as_deref().unwrap_or("the server does not say why"));
            let what = match kind {
                0 => Became::Success,
                1 => Became::Failure(why),
                _ => Became::Pending,
            };
            if became.insert(&told.id, what).is_some() {
                return wrong(format!("{} is listed twice", tame(&told.id)));
            }
        }
    }
    // Lists may be left out (section 4.3.1); one of them at most can be told from the counts.
    let gaps: Vec<usize> =
        (0..3).filter(|kind| listed[*kind].len() as u64 != counts[*kind]).collect();
    let rest = match gaps.as_slice() {
        [] => None,
        [0] if listed[0].is_empty() => Some(Became::Success),
        [1] if listed[1].is_empty() => Some(Became::Failure("the server does not say why".into())),
        [2] if listed[2].is_empty() => Some(Became::Pending),
        _ => return wrong("its lists are shorter than its counts".to_owned()),
    };
    let mut outcomes = Vec::with_capacity(sent.len());
    for object in sent {
        let Some(became) = became.remove(object.id.as_str()).or_else(|| rest.clone()) else {
            return wrong(format!("{} is in none of its lists", tame(&object.id)));
        };
        outcomes.push(Outcome { object: object.clone(), became });
    }
    match became.keys().next() {
        Some(id) => wrong(format!("{} was not sent", tame(id))),
        None => Ok(outcomes),
    }
}
