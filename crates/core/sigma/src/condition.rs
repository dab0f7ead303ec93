//! The condition: words → an expression over the rule's searches. It resolves names and patterns
//! of names; it does not look into the searches.

use serde::{Deserialize, Serialize};

use crate::{
    CONDITION_DEPTH_LIMIT,
    problem::{Position, Problem, Reason},
};

/// A condition, with searches by their index in [`crate::Detection::searches`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Expression {
    /// The search of this index.
    Search(usize),
    /// It must not hold.
    Not(Box<Self>),
    /// All must hold.
    All(Vec<Self>),
    /// One must hold.
    Any(Vec<Self>),
}

impl Expression {
    /// Whether it names this search.
    #[must_use]
    pub fn mentions(&self, index: usize) -> bool {
        match self {
            Self::Search(named) => *named == index,
            Self::Not(inner) => inner.mentions(index),
            Self::All(parts) | Self::Any(parts) => parts.iter().any(|part| part.mentions(index)),
        }
    }
}

impl Expression {
    /// Its value, where those of the searches are known.
    pub fn value(&self, search: &mut dyn FnMut(usize) -> bool) -> bool {
        match self {
            Self::Search(index) => search(*index),
            Self::Not(inner) => !inner.value(search),
            Self::All(parts) => parts.iter().all(|part| part.value(search)),
            Self::Any(parts) => parts.iter().any(|part| part.value(search)),
        }
    }

    /// What is left of it where some searches ask for nothing any more; `None` where nothing is.
    pub(crate) fn without(self, gone: &dyn Fn(usize) -> bool) -> Option<Self> {
        let all = |parts: Vec<Self>| -> Vec<Self> {
            parts.into_iter().filter_map(|part| part.without(gone)).collect()
        };
        let joined = |parts: Vec<Self>, join: fn(Vec<Self>) -> Self| {
            if parts.is_empty() { None } else { Some(single_or(parts, join)) }
        };
        match self {
            Self::Search(index) => (!gone(index)).then_some(Self::Search(index)),
            Self::Not(inner) => Some(Self::Not(Box::new(inner.without(gone)?))),
            Self::All(parts) => joined(all(parts), Self::All),
            Self::Any(parts) => joined(all(parts), Self::Any),
        }
    }

    /// The same over searches that stand so many places later.
    #[must_use]
    pub(crate) fn shifted(&self, by: usize) -> Self {
        let all = |parts: &[Self]| parts.iter().map(|part| part.shifted(by)).collect();
        match self {
            Self::Search(index) => Self::Search(index + by),
            Self::Not(inner) => Self::Not(Box::new(inner.shifted(by))),
            Self::All(parts) => Self::All(all(parts)),
            Self::Any(parts) => Self::Any(all(parts)),
        }
    }
}

/// The names in a correlation's condition, in order.
pub(crate) fn words(text: &str) -> impl Iterator<Item = &str> {
    let joins = |token: &str| {
        ["and", "or", "not", "(", ")"].iter().any(|word| token.eq_ignore_ascii_case(word))
    };
    tokens(text).into_iter().filter(move |token| !joins(token))
}

/// Reads a correlation's condition over the rules that it names.
pub(crate) fn parse_over_rules(
    text: &str,
    names: &[&str],
    at: Position,
    place: &str,
) -> Result<Expression, Problem> {
    if words(text).any(|word| word.eq_ignore_ascii_case("of")) {
        let detail = "a correlation's condition joins rules by and, or, not and parentheses only";
        return Err(Problem::new(Reason::Condition, at, place, detail));
    }
    parse(text, names, at, place).map_err(|mut problem| {
        problem.detail = problem.detail.replace("no search named", "no rule named");
        problem
    })
}

/// Reads one condition over searches of these names.
pub(crate) fn parse(
    text: &str,
    names: &[&str],
    at: Position,
    place: &str,
) -> Result<Expression, Problem> {
    let tokens = tokens(text);
    if tokens.contains(&"|") {
        let detail = "aggregations ('| count() by …') are no longer Sigma; write a correlation";
        return Err(Problem::new(Reason::Aggregation, at, place, detail));
    }
    let mut parser = Parser { tokens: &tokens, next: 0, depth: 0, names };
    let parsed = parser.any().and_then(|expression| match parser.peek() {
        None => Ok(expression),
        Some(rest) => Err(format!("'{rest}' is not expected here")),
    });
    parsed.map_err(|detail| Problem::new(Reason::Condition, at, place, detail))
}

fn tokens(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let end = match rest.find(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | '|')) {
            Some(0) => rest.chars().next().map_or(1, char::len_utf8),
            Some(at) => at,
            None => rest.len(),
        };
        let (token, after) = rest.split_at(end);
        found.push(token);
        rest = after.trim_start();
    }
    found
}

struct Parser<'a> {
    tokens: &'a [&'a str],
    next: usize,
    depth: usize,
    names: &'a [&'a str],
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<&'a str> {
        self.tokens.get(self.next).copied()
    }

    fn peek_word(&self, word: &str) -> bool {
        self.peek().is_some_and(|token| token.eq_ignore_ascii_case(word))
    }

    fn any(&mut self) -> Result<Expression, String> {
        let mut parts = vec![self.all()?];
        while self.peek_word("or") {
            self.next += 1;
            parts.push(self.all()?);
        }
        Ok(single_or(parts, Expression::Any))
    }

    fn all(&mut self) -> Result<Expression, String> {
        let mut parts = vec![self.one()?];
        while self.peek_word("and") {
            self.next += 1;
            parts.push(self.one()?);
        }
        Ok(single_or(parts, Expression::All))
    }

    fn one(&mut self) -> Result<Expression, String> {
        self.depth += 1;
        if self.depth > CONDITION_DEPTH_LIMIT {
            return Err(format!("nested deeper than {CONDITION_DEPTH_LIMIT}"));
        }
        let expression = self.one_within()?;
        self.depth -= 1;
        Ok(expression)
    }

    fn one_within(&mut self) -> Result<Expression, String> {
        let Some(token) = self.peek() else { return Err("it ends too early".to_owned()) };
        self.next += 1;
        if token.eq_ignore_ascii_case("not") {
            return Ok(Expression::Not(Box::new(self.one()?)));
        }
        if token == "(" {
            let inner = self.any()?;
            if self.peek() != Some(")") {
                return Err("a parenthesis is not closed".to_owned());
            }
            self.next += 1;
            return Ok(inner);
        }
        if self.peek_word("of") {
            self.next += 1;
            return self.quantified(token);
        }
        if token == ")" || ["and", "or", "of"].iter().any(|w| token.eq_ignore_ascii_case(w)) {
            return Err(format!("'{token}' is not expected here"));
        }
        match self.names.iter().position(|name| *name == token) {
            Some(index) => Ok(Expression::Search(index)),
            None => Err(format!("there is no search named '{token}'")),
        }
    }

    fn quantified(&mut self, quantity: &str) -> Result<Expression, String> {
        let Some(pattern) = self.peek() else { return Err("'of' needs a name".to_owned()) };
        self.next += 1;
        let chosen: Vec<Expression> = (0..self.names.len())
            .filter(|&index| chooses(pattern, self.names[index]))
            .map(Expression::Search)
            .collect();
        if chosen.is_empty() {
            return Err(format!("no search fits '{pattern}'"));
        }
        match quantity.to_ascii_lowercase().as_str() {
            "1" | "any" => Ok(single_or(chosen, Expression::Any)),
            "all" => Ok(single_or(chosen, Expression::All)),
            _ => Err(format!("'{quantity} of' is not Sigma: write '1 of' or 'all of'")),
        }
    }
}

fn single_or(mut parts: Vec<Expression>, join: fn(Vec<Expression>) -> Expression) -> Expression {
    match parts.len() {
        1 => parts.remove(0),
        _ => join(parts),
    }
}

/// Whether `them` or a pattern of names means this one. A leading underscore hides a search from
/// every pattern that does not itself begin with one.
fn chooses(pattern: &str, name: &str) -> bool {
    if name.starts_with('_') && !pattern.starts_with('_') {
        return false;
    }
    if pattern.eq_ignore_ascii_case("them") {
        return true;
    }
    let Some((first, rest)) = pattern.split_once('*') else { return pattern == name };
    let Some(mut left) = name.strip_prefix(first) else { return false };
    let mut pieces: Vec<&str> = rest.split('*').collect();
    let last = pieces.pop().unwrap_or_default();
    for piece in pieces {
        match left.split_once(piece) {
            Some((_, after)) => left = after,
            None => return false,
        }
    }
    left.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: &[&str] = &["sel_a", "sel_b", "filter", "_hidden"];

    fn shown(expression: &Expression) -> String {
        let joined = |parts: &[Expression], word: &str| {
            format!("({})", parts.iter().map(shown).collect::<Vec<_>>().join(word))
        };
        match expression {
            Expression::Search(index) => NAMES[*index].to_owned(),
            Expression::Not(inner) => format!("!{}", shown(inner)),
            Expression::All(parts) => joined(parts, "&"),
            Expression::Any(parts) => joined(parts, "|"),
        }
    }

    fn check(text: &str, expected: &str) {
        let found = match parse(text, NAMES, Position::default(), "condition") {
            Ok(expression) => shown(&expression),
            Err(problem) => problem.detail,
        };
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn precedence_is_or_and_not() {
        check("sel_a or sel_b and not filter", "(sel_a|(sel_b&!filter))");
        check("(sel_a or sel_b) and not filter", "((sel_a|sel_b)&!filter)");
        check("not not sel_a", "!!sel_a");
        check("SEL_A", "there is no search named 'SEL_A'");
        check("sel_a AND NOT filter", "(sel_a&!filter)");
    }

    #[test]
    fn quantifiers_choose_by_pattern() {
        check("1 of sel_*", "(sel_a|sel_b)");
        check("all of s*_b", "sel_b");
        check("1 of them", "(sel_a|sel_b|filter)");
        check("any of _*", "_hidden");
        check("1 of nothing*", "no search fits 'nothing*'");
        check("2 of sel_*", "'2 of' is not Sigma: write '1 of' or 'all of'");
        check("sel_a and not 1 of filter*", "(sel_a&!filter)");
    }

    #[test]
    fn broken_conditions_say_what_is_wrong() {
        check("(sel_a", "a parenthesis is not closed");
        check("sel_a and", "it ends too early");
        check("sel_a sel_b", "'sel_b' is not expected here");
        check("and sel_a", "'and' is not expected here");
        check("", "it ends too early");
        check(
            "sel_a | count() > 5",
            "aggregations ('| count() by …') are no longer Sigma; write a correlation",
        );
    }

    #[test]
    fn depth_is_bounded() {
        let deep = |n| format!("{}sel_a{}", "(".repeat(n), ")".repeat(n));
        check(&deep(CONDITION_DEPTH_LIMIT), "nested deeper than 64");
        check(&deep(CONDITION_DEPTH_LIMIT - 1), "sel_a");
        check(&"not ".repeat(10_000), "nested deeper than 64");
    }
}
