//! The list of registries (RFC 9224, section 4): which server keeps which block. It asks nobody.

use std::net::IpAddr;

use bakas_model::outside::OutsideError;
use ipnet::IpNet;
use serde::Deserialize;

/// Blocks and the servers that keep them, the smallest blocks first.
#[derive(Debug)]
pub(super) struct Registries {
    blocks: Vec<(IpNet, String)>,
}

#[derive(Deserialize)]
struct File {
    services: Vec<(Vec<String>, Vec<String>)>,
}

impl Registries {
    /// Reads the list; what is no block or has no server that speaks HTTP is passed over.
    pub(super) fn read(url: &str, bytes: &[u8]) -> Result<Self, OutsideError> {
        let garbage = |why: String| OutsideError::Garbage { url: url.to_owned(), why };
        let file: File = serde_json::from_slice(bytes).map_err(|e| garbage(e.to_string()))?;
        let mut blocks = Vec::new();
        for (prefixes, servers) in &file.services {
            let secure = servers.iter().find(|server| server.starts_with("https://"));
            let plain = || servers.iter().find(|server| server.starts_with("http://"));
            let Some(server) = secure.or_else(plain) else { continue };
            let base = format!("{}/", server.trim_end_matches('/'));
            let read = prefixes.iter().filter_map(|prefix| prefix.parse::<IpNet>().ok());
            blocks.extend(read.map(|prefix| (prefix, base.clone())));
        }
        if blocks.is_empty() {
            return Err(garbage("it names no registry".into()));
        }
        blocks.sort_by_key(|(block, _)| std::cmp::Reverse(block.prefix_len()));
        Ok(Self { blocks })
    }

    /// The server that keeps an address: of several the one of the smallest block (section 3).
    pub(super) fn of(&self, address: IpAddr) -> Option<&str> {
        let holds = |(block, _): &&(IpNet, String)| block.contains(&address);
        self.blocks.iter().find(holds).map(|(_, base)| base.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_block_and_https_win() {
        let list = br#"{"version":"1.0","services":[
            [["192.0.0.0/8","junk"],["https://wide.example/rdap"]],
            [["192.0.2.0/24"],["http://small.example/","https://small.example/"]],
            [["198.51.100.0/24"],["ftp://old.example/"]]]}"#;
        let list = Registries::read("x", list).unwrap();
        let of = |text: &str| list.of(text.parse().unwrap());
        assert_eq!(of("192.0.2.1"), Some("https://small.example/"));
        assert_eq!(of("192.0.3.1"), Some("https://wide.example/rdap/"));
        assert_eq!(of("198.51.100.1"), None);
        assert!(Registries::read("x", b"[]").is_err());
        assert!(Registries::read("x", br#"{"services":[]}"#).is_err());
    }
}
