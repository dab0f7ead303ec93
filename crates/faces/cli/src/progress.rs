//! The progress bar on standard error: bytes, rate, time left; no bar where it is no terminal.
//! Remarks are shown either way.

use std::io::{IsTerminal as _, stderr};

use bakas_engine::observer::{Observer, Step};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::output::complain;

/// Draws what the engine reports.
#[derive(Debug)]
pub(crate) struct Progress {
    bar: ProgressBar,
    quiet: bool,
}

const WITH_BYTES: &str =
    "{msg:22} {bar:24} {bytes:>10} of {total_bytes}  {bytes_per_sec:>12}  {eta} left";
const WITHOUT_BYTES: &str = "{msg:22} {spinner} {elapsed}";

impl Progress {
    pub(crate) fn new(quiet: bool) -> Self {
        let bar = ProgressBar::no_length();
        let shown = !quiet && stderr().is_terminal();
        bar.set_draw_target(if shown {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        });
        Self { bar, quiet }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

impl Observer for Progress {
    fn step(&self, step: Step, bytes: u64) {
        self.bar.set_message(step.label());
        let template = if bytes > 0 { WITH_BYTES } else { WITHOUT_BYTES };
        let style = ProgressStyle::with_template(template).expect("our own templates are right");
        self.bar.set_style(style);
        self.bar.reset();
        self.bar.set_length(bytes);
        self.bar.tick();
    }

    fn read(&self, bytes: u64) {
        self.bar.inc(bytes);
    }

    fn note(&self, what: &str) {
        if !self.quiet {
            self.bar.suspend(|| complain(&format!("bakas: {what}")));
        }
    }
}
