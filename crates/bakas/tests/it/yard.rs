//! A place to run the binary in: a folder of logs, a home of its own, what came out.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use bakas_model::{Case, RejectReason};

/// A folder for one test.
pub(crate) struct Yard {
    root: tempfile::TempDir,
}

/// How a command ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// A line that any decoder of access logs reads.
pub(crate) const GOOD_LINE: &str = "192.0.2.7 - - [05/Jan/2026:08:00:00 +0800] \
    \"GET /index.html HTTP/1.1\" 200 512 \"-\" \"Mozilla/5.0\"\n";

impl Yard {
    pub(crate) fn new() -> Self {
        Self { root: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    /// Writes a file below `logs/`.
    pub(crate) fn log(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.path("logs").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        write(&path, bytes);
        path
    }

    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bakas"));
        command
            .current_dir(self.root.path())
            .env("HOME", self.root.path())
            .env_remove("XDG_CONFIG_HOME")
            .env_remove("BAKAS_CONFIG")
            .env_remove("BAKAS_KEY")
            .env_remove("BAKAS_DATA")
            .env_remove("XDG_DATA_HOME")
            .stdin(Stdio::null());
        command
    }

    /// Another program in the same place.
    pub(crate) fn command_of(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.root.path()).env("HOME", self.root.path()).stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        let output = self.command().args(arguments).output().unwrap();
        Ran {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Investigates `logs/` and returns the case.
    pub(crate) fn investigate(&self) -> Case {
        let ran = self.run(&["investigate", "logs", "--out", "case", "--replace"]);
        assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
        self.case()
    }

    pub(crate) fn case(&self) -> Case {
        serde_json::from_slice(&fs::read(self.path("case/case.json")).unwrap()).unwrap()
    }
}

/// Pieces of a source that were rejected for that reason.
pub(crate) fn rejected(case: &Case, path: &str, reason: RejectReason) -> u64 {
    let summary = case.sources.iter().find(|s| s.source.path == path);
    let summary = summary.unwrap_or_else(|| panic!("{path} is not among the sources"));
    summary.rejects.get(&reason).copied().unwrap_or(0)
}

/// Events read from a source.
pub(crate) fn events(case: &Case, path: &str) -> u64 {
    case.sources.iter().find(|s| s.source.path == path).unwrap().events
}

pub(crate) fn write(path: &Path, bytes: &[u8]) {
    fs::write(path, bytes).unwrap();
}
