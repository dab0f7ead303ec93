//! What a flow must have so that an operator can find a subscriber by it (RFC 6302), and what it
//! must rest on.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use bakas_model::exchange::{EvidenceRef, Flow, Port};

use super::{Faults, PROOF_BYTES_LIMIT};

/// A second, in microseconds: times that are worse need a reason.
const SECOND: u64 = 1_000_000;

impl Faults<'_> {
    pub(super) fn flow(&mut self, flow: &Flow, place: &str) {
        self.filled(&flow.id, &format!("{place}.id"), "give each flow a short name");
        self.ends(flow, place);
        self.times(flow, place);
        self.filled(
            &flow.log_source,
            &format!("{place}.log_source"),
            "say which log it is from: `web server access log`",
        );
        self.if_so(flow.count == 0, &format!("{place}.count"), "is 0", "count what was seen");
        if let Some(handling) = &flow.handling {
            self.personal(handling, &format!("{place}.handling.personal"));
        }
        self.if_so(
            flow.evidence.is_empty(),
            &format!("{place}.evidence"),
            "is empty",
            "name the sealed record that it rests on",
        );
        for (at, evidence) in flow.evidence.iter().enumerate() {
            self.evidence(evidence, &format!("{place}.evidence[{at}]"));
        }
    }

    fn ends(&mut self, flow: &Flow, place: &str) {
        if let Some(what) = unusable(flow.source) {
            self.add(
                format!("{place}.source"),
                what,
                "take the address as the internet sees it, before any proxy or translator of yours",
            );
        }
        let port = format!("{place}.source_port");
        match &flow.source_port {
            Port::Known(0) => self.add(port, "is 0, which is no port", "leave it out and say why"),
            Port::Known(_) => {}
            Port::Missing(reason) => {
                self.filled(
                    reason,
                    &port,
                    "give the port, or say why there is none: behind a translator an address alone names nobody",
                );
            }
        }
        if let Some(what) = flow.destination.and_then(unusable) {
            self.add(
                format!("{place}.destination"),
                what,
                "give the public address of the service, or leave it out",
            );
        }
        let keyword = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let known = (1..=32).contains(&flow.protocol.len()) && flow.protocol.chars().all(keyword);
        self.if_so(
            !known,
            &format!("{place}.protocol"),
            "is no keyword of a protocol",
            "write `tcp`, `udp` or another of IANA's, in lower case",
        );
    }

    fn times(&mut self, flow: &Flow, place: &str) {
        let turned = flow.start > flow.end;
        self.if_so(turned, &format!("{place}.end"), "is before its start", "turn them round");
        self.future(flow.end, &format!("{place}.end"));
        let precision = format!("{place}.precision_micros");
        self.if_so(flow.precision_micros == 0, &precision, "is 0", "say how fine the times are");
        let coarse = flow.precision_micros > SECOND && flow.precision_reason.trim().is_empty();
        self.if_so(
            coarse,
            &precision,
            "is worse than a second, and nothing says why",
            "give exact times, or say why there are none: several subscribers may share an address within that time",
        );
        self.filled(
            &flow.clock.source,
            &format!("{place}.clock.source"),
            "say what kept the clock: `NTP`, `GPS`, `free running`, `unknown`",
        );
        self.short(&flow.precision_reason, &precision);
    }

    fn evidence(&mut self, evidence: &EvidenceRef, place: &str) {
        let proved = evidence.leaf.is_some()
            && evidence.proof.as_ref().is_some_and(|proof| !proof.trim().is_empty());
        let disclosed = evidence.bag.as_ref().is_some_and(|bag| !bag.trim().is_empty());
        self.if_so(
            !proved && !disclosed,
            place,
            "is not sealed: it has no leaf with a proof, and no bag",
            "seal the case and disclose the record",
        );
        let long = evidence.proof.as_ref().is_some_and(|proof| proof.len() > PROOF_BYTES_LIMIT);
        self.if_so(long, &format!("{place}.proof"), "is longer than 64 KiB", "send it as a bag");
    }
}

/// Why nobody outside can do anything with an address. Addresses of documentation (RFC 5737, RFC
/// 3849) are not among them: examples and exercises are made of them.
fn unusable(address: IpAddr) -> Option<&'static str> {
    match address {
        IpAddr::V4(v4) => unusable_v4(v4),
        IpAddr::V6(v6) => unusable_v6(v6),
    }
}

fn unusable_v4(v4: Ipv4Addr) -> Option<&'static str> {
    let [a, b, ..] = v4.octets();
    if v4.is_private() {
        Some("is a private address (RFC 1918)")
    } else if a == 100 && (64..128).contains(&b) {
        Some("is shared behind a carrier's translator (100.64.0.0/10, RFC 6598)")
    } else if v4.is_loopback() {
        Some("is the machine itself (127.0.0.0/8)")
    } else if v4.is_link_local() {
        Some("is of one link only (169.254.0.0/16)")
    } else if a == 0 {
        Some("is no address (0.0.0.0/8)")
    } else if v4.is_multicast() {
        Some("is a group of receivers (224.0.0.0/4)")
    } else if a >= 240 {
        Some("is reserved (240.0.0.0/4)")
    } else {
        None
    }
}

fn unusable_v6(v6: Ipv6Addr) -> Option<&'static str> {
    if v6.to_ipv4_mapped().is_some() {
        Some("is an IPv4 address in IPv6 clothes; write it as IPv4")
    } else if v6.is_unspecified() {
        Some("is no address (::)")
    } else if v6.is_loopback() {
        Some("is the machine itself (::1)")
    } else if v6.is_unique_local() {
        Some("is a private address (fc00::/7, RFC 4193)")
    } else if v6.is_unicast_link_local() {
        Some("is of one link only (fe80::/10)")
    } else if v6.is_multicast() {
        Some("is a group of receivers (ff00::/8)")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_of_ranges_are_right() {
        let check = |text: &str, usable: bool| {
            assert_eq!(unusable(text.parse().unwrap()).is_none(), usable, "{text}");
        };
        for text in ["10.0.0.0", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.1.1"] {
            check(text, false);
        }
        for text in ["100.64.0.0", "100.127.255.255", "127.0.0.1", "169.254.1.1", "0.0.0.0"] {
            check(text, false);
        }
        for text in ["224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255"] {
            check(text, false);
        }
        for text in ["::", "::1", "fc00::1", "fdff::1", "fe80::1", "ff02::1", "::ffff:192.0.2.1"] {
            check(text, false);
        }
        for text in ["9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "172.32.0.0"] {
            check(text, true);
        }
        for text in ["192.0.2.1", "198.51.100.1", "203.0.113.1", "2001:db8::1", "223.255.255.255"] {
            check(text, true);
        }
    }
}
