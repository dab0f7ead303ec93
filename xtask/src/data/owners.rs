//! State-owned networks (estcarisimo/state-owned-ases): majority and minority.

use std::path::Path;

use anyhow::{Context, Result};
use bakas_model::{Country, DataSet, Day, network::StateOwned, time::days_from_civil};
use bakas_trace::{Draft, StateDraft};
use serde::Deserialize;

use super::{inputs, provenance::Provenance};

const NAME: &str = "state-owned-ases-2022";

/// What is taken from a row.
#[derive(Deserialize)]
struct Row {
    asn: u32,
    conglomerate: String,
    ownership_cc: String,
}

/// Reads both lists.
pub(super) fn read(dir: &Path, draft: &mut Draft, seen: &mut Provenance) -> Result<()> {
    let files = [
        ("data/state-owned-ases/csv/state_owned_ases.csv", true),
        ("data/minority-state-owned-ases/csv/minority_state_owned_ases.csv", false),
    ];
    for (file, majority) in files {
        let text = inputs::read(&dir.join(file), NAME, seen)?;
        for row in csv::Reader::from_reader(text.as_bytes()).deserialize() {
            let row: Row = row.with_context(|| file.to_owned())?;
            let owner = Country::new(&row.ownership_cc);
            let owner = owner.with_context(|| format!("{file}: owner of AS{}", row.asn))?;
            let group = Some(row.conglomerate).filter(|group| !group.is_empty());
            draft
                .states
                .push(StateDraft { asn: row.asn, state: StateOwned { owner, majority, group } });
        }
    }
    draft.state_data_set = NAME.to_owned();
    draft.data_sets.push(DataSet {
        name: NAME.to_owned(),
        what: "Internet operators in which a state holds a majority (examined in depth) or a \
               minority (a partial list), with the owner country; of the year 2022"
            .to_owned(),
        source: "estcarisimo/state-owned-ases".to_owned(),
        date: Day(days_from_civil(2022, 1, 1)),
        licence: "CC-BY-4.0".to_owned(),
        attribution:
            "E. Carisimo, A. Gamero-Garrido, A. C. Snoeren, A. Dainotti: Identifying ASes \
                      of State-Owned Internet Operators, IMC 2021, \
                      https://doi.org/10.1145/3487552.3487822"
                .to_owned(),
        records: draft.states.len() as u64,
        sha256: seen.single(NAME),
    });
    Ok(())
}
