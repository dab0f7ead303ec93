//! Correlations find the rules that they name.

use std::collections::HashSet;

use bakas_model::{Role, RuleIx};
use bakas_sigma::{Comparison, Correlation as Document, LogSource, Problem, Reason};

use crate::{
    correlate::{Correlation, WINDOW_HITS_LIMIT},
    field::Name,
    input::Feed,
    load::{Known, Loader},
};

/// Loads correlations, once all plain rules are there.
pub(crate) fn correlations(loader: &mut Loader, documents: Vec<(String, Document)>) {
    let names: HashSet<String> = documents
        .iter()
        .flat_map(|(_, d)| [&d.header.id, &d.header.name].into_iter().flatten().cloned())
        .collect();
    // By rule: whether some correlation wants it to speak for itself, and some other does not.
    let mut spoken: HashSet<RuleIx> = HashSet::new();
    let mut silent: HashSet<RuleIx> = HashSet::new();
    for (path, document) in documents {
        match correlation(loader, &path, &document, &names) {
            Ok(members) if document.generate => spoken.extend(members),
            Ok(members) => silent.extend(members),
            Err(problem) => {
                loader.refuse(&path, problem);
                loader.remember(&document.header, Known::Failed);
            }
        }
    }
    for rule in silent.difference(&spoken) {
        let meta = loader.rules.metas.get_mut(rule.0 as usize);
        if let Some(meta) = meta.filter(|meta| meta.role == Role::Finding) {
            meta.role = Role::Base;
        }
    }
}

/// Loads one and gives the rules that it builds on; none where it is for logs that are not here.
fn correlation(
    loader: &mut Loader,
    path: &str,
    document: &Document,
    correlations: &HashSet<String>,
) -> Result<Vec<RuleIx>, Problem> {
    loader.unused(&document.header)?;
    bounded(document)?;
    let mut members = Vec::new();
    for reference in &document.rules {
        let wrong = |reason, detail: &str| {
            let detail = format!("'{}' {detail}", reference.name);
            Problem::new(reason, reference.at, "correlation.rules", detail)
        };
        match loader.known.get(&reference.name) {
            Some(Known::Loaded(ix)) if loader.rules.metas[ix.0 as usize].correlation => {
                return Err(wrong(Reason::Chain, "is a correlation itself"));
            }
            Some(Known::Loaded(ix)) if members.contains(ix) => {
                return Err(wrong(Reason::Malformed, "stands twice"));
            }
            Some(Known::Loaded(ix)) => members.push(*ix),
            Some(Known::NotHere) => {
                loader.counts.not_applicable += 1;
                loader.remember(&document.header, Known::NotHere);
                return Ok(Vec::new());
            }
            Some(Known::Failed) => {
                return Err(wrong(Reason::Reference, "could not be loaded itself"));
            }
            None if correlations.contains(&reference.name) => {
                return Err(wrong(Reason::Chain, "is a correlation itself"));
            }
            None => return Err(wrong(Reason::Reference, "is no rule that was read")),
        }
    }
    let mut meta = loader.meta(path, &document.header, &LogSource::default())?;
    meta.correlation = true;
    let mut feeds = Vec::new();
    for (number, rule) in (0_u8..).zip(&members) {
        feeds.push((*rule, feed(loader, document, number, *rule, meta.ix)?));
    }
    // Its incident is that of the rules it builds on, where it names none itself.
    if meta.kind.is_none() {
        meta.kind = members.iter().find_map(|m| loader.rules.metas[m.0 as usize].kind);
    }
    let compiled = Correlation {
        kind: document.kind,
        members: u8::try_from(members.len()).expect("the parser allows at most 64"),
        timespan_micros: i64::try_from(document.timespan_seconds)
            .unwrap_or(i64::MAX)
            .saturating_mul(1_000_000),
        condition: document.condition.clone(),
        group_by: document.group_by.clone(),
    };
    loader.add(&document.header, meta, None, Some(compiled));
    for (rule, feed) in feeds {
        loader.feed(rule, feed);
    }
    Ok(members)
}

/// A condition may not ask for more than a window holds.
fn bounded(document: &Document) -> Result<(), Problem> {
    let bounds = document.condition.iter().flat_map(|condition| &condition.bounds);
    for &(comparison, bound) in bounds {
        let least = match comparison {
            Comparison::Gt | Comparison::Gte | Comparison::Eq => bound,
            Comparison::Lt | Comparison::Lte => 0,
        };
        if least >= WINDOW_HITS_LIMIT as u64 {
            let detail = format!("{bound} is more than a window holds ({WINDOW_HITS_LIMIT})");
            let at = document.header.at;
            return Err(Problem::new(Reason::Bound, at, "correlation.condition", detail));
        }
    }
    Ok(())
}

fn feed(
    loader: &Loader,
    document: &Document,
    member: u8,
    rule: RuleIx,
    correlation: RuleIx,
) -> Result<Feed, Problem> {
    let name = |field: &String| -> Result<Name, Problem> {
        let Some(alias) = document.aliases.iter().find(|alias| alias.name == *field) else {
            return Ok(Name::new(field));
        };
        let mine = |reference: &str| loader.known.get(reference) == Some(&Known::Loaded(rule));
        let found = alias.fields.iter().find(|(reference, _)| mine(&reference.name));
        found.map(|(_, field)| Name::new(field)).ok_or_else(|| {
            let wanted = &document.rules[usize::from(member)];
            let detail = format!("the alias '{field}' says nothing of '{}'", wanted.name);
            Problem::new(Reason::Reference, wanted.at, "correlation.aliases", detail)
        })
    };
    let group = document.group_by.iter().map(name).collect::<Result<_, _>>()?;
    let value = match document.condition.as_ref().and_then(|c| c.field.as_ref()) {
        Some(field) => Some(name(field)?),
        None => None,
    };
    Ok(Feed { correlation, member, group, value })
}
