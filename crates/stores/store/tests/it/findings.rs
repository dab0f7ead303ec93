//! A detection as a reader of `findings.ndjson` meets it.

use bakas_model::{
    Activity, Agency, AgencyIx, Asn, Country, Detection, DetectionId, Hit, IncidentKind,
    NetworkKind, Place, RuleIx, RuleMeta, Severity, Source, SourceIx, Status, Stream, Timestamp,
    detection::Tally,
};
use bakas_store::findings::to_ocsf;
use serde_json::{Value, json};

use crate::schema::complaints;

fn hit(stream: Stream) -> Hit {
    Hit {
        rule: RuleIx(0),
        place: Place { source: SourceIx(1), offset: 4096, length: 120 },
        agency: AgencyIx(0),
        stream,
        time: "2026-01-05T00:00:00Z".parse().unwrap(),
        src: Some("192.0.2.1".parse().unwrap()),
        asn: Some(Asn(64_500)),
        country: Country::new("PH"),
        network_kind: NetworkKind::Telco,
        account: Some("ana".into()),
        target: Some("admin".into()),
        object: Some("/login".into()),
        agent: Some("curl/8".into()),
        operation: "POST".into(),
        activity: Activity::Request,
        status: Status::Failure,
        http_status: Some(401),
    }
}

fn detection(samples: Vec<Hit>) -> Detection {
    Detection {
        id: DetectionId(7),
        rule: RuleIx(0),
        agency: AgencyIx(0),
        group: vec![("user.name".into(), "admin".into())],
        first: "2026-01-05T00:00:00Z".parse().unwrap(),
        last: "2026-01-05T01:00:00.001500Z".parse().unwrap(),
        count: 40,
        addresses: vec![Tally { value: "192.0.2.1".parse().unwrap(), count: 40 }],
        networks: vec![Tally { value: Asn(64_500), count: 40 }],
        accounts: vec![Tally { value: "ana".into(), count: 40 }],
        account_count: 1,
        objects: Vec::new(),
        agents: Vec::new(),
        samples,
    }
}

fn rule() -> RuleMeta {
    RuleMeta {
        id: "0c9b1e5c-1111-4222-8333-444455556666".into(),
        title: "Slow guessing over a network".into(),
        severity: Severity::High,
        kind: Some(IncidentKind::PasswordGuessing),
        techniques: vec!["T1110.001".into(), "T1078".into()],
        correlation: true,
        ..RuleMeta::default()
    }
}

fn finding(samples: Vec<Hit>, rule: &RuleMeta) -> Value {
    let agency = Agency { id: "welfare".into(), ..Agency::default() };
    let source = |path: &str| Source { path: path.into(), ..Source::default() };
    let sources = [source("welfare/auth.log"), source("welfare/access.log")];
    let created: Timestamp = "2026-02-01T00:00:00Z".parse().unwrap();
    to_ocsf(&detection(samples), rule, &agency, &sources, created)
}

#[test]
fn a_finding_has_what_ocsf_requires() {
    let finding = finding(vec![hit(Stream::Web), hit(Stream::Sshd)], &rule());
    assert_eq!(complaints(Some("finding"), &finding), [""; 0]);
    for (name, value) in [
        ("activity_id", 1),
        ("category_uid", 2),
        ("class_uid", 2004),
        ("type_uid", 200_401),
        ("severity_id", 4),
        ("count", 40),
        ("time", 1_767_574_800_001_i64),
    ] {
        assert_eq!(finding[name], json!(value), "{name}");
    }
    assert_eq!(finding["metadata"]["uid"], "D-000007");
    assert_eq!(finding["metadata"]["tenant_uid"], "welfare");
    assert_eq!(finding["finding_info"]["title"], "Slow guessing over a network");
    assert_eq!(finding["finding_info"]["analytic"]["category"], "Sigma correlation");
    assert_eq!(
        finding["finding_info"]["attacks"],
        json!([
            {"technique": {"uid": "T1110"}, "sub_technique": {"uid": "T1110.001"}},
            {"technique": {"uid": "T1078"}},
        ])
    );
    assert_eq!(finding["unmapped"]["group"], json!({"user.name": "admin"}));
}

#[test]
fn evidence_leads_back_to_the_bytes() {
    let finding = finding(vec![hit(Stream::Web), hit(Stream::Sshd)], &rule());
    let web = &finding["evidences"][0];
    assert_eq!(web["data"]["file"], "welfare/access.log");
    assert_eq!((&web["data"]["offset"], &web["data"]["length"]), (&json!(4096), &json!(120)));
    assert_eq!(web["http_request"]["url"]["path"], "/login");
    assert_eq!(web["http_response"]["code"], 401);
    assert_eq!(web["src_endpoint"]["autonomous_system"]["number"], 64_500);
    let ssh = &finding["evidences"][1];
    assert_eq!(ssh["api"]["operation"], "POST");
    assert_eq!(ssh["actor"]["user"]["name"], "ana");
    assert!(ssh.get("http_request").is_none());
}

#[test]
fn a_bare_hit_is_valid_too() {
    let mut bare = hit(Stream::Syslog);
    (bare.src, bare.asn, bare.country, bare.account) = (None, None, None, None);
    (bare.target, bare.object, bare.agent, bare.http_status) = (None, None, None, None);
    // A place in a source that the case does not list: the file is not known, and not made up.
    bare.place.source = SourceIx(99);
    let finding = finding(vec![bare], &RuleMeta::default());
    assert_eq!(complaints(Some("finding"), &finding), [""; 0]);
    assert_eq!(finding["evidences"][0]["data"]["file"], Value::Null);
}
