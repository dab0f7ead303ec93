//! BagIt 1.0 (RFC 8493): a folder that says what it holds and how each file's digests read, so that
//! anybody's tool can tell whether it came whole. It writes the bag's own files and checks a bag;
//! payload files are the caller's to write.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{self, Read},
};

use sha2::{Digest, Sha256, Sha512};

use crate::{Folder, digits::hex};

/// What the payload lies under.
pub const PAYLOAD_DIR: &str = "data/";

const DECLARATION: &[u8] = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";
const CHUNK_BYTES: usize = 1 << 16;
/// Bytes of a manifest that is read.
const MANIFEST_LIMIT: u64 = 256 << 20;

/// A file of a bag, by name and digests.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct BagFile {
    /// Its path within the bag.
    pub path: String,
    /// Its size.
    pub bytes: u64,
    /// SHA-256 in hex.
    pub sha256: String,
    /// SHA-512 in hex.
    pub sha512: String,
}

impl BagFile {
    /// Reads a file to its end.
    ///
    /// # Errors
    /// Where reading fails.
    pub fn read(path: &str, file: &mut dyn Read) -> io::Result<Self> {
        let (mut sha256, mut sha512, mut bytes) = (Sha256::new(), Sha512::new(), 0_u64);
        let mut buffer = vec![0; CHUNK_BYTES];
        loop {
            let read = match file.read(&mut buffer) {
                Ok(0) => break,
                Ok(read) => read,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
                Err(e) => return Err(e),
            };
            sha256.update(&buffer[..read]);
            sha512.update(&buffer[..read]);
            bytes += read as u64;
        }
        let (sha256, sha512) = (hex(&sha256.finalize()), hex(&sha512.finalize()));
        Ok(Self { path: path.to_owned(), bytes, sha256, sha512 })
    }

    fn of(path: &str, bytes: &[u8]) -> Self {
        Self {
            path: path.to_owned(),
            bytes: bytes.len() as u64,
            sha256: hex(&Sha256::digest(bytes)),
            sha512: hex(&Sha512::digest(bytes)),
        }
    }
}

/// The bag's own files, by path: the declaration, what the bag is, and manifests of the payload and
/// of these. `info` are the lines of `bag-info.txt`; the size of the payload is added to them.
/// `tags` are further files outside the payload.
#[must_use]
pub fn tag_files(
    payload: &[BagFile],
    tags: &[BagFile],
    info: &[(&str, String)],
) -> Vec<(String, Vec<u8>)> {
    let octets: u64 = payload.iter().map(|file| file.bytes).sum();
    let mut lines = String::new();
    for (label, value) in info {
        // A value on several lines is folded: what follows begins with a blank.
        lines += &format!("{label}: {}\n", value.trim().replace(['\r', '\n'], " "));
    }
    lines += &format!("Payload-Oxum: {octets}.{}\n", payload.len());
    let mut files = vec![
        ("bagit.txt".to_owned(), DECLARATION.to_vec()),
        ("bag-info.txt".to_owned(), lines.into_bytes()),
        ("manifest-sha256.txt".to_owned(), listing(payload, |file| &file.sha256)),
        ("manifest-sha512.txt".to_owned(), listing(payload, |file| &file.sha512)),
    ];
    let own: Vec<BagFile> = files.iter().map(|(path, bytes)| BagFile::of(path, bytes)).collect();
    let all: Vec<BagFile> = own.iter().chain(tags).cloned().collect();
    files.push(("tagmanifest-sha256.txt".to_owned(), listing(&all, |file| &file.sha256)));
    files.push(("tagmanifest-sha512.txt".to_owned(), listing(&all, |file| &file.sha512)));
    files
}

fn listing(files: &[BagFile], digest: impl Fn(&BagFile) -> &str) -> Vec<u8> {
    let mut lines: Vec<String> =
        files.iter().map(|file| format!("{}  {}\n", digest(file), encode(&file.path))).collect();
    lines.sort();
    lines.concat().into_bytes()
}

/// Line feeds, carriage returns and percent signs are written as `%0A`, `%0D`, `%25` (section
/// 2.1.3).
fn encode(path: &str) -> String {
    path.replace('%', "%25").replace('\n', "%0A").replace('\r', "%0D")
}

fn decode(path: &str) -> String {
    let path = path.replace("%0A", "\n").replace("%0a", "\n");
    path.replace("%0D", "\r").replace("%0d", "\r").replace("%25", "%")
}

/// Checks a bag: its declaration, that every file is listed in every manifest and has the digest
/// that stands there, and that nothing listed is missing. Says everything that does not fit.
///
/// # Errors
/// Where the folder cannot be listed.
pub fn check(bag: &dyn Folder) -> io::Result<Vec<String>> {
    let mut problems = Vec::new();
    match whole(bag, "bagit.txt") {
        Ok(bytes) if bytes == DECLARATION => {}
        Ok(_) => problems.push("bagit.txt: not a declaration of BagIt 1.0 in UTF-8".to_owned()),
        Err(e) => problems.push(format!("bagit.txt: {e}")),
    }
    let names: BTreeSet<String> = bag.list()?.into_iter().collect();
    let (payload, tags): (Vec<&String>, Vec<&String>) =
        names.iter().partition(|name| name.starts_with(PAYLOAD_DIR));
    let manifests = ["tagmanifest-sha256.txt", "tagmanifest-sha512.txt"];
    // What lists everything is listed nowhere, nor is what was signed over it.
    let is_listed = |name: &&String| !manifests.iter().any(|one| name.starts_with(one));
    let tags = tags.into_iter().filter(is_listed).collect();
    for (kind, files) in [("manifest", payload), ("tagmanifest", tags)] {
        compare(bag, kind, &files, &mut problems);
    }
    Ok(problems)
}

fn compare(bag: &dyn Folder, kind: &str, files: &[&String], problems: &mut Vec<String>) {
    let mut lists = Vec::new();
    for algorithm in ["sha256", "sha512"] {
        let name = format!("{kind}-{algorithm}.txt");
        let lines = whole(bag, &name).and_then(|bytes| read_listing(&bytes));
        match lines {
            Ok(lines) => lists.push((name, algorithm, lines)),
            Err(e) => problems.push(format!("{name}: {e}")),
        }
    }
    for &path in files {
        let read = bag.open(path).and_then(|mut file| BagFile::read(path, &mut file));
        let read = match read {
            Ok(read) => read,
            Err(e) => {
                problems.push(format!("{path}: {e}"));
                continue;
            }
        };
        for (name, algorithm, lines) in &mut lists {
            let digest = if *algorithm == "sha256" { &read.sha256 } else { &read.sha512 };
            match lines.remove(path.as_str()) {
                None => problems.push(format!("{path}: not listed in {name}")),
                Some(listed) if listed != *digest => {
                    problems.push(format!("{path}: its {algorithm} is not the one in {name}"));
                }
                Some(_) => {}
            }
        }
    }
    for (name, _, lines) in lists {
        problems.extend(lines.into_keys().map(|path| format!("{path}: in {name}, and missing")));
    }
}

fn read_listing(bytes: &[u8]) -> io::Result<BTreeMap<String, String>> {
    let bad = |line: usize, why: &str| io::Error::other(format!("line {line}: {why}"));
    let text = std::str::from_utf8(bytes).map_err(|_| io::Error::other("it is not UTF-8"))?;
    let mut lines = BTreeMap::new();
    for (number, line) in text.lines().enumerate() {
        let number = number + 1;
        let (digest, path) =
            line.split_once(' ').ok_or_else(|| bad(number, "it has no digest and path"))?;
        let path = decode(path.trim_start_matches([' ', '*']));
        if lines.insert(path, digest.to_ascii_lowercase()).is_some() {
            return Err(bad(number, "the file is listed twice"));
        }
    }
    Ok(lines)
}

fn whole(bag: &dyn Folder, path: &str) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    bag.open(path)?.take(MANIFEST_LIMIT + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MANIFEST_LIMIT {
        return Err(io::Error::other(format!("it is larger than {MANIFEST_LIMIT} bytes")));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Memory(BTreeMap<String, Vec<u8>>);

    impl Folder for Memory {
        fn list(&self) -> io::Result<Vec<String>> {
            Ok(self.0.keys().cloned().collect())
        }

        fn open(&self, path: &str) -> io::Result<Box<dyn Read + '_>> {
            let bytes = self.0.get(path).ok_or(io::ErrorKind::NotFound)?;
            Ok(Box::new(bytes.as_slice()))
        }
    }

    fn bag() -> Memory {
        let mut files = BTreeMap::new();
        files.insert("data/a 100%\n.log".to_owned(), b"one".to_vec());
        files.insert("data/b".to_owned(), Vec::new());
        let payload: Vec<BagFile> =
            files.iter().map(|(path, bytes)| BagFile::of(path, bytes)).collect();
        files.insert("note.txt".to_owned(), b"tag".to_vec());
        let tags = [BagFile::of("note.txt", b"tag")];
        let info = [("Source-Organization", "Example CERT\nof nowhere".to_owned())];
        files.extend(tag_files(&payload, &tags, &info));
        Memory(files)
    }

    #[test]
    fn a_bag_that_came_whole_holds() {
        let bag = bag();
        assert_eq!(check(&bag).expect("a folder"), Vec::<String>::new());
        let info = String::from_utf8_lossy(&bag.0["bag-info.txt"]).into_owned();
        assert_eq!(info, "Source-Organization: Example CERT of nowhere\nPayload-Oxum: 3.2\n");
    }

    #[test]
    fn every_change_is_told_with_its_file() {
        let names: Vec<String> = bag().0.into_keys().collect();
        for name in names {
            let mut gone = bag();
            gone.0.remove(&name);
            assert!(check(&gone).expect("a folder").iter().any(|p| p.contains(&name)), "{name}");
            let mut changed = bag();
            changed.0.get_mut(&name).expect("it is there").push(b'x');
            assert!(!check(&changed).expect("a folder").is_empty(), "{name} was changed");
        }
        let mut more = bag();
        more.0.insert("data/c".to_owned(), Vec::new());
        let told = check(&more).expect("a folder");
        assert!(told.iter().all(|p| p.starts_with("data/c: not listed in")), "{told:?}");
        assert_eq!(told.len(), 2);
    }
}
