//! The lake as its readers meet it: through the shared suite, and through Parquet's own reader.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by a panic")]

mod files;
mod lake;
