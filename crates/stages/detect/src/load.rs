//! Rule files → [`Rules`], with everything counted and told that could not be used.

use std::collections::{BTreeMap, HashMap};

use bakas_model::{LogSource as Served, RuleCounts, RuleIx, RuleMeta, Severity};
use bakas_sigma::{
    Document, Filter, Header, Level, LogSource, Parsed, Position, Problem, Reason, Rule,
    pipeline::{self, Mapping, Pipeline},
};

use crate::{
    correlate::Correlation,
    evaluate::Fields,
    field::Name,
    gather::Feed,
    kind, literal, logsource,
    program::{Names, Naming, Program},
    report::{LoadProblem, Loaded, RuleReport, RuleStatus},
    resolve,
    rules::{Detail, Rules},
    sets::Sets,
};

const _: () = assert!(bakas_sigma::RULE_BYTES_LIMIT == bakas_model::limits::RULE_BYTES_LIMIT);

/// What rules are loaded with.
#[derive(Clone, Debug, Default)]
pub struct LoadOptions {
    /// The log sources of users' formats, which events bear as [`bakas_model::Event::custom`].
    pub custom: Vec<Served>,
    /// The values of placeholders, by name.
    pub placeholders: BTreeMap<String, Vec<String>>,
    /// Processing pipelines, as path and text.
    pub pipelines: Vec<(String, String)>,
}

/// Everything on its way to [`Rules`].
#[derive(Default)]
pub(crate) struct Loader {
    pub(crate) rules: Rules,
    names: Names,
    sources: Vec<Vec<LogSource>>,
    pub(crate) counts: RuleCounts,
    reports: Vec<RuleReport>,
    problems: Vec<LoadProblem>,
    /// By id and by name: the rule, or that it is for logs that are not here.
    pub(crate) known: HashMap<String, Known>,
    /// By rule: what its fields are called in the logs.
    pub(crate) mapped: Vec<Vec<Mapping>>,
    custom: Vec<Served>,
    placeholders: BTreeMap<String, Vec<String>>,
    pipelines: Vec<Pipeline>,
    /// Each filter, where its report stands, and over how many rules it was laid.
    filters: Vec<(Filter, usize, usize)>,
}

/// What became of a rule that a correlation may name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Known {
    Loaded(RuleIx),
    NotHere,
    Failed,
}

impl Rules {
    /// Loads rule files, given as path and text, without pipelines. What cannot be used is counted
    /// and told; the rest is loaded.
    #[must_use]
    pub fn load(
        files: impl IntoIterator<Item = (String, String)>,
    ) -> (Self, RuleCounts, Vec<LoadProblem>) {
        let (rules, loaded) = Self::load_with(files, &LoadOptions::default());
        (rules, loaded.counts, loaded.problems)
    }

    /// Loads rule files, given as path and text. What cannot be used is counted and told; the rest
    /// is loaded.
    #[must_use]
    pub fn load_with(
        files: impl IntoIterator<Item = (String, String)>,
        options: &LoadOptions,
    ) -> (Self, Loaded) {
        let parsed = files.into_iter().map(|(path, text)| (path, bakas_sigma::parse(&text)));
        Self::load_parsed(parsed, options)
    }

    /// As [`Self::load_with`], of files that are parsed already.
    #[must_use]
    pub fn load_parsed(
        files: impl IntoIterator<Item = (String, Parsed)>,
        options: &LoadOptions,
    ) -> (Self, Loaded) {
        let mut loader = Loader::new(options);
        let mut documents = Vec::new();
        for (path, parsed) in files {
            loader.counts.files += 1;
            for problem in parsed.problems {
                loader.refuse(&path, &Header::default(), problem);
            }
            documents.extend(parsed.documents.into_iter().map(|d| (path.clone(), d)));
        }
        let (filters, rest): (Vec<_>, Vec<_>) =
            documents.into_iter().partition(|(_, d)| matches!(d, Document::Filter(_)));
        let (mut correlations, mut statistics) = (Vec::new(), Vec::new());
        for (path, document) in filters.into_iter().chain(rest) {
            match document {
                Document::Filter(filter) => loader.filter(&path, filter),
                Document::Rule(rule) => loader.rule(&path, rule),
                Document::Correlation(found) => correlations.push((path, found)),
                Document::Statistic(found) => statistics.push((path, found)),
            }
        }
        loader.settle_filters();
        resolve::correlations(&mut loader, correlations);
        crate::statistics::load(&mut loader, statistics);
        loader.finish()
    }
}

impl Loader {
    fn new(options: &LoadOptions) -> Self {
        let mut loader = Self {
            custom: options.custom.clone(),
            placeholders: options.placeholders.clone(),
            ..Self::default()
        };
        let mut pipelines = Vec::new();
        for (path, text) in &options.pipelines {
            match Pipeline::parse(text) {
                Ok(pipeline) => pipelines.push((path, pipeline)),
                Err(problem) => {
                    loader.problems.push(LoadProblem { path: path.clone(), problem });
                }
            }
        }
        pipelines.sort_by(|(a, x), (b, y)| (x.priority, a).cmp(&(y.priority, b)));
        loader.pipelines = pipelines.into_iter().map(|(_, pipeline)| pipeline).collect();
        loader
    }

    /// Counts and tells what could not be used.
    pub(crate) fn refuse(&mut self, path: &str, header: &Header, problem: Problem) {
        self.report(path, header, RuleStatus::Unsupported(problem.clone()));
        self.tell(path, problem);
    }

    fn tell(&mut self, path: &str, problem: Problem) {
        *self.counts.unsupported.entry(problem.reason.label().to_owned()).or_default() += 1;
        self.problems.push(LoadProblem { path: path.to_owned(), problem });
    }

    fn report(&mut self, path: &str, header: &Header, status: RuleStatus) -> &mut RuleReport {
        let id = header.id.as_ref().or(header.name.as_ref()).map_or("", String::as_str);
        self.reports.push(RuleReport::new(path, id, &header.title, status));
        self.reports.last_mut().expect("it was just put there")
    }

    fn filter(&mut self, path: &str, filter: Filter) {
        let report = self.reports.len();
        self.report(path, &filter.header, RuleStatus::Filter(0));
        self.filters.push((filter, report, 0));
    }

    fn rule(&mut self, path: &str, rule: Rule) {
        let header = rule.header.clone();
        if let Err(problem) = self.unused(&header) {
            return self.refuse(path, &header, problem);
        }
        if let Err(problem) = self.compile(path, rule) {
            self.refuse(path, &header, problem);
            self.remember(&header, Known::Failed);
        }
    }

    fn compile(&mut self, path: &str, mut rule: Rule) -> Result<(), Problem> {
        let source = rule.log_source.clone();
        let mut filters = Vec::new();
        for (filter, _, laid) in &mut self.filters {
            if filter.names(&rule.header) && filter.fits(&source) {
                filter.lay_over(&mut rule);
                *laid += 1;
                filters.push(filter.header.title.clone());
            }
        }
        let applied = pipeline::apply(&self.pipelines, rule, &self.placeholders)?;
        let header = applied.rule.header;
        if !applied.log_sources.iter().any(|source| logsource::is_here(source, &self.custom)) {
            self.not_here(path, &header, logsource::words(&source));
            return Ok(());
        }
        let meta = self.meta(path, &header, &source)?;
        let program = Program::new(&applied.rule.detection, &mut Naming::New(&mut self.names))?;
        let unprefiltered = !literal::has_clause(&applied.rule.detection);
        let report = self.add(&header, meta, None);
        report.mapped.clone_from(&applied.mapped);
        report.declined = applied.declined;
        report.filters = filters;
        report.unprefiltered = unprefiltered;
        self.mapped.push(applied.mapped);
        self.sources.push(applied.log_sources.clone());
        let (log_sources, fields) = (applied.log_sources, applied.fields);
        let detail = Detail { detection: applied.rule.detection, log_sources, fields };
        self.rules.details.push(detail, program);
        Ok(())
    }

    /// A rule for logs that are not here.
    pub(crate) fn not_here(&mut self, path: &str, header: &Header, source: String) {
        self.counts.not_applicable += 1;
        self.report(path, header, RuleStatus::NotApplicable(source));
        self.remember(header, Known::NotHere);
    }

    /// Adds a rule or a correlation under the next index.
    pub(crate) fn add(
        &mut self,
        header: &Header,
        meta: RuleMeta,
        correlation: Option<Correlation>,
    ) -> &mut RuleReport {
        self.counts.loaded += 1;
        self.counts.correlations += u64::from(correlation.is_some());
        self.remember(header, Known::Loaded(meta.ix));
        let (ix, path) = (meta.ix, meta.path.clone());
        self.rules.metas.push(meta);
        self.rules.correlations.push(correlation);
        self.rules.feeds.push(Vec::new());
        self.report(&path, header, RuleStatus::Loaded(ix))
    }

    /// Filters that are laid over nothing they name, or over rules of other logs, are told.
    fn settle_filters(&mut self) {
        for (filter, report, laid) in std::mem::take(&mut self.filters) {
            self.reports[report].status = RuleStatus::Filter(laid);
            let path = self.reports[report].path.clone();
            for reference in filter.rules.iter().flatten() {
                let wrong = |reason, detail: &str| {
                    let detail = format!("'{}' {detail}", reference.name);
                    Problem::new(reason, reference.at, "filter.rules", detail)
                };
                match self.known.get(&reference.name) {
                    None => self.tell(&path, wrong(Reason::Reference, "is no rule that was read")),
                    Some(Known::Loaded(ix)) if !self.is_filtered(*ix, &filter) => {
                        let detail = "is a rule for other logs than the filter, or a correlation";
                        self.tell(&path, wrong(Reason::Filter, detail));
                    }
                    Some(_) => {}
                }
            }
        }
    }

    fn is_filtered(&self, ix: RuleIx, filter: &Filter) -> bool {
        let report = self.reports.iter().find(|report| report.rule() == Some(ix));
        report.is_some_and(|report| report.filters.contains(&filter.header.title))
    }

    /// Whether id and name are still free.
    pub(crate) fn unused(&self, header: &Header) -> Result<(), Problem> {
        for (part, text) in [("id", &header.id), ("name", &header.name)] {
            if let Some(text) = text
                && self.known.contains_key(text)
            {
                let detail = format!("'{text}' is an earlier rule's");
                return Err(Problem::new(Reason::Duplicate, header.at, part, detail));
            }
        }
        Ok(())
    }

    pub(crate) fn remember(&mut self, header: &Header, known: Known) {
        for text in [&header.id, &header.name].into_iter().flatten() {
            self.known.insert(text.clone(), known);
        }
    }

    /// What the house will know of a rule, under the next index.
    pub(crate) fn meta(
        &self,
        path: &str,
        header: &Header,
        source: &LogSource,
    ) -> Result<RuleMeta, Problem> {
        let kind = kind::kind(&header.tags, source).map_err(|word| {
            let detail = format!("there is no kind of incident '{word}'");
            Problem::new(Reason::Malformed, header.at, "tags", detail)
        })?;
        let ix = u32::try_from(self.rules.metas.len()).map_err(|_| {
            Problem::new(Reason::Bound, Position::default(), "file", "too many rules")
        })?;
        let name = header.id.as_ref().or(header.name.as_ref()).unwrap_or(&header.title);
        let technique = |tag: &&String| !tag.starts_with("attack.t");
        Ok(RuleMeta {
            ix: RuleIx(ix),
            id: name.clone(),
            title: header.title.clone(),
            severity: severity(header.level),
            role: kind::role(&header.tags),
            kind,
            techniques: kind::techniques(&header.tags),
            tags: header.tags.iter().filter(technique).cloned().collect(),
            correlation: false,
            base_rate: None,
            path: path.to_owned(),
        })
    }

    pub(crate) fn feed(&mut self, rule: RuleIx, feed: Feed) {
        // So that it is seen whether they occur at all.
        for native in feed.group.iter().flat_map(|name| &name.natives) {
            self.names.number(native);
        }
        if let Some(feeds) = self.rules.feeds.get_mut(rule.0 as usize) {
            feeds.push(feed);
        }
    }

    /// A field that a correlation asks a rule's events for.
    pub(crate) fn name(&self, rule: RuleIx, field: &str) -> Name {
        let mapped = self.mapped.get(rule.0 as usize).map_or(&[][..], Vec::as_slice);
        let others = mapped.iter().filter(|mapping| mapping.from == field);
        Name::also(field, others.map(|mapping| mapping.to.as_str()))
    }

    fn finish(self) -> (Rules, Loaded) {
        let Self { mut rules, names, sources, mut counts, problems, reports, custom, .. } = self;
        let is_mapped = |report: &&RuleReport| report.rule().is_some() && !report.mapped.is_empty();
        counts.mapped = reports.iter().filter(is_mapped).count() as u64;
        rules.fields = Fields::new(names.list);
        rules.sets = Sets::new(sources, custom);
        (rules, Loaded { counts, rules: reports.into(), problems })
    }
}

fn severity(level: Option<Level>) -> Severity {
    match level {
        None | Some(Level::Informational) => Severity::Informational,
        Some(Level::Low) => Severity::Low,
        Some(Level::Medium) => Severity::Medium,
        Some(Level::High) => Severity::High,
        Some(Level::Critical) => Severity::Critical,
    }
}
