//! Texts that were scanned lately and held nothing: user agents and referrers come again and again.
//! It only ever spares work; forgetting one costs a scan.

use crate::set::FieldBits;

/// Shorter texts are scanned sooner than looked up, longer ones seldom come again.
const BYTES: std::ops::RangeInclusive<usize> = 24..=512;
/// How many texts are remembered.
const SLOTS: usize = 1024;
/// A field whose texts were missed so often more than found is left alone for a while.
const PATIENCE: i32 = 128;
/// After so many look-ups every field gets another chance.
const RENEWAL: u32 = 1 << 16;

/// Texts without anything that a set's rules need.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// The text, and the fields it stood in: another field's rules may need what is in it.
    slots: Vec<(FieldBits, String)>,
    /// By the field's place in the event: how much oftener its texts were found than missed.
    luck: Vec<i32>,
    lookups: u32,
}

impl Seen {
    /// Whether this text held nothing before.
    pub(crate) fn knows(&mut self, field: usize, text: &str, bits: FieldBits) -> bool {
        if !BYTES.contains(&text.len()) || field >= bakas_model::limits::FIELDS_LIMIT {
            return false;
        }
        self.lookups += 1;
        if self.lookups >= RENEWAL {
            self.lookups = 0;
            self.luck.clear();
        }
        if self.luck.len() <= field {
            self.luck.resize(field + 1, 0);
        }
        let luck = &mut self.luck[field];
        if *luck < -PATIENCE {
            return false;
        }
        let known = self.slots.get(slot(text));
        let found = known.is_some_and(|(of, known)| bits & !of == 0 && known == text);
        *luck = (*luck + if found { 1 } else { -1 }).min(PATIENCE);
        found
    }

    /// Remembers that this text held nothing.
    pub(crate) fn remember(&mut self, field: usize, text: &str, bits: FieldBits) {
        let hopeless = self.luck.get(field).is_none_or(|luck| *luck < -PATIENCE);
        if hopeless || !BYTES.contains(&text.len()) {
            return;
        }
        if self.slots.is_empty() {
            self.slots.resize(SLOTS, (0, String::new()));
        }
        let (of, known) = &mut self.slots[slot(text)];
        *of = bits;
        known.clear();
        known.push_str(text);
    }
}

/// Where a text is remembered: a mix of its length and of bytes all over it.
fn slot(text: &str) -> usize {
    let bytes = text.as_bytes();
    let word = |at: usize| {
        bytes.get(at..at + 8).and_then(|b| b.try_into().ok()).map_or(0, u64::from_le_bytes)
    };
    let last = bytes.len().saturating_sub(8);
    let mixed = [0, last / 4, last / 2, last / 4 * 3, last]
        .into_iter()
        .fold(bytes.len() as u64, |mixed, at| {
            (mixed.rotate_left(5) ^ word(at)).wrapping_mul(0x517c_c1b7_2722_0a95)
        });
    (mixed >> 48) as usize % SLOTS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_knows_only_what_it_was_told() {
        let mut seen = Seen::default();
        let text = "Mozilla/5.0 (X11; Linux x86_64)";
        assert!(!seen.knows(0, text, 6));
        seen.remember(0, text, 6);
        assert!(seen.knows(0, text, 6));
        assert!(!seen.knows(0, "Mozilla/5.0 (X11; Linux x86_65)", 6));
        assert!(seen.knows(0, text, 2) && !seen.knows(0, text, 9), "another field");
        seen.remember(0, "short", 6);
        assert!(!seen.knows(0, "short", 6));
    }

    #[test]
    fn a_field_that_never_repeats_is_left_alone() {
        let mut seen = Seen::default();
        for number in 0..1000 {
            let text = format!("/a/path/that/comes/only/once/{number}");
            assert!(!seen.knows(3, &text, 1));
            seen.remember(3, &text, 1);
        }
        let last = "/a/path/that/comes/only/once/999";
        assert!(!seen.knows(3, last, 1), "it was not even remembered");
    }
}
