//! PeeringDB's dumps (JSON): networks with their organisations and kinds, and the public contacts
//! for abuse and operation.

use std::{collections::HashMap, io::BufRead};

use bakas_model::{
    Asn, Country, NetworkKind,
    network::{Contact, ContactRole},
};
use serde_json::Value;

use super::{Account, ImportError, Reader, Settled, contacts, json, text};
use crate::{ContactDraft, ContactOf, Draft, OrganisationDraft};

/// The kinds of objects in a dump; the first key of one is among them.
pub(super) const OBJECTS: [&str; 15] = [
    "as_set",
    "campus",
    "carrier",
    "carrierfac",
    "fac",
    "ix",
    "ixfac",
    "ixlan",
    "ixpfx",
    "net",
    "netfac",
    "netixlan",
    "org",
    "poc",
    "meta",
];

/// What was read so far; objects point at one another by id, in any order.
#[derive(Default)]
pub(super) struct PeeringDb {
    organisations: HashMap<u64, (String, Option<Country>)>,
    networks: HashMap<u64, Net>,
    people: Vec<Poc>,
}

struct Net {
    asn: u32,
    name: String,
    organisation: Option<u64>,
    kind: Option<NetworkKind>,
}

struct Poc {
    network: u64,
    role: ContactRole,
    name: String,
    address: String,
}

impl Reader for PeeringDb {
    fn read(&mut self, input: &mut dyn BufRead, account: &mut Account) -> Result<(), ImportError> {
        let mut number = 0;
        let wanted = |path: &[String]| match path {
            [object] => matches!(object.as_str(), "org" | "net" | "poc" | "meta" | "data"),
            [_, part] => matches!(part.as_str(), "data" | "meta" | "generated"),
            [_, _, part] => part == "generated",
            _ => false,
        };
        json::elements(input, account, &wanted, &mut |path, value, account| {
            let keys: Vec<&str> = path.iter().map(String::as_str).collect();
            match keys.as_slice() {
                [.., "generated"] => {
                    // Seconds with a fraction, or text.
                    let seconds = value.as_f64().map(|seconds| seconds as u64);
                    account.dated(seconds.and_then(text::day_of_seconds));
                    account.dated(value.as_str().and_then(text::day));
                    return Ok(());
                }
                ["data"] | [_, "data"] => {
                    number += 1;
                    if json::text(&value, "status").is_some_and(|status| status != "ok") {
                        account.pass("an object that is pending or deleted");
                        return Ok(());
                    }
                    // The interface gives each kind of object as a document of its own.
                    let object = match keys.as_slice() {
                        [object, _] => *object,
                        _ => object_of(&value),
                    };
                    let taken = match object {
                        "org" => self.organisation(&value),
                        "net" => self.network(&value, account)?,
                        "poc" => self.contact(&value, account)?,
                        _ => None,
                    };
                    if taken.is_none() {
                        account.reject(
                            number,
                            &format!("no {object} object"),
                            &json::shown(&value),
                        );
                    }
                }
                _ => {}
            }
            Ok(())
        })
    }

    fn finish(
        self: Box<Self>,
        settled: &Settled<'_>,
        draft: &mut Draft,
        account: &mut Account,
    ) -> Result<(), ImportError> {
        let name = &settled.about.name;
        for person in self.people {
            let Some(network) = self.networks.get(&person.network) else {
                account.records = account.records.saturating_sub(1);
                account.pass("a contact of a network that is not in the dump");
                continue;
            };
            draft.contacts.push(ContactDraft {
                of: ContactOf::Asn(network.asn),
                contact: Contact {
                    role: person.role,
                    name: person.name,
                    address: person.address,
                    data_set: name.clone(),
                    date: settled.date,
                },
            });
        }
        for network in self.networks.into_values() {
            let owner = network.organisation.and_then(|id| self.organisations.get(&id));
            let named = owner.map(|(name, _)| name.clone()).filter(|name| !name.is_empty());
            draft.organisations.push(OrganisationDraft {
                asn: network.asn,
                organisation: named.unwrap_or(network.name),
                parent: None,
                country: owner.and_then(|(_, country)| *country),
                kind: network.kind,
            });
        }
        // Maps have no order; tables of the same dump are the same.
        draft.organisations.sort();
        draft.contacts.sort_by(|a, b| key(a).cmp(&key(b)));
        draft.organisation_data_set.clone_from(name);
        if !draft.contacts.is_empty() {
            draft.contact_data_set.clone_from(name);
        }
        Ok(())
    }
}

fn key(draft: &ContactDraft) -> (Option<Asn>, &Contact) {
    let asn = match draft.of {
        ContactOf::Asn(asn) => Some(Asn(asn)),
        ContactOf::Range(_) | ContactOf::Country(_) => None,
    };
    (asn, &draft.contact)
}

impl PeeringDb {
    fn organisation(&mut self, value: &Value) -> Option<()> {
        let id = value.get("id")?.as_u64()?;
        let name = json::text(value, "name").map(text::name)?;
        let country = json::text(value, "country").and_then(text::country);
        self.organisations.insert(id, (name, country));
        Some(())
    }

    fn network(&mut self, value: &Value, account: &mut Account) -> Result<Option<()>, ImportError> {
        let read = || {
            let id = value.get("id")?.as_u64()?;
            let net = Net {
                asn: json::asn(value, "asn")?,
                name: json::text(value, "name").map(text::name).unwrap_or_default(),
                organisation: value.get("org_id").and_then(Value::as_u64),
                kind: json::text(value, "info_type").and_then(kind),
            };
            Some((id, net))
        };
        let Some((id, net)) = read() else { return Ok(None) };
        account.take()?;
        self.networks.insert(id, net);
        Ok(Some(()))
    }

    fn contact(&mut self, value: &Value, account: &mut Account) -> Result<Option<()>, ImportError> {
        let Some(network) = value.get("net_id").and_then(Value::as_u64) else { return Ok(None) };
        let role = match json::text(value, "role") {
            Some("Abuse") => ContactRole::Abuse,
            Some("NOC") => ContactRole::Noc,
            _ => {
                account.pass("a contact for other things");
                return Ok(Some(()));
            }
        };
        // What is shown to registered users only is not passed on.
        if json::text(value, "visible").is_some_and(|visible| visible != "Public") {
            account.pass("a contact that is not public");
            return Ok(Some(()));
        }
        let written = json::text(value, "email").or_else(|| json::text(value, "phone"));
        let Some(address) = written.and_then(contacts::address) else {
            account.pass("a contact without an address");
            return Ok(Some(()));
        };
        let name = json::text(value, "name").map(text::name).unwrap_or_default();
        account.take()?;
        self.people.push(Poc { network, role, name, address });
        Ok(Some(()))
    }
}

/// Which kind of object it is, by the fields that only that kind has.
fn object_of(value: &Value) -> &'static str {
    let has = |key: &str| value.get(key).is_some();
    match (has("asn"), has("net_id") && has("role"), has("name")) {
        (true, false, _) => "net",
        (_, true, _) => "poc",
        (false, false, true) if !has("org_id") => "org",
        _ => "other",
    }
}

/// What a network's own word for itself says of its kind; transit and enterprises say nothing.
fn kind(info_type: &str) -> Option<NetworkKind> {
    match info_type {
        "Cable/DSL/ISP" => Some(NetworkKind::Telco),
        "Content" => Some(NetworkKind::Content),
        "Educational/Research" => Some(NetworkKind::Education),
        "Government" => Some(NetworkKind::Government),
        _ => None,
    }
}
