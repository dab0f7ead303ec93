//! What is signed: a text of fixed lines over the digest of what is sent.

use bakas_model::{
    Timestamp,
    exchange::{Pap, Tlp},
};
use sha2::{Digest, Sha256};

use super::EnvelopeError;

/// The first line.
const SCHEMA: &str = "bakas-envelope/1";

/// What a signature says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Signed {
    pub(super) format: String,
    pub(super) bytes: u64,
    pub(super) sha256: String,
    pub(super) to: String,
    pub(super) labels: (Tlp, Pap),
    pub(super) made: Timestamp,
}

pub(super) fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A word that stands on a line of what is signed.
fn word<'a>(text: &'a str, of: &'static str) -> Result<&'a str, EnvelopeError> {
    let fits = !text.is_empty() && !text.chars().any(|c| c.is_whitespace() || c.is_control());
    if fits { Ok(text) } else { Err(EnvelopeError::Text(of)) }
}

impl Signed {
    /// The text that is signed.
    ///
    /// # Errors
    /// Where a word is none.
    pub(super) fn text(&self) -> Result<String, EnvelopeError> {
        let format = word(&self.format, "the format's name")?;
        let to = word(&self.to, "the recipient's id")?;
        let (tlp, pap) = self.labels;
        Ok(format!(
            "{SCHEMA}\nformat {format}\nbytes {}\nsha256 {}\nto {to}\ntlp {tlp}\npap {pap}\nmade {}\n",
            self.bytes, self.sha256, self.made
        ))
    }

    /// Reads the text.
    pub(super) fn read(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        if lines.next()? != SCHEMA {
            return None;
        }
        let mut value = |name: &str| lines.next()?.strip_prefix(name)?.strip_prefix(' ');
        let signed = Self {
            format: value("format")?.to_owned(),
            bytes: value("bytes")?.parse().ok()?,
            sha256: value("sha256")?.to_owned(),
            to: value("to")?.to_owned(),
            labels: (value("tlp")?.parse().ok()?, value("pap")?.parse().ok()?),
            made: value("made")?.parse().ok()?,
        };
        // Written out again it must be the same, so that nothing else stands in it.
        (signed.text().ok()? == text).then_some(signed)
    }
}
