//! Prefix arithmetic for blocks: the fewest prefixes that hold some addresses and no other that
//! was seen, and a set of ranges to ask quickly. No policy: what to block is chosen elsewhere.

use std::net::{IpAddr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// Bits of an IPv4-mapped address before the IPv4 part.
const MAPPED_BITS: u32 = 96;
/// Widest prefix that addresses are joined into: a /24 of IPv4, a /48 of IPv6.
const WIDEST_V4: u32 = MAPPED_BITS + 24;
const WIDEST_V6: u32 = 48;
/// One subscriber line of IPv6: its holder changes the lower bits at will.
const LINE_V6: u32 = 64;

/// Both families in one order: IPv4 as its IPv4-mapped IPv6 address.
pub(super) fn key(address: IpAddr) -> u128 {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.to_ipv6_mapped().to_bits(),
        IpAddr::V6(v6) => v6.to_bits(),
    }
}

/// The widest prefix length that a single address may be widened to, counted in 128 bits.
fn widest(key: u128) -> u32 {
    if is_v4(key) { WIDEST_V4 } else { WIDEST_V6 }
}

fn is_v4(key: u128) -> bool {
    key >> 32 == 0xffff
}

fn shared_bits(a: u128, b: u128) -> u32 {
    (a ^ b).leading_zeros()
}

fn mask(bits: u32) -> u128 {
    u128::MAX.checked_shl(128 - bits).unwrap_or(0)
}

/// The prefix of that many bits (of 128) around a key.
fn net(key: u128, bits: u32) -> IpNet {
    let first = key & mask(bits);
    if is_v4(key) && bits >= MAPPED_BITS {
        Ipv4Net::new_assert((first as u32).into(), (bits - MAPPED_BITS) as u8).into()
    } else {
        Ipv6Net::new_assert(Ipv6Addr::from_bits(first), bits as u8).into()
    }
}

/// The blocks of customary size around addresses: /24 and /48, the fewest that say the same.
pub(super) fn covering(keys: &[u128]) -> Vec<IpNet> {
    IpNet::aggregate(&keys.iter().map(|&key| net(key, widest(key))).collect())
}

/// Some addresses, and how close the others that were seen come to each.
#[derive(Clone, Debug)]
pub(super) struct Neighbourhood {
    /// Sorted, each once.
    keys: Vec<u128>,
    /// Most bits that some other seen address shares with the address of the same index. Kept for
    /// the two that enclose the other one only: whatever holds it and a third holds one of these.
    near: Vec<u32>,
}

impl Neighbourhood {
    pub(super) fn new(mut keys: Vec<u128>) -> Self {
        keys.sort_unstable();
        keys.dedup();
        let near = vec![0; keys.len()];
        Self { keys, near }
    }

    pub(super) fn keys(&self) -> &[u128] {
        &self.keys
    }

    /// Takes note of an address seen in the logs. Tells its index where it is one of ours.
    pub(super) fn see(&mut self, key: u128) -> Option<usize> {
        match self.keys.binary_search(&key) {
            Ok(at) => Some(at),
            Err(at) => {
                for ours in [at.checked_sub(1), Some(at)].into_iter().flatten() {
                    if let Some(&neighbour) = self.keys.get(ours) {
                        self.near[ours] = self.near[ours].max(shared_bits(neighbour, key));
                    }
                }
                None
            }
        }
    }

    /// The same without some of ours, which then count as others.
    pub(super) fn without(&self, dropped: &[u128]) -> Self {
        let kept = |key: &u128| !dropped.contains(key);
        let mut rest = Self::new(self.keys.iter().copied().filter(kept).collect());
        let old = self.keys.iter().zip(&self.near).filter(|(key, _)| kept(key));
        for (near, (_, &seen)) in rest.near.iter_mut().zip(old) {
            *near = seen;
        }
        // A dropped address stood between its neighbours and whatever it was close to, so its own
        // closeness to them is at least as great as that.
        for &key in dropped {
            rest.see(key);
        }
        rest
    }

    /// The fewest prefixes that hold all of ours and none of the others, none wider than a /24 or
    /// /48 and each as narrow as what it holds; a lone IPv6 address stands for its /64.
    pub(super) fn fewest(&self) -> Vec<IpNet> {
        let mut nets = Vec::new();
        let mut at = 0;
        while let Some(&first) = self.keys.get(at) {
            let (bits, end) = self.widest_clean(at);
            let common = shared_bits(first, self.keys[end - 1]);
            let bits = if is_v4(first) { common } else { bits.max(common.min(LINE_V6)) };
            nets.push(net(first, bits));
            at = end;
        }
        nets
    }

    /// The widest prefix around the address at `at` that holds no other, and the end of what it
    /// holds of ours. Such prefixes nest or are apart, so taking each once gives the fewest.
    fn widest_clean(&self, at: usize) -> (u32, usize) {
        let first = self.keys[at];
        let (mut bits, mut end) = (128, at + 1);
        let mut nearest = self.near[at];
        if let Some(before) = at.checked_sub(1) {
            // What holds the one before, which ended without this one, holds another there.
            nearest = nearest.max(shared_bits(first, self.keys[before]));
        }
        for wider in (widest(first)..128).rev() {
            let mut wider_end = end;
            while let Some(&key) = self.keys.get(wider_end)
                && shared_bits(first, key) >= wider
            {
                nearest = nearest.max(self.near[wider_end]);
                wider_end += 1;
            }
            if nearest >= wider {
                break;
            }
            (bits, end) = (wider, wider_end);
        }
        (bits, end)
    }
}

/// Prefixes as sorted ranges, to be asked for every address of the logs.
#[derive(Clone, Debug, Default)]
pub(super) struct Ranges(Vec<(u128, u128)>);

impl Ranges {
    pub(super) fn new(nets: &[IpNet]) -> Self {
        let mut ranges: Vec<_> =
            nets.iter().map(|net| (key(net.network()), key(net.broadcast()))).collect();
        ranges.sort_unstable();
        let mut joined: Vec<(u128, u128)> = Vec::with_capacity(ranges.len());
        for (start, end) in ranges {
            match joined.last_mut() {
                Some(last) if start <= last.1 => last.1 = last.1.max(end),
                _ => joined.push((start, end)),
            }
        }
        Self(joined)
    }

    pub(super) fn contains(&self, key: u128) -> bool {
        let at = self.0.partition_point(|range| range.0 <= key);
        at.checked_sub(1).is_some_and(|at| key <= self.0[at].1)
    }

    /// How many addresses, to compare widths; an IPv6 /64 counts as one, as one line does.
    pub(super) fn width(&self) -> u128 {
        let one = |&(start, end): &(u128, u128)| {
            if is_v4(start) { end - start + 1 } else { ((end - start) >> 64) + 1 }
        };
        self.0.iter().map(one).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hood(ours: &[&str], others: &[&str]) -> Neighbourhood {
        let key_of = |text: &&str| key(text.parse().unwrap());
        let mut hood = Neighbourhood::new(ours.iter().map(key_of).collect());
        for other in others {
            hood.see(key_of(other));
        }
        hood
    }

    fn check(ours: &[&str], others: &[&str], expected: &[&str]) {
        let nets: Vec<_> = hood(ours, others).fewest().iter().map(ToString::to_string).collect();
        assert_eq!(nets, expected, "{ours:?} without {others:?}");
    }

    #[test]
    fn joins_what_nobody_else_stands_between() {
        check(&["198.51.100.4", "198.51.100.5"], &[], &["198.51.100.4/31"]);
        check(
            &["198.51.100.4", "198.51.100.7"],
            &["198.51.100.6"],
            &["198.51.100.4/32", "198.51.100.7/32"],
        );
        check(&["198.51.100.4", "198.51.100.200"], &["198.51.101.1"], &["198.51.100.0/24"]);
        check(&["198.51.100.4", "198.51.101.4"], &[], &["198.51.100.4/32", "198.51.101.4/32"]);
    }

    #[test]
    fn never_widens_a_lone_ipv4_address() {
        check(&["203.0.113.9"], &[], &["203.0.113.9/32"]);
    }

    #[test]
    fn takes_an_ipv6_line_whole_unless_somebody_else_is_on_it() {
        check(&["2001:db8::5"], &[], &["2001:db8::/64"]);
        check(&["2001:db8::5"], &["2001:db8::9"], &["2001:db8::/125"]);
        check(&["2001:db8:0:1::5", "2001:db8:0:2::5"], &[], &["2001:db8::/62"]);
    }

    #[test]
    fn a_mapped_address_is_its_ipv4_address() {
        check(&["::ffff:203.0.113.9", "203.0.113.9"], &[], &["203.0.113.9/32"]);
    }

    #[test]
    fn what_is_spared_counts_as_another() {
        let all = hood(&["198.51.100.4", "198.51.100.5", "198.51.100.6"], &["198.51.100.1"]);
        assert_eq!(all.fewest()[0].to_string(), "198.51.100.4/30");
        let rest = all.without(&[key("198.51.100.5".parse().unwrap())]);
        let nets: Vec<_> = rest.fewest().iter().map(ToString::to_string).collect();
        assert_eq!(nets, ["198.51.100.4/32", "198.51.100.6/32"]);
    }

    #[test]
    fn ranges_join_and_answer() {
        let nets: Vec<IpNet> = ["10.0.0.0/8", "10.1.0.0/16", "192.0.2.0/31"]
            .iter()
            .map(|n| n.parse().unwrap())
            .collect();
        let ranges = Ranges::new(&nets);
        assert_eq!(ranges.width(), (1 << 24) + 2);
        let check = |text: &str| ranges.contains(key(text.parse().unwrap()));
        assert!(check("10.255.255.255") && check("192.0.2.1"));
        assert!(!check("11.0.0.0") && !check("192.0.2.2") && !check("9.255.255.255"));
    }
}
