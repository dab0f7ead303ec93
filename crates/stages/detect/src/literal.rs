//! Texts that must stand in an event for a rule to match: what the prefilters look for. A clause
//! is sound, never complete: every event that matches holds one of its texts (in any ASCII case)
//! in a value that the prefilter scans, or, in the raw view, in the bytes of its record.

use bakas_sigma::{Detection, Expression, Item, Part, Pattern, Search, Test};

use crate::{
    expression::{self, Flags},
    field::{Attribute, Name},
    sieve::TEXT_BYTES_LEAST,
    text::commonness,
};

/// Texts of which one at least must be there, in lower case, each with the field it stands in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Clause {
    pub(crate) texts: Vec<Text>,
    /// The worth of its worst text: how seldom it is.
    worth: u32,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Text {
    /// ASCII, in lower case.
    pub(crate) text: String,
    /// The field, or any.
    pub(crate) field: Option<String>,
}

/// Where texts are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum View {
    /// In the values of an event's fields.
    Fields,
    /// In the bytes of its record, of a format that keeps its values as they stand there.
    Raw,
}

impl Clause {
    /// Whether some text may stand in any field.
    pub(crate) fn has_keywords(&self) -> bool {
        self.texts.iter().any(|text| text.field.is_none())
    }
}

/// The clause of a whole rule.
pub(crate) fn of_detection(detection: &Detection, view: View) -> Option<Clause> {
    Reader { detection, view }.expression(&detection.condition)
}

/// Whether there is a clause for the values of fields, found out faster than which.
pub(crate) fn has_clause(detection: &Detection) -> bool {
    let reader = Reader { detection, view: View::Fields };
    reader.has(&detection.condition).is_some_and(|texts| texts <= TEXTS_LIMIT)
}

struct Reader<'a> {
    detection: &'a Detection,
    view: View,
}

impl Reader<'_> {
    fn expression(&self, expression: &Expression) -> Option<Clause> {
        match expression {
            Expression::Search(index) => self.search(&self.detection.searches[*index].1),
            Expression::Not(_) => None,
            Expression::All(parts) => best(parts.iter().map(|part| self.expression(part))),
            Expression::Any(parts) => union(parts.iter().map(|part| self.expression(part))),
        }
    }

    /// How many texts a clause has at least, where there is one.
    fn has(&self, expression: &Expression) -> Option<usize> {
        match expression {
            Expression::Search(index) => self.searched(&self.detection.searches[*index].1),
            Expression::Not(_) => None,
            Expression::All(parts) => parts.iter().filter_map(|part| self.has(part)).min(),
            Expression::Any(parts) => parts.iter().map(|part| self.has(part)).sum(),
        }
        .filter(|texts| *texts > 0)
    }

    fn searched(&self, search: &Search) -> Option<usize> {
        match search {
            Search::All(parts) => parts.iter().filter_map(|part| self.searched(part)).min(),
            Search::Any(parts) => parts.iter().map(|part| self.searched(part)).sum(),
            Search::Item(item) => {
                let is_scanned = item.field.as_deref().is_none_or(|f| is_scanned(f, self.view));
                if item.negated || !is_scanned {
                    return None;
                }
                let has = |test: &Test| match test {
                    Test::Text { pattern, .. } => has_run(pattern, self.view).then_some(1),
                    test => of_test(test, None, self.view).map(|found| found.texts.len()),
                };
                let mut tests = item.tests.iter();
                if item.every { tests.find_map(has) } else { tests.map(has).sum() }
            }
        }
    }

    fn search(&self, search: &Search) -> Option<Clause> {
        match search {
            Search::All(parts) => best(parts.iter().map(|part| self.search(part))),
            Search::Any(parts) => union(parts.iter().map(|part| self.search(part))),
            Search::Item(item) => self.item(item),
        }
    }

    fn item(&self, item: &Item) -> Option<Clause> {
        let is_scanned = match item.field.as_deref() {
            None => true,
            Some(field) => is_scanned(field, self.view),
        };
        if item.negated || !is_scanned {
            return None;
        }
        let tests = item.tests.iter().map(|test| of_test(test, item.field.as_deref(), self.view));
        if item.every { best(tests) } else { union(tests) }
    }
}

/// Whether the text of this field is scanned wherever it comes from.
fn is_scanned(field: &str, view: View) -> bool {
    let name = Name::new(field);
    match (view, name.attribute) {
        (View::Fields, Attribute::OfEvent { .. }) => !FIXED_WORDS.contains(&field),
        // What decoders make of a record need not stand in it.
        (View::Raw, Attribute::OfEvent { text: false }) => {
            !FIXED_WORDS.contains(&field)
                && !name.natives.iter().any(|native| MADE_UP.contains(&&**native))
        }
        _ => false,
    }
}

/// Attributes of a few common words: to look for these would spare nothing.
const FIXED_WORDS: [&str; 4] = ["class_uid", "activity_name", "status", "http_response.code"];

/// Native fields whose text a decoder makes up or puts together: it need not stand in the record.
/// A test of ingest, `the_verbatim_law`, has the same list.
const MADE_UP: [&str; 4] =
    ["eventService", "protoPayload.serviceName", "protoPayload.Servicename", "status"];

fn of_test(test: &Test, field: Option<&str>, view: View) -> Option<Clause> {
    let texts = match test {
        Test::Text { pattern, .. } => vec![of_pattern(pattern, view)?],
        Test::Regex { expression, insensitive, multi_line, dot_all } => {
            let (insensitive, multi_line, dot_all) = (*insensitive, *multi_line, *dot_all);
            of_regex(expression, Flags { insensitive, multi_line, dot_all }, view)?
        }
        _ => return None,
    };
    let worth = texts.iter().map(|text| worth(text)).min()?;
    let text = |text| Text { text, field: field.map(str::to_owned) };
    Some(Clause { texts: texts.into_iter().map(text).collect(), worth })
}

/// Whether [`of_pattern`] finds a run.
fn has_run(pattern: &Pattern, view: View) -> bool {
    pattern.parts.iter().any(|part| match part {
        // Most are plain words: these need no closer look.
        Part::Literal(text) => {
            // Letters that stand in no number and no truth value.
            let is_word = |c: char| "bcdghjkmopqvwxyz_/:=".contains(c.to_ascii_lowercase());
            (text.is_ascii() && text.contains(is_word)) || ascii_run(text, view).is_some()
        }
        Part::One | Part::Many => false,
    })
}

/// The rarest run of ASCII in a pattern.
fn of_pattern(pattern: &Pattern, view: View) -> Option<String> {
    let literals = pattern.parts.iter().filter_map(|part| match part {
        Part::Literal(text) => Some(text.as_str()),
        Part::One | Part::Many => None,
    });
    literals.filter_map(|text| ascii_run(text, view)).max_by_key(|text| worth(text))
}

fn ascii_run(text: &str, view: View) -> Option<String> {
    let cuts = |c: char| !c.is_ascii() || (view == View::Raw && is_cut_in_raw(c));
    let runs = text.split(cuts).filter(|run| !run.is_empty());
    let runs = runs.map(str::to_ascii_lowercase);
    let runs = runs.map(|run| match view {
        View::Fields => rarest_part(run, PART_BYTES),
        View::Raw => rarest_part(run, RAW_PART_BYTES),
    });
    let runs = runs.filter(|run| !may_be_written_number(run));
    match view {
        View::Fields => runs.max_by_key(|run| worth(run)),
        View::Raw => runs.filter(|run| run.len() >= TEXT_BYTES_LEAST).max_by_key(|run| worth(run)),
    }
}

/// Characters that a record may write otherwise than its value has them, or that a decoder puts
/// between a path and a query that stood apart.
const fn is_cut_in_raw(c: char) -> bool {
    c.is_ascii_control() || matches!(c, '"' | '\\' | '?')
}

/// The rarest part of a long text: a small automaton is a fast one.
fn rarest_part(text: String, bytes: usize) -> String {
    let score = |window: &[u8]| window.iter().map(|&b| 11 - u32::from(commonness(b))).sum::<u32>();
    let windows = text.as_bytes().windows(bytes).enumerate();
    let windows = windows.filter(|(_, window)| !is_written_number(window));
    // Of equals the last: texts differ at their ends more than at their beginnings.
    let best = windows.max_by_key(|(_, window)| score(window));
    match best.and_then(|(at, _)| text.get(at..at + bytes)) {
        Some(part) => part.to_owned(),
        None => text,
    }
}

/// How much of a text is looked for in fields.
const PART_BYTES: usize = 10;
/// How much of a text is looked for in records.
const RAW_PART_BYTES: usize = 32;

/// Whether a number or truth value, written out, could hold this text: such values are not
/// scanned.
fn may_be_written_number(text: &str) -> bool {
    is_written_number(text.as_bytes())
        || ["true", "false", "inf", "-inf", "nan"].iter().any(|word| word.contains(text))
}

fn is_written_number(bytes: &[u8]) -> bool {
    bytes.iter().all(|b| b.is_ascii_digit() || matches!(b, b'-' | b'.'))
}

/// How much scanning for a text spares: long and rare ones most. 0: nothing.
fn worth(text: &str) -> u32 {
    if COMMON.iter().any(|common| common.contains(text)) {
        return 1;
    }
    // Every record of the cloud names services so.
    if text.contains("amazonaw") || text.contains("googleapi") {
        return 6;
    }
    let sum: u32 = text.bytes().map(|b| 11 - u32::from(commonness(b))).sum();
    if text.len() < 3 { sum / 2 } else { sum }
}

/// Texts that stand in a large part of all logs of their kind.
const COMMON: [&str; 23] = [
    "assumedrole",
    "microsoft.",
    "google.com",
    "mozilla/5.0 (windows nt 10.0; win64; x64) applewebkit/537.36 (khtml, like gecko) chrome/",
    "mozilla/5.0 (x11; linux x86_64) safari/537.36 gecko/20100101 firefox/",
    "http/1.1",
    "https://www.",
    "http://",
    "index.html",
    "index.php",
    "get",
    "post",
    "head",
    ".com/",
    "en-us",
    "/images/",
    "/static/",
    "/assets/",
    "/media/",
    "/files/",
    "/docs/",
    "/image",
    "/img/",
];

fn best(clauses: impl Iterator<Item = Option<Clause>>) -> Option<Clause> {
    clauses.flatten().max_by_key(|clause| (clause.worth, usize::MAX - clause.texts.len()))
}

fn union(clauses: impl Iterator<Item = Option<Clause>>) -> Option<Clause> {
    let mut all = Clause { texts: Vec::new(), worth: u32::MAX };
    for clause in clauses {
        let clause = clause?;
        all.worth = all.worth.min(clause.worth);
        for text in clause.texts {
            if !all.texts.contains(&text) {
                all.texts.push(text);
            }
        }
    }
    if all.texts.is_empty() || all.texts.len() > TEXTS_LIMIT { None } else { Some(all) }
}

/// Most texts of one clause: a rule with more is cheaper to evaluate always.
const TEXTS_LIMIT: usize = 5_000;

/// The best of the sets of texts of which one stands in every match.
fn of_regex(expression: &str, flags: Flags, view: View) -> Option<Vec<String>> {
    let hir = expression::read(expression, flags).ok()?;
    let usable = |set: Vec<String>| {
        let mut texts = set
            .iter()
            .map(|text| ascii_run(text, view).filter(|text| text.len() > 1))
            .collect::<Option<Vec<_>>>()?;
        texts.sort();
        texts.dedup();
        if texts.is_empty() { None } else { Some(texts) }
    };
    let least = |texts: &Vec<String>| {
        let worth = texts.iter().map(|text| worth(text)).min();
        (worth, usize::MAX - texts.len())
    };
    expression::needs(&hir).into_iter().filter_map(usable).max_by_key(least)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clause(detection: &str) -> Option<Vec<String>> {
        let text = format!("title: T\nlogsource: {{category: webserver}}\ndetection:\n{detection}");
        let parsed = bakas_sigma::parse(&text);
        assert_eq!(parsed.problems, vec![]);
        match &parsed.documents[0] {
            bakas_sigma::Document::Rule(rule) => {
                let found = of_detection(&rule.detection, View::Fields);
                assert_eq!(has_clause(&rule.detection), found.is_some());
                found.map(|clause| clause.texts.into_iter().map(|t| t.text).collect())
            }
            other => panic!("{other:?}"),
        }
    }

    fn check(detection: &str, expected: Option<&[&str]>) {
        let found = clause(detection);
        let expected = expected.map(|texts| texts.iter().map(|t| (*t).to_owned()).collect());
        assert_eq!(found, expected, "{detection}");
    }

    #[test]
    fn the_rarest_text_is_chosen() {
        check(
            "  s:\n    cs-method: GET\n    q|contains: '/SetupWizard.aspx/'\n  condition: s\n",
            Some(&["zard.aspx/"]),
        );
        check(
            "  s:\n    q|contains|all: [a/b, 'whoami%20']\n  condition: s\n",
            Some(&["whoami%20"]),
        );
        check("  k: [one*two, '=whoami']\n  condition: k\n", Some(&["two", "=whoami"]));
    }

    #[test]
    fn what_may_be_absent_gives_nothing() {
        check("  s: {a: 404}\n  condition: s\n", None);
        check("  s: {a: '404'}\n  condition: s\n", None);
        check("  s: {a: '*'}\n  condition: s\n", None);
        check("  s: {a: text}\n  condition: not s\n", None);
        check("  s: {a|neq: text}\n  condition: s\n", None);
        check("  s: {a: [text, null]}\n  condition: s\n", None);
        check("  s: {status: Failure}\n  condition: s\n", None);
        check("  s: {src_endpoint.autonomous_system.name: Telco}\n  condition: s\n", None);
        check("  s: {a: \"\u{e9}\u{e8}\"}\n  condition: s\n", None);
        check("  s: {a: text}\n  t: {b: other}\n  condition: s or not t\n", None);
        check("  s: {a: text}\n  t: {b: other}\n  condition: s and not t\n", Some(&["text"]));
    }

    #[test]
    fn expressions_give_their_beginning_or_end() {
        check("  s: {a|re: '^/cgi-bin/.*'}\n  condition: s\n", Some(&["/cgi-bin/"]));
        check("  s: {a|re: '.*\\.jsp$'}\n  condition: s\n", Some(&[".jsp"]));
        check("  s: {a|re: '(abc|xyz)+'}\n  condition: s\n", Some(&["abc", "xyz"]));
        check("  s: {a|re: 'x.*=whoami.*y'}\n  condition: s\n", Some(&["=whoami"]));
        check("  s: {a|re|i: 'union.*'}\n  condition: s\n", Some(&["union"]));
        check("  s: {a|re: '.*'}\n  condition: s\n", None);
    }
}
