//! The event that a decoder fills in, and the way from there to the sink. One event is used again
//! for every record of a chunk, so that reading a line allocates nothing.

use std::ops::Range;

use bakas_model::{
    Activity, AgencyIx, Class, Event, Field, FieldId, Place, Reject, RejectReason, SourceIx,
    Status, Stream, Timestamp, Value, limits::FIELDS_LIMIT,
};
use bumpalo::Bump;

use super::Sink;
use crate::{Reading, define::Row, fault::reject, json::Json};

/// Where a decoder puts what it reads.
pub(crate) struct Out<'s, 'a> {
    pub(crate) event: Event<'a>,
    line: u64,
    is_full: bool,
    /// The record gave an event.
    is_told: bool,
    /// The record is a header or a comment.
    is_furniture: bool,
    /// Fields of the envelope that the record came in; every event of it carries them.
    pub(crate) carrier: Vec<Field<'a>>,
    /// What a definition keeps of the record that it reads.
    pub(crate) row: Row<'a>,
    sink: &'s mut dyn Sink,
}

impl<'s, 'a> Out<'s, 'a> {
    pub(crate) fn new(source: SourceIx, agency: AgencyIx, sink: &'s mut dyn Sink) -> Self {
        let event = Event {
            place: Place { source, ..Place::default() },
            agency,
            stream: Stream::Syslog,
            custom: None,
            time: Timestamp::default(),
            time_raw: "",
            class: Class::Base,
            activity: Activity::Other,
            status: Status::Unknown,
            src: None,
            src_port: None,
            dst: None,
            dst_port: None,
            src_claimed: None,
            account: None,
            target: None,
            object: None,
            agent: None,
            operation: "",
            host: None,
            http_status: None,
            bytes_out: None,
            fields: Vec::with_capacity(64),
        };
        Self {
            event,
            line: 0,
            is_full: false,
            is_told: false,
            is_furniture: false,
            carrier: Vec::new(),
            row: Row::default(),
            sink,
        }
    }

    /// Begins a record.
    pub(crate) fn begin(&mut self, place: Place, line: u64) {
        self.event.place = place;
        self.line = line;
        (self.is_told, self.is_furniture) = (false, false);
        self.carrier.clear();
    }

    /// Tells the sink that a record begins.
    pub(crate) fn tell_record(&mut self, place: Place, bytes: &[u8]) {
        self.sink.record(place, bytes);
    }

    /// Says that the record is a header, a directive or a comment, and no event.
    pub(crate) fn furniture(&mut self) {
        self.is_furniture = true;
    }

    pub(crate) const fn is_furniture(&self) -> bool {
        self.is_furniture
    }

    /// Whether the record gave an event.
    pub(crate) const fn is_told(&self) -> bool {
        self.is_told
    }

    /// Begins an event: nothing is left of the one before.
    #[inline]
    pub(crate) fn start(&mut self, stream: Stream) {
        let event = &mut self.event;
        event.stream = stream;
        event.class = Class::Base;
        event.activity = Activity::Other;
        event.status = Status::Unknown;
        (event.src, event.src_port, event.src_claimed) = (None, None, None);
        (event.dst, event.dst_port, event.custom) = (None, None, None);
        (event.account, event.target, event.object) = (None, None, None);
        (event.agent, event.host) = (None, None);
        (event.http_status, event.bytes_out) = (None, None);
        (event.operation, event.time_raw) = ("", "");
        event.fields.clear();
        self.row.read_by = None;
        self.is_full = false;
    }

    /// What kind of thing it is.
    #[inline]
    pub(crate) fn is(&mut self, class: Class, activity: Activity, status: Status) {
        (self.event.class, self.event.activity, self.event.status) = (class, activity, status);
    }

    /// Adds a field whose name's number is known.
    #[inline]
    pub(crate) fn push(&mut self, field: Field<'a>) {
        if self.event.fields.len() < FIELDS_LIMIT {
            self.event.fields.push(field);
        } else {
            self.is_full = true;
        }
    }

    /// Adds a field.
    pub(crate) fn field(&mut self, name: &'a str, value: Value<'a>) {
        self.push(Field::new(name, value));
    }

    /// Adds a field of text.
    pub(crate) fn text(&mut self, name: &'a str, text: &'a str) {
        self.field(name, Value::Text(text));
    }

    /// Hands the event on. One that held too many fields is handed on with those that fit, and the
    /// rest is told.
    pub(crate) fn emit(&mut self) {
        self.is_told = true;
        if !self.carrier.is_empty() {
            self.carry();
        }
        if let Some((definition, case)) = self.row.read_by {
            self.sink.read_by(&Reading { definition, case, row: &self.row });
        }
        self.sink.event(&self.event, self.line);
        if self.is_full {
            let detail = "fields after the 4,096th were left out of the event";
            let place = self.event.place;
            let reason = RejectReason::TooManyFields;
            self.sink.reject(reject(place, Some(self.line), reason, detail, b""));
        }
    }

    /// Adds the envelope's fields that the event has not of its own.
    fn carry(&mut self) {
        let own = self.event.fields.len();
        for at in 0..self.carrier.len() {
            let field = self.carrier[at];
            let has_own = |known: &Field<'_>| known.id == field.id && known.name == field.name;
            if !self.event.fields[..own].iter().any(has_own) {
                self.push(field);
            }
        }
    }

    /// Whether the record at this place is to be taken apart.
    #[inline]
    pub(crate) fn wants(&mut self, record: Range<usize>) -> bool {
        self.sink.wants(record)
    }

    /// The record is read in another format than the source's.
    pub(crate) fn doubt(&mut self) {
        self.sink.doubt();
    }

    /// Counts events that are not taken apart.
    #[inline]
    pub(crate) fn passed(&mut self, events: u64) {
        self.sink.passed(events);
    }

    pub(crate) fn reject(&mut self, reject: Reject) {
        self.sink.reject(reject);
    }

    /// Adds a JSON value under a name: objects member by member as `name.member`, the elements of
    /// arrays one after another under the name itself.
    pub(crate) fn flatten(&mut self, name: &'a str, value: &Json<'a>, arena: &'a Bump) {
        self.flatten_at(Name { id: FieldId::of(name), text: name }, value, arena);
    }

    fn flatten_at(&mut self, name: Name<'a>, value: &Json<'a>, arena: &'a Bump) {
        if self.is_full {
            return;
        }
        match value {
            Json::Object(members, _) => {
                for (key, value) in *members {
                    self.flatten_at(name.child(key, arena), value, arena);
                }
            }
            Json::Array(elements, _) => {
                for element in *elements {
                    self.flatten_at(name, element, arena);
                }
            }
            scalar => {
                if let Some(value) = scalar_of(scalar) {
                    self.push(Field { id: name.id, name: name.text, value });
                }
            }
        }
    }

    /// Adds every member of a document but those named.
    pub(crate) fn flatten_members(&mut self, root: &Json<'a>, but: &[&str], arena: &'a Bump) {
        for (key, value) in root.members() {
            if !but.contains(key) {
                self.flatten(key, value, arena);
            }
        }
    }
}

/// A field's name with its number, which grows with it.
#[derive(Clone, Copy)]
struct Name<'a> {
    id: FieldId,
    text: &'a str,
}

impl<'a> Name<'a> {
    fn child(self, key: &'a str, arena: &'a Bump) -> Self {
        Self { id: self.id.child(key), text: join(&[self.text, ".", key], arena) }
    }
}

/// Parts put together in the arena.
pub(crate) fn join<'a>(parts: &[&str], arena: &'a Bump) -> &'a str {
    let mut text = String::with_capacity(parts.iter().map(|p| p.len()).sum());
    for part in parts {
        text.push_str(part);
    }
    arena.alloc_str(&text)
}

/// The value of a field, where the JSON is a scalar.
pub(crate) fn scalar_of<'a>(value: &Json<'a>) -> Option<Value<'a>> {
    match *value {
        Json::Null => Some(Value::Null),
        Json::Bool(truth) => Some(Value::Bool(truth)),
        Json::Int(number) => Some(Value::Int(number)),
        Json::Float(number) => Some(Value::Float(number)),
        Json::Text(text) => Some(Value::Text(text)),
        Json::Array(..) | Json::Object(..) => None,
    }
}
