//! The twin's view of forwarded addresses: a list is read from its end, hop by hop.

use std::net::IpAddr;

use super::map::address;

/// Whether an address lies in one of the nets.
fn is_in(nets: &[&str], address: IpAddr) -> bool {
    nets.iter().any(|net| {
        let (base, length) = net.split_once('/').unwrap();
        let (base, length): (IpAddr, u32) = (base.parse().unwrap(), length.parse().unwrap());
        match (base, address) {
            (IpAddr::V4(base), IpAddr::V4(address)) => {
                let shift = 32 - length;
                u64::from(u32::from(base)) >> shift == u64::from(u32::from(address)) >> shift
            }
            (IpAddr::V6(base), IpAddr::V6(address)) => {
                let bits = |of: u128| (0..length).map(move |at| of >> (127 - at) & 1);
                bits(base.into()).eq(bits(address.into()))
            }
            _ => false,
        }
    })
}

/// Nets of nobody in public.
const INNER: &[&str] = &[
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "0.0.0.0/32",
    "100.64.0.0/10",
    "::1/128",
    "::/128",
    "fc00::/7",
    "fe80::/10",
];

/// The source and the claimed address; `None` where the text is no list of addresses.
pub(super) fn through(
    peer: Option<IpAddr>,
    list: &str,
    trusted: &[&str],
) -> Option<(Option<IpAddr>, Option<IpAddr>)> {
    let hops: Vec<Option<IpAddr>> = list
        .split(',')
        .map(|hop| match hop.trim() {
            hop if hop.eq_ignore_ascii_case("unknown") => Some(None),
            hop => address(hop).map(|(address, _)| Some(address)),
        })
        .collect::<Option<_>>()?;
    let first = hops.iter().flatten().next().copied()?;
    let Some(known) = peer.filter(|peer| is_in(trusted, *peer)) else {
        let public = hops.iter().rev().flatten().find(|address| !is_in(INNER, **address)).copied();
        return Some((
            peer,
            Some(public.unwrap_or(first)).filter(|claimed| peer != Some(*claimed)),
        ));
    };
    // From the end on as long as somebody trusted wrote it.
    let mut source = known;
    for hop in hops.iter().rev() {
        let Some(address) = hop else { break };
        source = *address;
        if !is_in(trusted, source) {
            break;
        }
    }
    Some((Some(source), Some(first).filter(|claimed| *claimed != source)))
}
