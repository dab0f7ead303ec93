//! What may be asked of the seal.

use std::path::PathBuf;

use bakas_engine::seal::Field;
use bakas_model::{
    Timestamp,
    exchange::{Pap, Tlp},
};
use clap::{Args, Subcommand};

/// The case's log: acts of custody, witnesses, time stamps, proofs, destruction
#[derive(Debug, Args)]
#[command(after_help = "Example: bakas seal status case-2026-01\n\
    docs/manual/seal.md goes through all of it.")]
pub(crate) struct Seal {
    #[command(subcommand)]
    pub(crate) action: SealAction,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SealAction {
    Status(Status),
    Act(Box<Act>),
    Export(Export),
    Prove(Prove),
    Checkpoint(Checkpoint),
    Witnesses(Witnesses),
    Cosign(Cosign),
    Witness(Witness),
    Stamp(Stamp),
    Destroy(Destroy),
    Disclose(Box<Disclose>),
    Dossier(Box<Dossier>),
}

/// The signing key, where a command continues the log
#[derive(Debug, Args)]
pub(crate) struct Key {
    /// The signing key file; the usual one where absent
    #[arg(long, env = "BAKAS_KEY")]
    pub(crate) key: Option<PathBuf>,
}

/// Who does it
#[derive(Debug, Args)]
pub(crate) struct PersonGiven {
    /// Name of the person who does it
    #[arg(long, default_value = "")]
    pub(crate) person: String,
    /// Their position
    #[arg(long, default_value = "")]
    pub(crate) position: String,
    /// Whom they act for
    #[arg(long, default_value = "")]
    pub(crate) agency: String,
    /// Fingerprint of their own key
    #[arg(long, default_value = "")]
    pub(crate) person_key: String,
}

/// The authority that it rests on
#[derive(Debug, Args)]
pub(crate) struct AuthorityGiven {
    /// Kind of authority: warrant, order, consent, mandate…
    #[arg(long, value_name = "KIND")]
    pub(crate) authority: Option<String>,
    /// Its number
    #[arg(long, default_value = "")]
    pub(crate) authority_number: String,
    /// The court or office that gave it
    #[arg(long, default_value = "")]
    pub(crate) court: String,
    /// From when it is valid
    #[arg(long)]
    pub(crate) valid_from: Option<Timestamp>,
    /// Until when it is valid
    #[arg(long)]
    pub(crate) valid_until: Option<Timestamp>,
}

/// How the log stands: leaves, acts, what is late or missing, witnesses, time stamps
#[derive(Debug, Args)]
#[command(after_help = "Example: bakas seal status case-2026-01")]
pub(crate) struct Status {
    /// The case folder
    pub(crate) case: PathBuf,
    /// Name every source that no act brought
    #[arg(long)]
    pub(crate) all: bool,
}

/// The log as a folder for a server (C2SP tlog-tiles): the checkpoint and the tiles
#[derive(Debug, Args)]
#[command(after_help = "Example: bakas seal export case-2026-01 --out tiles")]
pub(crate) struct Export {
    /// The case folder
    pub(crate) case: PathBuf,
    /// The folder to be made
    #[arg(long)]
    pub(crate) out: PathBuf,
}

/// Write an act of custody into the log
#[derive(Debug, Args)]
#[command(after_help = "Examples: bakas seal act case-2026-01 --act received --person \"Ana\" \
    --position analyst --agency cert.example --place Manila --purpose investigation\n          \
    bakas seal act case-2026-01 --file act.toml\n          \
    bakas seal act case-2026-01 --act label_lowered --of I-01 --from-tlp AMBER --tlp GREEN \
    --reason \"the agency agreed in writing\" --person Ana")]
pub(crate) struct Act {
    /// The case folder
    pub(crate) case: PathBuf,
    /// The act as TOML; what is said by options goes before it
    #[arg(long)]
    pub(crate) file: Option<PathBuf>,
    /// What was done: identified, collected, acquired, handed_over, received, stored, examined,
    /// copied, disclosed, returned, label_lowered, corrected
    #[arg(long)]
    pub(crate) act: Option<String>,
    /// When, in UTC; now where absent
    #[arg(long)]
    pub(crate) at: Option<Timestamp>,
    #[command(flatten)]
    pub(crate) person: PersonGiven,
    /// Who saw it: "NAME; POSITION; AGENCY" (repeatable)
    #[arg(long = "seen-by", value_name = "PERSON")]
    pub(crate) seen_by: Vec<String>,
    /// Number of the receipt
    #[arg(long)]
    pub(crate) receipt: Option<String>,
    /// Who gave, on the receipt
    #[arg(long, default_value = "", requires = "receipt")]
    pub(crate) receipt_from: String,
    /// Who took, on the receipt
    #[arg(long, default_value = "", requires = "receipt")]
    pub(crate) receipt_to: String,
    #[command(flatten)]
    pub(crate) authority: AuthorityGiven,
    /// Where
    #[arg(long)]
    pub(crate) place: Option<String>,
    /// How far the clock was ahead of UTC, in seconds
    #[arg(long, allow_hyphen_values = true)]
    pub(crate) clock_offset: Option<f64>,
    /// How far the time may be off, in seconds
    #[arg(long)]
    pub(crate) clock_uncertainty: Option<f64>,
    /// How the clock was looked at: ntp, telephone time service, not at all…
    #[arg(long)]
    pub(crate) clock_determined: Option<String>,
    /// Program that was used: "NAME VERSION"; this one where absent
    #[arg(long)]
    pub(crate) tool: Option<String>,
    /// A file that it was done to; its digest goes into the log (repeatable)
    #[arg(long)]
    pub(crate) input: Vec<PathBuf>,
    /// A file that came of it (repeatable)
    #[arg(long)]
    pub(crate) output: Vec<PathBuf>,
    /// Maker and model of the device
    #[arg(long)]
    pub(crate) device: Option<String>,
    /// Its serial number
    #[arg(long, default_value = "", requires = "device")]
    pub(crate) serial: String,
    /// Number of a source it is about (repeatable); all where absent
    #[arg(long)]
    pub(crate) source: Vec<u32>,
    /// What for
    #[arg(long)]
    pub(crate) purpose: Option<String>,
    /// Until when it is kept
    #[arg(long)]
    pub(crate) keep_until: Option<Timestamp>,
    /// By which rule it is kept so long
    #[arg(long, default_value = "", requires = "keep_until")]
    pub(crate) keep_basis: String,
    /// Why
    #[arg(long)]
    pub(crate) reason: Option<String>,
    /// Of what a label is lowered: an incident (I-01), the SHA-256 of a package that left, or `case`
    #[arg(long, value_name = "WHAT", requires = "tlp")]
    pub(crate) of: Option<String>,
    /// The label that counts from now on: CLEAR, GREEN, AMBER, AMBER+STRICT
    #[arg(long, requires = "of")]
    pub(crate) tlp: Option<Tlp>,
    /// The limit on use that counts from now on
    #[arg(long, requires = "of")]
    pub(crate) pap: Option<Pap>,
    /// The label before
    #[arg(long, requires = "of")]
    pub(crate) from_tlp: Option<Tlp>,
    /// The limit on use before
    #[arg(long, requires = "of")]
    pub(crate) from_pap: Option<Pap>,
    /// Anything else
    #[arg(long)]
    pub(crate) note: Option<String>,
    #[command(flatten)]
    pub(crate) key: Key,
}

/// The proof that a leaf stands in the log (C2SP tlog-proof), to standard output
#[derive(Debug, Args)]
#[command(after_help = "Example: bakas seal prove case-2026-01 --leaf 17 > 17.tlog-proof")]
pub(crate) struct Prove {
    /// The case folder
    pub(crate) case: PathBuf,
    /// The leaf's number, from 0
    #[arg(long)]
    pub(crate) leaf: u64,
}

/// The checkpoint for a witness, with the proof that the log went on, to standard output
#[derive(Debug, Args)]
#[command(after_help = "Example: bakas seal checkpoint case-2026-01 --since 1000 > ask.txt")]
pub(crate) struct Checkpoint {
    /// The case folder
    pub(crate) case: PathBuf,
    /// Leaves that the witness knows already; 0 at the first time
    #[arg(long, default_value_t = 0)]
    pub(crate) since: u64,
    /// The signed note alone
    #[arg(long)]
    pub(crate) bare: bool,
    #[command(flatten)]
    pub(crate) key: Key,
}

/// Name the witnesses of a case, and how many of them are needed
#[derive(Debug, Args)]
#[command(after_help = "Example: bakas seal witnesses case-2026-01 --needed 2 senate.pub \
    university.pub office.pub --person Ana")]
pub(crate) struct Witnesses {
    /// The case folder
    pub(crate) case: PathBuf,
    /// How many are needed
    #[arg(long)]
    pub(crate) needed: usize,
    /// Files with their public keys
    #[arg(required = true)]
    pub(crate) keys: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) person: PersonGiven,
    #[command(flatten)]
    pub(crate) key: Key,
}

/// On a witness's side: cosign a checkpoint, or refuse a fork
#[derive(Debug, Args)]
#[command(after_help = "Examples: bakas seal cosign ask.txt --log case.pub --key witness.key \
    --name senate.example/witness --state witness.json > cosignature.txt\n          \
    bakas seal cosign --key witness.key --name senate.example/witness --public > senate.pub")]
pub(crate) struct Cosign {
    /// What `bakas seal checkpoint` gave
    #[arg(required_unless_present = "public")]
    pub(crate) asked: Option<PathBuf>,
    /// The public key of the log: seal/key.pub of the case, got another way
    #[arg(long, required_unless_present = "public")]
    pub(crate) log: Option<PathBuf>,
    /// The witness's signing key file; made on first use, and for this alone
    #[arg(long)]
    pub(crate) key: PathBuf,
    /// The witness's name
    #[arg(long)]
    pub(crate) name: String,
    /// Where the witness keeps what it has cosigned
    #[arg(long, required_unless_present = "public")]
    pub(crate) state: Option<PathBuf>,
    /// Print the witness's public key, and do nothing else
    #[arg(long)]
    pub(crate) public: bool,
}

/// Take what a witness gave, or ask it over HTTP
#[derive(Debug, Args)]
#[command(
    after_help = "Examples: bakas seal witness case-2026-01 --add cosignature.txt\n          \
    bakas seal witness case-2026-01 --to https://witness.example/"
)]
pub(crate) struct Witness {
    /// The case folder
    pub(crate) case: PathBuf,
    /// The file with the cosignature
    #[arg(long, required_unless_present = "to")]
    pub(crate) add: Option<PathBuf>,
    /// Ask the witness at this address (C2SP tlog-witness), and take what it gives
    #[arg(long, value_name = "URL", conflicts_with = "add")]
    pub(crate) to: Option<String>,
    #[command(flatten)]
    pub(crate) key: Key,
}

/// A time stamp of an authority over the checkpoint (RFC 3161)
#[derive(Debug, Args)]
#[command(after_help = "Examples: bakas seal stamp case-2026-01 --request case.tsq\n          \
    bakas seal stamp case-2026-01 --response case.tsr\n          \
    bakas seal stamp case-2026-01 --to https://tsa.example/\n\
    Send the request to an authority, for instance with curl; check its signature with openssl \
    ts -verify.")]
pub(crate) struct Stamp {
    /// The case folder
    pub(crate) case: PathBuf,
    /// Ask the authority at this address (RFC 3161), and take its stamp
    #[arg(long, value_name = "URL", conflicts_with_all = ["request", "response"])]
    pub(crate) to: Option<String>,
    /// Write the request into this file
    #[arg(long, required_unless_present_any = ["response", "data", "to"], conflicts_with = "response")]
    pub(crate) request: Option<PathBuf>,
    /// Take the authority's response from this file
    #[arg(long)]
    pub(crate) response: Option<PathBuf>,
    /// Write what is stamped into this file, for openssl ts -verify -data
    #[arg(long)]
    pub(crate) data: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) key: Key,
}

/// Destroy a source's salts and payload; its leaves remain, and the log says it
#[derive(Debug, Args)]
#[command(after_help = "Example: bakas seal destroy case-2026-01 --source 3 --reason \"retention \
    over\" --authority order --authority-number 7 --person Ana")]
pub(crate) struct Destroy {
    /// The case folder
    pub(crate) case: PathBuf,
    /// The source's number
    #[arg(long)]
    pub(crate) source: u32,
    /// Why
    #[arg(long)]
    pub(crate) reason: String,
    #[command(flatten)]
    pub(crate) authority: AuthorityGiven,
    #[command(flatten)]
    pub(crate) person: PersonGiven,
    /// Everything that was made of the whole case, too: document, findings, report…
    #[arg(long)]
    pub(crate) derived: bool,
    #[command(flatten)]
    pub(crate) key: Key,
}

/// What leaves as evidence, to whom and by whose hand
#[derive(Debug, Args)]
pub(crate) struct Released {
    /// The case folder
    pub(crate) case: PathBuf,
    /// The logs that the case was made from
    #[arg(long)]
    pub(crate) inputs: PathBuf,
    /// The bag to be made
    #[arg(long)]
    pub(crate) out: PathBuf,
    /// Records of this incident (repeatable): I-01
    #[arg(long)]
    pub(crate) incident: Vec<String>,
    /// So many records of each incident, spread over its lines; all where absent
    #[arg(long)]
    pub(crate) count: Option<u64>,
    /// A record by its place, as evidence.ndjson names it (repeatable)
    #[arg(long = "record", value_name = "FILE:OFFSET")]
    pub(crate) records: Vec<String>,
    /// The records on which a request of ours rests: its name, the beginning of it, or our reference
    #[arg(long)]
    pub(crate) request: Option<String>,
    /// Fields that are shown: time, src, dst, account, target, host, action, object, agent
    #[arg(long, value_delimiter = ',', value_parser = field)]
    pub(crate) fields: Vec<Field>,
    /// Show whole records, as they stand in the log
    #[arg(long)]
    pub(crate) raw: bool,
    /// For whom
    #[arg(long, default_value = "")]
    pub(crate) to: String,
    /// What for
    #[arg(long, default_value = "")]
    pub(crate) purpose: String,
    /// How it may be handed on: CLEAR, GREEN, AMBER, AMBER+STRICT, RED
    #[arg(long, default_value = "AMBER")]
    pub(crate) tlp: Tlp,
    #[command(flatten)]
    pub(crate) person: PersonGiven,
    #[command(flatten)]
    pub(crate) key: Key,
}

/// A bag in which chosen fields of chosen records can be read and are proved, and nothing else
#[derive(Debug, Args)]
#[command(after_help = "Example: bakas seal disclose case-2026-01 --inputs logs --incident I-01 \
    --count 10 --fields time,src,dst,action --to cert.example --person Ana --out bag")]
pub(crate) struct Disclose {
    #[command(flatten)]
    pub(crate) released: Released,
}

/// A bag for a court: records with proofs, custody, figures with their bytes, an index on paper
#[derive(Debug, Args)]
#[command(after_help = "Example: bakas seal dossier case-2026-01 --inputs logs --incident I-01 \
    --count 20 --raw --to \"the prosecutor\" --person Ana --out dossier")]
pub(crate) struct Dossier {
    #[command(flatten)]
    pub(crate) released: Released,
    /// The index in Filipino
    #[arg(long)]
    pub(crate) fil: bool,
}

fn field(name: &str) -> Result<Field, String> {
    Field::named(name).ok_or_else(|| {
        let all: Vec<&str> = Field::ALL.iter().map(|field| field.name()).collect();
        format!("no such field; there are {}", all.join(", "))
    })
}
