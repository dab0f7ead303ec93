//! Formats by name: which encoder writes, which decoder reads, and which of them a message is in.

use bakas_exchange::{
    Cleared, DecodeError, EncodeError, Encoded, Limits, Taken, csv, iodef, misp, native, stix,
    text, xarf,
};

use bakas_model::IncidentKind;

use crate::Error;

/// A format that packages leave in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Our own.
    Native,
    /// STIX 2.1.
    Stix,
    /// A MISP event.
    Misp,
    /// IODEF v2, as XML.
    Iodef,
    /// IODEF v2, as JSON.
    IodefJson,
    /// XARF v4.
    Xarf,
    /// Comma-separated values.
    Csv,
    /// Plain text, as in a letter.
    Text,
}

impl Format {
    /// All of them.
    pub const ALL: &[Self] = &[
        Self::Native,
        Self::Stix,
        Self::Misp,
        Self::Iodef,
        Self::IodefJson,
        Self::Xarf,
        Self::Csv,
        Self::Text,
    ];

    /// Its name on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Native => "native",
            Self::Stix => "stix",
            Self::Iodef => "iodef",
            Self::IodefJson => "iodef-json",
            Self::Xarf => "xarf",
            Self::Csv => "csv",
            Self::Misp => "misp",
            Self::Text => "text",
        }
    }

    /// By its name.
    ///
    /// # Errors
    /// When there is no such format.
    pub fn named(name: &str) -> Result<Self, Error> {
        Self::ALL.iter().copied().find(|one| one.name() == name).ok_or_else(|| {
            let names: Vec<&str> = Self::ALL.iter().map(|one| one.name()).collect();
            Error::Usage(format!("no format \"{name}\"; write one of {}", names.join(", ")))
        })
    }

    /// Writes what passed the gate; `note` is the sender's signature, where the format has room.
    pub(super) fn encode(
        self,
        cleared: &Cleared,
        note: &str,
        kind: Option<IncidentKind>,
    ) -> Result<Encoded, EncodeError> {
        match self {
            Self::Native => native::encode(cleared, Some(note)),
            Self::Stix => stix::encode(cleared),
            Self::Iodef => iodef::encode(cleared),
            Self::IodefJson => iodef::encode_json(cleared),
            Self::Xarf => xarf::encode_with(cleared, xarf::Options { kind }),
            Self::Csv => csv::encode(cleared),
            Self::Misp => misp::encode(cleared),
            Self::Text => text::encode(cleared),
        }
    }

    fn decode(self, bytes: &[u8], limits: &Limits) -> Result<Taken, DecodeError> {
        match self {
            Self::Native => native::decode(bytes, limits),
            Self::Stix => stix::decode(bytes, limits),
            Self::Iodef => iodef::decode(bytes, limits),
            Self::IodefJson => iodef::decode_json(bytes, limits),
            Self::Xarf => xarf::decode(bytes, limits),
            Self::Csv => csv::decode(bytes, limits),
            Self::Misp => misp::decode(bytes, limits),
            Self::Text => text::decode(bytes, limits),
        }
    }
}

/// Reads a message in whatever format it is.
pub(super) fn decode(bytes: &[u8], limits: &Limits) -> Result<(Format, Taken), Vec<DecodeError>> {
    let start = bytes.iter().position(|byte| !byte.is_ascii_whitespace()).unwrap_or(0);
    let first = bytes.get(start).copied();
    let order: &[Format] = match first {
        Some(b'<') => &[Format::Iodef],
        Some(b'{' | b'[') => {
            &[Format::Native, Format::Stix, Format::Misp, Format::IodefJson, Format::Xarf]
        }
        _ => &[Format::Text, Format::Csv, Format::Iodef],
    };
    let mut errors = Vec::new();
    for format in order {
        match format.decode(bytes, limits) {
            Ok(taken) if !taken.packages.is_empty() => return Ok((*format, taken)),
            Ok(_) => {}
            Err(error) => errors.push(error),
        }
    }
    Err(errors)
}
