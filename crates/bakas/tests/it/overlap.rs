//! The private overlap check, played by two installations with files alone.

use std::fs;

use crate::yard::{Ran, Yard, write};

/// Two installations in one yard: each with a key, a data folder and a list.
fn yard() -> Yard {
    let yard = Yard::new();
    let list = |from: usize, to: usize| {
        (from..to).map(|n| format!("198.51.100.{n}\n")).collect::<String>()
    };
    write(&yard.path("a.txt"), (list(0, 60) + "10.0.0.1\naccount: Ana\n").as_bytes());
    write(&yard.path("b.txt"), (list(40, 100) + "10.0.0.1\naccount:ana\n").as_bytes());
    for side in ["a", "b"] {
        let key = run(&yard, side, &["key"]);
        write(&yard.path(&format!("{side}.pub")), key.out.as_bytes());
        assert!(key.err.contains("fingerprint"), "{}", key.err);
    }
    yard
}

fn run(yard: &Yard, side: &str, arguments: &[&str]) -> Ran {
    let (key, data) = (format!("{side}.key"), format!("data-{side}"));
    let mut all = vec!["overlap", "--key", &key, "--data", &data];
    all.extend(arguments);
    yard.run(&all)
}

fn done(yard: &Yard, side: &str, arguments: &[&str]) -> Ran {
    let ran = run(yard, side, arguments);
    assert_eq!(ran.code, 0, "{side} {arguments:?}: {}{}", ran.out, ran.err);
    ran
}

const ASK: &[&str] = &["ask", "--list", "a.txt", "--to", "b.pub", "--out", "ask.overlap"];
const REPLY: &[&str] =
    &["reply", "ask.overlap", "--from", "a.pub", "--list", "b.txt", "--out", "answer.overlap"];
const CLOSE: &[&str] = &["result", "answer.overlap", "--out", "closing.overlap"];

#[test]
fn two_installations_learn_what_they_share_and_no_more() {
    let yard = yard();
    let asked = done(&yard, "a", ASK);
    assert!(
        asked.out.starts_with("61 observables of ours are compared; the other sees 100"),
        "{}",
        asked.out
    );
    assert!(asked.err.contains("1 private or local addresses were left out"), "{}", asked.err);
    let answered = done(&yard, "b", REPLY);
    assert!(answered.err.contains("can test 100 guesses"), "{}", answered.err);
    let shared: Vec<String> = (40..60)
        .map(|n| format!("ipv4:198.51.100.{n}"))
        .chain(["account:ana".to_owned()])
        .collect();
    let lines = |ran: &Ran| ran.out.lines().skip(1).map(str::to_owned).collect::<Vec<_>>();
    let ours = done(&yard, "a", CLOSE);
    assert!(
        ours.out.starts_with("21 of our 61 observables are shared; the other has at most 100"),
        "{}",
        ours.out
    );
    assert_eq!(sorted(lines(&ours)), sorted(shared));
    let theirs = done(&yard, "b", &["result", "closing.overlap"]);
    assert_eq!(lines(&theirs), lines(&ours));
    // The secret is gone, the outcome is kept, and the same message says the same again.
    for side in ["a", "b"] {
        let folder = fs::read_dir(yard.path(&format!("data-{side}/overlap"))).unwrap();
        let check = folder.flatten().map(|one| one.path()).find(|path| path.is_dir()).unwrap();
        assert!(check.join("result.json").exists() && !check.join("open.json").exists());
    }
    assert_eq!(done(&yard, "b", &["result", "closing.overlap"]).out, theirs.out);
    fs::remove_file(yard.path("closing.overlap")).unwrap();
    assert_eq!(done(&yard, "a", CLOSE).out, ours.out);
    // No observable stands in any file that was sent.
    for name in ["ask.overlap", "answer.overlap", "closing.overlap"] {
        let bytes = fs::read(yard.path(name)).unwrap();
        assert!(!bytes.windows(10).any(|part| part == b"198.51.100"), "{name}");
    }
}

fn sorted(mut lines: Vec<String>) -> Vec<String> {
    lines.sort();
    lines
}

#[test]
fn strangers_replays_and_too_much_are_refused() {
    let yard = yard();
    done(&yard, "a", ASK);
    let refused = |side: &str, arguments: &[&str], why: &str| {
        let ran = run(&yard, side, arguments);
        assert_eq!(ran.code, 4, "{arguments:?}: {}", ran.err);
        assert!(ran.err.contains(why), "{}", ran.err);
    };
    // By another key than it says, for another than us, and over the quota.
    let by_b = ["reply", "ask.overlap", "--from", "b.pub", "--list", "b.txt", "--out", "x"];
    refused("b", &by_b, "not by the party that was expected");
    let third = ["reply", "ask.overlap", "--from", "a.pub", "--list", "b.txt", "--out", "x"];
    refused("c", &third, "addressed to another key");
    let small = [REPLY, &["--quota", "99"]].concat();
    refused("b", &small, "over the quota: 0 of 99");
    // The same ask is answered once: the second time it is the same answer, and costs nothing.
    let tight = [REPLY, &["--quota", "100"]].concat();
    done(&yard, "b", &tight);
    refused("b", &tight, "answer.overlap is there already");
    let first = fs::read(yard.path("answer.overlap")).unwrap();
    fs::remove_file(yard.path("answer.overlap")).unwrap();
    assert!(done(&yard, "b", &tight).err.contains("it is the same answer"));
    assert_eq!(fs::read(yard.path("answer.overlap")).unwrap(), first);
    // A second ask on the same day is over it.
    done(&yard, "a", &["ask", "--list", "a.txt", "--to", "b.pub", "--out", "ask2.overlap"]);
    let second = [
        "reply",
        "ask2.overlap",
        "--from",
        "a.pub",
        "--list",
        "b.txt",
        "--out",
        "y",
        "--quota",
        "100",
    ];
    refused("b", &second, "100 of 100 are used up");
    // What was changed on the way, or belongs to nobody here.
    let mut changed = first;
    let last = changed.len() - 1;
    changed[last] ^= 1;
    write(&yard.path("changed.overlap"), &changed);
    refused("a", &["result", "changed.overlap", "--out", "z"], "not the one that was signed");
    refused("b", &["result", "answer.overlap", "--out", "z"], "not by the party that was expected");
    assert_eq!(run(&yard, "a", &["result", "ask.overlap"]).code, 2);
}

#[test]
fn a_case_keeps_and_seals_what_was_sent() {
    let yard = yard();
    let made = yard.run(&["scenario", "--seed", "7", "--scale", "4000", "--out", "made"]);
    assert_eq!(made.code, 0, "{}", made.err);
    let ran = yard.run(&["investigate", "made/logs", "--out", "case", "--quiet", "--key", "a.key"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let asked =
        done(&yard, "a", &["ask", "--case", "case", "--to", "b.pub", "--out", "ask.overlap"]);
    assert!(asked.out.contains("observables of ours are compared"), "{}", asked.out);
    // The other has a list in which half of the attackers stand.
    let case: serde_json::Value =
        serde_json::from_slice(&fs::read(yard.path("case/case.json")).unwrap()).unwrap();
    let addresses: std::collections::BTreeSet<String> = case["incidents"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|incident| incident["addresses"].as_array().unwrap())
        .map(|one| one["address"].as_str().unwrap().to_owned())
        .collect();
    // Private ones are not compared.
    let is_public =
        |text: &&String| !text.parse::<std::net::Ipv4Addr>().is_ok_and(|v4| v4.is_private());
    let some: Vec<&String> = addresses.iter().filter(is_public).step_by(2).collect();
    let list: String = some
        .iter()
        .map(|one| format!("{one}\n"))
        .chain((0..10).map(|n| format!("203.0.113.{n}\n")))
        .collect();
    write(&yard.path("b.txt"), list.as_bytes());
    done(&yard, "b", REPLY);
    let found = done(&yard, "a", CLOSE);
    assert_eq!(found.out.lines().count() - 1, some.len(), "{}", found.out);
    let kept = fs::read_dir(yard.path("case/overlap")).unwrap().count();
    assert_eq!(kept, 4, "ask, answer, closing, result");
    let verified = yard.run(&["verify", "case"]);
    assert_eq!(verified.code, 0, "{}{}", verified.out, verified.err);
    // A changed, missing or added transcript is named.
    let file = fs::read_dir(yard.path("case/overlap"))
        .unwrap()
        .flatten()
        .map(|one| one.path())
        .find(|path| path.to_string_lossy().ends_with("-answer.overlap"))
        .unwrap();
    let bytes = fs::read(&file).unwrap();
    let fails = |why: &str| {
        let ran = yard.run(&["verify", "case"]);
        assert_eq!(ran.code, 4, "{}", ran.out);
        assert!(ran.out.contains(why), "{}", ran.out);
    };
    fs::write(&file, b"other").unwrap();
    fails("-answer.overlap: it is not the one whose digest is in the log");
    fs::remove_file(&file).unwrap();
    fails("-answer.overlap: missing");
    fs::write(&file, bytes).unwrap();
    fs::write(yard.path("case/overlap/more"), b"").unwrap();
    fails("overlap/more: no leaf of the log names it");
}

#[test]
fn a_counterpart_may_be_named_as_in_parties_toml() {
    let yard = yard();
    let key = |side: &str| fs::read_to_string(yard.path(&format!("{side}.pub"))).unwrap();
    let us = "[us]\nid = \"us.example\"\nname = \"us\"\n";
    let party = |id: &str, key: &str| {
        format!("[[party]]\nid = \"{id}\"\nname = \"{id}\"\nkey = \"{}\"\n", key.trim())
    };
    let bare = "[[party]]\nid = \"bare.example\"\nname = \"bare\"\n";
    let text = us.to_owned() + &party("b.example", &key("b")) + bare;
    write(&yard.path("parties.toml"), text.as_bytes());
    write(&yard.path("theirs.toml"), (us.to_owned() + &party("a.example", &key("a"))).as_bytes());
    let ask = |to: &str, more: &[&str]| {
        let first = ["ask", "--list", "a.txt", "--to", to, "--out", "ask.overlap"];
        run(&yard, "a", &[&first[..], more].concat())
    };
    for (to, more, why) in [
        ("b.example", &[][..], "name parties.toml"),
        ("c.example", &["--parties", "parties.toml"], "does not have it"),
        ("bare.example", &["--parties", "parties.toml"], "without a key"),
    ] {
        let ran = ask(to, more);
        assert_eq!(ran.code, 2, "{}", ran.err);
        assert!(ran.err.contains(why) && ran.err.contains(to), "{}", ran.err);
    }
    assert_eq!(ask("b.example", &["--parties", "parties.toml"]).code, 0);
    done(
        &yard,
        "b",
        &[
            "reply",
            "ask.overlap",
            "--from",
            "a.example",
            "--parties",
            "theirs.toml",
            "--list",
            "b.txt",
            "--out",
            "answer.overlap",
        ],
    );
    let ours = done(&yard, "a", CLOSE);
    assert!(ours.out.starts_with("21 of our 61"), "{}", ours.out);
}
