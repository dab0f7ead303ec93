//! The dialogue of the manual, played from its page by `scripts/dialogue` with this binary: what
//! comes of it is what the scenario's truth says, and the check of it can fail. Needs bash and
//! Python, and says so where they are missing.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use bakas_scenario::operator::truth::{OperatorFlow, OperatorTruth};
use serde_json::Value;

fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

fn has(program: &str) -> bool {
    let found = Command::new(program).arg("--version").stdin(Stdio::null()).output();
    let there = found.is_ok_and(|output| output.status.success());
    if !there {
        println!("skipped: {program} is not here");
    }
    there
}

/// Plays the page into a folder.
fn play(folder: &Path, home: &Path) -> (Option<i32>, String) {
    let mut command = Command::new("bash");
    command
        .arg(project().join("scripts/dialogue"))
        .env("BAKAS", env!("CARGO_BIN_EXE_bakas"))
        .env("FOLDER", folder)
        .env("SEED", "7")
        .env("SCALE", "4000")
        .env("HOME", home)
        .stdin(Stdio::null());
    let output = command.output().unwrap();
    (output.status.code(), said(&output))
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[test]
fn the_dialogue_of_the_manual_comes_out_as_the_truth_has_it() {
    if !has("bash") || !has("python3") {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("dialogue");
    let (code, out) = play(&folder, dir.path());
    assert_eq!(code, Some(0), "{out}");
    assert!(out.contains("right: of the ten, 10 were identified as whose they were"), "{out}");
    assert!(out.contains("without the port it is told as ambiguous"), "{out}");
    assert!(out.contains("accepted: dossier, e2e/verify/check_bag.py"), "{out}");
    let shares = |mark: &str| out.lines().filter(|line| line.starts_with(mark)).count();
    assert!(shares("<   H") > 0 && shares("<   H") == shares(">   H"), "before and after: {out}");
    the_check_can_fail(&folder);
    without_the_clock_others_are_found(&folder, dir.path());
}

/// One reference exchanged for another, and the check says so.
fn the_check_can_fail(folder: &Path) {
    let path = folder.join("post/answer.json");
    let good = fs::read_to_string(&path).unwrap();
    let mut answer: Value = serde_json::from_str(&good).unwrap();
    let flows = answer["package"]["content"]["of"]["flows"].as_array_mut().unwrap();
    let other = flows[1]["candidates"].clone();
    flows[0]["candidates"] = other;
    fs::write(&path, answer.to_string()).unwrap();
    let check = || {
        let mut command = Command::new("python3");
        let script = project().join("scripts/dialogue-check.py");
        command.arg(script).arg(folder).stdin(Stdio::null()).output().unwrap()
    };
    let output = check();
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains("WRONG: of the ten, 9"), "{}", said(&output));
    fs::write(&path, good).unwrap();
    assert_eq!(check().status.code(), Some(0));
}

/// What the operator knows of its clock and zone is needed: without it most look-ups go wrong.
fn without_the_clock_others_are_found(folder: &Path, home: &Path) {
    let bare = folder.join("bare");
    for name in ["nat/cgn1.log", "radius/radacct.csv", "dhcp/kea-leases4.csv", "flows/conn.log"] {
        let to = bare.join(name);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(folder.join("scenario/operator").join(name), to).unwrap();
    }
    fs::write(
        bare.join("bakas.toml"),
        "[[source]]\npath = \"**\"\nyear_reference = \"2026-02-05\"\n",
    )
    .unwrap();
    let found = |logs: &str| -> Vec<Vec<Option<String>>> {
        let output = Command::new(env!("CARGO_BIN_EXE_bakas"))
            .args(["answer", "2026-017", "--case", "theirs/desk", "--json", "--logs", logs])
            .current_dir(folder)
            .env("HOME", home)
            .env("BAKAS_KEY", "theirs/key")
            .stdin(Stdio::null())
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", said(&output));
        let proposal: Value = serde_json::from_slice(&output.stdout).unwrap();
        let flows = proposal["flows"].as_array().unwrap().iter();
        let held = flows.map(|flow| flow["found"]["held"].as_array().unwrap());
        held.map(|held| {
            held.iter().map(|one| one["subscriber"].as_str().map(str::to_owned)).collect()
        })
        .collect()
    };
    let real = truth_of_the_ten(folder);
    let right = |found: &[Vec<Option<String>>]| {
        let both = found.iter().zip(&real);
        both.filter(|(found, real)| **found == [Some(real.subscriber.clone())]).count()
    };
    assert_eq!(right(&found("scenario/operator")), 10);
    let bare = right(&found("bare"));
    assert!(bare <= 5, "the operator's clock and zone matter: {bare} of 10 were right without");
}

fn truth_of_the_ten(folder: &Path) -> Vec<OperatorFlow> {
    let truth = OperatorTruth::read(&folder.join("scenario/operator-truth.ndjson")).unwrap();
    let request: Value =
        serde_json::from_slice(&fs::read(folder.join("post/request.json")).unwrap()).unwrap();
    let flows = request["package"]["content"]["of"]["flows"].as_array().unwrap().clone();
    let of = |flow: Value| {
        let evidence = &flow["evidence"][0];
        let is_it = |one: &&OperatorFlow| {
            evidence["file"] == one.file.as_str() && evidence["offset"] == one.offset
        };
        truth.flows.iter().find(is_it).expect("an attacking record of the kept days").clone()
    };
    flows.into_iter().map(of).collect()
}

#[test]
fn a_folder_of_somebody_else_is_left_alone() {
    if !has("bash") {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("thesis");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("thesis.txt"), "years of work").unwrap();
    let (code, out) = play(&folder, dir.path());
    assert_eq!(code, Some(2), "{out}");
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1, "{out}");
}
