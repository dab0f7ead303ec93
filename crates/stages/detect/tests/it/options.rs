//! Pipelines, placeholders, filters and users' logs: what becomes of each rule, and what is told.

use std::collections::BTreeMap;

use bakas_detect::{LoadOptions, Loaded, RuleStatus, Rules};
use bakas_model::{Class, Event, Field, LogSource, RuleIx, Stream, Value};

use crate::events::{agency, bare, context, request, titles};

/// The pipelines that ship.
pub(crate) fn pipelines() -> Vec<(String, String)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../pipelines");
    let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let read = |path: std::path::PathBuf| {
        (path.display().to_string(), std::fs::read_to_string(&path).unwrap())
    };
    let mut all: Vec<_> = paths.map(read).collect();
    all.sort();
    all
}

fn load(texts: &[&str], options: &LoadOptions) -> (Rules, Loaded) {
    let files = texts.iter().enumerate().map(|(n, text)| (format!("{n}.yml"), (*text).to_owned()));
    Rules::load_with(files, options)
}

fn shipped() -> LoadOptions {
    LoadOptions { pipelines: pipelines(), ..LoadOptions::default() }
}

fn windows<'a>(fields: &[(&'a str, Value<'a>)]) -> Event<'a> {
    let mut event = bare(Stream::Windows, Class::ProcessActivity);
    event.fields = fields.iter().map(|&(name, value)| Field::new(name, value)).collect();
    event
}

const WHOAMI: &str = "title: Whoami\nlogsource: {category: process_creation, product: windows}\n\
    detection:\n  s:\n    Image|endswith: '\\whoami.exe'\n    IntegrityLevel: High\n  condition: s\n";

#[test]
fn the_pipelines_that_ship_are_read_whole() {
    let (_, loaded) = load(&[], &shipped());
    assert_eq!(loaded.problems, vec![]);
    assert!(shipped().pipelines.len() >= 8);
}

#[test]
fn a_process_is_found_in_sysmon_and_in_the_audit() {
    let (rules, loaded) = load(&[WHOAMI], &shipped());
    assert_eq!(loaded.problems, vec![]);
    let report = &loaded.rules[0];
    assert_eq!(report.label(), "mapped");
    let mapped: Vec<_> = report.mapped.iter().map(|m| (&*m.from, &*m.to, &*m.pipeline)).collect();
    assert_eq!(
        mapped,
        [
            ("Image", "NewProcessName", "windows-security"),
            ("IntegrityLevel", "MandatoryLabel", "windows-security"),
        ]
    );
    let text = Value::Text;
    let sysmon = [
        ("Channel", text("Microsoft-Windows-Sysmon/Operational")),
        ("EventID", Value::Int(1)),
        ("Image", text(r"C:\Windows\System32\whoami.exe")),
        ("IntegrityLevel", text("High")),
    ];
    assert_eq!(titles(&rules, &windows(&sysmon)), ["Whoami"]);
    let audit = [
        ("Channel", text("Security")),
        ("EventID", Value::Int(4688)),
        ("NewProcessName", text(r"C:\Windows\System32\whoami.exe")),
        ("MandatoryLabel", text("S-1-16-12288")),
    ];
    assert_eq!(titles(&rules, &windows(&audit)), ["Whoami"]);
    let other_channel = [("Channel", text("System")), sysmon[1], sysmon[2], sysmon[3]];
    assert!(titles(&rules, &windows(&other_channel)).is_empty());
    let mixed = [sysmon[0], sysmon[1], audit[2], audit[3]];
    assert!(titles(&rules, &windows(&mixed)).is_empty(), "the fields of the other form");
}

#[test]
fn services_become_channels_and_logs_of_zeek() {
    let rule = "title: T\nlogsource: {product: windows, service: system}\ndetection:\n  \
                s: {EventID: 7045}\n  condition: s\n---\ntitle: Z\n\
                logsource: {product: zeek, service: dns}\ndetection:\n  \
                s: {query|endswith: .example}\n  condition: s\n";
    let (rules, loaded) = load(&[rule], &shipped());
    assert_eq!(loaded.counts.loaded, 2, "{:?}", loaded.problems);
    let event =
        |channel| windows(&[("Channel", Value::Text(channel)), ("EventID", Value::Int(7045))]);
    assert_eq!(titles(&rules, &event("System")), ["T"]);
    assert!(titles(&rules, &event("Application")).is_empty());
    let mut zeek = bare(Stream::Zeek, Class::DnsActivity);
    let fields = |path| {
        [Field::new("_path", Value::Text(path)), Field::new("query", Value::Text("a.example"))]
    };
    zeek.fields = fields("dns").to_vec();
    assert_eq!(titles(&rules, &zeek), ["Z"]);
    zeek.fields = fields("http").to_vec();
    assert!(titles(&rules, &zeek).is_empty());
}

#[test]
fn every_rule_ends_as_something_that_is_said() {
    let texts = [
        "title: Here\nid: a\nlogsource: {category: webserver}\ndetection: {s: {c: d}, condition: s}\n",
        "title: Elsewhere\nlogsource: {product: macos}\ndetection: {s: {c: d}, condition: s}\n",
        "title: Broken\nlogsource: {category: webserver}\ndetection: {s: {c|re: '('}, condition: s}\n",
        WHOAMI,
        "title: F\nlogsource: {category: webserver}\nfilter:\n  rules: [a]\n  s: {c: e}\n  \
         condition: not s\n",
        "no: rule\n",
    ];
    let (rules, loaded) = load(&texts, &shipped());
    let said: Vec<_> = loaded.rules.iter().map(|r| (&*r.path, r.label())).collect();
    assert_eq!(
        said,
        [
            ("5.yml", "unsupported"),
            ("4.yml", "filter"),
            ("0.yml", "loaded"),
            ("1.yml", "not applicable"),
            ("2.yml", "unsupported"),
            ("3.yml", "mapped"),
        ]
    );
    let of = |path: &str| loaded.rules.iter().find(|r| r.path == path).unwrap();
    assert!(
        matches!(&of("1.yml").status, RuleStatus::NotApplicable(source) if source == "product macos")
    );
    assert!(
        matches!(&of("2.yml").status, RuleStatus::Unsupported(p) if p.place == "detection.s.c|re")
    );
    assert!(matches!(of("4.yml").status, RuleStatus::Filter(1)));
    assert_eq!(of("0.yml").filters, ["F"]);
    assert_eq!(of("0.yml").rule(), Some(RuleIx(0)));
    assert!(!of("3.yml").unprefiltered);
    assert_eq!(rules.metas().len(), 2);
}

#[test]
fn a_filter_silences_what_it_excludes() {
    let rule = "title: T\nid: r\nlogsource: {category: webserver}\ndetection:\n  \
                s: {cs-uri-query|contains: shell}\n  condition: s\n---\ntitle: Scanner\n\
                logsource: {category: webserver}\nfilter:\n  rules: [r]\n  \
                mine: {c-ip|cidr: 192.0.2.0/28}\n  condition: not 1 of mine*\n";
    let (rules, loaded) = load(&[rule], &LoadOptions::default());
    assert_eq!(loaded.problems, vec![]);
    let mut event = request("GET", "/shell", 200);
    assert!(titles(&rules, &event).is_empty(), "192.0.2.9 is excluded");
    event.fields[0].value = Value::Text("203.0.113.5");
    assert_eq!(titles(&rules, &event), ["T"]);
}

#[test]
fn a_filter_that_reaches_nothing_is_told() {
    let rule = "title: T\nid: r\nlogsource: {category: webserver}\ndetection: {s: {a: b}, condition: s}\n\
                ---\ntitle: F\nlogsource: {product: linux}\nfilter:\n  rules: [r, nobody]\n  \
                s: {a: b}\n  condition: not s\n";
    let (_, loaded) = load(&[rule], &LoadOptions::default());
    let words: Vec<String> = loaded.problems.iter().map(ToString::to_string).collect();
    assert_eq!(words.len(), 2, "{words:?}");
    assert!(words[0].contains("'r' is a rule for other logs than the filter"), "{words:?}");
    assert!(words[1].contains("'nobody' is no rule that was read"), "{words:?}");
}

#[test]
fn placeholders_have_the_values_they_are_given() {
    let rule = "title: T\nlogsource: {category: webserver}\ndetection:\n  \
                s: {cs-username|expand: '%Administrators%'}\n  condition: s\n";
    let with = |values: &[&str]| {
        let values = values.iter().map(|v| (*v).to_owned()).collect();
        let placeholders = BTreeMap::from([("Administrators".to_owned(), values)]);
        load(&[rule], &LoadOptions { placeholders, ..LoadOptions::default() })
    };
    let (rules, loaded) = with(&["ana", "adm_*"]);
    assert_eq!(loaded.problems, vec![]);
    let matches = |name| {
        let mut event = request("GET", "/", 200);
        event.fields.push(Field::new("cs-username", Value::Text(name)));
        !titles(&rules, &event).is_empty()
    };
    assert_eq!([matches("Ana"), matches("adm_ben"), matches("ben")], [true, true, false]);
    let (_, loaded) = load(&[rule], &LoadOptions::default());
    let words = loaded.problems[0].to_string();
    assert!(
        words.contains("0.yml, line 4") && words.contains("%Administrators% has no"),
        "{words}"
    );
}

#[test]
fn a_users_log_is_asked_by_its_log_source() {
    let served =
        LogSource { category: Some("application"), product: Some("django"), service: None };
    let rule = "title: T\nlogsource: {category: application, product: django}\ndetection:\n  \
                k: [SuspiciousOperation]\n  condition: k\n";
    let options = LoadOptions { custom: vec![served], ..LoadOptions::default() };
    let (rules, _) = load(&[rule], &options);
    let mut event = bare(Stream::Custom, Class::Base);
    event.custom = Some(served);
    event.fields = vec![Field::new("message", Value::Text("a SuspiciousOperation was raised"))];
    assert_eq!(titles(&rules, &event), ["T"]);
    event.custom = Some(LogSource { product: Some("flask"), ..served });
    assert!(titles(&rules, &event).is_empty(), "another log");
    let (_, without) = load(&[rule], &LoadOptions::default());
    assert_eq!(without.counts.not_applicable, 1);
}

#[test]
fn a_pipeline_that_is_wrong_is_told_with_its_file() {
    let pipelines = vec![("mine.yml".to_owned(), "name: x\ntransformations: 5\n".to_owned())];
    let (_, loaded) = load(&[], &LoadOptions { pipelines, ..LoadOptions::default() });
    let words = loaded.problems[0].to_string();
    assert!(words.contains("mine.yml, line 2") && words.contains("not a list"), "{words}");
}

#[test]
fn groups_follow_the_fields_that_pipelines_rename() {
    let rule = "title: B\nname: b\nlogsource: {category: process_creation, product: windows}\n\
                detection: {s: {CommandLine|contains: x}, condition: s}\n---\ntitle: C\ncorrelation:\n  \
                type: event_count\n  rules: [b]\n  group-by: [User]\n  timespan: 1h\n  \
                condition: {gte: 2}\n";
    let pipelines = vec![(
        "p.yml".to_owned(),
        "name: p\ntransformations:\n  - {type: field_name_mapping, mapping: {User: who, CommandLine: cmd}}\n  \
         - {type: change_logsource, product: windows}\n"
            .to_owned(),
    )];
    let rule = rule.replace("CommandLine|contains: x", "CommandLine|contains: x, User: '*'");
    let (rules, loaded) = load(&[&rule], &LoadOptions { pipelines, ..LoadOptions::default() });
    assert_eq!(loaded.problems, vec![]);
    let event = |offset| {
        let mut event = windows(&[("cmd", Value::Text("x")), ("who", Value::Text("ben"))]);
        event.place.offset = offset;
        event
    };
    let all = crate::events::detections(&rules, &[event(0), event(10)]);
    assert_eq!(all.len(), 1);
    assert_eq!(all[0].group, [("User".to_owned(), "ben".to_owned())]);
}

#[test]
fn fields_that_never_occur_are_told() {
    let rules = "title: Typo\nlogsource: {category: webserver}\ndetection:\n  \
                 s: {cs-uri-querry|contains: x, cs-method: GET, time|hour: 3}\n  condition: s\n---\n\
                 title: Good\nlogsource: {category: webserver}\ndetection: {s: {cs-method: GET}, condition: s}\n\
                 ---\ntitle: Unasked\nlogsource: {product: linux, service: sshd}\n\
                 detection: {s: {nowhere: x}, condition: s}\n";
    let (rules, _) = load(&[rules], &LoadOptions::default());
    let agency = agency();
    let mut matcher = rules.matcher();
    let mut seen = bakas_detect::FieldsSeen::default();
    assert_eq!(rules.never_seen(&seen), vec![]);
    matcher.run(&request("GET", "/", 200), &context(&agency));
    seen.merge(matcher.fields_seen());
    assert_eq!(rules.never_seen(&seen), [(RuleIx(0), vec!["cs-uri-querry".to_owned()])]);
}

#[test]
fn an_explanation_shows_what_fitted_and_what_did_not() {
    let rule = "title: T\nlogsource: {category: webserver}\ndetection:\n  \
                selection:\n    cs-uri-query|contains|all: [cmd, whoami]\n    sc-status: 200\n  \
                filter: {cs-user-agent: monitor}\n  condition: selection and not filter\n";
    let (rules, _) = load(&[rule], &LoadOptions::default());
    let agency = agency();
    let explain =
        |query| rules.explain(RuleIx(0), &request("GET", query, 200), &context(&agency)).unwrap();
    let no = explain("/?cmd=id");
    assert!(!no.matched && no.asked);
    assert_eq!(no.condition, "(selection and not filter)");
    let words = no.to_string();
    for expected in [
        "T does not match",
        "- selection",
        "  + all of:",
        "- cs-uri-query: all of",
        "+ '*cmd*'",
        "- '*whoami*'",
        "had: /?cmd=id",
        "+ sc-status: any of",
        "- cs-user-agent: any of",
        "the event has no such field",
    ] {
        let expected = expected.replace("  + all of:", "  - all of:");
        assert!(words.contains(&expected), "no {expected} in\n{words}");
    }
    let yes = explain("/?cmd=whoami");
    assert!(yes.matched && yes.to_string().starts_with("T matches\n"));
    let mut other = request("GET", "/?cmd=whoami", 200);
    other.stream = Stream::Proxy;
    assert!(!rules.explain(RuleIx(0), &other, &context(&agency)).unwrap().asked);
}

#[test]
fn a_group_of_fields_that_never_occur_is_told() {
    let correlation = |name: &str, group: &str| {
        format!(
            "---\ntitle: {name}\ncorrelation:\n  type: event_count\n  rules: [got]\n  group-by: [{group}]\n  \
             timespan: 1h\n  condition: {{gte: 2}}\n"
        )
    };
    let rules = format!(
        "title: Got\nname: got\nlogsource: {{category: webserver}}\n\
         detection: {{s: {{cs-method: GET}}, condition: s}}\n{}{}{}",
        correlation("By address", "c-ip"),
        correlation("By network", "src_endpoint.autonomous_system.number"),
        correlation("By a typo", "c-ip, cs-hosst"),
    );
    let (rules, loaded) = load(&[&rules], &LoadOptions::default());
    assert_eq!(loaded.problems, vec![]);
    let agency = agency();
    let mut matcher = rules.matcher();
    matcher.run(&request("GET", "/", 200), &context(&agency));
    let told = rules.never_seen(matcher.fields_seen());
    assert_eq!(told, [(RuleIx(3), vec!["cs-hosst".to_owned()])]);
}
