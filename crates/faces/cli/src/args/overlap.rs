//! What may be asked of `bakas overlap`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// Which observables we share with a counterpart, before either shows its list
#[derive(Debug, Args)]
#[command(after_help = "Example, between A and B, by files alone:\n  \
    A and B   bakas overlap key > ours.pub          (give it to the other, compare its fingerprint)\n  \
    A         bakas overlap ask --case case-a --to b.pub --out ask.overlap\n  \
    B         bakas overlap reply ask.overlap --from a.pub --case case-b --out answer.overlap\n  \
    A         bakas overlap result answer.overlap --out closing.overlap\n  \
    B         bakas overlap result closing.overlap\n\
    What each side learns, and what a cheater can do: docs/manual/overlap.md.")]
pub(crate) struct Overlap {
    #[command(subcommand)]
    pub(crate) action: OverlapAction,
    /// The data folder; $XDG_DATA_HOME/bakas or ~/.local/share/bakas where absent
    #[arg(long, global = true, env = "BAKAS_DATA", value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// The signing key file; made on first use
    #[arg(long, global = true, env = "BAKAS_KEY")]
    pub(crate) key: Option<PathBuf>,
    /// Whom we know; exchange/parties.toml of the case where absent
    #[arg(long, global = true, env = "BAKAS_PARTIES", value_name = "FILE")]
    pub(crate) parties: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum OverlapAction {
    /// Our public key, to standard output: to be given to counterparts
    #[command(after_help = "Example: bakas overlap key > ours.pub")]
    Key,
    /// Write what we have, blinded, for a counterpart
    #[command(
        after_help = "Examples: bakas overlap ask --case case-2026-01 --to b.pub --out ask.overlap\n          \
        bakas overlap ask --list addresses.txt --to b.pub --out ask.overlap"
    )]
    Ask {
        #[command(flatten)]
        own: Own,
        /// The counterpart's public key: a file, or a party of parties.toml
        #[arg(long, value_name = "KEY.pub|PARTY")]
        to: PathBuf,
        /// The file to write
        #[arg(long, short)]
        out: PathBuf,
    },
    /// Answer a counterpart's ask, and ask back
    #[command(
        after_help = "Example: bakas overlap reply ask.overlap --from a.pub --case case-2026-01 --out answer.overlap"
    )]
    Reply {
        /// The ask that came
        ask: PathBuf,
        /// The public key of who asks: a file, or a party of parties.toml
        #[arg(long, value_name = "KEY.pub|PARTY")]
        from: PathBuf,
        #[command(flatten)]
        own: Own,
        #[command(flatten)]
        quota: Quota,
        /// The file to write
        #[arg(long, short)]
        out: PathBuf,
    },
    /// What came of it: from the answer to our ask, or from the closing message
    #[command(
        after_help = "Examples: bakas overlap result answer.overlap --out closing.overlap\n          \
        bakas overlap result closing.overlap"
    )]
    Result {
        /// The answer or the closing message that came
        message: PathBuf,
        #[command(flatten)]
        quota: Quota,
        /// With an answer: the closing message to write, by which the other learns, too
        #[arg(long, short)]
        out: Option<PathBuf>,
    },
}

/// Where our observables come from.
#[derive(Debug, Args)]
#[group(required = true, multiple = true)]
pub(crate) struct Own {
    /// A case: the addresses of its incidents; its log keeps what is sent and received
    #[arg(long)]
    pub(crate) case: Option<PathBuf>,
    /// A file with an observable a line, instead of the case's addresses
    #[arg(long, value_name = "FILE")]
    pub(crate) list: Option<PathBuf>,
    /// The user agents of the case's incidents, too: many are everybody's
    #[arg(long, requires = "case", conflicts_with = "list")]
    pub(crate) agents: bool,
    /// The accounts that were tried in the case, too: people's names
    #[arg(long, requires = "case", conflicts_with = "list")]
    pub(crate) accounts: bool,
}

/// How much a counterpart may test.
#[derive(Debug, Args)]
pub(crate) struct Quota {
    /// Elements that are evaluated for this counterpart in a day (UTC)
    #[arg(long, default_value_t = bakas_engine::overlap::QUOTA_USUAL)]
    pub(crate) quota: usize,
}
