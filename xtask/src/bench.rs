//! `cargo run --release -p xtask -- bench`: Bakas beside its peers on the same lines in one run,
//! and the scenario's twenty seeds. It prints Markdown for `docs/benchmarks.md` and judges nothing.

use std::{
    fs::{self, File},
    io::{BufRead, BufReader, BufWriter, Read, Write},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};

/// Size of the access log, where nobody asks for another.
const LOG_BYTES: u64 = 2_000_000_000;
/// Share of the log that a slow peer gets, in bytes; its rates are per second all the same.
const SLOW_PEER_BYTES: u64 = 200_000_000;
/// Seeds that no rule was tried on.
const SEEDS: std::ops::Range<u64> = 2001..2021;
/// GNU time: the only one that tells the peak of memory.
const TIME: &str = "/usr/bin/time";

/// What one command took.
struct Taken {
    name: String,
    wall: f64,
    cpu: f64,
    peak_kib: u64,
    bytes: u64,
    events: u64,
}

/// Runs what is asked: `speed`, `seeds`, or both.
pub fn run(arguments: &[String]) -> Result<()> {
    let root = root()?;
    let folder = root.join("target/bench");
    fs::create_dir_all(&folder)?;
    let bakas = root.join("target/release/bakas");
    ensure!(bakas.is_file(), "{} is missing: cargo build --release -p bakas", bakas.display());
    let bytes = match arguments.iter().find_map(|a| a.strip_prefix("--bytes=")) {
        Some(text) => text.parse().context("--bytes takes a number")?,
        None => LOG_BYTES,
    };
    let all = !arguments.iter().any(|a| a == "speed" || a == "seeds");
    if all || arguments.iter().any(|a| a == "speed") {
        speed(&bakas, &root, &folder, bytes)?;
    }
    if all || arguments.iter().any(|a| a == "seeds") {
        seeds(&bakas, &folder)?;
    }
    Ok(())
}

fn root() -> Result<PathBuf> {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    Ok(here.parent().context("xtask lies in the workspace")?.to_owned())
}

fn speed(bakas: &Path, root: &Path, folder: &Path, bytes: u64) -> Result<()> {
    let log = access_log(bakas, folder, bytes)?;
    let part = folder.join("part.log");
    let lines = count_lines(&log)?;
    let part_lines = cut(&log, &part, SLOW_PEER_BYTES.min(bytes))?;
    let events = folder.join("part.ndjson");
    to_json(&part, &events)?;
    let corpora = root.join("../shared/corpora/sigma-rules/rules/web");
    let web = corpora.is_dir().then_some(corpora);
    let size = fs::metadata(&log)?.len();
    let small = fs::metadata(&part)?.len();
    let text = |path: &Path| path.display().to_string();
    // Read once, so that nobody pays for the disk.
    std::io::copy(&mut File::open(&log)?, &mut std::io::sink())?;
    let mut rows = Vec::new();
    let mut add = |name: &str, command: &[String], bytes, events| -> Result<()> {
        match timed(name, command, bytes, events, folder)? {
            Some(taken) => rows.push(taken),
            None => eprintln!("skipped: {name}: {} is not installed", command[0]),
        }
        Ok(())
    };
    add("wc -l", &["wc".into(), "-l".into(), text(&log)], size, lines)?;
    add("rg -c, one literal", &["rg".into(), "-c".into(), "wp-login".into(), text(&log)], size, lines)?;
    let goaccess = ["goaccess", "--no-progress", "--log-format=COMBINED", "-o"].map(String::from);
    let goaccess = [&goaccess[..], &[text(&folder.join("goaccess.json")), text(&part)]].concat();
    add("GoAccess", &goaccess, small, part_lines)?;
    let case = text(&folder.join("case"));
    let mut investigate: Vec<String> =
        vec![text(bakas), "investigate".into(), text(&log), "--out".into(), case, "--replace".into()];
    if let Some(web) = &web {
        investigate.extend(["--rules".into(), text(web)]);
    }
    add("bakas investigate, everything", &investigate, size, lines)?;
    if let Some(web) = &web {
        let rules = text(web);
        let ours = [text(bakas), "detect".into(), "--rules".into(), rules.clone(), text(&log)];
        add("bakas detect, the public web rules", &ours, size, lines)?;
        let input = format!("@{}", text(&events));
        let theirs = ["rsigma", "engine", "eval", "-r", &rules, "-e", &input].map(String::from);
        add("rsigma, the public web rules", &theirs, small, part_lines)?;
    }
    println!("{lines} lines, {size} bytes; the slow peers got the first {small} bytes of them.\n");
    print_speed(&rows);
    Ok(())
}

fn print_speed(rows: &[Taken]) {
    println!("| command | wall s | CPU s | MB/s | MB per CPU s | events per CPU s | peak MiB |");
    println!("|---|---:|---:|---:|---:|---:|---:|");
    for row in rows {
        println!(
            "| {} | {:.2} | {:.2} | {:.0} | {:.0} | {:.0} | {} |",
            row.name,
            row.wall,
            row.cpu,
            row.bytes as f64 / 1e6 / row.wall,
            row.bytes as f64 / 1e6 / row.cpu,
            row.events as f64 / row.cpu,
            row.peak_kib / 1024,
        );
    }
    println!();
}

/// The combined-format logs of a large scenario, one after another, up to that size.
fn access_log(bakas: &Path, folder: &Path, bytes: u64) -> Result<PathBuf> {
    let path = folder.join("access.log");
    if fs::metadata(&path).is_ok_and(|meta| meta.len() >= bytes) {
        return Ok(path);
    }
    let scenario = folder.join("scenario");
    if scenario.exists() {
        fs::remove_dir_all(&scenario)?;
    }
    // About 150 bytes of access log for each line of a scenario.
    let lines = (bytes / 150).to_string();
    let out = scenario.display().to_string();
    let made = timed(
        "scenario",
        &[bakas.display().to_string(), "scenario".into(), "--scale".into(), lines, "--out".into(), out],
        0,
        0,
        folder,
    )?
    .context("the binary was there a moment ago")?;
    let size = folder_bytes(&scenario)?;
    println!("Scenario: {:.0} MB in {:.1} CPU s: {:.0} MB per CPU s.\n", size as f64 / 1e6, made.cpu, size as f64 / 1e6 / made.cpu);
    let mut log = BufWriter::new(File::create(&path)?);
    let mut files = Vec::new();
    access_logs(&scenario.join("logs"), &mut files)?;
    files.sort();
    let mut left = bytes;
    while left > 0 {
        for file in &files {
            left -= std::io::copy(&mut File::open(file)?.take(left), &mut log)?;
        }
        ensure!(!files.is_empty(), "the scenario has no access logs");
    }
    log.write_all(b"\n")?;
    log.flush()?;
    fs::remove_dir_all(&scenario)?;
    Ok(path)
}

fn access_logs(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            access_logs(&path, files)?;
        } else if is_combined(&path)? {
            files.push(path);
        }
    }
    Ok(())
}

fn is_combined(path: &Path) -> Result<bool> {
    let mut head = String::new();
    let mut file = BufReader::new(File::open(path)?.take(4096));
    Ok(file.read_line(&mut head).is_ok() && head.contains("] \"") && head.contains(" HTTP/"))
}

fn folder_bytes(folder: &Path) -> Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let meta = entry.metadata()?;
        bytes += if meta.is_dir() { folder_bytes(&entry.path())? } else { meta.len() };
    }
    Ok(bytes)
}

fn count_lines(path: &Path) -> Result<u64> {
    let mut file = File::open(path)?;
    let mut buffer = vec![0; 1 << 20];
    let mut lines = 0;
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            return Ok(lines);
        }
        lines += buffer[..read].iter().filter(|b| **b == b'\n').count() as u64;
    }
}

/// Copies the first whole lines; returns how many.
fn cut(from: &Path, to: &Path, bytes: u64) -> Result<u64> {
    let mut out = BufWriter::new(File::create(to)?);
    let (mut lines, mut written) = (0, 0);
    for line in BufReader::new(File::open(from)?).split(b'\n') {
        let line = line?;
        written += line.len() as u64 + 1;
        if written > bytes {
            break;
        }
        out.write_all(&line)?;
        out.write_all(b"\n")?;
        lines += 1;
    }
    out.flush()?;
    Ok(lines)
}

/// The lines as the JSON that a Sigma engine wants: the fields of the web log source.
fn to_json(from: &Path, to: &Path) -> Result<()> {
    let mut out = BufWriter::new(File::create(to)?);
    for line in BufReader::new(File::open(from)?).lines() {
        let line = line?;
        let parts: Vec<&str> = line.split('"').collect();
        let [before, request, between, referer, _, agent, ..] = parts[..] else { continue };
        let mut words = request.split(' ');
        let (method, target) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
        let (stem, _) = target.split_once('?').unwrap_or((target, ""));
        let mut numbers = between.split_ascii_whitespace();
        let event = json!({
            "c-ip": before.split(' ').next().unwrap_or(""),
            "cs-method": method,
            "c-uri": target,
            "cs-uri-stem": stem,
            "cs-uri-query": target,
            "sc-status": numbers.next().and_then(|n| n.parse::<u16>().ok()),
            "sc-bytes": numbers.next().and_then(|n| n.parse::<u64>().ok()),
            "cs-referer": referer,
            "cs-user-agent": agent,
        });
        serde_json::to_writer(&mut out, &event)?;
        out.write_all(b"\n")?;
    }
    Ok(out.flush()?)
}

/// Runs a command under GNU time, its output thrown away; `None` where it is not installed.
fn timed(
    name: &str,
    command: &[String],
    bytes: u64,
    events: u64,
    folder: &Path,
) -> Result<Option<Taken>> {
    let program = &command[0];
    let there = Command::new("sh").args(["-c", "command -v \"$0\"", program]);
    if !quiet(there)? {
        return Ok(None);
    }
    let times = folder.join("time.txt");
    let mut timed = Command::new(TIME);
    timed.args(["-f", "%e %U %S %M", "-o"]).arg(&times).args(command);
    timed.env("BAKAS_KEY", folder.join("bench.key"));
    if !quiet(timed)? {
        bail!("{name} failed: {}", command.join(" "));
    }
    let text = fs::read_to_string(&times)?;
    let last = text.lines().last().context("GNU time wrote nothing")?;
    let numbers: Vec<f64> = last.split(' ').filter_map(|n| n.parse().ok()).collect();
    let [wall, user, system, peak] = numbers[..] else { bail!("GNU time wrote '{last}'") };
    let cpu = user + system;
    let name = name.to_owned();
    Ok(Some(Taken { name, wall, cpu, peak_kib: peak as u64, bytes, events }))
}

fn quiet(mut command: Command) -> Result<bool> {
    let command = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    Ok(command.status()?.success())
}

/// Every seed generated, investigated and scored.
fn seeds(bakas: &Path, folder: &Path) -> Result<()> {
    println!("| seed | incidents P | incidents R | lines P | lines R | campaigns | decoys accused |");
    println!("|---|---:|---:|---:|---:|---|---:|");
    for seed in SEEDS {
        let score = score(bakas, folder, seed)?;
        let number = |path: &str| score.pointer(path).and_then(Value::as_f64).unwrap_or(f64::NAN);
        let exact = score.pointer("/campaigns/exact").and_then(Value::as_bool).unwrap_or(false);
        let accused = score.pointer("/decoys_accused").and_then(Value::as_array).map_or(0, Vec::len);
        println!(
            "| {seed} | {:.3} | {:.3} | {:.3} | {:.3} | {} | {accused} |",
            number("/incidents/precision"),
            number("/incidents/recall"),
            number("/lines/precision"),
            number("/lines/recall"),
            if exact { "right" } else { "wrong" },
        );
    }
    println!();
    Ok(())
}

fn score(bakas: &Path, folder: &Path, seed: u64) -> Result<Value> {
    let scenario = folder.join("seed");
    if scenario.exists() {
        fs::remove_dir_all(&scenario)?;
    }
    let run = |arguments: &[&str]| -> Result<Vec<u8>> {
        let output = Command::new(bakas)
            .args(arguments)
            .current_dir(folder)
            .env("BAKAS_KEY", "bench.key")
            .output()?;
        let error = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "bakas {}: {error}", arguments.join(" "));
        Ok(output.stdout)
    };
    run(&["scenario", "--seed", &seed.to_string(), "--out", "seed"])?;
    run(&["investigate", "seed/logs", "--out", "seed-case", "--replace", "--quiet"])?;
    let told = run(&["--json", "score", "seed-case", "--truth", "seed/truth.ndjson"])?;
    Ok(serde_json::from_slice(&told)?)
}
