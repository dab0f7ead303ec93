//! State-owned networks (estcarisimo/state-owned-ases): majority and minority, with the words that
//! the list rests on.

use std::{collections::BTreeMap, path::Path};

use anyhow::{Context, Result};
use bakas_model::{
    Country, DataSet, Day,
    network::{OwnerSaid, StateOwned},
    time::days_from_civil,
};
use bakas_trace::{Draft, StateDraft};
use serde::Deserialize;

use super::{inputs, provenance::Provenance};

const NAME: &str = "state-owned-ases-2022";

/// What is taken from a row.
#[derive(Deserialize)]
struct Row {
    asn: u32,
    conglomerate: String,
    org_id: String,
    org_name: String,
    ownership_cc: String,
    #[serde(default)]
    ownership_percentage: String,
    source: String,
    quote: String,
    quote_lang: String,
    url: String,
    additional_info: String,
    parent_org: String,
}

impl Row {
    /// What the list has put down; `names` are those of organisations by their ids.
    fn said(&self, names: &BTreeMap<String, String>) -> OwnerSaid {
        let plain = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        OwnerSaid {
            organisation: plain(&self.org_name),
            parent: names.get(&self.parent_org).cloned().unwrap_or_default(),
            percent: plain(&self.ownership_percentage),
            quote: plain(&self.quote),
            language: plain(&self.quote_lang),
            quoted_from: plain(&self.source),
            url: self.url.trim().to_owned(),
            note: plain(&self.additional_info),
        }
    }
}

/// Reads both lists.
pub(super) fn read(dir: &Path, draft: &mut Draft, seen: &mut Provenance) -> Result<()> {
    let files = [
        ("data/state-owned-ases/csv/state_owned_ases.csv", true),
        ("data/minority-state-owned-ases/csv/minority_state_owned_ases.csv", false),
    ];
    let mut all = Vec::new();
    for (file, majority) in files {
        let text = inputs::read(&dir.join(file), NAME, seen)?;
        for row in csv::Reader::from_reader(text.as_bytes()).deserialize() {
            let row: Row = row.with_context(|| file.to_owned())?;
            all.push((file, majority, row));
        }
    }
    let names: BTreeMap<String, String> =
        all.iter().map(|(_, _, row)| (row.org_id.clone(), row.org_name.clone())).collect();
    for (file, majority, row) in all {
        let owner = Country::new(&row.ownership_cc);
        let owner = owner.with_context(|| format!("{file}: owner of AS{}", row.asn))?;
        let said = Some(Box::new(row.said(&names)));
        let group = Some(row.conglomerate).filter(|group| !group.is_empty());
        let state = StateOwned { said, ..StateOwned::new(owner, majority, group) };
        draft.states.push(StateDraft { asn: row.asn, state });
    }
    draft.state_data_set = NAME.to_owned();
    draft.data_sets.push(DataSet {
        name: NAME.to_owned(),
        what: "Internet operators in which a state holds a majority (examined in depth) or a \
               minority (a partial list), with the owner country and the words that the list rests \
               on; of the year 2022"
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
