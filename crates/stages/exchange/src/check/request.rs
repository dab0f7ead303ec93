//! What a trace or preservation request must have.

use bakas_model::exchange::{Action, Preservation, TraceRequest};

use super::{FLOWS_LIMIT, Faults};

impl Faults<'_> {
    pub(super) fn request(&mut self, request: &TraceRequest) {
        let now = self.now;
        self.named(&request.id, "content.id");
        self.if_so(request.version == 0, "content.version", "is 0", "count versions from 1");
        self.filled(
            &request.authority,
            "content.authority",
            "say under which authority you act: a law, a mandate, a warrant",
        );
        self.filled(&request.legal_basis, "content.legal_basis", "name the law you ask under");
        self.filled(&request.offence, "content.offence", "name the offence that is looked into");
        self.some_words(&request.facts, "content.facts", "say in a few sentences what happened");
        self.if_so(
            request.reply_by <= now,
            "content.reply_by",
            "has passed",
            "give a day that leaves time to answer",
        );
        match (&request.preservation, request.action) {
            (None, Action::Preserve) => self.add(
                "content.preservation",
                "is missing from a request to preserve",
                "say why it is needed, who holds the data, until when, and whether a request for mutual assistance follows",
            ),
            (Some(preservation), _) => self.preservation(preservation),
            (None, _) => {}
        }
        let count = request.flows.len();
        self.if_so(count == 0, "content.flows", "is empty", "name what was seen");
        self.if_so(
            count > FLOWS_LIMIT,
            "content.flows",
            "has more than 10,000 flows",
            "choose the most useful, or send several requests",
        );
        let mut ids = std::collections::BTreeSet::new();
        for (at, flow) in request.flows.iter().enumerate().take(FLOWS_LIMIT) {
            let place = format!("content.flows[{at}]");
            self.flow(flow, &place);
            let twice = !ids.insert(flow.id.as_str());
            self.if_so(twice, &place, "has an id that was there before", "give it its own");
        }
    }

    fn preservation(&mut self, preservation: &Preservation) {
        let now = self.now;
        self.some_words(
            &preservation.necessity,
            "content.preservation.necessity",
            "say why the data might be lost",
        );
        self.filled(
            &preservation.custodian,
            "content.preservation.custodian",
            "name who is believed to hold the data",
        );
        self.if_so(
            preservation.until <= now,
            "content.preservation.until",
            "has passed",
            "say until when the data should be kept",
        );
    }
}
