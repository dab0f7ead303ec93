//! The reference tools of others, which are in Python: finding them, and running a script of
//! `tests/python` over many messages in one process. Where they are missing a test says so.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

/// How many packages go to the tools of others; all 10,000 take a quarter of an hour.
pub(crate) fn packages_for_tools() -> usize {
    env::var("BAKAS_EXCHANGE_PACKAGES").ok().and_then(|text| text.parse().ok()).unwrap_or(60)
}

/// A Python that has these modules: `BAKAS_JUDGES`, the project's own tools (e2e/judges.txt), or the
/// machine's.
pub(crate) fn python(modules: &[&str]) -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(3).expect("the workspace");
    let tools = root.join("target/tools/python/bin/python");
    let named = env::var_os("BAKAS_JUDGES").map(PathBuf::from);
    let import = format!("import {}", modules.join(", "));
    let has = |python: &PathBuf| {
        let run = Command::new(python).arg("-c").arg(&import).output();
        run.is_ok_and(|output| output.status.success())
    };
    let found = named.into_iter().chain([tools, PathBuf::from("python3")]).find(has);
    if found.is_none() {
        println!(
            "skipped: no Python with {} (`scripts/test judges` installs it)",
            modules.join(", ")
        );
    }
    found
}

/// Runs a script over messages, one a line, and gives back its lines. It must succeed.
pub(crate) fn run(python: &Path, script: &str, name: &str, messages: &[Vec<u8>]) -> Vec<String> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = env::temp_dir().join(format!("bakas-exchange-{}-{name}", std::process::id()));
    fs::create_dir_all(&folder).expect("a folder for the test");
    let input = folder.join("messages.ndjson");
    let mut lines = Vec::new();
    for message in messages {
        let value: serde_json::Value = serde_json::from_slice(message).expect("JSON");
        lines.extend(serde_json::to_vec(&value).expect("JSON"));
        lines.push(b'\n');
    }
    fs::write(&input, lines).expect("room for the messages");
    let output = Command::new(python)
        .arg(here.join("tests/python").join(script))
        .arg(&input)
        .args([here.join("../../../docs/formats")])
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output()
        .expect("Python runs");
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{script}: {}",
        told.chars().rev().take(4000).collect::<String>().chars().rev().collect::<String>()
    );
    fs::remove_dir_all(&folder).expect("the test's own folder");
    String::from_utf8(output.stdout).expect("UTF-8").lines().map(str::to_owned).collect()
}
