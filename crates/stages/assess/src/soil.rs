//! Soil: on whose ground stood the machines from which it came. Registration is all that tables
//! know of it, and anybody may pass through a machine in another country: so the rivals "there" and
//! "passed on from elsewhere" begin alike. Says nothing of operators or of anybody's purpose.

use std::collections::BTreeMap;

use bakas_model::{AssessmentLevel, Country, Text};

use crate::{
    facts::{Facts, share},
    items::{self, Seen, entries},
    likelihoods::{Class, Find},
    phrase::{bansa, count, percent, the_country},
    question::{Question, Rival},
};

/// So many addresses with so few lines each look like one hand spreading over infected devices.
const MANY_ADDRESSES: u64 = 20;
const THIN_LINES: u64 = 50;

/// The question, with what the case yields.
pub(crate) fn ask(facts: &Facts) -> Question {
    let rivals = rivals(facts);
    let thin = facts.placed_addresses >= MANY_ADDRESSES
        && facts.placed / facts.placed_addresses < THIN_LINES;
    let one = facts.first_country().map_or(0.0, |(_, lines)| share(lines, facts.placed));
    let relays = facts.relay_share();
    // Of the lines that are not relayed: relayed ones must not make the rest look better placed.
    let placeless = share(facts.placeless(), facts.outside - facts.relayed_lines());
    let disputed = share(facts.disputed, facts.placed);
    // Steps inside tell only where nothing came from outside: else they came after.
    let inside = if facts.outside == 0 { Find::Inside } else { Find::Alike };
    let finds: [Seen; 6] = [
        (facts.placed > 0, Find::Countries, one, items::countries),
        (facts.relayed_lines() > 0, Find::Relays, relays, items::relays),
        (facts.placeless() > 0, Find::Placeless, placeless, items::placeless),
        (facts.disputed > 0, Find::Disputed, disputed, items::disputed),
        (thin, Find::Spread, 1.0, items::spread),
        (facts.inside > 0, inside, 1.0, items::inside),
    ];
    let entries = entries(AssessmentLevel::Soil, &finds, facts, &rivals);
    Question {
        level: AssessmentLevel::Soil,
        subject: facts.subject.clone(),
        text: Text::new(
            format!(
                "Soil: on which country's ground stood the machines from which {} came?",
                facts.name.en
            ),
            format!(
                "Lupa: sa lupain ng aling bansa nakatayo ang mga makinang pinagmulan ng {}?",
                facts.name.fil
            ),
        ),
        seen: seen(facts),
        rivals,
        entries,
        parties: BTreeMap::new(),
        not_examined: not_examined(facts),
    }
}

fn rivals(facts: &Facts) -> Vec<Rival> {
    let held_alike = || {
        Text::new(
            "Before the addresses are looked at, a connection that begins where its address is \
             registered and one that is passed on from elsewhere are held equally likely.",
            "Bago tingnan ang mga address, itinuturing na magkasimposible ang koneksiyong nagsisimula \
             kung saan nakarehistro ang address nito at ang koneksiyong ipinasa lamang mula sa iba.",
        )
    };
    let no_country = || {
        Text::new(
            "No country is named by any line, so only a few explanations are left.",
            "Walang bansang tinutukoy ang alinmang linya, kaya kaunting paliwanag lamang ang natitira.",
        )
    };
    let less = || {
        Text::new(
            "Seen less often than either of the two.",
            "Mas madalang makita kaysa alinman sa dalawa.",
        )
    };
    let rest =
        || Text::new("What nobody thought of is never rare.", "Hindi bihira ang di-inaasahan.");
    let mut rivals = Vec::new();
    let placed = facts.first_country();
    if let Some((country, _)) = placed {
        let here = from_one(country);
        rivals.push(Rival::new(format!("from-{country}"), Class::One, 0.35, here, held_alike()));
        rivals.push(Rival::new("from-several", Class::Several, 0.15, from_several(), less()));
    }
    let (relayed, why) = match placed {
        Some(_) => (0.35, held_alike()),
        None => (0.45, no_country()),
    };
    rivals.push(Rival::new("relay-rented-or-forged", Class::Relayed, relayed, elsewhere(), why));
    if facts.outside == 0 && facts.inside > 0 {
        rivals.push(Rival::new("from-within", Class::Within, 0.35, from_within(), no_country()));
    }
    let other = if placed.is_some() { 0.15 } else { 0.55 };
    rivals.push(Rival::new("unknown-or-other", Class::Other, other, unknown(), rest()));
    rivals
}

/// What the lines show, before anything is made of it.
fn seen(facts: &Facts) -> Text {
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
                "Sa {} linya mula sa mga pampublikong address, walang maiuugnay sa lupain ng isang \
                 bansa.",
                count(outside)
            ),
        ),
        (outside, Some((country, lines))) => Text::new(
            format!(
                "{} of {} lines came from address blocks registered in {} that no list at hand calls \
                 a relay or rented servers.",
                percent(lines, outside),
                count(outside),
                the_country(country)
            ),
            format!(
                "{} sa {} linya ang nagmula sa mga bloke ng address na nakarehistro sa {} at hindi \
                 tinatawag na relay o inuupahang server ng alinmang listahang hawak.",
                percent(lines, outside),
                count(outside),
                bansa(country)
            ),
        ),
    };
    if facts.outside > 0 {
        text.en.push_str(
            " A registration says to whom a block was given, not where a machine stood, and no list \
             names every infected or rented device.",
        );
        text.fil.push_str(
            " Sinasabi ng pagkakarehistro kung kanino ibinigay ang bloke, hindi kung saan nakatayo \
             ang makina, at walang listahang sumasaklaw sa lahat ng nahawahan o inuupahang kagamitan.",
        );
    }
    text
}

fn from_one(country: Country) -> Text {
    Text::new(
        format!(
            "The machines from which the connections began stood on the ground of {}.",
            the_country(country)
        ),
        format!(
            "Nasa lupain ng {} ang mga makinang pinagsimulan ng mga koneksiyon.",
            bansa(country)
        ),
    )
}

fn from_several() -> Text {
    Text::new(
        "The connections began on the ground of several countries.",
        "Nagsimula ang mga koneksiyon sa lupain ng ilang bansa.",
    )
}

fn elsewhere() -> Text {
    Text::new(
        "The addresses are those of relays, rented or infected machines, or forged: the connections \
         began elsewhere.",
        "Sa mga relay, inuupahan o nahawahang makina ang mga address, o pineke: sa ibang lugar \
         nagsimula ang mga koneksiyon.",
    )
}

fn from_within() -> Text {
    Text::new(
        "The connections began inside the agency's own network, or on a machine there that was \
         entered before.",
        "Nagsimula ang mga koneksiyon sa loob ng sariling network ng ahensiya, o sa isang makina \
         roon na napasok na dati.",
    )
}

pub(crate) fn unknown() -> Text {
    Text::new(
        "Something else, or what cannot be known from these logs.",
        "Iba pa, o hindi malalaman mula sa mga log na ito.",
    )
}

fn not_examined(facts: &Facts) -> Vec<Text> {
    let mut texts = vec![Text::new(
        "Who held the addresses at those times, and whether a device behind them was infected: only \
         the operators know.",
        "Kung sino ang may hawak ng mga address sa mga oras na iyon, at kung nahawahan ang isang \
         kagamitan sa likod ng mga ito: mga operator lamang ang nakaaalam.",
    )];
    if facts.placed_distance.far > 0 {
        let share = percent(facts.placed_distance.far, facts.placed);
        texts.push(Text::new(
            format!("Announcements of the very days, for {share} of the placed lines."),
            format!("Mga anunsiyo sa mismong mga araw na iyon, para sa {share} ng mga linyang may lugar."),
        ));
    }
    if facts.placed > 0 && !facts.is_located {
        texts.push(Text::new(
            "Whether a geolocation agrees: the tables at hand know registration only.",
            "Kung sumasang-ayon ang isang geolocation: pagkakarehistro lamang ang alam ng mga \
             talaang hawak.",
        ));
    }
    texts
}
