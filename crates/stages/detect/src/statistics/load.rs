//! Documents of statistics → [`Statistic`], once the rules that they build on are there.

use bakas_model::Role;
use bakas_sigma::{LogSource, Problem, Reason, Statistic as Document};

use super::{
    Kind, Statistic, beacon, novel, outlier, rare, scan, settings::Reader, travel, tunnel,
};
use crate::{
    field::Name,
    gather::{Feed, Look},
    load::{Known, Loader},
};

/// The tag that every statistic has.
const TAG: &str = "bakas.statistic";

/// Loads statistics. Their rules keep their roles: a rule that is only there for a statistic says
/// so itself, with the tag `bakas.base`.
pub(crate) fn load(loader: &mut Loader, documents: Vec<(String, Document)>) {
    for (path, document) in documents {
        if let Err(problem) = statistic(loader, &path, &document) {
            loader.refuse(&path, &document.header, problem);
            loader.remember(&document.header, Known::Failed);
        }
    }
}

fn statistic(loader: &mut Loader, path: &str, document: &Document) -> Result<(), Problem> {
    loader.unused(&document.header)?;
    let kind = kind(document)?;
    let mut members = Vec::new();
    for reference in &document.rules {
        let wrong = |detail: &str| {
            let detail = format!("'{}' {detail}", reference.name);
            Problem::new(Reason::Reference, reference.at, "bakas_statistic.rules", detail)
        };
        match loader.known.get(&reference.name) {
            Some(Known::Loaded(ix)) => members.push(*ix),
            // The others may have logs.
            Some(Known::NotHere) => {}
            Some(Known::Failed) => return Err(wrong("could not be loaded itself")),
            None => return Err(wrong("is no rule that was read")),
        }
    }
    if members.is_empty() {
        let source = "that of the rules it builds on".to_owned();
        loader.not_here(path, &document.header, source);
        return Ok(());
    }
    if members.iter().any(|&rule| loader.rules.metas[rule.0 as usize].correlation) {
        let detail = "a statistic builds on rules, not on correlations";
        return Err(Problem::new(Reason::Chain, document.at, "bakas_statistic.rules", detail));
    }
    let mut meta = loader.meta(path, &document.header, &LogSource::default())?;
    meta.correlation = true;
    meta.base_rate = Some(document.base_rate.trim().to_owned());
    if !meta.tags.iter().any(|tag| tag == TAG) {
        meta.tags.push(TAG.to_owned());
    }
    let ix = meta.ix;
    loader.add(&document.header, meta, None);
    let mut group_by = document.group_by.clone();
    if matches!(kind, Kind::DnsTunnel(_)) {
        group_by.push("domain".to_owned());
    }
    for (member, rule) in (0_u8..).zip(members) {
        let names = |all: &[String]| -> Vec<Name> {
            all.iter().map(|field| loader.name(rule, field)).collect()
        };
        let feed = Feed {
            correlation: ix,
            member,
            group: names(&document.group_by),
            look: look(&kind, names(&document.fields)),
        };
        loader.feed(rule, feed);
        let meta = &mut loader.rules.metas[rule.0 as usize];
        if meta.role == Role::Finding && meta.tags.iter().any(|tag| tag == "bakas.base") {
            meta.role = Role::Base;
        }
    }
    loader.rules.statistics.insert(ix, Statistic { kind, group_by });
    Ok(())
}

fn kind(document: &Document) -> Result<Kind, Problem> {
    let mut reader = Reader::new(document);
    let settings = &mut reader;
    let kind = match document.kind.as_str() {
        "outlier" => Kind::Outlier(outlier::Settings::read(settings)?),
        "new-value" => Kind::NewValue(novel::Settings::read(settings)?),
        "travel" => Kind::Travel(travel::Settings::read(settings)?),
        "rare" => Kind::Rare(rare::Settings::read(settings)?),
        "beacon" => Kind::Beacon(beacon::Settings::read(settings)?),
        "scan" => Kind::Scan(scan::Settings::read(settings)?),
        "dns-tunnel" => Kind::DnsTunnel(tunnel::Settings::read(settings)?),
        other => {
            let detail = format!(
                "'{other}' is none of outlier, new-value, travel, rare, beacon, scan, dns-tunnel"
            );
            let place = "bakas_statistic.type";
            return Err(Problem::new(Reason::Malformed, document.at, place, detail));
        }
    };
    reader.finish()?;
    if document.group_by.is_empty() && !matches!(kind, Kind::DnsTunnel(_)) {
        let detail = "it says whose records are looked at together";
        let place = "bakas_statistic.group-by";
        return Err(Problem::new(Reason::Missing, document.at, place, detail));
    }
    Ok(kind)
}

/// What is looked at in an event.
fn look(kind: &Kind, fields: Vec<Name>) -> Look {
    match kind {
        Kind::Travel(settings) => Look::Country { subscribers_only: settings.subscribers },
        Kind::DnsTunnel(settings) => match fields.into_iter().next() {
            Some(name) => Look::BelowDomain {
                name,
                least_bytes: settings.name_bytes,
                least_bits: settings.name_bits,
            },
            None => Look::Nothing,
        },
        _ if fields.is_empty() => Look::Nothing,
        _ => Look::Values(fields),
    }
}
