//! Findings of plain rules as lines of NDJSON. What is the same in every line of a file or a rule is
//! written out once; a busy scanner leaves more findings than lines.

use std::{
    io::Write as _,
    net::{IpAddr, Ipv4Addr},
};

use bakas_detect::Rules;
use bakas_model::{Event, Place, RuleIx, Severity, Timestamp};
use serde::Serialize;

use crate::plan::Plan;

/// Writes the members that `docs/manual/detect.md` tells, in this order: file, line, offset,
/// length, time, src, rule, title, level.
pub(super) struct Lines<'r> {
    rules: &'r Rules,
    /// By source: `{"file":"…","line":`.
    heads: Vec<Vec<u8>>,
    /// By rule: `,"rule":"…","title":"…","level":"…"}` and the line's end; written out when it is
    /// first needed.
    tails: Vec<Vec<u8>>,
    /// The record written last, and its members from the line's number to the source address.
    last: Option<(Place, u64, Timestamp, Option<IpAddr>)>,
    middle: Vec<u8>,
    /// The last time that was written out.
    time: (Timestamp, Vec<u8>),
}

#[derive(Serialize)]
struct Tail<'a> {
    rule: &'a str,
    title: &'a str,
    level: Severity,
}

impl<'r> Lines<'r> {
    pub(super) fn new(plan: &Plan, rules: &'r Rules) -> Self {
        let head = |source: &bakas_model::Source| {
            [b"{\"file\":".as_slice(), &json(&source.path), b",\"line\":"].concat()
        };
        Self {
            rules,
            heads: plan.sources.iter().map(head).collect(),
            tails: vec![Vec::new(); rules.metas().len()],
            last: None,
            middle: Vec::new(),
            time: (Timestamp::default(), json(&Timestamp::default())),
        }
    }

    /// Appends a finding.
    pub(super) fn line(&mut self, event: &Event<'_>, line: u64, rule: RuleIx, out: &mut Vec<u8>) {
        let key = (event.place, line, event.time, event.src);
        if self.last != Some(key) {
            self.last = Some(key);
            self.write_middle(event, line);
        }
        out.extend_from_slice(&self.heads[event.place.source.0 as usize]);
        out.extend_from_slice(&self.middle);
        let tail = &mut self.tails[rule.0 as usize];
        if tail.is_empty() {
            let meta = &self.rules.metas()[rule.0 as usize];
            let (rule, title, level) = (&meta.id, &meta.title, meta.severity);
            *tail = json(&Tail { rule, title, level });
            // A brace opens it that stands at the line's beginning.
            tail[0] = b',';
            tail.push(b'\n');
        }
        out.extend_from_slice(tail);
    }

    fn write_middle(&mut self, event: &Event<'_>, line: u64) {
        if self.time.0 != event.time && !is_moved(&mut self.time, event.time) {
            self.time = (event.time, json(&event.time));
        }
        let to = &mut self.middle;
        to.clear();
        decimal(line, to);
        to.extend_from_slice(b",\"offset\":");
        decimal(event.place.offset, to);
        to.extend_from_slice(b",\"length\":");
        decimal(event.place.length.into(), to);
        to.extend_from_slice(b",\"time\":");
        to.extend_from_slice(&self.time.1);
        match event.src {
            None => {}
            Some(IpAddr::V4(address)) => {
                to.extend_from_slice(b",\"src\":\"");
                octets(address, to);
                to.push(b'"');
            }
            Some(address) => {
                write!(to, ",\"src\":\"{address}\"").expect("a Vec takes any bytes");
            }
        }
    }
}

fn json(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("texts and numbers are plain data")
}

/// Moves a time that is written out within its minute, where only its seconds change.
fn is_moved((at, text): &mut (Timestamp, Vec<u8>), to: Timestamp) -> bool {
    const SECOND: i64 = 1_000_000;
    let (from, micros) = (at.as_micros(), to.as_micros());
    let is_whole = from % SECOND == 0 && micros % SECOND == 0;
    if !is_whole || from.div_euclid(60 * SECOND) != micros.div_euclid(60 * SECOND) {
        return false;
    }
    // `"2026-01-05T00:00:00Z"`: of whole seconds the last two digits stand before the zone.
    let Some([b':', tens, ones, b'Z', b'"']) = text.last_chunk_mut() else { return false };
    let second = (micros.div_euclid(SECOND)).rem_euclid(60) as u8;
    (*tens, *ones) = (b'0' + second / 10, b'0' + second % 10);
    *at = to;
    true
}

fn octets(address: Ipv4Addr, to: &mut Vec<u8>) {
    for (at, octet) in address.octets().into_iter().enumerate() {
        if at > 0 {
            to.push(b'.');
        }
        decimal(octet.into(), to);
    }
}

fn decimal(mut number: u64, to: &mut Vec<u8>) {
    let mut digits = [0; 20];
    let mut from = digits.len();
    loop {
        from -= 1;
        digits[from] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            break;
        }
    }
    to.extend_from_slice(digits.get(from..).unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_addresses_are_written_as_the_library_writes_them() {
        for number in [0, 7, 10, 255, 1_000_000, u64::MAX] {
            let mut found = Vec::new();
            decimal(number, &mut found);
            assert_eq!(found, number.to_string().into_bytes());
        }
        for number in (0..=u32::MAX).step_by(7_919_993) {
            let mut found = Vec::new();
            octets(number.into(), &mut found);
            assert_eq!(found, Ipv4Addr::from(number).to_string().into_bytes());
        }
    }

    #[test]
    fn times_are_written_as_they_are_everywhere() {
        let mut written = (Timestamp::default(), json(&Timestamp::default()));
        let micros = |n: i64| [0, 1, 59, 60, 61, 3_599, 86_399, 86_400][n as usize % 8] * 1_000_000;
        for n in 0..4_000_i64 {
            let base = [0, 1_767_571_140_000_000, -77_000_000, -62_135_596_800_000_000];
            let part = if n % 5 == 0 { n * 7_919 % 1_000_000 } else { 0 };
            let time = Timestamp::from_micros(base[n as usize / 1_000] + micros(n * n / 3) + part);
            if !is_moved(&mut written, time) {
                written = (time, json(&time));
            }
            assert_eq!(written, (time, json(&time)), "{n}");
        }
    }
}
