//! Password tries: which addresses guess, and which belong to people who mistype, to crowds behind
//! one address, or to a program with an old password. Addresses too weak to be judged alone are
//! judged by the company they keep.

use std::net::IpAddr;

use bakas_model::{AgencyIx, IncidentKind, NetworkKind};
use rustc_hash::FxHashSet;

use crate::{
    judge::{
        Aside, Court, Excuse, Suspect, VERDICT_DECIBANS, network_weight, set_aside, takeover::usual,
    },
    ledger::name_hash,
    reading::Family,
    survey::Track,
};

/// An honest person who fails on one more day without ever getting in: about one in four would.
const FAIL_DAY_DECIBANS: f64 = 6.0;
/// Days beyond these say nothing new.
const FAIL_DAYS_COUNTED: usize = 6;
/// Failing on one more account without ever getting in: people have one account, two at most.
const FAIL_ACCOUNT_DECIBANS: f64 = 6.0;
/// Accounts beyond these say nothing new.
const FAIL_ACCOUNTS_COUNTED: usize = 6;
/// A sign-in that succeeds among few failures is what people do.
const SUCCESS_DECIBANS: f64 = 8.0;
/// Successes beyond these say nothing new.
const SUCCESS_COUNTED: u64 = 6;
/// Behind a shared address those who fail are those who then get in. Where this many accounts, and
/// at least as many as got in, only ever failed, they were guessed at.
const LOST_ACCOUNTS: usize = 3;
/// Failures for one success from which on the success itself looks guessed.
const GUESSED_RATIO: u64 = 15;
/// A browser loads styles and images; a guessing program does not.
const ASSETS_DECIBANS: f64 = 7.0;
/// A program's own user agent at a form that is made for people.
const TOOL_DECIBANS: f64 = 8.0;
/// Many failures within an hour from one address, and never a success: no person goes on so.
const HAMMER_DECIBANS: f64 = 10.0;
/// Share of tries at names of administrators from which on somebody is looking for them.
pub(crate) const ADMIN_SHARE: f64 = 0.7;
/// Most tries for each administrator's name that still look like looking, not guessing.
pub(crate) const ADMIN_TRIES: u64 = 8;
/// Tries at other names from which on somebody who looks for administrators guesses as well.
const OTHER_TRIES: u64 = 3;
/// A weak suspect in a network where strong ones have the same habits.
const COMPANY_DECIBANS: f64 = 10.0;
/// An address that attacks one agency and fails at another.
const ELSEWHERE_DECIBANS: f64 = 14.0;
/// The least that a suspect must bring of its own before company is counted.
const COMPANY_FLOOR: f64 = 3.0;
/// Failures of one user agent of a shared address below which it is not judged apart.
const APART_FAILS: u64 = 20;

/// The weight of an address's own tries.
pub(crate) fn weigh(track: &Track, assets_usual: bool) -> f64 {
    if track.fails == 0 {
        return f64::NEG_INFINITY;
    }
    let mut score = volume(track.fails) + network_weight(track.kind);
    let lost = track.lost_accounts();
    let mostly_fails = track.oks == 0
        || track.fails >= track.oks * GUESSED_RATIO
        || (lost >= LOST_ACCOUNTS && lost >= track.entered.len());
    if mostly_fails {
        let days = track.fail_days.len().clamp(1, FAIL_DAYS_COUNTED) - 1;
        let accounts = lost.clamp(1, FAIL_ACCOUNTS_COUNTED) - 1;
        score += days as f64 * FAIL_DAY_DECIBANS + accounts as f64 * FAIL_ACCOUNT_DECIBANS;
    } else {
        score -= track.oks.min(SUCCESS_COUNTED) as f64 * SUCCESS_DECIBANS;
    }
    if track.families.contains(Family::Web) {
        let tools = track.agents.values().filter(|agent| agent.is_tool).count();
        if tools > 0 && tools == track.agents.len() {
            score += TOOL_DECIBANS;
        }
        if track.assets > 0 {
            score -= ASSETS_DECIBANS;
        } else if assets_usual {
            score += ASSETS_DECIBANS;
        }
    }
    score
}

/// Many failures weigh more than few, but less and less: 3 weigh nothing, 30 ten, 300 twenty.
fn volume(fails: u64) -> f64 {
    (10.0 * (fails as f64 / 3.0).log10()).clamp(-5.0, 20.0)
}

/// Failures, and days with them, from which on it is a program and no person.
const STALE_FAILS: u64 = 10;
const STALE_DAYS: usize = 3;
/// Days with sign-ins from which on an account lives at an address, even if it failed there first.
pub(crate) const OWN_DAYS: usize = 3;

/// Whether a machine repeats one old password: one account from inside, or one that lives
/// there.
fn is_stale(track: &Track) -> bool {
    if track.fails < STALE_FAILS || track.fail_days.len() < STALE_DAYS {
        return false;
    }
    let one_account = track.tried.len() == 1 && track.named_fails == track.fails;
    // Who gets in only after all the failures may have guessed.
    let own =
        track.tried.keys().any(|name| track.at_home.contains(name) || track.living.contains(name));
    (one_account && (own || track.kind == NetworkKind::Special))
        || (track.kind == NetworkKind::Special && track.tried.is_empty())
}

/// Somebody who looks for administrators does so at a time of its own: on days when most tries go
/// to their names, a few for each. A list of names that holds some of theirs is spraying.
fn looks_for_admins(track: &Track) -> bool {
    let own_days = track
        .fail_days
        .values()
        .filter(|(admin, all)| *admin as f64 >= ADMIN_SHARE * *all as f64)
        .map(|(admin, _)| admin)
        .sum::<u64>();
    track.admin_names.len() >= 2
        && track.admin_fails <= ADMIN_TRIES * track.admin_names.len() as u64
        && own_days as f64 >= ADMIN_SHARE * track.admin_fails as f64
}

/// Judges every surveyed address that tried passwords.
pub(crate) fn judge(court: &Court<'_>, aside: &mut Aside) -> Vec<Suspect> {
    let mut suspects = Vec::new();
    let mut weak: Vec<(AgencyIx, IpAddr, f64)> = Vec::new();
    let mut tracks: Vec<_> = court.survey.tracks.iter().collect();
    tracks.sort_unstable_by_key(|(key, _)| **key);
    for (&(agency, address), track) in tracks {
        let Some(first) = track.first_fail else { continue };
        if let Some(permission) = court.permission(address, first) {
            set_aside(aside, agency, Excuse::Permitted(permission), address, track.fails);
            continue;
        }
        if is_stale(track) {
            set_aside(aside, agency, Excuse::StalePassword, address, track.fails);
            continue;
        }
        if track.kind == NetworkKind::Special {
            continue; // from inside: the judge of inside movement looks at it
        }
        let mut score = weigh(track, court.findings.background.assets_are_usual(agency));
        if track.hammered
            && track.oks == 0
            && track.assets == 0
            && !lives_here(court, agency, track)
        {
            score += HAMMER_DECIBANS;
        }
        if score >= VERDICT_DECIBANS {
            suspects.extend(verdicts(agency, address, track, score));
        } else if let Some(part) = apart(agency, address, track) {
            suspects.push(part);
        } else {
            weak.push((agency, address, score));
        }
    }
    company(court, &mut suspects, weak, aside);
    guesses(court, &mut suspects, aside);
    suspects
}

/// Whether every account tried usually signs in from this network.
fn lives_here(court: &Court<'_>, agency: AgencyIx, track: &Track) -> bool {
    track.named_fails == track.fails
        && track
            .tried
            .keys()
            .all(|account| usual(court, (agency, account), track.asn) == Some(true))
}

/// Guesses that came true at addresses that are not accused as a whole: many failures of one
/// account, directly followed by its success. Whoever else is at the address is left alone.
fn guesses(court: &Court<'_>, suspects: &mut Vec<Suspect>, aside: &mut Aside) {
    let accused: FxHashSet<(AgencyIx, IpAddr)> =
        suspects.iter().filter(|s| s.agents.is_none()).map(|s| (s.agency, s.address)).collect();
    let mut found = Vec::new();
    for (account, from) in &court.survey.visits {
        for (&address, visit) in from {
            let Some((since, at)) = visit.guessed else { continue };
            let key = (account.agency, address);
            let Some(track) = court.survey.tracks.get(&key) else { continue };
            let is_inside = track.kind == NetworkKind::Special;
            let at_home = track.at_home.contains(name_hash(&account.name));
            let is_program = at_home && is_stale(track);
            if accused.contains(&key) || is_inside || is_program {
                continue;
            }
            if let Some(permission) = court.permission(address, since) {
                let why = Excuse::Permitted(permission);
                set_aside(aside, account.agency, why, address, visit.fails);
                continue;
            }
            found.push(Suspect {
                agency: account.agency,
                address,
                kind: IncidentKind::PasswordGuessing,
                score: VERDICT_DECIBANS,
                span: (since, visit.until(at)),
                agents: None,
                accounts: Some(std::iter::once(account.name.clone()).collect()),
            });
        }
    }
    found.sort_by_key(|suspect: &Suspect| (suspect.agency, suspect.address, suspect.span));
    suspects.extend(found);
}

/// The verdict on a whole address. What it tried decides the kind; it may have done both.
fn verdicts(agency: AgencyIx, address: IpAddr, track: &Track, score: f64) -> Vec<Suspect> {
    let (Some(first), Some(last)) = (track.first_fail, track.last_fail) else { return Vec::new() };
    let suspect = |kind| Suspect {
        agency,
        address,
        kind,
        score,
        span: (first, last),
        agents: None,
        accounts: None,
    };
    let looks = looks_for_admins(track);
    let others = track.fails - track.admin_fails;
    let mut suspects = Vec::new();
    if looks {
        suspects.push(suspect(IncidentKind::AdminDiscovery));
    }
    if !looks || others >= OTHER_TRIES {
        suspects.push(suspect(IncidentKind::PasswordGuessing));
    }
    suspects
}

/// Behind a shared address, one user agent that only ever fails, for days, is somebody of its own.
fn apart(agency: AgencyIx, address: IpAddr, track: &Track) -> Option<Suspect> {
    let guilty: Vec<_> = track
        .agents
        .iter()
        .filter(|(_, agent)| {
            agent.fails >= APART_FAILS
                && agent.assets == 0
                && agent.fails >= GUESSED_RATIO * agent.oks.max(1)
                && agent.fail_days >= 2
        })
        .collect();
    if guilty.is_empty() || track.agents.len() < 2 {
        return None;
    }
    let first = guilty.iter().filter_map(|(_, agent)| agent.first_fail).min()?;
    let last = guilty.iter().filter_map(|(_, agent)| agent.last_fail).max()?;
    Some(Suspect {
        agency,
        address,
        kind: IncidentKind::PasswordGuessing,
        score: VERDICT_DECIBANS,
        span: (first, last),
        agents: Some(guilty.iter().map(|(name, _)| *name).collect()),
        accounts: None,
    })
}

/// Weak suspects join strong ones whose network and rare habits they share, or that attack another
/// agency from the same address.
fn company(
    court: &Court<'_>,
    suspects: &mut Vec<Suspect>,
    weak: Vec<(AgencyIx, IpAddr, f64)>,
    aside: &mut Aside,
) {
    let background = court.findings.background;
    let mut known = FxHashSet::default();
    let mut habits = FxHashSet::default();
    for suspect in suspects.iter().filter(|s| s.agents.is_none()) {
        known.insert(suspect.address);
        let track = &court.survey.tracks[&(suspect.agency, suspect.address)];
        for agent in track.agents.keys() {
            habits.insert((suspect.agency, track.asn, agent));
        }
    }
    for (agency, address, own) in weak {
        let track = &court.survey.tracks[&(agency, address)];
        let mut score = own;
        if own >= COMPANY_FLOOR && track.oks == 0 {
            let rarest = track
                .agents
                .keys()
                .filter(|agent| habits.contains(&(agency, track.asn, *agent)))
                .map(|agent| background.agent_rarity(agent))
                .fold(0.0, f64::max);
            score += rarest.min(COMPANY_DECIBANS);
        }
        if known.contains(&address) && track.fails > track.oks {
            score += ELSEWHERE_DECIBANS;
        }
        if score >= VERDICT_DECIBANS {
            suspects.extend(verdicts(agency, address, track, score));
            continue;
        }
        let excuse = if track.oks >= 3 { Excuse::SharedAddress } else { Excuse::Forgetful };
        set_aside(aside, agency, excuse, address, track.fails);
    }
}
