//! The telco's records as its machines write them: translations as system log lines in its own time
//! zone and by a clock that is behind, sessions as a table, leases as a file, connections as a sensor
//! tells them. Only what is kept is written.

use std::{
    fmt::Write as _,
    fs, io,
    net::IpAddr,
    path::{Path, PathBuf},
};

use super::{BEHIND, BLOCK, By, KEPT_FROM, Operator, Tenancy};
use crate::{
    clock::{self, DAY, DAYS, SECOND, START},
    rng::mix,
};

/// A record with its time, to be put into order.
type Line = (i64, Vec<u8>);

const RADACCT: &str = "radacctid,acctsessionid,acctuniqueid,username,nasipaddress,nasporttype,acctstarttime,acctstoptime,acctterminatecause,callingstationid,framedipaddress,framedipv6address\n";
const LEASES: &str = "address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,hostname,state,user_context\n";
const CONNECTIONS: &str = "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tconn\n#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tservice\tduration\torig_bytes\tresp_bytes\tconn_state\n#types\ttime\tstring\taddr\tport\taddr\tport\tenum\tstring\tinterval\tcount\tcount\tstring\n";

/// Writes everything into a folder, which it makes; gives back the number of bytes.
pub(crate) fn write(operator: &Operator, root: &Path) -> Result<u64, (PathBuf, io::Error)> {
    let files = [
        ("bakas.toml", bakas_toml(operator).into_bytes()),
        ("nat/cgn1.log", translations(operator)),
        ("radius/radacct.csv", sessions(operator)),
        ("dhcp/kea-leases4.csv", leases(operator)),
        ("flows/conn.log", connections(operator)),
    ];
    let mut written = 0;
    for (name, bytes) in files {
        let path = root.join(name);
        let made = path.parent().map_or(Ok(()), fs::create_dir_all);
        made.and_then(|()| fs::write(&path, &bytes)).map_err(|e| (path, e))?;
        written += bytes.len() as u64;
    }
    Ok(written)
}

fn bakas_toml(operator: &Operator) -> String {
    let zone = operator.zone.0;
    let mut reference = Vec::new();
    clock::iso(&mut reference, START + (DAYS + 3) * DAY, operator.zone.1, 0);
    let reference = String::from_utf8_lossy(&reference);
    let (day, behind) = (reference.split('T').next().unwrap_or_default(), BEHIND / SECOND);
    format!(
        "# Made by `bakas scenario`. The subscribers and all that they do are made up.\nsynthetic = true\n\n\
         [[source]]\npath = \"nat/*\"\nzone = \"{zone}\"\noffset_seconds = {behind}.0\n\
         uncertainty_seconds = 1.0\nyear_reference = \"{day}\"\n\n\
         [[source]]\npath = \"radius/*\"\nzone = \"{zone}\"\nuncertainty_seconds = 1.0\n\n\
         [[source]]\npath = \"**\"\nuncertainty_seconds = 1.0\n"
    )
}

fn in_order(mut lines: Vec<Line>, head: &str) -> Vec<u8> {
    lines.sort_unstable();
    let mut out = head.as_bytes().to_vec();
    for (_, line) in lines {
        out.extend_from_slice(&line);
        out.push(b'\n');
    }
    out
}

fn translations(operator: &Operator) -> Vec<u8> {
    let mut lines = Vec::new();
    for one in &operator.tenancies {
        let By::Translation { first, inner } = one.by else { continue };
        let (address, last) = (one.address, first + BLOCK - 1);
        for (time, what, does, used) in
            [(one.from, "ALLOC", "allocates", 1), (one.until, "RELEASE", "releases", 0)]
        {
            if time < KEPT_FROM {
                continue;
            }
            let mut line = Vec::with_capacity(200);
            clock::bsd(&mut line, time - BEHIND, operator.zone.1);
            let text = format!(
                " cgn1 RT_NAT: RT_SRC_PBA_{what}: Subscriber {inner} used/maximum [{used}/8] blocks, {does} port block [{first}-{last}] from {address} in source pool pool-a lsys_id: 0"
            );
            line.extend_from_slice(text.as_bytes());
            lines.push((time, line));
        }
    }
    in_order(lines, "")
}

/// A session begins a moment before its translation and ends a moment after.
const AROUND: i64 = 2 * SECOND;

fn sessions(operator: &Operator) -> Vec<u8> {
    let of = |one: &&Tenancy| one.by != By::Lease && one.from - AROUND >= KEPT_FROM;
    let mut all: Vec<&Tenancy> = operator.tenancies.iter().filter(of).collect();
    all.sort_by_key(|one| (one.from, one.address, &one.subscriber));
    let mut out = RADACCT.as_bytes().to_vec();
    for (number, one) in (1_u64..).zip(all) {
        let moment = |time: i64| {
            let mut text = Vec::new();
            clock::iso(&mut text, time, operator.zone.1, 0);
            String::from_utf8_lossy(&text).replace('T', " ")
        };
        let (four, six) = match (one.by, one.address) {
            (By::Translation { inner, .. }, _) => (inner.to_string(), "NULL".to_owned()),
            (_, IpAddr::V4(v4)) => (v4.to_string(), "NULL".to_owned()),
            (_, IpAddr::V6(v6)) => ("NULL".to_owned(), v6.to_string()),
        };
        let line = format!(
            "{number},{:08X},{:016x},{},192.0.2.1,Ethernet,{},{},User-Request,00:00:5e:00:53:{:02x},{four},{six}\n",
            0x8000_0000 + number,
            mix(number),
            one.subscriber,
            moment(one.from - AROUND),
            moment(one.until + AROUND),
            number % 256,
        );
        out.extend_from_slice(line.as_bytes());
    }
    out
}

fn leases(operator: &Operator) -> Vec<u8> {
    let mut lines = Vec::new();
    for one in operator.tenancies.iter().filter(|one| one.by == By::Lease) {
        let (ends, lasts) = (one.until / SECOND, (one.until - one.from) / SECOND);
        let line = format!("{},{},,{lasts},{ends},1,0,0,,0,", one.address, one.subscriber);
        lines.push((one.from, line.into_bytes()));
    }
    in_order(lines, LEASES)
}

fn connections(operator: &Operator) -> Vec<u8> {
    let mut text = CONNECTIONS.to_owned();
    for (number, one) in (0_u64..).zip(&operator.connections) {
        if one.time < KEPT_FROM {
            continue;
        }
        let drawn = mix(number ^ one.time as u64);
        writeln!(
            text,
            "{}.{:03}000\tC{:015x}\t{}\t{}\t{}\t443\ttcp\tssl\t0.{:06}\t{}\t{}\tSF",
            one.time / SECOND,
            one.time % SECOND,
            drawn >> 4,
            one.source,
            32_768 + drawn % 28_000,
            one.destination,
            drawn % 900_000,
            700 + drawn % 900,
            2_000 + drawn % 40_000,
        )
        .expect("a string takes everything");
    }
    text.into_bytes()
}
