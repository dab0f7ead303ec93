//! Reads logs again, for the few records that a request rests on, or for those of an operator that
//! speak of certain addresses. Which events are wanted is the caller's question.

use std::path::{Path, PathBuf};

use bakas_ingest::{Decoder, Sink};
use bakas_model::{Event, Reject, Source, SourceIx};
use bumpalo::Bump;
use rustc_hash::FxHashMap;

use crate::{
    Error,
    feed::{Job, Threads, Worker, feed},
    observer::{Observer, Stop},
    plan::Plan,
};

/// Logs, and how to read them.
#[derive(Clone, Copy, Debug)]
pub struct Logs<'a> {
    /// Files and folders.
    pub paths: &'a [PathBuf],
    /// Configuration instead of the one beside them.
    pub config: Option<&'a Path>,
    /// Further formats.
    pub formats: &'a [PathBuf],
    /// Worker threads.
    pub threads: usize,
}

/// What is made of an event: nothing where it is not wanted.
pub(super) type Make<'a, T> = dyn Fn(&Event<'_>, &Source) -> Option<T> + Sync + 'a;

/// Reads those sources that are wanted, and keeps what is made of their events, in the order of
/// the plan and of each source.
pub(super) fn events<T: Send>(
    logs: &Logs<'_>,
    wanted: &dyn Fn(&Source) -> bool,
    make: &Make<'_, T>,
    observer: &dyn Observer,
    stop: &Stop,
) -> Result<(Plan, Vec<T>), Error> {
    let mut plan = Plan::make(logs.paths, logs.config, logs.formats)?;
    let sources = &plan.sources;
    plan.files
        .retain(|file| file.members.iter().any(|one| wanted(&sources[one.source.0 as usize])));
    let threads = Threads { readers: 1, workers: logs.threads.max(1), is_hashed: false };
    let whole = &plan;
    let part = move || {
        Ok(Part {
            plan: whole,
            make,
            decoders: FxHashMap::default(),
            arena: Bump::new(),
            kept: Vec::new(),
        })
    };
    let fed = feed(&plan, threads, observer, stop, &part)?;
    let mut kept: Vec<(u64, T)> = fed.outputs.into_iter().flatten().collect();
    kept.sort_by_key(|(sequence, _)| *sequence);
    Ok((plan, kept.into_iter().map(|(_, one)| one).collect()))
}

struct Part<'a, T> {
    plan: &'a Plan,
    make: &'a Make<'a, T>,
    decoders: FxHashMap<SourceIx, Decoder>,
    arena: Bump,
    kept: Vec<(u64, T)>,
}

struct Keeper<'a, T> {
    plan: &'a Plan,
    make: &'a Make<'a, T>,
    sequence: u64,
    kept: &'a mut Vec<(u64, T)>,
}

impl<T: Send> Worker for Part<'_, T> {
    type Output = Vec<(u64, T)>;

    fn chunk(&mut self, job: &Job) -> Result<(), Error> {
        let source = &self.plan.sources[job.source.0 as usize];
        let decoder = self
            .decoders
            .entry(job.source)
            .or_insert_with(|| Decoder::with(source, job.format, self.plan.formats));
        self.arena.reset();
        let sequence = job.sequence;
        let mut keeper =
            Keeper { plan: self.plan, make: self.make, sequence, kept: &mut self.kept };
        decoder.decode(&job.chunk, &self.arena, &mut keeper);
        Ok(())
    }

    fn finish(self) -> Result<Self::Output, Error> {
        Ok(self.kept)
    }
}

impl<T> Sink for Keeper<'_, T> {
    fn event(&mut self, event: &Event<'_>, _: u64) {
        let source = &self.plan.sources[event.place.source.0 as usize];
        if let Some(one) = (self.make)(event, source) {
            self.kept.push((self.sequence, one));
        }
    }

    fn reject(&mut self, _: Reject) {}
}
