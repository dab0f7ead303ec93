//! Nothing is lost: whatever is done to a sample, records are events, rejects or furniture, and
//! the bytes of the three are those of the input. `kit::read` checks the sums on every reading;
//! here the samples of every format, natives and definitions, are damaged in every way.

use std::collections::BTreeMap;

use bakas_ingest::{Format, Formats};
use bakas_model::Place;
use proptest::prelude::*;

use crate::{
    evtx_kit,
    kit::{Outcome, Slowly, read, read_from, source},
};

/// A sample of each native format.
fn natives() -> Vec<(Format, Vec<u8>)> {
    let event = || {
        evtx_kit::event(
            "Security",
            "Microsoft-Windows-Security-Auditing",
            4624,
            &[("TargetUserName", "ana")],
        )
    };
    let mut sign_in = vec![0; 384];
    sign_in[0] = 7;
    sign_in[44..47].copy_from_slice(b"ana");
    sign_in[340..344].copy_from_slice(&1_767_600_000_u32.to_le_bytes());
    let web = r#"{"time_iso8601":"2026-01-05T08:00:00Z","remote_addr":"203.0.113.7","request":"GET / HTTP/1.1","status":"200"}"#;
    let trail = r#"{"eventTime":"2026-01-05T08:00:00Z","eventSource":"iam.amazonaws.com","eventName":"CreateUser","sourceIPAddress":"203.0.113.7"}"#;
    let workspace = r#"{"id":{"time":"2026-01-05T08:00:00Z","applicationName":"login"},"actor":{"email":"a@b.example"},"events":[{"name":"login_failure"}]}"#;
    let m365 = r#"{"CreationTime":"2026-01-05T08:00:00","Operation":"Send","Workload":"Exchange","UserId":"a@b.example"}"#;
    let windows = r#"{"EventTime":"2026-01-05 08:00:00","Hostname":"ws1","EventID":4624,"Channel":"Security","TargetUserName":"ana"}"#;
    let access =
        r#"203.0.113.7 - - [05/Jan/2026:08:00:00 +0800] "GET /a?b HTTP/1.1" 200 5 "-" "curl""#;
    let log = "Jan  5 08:00:00 web1 sshd[1]: Failed password for root from 203.0.113.7 port 5 ssh2";
    let quoted = m365.replace('"', "\"\"");
    let journal = "__CURSOR=a\n__REALTIME_TIMESTAMP=1767600000000000\n_COMM=sshd\nMESSAGE=Accepted password for ana from 203.0.113.7 port 5 ssh2\nB\n\u{3}\0\0\0\0\0\0\0x\ny\n\n";
    let text = |text: String| text.into_bytes();
    vec![
        (Format::Combined, text(format!("{access}\n\n{access}\r\nhello\n{access}"))),
        (Format::WebJson, text(format!("{web}\n{web}\n"))),
        (Format::Syslog, text(format!("{log}\n<34>1 2026-01-05T08:00:00Z h p - - [a b=\"c\"] m\n\n<189>x\n"))),
        (Format::Workspace, text(format!("{{\"kind\":\"x\",\"items\":[{workspace},\n{workspace}],\"next\":\"y\"}}\n"))),
        (Format::M365, text(format!("[{m365},{m365}]"))),
        (Format::M365Csv, text(format!("Id,AuditData\n1,\"{quoted}\"\n2,\"{quoted}\"\n"))),
        (Format::CloudTrail, text(format!("{{\"Records\":[{trail},{trail}]}}"))),
        (Format::Evtx, evtx_kit::file(&[evtx_kit::block(1, &[event(), event()])])),
        (Format::WindowsXml, text(format!("<?xml version=\"1.0\"?><Events>\n{0}\n{0}</Events>\n", event().xml()))),
        (Format::WindowsJson, text(format!("Record 1\n{windows}\n{windows}\n"))),
        (Format::Wtmp, sign_in.repeat(3)),
        (Format::Btmp, sign_in.repeat(2)),
        (Format::Journal, text(journal.repeat(3))),
        (Format::JournalJson, text(format!("{{\"__REALTIME_TIMESTAMP\":\"1767600000000000\",\"MESSAGE\":\"hi\"}}\n{log}\n"))),
        (Format::Docker, text("{\"log\":\"a\",\"stream\":\"stdout\",\"time\":\"2026-01-05T08:00:00Z\"}\n{\"log\":\"b\\n\",\"stream\":\"stdout\",\"time\":\"2026-01-05T08:00:00Z\"}\n".repeat(2))),
        (Format::Cri, text("2026-01-05T08:00:00.1Z stdout P a\n2026-01-05T08:00:00.2Z stdout F b\n\n".repeat(2))),
    ]
}

/// The samples of our definitions, from their folders.
fn defined() -> Vec<(Format, Vec<u8>)> {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("formats");
    let formats = Formats::builtin();
    let mut samples = Vec::new();
    for format in formats.all().filter(|format| matches!(format, Format::Defined(_))) {
        let Ok(folder) = std::fs::read_dir(root.join(format.name())) else { continue };
        for file in folder.flatten() {
            if file.file_name().to_string_lossy().starts_with("sample") {
                samples.push((format, std::fs::read(file.path()).unwrap()));
            }
        }
    }
    samples
}

fn samples() -> &'static [(Format, Vec<u8>)] {
    static SAMPLES: std::sync::OnceLock<Vec<(Format, Vec<u8>)>> = std::sync::OnceLock::new();
    SAMPLES.get_or_init(|| natives().into_iter().chain(defined()).collect())
}

#[test]
fn every_native_has_a_sample_that_it_reads() {
    let natives = natives();
    let mut read_by: BTreeMap<&str, u64> = BTreeMap::new();
    for (format, bytes) in &natives {
        *read_by.entry(format.name()).or_default() += read(*format, bytes).account.events;
    }
    for format in Format::ALL {
        assert!(read_by.get(format.name()).is_some_and(|events| *events > 0), "{format:?}");
    }
}

/// What may be done to the bytes.
#[derive(Clone, Debug)]
enum Damage {
    Cut(f64),
    CutFront(f64),
    Double,
    Insert(f64, Vec<u8>),
    Overwrite(f64, Vec<u8>),
    Remove(f64, usize),
    Splice(usize, f64, f64),
}

fn damage() -> impl Strategy<Value = Damage> {
    let bytes = || {
        prop::collection::vec(
            prop_oneof![any::<u8>(), prop::sample::select(b"\n\r\"\\{}[]<>,=: \t\0#".to_vec())],
            0..12,
        )
    };
    let at = || 0.0..1.0_f64;
    prop_oneof![
        at().prop_map(Damage::Cut),
        at().prop_map(Damage::CutFront),
        Just(Damage::Double),
        (at(), bytes()).prop_map(|(at, bytes)| Damage::Insert(at, bytes)),
        (at(), bytes()).prop_map(|(at, bytes)| Damage::Overwrite(at, bytes)),
        (at(), 1..200_usize).prop_map(|(at, n)| Damage::Remove(at, n)),
        (any::<usize>(), at(), at()).prop_map(|(n, a, b)| Damage::Splice(n, a, b)),
    ]
}

fn apply(bytes: &mut Vec<u8>, damage: &Damage) {
    let place = |bytes: &[u8], at: f64| ((bytes.len() as f64) * at) as usize;
    match damage {
        Damage::Cut(at) => bytes.truncate(place(bytes, *at)),
        Damage::CutFront(at) => drop(bytes.drain(..place(bytes, *at))),
        Damage::Double => bytes.extend(bytes.clone()),
        Damage::Insert(at, more) => {
            let at = place(bytes, *at);
            drop(bytes.splice(at..at, more.iter().copied()));
        }
        Damage::Overwrite(at, more) => {
            let at = place(bytes, *at);
            for (byte, new) in bytes[at..].iter_mut().zip(more) {
                *byte = *new;
            }
        }
        Damage::Remove(at, n) => {
            let at = place(bytes, *at);
            let end = (at + n).min(bytes.len());
            drop(bytes.drain(at..end));
        }
        Damage::Splice(other, from, at) => {
            let (_, other) = &samples()[other % samples().len()];
            let piece = other[place(other, *from)..].iter().take(2000).copied();
            let at = place(bytes, *at);
            drop(bytes.splice(at..at, piece));
        }
    }
}

/// How a text may be written: with a mark before it or without, in UTF-16 either end first.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Coding {
    Utf8Marked,
    Utf16 { is_big: bool, is_marked: bool },
}

fn coding() -> impl Strategy<Value = Coding> {
    let wide = (any::<bool>(), any::<bool>());
    let wide = wide.prop_map(|(is_big, is_marked)| Coding::Utf16 { is_big, is_marked });
    prop_oneof![1 => Just(Coding::Utf8Marked), 4 => wide]
}

fn encode(text: &str, coding: Coding) -> Vec<u8> {
    let Coding::Utf16 { is_big, is_marked } = coding else {
        return format!("\u{feff}{text}").into_bytes();
    };
    let mark = is_marked.then_some(0xfeff);
    let unit = |unit: u16| if is_big { unit.to_be_bytes() } else { unit.to_le_bytes() };
    mark.into_iter().chain(text.encode_utf16()).flat_map(unit).collect()
}

fn decode(bytes: &[u8], coding: Coding) -> String {
    let Coding::Utf16 { is_big, .. } = coding else {
        return String::from_utf8(bytes.to_vec()).unwrap();
    };
    let unit = |pair: &[u8]| {
        let pair = [pair[0], pair[1]];
        if is_big { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) }
    };
    String::from_utf16(&bytes.chunks(2).map(unit).collect::<Vec<_>>()).unwrap()
}

/// Whether the encoding can be told: without a mark, by four characters of ASCII.
fn is_told(text: &str, coding: Coding) -> bool {
    let is_text = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='~');
    let is_ascii = text.chars().take(4).filter(|c| is_text(*c)).count() == 4;
    is_ascii || !matches!(coding, Coding::Utf16 { is_marked: false, .. })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.max(1500), failure_persistence: None, ..ProptestConfig::default() })]

    /// The sums are checked by `read`; beyond them, how the stream is cut changes nothing, and the
    /// bytes are all of the input.
    #[test]
    fn nothing_is_lost(
        // The natives stand first.
        which in prop_oneof![any::<usize>(), 0..Format::ALL.len()],
        damages in prop::collection::vec(damage(), 0..5),
        step in prop_oneof![1..100_usize, Just(1 << 20)],
    ) {
        let (format, sample) = &samples()[which % samples().len()];
        let mut bytes = sample.clone();
        bytes.truncate(200_000);
        for damage in &damages {
            apply(&mut bytes, damage);
        }
        let whole = read(*format, &bytes);
        prop_assert_eq!(whole.account.bytes, bytes.len() as u64);
        let pieces = read_from(&source(), *format, Slowly(&bytes, step));
        prop_assert_eq!(whole.account, pieces.account);
        prop_assert_eq!(whole.events, pieces.events);
    }

    /// In every encoding: the bytes of the account are the source's, however it is damaged and cut.
    #[test]
    fn nothing_is_lost_in_any_encoding(
        which in any::<usize>(),
        coding in coding(),
        before in prop::collection::vec(damage(), 0..3),
        after in prop::collection::vec(damage(), 0..3),
        step in prop_oneof![1..100_usize, Just(1 << 20)],
    ) {
        let (format, sample) = &samples()[which % samples().len()];
        let mut bytes = sample.clone();
        bytes.truncate(20_000);
        before.iter().for_each(|damage| apply(&mut bytes, damage));
        let mut bytes = encode(&String::from_utf8_lossy(&bytes), coding);
        after.iter().for_each(|damage| apply(&mut bytes, damage));
        let whole = read(*format, &bytes);
        prop_assert_eq!(whole.account.bytes, bytes.len() as u64);
        let pieces = read_from(&source(), *format, Slowly(&bytes, step));
        prop_assert_eq!(whole.account, pieces.account);
        prop_assert_eq!(whole.events, pieces.events);
        prop_assert_eq!(whole.rejects, pieces.rejects);
    }

    /// In every encoding: the same records, and a place leads to the words of its record.
    #[test]
    fn places_lead_to_their_words(
        which in any::<usize>(),
        coding in coding(),
        damages in prop::collection::vec(damage(), 0..3),
    ) {
        let (format, sample) = &samples()[which % samples().len()];
        let mut bytes = sample.clone();
        bytes.truncate(20_000);
        damages.iter().for_each(|damage| apply(&mut bytes, damage));
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let is_binary = matches!(format, Format::Evtx | Format::Wtmp | Format::Btmp);
        prop_assume!(!text.starts_with('\u{feff}') && !is_binary && is_told(&text, coding));
        let bytes = encode(&text, coding);
        let (plain, coded) = (read(*format, &text), read(*format, &bytes));
        let places = |outcome: &Outcome| -> Vec<_> {
            let events = outcome.events.iter().map(|event| event.row.place);
            events.chain(outcome.rejects.iter().map(|reject| reject.place)).collect()
        };
        let (plain, coded) = (places(&plain), places(&coded));
        prop_assert_eq!(plain.len(), coded.len());
        let at = |place: Place| place.offset as usize..place.offset as usize + place.length as usize;
        for (plain, coded) in plain.into_iter().zip(coded) {
            prop_assert_eq!(&text[at(plain)], decode(&bytes[at(coded)], coding));
        }
    }

    /// A file that grew: what was read of its beginning stays, but for the record at its end.
    #[test]
    fn a_longer_file_says_the_same_and_more(which in any::<usize>(), at in 0.0..1.0_f64) {
        let (format, sample) = &samples()[which % samples().len()];
        let head = &sample[..(sample.len() as f64 * at) as usize];
        let (early, late) = (read(*format, head), read(*format, sample));
        let whole: Vec<_> = early.events.iter().filter(|e| {
            let end = e.row.place.offset + u64::from(e.row.place.length);
            // A record that touches the end may have been cut there.
            end + 1 < head.len() as u64 && *format != Format::Evtx
        }).collect();
        for event in whole {
            prop_assert!(late.events.contains(event), "{} lost {:?}", format.name(), event);
        }
    }
}
