//! A case appears whole or not at all.

use std::{fs, path::Path, process::Command};

use bakas_store::{CaseFolder, StoreError};
use serde_json::json;

fn case() -> serde_json::Value {
    json!({"schema": "bakas-case/1", "name": "x"})
}

fn write_case(out: &Path, replace: bool, extra: &str) -> Result<std::path::PathBuf, StoreError> {
    let folder = CaseFolder::create(out, replace)?;
    folder.write_json("case.json", &case())?;
    folder.write_bytes("seal/manifest.note", b"note")?;
    let mut lines = folder.ndjson("findings.ndjson")?;
    lines.write(&json!({"extra": extra}))?;
    assert_eq!(lines.finish()?, 1);
    fs::write(folder.events_dir()?.join("part.parquet"), "PAR1").unwrap();
    fs::write(folder.temp_dir().join("spool"), "gone").unwrap();
    let names: Vec<String> = folder.files()?.into_iter().map(|(name, _)| name).collect();
    assert_eq!(
        names,
        ["case.json", "events/part.parquet", "findings.ndjson", "seal/manifest.note"]
    );
    folder.commit()
}

fn entries(dir: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn a_committed_case_stands_alone() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("deep/case");
    assert_eq!(write_case(&out, false, "1").unwrap(), out);
    assert_eq!(entries(&dir.path().join("deep")), ["case"]);
    assert_eq!(entries(&out), ["case.json", "events", "findings.ndjson", "seal"]);
    assert_eq!(fs::read_to_string(out.join("findings.ndjson")).unwrap(), "{\"extra\":\"1\"}\n");
}

#[test]
fn an_older_case_gives_way_only_when_asked() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("case");
    write_case(&out, false, "1").unwrap();
    fs::write(out.join("report.html"), "old").unwrap();
    let refused = write_case(&out, false, "2").unwrap_err();
    assert!(matches!(refused, StoreError::Taken { .. }));
    assert!(refused.to_string().contains("holds a case already"), "{refused}");
    write_case(&out, true, "2").unwrap();
    assert_eq!(fs::read_to_string(out.join("findings.ndjson")).unwrap(), "{\"extra\":\"2\"}\n");
    assert!(!out.join("report.html").exists(), "nothing of the older case is left");
    assert_eq!(entries(dir.path()), ["case"]);
}

#[test]
fn what_is_not_a_case_is_never_replaced() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("photos");
    fs::create_dir(&out).unwrap();
    write_case(&out, false, "an empty folder is free").unwrap();
    for name in ["mine", "case.json"] {
        let out = dir.path().join(format!("other-{name}"));
        fs::create_dir(&out).unwrap();
        fs::write(out.join(name), "{\"schema\":\"other/1\"}").unwrap();
        assert!(matches!(write_case(&out, true, "").unwrap_err(), StoreError::Taken { .. }));
        assert_eq!(entries(&out), [name]);
    }
    let file = dir.path().join("file");
    fs::write(&file, "").unwrap();
    assert!(matches!(write_case(&file, true, "").unwrap_err(), StoreError::Taken { .. }));
}

#[test]
fn an_uncommitted_case_is_removed() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("case");
    let folder = CaseFolder::create(&out, false).unwrap();
    folder.write_json("case.json", &case()).unwrap();
    assert!(!out.exists(), "it has no name yet");
    assert_eq!(entries(dir.path()), ["case.partial"]);
    drop(folder);
    assert_eq!(entries(dir.path()), [""; 0]);
    let folder = CaseFolder::create(&out, false).unwrap();
    folder.abandon().unwrap();
    assert_eq!(entries(dir.path()), [""; 0]);
}

#[test]
fn a_file_that_was_not_finished_is_no_part_of_a_case() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("case");
    let folder = CaseFolder::create(&out, false).unwrap();
    let lines = folder.ndjson("evidence.ndjson").unwrap();
    drop(lines);
    let refused = folder.commit().unwrap_err();
    assert!(refused.to_string().contains("evidence.ndjson"), "{refused}");
    assert_eq!(entries(dir.path()), [""; 0]);
}

#[test]
fn two_runs_do_not_write_one_case() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("case");
    let first = CaseFolder::create(&out, false).unwrap();
    let second = CaseFolder::create(&out, false).unwrap_err();
    assert!(second.to_string().contains("another run"), "{second}");
    first.write_json("case.json", &case()).unwrap();
    first.commit().unwrap();
}

#[test]
fn what_a_killed_run_left_is_cleared_and_nothing_else() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("case");
    let partial = dir.path().join("case.partial");
    // As a killed run leaves it: the marker is there, and nobody holds its lock.
    fs::create_dir(&partial).unwrap();
    fs::write(partial.join(".bakas-partial"), "").unwrap();
    fs::write(partial.join("findings.ndjson"), "half a li").unwrap();
    write_case(&out, false, "1").unwrap();
    assert_eq!(entries(dir.path()), ["case"]);
    fs::create_dir(&partial).unwrap();
    fs::write(partial.join("thesis.txt"), "").unwrap();
    let refused = write_case(&out, true, "2").unwrap_err();
    assert!(refused.to_string().contains("not ours"), "{refused}");
    assert_eq!(entries(&partial), ["thesis.txt"]);
}

#[test]
fn names_stay_within_the_folder() {
    let dir = tempfile::tempdir().unwrap();
    let folder = CaseFolder::create(&dir.path().join("case"), false).unwrap();
    for name in ["", "..", "../x", "/etc/x", "a/../../x", ".temp/x", "a\\b"] {
        let refused = folder.write_bytes(name, b"").unwrap_err();
        assert!(matches!(refused, StoreError::BadName(_)), "{name:?}: {refused}");
    }
    folder.write_bytes("once", b"").unwrap();
    assert!(folder.write_bytes("once", b"").is_err(), "nothing is written twice");
}

#[test]
fn a_full_disk_leaves_no_case() {
    let dir = tempfile::tempdir().unwrap();
    let mounted = Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=256k", "tmpfs"])
        .arg(dir.path())
        .output()
        .is_ok_and(|output| output.status.success());
    if !mounted {
        return println!("skipped: a small file system cannot be mounted here");
    }
    let out = dir.path().join("case");
    let failed = fill(&out);
    let left = entries(dir.path());
    let unmounted = Command::new("umount").arg(dir.path()).status();
    assert!(unmounted.is_ok_and(|status| status.success()));
    assert!(failed.is_disk_full(), "{failed:?}");
    assert_eq!(left, [""; 0], "neither the case nor its parts are left");
}

fn fill(out: &Path) -> StoreError {
    let folder = CaseFolder::create(out, false).unwrap();
    folder.write_json("case.json", &case()).unwrap();
    let mut lines = folder.ndjson("evidence.ndjson").unwrap();
    let line = "x".repeat(1000);
    for _ in 0..10_000 {
        if let Err(e) = lines.write(&line) {
            return e;
        }
    }
    lines.finish().expect_err("10 MB do not fit in 256 KiB")
}
