//! The short words of the assessment in both languages. Sentences come with the case.

use bakas_model::{
    Hypothesis, Statement,
    assessment::{Cap, Cost, EvidenceKind, LeftOut, StatementKind},
};

use crate::{drawing::Lang, text::minute, words::Pair};

pub(crate) fn pick(lang: Lang, pair: Pair) -> &'static str {
    lang.of(pair.0, pair.1)
}

/// No word where the range is wider than two of them.
pub(crate) const INSUFFICIENT: Pair = ("insufficient evidence", "kulang na ebidensiya");

/// The word of a hypothesis.
pub(crate) fn word(hypothesis: &Hypothesis) -> Pair {
    if hypothesis.insufficient { INSUFFICIENT } else { hypothesis.likelihood.words() }
}

pub(super) fn likelihood(hypothesis: &Hypothesis, lang: Lang) -> String {
    pick(lang, word(hypothesis)).to_owned()
}

pub(crate) const fn cap(cap: Cap) -> Pair {
    match cap {
        Cap::Dependence => ("shares its root with another", "iisang ugat sa iba"),
        Cap::Group => ("limit of its root", "hangganan ng ugat nito"),
        Cap::CheapToPlant => ("cheap to plant", "murang itanim"),
        Cap::InterestedParty => ("an interested party says it", "sinabi ng may interes"),
        Cap::GroundOnly => ("ground is not people", "ang lupa ay hindi tao"),
    }
}

/// What held an item back.
pub(crate) fn caps(caps: &[Cap], lang: Lang) -> String {
    if caps.is_empty() {
        return String::new();
    }
    let all: Vec<&str> = caps.iter().map(|one| pick(lang, cap(*one))).collect();
    format!("{}: {}", lang.of("held back", "pinigilan"), all.join(", "))
}

pub(super) fn and_more(rest: usize, lang: Lang) -> String {
    match lang {
        Lang::En => format!("and {rest} more that moved less, in the table of the evidence"),
        Lang::Fil => format!("at {rest} pang mas maliit ang galaw, sa talahanayan ng ebidensiya"),
    }
}

pub(crate) const fn kind(kind: EvidenceKind) -> Pair {
    match kind {
        EvidenceKind::Network => ("networks", "mga network"),
        EvidenceKind::TimePattern => ("times", "mga oras"),
        EvidenceKind::Tool => ("tools", "mga kasangkapan"),
        EvidenceKind::Technique => ("techniques", "mga pamamaraan"),
        EvidenceKind::InfrastructureOverlap => ("shared machines", "magkaparehong makina"),
        EvidenceKind::Language => ("language", "wika"),
        EvidenceKind::TargetChoice => ("choice of targets", "pagpili ng target"),
        EvidenceKind::IntelligenceReport => ("report of a third party", "ulat ng iba"),
        EvidenceKind::CounterpartAnswer => ("answer to a request", "sagot sa kahilingan"),
        EvidenceKind::Statement => ("statement of a party", "pahayag ng isang panig"),
        EvidenceKind::Investigation => ("investigation", "imbestigasyon"),
        EvidenceKind::Other => ("other", "iba pa"),
    }
}

pub(crate) const fn cost(cost: Cost) -> Pair {
    match cost {
        Cost::Cheap => ("cheap to plant", "murang itanim"),
        Cost::Moderate => ("takes effort to plant", "may hirap itanim"),
        Cost::Dear => ("dear to plant", "mahal itanim"),
    }
}

/// Characters of a name that are shown.
const NAME_CHARS: usize = 80;

/// What an analyst took a statement for.
const fn statement(kind: StatementKind) -> Pair {
    match kind {
        StatementKind::Claim => ("a claim", "paggigiit"),
        StatementKind::Denial => ("a denial", "pagtanggi"),
        StatementKind::Offer => ("an offer", "alok"),
        StatementKind::Condition => ("a condition", "kondisyon"),
        StatementKind::Correction => ("a correction", "pagtutuwid"),
    }
}

/// Who said it, where, when, and what it was entered as: the words are theirs, the sort is ours.
pub(crate) fn said(one: &Statement) -> (String, String) {
    let parts = [&one.party, &one.speaker, &one.channel].into_iter();
    let shown = parts.filter(|part| !part.is_empty());
    let shown: Vec<String> = shown.map(|part| part.chars().take(NAME_CHARS).collect()).collect();
    let by = shown.join(", ");
    let (en, fil) = statement(one.kind);
    let (when, kailan) = one.date.map_or_else(
        || ("at a time not given".to_owned(), "sa panahong hindi nakasaad".to_owned()),
        |date| (format!("on {} UTC", minute(date)), format!("noong {} UTC", minute(date))),
    );
    (
        format!("Said by {by}, {when}; entered as {en}"),
        format!("Sinabi ng {by}, {kailan}; itinala bilang {fil}"),
    )
}

pub(crate) const fn left_out(what: LeftOut) -> Pair {
    match what {
        LeftOut::Item => ("item", "ebidensiya"),
        LeftOut::Source => ("source", "pinagmulan"),
        LeftOut::Group => ("root", "ugat"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heading_says_who_when_and_takes_no_side() {
        let mut one = Statement {
            party: "Example Telecom".into(),
            speaker: "its spokesperson".into(),
            channel: "press conference".into(),
            kind: StatementKind::Denial,
            date: Some("2026-02-01T15:00:00+08:00".parse().unwrap()),
            ..Statement::default()
        };
        let expected = "Said by Example Telecom, its spokesperson, press conference, \
                        on 2026-02-01 07:00 UTC; entered as a denial";
        assert_eq!(said(&one).0, expected);
        one.date = None;
        assert!(said(&one).0.contains("at a time not given"));
        for kind in [StatementKind::Claim, StatementKind::Denial, StatementKind::Offer] {
            one.kind = kind;
            let (en, fil) = said(&one);
            assert!(!en.contains("denies") && !en.contains("claims"), "{en}");
            assert!(fil.starts_with("Sinabi ng Example Telecom"), "{fil}");
        }
    }
}
