//! Who may import whom, read from `cargo metadata`: the folder is the rule. Heavy dependencies
//! have one home each.

use std::{path::Path, process::Command};

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use super::Problem;

/// What `cargo metadata --no-deps` tells, as far as we ask.
#[derive(Debug, Deserialize)]
pub(super) struct Metadata {
    packages: Vec<Package>,
    workspace_root: String,
}

#[derive(Debug, Deserialize)]
struct Package {
    name: String,
    manifest_path: String,
    dependencies: Vec<Dependency>,
}

#[derive(Debug, Deserialize)]
struct Dependency {
    name: String,
    /// `None`, `dev` or `build`.
    kind: Option<String>,
    /// Where it lies, for a crate of ours.
    path: Option<String>,
}

/// The rooms of the house, by folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Room {
    Model,
    Core,
    Stage,
    Store,
    Backend,
    Scenario,
    Engine,
    Gateway,
    Face,
    Binary,
    Chores,
}

/// Dependencies with one home each: the beginning of their name, and the home.
const HEAVY: [(&str, &str); 8] = [
    ("datafusion", "crates/stores/lake"),
    ("parquet", "crates/stores/lake"),
    ("arrow", "crates/stores/lake"),
    ("ballista", "crates/stores/cluster"),
    ("reqwest", "crates/gateway"),
    ("ureq", "crates/gateway"),
    ("lettre", "crates/gateway"),
    ("hickory", "crates/gateway"),
];

/// Asks cargo, without the network.
pub(super) fn metadata(root: &Path) -> Result<Metadata> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(root)
        .output()
        .context("cargo metadata")?;
    ensure!(
        output.status.success(),
        "cargo metadata failed: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).context("the answer of cargo metadata")
}

/// The folders of the workspace's crates.
pub(super) fn folders(metadata: &Metadata) -> Vec<String> {
    metadata.packages.iter().map(|package| folder(metadata, &package.manifest_path)).collect()
}

pub(super) fn check(metadata: &Metadata) -> Vec<Problem> {
    metadata.packages.iter().flat_map(|package| check_package(metadata, package)).collect()
}

fn check_package(metadata: &Metadata, package: &Package) -> Vec<Problem> {
    let here = folder(metadata, &package.manifest_path);
    let manifest = format!("{here}/Cargo.toml");
    let Some(room) = room(&here) else {
        let message = format!("{} lies in no room of the house: see ARCHITECTURE.md", package.name);
        return vec![Problem::new(&manifest, 0, message)];
    };
    let wrong = package.dependencies.iter().filter_map(|dependency| match &dependency.path {
        Some(path) => {
            let there = relative(metadata, path);
            let in_tests = dependency.kind.as_deref() == Some("dev");
            let known = self::room(&there);
            let allowed = known.is_some_and(|other| may_import(room, other, in_tests));
            (!allowed).then(|| {
                format!("{here} may not import {there}: move the noun to core/model, or the step to engine")
            })
        }
        None => misplaced(&here, &dependency.name),
    });
    wrong.map(|message| Problem::new(&manifest, 0, message)).collect()
}

fn misplaced(here: &str, name: &str) -> Option<String> {
    let (_, home) = HEAVY.iter().find(|(heavy, _)| name.starts_with(heavy))?;
    (here != *home).then(|| format!("{name} belongs into {home} alone"))
}

fn room(folder: &str) -> Option<Room> {
    let parts: Vec<_> = folder.split('/').collect();
    Some(match parts.as_slice() {
        ["crates", "core", "model"] => Room::Model,
        ["crates", "core", _] => Room::Core,
        ["crates", "stages", _] => Room::Stage,
        ["crates", "stores", "store"] => Room::Store,
        ["crates", "stores", _] => Room::Backend,
        ["crates", "scenario"] => Room::Scenario,
        ["crates", "engine"] => Room::Engine,
        ["crates", "gateway"] => Room::Gateway,
        ["crates", "faces", _] => Room::Face,
        ["crates", "bakas"] => Room::Binary,
        ["xtask"] => Room::Chores,
        _ => return None,
    })
}

/// The rule itself. Tests of the engine may bring a store of their own.
fn may_import(from: Room, to: Room, in_tests: bool) -> bool {
    match from {
        Room::Model => false,
        Room::Core | Room::Scenario => to == Room::Model,
        Room::Stage => matches!(to, Room::Model | Room::Core),
        Room::Store => matches!(to, Room::Model | Room::Core),
        Room::Backend => matches!(to, Room::Model | Room::Core | Room::Store),
        Room::Engine => {
            matches!(to, Room::Model | Room::Core | Room::Stage | Room::Store | Room::Scenario)
                || in_tests && to == Room::Backend
        }
        Room::Gateway => matches!(to, Room::Model | Room::Core | Room::Engine),
        Room::Face => matches!(to, Room::Model | Room::Engine),
        Room::Binary | Room::Chores => true,
    }
}

fn folder(metadata: &Metadata, manifest: &str) -> String {
    let path = relative(metadata, manifest);
    path.strip_suffix("/Cargo.toml").unwrap_or(&path).to_owned()
}

fn relative(metadata: &Metadata, path: &str) -> String {
    let path = path.strip_prefix(&metadata.workspace_root).unwrap_or(path);
    path.replace('\\', "/").trim_start_matches('/').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Problems of a crate in `from` that names `to`, a folder of ours or a crate of others.
    fn check_import(from: &str, to: &str, kind: Option<&str>) -> Vec<String> {
        let ours = to.contains('/');
        let metadata = Metadata {
            workspace_root: "/w".into(),
            packages: vec![Package {
                name: "one".into(),
                manifest_path: format!("/w/{from}/Cargo.toml"),
                dependencies: vec![Dependency {
                    name: if ours { "other".into() } else { to.into() },
                    kind: kind.map(Into::into),
                    path: ours.then(|| format!("/w/{to}")),
                }],
            }],
        };
        check(&metadata).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_folder_is_the_rule() {
        let good = [
            ("crates/stages/detect", "crates/core/sigma"),
            ("crates/stages/detect", "crates/core/model"),
            ("crates/scenario", "crates/core/model"),
            ("crates/engine", "crates/stages/detect"),
            ("crates/stores/lake", "crates/stores/store"),
            ("crates/faces/cli", "crates/engine"),
            ("crates/bakas", "crates/stores/lake"),
        ];
        for (from, to) in good {
            assert_eq!(check_import(from, to, None), Vec::<String>::new(), "{from} → {to}");
        }
        let bad = [
            ("crates/core/model", "crates/core/sigma"),
            ("crates/core/sigma", "crates/core/seal"),
            ("crates/stages/casework", "crates/stages/detect"),
            ("crates/stages/casework", "crates/stores/store"),
            ("crates/scenario", "crates/stages/ingest"),
            ("crates/engine", "crates/stores/lake"),
            ("crates/faces/cli", "crates/stages/respond"),
            ("crates/engine", "crates/elsewhere"),
        ];
        for (from, to) in bad {
            let found = check_import(from, to, None);
            assert!(found.len() == 1 && found[0].contains(to), "{from} → {to}: {found:?}");
        }
    }

    #[test]
    fn tests_are_bound_too_but_the_engines_may_bring_a_store() {
        assert!(check_import("crates/engine", "crates/stores/lake", Some("dev")).is_empty());
        let found = check_import("crates/stages/casework", "crates/stages/detect", Some("dev"));
        assert_eq!(found.len(), 1);
    }

    #[test]
    fn heavy_things_have_one_home() {
        assert!(check_import("crates/stores/lake", "parquet", None).is_empty());
        let found = check_import("crates/engine", "parquet", None);
        assert!(found[0].contains("belongs into crates/stores/lake"), "{found:?}");
    }

    #[test]
    fn a_crate_outside_the_house_is_noticed() {
        let found = check_import("crates/utils", "serde", None);
        assert!(found[0].contains("no room"), "{found:?}");
    }
}
