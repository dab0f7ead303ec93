//! The number of workers changes nothing: not a finding, not its number, not its samples.

use std::{fmt::Write as _, fs};

use crate::yard::Yard;

/// A log of sign-ins, out of order, in which some guess.
fn auth(lines: u64) -> String {
    let mut text = String::new();
    for n in 0..lines {
        // A step that shares nothing with the number of minutes: every minute of ten days, mixed.
        let minute = n * 7919 % 14_400;
        let (day, hour) = (5 + minute / 1440, minute / 60 % 24);
        let who = ["ana", "ben", "root", "m.cruz"][(n % 4) as usize];
        let (verb, host) = if n % 5 == 0 { ("Accepted", 20) } else { ("Failed", n % 7) };
        writeln!(
            text,
            "Jan {day:2} {hour:02}:{:02}:{:02} web1 sshd[{}]: {verb} password for {who} from \
             198.51.100.{host} port {} ssh2",
            minute % 60,
            n % 60,
            1000 + n % 9000,
            2000 + n % 60_000
        )
        .unwrap();
        if n % 50 == 0 {
            writeln!(
                text,
                "Jan {day:2} {hour:02}:{:02}:59 web1 sshd[77]: message repeated 3 times: \
                 [ Failed password for ben from 203.0.113.{} port 4000 ssh2]",
                minute % 60,
                n % 3
            )
            .unwrap();
        }
    }
    text
}

fn access(lines: u64) -> String {
    let mut text = String::new();
    for n in 0..lines {
        let minute = n * 4397 % 1440;
        let path = ["/", "/a.php?x=../../etc/passwd", "/login", "/.env"][(n % 4) as usize];
        writeln!(
            text,
            "203.0.113.{} - - [06/Jan/2026:{:02}:{:02}:{:02} +0800] \"GET {path} HTTP/1.1\" {} 512 \
             \"-\" \"Mozilla/5.0\"",
            n % 11,
            minute / 60,
            minute % 60,
            n % 60,
            [200, 404][(n % 2) as usize]
        )
        .unwrap();
    }
    text
}

#[test]
fn one_worker_and_several_find_the_same() {
    let yard = Yard::new();
    for agency in ["a", "b"] {
        fs::create_dir_all(yard.path(format!("logs/{agency}"))).unwrap();
        let write = |name: &str, text: String| {
            let path = yard.path(format!("logs/{agency}/{name}"));
            bakas_store::write_new(&path, text.as_bytes()).unwrap();
        };
        write("auth.log", auth(30_000));
        write("access.log", access(30_000));
    }
    let findings = |threads: usize| -> String {
        let out = yard.path(format!("case-{threads}"));
        yard.try_investigate_on(&[yard.path("logs")], &out, threads).unwrap();
        fs::read_to_string(out.join("findings.ndjson")).unwrap()
    };
    let one = findings(1);
    assert!(one.lines().count() > 20, "{} findings", one.lines().count());
    for threads in [2, 3] {
        let several = findings(threads);
        let differing = one.lines().zip(several.lines()).find(|(a, b)| a != b);
        assert_eq!(differing, None, "{threads} workers");
        assert_eq!(one.len(), several.len());
    }
}
