//! Rule files → [`Rules`], with everything counted that could not be used.

use std::collections::HashMap;

use bakas_model::{Class, RuleCounts, RuleIx, RuleMeta, Severity, Stream};
use bakas_sigma::{Document, Header, Level, LogSource, Position, Problem, Reason, Rule};

use crate::{
    correlate::Correlation,
    evaluate::Fields,
    input::Feed,
    kind, logsource,
    program::{Names, Program},
    resolve,
    rules::{Rules, Sets},
};

const _: () = assert!(bakas_sigma::RULE_BYTES_LIMIT == bakas_model::limits::RULE_BYTES_LIMIT);

/// A rule, or part of a file, that could not be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path}, {problem}")]
pub struct LoadProblem {
    /// The file.
    pub path: String,
    /// The place in it, and what is wrong.
    pub problem: Problem,
}

/// Everything on its way to [`Rules`].
#[derive(Default)]
pub(crate) struct Loader {
    pub(crate) rules: Rules,
    names: Names,
    sources: Vec<LogSource>,
    pub(crate) counts: RuleCounts,
    problems: Vec<LoadProblem>,
    /// By id and by name: the rule, or that it is for logs that are not here.
    pub(crate) known: HashMap<String, Known>,
}

/// What became of a rule that a correlation may name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Known {
    Loaded(RuleIx),
    NotHere,
    Failed,
}

impl Rules {
    /// Loads rule files, given as path and text. What cannot be used is counted and told; the rest
    /// is loaded.
    #[must_use]
    pub fn load(
        files: impl IntoIterator<Item = (String, String)>,
    ) -> (Self, RuleCounts, Vec<LoadProblem>) {
        let mut loader = Loader::default();
        let mut correlations = Vec::new();
        for (path, text) in files {
            loader.counts.files += 1;
            let parsed = bakas_sigma::parse(&text);
            for problem in parsed.problems {
                loader.refuse(&path, problem);
            }
            for document in parsed.documents {
                match document {
                    Document::Rule(rule) => loader.rule(&path, &rule),
                    Document::Correlation(found) => correlations.push((path.clone(), found)),
                }
            }
        }
        resolve::correlations(&mut loader, correlations);
        loader.finish()
    }
}

impl Loader {
    pub(crate) fn refuse(&mut self, path: &str, problem: Problem) {
        *self.counts.unsupported.entry(problem.reason.label().to_owned()).or_default() += 1;
        self.problems.push(LoadProblem { path: path.to_owned(), problem });
    }

    fn rule(&mut self, path: &str, rule: &Rule) {
        if let Err(problem) = self.unused(&rule.header) {
            return self.refuse(path, problem);
        }
        if !logsource::is_here(&rule.log_source) {
            self.counts.not_applicable += 1;
            return self.remember(&rule.header, Known::NotHere);
        }
        match self.compile(path, rule) {
            Ok(()) => {}
            Err(problem) => {
                self.refuse(path, problem);
                self.remember(&rule.header, Known::Failed);
            }
        }
    }

    fn compile(&mut self, path: &str, rule: &Rule) -> Result<(), Problem> {
        let meta = self.meta(path, &rule.header, &rule.log_source)?;
        let program = Program::new(&rule.detection, &mut self.names)?;
        self.add(&rule.header, meta, Some(program), None);
        self.sources.push(rule.log_source.clone());
        Ok(())
    }

    /// Adds a rule or a correlation under the next index.
    pub(crate) fn add(
        &mut self,
        header: &Header,
        meta: RuleMeta,
        program: Option<Program>,
        correlation: Option<Correlation>,
    ) {
        self.counts.loaded += 1;
        self.counts.correlations += u64::from(correlation.is_some());
        self.remember(header, Known::Loaded(meta.ix));
        self.rules.metas.push(meta);
        self.rules.programs.push(program);
        self.rules.correlations.push(correlation);
        self.rules.feeds.push(Vec::new());
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
            path: path.to_owned(),
        })
    }

    pub(crate) fn feed(&mut self, rule: RuleIx, feed: Feed) {
        if let Some(feeds) = self.rules.feeds.get_mut(rule.0 as usize) {
            feeds.push(feed);
        }
    }

    fn finish(self) -> (Rules, RuleCounts, Vec<LoadProblem>) {
        let Self { mut rules, names, sources, counts, problems, .. } = self;
        rules.fields = Fields::new(names.list);
        rules.sets = sets(&sources);
        (rules, counts, problems)
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

/// Which rules are asked of which events. Plain rules come first, so their indexes are those of
/// their log sources.
fn sets(sources: &[LogSource]) -> Sets {
    let mut sets = Sets::default();
    let mut seen: HashMap<Vec<u32>, usize> = HashMap::new();
    for &stream in Stream::ALL {
        for &class in Class::ALL {
            let fits = |source: &LogSource| logsource::fits(source, stream, class);
            let members: Vec<u32> =
                (0_u32..).zip(sources).filter(|(_, s)| fits(s)).map(|(ix, _)| ix).collect();
            let next = seen.len();
            let number = *seen.entry(members.clone()).or_insert(next);
            if number == sets.members.len() {
                sets.members.push(members);
                sets.built.push(std::sync::OnceLock::new());
            }
            sets.numbers.push(number);
        }
    }
    sets
}
