//! Rule files, parsed: on several threads, or as the user's cache folder has kept it since the same
//! files were last parsed by the same program. The cache only ever spares time: what does not fit
//! in every respect is passed over, and so is every fault in reading or writing it.

use std::{
    env, fs,
    io::{Read as _, Write as _},
    path::{Path, PathBuf},
    thread,
    time::{SystemTime, UNIX_EPOCH},
};

use bakas_sigma::Parsed;
use sha2::{Digest as _, Sha256};

/// So many files are parsed sooner than looked up.
const FEW: usize = 200;
/// Most threads that parse.
const THREADS_LIMIT: usize = 8;
/// Largest file of the cache that is read, in bytes.
const CACHED_BYTES_LIMIT: u64 = 256 << 20;
/// Files that the cache keeps; the oldest go.
const CACHED_FILES_LIMIT: usize = 8;
const HASH_BYTES: usize = 32;

/// Parses files, given as path and text.
pub(crate) fn parse(texts: Vec<(String, String)>) -> Vec<(String, Parsed)> {
    let kept = if texts.len() < FEW { None } else { place(&texts) };
    let found = kept.as_deref().and_then(|path| read(path, texts.len()));
    let parsed = found.unwrap_or_else(|| {
        let parsed = parse_all(&texts);
        // Without a cache it goes on as well.
        let _kept = kept.as_deref().and_then(|path| keep(path, &parsed));
        parsed
    });
    texts.into_iter().map(|(path, _)| path).zip(parsed).collect()
}

fn parse_all(texts: &[(String, String)]) -> Vec<Parsed> {
    let parse = |(_, text): &(String, String)| bakas_sigma::parse(text);
    let threads = thread::available_parallelism().map_or(1, usize::from).min(THREADS_LIMIT);
    if texts.len() < FEW || threads < 2 {
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

/// Where these texts, parsed by this program, would lie in the cache.
fn place(texts: &[(String, String)]) -> Option<PathBuf> {
    let mut hash = Sha256::new();
    hash.update(this_program()?);
    for (_, text) in texts {
        hash.update((text.len() as u64).to_le_bytes());
        hash.update(text);
    }
    let name: String = hash.finalize().iter().take(16).map(|b| format!("{b:02x}")).collect();
    Some(folder()?.join(format!("{name}.parsed")))
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

fn read(path: &Path, files: usize) -> Option<Vec<Parsed>> {
    let mut bytes = Vec::new();
    fs::File::open(path).ok()?.take(CACHED_BYTES_LIMIT).read_to_end(&mut bytes).ok()?;
    let (hash, rest) = bytes.split_first_chunk::<HASH_BYTES>()?;
    if Sha256::digest(rest).as_slice() != hash {
        return None;
    }
    let parsed: Vec<Parsed> = postcard::from_bytes(rest).ok()?;
    (parsed.len() == files).then_some(parsed)
}

/// Keeps what was parsed, whole or not at all.
fn keep(path: &Path, parsed: &[Parsed]) -> Option<()> {
    let folder = path.parent()?;
    fs::create_dir_all(folder).ok()?;
    let bytes = postcard::to_stdvec(parsed).ok()?;
    let mut file = tempfile::NamedTempFile::new_in(folder).ok()?;
    file.write_all(&Sha256::digest(&bytes)).ok()?;
    file.write_all(&bytes).ok()?;
    file.persist(path).ok()?;
    forget_oldest(folder)
}

fn forget_oldest(folder: &Path) -> Option<()> {
    let entries = fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path());
    let age = |path: &PathBuf| fs::metadata(path).and_then(|m| m.modified()).ok();
    let mut kept: Vec<(Option<SystemTime>, PathBuf)> = entries
        .filter(|path| path.extension().is_some_and(|extension| extension == "parsed"))
        .map(|path| (age(&path), path))
        .collect();
    kept.sort();
    let many = kept.len().saturating_sub(CACHED_FILES_LIMIT);
    kept.iter().take(many).try_for_each(|(_, path)| fs::remove_file(path)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(marker: &str) -> Vec<(String, String)> {
        let rule = |number: usize| {
            format!(
                "title: Rule {number} {marker}\nid: {number}\nlogsource: {{category: webserver}}\n\
                 detection:\n  s:\n    cs-uri-query|contains: 'x{number}'\n    n|re: 'a+b'\n    \
                 c|cidr: 192.0.2.0/24\n    e|expand: '%users%'\n  condition: s\n"
            )
        };
        (0..FEW + 3).map(|number| (format!("{number}.yml"), rule(number))).collect()
    }

    #[test]
    fn what_is_kept_is_what_was_parsed() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("a.parsed");
        let parsed = parse_all(&texts("a"));
        assert!(parsed.iter().all(|p| p.problems.is_empty() && p.documents.len() == 1));
        keep(&path, &parsed).unwrap();
        assert_eq!(read(&path, parsed.len()).unwrap(), parsed);
        assert_eq!(read(&path, parsed.len() + 1), None, "another number of files");
    }

    #[test]
    fn what_is_damaged_is_passed_over() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("a.parsed");
        let parsed = parse_all(&texts("a"));
        keep(&path, &parsed).unwrap();
        let bytes = fs::read(&path).unwrap();
        for at in (0..bytes.len()).step_by(bytes.len() / 97 + 1) {
            let mut damaged = bytes.clone();
            damaged[at] ^= 0x10;
            fs::write(&path, &damaged).unwrap();
            assert_eq!(read(&path, parsed.len()), None, "byte {at}");
            fs::write(&path, &bytes[..at]).unwrap();
            assert_eq!(read(&path, parsed.len()), None, "cut at {at}");
        }
    }

    #[test]
    fn other_texts_lie_elsewhere() {
        let place_of = |marker: &str| place(&texts(marker));
        assert_eq!(place_of("a"), place_of("a"));
        // Without a home there is no cache.
        assert!(place_of("a").is_none() || place_of("a") != place_of("b"));
        let mut moved = texts("a");
        let [(_, first), (_, second), ..] = moved.as_mut_slice() else { unreachable!("many") };
        // The same bytes, cut elsewhere.
        let tail = first.split_off(first.len() - 1);
        second.insert_str(0, &tail);
        assert!(place(&moved).is_none() || place(&moved) != place_of("a"));
    }

    #[test]
    fn the_oldest_go() {
        let place = tempfile::tempdir().unwrap();
        for number in 0..CACHED_FILES_LIMIT + 3 {
            keep(&place.path().join(format!("{number}.parsed")), &[]).unwrap();
        }
        assert_eq!(fs::read_dir(place.path()).unwrap().count(), CACHED_FILES_LIMIT);
    }
}
