//! What a table is made from, before it becomes bytes. Where the data come from, and how their
//! files look, is the affair of whoever fills a draft.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    net::IpAddr,
};

use bakas_model::{Country, DataSet, Day, NetworkKind, network::StateOwned};
use ipnet::IpNet;

use crate::{
    TableError,
    flatten::{self, Stretch},
    format::{self, Contexts, EpochMeta, ListMeta, Meta, Names, Operators, Written, limits},
    operator_names,
    range::{Family, Range},
    special,
};

/// Everything that goes into a table. The order of rows and lists of networks does not matter.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    /// Origins of all addresses at some dates.
    pub epochs: Vec<EpochDraft>,
    /// Where blocks are registered.
    pub countries: Vec<(Range, Country)>,
    /// The data set that says so.
    pub country_data_set: String,
    /// Lists of addresses and operators.
    pub lists: Vec<ListDraft>,
    /// Operators that states own.
    pub states: Vec<StateDraft>,
    /// The data set that says so.
    pub state_data_set: String,
    /// All data sets named above.
    pub data_sets: Vec<DataSet>,
}

/// Who announced which addresses at a date.
#[derive(Clone, Debug, Default)]
pub struct EpochDraft {
    /// The date.
    pub day: Day,
    /// The data set that says so.
    pub data_set: String,
    /// Rows; where they overlap, the more specific one counts.
    pub rows: Vec<OriginRow>,
}

/// One row of an epoch.
#[derive(Clone, Debug)]
pub struct OriginRow {
    /// The addresses.
    pub range: Range,
    /// Who announced them.
    pub asn: u32,
    /// That operator's name.
    pub operator: String,
}

/// A list of addresses, of operators, or of both.
#[derive(Clone, Debug, Default)]
pub struct ListDraft {
    /// Its name, as answers show it.
    pub name: String,
    /// What being on it says of the kind of network, if anything.
    pub kind: Option<NetworkKind>,
    /// The data set it belongs to.
    pub data_set: String,
    /// The addresses on it.
    pub networks: Vec<IpNet>,
    /// The operators on it.
    pub asns: Vec<u32>,
}

/// An operator that a state owns.
#[derive(Clone, Debug)]
pub struct StateDraft {
    /// The operator.
    pub asn: u32,
    /// The owner.
    pub state: StateOwned,
}

impl Draft {
    /// The table as bytes: the same draft gives the same bytes.
    pub fn encode(&self) -> Result<Vec<u8>, TableError> {
        let mut epochs: Vec<&EpochDraft> = self.epochs.iter().collect();
        epochs.sort_by_key(|epoch| epoch.day);
        self.check(&epochs)?;
        let (names, operators, states) = self.operators(&epochs);
        let origins = epochs.iter().map(|epoch| origins(epoch, &operators.asns)).collect();
        let countries: Vec<_> =
            self.countries.iter().map(|&(range, country)| (range, letters(country))).collect();
        let lists: Vec<(Range, u32)> = (0..)
            .zip(&self.lists)
            .flat_map(|(bit, list)| list.networks.iter().map(move |&net| (net.into(), 1 << bit)))
            .collect();
        let countries = by_family(&countries, flatten::most_specific);
        let lists = by_family(&lists, flatten::union);
        let (contexts, surroundings) = surroundings(&countries, &lists);
        let meta = self.meta(&epochs, states, names.ends.len());
        let table = Written { meta, names, operators, origins, contexts, surroundings };
        Ok(format::encode(&table))
    }

    fn check(&self, epochs: &[&EpochDraft]) -> Result<(), TableError> {
        let wrong = |why: String| Err(TableError::Draft(why));
        if epochs.is_empty() || epochs.len() > limits::EPOCHS_LIMIT {
            return wrong(format!("{} epochs", epochs.len()));
        }
        if let Some(pair) = epochs.windows(2).find(|pair| pair[0].day == pair[1].day) {
            return wrong(format!("two epochs of {}", pair[0].day));
        }
        if self.lists.len() > limits::LISTS_LIMIT {
            return wrong(format!("more than {} lists", limits::LISTS_LIMIT));
        }
        let known: BTreeSet<&str> = self.data_sets.iter().map(|set| set.name.as_str()).collect();
        let mut named = epochs.iter().map(|epoch| &epoch.data_set);
        let missing = named.find(|name| !known.contains(name.as_str())).or_else(|| {
            self.lists.iter().map(|l| &l.data_set).find(|n| !known.contains(n.as_str()))
        });
        missing.map_or(Ok(()), |name| wrong(format!("data set '{name}' is not described")))
    }

    /// Names, operators and state owners, each once, and what refers to which.
    fn operators(&self, epochs: &[&EpochDraft]) -> (Names, Operators, Vec<StateOwned>) {
        let named: Vec<BTreeMap<u32, &str>> = epochs.iter().map(|epoch| named(epoch)).collect();
        let asns: BTreeSet<u32> = named.iter().flat_map(|epoch| epoch.keys().copied()).collect();
        let owners: BTreeMap<u32, &StateOwned> = owners(&self.states);
        let mut states: Vec<StateOwned> = Vec::new();
        let mut names = Names::default();
        let mut known_names: HashMap<&str, u32> = HashMap::new();
        let mut operators =
            Operators { names: vec![Vec::new(); epochs.len()], ..Default::default() };
        for &asn in &asns {
            operators.asns.push(asn);
            operators.lists.push(self.mask_of(asn));
            operators
                .states
                .push(owners.get(&asn).map_or(0, |owner| reference(&mut states, owner)));
            for (column, named) in operators.names.iter_mut().zip(&named) {
                column.push(named.get(&asn).filter(|name| !name.is_empty()).map_or(0, |&name| {
                    *known_names
                        .entry(name)
                        .or_insert_with(|| names.push(name, operator_names::kind(name)) + 1)
                }));
            }
        }
        (names, operators, states)
    }

    /// The lists that name an operator.
    fn mask_of(&self, asn: u32) -> u32 {
        let lists = (0..).zip(&self.lists);
        lists.filter(|(_, list)| list.asns.contains(&asn)).fold(0, |mask, (bit, _)| mask | 1 << bit)
    }

    fn meta(&self, epochs: &[&EpochDraft], states: Vec<StateOwned>, names: usize) -> Meta {
        let mut data_sets = self.data_sets.clone();
        data_sets.extend([operator_names::data_set(names as u64), special::data_set()]);
        Meta {
            epochs: epochs
                .iter()
                .map(|epoch| EpochMeta { day: epoch.day, data_set: epoch.data_set.clone() })
                .collect(),
            country_data_set: self.country_data_set.clone(),
            state_data_set: self.state_data_set.clone(),
            lists: self
                .lists
                .iter()
                .map(|list| ListMeta {
                    name: list.name.clone(),
                    kind: list.kind,
                    data_set: list.data_set.clone(),
                })
                .collect(),
            states,
            data_sets,
        }
    }
}

impl OriginRow {
    /// A row from its ends; `None` where they are no range.
    #[must_use]
    pub fn new(first: IpAddr, last: IpAddr, asn: u32, operator: &str) -> Option<Self> {
        let range = Range::new(first, last)?;
        Some(Self { range, asn, operator: operator.to_owned() })
    }
}

/// Each operator's name in an epoch; of several, the first in alphabetical order that is not empty.
fn named(epoch: &EpochDraft) -> BTreeMap<u32, &str> {
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

/// One more than the position of a state's share, which is added where it is new.
fn reference(states: &mut Vec<StateOwned>, owner: &StateOwned) -> u32 {
    let at = states.iter().position(|state| state == owner).unwrap_or_else(|| {
        states.push(owner.clone());
        states.len() - 1
    });
    u32::try_from(at + 1).expect("fewer states than operators")
}

/// The addresses of an epoch with references to operators.
fn origins(epoch: &EpochDraft, asns: &[u32]) -> [Vec<Stretch>; 2] {
    let reference = |asn: u32| {
        let at = asns.binary_search(&asn).expect("every operator of an epoch was collected");
        u32::try_from(at + 1).expect("operators are numbered in 32 bits")
    };
    let rows: Vec<_> = epoch.rows.iter().map(|row| (row.range, reference(row.asn))).collect();
    by_family(&rows, flatten::most_specific)
}

/// Countries and lists laid over one another, with references to the pairs that occur.
fn surroundings(
    countries: &[Vec<Stretch>; 2],
    lists: &[Vec<Stretch>; 2],
) -> (Contexts, [Vec<Stretch>; 2]) {
    let mut contexts = Contexts::default();
    let mut known: HashMap<(u32, u32), u32> = HashMap::new();
    let stretches = [0, 1].map(|family| {
        let both = flatten::overlay(&countries[family], &lists[family]).into_iter();
        both.map(|(stretch, mask)| {
            let value = *known.entry((stretch.value, mask)).or_insert_with(|| {
                contexts.countries.push(stretch.value);
                contexts.lists.push(mask);
                u32::try_from(contexts.lists.len()).expect("fewer pairs than stretches")
            });
            Stretch { value, ..stretch }
        })
        .collect()
    });
    (contexts, stretches)
}

fn by_family(
    rows: &[(Range, u32)],
    flatten: impl Fn(&[(Range, u32)]) -> Vec<Stretch>,
) -> [Vec<Stretch>; 2] {
    [Family::V4, Family::V6].map(|family| {
        let rows: Vec<_> =
            rows.iter().copied().filter(|(range, _)| range.family == family).collect();
        flatten(&rows)
    })
}

/// A country's letters as a number; never 0.
fn letters(country: Country) -> u32 {
    let letters = country.as_str().as_bytes();
    u32::from(letters[0]) << 8 | u32::from(letters[1])
}
