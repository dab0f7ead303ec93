//! What an answer owes to the shares that it began with, and what to the evidence. A reader must see
//! where a number is ours and where it is the case's.

use std::cmp::Ordering;

use bakas_model::{Assessment, Hypothesis, Text};

use super::per_cent;

/// Shares nearer to one another than this are told as the same.
const SAME_SHARE: f64 = 0.01;
/// A share that the evidence moved by less than this owes to the prior.
const LITTLE: f64 = 0.05;

/// From which share the first explanation began, and how far the evidence moved it.
pub(super) fn owed(first: &Hypothesis) -> Text {
    let (from, to) = (per_cent(first.prior), per_cent(first.best));
    let points = to.abs_diff(from);
    let (moved, galaw) = match to.cmp(&from) {
        Ordering::Equal => ("did not move it".to_owned(), "hindi ito naigalaw".to_owned()),
        Ordering::Greater => {
            (format!("moved it up by {}", plural(points)), format!("{points} puntos ang itinaas"))
        }
        Ordering::Less => {
            (format!("moved it down by {}", plural(points)), format!("{points} puntos ang ibinaba"))
        }
    };
    let mut text = Text::new(
        format!(
            "Before any evidence it stood at {from} %, a starting weight and no finding; the evidence \
             {moved}."
        ),
        format!(
            "Bago ang anumang ebidensiya, {from} % ito, isang panimulang timbang at hindi natuklasan; \
             {galaw} ng ebidensiya."
        ),
    );
    if (first.best - first.prior).abs() < LITTLE {
        text.en.push_str(" That is little: this share is mostly what was held before.");
        text.fil.push_str(" Kaunti iyon: ang bahaging ito ay halos ang itinuring na noong una.");
    }
    text
}

fn plural(points: u32) -> String {
    crate::phrase::counted(u64::from(points), "point", "points")
}

/// Which explanation would be first had all been held equally likely.
pub(super) fn with_even_priors(assessment: &Assessment) -> Option<Text> {
    let even = |h: &Hypothesis| h.even_prior;
    let all = &assessment.hypotheses;
    let top = all.iter().reduce(|best, h| if even(h) > even(best) { h } else { best })?;
    let least = all.iter().map(even).fold(1.0, f64::min);
    if even(top) - least < SAME_SHARE {
        return Some(Text::new(
            "Had all explanations been held equally likely before, none would be first: the order \
             owes to what was held before the evidence.",
            "Kung itinuring na magkakasimposible ang lahat noong una, walang mauuna: nakasalalay ang \
             ayos sa itinuring bago ang ebidensiya.",
        ));
    }
    let leader = &assessment.hypotheses[0];
    let share = per_cent(top.even_prior);
    Some(if top.id == leader.id {
        Text::new(
            format!(
                "Had all explanations been held equally likely before, the same one would be first, \
                 at {share} %."
            ),
            format!(
                "Kung itinuring na magkakasimposible ang lahat noong una, iyon din ang mauuna, sa \
                 {share} %."
            ),
        )
    } else {
        Text::new(
            format!(
                "Had all explanations been held equally likely before, {} would be first, at {share} \
                 %: the order owes to what was held before the evidence.",
                top.id
            ),
            format!(
                "Kung itinuring na magkakasimposible ang lahat noong una, {} ang mauuna, sa {share} \
                 %: nakasalalay ang ayos sa itinuring bago ang ebidensiya.",
                top.id
            ),
        )
    })
}
