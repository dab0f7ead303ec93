//! What may be asked of `bakas request`, `answer`, `receive` and `share`.

use std::{net::IpAddr, path::PathBuf};

use bakas_engine::exchange::nouns::{Action, AnswerStatus, Onward, Pap, RefusalGround, Tlp};
use bakas_model::Timestamp;
use clap::{Args, Subcommand};

use super::assess::word;

/// Who acts, for whom, with which key.
#[derive(Clone, Debug, Args)]
pub(crate) struct Desk {
    /// Who does it: a person
    #[arg(long, global = true, env = "BAKAS_BY", default_value = "")]
    pub(crate) by: String,
    /// Who we are and whom we know; exchange/parties.toml of the folder where absent
    #[arg(long, global = true, env = "BAKAS_PARTIES", value_name = "FILE")]
    pub(crate) parties: Option<PathBuf>,
    /// The signing key file; made on first use
    #[arg(long, global = true, env = "BAKAS_KEY", value_name = "FILE")]
    pub(crate) key: Option<PathBuf>,
}

/// How something is to be handled.
#[derive(Clone, Debug, Args)]
pub(crate) struct Handle {
    /// With whom it may be shared: CLEAR, GREEN, AMBER, AMBER+STRICT, RED
    #[arg(long, default_value = "AMBER", value_parser = tlp)]
    pub(crate) tlp: Tlp,
    /// What may be done with it: CLEAR, GREEN, AMBER, RED
    #[arg(long, default_value = "AMBER", value_parser = pap)]
    pub(crate) pap: Pap,
    /// Whether the recipient may hand it on: as_labelled, with_consent, none
    #[arg(long, default_value = "with_consent", value_parser = word::<Onward>)]
    pub(crate) onward: Onward,
    /// What it may be used for, such as "criminal investigation" (repeatable)
    #[arg(long = "use", value_name = "PURPOSE")]
    pub(crate) permitted_use: Vec<String>,
    /// Why personal data of victims must go along, where they must
    #[arg(long, value_name = "REASON", default_value = "")]
    pub(crate) personal_because: String,
    /// Whose information it is, where it is not ours: a party's id (repeatable)
    #[arg(long, value_name = "PARTY")]
    pub(crate) originator: Vec<String>,
    /// An originator who allowed to hand its information on to this party, and the paper that says so, such as "isp.example=letter 12 of 3 January" (repeatable)
    #[arg(long, value_name = "PARTY=PAPER", value_parser = consent)]
    pub(crate) consent: Vec<(String, String)>,
}

/// What is put around a message.
#[derive(Clone, Debug, Args)]
pub(crate) struct Around {
    /// Put it into an envelope with our signature: one file that survives a mail, in any format
    #[arg(long)]
    pub(crate) envelope: bool,
    /// Encrypt with age: age1…, "ssh-ed25519 …", a file with one of them, or a party of parties.toml (repeatable)
    #[arg(long, value_name = "RECIPIENT")]
    pub(crate) age_to: Vec<String>,
    /// Encrypt with OpenPGP: a file with a certificate, or a party of parties.toml (repeatable)
    #[arg(long, value_name = "RECIPIENT", conflicts_with = "age_to")]
    pub(crate) pgp_to: Vec<String>,
    /// Sign with this OpenPGP secret key, too: a file
    #[arg(long, value_name = "FILE", requires = "pgp_to")]
    pub(crate) pgp_sign: Option<PathBuf>,
    /// Write TLP and PAP above what is encrypted, for whoever handles the mail
    #[arg(long)]
    pub(crate) labels_outside: bool,
}

/// What opens a counterpart's server.
#[derive(Clone, Debug, Args)]
pub(crate) struct Opener {
    /// A file with one line that opens the server: "basic USER:PASSWORD", "bearer TOKEN" or "key KEY"; the line itself may stand in BAKAS_CREDENTIAL
    #[arg(long, env = "BAKAS_CREDENTIAL_FILE", value_name = "FILE")]
    pub(crate) credential: Option<PathBuf>,
}

/// Logs, and how to read them.
#[derive(Clone, Debug, Args)]
pub(crate) struct Logs {
    /// The logs: files and folders
    #[arg(long, num_args = 1.., value_name = "PATH")]
    pub(crate) logs: Vec<PathBuf>,
    /// Configuration instead of the bakas.toml beside the logs
    #[arg(long, env = "BAKAS_CONFIG")]
    pub(crate) config: Option<PathBuf>,
    /// Formats of your own: TOML files or folders of them (repeatable)
    #[arg(long)]
    pub(crate) formats: Vec<PathBuf>,
    /// Worker threads; all cores where absent
    #[arg(long, env = "BAKAS_THREADS")]
    pub(crate) threads: Option<usize>,
}

/// Trace and preservation requests: make, show, send, withdraw; where each stands and what is due
#[derive(Debug, Args)]
#[command(
    after_help = "Examples: bakas request new case --incident I-01 --to isp.example --logs logs/ --by ana\n          \
    bakas request send case 3f0c --out request.json --by ana\n          \
    bakas request status case\n\
    exchange/parties.toml of the case says who you are and whom you know (docs/manual/exchange.md)."
)]
pub(crate) struct Request {
    #[command(flatten)]
    pub(crate) desk: Desk,
    #[command(subcommand)]
    pub(crate) action: RequestAction,
}

#[derive(Clone, Debug, Subcommand)]
pub(crate) enum RequestAction {
    New(Box<NewRequest>),
    /// One request with all that happened
    Show {
        /// The case folder, or the folder of the exchange
        folder: PathBuf,
        /// The request's name, or the beginning of it
        request: String,
    },
    /// Where every request stands, and what is due
    Status {
        /// The case folder, or the folder of the exchange
        folder: PathBuf,
    },
    /// Everything that left: when, to whom, as what, under which labels, with whose consent
    Left {
        /// The case folder, or the folder of the exchange
        folder: PathBuf,
    },
    Send(Send),
    /// Withdraw a request of ours; writes the message that tells it
    Withdraw {
        folder: PathBuf,
        request: String,
        /// Why: the other side reads it
        #[arg(long)]
        why: String,
        /// The file to write
        #[arg(long, short)]
        out: PathBuf,
    },
    /// Note that you reminded them
    Remind {
        folder: PathBuf,
        request: String,
        /// Whom: the party's id
        #[arg(long)]
        to: String,
    },
    /// Note that you turned to somebody else
    Escalate {
        folder: PathBuf,
        request: String,
        /// To whom, or how
        #[arg(long)]
        to: String,
    },
    /// Close a dialogue
    Close {
        folder: PathBuf,
        request: String,
        /// Why
        #[arg(long)]
        why: String,
    },
    /// Our public key, for the parties.toml of the other side
    Key {
        folder: PathBuf,
    },
}

/// An address, with its port where one is given.
pub(crate) type Endpoint = (IpAddr, Option<u16>);

fn endpoint(text: &str) -> Result<Endpoint, String> {
    let both = text.parse::<std::net::SocketAddr>().map(|both| (both.ip(), Some(both.port())));
    both.or_else(|_| text.parse::<IpAddr>().map(|address| (address, None)))
        .map_err(|_| "write ADDRESS, ADDRESS:PORT or [IPV6]:PORT".to_owned())
}

/// Make a request from an incident of a case; nothing is sent
#[derive(Clone, Debug, Args)]
pub(crate) struct NewRequest {
    /// The case folder
    pub(crate) folder: PathBuf,
    /// The incident, such as I-01; where absent, the one with the most records from the party's networks
    #[arg(long)]
    pub(crate) incident: Option<String>,
    /// The party, by its id in parties.toml
    #[arg(long)]
    pub(crate) to: String,
    #[command(flatten)]
    pub(crate) logs: Logs,
    /// What is asked for: preserve, identify, confirm, take_down
    #[arg(long, default_value = "identify", value_parser = word::<Action>)]
    pub(crate) action: Action,
    /// How many records at most; the most useful are chosen
    #[arg(long, default_value_t = 10)]
    pub(crate) records: usize,
    /// Only records from this address (repeatable)
    #[arg(long)]
    pub(crate) address: Vec<IpAddr>,
    /// Only records from addresses of this network, by number; the party's own where absent (repeatable)
    #[arg(long)]
    pub(crate) asn: Vec<u32>,
    /// Only records from this moment on (RFC 3339 or a date)
    #[arg(long, value_name = "TIME")]
    pub(crate) seen_since: Option<Timestamp>,
    /// Only records before this moment
    #[arg(long, value_name = "TIME")]
    pub(crate) seen_until: Option<Timestamp>,
    /// The attacked machine as the internet sees it, where the log does not hold it: ADDRESS, ADDRESS:PORT, [IPV6]:PORT
    #[arg(long, value_name = "ADDRESS", value_parser = endpoint)]
    pub(crate) destination: Option<Endpoint>,
    /// Your own number for it
    #[arg(long, default_value = "")]
    pub(crate) reference: String,
    /// Under which authority you act; [defaults] of parties.toml where absent, as for the next two
    #[arg(long, default_value = "")]
    pub(crate) authority: String,
    /// The law that you ask under
    #[arg(long, default_value = "")]
    pub(crate) legal_basis: String,
    /// The offence looked into
    #[arg(long, default_value = "")]
    pub(crate) offence: String,
    /// What happened, in your words, without names of victims (repeatable)
    #[arg(long)]
    pub(crate) fact: Vec<String>,
    /// The language of your words (BCP 47)
    #[arg(long, default_value = "en")]
    pub(crate) language: String,
    /// By when you hope for an answer (RFC 3339 or a date)
    #[arg(long)]
    pub(crate) reply_by: Option<Timestamp>,
    /// To preserve: why the data might be lost
    #[arg(long, default_value = "")]
    pub(crate) necessity: String,
    /// To preserve: who holds the data
    #[arg(long, default_value = "")]
    pub(crate) custodian: String,
    /// To preserve: until when the data should be kept
    #[arg(long)]
    pub(crate) until: Option<Timestamp>,
    /// To preserve: a request for mutual assistance is meant to follow
    #[arg(long)]
    pub(crate) mutual_assistance: bool,
    /// The request of which this is a new version
    #[arg(long, value_name = "REQUEST")]
    pub(crate) instead_of: Option<String>,
    #[command(flatten)]
    pub(crate) handle: Handle,
}

/// Write our request, or where we are asked our newest answer, as a message to be handed over
#[derive(Clone, Debug, Args)]
pub(crate) struct Send {
    /// The case folder, or the folder of the exchange
    pub(crate) folder: PathBuf,
    /// The request's name, or the beginning of it
    pub(crate) request: String,
    /// To which party, or a server of one (taxii:URL, misp:URL); the addressee where there is one only
    #[arg(long)]
    pub(crate) to: Option<String>,
    #[command(flatten)]
    pub(crate) message: Message,
    /// Why personal data of victims must go along, where they must
    #[arg(long, value_name = "REASON", default_value = "")]
    pub(crate) personal_because: String,
}

/// How a message is written.
#[derive(Clone, Debug, Args)]
pub(crate) struct Message {
    /// native, stix, misp, iodef, iodef-json, xarf, csv, text; native where absent, or what a server takes
    #[arg(long)]
    pub(crate) format: Option<String>,
    /// The file to write
    #[arg(long, short)]
    pub(crate) out: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) around: Around,
    #[command(flatten)]
    pub(crate) opener: Opener,
    /// Send it though the format cannot carry all of it
    #[arg(long)]
    pub(crate) accept_losses: bool,
    /// What the incident is, for XARF: password-guessing, scanning, web-exploitation and so on
    #[arg(long, value_parser = word::<bakas_model::IncidentKind>)]
    pub(crate) kind: Option<bakas_model::IncidentKind>,
}

/// Take a message that came: keep it and look at it. Nothing in it acts by itself
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
#[command(after_help = "Examples: bakas receive answer.json --case case --by ana\n          \
    bakas receive waiting --case case\n          \
    bakas receive trust 9f2c --case case --by ana --why \"called them back\"\n          \
    bakas receive take-in 3f0c --case case --by ana --reliability B --credibility 2 --why \"…\"\n\
    Mails and envelopes are taken off first. Exit codes: 0 let in, or it waits for a person; 2 no such file or key;\n\
    3 something could not be read; 4 a signature does not hold. What could not be read is kept all the same.")]
pub(crate) struct Receive {
    /// The messages: files in any format, mails, envelopes
    pub(crate) files: Vec<PathBuf>,
    /// Opens what came encrypted with age: a file with our key (repeatable)
    #[arg(long, global = true, env = "BAKAS_AGE_IDENTITY", value_name = "FILE")]
    pub(crate) age_identity: Vec<PathBuf>,
    /// Opens what came encrypted with OpenPGP: a file with our secret key (repeatable)
    #[arg(long, global = true, env = "BAKAS_PGP_KEY", value_name = "FILE")]
    pub(crate) pgp_key: Vec<PathBuf>,
    /// Take what is new at a server: taxii:URL of a collection, or misp:URL
    #[arg(long, value_name = "SERVER")]
    pub(crate) from: Option<String>,
    #[command(flatten)]
    pub(crate) opener: Opener,
    /// The case folder, or the folder of the exchange
    #[arg(long, global = true, default_value = ".")]
    pub(crate) case: PathBuf,
    #[command(flatten)]
    pub(crate) desk: Desk,
    #[command(subcommand)]
    pub(crate) action: Option<ReceiveAction>,
}

#[derive(Clone, Debug, Subcommand)]
pub(crate) enum ReceiveAction {
    /// Messages that wait for a person: of unknown senders, or with a signature that does not hold
    Waiting,
    /// Let a message in that waits
    Trust {
        /// Its SHA-256, or the beginning of it
        message: String,
        /// How you know whose it is
        #[arg(long)]
        why: String,
    },
    /// Throw a message out that waits; it stays in the folder
    Dismiss {
        /// Its SHA-256, or the beginning of it
        message: String,
        /// Why
        #[arg(long)]
        why: String,
    },
    /// Write a receipt for what came
    Receipt {
        /// The request
        request: String,
        /// The file to write
        #[arg(long, short)]
        out: PathBuf,
    },
    /// Take an answer into the assessment, as evidence with its rating
    TakeIn {
        /// The request
        request: String,
        /// Digest of the answer, or the beginning of it; the newest where absent
        #[arg(long)]
        answer: Option<String>,
        /// Reliability of the party, A to F (Admiralty code)
        #[arg(long, default_value_t = 'F')]
        reliability: char,
        /// Credibility of the answer, 1 to 6
        #[arg(long, default_value_t = '6')]
        credibility: char,
        /// The party has no interest in being believed (say so in --why)
        #[arg(long)]
        no_interest: bool,
        /// Why it is taken in
        #[arg(long)]
        why: String,
    },
}

/// The answering side: what our own logs say of a request, and the answer that you decide on
#[derive(Debug, Args)]
#[command(after_help = "Examples: bakas answer 3f0c --case . --logs nat/ radius/\n          \
    bakas answer 3f0c --case . --out answer.json --disclose times --by ben\n          \
    bakas answer 3f0c --case . --out answer.json --refuse other_channel --note \"ask by letter\" --by ben\n\
    Without --out nothing is answered: the findings are shown to you only.")]
pub(crate) struct Answer {
    /// The request's name, or the beginning of it
    pub(crate) request: String,
    /// The folder of the exchange
    #[arg(long, default_value = ".")]
    pub(crate) case: PathBuf,
    #[command(flatten)]
    pub(crate) desk: Desk,
    #[command(flatten)]
    pub(crate) logs: Logs,
    /// Answer: the file to write
    #[arg(long, short)]
    pub(crate) out: Option<PathBuf>,
    /// The format of the answer
    #[arg(long, default_value = "native")]
    pub(crate) format: String,
    #[command(flatten)]
    pub(crate) around: Around,
    /// Send it though the format cannot carry all of it
    #[arg(long)]
    pub(crate) accept_losses: bool,
    /// What is told of candidates besides a reference: times, inner, subscriber (comma-separated)
    #[arg(long, value_delimiter = ',', value_parser = ["times", "inner", "subscriber"])]
    pub(crate) disclose: Vec<String>,
    /// Say that the rest is held for a request of mutual assistance
    #[arg(long)]
    pub(crate) held_for_assistance: bool,
    /// received, accepted, preserved, partial, identified, not_found, ambiguous; as found where absent
    #[arg(long, value_parser = word::<AnswerStatus>)]
    pub(crate) status: Option<AnswerStatus>,
    /// Refuse: political_offence, sovereignty, dual_criminality, other_channel, data_protection, not_competent, disproportionate, other
    #[arg(long, value_name = "GROUND", value_parser = word::<RefusalGround>)]
    pub(crate) refuse: Option<RefusalGround>,
    /// Handed on: to whom
    #[arg(long, value_name = "NAME")]
    pub(crate) forward_to: Option<String>,
    /// What is missing (repeatable)
    #[arg(long)]
    pub(crate) need: Vec<String>,
    /// A flow of which nothing is told (repeatable)
    #[arg(long, value_name = "FLOW")]
    pub(crate) leave_out: Vec<String>,
    /// Days that such records are kept
    #[arg(long)]
    pub(crate) retention_days: Option<u32>,
    /// What you say of soil, infrastructure or actor: LEVEL/HYPOTHESIS=WORD, such as infrastructure/net-relays=likely (repeatable)
    #[arg(long)]
    pub(crate) opinion: Vec<String>,
    /// Why you say so: the basis of the opinions (repeatable)
    #[arg(long)]
    pub(crate) basis: Vec<String>,
    /// More words (repeatable)
    #[arg(long)]
    pub(crate) note: Vec<String>,
    /// The language of your words (BCP 47)
    #[arg(long, default_value = "en")]
    pub(crate) language: String,
    /// Your own number for it
    #[arg(long, default_value = "")]
    pub(crate) reference: String,
    #[command(flatten)]
    pub(crate) handle: Handle,
}

/// A part of a case for a party: incidents and the addresses seen in them
#[derive(Debug, Args)]
#[command(
    after_help = "Examples: bakas share case --to cert.example --format csv --tlp GREEN --out part.csv --by ana\n          \
    bakas share case --to cert.example --envelope --age-to cert.example --out part.txt --by ana\n          \
    bakas share case --to taxii:https://cert.example/api/collections/1/ --tlp GREEN --by ana\n\
    What the format cannot carry is listed before anything is written, and needs --accept-losses."
)]
pub(crate) struct Share {
    /// The case folder
    pub(crate) folder: PathBuf,
    #[command(flatten)]
    pub(crate) desk: Desk,
    /// The party, by its id in parties.toml, or a server of one: taxii:URL of a collection, misp:URL
    #[arg(long)]
    pub(crate) to: String,
    #[command(flatten)]
    pub(crate) message: Message,
    #[command(flatten)]
    pub(crate) handle: Handle,
    /// Only this incident (repeatable)
    #[arg(long)]
    pub(crate) incident: Vec<String>,
    /// Name the agencies
    #[arg(long)]
    pub(crate) name_agencies: bool,
    /// What we think of where from and who goes along
    #[arg(long)]
    pub(crate) opinions: bool,
    /// The addresses may be watched for and blocked, except those that others use lawfully, too
    #[arg(long)]
    pub(crate) indicators: bool,
    /// Leave out what may not go, instead of sending nothing
    #[arg(long)]
    pub(crate) redact: bool,
}

fn consent(text: &str) -> Result<(String, String), String> {
    let (party, paper) = text.split_once('=').unwrap_or((text, ""));
    if party.trim().is_empty() || paper.trim().is_empty() {
        return Err("write whose consent and the paper it stands on: PARTY=PAPER".into());
    }
    Ok((party.trim().to_owned(), paper.trim().to_owned()))
}

fn tlp(text: &str) -> Result<Tlp, String> {
    text.parse().map_err(|e: bakas_engine::exchange::nouns::handling::LabelError| e.to_string())
}

fn pap(text: &str) -> Result<Pap, String> {
    text.parse().map_err(|e: bakas_engine::exchange::nouns::handling::LabelError| e.to_string())
}
