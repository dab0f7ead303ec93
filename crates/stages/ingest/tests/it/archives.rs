//! What is packed: every kind, within one another, broken, hostile.

use std::io::{self, Cursor, Write};

use bakas_ingest::{Member, unpack};
use bakas_model::{
    Reject,
    RejectReason::{self, *},
    limits::{ARCHIVE_DEPTH_LIMIT, ARCHIVE_RATIO_GRACE_BYTES, ARCHIVE_RATIO_LIMIT},
};

const TEXT: &[u8] = b"Jan  5 08:00:00 web1 sshd[1]: Invalid user a from 203.0.113.7\n";

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(6));
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn bzip2(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::new(6));
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn xz(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = liblzma::write::XzEncoder::new(Vec::new(), 6);
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 3).unwrap()
}

/// A tar archive by hand: name and content.
fn tar(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut out = Vec::new();
    for (name, content) in members {
        let mut block = [0; 512];
        block[..name.len()].copy_from_slice(name.as_bytes());
        block[100..107].copy_from_slice(b"0000644");
        block[124..135].copy_from_slice(format!("{:011o}", content.len()).as_bytes());
        block[136..147].copy_from_slice(b"00000000000");
        block[148..156].fill(b' ');
        block[156] = b'0';
        block[257..265].copy_from_slice(b"ustar\x0000");
        let sum: u32 = block.iter().map(|&b| u32::from(b)).sum();
        block[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
        out.extend_from_slice(&block);
        out.extend_from_slice(content);
        out.resize(out.len().next_multiple_of(512), 0);
    }
    out.resize(out.len() + 1024, 0);
    out
}

/// A zip archive by hand: name, method, packed content, plain content.
fn zip(members: &[(&str, u16, Vec<u8>, &[u8])]) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for (name, method, packed, plain) in members {
        let mut crc = flate2::Crc::new();
        crc.update(plain);
        let at = out.len() as u32;
        let mut common = Vec::new();
        for half in [20_u16, 0, *method, 0, 0] {
            common.extend_from_slice(&half.to_le_bytes());
        }
        for word in [crc.sum(), packed.len() as u32, plain.len() as u32] {
            common.extend_from_slice(&word.to_le_bytes());
        }
        common.extend_from_slice(&(name.len() as u16).to_le_bytes());
        common.extend_from_slice(&0_u16.to_le_bytes());
        out.extend_from_slice(b"PK\x03\x04");
        out.extend_from_slice(&common);
        out.extend_from_slice(name.as_bytes());
        out.extend_from_slice(packed);
        directory.extend_from_slice(b"PK\x01\x02\x14\0");
        directory.extend_from_slice(&common);
        directory.extend_from_slice(&[0; 10]);
        directory.extend_from_slice(&at.to_le_bytes());
        directory.extend_from_slice(name.as_bytes());
    }
    let (at, size) = (out.len() as u32, directory.len() as u32);
    out.extend_from_slice(&directory);
    out.extend_from_slice(b"PK\x05\x06\0\0\0\0");
    for _ in 0..2 {
        out.extend_from_slice(&(members.len() as u16).to_le_bytes());
    }
    out.extend_from_slice(&size.to_le_bytes());
    out.extend_from_slice(&at.to_le_bytes());
    out.extend_from_slice(&[0, 0]);
    out
}

fn stored<'a>(name: &'a str, plain: &'a [u8]) -> (&'a str, u16, Vec<u8>, &'a [u8]) {
    (name, 0, plain.to_vec(), plain)
}

fn deflated<'a>(name: &'a str, plain: &'a [u8]) -> (&'a str, u16, Vec<u8>, &'a [u8]) {
    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::new(6));
    encoder.write_all(plain).unwrap();
    (name, 8, encoder.finish().unwrap(), plain)
}

struct Unpacked {
    members: Vec<(String, Vec<u8>)>,
    rejects: Vec<Reject>,
}

fn open(bytes: &[u8]) -> Unpacked {
    let (mut members, mut rejects) = (Vec::new(), Vec::new());
    let mut each = |member: Member<'_>| {
        let mut content = Vec::new();
        member.reader.read_to_end(&mut content)?;
        members.push((member.name, content));
        Ok(())
    };
    unpack("shipped", &mut Cursor::new(bytes), &mut each, &mut |r| rejects.push(r)).unwrap();
    Unpacked { members, rejects }
}

fn check(bytes: &[u8], names: &[&str]) {
    let found = open(bytes);
    assert!(found.rejects.is_empty(), "{:#?}", found.rejects);
    let found_names: Vec<_> = found.members.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(found_names, names);
    assert!(found.members.iter().all(|(_, content)| content == TEXT));
}

fn check_refused(bytes: &[u8], names: &[&str], reasons: &[RejectReason], detail: &str) {
    let found = open(bytes);
    let found_names: Vec<_> = found.members.iter().map(|(name, _)| name.as_str()).collect();
    let found_reasons: Vec<_> = found.rejects.iter().map(|r| r.reason).collect();
    assert_eq!((found_names.as_slice(), found_reasons.as_slice()), (names, reasons));
    assert!(found.rejects.iter().all(|r| r.detail.contains(detail)), "{:#?}", found.rejects);
}

#[test]
fn every_packing() {
    check(TEXT, &[""]);
    check(&gzip(TEXT), &[""]);
    check(&bzip2(TEXT), &[""]);
    check(&xz(TEXT), &[""]);
    check(&zstd(TEXT), &[""]);
    let (half, rest) = TEXT.split_at(20);
    check(&[gzip(half), gzip(rest)].concat(), &[""]);
    check(&[bzip2(half), bzip2(rest)].concat(), &[""]);
    check(&[xz(half), xz(rest)].concat(), &[""]);
    check(&[zstd(half), zstd(rest)].concat(), &[""]);
    check(&tar(&[("a.log", TEXT), ("b/c.log", TEXT)]), &["a.log", "b/c.log"]);
    check(&gzip(&tar(&[("a.log", TEXT)])), &["a.log"]);
    check(&zip(&[stored("a.log", TEXT), deflated("b/c.log", TEXT)]), &["a.log", "b/c.log"]);
    let packed =
        [("b", 12, bzip2(TEXT), TEXT), ("z", 93, zstd(TEXT), TEXT), ("x", 95, xz(TEXT), TEXT)];
    check(&zip(&packed), &["b", "z", "x"]);
}

#[test]
fn archives_within_archives() {
    let inner = tar(&[("c.log", TEXT)]);
    check(
        &zip(&[deflated("a.log.gz", &gzip(TEXT)), stored("b.tar", &inner)]),
        &["a.log.gz", "b.tar!/c.log"],
    );
    let nested = zip(&[stored("d.log", TEXT)]);
    check(&tar(&[("x.zip", &nested), ("y.log", TEXT)]), &["x.zip!/d.log", "y.log"]);
    check(&xz(&tar(&[("x.zip", &nested)])), &["x.zip!/d.log"]);
}

#[test]
fn archives_too_deep_are_told() {
    let mut bytes = TEXT.to_vec();
    for _ in 0..ARCHIVE_DEPTH_LIMIT {
        bytes = tar(&[("a", &bytes)]);
    }
    check(&bytes, &["a!/a!/a"]);
    let outer = tar(&[("a", &bytes), ("b", TEXT)]);
    check_refused(&outer, &["b"], &[ArchiveBound], "deeper than 3");
    let mut bytes = TEXT.to_vec();
    for _ in 0..10 {
        bytes = gzip(&bytes);
    }
    check_refused(&bytes, &[], &[ArchiveBound], "deeper than 3");
}

#[test]
fn what_comes_before_a_break_is_read() {
    let long: Vec<u8> =
        (0..800_000_u32).flat_map(|i| (i.wrapping_mul(2_654_435_761) >> 7).to_le_bytes()).collect();
    for packed in [gzip(&long), bzip2(&long), xz(&long), zstd(&long)] {
        let cut = &packed[..packed.len() / 2];
        let found = open(cut);
        assert_eq!(found.members.len(), 1);
        let content = &found.members[0].1;
        assert!(!content.is_empty() && content.len() < long.len() && long.starts_with(content));
        assert_eq!(found.rejects.len(), 1);
        assert_eq!(
            (found.rejects[0].reason, found.rejects[0].place.offset),
            (BrokenArchive, content.len() as u64)
        );
        assert_eq!(found.rejects[0].sample, "shipped");
    }
    let whole = tar(&[("a.log", TEXT), ("b.log", TEXT)]);
    check_refused(&whole[..1024 + 512 + 20], &["a.log", "b.log"], &[BrokenArchive], "");
    let mut wrong = gzip(TEXT);
    let at = wrong.len() - 6;
    wrong[at] ^= 1;
    check_refused(&wrong, &[""], &[BrokenArchive], "what came before was read");
}

#[test]
fn zips_that_are_broken() {
    let whole = zip(&[deflated("a.log", TEXT), stored("b.log", TEXT)]);
    check_refused(&whole[..whole.len() - 30], &[], &[BrokenArchive], "directory");
    let mut wrong = zip(&[stored("a.log", TEXT), stored("b.log", TEXT)]);
    wrong[40] ^= 1;
    check_refused(&wrong, &["a.log", "b.log"], &[BrokenArchive], "checksum");
    let mut secret = zip(&[stored("a.log", TEXT)]);
    let directory = secret.windows(4).position(|w| w == b"PK\x01\x02").unwrap();
    secret[directory + 8] = 1;
    check_refused(&secret, &[], &[BrokenArchive], "encrypted");
    check_refused(&zip(&[("a", 99, TEXT.to_vec(), TEXT)]), &[], &[BrokenArchive], "not read");
    check_refused(b"PK\x05\x06", &[], &[BrokenArchive], "directory is cut off");
}

#[test]
fn names_that_escape_are_not_read() {
    let unsafe_names = ["../../etc/cron.d/x", "/etc/passwd", "C:\\x", "a/../../b"];
    for name in unsafe_names {
        check_refused(
            &zip(&[stored(name, TEXT), stored("b", TEXT)]),
            &["b"],
            &[UnsafePath],
            "escape",
        );
        check_refused(&tar(&[(name, TEXT), ("b", TEXT)]), &["b"], &[UnsafePath], "escape");
    }
    let found = open(&tar(&[("../x", TEXT)]));
    assert_eq!(found.rejects[0].sample, "../x");
}

#[test]
fn bombs_are_stopped() {
    let zeros = vec![0; 64 << 20];
    let bomb = gzip(&zeros);
    for (bytes, name) in [
        (bomb.clone(), ""),
        (gzip(&bomb), ""),
        (zip(&[deflated("z", &zeros), stored("after", TEXT)]), "z"),
        (tar(&[("z.gz", &bomb), ("after", TEXT)]), "z.gz"),
    ] {
        let found = open(&bytes);
        assert_eq!(
            found.rejects.iter().map(|r| r.reason).collect::<Vec<_>>(),
            [ArchiveBound],
            "{name}"
        );
        let read: usize = found.members.iter().map(|(_, content)| content.len()).sum();
        let allowed = (bytes.len() as u64 * ARCHIVE_RATIO_LIMIT).max(ARCHIVE_RATIO_GRACE_BYTES);
        assert!(read as u64 <= allowed, "{read}");
        // Nothing after the bomb is unpacked any more.
        assert_eq!(found.members.iter().map(|(n, _)| n.as_str()).collect::<Vec<_>>(), [name]);
    }
}

#[test]
fn a_log_that_compresses_well_is_no_bomb() {
    let lines: String = (0..400_000)
        .map(|i| format!("Jan  5 08:00:00 web1 sshd[{i}]: Invalid user a from 203.0.113.7\n"))
        .collect();
    let found = open(&gzip(lines.as_bytes()));
    assert!(found.rejects.is_empty());
    assert_eq!(found.members[0].1.len(), lines.len());
}

#[test]
fn members_need_not_be_read_to_their_end() {
    let mut names = Vec::new();
    let mut each = |member: Member<'_>| {
        member.reader.read_exact(&mut [0; 4])?;
        names.push(member.name);
        Ok(())
    };
    let bytes = gzip(&tar(&[("a", TEXT), ("b.gz", &gzip(TEXT)), ("c", TEXT)]));
    unpack("x", &mut Cursor::new(bytes), &mut each, &mut |r| panic!("{r:?}")).unwrap();
    assert_eq!(names, ["a", "b.gz", "c"]);
}

#[test]
fn the_callers_own_fault_is_an_error() {
    let mut each = |_: Member<'_>| Err(io::Error::other("no room"));
    let error =
        unpack("x", &mut Cursor::new(tar(&[("a", TEXT)])), &mut each, &mut |_| ()).unwrap_err();
    assert_eq!(error.to_string(), "no room");
}

#[test]
fn long_names_of_gnu_and_pax() {
    let long = format!("{}/a.log", "d".repeat(120));
    let with_kind = |kind: u8, text: &[u8]| {
        let mut bytes = tar(&[("././@LongLink", text), ("short", TEXT)]);
        bytes[156] = kind;
        let sum: u32 = bytes[..512]
            .iter()
            .enumerate()
            .map(|(i, &b)| if (148..156).contains(&i) { 32 } else { u32::from(b) })
            .sum();
        bytes[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
        bytes
    };
    check(&with_kind(b'L', format!("{long}\0").as_bytes()), &[&long]);
    let record = format!(" path={long}\n");
    let length = record.len() + 3;
    check(&with_kind(b'x', format!("{length}{record}").as_bytes()), &[&long]);
}
