//! JSON records: every scalar is a field by its dotted path, the elements of an array stand one
//! after another under the array's own name, and arrays of names and values are readable by name.

use bakas_model::{FieldId, Value};
use bumpalo::Bump;

use super::{Definition, glob::Glob, row::Slot};
use crate::{
    decode::{Out, join, scalar_of},
    json::Json,
};

/// What a definition says of its JSON beside the names.
#[derive(Debug, Default)]
pub(crate) struct Members {
    pub(super) pairs: Vec<Pairs>,
    pub(super) selects: Vec<Select>,
}

/// An array of names and values.
#[derive(Debug)]
pub(super) struct Pairs {
    pub(super) id: FieldId,
    pub(super) name: &'static str,
    pub(super) key: &'static str,
    /// Where the value stands: the first that is there.
    pub(super) values: Vec<&'static str>,
}

/// A value that is found by a path of its own: one element of an array, or the text of a member.
#[derive(Debug)]
pub(super) struct Select {
    pub(super) to: Slot,
    pub(super) path: Vec<Step>,
    pub(super) is_raw: bool,
}

/// One step of such a path: the member, and what its elements must hold.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) member: String,
    pub(super) only: Option<(String, Glob)>,
}

/// A path under way.
#[derive(Clone, Copy)]
struct Path<'a> {
    id: FieldId,
    text: &'a str,
}

impl Members {
    pub(super) fn read<'a>(
        &self,
        definition: &Definition,
        root: &Json<'a>,
        arena: &'a Bump,
        out: &mut Out<'_, 'a>,
    ) {
        let mut walk = Walk { members: self, definition, arena, out };
        for (key, value) in root.members() {
            walk.value(Path { id: FieldId::of(key), text: key }, value);
        }
        for select in &self.selects {
            if let Some(value) = select.find(root, &select.path, arena) {
                out.row.set(select.to, value);
            }
        }
    }
}

struct Walk<'w, 's, 'a> {
    members: &'w Members,
    definition: &'w Definition,
    arena: &'a Bump,
    out: &'w mut Out<'s, 'a>,
}

impl<'a> Walk<'_, '_, 'a> {
    fn value(&mut self, path: Path<'a>, value: &Json<'a>) {
        match value {
            Json::Object(members, _) => {
                self.pairs(path, std::slice::from_ref(value));
                for (key, value) in *members {
                    let child = self.child(path, key);
                    self.value(child, value);
                }
            }
            Json::Array(elements, _) => {
                self.pairs(path, elements);
                for element in *elements {
                    if let Json::Object(members, _) = element {
                        for (key, value) in *members {
                            let child = self.child(path, key);
                            self.value(child, value);
                        }
                    } else {
                        self.value(path, element);
                    }
                }
            }
            scalar => {
                if let Some(value) = scalar_of(scalar) {
                    self.scalar(path, value);
                }
            }
        }
    }

    #[inline]
    fn scalar(&mut self, path: Path<'a>, value: Value<'a>) {
        let definition = self.definition;
        if let Value::Text(text) = value {
            if !text.is_empty() && definition.is_null(text) {
                return;
            }
            let text = definition.decoded(path.text, (text, false), self.arena, self.out);
            definition.names.put(path.id, path.text, Value::Text(text), self.out);
        } else {
            definition.names.put(path.id, path.text, value, self.out);
        }
    }

    /// The name of a member; each is put together once a chunk.
    #[inline]
    fn child(&mut self, path: Path<'a>, key: &str) -> Path<'a> {
        let id = path.id.child(key);
        if let Some(slot) = self.definition.names.find_path(id, path.text, key) {
            return Path { id, text: self.definition.names.list[slot].name };
        }
        let known = self.out.row.paths.get(&id).filter(|known| is_path(known, path.text, key));
        let text = known.copied().unwrap_or_else(|| {
            let text = join(&[path.text, ".", key], self.arena);
            if self.out.row.paths.len() < PATHS_LIMIT {
                self.out.row.paths.insert(id, text);
            }
            text
        });
        Path { id, text }
    }

    fn pairs(&mut self, path: Path<'a>, elements: &[Json<'a>]) {
        let fits = |pairs: &&Pairs| pairs.id == path.id && pairs.name == path.text;
        let Some(pairs) = self.members.pairs.iter().find(fits) else { return };
        for element in elements {
            let Some(name) = element.text_at(&[pairs.key]) else { continue };
            let value = pairs
                .values
                .iter()
                .find_map(|at| dotted(element, at).filter(|value| !matches!(value, Json::Null)));
            if let Some(value) = value {
                let child = self.child(path, name);
                self.value(child, &value);
            }
        }
    }
}

/// Most paths that are remembered in a chunk; a hostile record may hold any number of names.
const PATHS_LIMIT: usize = 1 << 14;

/// Whether a name is that path: `parent.key`.
pub(super) fn is_path(name: &str, parent: &str, key: &str) -> bool {
    name.len() == parent.len() + 1 + key.len() && name.starts_with(parent) && name.ends_with(key)
}

/// The member at the end of a dotted path; names may hold dots themselves. Of an array, the first
/// element that has it.
pub(super) fn dotted<'a>(value: &Json<'a>, path: &str) -> Option<Json<'a>> {
    if let Json::Array(elements, _) = value {
        return elements.iter().find_map(|element| dotted(element, path));
    }
    if let Some(found) = value.get(path) {
        return Some(found);
    }
    let mut from = 0;
    while let Some(dot) = path.get(from..)?.find('.') {
        let (head, tail) = path.split_at_checked(from + dot)?;
        if let Some(inner) = value.get(head)
            && let Some(found) = dotted(&inner, tail.get(1..)?)
        {
            return Some(found);
        }
        from += dot + 1;
    }
    None
}

impl Select {
    fn find<'a>(&self, value: &Json<'a>, path: &[Step], arena: &'a Bump) -> Option<Value<'a>> {
        let Some((step, rest)) = path.split_first() else { return self.leaf(value, arena) };
        if let Json::Array(elements, _) = value {
            return elements.iter().find_map(|element| self.find(element, path, arena));
        }
        let found = dotted(value, &step.member)?;
        let Some((name, glob)) = &step.only else { return self.find(&found, rest, arena) };
        let fits = |element: &Json<'_>| {
            let value = dotted(element, name).and_then(|value| scalar_of(&value));
            value.is_some_and(|value| glob.fits_value(value))
        };
        match found {
            Json::Array(elements, _) => elements
                .iter()
                .filter(|element| fits(element))
                .find_map(|element| self.find(element, rest, arena)),
            single if fits(&single) => self.find(&single, rest, arena),
            _ => None,
        }
    }

    fn leaf<'a>(&self, value: &Json<'a>, arena: &'a Bump) -> Option<Value<'a>> {
        match *value {
            Json::Array(_, text) | Json::Object(_, text) if self.is_raw => {
                Some(Value::Text(compact(text, arena)))
            }
            Json::Array(elements, _) => {
                elements.iter().find_map(|element| self.leaf(element, arena))
            }
            scalar => scalar_of(&scalar).filter(|value| super::row::is_there(*value)),
        }
    }
}

/// JSON without the white space between its tokens.
fn compact<'a>(text: &'a str, arena: &'a Bump) -> &'a str {
    let (mut plain, mut in_string, mut escaped) = (String::new(), false, false);
    for (at, c) in text.char_indices() {
        let is_blank = !in_string && c.is_ascii_whitespace();
        if is_blank && plain.is_empty() {
            plain = String::with_capacity(text.len());
            plain.push_str(text.get(..at).unwrap_or_default());
        } else if !is_blank && !plain.is_empty() {
            plain.push(c);
        }
        match c {
            _ if std::mem::take(&mut escaped) => {}
            '\\' => escaped = in_string,
            '"' => in_string = !in_string,
            _ => {}
        }
    }
    if plain.is_empty() { text } else { arena.alloc_str(&plain) }
}

/// The path of a selection as it is written: `target[type=User].alternateId`.
pub(super) fn steps(text: &str) -> Option<Vec<Step>> {
    let mut steps = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let Some(open) = rest.find('[') else {
            steps.push(Step { member: rest.to_owned(), only: None });
            break;
        };
        let (member, after) = rest.split_at_checked(open)?;
        let (inner, after) = after.get(1..)?.split_once(']')?;
        let (name, value) = inner.split_once('=')?;
        if member.is_empty() || name.trim().is_empty() {
            return None;
        }
        let only = Some((name.trim().to_owned(), Glob::new(value.trim())));
        steps.push(Step { member: member.to_owned(), only });
        rest = match after.strip_prefix('.') {
            Some(more) if !more.is_empty() => more,
            None if after.is_empty() => "",
            _ => return None,
        };
    }
    (!steps.is_empty()).then_some(steps)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_by_dotted_paths() {
        let arena = Bump::new();
        let text = r#"{"a":{"b":1,"c.d":2},"e.f":3,"g":[{"h":4},{"i":5}]}"#;
        let root = Json::parse(text, &arena).unwrap();
        let check = |path: &str, expected: Option<i64>| {
            assert_eq!(dotted(&root, path).and_then(|value| value.int()), expected, "{path}");
        };
        check("a.b", Some(1));
        check("a.c.d", Some(2));
        check("e.f", Some(3));
        check("g.i", Some(5));
        check("a.x", None);
        check("a.", None);
        check("", None);
    }

    #[test]
    fn one_element_of_an_array() {
        let arena = Bump::new();
        let text = r#"{"target":[{"type":"App","id":"x"},{"type":"User","id":"ana","k":[1]}]}"#;
        let root = Json::parse(text, &arena).unwrap();
        let check = |path: &str, is_raw: bool, expected: Option<&str>| {
            let select = Select { to: 0, path: steps(path).unwrap(), is_raw };
            let found = select.find(&root, &select.path, &arena);
            assert_eq!(found.map(|value| value.as_text().into_owned()).as_deref(), expected);
        };
        check("target[type=User].id", false, Some("ana"));
        check("target[type=user].k", false, Some("1"));
        check("target[type=user].k", true, Some("[1]"));
        check("target[type=Group].id", false, None);
        assert_eq!(compact("{ \"a b\" : [ 1,\n\"\\\" x\" ] }", &arena), "{\"a b\":[1,\"\\\" x\"]}");
        assert!(steps("target[type].id").is_none());
        assert!(steps("target[a=b]x").is_none());
    }
}
