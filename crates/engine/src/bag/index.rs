//! What the index on paper says, gathered from the bag's own contents.

use bakas_model::custody::CustodyAct;
use bakas_respond::exhibits::{Exhibit, Exhibits, Figure, Handled};
use bakas_seal::{Leaf, LeafKind, SigningKey, record::Opening};
use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::{Material, choose::Chosen, contents::Counted};
use crate::{Error, seal};

pub(super) fn index(
    of: &Material<'_>,
    key: &SigningKey,
    figures: &[Counted],
    leaves: &[(u64, Leaf)],
) -> Result<Exhibits, Error> {
    let status = seal::act::status(&of.asked.case, of.now)?;
    let lang = of.asked.lang;
    let gaps = status.gaps.iter().map(|gap| lang.text(&gap.text).to_owned()).collect();
    let head = of.head.checkpoint();
    let kept = status.checkpoints.iter().find(|kept| kept.size == head.size);
    let public = key.public();
    Ok(Exhibits {
        case: of.case.name.clone(),
        made: of.now,
        to: of.asked.to.clone(),
        purpose: of.asked.purpose.clone(),
        tlp: of.asked.tlp.to_string(),
        synthetic: of.case.synthetic,
        log: (head.origin.clone(), head.size, STANDARD.encode(head.root)),
        key: (public.name().to_owned(), public.fingerprint()),
        stamps: kept.and_then(|kept| kept.stamped.clone()).into_iter().collect(),
        witnesses: kept
            .map(|kept| kept.cosignatures.iter().map(|one| one.witness.clone()).collect())
            .unwrap_or_default(),
        exhibits: (1..)
            .zip(of.openings.iter().zip(&of.chosen))
            .map(|(number, (opening, chosen))| exhibit(number, opening, chosen))
            .collect(),
        figures: figures.iter().map(figure).collect(),
        custody: leaves.iter().filter_map(|(index, leaf)| handled(*index, leaf)).collect(),
        gaps,
        tool: env!("CARGO_PKG_VERSION").to_owned(),
    })
}

fn exhibit(number: usize, opening: &Opening, chosen: &Chosen) -> Exhibit {
    let line = opening.raw.as_ref().and_then(|raw| STANDARD.decode(&raw.bytes).ok());
    Exhibit {
        number: format!("X-{number:03}"),
        file: chosen.file.clone(),
        offset: opening.place.offset,
        length: opening.place.length,
        leaf: opening.index,
        incident: chosen.incident.clone(),
        shown: opening.shown(),
        line: line.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()),
        hidden: opening.hidden.len(),
    }
}

fn figure(counted: &Counted) -> Figure {
    let range = |run: &super::contents::Run| (run.file.clone(), run.from, run.to, run.records);
    Figure {
        what: counted.incident.clone(),
        value: counted.records,
        ranges: counted.runs.iter().map(range).collect(),
        more: counted.more,
    }
}

fn handled(index: u64, leaf: &Leaf) -> Option<Handled> {
    if leaf.kind != LeafKind::Custody {
        return None;
    }
    let act: CustodyAct = serde_json::from_value(leaf.json.clone()).ok()?;
    let kind = leaf.json.get("act")?.as_str()?.replace('_', " ");
    let who = [&act.person.name, &act.person.position, &act.person.agency];
    let who: Vec<&str> =
        who.into_iter().map(String::as_str).filter(|text| !text.is_empty()).collect();
    let authority = act.authority.map(|one| format!("{} {}", one.kind, one.number));
    Some(Handled {
        at: act.at,
        act: kind,
        who: who.join(", "),
        authority: authority.unwrap_or_default().trim().to_owned(),
        leaf: index,
    })
}
