//! Infrastructure: through whose networks, and who owns these operators. An operator carries its
//! customers' traffic as a road carries cars: naming it does not say who drove. Says nothing of soil
//! or hands.

use bakas_model::{Asn, Assessment, AssessmentLevel, Hypothesis, Text};

use crate::{
    facts::{Collected, Facts, OperatorUse, share},
    phrase::{count, counted, country_name, list, percent},
    weigh::{NETWORK_CEILING, Rival, settle},
};

/// Decibans that rivals begin with and that items weigh at most; see `docs/manual/assess.md`.
mod decibans {
    /// All lines through one operator speak for its customers' lines by this; half, not at all.
    pub(super) const ONE_OPERATOR: f64 = 6.0;
    pub(super) const SEVERAL: f64 = -8.0;
    pub(super) const SEVERAL_OPERATORS: f64 = 14.0;
    /// Subscribers' devices are rented out as relays without anybody's list knowing.
    pub(super) const RELAYED: f64 = -4.0;
    pub(super) const RELAY_FOR_RELAYED: f64 = 14.0;
    pub(super) const RELAY_AGAINST_CUSTOMERS: f64 = -6.0;
    /// The operator's own machines: rare among all abuse, yet nothing in logs would show it, so it is
    /// never ruled out.
    pub(super) const OPERATOR_ITSELF: f64 = -2.0;
    pub(super) const OTHER: f64 = -8.0;
    pub(super) const LEGITIMATE_USE: f64 = 1.0;
}

/// Operators that are named; the others are counted.
const NAMED: usize = 5;

/// Assesses through whose networks.
pub(crate) fn assess(facts: &Facts) -> Assessment {
    let mut collected = Collected::default();
    let items = Items::collect(facts, &mut collected);
    let hypotheses = settle(rivals(facts, &items), NETWORK_CEILING);
    Assessment {
        level: AssessmentLevel::Infrastructure,
        question: Text::new(
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
        answer: answer(facts, &hypotheses),
        evidence: collected.0,
        hypotheses,
        would_change: would_change(),
    }
}

#[derive(Debug, Default)]
struct Items {
    operators: Option<u32>,
    relays: Option<u32>,
    legitimate: Option<u32>,
}

impl Items {
    fn collect(facts: &Facts, collected: &mut Collected) -> Self {
        let mut add = |wanted: bool, rating, text: &dyn Fn() -> Text| {
            wanted.then(|| collected.add(facts, rating, text()))
        };
        let operators = add(!facts.operators.is_empty(), ('B', '2'), &|| operators(facts));
        // Ownership tells which state owns the road. It weighs for no rival.
        add(!facts.owners.is_empty(), ('B', '3'), &|| owners(facts));
        Self {
            operators,
            relays: add(facts.relayed_lines() > 0, ('B', '3'), &|| relays(facts)),
            legitimate: add(facts.legitimate_sessions > 0, ('A', '2'), &|| legitimate(facts)),
        }
    }
}

fn rivals(facts: &Facts, items: &Items) -> Vec<Rival> {
    let relay = facts.relay_share();
    let mut rivals = Vec::new();
    if let Some((asn, operator)) = facts.first_operator() {
        let one = share(operator.lines, facts.outside);
        let text = customers(&called(asn, operator));
        let mut customers = Rival::new(format!("customers-of-{asn}"), 0.0, text);
        customers.weigh(items.operators, decibans::ONE_OPERATOR * (2.0 * one - 1.0));
        customers.weigh(items.legitimate, decibans::LEGITIMATE_USE);
        let mut several = Rival::new("several-operators", decibans::SEVERAL, several());
        several.weigh(items.operators, decibans::SEVERAL_OPERATORS * (1.0 - one));
        for rival in [&mut customers, &mut several] {
            rival.weigh(items.relays, decibans::RELAY_AGAINST_CUSTOMERS * relay);
        }
        let itself = Rival::new("operator-itself", decibans::OPERATOR_ITSELF, operator_itself());
        rivals.extend([customers, several, itself]);
    }
    let mut relayed = Rival::new("relay-rented-or-forged", decibans::RELAYED, relayed());
    relayed.weigh(items.relays, decibans::RELAY_FOR_RELAYED * relay);
    let mut other = Rival::new("unknown-or-other", decibans::OTHER, unknown());
    if rivals.is_empty() {
        // Without a single operator, the unknown is the first answer, not the last.
        other.decibans = 0.0;
    }
    rivals.extend([relayed, other]);
    rivals
}

/// An operator as it stands in a sentence.
fn called(asn: Asn, operator: &OperatorUse) -> String {
    operator.name.as_ref().map_or_else(|| asn.to_string(), |name| format!("{name} ({asn})"))
}

fn answer(facts: &Facts, hypotheses: &[Hypothesis]) -> Text {
    let first = &hypotheses[0];
    let (en, fil) = first.likelihood.words();
    let mut text = match facts.first_operator() {
        None => Text::new(
            "No line can be tied to an operator's network.",
            "Walang linyang maiuugnay sa network ng isang operator.",
        ),
        Some((asn, operator)) => {
            let (share, name) = (percent(operator.lines, facts.outside), called(asn, operator));
            Text::new(
                format!("{share} of the lines from outside came through {name}."),
                format!("{share} ng mga linyang mula sa labas ang dumaan sa {name}."),
            )
        }
    };
    let owner = facts.owners.iter().max_by_key(|(_, owner)| owner.lines);
    if let Some((owner, used)) = owner {
        let (share, state) = (percent(used.lines, facts.outside), country_name(*owner));
        text.en.push_str(&format!(
            " {share} came through operators in which the state of {state} holds the majority: that \
             tells who owns the road, not who used it or for whom."
        ));
        text.fil.push_str(&format!(
            " {share} ang dumaan sa mga operator na hawak ng estado ng {state} ang mayorya: sinasabi \
             nito kung sino ang may-ari ng daan, hindi kung sino ang dumaan o para kanino."
        ));
    }
    text.en.push_str(&format!(" The first of the explanations below is {en}: {}", first.text.en));
    text.fil.push_str(&format!(" Ang una sa mga paliwanag sa ibaba ay {fil}: {}", first.text.fil));
    text
}

fn customers(name: &str) -> Text {
    Text::new(
        format!(
            "The lines came over connections of customers of {name}, with no part taken by the operator."
        ),
        format!(
            "Dumaan ang mga linya sa mga koneksiyon ng mga kostumer ng {name}, nang walang \
                 kinalaman ang operator."
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

fn unknown() -> Text {
    Text::new(
        "Something else, or what cannot be known from these logs.",
        "Iba pa, o hindi malalaman mula sa mga log na ito.",
    )
}

fn operators(facts: &Facts) -> Text {
    let mut by_lines: Vec<_> = facts.operators.iter().collect();
    by_lines.sort_by_key(|(asn, operator)| (std::cmp::Reverse(operator.lines), asn.0));
    let shown: Vec<(String, String)> = by_lines
        .iter()
        .take(NAMED)
        .map(|(asn, operator)| {
            let name = called(**asn, operator);
            let (lines, addresses) = (operator.lines, operator.addresses);
            (
                format!(
                    "{name}: {} from {}",
                    counted(lines, "line", "lines"),
                    counted(addresses, "address", "addresses")
                ),
                format!("{name}: {} linya mula sa {} address", count(lines), count(addresses)),
            )
        })
        .collect();
    let more = by_lines.len().saturating_sub(NAMED);
    let (and, at) = match more {
        0 => (String::new(), String::new()),
        n => (format!("; and {n} more"), format!("; at {n} pa")),
    };
    let (en, fil): (Vec<String>, Vec<String>) = shown.into_iter().unzip();
    Text::new(
        format!("Announced at the time by: {}{and}.", en.join("; ")),
        format!("Inanunsiyo noong panahong iyon ng: {}{at}.", fil.join("; ")),
    )
}

fn owners(facts: &Facts) -> Text {
    let shares: Vec<String> = facts
        .owners
        .iter()
        .map(|(owner, used)| {
            format!("{} {}", country_name(*owner), percent(used.lines, facts.outside))
        })
        .collect();
    let (en, fil) = (list(&shares, "and"), list(&shares, "at"));
    Text::new(
        format!(
            "Share of the lines through operators in which a state holds the majority (a list of \
                 2022): {en}. It tells the owner of the network and none of the explanations apart."
        ),
        format!(
            "Bahagi ng mga linyang dumaan sa mga operator na hawak ng isang estado ang mayorya \
                 (listahan ng 2022): {fil}. Sinasabi nito ang may-ari ng network at walang \
                 pinagkakaiba sa mga paliwanag."
        ),
    )
}

fn relays(facts: &Facts) -> Text {
    let share = percent(facts.relayed_lines(), facts.outside);
    let kinds: Vec<String> = facts.relayed.keys().map(|kind| kind.label().to_owned()).collect();
    let (en, fil) = (list(&kinds, "and"), list(&kinds, "at"));
    Text::new(
        format!(
            "{share} of the lines came from addresses that lists call {en}: what was rented or \
                 shared, anybody may have used."
        ),
        format!(
            "{share} ng mga linya ang nagmula sa mga address na tinatawag ng mga listahan na {fil}: \
                 maaaring gamitin ninuman ang inuupahan o pinagsasaluhan."
        ),
    )
}

fn legitimate(facts: &Facts) -> Text {
    let sessions = facts.legitimate_sessions;
    Text::new(
        format!(
            "From the same addresses came {}: they are shared by \
                 ordinary customers.",
            counted(sessions, "legitimate session", "legitimate sessions")
        ),
        format!(
            "Mula sa parehong mga address ang {} lehitimong session: pinagsasaluhan ang \
                 mga ito ng mga karaniwang kostumer.",
            count(sessions)
        ),
    )
}

fn would_change() -> Vec<Text> {
    vec![
        Text::new(
            "An answer of the operators' abuse desks or of their national CERT: what stood behind the \
             addresses (a subscriber, a shared gateway, a rented server, their own machine).",
            "Sagot ng mga abuse desk ng mga operator o ng kanilang pambansang CERT: kung ano ang nasa \
             likod ng mga address (subscriber, pinagsasaluhang gateway, inuupahang server, o sarili \
             nilang makina).",
        ),
        Text::new(
            "Flow records of the operators or of a carrier in between, which show the hop before.",
            "Mga talaan ng daloy ng trapiko ng mga operator o ng carrier sa pagitan, na magpapakita ng \
             naunang hinto.",
        ),
    ]
}
