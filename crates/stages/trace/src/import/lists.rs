//! Lists of addresses and networks: plain text with one a line, the first column of a CSV, MISP's
//! warning lists, and the JSON documents in which clouds name their prefixes. What being on a list
//! means is said by whoever imports it.

use std::io::BufRead;

use bakas_model::NetworkKind;
use ipnet::IpNet;
use serde_json::Value;

use super::{Account, ImportError, Reader, Settled, json, text};
use crate::{Draft, ListDraft};

const NEITHER: &str = "neither an address nor a network";

/// What was read so far.
#[derive(Default)]
pub(super) struct Plain {
    networks: Vec<IpNet>,
    asns: Vec<u32>,
}

/// A kind of network by its name, as `--says` and files have it.
pub(super) fn kind_named(name: &str) -> Option<NetworkKind> {
    let plain = name.trim().to_ascii_lowercase().replace([' ', '-'], "_");
    serde_json::from_value(Value::String(plain))
        .ok()
        .filter(|kind| !matches!(kind, NetworkKind::Unknown | NetworkKind::Special))
}

impl Reader for Plain {
    fn read(&mut self, input: &mut dyn BufRead, account: &mut Account) -> Result<(), ImportError> {
        let head = input.fill_buf().map_err(|error| account.io(error))?;
        if super::recognise::is_json(head) {
            return self.json(input, account);
        }
        let separator = super::csv::separator(head);
        let mut lines = text::Lines::new(input);
        let mut first = true;
        while let Some((number, line)) = lines.next(account)? {
            let Some(entry) = first_field(line, separator) else { continue };
            let is_entry = self.entry(&entry, account)?;
            match (is_entry, std::mem::take(&mut first)) {
                (true, _) => {}
                // A header may stand above the first entry.
                (false, true) if line.contains(separator) => account.pass("a header"),
                (false, _) => account.reject(number, NEITHER, line),
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
        let about = settled.about;
        draft.lists.push(ListDraft {
            name: about.name.clone(),
            kind: about.says,
            data_set: about.name.clone(),
            networks: self.networks,
            asns: self.asns,
            ..ListDraft::default()
        });
        Ok(())
    }
}

impl Plain {
    /// Takes an entry; says whether it is one.
    fn entry(&mut self, entry: &str, account: &mut Account) -> Result<bool, ImportError> {
        if let Some(asn) = listed_asn(entry) {
            self.asns.push(asn);
        } else if let Some(net) = text::network(entry) {
            self.networks.push(net);
        } else if let Some(range) = text::range(entry) {
            self.networks.extend(range.blocks());
        } else {
            return Ok(false);
        }
        account.take()?;
        Ok(true)
    }

    fn json(&mut self, input: &mut dyn BufRead, account: &mut Account) -> Result<(), ImportError> {
        let mut number = 0;
        let all = |_: &[String]| true;
        json::elements(input, account, &all, &mut |path, value, account| {
            let key = path.last().map_or("", String::as_str);
            match &value {
                // The version of a warning list is often its day; clouds write the time.
                Value::Number(version) if key == "version" && path.len() == 1 => {
                    account.dated(text::day(&version.to_string()));
                    return Ok(());
                }
                Value::String(time)
                    if matches!(key, "createDate" | "creationTime") && path.len() == 1 =>
                {
                    account.dated(text::day(time));
                    return Ok(());
                }
                // Names and descriptions stand beside lists of prefixes, under any key.
                Value::String(text) if path.len() == 1 && key != "list" => {
                    if !self.entry(text, account)? {
                        account.pass("a text beside the list");
                    }
                    return Ok(());
                }
                Value::Number(_) => return Ok(()),
                _ => {}
            }
            let is_list = path.is_empty() || key == "list";
            let mut found = Vec::new();
            prefixes(&value, is_list, 0, &mut found);
            for text in found {
                number += 1;
                if !self.entry(text, account)? {
                    account.reject(number, NEITHER, text);
                }
            }
            Ok(())
        })
    }
}

/// The texts of an element that should be prefixes: the element itself in a list of such, else
/// what stands under a key that says so.
fn prefixes<'a>(value: &'a Value, expected: bool, depth: usize, found: &mut Vec<&'a str>) {
    /// Lists of clouds nest their prefixes two levels deep.
    const DEPTH_LIMIT: usize = 4;
    if depth > DEPTH_LIMIT {
        return;
    }
    match value {
        Value::String(text) if expected => found.push(text),
        Value::Array(values) => {
            for value in values {
                prefixes(value, expected, depth + 1, found);
            }
        }
        Value::Object(fields) => {
            for (key, value) in fields {
                let key = key.to_ascii_lowercase();
                let names_prefix =
                    key.contains("prefix") || matches!(key.as_str(), "cidr" | "network" | "ip");
                let leads_on = value.is_object() || value.is_array();
                if names_prefix || leads_on {
                    prefixes(value, names_prefix, depth + 1, found);
                }
            }
        }
        _ => {}
    }
}

/// `AS64500` or a number; a bare number is a network's, since addresses are written with dots.
fn listed_asn(entry: &str) -> Option<u32> {
    (!entry.contains(['.', ':', '-'])).then(|| text::asn(entry))?
}

/// What a line lists, without what stands beside it; `None` in a line without anything.
pub(super) fn first_field(line: &str, separator: char) -> Option<String> {
    if without_comment(line).is_empty() {
        return None;
    }
    let fields = text::fields(line, separator);
    let field = fields.and_then(|fields| fields.into_iter().next());
    // A quote further on that is not closed is no reason to lose the entry.
    let field = field.or_else(|| line.split(separator).next().map(str::to_owned));
    field.map(|field| without_comment(&field).trim_matches('"').to_owned())
}

/// A line without the comment behind it.
pub(super) fn without_comment(line: &str) -> &str {
    let end = ["#", ";", "//"].iter().filter_map(|mark| line.find(mark)).min();
    end.and_then(|end| line.get(..end)).unwrap_or(line).trim()
}
