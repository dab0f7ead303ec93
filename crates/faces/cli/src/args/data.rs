//! `bakas data`: what may be asked, and how.

use std::path::PathBuf;

use bakas_model::Timestamp;
use clap::{Args, Subcommand};

#[derive(Debug, Args)]
#[command(after_help = "Examples: bakas data status\n          \
    bakas data import GeoLite2-ASN.mmdb --licence 'GeoLite2 EULA'\n\
    Kinds and formats: docs/manual/data.md.")]
pub(crate) struct Data {
    #[command(subcommand)]
    pub(crate) action: DataAction,
    /// The folder of imported data sets; ~/.local/share/bakas where nothing else is said
    #[arg(long, env = "BAKAS_DATA", global = true, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// A bakas.toml that says more of it ([data])
    #[arg(long, env = "BAKAS_CONFIG", global = true)]
    pub(crate) config: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum DataAction {
    /// Every data set at hand, embedded and imported: date, age, licence, attribution
    ///
    /// Ends with 3 where a file of the data folder is damaged.
    #[command(after_help = "Example: bakas data status --json | jq -r .name")]
    Status,
    Import(Box<DataImport>),
    Update(DataUpdate),
    Diff(DataDiff),
    /// Remove imported data sets
    #[command(after_help = "Example: bakas data remove ripe@2026-01-05")]
    Remove {
        /// As `bakas data status` names them: name@date
        #[arg(required = true, value_name = "NAME@DATE")]
        ids: Vec<String>,
    },
}

/// Import files as a data set of their own, beside the embedded ones
#[derive(Debug, Args)]
#[command(
    after_help = "Examples: bakas data import rib.20260105.0000.bz2 --name routeviews\n          \
    bakas data import delegated-*-extended-20260105 --name registries\n          \
    bakas data import vpn.txt --kind list --says vpn --date 2026-01-05 --licence MIT\n\
    Files may be packed (gz, bz2, xz, zst) or in archives (zip, tar). Nothing is kept where the \
    import fails."
)]
pub(crate) struct DataImport {
    /// The files of one data set
    #[arg(required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// What they are, where their content does not tell: mrt, delegated, iptoasn, mmdb, csv,
    /// geofeed, roa, organisations, states, list, tor, peeringdb, contacts
    #[arg(long)]
    pub(crate) kind: Option<bakas_engine::data::DataKind>,
    /// A short name; from the first file's where absent
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// The date of the data (or: today); from the content or the file name where absent
    #[arg(long, value_parser = day)]
    pub(crate) date: Option<DayGiven>,
    /// Their licence, as traces and reports will show it
    #[arg(long)]
    pub(crate) licence: Option<String>,
    /// The attribution that the licence asks for
    #[arg(long)]
    pub(crate) attribution: Option<String>,
    /// What they say, in a few words
    #[arg(long)]
    pub(crate) what: Option<String>,
    /// For lists: what kind of network it is that stands on them
    #[arg(long, value_name = "NETWORK", value_parser = network_kind)]
    pub(crate) says: Option<bakas_model::NetworkKind>,
    /// For CSV: what the columns hold, for instance first,last,asn,operator (- for anything else)
    #[arg(long, value_delimiter = ',', allow_hyphen_values = true)]
    pub(crate) columns: Vec<bakas_engine::data::Column>,
    /// Countries are those of registration, where a format leaves that open
    #[arg(long)]
    pub(crate) registration: bool,
    /// Put it in the place of one of the same name and date
    #[arg(long)]
    pub(crate) replace: bool,
    /// Keep nothing, and end with 3, where a record was not understood
    #[arg(long)]
    pub(crate) strict: bool,
}

/// Look at every source again, and import those that changed
#[derive(Debug, Args)]
#[command(after_help = "Example: bakas data update\n\
    Sources stand in data.toml in the data folder, or as [[data.source]] in a bakas.toml; those \
    with a url are fetched from it, which tells its owner who asks.")]
pub(crate) struct DataUpdate {
    /// Sources instead of data.toml in the data folder
    #[arg(long, value_name = "FILE")]
    pub(crate) sources: Option<PathBuf>,
}

/// What changed between two tables, per operator and country
#[derive(Debug, Args)]
#[command(after_help = "Examples: bakas data diff 2025-04-11 2026-06-17\n          \
    bakas data diff embedded@2026-06-17 routeviews@2026-07-01 --json")]
pub(crate) struct DataDiff {
    /// The earlier one: a date of the embedded table, or name@date
    pub(crate) before: String,
    /// The later one
    pub(crate) after: String,
    /// How many operators and countries to show (JSON has all)
    #[arg(long, default_value_t = 20)]
    pub(crate) top: usize,
}

/// A day that somebody names.
#[derive(Clone, Copy, Debug)]
pub(crate) enum DayGiven {
    Today,
    Day(bakas_model::Day),
}

fn day(text: &str) -> Result<DayGiven, String> {
    match text {
        "today" => Ok(DayGiven::Today),
        text => match text.parse::<Timestamp>() {
            Ok(time) => Ok(DayGiven::Day(time.day())),
            Err(error) => Err(error.to_string()),
        },
    }
}

fn network_kind(text: &str) -> Result<bakas_model::NetworkKind, String> {
    use bakas_model::NetworkKind as Kind;
    match text {
        "telco" => Ok(Kind::Telco),
        "cloud" => Ok(Kind::Cloud),
        "hosting" => Ok(Kind::Hosting),
        "vpn" => Ok(Kind::Vpn),
        "tor" => Ok(Kind::Tor),
        "private-relay" | "relay" => Ok(Kind::PrivateRelay),
        "education" => Ok(Kind::Education),
        "government" => Ok(Kind::Government),
        "content" => Ok(Kind::Content),
        _ => {
            Err("one of telco, cloud, hosting, vpn, tor, relay, education, government, content"
                .into())
        }
    }
}
