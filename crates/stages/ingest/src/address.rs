//! Addresses as logs write them, and who the client was behind proxies. Nothing is looked up.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;

/// Most hops of a forwarded list that are looked at; the list is the client's to write.
const HOPS_LIMIT: usize = 64;

/// An address, with its port where one is written: `1.2.3.4`, `1.2.3.4:80`, `::1`, `[::1]:443`,
/// `::ffff:1.2.3.4`, `fe80::1%eth0`. IPv4 within IPv6 comes out as IPv4.
pub(crate) fn parse(text: &str) -> Option<(IpAddr, Option<u16>)> {
    if let Some(address) = ipv4(text.as_bytes()) {
        return Some((address.into(), None));
    }
    let text = text.trim();
    if let Some(rest) = text.strip_prefix('[') {
        let (inner, after) = rest.split_once(']')?;
        let port = match after.strip_prefix(':') {
            Some(port) => Some(port.parse().ok()?),
            None if after.is_empty() => None,
            None => return None,
        };
        return Some((ipv6(inner)?, port));
    }
    if let Some((host, port)) = text.split_once(':')
        && !port.contains(':')
    {
        return Some((ipv4(host.as_bytes())?.into(), Some(port.parse().ok()?)));
    }
    Some((ipv6(text)?, None))
}

/// The address alone.
pub(crate) fn ip(text: &str) -> Option<IpAddr> {
    parse(text).map(|(address, _)| address)
}

fn ipv6(text: &str) -> Option<IpAddr> {
    let text = text.split_once('%').map_or(text, |(address, _)| address);
    if !text.contains(':') || text.len() > 45 {
        return None;
    }
    let address: Ipv6Addr = text.parse().ok()?;
    Some(IpAddr::V6(address).to_canonical())
}

/// Four decimal numbers; leading zeros are refused, for some read them as octal.
pub(crate) fn ipv4(bytes: &[u8]) -> Option<Ipv4Addr> {
    if bytes.len() < 7 || bytes.len() > 15 {
        return None;
    }
    let (mut octets, mut at, mut digits, mut number) = ([0_u8; 4], 0, 0, 0_u32);
    for &b in bytes {
        match b {
            b'0'..=b'9' => {
                if digits > 0 && number == 0 {
                    return None;
                }
                number = number * 10 + u32::from(b - b'0');
                digits += 1;
                if number > 255 {
                    return None;
                }
            }
            b'.' if digits > 0 && at < 3 => {
                octets[at] = number as u8;
                (at, digits, number) = (at + 1, 0, 0);
            }
            _ => return None,
        }
    }
    if at != 3 || digits == 0 {
        return None;
    }
    octets[3] = number as u8;
    Some(octets.into())
}

/// Whether a text is a list of addresses as `X-Forwarded-For` writes it.
pub(crate) fn is_forwarded_list(text: &str) -> bool {
    let mut has_address = false;
    text.split(',').all(|hop| {
        let hop = hop.trim();
        let is_address = ip(hop).is_some();
        has_address |= is_address;
        is_address || hop.eq_ignore_ascii_case("unknown")
    }) && has_address
}

/// The source and the claimed address, from the peer and what it forwarded.
///
/// With a trusted peer the source is the right-most address that is no trusted proxy: everything
/// to the left of it was written by somebody unknown. With any other peer the peer is the source,
/// and the forwarded address a claim: the right-most that can stand on the public network, else
/// the left-most.
pub(crate) fn through_proxies(
    peer: Option<IpAddr>,
    forwarded: Option<&str>,
    trusted: &[IpNet],
) -> (Option<IpAddr>, Option<IpAddr>) {
    let Some(forwarded) = forwarded else { return (peer, None) };
    let is_trusted = |address: IpAddr| trusted.iter().any(|net| net.contains(&address));
    let hops = || forwarded.rsplit(',').take(HOPS_LIMIT).map(|hop| ip(hop.trim()));
    let leftmost = || hops().flatten().last();
    let Some(peer) = peer.filter(|&peer| is_trusted(peer)) else {
        let claimed = hops().flatten().find(|&a| is_public(a)).or_else(leftmost);
        return (peer, claimed.filter(|_| peer != claimed));
    };
    let mut source = peer;
    for hop in hops() {
        // Behind a hop that is no address nobody can be told apart any more.
        let Some(address) = hop else { break };
        source = address;
        if !is_trusted(address) {
            break;
        }
    }
    (Some(source), leftmost().filter(|&address| address != source))
}

fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(a) => {
            let [first, second, ..] = a.octets();
            let shared = first == 100 && (64..128).contains(&second);
            !(a.is_private()
                || a.is_loopback()
                || a.is_link_local()
                || a.is_unspecified()
                || shared)
        }
        IpAddr::V6(a) => {
            !(a.is_loopback()
                || a.is_unspecified()
                || a.is_unique_local()
                || a.is_unicast_link_local())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_addresses_as_logs_write_them() {
        let check = |text: &str, expected: Option<(&str, Option<u16>)>| {
            let expected = expected.map(|(a, port)| (a.parse().unwrap(), port));
            assert_eq!(parse(text), expected, "{text}");
        };
        check("203.0.113.7", Some(("203.0.113.7", None)));
        check("203.0.113.7:51000", Some(("203.0.113.7", Some(51_000))));
        check("2001:db8::1", Some(("2001:db8::1", None)));
        check("[2001:db8::1]:443", Some(("2001:db8::1", Some(443))));
        check("[2001:db8::1]", Some(("2001:db8::1", None)));
        check("::ffff:203.0.113.7", Some(("203.0.113.7", None)));
        check("[::ffff:203.0.113.7]:1", Some(("203.0.113.7", Some(1))));
        check("fe80::1%eth0", Some(("fe80::1", None)));
        for wrong in [
            "",
            "-",
            "1.2.3",
            "1.2.3.4.5",
            "256.1.1.1",
            "01.2.3.4",
            "a.b.c.d",
            "1.2.3.4:x",
            "[::1",
            "unknown",
            "1..2.3",
        ] {
            check(wrong, None);
        }
    }

    #[test]
    fn agrees_with_the_standard_library() {
        for n in (0..=u32::MAX).step_by(7_919_993) {
            let text = Ipv4Addr::from(n).to_string();
            assert_eq!(ipv4(text.as_bytes()), Some(n.into()));
        }
    }

    #[test]
    fn only_trusted_peers_are_believed() {
        let trusted: Vec<IpNet> =
            vec!["10.0.0.0/8".parse().unwrap(), "2001:db8::/32".parse().unwrap()];
        let check = |peer: &str, list: &str, src: &str, claimed: Option<&str>| {
            let found = through_proxies(ip(peer), Some(list), &trusted);
            assert_eq!(found, (ip(src), claimed.and_then(ip)), "{peer} {list}");
        };
        // The left part was written by the client.
        check("10.0.0.5", "198.51.100.1, 203.0.113.7", "203.0.113.7", Some("198.51.100.1"));
        check("10.0.0.5", "203.0.113.7, 10.0.0.6", "203.0.113.7", None);
        check("10.0.0.5", "10.0.0.7, 10.0.0.6", "10.0.0.7", None);
        check("10.0.0.5", "203.0.113.7, unknown", "10.0.0.5", Some("203.0.113.7"));
        check("10.0.0.5", "-", "10.0.0.5", None);
        check("2001:db8::5", "203.0.113.7", "203.0.113.7", None);
        // Nobody vouches for these.
        check("192.0.2.1", "203.0.113.7", "192.0.2.1", Some("203.0.113.7"));
        check("192.0.2.1", "203.0.113.7, 10.0.0.6", "192.0.2.1", Some("203.0.113.7"));
        check("192.0.2.1", "172.16.0.1, 10.0.0.6", "192.0.2.1", Some("172.16.0.1"));
        assert_eq!(through_proxies(ip("192.0.2.1"), None, &trusted), (ip("192.0.2.1"), None));
    }

    #[test]
    fn lists_are_told_from_other_text() {
        assert!(is_forwarded_list("203.0.113.7"));
        assert!(is_forwarded_list("203.0.113.7, 10.0.0.1,unknown"));
        assert!(!is_forwarded_list("unknown"));
        assert!(!is_forwarded_list(""));
        assert!(!is_forwarded_list("203.0.113.7, x"));
        assert!(!is_forwarded_list("-"));
        assert!(!is_forwarded_list("0.123"));
        assert!(!is_forwarded_list("www.example.org"));
    }
}
