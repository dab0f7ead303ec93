//! Inputs of odd shape: each file is read once, under a name of its own, or named with a reason.

use bakas_model::RejectReason::{Duplicate, Unreadable};

use crate::yard::{Yard, events, rejected};

#[cfg(unix)]
#[test]
fn what_is_no_file_is_named_and_never_opened() {
    use std::os::unix::fs::symlink;
    let yard = Yard::new();
    yard.log("logs/a/access.log");
    symlink(".", yard.path("logs/a/loop")).unwrap();
    symlink("self", yard.path("logs/a/self")).unwrap();
    // Both would be read for ever.
    symlink("/dev/zero", yard.path("logs/a/zero")).unwrap();
    let pipe = yard.path("logs/a/pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let case = yard.investigate(&[yard.path("logs")]);
    for name in ["a/loop", "a/self", "a/zero", "a/pipe"] {
        assert_eq!(rejected(&case, name, Unreadable), 1, "{name}");
    }
    assert_eq!(case.counts.events, 1);
}

#[cfg(target_os = "linux")]
#[test]
fn names_that_are_no_text_stay_apart_and_are_found_again() {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt as _};
    let yard = Yard::new();
    for name in [&b"logs/a/bad\xff.log"[..], b"logs/a/bad\xfe.log", b"logs/a/new\nline.log"] {
        yard.log(OsStr::from_bytes(name));
    }
    let case = yard.investigate(&[yard.path("logs")]);
    let expected = [("a/bad\\xfe.log", 1), ("a/bad\\xff.log", 1), ("a/new\nline.log", 1)];
    assert_eq!(events(&case), expected);
    let logs = yard.path("logs");
    let verified = bakas_engine::verify::run(&yard.path("case"), Some(&logs), None).unwrap();
    assert!(verified.holds(), "{verified}");
}

#[test]
fn a_folder_that_looks_like_an_archive_is_a_folder() {
    let yard = Yard::new();
    yard.log("logs/b!/x.log");
    yard.log("logs/b!/y.log");
    let case = yard.investigate(&[yard.path("logs")]);
    assert_eq!(events(&case), [("b!/x.log", 1), ("b!/y.log", 1)]);
    let logs = yard.path("logs");
    let verified = bakas_engine::verify::run(&yard.path("case"), Some(&logs), None).unwrap();
    assert!(verified.holds() && verified.inputs == 2, "{verified}");
}

#[test]
fn the_case_being_made_is_no_log() {
    let yard = Yard::new();
    yard.log("logs/a/access.log");
    let logs = [yard.path("logs")];
    for _ in 0..2 {
        let done = yard.try_investigate(&logs, &yard.path("logs/case")).unwrap();
        assert_eq!(events(&done.case), [("a/access.log", 1)]);
    }
}

#[test]
fn several_inputs_keep_their_names_apart() {
    let yard = Yard::new();
    yard.log("one/logs/w/access.log");
    yard.log("two/logs/w/access.log");
    let one = yard.path("one/logs");
    let case = yard.investigate(&[one.clone(), yard.path("two/logs"), one.join("."), one]);
    assert_eq!(events(&case), [("logs/w/access.log", 1), ("logs~2/w/access.log", 1)]);
}

#[test]
fn a_file_given_by_itself_and_by_its_folder_is_read_once() {
    let yard = Yard::new();
    let file = yard.log("logs/a/access.log");
    let case = yard.investigate(&[yard.path("logs"), file]);
    assert_eq!(case.counts.events, 1);
    assert_eq!(rejected(&case, "logs/a/access.log", Duplicate), 1);
}

#[test]
fn a_configuration_holds_for_its_own_input_among_several() {
    let yard = Yard::new();
    yard.log("one/w/access.log");
    yard.log("two/w/access.log");
    let toml = b"[[source]]\npath = \"w/*\"\noffset_seconds = 3600\n";
    bakas_store::write_new(&yard.path("one/bakas.toml"), toml).unwrap();
    let case = yard.investigate(&[yard.path("one"), yard.path("two")]);
    let offsets: Vec<_> = case.sources.iter().map(|s| s.source.clock.offset_micros).collect();
    assert_eq!(offsets, [3_600_000_000, 0]);
}

#[test]
fn a_configuration_in_the_wrong_place_is_not_passed_over_in_silence() {
    let yard = Yard::new();
    yard.log("logs/a/access.log");
    bakas_store::write_new(&yard.path("logs/a/bakas.toml"), b"synthetic = true\n").unwrap();
    let case = yard.investigate(&[yard.path("logs")]);
    assert_eq!(rejected(&case, "a/bakas.toml", Unreadable), 1);
}

#[test]
fn a_broken_file_is_sealed_like_any_other() {
    let yard = Yard::new();
    yard.log("logs/a/access.log");
    // The end of an archive, and nothing before it.
    let broken = yard.path("logs/a/broken.zip");
    bakas_store::write_new(&broken, b"PK\x05\x06damaged").unwrap();
    let case = yard.investigate(&[yard.path("logs")]);
    let summary = case.sources.iter().find(|s| s.source.path == "a/broken.zip").unwrap();
    assert_eq!(summary.rejects.values().sum::<u64>(), 1, "told once: {:?}", case.rejects);
    let logs = yard.path("logs");
    let verified = bakas_engine::verify::run(&yard.path("case"), Some(&logs), None).unwrap();
    assert_eq!(verified.inputs, 2, "{verified}");
    std::fs::remove_file(&broken).unwrap();
    bakas_store::write_new(&broken, b"PK\x05\x06DAMAGED").unwrap();
    let verified = bakas_engine::verify::run(&yard.path("case"), Some(&logs), None).unwrap();
    assert!(!verified.holds(), "a changed input is seen even where nothing of it was read");
}

#[test]
fn a_growing_log_that_was_shipped_twice_is_read_once() {
    let yard = Yard::new();
    let line = |n: u32| crate::yard::LINE.replace("/index", &format!("/page-{n}"));
    let text = |lines: u32| (0..lines).map(line).collect::<String>();
    let write = |name: &str, text: &str| {
        let path = yard.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        bakas_store::write_new(&path, text.as_bytes()).unwrap();
    };
    // Shipped on three days, the second time in the midst of a line; and another agency's own.
    write("logs/a/monday/access.log", &text(40));
    write("logs/a/tuesday/access.log", text(9_000).get(..500_000).unwrap());
    write("logs/a/wednesday/access.log", &text(9_000));
    write("logs/b/access.log", &text(40));
    // Begins the same and goes on otherwise: a log of its own.
    write("logs/a/other.log", &(text(40) + &line(77)));
    let case = yard.investigate(&[yard.path("logs")]);
    let expected = [
        ("a/monday/access.log", 0),
        ("a/other.log", 41),
        ("a/tuesday/access.log", 0),
        ("a/wednesday/access.log", 9_000),
        ("b/access.log", 40),
    ];
    assert_eq!(events(&case), expected);
    assert_eq!(rejected(&case, "a/monday/access.log", Duplicate), 1);
    assert_eq!(rejected(&case, "a/tuesday/access.log", Duplicate), 1);
}
