//! Correlations find the rules that they name.

use std::collections::HashSet;

use bakas_model::{Role, RuleIx};
use bakas_sigma::{Correlation as Document, CorrelationKind, LogSource, Number, Problem, Reason};

use crate::{
    correlate::{Chain, Correlation, WINDOW_HITS_LIMIT},
    field::Name,
    gather::{Feed, Look},
    load::{Known, Loader},
};

/// Loads correlations, once all plain rules are there; those that others build on first.
pub(crate) fn correlations(loader: &mut Loader, documents: Vec<(String, Document)>) {
    let mut waiting = documents;
    // By rule: whether some correlation wants it to speak for itself, and whether some does not.
    let mut spoken: HashSet<RuleIx> = HashSet::new();
    let mut silent: HashSet<RuleIx> = HashSet::new();
    while !waiting.is_empty() {
        let names: HashSet<String> = waiting.iter().flat_map(|(_, d)| names(d)).collect();
        let waits = |document: &Document| {
            document.rules.iter().any(|reference| names.contains(&reference.name))
        };
        let before = waiting.len();
        let (later, now): (Vec<_>, Vec<_>) =
            waiting.into_iter().partition(|(_, document)| waits(document));
        for (path, document) in now {
            match correlation(loader, &path, &document) {
                Ok(members) if document.generate => spoken.extend(members),
                Ok(members) => silent.extend(members),
                Err(problem) => {
                    loader.refuse(&path, &document.header, problem);
                    loader.remember(&document.header, Known::Failed);
                }
            }
        }
        waiting = later;
        if waiting.len() == before {
            for (path, document) in std::mem::take(&mut waiting) {
                let detail = "it builds on itself, or on one that does";
                let at = document.header.at;
                let problem = Problem::new(Reason::Chain, at, "correlation.rules", detail);
                loader.refuse(&path, &document.header, problem);
            }
        }
    }
    settle_roles(loader, &spoken, &silent);
}

fn names(document: &Document) -> impl Iterator<Item = String> + use<> {
    [document.header.id.clone(), document.header.name.clone()].into_iter().flatten()
}

/// A rule that only correlations need does not speak for itself.
fn settle_roles(loader: &mut Loader, spoken: &HashSet<RuleIx>, silent: &HashSet<RuleIx>) {
    for rule in silent.difference(spoken) {
        let meta = loader.rules.metas.get_mut(rule.0 as usize);
        if let Some(meta) = meta.filter(|meta| meta.role == Role::Finding) {
            meta.role = Role::Base;
        }
    }
    for (meta, correlation) in loader.rules.metas.iter().zip(&mut loader.rules.correlations) {
        if let Some(correlation) = correlation {
            correlation.speaks = meta.role == Role::Finding;
        }
    }
}

/// Loads one and gives the rules that it builds on; none where it is for logs that are not here.
fn correlation(
    loader: &mut Loader,
    path: &str,
    document: &Document,
) -> Result<Vec<RuleIx>, Problem> {
    loader.unused(&document.header)?;
    bounded(document)?;
    let Some(members) = members(loader, document)? else {
        let source = "that of a rule it builds on".to_owned();
        loader.not_here(path, &document.header, source);
        return Ok(Vec::new());
    };
    let mut meta = loader.meta(path, &document.header, &LogSource::default())?;
    meta.correlation = true;
    let (mut feeds, mut chains) = (Vec::new(), Vec::new());
    for (number, &rule) in (0_u8..).zip(&members) {
        let fields = fields(loader, document, number, rule)?;
        match &loader.rules.correlations[rule.0 as usize] {
            None => feeds.push((rule, feed(loader, document, rule, &fields, number, meta.ix))),
            Some(inner) => {
                chains.push((rule, chain(inner, document, &fields, number, meta.ix)?));
            }
        }
    }
    // Its incident is that of the rules it builds on, where it names none itself.
    if meta.kind.is_none() {
        meta.kind = members.iter().find_map(|m| loader.rules.metas[m.0 as usize].kind);
    }
    let compiled = Correlation {
        kind: document.kind,
        members: u8::try_from(members.len()).expect("the parser allows at most 64"),
        timespan_micros: timespan_micros(document),
        condition: document.condition.clone(),
        expression: document.expression.clone(),
        group_by: document.group_by.clone(),
        speaks: true,
        chains: Vec::new(),
    };
    loader.add(&document.header, meta, Some(compiled));
    for (rule, feed) in feeds {
        loader.feed(rule, feed);
    }
    for (rule, chain) in chains {
        if let Some(inner) = &mut loader.rules.correlations[rule.0 as usize] {
            inner.chains.push(chain);
        }
    }
    Ok(members)
}

/// The rules that it builds on, or `None` where one of them is for logs that are not here.
fn members(loader: &Loader, document: &Document) -> Result<Option<Vec<RuleIx>>, Problem> {
    let mut members = Vec::new();
    for reference in &document.rules {
        let wrong = |reason, detail: &str| {
            let detail = format!("'{}' {detail}", reference.name);
            Problem::new(reason, reference.at, "correlation.rules", detail)
        };
        match loader.known.get(&reference.name) {
            Some(Known::Loaded(ix)) if members.contains(ix) => {
                return Err(wrong(Reason::Malformed, "stands twice"));
            }
            Some(Known::Loaded(ix)) => members.push(*ix),
            Some(Known::NotHere) => return Ok(None),
            Some(Known::Failed) => {
                return Err(wrong(Reason::Reference, "could not be loaded itself"));
            }
            None => return Err(wrong(Reason::Reference, "is no rule that was read")),
        }
    }
    Ok(Some(members))
}

fn timespan_micros(document: &Document) -> i64 {
    i64::try_from(document.timespan_seconds).unwrap_or(i64::MAX).saturating_mul(1_000_000)
}

/// Whether the condition is about the numbers in a field, which may be of any size.
const fn is_measured(kind: CorrelationKind) -> bool {
    use CorrelationKind::{ValueAvg, ValuePercentile, ValueSum};
    matches!(kind, ValueSum | ValueAvg | ValuePercentile)
}

/// A condition may not ask for more than a window holds.
fn bounded(document: &Document) -> Result<(), Problem> {
    let bounds = document.condition.iter().flat_map(|condition| &condition.bounds);
    for &(_, bound) in bounds {
        let (Number::Int(bound), false) = (bound, is_measured(document.kind)) else { continue };
        if bound >= WINDOW_HITS_LIMIT as i64 {
            let detail = format!("{bound} is more than a window holds ({WINDOW_HITS_LIMIT})");
            let at = document.header.at;
            return Err(Problem::new(Reason::Bound, at, "correlation.condition", detail));
        }
    }
    Ok(())
}

/// What the fields that a correlation asks for are called in the events of one of its rules.
struct Asked {
    group: Vec<String>,
    values: Vec<String>,
}

fn fields(
    loader: &Loader,
    document: &Document,
    member: u8,
    rule: RuleIx,
) -> Result<Asked, Problem> {
    let name = |field: &String| -> Result<String, Problem> {
        let Some(alias) = document.aliases.iter().find(|alias| alias.name == *field) else {
            return Ok(field.clone());
        };
        let mine = |reference: &str| loader.known.get(reference) == Some(&Known::Loaded(rule));
        let found = alias.fields.iter().find(|(reference, _)| mine(&reference.name));
        found.map(|(_, field)| field.clone()).ok_or_else(|| {
            let wanted = &document.rules[usize::from(member)];
            let detail = format!("the alias '{field}' says nothing of '{}'", wanted.name);
            Problem::new(Reason::Reference, wanted.at, "correlation.aliases", detail)
        })
    };
    let looked_at = document.condition.iter().flat_map(|condition| &condition.fields);
    Ok(Asked {
        group: document.group_by.iter().map(name).collect::<Result<_, _>>()?,
        values: looked_at.map(name).collect::<Result<_, _>>()?,
    })
}

fn feed(
    loader: &Loader,
    document: &Document,
    rule: RuleIx,
    asked: &Asked,
    member: u8,
    correlation: RuleIx,
) -> Feed {
    let names = |all: &[String]| -> Vec<Name> {
        all.iter().map(|field| loader.name(rule, field)).collect()
    };
    let mut values = names(&asked.values);
    let look = match values.len() {
        0 => Look::Nothing,
        _ if looks_at_numbers(document) => Look::Number(values.swap_remove(0)),
        _ => Look::Values(values),
    };
    Feed { correlation, member, group: names(&asked.group), look }
}

/// Whether the values are numbers: a percentile without its number is of values of any kind.
fn looks_at_numbers(document: &Document) -> bool {
    let percentile = document.condition.as_ref().and_then(|condition| condition.percentile);
    match document.kind {
        CorrelationKind::ValuePercentile => percentile.is_some(),
        kind => is_measured(kind),
    }
}

/// A correlation's hits know only the fields of its groups: the other can ask for no more.
fn chain(
    inner: &Correlation,
    document: &Document,
    asked: &Asked,
    member: u8,
    correlation: RuleIx,
) -> Result<Chain, Problem> {
    let place = |field: &String| {
        inner.group_by.iter().position(|name| name == field).ok_or_else(|| {
            let wanted = &document.rules[usize::from(member)];
            let detail = format!("'{}' is a correlation and not grouped by '{field}'", wanted.name);
            Problem::new(Reason::Chain, wanted.at, "correlation.rules", detail)
        })
    };
    Ok(Chain {
        correlation,
        member,
        group: asked.group.iter().map(place).collect::<Result<_, _>>()?,
        values: asked.values.iter().map(place).collect::<Result<_, _>>()?,
        is_number: looks_at_numbers(document),
        once: !document.kind.is_temporal(),
        rest_micros: timespan_micros(document) / CHAIN_REST,
    })
}

/// Of a correlation that holds on and on, others are told once in this part of their time span.
const CHAIN_REST: i64 = 1000;
