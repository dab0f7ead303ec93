//! One worker of `bakas detect`: chunks in, findings of plain rules out, and what correlations are
//! made from put aside. A record in which no rule's text stands is counted and passed over.

use std::{ops::Range, sync::mpsc::Sender};

use bakas_detect::{Context, FieldsSeen, Gatherer, Input, Matcher, Rules};
use bakas_ingest::{Decoder, Sink};
use bakas_model::{Event, Location, Networks, Reject, Role, RuleIx, SourceIx};
use bakas_store::{Spool, StoreError};
use bumpalo::Bump;
use rustc_hash::FxHashMap;

use super::{Counted, lines::Lines};
use crate::{
    Error,
    feed::{Job, Worker},
    ordered::Piece,
    plan::Plan,
};

pub(super) struct Part<'a> {
    pub(super) plan: &'a Plan,
    pub(super) pieces: Sender<Piece>,
    pub(super) decoders: FxHashMap<SourceIx, Decoder>,
    pub(super) arena: Bump,
    pub(super) looker: Looker<'a>,
}

/// Takes what a decoder gives.
pub(super) struct Looker<'a> {
    plan: &'a Plan,
    rules: &'a Rules,
    networks: &'a dyn Networks,
    matcher: Matcher<'a>,
    gatherer: Gatherer<'a>,
    matched: Vec<RuleIx>,
    fresh: Vec<Input>,
    inputs: Spool<Input>,
    fault: Option<StoreError>,
    counted: Counted,
    asks_where: bool,
    lines: Lines<'a>,
    text: Vec<u8>,
}

impl Worker for Part<'_> {
    type Output = (Counted, FieldsSeen, Spool<Input>);

    fn chunk(&mut self, job: &Job) -> Result<(), Error> {
        let source = &self.plan.sources[job.source.0 as usize];
        let formats = self.plan.formats;
        let fresh = || Decoder::with(source, job.format, formats);
        let decoder = self.decoders.entry(job.source).or_insert_with(fresh);
        self.arena.reset();
        self.looker.matcher.screen(job.shape(), job.chunk.base, &job.chunk.bytes);
        decoder.decode(&job.chunk, &self.arena, &mut self.looker);
        if let Some(fault) = self.looker.fault.take() {
            return Err(fault.into());
        }
        let text = std::mem::take(&mut self.looker.text);
        let sent = self.pieces.send(Piece { sequence: job.sequence, text });
        sent.map_err(|_| Error::Worker("the output was closed".into()))
    }

    fn finish(self) -> Result<Self::Output, Error> {
        let Looker { matcher, mut counted, inputs, .. } = self.looker;
        for decoder in self.decoders.values() {
            counted.account.add(&decoder.account());
        }
        Ok((counted, matcher.fields_seen().clone(), inputs))
    }
}

impl<'a> Looker<'a> {
    pub(super) fn new(
        plan: &'a Plan,
        rules: &'a Rules,
        networks: &'a dyn Networks,
        inputs: Spool<Input>,
    ) -> Self {
        Self {
            plan,
            rules,
            networks,
            matcher: rules.matcher(),
            gatherer: rules.gatherer(),
            matched: Vec::new(),
            fresh: Vec::new(),
            inputs,
            fault: None,
            counted: Counted::default(),
            asks_where: rules.ask_where(),
            lines: Lines::new(plan, rules),
            text: Vec::new(),
        }
    }

    fn report(&mut self, event: &Event<'_>, line: u64, rule: RuleIx) {
        let meta = &self.rules.metas()[rule.0 as usize];
        if meta.role != Role::Finding {
            return;
        }
        self.counted.findings += 1;
        self.counted.highest = self.counted.highest.max(Some(meta.severity));
        self.lines.line(event, line, rule, &mut self.text);
    }

    /// Puts aside what the event contributes to correlations; plain rules have told already.
    fn gather(&mut self, event: &Event<'_>, context: &Context<'_>) {
        self.gatherer.gather_for_others(event, context, &self.matched, &mut self.fresh);
        for input in self.fresh.drain(..) {
            if let Err(fault) = self.inputs.push(input) {
                self.fault.get_or_insert(fault);
            }
        }
    }
}

impl Sink for Looker<'_> {
    fn event(&mut self, event: &Event<'_>, line: u64) {
        self.counted.events += 1;
        let src = event.src.filter(|_| self.asks_where);
        let location =
            src.map_or_else(Location::default, |src| self.networks.locate(src, event.time));
        let operator = location.asn.and_then(|asn| self.networks.operator(asn, event.time));
        let agency = &self.plan.agencies[event.agency.0 as usize];
        let context = Context { location, operator, agency };
        self.matched.clear();
        self.matched.extend_from_slice(self.matcher.run(event, &context));
        if self.matched.is_empty() {
            return;
        }
        for at in 0..self.matched.len() {
            self.report(event, line, self.matched[at]);
        }
        self.gather(event, &context);
    }

    fn reject(&mut self, _: Reject) {
        self.counted.rejects += 1;
    }

    fn wants(&mut self, record: Range<usize>) -> bool {
        self.matcher.wants(record)
    }

    fn doubt(&mut self) {
        self.matcher.doubt();
    }

    fn passed(&mut self, events: u64) {
        self.counted.events += events;
    }
}
