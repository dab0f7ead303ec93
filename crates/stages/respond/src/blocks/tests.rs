//! What a person who is shown blocks would notice: what they hold, whom they cost, which is chosen.

use bakas_model::{
    Country, Incident, IncidentId, IncidentKind, Location, Network, Scope, Severity, Text, Trace,
};
use proptest::prelude::*;

use super::*;

/// Announces `198.51.0.0/16` as AS64500 and nothing else.
struct OneNetwork;

impl Networks for OneNetwork {
    fn locate(&self, _: IpAddr, _: Timestamp) -> Location {
        Location { asn: Some(Asn(64500)), country: Country::new("ZZ"), kind: NetworkKind::Telco }
    }
    fn operator(&self, _: Asn, _: Timestamp) -> Option<&str> {
        Some("Example Telecom")
    }
    fn trace(&self, address: IpAddr, at: Timestamp, _: Timestamp) -> Trace {
        let prefix: IpNet = "198.51.0.0/16".parse().unwrap();
        let prefix = prefix.contains(&address).then_some(prefix);
        Trace { then: Network { prefix, ..Network::default() }, ..Trace::new(address, at) }
    }
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn used(address: &str, lines: u64, legitimate_sessions: u64) -> AddressUse {
    AddressUse {
        address: address.parse().unwrap(),
        asn: Some(Asn(64500)),
        operator: None,
        country: None,
        kind: NetworkKind::Telco,
        lines,
        first: at("2026-01-05"),
        last: at("2026-01-28"),
        legitimate_sessions,
    }
}

fn incident(kind: IncidentKind, addresses: Vec<AddressUse>) -> Incident {
    Incident {
        streams: Vec::new(),
        id: IncidentId("I-01".into()),
        agency: AgencyIx(0),
        kind,
        severity: Severity::High,
        title: Text::default(),
        summary: Text::default(),
        first: at("2026-01-05"),
        last: at("2026-01-28"),
        lines: addresses.iter().map(|a| a.lines).sum(),
        detections: Vec::new(),
        techniques: Vec::new(),
        addresses,
        more_addresses: 0,
        agents: Vec::new(),
        scope: Scope::default(),
    }
}

/// An address with so many sessions on a day of January 2026.
fn visitor(address: &str, day: u8, sessions: u64, sign_ins: u64) -> AddressProfile {
    let time = Timestamp::from_civil(2026, 1, day, 9, 0, 0).unwrap();
    let mut profile = AddressProfile {
        agency: AgencyIx(0),
        address: address.parse().unwrap(),
        asn: Some(Asn(64500)),
        country: None,
        kind: NetworkKind::Telco,
        first: time,
        last: time,
        events: sessions * 5,
        sign_ins,
        sign_ins_failed: 0,
        pages: sessions * 3,
        assets: sessions * 2,
        errors: 0,
        alarms: 0,
        accounts: Default::default(),
        accounts_failed: Default::default(),
        agents: Default::default(),
        sessions: Vec::new(),
    };
    for name in 0..sessions {
        profile.session(time.day()).insert(name);
    }
    profile
}

fn run(incident: Incident, profiles: &[AddressProfile]) -> Vec<Block> {
    let announces = |_: Asn| vec!["198.51.0.0/16".parse().unwrap()];
    let window = (at("2025-12-01"), at("2026-01-31T23:59:59Z"));
    blocks(&[incident], profiles, &OneNetwork, &announces, window)
}

fn nets(block: &Block) -> Vec<String> {
    block.prefixes.iter().map(ToString::to_string).collect()
}

#[test]
fn the_narrowest_that_works_is_proposed_and_the_telco_is_not() {
    let guessing = incident(
        IncidentKind::PasswordGuessing,
        vec![used("198.51.100.4", 500, 0), used("198.51.100.5", 500, 0)],
    );
    let workers = [
        visitor("198.51.100.9", 20, 3, 3),
        visitor("198.51.77.1", 21, 4, 1),
        visitor("203.0.113.1", 21, 9, 9),
    ];
    let mut elsewhere = visitor("203.0.113.1", 21, 9, 9);
    elsewhere.asn = Some(Asn(64501));
    let all = run(guessing, &[workers[0].clone(), workers[1].clone(), elsewhere]);

    assert!(all[0].proposed && all[1..].iter().all(|b| !b.proposed));
    assert_eq!(nets(&all[0]), ["198.51.100.4/31"]);
    assert!(all[0].applies_to.en.starts_with("the sign-in"), "{}", all[0].applies_to.en);
    assert_eq!((all[0].stops_percent, all[0].collateral.sessions), (100, 0));

    let covering = all.iter().find(|b| nets(b) == ["198.51.100.0/24"]).unwrap();
    assert_eq!((covering.collateral.sessions, covering.collateral.addresses), (3, 1));
    let telco = all.iter().find(|b| b.network == Some(Asn(64500))).unwrap();
    assert_eq!((telco.collateral.sessions, telco.collateral.signed_in), (7, 4));
    assert!(telco.reason.en.contains("cut off 7 legitimate sessions more"), "{}", telco.reason.en);
    assert!(telco.reason.fil.contains("7 pang lehitimong session"), "{}", telco.reason.fil);
}

#[test]
fn collateral_counts_the_last_thirty_days_and_this_agency_only() {
    let guessing = incident(IncidentKind::PasswordGuessing, vec![used("198.51.100.4", 500, 0)]);
    let mut december = visitor("198.51.100.9", 20, 3, 3);
    december.sessions[0].0 = at("2025-12-20").day();
    let mut other_agency = visitor("198.51.100.10", 20, 3, 3);
    other_agency.agency = AgencyIx(1);
    let all = run(guessing, &[december, other_agency, visitor("198.51.100.11", 20, 2, 0)]);
    let covering = all.iter().find(|b| nets(b) == ["198.51.100.0/24"]).unwrap();
    assert_eq!(covering.collateral.sessions, 2);
    assert_eq!(covering.collateral.from, at("2026-01-01T23:59:59Z"));
}

#[test]
fn who_signed_in_is_counted_by_account_where_accounts_are_named() {
    let guessing = incident(IncidentKind::PasswordGuessing, vec![used("198.51.100.4", 500, 0)]);
    let mut office = visitor("198.51.100.9", 20, 6, 40);
    office.accounts.insert(2);
    office.accounts.insert(5);
    let all = run(guessing, &[office]);
    let covering = all.iter().find(|b| nets(b) == ["198.51.100.0/24"]).unwrap();
    assert_eq!((covering.collateral.sessions, covering.collateral.signed_in), (6, 2));
}

#[test]
fn a_shared_address_is_spared_where_enough_is_stopped_without_it() {
    let scanning = incident(
        IncidentKind::Scanning,
        vec![used("198.51.100.4", 970, 0), used("198.51.100.5", 30, 12)],
    );
    let all = run(scanning, &[visitor("198.51.100.5", 20, 14, 12)]);
    assert!(all[0].proposed);
    assert_eq!((nets(&all[0]), all[0].stops_percent), (vec!["198.51.100.4/32".to_owned()], 97));
    assert_eq!(all[0].collateral.sessions, 0);
    let both = all.iter().find(|b| nets(b) == ["198.51.100.4/31"]).unwrap();
    assert_eq!(both.collateral.sessions, 12, "only the legitimate ones of the 14");
}

#[test]
fn an_intruder_behind_a_shared_address_is_revoked_not_blocked() {
    let takeover = incident(IncidentKind::AccountTakeover, vec![used("198.51.100.4", 40, 5)]);
    let all = run(takeover, &[visitor("198.51.100.4", 20, 6, 6)]);
    assert!(all.iter().all(|b| !b.proposed));
    assert!(all[0].reason.en.contains("End the sessions"), "{}", all[0].reason.en);
}

#[test]
fn nothing_is_proposed_that_hurts_more_people_than_it_stops_lines() {
    let scanning = incident(IncidentKind::Scanning, vec![used("198.51.100.4", 8, 30)]);
    let all = run(scanning, &[visitor("198.51.100.4", 20, 30, 0)]);
    assert!(all.iter().all(|b| !b.proposed));
    assert!(all[0].reason.en.contains("more legitimate sessions"), "{}", all[0].reason.en);
}

#[test]
fn machines_inside_are_isolated_and_a_content_network_is_left_alone() {
    let inside = |address, kind| {
        let used = AddressUse { kind, ..used(address, 9, 0) };
        run(incident(IncidentKind::LateralMovement, vec![used]), &[])
    };
    let machine = inside("10.20.0.7", NetworkKind::Special);
    assert!(machine[0].proposed && machine[0].reason.en.contains("off the network"));
    let proxy = inside("198.51.100.4", NetworkKind::Content);
    assert!(!proxy[0].proposed && proxy[0].reason.en.contains("trusted_proxies"));
}

#[test]
fn an_incident_without_addresses_has_no_block() {
    assert!(run(incident(IncidentKind::CloudAbuse, Vec::new()), &[]).is_empty());
}

fn address() -> impl Strategy<Value = IpAddr> {
    prop_oneof![
        (0_u8..4, any::<u8>()).prop_map(|(c, d)| IpAddr::from([198, 51, c, d])),
        (0_u16..4, 0_u16..16)
            .prop_map(|(line, host)| { IpAddr::from([0x2001, 0xdb8, 0, line, 0, 0, 0, host]) }),
    ]
}

proptest! {
    #[test]
    fn the_exact_block_holds_every_attacking_address_and_nobody_else(
        attacking in proptest::collection::btree_set(address(), 1..40),
        others in proptest::collection::btree_set(address(), 0..60),
    ) {
        let uses = attacking.iter().map(|a| used(&a.to_string(), 10, 0)).collect();
        let seen: Vec<_> =
            others.iter().map(|a| visitor(&a.to_string(), 20, 1, 0)).collect();
        let all = run(incident(IncidentKind::Scanning, uses), &seen);
        let exact = &all[0];
        prop_assert!(exact.proposed);
        let held = |address: &IpAddr| exact.prefixes.iter().any(|net| net.contains(address));
        prop_assert!(attacking.iter().all(held), "{:?}", exact.prefixes);
        let innocent: Vec<_> = others.difference(&attacking).filter(|a| held(a)).collect();
        prop_assert!(innocent.is_empty(), "{innocent:?} in {:?}", exact.prefixes);
        prop_assert!(exact.prefixes.len() <= attacking.len());
        prop_assert_eq!(exact.stops_percent, 100);
    }
}
