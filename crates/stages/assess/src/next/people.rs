//! What could be asked about the hands, and about who directed them.

use bakas_model::Text;

use super::{Desk, Request, operators};
use crate::{
    facts::Facts,
    likelihoods::Class::{NoState, One, Other, Relayed, Several, State, Tolerated, Within},
};

pub(super) fn actor(facts: &Facts, desk: &Desk<'_>) -> Vec<Request> {
    let everybody = desk.names(&facts.agencies);
    let mut requests = vec![
        Request {
            id: "counterparts".into(),
            text: Text::new(
                "Ask counterpart CERTs whether they know these habits and tools from a case in which \
                 the hands are known.",
                "Itanong sa mga katuwang na CERT kung kilala nila ang mga gawi at kasangkapang ito mula \
                 sa isang kasong kilala na ang gumawa.",
            ),
            whom: Text::new("counterpart CERTs", "mga katuwang na CERT"),
            party: None,
            grade: 'F',
            part: 1.0,
            cost: 3.0,
            answered: 0.50,
            // One known set of hands; several; a copy shows; nothing.
            rows: &[
                (One, &[0.35, 0.08, 0.05, 0.52]),
                (Within, &[0.05, 0.05, 0.05, 0.85]),
                (Several, &[0.10, 0.35, 0.05, 0.50]),
                (Relayed, &[0.25, 0.10, 0.25, 0.40]),
                (Other, &[0.12, 0.10, 0.05, 0.73]),
            ],
        },
        Request {
            id: "own-people".into(),
            text: Text::new(
                format!(
                    "Compare the accounts and times with staff, contractor and remote-access records \
                     of {}.",
                    everybody.en
                ),
                format!(
                    "Ihambing ang mga account at oras sa mga talaan ng kawani, kontratista at remote \
                     access ng {}.",
                    everybody.fil
                ),
            ),
            whom: everybody,
            party: None,
            grade: 'B',
            part: 1.0,
            cost: 2.0,
            answered: 0.80,
            // Somebody close; nothing.
            rows: &[
                (One, &[0.03, 0.97]),
                (Within, &[0.50, 0.50]),
                (Several, &[0.06, 0.94]),
                (Relayed, &[0.08, 0.92]),
                (Other, &[0.08, 0.92]),
            ],
        },
        payments(),
    ];
    if !facts.entered_agencies.is_empty() {
        requests.push(images(&desk.names(&facts.entered_agencies)));
    }
    requests
}

fn payments() -> Request {
    Request {
        id: "payments".into(),
        text: Text::new(
            "Have subscriber and payment records asked for by a prosecutor, and machines secured.",
            "Ipahingi sa piskal ang mga talaan ng subscriber at pagbabayad, at ipatiyak ang mga \
             makina.",
        ),
        whom: Text::new("the prosecutor", "ang piskal"),
        party: None,
        grade: 'B',
        part: 1.0,
        cost: 8.0,
        answered: 0.25,
        // A person; several; a borrowed identity; nothing.
        rows: &[
            (One, &[0.50, 0.08, 0.12, 0.30]),
            (Within, &[0.50, 0.05, 0.15, 0.30]),
            (Several, &[0.10, 0.50, 0.10, 0.30]),
            (Relayed, &[0.08, 0.07, 0.55, 0.30]),
            (Other, &[0.15, 0.15, 0.20, 0.50]),
        ],
    }
}

fn images(entered: &Text) -> Request {
    Request {
        id: "images".into(),
        text: Text::new(
            format!(
                "Have memory and disk images of what was entered at {} examined for tools, keys and \
                 mistakes.",
                entered.en
            ),
            format!(
                "Ipasuri ang mga imahen ng memorya at disk ng napasok sa {} para sa mga kasangkapan, \
                 susi at pagkakamali.",
                entered.fil
            ),
        ),
        whom: entered.clone(),
        party: None,
        grade: 'A',
        part: 1.0,
        cost: 4.0,
        answered: 0.60,
        // One hand; several; marks that contradict one another; nothing of use.
        rows: &[
            (One, &[0.50, 0.08, 0.07, 0.35]),
            (Within, &[0.35, 0.05, 0.10, 0.50]),
            (Several, &[0.15, 0.40, 0.10, 0.35]),
            (Relayed, &[0.25, 0.10, 0.30, 0.35]),
            (Other, &[0.20, 0.15, 0.10, 0.55]),
        ],
    }
}

fn orders() -> Request {
    Request {
        id: "orders".into(),
        text: Text::new(
            "Ask a prosecutor and partners for what shows orders or payment; nothing in logs does.",
            "Hingin sa piskal at mga katuwang ang nagpapakita ng utos o bayad; walang ganito sa mga \
             log.",
        ),
        whom: Text::new("the prosecutor and partners", "ang piskal at mga katuwang"),
        party: None,
        grade: 'C',
        part: 1.0,
        cost: 10.0,
        answered: 0.10,
        // By a state; by others; nothing.
        rows: &[
            (NoState, &[0.03, 0.47, 0.50]),
            (State, &[0.55, 0.05, 0.40]),
            (Tolerated, &[0.15, 0.25, 0.60]),
            (Relayed, &[0.10, 0.30, 0.60]),
            (Other, &[0.10, 0.15, 0.75]),
        ],
    }
}

pub(super) fn sponsor(facts: &Facts) -> Vec<Request> {
    let mut requests = vec![
        Request {
            id: "whereabouts".into(),
            text: Text::new(
                "Watch where what was taken turns up: offered for money, published, used in talks, or \
                 nowhere.",
                "Bantayan kung saan lilitaw ang kinuha: iniaalok kapalit ng pera, inilalathala, ginagamit \
                 sa mga pag-uusap, o wala saanman.",
            ),
            whom: Text::new("one's own desk and partners", "sariling mesa at mga katuwang"),
            party: None,
            grade: 'B',
            part: 1.0,
            cost: 2.0,
            answered: 0.50,
            // Money; publication; use by a state; nowhere.
            rows: &[
                (NoState, &[0.45, 0.15, 0.02, 0.38]),
                (State, &[0.06, 0.14, 0.20, 0.60]),
                (Tolerated, &[0.30, 0.15, 0.10, 0.45]),
                (Relayed, &[0.15, 0.35, 0.05, 0.45]),
                (Other, &[0.15, 0.15, 0.05, 0.65]),
            ],
        },
        orders(),
    ];
    if let Some(name) = operators(facts).into_iter().next().map(|asked| asked.name) {
        requests.push(Request {
            id: "help".into(),
            text: Text::new(
                format!(
                    "Ask the national CERT that {name} answers to for records, not for words, and note \
                     what comes, and when."
                ),
                format!(
                    "Humingi ng mga talaan, hindi mga salita, sa pambansang CERT na kinauukulan ng \
                     {name}, at itala kung ano ang dumating, at kailan."
                ),
            ),
            whom: Text::new("the national CERT", "ang pambansang CERT"),
            party: None,
            grade: 'F',
            part: 1.0,
            cost: 4.0,
            answered: 0.60,
            // Records that can be checked; words only; nothing.
            rows: &[
                (NoState, &[0.40, 0.30, 0.30]),
                (State, &[0.15, 0.45, 0.40]),
                (Tolerated, &[0.18, 0.42, 0.40]),
                (Relayed, &[0.38, 0.30, 0.32]),
                (Other, &[0.30, 0.35, 0.35]),
            ],
        });
    }
    requests
}
