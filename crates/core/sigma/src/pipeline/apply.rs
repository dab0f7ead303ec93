//! Pipelines at work on one rule.

use std::collections::BTreeMap;

use regex_automata::meta;

use super::{
    Pipeline, Step,
    action::{Action, Case, Shown},
    condition::Asked,
    edit::{self, lines},
};
use crate::{
    detection::{Detection, Search},
    document::{LogSource, Rule},
    item::{Item, Number, Test},
    pattern::Pattern,
    placeholder,
    problem::{Problem, Reason},
};

/// A field that is called otherwise in the logs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mapping {
    /// What the rule calls it.
    pub from: String,
    /// What the log calls it.
    pub to: String,
    /// The pipeline that says so.
    pub pipeline: String,
}

impl std::fmt::Display for Mapping {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} -> {} ({})", self.from, self.to, self.pipeline)
    }
}

/// A rule after its pipelines.
#[derive(Debug)]
pub struct Applied {
    /// The rule; of several variants, with all of them as alternatives.
    pub rule: Rule,
    /// The logs that it is for now, by variant.
    pub log_sources: Vec<LogSource>,
    /// The fields that it names now, by variant.
    pub fields: Vec<Vec<String>>,
    /// Which field became what.
    pub mapped: Vec<Mapping>,
    /// Variants that refused the rule while others did not.
    pub declined: Vec<(String, Problem)>,
}

/// Puts a rule through pipelines, which are in the order in which they act; `values` are those of
/// placeholders.
///
/// # Errors
/// Where a pipeline refuses the rule, or a placeholder has no value.
pub fn apply(
    pipelines: &[Pipeline],
    rule: Rule,
    values: &BTreeMap<String, Vec<String>>,
) -> Result<Applied, Problem> {
    let mut rule = rule;
    lines(&mut rule.detection, &mut |item| {
        placeholder::fill(item, &|name| values.get(name).cloned()).map(Some)
    })?;
    let variants = fitting_variants(pipelines, &rule);
    if variants.is_empty() {
        return Ok(Chain::new(pipelines, None, rule).run()?.into_applied());
    }
    let mut applied: Option<Applied> = None;
    let mut declined = Vec::new();
    for variant in variants {
        match Chain::new(pipelines, Some(variant), rule.clone()).run() {
            Ok(chain) => {
                let next = chain.into_applied();
                applied = Some(match applied {
                    None => next,
                    Some(before) => before.or(next),
                });
            }
            Err(problem) => declined.push((variant.to_owned(), problem)),
        }
    }
    match applied {
        Some(applied) => Ok(Applied { declined, ..applied }),
        None => Err(declined.swap_remove(0).1),
    }
}

/// The variants with a step that is meant for this rule.
fn fitting_variants<'p>(pipelines: &'p [Pipeline], rule: &Rule) -> Vec<&'p str> {
    let mut fitting = Vec::new();
    for pipeline in pipelines {
        let Some(variant) = pipeline.variant.as_deref() else { continue };
        let asked = Asked { rule, done: &[], state: &[] };
        let meant = |step: &Step| step.rules.chooses() && step.rules.hold(|t| t.holds(&asked));
        if !fitting.contains(&variant) && pipeline.steps.iter().any(meant) {
            fitting.push(variant);
        }
    }
    fitting
}

impl Applied {
    fn or(self, other: Self) -> Self {
        let mut all = self;
        all.rule.detection = all.rule.detection.or(other.rule.detection);
        all.log_sources.extend(other.log_sources);
        all.fields.extend(other.fields);
        all.mapped.extend(other.mapped);
        all.mapped.sort();
        all.mapped.dedup();
        all
    }
}

/// The pipelines of one variant, and the rule on its way through them.
struct Chain<'p> {
    pipelines: Vec<&'p Pipeline>,
    rule: Rule,
    vars: BTreeMap<&'p str, &'p Vec<String>>,
    done: Vec<String>,
    state: Vec<(String, String)>,
    mapped: Vec<Mapping>,
}

impl<'p> Chain<'p> {
    fn new(pipelines: &'p [Pipeline], variant: Option<&str>, rule: Rule) -> Self {
        let mine = |p: &&Pipeline| p.variant.is_none() || p.variant.as_deref() == variant;
        let pipelines: Vec<&Pipeline> = pipelines.iter().filter(mine).collect();
        let vars = pipelines.iter().flat_map(|p| &p.vars).map(|(k, v)| (k.as_str(), v)).collect();
        Self { pipelines, rule, vars, done: Vec::new(), state: Vec::new(), mapped: Vec::new() }
    }

    fn run(mut self) -> Result<Self, Problem> {
        for pipeline in self.pipelines.clone() {
            for step in &pipeline.steps {
                self.step(pipeline, step)?;
            }
        }
        match placeholder::unfilled(&self.rule.detection) {
            Some(problem) => Err(problem),
            None => Ok(self),
        }
    }

    fn into_applied(mut self) -> Applied {
        self.mapped.sort();
        self.mapped.dedup();
        Applied {
            log_sources: vec![self.rule.log_source.clone()],
            fields: vec![fields(&self.rule.detection)],
            mapped: self.mapped,
            declined: Vec::new(),
            rule: self.rule,
        }
    }

    fn step(&mut self, pipeline: &'p Pipeline, step: &'p Step) -> Result<(), Problem> {
        let asked = Asked { rule: &self.rule, done: &self.done, state: &self.state };
        if !step.rules.hold(|test| test.holds(&asked)) {
            return Ok(());
        }
        self.done.extend(step.id.clone());
        match &step.action {
            Action::Require(more) => self.rule.detection.require(more, &pipeline.name),
            Action::LogSource(source) => self.rule.log_source = source.clone(),
            Action::SetState(key, value) => self.state.push((key.clone(), value.clone())),
            Action::RefuseRule(message) => return Err(self.refusal(pipeline, step, message)),
            Action::Nest(inner) => {
                for step in inner {
                    self.step(pipeline, step)?;
                }
            }
            Action::Shown(how, fields) => self.show(*how, fields),
            action => self.lines(pipeline, step, action)?,
        }
        Ok(())
    }

    fn refusal(&self, pipeline: &Pipeline, step: &Step, message: &str) -> Problem {
        let place = format!("pipeline '{}', {}, {}", pipeline.name, step.place, step.at);
        Problem::new(Reason::Pipeline, self.rule.header.at, place, message)
    }

    fn show(&mut self, how: Shown, fields: &[String]) {
        let shown = &mut self.rule.header.fields;
        match how {
            Shown::Add => shown.extend_from_slice(fields),
            Shown::Remove => shown.retain(|field| !fields.contains(field)),
            Shown::Set => *shown = fields.to_vec(),
        }
    }

    /// A step that changes the lines of searches.
    fn lines(&mut self, pipeline: &Pipeline, step: &Step, action: &Action) -> Result<(), Problem> {
        let mut mapped = Vec::new();
        let vars = &self.vars;
        let refusal = |message: &str| self.refusal(pipeline, step, message);
        let mut detection = self.rule.detection.clone();
        let left = lines(&mut detection, &mut |mut item| {
            let field = item.field.clone();
            if !step.items.hold(|test| test.holds(&item)) {
                return Ok(Some(Search::Item(item)));
            }
            // A reference to a field may have to be renamed where the line's own field need not.
            let meant = |name: &str| step.fields.hold(|test| test.holds(Some(name)));
            edit::references(&mut item, &|name| {
                meant(name).then(|| new_names(action, name)).flatten()
            });
            if !step.fields.hold(|test| test.holds(field.as_deref())) {
                return Ok(Some(Search::Item(item)));
            }
            if let Action::RefuseItem(message) = action {
                return Err(refusal(message));
            }
            if let Some(name) = &field
                && let Some(names) = new_names(action, name)
            {
                mapped.extend(names.iter().filter(|new| *new != name).map(|new| Mapping {
                    from: name.clone(),
                    to: new.clone(),
                    pipeline: pipeline.name.clone(),
                }));
                return Ok(Some(edit::renamed(item, &names)));
            }
            values(action, item, vars).map_err(|problem| match problem {
                ValueProblem::Text(message) => refusal(&message),
                ValueProblem::Whole(problem) => problem,
            })
        })?;
        if !left {
            return Err(refusal("it leaves nothing of the condition"));
        }
        self.rule.detection = detection;
        self.mapped.extend(mapped);
        Ok(())
    }
}

/// The fields that a detection names.
fn fields(detection: &Detection) -> Vec<String> {
    let items = detection.searches.iter().flat_map(|(_, search)| search.items());
    let mut names: Vec<String> = items.filter_map(|item| item.field.clone()).collect();
    names.sort();
    names.dedup();
    names
}

/// What the action makes of a field's name; `None` where it leaves it.
fn new_names(action: &Action, name: &str) -> Option<Vec<String>> {
    match action {
        Action::Rename(mapping) => {
            mapping.iter().find(|(from, _)| from == name).map(|(_, to)| to.clone())
        }
        Action::RenameStart(mapping) => mapping.iter().find_map(|(from, to)| {
            let rest = name.strip_prefix(from.as_str())?;
            Some(to.iter().map(|start| format!("{start}{rest}")).collect())
        }),
        Action::Prefix(prefix) => Some(vec![format!("{prefix}{name}")]),
        Action::Suffix(suffix) => Some(vec![format!("{name}{suffix}")]),
        Action::FieldCase(case) => Some(vec![case.of(name)]),
        _ => None,
    }
}

impl Case {
    fn of(self, text: &str) -> String {
        match self {
            Self::Lower => text.to_lowercase(),
            Self::Upper => text.to_uppercase(),
        }
    }
}

/// Why a value could not be changed.
enum ValueProblem {
    Text(String),
    Whole(Problem),
}

/// Changes the values of a line.
fn values(
    action: &Action,
    mut item: Item,
    vars: &BTreeMap<&str, &Vec<String>>,
) -> Result<Option<Search>, ValueProblem> {
    if let Action::Fill { include, exclude, wildcard } = action {
        let chosen = |name: &String| {
            (include.is_empty() || include.contains(name)) && !exclude.contains(name)
        };
        let lookup = |name: &str| match *wildcard {
            _ if !chosen(&name.to_owned()) => None,
            true => Some(vec!["*".to_owned()]),
            false => vars.get(name).map(|values| (*values).clone()),
        };
        return placeholder::fill(item, &lookup).map(Some).map_err(ValueProblem::Whole);
    }
    if matches!(action, Action::Drop) {
        return Ok(None);
    }
    let mut tests = Vec::with_capacity(item.tests.len());
    for test in item.tests {
        match (action, test) {
            (Action::SetValue(value), _) => tests.push(value.clone()),
            (Action::Convert { to_number: true }, Test::Text { pattern, .. }) => {
                let number = pattern.as_literal().and_then(Number::parse);
                let wrong = || format!("'{}' is no number", pattern.source());
                tests.push(Test::Number(number.ok_or_else(|| ValueProblem::Text(wrong()))?));
            }
            (Action::Convert { to_number: false }, Test::Number(number)) => {
                let text = match number {
                    Number::Int(int) => int.to_string(),
                    Number::Float(float) => float.to_string(),
                };
                tests.push(Test::Text { pattern: Pattern::literal(text), cased: false });
            }
            (action, Test::Text { pattern, cased }) => {
                let changed = texts(action, &pattern).into_iter();
                tests.extend(changed.map(|pattern| Test::Text { pattern, cased }));
            }
            (_, test) => tests.push(test),
        }
    }
    item.tests = tests;
    Ok(Some(Search::Item(item)))
}

/// What the action makes of a text.
fn texts(action: &Action, pattern: &Pattern) -> Vec<Pattern> {
    match action {
        Action::Replace { regex, replacement, literals_only: true } => {
            vec![pattern.with_literals(|text| replaced(regex, replacement, text))]
        }
        Action::Replace { regex, replacement, .. } => {
            vec![Pattern::parse(&replaced(regex, replacement, &pattern.source()))]
        }
        Action::MapText(mapping) => {
            let source = pattern.source();
            let same = |from: &String| Pattern::parse(from).source() == source;
            match mapping.iter().find(|(from, _)| same(from)) {
                Some((_, to)) => to.iter().map(|text| Pattern::parse(text)).collect(),
                None => vec![pattern.clone()],
            }
        }
        Action::TextCase(case) => vec![pattern.with_literals(|text| case.of(text))],
        _ => vec![pattern.clone()],
    }
}

/// The text with every match replaced.
fn replaced(regex: &meta::Regex, replacement: &str, text: &str) -> String {
    let (mut out, mut from) = (String::new(), 0);
    for captures in regex.captures_iter(text) {
        let Some(found) = captures.get_match() else { continue };
        out.push_str(text.get(from..found.start()).unwrap_or_default());
        captures.interpolate_string_into(text, replacement, &mut out);
        from = found.end();
    }
    out.push_str(text.get(from..).unwrap_or_default());
    out
}
