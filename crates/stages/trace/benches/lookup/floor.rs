//! The floor: one load of one random cache line, which any table must pay at least.

use std::net::IpAddr;

/// Bytes of a cache line.
const LINE: usize = 64;

/// An array of cache lines.
pub(crate) struct Lines {
    bytes: Vec<u8>,
    mask: usize,
}

impl Lines {
    /// As many as fit; a power of two.
    pub(crate) fn new(bytes: usize) -> Self {
        // Written, so that the pages are there.
        let bytes: Vec<u8> = (0..bytes).map(|at| (at / LINE) as u8).collect();
        let mask = bytes.len() / LINE - 1;
        Self { bytes, mask }
    }

    /// Loads the line that the address leads to.
    #[inline]
    pub(crate) fn load(&self, address: IpAddr) -> u32 {
        let number = match address {
            IpAddr::V4(v4) => v4.to_bits().into(),
            IpAddr::V6(v6) => (v6.to_bits() >> 64) as u64 ^ v6.to_bits() as u64,
        };
        let line = (number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as usize & self.mask;
        self.bytes[line * LINE].into()
    }
}
