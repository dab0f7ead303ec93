//! The rules of the house that no compiler checks: who may import whom, how large a file may be,
//! that every file says what it is, that links in documents lead somewhere. Each check takes paths
//! and texts and gives back problems; this file walks the tree and prints them.

use std::{
    fmt, fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, Result};

mod documents;
mod imports;
mod sources;

/// Folders that hold nothing of ours.
const SKIPPED_FOLDERS: [&str; 8] =
    ["target", "node_modules", ".git", "demo", "corpus", "artifacts", ".venv", "snapshots"];

/// Something against the rules.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Problem {
    /// Below the workspace root, with `/`.
    path: String,
    /// From 1; 0 for the file as a whole.
    line: usize,
    message: String,
    /// Whether it only asks to be looked at.
    warning: bool,
}

/// A file of the project, as the checks see it.
#[derive(Clone, Debug)]
struct File {
    path: String,
    text: String,
    /// Whether it holds tests and nothing else.
    is_test: bool,
}

/// Checks the workspace and says what it found.
#[expect(clippy::print_stdout, reason = "a chore speaks to the person who ran it")]
pub(crate) fn run() -> Result<ExitCode> {
    let problems = check(&workspace_root())?;
    for problem in &problems {
        println!("{problem}");
    }
    let failures = problems.iter().filter(|problem| !problem.warning).count();
    println!("tidy: {failures} to mend, {} to look at", problems.len() - failures);
    Ok(if failures == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn check(root: &Path) -> Result<Vec<Problem>> {
    let files = files_below(root)?;
    let metadata = imports::metadata(root)?;
    let mut problems = imports::check(&metadata);
    let exists = |path: &str| root.join(path).exists();
    for file in &files {
        if file.path.ends_with(".rs") {
            problems.extend(sources::check(file));
        } else if file.path.ends_with(".md") {
            problems.extend(documents::check(file, &files, &exists));
        }
        problems.extend(documents::check_paths(file));
    }
    problems.extend(documents::check_architecture(&files, &imports::folders(&metadata)));
    problems.sort();
    Ok(problems)
}

fn workspace_root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().expect("xtask lies in the workspace").to_owned()
}

/// Every text file that the checks read, in order of path.
fn files_below(root: &Path) -> Result<Vec<File>> {
    let mut files = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder).with_context(|| folder.display().to_string())?;
        for entry in entries {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if path.is_dir() {
                if !SKIPPED_FOLDERS.contains(&name.as_str()) {
                    folders.push(path);
                }
            } else if is_read(&name)
                && let Ok(text) = fs::read_to_string(&path)
            {
                let path = path.strip_prefix(root).unwrap_or(&path);
                let path = path.to_string_lossy().replace('\\', "/");
                files.push(File { path, text, is_test: false });
            }
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    sources::mark_tests(&mut files);
    Ok(files)
}

fn is_read(name: &str) -> bool {
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    matches!(extension, "rs" | "md" | "toml" | "sh" | "mjs" | "py" | "yml")
        || matches!(name, "Makefile" | "run" | "NOTICE")
}

impl Problem {
    fn new(path: &str, line: usize, message: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line, message: message.into(), warning: false }
    }

    fn warning(path: &str, message: impl Into<String>) -> Self {
        Self { warning: true, ..Self::new(path, 0, message) }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path)?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
        }
        let prefix = if self.warning { "look at it: " } else { "" };
        write!(f, ": {prefix}{}", self.message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_house_is_tidy() {
        let problems = check(&workspace_root()).unwrap();
        let failures: Vec<_> =
            problems.iter().filter(|p| !p.warning).map(ToString::to_string).collect();
        assert!(failures.is_empty(), "\n{}", failures.join("\n"));
    }

    #[test]
    fn a_problem_is_shown_where_an_editor_finds_it() {
        assert_eq!(Problem::new("a.rs", 3, "wrong").to_string(), "a.rs:3: wrong");
        assert_eq!(Problem::warning("a.rs", "long").to_string(), "a.rs: look at it: long");
    }
}
