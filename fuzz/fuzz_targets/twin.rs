//! Made rules asked of made events: the matcher and its slow twin must agree. The bytes are luck.
#![no_main]

use bakas_detect::{Rules, twin};
use bakas_model::Agency;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let mut seed = [0; 8];
    seed.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
    let mut luck = twin::generate::Luck::new(u64::from_le_bytes(seed));
    let files: Vec<(String, String)> =
        (0..8).map(|n| (format!("{n}.yml"), twin::generate::rule(&mut luck))).collect();
    let (rules, loaded) = Rules::load_with(files.clone(), &twin::made::options());
    assert!(loaded.problems.is_empty(), "{:?}", loaded.problems);
    let agency = Agency { id: "welfare".to_owned(), ..Agency::default() };
    let mut matcher = rules.matcher();
    for _ in 0..64 {
        let made = twin::made::made(&mut luck);
        let (event, context) = (made.event(), made.context(&agency));
        let by_twin = twin::run(&rules, &event, &context);
        assert_eq!(matcher.run(&event, &context), by_twin, "{made:?}\n{files:?}");
    }
});
