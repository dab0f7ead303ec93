//! What reaches a person's screen: text from logs can hold terminal commands, so that every
//! control character is shown, never sent.

use std::io::{IsTerminal as _, Write as _, stderr, stdout};

use bakas_engine::error::Error;
use serde::Serialize;

use crate::args::{Colour, Output};

/// Columns where the terminal does not say.
const USUAL_COLUMNS: usize = 80;
/// Columns beyond which prose is no longer read well.
const READABLE_COLUMNS: usize = 100;

/// Where a command writes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Screen {
    pub(crate) json: bool,
    pub(crate) colour: bool,
    quiet: bool,
}

impl Screen {
    pub(crate) fn new(asked: &Output) -> Self {
        let no_colour = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let colour = match asked.colour {
            Colour::Always => true,
            Colour::Never => false,
            Colour::Auto => stdout().is_terminal() && !no_colour,
        };
        Self { json: asked.json, colour, quiet: asked.quiet }
    }

    /// How wide text may be.
    pub(crate) fn width(self) -> usize {
        let columns = std::env::var("COLUMNS").ok().and_then(|text| text.parse().ok());
        let columns = columns.or_else(|| {
            stdout()
                .is_terminal()
                .then(|| usize::from(indicatif::TermLike::width(&console::Term::stdout())))
        });
        columns.unwrap_or(USUAL_COLUMNS).clamp(40, READABLE_COLUMNS)
    }

    /// Text for a person; the caller has made it safe.
    pub(crate) fn text(self, text: &str) -> anyhow::Result<()> {
        let mut out = stdout().lock();
        out.write_all(text.as_bytes())?;
        if !text.ends_with('\n') {
            out.write_all(b"\n")?;
        }
        Ok(out.flush()?)
    }

    /// One JSON document on one line.
    pub(crate) fn line(self, value: &impl Serialize) -> anyhow::Result<()> {
        let mut out = stdout().lock();
        serde_json::to_writer(&mut out, value)?;
        Ok(out.write_all(b"\n")?)
    }

    /// A remark on standard error.
    pub(crate) fn note(self, text: &str) {
        if !self.quiet {
            complain(&format!("bakas: {text}"));
        }
    }

    /// An error with all its causes, and what to do about it.
    pub(crate) fn error(self, error: &anyhow::Error) {
        let causes: Vec<_> = error.chain().map(ToString::to_string).collect();
        complain(&format!("bakas: {}", causes.join(": ")));
        if let Some(hint) = error.downcast_ref::<Error>().and_then(Error::hint) {
            complain(&format!("  hint: {hint}"));
        }
    }
}

pub(crate) fn complain(text: &str) {
    let mut err = stderr().lock();
    // Nobody is left to be told where standard error is closed.
    drop(writeln!(err, "{}", visible(text)));
}

/// The text with control characters shown as `\x1b` and the like; line ends stay.
pub(crate) fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\t' => shown.push(c),
            c if c.is_control() || is_direction(c) => {
                shown.extend(c.escape_default());
            }
            c => shown.push(c),
        }
    }
    shown
}

/// Characters that turn the direction of text around them.
fn is_direction(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_cannot_command_the_terminal() {
        assert_eq!(visible("a\x1b[2Jb\u{202e}c\n"), "a\\u{1b}[2Jb\\u{202e}c\n");
    }
}
