//! `bakas seal`.

use std::path::Path;

use bakas_engine::{
    bag,
    clock::{Clock as _, SystemClock},
    report::Lang,
    seal::{self, act, ask, destroy, export, stamp, witness},
};
use bakas_model::custody::{
    Authority, CustodyAct, Device, Gap, GapKind, Person, Receipt, Retention, Tool,
};
use serde_json::json;

use crate::{Desk, args::seal as args, exit::Exit, output::visible};

/// Sources without an act of origin that are named one by one.
const ORIGINS_SHOWN: usize = 3;

pub(crate) fn run(desk: &Desk<'_>, asked: args::Seal) -> anyhow::Result<Exit> {
    match asked.action {
        args::SealAction::Status(asked) => status(desk, &asked),
        args::SealAction::Act(asked) => write_act(desk, *asked),
        args::SealAction::Export(asked) => {
            let done = export::export(&asked.case, &asked.out)?;
            let text = format!("{} leaves in {} tiles\n", done.leaves, done.tiles);
            desk.screen.text(&text)?;
            Ok(Exit::Done)
        }
        args::SealAction::Prove(asked) => {
            desk.screen.text(&seal::prove(&asked.case, asked.leaf)?.to_text())?;
            Ok(Exit::Done)
        }
        args::SealAction::Checkpoint(asked) => {
            let given = witness::ask(&asked.case, asked.key.key.as_deref(), asked.since)?;
            desk.screen.text(&if asked.bare { given.checkpoint } else { given.to_text() })?;
            Ok(Exit::Done)
        }
        args::SealAction::Witnesses(asked) => name_witnesses(desk, &asked),
        args::SealAction::Cosign(asked) => cosign(desk, &asked),
        args::SealAction::Witness(asked) => take_cosignature(desk, &asked),
        args::SealAction::Stamp(asked) => take_stamp(desk, &asked),
        args::SealAction::Destroy(asked) => destroy_source(desk, asked),
        args::SealAction::Disclose(asked) => release(desk, asked.released, None),
        args::SealAction::Dossier(asked) => {
            let lang = if asked.fil { Lang::Fil } else { Lang::En };
            release(desk, asked.released, Some(lang))
        }
    }
}

fn person(given: args::PersonGiven) -> Person {
    Person {
        name: given.person,
        position: given.position,
        agency: given.agency,
        key: given.person_key,
    }
}

fn authority(given: args::AuthorityGiven) -> Option<Authority> {
    Some(Authority {
        kind: given.authority?,
        number: given.authority_number,
        court: given.court,
        valid_from: given.valid_from,
        valid_until: given.valid_until,
    })
}

/// `NAME; POSITION; AGENCY`
fn seen_by(text: &str) -> Person {
    let mut parts = text.splitn(3, ';').map(|part| part.trim().to_owned());
    let mut next = || parts.next().unwrap_or_default();
    Person { name: next(), position: next(), agency: next(), key: String::new() }
}

fn micros(seconds: f64) -> i64 {
    // As written: a tenth of a microsecond tells nothing.
    (seconds * 1e6).round() as i64
}

/// The act of the file, with what the options say in its place.
fn asked_act(asked: args::Act) -> anyhow::Result<CustodyAct> {
    let mut act = match &asked.file {
        Some(path) => act::read(path)?,
        None => CustodyAct::default(),
    };
    if let Some(name) = &asked.act {
        act.act = serde_json::from_value(json!(name)).map_err(|_| {
            bakas_engine::Error::Usage(format!("'{name}' is no act; see bakas seal act --help"))
        })?;
    }
    let given = person(asked.person);
    if given != Person::default() {
        act.person = given;
    }
    act.at = asked.at.unwrap_or(act.at);
    act.witnesses.extend(asked.seen_by.iter().map(|text| seen_by(text)));
    if let Some(number) = asked.receipt {
        let (from, to) = (asked.receipt_from, asked.receipt_to);
        act.receipt = Some(Receipt { number, from, to, sha256: String::new() });
    }
    act.authority = authority(asked.authority).or(act.authority);
    act.place = asked.place.unwrap_or(act.place);
    act.clock.offset_micros = asked.clock_offset.map(micros).or(act.clock.offset_micros);
    let uncertainty = asked.clock_uncertainty.map(|seconds| micros(seconds).unsigned_abs());
    act.clock.uncertainty_micros = uncertainty.or(act.clock.uncertainty_micros);
    act.clock.determined = asked.clock_determined.unwrap_or(act.clock.determined);
    if let Some(tool) = asked.tool {
        let (name, version) = tool.rsplit_once(' ').unwrap_or((&tool, ""));
        let (name, version) = (name.to_owned(), version.to_owned());
        act.tool = Some(Tool { name, version, arguments: Vec::new() });
    }
    for path in &asked.input {
        act.inputs.push(act::item(path)?);
    }
    for path in &asked.output {
        act.outputs.push(act::item(path)?);
    }
    if let Some(make) = asked.device {
        act.device = Some(Device { make, serial: asked.serial });
    }
    act.sources.extend(asked.source);
    act.purpose = asked.purpose.unwrap_or(act.purpose);
    if let Some(until) = asked.keep_until {
        act.retention = Some(Retention { until, basis: asked.keep_basis });
    }
    act.reason = asked.reason.unwrap_or(act.reason);
    act.note = asked.note.unwrap_or(act.note);
    if let Some(of) = asked.of {
        let mut label = json!({"of": of, "tlp": asked.tlp});
        let more = [
            ("pap", asked.pap.map(|pap| json!(pap))),
            ("from_tlp", asked.from_tlp.map(|tlp| json!(tlp))),
            ("from_pap", asked.from_pap.map(|pap| json!(pap))),
        ];
        for (name, value) in more.into_iter().filter_map(|(name, value)| Some((name, value?))) {
            label[name] = value;
        }
        act.sets = Some(json!({"label": label}));
    }
    Ok(act)
}

fn write_act(desk: &Desk<'_>, asked: args::Act) -> anyhow::Result<Exit> {
    let (case, key) = (asked.case.clone(), asked.key.key.clone());
    let act = asked_act(asked)?;
    let range = act::act(&case, key.as_deref(), act, (&desk.arguments, &SystemClock))?;
    tell_leaf(desk, &range)
}

fn tell_leaf(desk: &Desk<'_>, range: &seal::LeafRange) -> anyhow::Result<Exit> {
    let (first, size) = (range.first, range.head.size);
    if desk.screen.json {
        desk.screen.line(&json!({"leaf": first, "count": range.count, "leaves": size}))?;
    } else {
        desk.screen.text(&format!("leaf {first}; the log has {size} leaves\n"))?;
    }
    Ok(Exit::Done)
}

fn status(desk: &Desk<'_>, asked: &args::Status) -> anyhow::Result<Exit> {
    let status = act::status(&asked.case, SystemClock.now())?;
    if desk.screen.json {
        desk.screen.line(&status)?;
        return Ok(Exit::Done);
    }
    let mut text = format!(
        "log {}\n{} leaves, {} of them records; root {}\n",
        status.origin, status.leaves, status.records, status.root
    );
    for (number, act) in (1..).zip(&status.acts) {
        let kind = serde_json::to_value(act.act)?;
        let kind = kind.as_str().unwrap_or_default().to_owned();
        text.push_str(&format!("act {number}: {} {kind} by {}\n", act.at, act.person.name));
    }
    tell_gaps(&mut text, &status.gaps, asked.all);
    let (needed, named) = (status.witnesses_needed, status.witnesses_named);
    match named {
        0 => text.push_str("no witnesses are named\n"),
        _ => text.push_str(&format!("{needed} of {named} witnesses are needed\n")),
    }
    for kept in &status.checkpoints {
        let names: Vec<_> = kept.cosignatures.iter().map(|c| c.witness.as_str()).collect();
        let stamped = kept.stamped.as_deref().unwrap_or("unstamped");
        text.push_str(&format!(
            "checkpoint of {} leaves: {} cosignatures ({}); {stamped}\n",
            kept.size,
            names.len(),
            names.join(", ")
        ));
    }
    desk.screen.text(&visible(&text))?;
    Ok(Exit::Done)
}

/// Gaps, one a line; of sources without an act of origin, which may be thousands, the first ones.
fn tell_gaps(text: &mut String, gaps: &[Gap], all: bool) {
    let is_origin = |gap: &&Gap| gap.kind == GapKind::NoOrigin;
    let shown = if all { usize::MAX } else { ORIGINS_SHOWN };
    for gap in gaps.iter().filter(|gap| !is_origin(gap)) {
        text.push_str(&format!("! {}\n", gap.text.en));
    }
    for gap in gaps.iter().filter(is_origin).take(shown) {
        text.push_str(&format!("! {}\n", gap.text.en));
    }
    let left = gaps.iter().filter(is_origin).count().saturating_sub(shown);
    if left > 0 {
        text.push_str(&format!(
            "! the same of {left} more sources: --all names them; `seal act --act received` without \
             --source speaks for all\n"
        ));
    }
}

fn name_witnesses(desk: &Desk<'_>, asked: &args::Witnesses) -> anyhow::Result<Exit> {
    let read = |path: &std::path::PathBuf| witness::read_text(path).map(|t| t.trim().to_owned());
    let witnesses = asked.keys.iter().map(read).collect::<Result<_, _>>()?;
    let policy = witness::Policy { needed: asked.needed, witnesses };
    let who = Person {
        name: asked.person.person.clone(),
        position: asked.person.position.clone(),
        agency: asked.person.agency.clone(),
        key: asked.person.person_key.clone(),
    };
    let key = asked.key.key.as_deref();
    let range = witness::name(&asked.case, key, (&policy, who), (&desk.arguments, &SystemClock))?;
    tell_leaf(desk, &range)
}

fn cosign(desk: &Desk<'_>, asked: &args::Cosign) -> anyhow::Result<Exit> {
    let key = witness::witness_key(&asked.key, &asked.name)?;
    if asked.public {
        desk.screen.text(&witness::public_text(&key))?;
        return Ok(Exit::Done);
    }
    let path = |given: &Option<std::path::PathBuf>| given.clone().unwrap_or_default();
    let log = witness::log_key(&path(&asked.log))?;
    let text = witness::read_text(&path(&asked.asked))?;
    let line = witness::cosign(&text, &log, (&key, &path(&asked.state)), &SystemClock)?;
    desk.screen.text(&line)?;
    Ok(Exit::Done)
}

fn take_cosignature(desk: &Desk<'_>, asked: &args::Witness) -> anyhow::Result<Exit> {
    let key = asked.key.key.as_deref();
    let (size, all) = match (&asked.to, &asked.add) {
        (Some(url), _) => ask::witness(&asked.case, key, (url, desk.outside))?,
        (None, Some(path)) => witness::add(&asked.case, key, &witness::read_text(path)?)?,
        (None, None) => return Ok(Exit::Done),
    };
    if desk.screen.json {
        desk.screen.line(&json!({"size": size, "cosignatures": all}))?;
    } else {
        let names: Vec<_> = all.iter().map(|c| c.witness.as_str()).collect();
        let text =
            format!("{} witnesses cosigned {size} leaves: {}\n", names.len(), names.join(", "));
        desk.screen.text(&visible(&text))?;
    }
    Ok(Exit::Done)
}

fn take_stamp(desk: &Desk<'_>, asked: &args::Stamp) -> anyhow::Result<Exit> {
    let key = asked.key.key.as_deref();
    let taken = match (&asked.to, &asked.response) {
        (Some(url), _) => Some(ask::stamp(&asked.case, key, (url, desk.outside))?),
        (None, Some(path)) => Some(stamp::take(&asked.case, key, &stamp::read_file(path)?)?),
        (None, None) => None,
    };
    if let Some((size, stamped)) = taken {
        let text = format!(
            "{size} leaves are stamped {} (number {}); whether the authority signed it is for \
             openssl ts -verify to say\n",
            stamped.time, stamped.serial
        );
        desk.screen.text(&visible(&text))?;
    }
    let (size, request) = match (&asked.request, &asked.data) {
        (None, None) => return Ok(Exit::Done),
        _ => stamp::ask(&asked.case, asked.key.key.as_deref())?,
    };
    let write = |path: &Path, bytes: &[u8]| stamp::write_file(path, bytes);
    if let Some(path) = &asked.request {
        write(path, &request)?;
        desk.screen.text(&format!("a request over the checkpoint of {size} leaves\n"))?;
    }
    if let Some(path) = &asked.data {
        write(path, &stamp::data(&asked.case, size)?)?;
    }
    Ok(Exit::Done)
}

fn destroy_source(desk: &Desk<'_>, asked: args::Destroy) -> anyhow::Result<Exit> {
    let request = destroy::Destruction {
        source: asked.source,
        reason: asked.reason,
        authority: authority(asked.authority).unwrap_or_default(),
        person: person(asked.person),
        derived: asked.derived,
    };
    let key = asked.key.key.as_deref();
    let done = destroy::destroy(&asked.case, key, request, (&desk.arguments, &SystemClock))?;
    if desk.screen.json {
        let (leaf, files, left) = (done.leaf.first, &done.files, &done.left);
        desk.screen.line(&json!({"leaf": leaf, "destroyed": files, "left": left}))?;
        return Ok(Exit::Done);
    }
    let mut text = format!("leaf {}: {} files are gone\n", done.leaf.first, done.files.len());
    for name in &done.files {
        text.push_str(&format!("- {name}\n"));
    }
    if !done.left.is_empty() {
        let left = done.left.join(", ");
        text.push_str(&format!("these still say something of its records (--derived): {left}\n"));
    }
    desk.screen.text(&visible(&text))?;
    Ok(Exit::Done)
}

/// Makes a bag; a dossier where its index has a language.
fn release(desk: &Desk<'_>, asked: args::Released, dossier: Option<Lang>) -> anyhow::Result<Exit> {
    let mut records = asked.records;
    if let Some(name) = &asked.request {
        let key = asked.key.key.as_deref();
        let post = bakas_engine::exchange::Post::open(&asked.case, None, key, &SystemClock)?;
        records.extend(post.records_of(name)?);
    }
    let request = bag::Request {
        case: asked.case,
        inputs: asked.inputs,
        out: asked.out,
        choice: bag::Choice { incidents: asked.incident, count: asked.count, records },
        fields: asked.fields,
        raw: asked.raw,
        dossier: dossier.is_some(),
        to: asked.to,
        purpose: asked.purpose,
        tlp: asked.tlp,
        person: person(asked.person),
        lang: dossier.unwrap_or_default(),
        key: asked.key.key,
        arguments: desk.arguments.clone(),
    };
    let made = bag::run(&request, &SystemClock)?;
    if desk.screen.json {
        desk.screen.line(&made)?;
        return Ok(Exit::Done);
    }
    let stamped = if made.stamped { "with a time stamp" } else { "without a time stamp" };
    let text = format!(
        "{}: {} records, {} fields shown, {} hidden; proved under the head of {} leaves, {stamped}\n\
         leaf {} says so; SHA-256 {}\nbakas verify {} checks it; README.txt in it says how to without \
         Bakas\n",
        made.bag.display(),
        made.records,
        made.shown,
        made.hidden,
        made.checkpoint,
        made.leaf,
        made.sha256,
        made.bag.display(),
    );
    desk.screen.text(&visible(&text))?;
    Ok(Exit::Done)
}
