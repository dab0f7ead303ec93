//! Rules for documents: relative links and their anchors lead somewhere, a changelog entry is one
//! sentence, every crate stands in ARCHITECTURE.md, and no file names a path of somebody's machine.

use super::{File, Problem};

/// Beginnings of paths that exist on one machine only. Put together here so that this file passes.
const MACHINE_PATHS: [&str; 5] = [
    concat!("/wo", "rk/"),
    concat!("/root/", ".cargo"),
    concat!("/Us", "ers/"),
    concat!("C:\\", "Users"),
    concat!("file:", "///"),
];

/// Checks a Markdown file; `exists` is asked with paths below the root.
pub(super) fn check(file: &File, files: &[File], exists: &dyn Fn(&str) -> bool) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (number, link) in links(&file.text) {
        if let Some(message) = check_link(file, &link, files, exists) {
            problems.push(Problem::new(&file.path, number, message));
        }
    }
    if file.path.starts_with("changelog.d/") && !file.path.ends_with("README.md") {
        problems.extend(check_entry(file));
    }
    problems
}

/// Paths of one machine, in any file but rules and their samples: those hold what attackers ask for.
pub(super) fn check_paths(file: &File) -> Vec<Problem> {
    if file.path.starts_with("rules/") || file.path.starts_with("crates/engine/tests/pack/") {
        return Vec::new();
    }
    let lines = file.text.lines().enumerate();
    lines
        .filter_map(|(at, line)| {
            let found = MACHINE_PATHS.iter().find(|path| names_path(line, path))?;
            let message = format!("names a path of one machine: {found}");
            Some(Problem::new(&file.path, at + 1, message))
        })
        .collect()
}

/// Every crate's folder stands in ARCHITECTURE.md, and so does an invariant.
pub(super) fn check_architecture(files: &[File], folders: &[String]) -> Vec<Problem> {
    const NAME: &str = "ARCHITECTURE.md";
    let Some(file) = files.iter().find(|file| file.path == NAME) else {
        return vec![Problem::new(NAME, 0, "is missing")];
    };
    let section = |folder: &str| {
        let start = file.text.find(&format!("`{folder}`"))?;
        let rest = file.text.get(start..)?;
        let end = rest.find("\n### ").unwrap_or(rest.len());
        rest.get(..end)
    };
    let missing = folders.iter().filter_map(|folder| match section(folder) {
        None => Some(format!("does not speak of `{folder}`")),
        Some(text) if !text.contains("*Invariant") => {
            Some(format!("states no invariant of `{folder}`"))
        }
        Some(_) => None,
    });
    missing.map(|message| Problem::new(NAME, 0, message)).collect()
}

/// Whether the path begins a word there: in the midst of a longer path it is no match.
fn names_path(line: &str, path: &str) -> bool {
    line.match_indices(path).any(|(at, _)| {
        let before = line.get(..at).and_then(|text| text.chars().next_back());
        before.is_none_or(|c| !c.is_alphanumeric() && !matches!(c, '.' | '_' | '-' | '}' | '*'))
    })
}

/// Targets of inline links, with the line each stands on. Code is left out.
fn links(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut in_code = false;
    for (at, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
            continue;
        }
        if in_code {
            continue;
        }
        let prose: String = line.split('`').step_by(2).collect::<Vec<_>>().join("`");
        let ends = prose.split("](").skip(1).filter_map(|rest| rest.split([')', ' ']).next());
        found.extend(ends.map(|target| (at + 1, target.to_owned())));
    }
    found
}

fn check_link(
    file: &File,
    link: &str,
    files: &[File],
    exists: &dyn Fn(&str) -> bool,
) -> Option<String> {
    if ["http://", "https://", "mailto:"].iter().any(|scheme| link.starts_with(scheme)) {
        return None;
    }
    let (target, anchor) = link.split_once('#').unwrap_or((link, ""));
    let path = if target.is_empty() { file.path.clone() } else { resolve(&file.path, target)? };
    if !exists(&path) {
        return Some(format!("link leads nowhere: {link}"));
    }
    let page = files.iter().find(|other| other.path == path && other.path.ends_with(".md"))?;
    let known = anchor.is_empty() || headings(&page.text).any(|heading| heading == anchor);
    (!known).then(|| format!("no such heading: {link}"))
}

/// A link relative to the file it stands in, as a path below the root.
fn resolve(from: &str, target: &str) -> Option<String> {
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            other => parts.push(other),
        }
    }
    Some(parts.join("/"))
}

/// The anchors that a page's headings get: lower case, blanks as hyphens, signs gone.
fn headings(text: &str) -> impl Iterator<Item = String> {
    let titles = text.lines().filter_map(|line| line.strip_prefix('#'));
    titles.map(|title| {
        let title = title.trim_start_matches('#').trim().to_lowercase();
        let kept = title.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
        kept.map(|c| if c == ' ' { '-' } else { c }).collect()
    })
}

fn check_entry(file: &File) -> Option<Problem> {
    let words: Vec<_> = file.text.split_whitespace().collect();
    let ends = |word: &str| word.ends_with(['.', '!', '?']);
    let begins = |word: &str| word.starts_with(char::is_uppercase);
    let more = words.windows(2).any(|pair| ends(pair[0]) && begins(pair[1]));
    let closed = words.last().is_some_and(|word| ends(word.trim_end_matches(['`', ')'])));
    (more || !closed)
        .then(|| Problem::new(&file.path, 1, "an entry is one sentence that a user understands"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> File {
        File { path: path.into(), text: text.into(), is_test: false }
    }

    fn problems(path: &str, text: &str) -> Vec<String> {
        let one = file(path, text);
        let files =
            [one.clone(), file("docs/a.md", "# What it is, not\n"), file("rules/x.yml", "")];
        let exists = |path: &str| files.iter().any(|file| file.path == path) || path == "docs";
        check(&one, &files, &exists).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn links_that_lead_somewhere_pass() {
        let text = "# Top\n[a](docs/a.md#what-it-is-not) [b](https://example.org) [c](#top)\n\
                    `[d](nowhere)` ![e](./rules/x.yml) [f](docs/)\n```\n[g](nowhere)\n```\n";
        assert_eq!(problems("README.md", text), Vec::<String>::new());
        assert_eq!(problems("docs/b.md", "[up](../rules/x.yml) [a](a.md)\n"), Vec::<String>::new());
    }

    #[test]
    fn links_that_lead_nowhere_are_named_with_their_line() {
        assert_eq!(
            problems("README.md", "\n[a](docs/z.md)"),
            ["README.md:2: link leads nowhere: docs/z.md"]
        );
        assert_eq!(
            problems("README.md", "[a](docs/a.md#top)"),
            ["README.md:1: no such heading: docs/a.md#top"]
        );
    }

    #[test]
    fn a_changelog_entry_is_one_sentence() {
        let check = |text: &str| problems("changelog.d/1-a.md", text).is_empty();
        assert!(check("`bakas verify` says which file was\nchanged, e.g. a report.\n"));
        assert!(!check("One thing. Another thing."));
        assert!(!check("no end"));
        assert!(!check(""));
        assert!(problems("changelog.d/README.md", "Two. Sentences.").is_empty());
    }

    #[test]
    fn a_path_of_one_machine_is_noticed() {
        let path = MACHINE_PATHS[0];
        let check = |text: String| check_paths(&file("a.sh", &text)).len();
        assert_eq!(check(format!("cd {path}main\nok\n")), 1);
        assert_eq!(check(format!("see \"{path}shared\"")), 1);
        assert_eq!(check(format!("https://example.org{path}")), 0);
    }

    #[test]
    fn every_crate_has_its_invariant() {
        let files = [file(
            "ARCHITECTURE.md",
            "### `a/one`\n*Invariant.* x\n### `a/two`\ny\n### `b`\n*Invariant*\n",
        )];
        let folders = ["a/one", "a/two", "a/three"].map(String::from);
        let found: Vec<_> =
            check_architecture(&files, &folders).iter().map(|p| p.message.clone()).collect();
        assert_eq!(found, ["states no invariant of `a/two`", "does not speak of `a/three`"]);
        assert_eq!(check_architecture(&[], &folders).len(), 1);
    }
}
