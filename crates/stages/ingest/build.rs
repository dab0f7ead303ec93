//! Lists the format definitions under `formats/`, so that the catalogue holds them. It does not
//! read them: that is the catalogue's part.

use std::{env, fmt::Write, fs, path::Path};

fn main() {
    let root = env::var("CARGO_MANIFEST_DIR").expect("cargo sets it");
    let out = env::var("OUT_DIR").expect("cargo sets it");
    let folder = Path::new(&root).join("formats");
    println!("cargo::rerun-if-changed=formats");
    // What is written names files by their whole path: a checkout may have moved.
    println!("cargo::rerun-if-env-changed=CARGO_MANIFEST_DIR");
    let mut paths: Vec<_> = fs::read_dir(&folder)
        .map(|entries| entries.flatten().map(|entry| entry.path().join("format.toml")).collect())
        .unwrap_or_default();
    paths.retain(|path: &std::path::PathBuf| path.exists());
    paths.sort();
    let mut list = String::from("&[\n");
    for path in paths {
        let shown = path.strip_prefix(&root).unwrap_or(&path).display().to_string();
        let whole = path.display().to_string();
        writeln!(list, "    ({shown:?}, include_str!({whole:?})),").expect("a string takes text");
    }
    list.push(']');
    fs::write(Path::new(&out).join("formats.rs"), list).expect("OUT_DIR can be written to");
}
