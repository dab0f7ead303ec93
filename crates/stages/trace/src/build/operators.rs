//! Every operator that a draft names, with its names at each epoch and what is known of it alone.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use bakas_model::{NetworkKind, network::StateOwned};

use super::reference;
use crate::{
    Draft, EpochDraft, StateDraft,
    format::{
        Collector, Writer, kind_code,
        sections::{KINDS, OPERATORS, TRAITS},
    },
    operator_names,
};

/// Lists, state and, for each epoch, the kind that the name tells.
type Trait = (u32, u32, Vec<u32>);

/// The operators of a draft.
#[derive(Debug, Default)]
pub(super) struct Operators {
    /// Sorted.
    pub(super) asns: Vec<u32>,
    /// The trait of each.
    traits: Vec<u32>,
    /// The traits, each once.
    rows: Vec<Trait>,
    /// For each epoch the word that names each operator.
    pub(super) names: Vec<Vec<u32>>,
    /// How many different names there are.
    pub(super) named: u64,
    /// State owners, each once.
    pub(super) states: Vec<StateOwned>,
}

impl Operators {
    pub(super) fn new(draft: &Draft, epochs: &[&EpochDraft], words: &mut Collector) -> Self {
        let named: Vec<BTreeMap<u32, &str>> = epochs.iter().map(|epoch| named(epoch)).collect();
        let owners = owners(&draft.states);
        let lists = lists(draft);
        let announced = named.iter().flat_map(|epoch| epoch.keys().copied());
        let asns: BTreeSet<u32> =
            announced.chain(owners.keys().copied()).chain(lists.keys().copied()).collect();
        let mut this = Self {
            asns: asns.into_iter().collect(),
            names: vec![Vec::new(); epochs.len()],
            ..Self::default()
        };
        let mut kinds: HashMap<u32, u32> = HashMap::new();
        let mut known: HashMap<Trait, u32> = HashMap::new();
        // One more than the position of each share.
        let mut shares: HashMap<&StateOwned, u32> = HashMap::new();
        for asn in &this.asns {
            let at_epochs: Vec<u32> = named
                .iter()
                .map(|epoch| epoch.get(asn).map_or(0, |name| words.number(name)))
                .collect();
            for (column, (name, epoch)) in this.names.iter_mut().zip(at_epochs.iter().zip(&named)) {
                column.push(*name);
                if let Some(text) = epoch.get(asn) {
                    kinds.entry(*name).or_insert_with(|| kind_code(operator_names::kind(text)));
                }
            }
            let state = owners.get(asn).map_or(0, |&owner| {
                *shares.entry(owner).or_insert_with(|| {
                    this.states.push(owner.clone());
                    reference(this.states.len() - 1)
                })
            });
            let newest = at_epochs.iter().rev().find(|&&name| name > 0).copied().unwrap_or(0);
            let kind = |&name: &u32| match if name > 0 { name } else { newest } {
                0 => kind_code(NetworkKind::Unknown),
                name => kinds[&name],
            };
            let by_name = match at_epochs.is_empty() {
                true => vec![kind_code(NetworkKind::Unknown)],
                false => at_epochs.iter().map(kind).collect(),
            };
            let row = (lists.get(asn).copied().unwrap_or(0), state, by_name);
            this.traits.push(*known.entry(row).or_insert_with_key(|row| {
                this.rows.push(row.clone());
                reference(this.rows.len() - 1) - 1
            }));
        }
        kinds.remove(&0);
        this.named = kinds.len() as u64;
        this
    }

    /// One more than an operator's position.
    pub(super) fn reference(&self, asn: u32) -> u32 {
        let at = self.asns.binary_search(&asn);
        reference(at.expect("every operator of an epoch was collected"))
    }

    pub(super) fn write(&self, out: &mut Writer) {
        out.records(OPERATORS, &[&self.asns, &self.traits]);
        let lists: Vec<u32> = self.rows.iter().map(|row| row.0).collect();
        let states: Vec<u32> = self.rows.iter().map(|row| row.1).collect();
        out.records(TRAITS, &[&lists, &states]);
        let kinds: Vec<u32> = self.rows.iter().flat_map(|row| row.2.iter().copied()).collect();
        out.records(KINDS, &[&kinds]);
    }
}

/// Each operator's name in an epoch; of several, the first in alphabetical order that is not empty.
fn named<'a>(epoch: &&'a EpochDraft) -> BTreeMap<u32, &'a str> {
    let mut names: BTreeMap<u32, &str> = BTreeMap::new();
    for row in &epoch.rows {
        let name = names.entry(row.asn).or_insert(&row.operator);
        if name.is_empty() || (!row.operator.is_empty() && row.operator.as_str() < *name) {
            *name = &row.operator;
        }
    }
    names
}

/// Each operator's owner; of several, the one with the majority, then the first by country.
fn owners(states: &[StateDraft]) -> BTreeMap<u32, &StateOwned> {
    let mut owners: BTreeMap<u32, &StateOwned> = BTreeMap::new();
    let rank = |state: &StateOwned| (!state.majority, state.owner, state.group.clone());
    for draft in states {
        let owner = owners.entry(draft.asn).or_insert(&draft.state);
        if rank(&draft.state) < rank(owner) {
            *owner = &draft.state;
        }
    }
    owners
}

/// The lists that name each operator.
fn lists(draft: &Draft) -> BTreeMap<u32, u32> {
    let mut masks: BTreeMap<u32, u32> = BTreeMap::new();
    for (bit, list) in (0..).zip(&draft.lists) {
        for &asn in &list.asns {
            *masks.entry(asn).or_default() |= 1 << bit;
        }
    }
    masks
}
