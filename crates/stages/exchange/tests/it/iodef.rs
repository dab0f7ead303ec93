//! IODEF in both forms: what a reader of the standard finds, that our own comes back, and that bad
//! input is refused by name.

#![allow(clippy::print_stdout, reason = "a test says what it skipped")]

use bakas_exchange::{
    Limits, Recipient,
    gate::{Rules, clear_under},
    iodef::{self, ATTRIBUTES_LIMIT, DOCUMENT_BYTES_LIMIT, ELEMENTS_AN_OBJECT},
};
use bakas_model::exchange::*;
use proptest::prelude::*;

use crate::{iodef_schema::check_structure, made};

/// A request as a foreign team would write it, without anything of ours.
const FOREIGN: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<i:IODEF-Document version="2.00" xml:lang="en" xmlns:i="urn:ietf:params:xml:ns:iodef-2.0">
 <i:Incident purpose="traceback" restriction="need-to-know">
  <i:IncidentID name="cert.example">4711</i:IncidentID>
  <i:StartTime>2026-01-20T11:00:00+08:00</i:StartTime>
  <i:GenerationTime>2026-01-21T09:30:00.5+08:00</i:GenerationTime>
  <i:Description>Guesses at passwords.</i:Description>
  <i:Contact role="creator" type="organization">
   <i:ContactName>Example CERT</i:ContactName>
   <i:Email><i:EmailTo>soc@cert.example</i:EmailTo></i:Email>
  </i:Contact>
  <i:EventData restriction="red">
   <i:StartTime>2026-01-20T11:00:00.123+08:00</i:StartTime>
   <i:Flow>
    <i:System category="source">
     <i:Node><i:Address category="ipv4-addr">192.0.2.7</i:Address></i:Node>
     <i:Service ip-protocol="6"><i:Port>40001</i:Port></i:Service>
    </i:System>
    <i:System category="target">
     <i:Node><i:Address category="ipv4-addr">198.51.100.9</i:Address></i:Node>
     <i:Service ip-protocol="6"><i:Port>443</i:Port></i:Service>
    </i:System>
   </i:Flow>
   <i:Expectation action="investigate"><i:EndTime>2026-02-01T00:00:00Z</i:EndTime></i:Expectation>
   <i:Record><i:RecordData><i:RecordItem dtype="string">a line</i:RecordItem></i:RecordData></i:Record>
  </i:EventData>
  <i:EventData><i:Description>nothing that can be traced</i:Description></i:EventData>
 </i:Incident>
</i:IODEF-Document>"#;

/// Requests that may leave.
fn requests(count: usize) -> Vec<Package> {
    let all = made::packages(count * 20).into_iter();
    let all = all.filter(|one| matches!(one.content, Content::Request(_)));
    let all: Vec<Package> = all.filter(|one| made::cleared(one).is_some()).take(count).collect();
    assert_eq!(all.len(), count);
    all
}

fn one(taken: bakas_exchange::Taken) -> Package {
    assert_eq!(taken.packages.len(), 1);
    taken.packages.into_iter().next().expect("one")
}

fn decode(text: &str) -> Result<bakas_exchange::Taken, bakas_exchange::DecodeError> {
    iodef::decode(text.as_bytes(), &Limits::default())
}

#[test]
fn a_foreign_request_is_understood_and_the_rest_kept_or_told() {
    let taken = decode(FOREIGN).expect("it can be read");
    assert_eq!(taken.rejected.len(), 1, "{:?}", taken.rejected);
    assert!(taken.rejected[0].text.contains("EventData[2]"), "{:?}", taken.rejected);
    let package = one(taken);
    assert_eq!(package.handling.tlp, Tlp::Amber);
    assert_eq!(package.from.id, "cert.example");
    assert_eq!(package.from.contact.email, "soc@cert.example");
    assert_eq!(package.created.to_string(), "2026-01-21T01:30:00.500Z");
    let Content::Request(request) = &package.content else { panic!("a request") };
    assert_eq!((request.id.as_str(), request.action), ("4711", Action::Identify));
    assert_eq!(request.reply_by.to_string(), "2026-02-01T00:00:00Z");
    let flow = &request.flows[0];
    assert_eq!(flow.source.to_string(), "192.0.2.7");
    assert_eq!(flow.source_port, Port::Known(40001));
    assert_eq!(flow.destination.map(|ip| ip.to_string()).as_deref(), Some("198.51.100.9"));
    assert_eq!(flow.destination_port, Some(443));
    assert_eq!(flow.protocol, "tcp");
    assert_eq!(flow.start.to_string(), "2026-01-20T03:00:00.123Z");
    assert_eq!(flow.handling.as_ref().map(|one| one.tlp), Some(Tlp::Red));
    let record = package.unknown.iter().find(|one| one.place.ends_with("EventData[1]/Record"));
    assert!(record.expect("the record is kept").raw.contains("a line"));
}

#[test]
fn what_is_kept_goes_on_in_our_own() {
    let package = one(decode(FOREIGN).expect("it can be read"));
    let mut package = package;
    let to = Party { id: "isp.example".into(), name: "ISP".into(), ..Party::default() };
    package.to = vec![to.clone()];
    let rules = Rules { pass_unknown: true, ..Rules::default() };
    package.handling = Handling { tlp: Tlp::Green, ..Handling::default() };
    let cleared = clear_under(package.clone(), Recipient { party: to }, &rules).expect("it may");
    let encoded = iodef::encode(&cleared).expect("it can be written");
    assert_eq!(encoded.losses, []);
    assert_eq!(one(iodef::decode(&encoded.bytes, &Limits::default()).expect("reads")), package);
}

#[test]
fn an_incident_without_a_label_is_red_and_one_with_a_strange_label_too() {
    for (was, becomes) in [
        (r#" restriction="need-to-know""#, ""),
        (r#""need-to-know""#, r#""ext-value" ext-restriction="SECRET""#),
        (r#""need-to-know""#, r#""orange""#),
        (r#""need-to-know""#, r#""private""#),
    ] {
        let package = one(decode(&FOREIGN.replace(was, becomes)).expect("it can be read"));
        assert_eq!(package.handling.tlp, Tlp::Red, "{becomes}");
    }
    let strict = r#""ext-value" ext-restriction="TLP:AMBER+STRICT""#;
    let package = one(decode(&FOREIGN.replace(r#""need-to-know""#, strict)).expect("reads"));
    assert_eq!(package.handling.tlp, Tlp::AmberStrict);
}

#[test]
fn a_request_sent_back_with_another_status_is_an_answer() {
    let answer = FOREIGN
        .replace("purpose=\"traceback\"", "purpose=\"traceback\" status=\"in-progress\"")
        .replace("<i:EventData restriction", "<i:EventData observable-id=\"F-001\" restriction")
        .replace(
            " </i:Incident>",
            "<i:History><i:HistoryItem action=\"status-new-info\">\
             <i:DateTime>2026-01-22T00:00:00Z</i:DateTime>\
             <i:Description>We look.</i:Description></i:HistoryItem></i:History></i:Incident>",
        );
    let package = one(decode(&answer).expect("it can be read"));
    let Content::Answer(answer) = package.content else { panic!("an answer") };
    assert_eq!(answer.status, AnswerStatus::Accepted);
    assert_eq!(answer.in_reply_to.id, "4711");
    assert_eq!(answer.notes[0].text, "We look.");
    assert_eq!(answer.flows[0].flow, "F-001");
}

#[test]
fn what_xml_can_do_to_a_reader_is_refused_by_name() {
    let head = "<!DOCTYPE d [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;\">]>";
    let file = "<!DOCTYPE d [<!ENTITY x SYSTEM \"secrets.txt\">]>";
    for (text, word) in [
        (FOREIGN.replace("<i:IODEF", &format!("{head}<i:IODEF")).replacen(head, "", 0), "DOCTYPE"),
        (FOREIGN.replacen("<i:IODEF", &format!("{file}<i:IODEF"), 1), "DOCTYPE"),
        (FOREIGN.replace("4711", "&b;"), "entity"),
        (FOREIGN.replace("4711", "&#0;"), "character"),
        (FOREIGN.replace("4711", "&#xFFFE;"), "character"),
        (FOREIGN.replacen("<i:Incident ", "<?php x?><i:Incident ", 1), "processing instruction"),
        (FOREIGN.replace("UTF-8", "UTF-16"), "UTF-8"),
        (FOREIGN.replace("iodef-2.0", "iodef-1.0"), "version 1"),
        (FOREIGN.replace("iodef-2.0", "other"), "namespace"),
        (FOREIGN.replace("2.00", "3.00"), "version 3.00"),
        (FOREIGN.replace("</i:IODEF-Document>", ""), "ends"),
        (format!("{FOREIGN}<again/>"), "second document"),
        (format!("{FOREIGN} more"), "outside"),
        (FOREIGN.replace("</i:Flow>", "</i:Float>"), "i:Flow"),
        ("<html/>".to_owned(), "no IODEF"),
        (String::new(), "ends"),
    ] {
        let error = decode(&text).expect_err(word);
        assert!(error.what.contains(word), "{word}: {error}");
    }
}

#[test]
fn every_limit_refuses_one_more() {
    let text = FOREIGN.as_bytes();
    let most = |limits: Limits| iodef::decode(text, &limits);
    let length = text.len() as u64;
    assert!(most(Limits { bytes: length, ..Limits::default() }).is_ok());
    assert!(most(Limits { bytes: length - 1, ..Limits::default() }).is_err());
    assert!(most(Limits { depth: 7, ..Limits::default() }).is_ok());
    let error = most(Limits { depth: 6, ..Limits::default() }).expect_err("one too deep");
    assert!(error.what.contains("deeper than 6"), "{error}");
    assert!(most(Limits { objects: 3, ..Limits::default() }).is_ok());
    assert!(most(Limits { objects: 2, ..Limits::default() }).is_err());
    let longest = "nothing that can be traced".len().max("urn:ietf:params:xml:ns:iodef-2.0".len());
    assert!(most(Limits { text: longest, ..Limits::default() }).is_ok());
    assert!(most(Limits { text: longest - 1, ..Limits::default() }).is_err());
    let many = "<i:Contact/>".repeat(ELEMENTS_AN_OBJECT * 3);
    let many = FOREIGN.replacen("<i:Contact ", &format!("{many}<i:Contact "), 1);
    let error = iodef::decode(many.as_bytes(), &Limits { objects: 3, ..Limits::default() });
    assert!(error.expect_err("too many").what.contains("more elements"));
    let wide: String = (0..=ATTRIBUTES_LIMIT).map(|n| format!(" a{n}=\"\"")).collect();
    let wide = FOREIGN.replacen("<i:Node>", &format!("<i:Node{wide}>"), 1);
    assert!(decode(&wide).expect_err("too many").what.contains("attributes"));
    let mut big = text.to_vec();
    big.resize(DOCUMENT_BYTES_LIMIT as usize + 1, b' ');
    assert!(
        iodef::decode(&big, &Limits::default()).expect_err("too big").what.contains("in parts")
    );
    big.pop();
    assert!(iodef::decode(&big, &Limits::default()).is_ok());
}

#[test]
fn an_extension_that_contradicts_the_standards_words_is_told_and_not_taken() {
    let evil = "<i:AdditionalData dtype=\"json\" name=\"bakas:member\" \
        meaning=\"/content/of/flows/[F-001]/source\">\"203.0.113.1\"</i:AdditionalData>\
        <i:AdditionalData dtype=\"json\" name=\"bakas:member\" meaning=\"/handling/tlp\">\
        \"TLP:CLEAR\"</i:AdditionalData>\
        <i:AdditionalData dtype=\"json\" name=\"bakas:member\" meaning=\"/nowhere/at/all\">1\
        </i:AdditionalData> </i:Incident>";
    let taken = decode(&FOREIGN.replace(" </i:Incident>", evil)).expect("it can be read");
    assert_eq!(taken.rejected.len(), 4, "{:?}", taken.rejected);
    let package = one(taken);
    assert_eq!(package.handling.tlp, Tlp::Amber);
    let Content::Request(request) = package.content else { panic!("a request") };
    assert_eq!(request.flows[0].source.to_string(), "192.0.2.7");
}

#[test]
fn texts_that_xml_cannot_hold_come_back_all_the_same() {
    let mut package = requests(1).remove(0);
    package.from.name = "a\u{0}b\u{1b}[31m\u{fffe}c\r\nd  ".into();
    if let Content::Request(request) = &mut package.content {
        request.flows[0].source_port = Port::Missing("no\u{7}port".into());
        request.flows[0].id = "a flow / with 'marks' ]".into();
    }
    let cleared = made::cleared(&package).expect("it may leave");
    for (encode, decode) in BOTH {
        let encoded = encode(&cleared).expect("it can be written");
        assert_eq!(encoded.losses, []);
        let text = std::str::from_utf8(&encoded.bytes).expect("UTF-8");
        assert!(!text.contains('\u{1b}') && !text.contains('\0'), "no control character leaves");
        assert_eq!(one(decode(&encoded.bytes, &Limits::default()).expect("reads")), package);
    }
}

type Encode =
    fn(&bakas_exchange::Cleared) -> Result<bakas_exchange::Encoded, bakas_exchange::EncodeError>;
type Decode = fn(&[u8], &Limits) -> Result<bakas_exchange::Taken, bakas_exchange::DecodeError>;
const BOTH: [(Encode, Decode); 2] =
    [(iodef::encode, iodef::decode), (iodef::encode_json, iodef::decode_json)];

/// What a reader that knows IODEF and nothing of ours finds in a request.
#[test]
fn a_reader_without_our_extensions_finds_what_it_needs_to_trace() {
    for package in requests(20) {
        let Content::Request(request) = &package.content else { continue };
        let cleared = made::cleared(&package).expect("it may leave");
        let encoded = iodef::encode(&cleared).expect("it can be written");
        let text = String::from_utf8(encoded.bytes).expect("UTF-8");
        let bare: Vec<&str> =
            text.lines().filter(|line| !line.contains("name=\"bakas:member\"")).collect();
        let bare = bare.join("\n");
        assert!(!bare.contains("bakas:member"), "an extension goes over several lines");
        let taken = decode(&bare).unwrap_or_else(|error| panic!("{error}\n{bare}"));
        let Content::Request(back) = one(taken).content else { panic!("a request") };
        assert_eq!(back.flows.len(), request.flows.len());
        for (had, flow) in back.flows.iter().zip(&request.flows) {
            assert_eq!((had.source, had.start, had.end), (flow.source, flow.start, flow.end));
            assert_eq!(had.source_port, flow.source_port);
            assert_eq!(had.protocol, flow.protocol);
            assert_eq!(had.destination, flow.destination);
        }
        assert_eq!((back.action, back.reply_by), (request.action, request.reply_by));
        assert_eq!(back.facts, request.facts);
    }
}

/// Another reader of XML than ours finds nothing wrong with any document.
#[test]
fn xmllint_reads_what_we_write() {
    use std::{io::Write, process::Stdio};
    let found = std::process::Command::new("xmllint").arg("--version").output();
    if found.is_err() {
        println!("skipped: no xmllint");
        return;
    }
    for package in made::packages(60).iter().filter_map(made::cleared) {
        let bytes = iodef::encode(&package).expect("it can be written").bytes;
        let mut child = std::process::Command::new("xmllint")
            .args(["--nonet", "--noout", "-"])
            .stdin(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        child.stdin.take().expect("piped").write_all(&bytes).expect("it reads");
        let output = child.wait_with_output().expect("it ends");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    println!("judge: xmllint reads every document");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn ours_comes_back_as_it_was(package in made::package()) {
        let Some(cleared) = made::cleared(&package) else { return Ok(()) };
        for (encode, decode) in BOTH {
            let encoded = encode(&cleared).expect("it can be written");
            prop_assert_eq!(&encoded.losses, &[]);
            let taken = decode(&encoded.bytes, &Limits::default()).expect("it can be read");
            prop_assert_eq!(&taken.rejected, &[]);
            prop_assert_eq!(&one(taken), &package);
        }
    }

    #[test]
    fn every_document_is_built_as_the_standard_says(package in made::package()) {
        let Some(cleared) = made::cleared(&package) else { return Ok(()) };
        let encoded = iodef::encode(&cleared).expect("it can be written");
        check_structure(std::str::from_utf8(&encoded.bytes).expect("UTF-8"));
    }

    #[test]
    fn a_document_that_was_cut_or_changed_is_refused_or_read_and_never_more(
        package in made::package(), at in any::<prop::sample::Index>(), byte in any::<u8>(),
    ) {
        let Some(cleared) = made::cleared(&package) else { return Ok(()) };
        for (encode, decode) in BOTH {
            let mut bytes = encode(&cleared).expect("it can be written").bytes;
            let at = at.index(bytes.len());
            prop_assert!(decode(&bytes[..at.min(bytes.len() - 8)], &Limits::default()).is_err());
            bytes[at] = byte;
            drop(decode(&bytes, &Limits::default()));
        }
    }
}
