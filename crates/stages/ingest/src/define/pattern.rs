//! Regular expressions whose named groups are fields. They see bytes: `\w`, `\d` and `\s` are those
//! of ASCII, for logs mean no others, and the engine is faster by far.

use std::sync::atomic::{AtomicUsize, Ordering};

use bakas_model::limits::REGEX_BYTES_LIMIT;
use bumpalo::Bump;
use regex::bytes::{CaptureLocations, Regex, RegexBuilder, RegexSet, RegexSetBuilder};

use super::{
    Definition,
    row::{Names, Slot},
};
use crate::decode::Out;

/// One pattern.
#[derive(Debug)]
pub(crate) struct Pattern {
    regex: Regex,
    /// Number of the pattern in this process, by which a chunk finds the places it has for it.
    number: usize,
    groups: Vec<(usize, Slot)>,
}

/// Places of groups, one set for each pattern that was used, by its number.
pub(crate) type Places = rustc_hash::FxHashMap<usize, CaptureLocations>;

/// The part of a text that a pattern is asked for: the group `value`, else the first group, else
/// all that fits.
#[derive(Clone, Debug)]
pub(crate) struct Cut {
    regex: Regex,
    group: usize,
}

impl Cut {
    pub(super) fn new(text: &str) -> Result<Self, String> {
        let regex = regex(text)?;
        let named = regex.capture_names().position(|name| name == Some("value"));
        let group = named.unwrap_or(usize::from(regex.captures_len() > 1));
        Ok(Self { regex, group })
    }

    pub(super) fn read<'t>(&self, text: &'t str) -> Option<&'t str> {
        if self.group == 0 {
            return text.get(self.regex.find(text.as_bytes())?.range());
        }
        let mut places = self.regex.capture_locations();
        self.regex.captures_read(&mut places, text.as_bytes())?;
        let (from, to) = places.get(self.group).or_else(|| places.get(0))?;
        text.get(from..to)
    }
}

/// A regular expression of bounded size.
pub(super) fn regex(text: &str) -> Result<Regex, String> {
    RegexBuilder::new(text)
        .size_limit(REGEX_BYTES_LIMIT)
        .dfa_size_limit(REGEX_BYTES_LIMIT)
        .nest_limit(64)
        .unicode(false)
        .build()
        .map_err(|error| error.to_string())
}

impl Pattern {
    pub(super) fn new(text: &str, names: &mut Names) -> Result<Self, String> {
        static NUMBERS: AtomicUsize = AtomicUsize::new(0);
        let regex = regex(text)?;
        let named = regex.capture_names().enumerate();
        let groups = named.filter_map(|(at, name)| Some((at, names.slot(name?)))).collect();
        Ok(Self { regex, number: NUMBERS.fetch_add(1, Ordering::Relaxed), groups })
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
        let known = out.row.places.remove(&self.number);
        let mut places = known.unwrap_or_else(|| self.regex.capture_locations());
        let found = self.regex.captures_read(&mut places, text.as_bytes());
        let end = found.map(|found| found.end());
        if end.is_some() {
            for (group, slot) in &self.groups {
                if let Some((from, to)) = places.get(*group) {
                    definition.put_slot(*slot, text.get(from..to).unwrap_or_default(), arena, out);
                }
            }
        }
        out.row.places.insert(self.number, places);
        end
    }
}

/// Patterns that are tried in order.
#[derive(Debug)]
pub(crate) struct Patterns {
    pub(super) list: Vec<Pattern>,
    /// All of them at once, where there are many: one way over the text tells which fit.
    set: Option<RegexSet>,
}

/// From so many patterns on all are tried at once.
const SET_LEAST: usize = 3;

impl Patterns {
    /// The patterns of these texts, which were compiled one by one already.
    pub(super) fn new(list: Vec<Pattern>) -> Self {
        let texts = list.iter().map(|pattern| pattern.regex.as_str());
        let build = || {
            RegexSetBuilder::new(texts)
                .size_limit(REGEX_BYTES_LIMIT)
                .dfa_size_limit(REGEX_BYTES_LIMIT)
                .nest_limit(64)
                .unicode(false)
                .build()
        };
        // Together they may be too large for what each alone is not.
        let set = (list.len() >= SET_LEAST).then(build).and_then(Result::ok);
        Self { list, set }
    }

    /// Reads by the first pattern that fits.
    pub(super) fn read<'a>(
        &self,
        definition: &Definition,
        text: &'a str,
        arena: &'a Bump,
        out: &mut Out<'_, 'a>,
    ) -> bool {
        let Some(set) = &self.set else {
            let mut list = self.list.iter();
            return list.any(|pattern| pattern.read(definition, text, arena, out).is_some());
        };
        let fitting = set.matches(text.as_bytes());
        let first = fitting.iter().next().and_then(|at| self.list.get(at));
        first.is_some_and(|pattern| pattern.read(definition, text, arena, out).is_some())
    }
}
