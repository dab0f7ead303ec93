//! Real lists, read as they are.

use std::{
    fs,
    path::{Path, PathBuf},
};

use bakas_model::NetworkKind;
use bakas_trace::import::{About, Imported, Kind, recognise};

use super::{about, import_as};

/// The folder of public lists, where it is at hand.
fn lists() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../../shared/corpora");
    let folder = std::env::var_os("BAKAS_CORPORA").map_or(beside, PathBuf::from).join("ip");
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: no corpora at {}", folder.display());
    None
}

fn import(kind: Kind, path: &Path) -> Imported {
    let bytes = fs::read(path).unwrap();
    let name = path.file_name().unwrap().to_string_lossy();
    assert_eq!(recognise(&bytes[..bytes.len().min(16 << 10)], &name), Some(kind), "{name}");
    import_as(kind, About { says: Some(NetworkKind::Hosting), ..about() }, &bytes).unwrap()
}

#[test]
fn public_lists_are_read_without_loss() {
    let Some(folder) = lists() else { return };
    let check = |kind, path: &str, records: u64| {
        let done = import(kind, &folder.join(path));
        assert_eq!((done.account.records, done.account.rejected()), (records, 0), "{path}");
    };
    check(Kind::List, "bad-asn-list/bad-asn-list.csv", 742);
    check(Kind::Tor, "tor-exits-2024/tor-exit-nodes.lst", 1746);
    check(Kind::List, "x4bnet-vpn/output/vpn/ipv4.txt", 10_862);
    check(Kind::List, "x4bnet-vpn/output/datacenter/ipv6.txt", 8_752);
    check(Kind::States, "state-owned-ases/data/state-owned-ases/csv/state_owned_ases.csv", 984);
    let minority =
        "state-owned-ases/data/minority-state-owned-ases/csv/minority_state_owned_ases.csv";
    check(Kind::States, minority, 302);
    for entry in fs::read_dir(folder.join("misp-warninglists")).unwrap() {
        let list = entry.unwrap().path().join("list.json");
        if list.is_file() {
            let done = import(Kind::List, &list);
            assert_eq!(done.account.rejected(), 0, "{}", list.display());
        }
    }
}
