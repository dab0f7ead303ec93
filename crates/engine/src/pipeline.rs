//! The whole way on one screen: bytes become events and hits, hits detections, detections
//! incidents and campaigns, and these a case with its assessment and response.

use std::{mem, thread};

use bakas_casework::{Background, Findings, Leads};
use bakas_model::{Case, Detection, Moment, Reject};
use bakas_seal::FileDigest;
use bakas_store::{CaseFolder, EventLake};
use bakas_trace::Tables;

use crate::{
    Error,
    correlate::Correlated,
    data,
    feed::Threads,
    observer::Step,
    origins::{self, Means},
    plan::Plan,
    profiles::{Found, Profiles},
    request::{Request, Tools},
    revisit,
    rulebook::{self, Rulebook},
    seal::{
        records::Secrets,
        stage::{self, Staged},
    },
    sealing, summary,
    sweep::{Sweep, Swept},
    trace,
    writing::{self, Evidence},
};

/// What an investigation came to, before it is written.
pub(crate) struct Investigated {
    pub(crate) case: Case,
    pub(crate) plan: Plan,
    /// The whole; the case shows its beginning.
    pub(crate) timeline: Vec<Moment>,
    pub(crate) evidence: Evidence,
    pub(crate) rejects: Vec<Reject>,
    /// Of the events as they lie on the disk.
    pub(crate) events: Vec<FileDigest>,
    /// The case's log, with the records.
    pub(crate) log: Option<Staged>,
}

pub(crate) fn run(
    request: &Request,
    tools: &Tools<'_>,
    folder: &CaseFolder,
) -> Result<Investigated, Error> {
    tools.begin(Step::Plan, 0)?;
    let (plan, book) = prepare(request, folder)?;
    let table = tables(request, tools, &plan)?;
    book.note.iter().for_each(|note| tools.observer.note(note));
    plan.tell(tools.observer);
    let lake = (tools.lakes)(&folder.events_dir()?, &plan.agencies);

    tools.begin(Step::Sweep, plan.bytes)?;
    let secrets = Secrets::new(plan.sources.len(), request.seal_seed)?;
    let sweep = Sweep {
        plan: &plan,
        rules: &book.rules,
        networks: &table,
        lake: &*lake,
        temp: &folder.temp_dir(),
        threads: Threads::of_sealed(request.threads),
        secrets: &secrets,
    };
    let mut swept = sweep.run(tools.observer, tools.stop)?;
    let leaves = (mem::take(&mut swept.sealed), mem::take(&mut swept.sha512));
    // Nothing is written into the lake from here on.
    let known = Known { plan: &plan, book: &book, table: &table, lake: &*lake, folder };
    let (judged, (log, events)) = both(
        "the seal of the records and events",
        || judge(request, tools, known, swept),
        || Ok((stage::records(folder, &secrets, leaves)?, sealing::events(folder)?)),
    )?;
    let Judged { case, timeline, evidence, rejects } = judged;
    Ok(Investigated { case, plan, timeline, evidence, rejects, events, log: Some(log) })
}

/// What casework works with.
#[derive(Clone, Copy)]
struct Known<'a> {
    plan: &'a Plan,
    book: &'a Rulebook,
    table: &'a Tables,
    lake: &'a dyn EventLake,
    folder: &'a CaseFolder,
}

impl<'a> Known<'a> {
    fn findings(
        self,
        detections: &'a [Detection],
        background: &'a Background,
        found: &'a Found,
    ) -> Findings<'a> {
        Findings {
            agencies: &self.plan.agencies,
            sources: &self.plan.sources,
            rules: self.book.rules.metas(),
            detections,
            permitted: &self.plan.config.permitted,
            profiles: &found.addresses,
            accounts: &found.accounts,
            background,
            networks: self.table,
        }
    }
}

/// What casework came to.
struct Judged {
    case: Case,
    timeline: Vec<Moment>,
    evidence: Evidence,
    rejects: Vec<Reject>,
}

fn judge(
    request: &Request,
    tools: &Tools<'_>,
    known: Known<'_>,
    swept: Swept,
) -> Result<Judged, Error> {
    let Known { plan, book, table, lake, folder } = known;
    let Swept { sources, rejects, inputs, addresses, accounts, skew, seen, .. } = swept;
    tools.begin(Step::Correlate, 0)?;
    let now = tools.clock.now();
    let temp = folder.temp_dir();
    let (Correlated { kept: detections, count, left_out }, (mut profiles, background)) = both(
        "the profiles",
        || writing::findings(book, plan, inputs, folder, now),
        || Ok(Profiles::merge(addresses, accounts, &temp)?),
    )?;

    tools.begin(Step::Casework, 0)?;
    let leads = Leads::of(book.rules.metas(), &detections);
    let found = profiles.gather(&leads)?;
    let findings = known.findings(&detections, &background, &found);
    let mut drafts = bakas_casework::draft(leads, &findings);
    let (claimed, carried) = revisit::suspects(&mut drafts, &findings, lake, folder)?;
    let mut outcome = drafts.finish(&findings);
    outcome.set_aside.extend(left_out);

    drop(detections);
    drop(found);
    let means = Means { table, carried, sources: &sources, now };
    let origins = origins::trace(&outcome, means, folder)?;
    let assessments = bakas_assess::assess(&bakas_assess::Input {
        ground: &origins.ground,
        agencies: &plan.agencies,
        sources: &sources,
        judgements: &bakas_model::Judgements::default(),
        as_of: None,
    });
    let window = summary::window(&sources);
    let prefixes = |asn| table.prefixes_of(asn, now);
    let ((blocks, asks), evidence) = both(
        "the evidence",
        || {
            let blocks = profiles.blocks(&outcome.incidents, table, &prefixes, window)?;
            let asks = bakas_respond::asks(&outcome.incidents, &blocks, &plan.agencies);
            Ok((blocks, asks))
        },
        || writing::evidence(claimed, &outcome.numbers, plan, folder),
    )?;

    origins::name_most_active(&mut outcome.incidents);
    let timeline = outcome.timeline.clone();
    let parts = summary::Parts {
        plan,
        counts: book.seen(&seen).counts,
        sources,
        rejects: &rejects,
        skew,
        data_sets: table.data_sets(),
        detections: count,
        outcome,
        traces: origins.traces,
        networks: (origins.networks, origins.more_networks),
        assessments,
        blocks,
        asks,
        window,
        now,
    };
    let case = summary::case(request, parts);
    Ok(Judged { case, timeline, evidence, rejects })
}

/// Does two things at the same time, the second on a thread of its own; `what` names that in an
/// error. The first one's fault goes before the second's.
pub(crate) fn both<A, B: Send>(
    what: &str,
    first: impl FnOnce() -> Result<A, Error>,
    second: impl FnOnce() -> Result<B, Error> + Send,
) -> Result<(A, B), Error> {
    thread::scope(|scope| {
        let second = scope.spawn(second);
        let first = first();
        let second = second.join().map_err(|_| Error::Worker(what.to_owned()))?;
        Ok((first?, second?))
    })
}

/// The embedded table, and those of the data folder; what cannot be used is told.
fn tables(request: &Request, tools: &Tools<'_>, plan: &Plan) -> Result<Tables, Error> {
    let configured = plan.config.data.dir.as_deref();
    let opened = trace::tables(data::folder(request.data.as_deref(), configured).as_deref())?;
    opened.damaged.iter().for_each(|damaged| tools.observer.note(&trace::told(damaged)));
    Ok(opened.tables)
}

fn prepare(request: &Request, folder: &CaseFolder) -> Result<(Plan, Rulebook), Error> {
    let plan = plan(request, folder)?;
    let book = rulebook::load(&request.given, plan.formats)?;
    Ok((plan, book))
}

/// What is to be read; never the case itself, wherever it is made.
fn plan(request: &Request, folder: &CaseFolder) -> Result<Plan, Error> {
    let ours = [folder.partial().to_owned(), folder.out().to_owned()];
    Plan::make_except(&request.inputs, request.config.as_deref(), &request.formats, &ours)
}
