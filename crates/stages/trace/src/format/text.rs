//! All words of a table, packed together and unpacked when the first of them is asked for: opening a
//! table needs none of them. A word is known by its number; 0 is the empty word.

use std::collections::HashMap;

use super::{Why, limits::TEXT_BYTES_LIMIT};

/// How hard to pack: hard, since it is done once and read often.
const PACKING_LEVEL: i32 = 19;

/// Words being collected.
#[derive(Debug, Default)]
pub(crate) struct Collector {
    text: String,
    lengths: Vec<u32>,
    known: HashMap<String, u32>,
}

/// The words of a table, and which of them name its operators.
#[derive(Debug, Default)]
pub(crate) struct Texts {
    text: String,
    /// Where each word ends in `text`.
    ends: Vec<u32>,
    /// For each epoch the word that names each operator.
    names: Vec<Vec<u32>>,
}

impl Collector {
    /// The number of a word, which is added where it is new.
    pub(crate) fn number(&mut self, word: &str) -> u32 {
        if word.is_empty() {
            return 0;
        }
        if let Some(&number) = self.known.get(word) {
            return number;
        }
        self.text.push_str(word);
        self.lengths.push(u32::try_from(word.len()).expect("a word stays far below 4 GiB"));
        let number = u32::try_from(self.lengths.len()).expect("fewer words than bytes");
        self.known.insert(word.to_owned(), number);
        number
    }

    /// All words and names packed: counts, lengths, names (each less the one before it), text.
    pub(crate) fn pack(&self, names: &[Vec<u32>]) -> Vec<u8> {
        if self.lengths.is_empty() {
            return Vec::new();
        }
        let operators = names.first().map_or(0, Vec::len);
        let counts = [self.lengths.len(), names.len(), operators];
        let counts = counts.map(|count| u32::try_from(count).expect("counted in 32 bits"));
        // Operators of one epoch are mostly named as in the one before, and in a row.
        let mut columns: Vec<u32> = Vec::with_capacity(names.len() * operators);
        for (epoch, column) in names.iter().enumerate() {
            for (at, &name) in column.iter().enumerate() {
                columns.push(name.wrapping_sub(expected(names, epoch, at)));
            }
        }
        let mut plain = Vec::new();
        for number in counts.iter().chain(&self.lengths).chain(&columns) {
            plain.extend_from_slice(&number.to_le_bytes());
        }
        plain.extend_from_slice(self.text.as_bytes());
        let mut packed = (plain.len() as u64).to_le_bytes().to_vec();
        packed.extend(zstd::bulk::compress(&plain, PACKING_LEVEL).expect("memory to memory"));
        packed
    }
}

impl Texts {
    /// Unpacks; nothing at all where nothing was packed.
    pub(crate) fn unpack(packed: &[u8]) -> Result<Self, Why> {
        let Some((length, packed)) = packed.split_first_chunk::<8>() else {
            return Ok(Self::default());
        };
        let length = u64::from_le_bytes(*length);
        if length > TEXT_BYTES_LIMIT {
            return Err(format!("{length} bytes are over the limit of {TEXT_BYTES_LIMIT}"));
        }
        let length = usize::try_from(length).map_err(|e| e.to_string())?;
        let plain = zstd::bulk::decompress(packed, length).map_err(|e| e.to_string())?;
        let mut rest = plain.as_slice();
        let [words, epochs, operators] =
            [take(&mut rest, 1)?, take(&mut rest, 1)?, take(&mut rest, 1)?]
                .map(|count| count[0] as usize);
        let mut end = 0_u32;
        let mut ends = take(&mut rest, words)?;
        for length in &mut ends {
            end = end.checked_add(*length).ok_or("words too long")?;
            *length = end;
        }
        let mut names: Vec<Vec<u32>> = Vec::new();
        for epoch in 0..epochs {
            names.push(take(&mut rest, operators)?);
            for at in 0..operators {
                let name = names[epoch][at].wrapping_add(expected(&names, epoch, at));
                if name as usize > words {
                    return Err(format!("reference {name} to no word"));
                }
                names[epoch][at] = name;
            }
        }
        let text = std::str::from_utf8(rest).map_err(|e| e.to_string())?.to_owned();
        if end as usize != text.len() {
            return Err("text without a word".to_owned());
        }
        match ends.iter().all(|&end| text.is_char_boundary(end as usize)) {
            true => Ok(Self { text, ends, names }),
            false => Err("a word ends within a letter".to_owned()),
        }
    }

    /// The word with that number.
    pub(crate) fn get(&self, number: u32) -> &str {
        let Some(at) = (number as usize).checked_sub(1) else { return "" };
        let end = |at: usize| self.ends.get(at).map_or(0, |&end| end as usize);
        let start = if at == 0 { 0 } else { end(at - 1) };
        self.text.get(start..end(at)).unwrap_or_default()
    }

    /// What an operator was called at an epoch.
    pub(crate) fn name(&self, epoch: usize, operator: usize) -> Option<&str> {
        let number = *self.names.get(epoch)?.get(operator)?;
        (number > 0).then(|| self.get(number))
    }

    /// How many words there are.
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// How many operators have names.
    pub(crate) fn operators(&self) -> usize {
        self.names.first().map_or(0, Vec::len)
    }
}

/// What a name is likely to be: that of the epoch before, else one more than its neighbour's.
fn expected(names: &[Vec<u32>], epoch: usize, at: usize) -> u32 {
    match (epoch, at) {
        (0, 0) => 0,
        (0, _) => names[0][at - 1].wrapping_add(1),
        _ => names[epoch - 1][at],
    }
}

/// The next numbers.
fn take(rest: &mut &[u8], count: usize) -> Result<Vec<u32>, Why> {
    let length = count.checked_mul(4).ok_or("too many numbers")?;
    let (head, tail) = rest.split_at_checked(length).ok_or("it ends too early")?;
    *rest = tail;
    let number = |four: &[u8]| u32::from_le_bytes(four.try_into().expect("chunks of four"));
    Ok(head.chunks_exact(4).map(number).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_names_come_back() {
        let mut collector = Collector::default();
        let numbers: Vec<u32> = ["Uno", "", "Dalawa", "Uno", "Tatlóng"]
            .iter()
            .map(|word| collector.number(word))
            .collect();
        assert_eq!(numbers, [1, 0, 2, 1, 3]);
        let names = [vec![1, 2, 0, 3], vec![1, 0, 3, 3]];
        let texts = Texts::unpack(&collector.pack(&names)).unwrap();
        assert_eq!((texts.len(), texts.operators()), (3, 4));
        assert_eq!([0, 1, 2, 3, 4].map(|n| texts.get(n)), ["", "Uno", "Dalawa", "Tatlóng", ""]);
        let told: Vec<_> = (0..4).map(|at| (texts.name(0, at), texts.name(1, at))).collect();
        assert_eq!(told[0], (Some("Uno"), Some("Uno")));
        assert_eq!(told[1], (Some("Dalawa"), None));
        assert_eq!(told[2], (None, Some("Tatlóng")));
        assert_eq!(texts.name(2, 0), None);
    }

    #[test]
    fn more_than_the_limit_is_refused_before_memory_is_asked_for() {
        let mut packed = (TEXT_BYTES_LIMIT + 1).to_le_bytes().to_vec();
        packed.extend([0; 20]);
        assert!(Texts::unpack(&packed).unwrap_err().contains("over the limit"));
    }
}
