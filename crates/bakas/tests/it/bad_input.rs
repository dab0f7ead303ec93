//! Input that is wrong: a counted reject or a clear error, never a crash, a hang or silence.

use std::{
    fs::{self, File},
    io::{Seek, SeekFrom, Write},
};

use bakas_model::RejectReason;

use crate::yard::{GOOD_LINE, Yard, events, rejected, write};

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in members {
        archive.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

#[test]
fn an_empty_file_is_a_source_without_events() {
    let yard = Yard::new();
    yard.log("a/empty.log", b"");
    yard.log("a/access.log", GOOD_LINE.as_bytes());
    let case = yard.investigate();
    assert_eq!(events(&case, "a/empty.log"), 0);
    assert_eq!(events(&case, "a/access.log"), 1);
}

#[test]
fn a_configuration_that_fits_nothing_is_told() {
    let yard = Yard::new();
    yard.log("welfare/access.log", GOOD_LINE.as_bytes());
    let text = "[[agency]]\nid = \"welfair\"\n\n[[source]]\npath = \"welfair/*\"\nzone = \"Asia/Manila\"\n";
    yard.log("bakas.toml", text.as_bytes());
    for command in ["ingest", "detect"] {
        let ran = yard.run(&[command, "logs"]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        assert!(
            ran.err.contains("[[source]] path = \"welfair/*\" is of no use here"),
            "{}",
            ran.err
        );
        assert!(ran.err.contains("there are welfare"), "{}", ran.err);
    }
    let case = yard.investigate();
    let told: Vec<_> = case.idle_entries.iter().map(|idle| idle.entry.as_str()).collect();
    assert_eq!(told, ["[[source]] path = \"welfair/*\"", "[[agency]] id = \"welfair\""]);
}

#[test]
fn binary_and_nuls_are_counted() {
    let yard = Yard::new();
    let noise: Vec<u8> =
        (0..100_000_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    yard.log("a/noise.bin", &noise);
    let with_nuls = format!("{GOOD_LINE}\0\0\0\0\n{GOOD_LINE}");
    yard.log("a/access.log", with_nuls.as_bytes());
    let case = yard.investigate();
    assert_eq!(rejected(&case, "a/noise.bin", RejectReason::UnknownFormat), 1);
    assert_eq!(events(&case, "a/access.log"), 2);
    let summary = case.sources.iter().find(|s| s.source.path == "a/access.log").unwrap();
    assert_eq!(summary.rejects.values().sum::<u64>(), 1, "{:?}", summary.rejects);
}

#[test]
fn invalid_utf8_is_read_and_shown_as_such() {
    let yard = Yard::new();
    let mut line = GOOD_LINE.replace("/index.html", "/caf\u{1}").into_bytes();
    let at = line.iter().position(|b| *b == 1).unwrap();
    line[at] = 0xe9;
    yard.log("a/access.log", &line);
    let case = yard.investigate();
    assert_eq!(events(&case, "a/access.log"), 1);
}

#[test]
fn a_line_of_a_gigabyte_is_one_reject() {
    let yard = Yard::new();
    let path = yard.log("a/access.log", GOOD_LINE.repeat(50).as_bytes());
    let mut file = File::options().append(true).open(&path).unwrap();
    file.write_all(b"192.0.2.7 - - ").unwrap();
    // A hole: a gigabyte that takes no room.
    let end = file.seek(SeekFrom::End(0)).unwrap() + (1 << 30);
    file.set_len(end).unwrap();
    file.write_all(format!("\n{GOOD_LINE}").as_bytes()).unwrap();
    let case = yard.investigate();
    assert_eq!(events(&case, "a/access.log"), 51);
    assert_eq!(rejected(&case, "a/access.log", RejectReason::TooLong), 1);
}

#[test]
fn a_truncated_gzip_gives_what_came_before_and_says_so() {
    let yard = Yard::new();
    let mut lines = String::new();
    for n in 0..20_000 {
        lines += &GOOD_LINE.replace("index", &format!("page-{}", n * 7919 % 10_007));
    }
    let packed = gzip(lines.as_bytes());
    yard.log("a/access.log.gz", &packed[..packed.len() / 2]);
    let case = yard.investigate();
    assert!(events(&case, "a/access.log.gz") > 1000);
    assert_eq!(rejected(&case, "a/access.log.gz", RejectReason::BrokenArchive), 1);
    let ran = yard.run(&["investigate", "logs", "--out", "strict", "--strict"]);
    assert_eq!(ran.code, 3, "--strict says that something was not read: {}", ran.err);
}

#[test]
fn a_bomb_does_not_go_off() {
    let yard = Yard::new();
    let bomb = gzip(&vec![b'a'; 200 << 20]);
    yard.log("a/bomb.log.gz", &bomb);
    yard.log("a/twice.zip", &zip(&[("bomb.gz", &bomb)]));
    yard.log("a/access.log", GOOD_LINE.as_bytes());
    let case = yard.investigate();
    assert_eq!(events(&case, "a/access.log"), 1);
    assert!(case.counts.rejects >= 2, "{:?}", case.rejects);
}

#[test]
fn archives_within_archives_are_read_to_a_depth() {
    let yard = Yard::new();
    let mut packed = zip(&[("access.log", GOOD_LINE.as_bytes())]);
    yard.log("a/one.zip", &packed);
    for _ in 0..4 {
        packed = zip(&[("inner.zip", &packed)]);
    }
    yard.log("a/five.zip", &packed);
    let case = yard.investigate();
    assert_eq!(events(&case, "a/one.zip!/access.log"), 1);
    assert_eq!(case.counts.events, 1);
    let bound = case.rejects.iter().filter(|r| r.reason == RejectReason::ArchiveBound).count();
    assert_eq!(bound, 1, "{:?}", case.rejects);
}

#[test]
fn a_member_that_would_escape_is_not_read() {
    let yard = Yard::new();
    let packed = zip(&[("../../evil.log", GOOD_LINE.as_bytes()), ("b.log", GOOD_LINE.as_bytes())]);
    yard.log("a/logs.zip", &packed);
    let case = yard.investigate();
    assert_eq!(case.counts.events, 1);
    assert!(case.rejects.iter().any(|r| r.reason == RejectReason::UnsafePath));
    assert!(!yard.path("evil.log").exists());
}

#[test]
fn line_ends_marks_and_wide_text_are_read() {
    let yard = Yard::new();
    let crlf = GOOD_LINE.replace('\n', "\r\n");
    yard.log("a/crlf.log", crlf.as_bytes());
    yard.log(
        "a/bom.log",
        &[b"\xef\xbb\xbf", GOOD_LINE.replace("index", "bom").as_bytes()].concat(),
    );
    let wide = GOOD_LINE.replace("index", "wide");
    let wide: Vec<u8> =
        [0xff, 0xfe].into_iter().chain(wide.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    yard.log("a/wide.log", &wide);
    let case = yard.investigate();
    for source in ["a/crlf.log", "a/bom.log", "a/wide.log"] {
        assert_eq!(events(&case, source), 1, "{source}: {:?}", case.rejects);
    }
}

#[test]
fn a_document_of_great_depth_is_a_reject() {
    let yard = Yard::new();
    let deep = format!("{{\"Records\":[{}{}]}}", "[".repeat(10_000), "]".repeat(10_000));
    yard.log("a/deep.json", deep.as_bytes());
    let case = yard.investigate();
    assert_eq!(case.counts.events, 0);
    assert!(case.counts.rejects >= 1);
}

#[test]
fn the_same_content_is_read_once() {
    let yard = Yard::new();
    let lines = GOOD_LINE.repeat(100);
    yard.log("a/access.log", lines.as_bytes());
    yard.log("a/copy.log", lines.as_bytes());
    yard.log("a/access.log.1.gz", &gzip(lines.as_bytes()));
    yard.log("b/access.log", lines.as_bytes());
    let case = yard.investigate();
    assert_eq!(case.counts.events, 200, "once for each agency");
    assert_eq!(rejected(&case, "a/copy.log", RejectReason::Duplicate), 1);
    assert_eq!(rejected(&case, "a/access.log.1.gz", RejectReason::Duplicate), 1);
}

#[test]
fn mixed_formats_and_odd_dates_are_read() {
    let yard = Yard::new();
    let syslog =
        "Jan  5 08:00:01 host sshd[1]: Failed password for root from 192.0.2.9 port 5 ssh2\n";
    let future = GOOD_LINE.replace("2026", "2096");
    let past = GOOD_LINE.replace("05/Jan/2026", "01/Jan/1970");
    let text = format!("{}{syslog}{future}{past}", GOOD_LINE.repeat(5));
    yard.log("a/mixed.log", text.as_bytes());
    let case = yard.investigate();
    assert_eq!(events(&case, "a/mixed.log"), 8, "{:?}", case.rejects);
}

#[cfg(unix)]
#[test]
fn a_full_disk_leaves_no_case() {
    let yard = Yard::new();
    yard.log("a/access.log", GOOD_LINE.repeat(2000).as_bytes());
    // A limit on the size of files is the same to a writer as a full disk.
    let binary = env!("CARGO_BIN_EXE_bakas");
    let script = format!("ulimit -f 8; trap '' XFSZ; exec {binary} investigate logs --out case");
    let output = yard.command_of("sh").arg("-c").arg(script).output().unwrap();
    let err = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(5), "{err}");
    assert!(err.contains("no room"), "{err}");
    assert!(!yard.path("case").exists());
    assert!(!yard.path("case.partial").exists());
}

#[cfg(unix)]
#[test]
fn an_interrupt_leaves_no_case_and_says_so() {
    let yard = Yard::new();
    let path = yard.log("a/access.log", GOOD_LINE.as_bytes());
    let file = File::options().append(true).open(path).unwrap();
    // Long enough that the interrupt comes in the middle.
    file.set_len(8 << 30).unwrap();
    let mut child = yard
        .command()
        .args(["investigate", "logs", "--out", "case"])
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    while !yard.path("case.partial").exists() {
        assert!(child.try_wait().unwrap().is_none(), "it ended before it began to write");
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    let killed =
        std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(killed.unwrap().success());
    let output = child.wait_with_output().unwrap();
    let err = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(130), "{err}");
    assert!(err.contains("no case was kept"), "{err}");
    assert!(!yard.path("case").exists() && !yard.path("case.partial").exists());
}

#[cfg(unix)]
#[test]
fn a_file_that_may_not_be_read_is_named() {
    use std::os::unix::fs::PermissionsExt as _;
    let yard = Yard::new();
    let path = yard.log("a/secret.log", GOOD_LINE.as_bytes());
    yard.log("a/access.log", GOOD_LINE.as_bytes());
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
    if File::open(&path).is_ok() {
        println!("skipped: this user may read everything");
        return;
    }
    let case = yard.investigate();
    assert_eq!(rejected(&case, "a/secret.log", RejectReason::Unreadable), 1);
}

#[test]
fn a_link_that_leads_nowhere_is_named() {
    let yard = Yard::new();
    yard.log("a/access.log", GOOD_LINE.as_bytes());
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("nowhere", yard.path("logs/a/lost.log")).unwrap();
        let case = yard.investigate();
        assert_eq!(rejected(&case, "a/lost.log", RejectReason::Unreadable), 1);
    }
}

#[test]
fn a_wrong_configuration_is_refused_with_its_place() {
    let yard = Yard::new();
    yard.log("a/access.log", GOOD_LINE.as_bytes());
    write(&yard.path("logs/bakas.toml"), b"[[source]]\npath = \"a/*\"\nzone = \"Nowhere/City\"\n");
    let ran = yard.run(&["investigate", "logs", "--out", "case"]);
    assert_eq!(ran.code, 2, "{}", ran.err);
    assert!(ran.err.contains("bakas.toml") && ran.err.contains("Nowhere/City"), "{}", ran.err);
}
