//! What a matched event contributes to detections: small, owned, sortable by the million.

use std::cmp::Ordering;

use bakas_model::{Event, Hit, RuleIx, limits::VALUE_BYTES_LIMIT};
use serde::{Deserialize, Serialize};

use crate::{
    field::{Context, Name},
    text::fold,
};

/// A hit on its way into a detection. Inputs are equal and ordered by rule, agency, group, time
/// and place: the order in which [`crate::Rules::correlate`] takes them.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Input {
    /// The rule that the detection will be of: the correlation, or the plain rule itself.
    pub rule: RuleIx,
    /// What the hits of one detection share besides the agency: the values of the correlation's
    /// `group-by`, or of a plain rule the address, else the account.
    pub group: Vec<String>,
    /// The value that is counted, of a `value_count`.
    pub value: Option<String>,
    /// Which of the correlation's rules matched, in their order.
    pub member: u8,
    /// The hit; its rule is the rule that matched.
    pub hit: Hit,
}

impl Input {
    /// Whether both belong to the same rule, agency and group.
    pub(crate) fn same_group(&self, other: &Self) -> bool {
        self.rule == other.rule && self.hit.agency == other.hit.agency && self.group == other.group
    }
}

impl Ord for Input {
    fn cmp(&self, other: &Self) -> Ordering {
        let key = |input: &Self| (input.hit.time, input.hit.place, input.member);
        self.rule
            .cmp(&other.rule)
            .then_with(|| self.hit.agency.cmp(&other.hit.agency))
            .then_with(|| self.group.cmp(&other.group))
            .then_with(|| key(self).cmp(&key(other)))
    }
}

impl PartialOrd for Input {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Input {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Input {}

/// A rule's part in a correlation.
#[derive(Debug)]
pub(crate) struct Feed {
    pub(crate) correlation: RuleIx,
    pub(crate) member: u8,
    /// The fields of the correlation's `group-by`, as they are called in this rule's events.
    pub(crate) group: Vec<Name>,
    /// The field whose values are counted.
    pub(crate) value: Option<Name>,
}

impl Feed {
    /// The input of an event that matched, or `None` where it lacks a field of the group or the
    /// value that is counted: it belongs to no group that anybody could name.
    pub(crate) fn input(
        &self,
        event: &Event<'_>,
        context: &Context<'_>,
        hit: &Hit,
    ) -> Option<Input> {
        let group: Option<Vec<String>> =
            self.group.iter().map(|name| group_value(name, event, context)).collect();
        let value = match &self.value {
            None => None,
            Some(name) => Some(group_value(name, event, context)?),
        };
        let hit = hit.clone();
        Some(Input { rule: self.correlation, group: group?, value, member: self.member, hit })
    }
}

/// A field's first value, in the form in which values are compared; `None` where there is none or
/// it is null or empty.
fn group_value(name: &Name, event: &Event<'_>, context: &Context<'_>) -> Option<String> {
    let value = name.values(event, context).into_iter().next()?;
    let text = value.with_text(&mut String::new(), |text| clip(&fold(text)));
    if text.is_empty() { None } else { Some(text) }
}

/// The input of a plain rule: grouped by the address, else the account.
pub(crate) fn plain(hit: Hit) -> Input {
    let group = match (hit.src, &hit.account) {
        (Some(address), _) => vec![address.to_string()],
        (None, Some(account)) => vec![fold(account).into_owned()],
        (None, None) => Vec::new(),
    };
    Input { rule: hit.rule, group, value: None, member: 0, hit }
}

/// An event as a hit of a rule.
pub(crate) fn hit(rule: RuleIx, event: &Event<'_>, context: &Context<'_>) -> Hit {
    Hit {
        rule,
        place: event.place,
        agency: event.agency,
        stream: event.stream,
        time: event.time,
        src: event.src,
        asn: context.location.asn,
        country: context.location.country,
        network_kind: context.location.kind,
        account: event.account.map(clip),
        target: event.target.map(clip),
        object: event.object.map(clip),
        agent: event.agent.map(clip),
        operation: clip(event.operation),
        activity: event.activity,
        status: event.status,
        http_status: event.http_status,
    }
}

/// At most [`VALUE_BYTES_LIMIT`] bytes of a text, whole characters.
fn clip(text: &str) -> String {
    let mut end = text.len().min(VALUE_BYTES_LIMIT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default().to_owned()
}
