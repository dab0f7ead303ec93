//! Look-ups in the embedded table beside maxminddb, prefix-trie, pyasn and the floor of one random
//! cache line, in one run: nanoseconds of the thread's own processor time, the least of several
//! rounds in which all take turns. Prints Markdown. Not a test: nothing here passes or fails.

#![expect(clippy::print_stdout, reason = "a bench speaks to the person who ran it")]

mod addresses;
mod floor;
mod mmdb;
mod pyasn;
mod report;

use std::{hint::black_box, net::IpAddr};

use bakas_model::{Networks as _, Timestamp};
use bakas_trace::{Table, Tables};
use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use prefix_trie::PrefixMap;

use report::{Contender, Report};

/// How many addresses each contender is asked in each round.
const COUNT: usize = 1 << 20;

fn main() {
    let table = Table::embedded().expect("the embedded table is sound");
    let at: Timestamp = "2026-07-01".parse().expect("a time");
    let epoch = table.epoch_at(at).expect("the embedded table has epochs");
    let rows: Vec<(IpNet, u32)> = table
        .origins(epoch)
        .flat_map(|(range, asn)| range.blocks().into_iter().map(move |net| (net, asn.0)))
        .collect();
    let (v4, v6): (Vec<_>, Vec<_>) =
        rows.iter().copied().partition(|(net, _)| net.addr().is_ipv4());
    println!(
        "Embedded table, {} blocks of IPv4 and {} of IPv6; {COUNT} addresses.\n",
        v4.len(),
        v6.len()
    );
    report::sizes(&table);
    report::opening();
    let random = addresses::random_v4(COUNT);
    families(&table, at, &v4, &random, "IPv4, uniformly random addresses", true);
    let within = addresses::within(&v4, COUNT);
    families(&table, at, &v4, &within, "IPv4, a random address of a random block", false);
    let within = addresses::within(&v6, COUNT);
    families(&table, at, &v6, &within, "IPv6, a random address of a random block", true);
    if let Some(real) = addresses::of_logs(COUNT) {
        families(&table, at, &v4, &real, "IPv4, the visitors of real logs in their order", false);
        answers(&real, at);
    } else {
        println!("skipped: the visitors of real logs, the corpora are not here\n");
    }
}

/// One table of contenders on one family's addresses.
fn families(
    table: &Table,
    at: Timestamp,
    rows: &[(IpNet, u32)],
    asked: &[IpAddr],
    title: &str,
    with_python: bool,
) {
    let epoch = table.epoch_at(at).expect("the embedded table has epochs");
    let family = if asked[0].is_ipv4() { 4 } else { 6 };
    let file = mmdb::write(rows, family);
    let reader = maxminddb::Reader::from_source(file).expect("what the bench wrote can be read");
    mmdb::agree(&reader, table, at, asked);
    let (trie_v4, trie_v6) = tries(rows);
    let mut contenders = vec![
        Contender::new("floor: one random cache line of 4 MiB", {
            let lines = floor::Lines::new(4 << 20);
            move |address| lines.load(address)
        }),
        Contender::new("floor: one random cache line of 256 MiB", {
            let lines = floor::Lines::new(256 << 20);
            move |address| lines.load(address)
        }),
        Contender::new("**Bakas, origin**", |address| {
            table.announced_by(address, epoch).map_or(0, |asn| asn.0)
        }),
        Contender::together("**Bakas, origin, many at once**", |asked| {
            let mut sum = 0_u32;
            table.announced_by_each(asked, epoch, |asn| {
                sum = sum.wrapping_add(asn.map_or(0, |asn| asn.0));
            });
            sum
        }),
        Contender::new("**Bakas, origin, country, kind** (`locate`)", |address| {
            let location = table.locate(address, at);
            location.asn.map_or(0, |asn| asn.0) + location.kind as u32
        }),
        Contender::new("prefix-trie 0.10, origin", |address| match address {
            IpAddr::V4(v4) => trie_v4.get_lpm(&Ipv4Net::from(v4)).map_or(0, |found| *found.1),
            IpAddr::V6(v6) => trie_v6.get_lpm(&Ipv6Net::from(v6)).map_or(0, |found| *found.1),
        }),
        Contender::new("maxminddb 0.32, found or not", |address| {
            reader.lookup(address).map_or(0, |found| u32::from(found.has_data()))
        }),
        Contender::new("maxminddb 0.32, origin", |address| mmdb::origin(&reader, address)),
    ];
    let mut report = Report::new(title);
    report.run(&mut contenders, asked);
    drop(contenders);
    report.print();
    if with_python {
        pyasn::run(rows, asked);
    }
}

fn tries(rows: &[(IpNet, u32)]) -> (PrefixMap<Ipv4Net, u32>, PrefixMap<Ipv6Net, u32>) {
    let (mut v4, mut v6) = (PrefixMap::new(), PrefixMap::new());
    for &(net, asn) in rows {
        match net {
            IpNet::V4(net) => drop(v4.insert(net, asn)),
            IpNet::V6(net) => drop(v6.insert(net, asn)),
        }
    }
    (v4, v6)
}

/// Answers with words, through the tables that the program asks.
fn answers(asked: &[IpAddr], at: Timestamp) {
    let tables = Tables::embedded().expect("the embedded table is sound");
    let mut report = Report::new("Answers for the visitors of real logs");
    let mut contenders = vec![
        Contender::new("`Tables::locate`", |address| {
            tables.locate(address, at).asn.map_or(0, |asn| asn.0)
        }),
        Contender::new("`Tables::brief`: with the operator's name and owner", |address| {
            tables.brief(address, at).operator.map_or(0, |name| name.len() as u32)
        }),
    ];
    report.run(&mut contenders, asked);
    drop(contenders);
    report.print();
    let few: Vec<IpAddr> = asked.iter().copied().step_by(64).collect();
    let mut report = Report::new("The whole answer, every source and history");
    let mut contenders = vec![Contender::new("`Tables::trace`", |address| {
        black_box(tables.trace(address, at, at)).then.data_sets.len() as u32
    })];
    report.run(&mut contenders, &few);
    drop(contenders);
    report.print();
}
