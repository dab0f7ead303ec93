//! Several tables asked as one: the nearest in time answers, the user's first on the same day, what
//! others say stands beside, and nothing is mixed. The blocks for documentation are set apart, so that
//! no table can announce them: the made-up announcements are of blocks beside them.

use bakas_model::{
    Asn, Country, DataSet, Day, NetworkKind, Networks as _, Timestamp, Trace,
    network::{Contact, ContactRole, Held, Place, Question, Registrant, StateOwned, Validity},
};
use bakas_trace::{
    ContactDraft, ContactOf, Draft, EpochDraft, ListDraft, OrganisationDraft, OriginRow, Range,
    RouteOrigin, StateDraft, Table, Tables,
};

fn day(text: &str) -> Day {
    at(text).day()
}

fn at(text: &str) -> Timestamp {
    text.parse().expect("sound by construction")
}

fn range(text: &str) -> Range {
    text.parse::<ipnet::IpNet>().expect("sound by construction").into()
}

fn country(text: &str) -> Country {
    Country::new(text).expect("sound by construction")
}

fn set(name: &str, date: &str) -> DataSet {
    DataSet { name: name.into(), date: day(date), ..DataSet::default() }
}

fn row(net: &str, asn: u32, operator: &str) -> OriginRow {
    let net: ipnet::IpNet = net.parse().expect("sound by construction");
    OriginRow::new(net.network(), net.broadcast(), asn, operator).expect("sound by construction")
}

fn epoch(date: &str, data_set: &str, rows: Vec<OriginRow>) -> EpochDraft {
    EpochDraft { day: day(date), data_set: data_set.into(), rows }
}

fn table(draft: &Draft) -> Table {
    Table::from_bytes("a table of ours", &draft.encode().expect("sound by construction"))
        .expect("sound by construction")
}

/// What is built in, in these tests: two epochs and countries.
fn built_in() -> Table {
    table(&Draft {
        epochs: vec![
            epoch("2025-01-01", "origins-old", vec![row("198.51.0.0/16", 64_500, "Old Example")]),
            epoch("2026-01-01", "origins-new", vec![row("198.51.0.0/16", 64_501, "New Example")]),
        ],
        countries: vec![(range("198.51.0.0/16"), country("PH"))],
        country_data_set: "countries".into(),
        data_sets: vec![
            set("origins-old", "2025-01-01"),
            set("origins-new", "2026-01-01"),
            set("countries", "2026-01-01"),
        ],
        ..Draft::default()
    })
}

fn origins(name: &str, date: &str, rows: Vec<OriginRow>) -> (String, Table) {
    let draft = Draft {
        epochs: vec![epoch(date, name, rows)],
        data_sets: vec![set(name, date)],
        ..Draft::default()
    };
    (format!("{name}@{date}"), table(&draft))
}

fn ask(tables: &Tables, address: &str, time: &str) -> Trace {
    let trace =
        tables.trace(address.parse().expect("sound by construction"), at(time), at("2026-06-01"));
    let short = tables.locate(address.parse().expect("sound by construction"), at(time));
    assert_eq!(
        (short.asn, short.country, short.kind),
        (trace.then.asn, trace.then.country, trace.then.kind)
    );
    let brief = tables.brief(address.parse().expect("sound by construction"), at(time));
    assert_eq!(brief.location, short);
    assert_eq!(brief.operator, trace.then.operator.as_deref());
    if trace.then.kind != NetworkKind::Special {
        assert_eq!(brief.epoch, trace.then.epoch);
    }
    trace
}

#[test]
fn the_nearest_table_answers_whoever_brought_it() {
    let mine = |asn| vec![row("198.51.99.0/24", asn, "Mine")];
    let tables = Tables::new(
        built_in(),
        [origins("mine", "2025-06-01", mine(64_505)), origins("mine", "2026-01-01", mine(64_506))],
    );
    let check = |time: &str, asn: u32, date: &str, age: i32| {
        let then = ask(&tables, "198.51.99.7", time).then;
        assert_eq!(
            (then.asn, then.epoch, then.age_days),
            (Some(Asn(asn)), day(date), age),
            "{time}"
        );
    };
    check("2024-12-25", 64_500, "2025-01-01", -7);
    check("2025-05-31", 64_500, "2025-01-01", 150);
    check("2025-06-01", 64_505, "2025-06-01", 0);
    check("2025-12-31", 64_505, "2025-06-01", 213);
    // On the same day the user's table wins.
    check("2026-01-02", 64_506, "2026-01-01", 1);
    // Where the user's table is silent, the one that knows all addresses answers.
    let then = ask(&tables, "198.51.7.7", "2025-07-01").then;
    assert_eq!((then.asn, then.epoch), (Some(Asn(64_500)), day("2025-01-01")));
    assert_eq!(then.data_sets, ["origins-old", "countries"]);
    // And what it does not have, nobody announced.
    let then = ask(&tables, "203.0.114.1", "2025-07-01").then;
    assert_eq!((then.asn, then.epoch), (None, day("2025-01-01")));
}

#[test]
fn history_keeps_sources_apart_and_joins_equal_neighbours() {
    let mine = |asn| vec![row("198.51.99.0/24", asn, "Mine")];
    let tables = Tables::new(
        built_in(),
        [
            origins("mine", "2025-06-01", mine(64_505)),
            origins("mine", "2025-07-01", mine(64_505)),
            origins("mine", "2025-08-01", mine(64_500)),
            origins("silent", "2025-06-15", vec![row("192.0.3.0/24", 64_509, "Other")]),
        ],
    );
    let trace = ask(&tables, "198.51.99.7", "2025-06-10");
    let told: Vec<_> = trace
        .history
        .iter()
        .map(|one| {
            (
                one.source.as_str(),
                one.from.to_string(),
                one.until.to_string(),
                one.asn.expect("sound by construction").0,
                one.data_sets.len(),
            )
        })
        .collect();
    let row = |source, from: &str, until: &str, asn, sets| {
        (source, from.to_owned(), until.to_owned(), asn, sets)
    };
    assert_eq!(
        told,
        [
            row("embedded", "2025-01-01", "2025-01-01", 64_500, 1),
            row("mine", "2025-06-01", "2025-07-01", 64_505, 2),
            row("mine", "2025-08-01", "2025-08-01", 64_500, 1),
            row("embedded", "2026-01-01", "2026-01-01", 64_501, 1),
        ]
    );
}

#[test]
fn disagreement_is_shown_and_never_averaged() {
    let tables = Tables::new(
        built_in(),
        [
            origins("mine", "2025-06-01", vec![row("198.51.99.0/24", 64_505, "Mine")]),
            (
                "geo@2025-06-01".to_owned(),
                table(&Draft {
                    places: vec![(
                        range("198.51.99.0/24"),
                        Place {
                            country: Some(country("SG")),
                            region: String::new(),
                            city: "Example".into(),
                        },
                    )],
                    place_data_set: "geo".into(),
                    data_sets: vec![set("geo", "2025-06-01")],
                    ..Draft::default()
                }),
            ),
            (
                "nro@2025-05-01".to_owned(),
                table(&Draft {
                    countries: vec![(range("198.51.99.0/24"), country("ID"))],
                    country_data_set: "nro".into(),
                    registrants: vec![(
                        range("198.51.99.0/24"),
                        Registrant {
                            registry: "apnic".into(),
                            status: "allocated".into(),
                            date: Some(day("2020-01-01")),
                            holder: "A91".into(),
                        },
                    )],
                    registrant_data_set: "nro".into(),
                    data_sets: vec![set("nro", "2025-05-01")],
                    ..Draft::default()
                }),
            ),
        ],
    );
    let trace = ask(&tables, "198.51.99.7", "2025-06-10");
    // The table of countries nearest before the time answers.
    assert_eq!(trace.then.country, Some(country("ID")));
    let said = |question: Question| -> Vec<(&str, &str, bool)> {
        let views = trace.views.iter().filter(|view| view.question == question);
        views.map(|view| (view.says.as_str(), view.data_set.as_str(), view.agrees)).collect()
    };
    assert_eq!(said(Question::Registration), [("PH", "countries", false), ("ID", "nro", true)]);
    assert_eq!(said(Question::Location), [("Example, SG", "geo", false)]);
    let origins = said(Question::Origin);
    assert!(origins.contains(&("AS64500", "origins-old", false)), "{origins:?}");
    assert!(origins.contains(&("AS64505", "mine", true)), "{origins:?}");
    assert_eq!(trace.registrant.expect("sound by construction").said.holder, "A91");
    assert_eq!(trace.place.expect("sound by construction").data_set, "geo");
}

#[test]
fn a_dated_list_counts_for_its_days_and_is_shown_on_others() {
    let list = ListDraft {
        name: "exits".into(),
        kind: Some(NetworkKind::Tor),
        data_set: "exits".into(),
        networks: vec!["198.51.99.7/32".parse().expect("sound by construction")],
        from: Some(day("2025-06-01")),
        until: Some(day("2025-06-30")),
        ..ListDraft::default()
    };
    let draft = Draft {
        lists: vec![list],
        data_sets: vec![set("exits", "2025-06-30")],
        ..Draft::default()
    };
    let tables = Tables::new(built_in(), [("exits@2025-06-30".to_owned(), table(&draft))]);
    for time in ["2025-06-01", "2025-06-30"] {
        let then = ask(&tables, "198.51.99.7", time).then;
        assert_eq!((then.kind, then.lists), (NetworkKind::Tor, vec!["exits".to_owned()]), "{time}");
    }
    for time in ["2025-05-31", "2025-07-01"] {
        let trace = ask(&tables, "198.51.99.7", time);
        assert_eq!((trace.then.kind, trace.then.lists.len()), (NetworkKind::Unknown, 0), "{time}");
        let view = trace
            .views
            .iter()
            .find(|view| view.question == Question::Kind)
            .expect("sound by construction");
        assert!(view.says.contains("2025-06-01 to 2025-06-30, not at that time"), "{}", view.says);
    }
}

#[test]
fn a_list_without_days_does_not_follow_a_block_into_other_hands() {
    let list = ListDraft {
        name: "vpn".into(),
        kind: Some(NetworkKind::Vpn),
        data_set: "vpn".into(),
        networks: vec!["198.51.99.7/32".parse().expect("sound by construction")],
        ..ListDraft::default()
    };
    let draft =
        Draft { lists: vec![list], data_sets: vec![set("vpn", "2026-02-01")], ..Draft::default() };
    let tables = Tables::new(built_in(), [("vpn@2026-02-01".to_owned(), table(&draft))]);
    // Gathered under AS64501, which announced it from 2026 on.
    let then = ask(&tables, "198.51.99.7", "2026-05-01").then;
    assert_eq!((then.kind, then.lists), (NetworkKind::Vpn, vec!["vpn".to_owned()]));
    let trace = ask(&tables, "198.51.99.7", "2025-05-01");
    assert_eq!((trace.then.kind, trace.then.lists.len()), (NetworkKind::Unknown, 0));
    let view = trace
        .views
        .iter()
        .find(|view| view.question == Question::Kind)
        .expect("sound by construction");
    assert!(view.says.contains("gathered when AS64501 announced") && !view.agrees, "{}", view.says);
}

/// What one more source knows of the operator that held the block first.
fn facts() -> Draft {
    let contact = |of, role, address: &str, date: &str| ContactDraft {
        of,
        contact: Contact {
            role,
            name: "Desk".into(),
            address: address.into(),
            data_set: String::new(),
            date: day(date),
        },
    };
    Draft {
        organisations: vec![OrganisationDraft {
            asn: 64_500,
            organisation: "Old Example Inc".into(),
            parent: Some("Example Group".into()),
            country: Some(country("PH")),
            kind: Some(NetworkKind::Telco),
        }],
        organisation_data_set: "facts".into(),
        states: vec![StateDraft { asn: 64_500, state: StateOwned::new(country("PH"), true, None) }],
        state_data_set: "facts".into(),
        route_origins: vec![RouteOrigin {
            net: "198.51.0.0/16".parse().expect("sound by construction"),
            asn: 64_501,
            max_length: 24,
        }],
        route_origin_data_set: "facts".into(),
        contacts: vec![
            contact(ContactOf::Asn(64_500), ContactRole::Noc, "noc@telco.example", "2025-01-05"),
            contact(
                ContactOf::Range(range("198.51.99.0/24")),
                ContactRole::Abuse,
                "abuse@telco.example",
                "2025-01-06",
            ),
            contact(
                ContactOf::Country(country("PH")),
                ContactRole::Cert,
                "https://cert.example/report",
                "2025-01-07",
            ),
            contact(ContactOf::Asn(64_500), ContactRole::Noc, "javascript:alert(1)", "2025-01-05"),
            contact(ContactOf::Asn(64_999), ContactRole::Noc, "noc@other.example", "2025-01-05"),
        ],
        contact_data_set: "facts".into(),
        data_sets: vec![set("facts", "2025-01-10")],
        ..Draft::default()
    }
}

#[test]
fn owners_contacts_and_routes_come_with_source_and_date() {
    let tables = Tables::new(built_in(), [("facts@2025-01-10".to_owned(), table(&facts()))]);
    let trace = ask(&tables, "198.51.99.7", "2025-02-01");
    let told: Vec<_> = trace
        .contacts
        .iter()
        .map(|c| (c.role, c.address.as_str(), c.data_set.as_str(), c.date))
        .collect();
    assert_eq!(
        told,
        [
            (ContactRole::Abuse, "mailto:abuse@telco.example", "facts", day("2025-01-06")),
            (ContactRole::Noc, "mailto:noc@telco.example", "facts", day("2025-01-05")),
            (ContactRole::Cert, "https://cert.example/report", "facts", day("2025-01-07")),
            (
                ContactRole::Registry,
                "https://rdap.arin.net/registry/ip/198.51.99.7",
                "iana-ipv4-address-space",
                day("2023-12-18")
            ),
        ]
    );
    let owner = trace.organisation.expect("sound by construction");
    assert_eq!(
        (owner.said.parent.as_deref(), owner.date),
        (Some("Example Group"), day("2025-01-10"))
    );
    assert_eq!(trace.then.state_owned.expect("sound by construction").owner, country("PH"));
    assert_eq!(trace.then.kind, NetworkKind::Telco);
    assert_eq!(
        trace.route_origin.expect("sound by construction").said.validity,
        Validity::InvalidOrigin
    );
    let question = trace.subscriber.expect("sound by construction");
    assert!(question.facts.iter().all(|fact| fact.held == Held::Unknown), "no log was looked at");
    // A year later the block is the other operator's, and its holder allows that.
    let trace = ask(&tables, "198.51.99.7", "2026-02-01");
    assert_eq!(trace.route_origin.expect("sound by construction").said.validity, Validity::Valid);
    assert!(trace.contacts.iter().all(|contact| !contact.address.contains("noc@")));
}

#[test]
fn an_imported_table_cannot_put_private_addresses_on_the_internet() {
    let rows = vec![row("10.0.0.0/8", 64_505, "Forged"), row("100.64.0.0/10", 64_505, "Forged")];
    let tables = Tables::new(built_in(), [origins("mine", "2025-06-01", rows)]);
    for address in ["10.1.2.3", "100.64.1.1", "::ffff:10.1.2.3"] {
        let trace = ask(&tables, address, "2025-06-10");
        assert_eq!((trace.then.kind, trace.then.asn), (NetworkKind::Special, None), "{address}");
        assert!(trace.views.is_empty() && trace.history.is_empty());
    }
    let shared = ask(&tables, "100.64.1.1", "2025-06-10");
    assert!(
        shared.subscriber.expect("sound by construction").because.en.contains("Carrier-grade NAT")
    );
    assert!(ask(&tables, "10.1.2.3", "2025-06-10").subscriber.is_none());
}

#[test]
fn the_embedded_tables_alone_say_what_one_table_says() {
    let (alone, tables) = (
        Table::embedded().expect("sound by construction"),
        Tables::embedded().expect("sound by construction"),
    );
    let beside = Tables::new(
        Table::embedded().expect("sound by construction"),
        [origins("mine", "2025-06-01", vec![row("192.0.3.0/24", 64_505, "Mine")])],
    );
    let mut number = 0x1234_5678_u32;
    for n in 0..20_000_u32 {
        number = number.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let address = std::net::IpAddr::from(number.to_be_bytes());
        let time = at(["2025-04-05", "2025-05-01", "2026-07-01"][(n % 3) as usize]);
        let mut expected = alone.locate(address, time);
        let told = tables.locate(address, time);
        // A list that names the address itself may not count for that time.
        let listed = alone.said(address, time).lists().next().is_some();
        expected.kind = if listed { told.kind } else { expected.kind };
        assert_eq!(told, expected, "{address} {time}");
        let told = beside.locate(address, time);
        assert_eq!(told, expected, "{address} {time} beside another table");
        if n % 50 == 0 {
            let then = beside.trace(address, time, time).then;
            assert_eq!(
                (then.asn, then.country, then.kind),
                (expected.asn, expected.country, expected.kind),
                "{address} {time}"
            );
        }
    }
}
