//! The columns: their names, where in a package each stands, and what sort of value it holds.

/// What a cell holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A text as it is.
    Text,
    /// A whole number.
    Number,
    /// `true` or `false`.
    Flag,
    /// JSON: lists, and values with parts.
    Json,
}

/// A column.
#[derive(Clone, Copy, Debug)]
pub(super) struct Column {
    /// Its name in the header line.
    pub(super) name: &'static str,
    /// Its place (RFC 6901) within what the row, the content or the package is.
    pub(super) place: &'static str,
    /// What its cells hold.
    pub(super) kind: Kind,
}

const fn text(name: &'static str, place: &'static str) -> Column {
    Column { name, place, kind: Kind::Text }
}

const fn number(name: &'static str, place: &'static str) -> Column {
    Column { name, place, kind: Kind::Number }
}

const fn flag(name: &'static str, place: &'static str) -> Column {
    Column { name, place, kind: Kind::Flag }
}

const fn json(name: &'static str, place: &'static str) -> Column {
    Column { name, place, kind: Kind::Json }
}

/// What every row says of its package. The first says what sort of package it is.
pub(super) const PACKAGE: &[Column] = &[
    text("kind", "/content/is"),
    text("package", "/id"),
    text("created", "/created"),
    text("tlp", "/handling/tlp"),
    text("pap", "/handling/pap"),
    text("onward", "/handling/onward"),
    text("from", "/from/id"),
    text("from_name", "/from/name"),
    text("from_kind", "/from/kind"),
    text("from_country", "/from/country"),
    text("from_email", "/from/contact/email"),
    text("from_phone", "/from/contact/phone"),
    flag("from_at_every_hour", "/from/contact/at_every_hour"),
    text("from_key", "/from/contact/key_fingerprint"),
    json("to", "/to"),
];

/// What every row says of its request.
pub(super) const REQUEST: &[Column] = &[
    text("request", "/id"),
    number("request_version", "/version"),
    text("request_reference", "/reference"),
    text("action", "/action"),
    text("reply_by", "/reply_by"),
    text("authority", "/authority"),
    text("legal_basis", "/legal_basis"),
    text("offence", "/offence"),
    json("facts", "/facts"),
];

/// A flow.
pub(super) const FLOW: &[Column] = &[
    text("flow", "/id"),
    text("source", "/source"),
    number("source_port", "/source_port/known"),
    text("source_port_missing", "/source_port/missing"),
    text("destination", "/destination"),
    number("destination_port", "/destination_port"),
    text("protocol", "/protocol"),
    text("start", "/start"),
    text("end", "/end"),
    number("precision_micros", "/precision_micros"),
    text("precision_reason", "/precision_reason"),
    text("clock_source", "/clock/source"),
    number("clock_offset_micros", "/clock/offset_micros"),
    number("clock_uncertainty_micros", "/clock/uncertainty_micros"),
    text("clock_determined", "/clock/determined"),
    text("log_source", "/log_source"),
    number("count", "/count"),
    json("evidence", "/evidence"),
    json("flow_handling", "/handling"),
];

/// What every row says of its answer.
pub(super) const ANSWER: &[Column] = &[
    text("answer", "/id"),
    number("answer_version", "/version"),
    text("answer_reference", "/reference"),
    text("request", "/in_reply_to/id"),
    number("request_version", "/in_reply_to/version"),
    text("request_sha256", "/in_reply_to/sha256"),
    text("status", "/status"),
];

/// What came of a flow.
pub(super) const OUTCOME: &[Column] = &[
    text("flow", "/flow"),
    text("outcome", "/outcome"),
    text("allocation", "/allocation"),
    text("disclosure", "/disclosure"),
    text("next_hop", "/next_hop/name"),
    text("next_hop_contact", "/next_hop/contact"),
    text("next_hop_address", "/next_hop/address"),
    number("retention_days", "/retention/days"),
    text("retained_until", "/retention/until"),
    json("notes", "/notes"),
    json("flow_handling", "/handling"),
];

/// Who fits a flow: several rows of one flow, where several fit.
pub(super) const CANDIDATE: &[Column] = &[
    text("candidate", "/reference"),
    text("candidate_from", "/from"),
    text("candidate_until", "/until"),
    text("candidate_inner", "/inner"),
    json("candidate_ports", "/ports"),
    number("candidate_confidence", "/confidence"),
    json("candidate_basis", "/basis"),
    json("candidate_disclosed", "/disclosed"),
];

/// What every row says of its extract.
pub(super) const EXTRACT: &[Column] = &[json("title", "/title"), text("reference", "/reference")];

/// An observable.
pub(super) const OBSERVABLE: &[Column] = &[
    text("observable", "/id"),
    text("observable_kind", "/observable/kind"),
    text("value", "/observable/value"),
    text("first", "/first"),
    text("last", "/last"),
    number("count", "/count"),
    flag("indicator", "/indicator"),
    number("confidence", "/confidence"),
    text("admiralty", "/admiralty"),
    json("incidents", "/incidents"),
    json("observable_handling", "/handling"),
];

/// Other people's names for a column, in lower case.
pub(super) const ALIASES: &[(&str, &str)] = &[
    ("ip", "source"),
    ("src", "source"),
    ("src_ip", "source"),
    ("source_ip", "source"),
    ("source_address", "source"),
    ("src_port", "source_port"),
    ("port", "source_port"),
    ("dst", "destination"),
    ("dst_ip", "destination"),
    ("destination_ip", "destination"),
    ("dst_port", "destination_port"),
    ("proto", "protocol"),
    ("time", "start"),
    ("timestamp", "start"),
    ("first_seen", "start"),
    ("last_seen", "end"),
];
