//! Under which labels parts of the case left, and which acts of custody lowered them since. Whatever
//! leaves must keep them: to share something more freely than before takes an act with a reason.

use std::collections::BTreeMap;

use bakas_exchange::Rules;
use bakas_model::{
    custody::{ActKind, CustodyAct},
    exchange::{Pap, Tlp},
};
use bakas_seal::LeafKind;
use serde::Deserialize;
use serde_json::Value;

use super::{
    Post,
    journal::{Event, Exit},
};
use crate::{Error, seal};

/// In an act: all of the case.
const CASE: &str = "case";

/// What an act of custody says of a label: `sets.label`.
#[derive(Deserialize)]
struct Lowered {
    /// An incident, the digest of a package that left, or `case`.
    of: String,
    tlp: Tlp,
    /// As it was, where nothing is said.
    #[serde(default)]
    pap: Option<Pap>,
}

/// The strictest labels that still count, by incident.
#[derive(Default)]
struct Stood {
    labels: BTreeMap<String, (Tlp, Pap)>,
    /// Incidents of the packages that left.
    packages: BTreeMap<String, Vec<String>>,
}

impl Post<'_> {
    /// The rules a person gave, with what the case remembers.
    pub(super) fn with_labels(&self, rules: &Rules) -> Result<Rules, Error> {
        let mut stood = Stood::default();
        let lines = self.journal.events();
        if !self.folder.join(bakas_seal::KEY_FILE).exists() {
            lines.iter().for_each(|line| stood.left(line));
            return Ok(Rules { stood: stood.labels, ..rules.clone() });
        }
        // In the order of the log: what left after an act counts again.
        let mut seen = 0;
        for (_, leaf) in seal::leaves(&self.folder)? {
            if leaf.kind == LeafKind::Custody {
                stood.act(leaf.json);
                continue;
            }
            let of = leaf
                .json
                .get("line")
                .and_then(Value::as_u64)
                .filter(|_| leaf.json.get("what").and_then(Value::as_str) == Some("exchange"));
            let line = of.and_then(|number| usize::try_from(number).ok());
            if let Some(event) = line.and_then(|number| lines.get(number.checked_sub(1)?)) {
                seen = seen.max(line.unwrap_or(0));
                stood.left(event);
            }
        }
        lines.iter().skip(seen).for_each(|line| stood.left(line));
        Ok(Rules { stood: stood.labels, ..rules.clone() })
    }
}

impl Stood {
    fn left(&mut self, event: &Event) {
        let Event::Left(exit) = event else { return };
        let Exit { package, labels, .. } = &**exit;
        for (id, (tlp, pap)) in labels {
            let there = self.labels.entry(id.clone()).or_insert((Tlp::Clear, Pap::Clear));
            *there = (there.0.max(*tlp), there.1.max(*pap));
        }
        self.packages.insert(package.clone(), labels.keys().cloned().collect());
    }

    /// An act counts where it says who did it, why, and what it lowers.
    fn act(&mut self, value: Value) {
        let Ok(act) = serde_json::from_value::<CustodyAct>(value) else { return };
        let has = |text: &str| !text.trim().is_empty();
        if act.act != ActKind::LabelLowered || !has(&act.reason) || !has(&act.person.name) {
            return;
        }
        let label = act.sets.as_ref().and_then(|sets| sets.get("label"));
        let lowered = label.and_then(|label| Lowered::deserialize(label).ok());
        let Some(Lowered { of, tlp, pap }) = lowered else { return };
        let ids: Vec<String> = match self.packages.get(&of) {
            Some(ids) => ids.clone(),
            None if of == CASE => self.labels.keys().cloned().collect(),
            None => vec![of],
        };
        for id in ids {
            if let Some(there) = self.labels.get_mut(&id) {
                *there = (there.0.min(tlp), pap.map_or(there.1, |pap| there.1.min(pap)));
            }
        }
    }
}
