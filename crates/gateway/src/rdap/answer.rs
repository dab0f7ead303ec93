//! A registry's answer about a block (RFC 9083, section 5.4) with its contacts (jCard, RFC 7095), in
//! our words. What the answer says is a stranger's: bounded, tamed, and only what we know how to
//! read. It asks nobody.

use std::net::IpAddr;

use bakas_model::outside::{OutsideError, Registered};
use bakas_model::{
    Country, Timestamp,
    network::{Contact, ContactRole, Rdap},
};
use serde::Deserialize;
use serde_json::Value;

use crate::tame;

/// Entities looked at in one answer.
const ENTITIES_LIMIT: usize = 64;
/// Entities within entities.
const ENTITY_DEPTH_LIMIT: usize = 4;
/// Longest e-mail address (RFC 5321, section 4.5.3.1.3).
const MAIL_BYTES_LIMIT: usize = 254;
/// Longest link or number.
const LINK_BYTES_LIMIT: usize = 300;

/// What was read.
#[derive(Debug)]
pub(super) struct Read {
    pub(super) registered: Registered,
    /// First and last address.
    pub(super) range: (IpAddr, IpAddr),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Network {
    object_class_name: String,
    start_address: IpAddr,
    end_address: IpAddr,
    handle: Option<String>,
    name: Option<String>,
    country: Option<String>,
    #[serde(default)]
    entities: Vec<Entity>,
    #[serde(default)]
    events: Vec<Happened>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entity {
    #[serde(default)]
    roles: Vec<String>,
    #[serde(default)]
    vcard_array: Value,
    #[serde(default)]
    entities: Vec<Self>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Happened {
    #[serde(default)]
    event_action: String,
    #[serde(default)]
    event_date: String,
}

/// Reads an answer about an address.
pub(super) fn read(
    url: &str,
    bytes: &[u8],
    address: IpAddr,
    now: Timestamp,
) -> Result<Read, OutsideError> {
    let garbage = |why: String| OutsideError::Garbage { url: url.to_owned(), why };
    let network: Network = serde_json::from_slice(bytes).map_err(|e| garbage(e.to_string()))?;
    if network.object_class_name != "ip network" {
        let what = tame(&network.object_class_name);
        return Err(garbage(format!("an object of class '{what}' instead of 'ip network'")));
    }
    let (first, last) = (network.start_address, network.end_address);
    if first.is_ipv4() != address.is_ipv4() || !(first..=last).contains(&address) {
        return Err(garbage(format!("it speaks of {first} to {last}, not of {address}")));
    }
    let data_set = format!("rdap:{}", url.split('/').nth(2).unwrap_or_default());
    let mut found = Found { data_set, now, contacts: Vec::new(), registrant: None, looked: 0 };
    found.walk(&network.entities, ENTITY_DEPTH_LIMIT);
    let Found { mut contacts, registrant, .. } = found;
    contacts.sort();
    contacts.dedup();
    let changed = network.events.iter().find(|event| event.event_action == "last changed");
    let rdap = Rdap {
        url: url.to_owned(),
        asked: now,
        handle: network.handle.as_deref().map(tame),
        name: network.name.as_deref().map(tame),
        range: Some(format!("{first} - {last}")),
        country: network.country.as_deref().and_then(Country::new),
        registrant,
        changed: changed.and_then(|event| event.event_date.parse().ok()),
        ..Rdap::default()
    };
    Ok(Read { registered: Registered { rdap, contacts, cached: false }, range: (first, last) })
}

struct Found {
    data_set: String,
    now: Timestamp,
    contacts: Vec<Contact>,
    registrant: Option<String>,
    looked: usize,
}

impl Found {
    fn walk(&mut self, entities: &[Entity], depth: usize) {
        for entity in entities {
            self.looked += 1;
            if depth == 0 || self.looked > ENTITIES_LIMIT {
                return;
            }
            self.look(entity);
            self.walk(&entity.entities, depth - 1);
        }
    }

    fn look(&mut self, entity: &Entity) {
        let name = card(&entity.vcard_array, "fn").next().map(tame).unwrap_or_default();
        for role in &entity.roles {
            let role = match role.as_str() {
                "abuse" => ContactRole::Abuse,
                "noc" | "technical" => ContactRole::Noc,
                "registrant" => {
                    let named = self.registrant.take().or_else(|| Some(name.clone()));
                    self.registrant = named.filter(|name| !name.is_empty());
                    continue;
                }
                _ => continue,
            };
            let addresses: Vec<_> = addresses(&entity.vcard_array).collect();
            self.contacts.extend(addresses.into_iter().map(|address| Contact {
                role,
                name: name.clone(),
                address,
                data_set: self.data_set.clone(),
                date: self.now.day(),
            }));
        }
    }
}

/// The texts of one property of a jCard.
fn card<'a>(card: &'a Value, property: &'a str) -> impl Iterator<Item = &'a str> {
    let properties = card.get(1).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let named =
        properties.iter().filter(move |p| p.get(0).and_then(Value::as_str) == Some(property));
    named.filter_map(|property| property.get(3)?.as_str())
}

/// What can be written to, shown or called; nothing else becomes a link.
fn addresses(of: &Value) -> impl Iterator<Item = String> {
    let mails = card(of, "email").filter(|mail| is_mail(mail)).map(|mail| format!("mailto:{mail}"));
    let numbers = card(of, "tel").filter_map(|number| {
        let number = number.strip_prefix("tel:").unwrap_or(number);
        let kept: String = number.chars().filter(|c| !matches!(c, ' ' | '(' | ')')).collect();
        let is_number = kept.len() <= LINK_BYTES_LIMIT
            && kept.chars().any(|c| c.is_ascii_digit())
            && kept.chars().all(|c| c.is_ascii_digit() || matches!(c, '+' | '-' | '.'));
        is_number.then(|| format!("tel:{kept}"))
    });
    mails.chain(numbers)
}

fn is_mail(text: &str) -> bool {
    let plain = |c: char| {
        c.is_ascii_graphic() && !matches!(c, '<' | '>' | '"' | '\\' | '(' | ')' | ',' | '?' | '&')
    };
    text.len() <= MAIL_BYTES_LIMIT
        && text.chars().all(plain)
        && text.split_once('@').is_some_and(|(local, domain)| {
            !local.is_empty() && domain.contains('.') && !domain.contains('@')
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(json: &str) -> Result<Registered, String> {
        let address = "192.0.2.9".parse().unwrap();
        let read = read(
            "https://rdap.example/ip/192.0.2.9",
            json.as_bytes(),
            address,
            Timestamp::default(),
        );
        read.map(|read| read.registered).map_err(|error| error.to_string())
    }

    const HEAD: &str =
        r#""objectClassName":"ip network","startAddress":"192.0.2.0","endAddress":"192.0.2.255""#;

    #[test]
    fn contacts_within_contacts_are_found_and_hostile_ones_are_not() {
        let json = format!(
            r#"{{{HEAD},"name":"NET\u001b[2J","country":"zz","entities":[{{"roles":["registrant"],
            "vcardArray":["vcard",[["fn",{{}},"text","Example Telecom"]]],
            "entities":[{{"roles":["abuse"],"vcardArray":["vcard",[["fn",{{}},"text","Desk"],
              ["email",{{}},"text","abuse@telco.example"],["email",{{}},"text","x@y.example?bcc=a"],
              ["tel",{{}},"uri","tel:+1-555-0100"],["tel",{{}},"uri","javascript:1"]]]}}]}}]}}"#
        );
        let read = check(&json).unwrap();
        assert_eq!(read.rdap.name.as_deref(), Some("NET [2J"));
        assert_eq!(read.rdap.registrant.as_deref(), Some("Example Telecom"));
        let addresses: Vec<_> = read.contacts.iter().map(|c| c.address.as_str()).collect();
        assert_eq!(addresses, ["mailto:abuse@telco.example", "tel:+1-555-0100"]);
        assert_eq!(read.contacts[0].data_set, "rdap:rdap.example");
    }

    #[test]
    fn what_is_no_answer_to_the_question_is_refused() {
        let says = |json: &str, why: &str| {
            let error = check(json).unwrap_err();
            assert!(error.contains(why), "{error}");
        };
        says("<html>", "expected value");
        says(r#"{"errorCode":404}"#, "missing field");
        says(&format!("{{{}}}", HEAD.replace("ip network", "domain")), "class 'domain'");
        says(&format!("{{{}}}", HEAD.replace("192.0.2.", "198.51.100.")), "not of 192.0.2.9");
        let deep = format!("{{{HEAD},\"entities\":{}{}}}", "[{\"entities\":".repeat(200), "[]");
        assert!(check(&deep).is_err());
    }

    #[test]
    fn one_entity_over_the_bound_is_not_looked_at() {
        let one = |n: usize| {
            format!(
                r#"{{"roles":["abuse"],"vcardArray":["vcard",[["email",{{}},"text","a{n}@x.example"]]]}}"#
            )
        };
        let all: Vec<_> = (0..=ENTITIES_LIMIT).map(one).collect();
        let read = check(&format!("{{{HEAD},\"entities\":[{}]}}", all.join(","))).unwrap();
        assert_eq!(read.contacts.len(), ENTITIES_LIMIT);
    }
}
