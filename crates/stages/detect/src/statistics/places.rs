//! How far two countries are apart at least. A country is the circles that cover it
//! (`data/README.md`).

use std::sync::LazyLock;

use bakas_model::Country;
use rustc_hash::FxHashMap;

const TABLE: &str = include_str!("../../data/country_circles.tsv");
/// The mean radius of the earth, in kilometres.
const EARTH_KILOMETRES: f64 = 6371.0088;

/// A circle on the globe.
#[derive(Clone, Copy, Debug)]
struct Circle {
    /// The centre, as a direction from the middle of the earth.
    centre: [f64; 3],
    radius_kilometres: f64,
}

static CIRCLES: LazyLock<FxHashMap<Country, Vec<Circle>>> = LazyLock::new(|| {
    let mut circles: FxHashMap<Country, Vec<Circle>> = FxHashMap::default();
    for line in TABLE.lines() {
        if let Some((country, circle)) = read(line) {
            circles.entry(country).or_default().push(circle);
        }
    }
    circles
});

fn read(line: &str) -> Option<(Country, Circle)> {
    let mut cells = line.split('\t');
    let country = Country::new(cells.next()?)?;
    let mut number = || cells.next()?.parse::<f64>().ok();
    let (latitude, longitude) = (number()?.to_radians(), number()?.to_radians());
    let (north, level) = latitude.sin_cos();
    let (east, zero) = longitude.sin_cos();
    let centre = [level * zero, level * east, north];
    Some((country, Circle { centre, radius_kilometres: number()? }))
}

/// The smallest distance that there can be between a place in one country and a place in the
/// other; `None` where a country is not known.
pub(super) fn kilometres_apart(one: Country, other: Country) -> Option<f64> {
    if one == other {
        return Some(0.0);
    }
    let (ones, others) = (CIRCLES.get(&one)?, CIRCLES.get(&other)?);
    let pairs = ones.iter().flat_map(|a| others.iter().map(move |b| between(a, b)));
    Some(pairs.fold(f64::INFINITY, f64::min))
}

fn between(a: &Circle, b: &Circle) -> f64 {
    let dot: f64 = a.centre.iter().zip(&b.centre).map(|(a, b)| a * b).sum();
    let centres = EARTH_KILOMETRES * dot.clamp(-1.0, 1.0).acos();
    (centres - a.radius_kilometres - b.radius_kilometres).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_never_above_the_true_ones() {
        let check = |one, other, expected: std::ops::RangeInclusive<f64>| {
            let (one, other) = (Country::new(one).unwrap(), Country::new(other).unwrap());
            let found = kilometres_apart(one, other).unwrap();
            assert!(expected.contains(&found), "{one:?} {other:?} {found}");
        };
        check("PH", "PH", 0.0..=0.0);
        check("FR", "DE", 0.0..=0.0);
        check("US", "CA", 0.0..=0.0);
        // Between the nearest shores: some 260, 8,600 and 7,900 kilometres.
        check("PH", "MY", 0.0..=50.0);
        check("PH", "DE", 5000.0..=9200.0);
        check("BR", "JP", 6000.0..=15_000.0);
        check("NZ", "GB", 8000.0..=17_500.0);
    }

    #[test]
    fn every_line_is_read_and_unknown_countries_are_nowhere() {
        assert_eq!(TABLE.lines().count(), CIRCLES.values().map(Vec::len).sum::<usize>());
        assert!(CIRCLES.len() > 200);
        let (known, unknown) = (Country::new("PH").unwrap(), Country::new("ZZ").unwrap());
        assert_eq!(kilometres_apart(known, unknown), None);
    }
}
