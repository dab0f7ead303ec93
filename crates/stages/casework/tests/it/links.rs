//! What belongs together across agencies, what does not, and what agencies have in common.

use bakas_model::{Activity, IncidentKind, Severity, Stream, incident::LinkReason};

use crate::world::{World, at};

fn spray(world: &mut World, agency: u16, block: &str, hour: i64) {
    for host in 0..4 {
        for n in 0..15 {
            let account = format!("p{n}@a{agency}.example");
            let from = format!("{block}.{host}");
            world.login(agency, Stream::WorkspaceLogin, at(n, hour, host), &from, &account, false);
        }
    }
}

#[test]
fn the_same_addresses_at_two_agencies_make_a_campaign() {
    let mut world = World::default();
    spray(&mut world, 0, "80.1.1", 3);
    spray(&mut world, 1, "80.1.1", 4);
    spray(&mut world, 2, "62.1.1", 15);
    let result = world.investigate();
    assert_eq!(result.outcome.incidents.len(), 3);
    assert_eq!(result.outcome.campaigns.len(), 1);
    let campaign = &result.outcome.campaigns[0];
    assert_eq!(campaign.incidents.len(), 2);
    assert!(campaign.links.iter().any(|link| link.reason == LinkReason::SameAddress));
    assert!(campaign.links.iter().all(|link| link.weight > 0.0));
    let outsider = result.outcome.incidents.iter().find(|i| i.agency.0 == 2).unwrap();
    assert!(!campaign.incidents.contains(&outsider.id));
}

#[test]
fn a_shared_telco_alone_makes_no_campaign() {
    let mut world = World::default();
    spray(&mut world, 0, "61.1.1", 3);
    spray(&mut world, 1, "61.2.2", 3);
    let result = world.investigate();
    assert_eq!(result.outcome.incidents.len(), 2);
    assert!(result.outcome.campaigns.is_empty(), "{:?}", result.outcome.campaigns);
    let weak: Vec<LinkReason> = result.outcome.weak_links.iter().map(|link| link.reason).collect();
    assert!(weak.contains(&LinkReason::SameNetwork), "shown all the same: {weak:?}");
}

fn takeover(world: &mut World, agency: u16, from: &str, day: i64, destination: &str) {
    let account = format!("ana@a{agency}.example");
    for d in 0..20 {
        world.login(agency, Stream::WorkspaceLogin, at(d, 0, 0), "61.5.5.5", &account, true);
    }
    world.login(agency, Stream::WorkspaceLogin, at(day, 12, 0), from, &account, true);
    let what = ("email_forwarding_out_of_domain", Activity::Update, destination);
    let row = world.act(agency, Stream::WorkspaceLogin, at(day, 12, 9), from, &account, what);
    world.flag(row, IncidentKind::AccountTakeover, Severity::High);
}

#[test]
fn one_forwarding_destination_ties_mailboxes_of_two_agencies() {
    let mut world = World::default();
    takeover(&mut world, 0, "80.1.1.1", 8, "drop@elsewhere.example");
    takeover(&mut world, 1, "81.2.2.2", 14, "drop@elsewhere.example");
    takeover(&mut world, 2, "81.9.9.9", 11, "other@third.example");
    let result = world.investigate();
    assert_eq!(result.kinds().len(), 3, "{}", result.reasons());
    assert_eq!(result.outcome.campaigns.len(), 1);
    assert_eq!(result.outcome.campaigns[0].incidents.len(), 2);
    assert!(result.outcome.campaigns[0].summary.en.contains("drop@elsewhere.example"));
}

#[test]
fn a_common_provider_is_weighed_both_ways() {
    let mut world = World::default();
    takeover(&mut world, 0, "80.1.1.1", 8, "a@x.example");
    takeover(&mut world, 1, "81.2.2.2", 14, "b@y.example");
    spray(&mut world, 2, "80.1.1", 3);
    let result = world.investigate();
    let factor = &result.outcome.common_factors[0];
    assert_eq!(factor.provider, "Google Workspace");
    assert_eq!(factor.agencies.len(), 3);
    let against: String = factor.speaks_against.iter().map(|t| t.en.clone()).collect();
    assert!(against.contains("different times") && against.contains("no account is seen"));
    let speaks_for: String = factor.speaks_for.iter().map(|t| t.en.clone()).collect();
    assert!(speaks_for.contains("no failed try before"), "{speaks_for}");
}

#[test]
fn the_timeline_tells_entries_and_acts_in_order() {
    let mut world = World::default();
    takeover(&mut world, 0, "80.1.1.1", 8, "a@x.example");
    let result = world.investigate();
    let times: Vec<_> = result.outcome.timeline.iter().map(|moment| moment.time).collect();
    assert!(times.is_sorted());
    let told: String = result.outcome.timeline.iter().map(|m| m.text.en.clone() + "\n").collect();
    assert!(told.contains("ana@a0.example") && told.contains("a@x.example"), "{told}");
}
