//! Abuse reports: that the published judge finds no error in ours, that flows come back, and that
//! the public samples are read or refused by name.

#![allow(clippy::print_stdout, reason = "a test says what it skipped")]

use std::{
    io::Write,
    path::PathBuf,
    process::{Command, Stdio},
};

use bakas_exchange::{
    Limits,
    xarf::{self, EVIDENCE_TIMES, Options},
};
use bakas_model::{IncidentKind, exchange::*};
use proptest::prelude::*;

use crate::made;

/// A report as a foreign desk would write it.
const FOREIGN: &str = r#"{"xarf_version": "4.2.0",
 "report_id": "0f8fad5b-d9cb-469f-a165-70867728950e",
 "timestamp": "2026-01-20T11:00:00.123+08:00",
 "reporter": {"org": "Example CERT", "contact": "soc@cert.example", "domain": "cert.example"},
 "sender": {"org": "Example CERT", "contact": "soc@cert.example", "domain": "cert.example"},
 "source_identifier": "192.0.2.7", "source_port": 40001, "category": "connection",
 "type": "login_attack", "protocol": "tcp", "first_seen": "2026-01-20T11:00:00.123+08:00",
 "destination_ip": "198.51.100.9", "destination_port": 443, "tags": ["tlp:amber+strict"],
 "username_patterns": ["ana"],
 "evidence": [{"content_type": "text/plain", "payload": "YSBsaW5l"}],
 "description": "Guesses at passwords."}"#;

fn decode(text: &str) -> Result<bakas_exchange::Taken, bakas_exchange::DecodeError> {
    xarf::decode(text.as_bytes(), &Limits::default())
}

#[test]
fn a_foreign_report_is_understood_and_the_rest_kept() {
    let taken = decode(FOREIGN).expect("it can be read");
    let package = &taken.packages[0];
    assert_eq!(package.from.id, "cert.example");
    assert_eq!(package.handling.tlp, Tlp::AmberStrict);
    let Content::Request(request) = &package.content else { panic!("a request") };
    assert_eq!(request.action, Action::TakeDown);
    let flow = &request.flows[0];
    assert_eq!(flow.source.to_string(), "192.0.2.7");
    assert_eq!(flow.source_port, Port::Known(40001));
    assert_eq!(flow.start.to_string(), "2026-01-20T03:00:00.123Z");
    // Members come in the order of the text or of the alphabet, as the library is built.
    let mut kept: Vec<_> = package.unknown.iter().collect();
    kept.sort_by_key(|one| &one.place);
    assert_eq!(
        kept.iter().map(|one| one.place.as_str()).collect::<Vec<_>>(),
        ["/evidence", "/username_patterns"]
    );
    assert!(kept[0].raw.contains("YSBsaW5l"));
}

#[test]
fn what_is_no_report_is_refused_by_name() {
    for (text, word) in [
        (FOREIGN.replace("4.2.0", "3"), "version 4"),
        (r#"{"Version": "2"}"#.to_owned(), "version 3 or older"),
        (FOREIGN.replace("192.0.2.7", "bad.example"), "no IP address"),
        (FOREIGN.replace("2026-01-20T11:00:00.123+08:00", "2026-01-20"), "zone"),
        (FOREIGN.replace("4.2.0\",", "4.2.0\", \"type\": \"x\","), "twice"),
        ("[]".to_owned(), "no report"),
        ("[[]]".to_owned(), "object"),
        (String::new(), ""),
        (FOREIGN.get(..200).expect("longer").to_owned(), ""),
    ] {
        let error = decode(&text).expect_err(word);
        assert!(error.what.contains(word), "{word}: {error}");
    }
}

#[test]
fn many_reports_are_read_in_a_list_or_on_lines_and_the_bad_ones_told() {
    let line = FOREIGN.replace('\n', " ");
    let other = line.replace("0f8fad5b", "1f8fad5b").replace("192.0.2.7", "192.0.2.8");
    let list = decode(&format!("[{line},{other},{{}}]")).expect("a list");
    assert_eq!((list.packages.len(), list.rejected.len()), (2, 1));
    let lines = decode(&format!("{line}\n\n{other}\n{{broken\n")).expect("lines");
    assert_eq!(lines.packages, list.packages);
    assert!(lines.rejected[0].text.starts_with("line 4:"), "{:?}", lines.rejected);
}

#[test]
fn every_limit_refuses_one_more() {
    let line = FOREIGN.replace('\n', " ");
    let two = format!("{line}\n{line}\n");
    let most = |limits: Limits| xarf::decode(two.as_bytes(), &limits);
    let length = two.len() as u64;
    assert!(most(Limits { bytes: length, ..Limits::default() }).is_ok());
    assert!(most(Limits { bytes: length - 1, ..Limits::default() }).is_err());
    assert!(most(Limits { objects: 2, ..Limits::default() }).is_ok());
    assert!(most(Limits { objects: 1, ..Limits::default() }).is_err());
    assert!(most(Limits { depth: 3, ..Limits::default() }).is_ok());
    assert!(most(Limits { depth: 2, ..Limits::default() }).is_err());
    let longest = FOREIGN.split('"').map(str::len).max().expect("texts");
    let text = longest.div_ceil(EVIDENCE_TIMES);
    assert!(most(Limits { text, ..Limits::default() }).is_ok());
    assert!(most(Limits { text: text - 1, ..Limits::default() }).is_err());
}

#[test]
fn what_cannot_be_a_report_is_refused_by_name() {
    let of = |wanted: fn(&Content) -> bool| {
        let all = made::packages(400).into_iter().filter(|one| wanted(&one.content));
        let mut may_leave = all.filter_map(|mut one| {
            one.from.contact.email = String::new();
            made::cleared(&one)
        });
        may_leave.next().expect("one may leave")
    };
    let options = Options { kind: Some(IncidentKind::Scanning) };
    let request = of(|content| matches!(content, Content::Request(_)));
    let error = xarf::encode_with(&request, options).expect_err("nobody to ask");
    assert_eq!(error.place, "from.contact.email");
    let mut with_mail: Package = (*request).clone();
    with_mail.from.contact.email = "soc@cert.example".into();
    let cleared = made::cleared(&with_mail).expect("it may leave");
    let error = xarf::encode(&cleared).expect_err("of what kind");
    assert!(error.what.contains("kind of incident"), "{error}");
    let mut answer: Package = (*of(|content| matches!(content, Content::Answer(_)))).clone();
    answer.from.contact.email = "soc@cert.example".into();
    let cleared = made::cleared(&answer).expect("it may leave");
    let error = xarf::encode_with(&cleared, options).expect_err("an answer");
    assert!(error.what.contains("answer"), "{error}");
}

/// Reports of made-up packages; those that cannot be any are left out.
fn reports(count: usize) -> Vec<u8> {
    let mut out = Vec::new();
    for (number, mut package) in made::packages(count).into_iter().enumerate() {
        package.from.contact.email = "soc@cert.example".into();
        let Some(cleared) = made::cleared(&package) else { continue };
        let kind = IncidentKind::ALL[number % IncidentKind::ALL.len()];
        if let Ok(encoded) = xarf::encode_with(&cleared, Options { kind: Some(kind) }) {
            out.extend(encoded.bytes);
        }
    }
    out
}

/// The Python that has the judges; see e2e/judges.txt.
pub(crate) fn judge(module: &str) -> Option<PathBuf> {
    let workspace = concat!(env!("CARGO_MANIFEST_DIR"), "/../../..");
    let python = std::env::var_os("BAKAS_JUDGES").map_or_else(
        || PathBuf::from(workspace).join("target/tools/python/bin/python"),
        PathBuf::from,
    );
    let found = Command::new(&python).args(["-c", &format!("import {module}")]).output();
    if found.is_ok_and(|output| output.status.success()) {
        return Some(python);
    }
    println!("skipped: no Python with {module} (BAKAS_JUDGES)");
    None
}

#[test]
fn the_published_judge_finds_no_error() {
    let Some(python) = judge("xarf") else { return };
    let script = "import sys, xarf\n\
        count = bad = 0\n\
        for line in sys.stdin:\n\
        \x20   result = xarf.parse(line)\n\
        \x20   count += 1\n\
        \x20   if result.errors or result.report is None:\n\
        \x20       bad += 1\n\
        \x20       print([(e.field, e.message) for e in result.errors][:3], line[:300])\n\
        print(count, bad)\n";
    let mut child = Command::new(python)
        .args(["-c", script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    let reports = reports(300);
    let count = reports.iter().filter(|byte| **byte == b'\n').count();
    assert!(count > 50, "only {count}");
    child.stdin.take().expect("piped").write_all(&reports).expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(told.ends_with(&format!("{count} 0\n")), "{told}");
    println!("{count} reports, no error");
}

#[test]
fn the_public_samples_are_read_or_refused_by_name() {
    let workspace = concat!(env!("CARGO_MANIFEST_DIR"), "/../../..");
    let corpora = std::env::var_os("BAKAS_CORPORA")
        .map_or_else(|| PathBuf::from(workspace).join("../shared/corpora"), PathBuf::from);
    let Ok(samples) = std::fs::read_dir(corpora.join("schemas/xarf-v4/samples/v4")) else {
        println!("skipped: no samples (BAKAS_CORPORA)");
        return;
    };
    let (mut read, mut refused) = (0, 0);
    for sample in samples {
        let bytes = std::fs::read(sample.expect("a file").path()).expect("it can be read");
        match xarf::decode(&bytes, &Limits::default()) {
            Ok(taken) => read += taken.packages.len(),
            Err(error) => {
                assert!(error.what.contains("source_identifier"), "{error}");
                refused += 1;
            }
        }
    }
    println!("{read} read, {refused} refused");
    assert!(read > refused, "{read} read, {refused} refused");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn flows_and_sightings_come_back_and_the_rest_is_told(package in made::package()) {
        let mut package = package;
        package.from.contact.email = "soc@cert.example".into();
        let Some(cleared) = made::cleared(&package) else { return Ok(()) };
        let options = Options { kind: Some(IncidentKind::Scanning) };
        let Ok(encoded) = xarf::encode_with(&cleared, options) else { return Ok(()) };
        let taken = xarf::decode(&encoded.bytes, &Limits::default()).expect("it can be read");
        prop_assert_eq!(&taken.rejected, &[]);
        prop_assert_eq!(taken.packages.len(), 1);
        let back = &taken.packages[0];
        prop_assert_eq!((back.handling.tlp, back.handling.pap), (package.handling.tlp, package.handling.pap));
        prop_assert!(!encoded.losses.is_empty());
        let told = |place: String| encoded.losses.iter().any(|loss| loss.place == place);
        match (&back.content, &package.content) {
            (Content::Request(back), Content::Request(of)) => {
                for flow in &of.flows {
                    let same = back.flows.iter().find(|one| one.id == flow.id);
                    prop_assert_eq!(same.is_none(), told(format!("content.of.flows[{}]", flow.id)));
                    prop_assert!(same.is_none_or(|one| one == flow));
                }
            }
            (Content::Extract(back), Content::Extract(of)) => {
                for one in &of.observables {
                    let same = back.observables.iter().find(|same| same.id == one.id);
                    prop_assert!(same.is_none_or(|same| same == one));
                }
            }
            _ => prop_assert!(false, "another kind"),
        }
    }

    #[test]
    fn reports_that_were_cut_or_changed_are_refused_or_read(
        at in any::<prop::sample::Index>(), byte in any::<u8>(),
    ) {
        let mut bytes = FOREIGN.as_bytes().to_vec();
        let at = at.index(bytes.len());
        prop_assert!(xarf::decode(&bytes[..at], &Limits::default()).is_err());
        bytes[at] = byte;
        drop(xarf::decode(&bytes, &Limits::default()));
    }
}
