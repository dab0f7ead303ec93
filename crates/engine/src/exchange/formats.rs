//! Formats by name: which encoder writes, which decoder reads, and which of them a message is in.

use bakas_exchange::{
    Cleared, DecodeError, EncodeError, Encoded, Limits, Taken, csv, iodef, misp, native, stix,
    text, xarf,
};

use bakas_model::{IncidentKind, Timestamp};
use serde::Deserializer as _;

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

    fn decode(
        self,
        bytes: &[u8],
        limits: &Limits,
        date: Option<Timestamp>,
    ) -> Result<Taken, DecodeError> {
        match self {
            Self::Native => native::decode(bytes, limits),
            Self::Stix => stix::decode(bytes, limits),
            Self::Iodef => iodef::decode(bytes, limits),
            Self::IodefJson => iodef::decode_json(bytes, limits),
            Self::Xarf => xarf::decode(bytes, limits),
            Self::Csv => csv::decode(bytes, limits),
            Self::Misp => misp::decode(bytes, limits),
            Self::Text => text::decode_dated(bytes, limits, date),
        }
    }
}

/// What a message seems to be, before it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Guess {
    /// A receipt or a withdrawal.
    Notice,
    /// A package, in one of these.
    Formats(&'static [Format]),
    /// JSON of no kind that is known here.
    Unknown,
}

/// Names of top-level members that are looked at.
const MEMBERS_LIMIT: usize = 256;

/// Guesses what a message is by how it begins and by the names of its members, so that what is wrong
/// with it is told by the one reader that it is for.
pub(super) fn guess(bytes: &[u8]) -> Guess {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match bytes.trim_ascii_start().first() {
        Some(b'<') => Guess::Formats(&[Format::Iodef]),
        Some(b'[') => Guess::Formats(&[Format::Misp]),
        Some(b'{') => {
            let mut members = Members::default();
            // Broken JSON has named itself by its first members, as often as not.
            drop(serde_json::Deserializer::from_slice(bytes).deserialize_map(&mut members));
            members.guess()
        }
        _ => Guess::Formats(&[Format::Text, Format::Csv]),
    }
}

#[derive(Default)]
struct Members {
    names: Vec<String>,
    schema: String,
}

impl Members {
    fn guess(&self) -> Guess {
        let has = |name: &str| self.names.iter().any(|one| one == name);
        if has("bakas") {
            let is_notice = self.schema.starts_with("bakas-notice/");
            return if is_notice { Guess::Notice } else { Guess::Formats(&[Format::Native]) };
        }
        let by_name: [(&[&str], &'static [Format]); 4] = [
            (&["Event", "response", "Attribute"], &[Format::Misp]),
            (&["Incident"], &[Format::IodefJson]),
            (&["xarf_version", "XARFVersion"], &[Format::Xarf]),
            (&["objects", "spec_version", "type"], &[Format::Stix]),
        ];
        let found = by_name.iter().find(|(names, _)| names.iter().any(|name| has(name)));
        found.map_or(Guess::Unknown, |(_, formats)| Guess::Formats(formats))
    }
}

impl<'de> serde::de::Visitor<'de> for &mut Members {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key::<std::borrow::Cow<'de, str>>()? {
            let is_schema = name == "bakas";
            if self.names.len() < MEMBERS_LIMIT {
                self.names.push(name.chars().take(64).collect());
            }
            if is_schema {
                self.schema = map.next_value::<String>().unwrap_or_default();
            } else {
                map.next_value::<serde::de::IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

/// Reads a message in one of these formats; `date` is what a mail's head says.
pub(super) fn decode(
    bytes: &[u8],
    formats: &[Format],
    limits: &Limits,
    date: Option<Timestamp>,
) -> Result<(Format, Taken), Vec<String>> {
    let mut errors = Vec::new();
    for format in formats {
        match format.decode(bytes, limits, date) {
            Ok(taken) if !taken.packages.is_empty() => return Ok((*format, taken)),
            Ok(taken) => {
                let what = first(&taken);
                errors.push(format!("{}: no package could be read{what}", format.name()));
            }
            Err(error) => errors.push(error.to_string()),
        }
    }
    Err(errors)
}

fn first(taken: &Taken) -> String {
    taken.rejected.first().map_or_else(String::new, |words| format!(": {}", words.text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_guessed_by_its_beginning() {
        let check =
            |text: &str, expected: Guess| assert_eq!(guess(text.as_bytes()), expected, "{text}");
        check("{\"package\":{},\"bakas\":\"bakas-package/1\"}", Guess::Formats(&[Format::Native]));
        check("{\"bakas\":\"bakas-notice/1\"}", Guess::Notice);
        check("{\"bakas\":", Guess::Formats(&[Format::Native]));
        check(" {\"type\":\"bundle\",\"objects\":[", Guess::Formats(&[Format::Stix]));
        check("[{\"Event\":{}}]", Guess::Formats(&[Format::Misp]));
        check("{\"Event\":{\"type\":1}}", Guess::Formats(&[Format::Misp]));
        check("{\"version\":\"2.0\",\"Incident\":[]}", Guess::Formats(&[Format::IodefJson]));
        check("{\"a\":1}", Guess::Unknown);
        check("<x/>", Guess::Formats(&[Format::Iodef]));
        check("source,start\n", Guess::Formats(&[Format::Text, Format::Csv]));
    }
}
