//! What a reader of `report.html` would notice, hostile or not.

use bakas_model::{Case, IncidentId, Place, RejectReason, Text};
use bakas_respond::report::{EvidenceSample, html};

use crate::fixture;

fn page() -> String {
    html(&fixture::case(), &fixture::samples())
}

/// The markup between two marks, for snapshots of a part.
fn part<'p>(page: &'p str, from: &str, to: &str) -> &'p str {
    let (_, after) = page.split_once(from).unwrap_or_else(|| panic!("no {from}"));
    after.split_once(to).unwrap_or_else(|| panic!("no {to}")).0
}

/// The text of markup, a line for each element that holds some.
fn words(markup: &str) -> String {
    let mut out = String::new();
    for piece in markup.split('<') {
        let text = piece.split_once('>').map_or("", |(_, text)| text).trim();
        if !text.is_empty() {
            out.push_str(text);
            out.push('\n');
        }
    }
    out
}

#[test]
fn nothing_from_a_log_becomes_markup() {
    let page = page();
    assert_eq!(page.matches("<script").count(), 1, "only the report's own script");
    assert!(!page.contains("<img"));
    assert!(!page.contains("<b>“East”"));
    assert!(page.contains("&lt;script&gt;alert(document.cookie)&lt;/script&gt;"));
    for tag in page.split('<').skip(1) {
        let tag = tag.split('>').next().unwrap_or("");
        let names: String = tag.split('"').step_by(2).collect();
        assert!(!names.contains("onerror"), "an attribute from a log: <{tag}>");
    }
}

#[test]
fn nothing_hidden_reaches_the_reader() {
    let page = page();
    assert!(
        page.contains("\\u{202e}gpj.exe\\u{1b}[2J\\u{7}\\u{0}"),
        "what was hidden is written out"
    );
    let hidden = |c: &char| (c.is_control() && *c != '\n') || ('\u{202a}'..='\u{202e}').contains(c);
    assert_eq!(page.chars().find(hidden), None);
}

#[test]
fn every_field_of_a_hostile_case_is_escaped() {
    let evil = "\"'><script>1</script>\u{202e}&";
    let mut case = fixture::case();
    case.name = evil.into();
    case.tool_version = evil.into();
    case.arguments = vec![evil.into()];
    case.synthetic = false;
    for agency in &mut case.agencies {
        (agency.id, agency.name) = (evil.into(), Some(evil.into()));
        agency.domains = vec![evil.into()];
        agency.administrator = Some(evil.into());
    }
    for incident in &mut case.incidents {
        incident.title = Text::new(evil, evil);
        incident.summary = Text::new(evil, "");
        incident.techniques = vec![evil.into()];
        incident.addresses.iter_mut().for_each(|used| used.operator = Some(evil.into()));
    }
    for set in &mut case.data_sets {
        set.attribution = format!("{evil} https://x.example/{evil}");
        set.name = evil.into();
    }
    for summary in &mut case.sources {
        summary.source.path = evil.into();
        summary.source.clock.zone = Some(evil.into());
    }
    case.set_aside[0].text = Text::new(evil, evil);
    case.rules.unsupported.insert(evil.into(), 1);
    let page = html(&case, &fixture::samples());
    assert_eq!(page.matches("<script").count(), 1);
    assert!(!page.contains('\u{202e}'));
    assert!(page.contains("&quot;'&gt;&lt;script&gt;1&lt;/script&gt;\\u{202e}&amp;"));
}

#[test]
fn the_policy_allows_the_one_script_and_nothing_else() {
    let page = page();
    let policy = part(&page, "Content-Security-Policy\" content=\"", "\"");
    assert!(
        policy.starts_with("default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-")
    );
    assert!(policy.contains("img-src data:") && !policy.contains("http"));
    let outside = page.split("href=\"").skip(1).filter(|link| !link.starts_with('#')).count();
    let named = page.matches("rel=\"noreferrer noopener\"").count();
    assert_eq!(outside, named, "links lead inside, or to a named source");
    assert!(!page.contains("src=\"") && !page.contains("url("), "nothing is fetched");
}

#[test]
fn the_story_comes_first_and_leaves_the_actor_open() {
    let page = page();
    insta::assert_snapshot!("story", words(part(&page, "<h1", "</section>")));
}

#[test]
fn every_section_says_what_the_case_holds() {
    let page = page();
    for needle in [
        "operator is not actor",
        "Operator is not actor.",
        "River Telecom Backbone",
        "Fjord Hosting AS",
        "director@harbours.example",
        "the shell was called 4 minutes after the last upload",
        "Every sign-in was preceded by failed guesses",
        "Keep all audit logs from 1 December",
        "Ingatan ang lahat ng audit log",
        "≥ 1,204",
        "written permission",
        "−7.0 min",
        "bakas verify",
        "https://db-ip.com",
        "IP Geolocation by DB-IP",
        "and 17,423 more in ",
    ] {
        assert!(page.contains(needle), "the report should say: {needle}");
    }
    for reason in [RejectReason::Malformed, RejectReason::Truncated, RejectReason::UnknownFormat] {
        let remedy = reason.remedy().replace('"', "&quot;");
        assert!(page.contains(&remedy), "the report should say: {remedy}");
    }
}

#[test]
fn an_incident_is_told_whole() {
    let page = page();
    insta::assert_snapshot!("incident", words(part(&page, "id=\"I-02\"", "</article>")));
}

#[test]
fn the_networks_are_summed_over_incidents() {
    let page = page();
    insta::assert_snapshot!("networks", words(part(&page, "aria-label=\"Networks\"", "</table>")));
}

#[test]
fn synthetic_logs_carry_a_banner_and_real_ones_do_not() {
    let mut case = fixture::case();
    assert!(html(&case, &[]).contains("class=\"banner\""));
    case.synthetic = false;
    assert!(!html(&case, &[]).contains("class=\"banner\""));
}

#[test]
fn a_case_without_findings_is_a_report_too() {
    let page = html(&Case { name: "quiet".into(), ..Case::default() }, &[]);
    assert!(page.contains("No attack was found in these logs"));
    assert!(page.contains("Walang nakitang pag-atake"));
    assert!(page.contains("There is nothing to put on a timeline."));
}

#[test]
fn where_nothing_was_read_the_headline_says_so() {
    let mut case = Case { name: "unread".into(), ..Case::default() };
    case.counts.rejects = 2;
    let page = html(&case, &[]);
    assert!(page.contains("Nothing could be read") && page.contains("Walang nabasa"));
    assert!(!page.contains("No attack was found"));
}

#[test]
fn a_huge_case_stays_a_page() {
    let mut case = fixture::case();
    let moment = case.timeline[0].clone();
    case.timeline = vec![moment; 50_000];
    let source = case.sources[0].clone();
    case.sources = vec![source; 20_000];
    let rejects = case.rejects[0].clone();
    case.rejects = vec![rejects; 20_000];
    for incident in &mut case.incidents {
        let step = case.timeline[0].clone();
        incident.scope.after = vec![step; 1_000];
        let used = incident.addresses[0].clone();
        incident.addresses = vec![used; 5_000];
    }
    let samples: Vec<EvidenceSample> = (0..20_000)
        .map(|n| EvidenceSample {
            incident: IncidentId("I-01".into()),
            file: "welfare/auth.log".into(),
            place: Place { offset: n, ..Place::default() },
            time: fixture::time("2026-01-01"),
            raw: "x".repeat(5_000),
        })
        .collect();
    let page = html(&case, &samples);
    assert!(page.len() < 3_000_000, "{} bytes", page.len());
    assert!(page.contains("and 49,800 more in "));
}
