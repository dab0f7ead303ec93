//! Which regional registry keeps a block, by IANA's two lists of what it gave to whom: somebody to
//! ask for every address. Blocks that were transferred between registries later are not known here;
//! the registry that is asked refers to the other (RFC 7480, section 5.2). It asks nobody.

use std::net::IpAddr;

use bakas_model::{
    DataSet, Day,
    network::{Contact, ContactRole},
    time::days_from_civil,
};

/// A regional Internet registry.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Registry {
    name: &'static str,
    /// Where its answers begin (RFC 9082), as IANA's lists have it.
    rdap: &'static str,
}

/// For Africa.
const AFRINIC: Registry = Registry { name: "AFRINIC", rdap: "https://rdap.afrinic.net/rdap/" };
/// For Asia and the Pacific.
const APNIC: Registry = Registry { name: "APNIC", rdap: "https://rdap.apnic.net/" };
/// For North America.
const ARIN: Registry = Registry { name: "ARIN", rdap: "https://rdap.arin.net/registry/" };
/// For Latin America and the Caribbean.
const LACNIC: Registry = Registry { name: "LACNIC", rdap: "https://rdap.lacnic.net/rdap/" };
/// For Europe, the Middle East and Central Asia.
const RIPE: Registry = Registry { name: "RIPE NCC", rdap: "https://rdap.db.ripe.net/" };

/// The data sets, and their dates: that of IANA's own note in each list.
const DATA_SET_V4: &str = "iana-ipv4-address-space";
const DATA_SET_V6: &str = "iana-ipv6-unicast";
const DATE_V4: Day = Day(days_from_civil(2023, 12, 18));
const DATE_V6: Day = Day(days_from_civil(2019, 11, 6));

/// The registry to ask about an address; `None` for what IANA gave to none.
pub(crate) fn contact(address: IpAddr) -> Option<Contact> {
    // An IPv4 address that is written as IPv6 (RFC 4291, 2.5.5.2).
    let address = address.to_canonical();
    let registry = of(address)?;
    let (data_set, date) = match address {
        IpAddr::V4(_) => (DATA_SET_V4, DATE_V4),
        IpAddr::V6(_) => (DATA_SET_V6, DATE_V6),
    };
    Some(Contact {
        role: ContactRole::Registry,
        name: registry.name.to_owned(),
        address: format!("{}ip/{address}", registry.rdap),
        data_set: data_set.to_owned(),
        date,
    })
}

fn of(address: IpAddr) -> Option<&'static Registry> {
    match address {
        IpAddr::V4(v4) => {
            let [first, ..] = v4.octets();
            let at = V4.iter().find(|(from, until, _)| (*from..=*until).contains(&first));
            at.map(|(_, _, registry)| *registry)
        }
        IpAddr::V6(v6) => {
            let word = u32::try_from(v6.to_bits() >> 96).expect("32 bits are left");
            let at = V6.iter().find(|(first, length, _)| (word ^ first) >> (32 - length) == 0);
            at.map(|(_, _, registry)| *registry)
        }
    }
}

/// The data sets as they are shown.
pub(crate) fn data_sets() -> [DataSet; 2] {
    let set = |name: &str, list: &str, date, records| DataSet {
        name: name.to_owned(),
        what: "the regional registry that keeps a block, and where it answers".to_owned(),
        source: format!("IANA, {list}, transcribed"),
        date,
        licence: "CC0-1.0".to_owned(),
        attribution: format!(
            "Internet Assigned Numbers Authority, https://www.iana.org/assignments/{list}"
        ),
        records,
        sha256: String::new(),
    };
    [
        set(DATA_SET_V4, "ipv4-address-space", DATE_V4, V4.len() as u64),
        set(DATA_SET_V6, "ipv6-unicast-address-assignments", DATE_V6, V6.len() as u64),
    ]
}

/// The first octets from one to another, and who keeps these blocks or administers what was given
/// away before there were registries.
const V4: &[(u8, u8, &Registry)] = &[
    (1, 1, &APNIC),
    (2, 2, &RIPE),
    (3, 4, &ARIN),
    (5, 5, &RIPE),
    (6, 9, &ARIN),
    (11, 13, &ARIN),
    (14, 14, &APNIC),
    (15, 24, &ARIN),
    (25, 25, &RIPE),
    (26, 26, &ARIN),
    (27, 27, &APNIC),
    (28, 30, &ARIN),
    (31, 31, &RIPE),
    (32, 35, &ARIN),
    (36, 36, &APNIC),
    (37, 37, &RIPE),
    (38, 38, &ARIN),
    (39, 39, &APNIC),
    (40, 40, &ARIN),
    (41, 41, &AFRINIC),
    (42, 43, &APNIC),
    (44, 45, &ARIN),
    (46, 46, &RIPE),
    (47, 48, &ARIN),
    (49, 49, &APNIC),
    (50, 50, &ARIN),
    (51, 51, &RIPE),
    (52, 52, &ARIN),
    (53, 53, &RIPE),
    (54, 56, &ARIN),
    (57, 57, &RIPE),
    (58, 61, &APNIC),
    (62, 62, &RIPE),
    (63, 76, &ARIN),
    (77, 95, &RIPE),
    (96, 100, &ARIN),
    (101, 101, &APNIC),
    (102, 102, &AFRINIC),
    (103, 103, &APNIC),
    (104, 104, &ARIN),
    (105, 105, &AFRINIC),
    (106, 106, &APNIC),
    (107, 108, &ARIN),
    (109, 109, &RIPE),
    (110, 126, &APNIC),
    (128, 132, &ARIN),
    (133, 133, &APNIC),
    (134, 140, &ARIN),
    (141, 141, &RIPE),
    (142, 144, &ARIN),
    (145, 145, &RIPE),
    (146, 149, &ARIN),
    (150, 150, &APNIC),
    (151, 151, &RIPE),
    (152, 152, &ARIN),
    (153, 153, &APNIC),
    (154, 154, &AFRINIC),
    (155, 162, &ARIN),
    (163, 163, &APNIC),
    (164, 170, &ARIN),
    (171, 171, &APNIC),
    (172, 174, &ARIN),
    (175, 175, &APNIC),
    (176, 176, &RIPE),
    (177, 177, &LACNIC),
    (178, 178, &RIPE),
    (179, 179, &LACNIC),
    (180, 180, &APNIC),
    (181, 181, &LACNIC),
    (182, 183, &APNIC),
    (184, 184, &ARIN),
    (185, 185, &RIPE),
    (186, 187, &LACNIC),
    (188, 188, &RIPE),
    (189, 191, &LACNIC),
    (192, 192, &ARIN),
    (193, 195, &RIPE),
    (196, 197, &AFRINIC),
    (198, 199, &ARIN),
    (200, 201, &LACNIC),
    (202, 203, &APNIC),
    (204, 209, &ARIN),
    (210, 211, &APNIC),
    (212, 213, &RIPE),
    (214, 216, &ARIN),
    (217, 217, &RIPE),
    (218, 223, &APNIC),
];

/// The first 32 bits of a block, its length, and who keeps it.
const V6: &[(u32, u32, &Registry)] = &[
    (0x2001_0200, 23, &APNIC),
    (0x2001_0400, 23, &ARIN),
    (0x2001_0600, 23, &RIPE),
    (0x2001_0800, 22, &RIPE),
    (0x2001_0c00, 23, &APNIC),
    (0x2001_0e00, 23, &APNIC),
    (0x2001_1200, 23, &LACNIC),
    (0x2001_1400, 22, &RIPE),
    (0x2001_1800, 23, &ARIN),
    (0x2001_1a00, 23, &RIPE),
    (0x2001_1c00, 22, &RIPE),
    (0x2001_2000, 19, &RIPE),
    (0x2001_4000, 23, &RIPE),
    (0x2001_4200, 23, &AFRINIC),
    (0x2001_4400, 23, &APNIC),
    (0x2001_4600, 23, &RIPE),
    (0x2001_4800, 23, &ARIN),
    (0x2001_4a00, 23, &RIPE),
    (0x2001_4c00, 23, &RIPE),
    (0x2001_5000, 20, &RIPE),
    (0x2001_8000, 19, &APNIC),
    (0x2001_a000, 20, &APNIC),
    (0x2001_b000, 20, &APNIC),
    (0x2003_0000, 18, &RIPE),
    (0x2400_0000, 12, &APNIC),
    (0x2600_0000, 12, &ARIN),
    (0x2610_0000, 23, &ARIN),
    (0x2620_0000, 23, &ARIN),
    (0x2630_0000, 12, &ARIN),
    (0x2800_0000, 12, &LACNIC),
    (0x2a00_0000, 12, &RIPE),
    (0x2a10_0000, 12, &RIPE),
    (0x2c00_0000, 12, &AFRINIC),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_region_has_its_registry() {
        let check = |address: &str, expected: Option<&str>| {
            let contact = contact(address.parse().unwrap());
            assert_eq!(contact.map(|contact| contact.address).as_deref(), expected, "{address}");
        };
        check("8.8.8.8", Some("https://rdap.arin.net/registry/ip/8.8.8.8"));
        check("1.1.1.1", Some("https://rdap.apnic.net/ip/1.1.1.1"));
        check("193.0.0.1", Some("https://rdap.db.ripe.net/ip/193.0.0.1"));
        check("200.160.0.1", Some("https://rdap.lacnic.net/rdap/ip/200.160.0.1"));
        check("196.216.2.1", Some("https://rdap.afrinic.net/rdap/ip/196.216.2.1"));
        check("2408:8000::1", Some("https://rdap.apnic.net/ip/2408:8000::1"));
        check("2a02:1::1", Some("https://rdap.db.ripe.net/ip/2a02:1::1"));
        check("2001:4450::1", Some("https://rdap.apnic.net/ip/2001:4450::1"));
        check("::ffff:8.8.8.8", Some("https://rdap.arin.net/registry/ip/8.8.8.8"));
        check("10.0.0.1", None);
        check("240.0.0.1", None);
        check("3ffe::1", None);
    }

    #[test]
    fn the_lists_are_in_order_and_overlap_nowhere() {
        assert!(V4.is_sorted_by(|a, b| a.0 <= a.1 && a.1 < b.0));
        let end = |first: u32, length: u32| first | (u32::MAX >> length);
        assert!(V6.is_sorted_by(|a, b| end(a.0, a.1) < b.0), "{V6:x?}");
        for (first, length, _) in V6 {
            assert_eq!(first & (u32::MAX >> length), 0, "{first:x}/{length} is no network");
        }
    }
}
