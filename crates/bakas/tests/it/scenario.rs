//! The bundled scenario from end to end: generated, investigated, scored. The seeds are not those
//! that the rules were tried on.

use crate::yard::Yard;

/// Seeds at small scale; `make bench` runs twenty.
const SEEDS: [u64; 3] = [1001, 1002, 1003];

#[test]
fn what_happened_is_found_and_nobody_else_is_accused() {
    for seed in SEEDS {
        let yard = Yard::new();
        let number = seed.to_string();
        let ran = yard.run(&["scenario", "--seed", &number, "--scale", "30000", "--out", "s"]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        let ran = yard.run(&["investigate", "s/logs", "--out", "case"]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        let told = yard.run(&["score", "case", "--truth", "s/truth.ndjson"]).out;
        let ran = yard.run(&["--json", "score", "case", "--truth", "s/truth.ndjson"]);
        let score: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
        let at_least = |path: &str, bound: f64| {
            let value = score.pointer(path).and_then(serde_json::Value::as_f64);
            assert!(value.is_some_and(|v| v >= bound), "seed {seed}: {path} {value:?}\n{told}");
        };
        at_least("/incidents/precision", 0.95);
        at_least("/incidents/recall", 0.95);
        at_least("/lines/precision", 0.9);
        at_least("/lines/recall", 0.9);
        assert_eq!(score["grouping"]["exact"], true, "seed {seed}\n{told}");
        assert_eq!(score["accused"].as_array().unwrap().len(), 0, "seed {seed}\n{told}");
        assert_eq!(yard.run(&["verify", "case", "--inputs", "s/logs"]).code, 0);
    }
}
