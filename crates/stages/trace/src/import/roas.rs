//! Exports of RPKI validators: validated route origin authorisations (RFC 9582), as JSON with a
//! list `roas` (Routinator, rpki-client, OctoRPKI) or as CSV with a header.

use std::io::BufRead;

use serde_json::Value;

use super::{Account, ImportError, Reader, Settled, csv, json, text};
use crate::{Draft, RouteOrigin};

const NOT_A_ROA: &str = "no authorisation";
const LENGTH: &str = "the longest prefix is none of that block";

/// The authorisations read so far.
#[derive(Default)]
pub(super) struct Roas {
    roas: Vec<RouteOrigin>,
}

impl Reader for Roas {
    fn read(&mut self, input: &mut dyn BufRead, account: &mut Account) -> Result<(), ImportError> {
        let head = input.fill_buf().map_err(|error| account.io(error))?;
        if super::recognise::is_json(head) {
            self.json(input, account)
        } else {
            self.csv(input, account)
        }
    }

    fn finish(
        mut self: Box<Self>,
        settled: &Settled<'_>,
        draft: &mut Draft,
        _: &mut Account,
    ) -> Result<(), ImportError> {
        // The same authorisation often stands under several objects.
        self.roas.sort_unstable();
        self.roas.dedup();
        draft.route_origin_data_set.clone_from(&settled.about.name);
        draft.route_origins = self.roas;
        Ok(())
    }
}

impl Roas {
    fn json(&mut self, input: &mut dyn BufRead, account: &mut Account) -> Result<(), ImportError> {
        let mut number = 0;
        let wanted = |path: &[String]| match path {
            [key] => matches!(key.as_str(), "roas" | "metadata"),
            [_, key] => matches!(key.as_str(), "buildtime" | "generated" | "generatedTime"),
            _ => false,
        };
        json::elements(input, account, &wanted, &mut |path, value, account| {
            let keys: Vec<&str> = path.iter().map(String::as_str).collect();
            match keys.as_slice() {
                ["metadata", _] => account.dated(match &value {
                    Value::String(time) => text::day(time),
                    other => other.as_u64().and_then(text::day_of_seconds),
                }),
                ["roas"] => {
                    number += 1;
                    let length = value.get("maxLength").map(|length| length.as_u64());
                    let length = match length {
                        None => Ok(None),
                        Some(Some(length)) => Ok(Some(length)),
                        Some(None) => Err(()),
                    };
                    let prefix = json::text(&value, "prefix").unwrap_or_default();
                    let asn = json::asn(&value, "asn");
                    self.take(number, prefix, asn, length, &json::shown(&value), account)?;
                }
                _ => {}
            }
            Ok(())
        })
    }

    fn csv(&mut self, input: &mut dyn BufRead, account: &mut Account) -> Result<(), ImportError> {
        let mut lines = text::Lines::new(input);
        let Some((_, header)) = lines.record(',', account)? else { return Ok(()) };
        let header = csv::Header::new(&header);
        let (Some(asn), Some(prefix)) = (header.at(&["asn"]), header.at(&["ip prefix", "prefix"]))
        else {
            return Err(account.malformed("its header names no ASN and IP Prefix"));
        };
        let max = header.at(&["max length", "maxlength"]);
        while let Some((number, fields)) = lines.record(',', account)? {
            let field = |at: usize| fields.get(at).map_or("", |field| field.trim());
            let length = match max.map_or("", field) {
                "" => Ok(None),
                digits => digits.parse().map(Some).map_err(|_| ()),
            };
            let shown = fields.join(",");
            self.take(number, field(prefix), text::asn(field(asn)), length, &shown, account)?;
        }
        Ok(())
    }

    /// Takes one authorisation; without a longest prefix, the block itself is the longest.
    fn take(
        &mut self,
        number: u64,
        prefix: &str,
        asn: Option<u32>,
        length: Result<Option<u64>, ()>,
        shown: &str,
        account: &mut Account,
    ) -> Result<(), ImportError> {
        let (Some(net), Some(asn), Ok(length)) = (text::network(prefix), asn, length) else {
            account.reject(number, NOT_A_ROA, shown);
            return Ok(());
        };
        let length = length.unwrap_or_else(|| net.prefix_len().into());
        if length < net.prefix_len().into() || length > net.max_prefix_len().into() {
            account.reject(number, LENGTH, shown);
            return Ok(());
        }
        account.take()?;
        let max_length = u8::try_from(length).expect("at most 128 by the line above");
        self.roas.push(RouteOrigin { net, asn, max_length });
        Ok(())
    }
}
