//! The sentences that go with blocks, in English and Filipino. It decides nothing.

use bakas_model::{Collateral, Incident, IncidentKind, Text};

use super::{
    COLLATERAL_DAYS, STOPS_PERCENT_ENOUGH,
    choice::{Candidate, Reach, Verdict},
};
use crate::{
    site::{Site, sites},
    text::{number as grouped, plural},
};

/// On what the block lies.
pub(super) fn applies_to(candidate: &Candidate, incident: &Incident) -> Text {
    let at_provider = sites(incident).contains(&Site::Provider);
    match (candidate.reach, candidate.sign_in_only) {
        (Reach::Inside, _) => Text::new(
            "all traffic between these machines and the rest of the network",
            "lahat ng trapiko sa pagitan ng mga makinang ito at ng iba pang bahagi ng network",
        ),
        (_, true) if incident.kind == IncidentKind::AccountTakeover && !at_provider => Text::new(
            "sign-in to accounts only, at the service that was entered",
            "pag-sign in sa mga account lamang, sa serbisyong napasok",
        ),
        (_, true) if incident.kind == IncidentKind::AccountTakeover => Text::new(
            "sign-in to accounts only, as an access rule at the provider",
            "pag-sign in sa mga account lamang, bilang patakaran sa pag-access ng provider",
        ),
        (_, true) => Text::new(
            "the sign-in page or service only; public pages stay open",
            "pahina o serbisyo ng pag-sign in lamang; bukas pa rin ang mga pampublikong pahina",
        ),
        (_, false) => Text::new("all traffic", "lahat ng trapiko"),
    }
}

/// Of the candidate that was judged best, proposed or not.
pub(super) fn of_best(
    candidate: &Candidate,
    verdict: Verdict,
    addresses: usize,
    moving: usize,
) -> Text {
    let judged = match verdict {
        Verdict::Enough => Text::new(
            format!(
                "Proposed: of all that stop at least {STOPS_PERCENT_ENOUGH} % of the incident's \
                 lines, it cuts off fewest people and is the narrowest."
            ),
            format!(
                "Iminumungkahi: sa lahat ng pipigil sa hindi bababa sa {STOPS_PERCENT_ENOUGH}% ng \
                 mga linya ng insidente, ito ang may pinakakaunting madadamay at pinakamakitid."
            ),
        ),
        Verdict::Most => Text::new(
            format!(
                "Proposed although it stops only {} %: nothing that can be blocked stops more.",
                candidate.stops_percent
            ),
            format!(
                "Iminumungkahi kahit {}% lamang ang mapipigil nito: walang ibang maaaring harangin \
                 na makapipigil nang higit pa.",
                candidate.stops_percent
            ),
        ),
        Verdict::Revoke => Text::new(
            "Not proposed: the intruder holds accounts, and other people use the same addresses. \
             End the sessions and tokens of the accounts instead.",
            "Hindi iminumungkahi: mga account ang hawak ng nanghimasok, at may ibang taong gumagamit \
             ng parehong mga address. Sa halip, tapusin ang mga session at token ng mga account.",
        ),
        Verdict::TooMany => Text::new(
            "Not proposed: more legitimate sessions would be cut off than lines of the incident \
             stopped. Limit the rate of sign-ins and ask for a second factor instead.",
            "Hindi iminumungkahi: mas maraming lehitimong session ang mapuputol kaysa sa mga linya \
             ng insidenteng mapipigil. Sa halip, limitahan ang dalas ng pag-sign in at humingi ng \
             ikalawang salik (second factor).",
        ),
    };
    let mut parts =
        vec![judged, reach(candidate, addresses), cost(&candidate.collateral, candidate)];
    if moving > 0 && matches!(verdict, Verdict::Enough | Verdict::Most) {
        parts.push(moves(moving, addresses));
    }
    join(parts)
}

/// Of a candidate that is shown to compare.
pub(super) fn of_other(
    candidate: &Candidate,
    chosen: &Candidate,
    chosen_proposed: bool,
    addresses: usize,
) -> Text {
    let more = candidate.collateral.sessions.saturating_sub(chosen.collateral.sessions);
    let judged = if candidate.stops_percent < STOPS_PERCENT_ENOUGH.min(chosen.stops_percent) {
        Text::new(
            format!("Not proposed: it stops only {} % of the lines.", candidate.stops_percent),
            format!(
                "Hindi iminumungkahi: {}% lamang ng mga linya ang mapipigil.",
                candidate.stops_percent
            ),
        )
    } else if more > 0 {
        Text::new(
            format!(
                "Not proposed: it would have cut off {} more than the narrower block.",
                count(more, "legitimate session", "legitimate sessions")
            ),
            format!(
                "Hindi iminumungkahi: {} pang lehitimong session ang mapuputol kumpara sa mas \
                 makitid na pagharang.",
                grouped(more)
            ),
        )
    } else if chosen_proposed {
        Text::new(
            "Not proposed: it is wider than needed.",
            "Hindi iminumungkahi: mas malawak ito kaysa sa kailangan.",
        )
    } else {
        Text::new(
            "Not proposed, for the same reason as the narrower block.",
            "Hindi iminumungkahi, sa parehong dahilan ng mas makitid na pagharang.",
        )
    };
    join(vec![judged, reach(candidate, addresses), cost(&candidate.collateral, candidate)])
}

/// Of machines inside.
pub(super) fn of_inside(machines: usize) -> Text {
    let many = machines as u64;
    Text::new(
        format!(
            "Proposed: it came from {} inside. A block at the border does not reach that: take \
             them off the network once a copy is kept. What they serve stops for as long.",
            count(many, "address", "addresses")
        ),
        format!(
            "Iminumungkahi: nanggaling ito sa {} address sa loob. Hindi ito naaabot ng pagharang sa \
             hangganan ng network: ihiwalay ang mga makina sa network matapos makapagtabi ng kopya. \
             Titigil muna ang mga serbisyong nakasalalay sa mga ito.",
            grouped(many)
        ),
    )
}

/// Of a content network in front of the site.
pub(super) fn of_content() -> Text {
    Text::new(
        "Not proposed: these addresses belong to a content network or proxy through which everybody \
         comes. Name it under trusted_proxies, so that the addresses behind it are read.",
        "Hindi iminumungkahi: ang mga address na ito ay sa content network o proxy na dinadaanan ng \
         lahat. Ilagay ito sa trusted_proxies upang mabasa ang mga address na nasa likod nito.",
    )
}

fn reach(candidate: &Candidate, addresses: usize) -> Text {
    let prefixes = candidate.prefixes.len() as u64;
    let all = addresses as u64;
    match candidate.reach {
        Reach::Exact | Reach::Inside => Text::new(
            format!(
                "Holds {} of the incident and no other address seen in the logs.",
                if all == 1 {
                    "the one address".to_owned()
                } else {
                    format!("the {} addresses", grouped(all))
                }
            ),
            format!(
                "Saklaw nito ang {} address ng insidente at wala nang ibang address na nakita sa mga log.",
                grouped(all)
            ),
        ),
        Reach::Spared(left_out) => Text::new(
            format!(
                "Holds {} of the {} addresses; {} left out because other people use them too.",
                grouped(all - left_out as u64),
                grouped(all),
                if left_out == 1 { "one is".to_owned() } else { format!("{left_out} are") }
            ),
            format!(
                "Saklaw nito ang {} sa {} address; hindi isinama ang {left_out} dahil may ibang tao \
                 ring gumagamit.",
                grouped(all - left_out as u64),
                grouped(all),
            ),
        ),
        Reach::Covering => Text::new(
            format!("The blocks of customary size (/24, /48) around the addresses: {prefixes}."),
            format!(
                "Ang mga bloke ng karaniwang laki (/24, /48) sa paligid ng mga address: {prefixes}."
            ),
        ),
        Reach::Announced => Text::new(
            format!("{} as the operators announced them.", count(prefixes, "block", "blocks")),
            format!(
                "{} bloke ng address ayon sa pagkakaanunsiyo ng mga operator.",
                grouped(prefixes)
            ),
        ),
        Reach::Network(asn) if prefixes > 0 => Text::new(
            format!("The whole network {asn}: {}.", count(prefixes, "prefix", "prefixes")),
            format!("Ang buong network na {asn}: {} prefix.", grouped(prefixes)),
        ),
        Reach::Network(asn) => {
            Text::new(format!("The whole network {asn}."), format!("Ang buong network na {asn}."))
        }
    }
}

fn cost(cut: &Collateral, candidate: &Candidate) -> Text {
    if cut.sessions == 0 {
        return Text::new(
            format!(
                "No legitimate session of the last {COLLATERAL_DAYS} days would have been cut off."
            ),
            format!("Walang lehitimong session sa huling {COLLATERAL_DAYS} araw ang naputol sana."),
        );
    }
    let least = if cut.lower_bound { ("at least ", "hindi bababa sa ") } else { ("", "") };
    let signed_in = if candidate.sign_in_only || cut.signed_in == 0 {
        (String::new(), String::new())
    } else {
        (
            format!(", up to {} of them signed in", grouped(cut.signed_in)),
            format!("; hanggang {} sa mga ito ang naka-sign in", grouped(cut.signed_in)),
        )
    };
    Text::new(
        format!(
            "In the last {COLLATERAL_DAYS} days it would have cut off {}{} from {}{}.",
            least.0,
            count(cut.sessions, "legitimate session", "legitimate sessions"),
            count(cut.addresses, "address", "addresses"),
            signed_in.0,
        ),
        format!(
            "Sa huling {COLLATERAL_DAYS} araw, {}{} lehitimong session mula sa {} address ang naputol \
             sana{}.",
            least.1,
            grouped(cut.sessions),
            grouped(cut.addresses),
            signed_in.1,
        ),
    )
}

fn moves(moving: usize, addresses: usize) -> Text {
    Text::new(
        format!(
            "{moving} of {} first appeared in the last third of the time: expect others, and \
             follow the sign-ins rather than the list alone.",
            count(addresses as u64, "address", "addresses")
        ),
        format!(
            "{moving} sa {} address ay lumitaw lamang sa huling ikatlong bahagi ng panahon: \
             asahang may susunod pa, at bantayan ang mga pag-sign in, hindi lamang ang listahan.",
            grouped(addresses as u64)
        ),
    )
}

fn join(parts: Vec<Text>) -> Text {
    let en: Vec<_> = parts.iter().map(|part| part.en.as_str()).collect();
    let fil: Vec<_> = parts.iter().map(|part| part.fil.as_str()).collect();
    Text::new(en.join(" "), fil.join(" "))
}

fn count(n: u64, one: &'static str, many: &'static str) -> String {
    format!("{} {}", grouped(n), plural(n, one, many))
}
