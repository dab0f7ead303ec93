//! Placeholders (Sigma rules specification, "Placeholders"): `%name%` in a value under `expand`
//! waits for values that only the user of a rule knows. Here they are found and filled in; where
//! the values come from is not known here.

use serde::{Deserialize, Serialize};

use crate::{
    detection::{Detection, Search},
    item::{self, Item, Test},
    modifier::{Modifiers, Type},
    pattern::{Part, Pattern},
    problem::{Position, Problem, Reason},
    yaml::Scalar,
};

/// A value that waits for its placeholders.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pending {
    parts: Vec<Piece>,
    modifiers: Modifiers,
    keyword: bool,
    at: Position,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Piece {
    Text(String),
    Name(String),
}

/// A value under `expand`.
pub(crate) enum Expanded {
    /// It waits for a placeholder.
    Waits(Pending),
    /// There is none in it; its escapes are taken out.
    Plain(Scalar),
}

/// Looks for placeholders in a value, where its modifiers ask for that.
pub(crate) fn expand(
    value: &Scalar,
    modifiers: &Modifiers,
    keyword: bool,
    at: Position,
) -> Option<Expanded> {
    let Scalar::Text(text) = value else { return None };
    if !modifiers.expands {
        return None;
    }
    let mut parts = pieces(text);
    if let [] | [Piece::Text(_)] = parts.as_slice() {
        let text = match parts.pop() {
            Some(Piece::Text(text)) => text,
            _ => String::new(),
        };
        return Some(Expanded::Plain(Scalar::Text(text)));
    }
    Some(Expanded::Waits(Pending { parts, modifiers: modifiers.clone(), keyword, at }))
}

/// Cuts `a%name%b`; `\%` is a plain percent sign, and so is one that closes nothing.
fn pieces(text: &str) -> Vec<Piece> {
    let (mut parts, mut plain, mut rest) = (Vec::new(), String::new(), text);
    while let Some((before, after)) = rest.split_once('%') {
        if let Some(before) = before.strip_suffix('\\') {
            plain.push_str(before);
            plain.push('%');
            rest = after;
            continue;
        }
        plain.push_str(before);
        let name = |name: &&str| !name.is_empty() && !name.contains(char::is_whitespace);
        match after.split_once('%').filter(|(found, _)| name(found)) {
            Some((found, after)) => {
                if !plain.is_empty() {
                    parts.push(Piece::Text(std::mem::take(&mut plain)));
                }
                parts.push(Piece::Name(found.to_owned()));
                rest = after;
            }
            None => {
                plain.push('%');
                rest = after;
            }
        }
    }
    plain.push_str(rest);
    if !plain.is_empty() {
        parts.push(Piece::Text(plain));
    }
    parts
}

/// Asks for the values of a placeholder; `None` where they are not known.
pub(crate) type Lookup<'a> = dyn Fn(&str) -> Option<Vec<String>> + 'a;

impl Pending {
    /// The placeholders that it waits for.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            Piece::Name(name) => Some(name.as_str()),
            Piece::Text(_) => None,
        })
    }

    /// The texts that it comes to with the placeholders that are known, and whether all are.
    fn fill(&self, lookup: &Lookup<'_>) -> Option<Vec<String>> {
        let regex = matches!(self.modifiers.kind, Type::Regex { .. });
        let mut texts = vec![String::new()];
        for part in &self.parts {
            let pieces = match part {
                Piece::Text(text) => vec![text.clone()],
                Piece::Name(name) if regex => lookup(name)?.iter().map(|v| as_regex(v)).collect(),
                Piece::Name(name) => lookup(name)?,
            };
            if texts.len().saturating_mul(pieces.len()) > crate::EXPANSION_LIMIT {
                // Over the bound, whatever the rest is; `group` says so.
                return Some(vec![String::new(); crate::EXPANSION_LIMIT + 1]);
            }
            let with = |text: &String| -> Vec<String> {
                pieces.iter().map(|piece| format!("{text}{piece}")).collect()
            };
            texts = texts.iter().flat_map(with).collect();
        }
        Some(texts)
    }
}

/// A value with wildcards as a regular expression.
fn as_regex(value: &str) -> String {
    let part = |part: &Part| match part {
        Part::Literal(text) => escaped(text),
        Part::One => ".".to_owned(),
        Part::Many => ".*".to_owned(),
    };
    let alternatives: String = Pattern::parse(value).parts.iter().map(part).collect();
    format!("(?:{alternatives})")
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if r"\.+*?()|[]{}^$#&-~".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// Fills in what is known of an item's placeholders; what is not known goes on waiting.
pub(crate) fn fill(item: Item, lookup: &Lookup<'_>) -> Result<Search, Problem> {
    if !item.tests.iter().any(|test| matches!(test, Test::Pending(_))) {
        return Ok(Search::Item(item));
    }
    let mut groups = Vec::new();
    for test in &item.tests {
        let Test::Pending(pending) = test else {
            groups.push(vec![test.clone()]);
            continue;
        };
        let Some(texts) = pending.fill(lookup) else {
            groups.push(vec![test.clone()]);
            continue;
        };
        if texts.is_empty() {
            let names: Vec<&str> = pending.names().collect();
            let detail = format!("the placeholder {} has no values", names.join(", "));
            return Err(Problem::new(Reason::Placeholder, pending.at, &item.place, detail));
        }
        let mut group = Vec::new();
        for text in texts {
            let Pending { modifiers, keyword, at, .. } = &**pending;
            let value = Scalar::Text(text);
            group.extend(item::convert(&value, modifiers, *keyword, *at, &item.place)?);
        }
        groups.push(group);
    }
    item::group(&item, groups)
}

/// The first placeholder without values, as a failure.
pub(crate) fn unfilled(detection: &Detection) -> Option<Problem> {
    let items = detection.searches.iter().flat_map(|(_, search)| search.items());
    items.into_iter().find_map(|item| {
        item.tests.iter().find_map(|test| {
            let Test::Pending(pending) = test else { return None };
            let names: Vec<String> = pending.names().map(|name| format!("%{name}%")).collect();
            let detail = format!("{} has no values: give them in a file", names.join(", "));
            Some(Problem::new(Reason::Placeholder, pending.at, &item.place, detail))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_cut_at_its_placeholders() {
        let name = |text: &str| Piece::Name(text.to_owned());
        let text = |text: &str| Piece::Text(text.to_owned());
        assert_eq!(pieces("%a%"), [name("a")]);
        assert_eq!(pieces("x%a%y%b%"), [text("x"), name("a"), text("y"), name("b")]);
        assert_eq!(pieces(r"\%plain%name%"), [text("%plain"), name("name")]);
        assert_eq!(pieces("100% sure, 50%"), [text("100% sure, 50%")]);
        assert_eq!(pieces("%%"), [text("%%")]);
    }

    #[test]
    fn in_an_expression_values_are_plain() {
        assert_eq!(as_regex("a.b*"), r"(?:a\.b.*)");
    }
}
