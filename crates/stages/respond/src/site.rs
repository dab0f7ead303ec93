//! Where an incident was seen: with a provider, on a mail server, on machines, at a gate. What is
//! asked of an administrator differs by it. It judges nothing.

use std::collections::BTreeSet;

use bakas_model::{Incident, Stream, source::Family};

/// A sort of place that somebody administers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Site {
    /// A provider of mail, office services, identities or a cloud.
    Provider,
    /// A mail server of the agency's own.
    MailServer,
    /// Windows machines.
    Windows,
    /// Other machines.
    Machine,
    /// A firewall or VPN.
    Gate,
    /// A web server.
    Web,
}

/// The places of an incident. Sensors and name servers are witnesses, not places. A case that does
/// not name its logs is taken as one of a provider.
pub(crate) fn sites(incident: &Incident) -> BTreeSet<Site> {
    if incident.streams.is_empty() {
        return BTreeSet::from([Site::Provider]);
    }
    incident.streams.iter().filter_map(|stream| of(*stream)).collect()
}

const fn of(stream: Stream) -> Option<Site> {
    match stream {
        Stream::Windows => Some(Site::Windows),
        Stream::Proxy | Stream::Suricata | Stream::Zeek | Stream::Dns | Stream::Flow => None,
        _ => Some(match stream.family() {
            Family::Web => Site::Web,
            Family::System => Site::Machine,
            Family::Cloud | Family::Office => Site::Provider,
            Family::Mail => Site::MailServer,
            Family::Network => Site::Gate,
        }),
    }
}
