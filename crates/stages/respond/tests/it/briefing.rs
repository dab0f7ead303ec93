//! What stands on the terminal after an investigation.

use bakas_model::Case;
use bakas_respond::briefing::{BRIEFING_LINES_LIMIT, render};

use crate::fixture;

#[test]
fn a_case_reads_like_a_briefing() {
    insta::assert_snapshot!("briefing", render(&fixture::case(), 80, false));
}

#[test]
fn it_fits_one_screen_at_any_width() {
    for width in [0, 40, 60, 80, 100, 120, 500] {
        let text = render(&fixture::case(), width, false);
        assert!(text.lines().count() <= BRIEFING_LINES_LIMIT, "{width}: {}", text.lines().count());
        for line in text.lines().filter(|_| width >= 80) {
            assert!(line.chars().count() <= width.min(120), "{width}: {line}");
        }
    }
}

#[test]
fn no_log_drives_the_terminal() {
    let mut case = fixture::case();
    let evil = format!("{} \u{9b}31m\r\n", fixture::HOSTILE);
    case.name = evil.clone();
    for agency in &mut case.agencies {
        (agency.id, agency.name) = (evil.clone(), Some(evil.clone()));
    }
    for incident in &mut case.incidents {
        incident.title.en = evil.clone();
        incident.scope.entered.iter_mut().for_each(|one| one.account = evil.clone());
        incident.addresses.iter_mut().for_each(|one| one.operator = Some(evil.clone()));
    }
    for ask in &mut case.asks {
        ask.text.en = evil.clone();
    }
    let text = render(&case, 80, false);
    let acts = |c: &char| (c.is_control() && *c != '\n') || *c == '\u{202e}';
    assert_eq!(text.chars().find(acts), None);
    assert!(text.contains("\\u{1b}[2J"));
    assert!(text.lines().count() <= BRIEFING_LINES_LIMIT);
}

#[test]
fn colour_adds_only_colour() {
    let (plain, painted) =
        (render(&fixture::case(), 80, false), render(&fixture::case(), 80, true));
    assert!(painted.contains("\x1b[31m") && !plain.contains('\x1b'));
    let mut stripped = String::new();
    let mut rest = painted.as_str();
    while let Some((before, after)) = rest.split_once("\x1b[") {
        stripped.push_str(before);
        rest = after.split_once('m').expect("every colour ends").1;
    }
    stripped.push_str(rest);
    assert_eq!(stripped, plain);
}

#[test]
fn nothing_found_is_said() {
    let text = render(&Case { name: "quiet".into(), ..Case::default() }, 80, false);
    insta::assert_snapshot!("briefing_quiet", text);
}
