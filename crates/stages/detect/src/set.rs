//! The rules asked of one kind of event, behind one scan for the texts that they need.

use aho_corasick::{
    Anchored, MatchKind, StartKind,
    automaton::{Automaton, StateID},
    dfa::DFA,
};
use bakas_model::{Event, FieldId, Value};
use rustc_hash::FxHashSet;

use crate::{
    evaluate::Fields,
    field::{Attribute, Name},
    program::Program,
    seen::Seen,
};

/// Rules of one stream and class. Its rules are numbered from 0 within it.
#[derive(Debug)]
pub(crate) struct Set {
    /// Their indexes among all rules, rising.
    pub(crate) rules: Vec<u32>,
    scan: Option<Scan>,
    /// A bit for each rule that is evaluated whatever the event holds.
    always: Vec<u64>,
}

#[derive(Debug)]
struct Scan {
    dfa: DFA,
    start: StateID,
    /// By pattern: the rules that need it, as a range of `needed_by`.
    ranges: Vec<(u32, u32)>,
    needed_by: Vec<u32>,
    /// Whether all native fields are scanned: some rule has keywords.
    everything: bool,
    natives: FxHashSet<u32>,
    attributes: Vec<Box<str>>,
}

/// Most bytes of all texts of a set together; beyond it every rule is evaluated always.
const TEXTS_BYTES_LIMIT: usize = 256 << 10;

impl Set {
    pub(crate) fn new(rules: Vec<u32>, programs: &[Option<Program>], fields: &Fields) -> Self {
        let mut always = vec![0_u64; rules.len().div_ceil(64)];
        let mut needs: Vec<(&str, u32)> = Vec::new();
        let mut scanned: FxHashSet<Option<&str>> = FxHashSet::default();
        for (number, &rule) in (0_u32..).zip(&rules) {
            let program = programs[rule as usize].as_ref();
            match program.and_then(|program| program.clause.as_ref()) {
                Some(clause) => {
                    for text in &clause.texts {
                        needs.push((&text.text, number));
                        scanned.insert(text.field.as_deref());
                    }
                }
                None => always[number as usize / 64] |= 1 << (number % 64),
            }
        }
        needs.sort_unstable();
        let scan = Scan::new(&needs, &scanned, fields);
        if scan.is_none() {
            for (_, number) in needs {
                always[number as usize / 64] |= 1 << (number % 64);
            }
        }
        Self { rules, scan, always }
    }

    /// Whether a native field's values are scanned.
    pub(crate) fn scans(&self, native: u32) -> bool {
        self.scan.as_ref().is_some_and(|scan| scan.everything || scan.natives.contains(&native))
    }

    /// Marks the rules that may match.
    pub(crate) fn candidates<'e>(
        &self,
        event: &Event<'e>,
        scanned: &[bool],
        seen: &mut Seen,
        scratch: &mut Ranges<'e>,
        marks: &mut Vec<u64>,
    ) {
        marks.clear();
        marks.extend_from_slice(&self.always);
        let Some(scan) = &self.scan else { return };
        scratch.list.clear();
        for (index, field) in event.fields.iter().enumerate() {
            if let Value::Text(text) = field.value
                && scanned.get(index).is_some_and(|scanned| *scanned)
            {
                scratch.add(text, index);
            }
        }
        for attribute in &scan.attributes {
            if let Some(Value::Text(text)) = event.attribute(attribute) {
                scratch.add(text, usize::MAX);
            }
        }
        let mut end = 0;
        for &(start, text, field) in &scratch.list {
            // What lies within what was scanned before holds nothing new.
            if start + text.len() <= end {
                continue;
            }
            end = start + text.len();
            if !seen.knows(field, text) && !scan.run(text.as_bytes(), marks) {
                seen.remember(field, text);
            }
        }
    }
}

/// The texts of an event that are to be scanned, by where they lie in memory.
#[derive(Debug, Default)]
pub(crate) struct Ranges<'e> {
    /// Address, text, and which of the event's fields it is.
    list: Vec<(usize, &'e str, usize)>,
}

impl<'e> Ranges<'e> {
    /// Keeps the list in order: by start, and of the same start the longest first.
    fn add(&mut self, text: &'e str, field: usize) {
        let key = |start: usize, text: &str| (start, usize::MAX - text.len());
        let start = text.as_ptr() as usize;
        let mut at = self.list.len();
        while at > 0 && key(self.list[at - 1].0, self.list[at - 1].1) > key(start, text) {
            at -= 1;
        }
        self.list.insert(at, (start, text, field));
    }

    /// The same room for texts of another event.
    pub(crate) fn recycle<'f>(mut self) -> Ranges<'f> {
        self.list.clear();
        Ranges { list: self.list.into_iter().map(|_| unreachable!("it is empty")).collect() }
    }
}

impl Scan {
    fn new(
        needs: &[(&str, u32)],
        scanned: &FxHashSet<Option<&str>>,
        fields: &Fields,
    ) -> Option<Self> {
        let bytes: usize = needs.iter().map(|(text, _)| text.len()).sum();
        if needs.is_empty() || bytes > TEXTS_BYTES_LIMIT {
            return None;
        }
        let mut patterns: Vec<&str> = Vec::new();
        let mut ranges: Vec<(u32, u32)> = Vec::new();
        let mut needed_by = Vec::new();
        for &(text, rule) in needs {
            if patterns.last() != Some(&text) {
                patterns.push(text);
                ranges.push((needed_by.len() as u32, needed_by.len() as u32));
            }
            needed_by.push(rule);
            if let Some(range) = ranges.last_mut() {
                range.1 = needed_by.len() as u32;
            }
        }
        let dfa = DFA::builder()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::Standard)
            .start_kind(StartKind::Unanchored)
            .prefilter(false)
            .build(&patterns)
            .ok()?;
        let start = dfa.start_state(Anchored::No).ok()?;
        let names: Vec<Name> = scanned.iter().filter_map(|field| field.map(Name::new)).collect();
        let natives = names.iter().flat_map(|name| &name.natives);
        let of_text = |name: &&Name| name.attribute == Attribute::OfEvent { text: true };
        Some(Self {
            natives: natives.map(|n| fields.find(FieldId::of(n), n)).collect(),
            attributes: names.iter().filter(of_text).map(|name| name.text.clone()).collect(),
            everything: scanned.contains(&None),
            dfa,
            start,
            ranges,
            needed_by,
        })
    }

    /// Marks the rules that need what stands in this text, and tells whether there were any.
    fn run(&self, bytes: &[u8], marks: &mut [u64]) -> bool {
        let mut state = self.start;
        let mut found = false;
        for &byte in bytes {
            state = self.dfa.next_state(Anchored::No, state, byte);
            if self.dfa.is_special(state) && self.dfa.is_match(state) {
                found = true;
                self.mark(state, marks);
            }
        }
        found
    }

    #[cold]
    fn mark(&self, state: StateID, marks: &mut [u64]) {
        for index in 0..self.dfa.match_len(state) {
            let (from, to) = self.ranges[self.dfa.match_pattern(state, index).as_usize()];
            for &rule in &self.needed_by[from as usize..to as usize] {
                marks[rule as usize / 64] |= 1 << (rule % 64);
            }
        }
    }
}
