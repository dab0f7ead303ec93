//! Writes what an investigation came to into the case folder, file by file.

use std::collections::BTreeMap;

use bakas_detect::Input;
use bakas_model::{Case, Day, IncidentId, Timestamp, case::DayLines};
use bakas_respond::report::EvidenceSample;
use bakas_store::{CaseFolder, Spool, StoreError, case_folder::CASE_FILE, findings};

use crate::{
    Error,
    correlate::{self, Correlated},
    pipeline::{Investigated, both},
    plan::Plan,
    revisit::{Claimed, EVIDENCE_FILE, EvidenceLine},
    rulebook::Rulebook,
    samples::{self, Wanted},
};

/// Correlates, and writes every detection as it comes.
pub(crate) fn findings(
    book: &Rulebook,
    plan: &Plan,
    inputs: Spool<Input>,
    folder: &CaseFolder,
    now: Timestamp,
) -> Result<Correlated, Error> {
    let mut file = folder.ndjson("findings.ndjson")?;
    let correlated = correlate::run(&book.rules, inputs, &folder.temp_dir(), &mut |detection| {
        let meta = &book.rules.metas()[detection.rule.0 as usize];
        let agency = &plan.agencies[detection.agency.0 as usize];
        file.write(&findings::to_ocsf(detection, meta, agency, &plan.sources, now))
    })?;
    file.finish()?;
    Ok(correlated)
}

/// Writes everything but the findings, the addresses with their traces, the evidence and the seal;
/// returns the case.
pub(crate) fn everything(done: Investigated, folder: &CaseFolder) -> Result<Case, Error> {
    let Investigated { mut case, plan, timeline, evidence, rejects, .. } = done;
    all(folder, "timeline.ndjson", &timeline)?;
    drop(timeline);
    all(folder, "rejects.ndjson", &rejects)?;
    case.lines_per_day = evidence.lines_per_day();
    case.counts.evidence_lines = case.lines_per_day.iter().map(|day| day.lines).sum();
    let samples = samples::read(&plan, evidence.shown);
    folder.write_json(CASE_FILE, &case)?;
    report(&case, &samples, folder)?;
    Ok(case)
}

fn all(
    folder: &CaseFolder,
    name: &str,
    values: &[impl serde::Serialize],
) -> Result<(), StoreError> {
    let mut file = folder.ndjson(name)?;
    for value in values {
        file.write(value)?;
    }
    file.finish()?;
    Ok(())
}

/// What writing the evidence came to.
#[derive(Default)]
pub(crate) struct Evidence {
    shown: Vec<Wanted>,
    days: BTreeMap<(IncidentId, Day), u64>,
}

/// Writes every line of every incident, and picks some to be shown: the first, and then each time
/// the number of lines has doubled, so that a long incident is shown over its whole length.
pub(crate) fn evidence(
    claimed: Spool<Claimed>,
    numbers: &[Option<IncidentId>],
    plan: &Plan,
    folder: &CaseFolder,
) -> Result<Evidence, Error> {
    let mut file = folder.ndjson(EVIDENCE_FILE)?;
    let mut evidence = Evidence::default();
    let (mut draft, mut seen, mut shown) = (usize::MAX, 0_u64, 0);
    let mut before = None;
    for line in claimed.into_sorted()? {
        let line = line?;
        // The acts of one record stand next to one another; it is one line.
        if before.replace((line.draft, line.place)) == Some((line.draft, line.place)) {
            continue;
        }
        let Some(incident) = numbers.get(line.draft).and_then(Option::as_ref) else { continue };
        if line.draft != draft {
            (draft, seen, shown) = (line.draft, 0, 0);
        }
        seen += 1;
        if shown < samples::PER_INCIDENT_LIMIT && seen.is_power_of_two() {
            shown += 1;
            let incident = incident.clone();
            evidence.shown.push(Wanted { incident, place: line.place, time: line.time });
        }
        *evidence.days.entry((incident.clone(), line.time.day())).or_default() += 1;
        file.write(&EvidenceLine {
            incident,
            file: &plan.sources[line.place.source.0 as usize].path,
            offset: line.place.offset,
            length: line.place.length,
            time: line.time,
        })?;
    }
    file.finish()?;
    Ok(evidence)
}

impl Evidence {
    fn lines_per_day(&self) -> Vec<DayLines> {
        let line = |(key, lines): (&(IncidentId, Day), &u64)| DayLines {
            incident: key.0.clone(),
            day: key.1,
            lines: *lines,
        };
        self.days.iter().map(line).collect()
    }
}

fn report(case: &Case, samples: &[EvidenceSample], folder: &CaseFolder) -> Result<(), Error> {
    let html = || {
        let html = bakas_respond::report::html(case, samples);
        Ok(folder.write_bytes("report.html", html.as_bytes())?)
    };
    let pdf = || {
        let pdf = bakas_respond::report::pdf(case).map_err(|e| Error::Report(Box::new(e)))?;
        Ok(folder.write_bytes("report.pdf", &pdf)?)
    };
    both("the report on paper", html, pdf)?;
    Ok(())
}
