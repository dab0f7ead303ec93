//! A map of a pipeline, read key by key: what nobody asked for is told, never ignored.

use std::cell::RefCell;

use crate::{
    problem::{Position, Problem, Reason},
    yaml::{Key, Kind, Node, Scalar},
};

/// A map, its place, and which of its keys were asked for.
pub(super) struct Table<'n> {
    entries: &'n [(Key, Node)],
    pub(super) at: Position,
    pub(super) place: String,
    asked: RefCell<Vec<&'static str>>,
}

impl<'n> Table<'n> {
    pub(super) fn new(node: &'n Node, place: &str) -> Result<Self, Problem> {
        let Kind::Map(entries) = &node.kind else {
            return Err(wrong(node.at, place, format!("it is {}, not a map", node.noun())));
        };
        Ok(Self { entries, at: node.at, place: place.to_owned(), asked: RefCell::default() })
    }

    /// The value of a key.
    pub(super) fn get(&self, key: &'static str) -> Option<&'n Node> {
        self.asked.borrow_mut().push(key);
        self.entries.iter().find(|(k, _)| k.text == key).map(|(_, node)| node)
    }

    pub(super) fn need(&self, key: &'static str) -> Result<&'n Node, Problem> {
        self.get(key).ok_or_else(|| {
            Problem::new(Reason::Missing, self.at, &self.place, format!("'{key}' is missing"))
        })
    }

    pub(super) fn text(&self, key: &'static str) -> Result<Option<String>, Problem> {
        self.get(key).map(|node| self.text_of(key, node)).transpose()
    }

    pub(super) fn need_text(&self, key: &'static str) -> Result<String, Problem> {
        self.text_of(key, self.need(key)?)
    }

    fn text_of(&self, key: &str, node: &Node) -> Result<String, Problem> {
        node.text().map(str::to_owned).ok_or_else(|| {
            wrong(node.at, &self.below(key), format!("it is {}, not text", node.noun()))
        })
    }

    pub(super) fn truth(&self, key: &'static str) -> Result<bool, Problem> {
        match self.get(key).map(|node| (node, &node.kind)) {
            None => Ok(false),
            Some((_, Kind::Scalar(Scalar::Bool(truth)))) => Ok(*truth),
            Some((node, _)) => Err(wrong(node.at, &self.below(key), "it takes true or false")),
        }
    }

    /// Texts, alone or in a list; none where the key is absent.
    pub(super) fn texts(&self, key: &'static str) -> Result<Vec<String>, Problem> {
        self.get(key).map_or(Ok(Vec::new()), |node| texts(node, &self.below(key)))
    }

    /// A map of text to texts, in the order of the file.
    pub(super) fn mapping(&self, key: &'static str) -> Result<Vec<(String, Vec<String>)>, Problem> {
        let node = self.need(key)?;
        let place = self.below(key);
        let Kind::Map(entries) = &node.kind else {
            return Err(wrong(node.at, &place, format!("it is {}, not a map", node.noun())));
        };
        let pair = |(key, node): &(Key, Node)| Ok((key.text.clone(), texts(node, &place)?));
        entries.iter().map(pair).collect()
    }

    /// The place of a part.
    pub(super) fn below(&self, key: &str) -> String {
        format!("{}.{key}", self.place)
    }

    /// Fails where a key was not asked for.
    pub(super) fn done(&self) -> Result<(), Problem> {
        let asked = self.asked.borrow();
        let unknown = self.entries.iter().find(|(key, _)| !asked.contains(&key.text.as_str()));
        match unknown {
            None => Ok(()),
            Some((key, _)) => {
                let detail = format!("'{}' is not supported here", key.text);
                Err(Problem::new(Reason::Pipeline, key.at, &self.place, detail))
            }
        }
    }
}

/// Texts, alone or in a list.
pub(super) fn texts(node: &Node, place: &str) -> Result<Vec<String>, Problem> {
    let text = |node: &Node| {
        let detail = || format!("it is {}, not text", node.noun());
        node.text().map(str::to_owned).ok_or_else(|| wrong(node.at, place, detail()))
    };
    match &node.kind {
        Kind::List(items) => items.iter().map(text).collect(),
        _ => Ok(vec![text(node)?]),
    }
}

/// The elements of a list.
pub(super) fn list<'n>(node: &'n Node, place: &str) -> Result<&'n [Node], Problem> {
    match &node.kind {
        Kind::List(items) => Ok(items),
        _ => Err(wrong(node.at, place, format!("it is {}, not a list", node.noun()))),
    }
}

pub(super) fn wrong(at: Position, place: &str, detail: impl Into<String>) -> Problem {
    Problem::malformed(at, place, detail)
}
