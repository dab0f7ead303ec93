//! The binary: chooses the stores and the way out, and hands the command line over. Nothing else is decided here.

use std::{path::Path, process::ExitCode};

use bakas_engine::{Agency, EventLake};
use bakas_gateway::{Gateway, Settings};
use bakas_lake::ParquetLake;

fn main() -> ExitCode {
    let lakes = |folder: &Path, agencies: &[Agency]| -> Box<dyn EventLake> {
        Box::new(ParquetLake::new(folder, agencies))
    };
    let gateway = Gateway::new(Settings::from_env(|name| std::env::var(name).ok()));
    ExitCode::from(bakas_cli::run(std::env::args_os(), &lakes, &gateway))
}
