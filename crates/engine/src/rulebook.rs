//! Gathers rules: the pack that is built in, and files or folders of a user's. It reads; what a
//! rule means is `core/sigma`'s and `stages/detect`'s.

use std::{
    fs,
    io::Read as _,
    path::{Path, PathBuf},
};

use bakas_detect::{LoadProblem, Rules};
use bakas_model::{RuleCounts, limits::RULE_BYTES_LIMIT};
use include_dir::{Dir, include_dir};

use crate::Error;

static PACK: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../rules");

/// Loaded rules, with what became of each.
#[derive(Debug)]
pub struct Rulebook {
    /// The rules, ready to match.
    pub rules: Rules,
    /// How many, and why not all.
    pub counts: RuleCounts,
    /// What could not be loaded, with file, place and reason.
    pub problems: Vec<LoadProblem>,
}

/// Loads the built-in pack, where asked for, and every `.yml` and `.yaml` file of the paths.
///
/// # Errors
/// Where a path cannot be read. A rule that is wrong in itself is a problem, not an error.
pub fn load(builtin: bool, paths: &[PathBuf]) -> Result<Rulebook, Error> {
    let mut texts = Vec::new();
    if builtin {
        embedded(&PACK, &mut texts);
    }
    for path in paths {
        gather(path, path, &mut texts)?;
    }
    texts.sort();
    let (rules, counts, problems) = Rules::load(texts);
    Ok(Rulebook { rules, counts, problems })
}

fn embedded(folder: &Dir<'_>, texts: &mut Vec<(String, String)>) {
    for file in folder.files().filter(|file| is_rule(file.path())) {
        let text = file.contents_utf8().expect("the pack is text: its tests load it");
        texts.push((format!("built-in/{}", file.path().display()), text.to_owned()));
    }
    for inner in folder.dirs() {
        embedded(inner, texts);
    }
}

fn gather(root: &Path, path: &Path, texts: &mut Vec<(String, String)>) -> Result<(), Error> {
    let read = |source| Error::Read { path: path.to_owned(), source };
    if fs::metadata(path).map_err(read)?.is_dir() {
        for entry in fs::read_dir(path).map_err(read)? {
            let inner = entry.map_err(read)?.path();
            if inner.is_dir() || is_rule(&inner) {
                gather(root, &inner, texts)?;
            }
        }
        return Ok(());
    }
    let mut bytes = Vec::new();
    let file = fs::File::open(path).map_err(read)?;
    // One more than the bound, so that the loader sees, and says, that it is over.
    file.take(RULE_BYTES_LIMIT as u64 + 1).read_to_end(&mut bytes).map_err(read)?;
    let below = path.strip_prefix(root).ok().filter(|below| below.components().count() > 0);
    let name = below.map_or_else(|| path.display().to_string(), |b| b.display().to_string());
    texts.push((name, String::from_utf8_lossy(&bytes).into_owned()));
    Ok(())
}

fn is_rule(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "yml" || extension == "yaml")
}
