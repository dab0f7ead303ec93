//! The public rules, each asked of events made to match it: the matcher and its twin must agree.

use bakas_model::{Agency, Field, Location, RuleIx, Stream, Value};
use bakas_sigma::{Document, Item, Number, Part, Rule, Test};

use super::{event, matches};
use crate::{Context, Rules};

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
/// and of items that ask for every text, all.
fn likely(rule: &Rule, turn: usize) -> Vec<(String, Value<'static>)> {
    let mut fields: Vec<(String, String)> = Vec::new();
    for (name, search) in &rule.detection.searches {
        if name.starts_with("filter") {
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

#[test]
fn both_agree_on_the_public_rules() {
    let here = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = std::env::var_os("BAKAS_CORPORA")
        .map_or_else(|| here.join("../../../../shared/corpora"), std::path::PathBuf::from);
    let mut files = Vec::new();
    let mut folders = vec![root.join("sigma-rules")];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for path in entries.map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "yml") {
                let text = std::fs::read_to_string(&path).unwrap();
                files.push((path.display().to_string(), text));
            }
        }
    }
    if files.is_empty() {
        // The libtest runner shows this with `--nocapture`.
        std::io::Write::write_all(&mut std::io::stderr(), b"skipped: no public rules at hand\n")
            .unwrap();
        return;
    }
    files.sort();
    let (rules, ..) = Rules::load(files.clone());
    let parsed: Vec<Rule> = rules
        .metas()
        .iter()
        .map(|meta| {
            let (_, text) = files.iter().find(|(path, _)| *path == meta.path).unwrap();
            match bakas_sigma::parse(text).documents.remove(0) {
                Document::Rule(rule) => rule,
                other => panic!("{other:?}"),
            }
        })
        .collect();
    let agency = Agency::default();
    let context = Context { location: Location::default(), operator: None, agency: &agency };
    let mut matcher = rules.matcher();
    let mut ever = vec![false; parsed.len()];
    for (rule, turn) in parsed.iter().flat_map(|rule| (0..3).map(move |turn| (rule, turn))) {
        let mut event = event(&[], None, false);
        let fits = |s: &&Stream| crate::logsource::fits(&rule.log_source, **s, event.class);
        event.stream = *Stream::ALL.iter().find(fits).unwrap();
        let fields = likely(rule, turn);
        event.fields = fields.iter().map(|(name, value)| Field::new(name, *value)).collect();
        let expected: Vec<RuleIx> = (0_u32..)
            .zip(&parsed)
            .filter(|(_, rule)| {
                crate::logsource::fits(&rule.log_source, event.stream, event.class)
                    && matches(rule, &event, &context)
            })
            .map(|(ix, _)| RuleIx(ix))
            .collect();
        assert_eq!(matcher.run(&event, &context), expected, "{event:?}");
        expected.iter().for_each(|ix| ever[ix.0 as usize] = true);
    }
    let matched = ever.iter().filter(|ever| **ever).count();
    assert!(matched * 10 >= parsed.len() * 9, "{matched} of {} matched", parsed.len());
}
