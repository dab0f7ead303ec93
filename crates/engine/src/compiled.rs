//! Rule files → loaded rules: parsed on several threads and compiled, or as the user's cache folder
//! has kept them since the same files were last loaded by the same program. The cache only ever
//! spares time: what does not fit in every respect is passed over and told, and so is every fault
//! in reading or writing it. It holds what was compiled, so that only rules which are asked need
//! be made again.
//!
//! What is kept goes by the content of the files. Beside it stands for which look of the files, by
//! their places, sizes and times, that content was read, so that they need not be read again.

mod look;

use std::{
    env, fs,
    io::{self, Read as _, Write as _},
    path::{Path, PathBuf},
    thread,
    time::{SystemTime, UNIX_EPOCH},
};

use bakas_detect::{LoadOptions, Loaded, Rules};
use bakas_model::{LogSource, limits::RULE_BYTES_LIMIT};
use bakas_sigma::Parsed;
use sha2::{Digest as _, Sha256};

use self::look::Look;
use crate::{
    Error,
    clock::SystemClock,
    files::{self, Listed},
};

/// So many files are loaded sooner than looked up.
const FEW: usize = 32;
/// So many files are parsed sooner by one thread.
const SHARED_LEAST: usize = 200;
/// Most threads that parse.
const THREADS_LIMIT: usize = 8;
/// Largest file of the cache that is read, in bytes.
const CACHED_BYTES_LIMIT: u64 = 256 << 20;
/// Files of each kind that the cache keeps; the oldest go.
const CACHED_FILES_LIMIT: usize = 8;
const HASH_BYTES: usize = 32;
/// Bytes of a hash that name a file of the cache, in hex.
const NAME_BYTES: usize = 16;
/// How its files end: rules, and looks of files; the last is how rules ended before.
const EXTENSIONS: [&str; 3] = ["loaded", "seen", "parsed"];

/// Files to be loaded, with what they are loaded with.
pub(crate) struct Texts {
    /// Carried ones, as path and text.
    carried: Vec<(String, String)>,
    listed: Vec<Listed>,
    /// How the listed files look, where there is a cache and something to spare.
    look: Option<Look>,
    /// The texts of all, where they are read already.
    read: Option<Vec<(String, String)>>,
}

/// What loading came to.
pub(crate) struct Ready {
    pub(crate) rules: Rules,
    pub(crate) loaded: Loaded,
    /// What a person should know of the cache.
    pub(crate) note: Option<String>,
}

impl Texts {
    /// Of files that are carried and files that lie somewhere.
    pub(crate) fn new(
        carried: Vec<(String, String)>,
        listed: Vec<Listed>,
        options: &LoadOptions,
    ) -> Result<Self, Error> {
        let is_kept = carried.len() + listed.len() >= FEW && folder().is_some();
        let look = if is_kept { Look::at(&carried, &listed, options, &SystemClock) } else { None };
        let mut texts = Self { carried, listed, look, read: None };
        // Whoever asks has other things to do meanwhile: what surely must be read is read now.
        if texts.look.as_ref().is_none_or(|look| !look.is_known()) {
            texts.read = Some(texts.read()?);
        }
        Ok(texts)
    }

    /// The texts of all files, in the order of their names.
    fn read(&mut self) -> Result<Vec<(String, String)>, Error> {
        let mut texts = std::mem::take(&mut self.carried);
        texts.extend(files::read(&self.listed, RULE_BYTES_LIMIT as u64)?);
        texts.sort();
        Ok(texts)
    }

    /// Loads them.
    pub(crate) fn load(mut self, options: &LoadOptions) -> Result<Ready, Error> {
        let Some(look) = self.look.take() else {
            let texts = self.read.take().map_or_else(|| self.read(), Ok)?;
            return Ok(load(texts, options, None));
        };
        let seen = look.place();
        if self.read.is_none()
            && let Some(digest) = seen.as_deref().and_then(look::content_of)
            && let Some(path) = folder().map(|folder| place(&folder, &digest, &options.custom))
            && let Ok(Some((rules, loaded))) = kept(&path, options)
        {
            return Ok(Ready { rules, loaded, note: None });
        }
        let texts = self.read.take().map_or_else(|| self.read(), Ok)?;
        let digest = hash(&texts, options).map(|hash| hash.finalize().into());
        let place = digest.and_then(|digest| Some(place(&folder()?, &digest, &options.custom)));
        let ready = load(texts, options, place.as_deref());
        if let (Some(seen), Some(digest), true) = (seen, digest, look.is_settled()) {
            // Without it the files are read the next time, too.
            let _kept = keep(&seen, &digest);
        }
        Ok(ready)
    }
}

/// What is kept in a place; `None` where it is damaged.
fn kept(path: &Path, options: &LoadOptions) -> io::Result<Option<(Rules, Loaded)>> {
    Ok(read(path)?.and_then(|bytes| Rules::from_bytes(bytes, &options.custom)))
}

/// Loads files, or takes what is kept of them in a place.
fn load(files: Vec<(String, String)>, options: &LoadOptions, place: Option<&Path>) -> Ready {
    let mut note = None;
    if let Some(path) = place {
        match kept(path, options) {
            Ok(Some((rules, loaded))) => return Ready { rules, loaded, note },
            Ok(None) => {
                let path = path.display();
                note = Some(format!("{path} was damaged: the rules were read and kept anew"));
            }
            // Nothing is kept, or it cannot be read: then they are loaded as if nothing were.
            Err(_) => {}
        }
    }
    let parsed = parse_all(&files);
    let files = files.into_iter().map(|(path, _)| path).zip(parsed);
    let (rules, loaded) = Rules::load_parsed(files, options);
    // Without a cache it goes on as well.
    let _kept = place.and_then(|path| keep(path, &rules.to_bytes(&loaded)?));
    Ready { rules, loaded, note }
}

fn parse_all(texts: &[(String, String)]) -> Vec<Parsed> {
    let parse = |(_, text): &(String, String)| bakas_sigma::parse(text);
    let threads = thread::available_parallelism().map_or(1, usize::from).min(THREADS_LIMIT);
    if texts.len() < SHARED_LEAST || threads < 2 {
        return texts.iter().map(parse).collect();
    }
    let share = texts.len().div_ceil(threads);
    thread::scope(|scope| {
        let parts: Vec<_> = texts
            .chunks(share)
            .map(|part| scope.spawn(move || part.iter().map(parse).collect::<Vec<_>>()))
            .collect();
        let joined = parts.into_iter().map(|part| part.join().expect("parsing does not panic"));
        joined.flatten().collect()
    })
}

/// Of this program, the files with their paths, and what they are loaded with.
fn hash(files: &[(String, String)], options: &LoadOptions) -> Option<Sha256> {
    let LoadOptions { custom: _, placeholders, pipelines } = options;
    let mut hash = Sha256::new();
    hash.update(this_program()?);
    for texts in [files, pipelines] {
        hash.update((texts.len() as u64).to_le_bytes());
        for text in texts.iter().flat_map(|(path, text)| [path, text]) {
            add(&mut hash, text);
        }
    }
    for (name, values) in placeholders {
        add(&mut hash, name);
        hash.update((values.len() as u64).to_le_bytes());
        values.iter().for_each(|value| add(&mut hash, value));
    }
    Some(hash)
}

/// Adds a text so that no other way of cutting the same bytes comes to the same.
fn add(hash: &mut Sha256, text: &str) {
    hash.update((text.len() as u64).to_le_bytes());
    hash.update(text);
}

/// Where rules of this content, loaded with these log sources of users, would lie in a folder.
fn place(folder: &Path, content: &[u8; HASH_BYTES], custom: &[LogSource]) -> PathBuf {
    let mut hash = Sha256::new();
    hash.update(content);
    for LogSource { category, product, service } in custom {
        for part in [category, product, service] {
            hash.update([u8::from(part.is_some())]);
            add(&mut hash, part.unwrap_or_default());
        }
    }
    folder.join(named(hash, EXTENSIONS[0]))
}

/// The name of a file of the cache.
fn named(hash: Sha256, extension: &str) -> String {
    let name: String =
        hash.finalize().iter().take(NAME_BYTES).map(|b| format!("{b:02x}")).collect();
    format!("{name}.{extension}")
}

/// What tells this build of the program from all others.
fn this_program() -> Option<String> {
    let file = fs::metadata(env::current_exe().ok()?).ok()?;
    let changed = file.modified().ok()?.duration_since(UNIX_EPOCH).ok()?.as_nanos();
    Some(format!("bakas {} {} {changed}", env!("CARGO_PKG_VERSION"), file.len()))
}

fn folder() -> Option<PathBuf> {
    let set = |name: &str| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let cache = set("XDG_CACHE_HOME").or_else(|| Some(set("HOME")?.join(".cache")))?;
    Some(cache.join("bakas").join("rules"))
}

/// What is kept in a place; `None` where it is damaged.
fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    let mut file = fs::File::open(path)?;
    let mut hash = [0; HASH_BYTES];
    let mut bytes = Vec::with_capacity(file.metadata()?.len().min(CACHED_BYTES_LIMIT) as usize);
    if file.read_exact(&mut hash).is_err() {
        return Ok(None);
    }
    file.take(CACHED_BYTES_LIMIT).read_to_end(&mut bytes)?;
    Ok((Sha256::digest(&bytes).as_slice() == hash).then_some(bytes))
}

/// Keeps bytes, whole or not at all: others may read and write the same place.
fn keep(path: &Path, bytes: &[u8]) -> Option<()> {
    let folder = path.parent()?;
    fs::create_dir_all(folder).ok()?;
    let mut file = tempfile::NamedTempFile::new_in(folder).ok()?;
    file.write_all(&Sha256::digest(bytes)).ok()?;
    file.write_all(bytes).ok()?;
    file.persist(path).ok()?;
    forget_oldest(folder)
}

fn forget_oldest(folder: &Path) -> Option<()> {
    let age = |path: &PathBuf| fs::metadata(path).and_then(|m| m.modified()).ok();
    let [rules, looks, former] = EXTENSIONS;
    for kind in [&[rules, former][..], &[looks]] {
        let entries = fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path());
        let is_of_kind = |path: &PathBuf| {
            path.extension().is_some_and(|extension| kind.iter().any(|kind| extension == *kind))
        };
        let mut kept: Vec<(Option<SystemTime>, PathBuf)> =
            entries.filter(is_of_kind).map(|path| (age(&path), path)).collect();
        kept.sort();
        let many = kept.len().saturating_sub(CACHED_FILES_LIMIT);
        kept.iter().take(many).try_for_each(|(_, path)| fs::remove_file(path)).ok()?;
    }
    Some(())
}

#[cfg(test)]
mod tests;
