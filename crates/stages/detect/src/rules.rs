//! The loaded rules, ready to be asked by any number of threads.

use std::{collections::BTreeMap, sync::Arc};

use bakas_model::{Detection, Event, RuleIx, RuleMeta};

use crate::{
    correlate::{self, Correlation, Held, Sorter},
    evaluate::Fields,
    field::{Context, Name},
    gather::{Feed, Gatherer},
    input::Input,
    matcher::Matcher,
    plain::Details,
    screen::{Screen, Shape},
    set::Set,
    sets::Sets,
    statistics::Statistic,
};

pub(crate) use crate::plain::Detail;

/// Rules and correlations, loaded and compiled.
#[derive(Debug, Default)]
pub struct Rules {
    pub(crate) metas: Vec<RuleMeta>,
    /// By rule: the correlations that it feeds.
    pub(crate) feeds: Vec<Vec<Feed>>,
    /// By rule; plain rules have none.
    pub(crate) correlations: Vec<Option<Correlation>>,
    /// By rule, of those that are statistics.
    pub(crate) statistics: BTreeMap<RuleIx, Statistic>,
    pub(crate) fields: Fields,
    pub(crate) sets: Sets,
    /// By plain rule: what it asks for, as it was read and compiled.
    pub(crate) details: Details,
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

    /// Turns events that matched into what they contribute to detections, for one thread.
    #[must_use]
    pub fn gatherer(&self) -> Gatherer<'_> {
        Gatherer::new(self)
    }

    /// Appends what one event by itself contributes to detections. Events of one place are not
    /// told apart: for logs, take a [`Gatherer`].
    pub fn inputs(
        &self,
        event: &Event<'_>,
        context: &Context<'_>,
        matched: &[RuleIx],
        out: &mut Vec<Input>,
    ) {
        self.gatherer().gather(event, context, matched, out);
    }

    /// Turns inputs, sorted, into detections, numbered from 1. What correlations tell to those
    /// that build on them is held in memory.
    pub fn correlate(&self, inputs: impl Iterator<Item = Input>, each: &mut dyn FnMut(Detection)) {
        self.correlate_with(inputs, &mut || Box::new(Held::default()), each);
    }

    /// The same, with what correlations tell to others kept by sorters of these.
    pub fn correlate_with(
        &self,
        inputs: impl Iterator<Item = Input>,
        sorter: &mut dyn FnMut() -> Box<dyn Sorter>,
        each: &mut dyn FnMut(Detection),
    ) {
        correlate::run(inputs, self, sorter, each);
    }

    /// Whether some rule, or what it feeds, may ask where an address is: its network, operator,
    /// kind or country. Where none does, nobody need look it up.
    #[must_use]
    pub fn ask_where(&self) -> bool {
        let feeds = self.feeds.iter().any(|feeds| !feeds.is_empty());
        feeds || self.fields.names.iter().any(Name::is_of_network)
    }

    /// The rules that an event is asked of.
    pub(crate) fn set(&self, event: &Event<'_>) -> &Arc<Set> {
        self.sets.of(event, &self.details, &self.fields)
    }

    /// The screen for a format; `None` where it would spare nothing.
    pub(crate) fn screen(&self, shape: Shape) -> Option<Arc<Screen>> {
        self.sets.screen(shape, &self.details)
    }
}
