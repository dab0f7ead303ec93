//! `bakas ingest --explain`: how the first records of each source are understood.

use std::io::Read as _;

use bakas_ingest::{Explained, Guess};

use super::Request;
use crate::{
    Error,
    input::HashedFile,
    observer::Quiet,
    plan::{HEAD_BYTES, Plan},
};

/// The first records of a source, and what they were taken for.
#[derive(Debug)]
pub struct ExplainedSource {
    /// Its path.
    pub path: String,
    /// Which format, and why.
    pub guess: Guess,
    /// Its first records.
    pub records: Vec<Explained>,
}

/// Explains the first records of every source, at most `records` of each.
///
/// # Errors
/// Where an input cannot be found or read, or a configuration is wrong.
pub fn explain(request: &Request<'_>, records: usize) -> Result<Vec<ExplainedSource>, Error> {
    let plan = Plan::make(request.inputs, request.config, request.formats)?;
    let mut all = Vec::new();
    for file in &plan.files {
        let mut shipped = HashedFile::open(&file.path, &Quiet)?;
        shipped.forgo_hash();
        let mut at = 0;
        let mut each = |member: bakas_ingest::Member<'_>| {
            let mut head = Vec::new();
            member.reader.take(HEAD_BYTES).read_to_end(&mut head)?;
            let Some(planned) = file.members.get(at) else { return Ok(()) };
            at += 1;
            let mut source = plan.sources[planned.source.0 as usize].clone();
            let configured = plan.config.source(&source.path).and_then(|rule| rule.format.clone());
            source.format = configured.unwrap_or_default();
            let (guess, found) =
                bakas_ingest::explain(plan.formats, &source, &head, &source.path, records);
            all.push(ExplainedSource { path: source.path, guess, records: found });
            Ok(())
        };
        let broken = &mut |_| {};
        bakas_ingest::unpack(&file.name, &mut shipped, &mut each, broken)
            .map_err(|source| Error::Read { path: file.path.clone(), source })?;
    }
    Ok(all)
}
