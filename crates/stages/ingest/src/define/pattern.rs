//! Patterns: expressions whose named groups are fields, and cuts out of a text.

use std::{ops::Range, sync::OnceLock};

use bumpalo::Bump;

use super::{
    Definition,
    expression::{self, Expression, Screen},
    row::{Names, Slot},
};
use crate::decode::Out;

pub(crate) use super::expression::Scratch;

/// One pattern.
#[derive(Debug)]
pub(crate) struct Pattern {
    expression: Expression,
    groups: Vec<(usize, Slot)>,
}

/// The part of a text that a pattern is asked for: the group `value`, else the first group, else
/// all that fits.
#[derive(Clone, Debug)]
pub(crate) struct Cut {
    expression: std::sync::Arc<Expression>,
    group: usize,
}

impl Cut {
    pub(super) fn new(expression: Expression) -> Self {
        let groups = expression::groups(expression.text());
        let named = groups.iter().position(|name| *name == Some("value"));
        let group = named.unwrap_or(usize::from(groups.len() > 1));
        Self { expression: std::sync::Arc::new(expression), group }
    }

    pub(super) fn read<'t>(&self, text: &'t str) -> Option<&'t str> {
        let mut scratch = Scratch::default();
        self.expression.find(text.as_bytes(), &mut scratch)?;
        let (from, to) = scratch.group(self.group).or_else(|| scratch.group(0))?;
        Some(characters(text, from..to))
    }
}

/// The whole characters of a part: an expression sees bytes, and may part a character.
fn characters(text: &str, part: Range<usize>) -> &str {
    let to = text.floor_char_boundary(part.end);
    text.get(text.ceil_char_boundary(part.start)..to).unwrap_or_default()
}

impl Pattern {
    pub(super) fn new(expression: Expression, names: &mut Names) -> Self {
        let named = expression::groups(expression.text()).into_iter().enumerate();
        let groups = named.filter_map(|(at, name)| Some((at, names.slot(name?)))).collect();
        Self { expression, groups }
    }

    pub(super) fn names(&self) -> impl Iterator<Item = Slot> + '_ {
        self.groups.iter().map(|(_, slot)| *slot)
    }

    /// Takes the named groups as fields, where it fits; says where the match ends.
    pub(super) fn read<'a>(
        &self,
        definition: &Definition,
        text: &'a str,
        arena: &'a Bump,
        out: &mut Out<'_, 'a>,
    ) -> Option<usize> {
        let mut scratch = std::mem::take(&mut out.row.scratch);
        let end = self.expression.find(text.as_bytes(), &mut scratch);
        if end.is_some() {
            for (group, slot) in &self.groups {
                if let Some((from, to)) = scratch.group(*group) {
                    definition.put_slot(*slot, characters(text, from..to), arena, out);
                }
            }
        }
        out.row.scratch = scratch;
        end.map(|end| text.ceil_char_boundary(end))
    }
}

/// Patterns that are tried in order.
#[derive(Debug)]
pub(crate) struct Patterns {
    pub(super) list: Vec<Pattern>,
    /// Which of them a text may fit, where there are many.
    screen: OnceLock<Option<Screen>>,
}

/// From so many patterns on a screen says which are tried.
const SCREEN_LEAST: usize = 3;

impl Patterns {
    pub(super) const fn new(list: Vec<Pattern>) -> Self {
        Self { list, screen: OnceLock::new() }
    }

    fn screen(&self) -> Option<&Screen> {
        let make = || Screen::new(self.list.iter().map(|pattern| &pattern.expression));
        let screen = || if self.list.len() < SCREEN_LEAST { None } else { make() };
        self.screen.get_or_init(screen).as_ref()
    }

    /// Reads by the first pattern that fits.
    pub(super) fn read<'a>(
        &self,
        definition: &Definition,
        text: &'a str,
        arena: &'a Bump,
        out: &mut Out<'_, 'a>,
    ) -> bool {
        let candidates = self.screen().map(|screen| screen.candidates(text.as_bytes()));
        let may_fit = |at: usize| candidates.is_none_or(|all| all >> at & 1 == 1);
        let mut list = self.list.iter().enumerate().filter(|(at, _)| may_fit(*at));
        list.any(|(_, pattern)| pattern.read(definition, text, arena, out).is_some())
    }
}
