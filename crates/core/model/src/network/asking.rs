//! Whom to ask about an address, in sentences: the network of then, that of now, and the registry
//! that keeps the block; so nobody is left without a next step. It names no person, verifies no
//! desk, and writes to nobody.

use super::{Announced, Asn, ContactRole, Country, Network, NetworkKind, Trace};
use crate::{Day, Text};

/// Whom to ask, in the order of asking; empty for addresses that are not on the Internet.
#[must_use]
pub fn asking(trace: &Trace) -> Vec<Text> {
    if trace.then.kind == NetworkKind::Special {
        return Vec::new();
    }
    operators(trace).into_iter().chain(registry(trace)).collect()
}

/// What holds by convention alone and was not checked; where an operator's country is known, where
/// its CERT is looked up.
#[must_use]
pub fn conventions(country: Option<Country>) -> Text {
    let mut text = Text::new(
        "By convention, not checked for any operator named here: abuse@, noc@ and security@ at the \
         operator's own domain (RFC 2142), and /.well-known/security.txt on its site (RFC 9116).",
        "Ayon sa nakaugalian, at hindi tiniyak para sa sinumang operator dito: abuse@, noc@ at \
         security@ sa sariling domain ng operator (RFC 2142), at ang /.well-known/security.txt sa \
         site nito (RFC 9116).",
    );
    let (en, fil) = country.map_or_else(
        || {
            (
                "The operator's national CERT".to_owned(),
                "Ang pambansang CERT ng operator".to_owned(),
            )
        },
        |country| (format!("The CERT of {country}"), format!("Ang CERT ng {country}")),
    );
    text.en += &format!(
        " {en} is found in the public directory of FIRST (https://www.first.org/members/teams/); \
         the program brings no list of CERTs."
    );
    text.fil += &format!(
        " {fil} ay mahahanap sa pampublikong talaan ng FIRST \
         (https://www.first.org/members/teams/); walang listahan ng mga CERT na kasama sa programa."
    );
    text
}

/// A network with its number, as it is shown.
fn named(asn: Asn, operator: Option<&str>) -> String {
    operator.map_or_else(|| asn.to_string(), |operator| format!("{asn} {operator}"))
}

/// Who is asked about then, and who about now.
fn operators(trace: &Trace) -> Option<Text> {
    let then = &trace.then;
    let name = |network: &Network| Some(named(network.asn?, network.operator.as_deref()));
    let (moved, was) = (trace.moved(), name(then));
    let Some(is) = moved.as_ref().and_then(|moved| name(moved.now)) else {
        return was.map(|was| held(&was, moved.is_some()));
    };
    let (Some(was), Some(moved)) = (was, moved) else {
        return Some(Text::new(
            format!("No table names a network for that time; {is} announces the address now."),
            format!("Walang talaang nagsasabi ng network noon; {is} ang nag-aanunsiyo ngayon."),
        ));
    };
    let (left, came) = (moved.left, moved.came);
    Some(match moved.between {
        true => Text::new(
            format!(
                "The block passed from {was} to {is} on some day between {left} and {came}, and the \
                 time asked for lies between these tables: ask both which of them had it then."
            ),
            format!(
                "Lumipat ang bloke mula sa {was} patungo sa {is} sa isang araw sa pagitan ng {left} \
                 at {came}, at nasa pagitan ng mga talaang ito ang oras na tinatanong: tanungin ang \
                 dalawa kung sino sa kanila ang may hawak nito noon."
            ),
        ),
        false => Text::new(
            format!(
                "About that time ask {was}, who announced the address then (table of {left}); ask \
                 {is}, who announces it since (table of {came}), only about what goes on now."
            ),
            format!(
                "Tungkol sa panahong iyon, tanungin ang {was}, na nag-anunsiyo ng address noon \
                 (talaan ng {left}); tanungin ang {is}, na nag-aanunsiyo nito ngayon (talaan ng \
                 {came}), tungkol lamang sa nangyayari ngayon."
            ),
        ),
    })
}

/// The sentence where one network is asked.
fn held(was: &str, gone: bool) -> Text {
    let mut text = Text::new(
        format!("Ask {was}: it alone can tell whose line or machine the address was at that time"),
        format!(
            "Tanungin ang {was}: ito lamang ang makapagsasabi kung kaninong linya o makina ang \
             address noong oras na iyon"
        ),
    );
    if gone {
        text.en += "; by the newest table nobody announces the address now";
        text.fil += "; ayon sa pinakabagong talaan, walang nag-aanunsiyo ng address ngayon";
    }
    text.en.push('.');
    text.fil.push('.');
    text
}

fn registry(trace: &Trace) -> Option<Text> {
    let is_kept = |role| role == ContactRole::Registry;
    let contact = trace
        .contacts
        .iter()
        .find(|contact| is_kept(contact.role) && contact.data_set.starts_with("iana-"))?;
    let (name, page, date) = (&contact.name, &contact.address, contact.date);
    Some(Text::new(
        format!(
            "Where no desk is known or none answers, ask {name}, the registry that keeps the block \
             by IANA's list of {date}: {page} names the holder and mostly a desk for abuse \
             (RDAP, RFC 9083; bakas trace --rdap). It learns whom you look at."
        ),
        format!(
            "Kung walang kilalang tanggapan o walang sumasagot, tanungin ang {name}, ang registry \
             na nangangalaga sa bloke ayon sa listahan ng IANA ng {date}: nakasaad sa {page} ang may \
             hawak at kadalasan ang tanggapan para sa abuso (RDAP, RFC 9083; bakas trace --rdap). \
             Malalaman nito kung sino ang tinitingnan mo."
        ),
    ))
}

/// That an address belongs to another network today.
#[derive(Clone, Copy, Debug)]
pub struct Moved<'a> {
    /// The network of today.
    pub now: &'a Network,
    /// The last table in which the network of then announced it.
    pub left: Day,
    /// The first table in which another one announced it, or nobody did.
    pub came: Day,
    /// Whether the time asked for lies between these two: then either may hold.
    pub between: bool,
}

impl Trace {
    /// Whether another network, or none, announces the address today.
    #[must_use]
    pub fn moved(&self) -> Option<Moved<'_>> {
        let now = self.now.as_ref().filter(|now| now.asn != self.then.asn)?;
        let of_then = |one: &&Announced| one.asn == self.then.asn;
        let left = self.history.iter().filter(of_then).map(|one| one.until).max();
        let left = left.unwrap_or(self.then.epoch);
        let others = self.history.iter().filter(|one| one.asn != self.then.asn);
        let came = others.map(|one| one.from).filter(|from| *from > left).min();
        let came = came.unwrap_or(now.epoch);
        let day = self.at.day();
        Some(Moved { now, left, came, between: left < day && day < came })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::Contact;

    fn day(text: &str) -> Day {
        text.parse::<crate::Timestamp>().expect("a date").day()
    }

    fn network(asn: u32, epoch: &str) -> Network {
        let kind = NetworkKind::Hosting;
        let operator = Some(format!("Operator {asn}"));
        Network { asn: Some(Asn(asn)), operator, kind, epoch: day(epoch), ..Network::default() }
    }

    fn trace(at: &str) -> Trace {
        let at = at.parse().expect("a date");
        let address = "198.51.100.7".parse().expect("an address");
        let told = |asn, from: &str, until: &str| Announced {
            asn: Some(Asn(asn)),
            from: day(from),
            until: day(until),
            ..Announced::default()
        };
        let kept = Contact {
            role: ContactRole::Registry,
            name: "Example NIC".into(),
            address: "https://rdap.example/ip/198.51.100.7".into(),
            data_set: "iana-ipv4-address-space".into(),
            date: day("2023-12-18"),
        };
        Trace {
            then: network(64_500, "2025-04-11"),
            now: Some(network(64_501, "2026-06-17")),
            history: vec![
                told(64_500, "2025-04-02", "2025-04-11"),
                told(64_501, "2026-06-17", "2026-06-17"),
            ],
            contacts: vec![kept],
            ..Trace::new(address, at)
        }
    }

    #[test]
    fn between_two_tables_both_are_asked() {
        let all = asking(&trace("2026-01-05"));
        assert!(all[0].en.contains("ask both") && all[0].fil.contains("ang dalawa"), "{all:?}");
        assert!(all[0].en.contains("between 2025-04-11 and 2026-06-17"), "{all:?}");
        assert!(all[1].en.contains("ask Example NIC") && all[1].en.contains("/ip/198.51.100.7"));
    }

    #[test]
    fn before_the_change_the_one_of_then_is_asked() {
        let all = asking(&trace("2025-04-05"));
        let asked = "About that time ask AS64500 Operator 64500";
        assert!(all[0].en.starts_with(asked) && all[0].en.contains("only about what goes on now"));
    }

    #[test]
    fn where_nothing_changed_one_is_asked_and_the_registry_stands_behind() {
        let all = asking(&Trace { now: None, ..trace("2025-04-05") });
        assert!(all[0].en.starts_with("Ask AS64500") && !all[0].en.contains("AS64501"), "{all:?}");
        assert_eq!(all.len(), 2);
    }

    #[test]
    fn nobody_is_asked_about_an_address_inside() {
        let then = Network { kind: NetworkKind::Special, ..Network::default() };
        assert_eq!(asking(&Trace { then, ..trace("2025-04-05") }), []);
    }
}
