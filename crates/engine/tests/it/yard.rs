//! A folder of logs, and an investigation of it.

use std::{
    fs,
    path::{Path, PathBuf},
};

use bakas_engine::{
    Error, EventLake, MemoryLake, Timestamp,
    clock::FixedClock,
    investigate::{self, Done},
    observer::{Quiet, Stop},
};
use bakas_model::{Case, RejectReason};

/// A line that any decoder of access logs reads.
pub(crate) const LINE: &str = "192.0.2.7 - - [05/Jan/2026:08:00:00 +0800] \
    \"GET /index.html HTTP/1.1\" 200 512 \"-\" \"Mozilla/5.0\"\n";

/// A place for one test.
pub(crate) struct Yard(tempfile::TempDir);

impl Yard {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.0.path().join(name)
    }

    /// Writes a file of one line that stands nowhere else.
    pub(crate) fn log(&self, name: impl AsRef<Path>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let mark = format!("/{}", path.as_os_str().len());
        let more = path
            .as_os_str()
            .as_encoded_bytes()
            .iter()
            .map(|b| format!("{b:x}"))
            .collect::<String>();
        bakas_store::write_new(&path, LINE.replace("/index", &(mark + &more)).as_bytes()).unwrap();
        path
    }

    pub(crate) fn try_investigate(&self, inputs: &[PathBuf], out: &Path) -> Result<Done, Error> {
        self.try_investigate_on(inputs, out, 2)
    }

    /// The same with so many workers.
    pub(crate) fn try_investigate_on(
        &self,
        inputs: &[PathBuf],
        out: &Path,
        threads: usize,
    ) -> Result<Done, Error> {
        let lakes = |_: &Path, _: &[bakas_model::Agency]| -> Box<dyn EventLake> {
            Box::new(MemoryLake::default())
        };
        let request = investigate::Request {
            inputs: inputs.to_vec(),
            out: out.to_owned(),
            given: bakas_engine::rulebook::Given { builtin: true, ..Default::default() },
            replace: true,
            threads,
            key: Some(self.path("key")),
            data: Some(self.path("data")),
            ..investigate::Request::default()
        };
        let tools = investigate::Tools {
            lakes: &lakes,
            observer: &Quiet,
            stop: &Stop::new(),
            clock: &FixedClock(Timestamp::from_seconds(1_770_000_000)),
        };
        investigate::run(&request, &tools)
    }

    /// Investigates into `case`.
    pub(crate) fn investigate(&self, inputs: &[PathBuf]) -> Case {
        self.try_investigate(inputs, &self.path("case")).unwrap().case
    }
}

/// The sources' paths with their events.
pub(crate) fn events(case: &Case) -> Vec<(&str, u64)> {
    case.sources.iter().map(|s| (s.source.path.as_str(), s.events)).collect()
}

/// How often a source was rejected for that reason.
pub(crate) fn rejected(case: &Case, path: &str, reason: RejectReason) -> u64 {
    let summary = case.sources.iter().find(|s| s.source.path == path);
    let summary = summary.unwrap_or_else(|| panic!("{path} is not among {:?}", events(case)));
    summary.rejects.get(&reason).copied().unwrap_or(0)
}
