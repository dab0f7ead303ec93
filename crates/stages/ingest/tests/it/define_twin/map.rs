//! The twin's event: what `[names]`, `[event]`, `[[case]]` and `[web]` make of the fields.

use std::net::{IpAddr, Ipv6Addr};

use serde_json::Value;

use super::{Fields, Twin, World, is_there, proxies, regex_of, seen_by, text, times};

/// An event as far as the twin judges it.
pub(crate) struct Plain {
    /// `None` where it cannot be told: then the record is a reject.
    pub(crate) time: Option<times::Time>,
    pub(crate) attributes: Vec<(&'static str, Option<String>)>,
    pub(crate) fields: Fields,
}

/// `*` stands for any text; letters of ASCII count the same in both cases.
pub(crate) fn glob(glob: &str, text: &str) -> bool {
    let parts: Vec<_> = glob.to_ascii_lowercase().split('*').map(regex::escape).collect();
    let pattern = format!("(?s)^{}$", parts.join(".*"));
    regex_of(&pattern).is_match(&text.to_ascii_lowercase())
}

fn plain(value: &toml::Value) -> String {
    match value {
        toml::Value::String(text) => text.clone(),
        toml::Value::Integer(number) => number.to_string(),
        toml::Value::Float(number) => number.to_string(),
        toml::Value::Boolean(truth) => truth.to_string(),
        other => panic!("{other:?} is no scalar"),
    }
}

fn list(value: &toml::Value) -> Vec<String> {
    value.as_array().map_or_else(|| vec![plain(value)], |all| all.iter().map(plain).collect())
}

/// Whether any of a field's values passes a test.
pub(crate) fn passes(test: &toml::Value, values: &[Value]) -> bool {
    let there: Vec<String> = values.iter().filter(|v| is_there(v)).map(text).collect();
    let any = |globs: &toml::Value, value: &String| list(globs).iter().any(|g| glob(g, value));
    let Some(table) = test.as_table() else { return there.iter().any(|value| any(test, value)) };
    if let Some(absent) = table.get("absent") {
        return there.is_empty() == (absent.as_bool() == Some(true));
    }
    if let Some(present) = table.get("present") {
        return there.is_empty() != (present.as_bool() == Some(true));
    }
    if let Some(not) = table.get("not") {
        return !there.is_empty() && !there.iter().any(|value| any(not, value));
    }
    let bound = |key: &str| {
        table.get(key).map(|b| b.as_float().unwrap_or_else(|| b.as_integer().unwrap() as f64))
    };
    there.iter().filter_map(|value| value.trim().parse::<f64>().ok()).any(|number| {
        bound("least").is_none_or(|least| number >= least)
            && bound("most").is_none_or(|most| number <= most)
    })
}

/// Whether all tests of a `when` hold.
pub(crate) fn holds(when: Option<&toml::Value>, fields: &Fields) -> bool {
    when.and_then(|w| w.as_table()).into_iter().flatten().all(|(name, test)| {
        let values: Vec<_> =
            fields.iter().filter(|(known, _)| known == name).map(|(_, v)| v.clone()).collect();
        passes(test, &values)
    })
}

/// The member at a dotted path; names may hold dots.
pub(crate) fn dotted<'v>(value: &'v Value, path: &str) -> Option<&'v Value> {
    if let Some(elements) = value.as_array() {
        return elements.iter().find_map(|element| dotted(element, path));
    }
    value.get(path).or_else(|| {
        path.match_indices('.')
            .find_map(|(dot, _)| dotted(value.get(&path[..dot])?, &path[dot + 1..]))
    })
}

/// A value within a document: `target[type=User].alternateId`.
fn select(value: &Value, path: &str) -> Option<Value> {
    if path.is_empty() {
        return match value {
            Value::Array(elements) => elements.iter().find_map(|e| select(e, "")),
            Value::Object(_) => None,
            scalar => Some(scalar.clone()).filter(is_there),
        };
    }
    if let Some(elements) = value.as_array() {
        return elements.iter().find_map(|element| select(element, path));
    }
    let Some(open) = path.find('[') else { return select(dotted(value, path)?, "") };
    let close = open + path[open..].find(']')?;
    let (name, wanted) = path[open + 1..close].split_once('=')?;
    let rest = path[close + 1..].trim_start_matches('.');
    let found = dotted(value, &path[..open])?;
    let one = std::slice::from_ref(found);
    let elements = found.as_array().map_or(one, Vec::as_slice);
    let fits = |element: &&Value| {
        dotted(element, name.trim()).is_some_and(|v| {
            !v.is_object() && !v.is_array() && !v.is_null() && glob(wanted.trim(), &text(v))
        })
    };
    elements.iter().filter(fits).find_map(|element| select(element, rest))
}

/// What a value's form gives.
pub(super) struct Source<'f> {
    fields: &'f Fields,
    document: Option<&'f Value>,
}

impl Source<'_> {
    pub(super) fn value(&self, form: &toml::Value) -> Option<Value> {
        if let Some(name) = form.as_str() {
            if self.document.is_some() && name.contains('[') {
                return select(self.document?, name);
            }
            let mut values = self.fields.iter().filter(|(known, v)| known == name && is_there(v));
            return values.next().map(|(_, value)| value.clone());
        }
        if let Some(all) = form.as_array() {
            return all.iter().find_map(|form| self.value(form));
        }
        if let Some(parts) = form.get("join") {
            let with = form.get("with").and_then(|w| w.as_str()).unwrap_or_default();
            let parts = parts.as_array().unwrap();
            let is_text = |part: &&toml::Value| part.get("text").is_some();
            let has_field = parts.iter().any(|p| !is_text(&p) && self.value(p).is_some());
            let all: Vec<_> =
                parts.iter().filter_map(|p| self.value(p)).map(|v| text(&v)).collect();
            return has_field.then(|| all.join(with).into());
        }
        if let Some(constant) = form.get("text") {
            return Some(constant.as_str().unwrap().into());
        }
        if let Some(path) = form.get("raw").and_then(|r| r.as_str()) {
            let found = dotted(self.document?, path)?;
            let whole = found.is_array() || found.is_object();
            return if whole { Some(found.to_string().into()) } else { select(found, "") };
        }
        let of = text(&self.value(form.get("field")?)?);
        let pattern = form["match"].as_str().unwrap();
        let seen = seen_by(pattern);
        let groups = seen.groups(&of)?;
        // The group `value`, else the first of all groups, else all of it.
        let has_value = pattern.contains("?<value>") || pattern.contains("?P<value>");
        let named = groups.iter().find(|(name, _)| has_value && *name == Some("value"));
        let first = || seen.first(&of).filter(|_| !has_value);
        let part = named.map(|(_, text)| *text).or_else(first).unwrap_or(groups[0].1);
        Some(Value::from(part)).filter(is_there)
    }

    /// The first of the form's values that is an address, or a port.
    fn find<T>(&self, form: &toml::Value, wanted: &dyn Fn(&str) -> Option<T>) -> Option<T> {
        match form.as_array() {
            Some(all) => all.iter().find_map(|form| self.find(form, wanted)),
            None => wanted(&text(&self.value(form)?)),
        }
    }
}

/// An address with an optional port.
pub(super) fn address(written: &str) -> Option<(IpAddr, Option<u16>)> {
    let written = written.trim();
    let v6 = |text: &str| {
        let text = text.split('%').next().unwrap();
        let plain: Ipv6Addr = text.parse().ok().filter(|_| text.len() <= 45)?;
        Some(IpAddr::V6(plain).to_canonical())
    };
    if let Some((inner, after)) = written.strip_prefix('[').and_then(|w| w.split_once(']')) {
        let port = match after {
            "" => None,
            port => Some(port.strip_prefix(':')?.parse().ok()?),
        };
        return Some((v6(inner)?, port));
    }
    match written.split_once(':') {
        Some((host, port)) if !port.contains(':') => {
            let host: std::net::Ipv4Addr = host.parse().ok()?;
            Some((host.into(), Some(port.parse().ok()?)))
        }
        None => written.parse::<std::net::Ipv4Addr>().ok().map(|a| (a.into(), None)),
        Some(_) => Some((v6(written)?, None)),
    }
}

/// Fields made of fields.
fn further(twin: &Twin, fields: &mut Fields, document: Option<&Value>) {
    let extracts = twin.table.get("extract").and_then(|e| e.as_array()).cloned();
    for extract in extracts.unwrap_or_default() {
        if !holds(extract.get("when"), fields) {
            continue;
        }
        let Some(of) = (Source { fields, document }).value(&extract["field"]) else { continue };
        let mut patterns: Vec<_> = extract.get("pattern").into_iter().map(plain).collect();
        patterns.extend(extract.get("patterns").into_iter().flat_map(list));
        let of = text(&of);
        let patterns = patterns.iter().map(|p| seen_by(p));
        if let Some(pattern) = patterns.into_iter().find(|p| p.is_match(&of)) {
            twin.groups(&pattern, &of, fields);
        }
    }
    let has = |fields: &Fields, name: &str| fields.iter().any(|(n, v)| n == name && is_there(v));
    for (name, table) in twin.table.get("tables").and_then(|t| t.as_table()).into_iter().flatten() {
        let value = (Source { fields, document }).value(&table["field"]);
        let found = value.and_then(|value| table["values"].get(text(&value)).map(plain));
        if let Some(found) =
            found.filter(|_| holds(table.get("when"), fields) && !has(fields, name))
        {
            fields.push((name.clone(), found.into()));
        }
    }
    for (name, form) in twin.table.get("names").and_then(|n| n.as_table()).into_iter().flatten() {
        if has(fields, name) {
            continue;
        }
        let single = [form.clone()];
        let forms = form.as_array().map_or(single.as_slice(), Vec::as_slice);
        let first = forms.iter().find(|form| (Source { fields, document }).value(form).is_some());
        let values: Vec<Value> = first
            .and_then(|form| form.as_str())
            .map(|of| fields.iter().filter(|(n, _)| n == of).map(|(_, v)| v.clone()).collect())
            .unwrap_or_default();
        if values.iter().filter(|v| is_there(v)).count() > 1 {
            fields.extend(values.into_iter().map(|value| (name.clone(), value)));
        } else if let Some(value) = (Source { fields, document }).value(form) {
            fields.push((name.clone(), value));
        } else if forms
            .iter()
            .filter_map(|form| form.as_str())
            .any(|of| fields.iter().any(|(n, v)| n == of && v.as_str() == Some("")))
        {
            fields.push((name.clone(), "".into()));
        }
    }
}

const CLASSES: &[(&str, &str)] = &[
    ("base", "base_event"),
    ("web_resources", "web_resources_activity"),
    ("process_activity", "process_activity"),
    ("scheduled_job", "scheduled_job_activity"),
];

fn capital(status: &str) -> String {
    let mut chars = status.chars();
    chars.next().map(|c| c.to_ascii_uppercase()).into_iter().chain(chars).collect()
}

/// The event of a record, or none.
pub(crate) fn event(
    twin: &Twin,
    record: &str,
    header: &[String],
    world: &World<'_>,
) -> Option<Plain> {
    let mut fields = twin.fields(record, header, world.carried.is_some())?;
    for (name, value) in world.carried.into_iter().flat_map(|carried| carried.fields()) {
        if !value.is_empty() && !fields.iter().any(|(n, v)| n == name && is_there(v)) {
            fields.push((name.to_owned(), value.into()));
        }
    }
    let document: Option<Value> =
        (twin.kind() == "json").then(|| serde_json::from_str(record).ok()).flatten();
    further(twin, &mut fields, document.as_ref());
    let cases = twin.table.get("case").and_then(|c| c.as_array());
    let case = cases.into_iter().flatten().find(|case| holds(case.get("when"), &fields));
    let base = twin.table.get("event");
    let source = Source { fields: &fields, document: document.as_ref() };
    let time = times::time(twin.table.get("time"), &source, world);
    let mut out = Event {
        source,
        trusted: world.trusted,
        set: Vec::new(),
        added: Vec::new(),
        own: Vec::new(),
    };
    out.stream(&plain(&twin.table["stream"]));
    if let Some(carried) = world.carried {
        let given = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
        out.put("host", given(&carried.host));
        out.put("operation", given(&carried.program));
    }
    out.mapping(base);
    let web = twin.table.get("web");
    let of_case = case.and_then(|case| case.get("forwarded"));
    let in_base = base.and_then(|base| base.get("forwarded"));
    if let Some(web) = web {
        // What the request says is from whom the base has it.
        out.forwarded(in_base);
        out.web(web, base);
    }
    if let Some(case) = case {
        // What a case names it decides.
        out.set.retain(|(name, _)| !DECIDED.contains(name) || case.get(*name).is_none());
        out.mapping(Some(case));
    }
    out.forwarded(if web.is_some() { of_case } else { of_case.or(in_base) });
    let Event { set, added, own, .. } = out;
    // A field that the request gives under the same name is not there twice.
    fields.retain(|(name, _)| !own.contains(name));
    fields.extend(added);
    let mut attributes = set;
    for (name, default) in [("class", "base_event"), ("activity", "other"), ("status", "Unknown")] {
        if !attributes.iter().any(|(known, _)| *known == name) {
            attributes.push((name, Some(default.to_owned())));
        }
    }
    Some(Plain { time, attributes, fields })
}

struct Event<'f> {
    source: Source<'f>,
    trusted: &'f [&'f str],
    set: Vec<(&'static str, Option<String>)>,
    /// Fields that come with the request, and constants.
    added: Fields,
    /// Fields of the record that the request stands in for.
    own: Vec<String>,
}

const DECIDED: &[&str] = &[
    "operation",
    "account",
    "target",
    "object",
    "host",
    "agent",
    "src",
    "dst",
    "http_status",
    "bytes_out",
];

const TEXTS: &[&str] = &["operation", "account", "target", "object", "host", "agent"];

impl Event<'_> {
    fn put(&mut self, name: &'static str, value: Option<String>) {
        self.set.retain(|(known, _)| *known != name);
        self.set.push((name, value));
    }

    fn get(&self, name: &str) -> Option<&String> {
        self.set.iter().find(|(known, _)| *known == name)?.1.as_ref()
    }

    fn stream(&mut self, stream: &str) {
        self.put("stream", Some(stream.to_owned()));
    }

    fn mapping(&mut self, mapping: Option<&toml::Value>) {
        let Some(mapping) = mapping.and_then(|m| m.as_table()) else { return };
        if let Some(stream) = mapping.get("stream") {
            self.stream(&plain(stream));
        }
        if let Some(class) = mapping.get("class").map(plain) {
            let ocsf = CLASSES.iter().find(|(short, _)| *short == class).map(|(_, long)| *long);
            self.put("class", Some(ocsf.map_or(class, str::to_owned)));
        }
        if let Some(activity) = mapping.get("activity") {
            self.put("activity", Some(plain(activity)));
        }
        let status = mapping.get("status").map(|s| capital(&plain(s)));
        if let Some(rule) = mapping.get("result") {
            let found = self.result(rule);
            let found = if found == "Unknown" { status.unwrap_or(found) } else { found };
            self.put("status", Some(found));
        } else if let Some(status) = status {
            self.put("status", Some(status));
        }
        for name in TEXTS {
            let Some(form) = mapping.get(*name) else { continue };
            let is_cleared = form.get("text").and_then(|t| t.as_str()) == Some("");
            match self.source.value(form) {
                _ if is_cleared => self.put(name, None),
                Some(value) => self.put(name, Some(text(&value)).filter(|t| !t.is_empty())),
                None => {}
            }
        }
        self.endpoint(mapping, ("src", "src_port"));
        self.endpoint(mapping, ("dst", "dst_port"));
        for (name, most) in [("http_status", 999.0), ("bytes_out", f64::MAX)] {
            let value = mapping.get(name).and_then(|form| self.source.value(form));
            let number =
                value.and_then(|v| number(&v)).filter(|n| name == "bytes_out" || *n >= 1.0);
            if let Some(number) = number.filter(|n| *n <= most) {
                self.put(name, Some((number as u64).to_string()));
            }
        }
        let constants = mapping.get("fields").and_then(|f| f.as_table());
        for (name, value) in constants.into_iter().flatten() {
            let has = |fields: &Fields| fields.iter().any(|(n, v)| n == name && is_there(v));
            if !has(self.source.fields) && !has(&self.added) {
                self.added.push((name.clone(), plain(value).into()));
            }
        }
    }

    /// Who the client was behind proxies, and whom it claims.
    fn forwarded(&mut self, form: Option<&toml::Value>) {
        let Some(list) = form.and_then(|form| self.source.value(form)) else { return };
        let peer = self.get("src").and_then(|text| text.parse().ok());
        let Some((source, claimed)) = proxies::through(peer, &text(&list), self.trusted) else {
            return;
        };
        self.put("src", source.map(|address| address.to_string()));
        self.put("src_claimed", claimed.map(|address| address.to_string()));
        if source != peer {
            self.put("src_port", None);
        }
    }

    fn result(&self, rule: &toml::Value) -> String {
        let of = |key: &str| rule.get(key).map(|s| capital(&plain(s)));
        let Some(value) = self.source.value(&rule["field"]) else {
            return of("absent").unwrap_or_else(|| "Unknown".into());
        };
        let fits =
            |key: &str| rule.get(key).is_some_and(|g| passes(g, std::slice::from_ref(&value)));
        if fits("success") {
            "Success".into()
        } else if fits("failure") {
            "Failure".into()
        } else {
            of("otherwise").unwrap_or_else(|| "Unknown".into())
        }
    }

    fn endpoint(&mut self, mapping: &toml::Table, (name, port_name): (&'static str, &'static str)) {
        if let Some(form) = mapping.get(name) {
            if form.get("text").and_then(|t| t.as_str()) == Some("") {
                self.put(name, None);
                self.put(port_name, None);
            }
            if let Some((found, port)) = self.source.find(form, &address) {
                self.put(name, Some(found.to_string()));
                self.put(port_name, port.map(|p| p.to_string()));
            }
        }
        let port = |text: &str| text.trim().parse::<u16>().ok();
        if let Some(found) = mapping.get(port_name).and_then(|f| self.source.find(f, &port)) {
            self.put(port_name, Some(found.to_string()));
        }
    }

    /// A field of the request; one that the record has under that name already is not doubled.
    fn part(&mut self, name: &str, value: impl Into<Value>, form: Option<&toml::Value>) {
        let names = |form: &toml::Value| -> Vec<String> {
            let all = form.as_array().cloned().unwrap_or_else(|| vec![form.clone()]);
            all.iter().filter_map(|of| of.as_str().map(str::to_owned)).collect()
        };
        let is_own = form.is_some_and(|form| names(form).iter().any(|of| of == name));
        if is_own {
            self.own.push(name.to_owned());
        } else if matches!(
            name,
            "c-ip"
                | "cs-username"
                | "cs-referer"
                | "cs-cookie"
                | "cs-user-agent"
                | "cs-host"
                | "x-forwarded-for"
        ) && self.source.fields.iter().any(|(known, v)| known == name && is_there(v))
        {
            return;
        }
        self.added.push((name.to_owned(), value.into()));
    }

    fn web(&mut self, web: &toml::Value, base: Option<&toml::Value>) {
        let of =
            |key: &str| web.get(key).and_then(|form| self.source.value(form)).map(|v| text(&v));
        let target = of("target").or_else(|| {
            let stem = of("stem")?;
            Some(
                of("query")
                    .map_or(stem.clone(), |q| format!("{stem}?{}", q.trim_start_matches('?'))),
            )
        });
        let (method, request) = (of("method"), of("request"));
        if method.is_none() && request.is_none() && target.is_none() {
            return;
        }
        let (host, version, user) = (of("host"), of("version"), of("user"));
        let (referer, cookie, agent) = (of("referer"), of("cookie"), of("agent"));
        let count = |key: &str| {
            web.get(key).and_then(|form| self.source.value(form)).and_then(|v| number(&v))
        };
        let (status, bytes) =
            (count("status").filter(|n| (1.0..1000.0).contains(n)), count("bytes"));
        self.put("class", Some("http_activity".into()));
        self.put("activity", Some("request".into()));
        if let Some(host) = host {
            self.put("host", Some(host.clone()));
            self.part("cs-host", host, web.get("host"));
        }
        if let Some(request) = request {
            self.request(&request);
        } else {
            self.put("operation", Some(method.clone().unwrap_or_else(|| "-".into())));
            if let Some(method) = method {
                self.part("cs-method", method, web.get("method"));
            }
            if let Some(version) = version {
                self.part("cs-version", version, web.get("version"));
            }
            if let Some(target) = target {
                self.target(&target, web);
            }
        }
        let in_base = |key: &str| base.and_then(|b| b.get(key));
        for (key, name) in [("src", "c-ip"), ("forwarded", "x-forwarded-for")] {
            let value = in_base(key).and_then(|form| self.source.value(form));
            if let Some(value) = value {
                self.part(name, text(&value), in_base(key));
            }
        }
        if let Some(user) = user {
            self.put("account", Some(user.clone()));
            self.part("cs-username", user, web.get("user"));
        }
        for (name, value, key) in
            [("cs-referer", referer, "referer"), ("cs-cookie", cookie, "cookie")]
        {
            if let Some(value) = value {
                let form = web.get(key).filter(|_| key == "cookie");
                self.part(name, value, form);
            }
        }
        if let Some(agent) = agent {
            let plain = match web.get("agent_encoding").and_then(|e| e.as_str()) {
                Some("plus") => agent.replace('+', " "),
                Some(_) => percent(&agent),
                None => agent,
            };
            self.put("agent", Some(plain.clone()));
            self.part("cs-user-agent", plain, None);
        }
        if let Some(code) = status {
            self.put("http_status", Some((code as u16).to_string()));
            self.put("status", Some(if code < 400.0 { "Success" } else { "Failure" }.into()));
            self.part("sc-status", code as u16, web.get("status"));
        }
        if let Some(bytes) = bytes {
            self.put("bytes_out", Some((bytes as u64).to_string()));
            self.part("sc-bytes", bytes as i64, web.get("bytes"));
        }
    }

    fn request(&mut self, request: &str) {
        let line = regex_of(r"^([A-Za-z_-]{1,32}) (.*)$");
        let Some(found) = line.captures(request).filter(|_| !request.contains('\n')) else {
            self.put("operation", Some("-".into()));
            if !matches!(request, "" | "-") {
                self.put("object", Some(request.to_owned()));
                self.part("cs-uri", request, None);
                self.part("cs-uri-stem", request, None);
            }
            return;
        };
        let (method, mut target) = (found[1].to_owned(), found[2].to_owned());
        self.put("operation", Some(method.clone()));
        self.part("cs-method", method, None);
        let version = regex_of(r"^(?:(.*) )?(HTTP/[^ ]*)$");
        if let Some(found) = version.captures(&found[2]) {
            self.part("cs-version", &found[2], None);
            target = found.get(1).map_or("", |m| m.as_str()).to_owned();
        }
        self.target(&target, &toml::Value::Boolean(false));
    }

    fn target(&mut self, target: &str, web: &toml::Value) {
        self.part("cs-uri", target, web.get("target"));
        let mut path = target.split('?').next().unwrap().to_owned();
        if !path.starts_with('/')
            && let Some((_, after)) = path.clone().split_once("://")
        {
            let (host, from) = after.split_at(after.find('/').unwrap_or(after.len()));
            if self.get("host").is_none() {
                self.put("host", Some(host.to_owned()).filter(|h| !h.is_empty()));
                self.part("cs-host", host, None);
            }
            path = if from.is_empty() { "/".into() } else { from.into() };
        }
        self.put("object", Some(path.clone()).filter(|p| !p.is_empty()));
        self.part("cs-uri-stem", path.as_str(), web.get("stem"));
        if let Some(found) = regex_of(r"(?-u)\.([A-Za-z0-9]{1,11})$").captures(&path) {
            self.part("c-uri-extension", &found[1], None);
        }
    }
}

fn number(value: &Value) -> Option<f64> {
    let number = if value.is_boolean() { None } else { text(value).trim().parse::<f64>().ok() };
    number.filter(|n| n.is_finite() && n.fract() == 0.0 && *n >= 0.0)
}

pub(crate) fn percent(text: &str) -> String {
    let (mut bytes, mut at) = (Vec::new(), 0);
    while at < text.len() {
        let code = text.get(at + 1..at + 3).filter(|c| c.bytes().all(|b| b.is_ascii_hexdigit()));
        match code.filter(|_| text.as_bytes()[at] == b'%') {
            Some(code) => {
                bytes.push(u8::from_str_radix(code, 16).unwrap());
                at += 3;
            }
            None => {
                bytes.push(text.as_bytes()[at]);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
