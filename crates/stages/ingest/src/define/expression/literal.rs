//! Which of several expressions a text may fit, by the texts that each needs: one way over the text
//! tells. What it leaves out certainly does not fit; what it keeps still must be tried.

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use regex_syntax::hir::{Hir, HirKind};

use super::{Expression, compile};

/// Most expressions of a screen: one bit for each.
const EXPRESSIONS_LIMIT: usize = 128;
/// Most texts of one expression of which any must be there.
const TEXTS_LIMIT: usize = 16;
/// Shorter texts stand everywhere.
const LENGTH_LEAST: usize = 2;

/// Looks for the texts that expressions need.
#[derive(Debug)]
pub(crate) struct Screen {
    texts: AhoCorasick,
    /// By the number of the text: the expressions that it lets through.
    lets: Vec<u128>,
    /// Those that need no text.
    always: u128,
}

impl Screen {
    /// A screen for these expressions, where one can be.
    pub(crate) fn new<'e>(expressions: impl Iterator<Item = &'e Expression>) -> Option<Self> {
        let (mut texts, mut lets, mut always) = (Vec::<Vec<u8>>::new(), Vec::new(), 0);
        for (at, expression) in expressions.enumerate() {
            if at >= EXPRESSIONS_LIMIT {
                return None;
            }
            let bit = 1_u128 << at;
            let Some(needed) = compile::parse(expression.text()).and_then(|tree| needed(&tree))
            else {
                always |= bit;
                continue;
            };
            for text in needed {
                match texts.iter().position(|known| *known == text) {
                    Some(known) => lets[known] |= bit,
                    None => {
                        texts.push(text);
                        lets.push(bit);
                    }
                }
            }
        }
        let texts = AhoCorasick::builder().kind(Some(AhoCorasickKind::DFA)).build(texts).ok()?;
        Some(Self { texts, lets, always })
    }

    /// The expressions that may fit, a bit for each.
    pub(crate) fn candidates(&self, text: &[u8]) -> u128 {
        let found = self.texts.find_overlapping_iter(text);
        found.fold(self.always, |all, found| all | self.lets[found.pattern().as_usize()])
    }
}

/// Texts of which one at least stands in whatever fits; the longest that are found.
fn needed(tree: &Hir) -> Option<Vec<Vec<u8>>> {
    match tree.kind() {
        HirKind::Literal(literal) => {
            (literal.0.len() >= LENGTH_LEAST).then(|| vec![literal.0.to_vec()])
        }
        HirKind::Capture(capture) => needed(&capture.sub),
        HirKind::Repetition(repetition) if repetition.min > 0 => needed(&repetition.sub),
        HirKind::Concat(parts) => {
            let length = |texts: &Vec<Vec<u8>>| texts.iter().map(Vec::len).min();
            parts.iter().filter_map(needed).max_by_key(length)
        }
        HirKind::Alternation(parts) => {
            let all: Option<Vec<_>> = parts.iter().map(needed).collect();
            all.map(|all| all.concat()).filter(|texts| texts.len() <= TEXTS_LIMIT)
        }
        _ => None,
    }
}
