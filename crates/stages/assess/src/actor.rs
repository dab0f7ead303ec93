//! Actor: whose hands, and for whom. Logs hold no answer to it, and no owner of a network is one:
//! the rivals stay open whatever the other two questions say.

use bakas_model::{Assessment, AssessmentLevel, Hypothesis, IncidentKind, Text};

use crate::{
    facts::{Collected, Facts},
    phrase::{count, counted, percent},
    weigh::{ACTOR_CEILING, Rival, settle},
};

/// Decibans that rivals begin with and that items weigh at most; see `docs/manual/assess.md`.
mod decibans {
    pub(super) const UNKNOWN: f64 = 3.2;
    pub(super) const FOR_GAIN: f64 = 1.5;
    pub(super) const FOR_A_STATE: f64 = 1.5;
    pub(super) const INSIDER: f64 = -4.0;
    pub(super) const STAGED: f64 = -4.2;
    pub(super) const RELAY_FOR_STAGED: f64 = 4.0;
    pub(super) const SEVERAL: f64 = -3.0;
    /// Nothing ties unlinked incidents together, so one set of hands is the poorer guess.
    pub(super) const SEVERAL_WHERE_UNLINKED: f64 = 2.0;
    /// Strong links between the incidents speak against several actors by this at most.
    pub(super) const LINKS_AGAINST_SEVERAL: f64 = -1.0;
}

/// Links of this weight together, in decibans, are as strong as they get here.
const STRONG_LINKS_DECIBANS: f64 = 40.0;

/// Assesses whose hands.
pub(crate) fn assess(facts: &Facts) -> Assessment {
    let mut collected = Collected::default();
    let items = Items::collect(facts, &mut collected);
    let hypotheses = settle(rivals(facts, &items), ACTOR_CEILING);
    Assessment {
        level: AssessmentLevel::Actor,
        question: Text::new(
            format!("Actor: whose hands carried out {}, and for whom?", facts.name.en),
            format!(
                "Gumawa: kaninong mga kamay ang nagsagawa ng {}, at para kanino?",
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
    links: Option<u32>,
    relays: Option<u32>,
}

impl Items {
    fn collect(facts: &Facts, collected: &mut Collected) -> Self {
        let mut add = |wanted: bool, rating, text: &dyn Fn() -> Text| {
            wanted.then(|| collected.add(facts, rating, text()))
        };
        // What was sought and who owns the network fit several rivals alike: shown, weighed for none.
        add(!facts.kinds.is_empty(), ('A', '2'), &|| sought(facts));
        add(!facts.owners.is_empty(), ('B', '3'), &|| owners(facts));
        Self {
            links: add(facts.links > 0, ('A', '3'), &|| links(facts)),
            relays: add(facts.relayed_lines() > 0, ('B', '3'), &|| relays(facts)),
        }
    }
}

fn rivals(facts: &Facts, items: &Items) -> Vec<Rival> {
    let rival =
        |id: &str, decibans, en: &str, fil: &str| Rival::new(id, decibans, Text::new(en, fil));
    let mut staged = rival(
        "relay-rented-or-forged",
        decibans::STAGED,
        "Somebody else, who made it look as if it came from these networks.",
        "Ibang tao, na nagpakitang parang nagmula ito sa mga network na ito.",
    );
    staged.weigh(items.relays, decibans::RELAY_FOR_STAGED * facts.relay_share());
    let mut several = rival(
        "several-actors",
        decibans::SEVERAL,
        "Several, independent of one another, who use the same networks or tools.",
        "Ilang magkakahiwalay na tao o grupo, na gumagamit ng parehong mga network o kasangkapan.",
    );
    let strength = (facts.link_weight / STRONG_LINKS_DECIBANS).min(1.0);
    several.weigh(items.links, decibans::LINKS_AGAINST_SEVERAL * strength);
    if !facts.is_campaign && facts.incidents.len() > 1 {
        several.decibans = decibans::SEVERAL_WHERE_UNLINKED;
    }
    vec![
        rival(
            "unknown-or-other",
            decibans::UNKNOWN,
            "Unknown, or somebody not thought of here.",
            "Hindi kilala, o sinumang hindi naisip dito.",
        ),
        rival(
            "for-gain",
            decibans::FOR_GAIN,
            "People who act for gain, on their own account.",
            "Mga taong kumikilos para sa pakinabang, sa sariling kapakanan.",
        ),
        rival(
            "for-state",
            decibans::FOR_A_STATE,
            "People who act for a state, whichever it may be.",
            "Mga taong kumikilos para sa isang estado, alinman ito.",
        ),
        rival(
            "insider",
            decibans::INSIDER,
            "People close to the agencies: staff, contractors, former ones.",
            "Mga taong malapit sa mga ahensiya: kawani, kontratista, o dating mga ganito.",
        ),
        staged,
        several,
    ]
}

fn answer(facts: &Facts, hypotheses: &[Hypothesis]) -> Text {
    let (en, fil) = hypotheses[0].likelihood.words();
    let mut text = Text::new(
        format!(
            "Open. Logs and address tables show connections, not people or their purpose: none of the \
             explanations below may be called more than a {} on such evidence, and the first of them \
             is at \"{en}\".",
            ACTOR_CEILING.words().0
        ),
        format!(
            "Bukas pa. Mga koneksiyon ang ipinakikita ng mga log at talaan ng address, hindi mga tao \
             o ang kanilang layunin: walang paliwanag sa ibaba na matatawag na higit sa \"{}\" batay \
             sa ganitong ebidensiya, at ang una sa mga ito ay nasa \"{fil}\".",
            ACTOR_CEILING.words().1
        ),
    );
    if !facts.is_campaign && facts.incidents.len() > 1 {
        text.en
            .push_str(" These incidents are not linked, so there need not be one answer for all.");
        text.fil.push_str(
            " Hindi magkakaugnay ang mga insidenteng ito, kaya hindi kailangang iisa ang sagot.",
        );
    }
    text
}

fn sought(facts: &Facts) -> Text {
    let kinds: Vec<String> = facts.kinds.iter().map(|kind| named(*kind).0.to_owned()).collect();
    let kinds_fil: Vec<String> = facts.kinds.iter().map(|kind| named(*kind).1.to_owned()).collect();
    let (agencies, entered) = (count(facts.agencies as u64), count(facts.entered as u64));
    Text::new(
        format!(
            "Seen in {}: {}; accounts entered: {entered}. People who act for gain and \
                 people who act for a state both do this.",
            counted(facts.agencies as u64, "agency", "agencies"),
            kinds.join(", ")
        ),
        format!(
            "Nakita sa {agencies} ahensiya: {}; mga account na napasok: {entered}. Kapwa ginagawa \
                 ito ng mga kumikilos para sa pakinabang at ng mga kumikilos para sa isang estado.",
            kinds_fil.join(", ")
        ),
    )
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

fn owners(facts: &Facts) -> Text {
    let owners: Vec<String> = facts.owners.keys().map(ToString::to_string).collect();
    let owners = owners.join(", ");
    Text::new(
        format!(
            "Some of the networks belong to operators in which a state holds the majority \
                 ({owners}). This is consistent with several explanations and tells none apart: such \
                 operators serve millions of customers, and anybody can use a customer's line."
        ),
        format!(
            "Ang ilan sa mga network ay sa mga operator na hawak ng isang estado ang mayorya \
                 ({owners}). Umaayon ito sa ilang paliwanag at walang pinagkakaiba sa mga ito: \
                 milyon-milyon ang kostumer ng ganitong mga operator, at magagamit ninuman ang linya \
                 ng isang kostumer."
        ),
    )
}

fn links(facts: &Facts) -> Text {
    let (links, weight) = (facts.links as u64, facts.link_weight.round());
    Text::new(
        format!(
            "{} the incidents together ({weight} decibans in all): same addresses, \
                 tools, accounts or rhythm.",
            counted(links, "link holds", "links hold")
        ),
        format!(
            "{links} ugnayan ang nagbibigkis sa mga insidente ({weight} deciban sa kabuuan): \
                 parehong mga address, kasangkapan, account o ritmo."
        ),
    )
}

fn relays(facts: &Facts) -> Text {
    let share = percent(facts.relayed_lines(), facts.outside);
    Text::new(
        format!(
            "{share} of the lines from outside came through relays or rented machines, which anybody \
                 can choose so as to look like somebody else."
        ),
        format!(
            "{share} ng mga linyang mula sa labas ang dumaan sa mga relay o inuupahang makina, na \
                 mapipili ninuman upang magmukhang iba."
        ),
    )
}

fn would_change() -> Vec<Text> {
    vec![
        Text::new(
            "What no log holds: subscriber and payment records, seized machines, statements of those \
             concerned, each rated as a source.",
            "Ang wala sa alinmang log: talaan ng subscriber at pagbabayad, mga nakumpiskang makina, mga \
             pahayag ng mga kinauukulan, na bawat isa ay binibigyan ng antas bilang pinagmulan.",
        ),
        Text::new(
            "The same tools, keys or habits found in a case in which the hands are known.",
            "Ang parehong mga kasangkapan, susi o gawi na matatagpuan sa isang kasong kilala na ang \
             gumawa.",
        ),
        Text::new(
            "Where the data that were taken turn up: offered for money, published, or used in talks.",
            "Kung saan lilitaw ang mga datos na kinuha: inialok kapalit ng pera, inilathala, o ginamit \
             sa mga pag-uusap.",
        ),
    ]
}
