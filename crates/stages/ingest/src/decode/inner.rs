//! A line within another's envelope (a container's, a collector's): it is read by the format that
//! it fits, else it is a Base event with the line as its message.

use bakas_model::Stream;
use bumpalo::Bump;

use super::{Decoder, Out, Record, carried::Carried, combined, syslog};
use crate::{Format, define, fault::Fault, json::Json};

impl Decoder {
    /// Reads a line with what its envelope says. It always gives an event.
    pub(super) fn read_inner<'a>(
        &mut self,
        carried: &Carried<'a>,
        arena: &'a Bump,
        out: &mut Out<'_, 'a>,
    ) -> Result<(), Fault> {
        let record = Record { text: carried.message, arena };
        let text = record.text.trim_ascii_start();
        let mut root = None;
        if text.starts_with('{') {
            root = Json::parse(text, arena).ok();
            let format = root.as_ref().and_then(|root| self.context.formats.identify(root));
            let format = format.filter(|f| !matches!(f, Format::Docker | Format::JournalJson));
            if let Some((root, format)) = root.as_ref().zip(format)
                && self.read_object(format, root, record, out).is_ok()
            {
                return Ok(());
            }
        }
        if combined::looks_like(record.text)
            && combined::decode(record, &mut self.context, out).is_ok()
        {
            return Ok(());
        }
        if syslog::defined(carried, arena, &mut self.context, out) {
            out.emit();
            return Ok(());
        }
        let context = &mut self.context;
        if let Some(definition) = define::for_line(context.formats, record.text)
            && define::read_message(definition, record.text, carried, arena, context, out).is_ok()
        {
            out.emit();
            return Ok(());
        }
        if syslog::is_line(record.text, &mut self.context.clock)
            && syslog::decode(record, &mut self.context, out).is_ok()
        {
            return Ok(());
        }
        base(carried, root.as_ref(), arena, out)
    }
}

fn base<'a>(
    carried: &Carried<'a>,
    root: Option<&Json<'a>>,
    arena: &'a Bump,
    out: &mut Out<'_, 'a>,
) -> Result<(), Fault> {
    out.start(Stream::Syslog);
    let no_time = Fault::bad_time("a line without a time, in an envelope without one");
    out.event.time = carried.time.ok_or(no_time)?;
    out.event.time_raw = carried.time_raw;
    out.event.host = carried.host;
    out.event.operation = carried.program;
    out.text("message", carried.message);
    if let Some(root) = root {
        out.flatten_members(root, &["message"], arena);
    }
    out.emit();
    Ok(())
}
