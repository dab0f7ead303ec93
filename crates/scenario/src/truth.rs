//! What really happened, as `truth.ndjson` says it: one record a line, typed by `type`. The format
//! is described in `docs/formats/truth.md`. Both the generator and the score use these types.

use std::{
    io::{self, BufRead, Write},
    path::Path,
};

use bakas_model::IncidentKind;
use serde::{Deserialize, Serialize};

/// A place noted while the logs are written: file, incident and flow by number.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LinePlace {
    pub(crate) file: u16,
    pub(crate) offset: u64,
    pub(crate) length: u32,
    pub(crate) incident: u16,
    /// Number of its flow at the operator, from 1; 0 is none.
    pub(crate) flow: u32,
}

/// One record of the truth file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum TruthRecord {
    /// The first line: what was generated.
    Scenario(ScenarioHeader),
    /// All incidents of one actor.
    Campaign(TruthCampaign),
    /// One agency, one actor, one kind.
    Incident(TruthIncident),
    /// Something that looks like an attack, or makes one hard to see, and is none.
    Decoy(TruthDecoy),
    /// One attacking record.
    Line(TruthLine),
}

/// What was generated.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScenarioHeader {
    /// Version of this format.
    pub version: u32,
    /// Always true: nothing in it happened.
    pub synthetic: bool,
    /// The seed.
    pub seed: u64,
    /// The scale asked for.
    pub lines: u64,
    /// The state-owned telco that this seed drew, by the number of its network.
    pub telco_asn: u32,
}

/// All incidents of one actor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TruthCampaign {
    /// Its id.
    pub campaign: String,
    /// Who, as a made-up name.
    pub actor: String,
    /// Its incidents.
    pub incidents: Vec<String>,
    /// How this actor works, for people who read the truth.
    pub habits: String,
}

/// One agency, one actor, one kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TruthIncident {
    /// Its id.
    pub incident: String,
    /// The agency's id.
    pub agency: String,
    /// Its kind.
    pub kind: IncidentKind,
    /// Who, as a made-up name.
    pub actor: String,
    /// The actor's campaign; none for what came from the background of the Internet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub campaign: Option<String>,
    /// Attacking records, without copies.
    pub lines: u64,
    /// Where they came from.
    #[serde(default)]
    pub addresses: Vec<String>,
    /// Accounts used or tried, where the log names them.
    #[serde(default)]
    pub accounts: Vec<String>,
}

/// Something that is no attack.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TruthDecoy {
    /// Its name.
    pub name: String,
    /// What it is.
    pub note: String,
    /// The agencies in whose logs it stands.
    #[serde(default)]
    pub agencies: Vec<String>,
    /// Addresses that only this decoy uses.
    #[serde(default)]
    pub addresses: Vec<String>,
    /// Accounts that only this decoy uses.
    #[serde(default)]
    pub accounts: Vec<String>,
    /// Files; of copies, the original first.
    #[serde(default)]
    pub files: Vec<String>,
}

/// One attacking record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TruthLine {
    /// Path below the logs.
    pub file: String,
    /// First byte, in the unpacked file.
    pub offset: u64,
    /// Bytes, without the line's end.
    pub length: u32,
    /// The incident it belongs to.
    pub incident: String,
}

/// Name of the decoy whose files are copies of the first of them.
pub const DUPLICATE_DECOY: &str = "duplicate-shipping";

/// Everything a truth file says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Truth {
    /// What was generated.
    pub header: ScenarioHeader,
    /// Campaigns.
    pub campaigns: Vec<TruthCampaign>,
    /// Incidents.
    pub incidents: Vec<TruthIncident>,
    /// Decoys.
    pub decoys: Vec<TruthDecoy>,
    /// Attacking records.
    pub lines: Vec<TruthLine>,
}

/// Why a truth file could not be read.
#[derive(Debug, thiserror::Error)]
pub enum TruthError {
    /// It could not be read.
    #[error("cannot read")]
    Io(#[from] io::Error),
    /// A line is not what the format says.
    #[error("line {line} is not a truth record")]
    Record {
        /// Its number, from 1.
        line: u64,
        /// Why.
        source: serde_json::Error,
    },
}

impl Truth {
    /// Reads a truth file.
    ///
    /// # Errors
    /// Where it cannot be read or a line is not a record.
    pub fn read(path: &Path) -> Result<Self, TruthError> {
        let mut truth = Self::default();
        let file = io::BufReader::new(std::fs::File::open(path)?);
        for (line, text) in (1_u64..).zip(file.lines()) {
            let record = serde_json::from_str(&text?)
                .map_err(|source| TruthError::Record { line, source })?;
            match record {
                TruthRecord::Scenario(header) => truth.header = header,
                TruthRecord::Campaign(campaign) => truth.campaigns.push(campaign),
                TruthRecord::Incident(incident) => truth.incidents.push(incident),
                TruthRecord::Decoy(decoy) => truth.decoys.push(decoy),
                TruthRecord::Line(line) => truth.lines.push(line),
            }
        }
        Ok(truth)
    }

    /// Writes it.
    ///
    /// # Errors
    /// Where `out` cannot be written.
    pub fn write(self, out: &mut impl Write) -> io::Result<()> {
        let mut put = |record: TruthRecord| -> io::Result<()> {
            serde_json::to_writer(&mut *out, &record)?;
            out.write_all(b"\n")
        };
        put(TruthRecord::Scenario(self.header))?;
        self.campaigns.into_iter().try_for_each(|c| put(TruthRecord::Campaign(c)))?;
        self.incidents.into_iter().try_for_each(|i| put(TruthRecord::Incident(i)))?;
        self.decoys.into_iter().try_for_each(|d| put(TruthRecord::Decoy(d)))?;
        self.lines.into_iter().try_for_each(|l| put(TruthRecord::Line(l)))
    }
}
