//! Which decoder reads a record: the source's own format first, then the others, for a file may hold
//! lines of several.

use super::{Decoder, Out, Record, cloud, combined, container, journal, syslog, web_json, windows};
use crate::{Format, define, fault::Fault, frame::Chunk, json::Json};

impl Decoder {
    /// Reads a record that is text.
    pub(super) fn read<'a>(
        &mut self,
        chunk: &'a Chunk,
        record: Record<'a>,
        out: &mut Out<'_, 'a>,
    ) -> Result<(), Fault> {
        let first = match self.format {
            Format::Combined => combined::decode(record, &mut self.context, out),
            Format::Syslog => syslog::decode(record, &mut self.context, out),
            Format::M365Csv => cloud::m365_csv(record, chunk, &mut self.context, out),
            Format::WindowsXml => windows::xml::decode(record, &mut self.context, out),
            Format::Docker => self.read_docker(record, out),
            Format::Cri => self.read_cri(record, out),
            Format::Defined(definition) if !definition.is_carried_by_line() => {
                syslog::decode(record, &mut self.context, out)
            }
            Format::Defined(definition) if !definition.is_json() => {
                let read = definition.read_line(record, &mut self.context, out);
                match read {
                    Err(fault) if definition.is_carried_by_syslog() => {
                        syslog::decode(record, &mut self.context, out).map_err(|_| fault)
                    }
                    read => read,
                }
            }
            _ => return self.read_json(record, out),
        };
        let Err(fault) = first else { return Ok(()) };
        if record.text.trim_ascii().is_empty() {
            return Err(fault);
        }
        self.read_other(record, fault, out)
    }

    fn read_json<'a>(&mut self, record: Record<'a>, out: &mut Out<'_, 'a>) -> Result<(), Fault> {
        if !record.text.trim_ascii_start().starts_with('{') {
            if self.format == Format::WindowsJson && windows::json::is_separator(record.text) {
                out.furniture();
                return Ok(());
            }
            let fault = Fault::malformed("not a JSON object");
            return self.read_other(record, fault, out);
        }
        let root = Json::parse(record.text, record.arena)?;
        let Err(fault) = self.read_object(self.format, &root, record, out) else { return Ok(()) };
        match self.context.formats.identify(&root) {
            Some(other) if other != self.format => {
                out.doubt();
                self.read_object(other, &root, record, out).map_err(|_| fault)?;
                self.other_formats += 1;
                Ok(())
            }
            _ => Err(fault),
        }
    }

    /// Reads a JSON record as one of that format.
    pub(super) fn read_object<'a>(
        &mut self,
        format: Format,
        root: &Json<'a>,
        record: Record<'a>,
        out: &mut Out<'_, 'a>,
    ) -> Result<(), Fault> {
        match format {
            Format::WebJson => web_json::decode(root, record, &mut self.context, out),
            Format::Workspace => cloud::workspace(root, record, &mut self.context, out),
            Format::M365 | Format::M365Csv => cloud::m365(root, record, &mut self.context, out),
            Format::CloudTrail => cloud::cloudtrail(root, record, &mut self.context, out),
            Format::WindowsJson => windows::json::decode(root, record, &mut self.context, out),
            Format::JournalJson => journal::json(root, record, &mut self.context, out),
            Format::Docker => self.read_docker(record, out),
            Format::Defined(definition) => {
                definition.read_object(root, record, &mut self.context, out)
            }
            _ => Err(Fault::malformed("not a JSON format")),
        }
    }

    /// Tries the other line formats; `fault` is what the first one said.
    fn read_other<'a>(
        &mut self,
        record: Record<'a>,
        fault: Fault,
        out: &mut Out<'_, 'a>,
    ) -> Result<(), Fault> {
        out.doubt();
        let text = record.text.trim_ascii_start();
        if text.starts_with('{') && self.format != Format::M365Csv {
            let root = Json::parse(text, record.arena).map_err(|_| fault)?;
            let format = self.context.formats.identify(&root).ok_or(fault)?;
            self.read_object(format, &root, record, out).map_err(|_| fault)?;
        } else if self.format != Format::Combined && combined::looks_like(record.text) {
            combined::decode(record, &mut self.context, out).map_err(|_| fault)?;
        } else if self.format == Format::Syslog
            || syslog::decode(record, &mut self.context, out).is_err()
        {
            let other = define::for_line(self.context.formats, record.text).ok_or(fault)?;
            if Format::Defined(other) == self.format {
                return Err(fault);
            }
            other.read_line(record, &mut self.context, out).map_err(|_| fault)?;
        }
        self.other_formats += 1;
        Ok(())
    }
}

/// Which format a JSON record is, by the members that only it has.
pub(crate) fn identify(root: &Json<'_>) -> Option<Format> {
    if windows::json::is_record(root) {
        Some(Format::WindowsJson)
    } else if journal::is_record(root) {
        Some(Format::JournalJson)
    } else if container::is_docker(root) {
        Some(Format::Docker)
    } else {
        cloud::identify(root)
    }
}
