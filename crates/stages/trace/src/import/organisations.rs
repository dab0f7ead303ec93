//! Which organisation runs which network: CAIDA's AS-to-organisation files (text with `# format:`
//! lines, or JSON lines), and JSON lines or lists with a network and its organisation each.

use std::{collections::BTreeMap, io::BufRead};

use bakas_model::Country;
use serde_json::Value;

use super::{Account, ImportError, Reader, Settled, json, text};
use crate::{Draft, OrganisationDraft};

const NEITHER: &str = "neither a network nor an organisation";
const NO_ORGANISATION: &str = "a network whose organisation is not in the files";

/// What was read so far; networks name organisations that may come later.
#[derive(Default)]
pub(super) struct Organisations {
    organisations: BTreeMap<String, (String, Option<Country>)>,
    /// Networks by the id of their organisation.
    networks: Vec<(u32, String)>,
    whole: Vec<OrganisationDraft>,
    /// Which of the two tables of the text form the lines belong to.
    of_networks: Option<bool>,
}

impl Reader for Organisations {
    fn read(&mut self, input: &mut dyn BufRead, account: &mut Account) -> Result<(), ImportError> {
        self.of_networks = None;
        let head = input.fill_buf().map_err(|error| account.io(error))?;
        let first = head.iter().find(|byte| !byte.is_ascii_whitespace()).copied();
        if first == Some(b'[') {
            let mut number = 0;
            let whole = |path: &[String]| path.is_empty();
            return json::elements(input, account, &whole, &mut |_, value, account| {
                number += 1;
                self.entry(number, &value, account)
            });
        }
        let is_json = super::recognise::is_json(head);
        let mut lines = text::Lines::new(input);
        while let Some((number, line)) = lines.next(account)? {
            if line.trim().is_empty() {
            } else if is_json {
                match serde_json::from_str::<Value>(line) {
                    Ok(value) => self.entry(number, &value, account)?,
                    Err(_) => account.reject(number, "no JSON", line),
                }
            } else if let Some(comment) = line.strip_prefix('#') {
                self.comment(comment.trim(), account);
            } else {
                self.line(number, line, account)?;
            }
        }
        Ok(())
    }

    fn finish(
        self: Box<Self>,
        settled: &Settled<'_>,
        draft: &mut Draft,
        account: &mut Account,
    ) -> Result<(), ImportError> {
        draft.organisation_data_set.clone_from(&settled.about.name);
        draft.organisations = self.whole;
        for (asn, id) in self.networks {
            let Some((name, country)) = self.organisations.get(&id) else {
                account.records = account.records.saturating_sub(1);
                account.pass(NO_ORGANISATION);
                continue;
            };
            draft.organisations.push(OrganisationDraft {
                asn,
                organisation: name.clone(),
                country: *country,
                ..OrganisationDraft::default()
            });
        }
        Ok(())
    }
}

impl Organisations {
    /// A comment of the text form says which table follows, and when the file was made.
    fn comment(&mut self, comment: &str, account: &mut Account) {
        match comment.strip_prefix("format:").map(str::trim) {
            Some(format) if format.starts_with("org_id|") => self.of_networks = Some(false),
            Some(format) if format.starts_with("aut|") => self.of_networks = Some(true),
            Some(_) => {}
            None => {
                let dated = comment.split_once("date:").or_else(|| comment.split_once("time:"));
                account.dated(dated.and_then(|(_, date)| text::day(date)));
            }
        }
    }

    fn line(&mut self, number: u64, line: &str, account: &mut Account) -> Result<(), ImportError> {
        let fields: Vec<&str> = line.split('|').map(str::trim).collect();
        match (self.of_networks, fields.as_slice()) {
            // org_id|changed|org_name|country|source
            (Some(false), [id, _, name, country, ..]) if !id.is_empty() => {
                let said = (text::name(name), text::country(country));
                self.organisations.insert(text::name(id), said);
                Ok(())
            }
            // aut|changed|aut_name|org_id|opaque_id|source
            (Some(true), [asn, _, _, id, ..]) if !id.is_empty() => {
                let Some(asn) = text::asn(asn) else {
                    account.reject(number, "no network's number", line);
                    return Ok(());
                };
                account.take()?;
                self.networks.push((asn, text::name(id)));
                Ok(())
            }
            _ => {
                account.reject(number, NEITHER, line);
                Ok(())
            }
        }
    }

    /// One entry of the JSON forms.
    fn entry(
        &mut self,
        number: u64,
        value: &Value,
        account: &mut Account,
    ) -> Result<(), ImportError> {
        let words = |keys: &[&str]| keys.iter().find_map(|key| json::text(value, key));
        let id = words(&["organizationId", "organisationId", "org_id"]).map(text::name);
        let country = words(&["country", "country_code"]).and_then(text::country);
        match (json::asn(value, "asn"), id) {
            (Some(asn), Some(id)) => {
                account.take()?;
                self.networks.push((asn, id));
            }
            (Some(asn), None) => {
                let name = words(&["organisation", "organization", "org", "org_name", "name"]);
                let Some(name) = name else {
                    account.reject(
                        number,
                        "a network without an organisation",
                        &json::shown(value),
                    );
                    return Ok(());
                };
                account.take()?;
                self.whole.push(OrganisationDraft {
                    asn,
                    organisation: text::name(name),
                    parent: words(&["parent", "parent_org"]).map(text::name),
                    country,
                    kind: words(&["kind"]).and_then(super::lists::kind_named),
                });
            }
            (None, Some(id)) => {
                let name = words(&["name", "org_name"]).unwrap_or_default();
                self.organisations.insert(id, (text::name(name), country));
            }
            (None, None) => account.reject(number, NEITHER, &json::shown(value)),
        }
        Ok(())
    }
}
