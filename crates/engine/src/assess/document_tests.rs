//! What is refused in `assessment.toml`, and with which words.

use super::*;

const WHOLE: &str = r#"
schema = "bakas-assessment/1"

[[hypothesis]]
level = "actor"
id = "contractor"
text = { en = "A contractor", fil = "Isang kontratista" }
prior = 0.05
reason = "one was let go in December"
by = "ana"
at = 2026-02-03T10:00:00Z

[[evidence]]
id = "E-01"
subject = "C-01"
kind = "time_pattern"
text = "The lines keep office hours"
source = "our own logs"
reliability = "A"
credibility = "2"
cost = "cheap"
incidents = ["I-01"]
basis = [{ is = "document", name = "hours.ods" }]
by = "ana"

[[statement]]
id = "S-01"
party = "Example Telecom"
words = "Wala kaming\nkinalaman."
language = "fil"
translation = "We had no part in it."
kind = "denial"
date = 2026-02-01
about = [{ level = "actor", hypothesis = "contractor" }]
by = "ben"

[[cell]]
level = "actor"
item = "E-01"
hypothesis = "contractor"
low = 0.5
best = 0.7
high = 0.9
reason = "contractors keep them"
by = "ana"

[[prior]]
level = "actor"
hypothesis = "contractor"
prior = 0.1
reason = "two were"
by = "ben"

[[withdraw]]
id = "E-01"
reason = "the clock was wrong"
by = "ben"
"#;

#[test]
fn every_entry_is_read() {
    let document = Document::parse(WHOLE).unwrap();
    let state = document.state();
    let keys: Vec<&str> = state.0.keys().map(String::as_str).collect();
    assert_eq!(
        keys,
        [
            "cell all/actor/E-01/contractor",
            "evidence E-01",
            "hypothesis all/actor/contractor",
            "prior all/actor/contractor",
            "statement S-01",
            "withdraw E-01",
        ]
    );
    let judgements = state.judgements(&std::collections::BTreeMap::new());
    assert_eq!(judgements.statements[0].words, "Wala kaming\nkinalaman.");
    assert!(judgements.statements[0].interested, "a party is taken to have an interest");
    assert_eq!(judgements.hypotheses[0].text.fil, "Isang kontratista");
}

#[test]
fn what_is_written_reads_back_the_same() {
    let state = Document::parse(WHOLE).unwrap().state();
    let text: String = state.0.values().map(super::super::write::lines).collect();
    let again = Document::parse(&format!("{}{text}", super::super::write::head())).unwrap();
    assert_eq!(again.state(), state);
    let json = serde_json::to_vec(&state).unwrap();
    let back: State = serde_json::from_slice(&json).unwrap();
    assert_eq!((back.digest(), &back), (state.digest(), &state));
}

#[test]
fn a_fault_names_line_and_key_and_says_what_to_do() {
    let check = |from: &str, to: &str, line: Option<usize>, expected: &str| {
        let text = WHOLE.replacen(from, to, 1);
        assert_ne!(text, WHOLE, "{from} stands in the sample");
        let fault = Document::parse(&text).unwrap_err();
        assert!(fault.what.contains(expected), "{}", fault.what);
        assert_eq!(fault.line, line, "{}", fault.what);
    };
    check(
        "reliability = \"A\"",
        "reliability = \"Z\"",
        Some(19),
        "reliability: 'Z' is none of A B C D E F",
    );
    check("low = 0.5", "low = 0.8", Some(42), "best: the three must rise");
    check("low = 0.5", "low = 0.0", Some(41), "low: 0 is no share");
    check("high = 0.9", "high = nan", Some(43), "high: NaN is no share");
    check("by = \"ana\"\nat", "by = \" \"\nat", Some(10), "by: nobody is named");
    check("id = \"E-01\"\nsubject", "id = \"E 01\"\nsubject", Some(14), "id: an id is 1 to 60");
    check("id = \"S-01\"", "id = \"E-01\"", Some(27), "'E-01' stands twice");
    check("reason = \"the clock was wrong\"", "reason = \"\"", Some(56), "reason: it is empty");
    check("bakas-assessment/1", "bakas-assessment/9", Some(2), "schema");
    check("date = 2026-02-01", "date = 2026-02-01T10:00:00", Some(33), "date");
    check("kind = \"denial\"", "kind = \"maybe\"", None, "line 32");
    check("cost = \"cheap\"", "colour = \"red\"", None, "unknown field `colour`");
    check("source = \"our own logs\"\n", "", None, "missing field `source`");
}

#[test]
fn one_over_a_bound_is_refused() {
    let of = |from: &str, to: &str| Document::parse(&WHOLE.replacen(from, to, 1));
    let text = |count: usize| format!("text = \"{}\"", "x".repeat(count));
    assert!(of("text = \"The lines keep office hours\"", &text(TEXT_CHARS_LIMIT)).is_ok());
    assert!(of("text = \"The lines keep office hours\"", &text(TEXT_CHARS_LIMIT + 1)).is_err());
    let words = |count: usize| format!("words = \"{}\"", "x".repeat(count));
    let was = "words = \"Wala kaming\\nkinalaman.\"";
    assert!(of(was, &words(WORDS_CHARS_LIMIT)).is_ok());
    assert!(of(was, &words(WORDS_CHARS_LIMIT + 1)).is_err());
    let id = |count: usize| format!("id = \"{}\"", "x".repeat(count));
    assert!(of("id = \"S-01\"", &id(ID_CHARS_LIMIT)).is_ok());
    assert!(of("id = \"S-01\"", &id(ID_CHARS_LIMIT + 1)).is_err());
    let many = |count: usize| -> String {
        let one = |n: usize| format!("[[withdraw]]\nid = \"w{n}\"\nreason = \"r\"\nby = \"b\"\n");
        (0..count).map(one).collect()
    };
    assert!(Document::parse(&many(ENTRIES_LIMIT)).is_ok());
    assert!(Document::parse(&many(ENTRIES_LIMIT + 1)).is_err());
}
