//! Soil: from which country's ground. What speaks is where blocks are registered; relays, rented
//! servers, old tables and blocks that changed hands take from it. Says nothing of operators or of
//! anybody's purpose.

use bakas_model::{Assessment, AssessmentLevel, Hypothesis, Text};

use crate::{
    facts::{Collected, Facts, share},
    phrase::{count, country_name, percent},
    weigh::{NETWORK_CEILING, Rival, settle},
};

/// Decibans that rivals begin with and that items weigh at most; see `docs/manual/assess.md`.
mod decibans {
    /// All placed lines from one country's blocks speak for it by this; half of them, not at all.
    pub(super) const ONE_COUNTRY: f64 = 5.0;
    pub(super) const SEVERAL: f64 = -8.0;
    pub(super) const SEVERAL_COUNTRIES: f64 = 14.0;
    /// Anybody's machine may be an unknown relay: infected devices, residential proxies.
    pub(super) const RELAYED: f64 = -3.0;
    pub(super) const RELAY_FOR_RELAYED: f64 = 12.0;
    pub(super) const OTHER: f64 = -7.0;
    /// Lines without a place, relayed or of unknown networks, take from places and speak for the
    /// unknown.
    pub(super) const PLACELESS_AGAINST_PLACE: f64 = -10.0;
    pub(super) const PLACELESS_FOR_OTHER: f64 = 8.0;
    pub(super) const FAR_TABLE: f64 = -2.0;
    pub(super) const MOVED_BLOCKS: f64 = -4.0;
    pub(super) const MANY_THIN_ADDRESSES: f64 = 2.0;
    pub(super) const MANY_COUNTRIES: f64 = 3.0;
    /// Where no line came from outside.
    pub(super) const INSIDE: f64 = 3.0;
}

/// So many addresses with so few lines each look like one hand spreading over infected devices.
const MANY_ADDRESSES: u64 = 20;
const THIN_LINES: u64 = 50;
/// So many countries look like a net of infected devices.
const MANY_COUNTRIES: usize = 4;

/// Assesses from whose soil.
pub(crate) fn assess(facts: &Facts) -> Assessment {
    let mut collected = Collected::default();
    let items = Items::collect(facts, &mut collected);
    let hypotheses = settle(rivals(facts, &items), NETWORK_CEILING);
    Assessment {
        level: AssessmentLevel::Soil,
        question: Text::new(
            format!("Soil: from which country's ground did {} come?", facts.name.en),
            format!("Lupa: mula sa lupain ng aling bansa nagmula ang {}?", facts.name.fil),
        ),
        answer: answer(facts, &hypotheses),
        evidence: collected.0,
        hypotheses,
        would_change: would_change(facts),
    }
}

/// Numbers of the items of evidence, where there is anything to say.
#[derive(Debug, Default)]
struct Items {
    countries: Option<u32>,
    relays: Option<u32>,
    placeless: Option<u32>,
    thin: Option<u32>,
    far: Option<u32>,
    moved: Option<u32>,
    inside: Option<u32>,
}

impl Items {
    fn collect(facts: &Facts, collected: &mut Collected) -> Self {
        let mut add = |wanted: bool, rating, text: &dyn Fn() -> Text| {
            wanted.then(|| collected.add(facts, rating, text()))
        };
        let thin = facts.placed_addresses >= MANY_ADDRESSES
            && facts.placed / facts.placed_addresses < THIN_LINES;
        Self {
            countries: add(facts.placed > 0, ('B', '3'), &|| countries(facts)),
            relays: add(facts.relayed_lines() > 0, ('B', '3'), &|| relays(facts)),
            placeless: add(facts.placeless() > 0, ('B', '2'), &|| placeless(facts)),
            thin: add(thin, ('A', '2'), &|| spread(facts)),
            far: add(facts.far > 0, ('A', '1'), &|| far(facts)),
            moved: add(facts.moved > 0, ('B', '2'), &|| moved(facts)),
            inside: add(facts.inside > 0, ('A', '2'), &|| inside(facts)),
        }
    }
}

fn rivals(facts: &Facts, items: &Items) -> Vec<Rival> {
    let without_place = 1.0 - share(facts.placed, facts.outside);
    let placeless = items.relays.or(items.placeless);
    let mut rivals = Vec::new();
    if let Some((country, lines)) = facts.first_country() {
        let one = share(lines, facts.placed);
        let mut here = Rival::new(format!("from-{country}"), 0.0, from_one(&country_name(country)));
        here.weigh(items.countries, decibans::ONE_COUNTRY * (2.0 * one - 1.0));
        let mut several = Rival::new("from-several", decibans::SEVERAL, from_several());
        several.weigh(items.countries, decibans::SEVERAL_COUNTRIES * (1.0 - one));
        for rival in [&mut here, &mut several] {
            rival.weigh(items.far, decibans::FAR_TABLE * share(facts.far, facts.placed));
            rival.weigh(items.moved, decibans::MOVED_BLOCKS * share(facts.moved, facts.placed));
            rival.weigh(placeless, decibans::PLACELESS_AGAINST_PLACE * without_place);
        }
        rivals.extend([here, several]);
    }
    let mut relayed = Rival::new("relay-rented-or-forged", decibans::RELAYED, elsewhere());
    relayed.weigh(items.relays, decibans::RELAY_FOR_RELAYED * facts.relay_share());
    relayed
        .weigh(items.thin, if items.thin.is_some() { decibans::MANY_THIN_ADDRESSES } else { 0.0 });
    if facts.countries.len() >= MANY_COUNTRIES {
        relayed.weigh(items.countries, decibans::MANY_COUNTRIES);
    }
    rivals.push(relayed);
    if facts.outside == 0 && facts.inside > 0 {
        let mut within = Rival::new("from-within", 0.0, from_within());
        within.weigh(items.inside, decibans::INSIDE);
        rivals.push(within);
    }
    let mut other = Rival::new("unknown-or-other", decibans::OTHER, unknown());
    other.weigh(items.placeless, decibans::PLACELESS_FOR_OTHER * without_place);
    rivals.push(other);
    rivals
}

fn answer(facts: &Facts, hypotheses: &[Hypothesis]) -> Text {
    let first = &hypotheses[0];
    let (en, fil) = first.likelihood.words();
    let mut text = match (facts.outside, facts.first_country()) {
        (0, _) => Text::new(
            "No line came from a public address, so nothing here shows a country.",
            "Walang linyang nagmula sa pampublikong address, kaya walang ipinakikitang bansa rito.",
        ),
        (outside, None) => Text::new(
            format!(
                "Of {} lines from public addresses, none can be tied to a country's ground.",
                count(outside)
            ),
            format!(
                "Sa {} linya mula sa mga pampublikong address, walang maiuugnay sa lupain ng \
                     isang bansa.",
                count(outside)
            ),
        ),
        (outside, Some((country, lines))) => Text::new(
            format!(
                "{} of {} lines came from address blocks registered in {} that no list calls a \
                     relay or rented servers.",
                percent(lines, outside),
                count(outside),
                country_name(country)
            ),
            format!(
                "{} sa {} linya ang nagmula sa mga bloke ng address na nakarehistro sa {} at hindi \
                     tinatawag ng alinmang listahan na relay o inuupahang server.",
                percent(lines, outside),
                count(outside),
                country_name(country)
            ),
        ),
    };
    text.en.push_str(&format!(
        " The first of the explanations below is {en}: {} Registration is not presence, and where a \
         machine stood is not who used it.",
        first.text.en
    ));
    text.fil.push_str(&format!(
        " Ang una sa mga paliwanag sa ibaba ay {fil}: {} Ang pagkakarehistro ay hindi kinaroroonan, \
         at ang kinatatayuan ng makina ay hindi nagsasabi kung sino ang gumamit nito.",
        first.text.fil
    ));
    text
}

fn from_one(country: &str) -> Text {
    Text::new(
        format!(
            "The machines stood on the ground of {country}, and whoever used them was mostly there."
        ),
        format!(
            "Nasa lupain ng {country} ang mga makina, at doon din karaniwang naroon ang mga gumamit."
        ),
    )
}

fn from_several() -> Text {
    Text::new(
        "It was carried out from the ground of several countries.",
        "Isinagawa ito mula sa lupain ng ilang bansa.",
    )
}

fn elsewhere() -> Text {
    Text::new(
        "The addresses are relays, rented or infected machines, or forged, and whoever used them was \
         elsewhere.",
        "Ang mga address ay relay, inuupahan o nahawahang makina, o pineke, at nasa ibang lugar ang \
         gumamit ng mga ito.",
    )
}

fn from_within() -> Text {
    Text::new(
        "It was carried out from inside the agency's own network, or through a machine there that \
         was entered before.",
        "Isinagawa ito mula sa loob ng sariling network ng ahensiya, o sa pamamagitan ng isang \
         makina roon na napasok na dati.",
    )
}

fn unknown() -> Text {
    Text::new(
        "Something else, or what cannot be known from these logs.",
        "Iba pa, o hindi malalaman mula sa mga log na ito.",
    )
}

fn countries(facts: &Facts) -> Text {
    let mut by_lines: Vec<_> = facts.countries.iter().collect();
    by_lines.sort_by_key(|(country, lines)| (std::cmp::Reverse(**lines), **country));
    /// More countries than these are only counted.
    const SHOWN: usize = 5;
    let shown: Vec<String> = by_lines
        .iter()
        .take(SHOWN)
        .map(|(country, lines)| {
            format!("{} {}", country_name(**country), percent(**lines, facts.placed))
        })
        .collect();
    let more = by_lines.len().saturating_sub(SHOWN);
    let (and, at) = match more {
        0 => (String::new(), String::new()),
        n => (format!(" and {n} more"), format!(" at {n} pa")),
    };
    let (shown, lines) = (shown.join(", "), count(facts.placed));
    Text::new(
        format!(
            "{lines} lines came from blocks that are on no relay or hosting list; by country of \
                 registration: {shown}{and}."
        ),
        format!(
            "{lines} linya ang nagmula sa mga block na wala sa listahan ng relay o hosting; ayon \
                 sa bansang pinagrehistruhan: {shown}{at}."
        ),
    )
}

fn relays(facts: &Facts) -> Text {
    let kinds: Vec<String> = facts
        .relayed
        .iter()
        .map(|(kind, lines)| format!("{} {}", kind.label(), count(*lines)))
        .collect();
    let share = percent(facts.relayed_lines(), facts.outside);
    let kinds = kinds.join(", ");
    Text::new(
        format!(
            "{share} of the lines from outside came through relays or rented machines ({kinds}): \
                 whoever used them was most likely elsewhere."
        ),
        format!(
            "{share} ng mga linyang mula sa labas ang dumaan sa mga relay o inuupahang makina \
                 ({kinds}): malamang na nasa ibang lugar ang gumamit ng mga ito."
        ),
    )
}

fn placeless(facts: &Facts) -> Text {
    let share = percent(facts.placeless(), facts.outside);
    Text::new(
        format!("For {share} of the lines from outside no table at hand names a country."),
        format!(
            "Sa {share} ng mga linyang mula sa labas, walang talaang hawak na nagsasabi ng bansa."
        ),
    )
}

fn spread(facts: &Facts) -> Text {
    let (addresses, lines) = (count(facts.placed_addresses), count(facts.placed));
    Text::new(
        format!(
            "{lines} lines are spread over {addresses} addresses, few to each: changing \
                 subscriber addresses look like this, and so do infected devices used as relays."
        ),
        format!(
            "{lines} linya ang nakakalat sa {addresses} address, kakaunti sa bawat isa: ganito \
                 ang hitsura ng papalit-palit na address ng mga subscriber, at ganito rin ang mga \
                 nahawahang kagamitang ginagawang relay."
        ),
    )
}

fn far(facts: &Facts) -> Text {
    let (share, days) = (percent(facts.far, facts.placed), facts.far_days);
    Text::new(
        format!(
            "For {share} of the placed lines the table of networks is far from the time of the \
                 lines, by up to {days} days."
        ),
        format!(
            "Sa {share} ng mga linyang may lugar, malayo sa oras ng mga linya ang talaan ng mga \
                 network, hanggang {days} araw."
        ),
    )
}

fn moved(facts: &Facts) -> Text {
    let share = percent(facts.moved, facts.placed);
    Text::new(
        format!(
            "{share} of the placed lines came from blocks that another network announces today: \
                 such blocks are traded, and their registration lags behind."
        ),
        format!(
            "{share} ng mga linyang may lugar ang nagmula sa mga block na ibang network na ang \
                 nag-aanunsiyo ngayon: ipinagbibili ang ganitong mga block, at nahuhuli ang \
                 pagkakarehistro ng mga ito."
        ),
    )
}

fn inside(facts: &Facts) -> Text {
    let lines = count(facts.inside);
    Text::new(
        format!(
            "{lines} lines came from addresses inside the agency's own network: steps taken after \
                 entering, which show no country."
        ),
        format!(
            "{lines} linya ang nagmula sa mga address sa loob ng sariling network ng ahensiya: mga \
                 hakbang pagkatapos makapasok, na walang ipinakikitang bansa."
        ),
    )
}

fn would_change(facts: &Facts) -> Vec<Text> {
    let mut texts = vec![Text::new(
        "The operators' own records of which subscriber held each address at each time (asked for with \
         source ports, RFC 6302), above all whether that subscriber's device was infected or relayed.",
        "Ang sariling talaan ng mga operator kung sinong subscriber ang may hawak ng bawat address sa \
         bawat oras (hilinging may kasamang source port, RFC 6302), lalo na kung nahawahan o naging \
         relay ang kagamitan ng subscriber.",
    )];
    if facts.relayed_lines() > 0 {
        texts.push(Text::new(
            "The connection records of the VPN and hosting providers: who rented, from which address, \
             paid how.",
            "Ang talaan ng koneksiyon ng mga VPN at hosting provider: sino ang umupa, mula sa aling \
             address, at paano nagbayad.",
        ));
    }
    if facts.far > 0 || facts.moved > 0 {
        texts.push(Text::new(
            "A table of announcements of the very days, and the registries' history of the blocks.",
            "Talaan ng mga anunsiyo sa mismong mga araw na iyon, at ang kasaysayan ng mga block sa mga \
             registry.",
        ));
    }
    texts
}
