//! What the fuzz targets share: bytes through a chunker and a decoder, with the account of every
//! byte checked. A target finds a crash, a hang, or a byte that is lost.

pub mod exchange;
pub mod import;
pub mod profiles;

use std::io::{self, Read};

use bakas_ingest::{Chunk, Chunker, Decoder, Format, Sink};
use bakas_model::{Event, Reject, Source};
use bumpalo::Bump;

/// Places that were told, events and rejects alike.
#[derive(Debug, Default)]
pub struct Places(pub Vec<(u64, u64)>);

impl Sink for Places {
    fn event(&mut self, event: &Event<'_>, line: u64) {
        assert!(line > 0, "lines are counted from 1");
        assert!(event.fields.len() <= bakas_model::limits::FIELDS_LIMIT, "fields are bounded");
        let place = event.place;
        self.0.push((place.offset, place.offset + u64::from(place.length)));
    }
    fn reject(&mut self, reject: Reject) {
        assert!(reject.sample.len() <= 256, "samples are bounded");
        let place = reject.place;
        self.0.push((place.offset, place.offset + u64::from(place.length)));
    }
}

/// Gives bytes in small pieces, so that every state of a framer is cut somewhere.
#[derive(Debug)]
struct Pieces<'a>(&'a [u8], usize);

impl Read for Pieces<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let (piece, rest) = self.0.split_at(self.0.len().min(self.1).min(buffer.len()));
        buffer[..piece.len()].copy_from_slice(piece);
        self.0 = rest;
        Ok(piece.len())
    }
}

/// Reads the bytes as that format and checks the account.
pub fn decode(format: Format, bytes: &[u8]) {
    let mut chunker = Chunker::new(format, Pieces(bytes, 61));
    let mut decoder = Decoder::new(&Source::default(), format);
    let (mut arena, mut next) = (Bump::new(), 0);
    let (mut all, mut unread) = (0, 0);
    while let Some(chunk) = chunker.next(Vec::new()).expect("a slice can be read") {
        all += chunk.origin.bytes();
        assert_eq!(next, chunk.origin.start - chunk.origin.mark, "chunks follow one another");
        next = chunk.origin.end;
        let mut places = Places::default();
        decoder.decode(&chunk, &arena, &mut places);
        unread += untold(&chunk, &places);
        arena.reset();
    }
    let account = decoder.account();
    assert!(account.is_exact(), "records and bytes add up: {account:?}");
    assert_eq!(account.bytes, all, "every byte is in the account");
    assert_eq!(all, bytes.len() as u64, "every byte of the source is in a chunk");
    assert_eq!(account.furniture, unread, "a record is lost");
}

/// How many records of the chunk were not told: those are blank, headers or comments.
fn untold(chunk: &Chunk, places: &Places) -> u64 {
    let lines = || {
        let (mut at, mut lines) = (0, Vec::new());
        for line in chunk.bytes.split_inclusive(|&b| b == b'\n') {
            let bare = line.strip_suffix(b"\n").unwrap_or(line);
            let end = at + bare.strip_suffix(b"\r").unwrap_or(bare).len();
            // Zero bytes before a line are told apart from it.
            let zeros = at + bare.iter().take_while(|byte| **byte == 0).count();
            if zeros > at && zeros < end && chunk.bytes[zeros] >= b' ' {
                lines.push(at..zeros);
                lines.push(zeros..end);
            } else {
                lines.push(at..end);
            }
            at += line.len();
        }
        lines
    };
    let records = chunk.records.clone().unwrap_or_else(lines);
    let is_untold = |record: &std::ops::Range<usize>| {
        let place = chunk.place(record.clone());
        !places.0.iter().any(|&(from, to)| from == place.start && to == place.end)
    };
    records.iter().filter(|record| is_untold(record)).count() as u64
}
