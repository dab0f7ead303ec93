//! Rule files → loaded rules: parsed on several threads and compiled, or as the user's cache folder
//! has kept them since the same files were last loaded by the same program. The cache only ever
//! spares time: what does not fit in every respect is passed over and told, and so is every fault
//! in reading or writing it. It holds what was compiled, so that only rules which are asked need
//! be made again.

use std::{
    env, fs,
    io::{self, Read as _, Write as _},
    path::{Path, PathBuf},
    thread,
    time::{SystemTime, UNIX_EPOCH},
};

use bakas_detect::{LoadOptions, Loaded, Rules};
use bakas_model::LogSource;
use bakas_sigma::Parsed;
use sha2::{Digest as _, Sha256};

/// So many files are loaded sooner than looked up.
const FEW: usize = 32;
/// So many files are parsed sooner by one thread.
const SHARED_LEAST: usize = 200;
/// Most threads that parse.
const THREADS_LIMIT: usize = 8;
/// Largest file of the cache that is read, in bytes.
const CACHED_BYTES_LIMIT: u64 = 256 << 20;
/// Files that the cache keeps; the oldest go.
const CACHED_FILES_LIMIT: usize = 8;
const HASH_BYTES: usize = 32;
/// How its files end; the second is how they ended before.
const EXTENSIONS: [&str; 2] = ["loaded", "parsed"];

/// Files to be loaded, given as path and text, with what they are loaded with.
pub(crate) struct Texts {
    files: Vec<(String, String)>,
    /// All of it so far, and this program; `None` where there is no cache, or nothing to spare.
    hash: Option<Sha256>,
}

/// What loading came to.
pub(crate) struct Ready {
    pub(crate) rules: Rules,
    pub(crate) loaded: Loaded,
    /// What a person should know of the cache.
    pub(crate) note: Option<String>,
}

impl Texts {
    /// Of these files, to be loaded with these options but for the formats of users.
    pub(crate) fn new(files: Vec<(String, String)>, options: &LoadOptions) -> Self {
        let is_kept = files.len() >= FEW && folder().is_some();
        let hash = is_kept.then(|| hash(&files, options)).flatten();
        Self { files, hash }
    }

    /// Loads them.
    pub(crate) fn load(self, options: &LoadOptions) -> Ready {
        let place = self.hash.and_then(|hash| place(&folder()?, hash, &options.custom));
        load(self.files, options, place.as_deref())
    }
}

/// Loads files, or takes what is kept of them in a place.
fn load(files: Vec<(String, String)>, options: &LoadOptions, place: Option<&Path>) -> Ready {
    let mut note = None;
    if let Some(path) = place {
        match read(path).map(|bytes| bytes.and_then(|b| Rules::from_bytes(b, &options.custom))) {
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

/// Where rules of this hash, loaded with these log sources of users, would lie in a folder.
fn place(folder: &Path, mut hash: Sha256, custom: &[LogSource]) -> Option<PathBuf> {
    for LogSource { category, product, service } in custom {
        for part in [category, product, service] {
            hash.update([u8::from(part.is_some())]);
            add(&mut hash, part.unwrap_or_default());
        }
    }
    let name: String = hash.finalize().iter().take(16).map(|b| format!("{b:02x}")).collect();
    Some(folder.join(format!("{name}.{}", EXTENSIONS[0])))
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
    let entries = fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path());
    let age = |path: &PathBuf| fs::metadata(path).and_then(|m| m.modified()).ok();
    let is_ours = |path: &PathBuf| {
        path.extension().is_some_and(|extension| EXTENSIONS.iter().any(|ours| extension == *ours))
    };
    let mut kept: Vec<(Option<SystemTime>, PathBuf)> =
        entries.filter(is_ours).map(|path| (age(&path), path)).collect();
    kept.sort();
    let many = kept.len().saturating_sub(CACHED_FILES_LIMIT);
    kept.iter().take(many).try_for_each(|(_, path)| fs::remove_file(path)).ok()
}

#[cfg(test)]
mod tests;
