//! The registries' statistics, `delegated-extended`: which block was given to whom (an opaque id),
//! when, and in which country it is registered. Networks' numbers in them are passed over.

use std::{io::BufRead, net::IpAddr};

use bakas_model::{Country, network::Registrant};

use super::{Account, ImportError, Reader, Settled, text};
use crate::{Draft, Range};

/// The registries, as the files name them.
const REGISTRIES: [&str; 7] = ["afrinic", "apnic", "arin", "iana", "lacnic", "ripencc", "nro"];

/// Whether a line is the first or any other of such a file.
pub(super) fn is_line(line: &str) -> bool {
    let mut fields = line.split('|');
    let (first, second) = (fields.next().unwrap_or_default(), fields.next().unwrap_or_default());
    let is_version = !first.is_empty() && first.chars().all(|c| c.is_ascii_digit() || c == '.');
    let is_registry = |text: &str| REGISTRIES.contains(&text.to_ascii_lowercase().as_str());
    fields.count() >= 3 && (is_version && is_registry(second) || is_registry(first))
}

/// The blocks read so far.
#[derive(Default)]
pub(super) struct Delegated {
    countries: Vec<(Range, Country)>,
    registrants: Vec<(Range, Registrant)>,
}

impl Reader for Delegated {
    fn read(&mut self, input: &mut dyn BufRead, account: &mut Account) -> Result<(), ImportError> {
        let mut lines = text::Lines::new(input);
        while let Some((number, line)) = lines.next(account)? {
            if line.trim().is_empty() || line.starts_with('#') {
                continue;
            }
            let fields: Vec<&str> = line.split('|').collect();
            match fields.as_slice() {
                // version|registry|serial|records|startdate|enddate|UTCoffset
                [version, registry, _, _, _, end, ..]
                    if version.starts_with(|c: char| c.is_ascii_digit())
                        && REGISTRIES.contains(&registry.to_ascii_lowercase().as_str()) =>
                {
                    account.dated(text::day(end));
                }
                [.., "summary"] => {}
                [_, _, "asn", ..] => account.pass("a network's number"),
                [registry, country, "ipv4" | "ipv6", start, value, date, status, rest @ ..] => {
                    let Some(range) = block(start, value) else {
                        account.reject(number, "no block of addresses", line);
                        continue;
                    };
                    let registered = text::country(country);
                    if registered.is_none() && !matches!(country.trim(), "" | "ZZ" | "*") {
                        account.reject(number, "no country", line);
                        continue;
                    }
                    account.take()?;
                    let given = matches!(*status, "allocated" | "assigned");
                    if let Some(country) = registered.filter(|_| given) {
                        self.countries.push((range, country));
                    }
                    let registrant = Registrant {
                        registry: text::name(registry).to_ascii_lowercase(),
                        status: text::name(status),
                        date: text::day(date),
                        holder: rest.first().map_or_else(String::new, |id| text::name(id)),
                    };
                    self.registrants.push((range, registrant));
                }
                _ => account.reject(number, "not a record of delegated-extended", line),
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
        draft.country_data_set.clone_from(&settled.about.name);
        draft.registrant_data_set.clone_from(&settled.about.name);
        draft.countries = self.countries;
        draft.registrants = self.registrants;
        Ok(())
    }
}

/// A block: for IPv4 a number of addresses, which need be no power of two; for IPv6 a length.
fn block(start: &str, value: &str) -> Option<Range> {
    let first: IpAddr = start.trim().parse().ok()?;
    match first {
        IpAddr::V4(v4) => {
            let count: u32 = value.trim().parse().ok()?;
            let last = v4.to_bits().checked_add(count.checked_sub(1)?)?;
            Range::new(first, std::net::Ipv4Addr::from_bits(last).into())
        }
        IpAddr::V6(v6) => {
            let length: u8 = value.trim().parse().ok()?;
            let net = ipnet::Ipv6Net::new(v6, length).ok()?;
            (net == net.trunc()).then(|| ipnet::IpNet::from(net).into())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_need_be_no_power_of_two() {
        let check = |start: &str, value: &str, last: Option<&str>| {
            let found = block(start, value).map(|range| range.last().to_string());
            assert_eq!(found.as_deref(), last, "{start} {value}");
        };
        check("192.0.2.0", "192", Some("192.0.2.191"));
        check("255.255.255.0", "256", Some("255.255.255.255"));
        check("255.255.255.0", "257", None);
        check("192.0.2.0", "0", None);
        check("2001:db8::", "32", Some("2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"));
        check("2001:db8::1", "32", None);
        check("2001:db8::", "129", None);
    }
}
