//! `cargo xtask data`: builds the embedded address table and its provenance from data sets that
//! somebody fetched. It fetches nothing itself, and the same inputs give the same bytes.

mod inputs;
mod lists;
mod origins;
mod owners;
mod provenance;
mod twin;

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use bakas_model::{Day, Timestamp};
use bakas_trace::{Draft, Table};

use provenance::Provenance;

/// What the embedded table may weigh.
const TABLE_BYTES_LIMIT: usize = 8 << 20;

const USAGE: &str = "\
cargo run -p xtask -- data --gathered YYYY-MM-DD --source DIR … [--out DIR]

Builds address-table.bin and PROVENANCE.toml. Each DIR is either an unpacked npm package
(@ip-location-db/asn or @ip-location-db/asn-country) or a folder with some of: state-owned-ases,
tor-exits-2024, x4bnet-vpn, bad-asn-list, misp-warninglists. Where to get them:
docs/formats/address-table.md. --gathered is the date given to lists that bear none; --out defaults
to crates/stages/trace/data.";

/// Runs the chore.
#[expect(clippy::print_stdout, reason = "a chore speaks to the person who ran it")]
pub(crate) fn run(args: impl IntoIterator<Item = String>) -> Result<()> {
    let args: Vec<String> = args.into_iter().collect();
    if args.iter().any(|arg| arg == "--help") {
        println!("{USAGE}");
        return Ok(());
    }
    let options = Options::parse(args)?;
    let mut draft = Draft::default();
    let mut provenance = Provenance::default();
    for source in &options.sources {
        read_source(source, options.gathered, &mut draft, &mut provenance)
            .with_context(|| format!("source {}", source.display()))?;
    }
    draft.data_sets.sort_by(|a, b| a.name.cmp(&b.name));
    draft.lists.sort_by(|a, b| a.name.cmp(&b.name));
    let bytes = draft.encode()?;
    if bytes.len() > TABLE_BYTES_LIMIT {
        bail!("the table has {} bytes, and {TABLE_BYTES_LIMIT} are allowed", bytes.len());
    }
    let table = Table::from_bytes("the new table", &bytes)?;
    let asked = twin::check(&draft, &table)?;
    println!("{asked} addresses answered as the rows have it");
    fs::create_dir_all(&options.out)?;
    fs::write(options.out.join("address-table.bin"), &bytes)?;
    let text = provenance.text(&table.data_sets(), &bytes);
    fs::write(options.out.join("PROVENANCE.toml"), text)?;
    println!("{}: {} bytes", options.out.join("address-table.bin").display(), bytes.len());
    Ok(())
}

struct Options {
    sources: Vec<PathBuf>,
    gathered: Day,
    out: PathBuf,
}

impl Options {
    fn parse(args: impl IntoIterator<Item = String>) -> Result<Self> {
        let mut args = args.into_iter();
        let mut sources = Vec::new();
        let mut gathered = None;
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let mut out = root.join("crates/stages/trace/data");
        while let Some(arg) = args.next() {
            let mut value = || args.next().with_context(|| format!("{arg} needs a value\n{USAGE}"));
            match arg.as_str() {
                "--source" => sources.push(PathBuf::from(value()?)),
                "--gathered" => gathered = Some(value()?.parse::<Timestamp>()?.day()),
                "--out" => out = PathBuf::from(value()?),
                _ => bail!("unknown argument '{arg}'\n{USAGE}"),
            }
        }
        match (gathered, sources.is_empty()) {
            (Some(gathered), false) => Ok(Self { sources, gathered, out }),
            _ => bail!("--gathered and --source are needed\n{USAGE}"),
        }
    }
}

/// Reads whatever a folder holds that is known.
fn read_source(dir: &Path, gathered: Day, draft: &mut Draft, seen: &mut Provenance) -> Result<()> {
    if dir.join("package.json").is_file() {
        return origins::read_package(dir, draft, seen);
    }
    let mut found = false;
    let mut each = |name: &str, read: &dyn Fn(&Path, &mut Draft, &mut Provenance) -> Result<()>| {
        let folder = dir.join(name);
        if !folder.is_dir() {
            return Ok(());
        }
        found = true;
        read(&folder, draft, seen).with_context(|| name.to_owned())
    };
    each("state-owned-ases", &owners::read)?;
    each("tor-exits-2024", &lists::read_tor)?;
    each("x4bnet-vpn", &|dir, draft, seen| lists::read_x4bnet(dir, gathered, draft, seen))?;
    each("bad-asn-list", &|dir, draft, seen| lists::read_bad_asns(dir, gathered, draft, seen))?;
    each("misp-warninglists", &|dir, draft, seen| lists::read_misp(dir, gathered, draft, seen))?;
    if !found {
        bail!("nothing known in it\n{USAGE}");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(args: &[&str]) -> Result<Options> {
        Options::parse(args.iter().map(|&arg| arg.to_owned()))
    }

    #[test]
    fn arguments_are_read_or_explained() {
        let options =
            parse(&["--source", "a", "--gathered", "2026-08-19", "--source", "b"]).unwrap();
        assert_eq!(options.sources, ["a", "b"].map(PathBuf::from));
        assert_eq!(options.gathered.to_string(), "2026-08-19");
        let check = |args: &[&str], why: &str| {
            let error = parse(args).err().unwrap().to_string();
            assert!(error.contains(why) && error.contains("--gathered YYYY"), "{error}");
        };
        check(&["--source", "a"], "are needed");
        check(&["--source"], "needs a value");
        check(&["--fetch"], "unknown argument '--fetch'");
    }

    #[test]
    fn a_folder_with_nothing_known_is_refused() {
        let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let error = read_source(&dir, Day(0), &mut Draft::default(), &mut Provenance::default())
            .unwrap_err();
        assert!(error.to_string().contains("nothing known"), "{error}");
    }
}
