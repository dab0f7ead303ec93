//! SHA-256 of many short messages at once: four messages go through the processor side by side, for
//! one alone waits for itself most of the time. It gives what [`sha2`] gives, one by one, and does so
//! where the processor has no instructions for it.

use sha2::block_api::compress256;

use crate::leaf::{HASH_BYTES, Hash};

/// Bytes of a block of SHA-256.
const BLOCK_BYTES: usize = 64;
/// Bytes at the end of a padded message that say its length in bits.
const LENGTH_BYTES: usize = 8;
/// The state that every message begins with (FIPS 180-4, section 5.3.3).
const START: [u32; 8] = [
    0x6a09_e667,
    0xbb67_ae85,
    0x3c6e_f372,
    0xa54f_f53a,
    0x510e_527f,
    0x9b05_688c,
    0x1f83_d9ab,
    0x5be0_cd19,
];

type Block = [u8; BLOCK_BYTES];

/// Messages, written one after another, to be hashed together.
#[derive(Clone, Debug, Default)]
pub struct Messages {
    /// Padded: each message begins at a block.
    bytes: Vec<u8>,
    /// For each message the block behind its last one.
    ends: Vec<u32>,
    /// Where the open message begins.
    open: usize,
}

impl Messages {
    /// Forgets all messages; keeps the memory.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
        self.open = 0;
    }

    /// How many messages were ended.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether no message was ended.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Bytes that are held.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.bytes.len()
    }

    /// Where the open message is written: only ever appended to.
    pub fn text(&mut self) -> &mut Vec<u8> {
        &mut self.bytes
    }

    /// The first bytes of a message that was ended: to be filled in where they become known late.
    ///
    /// # Panics
    /// When there is no such message, or it is shorter.
    pub fn head_mut<const N: usize>(&mut self, number: usize) -> &mut [u8; N] {
        let before = number.checked_sub(1).map_or(0, |before| self.ends[before] as usize);
        let message =
            self.bytes.get_mut(before * BLOCK_BYTES..self.ends[number] as usize * BLOCK_BYTES);
        message.and_then(|bytes| bytes.first_chunk_mut()).expect("the message has that many bytes")
    }

    /// Ends the open message; the next one begins. Gives its number.
    ///
    /// # Panics
    /// When 256 GiB are held.
    pub fn end(&mut self) -> usize {
        let length = self.bytes.len() - self.open;
        let bits = (length as u64) * 8;
        self.bytes.push(0x80);
        let padded = (self.bytes.len() + LENGTH_BYTES).next_multiple_of(BLOCK_BYTES);
        self.bytes.resize(padded - LENGTH_BYTES, 0);
        self.bytes.extend_from_slice(&bits.to_be_bytes());
        self.open = padded;
        let end = u32::try_from(padded / BLOCK_BYTES).expect("blocks that memory holds");
        self.ends.push(end);
        self.ends.len() - 1
    }

    /// One message more.
    pub fn push(&mut self, parts: &[&[u8]]) {
        for part in parts {
            self.bytes.extend_from_slice(part);
        }
        self.end();
    }

    /// The digests of all messages that were ended, in their order.
    pub fn digests(&self, out: &mut Vec<Hash>) {
        out.clear();
        out.resize(self.ends.len(), [0; HASH_BYTES]);
        let (blocks, _) = self.bytes.as_chunks::<BLOCK_BYTES>();
        #[cfg(target_arch = "x86_64")]
        if x86::digest(blocks, &self.ends, out) {
            return;
        }
        one_by_one(blocks, &self.ends, out);
    }
}

/// The plain way, and the only one elsewhere.
fn one_by_one(blocks: &[Block], ends: &[u32], out: &mut [Hash]) {
    let mut from = 0;
    for (end, out) in ends.iter().zip(out) {
        let mut state = START;
        compress256(&mut state, &blocks[from..*end as usize]);
        from = *end as usize;
        for (bytes, word) in out.as_chunks_mut::<4>().0.iter_mut().zip(state) {
            *bytes = word.to_be_bytes();
        }
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    //! With the SHA extensions of x86: a round waits for the one before, so that four messages in turn
    //! take hardly longer than one.

    use core::arch::x86_64::{
        __m128i, _mm_add_epi32, _mm_alignr_epi8, _mm_blend_epi16, _mm_cvtsi128_si64,
        _mm_extract_epi64, _mm_set_epi32, _mm_set_epi64x, _mm_sha256msg1_epu32,
        _mm_sha256msg2_epu32, _mm_sha256rnds2_epu32, _mm_shuffle_epi8, _mm_shuffle_epi32,
    };

    use super::{Block, HASH_BYTES, Hash, START};

    /// Messages side by side.
    const LANES: usize = 4;

    /// The constants of the rounds (FIPS 180-4, section 4.2.2).
    #[rustfmt::skip]
    const ROUNDS: [u32; 64] = [
        0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4, 0xab1c_5ed5,
        0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe, 0x9bdc_06a7, 0xc19b_f174,
        0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f, 0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da,
        0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7, 0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967,
        0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc, 0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85,
        0xa2bf_e8a1, 0xa81a_664b, 0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070,
        0x19a4_c116, 0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
        0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7, 0xc671_78f2,
    ];

    /// A state in the order that the instructions want.
    #[derive(Clone, Copy)]
    struct State {
        abef: __m128i,
        cdgh: __m128i,
    }

    /// Hashes all messages; `false` where the processor cannot.
    #[expect(
        unsafe_code,
        reason = "instructions that not every x86 has are called only where it has them"
    )]
    pub(super) fn digest(blocks: &[Block], ends: &[u32], out: &mut [Hash]) -> bool {
        if !(is_x86_feature_detected!("sha") && is_x86_feature_detected!("sse4.1")) {
            return false;
        }
        // SAFETY: the processor was just asked whether it has both extensions; the function itself has
        // no other condition.
        unsafe { lanes(blocks, ends, out) };
        true
    }

    /// Where a lane stands.
    #[derive(Clone, Copy, Default)]
    struct Lane {
        message: Option<usize>,
        block: usize,
        left: usize,
    }

    #[target_feature(enable = "sha,sse4.1")]
    fn lanes(blocks: &[Block], ends: &[u32], out: &mut [Hash]) {
        let start = start();
        let mut states = [start; LANES];
        let mut lanes = [Lane::default(); LANES];
        let (mut next, mut from) = (0, 0);
        loop {
            let mut steps = usize::MAX;
            for (lane, state) in lanes.iter_mut().zip(&mut states) {
                if lane.left == 0 {
                    if let Some(message) = lane.message.take() {
                        out[message] = digest_of(*state);
                    }
                    if let Some(end) = ends.get(next) {
                        let end = *end as usize;
                        *lane = Lane { message: Some(next), block: from, left: end - from };
                        (*state, from, next) = (start, end, next + 1);
                    }
                }
                if lane.message.is_some() {
                    steps = steps.min(lane.left);
                }
            }
            if steps == usize::MAX {
                return;
            }
            for _ in 0..steps {
                // A lane without a message turns idly on some block.
                let at = core::array::from_fn(|lane| &blocks[lanes[lane].block]);
                compress(&mut states, at);
                for lane in &mut lanes {
                    if lane.left > 0 {
                        lane.left -= 1;
                        lane.block += usize::from(lane.left > 0);
                    }
                }
            }
        }
    }

    #[inline]
    #[target_feature(enable = "sha,sse4.1")]
    fn start() -> State {
        let [a, b, c, d, e, f, g, h] = START.map(u32::cast_signed);
        State { abef: _mm_set_epi32(a, b, e, f), cdgh: _mm_set_epi32(c, d, g, h) }
    }

    #[inline]
    #[target_feature(enable = "sha,sse4.1")]
    fn compress(states: &mut [State; LANES], blocks: [&Block; LANES]) {
        let before = *states;
        let mut words: [[__m128i; 4]; LANES] = core::array::from_fn(|lane| load(blocks[lane]));
        for four in 0..16 {
            for (state, words) in states.iter_mut().zip(&mut words) {
                if four >= 4 {
                    extend(four % 4, words);
                }
                rounds(four, state, words[four % 4]);
            }
        }
        for (state, before) in states.iter_mut().zip(before) {
            state.abef = _mm_add_epi32(state.abef, before.abef);
            state.cdgh = _mm_add_epi32(state.cdgh, before.cdgh);
        }
    }

    #[inline]
    #[target_feature(enable = "sha,sse4.1")]
    fn load(block: &Block) -> [__m128i; 4] {
        let swap = _mm_set_epi64x(0x0c0d_0e0f_0809_0a0b, 0x0405_0607_0001_0203);
        let (halves, _) = block.as_chunks::<8>();
        core::array::from_fn(|n| {
            let (low, high) = (halves[2 * n], halves[2 * n + 1]);
            let four = _mm_set_epi64x(i64::from_le_bytes(high), i64::from_le_bytes(low));
            _mm_shuffle_epi8(four, swap)
        })
    }

    /// The next four words of the message's schedule, in the place of the oldest four.
    #[inline]
    #[target_feature(enable = "sha,sse4.1")]
    fn extend(at: usize, words: &mut [__m128i; 4]) {
        let [oldest, second, third, last] = core::array::from_fn(|n| words[(at + n) % 4]);
        let sum =
            _mm_add_epi32(_mm_sha256msg1_epu32(oldest, second), _mm_alignr_epi8::<4>(last, third));
        words[at] = _mm_sha256msg2_epu32(sum, last);
    }

    #[inline]
    #[target_feature(enable = "sha,sse4.1")]
    fn rounds(four: usize, state: &mut State, words: __m128i) {
        let [a, b, c, d] = core::array::from_fn(|n| ROUNDS[4 * four + n].cast_signed());
        let words = _mm_add_epi32(words, _mm_set_epi32(d, c, b, a));
        state.cdgh = _mm_sha256rnds2_epu32(state.cdgh, state.abef, words);
        let words = _mm_shuffle_epi32::<0x0e>(words);
        state.abef = _mm_sha256rnds2_epu32(state.abef, state.cdgh, words);
    }

    #[inline]
    #[target_feature(enable = "sha,sse4.1")]
    fn digest_of(state: State) -> Hash {
        let feba = _mm_shuffle_epi32::<0x1b>(state.abef);
        let dchg = _mm_shuffle_epi32::<0xb1>(state.cdgh);
        let swap = _mm_set_epi64x(0x0c0d_0e0f_0809_0a0b, 0x0405_0607_0001_0203);
        let halves = [
            _mm_shuffle_epi8(_mm_blend_epi16::<0xf0>(feba, dchg), swap),
            _mm_shuffle_epi8(_mm_alignr_epi8::<8>(dchg, feba), swap),
        ];
        let mut out = [0; HASH_BYTES];
        for (bytes, half) in out.as_chunks_mut::<16>().0.iter_mut().zip(halves) {
            let (low, high) = (_mm_cvtsi128_si64(half), _mm_extract_epi64::<1>(half));
            bytes[..8].copy_from_slice(&low.to_le_bytes());
            bytes[8..].copy_from_slice(&high.to_le_bytes());
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use sha2::{Digest as _, Sha256};

    use super::*;

    fn check(texts: &[Vec<u8>]) {
        let mut messages = Messages::default();
        for text in texts {
            let (head, tail) = text.split_at(text.len() / 3);
            messages.push(&[head, tail]);
        }
        let expected: Vec<Hash> = texts.iter().map(|text| Sha256::digest(text).into()).collect();
        let mut out = vec![[9; HASH_BYTES]; 3];
        messages.digests(&mut out);
        assert_eq!(out, expected);
        let (blocks, rest) = messages.bytes.as_chunks::<BLOCK_BYTES>();
        assert!(rest.is_empty());
        let mut out = vec![[9; HASH_BYTES]; texts.len()];
        one_by_one(blocks, &messages.ends, &mut out);
        assert_eq!(out, expected, "the plain way");
    }

    #[test]
    fn every_length_up_to_five_blocks_is_hashed_right() {
        check(&[]);
        for lanes in 1..6 {
            for length in 0..330 {
                check(&vec![vec![length as u8; length]; lanes]);
            }
        }
        check(&(0..330).map(|length| vec![7; length]).collect::<Vec<_>>());
    }

    #[test]
    fn messages_are_forgotten() {
        let (mut messages, mut out) = (Messages::default(), Vec::new());
        messages.push(&[b"one"]);
        messages.clear();
        assert!(messages.is_empty());
        messages.push(&[b"two"]);
        messages.digests(&mut out);
        assert_eq!((messages.len(), out), (1, vec![Sha256::digest(b"two").into()]));
    }

    proptest! {
        #[test]
        fn any_mix_of_lengths_is_hashed_as_one_by_one(
            texts in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..400), 0..40),
        ) {
            check(&texts);
        }
    }
}
