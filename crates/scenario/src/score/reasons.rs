//! Why something was missed or wrongly raised, and which decoys were accused.

use std::collections::BTreeSet;

use crate::truth::{Truth, TruthDecoy};

use super::{
    Accusation, Reason, Unmatched,
    matching::{Matched, Raised},
};

/// Incidents of the truth without a match.
pub(super) fn missed(matched: &Matched<'_>) -> Vec<Unmatched> {
    let unmatched = (0..matched.truth.len()).filter(|&t| matched.of_truth[t].is_none());
    unmatched
        .map(|t| {
            let truth = &matched.truth[t];
            let nearest = matched
                .overlap
                .iter()
                .filter(|((of, _), _)| *of == t)
                .max_by_key(|&(&(_, c), &lines)| (lines, std::cmp::Reverse(c)))
                .map(|(&(_, c), _)| c);
            let reason = nearest.map_or(Reason::NoDetection, |c| {
                let raised = &matched.raised[c];
                if raised.agency != truth.agency {
                    Reason::WrongAgency
                } else if matched.of_case[c].is_some() {
                    Reason::Merged
                } else {
                    Reason::WrongKind
                }
            });
            Unmatched {
                incident: truth.incident.clone(),
                agency: truth.agency.clone(),
                kind: truth.kind,
                lines: truth.lines,
                reason,
                nearest: nearest.map(|c| matched.raised[c].id.clone()),
            }
        })
        .collect()
}

/// Incidents of the case without a match.
pub(super) fn wrong(matched: &Matched<'_>, accused: &[Accusation]) -> Vec<Unmatched> {
    let unmatched = (0..matched.raised.len()).filter(|&c| matched.of_case[c].is_none());
    unmatched
        .map(|c| {
            let raised = &matched.raised[c];
            let common: u64 =
                matched.overlap.iter().filter(|((_, of), _)| *of == c).map(|(_, n)| n).sum();
            let nearest = matched
                .overlap
                .iter()
                .filter(|((_, of), _)| *of == c)
                .max_by_key(|&(&(t, _), &lines)| (lines, std::cmp::Reverse(t)))
                .map(|(&(t, _), _)| t);
            let decoy = accused.iter().find(|a| a.incident == raised.id);
            let reason = match (decoy, nearest) {
                (Some(accusation), _) if common * 2 <= raised.lines => {
                    Reason::DecoyAccused(accusation.decoy.clone())
                }
                (_, None) => Reason::NoAttack,
                (_, Some(t)) if matched.truth[t].agency != raised.agency => Reason::WrongAgency,
                (_, Some(t)) if matched.truth[t].kind == raised.kind => Reason::Split,
                _ => Reason::WrongKind,
            };
            Unmatched {
                incident: raised.id.clone(),
                agency: raised.agency.clone(),
                kind: raised.kind,
                lines: raised.lines,
                reason,
                nearest: nearest.map(|t| matched.truth[t].incident.clone()),
            }
        })
        .collect()
}

/// Decoys that any incident of the case names as an attacker, or as entered.
pub(super) fn accused(truth: &Truth, matched: &Matched<'_>) -> Vec<Accusation> {
    let mut found = BTreeSet::new();
    for (c, raised) in matched.raised.iter().enumerate() {
        let alone = matched.of_case[c].is_none();
        for decoy in &truth.decoys {
            if decoy.agencies.contains(&raised.agency) {
                let named = named(decoy, raised, alone);
                found.extend(named.into_iter().map(|what| Accusation {
                    decoy: decoy.name.clone(),
                    incident: raised.id.clone(),
                    what,
                }));
            }
        }
    }
    found.into_iter().collect()
}

/// What of a decoy an incident names. An account that was merely tried is a victim, unless the
/// whole incident is about this account alone.
fn named(decoy: &TruthDecoy, raised: &Raised, alone: bool) -> Vec<String> {
    let addresses = raised.addresses.iter().filter(|a| decoy.addresses.contains(a));
    let entered = raised.entered.iter().chain(raised.only_tried.iter().filter(|_| alone));
    let accounts = entered.filter(|a| decoy.accounts.contains(a));
    addresses.chain(accounts).cloned().collect()
}
