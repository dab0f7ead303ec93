//! Which addresses are asked. The same in every run.

use std::{
    env, fs,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    path::PathBuf,
};

use ipnet::IpNet;

/// A small generator of numbers (splitmix64): the same in every run, and no dependency.
pub(crate) struct Numbers(u64);

impl Numbers {
    pub(crate) fn new() -> Self {
        Self(0x0005_eed0_fba1_ca5e)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }
}

/// Any addresses of IPv4.
pub(crate) fn random_v4(count: usize) -> Vec<IpAddr> {
    let mut numbers = Numbers::new();
    (0..count).map(|_| Ipv4Addr::from_bits(numbers.next() as u32).into()).collect()
}

/// Addresses within blocks, each block as likely as any other: what is announced, and hard.
pub(crate) fn within(rows: &[(IpNet, u32)], count: usize) -> Vec<IpAddr> {
    let mut numbers = Numbers::new();
    let mut one = || {
        let (net, _) = rows[numbers.next() as usize % rows.len()];
        let random = u128::from(numbers.next()) << 64 | u128::from(numbers.next());
        match net {
            IpNet::V4(net) => {
                let host = u32::MAX.checked_shr(net.prefix_len().into()).unwrap_or(0);
                Ipv4Addr::from_bits(net.network().to_bits() | random as u32 & host).into()
            }
            IpNet::V6(net) => {
                let host = u128::MAX.checked_shr(net.prefix_len().into()).unwrap_or(0);
                Ipv6Addr::from_bits(net.network().to_bits() | random & host).into()
            }
        }
    };
    (0..count).map(|_| one()).collect()
}

/// The visitors of real logs, in their order and as often as they came, again and again.
pub(crate) fn of_logs(count: usize) -> Option<Vec<IpAddr>> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../..");
    let corpora = env::var_os("BAKAS_CORPORA").map_or(root.join("shared/corpora"), PathBuf::from);
    let mut found: Vec<IpAddr> = Vec::new();
    for folder in ["web-apache-elastic", "openssh-loghub", "nginx-json-elastic", "auth-elastic"] {
        for file in fs::read_dir(corpora.join("logs").join(folder)).ok()?.flatten() {
            let text = fs::read(file.path()).unwrap_or_default();
            let text = String::from_utf8_lossy(&text);
            let words = text.split(|c: char| c.is_whitespace() || "\"[],=()".contains(c));
            let addresses =
                words.filter(|word| word.len() >= 7).filter_map(|word| word.parse().ok());
            found.extend(addresses.filter(IpAddr::is_ipv4));
        }
    }
    (!found.is_empty()).then(|| found.iter().copied().cycle().take(count).collect())
}
