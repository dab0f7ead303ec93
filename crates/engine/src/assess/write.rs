//! An entry as the text that goes at the end of `assessment.toml`. What stands in the file already,
//! comments too, is left as it is.

use std::fmt::Write as _;

use bakas_model::{
    AssessmentLevel, Text, Timestamp,
    assessment::{Basis, Rated},
};
use serde::Serialize;

use super::{document::DOCUMENT_SCHEMA, entry::Entry};

/// The first lines of a new file.
pub(super) fn head() -> String {
    format!(
        "# What analysts judge of this case. Described in docs/formats/assessment.md; every change is\n\
         # kept in assessment-history.ndjson. After editing by hand: bakas assess CASE record\n\
         schema = \"{DOCUMENT_SCHEMA}\"\n"
    )
}

/// The lines of an entry.
pub(super) fn lines(entry: &Entry) -> String {
    let mut table = Table(format!("\n[[{}]]\n", entry.table()));
    match entry {
        Entry::Hypothesis(one) => {
            table.place(one.subject.as_ref(), one.level);
            table.text("id", &one.id);
            table.words("text", &one.text);
            table.number("prior", one.prior);
            table.text("reason", &one.reason);
        }
        Entry::Prior(one) => {
            table.place(one.subject.as_ref(), one.level);
            table.text("hypothesis", &one.hypothesis);
            table.number("prior", one.prior);
            table.text("reason", &one.reason);
        }
        Entry::Evidence(one) => evidence(&mut table, one),
        Entry::Statement(one) => statement(&mut table, one),
        Entry::Cell(one) => {
            table.place(one.subject.as_ref(), one.level);
            table.text("item", &one.item);
            table.text("hypothesis", &one.hypothesis);
            table.number("low", one.low);
            table.number("best", one.best);
            table.number("high", one.high);
            table.text("reason", &one.reason);
        }
        Entry::Withdraw(one) => {
            table.text("id", &one.id);
            table.text("reason", &one.reason);
        }
        Entry::Rating(one) => {
            match &one.of {
                Rated::Item(id) => table.text("item", id),
                Rated::Party(name) => table.text("party", name),
            }
            table.text("reliability", &one.reliability.to_string());
            table.some("credibility", one.credibility.map(String::from).as_ref());
            if let Some(interested) = one.interested {
                table.raw("interested", if interested { "true" } else { "false" });
            }
            table.text("reason", &one.reason);
        }
    }
    table.text("by", entry.by());
    table.time("at", entry.at());
    table.0
}

fn evidence(table: &mut Table, one: &bakas_model::assessment::AddedItem) {
    let item = &one.item;
    table.some("subject", one.subject.as_ref());
    table.text("id", &item.id);
    table.name("kind", &item.kind);
    table.words("text", &item.text);
    table.text("source", &item.source);
    table.text("reliability", &item.reliability.to_string());
    table.text("credibility", &item.credibility.to_string());
    table.some("group", item.group.as_ref());
    table.name("cost", &item.cost);
    table.yes("interested", item.interested);
    table.time("observed", item.observed);
    table.time("valid_from", item.valid_from);
    table.time("valid_until", item.valid_until);
    let incidents: Vec<String> = item.incidents.iter().map(|id| id.0.clone()).collect();
    table.list("incidents", &incidents);
    table.list("techniques", &item.techniques);
    table.basis(&item.basis);
}

fn statement(table: &mut Table, one: &bakas_model::Statement) {
    table.text("id", &one.id);
    table.text("party", &one.party);
    table.filled("speaker", &one.speaker);
    table.filled("channel", &one.channel);
    table.time("date", one.date);
    table.text("words", &one.words);
    table.filled("language", &one.language);
    if !one.translation.en.is_empty() || !one.translation.fil.is_empty() {
        table.words("translation", &one.translation);
    }
    table.name("kind", &one.kind);
    let about = one.about.iter().map(|about| {
        let mut text = String::from("{ ");
        if let Some(subject) = &about.subject {
            text += &format!("subject = {}, ", quoted(subject));
        }
        text + &format!(
            "level = {}, hypothesis = {} }}",
            quoted(about.level.name()),
            quoted(&about.hypothesis)
        )
    });
    let about: Vec<String> = about.collect();
    if !about.is_empty() {
        table.raw("about", &format!("[{}]", about.join(", ")));
    }
    if !one.interested {
        table.raw("interested", "false");
    }
    table.text("reliability", &one.reliability.to_string());
    table.text("credibility", &one.credibility.to_string());
    table.some("supersedes", one.supersedes.as_ref());
    table.list("borne_out_by", &one.borne_out_by);
    table.list("contradicted_by", &one.contradicted_by);
    table.basis(&one.basis);
}

struct Table(String);

impl Table {
    fn raw(&mut self, key: &str, value: &str) {
        writeln!(self.0, "{key} = {value}").expect("a String takes any text");
    }

    fn text(&mut self, key: &str, value: &str) {
        self.raw(key, &quoted(value));
    }

    fn filled(&mut self, key: &str, value: &str) {
        if !value.is_empty() {
            self.text(key, value);
        }
    }

    fn some(&mut self, key: &str, value: Option<&String>) {
        if let Some(value) = value {
            self.text(key, value);
        }
    }

    fn place(&mut self, subject: Option<&String>, level: AssessmentLevel) {
        self.some("subject", subject);
        self.text("level", level.name());
    }

    fn words(&mut self, key: &str, text: &Text) {
        if text.fil.is_empty() {
            self.text(key, &text.en);
        } else {
            let both = format!("{{ en = {}, fil = {} }}", quoted(&text.en), quoted(&text.fil));
            self.raw(key, &both);
        }
    }

    fn number(&mut self, key: &str, value: f64) {
        self.raw(key, &format!("{value:?}"));
    }

    fn yes(&mut self, key: &str, value: bool) {
        if value {
            self.raw(key, "true");
        }
    }

    fn time(&mut self, key: &str, time: Option<Timestamp>) {
        if let Some(time) = time {
            self.raw(key, &time.to_string());
        }
    }

    fn list(&mut self, key: &str, values: &[String]) {
        if !values.is_empty() {
            let values: Vec<String> = values.iter().map(|value| quoted(value)).collect();
            self.raw(key, &format!("[{}]", values.join(", ")));
        }
    }

    /// A word of a closed list.
    fn name(&mut self, key: &str, value: &impl Serialize) {
        let name = serde_json::to_value(value).ok();
        self.text(key, name.as_ref().and_then(serde_json::Value::as_str).unwrap_or_default());
    }

    fn basis(&mut self, all: &[Basis]) {
        let inline = |basis: &Basis| {
            let value = serde_json::to_value(basis).ok()?;
            let parts: Vec<String> = value
                .as_object()?
                .iter()
                .map(|(key, value)| match value.as_str() {
                    Some(text) => format!("{key} = {}", quoted(text)),
                    None => format!("{key} = {value}"),
                })
                .collect();
            Some(format!("{{ {} }}", parts.join(", ")))
        };
        let all: Vec<String> = all.iter().filter_map(inline).collect();
        if !all.is_empty() {
            self.raw("basis", &format!("[{}]", all.join(", ")));
        }
    }
}

/// A basic string of TOML.
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => {
                write!(out, "\\U{:08X}", u32::from(c)).expect("a String takes any text");
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
