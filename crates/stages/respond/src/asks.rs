//! Asks: what the administrator of each attacked domain is asked to do, in the order of the work —
//! keep the evidence before touching anything, shut the intruder out, undo what was left behind,
//! then make it harder and tell those concerned. It sends nothing to anybody.

use bakas_model::{Agency, AgencyIx, Ask, Block, Incident, IncidentId, Text, response::AskKind};

mod clean;
mod facts;
mod harden;
mod undo;

use facts::Facts;

/// Deadlines, in hours from the notice.
const AT_ONCE_HOURS: u32 = 4;
const SAME_DAY_HOURS: u32 = 24;
const THREE_DAYS_HOURS: u32 = 72;

/// The asks of every agency with an incident: agencies in their order, and within an agency the
/// order of the work, numbered from 1.
#[must_use]
pub fn asks(incidents: &[Incident], blocks: &[Block], agencies: &[Agency]) -> Vec<Ask> {
    let mut all = Vec::new();
    for (at, agency) in agencies.iter().enumerate() {
        let Ok(ix) = u16::try_from(at).map(AgencyIx) else { break };
        let facts = Facts::of(ix, agency, incidents, blocks);
        if facts.incidents.is_empty() {
            continue;
        }
        let drafts = undo::drafts(&facts).into_iter().chain(harden::drafts(&facts));
        let mut drafts: Vec<_> = drafts.filter(|draft| !draft.incidents.is_empty()).collect();
        drafts.sort_by_key(|draft| draft.kind);
        all.extend(drafts.into_iter().zip(1..).map(|(draft, number)| draft.numbered(number, ix)));
    }
    all
}

/// An ask before it has its place in the list.
#[derive(Debug)]
struct Draft {
    kind: AskKind,
    text: Text,
    proof: Text,
    within_hours: u32,
    incidents: Vec<IncidentId>,
}

impl Draft {
    fn numbered(self, number: u32, agency: AgencyIx) -> Ask {
        Ask {
            number,
            agency,
            kind: self.kind,
            text: self.text,
            proof: self.proof,
            within_hours: self.within_hours,
            incidents: self.incidents,
        }
    }
}

#[cfg(test)]
mod tests;
