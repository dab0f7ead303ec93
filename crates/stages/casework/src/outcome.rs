//! The telling: drafts that hold rows become numbered incidents, ties become campaigns and weak
//! links, and the whole becomes a timeline. It judges nothing anew.

use std::collections::BTreeMap;

use bakas_model::{
    AgencyIx, Campaign, CampaignId, Detection, DetectionId, Incident, IncidentId, IncidentKind,
    Link, Moment, Role, Severity, Text,
    case::SetAside,
    incident::{AddressUse, Scope},
};
use rustc_hash::FxHashSet;

use crate::{
    Findings, Outcome,
    draft::{Draft, Drafts},
    factors,
    few::Named,
    fold::{SCOPE_LIMIT, tallies},
    judge::Excuse,
    ledger::name_hash,
    links::{self, CAMPAIGN_DECIBANS, Tie, WEAK_DECIBANS, WEAK_LINKS_LIMIT},
    reading::Act,
    reasons::{self, NAMES_SHOWN},
    untied, words,
};

/// Most moments that one incident adds to the timeline.
const MOMENTS_LIMIT: usize = 200;

impl Drafts {
    /// Tells the outcome.
    #[must_use]
    pub fn finish(self, findings: &Findings<'_>) -> Outcome {
        let mut order: Vec<usize> =
            (0..self.drafts.len()).filter(|at| self.drafts[*at].fold.lines > 0).collect();
        order.sort_by_key(|at| {
            let draft = &self.drafts[*at];
            (draft.fold.first, draft.agency, draft.kind)
        });
        let width = order.len().to_string().len().max(2);
        let ids: Vec<IncidentId> =
            (1..=order.len()).map(|n| IncidentId(format!("I-{n:0width$}"))).collect();
        let mut numbers = vec![None; self.drafts.len()];
        for (at, id) in order.iter().zip(&ids) {
            numbers[*at] = Some(id.clone());
        }
        let incidents: Vec<Incident> = order
            .iter()
            .zip(&ids)
            .map(|(at, id)| incident(findings, &self, &self.drafts[*at], id))
            .collect();
        let ties = links::weigh(findings, &self, &order, &ids);
        let (campaigns, weak_links) = campaigns(findings, &incidents, ties);
        Outcome {
            numbers,
            common_factors: factors::common_factors(findings, &self, &order, &incidents),
            timeline: timeline(&incidents),
            set_aside: set_aside(findings, &self),
            incidents,
            campaigns,
            weak_links,
        }
    }
}

fn incident(findings: &Findings<'_>, drafts: &Drafts, draft: &Draft, id: &IncidentId) -> Incident {
    let fold = &draft.fold;
    let addresses = addresses(findings, drafts, draft);
    let from = words::whence(&addresses);
    let about = draft.grips.values().flatten().filter_map(crate::draft::Grip::accounts);
    let meant: FxHashSet<&str> = about.flatten().map(String::as_str).collect();
    // Tokens and sessions may act without a sign-in on record.
    let acted = draft.kind == IncidentKind::AccountTakeover && !meant.is_empty();
    let entered = fold.entries(acted, |name| meant.is_empty() || meant.contains(name));
    let mut after = fold.moments(draft.agency);
    for moment in &mut after {
        moment.incident = Some(id.clone());
    }
    let count = entered.len() as u64;
    let agency = words::agency_name(findings.agencies, draft.agency);
    Incident {
        id: id.clone(),
        agency: draft.agency,
        kind: draft.kind,
        severity: severity(draft, count),
        title: words::title(draft.kind, fold, &from, count),
        summary: words::summary(
            draft.kind,
            fold,
            &agency,
            &from,
            (count, entered_elsewhere(drafts, draft)),
            draft.score,
        ),
        first: fold.first.map(|(time, _)| time).unwrap_or_default(),
        last: fold.last.unwrap_or_default(),
        lines: fold.lines,
        detections: detections(findings, draft),
        techniques: techniques(findings, draft),
        addresses,
        more_addresses: 0,
        agents: tallies(&fold.agents, 20),
        streams: fold.streams(),
        scope: Scope {
            tried: tallies(&fold.tried, SCOPE_LIMIT),
            tried_count: fold.tried.len() as u64,
            tries: fold.tries,
            entered,
            after,
            objects: tallies(&fold.objects, 100),
        },
    }
}

/// Accounts that other incidents of the agency tell to be entered from this one's addresses.
fn entered_elsewhere(drafts: &Drafts, draft: &Draft) -> u64 {
    let others = drafts.drafts.iter().filter(|other| {
        other.agency == draft.agency && other.kind == IncidentKind::AccountTakeover
    });
    let from_here = |entry: &crate::fold::Entry| {
        entry.from.is_some_and(|from| draft.fold.addresses.contains_key(&from))
    };
    let names: FxHashSet<&String> = others
        .flat_map(|other| &other.fold.entered)
        .filter(|(_, entry)| from_here(entry))
        .map(|(name, _)| name)
        .collect();
    names.len() as u64
}

fn addresses(findings: &Findings<'_>, drafts: &Drafts, draft: &Draft) -> Vec<AddressUse> {
    // Who was entered from an address, and the programs of whoever attacked from there, by whichever
    // incident tells it, are no legitimate sessions.
    let near = drafts.drafts.iter().filter(|other| {
        let shares = || draft.fold.addresses.keys().any(|a| other.fold.addresses.contains_key(a));
        other.agency == draft.agency && shares()
    });
    let guilty: FxHashSet<u64> = draft
        .fold
        .agents
        .keys()
        .chain(near.flat_map(|other| other.fold.agents.keys().chain(other.fold.entered.keys())))
        .map(|name| name_hash(name))
        .collect();
    let mut addresses: Vec<AddressUse> = draft
        .fold
        .addresses
        .iter()
        .map(|(address, share)| {
            let location = findings.networks.locate(*address, share.first);
            let asn = location.asn.or(share.asn);
            let operator = asn.and_then(|asn| findings.networks.operator(asn, share.first));
            let sessions = findings
                .profiles
                .get(&(draft.agency, *address))
                .map_or(0, |profile| profile.sessions_but(&guilty));
            AddressUse {
                address: *address,
                asn,
                operator: operator.map(str::to_owned),
                country: location.country,
                kind: location.kind,
                lines: share.lines,
                first: share.first,
                last: share.last,
                legitimate_sessions: sessions,
            }
        })
        .collect();
    addresses.sort_by(|a, b| b.lines.cmp(&a.lines).then(a.address.cmp(&b.address)));
    addresses
}

fn severity(draft: &Draft, entered: u64) -> Severity {
    let telling = [Act::Forward, Act::Delegate, Act::Grant, Act::Administer];
    match draft.kind {
        IncidentKind::WebShell | IncidentKind::LateralMovement => Severity::Critical,
        IncidentKind::AccountTakeover
            if telling.iter().any(|act| draft.fold.acts.contains_key(act)) =>
        {
            Severity::Critical
        }
        IncidentKind::AccountTakeover | IncidentKind::CloudAbuse => Severity::High,
        IncidentKind::PasswordGuessing | IncidentKind::PasswordSpraying if entered > 0 => {
            Severity::High
        }
        IncidentKind::Scanning => Severity::Low,
        _ => Severity::Medium,
    }
}

/// What the incident rests on, and what else the rules found that is not of its kind: graver than
/// an everyday match, and at its addresses or accounts.
fn detections(findings: &Findings<'_>, draft: &Draft) -> Vec<DetectionId> {
    let supports = |detection: &&Detection| {
        let meta = findings.rules.get(detection.rule.0 as usize);
        meta.is_some_and(|m| m.role == Role::Finding && m.severity >= Severity::Medium)
            && untied::belongs(detection, draft)
    };
    let mut ids = draft.detections.clone();
    ids.extend(findings.detections.iter().filter(supports).map(|detection| detection.id));
    ids.sort_unstable();
    ids.dedup();
    ids
}

fn techniques(findings: &Findings<'_>, draft: &Draft) -> Vec<String> {
    let wanted: FxHashSet<_> = draft.detections.iter().collect();
    let mut techniques: Vec<String> = findings
        .detections
        .iter()
        .filter(|detection| wanted.contains(&detection.id))
        .filter_map(|detection| findings.rules.get(detection.rule.0 as usize))
        .flat_map(|meta| meta.techniques.iter().cloned())
        .collect();
    techniques.sort_unstable();
    techniques.dedup();
    techniques
}

/// Connected components over ties that are strong enough; the other links are shown as weak.
fn campaigns(
    findings: &Findings<'_>,
    incidents: &[Incident],
    ties: Vec<Tie>,
) -> (Vec<Campaign>, Vec<Link>) {
    let mut root: Vec<usize> = (0..incidents.len()).collect();
    for tie in ties.iter().filter(|tie| tie.sum >= CAMPAIGN_DECIBANS) {
        let (from, to) = (root[tie.a].max(root[tie.b]), root[tie.a].min(root[tie.b]));
        for value in root.iter_mut().filter(|value| **value == from) {
            *value = to;
        }
    }
    let mut members: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (at, to) in root.iter().enumerate() {
        members.entry(*to).or_default().push(at);
    }
    members.retain(|_, members| members.len() > 1);
    let mut links: BTreeMap<usize, Vec<Link>> = BTreeMap::new();
    let mut weak = Vec::new();
    for tie in ties {
        if root[tie.a] == root[tie.b] {
            links.entry(root[tie.a]).or_default().extend(tie.links);
        } else if tie.sum >= WEAK_DECIBANS {
            weak.push((tie.sum, tie.links));
        }
    }
    weak.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut weak: Vec<Link> = weak.into_iter().flat_map(|(_, links)| links).collect();
    weak.truncate(WEAK_LINKS_LIMIT);
    let width = members.len().to_string().len().max(2);
    let campaigns = members
        .into_iter()
        .enumerate()
        .map(|(n, (key, members))| {
            let id = CampaignId(format!("C-{:0width$}", n + 1));
            let members: Vec<&Incident> = members.iter().map(|at| &incidents[*at]).collect();
            campaign(findings, id, &members, links.remove(&key).unwrap_or_default())
        })
        .collect();
    (campaigns, weak)
}

fn campaign(
    findings: &Findings<'_>,
    id: CampaignId,
    members: &[&Incident],
    mut links: Vec<Link>,
) -> Campaign {
    links.sort_by(|a, b| b.weight.total_cmp(&a.weight));
    let agencies: std::collections::BTreeSet<AgencyIx> =
        members.iter().map(|incident| incident.agency).collect();
    let names: Vec<String> =
        agencies.iter().map(|ix| words::agency_name(findings.agencies, *ix)).collect();
    let (n, k) = (members.len(), agencies.len());
    let where_ = if k == 1 { names[0].clone() } else { format!("{k} agencies") };
    let where_fil = if k == 1 { names[0].clone() } else { format!("{k} ahensiya") };
    let best = links.first().map(|link| link.detail.clone()).unwrap_or_default();
    let all = names.join(", ");
    Campaign {
        id,
        title: Text::new(
            format!("{n} incidents at {where_} that probably belong together"),
            format!("{n} insidente sa {where_fil} na malamang na magkakaugnay"),
        ),
        summary: Text::new(
            format!(
                "Concerned: {all}. The strongest link: {}. What ties each incident to another of \
                 them is at least sixteen times likelier if they belong together than by chance \
                 (weight {CAMPAIGN_DECIBANS}). Shared infrastructure can be rented by several \
                 hands: other user agents, other hours or an answer of the operator that names \
                 different customers would part them.",
                best.en
            ),
            format!(
                "Mga apektado: {all}. Ang pinakamatibay na ugnay: {}. Ang nag-uugnay sa bawat \
                 insidente sa iba pa ay hindi bababa sa labing-anim na beses na mas malamang kung \
                 magkaugnay ang mga ito kaysa nagkataon (bigat {CAMPAIGN_DECIBANS}). Maaaring umupa ng iisang \
                 imprastruktura ang iba't ibang kamay: ang ibang user agent, ibang oras, o sagot ng \
                 operator na may ibang kostumer ay maghihiwalay sa kanila.",
                best.fil
            ),
        ),
        incidents: members.iter().map(|incident| incident.id.clone()).collect(),
        links,
        first: members.iter().map(|incident| incident.first).min().unwrap_or_default(),
        last: members.iter().map(|incident| incident.last).max().unwrap_or_default(),
    }
}

fn timeline(incidents: &[Incident]) -> Vec<Moment> {
    let mut moments = Vec::new();
    for incident in incidents {
        moments.push(Moment {
            time: incident.first,
            until: (incident.last > incident.first).then_some(incident.last),
            agency: incident.agency,
            incident: Some(incident.id.clone()),
            text: incident.title.clone(),
            deed: None,
            lines: incident.lines,
            place: None,
        });
        let entries = incident.scope.entered.iter().map(|entered| Moment {
            time: entered.at,
            until: None,
            agency: incident.agency,
            incident: Some(incident.id.clone()),
            text: Text::new(
                format!("{}: {}", entered.account, entered.how.en),
                format!("{}: {}", entered.account, entered.how.fil),
            ),
            deed: None,
            lines: 1,
            place: Some(entered.place),
        });
        moments.extend(entries.take(MOMENTS_LIMIT));
        moments.extend(incident.scope.after.iter().take(MOMENTS_LIMIT).cloned());
    }
    moments.sort_by(|a, b| (a.time, a.agency, &a.incident).cmp(&(b.time, b.agency, &b.incident)));
    moments
}

fn set_aside(findings: &Findings<'_>, drafts: &Drafts) -> Vec<SetAside> {
    let (mut all, lesser) = untied::tell(findings, drafts);
    let background = findings.background;
    all.extend(background.lone.tell(|agency| background.lone_networks(agency)));
    all.extend(excuses(findings, drafts));
    let not_followed = &drafts.survey.not_followed;
    all.extend(not_followed.iter().map(|(agency, rows)| reasons::not_followed(*agency, *rows)));
    let mut refused = drafts.survey.room.refused.clone();
    for (agency, times) in &drafts.room.refused {
        *refused.entry(*agency).or_default() += times;
    }
    all.extend(refused.iter().map(|(agency, times)| reasons::not_remembered(*agency, *times)));
    all.extend(lesser);
    all
}

fn excuses(findings: &Findings<'_>, drafts: &Drafts) -> Vec<SetAside> {
    drafts
        .aside
        .iter()
        .map(|((agency, why), excused)| {
            let permission = match why {
                Excuse::Permitted(at) => findings.permitted.get(*at).map(|p| p.reason.as_str()),
                _ => None,
            };
            let mut names = Named::default();
            excused.names.iter().for_each(|who| names.insert(&who.to_string(), NAMES_SHOWN));
            let count = excused.names.len() as u64 + excused.unnamed;
            SetAside {
                agency: *agency,
                text: reasons::excuse(*why, &names.shown, count, permission),
                detections: count,
                hits: excused.hits,
            }
        })
        .collect()
}
