//! Password guesses against the welfare agency's site: very many, from many addresses of one
//! telco, so slowly that no address stands out in any hour or day.

use bakas_model::IncidentKind;

use crate::{
    clock::{DAYS, HOUR, JANUARY, SECOND, at},
    people::WELFARE,
    plot::{PlannedHit, Plot},
    rng::Rng,
    sites,
    world::SITE_WELFARE,
};

use super::actor::Cast;

/// Guesses in January at the default scale, at least.
const JANUARY_GUESSES: u64 = 17_000;
/// The scale at which that many are made.
const FULL_SCALE: u64 = 50_000;
/// Guesses in January, however small the scale.
const FEWEST_GUESSES: u64 = 600;
/// First day of December on which some are made.
const FIRST_DAY: i64 = 9;

/// How many guesses January sees at that scale: in proportion below the default, and above it only
/// an eighth more for each doubling.
pub(crate) fn january_guesses(lines: u64) -> u64 {
    if lines < FULL_SCALE {
        return (JANUARY_GUESSES * lines / FULL_SCALE).max(FEWEST_GUESSES);
    }
    let doublings = u64::from((lines / FULL_SCALE).ilog2());
    JANUARY_GUESSES + 120 + JANUARY_GUESSES * doublings / 8
}

/// Plans them all.
pub(super) fn plan(plot: &mut Plot, cast: &Cast, seed: u64, lines: u64) {
    let mut rng = Rng::new(seed, "guess");
    let actor = &cast.actors[0];
    let incident = plot.incident(WELFARE, IncidentKind::PasswordGuessing, Some(actor.number));
    let january = january_guesses(lines);
    let mut weights = Vec::new();
    for day in FIRST_DAY..DAYS {
        let rest = if actor.rests(day) { 3 } else { 10 };
        let weight = rest * rng.between(7, 13) as u64;
        weights.push((day, if day < JANUARY { weight } else { weight * 10 }));
    }
    let total: u64 = weights.iter().filter(|w| w.0 >= JANUARY).map(|w| w.1).sum();
    let page_first = rng.between(8, 30) as u64;
    let start = rng.between(5, 9);
    for (day, weight) in weights {
        // Rounded up, so that January sees at least as many as planned.
        for _ in 0..(january * weight).div_ceil(total) {
            // Long days: the work is left to a program that pauses at random.
            let time = at(day, start, rng.below(15 * HOUR as u64) as i64);
            let address = *rng.pick(&actor.main);
            let server = rng.below(2) as usize;
            let agent = actor.agents[(crate::rng::mix(time as u64 / 7) % 3) as usize];
            attempt(plot, &mut rng, incident, (time, address, server, agent), page_first);
        }
    }
    // The same addresses serve other subscribers at other times.
    let visits = january / 2500;
    for i in 0..visits {
        let day = rng.between(0, DAYS - 1);
        let time = at(day, rng.between(6, 22), rng.below(HOUR as u64) as i64);
        plot.neighbour(time, actor.main[(i % 3) as usize]);
    }
}

fn attempt(
    plot: &mut Plot,
    rng: &mut Rng,
    incident: u16,
    (mut time, address, server, agent): (i64, std::net::IpAddr, usize, &'static str),
    page_first: u64,
) {
    let map = &sites::WELFARE;
    let (path, failed) = map.sign_in.expect("the welfare site has a sign-in page");
    let form = format!("https://{}{path}", map.host);
    let hit = |method, target: &str, status, bytes, referer: &str| PlannedHit {
        address,
        method,
        target: target.to_owned(),
        status,
        bytes,
        referer: referer.to_owned(),
        agent,
    };
    if rng.chance(page_first, 100) {
        let bytes = 5_720 + rng.below(470);
        plot.web(time, incident, SITE_WELFARE, server, hit("GET", path, 200, bytes, ""));
        if rng.chance(1, 3) {
            for asset in &map.assets[..2] {
                time += rng.between(60, 400);
                let hit = hit("GET", asset.0, 200, asset.1, &form);
                plot.web(time, incident, SITE_WELFARE, server, hit);
            }
        }
        time += rng.between(SECOND, 9 * SECOND);
    }
    let hit = hit("POST", path, failed, 5_904 + rng.below(40), &form);
    plot.web(time, incident, SITE_WELFARE, server, hit);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grows_with_the_scale_but_not_without_bound() {
        assert_eq!(january_guesses(100), FEWEST_GUESSES);
        assert!(january_guesses(5_000) >= 600);
        assert!(january_guesses(50_000) >= 17_000);
        assert!(january_guesses(100_000_000) < 60_000);
        let scales: Vec<u64> =
            (0..30).map(|i| january_guesses(1_000_u64.saturating_mul(1 << i))).collect();
        assert!(scales.is_sorted(), "{scales:?}");
    }
}
