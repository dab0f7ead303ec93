//! What people added, put into a question: hypotheses, priors, items, statements, cells. What was
//! withdrawn, replaced or not valid at the time stays to be seen and is weighed no longer.

use bakas_model::{
    AssessmentLevel as Level, EvidenceItem, Judgements, Statement, Text, Timestamp,
    assessment::{AddedHypothesis, Basis, CellSet, Cost, EvidenceKind, StatementKind},
};

use crate::{
    facts::Facts,
    likelihoods::Class,
    question::{CellDraft, Entry, Question, Rival},
    rated::rate,
    weigh::{HYPOTHESES_LIMIT, Range},
};

/// Where an analyst set some cells of an item and not this one: one in two, give or take much.
const UNSET: Range = Range { low: 0.2, best: 0.5, high: 0.8 };
/// What a party says of itself or of others, it would say almost as readily if it were not so.
mod words {
    /// A claim, where it is so, and where it is not.
    pub(super) const CLAIMED: (f64, f64) = (0.50, 0.42);
    /// A denial, of what is so, and of what is not.
    pub(super) const DENIED: (f64, f64) = (0.80, 0.90);
}
/// So much of a statement's words is shown in the item.
const WORDS_SHOWN: usize = 400;

/// What counts at a time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Judged<'a> {
    pub(crate) judgements: &'a Judgements,
    pub(crate) as_of: Option<Timestamp>,
}

impl<'a> Judged<'a> {
    fn counts(self, at: Option<Timestamp>) -> bool {
        match (at, self.as_of) {
            (Some(at), Some(as_of)) => at <= as_of,
            _ => true,
        }
    }

    fn withdrawn(self, id: &str) -> Option<&'a str> {
        let withdrawn = self.judgements.withdrawn.iter();
        withdrawn
            .filter(|one| self.counts(one.at))
            .find(|one| one.id == id)
            .map(|one| one.reason.as_str())
    }

    /// Puts everything that concerns the question into it.
    pub(crate) fn apply(self, question: &mut Question, facts: &Facts) {
        let concerns =
            |subject: &Option<String>| subject.as_ref().is_none_or(|s| *s == question.subject);
        let level = question.level;
        let hypotheses: Vec<&AddedHypothesis> = self
            .judgements
            .hypotheses
            .iter()
            .filter(|h| concerns(&h.subject) && h.level == level && self.counts(h.at))
            .filter(|h| self.withdrawn(&h.id).is_none())
            .collect();
        let mut cells: Vec<&CellSet> = self
            .judgements
            .cells
            .iter()
            .filter(|cell| concerns(&cell.subject) && cell.level == level && self.counts(cell.at))
            .collect();
        cells.sort_by_key(|cell| cell.at);
        let items: Vec<EvidenceItem> = self
            .judgements
            .items
            .iter()
            .filter(|added| concerns(&added.subject) && self.counts(added.at))
            .map(|added| added.item.clone())
            .filter(|item| self.belongs(&item.id, level, &cells))
            .collect();
        hypotheses.into_iter().for_each(|added| add_rival(question, added));
        self.set_priors(question);
        question.entries.extend(items.into_iter().map(|item| Entry { item, cells: Vec::new() }));
        self.add_statements(question, &cells);
        cells.into_iter().for_each(|cell| set_cell(question, cell));
        rate(question, self.judgements.ratings.iter().filter(|one| self.counts(one.at)));
        self.put_aside(question, facts);
    }

    /// Whether an added item is shown in this question: where cells are set for it, and everywhere
    /// if they are set nowhere.
    fn belongs(self, id: &str, level: Level, here: &[&CellSet]) -> bool {
        here.iter().any(|cell| cell.item == id)
            || !self.judgements.cells.iter().any(|cell| cell.item == id && cell.level != level)
    }

    fn set_priors(self, question: &mut Question) {
        for set in &self.judgements.priors {
            let here = set.subject.as_ref().is_none_or(|s| *s == question.subject);
            if !here || set.level != question.level || !self.counts(set.at) {
                continue;
            }
            let Some(at) = question.rival(&set.hypothesis) else { continue };
            make_room(&mut question.rivals, set.prior, at);
            question.rivals[at].reason = same(&set.reason);
            question.rivals[at].by = named(&set.by);
        }
    }

    /// Statements that speak of this question, and those that speak of none.
    fn add_statements(self, question: &mut Question, cells: &[&CellSet]) {
        for statement in &self.judgements.statements {
            if !self.counts(statement.at) {
                continue;
            }
            let about: Vec<&str> = statement
                .about
                .iter()
                .filter(|about| about.level == question.level)
                .filter(|about| about.subject.as_ref().is_none_or(|s| *s == question.subject))
                .map(|about| about.hypothesis.as_str())
                .collect();
            let set = cells.iter().any(|cell| cell.item == statement.id);
            if about.is_empty() && !set && !statement.about.is_empty() {
                continue;
            }
            let cells = said_cells(question, statement, &about);
            let item = self.statement_item(statement);
            question.entries.push(Entry { item, cells });
        }
    }

    fn statement_item(self, statement: &Statement) -> EvidenceItem {
        let better = |grade: char, at_best: char| if grade > at_best { at_best } else { grade };
        let credibility = if !statement.contradicted_by.is_empty() {
            '5'
        } else if !statement.borne_out_by.is_empty() {
            better(statement.credibility, '2')
        } else {
            statement.credibility
        };
        let mut basis = vec![Basis::Statement { id: statement.id.clone() }];
        basis.extend(statement.basis.iter().cloned());
        EvidenceItem {
            id: statement.id.clone(),
            kind: EvidenceKind::Statement,
            text: said(statement),
            source: statement.party.clone(),
            reliability: statement.reliability,
            credibility,
            group: Some(format!("party:{}", statement.party)),
            cost: Cost::Cheap,
            interested: statement.interested,
            observed: statement.date,
            basis,
            ..EvidenceItem::default()
        }
    }

    /// Takes the weight from what is withdrawn, replaced, not valid at the time, or there already.
    fn put_aside(self, question: &mut Question, facts: &Facts) {
        let replaced = |id: &str| {
            let later = self.judgements.statements.iter().filter(|s| self.counts(s.at));
            later.filter(|s| s.id != id).any(|s| s.supersedes.as_deref() == Some(id))
        };
        let mut seen: Vec<(EvidenceItem, String)> = Vec::new();
        question.entries.sort_by(|a, b| a.item.id.cmp(&b.item.id));
        for entry in &mut question.entries {
            fill_filipino(&mut entry.item.text);
            let id = entry.item.id.clone();
            let nameless = EvidenceItem { id: String::new(), number: 0, ..entry.item.clone() };
            let twin = seen.iter().find(|(other, of)| *other == nameless && *of != id);
            let note = if let Some(reason) = self.withdrawn(&id) {
                (format!("Withdrawn ({reason}): "), format!("Binawi ({reason}): "))
            } else if replaced(&id) {
                (
                    "Said before, and replaced since: ".into(),
                    "Sinabi noon, at pinalitan na: ".into(),
                )
            } else if !is_valid(&entry.item, facts) {
                ("Not valid at the time: ".into(), "Hindi balido sa panahong iyon: ".into())
            } else if let Some((_, of)) = twin {
                (
                    format!("The same as {of}, counted there: "),
                    format!("Kapareho ng {of}, doon binilang: "),
                )
            } else {
                seen.push((nameless, id));
                continue;
            };
            entry.cells.clear();
            entry.item.text.en.insert_str(0, &note.0);
            entry.item.text.fil.insert_str(0, &note.1);
        }
    }
}

/// Whether an item holds at the time of what is explained.
fn is_valid(item: &EvidenceItem, facts: &Facts) -> bool {
    let Some((first, last)) = facts.window else { return true };
    item.valid_from.is_none_or(|from| from <= last)
        && item.valid_until.is_none_or(|until| until >= first)
}

/// A text in one language is shown in both.
fn fill_filipino(text: &mut Text) {
    if text.fil.is_empty() {
        text.fil.clone_from(&text.en);
    }
}

fn same(text: &str) -> Text {
    Text::new(text, text)
}

fn named(by: &str) -> Option<String> {
    (!by.is_empty()).then(|| by.to_owned())
}

/// Gives one rival a prior and fits the others to it in proportion.
fn make_room(rivals: &mut [Rival], prior: f64, at: usize) {
    let prior = if prior.is_finite() { prior.clamp(0.01, 0.95) } else { 0.01 };
    let others = rivals.iter().enumerate().filter(|(other, _)| *other != at);
    let rest: f64 = others.map(|(_, rival)| rival.prior).sum();
    for (other, rival) in rivals.iter_mut().enumerate() {
        rival.prior =
            if other == at { prior } else { rival.prior * (1.0 - prior) / rest.max(1e-9) };
    }
}

fn add_rival(question: &mut Question, added: &AddedHypothesis) {
    if question.rival(&added.id).is_some() || question.rivals.len() >= HYPOTHESES_LIMIT {
        return;
    }
    let mut text = added.text.clone();
    fill_filipino(&mut text);
    let mut rival = Rival::new(&*added.id, Class::Added, 0.0, text, same(&added.reason));
    rival.by = Some(added.by.clone());
    question.rivals.push(rival);
    let last = question.rivals.len() - 1;
    make_room(&mut question.rivals, added.prior, last);
    for entry in &mut question.entries {
        let Some(first) = entry.cells.first() else { continue };
        let count = entry.cells.len() as f64;
        let mean = |of: fn(&Range) -> f64| {
            entry.cells.iter().map(|cell| of(&cell.range)).sum::<f64>() / count
        };
        // Nothing is known of how it would look: the mean of the others, which tells nothing of it.
        let alike = entry.cells.iter().all(|cell| cell.range == first.range);
        let range = if alike {
            first.range
        } else {
            Range { low: mean(|r| r.low), best: mean(|r| r.best), high: mean(|r| r.high) }
        };
        let reason = Text::new(
            "Nobody has set it: the mean of the others.",
            "Wala pang nagtakda nito: ang karaniwan ng iba.",
        );
        entry.cells.push(CellDraft { range, reason, by: None, overridden: false });
    }
}

fn set_cell(question: &mut Question, set: &CellSet) {
    let Some(at) = question.rival(&set.hypothesis) else { return };
    let count = question.rivals.len();
    let entries = question.entries.iter_mut();
    for entry in entries.filter(|entry| entry.item.id == set.item) {
        if entry.cells.is_empty() {
            let unset = CellDraft {
                range: UNSET,
                reason: Text::new("Nobody has set it.", "Wala pang nagtakda nito."),
                by: None,
                overridden: false,
            };
            entry.cells = vec![unset; count];
        }
        let range = Range { low: set.low, best: set.best, high: set.high }.sound();
        let overridden = entry.cells[at].range != range;
        entry.cells[at] =
            CellDraft { range, reason: same(&set.reason), by: named(&set.by), overridden };
    }
}

/// The cells of a statement before anybody sets them.
fn said_cells(question: &Question, statement: &Statement, about: &[&str]) -> Vec<CellDraft> {
    let (so, not_so) = match statement.kind {
        StatementKind::Claim => words::CLAIMED,
        StatementKind::Denial => words::DENIED,
        StatementKind::Offer | StatementKind::Condition | StatementKind::Correction => (0.5, 0.5),
    };
    let reason = Text::new(
        "A party says this almost as readily where it is not so.",
        "Halos kasindali itong sabihin ng isang panig kahit hindi ganoon.",
    );
    let of = |rival: &Rival| if about.contains(&rival.id.as_str()) { so } else { not_so };
    let range =
        |best| if (so - not_so).abs() < 1e-9 { Range::exactly(best) } else { Range::around(best) };
    question
        .rivals
        .iter()
        .map(|rival| CellDraft {
            range: range(of(rival)),
            reason: reason.clone(),
            by: None,
            overridden: false,
        })
        .collect()
}

/// A statement as an item of evidence: who, when, in whose words, and what it was taken for.
fn said(statement: &Statement) -> Text {
    let speaker = match statement.speaker.as_str() {
        "" => String::new(),
        speaker => format!(" ({speaker})"),
    };
    let (sort, uri) = match statement.kind {
        StatementKind::Claim => ("a claim", "paggigiit"),
        StatementKind::Denial => ("a denial", "pagtanggi"),
        StatementKind::Offer => ("an offer", "alok"),
        StatementKind::Condition => ("a condition", "kondisyon"),
        StatementKind::Correction => ("a correction", "pagtutuwid"),
    };
    let (when, kailan) = statement.date.map_or_else(
        || (String::new(), String::new()),
        |date| {
            let (year, month, day) = date.day().civil();
            let day = format!("{year:04}-{month:02}-{day:02}");
            (format!(" on {day}"), format!(" noong {day}"))
        },
    );
    let short = |words: &str| -> String {
        let mut shown: String = words.chars().take(WORDS_SHOWN).collect();
        if shown.len() < words.len() {
            shown.push('…');
        }
        shown
    };
    let in_english = if statement.translation.en.is_empty() {
        &statement.words
    } else {
        &statement.translation.en
    };
    let in_filipino =
        if statement.translation.fil.is_empty() { in_english } else { &statement.translation.fil };
    let party = &statement.party;
    Text::new(
        format!("Said by {party}{speaker}{when}, entered as {sort}: “{}”", short(in_english)),
        format!(
            "Sinabi ng {party}{speaker}{kailan}, itinala bilang {uri}: “{}”",
            short(in_filipino)
        ),
    )
}
