//! Every command, as its help says.

use std::fs;

use crate::yard::{GOOD_LINE, Yard, write};

#[test]
fn help_and_mistypes_say_what_to_do() {
    let yard = Yard::new();
    let ran = yard.run(&["--help"]);
    assert_eq!(ran.code, 0);
    for command in
        ["investigate", "detect", "trace", "verify", "scenario", "score", "rules", "data", "ingest"]
    {
        assert!(ran.out.contains(command), "{command} stands in the help");
    }
    let ran = yard.run(&["investigat", "logs"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("investigate"), "{}", ran.err);
    let ran = yard.run(&["investigate", "nowhere", "--out", "case"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("nowhere") && ran.err.contains("hint"), "{}", ran.err);
}

#[test]
fn a_case_is_not_overwritten_unless_asked() {
    let yard = Yard::new();
    yard.log("a/access.log", GOOD_LINE.as_bytes());
    yard.investigate();
    let ran = yard.run(&["investigate", "logs", "--out", "case"]);
    assert_eq!(ran.code, 4, "{}", ran.err);
    fs::create_dir(yard.path("mine")).unwrap();
    write(&yard.path("mine/letter.txt"), b"keep me");
    let ran = yard.run(&["investigate", "logs", "--out", "mine", "--replace"]);
    assert_eq!(ran.code, 4, "what is no case is never replaced: {}", ran.err);
    assert!(yard.path("mine/letter.txt").exists());
}

#[test]
fn the_seal_holds_until_one_byte_changes() {
    let yard = Yard::new();
    yard.log("a/access.log", GOOD_LINE.repeat(10).as_bytes());
    yard.investigate();
    let ran = yard.run(&["verify", "case", "--inputs", "logs"]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("the seal holds"), "{}", ran.out);
    for name in ["case/report.html", "case/case.json", "logs/a/access.log"] {
        let path = yard.path(name);
        let bytes = fs::read(&path).unwrap();
        let mut changed = bytes.clone();
        let middle = changed.len() / 2;
        changed[middle] ^= 1;
        write(&path, &changed);
        let ran = yard.run(&["verify", "case", "--inputs", "logs"]);
        assert_eq!(ran.code, 4, "{name}");
        let short = name.split_once('/').unwrap().1;
        assert!(ran.out.contains(short), "{name} is named: {}", ran.out);
        write(&path, &bytes);
    }
    assert_eq!(yard.run(&["verify", "case", "--inputs", "logs"]).code, 0);
}

#[test]
fn detect_gives_findings_in_order_and_nothing_else() {
    let yard = Yard::new();
    let rule = "title: Passwd\nid: 6f3c6f5c-8a57-4d7e-9a52-3b0f5f0d7c11\nlogsource:\n  \
        category: webserver\ndetection:\n  s:\n    cs-uri-query|contains: /etc/passwd\n  \
        condition: s\nlevel: high\n";
    write(&yard.path("rule.yml"), rule.as_bytes());
    let bad = GOOD_LINE.replace("/index.html", "/?f=../../etc/passwd");
    yard.log("access.log", format!("{GOOD_LINE}{bad}{GOOD_LINE}{bad}").as_bytes());
    let ran = yard.run(&["detect", "--rules", "rule.yml", "logs/access.log"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let lines: Vec<serde_json::Value> =
        ran.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let numbers: Vec<_> = lines.iter().map(|l| l["line"].as_u64().unwrap()).collect();
    assert_eq!(numbers, [2, 4]);
    assert_eq!(lines[0]["offset"].as_u64().unwrap() as usize, GOOD_LINE.len());
    assert_eq!(lines[0]["title"], "Passwd");
    let asked = ["detect", "--rules", "rule.yml", "--fail-on", "high", "logs/access.log"];
    assert_eq!(yard.run(&asked).code, 1);
    let asked = ["detect", "--rules", "rule.yml", "--fail-on", "critical", "logs/access.log"];
    assert_eq!(yard.run(&asked).code, 0);
}

#[test]
fn trace_answers_for_a_time_and_names_its_sources() {
    let yard = Yard::new();
    let ran = yard.run(&["trace", "8.8.8.8", "2001:4860:4860::8888", "--at", "2026-01-05"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.contains("AS15169"), "{}", ran.out);
    let ran = yard.run(&["trace", "192.168.1.1", "8.8.8.8", "--at", "2026-01-05", "--json"]);
    let first: serde_json::Value = serde_json::from_str(ran.out.lines().next().unwrap()).unwrap();
    assert!(first["then"]["special"].is_string(), "{first}");
    let ran = yard.run(&["trace", "300.1.2.3"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("300.1.2.3"), "{}", ran.err);
}

#[test]
fn data_and_rules_say_what_is_built_in() {
    let yard = Yard::new();
    let ran = yard.run(&["data", "status"]);
    assert_eq!(ran.code, 0);
    assert!(ran.out.contains("CC BY 4.0") || ran.out.contains("CC-BY-4.0"), "{}", ran.out);
    let ran = yard.run(&["rules", "check"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(!ran.out.contains("not loaded"), "every built-in rule loads: {}", ran.out);
}

#[test]
fn shells_and_man_are_served() {
    let yard = Yard::new();
    assert!(yard.run(&["completions", "bash"]).out.contains("bakas"));
    assert!(yard.run(&["man"]).out.contains(".TH"));
}
