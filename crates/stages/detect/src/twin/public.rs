//! The public rules, through our pipelines, each asked of events made to match it: the matcher and
//! its twin must agree.

use std::path::{Path, PathBuf};

use bakas_model::{
    Activity, Agency, AgencyIx, Class, Event, Field, Location, Place, RuleIx, Status, Stream,
    Timestamp, Value,
};
use bakas_sigma::{Expression, Item, Number, Part, Test};

use super::matches;
use crate::{
    Context, LoadOptions, Rules,
    logsource::{self, Origin},
    rules::Detail,
};

/// Texts of which each test of an item would be content.
fn contents(item: &Item) -> Vec<String> {
    let text = |test: &Test| match test {
        Test::Text { pattern, .. } => pattern
            .parts
            .iter()
            .map(|part| match part {
                Part::Literal(text) => text.clone(),
                Part::One => "x".to_owned(),
                Part::Many => String::new(),
            })
            .collect(),
        Test::Number(Number::Int(number)) => number.to_string(),
        _ => "x".to_owned(),
    };
    item.tests.iter().map(text).collect()
}

/// The native fields of an event that a rule is likely to match: the `turn`th text of each item,
/// and of items that ask for every text, all. Of a rule of several variants, those of one.
fn likely(detail: &Detail, turn: usize) -> Vec<(String, Value<'static>)> {
    let branch = match &detail.detection.condition {
        Expression::Any(parts) if detail.fields.len() == parts.len() => &parts[turn % parts.len()],
        whole => whole,
    };
    let mut fields: Vec<(String, String)> = Vec::new();
    for (index, (name, search)) in detail.detection.searches.iter().enumerate() {
        if name.starts_with("filter") || !branch.mentions(index) {
            continue;
        }
        for item in search.items() {
            let texts = contents(item);
            let text = if item.every { texts.concat() } else { texts[turn % texts.len()].clone() };
            let field = item.field.clone().unwrap_or_else(|| "message".to_owned());
            match fields.iter_mut().find(|(known, _)| *known == field) {
                Some((_, known)) => known.push_str(&text),
                None => fields.push((field, text)),
            }
        }
    }
    let leak = |text: String| -> Value<'static> {
        match text.parse() {
            Ok(number) if turn.is_multiple_of(2) => Value::Int(number),
            _ => Value::Text(Box::leak(text.into_boxed_str())),
        }
    };
    fields.into_iter().map(|(name, text)| (name, leak(text))).collect()
}

fn gather(folder: &Path, files: &mut Vec<(String, String)>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            gather(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "yml") {
            let text = std::fs::read_to_string(&path).unwrap();
            files.push((path.display().to_string(), text));
        }
    }
    files.sort();
}

fn event(stream: Stream) -> Event<'static> {
    Event {
        place: Place::default(),
        agency: AgencyIx(0),
        stream,
        custom: None,
        time: Timestamp::default(),
        time_raw: "",
        class: Class::Base,
        activity: Activity::Other,
        status: Status::Unknown,
        src: None,
        src_port: None,
        dst: None,
        dst_port: None,
        src_claimed: None,
        account: None,
        target: None,
        object: None,
        agent: None,
        operation: "",
        host: None,
        http_status: None,
        bytes_out: None,
        fields: Vec::new(),
    }
}

/// One rule in so many is asked by the twin whether or not the matcher found it.
const SAMPLE: usize = 61;

#[test]
fn both_agree_on_the_public_rules() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..");
    let root = std::env::var_os("BAKAS_CORPORA")
        .map_or_else(|| here.join("../shared/corpora"), PathBuf::from);
    let (mut files, mut pipelines) = (Vec::new(), Vec::new());
    gather(&root.join("sigma-rules"), &mut files);
    gather(&here.join("pipelines"), &mut pipelines);
    if files.is_empty() {
        // The libtest runner shows this with `--nocapture`.
        std::io::Write::write_all(&mut std::io::stderr(), b"skipped: no public rules at hand\n")
            .unwrap();
        return;
    }
    let (rules, _) = Rules::load_with(files, &LoadOptions { pipelines, ..LoadOptions::default() });
    let agency = Agency::default();
    let context = Context { location: Location::default(), operator: None, agency: &agency };
    let mut matcher = rules.matcher();
    let mut ever = vec![false; rules.details.len()];
    for (own, turn) in (0..rules.details.len()).flat_map(|own| (0..2).map(move |turn| (own, turn)))
    {
        let detail = &rules.details[own];
        let asked = |detail: &Detail, event: &Event<'_>| {
            let fits = |source| logsource::fits(source, Origin::of(event), event.class);
            detail.log_sources.iter().any(fits)
        };
        let source = &detail.log_sources[turn % detail.log_sources.len()];
        let fits = |s: &&Stream| logsource::fits(source, Origin::stream(**s), Class::Base);
        let mut event = event(*Stream::ALL.iter().find(fits).unwrap());
        let fields = likely(detail, turn);
        event.fields = fields.iter().map(|(name, value)| Field::new(name, *value)).collect();
        let found = matcher.run(&event, &context);
        for (other, detail) in rules.details.iter().enumerate() {
            let by_matcher = found.contains(&RuleIx(other as u32));
            if by_matcher || other == own || other % SAMPLE == (own + turn) % SAMPLE {
                let by_twin = asked(detail, &event) && matches(&detail.detection, &event, &context);
                assert_eq!(by_matcher, by_twin, "{} of {event:?}", rules.metas()[other].path);
                ever[other] |= by_twin;
            }
        }
    }
    let matched = ever.iter().filter(|ever| **ever).count();
    assert!(matched * 10 >= ever.len() * 8, "{matched} of {} matched", ever.len());
}
