//! `report.pdf` as a file: whole, the same for the same case, and bounded.

use bakas_model::Case;
use bakas_respond::report::pdf;

use crate::fixture;

fn holds(pdf: &[u8], text: &str) -> bool {
    pdf.windows(text.len()).any(|window| window == text.as_bytes())
}

fn pages(pdf: &[u8]) -> usize {
    let mark = b"/Type /Page\n";
    pdf.windows(mark.len()).filter(|window| window == mark).count()
}

#[test]
fn it_is_a_whole_tagged_document() {
    let made = pdf(&fixture::case()).unwrap();
    assert!(made.starts_with(b"%PDF-1.7") && made.trim_ascii_end().ends_with(b"%%EOF"));
    assert!((4..=9).contains(&pages(&made)), "{} pages", pages(&made));
    for mark in ["/StructTreeRoot", "/Lang", "/Outlines", "/FontFile2", "/ToUnicode", "/S /H1"] {
        assert!(holds(&made, mark), "no {mark}");
    }
    assert!(!holds(&made, "/JavaScript") && !holds(&made, "/URI"), "nothing in it acts");
    assert!(made.len() < 400_000, "{} bytes", made.len());
}

#[test]
fn the_same_case_gives_the_same_bytes() {
    assert_eq!(pdf(&fixture::case()).unwrap(), pdf(&fixture::case()).unwrap());
}

#[test]
fn an_empty_case_is_one_page() {
    assert_eq!(pages(&pdf(&Case::default()).unwrap()), 1);
}

#[test]
fn a_huge_and_hostile_case_stays_bounded() {
    let mut case = fixture::case();
    case.name = format!("{}){}", fixture::HOSTILE, "n".repeat(10_000));
    for incident in &mut case.incidents {
        incident.summary.en = format!("{} {}", fixture::HOSTILE, "long ".repeat(20_000));
        incident.title.en = "y".repeat(5_000);
    }
    let made = pdf(&case).unwrap();
    assert!(pages(&made) <= 400, "{} pages", pages(&made));
    assert!(!holds(&made, "<script>"), "log text is glyphs, not bytes of the file");
}
