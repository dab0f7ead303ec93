//! Detections as OCSF events of class 2004, Detection Finding: what `findings.ndjson` holds. It
//! adds nothing to what a detection says, and names no actor.

use bakas_model::{
    Agency, Detection, Hit, RuleMeta, Severity, Source, SourceIx, Stream, Timestamp,
};
use serde_json::{Map, Value, json};

/// The version of OCSF that the findings are written in.
pub const OCSF_VERSION: &str = "1.6.0";
/// Class `Detection Finding`.
const CLASS_UID: u32 = 2004;
/// Category `Findings`.
const CATEGORY_UID: u32 = 2;
/// Activity `Create`.
const ACTIVITY_ID: u32 = 1;
/// Analytic type `Rule`.
const ANALYTIC_RULE: u32 = 1;

/// A detection as an OCSF event. `sources` are those of the case, in the order of their index;
/// `created` is when the case was made.
#[must_use]
pub fn to_ocsf(
    detection: &Detection,
    rule: &RuleMeta,
    agency: &Agency,
    sources: &[Source],
    created: Timestamp,
) -> Value {
    let evidences: Vec<Value> =
        detection.samples.iter().map(|hit| evidence(hit, sources)).collect();
    let (severity_id, severity) = severity(rule.severity);
    let mut event = json!({
        "activity_id": ACTIVITY_ID,
        "activity_name": "Create",
        "category_uid": CATEGORY_UID,
        "category_name": "Findings",
        "class_uid": CLASS_UID,
        "class_name": "Detection Finding",
        "type_uid": CLASS_UID * 100 + ACTIVITY_ID,
        "type_name": "Detection Finding: Create",
        "severity_id": severity_id,
        "severity": severity,
        "time": millis(detection.last),
        "start_time": millis(detection.first),
        "end_time": millis(detection.last),
        "count": detection.count,
        "metadata": metadata(detection, agency),
        "finding_info": finding_info(detection, rule, created),
        "evidences": evidences,
    });
    if let Some(unmapped) = unmapped(detection) {
        event["unmapped"] = unmapped;
    }
    event
}

fn metadata(detection: &Detection, agency: &Agency) -> Value {
    json!({
        "version": OCSF_VERSION,
        "uid": detection.id.to_string(),
        "tenant_uid": agency.id,
        "product": {
            "name": "Bakas",
            "vendor_name": "Bakas",
            "version": env!("CARGO_PKG_VERSION"),
        },
    })
}

fn finding_info(detection: &Detection, rule: &RuleMeta, created: Timestamp) -> Value {
    let mut info = json!({
        "uid": detection.id.to_string(),
        "title": rule.title,
        "created_time": millis(created),
        "first_seen_time": millis(detection.first),
        "last_seen_time": millis(detection.last),
        "analytic": {
            "uid": rule.id,
            "name": rule.title,
            "type_id": ANALYTIC_RULE,
            "type": "Rule",
            "category": category(rule),
        },
    });
    if let Some(rate) = &rule.base_rate {
        info["desc"] = json!(format!("How often this speaks where nothing is wrong: {rate}"));
    }
    if !rule.techniques.is_empty() {
        let attack = |technique: &String| match technique.split_once('.') {
            Some((parent, _)) => json!({
                "technique": {"uid": parent},
                "sub_technique": {"uid": technique},
            }),
            None => json!({"technique": {"uid": technique}}),
        };
        info["attacks"] = rule.techniques.iter().map(attack).collect();
    }
    if let Some(kind) = rule.kind {
        info["types"] = json!([kind.name()]);
    }
    info
}

const fn category(rule: &RuleMeta) -> &'static str {
    match (rule.correlation, rule.base_rate.is_some()) {
        (_, true) => "Statistic",
        (true, false) => "Sigma correlation",
        (false, false) => "Sigma rule",
    }
}

/// What the schema has no place for: the group of a correlation, and the sums over all hits, of
/// which the evidences are a sample.
fn unmapped(detection: &Detection) -> Option<Value> {
    let mut rest = Map::new();
    if !detection.group.is_empty() {
        let group: Map<String, Value> =
            detection.group.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
        rest.insert("group".to_owned(), group.into());
    }
    if !detection.addresses.is_empty() {
        rest.insert("addresses".to_owned(), json!(detection.addresses));
    }
    if !detection.networks.is_empty() {
        rest.insert("networks".to_owned(), json!(detection.networks));
    }
    if detection.account_count > 0 {
        rest.insert("account_count".to_owned(), json!(detection.account_count));
    }
    (!rest.is_empty()).then(|| rest.into())
}

/// One hit, and where its record lies.
fn evidence(hit: &Hit, sources: &[Source]) -> Value {
    let mut evidence = Map::new();
    let mut put = |name: &str, value: Value| evidence.insert(name.to_owned(), value);
    put("data", place(hit, sources));
    if hit.src.is_some() || hit.asn.is_some() {
        put("src_endpoint", endpoint(hit));
    }
    if let Some(account) = &hit.account {
        put("actor", json!({"user": {"name": account}}));
    }
    if let Some(target) = &hit.target {
        put("user", json!({"name": target}));
    }
    if hit.stream == Stream::Web {
        put("http_request", http_request(hit));
        if let Some(code) = hit.http_status {
            put("http_response", json!({"code": code}));
        }
    } else {
        put("api", json!({"operation": hit.operation}));
        if let Some(object) = &hit.object {
            put("resources", json!([{"name": object}]));
        }
    }
    evidence.into()
}

fn place(hit: &Hit, sources: &[Source]) -> Value {
    let SourceIx(ix) = hit.place.source;
    json!({
        "file": sources.get(ix as usize).map(|source| source.path.as_str()),
        "offset": hit.place.offset,
        "length": hit.place.length,
        "time": hit.time,
        "stream": hit.stream.name(),
        "activity": hit.activity.name(),
        "status": hit.status.name(),
    })
}

fn endpoint(hit: &Hit) -> Value {
    let mut endpoint = Map::new();
    if let Some(src) = hit.src {
        endpoint.insert("ip".to_owned(), json!(src));
    }
    if let Some(asn) = hit.asn {
        endpoint.insert("autonomous_system".to_owned(), json!({"number": asn}));
    }
    if let Some(country) = hit.country {
        endpoint.insert("location".to_owned(), json!({"country": country}));
    }
    endpoint.into()
}

fn http_request(hit: &Hit) -> Value {
    let mut request = Map::new();
    request.insert("http_method".to_owned(), json!(hit.operation));
    if let Some(object) = &hit.object {
        request.insert("url".to_owned(), json!({"path": object}));
    }
    if let Some(agent) = &hit.agent {
        request.insert("user_agent".to_owned(), json!(agent));
    }
    request.into()
}

const fn severity(severity: Severity) -> (u32, &'static str) {
    match severity {
        Severity::Informational => (1, "Informational"),
        Severity::Low => (2, "Low"),
        Severity::Medium => (3, "Medium"),
        Severity::High => (4, "High"),
        Severity::Critical => (5, "Critical"),
    }
}

/// OCSF's `timestamp_t`: milliseconds since 1970.
const fn millis(time: Timestamp) -> i64 {
    time.as_micros().div_euclid(1000)
}
