//! What was believed earlier, what is now, and why: two states of the same questions side by side.

use std::collections::BTreeSet;

use bakas_model::{Assessment, Text};

use crate::{phrase::list, tell::per_cent};

/// A share that moved less than this is told as unchanged.
const TOLD_SHARE: f64 = 0.01;

/// Sentences on what changed between two states, question by question; none where nothing did.
#[must_use]
pub fn changes(before: &[Assessment], after: &[Assessment]) -> Vec<Text> {
    let same = |one: &Assessment| before.iter().find(|b| b.id() == one.id());
    after.iter().filter_map(|after| change(same(after)?, after)).collect()
}

fn change(before: &Assessment, after: &Assessment) -> Option<Text> {
    let (was, is) = (before.hypotheses.first()?, after.hypotheses.first()?);
    let earlier = before.hypothesis(&is.id).map_or(0.0, |h| h.best);
    if was.id == is.id && (is.best - was.best).abs() < TOLD_SHARE {
        return None;
    }
    let (then, now) = (per_cent(was.best), per_cent(is.best));
    let at = after.id();
    let mut text = if was.id == is.id {
        Text::new(
            format!("{at}: earlier believed {} at {then} %, now at {now} %.", is.id),
            format!("{at}: dati, {} sa {then} %; ngayon, sa {now} %.", is.id),
        )
    } else {
        let earlier = per_cent(earlier);
        Text::new(
            format!(
                "{at}: earlier {} was first, at {then} %; now {} is, at {now} % (it was at {earlier} %).",
                was.id, is.id
            ),
            format!(
                "{at}: dati, {} ang una, sa {then} %; ngayon, {} na, sa {now} % (dating {earlier} %).",
                was.id, is.id
            ),
        )
    };
    let why = reasons(before, after);
    if !why.is_empty() {
        text.en.push_str(&format!(" What is new: {}.", list(&why, "and")));
        text.fil.push_str(&format!(" Ang bago: {}.", list(&why, "at")));
    }
    Some(text)
}

/// Names of what differs: items, cells, priors, hypotheses.
fn reasons(before: &Assessment, after: &Assessment) -> Vec<String> {
    let weighed = |a: &Assessment| -> BTreeSet<String> {
        let moved = a.moved.iter().filter(|moved| moved.weight > 0.0);
        moved.filter_map(|moved| a.item(moved.item)).map(|item| item.id.clone()).collect()
    };
    let (old, new) = (weighed(before), weighed(after));
    let mut why: Vec<String> = new.difference(&old).map(|id| format!("+{id}")).collect();
    why.extend(old.difference(&new).map(|id| format!("−{id}")));
    for cell in &after.matrix {
        let Some(item) = after.item(cell.item) else { continue };
        let there = before.matrix.iter().find(|b| {
            b.hypothesis == cell.hypothesis
                && before.item(b.item).is_some_and(|other| other.id == item.id)
        });
        if there.is_some_and(|b| (b.low, b.best, b.high) != (cell.low, cell.best, cell.high)) {
            why.push(format!("{}/{}", item.id, cell.hypothesis));
        }
    }
    for hypothesis in &after.hypotheses {
        match before.hypothesis(&hypothesis.id) {
            None => why.push(format!("+{}", hypothesis.id)),
            Some(was) if hypothesis.by.is_some() && was.by != hypothesis.by => {
                why.push(format!("{} ({:.2})", hypothesis.id, hypothesis.prior));
            }
            Some(_) => {}
        }
    }
    why
}
