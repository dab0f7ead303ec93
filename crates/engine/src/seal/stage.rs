//! The log of a case that is being made: the records first, then the sources, figures and the manifest,
//! under one first checkpoint.

use bakas_model::{Case, SourceSummary};
use bakas_seal::{Leaf, LeafKind, SigningKey};
use bakas_store::CaseFolder;
use serde_json::{Value, json};

use super::{
    Log, broken,
    records::{self, Batches, RecordRange, Secrets},
    secrets,
};
use crate::{Error, plan::Plan, sealing};

/// A log that has its records and nothing else yet.
#[derive(Debug)]
pub(crate) struct Staged {
    log: Log,
    ranges: Vec<RecordRange>,
    /// SHA-512 of each file of the plan.
    sha512: Vec<String>,
}

/// Puts the records into a new log, and the secrets beside.
pub(crate) fn records(
    folder: &CaseFolder,
    secrets: &Secrets,
    (sealed, sha512): (Vec<Batches>, Vec<String>),
) -> Result<Staged, Error> {
    let case = folder.partial();
    let mut log = Log::create(case, sealing::KEY_NAME)?;
    let ranges = records::merge(sealed, secrets.all().len(), &mut log, case)?;
    secrets::keep(case, secrets, &ranges)?;
    Ok(Staged { log, ranges, sha512 })
}

impl Staged {
    /// Ends the log of the new case with what is known at the end, and signs it. The manifest must
    /// be there.
    pub(crate) fn finish(
        mut self,
        folder: &CaseFolder,
        case: &Case,
        plan: &[FileLeaf],
        key: &SigningKey,
    ) -> Result<(), Error> {
        let ranges = std::mem::take(&mut self.ranges);
        for (source, range) in case.sources.iter().zip(&ranges) {
            let shipped = plan.iter().find(|file| file.sources.contains(&source.source.ix.0));
            let agency = &case.agencies[source.source.agency.0 as usize].id;
            let mut value = source_value(source, range, shipped);
            value["agency"] = json!(agency);
            self.push(LeafKind::Source, value)?;
        }
        for value in figures(case) {
            self.push(LeafKind::Figure, value)?;
        }
        let manifest = sealing::manifest_leaf(folder.partial())?.expect("it was just written");
        self.log.push(&manifest.text().map_err(broken)?)?;
        self.log.commit(key)?;
        Ok(())
    }

    /// SHA-512 of each file of the plan.
    pub(crate) fn shipped(&mut self, plan: &Plan) -> Vec<FileLeaf> {
        let sha512 = std::mem::take(&mut self.sha512);
        let leaf = |(file, sha512): (&crate::plan::PlannedFile, String)| FileLeaf {
            file: file.name.clone(),
            sha512,
            sources: file.members.iter().map(|member| member.source.0).collect(),
        };
        plan.files.iter().zip(sha512).map(leaf).collect()
    }

    fn push(&mut self, kind: LeafKind, value: Value) -> Result<(), Error> {
        self.log.push(&Leaf::new(kind, value).text().map_err(broken)?)
    }
}

/// A file as shipped, for its sources' leaves.
#[derive(Debug)]
pub(crate) struct FileLeaf {
    file: String,
    sha512: String,
    sources: Vec<u32>,
}

/// What a source's leaf says.
fn source_value(source: &SourceSummary, range: &RecordRange, shipped: Option<&FileLeaf>) -> Value {
    let mut value = json!({
        "source": source.source.ix.0,
        "path": source.source.path,
        "bytes": source.bytes,
        "bytes_shipped": source.bytes_shipped,
        "sha256": source.sha256,
        "records": {"first": range.first, "count": range.count},
    });
    if let Some(file) = shipped {
        value["file"] = json!(file.file);
        value["sha512"] = json!(file.sha512);
    }
    if let Some(other) = source.duplicate_of {
        value["duplicate_of"] = json!(other.0);
    }
    value
}

/// The figures of the report, each with where its records are named.
fn figures(case: &Case) -> Vec<Value> {
    let counts = &case.counts;
    let mut figures: Vec<Value> = [
        ("files", counts.files),
        ("bytes", counts.bytes),
        ("events", counts.events),
        ("rejects", counts.rejects),
        ("detections", counts.detections),
        ("evidence_lines", counts.evidence_lines),
    ]
    .into_iter()
    .map(|(name, value)| json!({"figure": format!("counts/{name}"), "value": value}))
    .collect();
    for incident in &case.incidents {
        let lines: u64 = case
            .lines_per_day
            .iter()
            .filter(|day| day.incident == incident.id)
            .map(|day| day.lines)
            .sum();
        let name = format!("incidents/{}/lines", incident.id);
        figures.push(json!({"figure": name, "value": lines, "records": "evidence.ndjson"}));
    }
    figures
}
