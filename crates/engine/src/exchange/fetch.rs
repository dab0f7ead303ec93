//! Taking what is new from a counterpart's server, and going on where it broke off. Pages are kept
//! with the position after them; when the server has no more, they become messages as any other
//! that came: nothing in them acts by itself.

use std::{
    fs::{self, File},
    io::{BufReader, BufWriter, Write as _},
    path::{Path, PathBuf},
};

use bakas_model::{
    outside::OutsideError,
    transport::{Position, Server, Service, Taken, Transport},
};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sha2::{Digest as _, Sha256};

use super::{Arrival, MESSAGE_BYTES_LIMIT, Post, crash, deliver::folder_of, look, read_limited};
use crate::{Error, input::hex};

/// Largest record of a position, in bytes.
const POSITION_BYTES_LIMIT: u64 = 64 << 20;
/// Bytes of pages that become one message.
const MESSAGE_PAGES_BYTES: u64 = MESSAGE_BYTES_LIMIT / 2;

/// What was taken from a server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fetched {
    /// Counts of this pull: `given` = `taken` + `again`.
    pub taken: Taken,
    /// Pages that an earlier pull had kept when it broke off.
    pub pages_before: u64,
    /// The messages that came of it.
    pub arrivals: Vec<Arrival>,
}

/// Where we stand with a server.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct State {
    server: String,
    position: Position,
    /// Pages that are kept and are no message yet.
    pages: u64,
}

/// Objects of a page, as they stand there.
#[derive(Deserialize)]
struct Page {
    #[serde(default)]
    objects: Vec<Box<RawValue>>,
}

impl Post<'_> {
    /// Takes everything that is new at a server.
    ///
    /// # Errors
    /// When the server cannot be asked or breaks off; what came until then is kept, and the next
    /// call goes on there.
    pub fn fetch(&mut self, server: &Server, transport: &dyn Transport) -> Result<Fetched, Error> {
        let spool = Spool::open(folder_of(&self.folder, server), server)?;
        let mut state = spool.state()?;
        let pages_before = state.pages;
        let mut failed = None;
        let since = state.position.clone();
        let pulled = transport.pull(server, &since, &mut |page| {
            let kept =
                spool.keep(&mut state, &page.document, &page.position, page.objects.is_empty());
            kept.map_err(|error| {
                failed = Some(error);
                OutsideError::Closed
            })
        });
        if let Some(error) = failed {
            return Err(error);
        }
        let taken = pulled.map_err(|error| {
            Error::Outside(OutsideError::Unreachable {
                url: server.to_string(),
                why: format!(
                    "{error}; {} pages are kept, do it again to go on with the rest",
                    state.pages
                ),
            })
        })?;
        let mut arrivals = Vec::new();
        for path in spool.messages(&state, server.service)? {
            let digest = look::digest(&path)?;
            let file =
                File::open(&path).map_err(|source| Error::Read { path: path.clone(), source })?;
            arrivals.push(self.take(digest, BufReader::new(file))?);
        }
        spool.clear(&mut state)?;
        Ok(Fetched { taken, pages_before, arrivals })
    }
}

/// Pages of a server, on disk.
struct Spool {
    folder: PathBuf,
    server: String,
}

impl Spool {
    fn open(folder: PathBuf, server: &Server) -> Result<Self, Error> {
        let write = |source| Error::Write { path: folder.clone(), source };
        fs::create_dir_all(&folder).map_err(write)?;
        Ok(Self { folder, server: server.to_string() })
    }

    fn state_file(&self) -> PathBuf {
        self.folder.join("position.json")
    }

    fn page(&self, number: u64) -> PathBuf {
        self.folder.join(format!("page-{number:08}.json"))
    }

    fn state(&self) -> Result<State, Error> {
        let path = self.state_file();
        if !path.exists() {
            return Ok(State { server: self.server.clone(), ..State::default() });
        }
        let bytes = read_limited(&path, POSITION_BYTES_LIMIT)?;
        serde_json::from_slice(&bytes).map_err(|e| {
            Error::Usage(format!("{}: {e}; remove it to take everything once more", path.display()))
        })
    }

    fn save(&self, state: &State) -> Result<(), Error> {
        let bytes = serde_json::to_vec(state).expect("a position is plain data");
        crash::point();
        bakas_store::replace(&self.state_file(), &bytes)?;
        crash::point();
        Ok(())
    }

    /// Keeps a page, then the position after it.
    fn keep(
        &self,
        state: &mut State,
        document: &[u8],
        position: &Position,
        is_empty: bool,
    ) -> Result<(), Error> {
        if !is_empty {
            crash::point();
            bakas_store::replace(&self.page(state.pages + 1), document)?;
            state.pages += 1;
        }
        state.position = position.clone();
        self.save(state)
    }

    /// The pages as messages: bundles put together, so that what belongs together is read together;
    /// events of MISP are whole in their page.
    fn messages(&self, state: &State, service: Service) -> Result<Vec<PathBuf>, Error> {
        let pages: Vec<PathBuf> = (1..=state.pages).map(|number| self.page(number)).collect();
        if service == Service::Misp {
            return Ok(pages);
        }
        let mut groups: Vec<Vec<PathBuf>> = Vec::new();
        let mut bytes = 0;
        for page in pages {
            let size =
                fs::metadata(&page).map_err(|source| Error::Read { path: page.clone(), source })?;
            bytes += size.len();
            if groups.is_empty() || bytes > MESSAGE_PAGES_BYTES {
                groups.push(Vec::new());
                bytes = size.len();
            }
            if let Some(group) = groups.last_mut() {
                group.push(page);
            }
        }
        let whole = |(number, group): (usize, &Vec<PathBuf>)| {
            let path = self.folder.join(format!("bundle-{number:04}.json"));
            bundle(group, &path).map(|()| path)
        };
        groups.iter().enumerate().map(whole).collect()
    }

    fn clear(&self, state: &mut State) -> Result<(), Error> {
        state.pages = 0;
        self.save(state)?;
        let read = |source| Error::Read { path: self.folder.clone(), source };
        for entry in fs::read_dir(&self.folder).map_err(read)? {
            let entry = entry.map_err(read)?;
            let name = entry.file_name();
            let name = name.to_string_lossy();
            if name.starts_with("page-") || name.starts_with("bundle-") {
                let path = entry.path();
                fs::remove_file(&path).map_err(|source| Error::Write { path, source })?;
            }
        }
        Ok(())
    }
}

/// Pages of STIX as one bundle. The same pages make the same bundle.
fn bundle(pages: &[PathBuf], out: &Path) -> Result<(), Error> {
    let write = |source| Error::Write { path: out.to_owned(), source };
    let mut name = Sha256::new();
    for page in pages {
        name.update(look::digest(page)?);
    }
    let id = uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_OID, hex(&name.finalize()).as_bytes());
    let mut file = BufWriter::new(File::create(out).map_err(write)?);
    let head = format!("{{\"type\":\"bundle\",\"id\":\"bundle--{id}\",\"objects\":[");
    file.write_all(head.as_bytes()).map_err(write)?;
    let mut is_first = true;
    for page in pages {
        let bytes = read_limited(page, MESSAGE_BYTES_LIMIT)?;
        let page: Page = serde_json::from_slice(&bytes)
            .map_err(|e| Error::Seal(format!("{}: {e}; it was altered", page.display())))?;
        for object in page.objects {
            let comma = if is_first { "" } else { "," };
            is_first = false;
            write!(file, "{comma}\n{object}").map_err(write)?;
        }
    }
    file.write_all(b"\n]}\n").and_then(|()| file.flush()).map_err(write)
}
