//! The next best question: what could be asked of whom, what it costs, and how much it is expected to
//! tell. The expectation is the mutual information between the explanations, as they stand now, and
//! the outcomes of the request, times the chance of an answer. The outcomes' likelihoods and the costs
//! are judgements, stated beside each request.

mod absent;
mod ground;
mod people;

use std::collections::{BTreeMap, BTreeSet};

use bakas_model::{
    Agency, AgencyIx, Asn, AssessmentLevel as Level, Family, SourceSummary, Text,
    assessment::NextQuestion,
};

use crate::{
    facts::{Facts, OperatorUse, share},
    items::called,
    likelihoods::Class,
    phrase::{count, counted, list},
    question::{Question, reliability},
};

/// Outcomes of a request: how likely each is if a rival were true. Rows add up to 1.
type Rows = &'static [(Class, &'static [f64])];

/// Agencies that are named in a question.
const AGENCIES_NAMED: usize = 3;
/// Operators that are asked, each for its own addresses; those with the most lines.
const OPERATORS_ASKED: usize = 3;

/// What stands on the desk of whoever asks: the agencies, and the logs that each gave.
#[derive(Debug, Default)]
pub(crate) struct Desk<'a> {
    agencies: &'a [Agency],
    /// Empty where nothing is known of the sources.
    given: BTreeMap<AgencyIx, BTreeSet<Family>>,
}

impl<'a> Desk<'a> {
    pub(crate) fn new(agencies: &'a [Agency], sources: &[SourceSummary]) -> Self {
        let mut given: BTreeMap<AgencyIx, BTreeSet<Family>> = BTreeMap::new();
        for source in sources.iter().filter(|source| !source.families.is_empty()) {
            given.entry(source.source.agency).or_default().extend(&source.families);
        }
        Self { agencies, given }
    }

    /// Of these agencies those that gave no log of any of the families. An agency of which nothing is
    /// known is not said to lack anything.
    fn without(&self, of: &BTreeSet<AgencyIx>, families: &[Family]) -> BTreeSet<AgencyIx> {
        let lacks = |ix: &&AgencyIx| {
            let given = self.given.get(ix);
            given.is_some_and(|given| !families.iter().any(|family| given.contains(family)))
        };
        of.iter().filter(lacks).copied().collect()
    }

    /// The agencies by name.
    fn names(&self, of: &BTreeSet<AgencyIx>) -> Text {
        names(of, self.agencies)
    }
}

/// Something that could be asked.
struct Request {
    id: String,
    text: Text,
    whom: Text,
    /// The party asked, where it may have been rated, and else how far its answer is believed.
    party: Option<String>,
    grade: char,
    /// From 1, a look at one's own files, to 10, a request between states.
    cost: f64,
    answered: f64,
    /// The part of the lines that the answer could speak of.
    part: f64,
    rows: Rows,
}

/// The questions for a level, the most telling for their cost first.
pub(crate) fn questions(
    question: &Question,
    shares: &[f64],
    facts: &Facts,
    desk: &Desk<'_>,
) -> Vec<NextQuestion> {
    let classes: Vec<Class> = question.rivals.iter().map(|rival| rival.class).collect();
    let mut next: Vec<NextQuestion> = requests(question.level, facts, desk)
        .into_iter()
        .map(|request| {
            let rated = request.party.as_deref().map(|party| question.grade_of(party));
            // Nobody's rating says more than what is known of such a party in general.
            let grade = rated.filter(|grade| *grade != 'F').unwrap_or(request.grade);
            let trust = reliability(grade);
            let told = information(request.rows, &classes, shares, trust);
            let bits = request.answered * request.part * told;
            let written = |value: f64| (value * 10_000.0).round() / 10_000.0;
            NextQuestion {
                id: request.id,
                text: request.text,
                whom: request.whom,
                cost: request.cost,
                answered: request.answered,
                grade,
                trust,
                bits: written(bits),
                bits_per_cost: written(bits / request.cost),
            }
        })
        .collect();
    next.sort_by(|a, b| b.bits_per_cost.total_cmp(&a.bits_per_cost).then_with(|| a.id.cmp(&b.id)));
    next
}

/// Mutual information between rivals and outcomes, in bits. What is not believed tells nothing: as in
/// the rule, an outcome's likelihoods are mixed with their mean over the rivals.
fn information(rows: Rows, classes: &[Class], shares: &[f64], trust: f64) -> f64 {
    let Some((_, any)) = rows.first() else { return 0.0 };
    let row = |class: Class| -> Vec<f64> {
        let known = rows.iter().find(|(known, _)| *known == class);
        known.map_or_else(
            // Nothing is known of how the answer would look: the mean of the others.
            || (0..any.len()).map(|at| mean(rows, at)).collect(),
            |(_, row)| row.to_vec(),
        )
    };
    let mut table: Vec<Vec<f64>> = classes.iter().map(|class| row(*class)).collect();
    for outcome in 0..any.len() {
        let mean = table.iter().map(|row| row[outcome]).sum::<f64>() / table.len() as f64;
        table.iter_mut().for_each(|row| row[outcome] = trust * row[outcome] + (1.0 - trust) * mean);
    }
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

fn requests(level: Level, facts: &Facts, desk: &Desk<'_>) -> Vec<Request> {
    let mut requests = match level {
        Level::Soil => ground::soil(facts, desk),
        Level::Infrastructure => ground::infrastructure(facts, desk),
        Level::Actor => people::actor(facts, desk),
        Level::Sponsor => people::sponsor(facts),
    };
    requests.extend(absent::logs(level, facts, desk));
    requests
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

/// An operator that can be asked about its own addresses.
struct Asked {
    asn: Asn,
    /// Its name alone, as it may have been rated.
    party: String,
    /// The same with its number.
    name: String,
    /// `12 addresses (300 lines)`.
    theirs: Text,
    /// Its part of the lines from outside.
    part: f64,
}

/// The operators with the most lines, each with what is its own.
fn operators(facts: &Facts) -> Vec<Asked> {
    let mut by_lines: Vec<(&Asn, &OperatorUse)> = facts.operators.iter().collect();
    by_lines.sort_by_key(|(asn, operator)| (std::cmp::Reverse(operator.lines), asn.0));
    let asked = by_lines.into_iter().take(OPERATORS_ASKED).map(|(asn, operator)| Asked {
        asn: *asn,
        party: operator.name.clone().unwrap_or_else(|| asn.to_string()),
        name: called(*asn, operator),
        theirs: Text::new(
            format!(
                "{} ({})",
                counted(operator.addresses, "address", "addresses"),
                counted(operator.lines, "line", "lines")
            ),
            format!("{} address ({} linya)", count(operator.addresses), count(operator.lines)),
        ),
        part: share(operator.lines, facts.outside),
    });
    asked.collect()
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
        facts.agencies.insert(AgencyIx(0));
        for level in Level::ALL {
            let source = SourceSummary { families: [Family::Web].into(), ..Default::default() };
            let requests = requests(level, &facts, &Desk::new(&[], &[source]));
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
        assert_eq!(information(rows, &[One, Relayed], &[1.0, 0.0], 1.0), 0.0);
        let open = information(rows, &[One, Relayed], &[0.5, 0.5], 1.0);
        assert!((open - 0.531).abs() < 0.001, "{open}: one bit less the entropy of 0.9");
        let doubted = information(rows, &[One, Relayed], &[0.5, 0.5], 0.5);
        assert!(doubted < 0.4 * open, "{doubted}: half believed tells less than half");
        assert_eq!(information(rows, &[One, Relayed], &[0.5, 0.5], 0.0), 0.0);
        let alike: Rows = &[(One, &[0.5, 0.5]), (Relayed, &[0.5, 0.5])];
        assert_eq!(information(alike, &[One, Relayed], &[0.5, 0.5], 1.0), 0.0);
    }
}
