//! Whatever the bytes are, every reader ends, in order: it says that they are nothing, or counts
//! what it took and what it did not, and what it took can become a table.

use bakas_trace::import::{Import, Kind, SAMPLES_LIMIT, recognise};
use proptest::prelude::*;

use super::{about, mmdb};

/// A text of every format, to be broken.
const SEEDS: [&str; 12] = [
    "2|apnic|20260105|1|1|20260105|+1000\napnic|PH|ipv4|192.0.2.0|256|20150203|allocated|A\n",
    "192.0.2.0\t192.0.2.255\t64500\tPH\tNET\n",
    "start_ip,end_ip,asn,as_name\n192.0.2.0,192.0.2.255,64500,\"Net, Ltd\"\n",
    "192.0.2.0/24,PH,PH-00,Manila,\n",
    "{\"metadata\":{\"generated\":1},\"roas\":[{\"asn\":\"AS1\",\"prefix\":\"192.0.2.0/24\",\"maxLength\":24}]}",
    "# format:org_id|c|n|c|s\n@O|2|N|PH|A\n# format:aut|c|n|o|q|s\n64500|2|N|@O|x|A\n",
    "asn,ownership_cc,ownership_percentage\n64500,PH,51\n",
    "192.0.2.0/24\nAS64500\n192.0.2.0-192.0.2.9\n",
    "{\"list\":[\"192.0.2.0/24\"],\"version\":20260105,\"description\":\"x\"}",
    "@type tordnsel 1.0\nExitNode A\nExitAddress 192.0.2.7 2026-01-05 00:00:00\n",
    "{\"net\":{\"data\":[{\"id\":1,\"asn\":64500,\"org_id\":1,\"name\":\"x\"}]},\"org\":{\"data\":[{\"id\":1,\"name\":\"o\"}]}}",
    "for,role,name,address\nAS64500,abuse,Desk,abuse@net.example\n",
];

fn seed() -> impl Strategy<Value = Vec<u8>> {
    let texts = (0..SEEDS.len()).prop_map(|at| SEEDS[at].as_bytes().to_vec());
    let asn = mmdb::Value::Map(vec![("asn", mmdb::Value::Number(64500))]);
    let database = mmdb::database("Example-ASN", &[("192.0.2.0/24", asn)]);
    prop_oneof![4 => texts, 1 => Just(database), 1 => proptest::collection::vec(any::<u8>(), 0..300)]
}

fn survive(kind: Kind, bytes: &[u8]) -> Result<(), TestCaseError> {
    let mut import = Import::new(kind, about());
    if import.read("x", &mut &*bytes).is_err() {
        return Ok(());
    }
    let Ok(done) = import.finish() else { return Ok(()) };
    prop_assert!(done.account.records > 0);
    prop_assert!(done.account.samples.len() <= SAMPLES_LIMIT);
    prop_assert!(done.account.samples.len() as u64 <= done.account.rejected());
    let table = done.draft.encode().map_err(|error| TestCaseError::fail(error.to_string()))?;
    prop_assert!(bakas_trace::Table::from_bytes("x", &table).is_ok());
    Ok(())
}

proptest! {
    #[test]
    fn broken_files_of_every_kind_are_survived(
        seed in seed(),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..8),
        cut in proptest::option::of(any::<prop::sample::Index>()),
        repeat in 1_usize..4,
        kind in 0..Kind::ALL.len(),
    ) {
        let mut bytes = seed.repeat(repeat);
        for (at, value) in changes {
            if !bytes.is_empty() {
                let at = at.index(bytes.len());
                bytes[at] = value;
            }
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len() + 1));
        }
        survive(Kind::ALL[kind], &bytes)?;
        if let Some(found) = recognise(&bytes, "x") {
            survive(found, &bytes)?;
        }
    }
}
