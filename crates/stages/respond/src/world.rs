//! Country names and outlines for the report's map, read from `world.txt` (its head says where it
//! comes from). It knows nothing of networks and takes no position on any boundary.

use bakas_model::Country;

/// Width and height of the map's canvas.
pub(crate) const CANVAS: (u32, u32) = (2000, 870);

const WORLD: &str = include_str!("world.txt");

/// One country of the map.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Land {
    /// ISO 3166-1 alpha-2, or `--`.
    pub(crate) code: &'static str,
    /// In English.
    pub(crate) name: &'static str,
    /// Where its dot stands.
    pub(crate) dot: (i32, i32),
    /// SVG path data; empty for the smallest.
    pub(crate) outline: &'static str,
}

/// Every country, sorted by code.
pub(crate) fn lands() -> impl Iterator<Item = Land> {
    WORLD.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
        let mut parts = line.split('\t');
        let (code, name) = (parts.next()?, parts.next()?);
        let dot = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        Some(Land { code, name, dot, outline: parts.next()? })
    })
}

/// The country's name in English, or its code.
pub(crate) fn name(country: Country) -> String {
    lands()
        .find(|land| land.code == country.as_str())
        .map_or_else(|| country.to_string(), |land| land.name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_map_is_whole() {
        assert_eq!(lands().count(), WORLD.lines().filter(|l| !l.starts_with('#')).count());
        assert_eq!(name(Country::new("PH").unwrap()), "Philippines");
        assert_eq!(name(Country::new("SG").unwrap()), "Singapore");
        assert_eq!(name(Country::new("ZZ").unwrap()), "ZZ");
        for land in lands() {
            let (x, y) = land.dot;
            assert!((0..=2000).contains(&x) && (-20..=900).contains(&y), "{land:?}");
        }
    }
}
