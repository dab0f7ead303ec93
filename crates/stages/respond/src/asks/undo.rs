//! Asks that keep the evidence, shut the intruder out and undo what was done. Nothing about what
//! makes the next attack harder.

use bakas_model::{
    Incident, IncidentKind, Text, Timestamp, response::AskKind, time::MICROS_PER_SECOND,
};

use super::{
    AT_ONCE_HOURS, Draft, SAME_DAY_HOURS, THREE_DAYS_HOURS, clean,
    facts::{Facts, entered_accounts, forms, ids, named, pages, scripts, steps},
};
use crate::{
    site::Site,
    text::{day, minute, number, plural},
};

/// How far back before the first line logs are kept: an intruder's first visit is seldom the one
/// that was noticed.
const PRESERVE_BEFORE_MICROS: i64 = 30 * 86_400 * MICROS_PER_SECOND;

/// Kinds in which a server was taken.
const SERVER: [IncidentKind; 2] = [IncidentKind::WebShell, IncidentKind::LateralMovement];

pub(super) fn drafts(facts: &Facts<'_>) -> Vec<Draft> {
    let first = [
        Some(preserve(facts)),
        revoke(facts),
        revoke_behind_forms(facts),
        reset(facts),
        reset_server(facts),
    ];
    let last = [clean_cloud(facts), clean_server(facts), mend_pages(facts)];
    let asks = first.into_iter().flatten().chain(clean::drafts(facts));
    asks.chain(last.into_iter().flatten()).collect()
}

fn preserve(facts: &Facts<'_>) -> Draft {
    let since = day(facts.first().plus_micros(-PRESERVE_BEFORE_MICROS).day());
    let mut en = format!(
        "Before anything is changed, keep all logs of {} from {} until today",
        facts.domain(),
        since.en
    );
    let mut fil = format!(
        "Bago gumawa ng anumang pagbabago, itabi ang lahat ng log ng {} mula {} hanggang ngayon",
        facts.domain(),
        since.fil
    );
    let accounts = entered_accounts(&facts.entered());
    if !accounts.is_empty() {
        let names = named(&accounts);
        en += &format!(", with the audit records and settings of {}", names.en);
        fil += &format!(", kasama ang mga audit record at setting ng {}", names.fil);
    }
    if !facts.of_kinds(&SERVER).is_empty() || facts.is_entered_at(&[Site::Windows, Site::Machine]) {
        en += ", and an image of the disk and memory of each server that was reached";
        fil += ", at kopya ng disk at memory ng bawat server na naabot";
    }
    if facts.is_at(Site::Provider) {
        en += ". Ask the provider to hold its records beyond their usual term.";
        fil += ". Hilingin sa provider na panatilihin ang mga rekord nito nang lampas sa karaniwang taning.";
    } else {
        en += ". Copy them to where nobody who is in can remove them.";
        fil += ". Kopyahin ang mga ito sa lugar na hindi mabubura ng sinumang nakapasok.";
    }
    Draft {
        kind: AskKind::Preserve,
        text: Text::new(en, fil),
        proof: Text::new(
            "A list of what was kept, each with size and SHA-256, who took it and when.",
            "Listahan ng mga naitabi, bawat isa may laki at SHA-256, kung sino ang kumuha at kailan.",
        ),
        within_hours: if is_entered(facts) { AT_ONCE_HOURS } else { SAME_DAY_HOURS },
        incidents: facts.ids(),
    }
}

fn revoke(facts: &Facts<'_>) -> Option<Draft> {
    let incidents = facts.entered();
    let accounts = entered_accounts(&incidents);
    if accounts.is_empty() {
        return None;
    }
    let names = named(&accounts);
    let last = incidents.iter().map(|incident| incident.last).max().unwrap_or(Timestamp::MIN);
    Some(Draft {
        kind: AskKind::Revoke,
        text: Text::new(
            format!(
                "End every session and revoke every token, key and app password of {}.",
                names.en
            ),
            format!(
                "Tapusin ang lahat ng session at bawiin ang lahat ng token, susi at app password ng {}.",
                names.fil
            ),
        ),
        proof: Text::new(
            format!(
                "For each account the log entry of the revocation, later than {} UTC, the last \
                 thing seen of the intruder.",
                minute(last)
            ),
            format!(
                "Para sa bawat account, ang tala ng pagbawi sa log, na mas huli sa {} UTC, ang \
                 huling nakitang galaw ng nanghimasok.",
                minute(last)
            ),
        ),
        within_hours: AT_ONCE_HOURS,
        incidents: ids(&incidents),
    })
}

/// A web log names the form that let somebody in, not the account: the application knows.
fn revoke_behind_forms(facts: &Facts<'_>) -> Option<Draft> {
    let incidents = facts.entered();
    let forms = forms(&incidents);
    if forms.is_empty() {
        return None;
    }
    let names = named(&forms);
    Some(Draft {
        kind: AskKind::Revoke,
        text: Text::new(
            format!(
                "The web log does not name who signed in at {}. Find in the application's own \
                 records which accounts did so from the addresses of the incident, end their \
                 sessions and set new passwords.",
                names.en
            ),
            format!(
                "Hindi pinapangalanan ng web log kung sino ang nag-sign in sa {}. Hanapin sa sariling \
                 rekord ng application kung aling mga account ang pumasok mula sa mga address ng \
                 insidente, tapusin ang mga session ng mga ito at palitan ang mga password.",
                names.fil
            ),
        ),
        proof: Text::new(
            "The list of these accounts, or the search that found none, and the time of each change.",
            "Listahan ng mga account na ito, o ang paghahanap na walang nakita, at ang oras ng bawat \
             pagbabago.",
        ),
        within_hours: AT_ONCE_HOURS,
        incidents: ids(&incidents),
    })
}

/// Passwords of people; the keys of a program are revoked, and made anew by whoever runs it.
fn reset(facts: &Facts<'_>) -> Option<Draft> {
    let mut incidents = facts.entered();
    incidents.retain(|incident| incident.kind != IncidentKind::CloudAbuse);
    let accounts = entered_accounts(&incidents);
    if accounts.is_empty() {
        return None;
    }
    let (names, many) = (named(&accounts), accounts.len() as u64);
    Some(Draft {
        kind: AskKind::Reset,
        text: Text::new(
            format!(
                "Set {} for {}; hand {} over in person or by telephone, never by e-mail, and check \
                 the recovery addresses and numbers with the holder.",
                plural(many, "a new password", "new passwords"),
                names.en,
                plural(many, "it", "them"),
            ),
            format!(
                "Palitan ang password ng {}; iabot ang bago nang harapan o sa telepono, huwag sa \
                 e-mail, at suriin kasama ng may-ari ang mga recovery address at numero.",
                names.fil
            ),
        ),
        proof: Text::new(
            format!(
                "The log entries of {} {}, and who confirmed the recovery settings.",
                number(many),
                plural(many, "password change", "password changes")
            ),
            format!(
                "Mga tala sa log ng {} pagpapalit ng password, at kung sino ang nagkumpirma ng mga \
                 recovery setting.",
                number(many)
            ),
        ),
        within_hours: SAME_DAY_HOURS,
        incidents: ids(&incidents),
    })
}

fn reset_server(facts: &Facts<'_>) -> Option<Draft> {
    let incidents = facts.of_kinds(&SERVER);
    (!incidents.is_empty()).then(|| Draft {
        kind: AskKind::Reset,
        text: Text::new(
            "Replace every password, SSH key, API key and database credential that lay on the \
             servers reached, and those used to sign in from them.",
            "Palitan ang bawat password, SSH key, API key at database credential na nakalagay sa mga \
             server na naabot, pati ang mga ginamit sa pag-sign in mula sa mga ito.",
        ),
        proof: Text::new(
            "A list of the credentials replaced, by name and not by value, with the time of each.",
            "Listahan ng mga napalitang credential, ayon sa pangalan at hindi sa halaga, may oras ang \
             bawat isa.",
        ),
        within_hours: SAME_DAY_HOURS,
        incidents: ids(&incidents),
    })
}

fn clean_cloud(facts: &Facts<'_>) -> Option<Draft> {
    let incidents = facts.of_kinds(&[IncidentKind::CloudAbuse]);
    if incidents.is_empty() {
        return None;
    }
    let names = match entered_accounts(&incidents) {
        none if none.is_empty() => Text::new("the intruder", "ng nanghimasok"),
        accounts => {
            let names = named(&accounts);
            Text::new(names.en, format!("ng {}", names.fil))
        }
    };
    let seen = steps(&incidents).map_or_else(Text::default, |steps| {
        Text::new(format!(" Seen so far: {}.", steps.en), format!(" Nakita na: {}.", steps.fil))
    });
    Some(Draft {
        kind: AskKind::Clean,
        text: Text::new(
            format!(
                "In the cloud account: go through everything {} did since {}, and undo what nobody \
                 ordered: users, keys, roles, opened firewalls and shares, logging turned off.{}",
                names.en,
                day(first(&incidents).day()).en,
                seen.en
            ),
            format!(
                "Sa cloud account: suriin ang lahat ng ginawa {} mula {}, at bawiin ang walang nag-utos: \
                 mga user, susi, role, binuksang firewall at share, at pinatay na pag-log.{}",
                names.fil,
                day(first(&incidents).day()).fil,
                seen.fil
            ),
        ),
        proof: Text::new(
            "The list of these calls from the audit trail, each marked as ordered or undone, and the \
             state of logging now.",
            "Listahan ng mga tawag na ito mula sa audit trail, bawat isa may tandang iniutos o binawi, \
             at ang kasalukuyang kalagayan ng pag-log.",
        ),
        within_hours: SAME_DAY_HOURS,
        incidents: ids(&incidents),
    })
}

fn first(incidents: &[&Incident]) -> Timestamp {
    incidents.iter().map(|incident| incident.first).min().unwrap_or_default()
}

fn clean_server(facts: &Facts<'_>) -> Option<Draft> {
    let incidents = facts.of_kinds(&SERVER);
    if incidents.is_empty() {
        return None;
    }
    let paths = scripts(&facts.of_kinds(&[IncidentKind::WebShell]));
    let first = if paths.is_empty() {
        Text::new(
            "On the servers reached, look for new users, keys and scheduled tasks and remove them",
            "Sa mga server na naabot, hanapin at alisin ang mga bagong user, susi at naka-iskedyul na gawain",
        )
    } else {
        let names = named(&paths);
        Text::new(
            format!(
                "Once a copy is kept, take off the server: {}. Close the way it was uploaded",
                names.en
            ),
            format!(
                "Matapos makapagtabi ng kopya, alisin sa server: {}. Isara ang dinaanan ng pag-upload",
                names.fil
            ),
        )
    };
    Some(Draft {
        kind: AskKind::Clean,
        text: Text::new(
            format!(
                "{}; compare every file of the site with a clean copy. Rather build the server anew \
                 than mend it.",
                first.en
            ),
            format!(
                "{}; ihambing ang bawat file ng site sa malinis na kopya. Mas mabuting itayong muli \
                 ang server kaysa kumpunihin.",
                first.fil
            ),
        ),
        proof: Text::new(
            "SHA-256 of what was removed, the list of files that differed, and a log line in which \
             the removed page answers 404.",
            "SHA-256 ng mga inalis, listahan ng mga file na naiiba, at linya ng log kung saan 404 na \
             ang sagot ng inalis na pahina.",
        ),
        within_hours: SAME_DAY_HOURS,
        incidents: ids(&incidents),
    })
}

fn mend_pages(facts: &Facts<'_>) -> Option<Draft> {
    let incidents = facts.of_kinds(&[IncidentKind::WebExploitation]);
    if incidents.is_empty() {
        return None;
    }
    let names = match pages(&incidents) {
        none if none.is_empty() => Text::new("the application", "application"),
        paths => named(&paths),
    };
    Some(Draft {
        kind: AskKind::Clean,
        text: Text::new(
            format!(
                "Check whether any of the attempts got through, then mend what was attacked: {}.",
                names.en
            ),
            format!(
                "Suriin kung may nakalusot sa mga pagtatangka, saka ayusin ang inatake: {}.",
                names.fil
            ),
        ),
        proof: Text::new(
            "The version or change that mends it, and the answers that the server gave to the \
             attempts listed in the evidence.",
            "Ang bersiyon o pagbabagong nag-ayos nito, at ang mga isinagot ng server sa mga \
             pagtatangkang nakalista sa ebidensiya.",
        ),
        within_hours: THREE_DAYS_HOURS,
        incidents: ids(&incidents),
    })
}

/// Whether somebody got in anywhere.
fn is_entered(facts: &Facts<'_>) -> bool {
    !facts.entered().is_empty() || !facts.of_kinds(&SERVER).is_empty()
}
