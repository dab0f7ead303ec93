//! Which rules are asked of which events: sets by stream and class, and screens by format. Each is
//! built when its first event comes, so that rules for logs that are not there cost next to nothing.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use bakas_model::{Class, Event, LogSource as Served, Stream};
use bakas_sigma::LogSource;

use crate::{
    evaluate::Fields,
    logsource::{self, Origin},
    plain::Details,
    screen::{Screen, Shape},
    set::Set,
};

/// The sets of rules, by stream and class.
#[derive(Debug)]
pub(crate) struct Sets {
    /// Each log source that rules are for, once, with the indexes of its rules.
    sources: Vec<(LogSource, Vec<u32>)>,
    /// The log sources of users' formats.
    custom: Vec<Served>,
    /// By stream and class, then by log source of users' formats and class.
    cells: Box<[OnceLock<Arc<Set>>]>,
    /// By the indexes of their rules: many streams and classes have the same.
    same: Mutex<HashMap<Vec<u32>, Arc<Set>>>,
    screens: Mutex<Vec<(Shape, Option<Arc<Screen>>)>>,
}

impl Default for Sets {
    fn default() -> Self {
        Self::new(Vec::new(), Vec::new())
    }
}

impl Sets {
    /// Of rules with these log sources, by their indexes: a rule may have several. Plain rules come
    /// first, so their indexes are those of their log sources.
    pub(crate) fn new(by_rule: Vec<Vec<LogSource>>, custom: Vec<Served>) -> Self {
        let mut sources: Vec<(LogSource, Vec<u32>)> = Vec::new();
        let mut known: HashMap<LogSource, usize> = HashMap::new();
        for (rule, of_rule) in (0_u32..).zip(by_rule) {
            for source in of_rule {
                let at = *known.entry(source).or_insert_with_key(|source| {
                    sources.push((source.clone(), Vec::new()));
                    sources.len() - 1
                });
                sources[at].1.push(rule);
            }
        }
        Self::of_sources(sources, custom)
    }

    /// Of log sources, each once, with the indexes of their rules.
    pub(crate) fn of_sources(sources: Vec<(LogSource, Vec<u32>)>, custom: Vec<Served>) -> Self {
        let cells = (Stream::ALL.len() + custom.len()) * Class::ALL.len();
        Self {
            sources,
            custom,
            cells: (0..cells).map(|_| OnceLock::new()).collect(),
            same: Mutex::default(),
            screens: Mutex::default(),
        }
    }

    /// Each log source that rules are for, with the indexes of its rules.
    pub(crate) fn sources(&self) -> &[(LogSource, Vec<u32>)] {
        &self.sources
    }

    /// The sets that were built so far.
    pub(crate) fn built(&self) -> Vec<Arc<Set>> {
        let same = self.same.lock().unwrap_or_else(PoisonError::into_inner);
        same.values().cloned().collect()
    }

    fn members(&self, fits: impl Fn(&LogSource) -> bool) -> Vec<u32> {
        let fitting = self.sources.iter().filter(|(source, _)| fits(source));
        let mut members: Vec<u32> = fitting.flat_map(|(_, rules)| rules).copied().collect();
        members.sort_unstable();
        members.dedup();
        members
    }

    /// The rules that an event is asked of.
    pub(crate) fn of(&self, event: &Event<'_>, details: &Details, fields: &Fields) -> &Arc<Set> {
        let class = Class::ALL.iter().position(|&c| c == event.class);
        let class = class.unwrap_or(Class::ALL.len() - 1);
        let custom = event.custom.filter(|_| event.stream == Stream::Custom);
        let custom = custom.and_then(|custom| self.custom.iter().position(|&c| c == custom));
        let row = custom.map_or(event.stream as usize, |at| Stream::ALL.len() + at);
        self.cells[row * Class::ALL.len() + class].get_or_init(|| {
            let origin = match custom.and_then(|at| self.custom.get(at)) {
                Some(&served) => Origin::custom(served),
                None => Origin::stream(event.stream),
            };
            let fits = |source: &LogSource| logsource::fits(source, origin, event.class);
            let members = self.members(fits);
            let mut same = self.same.lock().unwrap_or_else(PoisonError::into_inner);
            let number = same.len();
            let set = same.entry(members).or_insert_with_key(|members| {
                Arc::new(Set::new(number, members.clone(), details, fields))
            });
            Arc::clone(set)
        })
    }

    /// The screen for a format; `None` where it would spare nothing.
    pub(crate) fn screen(&self, shape: Shape, details: &Details) -> Option<Arc<Screen>> {
        let mut screens = self.screens.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, screen)) = screens.iter().find(|(known, _)| *known == shape) {
            return screen.clone();
        }
        let fits = |source: &LogSource| {
            let of = |&stream: &Stream| {
                let origin = Origin::stream(stream);
                shape.classes.iter().any(|&class| logsource::fits(source, origin, class))
            };
            shape.streams.iter().any(of)
        };
        let screen = Screen::new(shape, &self.members(fits), details).map(Arc::new);
        screens.push((shape, screen.clone()));
        screen
    }
}
