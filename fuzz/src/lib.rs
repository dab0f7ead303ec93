//! What the fuzz targets share: bytes through a chunker and a decoder, with the account of every
//! byte checked. A target finds a crash, a hang, or a byte that is lost.

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
    let (mut arena, mut next) = (Bump::new(), None);
    let (mut all, mut unread) = (0, 0);
    while let Some(chunk) = chunker.next(Vec::new()).expect("a slice can be read") {
        all += chunk.bytes.len() as u64;
        let next = next.get_or_insert(chunk.base);
        assert_eq!(*next, chunk.base, "chunks follow one another");
        *next += chunk.bytes.len() as u64;
        let mut places = Places::default();
        decoder.decode(&chunk, &arena, &mut places);
        unread += untold(&chunk, &places);
        arena.reset();
    }
    let account = decoder.account();
    assert!(account.is_exact(), "records and bytes add up: {account:?}");
    assert_eq!(account.bytes, all, "every byte is in the account");
    assert_eq!(account.furniture, unread, "a record is lost");
}

/// How many records of the chunk were not told: those are blank, headers or comments.
fn untold(chunk: &Chunk, places: &Places) -> u64 {
    let told = |from: u64, to: u64| places.0.iter().any(|&(a, b)| a == from && b == to);
    let Some(records) = &chunk.records else {
        let (mut at, mut untold) = (chunk.base, 0);
        for line in chunk.bytes.split_inclusive(|&b| b == b'\n') {
            let bare = line.strip_suffix(b"\n").unwrap_or(line);
            let bare = bare.strip_suffix(b"\r").unwrap_or(bare);
            untold += u64::from(!told(at, at + bare.len() as u64));
            at += line.len() as u64;
        }
        return untold;
    };
    let mut untold = 0;
    for record in records {
        let from = chunk.base + record.start as u64;
        untold += u64::from(!told(from, from + record.len() as u64));
    }
    untold
}
