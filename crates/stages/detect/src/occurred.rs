//! Which fields the events of each kind of log had: a rule that asks for a field which never
//! occurs where it should cannot match, and is told. It counts nothing else.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use bakas_model::RuleIx;

use crate::{evaluate::NONE, field::Name, rules::Rules};

/// The fields seen, by set of rules: of those that rules name, and of the events that were looked
/// into (a screen may have passed over others unread).
#[derive(Clone, Debug, Default)]
pub struct FieldsSeen {
    sets: Vec<InSet>,
}

#[derive(Clone, Debug, Default)]
struct InSet {
    events: u64,
    /// A bit for each native field that rules name.
    natives: Vec<u64>,
}

impl FieldsSeen {
    /// Another event of this set.
    pub(crate) fn event(&mut self, set: usize) {
        if self.sets.len() <= set {
            self.sets.resize_with(set + 1, InSet::default);
        }
        self.sets[set].events += 1;
    }

    /// A field of the event told last.
    pub(crate) fn field(&mut self, set: usize, native: u32) {
        if native == NONE {
            return;
        }
        let Some(seen) = self.sets.get_mut(set) else { return };
        let word = native as usize / 64;
        if seen.natives.len() <= word {
            seen.natives.resize(word + 1, 0);
        }
        seen.natives[word] |= 1 << (native % 64);
    }

    /// Adds what another thread saw with the same rules.
    pub fn merge(&mut self, other: &Self) {
        if self.sets.len() < other.sets.len() {
            self.sets.resize_with(other.sets.len(), InSet::default);
        }
        for (mine, theirs) in self.sets.iter_mut().zip(&other.sets) {
            mine.events += theirs.events;
            if mine.natives.len() < theirs.natives.len() {
                mine.natives.resize(theirs.natives.len(), 0);
            }
            for (mine, theirs) in mine.natives.iter_mut().zip(&theirs.natives) {
                *mine |= theirs;
            }
        }
    }

    fn has(&self, set: usize, native: u32) -> bool {
        let word = |seen: &InSet| seen.natives.get(native as usize / 64).copied().unwrap_or(0);
        self.sets.get(set).is_some_and(|seen| word(seen) >> (native % 64) & 1 == 1)
    }

    fn events(&self, set: usize) -> u64 {
        self.sets.get(set).map_or(0, |seen| seen.events)
    }
}

impl Rules {
    /// The rules that name fields which no event of their logs had, with these fields; of
    /// correlations, the fields of their groups. A rule of several variants is told only where each
    /// of them lacks one, a correlation where each rule that it builds on does. Rules whose logs had
    /// no events are left out.
    #[must_use]
    pub fn never_seen(&self, seen: &FieldsSeen) -> Vec<(RuleIx, Vec<String>)> {
        let mut sets_of: HashMap<u32, Vec<usize>> = HashMap::new();
        for set in self.sets.built() {
            if seen.events(set.number) > 0 {
                for &rule in &set.rules {
                    sets_of.entry(rule).or_default().push(set.number);
                }
            }
        }
        let mut found = Vec::new();
        let mut asked: Vec<_> = sets_of.iter().collect();
        asked.sort_unstable();
        let mut groups: BTreeMap<RuleIx, Option<BTreeSet<String>>> = BTreeMap::new();
        for (&rule, sets) in asked {
            for feed in self.feeds.get(rule as usize).into_iter().flatten() {
                let lacks = |name: &&Name| !self.occurs(name, sets, seen);
                let lacking: Vec<_> = feed.group.iter().filter(lacks).collect();
                let known = groups.entry(feed.correlation).or_insert_with(|| Some(BTreeSet::new()));
                match known {
                    Some(fields) if !lacking.is_empty() => {
                        fields.extend(lacking.into_iter().map(|name| name.text.to_string()));
                    }
                    known => *known = None,
                }
            }
            let Some(detail) = self.details.get(rule as usize) else { continue };
            let lacking = |fields: &Vec<String>| -> Vec<String> {
                let lacks = |field: &&String| !self.occurs(&Name::new(field), sets, seen);
                fields.iter().filter(lacks).cloned().collect()
            };
            let by_variant: Vec<Vec<String>> = detail.fields.iter().map(lacking).collect();
            if by_variant.iter().all(|fields| !fields.is_empty()) {
                let fields: BTreeSet<String> = by_variant.into_iter().flatten().collect();
                if !fields.is_empty() {
                    found.push((RuleIx(rule), fields.into_iter().collect()));
                }
            }
        }
        let is_correlation =
            |rule: RuleIx| self.correlations.get(rule.0 as usize).is_some_and(Option::is_some);
        let groups = groups.into_iter().filter(|(rule, _)| is_correlation(*rule));
        found.extend(
            groups.filter_map(|(rule, fields)| Some((rule, fields?.into_iter().collect()))),
        );
        found
    }

    fn occurs(&self, name: &Name, sets: &[usize], seen: &FieldsSeen) -> bool {
        name.is_attribute()
            || name.natives.iter().any(|native| {
                let number = self.fields.find(bakas_model::FieldId::of(native), native);
                number != NONE && sets.iter().any(|&set| seen.has(set, number))
            })
    }
}
