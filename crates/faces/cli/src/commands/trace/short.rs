//! Short answers, one a line, for millions of addresses: CSV that no spreadsheet takes for a formula,
//! or NDJSON. Nothing is allocated for a line.

use std::io::{BufWriter, Write as _, stdout};

use bakas_engine::trace::{Batch, Brief, Tracer};
use bakas_model::{Day, Timestamp};

use super::{Wrong, each};
use crate::args::Trace;

/// Bytes that are written at once.
const WRITTEN_BYTES: usize = 1 << 18;
/// The columns of the CSV; docs/manual/trace.md describes them.
const HEADER: &str = "address,at,epoch,age_days,asn,operator,country,kind,state_owned\n";

pub(super) fn run(asked: &Trace, tracer: &Tracer, wrong: &mut Wrong<'_>) -> anyhow::Result<()> {
    let mut out = BufWriter::with_capacity(WRITTEN_BYTES, stdout().lock());
    let mut batch = Batch::new(tracer.tables(), if asked.csv { csv } else { json });
    // A time is shown as often as it changes, which is never for most.
    let mut shown = Shown { at: Timestamp::MIN, text: Vec::new() };
    if asked.csv {
        out.write_all(HEADER.as_bytes())?;
    }
    each(asked, &mut |place, text| {
        let (address, at) = match tracer.asked(text) {
            Ok(asked) => asked,
            Err(error) => {
                wrong.line(place, &error);
                return Ok(());
            }
        };
        if at != shown.at {
            shown = Shown { at, text: at.to_string().into_bytes() };
        }
        let answer = batch.answer(address, at);
        if asked.csv {
            write!(out, "{address},")?;
            out.write_all(&shown.text)?;
        } else {
            write!(out, "{{\"address\":\"{address}\",\"at\":\"")?;
            out.write_all(&shown.text)?;
            out.write_all(b"\"")?;
        }
        Ok(out.write_all(answer)?)
    })?;
    Ok(out.flush()?)
}

struct Shown {
    at: Timestamp,
    text: Vec<u8>,
}

/// The columns behind address and time.
fn csv(brief: &Brief<'_>, day: Day, out: &mut Vec<u8>) {
    let location = brief.location;
    put(out, format_args!(",{},{},", brief.epoch, day.0.saturating_sub(brief.epoch.0)));
    if let Some(asn) = location.asn {
        put(out, format_args!("{}", asn.0));
    }
    out.push(b',');
    field(brief.operator.unwrap_or_default(), out);
    let country = location.country;
    put(out, format_args!(",{},{},", country.as_ref().map_or("", |c| c.as_str()), name(brief)));
    put(out, format_args!("{}\n", brief.state.as_ref().map_or("", |c| c.as_str())));
}

/// The members behind address and time.
fn json(brief: &Brief<'_>, day: Day, out: &mut Vec<u8>) {
    let age = day.0.saturating_sub(brief.epoch.0);
    put(out, format_args!(",\"epoch\":\"{}\",\"age_days\":{age}", brief.epoch));
    if let Some(asn) = brief.location.asn {
        put(out, format_args!(",\"asn\":{}", asn.0));
    }
    if let Some(operator) = brief.operator {
        out.extend_from_slice(b",\"operator\":");
        serde_json::to_writer(&mut *out, operator).expect("a text becomes JSON");
    }
    if let Some(country) = brief.location.country {
        put(out, format_args!(",\"country\":\"{country}\""));
    }
    put(out, format_args!(",\"kind\":\"{}\"", name(brief)));
    if let Some(state) = brief.state {
        put(out, format_args!(",\"state_owned\":\"{state}\""));
    }
    out.extend_from_slice(b"}\n");
}

/// The kind as the schema has it.
fn name(brief: &Brief<'_>) -> &'static str {
    brief.location.kind.name()
}

fn put(out: &mut Vec<u8>, text: std::fmt::Arguments<'_>) {
    out.write_fmt(text).expect("a vector takes everything");
}

/// A text as a CSV field (RFC 4180). A spreadsheet runs what begins like a formula: such a text gets
/// an apostrophe before it, and control characters become blanks.
fn field(text: &str, out: &mut Vec<u8>) {
    let formula = text.trim_start().starts_with(['=', '+', '-', '@', '|', '%'])
        || text.starts_with(|c: char| c.is_control());
    let quoted = formula || text.contains(['"', ',', ';', '\n', '\r', '\t']);
    if quoted {
        out.push(b'"');
    }
    if formula {
        out.push(b'\'');
    }
    let mut bytes = [0; 4];
    for c in text.chars() {
        match c {
            '"' => out.extend_from_slice(b"\"\""),
            c if c.is_control() => out.push(b' '),
            c => out.extend_from_slice(c.encode_utf8(&mut bytes).as_bytes()),
        }
    }
    if quoted {
        out.push(b'"');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_spreadsheet_runs_an_operators_name() {
        let check = |text: &str, expected: &str| {
            let mut out = Vec::new();
            field(text, &mut out);
            assert_eq!(String::from_utf8(out).unwrap(), expected);
        };
        check("Example Telecom", "Example Telecom");
        check("Example, Inc", "\"Example, Inc\"");
        check("=HYPERLINK(\"x\")", "\"'=HYPERLINK(\"\"x\"\")\"");
        check("+1", "\"'+1\"");
        check("-1", "\"'-1\"");
        check(" @SUM(1)", "\"' @SUM(1)\"");
        check("\t=1", "\"' =1\"");
        check("a\nb", "\"a b\"");
        check("a\u{1b}[2J", "a [2J");
    }
}
