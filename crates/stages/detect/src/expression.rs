//! Regular expressions, read once for two uses: the matcher, and the texts of which one stands in
//! every match. Classes and case mean ASCII, as in PCRE: `\s`, `\d`, `\w` are ASCII classes, and
//! letters of ASCII fold to letters of ASCII only.

use regex_syntax::hir::{Class, ClassUnicode, ClassUnicodeRange, Hir, HirKind};

/// Deepest nesting of a regular expression.
const NEST_LIMIT: u32 = 64;
/// Most texts that a part of an expression is spelled out into.
const SPELLED_LIMIT: usize = 300;
/// Most characters of a class that is spelled out.
const CLASS_LIMIT: usize = 12;

/// How an expression is to be read.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Flags {
    pub(crate) insensitive: bool,
    pub(crate) multi_line: bool,
    pub(crate) dot_all: bool,
}

/// Reads an expression.
pub(crate) fn read(expression: &str, flags: Flags) -> Result<Hir, Box<regex_syntax::Error>> {
    let hir = regex_syntax::ParserBuilder::new()
        .nest_limit(NEST_LIMIT)
        .case_insensitive(flags.insensitive)
        .multi_line(flags.multi_line)
        .dot_matches_new_line(flags.dot_all)
        .build()
        .parse(&ascii_classes(expression))
        .map_err(Box::new)?;
    // Whoever names one of them means it.
    let by_code = |code: &&str| expression.contains(*code);
    let is_named = expression.contains(FOLDED_TO_ASCII.map(|(c, _)| c))
        || ["\\x", "\\u", "\\U", "\\p", "\\P"].iter().any(by_code);
    Ok(narrow(hir, is_named))
}

/// Writes `\d`, `\s`, `\w` and their opposites as the sets of ASCII that they mean here, within
/// other sets, too.
fn ascii_classes(expression: &str) -> std::borrow::Cow<'_, str> {
    if !expression.contains('\\') {
        return expression.into();
    }
    let mut out = String::with_capacity(expression.len());
    let mut chars = expression.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('d') => out.push_str("[0-9]"),
            Some('D') => out.push_str("[^0-9]"),
            Some('s') => out.push_str("[\\t-\\r ]"),
            Some('S') => out.push_str("[^\\t-\\r ]"),
            Some('w') => out.push_str("[0-9A-Z_a-z]"),
            Some('W') => out.push_str("[^0-9A-Z_a-z]"),
            // In PCRE these stand for themselves; the crate would read ends of words.
            Some(angle @ ('<' | '>')) => out.push(angle),
            other => {
                out.push('\\');
                out.extend(other);
            }
        }
    }
    out.into()
}

/// Takes out of sets of ASCII letters what Unicode counts as another case of them, and, where the
/// expression does not name it itself, puts it back into what such sets leave over.
fn narrow(hir: Hir, is_named: bool) -> Hir {
    let narrow = |hir| narrow(hir, is_named);
    let all = |parts: Vec<Hir>| parts.into_iter().map(narrow).collect();
    match hir.into_kind() {
        HirKind::Empty => Hir::empty(),
        HirKind::Literal(literal) => Hir::literal(literal.0),
        HirKind::Look(look) => Hir::look(look),
        HirKind::Class(Class::Unicode(class)) => {
            Hir::class(Class::Unicode(narrow_class(class, is_named)))
        }
        HirKind::Class(class) => Hir::class(class),
        HirKind::Repetition(mut repetition) => {
            repetition.sub = Box::new(narrow(*repetition.sub));
            Hir::repetition(repetition)
        }
        HirKind::Capture(mut capture) => {
            capture.sub = Box::new(narrow(*capture.sub));
            Hir::capture(capture)
        }
        HirKind::Concat(parts) => Hir::concat(all(parts)),
        HirKind::Alternation(parts) => Hir::alternation(all(parts)),
    }
}

/// The long s and the sign of kelvin, which Unicode folds to s and k.
const FOLDED_TO_ASCII: [(char, char); 2] = [('\u{17f}', 's'), ('\u{212a}', 'k')];

fn narrow_class(mut class: ClassUnicode, is_named: bool) -> ClassUnicode {
    let beyond = class.ranges().iter().filter(|range| !range.end().is_ascii());
    let only_folded = |range: &ClassUnicodeRange| {
        range.start() == range.end() && FOLDED_TO_ASCII.iter().any(|(c, _)| *c == range.start())
    };
    if beyond.clone().all(only_folded) {
        let ascii = class.ranges().iter().filter(|range| range.end().is_ascii());
        return ClassUnicode::new(ascii.copied());
    }
    if is_named {
        return class;
    }
    // `(?i)[kä]`: it came in alone, together with k.
    let alone = |&(c, _): &(char, char)| {
        class.ranges().iter().any(|range| (range.start(), range.end()) == (c, c))
    };
    let came: Vec<char> =
        FOLDED_TO_ASCII.iter().filter(|pair| alone(pair)).map(|(c, _)| *c).collect();
    class.difference(&ClassUnicode::new(came.iter().map(|&c| ClassUnicodeRange::new(c, c))));
    // `(?i)[^k]`: it was taken out together with k, while its neighbours are in.
    let has =
        |c: char| class.ranges().iter().any(|range| (range.start()..=range.end()).contains(&c));
    let is_gap = |&(c, letter): &(char, char)| {
        let beside = [u32::from(c) - 1, u32::from(c) + 1].map(char::from_u32);
        !has(c) && !has(letter) && beside.into_iter().all(|c| c.is_some_and(has))
    };
    let gaps: Vec<char> =
        FOLDED_TO_ASCII.iter().filter(|pair| is_gap(pair)).map(|(c, _)| *c).collect();
    gaps.into_iter().for_each(|c| class.push(ClassUnicodeRange::new(c, c)));
    class
}

/// What every match of an expression holds.
#[derive(Debug, Default)]
struct Found {
    /// All that it can be, in lower case, where that is little.
    spelled: Option<Vec<String>>,
    /// Sets of texts, of each of which one stands in every match.
    sets: Vec<Vec<String>>,
}

/// Sets of texts in lower case, of each of which one stands in every match. Texts may hold
/// anything, also nothing: whoever uses them chooses.
pub(crate) fn needs(hir: &Hir) -> Vec<Vec<String>> {
    let Found { spelled, mut sets } = find(hir);
    sets.extend(spelled);
    sets
}

fn spelled(texts: Vec<String>) -> Found {
    Found { spelled: Some(texts), sets: Vec::new() }
}

fn find(hir: &Hir) -> Found {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => spelled(vec![String::new()]),
        HirKind::Literal(literal) => match std::str::from_utf8(&literal.0) {
            Ok(text) => spelled(vec![text.to_ascii_lowercase()]),
            Err(_) => Found::default(),
        },
        HirKind::Class(class) => class_texts(class).map_or_else(Found::default, spelled),
        HirKind::Capture(capture) => find(&capture.sub),
        HirKind::Repetition(_) => concat(std::slice::from_ref(hir)),
        HirKind::Concat(parts) => concat(parts),
        HirKind::Alternation(parts) => alternation(parts),
    }
}

fn class_texts(class: &Class) -> Option<Vec<String>> {
    let Class::Unicode(class) = class else { return None };
    let mut texts: Vec<String> = Vec::new();
    for range in class.ranges() {
        for c in range.start()..=range.end() {
            let text = c.to_ascii_lowercase().to_string();
            if !texts.contains(&text) {
                texts.push(text);
            }
            if texts.len() > CLASS_LIMIT {
                return None;
            }
        }
    }
    Some(texts)
}

fn alternation(parts: &[Hir]) -> Found {
    let found: Vec<Found> = parts.iter().map(find).collect();
    let all = found.iter().map(|f| f.spelled.as_ref()).collect::<Option<Vec<_>>>();
    if let Some(all) = all
        && all.iter().map(|texts| texts.len()).sum::<usize>() <= SPELLED_LIMIT
    {
        let mut texts: Vec<String> = all.into_iter().flatten().cloned().collect();
        texts.sort();
        texts.dedup();
        return spelled(texts);
    }
    // Of each branch the set whose shortest text is longest.
    let mut union = Vec::new();
    for branch in found {
        let Found { spelled, mut sets } = branch;
        sets.extend(spelled);
        let shortest = |set: &Vec<String>| set.iter().map(String::len).min().unwrap_or(0);
        let Some(best) = sets.into_iter().max_by_key(shortest) else { return Found::default() };
        union.extend(best);
    }
    Found { spelled: None, sets: vec![union] }
}

/// Follows the parts of a concatenation, spelling out as long a stretch as can be.
fn concat(parts: &[Hir]) -> Found {
    let mut walk = Walk { stretch: vec![String::new()], sets: Vec::new(), is_whole: true };
    for part in parts {
        let HirKind::Repetition(repetition) = part.kind() else {
            walk.add(find(part));
            continue;
        };
        match (repetition.min, repetition.max) {
            (0, Some(1)) => {
                let mut found = find(&repetition.sub);
                found.sets.clear();
                if let Some(texts) = &mut found.spelled {
                    texts.push(String::new());
                }
                walk.add(found);
            }
            (0, _) => walk.cut(),
            (min, max) => {
                // It begins with one and ends with one; what is between may be anything.
                let times = min.min(2);
                (0..times).for_each(|_| walk.add(find(&repetition.sub)));
                if max != Some(times) {
                    walk.cut();
                    walk.add(find(&repetition.sub));
                }
            }
        }
    }
    let Walk { stretch, mut sets, is_whole } = walk;
    if is_whole {
        return Found { spelled: Some(stretch), sets };
    }
    sets.push(stretch);
    Found { spelled: None, sets }
}

struct Walk {
    stretch: Vec<String>,
    sets: Vec<Vec<String>>,
    is_whole: bool,
}

impl Walk {
    fn add(&mut self, found: Found) {
        let Some(texts) = found.spelled else {
            self.cut();
            self.sets.extend(found.sets);
            return;
        };
        if self.stretch.len().saturating_mul(texts.len()) > SPELLED_LIMIT {
            self.cut();
        }
        let longer = |head: &String| texts.iter().map(|tail| format!("{head}{tail}")).collect();
        self.stretch = self.stretch.iter().flat_map::<Vec<String>, _>(longer).collect();
        self.stretch.sort();
        self.stretch.dedup();
    }

    fn cut(&mut self) {
        let stretch = std::mem::replace(&mut self.stretch, vec![String::new()]);
        self.sets.push(stretch);
        self.is_whole = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(expression: &str, expected: &[&[&str]]) {
        let hir = read(expression, Flags::default()).unwrap();
        let found: Vec<Vec<String>> =
            needs(&hir).into_iter().filter(|set| set.iter().all(|t| t.len() > 1)).collect();
        assert_eq!(found, expected, "{expression}");
    }

    #[test]
    fn stretches_are_spelled_out() {
        check("(?i)union(\\+|%20)select", &[&["union%20select", "union+select"]]);
        check("/c(99|100)\\.php$", &[&["/c100.php", "/c99.php"]]);
        check("log[-_]?in", &[&["log-in", "log_in", "login"]]);
        check("ab.*cd", &[&["ab"], &["cd"]]);
        check("(a|b)x{1,3}yz", &[&["ax", "bx"], &["xyz"]]);
        check(
            "(\\.\\.(/|%2f)){2,}",
            &[&["..%2f..%2f", "..%2f../", "../..%2f", "../../"], &["..%2f", "../"]],
        );
        check("(ab.*|cd)", &[&["ab", "cd"]]);
        check("(ab|.*)", &[]);
    }

    #[test]
    fn letters_and_classes_are_those_of_ascii() {
        let matches = |expression: &str, text: &str| {
            let hir = read(expression, Flags::default()).unwrap();
            regex_automata::meta::Builder::new().build_from_hir(&hir).unwrap().is_match(text)
        };
        assert!(matches("(?i)^ask$", "ASK"));
        assert!(!matches("(?i)^ask$", "as\u{212a}"));
        assert!(!matches(r"^\s$", "\u{a0}") && matches(r"^\s$", "\t"));
        assert!(matches("^.\u{e9}$", "\u{f1}\u{e9}"));
        assert!(!matches(r"^[\w-]$", "\u{e9}") && matches(r"^[\w-]$", "-"));
        assert!(matches(r"^[^\d\s]$", "\u{e9}") && matches(r"^\S$", "\u{a0}"));
        assert!(matches("(?i)^[a-k]$", "K") && !matches("(?i)^[a-k]$", "\u{212a}"));
        for other in [r"(?i)^\W$", "(?i)^[^k-s]$", r"(?i)^[^\w]$"] {
            assert!(matches(other, "\u{212a}") && matches(other, "\u{17f}"), "{other}");
            assert!(!matches(other, "K") && !matches(other, "s"), "{other}");
        }
        assert!(matches("(?i)^[k\u{e4}]$", "\u{c4}") && !matches("(?i)^[k\u{e4}]$", "\u{212a}"));
        assert!(!matches("(?i)^[^\u{212a}]$", "\u{212a}") && !matches(r"^[^\x{17f}]$", "\u{17f}"));
        assert!(matches(r"^\\d$", r"\d") && matches(r"^\.$", "."));
        assert!(matches(r"^\<b\>$", "<b>") && !matches(r"\<b\>", "b"));
        assert!(matches(r"^\<b\>$", "<b>") && !matches(r"\<b\>", "b"));
    }
}
