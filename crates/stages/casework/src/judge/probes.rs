//! Web attacks that a rule names by the request itself: injection, traversal, uploads, shells,
//! probing, looking for administrators. One odd request among honest ones is no attack; several,
//! or several rules, are.

use bakas_model::{IncidentKind, NetworkKind, Severity};

use crate::{
    judge::{Aside, Court, Excuse, Hint, Suspect, VERDICT_DECIBANS, network_weight, set_aside},
    reading::Family,
    survey::Track,
};

/// One or two hits may be a link that somebody posted, or a name that looks like code.
const FEW_HITS: u64 = 2;
const FEW_HITS_DECIBANS: f64 = -7.0;
const MANY_HITS: u64 = 8;
const MANY_HITS_DECIBANS: f64 = 5.0;
/// Somebody who signs in and loads pages with their assets uses the site.
const USES_SITE_DECIBANS: f64 = -10.0;
const TOOL_DECIBANS: f64 = 5.0;
/// Most of what it asked for was refused or not there.
const REFUSED_DECIBANS: f64 = 5.0;
/// Share of probed paths that administer, from which on the prober looks for administrators.
const ADMIN_PATHS_SHARE: f64 = 0.6;

/// Different paths refused from which on somebody who exploits has scanned as well.
const SCAN_PATHS: usize = 8;

const KINDS: &[IncidentKind] = &[
    IncidentKind::WebExploitation,
    IncidentKind::WebShell,
    IncidentKind::Scanning,
    IncidentKind::AdminDiscovery,
];

const fn rule_weight(severity: Severity) -> f64 {
    match severity {
        Severity::Critical => 30.0,
        Severity::High => 20.0,
        Severity::Medium => 13.0,
        _ => 0.0,
    }
}

/// The weight of what the rules said of an address.
pub(crate) fn weigh(hint: &Hint, track: &Track) -> f64 {
    let mut weights: Vec<f64> = hint.rules.values().map(|s| rule_weight(*s)).collect();
    weights.sort_unstable_by(|a, b| b.total_cmp(a));
    // Rules of one kind see the same requests: each further one adds a third of its weight.
    let mut score = weights.first().copied().unwrap_or(0.0)
        + weights.iter().skip(1).map(|weight| weight / 3.0).sum::<f64>();
    let critical = hint.rules.values().any(|s| *s == Severity::Critical);
    if hint.hits <= FEW_HITS && !critical {
        score += FEW_HITS_DECIBANS;
    } else if hint.hits >= MANY_HITS {
        score += MANY_HITS_DECIBANS;
    }
    if track.oks > 0 && track.assets > 0 && track.assets >= hint.hits {
        score += USES_SITE_DECIBANS;
    }
    if track.families.contains(Family::Web) && track.agents.values().any(|agent| agent.is_tool) {
        score += TOOL_DECIBANS;
    }
    if track.refused * 2 > track.rows {
        score += REFUSED_DECIBANS;
    }
    score + network_weight(track.kind)
}

/// Judges every address that a rule of a web kind named.
pub(crate) fn judge(court: &Court<'_>, aside: &mut Aside) -> Vec<Suspect> {
    let mut suspects = Vec::new();
    for (&(agency, address), hints) in &court.leads.addresses {
        let Some(track) = court.survey.tracks.get(&(agency, address)) else { continue };
        for (kind, hint) in hints.iter().filter(|(kind, _)| KINDS.contains(kind)) {
            if let Some(permission) = court.permission(address, hint.first) {
                let why = Excuse::Permitted(permission);
                set_aside(aside, agency, why, address, hint.hits);
                continue;
            }
            // The tool of an exploitation calls itself a scanner; that makes no second incident.
            let exploits = hints.contains(IncidentKind::WebExploitation)
                || hints.contains(IncidentKind::WebShell);
            let few = track.refused_paths.len() < SCAN_PATHS;
            if !fits(kind, track) || (kind == IncidentKind::Scanning && exploits && few) {
                continue;
            }
            let score = weigh(hint, track);
            if score < VERDICT_DECIBANS || track.kind == NetworkKind::Special {
                set_aside(aside, agency, Excuse::Isolated, address, hint.hits);
                continue;
            }
            suspects.push(Suspect {
                agency,
                address,
                kind,
                score,
                span: (hint.first, hint.last),
                agents: None,
                accounts: None,
            });
        }
    }
    suspects
}

/// A prober of many paths is looking for administrators where most of them administer, and scanning
/// where most do not; never both for the same requests.
fn fits(kind: IncidentKind, track: &Track) -> bool {
    if !track.families.contains(Family::Web) {
        return false; // tries at names are judged with the tries
    }
    let admin = track.admin_paths.len() as f64;
    let probed = track.refused_paths.union_len(&track.admin_paths).max(1) as f64;
    match kind {
        IncidentKind::AdminDiscovery => admin >= ADMIN_PATHS_SHARE * probed,
        IncidentKind::Scanning => admin < ADMIN_PATHS_SHARE * probed,
        _ => true,
    }
}
