//! STIX bundles with groups and what they use: the bytes as a file, and as further objects among sound
//! ones. See [`bakas_fuzz::profiles`].
#![no_main]

use bakas_fuzz::profiles::{Shelf, run};

const SHELF: Shelf = Shelf {
    head: r#"{"type":"bundle","objects":[
        {"type":"intrusion-set","id":"intrusion-set--1","name":"G","x_active_hours_utc":["01-10"]},
        {"type":"attack-pattern","id":"attack-pattern--1","external_references":[{"source_name":"mitre-attack","external_id":"T1110.003"}]},
        {"type":"tool","id":"tool--1","name":"t"},{"type":"identity","id":"identity--1","sectors":["government"]},
        {"type":"relationship","relationship_type":"uses","source_ref":"intrusion-set--1","target_ref":"attack-pattern--1"},
        {"type":"relationship","relationship_type":"uses","source_ref":"intrusion-set--1","target_ref":"tool--1"},
        {"type":"relationship","relationship_type":"targets","source_ref":"intrusion-set--1","target_ref":"identity--1"},"#,
    tail: "]}",
};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| run(&SHELF, bytes));
