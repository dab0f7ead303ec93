//! What a row stands for: a flow, what came of one, or an observable; and how rows become a package.

use bakas_model::{
    Timestamp,
    exchange::{Content, Flow, FlowAnswer, Handling, SharedObservable},
};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Map, Value, json};

use super::{
    cell,
    columns::{
        ALIASES, ANSWER, CANDIDATE, Column, EXTRACT, FLOW, OBSERVABLE, OUTCOME, PACKAGE, REQUEST,
    },
};
use crate::template::{self, fill, put};

/// Which columns a table has.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    is: &'static str,
    /// Of the content as a whole.
    pub(super) content: &'static [Column],
    /// Of a row.
    pub(super) row: &'static [Column],
    /// Of a part of a row, of which several rows may have one each.
    pub(super) part: &'static [Column],
}

const REQUESTS: Shape = Shape { is: "request", content: REQUEST, row: FLOW, part: &[] };
const ANSWERS: Shape = Shape { is: "answer", content: ANSWER, row: OUTCOME, part: CANDIDATE };
const EXTRACTS: Shape = Shape { is: "extract", content: EXTRACT, row: OBSERVABLE, part: &[] };

impl Shape {
    pub(super) const fn of(content: &Content) -> Self {
        match content {
            Content::Request(_) => REQUESTS,
            Content::Answer(_) => ANSWERS,
            Content::Extract(_) => EXTRACTS,
        }
    }

    /// The shape that a header has, ours or anybody's.
    pub(super) fn of_header(has: impl Fn(&str) -> bool) -> Option<Self> {
        let means = |name: &str| {
            has(name) || ALIASES.iter().any(|(other, ours)| *ours == name && has(other))
        };
        if means("outcome") && means("flow") {
            Some(ANSWERS)
        } else if means("value") && means("observable_kind") {
            Some(EXTRACTS)
        } else if means("source") && means("start") {
            Some(REQUESTS)
        } else {
            None
        }
    }

    pub(super) fn columns(&self) -> impl Iterator<Item = &'static Column> {
        PACKAGE.iter().chain(self.content).chain(self.row).chain(self.part)
    }

    /// The rows of a content; one without values where it has none, so that the rest is said.
    pub(super) fn rows(&self, content: &Value) -> Vec<Vec<String>> {
        let list = if self.is == "extract" { "observables" } else { "flows" };
        let nothing = Value::Null;
        let list = content.get(list).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let mut rows = Vec::new();
        for one in list.iter().chain(list.is_empty().then_some(&nothing)) {
            let row: Vec<String> = self.row.iter().map(|column| cell::write(column, one)).collect();
            let parts = one.get("candidates").and_then(Value::as_array);
            let parts = parts.map_or(&[][..], Vec::as_slice);
            for part in parts.iter().chain(parts.is_empty().then_some(&nothing)) {
                let part = self.part.iter().map(|column| cell::write(column, part));
                rows.push(row.iter().cloned().chain(part).collect());
            }
        }
        rows
    }

    /// A package without rows yet.
    ///
    /// # Errors
    /// Where the row says that it is of another kind.
    pub(super) fn package(&self, mut head: Value, of: Value) -> Result<Value, String> {
        match head.pointer("/content/is").and_then(Value::as_str) {
            None => {}
            Some(is) if is == self.is => {}
            Some(_) => return Err(format!("kind: these are columns of a {}", self.is)),
        }
        put(&mut head, "/content/is", Value::from(self.is));
        put(&mut head, "/content/of", of);
        fill(&mut head, &template::package(self.is));
        time(&head, "created")?;
        Ok(head)
    }

    /// Adds a row.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn add(
        &self,
        package: &mut Value,
        mut row: Value,
        part: Value,
        number: usize,
    ) -> Result<(), String> {
        if row.as_object().is_none_or(Map::is_empty) {
            return Ok(());
        }
        let list = match self.is {
            "extract" => "/content/of/observables",
            _ => "/content/of/flows",
        };
        let Some(Value::Array(list)) = package.pointer_mut(list) else { return Ok(()) };
        match self.is {
            "request" => {
                template::flow(&mut row, number);
                time(&row, "start").and(time(&row, "end"))?;
                check::<Flow>(&row)?;
            }
            "answer" => {
                let name = row.get("flow").cloned();
                let same = list.iter_mut().find(|one| one.get("flow") == name.as_ref());
                let candidate = candidate(part)?;
                if let (Some(same), Some(candidate)) = (same, &candidate) {
                    if let Some(Value::Array(all)) = same.get_mut("candidates") {
                        all.push(candidate.clone());
                        return Ok(());
                    }
                    put(same, "/candidates", json!([candidate]));
                    return Ok(());
                }
                if let Some(candidate) = candidate {
                    put(&mut row, "/candidates", json!([candidate]));
                }
                fill(&mut row, &json!({"outcome": "not_found"}));
                check::<FlowAnswer>(&row)?;
            }
            _ => {
                let id = format!("O-{number:03}");
                fill(&mut row, &json!({"id": id, "count": 1}));
                time(&row, "first").and(time(&row, "last"))?;
                check::<SharedObservable>(&row)?;
            }
        }
        list.push(row);
        Ok(())
    }
}

fn candidate(mut part: Value) -> Result<Option<Value>, String> {
    if part.as_object().is_none_or(Map::is_empty) {
        return Ok(None);
    }
    fill(&mut part, &json!({"reference": ""}));
    check::<bakas_model::exchange::Candidate>(&part)?;
    Ok(Some(part))
}

/// A time has a date, a time of day and a zone.
fn time(row: &Value, name: &str) -> Result<(), String> {
    let Some(text) = row.get(name).and_then(Value::as_str) else { return Ok(()) };
    let read: Result<Timestamp, _> = text.parse();
    match read {
        Ok(_) if text.len() > 10 => Ok(()),
        Ok(_) => Err(format!("{name}: a date without a time of day and a zone")),
        Err(error) => Err(format!("{name}: {error}")),
    }
}

fn check<T: DeserializeOwned>(row: &Value) -> Result<(), String> {
    T::deserialize(row).map(drop).map_err(|error| error.to_string())
}

/// A row may label its package more strictly than the first row did; the strictest counts.
pub(super) fn stricter(package: &mut Value, head: &Value) {
    let given = head.get("handling").and_then(|one| Handling::deserialize(one).ok());
    let now = package.get("handling").and_then(|one| Handling::deserialize(one).ok());
    let (Some(given), Some(now)) = (given, now) else { return };
    if given.tlp > now.tlp {
        put(package, "/handling/tlp", Value::from(given.tlp.as_str()));
    }
    if given.pap > now.pap {
        put(package, "/handling/pap", Value::from(given.pap.as_str()));
    }
}
