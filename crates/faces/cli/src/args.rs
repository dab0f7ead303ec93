//! The command line: what may be asked, and how. `docs/manual/` has a page for each job.

pub(crate) mod assess;
pub(crate) mod data;
pub(crate) mod exchange;
pub(crate) mod overlap;
pub(crate) mod seal;

use std::path::PathBuf;

use bakas_model::Timestamp;
use clap::{Args, Parser, Subcommand, ValueEnum};

/// Traces attacks on several agencies: logs in, a case out.
#[derive(Debug, Parser)]
#[command(name = "bakas", version, about, max_term_width = 100, after_help = EXIT_CODES)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) output: Output,
}

const EXIT_CODES: &str = "Example: bakas investigate logs/ --out case-2026-01\n\
    Each command shows an example with --help. `bakas completions SHELL` and `bakas man` print \
    completions and the manual page.\n\n\
    Exit codes: 0 done, 1 findings where asked for (--fail-on), 2 wrong usage \
    or unreadable input, 3 input partly unreadable under --strict, 4 refused or a seal that does \
    not hold, 5 internal error, 130 stopped.";

#[derive(Debug, Args)]
pub(crate) struct Output {
    /// Write JSON for machines (NDJSON where there are many) instead of text
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Colour: auto is on for a terminal unless NO_COLOR is set
    #[arg(long, global = true, value_enum, default_value_t = Colour::Auto)]
    pub(crate) colour: Colour,
    /// No progress and no summary, only errors
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Colour {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Investigate(Investigate),
    Detect(Detect),
    Ingest(Ingest),
    Trace(Trace),
    Assess(assess::Assess),
    Report(assess::Report),
    Request(exchange::Request),
    Answer(Box<exchange::Answer>),
    Receive(exchange::Receive),
    Share(Box<exchange::Share>),
    Overlap(overlap::Overlap),
    Verify(Verify),
    Seal(seal::Seal),
    Scenario(Scenario),
    Score(Score),
    Rules(Rules),
    /// The data sets that traces rest on: import, update, compare, show with dates and licences
    Data(data::Data),
    /// Completions for a shell, to standard output
    #[command(
        hide = true,
        after_help = "Example: bakas completions bash > ~/.local/share/bash-completion/completions/bakas"
    )]
    Completions {
        shell: clap_complete::Shell,
    },
    /// The manual page, to standard output
    #[command(hide = true, after_help = "Example: bakas man > bakas.1")]
    Man,
}

/// Logs of several agencies in, a case folder out: the main job
#[derive(Debug, Args)]
#[command(after_help = "Example: bakas investigate logs/ --out case-2026-01\n\
    logs/ holds one folder per agency with its logs, of any format, plain, packed or in archives;\n\
    logs/bakas.toml may say more of them (docs/manual/configure.md).")]
pub(crate) struct Investigate {
    /// Folders or files of logs
    #[arg(required = true)]
    pub(crate) paths: Vec<PathBuf>,
    /// The case folder to make
    #[arg(long, short)]
    pub(crate) out: PathBuf,
    /// More rules in Sigma format: files or folders (repeatable)
    #[arg(long)]
    pub(crate) rules: Vec<PathBuf>,
    /// Do not use the built-in rules
    #[arg(long)]
    pub(crate) no_builtin_rules: bool,
    #[command(flatten)]
    pub(crate) knowledge: Knowledge,
    /// Configuration instead of the bakas.toml beside the logs
    #[arg(long, env = "BAKAS_CONFIG")]
    pub(crate) config: Option<PathBuf>,
    /// Replace a case that is already there
    #[arg(long)]
    pub(crate) replace: bool,
    /// End with 3 where any input could not be read
    #[arg(long)]
    pub(crate) strict: bool,
    /// End with 1 where an incident of this severity or above was found
    #[arg(long, value_name = "SEVERITY", value_parser = severity)]
    pub(crate) fail_on: Option<bakas_model::Severity>,
    /// The data folder; that of bakas.toml, $XDG_DATA_HOME/bakas or ~/.local/share/bakas where absent
    #[arg(long, env = "BAKAS_DATA", value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// Worker threads; all cores where absent
    #[arg(long, env = "BAKAS_THREADS")]
    pub(crate) threads: Option<usize>,
    /// The signing key file; made on first use
    #[arg(long, env = "BAKAS_KEY")]
    pub(crate) key: Option<PathBuf>,
}

/// What rules and formats are read with, beside what is built in.
#[derive(Debug, Args)]
pub(crate) struct Knowledge {
    /// Processing pipelines beside the built-in ones: files or folders (repeatable)
    #[arg(long)]
    pub(crate) pipeline: Vec<PathBuf>,
    /// Values for placeholders in rules: TOML files, name = ["value"] (repeatable)
    #[arg(long)]
    pub(crate) placeholders: Vec<PathBuf>,
    /// Formats of your own: TOML files or folders of them (repeatable; docs/formats.md)
    #[arg(long)]
    pub(crate) formats: Vec<PathBuf>,
}

/// Sigma rules over logs: findings out as NDJSON (file, line, offset, rule id, title), nothing else
#[derive(Debug, Args)]
#[command(after_help = "Examples: bakas detect --rules sigma/rules/web access.log\n          \
    bakas detect --rules sigma/rules --explain \"Path Traversal\" --line 17 access.log\n\
    Findings of single records come in the order of the logs, those of correlations and \
    statistics after them.")]
pub(crate) struct Detect {
    /// Logs
    #[arg(required = true)]
    pub(crate) paths: Vec<PathBuf>,
    /// Rules in Sigma format: files or folders; the built-in ones where absent
    #[arg(long)]
    pub(crate) rules: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) knowledge: Knowledge,
    /// Say why this rule (its id, title or file) matches a line of the one file given, or why not
    #[arg(long, value_name = "RULE", requires = "line")]
    pub(crate) explain: Option<String>,
    /// The line to explain, or the record where a format has no lines, from 1
    #[arg(long, requires = "explain")]
    pub(crate) line: Option<u64>,
    /// Configuration instead of the bakas.toml beside the logs
    #[arg(long, env = "BAKAS_CONFIG")]
    pub(crate) config: Option<PathBuf>,
    /// The data folder; $XDG_DATA_HOME/bakas or ~/.local/share/bakas where absent
    #[arg(long, env = "BAKAS_DATA", value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// End with 1 where a rule of this level or above matched
    #[arg(long, value_name = "SEVERITY", value_parser = severity)]
    pub(crate) fail_on: Option<bakas_model::Severity>,
    /// Worker threads; all cores where absent
    #[arg(long, env = "BAKAS_THREADS")]
    pub(crate) threads: Option<usize>,
}

/// How logs are read: the format of each, an account of every record and byte, or the events
#[derive(Debug, Args)]
#[command(after_help = "Examples: bakas ingest --explain mail.log\n          \
    bakas ingest logs/\n          bakas ingest --events access.log | jq .src_endpoint.ip")]
pub(crate) struct Ingest {
    /// Logs
    #[arg(required = true)]
    pub(crate) paths: Vec<PathBuf>,
    /// Show field by field how the first records were understood
    #[arg(long, conflicts_with = "events")]
    pub(crate) explain: bool,
    /// How many records of each source to explain
    #[arg(long, default_value_t = 5)]
    pub(crate) records: usize,
    /// Write every event as an OCSF document, one a line
    #[arg(long)]
    pub(crate) events: bool,
    /// Formats of your own: TOML files or folders of them (repeatable; docs/formats.md)
    #[arg(long)]
    pub(crate) formats: Vec<PathBuf>,
    /// Configuration instead of the bakas.toml beside the logs
    #[arg(long, env = "BAKAS_CONFIG")]
    pub(crate) config: Option<PathBuf>,
    /// End with 3 where any input could not be read
    #[arg(long)]
    pub(crate) strict: bool,
    /// Worker threads; all cores where absent
    #[arg(long, env = "BAKAS_THREADS")]
    pub(crate) threads: Option<usize>,
}

/// Which network announced an address at a time, who operates it, where it is registered
#[derive(Debug, Args)]
#[command(
    after_help = "Examples: bakas trace 192.0.2.1 --at 2026-01-05T08:00:00+08:00\n          \
    cut -d' ' -f1 access.log | sort -u | bakas trace --at 2026-01-05 --csv\n          \
    bakas trace 192.0.2.1 --rdap --case case-2026-01\n\
    Nobody is asked but the tables at hand, unless --rdap or --reverse is given."
)]
pub(crate) struct Trace {
    /// Addresses; from standard input where absent: one a line, with a time behind it or not
    pub(crate) addresses: Vec<String>,
    /// The time of interest (RFC 3339 or a date); now where absent
    #[arg(long)]
    pub(crate) at: Option<Timestamp>,
    /// Short answers for many addresses, one JSON document a line; --json gives the whole ones
    #[arg(long, conflicts_with = "csv")]
    pub(crate) ndjson: bool,
    /// Short answers for many addresses as CSV with a header
    #[arg(long)]
    pub(crate) csv: bool,
    /// Ask the registry that keeps the block (RDAP): it learns whom you look at
    #[arg(long, conflicts_with_all = ["ndjson", "csv"])]
    pub(crate) rdap: bool,
    /// Keep the registry's raw answer in this case, with its digest in the case's log
    #[arg(long, requires = "rdap", value_name = "CASE")]
    pub(crate) case: Option<PathBuf>,
    /// Ask for the address's own names (DNS): their holder may learn whom you look at
    #[arg(long, conflicts_with_all = ["ndjson", "csv"])]
    pub(crate) reverse: bool,
    /// The data folder; $XDG_DATA_HOME/bakas or ~/.local/share/bakas where absent
    #[arg(long, env = "BAKAS_DATA", value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
}

/// Whether a case is as it was sealed, down to the last byte
#[derive(Debug, Args)]
#[command(after_help = "Example: bakas verify case-2026-01 --inputs logs/")]
pub(crate) struct Verify {
    /// The case folder
    pub(crate) case: PathBuf,
    /// Check the logs too: the folder that was investigated
    #[arg(long)]
    pub(crate) inputs: Option<PathBuf>,
    /// The public key it must be signed with; where absent, the one in the case is used, and said
    #[arg(long)]
    pub(crate) key: Option<PathBuf>,
}

/// The bundled scenario: a country's logs under attack, synthetic, with the truth beside them
#[derive(Debug, Args)]
#[command(after_help = "Example: bakas scenario --seed 7 --scale 50000 --out scenario")]
pub(crate) struct Scenario {
    /// The same seed gives the same bytes
    #[arg(long, default_value_t = 7)]
    pub(crate) seed: u64,
    /// About how many log lines, 20,000 to 100,000,000; small ones come out somewhat larger
    #[arg(long, default_value_t = 50_000)]
    pub(crate) scale: u64,
    /// The folder to make
    #[arg(long, short)]
    pub(crate) out: PathBuf,
}

/// How right a case is, against the truth of the scenario
#[derive(Debug, Args)]
#[command(after_help = "Example: bakas score case --truth scenario/truth.ndjson")]
pub(crate) struct Score {
    /// The case folder
    pub(crate) case: PathBuf,
    /// truth.ndjson of the scenario
    #[arg(long)]
    pub(crate) truth: PathBuf,
}

/// The rules that would be asked
#[derive(Debug, Args)]
#[command(after_help = "Example: bakas rules check sigma/rules")]
pub(crate) struct Rules {
    #[command(subcommand)]
    pub(crate) action: RulesAction,
}

#[derive(Debug, Subcommand)]
pub(crate) enum RulesAction {
    Check(RulesCheck),
}

/// What becomes of each rule and format: loaded, mapped, not applicable here, or unsupported and why
#[derive(Debug, Args)]
#[command(after_help = "Examples: bakas rules check sigma/rules --all\n          \
    bakas rules check my-format.toml my-rules/\n\
    A sample (sample*.log, .json, .csv …) beside a format file is read with it.")]
pub(crate) struct RulesCheck {
    /// Rules (.yml) and formats (.toml): files or folders; the built-in rules where absent
    pub(crate) paths: Vec<PathBuf>,
    /// Every rule with what became of it, not only those that are not asked
    #[arg(long)]
    pub(crate) all: bool,
    #[command(flatten)]
    pub(crate) knowledge: Knowledge,
    /// End with 3 where a rule, pipeline or format cannot be used
    #[arg(long)]
    pub(crate) strict: bool,
}

fn severity(text: &str) -> Result<bakas_model::Severity, String> {
    use bakas_model::Severity::{Critical, High, Informational, Low, Medium};
    match text {
        "informational" => Ok(Informational),
        "low" => Ok(Low),
        "medium" => Ok(Medium),
        "high" => Ok(High),
        "critical" => Ok(Critical),
        _ => Err("one of informational, low, medium, high, critical".into()),
    }
}
