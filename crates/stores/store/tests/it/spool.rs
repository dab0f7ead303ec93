//! The spool against the plain slow twin, `Vec::sort`.

use bakas_store::{Spool, StoreError};
use proptest::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Item {
    group: String,
    time: i64,
    from: Option<std::net::IpAddr>,
}

fn weight(item: &Item) -> usize {
    size_of::<Item>() + item.group.len()
}

fn item() -> impl Strategy<Value = Item> {
    ("[a-c]{0,40}", any::<i64>(), proptest::option::of(any::<std::net::IpAddr>()))
        .prop_map(|(group, time, from)| Item { group, time, from })
}

fn sorted(spool: Spool<Item>) -> Vec<Item> {
    spool.into_sorted().unwrap().map(Result::unwrap).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn gives_back_what_a_plain_sort_gives(
        threads in proptest::collection::vec(proptest::collection::vec(item(), 0..400), 1..5),
        limit in 1_usize..20_000,
    ) {
        let dir = tempfile::tempdir().unwrap();
        let mut all = Spool::new(dir.path(), limit, weight);
        for items in &threads {
            let mut part = Spool::new(dir.path(), limit, weight);
            for item in items {
                part.push(item.clone()).unwrap();
            }
            prop_assert_eq!(part.len(), items.len() as u64);
            all.absorb(part).unwrap();
        }
        let mut expected: Vec<Item> = threads.concat();
        expected.sort();
        prop_assert_eq!(all.len(), expected.len() as u64);
        prop_assert_eq!(sorted(all), expected);
    }
}

#[test]
fn spills_only_over_the_bound_and_leaves_nothing_behind() {
    let dir = tempfile::tempdir().unwrap();
    let mut small = Spool::new(dir.path(), 1 << 20, |_: &u64| 8);
    let mut large = Spool::new(dir.path(), 4096, |_: &u64| 8);
    for n in (0..50_000_u64).rev() {
        small.push(n).unwrap();
        large.push(n).unwrap();
    }
    assert_eq!(small.spilled_bytes(), 0);
    assert!(large.spilled_bytes() > 0, "50,000 numbers do not fit in 4 KiB");
    let numbers: Vec<u64> = large.into_sorted().unwrap().map(Result::unwrap).collect();
    assert!(numbers.iter().copied().eq(0..50_000));
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0, "temporary files have no names");
}

#[test]
fn thousands_of_runs_do_not_open_thousands_of_files() {
    let dir = tempfile::tempdir().unwrap();
    let mut spool = Spool::new(dir.path(), 64, |_: &u64| 8);
    for n in 0..20_000_u64 {
        spool.push(n.wrapping_mul(0x9E37_79B9_7F4A_7C15)).unwrap();
    }
    let open = std::fs::read_dir("/proc/self/fd").map_or(0, Iterator::count);
    assert!(open < 300, "{open} files are open");
    let numbers: Vec<u64> = spool.into_sorted().unwrap().map(Result::unwrap).collect();
    assert_eq!(numbers.len(), 20_000);
    assert!(numbers.is_sorted());
}

#[test]
fn a_missing_folder_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let gone = dir.path().join("gone");
    let mut spool = Spool::new(&gone, 1, |_: &u64| 8);
    let failed = (0..10).find_map(|n| spool.push(n).err()).expect("nowhere to write");
    assert!(matches!(failed, StoreError::Io { .. }));
    assert!(failed.to_string().contains("gone"), "{failed}");
}
