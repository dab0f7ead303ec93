//! YAML text → a tree with places. It bounds depth, nodes and what aliases expand to; it does not
//! know what a rule is.

use std::{borrow::Cow, collections::HashMap};

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Tag};

use crate::{
    NESTING_LIMIT, NODES_LIMIT,
    problem::{Position, Problem, Reason},
};

/// A value and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Node {
    pub(crate) at: Position,
    pub(crate) kind: Kind,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Kind {
    Scalar(Scalar),
    List(Vec<Node>),
    Map(Vec<(Key, Node)>),
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Key {
    pub(crate) text: String,
    pub(crate) at: Position,
}

/// A scalar by YAML's core schema.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Scalar {
    Null,
    Bool(bool),
    /// The number, and how it was written.
    Int(i64, String),
    Float(f64, String),
    Text(String),
}

/// Reads every document of a text. A failure ends the text: what came before is kept.
pub(crate) fn read(text: &str) -> (Vec<Node>, Option<Problem>) {
    let mut loader = Loader::default();
    for event in Parser::new_from_str(text) {
        let (event, span) = match event {
            Ok(found) => found,
            Err(error) => {
                let at = position(error.marker());
                let problem = Problem::new(Reason::Yaml, at, "file", error.info());
                return (loader.documents, Some(problem));
            }
        };
        if let Err(problem) = loader.take(event, position(&span.start)) {
            return (loader.documents, Some(problem));
        }
    }
    (loader.documents, None)
}

fn position(marker: &Marker) -> Position {
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    Position { line: number(marker.line()), column: number(marker.col()).saturating_add(1) }
}

#[derive(Default)]
struct Loader {
    documents: Vec<Node>,
    open: Vec<Open>,
    anchors: HashMap<usize, Node>,
    nodes: usize,
}

/// A list or map whose end has not been seen.
struct Open {
    at: Position,
    anchor: usize,
    content: Content,
}

enum Content {
    List(Vec<Node>),
    Map(Vec<(Key, Node)>, Option<Key>),
}

impl Loader {
    fn take(&mut self, event: Event<'_>, at: Position) -> Result<(), Problem> {
        match event {
            Event::DocumentStart(_) => {
                self.anchors.clear();
                self.nodes = 0;
                Ok(())
            }
            Event::Scalar(text, style, anchor, tag) => {
                let kind = Kind::Scalar(resolve(text, style, tag.as_deref()));
                self.add(Node { at, kind }, anchor)
            }
            Event::SequenceStart(anchor, _) => self.begin(at, anchor, Content::List(Vec::new())),
            Event::MappingStart(anchor, _) => {
                self.begin(at, anchor, Content::Map(Vec::new(), None))
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(open) = self.open.pop() else { return Ok(()) };
                let kind = match open.content {
                    Content::List(items) => Kind::List(items),
                    Content::Map(entries, _) => Kind::Map(entries),
                };
                self.add(Node { at: open.at, kind }, open.anchor)
            }
            Event::Alias(anchor) => {
                let Some(mut node) = self.anchors.get(&anchor).cloned() else {
                    return Err(Problem::new(Reason::Yaml, at, "file", "alias within its anchor"));
                };
                self.nodes += count(&node);
                node.at = at;
                self.add(node, 0)
            }
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => Ok(()),
        }
    }

    fn begin(&mut self, at: Position, anchor: usize, content: Content) -> Result<(), Problem> {
        if self.open.len() >= NESTING_LIMIT {
            let detail = format!("nested deeper than {NESTING_LIMIT}");
            return Err(Problem::new(Reason::Bound, at, "file", detail));
        }
        self.open.push(Open { at, anchor, content });
        Ok(())
    }

    fn add(&mut self, node: Node, anchor: usize) -> Result<(), Problem> {
        self.nodes += 1;
        if self.nodes > NODES_LIMIT {
            let detail = format!("more than {NODES_LIMIT} values, with aliases expanded");
            return Err(Problem::new(Reason::Bound, node.at, "file", detail));
        }
        // An alias takes the depth of what it stands for with it.
        if anchor > 0 {
            self.anchors.insert(anchor, node.clone());
        }
        if self.open.len() + depth(&node) > NESTING_LIMIT + 1 {
            let detail = format!("nested deeper than {NESTING_LIMIT}");
            return Err(Problem::new(Reason::Bound, node.at, "file", detail));
        }
        let Some(open) = self.open.last_mut() else {
            self.documents.push(node);
            return Ok(());
        };
        match &mut open.content {
            Content::List(items) => items.push(node),
            Content::Map(entries, pending) => match pending.take() {
                Some(key) => entries.push((key, node)),
                None => *pending = Some(key_of(node, entries)?),
            },
        }
        Ok(())
    }
}

fn key_of(node: Node, entries: &[(Key, Node)]) -> Result<Key, Problem> {
    let Kind::Scalar(scalar) = node.kind else {
        return Err(Problem::new(Reason::Yaml, node.at, "file", "a key must be plain text"));
    };
    let text = scalar.into_text();
    // Large maps are seldom; comparing each pair of 50,000 keys would be a way to stall the reader.
    if entries.len() < 512 && entries.iter().any(|(key, _)| key.text == text) {
        let detail = format!("the key '{text}' stands twice in one map");
        return Err(Problem::new(Reason::Yaml, node.at, "file", detail));
    }
    Ok(Key { text, at: node.at })
}

fn depth(node: &Node) -> usize {
    match &node.kind {
        Kind::Scalar(_) => 0,
        Kind::List(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Kind::Map(entries) => 1 + entries.iter().map(|(_, n)| depth(n)).max().unwrap_or(0),
    }
}

fn count(node: &Node) -> usize {
    match &node.kind {
        Kind::Scalar(_) => 1,
        Kind::List(items) => 1 + items.iter().map(count).sum::<usize>(),
        Kind::Map(entries) => 1 + entries.iter().map(|(_, n)| count(n)).sum::<usize>(),
    }
}

fn resolve(text: Cow<'_, str>, style: ScalarStyle, tag: Option<&Tag>) -> Scalar {
    let forced_text = tag.is_some_and(|t| t.suffix == "str");
    if style != ScalarStyle::Plain || forced_text {
        return Scalar::Text(text.into_owned());
    }
    match &*text {
        "" | "~" | "null" | "Null" | "NULL" => return Scalar::Null,
        "true" | "True" | "TRUE" => return Scalar::Bool(true),
        "false" | "False" | "FALSE" => return Scalar::Bool(false),
        _ => {}
    }
    if let Some(number) = integer(&text) {
        return Scalar::Int(number, text.into_owned());
    }
    let float_like =
        text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'.' | b'-' | b'+' | b'e' | b'E'))
            && text.bytes().any(|b| b.is_ascii_digit())
            && text.bytes().any(|b| matches!(b, b'.' | b'e' | b'E'));
    if float_like
        && let Ok(number) = text.parse::<f64>()
        && number.is_finite()
    {
        return Scalar::Float(number, text.into_owned());
    }
    Scalar::Text(text.into_owned())
}

fn integer(text: &str) -> Option<i64> {
    if let Some(hex) = text.strip_prefix("0x") {
        return i64::from_str_radix(hex, 16).ok().filter(|_| !hex.starts_with(['-', '+']));
    }
    if let Some(octal) = text.strip_prefix("0o") {
        return i64::from_str_radix(octal, 8).ok().filter(|_| !octal.starts_with(['-', '+']));
    }
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let decimal = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    if decimal { text.parse().ok() } else { None }
}

impl Scalar {
    /// The scalar as it was written.
    pub(crate) fn into_text(self) -> String {
        match self {
            Self::Null => "null".to_owned(),
            Self::Bool(value) => value.to_string(),
            Self::Int(_, text) | Self::Float(_, text) | Self::Text(text) => text,
        }
    }

    pub(crate) fn as_text(&self) -> &str {
        match self {
            Self::Null => "null",
            Self::Bool(true) => "true",
            Self::Bool(false) => "false",
            Self::Int(_, text) | Self::Float(_, text) | Self::Text(text) => text,
        }
    }
}

impl Node {
    /// The value under a key, where this is a map.
    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        match &self.kind {
            Kind::Map(entries) => entries.iter().find(|(k, _)| k.text == key).map(|(_, n)| n),
            _ => None,
        }
    }

    /// The text of a scalar that is not null.
    pub(crate) fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Scalar(Scalar::Null) => None,
            Kind::Scalar(scalar) => Some(scalar.as_text()),
            _ => None,
        }
    }

    /// What it is, for messages.
    pub(crate) const fn noun(&self) -> &'static str {
        match &self.kind {
            Kind::Scalar(Scalar::Null) => "null",
            Kind::Scalar(_) => "a single value",
            Kind::List(_) => "a list",
            Kind::Map(_) => "a map",
        }
    }

    /// Lays this document over another: maps are merged, anything else is replaced.
    pub(crate) fn over(self, below: &Self) -> Self {
        let (Kind::Map(top), Kind::Map(under)) = (&self.kind, &below.kind) else { return self };
        let mut entries = under.clone();
        for (key, node) in top {
            match entries.iter_mut().find(|(k, _)| k.text == key.text) {
                Some((_, old)) => *old = node.clone().over(old),
                None => entries.push((key.clone(), node.clone())),
            }
        }
        Self { at: self.at, kind: Kind::Map(entries) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scalar(text: &str) -> Scalar {
        let (documents, problem) = read(text);
        assert_eq!(problem, None);
        match documents.into_iter().next().unwrap().kind {
            Kind::Scalar(scalar) => scalar,
            other => panic!("not a scalar: {other:?}"),
        }
    }

    #[test]
    fn scalars_follow_the_core_schema() {
        assert_eq!(scalar("404"), Scalar::Int(404, "404".into()));
        assert_eq!(scalar("0x17"), Scalar::Int(23, "0x17".into()));
        assert_eq!(scalar("'404'"), Scalar::Text("404".into()));
        assert_eq!(scalar("!!str 404"), Scalar::Text("404".into()));
        assert_eq!(scalar("true"), Scalar::Bool(true));
        assert_eq!(scalar("yes"), Scalar::Text("yes".into()));
        assert_eq!(scalar("~"), Scalar::Null);
        assert_eq!(scalar("''"), Scalar::Text(String::new()));
        assert_eq!(scalar("1.5"), Scalar::Float(1.5, "1.5".into()));
        assert_eq!(scalar("1.2.3"), Scalar::Text("1.2.3".into()));
        assert_eq!(scalar("99999999999999999999"), Scalar::Text("99999999999999999999".into()));
        assert_eq!(scalar("2026-01-05"), Scalar::Text("2026-01-05".into()));
    }

    #[test]
    fn a_bomb_of_aliases_is_refused() {
        let mut text = String::from("a: &a [x, x, x, x, x, x, x, x, x, x]\n");
        for (above, name) in ('a'..='g').zip('b'..='h') {
            let refs = vec![format!("*{above}"); 10].join(", ");
            text.push_str(&format!("{name}: &{name} [{refs}]\n"));
        }
        let (_, problem) = read(&text);
        assert_eq!(problem.unwrap().reason, Reason::Bound);
    }

    #[test]
    fn nesting_is_bounded_in_flow_and_block() {
        let flow = format!("{}{}", "[".repeat(NESTING_LIMIT + 1), "]".repeat(NESTING_LIMIT + 1));
        assert_eq!(read(&flow).1.unwrap().reason, Reason::Bound);
        let mut block = String::new();
        for depth in 0..=NESTING_LIMIT {
            block.push_str(&" ".repeat(depth));
            block.push_str("a:\n");
        }
        assert_eq!(read(&block).1.unwrap().reason, Reason::Bound);
        let within = format!("{}{}", "[".repeat(NESTING_LIMIT), "]".repeat(NESTING_LIMIT));
        assert_eq!(read(&within).1, None);
    }

    #[test]
    fn a_failure_names_its_place() {
        let problem = read("a: 1\nb: [1, 2\nc: 3\n").1.unwrap();
        assert_eq!(problem.reason, Reason::Yaml);
        assert!(problem.at.line >= 2, "{problem}");
        let problem = read("a: 1\na: 2\n").1.unwrap();
        assert_eq!((problem.at.line, problem.at.column), (2, 1));
    }
}
