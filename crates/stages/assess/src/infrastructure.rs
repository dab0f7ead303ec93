//! Infrastructure: through whose networks, and who owns these operators. An operator carries its
//! customers' traffic as a road carries cars: naming it does not say who drove. Says nothing of soil
//! or hands.

use std::collections::BTreeMap;

use bakas_model::{AssessmentLevel, Text};

use crate::{
    facts::{Facts, share},
    items::{self, Seen, called, entries},
    likelihoods::{Class, Find},
    phrase::{bansa, percent, the_country},
    question::{Question, Rival},
    soil::unknown,
};

/// The question, with what the case yields.
pub(crate) fn ask(facts: &Facts) -> Question {
    let rivals = rivals(facts);
    let one = facts.first_operator().map_or(0.0, |(_, used)| share(used.lines, facts.outside));
    let shared = share(facts.shared_lines, facts.outside);
    let finds: [Seen; 4] = [
        (!facts.operators.is_empty(), Find::Operators, one, items::operators),
        (!facts.owners.is_empty(), Find::Alike, 1.0, items::owners),
        (facts.relayed_lines() > 0, Find::Relays, facts.relay_share(), items::relays),
        (facts.legitimate_sessions > 0, Find::Customers, shared, items::customers),
    ];
    let entries = entries(AssessmentLevel::Infrastructure, &finds, facts, &rivals);
    Question {
        level: AssessmentLevel::Infrastructure,
        subject: facts.subject.clone(),
        text: Text::new(
            format!(
                "Infrastructure: through whose networks did {} come, and who owns them?",
                facts.name.en
            ),
            format!(
                "Imprastruktura: kaninong mga network ang dinaanan ng {}, at sino ang may-ari ng mga \
                 ito?",
                facts.name.fil
            ),
        ),
        seen: seen(facts),
        rivals,
        entries,
        parties: BTreeMap::new(),
        not_examined: not_examined(),
    }
}

fn rivals(facts: &Facts) -> Vec<Rival> {
    let mut rivals = Vec::new();
    let first = facts.first_operator();
    if let Some((asn, operator)) = first {
        let text = customers(&called(asn, operator));
        rivals.push(Rival::new(
            format!("customers-of-{asn}"),
            Class::One,
            0.40,
            text,
            Text::new(
                "Most of what passes through an operator's network is its customers'.",
                "Sa mga kostumer ang karamihan ng dumaraan sa network ng isang operator.",
            ),
        ));
        rivals.push(Rival::new(
            "several-operators",
            Class::Several,
            0.10,
            several(),
            Text::new("Seen less often.", "Mas madalang makita."),
        ));
        rivals.push(Rival::new(
            "operator-itself",
            Class::Operator,
            0.05,
            operator_itself(),
            Text::new(
                "Rare among all abuse; yet nothing in logs would show it, so it is never ruled out.",
                "Bihira sa lahat ng pag-abuso; ngunit walang log na magpapakita nito, kaya hindi \
                 kailanman inaalis.",
            ),
        ));
    }
    rivals.push(Rival::new(
        "relay-rented-or-forged",
        Class::Relayed,
        if first.is_some() { 0.30 } else { 0.40 },
        relayed(),
        Text::new(
            "Subscribers' devices and servers are rented out as relays without any list knowing.",
            "Ipinauupahan bilang relay ang mga kagamitan ng subscriber at mga server nang hindi \
             nalalaman ng alinmang listahan.",
        ),
    ));
    rivals.push(Rival::new(
        "unknown-or-other",
        Class::Other,
        if first.is_some() { 0.15 } else { 0.60 },
        unknown(),
        Text::new("What nobody thought of is never rare.", "Hindi bihira ang di-inaasahan."),
    ));
    rivals
}

/// What the lines show, before anything is made of it.
fn seen(facts: &Facts) -> Text {
    let mut text = match facts.first_operator() {
        None => Text::new(
            "No line can be tied to an operator's network.",
            "Walang linyang maiuugnay sa network ng isang operator.",
        ),
        Some((asn, operator)) => {
            let (share, name) = (percent(operator.lines, facts.outside), called(asn, operator));
            Text::new(
                format!("By the tables, {share} of the lines from outside came through {name}."),
                format!(
                    "Ayon sa mga talaan, dumaan sa {name} ang {share} ng mga linyang mula sa labas."
                ),
            )
        }
    };
    let owner = facts.owners.iter().max_by_key(|(_, owner)| owner.lines);
    if let Some((owner, used)) = owner {
        let share = percent(used.lines, facts.outside);
        let (state, estado) = (the_country(*owner), bansa(*owner));
        text.en.push_str(&format!(
            " {share} came through operators in which, by the lists at hand, the state of {state} \
             holds the majority: that tells who owns the road, not who used it or for whom."
        ));
        text.fil.push_str(&format!(
            " {share} ang dumaan sa mga operator na, ayon sa mga listahang nasa kamay, hawak ng estado \
             ng {estado} ang mayorya: sinasabi nito kung sino ang may-ari ng daan, hindi kung sino ang \
             dumaan o para kanino."
        ));
    }
    text
}

fn customers(name: &str) -> Text {
    Text::new(
        format!(
            "The lines came over connections of customers of {name}, with no part taken by the \
             operator."
        ),
        format!(
            "Dumaan ang mga linya sa mga koneksiyon ng mga kostumer ng {name}, nang walang kinalaman \
             ang operator."
        ),
    )
}

fn several() -> Text {
    Text::new(
        "The lines came over customers' connections of several operators, none of which stands out.",
        "Dumaan ang mga linya sa mga koneksiyon ng mga kostumer ng ilang operator, na walang \
         namumukod.",
    )
}

fn operator_itself() -> Text {
    Text::new(
        "The lines came from the operator's own machines, or with its knowledge.",
        "Nagmula ang mga linya sa sariling mga makina ng operator, o nang may kaalaman nito.",
    )
}

fn relayed() -> Text {
    Text::new(
        "What the logs show is only the last hop: a relay, a rented or infected machine, or a forged \
         address; the networks behind it are not seen.",
        "Ang huling hinto lamang ang ipinakikita ng mga log: isang relay, inuupahan o nahawahang \
         makina, o pinekeng address; hindi nakikita ang mga network sa likod nito.",
    )
}

fn not_examined() -> Vec<Text> {
    vec![
        Text::new(
            "What stood behind the addresses: a subscriber, a shared gateway, a rented server, the \
             operator's own machine.",
            "Kung ano ang nasa likod ng mga address: subscriber, pinagsasaluhang gateway, inuupahang \
             server, o sariling makina ng operator.",
        ),
        Text::new(
            "The hop before: no record of a carrier or operator is among the logs.",
            "Ang naunang hinto: walang talaan ng carrier o operator sa mga log.",
        ),
    ]
}
