//! What may be asked of `bakas assess` and `bakas report`.

use std::path::PathBuf;

use bakas_engine::report::Lang;
use bakas_model::{
    AssessmentLevel, Timestamp,
    assessment::{Cost, EvidenceKind, StatementKind},
};
use clap::{Args, Subcommand, ValueEnum};
use serde::{Deserialize, de::value::StrDeserializer};

/// Where from, and who: weigh, explain, add what you know, see what was thought earlier
#[derive(Debug, Args)]
#[command(after_help = "Examples: bakas assess case-2026-01\n          \
    bakas assess case-2026-01 --subject C-01 --level actor explain net-relays\n          \
    bakas assess case-2026-01 --by ana set cell E-01 for-gain 0.3 0.5 0.7 --question actor --why \"…\"\n\
    All of it can be written by hand, too: CASE/assessment.toml (docs/formats/assessment.md).")]
pub(crate) struct Assess {
    /// The case folder
    pub(crate) case: PathBuf,
    /// Only this subject: a campaign such as C-01, or rest
    #[arg(long, global = true)]
    pub(crate) subject: Option<String>,
    /// Only this question: soil, infrastructure, actor, sponsor
    #[arg(long, global = true, value_parser = level)]
    pub(crate) level: Option<AssessmentLevel>,
    /// What was thought at this time (RFC 3339 or a date)
    #[arg(long, global = true)]
    pub(crate) at: Option<Timestamp>,
    /// The language of the text
    #[arg(long, global = true, value_enum, default_value_t = Language::En)]
    pub(crate) lang: Language,
    /// Profiles of groups to compare habits with: STIX 2.1 bundles, MISP galaxy clusters, folders of them
    #[arg(long, num_args = 1.., value_name = "FILE")]
    pub(crate) profiles: Vec<PathBuf>,
    /// Who judges
    #[arg(long, global = true, env = "BAKAS_BY")]
    pub(crate) by: Option<String>,
    /// A bakas.toml with [analyst] and [profiles]
    #[arg(long, global = true, env = "BAKAS_CONFIG")]
    pub(crate) config: Option<PathBuf>,
    #[command(subcommand)]
    pub(crate) action: Option<AssessAction>,
}

#[derive(Clone, Debug, Subcommand)]
pub(crate) enum AssessAction {
    /// Add evidence, a statement of a party, or a hypothesis
    #[command(subcommand)]
    Add(Add),
    /// Set how likely an item was to be seen, or a share before the evidence
    #[command(subcommand)]
    Set(Set),
    /// Weigh an item, a statement or an added hypothesis no longer; it stays to be seen
    Withdraw {
        /// Its id
        id: String,
        #[command(flatten)]
        signed: Signed,
    },
    /// What an item or an explanation rests on, number by number; every item where none is named
    Explain {
        /// The id of an item or an explanation, or an item's number within a question: E1
        id: Option<String>,
    },
    /// What to ask next: which request to whom, or which log, tells most for its cost
    Next,
    /// What was judged when, by whom, why, and what came of it
    History,
    /// Take into the history what was edited by hand in assessment.toml
    Record(Signed),
}

#[derive(Clone, Debug, Subcommand)]
pub(crate) enum Add {
    Evidence(Box<AddEvidence>),
    Statement(Box<AddStatement>),
    Hypothesis(AddHypothesis),
}

#[derive(Clone, Debug, Subcommand)]
pub(crate) enum Set {
    Cell(SetCell),
    Prior(SetPrior),
    Rating(SetRating),
}

/// Why.
#[derive(Clone, Debug, Args)]
pub(crate) struct Signed {
    /// Why, in a sentence: it is kept
    #[arg(long)]
    pub(crate) why: String,
}

/// Which question about which subject.
#[derive(Clone, Debug, Args)]
pub(crate) struct Where {
    /// In which question: soil, infrastructure, actor, sponsor
    #[arg(long, value_parser = level)]
    pub(crate) question: AssessmentLevel,
    /// About which subject, such as C-01; every one where absent
    #[arg(long)]
    pub(crate) about: Option<String>,
}

/// An item of evidence; it is weighed where cells are set for it
#[derive(Clone, Debug, Args)]
pub(crate) struct AddEvidence {
    /// A short name, such as E-01
    pub(crate) id: String,
    /// What it is, in a sentence
    #[arg(long)]
    pub(crate) text: String,
    /// The same in Filipino
    #[arg(long)]
    pub(crate) text_fil: Option<String>,
    /// network, time_pattern, tool, technique, infrastructure_overlap, language, target_choice, intelligence_report, counterpart_answer, statement, investigation, other
    #[arg(long, value_parser = word::<EvidenceKind>)]
    pub(crate) kind: EvidenceKind,
    /// Who or what it comes from
    #[arg(long)]
    pub(crate) source: String,
    /// Reliability of the source, A to F (Admiralty code)
    #[arg(long)]
    pub(crate) reliability: char,
    /// Credibility of the content, 1 to 6
    #[arg(long)]
    pub(crate) credibility: char,
    /// What it would cost to plant: cheap, moderate, dear
    #[arg(long, value_parser = word::<Cost>)]
    pub(crate) cost: Cost,
    /// The root that it shares with other items: they count once, and a little more
    #[arg(long)]
    pub(crate) group: Option<String>,
    /// Somebody says it who has an interest in being believed
    #[arg(long)]
    pub(crate) interested: bool,
    /// When it was observed
    #[arg(long)]
    pub(crate) observed: Option<Timestamp>,
    /// An incident it comes from (repeatable)
    #[arg(long)]
    pub(crate) incident: Vec<String>,
    /// An ATT&CK technique (repeatable)
    #[arg(long)]
    pub(crate) technique: Vec<String>,
    /// A document it rests on (repeatable)
    #[arg(long)]
    pub(crate) document: Vec<String>,
    /// About which subject, such as C-01; every one where absent
    #[arg(long)]
    pub(crate) about: Option<String>,
    #[command(flatten)]
    pub(crate) signed: Signed,
}

/// What a party said, in its own words
#[derive(Clone, Debug, Args)]
pub(crate) struct AddStatement {
    /// A short name, such as S-01
    pub(crate) id: String,
    /// Whose statement it is
    #[arg(long)]
    pub(crate) party: String,
    /// The original words
    #[arg(long)]
    pub(crate) words: String,
    /// claim, denial, offer, condition, correction
    #[arg(long, value_parser = word::<StatementKind>)]
    pub(crate) kind: StatementKind,
    /// Who spoke
    #[arg(long)]
    pub(crate) speaker: Option<String>,
    /// Where: press conference, note, letter, interview
    #[arg(long)]
    pub(crate) channel: Option<String>,
    /// When it was said
    #[arg(long)]
    pub(crate) date: Option<Timestamp>,
    /// The language of the words (BCP 47)
    #[arg(long)]
    pub(crate) language: Option<String>,
    /// A translation
    #[arg(long)]
    pub(crate) translation: Option<String>,
    /// The explanation that is claimed or denied: C-01/actor/for-gain, or actor/for-gain for every subject (repeatable)
    #[arg(long = "of", value_name = "[SUBJECT/]LEVEL/ID", value_parser = claim)]
    pub(crate) claims: Vec<(Option<String>, AssessmentLevel, String)>,
    /// The party has no interest in being believed (say so in --why)
    #[arg(long)]
    pub(crate) no_interest: bool,
    /// Reliability of who reports it, A to F
    #[arg(long, default_value_t = 'F')]
    pub(crate) reliability: char,
    /// Credibility of what it says, 1 to 6
    #[arg(long, default_value_t = '6')]
    pub(crate) credibility: char,
    /// The earlier statement that it replaces
    #[arg(long)]
    pub(crate) supersedes: Option<String>,
    /// An item or statement that bears it out (repeatable)
    #[arg(long)]
    pub(crate) borne_out_by: Vec<String>,
    /// An item or statement that contradicts it (repeatable)
    #[arg(long)]
    pub(crate) contradicted_by: Vec<String>,
    /// The recording, the page (repeatable)
    #[arg(long)]
    pub(crate) document: Vec<String>,
    #[command(flatten)]
    pub(crate) signed: Signed,
}

/// A rival explanation
#[derive(Clone, Debug, Args)]
pub(crate) struct AddHypothesis {
    /// A short name
    pub(crate) id: String,
    /// What it says, in a sentence
    #[arg(long)]
    pub(crate) text: String,
    /// The same in Filipino
    #[arg(long)]
    pub(crate) text_fil: Option<String>,
    /// Its share before the evidence, 0.01 to 0.95
    #[arg(long)]
    pub(crate) prior: f64,
    #[command(flatten)]
    pub(crate) place: Where,
    #[command(flatten)]
    pub(crate) signed: Signed,
}

/// How likely an item was to be seen if an explanation were true: the least, the best guess, the most
#[derive(Clone, Debug, Args)]
pub(crate) struct SetCell {
    /// The item
    pub(crate) item: String,
    /// The explanation
    pub(crate) hypothesis: String,
    /// The least it may be
    pub(crate) low: f64,
    /// The best guess
    pub(crate) best: f64,
    /// The most it may be
    pub(crate) high: f64,
    #[command(flatten)]
    pub(crate) place: Where,
    #[command(flatten)]
    pub(crate) signed: Signed,
}

/// The share of an explanation before the evidence; the others are made to fit
#[derive(Clone, Debug, Args)]
pub(crate) struct SetPrior {
    /// The explanation
    pub(crate) hypothesis: String,
    /// Its share, 0.01 to 0.95
    pub(crate) prior: f64,
    #[command(flatten)]
    pub(crate) place: Where,
    #[command(flatten)]
    pub(crate) signed: Signed,
}

/// How far an item or a party is believed (Admiralty code)
#[derive(Clone, Debug, Args)]
pub(crate) struct SetRating {
    /// The item
    #[arg(required_unless_present = "party", conflicts_with = "party")]
    pub(crate) item: Option<String>,
    /// A party: its answers that nobody rated, and what it could be asked next
    #[arg(long)]
    pub(crate) party: Option<String>,
    /// Reliability of the source, A to F
    #[arg(long)]
    pub(crate) reliability: char,
    /// Credibility of the content, 1 to 6; of an item only
    #[arg(long, conflicts_with = "party")]
    pub(crate) credibility: Option<char>,
    /// It has no interest in being believed (say so in --why)
    #[arg(long, conflicts_with = "interest")]
    pub(crate) no_interest: bool,
    /// It has an interest in being believed
    #[arg(long)]
    pub(crate) interest: bool,
    #[command(flatten)]
    pub(crate) signed: Signed,
}

/// The report of a case drawn anew, with what analysts judged since it was sealed
#[derive(Debug, Args)]
#[command(after_help = "Example: bakas report case-2026-01 --out today.pdf --lang fil\n\
    The sealed report.html and report.pdf of the case stay as they are.")]
pub(crate) struct Report {
    /// The case folder
    pub(crate) case: PathBuf,
    /// The file to write, .html or .pdf, outside the case
    #[arg(long, short)]
    pub(crate) out: PathBuf,
    /// The language it opens in (HTML holds both; a PDF is in it throughout)
    #[arg(long, value_enum, default_value_t = Language::En)]
    pub(crate) lang: Language,
    /// With the judgements of this time (RFC 3339 or a date)
    #[arg(long)]
    pub(crate) at: Option<Timestamp>,
    /// Profiles of groups to compare habits with
    #[arg(long, num_args = 1.., value_name = "FILE")]
    pub(crate) profiles: Vec<PathBuf>,
    /// A bakas.toml with [profiles]
    #[arg(long, env = "BAKAS_CONFIG")]
    pub(crate) config: Option<PathBuf>,
    /// Replace a file that is there
    #[arg(long)]
    pub(crate) replace: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Language {
    En,
    Fil,
}

impl Language {
    pub(crate) const fn lang(self) -> Lang {
        match self {
            Self::En => Lang::En,
            Self::Fil => Lang::Fil,
        }
    }
}

pub(crate) fn level(text: &str) -> Result<AssessmentLevel, String> {
    let known = || AssessmentLevel::ALL.map(AssessmentLevel::name).join(", ");
    AssessmentLevel::from_name(text).ok_or_else(|| format!("write one of {}", known()))
}

/// A word of a closed list, as the files write it.
pub(crate) fn word<T: for<'de> Deserialize<'de>>(text: &str) -> Result<T, String> {
    let deserializer: StrDeserializer<'_, serde::de::value::Error> = StrDeserializer::new(text);
    T::deserialize(deserializer).map_err(|e| e.to_string())
}

fn claim(text: &str) -> Result<(Option<String>, AssessmentLevel, String), String> {
    let parts: Vec<&str> = text.split('/').collect();
    match parts.as_slice() {
        [at, id] => Ok((None, level(at)?, (*id).to_owned())),
        [subject, at, id] => Ok((Some((*subject).to_owned()), level(at)?, (*id).to_owned())),
        _ => Err("write LEVEL/ID or SUBJECT/LEVEL/ID, such as C-01/actor/for-gain".to_owned()),
    }
}
