//! Geofeeds (RFC 8805): where an operator says that its addresses are used. What a publisher may
//! say of which addresses is not checked here: that needs the registry (RFC 9632).

use std::{collections::BTreeMap, io::BufRead};

use bakas_model::network::Place;

use super::{Account, ImportError, Reader, Settled, text};
use crate::{Draft, Range};

/// The places read so far, each with the line that says so.
#[derive(Default)]
pub(super) struct Geofeed {
    places: BTreeMap<Range, (Place, u64)>,
}

impl Reader for Geofeed {
    fn read(&mut self, input: &mut dyn BufRead, account: &mut Account) -> Result<(), ImportError> {
        let mut lines = text::Lines::new(input);
        while let Some((number, fields)) = lines.record(',', account)? {
            let shown = fields.join(",");
            let field = |at: usize| fields.get(at).map_or("", |field| field.trim());
            let Some(range) = text::network(field(0)).map(Range::from) else {
                account.reject(number, "no prefix", &shown);
                continue;
            };
            if field(1).is_empty() {
                // Section 2.1.2: the publisher wants these addresses to have no place.
                account.pass("the publisher names no place");
                continue;
            }
            let Some(country) = text::country(field(1)) else {
                account.reject(number, "no country", &shown);
                continue;
            };
            // Section 2.1.3: an entry with an optional field that is wrong is discarded.
            if !is_region(field(2), country.as_str()) {
                account.reject(number, "the region is none of that country", &shown);
                continue;
            }
            let region = text::name(field(2)).to_ascii_uppercase();
            let place = Place { country: Some(country), region, city: text::name(field(3)) };
            match self.places.get(&range) {
                // The same section: an entry twice is an error.
                Some((known, line)) if *known != place => {
                    let why = format!("the prefix has another place in line {line}");
                    account.reject(
                        number,
                        "the prefix is there twice",
                        &format!("{shown} ({why})"),
                    );
                }
                Some(_) => account.reject(number, "the prefix is there twice", &shown),
                None => {
                    account.take()?;
                    self.places.insert(range, (place, number));
                }
            }
        }
        Ok(())
    }

    fn finish(
        self: Box<Self>,
        settled: &Settled<'_>,
        draft: &mut Draft,
        _: &mut Account,
    ) -> Result<(), ImportError> {
        draft.place_data_set.clone_from(&settled.about.name);
        draft.places = self.places.into_iter().map(|(range, (place, _))| (range, place)).collect();
        Ok(())
    }
}

/// Whether a region is empty or an ISO 3166-2 code of the country.
fn is_region(region: &str, country: &str) -> bool {
    region.is_empty()
        || region.split_once('-').is_some_and(|(of, code)| {
            of.eq_ignore_ascii_case(country)
                && (1..=3).contains(&code.len())
                && code.bytes().all(|byte| byte.is_ascii_alphanumeric())
        })
}
