//! An incident of IODEF as an extract: events are incidents, sources and indicators are observables,
//! expectations are actions.

use bakas_model::{
    IncidentKind, Timestamp,
    exchange::{
        Extract, Observable, ObservableKind, SharedAction, SharedCampaign, SharedIncident,
        SharedObservable, Words,
    },
};
use base64::{Engine, engine::general_purpose::STANDARD};

use super::{
    back::{Notes, count_of, reference},
    parts::{extra_of, handling_of, id_of, time_of, words_of},
    tree::Element,
    words as table,
};

pub(super) fn extract(incident: &Element, created: Timestamp, notes: &mut Notes<'_>) -> Extract {
    let mut extract = Extract {
        title: words_of(incident, "Description"),
        reference: reference(incident),
        campaigns: incident
            .all("RelatedActivity")
            .flat_map(|one| one.all("Campaign"))
            .map(|one| campaign(one, created))
            .collect(),
        ..Extract::default()
    };
    for (number, event) in incident.all("EventData").enumerate() {
        let span = span(event, incident, created);
        let has = |name: &str| event.child(name).is_some();
        if has("Assessment") || !(has("Flow") || has("Expectation")) {
            match self::event(event, number, span) {
                Ok(one) => extract.incidents.push(one),
                Err(why) => notes.reject(&format!("Incident/EventData[{}]", number + 1), why),
            }
        }
        observed(event, number, span, &mut extract.observables);
        if has("Expectation") {
            extract.actions.push(action(event, number));
        }
    }
    let indicators = incident.all("IndicatorData").flat_map(|data| data.all("Indicator"));
    for (number, one) in indicators.enumerate() {
        match indicator(one, span(one, incident, created)) {
            Ok(one) => extract.observables.push(one),
            Err(why) => notes.reject(&format!("Incident/Indicator[{}]", number + 1), why),
        }
    }
    extract
}

/// First and last time of a part, or of the whole where the part has none.
fn span(part: &Element, whole: &Element, created: Timestamp) -> (Timestamp, Timestamp) {
    let named = |names: [&str; 2]| {
        names.into_iter().find_map(|name| time_of(part, name).or_else(|| time_of(whole, name)))
    };
    let first = named(["StartTime", "DetectTime"]).unwrap_or(created);
    (first, named(["EndTime", "DetectTime"]).unwrap_or(first))
}

fn campaign(one: &Element, created: Timestamp) -> SharedCampaign {
    SharedCampaign {
        id: one.text_of("CampaignID").unwrap_or_default().to_owned(),
        title: words_of(one, "Description"),
        incidents: Vec::new(),
        because: Vec::new(),
        first: created,
        last: created,
        handling: handling_of(one),
    }
}

fn event(
    event: &Element,
    number: usize,
    (first, last): (Timestamp, Timestamp),
) -> Result<SharedIncident, &'static str> {
    let assessment = event.child("Assessment");
    let class = assessment.and_then(|one| one.text_of("IncidentCategory")).unwrap_or_default();
    let kind = extra_of(event, "kind")
        .and_then(IncidentKind::from_name)
        .or_else(|| table::kind_of_rsit(class))
        .ok_or("its category is none that is known (RSIT's are: intrusion-attempts/brute-force)")?;
    let impact = assessment.and_then(|one| one.child("SystemImpact"));
    let victim = event.all("Contact").find(|one| one.get("role") == Some("victim"));
    let references = event.all("Method").flat_map(|method| method.all("Reference"));
    Ok(SharedIncident {
        id: id_of(event).unwrap_or_else(|| format!("I-{:02}", number + 1)),
        kind,
        title: words_of(event, "Description"),
        agency: victim.and_then(|one| one.text_of("ContactName")).map(str::to_owned),
        first,
        last,
        count: assessment.and_then(count_of).unwrap_or(1),
        entered: impact.and_then(|one| one.get("completion")) == Some("succeeded"),
        techniques: references
            .filter_map(|one| one.text_of("Description").map(str::to_owned))
            .collect(),
        handling: handling_of(event),
    })
}

fn action(event: &Element, number: usize) -> SharedAction {
    let mut text: Vec<Words> =
        event.all("Expectation").flat_map(|one| words_of(one, "Description")).collect();
    if text.is_empty() {
        let asked = event.child("Expectation").and_then(|one| one.get("action")).unwrap_or("other");
        text.push(Words { language: String::new(), text: asked.to_owned() });
    }
    SharedAction {
        id: id_of(event).unwrap_or_else(|| format!("A-{:02}", number + 1)),
        text,
        incidents: Vec::new(),
        handling: handling_of(event),
    }
}

/// Sources of an event. Targets are the victims', and none of anybody's indicators.
fn observed(
    event: &Element,
    number: usize,
    (first, last): (Timestamp, Timestamp),
    out: &mut Vec<SharedObservable>,
) {
    let systems = event.all("Flow").flat_map(|flow| flow.all("System"));
    let sources = systems.filter(|one| one.get("category") == Some("source"));
    let given = id_of(event);
    for (at, (system, node)) in
        sources.filter_map(|one| Some((one, one.child("Node")?))).enumerate()
    {
        let Some(observable) = node.children.iter().find_map(named) else { continue };
        let id = match &given {
            Some(id) if at == 0 => id.clone(),
            _ => format!("O-{:02}-{}", number + 1, at + 1),
        };
        out.push(SharedObservable {
            id,
            observable,
            first,
            last,
            count: count_of(system).unwrap_or(1),
            incidents: Vec::new(),
            indicator: false,
            confidence: None,
            admiralty: None,
            handling: handling_of(event),
        });
    }
}

/// An address, a domain, a file or a list of one.
fn named(one: &Element) -> Option<Observable> {
    let text = |kind: ObservableKind, text: &str| Some(Observable { kind, value: text.to_owned() });
    match one.name.as_str() {
        // The category that the schema fills in where there is none.
        "Address" => {
            let kind = table::kind_of_category(one.get("category").unwrap_or("ipv6-addr"))?;
            text(kind, &one.text)
        }
        "DomainData" => text(ObservableKind::Domain, one.text_of("Name")?),
        "BulkObservable" => {
            let category = one.get("type")?;
            let value = one.text_of("BulkObservableList")?;
            let ours = table::BULK.iter().find(|(_, bulk)| *bulk == category);
            let kind = ours.map(|(kind, _)| *kind).or_else(|| match category {
                "domain-name" => Some(ObservableKind::Domain),
                "file-path" => Some(ObservableKind::FileName),
                other => table::kind_of_category(other),
            })?;
            text(kind, value)
        }
        "System" => one.child("Node")?.children.iter().find_map(named),
        "FileData" => {
            let file = one.child("File")?;
            if let Some(name) = file.text_of("FileName") {
                return text(ObservableKind::FileName, name);
            }
            let value = &file.at(&["HashData", "Hash", "DigestValue"])?.text;
            let bytes = STANDARD.decode(value.trim()).ok().filter(|bytes| bytes.len() == 32)?;
            let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            text(ObservableKind::Sha256, &hex)
        }
        _ => None,
    }
}

fn indicator(
    one: &Element,
    (first, last): (Timestamp, Timestamp),
) -> Result<SharedObservable, &'static str> {
    let observable = one.child("Observable").ok_or("an indicator without an observable")?;
    let observable = observable.children.iter().find_map(named);
    let confidence = one.child("Confidence").filter(|one| one.get("rating") == Some("numeric"));
    Ok(SharedObservable {
        id: extra_of(one, "id").or_else(|| one.text_of("IndicatorID")).unwrap_or_default().into(),
        observable: observable.ok_or("an observable of a kind that is not known")?,
        first,
        last,
        count: 1,
        incidents: Vec::new(),
        indicator: true,
        confidence: confidence.and_then(|one| percent(&one.text)),
        admiralty: None,
        handling: handling_of(one),
    })
}

fn percent(text: &str) -> Option<u8> {
    let value: f64 = text.trim().parse().ok()?;
    (0.0..=100.0).contains(&value).then(|| value.round() as u8)
}
