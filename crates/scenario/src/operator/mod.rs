//! The other side: one telco's own records of who had which of its addresses, for the days that it
//! keeps them. Every sitting of the first actor lies behind a line of that telco; other subscribers
//! have the same address, port block and inner address before and after, and the same address at the
//! same time. It is planned when the attackers' acts are; nothing here looks at a log.

mod plan;
pub mod truth;
mod write;

use std::net::{IpAddr, Ipv4Addr};

use rustc_hash::FxHashMap;

use crate::{
    clock::{HOUR, MINUTE, at},
    rng::mix,
};

pub(crate) use write::write;

/// First moment of the records: what was before is no longer kept.
pub(crate) const KEPT_FROM: i64 = at(52, 0, 0);
/// How far the clock of the translator is behind, and so how much is to be added.
pub(crate) const BEHIND: i64 = 4 * MINUTE;
/// The address of the welfare agency's proxy as the Internet sees it, one of its office's.
pub(crate) const EDGE: IpAddr = IpAddr::V4(Ipv4Addr::new(203, 167, 72, 2));
/// Ports of a block.
const BLOCK: u16 = 512;
/// Hours from one change of lines to the next.
const SHIFT: i64 = 8 * HOUR;

/// Somebody had an address for a while.
#[derive(Clone, Debug)]
pub(crate) struct Tenancy {
    /// As the Internet saw it.
    pub(crate) address: IpAddr,
    pub(crate) by: By,
    /// Whose it was, as the telco's log names it.
    pub(crate) subscriber: String,
    pub(crate) from: i64,
    pub(crate) until: i64,
}

/// How an address was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum By {
    /// A block of ports of it, translated from an inner address, which a session gave.
    Translation { first: u16, inner: Ipv4Addr },
    /// By DHCP, without translation.
    Lease,
    /// By a session alone, without translation: IPv6.
    Session,
}

/// A connection that the telco saw.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Connection {
    pub(crate) time: i64,
    pub(crate) source: IpAddr,
    pub(crate) destination: IpAddr,
}

/// The telco's records.
#[derive(Debug, Default)]
pub(crate) struct Operator {
    pub(crate) asn: u32,
    pub(crate) name: &'static str,
    /// Its time zone: name, and hours ahead of UTC.
    pub(crate) zone: (&'static str, i64),
    pub(crate) tenancies: Vec<Tenancy>,
    pub(crate) connections: Vec<Connection>,
    /// By address: the tenancies of the attacker, and those of others, by number.
    attacking: FxHashMap<IpAddr, Vec<usize>>,
    others: FxHashMap<IpAddr, Vec<usize>>,
}

impl Operator {
    /// Who had the address when the attacker came from it; none for what is not kept, or for another
    /// network's address.
    pub(crate) fn attacker(&self, address: IpAddr, time: i64) -> Option<&Tenancy> {
        self.holder(&self.attacking, address, time)
    }

    fn holder(
        &self,
        of: &FxHashMap<IpAddr, Vec<usize>>,
        address: IpAddr,
        time: i64,
    ) -> Option<&Tenancy> {
        let all = of.get(&address)?.iter().map(|&at| &self.tenancies[at]);
        all.into_iter().find(|one| one.from <= time && time < one.until)
    }

    /// The port from which a connection came.
    pub(crate) fn port(&self, address: IpAddr, time: i64, attacks: bool) -> u16 {
        let of = if attacks { &self.attacking } else { &self.others };
        let drawn = mix(time as u64 ^ 0x0070_6f72_7473);
        match self.holder(of, address, time).map(|one| one.by) {
            Some(By::Translation { first, .. }) => first + (drawn % u64::from(BLOCK)) as u16,
            _ => 1_024 + (drawn % 64_000) as u16,
        }
    }
}
