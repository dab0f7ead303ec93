//! Sorted inputs → detections: plain rules by gaps in time, correlations by windows. Memory holds
//! one group's window at a time.

mod burst;
mod window;

use bakas_model::{Detection, DetectionId};
use bakas_sigma::{CorrelationKind, CountCondition};

use crate::input::Input;
use burst::Burst;
use window::Window;

pub(crate) use window::WINDOW_HITS_LIMIT;

/// Longest gap between hits of one detection of a plain rule, in microseconds: a day.
const GAP_MICROS: i64 = 24 * 3600 * 1_000_000;

/// A correlation, compiled.
#[derive(Clone, Debug)]
pub(crate) struct Correlation {
    pub(crate) kind: CorrelationKind,
    /// How many rules it builds on.
    pub(crate) members: u8,
    pub(crate) timespan_micros: i64,
    pub(crate) condition: Option<CountCondition>,
    /// The names of the group's fields.
    pub(crate) group_by: Vec<String>,
}

/// Hands out detections, numbered.
pub(crate) struct Emit<'a> {
    next: u32,
    each: &'a mut dyn FnMut(Detection),
}

impl<'a> Emit<'a> {
    pub(crate) fn new(each: &'a mut dyn FnMut(Detection)) -> Self {
        Self { next: 1, each }
    }

    fn detection(&mut self, burst: Burst) {
        let id = DetectionId(self.next);
        self.next = self.next.saturating_add(1);
        (self.each)(burst.finish(id));
    }
}

/// The hits of one group, as they come.
pub(crate) enum Group {
    Plain(Box<Option<Burst>>),
    Correlated(Box<Window>),
}

impl Group {
    pub(crate) fn new(correlation: Option<&Correlation>, first: &Input) -> Self {
        match correlation {
            None => Self::Plain(Box::default()),
            Some(correlation) => Self::Correlated(Box::new(Window::new(correlation, first))),
        }
    }

    /// Takes a hit, later than all before.
    pub(crate) fn take(&mut self, input: Input, emit: &mut Emit<'_>) {
        match self {
            Self::Plain(open) => {
                if let Some(burst) = &**open
                    && input.hit.time.micros_since(burst.last()) > GAP_MICROS
                    && let Some(done) = open.take()
                {
                    emit.detection(done);
                }
                let burst = open.get_or_insert_with(|| {
                    Burst::new(input.rule, input.hit.agency, input.hit.time, Vec::new())
                });
                burst.add(input.hit);
            }
            Self::Correlated(window) => window.take(input, emit),
        }
    }

    /// Ends the group.
    pub(crate) fn end(self, emit: &mut Emit<'_>) {
        let open = match self {
            Self::Plain(open) => *open,
            Self::Correlated(window) => window.into_burst(),
        };
        if let Some(burst) = open {
            emit.detection(burst);
        }
    }
}

/// Takes inputs in order and gives detections in order.
pub(crate) fn run(
    inputs: impl Iterator<Item = Input>,
    correlations: &[Option<Correlation>],
    each: &mut dyn FnMut(Detection),
) {
    let mut emit = Emit::new(each);
    let mut open: Option<(Input, Group)> = None;
    for input in inputs {
        let same = open.as_ref().is_some_and(|(first, _)| first.same_group(&input));
        if !same {
            if let Some((_, group)) = open.take() {
                group.end(&mut emit);
            }
            let correlation = correlations.get(input.rule.0 as usize).and_then(Option::as_ref);
            let group = Group::new(correlation, &input);
            open = Some((input.clone(), group));
        }
        if let Some((_, group)) = &mut open {
            group.take(input, &mut emit);
        }
    }
    if let Some((_, group)) = open {
        group.end(&mut emit);
    }
}
