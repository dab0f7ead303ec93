//! Rule files, from YAML to the matcher. A rule is loaded, not applicable, or a problem: never lost.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let (rules, counts, problems) = bakas_detect::Rules::load([("fuzz.yml".to_owned(), text)]);
    assert_eq!(rules.metas().len() as u64, counts.loaded, "every loaded rule has its meta");
    for problem in problems {
        assert!(!problem.to_string().is_empty(), "a problem has words");
    }
});
