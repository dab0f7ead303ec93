//! Regular expressions of definitions. They see bytes: `\w`, `\d` and `\s` are those of ASCII, for
//! logs mean no others, and reading is faster by far. One is compiled when it is first asked: most
//! of the formats never are. Most are run by a small machine of our own ([`program`]); what it
//! cannot do, or not within its bound of steps, the crate `regex` does.

mod compile;
mod literal;
mod program;
#[cfg(test)]
mod tests;

use std::sync::OnceLock;

use bakas_model::limits::REGEX_BYTES_LIMIT;
use regex::bytes::{Regex, RegexBuilder};

pub(super) use self::literal::Screen;
pub(crate) use self::program::Scratch;
use self::program::{Program, Run};

/// Deepest nesting of an expression.
const NEST_LIMIT: u32 = 64;

/// One expression.
#[derive(Debug)]
pub(crate) struct Expression {
    text: &'static str,
    fast: OnceLock<Option<Program>>,
    slow: OnceLock<Regex>,
}

impl Expression {
    /// The expression of a text that is checked elsewhere.
    pub(super) const fn unchecked(text: &'static str) -> Self {
        Self { text, fast: OnceLock::new(), slow: OnceLock::new() }
    }

    /// The expression of a text, which must be one and of bounded size.
    pub(super) fn checked(text: &'static str) -> Result<Self, String> {
        let expression = Self::unchecked(text);
        let regex = regex(text)?;
        expression.slow.get_or_init(|| regex);
        Ok(expression)
    }

    /// As it is written.
    pub(super) const fn text(&self) -> &'static str {
        self.text
    }

    fn fast(&self) -> Option<&Program> {
        self.fast.get_or_init(|| compile::program(self.text)).as_ref()
    }

    fn slow(&self) -> &Regex {
        self.slow.get_or_init(|| regex(self.text).expect("a definition's expressions were checked"))
    }

    /// Whether it fits anywhere in a text.
    pub(crate) fn is_match(&self, text: &[u8]) -> bool {
        let mut scratch = Scratch::default();
        match self.fast().map(|program| program.run(text, &mut scratch)) {
            Some(Run::Fits(_)) => true,
            Some(Run::Fails) => false,
            Some(Run::TooLong) | None => self.slow().is_match(text),
        }
    }

    /// Where it fits: the places of its groups are then in `scratch`, and where the match ends is
    /// told. Of several it is the first, as Perl would find it.
    #[inline]
    pub(crate) fn find(&self, text: &[u8], scratch: &mut Scratch) -> Option<usize> {
        match self.fast().map(|program| program.run(text, scratch)) {
            Some(Run::Fits(end)) => Some(end),
            Some(Run::Fails) => None,
            Some(Run::TooLong) | None => self.find_slowly(text, scratch),
        }
    }

    fn find_slowly(&self, text: &[u8], scratch: &mut Scratch) -> Option<usize> {
        let regex = self.slow();
        let mut places = regex.capture_locations();
        let end = regex.captures_read(&mut places, text)?.end();
        scratch.set((0..places.len()).map(|group| places.get(group)));
        Some(end)
    }
}

/// A regular expression of bounded size.
fn regex(text: &str) -> Result<Regex, String> {
    RegexBuilder::new(text)
        .size_limit(REGEX_BYTES_LIMIT)
        .dfa_size_limit(REGEX_BYTES_LIMIT)
        .nest_limit(NEST_LIMIT)
        .unicode(false)
        .build()
        .map_err(|error| error.to_string())
}

/// The names of an expression's groups in their order, the whole match first. It looks for their
/// brackets alone, so that nothing need be compiled.
pub(super) fn groups(text: &str) -> Vec<Option<&str>> {
    let mut groups = vec![None];
    let (mut rest, mut in_class) = (text, 0_u32);
    while let Some(c) = rest.chars().next() {
        let after = rest.get(c.len_utf8()..).unwrap_or_default();
        rest = after;
        match c {
            '\\' => {
                let escaped = after.chars().next().map_or(0, char::len_utf8);
                rest = after.get(escaped..).unwrap_or_default();
            }
            '[' => {
                in_class += 1;
                // A bracket that closes right after the opening is one of the class.
                let after = after.strip_prefix('^').unwrap_or(after);
                rest = after.strip_prefix(']').unwrap_or(after);
            }
            ']' => in_class = in_class.saturating_sub(1),
            '(' if in_class == 0 => match after.strip_prefix("?P<").or(after.strip_prefix("?<")) {
                Some(named) => groups.push(named.split_once('>').map(|(name, _)| name)),
                None if after.starts_with('?') => {}
                None => groups.push(None),
            },
            _ => {}
        }
    }
    groups
}
