//! What every lake has to do, as one suite that each lake's tests run. It knows no lake.

use std::{
    collections::{BTreeSet, HashSet},
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

use bakas_model::{
    AccountKey, Activity, AgencyIx, Asn, Class, Country, Event, EventRow, Field, Location,
    NetworkKind, Place, SourceIx, Status, Stream, Timestamp, Value,
};

use crate::{EventLake, StoreError, Wanted};

/// Agencies that the suite writes for; a lake that names them must know as many.
pub const AGENCIES: usize = 3;
/// Events of each writer.
const EVENTS: u64 = 3_000;
/// Writers at the same time.
const WRITERS: u64 = 2;

const START: i64 = 1_764_547_200_000_000;
const MINUTE: i64 = 60_000_000;

/// Runs the whole suite over an empty lake.
///
/// # Panics
/// When the lake does not do what it should.
pub fn run(lake: &dyn EventLake) {
    assert_eq!(rows(lake, &everything()), Vec::new(), "a new lake is empty");
    let unfinished = lake.writer().expect("a writer");
    drop(unfinished);
    write_all(lake);
    gives_back_every_row(lake);
    gives_back_only_what_is_wanted(lake);
    an_account_is_of_one_agency_and_any_case(lake);
    replays_in_time_order(lake);
    stops_when_told(lake);
}

fn write_all(lake: &dyn EventLake) {
    std::thread::scope(|scope| {
        for part in 0..WRITERS {
            scope.spawn(move || {
                let mut writer = lake.writer().expect("a writer");
                for n in part * EVENTS..(part + 1) * EVENTS {
                    with_event(n, &mut |event, location| {
                        writer.write(event, location).expect("room for an event");
                    });
                }
                let written = writer.finish().expect("the writer finishes");
                assert_eq!(written.events, EVENTS, "every event is counted");
            });
        }
    });
}

fn gives_back_every_row(lake: &dyn EventLake) {
    let mut expected = expected_rows(|_| true);
    // Rows without address and account cannot be asked for.
    expected.retain(|row| row.src.is_some() || row.account.is_some() || row.target.is_some());
    let found = rows(lake, &everything());
    assert_eq!(found.len(), expected.len(), "no row is lost and none comes twice");
    for (found, expected) in found.iter().zip(&expected) {
        assert_eq!(found, expected, "a row comes back as it was written");
    }
}

fn gives_back_only_what_is_wanted(lake: &dyn EventLake) {
    assert_eq!(rows(lake, &Wanted::default()), Vec::new(), "nothing is asked for");
    let absent = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 254));
    assert_eq!(rows(lake, &from([absent])), Vec::new(), "an address that was never seen");
    for n in [1, 2, 3, 4, 5] {
        let address = address(n).expect("these events have one");
        let found = rows(lake, &from([address]));
        assert!(!found.is_empty(), "{address} was written");
        assert_eq!(found, expected_rows(|row| row.src == Some(address.to_canonical())));
    }
    let two = [address(1).expect("an address"), address(4).expect("an address")];
    let mut wanted = from(two);
    wanted.accounts.insert(AccountKey { agency: AgencyIx(1), name: name(9).to_lowercase() });
    let is_name = |text: &Option<String>| {
        text.as_ref().is_some_and(|text| text.to_lowercase() == name(9).to_lowercase())
    };
    let expected = expected_rows(|row| {
        row.src.is_some_and(|src| two.contains(&src))
            || row.agency == AgencyIx(1) && (is_name(&row.account) || is_name(&row.target))
    });
    assert_eq!(rows(lake, &wanted), expected, "either reason will do");
}

fn replays_in_time_order(lake: &dyn EventLake) {
    let temp = std::env::temp_dir();
    let some = from([1, 3, 4].map(|n| address(n).expect("these events have one")));
    for wanted in [everything(), some, Wanted::default()] {
        let mut expected = rows(lake, &wanted);
        expected.sort_by_key(|row| (row.time, row.place));
        let mut found = Vec::new();
        let replayed = lake.replay(&wanted, &temp, &mut |row| {
            // Whatever is left in its place must not show in the next one.
            let other = expected.last().expect("a row that is wanted").clone();
            found.push(std::mem::replace(row, other));
            Ok(())
        });
        replayed.expect("the lake can be read");
        assert!(found == expected, "every wanted row once, in the order of time and place");
    }
}

fn an_account_is_of_one_agency_and_any_case(lake: &dyn EventLake) {
    for n in 0..20 {
        let key = AccountKey { agency: AgencyIx((n % 3) as u16), name: name(n).to_lowercase() };
        let wanted = Wanted { addresses: HashSet::new(), accounts: HashSet::from([key.clone()]) };
        let is = |text: &Option<String>| {
            text.as_ref().is_some_and(|text| text.to_lowercase() == key.name)
        };
        let expected =
            expected_rows(|row| row.agency == key.agency && (is(&row.account) || is(&row.target)));
        assert_eq!(rows(lake, &wanted), expected, "account {key:?}");
    }
}

fn stops_when_told(lake: &dyn EventLake) {
    let mut seen = 0;
    let stop = || StoreError::Damaged { what: "the suite".to_owned(), detail: "enough".to_owned() };
    let result = lake.scan(&everything(), &mut |_| {
        seen += 1;
        if seen == 7 { Err(stop()) } else { Ok(()) }
    });
    assert_eq!(seen, 7, "nothing comes after an error");
    let error = result.expect_err("the error comes through");
    assert_eq!(error.to_string(), stop().to_string());
}

fn rows(lake: &dyn EventLake, wanted: &Wanted) -> Vec<EventRow> {
    let mut rows = Vec::new();
    let scanned = lake.scan(wanted, &mut |row| {
        rows.push(row);
        Ok(())
    });
    scanned.expect("the lake can be read");
    rows.sort_by_key(|row| row.place);
    rows
}

fn expected_rows(keep: impl Fn(&EventRow) -> bool) -> Vec<EventRow> {
    let mut rows = Vec::new();
    for n in 0..EVENTS * WRITERS {
        with_event(n, &mut |event, location| {
            let mut row = event.to_row(location.asn);
            row.src = row.src.map(|src| src.to_canonical());
            if keep(&row) {
                rows.push(row);
            }
        });
    }
    rows.sort_by_key(|row| row.place);
    rows
}

fn from<const N: usize>(addresses: [IpAddr; N]) -> Wanted {
    Wanted { addresses: HashSet::from(addresses), accounts: HashSet::new() }
}

fn everything() -> Wanted {
    let mut wanted = Wanted::default();
    for n in 0..EVENTS * WRITERS {
        wanted.addresses.extend(address(n));
        for agency in 0..AGENCIES as u16 {
            let agency = AgencyIx(agency);
            wanted.accounts.insert(AccountKey { agency, name: name(n).to_lowercase() });
        }
    }
    wanted
}

fn address(n: u64) -> Option<IpAddr> {
    let low = (n % 251) as u16;
    match n % 6 {
        0 => None,
        1 | 2 => Some(IpAddr::V4(Ipv4Addr::new(198, 51, 100, low as u8))),
        3 => Some(IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, low))),
        4 => Some(IpAddr::V4(Ipv4Addr::new(203, 0, 113, low as u8))),
        _ => Some(IpAddr::V6(Ipv4Addr::new(192, 0, 2, low as u8 % 250).to_ipv6_mapped())),
    }
}

fn name(n: u64) -> String {
    const ODD: [&str; 6] =
        ["Ñiña@welfare.example", "ROOT", "", "a\u{0}b", "\u{1f41a}\r\n\"x\"", "İstanbul"];
    match n % 41 {
        k if k < ODD.len() as u64 => ODD[k as usize].to_owned(),
        k => format!("User{k}@Agency.Example"),
    }
}

/// Calls `with` with the event of that number: every class, odd texts, absent parts.
fn with_event(n: u64, with: &mut dyn FnMut(&Event<'_>, Location)) {
    let account = name(n);
    let target = name(n / 7);
    let object = format!("/path/{}/{}", n % 100, "x".repeat((n % 50) as usize));
    let class = Class::ALL[(n % Class::ALL.len() as u64) as usize];
    let streams = Stream::ALL;
    let time = Timestamp::from_micros(START + n as i64 * 7 * MINUTE + n as i64);
    let event = Event {
        place: Place {
            source: SourceIx((n % 5) as u32),
            offset: n * 211 + if n == 7 { 5 << 32 } else { 0 },
            length: (n % 500) as u32,
        },
        agency: AgencyIx((n % AGENCIES as u64) as u16),
        stream: streams[(n % streams.len() as u64) as usize],
        custom: None,
        time: if n == 11 { Timestamp::MIN } else { time },
        time_raw: "05/Jan/2026:08:00:00 +0800",
        class,
        activity: [Activity::Logon, Activity::Request, Activity::Share][(n % 3) as usize],
        status: [Status::Unknown, Status::Success, Status::Failure][(n / 3 % 3) as usize],
        src: address(n),
        src_port: (!n.is_multiple_of(4)).then_some((n % 65_536) as u16),
        dst: None,
        dst_port: None,
        src_claimed: n.is_multiple_of(9).then_some(IpAddr::V4(Ipv4Addr::LOCALHOST)),
        account: (!n.is_multiple_of(5)).then_some(account.as_str()),
        target: n.is_multiple_of(11).then_some(target.as_str()),
        object: (!n.is_multiple_of(3)).then_some(object.as_str()),
        agent: n.is_multiple_of(2).then_some("Mozilla/5.0 (\u{4e2d}\u{6587})"),
        operation: ["GET", "login_failure", ""][(n % 3) as usize],
        host: n.is_multiple_of(8).then_some("www.agency.example"),
        http_status: (class == Class::HttpActivity).then_some(200 + (n % 300) as u16),
        bytes_out: n.is_multiple_of(10).then_some(n << 20),
        fields: vec![
            Field::new("cs-uri-query", Value::Text("a=1&b=\"2\"")),
            Field::new("list", Value::Int(-5)),
            Field::new("list", Value::Null),
            Field::new("ratio", Value::Float(0.5)),
            Field::new("nan", Value::Float(f64::NAN)),
            Field::new("yes", Value::Bool(true)),
        ],
    };
    let location = Location {
        asn: (!n.is_multiple_of(4)).then_some(Asn(if n % 8 == 1 { u32::MAX } else { 64_496 })),
        country: Country::new("PH"),
        kind: NetworkKind::Telco,
    };
    with(&event, location);
}

/// Addresses that the suite writes, for a lake's own tests.
#[must_use]
pub fn addresses() -> BTreeSet<IpAddr> {
    (0..EVENTS * WRITERS).filter_map(address).map(|address| address.to_canonical()).collect()
}
