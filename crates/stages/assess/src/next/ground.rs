//! What could be asked about soil and infrastructure.

use std::collections::BTreeSet;

use bakas_model::{Family, Text};

use super::{Asked, Desk, Request, operators};
use crate::{
    facts::Facts,
    likelihoods::Class::{One, Operator, Other, Relayed, Several, Within},
};

pub(super) fn soil(facts: &Facts, desk: &Desk<'_>) -> Vec<Request> {
    let mut requests: Vec<Request> = operators(facts).into_iter().map(subscriber).collect();
    if facts.relayed_lines() > 0 {
        requests.push(relay_provider());
    }
    let without = desk.without(&facts.agencies, &[Family::Network]);
    let with: BTreeSet<_> = facts.agencies.difference(&without).copied().collect();
    // Who gave no such log is asked for it apart.
    if !with.is_empty() {
        requests.push(delays(desk.names(&with)));
    }
    requests.push(second_source());
    requests
}

fn second_source() -> Request {
    Request {
        id: "second-source".into(),
        text: Text::new(
            "Import a geolocation and a routing table of the very days (bakas data import), and trace \
             again.",
            "Mag-angkat ng geolocation at routing table ng mismong mga araw (bakas data import), at \
             magbakas muli.",
        ),
        whom: Text::new("one's own desk", "sariling mesa"),
        party: None,
        grade: 'B',
        part: 1.0,
        cost: 1.0,
        answered: 0.90,
        // Agrees; does not.
        rows: &[
            (One, &[0.93, 0.07]),
            (Several, &[0.85, 0.15]),
            (Relayed, &[0.80, 0.20]),
            (Other, &[0.70, 0.30]),
        ],
    }
}

fn relay_provider() -> Request {
    Request {
        id: "relay-provider".into(),
        text: Text::new(
            "Ask the VPN and hosting providers for their connection records: who rented, from which \
             address, paid how.",
            "Hingin sa mga VPN at hosting provider ang kanilang talaan ng koneksiyon: sino ang umupa, \
             mula sa aling address, at paano nagbayad.",
        ),
        whom: Text::new("the VPN and hosting providers", "mga VPN at hosting provider"),
        party: None,
        grade: 'F',
        part: 1.0,
        cost: 5.0,
        answered: 0.25,
        // From where the other lines come; from elsewhere; kept nothing.
        rows: &[
            (One, &[0.40, 0.15, 0.45]),
            (Several, &[0.25, 0.30, 0.45]),
            (Relayed, &[0.10, 0.45, 0.45]),
            (Other, &[0.15, 0.25, 0.60]),
        ],
    }
}

pub(super) fn infrastructure(facts: &Facts, desk: &Desk<'_>) -> Vec<Request> {
    let mut requests: Vec<Request> = operators(facts).into_iter().map(abuse_desk).collect();
    requests.push(own_records(desk.names(&facts.agencies)));
    requests.push(Request {
        id: "flows".into(),
        text: Text::new(
            "Ask the operators or a carrier in between for flow records, which show the hop before.",
            "Hingin sa mga operator o sa carrier sa pagitan ang mga talaan ng daloy ng trapiko, na \
             magpapakita ng naunang hinto.",
        ),
        whom: Text::new("the operators and carriers", "mga operator at carrier"),
        party: None,
        grade: 'F',
        part: 1.0,
        cost: 7.0,
        answered: 0.20,
        // Ends there; goes on; not kept.
        rows: &[
            (One, &[0.55, 0.10, 0.35]),
            (Several, &[0.50, 0.15, 0.35]),
            (Operator, &[0.55, 0.10, 0.35]),
            (Relayed, &[0.10, 0.55, 0.35]),
            (Other, &[0.25, 0.25, 0.50]),
        ],
    });
    requests
}

fn subscriber(asked: Asked) -> Request {
    let Asked { asn, party, name, theirs, part } = asked;
    Request {
        id: format!("subscriber-{asn}"),
        text: Text::new(
            format!(
                "Ask {name}, through its CERT, which subscriber held each of its {} at each time \
                 (with source port and seconds, RFC 6302), and whether a device there was infected \
                 or passed traffic on.",
                theirs.en
            ),
            format!(
                "Itanong sa {name}, sa pamamagitan ng CERT nito, kung sinong subscriber ang may \
                 hawak ng bawat isa sa {} nito sa bawat oras (kasama ang source port at segundo, \
                 RFC 6302), at kung may kagamitan doong nahawahan o nagpasa ng trapiko.",
                theirs.fil
            ),
        ),
        whom: Text::new(name.clone(), name),
        party: Some(party),
        grade: 'F',
        cost: 6.0,
        answered: 0.35,
        part,
        // The subscriber's own use; passed on from elsewhere; not known.
        rows: &[
            (One, &[0.60, 0.15, 0.25]),
            (Several, &[0.30, 0.30, 0.40]),
            (Relayed, &[0.10, 0.60, 0.30]),
            (Other, &[0.25, 0.25, 0.50]),
            (Within, &[0.10, 0.30, 0.60]),
        ],
    }
}

fn delays(names: Text) -> Request {
    Request {
        id: "delays".into(),
        text: Text::new(
            format!(
                "Look in the proxy and flow records of {} for the time that handshakes took: a \
                 connection passed on from elsewhere answers later than its address leads one to \
                 expect.",
                names.en
            ),
            format!(
                "Tingnan sa mga talaan ng proxy at daloy ng {} kung gaano katagal ang mga handshake: \
                 mas huling sumasagot ang koneksiyong ipinasa mula sa iba kaysa inaasahan sa address.",
                names.fil
            ),
        ),
        whom: names,
        party: None,
        grade: 'A',
        part: 1.0,
        cost: 2.0,
        answered: 0.40,
        // Fits the place; too long; cannot be told.
        rows: &[
            (One, &[0.55, 0.08, 0.37]),
            (Several, &[0.45, 0.15, 0.40]),
            (Relayed, &[0.20, 0.40, 0.40]),
            (Other, &[0.30, 0.25, 0.45]),
            (Within, &[0.30, 0.20, 0.50]),
        ],
    }
}

fn abuse_desk(asked: Asked) -> Request {
    let Asked { asn, party, name, theirs, part } = asked;
    Request {
        id: format!("abuse-desk-{asn}"),
        text: Text::new(
            format!(
                "Ask the abuse desk of {name}, with the national CERT in copy, what stood behind its \
                 {}: a subscriber, a shared gateway, a rented server, its own machine.",
                theirs.en
            ),
            format!(
                "Itanong sa abuse desk ng {name}, na may kopya sa pambansang CERT, kung ano ang nasa \
                 likod ng {} nito: subscriber, pinagsasaluhang gateway, inuupahang server, o sarili \
                 nitong makina.",
                theirs.fil
            ),
        ),
        whom: Text::new(name.clone(), name),
        party: Some(party),
        grade: 'F',
        cost: 3.0,
        answered: 0.40,
        part,
        // A customer's line; rented or infected; its own; cannot say.
        rows: &[
            (One, &[0.65, 0.10, 0.02, 0.23]),
            (Several, &[0.55, 0.15, 0.02, 0.28]),
            (Operator, &[0.50, 0.10, 0.10, 0.30]),
            (Relayed, &[0.15, 0.55, 0.02, 0.28]),
            (Other, &[0.25, 0.25, 0.05, 0.45]),
        ],
    }
}

fn own_records(names: Text) -> Request {
    Request {
        id: "own-records".into(),
        text: Text::new(
            format!(
                "Look in the logs of {} for other use of the same addresses in the months before: \
                 ordinary customers, or nobody ever.",
                names.en
            ),
            format!(
                "Tingnan sa mga log ng {} ang iba pang paggamit ng parehong mga address sa mga \
                 nakaraang buwan: mga karaniwang kostumer, o walang sinuman.",
                names.fil
            ),
        ),
        whom: names,
        party: None,
        grade: 'A',
        part: 1.0,
        cost: 2.0,
        answered: 0.80,
        // Ordinary customers; nobody.
        rows: &[
            (One, &[0.70, 0.30]),
            (Several, &[0.60, 0.40]),
            (Operator, &[0.30, 0.70]),
            (Relayed, &[0.45, 0.55]),
            (Other, &[0.45, 0.55]),
        ],
    }
}
