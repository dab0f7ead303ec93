//! Messages of the exchange: whatever comes in is read or refused, and what was read and may leave
//! comes back from its own encoding as it was.

use bakas_exchange::{
    Cleared, DecodeError, EncodeError, Encoded, Limits, Recipient, Taken, clear,
};

/// Small enough that a fuzzer reaches each.
const LIMITS: Limits = Limits { bytes: 1 << 16, objects: 200, depth: 32, text: 4096, rejects: 20 };

/// Reads a message, and what it holds once more.
pub fn run(
    decode: fn(&[u8], &Limits) -> Result<Taken, DecodeError>,
    encode: fn(&Cleared) -> Result<Encoded, EncodeError>,
    bytes: &[u8],
) {
    let Ok(taken) = decode(bytes, &LIMITS) else { return };
    assert!(taken.rejected.len() <= LIMITS.rejects + 1, "rejects are bounded");
    for package in taken.packages {
        let Some(party) = package.to.first().cloned() else { continue };
        let Ok(cleared) = clear(package.clone(), Recipient { party }) else { continue };
        let Ok(encoded) = encode(&cleared) else { continue };
        let again = decode(&encoded.bytes, &Limits::default()).expect("our own message");
        assert_eq!(again.packages, [package], "what leaves comes back");
    }
}
