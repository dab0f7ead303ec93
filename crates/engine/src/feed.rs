//! Feeds every chunk of a plan to worker threads: readers unpack and cut, workers decode. Both
//! sides are bounded; a slow side holds the other back. It knows nothing of what workers do.

use std::{
    io,
    sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    thread,
};

use bakas_detect::Shape;
use bakas_ingest::{Chunk, Chunker, Format, Member};
use bakas_model::{Place, Reject, RejectReason, SourceIx};
use crossbeam_channel::{Receiver, Sender, bounded, unbounded};

use crate::{
    Error,
    input::HashedFile,
    observer::{Observer, Stop},
    plan::{Plan, PlannedFile, PlannedMember},
};

/// Chunks that wait between readers and workers.
const QUEUE_CHUNKS: usize = 4;

/// One piece of work.
#[derive(Debug)]
pub(crate) struct Job {
    /// Position in the order of reading, from 0; gapless and, with one reader, in the order of the
    /// plan.
    pub(crate) sequence: u64,
    pub(crate) source: SourceIx,
    pub(crate) format: Format,
    pub(crate) chunk: Chunk,
    /// Where pieces lie that became no record.
    pub(crate) broken: Vec<Place>,
}

impl Job {
    /// What a look at the bytes of the chunk may rely on.
    pub(crate) fn shape(&self) -> Option<Shape> {
        let verbatim = self.format.verbatim()?;
        let bakas_ingest::Verbatim { streams, classes, is_whole } = verbatim;
        Some(Shape { streams, classes, is_whole })
    }
}

/// Does the work on chunks, one thread each.
pub(crate) trait Worker: Send {
    type Output: Send;
    /// Works on one chunk.
    fn chunk(&mut self, job: &Job) -> Result<(), Error>;
    /// Hands over what was gathered.
    fn finish(self) -> Result<Self::Output, Error>;
}

/// What reading a file came to.
#[derive(Clone, Debug, Default)]
pub(crate) struct FileRead {
    /// Its size as shipped.
    pub(crate) bytes: u64,
    /// SHA-256 of it as shipped, in hex.
    pub(crate) sha256: String,
    /// SHA-512 of it as shipped, in hex.
    pub(crate) sha512: String,
    /// Bytes of each member after unpacking, in the order of the plan.
    pub(crate) unpacked: Vec<u64>,
    /// What could not be read.
    pub(crate) rejects: Vec<Reject>,
}

/// What feeding came to.
#[derive(Debug)]
pub(crate) struct Fed<O> {
    /// One for each worker.
    pub(crate) outputs: Vec<O>,
    /// One for each file of the plan.
    pub(crate) files: Vec<FileRead>,
}

/// How many threads read and work, and whether what is read is hashed for a seal.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Threads {
    pub(crate) readers: usize,
    pub(crate) workers: usize,
    pub(crate) is_hashed: bool,
}

impl Threads {
    /// For input that is to be sealed.
    pub(crate) fn of_sealed(workers: usize) -> Self {
        Self { readers: workers.min(2), workers, is_hashed: true }
    }
}

struct Feed<'a> {
    plan: &'a Plan,
    is_hashed: bool,
    observer: &'a dyn Observer,
    stop: &'a Stop,
    /// Set by whoever fails first, so that the others end soon.
    failed: AtomicBool,
    next_file: AtomicUsize,
    sequence: AtomicU64,
}

/// Reads the whole plan through the workers that `make` makes.
pub(crate) fn feed<W: Worker>(
    plan: &Plan,
    threads: Threads,
    observer: &dyn Observer,
    stop: &Stop,
    make: &(dyn Fn() -> Result<W, Error> + Sync),
) -> Result<Fed<W::Output>, Error> {
    let feed = Feed {
        plan,
        is_hashed: threads.is_hashed,
        observer,
        stop,
        failed: AtomicBool::new(false),
        next_file: AtomicUsize::new(0),
        sequence: AtomicU64::new(0),
    };
    let (jobs_in, jobs_out) = bounded::<Job>(QUEUE_CHUNKS);
    let (buffers_in, buffers_out) = unbounded::<Vec<u8>>();
    thread::scope(|scope| {
        let readers: Vec<_> = (0..threads.readers)
            .map(|_| {
                let (jobs, buffers) = (jobs_in.clone(), buffers_out.clone());
                let feed = &feed;
                scope.spawn(move || feed.fail_first(feed.read_files(&jobs, &buffers)))
            })
            .collect();
        drop(jobs_in);
        let workers: Vec<_> = (0..threads.workers)
            .map(|_| {
                let (jobs, buffers) = (jobs_out.clone(), buffers_in.clone());
                let feed = &feed;
                scope.spawn(move || feed.fail_first(feed.work(make, &jobs, &buffers)))
            })
            .collect();
        drop(jobs_out);
        let outputs = join(workers);
        let read = join(readers);
        // The first real fault explains the rest: a worker that failed also stops the readers.
        let outputs = outputs?;
        let mut files = vec![FileRead::default(); plan.files.len()];
        for (at, file) in read?.into_iter().flatten() {
            files[at] = file;
        }
        Ok(Fed { outputs, files })
    })
}

fn join<T>(threads: Vec<thread::ScopedJoinHandle<'_, Result<T, Error>>>) -> Result<Vec<T>, Error> {
    let joined: Vec<_> = threads
        .into_iter()
        .map(|thread| thread.join().unwrap_or_else(|panic| Err(Error::Worker(words(&*panic)))))
        .collect();
    joined.into_iter().collect()
}

fn words(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(ToString::to_string);
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "no words".into())
}

impl Feed<'_> {
    fn fail_first<T>(&self, result: Result<T, Error>) -> Result<T, Error> {
        if result.is_err() {
            self.failed.store(true, Ordering::Relaxed);
        }
        result
    }

    fn is_over(&self) -> bool {
        self.stop.is_asked() || self.failed.load(Ordering::Relaxed)
    }

    fn work<W: Worker>(
        &self,
        make: &(dyn Fn() -> Result<W, Error> + Sync),
        jobs: &Receiver<Job>,
        buffers: &Sender<Vec<u8>>,
    ) -> Result<W::Output, Error> {
        let mut worker = make()?;
        for job in jobs {
            if self.is_over() {
                // Taken from the queue all the same, so that no reader waits for a place in it.
                continue;
            }
            self.fail_first(worker.chunk(&job))?;
            // The readers may be gone; then the buffer is not needed again.
            drop(buffers.send(job.chunk.bytes));
        }
        if self.stop.is_asked() {
            return Err(Error::Interrupted);
        }
        worker.finish()
    }

    fn read_files(
        &self,
        jobs: &Sender<Job>,
        buffers: &Receiver<Vec<u8>>,
    ) -> Result<Vec<(usize, FileRead)>, Error> {
        let mut read = Vec::new();
        loop {
            let at = self.next_file.fetch_add(1, Ordering::Relaxed);
            let Some(file) = self.plan.files.get(at) else { return Ok(read) };
            if self.is_over() {
                return if self.stop.is_asked() { Err(Error::Interrupted) } else { Ok(read) };
            }
            read.push((at, self.read_file(file, jobs, buffers)?));
        }
    }

    fn read_file(
        &self,
        file: &PlannedFile,
        jobs: &Sender<Job>,
        buffers: &Receiver<Vec<u8>>,
    ) -> Result<FileRead, Error> {
        let mut read = FileRead { unpacked: vec![0; file.members.len()], ..FileRead::default() };
        let mut shipped = match HashedFile::open(&file.path, self.observer) {
            Ok(shipped) => shipped,
            Err(error) => {
                read.rejects.extend(changed(file, &format!("gone since the plan: {error}")));
                return Ok(read);
            }
        };
        if self.is_hashed {
            shipped.hash_twice();
        } else {
            shipped.forgo_hash();
        }
        let mut broken = Vec::new();
        // Unpacked even where nothing of it is decoded: what is broken in it is told all the same.
        if file.members.iter().any(|member| member.format.is_some()) {
            let mut at = 0;
            let mut each = |member: Member<'_>| {
                let planned = file.members.get(at).filter(|m| m.name == member.name);
                at += 1;
                let (Some(planned), Some(format)) = (planned, planned.and_then(|m| m.format))
                else {
                    return Ok(());
                };
                if !planned.is_read() {
                    return Ok(());
                }
                let mut chunker = Chunker::new(format, member.reader);
                if let Some(year) = planned.first_year {
                    chunker = chunker.beginning_in(year);
                }
                let (bytes, faults) =
                    self.read_member((planned.source, format), chunker, jobs, buffers)?;
                read.unpacked[at - 1] = bytes;
                read.rejects.extend(faults);
                Ok(())
            };
            let result =
                bakas_ingest::unpack(&file.name, &mut shipped, &mut each, &mut |r| broken.push(r));
            if at < file.members.len() && result.is_ok() && !self.is_over() {
                broken.extend(changed(file, "it holds less than when the plan was made"));
            }
            if let (Err(error), Some(member)) = (result, file.members.first())
                && !self.is_over()
            {
                broken.push(whole(RejectReason::BrokenArchive, member.source, error.to_string()));
            }
        }
        if let Some(first) = file.members.first() {
            for reject in &mut broken {
                reject.place.source = first.source;
            }
        }
        read.rejects.append(&mut broken);
        if self.stop.is_asked() {
            return Err(Error::Interrupted);
        }
        // A file that a disk cannot give whole is not sealed, and said; the others are read.
        match shipped.finish_twice() {
            Ok(hashed) => (read.bytes, read.sha256, read.sha512) = hashed,
            Err(error) => {
                read.rejects.extend(changed(file, &format!("not readable to its end: {error}")));
            }
        }
        Ok(read)
    }

    fn read_member(
        &self,
        (source, format): (SourceIx, Format),
        mut chunker: Chunker<&mut dyn io::Read>,
        jobs: &Sender<Job>,
        buffers: &Receiver<Vec<u8>>,
    ) -> io::Result<(u64, Vec<Reject>)> {
        let mut bytes = 0;
        let mut faults = Vec::new();
        loop {
            let buffer = buffers.try_recv().unwrap_or_default();
            match chunker.next(buffer) {
                Ok(None) => break,
                Ok(Some(mut chunk)) => {
                    bytes = bytes.max(chunk.origin.end);
                    for reject in &mut chunk.rejects {
                        reject.place.source = source;
                    }
                    let broken = chunk.rejects.iter().map(|reject| reject.place).collect();
                    faults.append(&mut chunk.rejects);
                    let sequence = self.sequence.fetch_add(1, Ordering::Relaxed);
                    let over = jobs.send(Job { sequence, source, format, chunk, broken }).is_err();
                    if over || self.is_over() {
                        break;
                    }
                }
                Err(error) => {
                    faults.push(whole(RejectReason::BrokenArchive, source, error.to_string()));
                    break;
                }
            }
        }
        Ok((bytes, faults))
    }
}

impl PlannedMember {
    /// Whether its records are decoded.
    pub(crate) fn is_read(&self) -> bool {
        self.format.is_some() && self.duplicate_of.is_none()
    }
}

/// A file that is no longer what the plan saw: said, never passed over.
fn changed(file: &PlannedFile, how: &str) -> Option<Reject> {
    let first = file.members.first()?;
    Some(whole(RejectReason::Unreadable, first.source, how.to_owned()))
}

fn whole(reason: RejectReason, source: SourceIx, detail: String) -> Reject {
    let place = Place { source, offset: 0, length: 0 };
    Reject { place, line: None, reason, detail, sample: String::new() }
}
