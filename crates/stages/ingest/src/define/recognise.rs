//! How a definition's records are told from others, by what stands in them.

use bakas_model::{AgencyIx, Event, FieldId, Reject, SourceIx};
use bumpalo::Bump;

use super::{Definition, Header, Input, expression::Expression, json, term::Test};
use crate::{
    decode::{Out, Sink, scalar_of},
    json::Json,
};

/// What `[recognise]` says.
#[derive(Debug, Default)]
pub(super) struct Recognise {
    /// Any of these.
    pub(super) signs: Vec<Sign>,
    pub(super) priority: u8,
}

/// Signs that must all be there.
#[derive(Debug, Default)]
pub(super) struct Sign {
    pub(super) members: Vec<&'static str>,
    pub(super) values: Vec<(&'static str, Test)>,
    pub(super) line: Option<Expression>,
}

/// What of a record is looked at.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Sight<'a> {
    Line(&'a str),
    Object(&'a Json<'a>),
}

/// The rank of a definition that says none, and of natives.
pub(crate) const PRIORITY: u8 = 50;

impl Definition {
    /// Its rank among those that fit.
    #[must_use]
    pub const fn priority(&self) -> u8 {
        self.recognise.priority
    }

    /// Whether it is ever guessed; one without signs is used where it is named.
    #[must_use]
    pub fn is_guessed(&self) -> bool {
        !self.recognise.signs.is_empty() || self.by_syslog
    }

    /// Whether a record looks like one of this format. Only what `[recognise]` says counts.
    pub(crate) fn fits(&'static self, sight: Sight<'_>) -> bool {
        self.recognise.signs.iter().any(|sign| match sight {
            Sight::Object(root) => {
                self.is_json() && !sign.is_empty_for_json() && sign.fits_object(root)
            }
            Sight::Line(text) => {
                let text = if self.by_syslog { super::without_priority(text) } else { text };
                !self.is_json() && self.fits_line(sign, text)
            }
        })
    }

    /// Whether a text that is part of a JSON record has the names of this format's.
    pub(crate) fn has_markers(&self, text: &str) -> bool {
        let has = |path: &&str| {
            path.rsplit('.').next().is_some_and(|name| text.contains(&format!("\"{name}\"")))
        };
        self.is_json()
            && self.recognise.signs.iter().any(|sign| {
                sign.members.len() >= 2 && sign.values.is_empty() && sign.members.iter().all(has)
            })
    }

    /// Whether the lines that begin a file name the columns of this format.
    pub(crate) fn fits_header(&self, text: &str) -> bool {
        let Some(kind) = self.delimited() else { return false };
        let header = match kind.header() {
            None => return false,
            Some(Header::Line) => {
                text.lines().find(|line| !line.trim_ascii().is_empty() && !line.starts_with('#'))
            }
            Some(Header::Directive(word)) => {
                text.lines().find_map(|line| super::after_word(line, word))
            }
        };
        header.is_some_and(|header| kind.has_columns(header))
    }

    fn fits_line(&'static self, sign: &Sign, text: &str) -> bool {
        let has_sign = sign.line.is_some() || !sign.members.is_empty() || !sign.values.is_empty();
        if !has_sign || sign.line.as_ref().is_some_and(|line| !line.is_match(text.as_bytes())) {
            return false;
        }
        if sign.members.is_empty() && sign.values.is_empty() {
            return true;
        }
        let arena = Bump::new();
        let mut nobody = Nobody;
        let mut out = Out::new(SourceIx::default(), AgencyIx::default(), &mut nobody);
        if self.fields(Input::Text(text), None, &arena, &mut out).is_err() {
            return false;
        }
        let has = |name: &str| out.event.field(FieldId::of(name), name).next().is_some();
        sign.members.iter().all(|name| has(name))
            && sign
                .values
                .iter()
                .all(|(name, test)| test.holds(out.event.field(FieldId::of(name), name)))
    }
}

impl Sign {
    fn is_empty_for_json(&self) -> bool {
        self.members.is_empty() && self.values.is_empty()
    }

    fn fits_object(&self, root: &Json<'_>) -> bool {
        self.members.iter().all(|path| json::dotted(root, path).is_some())
            && self.values.iter().all(|(path, test)| {
                let value = json::dotted(root, path);
                let first = value.map(|value| value.elements().first().copied().unwrap_or(value));
                test.holds(first.and_then(|value| scalar_of(&value)).into_iter())
            })
    }
}

/// Takes nothing.
struct Nobody;

impl Sink for Nobody {
    fn event(&mut self, _: &Event<'_>, _: u64) {}
    fn reject(&mut self, _: Reject) {}
}
