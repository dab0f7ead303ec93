//! Rules for a single Rust file: it says what it is, it is not too long, its name says something,
//! and a stage is pure. Tests are apart: they may be long and may touch files.

use std::collections::BTreeSet;

use super::{File, Problem};

/// Lines at which a file is looked at again, and at which it fails; tests do not count.
const LINES_LOOK_AGAIN: usize = 400;
const LINES_LIMIT: usize = 1000;

/// Names that say nothing.
const EMPTY_NAMES: [&str; 9] =
    ["utils", "util", "common", "manager", "managers", "helper", "helpers", "misc", "stuff"];

/// What stages and core may not touch, each with what to do instead.
const IMPURE: [(&str, &str); 8] = [
    ("std::fs", "a stage takes readers and values"),
    ("std::env::", "a stage takes values"),
    ("std::net::TcpStream", "sockets belong into gateway"),
    ("std::net::UdpSocket", "sockets belong into gateway"),
    ("std::process", "a stage starts nothing"),
    ("std::thread", "the engine drives the threads"),
    ("SystemTime::", "time is a value"),
    ("Instant::now", "time is a value"),
];

pub(super) fn check(file: &File) -> Vec<Problem> {
    let mut problems = Vec::new();
    let own = own_lines(file);
    problems.extend(check_header(file));
    problems.extend(check_size(file, own.len()));
    problems.extend(check_name(file));
    problems.extend(check_example(file));
    if !file.is_test {
        problems.extend(check_purity(file, &own));
        problems.extend(check_writes(file, &own));
    }
    problems
}

/// Finds the files that are tests and nothing else: by their place, or because the module that
/// declares them says so.
pub(super) fn mark_tests(files: &mut [File]) {
    let declared: BTreeSet<String> = files.iter().flat_map(test_modules).collect();
    // What a test module has below it is a test too.
    let below = |path: &str| {
        declared
            .iter()
            .filter_map(|test| test.strip_suffix("/mod.rs"))
            .any(|folder| path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/')))
    };
    for file in files {
        file.is_test =
            lies_among_tests(&file.path) || declared.contains(&file.path) || below(&file.path);
    }
}

/// The paths of modules that a file declares for tests only.
fn test_modules(file: &File) -> Vec<String> {
    let stem = file.path.strip_suffix(".rs").unwrap_or(&file.path);
    let folder = match stem.rsplit_once('/') {
        Some((folder, "lib" | "main" | "mod")) => folder,
        _ => stem,
    };
    let lines: Vec<_> = file.text.lines().map(str::trim).collect();
    let declared = lines.windows(2).filter(|pair| pair[0] == "#[cfg(test)]");
    let names = declared.filter_map(|pair| pair[1].strip_prefix("mod ")?.strip_suffix(';'));
    names
        .flat_map(|name| [format!("{folder}/{name}.rs"), format!("{folder}/{name}/mod.rs")])
        .collect()
}

/// Integration tests, test modules in files of their own, benches and examples.
fn lies_among_tests(path: &str) -> bool {
    let parts: Vec<_> = path.split('/').collect();
    let folders = &parts[..parts.len() - 1];
    folders.iter().any(|f| matches!(*f, "tests" | "benches" | "examples" | "testkit" | "fuzz"))
        || parts.last().is_some_and(|name| *name == "tests.rs" || name.ends_with("_tests.rs"))
}

/// The lines that are not tests: up to the test module that closes the file.
fn own_lines(file: &File) -> Vec<&str> {
    let lines: Vec<_> = file.text.lines().collect();
    let tests = lines.windows(2).position(|pair| {
        pair[0].trim() == "#[cfg(test)]"
            && pair[1].trim_start().starts_with("mod ")
            && pair[1].ends_with('{')
    });
    tests.map_or(lines.clone(), |at| lines[..at].to_vec())
}

fn check_header(file: &File) -> Option<Problem> {
    let first = file.text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    (!first.starts_with("//! ")).then(|| {
        Problem::new(
            &file.path,
            1,
            "opens without a '//!' line that says what it is and what it is not",
        )
    })
}

fn check_size(file: &File, lines: usize) -> Option<Problem> {
    if file.is_test {
        None
    } else if lines > LINES_LIMIT {
        let message = format!("{lines} lines without tests; {LINES_LIMIT} are allowed: split it");
        Some(Problem::new(&file.path, 0, message))
    } else if lines > LINES_LOOK_AGAIN {
        Some(Problem::warning(
            &file.path,
            format!("{lines} lines without tests; about 250 is usual"),
        ))
    } else {
        None
    }
}

fn check_name(file: &File) -> Option<Problem> {
    let path = file.path.strip_suffix(".rs").unwrap_or(&file.path);
    let empty = path.split('/').find(|part| EMPTY_NAMES.contains(part))?;
    Some(Problem::new(&file.path, 0, format!("'{empty}' says nothing: name what is in it")))
}

/// The library's front page shows how it is used, in code that runs.
fn check_example(file: &File) -> Option<Problem> {
    if !(file.path.starts_with("crates/") && file.path.ends_with("/src/lib.rs")) {
        return None;
    }
    let fences = file.text.lines().filter_map(|line| line.strip_prefix("//! ```"));
    let runs = |tag: &str| matches!(tag.trim(), "" | "rust" | "no_run");
    // Every second fence closes.
    let found = fences.step_by(2).any(runs);
    (!found).then(|| Problem::new(&file.path, 1, "shows no runnable example in its front page"))
}

fn check_purity(file: &File, own: &[&str]) -> Vec<Problem> {
    let pure = ["crates/core/", "crates/stages/"].iter().any(|room| file.path.starts_with(room));
    if !pure || file.path.ends_with("/build.rs") {
        return Vec::new();
    }
    let found = code(own).flat_map(|(number, line)| {
        let touched = IMPURE.iter().filter(move |(what, _)| line.contains(what));
        touched.map(move |(what, instead)| (number, format!("touches {what}: {instead}")))
    });
    found.map(|(number, message)| Problem::new(&file.path, number, message)).collect()
}

/// A file written in place is half a file after a crash: outside the stores nobody writes.
fn check_writes(file: &File, own: &[&str]) -> Vec<Problem> {
    let may = ["crates/stores/", "crates/scenario/", "xtask/"];
    // A build script writes into the folder that cargo gives it.
    let is_script = file.path.ends_with("/build.rs");
    if is_script || may.iter().any(|room| file.path.starts_with(room)) {
        return Vec::new();
    }
    let message = "writes a file in place: write through a store, which is atomic and durable";
    code(own)
        .filter(|(_, line)| line.contains("fs::write("))
        .map(|(number, _)| Problem::new(&file.path, number, message))
        .collect()
}

/// Lines with their number, without those that are comments.
fn code<'l>(lines: &[&'l str]) -> impl Iterator<Item = (usize, &'l str)> {
    let numbered = lines.iter().enumerate().map(|(at, line)| (at + 1, *line));
    numbered.filter(|(_, line)| !line.trim_start().starts_with("//"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(path: &str, text: &str) -> Vec<String> {
        let mut files = [File { path: path.into(), text: text.into(), is_test: false }];
        mark_tests(&mut files);
        check(&files[0]).iter().map(ToString::to_string).collect()
    }

    fn check_one(path: &str, text: &str, expected: &str) {
        let found = problems(path, text);
        assert!(found.len() == 1 && found[0].contains(expected), "{path}: {found:?}");
    }

    #[test]
    fn a_good_file_has_no_problems() {
        assert!(
            problems("crates/stages/trace/src/table.rs", "//! Looks up.\nfn a() {}\n").is_empty()
        );
    }

    #[test]
    fn a_file_says_what_it_is() {
        check_one("crates/engine/src/a.rs", "fn a() {}\n", "opens without");
        check_one("crates/engine/src/a.rs", "", "opens without");
    }

    #[test]
    fn long_files_are_looked_at_and_then_refused_but_tests_are_apart() {
        let long = |lines: usize| format!("//! Long.\n{}", "//\n".repeat(lines - 1));
        assert!(problems("crates/engine/src/a.rs", &long(LINES_LOOK_AGAIN)).is_empty());
        check_one("crates/engine/src/a.rs", &long(LINES_LOOK_AGAIN + 1), "look at it: 401");
        check_one("crates/engine/src/a.rs", &long(LINES_LIMIT + 1), "split it");
        assert!(problems("crates/engine/tests/it/a.rs", &long(LINES_LIMIT + 1)).is_empty());
        let tests = format!("//! Short.\n#[cfg(test)]\nmod tests {{\n{}}}\n", "//\n".repeat(2000));
        assert!(problems("crates/engine/src/a.rs", &tests).is_empty());
    }

    #[test]
    fn names_say_something() {
        check_one("crates/engine/src/utils.rs", "//! U.\n", "'utils' says nothing");
        check_one("crates/engine/src/common/a.rs", "//! U.\n", "'common' says nothing");
    }

    #[test]
    fn a_library_shows_how_it_is_used() {
        let path = "crates/core/seal/src/lib.rs";
        check_one(path, "//! Seals.\n", "no runnable example");
        check_one(path, "//! Seals.\n//! ```text\n//! x\n//! ```\n", "no runnable example");
        assert!(problems(path, "//! Seals.\n//!\n//! ```\n//! let x = 1;\n//! ```\n").is_empty());
    }

    #[test]
    fn a_stage_is_pure_but_its_tests_may_read() {
        let path = "crates/stages/ingest/src/a.rs";
        check_one(path, "//! A.\nuse std::fs;\n", "a.rs:2: touches std::fs");
        check_one(path, "//! A.\nlet t = SystemTime::UNIX_EPOCH;\n", "time is a value");
        let tests = "//! A.\n// std::fs is not used\n#[cfg(test)]\nmod tests {\nuse std::fs;\n}\n";
        assert!(problems(path, tests).is_empty());
        assert!(
            problems("crates/stages/ingest/tests/it/main.rs", "//! A.\nuse std::fs;\n").is_empty()
        );
        assert!(problems("crates/engine/src/a.rs", "//! A.\nuse std::fs;\n").is_empty());
    }

    #[test]
    fn a_module_declared_for_tests_only_is_tests() {
        let file =
            |path: &str, text: &str| File { path: path.into(), text: text.into(), is_test: false };
        let mut files = [
            file("crates/a/src/lib.rs", "//! A.\n#[cfg(test)]\nmod twin;\nmod own;\n"),
            file("crates/a/src/own.rs", "//! O.\n#[cfg(test)]\nmod laws;\n"),
            file("crates/a/src/own/laws.rs", "//! L.\n"),
            file("crates/a/src/twin.rs", "//! T.\n"),
        ];
        mark_tests(&mut files);
        assert_eq!(files.map(|file| file.is_test), [false, false, true, true]);
    }

    #[test]
    fn only_stores_write_files() {
        let text = "//! A.\nfn a() { std::fs::write(p, b); }\n";
        check_one("crates/engine/src/a.rs", text, "a.rs:2: writes a file in place");
        assert!(problems("crates/stores/store/src/a.rs", text).is_empty());
    }
}
