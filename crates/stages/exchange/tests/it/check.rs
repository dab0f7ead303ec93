//! What is refused before it is sent: each with its place, and nothing of a sound request.

use bakas_exchange::check::{self, Fault, Given, check};
use bakas_model::{Timestamp, exchange::*};

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

pub(crate) const NOW: &str = "2026-02-02T08:00:00Z";

fn words(text: &str) -> Vec<Words> {
    vec![Words { language: "en".into(), text: text.into() }]
}

/// A request that has all it needs.
pub(crate) fn sound() -> Package {
    let contact = ContactPoint {
        email: "desk@cert.example".into(),
        at_every_hour: true,
        ..ContactPoint::default()
    };
    let from =
        Party { id: "cert.example".into(), name: "CERT".into(), contact, ..Party::default() };
    let to = Party { id: "isp.example".into(), name: "ISP".into(), ..Party::default() };
    let flow = Flow {
        id: "F-001".into(),
        source: "198.51.100.7".parse().expect("an address"),
        source_port: Port::Known(50_123),
        destination: Some("203.0.113.9".parse().expect("an address")),
        destination_port: Some(443),
        protocol: "tcp".into(),
        start: at("2026-01-05T03:04:05Z"),
        end: at("2026-01-05T03:04:06Z"),
        precision_micros: 1_000_000,
        precision_reason: String::new(),
        clock: FlowClock { source: "NTP".into(), ..FlowClock::default() },
        log_source: "web server access log".into(),
        count: 3,
        evidence: vec![EvidenceRef {
            file: "a/access.log".into(),
            length: 90,
            leaf: Some(7),
            proof: Some("c2sp.org/tlog-proof@v1".into()),
            ..EvidenceRef::default()
        }],
        handling: None,
    };
    Package {
        id: "3f0c5f0e-5a3d-4f0e-8f6f-0c8f6e0d3a11".into(),
        created: at("2026-02-02T07:59:00Z"),
        from,
        to: vec![to],
        handling: Handling::default(),
        redaction: Vec::new(),
        content: Content::Request(TraceRequest {
            id: "7a1b5c1e-0f3d-4b5e-9a6f-1c2d3e4f5a6b".into(),
            version: 1,
            reference: "2026-17".into(),
            authority: "the cybercrime act of the country".into(),
            action: Action::Identify,
            reply_by: at("2026-02-16T08:00:00Z"),
            legal_basis: "Convention on Cybercrime, article 31".into(),
            offence: "illegal access".into(),
            facts: words("password guesses against a mail server"),
            preservation: None,
            flows: vec![flow],
        }),
        unknown: Vec::new(),
    }
}

fn request(package: &mut Package) -> &mut TraceRequest {
    match &mut package.content {
        Content::Request(request) => request,
        _ => panic!("a request"),
    }
}

fn faults(change: impl FnOnce(&mut Package)) -> Vec<Fault> {
    let mut package = sound();
    change(&mut package);
    check(&package, at(NOW), &Given::default())
}

/// Exactly one fault, at a place, with a word.
fn one(change: impl FnOnce(&mut Package), place: &str, word: &str) {
    let found = faults(change);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].place, place);
    let told = found[0].to_string();
    assert!(told.contains(word), "{told}");
    assert!(!found[0].remedy.is_empty());
}

#[test]
fn a_sound_request_has_no_fault() {
    assert_eq!(faults(|_| ()), []);
}

#[test]
fn a_flow_without_what_tracing_needs_is_refused() {
    let flow = |change: fn(&mut Flow)| move |p: &mut Package| change(&mut request(p).flows[0]);
    let place = |member: &str| format!("content.flows[0].{member}");
    let none = Port::Missing(" ".into());
    one(move |p| request(p).flows[0].source_port = none, &place("source_port"), "translator");
    one(flow(|f| f.source_port = Port::Known(0)), &place("source_port"), "no port");
    one(flow(|f| f.precision_micros = 1_000_001), &place("precision_micros"), "a second");
    one(flow(|f| f.precision_micros = 0), &place("precision_micros"), "is 0");
    one(flow(|f| f.source = [10, 1, 2, 3].into()), &place("source"), "private");
    one(flow(|f| f.source = [100, 64, 2, 3].into()), &place("source"), "shared");
    one(flow(|f| f.source = [224, 0, 0, 1].into()), &place("source"), "group");
    one(flow(|f| f.destination = Some([192, 168, 0, 1].into())), &place("destination"), "private");
    one(flow(|f| f.evidence.clear()), &place("evidence"), "sealed record");
    one(flow(|f| f.evidence[0].proof = None), &place("evidence[0]"), "not sealed");
    one(flow(|f| f.evidence[0].leaf = None), &place("evidence[0]"), "not sealed");
    one(flow(|f| f.clock.source.clear()), &place("clock.source"), "clock");
    one(flow(|f| f.protocol = "TCP".into()), &place("protocol"), "lower case");
    one(flow(|f| f.end = at("2026-01-05T03:04:04Z")), &place("end"), "before");
    one(flow(|f| f.end = at("2026-02-02T08:05:01Z")), &place("end"), "future");
    one(flow(|f| f.count = 0), &place("count"), "is 0");
    one(flow(|f| f.log_source = " ".into()), &place("log_source"), "which log");
    let long = "x".repeat(check::PROOF_BYTES_LIMIT + 1);
    one(
        move |p| request(p).flows[0].evidence[0].proof = Some(long),
        &place("evidence[0].proof"),
        "64",
    );
}

#[test]
fn what_is_explained_passes() {
    assert_eq!(
        faults(|p| request(p).flows[0].source_port = Port::Missing("not logged".into())),
        []
    );
    let coarse = |p: &mut Package| {
        request(p).flows[0].precision_micros = 60_000_000;
        request(p).flows[0].precision_reason = "the log holds minutes".into();
    };
    assert_eq!(faults(coarse), []);
    let in_a_bag = |p: &mut Package| {
        let evidence = &mut request(p).flows[0].evidence[0];
        *evidence = EvidenceRef { bag: Some("bag-1".into()), ..EvidenceRef::default() };
    };
    assert_eq!(faults(in_a_bag), []);
    assert_eq!(faults(|p| request(p).flows[0].end = at("2026-02-02T08:05:00Z")), [], "at the edge");
}

#[test]
fn a_request_without_what_counsel_needs_is_refused() {
    one(|p| request(p).authority.clear(), "content.authority", "authority");
    one(|p| request(p).legal_basis = "\t".into(), "content.legal_basis", "law");
    one(|p| request(p).offence.clear(), "content.offence", "offence");
    one(|p| request(p).facts.clear(), "content.facts", "happened");
    one(|p| request(p).reply_by = at(NOW), "content.reply_by", "has passed");
    one(|p| request(p).flows.clear(), "content.flows", "seen");
    one(|p| request(p).version = 0, "content.version", "from 1");
    one(|p| request(p).action = Action::Preserve, "content.preservation", "mutual assistance");
    one(|p| p.from.contact.email.clear(), "package.from.contact", "reached");
    one(|p| p.to.clear(), "package.to", "address");
    one(|p| p.id = "x".into(), "package.id", "UUID");
    one(|p| p.created = at("2026-02-02T09:00:00Z"), "package.created", "future");
    one(
        |p| {
            p.to.push(Party { id: "other.example".into(), ..Party::default() });
            p.handling.tlp = Tlp::Red;
        },
        "package.handling.tlp",
        "alone",
    );
    let again = |p: &mut Package| {
        let first = request(p).flows[0].clone();
        request(p).flows.push(first);
    };
    one(again, "content.flows[1]", "before");
    let many = |p: &mut Package| {
        let first = request(p).flows[0].clone();
        let number = |n: usize| Flow { id: format!("F-{n}"), ..first.clone() };
        request(p).flows = (0..=check::FLOWS_LIMIT).map(number).collect();
    };
    one(many, "content.flows", "10,000");
    let long = "x".repeat(check::TEXT_BYTES_LIMIT + 1);
    one(move |p| request(p).authority = long, "content.authority", "64");
}

#[test]
fn preservation_has_all_that_article_29_asks() {
    let preserve = |change: fn(&mut Preservation)| {
        move |p: &mut Package| {
            let mut it = Preservation {
                necessity: words("records are kept for thirty days only"),
                intends_mutual_assistance: true,
                custodian: "ISP".into(),
                until: at("2026-05-01T00:00:00Z"),
            };
            change(&mut it);
            request(p).action = Action::Preserve;
            request(p).preservation = Some(it);
        }
    };
    assert_eq!(faults(preserve(|_| ())), []);
    one(preserve(|it| it.necessity.clear()), "content.preservation.necessity", "lost");
    one(preserve(|it| it.custodian.clear()), "content.preservation.custodian", "believed");
    one(preserve(|it| it.until = at(NOW)), "content.preservation.until", "passed");
}

#[test]
fn personal_data_of_victims_stay_unless_somebody_says_why() {
    let facts = |p: &mut Package| request(p).facts = words("guesses against ana@agency.example");
    one(facts, "content.facts[0]", "mailbox");
    one(|p| p.handling.personal = true, "package.handling.personal", "tracing");
    let mut package = sound();
    facts(&mut package);
    package.handling.personal = true;
    let given = Given { personal_because: "the court's order names the account".into() };
    assert_eq!(check(&package, at(NOW), &given), []);
}

fn answer(change: impl FnOnce(&mut TraceAnswer)) -> Vec<Fault> {
    let mut package = sound();
    let mut answer = TraceAnswer {
        id: "0d9c3a55-3b3f-4c56-a1a4-5a3c2b1d0e9f".into(),
        version: 1,
        in_reply_to: InReplyTo {
            id: request(&mut package).id.clone(),
            version: 1,
            sha256: "ab".repeat(32),
        },
        status: AnswerStatus::Identified,
        flows: vec![FlowAnswer {
            flow: "F-001".into(),
            outcome: Outcome::Identified,
            candidates: vec![Candidate { reference: "S-1".into(), ..Candidate::default() }],
            ..FlowAnswer::default()
        }],
        ..TraceAnswer::default()
    };
    change(&mut answer);
    let mut found = check::answers(&answer, request(&mut sound()));
    package.content = Content::Answer(answer);
    found.extend(check(&package, at(NOW), &Given::default()));
    found
}

#[test]
fn an_answer_holds_what_its_status_says_and_discloses_nothing_by_mistake() {
    assert_eq!(answer(|_| ()), []);
    let check = |change: fn(&mut TraceAnswer), place: &str| {
        let found = answer(change);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].place, place);
    };
    check(|a| a.status = AnswerStatus::Refused, "content.refusal");
    check(|a| a.refusal = Some(Refusal::default()), "content.refusal");
    check(|a| a.status = AnswerStatus::Forwarded, "content.forwarded_to");
    check(|a| a.status = AnswerStatus::NeedMore, "content.needs");
    check(|a| a.in_reply_to.sha256 = "x".into(), "content.in_reply_to.sha256");
    check(|a| a.in_reply_to.version = 2, "content.in_reply_to");
    check(|a| a.flows[0].candidates.clear(), "content.flows[0].candidates");
    check(
        |a| a.flows[0].candidates[0].disclosed.push(("name".into(), "x".into())),
        "content.flows[0].candidates[0].disclosed",
    );
    let other = answer(|a| a.flows[0].flow = "F-009".into());
    assert_eq!(other.len(), 2, "one that nobody asked for, and one without an answer: {other:?}");
}
