//! Windows events, whichever way they were exported: each ends in one shape. The system's values
//! are fields under the names `EventID`, `Channel`, `Provider_Name`, `Computer` …, and what stands
//! in `EventData` and `UserData` under its own names, as Sigma's rules ask for them. What an event
//! means is told by one table.

pub(crate) mod evtx;
pub(crate) mod json;
mod order;
mod table;
pub(crate) mod xml;

use std::net::IpAddr;

use bakas_model::{Status, Value};
use bumpalo::Bump;
use rustc_hash::FxHashMap;

use self::table::{How, ROWS, Row};
use super::{Context, Out, Record, event::join};
use crate::{address, fault::Fault, json::Json};

/// Reads a record that was rendered as JSON.
pub(super) fn rendered<'a>(
    texts: Option<&FxHashMap<usize, &'a str>>,
    at: usize,
    arena: &'a Bump,
    context: &mut Context,
    out: &mut Out<'_, 'a>,
) -> Result<(), Fault> {
    let text = texts.and_then(|texts| texts.get(&at).copied());
    let text = text.ok_or(Fault::malformed("an event record that cannot be read"))?;
    let root = Json::parse(text, arena)?;
    json::decode(&root, Record { text, arena }, context, out)
}

/// Fills in what the event means, from its fields.
fn finish<'a>(arena: &'a Bump, out: &mut Out<'_, 'a>) {
    let event = &mut out.event;
    event.host = text(&event.fields, "Computer");
    let id = number(&event.fields, "EventID").unwrap_or_default();
    let channel = text(&event.fields, "Channel").unwrap_or_default();
    let provider = text(&event.fields, "Provider_Name").unwrap_or_default();
    let row = ROWS.iter().find(|row| {
        i64::from(row.id) == id
            && (row.channel.eq_ignore_ascii_case(channel)
                || (channel.is_empty() && row.provider == provider))
    });
    let Some(row) = row else {
        event.operation = join(&[&id.to_string()], arena);
        out.event.status = by_keywords(out);
        event_account(&["SubjectUserName", "TargetUserName", "User"], out);
        source(out);
        return;
    };
    meaning(row, out);
}

fn meaning<'a>(row: &Row, out: &mut Out<'_, 'a>) {
    let status = match row.how {
        How::Success => Status::Success,
        How::Failure => Status::Failure,
        How::Unknown => Status::Unknown,
        How::Code(name) => by_code(name, out),
    };
    let mut activity = row.activity;
    if row.id == 4624 && is_of_the_system(out) {
        activity = bakas_model::Activity::Other;
    }
    out.is(row.class, activity, status);
    out.event.operation = row.operation;
    event_account(row.account, out);
    let fields = &out.event.fields;
    let target = first(fields, row.target).map(without_domain);
    let object = first(fields, row.object);
    (out.event.target, out.event.object) =
        (target.filter(|t| Some(*t) != out.event.account), object);
    source(out);
}

fn event_account(names: &[&str], out: &mut Out<'_, '_>) {
    out.event.account = first(&out.event.fields, names).map(without_domain);
}

type Fields<'f, 'a> = &'f [bakas_model::Field<'a>];

fn value<'a>(fields: Fields<'_, 'a>, name: &str) -> Option<Value<'a>> {
    fields.iter().find(|field| field.name == name).map(|field| field.value)
}

/// A text that says something: neither empty nor `-`.
fn text<'a>(fields: Fields<'_, 'a>, name: &str) -> Option<&'a str> {
    match value(fields, name)? {
        Value::Text(text) => Some(text).filter(|text| !matches!(*text, "" | "-")),
        _ => None,
    }
}

fn number(fields: Fields<'_, '_>, name: &str) -> Option<i64> {
    match value(fields, name)? {
        Value::Int(number) => Some(number),
        Value::Text(text) => {
            let text = text.trim();
            match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
                Some(hex) => u64::from_str_radix(hex, 16).ok().map(u64::cast_signed),
                None => text.parse().ok(),
            }
        }
        _ => None,
    }
}

fn first<'a>(fields: Fields<'_, 'a>, names: &[&str]) -> Option<&'a str> {
    names.iter().find_map(|name| text(fields, name))
}

/// `CORP\ana` and `ana@CORP.EXAMPLE` of the same person are told apart by the fields; the account
/// is `ana`, as the events that split them have it.
fn without_domain(name: &str) -> &str {
    name.rsplit('\\').next().unwrap_or(name)
}

/// The result as a code: zero is success.
fn by_code(name: &str, out: &Out<'_, '_>) -> Status {
    match number(&out.event.fields, name) {
        Some(0) => Status::Success,
        Some(_) => Status::Failure,
        None => Status::Unknown,
    }
}

/// The two bits that audit events carry for their result.
fn by_keywords(out: &Out<'_, '_>) -> Status {
    const FAILURE: i64 = 0x0010_0000_0000_0000;
    const SUCCESS: i64 = 0x0020_0000_0000_0000;
    match number(&out.event.fields, "Keywords") {
        Some(bits) if bits & FAILURE != 0 => Status::Failure,
        Some(bits) if bits & SUCCESS != 0 => Status::Success,
        _ => match text(&out.event.fields, "Keywords") {
            Some("Audit Failure") => Status::Failure,
            Some("Audit Success") => Status::Success,
            _ => Status::Unknown,
        },
    }
}

/// Sign-ins that no person makes: the start of the machine, and of services and tasks.
fn is_of_the_system(out: &Out<'_, '_>) -> bool {
    matches!(number(&out.event.fields, "LogonType"), Some(0 | 4 | 5))
}

/// Where it came from and went to. `-`, `LOCAL` and loopback are nobody else's address.
fn source(out: &mut Out<'_, '_>) {
    let fields = &out.event.fields;
    let address = |names: &[&str]| {
        let written = first(fields, names)?;
        let (address, port) = address::parse(written)?;
        Some((address, port)).filter(|(address, _)| !is_local(*address))
    };
    let port = |names: &[&str]| {
        let number = names.iter().find_map(|name| number(fields, name))?;
        u16::try_from(number).ok().filter(|port| *port > 0)
    };
    let from =
        address(&["IpAddress", "SourceIp", "SourceAddress", "ClientAddress", "Address", "Param3"]);
    let to = address(&["DestinationIp", "DestAddress"]);
    let from_port = port(&["IpPort", "SourcePort"]);
    let to_port = port(&["DestinationPort", "DestPort"]);
    (out.event.src, out.event.dst) = (from.map(|f| f.0), to.map(|t| t.0));
    (out.event.src_port, out.event.dst_port) =
        (from_port.or(from.and_then(|f| f.1)).filter(|_| from.is_some()), to_port);
}

fn is_local(address: IpAddr) -> bool {
    address.is_loopback() || address.is_unspecified()
}
