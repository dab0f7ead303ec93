//! The shared suite, and what only a lake of files has.

use std::{collections::HashSet, fs, net::IpAddr, path::Path};

use bakas_lake::{DEFAULT_DAY, ParquetLake};
use bakas_model::{
    Activity, Agency, AgencyIx, Class, Event, Location, Place, SourceIx, Status, Stream, Timestamp,
};
use bakas_store::{EventLake, StoreError, Wanted, case_folder::list_files, suite};

pub(crate) fn agencies() -> Vec<Agency> {
    ["welfare", "labour & work", "../health"]
        .map(|id| Agency { id: id.to_owned(), ..Agency::default() })
        .to_vec()
}

pub(crate) fn event(n: u64, day: i64) -> Event<'static> {
    Event {
        place: Place { source: SourceIx(0), offset: n, length: 1 },
        agency: AgencyIx(0),
        stream: Stream::Web,
        custom: None,
        time: Timestamp::from_seconds(day * 86_400),
        time_raw: "",
        class: Class::HttpActivity,
        activity: Activity::Request,
        status: Status::Unknown,
        src: Some(IpAddr::from([192, 0, 2, (n % 200) as u8])),
        src_port: None,
        dst: None,
        dst_port: None,
        src_claimed: None,
        account: None,
        target: None,
        object: None,
        agent: None,
        operation: "GET",
        host: None,
        http_status: None,
        bytes_out: None,
        fields: Vec::new(),
    }
}

fn from(address: [u8; 4]) -> Wanted {
    Wanted { addresses: HashSet::from([IpAddr::from(address)]), accounts: HashSet::new() }
}

fn count(lake: &ParquetLake, wanted: &Wanted) -> u64 {
    let mut rows = 0;
    lake.scan(wanted, &mut |_| {
        rows += 1;
        Ok(())
    })
    .unwrap();
    rows
}

fn files(dir: &Path) -> Vec<String> {
    list_files(dir).unwrap().into_iter().map(|(name, _)| name).collect()
}

#[test]
fn passes_the_suite() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("events");
    suite::run(&ParquetLake::new(&path, &agencies()));
    for name in files(&path) {
        assert!(name.starts_with("class="), "nothing leaves the folder: {name}");
    }
}

#[test]
fn another_lake_over_the_same_folder_reads_it() {
    let dir = tempfile::tempdir().unwrap();
    let lake = ParquetLake::new(dir.path(), &agencies());
    let mut writer = lake.writer().unwrap();
    writer.write(&event(1, 20_458), Location::default()).unwrap();
    let written = writer.finish().unwrap();
    let name = "class=http_activity/agency=welfare/day=2026-01-05/part-0-0.parquet";
    assert_eq!(written.files, [name]);
    assert_eq!(written.bytes, fs::metadata(dir.path().join(name)).unwrap().len());
    let again = ParquetLake::new(dir.path(), &agencies());
    assert_eq!(count(&again, &from([192, 0, 2, 1])), 1);
    assert_eq!(count(&again, &from([192, 0, 2, 2])), 0);
}

#[test]
fn many_rows_make_several_files_and_lose_none() {
    let dir = tempfile::tempdir().unwrap();
    let lake = ParquetLake::new(dir.path(), &agencies());
    let mut writer = lake.writer().unwrap();
    for n in 0..200_000 {
        writer.write(&event(n, 20_458), Location::default()).unwrap();
    }
    let written = writer.finish().unwrap();
    assert_eq!(written.events, 200_000);
    assert_eq!(written.files.len(), 4);
    assert_eq!(count(&lake, &from([192, 0, 2, 7])), 1000);
}

#[test]
fn a_log_of_senseless_days_does_not_make_endless_folders() {
    let dir = tempfile::tempdir().unwrap();
    let lake = ParquetLake::new(dir.path(), &agencies());
    let mut writer = lake.writer().unwrap();
    for n in 0..4_000 {
        writer.write(&event(n, n as i64), Location::default()).unwrap();
    }
    let written = writer.finish().unwrap();
    assert_eq!(written.events, 4_000);
    assert!(written.files.len() <= 2049, "{} files", written.files.len());
    assert!(written.files.iter().any(|name| name.contains(DEFAULT_DAY)));
    assert_eq!(count(&lake, &from([192, 0, 2, 7])), 20);
}

#[test]
fn a_damaged_file_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let lake = ParquetLake::new(dir.path(), &agencies());
    let mut writer = lake.writer().unwrap();
    for n in 0..1000 {
        writer.write(&event(n, 20_458), Location::default()).unwrap();
    }
    let name = writer.finish().unwrap().files.remove(0);
    let path = dir.path().join(&name);
    let whole = fs::read(&path).unwrap();
    let scan = || lake.scan(&from([192, 0, 2, 1]), &mut |_| Ok(()));
    for cut in [0, 10, whole.len() / 2, whole.len() - 1] {
        fs::write(&path, &whole[..cut]).unwrap();
        let failed = scan().unwrap_err();
        assert!(matches!(failed, StoreError::Damaged { .. }), "{failed:?}");
        assert!(failed.to_string().contains(&name), "{failed}");
    }
    for at in (4..whole.len() - 8).step_by(7) {
        let mut changed = whole.clone();
        changed[at] ^= 0x55;
        fs::write(&path, &changed).unwrap();
        // Whatever stands there, the scan ends, and never by a panic.
        drop(scan());
    }
    fs::write(&path, &whole).unwrap();
    scan().unwrap();
}
