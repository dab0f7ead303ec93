//! From a seed to a folder: the plot is planned, the days are lived hour by hour, the truth is
//! written last.

use std::{
    fmt, fs, io,
    path::{Path, PathBuf},
};

use bakas_model::Timestamp;
use serde::Serialize;

use crate::{
    attack::{self, Cast},
    benign::{hosts::Hosts, office::Staff, trail::Programs, web::Visitors},
    clock::{DAYS, HOUR, MINUTE, SECOND, START},
    config, decoy, layout,
    operator::{
        self, Operator,
        truth::{OperatorFlow, OperatorHeader, OperatorTruth},
    },
    people::{AGENCIES, OFFICE_AGENCIES, WELFARE},
    plot::Plot,
    shelf::{Shelf, ShelfError},
    truth::{ScenarioHeader, Truth, TruthCampaign, TruthIncident, TruthLine},
    world::{SITE_WELFARE, World},
};

/// The scale of the demo.
pub const DEFAULT_LINES: u64 = 50_000;
/// Benign records of an office, however small the scale: people need a history to be known by.
const FEWEST_OFFICE_LINES: u64 = 700;
/// Benign records of anything else, however small the scale.
const FEWEST_LINES: u64 = 300;

/// What to generate.
#[derive(Clone, Debug)]
pub struct Options {
    /// Everything is drawn from it.
    pub seed: u64,
    /// Benign records to aim at; the attackers' come on top and grow far more slowly.
    pub lines: u64,
    /// The folder to write: new, empty, or an earlier scenario, which is replaced.
    pub out: PathBuf,
}

/// What was generated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Summary {
    pub seed: u64,
    pub files: u64,
    /// Records in all, without copies.
    pub records: u64,
    /// Bytes before packing, without copies.
    pub bytes: u64,
    /// Records of attackers, without copies.
    pub attacking: u64,
    pub incidents: u64,
    pub campaigns: u64,
    pub decoys: u64,
    /// Where the logs are.
    pub logs: PathBuf,
    /// Where the truth is.
    pub truth: PathBuf,
    /// Where the operator's records are.
    pub operator: PathBuf,
}

/// Why nothing, or not everything, was generated.
#[derive(Debug, thiserror::Error)]
pub enum ScenarioError {
    /// The folder holds something else.
    #[error(
        "'{}' is not empty and holds no earlier scenario: name another folder or empty it", .0.display()
    )]
    Occupied(PathBuf),
    /// A file could not be written.
    #[error("cannot write '{}'", .path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl From<ShelfError> for ScenarioError {
    fn from((path, source): ShelfError) -> Self {
        Self::Write { path, source }
    }
}

fn writing<T>(path: &Path, done: io::Result<T>) -> Result<T, ScenarioError> {
    done.map_err(|source| ScenarioError::Write { path: path.to_owned(), source })
}

/// Writes a scenario into `options.out`: `logs/` with `bakas.toml`, `truth.ndjson`, `README.txt`; and
/// `operator/` with `operator-truth.ndjson`.
///
/// # Errors
/// Where the folder holds something else, or a file cannot be written.
pub fn generate(options: &Options) -> Result<Summary, ScenarioError> {
    let Options { seed, lines, out } = options;
    let (seed, lines) = (*seed, *lines);
    make_room(out)?;
    let readme = out.join("README.txt");
    writing(&readme, fs::write(&readme, config::readme(seed, lines)))?;
    let logs = out.join("logs");
    writing(&logs, fs::create_dir_all(&logs))?;
    let toml = logs.join("bakas.toml");
    writing(&toml, fs::write(&toml, config::bakas_toml()))?;

    let mut world = World::new(Shelf::new(&logs), seed, lines);
    let cast = Cast::draw(seed, attack::january_guesses(lines));
    let mut plot = Plot::default();
    let mut days = Days::new(seed, lines, &cast);
    attack::plan(&mut plot, &cast, &world, seed, lines);
    decoy::plan(&mut plot, &world, &cast, seed, days.sites[SITE_WELFARE].shared);
    plot.settle();
    world.operator = Operator::plan(&plot, &cast, seed);
    days.live(&mut world, &mut plot)?;
    world.shelf.finish()?;
    for (original, copy) in layout::COPIES {
        let path = logs.join(copy);
        let made = path.parent().map_or(Ok(()), fs::create_dir_all);
        writing(&path, made.and_then(|()| fs::copy(logs.join(original), &path)))?;
    }
    let operator = out.join("operator");
    operator::write(&world.operator, &operator)?;
    let told = told(&world);
    let truth = tell(plot, &cast, &world.shelf, seed, lines);
    let summary = Summary {
        seed,
        files: (world.shelf.files.len() + layout::COPIES.len()) as u64,
        records: world.shelf.records,
        bytes: world.shelf.bytes,
        attacking: truth.lines.len() as u64,
        incidents: truth.incidents.len() as u64,
        campaigns: truth.campaigns.len() as u64,
        decoys: truth.decoys.len() as u64,
        logs,
        truth: out.join("truth.ndjson"),
        operator,
    };
    keep(&summary.truth, |file| truth.write(file))?;
    keep(&out.join("operator-truth.ndjson"), |file| told.write(file))?;
    Ok(summary)
}

fn keep(
    path: &Path,
    write: impl FnOnce(&mut io::BufWriter<fs::File>) -> io::Result<()>,
) -> Result<(), ScenarioError> {
    let mut file = io::BufWriter::new(writing(path, fs::File::create(path))?);
    writing(path, write(&mut file).and_then(|()| io::Write::flush(&mut file)))
}

/// Makes sure that the folder is ours: new, empty, or an earlier scenario.
fn make_room(out: &Path) -> Result<(), ScenarioError> {
    let Ok(mut entries) = fs::read_dir(out) else {
        return writing(out, fs::create_dir_all(out));
    };
    if entries.next().is_none() {
        return Ok(());
    }
    let readme = fs::read_to_string(out.join("README.txt")).unwrap_or_default();
    if !readme.starts_with(config::MARK) {
        return Err(ScenarioError::Occupied(out.to_owned()));
    }
    for folder in ["logs", "operator"].map(|name| out.join(name)) {
        if folder.is_dir() {
            writing(&folder, fs::remove_dir_all(&folder))?;
        }
    }
    Ok(())
}

/// Everybody who lives through the window.
struct Days {
    sites: Vec<Visitors>,
    staff: Vec<Staff>,
    hosts: Hosts,
    programs: Programs,
}

impl Days {
    /// Shares the lines out among the sources, in hundredths.
    fn new(seed: u64, lines: u64, cast: &Cast) -> Self {
        let share = |hundredths: u64| (lines * hundredths / 100).max(FEWEST_LINES);
        let site = |ix, hundredths| Visitors::new(seed, ix, share(hundredths), cast.telco);
        let office = (lines * 45 / 1000).max(FEWEST_OFFICE_LINES);
        Self {
            sites: vec![site(0, 40), site(1, 9), site(2, 11), site(3, 7)],
            staff: (0..OFFICE_AGENCIES).map(|agency| Staff::new(seed, agency, office)).collect(),
            hosts: Hosts::new(seed, share(4)),
            programs: Programs::new(seed, share(2)),
        }
    }

    fn live(&mut self, world: &mut World, plot: &mut Plot) -> Result<(), ScenarioError> {
        for hour in 0..(DAYS * 24) as usize {
            let start = START + hour as i64 * HOUR;
            for (time, address) in plot.play(world, start + HOUR) {
                self.sites[SITE_WELFARE].neighbour(world, address, time);
            }
            for visitors in &mut self.sites {
                visitors.hour(world, hour, start);
            }
            for staff in &mut self.staff {
                staff.hour(world, hour, start);
            }
            self.hosts.hour(world, hour, start);
            self.programs.hour(world, hour, start);
            // A mistyped password stands some seconds before its session.
            world.shelf.flush(start + HOUR - MINUTE)?;
        }
        Ok(())
    }
}

fn incident_id(number: usize) -> String {
    format!("T-{number:02}")
}

fn campaign_id(actor: usize) -> String {
    format!("TC-{}", actor + 1)
}

/// What the operator's records must tell.
fn told(world: &World) -> OperatorTruth {
    let moment = |millis: i64| Timestamp::from_micros(millis * 1000);
    let marked = world.shelf.lines.iter().filter(|line| line.flow > 0);
    let flows = marked
        .map(|line| {
            let flow = &world.flows[line.flow as usize - 1];
            OperatorFlow {
                file: world.shelf.files[usize::from(line.file)].clone(),
                offset: line.offset,
                incident: incident_id(usize::from(line.incident)),
                time: moment(flow.time),
                address: flow.address,
                port: flow.port,
                inner: flow.inner,
                subscriber: flow.subscriber.clone(),
            }
        })
        .collect();
    let header = OperatorHeader {
        version: 1,
        synthetic: true,
        asn: world.operator.asn,
        operator: world.operator.name.to_owned(),
        zone: world.operator.zone.0.to_owned(),
        translator_offset_seconds: operator::BEHIND / SECOND,
        kept_from: moment(operator::KEPT_FROM),
        destination: operator::EDGE,
        destination_port: 443,
    };
    OperatorTruth { header, flows }
}

/// Puts the truth together.
fn tell(plot: Plot, cast: &Cast, shelf: &Shelf, seed: u64, lines: u64) -> Truth {
    let mut counts = vec![0_u64; plot.incidents.len() + 1];
    for line in &shelf.lines {
        counts[usize::from(line.incident)] += 1;
    }
    let name = |actor: Option<usize>| {
        actor.map_or_else(|| "background".to_owned(), |a| format!("actor-{}", a + 1))
    };
    let incidents: Vec<TruthIncident> = (1..)
        .zip(&plot.incidents)
        .map(|(number, planned)| TruthIncident {
            incident: incident_id(number),
            agency: AGENCIES[planned.agency].id.to_owned(),
            kind: planned.kind,
            actor: name(planned.actor),
            campaign: planned.actor.map(campaign_id),
            lines: counts[number],
            addresses: planned.addresses.iter().map(ToString::to_string).collect(),
            accounts: planned.accounts.iter().cloned().collect(),
        })
        .collect();
    let campaigns = cast
        .actors
        .iter()
        .map(|actor| TruthCampaign {
            campaign: campaign_id(actor.number),
            actor: name(Some(actor.number)),
            incidents: incidents
                .iter()
                .filter(|i| i.campaign.as_deref() == Some(&campaign_id(actor.number)))
                .map(|i| i.incident.clone())
                .collect(),
            habits: actor.habits(),
        })
        .collect();
    let places = shelf
        .lines
        .iter()
        .map(|line| TruthLine {
            file: shelf.files[usize::from(line.file)].clone(),
            offset: line.offset,
            length: line.length,
            incident: incident_id(usize::from(line.incident)),
        })
        .collect();
    let telco_asn = cast.telco.asn;
    let header = ScenarioHeader { version: 1, synthetic: true, seed, lines, telco_asn };
    debug_assert!(plot.incidents.iter().any(|i| i.agency == WELFARE));
    Truth { header, campaigns, incidents, decoys: plot.decoys, lines: places }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{} records ({} of attackers) in {} files, {} MB; seed {}",
            self.records,
            self.attacking,
            self.files,
            self.bytes / 1_000_000,
            self.seed
        )?;
        writeln!(
            f,
            "{} incidents, {} campaigns, {} decoys",
            self.incidents, self.campaigns, self.decoys
        )?;
        writeln!(f, "logs   {}", self.logs.display())?;
        writeln!(f, "truth  {}", self.truth.display())?;
        writeln!(f, "operator's side  {}", self.operator.display())?;
        f.write_str("Everything in it is made up; nobody is accused.")
    }
}
