//! Whom to ask: desks for the address, the operator and the country, each with its source and date.
//! An address that is no mailbox, page or number is not passed on. The registry that keeps the block
//! stands at the end, so that there is always somebody to ask.

use bakas_model::{Day, Network, network::Contact};

use super::Asked;
use crate::{ContactSaid, registries};

/// Contacts in the order of asking, each address once, as its newest source has it.
pub(super) fn of(asked: &Asked<'_>, then: &Network) -> Vec<Contact> {
    let mut found: Vec<Contact> = Vec::new();
    for (named, said) in &asked.sources {
        let table = &named.table;
        let of_operator = then.asn.into_iter().flat_map(|asn| table.said_of(asn).contacts());
        let of_country = then.country.into_iter().flat_map(|country| table.contacts_of(country));
        let all = said.contacts().chain(of_operator).chain(of_country);
        found.extend(all.filter_map(|said| contact(&said, named.day_of(said.data_set))));
    }
    // The operator's own desk first; of one address the newest.
    found.sort_by(|a, b| {
        (a.role, &a.address, b.date, &a.data_set).cmp(&(b.role, &b.address, a.date, &b.data_set))
    });
    found.dedup_by(|a, b| (a.role, &a.address) == (b.role, &b.address));
    found.extend(registries::contact(asked.address));
    found
}

fn contact(said: &ContactSaid<'_>, date: Day) -> Option<Contact> {
    let address = link(said.address)?;
    let date = if said.date.0 > 0 { said.date } else { date };
    Some(Contact {
        role: said.role,
        name: said.name.to_owned(),
        address,
        data_set: said.data_set.to_owned(),
        date,
    })
}

/// A mailbox, page or number as a link; `None` for what is none of these.
fn link(text: &str) -> Option<String> {
    let text = text.trim();
    let plain = !text.is_empty() && text.chars().all(|c| c.is_ascii_graphic());
    let known = ["mailto:", "https://", "tel:"].iter().any(|scheme| text.starts_with(scheme));
    if plain && known {
        return Some(text.to_owned());
    }
    let (local, domain) = text.split_once('@')?;
    let is_mail = plain && !local.is_empty() && domain.contains('.') && !text.contains(':');
    is_mail.then(|| format!("mailto:{text}"))
}

#[cfg(test)]
mod tests {
    use bakas_model::network::ContactRole;

    use super::*;

    #[test]
    fn only_mailboxes_pages_and_numbers_are_passed_on() {
        let check =
            |text: &str, expected: Option<&str>| assert_eq!(link(text).as_deref(), expected);
        check("abuse@telco.example", Some("mailto:abuse@telco.example"));
        check(" mailto:abuse@telco.example", Some("mailto:abuse@telco.example"));
        check("https://telco.example/abuse", Some("https://telco.example/abuse"));
        check("tel:+1-555-0100", Some("tel:+1-555-0100"));
        check("javascript:alert(1)", None);
        check("http://telco.example", None);
        check("a@b.example\u{1b}[2J", None);
        check("somebody", None);
    }

    #[test]
    fn roles_stand_in_the_order_of_asking() {
        assert!(ContactRole::Abuse < ContactRole::Noc && ContactRole::Noc < ContactRole::Cert);
    }
}
