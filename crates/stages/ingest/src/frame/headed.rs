//! Lines of a file that names its columns itself: in its first line, or in directive lines such as
//! `#Fields:` that may stand anywhere. Each chunk carries what is in force at its beginning, so
//! that it can be read alone.

use std::sync::Arc;

use memchr::{memchr, memchr_iter};

use crate::define::{Header, after_word};

/// What the lines before a chunk said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Headed {
    /// The names of the columns as written, where they were.
    pub header: Option<String>,
    /// Other directives that the format keeps: the word, and what follows it.
    pub values: Vec<(String, String)>,
}

#[derive(Debug)]
pub(super) struct HeadedFrame {
    pub(super) lines: super::lines::LineFrame,
    definition: &'static crate::Definition,
    state: Arc<Headed>,
    is_begun: bool,
}

impl HeadedFrame {
    pub(super) fn new(definition: &'static crate::Definition) -> Self {
        Self {
            lines: super::lines::LineFrame::default(),
            definition,
            state: Arc::default(),
            is_begun: false,
        }
    }

    /// What is in force at the beginning of a chunk that is handed out now; its own lines count
    /// for the next.
    pub(super) fn take(&mut self, bytes: &[u8]) -> Option<Arc<Headed>> {
        let before = Arc::clone(&self.state);
        let kind = self.definition.delimited()?;
        match kind.header() {
            Some(Header::Line) if !self.is_begun => self.first_line(bytes),
            Some(Header::Line) | None => {}
            Some(Header::Directive(word)) => self.directives(bytes, word),
        }
        Some(before)
    }

    fn first_line(&mut self, bytes: &[u8]) {
        let Some(kind) = self.definition.delimited() else { return };
        for line in bytes.split(|&byte| byte == b'\n') {
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            if line.trim_ascii().is_empty() || line.starts_with(b"#") {
                continue;
            }
            self.is_begun = true;
            let line = String::from_utf8_lossy(line);
            if kind.is_header(&line) {
                Arc::make_mut(&mut self.state).header = Some(line.into_owned());
            }
            return;
        }
    }

    fn directives(&mut self, bytes: &[u8], word: &str) {
        let Some(kind) = self.definition.delimited() else { return };
        for at in memchr_iter(b'#', bytes) {
            if at > 0 && bytes.get(at - 1) != Some(&b'\n') {
                continue;
            }
            let rest = bytes.get(at..).unwrap_or_default();
            let line = rest.get(..memchr(b'\n', rest).unwrap_or(rest.len())).unwrap_or_default();
            let line = String::from_utf8_lossy(line.strip_suffix(b"\r").unwrap_or(line));
            if let Some(header) = after_word(&line, word) {
                Arc::make_mut(&mut self.state).header = Some(header.to_owned());
                continue;
            }
            let found = kind.directives().find_map(|word| Some((word, after_word(&line, word)?)));
            if let Some((word, value)) = found {
                let values = &mut Arc::make_mut(&mut self.state).values;
                values.retain(|(known, _)| known != word);
                values.push((word.to_owned(), value.to_owned()));
            }
        }
    }
}
