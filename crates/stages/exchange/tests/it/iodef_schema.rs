//! The structure of IODEF 2 documents, written down from RFC 7970 (section 3, the order and number
//! of parts; section 8, the enumerations). It is a table of ours, not the schema.

use std::collections::BTreeSet;

use quick_xml::{Reader, events::Event};

/// Classes and their parts in order: `?` none or one, `*` any number, `+` at least one; `a|b` any
/// of these.
const PARTS: &[(&str, &str)] = &[
    ("IODEF-Document", "Incident+ AdditionalData*"),
    (
        "Incident",
        "IncidentID AlternativeID? RelatedActivity* DetectTime? StartTime? EndTime? RecoveryTime? \
         ReportTime? GenerationTime Description* Discovery* Assessment* Method* Contact+ \
         EventData* IndicatorData? History? AdditionalData*",
    ),
    ("AlternativeID", "IncidentID+"),
    (
        "RelatedActivity",
        "IncidentID* URL* ThreatActor* Campaign* IndicatorID* Confidence? Description* \
         AdditionalData*",
    ),
    ("Campaign", "CampaignID* URL* Description* AdditionalData*"),
    (
        "Contact",
        "ContactName* ContactTitle* Description* RegistryHandle* PostalAddress* Email* Telephone* \
         Timezone? Contact* AdditionalData*",
    ),
    ("Email", "EmailTo Description*"),
    ("Telephone", "TelephoneNumber Description*"),
    ("Discovery", "Description* Contact* DetectionPattern*"),
    ("Method", "Reference* Description* AttackPattern* Vulnerability* Weakness* AdditionalData*"),
    ("Reference", "ReferenceName? URL* Description*"),
    (
        "Assessment",
        "IncidentCategory* SystemImpact|BusinessImpact|TimeImpact|MonetaryImpact|IntendedImpact+ \
         Counter* MitigatingFactor* Cause* Confidence? AdditionalData*",
    ),
    ("SystemImpact", "Description*"),
    ("History", "HistoryItem+"),
    ("HistoryItem", "DateTime IncidentID? Contact? Description* DefinedCOA* AdditionalData*"),
    (
        "EventData",
        "Description* DetectTime? StartTime? EndTime? RecoveryTime? ReportTime? Contact* \
         Discovery* Assessment? Method* Flow* Expectation* Record? EventData* AdditionalData*",
    ),
    ("Flow", "System+"),
    (
        "System",
        "Node NodeRole* Service* OperatingSystem* Counter* AssetID* Description* AdditionalData*",
    ),
    ("Node", "DomainData|Address+ PostalAddress? Location* Counter*"),
    (
        "Service",
        "ServiceName? Port? Portlist? ProtoCode? ProtoType? ProtoField? ApplicationHeader? \
         EmailData? Application?",
    ),
    (
        "DomainData",
        "Name DateDomainWasChecked? RegistrationDate? ExpirationDate? RelatedDNS* Nameservers* \
         DomainContacts?",
    ),
    ("Expectation", "Description* DefinedCOA* StartTime? EndTime? Contact?"),
    ("IndicatorData", "Indicator+"),
    (
        "Indicator",
        "IndicatorID AlternativeIndicatorID* Description* StartTime? EndTime? Confidence? Contact* \
         Observable|ObservableReference|IndicatorExpression|IndicatorReference NodeRole* \
         AttackPhase* Reference* AdditionalData*",
    ),
    ("Observable", "System|Address|DomainData|Service|EmailData|FileData|BulkObservable"),
    ("BulkObservable", "BulkObservableFormat? BulkObservableList AdditionalData*"),
    ("FileData", "File+"),
    (
        "File",
        "FileName? FileSize? FileType? URL* HashData? SignatureData? AssociatedSoftware? \
         FileProperties*",
    ),
    ("HashData", "HashTargetID? Hash* FuzzyHash*"),
    ("Hash", "DigestMethod DigestValue CanonicalizationMethod? Application?"),
];

const LABELS: &str = "default public partner need-to-know private white green amber red ext-value";
const DO: &str = "nothing contact-source-site contact-target-site contact-sender investigate \
    block-host block-network block-port rate-limit-host rate-limit-network rate-limit-port \
    redirect-traffic honeypot upgrade-software rebuild-asset harden-asset remediate-other \
    status-triage status-new-info watch-and-report training defined-coa other ext-value";

/// Attributes: class, name, what it may say (empty: any text), and whether it has to be there.
const ATTRIBUTES: &[(&str, &str, &str, bool)] = &[
    ("IODEF-Document", "version", "2.00", true),
    ("IODEF-Document", "xml:lang", "", false),
    ("Incident", "purpose", "traceback mitigation reporting watch other ext-value", true),
    ("Incident", "status", "new in-progress forwarded resolved future ext-value", false),
    ("IncidentID", "name", "", true),
    ("IncidentID", "instance", "", false),
    (
        "Contact",
        "role",
        "creator reporter admin tech provider user billing legal abuse irt cc cc-irt leo vendor \
         vendor-support victim victim-notified ext-value",
        true,
    ),
    ("Contact", "type", "person organization ext-value", true),
    (
        "RegistryHandle",
        "registry",
        "internic apnic arin lacnic ripe afrinic local ext-value",
        false,
    ),
    ("Telephone", "type", "wired mobile fax hotline ext-value", false),
    (
        "Discovery",
        "source",
        "nidps hips siem av third-party-monitoring incident os-log application-log device-log \
         network-flow passive-dns investigation audit internal-notification external-notification \
         leo partner actor unknown ext-value",
        false,
    ),
    ("Assessment", "occurrence", "actual potential", false),
    ("SystemImpact", "completion", "failed succeeded", false),
    (
        "SystemImpact",
        "type",
        "takeover-account takeover-service takeover-system cps-manipulation cps-damage \
         availability-data availability-account availability-service availability-system \
         damaged-system damaged-data breach-proprietary breach-privacy breach-credential \
         breach-configuration integrity-data integrity-configuration integrity-hardware \
         traffic-redirection monitoring-traffic monitoring-host policy unknown ext-value",
        false,
    ),
    ("HistoryItem", "action", DO, true),
    ("Expectation", "action", DO, false),
    ("Expectation", "ext-action", "", false),
    ("System", "category", "source target intermediate sensor infrastructure ext-value", false),
    (
        "System",
        "ownership",
        "organization personal partner customer no-relationship unknown ext-value",
        false,
    ),
    (
        "Address",
        "category",
        "asn atm e-mail mac ipv4-addr ipv4-net ipv4-net-masked ipv4-net-mask ipv6-addr ipv6-net \
         ipv6-net-masked site-uri ext-value",
        false,
    ),
    ("Service", "ip-protocol", "1 6 17 33 47 50 58 132 136", false),
    ("Counter", "type", "count peak average ext-value", true),
    (
        "Counter",
        "unit",
        "byte mbit packet flow session event alert message host site organization ext-value",
        true,
    ),
    (
        "DomainData",
        "system-status",
        "spoofed fraudulent innocent-hacked innocent-hijacked unknown ext-value",
        true,
    ),
    (
        "DomainData",
        "domain-status",
        "reservedDelegation assignedAndActive assignedAndInactive assignedAndOnHold revoked \
         transferPending registryLock registrarLock other unknown ext-value",
        true,
    ),
    ("IndicatorID", "name", "", true),
    ("IndicatorID", "version", "", true),
    ("Confidence", "rating", "low medium high numeric unknown ext-value", true),
    (
        "BulkObservable",
        "type",
        "asn e-mail ipv4-addr ipv6-addr site-uri domain-name http-user-agent user-name ext-value",
        true,
    ),
    ("HashData", "scope", "file-contents", true),
    ("DigestMethod", "Algorithm", "http://www.w3.org/2001/04/xmlenc#sha256", true),
    ("AdditionalData", "dtype", "string json integer", true),
    ("AdditionalData", "name", "", false),
    ("AdditionalData", "meaning", "", false),
];
/// Classes that may be labelled.
const LABELLED: &str = "Incident EventData Campaign Indicator AdditionalData";
/// Classes with words in a language.
const WORDS: &str = "Description ContactName";

fn holds(list: &str, word: &str) -> bool {
    list.split_whitespace().any(|one| one == word)
}

struct Node {
    name: String,
    attributes: Vec<(String, String)>,
    children: Vec<String>,
    text: String,
}

/// Fails where a document is not built as the standard says.
pub(crate) fn check_structure(text: &str) {
    let mut reader = Reader::from_str(text);
    let mut open: Vec<Node> = Vec::new();
    let mut ids = BTreeSet::new();
    loop {
        match reader.read_event().expect("well-formed") {
            Event::Start(start) => open.push(node(&start)),
            Event::Empty(start) => {
                open.push(node(&start));
                close(&mut open, &mut ids);
            }
            Event::End(_) => close(&mut open, &mut ids),
            Event::Text(text) => {
                if let Some(last) = open.last_mut() {
                    last.text.push_str(&text);
                }
            }
            Event::Eof => break,
            _ => {}
        }
    }
    assert!(open.is_empty());
}

fn node(start: &quick_xml::events::BytesStart<'_>) -> Node {
    let attributes = start.attributes().map(|one| {
        let one = one.expect("an attribute");
        let key: &str = one.key.as_ref();
        (key.to_owned(), one.value.to_string())
    });
    let name = start.local_name().into_inner().to_owned();
    Node { name, attributes: attributes.collect(), children: Vec::new(), text: String::new() }
}

fn close(open: &mut Vec<Node>, ids: &mut BTreeSet<String>) {
    let node = open.pop().expect("one is open");
    attributes(&node, ids);
    match PARTS.iter().find(|(name, _)| *name == node.name) {
        Some((_, parts)) => {
            order(&node, parts);
            assert!(node.text.trim().is_empty(), "{} holds text: {}", node.name, node.text);
        }
        None => assert!(node.children.is_empty(), "{} holds {:?}", node.name, node.children),
    }
    if node.name.ends_with("Time") {
        let is_time = node.text.len() >= 20 && node.text.ends_with('Z') && node.text.contains('T');
        assert!(is_time, "{}: {}", node.name, node.text);
    }
    if node.name == "IndicatorID" {
        id(&node.text, ids);
    }
    match open.last_mut() {
        Some(parent) => parent.children.push(node.name),
        None => assert_eq!(node.name, "IODEF-Document"),
    }
}

fn id(text: &str, ids: &mut BTreeSet<String>) {
    assert!(text.starts_with(|c: char| c.is_alphabetic() || c == '_'), "no id: {text}");
    assert!(text.chars().all(|c| c.is_alphanumeric() || "_.-".contains(c)), "no id: {text}");
    assert!(ids.insert(text.to_owned()), "twice: {text}");
}

fn attributes(node: &Node, ids: &mut BTreeSet<String>) {
    for (name, value) in &node.attributes {
        let known = ATTRIBUTES.iter().find(|(class, one, ..)| *class == node.name && one == name);
        match (name.as_str(), known) {
            (_, Some((_, _, words, _))) => {
                let fits = words.is_empty() || holds(words, value);
                assert!(fits, "{}@{name} says {value}", node.name);
            }
            ("restriction", _) if holds(LABELLED, &node.name) => assert!(holds(LABELS, value)),
            ("ext-restriction", _) => assert_eq!(value, "TLP:AMBER+STRICT"),
            ("observable-id", _) if node.name == "EventData" => id(value, ids),
            ("xml:lang", _) if holds(WORDS, &node.name) => {}
            (name, _) if name.starts_with("xmlns") => {}
            _ => panic!("{} has no attribute {name}", node.name),
        }
    }
    for (_, name, _, needed) in ATTRIBUTES.iter().filter(|(class, ..)| *class == node.name) {
        let is_there = node.attributes.iter().any(|(one, _)| one == name);
        assert!(is_there || !needed, "{} lacks {name}", node.name);
    }
}

fn order(node: &Node, parts: &str) {
    let mut rest = node.children.as_slice();
    for part in parts.split_whitespace() {
        let (names, least, most) = match part.as_bytes().last() {
            Some(b'?') => (part.trim_end_matches('?'), 0, 1),
            Some(b'*') => (part.trim_end_matches('*'), 0, usize::MAX),
            Some(b'+') => (part.trim_end_matches('+'), 1, usize::MAX),
            _ => (part, 1, 1),
        };
        let fits = |one: &&String| names.split('|').any(|name| name == one.as_str());
        let found = rest.iter().take_while(fits).count();
        assert!(found >= least, "{} lacks {names}: {:?}", node.name, node.children);
        assert!(found <= most, "{} has {found} {names}", node.name);
        rest = &rest[found..];
    }
    assert!(rest.is_empty(), "{} holds {rest:?} out of order: {:?}", node.name, node.children);
}
