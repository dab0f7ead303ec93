//! The bundled scenario: a country's logs with the truth beside them, and the score of a case
//! against that truth. Everything is made up from a seed; the same seed gives the same bytes on
//! every machine. This is a generator, not a stage: it writes files, and it detects nothing.
//!
//! ```
//! use bakas_scenario::{Options, generate};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let folder = tempfile::tempdir()?;
//! let summary = generate(&Options { seed: 1, lines: 2_000, out: folder.path().join("s") })?;
//! assert_eq!(summary.campaigns, 3);
//! assert!(folder.path().join("s/logs/bakas.toml").is_file());
//! # Ok(())
//! # }
//! ```

mod agents;
mod attack;
mod benign;
mod clock;
mod config;
mod decoy;
mod generate;
mod gzip;
mod layout;
mod networks;
mod office;
pub mod operator;
mod people;
mod plot;
mod rng;
pub mod score;
mod shelf;
mod sites;
pub mod truth;
mod world;
mod write;

pub use generate::{DEFAULT_LINES, Options, ScenarioError, Summary, generate};
pub use score::{Score, ScoreError, score};
