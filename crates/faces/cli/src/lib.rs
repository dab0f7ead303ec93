//! The command line: reads what is asked, calls one use case of the engine, and shows what came
//! of it. It decides nothing about logs, and chooses no store: the binary hands one in.
//!
//! ```no_run
//! let lakes = |_: &std::path::Path, _: &[bakas_engine::Agency]| -> Box<dyn bakas_engine::EventLake> {
//!     Box::new(bakas_engine::MemoryLake::default())
//! };
//! let outside = bakas_engine::outside::Closed;
//! std::process::exit(bakas_cli::run(std::env::args_os(), &lakes, &outside).into());
//! ```

mod args;
mod commands;
mod exit;
mod output;
mod progress;

use std::ffi::OsString;

use args::{Arguments, Command};
use bakas_engine::{LakeAt, observer::Stop, outside::Outside};
use clap::Parser as _;
use exit::Exit;
use output::Screen;

/// What every command is given.
pub(crate) struct Desk<'a> {
    pub(crate) screen: Screen,
    pub(crate) quiet: bool,
    pub(crate) lakes: &'a LakeAt<'a>,
    /// The world outside, for commands that are told to ask it.
    pub(crate) outside: &'a dyn Outside,
    pub(crate) stop: &'static Stop,
    /// The command line without the program's name, for the seal.
    pub(crate) arguments: Vec<String>,
}

static STOP: Stop = Stop::new();

/// Runs one command line and returns its exit code.
pub fn run(
    arguments: impl IntoIterator<Item = OsString>,
    lakes: &LakeAt<'_>,
    outside: &dyn Outside,
) -> u8 {
    let given: Vec<OsString> = arguments.into_iter().collect();
    let parsed = match Arguments::try_parse_from(&given) {
        Ok(parsed) => parsed,
        Err(error) => {
            // Help and version are no errors: clap knows where each goes.
            let code = if error.use_stderr() { Exit::Usage } else { Exit::Done };
            return if error.print().is_ok() { code as u8 } else { Exit::Internal as u8 };
        }
    };
    let desk = Desk {
        screen: Screen::new(&parsed.output),
        quiet: parsed.output.quiet,
        lakes,
        outside,
        stop: &STOP,
        arguments: given.iter().skip(1).map(|a| a.to_string_lossy().into_owned()).collect(),
    };
    // Without a handler, an interrupt still ends the program; it only says less.
    if ctrlc::set_handler(interrupted).is_err() {
        desk.screen.note("an interrupt will not be explained: its handler could not be set");
    }
    match dispatch(&desk, parsed.command) {
        Ok(exit) => exit as u8,
        Err(error) if is_closed_pipe(&error) => Exit::Done as u8,
        Err(error) => {
            desk.screen.error(&error);
            Exit::of(&error) as u8
        }
    }
}

/// The first interrupt asks the work to end in order; a second one ends it at once.
#[expect(clippy::exit, reason = "somebody asked twice")]
fn interrupted() {
    if STOP.is_asked() {
        std::process::exit(i32::from(Exit::Interrupted as u8));
    }
    STOP.ask();
}

fn dispatch(desk: &Desk<'_>, command: Command) -> anyhow::Result<Exit> {
    match command {
        Command::Investigate(asked) => commands::investigate::run(desk, asked),
        Command::Detect(asked) => commands::detect::run(desk, asked),
        Command::Ingest(asked) => commands::ingest::run(desk, &asked),
        Command::Trace(asked) => commands::trace::run(desk, &asked),
        Command::Assess(asked) => commands::assess::run(desk, asked),
        Command::Report(asked) => commands::assess::report(desk, asked),
        Command::Seal(asked) => commands::seal::run(desk, asked),
        Command::Request(asked) => commands::exchange::request::run(desk, asked),
        Command::Answer(asked) => commands::exchange::answer::run(desk, &asked),
        Command::Receive(asked) => commands::exchange::receive::run(desk, asked),
        Command::Share(asked) => commands::exchange::share(desk, &asked),
        Command::Overlap(asked) => commands::overlap::run(desk, asked),
        Command::Verify(asked) => commands::verify::run(desk, &asked),
        Command::Scenario(asked) => commands::scenario::make(desk, asked),
        Command::Score(asked) => commands::scenario::score(desk, &asked),
        Command::Rules(asked) => match asked.action {
            args::RulesAction::Check(asked) => commands::rules::check(desk, asked),
        },
        Command::Data(asked) => commands::data::run(desk, &asked),
        Command::Completions { shell } => commands::shell::completions(shell),
        Command::Man => commands::shell::man(),
    }
}

/// Whether the reader of our output went away, which is its right.
fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause
            .downcast_ref::<std::io::Error>()
            .is_some_and(|io| io.kind() == std::io::ErrorKind::BrokenPipe)
    })
}
