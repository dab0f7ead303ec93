//! The rules asked of one kind of event, behind one scan for the texts that they need.

use std::sync::OnceLock;

use aho_corasick::{
    Anchored, MatchKind, StartKind,
    automaton::{Automaton, StateID},
    dfa::DFA,
};
use bakas_model::{Event, FieldId, Value};
use rustc_hash::FxHashMap;

use crate::{
    evaluate::Fields,
    field::{Attribute, Name},
    literal::{self, View},
    plain::Details,
    seen::Seen,
};

/// Rules of one stream and class. Its rules are numbered from 0 within it.
#[derive(Debug)]
pub(crate) struct Set {
    /// Its number among all sets.
    pub(crate) number: usize,
    /// Their indexes among all rules, rising.
    pub(crate) rules: Vec<u32>,
    scan: Option<Scan>,
    /// A bit for each rule that is evaluated whatever the event holds.
    always: Vec<u64>,
}

/// Which fields a text stands in, or is to stand in: a bit each.
pub(crate) type FieldBits = u64;

/// Any native field: where keywords are looked for.
const ANY_NATIVE: FieldBits = 1;
/// Fields beyond those that have a bit of their own share this one.
const OTHER: FieldBits = 1 << 63;

#[derive(Debug)]
struct Scan {
    /// In their order, each once.
    texts: Vec<String>,
    automaton: OnceLock<Option<Automatic>>,
    /// By pattern: the rules that need it, as a range of `needed_by`.
    ranges: Vec<(u32, u32)>,
    /// A rule, and the fields in which it needs the text.
    needed_by: Vec<(u32, FieldBits)>,
    bits: Bits,
}

#[derive(Debug)]
struct Automatic {
    dfa: DFA,
    start: StateID,
}

/// The bits of the fields in which rules need texts.
#[derive(Debug, Default)]
struct Bits {
    natives: FxHashMap<u32, FieldBits>,
    attributes: Vec<(Box<str>, FieldBits)>,
    /// Whether some rule has keywords.
    keywords: bool,
}

/// Most bytes of all texts of a set together; beyond it every rule is evaluated always.
const TEXTS_BYTES_LIMIT: usize = 256 << 10;

impl Set {
    pub(crate) fn new(number: usize, rules: Vec<u32>, details: &Details, fields: &Fields) -> Self {
        let mut always = vec![0_u64; rules.len().div_ceil(64)];
        let mut needs: Vec<(String, u32, FieldBits)> = Vec::new();
        let mut bits = Bits::default();
        for (at, &rule) in (0_u32..).zip(&rules) {
            let detail = details.get(rule as usize);
            match detail.and_then(|d| literal::of_detection(&d.detection, View::Fields)) {
                Some(clause) => needs.extend(
                    clause
                        .texts
                        .into_iter()
                        .map(|text| (text.text, at, bits.of_name(text.field.as_deref(), fields))),
                ),
                None => always[at as usize / 64] |= 1 << (at % 64),
            }
        }
        needs.sort_unstable();
        let bytes: usize = needs.iter().map(|(text, ..)| text.len()).sum();
        if bytes > TEXTS_BYTES_LIMIT {
            always.fill(u64::MAX);
            if let Some(last) = always.last_mut() {
                *last >>= (64 - rules.len() % 64) % 64;
            }
            needs.clear();
        }
        let scan = (!needs.is_empty()).then(|| Scan::new(needs, bits));
        Self { number, rules, scan, always }
    }

    /// Marks those of these rules that are its own, whatever the event holds.
    pub(crate) fn mark_only(&self, rules: &[u32], marks: &mut Vec<u64>) {
        marks.clear();
        marks.resize(self.always.len(), 0);
        for rule in rules {
            if let Ok(at) = self.rules.binary_search(rule) {
                marks[at / 64] |= 1 << (at % 64);
            }
        }
    }

    /// The bits of a native field; none where its values need not be scanned.
    pub(crate) fn bits(&self, native: u32) -> FieldBits {
        let Some(Scan { bits, .. }) = &self.scan else { return 0 };
        let own = bits.natives.get(&native).copied().unwrap_or_default();
        own | if bits.keywords { ANY_NATIVE } else { 0 }
    }

    /// Marks the rules that may match.
    pub(crate) fn candidates<'e>(
        &self,
        event: &Event<'e>,
        bits: &[FieldBits],
        seen: &mut Seen,
        scratch: &mut Texts<'e>,
        marks: &mut Vec<u64>,
    ) {
        marks.clear();
        marks.extend_from_slice(&self.always);
        let Some(scan) = &self.scan else { return };
        scratch.list.clear();
        for (index, (field, &bits)) in event.fields.iter().zip(bits).enumerate() {
            if let Value::Text(text) = field.value
                && bits != 0
            {
                scratch.add(Text { text, bits, index });
            }
        }
        for (attribute, bits) in &scan.bits.attributes {
            if let Some(Value::Text(text)) = event.attribute(attribute) {
                scratch.add(Text { text, bits: *bits, index: usize::MAX });
            }
        }
        let mut rest = scratch.list.as_slice();
        while let Some((&Text { text, mut bits, index }, after)) = rest.split_first() {
            rest = after;
            // What lies within this text is scanned with it.
            let end = text.as_ptr() as usize + text.len();
            while let Some((inner, after)) = rest.split_first()
                && inner.text.as_ptr() as usize + inner.text.len() <= end
            {
                bits |= inner.bits;
                rest = after;
            }
            if !seen.knows(index, text, bits) && !scan.run(text.as_bytes(), bits, marks) {
                seen.remember(index, text, bits);
            }
        }
    }
}

impl Bits {
    /// The bits of a field as a rule names it, given now where it has none.
    fn of_name(&mut self, field: Option<&str>, fields: &Fields) -> FieldBits {
        let Some(field) = field else {
            self.keywords = true;
            return ANY_NATIVE;
        };
        let name = Name::new(field);
        let mut bits = 0;
        for native in &name.natives {
            let native = fields.find(FieldId::of(native), native);
            let next = self.next();
            bits |= *self.natives.entry(native).or_insert(next);
        }
        if name.attribute == (Attribute::OfEvent { text: true }) {
            let known = self.attributes.iter().find(|(text, _)| *text == name.text);
            bits |= match known {
                Some((_, bit)) => *bit,
                None => {
                    let bit = self.next();
                    self.attributes.push((name.text, bit));
                    bit
                }
            };
        }
        bits
    }

    fn next(&self) -> FieldBits {
        let used = 1 + self.natives.len() + self.attributes.len();
        u32::try_from(used).ok().and_then(|used| 1_u64.checked_shl(used)).unwrap_or(OTHER)
    }
}

/// A text of an event that is to be scanned.
#[derive(Clone, Copy, Debug)]
struct Text<'e> {
    text: &'e str,
    bits: FieldBits,
    /// Which of the event's fields it is.
    index: usize,
}

/// The texts of an event that are to be scanned, by where they lie in memory, of the same start the
/// longest first.
#[derive(Debug, Default)]
pub(crate) struct Texts<'e> {
    list: Vec<Text<'e>>,
}

impl<'e> Texts<'e> {
    fn add(&mut self, new: Text<'e>) {
        let key = |text: &Text<'_>| (text.text.as_ptr() as usize, usize::MAX - text.text.len());
        let mut at = self.list.len();
        while at > 0 && key(&self.list[at - 1]) > key(&new) {
            at -= 1;
        }
        self.list.insert(at, new);
    }

    /// The same room for texts of another event.
    pub(crate) fn recycle<'f>(mut self) -> Texts<'f> {
        self.list.clear();
        Texts { list: self.list.into_iter().map(|_| unreachable!("it is empty")).collect() }
    }
}

impl Scan {
    fn new(needs: Vec<(String, u32, FieldBits)>, bits: Bits) -> Self {
        let mut texts: Vec<String> = Vec::new();
        let mut ranges: Vec<(u32, u32)> = Vec::new();
        let mut needed_by = Vec::new();
        for (text, rule, bits) in needs {
            let end = needed_by.len() as u32;
            if texts.last() != Some(&text) {
                texts.push(text);
                ranges.push((end, end));
            }
            needed_by.push((rule, bits));
            if let Some(range) = ranges.last_mut() {
                range.1 = end + 1;
            }
        }
        Self { texts, automaton: OnceLock::new(), ranges, needed_by, bits }
    }

    /// The automaton, built when the first event comes whose record was not screened.
    fn automaton(&self) -> Option<&Automatic> {
        let build = || {
            let dfa = DFA::builder()
                .ascii_case_insensitive(true)
                .match_kind(MatchKind::Standard)
                .start_kind(StartKind::Unanchored)
                .prefilter(false)
                .build(&self.texts)
                .ok()?;
            let start = dfa.start_state(Anchored::No).ok()?;
            Some(Automatic { dfa, start })
        };
        self.automaton.get_or_init(build).as_ref()
    }

    /// Marks the rules that need what stands in this text, and tells whether there were any.
    fn run(&self, bytes: &[u8], bits: FieldBits, marks: &mut [u64]) -> bool {
        let Some(Automatic { dfa, start }) = self.automaton() else {
            // Too large to be built: then any may match.
            self.needed_by.iter().for_each(|&(rule, _)| mark_one(marks, rule));
            return true;
        };
        let mut state = *start;
        let mut found = false;
        for &byte in bytes {
            state = dfa.next_state(Anchored::No, state, byte);
            if dfa.is_special(state) && dfa.is_match(state) {
                found |= self.mark(dfa, state, bits, marks);
            }
        }
        found
    }

    #[cold]
    fn mark(&self, dfa: &DFA, state: StateID, bits: FieldBits, marks: &mut [u64]) -> bool {
        let mut found = false;
        for index in 0..dfa.match_len(state) {
            let (from, to) = self.ranges[dfa.match_pattern(state, index).as_usize()];
            for &(rule, of) in &self.needed_by[from as usize..to as usize] {
                if of & bits != 0 {
                    found = true;
                    mark_one(marks, rule);
                }
            }
        }
        found
    }
}

fn mark_one(marks: &mut [u64], rule: u32) {
    marks[rule as usize / 64] |= 1 << (rule % 64);
}
