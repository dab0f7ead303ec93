//! What leaves a case as evidence: a bag (RFC 8493) in which chosen fields of chosen records can be
//! read and are proved to stand in the sealed log, and nothing else can be found. A dossier adds what
//! a court asks for: sources, figures with their bytes, custody, an index on paper, CASE/UCO.

mod case_uco;
pub mod check;
mod choose;
mod contents;
mod index;

use std::path::{Path, PathBuf};

use bakas_model::{
    Case,
    custody::{ActKind, CustodyAct, Item, Person},
    exchange::Tlp,
};
use bakas_respond::report::Lang;
use bakas_seal::{
    FileDigest, Leaf, LeafKind, Proof, bagit, record::Field, record::Opening, sshsig,
};
use bakas_store::{CaseFolder, case_folder::CASE_FILE};
use serde::Serialize;
use serde_json::json;

pub use self::choose::Choice;
use self::choose::Chosen;
use crate::{Error, clock::Clock, seal, sealing};

/// Records that one bag may hold.
pub const RECORDS_LIMIT: usize = 100_000;
/// What is signed: it lists the manifests, which list everything.
pub const SIGNED_FILE: &str = "tagmanifest-sha256.txt";
/// The signature beside it.
pub const SIGNATURE_FILE: &str = "tagmanifest-sha256.txt.sig";

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Request {
    /// The case.
    pub case: PathBuf,
    /// The logs that it was made from.
    pub inputs: PathBuf,
    /// The bag to be made.
    pub out: PathBuf,
    /// Which records.
    pub choice: Choice,
    /// Fields that are shown.
    pub fields: Vec<Field>,
    /// Whether whole records are shown.
    pub raw: bool,
    /// Whether it is a dossier.
    pub dossier: bool,
    /// For whom.
    pub to: String,
    /// What for.
    pub purpose: String,
    /// How it may be handed on.
    pub tlp: Tlp,
    /// Who discloses.
    pub person: Person,
    /// Language of the index.
    pub lang: Lang,
    /// The signing key's file.
    pub key: Option<PathBuf>,
    /// How the program was called.
    pub arguments: Vec<String>,
}

/// A bag that was made.
#[derive(Clone, Debug, Serialize)]
pub struct Made {
    /// Where.
    pub bag: PathBuf,
    /// Records that are shown in part or whole.
    pub records: usize,
    /// Fields that are shown.
    pub shown: usize,
    /// Fields that stay hidden.
    pub hidden: usize,
    /// Leaves that the proofs' checkpoint speaks for.
    pub checkpoint: u64,
    /// Whether that checkpoint bears a time stamp.
    pub stamped: bool,
    /// The leaf that tells of the bag.
    pub leaf: u64,
    /// SHA-256 of [`SIGNED_FILE`], in hex: it stands for the whole bag.
    pub sha256: String,
}

/// What a bag is made of.
struct Material<'a> {
    asked: &'a Request,
    case: Case,
    chosen: Vec<Chosen>,
    openings: Vec<Opening>,
    proofs: Vec<Proof>,
    head: seal::Anchor,
    now: bakas_model::Timestamp,
}

/// Makes a bag, and writes into the case's log that it was made.
///
/// # Errors
/// Where the case or its logs cannot be read, a record is no longer what was sealed, nothing fits the
/// choice, or the bag's place is taken or lies in the case.
pub fn run(asked: &Request, clock: &dyn Clock) -> Result<Made, Error> {
    if asked.fields.is_empty() && !asked.raw {
        let what =
            "say which fields are shown (--fields time,src,action), or --raw for whole records";
        return Err(Error::Usage(what.to_owned()));
    }
    crate::report::refuse_inside(&asked.case, &asked.out)?;
    let key = sealing::key(asked.key.as_deref())?;
    let case = read_case(&asked.case)?;
    let chosen = choose::choose(&asked.case, &case, &asked.choice)?;
    let (head, openings, proofs) = open(asked, &chosen)?;
    let of = Material { asked, case, chosen, openings, proofs, head, now: clock.now() };

    let folder = CaseFolder::create(&asked.out, false)?;
    contents::payload(&of, &key, &folder)?;
    let mut payload = Vec::new();
    for (path, _) in folder.files()? {
        let mut file = folder.open(&path)?;
        let read = bagit::BagFile::read(&path, &mut file);
        payload.push(read.map_err(|source| Error::Read { path: path.into(), source })?);
    }
    let mut signed = Vec::new();
    for (path, bytes) in bagit::tag_files(&payload, &[], &contents::info(&of)) {
        folder.write_bytes(&path, &bytes)?;
        if path == SIGNED_FILE {
            signed = bytes;
        }
    }
    let signature = sshsig::sign(&key, sshsig::BAG_NAMESPACE, &signed).map_err(seal::broken)?;
    folder.write_bytes(SIGNATURE_FILE, signature.as_bytes())?;
    // Told before it is there: a bag that nobody wrote down must not exist.
    let (leaf, sha256) = tell(&of, &signed, clock)?;
    let made = Made {
        bag: asked.out.clone(),
        records: of.openings.len(),
        shown: of.openings.iter().map(|opening| opening.fields.len()).sum(),
        hidden: of.openings.iter().map(|opening| opening.hidden.len()).sum(),
        checkpoint: of.head.size(),
        stamped: of.head.stamp().is_some(),
        leaf,
        sha256,
    };
    folder.commit()?;
    Ok(made)
}

fn read_case(folder: &Path) -> Result<Case, Error> {
    let path = folder.join(CASE_FILE);
    let bytes =
        std::fs::read(&path).map_err(|source| Error::Read { path: path.clone(), source })?;
    serde_json::from_slice(&bytes)
        .map_err(|e| Error::Config { path, what: format!("it is no case of this version: {e}") })
}

type Opened = (seal::Anchor, Vec<Opening>, Vec<Proof>);

/// Opens the chosen records, and proves them under the strongest checkpoint that speaks for them.
fn open(asked: &Request, chosen: &[Chosen]) -> Result<Opened, Error> {
    let wanted = chosen.iter().map(|one| (one.source, one.offset)).collect();
    let shows = |field: Field, _: u8| asked.fields.contains(&field);
    let openings = seal::open_records(&asked.case, &asked.inputs, &wanted, asked.raw, &shows)?;
    let last = openings.iter().map(|opening| opening.index).max().unwrap_or_default();
    let head = seal::Anchor::strongest(&asked.case, last)?;
    let key = sealing::public_key(&asked.case)?;
    let mut proofs = Vec::with_capacity(openings.len());
    for opening in &openings {
        let proof = head.prove(&asked.case, opening.index)?;
        opening.verify(&proof, &key).map_err(seal::broken)?;
        proofs.push(proof);
    }
    Ok((head, openings, proofs))
}

/// Writes into the log that the bag was made: as an act of custody, and as a package.
fn tell(of: &Material<'_>, signed: &[u8], clock: &dyn Clock) -> Result<(u64, String), Error> {
    let asked = of.asked;
    let name = asked.out.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let digest = FileDigest::read(SIGNED_FILE, &mut &*signed).expect("memory can be read");
    let mut sources: Vec<u32> = of.chosen.iter().map(|one| one.source).collect();
    sources.dedup();
    let act = CustodyAct {
        act: ActKind::Disclosed,
        person: asked.person.clone(),
        purpose: asked.purpose.clone(),
        sources,
        outputs: vec![Item {
            name: format!("{name}/{SIGNED_FILE}"),
            bytes: digest.bytes,
            sha256: digest.sha256.clone(),
        }],
        note: match asked.to.as_str() {
            "" => String::new(),
            to => format!("for {to}"),
        },
        ..CustodyAct::default()
    };
    let leaves: Vec<u64> = of.openings.iter().map(|opening| opening.index).collect();
    let package = json!({
        "what": if asked.dossier { "dossier" } else { "disclosure" },
        "bag": name,
        "sha256": digest.sha256,
        "to": asked.to,
        "tlp": asked.tlp,
        "fields": asked.fields.iter().map(|field| field.name()).collect::<Vec<_>>(),
        "raw": asked.raw,
        "records": leaves.len(),
        "leaves": choose::runs(&leaves),
    });
    seal::act::act(&asked.case, asked.key.as_deref(), act, (&asked.arguments, clock))?;
    let leaf = Leaf::new(LeafKind::Package, package);
    let range = seal::append_with(&asked.case, asked.key.as_deref(), &[leaf])?;
    Ok((range.first, digest.sha256))
}
