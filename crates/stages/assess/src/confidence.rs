//! How well founded an answer is: from how many roots, how good, how wide the range, and what single
//! thing turns it. Says nothing of how likely anything is.

use bakas_model::{
    Assessment, Confidence, Text,
    assessment::{Cost, LeftOut},
};

use crate::tell::cite;

/// A range narrower than this in shares is narrow.
const NARROW: f64 = 0.15;
/// One wider than this is wide.
const WIDE: f64 = 0.30;

/// Roots of the items that tell: groups, and items of no group by themselves.
fn roots(assessment: &Assessment, telling: &[u32]) -> usize {
    let mut roots: Vec<&str> = telling
        .iter()
        .filter_map(|number| assessment.item(*number))
        .map(|item| item.group.as_deref().unwrap_or(&item.id))
        .collect();
    roots.sort_unstable();
    roots.dedup();
    roots.len()
}

/// Whether something that tells speaks of more than ground and could not be planted by anybody.
fn hard_to_plant(assessment: &Assessment, telling: &[u32]) -> bool {
    let items = telling.iter().filter_map(|number| assessment.item(*number));
    items
        .into_iter()
        .any(|item| !item.kind.is_of_ground() && item.cost != Cost::Cheap && !item.interested)
}

/// What in a set of one turns the answer.
fn single_turn(assessment: &Assessment, what: LeftOut) -> bool {
    assessment.leave_out.iter().any(|left| left.what == what && left.turns)
}

/// How well founded the answer is, from the items that tell, with the reasons.
pub(crate) fn confidence(assessment: &Assessment, telling: &[u32]) -> (Confidence, Text) {
    let roots = roots(assessment, telling);
    let first = &assessment.hypotheses[0];
    let range = first.high - first.low;
    let by_item = single_turn(assessment, LeftOut::Item);
    let by_root =
        single_turn(assessment, LeftOut::Group) || single_turn(assessment, LeftOut::Source);
    let good = telling
        .iter()
        .filter_map(|number| assessment.item(*number))
        .filter(|item| item.reliability <= 'B' && item.credibility <= '2' && !item.interested)
        .count();
    let founded = !assessment.level.asks_for_people() || hard_to_plant(assessment, telling);
    let confidence = if !founded {
        Confidence::Low
    } else if roots >= 4 && range <= NARROW && !by_root && !by_item && good >= 3 {
        Confidence::High
    } else if roots >= 2 && range <= WIDE && !by_item && good >= 1 {
        Confidence::Moderate
    } else {
        Confidence::Low
    };
    let (en, fil) = confidence.words();
    let mut text = Text::new(
        format!("Confidence in this answer is {en}."),
        format!("{fil} ang kumpiyansa sa sagot na ito."),
    );
    capitalise(&mut text.fil);
    let mut in_order = telling.to_vec();
    in_order.sort_unstable();
    let cited = cite(&in_order);
    let mut add = |en: String, fil: String| {
        text.en.push_str(&en);
        text.fil.push_str(&fil);
    };
    match (telling.len(), roots) {
        (0, _) => add(
            " Nothing in the evidence tells the explanations apart.".into(),
            " Walang ebidensiyang nagbubukod sa mga paliwanag.".into(),
        ),
        (_, 1) => add(
            format!(" All that tells has one root: {}.", cited.en),
            format!(" Iisa ang pinag-ugatan ng lahat ng may sinasabi: {}.", cited.fil),
        ),
        (_, roots) => add(
            format!(" What tells has {roots} roots: {}.", cited.en),
            format!(" {roots} ang pinag-ugatan ng may sinasabi: {}.", cited.fil),
        ),
    }
    if !telling.is_empty() && !founded {
        add(
            " None of it is both about people and hard to plant.".into(),
            " Wala ritong kapwa tungkol sa mga tao at mahirap itanim.".into(),
        );
    }
    let turning = assessment.leave_out.iter().find(|left| left.turns && left.what == LeftOut::Item);
    if let Some(left) = turning {
        let cited = cite(&left.items);
        add(
            format!(" Without {} alone another explanation would be first or level.", cited.en),
            format!(" Kung wala ang {} lamang, ibang paliwanag ang mauuna o papantay.", cited.fil),
        );
    } else if !telling.is_empty() && !by_root {
        add(
            " Without any one item, source or root the same explanation stays first.".into(),
            " Alisin man ang alinmang isang ebidensiya, pinagmulan o ugat, iyon pa rin ang una."
                .into(),
        );
    }
    (confidence, text)
}

fn capitalise(text: &mut String) {
    let mut letters = text.chars();
    if let Some(first) = letters.next() {
        *text = first.to_uppercase().chain(letters).collect();
    }
}
