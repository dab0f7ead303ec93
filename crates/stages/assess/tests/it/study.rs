//! A short form of the calibration study of `docs/assessment.md`: what the rule is kept for must
//! hold whenever its numbers are changed.

#![allow(dead_code, reason = "the study's program uses the rest")]
#![allow(clippy::print_stdout, reason = "the study's program prints")]

#[path = "../../examples/calibration/analyst.rs"]
mod analyst;
#[path = "../../examples/calibration/chance.rs"]
mod chance;
#[path = "../../examples/calibration/measure.rs"]
mod measure;
#[path = "../../examples/calibration/methods.rs"]
mod methods;
#[path = "../../examples/calibration/world.rs"]
mod world;

use measure::{Score, calibration_error};
use methods::Method;

const CASES: usize = 800;

fn scored(method: Method) -> Vec<Score> {
    let mut chance = chance::Chance::new(7);
    let cases = (0..CASES).map(|_| {
        let happened = world::World::draw(&mut chance).happen(&mut chance);
        let case = analyst::write_down(&happened, &mut chance);
        Score::new(case.truth, case.deceit, method.shares(&case.scale, 0.45))
    });
    cases.collect()
}

fn brier(scores: &[Score]) -> f64 {
    scores.iter().map(Score::brier).sum::<f64>() / scores.len() as f64
}

#[test]
fn what_is_said_is_true_about_that_often_and_hardly_ever_surely_wrong() {
    let (rule, naive) = (scored(Method::Rule), scored(Method::Naive));
    let all: Vec<&Score> = rule.iter().collect();
    assert!(calibration_error(&all) < 0.03, "{}", calibration_error(&all));
    assert!(brier(&rule) < brier(&naive) - 0.05, "{} and {}", brier(&rule), brier(&naive));
    let sure_and_wrong = |scores: &[Score]| {
        scores.iter().filter(|s| s.first().1 >= 0.95 && s.first().0 != s.truth).count()
    };
    let (by_rule, by_naive) = (sure_and_wrong(&rule), sure_and_wrong(&naive));
    assert!(by_naive > 20, "a world in which it is easy to be sure and wrong: {by_naive}");
    assert!(by_rule * 10 < by_naive, "{by_rule} and {by_naive}");
}
