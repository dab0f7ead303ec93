//! What analysts judge: commands, the file by hand, the history, the seal, the report anew.

use std::{
    fs,
    sync::{LazyLock, Mutex},
};

use crate::yard::{Ran, Yard, write};

/// A case of the scenario, investigated once; every test works on a copy of it.
static CASE: LazyLock<Mutex<Yard>> = LazyLock::new(|| {
    let yard = Yard::new();
    let made = yard.run(&["scenario", "--seed", "7", "--scale", "4000", "--out", "made"]);
    assert_eq!(made.code, 0, "{}", made.err);
    let ran = yard.run(&["investigate", "made/logs", "--out", "case", "--quiet"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    Mutex::new(yard)
});

fn copy(from: &std::path::Path, to: &std::path::Path) {
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

/// A yard with a case of its own.
fn yard() -> Yard {
    let yard = Yard::new();
    let shared = CASE.lock().unwrap();
    copy(&shared.path("case"), &yard.path("case"));
    // The log is continued with the key that began it.
    copy(&shared.path(".config"), &yard.path(".config"));
    yard
}

fn assess(yard: &Yard, arguments: &[&str]) -> Ran {
    let mut all = vec!["assess", "case", "--by", "ana"];
    all.extend(arguments);
    yard.run(&all)
}

fn done(yard: &Yard, arguments: &[&str]) -> Ran {
    let ran = assess(yard, arguments);
    assert_eq!(ran.code, 0, "{arguments:?}: {}{}", ran.out, ran.err);
    ran
}

fn json(yard: &Yard, arguments: &[&str]) -> serde_json::Value {
    let mut all = vec!["--json"];
    all.extend(arguments);
    serde_json::from_str(done(yard, &all).out.lines().next().unwrap()).unwrap()
}

/// The best share of a hypothesis about the first campaign.
fn share(document: &serde_json::Value, level: &str, hypothesis: &str) -> f64 {
    let all = document["assessments"].as_array().unwrap();
    let is = |one: &&serde_json::Value| one["subject"] == "C-01" && one["level"] == level;
    let found = all.iter().find(is).unwrap()["hypotheses"].as_array().unwrap();
    found.iter().find(|one| one["id"] == hypothesis).unwrap()["best"].as_f64().unwrap()
}

const EVIDENCE: [&str; 20] = [
    "add",
    "evidence",
    "E-01",
    "--text",
    "The lines keep the hours of the night shift",
    "--kind",
    "time_pattern",
    "--source",
    "the roster",
    "--reliability",
    "B",
    "--credibility",
    "2",
    "--cost",
    "dear",
    "--about",
    "C-01",
    "--why",
    "it came today",
    "--quiet",
];

fn cell<'a>(hypothesis: &'a str, low: &'a str, best: &'a str, high: &'a str) -> Vec<&'a str> {
    vec![
        "set",
        "cell",
        "E-01",
        hypothesis,
        low,
        best,
        high,
        "--question",
        "actor",
        "--about",
        "C-01",
        "--why",
        "it fits",
    ]
}

#[test]
fn every_question_is_told_with_its_rivals_in_both_languages() {
    let yard = yard();
    let ran = done(&yard, &[]);
    for words in
        ["C-01/soil", "C-01/infrastructure", "C-01/actor", "C-01/sponsor", "unknown-or-other"]
    {
        assert!(ran.out.contains(words), "{words}: {}", ran.out);
    }
    assert!(!ran.out.contains("attacked"), "no accusation: {}", ran.out);
    let fil = done(&yard, &["--lang", "fil", "--subject", "C-01", "--level", "actor"]);
    assert!(fil.out.contains("kampanya") && !fil.out.contains("C-01/soil"), "{}", fil.out);
    let next = done(&yard, &["next", "--subject", "C-01"]);
    assert!(next.out.contains("bits expected"), "{}", next.out);
    assert_eq!(assess(&yard, &["explain", "nothing-such"]).code, 2);
    let explained = done(&yard, &["explain", "unknown-or-other", "--level", "actor"]);
    assert!(explained.out.contains("before the evidence"), "{}", explained.out);
}

#[test]
fn an_item_is_explained_by_the_number_that_the_sentences_give_it() {
    let yard = yard();
    let soil = ["--subject", "C-01", "--level", "soil"];
    let shown = done(&yard, &soil);
    assert!(shown.out.contains("Evidence: E1 net-relays B"), "{}", shown.out);
    let by_name = done(&yard, &["explain", "net-relays", soil[0], soil[1], soil[2], soil[3]]);
    for number in ["E1", "e1", "1"] {
        let ran = done(&yard, &["explain", number, soil[0], soil[1], soil[2], soil[3]]);
        assert_eq!(ran.out, by_name.out, "{number}");
        assert!(ran.out.contains("E1 net-relays. "), "{}", ran.out);
    }
    let everywhere = done(&yard, &["explain", "E1", "--subject", "C-01"]);
    for head in ["C-01/soil E1 net-relays", "C-01/actor E1 case-"] {
        assert!(everywhere.out.contains(head), "{head}: {}", everywhere.out);
    }
    assert_eq!(assess(&yard, &["explain", "E99"]).code, 2);
    assert_eq!(assess(&yard, &["explain", "E0"]).code, 2);
}

#[test]
fn an_answer_says_what_it_owes_to_the_prior_and_what_logs_are_absent() {
    let yard = yard();
    let actor = done(&yard, &["--subject", "C-01", "--level", "actor"]);
    let text = actor.out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains("a starting weight and no finding"), "{text}");
    assert!(text.contains("mostly what was held before"), "{text}");
    let next = done(&yard, &["next", "--subject", "C-01"]);
    let text = next.out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains("none is among the logs that were given"), "{text}");
    assert!(text.contains("believed 0.50 (F)"), "{text}");
    let case: serde_json::Value =
        serde_json::from_slice(&fs::read(yard.path("case/case.json")).unwrap()).unwrap();
    let families = case["sources"].as_array().unwrap().iter().filter(|s| s["events"] != 0);
    assert!(families.clone().count() > 0);
    for source in families {
        assert!(!source["families"].as_array().unwrap().is_empty(), "{source}");
    }
}

#[test]
fn a_party_that_is_rated_is_asked_by_its_rating() {
    let yard = yard();
    let asked = |yard: &Yard| -> serde_json::Value {
        let all = json(yard, &[]);
        let soil = all["assessments"].as_array().unwrap().iter();
        let mut soil = soil.filter(|one| one["subject"] == "C-01" && one["level"] == "soil");
        let next = soil.next().unwrap()["next"].as_array().unwrap().clone();
        next.into_iter().find(|n| n["id"].as_str().unwrap().starts_with("subscriber-")).unwrap()
    };
    let before = asked(&yard);
    let whom = before["whom"]["en"].as_str().unwrap();
    let name = whom.rsplit_once(" (AS").unwrap().0;
    let rated = ["set", "rating", "--party", name, "--reliability", "B", "--why", "it answers"];
    done(&yard, &rated);
    let after = asked(&yard);
    assert_eq!((&before["grade"], &after["grade"]), (&"F".into(), &"B".into()));
    assert!(after["bits"].as_f64() > before["bits"].as_f64());
    let text = fs::read_to_string(yard.path("case/assessment.toml")).unwrap();
    assert!(text.contains("[[rating]]\nparty = "), "{text}");
    let both = ["set", "rating", "E-01", "--party", name, "--reliability", "B", "--why", "w"];
    assert_eq!(assess(&yard, &both).code, 2);
    let none = ["set", "rating", "E-99", "--reliability", "B", "--why", "w"];
    let ran = assess(&yard, &none);
    assert!(ran.code == 2 && ran.err.contains("'E-99' is not in this case"), "{}", ran.err);
}

#[test]
fn a_judgement_moves_the_numbers_and_is_kept_with_its_reason() {
    let yard = yard();
    let before = json(&yard, &[]);
    done(&yard, &EVIDENCE);
    let shown = json(&yard, &[]);
    assert_eq!(
        share(&before, "actor", "insider"),
        share(&shown, "actor", "insider"),
        "no cells yet"
    );
    done(&yard, &cell("insider", "0.7", "0.8", "0.9"));
    done(&yard, &cell("one-outside", "0.05", "0.1", "0.2"));
    let after = json(&yard, &[]);
    assert!(share(&after, "actor", "insider") > share(&before, "actor", "insider") + 0.02);
    assert_eq!(
        share(&after, "soil", "unknown-or-other"),
        share(&before, "soil", "unknown-or-other")
    );
    let explained = done(&yard, &["explain", "E-01", "--subject", "C-01", "--level", "actor"]);
    assert!(explained.out.contains("it fits [ana]"), "{}", explained.out);
    let history = done(&yard, &["history"]);
    for words in ["added evidence E-01", "it came today", "added cell C-01/actor/E-01/insider"] {
        assert!(history.out.contains(words), "{words}: {}", history.out);
    }
    done(&yard, &["withdraw", "E-01", "--why", "of another month"]);
    let back = json(&yard, &[]);
    let near = (share(&back, "actor", "insider") - share(&before, "actor", "insider")).abs();
    assert!(near < 1e-9, "withdrawn is as if it had not been: {near}");
    let text = fs::read_to_string(yard.path("case/assessment.toml")).unwrap();
    assert!(text.contains("night shift"), "and it stays to be seen");
}

#[test]
fn what_was_thought_earlier_is_given_back() {
    let yard = yard();
    let sealed = json(&yard, &[]);
    done(&yard, &EVIDENCE);
    done(&yard, &cell("insider", "0.7", "0.8", "0.9"));
    let history = done(&yard, &["history", "--json"]);
    let times: Vec<String> = history
        .out
        .lines()
        .map(|line| {
            serde_json::from_str::<serde_json::Value>(line).unwrap()["at"]
                .as_str()
                .unwrap()
                .to_owned()
        })
        .collect();
    done(&yard, &cell("unknown-or-other", "0.01", "0.02", "0.05"));
    let today = json(&yard, &[]);
    let then = json(&yard, &["--at", &times[1]]);
    let first = json(&yard, &["--at", &times[0]]);
    let (a, b, c) = (
        share(&first, "actor", "insider"),
        share(&then, "actor", "insider"),
        share(&today, "actor", "insider"),
    );
    assert!(a < b && b < c, "{a} {b} {c}");
    assert_eq!(a, share(&sealed, "actor", "insider"));
    let ran = assess(&yard, &["--at", "2020-01-01"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("there was no case at 2020-01-01"), "{}", ran.err);
}

#[test]
fn a_file_edited_by_hand_counts_and_is_recorded_when_asked() {
    let yard = yard();
    let path = yard.path("case/assessment.toml");
    let text = "# our own notes\n[[prior]]\nlevel = \"actor\"\nhypothesis = \"insider\"\nprior = 0.4\n\
        reason = \"two of five\"\nby = \"ben\"\n";
    write(&path, text.as_bytes());
    let ran = done(&yard, &["--subject", "C-01", "--level", "actor"]);
    assert!(ran.err.contains("not in its history yet"), "{}", ran.err);
    assert!(share(&json(&yard, &[]), "actor", "insider") > 0.3);
    let ran = done(&yard, &["record", "--why", "the meeting of Monday"]);
    assert!(ran.out.contains("added prior all/actor/insider"), "{}", ran.out);
    let ran = done(&yard, &["record", "--why", "again"]);
    assert!(ran.out.contains("nothing to record"), "{}", ran.out);
    done(&yard, &EVIDENCE);
    let after = fs::read_to_string(&path).unwrap();
    assert!(after.starts_with("# our own notes\n[[prior]]"), "comments stay: {after}");
    write(&path, after.replace("prior = 0.4", "prior = 0.9").as_bytes());
    done(&yard, &["withdraw", "E-01", "--why", "no longer"]);
    let history = done(&yard, &["history"]);
    for words in ["changed prior all/actor/insider", "edited by hand in assessment.toml"] {
        assert!(history.out.contains(words), "{words}: {}", history.out);
    }
}

#[test]
fn what_is_wrong_is_refused_with_file_line_and_key_and_nothing_changes() {
    let yard = yard();
    let path = yard.path("case/assessment.toml");
    let wrong = "[[prior]]\nlevel = \"actor\"\nhypothesis = \"for-fame\"\nprior = 0.4\nreason = \"r\"\nby = \"b\"\n";
    write(&path, wrong.as_bytes());
    let ran = assess(&yard, &[]);
    assert_eq!(ran.code, 2);
    for words in [
        "case/assessment.toml: line 3: hypothesis: 'for-fame'",
        "insider",
        "docs/formats/assessment.md",
    ] {
        assert!(ran.err.contains(words), "{words}: {}", ran.err);
    }
    fs::remove_file(&path).unwrap();
    let ran = assess(&yard, &cell("insider", "0.9", "0.8", "0.7"));
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("E-01") || ran.err.contains("rise"), "{}", ran.err);
    assert!(!path.exists(), "nothing was written");
    let ran = yard.run(&[
        "assess",
        "case",
        "set",
        "prior",
        "insider",
        "0.2",
        "--question",
        "actor",
        "--why",
        "w",
    ]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("who judges?"), "{}", ran.err);
    let ran = yard.run(&["assess", "made-up"]);
    assert_eq!(ran.code, 2);
    assert!(!yard.path("made-up").exists());
    write(&yard.path("bakas.toml"), b"[analyst]\nname = \"carlo\"\n");
    let ran = yard.run(&[
        "assess",
        "case",
        "--config",
        "bakas.toml",
        "set",
        "prior",
        "insider",
        "0.2",
        "--question",
        "actor",
        "--why",
        "w",
    ]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(fs::read_to_string(&path).unwrap().contains("by = \"carlo\""));
}

#[test]
fn the_seal_holds_beside_judgements_and_the_history_cannot_be_altered() {
    let yard = yard();
    assert_eq!(yard.run(&["verify", "case"]).code, 0);
    done(&yard, &EVIDENCE);
    done(&yard, &cell("insider", "0.7", "0.8", "0.9"));
    done(&yard, &cell("one-outside", "0.1", "0.2", "0.3"));
    let ran = yard.run(&["verify", "case"]);
    assert_eq!(ran.code, 0, "{}", ran.out);
    assert!(ran.out.contains("its history holds, with 3 changes"), "{}", ran.out);
    let path = yard.path("case/assessment-history.ndjson");
    let whole = fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = whole.split_inclusive('\n').collect();
    let altered = [
        whole.replacen("it came today", "it came never", 1),
        format!("{}{}", lines[0], lines[2]),
        format!("{}{}{}", lines[1], lines[0], lines[2]),
        whole.replacen("0.8", "0.7", 1),
    ];
    for text in altered {
        write(&path, text.as_bytes());
        let ran = yard.run(&["verify", "case"]);
        assert_eq!(ran.code, 4, "{}", ran.out);
        assert!(ran.out.contains("assessment-history.ndjson: line"), "{}", ran.out);
        assert_eq!(assess(&yard, &[]).code, 4, "and nothing is built upon it");
    }
    // A line that was begun when its writer was ended was never told to anybody.
    write(&path, format!("{whole}{{\"schema\":\"bak").as_bytes());
    assert_eq!(yard.run(&["verify", "case"]).code, 0);
    done(&yard, &["withdraw", "E-01", "--why", "no longer"]);
    let ran = yard.run(&["verify", "case"]);
    assert!(ran.code == 0 && ran.out.contains("with 4 changes"), "{}", ran.out);
    write(&yard.path("case/notes.txt"), b"x");
    assert_eq!(yard.run(&["verify", "case"]).code, 4, "no other file may lie there");
}

#[test]
fn a_history_that_was_cut_or_written_anew_shows_beside_the_log() {
    let yard = yard();
    done(&yard, &EVIDENCE);
    let path = yard.path("case/assessment-history.ndjson");
    let one = fs::read_to_string(&path).unwrap();
    done(&yard, &cell("insider", "0.7", "0.8", "0.9"));
    let whole = fs::read_to_string(&path).unwrap();
    let toml = fs::read_to_string(yard.path("case/assessment.toml")).unwrap();
    assert_eq!(yard.run(&["verify", "case"]).code, 0);
    // The last line is cut: what is left follows from itself and reads well.
    write(&path, one.as_bytes());
    let ran = yard.run(&["verify", "case"]);
    assert_eq!(ran.code, 4, "{}", ran.out);
    let said =
        "assessment-history.ndjson: line 2 is missing: the log of the case says that there were 2";
    assert!(ran.out.contains(said), "{}", ran.out);
    let ran = assess(&yard, &["withdraw", "E-01", "--why", "no longer"]);
    assert!(ran.code == 4 && ran.err.contains("line 2 is missing"), "{}", ran.err);
    assert_eq!(fs::read_to_string(&path).unwrap(), one, "and nothing is built upon it");
    // All of it is gone.
    fs::remove_file(&path).unwrap();
    fs::remove_file(yard.path("case/assessment.toml")).unwrap();
    let ran = yard.run(&["verify", "case"]);
    assert!(ran.code == 4 && ran.out.contains("line 1 is missing"), "{}", ran.out);
    // Written anew, by the tool itself in another copy of the case.
    let other = self::yard();
    let mut again = EVIDENCE.to_vec();
    let why = again.iter().position(|one| *one == "it came today").unwrap();
    again[why] = "it never came";
    done(&other, &again);
    done(&other, &cell("insider", "0.1", "0.2", "0.3"));
    let anew = fs::read(other.path("case/assessment-history.ndjson")).unwrap();
    write(&path, &anew);
    let ran = yard.run(&["verify", "case"]);
    assert!(ran.code == 4 && ran.out.contains("line 1 is not the one that the log"), "{}", ran.out);
    assert!(ran.out.contains("line 2 is not the one"), "{}", ran.out);
    write(&path, whole.as_bytes());
    write(&yard.path("case/assessment.toml"), toml.as_bytes());
    assert_eq!(yard.run(&["verify", "case"]).code, 0, "put back, it holds again");
}

#[test]
fn many_at_once_lose_nothing() {
    let yard = yard();
    let children: Vec<_> = (0..6)
        .map(|n| {
            let id = format!("E-{n:02}");
            let mut arguments: Vec<String> =
                ["assess", "case", "--by", "ana"].map(str::to_owned).to_vec();
            arguments.extend(EVIDENCE.iter().map(|one| (*one).replace("E-01", &id)));
            yard.command().args(arguments).spawn().unwrap()
        })
        .collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    let text = fs::read_to_string(yard.path("case/assessment.toml")).unwrap();
    assert_eq!(text.matches("[[evidence]]").count(), 6, "{text}");
    let ran = yard.run(&["verify", "case"]);
    assert!(ran.code == 0 && ran.out.contains("with 6 changes; 0 entries"), "{}", ran.out);
}

#[test]
fn the_report_is_drawn_anew_and_the_sealed_one_stays() {
    let yard = yard();
    done(&yard, &EVIDENCE);
    done(&yard, &cell("insider", "0.7", "0.8", "0.9"));
    done(
        &yard,
        &[
            "add",
            "statement",
            "S-01",
            "--party",
            "Example Telecom",
            "--kind",
            "denial",
            "--words",
            "Wala kaming <kinalaman>.",
            "--language",
            "fil",
            "--date",
            "2026-02-01T15:00:00+08:00",
            "--of",
            "C-01/sponsor/state-directed",
            "--why",
            "said so",
        ],
    );
    let sealed = fs::read(yard.path("case/report.html")).unwrap();
    assert_eq!(yard.run(&["report", "case", "--out", "now.html"]).code, 0);
    assert_eq!(yard.run(&["report", "case", "--out", "now.pdf", "--lang", "fil"]).code, 0);
    let page = fs::read_to_string(yard.path("now.html")).unwrap();
    for words in [
        "by ana",
        "night shift",
        "Wala kaming &lt;kinalaman&gt;.",
        "<pattern",
        "What was thought earlier",
        "Said by Example Telecom, on 2026-02-01 07:00 UTC; entered as a denial",
    ] {
        assert!(page.contains(words), "{words}");
    }
    assert!(!page.contains("<kinalaman>"), "what a party says is not markup");
    assert!(fs::read(yard.path("now.pdf")).unwrap().starts_with(b"%PDF"));
    assert_eq!(fs::read(yard.path("case/report.html")).unwrap(), sealed);
    assert_eq!(yard.run(&["report", "case", "--out", "now.html"]).code, 4, "what is there stays");
    assert_eq!(yard.run(&["report", "case", "--out", "now.html", "--replace"]).code, 0);
    let ran = yard.run(&["report", "case", "--out", "case/now.html"]);
    assert!(ran.code == 2 && ran.err.contains("sealed"), "{}", ran.err);
    assert_eq!(yard.run(&["report", "case", "--out", "now.txt"]).code, 2);
    assert_eq!(yard.run(&["verify", "case"]).code, 0);
}

#[test]
fn judgements_outlive_a_case_that_is_made_anew() {
    let yard = yard();
    done(&yard, &EVIDENCE);
    let shared = CASE.lock().unwrap();
    let logs = shared.path("made/logs");
    let ran =
        yard.run(&["investigate", logs.to_str().unwrap(), "--out", "case", "--replace", "--quiet"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let ran = done(&yard, &["history"]);
    assert!(ran.out.contains("added evidence E-01"), "{}", ran.out);
    assert_eq!(yard.run(&["verify", "case"]).code, 0);
    fs::write(yard.path("case/assessment-history.ndjson"), "").unwrap();
    let ran = yard.run(&["verify", "case"]);
    assert!(
        ran.code == 4 && ran.out.contains("line 1 is missing"),
        "the new log knows: {}",
        ran.out
    );
}

#[test]
fn habits_beside_profiles_come_with_their_base_rate_and_name_nobody() {
    let yard = yard();
    let mut objects = Vec::new();
    let all =
        ["T1110", "T1110.003", "T1110.001", "T1090", "T1087.004", "T1589.002", "T1566", "T1059"];
    for id in all {
        objects.push(format!(
            "{{\"type\":\"attack-pattern\",\"id\":\"attack-pattern--{id}\",\"external_references\":[{{\"source_name\":\"mitre-attack\",\"external_id\":\"{id}\"}}]}}"
        ));
    }
    for n in 0..24 {
        objects.push(format!("{{\"type\":\"intrusion-set\",\"id\":\"intrusion-set--g{n}\",\"name\":\"Group <b>{n}\\u001b[31m\"}}"));
        for id in all.iter().skip(n % 3).take(5) {
            objects.push(format!(
                "{{\"type\":\"relationship\",\"id\":\"relationship--{n}-{id}\",\"relationship_type\":\"uses\",\"source_ref\":\"intrusion-set--g{n}\",\"target_ref\":\"attack-pattern--{id}\"}}"
            ));
        }
    }
    let bundle =
        format!("{{\"type\":\"bundle\",\"id\":\"bundle--1\",\"objects\":[{}]}}", objects.join(","));
    write(&yard.path("groups.json"), bundle.as_bytes());
    let before = json(&yard, &[]);
    let ran = done(&yard, &["--subject", "C-01", "--level", "actor", "--profiles", "groups.json"]);
    for words in ["names nobody", "of 24 at least as similar", "of 100 draws"] {
        assert!(ran.out.contains(words), "{words}: {}", ran.out);
    }
    assert!(!ran.out.contains('\u{1b}'), "a name cannot drive the terminal");
    let after = json(&yard, &["--profiles", "groups.json"]);
    for level in ["soil", "infrastructure", "actor", "sponsor"] {
        let share = |document| share(document, level, "unknown-or-other");
        assert_eq!(share(&before), share(&after), "it moves no explanation");
    }
    assert_eq!(
        yard.run(&["report", "case", "--out", "k.html", "--profiles", "groups.json"]).code,
        0
    );
    let page = fs::read_to_string(yard.path("k.html")).unwrap();
    assert!(
        page.contains("names nobody")
            && page.contains("Group &lt;b&gt;")
            && !page.contains("Group <b>")
    );
    write(&yard.path("broken.json"), b"{\"type\":\"bundle\",\n\"objects\":[}");
    let ran = assess(&yard, &["--profiles", "broken.json"]);
    assert!(ran.code == 2 && ran.err.contains("broken.json: line 2"), "{}", ran.err);
}
