//! Where an event's file lies: `class=…/agency=…/day=…`, as Hive lays folders out. Names that a
//! path cannot carry are percent-encoded.

use std::fmt::Write;

use bakas_model::{AgencyIx, Class, Day};

/// The day's folder of events beyond the days that one writer keeps apart.
pub const DEFAULT_DAY: &str = "__HIVE_DEFAULT_PARTITION__";

/// What is kept in one folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Key {
    pub(crate) class: Class,
    pub(crate) agency: AgencyIx,
    /// `None` for the default folder.
    pub(crate) day: Option<Day>,
}

impl Key {
    /// The folder, below the lake's.
    pub(crate) fn folder(self, agencies: &[String]) -> String {
        let agency = agency_name(self.agency, agencies);
        let mut path = format!("class={}/agency={agency}/day=", self.class.name());
        match self.day {
            Some(day) => write!(path, "{day}").expect("a String takes any text"),
            None => path.push_str(DEFAULT_DAY),
        }
        path
    }
}

/// The class and agency of a file, by its path below the lake's folder.
pub(crate) fn read_path(path: &str, agencies: &[String]) -> Option<(Class, AgencyIx)> {
    let mut parts = path.split('/');
    let class = parts.next()?.strip_prefix("class=")?;
    let class = Class::ALL.iter().copied().find(|known| known.name() == class)?;
    let agency = parts.next()?.strip_prefix("agency=")?;
    let ix = (0..agencies.len())
        .map(|ix| AgencyIx(ix as u16))
        .find(|&ix| agency_name(ix, agencies) == agency)?;
    Some((class, ix))
}

/// The agency's id as a folder's name; its number where it has no id.
fn agency_name(ix: AgencyIx, agencies: &[String]) -> String {
    let Some(id) = agencies.get(usize::from(ix.0)).filter(|id| !id.is_empty()) else {
        return ix.0.to_string();
    };
    id.bytes().fold(String::with_capacity(id.len()), |mut name, byte| {
        match byte {
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'-' | b'_' => name.push(char::from(byte)),
            _ => write!(name, "%{byte:02X}").expect("a String takes any text"),
        }
        name
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_names_class_agency_and_day() {
        let agencies = ["welfare".to_owned(), "../é =/".to_owned(), String::new()];
        let check = |class, agency, day, expected: &str| {
            let key = Key { class, agency: AgencyIx(agency), day };
            let folder = key.folder(&agencies);
            assert_eq!(folder, expected);
            let back = read_path(&format!("{folder}/part-0-0.parquet"), &agencies);
            assert_eq!(back, Some((class, AgencyIx(agency))));
        };
        let day = Some(Day(20_458));
        check(Class::HttpActivity, 0, day, "class=http_activity/agency=welfare/day=2026-01-05");
        check(
            Class::Base,
            1,
            day,
            "class=base_event/agency=%2E%2E%2F%C3%A9%20%3D%2F/day=2026-01-05",
        );
        check(
            Class::FileHosting,
            2,
            None,
            "class=file_hosting/agency=2/day=__HIVE_DEFAULT_PARTITION__",
        );
        assert_eq!(read_path("class=x/agency=welfare/y.parquet", &agencies), None);
        assert_eq!(read_path("class=base_event/agency=other/y.parquet", &agencies), None);
    }

    #[test]
    fn every_class_has_a_folder() {
        let names: std::collections::HashSet<_> = Class::ALL.iter().map(|c| c.name()).collect();
        assert_eq!(names.len(), Class::ALL.len());
    }
}
