//! What the operator's records must give, as `operator-truth.ndjson` says it: for each attacking record
//! of the days that are kept, whose it was. The format is described in `docs/formats/truth.md`.

use std::{
    io::{self, BufRead, Write},
    net::IpAddr,
    path::Path,
};

use bakas_model::Timestamp;
use serde::{Deserialize, Serialize};

use crate::truth::TruthError;

/// One record of the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum OperatorRecord {
    /// The first line: whose records these are.
    Operator(OperatorHeader),
    /// One attacking record, and whose it was.
    Flow(OperatorFlow),
}

/// Whose records these are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperatorHeader {
    /// Version of this format.
    pub version: u32,
    /// Always true: nothing in it happened.
    pub synthetic: bool,
    /// The network, by number.
    pub asn: u32,
    /// Its name in the public tables. What is said of it here is made up.
    pub operator: String,
    /// The time zone in which its logs are written.
    pub zone: String,
    /// What must be added to the translator's times.
    pub translator_offset_seconds: i64,
    /// First moment that is kept.
    pub kept_from: Timestamp,
    /// Address and port at which the attacked web site was reached.
    pub destination: IpAddr,
    /// The same.
    pub destination_port: u16,
}

/// One attacking record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperatorFlow {
    /// Path below the agencies' logs.
    pub file: String,
    /// First byte of the record, in the unpacked file.
    pub offset: u64,
    /// The incident, as in `truth.ndjson`.
    pub incident: String,
    /// When it really was.
    pub time: Timestamp,
    /// Where it came from.
    pub address: IpAddr,
    /// The port, where the agency's log holds it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// The address within the operator's network, where it was translated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inner: Option<IpAddr>,
    /// Whose it was, as the operator's log names it.
    pub subscriber: String,
}

/// Everything that the file says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OperatorTruth {
    /// Whose records these are.
    pub header: OperatorHeader,
    /// Attacking records.
    pub flows: Vec<OperatorFlow>,
}

impl OperatorTruth {
    /// Reads it.
    ///
    /// # Errors
    /// Where it cannot be read, or a line is not a record, or the first is no header.
    pub fn read(path: &Path) -> Result<Self, TruthError> {
        let mut header = None;
        let mut flows = Vec::new();
        let file = io::BufReader::new(std::fs::File::open(path)?);
        for (line, text) in (1_u64..).zip(file.lines()) {
            let record = serde_json::from_str(&text?)
                .map_err(|source| TruthError::Record { line, source })?;
            match record {
                OperatorRecord::Operator(one) => header = Some(one),
                OperatorRecord::Flow(one) => flows.push(one),
            }
        }
        let header = header.ok_or_else(|| io::Error::other("it has no header"))?;
        Ok(Self { header, flows })
    }

    /// Writes it.
    ///
    /// # Errors
    /// Where `out` cannot be written.
    pub fn write(self, out: &mut impl Write) -> io::Result<()> {
        let mut put = |record: OperatorRecord| -> io::Result<()> {
            serde_json::to_writer(&mut *out, &record)?;
            out.write_all(b"\n")
        };
        put(OperatorRecord::Operator(self.header))?;
        self.flows.into_iter().try_for_each(|one| put(OperatorRecord::Flow(one)))
    }
}
