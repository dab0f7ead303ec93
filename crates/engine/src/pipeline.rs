//! The whole way on one screen: bytes become events and hits, hits detections, detections
//! incidents and campaigns, and these a case with its assessment and response.

use bakas_casework::{Background, Findings, Outcome};
use bakas_model::{Case, Networks as _, Reject, Trace};
use bakas_store::{CaseFolder, Spool};
use bakas_trace::Table;

use crate::{
    Error,
    correlate::Correlated,
    feed::Threads,
    observer::Step,
    plan::Plan,
    profiles::Profiles,
    request::{Request, Tools},
    revisit::{self, Claimed},
    rulebook, summary,
    sweep::{Sweep, Swept},
    writing,
};

/// What an investigation came to, before it is written.
pub(crate) struct Investigated {
    pub(crate) case: Case,
    pub(crate) plan: Plan,
    pub(crate) outcome: Outcome,
    pub(crate) claimed: Spool<Claimed>,
    pub(crate) traces: Vec<Trace>,
    pub(crate) rejects: Vec<Reject>,
}

pub(crate) fn run(
    request: &Request,
    tools: &Tools<'_>,
    folder: &CaseFolder,
) -> Result<Investigated, Error> {
    tools.begin(Step::Plan, 0)?;
    let table = Table::embedded()?;
    let plan = plan(request, folder)?;
    let book = rulebook::load(&request.given, plan.formats)?;
    let lake = (tools.lakes)(&folder.events_dir()?, &plan.agencies);

    tools.begin(Step::Sweep, plan.bytes)?;
    let sweep = Sweep {
        plan: &plan,
        rules: &book.rules,
        networks: &table,
        lake: &*lake,
        temp: &folder.temp_dir(),
        threads: Threads::of_sealed(request.threads),
    };
    let Swept { sources, rejects, inputs, addresses, accounts, skew, seen } =
        sweep.run(tools.observer, tools.stop)?;

    tools.begin(Step::Correlate, 0)?;
    let now = tools.clock.now();
    let Correlated { kept: detections, count, left_out } =
        writing::findings(&book, &plan, inputs, folder, now)?;

    tools.begin(Step::Casework, 0)?;
    let mut profiles = Profiles::new(addresses, accounts, &folder.temp_dir());
    let mut background = Background::default();
    let wanted = bakas_casework::wanted_profiles(&detections);
    let (by_address, by_account) = profiles.gather(&wanted, &mut background)?;
    let mut findings = Findings {
        agencies: &plan.agencies,
        sources: &plan.sources,
        rules: book.rules.metas(),
        detections: &detections,
        permitted: &plan.config.permitted,
        profiles: &by_address,
        accounts: &by_account,
        background: &background,
        networks: &table,
    };
    let mut drafts = bakas_casework::draft(&findings);
    let (more_addresses, more_accounts) = profiles.again(&wanted, drafts.wanted())?;
    (findings.profiles, findings.accounts) = (&more_addresses, &more_accounts);
    let claimed = revisit::suspects(&mut drafts, &findings, &*lake, folder)?;
    let mut outcome = drafts.finish(&findings);
    outcome.set_aside.extend(left_out);

    let window = summary::window(&sources);
    let traces: Vec<Trace> = summary::addresses(&outcome.incidents)
        .map(|(address, first)| table.trace(address, first, now))
        .collect();
    let assessments = bakas_assess::assess(&outcome.incidents, &outcome.campaigns, &traces);
    let prefixes = |asn| table.prefixes_of(asn, now);
    let blocks = profiles.blocks(&outcome.incidents, &table, &prefixes, window)?;
    let asks = bakas_respond::asks(&outcome.incidents, &blocks, &plan.agencies);

    let parts = summary::Parts {
        plan: &plan,
        counts: book.seen(&seen).counts,
        sources,
        rejects: &rejects,
        skew,
        data_sets: table.data_sets(),
        detections: count,
        outcome: &outcome,
        traces: &traces,
        assessments,
        blocks,
        asks,
        window,
        now,
    };
    let case = summary::case(request, parts);
    Ok(Investigated { case, plan, outcome, claimed, traces, rejects })
}

/// What is to be read; never the case itself, wherever it is made.
fn plan(request: &Request, folder: &CaseFolder) -> Result<Plan, Error> {
    let ours = [folder.partial().to_owned(), folder.out().to_owned()];
    Plan::make_except(&request.inputs, request.config.as_deref(), &request.formats, &ours)
}
