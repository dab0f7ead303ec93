//! Which records of a chunk may matter to any rule, told from their bytes before they are decoded;
//! and of those, to which rules. It is sound for formats whose values stand in their records as
//! they are, but for escapes; for every other record the matcher looks through the fields.

use std::{ops::Range, sync::Arc};

use bakas_model::{Class, Event, Stream};

use crate::{
    literal::{self, View},
    plain::Details,
    sieve::{ESCAPE, Hit, Sieve},
};

/// What a screen must know of a format: the streams that its records belong to, and whether their
/// native fields hold nothing but what stands in the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// The streams of its events.
    pub streams: &'static [Stream],
    /// The classes of its events.
    pub classes: &'static [Class],
    /// Whether no native field is made up, so that keywords may be looked for in the bytes, too.
    pub is_whole: bool,
}

/// Rules of some streams behind one scan of raw bytes.
#[derive(Debug)]
pub(crate) struct Screen {
    shape: Shape,
    sieve: Sieve,
    /// By text: the rules that need it, as a range of `needed_by`.
    ranges: Vec<(u32, u32)>,
    /// Rules, by their index among all.
    needed_by: Vec<u32>,
    /// Rules that are asked whatever a record holds.
    always: Vec<u32>,
}

impl Screen {
    /// For these rules. `None` where it would spare nothing: where many rules find their texts in
    /// fields only.
    pub(crate) fn new(shape: Shape, rules: &[u32], details: &Details) -> Option<Self> {
        let mut needs: Vec<(String, u32)> = Vec::new();
        let mut always = Vec::new();
        for &rule in rules {
            let detection = &details.get(rule as usize)?.detection;
            let raw = literal::of_detection(detection, View::Raw);
            match raw.filter(|raw| shape.is_whole || !raw.has_keywords()) {
                Some(raw) => needs.extend(raw.texts.into_iter().map(|text| (text.text, rule))),
                None => always.push(rule),
            }
        }
        let is_in_fields = |rule: &&u32| literal::has_clause(&details[**rule as usize].detection);
        if always.iter().filter(is_in_fields).count() > IN_FIELDS_LIMIT {
            return None;
        }
        needs.sort_unstable();
        needs.dedup();
        let (mut texts, mut ranges): (Vec<&str>, Vec<(u32, u32)>) = (Vec::new(), Vec::new());
        let mut needed_by = Vec::new();
        for (text, rule) in &needs {
            let end = needed_by.len() as u32;
            if texts.last() != Some(&text.as_str()) {
                texts.push(text);
                ranges.push((end, end));
            }
            needed_by.push(*rule);
            if let Some(range) = ranges.last_mut() {
                range.1 = end + 1;
            }
        }
        Some(Self { shape, sieve: Sieve::new(&texts), ranges, needed_by, always })
    }

    fn rules_of(&self, text: u32) -> &[u32] {
        let (from, to) = self.ranges[text as usize];
        self.needed_by.get(from as usize..to as usize).unwrap_or_default()
    }
}

/// So many rules that find their texts in fields only are asked of every event sooner than all
/// fields are looked through for them.
const IN_FIELDS_LIMIT: usize = 16;

/// So many records at the beginning of a source are taken apart whatever they hold.
const FIRST_RECORDS: u32 = 32;
/// Of the others, one of so many: neighbours in time are alike, and tell less.
const SAMPLE_STRIDE: u32 = 128;

/// What a screen told of the chunk at hand.
#[derive(Debug, Default)]
pub(crate) struct Screening {
    screen: Option<Arc<Screen>>,
    /// Offset of the chunk in its source.
    base: u64,
    hits: Vec<Hit>,
    /// Records asked for.
    asked: u32,
    /// The first hit that lies in no record asked for so far.
    next: usize,
    /// The record that was asked for last, where it is known which rules it may matter to.
    record: Option<Range<u64>>,
    /// These.
    rules: Vec<u32>,
}

impl Screening {
    /// Begins a chunk.
    pub(crate) fn begin(&mut self, screen: Option<Arc<Screen>>, base: u64, bytes: &[u8]) {
        self.hits.clear();
        (self.base, self.asked, self.next, self.record) = (base, 0, 0, None);
        if let Some(screen) = &screen {
            screen.sieve.scan(bytes, &mut self.hits);
        }
        self.screen = screen;
    }

    /// Whether a record of the chunk may matter to a rule. Records are asked for as they lie.
    pub(crate) fn wants(&mut self, record: Range<usize>) -> bool {
        self.record = None;
        self.asked = self.asked.saturating_add(1);
        let Some(screen) = &self.screen else { return true };
        let (from, to) = (record.start as u64, record.end as u64);
        while self.hits.get(self.next).is_some_and(|hit| u64::from(hit.at) < from) {
            self.next += 1;
        }
        self.rules.clear();
        let mut is_hidden = false;
        while let Some(hit) = self.hits.get(self.next).filter(|hit| u64::from(hit.at) < to) {
            self.next += 1;
            match hit.text {
                ESCAPE => is_hidden = true,
                text => self.rules.extend_from_slice(screen.rules_of(text)),
            }
        }
        if is_hidden {
            return true;
        }
        self.record = Some(self.base + from..self.base + to);
        self.rules.extend_from_slice(&screen.always);
        self.is_sample() || !self.rules.is_empty()
    }

    /// Whether the last record asked for is looked at whatever it holds, so that it becomes known
    /// which fields there are.
    pub(crate) const fn is_sample(&self) -> bool {
        let is_first = self.base == 0 && self.asked <= FIRST_RECORDS;
        is_first || self.asked % SAMPLE_STRIDE == 1
    }

    /// What was told of the last record asked for does not hold.
    pub(crate) fn doubt(&mut self) {
        self.record = None;
    }

    /// The rules that an event may matter to, where its record was screened.
    pub(crate) fn rules_of(&self, event: &Event<'_>) -> Option<&[u32]> {
        let record = self.record.as_ref()?;
        let Shape { streams, classes, .. } = self.screen.as_ref()?.shape;
        let same = record.start == event.place.offset
            && record.end - record.start == u64::from(event.place.length);
        let is_told = same && streams.contains(&event.stream) && classes.contains(&event.class);
        is_told.then_some(self.rules.as_slice())
    }
}
