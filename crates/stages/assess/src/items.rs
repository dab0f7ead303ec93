//! The items of evidence that the case yields by itself: one function each, from counts to an item
//! with its ratings. The same item has the same name and words in every question. What it tells of
//! a rival stands in `likelihoods`.

use bakas_model::{
    Asn, AssessmentLevel as Level, Country, EvidenceItem, IncidentKind, Text,
    assessment::{Basis, Cost, EvidenceKind},
};

use crate::{
    facts::{Distance, FAR_DAYS, Facts, OperatorUse},
    likelihoods::{Find, cells},
    phrase::{bansa, count, counted, country_name, list, percent},
    question::{Entry, Rival},
};

/// Whether something was seen, what it is, how much of it, and the item that says so.
pub(crate) type Seen = (bool, Find, f64, fn(&Facts) -> EvidenceItem);

/// The items that were seen, each with its cells for the rivals of a question.
pub(crate) fn entries(level: Level, finds: &[Seen], facts: &Facts, rivals: &[Rival]) -> Vec<Entry> {
    let seen = finds.iter().filter(|(seen, ..)| *seen);
    seen.map(|(_, find, share, item)| Entry {
        item: item(facts),
        cells: cells(level, *find, *share, rivals),
    })
    .collect()
}

/// The root of everything that is read from address tables.
pub(crate) const TABLES: &str = "address-tables";
/// The root of everything that the agencies' logs say of what was done.
pub(crate) const LOGS: &str = "agency-logs";

/// Operators that are named; the others are counted.
const OPERATORS_NAMED: usize = 5;
/// Countries that are named; the others are counted.
const COUNTRIES_NAMED: usize = 5;

/// An item read from the tables, at a rating.
fn from_tables(facts: &Facts, id: &str, credibility: char, cost: Cost, text: Text) -> EvidenceItem {
    EvidenceItem {
        id: id.to_owned(),
        kind: EvidenceKind::Network,
        text,
        source: "address tables".to_owned(),
        reliability: 'B',
        credibility,
        group: Some(TABLES.to_owned()),
        cost,
        observed: facts.window.map(|(first, _)| first),
        incidents: facts.incidents.clone(),
        basis: facts.network_basis(),
        ..EvidenceItem::default()
    }
}

/// An item read from the agencies' own logs.
fn from_logs(facts: &Facts, id: &str, kind: EvidenceKind, cost: Cost, text: Text) -> EvidenceItem {
    EvidenceItem {
        id: id.to_owned(),
        kind,
        text,
        source: "the agencies' logs".to_owned(),
        reliability: 'A',
        credibility: '2',
        group: Some(LOGS.to_owned()),
        cost,
        observed: facts.window.map(|(first, _)| first),
        incidents: facts.incidents.clone(),
        basis: facts.incidents.iter().map(|id| Basis::Incident { id: id.clone() }).collect(),
        ..EvidenceItem::default()
    }
}

/// By country of registration. Old tables and traded blocks make it less credible, and it says so.
pub(crate) fn countries(facts: &Facts) -> EvidenceItem {
    let mut by_lines: Vec<_> = facts.countries.iter().collect();
    by_lines.sort_by_key(|(country, lines)| (std::cmp::Reverse(**lines), **country));
    let shown = |name: fn(Country) -> String| {
        let each = by_lines.iter().take(COUNTRIES_NAMED);
        let named = each.map(|(country, lines)| {
            format!("{} {}", name(**country), percent(**lines, facts.placed))
        });
        named.collect::<Vec<_>>().join(", ")
    };
    let (and, at) = more(by_lines.len().saturating_sub(COUNTRIES_NAMED));
    let (en, fil, lines) = (shown(country_name), shown(bansa), count(facts.placed));
    let mut text = Text::new(
        format!(
            "{lines} lines came from blocks that are on no relay or hosting list; by country of \
             registration: {en}{and}."
        ),
        format!(
            "{lines} linya ang nagmula sa mga block na wala sa listahan ng relay o hosting; ayon sa \
             bansang pinagrehistruhan: {fil}{at}."
        ),
    );
    let far = facts.placed_distance;
    add_distance(&mut text, far, facts.placed);
    if far.moved > 0 {
        let share = percent(far.moved, facts.placed);
        text.en.push_str(&format!(
            " {share} came from blocks that another network announces today: such blocks are \
             traded, and their registration lags behind."
        ));
        text.fil.push_str(&format!(
            " {share} ang nagmula sa mga block na ibang network na ang nag-aanunsiyo ngayon: \
             ipinagbibili ang ganitong mga block, at nahuhuli ang pagkakarehistro ng mga ito."
        ));
    }
    let mostly = |part: u64| part * 2 > facts.placed;
    let credibility = worse('3', u8::from(mostly(far.far)) + u8::from(mostly(far.moved)));
    from_tables(facts, "net-countries", credibility, Cost::Cheap, text)
}

/// How far away the tables are from the lines that they speak of, where it is far.
fn add_distance(text: &mut Text, distance: Distance, of: u64) {
    if distance.far == 0 {
        return;
    }
    let (share, days) = (percent(distance.far, of), count(u64::from(distance.days)));
    text.en.push_str(&format!(
        " For {share} of them the table is more than {FAR_DAYS} days away from the first or the last \
         line of the address; the largest distance is {days} days."
    ));
    text.fil.push_str(&format!(
        " Sa {share} ng mga ito, mahigit {FAR_DAYS} araw ang layo ng talaan sa una o huling linya ng \
         address; {days} araw ang pinakamalayo."
    ));
}

/// A credibility made worse by so many grades, `5` at worst.
fn worse(grade: char, grades: u8) -> char {
    char::from((grade as u8).saturating_add(grades).min(b'5'))
}

/// Another source places the blocks elsewhere.
pub(crate) fn disputed(facts: &Facts) -> EvidenceItem {
    let share = percent(facts.disputed, facts.placed);
    let text = Text::new(
        format!(
            "For {share} of the placed lines another source at hand names another country than the \
             one they are counted for. Neither is taken for the truth."
        ),
        format!(
            "Sa {share} ng mga linyang may lugar, ibang bansa ang sinasabi ng isa pang hawak na \
             pinagmulan. Wala sa dalawa ang itinuturing na katotohanan."
        ),
    );
    from_tables(facts, "net-disputed", '3', Cost::Moderate, text)
}

/// Relays and rented machines.
pub(crate) fn relays(facts: &Facts) -> EvidenceItem {
    let kinds: Vec<String> = facts
        .relayed
        .iter()
        .map(|(kind, lines)| format!("{} {}", kind.label(), count(*lines)))
        .collect();
    let (share, kinds) = (percent(facts.relayed_lines(), facts.outside), kinds.join(", "));
    let text = Text::new(
        format!(
            "{share} of the lines from outside came through addresses that lists call relays or \
             rented machines ({kinds}): anybody may use these from anywhere."
        ),
        format!(
            "{share} ng mga linyang mula sa labas ang dumaan sa mga address na tinatawag ng mga \
             listahan na relay o inuupahang makina ({kinds}): magagamit ang mga ito ninuman mula \
             saanman."
        ),
    );
    from_tables(facts, "net-relays", '3', Cost::Moderate, text)
}

/// Lines for which nothing names a country.
pub(crate) fn placeless(facts: &Facts) -> EvidenceItem {
    let share = percent(facts.placeless(), facts.outside - facts.relayed_lines());
    let text = Text::new(
        format!(
            "For {share} of the lines from outside that are not relayed, no table at hand names a \
             country."
        ),
        format!(
            "Sa {share} ng mga linyang mula sa labas na hindi dumaan sa relay, walang talaang hawak \
             na nagsasabi ng bansa."
        ),
    );
    from_tables(facts, "net-placeless", '2', Cost::Moderate, text)
}

/// Many addresses, few lines to each.
pub(crate) fn spread(facts: &Facts) -> EvidenceItem {
    let (addresses, lines) = (count(facts.placed_addresses), count(facts.placed));
    let text = Text::new(
        format!(
            "{lines} lines are spread over {addresses} addresses, few to each: subscribers whose \
             addresses change look like this, and so do infected devices used as relays."
        ),
        format!(
            "{lines} linya ang nakakalat sa {addresses} address, kakaunti sa bawat isa: ganito ang \
             hitsura ng papalit-palit na address ng mga subscriber, at ganito rin ang mga \
             nahawahang kagamitang ginagawang relay."
        ),
    );
    from_logs(facts, "net-spread", EvidenceKind::Network, Cost::Cheap, text)
}

/// Steps inside the agency's own network.
pub(crate) fn inside(facts: &Facts) -> EvidenceItem {
    let lines = count(facts.inside);
    let text = Text::new(
        format!(
            "{lines} lines came from addresses inside the agency's own network, which show no \
             country."
        ),
        format!(
            "{lines} linya ang nagmula sa mga address sa loob ng sariling network ng ahensiya, na \
             walang ipinakikitang bansa."
        ),
    );
    from_logs(facts, "net-inside", EvidenceKind::Network, Cost::Moderate, text)
}

/// Who announced the addresses at the time. Tables of other days make it less credible.
pub(crate) fn operators(facts: &Facts) -> EvidenceItem {
    let mut by_lines: Vec<_> = facts.operators.iter().collect();
    by_lines.sort_by_key(|(asn, operator)| (std::cmp::Reverse(operator.lines), asn.0));
    let shown = by_lines.iter().take(OPERATORS_NAMED).map(|(asn, operator)| {
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
    });
    let (en, fil): (Vec<String>, Vec<String>) = shown.unzip();
    let (and, at) = more(by_lines.len().saturating_sub(OPERATORS_NAMED));
    let mut text = Text::new(
        format!("By the table nearest to the time, announced by: {}{and}.", en.join("; ")),
        format!(
            "Ayon sa talaang pinakamalapit sa panahong iyon, inanunsiyo ng: {}{at}.",
            fil.join("; ")
        ),
    );
    let far = facts.operator_distance;
    let lines = facts.operators.values().map(|operator| operator.lines).sum();
    add_distance(&mut text, far, lines);
    let mostly = |part: u64| part * 2 > lines;
    // A table of another month says who held the block then; that it changed hands since is a sign.
    let traded = mostly(far.far) && mostly(far.moved);
    let grades = [mostly(far.far), mostly(far.very_far), traded].map(u8::from).iter().sum();
    from_tables(facts, "net-operators", worse('2', grades), Cost::Cheap, text)
}

/// Which state owns the operators.
pub(crate) fn owners(facts: &Facts) -> EvidenceItem {
    let shares = |name: fn(Country) -> String| -> Vec<String> {
        let each = facts.owners.iter();
        each.map(|(owner, used)| format!("{} {}", name(*owner), percent(used.lines, facts.outside)))
            .collect()
    };
    let (en, fil) = (list(&shares(country_name), "and"), list(&shares(bansa), "at"));
    let text = Text::new(
        format!(
            "Share of the lines through operators in which, by the lists at hand, a state holds the \
             majority: {en}. Such operators serve the public, and anybody can use a customer's line: \
             it tells the owner of the network and none of the explanations apart."
        ),
        format!(
            "Bahagi ng mga linyang dumaan sa mga operator na, ayon sa mga listahang nasa kamay, hawak \
             ng isang estado ang mayorya: {fil}. Naglilingkod sa publiko ang ganitong mga operator, at \
             magagamit ninuman ang linya ng isang kostumer: sinasabi nito ang may-ari ng network at \
             walang pinagkakaiba sa mga paliwanag."
        ),
    );
    from_tables(facts, "net-owners", '3', Cost::Cheap, text)
}

/// The same addresses, used by ordinary customers.
pub(crate) fn customers(facts: &Facts) -> EvidenceItem {
    let sessions = facts.legitimate_sessions;
    let share = percent(facts.shared_lines, facts.outside);
    let text = Text::new(
        format!(
            "{share} of the lines from outside came from addresses from which {} came too that \
             nothing here ties to an attack: ordinary customers may share them.",
            counted(sessions, "session", "sessions")
        ),
        format!(
            "{share} ng mga linyang mula sa labas ang nagmula sa mga address na pinagmulan din ng {} \
             session na walang nag-uugnay rito sa pag-atake: maaaring pinagsasaluhan ang mga ito ng \
             mga karaniwang kostumer.",
            count(sessions)
        ),
    );
    from_logs(facts, "net-customers", EvidenceKind::Network, Cost::Moderate, text)
}

/// What was sought and how far it went.
pub(crate) fn sought(facts: &Facts) -> EvidenceItem {
    let (en, fil): (Vec<&str>, Vec<&str>) = facts.kinds.iter().map(|kind| named(*kind)).unzip();
    let (agencies, entered) = (facts.agencies.len() as u64, count(facts.entered as u64));
    let text = Text::new(
        format!(
            "Seen in {}: {}; accounts entered: {entered}. People who act for gain and people who \
             act for a state both do this.",
            counted(agencies, "agency", "agencies"),
            en.join(", ")
        ),
        format!(
            "Nakita sa {} ahensiya: {}; mga account na napasok: {entered}. Kapwa ginagawa ito ng mga \
             kumikilos para sa pakinabang at ng mga kumikilos para sa isang estado.",
            count(agencies),
            fil.join(", ")
        ),
    );
    from_logs(facts, "case-sought", EvidenceKind::TargetChoice, Cost::Cheap, text)
}

/// Links between the incidents by tools, accounts, hours and sequels.
pub(crate) fn habits(facts: &Facts) -> EvidenceItem {
    let (links, decibans) = facts.habits;
    let text = Text::new(
        format!(
            "{} the incidents together by tools, accounts, hours or one following from another ({} \
             decibans in all).",
            counted(links as u64, "link holds", "links hold"),
            decibans.round()
        ),
        format!(
            "{links} ugnayan ang nagbibigkis sa mga insidente ayon sa kasangkapan, account, oras o \
             pagkakasunod ({} deciban sa kabuuan).",
            decibans.round()
        ),
    );
    from_logs(facts, "case-habits", EvidenceKind::Tool, Cost::Cheap, text)
}

/// Links between the incidents by addresses and networks.
pub(crate) fn shared_ground(facts: &Facts) -> EvidenceItem {
    let (links, decibans) = facts.shared_ground;
    let text = Text::new(
        format!(
            "{} the incidents together by addresses or networks ({} decibans in all); several may \
             rent the same ones.",
            counted(links as u64, "link holds", "links hold"),
            decibans.round()
        ),
        format!(
            "{links} ugnayan ang nagbibigkis sa mga insidente ayon sa address o network ({} deciban \
             sa kabuuan); maaaring umupa ng pareho ang ilan.",
            decibans.round()
        ),
    );
    from_logs(facts, "net-shared", EvidenceKind::InfrastructureOverlap, Cost::Cheap, text)
}

/// An operator as it stands in a sentence.
pub(crate) fn called(asn: Asn, operator: &OperatorUse) -> String {
    operator.name.as_ref().map_or_else(|| asn.to_string(), |name| format!("{name} ({asn})"))
}

/// How many more there are than are named.
fn more(number: usize) -> (String, String) {
    match number {
        0 => (String::new(), String::new()),
        n => (format!("; and {n} more"), format!("; at {n} pa")),
    }
}

const fn named(kind: IncidentKind) -> (&'static str, &'static str) {
    match kind {
        IncidentKind::PasswordGuessing => ("password guessing", "panghuhula ng password"),
        IncidentKind::PasswordSpraying => ("password spraying", "pagsasabog ng password"),
        IncidentKind::AdminDiscovery => {
            ("looking for administrators", "paghahanap ng mga administrador")
        }
        IncidentKind::AccountTakeover => {
            ("use of entered accounts", "paggamit ng mga napasok na account")
        }
        IncidentKind::WebExploitation => {
            ("tries to exploit web pages", "mga tangkang pagsamantalahan ang mga web page")
        }
        IncidentKind::WebShell => ("a web shell", "web shell"),
        IncidentKind::LateralMovement => {
            ("moving on to other machines", "paglipat sa ibang mga makina")
        }
        IncidentKind::CloudAbuse => ("abuse of cloud accounts", "pag-abuso sa mga cloud account"),
        IncidentKind::Scanning => ("scanning", "pag-scan"),
    }
}
