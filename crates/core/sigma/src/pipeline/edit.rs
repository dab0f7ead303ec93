//! Walks over a rule's searches and changes their lines one by one.

use crate::{
    condition::Expression,
    detection::{Detection, Search},
    item::{Item, Test},
    problem::Problem,
};

/// What becomes of a line: something else, or nothing.
pub(super) type Changed = Result<Option<Search>, Problem>;

/// Changes every line. A search without lines left is taken out of the condition; where that
/// leaves nothing, the answer is `false`.
pub(super) fn lines(
    detection: &mut Detection,
    change: &mut dyn FnMut(Item) -> Changed,
) -> Result<bool, Problem> {
    let mut gone = vec![false; detection.searches.len()];
    for ((_, search), gone) in detection.searches.iter_mut().zip(&mut gone) {
        let before = std::mem::replace(search, Search::All(Vec::new()));
        match within(before, change)? {
            Some(after) => *search = after,
            None => *gone = true,
        }
    }
    if !gone.contains(&true) {
        return Ok(true);
    }
    let condition = std::mem::replace(&mut detection.condition, Expression::All(Vec::new()));
    match condition.without(&|index| gone[index]) {
        Some(left) => detection.condition = left,
        None => return Ok(false),
    }
    Ok(true)
}

fn within(search: Search, change: &mut dyn FnMut(Item) -> Changed) -> Changed {
    let mut all = |parts: Vec<Search>| -> Result<Vec<Search>, Problem> {
        let mut kept = Vec::with_capacity(parts.len());
        for part in parts {
            kept.extend(within(part, change)?);
        }
        Ok(kept)
    };
    Ok(match search {
        Search::Item(item) => change(item)?,
        Search::All(parts) => Some(all(parts)?).filter(|kept| !kept.is_empty()).map(Search::All),
        Search::Any(parts) => Some(all(parts)?).filter(|kept| !kept.is_empty()).map(Search::Any),
    })
}

/// A line about a field that is called by these names in the log: it is about any of them, unless
/// it asks that something is not there.
pub(super) fn renamed(item: Item, names: &[String]) -> Search {
    let of = |name: &String| Search::Item(Item { field: Some(name.clone()), ..item.clone() });
    if let [only] = names {
        return of(only);
    }
    let absence = |test: &Test| matches!(test, Test::Null | Test::Exists(false));
    let parts = names.iter().map(of).collect();
    if item.negated || item.tests.iter().all(absence) {
        Search::All(parts)
    } else {
        Search::Any(parts)
    }
}

/// Changes the fields that a line's values refer to (`fieldref`).
pub(super) fn references(item: &mut Item, names: &dyn Fn(&str) -> Option<Vec<String>>) {
    let mut tests = Vec::with_capacity(item.tests.len());
    for test in item.tests.drain(..) {
        match test {
            Test::Field { name, within, cased } => match names(&name) {
                Some(names) => {
                    tests.extend(names.into_iter().map(|name| Test::Field { name, within, cased }));
                }
                None => tests.push(Test::Field { name, within, cased }),
            },
            other => tests.push(other),
        }
    }
    item.tests = tests;
}
