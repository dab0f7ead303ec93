//! Bytes as lower-case hexadecimal digits, and digests back from them.

use crate::Hash;

/// Lower-case hexadecimal.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a String takes any text");
        text
    })
}

/// The digest that stands there in exactly 64 lower-case digits.
#[must_use]
pub fn unhex(text: &str) -> Option<Hash> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let bytes: Option<Vec<u8>> =
        pairs.iter().map(|[a, b]| Some(digit(*a)? << 4 | digit(*b)?)).collect();
    if rest.is_empty() { bytes?.try_into().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_comes_back_and_nothing_else_does() {
        let digest: Hash = std::array::from_fn(|at| at as u8 * 8);
        let text = hex(&digest);
        assert_eq!(unhex(&text), Some(digest));
        assert_eq!(unhex(&text.to_uppercase()), None);
        assert_eq!(unhex(text.get(1..).unwrap_or_default()), None);
        assert_eq!(unhex(&format!("{text}00")), None);
        assert_eq!(unhex(&text.replace("08", "+8")), None);
    }
}
