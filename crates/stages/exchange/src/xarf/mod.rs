//! Abuse reports (XARF, version 4), out and in: one report for each flow of a request, or for each
//! address of an extract and incident that it was seen in. A report says what an operator's abuse
//! desk needs; what it has no member for is told as a loss. Several reports stand one on a line.

mod back;
mod out;
mod types;

use bakas_model::{
    IncidentKind,
    exchange::{Content, Package, Unknown, Words},
};
use serde_json::Value;

use crate::{Cleared, DecodeError, EncodeError, Encoded, Limits, Loss, Taken, json, remainder};

/// The format's name in messages.
const FORMAT: &str = "xarf";
/// The version that is written; every 4.x.y is read.
pub const VERSION: &str = "4.2.0";
/// Evidence is in base64 and may be so many times as long as another text.
pub const EVIDENCE_TIMES: usize = 8;
/// Bytes of one piece of evidence (XARF 4, `evidence_item.size`).
pub const EVIDENCE_BYTES_LIMIT: usize = 5 << 20;

/// What the writer has to be told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// What happened: a request does not say it, and every report must.
    pub kind: Option<IncidentKind>,
}

/// Writes an extract as reports.
///
/// # Errors
/// As [`encode_with`]; a request needs the kind of incident that it is about.
pub fn encode(cleared: &Cleared) -> Result<Encoded, EncodeError> {
    encode_with(cleared, Options::default())
}

/// Writes a package as reports, one on a line.
///
/// # Errors
/// Where it is an answer, where the sender has no e-mail address, where the kind of incident is
/// missing, or where nothing in it is an address or a domain.
pub fn encode_with(cleared: &Cleared, options: Options) -> Result<Encoded, EncodeError> {
    let package: &Package = cleared;
    let reports = out::reports(package, options.kind)?;
    let mut bytes = Vec::new();
    for report in reports {
        bytes.extend_from_slice(crate::json::in_order(report).to_string().as_bytes());
        bytes.push(b'\n');
    }
    Ok(Encoded { losses: losses(&bytes, package), bytes })
}

fn losses(bytes: &[u8], package: &Package) -> Vec<Loss> {
    let most = Limits {
        bytes: u64::MAX,
        objects: usize::MAX,
        depth: 64,
        text: usize::MAX / EVIDENCE_TIMES,
        rejects: 16,
    };
    match decode(bytes, &most).ok().and_then(|mut taken| taken.packages.pop()) {
        Some(back) => remainder::losses(&back, package),
        None => remainder::all_lost(package),
    }
}

fn cannot(place: &str, what: &str) -> EncodeError {
    EncodeError { format: FORMAT, place: place.to_owned(), what: what.to_owned() }
}

fn wrong(place: &str, what: &str) -> DecodeError {
    DecodeError { format: FORMAT, place: place.to_owned(), what: what.to_owned() }
}

/// Reads one report, a list of reports, or reports one on a line.
///
/// # Errors
/// Where nothing of it is a report of version 4, or where it passes a limit.
pub fn decode(bytes: &[u8], limits: &Limits) -> Result<Taken, DecodeError> {
    if bytes.len() as u64 > limits.bytes {
        let what = format!("more than {} bytes; ask for it in parts", limits.bytes);
        return Err(wrong("byte 0", &what));
    }
    let within = Limits { text: limits.text.saturating_mul(EVIDENCE_TIMES), ..*limits };
    let mut reading = Reading { limits: *limits, taken: Taken::default(), reports: 0 };
    match json::read(bytes, &within, FORMAT) {
        Ok(Value::Array(reports)) => {
            for (number, report) in reports.iter().enumerate() {
                reading.report(report, &format!("/{number}"))?;
            }
        }
        Ok(report) => reading.report(&report, "/")?,
        Err(whole) => reading.lines(bytes, &within, whole)?,
    }
    if reading.taken.packages.is_empty() {
        let first = reading.taken.rejected.into_iter().next();
        let what = first.map_or_else(|| "no report".to_owned(), |words| words.text);
        return Err(wrong("byte 0", &what));
    }
    Ok(reading.taken)
}

struct Reading {
    limits: Limits,
    taken: Taken,
    reports: usize,
}

impl Reading {
    fn reject(&mut self, place: &str, why: &str) {
        if self.taken.rejected.len() < self.limits.rejects {
            let why: String = why.chars().filter(|c| !c.is_control()).take(300).collect();
            let text = format!("{place}: {why}");
            self.taken.rejected.push(Words { language: "en".into(), text });
        }
    }

    /// A message of several lines. Where its first line is no JSON, neither are several.
    fn lines(
        &mut self,
        bytes: &[u8],
        limits: &Limits,
        whole: DecodeError,
    ) -> Result<(), DecodeError> {
        let mut whole = Some(whole);
        for (number, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
            let line = line.trim_ascii();
            if line.is_empty() {
                continue;
            }
            let place = format!("line {}", number + 1);
            match json::read(line, limits, FORMAT) {
                Ok(report) => self.report(&report, &place)?,
                Err(_) if whole.is_some() => return Err(whole.take().expect("just looked")),
                Err(error) => self.reject(&place, &error.what),
            }
            whole = None;
        }
        Ok(())
    }

    fn report(&mut self, report: &Value, place: &str) -> Result<(), DecodeError> {
        self.reports += 1;
        if self.reports > self.limits.objects {
            return Err(wrong(place, &format!("more than {} reports", self.limits.objects)));
        }
        match back::package(report) {
            Ok((package, unknown)) => self.take(package, unknown),
            Err(why) => self.reject(place, &why),
        }
        Ok(())
    }

    /// Reports of one package of ours become one again.
    fn take(&mut self, mut package: Package, unknown: Vec<Unknown>) {
        let same = self.taken.packages.last_mut().filter(|last| last.id == package.id);
        match (same.map(|last| &mut last.content), package.content) {
            (Some(Content::Request(into)), Content::Request(of)) => into.flows.extend(of.flows),
            (Some(Content::Extract(into)), Content::Extract(of)) => back::join(into, of),
            (_, content) => {
                package.content = content;
                package.unknown = unknown;
                self.taken.packages.push(package);
            }
        }
    }
}
