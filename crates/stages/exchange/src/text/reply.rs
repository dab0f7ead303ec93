//! A reply that a person wrote between the lines of a request, as an answer. It is what they wrote,
//! under their name, and no finding of ours.

use bakas_model::{
    Timestamp,
    exchange::{
        AnswerStatus, Content, FlowAnswer, Handling, InReplyTo, Outcome, Package, Party, Refusal,
        RefusalGround, Tlp, TraceAnswer, TraceRequest, Words,
    },
};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{
    read::{Reply, set, words},
    tables::{CANDIDATE, Kind, Label, OUTCOME},
};
use crate::template;

/// The request that is replied to.
pub(super) struct Asked<'a> {
    pub(super) request: &'a TraceRequest,
    pub(super) from: Party,
    pub(super) to: Vec<Party>,
    pub(super) handling: Handling,
    /// Its digest, where the quotation is whole.
    pub(super) digest: Option<String>,
    /// When the mail says that the reply was written.
    pub(super) date: Option<Timestamp>,
}

/// Labels of a reply longer than this are no labels but words with a colon.
const LABEL_LIMIT: usize = 24;

/// Makes an answer of a reply.
pub(super) fn answer(
    bytes: &[u8],
    asked: &Asked<'_>,
    replies: &[Reply],
    rejected: &mut Vec<Words>,
) -> Package {
    // The same mail makes the same answer, however often it is read (RFC 9562, version 5).
    let name = Uuid::new_v5(&Uuid::NAMESPACE_OID, &Sha256::digest(bytes)).to_string();
    let mut writing = Writing {
        general: General::default(),
        flows: Vec::new(),
        words: (None, String::new()),
        rejected,
    };
    for (at, reply) in replies.iter().enumerate() {
        // `On … Example CERT wrote:` before a quotation is the mail program's and nobody's words.
        let is_last_above =
            reply.flow.is_none() && replies.get(at + 1).is_none_or(|next| next.flow.is_some());
        if is_last_above && reply.text.ends_with(':') && !reply.text.contains(": ") {
            continue;
        }
        writing.line(reply);
    }
    writing.end_of_words();
    let Writing { general, flows, .. } = writing;
    let request = asked.request;
    let flows: Vec<FlowAnswer> = flows.into_iter().map(|(_, flow)| flow).collect();
    let status = general.status.unwrap_or_else(|| status_of(&flows, request.flows.len()));
    Package {
        id: name.clone(),
        created: general.date.or(asked.date).unwrap_or_default(),
        from: asked.to.first().cloned().unwrap_or_default(),
        to: vec![asked.from.clone()],
        handling: Handling {
            tlp: general.tlp.unwrap_or(asked.handling.tlp),
            ..asked.handling.clone()
        },
        redaction: Vec::new(),
        content: Content::Answer(TraceAnswer {
            id: name,
            version: 1,
            reference: general.reference,
            in_reply_to: InReplyTo {
                id: request.id.clone(),
                version: request.version,
                sha256: asked.digest.clone().unwrap_or_default(),
            },
            status,
            flows,
            refusal: general.ground.map(|ground| Refusal { ground, words: Vec::new() }),
            forwarded_to: None,
            needs: general.needs,
            attribution: Vec::new(),
            notes: general.notes,
        }),
        unknown: Vec::new(),
    }
}

/// Where the request stands, when nobody says it.
fn status_of(flows: &[FlowAnswer], asked: usize) -> AnswerStatus {
    let said = |outcome: Outcome| flows.iter().filter(|flow| flow.outcome == outcome).count();
    let found = said(Outcome::Identified);
    match flows.len() {
        0 => AnswerStatus::Received,
        count if count < asked => AnswerStatus::Partial,
        count if found == count => AnswerStatus::Identified,
        count if said(Outcome::NotFound) + said(Outcome::NotRetained) == count => {
            AnswerStatus::NotFound
        }
        _ => AnswerStatus::Partial,
    }
}

/// What stands above the first flow.
#[derive(Default)]
struct General {
    status: Option<AnswerStatus>,
    ground: Option<RefusalGround>,
    date: Option<Timestamp>,
    tlp: Option<Tlp>,
    reference: String,
    needs: Vec<Words>,
    notes: Vec<Words>,
}

struct Writing<'a> {
    general: General,
    /// The flow's name and what is said of it, in the order in which it is said.
    flows: Vec<(Value, FlowAnswer)>,
    /// Words that are being gathered, and the flow they stand under.
    words: (Option<String>, String),
    rejected: &'a mut Vec<Words>,
}

/// A word as our enumerations have it.
fn word<T: for<'de> Deserialize<'de>>(text: &str) -> Option<T> {
    let word = text.trim().trim_end_matches('.').to_lowercase().replace([' ', '-'], "_");
    T::deserialize(Value::from(word)).ok()
}

impl Writing<'_> {
    fn line(&mut self, reply: &Reply) {
        if reply.text.is_empty() {
            self.end_of_words();
            return;
        }
        if self.words.0 != reply.flow {
            self.end_of_words();
        }
        let label = reply.text.split_once(':').filter(|(label, _)| {
            let is_name = label.chars().all(|c| c.is_alphabetic() || matches!(c, ' ' | ',' | '-'));
            is_name && !label.is_empty() && label.chars().count() <= LABEL_LIMIT
        });
        let Some((label, value)) = label else {
            self.words.0.clone_from(&reply.flow);
            if !self.words.1.is_empty() {
                self.words.1.push('\n');
            }
            self.words.1.push_str(&reply.text);
            return;
        };
        self.end_of_words();
        let done = match &reply.flow {
            Some(flow) => self.of_flow(flow, label.trim(), value.trim()),
            None => self.of_whole(label.trim(), value.trim()),
        };
        if let Err(why) = done {
            self.rejected.push(words(reply.number, &why));
        }
    }

    fn end_of_words(&mut self) {
        let (flow, text) = std::mem::take(&mut self.words);
        if text.is_empty() {
            return;
        }
        let note = Words { language: String::new(), text };
        match flow {
            Some(flow) => {
                let at = self.flow(&flow);
                self.flows[at].1.notes.push(note.clone());
                let note = serde_json::to_value(note).unwrap_or_default();
                template::push(&mut self.flows[at].0, "/notes", note);
            }
            None => self.general.notes.push(note),
        }
    }

    fn flow(&mut self, name: &str) -> usize {
        if let Some(at) = self.flows.iter().position(|(_, flow)| flow.flow == name) {
            return at;
        }
        let value = json!({"flow": name, "outcome": "not_found"});
        let flow = FlowAnswer { flow: name.to_owned(), ..FlowAnswer::default() };
        self.flows.push((value, flow));
        self.flows.len() - 1
    }

    fn of_whole(&mut self, label: &str, value: &str) -> Result<(), String> {
        let general = &mut self.general;
        let no = || {
            format!("{label}: '{value}' is no word of the list in docs/formats/exchange-text.md")
        };
        match label.to_lowercase().as_str() {
            "status" => general.status = Some(word(value).ok_or_else(no)?),
            "refused because" | "refusal" => general.ground = Some(word(value).ok_or_else(no)?),
            "tlp" => general.tlp = Some(value.parse().map_err(|_| no())?),
            "date" => {
                let time = (value.len() > 10).then(|| value.parse().ok()).flatten();
                general.date = Some(time.ok_or_else(|| format!("{label}: no time with a zone"))?);
            }
            "reference" => value.clone_into(&mut general.reference),
            "needed" | "need" => {
                general.needs.push(Words { language: String::new(), text: value.to_owned() });
            }
            "note" => {
                general.notes.push(Words { language: String::new(), text: value.to_owned() });
            }
            _ => return Err(format!("no label '{label}' above the flows")),
        }
        Ok(())
    }

    /// Tries a label on a copy, so that what makes no answer changes nothing.
    fn of_flow(&mut self, name: &str, label: &str, value: &str) -> Result<(), String> {
        let at = self.flow(name);
        let mut tried = self.flows[at].0.clone();
        let is = |one: &&Label| one.label.eq_ignore_ascii_case(label);
        if label.eq_ignore_ascii_case(CANDIDATE.word) {
            template::push(&mut tried, CANDIDATE.place, json!({"reference": value}));
        } else if let Some(found) = OUTCOME.labels.iter().find(is) {
            // Words of enumerations are written in any case and with blanks.
            let is_word = matches!(found.place, "/outcome" | "/allocation" | "/disclosure");
            let lower = value.trim_end_matches('.').to_lowercase().replace([' ', '-'], "_");
            set(&mut tried, "", found, if is_word { &lower } else { value }, "")?;
        } else if let Some(found) = CANDIDATE.labels.iter().find(is) {
            let count = tried.get("candidates").and_then(Value::as_array).map_or(0, Vec::len);
            let last = count.checked_sub(1).ok_or("there is no candidate above it")?;
            let value =
                if found.kind == Kind::Number { value.trim_end_matches('%') } else { value };
            set(&mut tried, &format!("/candidates/{last}"), found, value, "")?;
        } else {
            return Err(format!("no label '{label}' under a flow"));
        }
        let flow = FlowAnswer::deserialize(&tried).map_err(|error| format!("{label}: {error}"))?;
        self.flows[at] = (tried, flow);
        Ok(())
    }
}
