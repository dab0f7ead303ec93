//! Definitions as a user writes them: what they may say and become, what is refused and how that
//! is told, and the catalogue that holds them.

use bakas_ingest::{CHUNK_BYTES, Definition, Format, Formats, Outcome, explain};
use bakas_model::{RejectReason, Source};
use serde_json::{Value, json};

use crate::defined::read;

/// A definition of lines `time user action`, with what a test adds.
fn custom(record: &str, rest: &str) -> String {
    format!(
        "name = \"mine\"\ntitle = \"Mine\"\nsource = \"a test\"\nstream = \"custom\"\n\
         [logsource]\nproduct = \"mine\"\n[record]\n{record}\n{rest}"
    )
}

fn with(text: &str) -> (Formats, Format) {
    let (formats, problems) = Formats::with(vec![("mine/format.toml".into(), text.into())]);
    assert_eq!(problems, [], "{text}");
    (formats, formats.from_name("mine").unwrap())
}

/// What a definition reads out of a text.
fn events(text: &str, log: &str) -> Vec<Value> {
    let (formats, format) = with(text);
    read(formats, format, log.as_bytes(), usize::MAX).lines
}

/// The problem that a definition has.
fn check_problem(text: &str, line: Option<usize>, words: &[&str]) {
    let (_, problems) = Formats::with(vec![("mine/format.toml".into(), text.into())]);
    let [problem] = problems.as_slice() else { panic!("{problems:?} for\n{text}") };
    assert_eq!((problem.path.as_str(), problem.line), ("mine/format.toml", line), "{problem}");
    for word in words {
        assert!(problem.what.contains(word), "'{word}' is not in: {problem}");
    }
}

const TIME: &str = "[time]\nfield = \"t\"\n";

#[test]
fn mistakes_are_told_with_file_line_and_key() {
    check_problem("name = 3", Some(1), &[]);
    check_problem("name = ", Some(1), &[]);
    check_problem(&custom("kind = \"json\"\nkolumns = []", TIME), Some(9), &["kolumns"]);
    check_problem(&custom("kind = \"yaml\"", TIME), Some(8), &["yaml"]);
    check_problem(&custom("kind = \"json\"\ndelimiter = \",\"", TIME), Some(7), &["delimiter"]);
    check_problem(&custom("kind = \"json\"", ""), None, &["[time]"]);
    check_problem(&custom("kind = \"pattern\"", TIME), Some(7), &["patterns"]);
    check_problem(
        &custom("kind = \"pattern\"\npatterns = ['(?<a>']", TIME),
        Some(9),
        &["unclosed"],
    );
    let event = |text: &str| custom("kind = \"json\"", &format!("{TIME}[event]\n{text}"));
    check_problem(&event("class = \"tea\""), Some(12), &["tea", "authentication"]);
    check_problem(&event("acount = \"a\""), Some(12), &["acount"]);
    check_problem(&event("account = { joyn = [] }"), Some(12), &["joyn"]);
    check_problem(&event("account = []"), Some(12), &["empty list"]);
    check_problem(&event("account = \"a[b].c\""), Some(12), &["a[b=c].d"]);
    check_problem(&event("when = { a = \"b\" }"), Some(12), &["[[case]]"]);
    check_problem(&event("[[case]]\nclass = \"base\""), Some(12), &["when"]);
    check_problem(&event("[[case]]\nwhen = { a = { is = 1 } }"), Some(13), &["is"]);
    check_problem(&event("[event.result]\nfield = \"a\""), Some(12), &["result"]);
    let time = |text: &str| custom("kind = \"json\"", &format!("[time]\n{text}"));
    check_problem(&time("format = \"iso\""), Some(9), &["field"]);
    check_problem(&time("field = \"t\"\nformat = \"%Y\""), Some(11), &["%Y"]);
    check_problem(&time("field = \"t\"\nformat = \"%b %d %H:%M:%S\""), Some(11), &["infer"]);
    check_problem(&time("field = \"t\"\nformat = \"none\""), Some(9), &["own time"]);
    let columns = "kind = \"delimited\"\ncolumns = [\"t\", \"user\"]";
    check_problem(
        &custom(columns, &format!("{TIME}[event]\naccount = \"usr\"")),
        Some(13),
        &["'usr'"],
    );
    check_problem(
        &custom("kind = \"json\"", TIME).replace("\"mine\"\ntitle", "\"Mine!\"\ntitle"),
        Some(1),
        &["Mine!"],
    );
    check_problem(
        &custom("kind = \"json\"", TIME).replace("[logsource]\nproduct = \"mine\"\n", ""),
        Some(4),
        &["[logsource]"],
    );
    check_problem(
        &custom("kind = \"json\"", TIME).replace("\"custom\"", "\"okta\""),
        Some(5),
        &["custom"],
    );
    check_problem(
        &custom("kind = \"json\"", TIME).replace("\"mine\"\ntitle", "\"combined\"\ntitle"),
        None,
        &["native"],
    );
    check_problem(&"#".repeat(300 << 10), None, &["256 KiB"]);
}

#[test]
fn patterns_are_bounded() {
    let text = custom("kind = \"pattern\"\npatterns = ['^(?<t>(a{1000}){1000}{1000})$']", TIME);
    check_problem(&text, Some(9), &[]);
}

#[test]
fn a_users_definition_stands_in_for_ours_of_that_name() {
    let ours = Formats::builtin().from_name("csv").unwrap();
    let Format::Defined(ours) = ours else { panic!("csv is a definition") };
    let theirs = ours.text().replace("CSV or TSV with a header, of any product", "Theirs");
    let (formats, problems) = Formats::with(vec![("csv.toml".into(), theirs)]);
    assert_eq!(problems, []);
    let named = formats.definitions().filter(|one| one.name() == "csv").collect::<Vec<_>>();
    assert_eq!(named.iter().map(|one| one.title()).collect::<Vec<_>>(), ["Theirs"]);
    assert!(formats.from_name("TSV").is_some(), "aliases, in any case");
    assert!(formats.from_name("nginx").is_some(), "natives stay");
    assert!(formats.from_name("no-such").is_none());
    let count = formats.all().count();
    assert_eq!(count, Format::ALL.len() + formats.definitions().count());
}

#[test]
fn two_files_of_one_name_are_told() {
    let text = custom("kind = \"json\"", TIME);
    let files = vec![("a.toml".to_owned(), text.clone()), ("b.toml".to_owned(), text)];
    let (formats, problems) = Formats::with(files);
    assert_eq!(problems.len(), 1);
    assert!(problems[0].to_string().starts_with("b.toml: "), "{}", problems[0]);
    assert!(formats.from_name("mine").is_some());
}

#[test]
fn names_and_values_are_read_by_name() {
    let text = custom(
        "kind = \"json\"\npairs = { \"p\" = [\"name\", \"value|many\"] }",
        "[time]\nfield = \"t\"\n[event]\naccount = \"p.user\"\nobject = { join = [\"p.a\", { text = \"!\" }], with = \"/\" }\n\
         target = { field = \"p.user\", match = '@(.*)$' }\n[names]\nraw = { raw = \"p\" }\nfirst = [\"no\", \"p.a\"]",
    );
    let log = r#"{"t":"2026-01-05T08:00:00Z","p":[{"name":"user","value":"ana@example.org"},{"name":"a","many":["x","y"]},{"name":"none","value":null}]}"#;
    let event = &events(&text, log)[0];
    assert_eq!(event["account"], "ana@example.org");
    assert_eq!((&event["object"], &event["target"]), (&json!("x/!"), &json!("example.org")));
    assert_eq!(event["fields"]["p.a"], json!(["x", "y"]));
    assert_eq!(event["fields"]["p.name"], json!(["user", "a", "none"]));
    assert_eq!(
        event["fields"]["first"],
        json!(["x", "y"]),
        "every value of the first that is there"
    );
    assert!(event["fields"]["raw"].as_str().unwrap().starts_with("[{\"name\""));
}

#[test]
fn cases_are_tried_in_order_and_override_what_they_set() {
    let text = custom(
        "kind = \"json\"",
        "[time]\nfield = \"t\"\n[event]\nclass = \"api_activity\"\noperation = \"op\"\naccount = \"u\"\n\
         [event.result]\nfield = \"r\"\nsuccess = [\"ok*\", 0]\nfailure = [\"*\"]\nabsent = \"success\"\n\
         [[case]]\nwhen = { op = [\"log?n\", \"sign*\"], u = { absent = true } }\nstatus = \"failure\"\nfields = { made = \"up\" }\n\
         [[case]]\nwhen = { op = \"sign*\", code = { least = 400, most = 499 } }\nactivity = \"logoff\"\nstream = \"okta\"\n\
         [[case]]\nwhen = { op = { not = [\"x\", \"sign*\"] } }\nclass = \"authentication\"\nactivity = \"logon\"\naccount = { text = \"\" }",
    );
    let log = concat!(
        r#"{"t":"2026-01-05T08:00:00Z","op":"SignIn","r":"ok"}"#,
        "\n",
        r#"{"t":"2026-01-05T08:00:00Z","op":"sign","u":"ana","code":404,"r":0}"#,
        "\n",
        r#"{"t":"2026-01-05T08:00:00Z","op":"sign","u":"ana","code":"500","r":"bad"}"#,
        "\n",
        r#"{"t":"2026-01-05T08:00:00Z","op":"other","u":"ana"}"#,
        "\n",
        r#"{"t":"2026-01-05T08:00:00Z","op":"","u":"ana"}"#,
        "\n",
    );
    let found = events(&text, log);
    let shown: Vec<_> = found
        .iter()
        .map(|e| {
            ["class", "activity", "stream", "status", "account"]
                .map(|key| e[key].as_str().unwrap_or("-"))
                .join(" ")
        })
        .collect();
    assert_eq!(
        shown,
        [
            "api_activity other custom Failure -",
            "api_activity logoff okta Success ana",
            "api_activity other custom Failure ana",
            "authentication logon custom Success -",
            "api_activity other custom Success ana",
        ]
    );
    assert_eq!(found[0]["fields"]["made"], "up");
    assert_eq!(found[1].get("logsource"), None, "another stream has its own log source");
    assert_eq!(found[2]["logsource"], "-/mine/-");
}

#[test]
fn names_of_columns_change_in_mid_file_and_hold_across_chunks() {
    let text = custom(
        "kind = \"delimited\"\ndelimiter = \" \"\nheader = \"#Fields:\"\nnull = [\"-\"]\ndirectives = { \"#Site\" = \"site\" }",
        "[recognise]\ncolumns = [\"date\", \"who\"]\n[time]\nfield = [\"date\", \"time\"]\n[event]\naccount = \"who\"\nobject = \"site\"",
    );
    let padding = "x".repeat(4000);
    let row = &format!("2026-01-05 08:00:00 ana - {padding}\n");
    let rows = CHUNK_BYTES * 5 / 4 / row.len();
    let mut log = String::from("#Version: 1.0\n#Fields: date time who what\n#Site: one\n");
    log.push_str(&row.repeat(rows));
    log.push_str("#Fields: what who date time\n#Site: two\nx ben 2026-01-05 09:00:00\n");
    let tail = &format!("x cat 2026-01-05 10:00:00 {padding}\n");
    log.push_str(&tail.repeat(CHUNK_BYTES / tail.len()));
    let (formats, format) = with(&text);
    assert_eq!(formats.guess(&log.as_bytes()[..4096], "x").format, Some(format));
    let found = read(formats, format, log.as_bytes(), usize::MAX).lines;
    assert_eq!(found.len(), rows + 1 + CHUNK_BYTES / tail.len());
    let brief = |event: &Value| {
        ["account", "object", "time"].map(|key| event[key].as_str().unwrap_or("-").to_owned())
    };
    assert_eq!(brief(&found[0]), ["ana", "one", "2026-01-05T08:00:00Z"]);
    assert_eq!(brief(&found[rows - 1]), ["ana", "one", "2026-01-05T08:00:00Z"]);
    assert_eq!(brief(&found[rows]), ["ben", "two", "2026-01-05T09:00:00Z"]);
    assert_eq!(brief(found.last().unwrap()), ["cat", "two", "2026-01-05T10:00:00Z"]);
    assert_eq!(found[0]["fields"].get("what"), None, "null means absent");
}

#[test]
fn rows_without_a_header_are_rejects() {
    let text = custom("kind = \"delimited\"\ndelimiter = \" \"\nheader = \"#Fields:\"", TIME);
    let found = events(&text, "a b c\n#Fields: t u\n2026-01-05T08:00:00Z ana more\n");
    assert_eq!(found[0]["reject"], "Malformed");
    assert_eq!(
        found[1]["fields"],
        json!({"t": "2026-01-05T08:00:00Z", "u": "ana", "extra": "more"})
    );
}

#[test]
fn a_first_line_may_be_a_header_or_not() {
    let text = custom(
        "kind = \"delimited\"\ndelimiter = \"spaces\"\nheader = \"line\"\ncolumns = [\"t\", \"u\"]",
        &format!("{TIME}[recognise]\ncolumns = [\"t\", \"u\"]\n[event]\naccount = \"u\""),
    );
    let row = "2026-01-05T08:00:00Z  ana\n";
    for (log, account) in [
        (row.to_owned(), "ana"),
        (format!("t u\n{row}"), "ana"),
        ("u  t\nben 2026-01-05T08:00:00Z\nu  t\n".to_owned(), "ben"),
    ] {
        let found = events(&text, &log);
        assert_eq!((found.len(), &found[0]["account"]), (1, &json!(account)), "{log}");
    }
}

#[test]
fn requests_come_out_as_those_of_access_logs() {
    let text = custom(
        "kind = \"delimited\"\ndelimiter = \"\\t\"\ncolumns = [\"t\", \"c-ip\", \"m\", \"stem\", \"q\", \"code\", \"ua\", \"xff\"]\nnull = [\"-\"]",
        &format!(
            "{TIME}[event]\nsrc = \"c-ip\"\nforwarded = \"xff\"\n[web]\nmethod = \"m\"\nstem = \"stem\"\nquery = \"q\"\nstatus = \"code\"\nagent = \"ua\"\nagent_encoding = \"plus\""
        ),
    );
    let log = "2026-01-05T08:00:00Z\t203.0.113.7\tGET\t/a.php\tx=1\t404\tBig+Browser\t198.51.100.1\n\
               2026-01-05T08:00:00Z\t203.0.113.7\t-\t-\t-\t-\t-\t-\n";
    let found = events(&text, log);
    let fields = &found[0]["fields"];
    for (name, value) in [
        ("c-ip", json!("203.0.113.7")),
        ("cs-method", json!("GET")),
        ("cs-uri", json!("/a.php?x=1")),
        ("cs-uri-stem", json!("/a.php")),
        ("c-uri-extension", json!("php")),
        ("sc-status", json!(404)),
        ("cs-user-agent", json!("Big Browser")),
        ("x-forwarded-for", json!("198.51.100.1")),
    ] {
        assert_eq!(fields[name], value, "{name}");
    }
    assert_eq!(found[0]["status"], "Failure");
    assert_eq!(
        (&found[0]["src"], &found[0]["src_claimed"]),
        (&json!("203.0.113.7"), &json!("198.51.100.1"))
    );
    assert_eq!(found[1]["class"], "base_event", "no request");
    assert_eq!(found[1]["fields"]["c-ip"], "203.0.113.7");
}

#[test]
fn messages_of_a_users_program_are_found_in_system_logs() {
    let text = custom(
        "kind = \"key-value\"\ncarriers = [\"syslog\"]\nprograms = [\"vpnd*\"]\nstarts = [\"VPN: \"]",
        "[event]\nclass = \"authentication\"\naccount = \"user\"\nsrc = \"ip\"\n[[case]]\nwhen = { program = \"vpnd-old\" }\nactivity = \"logon\"",
    );
    let (formats, _) = with(&text);
    let log = "Jan  5 08:00:00 gw vpnd[7]: user=ana ip=203.0.113.7\n\
               Jan  5 08:00:01 gw vpnd-old: message repeated 2 times: [ user=ben ip=203.0.113.8]\n\
               <14>Jan  5 08:00:02 gw VPN: user=cat\n\
               Jan  5 08:00:03 gw vpnd[7]: nothing\n";
    let guess = formats.guess(log.as_bytes(), "x");
    assert_eq!(guess.format, Some(Format::Syslog), "{}", guess.why);
    let found = read(formats, Format::Syslog, log.as_bytes(), usize::MAX).lines;
    let shown: Vec<_> = found
        .iter()
        .map(|e| {
            ["stream", "time", "host", "account", "activity"]
                .map(|key| e[key].as_str().unwrap_or("-"))
                .join(" ")
        })
        .collect();
    assert_eq!(
        shown,
        [
            "custom 2026-01-05T08:00:00Z gw ana other",
            "custom 2026-01-05T08:00:01Z gw ben logon",
            "custom 2026-01-05T08:00:01Z gw ben logon",
            "custom 2026-01-05T08:00:02Z gw cat other",
            "syslog 2026-01-05T08:00:03Z gw - other",
        ]
    );
    assert_eq!(found[0]["fields"]["pid"], "7");
}

#[test]
fn records_of_other_formats_are_told_by_users_definitions_too() {
    let text = custom(
        "kind = \"json\"",
        &format!(
            "{TIME}[recognise]\nmembers = [\"door\", \"badge\"]\nvalues = {{ door = \"*\" }}\n[event]\naccount = \"badge\""
        ),
    );
    let (formats, format) = with(&text);
    let door = r#"{"t":"2026-01-05T08:00:00Z","door":"north","badge":"ana"}"#;
    let trail = r#"{"eventTime":"2026-01-05T08:00:00Z","eventSource":"iam.amazonaws.com","eventName":"CreateUser","userIdentity":{"type":"Root"}}"#;
    assert_eq!(formats.guess(door.as_bytes(), "x").format, Some(format));
    assert_eq!(Formats::builtin().guess(door.as_bytes(), "x").format, None);
    let log = format!("{trail}\n{door}\n{{\"x\":1}}\n");
    let found = read(formats, Format::CloudTrail, log.as_bytes(), usize::MAX).lines;
    assert_eq!(found[0]["stream"], "cloudtrail");
    assert_eq!((&found[1]["stream"], &found[1]["account"]), (&json!("custom"), &json!("ana")));
    assert_eq!(found[2]["reject"], "Malformed");
}

#[test]
fn explanations_name_the_fields() {
    let text = custom(
        "kind = \"delimited\"\ndelimiter = \"|\"\nheader = \"#F:\"",
        "[recognise]\ncolumns = [\"d\", \"u\"]\n[time]\nfield = [\"d\", \"t\"]\n[event]\naccount = [\"none\", \"u\"]\nobject = { join = [\"u\", \"d\"], with = \" \" }\n[[case]]\nwhen = { u = \"ben\" }\nactivity = \"logon\"\nsrc = \"ip\"",
    );
    let (formats, format) = with(&text);
    let log = "#F: d|t|u|ip\n2026-01-05|08:00:00|ana|203.0.113.7\n2026-01-05|08:00:00|ben|203.0.113.7\nx\n";
    let (guess, found) = explain(formats, &Source::default(), log.as_bytes(), "x", 10);
    assert_eq!(guess.format, Some(format));
    assert_eq!(found.iter().map(|e| e.line).collect::<Vec<_>>(), [1, 2, 3, 4]);
    assert_eq!(found[0].outcome, Outcome::Furniture);
    let Outcome::Event(ben) = &found[2].outcome else { panic!("{:?}", found[2]) };
    assert_eq!((ben.format.as_str(), ben.case), ("mine", Some(1)));
    let from = |name: &str| {
        let found = ben.attributes.iter().find(|a| a.name == name).unwrap();
        (found.ocsf, found.value.clone(), found.from.join(" "))
    };
    assert_eq!(from("account"), ("actor.user.name", "ben".into(), "u".into()));
    assert_eq!(from("time"), ("time", "2026-01-05 08:00:00".into(), "d t".into()));
    assert_eq!(from("object").2, "u d");
    assert_eq!(from("src"), ("src_endpoint.ip", "203.0.113.7".into(), "ip".into()));
    assert!(ben.fields.contains(&("ip".into(), Some("203.0.113.7".into()))));
    let Outcome::Reject { reason, .. } = &found[3].outcome else { panic!("{:?}", found[3]) };
    assert_eq!(*reason, RejectReason::BadTime);
    let (_, two) = explain(formats, &Source::default(), log.as_bytes(), "x", 2);
    assert_eq!(two.len(), 2);
    let named = Source { format: "syslog".into(), ..Source::default() };
    let (guess, found) = explain(formats, &named, log.as_bytes(), "x", 1);
    assert_eq!((guess.format, guess.certainty), (Some(Format::Syslog), 100));
    assert!(matches!(found[0].outcome, Outcome::Reject { .. }));
}

#[test]
fn a_definition_knows_what_it_is() {
    let text = custom("kind = \"json\"\nwrappers = [\"rows\"]", TIME);
    let definition = Definition::parse("x", &text).unwrap();
    assert_eq!(
        (definition.name(), definition.title(), definition.source()),
        ("mine", "Mine", "a test")
    );
    assert_eq!(definition.log_source().product, Some("mine"));
    assert_eq!((definition.cases(), definition.provider()), (0, None));
    let found = events(
        &text,
        r#"{"n":2,"rows":[{"t":"2026-01-05T08:00:00Z"},{"t":"2026-01-05T08:00:01Z"}]}"#,
    );
    assert_eq!(found.len(), 2);
}

/// The page that tells how to add a format is tried by its text alone.
#[test]
fn the_example_of_the_documentation_works() {
    let here = std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let root = here.ancestors().find(|folder| folder.join("Cargo.lock").exists()).unwrap();
    let page = std::fs::read_to_string(root.join("docs/formats.md")).unwrap();
    let blocks: Vec<&str> = page.split("\n```").collect();
    let block = |mark: &str, begin: &str| {
        let fits = |block: &&&str| {
            block.starts_with(mark) && block[mark.len()..].trim_start().starts_with(begin)
        };
        let found = blocks.iter().find(fits).unwrap_or_else(|| panic!("no block {begin}"));
        found[mark.len()..].trim_start().to_owned()
    };
    let (text, log) = (block("toml", "name = \"doors\""), block("", "2026-01-05 08:00:00|north"));
    let (formats, problems) = Formats::with(vec![("doors.toml".into(), text.clone())]);
    assert_eq!(problems, []);
    let format = formats.from_name("doors").unwrap();
    assert_eq!(formats.guess(log.as_bytes(), "doors.log").format, Some(format));
    let found = read(formats, format, log.as_bytes(), usize::MAX).lines;
    let brief =
        |event: &Value| ["account", "object", "status", "src"].map(|key| event[key].clone());
    assert_eq!(brief(&found[0]), ["ana", "north", "Success", "203.0.113.7"].map(Value::from));
    assert_eq!(brief(&found[1]), ["ben", "north", "Failure", "203.0.113.7"].map(Value::from));
    let wrong = text.replace("account = \"badge\"", "account = \"bagde\"");
    let (_, problems) = Formats::with(vec![("doors.toml".into(), wrong)]);
    let line = text.lines().position(|line| line.starts_with("account")).unwrap() + 1;
    let told = format!("doors.toml:{line}: no column, group or name 'bagde' can be in a record");
    assert_eq!(problems[0].to_string(), told);
}
