//! A plain, slow twin of definitions, made of `toml::Value`, `serde_json::Value` and `str::split`:
//! what it makes of a record, the engine makes of it, on every sample and on samples that were
//! changed at random: lines, documents, records of several lines, messages within system logs.

mod carried;
mod fields;
mod map;
mod proxies;
mod times;

use std::{cell::RefCell, collections::BTreeMap, sync::OnceLock};

use bakas_ingest::{Format, Formats};
use bakas_model::Source;
use proptest::prelude::*;
use serde_json::Value;

use self::carried::Carried;
use crate::{
    defined::{Told, folders, formats, read_from, samples},
    kit::{Slowly, source},
};

/// A definition as the twin sees it.
pub(crate) struct Twin {
    pub(crate) table: toml::Table,
    pub(crate) name: String,
}

/// Fields in their order.
pub(crate) type Fields = Vec<(String, Value)>;

impl Twin {
    fn of(text: &str) -> Self {
        let table: toml::Table = toml::from_str(text).unwrap();
        let name = table["name"].as_str().unwrap().to_owned();
        Self { table, name }
    }

    /// A value of `[record]`.
    pub(crate) fn record(&self, key: &str) -> Option<&toml::Value> {
        self.table["record"].get(key)
    }

    pub(crate) fn kind(&self) -> &str {
        self.record("kind").unwrap().as_str().unwrap()
    }

    fn carries(&self, carrier: &str) -> bool {
        let carriers = self.record("carriers").and_then(|c| c.as_array());
        carriers.map_or(carrier == "line", |all| all.iter().any(|c| c.as_str() == Some(carrier)))
    }

    /// A list of texts of `[record]`.
    fn strings(&self, key: &str) -> Vec<String> {
        fields::strings(self.record(key))
    }

    /// Its rank among those that fit.
    fn priority(&self) -> i64 {
        let recognise = self.table.get("recognise");
        let all = recognise.map(|one| one.as_array().cloned().unwrap_or_else(|| vec![one.clone()]));
        let said = |sign: &toml::Value| sign.get("priority").and_then(|p| p.as_integer());
        all.unwrap_or_default().iter().find_map(said).unwrap_or(50)
    }
}

/// What a record is read with beside its definition.
#[derive(Clone, Copy)]
pub(crate) struct World<'w> {
    /// Seconds east of UTC, where a time has no zone.
    pub(crate) east: i32,
    /// Nets whose forwarded addresses are believed.
    pub(crate) trusted: &'w [&'w str],
    /// What carried it.
    pub(crate) carried: Option<&'w Carried>,
}

/// Zones and trusted nets that sources may have.
const WORLDS: &[(i32, &[&str])] = &[
    (0, &[]),
    (8 * 3600, &["203.0.113.0/24", "198.51.100.0/24", "10.0.0.0/8", "2001:db8::/33"]),
    (-12_600, &["0.0.0.0/0"]),
];

/// The source of a world.
fn source_of((east, trusted): (i32, &[&str])) -> Source {
    let mut source = source();
    let (hours, minutes) = (east.abs() / 3600, east.abs() / 60 % 60);
    let sign = if east < 0 { '-' } else { '+' };
    source.clock.zone = Some(format!("{sign}{hours:02}:{minutes:02}"));
    source.trusted_proxies = trusted.iter().map(|net| net.parse().unwrap()).collect();
    source
}

/// A compiled pattern; each is compiled once.
pub(crate) fn regex_of(pattern: &str) -> regex::Regex {
    thread_local! {
        static KNOWN: RefCell<BTreeMap<String, regex::Regex>> = const { RefCell::new(BTreeMap::new()) };
    }
    KNOWN.with_borrow_mut(|known| {
        let compile = || regex::Regex::new(pattern).unwrap();
        known.entry(pattern.to_owned()).or_insert_with(compile).clone()
    })
}

/// An expression of a definition: it sees bytes, and of a character's part nothing is taken.
pub(crate) struct Seen(regex::bytes::Regex);

/// A compiled expression of a definition.
pub(crate) fn seen_by(pattern: &str) -> Seen {
    thread_local! {
        static KNOWN: RefCell<BTreeMap<String, regex::bytes::Regex>> = const { RefCell::new(BTreeMap::new()) };
    }
    Seen(KNOWN.with_borrow_mut(|known| {
        let compile = || regex::bytes::RegexBuilder::new(pattern).unicode(false).build().unwrap();
        known.entry(pattern.to_owned()).or_insert_with(compile).clone()
    }))
}

impl Seen {
    pub(crate) fn is_match(&self, text: &str) -> bool {
        self.0.is_match(text.as_bytes())
    }

    /// Where the match ends.
    pub(crate) fn end(&self, text: &str) -> Option<usize> {
        let mut end = self.0.find(text.as_bytes())?.end();
        while !text.is_char_boundary(end) {
            end += 1;
        }
        Some(end)
    }

    /// The first group, where there is one and it takes part.
    pub(crate) fn first<'t>(&self, text: &'t str) -> Option<&'t str> {
        let found = self.0.captures(text.as_bytes())?;
        let group = found.get(1)?;
        let from = (group.start()..=text.len()).find(|at| text.is_char_boundary(*at))?;
        let to = (0..=group.end()).rev().find(|at| text.is_char_boundary(*at))?;
        Some(text.get(from..to).unwrap_or_default())
    }

    /// The groups that take part, with their names; the whole match first.
    pub(crate) fn groups<'t>(&self, text: &'t str) -> Option<Vec<(Option<&str>, &'t str)>> {
        let found = self.0.captures(text.as_bytes())?;
        let whole = |group: regex::bytes::Match<'_>| {
            let (mut from, mut to) = (group.start(), group.end());
            while !text.is_char_boundary(from) {
                from += 1;
            }
            while !text.is_char_boundary(to) {
                to -= 1;
            }
            text.get(from..to).unwrap_or_default()
        };
        let named = self.0.capture_names().enumerate();
        Some(named.filter_map(|(at, name)| Some((name, whole(found.get(at)?)))).collect())
    }
}

pub(crate) fn is_there(value: &Value) -> bool {
    !value.is_null() && value.as_str() != Some("")
}

pub(crate) fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(whole), _) => whole.to_string(),
            (None, Some(other)) => other.to_string(),
            _ => number.to_string(),
        },
        other => other.to_string(),
    }
}

/// The engine's event and the twin's side by side; `Some` where they differ.
fn differ(plain: &map::Plain, time: &times::Time, found: &Value) -> Option<String> {
    let given = [("time", &time.at), ("time_raw", &time.raw)];
    let given = given.map(|(name, text)| (name, Some(text.clone())));
    for (name, expected) in plain.attributes.iter().chain(&given) {
        let seen = found.get(*name).map(text).filter(|seen| !seen.is_empty());
        if seen != expected.clone().filter(|text| !text.is_empty()) {
            return Some(format!("{name}: twin {expected:?}, engine {seen:?}"));
        }
    }
    let mut seen: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, value) in found["fields"].as_object().unwrap() {
        let values =
            value.as_array().map_or_else(|| vec![text(value)], |a| a.iter().map(text).collect());
        seen.insert(name.clone(), values);
    }
    let mut expected: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, value) in &plain.fields {
        expected.entry(name.clone()).or_default().push(text(value));
    }
    let all = seen.keys().chain(expected.keys());
    let mut all = all.filter(|name| !carried::OF_HEADER.contains(&name.as_str()));
    let name = all.find(|name| seen.get(*name) != expected.get(*name))?;
    Some(format!("field {name}: twin {:?}, engine {:?}", expected.get(name), seen.get(name)))
}

/// A record of a sample.
struct Piece {
    /// The definition whose sample it is.
    twin: usize,
    /// The header lines before it; of a message of a system log what stands before it in its line.
    before: Vec<String>,
    text: String,
    is_carried: bool,
}

/// Definitions of records of several lines, with a sample of each; of ours none has them.
const GROUPED: &[(&str, &str)] = &[
    (
        "name = \"traces\"\ntitle = \"Traces\"\nsource = \"tests\"\nstream = \"custom\"\n\
         logsource = { product = \"traces\" }\n[record]\nkind = \"pattern\"\nmultiline = \"until\"\n\
         patterns = ['(?s)^(?P<time>\\S+ \\S+) (?P<level>[A-Z]+) (?P<what>[^\\n]*)(?:\\n(?P<trace>.*))?$']\n\
         [recognise]\nline = '^\\d{4}-\\d\\d-\\d\\d \\S+ [A-Z]+ '\n[time]\nfield = \"time\"\n\
         format = \"iso-local\"\n[event]\nobject = \"what\"\n",
        "2026-01-05 08:00:00 ERROR out of cheese\n\tat shop.Counter\n\nCaused by: mice\n\
         2026-01-05 08:00:01 INFO hello\n2026-01-05 08:00:02,5 WARN slow\nrow\n\n",
    ),
    (
        "name = \"notes\"\ntitle = \"Notes\"\nsource = \"tests\"\nstream = \"custom\"\n\
         logsource = { product = \"notes\" }\n[record]\nkind = \"key-value\"\nmultiline = \"indented\"\n\
         separator = \";\"\nskip = ['^#']\n[recognise]\nmembers = [\"at\", \"note\"]\n[time]\n\
         field = \"at\"\nformat = [\"epoch\", \"%d.%m.%Y %H:%M\"]\n[event]\naccount = \"by\"\n",
        "at=1767600000;by=ana;note=first\n second line;more=x\n# a comment\n\
         at=05.01.2026 08:00;note=\"a\n b\"\n\tby=ben\nat=1767600001;by=m.cruz;note=y",
    ),
];

/// Every definition, and the records of every sample.
fn pieces() -> &'static (Vec<Twin>, Vec<Piece>, Formats) {
    static PIECES: OnceLock<(Vec<Twin>, Vec<Piece>, Formats)> = OnceLock::new();
    PIECES.get_or_init(all_pieces)
}

fn all_pieces() -> (Vec<Twin>, Vec<Piece>, Formats) {
    let grouped: Vec<_> = GROUPED.iter().map(|(text, _)| *text).collect();
    let (formats, problems) = formats(&grouped);
    assert!(problems.is_empty(), "{problems:?}");
    let twins: Vec<_> = formats.definitions().map(|one| Twin::of(one.text())).collect();
    let number = |name: &str| twins.iter().position(|twin| twin.name == name);
    let mut pieces = Vec::new();
    for folder in folders() {
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        let Some(twin) = number(&name) else { continue };
        let definition = formats.definitions().nth(twin).unwrap();
        for (sample, bytes) in samples(&folder) {
            let guess = formats.guess(&bytes, &sample).format;
            let text = String::from_utf8_lossy(&bytes);
            if guess == Some(Format::Syslog) {
                pieces.extend(text.lines().filter_map(|line| {
                    let (head, message) = carried::cut(line)?;
                    let (before, text) = (vec![head.to_owned()], message.to_owned());
                    Some(Piece { twin, before, text, is_carried: true })
                }));
            } else if !definition.is_guessed() || guess == Some(Format::Defined(definition)) {
                pieces.extend(of_sample(&twins, twin, &text));
            }
        }
    }
    for (text, sample) in GROUPED {
        pieces.extend(of_sample(&twins, number(&Twin::of(text).name).unwrap(), sample));
    }
    (twins, pieces, formats)
}

fn of_sample(twins: &[Twin], twin: usize, sample: &str) -> Vec<Piece> {
    let records = fields::records(&twins[twin], sample).into_iter();
    records.map(|(before, text)| Piece { twin, before, text, is_carried: false }).collect()
}

/// What both are made with.
struct Stage<'s> {
    twins: &'s [Twin],
    formats: Formats,
    world: (i32, &'s [&'s str]),
    source: Source,
}

impl<'s> Stage<'s> {
    fn new(twins: &'s [Twin], formats: Formats, world: (i32, &'s [&'s str])) -> Self {
        Self { twins, formats, world, source: source_of(world) }
    }

    fn read(&self, format: Format, log: &str) -> Told {
        read_from(&self.source, self.formats, format, Slowly(log.as_bytes(), usize::MAX))
    }

    /// Both on a text in the place of a piece; how many records they both judged.
    fn both(&self, piece: &Piece, text: &str) -> Result<usize, String> {
        let twin = &self.twins[piece.twin];
        if piece.is_carried {
            return self.carried(&piece.before[0], text);
        }
        let is_csv = twin.record("header").and_then(|h| h.as_str()) == Some("line");
        let is_grouped = twin.record("multiline").is_some();
        let records = if is_grouped {
            fields::groups(twin, text)
        } else if is_csv && twin.record("quote").is_some() {
            fields::csv(text)
        } else {
            vec![text.to_owned()]
        };
        if is_grouped {
            // What begins a record and what goes on with one, the framing says too.
            let format = self.formats.from_name(&twin.name).unwrap();
            let told = self.read(format, text).lines.len();
            let skipped = records.iter().filter(|record| fields::is_skipped(twin, record)).count();
            if told != records.len() - skipped {
                return Err(format!("{}: {told} records, twin {records:?}", twin.name));
            }
        }
        records.iter().map(|record| self.record(twin, &piece.before, record)).sum()
    }

    /// Both on one record; one that the engine read by another format is none of this one's.
    fn record(&self, twin: &Twin, header: &[String], record: &str) -> Result<usize, String> {
        let is_csv = twin.record("header").and_then(|h| h.as_str()) == Some("line");
        if is_csv && record.matches('"').count() % 2 == 1 {
            // The record goes on with the line end, for the framing.
            return Ok(0);
        }
        let fault = |what: &str| Err(format!("{}: {what}\n{record}", twin.name));
        let format = self.formats.from_name(&twin.name).unwrap();
        let mut log: String = header.iter().map(|line| format!("{line}\n")).collect();
        log.push_str(record);
        log.push('\n');
        let told = self.read(format, &log);
        let (east, trusted) = self.world;
        let plain = map::event(twin, record, header, &World { east, trusted, carried: None });
        let [found] = told.lines.as_slice() else {
            let is_furniture = record.starts_with('#') || fields::is_skipped(twin, record);
            let is_silent = told.lines.is_empty() && (plain.is_none() || is_furniture);
            let is_known = is_silent || told.lines.len() > 1;
            return if is_known { Ok(0) } else { fault("no event") };
        };
        let is_read = found.get("reject").is_none();
        if is_read && !told.is_read_by(&twin.name) {
            return Ok(0);
        }
        let of_header = |plain: &map::Plain, name: &&str| {
            let has = plain.fields.iter().any(|(known, _)| known == name);
            !has && found["fields"].get(name).is_some()
        };
        let is_message = |plain: &map::Plain| {
            ["host", "program", "facility"].iter().any(|name| of_header(plain, name))
        };
        if twin.carries("syslog") && is_read && plain.as_ref().is_none_or(is_message) {
            // The engine read it as the message of a system log, after its own way.
            return Ok(0);
        }
        let time = plain.as_ref().and_then(|plain| plain.time.as_ref());
        match (plain.as_ref().zip(time), is_read) {
            (Some((plain, time)), true) => match differ(plain, time, found) {
                Some(what) => fault(&what),
                None => Ok(1),
            },
            (None, false) => {
                let reason = if plain.is_some() { "BadTime" } else { "Malformed" };
                let is_told = found["reject"] == reason || found["reject"] != "BadTime";
                if is_told { Ok(1) } else { fault(&format!("{found}, and for the twin {reason}")) }
            }
            (Some(_), false) => fault(&format!("the engine rejects it: {found}")),
            (None, true) => fault("the twin reads no event in it"),
        }
    }

    /// Both on a line of a system log.
    fn carried(&self, head: &str, rest: &str) -> Result<usize, String> {
        let (east, trusted) = self.world;
        let Some(carried) = Carried::of(head, rest, east).filter(|of| !of.is_native()) else {
            return Ok(0);
        };
        let line = format!("{head}{rest}");
        let told = self.read(Format::Syslog, &format!("{line}\n"));
        let (Some(reader), [found]) = (told.reader(), told.lines.as_slice()) else {
            return Err(format!("no event, or several: {line}"));
        };
        let world = World { east, trusted, carried: Some(&carried) };
        let expected = carried.reader(self.twins).and_then(|(twin, text)| {
            let plain = map::event(twin, &text, &[], &world)?;
            let time = plain.time.clone()?;
            Some((twin, plain, time))
        });
        let name = expected.as_ref().map_or("", |(twin, ..)| twin.name.as_str());
        if name != reader {
            return Err(format!("the twin reads it as '{name}', the engine as '{reader}': {line}"));
        }
        let Some((_, plain, time)) = expected else { return Ok(0) };
        match differ(&plain, &time, found) {
            Some(what) => Err(format!("{name} in a system log: {what}\n{line}")),
            None => Ok(1),
        }
    }
}

#[test]
fn twins_agree_on_every_sample() {
    let (twins, pieces, formats) = pieces();
    let (mut problems, mut judged) = (Vec::new(), [0, 0]);
    for world in WORLDS {
        let stage = Stage::new(twins, *formats, *world);
        for piece in pieces {
            match stage.both(piece, &piece.text) {
                Ok(count) => judged[usize::from(piece.is_carried)] += count,
                Err(problem) => problems.push(problem),
            }
        }
    }
    let count = problems.len();
    assert!(count == 0, "{count} of {}:\n{}", pieces.len(), problems.join("\n"));
    // Nearly every record of every sample is judged, in each world.
    let [lines, carried] = judged.map(|count| count / WORLDS.len());
    let of_carried = pieces.iter().filter(|piece| piece.is_carried).count();
    let of_lines = pieces.len() - of_carried;
    assert!(lines * 100 > of_lines * 90 && of_lines > 500, "{lines} of {of_lines} records");
    assert!(
        carried * 100 > of_carried * 90 && of_carried > 200,
        "{carried} of {of_carried} messages"
    );
}

/// A change of a text record: what, and where in thousandths.
type Change = (usize, usize, usize);

const BITS: &[&str] = &[
    "", " ", "\"", "\\", "-", "=", "|", "0", "→", "[", "]", ",", "\t", "x=y", "GET", "#", "'", ":",
];

fn change_text(text: &str, changes: &[Change]) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    for (bit, at, cut) in changes {
        let from = chars.len() * at / 1000;
        let to = (from + cut % 6).min(chars.len());
        chars.splice(from..to, BITS[bit % BITS.len()].chars());
    }
    chars.into_iter().filter(|c| *c != '\r').collect()
}

fn change_json(value: &mut Value, changes: &[Change]) {
    for (bit, at, cut) in changes {
        let mut paths = Vec::new();
        fields::pointers(value, String::new(), &mut paths);
        if paths.is_empty() {
            return;
        }
        let path = paths[(paths.len() - 1) * at / 999].clone();
        let new = match bit % 10 {
            0 => Value::Null,
            1 => "".into(),
            2 => "-".into(),
            3 => true.into(),
            4 => 0.into(),
            5 => serde_json::json!(["x", 1]),
            6 => serde_json::json!({"x": "y"}),
            7 => "203.0.113.9:80".into(),
            8 => "192.0.2.1, 198.51.100.7, 10.0.0.1".into(),
            _ => 404.5.into(),
        };
        let (parent, key) = path.rsplit_once('/').unwrap();
        let key = key.replace("~1", "/").replace("~0", "~");
        match value.pointer_mut(parent) {
            Some(Value::Object(members)) if cut % 3 == 0 => {
                members.remove(&key);
            }
            _ => *value.pointer_mut(&path).unwrap() = new,
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases / 10, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn twins_agree_on_changed_samples(
        changes in prop::collection::vec((0..1000_usize, 0..1000_usize, 0..1000_usize), 1..4),
        step in 1..7_usize,
        world in prop::sample::select(WORLDS),
    ) {
        let (twins, pieces, formats) = pieces();
        let stage = Stage::new(twins, *formats, world);
        for piece in pieces.iter().step_by(step) {
            let record = match serde_json::from_str::<Value>(&piece.text) {
                Ok(mut value) if twins[piece.twin].kind() == "json" => {
                    change_json(&mut value, &changes);
                    value.to_string()
                }
                _ => change_text(&piece.text, &changes),
            };
            let result = stage.both(piece, &record);
            prop_assert!(result.is_ok(), "{}", result.unwrap_err());
        }
    }
}
