//! The calibration study: generated cases with known truth, weighed by the rule of this crate, by
//! naive Bayes without caps and by counting inconsistencies (ACH), and how right each was.
//!
//! `cargo run --release -p bakas-assess --example calibration -- [SEED [CASES [SVG-FILE]]]` prints the
//! tables of `docs/assessment.md` again. The world in which the cases happen has numbers of its own
//! (`world.rs`), which no method sees.

#![allow(clippy::print_stdout, reason = "a program that prints a study")]

mod analyst;
mod chance;
mod drawing;
mod measure;
mod methods;
mod world;

use std::{env, error::Error, fs};

use chance::Chance;
use measure::Score;
use methods::{METHODS, Method};
use world::{Deceit, World};

const SEED: u64 = 20_260_101;
const CASES: usize = 2_000;
/// Cases of their own, from which counting gets the steepness that suits it best: a courtesy, since
/// it gives an order and no shares.
const LEARNING: usize = 500;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let seed = arguments.next().map_or(Ok(SEED), |text| text.parse())?;
    let cases = arguments.next().map_or(Ok(CASES), |text| text.parse())?;
    let picture = arguments.next();

    let learning = generate(seed ^ 0xffff, LEARNING);
    let steepness = methods::suit_counting(&learning);
    let study = generate(seed, cases);
    println!(
        "{cases} cases, seed {seed}; one count of inconsistency is worth {steepness:.2} in logarithms\n"
    );

    let mut scores: Vec<(Method, Vec<Score>)> = Vec::new();
    for method in METHODS {
        let scored = study.iter().map(|case| {
            let shares = method.shares(&case.scale, steepness);
            Score::new(case.truth, case.deceit, shares)
        });
        scores.push((method, scored.collect()));
    }
    tell("all cases", &scores, |_| true);
    for deceit in Deceit::ALL {
        tell(deceit.name(), &scores, |score| score.deceit == deceit);
    }
    measure::bins(&scores);
    if let Some(path) = picture {
        let points = drawing::reliability_all(&scores);
        fs::write(&path, drawing::reliability_svg(&points))?;
        println!("drawn: {path}");
    }
    Ok(())
}

fn generate(seed: u64, cases: usize) -> Vec<analyst::Case> {
    let mut chance = Chance::new(seed);
    (0..cases)
        .map(|_| {
            let world = World::draw(&mut chance);
            let happened = world.happen(&mut chance);
            analyst::write_down(&happened, &mut chance)
        })
        .collect()
}

fn tell(name: &str, scores: &[(Method, Vec<Score>)], wanted: impl Fn(&Score) -> bool) {
    let count = scores[0].1.iter().filter(|score| wanted(score)).count();
    println!("{name} ({count})\n");
    println!(
        "| method | Brier | log loss | first is right | over 80 %: right of said | over 95 %: wrong of said | calibration error |"
    );
    println!("|---|---|---|---|---|---|---|");
    for (method, scores) in scores {
        let scores: Vec<&Score> = scores.iter().filter(|score| wanted(score)).collect();
        println!("| {} | {} |", method.name(), measure::row(&scores));
    }
    println!();
}
