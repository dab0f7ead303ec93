//! Well-known facts that the embedded table must know, and the promises about its weight and
//! provenance.

use std::{fs, path::Path, time::Instant};

use bakas_model::{
    Asn, Country, NetworkKind, Networks, Timestamp, Trace,
    network::{ContactRole, asking},
};
use bakas_trace::Tables;
use ipnet::IpNet;
use sha2::{Digest, Sha256};

const OLD: &str = "2025-05-01";
const NEW: &str = "2026-07-01";

fn table() -> Tables {
    Tables::embedded().expect("the embedded table is sound")
}

fn at(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

fn trace(table: &Tables, address: &str, time: &str) -> Trace {
    table.trace(address.parse().expect("an address"), at(time), at("2026-08-01"))
}

#[test]
fn knows_who_announces_well_known_addresses_in_every_epoch() {
    let table = table();
    let check = |address, asn, operator: &str, country: &str| {
        let epochs =
            [("2025-04-05", "asn-2025-04-02"), (OLD, "asn-2025-04-11"), (NEW, "asn-2026-06-17")];
        for (time, data_set) in epochs {
            let then = trace(&table, address, time).then;
            assert_eq!(then.asn, Some(Asn(asn)), "{address} at {time}");
            let name = then.operator.unwrap();
            assert!(name.to_lowercase().contains(operator), "{address}: {name}");
            assert_eq!(then.country, Country::new(country), "{address} at {time}");
            assert_eq!(then.data_sets[0], data_set);
            let short = table.locate(address.parse().unwrap(), at(time));
            assert_eq!((short.asn, short.country, short.kind), (then.asn, then.country, then.kind));
        }
    };
    check("8.8.8.8", 15169, "google", "US");
    check("2001:4860:4860::8888", 15169, "google", "US");
    check("::ffff:8.8.8.8", 15169, "google", "US");
    check("124.107.1.1", 9299, "philippine long distance", "PH");
    check("61.177.172.10", 4134, "chinanet", "CN");
    check("193.0.6.139", 3333, "ripe", "NL");
}

#[test]
fn the_newest_epoch_before_the_event_answers_and_says_how_far_it_is() {
    let table = table();
    let check = |time, epoch: &str, age_days| {
        let then = trace(&table, "8.8.8.8", time).then;
        assert_eq!((then.epoch.to_string().as_str(), then.age_days), (epoch, age_days), "{time}");
    };
    check("2015-12-10", "2025-04-02", -3401);
    check("2025-04-10", "2025-04-02", 8);
    check("2025-04-11", "2025-04-11", 0);
    check("2026-01-05", "2025-04-11", 269);
    check("2026-06-16", "2025-04-11", 431);
    check("2026-06-17", "2026-06-17", 0);
}

#[test]
fn now_is_told_only_where_it_differs() {
    let table = table();
    assert_eq!(trace(&table, "8.8.8.8", OLD).now, None);
    // A block that changed hands between the two dates: found by comparing the tables themselves.
    let moved = (1..=223_u8)
        .flat_map(|a| (0..=255_u8).step_by(3).map(move |b| std::net::Ipv4Addr::new(a, b, 64, 1)))
        .find(|&address| {
            let asn = |time| table.locate(address.into(), at(time)).asn;
            asn(OLD).is_some() && asn(NEW).is_some() && asn(OLD) != asn(NEW)
        })
        .expect("some block changes hands in fourteen months");
    let trace = trace(&table, &moved.to_string(), OLD);
    let now = trace.now.unwrap();
    assert_ne!(trace.then.asn, now.asn);
    assert_eq!(now.epoch.to_string(), "2026-06-17");
    assert_eq!(now.age_days, 45, "the distance is from the time given as now");
}

#[test]
fn addresses_set_apart_have_no_operator() {
    let table = table();
    let check = |address, name: &str| {
        let trace = trace(&table, address, NEW);
        assert_eq!(trace.then.kind, NetworkKind::Special, "{address}");
        assert!(trace.then.special.unwrap().contains(name), "{address}");
        assert_eq!((trace.then.asn, trace.then.country), (None, None), "{address}");
        assert_eq!(trace.then.data_sets, ["iana-special-purpose"], "{address}");
        assert!(trace.caveat.en.contains("not on the public Internet"), "{}", trace.caveat.en);
        assert!(!trace.caveat.en.contains("changed hands"), "{}", trace.caveat.en);
    };
    check("203.0.113.7", "TEST-NET-3");
    check("10.20.0.5", "private use");
    check("100.64.3.2", "carrier-grade NAT");
    check("127.0.0.1", "loopback");
    check("192.0.0.3", "service continuity");
    check("255.255.255.255", "limited broadcast");
    check("2001:db8::1", "documentation");
    check("fe80::1", "link local");
    check("::1", "loopback");
}

#[test]
fn nobody_is_left_without_somebody_to_ask() {
    let table = table();
    let check = |address: &str, page: &str| {
        let trace = trace(&table, address, NEW);
        let last = trace.contacts.last().expect("a registry at least");
        assert_eq!((last.role, last.address.as_str()), (ContactRole::Registry, page));
        assert!(
            last.data_set.starts_with("iana-")
                && table.data_sets().iter().any(|set| {
                    set.name == last.data_set && set.date == last.date && set.licence == "CC0-1.0"
                })
        );
        let all = asking(&trace);
        assert!(all.iter().any(|text| text.en.contains(page) && text.fil.contains(page)));
    };
    check("8.8.8.8", "https://rdap.arin.net/registry/ip/8.8.8.8");
    check("27.192.0.1", "https://rdap.apnic.net/ip/27.192.0.1");
    check("2a02:2000::1", "https://rdap.db.ripe.net/ip/2a02:2000::1");
    assert_eq!(trace(&table, "10.0.0.1", NEW).contacts, []);
}

/// The block that an attacker and a reader of the bundled scenario come from.
#[test]
fn a_block_that_changed_hands_is_told_with_both_networks() {
    let table = table();
    let between = trace(&table, "82.26.180.77", "2026-01-10");
    assert_eq!(between.then.asn, Some(Asn(29802)));
    let moved = between.moved().expect("another network announces it today");
    assert_eq!(moved.now.asn, Some(Asn(16276)));
    let days = (moved.left.to_string(), moved.came.to_string());
    assert_eq!(days, ("2025-04-11".to_owned(), "2026-06-17".to_owned()));
    assert!(moved.between && asking(&between)[0].en.contains("ask both"));
    let before = trace(&table, "82.26.180.77", "2025-04-05");
    assert!(asking(&before)[0].en.starts_with("About that time ask AS29802"), "{before:?}");
    assert!(trace(&table, "8.8.8.8", "2026-01-10").moved().is_none());
}

#[test]
fn ownership_comes_in_the_sources_words_with_its_date() {
    let then = trace(&table(), "125.160.0.1", NEW).then;
    let owned = then.state_owned.expect("a state holds a part of it");
    assert_eq!(owned.owner, Country::new("ID").unwrap());
    let dated = (owned.data_set.as_str(), owned.date.map(|day| day.to_string()));
    assert_eq!(dated, ("state-owned-ases-2022", Some("2022-01-01".to_owned())));
    let said = owned.said.expect("the list quotes what it rests on");
    assert!(said.quote.contains("Pemerintah Republik Indonesia: 52.09"), "{said:?}");
    assert_eq!(said.quoted_from, "Company's website");
    assert!(said.url.starts_with("https://www.telkom.co.id/"), "{said:?}");
}

#[test]
fn a_special_block_that_is_met_on_the_internet_keeps_its_operator() {
    let table = table();
    let then = trace(&table, "192.175.48.1", NEW).then;
    assert!(then.special.unwrap().contains("AS112"));
    assert_ne!(then.kind, NetworkKind::Special);
    assert!(then.data_sets.contains(&"asn-2026-06-17".to_owned()));
}

#[test]
fn kinds_come_with_the_lists_that_say_so() {
    let table = table();
    let check = |address, kind, list: &str, caveat: &str| {
        let trace = trace(&table, address, NEW);
        assert_eq!(trace.then.kind, kind, "{address}");
        assert!(trace.then.lists.iter().any(|l| l == list), "{address}: {:?}", trace.then.lists);
        assert!(
            trace.then.data_sets.len() > trace.then.lists.len(),
            "each list names its data set"
        );
        assert!(trace.caveat.en.contains(caveat), "{}", trace.caveat.en);
    };
    check("185.220.101.1", NetworkKind::Tor, "tor-exits-2024-02", "Tor exit");
    check("104.16.1.1", NetworkKind::Content, "misp-cloudflare", "forwarding header");
    check("13.248.118.1", NetworkKind::Cloud, "misp-amazon-aws", "rented or breached");
    check("66.240.192.138", NetworkKind::Hosting, "misp-shodan-scanning", "rented or breached");
    let telco = trace(&table, "124.107.1.1", NEW);
    assert_eq!(telco.then.kind, NetworkKind::Telco);
    assert!(telco.then.data_sets.contains(&"operator-name-rules".to_owned()));
    assert!(telco.caveat.en.contains("carrier-grade NAT"), "{}", telco.caveat.en);
}

#[test]
fn a_state_owner_is_named_and_is_not_the_user() {
    let table = table();
    let trace = trace(&table, "61.177.172.10", NEW);
    let state = trace.then.state_owned.unwrap();
    assert_eq!((state.owner, state.majority), (Country::new("CN").unwrap(), true));
    assert_eq!(state.group.as_deref(), Some("CN-TELECOM"));
    assert!(trace.then.data_sets.contains(&"state-owned-ases-2022".to_owned()));
    assert!(trace.caveat.en.contains("not who used it or for whom"), "{}", trace.caveat.en);
}

#[test]
fn the_overlapping_row_goes_to_the_more_specific_one() {
    let table = table();
    let asn = |address: &str| table.locate(address.parse().unwrap(), at(NEW)).asn;
    assert_eq!(asn("214.255.255.255"), Some(Asn(749)));
    assert_eq!(asn("215.0.0.0"), Some(Asn(721)));
    assert_eq!(asn("215.1.3.255"), Some(Asn(721)));
}

#[test]
fn prefixes_of_a_network_lead_back_to_it() {
    let table = table();
    for asn in [Asn(9299), Asn(4134), Asn(15169)] {
        let prefixes = table.prefixes_of(asn, at(NEW));
        assert!(prefixes.iter().any(|net| matches!(net, IpNet::V4(_))), "{asn}");
        assert!(prefixes.iter().any(|net| matches!(net, IpNet::V6(_))), "{asn}");
        for net in &prefixes {
            for address in [net.network(), net.broadcast()] {
                assert_eq!(table.locate(address, at(NEW)).asn, Some(asn), "{address} of {net}");
                let then = trace(&table, &address.to_string(), NEW).then;
                let prefix = then.prefix.unwrap();
                assert!(prefix.contains(net), "{prefix} holds {net}");
            }
        }
    }
    assert!(table.prefixes_of(Asn(0), at(NEW)).is_empty());
    assert!(table.prefixes_of(Asn(64500), at(NEW)).is_empty(), "an AS for documentation");
}

#[test]
fn operators_have_names_in_either_epoch() {
    let table = table();
    assert_eq!(table.operator(Asn(15169), at(OLD)), Some("Google LLC"));
    assert_eq!(table.operator(Asn(64500), at(OLD)), None);
}

#[test]
fn every_data_set_an_answer_names_is_described() {
    let table = table();
    let sets = table.data_sets();
    for address in ["8.8.8.8", "185.220.101.1", "61.177.172.10", "10.0.0.1", "124.107.1.1"] {
        for name in trace(&table, address, NEW).then.data_sets {
            let set = sets.iter().find(|set| set.name == name);
            let set = set.unwrap_or_else(|| panic!("{name} is not described"));
            assert!(!set.licence.is_empty() && !set.attribution.is_empty(), "{name}");
            assert!(set.records > 0, "{name}");
        }
    }
    let dbip = sets.iter().filter(|set| set.attribution.contains("https://db-ip.com")).count();
    assert_eq!(dbip, 3, "DB-IP asks for a link, and three epochs use it");
}

#[test]
fn the_table_is_light_and_its_provenance_fits_it() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("data");
    let bytes = fs::read(data.join("address-table.bin")).unwrap();
    assert!(bytes.len() <= 8 << 20, "{} bytes", bytes.len());
    let text = fs::read_to_string(data.join("PROVENANCE.toml")).unwrap();
    let provenance: toml::Table = text.parse().unwrap();
    let digest = Sha256::digest(&bytes).iter().fold(String::new(), |s, b| s + &format!("{b:02x}"));
    assert_eq!(provenance["table"]["sha256"].as_str(), Some(digest.as_str()));
    assert_eq!(provenance["table"]["bytes"].as_integer(), i64::try_from(bytes.len()).ok());
    let named: Vec<_> = provenance["data_set"].as_array().unwrap().iter().collect();
    for set in table().data_sets() {
        let entry = named.iter().find(|entry| entry["name"].as_str() == Some(&set.name));
        let entry = entry.unwrap_or_else(|| panic!("{} has no provenance", set.name));
        assert_eq!(entry["records"].as_integer(), i64::try_from(set.records).ok(), "{}", set.name);
        assert_eq!(entry["licence"].as_str(), Some(set.licence.as_str()), "{}", set.name);
    }
}

#[test]
fn the_notice_carries_every_attribution() {
    let notice = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../NOTICE");
    let notice = fs::read_to_string(notice).unwrap();
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let notice = words(&notice);
    for set in table().data_sets() {
        assert!(notice.contains(&words(&set.attribution)), "{}: {}", set.name, set.attribution);
    }
}

#[test]
fn opening_and_asking_are_not_slow() {
    // Generous bounds for unoptimised builds; `docs/formats/address-table.md` has the measurements.
    let start = Instant::now();
    let table = table();
    assert!(start.elapsed().as_secs() < 10);
    let time = at(NEW);
    let start = Instant::now();
    let found = (0..200_000_u32)
        .filter(|n| {
            let address = std::net::Ipv4Addr::from_bits(n.wrapping_mul(2_654_435_761));
            table.locate(address.into(), time).asn.is_some()
        })
        .count();
    assert!(start.elapsed().as_secs() < 5);
    assert!(found > 100_000, "most of the address space is announced: {found}");
}
