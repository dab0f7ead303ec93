//! What an item moved, explanation by explanation, in sentences: from which word to which, and
//! because of what. It weighs nothing.

use bakas_model::{Assessment, AssessmentLevel, Hypothesis, Likelihood, Text, assessment::Cap};
use serde::Serialize;

/// Shares nearer to one another than this have not moved.
const STAYED: f64 = 0.005;

/// What became of one explanation.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Shift {
    /// The subject.
    pub subject: String,
    /// The question.
    pub level: AssessmentLevel,
    /// The explanation.
    pub hypothesis: String,
    /// As it stood; none where it is new.
    pub before: Option<Standing>,
    /// As it stands.
    pub after: Standing,
    /// What moved it, and what held that back.
    pub because: Text,
    /// All of it in one sentence.
    pub text: Text,
}

/// How an explanation stands among its rivals.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Standing {
    /// 1 for the likeliest.
    pub place: usize,
    /// The word for `best`.
    pub likelihood: Likelihood,
    /// Whether the range is too wide for a word.
    pub insufficient: bool,
    /// Its share.
    pub best: f64,
    /// The lower end of the range.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

impl Standing {
    fn of(assessment: &Assessment, id: &str) -> Option<Self> {
        let is = |one: &Hypothesis| one.id == id;
        let place = assessment.hypotheses.iter().position(is)?;
        let one = &assessment.hypotheses[place];
        Some(Self {
            place: place + 1,
            likelihood: one.likelihood,
            insufficient: one.insufficient,
            best: one.best,
            low: one.low,
            high: one.high,
        })
    }

    /// `likely (62 %)`.
    fn told(self) -> Text {
        let (en, fil) = if self.insufficient {
            ("insufficient evidence", "kulang na ebidensiya")
        } else {
            self.likelihood.words()
        };
        let share = (self.best * 100.0).round().clamp(1.0, 99.0);
        Text::new(format!("{en} ({share} %)"), format!("{fil} ({share} %)"))
    }
}

/// What the item did in each question in which it is weighed, the most moved first.
pub(super) fn shifts(before: &[Assessment], after: &[Assessment], item: &str) -> Vec<Shift> {
    let mut shifts = Vec::new();
    for now in after {
        let Some(number) = now.evidence.iter().find(|one| one.id == item).map(|one| one.number)
        else {
            continue;
        };
        if !now.matrix.iter().any(|cell| cell.item == number) {
            continue;
        }
        let was = before.iter().find(|one| one.id() == now.id());
        shifts.extend((0..now.hypotheses.len()).filter_map(|at| shift(was, now, at, number)));
    }
    let size = |one: &Shift| (one.after.best - one.before.map_or(0.0, |was| was.best)).abs();
    shifts.sort_by(|a, b| size(b).total_cmp(&size(a)));
    shifts
}

fn shift(was: Option<&Assessment>, now: &Assessment, at: usize, number: u32) -> Option<Shift> {
    let id = &now.hypotheses[at].id;
    let before = was.and_then(|was| Standing::of(was, id));
    let after = Standing::of(now, id)?;
    let because = because(now, at, number)?;
    let place = format!("{}: {id}", now.id());
    let (to, because_of) = (after.told(), &because);
    let text = match before {
        None => Text::new(
            format!("{place}: new, {}, because of {}", to.en, because_of.en),
            format!("{place}: bago, {}, dahil sa {}", to.fil, because_of.fil),
        ),
        Some(was) if (was.best - after.best).abs() < STAYED => Text::new(
            format!("{place}: stays {}, in spite of {}", to.en, because_of.en),
            format!("{place}: nananatiling {}, sa kabila ng {}", to.fil, because_of.fil),
        ),
        Some(was) => {
            let from = was.told();
            Text::new(
                format!("{place}: {} → {}, because of {}", from.en, to.en, because_of.en),
                format!("{place}: {} → {}, dahil sa {}", from.fil, to.fil, because_of.fil),
            )
        }
    };
    Some(Shift {
        subject: now.subject.clone(),
        level: now.level,
        hypothesis: id.clone(),
        before,
        after,
        because,
        text,
    })
}

/// `E5 (A-…) of Example CERT, rated F6: its odds ×1.3; held back: …`.
fn because(now: &Assessment, at: usize, number: u32) -> Option<Text> {
    let item = now.item(number)?;
    let moved = now.moved.iter().find(|moved| moved.item == number)?;
    let factor = 10_f64.powf(moved.decibans.get(at).copied().unwrap_or(0.0) / 10.0);
    let (id, source) = (&item.id, &item.source);
    let rating = format!("{}{}", item.reliability, item.credibility);
    let mut text = Text::new(
        format!("E{number} ({id}) of {source}, rated {rating}: ×{factor:.2} to its odds"),
        format!("E{number} ({id}) ng {source}, may markang {rating}: ×{factor:.2} sa tsansa nito"),
    );
    if moved.caps.contains(&Cap::InterestedParty) {
        text.en += "; held back, for it has an interest in being believed";
        text.fil += "; pinigil, sapagkat may interes itong paniwalaan";
    } else if !moved.caps.is_empty() {
        text.en += "; held back by the caps";
        text.fil += "; pinigil ng mga hangganan";
    }
    Some(text)
}
