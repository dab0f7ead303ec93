//! The binary: chooses the stores, the way out and the allocator, and hands the command line over. Nothing
//! else is decided here.

use std::{path::Path, process::ExitCode};

use bakas_engine::{Agency, EventLake};
use bakas_gateway::{Gateway, Settings};
use bakas_lake::ParquetLake;
use mimalloc::MiMalloc;

/// Memory that one thread gave back is there for the others, and goes back to the system soon. With the
/// allocator of the GNU C library, what the sweep's workers held stays theirs, and a case that keeps
/// within its bounds takes half as much again: `docs/decisions/0011-memory-of-casework.md`.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    let lakes = |folder: &Path, agencies: &[Agency]| -> Box<dyn EventLake> {
        Box::new(ParquetLake::new(folder, agencies))
    };
    let gateway = Gateway::new(Settings::from_env(|name| std::env::var(name).ok()));
    ExitCode::from(bakas_cli::run(std::env::args_os(), &lakes, &gateway))
}
