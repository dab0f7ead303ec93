//! The operator's side: whoever looks with address, port and time finds exactly one, the right one;
//! without the port several; and of what is not kept nothing.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::IpAddr,
};

use bakas_model::IncidentKind;
use bakas_scenario::operator::truth::{OperatorFlow, OperatorTruth};

use crate::{Made, files, make, unpacked};

fn told(made: &Made) -> OperatorTruth {
    OperatorTruth::read(&made.root.join("operator-truth.ndjson")).unwrap()
}

/// A translation as the log tells it, with real times in seconds.
struct Block {
    public: IpAddr,
    ports: (u16, u16),
    inner: IpAddr,
    from: i64,
    until: i64,
}

/// Reads the translator's log in the plainest way.
fn blocks(made: &Made, hours: i64, behind: i64) -> Vec<Block> {
    let log = std::fs::read_to_string(made.root.join("operator/nat/cgn1.log")).unwrap();
    let mut open: BTreeMap<(String, String, String), usize> = BTreeMap::new();
    let mut all: Vec<Block> = Vec::new();
    for line in log.lines() {
        let word: Vec<&str> = line.split_whitespace().collect();
        let clock: Vec<i64> = word[2].split(':').map(|n| n.parse().unwrap()).collect();
        // 2026-01-01T00:00:00Z, and the days before it and after it.
        let day: i64 = word[1].parse::<i64>().unwrap()
            + match word[0] {
                "Jan" => -1,
                "Feb" => 30,
                other => panic!("{other}"),
            };
        let at = 1_767_225_600 + day * 86_400 + clock[0] * 3_600 + clock[1] * 60 + clock[2]
            - hours * 3_600
            + behind;
        let inner = word[word.iter().position(|w| *w == "Subscriber").unwrap() + 1];
        let ports = word.iter().find(|w| w.starts_with('[') && w.contains('-')).unwrap();
        let public = word[word.iter().position(|w| *w == "from").unwrap() + 1];
        let key = (inner.to_owned(), (*ports).to_owned(), public.to_owned());
        if line.contains("_ALLOC: ") {
            assert!(!open.contains_key(&key), "given twice: {line}");
            open.insert(key, all.len());
            let (first, last) = ports.trim_matches(['[', ']']).split_once('-').unwrap();
            all.push(Block {
                public: public.parse().unwrap(),
                ports: (first.parse().unwrap(), last.parse().unwrap()),
                inner: inner.parse().unwrap(),
                from: at,
                until: i64::MAX,
            });
        } else if let Some(begun) = open.remove(&key) {
            all[begun].until = at;
        }
    }
    all
}

#[test]
fn address_port_and_time_lead_to_one_and_the_right_one() {
    for seed in [3, 7, 12] {
        let made = make(seed, 4_000);
        let truth = told(&made);
        let hours = if truth.header.zone == "Asia/Riyadh" {
            3
        } else if ["Asia/Ho_Chi_Minh", "Asia/Jakarta"].contains(&truth.header.zone.as_str()) {
            7
        } else {
            8
        };
        let right = blocks(&made, hours, truth.header.translator_offset_seconds);
        let fits = |all: &[Block], flow: &OperatorFlow, port: Option<u16>| {
            let at = flow.time.as_micros() / 1_000_000;
            all.iter()
                .filter(|one| one.public == flow.address && one.from <= at && at <= one.until)
                .filter(|one| port.is_none_or(|port| one.ports.0 <= port && port <= one.ports.1))
                .map(|one| one.inner)
                .collect::<Vec<IpAddr>>()
        };
        let translated: Vec<_> = truth.flows.iter().filter(|flow| flow.inner.is_some()).collect();
        let with_port = translated.iter().filter(|flow| flow.port.is_some());
        let (mut ports, mut shared) = (0, 0);
        for flow in with_port {
            assert_eq!(fits(&right, flow, flow.port), [flow.inner.unwrap()], "{flow:?}");
            ports += 1;
            shared += usize::from(fits(&right, flow, None).len() > 1);
        }
        assert!(ports > 30 && shared * 10 > ports * 8, "seed {seed}: {shared} of {ports} shared");
        // Whoever forgets the zone or the clock finds somebody else, or nobody.
        let zone = blocks(&made, 0, truth.header.translator_offset_seconds);
        let wrong = |all: &[Block]| {
            let of = translated.iter().filter(|flow| flow.port.is_some());
            of.filter(|flow| fits(all, flow, flow.port) != [flow.inner.unwrap()]).count()
        };
        assert!(wrong(&zone) * 5 > ports, "seed {seed}: the zone matters");
        assert!(wrong(&blocks(&made, hours, 0)) * 8 > ports, "seed {seed}: the clock matters");
    }
}

#[test]
fn ten_records_of_the_guesses_have_a_port_and_some_have_none() {
    for seed in [3, 7] {
        let made = make(seed, 2_000);
        let truth = told(&made);
        let guesses = made
            .truth
            .incidents
            .iter()
            .find(|one| one.kind == IncidentKind::PasswordGuessing && one.agency == "welfare");
        let guesses = guesses.unwrap();
        let of: Vec<_> =
            truth.flows.iter().filter(|flow| flow.incident == guesses.incident).collect();
        let addresses: BTreeSet<_> =
            of.iter().filter(|flow| flow.port.is_some()).map(|flow| flow.address).collect();
        assert!(addresses.len() >= 10, "seed {seed}: {}", addresses.len());
        let without =
            of.iter().filter(|flow| flow.port.is_none() && flow.file.starts_with("welfare/web"));
        assert!(without.count() > 20, "seed {seed}");
        let kinds = |v6: bool| of.iter().any(|flow| flow.address.is_ipv6() == v6);
        assert!(kinds(true) && kinds(false), "both kinds of address");
        assert!(of.iter().all(|flow| flow.time >= truth.header.kept_from));
        assert!(made.truth.lines.len() > truth.flows.len() * 2, "most is no longer kept");
    }
}

#[test]
fn a_flow_stands_in_the_log_where_the_truth_says() {
    let made = make(5, 3_000);
    let truth = told(&made);
    let logs = files(&made.root.join("logs"));
    for flow in &truth.flows {
        let bytes = unpacked(&flow.file, &logs[&flow.file]);
        let line = bytes[flow.offset as usize..].split(|byte| *byte == b'\n').next().unwrap();
        let line = std::str::from_utf8(line).unwrap();
        assert!(line.contains(&flow.address.to_string()), "{line}");
        if let Some(port) = flow.port {
            assert!(line.split(' ').next().unwrap().ends_with(&format!(":{port}")), "{line}");
        }
    }
}

#[test]
fn the_records_stay_small_however_large_the_scenario() {
    let size = |lines| -> usize {
        let made = make(2, lines);
        files(&made.root.join("operator")).values().map(Vec::len).sum()
    };
    let (small, large) = (size(1_000), size(150_000));
    assert!(small < 3_000_000, "{small}");
    assert!(large < 20_000_000, "{large}");
}
