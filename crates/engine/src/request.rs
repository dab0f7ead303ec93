//! What an investigation is asked, and what it works with. It does nothing by itself.

use std::path::PathBuf;

use crate::{
    Error, LakeAt,
    clock::Clock,
    observer::{Observer, Step, Stop},
    rulebook::Given,
};

/// What to look at, and where the case goes.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// Files and folders of logs.
    pub inputs: Vec<PathBuf>,
    /// The case folder to make.
    pub out: PathBuf,
    /// The rules to ask.
    pub given: Given,
    /// Formats beside the built-in ones: files and folders.
    pub formats: Vec<PathBuf>,
    /// Configuration instead of the one beside the logs.
    pub config: Option<PathBuf>,
    /// The data folder; the one of `bakas.toml` or the usual one where absent.
    pub data: Option<PathBuf>,
    /// Whether a case that is already there gives way.
    pub replace: bool,
    /// Worker threads.
    pub threads: usize,
    /// The signing key file; the usual one where absent.
    pub key: Option<PathBuf>,
    /// Random bytes that the secrets of the seal come from, where a run is to be repeated exactly; the
    /// system's randomness where absent.
    pub seal_seed: Option<[u8; 32]>,
    /// The command line, for the seal.
    pub arguments: Vec<String>,
}

/// What an investigation works with.
#[expect(missing_debug_implementations, reason = "it only lends what others own")]
pub struct Tools<'a> {
    /// Opens the event lake of a folder.
    pub lakes: &'a LakeAt<'a>,
    /// Hears how far the work is.
    pub observer: &'a dyn Observer,
    /// Asked between chunks.
    pub stop: &'a Stop,
    /// Tells the time.
    pub clock: &'a dyn Clock,
}

impl Tools<'_> {
    /// Tells that a step begins, unless somebody asked to stop.
    pub(crate) fn begin(&self, step: Step, bytes: u64) -> Result<(), Error> {
        if self.stop.is_asked() {
            return Err(Error::Interrupted);
        }
        self.observer.step(step, bytes);
        Ok(())
    }
}
