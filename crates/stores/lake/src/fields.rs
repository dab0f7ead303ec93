//! What the core of an event lacks: for web logs three columns, for logs that are JSON the native
//! fields as one JSON text. Values are copied and never interpreted.

use bakas_model::{Event, Field, FieldId, Stream, Value};

/// What a web log says beyond the core.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct WebParts<'a> {
    pub(crate) query: Option<&'a str>,
    pub(crate) referer: Option<&'a str>,
    pub(crate) version: Option<&'a str>,
}

/// The whole target of the request: path and query.
const TARGET: FieldId = FieldId::of("cs-uri");
const REFERER: FieldId = FieldId::of("cs-referer");
const VERSION: FieldId = FieldId::of("cs-version");

impl<'a> WebParts<'a> {
    pub(crate) fn of(event: &Event<'a>) -> Self {
        let mut parts = Self::default();
        for field in &event.fields {
            let Value::Text(text) = field.value else { continue };
            if field.id == TARGET {
                // The object holds what stands before the mark.
                parts.query = text.split_once('?').map(|(_, query)| query);
            } else if field.id == VERSION {
                parts.version = Some(text);
            } else if field.id == REFERER {
                parts.referer = Some(text);
            }
        }
        parts
    }
}

/// Whether the fields of this stream's records are kept. Lines of web servers and system logs are
/// short, and what they say stands in the core.
pub(crate) const fn keeps_fields(stream: Stream) -> bool {
    !matches!(
        stream,
        Stream::Web | Stream::Sshd | Stream::Sudo | Stream::Su | Stream::Pam | Stream::Syslog
    )
}

/// Writes fields as one JSON object into `out`; values of the same name become a list. Names stand
/// in the order in which they come first.
pub(crate) fn to_json(fields: &[Field<'_>], order: &mut Vec<(u32, u32)>, out: &mut Vec<u8>) {
    order_by_name(fields, order);
    out.clear();
    out.push(b'{');
    let mut rest = order.as_slice();
    while let Some(&(first, at)) = rest.first() {
        let same = rest.iter().take_while(|(leader, _)| *leader == first).count();
        if out.len() > 1 {
            out.push(b',');
        }
        write_text(fields[at as usize].name, out);
        out.extend_from_slice(if same > 1 { b":[" } else { b":" });
        for (n, &(_, at)) in rest[..same].iter().enumerate() {
            if n > 0 {
                out.push(b',');
            }
            write_value(fields[at as usize].value, out);
        }
        if same > 1 {
            out.push(b']');
        }
        rest = &rest[same..];
    }
    out.push(b'}');
}

/// Pairs of (first field of that name, field), sorted.
fn order_by_name(fields: &[Field<'_>], order: &mut Vec<(u32, u32)>) {
    order.clear();
    order.extend((0..fields.len() as u32).map(|at| (at, at)));
    let name = |at: u32| {
        let field = &fields[at as usize];
        (field.id, field.name)
    };
    order.sort_unstable_by(|a, b| name(a.1).cmp(&name(b.1)).then(a.1.cmp(&b.1)));
    for n in 1..order.len() {
        if name(order[n].1) == name(order[n - 1].1) {
            order[n].0 = order[n - 1].0;
        }
    }
    order.sort_unstable();
}

fn write_value(value: Value<'_>, out: &mut Vec<u8>) {
    let written = match value {
        Value::Text(text) => return write_text(text, out),
        Value::Int(number) => serde_json::to_writer(out, &number),
        // A number that JSON has no word for becomes null.
        Value::Float(number) => serde_json::to_writer(out, &number),
        Value::Bool(truth) => serde_json::to_writer(out, &truth),
        Value::Null => serde_json::to_writer(out, &()),
    };
    written.expect("a scalar goes into a vector");
}

fn write_text(text: &str, out: &mut Vec<u8>) {
    serde_json::to_writer(out, text).expect("a text goes into a vector");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(fields: &[(&str, Value<'_>)], expected: &str) {
        let fields: Vec<Field<'_>> =
            fields.iter().map(|&(name, value)| Field::new(name, value)).collect();
        let mut out = Vec::new();
        to_json(&fields, &mut Vec::new(), &mut out);
        assert_eq!(String::from_utf8(out), Ok(expected.to_owned()));
    }

    #[test]
    fn fields_become_json() {
        check(&[], "{}");
        check(
            &[("b", Value::Text("x\"\n")), ("a", Value::Int(-1)), ("c", Value::Float(f64::NAN))],
            r#"{"b":"x\"\n","a":-1,"c":null}"#,
        );
        check(
            &[
                ("p.name", Value::Text("x")),
                ("p.on", Value::Bool(true)),
                ("p.name", Value::Text("y")),
                ("q", Value::Null),
                ("p.on", Value::Bool(false)),
            ],
            r#"{"p.name":["x","y"],"p.on":[true,false],"q":null}"#,
        );
    }
}
