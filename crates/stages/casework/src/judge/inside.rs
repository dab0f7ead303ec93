//! Movement inside, and misuse of a cloud account. A sign-in between machines is daily work; it is
//! suspicious where the machine it comes from did not do so before a web server was breached. A
//! cloud operation is judged by the company of others.

use std::{collections::BTreeMap, net::IpAddr};

use bakas_model::{AccountKey, AgencyIx, IncidentKind, NetworkKind, Severity, Timestamp};

use crate::{
    judge::{Aside, Court, Excuse, Suspect, VERDICT_DECIBANS, set_aside},
    reading::Family,
    survey::Track,
};

/// The machine signs in to others for the first time after the breach.
const AFTER_BREACH_DECIBANS: f64 = 14.0;
/// It had done so before: an administrator's machine.
const BEFORE_BREACH_DECIBANS: f64 = -25.0;
/// A rule saw a sign-in from it follow the use of a shell, or failures turn into success.
const RULE_DECIBANS: f64 = 6.0;
/// Failures from inside: people's keys work.
const FAIL_DECIBANS: f64 = 4.0;
/// Further accounts tried or entered from the same machine.
const ACCOUNT_DECIBANS: f64 = 3.0;
const ACCOUNTS_COUNTED: usize = 4;
/// How long before the first proven use of a shell the intruder may have been in: six hours.
const BREACH_SLACK_MICROS: i64 = 6 * 3600 * 1_000_000;

/// When each agency was first entered through its web server, as far as the rules saw.
fn breaches(court: &Court<'_>, others: &[Suspect]) -> BTreeMap<AgencyIx, Timestamp> {
    let mut breaches: BTreeMap<AgencyIx, Timestamp> = BTreeMap::new();
    for suspect in others.iter().filter(|s| s.kind == IncidentKind::WebShell) {
        let at = court.survey.shells.get(&suspect.agency).copied().unwrap_or(suspect.span.0);
        let known = breaches.entry(suspect.agency).or_insert(at);
        *known = (*known).min(at);
    }
    breaches
}

/// Judges every inside address that signed in somewhere.
pub(crate) fn judge(court: &Court<'_>, others: &[Suspect], aside: &mut Aside) -> Vec<Suspect> {
    let breaches = breaches(court, others);
    let mut suspects = Vec::new();
    let mut tracks: Vec<_> = court
        .survey
        .tracks
        .iter()
        .filter(|(_, t)| t.kind == NetworkKind::Special && t.families.contains(Family::System))
        .collect();
    tracks.sort_unstable_by_key(|(key, _)| **key);
    for (&(agency, address), track) in tracks {
        let Some(first) = track.first_sign_in else { continue };
        if let Some(permission) = court.permission(address, first) {
            let why = Excuse::Permitted(permission);
            set_aside(aside, agency, why, address, track.rows);
            continue;
        }
        let score = weigh(court, agency, address, track, breaches.get(&agency).copied());
        if score < VERDICT_DECIBANS {
            let is_program = aside
                .get(&(agency, Excuse::StalePassword))
                .is_some_and(|excused| excused.names.contains(&address.into()));
            if is_lead(court, agency, address) && !is_program {
                let why = Excuse::UsualInside;
                set_aside(aside, agency, why, address, track.rows);
            }
            continue;
        }
        let last = track.last.unwrap_or(first);
        let accounts = track.entered.keys().chain(track.tried.keys());
        let accounts = accounts.filter_map(|name| court.survey.names.get(&name).cloned());
        suspects.push(Suspect {
            agency,
            address,
            kind: IncidentKind::LateralMovement,
            score,
            span: (first, last),
            agents: None,
            accounts: Some(accounts.collect()),
        });
    }
    suspects
}

fn is_lead(court: &Court<'_>, agency: AgencyIx, address: IpAddr) -> bool {
    court.leads.addresses.get(&(agency, address)).is_some_and(|hints| {
        hints.contains(IncidentKind::LateralMovement)
            || hints.contains(IncidentKind::PasswordGuessing)
    })
}

fn weigh(
    court: &Court<'_>,
    agency: AgencyIx,
    address: IpAddr,
    track: &Track,
    breach: Option<Timestamp>,
) -> f64 {
    let mut score = 0.0;
    if let (Some(breach), Some(first)) = (breach, track.first_sign_in) {
        let after = first >= breach.plus_micros(-BREACH_SLACK_MICROS);
        score += if after { AFTER_BREACH_DECIBANS } else { BEFORE_BREACH_DECIBANS };
    }
    if is_lead(court, agency, address) {
        score += RULE_DECIBANS;
    }
    if track.fails > 0 {
        score += FAIL_DECIBANS;
    }
    let accounts = track.entered.union_len(&track.tried);
    score + accounts.saturating_sub(1).min(ACCOUNTS_COUNTED) as f64 * ACCOUNT_DECIBANS
}

/// What the rules that named an account weigh together. Rules of medium level alone make no
/// incident, however many: administrators do many such things on one day.
fn cloud_weight<'a>(rules: impl Iterator<Item = &'a Severity>) -> f64 {
    /// Together, and below the verdict.
    const MEDIUM_DECIBANS: f64 = 14.0;
    let (mut grave, mut medium) = (0.0, 0.0);
    for severity in rules {
        match severity {
            Severity::Critical => grave += 24.0,
            Severity::High => grave += 14.0,
            Severity::Medium => medium += 7.0,
            _ => {}
        }
    }
    grave + f64::min(medium, MEDIUM_DECIBANS)
}

/// Judges every account that cloud rules named, with the addresses it acted from.
pub(crate) fn judge_cloud(court: &Court<'_>, aside: &mut Aside) -> Vec<Suspect> {
    let mut suspects = Vec::new();
    for (account, hints) in &court.leads.accounts {
        let Some(hint) = hints.get(IncidentKind::CloudAbuse) else { continue };
        let score = cloud_weight(hint.rules.values());
        if score < VERDICT_DECIBANS {
            let why = Excuse::Isolated;
            set_aside(aside, account.agency, why, account.name.as_str(), hint.hits);
            continue;
        }
        let found = cloud_suspects(court, account, score);
        if found.is_empty() {
            set_aside(aside, account.agency, Excuse::NoAddress, account.name.as_str(), hint.hits);
        }
        suspects.extend(found);
    }
    suspects
}

fn cloud_suspects(court: &Court<'_>, account: &AccountKey, score: f64) -> Vec<Suspect> {
    let Some(from) = court.survey.visits.get(account) else { return Vec::new() };
    from.iter()
        .filter(|(address, _)| {
            let named = court.leads.addresses.get(&(account.agency, **address));
            named.is_some_and(|hints| hints.contains(IncidentKind::CloudAbuse))
        })
        .filter_map(|(address, visit)| {
            Some(Suspect {
                agency: account.agency,
                address: *address,
                kind: IncidentKind::CloudAbuse,
                score,
                span: (visit.first?, visit.last?),
                agents: None,
                accounts: Some(std::iter::once(account.name.clone()).collect()),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medium_rules_alone_make_no_incident() {
        let weigh = |rules: &[Severity]| cloud_weight(rules.iter());
        assert!(weigh(&[Severity::Medium; 20]) < VERDICT_DECIBANS);
        assert!(weigh(&[Severity::High]) < VERDICT_DECIBANS);
        assert!(weigh(&[Severity::High, Severity::Medium]) >= VERDICT_DECIBANS);
        assert!(weigh(&[Severity::Critical, Severity::Low]) >= VERDICT_DECIBANS);
    }
}
