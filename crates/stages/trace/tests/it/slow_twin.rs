//! Random and deliberately overlapping tables: the fast look-up must agree with reading all rows, and
//! on a million addresses with a plain trie.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use bakas_model::{Asn, Country, DataSet, Day, NetworkKind};
use bakas_trace::{Draft, EpochDraft, ListDraft, OriginRow, Range, Table};
use ipnet::{IpNet, Ipv4Net};
use proptest::prelude::*;

/// A row in numbers, so that the twin can look at it.
#[derive(Clone, Debug)]
struct Row {
    v6: bool,
    first: u128,
    last: u128,
    value: u32,
}

/// Rows crowded into a few small areas, at the ends of the number space and around bucket borders,
/// so that they overlap, nest, touch and repeat.
fn rows(count: usize) -> impl Strategy<Value = Vec<Row>> {
    let v4 = (
        prop_oneof![Just(0_u32), Just(0x0808_fff0), Just(0xffff_ff00)],
        0_u32..256,
        0_u32..256,
        1_u32..6,
    )
        .prop_map(|(base, a, b, value)| {
            let (a, b) = (a.min(b), a.max(b));
            let ends = (base.saturating_add(a), base.saturating_add(b));
            Row { v6: false, first: ends.0.into(), last: ends.1.into(), value }
        });
    // The last but one lies across a /48.
    let bases = [0_u128, 0x2001_0200_u128 << 96, (0x2a00_2000_u128 << 96) - 40, u128::MAX - 99];
    let v6 = (prop::sample::select(bases.to_vec()), 0_u128..100, 0_u128..100, 1_u32..6).prop_map(
        |(base, a, b, value)| {
            let (a, b) = (a.min(b), a.max(b));
            let ends = (base.saturating_add(a), base.saturating_add(b));
            Row { v6: true, first: ends.0, last: ends.1, value }
        },
    );
    // All of a family at once, below everything else.
    let whole = (any::<bool>(), 1_u32..6).prop_map(|(v6, value)| {
        let last = if v6 { u128::MAX } else { u32::MAX.into() };
        Row { v6, first: 0, last, value }
    });
    prop::collection::vec(prop_oneof![8 => v4, 8 => v6, 1 => whole], 0..count)
}

fn address(v6: bool, number: u128) -> IpAddr {
    if v6 { Ipv6Addr::from_bits(number).into() } else { Ipv4Addr::from_bits(number as u32).into() }
}

fn range(row: &Row) -> Range {
    Range::new(address(row.v6, row.first), address(row.v6, row.last)).expect("in order")
}

/// All rows that hold an address; of these the shortest, then the one that begins last, then the
/// lowest value.
fn slow(rows: &[Row], v6: bool, number: u128) -> Option<u32> {
    rows.iter()
        .filter(|row| row.v6 == v6 && row.first <= number && number <= row.last)
        .min_by_key(|row| (row.last - row.first, std::cmp::Reverse(row.first), row.value))
        .map(|row| row.value)
}

/// Every border of every row, and the numbers beside it.
fn probes(rows: &[Row]) -> Vec<(bool, u128)> {
    let mut probes =
        vec![(false, 0), (false, u32::MAX.into()), (true, 1 << 100), (true, u128::MAX)];
    for row in rows {
        let highest = if row.v6 { u128::MAX } else { u32::MAX.into() };
        for number in [row.first, row.last] {
            let beside = [number.saturating_sub(1), number, number.saturating_add(1).min(highest)];
            probes.extend(beside.map(|number| (row.v6, number)));
        }
    }
    // What IANA sets apart is answered apart, and mapped addresses count as IPv4.
    probes.retain(|&(v6, number)| v6 && number >> 125 == 1 || !v6 && number >> 24 == 8);
    probes
}

fn draft(epochs: &[Vec<Row>], countries: &[Row]) -> Draft {
    let set = |name: &str| DataSet { name: name.to_owned(), ..DataSet::default() };
    Draft {
        epochs: (0..)
            .zip(epochs)
            .map(|(at, rows)| EpochDraft {
                day: Day(20_000 + at * 100),
                data_set: "origins".to_owned(),
                rows: rows
                    .iter()
                    .map(|row| OriginRow {
                        range: range(row),
                        asn: row.value,
                        operator: format!("Operator {}", row.value),
                    })
                    .collect(),
            })
            .collect(),
        countries: countries.iter().map(|row| (range(row), country(row.value))).collect(),
        country_data_set: "countries".to_owned(),
        data_sets: vec![set("origins"), set("countries"), set("lists")],
        ..Draft::default()
    }
}

/// Of the very same range the lowest value is believed: for countries, the first in alphabetical
/// order, and so they are in that order here.
fn country(value: u32) -> Country {
    ["DE", "JP", "KE", "PH", "SA", "US"].map(|text| Country::new(text).expect("two letters"))
        [value as usize]
}

fn opened(draft: &Draft) -> Table {
    let bytes = draft.encode().expect("a sound draft");
    Table::from_bytes("a test table", &bytes).expect("what was written can be read")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn agrees_with_reading_all_rows(
        epochs in prop::collection::vec(rows(40), 1..4),
        countries in rows(40),
    ) {
        let table = opened(&draft(&epochs, &countries));
        let all: Vec<Row> = epochs.iter().flatten().chain(&countries).cloned().collect();
        for (v6, number) in probes(&all) {
            for (at, rows) in (0..).zip(&epochs) {
                let time = Day(20_000 + at * 100 + 50).start();
                let said = table.said(address(v6, number), time);
                let origin = said.origin().and_then(|origin| origin.asn);
                prop_assert_eq!(origin, slow(rows, v6, number).map(Asn));
                prop_assert_eq!(origin, table.announced_by(address(v6, number), at as usize));
                let registered = said.registration().map(|said| said.country);
                prop_assert_eq!(registered, slow(&countries, v6, number).map(country));
            }
        }
    }

    #[test]
    fn the_order_of_rows_does_not_matter(
        (rows, shuffled) in rows(40).prop_flat_map(|rows| (Just(rows.clone()), Just(rows).prop_shuffle())),
    ) {
        let bytes = |rows: Vec<Row>| draft(std::slice::from_ref(&rows), &rows).encode().expect("a sound draft");
        prop_assert_eq!(bytes(rows), bytes(shuffled));
    }

    #[test]
    fn prefixes_hold_exactly_what_is_announced(rows in rows(30)) {
        let table = opened(&draft(std::slice::from_ref(&rows), &[]));
        let time = Day(20_000).start();
        let prefixes: Vec<Vec<IpNet>> =
            (0..6).map(|asn| table.prefixes_of(Asn(asn), time)).collect();
        for (v6, number) in probes(&rows) {
            let address = address(v6, number);
            let expected = slow(&rows, v6, number);
            for (asn, nets) in (0..).zip(&prefixes) {
                let holds = nets.iter().filter(|net| net.contains(&address)).count();
                prop_assert_eq!(holds, usize::from(expected == Some(asn)), "{} in AS{}", address, asn);
            }
            let prefix = table.said(address, time).origin().and_then(|origin| origin.prefix());
            prop_assert_eq!(prefix.is_some(), expected.is_some());
            if let Some(prefix) = prefix {
                prop_assert!(prefix.contains(&address));
                prop_assert_eq!(slow(&rows, v6, first_of(prefix)), expected);
                // The block twice as large is not all that operator's.
                if let Some(wider) = prefix.supernet() {
                    let whole = rows.iter().filter(|row| row.v6 == v6).flat_map(|row| [row.first, row.last.saturating_add(1)]);
                    let inside = whole.filter(|&n| wider.contains(&self::address(v6, n.min(highest(v6)))));
                    let mut probes = inside.chain([first_of(wider), last_of(wider)]);
                    prop_assert!(probes.any(|n| slow(&rows, v6, n.min(highest(v6))) != expected), "{} holds {}", wider, prefix);
                }
            }
        }
    }

    #[test]
    fn every_list_with_an_address_is_named(
        lists in prop::collection::vec(prop::collection::vec((0_u32..512, 22_u8..=32), 0..12), 1..8),
        probe in 0_u32..512,
    ) {
        const BASE: u32 = 0x0808_0800;
        let nets = |list: &[(u32, u8)]| -> Vec<IpNet> {
            list.iter().map(|&(n, length)| {
                IpNet::V4(Ipv4Net::new(Ipv4Addr::from_bits(BASE + n), length).unwrap().trunc())
            }).collect()
        };
        let mut draft = draft(&[Vec::new()], &[]);
        draft.lists = (0..).zip(&lists).map(|(at, list): (usize, _)| ListDraft {
            name: format!("list-{at}"),
            kind: (at == 0).then_some(NetworkKind::Vpn),
            data_set: "lists".to_owned(),
            networks: nets(list),
            ..ListDraft::default()
        }).collect();
        let table = opened(&draft);
        let address = IpAddr::V4(Ipv4Addr::from_bits(BASE + probe));
        let time = Day(20_000).start();
        let named: Vec<String> =
            table.said(address, time).lists().map(|list| list.name.to_owned()).collect();
        let expected: Vec<String> = (0..).zip(&lists)
            .filter(|(_, list)| nets(list).iter().any(|net| net.contains(&address)))
            .map(|(at, _): (usize, _)| format!("list-{at}"))
            .collect();
        let kind = if expected.first().is_some_and(|name| name == "list-0") { NetworkKind::Vpn }
            else { NetworkKind::Unknown };
        prop_assert_eq!(&named, &expected);
        prop_assert_eq!(table.locate(address, time).kind, kind);
    }
}

fn first_of(net: IpNet) -> u128 {
    match net.network() {
        IpAddr::V4(v4) => v4.to_bits().into(),
        IpAddr::V6(v6) => v6.to_bits(),
    }
}

fn last_of(net: IpNet) -> u128 {
    match net.broadcast() {
        IpAddr::V4(v4) => v4.to_bits().into(),
        IpAddr::V6(v6) => v6.to_bits(),
    }
}

fn highest(v6: bool) -> u128 {
    if v6 { u128::MAX } else { u32::MAX.into() }
}

/// A plain trie: every block of every row in its place, and of those on the way the best.
#[derive(Default)]
struct Trie {
    children: Vec<[usize; 2]>,
    best: Vec<Option<(u128, std::cmp::Reverse<u128>, u32)>>,
}

impl Trie {
    fn new(rows: &[Row]) -> Self {
        let mut this = Self { children: vec![[0; 2]], best: vec![None] };
        for row in rows {
            let rank = (row.last - row.first, std::cmp::Reverse(row.first), row.value);
            for net in range(row).blocks() {
                let (bits, length) = (first_of(net), usize::from(net.prefix_len()));
                let width = if row.v6 { 128 } else { 32 };
                let mut node = 0;
                for depth in 0..length {
                    let side = (bits >> (width - 1 - depth) & 1) as usize;
                    if this.children[node][side] == 0 {
                        this.children[node][side] = this.children.len();
                        this.children.push([0; 2]);
                        this.best.push(None);
                    }
                    node = this.children[node][side];
                }
                let best = this.best[node].map_or(rank, |best| best.min(rank));
                this.best[node] = Some(best);
            }
        }
        this
    }

    fn value(&self, v6: bool, number: u128) -> Option<u32> {
        let width = if v6 { 128 } else { 32 };
        let (mut node, mut best) = (0, self.best[0]);
        for depth in 0..width {
            node = self.children[node][(number >> (width - 1 - depth) & 1) as usize];
            if node == 0 {
                break;
            }
            best = [best, self.best[node]].into_iter().flatten().min();
        }
        best.map(|(_, _, value)| value)
    }
}

/// Numbers that are the same in every run (splitmix64).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }
}

/// Rows as tables have them: many /24 and /48, some small, some huge, nested, next to one another,
/// crossing one another, and all of it at once.
fn many_rows(numbers: &mut Numbers, v6: bool, count: usize) -> Vec<Row> {
    let (width, highest) = if v6 { (128, u128::MAX) } else { (32, u32::MAX.into()) };
    let mut rows = vec![Row { v6, first: 0, last: highest, value: 7 }];
    let mut behind = 0;
    while rows.len() < count {
        let random = u128::from(numbers.next()) << 64 | u128::from(numbers.next());
        let choice = numbers.next();
        let length = [16, 20, 22, 24, 24, 24, 28, 32][(choice % 8) as usize] * width / 32;
        let length = if v6 && choice % 8 == 5 { 48 } else { length };
        let first = match choice >> 3 & 3 {
            0 => behind,
            _ => (random & highest) >> (width - length).min(127) << (width - length).min(127),
        };
        let size = 1_u128 << (width - length).min(127);
        let odd = if choice >> 5 & 7 == 0 { random % size } else { size - 1 };
        let last = first.saturating_add(odd).min(highest);
        behind = if last < highest { last + 1 } else { 0 };
        rows.push(Row { v6, first, last, value: (choice >> 32) as u32 % 900 + 1 });
    }
    rows
}

#[test]
fn a_million_addresses_of_each_family_and_epoch_agree_with_a_plain_trie() {
    // Unoptimised builds ask fewer; `cargo test --release` asks 2^20.
    let count = if cfg!(debug_assertions) { 1 << 15 } else { 1 << 20 };
    let mut numbers = Numbers(42);
    let epochs: Vec<Vec<Row>> = (0..3)
        .map(|_| {
            let mut rows = many_rows(&mut numbers, false, 8_000);
            rows.extend(many_rows(&mut numbers, true, 4_000));
            rows
        })
        .collect();
    let table = opened(&draft(&epochs, &[]));
    for (at, rows) in (0..).zip(&epochs) {
        let time = Day(20_000 + at * 100 + 50).start();
        for v6 in [false, true] {
            let rows: Vec<Row> = rows.iter().filter(|row| row.v6 == v6).cloned().collect();
            let trie = Trie::new(&rows);
            let mut asked = Vec::new();
            let mut answers = Vec::new();
            for turn in 0..count {
                // Half of them anywhere, half of them on the borders of rows.
                let random = u128::from(numbers.next()) << 64 | u128::from(numbers.next());
                let row = &rows[random as usize % rows.len()];
                let number = match turn % 4 {
                    0 | 1 => random,
                    2 => row.last.wrapping_add(u128::from(numbers.next() % 3)).wrapping_sub(1),
                    _ => row.first.wrapping_add(u128::from(numbers.next() % 3)).wrapping_sub(1),
                } & highest(v6);
                let address = address(v6, number);
                let epoch = table.epoch_at(time).unwrap();
                let expected = match address.to_canonical() == address {
                    true => trie.value(v6, number),
                    // Mapped into IPv6, it counts as IPv4.
                    false => continue,
                };
                let answer = table.announced_by(address, epoch);
                assert_eq!(answer, expected.map(Asn), "{address}");
                asked.push(address);
                answers.push(answer);
            }
            let mut together = Vec::new();
            let epoch = table.epoch_at(time).unwrap();
            table.announced_by_each(&asked, epoch, |asn| together.push(asn));
            assert!(together == answers, "many at once are told the same");
        }
    }
}

#[test]
fn a_draft_that_cannot_be_a_table_is_refused() {
    let check = |draft: Draft, why: &str| {
        let error = draft.encode().unwrap_err().to_string();
        assert!(error.contains(why), "{error}");
    };
    let epoch = |at| EpochDraft { day: Day(at), ..draft(&[Vec::new()], &[]).epochs[0].clone() };
    let epochs = (0..17).map(epoch).collect();
    check(Draft { epochs, ..draft(&[], &[]) }, "17 epochs are more than 16");
    let mut twice = draft(&[Vec::new(), Vec::new()], &[]);
    twice.epochs[1].day = twice.epochs[0].day;
    check(twice, "two epochs of 2024-10-04");
    let mut many = draft(&[Vec::new()], &[]);
    many.lists = vec![ListDraft { data_set: "lists".to_owned(), ..ListDraft::default() }; 33];
    check(many, "more than 32 lists");
    let mut nameless = draft(&[Vec::new()], &[]);
    nameless.lists = vec![ListDraft { data_set: "gossip".to_owned(), ..ListDraft::default() }];
    check(nameless, "data set 'gossip' is not described");
}
