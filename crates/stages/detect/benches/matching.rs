//! Measures loading the public rules and matching the web rules among them over an access log that
//! is already decoded. Run with `cargo bench -p bakas-detect`; it needs the public data.

#![allow(clippy::print_stdout, reason = "it is what a measurement is for")]

use std::{
    path::{Path, PathBuf},
    time::Instant,
};

use bakas_detect::{Context, Rules};
use bakas_model::{
    Activity, Agency, AgencyIx, Class, Event, Field, Location, Place, Status, Stream, Timestamp,
    Value,
};

const ROUNDS: usize = 100;

fn main() {
    let Some(root) = corpora() else {
        println!("skipped: no public data at hand");
        return;
    };
    let mut files = Vec::new();
    collect(&root.join("sigma-rules"), &mut files);
    let bytes: usize = files.iter().map(|(_, text)| text.len()).sum();
    let start = Instant::now();
    let (_, counts, _) = Rules::load(files.clone());
    let took = start.elapsed();
    println!("load: {} files, {bytes} bytes, {took:?} ({counts:?})", counts.files);

    files.retain(|(_, text)| text.contains("category: webserver"));
    let path = root.join("logs/web-apache-elastic/apache_logs");
    let text = std::fs::read_to_string(path).unwrap_or_default();
    measure("public web rules", files.clone(), &text);
    let mut own = Vec::new();
    collect(&workspace().join("rules"), &mut own);
    measure("our pack", own.clone(), &text);
    files.extend(own);
    measure("both", files, &text);
}

fn measure(name: &str, files: Vec<(String, String)>, text: &str) {
    let (rules, counts, _) = Rules::load(files);
    let events: Vec<Event<'_>> = text.lines().filter_map(event).collect();
    let agency = Agency::default();
    let context = Context { location: Location::default(), operator: None, agency: &agency };
    let mut matcher = rules.matcher();
    let (mut hits, mut inputs) = (0, Vec::new());
    let start = cpu_seconds();
    for _ in 0..ROUNDS {
        for event in &events {
            hits += matcher.run(event, &context).len();
        }
    }
    let took = cpu_seconds() - start;
    for event in &events {
        let matched = matcher.run(event, &context).to_vec();
        rules.inputs(event, &context, &matched, &mut inputs);
    }
    let asked = (events.len() * ROUNDS) as f64;
    println!(
        "{name}: {} rules, {:.0} events and {:.0} MB a CPU-second, {} hits and {} inputs of {} events",
        counts.loaded,
        asked / took,
        (text.len() * ROUNDS) as f64 / took / 1e6,
        hits / ROUNDS,
        inputs.len(),
        events.len(),
    );
}

/// The processor time that this thread has had, where the system tells it, else the time of day.
fn cpu_seconds() -> f64 {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanos = told.and_then(|text| text.split(' ').next()?.parse::<f64>().ok());
    nanos.map_or_else(
        || {
            let since = std::time::SystemTime::UNIX_EPOCH.elapsed();
            since.map_or(0.0, |since| since.as_secs_f64())
        },
        |nanos| nanos / 1e9,
    )
}

/// The project's folder.
fn workspace() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().find(|folder| folder.join("Cargo.lock").exists()).unwrap_or(here)
}

/// The folder of public data.
fn corpora() -> Option<PathBuf> {
    let folder = match std::env::var_os("BAKAS_CORPORA") {
        Some(folder) => PathBuf::from(folder),
        None => workspace().join("../shared/corpora"),
    };
    folder.is_dir().then_some(folder)
}

fn collect(folder: &Path, files: &mut Vec<(String, String)>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "yml") {
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            files.push((path.display().to_string(), text));
        }
    }
}

/// An event of one line of the combined format, with the fields that a decoder gives it.
fn event(line: &str) -> Option<Event<'_>> {
    let (client, rest) = line.split_once(' ')?;
    let mut quoted = rest.split('"');
    quoted.next()?;
    let mut request = quoted.next()?.split(' ');
    let mut result = quoted.next()?.split_ascii_whitespace();
    let (referer, _, agent) = (quoted.next()?, quoted.next()?, quoted.next()?);
    let (method, uri) = (request.next()?, request.next()?);
    let stem = uri.split('?').next()?;
    let status: u16 = result.next()?.parse().ok()?;
    let bytes = result.next().and_then(|bytes| bytes.parse().ok());
    Some(Event {
        place: Place::default(),
        agency: AgencyIx(0),
        stream: Stream::Web,
        custom: None,
        time: Timestamp::default(),
        time_raw: "",
        class: Class::HttpActivity,
        activity: Activity::Request,
        status: if status < 400 { Status::Success } else { Status::Failure },
        src: client.parse().ok(),
        src_port: None,
        dst: None,
        dst_port: None,
        src_claimed: None,
        account: None,
        target: None,
        object: Some(stem),
        agent: Some(agent),
        operation: method,
        host: None,
        http_status: Some(status),
        bytes_out: bytes.and_then(|bytes: i64| u64::try_from(bytes).ok()),
        fields: vec![
            Field::new("c-ip", Value::Text(client)),
            Field::new("cs-method", Value::Text(method)),
            Field::new("cs-uri", Value::Text(uri)),
            Field::new("cs-uri-stem", Value::Text(stem)),
            Field::new("cs-version", Value::Text(request.next().unwrap_or_default())),
            Field::new("sc-status", Value::Int(status.into())),
            Field::new("sc-bytes", bytes.map_or(Value::Null, Value::Int)),
            Field::new("cs-referer", Value::Text(referer)),
            Field::new("cs-user-agent", Value::Text(agent)),
        ],
    })
}
