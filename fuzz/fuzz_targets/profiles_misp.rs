//! MISP galaxy clusters of groups, techniques and tools: the bytes as a file, and as further values
//! among sound ones. See [`bakas_fuzz::profiles`].
#![no_main]

use bakas_fuzz::profiles::{Shelf, run};

const SHELF: Shelf = Shelf {
    head: r#"{"type":"threat-actor","values":[
        {"uuid":"1","value":"G","meta":{"synonyms":["H"],"cfr-target-category":["government"],"active-hours-utc":["01-10"]},
         "related":[{"dest-uuid":"2","type":"uses"},{"dest-uuid":"3","type":"uses"}]},
        {"uuid":"2","value":"Spraying - T1110.003","meta":{"external_id":"T1110.003"}},
        {"uuid":"3","value":"tool"},"#,
    tail: "]}",
};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| run(&SHELF, bytes));
