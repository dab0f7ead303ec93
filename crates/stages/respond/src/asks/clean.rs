//! Asks to undo what an intruder left behind an account, in the words of the place: a provider's
//! mailbox, a mail server, Windows machines, other machines, a firewall or VPN.

use bakas_model::{Incident, IncidentKind, Text, response::AskKind};

use super::{
    Draft, SAME_DAY_HOURS,
    facts::{Facts, entered_accounts, ids, named, steps},
};
use crate::site::{Site, sites};

/// One ask for each sort of place in which accounts were entered.
pub(super) fn drafts(facts: &Facts<'_>) -> Vec<Draft> {
    let takeovers = facts.of_kinds(&[IncidentKind::AccountTakeover]);
    let at = |site: Site| -> Vec<&Incident> {
        takeovers.iter().copied().filter(|incident| sites(incident).contains(&site)).collect()
    };
    let mut asks = Vec::new();
    for site in [Site::Provider, Site::MailServer, Site::Windows, Site::Machine, Site::Gate] {
        let incidents = at(site);
        if !incidents.is_empty() {
            asks.push(ask(facts, site, &incidents));
        }
    }
    // Whatever the logs were, an account that was entered is gone through.
    let asked: Vec<_> = asks.iter().flat_map(|ask: &Draft| ask.incidents.clone()).collect();
    let rest: Vec<&Incident> =
        takeovers.into_iter().filter(|incident| !asked.contains(&incident.id)).collect();
    if !rest.is_empty() {
        asks.push(ask(facts, Site::Provider, &rest));
    }
    asks
}

fn ask(facts: &Facts<'_>, site: Site, incidents: &[&Incident]) -> Draft {
    let names = match entered_accounts(incidents) {
        none if none.is_empty() => Text::new("the accounts concerned", "mga account na apektado"),
        accounts => named(&accounts),
    };
    let seen = steps(incidents).map_or_else(Text::default, |steps| {
        Text::new(format!(" Seen so far: {}.", steps.en), format!(" Nakita na: {}.", steps.fil))
    });
    let (text, proof) = match site {
        Site::MailServer => (mail_server(&names, &destinations(facts, incidents)), MAIL_PROOF),
        Site::Windows => (windows(&names), MACHINE_PROOF),
        Site::Machine => (machine(&names), MACHINE_PROOF),
        Site::Gate => (gate(&names), GATE_PROOF),
        Site::Provider | Site::Web => {
            (provider(&names, &destinations(facts, incidents)), PROVIDER_PROOF)
        }
    };
    Draft {
        kind: AskKind::Clean,
        text: Text::new(text.en + &seen.en, text.fil + &seen.fil),
        proof: Text::new(proof.0, proof.1),
        within_hours: SAME_DAY_HOURS,
        incidents: ids(incidents),
    }
}

fn destinations(facts: &Facts<'_>, incidents: &[&Incident]) -> Text {
    let to = facts.destinations(incidents);
    if to.is_empty() {
        return Text::default();
    }
    let to = named(&to);
    Text::new(format!(" to {}", to.en), format!(" sa {}", to.fil))
}

const PROVIDER_PROOF: (&str, &str) = (
    "For each account an export of forwarding, rules, delegates and grants, before and after.",
    "Para sa bawat account, export ng forwarding, mga rule, delegate at pahintulot, bago at \
     pagkatapos.",
);
const MAIL_PROOF: (&str, &str) = (
    "For each account its filters and forwarding, before and after, and the list of messages that \
     were sent or held back.",
    "Para sa bawat account, ang mga filter at forwarding nito, bago at pagkatapos, at ang listahan \
     ng mga mensaheng naipadala o pinigil.",
);
const MACHINE_PROOF: (&str, &str) = (
    "For each machine the list of users, groups, services and tasks, before and after, and the \
     sign-ins of these accounts since then.",
    "Para sa bawat makina, listahan ng mga user, grupo, service at task, bago at pagkatapos, at ang \
     mga pag-sign in ng mga account na ito mula noon.",
);
const GATE_PROOF: (&str, &str) = (
    "The configuration compared with the last good copy, the list of tunnels and what they reached, \
     and the version of its software now.",
    "Ang configuration na inihambing sa huling maayos na kopya, ang listahan ng mga tunnel at ng mga \
     naabot ng mga ito, at ang kasalukuyang bersiyon ng software.",
);

fn provider(names: &Text, to: &Text) -> Text {
    Text::new(
        format!(
            "In {}: remove forwarding{}, and every mail rule, filter, delegate and application \
             grant that the holder does not know.",
            names.en, to.en
        ),
        format!(
            "Sa {}: alisin ang pagpapasa ng mail (forwarding){}, at ang bawat rule, filter, \
             delegate at pahintulot sa application na hindi kilala ng may-ari.",
            names.fil, to.fil
        ),
    )
}

fn mail_server(names: &Text, to: &Text) -> Text {
    Text::new(
        format!(
            "On the mail server, in {}: remove forwarding{}, and every alias, rule and filter \
             (Sieve) that the holder does not know. Hold back what these accounts still have in \
             the queue, go through what they sent, and tell those who got it.",
            names.en, to.en
        ),
        format!(
            "Sa mail server, sa {}: alisin ang pagpapasa ng mail (forwarding){}, at ang bawat \
             alias, rule at filter (Sieve) na hindi kilala ng may-ari. Pigilin ang mga mensahe ng \
             mga account na ito na nasa pila pa, suriin ang mga naipadala, at abisuhan ang mga \
             nakatanggap.",
            names.fil, to.fil
        ),
    )
}

fn windows(names: &Text) -> Text {
    Text::new(
        format!(
            "On the Windows machines that {} signed in to: remove the users, members of groups of \
             administrators, services and scheduled tasks that nobody ordered, and see from the \
             controllers of the domain where else these accounts signed in. If a controller was \
             reached, change the password of krbtgt twice. Rather build a machine anew than mend it.",
            names.en
        ),
        format!(
            "Sa mga makinang Windows na pinasok ng {}: alisin ang mga user, kasapi ng grupo ng mga \
             administrador, service at naka-iskedyul na task na walang nag-utos, at alamin mula sa \
             mga domain controller kung saan pa nag-sign in ang mga account na ito. Kung may naabot \
             na controller, palitan nang dalawang beses ang password ng krbtgt. Mas mabuting itayong \
             muli ang makina kaysa kumpunihin.",
            names.fil
        ),
    )
}

fn machine(names: &Text) -> Text {
    Text::new(
        format!(
            "On the machines that {} signed in to: remove the users, keys, scheduled jobs and \
             services that nobody ordered, and see where these accounts went on to from there. \
             Rather build a machine anew than mend it.",
            names.en
        ),
        format!(
            "Sa mga makinang pinasok ng {}: alisin ang mga user, susi, naka-iskedyul na gawain at \
             service na walang nag-utos, at alamin kung saan pa nagtungo ang mga account na ito \
             mula roon. Mas mabuting itayong muli ang makina kaysa kumpunihin.",
            names.fil
        ),
    )
}

fn gate(names: &Text) -> Text {
    Text::new(
        format!(
            "On the firewall or VPN: end the tunnels of {}, see what was reached inside through \
             them, compare users, administrators and rules with the last good copy of the \
             configuration, and bring its software up to date.",
            names.en
        ),
        format!(
            "Sa firewall o VPN: tapusin ang mga tunnel ng {}, alamin kung ano ang naabot sa loob sa \
             pamamagitan ng mga ito, ihambing ang mga user, administrador at patakaran sa huling \
             maayos na kopya ng configuration, at i-update ang software nito.",
            names.fil
        ),
    )
}
