//! The npm packages `@ip-location-db/asn` (origins, one epoch per version) and
//! `@ip-location-db/asn-country` (registration countries).

use std::{fs, net::IpAddr, path::Path};

use anyhow::{Context, Result, bail, ensure};
use bakas_model::{Country, DataSet, Day, time::days_from_civil};
use bakas_trace::{Draft, EpochDraft, OriginRow, Range};

use super::{inputs, provenance::Provenance};

/// Attribution that the licences of the origins ask for, in the words of the package.
const ORIGINS_ATTRIBUTION: &str = "IP Geolocation by DB-IP (https://db-ip.com); Route Views \
    (https://www.routeviews.org); NRO (https://www.nro.net); merged by ip-location-db \
    (https://github.com/sapics/ip-location-db), overlaps resolved and recoded by Bakas";
/// The same for the countries.
const COUNTRY_ATTRIBUTION: &str = "Number Resource Organization (NRO, https://www.nro.net); merged \
    by ip-location-db (https://github.com/sapics/ip-location-db), recoded by Bakas";

/// Reads a package into the draft.
pub(super) fn read_package(dir: &Path, draft: &mut Draft, seen: &mut Provenance) -> Result<()> {
    let text = fs::read_to_string(dir.join("package.json"))?;
    let package: serde_json::Value = serde_json::from_str(&text)?;
    let field = |name: &str| package[name].as_str().with_context(|| format!("no {name}"));
    let (name, version) = (field("name")?, field("version")?);
    let day = day_of(version)?;
    match name {
        "@ip-location-db/asn" => read_origins(dir, day, version, draft, seen),
        "@ip-location-db/asn-country" => read_countries(dir, day, version, draft, seen),
        other => bail!("package '{other}' is not known"),
    }
}

/// The date in a version such as `2.3.2026061719`: year, month, day, hour.
fn day_of(version: &str) -> Result<Day> {
    let stamp = version.rsplit('.').next().unwrap_or_default();
    ensure!(stamp.len() == 10, "no date in version '{version}'");
    ensure!(stamp.bytes().all(|byte| byte.is_ascii_digit()), "no date in version '{version}'");
    let number = |from: usize, to: usize| stamp.get(from..to).unwrap_or_default().parse::<i32>();
    let (year, month, day) = (number(0, 4)?, number(4, 6)?, number(6, 8)?);
    ensure!((1..=12).contains(&month) && (1..=31).contains(&day), "no date in '{version}'");
    Ok(Day(days_from_civil(year, u8::try_from(month)?, u8::try_from(day)?)))
}

fn read_origins(
    dir: &Path,
    day: Day,
    version: &str,
    draft: &mut Draft,
    seen: &mut Provenance,
) -> Result<()> {
    let name = format!("asn-{day}");
    let mut rows = Vec::new();
    for file in ["asn-ipv4.csv", "asn-ipv6.csv"] {
        let text = inputs::read(&dir.join(file), &name, seen)?;
        for record in records(&text, file)? {
            let asn: u32 = record[2].parse().with_context(|| format!("{file}: {record:?}"))?;
            let (first, last) = ends(&record)?;
            let row = OriginRow::new(first, last, asn, &record[3]);
            let row = row.with_context(|| format!("{file}: no range: {record:?}"))?;
            // AS 0 means that nobody may announce it (RFC 7607).
            if asn != 0 {
                rows.push(row);
            }
        }
    }
    draft.data_sets.push(DataSet {
        name: name.clone(),
        what: format!("who announced which addresses, with the operator's name{}", notice(dir)),
        source: format!("npm @ip-location-db/asn {version}: Route Views, NRO, DB-IP"),
        date: day,
        licence: "CC-BY-4.0".to_owned(),
        attribution: ORIGINS_ATTRIBUTION.to_owned(),
        records: rows.len() as u64,
        sha256: seen.single(&name),
    });
    draft.epochs.push(EpochDraft { day, data_set: name, rows });
    Ok(())
}

/// What the package itself warns of, where it does.
fn notice(dir: &Path) -> &'static str {
    let readme = fs::read_to_string(dir.join("README.md")).unwrap_or_default();
    if readme.contains("contains bugs") {
        "; the package's own notice says that its data contain errors"
    } else {
        ""
    }
}

fn read_countries(
    dir: &Path,
    day: Day,
    version: &str,
    draft: &mut Draft,
    seen: &mut Provenance,
) -> Result<()> {
    ensure!(draft.countries.is_empty(), "a second data set of countries");
    let name = format!("country-{day}");
    for file in ["asn-country-ipv4.csv", "asn-country-ipv6.csv"] {
        let text = inputs::read(&dir.join(file), &name, seen)?;
        for record in records(&text, file)? {
            let (first, last) = ends(&record)?;
            let range = Range::new(first, last);
            let range = range.with_context(|| format!("{file}: no range: {record:?}"))?;
            let country = Country::new(&record[2]);
            let country = country.with_context(|| format!("{file}: no country: {record:?}"))?;
            draft.countries.push((range, country));
        }
    }
    draft.data_sets.push(DataSet {
        name: name.clone(),
        what: format!(
            "country in which a block is registered, at this date alone: for earlier times it is \
             the best at hand, not the answer of that time{}",
            notice(dir)
        ),
        source: format!(
            "npm @ip-location-db/asn-country {version}: the five registries' statistics (NRO)"
        ),
        date: day,
        licence: "CC-BY-4.0".to_owned(),
        attribution: COUNTRY_ATTRIBUTION.to_owned(),
        records: draft.countries.len() as u64,
        sha256: seen.single(&name),
    });
    draft.country_data_set = name;
    Ok(())
}

fn records(text: &str, file: &str) -> Result<Vec<csv::StringRecord>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    reader.records().collect::<Result<_, _>>().with_context(|| file.to_owned())
}

fn ends(record: &csv::StringRecord) -> Result<(IpAddr, IpAddr)> {
    Ok((record[0].parse()?, record[1].parse()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_tells_the_day() {
        assert_eq!(day_of("2.3.2026061719").unwrap().to_string(), "2026-06-17");
        for version in ["2.3.1", "2.3.2026131719", "2.3.20260617zz"] {
            assert!(day_of(version).is_err(), "{version}");
        }
    }
}
