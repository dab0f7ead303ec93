//! What stands in a text: its parts, and the lines of each, with their labels and where in the
//! package they belong.

/// What a line holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A text, also the word of an enumeration, an address or a time.
    Text,
    /// A whole number.
    Number,
    /// `yes` or `no`.
    Flag,
    /// Several words, one line for each, with their language: `Facts (en): …`.
    Words,
    /// Several texts, one line for each.
    Texts,
}

/// A line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Label {
    pub(super) label: &'static str,
    /// Where it belongs (RFC 6901), within the part.
    pub(super) place: &'static str,
    pub(super) kind: Kind,
}

/// A part.
#[derive(Clone, Copy, Debug)]
pub(super) struct Section {
    /// How its heading begins: `[Flow F-001]`.
    pub(super) word: &'static str,
    /// Where it belongs, within the package or the part that it stands under.
    pub(super) place: &'static str,
    /// Whether there may be several.
    pub(super) is_list: bool,
    /// The member that stands in the heading.
    pub(super) key: Option<&'static str>,
    pub(super) labels: &'static [Label],
    /// Parts of it.
    pub(super) parts: &'static [Self],
}

const fn text(label: &'static str, place: &'static str) -> Label {
    Label { label, place, kind: Kind::Text }
}

const fn number(label: &'static str, place: &'static str) -> Label {
    Label { label, place, kind: Kind::Number }
}

const fn flag(label: &'static str, place: &'static str) -> Label {
    Label { label, place, kind: Kind::Flag }
}

const fn words(label: &'static str, place: &'static str) -> Label {
    Label { label, place, kind: Kind::Words }
}

const fn texts(label: &'static str, place: &'static str) -> Label {
    Label { label, place, kind: Kind::Texts }
}

const fn list(
    word: &'static str,
    place: &'static str,
    key: Option<&'static str>,
    labels: &'static [Label],
) -> Section {
    Section { word, place, is_list: true, key, labels, parts: &[] }
}

/// Lines of the package itself.
pub(super) const PACKAGE: &[Label] = &[
    text("Message", "/id"),
    text("Made", "/created"),
    text("Onward sharing", "/handling/onward"),
    texts("Permitted use", "/handling/permitted_use"),
    texts("Only for", "/handling/releasable_to"),
    words("Left out", "/redaction"),
];

const PARTY: &[Label] = &[
    text("Name", "/name"),
    text("Id", "/id"),
    text("Kind", "/kind"),
    text("Country", "/country"),
    text("E-mail", "/contact/email"),
    text("Phone", "/contact/phone"),
    flag("At every hour", "/contact/at_every_hour"),
    text("Key", "/contact/key_fingerprint"),
];

pub(super) const SENDER: Section = Section {
    word: "Sender",
    place: "/from",
    is_list: false,
    key: None,
    labels: PARTY,
    parts: &[],
};
pub(super) const TO: Section = list("Addressee", "/to", None, PARTY);

/// Lines of a request.
pub(super) const REQUEST: &[Label] = &[
    text("Request", "/content/of/id"),
    number("Version", "/content/of/version"),
    text("Reference", "/content/of/reference"),
    text("Action", "/content/of/action"),
    text("Reply by", "/content/of/reply_by"),
    text("Authority", "/content/of/authority"),
    text("Legal basis", "/content/of/legal_basis"),
    text("Offence", "/content/of/offence"),
    words("Facts", "/content/of/facts"),
];

const PRESERVATION: Section = Section {
    word: "Preservation",
    place: "/content/of/preservation",
    is_list: false,
    key: None,
    labels: &[
        words("Necessity", "/necessity"),
        flag("Mutual assistance will be asked for", "/intends_mutual_assistance"),
        text("Custodian", "/custodian"),
        text("Until", "/until"),
    ],
    parts: &[],
};

pub(super) const FLOW: Section = list(
    "Flow",
    "/content/of/flows",
    Some("/id"),
    &[
        text("Source", "/source"),
        number("Source port", "/source_port/known"),
        text("No source port because", "/source_port/missing"),
        text("Destination", "/destination"),
        number("Destination port", "/destination_port"),
        text("Protocol", "/protocol"),
        text("Start", "/start"),
        text("End", "/end"),
        number("Microseconds between ticks", "/precision_micros"),
        text("Coarse because", "/precision_reason"),
        text("Clock", "/clock/source"),
        number("Clock was ahead, microseconds", "/clock/offset_micros"),
        number("Clock may err, microseconds", "/clock/uncertainty_micros"),
        text("Clock determined by", "/clock/determined"),
        text("Log", "/log_source"),
        number("Events", "/count"),
        text("TLP of this flow", "/handling/tlp"),
    ],
);

/// Lines of an answer.
pub(super) const ANSWER: &[Label] = &[
    text("Answer", "/content/of/id"),
    number("Version", "/content/of/version"),
    text("Reference", "/content/of/reference"),
    text("Request", "/content/of/in_reply_to/id"),
    number("Request version", "/content/of/in_reply_to/version"),
    text("Request digest", "/content/of/in_reply_to/sha256"),
    text("Status", "/content/of/status"),
    text("Refused because", "/content/of/refusal/ground"),
    words("Refusal", "/content/of/refusal/words"),
    text("Forwarded to", "/content/of/forwarded_to/name"),
    text("Forwarded to contact", "/content/of/forwarded_to/contact"),
    words("Needed", "/content/of/needs"),
    words("Note", "/content/of/notes"),
];

/// Who fits a flow. In a reply the line `Candidate: …` begins one.
pub(super) const CANDIDATE: Section = list(
    "Candidate",
    "/candidates",
    Some("/reference"),
    &[
        text("Held from", "/from"),
        text("Held until", "/until"),
        text("Inner address", "/inner"),
        number("Confidence", "/confidence"),
        words("Basis", "/basis"),
    ],
);

/// What came of a flow.
pub(super) const OUTCOME: Section = Section {
    word: "Flow",
    place: "/content/of/flows",
    is_list: true,
    key: Some("/flow"),
    labels: &[
        text("Outcome", "/outcome"),
        text("Allocation", "/allocation"),
        text("Disclosure", "/disclosure"),
        text("Next hop", "/next_hop/name"),
        text("Next hop contact", "/next_hop/contact"),
        text("Next hop address", "/next_hop/address"),
        number("Retention, days", "/retention/days"),
        text("Retained until", "/retention/until"),
        words("Note", "/notes"),
        text("TLP of this flow", "/handling/tlp"),
    ],
    parts: &[CANDIDATE],
};

const OPINION: &[Label] = &[
    text("Of", "/subject"),
    text("Question", "/level"),
    text("Hypothesis", "/hypothesis"),
    text("Likelihood", "/likelihood"),
    number("Confidence", "/confidence"),
    words("Basis", "/basis"),
    texts("Not ruled out", "/alternatives"),
];

/// Lines of an extract.
pub(super) const EXTRACT: &[Label] =
    &[words("Title", "/content/of/title"), text("Reference", "/content/of/reference")];

const INCIDENT: Section = list(
    "Incident",
    "/content/of/incidents",
    Some("/id"),
    &[
        text("Kind", "/kind"),
        words("Title", "/title"),
        text("Agency", "/agency"),
        text("First seen", "/first"),
        text("Last seen", "/last"),
        number("Events", "/count"),
        flag("Somebody got in", "/entered"),
        texts("Technique", "/techniques"),
        text("TLP of this incident", "/handling/tlp"),
    ],
);

const CAMPAIGN: Section = list(
    "Campaign",
    "/content/of/campaigns",
    Some("/id"),
    &[
        words("Title", "/title"),
        texts("Incident", "/incidents"),
        words("Because", "/because"),
        text("First seen", "/first"),
        text("Last seen", "/last"),
        text("TLP of this campaign", "/handling/tlp"),
    ],
);

const OBSERVABLE: Section = list(
    "Observable",
    "/content/of/observables",
    Some("/id"),
    &[
        text("Kind", "/observable/kind"),
        text("Value", "/observable/value"),
        text("First seen", "/first"),
        text("Last seen", "/last"),
        number("Events", "/count"),
        texts("Incident", "/incidents"),
        flag("May be watched for", "/indicator"),
        number("Confidence", "/confidence"),
        text("Source rating", "/admiralty"),
        text("TLP of this observable", "/handling/tlp"),
    ],
);

const ACTION: Section = list(
    "Action",
    "/content/of/actions",
    Some("/id"),
    &[words("To do", "/text"), texts("Incident", "/incidents")],
);

const NOTE: Section = list(
    "Note",
    "/content/of/notes",
    Some("/id"),
    &[texts("About", "/about"), words("Words", "/text")],
);

/// What a text is: its title, its word in our JSON, the lines at its head, its parts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    pub(super) title: &'static str,
    pub(super) is: &'static str,
    pub(super) head: &'static [Label],
    pub(super) sections: &'static [Section],
}

pub(super) const SHAPES: [Shape; 3] = [
    Shape {
        title: "== TRACE REQUEST ==",
        is: "request",
        head: REQUEST,
        sections: &[SENDER, TO, PRESERVATION, FLOW],
    },
    Shape {
        title: "== TRACE ANSWER ==",
        is: "answer",
        head: ANSWER,
        sections: &[
            SENDER,
            TO,
            OUTCOME,
            list("Opinion", "/content/of/attribution", Some("/id"), OPINION),
        ],
    },
    Shape {
        title: "== CASE EXTRACT ==",
        is: "extract",
        head: EXTRACT,
        sections: &[
            SENDER,
            TO,
            INCIDENT,
            CAMPAIGN,
            OBSERVABLE,
            list("Opinion", "/content/of/opinions", Some("/id"), OPINION),
            ACTION,
            NOTE,
        ],
    },
];
