//! The third level, as two questions apart: whose hands (*actor*), and whether a state directed them
//! (*sponsor*). Logs hold no answer to either, and no owner of a network is one: what the other
//! levels say hardly moves these.

use std::collections::BTreeMap;

use bakas_model::{AssessmentLevel as Level, Text};

use crate::{
    facts::Facts,
    items::{self, Seen, entries},
    likelihoods::{Class, Find},
    question::{Question, Rival},
};

/// Links of this weight together, in decibans, are as strong as they get here.
const STRONG_LINKS_DECIBANS: f64 = 40.0;

/// Whose hands.
pub(crate) fn actor(facts: &Facts) -> Question {
    let strength = |(_, decibans): (usize, f64)| (decibans / STRONG_LINKS_DECIBANS).min(1.0);
    let finds: [Seen; 5] = [
        (!facts.kinds.is_empty(), Find::Alike, 1.0, items::sought),
        (!facts.owners.is_empty(), Find::Alike, 1.0, items::owners),
        (facts.habits.0 > 0, Find::Habits, strength(facts.habits), items::habits),
        (
            facts.shared_ground.0 > 0,
            Find::SharedGround,
            strength(facts.shared_ground),
            items::shared_ground,
        ),
        (facts.relayed_lines() > 0, Find::Relays, facts.relay_share(), items::relays),
    ];
    let text = Text::new(
        format!("Actor: whose hands carried out {}?", facts.name.en),
        format!("Gumawa: kaninong mga kamay ang nagsagawa ng {}?", facts.name.fil),
    );
    let mut seen = Text::new(
        "Logs and address tables show connections, not people.",
        "Mga koneksiyon ang ipinakikita ng mga log at talaan ng address, hindi mga tao.",
    );
    if is_unlinked(facts) {
        seen.en
            .push_str(" These incidents are not linked, so there need not be one answer for all.");
        seen.fil.push_str(
            " Hindi magkakaugnay ang mga insidenteng ito, kaya hindi kailangang iisa ang sagot.",
        );
    }
    put(facts, Level::Actor, (text, seen), actors(facts), finds)
}

/// Whether a state directed the hands.
pub(crate) fn sponsor(facts: &Facts) -> Question {
    let finds: [Seen; 3] = [
        (!facts.kinds.is_empty(), Find::Alike, 1.0, items::sought),
        (!facts.owners.is_empty(), Find::Alike, 1.0, items::owners),
        (facts.relayed_lines() > 0, Find::Relays, facts.relay_share(), items::relays),
    ];
    let text = Text::new(
        format!("Sponsor: did a state direct the hands behind {}?", facts.name.en),
        format!(
            "Tagapagtaguyod: may estado bang nag-utos sa mga kamay sa likod ng {}?",
            facts.name.fil
        ),
    );
    let seen = Text::new(
        "Nothing in logs or address tables shows an order, a payment or a purpose. Who owns a network \
         is no answer to this question.",
        "Walang utos, bayad o layuning ipinakikita ang mga log o talaan ng address. Hindi sagot sa \
         tanong na ito kung sino ang may-ari ng isang network.",
    );
    put(facts, Level::Sponsor, (text, seen), sponsors(), finds)
}

fn put<const N: usize>(
    facts: &Facts,
    level: Level,
    (text, seen): (Text, Text),
    rivals: Vec<Rival>,
    finds: [Seen; N],
) -> Question {
    let entries = entries(level, &finds, facts, &rivals);
    let (subject, parties) = (facts.subject.clone(), BTreeMap::new());
    Question { level, subject, text, seen, rivals, entries, parties, not_examined: not_examined() }
}

/// Whether nothing ties the incidents together.
fn is_unlinked(facts: &Facts) -> bool {
    !facts.is_campaign && facts.incidents.len() > 1
}

fn rival(id: &str, class: Class, prior: f64, text: (&str, &str), reason: (&str, &str)) -> Rival {
    Rival::new(id, class, prior, Text::new(text.0, text.1), Text::new(reason.0, reason.1))
}

/// One set of hands, several, unknown: nothing ties unlinked incidents together.
fn actor_priors(facts: &Facts) -> (f64, f64, f64) {
    if is_unlinked(facts) { (0.15, 0.37, 0.25) } else { (0.35, 0.12, 0.30) }
}

fn actors(facts: &Facts) -> Vec<Rival> {
    let (one, several, unknown) = actor_priors(facts);
    vec![
        rival(
            "one-outside",
            Class::One,
            one,
            (
                "One person or group from outside the agencies.",
                "Isang tao o grupo mula sa labas ng mga ahensiya.",
            ),
            (
                "What is linked is mostly the work of one group; what is not linked is not.",
                "Karaniwang gawa ng isang grupo ang magkakaugnay; hindi ang hindi magkakaugnay.",
            ),
        ),
        rival(
            "insider",
            Class::Within,
            0.08,
            (
                "People close to the agencies: staff, contractors, former ones.",
                "Mga taong malapit sa mga ahensiya: kawani, kontratista, o dating mga ganito.",
            ),
            (
                "A small part of all intrusions, and one that is easily overlooked.",
                "Maliit na bahagi ng lahat ng panghihimasok, at madaling makaligtaan.",
            ),
        ),
        rival(
            "several-actors",
            Class::Several,
            several,
            (
                "Several, independent of one another, who use the same networks or tools.",
                "Ilang magkakahiwalay na tao o grupo, na gumagamit ng parehong mga network o \
                 kasangkapan.",
            ),
            ("Networks and tools are sold to many.", "Ipinagbibili sa marami ang mga ito."),
        ),
        rival(
            "relay-rented-or-forged",
            Class::Relayed,
            0.15,
            (
                "Others than those to whom the traces seem to point: machines, tools or habits were \
                 borrowed, rented or imitated.",
                "Iba sa mga tila itinuturo ng mga bakas: hiniram, inupahan o ginaya ang mga makina, \
                 kasangkapan o gawi.",
            ),
            (
                "False flags are known from cases that were solved, and rare among them.",
                "May mga kilalang pagkukunwari sa mga kasong nalutas, at bihira ang mga ito.",
            ),
        ),
        rival(
            "unknown-or-other",
            Class::Other,
            unknown,
            (
                "Unknown, or somebody not thought of here.",
                "Hindi kilala, o sinumang hindi naisip dito.",
            ),
            (
                "Most intrusions are never tied to anybody.",
                "Karamihan ng panghihimasok ay hindi kailanman naiuugnay kaninuman.",
            ),
        ),
    ]
}

fn sponsors() -> Vec<Rival> {
    vec![
        rival(
            "no-state",
            Class::NoState,
            0.30,
            (
                "No state: they acted for gain, out of conviction or on their own account.",
                "Walang estado: kumilos sila para sa pakinabang, dahil sa paniniwala o sa sariling \
                 kapakanan.",
            ),
            (
                "The greater part of all intrusions; of those into public bodies, less so.",
                "Mas malaking bahagi ng lahat ng panghihimasok; mas maliit sa mga pampublikong tanggapan.",
            ),
        ),
        rival(
            "state-directed",
            Class::State,
            0.12,
            (
                "A state, whichever it may be, directed or paid them.",
                "May estado, alinman ito, na nag-utos o nagbayad sa kanila.",
            ),
            (
                "Rarer than it is written about, and less rare where public bodies are concerned.",
                "Mas bihira kaysa sa isinusulat, at hindi gaanong bihira sa mga pampublikong tanggapan.",
            ),
        ),
        rival(
            "state-tolerated",
            Class::Tolerated,
            0.08,
            (
                "A state knew of it and let it happen, without directing it.",
                "May estadong nakaaalam at hinayaan ito, nang hindi nag-uutos.",
            ),
            ("Seldom shown in any case.", "Bihirang maipakita sa anumang kaso."),
        ),
        rival(
            "relay-rented-or-forged",
            Class::Relayed,
            0.15,
            (
                "It was made to look like the work of a state, or of another state.",
                "Pinalabas itong gawa ng isang estado, o ng ibang estado.",
            ),
            (
                "Who wants to be taken for another chooses what is read as a state's mark.",
                "Pinipili ng nais mapagkamalang iba ang binabasa bilang tatak ng isang estado.",
            ),
        ),
        rival(
            "unknown-or-other",
            Class::Other,
            0.35,
            (
                "Unknown, or something not thought of here.",
                "Hindi alam, o bagay na hindi naisip dito.",
            ),
            (
                "For most intrusions nobody ever learns it.",
                "Sa karamihan ng panghihimasok, walang nakaaalam nito kailanman.",
            ),
        ),
    ]
}

fn not_examined() -> Vec<Text> {
    vec![Text::new(
        "What no log holds: subscriber and payment records, seized machines, witnesses.",
        "Ang wala sa alinmang log: talaan ng subscriber at pagbabayad, mga nakumpiskang makina, mga \
         saksi.",
    )]
}
