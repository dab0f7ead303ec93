//! The stated likelihoods: how likely each thing that Bakas finds by itself was to be seen if a
//! rival were true. Two numbers a cell, for none and for all of the lines; what lies between is
//! between. They are judgements, printed in `docs/assessment.md` and open to dispute: an analyst may
//! set any cell.

use bakas_model::{AssessmentLevel as Level, Text};

use crate::{
    question::{CellDraft, Rival},
    weigh::Range,
};

/// What a rival is, whatever its name: the rows of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Class {
    /// One country's ground, one operator's customers, one set of hands from outside.
    One,
    /// Several countries, operators, actors.
    Several,
    /// Relay, rented or forged.
    Relayed,
    /// Unknown or other.
    Other,
    /// From inside the agency: its network, its people.
    Within,
    /// The operator itself.
    Operator,
    /// Nobody but themselves.
    NoState,
    /// A state that directed.
    State,
    /// A state that let it happen.
    Tolerated,
    /// What an analyst added: held at the mean of the others.
    Added,
}

/// What Bakas finds by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Find {
    /// Share of the first country in the lines that are placed.
    Countries,
    /// Share of relays and rented machines in the lines from outside.
    Relays,
    /// Share of lines from outside for which nothing names a country.
    Placeless,
    /// Many addresses with few lines each.
    Spread,
    /// Share of the placed lines that another source places elsewhere.
    Disputed,
    /// Lines from inside the agency's own network.
    Inside,
    /// Share of the first operator in the lines from outside.
    Operators,
    /// Share of the lines from outside that came from addresses which customers use as usual.
    Customers,
    /// Strength of the links between incidents by tools, accounts, hours, sequels.
    Habits,
    /// Strength of the links by addresses and networks.
    SharedGround,
    /// What fits every rival alike: who owns the operator, what was sought.
    Alike,
}

/// For none of the lines, and for all of them.
type Pair = (f64, f64);

/// One row: the pair for each class that the question has.
type Row = &'static [(Class, Pair)];

use Class::{NoState, One, Operator, Other, Relayed, Several, State, Tolerated, Within};

/// The table. A question and a find that are not here tell nothing.
const fn row(level: Level, find: Find) -> Row {
    match level {
        Level::Soil => soil(find),
        Level::Infrastructure => infrastructure(find),
        Level::Actor => actor(find),
        Level::Sponsor => sponsor(find),
    }
}

const fn soil(find: Find) -> Row {
    match find {
        Find::Countries => &[
            (One, (0.05, 0.90)),
            (Several, (0.85, 0.05)),
            (Relayed, (0.55, 0.30)),
            (Other, (0.40, 0.25)),
        ],
        Find::Relays => &[
            (One, (0.50, 0.06)),
            (Several, (0.50, 0.12)),
            (Relayed, (0.50, 0.85)),
            (Other, (0.50, 0.35)),
        ],
        Find::Placeless => &[
            (One, (0.50, 0.20)),
            (Several, (0.50, 0.20)),
            (Relayed, (0.50, 0.35)),
            (Other, (0.50, 0.70)),
            (Within, (0.50, 0.20)),
        ],
        Find::Spread => &[
            (One, (0.35, 0.35)),
            (Several, (0.40, 0.40)),
            (Relayed, (0.55, 0.55)),
            (Other, (0.40, 0.40)),
        ],
        Find::Disputed => &[
            (One, (0.50, 0.15)),
            (Several, (0.50, 0.40)),
            (Relayed, (0.50, 0.50)),
            (Other, (0.50, 0.50)),
        ],
        Find::Inside => &[(Relayed, (0.35, 0.35)), (Other, (0.40, 0.40)), (Within, (0.80, 0.80))],
        _ => &[],
    }
}

const fn infrastructure(find: Find) -> Row {
    match find {
        Find::Operators => &[
            (One, (0.05, 0.90)),
            (Several, (0.85, 0.03)),
            (Operator, (0.05, 0.90)),
            (Relayed, (0.50, 0.30)),
            (Other, (0.40, 0.25)),
        ],
        Find::Relays => &[
            (One, (0.50, 0.06)),
            (Several, (0.50, 0.12)),
            (Operator, (0.50, 0.10)),
            (Relayed, (0.50, 0.90)),
            (Other, (0.50, 0.35)),
        ],
        Find::Customers => &[
            (One, (0.50, 0.60)),
            (Several, (0.50, 0.60)),
            (Operator, (0.50, 0.30)),
            (Relayed, (0.50, 0.50)),
            (Other, (0.50, 0.40)),
        ],
        _ => &[],
    }
}

const fn actor(find: Find) -> Row {
    match find {
        Find::Habits | Find::SharedGround => &[
            (One, (0.50, 0.70)),
            (Within, (0.50, 0.60)),
            (Several, (0.50, 0.25)),
            (Relayed, (0.50, 0.60)),
            (Other, (0.50, 0.55)),
        ],
        Find::Relays => &[
            (One, (0.50, 0.50)),
            (Within, (0.50, 0.40)),
            (Several, (0.50, 0.50)),
            (Relayed, (0.50, 0.75)),
            (Other, (0.50, 0.55)),
        ],
        _ => &[],
    }
}

const fn sponsor(find: Find) -> Row {
    match find {
        Find::Relays => &[
            (NoState, (0.50, 0.50)),
            (State, (0.50, 0.55)),
            (Tolerated, (0.50, 0.45)),
            (Relayed, (0.50, 0.65)),
            (Other, (0.50, 0.50)),
        ],
        _ => &[],
    }
}

/// The cells of a find at its share, one for each rival.
pub(crate) fn cells(level: Level, find: Find, share: f64, rivals: &[Rival]) -> Vec<CellDraft> {
    let row = row(level, find);
    let share = share.clamp(0.0, 1.0);
    let of = |class: Class| {
        let pair = row.iter().find(|(known, _)| *known == class).map(|(_, pair)| *pair)?;
        Some(pair.0 + (pair.1 - pair.0) * share)
    };
    let known: Vec<f64> = rivals.iter().filter_map(|rival| of(rival.class)).collect();
    // Where the table is silent on a rival, the find tells nothing of it: the mean of the others.
    let mean = match known.len() {
        0 => 0.5,
        n => known.iter().sum::<f64>() / n as f64,
    };
    let alike = row.is_empty() || known.windows(2).all(|pair| pair[0] == pair[1]);
    let reason = || {
        if alike {
            Text::new(
                "It fits every explanation alike.",
                "Pare-pareho itong umaayon sa bawat paliwanag.",
            )
        } else {
            Text::new(
                "From the table of stated likelihoods, at the share of lines or strength of links that \
                 it speaks of.",
                "Mula sa talaan ng mga ipinahayag na posibilidad, ayon sa bahagi ng mga linya o lakas \
                 ng mga ugnayang tinutukoy nito.",
            )
        }
    };
    rivals
        .iter()
        .map(|rival| {
            let best = of(rival.class).unwrap_or(mean);
            let range = if alike { Range::exactly(best) } else { Range::around(best) };
            CellDraft { range, reason: reason(), by: None, overridden: false }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FINDS: [Find; 11] = [
        Find::Countries,
        Find::Relays,
        Find::Placeless,
        Find::Spread,
        Find::Disputed,
        Find::Inside,
        Find::Operators,
        Find::Customers,
        Find::Habits,
        Find::SharedGround,
        Find::Alike,
    ];

    #[test]
    fn every_number_leaves_room_on_both_sides() {
        for level in Level::ALL {
            for find in FINDS {
                for (class, (none, all)) in row(level, find) {
                    for number in [none, all] {
                        assert!((0.03..=0.97).contains(number), "{level:?} {find:?} {class:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_rival_that_the_table_does_not_know_stands_at_the_mean() {
        let rival = |class| Rival::new("x", class, 0.5, Text::default(), Text::default());
        let rivals = [rival(One), rival(Relayed), rival(Class::Added)];
        let cells = cells(Level::Soil, Find::Countries, 1.0, &rivals);
        assert!((cells[2].range.best - 0.6).abs() < 1e-12);
    }

    /// What the documentation prints is what is reckoned with.
    #[test]
    fn the_printed_table_is_this_one() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(3).unwrap();
        let page = std::fs::read_to_string(root.join("docs/assessment.md")).unwrap();
        let numbers = |line: &str| -> Vec<String> {
            let cells = line.split('|').map(str::trim);
            cells.filter(|cell| cell.starts_with("0.")).map(str::to_owned).collect()
        };
        let printed: Vec<Vec<String>> =
            page.lines().filter(|line| line.starts_with('|')).map(numbers).collect();
        for level in Level::ALL {
            for find in FINDS {
                let cells: Vec<String> = row(level, find)
                    .iter()
                    .map(|(_, (none, all))| {
                        if none == all {
                            format!("{none:.2}")
                        } else {
                            format!("{none:.2}–{all:.2}")
                        }
                    })
                    .collect();
                assert!(
                    cells.is_empty() || printed.contains(&cells),
                    "{level:?} {find:?} {cells:?}"
                );
            }
        }
    }
}
