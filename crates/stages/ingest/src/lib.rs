//! Ingest: the bytes that were shipped become events and rejects, and nothing is skipped in
//! silence.
//!
//! In the order of the data: [`unpack`] opens what is packed, [`guess`] tells the format, a
//! [`Chunker`] cuts the stream into chunks of whole records, a [`Decoder`] reads them, and a
//! [`SkewSampler`] compares the clocks of an agency's sources. Readers and values go in, values
//! come out: no file, no socket, no clock of the machine.
//!
//! ```
//! use bakas_ingest::{Chunker, Decoder, Format, Sink};
//! use bakas_model::{Event, Reject, Source};
//!
//! struct Print;
//! impl Sink for Print {
//!     fn event(&mut self, event: &Event<'_>, line: u64) {
//!         assert_eq!((line, event.operation, event.http_status), (1, "GET", Some(200)));
//!         assert_eq!(event.time.to_string(), "2015-05-17T10:05:03Z");
//!     }
//!     fn reject(&mut self, reject: Reject) {
//!         panic!("{reject:?}");
//!     }
//! }
//!
//! let log = r#"203.0.113.7 - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 5 "-" "curl""#;
//! let mut chunker = Chunker::new(Format::Combined, log.as_bytes());
//! let mut decoder = Decoder::new(&Source::default(), Format::Combined);
//! let arena = bumpalo::Bump::new();
//! while let Some(chunk) = chunker.next(Vec::new()).unwrap() {
//!     decoder.decode(&chunk, &arena, &mut Print);
//! }
//! ```

mod address;
mod catalogue;
mod clock;
mod decode;
mod define;
mod explain;
mod fault;
mod format;
mod frame;
mod guess;
mod json;
mod skew;
mod sound;
mod unpack;
mod year;

pub use bakas_model::Account;
pub use catalogue::Formats;
pub use clock::is_known_zone;
pub use decode::{Decoder, Sink};
pub use define::{Definition, DefinitionProblem, Reading};
pub use explain::{ATTRIBUTES, Attribute, Explained, ExplainedEvent, Outcome, explain};
pub use format::{Format, Verbatim};
pub use frame::{CHUNK_BYTES, Chunk, Chunker, CsvHeader, Encoding, Headed, Origin, Skipped};
pub use guess::{Guess, guess};
pub use skew::SkewSampler;
pub use unpack::{Member, NESTED_ZIP_BYTES_LIMIT, is_packed, unpack};
pub use year::first_year;
