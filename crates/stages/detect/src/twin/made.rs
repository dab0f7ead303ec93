//! Made events, and what made rules are loaded with.

use std::collections::BTreeMap;

use bakas_model::{
    Activity, Agency, AgencyIx, Asn, Class, Country, Event, Field, Location, LogSource,
    NetworkKind, Place, Status, Stream, Timestamp, Value,
};

use super::{
    Plain,
    generate::{FIELDS, Luck, text},
};
use crate::{Context, LoadOptions};

/// A made event, owned.
#[derive(Debug)]
pub struct Made {
    fields: Vec<(usize, Plain)>,
    object: Option<String>,
    /// 0: a request; 1: a failed sign-in from a known network; 2: a record of a user's log.
    kind: usize,
}

/// A made value: text mostly.
fn value(luck: &mut Luck) -> Plain {
    match luck.below(12) {
        0 | 1 => Plain::Int(luck.pick(&[200, -1, 0, 7, 404, 1_767_571_200, 1_767_571_200_000])),
        2 => Plain::Float(luck.pick(&[1.5, 200.0, -0.25, 1_767_571_200.25])),
        3 => Plain::Bool(luck.once_in(2)),
        4 => Plain::Null,
        _ => Plain::Text(text(luck)),
    }
}

/// A made event.
pub fn made(luck: &mut Luck) -> Made {
    let count = luck.below(7);
    Made {
        fields: (0..count).map(|_| (luck.below(FIELDS.len()), value(luck))).collect(),
        object: (!luck.once_in(3)).then(|| text(luck)),
        kind: luck.below(4).min(2),
    }
}

/// The log source of made records of a user's log.
pub const CUSTOM: LogSource = LogSource { category: None, product: Some("made"), service: None };

impl Made {
    /// As an event.
    #[must_use]
    pub fn event(&self) -> Event<'_> {
        let value = |value: &'_ Plain| -> Value<'_> {
            match value {
                Plain::Int(number) => Value::Int(*number),
                Plain::Float(number) => Value::Float(*number),
                Plain::Bool(truth) => Value::Bool(*truth),
                Plain::Null | Plain::Time(_) | Plain::Text(_) => Value::Null,
            }
        };
        let fields = self.fields.iter().map(|(name, plain)| match plain {
            Plain::Text(text) => Field::new(FIELDS[*name], Value::Text(text)),
            other => Field::new(FIELDS[*name], value(other)),
        });
        let known = self.kind == 1;
        let object = self.object.as_deref();
        Event {
            place: Place::default(),
            agency: AgencyIx(0),
            stream: if self.kind == 2 { Stream::Custom } else { Stream::Web },
            custom: (self.kind == 2).then_some(CUSTOM),
            time: Timestamp::from_seconds(1_767_571_200),
            time_raw: "",
            class: if known { Class::Authentication } else { Class::HttpActivity },
            activity: Activity::Request,
            status: if known { Status::Failure } else { Status::Success },
            src: known.then(|| std::net::IpAddr::from([192, 0, 2, 9])),
            src_port: None,
            dst: None,
            dst_port: None,
            src_claimed: None,
            account: object,
            target: None,
            object,
            agent: None,
            operation: "GET",
            host: None,
            http_status: None,
            bytes_out: None,
            fields: fields.collect(),
        }
    }

    /// Where it came from.
    #[must_use]
    pub fn context<'a>(&self, agency: &'a Agency) -> Context<'a> {
        let known = self.kind == 1;
        let location = Location {
            asn: known.then_some(Asn(64_500)),
            country: Country::new("PH").filter(|_| known),
            kind: if known { NetworkKind::Telco } else { NetworkKind::Unknown },
        };
        Context { location, operator: known.then_some("Example Telco"), agency }
    }
}

/// What made rules are loaded with.
#[must_use]
pub fn options() -> LoadOptions {
    let values = vec!["a".to_owned(), "a.b".to_owned(), "*k".to_owned()];
    LoadOptions {
        custom: vec![CUSTOM],
        placeholders: BTreeMap::from([("v".to_owned(), values)]),
        pipelines: Vec::new(),
    }
}

/// A made request without what only Bakas knows of.
pub fn peer_event(luck: &mut Luck) -> Made {
    Made { kind: 0, object: None, ..made(luck) }
}
