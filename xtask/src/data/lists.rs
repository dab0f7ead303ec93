//! Lists that tell the kind of network: Tor exits, VPN and data-centre networks, hosting operators,
//! and what the MISP warning lists know of clouds, content networks, relays and scanners.

use std::{net::IpAddr, path::Path};

use anyhow::{Context, Result};
use bakas_model::{DataSet, Day, NetworkKind, time::days_from_civil};
use bakas_trace::{Draft, ListDraft};
use ipnet::IpNet;
use serde::Deserialize;

use super::{inputs, provenance::Provenance};

/// Tor exits of February 2024: the day is not known.
pub(super) fn read_tor(dir: &Path, draft: &mut Draft, seen: &mut Provenance) -> Result<()> {
    let name = "tor-exits-2024-02";
    let text = inputs::read(&dir.join("tor-exit-nodes.lst"), name, seen)?;
    let list = ListDraft {
        name: name.to_owned(),
        kind: Some(NetworkKind::Tor),
        data_set: name.to_owned(),
        networks: networks(text.lines())?,
        asns: Vec::new(),
        ..ListDraft::default()
    };
    let set = DataSet {
        what: "addresses that were Tor exits in February 2024: history, many are exits no longer"
            .to_owned(),
        source: "SecOps-Institute/Tor-IP-Addresses".to_owned(),
        date: Day(days_from_civil(2024, 2, 1)),
        licence: "MIT".to_owned(),
        attribution: "Copyright (c) 2023 SecOps - Institute of Information Security, \
                      https://github.com/SecOps-Institute/Tor-IP-Addresses"
            .to_owned(),
        ..DataSet::default()
    };
    add(list, set, draft, seen);
    Ok(())
}

/// Networks of VPN providers, and networks that are not for subscribers.
pub(super) fn read_x4bnet(
    dir: &Path,
    gathered: Day,
    draft: &mut Draft,
    seen: &mut Provenance,
) -> Result<()> {
    let lists = [
        ("x4bnet-vpn", "vpn", NetworkKind::Vpn, "known networks of VPN providers"),
        (
            "x4bnet-datacenter",
            "datacenter",
            NetworkKind::Hosting,
            "networks of data centres and VPN providers: not for subscribers",
        ),
    ];
    for (name, folder, kind, what) in lists {
        let mut all = Vec::new();
        for file in ["ipv4.txt", "ipv6.txt"] {
            let text = inputs::read(&dir.join("output").join(folder).join(file), name, seen)?;
            all.extend(networks(text.lines())?);
        }
        let list = ListDraft {
            name: name.to_owned(),
            kind: Some(kind),
            data_set: name.to_owned(),
            networks: all,
            asns: Vec::new(),
            ..ListDraft::default()
        };
        let set = DataSet {
            what: format!("{what} (the list bears no date; as gathered)"),
            source: "X4BNet/lists_vpn".to_owned(),
            date: gathered,
            licence: "MIT".to_owned(),
            attribution: "Copyright (c) 2024 X4B (Mathew Heard), \
                          https://github.com/X4BNet/lists_vpn"
                .to_owned(),
            ..DataSet::default()
        };
        add(list, set, draft, seen);
    }
    Ok(())
}

/// Operators that rent out servers.
pub(super) fn read_bad_asns(
    dir: &Path,
    gathered: Day,
    draft: &mut Draft,
    seen: &mut Provenance,
) -> Result<()> {
    let name = "bad-asn-list";
    let text = inputs::read(&dir.join("bad-asn-list.csv"), name, seen)?;
    // Some entities have a blank before their quotes, which only the first field survives.
    let numbers = text.lines().skip(1).filter(|line| !line.trim().is_empty()).map(|line| {
        let first = line.split(',').next().unwrap_or_default();
        first.trim().trim_matches('"').parse::<u32>().with_context(|| format!("line '{line}'"))
    });
    let list = ListDraft {
        // The publisher's name judges; here it stands for what it lists.
        name: "hosting-operators".to_owned(),
        kind: Some(NetworkKind::Hosting),
        data_set: name.to_owned(),
        networks: Vec::new(),
        asns: numbers.collect::<Result<_>>()?,
        ..ListDraft::default()
    };
    let set = DataSet {
        what: "operators that rent out servers, by their number (the list bears no date; as \
               gathered)"
            .to_owned(),
        source: "brianhama/bad-asn-list".to_owned(),
        date: gathered,
        licence: "MIT".to_owned(),
        attribution: "Copyright (c) 2025 Brian Hamachek, https://github.com/brianhama/bad-asn-list"
            .to_owned(),
        ..DataSet::default()
    };
    add(list, set, draft, seen);
    Ok(())
}

/// The warning lists taken, and what each says of the kind of network. `vpn-ipv4` and `vpn-ipv6`
/// mix VPN providers with data centres by their own description, so they say no more than hosting.
const MISP: &[(&str, Option<NetworkKind>)] = &[
    ("akamai", Some(NetworkKind::Content)),
    ("amazon-aws", Some(NetworkKind::Cloud)),
    ("censys-scanning", None),
    ("cloudflare", Some(NetworkKind::Content)),
    ("fastly", Some(NetworkKind::Content)),
    ("google-gcp", Some(NetworkKind::Cloud)),
    ("icloud-private-relay", Some(NetworkKind::PrivateRelay)),
    ("microsoft-azure", Some(NetworkKind::Cloud)),
    ("microsoft-azure-china", Some(NetworkKind::Cloud)),
    ("oracle-oci", Some(NetworkKind::Cloud)),
    ("ovh-cluster", Some(NetworkKind::Cloud)),
    ("shadowserver-nt-scanning", None),
    ("shodan-scanning", None),
    ("sinkholes", None),
    ("vpn-ipv4", Some(NetworkKind::Hosting)),
    ("vpn-ipv6", Some(NetworkKind::Hosting)),
];

/// What is taken from a warning list.
#[derive(Deserialize)]
struct Warninglist {
    description: String,
    version: u32,
    list: Vec<String>,
}

/// MISP's warning lists.
pub(super) fn read_misp(
    dir: &Path,
    gathered: Day,
    draft: &mut Draft,
    seen: &mut Provenance,
) -> Result<()> {
    for &(folder, kind) in MISP {
        let name = format!("misp-{folder}");
        let text = inputs::read(&dir.join(folder).join("list.json"), &name, seen)?;
        let read: Warninglist = serde_json::from_str(&text).with_context(|| folder.to_owned())?;
        let day = day_of(read.version);
        let undated = if day.is_some() { "" } else { " (the list bears no date; as gathered)" };
        let list = ListDraft {
            name: name.clone(),
            kind,
            data_set: name,
            networks: networks(read.list.iter().map(String::as_str))
                .with_context(|| folder.to_owned())?,
            asns: Vec::new(),
            ..ListDraft::default()
        };
        let set = DataSet {
            what: format!("{}{undated}", read.description.trim()),
            source: format!("MISP/misp-warninglists, list {folder}, version {}", read.version),
            date: day.unwrap_or(gathered),
            licence: "CC0-1.0".to_owned(),
            attribution: "MISP project, https://github.com/MISP/misp-warninglists".to_owned(),
            ..DataSet::default()
        };
        add(list, set, draft, seen);
    }
    Ok(())
}

/// The date in a version such as 20260811; other versions are plain numbers.
fn day_of(version: u32) -> Option<Day> {
    let (year, month, day) = (version / 10_000, version / 100 % 100, version % 100);
    let dated =
        (2000..2100).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day);
    let year = i32::try_from(year).ok()?;
    dated.then(|| Day(days_from_civil(year, month as u8, day as u8)))
}

fn add(list: ListDraft, set: DataSet, draft: &mut Draft, seen: &Provenance) {
    draft.data_sets.push(DataSet {
        name: list.data_set.clone(),
        records: (list.networks.len() + list.asns.len()) as u64,
        sha256: seen.single(&list.data_set),
        ..set
    });
    draft.lists.push(list);
}

/// Addresses and CIDR blocks, one an entry; `#` begins a comment.
fn networks<'a>(lines: impl Iterator<Item = &'a str>) -> Result<Vec<IpNet>> {
    lines
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| {
            let net = line.parse::<IpNet>().or_else(|_| line.parse::<IpAddr>().map(IpNet::from));
            net.map(|net| net.trunc()).with_context(|| format!("no address: '{line}'"))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_blocks_are_read_and_nonsense_is_named() {
        let lines = ["# comment", "", " 1.2.3.4 ", "10.0.0.7/8", "2001:db8::/32"];
        let read: Vec<String> =
            networks(lines.into_iter()).unwrap().iter().map(ToString::to_string).collect();
        assert_eq!(read, ["1.2.3.4/32", "10.0.0.0/8", "2001:db8::/32"]);
        let error = networks(["1.2.3"].into_iter()).unwrap_err();
        assert!(error.to_string().contains("'1.2.3'"), "{error}");
    }

    #[test]
    fn versions_are_dates_only_where_they_are() {
        let check = |version, expected: Option<&str>| {
            assert_eq!(day_of(version).map(|day| day.to_string()).as_deref(), expected);
        };
        check(20_260_811, Some("2026-08-11"));
        check(26_070_809, None);
        check(3, None);
        check(20_261_399, None);
    }
}
