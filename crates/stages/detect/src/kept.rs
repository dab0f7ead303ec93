//! Loaded rules as bytes, for whoever wants to keep them, and back. What is needed of every rule
//! stands at the beginning; what a rule asks for, and what became of the rules, behind it, to be
//! read when it is wanted. It keeps nothing itself, and it trusts its bytes: whoever keeps them
//! sees to it that they are the ones that the same program wrote.

use std::{borrow::Cow, collections::BTreeMap, sync::Arc};

use bakas_model::{
    IncidentKind, LogSource as Served, Role, RuleCounts, RuleIx, RuleMeta, Severity,
};
use bakas_sigma::LogSource;
use serde::{Deserialize, Serialize};

use crate::{
    correlate::Correlation,
    evaluate::Fields,
    field::Name,
    gather::Feed,
    plain::Details,
    report::{LoadProblem, Loaded, Reports},
    rules::Rules,
    sets::Sets,
    statistics::Statistic,
};

/// The beginning of the bytes.
#[derive(Serialize, Deserialize)]
struct Head<'a> {
    counts: Counts,
    problems: Cow<'a, [LoadProblem]>,
    #[serde(borrow)]
    metas: Vec<Meta<'a>>,
    feeds: Vec<(u32, Cow<'a, [Feed]>)>,
    correlations: Vec<(u32, Cow<'a, Correlation>)>,
    statistics: Cow<'a, BTreeMap<RuleIx, Statistic>>,
    names: Cow<'a, [Name]>,
    sources: Cow<'a, [(LogSource, Vec<u32>)]>,
    /// Bytes of the reports, which come next.
    reports: u32,
    /// Bytes of each plain rule; they come last.
    plains: Vec<u32>,
}

/// [`RuleCounts`], which leaves out in JSON what is empty.
#[derive(Serialize, Deserialize)]
struct Counts {
    files: u64,
    loaded: u64,
    correlations: u64,
    mapped: u64,
    not_applicable: u64,
    unsupported: BTreeMap<String, u64>,
}

/// [`RuleMeta`], likewise; its index is its place.
#[derive(Serialize, Deserialize)]
struct Meta<'a> {
    id: &'a str,
    title: &'a str,
    severity: Severity,
    role: Role,
    kind: Option<IncidentKind>,
    techniques: Cow<'a, [String]>,
    tags: Cow<'a, [String]>,
    correlation: bool,
    base_rate: Option<&'a str>,
    path: &'a str,
}

impl Rules {
    /// Loaded rules as bytes. `None` where there is too much of them to be written so.
    #[must_use]
    pub fn to_bytes(&self, loaded: &Loaded) -> Option<Vec<u8>> {
        let length = |bytes: &Vec<u8>| u32::try_from(bytes.len()).ok();
        let reports = postcard::to_stdvec(&*loaded.rules).ok()?;
        let plains: Vec<Vec<u8>> =
            self.details.iter().map(|d| postcard::to_stdvec(d).ok()).collect::<Option<_>>()?;
        let head = Head {
            counts: Counts::of(&loaded.counts),
            problems: Cow::Borrowed(&loaded.problems),
            metas: self.metas.iter().map(Meta::of).collect(),
            feeds: some(&self.feeds, |feeds| (!feeds.is_empty()).then_some(feeds.into())),
            correlations: some(&self.correlations, |c| c.as_ref().map(Cow::Borrowed)),
            statistics: Cow::Borrowed(&self.statistics),
            names: Cow::Borrowed(&self.fields.names),
            sources: Cow::Borrowed(self.sets.sources()),
            reports: length(&reports)?,
            plains: plains.iter().map(length).collect::<Option<_>>()?,
        };
        let mut bytes = postcard::to_stdvec(&head).ok()?;
        bytes.extend_from_slice(&reports);
        bytes.extend(plains.into_iter().flatten());
        Some(bytes)
    }

    /// Rules again, of what [`Self::to_bytes`] made of rules that were loaded with these log
    /// sources of users' formats. `None` where it is something else: that is not always seen.
    #[must_use]
    pub fn from_bytes(bytes: Vec<u8>, custom: &[Served]) -> Option<(Self, Loaded)> {
        let bytes = Arc::new(bytes);
        let (head, rest) = postcard::take_from_bytes::<Head<'_>>(&bytes).ok()?;
        let from = bytes.len() - rest.len();
        let end = from.checked_add(head.reports as usize)?;
        let reports = Reports::kept(Arc::clone(&bytes), from..end)?;
        let details = Details::kept(Arc::clone(&bytes), end, &head.plains)?;
        let count = head.metas.len();
        let mut rules = Self {
            metas: (0..).zip(&head.metas).map(|(ix, meta)| meta.whole(RuleIx(ix))).collect(),
            feeds: std::iter::repeat_with(Vec::new).take(count).collect(),
            correlations: std::iter::repeat_with(|| None).take(count).collect(),
            statistics: head.statistics.into_owned(),
            fields: Fields::new(head.names.into_owned()),
            sets: Sets::of_sources(head.sources.into_owned(), custom.to_vec()),
            details,
        };
        for (rule, feeds) in head.feeds {
            *rules.feeds.get_mut(rule as usize)? = feeds.into_owned();
        }
        for (rule, correlation) in head.correlations {
            *rules.correlations.get_mut(rule as usize)? = Some(correlation.into_owned());
        }
        let problems = head.problems.into_owned();
        Some((rules, Loaded { counts: head.counts.whole(), rules: reports, problems }))
    }
}

/// Those of which there is something, with their places.
fn some<'a, T, U>(all: &'a [T], part: impl Fn(&'a T) -> Option<U>) -> Vec<(u32, U)> {
    (0_u32..).zip(all).filter_map(|(at, one)| Some((at, part(one)?))).collect()
}

impl Counts {
    fn of(counts: &RuleCounts) -> Self {
        let RuleCounts { files, loaded, correlations, mapped, not_applicable, .. } = *counts;
        let unsupported = counts.unsupported.clone();
        Self { files, loaded, correlations, mapped, not_applicable, unsupported }
    }

    fn whole(self) -> RuleCounts {
        let Self { files, loaded, correlations, mapped, not_applicable, unsupported } = self;
        // Which fields never occurred is told after the logs were read.
        let never_seen = Vec::new();
        RuleCounts { files, loaded, correlations, mapped, not_applicable, unsupported, never_seen }
    }
}

impl<'a> Meta<'a> {
    fn of(meta: &'a RuleMeta) -> Self {
        Self {
            id: &meta.id,
            title: &meta.title,
            severity: meta.severity,
            role: meta.role,
            kind: meta.kind,
            techniques: Cow::Borrowed(&meta.techniques),
            tags: Cow::Borrowed(&meta.tags),
            correlation: meta.correlation,
            base_rate: meta.base_rate.as_deref(),
            path: &meta.path,
        }
    }

    fn whole(&self, ix: RuleIx) -> RuleMeta {
        RuleMeta {
            ix,
            id: self.id.to_owned(),
            title: self.title.to_owned(),
            severity: self.severity,
            role: self.role,
            kind: self.kind,
            techniques: self.techniques.to_vec(),
            tags: self.tags.to_vec(),
            correlation: self.correlation,
            base_rate: self.base_rate.map(str::to_owned),
            path: self.path.to_owned(),
        }
    }
}
