//! `bakas trace` as a user meets it: then and now, many lines, hostile names, and questions outside
//! only where they were asked for.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::TcpListener,
    process::Stdio,
    sync::{Arc, Mutex},
    thread,
};

use serde_json::Value;

use crate::yard::{Ran, Yard, write};

/// Runs with lines on standard input.
fn feed(yard: &Yard, arguments: &[&str], lines: &str) -> Ran {
    let mut child = yard
        .command()
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let lines = lines.to_owned();
    let writer = thread::spawn(move || input.write_all(lines.as_bytes()).unwrap());
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    Ran {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

fn document(ran: &Ran) -> Value {
    assert_eq!(ran.code, 0, "{}", ran.err);
    serde_json::from_str(&ran.out).unwrap()
}

#[test]
fn then_and_now_and_how_far_the_table_is() {
    let yard = Yard::new();
    // A block that changed hands between the tables inside (docs/field-notes.md).
    let ran = yard.run(&["trace", "5.188.10.1", "--at", "2025-04-12"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    for part in ["then", "AS59729", "now", "AS205553", "changed", "1 day before that time"] {
        assert!(ran.out.contains(part), "{part}: {}", ran.out);
    }
    let ran = yard.run(&["trace", "5.188.10.1", "--at", "2016-12-10"]);
    assert!(ran.out.contains("ATTENTION") && ran.out.contains("LATER"), "{}", ran.out);
    let answer = document(&yard.run(&["--json", "trace", "5.188.10.1", "--at", "2016-12-10"]));
    assert!(answer["then"]["age_days"].as_i64().unwrap() < -3000);
    for language in ["en", "fil"] {
        let caveat = answer["caveat"][language].as_str().unwrap();
        assert!(caveat.contains("3035"), "how many days later is said: {caveat}");
    }
    let history = answer["history"].as_array().unwrap();
    assert!(history.len() >= 2 && history[0]["asn"] == 59729, "{history:?}");
}

#[test]
fn between_two_tables_that_differ_either_may_hold() {
    let yard = Yard::new();
    let answer = document(&yard.run(&["--json", "trace", "5.188.10.1", "--at", "2026-01-05"]));
    let views = answer["views"].as_array().unwrap();
    let other = views.iter().find(|view| view["question"] == "origin" && view["agrees"] == false);
    let other = other.unwrap_or_else(|| panic!("the next table is shown: {views:?}"));
    assert!(other["says"].as_str().unwrap().contains("AS205553"), "{other}");
}

#[test]
fn a_telco_is_told_with_what_finds_a_subscriber_and_an_own_address_is_not() {
    let yard = Yard::new();
    let ran = yard.run(&["trace", "183.62.140.253", "--at", "2025-04-12"]);
    assert!(ran.out.contains("majority state-owned (CN"), "{}", ran.out);
    for part in ["RFC 6302", "source port", "to the second"] {
        assert!(ran.out.contains(part), "{part}: {}", ran.out);
    }
    let ran = yard.run(&["trace", "10.1.2.3", "--at", "2025-04-12"]);
    assert!(!ran.out.contains("RFC 6302") && ran.out.contains("special-purpose"), "{}", ran.out);
    let ran = yard.run(&["trace", "100.64.1.2", "--at", "2025-04-12"]);
    assert!(ran.out.contains("carrier-grade NAT") && ran.out.contains("RFC 6302"), "{}", ran.out);
}

#[test]
fn many_lines_give_as_many_answers_in_their_order() {
    let yard = Yard::new();
    let lines = "8.8.8.8\n\n183.62.140.253 2025-04-12\n2001:4860:4860::8888,2025-04-12T08:00:00+08:00\n10.0.0.1\n";
    let ran = feed(&yard, &["trace", "--csv", "--at", "2026-01-05"], lines);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let rows: Vec<Vec<&str>> = ran.out.lines().map(|line| line.split(',').collect()).collect();
    assert_eq!(rows[0][..3], ["address", "at", "epoch"]);
    let told: Vec<_> = rows[1..].iter().map(|row| (row[0], row[1], row[4])).collect();
    assert_eq!(
        told,
        [
            ("8.8.8.8", "2026-01-05T00:00:00Z", "15169"),
            ("183.62.140.253", "2025-04-12T00:00:00Z", "4134"),
            ("2001:4860:4860::8888", "2025-04-12T00:00:00Z", "15169"),
            ("10.0.0.1", "2026-01-05T00:00:00Z", ""),
        ]
    );
    let ran = feed(&yard, &["trace", "--ndjson", "--at", "2026-01-05"], lines);
    let rows: Vec<Value> = ran.out.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    assert_eq!(rows.len(), 4);
    // The short answer says what the whole one says.
    for (row, line) in rows.iter().zip(lines.lines().filter(|line| !line.is_empty())) {
        let whole = document(&feed(&yard, &["--json", "trace", "--at", "2026-01-05"], line));
        assert_eq!(row["asn"], whole["then"]["asn"], "{line}");
        assert_eq!(row["kind"], whole["then"]["kind"], "{line}");
        assert_eq!(row["operator"], whole["then"]["operator"], "{line}");
        assert_eq!(row["age_days"], whole["then"]["age_days"], "{line}");
        assert_eq!(row["at"], whole["at"], "{line}");
    }
}

#[test]
fn lines_that_ask_nothing_are_told_and_do_not_stop_the_others() {
    let yard = Yard::new();
    let long = "9".repeat(100_000);
    let bad = format!("300.1.1.1\n{long}\n8.8.8.8 someday\n\u{1b}[2J\n8.8.8.8\n");
    for form in ["--csv", "--ndjson", "--at=2026-01-05"] {
        let ran = feed(&yard, &["trace", form], &bad);
        assert_eq!(ran.code, 2, "{form}");
        assert!(ran.out.contains("15169"), "{form}: {}", ran.out);
        assert!(ran.err.contains("line 1:") && ran.err.contains("300.1.1.1"), "{}", ran.err);
        assert!(ran.err.contains("line 3:") && !ran.err.contains('\u{1b}'), "{}", ran.err);
    }
    let many = "x\n".repeat(50);
    let ran = feed(&yard, &["trace", "--csv"], &many);
    assert!(ran.err.contains("and 30 more lines"), "{}", ran.err);
}

/// A registry of our own: answers, and remembers what it was asked.
struct Registry {
    at: std::net::SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
}

const NETWORK: &str = r#"{"objectClassName":"ip network","startAddress":"8.8.8.0",
    "endAddress":"8.8.8.255","name":"EXAMPLE-NET\u001b[2J","country":"US","entities":[{"roles":["abuse"],
    "vcardArray":["vcard",[["email",{},"text","abuse@telco.example"]]]}]}"#;

fn registry() -> Registry {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let at = listener.local_addr().unwrap();
    let asked = Arc::new(Mutex::new(Vec::new()));
    let ours = Arc::clone(&asked);
    thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let mut lines = BufReader::new(&stream).lines().map_while(Result::ok);
            let first = lines.next().unwrap_or_default();
            let _rest = lines.take_while(|line| !line.is_empty()).count();
            let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
            let body = match path.as_str() {
                "/ipv4.json" => {
                    format!(r#"{{"services":[[["8.0.0.0/8"],["http://{at}/rdap"]]]}}"#)
                }
                _ => NETWORK.to_owned(),
            };
            ours.lock().unwrap().push(path);
            let length = body.len();
            let head =
                format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
            drop(stream.write_all(format!("{head}{body}").as_bytes()));
        }
    });
    Registry { at, asked }
}

#[test]
fn the_registry_is_asked_only_when_told_and_once() {
    let yard = Yard::new();
    let registry = registry();
    let run = |arguments: &[&str]| {
        let bootstrap = format!("http://{}", registry.at);
        let output = yard
            .command()
            .args(arguments)
            .env("BAKAS_RDAP_BOOTSTRAP", &bootstrap)
            .env("BAKAS_GATEWAY_INSIDE", "1")
            .output()
            .unwrap();
        Ran {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    };
    let asked = || registry.asked.lock().unwrap().len();
    assert_eq!(run(&["trace", "8.8.8.8", "--at", "2026-01-05"]).code, 0);
    assert_eq!(asked(), 0, "nobody is asked without --rdap");
    let ran = run(&["trace", "8.8.8.8", "--at", "2026-01-05", "--rdap"]);
    assert!(ran.out.contains("EXAMPLE-NET") && !ran.out.contains('\u{1b}'), "{}", ran.out);
    assert!(ran.out.contains("abuse desk: mailto:abuse@telco.example"), "{}", ran.out);
    assert_eq!(asked(), 2, "the list and the registry");
    let answer = document(&run(&["--json", "trace", "8.8.8.9", "--at", "2026-01-05", "--rdap"]));
    assert_eq!(asked(), 2, "the same block is not asked for again");
    let kept = yard.path(".local/share/bakas").join(answer["rdap"]["file"].as_str().unwrap());
    assert_eq!(std::fs::read(kept).unwrap(), NETWORK.as_bytes(), "the raw answer is kept");
    assert_eq!(answer["rdap"]["sha256"].as_str().unwrap().len(), 64);
    let ran = run(&["trace", "10.0.0.1", "--rdap", "--reverse"]);
    assert_eq!((ran.code, asked()), (0, 2), "no stranger hears of an address inside: {}", ran.err);
}

/// Raw answers of registries become evidence: in the case, and in its log.
#[test]
fn a_registrys_answer_is_kept_in_a_case_and_its_log() {
    let yard = Yard::new();
    let registry = registry();
    let log = "198.51.100.7 - - [05/Jan/2026:08:00:00 +0000] \"GET / HTTP/1.1\" 200 5\n";
    std::fs::create_dir_all(yard.path("logs/welfare")).unwrap();
    write(&yard.path("logs/welfare/access.log"), log.as_bytes());
    assert_eq!(yard.run(&["investigate", "logs", "--out", "case"]).code, 0);
    let run = |arguments: &[&str]| {
        let mut command = yard.command();
        command
            .args(arguments)
            .env("BAKAS_RDAP_BOOTSTRAP", format!("http://{}", registry.at))
            .env("BAKAS_GATEWAY_INSIDE", "1");
        let output = command.output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    let (code, err) = run(&["trace", "8.8.8.8", "--rdap", "--case", "case"]);
    assert!(code == Some(0) && err.contains("is now in the case, as leaf"), "{err}");
    let (code, err) = run(&["trace", "8.8.8.9", "--rdap", "--case", "case"]);
    assert!(code == Some(0) && err.contains("was already in the case"), "{err}");
    let folder = yard.path("case/outside/rdap");
    let files: Vec<_> =
        std::fs::read_dir(&folder).unwrap().map(|one| one.unwrap().path()).collect();
    assert_eq!(files.len(), 1, "{files:?}");
    assert_eq!(std::fs::read(&files[0]).unwrap(), NETWORK.as_bytes());
    let verified = yard.run(&["verify", "case"]);
    assert_eq!(verified.code, 0, "{}{}", verified.out, verified.err);
    std::fs::write(&files[0], NETWORK.replace("US", "ZZ")).unwrap();
    let verified = yard.run(&["verify", "case"]);
    let said = format!("{}{}", verified.out, verified.err);
    assert!(verified.code != 0 && said.contains("not the answer in the log"), "{said}");
    std::fs::write(folder.join("8.8.4.4@1.json"), NETWORK).unwrap();
    let said = yard.run(&["verify", "case"]);
    assert!(format!("{}{}", said.out, said.err).contains("not in the log"), "{}", said.err);
    let refused = yard.run(&["trace", "8.8.8.8", "--case", "case"]);
    assert_eq!(refused.code, 2, "--case needs --rdap: {}", refused.err);
}

#[test]
fn without_leave_no_registry_inside_is_asked() {
    let yard = Yard::new();
    let registry = registry();
    let output = yard
        .command()
        .args(["trace", "8.8.8.8", "--at", "2026-01-05", "--rdap"])
        .env("BAKAS_RDAP_BOOTSTRAP", format!("https://{}", registry.at))
        .output()
        .unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert!(err.contains("refused to ask"), "{err}");
    assert!(String::from_utf8(output.stdout).unwrap().contains("AS15169"), "the tables answer");
    assert!(registry.asked.lock().unwrap().is_empty());
}

#[test]
fn a_damaged_table_is_named_and_done_without() {
    let yard = Yard::new();
    let tables = yard.path("data/tables");
    std::fs::create_dir_all(&tables).unwrap();
    write(&tables.join("routes@2026-01-01.bakas"), b"no table");
    let ran = yard.run(&["trace", "8.8.8.8", "--at", "2026-01-05", "--data", "data"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.err.contains("routes@2026-01-01") && ran.out.contains("AS15169"), "{}", ran.err);
}

/// What a case says of its networks: the issue asks for each of these.
#[test]
fn the_scenarios_case_tells_networks_then_and_now_and_whom_to_ask_for_what() {
    let yard = Yard::new();
    let ran = yard.run(&["scenario", "--seed", "1004", "--scale", "30000", "--out", "s"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let ran = yard.run(&["investigate", "s/logs", "--out", "case"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let case: Value =
        serde_json::from_slice(&std::fs::read(yard.path("case/case.json")).unwrap()).unwrap();
    let traces = case["traces"].as_array().unwrap();
    let some = |what: &str, holds: &dyn Fn(&Value) -> bool| {
        assert!(traces.iter().any(holds), "no address of the case shows: {what}");
    };
    // Then and now: another answer, or tables after the lines that say the same.
    for trace in traces.iter().filter(|trace| trace["then"]["kind"] != "special") {
        let epoch = trace["then"]["epoch"].as_i64().unwrap();
        let until = |one: &Value| one["until"].as_i64().unwrap();
        let newest = trace["history"].as_array().unwrap().iter().map(until).max().unwrap();
        assert!(trace["now"].is_object() || newest > epoch, "{trace}");
    }
    some("a state's share", &|trace| trace["then"]["state_owned"].is_object());
    some("whose words say so, and of which date", &|trace| {
        let owned = &trace["then"]["state_owned"];
        owned["said"]["quote"].is_string() && owned["date"].is_number()
    });
    some("that it changed hands", &|trace| {
        trace["then"]["asn"] == 29802 && trace["now"]["asn"] == 16276
    });
    for trace in traces.iter().filter(|trace| trace["then"]["asn"].is_number()) {
        let contacts = trace["contacts"].as_array().unwrap();
        assert!(contacts.iter().any(|one| one["role"] == "registry"), "{trace}");
    }
    some("sources that disagree", &|trace| {
        trace["views"].as_array().is_some_and(|v| v.iter().any(|view| view["agrees"] == false))
    });
    let fact = |trace: &Value, name: &str| {
        let facts = trace["subscriber"]["facts"].as_array()?;
        facts.iter().find(|fact| fact["fact"] == name).cloned()
    };
    some("the proxy's log holds the source port, those of the servers do not", &|trace| {
        fact(trace, "source_port").is_some_and(|fact| {
            let with = fact["lines_with"].as_u64().unwrap();
            fact["held"] == "partly" && 0 < with && with < fact["lines"].as_u64().unwrap()
        })
    });
    some("and hold the second", &|trace| {
        fact(trace, "time").is_some_and(|fact| fact["held"] == "held")
    });
    let report = std::fs::read_to_string(yard.path("case/report.html")).unwrap();
    let parts = [
        "Whom to ask",
        "Where sources disagree",
        "source port",
        "Legitimate sessions",
        "ask both which of them had it then",
        "https://rdap.",
        "as of 2022-01-01",
    ];
    for part in parts {
        assert!(report.contains(part), "{part}");
    }
}
