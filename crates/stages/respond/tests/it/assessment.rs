//! The section of the assessment, as a reader would notice it: pictures that hold without colour and
//! stay small, words in both languages, nothing from outside that acts.

use bakas_model::{
    Assessment, EvidenceItem, Hypothesis, Judgements, Statement, Text, Timestamp,
    assessment::{Cell, HistoryEntry, Moved, Numbers, Step},
};
use bakas_respond::report::{Edition, Judged, Lang, html_edition, pdf_edition};

use crate::fixture;

const EVIL: &str = "\"'><script>1</script>\u{202e}&";

/// An assessment with so many items, weighed against three explanations.
fn weighed(items: u32, text: &str) -> Assessment {
    let numbers = 1..=items;
    let hypothesis = |id: &str, best: f64| Hypothesis {
        id: id.to_owned(),
        text: Text::new(text, text),
        prior: 0.3,
        best,
        low: best - 0.1,
        high: best + 0.1,
        insufficient: id == "h-1",
        ..Hypothesis::default()
    };
    let hypotheses = vec![hypothesis("h-1", 0.6), hypothesis("h-2", 0.25), hypothesis("h-3", 0.15)];
    let cell = |item: u32, hypothesis: &Hypothesis| Cell {
        item,
        hypothesis: hypothesis.id.clone(),
        low: 0.2,
        best: 0.5,
        high: 0.8,
        reason: Text::new(text, text),
        by: Some(text.to_owned()),
        overridden: true,
    };
    let sign = |number: u32| if number.is_multiple_of(2) { 1.5 } else { -1.0 };
    Assessment {
        subject: "C-01".into(),
        question: Text::new(text, text),
        answer: Text::new(text, text),
        evidence: numbers
            .clone()
            .map(|number| EvidenceItem {
                number,
                id: format!("E-{number}"),
                text: Text::new(format!("{text} {number}"), format!("{text} {number}")),
                source: text.to_owned(),
                ..EvidenceItem::default()
            })
            .collect(),
        matrix: numbers.clone().flat_map(|n| hypotheses.iter().map(move |h| cell(n, h))).collect(),
        moved: numbers
            .clone()
            .map(|item| Moved {
                item,
                decibans: vec![sign(item), 0.0, f64::NAN],
                ..Moved::default()
            })
            .collect(),
        waterfall: numbers
            .map(|item| Step { item, decibans: sign(item), after: sign(item), ..Step::default() })
            .collect(),
        hypotheses,
        ..Assessment::default()
    }
}

fn page(items: u32, text: &str, lang: Lang) -> String {
    let mut case = fixture::case();
    case.assessments = vec![weighed(items, text)];
    let judgements = Judgements {
        statements: vec![Statement {
            id: "S-01".into(),
            party: text.into(),
            words: text.into(),
            language: text.into(),
            ..Statement::default()
        }],
        ..Judgements::default()
    };
    let numbers = |best: f64| Numbers {
        subject: "C-01".into(),
        hypothesis: "h-1".into(),
        best,
        ..Numbers::default()
    };
    let history = [HistoryEntry {
        by: text.into(),
        what: text.into(),
        why: text.into(),
        results: vec![numbers(0.6)],
        ..HistoryEntry::default()
    }];
    let judged = Judged {
        as_of: "2026-02-03T10:00:00Z".parse::<Timestamp>().expect("sound by construction"),
        judgements: &judgements,
        unrecorded: 1,
        history: &history,
        sealed: &[numbers(0.4)],
        known: &[],
    };
    let edition = Edition { lang, judged: Some(&judged) };
    assert!(pdf_edition(&case, &edition).expect("sound by construction").starts_with(b"%PDF"));
    html_edition(&case, &[], &edition)
}

#[test]
fn the_pictures_hold_without_colour() {
    let page = page(6, "plain words", Lang::En);
    let drawings: Vec<&str> = page.split("<svg class=\"drawing\"").skip(1).collect();
    assert_eq!(drawings.len(), 4, "waterfall and matrix, in two languages");
    for drawing in drawings {
        let drawing = drawing.split("</svg>").next().expect("sound by construction");
        assert!(
            drawing.contains("role=\"img\"") && drawing.contains("aria-label="),
            "it says what it shows"
        );
        assert!(
            drawing.contains("class=\"fi ou\"") || drawing.contains("class=\"fi\""),
            "filled: towards"
        );
        assert!(drawing.contains("fill=\"url(#"), "hatched: away");
        assert!(!drawing.contains("NaN") && !drawing.contains("inf"));
    }
    assert!(page.contains("50 %*"), "what an analyst set is marked");
    assert!(page.contains("insufficient evidence") && page.contains("kulang na ebidensiya"));
}

#[test]
fn a_report_says_which_judgements_of_which_date_it_shows() {
    let page = page(2, "plain words", Lang::Fil);
    assert!(page.contains("judgements of 2026-02-03 10:00 UTC"), "the date");
    assert!(page.contains("not yet in the history"), "what is not recorded");
    assert!(page.contains("id=\"lang-fil\" checked"), "it opens in Filipino");
    let (_, earlier) = page.split_once("What was thought earlier").expect("sound by construction");
    assert!(earlier.contains("40 % → ") && earlier.contains("60 %"), "earlier and after");
}

#[test]
fn what_parties_and_analysts_write_cannot_act() {
    let page = page(3, EVIL, Lang::En);
    assert_eq!(page.matches("<script").count(), 1, "only the report's own script");
    assert!(page.contains("&lt;script&gt;") && !page.contains('\u{202e}'));
    assert!(!page.contains("lang=\"&quot;"), "a language that is none is no attribute");
}

#[test]
fn pictures_stay_small_however_much_there_is() {
    let few = page(10, "words", Lang::En);
    let drawn = |page: &str| -> usize {
        page.split("<svg class=\"drawing\"")
            .skip(1)
            .map(|d| d.split("</svg>").next().expect("sound by construction").len())
            .sum()
    };
    let many = page(500, &"long words ".repeat(400), Lang::En);
    assert!(drawn(&many) < 200_000, "{}", drawn(&many));
    assert!(drawn(&few) < drawn(&many));
    assert!(many.contains("more that moved less") && many.contains("more items together"));
}
