//! Logs of containers: Docker's `json-file` lines (`{"log":…,"stream":…,"time":…}`) and the lines
//! that the runtimes of Kubernetes write (`TIME stdout F text`). What the program within wrote is
//! read by whichever format fits it. Described by Docker, "JSON File logging driver", and
//! Kubernetes, "CRI: log format" (KEP 2411, `kuberuntime/logs`).

use bakas_model::{Field, Value};
use bumpalo::Bump;

use super::{Decoder, Out, Record, carried::Carried, event::scalar_of};
use crate::{fault::Fault, json::Json};

const NO_DOCKER: Fault = Fault::malformed("not a line of a Docker log");
const NO_CRI: Fault = Fault::malformed("not a line of a container log");
const NO_TIME: Fault = Fault::bad_time("a container's line without a time that can be read");

/// One line of a container, perhaps put together from several.
#[derive(Debug)]
struct Piece<'a> {
    stream: &'a str,
    time: &'a str,
    text: String,
    /// Further members of the document.
    more: Vec<Field<'a>>,
}

/// Whether a document is a line of Docker's.
pub(crate) fn is_docker(root: &Json<'_>) -> bool {
    let has = |name: &str| matches!(root.get(name), Some(Json::Text(_)));
    has("log") && has("time") && (has("stream") || root.members().len() <= 3)
}

/// Whether a line begins as a container runtime writes it.
pub(crate) fn is_cri(line: &str) -> bool {
    cri_parts(line).is_some()
}

/// Time, stream, tags and text.
fn cri_parts(line: &str) -> Option<(&str, &str, &str, &str)> {
    let mut words = line.splitn(4, ' ');
    let (time, stream, tags) = (words.next()?, words.next()?, words.next()?);
    let is_time = time.len() >= 20 && time.as_bytes().get(10) == Some(&b'T');
    let is_tag = matches!(tags.split(':').next(), Some("F" | "P"));
    (is_time && is_tag && matches!(stream, "stdout" | "stderr"))
        .then(|| (time, stream, tags, words.next().unwrap_or_default()))
}

impl Decoder {
    pub(super) fn read_docker<'a>(
        &mut self,
        record: Record<'a>,
        out: &mut Out<'_, 'a>,
    ) -> Result<(), Fault> {
        let mut pieces: Vec<Piece<'a>> = Vec::new();
        for line in record.text.lines().filter(|line| !line.trim_ascii().is_empty()) {
            let root = Json::parse(line, record.arena)?;
            let (Some(Json::Text(text)), Some(time)) = (root.get("log"), root.text_at(&["time"]))
            else {
                return Err(NO_DOCKER);
            };
            let stream = root.text_at(&["stream"]).unwrap_or_default();
            let mut more = Vec::new();
            members(&root, "", &mut more, record.arena);
            add(&mut pieces, Piece { stream, time, text: text.to_owned(), more });
        }
        self.read_pieces(pieces, record.arena, NO_DOCKER, out)
    }

    pub(super) fn read_cri<'a>(
        &mut self,
        record: Record<'a>,
        out: &mut Out<'_, 'a>,
    ) -> Result<(), Fault> {
        let mut pieces: Vec<Piece<'a>> = Vec::new();
        for line in record.text.lines() {
            let (time, stream, _, text) = cri_parts(line).ok_or(NO_CRI)?;
            add(&mut pieces, Piece { stream, time, text: text.to_owned(), more: Vec::new() });
        }
        self.read_pieces(pieces, record.arena, NO_CRI, out)
    }

    fn read_pieces<'a>(
        &mut self,
        pieces: Vec<Piece<'a>>,
        arena: &'a Bump,
        none: Fault,
        out: &mut Out<'_, 'a>,
    ) -> Result<(), Fault> {
        let is_empty = pieces.is_empty();
        for piece in pieces {
            let time = self.context.clock.iso_utc(piece.time).ok_or(NO_TIME)?;
            let text: &'a str = arena.alloc_str(piece.text.trim_end_matches(['\n', '\r']));
            out.carrier.clear();
            out.carrier.extend(piece.more);
            if !piece.stream.is_empty() {
                out.carrier.push(Field::new("stream", Value::Text(piece.stream)));
            }
            let carried = Carried {
                time: Some(time),
                time_raw: piece.time,
                message: text,
                after_header: text,
                ..Carried::default()
            };
            self.read_inner(&carried, arena, out)?;
        }
        if is_empty { Err(none) } else { Ok(()) }
    }
}

/// Parts of one line are put together; the two streams of a container may lie between one another.
fn add<'a>(pieces: &mut Vec<Piece<'a>>, piece: Piece<'a>) {
    let is_open =
        |known: &&mut Piece<'a>| known.stream == piece.stream && !known.text.ends_with('\n');
    match pieces.iter_mut().rev().find(is_open) {
        Some(known) => known.text.push_str(&piece.text),
        None => pieces.push(piece),
    }
}

/// What the document says beside the line: `attrs.tag`, labels, names that a collector added.
fn members<'a>(root: &Json<'a>, before: &str, into: &mut Vec<Field<'a>>, arena: &'a Bump) {
    for (name, value) in root.members() {
        if before.is_empty() && matches!(*name, "log" | "stream" | "time") {
            continue;
        }
        let path = if before.is_empty() { (*name).to_owned() } else { format!("{before}.{name}") };
        match scalar_of(value) {
            Some(value) => into.push(Field::new(arena.alloc_str(&path), value)),
            None => members(value, &path, into, arena),
        }
    }
}
