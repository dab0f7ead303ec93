//! The next best question: what could be asked of whom, what it costs, and how much it is expected to
//! tell. The expectation is the mutual information between the explanations, as they stand now, and
//! the outcomes of the request, times the chance of an answer. The outcomes' likelihoods and the costs
//! are judgements, stated beside each request.

mod ground;
mod people;

use std::collections::BTreeSet;

use bakas_model::{Agency, AgencyIx, AssessmentLevel as Level, Text, assessment::NextQuestion};

use crate::{facts::Facts, items::called, likelihoods::Class, phrase::list, question::Question};

/// Outcomes of a request: how likely each is if a rival were true. Rows add up to 1.
type Rows = &'static [(Class, &'static [f64])];

/// Agencies that are named in a question.
const AGENCIES_NAMED: usize = 3;

/// Something that could be asked.
struct Request {
    id: &'static str,
    text: Text,
    whom: Text,
    /// From 1, a look at one's own files, to 10, a request between states.
    cost: f64,
    answered: f64,
    rows: Rows,
}

/// The questions for a level, the most telling for their cost first.
pub(crate) fn questions(
    question: &Question,
    shares: &[f64],
    facts: &Facts,
    agencies: &[Agency],
) -> Vec<NextQuestion> {
    let mut next: Vec<NextQuestion> = requests(question.level, facts, agencies)
        .into_iter()
        .map(|request| {
            let classes: Vec<Class> = question.rivals.iter().map(|rival| rival.class).collect();
            let bits = request.answered * information(request.rows, &classes, shares);
            let written = |value: f64| (value * 10_000.0).round() / 10_000.0;
            NextQuestion {
                id: request.id.to_owned(),
                text: request.text,
                whom: request.whom,
                cost: request.cost,
                answered: request.answered,
                bits: written(bits),
                bits_per_cost: written(bits / request.cost),
            }
        })
        .collect();
    next.sort_by(|a, b| b.bits_per_cost.total_cmp(&a.bits_per_cost).then_with(|| a.id.cmp(&b.id)));
    next
}

/// Mutual information between rivals and outcomes, in bits.
fn information(rows: Rows, classes: &[Class], shares: &[f64]) -> f64 {
    let Some((_, any)) = rows.first() else { return 0.0 };
    let row = |class: Class| -> Vec<f64> {
        let known = rows.iter().find(|(known, _)| *known == class);
        known.map_or_else(
            // Nothing is known of how the answer would look: the mean of the others.
            || (0..any.len()).map(|at| mean(rows, at)).collect(),
            |(_, row)| row.to_vec(),
        )
    };
    let table: Vec<Vec<f64>> = classes.iter().map(|class| row(*class)).collect();
    let mut bits = 0.0;
    for outcome in 0..any.len() {
        let all: f64 = table.iter().zip(shares).map(|(row, share)| row[outcome] * share).sum();
        for (row, share) in table.iter().zip(shares) {
            if row[outcome] > 0.0 {
                bits += share * row[outcome] * (row[outcome] / all).log2();
            }
        }
    }
    bits.max(0.0)
}

fn mean(rows: Rows, outcome: usize) -> f64 {
    rows.iter().map(|(_, row)| row[outcome]).sum::<f64>() / rows.len() as f64
}

fn requests(level: Level, facts: &Facts, agencies: &[Agency]) -> Vec<Request> {
    match level {
        Level::Soil => ground::soil(facts, agencies),
        Level::Infrastructure => ground::infrastructure(facts, agencies),
        Level::Actor => people::actor(facts, agencies),
        Level::Sponsor => people::sponsor(facts),
    }
}

/// The agencies by name.
fn names(of: &BTreeSet<AgencyIx>, agencies: &[Agency]) -> Text {
    let mut names: Vec<String> = of
        .iter()
        .filter_map(|ix| agencies.get(usize::from(ix.0)))
        .map(|agency| agency.name.clone().unwrap_or_else(|| agency.id.clone()))
        .collect();
    if names.is_empty() {
        return Text::new("the agencies", "mga ahensiya");
    }
    let more = names.len().saturating_sub(AGENCIES_NAMED);
    names.truncate(AGENCIES_NAMED);
    let mut in_filipino = names.clone();
    if more > 0 {
        names.push(format!("{more} more"));
        in_filipino.push(format!("{more} pa"));
    }
    Text::new(list(&names, "and"), list(&in_filipino, "at"))
}

fn operator(facts: &Facts) -> Option<String> {
    facts.first_operator().map(|(asn, operator)| called(asn, operator))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::likelihoods::Class::{One, Relayed};

    #[test]
    fn rows_add_up_to_one() {
        let mut facts = Facts::default();
        facts.relayed.insert(bakas_model::NetworkKind::Vpn, 1);
        facts.operators.insert(bakas_model::Asn(64_500), crate::facts::OperatorUse::default());
        facts.entered_agencies.insert(AgencyIx(0));
        for level in Level::ALL {
            let requests = requests(level, &facts, &[]);
            assert!(requests.len() >= 3, "{level:?}");
            for request in requests {
                for (class, row) in request.rows {
                    let sum: f64 = row.iter().sum();
                    assert!((sum - 1.0).abs() < 1e-9, "{} {class:?}: {sum}", request.id);
                }
            }
        }
    }

    #[test]
    fn a_question_whose_answer_is_known_tells_nothing() {
        let rows: Rows = &[(One, &[0.9, 0.1]), (Relayed, &[0.1, 0.9])];
        assert_eq!(information(rows, &[One, Relayed], &[1.0, 0.0]), 0.0);
        let open = information(rows, &[One, Relayed], &[0.5, 0.5]);
        assert!((open - 0.531).abs() < 0.001, "{open}: one bit less the entropy of 0.9");
        let alike: Rows = &[(One, &[0.5, 0.5]), (Relayed, &[0.5, 0.5])];
        assert_eq!(information(alike, &[One, Relayed], &[0.5, 0.5]), 0.0);
    }
}
