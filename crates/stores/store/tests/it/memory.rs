//! The lake in memory passes the suite.

use bakas_store::{MemoryLake, suite};

#[test]
fn passes_the_suite() {
    suite::run(&MemoryLake::new());
}
