//! The TSV files of iptoasn: `first last asn country name`, and `first last country`. A row with
//! network 0 says that nobody announced the addresses.

use std::io::BufRead;

use bakas_model::Country;

use super::{Account, ImportError, Reader, Settled, text};
use crate::{Draft, EpochDraft, OriginRow, Range};

/// The rows read so far.
#[derive(Default)]
pub(super) struct IpToAsn {
    rows: Vec<OriginRow>,
    countries: Vec<(Range, Country)>,
}

impl Reader for IpToAsn {
    fn read(&mut self, input: &mut dyn BufRead, account: &mut Account) -> Result<(), ImportError> {
        let mut lines = text::Lines::new(input);
        while let Some((number, line)) = lines.next(account)? {
            if line.trim().is_empty() || line.starts_with('#') {
                continue;
            }
            let fields: Vec<&str> = line.split('\t').collect();
            let (range, asn, country, name) = match fields.as_slice() {
                [first, last, asn, country, name @ ..] => {
                    let name = name.first().copied().unwrap_or_default();
                    (ends(first, last), text::asn(asn), *country, name)
                }
                [first, last, country] => (ends(first, last), Some(0), *country, ""),
                _ => (None, None, "", ""),
            };
            let (Some(range), Some(asn)) = (range, asn) else {
                account.reject(number, "not first, last, network, country, name", line);
                continue;
            };
            let country = text::country(country);
            if asn == 0 && country.is_none() {
                account.pass("addresses that nobody announced");
                continue;
            }
            account.take()?;
            self.countries.extend(country.map(|country| (range, country)));
            if asn != 0 {
                self.rows.push(OriginRow { range, asn, operator: text::name(name) });
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
        put(settled, draft, self.rows, self.countries);
        Ok(())
    }
}

/// Origins and countries into the draft.
pub(super) fn put(
    settled: &Settled<'_>,
    draft: &mut Draft,
    rows: Vec<OriginRow>,
    countries: Vec<(Range, Country)>,
) {
    let name = &settled.about.name;
    if !rows.is_empty() {
        draft.epochs.push(EpochDraft { day: settled.date, data_set: name.clone(), rows });
    }
    if !countries.is_empty() {
        draft.country_data_set.clone_from(name);
        draft.countries = countries;
    }
}

fn ends(first: &str, last: &str) -> Option<Range> {
    Range::new(text::address(first)?, text::address(last)?)
}
