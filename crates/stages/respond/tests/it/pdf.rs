//! `report.pdf` as a file: whole, the same for the same case, and bounded.

use std::{
    io::Write as _,
    process::{Command, Stdio},
};

use bakas_model::Case;
use bakas_respond::report::{Edition, Lang, pdf, pdf_edition};

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

/// The text of a PDF, by a reader that is not ours; `None` where there is none.
#[expect(clippy::print_stdout, reason = "what is skipped is said")]
fn text(pdf: &[u8]) -> Option<String> {
    let mut command = Command::new("pdftotext");
    command.args(["-layout", "-", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let Ok(mut reader) = command.spawn() else {
        println!("skipped: pdftotext is not here");
        return None;
    };
    let mut input = reader.stdin.take().expect("it was piped");
    let pdf = pdf.to_vec();
    let writer = std::thread::spawn(move || input.write_all(&pdf).expect("it reads to the end"));
    let output = reader.wait_with_output().expect("it ends");
    writer.join().expect("it wrote all");
    Some(String::from_utf8(output.stdout).expect("UTF-8"))
}

#[test]
fn a_report_in_filipino_is_in_filipino_throughout() {
    let edition = |lang| Edition { lang, ..Edition::default() };
    let case = fixture::case();
    let Some(fil) = text(&pdf_edition(&case, &edition(Lang::Fil)).unwrap()) else { return };
    let own = [
        "Kailan",
        "Ano ang nangyari",
        "Mula saan",
        "Mga address na inaanunsiyo na ngayon ng ibang network",
        "Kung sino ang tatanungin, at kung ano ang ibibigay",
        "Ano ang magkakaugnay",
        "Sino: mga magkahiwalay na tanong",
        "Ano ang gagawin",
        "Ano ang nabasa, at ano ang hindi",
        "Ano ang pinagbatayan nito",
    ];
    let english = [
        "When",
        "Where from",
        "What ",
        "Entered",
        "within",
        "Done when",
        "Proposed",
        "records",
        "lines",
        "Whom",
        "ask ",
        "Set aside",
        "Clock",
        "Made by",
        "weight",
        "more in",
    ];
    for part in own {
        assert!(fil.contains(part), "no {part}");
    }
    for part in english {
        assert!(!fil.contains(part), "{part}");
    }
    let en = text(&pdf_edition(&case, &edition(Lang::En)).unwrap()).unwrap();
    for part in ["Where from", "Whom to ask, and what to give them", "ask both which of them"] {
        assert!(en.split_whitespace().collect::<Vec<_>>().join(" ").contains(part), "no {part}");
    }
}
