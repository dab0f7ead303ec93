//! Whom to ask, as CSV with a header: `for,role,name,address`, where `for` is an address range, a
//! network (`AS64500`) or a country.

use std::io::BufRead;

use bakas_model::network::{Contact, ContactRole};

use super::{Account, ImportError, Reader, Settled, csv::Header, text};
use crate::{ContactDraft, ContactOf, Draft};

/// The names of the column that says what a contact is for.
pub(super) const FOR: &[&str] = &["for", "of", "target"];
/// The names of the column with the address.
const ADDRESS: &[&str] = &["address", "contact", "email", "mail"];

/// The contacts read so far.
#[derive(Default)]
pub(super) struct Contacts {
    contacts: Vec<(ContactOf, ContactRole, String, String)>,
}

impl Reader for Contacts {
    fn read(&mut self, input: &mut dyn BufRead, account: &mut Account) -> Result<(), ImportError> {
        let mut lines = text::Lines::new(input);
        let Some((_, header)) = lines.record(',', account)? else { return Ok(()) };
        let header = Header::new(&header);
        let (Some(of), Some(role), Some(written)) =
            (header.at(FOR), header.at(&["role"]), header.at(ADDRESS))
        else {
            return Err(account.malformed("its header is not for,role,name,address"));
        };
        let name = header.at(&["name", "desk"]);
        while let Some((number, fields)) = lines.record(',', account)? {
            let field = |at: usize| fields.get(at).map_or("", |field| field.trim());
            let shown = fields.join(",");
            let Some(of) = what_for(field(of)) else {
                account.reject(number, "neither addresses, a network nor a country", &shown);
                continue;
            };
            let Some(role) = role_named(field(role)) else {
                account.reject(number, "the role is none of abuse, noc, cert, registry", &shown);
                continue;
            };
            let Some(address) = address(field(written)) else {
                account.reject(number, "no mail address, page or telephone", &shown);
                continue;
            };
            account.take()?;
            self.contacts.push((
                of,
                role,
                name.map_or_else(String::new, |at| text::name(field(at))),
                address,
            ));
        }
        Ok(())
    }

    fn finish(
        self: Box<Self>,
        settled: &Settled<'_>,
        draft: &mut Draft,
        _: &mut Account,
    ) -> Result<(), ImportError> {
        let data_set = &settled.about.name;
        draft.contact_data_set.clone_from(data_set);
        draft.contacts = self
            .contacts
            .into_iter()
            .map(|(of, role, name, address)| {
                let (data_set, date) = (data_set.clone(), settled.date);
                ContactDraft { of, contact: Contact { role, name, address, data_set, date } }
            })
            .collect();
        Ok(())
    }
}

fn what_for(text: &str) -> Option<ContactOf> {
    if let Some(range) = text::range(text) {
        return Some(ContactOf::Range(range));
    }
    if let Some(country) = text::country(text) {
        return Some(ContactOf::Country(country));
    }
    text::asn(text).map(ContactOf::Asn)
}

fn role_named(text: &str) -> Option<ContactRole> {
    Some(match text.to_ascii_lowercase().as_str() {
        "abuse" => ContactRole::Abuse,
        "noc" => ContactRole::Noc,
        "cert" | "csirt" => ContactRole::Cert,
        "registry" => ContactRole::Registry,
        _ => return None,
    })
}

/// An address as `mailto:`, `https:` or `tel:`; nothing else may stand in a report as a link.
pub(super) fn address(text: &str) -> Option<String> {
    const CHARS_LIMIT: usize = 300;
    let text = text.trim();
    if text.is_empty()
        || text.chars().count() > CHARS_LIMIT
        || text.chars().any(|c| c.is_control() || c.is_whitespace() && c != ' ')
    {
        return None;
    }
    let lower = text.to_ascii_lowercase();
    let behind = |scheme: &str| text.get(scheme.len()..).filter(|_| lower.starts_with(scheme));
    if let Some(page) = behind("https://") {
        let plain = !page.is_empty() && !page.contains([' ', '"', '<', '>', '\\']);
        return plain.then(|| format!("https://{page}"));
    }
    if let Some(mail) = behind("mailto:") {
        return mail_address(mail);
    }
    if let Some(number) = behind("tel:") {
        return telephone(number);
    }
    mail_address(text).or_else(|| telephone(text))
}

fn mail_address(text: &str) -> Option<String> {
    let (user, domain) = text.split_once('@')?;
    let is_plain = |c: char| c.is_alphanumeric() || ".!#$%&'*+-/=?^_`{|}~".contains(c);
    let is_domain = domain.contains('.')
        && domain.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '.')
        && !domain.starts_with('.')
        && !domain.ends_with('.');
    (!user.is_empty() && user.chars().all(is_plain) && is_domain)
        .then(|| format!("mailto:{user}@{domain}"))
}

fn telephone(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(|c| !" -().".contains(*c)).collect();
    let (plus, number) = match digits.strip_prefix('+') {
        Some(number) => ("+", number),
        None => ("", digits.as_str()),
    };
    ((5..=15).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit()))
        .then(|| format!("tel:{plus}{number}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_one_that_may_be_a_link() {
        let check = |text: &str, expected: Option<&str>| {
            assert_eq!(address(text).as_deref(), expected, "{text}");
        };
        check("abuse@net.example", Some("mailto:abuse@net.example"));
        check("MAILTO:abuse@net.example", Some("mailto:abuse@net.example"));
        check("https://net.example/abuse", Some("https://net.example/abuse"));
        check("+63 (2) 555-0100", Some("tel:+6325550100"));
        check("javascript:alert(1)", None);
        check("http://net.example", None);
        check("https://net.example/\"><script>", None);
        check("a@b", None);
        check("=cmd()@net.example", None);
        check("é@net.example", Some("mailto:é@net.example"));
        check("mailto:a@b.example?bcc=c@d.example", None);
        check("12", None);
        check("", None);
    }
}
