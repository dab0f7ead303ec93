//! The log files on their way to the disk: records come in about the order of time, are put into
//! order within a bounded stretch, cut into segments as log rotation does, packed where the
//! segment says so, and their places are noted where an attacker wrote them.

use std::{
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use crate::{gzip::Gzip, truth::LinePlace};

/// Number of an incident in the truth; 0 is nobody's.
pub(crate) type IncidentNumber = u16;

/// Whose a record is: an incident's, and the flow of it that an operator can tell; 0 is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) incident: IncidentNumber,
    /// Number of the flow, from 1.
    pub(crate) flow: u32,
}

impl From<IncidentNumber> for Mark {
    fn from(incident: IncidentNumber) -> Self {
        Self { incident, flow: 0 }
    }
}

/// Index of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct StreamIx(pub(crate) usize);

/// How a segment lies on the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pack {
    Plain,
    Gzip,
    /// As gzip, with the last part of the file lost on the way.
    GzipCut,
}

/// One file of a stream.
#[derive(Clone, Debug)]
pub(crate) struct Segment {
    /// First moment that is no longer in it.
    pub(crate) until: i64,
    /// Path below the logs, with `/`.
    pub(crate) path: String,
    pub(crate) pack: Pack,
}

/// What stands around the records of a file.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    pub(crate) head: String,
    pub(crate) between: &'static str,
    pub(crate) tail: &'static str,
}

impl Frame {
    /// One record a line.
    pub(crate) fn lines() -> Self {
        Self { head: String::new(), between: "\n", tail: "\n" }
    }
}

struct Entry {
    time: i64,
    start: usize,
    end: usize,
    mark: Mark,
}

enum Sink {
    Plain(BufWriter<File>),
    Gzip(Box<Gzip<BufWriter<File>>>),
}

struct Open {
    sink: Sink,
    file: u16,
    offset: u64,
    records: u64,
}

struct Stream {
    segments: Vec<Segment>,
    at: usize,
    frame: Frame,
    arena: Vec<u8>,
    entries: Vec<Entry>,
    open: Option<Open>,
    records: u64,
}

/// A failure to write, with the file.
pub(crate) type ShelfError = (PathBuf, io::Error);

/// All streams.
pub(crate) struct Shelf {
    root: PathBuf,
    streams: Vec<Stream>,
    /// Files written, by their number in `lines`.
    pub(crate) files: Vec<String>,
    /// Where attackers' records lie.
    pub(crate) lines: Vec<LinePlace>,
    /// Bytes written, before packing.
    pub(crate) bytes: u64,
    /// Records written.
    pub(crate) records: u64,
}

impl Shelf {
    pub(crate) fn new(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
            streams: Vec::new(),
            files: Vec::new(),
            lines: Vec::new(),
            bytes: 0,
            records: 0,
        }
    }

    /// Adds a stream; its segments are in the order of time and the last has no end.
    pub(crate) fn stream(&mut self, segments: Vec<Segment>, frame: Frame) -> StreamIx {
        self.streams.push(Stream {
            segments,
            at: 0,
            frame,
            arena: Vec::new(),
            entries: Vec::new(),
            open: None,
            records: 0,
        });
        StreamIx(self.streams.len() - 1)
    }

    /// Takes a record that `write` appends, without its line end.
    pub(crate) fn emit(
        &mut self,
        stream: StreamIx,
        time: i64,
        mark: impl Into<Mark>,
        write: impl FnOnce(&mut Vec<u8>),
    ) {
        let stream = &mut self.streams[stream.0];
        let start = stream.arena.len();
        write(&mut stream.arena);
        stream.entries.push(Entry { time, start, end: stream.arena.len(), mark: mark.into() });
        stream.records += 1;
    }

    /// Records taken by a stream so far.
    pub(crate) fn taken(&self, stream: StreamIx) -> u64 {
        self.streams[stream.0].records
    }

    /// Writes everything before that moment: nothing earlier will come any more.
    pub(crate) fn flush(&mut self, before: i64) -> Result<(), ShelfError> {
        for ix in 0..self.streams.len() {
            self.flush_stream(ix, before)?;
        }
        Ok(())
    }

    fn flush_stream(&mut self, ix: usize, before: i64) -> Result<(), ShelfError> {
        let stream = &mut self.streams[ix];
        stream.entries.sort_unstable_by_key(|e| (e.time, e.start));
        let ready = stream.entries.partition_point(|e| e.time < before);
        if ready == 0 {
            return Ok(());
        }
        let arena = std::mem::take(&mut stream.arena);
        let entries = std::mem::take(&mut stream.entries);
        for entry in &entries[..ready] {
            self.write(ix, entry, &arena[entry.start..entry.end])?;
        }
        let stream = &mut self.streams[ix];
        for entry in &entries[ready..] {
            let start = stream.arena.len();
            stream.arena.extend_from_slice(&arena[entry.start..entry.end]);
            stream.entries.push(Entry { start, end: stream.arena.len(), ..*entry });
        }
        Ok(())
    }

    fn write(&mut self, ix: usize, entry: &Entry, bytes: &[u8]) -> Result<(), ShelfError> {
        while entry.time >= self.streams[ix].segments[self.streams[ix].at].until {
            self.close(ix)?;
            self.streams[ix].at += 1;
        }
        if self.streams[ix].open.is_none() {
            self.open(ix)?;
        }
        let stream = &mut self.streams[ix];
        let segment = &stream.segments[stream.at];
        let open = stream.open.as_mut().expect("opened above");
        let between = if open.records > 0 { stream.frame.between.as_bytes() } else { b"" };
        open.put(between)
            .and_then(|()| {
                if entry.mark.incident > 0 {
                    assert_ne!(segment.pack, Pack::GzipCut, "the cut file holds no attack");
                    self.lines.push(LinePlace {
                        file: open.file,
                        offset: open.offset,
                        length: bytes.len() as u32,
                        incident: entry.mark.incident,
                        flow: entry.mark.flow,
                    });
                }
                open.put(bytes)
            })
            .map_err(|e| (self.root.join(&segment.path), e))?;
        open.records += 1;
        self.bytes += (between.len() + bytes.len()) as u64;
        self.records += 1;
        Ok(())
    }

    fn open(&mut self, ix: usize) -> Result<(), ShelfError> {
        let stream = &mut self.streams[ix];
        let segment = &stream.segments[stream.at];
        let path = self.root.join(&segment.path);
        let made = path
            .parent()
            .map_or(Ok(()), fs::create_dir_all)
            .and_then(|()| File::create(&path))
            .map(|file| BufWriter::with_capacity(1 << 18, file));
        let file = made.map_err(|e| (path.clone(), e))?;
        let sink = match segment.pack {
            Pack::Plain => Sink::Plain(file),
            Pack::Gzip | Pack::GzipCut => Sink::Gzip(Box::new(Gzip::new(file))),
        };
        let mut open = Open { sink, file: self.files.len() as u16, offset: 0, records: 0 };
        open.put(stream.frame.head.as_bytes()).map_err(|e| (path, e))?;
        self.files.push(segment.path.clone());
        stream.open = Some(open);
        Ok(())
    }

    fn close(&mut self, ix: usize) -> Result<(), ShelfError> {
        let stream = &mut self.streams[ix];
        let segment = &stream.segments[stream.at];
        let Some(mut open) = stream.open.take() else { return Ok(()) };
        let path = self.root.join(&segment.path);
        let cut = segment.pack == Pack::GzipCut;
        let closed = open.put(stream.frame.tail.as_bytes()).and_then(|()| open.sink.finish(cut));
        closed.map_err(|e| (path, e))
    }

    /// Writes what is left and closes every file.
    pub(crate) fn finish(&mut self) -> Result<(), ShelfError> {
        self.flush(i64::MAX)?;
        (0..self.streams.len()).try_for_each(|ix| self.close(ix))
    }
}

impl Open {
    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.offset += bytes.len() as u64;
        match &mut self.sink {
            Sink::Plain(out) => out.write_all(bytes),
            Sink::Gzip(out) => out.write_all(bytes),
        }
    }
}

impl Sink {
    fn finish(self, cut: bool) -> io::Result<()> {
        let out = match self {
            Self::Plain(out) => out,
            Self::Gzip(out) => out.finish()?,
        };
        let file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
        if cut {
            let length = file.metadata()?.len();
            file.set_len(length - length / 6)?;
        }
        Ok(())
    }
}
