//! The chunker alone, with every format, and the guess of the format: chunks follow one another,
//! records lie within them in order, and together they are the input.
#![no_main]

use bakas_ingest::{Chunker, Format, guess};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Some((&which, bytes)) = bytes.split_first() else { return };
    let format = Format::ALL[usize::from(which) % Format::ALL.len()];
    let found = guess(bytes, "fuzz");
    assert_eq!(found.format.is_some(), found.certainty > 0, "a format has a certainty");
    let mut chunker = Chunker::new(format, bytes);
    let (mut next, mut record) = (0, 0);
    while let Some(chunk) = chunker.next(Vec::new()).expect("a slice can be read") {
        let origin = chunk.origin;
        assert_eq!(next, origin.start - origin.mark, "chunks follow one another");
        assert_eq!((origin.start, origin.bytes()), (chunk.base, origin.end - next));
        assert!(chunk.first_record > record || chunk.bytes.is_empty(), "records are numbered");
        record = chunk.first_record - 1;
        let mut end = 0;
        for range in chunk.records.as_deref().unwrap_or_default() {
            assert!(range.start >= end && range.end <= chunk.bytes.len(), "records are in order");
            end = range.end;
            record += 1;
        }
        next = origin.end;
    }
    assert_eq!(next, bytes.len() as u64, "the chunks are made of the whole source");
});
