//! The habits of a campaign, from the case. Only what records show; what is not seen is not a habit.

use std::collections::{BTreeMap, BTreeSet};

use bakas_model::{Agency, Incident, Moment, NetworkKind};

use super::{Habit, HabitKind, infrastructure_of, library::tool, sector, sixth, techniques};

/// A sixth of the day is a habit where this share of the moments lies in it.
const HOURS_SHARE: f64 = 0.15;
/// Fewer moments than this tell nothing of hours.
const HOURS_MOMENTS: usize = 12;
/// A kind of network is a habit where this share of the lines came through it.
const NETWORK_SHARE: f64 = 0.1;
/// Tools of one campaign.
const TOOLS_LIMIT: usize = 40;
/// First words of user agents that any browser has.
const BROWSERS: [&str; 4] = ["mozilla", "opera", "client=owa", "client=rest"];

/// The habits of some incidents, with the moments of the timeline that are theirs.
#[must_use]
pub fn habits(
    incidents: &[&Incident],
    moments: &[&Moment],
    agencies: &[Agency],
) -> BTreeSet<Habit> {
    let mut found: BTreeSet<Habit> = incidents
        .iter()
        .flat_map(|incident| incident.techniques.iter().flat_map(|id| techniques(id)))
        .collect();
    let prepared: Vec<_> = found
        .iter()
        .filter_map(|habit| infrastructure_of(&habit.value))
        .map(|network| Habit::new(HabitKind::Infrastructure, network))
        .collect();
    found.extend(prepared);
    found.extend(tools(incidents));
    found.extend(sectors(incidents, agencies));
    found.extend(hours(moments));
    found.extend(networks(incidents));
    found
}

/// The first word of a user agent that is no browser's: `sqlmap/1.7` is `sqlmap`.
fn tools(incidents: &[&Incident]) -> BTreeSet<Habit> {
    let agents = incidents.iter().flat_map(|incident| &incident.agents);
    let names = agents.filter_map(|agent| agent.value.split(['/', ' ', ';', '(']).next());
    names
        .map(str::to_lowercase)
        .filter(|name| !BROWSERS.contains(&name.as_str()))
        .filter_map(|name| tool(&name))
        .take(TOOLS_LIMIT)
        .collect()
}

fn sectors(incidents: &[&Incident], agencies: &[Agency]) -> BTreeSet<Habit> {
    let attacked: BTreeSet<_> = incidents.iter().map(|incident| incident.agency).collect();
    let agencies = attacked.iter().filter_map(|ix| agencies.get(ix.0 as usize));
    agencies.filter_map(|agency| sector(agency.sector.as_deref()?)).collect()
}

fn hours(moments: &[&Moment]) -> BTreeSet<Habit> {
    if moments.len() < HOURS_MOMENTS {
        return BTreeSet::new();
    }
    let mut sixths = BTreeMap::<u32, usize>::new();
    for moment in moments {
        let (.., hour, _, _) = moment.time.civil();
        *sixths.entry(u32::from(hour) / 4).or_default() += 1;
    }
    let often = |count: usize| count as f64 >= HOURS_SHARE * moments.len() as f64;
    sixths.into_iter().filter(|(_, count)| often(*count)).map(|(at, _)| sixth(at)).collect()
}

fn networks(incidents: &[&Incident]) -> BTreeSet<Habit> {
    let mut lines = BTreeMap::<&str, u64>::new();
    let mut all = 0;
    for used in incidents.iter().flat_map(|incident| &incident.addresses) {
        all += used.lines;
        let name = match used.kind {
            NetworkKind::Vpn | NetworkKind::Tor | NetworkKind::PrivateRelay => "anonymiser",
            NetworkKind::Hosting | NetworkKind::Cloud => "rented",
            _ => continue,
        };
        *lines.entry(name).or_default() += used.lines;
    }
    let often = |count: u64| count as f64 >= NETWORK_SHARE * all.max(1) as f64;
    lines
        .into_iter()
        .filter(|(_, count)| often(*count))
        .map(|(name, _)| Habit::new(HabitKind::Infrastructure, name))
        .collect()
}
