//! The loaded rules, ready to be asked by any number of threads.

use std::sync::OnceLock;

use bakas_model::{Class, Detection, Event, Role, RuleIx, RuleMeta, Stream};

use crate::{
    correlate::{self, Correlation},
    evaluate::Fields,
    field::Context,
    input::{self, Feed, Input},
    matcher::Matcher,
    program::Program,
    set::Set,
};

/// Rules and correlations, loaded and compiled.
#[derive(Debug, Default)]
pub struct Rules {
    pub(crate) metas: Vec<RuleMeta>,
    /// By rule; correlations have none.
    pub(crate) programs: Vec<Option<Program>>,
    /// By rule: the correlations that it feeds.
    pub(crate) feeds: Vec<Vec<Feed>>,
    /// By rule; plain rules have none.
    pub(crate) correlations: Vec<Option<Correlation>>,
    pub(crate) fields: Fields,
    pub(crate) sets: Sets,
}

/// The sets of rules by stream and class; each is built when its first event comes.
#[derive(Debug, Default)]
pub(crate) struct Sets {
    /// By stream and class: the number of the set.
    pub(crate) numbers: Vec<usize>,
    pub(crate) members: Vec<Vec<u32>>,
    pub(crate) built: Vec<OnceLock<Set>>,
}

impl Rules {
    /// What is known of each rule, in the order of their indexes.
    #[must_use]
    pub fn metas(&self) -> &[RuleMeta] {
        &self.metas
    }

    /// A matcher, for one thread.
    #[must_use]
    pub fn matcher(&self) -> Matcher<'_> {
        Matcher::new(self)
    }

    /// Appends what an event that matched these rules contributes to detections.
    pub fn inputs(
        &self,
        event: &Event<'_>,
        context: &Context<'_>,
        matched: &[RuleIx],
        out: &mut Vec<Input>,
    ) {
        for &rule in matched {
            let (Some(meta), Some(feeds)) =
                (self.metas.get(rule.0 as usize), self.feeds.get(rule.0 as usize))
            else {
                continue;
            };
            if meta.role != Role::Finding && feeds.is_empty() {
                continue;
            }
            let hit = input::hit(rule, event, context);
            out.extend(feeds.iter().filter_map(|feed| feed.input(event, context, &hit)));
            if meta.role == Role::Finding {
                out.push(input::plain(hit));
            }
        }
    }

    /// Turns inputs, sorted, into detections, numbered from 1.
    pub fn correlate(&self, inputs: impl Iterator<Item = Input>, each: &mut dyn FnMut(Detection)) {
        correlate::run(inputs, &self.correlations, each);
    }

    /// The number of the set of a stream and class, and the set.
    pub(crate) fn set(&self, stream: Stream, class: Class) -> (usize, &Set) {
        let class = Class::ALL.iter().position(|&c| c == class).unwrap_or(Class::ALL.len() - 1);
        let number = self.sets.numbers[stream as usize * Class::ALL.len() + class];
        let build = || Set::new(self.sets.members[number].clone(), &self.programs, &self.fields);
        (number, self.sets.built[number].get_or_init(build))
    }
}
