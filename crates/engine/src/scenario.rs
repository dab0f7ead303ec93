//! `bakas scenario` and `bakas score`: the bundled scenario, and how right a case about it is.

use std::path::{Path, PathBuf};

pub use bakas_scenario::{Score, Summary};

use crate::Error;

/// Makes the scenario.
///
/// # Errors
/// Where the folder cannot be made or written, or the scale is out of bounds.
pub fn generate(seed: u64, lines: u64, out: PathBuf) -> Result<Summary, Error> {
    Ok(bakas_scenario::generate(&bakas_scenario::Options { seed, lines, out })?)
}

/// Scores a case against the truth.
///
/// # Errors
/// Where either cannot be read.
pub fn score(case: &Path, truth: &Path) -> Result<Score, Error> {
    Ok(bakas_scenario::score(case, truth)?)
}
