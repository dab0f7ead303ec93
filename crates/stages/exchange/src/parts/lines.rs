//! Parts as lines of text, `member: value`, which a person reads and which read back exactly.

use serde_json::{Map, Value};

use super::{Part, Place, short};

/// Levels of members within members that lines may name.
pub(crate) const LINE_DEPTH_LIMIT: usize = 16;
/// How a block of lines begins.
const HEADER: &str = "Bakas package ";

/// A part as a block of lines.
pub(crate) fn to_lines(place: &Place, part: &Part) -> String {
    let mut text = format!(
        "{HEADER}{}, part {} of {}: {}\n",
        place.package,
        place.part,
        place.parts,
        part.kind()
    );
    if let Some(of) = part.to_json().get("value") {
        flatten(of, &mut String::new(), &mut text);
    }
    text
}

fn flatten(value: &Value, path: &mut String, text: &mut String) {
    let kept = path.len();
    let dot = if path.is_empty() { "" } else { "." };
    match value {
        Value::Object(members) if !members.is_empty() => {
            for (name, member) in members {
                path.push_str(dot);
                path.push_str(name);
                flatten(member, path, text);
                path.truncate(kept);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for (number, item) in items.iter().enumerate() {
                path.push_str(&format!("{dot}{}", number + 1));
                flatten(item, path, text);
                path.truncate(kept);
            }
        }
        plain => {
            text.push_str(&format!("{path}: {plain}\n"));
        }
    }
}

/// Every block of lines in a text, in its order; `Err` says what is wrong with a block.
pub(crate) fn from_lines(text: &str) -> Vec<Result<(Place, Part), String>> {
    let mut found = Vec::new();
    let mut lines = text.lines().map(str::trim_end).peekable();
    while let Some(line) = lines.next() {
        let Some((place, kind)) = header(line) else { continue };
        let mut root = Value::Object(Map::new());
        let mut wrong = None;
        while let Some(line) = lines.next_if(|line| !line.is_empty() && header(line).is_none()) {
            if let Err(error) = unflatten(&mut root, line) {
                wrong.get_or_insert(error);
            }
        }
        let part = match wrong {
            Some(error) => Err(error),
            None => {
                let mut whole = Map::new();
                whole.insert("kind".into(), kind.into());
                whole.insert("value".into(), root);
                Part::from_json(Value::Object(whole))
            }
        };
        found.push(match part {
            Ok(part) => Ok((place, part)),
            Err(error) => Err(format!("package {}, part {}: {error}", place.package, place.part)),
        });
    }
    found
}

/// `Bakas package ID, part N of M: KIND`.
fn header(line: &str) -> Option<(Place, &str)> {
    let (package, rest) = line.strip_prefix(HEADER)?.rsplit_once(", part ")?;
    let (numbers, kind) = rest.split_once(": ")?;
    let (part, parts) = numbers.split_once(" of ")?;
    let place =
        Place { package: package.to_owned(), part: part.parse().ok()?, parts: parts.parse().ok()? };
    Some((place, kind))
}

fn unflatten(root: &mut Value, line: &str) -> Result<(), String> {
    let (path, plain) = line.split_once(": ").ok_or("a line without ': '")?;
    let plain: Value =
        serde_json::from_str(plain).map_err(|_| format!("'{}' has no JSON value", short(path)))?;
    if path.is_empty() {
        return Err("a line without a name".into());
    }
    if path.split('.').count() > LINE_DEPTH_LIMIT {
        return Err(format!("'{}' is deeper than {LINE_DEPTH_LIMIT} levels", short(path)));
    }
    let mut at = root;
    for step in path.split('.') {
        at = match step.parse::<usize>() {
            Ok(number) => item(at, number).ok_or_else(|| {
                format!("'{}': number {number} does not follow the one before", short(path))
            })?,
            Err(_) => member(at, step)
                .ok_or_else(|| format!("'{}': {} is a value", short(path), short(step)))?,
        };
    }
    if !at.is_null() {
        return Err(format!("'{}' stands there twice", short(path)));
    }
    *at = plain;
    Ok(())
}

/// The item of a list, from 1, made where it is the next.
fn item(at: &mut Value, number: usize) -> Option<&mut Value> {
    if at.is_null() || at.as_object().is_some_and(Map::is_empty) {
        *at = Value::Array(Vec::new());
    }
    let items = at.as_array_mut()?;
    if number == items.len() + 1 {
        items.push(Value::Null);
    }
    items.get_mut(number.checked_sub(1)?)
}

/// The member of an object, made where it is new.
fn member<'a>(at: &'a mut Value, name: &str) -> Option<&'a mut Value> {
    if at.is_null() {
        *at = Value::Object(Map::new());
    }
    Some(at.as_object_mut()?.entry(name).or_insert(Value::Null))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_back_and_hostile_ones_refused() {
        let check = |lines: &str, expected: &str| {
            let text = format!("Bakas package x, part 1 of 1: note\n{lines}");
            let told = from_lines(&text).pop().expect("one block").expect_err("hostile");
            assert!(told.contains(expected), "{told}");
        };
        check("id: \"N-1\"\nid: \"N-2\"\n", "twice");
        check("about.2: \"x\"\n", "does not follow");
        check("id: \"N-1\"\nid.x: 1\n", "is a value");
        check("id: unquoted\n", "no JSON value");
        check(&format!("{}: 1\n", ["a"; 17].join(".")), "deeper than 16");
        let good = "hello\n\nBakas package x, part 2 of 3: note\nid: \"N-1\"\ntext.1.text: \"a\\nb\"\n\nbye";
        let (place, part) = from_lines(good).pop().expect("one block").expect("a note");
        assert_eq!((place.part, place.parts), (2, 3));
        let Part::Note(note) = part else { panic!("{part:?}") };
        assert_eq!(note.text[0].text, "a\nb");
    }
}
