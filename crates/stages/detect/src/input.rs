//! What a matched event contributes to detections: one short string of bytes that sorts as it
//! should and holds the rest of the hit behind its key. It knows no rules.
//!
//! The bytes: rule, agency and the values of the group (the prefix, shared by the hits of one
//! group); time, place, ordinal and member; then what was measured and the rest of the hit; and
//! last the length of the prefix. Numbers are big-endian and texts are ended by two zeros, so that
//! the order of the bytes is the order of what they mean.

use std::{fmt, net::IpAddr};

use bakas_model::{
    Activity, AgencyIx, Asn, Country, Hit, NetworkKind, Place, RuleIx, SourceIx, Status, Stream,
    Timestamp,
};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A hit on its way into a detection. Inputs are ordered by rule, agency, group, time, place and
/// ordinal: the order in which [`crate::Rules::correlate`] takes them. No two inputs of different
/// events are equal.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Input(Box<[u8]>);

/// Which event it is: the records of one place are told apart by their number within it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Identity {
    pub(crate) place: Place,
    pub(crate) ordinal: u32,
}

/// What a correlation or a statistic looks at in an event.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Measure {
    Nothing,
    /// A value that is told apart from others.
    Value(Digest),
    /// A number.
    Number(f64),
    /// A name below a domain: which, and how long it is.
    Name(Digest, u16),
}

/// A value, told apart from others by 128 bits.
pub(crate) type Digest = [u8; 16];

/// What a hit holds besides its key.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Rest<'a> {
    rule: RuleIx,
    stream: Stream,
    pub(crate) src: Option<IpAddr>,
    pub(crate) asn: Option<Asn>,
    pub(crate) country: Option<Country>,
    pub(crate) network_kind: NetworkKind,
    pub(crate) account: Option<&'a str>,
    pub(crate) target: Option<&'a str>,
    pub(crate) object: Option<&'a str>,
    pub(crate) agent: Option<&'a str>,
    operation: &'a str,
    activity: Activity,
    status: Status,
    http_status: Option<u16>,
}

/// Bytes of the key behind the prefix: time, source, offset, length, ordinal, member.
const KEY_BYTES: usize = 8 + 4 + 8 + 4 + 4 + 1;
/// Bytes that tell how long the prefix is.
const TAIL_BYTES: usize = 4;
/// Bytes of rule and agency.
const HEAD_BYTES: usize = 4 + 2;

/// Makes inputs; keeps its room from one to the next.
#[derive(Debug, Default)]
pub(crate) struct Maker {
    bytes: Vec<u8>,
}

impl Maker {
    /// Begins the key of a rule and agency.
    pub(crate) fn begin(&mut self, rule: RuleIx, agency: AgencyIx) {
        self.bytes.clear();
        self.bytes.extend_from_slice(&rule.0.to_be_bytes());
        self.bytes.extend_from_slice(&agency.0.to_be_bytes());
    }

    /// Adds a value of the group.
    pub(crate) fn group(&mut self, value: &str) {
        for &byte in value.as_bytes() {
            self.bytes.push(byte);
            if byte == 0 {
                self.bytes.push(0xFF);
            }
        }
        self.bytes.extend_from_slice(&[0, 0]);
    }

    /// Ends the key and adds the rest.
    pub(crate) fn finish(
        &mut self,
        time: Timestamp,
        identity: Identity,
        member: u8,
        measure: Measure,
        rest: &[u8],
    ) -> Input {
        let prefix = u32::try_from(self.bytes.len()).expect("a group has few short values");
        let Identity { place, ordinal } = identity;
        let bytes = &mut self.bytes;
        bytes.extend_from_slice(&((time.as_micros() as u64) ^ (1 << 63)).to_be_bytes());
        bytes.extend_from_slice(&place.source.0.to_be_bytes());
        bytes.extend_from_slice(&place.offset.to_be_bytes());
        bytes.extend_from_slice(&place.length.to_be_bytes());
        bytes.extend_from_slice(&ordinal.to_be_bytes());
        bytes.push(member);
        *bytes = postcard::to_extend(&measure, std::mem::take(bytes)).expect("a vector takes all");
        bytes.extend_from_slice(rest);
        bytes.extend_from_slice(&prefix.to_be_bytes());
        Input(bytes.as_slice().into())
    }
}

impl Rest<'_> {
    /// Writes it as the end of an input.
    pub(crate) fn write(&self, into: &mut Vec<u8>) {
        into.clear();
        *into = postcard::to_extend(self, std::mem::take(into)).expect("a vector takes all");
    }
}

impl<'a> Rest<'a> {
    /// Of a hit.
    pub(crate) fn of(
        hit: &'a bakas_model::Event<'_>,
        rule: RuleIx,
        at: &bakas_model::Location,
    ) -> Self {
        Self {
            rule,
            stream: hit.stream,
            src: hit.src,
            asn: at.asn,
            country: at.country,
            network_kind: at.kind,
            account: hit.account.map(clip),
            target: hit.target.map(clip),
            object: hit.object.map(clip),
            agent: hit.agent.map(clip),
            operation: clip(hit.operation),
            activity: hit.activity,
            status: hit.status,
            http_status: hit.http_status,
        }
    }
}

/// At most [`bakas_model::limits::VALUE_BYTES_LIMIT`] bytes of a text, whole characters.
pub(crate) fn clip(text: &str) -> &str {
    let mut end = text.len().min(bakas_model::limits::VALUE_BYTES_LIMIT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}

impl Input {
    /// The rule that the detection will be of: the correlation, or the plain rule itself.
    #[must_use]
    pub fn rule(&self) -> RuleIx {
        RuleIx(u32::from_be_bytes(self.array(0)))
    }

    /// Whose log it stands in.
    #[must_use]
    pub fn agency(&self) -> AgencyIx {
        AgencyIx(u16::from_be_bytes(self.array(4)))
    }

    /// When it was.
    #[must_use]
    pub fn time(&self) -> Timestamp {
        let micros = u64::from_be_bytes(self.array(self.prefix_bytes())) ^ (1 << 63);
        Timestamp::from_micros(micros as i64)
    }

    /// Which of the correlation's rules matched, in their order.
    #[must_use]
    pub fn member(&self) -> u8 {
        self.0[self.prefix_bytes() + KEY_BYTES - 1]
    }

    /// The record.
    #[must_use]
    pub fn place(&self) -> Place {
        self.identity().place
    }

    /// Bytes that it takes in memory, its own room counted.
    #[must_use]
    pub const fn weight(&self) -> usize {
        // What the allocator adds is some 16 bytes.
        size_of::<Self>() + self.0.len() + 16
    }

    /// What the hits of one detection share: rule, agency and group.
    pub(crate) fn prefix(&self) -> &[u8] {
        &self.0[..self.prefix_bytes()]
    }

    pub(crate) fn identity(&self) -> Identity {
        let at = self.prefix_bytes() + 8;
        let place = Place {
            source: SourceIx(u32::from_be_bytes(self.array(at))),
            offset: u64::from_be_bytes(self.array(at + 4)),
            length: u32::from_be_bytes(self.array(at + 12)),
        };
        Identity { place, ordinal: u32::from_be_bytes(self.array(at + 16)) }
    }

    /// The values of the group.
    pub(crate) fn group(&self) -> Vec<String> {
        group(self.prefix())
    }

    pub(crate) fn measure(&self) -> Measure {
        self.parts().0
    }

    /// What the hit holds besides its key.
    pub(crate) fn rest(&self) -> Rest<'_> {
        postcard::from_bytes(self.parts().1).expect("an input holds what was written")
    }

    /// The end of another input of the same event.
    pub(crate) fn rest_bytes(&self) -> &[u8] {
        self.parts().1
    }

    /// The hit, whole.
    pub(crate) fn hit(&self) -> Hit {
        let text = |text: Option<&str>| text.map(str::to_owned);
        let rest = self.rest();
        Hit {
            rule: rest.rule,
            place: self.place(),
            agency: self.agency(),
            stream: rest.stream,
            time: self.time(),
            src: rest.src,
            asn: rest.asn,
            country: rest.country,
            network_kind: rest.network_kind,
            account: text(rest.account),
            target: text(rest.target),
            object: text(rest.object),
            agent: text(rest.agent),
            operation: rest.operation.to_owned(),
            activity: rest.activity,
            status: rest.status,
            http_status: rest.http_status,
        }
    }

    fn parts(&self) -> (Measure, &[u8]) {
        let inner = &self.0[self.prefix_bytes() + KEY_BYTES..self.0.len() - TAIL_BYTES];
        postcard::take_from_bytes(inner).expect("an input holds what was written")
    }

    fn prefix_bytes(&self) -> usize {
        u32::from_be_bytes(self.array(self.0.len() - TAIL_BYTES)) as usize
    }

    fn array<const N: usize>(&self, at: usize) -> [u8; N] {
        self.0[at..at + N].try_into().expect("the range has that length")
    }

    /// Whether the bytes are an input's.
    fn checked(bytes: Vec<u8>) -> Option<Self> {
        let tail = bytes.len().checked_sub(TAIL_BYTES)?;
        let prefix = u32::from_be_bytes(bytes.get(tail..)?.try_into().ok()?) as usize;
        let inner = bytes.get(prefix.checked_add(KEY_BYTES)?..tail)?;
        if prefix < HEAD_BYTES {
            return None;
        }
        let (_, rest) = postcard::take_from_bytes::<Measure>(inner).ok()?;
        postcard::from_bytes::<Rest<'_>>(rest).ok()?;
        Some(Self(bytes.into_boxed_slice()))
    }
}

/// The values of a group, from the prefix of its inputs.
pub(crate) fn group(prefix: &[u8]) -> Vec<String> {
    let mut values = Vec::new();
    let mut value = Vec::new();
    let mut rest = prefix.get(HEAD_BYTES..).unwrap_or_default();
    while let [first, after @ ..] = rest {
        rest = after;
        if *first != 0 {
            value.push(*first);
        } else if let [next, after @ ..] = rest {
            rest = after;
            match next {
                0 => values.push(String::from_utf8_lossy(&std::mem::take(&mut value)).into_owned()),
                _ => value.push(0),
            }
        }
    }
    values
}

impl fmt::Debug for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Input")
            .field("group", &self.group())
            .field("member", &self.member())
            .field("measure", &self.measure())
            .field("hit", &self.hit())
            .finish()
    }
}

impl Serialize for Input {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

impl<'de> Deserialize<'de> for Input {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Bytes;
        impl de::Visitor<'_> for Bytes {
            type Value = Input;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the bytes of an input")
            }

            fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<Input, E> {
                Input::checked(bytes.to_vec()).ok_or_else(|| E::custom("no input's bytes"))
            }

            fn visit_byte_buf<E: de::Error>(self, bytes: Vec<u8>) -> Result<Input, E> {
                Input::checked(bytes).ok_or_else(|| E::custom("no input's bytes"))
            }
        }
        deserializer.deserialize_byte_buf(Bytes)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    type Key = (u32, u16, Vec<String>, i64, u32, u64, u32, u32, u8);

    fn key() -> impl Strategy<Value = Key> {
        let text = prop::collection::vec(0_u8..3, 0..4)
            .prop_map(|bytes| bytes.iter().map(|&b| char::from(b)).collect::<String>());
        let group = prop::collection::vec(text, 2);
        let time = prop_oneof![Just(i64::MIN / 2), -2_i64..2, Just(i64::MAX / 2)];
        (0_u32..2, 0_u16..2, group, time, 0_u32..2, 0_u64..300, 0_u32..2, 0_u32..2, 0_u8..2)
    }

    fn input(key: &Key) -> Input {
        let (rule, agency, group, time, source, offset, length, ordinal, member) = key;
        let mut maker = Maker::default();
        maker.begin(RuleIx(*rule), AgencyIx(*agency));
        group.iter().for_each(|value| maker.group(value));
        let place = Place { source: SourceIx(*source), offset: *offset, length: *length };
        let identity = Identity { place, ordinal: *ordinal };
        let mut rest = Vec::new();
        Rest {
            rule: RuleIx(7),
            stream: Stream::Sshd,
            src: Some(IpAddr::from([192, 0, 2, 1])),
            asn: Some(Asn(64_500)),
            country: Country::new("PH"),
            network_kind: NetworkKind::Telco,
            account: Some("ana"),
            target: None,
            object: Some("/"),
            agent: None,
            operation: "password",
            activity: Activity::Logon,
            status: Status::Failure,
            http_status: None,
        }
        .write(&mut rest);
        maker.finish(Timestamp::from_micros(*time), identity, *member, Measure::Number(1.5), &rest)
    }

    proptest! {
        #[test]
        fn bytes_sort_as_what_they_mean_and_come_back(one in key(), other in key()) {
            let (a, b) = (input(&one), input(&other));
            prop_assert_eq!(a.cmp(&b), one.cmp(&other));
            let (rule, agency, group, time, source, offset, length, ordinal, member) = one;
            prop_assert_eq!((a.rule(), a.agency()), (RuleIx(rule), AgencyIx(agency)));
            prop_assert_eq!(a.group(), group);
            let place = Place { source: SourceIx(source), offset, length };
            prop_assert_eq!(a.time().as_micros(), time);
            prop_assert_eq!(a.identity(), Identity { place, ordinal });
            prop_assert_eq!((a.member(), a.measure()), (member, Measure::Number(1.5)));
            let hit = a.hit();
            prop_assert_eq!(hit.account.as_deref(), Some("ana"));
            let bytes = postcard::to_stdvec(&a).unwrap();
            prop_assert_eq!(postcard::from_bytes::<Input>(&bytes).unwrap(), a);
        }

        #[test]
        fn bytes_of_anything_are_refused_or_read_without_a_panic(
            bytes in prop::collection::vec(any::<u8>(), 0..200),
            cut in 0_usize..200,
        ) {
            for mut bytes in [bytes, input(&(0, 0, vec![], 0, 0, 0, 0, 0, 0)).0.into_vec()] {
                bytes.truncate(cut.max(1));
                let packed = postcard::to_stdvec(&bytes).unwrap();
                if let Ok(input) = postcard::from_bytes::<Input>(&packed) {
                    drop((input.hit(), input.group(), input.measure()));
                }
            }
        }
    }
}
