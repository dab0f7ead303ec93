//! Records of several lines, by a user's own definition.

use bakas_ingest::{Chunker, Decoder, Formats};
use bumpalo::Bump;

use crate::kit::{Outcome, source};

fn definition(multiline: &str) -> String {
    format!(
        r#"
name = "app"
title = "An application's log"
source = "made for a test"
stream = "custom"
[logsource]
product = "app"
[record]
kind = "pattern"
patterns = ['(?s)^(?<time>\S+) (?<level>[A-Z]+) (?<text>.*)$']
multiline = "{multiline}"
[recognise]
line = '^\d{{4}}-\d\d-\d\dT\S+ [A-Z]+ '
[time]
field = "time"
format = "iso"
[event]
class = "base"
activity = "other"
operation = "level"
"#
    )
}

fn read(multiline: &str, text: &str) -> Outcome {
    let (formats, problems) =
        Formats::with(vec![("app/format.toml".into(), definition(multiline))]);
    assert!(problems.is_empty(), "{problems:?}");
    let format = formats.from_name("app").unwrap();
    let mut decoder = Decoder::with(&source(), format, formats);
    let mut chunker = Chunker::new(format, text.as_bytes());
    let mut out = Outcome::default();
    while let Some(chunk) = chunker.next(Vec::new()).unwrap() {
        decoder.decode(&chunk, &Bump::new(), &mut out);
    }
    out.account = decoder.account();
    assert!(out.account.is_exact() && out.account.bytes == text.len() as u64, "{:?}", out.account);
    out
}

const TRACE: &str = "2026-01-05T08:00:00Z ERROR it broke\njava.lang.Error: no\n\tat a.B.c(B.java:1)\n2026-01-05T08:00:01Z INFO on\n";

#[test]
fn a_stack_trace_stays_with_its_error() {
    let found = read("until", TRACE);
    let texts: Vec<_> = found.events.iter().map(|event| event.field("text")).collect();
    assert_eq!(texts, ["it broke\njava.lang.Error: no\n\tat a.B.c(B.java:1)", "on"]);
    assert_eq!(found.events[1].row.place.offset as usize, TRACE.rfind("2026").unwrap());
    // Only what is indented belongs to the line before: the line between is a record of its own.
    let found = read("indented", TRACE);
    assert_eq!((found.events.len(), found.rejects.len()), (2, 1), "{:?}", found.rejects);
    assert_eq!(
        found.rejects[0].place.length as usize,
        "java.lang.Error: no\n\tat a.B.c(B.java:1)".len()
    );
}

#[test]
fn seams_of_chunks_cut_no_record() {
    let text = TRACE.repeat(3 * bakas_ingest::CHUNK_BYTES / 2 / TRACE.len());
    let found = read("until", &text);
    assert_eq!((found.events.len(), found.rejects.len()), (text.len() / TRACE.len() * 2, 0));
    assert!(found.events.chunks(2).all(|pair| pair[0].field("text").ends_with("B.java:1)")));
}
