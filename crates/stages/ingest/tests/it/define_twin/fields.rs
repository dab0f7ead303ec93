//! The twin's fields of a record, kind by kind.

use serde_json::Value;

use super::{Fields, Seen, Twin, is_there, regex_of, seen_by, text};

/// The records of a sample with the header lines that stand before each.
pub(super) fn records(twin: &Twin, sample: &str) -> Vec<(Vec<String>, String)> {
    if twin.kind() == "json" && twin.record("head").is_none() {
        return documents(twin, sample);
    }
    let header = twin.record("header").and_then(|h| h.as_str());
    let is_csv = header == Some("line") && twin.record("quote").is_some();
    let (mut head, mut found) = (Vec::new(), Vec::new());
    if is_csv {
        let mut records = csv(sample).into_iter();
        head.extend(records.find(|record| !record.starts_with('#')));
        return records.map(|record| (head.clone(), record)).collect();
    }
    if twin.record("multiline").is_some() {
        return groups(twin, sample).into_iter().map(|record| (Vec::new(), record)).collect();
    }
    let mut is_first = true;
    for line in sample.lines().filter(|line| !line.trim().is_empty()) {
        let is_directive = line.starts_with('#') && header.is_some_and(|h| h.starts_with('#'));
        let is_head =
            header == Some("line") && std::mem::take(&mut is_first) && is_header(twin, line);
        if is_directive || is_head {
            head.push(line.to_owned());
        } else if !is_skipped(twin, line) {
            found.push((head.clone(), line.to_owned()));
        }
    }
    found
}

/// Records of a CSV file: a line end within quotes ends none.
pub(super) fn csv(sample: &str) -> Vec<String> {
    let (mut found, mut open) = (Vec::new(), String::new());
    for line in sample.split('\n') {
        open.push_str(line);
        if open.matches('"').count() % 2 == 0 {
            found.push(std::mem::take(&mut open));
        } else {
            open.push('\n');
        }
    }
    found.retain(|record: &String| !record.trim_ascii().is_empty());
    found
}

/// Records of several lines: a line that does not begin one belongs to the one before; blank lines
/// at the end belong to none.
pub(super) fn groups(twin: &Twin, sample: &str) -> Vec<String> {
    let word = twin.record("multiline").unwrap().as_str().unwrap();
    let begins = twin.table.get("recognise").and_then(|recognise| {
        let first = recognise.as_array().map_or(recognise, |all| &all[0]);
        first.get("line")?.as_str()
    });
    let goes_on = |line: &str| match word {
        "indented" => line.starts_with([' ', '\t']),
        _ => !seen_by(begins.unwrap()).is_match(line),
    };
    let mut found: Vec<String> = Vec::new();
    let mut blanks = String::new();
    for line in sample.split('\n') {
        if line.trim_ascii().is_empty() {
            blanks.push_str(line);
            blanks.push('\n');
            continue;
        }
        match found.last_mut().filter(|_| goes_on(line)) {
            Some(open) => {
                open.push('\n');
                open.push_str(&blanks);
                open.push_str(line);
            }
            None => found.push(line.to_owned()),
        }
        blanks.clear();
    }
    found
}

pub(super) fn is_skipped(twin: &Twin, line: &str) -> bool {
    let skips = twin.record("skip").and_then(|s| s.as_array());
    skips.into_iter().flatten().any(|skip| seen_by(skip.as_str().unwrap()).is_match(line))
}

fn is_header(twin: &Twin, line: &str) -> bool {
    let has_fixed = twin.record("columns").is_some() || twin.record("layout").is_some();
    let recognise = &twin.table.get("recognise").and_then(|r| r.get("columns"));
    let wanted = recognise.and_then(|c| c.as_array());
    !has_fixed
        || wanted.is_some_and(|all| all.iter().all(|name| line.contains(name.as_str().unwrap())))
}

/// JSON records: lines, elements of the document's array, or of one of its wrappers.
fn documents(twin: &Twin, sample: &str) -> Vec<(Vec<String>, String)> {
    let stream = serde_json::Deserializer::from_str(sample).into_iter::<Value>();
    let mut found = Vec::new();
    for document in stream.flatten() {
        let wrappers = twin.record("wrappers").and_then(|w| w.as_array());
        let wrapped = wrappers
            .into_iter()
            .flatten()
            .find_map(|name| document.get(name.as_str().unwrap()).and_then(Value::as_array));
        match wrapped.or(document.as_array()) {
            Some(elements) => found.extend(elements.iter().map(|e| (Vec::new(), e.to_string()))),
            None => found.push((Vec::new(), document.to_string())),
        }
    }
    found
}

/// JSON pointers to every value below the root.
pub(super) fn pointers(value: &Value, at: String, into: &mut Vec<String>) {
    let children: Vec<(String, &Value)> = match value {
        Value::Object(members) => members
            .iter()
            .map(|(key, child)| (key.replace('~', "~0").replace('/', "~1"), child))
            .collect(),
        Value::Array(elements) => {
            elements.iter().enumerate().map(|(at, child)| (at.to_string(), child)).collect()
        }
        _ => return,
    };
    for (key, child) in children {
        let path = format!("{at}/{key}");
        into.push(path.clone());
        pointers(child, path, into);
    }
}

pub(super) fn strings(value: Option<&toml::Value>) -> Vec<String> {
    let all = value.and_then(|v| v.as_array()).into_iter().flatten();
    all.map(|v| v.as_str().unwrap().to_owned()).collect()
}

impl Twin {
    pub(super) fn is_null(&self, value: &str) -> bool {
        strings(self.record("null")).iter().any(|null| null == value)
    }

    /// Takes a field of text, where it is there; codes are taken back.
    pub(super) fn put(&self, fields: &mut Fields, name: &str, value: &str, is_quoted: bool) {
        if value.is_empty() || self.is_null(value) {
            return;
        }
        let decodes = self.table.get("decode").and_then(|d| d.as_array()).into_iter().flatten();
        for decode in decodes {
            let is_for =
                strings(decode.get("fields")).iter().any(|glob| super::map::glob(glob, name));
            if is_for && super::map::holds(decode.get("when"), fields) {
                let plain = code(decode["as"].as_str().unwrap(), value, is_quoted);
                fields.push((name.to_owned(), plain.unwrap_or_else(|| value.to_owned()).into()));
                return;
            }
        }
        fields.push((name.to_owned(), value.into()));
    }

    /// The fields that stand in a record, without those made of them; `None` for no record.
    pub(super) fn fields(
        &self,
        record: &str,
        header: &[String],
        is_carried: bool,
    ) -> Option<Fields> {
        let mut fields = Fields::new();
        let mut rest = record;
        if self.carries("syslog")
            && !is_carried
            && let Some(found) = regex_of(r"^<[0-9]{1,3}>").find(rest)
        {
            rest = &rest[found.end()..];
        }
        if let Some(head) = self.record("head") {
            let head = seen_by(head.as_str().unwrap());
            let end = head.end(rest)?;
            self.groups(&head, rest, &mut fields);
            rest = &rest[end..];
        }
        match self.kind() {
            "json" => {
                let value: Value = serde_json::from_str(rest).ok()?;
                for (key, value) in value.as_object()? {
                    self.flatten(key, value, &mut fields);
                }
            }
            "delimited" => self.delimited(rest, header, &mut fields)?,
            "key-value" => {
                let before = fields.len();
                let count = self.pairs(rest, &mut fields);
                if count == 0 && self.record("head").is_none() && fields.len() == before {
                    return None;
                }
            }
            "pattern" => {
                let patterns = strings(self.record("patterns"));
                let fitting = patterns
                    .iter()
                    .map(|pattern| seen_by(pattern))
                    .find(|pattern| pattern.is_match(rest));
                match fitting {
                    Some(pattern) => self.groups(&pattern, rest, &mut fields),
                    None if self.record("otherwise").and_then(|o| o.as_str()) != Some("event") => {
                        return None;
                    }
                    None => {}
                }
                if !fields.iter().any(|(name, _)| name == "message") {
                    fields.push(("message".into(), rest.into()));
                }
            }
            "cef" => self.cef(rest, &mut fields)?,
            _ => self.leef(rest, &mut fields)?,
        }
        Some(fields)
    }

    pub(super) fn groups(&self, pattern: &Seen, text: &str, fields: &mut Fields) {
        for (name, value) in pattern.groups(text).unwrap() {
            if let Some(name) = name {
                self.put(fields, name, value, false);
            }
        }
    }

    fn flatten(&self, path: &str, value: &Value, fields: &mut Fields) {
        let members = |value: &Value, fields: &mut Fields| {
            for (key, value) in value.as_object().into_iter().flatten() {
                self.flatten(&format!("{path}.{key}"), value, fields);
            }
        };
        match value {
            Value::Object(_) => {
                self.named(path, std::slice::from_ref(value), fields);
                members(value, fields);
            }
            Value::Array(elements) => {
                self.named(path, elements, fields);
                for element in elements {
                    if element.is_object() {
                        members(element, fields);
                    } else {
                        self.flatten(path, element, fields);
                    }
                }
            }
            Value::String(text) if text.is_empty() => fields.push((path.into(), "".into())),
            Value::String(text) => self.put(fields, path, text, false),
            other => fields.push((path.into(), other.clone())),
        }
    }

    /// Names and values of an array, by name.
    fn named(&self, path: &str, elements: &[Value], fields: &mut Fields) {
        let Some(parts) = self.record("pairs").and_then(|p| p.get(path)) else { return };
        let parts = strings(Some(parts));
        for element in elements {
            let Some(name) = element.get(&parts[0]).and_then(Value::as_str) else { continue };
            let value = parts[1].split('|').find_map(|at| {
                super::map::dotted(element, at.trim()).filter(|value| !value.is_null())
            });
            if let Some(value) = value.filter(|_| !name.is_empty()) {
                self.flatten(&format!("{path}.{name}"), value, fields);
            }
        }
    }

    fn delimited(&self, record: &str, header: &[String], fields: &mut Fields) -> Option<()> {
        let cells = self.cells(record);
        let least = self.record("least").and_then(|l| l.as_integer()).unwrap_or(1);
        if (cells.len() as i64) < least {
            return None;
        }
        let (mut names, mut given): (Option<Vec<String>>, Fields) = (None, Fields::new());
        let word = self.record("header").and_then(|h| h.as_str()).unwrap_or_default();
        for line in header {
            if word == "line" {
                names = Some(self.header_names(line));
            } else if let Some(rest) = after(line, word) {
                names = Some(self.header_names(rest));
            }
            let directives = self.record("directives").and_then(|d| d.as_table());
            for (directive, name) in directives.into_iter().flatten() {
                if let Some(rest) = after(line, directive) {
                    let name = name.as_str().unwrap();
                    given.retain(|(known, _)| known != name);
                    given.push((name.into(), rest.into()));
                }
            }
        }
        let is_headed = names.is_some();
        let names = names
            .or_else(|| self.layout(&cells))
            .or_else(|| self.record("columns").map(|columns| strings(Some(columns))))?;
        if is_headed {
            for (name, value) in &given {
                self.put(fields, name, &text(value), false);
            }
        }
        for (at, cell) in cells.iter().enumerate() {
            match names.get(at).map(String::as_str) {
                None => self.put(fields, "extra", cell, false),
                Some("" | "_") if !is_headed => {}
                Some("") => {}
                Some(name) => self.put(fields, name, cell, false),
            }
        }
        Some(())
    }

    fn header_names(&self, line: &str) -> Vec<String> {
        let line = line.trim();
        let delimiter = self.record("delimiter").and_then(|d| d.as_str()).unwrap_or(",");
        let is_csv = self.record("quote").is_some()
            && self.record("header").unwrap().as_str() == Some("line");
        if is_csv || (delimiter != "spaces" && line.contains(delimiter)) {
            self.cells(line).into_iter().map(|name| name.trim().to_owned()).collect()
        } else {
            line.split_whitespace().map(str::to_owned).collect()
        }
    }

    fn layout(&self, cells: &[String]) -> Option<Vec<String>> {
        let layouts = self.record("layout").and_then(|l| l.as_array());
        let fits = |layout: &&toml::Value| {
            layout["when"].as_table().unwrap().iter().all(|(at, test)| {
                let cell = cells.get(at.parse::<usize>().unwrap() - 1);
                let cell = cell.filter(|cell| !self.is_null(cell));
                let values: Vec<Value> = cell.into_iter().map(|c| c.as_str().into()).collect();
                super::map::passes(test, &values)
            })
        };
        let found = layouts.into_iter().flatten().find(fits)?;
        Some(strings(found.get("columns")))
    }

    fn cells(&self, record: &str) -> Vec<String> {
        let delimiter = self.record("delimiter").and_then(|d| d.as_str()).unwrap_or(",");
        let quote = self.record("quote").and_then(|q| q.as_str()).and_then(|q| q.chars().next());
        let brackets = self.record("brackets").and_then(|b| b.as_bool()) == Some(true);
        let is_runs = delimiter == "spaces";
        let is_blank = is_runs || delimiter == " ";
        let ends = |c: char| if is_runs { c == ' ' || c == '\t' } else { delimiter.starts_with(c) };
        let record = if is_runs { record.trim_ascii() } else { record };
        let chars: Vec<char> = record.chars().collect();
        let (mut cells, mut at) = (Vec::new(), 0);
        loop {
            let mut cell = String::new();
            if let Some(mark) = quote.filter(|mark| chars.get(at) == Some(mark)) {
                (cell, at) = quoted(&chars, at + 1, mark, (is_blank, true));
            } else if brackets
                && chars.get(at) == Some(&'[')
                && let Some(close) = chars[at..].iter().position(|c| *c == ']')
            {
                cell = chars[at + 1..at + close].iter().collect();
                at += close + 1;
            } else {
                while at < chars.len() && !ends(chars[at]) {
                    cell.push(chars[at]);
                    at += 1;
                }
            }
            cells.push(cell);
            while at < chars.len() && !ends(chars[at]) {
                at += 1;
            }
            if at >= chars.len() {
                return cells;
            }
            at += 1;
            while is_runs && at < chars.len() && chars[at].is_ascii_whitespace() {
                at += 1;
            }
        }
    }

    /// Pairs of a key and a value; how many there were.
    fn pairs(&self, record: &str, fields: &mut Fields) -> usize {
        let separator = self.record("separator").and_then(|s| s.as_str());
        let set: Vec<char> = match (self.record("separators").and_then(|s| s.as_str()), separator) {
            (Some(set), _) => set.chars().collect(),
            (None, None | Some(" ")) => " \t\n\r\u{1d}".chars().collect(),
            (None, Some(one)) if one.len() == 1 => one.chars().collect(),
            (None, Some(_)) => Vec::new(),
        };
        let next = |text: &str| match separator {
            Some(whole) if set.is_empty() => text.find(whole).unwrap_or(text.len()),
            _ => text.find(|c| set.contains(&c)).unwrap_or(text.len()),
        };
        let assign = self.record("assign").and_then(|a| a.as_str()).unwrap_or("=");
        let quote =
            self.record("quote").and_then(|q| q.as_str()).unwrap_or("\"").chars().next().unwrap();
        let nested = strings(self.record("nested"));
        let (mut left, mut count) = (record, 0);
        loop {
            loop {
                let before = left.len();
                left =
                    left.trim_start_matches(|c: char| c.is_ascii_whitespace() || set.contains(&c));
                if let Some(whole) = separator.filter(|_| set.is_empty()) {
                    left = left
                        .strip_prefix(whole)
                        .or(left.strip_prefix(whole.trim_end()))
                        .unwrap_or(left);
                }
                if left.len() == before {
                    break;
                }
            }
            if left.is_empty() {
                return count;
            }
            let pair = if let Some(inner) = left.strip_prefix(quote) {
                inner.split_once(quote).and_then(|(key, after)| {
                    let value = after.trim_ascii_start().strip_prefix(assign)?;
                    (!key.is_empty()).then_some((key, value.trim_ascii_start()))
                })
            } else {
                left[..next(left)].split_once(assign).and_then(|(key, _)| {
                    let value = &left[key.len() + assign.len()..];
                    (!key.trim_ascii().is_empty()).then_some((key.trim_ascii(), value))
                })
            };
            let Some((key, mut value)) = pair else {
                let word = next(left).max(left.chars().next().unwrap().len_utf8());
                left = &left[word..];
                continue;
            };
            count += 1;
            if value.starts_with('\'') && nested.iter().any(|name| name == key) {
                let (inner, rest) = value[1..].split_once('\'').unwrap_or((&value[1..], ""));
                self.pairs(inner, fields);
                left = rest;
                continue;
            }
            if !set.contains(&' ') {
                value = value.trim_ascii_start();
            }
            if value.starts_with(quote) {
                let chars: Vec<char> = value.chars().collect();
                let (plain, end) = quoted(&chars, 1, quote, (true, false));
                self.put(fields, key, &plain, true);
                left = &value[chars[..end].iter().map(|c| c.len_utf8()).sum::<usize>()..];
            } else {
                let end = next(value);
                self.put(fields, key, value[..end].trim_ascii_end(), false);
                left = &value[end..];
            }
        }
    }

    fn header_parts<'r>(
        &self,
        record: &'r str,
        mark: &str,
        names: &[&str],
        fields: &mut Fields,
    ) -> Option<&'r str> {
        let mut rest = &record[record.find(mark)? + mark.len()..];
        for name in names {
            let part = regex_of(r"^((?:[^|\\]|\\.)*)\|").captures(rest)?.get(1)?;
            self.put(fields, name, &unescape(part.as_str().trim_ascii()), false);
            rest = &rest[part.end() + 1..];
        }
        Some(rest)
    }

    fn cef(&self, record: &str, fields: &mut Fields) -> Option<()> {
        let names = [
            "cefVersion",
            "deviceVendor",
            "deviceProduct",
            "deviceVersion",
            "deviceEventClassId",
            "name",
            "severity",
        ];
        let rest = self.header_parts(record, "CEF:", &names, fields)?;
        let key = regex_of(r"(?:^| )([A-Za-z0-9_.\-\[\]:]{1,256})=");
        let found: Vec<_> =
            key.captures_iter(rest).map(|c| (c.get(0).unwrap(), c.get(1).unwrap())).collect();
        let from = fields.len();
        for (at, (_, key)) in found.iter().enumerate() {
            let end = found.get(at + 1).map_or(rest.len(), |(whole, _)| whole.start());
            let value = rest.get(key.end() + 1..end).unwrap_or_default();
            self.put(fields, key.as_str(), &unescape(value.trim_ascii_end()), false);
        }
        let named = fields[from..].to_vec();
        for (name, label) in named {
            let Some(of) = name.strip_suffix("Label") else { continue };
            let value = fields[from..].iter().find(|(name, _)| name == of).map(|(_, v)| v.clone());
            if let Some(value) = value {
                fields.push((text(&label), value));
            }
        }
        Some(())
    }

    fn leef(&self, record: &str, fields: &mut Fields) -> Option<()> {
        let names = ["leefVersion", "deviceVendor", "deviceProduct", "deviceVersion", "eventId"];
        let mut rest = self.header_parts(record, "LEEF:", &names, fields)?;
        let version = regex_of(r"LEEF:\s*2");
        let mut delimiter = '\t';
        if version.is_match(record)
            && let Some((word, after)) = rest.split_once('|')
        {
            let hex = word.strip_prefix("0x").or(word.strip_prefix('x'));
            let coded = hex.and_then(|h| u32::from_str_radix(h, 16).ok()).and_then(char::from_u32);
            let given = match word.chars().count() {
                0 => Some('\t'),
                1 => word.chars().next(),
                _ => coded,
            };
            if let Some(given) = given {
                (delimiter, rest) = (given, after);
            }
        }
        for pair in rest.split(delimiter) {
            if let Some((key, value)) = pair.split_once('=') {
                let key = key.trim_ascii();
                if !key.is_empty() {
                    self.put(fields, key, value.trim_ascii(), false);
                }
            }
        }
        Some(())
    }
}

/// What follows a directive's word.
fn after<'l>(line: &'l str, word: &str) -> Option<&'l str> {
    let rest = line
        .get(..word.len())
        .filter(|head| head.eq_ignore_ascii_case(word))
        .and(line.get(word.len()..))?;
    let sign = |c: char| " \t:,".contains(c);
    (word.ends_with(':') || rest.is_empty() || rest.starts_with(sign))
        .then(|| rest.trim_start_matches(sign).trim_ascii_end())
}

/// The text in quotes from there on, and where what follows begins.
fn quoted(
    chars: &[char],
    from: usize,
    quote: char,
    (has_backslash, has_doubled): (bool, bool),
) -> (String, usize) {
    let (mut plain, mut at) = (String::new(), from);
    while let Some(&c) = chars.get(at) {
        let next = chars.get(at + 1).copied();
        if has_backslash && c == '\\' {
            match next {
                Some(n) if n == quote || n == '\\' => plain.push(n),
                Some(n) => plain.extend([c, n]),
                None => plain.push(c),
            }
            at += 2;
        } else if c == quote && has_doubled && next == Some(quote) {
            plain.push(c);
            at += 2;
        } else if c == quote {
            return (plain, at + 1);
        } else {
            plain.push(c);
            at += 1;
        }
    }
    if !has_backslash {
        plain = chars[from..].iter().collect();
    }
    (plain, chars.len())
}

fn unescape(text: &str) -> String {
    let pattern = regex_of(r"\\([nr|=\\])");
    pattern
        .replace_all(text, |found: &regex::Captures<'_>| match &found[1] {
            "n" => "\n".to_owned(),
            "r" => "\r".to_owned(),
            other => other.to_owned(),
        })
        .into_owned()
}

fn code(coding: &str, value: &str, is_quoted: bool) -> Option<String> {
    if coding == "percent" {
        return value.contains('%').then(|| super::map::percent(value));
    }
    if coding == "backslash" {
        let pattern = regex_of(r"\\(\\|x[0-9a-fA-F]{2})");
        let plain = pattern.replace_all(value, |found: &regex::Captures<'_>| match &found[1] {
            "\\" => "\\".to_owned(),
            hex => char::from(u8::from_str_radix(&hex[1..], 16).unwrap()).to_string(),
        });
        return value.contains('\\').then(|| plain.trim_end_matches('\0').replace('\0', " "));
    }
    if coding != "hex" || is_quoted || value.len() % 2 == 1 {
        return None;
    }
    let pairs = value.as_bytes().chunks(2).map(|pair| {
        let pair =
            std::str::from_utf8(pair).ok().filter(|p| p.bytes().all(|b| b.is_ascii_hexdigit()))?;
        u8::from_str_radix(pair, 16).ok()
    });
    let bytes = pairs.collect::<Option<Vec<u8>>>()?;
    let plain = String::from_utf8(bytes).ok()?;
    let plain = plain.trim_end_matches('\0').replace('\0', " ");
    Some(plain).filter(|plain| is_there(&plain.as_str().into()))
}
