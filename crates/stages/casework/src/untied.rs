//! What the rules found and no incident took: told rule by rule, so that nothing is lost. The grave
//! ones stand first and each by itself. It accuses nobody.

use std::{cmp::Reverse, collections::BTreeMap};

use bakas_model::{AgencyIx, Detection, Role, RuleIx, Severity, Text, case::SetAside};
use rustc_hash::FxHashSet;

use crate::{
    Findings,
    draft::{Draft, Drafts, Grip, SHARED_SLACK_MICROS},
    few::Named,
    judge::{Who, kind_of},
    words::{number, plural},
};

/// Rules of lower levels that one line names; the rest are counted.
const RULES_SHOWN: usize = 12;

/// Addresses and accounts that one rule names here; all stand in `findings.ndjson`.
const NAMES_HERE: usize = 5;

/// Matches of one rule in one agency.
#[derive(Default)]
struct Matches<'a> {
    detections: u64,
    hits: u64,
    who: Named,
    title: &'a str,
    severity: Severity,
}

/// Whether a detection belongs to a draft: it names an address or account of it, at its time.
pub(crate) fn belongs(detection: &Detection, draft: &Draft) -> bool {
    if detection.agency != draft.agency {
        return false;
    }
    if draft.detections.binary_search(&detection.id).is_ok() {
        return true;
    }
    let (Some((first, _)), Some(last)) = (draft.fold.first, draft.fold.last) else { return false };
    if detection.last < first.plus_micros(-SHARED_SLACK_MICROS)
        || detection.first > last.plus_micros(SHARED_SLACK_MICROS)
    {
        return false;
    }
    let about = |name: &str| {
        let name = name.to_lowercase();
        let meant = draft.grips.values().flatten().filter_map(Grip::accounts);
        meant.into_iter().any(|names| names.contains(&name)) || draft.fold.was_used(&name)
    };
    detection.addresses.iter().any(|tally| draft.fold.addresses.contains_key(&tally.value))
        || detection.accounts.iter().any(|tally| about(&tally.value))
}

/// What is told of detections that neither an incident nor a reason takes. The first list goes
/// before the reasons, the second after them.
pub(crate) fn tell(findings: &Findings<'_>, drafts: &Drafts) -> (Vec<SetAside>, Vec<SetAside>) {
    let held: Vec<&Draft> = drafts.drafts.iter().filter(|draft| draft.fold.lines > 0).collect();
    let mut excused: BTreeMap<AgencyIx, FxHashSet<&Who>> = BTreeMap::new();
    for ((agency, _), told) in &drafts.aside {
        excused.entry(*agency).or_default().extend(&told.names);
    }
    let mut left: BTreeMap<(AgencyIx, Reverse<Severity>, RuleIx), Matches<'_>> = BTreeMap::new();
    for detection in findings.detections {
        let Some(meta) = findings.rules.get(detection.rule.0 as usize) else { continue };
        if meta.role != Role::Finding || meta.severity < Severity::Low {
            continue;
        }
        let is_excused = excused
            .get(&detection.agency)
            .is_some_and(|excused| names(detection).any(|name| excused.contains(&name)));
        // Those who were not looked at are told as such.
        let is_left_out = kind_of(meta).is_some() && drafts.leads.chosen.is_beyond(detection);
        if is_excused || is_left_out || held.iter().any(|draft| belongs(detection, draft)) {
            continue;
        }
        let key = (detection.agency, Reverse(meta.severity), detection.rule);
        let matches = left.entry(key).or_default();
        (matches.title, matches.severity) = (&meta.title, meta.severity);
        matches.detections += 1;
        matches.hits += detection.count;
        for name in names(detection) {
            matches.who.insert(&name.to_string(), NAMES_HERE);
        }
    }
    let mut grave = Vec::new();
    for ((agency, Reverse(severity), rule), matches) in &left {
        if *severity >= Severity::High {
            let near = left
                .iter()
                .filter(|((a, _, r), m)| a == agency && r != rule && m.who.meets(&matches.who))
                .map(|(_, matches)| matches.title);
            grave.push(alone(*agency, matches, &near.take(RULES_SHOWN).collect::<Vec<_>>()));
        }
    }
    let mut lesser: BTreeMap<AgencyIx, Vec<Matches<'_>>> = BTreeMap::new();
    for ((agency, Reverse(severity), _), matches) in left {
        if severity < Severity::High {
            lesser.entry(agency).or_default().push(matches);
        }
    }
    (grave, lesser.into_iter().map(|(agency, rules)| together(agency, &rules)).collect())
}

fn names(detection: &Detection) -> impl Iterator<Item = Who> {
    let addresses = detection.addresses.iter().map(|tally| tally.value.into());
    addresses.chain(detection.accounts.iter().map(|t| t.value.to_lowercase().as_str().into()))
}

/// A grave finding that nothing ties to an attack.
fn alone(agency: AgencyIx, matches: &Matches<'_>, near: &[&str]) -> SetAside {
    let (also, fil_also) = match near.join("; ") {
        none if none.is_empty() => (String::new(), String::new()),
        titles => (format!(". There as well: {titles}"), format!(". Nakita rin doon: {titles}")),
    };
    let who = list(&matches.who);
    let (times, level) = (plural(matches.hits, "match", "matches"), level(matches.severity));
    let title = matches.title;
    SetAside {
        agency,
        text: Text::new(
            format!(
                "{title} ({}): {times}{who}. NO INCIDENT was made of it, since nothing else ties it \
                 to an attack: look at it, and at the machine or account it names{also}",
                level.0
            ),
            format!(
                "{title} ({}): {} tugma{who}. WALANG INSIDENTE ang ginawa rito dahil walang ibang \
                 nag-uugnay nito sa isang pag-atake: suriin ito, at ang makina o account na \
                 tinutukoy nito{fil_also}",
                level.1,
                number(matches.hits)
            ),
        ),
        detections: matches.detections,
        hits: matches.hits,
    }
}

/// Findings of lower levels: by themselves they make no incident and accuse nobody.
fn together(agency: AgencyIx, rules: &[Matches<'_>]) -> SetAside {
    let shown: Vec<String> = rules
        .iter()
        .take(RULES_SHOWN)
        .map(|matches| {
            format!("{} ({}){}", matches.title, number(matches.hits), list(&matches.who))
        })
        .collect();
    let shown = shown.join("; ");
    let rest = rules.len().saturating_sub(RULES_SHOWN);
    let (more, fil_more) = if rest == 0 {
        (String::new(), String::new())
    } else {
        (
            format!("; and {}", plural(rest as u64, "further rule", "further rules")),
            format!("; at {} pang tuntunin", number(rest as u64)),
        )
    };
    SetAside {
        agency,
        text: Text::new(
            format!(
                "Seen, and by itself no attack (rules of low and medium level, statistics): \
                 {shown}{more}"
            ),
            format!(
                "Nakita, at hindi pag-atake kung ito lamang (mga tuntuning mababa at katamtaman \
                 ang antas, mga estadistika): {shown}{fil_more}"
            ),
        ),
        detections: rules.iter().map(|matches| matches.detections).sum(),
        hits: rules.iter().map(|matches| matches.hits).sum(),
    }
}

fn list(who: &Named) -> String {
    if who.shown.is_empty() {
        return String::new();
    }
    let shown: Vec<&str> = who.shown.iter().map(String::as_str).collect();
    let more = if who.len() > shown.len() as u64 {
        format!(" … ({})", number(who.len()))
    } else {
        String::new()
    };
    format!(", {}{more}", shown.join(", "))
}

const fn level(severity: Severity) -> (&'static str, &'static str) {
    match severity {
        Severity::Critical => ("critical", "kritikal"),
        Severity::High => ("high", "mataas"),
        Severity::Medium => ("medium", "katamtaman"),
        _ => ("low", "mababa"),
    }
}
