//! What an operator needs to find a subscriber where many share an address (RFC 6302, section 2; why
//! they share: RFC 6269). Whether logs hold it is known to whoever has the logs, not here.

use bakas_model::{
    Network, NetworkKind, Text,
    network::{Held, Needed, SubscriberFact, SubscriberQuestion},
};

/// The name of the shared block (RFC 6598) in the list of special blocks begins so.
const SHARED: &str = "shared address space";

/// The question, for networks whose addresses are shared or may be.
pub(super) fn question(network: &Network) -> Option<SubscriberQuestion> {
    let shared = network.special.as_ref().is_some_and(|name| name.starts_with(SHARED));
    let because = match network.kind {
        NetworkKind::Special if shared => Text::new(
            "Carrier-grade NAT uses this address inside a carrier's network: only that carrier can tell whose line it was at that time, and the same address is used by others elsewhere",
            "Ginagamit ng carrier-grade NAT ang address na ito sa loob ng network ng isang carrier: ang carrier lamang na iyon ang makapagsasabi kung kaninong linya ito noon, at ginagamit din ng iba sa ibang lugar ang parehong address",
        ),
        NetworkKind::Telco => Text::new(
            "Access networks, mobile ones above all, put many subscribers behind one address at the same time: without the source port the operator can at best name all of them",
            "Inilalagay ng mga access network, lalo na ng mobile, ang maraming subscriber sa likod ng iisang address nang sabay: kung walang source port, ang lahat lamang sa kanila ang mapapangalanan ng operator",
        ),
        NetworkKind::Unknown if network.asn.is_some() => Text::new(
            "No list says what kind of network this is: if it is an access network, many subscribers may share the address, and the operator needs the source port too",
            "Walang listahang nagsasabi kung anong uri ng network ito: kung access network ito, maaaring pinagsasaluhan ng maraming subscriber ang address, at kailangan din ng operator ang source port",
        ),
        _ => return None,
    };
    let facts = [Needed::Address, Needed::SourcePort, Needed::Time, Needed::Destination];
    let fact =
        |fact| SubscriberFact { fact, held: Held::Unknown, lines_with: 0, lines: 0, example: None };
    Some(SubscriberQuestion { because, facts: facts.map(fact).into() })
}
