//! Messages that something else carried: reading them. Which definition is for one, the catalogue
//! says.

use bumpalo::Bump;

use super::{Definition, Input, recognise::Sight};
use crate::{
    catalogue::Formats,
    decode::{Carried, Context, Out},
    fault::Fault,
};

/// The definition whose own signs a line has that came without a header of its own.
pub(crate) fn for_line(formats: Formats, text: &str) -> Option<&'static Definition> {
    let mut fitting = formats.definitions().filter(|definition| {
        definition.by_line
            && definition.delimited().is_none_or(|kind| kind.header().is_none())
            && definition.fits(Sight::Line(text))
    });
    let first = fitting.next()?;
    Some(
        fitting
            .fold(first, |best, next| if next.priority() > best.priority() { next } else { best }),
    )
}

/// Reads a message into the event, which is not handed on yet. On a fault the event is of no use.
pub(crate) fn read_message<'a>(
    definition: &'static Definition,
    text: &'a str,
    carried: &Carried<'a>,
    arena: &'a Bump,
    context: &mut Context,
    out: &mut Out<'_, 'a>,
) -> Result<(), Fault> {
    let text = text.trim_start_matches([' ', ':']);
    definition.fill(Input::Text(text), Some(carried), arena, context, out)
}
