//! Origins of all epochs, registration countries and lists laid over one another: one cut list, each
//! cut with the number of a combination, so that one look-up answers for every epoch.

use std::collections::HashMap;

use super::{by_family, operators::Operators, reference};
use crate::{
    Draft, EpochDraft,
    flatten::{self, Stretch},
    format::{
        Main, Writer, layers,
        sections::{COMBINATIONS, CONTEXTS, HISTORIES},
    },
    table::letters,
};

/// Combinations of what is known, each once, in the order of addresses.
#[derive(Default)]
struct Combinations {
    known: HashMap<(u32, u32), u32>,
    histories_known: HashMap<Vec<u32>, u32>,
    contexts_known: HashMap<(u32, u32), u32>,
    /// History and context.
    rows: [Vec<u32>; 2],
    histories: Vec<u32>,
    /// Country and lists.
    contexts: [Vec<u32>; 2],
}

/// Adds the sections of the main layer.
pub(super) fn write(
    draft: &Draft,
    epochs: &[&EpochDraft],
    operators: &Operators,
    out: &mut Writer,
) -> Main {
    let mut attributes: Vec<[Vec<Stretch>; 2]> = epochs
        .iter()
        .map(|epoch| {
            let rows = epoch.rows.iter().map(|row| (row.range, operators.reference(row.asn)));
            by_family(&rows.collect::<Vec<_>>(), flatten::most_specific)
        })
        .collect();
    let countries: Vec<_> =
        draft.countries.iter().map(|&(range, country)| (range, letters(country))).collect();
    attributes.push(by_family(&countries, flatten::most_specific));
    let lists: Vec<_> = (0..)
        .zip(&draft.lists)
        .flat_map(|(bit, list)| list.networks.iter().map(move |&net| (net.into(), 1 << bit)))
        .collect();
    attributes.push(by_family(&lists, flatten::union));
    let mut combinations = Combinations::default();
    let always = operators.asns.len();
    let mut stretches = [0, 1].map(|family| {
        let attributes: Vec<&[Stretch]> =
            attributes.iter().map(|attribute| attribute[family].as_slice()).collect();
        flatten::combine(&attributes, |values| combinations.number(values, always))
    });
    let main = combinations.main();
    if let Some(shift) = main.shift {
        for stretch in stretches.iter_mut().flatten() {
            stretch.value = combinations.joined(stretch.value, shift);
        }
    }
    out.layer(layers::MAIN, &stretches, main.limit as usize);
    if main.shift.is_none() {
        let [histories, contexts] = &combinations.rows;
        out.records(COMBINATIONS, &[histories, contexts]);
    }
    out.records(HISTORIES, &[&combinations.histories]);
    out.records(CONTEXTS, &[&combinations.contexts[0], &combinations.contexts[1]]);
    main
}

impl Combinations {
    /// How combinations are written: joined into one number where that is small enough, so that
    /// look-ups spare a step.
    fn main(&self) -> Main {
        let highest = |field: &[u32]| field.iter().copied().max().unwrap_or(0);
        let (history, context) = (highest(&self.rows[0]), highest(&self.rows[1]));
        let shift = u32::BITS - history.leading_zeros();
        let limit = u64::from(context) << shift | u64::from(history);
        match u32::try_from(limit) {
            // The other half of the numbers is left for pages.
            Ok(limit) if limit < 1 << 31 => Main { shift: Some(shift as u8), limit },
            _ => {
                let limit = u32::try_from(self.rows[0].len()).expect("numbered in 32 bits");
                Main { shift: None, limit }
            }
        }
    }

    /// A combination by its number as history and context in one number.
    fn joined(&self, number: u32, shift: u8) -> u32 {
        let row = (number as usize).checked_sub(1);
        row.map_or(0, |row| self.rows[1][row] << shift | self.rows[0][row])
    }

    /// One more than the position of a combination: operators by epoch, country, lists.
    fn number(&mut self, values: &[u32], always: usize) -> u32 {
        let (epochs, context) = values.split_at(values.len() - 2);
        let history = self.history(epochs, always);
        let context = self.context(context[0], context[1]);
        if (history, context) == (0, 0) {
            return 0;
        }
        *self.known.entry((history, context)).or_insert_with(|| {
            self.rows[0].push(history);
            self.rows[1].push(context);
            reference(self.rows[0].len() - 1)
        })
    }

    /// The operator where it is the same at every epoch, else one of the histories behind them.
    fn history(&mut self, epochs: &[u32], always: usize) -> u32 {
        match epochs {
            [] => 0,
            [first, rest @ ..] if rest.iter().all(|other| other == first) => *first,
            _ => *self.histories_known.entry(epochs.to_vec()).or_insert_with(|| {
                let at = self.histories.len() / epochs.len();
                self.histories.extend_from_slice(epochs);
                reference(always + at)
            }),
        }
    }

    fn context(&mut self, country: u32, lists: u32) -> u32 {
        if (country, lists) == (0, 0) {
            return 0;
        }
        *self.contexts_known.entry((country, lists)).or_insert_with(|| {
            self.contexts[0].push(country);
            self.contexts[1].push(lists);
            reference(self.contexts[0].len() - 1)
        })
    }
}
