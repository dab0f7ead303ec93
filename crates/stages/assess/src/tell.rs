//! Sentences from the numbers. Each names its evidence; none holds a likelihood and a confidence
//! together; none says who did it.

mod absent;
mod prior;

use bakas_model::{
    Assessment, Hypothesis, Likelihood, Text,
    assessment::{Cap, Moved},
};

use crate::{confidence::confidence, phrase::list, question::Question};

/// Items that are named in a sentence.
const NAMED: usize = 6;
/// Next questions that are told as what would change the answer.
const ASKED: usize = 3;
/// An item tells from so many decibans on, between any two rivals.
const TELLING_DECIBANS: f64 = 0.5;

/// Fills answer, confidence, findings and what would change the answer.
pub(crate) fn tell(assessment: &mut Assessment, question: &Question) {
    if assessment.hypotheses.is_empty() {
        return;
    }
    assessment.answer = answer(assessment, question);
    let (confidence, text) = confidence(assessment, &telling(assessment));
    assessment.confidence = confidence;
    assessment.confidence_text = text;
    assessment.findings = findings(assessment);
    assessment.would_change = would_change(assessment);
    assessment.not_examined = question.not_examined.clone();
    assessment.not_examined.extend(absent::not_examined(assessment));
}

/// A share as whole per cent, never none and never all.
pub(crate) fn per_cent(share: f64) -> u32 {
    (share * 100.0).round().clamp(1.0, 99.0) as u32
}

/// Items by their numbers: `E1, E2 and E5`.
pub(crate) fn cite(numbers: &[u32]) -> Text {
    let mut names: Vec<String> = numbers.iter().take(NAMED).map(|n| format!("E{n}")).collect();
    let more = numbers.len().saturating_sub(NAMED);
    let mut in_filipino = names.clone();
    if more > 0 {
        names.push(format!("{more} more"));
        in_filipino.push(format!("{more} pa"));
    }
    Text::new(list(&names, "and"), list(&in_filipino, "at"))
}

/// How far an item moves any two rivals apart, in decibans.
fn width(moved: &Moved) -> f64 {
    let most = moved.decibans.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let least = moved.decibans.iter().copied().fold(f64::INFINITY, f64::min);
    if moved.weight > 0.0 { most - least } else { 0.0 }
}

/// Items that tell, the strongest first.
fn telling(assessment: &Assessment) -> Vec<u32> {
    let mut telling: Vec<&Moved> =
        assessment.moved.iter().filter(|moved| width(moved) >= TELLING_DECIBANS).collect();
    telling.sort_by(|a, b| width(b).total_cmp(&width(a)).then(a.item.cmp(&b.item)));
    telling.iter().map(|moved| moved.item).collect()
}

fn answer(assessment: &Assessment, question: &Question) -> Text {
    let mut text = question.seen.clone();
    let mut add = |en: String, fil: String| {
        for (text, more) in [(&mut text.en, en), (&mut text.fil, fil)] {
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(&more);
        }
    };
    let first = &assessment.hypotheses[0];
    if first.likelihood < Likelihood::RoughlyEvenChance {
        add("None of the explanations stands out.".into(), "Walang paliwanag na namumukod.".into());
    }
    let leading = leading(first);
    add(leading.en, leading.fil);
    let owed = prior::owed(first);
    add(owed.en, owed.fil);
    if let Some(second) = assessment.hypotheses.get(1) {
        add(
            format!(
                "Next, at {} % (before any evidence {} %): {}",
                per_cent(second.best),
                per_cent(second.prior),
                second.text.en
            ),
            format!(
                "Kasunod, sa {} % ({} % bago ang ebidensiya): {}",
                per_cent(second.best),
                per_cent(second.prior),
                second.text.fil
            ),
        );
    }
    let telling = telling(assessment);
    let cited = cite(&telling);
    match telling.as_slice() {
        [] => add(
            "No item of evidence moved these shares from where they began.".into(),
            "Walang ebidensiyang nagpagalaw sa mga bahaging ito mula sa simula.".into(),
        ),
        _ => add(
            format!("What moved these shares, the strongest first: {}.", cited.en),
            format!("Ang nagpagalaw sa mga bahaging ito, una ang pinakamalakas: {}.", cited.fil),
        ),
    }
    text
}

/// The first explanation with its word, or with its range where that is too wide for one.
fn leading(first: &Hypothesis) -> Text {
    let (low, high) = (per_cent(first.low), per_cent(first.high));
    if first.insufficient {
        Text::new(
            format!(
                "The evidence is insufficient for a word on the first of the explanations below: \
                 its share runs from {low} to {high} %. It says: {}",
                first.text.en
            ),
            format!(
                "Kulang ang ebidensiya upang masabi sa isang salita ang una sa mga paliwanag sa \
                 ibaba: mula {low} hanggang {high} % ang bahagi nito. Ang sinasabi nito: {}",
                first.text.fil
            ),
        )
    } else {
        let (en, fil) = first.likelihood.words();
        let best = per_cent(first.best);
        Text::new(
            format!(
                "First of the explanations below, at “{en}” ({best} %, range {low} to {high} %): {}",
                first.text.en
            ),
            format!(
                "Una sa mga paliwanag sa ibaba, sa antas na “{fil}” ({best} %, mula {low} hanggang \
                 {high} %): {}",
                first.text.fil
            ),
        )
    }
}

fn findings(assessment: &Assessment) -> Vec<Text> {
    let [first, second, ..] = &assessment.hypotheses[..] else { return Vec::new() };
    let mut texts = Vec::new();
    if let Some(step) =
        assessment.waterfall.first().filter(|s| s.decibans.abs() >= TELLING_DECIBANS)
    {
        let ratio = format!("{:.1}", 10_f64.powf(step.decibans.abs() / 10.0));
        let (towards, from) = if step.decibans > 0.0 { (first, second) } else { (second, first) };
        texts.push(Text::new(
            format!(
                "E{} moved the odds the most: {ratio} to 1 towards {} and away from {}.",
                step.item, towards.id, from.id
            ),
            format!(
                "Ang E{} ang pinakanagpagalaw: {ratio} sa 1 patungo sa {} at palayo sa {}.",
                step.item, towards.id, from.id
            ),
        ));
    }
    texts.extend(held_back(assessment));
    texts.extend(turning(assessment));
    if let Some(even) = prior::with_even_priors(assessment) {
        texts.push(even);
    }
    texts
}

/// Which items the caps held back, cap by cap.
fn held_back(assessment: &Assessment) -> Vec<Text> {
    let under = |cap: Cap| -> Vec<u32> {
        let moved = assessment.moved.iter().filter(|moved| moved.caps.contains(&cap));
        moved.map(|moved| moved.item).collect()
    };
    let told = |cap: Cap, en: &str, fil: &str| {
        let items = under(cap);
        let cited = cite(&items);
        (!items.is_empty())
            .then(|| Text::new(format!("{}: {en}", cited.en), format!("{}: {fil}", cited.fil)))
    };
    [
        told(
            Cap::Group,
            "held back, since what has one root moves odds by 10 to 1 at most.",
            "pinigil, sapagkat hanggang 10 sa 1 lamang ang naigagalaw ng may iisang ugat.",
        ),
        told(
            Cap::CheapToPlant,
            "held back, since all that is cheap to plant moves odds by 3 to 1 at most.",
            "pinigil, sapagkat hanggang 3 sa 1 lamang ang naigagalaw ng lahat ng madaling itanim.",
        ),
        told(
            Cap::InterestedParty,
            "held back, since all that interested parties say moves odds by 1.25 to 1 at most.",
            "pinigil, sapagkat hanggang 1.25 sa 1 lamang ang naigagalaw ng lahat ng sinasabi ng mga \
             may interes.",
        ),
        told(
            Cap::GroundOnly,
            "held back, since all that speaks of ground and networks only moves the odds of people \
             by 1.5 to 1 at most.",
            "pinigil, sapagkat hanggang 1.5 sa 1 lamang ang naigagalaw sa mga tao ng lahat ng tungkol \
             sa lupa at network lamang.",
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn turning(assessment: &Assessment) -> Option<Text> {
    let leader = &assessment.hypotheses[0];
    let Some(turning) = &assessment.turning else {
        return Some(Text::new(
            format!(
                "No set of items turns the answer: before any evidence nothing is ahead of {}.",
                leader.id
            ),
            format!(
                "Walang hanay ng ebidensiyang magpapabago ng sagot: bago pa man ang ebidensiya, walang \
                 nauuna sa {}.",
                leader.id
            ),
        ));
    };
    let cited = cite(&turning.items);
    let share = per_cent(turning.share);
    Some(Text::new(
        format!("Without {}, {} would be first or level, at {share} %.", cited.en, turning.to),
        format!("Kung wala ang {}, {} ang mauuna o papantay, sa {share} %.", cited.fil, turning.to),
    ))
}

fn would_change(assessment: &Assessment) -> Vec<Text> {
    let asked = assessment.next.iter().take(ASKED).map(|next| next.text.clone());
    let weakest = assessment.turning.as_ref().filter(|turning| turning.items.len() <= 2);
    let falling = weakest.map(|turning| {
        let cited = cite(&turning.items);
        Text::new(
            format!("That {} does not hold: the order of the explanations hangs on it.", cited.en),
            format!(
                "Kung hindi totoo ang {}: dito nakabitin ang ayos ng mga paliwanag.",
                cited.fil
            ),
        )
    });
    falling.into_iter().chain(asked).collect()
}
