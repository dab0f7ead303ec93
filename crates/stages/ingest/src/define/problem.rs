//! What is wrong with a format file: the file, the line, the words.

use std::{fmt, ops::Range};

/// Why a format file was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DefinitionProblem {
    /// The file.
    pub path: String,
    /// The line, from 1; `None` where the file as a whole is meant.
    pub line: Option<usize>,
    /// What is wrong, with the key that it is about.
    pub what: String,
}

impl fmt::Display for DefinitionProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.path, self.what),
            None => write!(f, "{}: {}", self.path, self.what),
        }
    }
}

impl std::error::Error for DefinitionProblem {}

/// The file that is being compiled.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'f> {
    pub(super) path: &'f str,
    pub(super) text: &'f str,
}

impl Place<'_> {
    pub(super) fn problem(
        self,
        span: Option<Range<usize>>,
        what: impl Into<String>,
    ) -> DefinitionProblem {
        let line = span.map(|span| {
            let before = self.text.as_bytes().get(..span.start).unwrap_or_default();
            memchr::memchr_iter(b'\n', before).count() + 1
        });
        DefinitionProblem { path: self.path.to_owned(), line, what: what.into() }
    }
}
