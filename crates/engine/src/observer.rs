//! How a use case tells how far it is, and is told to stop. The face draws; the engine reports.

use std::sync::atomic::{AtomicBool, Ordering};

/// Hears how far a use case is.
pub trait Observer: Send + Sync {
    /// A step of the work begins, with the bytes it will read, where that is known.
    fn step(&self, step: Step, bytes: u64);
    /// Bytes of input were read.
    fn read(&self, bytes: u64);
    /// Something that a person should know, and that stops nothing.
    fn note(&self, what: &str);
}

/// The steps of an investigation, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Looking which files are there.
    Plan,
    /// Reading and detecting.
    Sweep,
    /// Joining hits into detections.
    Correlate,
    /// Finding incidents, reading again what their addresses did.
    Casework,
    /// Writing the report.
    Report,
    /// Sealing.
    Seal,
    /// Importing a data set.
    Import,
}

/// Hears nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Quiet;

impl Observer for Quiet {
    fn step(&self, _: Step, _: u64) {}
    fn read(&self, _: u64) {}
    fn note(&self, _: &str) {}
}

/// Set once the user wants to stop; looked at between chunks.
#[derive(Debug, Default)]
pub struct Stop(AtomicBool);

impl Stop {
    /// Nobody asked yet.
    #[must_use]
    pub const fn new() -> Self {
        Self(AtomicBool::new(false))
    }

    /// Asks the work to end.
    pub fn ask(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether the work should end.
    #[must_use]
    pub fn is_asked(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

impl Step {
    /// What is being done, for a progress bar.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Plan => "looking at the files",
            Self::Sweep => "reading and detecting",
            Self::Correlate => "joining detections",
            Self::Casework => "finding incidents",
            Self::Report => "writing the report",
            Self::Seal => "sealing",
            Self::Import => "importing",
        }
    }
}
