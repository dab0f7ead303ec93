//! Matched events → inputs: which correlations and statistics a rule feeds, and with what. It
//! matches nothing and judges nothing.

use std::{
    fmt::Write as _,
    hash::{DefaultHasher, Hasher},
};

use bakas_model::{Event, FieldId, Place, Role, RuleIx};
use serde::{Deserialize, Serialize};

use crate::{
    field::{Context, Name, Operand},
    input::{Digest, Identity, Input, Maker, Measure, Rest, clip},
    rules::Rules,
    statistics::{below_domain, entropy_bits, is_rented},
    text::fold,
};

/// A rule's part in a correlation or a statistic.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Feed {
    pub(crate) correlation: RuleIx,
    pub(crate) member: u8,
    /// The fields of the correlation's `group-by`, as they are called in this rule's events.
    pub(crate) group: Vec<Name>,
    /// What is looked at besides.
    pub(crate) look: Look,
}

/// What is looked at in an event besides its group.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Look {
    /// That it is there.
    Nothing,
    /// Values that are told apart; of several fields, all together are one value.
    Values(Vec<Name>),
    /// A number.
    Number(Name),
    /// That its country is known; perhaps only where the network is not one of rented machines,
    /// VPN exits and the like, whose users are elsewhere.
    Country { subscribers_only: bool },
    /// A long name of many different characters below a domain, which becomes the last value of
    /// the group.
    BelowDomain { name: Name, least_bytes: u16, least_bits: f64 },
}

/// Turns the events that matched, in the order of the log, into inputs. One belongs to one thread.
#[derive(Debug)]
pub struct Gatherer<'r> {
    rules: &'r Rules,
    last: Option<Identity>,
    maker: Maker,
    rest: Vec<u8>,
    scratch: String,
}

impl<'r> Gatherer<'r> {
    pub(crate) fn new(rules: &'r Rules) -> Self {
        Self {
            rules,
            last: None,
            maker: Maker::default(),
            rest: Vec::new(),
            scratch: String::new(),
        }
    }

    /// Appends what an event that matched these rules contributes to detections. Several events
    /// of one place must come one after another: their number within it is part of what they are.
    pub fn gather(
        &mut self,
        event: &Event<'_>,
        context: &Context<'_>,
        matched: &[RuleIx],
        out: &mut Vec<Input>,
    ) {
        self.gather_of(event, context, matched, true, out);
    }

    /// As [`Self::gather`], but only what correlations and statistics are made from: for whoever
    /// tells plain rules as their events come.
    pub fn gather_for_others(
        &mut self,
        event: &Event<'_>,
        context: &Context<'_>,
        matched: &[RuleIx],
        out: &mut Vec<Input>,
    ) {
        self.gather_of(event, context, matched, false, out);
    }

    fn gather_of(
        &mut self,
        event: &Event<'_>,
        context: &Context<'_>,
        matched: &[RuleIx],
        with_plain: bool,
        out: &mut Vec<Input>,
    ) {
        let identity = self.identity(event.place);
        for &rule in matched {
            let (Some(meta), Some(feeds)) =
                (self.rules.metas.get(rule.0 as usize), self.rules.feeds.get(rule.0 as usize))
            else {
                continue;
            };
            let is_plain = with_plain && meta.role == Role::Finding;
            if !is_plain && feeds.is_empty() {
                continue;
            }
            Rest::of(event, rule, &context.location).write(&mut self.rest);
            for feed in feeds {
                out.extend(self.feed(feed, event, context, identity));
            }
            if is_plain {
                out.push(self.plain(rule, event, identity));
            }
        }
    }

    fn identity(&mut self, place: Place) -> Identity {
        let ordinal = match self.last {
            Some(last) if last.place == place => last.ordinal.saturating_add(1),
            _ => 0,
        };
        let identity = Identity { place, ordinal };
        self.last = Some(identity);
        identity
    }

    /// The input of an event that matched, or `None` where it lacks a field of the group or the
    /// value that is looked at: it belongs to no group that anybody could name.
    fn feed(
        &mut self,
        feed: &Feed,
        event: &Event<'_>,
        context: &Context<'_>,
        identity: Identity,
    ) -> Option<Input> {
        let Self { maker, scratch, rest, .. } = self;
        maker.begin(feed.correlation, event.agency);
        for name in &feed.group {
            with_value(name, event, context, scratch, |text| maker.group(text))?;
        }
        let measure = match &feed.look {
            Look::Nothing => Measure::Nothing,
            Look::Values(names) => Measure::Value(digest_of(names, event, context, scratch)?),
            Look::Number(name) => {
                Measure::Number(with_value(name, event, context, scratch, number)??)
            }
            Look::Country { subscribers_only } => {
                let location = &context.location;
                if location.country.is_none() || (*subscribers_only && is_rented(location.kind)) {
                    return None;
                }
                Measure::Nothing
            }
            Look::BelowDomain { name, least_bytes, least_bits } => {
                let below = |text: &str| {
                    let (below, domain) = below_domain(text)?;
                    let length = u16::try_from(below.len()).unwrap_or(u16::MAX);
                    if length < *least_bytes || entropy_bits(below) < *least_bits {
                        return None;
                    }
                    maker.group(domain);
                    Some(Measure::Name(digest(below), length))
                };
                with_value(name, event, context, scratch, below)??
            }
        };
        Some(maker.finish(event.time, identity, feed.member, measure, rest))
    }

    /// The input of a plain rule: grouped by the address, else the account.
    fn plain(&mut self, rule: RuleIx, event: &Event<'_>, identity: Identity) -> Input {
        self.maker.begin(rule, event.agency);
        match (event.src, event.account) {
            (Some(address), _) => {
                self.scratch.clear();
                write!(self.scratch, "{address}").expect("a text takes all");
                self.maker.group(&self.scratch);
            }
            (None, Some(account)) => self.maker.group(&fold(clip(account))),
            (None, None) => {}
        }
        self.maker.finish(event.time, identity, 0, Measure::Nothing, &self.rest)
    }
}

/// A field's first value, in the form in which values are compared; `None` where there is none or
/// it is null or empty.
fn with_value<R>(
    name: &Name,
    event: &Event<'_>,
    context: &Context<'_>,
    scratch: &mut String,
    then: impl FnOnce(&str) -> R,
) -> Option<R> {
    let native = || {
        let find = |native: &str| event.field(FieldId::of(native), native).next();
        name.natives.iter().find_map(|native| find(native)).map(Operand::Value)
    };
    let value = native().or_else(|| name.attribute.of_event(&name.text, event, context))?;
    value.with_text(scratch, |text| {
        let text = fold(text);
        let text = clip(&text);
        (!text.is_empty()).then(|| then(text))
    })
}

fn digest_of(
    names: &[Name],
    event: &Event<'_>,
    context: &Context<'_>,
    scratch: &mut String,
) -> Option<Digest> {
    let mut hashers = hashers();
    for name in names {
        with_value(name, event, context, scratch, |text| feed_hashers(&mut hashers, text))?;
    }
    Some(digest_end(hashers))
}

/// The hash by which values are told apart: the same on every machine.
pub(crate) fn digest(text: &str) -> Digest {
    digest_all([text])
}

/// That of several values together.
pub(crate) fn digest_all<'t>(texts: impl IntoIterator<Item = &'t str>) -> Digest {
    let mut hashers = hashers();
    for text in texts {
        feed_hashers(&mut hashers, text);
    }
    digest_end(hashers)
}

/// Two 64-bit hashes with different beginnings: whoever finds two values of one hash has not found
/// two of the other.
fn hashers() -> [DefaultHasher; 2] {
    let mut other = DefaultHasher::new();
    other.write_u8(1);
    [DefaultHasher::new(), other]
}

fn feed_hashers(hashers: &mut [DefaultHasher; 2], text: &str) {
    for hasher in hashers {
        hasher.write(text.as_bytes());
        hasher.write_u8(0xFF);
    }
}

fn digest_end([one, other]: [DefaultHasher; 2]) -> Digest {
    let mut digest = [0; 16];
    digest[..8].copy_from_slice(&one.finish().to_be_bytes());
    digest[8..].copy_from_slice(&other.finish().to_be_bytes());
    digest
}

/// A text as a number.
pub(crate) fn number(text: &str) -> Option<f64> {
    text.trim().parse().ok().filter(|number: &f64| number.is_finite())
}
