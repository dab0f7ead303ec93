//! The short words of the assessment in both languages. Sentences come with the case.

use bakas_model::{
    Hypothesis,
    assessment::{Cap, Cost, EvidenceKind, LeftOut, StatementKind},
};

use crate::{drawing::Lang, words::Pair};

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

pub(crate) const fn statement(kind: StatementKind) -> Pair {
    match kind {
        StatementKind::Claim => ("claims", "nagsasabi"),
        StatementKind::Denial => ("denies", "nagtatanggi"),
        StatementKind::Offer => ("offers", "nag-aalok"),
        StatementKind::Condition => ("sets a condition", "nagtatakda ng kondisyon"),
        StatementKind::Correction => ("corrects", "nagtutuwid"),
    }
}

pub(crate) const fn left_out(what: LeftOut) -> Pair {
    match what {
        LeftOut::Item => ("item", "ebidensiya"),
        LeftOut::Source => ("source", "pinagmulan"),
        LeftOut::Group => ("root", "ugat"),
    }
}
