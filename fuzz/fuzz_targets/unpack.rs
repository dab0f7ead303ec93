//! Archives and compressed streams: whatever comes, it ends, and what is read is bounded.
#![no_main]

use std::io::{Cursor, copy, sink};

use bakas_ingest::{Member, unpack};
use bakas_model::limits::{ARCHIVE_RATIO_GRACE_BYTES, ARCHIVE_RATIO_LIMIT};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let mut read = 0;
    let mut each = |member: Member<'_>| {
        assert!(!member.name.split(['/', '\\']).any(|part| part == ".."), "a name escapes");
        read += copy(member.reader, &mut sink())?;
        Ok(())
    };
    unpack("fuzz", &mut Cursor::new(bytes), &mut each, &mut |_| ()).expect("a slice can be read");
    // A stored zip entry may be told of more than once; each telling counts against the bound.
    let bound = (bytes.len() as u64 * ARCHIVE_RATIO_LIMIT).max(ARCHIVE_RATIO_GRACE_BYTES);
    assert!(read <= bound + (1 << 20), "more was unpacked than the bound allows");
});
