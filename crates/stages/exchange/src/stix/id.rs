//! Ids of STIX objects: those of observables by the standard's rule (section 2.9: UUIDv5 over the
//! canonical JSON of the contributing properties), ours by package and part, so that the same
//! package always gives the same bundle; and a small form of ids to keep many of.

use serde_json::{Map, Value};
use uuid::Uuid;

use crate::json;

/// Namespace of observables' ids, as the standard gives it.
const OBSERVABLES: Uuid = Uuid::from_u128(0x00ab_edb4_aa42_466c_9c01_fed2_3315_a9b7);
/// Namespace of all other ids that we make.
const OURS: Uuid = Uuid::from_u128(0x3d9c_5a0e_61b7_4f52_8e1d_2b6f_90c4_7a18);

/// Id of an observable from its contributing properties.
pub(super) fn observable(kind: &str, properties: Map<String, Value>) -> String {
    let canonical = json::canonical(&Value::Object(properties));
    format!("{kind}--{}", Uuid::new_v5(&OBSERVABLES, &canonical))
}

/// Id of something that is ours: always the same for the same names.
pub(super) fn ours(kind: &str, names: &[&str]) -> String {
    format!("{kind}--{}", Uuid::new_v5(&OURS, names.join("\u{1f}").as_bytes()))
}

/// Id of the object that stands for a whole: its own UUID where it has one.
pub(super) fn whole(kind: &str, package: &str) -> String {
    match Uuid::try_parse(package) {
        Ok(uuid) if uuid.get_variant() == uuid::Variant::RFC4122 && uuid.to_string() == package => {
            format!("{kind}--{package}")
        }
        _ => ours(kind, &["package", package]),
    }
}

/// An id as it is kept in great numbers: the type and the UUID.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Id {
    /// FNV-1a of the type's name: two types never meet under one UUID by chance.
    kind: u32,
    uuid: Uuid,
}

impl Id {
    /// From `type--uuid`; `None` where it is no id.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (kind, uuid) = text.split_once("--")?;
        let letters = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-';
        if !(3..=250).contains(&kind.len()) || !kind.bytes().all(letters) || uuid.len() != 36 {
            return None;
        }
        let hash = |hash: u32, byte: u8| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
        let kind = kind.bytes().fold(0x811c_9dc5, hash);
        Some(Self { kind, uuid: Uuid::try_parse(uuid).ok()? })
    }

    /// Its bytes, for digests.
    pub(super) fn bytes(&self) -> [u8; 20] {
        let mut bytes = [0; 20];
        bytes[..4].copy_from_slice(&self.kind.to_be_bytes());
        bytes[4..].copy_from_slice(self.uuid.as_bytes());
        bytes
    }

    /// Its UUID.
    pub(super) const fn uuid(&self) -> Uuid {
        self.uuid
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_observables_id_is_the_standards() {
        // The example of section 2.9's rule, as other implementations compute it.
        let mut properties = Map::new();
        properties.insert("value".into(), "198.51.100.3".into());
        let id = observable("ipv4-addr", properties);
        assert_eq!(id, "ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4");
        assert!(Id::parse(&id).is_some());
        assert!(Id::parse("ipv4-addr--x").is_none());
        assert!(Id::parse("IPv4--28bb3599-77cd-5a82-a950-b5bc3caf07c4").is_none());
    }
}
