//! Floods of attacking addresses: what a further one costs in memory, and where all of them are
//! named. The bound itself is measured with `scripts/bench floods`, on logs that are larger than a test
//! should be.

use std::{
    fmt::Write as _,
    fs,
    net::Ipv4Addr,
    process::{Child, Stdio},
    thread,
    time::Duration,
};

use serde_json::Value;

use crate::yard::Yard;

/// What a further address may cost, in KiB, in a build without optimisation: 2.2 where it only tries and
/// 3.3 where it is accused, and half as much again. Casework looks at 100,000 addresses at most, so that
/// this does not go on for ever.
const ADDRESS_KIB_LIMIT: u64 = 5;

/// The nth of many addresses, far from one another and none of them set apart.
fn address(n: u32) -> Ipv4Addr {
    let mixed = n.wrapping_mul(2_654_435_761);
    Ipv4Addr::from_bits((11 + (mixed >> 24) % 80) << 24 | (mixed & 0x00ff_ffff))
}

/// A line of a mail server: a try at an account of its own from an address of its own.
fn mail(n: u32) -> String {
    format!(
        "Jan {:2} {:02}:{:02}:{:02} mx1 dovecot: imap-login: Disconnected (auth failed, 1 attempts in 2 \
         secs): user=<u{n}@agency.example>, method=PLAIN, rip={}, lip=192.0.2.5, TLS, session=<s{n}>\n",
        5 + n / 86_400,
        n / 3600 % 24,
        n / 60 % 60,
        n % 60,
        address(n)
    )
}

/// A line of a web server: a shell is used.
fn shell(n: u32) -> String {
    format!(
        "{} - - [05/Jan/2026:{:02}:{:02}:{:02} +0800] \"GET /uploads/x.php?cmd=whoami HTTP/1.1\" 200 9 \
         \"-\" \"curl/8\"\n",
        address(n),
        n / 3600 % 24,
        n / 60 % 60,
        n % 60
    )
}

/// The most memory that a child ever held, in KiB; `None` where the system does not tell.
fn peak_kib(child: &mut Child) -> Option<u64> {
    let status = format!("/proc/{}/status", child.id());
    let mut peak = None;
    while child.try_wait().unwrap().is_none() {
        let text = fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        peak = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).or(peak);
        thread::sleep(Duration::from_millis(10));
    }
    peak
}

/// Investigates so many lines, and tells the peak.
fn flood(name: &str, lines: u32, line: fn(u32) -> String) -> (Yard, Option<u64>) {
    let yard = Yard::new();
    let mut log = String::new();
    (0..lines).for_each(|n| log.push_str(&line(n)));
    yard.log(name, log.as_bytes());
    let mut command = yard.command();
    command.args(["investigate", "logs", "--out", "case"]);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    let peak = peak_kib(&mut child);
    assert!(child.wait().unwrap().success(), "{name}, {lines} lines");
    (yard, peak)
}

fn check(name: &str, line: fn(u32) -> String) {
    let (few, many) = (8_000, 32_000);
    let (_, one) = flood(name, few, line);
    let (_, other) = flood(name, many, line);
    let (Some(one), Some(other)) = (one, other) else {
        println!("skipped: this system does not tell how much memory a program held");
        return;
    };
    let growth = other.saturating_sub(one);
    let bound = ADDRESS_KIB_LIMIT * u64::from(many - few);
    let mut told = String::new();
    write!(told, "{few} lines took {one} KiB, {many} lines {other}").unwrap();
    assert!(growth <= bound, "{name}: {told}: {growth} KiB more, where {bound} are free");
}

#[test]
fn a_further_address_that_tries_costs_little() {
    check("agency/mail.log", mail);
}

#[test]
fn a_further_address_that_is_accused_costs_little() {
    check("agency/access.log", shell);
}

#[test]
fn a_flood_of_single_tries_is_told_and_accuses_nobody() {
    let yard = Yard::new();
    yard.log("agency/mail.log", (0..1_200).map(mail).collect::<String>().as_bytes());
    let case = yard.investigate();
    assert!(case.incidents.is_empty(), "no address can be told from one of an honest person");
    let is_flood = |aside: &&bakas_model::case::SetAside| aside.text.en.contains("single tries");
    let told = case.set_aside.iter().find(is_flood).unwrap();
    assert_eq!(told.hits, 1_200);
    assert!(told.text.en.contains("from 1,200 addresses in "), "{}", told.text.en);
    let report = fs::read_to_string(yard.path("case/report.html")).unwrap();
    assert!(report.contains("A flood of single tries"), "whoever reads the report is told");

    // A tenth of them are people who forgot a password.
    let yard = Yard::new();
    yard.log("agency/mail.log", (0..120).map(mail).collect::<String>().as_bytes());
    assert!(!yard.investigate().set_aside.iter().any(|aside| is_flood(&aside)));
}

#[test]
fn of_very_many_addresses_the_most_active_are_named_and_all_stand_in_a_file() {
    let lines = 3_000;
    let twice = |n: u32| if n < 10 { shell(n) + &shell(n) } else { shell(n) };
    let yard = Yard::new();
    yard.log("agency/access.log", (0..lines).map(twice).collect::<String>().as_bytes());
    let case = yard.investigate();
    let count: u64 = case.incidents.iter().map(bakas_model::Incident::address_count).sum();
    assert_eq!(count, u64::from(lines), "every address is counted");
    for incident in case.incidents.iter().filter(|incident| incident.more_addresses > 0) {
        assert_eq!(incident.addresses.len(), 2_000);
        assert!(incident.addresses.is_sorted_by(|a, b| a.lines >= b.lines));
    }
    assert!(case.incidents.iter().any(|incident| incident.more_addresses > 0));
    assert!(case.traces.len() == 2_000 && case.traces.is_sorted_by_key(|trace| trace.address));
    let most: Vec<_> = (0..10).map(|n| std::net::IpAddr::from(address(n))).collect();
    assert!(most.iter().all(|ip| case.traces.iter().any(|trace| trace.address == *ip)));

    let lines_of = |name: &str| -> Vec<Value> {
        let text = fs::read_to_string(yard.path("case").join(name)).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    let addresses = lines_of("addresses.ndjson");
    assert_eq!((addresses.len(), lines_of("traces.ndjson").len()), (3_000, 3_000));
    let total: u64 = addresses.iter().map(|line| line["lines"].as_u64().unwrap()).sum();
    assert_eq!(total, case.counts.evidence_lines, "each line has its address");
    let of_networks: u64 = case.networks.iter().map(|network| network.lines).sum();
    assert_eq!(of_networks, total, "networks are counted over every address");
    let seen: u64 = case.networks.iter().map(|network| network.addresses).sum();
    assert_eq!(seen, u64::from(lines));

    // The report says what it leaves out, and the assessment stands on every address.
    let report = fs::read_to_string(yard.path("case/report.html")).unwrap();
    assert!(report.contains("addresses.ndjson") && report.contains("3,000"));
    let again = yard.run(&["assess", "case", "--json"]);
    assert_eq!(again.code, 0, "{}", again.err);
    let again: Value = serde_json::from_str(&again.out).unwrap();
    let sealed = serde_json::to_value(&case.assessments[0].hypotheses).unwrap();
    assert_eq!(again["assessments"][0]["hypotheses"], sealed);
}
