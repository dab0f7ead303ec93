//! Which values of an event a rule means by a field's name: the native field of that name, else
//! the one that the name is an alias of, else the OCSF attribute. It compares nothing.

use std::{fmt::Write as _, net::IpAddr};

use bakas_model::{
    Activity, Agency, AgencyIx, Class, Country, Event, FieldId, Location, NetworkKind, Place,
    Status, Stream, Timestamp, Value, field::ALIASES,
};
use serde::{Deserialize, Serialize};

/// What is known of an event besides the record itself.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// Where its address was at its time.
    pub location: Location,
    /// Who operated that network then.
    pub operator: Option<&'a str>,
    /// Whose log it stands in.
    pub agency: &'a Agency,
}

/// A field's name as a rule writes it, resolved as far as it can be before there is an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Name {
    pub(crate) text: Box<str>,
    /// The native fields that may bear it: its own name first, then what it is an alias of.
    pub(crate) natives: Vec<Box<str>>,
    pub(crate) attribute: Attribute,
}

/// What an OCSF attribute's name means here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Attribute {
    /// Whatever [`Event::attribute`] makes of it: text of the record for some, fixed words or
    /// numbers for others.
    OfEvent {
        text: bool,
    },
    Time,
    SourceAddress,
    DestinationAddress,
    Asn,
    Operator,
    Country,
    NetworkKind,
    Tenant,
}

/// A value: of the record, or an address, which is written out only when it must be.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Operand<'a> {
    Value(Value<'a>),
    Address(IpAddr),
    Country(Country),
    /// A time in microseconds since the epoch.
    Time(i64),
}

impl Name {
    pub(crate) fn new(text: &str) -> Self {
        let mut natives: Vec<Box<str>> = vec![text.into()];
        if let Some((_, canonical)) = ALIASES.iter().find(|(alias, _)| *alias == text) {
            natives.push((*canonical).into());
        }
        Self { text: text.into(), natives, attribute: Attribute::of(text) }
    }

    /// The same, where pipelines say what the field is called in the logs.
    pub(crate) fn also<'a>(text: &str, others: impl Iterator<Item = &'a str>) -> Self {
        let mut name = Self::new(text);
        for other in others {
            if !name.natives.iter().any(|known| **known == *other) {
                name.natives.push(other.into());
            }
        }
        name
    }

    /// Whether it is an attribute that events have besides their own fields.
    pub(crate) fn is_attribute(&self) -> bool {
        match self.attribute {
            Attribute::OfEvent { .. } => full_event().attribute(&self.text).is_some(),
            _ => true,
        }
    }

    /// Whether it asks for what is known of an address's network.
    pub(crate) const fn is_of_network(&self) -> bool {
        matches!(
            self.attribute,
            Attribute::Asn | Attribute::Operator | Attribute::Country | Attribute::NetworkKind
        )
    }

    /// Its values in an event, looked up one by one; for the few events that matched.
    pub(crate) fn values<'e>(&self, event: &Event<'e>, context: &Context<'e>) -> Vec<Operand<'e>> {
        for native in &self.natives {
            let found: Vec<_> =
                event.field(FieldId::of(native), native).map(Operand::Value).collect();
            if !found.is_empty() {
                return found;
            }
        }
        self.attribute.of_event(&self.text, event, context).into_iter().collect()
    }
}

impl Attribute {
    fn of(name: &str) -> Self {
        match name {
            "time" => Self::Time,
            "src_endpoint.ip" => Self::SourceAddress,
            "dst_endpoint.ip" => Self::DestinationAddress,
            "src_endpoint.autonomous_system.number" => Self::Asn,
            "src_endpoint.autonomous_system.name" => Self::Operator,
            "src_endpoint.location.country" => Self::Country,
            "src_endpoint.kind" => Self::NetworkKind,
            "metadata.tenant_uid" => Self::Tenant,
            _ => {
                Self::OfEvent { text: matches!(full_event().attribute(name), Some(Value::Text(_))) }
            }
        }
    }

    /// Its value for an event.
    pub(crate) fn of_event<'e>(
        self,
        name: &str,
        event: &Event<'e>,
        context: &Context<'e>,
    ) -> Option<Operand<'e>> {
        let text = |text: &'e str| Operand::Value(Value::Text(text));
        match self {
            Self::OfEvent { .. } => event.attribute(name).map(Operand::Value),
            Self::Time => Some(Operand::Time(event.time.as_micros())),
            Self::SourceAddress => event.src.map(Operand::Address),
            Self::DestinationAddress => event.dst.map(Operand::Address),
            Self::Asn => context.location.asn.map(|asn| Operand::Value(Value::Int(asn.0.into()))),
            Self::Operator => context.operator.map(text),
            Self::Country => context.location.country.map(Operand::Country),
            Self::NetworkKind => Some(text(network_kind(context.location.kind))),
            Self::Tenant => Some(text(&context.agency.id)),
        }
    }
}

impl Operand<'_> {
    /// Shows it as text, without allocating where it is text or short.
    pub(crate) fn with_text<R>(&self, scratch: &mut String, then: impl FnOnce(&str) -> R) -> R {
        scratch.clear();
        // Writing to a string cannot fail.
        let _written = match self {
            Self::Value(Value::Text(text)) => return then(text),
            Self::Value(Value::Bool(true)) => return then("true"),
            Self::Value(Value::Bool(false)) => return then("false"),
            Self::Value(Value::Null) => return then(""),
            Self::Country(country) => return then(country.as_str()),
            Self::Value(Value::Int(number)) => write!(scratch, "{number}"),
            Self::Value(Value::Float(number)) => write!(scratch, "{number}"),
            Self::Address(address) => write!(scratch, "{address}"),
            Self::Time(micros) => {
                write!(scratch, "{}", Timestamp::from_micros(*micros))
            }
        };
        then(scratch)
    }
}

/// An event with every optional part, to ask which attributes there are.
fn full_event() -> Event<'static> {
    Event {
        place: Place::default(),
        agency: AgencyIx(0),
        stream: Stream::Web,
        custom: None,
        time: Timestamp::default(),
        time_raw: "",
        class: Class::Base,
        activity: Activity::Other,
        status: Status::Unknown,
        src: Some(IpAddr::from([0, 0, 0, 0])),
        src_port: Some(0),
        dst: Some(IpAddr::from([0, 0, 0, 0])),
        dst_port: Some(0),
        src_claimed: Some(IpAddr::from([0, 0, 0, 0])),
        account: Some(""),
        target: Some(""),
        object: Some(""),
        agent: Some(""),
        operation: "",
        host: Some(""),
        http_status: Some(0),
        bytes_out: Some(0),
        fields: Vec::new(),
    }
}

/// The name that rules use for a kind of network: the one it has in `case.json`.
const fn network_kind(kind: NetworkKind) -> &'static str {
    match kind {
        NetworkKind::Unknown => "unknown",
        NetworkKind::Telco => "telco",
        NetworkKind::Cloud => "cloud",
        NetworkKind::Hosting => "hosting",
        NetworkKind::Vpn => "vpn",
        NetworkKind::Tor => "tor",
        NetworkKind::PrivateRelay => "private_relay",
        NetworkKind::Education => "education",
        NetworkKind::Government => "government",
        NetworkKind::Content => "content",
        NetworkKind::Special => "special",
    }
}
