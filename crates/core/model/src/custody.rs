//! Acts of custody: who did what to the evidence, when, where and under which authority (ISO/IEC
//! 27037). Each is a leaf of the case's log. Which ones are late or missing is found here.

use serde::{Deserialize, Serialize};

use crate::{Text, Timestamp};

/// Version of the form of an act.
pub const ACT_SCHEMA: &str = "bakas-custody/1";
/// An act that is written down later than this after it was done is late, in microseconds (a day).
pub const LATE_MICROS: i64 = 24 * 3600 * 1_000_000;

/// What was done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ActKind {
    /// Found and named as evidence.
    Identified,
    /// Taken with its carrier.
    Collected,
    /// Copied from its carrier.
    Acquired,
    /// Given into other hands.
    HandedOver,
    /// Taken from other hands.
    Received,
    /// Put into keeping.
    Stored,
    /// Looked into.
    #[default]
    Examined,
    /// Copied again.
    Copied,
    /// Shown to others in part.
    Disclosed,
    /// Given back.
    Returned,
    /// Destroyed.
    Destroyed,
    /// A label of handling was lowered.
    LabelLowered,
    /// Witnesses of the log were named.
    WitnessesNamed,
    /// An act before was wrong, and is put right by this one.
    Corrected,
}

/// One act, with everything that a court may ask of it. What is not known stays empty and is shown
/// as such.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CustodyAct {
    /// [`ACT_SCHEMA`].
    pub schema: String,
    /// What was done.
    pub act: ActKind,
    /// When, in UTC.
    pub at: Timestamp,
    /// When, as the clocks of the place showed it, with its offset: `2026-01-05T08:00:00+08:00`.
    pub local: String,
    /// When it was written down, in UTC.
    pub recorded: Timestamp,
    /// Who did it.
    pub person: Person,
    /// Who saw it.
    pub witnesses: Vec<Person>,
    /// What was signed for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receipt: Option<Receipt>,
    /// Under which authority.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authority: Option<Authority>,
    /// Where.
    pub place: String,
    /// How right the clock was.
    pub clock: ActClock,
    /// With what.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tool: Option<Tool>,
    /// What it was done to.
    pub inputs: Vec<Item>,
    /// What came of it.
    pub outputs: Vec<Item>,
    /// The device that was handled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device: Option<Device>,
    /// Sources of the case that it is about, by number.
    pub sources: Vec<u32>,
    /// What for.
    pub purpose: String,
    /// How long it is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retention: Option<Retention>,
    /// Why, where an act needs a reason.
    pub reason: String,
    /// Anything else.
    pub note: String,
    /// What the act sets, where it sets something: the policy of witnesses, a lowered label.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sets: Option<serde_json::Value>,
}

/// Somebody.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Person {
    /// Their name.
    pub name: String,
    /// Their position.
    pub position: String,
    /// Whom they act for.
    pub agency: String,
    /// Fingerprint of their key.
    pub key: String,
}

/// A receipt.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Receipt {
    /// Its number.
    pub number: String,
    /// Who gave.
    pub from: String,
    /// Who took.
    pub to: String,
    /// SHA-256 of the signed paper, where it was scanned.
    pub sha256: String,
}

/// The authority that an act rests on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Authority {
    /// Warrant, order, consent, mandate…
    pub kind: String,
    /// Its number.
    pub number: String,
    /// The court or office that gave it.
    pub court: String,
    /// From when it is valid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<Timestamp>,
    /// Until when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<Timestamp>,
}

/// The clock that the time of an act is of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ActClock {
    /// How far it was ahead of UTC, in microseconds; corrected in `at`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offset_micros: Option<i64>,
    /// How far `at` may be off, in microseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uncertainty_micros: Option<u64>,
    /// How both were determined.
    pub determined: String,
}

/// A program.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Tool {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its arguments.
    pub arguments: Vec<String>,
}

/// A thing by its digest.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Item {
    /// What it is called.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// Its SHA-256, in hex.
    pub sha256: String,
}

/// A device.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Device {
    /// Who made it, and the model.
    pub make: String,
    /// Its serial number.
    pub serial: String,
}

/// How long something is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Retention {
    /// Until when.
    pub until: Timestamp,
    /// By which rule.
    pub basis: String,
}

/// Something that is late, missing, or not covered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Gap {
    /// Which sort.
    pub kind: GapKind,
    /// The number of the act it is about, among all acts from 1.
    pub act: Option<usize>,
    /// The source it is about.
    pub source: Option<u32>,
    /// The same in words.
    pub text: Text,
}

/// Sorts of gaps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum GapKind {
    /// Written down long after it was done.
    Late,
    /// No act says how a source came.
    NoOrigin,
    /// Handed over, and nobody received it.
    NotReceived,
    /// Done outside the time of its authority.
    OutsideAuthority,
    /// To be kept no longer, and still there.
    RetentionOver,
    /// Says it was done before an act that was written down before it.
    OutOfOrder,
}

/// Everything that is late or missing. `sources` are the numbers and paths of the case's sources.
#[must_use]
pub fn gaps(acts: &[CustodyAct], sources: &[(u32, &str)], now: Timestamp) -> Vec<Gap> {
    let mut gaps = Vec::new();
    let mut latest: Option<Timestamp> = None;
    for (number, act) in (1..).zip(acts) {
        gaps.extend(late(number, act));
        gaps.extend(outside(number, act));
        gaps.extend(unreceived(number, act, acts));
        gaps.extend(overdue(number, act, acts, now));
        if latest.is_some_and(|latest| act.at < latest) {
            gaps.push(gap(
                GapKind::OutOfOrder,
                number,
                [
                    format!("act {number} was done before acts that are written down before it"),
                    format!("ang kilos {number} ay ginawa bago ang mga kilos na naunang itinala"),
                ],
            ));
        }
        latest = latest.max(Some(act.at));
    }
    for (source, path) in sources {
        let is_of = |act: &CustodyAct| act.sources.is_empty() || act.sources.contains(source);
        let came = [ActKind::Collected, ActKind::Acquired, ActKind::Received];
        if !acts.iter().any(|act| came.contains(&act.act) && is_of(act)) {
            gaps.push(Gap {
                kind: GapKind::NoOrigin,
                act: None,
                source: Some(*source),
                text: Text {
                    en: format!(
                        "no act says how source {source} ({path}) was collected or received"
                    ),
                    fil: format!(
                        "walang kilos na nagsasabi kung paano nakuha o tinanggap ang pinagmulang \
                         {source} ({path})"
                    ),
                },
            });
        }
    }
    gaps
}

fn gap(kind: GapKind, number: usize, [en, fil]: [String; 2]) -> Gap {
    Gap { kind, act: Some(number), source: None, text: Text { en, fil } }
}

fn late(number: usize, act: &CustodyAct) -> Option<Gap> {
    let micros = act.recorded.as_micros().saturating_sub(act.at.as_micros());
    let hours = micros / 3_600_000_000;
    (micros > LATE_MICROS).then(|| {
        gap(
            GapKind::Late,
            number,
            [
                format!("act {number} was written down {hours} hours after it was done"),
                format!("ang kilos {number} ay itinala {hours} oras matapos itong gawin"),
            ],
        )
    })
}

fn outside(number: usize, act: &CustodyAct) -> Option<Gap> {
    let authority = act.authority.as_ref()?;
    let before = authority.valid_from.is_some_and(|from| act.at < from);
    let after = authority.valid_until.is_some_and(|until| act.at > until);
    (before || after).then(|| {
        gap(
            GapKind::OutsideAuthority,
            number,
            [
                format!(
                    "act {number} was done outside the time of {} {}",
                    authority.kind, authority.number
                ),
                format!(
                    "ang kilos {number} ay ginawa sa labas ng panahon ng {} {}",
                    authority.kind, authority.number
                ),
            ],
        )
    })
}

fn unreceived(number: usize, act: &CustodyAct, acts: &[CustodyAct]) -> Option<Gap> {
    if act.act != ActKind::HandedOver {
        return None;
    }
    let number_of = |act: &CustodyAct| {
        act.receipt.as_ref().map(|receipt| receipt.number.clone()).unwrap_or_default()
    };
    let answers = |other: &&CustodyAct| {
        matches!(other.act, ActKind::Received | ActKind::Returned)
            && other.at >= act.at
            && number_of(other) == number_of(act)
            && (act.sources.is_empty() || other.sources == act.sources)
    };
    acts[number..].iter().find(answers).is_none().then(|| {
        gap(
            GapKind::NotReceived,
            number,
            [
                format!("act {number} handed over, and no act of receiving follows"),
                format!("ibinigay sa kilos {number}, at walang kasunod na kilos ng pagtanggap"),
            ],
        )
    })
}

fn overdue(number: usize, act: &CustodyAct, acts: &[CustodyAct], now: Timestamp) -> Option<Gap> {
    let retention = act.retention.as_ref().filter(|retention| retention.until < now)?;
    let ends = |other: &CustodyAct| {
        matches!(other.act, ActKind::Destroyed | ActKind::Returned)
            && (other.sources.is_empty()
                || act.sources.iter().all(|source| other.sources.contains(source))
                    && !act.sources.is_empty())
    };
    // A later act may prolong.
    let prolonged = acts[number..].iter().any(|other| {
        other.sources == act.sources && other.retention.as_ref().is_some_and(|r| r.until >= now)
    });
    (!prolonged && !acts[number..].iter().any(ends)).then(|| {
        gap(
            GapKind::RetentionOver,
            number,
            [
                format!("what act {number} covers was to be kept until {}", retention.until),
                format!(
                    "ang saklaw ng kilos {number} ay itatago lamang hanggang {}",
                    retention.until
                ),
            ],
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn act(kind: ActKind, at: &str) -> CustodyAct {
        let at: Timestamp = at.parse().expect("a time");
        CustodyAct { act: kind, at, recorded: at, ..CustodyAct::default() }
    }

    fn check(acts: &[CustodyAct], sources: &[(u32, &str)], expected: &[GapKind]) {
        let now = "2026-03-01".parse().expect("a time");
        let found: Vec<_> = gaps(acts, sources, now).iter().map(|gap| gap.kind).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn late_and_missing_acts_are_found() {
        let source = [(0, "a/web.log")];
        check(&[], &source, &[GapKind::NoOrigin]);
        let received = act(ActKind::Received, "2026-01-05T00:00:00Z");
        check(std::slice::from_ref(&received), &source, &[]);
        let recorded = received.at.plus_micros(LATE_MICROS);
        check(&[CustodyAct { recorded, ..received.clone() }], &source, &[]);
        let recorded = recorded.plus_micros(1);
        check(&[CustodyAct { recorded, ..received.clone() }], &source, &[GapKind::Late]);
        let other = CustodyAct { sources: vec![7], ..received };
        check(&[other], &source, &[GapKind::NoOrigin]);
    }

    #[test]
    fn what_is_handed_over_is_received() {
        let receipt = |number: &str| Some(Receipt { number: number.into(), ..Receipt::default() });
        let over = CustodyAct {
            receipt: receipt("7"),
            ..act(ActKind::HandedOver, "2026-01-05T00:00:00Z")
        };
        let taken =
            CustodyAct { receipt: receipt("7"), ..act(ActKind::Received, "2026-01-05T01:00:00Z") };
        check(&[over.clone(), taken.clone()], &[], &[]);
        check(std::slice::from_ref(&over), &[], &[GapKind::NotReceived]);
        let other = CustodyAct { receipt: receipt("8"), ..taken.clone() };
        check(&[over.clone(), other], &[], &[GapKind::NotReceived]);
        check(&[taken, over], &[], &[GapKind::NotReceived, GapKind::OutOfOrder]);
    }

    #[test]
    fn authority_and_retention_have_their_time() {
        let until = |text: &str| text.parse().expect("a time");
        let authority = Some(Authority {
            kind: "warrant".into(),
            valid_until: Some(until("2026-01-04")),
            ..Authority::default()
        });
        let taken = CustodyAct { authority, ..act(ActKind::Acquired, "2026-01-05T00:00:00Z") };
        check(&[taken], &[], &[GapKind::OutsideAuthority]);
        let retention = Some(Retention { until: until("2026-02-01"), basis: String::new() });
        let kept = CustodyAct {
            retention,
            sources: vec![0],
            ..act(ActKind::Stored, "2026-01-05T00:00:00Z")
        };
        check(std::slice::from_ref(&kept), &[], &[GapKind::RetentionOver]);
        let gone =
            CustodyAct { sources: vec![0], ..act(ActKind::Destroyed, "2026-02-02T00:00:00Z") };
        check(&[kept, gone], &[], &[]);
    }
}
