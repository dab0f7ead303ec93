//! Rules and events made at random: the matcher and its twin must agree on all of them.

use bakas_model::Agency;

use super::{
    generate::{Luck, rule},
    made::{made, options},
    run,
};
use crate::Rules;

/// Asks rules of events both ways; how many pairs matched.
fn agree(luck: &mut Luck, rules: usize, events: usize) -> usize {
    let texts: Vec<String> = (0..rules).map(|_| rule(luck)).collect();
    let files = texts.iter().enumerate().map(|(n, text)| (format!("{n}.yml"), text.clone()));
    let (rules, loaded) = Rules::load_with(files, &options());
    if let Some(problem) = loaded.problems.first() {
        let number: usize = problem.path.trim_end_matches(".yml").parse().unwrap();
        panic!("{problem}\n{}", texts[number]);
    }
    let agency = Agency { id: "welfare".to_owned(), ..Agency::default() };
    let mut matcher = rules.matcher();
    let mut matched = 0;
    for _ in 0..events {
        let made = made(luck);
        let (event, context) = (made.event(), made.context(&agency));
        let expected = run(&rules, &event, &context);
        let found = matcher.run(&event, &context);
        matched += expected.len();
        if found != expected {
            let differs = |ix: &&bakas_model::RuleIx| found.contains(ix) != expected.contains(ix);
            let all = found.iter().chain(&expected);
            let one = all.into_iter().find(differs).expect("they differ in one");
            let asked = rules.explain(*one, &event, &context);
            let twin = expected.contains(one);
            panic!("the twin says {twin}\n{}\n{event:?}\n{asked:?}", texts[one.0 as usize]);
        }
    }
    matched
}

/// How many rounds are played; `PROPTEST_CASES` asks for more.
fn rounds() -> u64 {
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    asked.unwrap_or(0).max(64)
}

#[test]
fn the_matcher_agrees_with_its_twin_on_a_million_pairs() {
    let (rounds, rules, events) = (rounds(), 64, 256);
    let matched: usize = (0..rounds).map(|round| agree(&mut Luck::new(round), rules, events)).sum();
    let pairs = rounds as usize * rules * events;
    assert!(pairs >= 1_000_000);
    // Rules that nothing matches would prove little.
    assert!(matched * 50 > pairs && matched * 2 < pairs, "{matched} of {pairs} matched");
}
