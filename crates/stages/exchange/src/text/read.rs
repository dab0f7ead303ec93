//! A text as a tree of values: the lines of ours, by their labels, and the lines of a reply between
//! them, each with the flow that it stands under.

use bakas_model::exchange::{Flow, Opinion};
use bakas_model::exchange::{
    FlowAnswer, Pap, SharedAction, SharedCampaign, SharedIncident, SharedNote, SharedObservable,
    Tlp, Words,
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::{
    END, FORMAT, LINES_AN_OBJECT, PROGRAMS, REMARK, TEXT_BYTES_LIMIT,
    lines::{self, Joined, Line},
    tables::{Kind, Label, PACKAGE, SHAPES, Section, Shape},
};
use crate::{
    DecodeError, Limits,
    remainder::{self, Entry},
    template,
};

/// A line that somebody wrote between ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reply {
    pub(super) number: usize,
    /// The flow that it stands under; none above the first.
    pub(super) flow: Option<String>,
    pub(super) text: String,
}

/// What a text holds.
#[derive(Debug, Default)]
pub(super) struct Document {
    /// The package, as JSON.
    pub(super) value: Value,
    pub(super) replies: Vec<Reply>,
    pub(super) rejected: Vec<Words>,
    /// The digest that stands in it.
    pub(super) digest: Option<String>,
}

/// A reject, by line; 0 for the whole.
pub(super) fn words(line: usize, why: &str) -> Words {
    let why: String = why.chars().filter(|c| !c.is_control()).take(200).collect();
    let text = if line == 0 { why } else { format!("line {line}: {why}") };
    Words { language: "en".into(), text }
}

fn wrong(place: &str, what: &str) -> DecodeError {
    DecodeError { format: FORMAT, place: place.to_owned(), what: what.to_owned() }
}

fn checked<'a>(bytes: &'a [u8], limits: &Limits) -> Result<&'a str, DecodeError> {
    let most = if limits.bytes == u64::MAX { u64::MAX } else { limits.bytes.min(TEXT_BYTES_LIMIT) };
    if bytes.len() as u64 > most {
        return Err(wrong("line 1", &format!("more than {most} bytes; ask for it in parts")));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        wrong(&format!("byte {}", error.valid_up_to()), "not UTF-8; save the mail as UTF-8")
    })?;
    let text = text.trim_start_matches('\u{feff}');
    let longest = text.lines().map(str::len).max().unwrap_or_default();
    if longest > limits.text {
        return Err(wrong("a line", &format!("longer than {} bytes", limits.text)));
    }
    if text.lines().count() > limits.objects.saturating_mul(LINES_AN_OBJECT) {
        return Err(wrong("the text", "more lines than the limit allows"));
    }
    Ok(text)
}

/// Reads a text.
///
/// # Errors
/// Where it holds none of our titles, is no UTF-8 or passes a limit.
pub(super) fn document(bytes: &[u8], limits: &Limits) -> Result<Document, DecodeError> {
    let text = checked(bytes, limits)?;
    let all: Vec<Line<'_>> =
        text.lines().enumerate().map(|(at, line)| lines::unquoted(at + 1, line)).collect();
    let titled = all.iter().enumerate().find_map(|(at, line)| {
        SHAPES.iter().find(|shape| shape.title == line.text).map(|shape| (at, line.depth, shape))
    });
    let Some((title, depth, shape)) = titled else {
        return Err(wrong("the text", "none of our titles (== TRACE REQUEST ==) stands in it"));
    };
    let mut reading = Reading {
        shape,
        limits,
        document: Document { value: template::package(shape.is), ..Document::default() },
        open: Vec::new(),
        is_for_programs: false,
        entries: Vec::new(),
        at: Vec::new(),
    };
    let (own, others) = split(&all, title, depth);
    for line in &own {
        if let Err(why) = reading.line(line) {
            reading.document.rejected.push(words(line.number, &why));
        }
    }
    for (before, line) in others {
        if line.depth > depth {
            reading.document.rejected.push(words(line.number, "a deeper quotation is not read"));
            continue;
        }
        let reply = Reply {
            number: line.number,
            flow: reading.flow_at(before),
            text: line.text.to_owned(),
        };
        reading.document.replies.push(reply);
    }
    if reading
        .document
        .value
        .pointer("/content/of/flows")
        .and_then(Value::as_array)
        .map_or(0, Vec::len)
        > limits.objects
    {
        return Err(wrong("the text", &format!("more than {} flows", limits.objects)));
    }
    reading.finish();
    Ok(reading.document)
}

/// Our lines, put together, and the others, each with the number of ours that stand before it.
fn split<'a>(
    all: &'a [Line<'a>],
    title: usize,
    depth: usize,
) -> (Vec<Joined>, Vec<(usize, &'a Line<'a>)>) {
    let mut own = Vec::new();
    let mut others: Vec<(usize, &Line<'_>)> = Vec::new();
    let (mut has_begun, mut has_ended) = (false, false);
    for (at, line) in all.iter().enumerate() {
        has_begun |= at == title || (line.depth == depth && line.text.starts_with("TLP:"));
        let is_own = line.depth == depth && has_begun && !has_ended;
        if is_own && line.text == END {
            has_ended = true;
        } else if is_own && at != title {
            if !line.text.is_empty() && !line.text.starts_with(REMARK) {
                lines::join(&mut own, line);
            }
        } else if !is_own && (line.depth > 0 || depth > 0 || !line.text.is_empty()) {
            // `--` begins a signature; what follows is about the writer and not about the flows.
            if line.depth < depth && line.text == "--" {
                break;
            }
            // What is quoted less deeply, but not written just now, is an earlier reply.
            if line.depth == 0 || line.depth > depth {
                others.push((own.len(), line));
            }
        }
    }
    (own, others)
}

/// An element that lines are put into.
struct Open {
    section: &'static Section,
    /// Its place in the package.
    place: String,
}

struct Reading<'a> {
    shape: &'static Shape,
    limits: &'a Limits,
    document: Document,
    open: Vec<Open>,
    is_for_programs: bool,
    entries: Vec<(usize, Entry)>,
    /// For each of our lines the flow that stands open after it.
    at: Vec<Option<String>>,
}

impl Reading<'_> {
    fn flow_at(&self, before: usize) -> Option<String> {
        before.checked_sub(1).and_then(|at| self.at.get(at)).cloned().flatten()
    }

    fn line(&mut self, line: &Joined) -> Result<(), String> {
        let done = self.understood(line);
        let flow = self.open.first().filter(|open| open.section.word == "Flow").and_then(|open| {
            let key = format!("{}{}", open.place, open.section.key?);
            self.document.value.pointer(&key)?.as_str().map(str::to_owned)
        });
        self.at.push(flow);
        done
    }

    fn understood(&mut self, line: &Joined) -> Result<(), String> {
        let text = line.text.as_str();
        if text.starts_with("TLP:") && self.open.is_empty() {
            return self.handling(text);
        }
        if let Some(name) = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            return self.heading(&lines::plain(name)?);
        }
        let (label, value) = text.split_once(':').ok_or("neither a heading nor a label")?;
        let value = lines::plain(value.strip_prefix(' ').unwrap_or(value))?;
        if self.is_for_programs {
            return self.program(line.number, label, &value);
        }
        let (label, language) = match label.strip_suffix(')').and_then(|l| l.split_once(" (")) {
            Some((label, language)) => (label, language),
            None => (label, ""),
        };
        let (place, labels): (&str, &[&[Label]]) = match self.open.last() {
            Some(open) => (&open.place, &[open.section.labels]),
            None => ("", &[self.shape.head, PACKAGE]),
        };
        let found = labels.iter().flat_map(|labels| labels.iter()).find(|one| one.label == label);
        let found = found.ok_or_else(|| format!("no label '{label}' here"))?;
        let place = place.to_owned();
        set(&mut self.document.value, &place, found, &value, language)
    }

    /// The labels at the head.
    fn handling(&mut self, text: &str) -> Result<(), String> {
        let (tlp, pap) = text.split_once(' ').unwrap_or((text, ""));
        let tlp: Tlp = tlp.parse().map_err(|error| format!("{error}"))?;
        template::put(&mut self.document.value, "/handling/tlp", Value::from(tlp.as_str()));
        if !pap.trim().is_empty() {
            let pap: Pap = pap.trim().parse().map_err(|error| format!("{error}"))?;
            template::put(&mut self.document.value, "/handling/pap", Value::from(pap.as_str()));
        }
        Ok(())
    }

    fn heading(&mut self, name: &str) -> Result<(), String> {
        self.is_for_programs = name == PROGRAMS;
        if self.is_for_programs {
            self.open.clear();
            return Ok(());
        }
        // A part of what is open, or of what that is a part of.
        while let Some(open) = self.open.last() {
            let place = open.place.clone();
            if let Some((section, key)) = named(open.section.parts, name) {
                self.begin(section, &place, key);
                return Ok(());
            }
            self.open.pop();
        }
        let (section, key) =
            named(self.shape.sections, name).ok_or_else(|| format!("no part '[{name}]' here"))?;
        self.begin(section, "", key);
        Ok(())
    }

    fn begin(&mut self, section: &'static Section, parent: &str, key: &str) {
        let place = format!("{parent}{}", section.place);
        let mut one = json!({});
        if let Some(member) = section.key {
            template::put(&mut one, member, Value::from(key));
        }
        let value = &mut self.document.value;
        if !section.is_list {
            if value.pointer(&place).is_none() {
                template::put(value, &place, one);
            }
            self.open.push(Open { section, place });
            return;
        }
        if let Some(holder) = value.pointer_mut(parent) {
            template::push(holder, section.place, one);
        }
        let count = value.pointer(&place).and_then(Value::as_array).map_or(1, Vec::len);
        self.open.push(Open { section, place: format!("{place}/{}", count.saturating_sub(1)) });
    }

    fn program(&mut self, line: usize, label: &str, value: &str) -> Result<(), String> {
        match label {
            "Digest" => {
                self.document.digest = Some(value.to_owned());
                Ok(())
            }
            "More" => {
                let (place, json) = value.split_once(" =").ok_or("no place and value")?;
                let json = json.trim_start();
                let value = if json.is_empty() {
                    None
                } else {
                    let read = crate::json::read(json.as_bytes(), self.limits, FORMAT);
                    Some(read.map_err(|error| error.what)?)
                };
                let place = place.replace("%3D", "=").replace("%25", "%");
                self.entries.push((line, Entry { place, value }));
                Ok(())
            }
            _ => Err(format!("no label '{label}' here")),
        }
    }

    /// Fills in what everything has, then what stands for programs, and takes out what is none.
    fn finish(&mut self) {
        let value = &mut self.document.value;
        if self.shape.is == "request"
            && let Some(Value::Array(flows)) = value.pointer_mut("/content/of/flows")
        {
            for (number, flow) in flows.iter_mut().enumerate() {
                template::flow(flow, number + 1);
            }
        }
        for (line, entry) in &self.entries {
            if let Err(why) = remainder::apply(&mut self.document.value, entry) {
                self.document.rejected.push(words(*line, &format!("{}: {why}", entry.place)));
            }
        }
        let lists: &[(&str, Check)] = match self.shape.is {
            "request" => &[("flows", check::<Flow>)],
            "answer" => &[("flows", check::<FlowAnswer>)],
            _ => &[
                ("incidents", check::<SharedIncident>),
                ("campaigns", check::<SharedCampaign>),
                ("observables", check::<SharedObservable>),
                ("opinions", check::<Opinion>),
                ("actions", check::<SharedAction>),
                ("notes", check::<SharedNote>),
            ],
        };
        for (list, check) in lists {
            let place = format!("/content/of/{list}");
            let Some(Value::Array(all)) = self.document.value.pointer_mut(&place) else { continue };
            let rejected = &mut self.document.rejected;
            all.retain(|one| match check(one) {
                None => true,
                Some(why) => {
                    let name = one.get("id").or_else(|| one.get("flow")).and_then(Value::as_str);
                    rejected.push(words(0, &format!("{list} {}: {why}", name.unwrap_or("?"))));
                    false
                }
            });
        }
    }
}

/// What is wrong with an element, if anything.
type Check = fn(&Value) -> Option<String>;

fn check<T: DeserializeOwned>(value: &Value) -> Option<String> {
    T::deserialize(value).err().map(|error| error.to_string())
}

/// The section that a heading names, and what stands after its name.
fn named<'a>(sections: &'static [Section], name: &'a str) -> Option<(&'static Section, &'a str)> {
    sections.iter().find_map(|section| {
        let rest = name.strip_prefix(section.word)?;
        if rest.is_empty() { Some((section, "")) } else { Some((section, rest.strip_prefix(' ')?)) }
    })
}

/// Puts a line's value into the element at a place.
///
/// # Errors
/// What is wrong with it.
pub(super) fn set(
    value: &mut Value,
    at: &str,
    label: &Label,
    text: &str,
    language: &str,
) -> Result<(), String> {
    let element = value.pointer_mut(at).ok_or("it stands under nothing")?;
    match label.kind {
        Kind::Text => template::put(element, label.place, Value::from(text)),
        Kind::Number => {
            let number = text.trim();
            let number = number
                .parse::<u64>()
                .map(Value::from)
                .or_else(|_| number.parse::<i64>().map(Value::from))
                .map_err(|_| format!("{}: no whole number", label.label))?;
            template::put(element, label.place, number);
        }
        Kind::Flag => {
            let is = match text.trim().to_lowercase().as_str() {
                "yes" | "oo" => true,
                "no" | "hindi" => false,
                _ => return Err(format!("{}: neither yes nor no", label.label)),
            };
            template::put(element, label.place, Value::from(is));
        }
        Kind::Texts => template::push(element, label.place, Value::from(text)),
        Kind::Words => {
            let words = Words { language: language.to_owned(), text: text.to_owned() };
            let words = serde_json::to_value(words).unwrap_or_default();
            template::push(element, label.place, words);
        }
    }
    Ok(())
}
