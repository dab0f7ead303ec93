//! Plain text: that it survives mails and comes back exactly, what a person sees, and that a reply
//! between the lines becomes an answer.

use bakas_exchange::{
    Limits, Recipient, clear, native,
    text::{self, LINE_COLUMNS, LINES_AN_OBJECT, TEXT_BYTES_LIMIT},
};
use bakas_model::exchange::*;
use proptest::prelude::*;

use crate::made;

/// A request as we send it.
fn request() -> Package {
    let party = |id: &str, name: &str| Party {
        id: id.into(),
        name: name.into(),
        kind: PartyKind::NationalCert,
        country: bakas_model::Country::new("PH"),
        contact: ContactPoint { email: format!("soc@{id}"), ..ContactPoint::default() },
    };
    let flow = |number: u8, port: Port| Flow {
        id: format!("F-{number:03}"),
        source: format!("192.0.2.{number}").parse().expect("an address"),
        source_port: port,
        destination: Some("198.51.100.9".parse().expect("an address")),
        destination_port: Some(443),
        protocol: "tcp".into(),
        start: "2026-01-20T03:00:00.123Z".parse().expect("a time"),
        end: "2026-01-20T03:00:04Z".parse().expect("a time"),
        precision_micros: 1000,
        precision_reason: String::new(),
        clock: FlowClock { source: "NTP".into(), uncertainty_micros: 5000, ..FlowClock::default() },
        log_source: "web server access log".into(),
        count: 12,
        evidence: vec![EvidenceRef {
            file: "access.log".into(),
            length: 80,
            ..EvidenceRef::default()
        }],
        handling: None,
    };
    let words = |language: &str, text: &str| Words { language: language.into(), text: text.into() };
    Package {
        id: "0f8fad5b-d9cb-469f-a165-70867728950e".into(),
        created: "2026-01-21T01:30:00Z".parse().expect("a time"),
        from: party("ours.example", "Tanggapan ng Seguridad"),
        to: vec![party("cert.example", "Example CERT")],
        handling: Handling { tlp: Tlp::Green, ..Handling::default() },
        redaction: Vec::new(),
        content: Content::Request(TraceRequest {
            id: "7c9e6679-7425-40de-944b-e07fc1f90ae7".into(),
            version: 1,
            reference: "OURS-17".into(),
            authority: "Republic Act 10175".into(),
            action: Action::Identify,
            reply_by: "2026-02-01T00:00:00Z".parse().expect("a time"),
            legal_basis: "Convention on Cybercrime, article 31".into(),
            offence: "illegal access".into(),
            facts: vec![
                words(
                    "en",
                    "Many passwords were tried against the accounts of one agency, slowly.",
                ),
                words("fil", "Maraming password ang sinubukan."),
            ],
            preservation: None,
            flows: vec![
                flow(7, Port::Known(40001)),
                flow(8, Port::Known(40002)),
                flow(9, Port::Known(40003)),
            ],
        }),
        unknown: Vec::new(),
    }
}

fn sent() -> String {
    let package = request();
    let party = package.to[0].clone();
    let cleared = clear(package, Recipient { party }).expect("it may leave");
    let encoded = text::encode(&cleared).expect("it can be written");
    assert_eq!(encoded.losses, []);
    String::from_utf8(encoded.bytes).expect("UTF-8")
}

fn read(text: &str) -> bakas_exchange::Taken {
    text::decode(text.as_bytes(), &Limits::default()).expect("it can be read")
}

#[test]
fn a_person_sees_what_is_asked() {
    let text = sent();
    assert!(text.starts_with("TLP:GREEN PAP:AMBER\n== TRACE REQUEST ==\n# Who had the addresses"));
    for line in [
        "Action: identify",
        "Reply by: 2026-02-01T00:00:00Z",
        "Facts (fil): Maraming password ang sinubukan.",
        "[Sender]",
        "Name: Tanggapan ng Seguridad",
        "[Flow F-007]",
        "Source: 192.0.2.7",
        "Source port: 40001",
        "Start: 2026-01-20T03:00:00.123Z",
        "Clock may err, microseconds: 5000",
    ] {
        assert!(text.lines().any(|one| one == line), "{line}\n{text}");
    }
    assert_eq!(read(&text).packages, [request()]);
}

/// Quotes as a mail program does.
fn quoted(text: &str) -> String {
    text.lines().map(|line| format!("> {line}").trim_end().to_owned() + "\r\n").collect()
}

/// Puts lines below the one that begins like this.
fn under(text: &str, begins: &str, lines: &str) -> String {
    let mut out = String::new();
    for line in text.lines() {
        out.push_str(line);
        out.push_str("\r\n");
        if line.trim_start_matches("> ").starts_with(begins) {
            out.push_str(lines);
        }
    }
    out
}

#[test]
fn a_reply_between_the_lines_becomes_an_answer() {
    let mut mail = quoted(&sent());
    mail = under(&mail, "Log: web", "");
    mail = mail.replace(
        "> [Flow F-008]",
        "Outcome: Identified\r\nAllocation: CGNAT\r\nCandidate: SUB-4711\r\n\
         Held from: 2026-01-20T02:00:00Z\r\nConfidence: 80%\r\n\
         We looked into the logs of the translator.\r\nThere was one lease only.\r\n\r\n\
         Disclosure: held for assistance\r\n> [Flow F-008]",
    );
    mail = mail.replace(
        "> [Flow F-009]",
        "Outcome: not retained\r\nOutcome: dunno\r\nColour: blue\r\n> [Flow F-009]",
    );
    let mail = format!(
        "Dear colleagues,\r\nthank you.\r\n\r\nStatus: partial\r\nReference: EX-9\r\n\
         Date: 2026-01-22T08:00:00+08:00\r\nOn Wednesday our colleague wrote:\r\n{mail}\r\n\
         --\r\nExample CERT\r\nPhone: 1234\r\n"
    );
    let taken = read(&mail);
    let rejected: Vec<&str> = taken.rejected.iter().map(|one| one.text.as_str()).collect();
    assert_eq!(rejected.len(), 2, "{rejected:?}");
    assert!(rejected[0].contains("Outcome") && rejected[0].starts_with("line "), "{rejected:?}");
    assert!(rejected[1].contains("Colour"), "{rejected:?}");
    let package = &taken.packages[0];
    assert_eq!(package.from.id, "cert.example");
    assert_eq!(package.created.to_string(), "2026-01-22T00:00:00Z");
    assert_eq!(package.handling.tlp, Tlp::Green);
    let Content::Answer(answer) = &package.content else { panic!("an answer") };
    assert_eq!(answer.in_reply_to.id, "7c9e6679-7425-40de-944b-e07fc1f90ae7");
    assert_eq!(answer.in_reply_to.sha256, native::digest(&request()));
    assert_eq!((answer.status, answer.reference.as_str()), (AnswerStatus::Partial, "EX-9"));
    assert_eq!(answer.notes[0].text, "Dear colleagues,\nthank you.");
    let [first, second] = answer.flows.as_slice() else { panic!("two flows: {answer:?}") };
    assert_eq!((first.flow.as_str(), first.outcome), ("F-007", Outcome::Identified));
    assert_eq!(first.allocation, Allocation::Cgnat);
    assert_eq!(first.disclosure, Disclosure::HeldForAssistance);
    assert_eq!(first.candidates[0].reference, "SUB-4711");
    assert_eq!(first.candidates[0].confidence, Some(80));
    assert_eq!(
        first.candidates[0].from.map(|at| at.to_string()).as_deref(),
        Some("2026-01-20T02:00:00Z")
    );
    assert_eq!(
        first.notes[0].text,
        "We looked into the logs of the translator.\nThere was one lease only."
    );
    assert_eq!((second.flow.as_str(), second.outcome), ("F-008", Outcome::NotRetained));
    assert_eq!(read(&mail).packages, taken.packages, "the same mail makes the same answer");
}

#[test]
fn a_reply_to_lines_that_were_changed_names_no_digest() {
    let mail = quoted(&sent()).replace("192.0.2.8", "192.0.2.88");
    let mail = mail.replace("> [Flow F-009]", "Outcome: identified\r\n> [Flow F-009]");
    let taken = read(&mail);
    assert!(taken.rejected.iter().any(|one| one.text.contains("digest")), "{:?}", taken.rejected);
    let Content::Answer(answer) = &taken.packages[0].content else { panic!("an answer") };
    assert_eq!(answer.in_reply_to.sha256, "");
    assert_eq!(answer.flows[0].flow, "F-008");
    let forwarded = quoted(&quoted(&sent()));
    assert_eq!(read(&forwarded).packages, [request()], "a quotation alone is no reply");
}

#[test]
fn what_is_no_text_of_ours_is_refused_by_name() {
    for (text, word) in [("", "titles"), ("hello\n", "titles"), ("> == TRACE\n", "titles")] {
        let error = text::decode(text.as_bytes(), &Limits::default()).expect_err(word);
        assert!(error.what.contains(word), "{error}");
    }
    assert!(text::decode(b"\xff\n== TRACE REQUEST ==\n", &Limits::default()).is_err());
}

#[test]
fn lines_that_nobody_knows_are_told_and_the_rest_is_read() {
    let text = sent()
        .replace("Source port: 40001", "Source port: many")
        .replace("Action: identify", "Action: identify\nMood: good\nno label at all")
        .replace("[Flow F-009]", "[Flow F-009]\nsomething");
    let taken = read(&text);
    let rejected: Vec<&str> = taken.rejected.iter().map(|one| one.text.as_str()).collect();
    for word in ["Mood", "neither a heading", "no whole number", "digest"] {
        assert!(rejected.iter().any(|one| one.contains(word)), "{word}: {rejected:?}");
    }
    let Content::Request(request) = &taken.packages[0].content else { panic!("a request") };
    assert_eq!(request.flows.len(), 3);
    assert_eq!(request.flows[0].source_port, Port::Missing(String::new()));
}

#[test]
fn every_limit_refuses_one_more() {
    let text = sent();
    let most = |limits: Limits| text::decode(text.as_bytes(), &limits);
    let length = text.len() as u64;
    assert!(most(Limits { bytes: length, ..Limits::default() }).is_ok());
    assert!(most(Limits { bytes: length - 1, ..Limits::default() }).is_err());
    assert!(most(Limits { objects: 3, ..Limits::default() }).is_ok());
    assert!(most(Limits { objects: 2, ..Limits::default() }).is_err());
    let longest = text.lines().map(str::len).max().expect("lines");
    assert!(most(Limits { text: longest, ..Limits::default() }).is_ok());
    assert!(most(Limits { text: longest - 1, ..Limits::default() }).is_err());
    let broken = text.replace("Action: identify", "a\nb\nc\nd");
    let few = Limits { rejects: 2, ..Limits::default() };
    assert_eq!(text::decode(broken.as_bytes(), &few).expect("reads").rejected.len(), 2);
    let long = |count: usize| {
        let text = "\n".repeat(count - text.lines().count()) + &text;
        text::decode(text.as_bytes(), &Limits { objects: 3, ..Limits::default() })
    };
    assert!(long(LINES_AN_OBJECT * 3).is_ok());
    assert!(long(LINES_AN_OBJECT * 3 + 1).is_err());
    let big = " ".repeat(TEXT_BYTES_LIMIT as usize + 1);
    let wide = Limits { text: usize::MAX, ..Limits::default() };
    let error = text::decode(big.as_bytes(), &wide).expect_err("too big");
    assert!(error.what.contains("in parts"), "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn ours_comes_back_as_it_was_also_when_quoted(package in made::package()) {
        let Some(cleared) = made::cleared(&package) else { return Ok(()) };
        let encoded = text::encode(&cleared).expect("it can be written");
        prop_assert_eq!(&encoded.losses, &[]);
        let text = std::str::from_utf8(&encoded.bytes).expect("UTF-8");
        for text in [text.to_owned(), quoted(text), quoted(&quoted(text)), format!("\u{feff}{text}")] {
            let taken = read(&text);
            prop_assert_eq!(&taken.rejected, &[]);
            prop_assert_eq!(&taken.packages, std::slice::from_ref(&package));
        }
        for line in text.lines() {
            prop_assert!(line.chars().count() <= LINE_COLUMNS, "{}", line);
            prop_assert_eq!(line, line.trim_end());
            prop_assert!(!line.starts_with([' ', '>']) && !line.starts_with("From "), "{}", line);
        }
    }

    #[test]
    fn texts_that_were_cut_or_changed_are_refused_or_read(
        at in any::<prop::sample::Index>(), byte in any::<u8>(), many in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        let mut bytes = sent().into_bytes();
        let at = at.index(bytes.len());
        if let Ok(taken) = text::decode(&bytes[..at], &Limits::default()) {
            prop_assert!(!taken.rejected.is_empty() || taken.packages == [request()]);
        }
        bytes[at] = byte;
        drop(text::decode(&bytes, &Limits::default()));
        bytes.splice(at..at, many);
        drop(text::decode(&bytes, &Limits::default()));
    }
}
