//! What was not examined: kinds of evidence that are not there, items that nobody weighed, and items
//! of one source whose root nobody named.

use std::collections::BTreeMap;

use bakas_model::{Assessment, Text, assessment::EvidenceKind};

use super::cite;

/// Items of one source that are counted as independent, since nobody said that they have one root.
fn same_source(assessment: &Assessment) -> Vec<Text> {
    let mut of: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
    let weighed = assessment.moved.iter().filter(|moved| moved.weight > 0.0);
    for item in weighed.filter_map(|moved| assessment.item(moved.item)) {
        if item.group.is_none() && !item.source.is_empty() {
            of.entry(&item.source).or_default().push(item.number);
        }
    }
    of.values()
        .filter(|items| items.len() > 1)
        .map(|items| {
            let cited = cite(items);
            Text::new(
                format!(
                    "Whether {} have one root: they have one source, no group is set, and each \
                     counts whole.",
                    cited.en
                ),
                format!(
                    "Kung iisa ang ugat ng {}: iisa ang pinagmulan, walang itinakdang grupo, at buo \
                     ang bilang ng bawat isa.",
                    cited.fil
                ),
            )
        })
        .collect()
}

/// Kinds of evidence that are not there, and items that nobody weighed.
pub(super) fn not_examined(assessment: &Assessment) -> Vec<Text> {
    let mut texts = Vec::new();
    let weighed = |number: u32| assessment.matrix.iter().any(|cell| cell.item == number);
    let unweighed: Vec<u32> = assessment
        .evidence
        .iter()
        .map(|item| item.number)
        .filter(|number| !weighed(*number))
        .collect();
    if !unweighed.is_empty() {
        let cited = cite(&unweighed);
        texts.push(Text::new(
            format!("{}: shown, and not weighed in this question.", cited.en),
            format!("{}: ipinakikita, at hindi tinimbang sa tanong na ito.", cited.fil),
        ));
    }
    texts.extend(same_source(assessment));
    if assessment.level.asks_for_people() {
        let kinds = [
            (
                EvidenceKind::TimePattern,
                "working hours and holidays",
                "oras ng trabaho at mga pista",
            ),
            (
                EvidenceKind::Tool,
                "tools compared with other cases",
                "mga kasangkapang inihambing sa ibang kaso",
            ),
            (
                EvidenceKind::Technique,
                "habits compared with known groups",
                "mga gawing inihambing sa mga kilalang grupo",
            ),
            (EvidenceKind::Language, "language", "wika"),
            (EvidenceKind::IntelligenceReport, "intelligence reports", "mga ulat ng paniniktik"),
            (
                EvidenceKind::CounterpartAnswer,
                "answers of counterparts",
                "mga sagot ng mga katuwang",
            ),
            (
                EvidenceKind::Investigation,
                "what an investigation on the ground finds",
                "ang matatagpuan ng imbestigasyon sa mismong lugar",
            ),
        ];
        let there = |kind| assessment.evidence.iter().any(|item| item.kind == kind);
        let absent = kinds.iter().filter(|(kind, ..)| !there(*kind));
        let (en, fil): (Vec<String>, Vec<String>) =
            absent.map(|(_, en, fil)| ((*en).to_owned(), (*fil).to_owned())).unzip();
        if !en.is_empty() {
            texts.push(Text::new(
                format!("No evidence is at hand of: {}.", en.join("; ")),
                format!("Walang hawak na ebidensiya tungkol sa: {}.", fil.join("; ")),
            ));
        }
    }
    texts
}
