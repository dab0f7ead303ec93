//! Bytes are watched before anything is built from them: how many, how deep, how long a text.

use std::{
    cell::RefCell,
    io::{self, Read},
};

use super::OBJECT_BYTES_LIMIT;
use crate::format::Limits;

/// Levels that the reader of JSON itself stands.
const DEPTH_LIMIT: usize = 120;

/// What was over a limit, and at which byte.
pub(super) type Hit = RefCell<Option<(u64, String)>>;

/// Watches the bytes before anything is built from them.
pub(super) struct Guard<'a, R> {
    pub(super) inner: R,
    pub(super) limits: Limits,
    pub(super) hit: &'a Hit,
    pub(super) state: State,
}

#[derive(Default)]
pub(super) struct State {
    bytes: u64,
    depth: usize,
    in_text: bool,
    escaped: bool,
    text: usize,
    object_from: u64,
}

impl<R: Read> Read for Guard<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(into)?;
        for &byte in into.get(..count).unwrap_or_default() {
            if let Some(what) = self.state.step(byte, &self.limits) {
                *self.hit.borrow_mut() = Some((self.state.bytes, what));
                return Err(io::Error::other("over a limit"));
            }
        }
        Ok(count)
    }
}

impl State {
    /// Takes one byte; says which limit it passes.
    fn step(&mut self, byte: u8, limits: &Limits) -> Option<String> {
        self.bytes += 1;
        if self.bytes > limits.bytes {
            return Some(format!("longer than {} bytes; send it in parts", limits.bytes));
        }
        if self.depth >= 3 && self.bytes - self.object_from > OBJECT_BYTES_LIMIT {
            return Some(format!(
                "an object longer than {OBJECT_BYTES_LIMIT} bytes; send it in parts"
            ));
        }
        if self.in_text {
            match (self.escaped, byte) {
                (false, b'"') => {
                    self.in_text = false;
                    return None;
                }
                (escaped, byte) => self.escaped = !escaped && byte == b'\\',
            }
            self.text += 1;
            return (self.text > limits.text)
                .then(|| format!("a text longer than {} bytes; shorten it", limits.text));
        }
        match byte {
            b'"' => (self.in_text, self.escaped, self.text) = (true, false, 0),
            b'{' | b'[' => {
                self.depth += 1;
                if self.depth == 3 {
                    self.object_from = self.bytes;
                }
                let most = limits.depth.min(DEPTH_LIMIT);
                if self.depth > most {
                    return Some(format!("deeper than {most} levels; it is not read"));
                }
            }
            b'}' | b']' => self.depth = self.depth.saturating_sub(1),
            // A number or word that never ends would be gathered like a text.
            b',' | b':' | b' ' | b'\n' | b'\r' | b'\t' => self.text = 0,
            _ => {
                self.text += 1;
                return (self.text > limits.text)
                    .then(|| format!("a value longer than {} bytes", limits.text));
            }
        }
        None
    }
}
