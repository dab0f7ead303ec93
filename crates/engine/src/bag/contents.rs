//! The payload of a bag: one opening and one proof for each record, the log's head with its key, and
//! for a dossier sources, figures, custody, the index and CASE/UCO.

use bakas_seal::{Leaf, LeafKind, SigningKey, leaf::leaf_hash, sshsig};
use bakas_store::CaseFolder;
use serde_json::{Value, json};

use super::{Material, SIGNED_FILE, case_uco, choose, index};
use crate::{Error, input::hex, seal};

/// Bytes between two records that still belong together: line ends.
const GAP_BYTES: u64 = 2;
/// Runs of a figure that the index keeps.
const INDEX_RUNS: usize = 40;

/// A run of bytes that a figure was counted from.
#[derive(Clone, Debug, Default)]
pub(super) struct Run {
    pub(super) file: String,
    pub(super) from: u64,
    pub(super) to: u64,
    pub(super) records: u64,
}

/// A figure: what it counts, how many, its first runs, and how many more there are.
#[derive(Clone, Debug, Default)]
pub(super) struct Counted {
    pub(super) incident: String,
    pub(super) records: u64,
    pub(super) runs: Vec<Run>,
    pub(super) more: usize,
}

/// Writes everything below `data/`.
pub(super) fn payload(
    of: &Material<'_>,
    key: &SigningKey,
    folder: &CaseFolder,
) -> Result<(), Error> {
    let write = |name: &str, bytes: &[u8]| folder.write_bytes(&format!("data/{name}"), bytes);
    write("README.txt", readme(of).as_bytes())?;
    for (number, (opening, proof)) in (1..).zip(of.openings.iter().zip(&of.proofs)) {
        write(&format!("records/{number:06}.json"), &pretty(opening))?;
        write(&format!("proofs/{number:06}.tlog-proof"), proof.to_text().as_bytes())?;
    }
    write("log/checkpoint", of.head.note().as_bytes())?;
    write("log/key.pub", key.public().to_text().as_bytes())?;
    let signer = sshsig::allowed_signer(&key.public(), sshsig::BAG_NAMESPACE);
    write("log/allowed_signers", signer.as_bytes())?;
    if let Some((request, stamp)) = of.head.stamp() {
        write("log/checkpoint.tsq", request)?;
        write("log/checkpoint.tsr", stamp)?;
        write("log/checkpoint.body", &of.head.body()?)?;
    }
    if of.asked.dossier {
        let leaves = proved_leaves(of, folder)?;
        let figures = figures(of, folder)?;
        write("case.jsonld", &pretty(&case_uco::graph(of, &leaves)))?;
        let index = index::index(of, key, &figures, &leaves)?;
        let pdf = bakas_respond::exhibits_pdf(&index, of.asked.lang)
            .map_err(|e| Error::Report(Box::new(e)))?;
        write("index.pdf", &pdf)?;
    }
    Ok(())
}

fn pretty(value: &impl serde::Serialize) -> Vec<u8> {
    let mut bytes = serde_json::to_vec_pretty(value).expect("it is JSON");
    bytes.push(b'\n');
    bytes
}

/// Acts of custody and sources with their proofs: `custody.jsonl`, `sources.jsonl`.
fn proved_leaves(of: &Material<'_>, folder: &CaseFolder) -> Result<Vec<(u64, Leaf)>, Error> {
    let head = of.head.size();
    let leaves: Vec<(u64, Leaf)> = seal::leaves(&of.asked.case)?
        .into_iter()
        .filter(|(index, leaf)| {
            *index < head && matches!(leaf.kind, LeafKind::Custody | LeafKind::Source)
        })
        .filter(|(_, leaf)| leaf.kind != LeafKind::Source || is_chosen(of, &leaf.json))
        .collect();
    for (name, kind) in [("custody", LeafKind::Custody), ("sources", LeafKind::Source)] {
        let mut out = folder.ndjson(&format!("data/{name}.jsonl"))?;
        for (index, leaf) in leaves.iter().filter(|(_, leaf)| leaf.kind == kind) {
            let text = leaf.text().map_err(seal::broken)?;
            let proof = of.head.prove(&of.asked.case, *index)?;
            out.write(&json!({
                "leaf": index,
                "hash": hex(&leaf_hash(&text)),
                "text": String::from_utf8(text).expect("a leaf is JSON"),
                "proof": proof.to_text(),
            }))?;
        }
        out.finish()?;
    }
    Ok(leaves)
}

/// Whether a source's leaf is that of a chosen record.
fn is_chosen(of: &Material<'_>, value: &Value) -> bool {
    let source = value.get("source").and_then(Value::as_u64);
    of.chosen.iter().any(|one| source == Some(u64::from(one.source)))
}

/// Which bytes each incident's number of lines was counted from: `figures.ndjson`.
fn figures(of: &Material<'_>, folder: &CaseFolder) -> Result<Vec<Counted>, Error> {
    let mut out = folder.ndjson("data/figures.ndjson")?;
    let mut all: Vec<Counted> = Vec::new();
    let mut open: Option<(usize, Run)> = None;
    let mut put = |all: &mut Vec<Counted>, ended: Option<(usize, Run)>| -> Result<(), Error> {
        let Some((at, run)) = ended else { return Ok(()) };
        let counted = &mut all[at];
        out.write(&json!({
            "figure": format!("incidents/{}/lines", counted.incident),
            "file": run.file, "from": run.from, "to": run.to, "records": run.records,
        }))?;
        counted.records += run.records;
        if counted.runs.len() < INDEX_RUNS {
            counted.runs.push(run);
        } else {
            counted.more += 1;
        }
        Ok(())
    };
    choose::each(&of.asked.case, &mut |line| {
        let choice = &of.asked.choice.incidents;
        if !choice.is_empty() && !choice.contains(&line.incident) {
            return Ok(());
        }
        let at = all.iter().position(|one| one.incident == line.incident).unwrap_or_else(|| {
            all.push(Counted { incident: line.incident.clone(), ..Counted::default() });
            all.len() - 1
        });
        let end = line.offset + u64::from(line.length);
        if let Some((same, run)) = &mut open
            && *same == at
            && run.file == line.file
            && (run.to..=run.to + GAP_BYTES).contains(&line.offset)
        {
            run.to = end;
            run.records += 1;
            return Ok(());
        }
        let file = line.file.clone();
        let begun = open.replace((at, Run { file, from: line.offset, to: end, records: 1 }));
        put(&mut all, begun)
    })?;
    put(&mut all, open)?;
    out.finish()?;
    Ok(all)
}

/// What stands in `bag-info.txt`.
pub(super) fn info(of: &Material<'_>) -> Vec<(&'static str, String)> {
    let day = of.now.day();
    let what = if of.asked.dossier { "Dossier" } else { "Disclosed records" };
    let mut info = vec![
        ("Bagging-Date", day.to_string()),
        ("Bag-Software-Agent", format!("bakas {}", env!("CARGO_PKG_VERSION"))),
        ("External-Description", format!("{what} of {}", of.case.name)),
        ("External-Identifier", format!("{}@{}", of.head.origin(), of.head.size())),
        ("TLP", of.asked.tlp.to_string()),
    ];
    let person = &of.asked.person;
    let given = [
        ("Contact-Name", &person.name),
        ("Source-Organization", &person.agency),
        ("Addressed-To", &of.asked.to),
        ("Purpose", &of.asked.purpose),
    ];
    info.extend(
        given
            .into_iter()
            .filter(|(_, text)| !text.is_empty())
            .map(|(name, text)| (name, text.clone())),
    );
    info
}

/// How anybody checks this bag without Bakas.
fn readme(of: &Material<'_>) -> String {
    let records = of.openings.len();
    let stamp = if of.head.stamp().is_some() {
        "5. The time stamp (RFC 3161), with the authority's certificate from its own site:\n\
         \n   openssl ts -verify -in data/log/checkpoint.tsr -data data/log/checkpoint.body -CAfile CA.pem\n\n"
    } else {
        "5. The log's head bears no time stamp of others. Its times are the signer's own.\n\n"
    };
    format!(
        "{tlp}\n\
         {records} record(s) of a sealed log, as far as their owner shows them.\n\
         \n\
         data/records/N.json            a record: its place, the fields that are shown with their\n\
         \x20                              salts, SHA-256 of those that are hidden\n\
         data/proofs/N.tlog-proof       that this record stands in the log (C2SP tlog-proof)\n\
         data/log/checkpoint            the log's signed head (C2SP tlog-checkpoint)\n\
         data/log/key.pub               the key that signed it: compare its fingerprint with the\n\
         \x20                              signer over another channel\n\
         \n\
         How to check it with tools of others:\n\
         \n\
         1. It came whole:\n\
         \n   sha256sum -c manifest-sha256.txt && sha256sum -c tagmanifest-sha256.txt\n\
         \n   or, with Python's bagit: python3 -m bagit --validate .\n\
         \n\
         2. It is signed:\n\
         \n   ssh-keygen -Y verify -f data/log/allowed_signers -I {name} -n {namespace} \\\n\
         \x20      -s {signed}.sig < {signed}\n\
         \n\
         3. A field that is shown is what was sealed: SHA-256 of its text is one of the digests. All\n\
         \x20  digests of a record, those shown and those hidden, sorted and put together, hash to\n\
         \x20  the record's digest of fields.\n\
         \n\
         4. The record stands in the log: its leaf is 0x52 0x01, source (4 bytes), offset (8), length\n\
         \x20  (4), digest of its bytes (32), digest of its fields (32), big end first; its leaf hash\n\
         \x20  (RFC 6962) and the proof give the root of the checkpoint.\n\
         \n\
         {stamp}\
         An address shows where a connection came from, not who was at the keyboard.\n\
         Ipinakikita ng address kung saan nanggaling ang koneksiyon, hindi kung sino ang gumamit.\n",
        tlp = of.asked.tlp,
        name = of.head.key_name(),
        namespace = sshsig::BAG_NAMESPACE,
        signed = SIGNED_FILE,
    )
}
