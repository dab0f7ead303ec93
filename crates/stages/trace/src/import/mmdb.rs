//! MaxMind DB files of any vendor: origins, countries, places and what they say of relays, by the
//! field names that vendors use. What a field is called decides what it means; the rest is left.

use std::{
    collections::{BTreeMap, HashMap},
    fmt,
    io::{BufRead, Read},
    net::IpAddr,
};

use bakas_model::{Country, NetworkKind, network::Place};
use ipnet::IpNet;
use maxminddb::WithinOptions;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use super::{Account, ImportError, Reader, Settled, iptoasn, text};
use crate::{Draft, ListDraft, OriginRow, Range};

/// Largest file, in bytes.
pub const MMDB_BYTES_LIMIT: u64 = 1 << 30;

/// Beyond this from the end, the format's metadata do not begin.
const METADATA_BYTES: usize = 128 << 10;
const MARKER: &[u8] = b"\xab\xcd\xefMaxMind.com";

/// What vendors say of relays: the names of the field, the list's, and the kind of network.
const FLAGS: [(&[&str], &str, Option<NetworkKind>); 6] = [
    (&["is_tor_exit_node", "is_tor", "tor"], "tor", Some(NetworkKind::Tor)),
    (&["is_anonymous_vpn", "is_vpn", "vpn"], "vpn", Some(NetworkKind::Vpn)),
    (
        &["is_hosting_provider", "is_hosting", "hosting", "is_datacenter"],
        "hosting",
        Some(NetworkKind::Hosting),
    ),
    (&["is_relay", "relay", "is_private_relay"], "relay", Some(NetworkKind::PrivateRelay)),
    (&["is_public_proxy", "is_proxy", "proxy"], "proxy", None),
    (&["is_residential_proxy"], "residential-proxy", None),
];

/// Whether the end of a file looks like one.
pub(super) fn has_marker(bytes: &[u8]) -> bool {
    let tail = bytes.get(bytes.len().saturating_sub(METADATA_BYTES)..).unwrap_or_default();
    tail.windows(MARKER.len()).any(|window| window == MARKER)
}

/// What was read so far.
pub(super) struct Mmdb {
    /// Whether countries are those of registration, whatever the database calls itself.
    registration: bool,
    rows: Vec<OriginRow>,
    countries: Vec<(Range, Country)>,
    places: Vec<(Range, Place)>,
    lists: [Vec<IpNet>; FLAGS.len()],
}

/// What one record says.
#[derive(Debug, Default, PartialEq, Eq)]
struct Said {
    asn: Option<u32>,
    operator: String,
    country: Option<Country>,
    place: Place,
    /// A bit for each of [`FLAGS`].
    flags: u8,
}

impl Reader for Mmdb {
    fn read(&mut self, input: &mut dyn BufRead, account: &mut Account) -> Result<(), ImportError> {
        let bytes = whole(input, MMDB_BYTES_LIMIT, account)?;
        if !has_marker(&bytes) {
            return Err(account.malformed("it has no metadata of a MaxMind DB"));
        }
        let reader = maxminddb::Reader::from_source(bytes);
        let reader = reader.map_err(|error| account.malformed(error.to_string()))?;
        let meta = reader.metadata();
        account.dated(text::day_of_seconds(meta.build_epoch));
        let registered = self.registration || speaks_of_registration(&meta.database_type);
        // A tree has one leaf more than nodes. What has more leads several ways to the same node.
        let leaves = u64::from(meta.node_count) + 1;
        let options = WithinOptions::default().include_networks_without_data();
        let networks = reader.networks(options);
        let networks = networks.map_err(|error| account.malformed(error.to_string()))?;
        let mut known: HashMap<usize, Option<Said>> = HashMap::new();
        let mut open: Option<(Range, usize)> = None;
        for (number, found) in (1_u64..).zip(networks) {
            if number > leaves {
                return Err(account.malformed("its tree has more leaves than it can have"));
            }
            let found = match found {
                Ok(found) => found,
                Err(error) => {
                    account.reject(number, "a broken branch of the tree", &error.to_string());
                    continue;
                }
            };
            let Some(offset) = found.offset() else { continue };
            let net = found.network().ok().and_then(|net| block(net.ip(), net.prefix()));
            let Some(range) = net.map(Range::from) else {
                account.reject(number, "no block of addresses", "");
                continue;
            };
            let said = known.entry(offset).or_insert_with(|| {
                let value = found.decode::<Value>().ok().flatten()?;
                Some(said(&value, registered))
            });
            if said.is_none() {
                account.reject(number, "the record cannot be read", &format!("at byte {offset}"));
                continue;
            }
            account.take()?;
            match &mut open {
                Some((before, same)) if *same == offset && follows(*before, range) => {
                    before.last = range.last;
                }
                _ => {
                    let before = open.replace((range, offset));
                    self.close(before, &known);
                }
            }
        }
        self.close(open, &known);
        Ok(())
    }

    fn finish(
        self: Box<Self>,
        settled: &Settled<'_>,
        draft: &mut Draft,
        account: &mut Account,
    ) -> Result<(), ImportError> {
        let name = &settled.about.name;
        let lists = FLAGS.iter().zip(self.lists).filter(|(_, networks)| !networks.is_empty());
        draft.lists.extend(lists.map(|((_, list, kind), networks)| ListDraft {
            name: format!("{name}:{list}"),
            kind: *kind,
            data_set: name.clone(),
            networks,
            from: Some(settled.date),
            until: Some(settled.date),
            ..ListDraft::default()
        }));
        if !self.places.is_empty() {
            draft.place_data_set.clone_from(name);
            draft.places = self.places;
        }
        iptoasn::put(settled, draft, self.rows, self.countries);
        let empty = draft.epochs.is_empty() && draft.countries.is_empty();
        if empty && draft.places.is_empty() && draft.lists.is_empty() {
            // Records there were, but none with a field that means anything here.
            account.records = 0;
        }
        Ok(())
    }
}

impl Mmdb {
    pub(super) fn new(registration: bool) -> Self {
        let (rows, countries, places) = (Vec::new(), Vec::new(), Vec::new());
        Self { registration, rows, countries, places, lists: Default::default() }
    }

    fn close(&mut self, open: Option<(Range, usize)>, known: &HashMap<usize, Option<Said>>) {
        let Some((range, offset)) = open else { return };
        let Some(Some(said)) = known.get(&offset) else { return };
        if let Some(asn) = said.asn.filter(|&asn| asn != 0) {
            self.rows.push(OriginRow { range, asn, operator: said.operator.clone() });
        }
        self.countries.extend(said.country.map(|country| (range, country)));
        if said.place != Place::default() {
            self.places.push((range, said.place.clone()));
        }
        for (bit, list) in self.lists.iter_mut().enumerate() {
            if said.flags >> bit & 1 == 1 {
                list.extend(range.blocks());
            }
        }
    }
}

/// All bytes of a file, up to a limit.
fn whole(input: &mut dyn BufRead, limit: u64, account: &Account) -> Result<Vec<u8>, ImportError> {
    let mut bytes = Vec::new();
    let read = input.take(limit + 1).read_to_end(&mut bytes);
    read.map_err(|error| account.io(error))?;
    if bytes.len() as u64 > limit {
        return Err(account.malformed(format!("it is larger than {limit} bytes")));
    }
    Ok(bytes)
}

fn block(address: IpAddr, length: u8) -> Option<IpNet> {
    IpNet::new(address, length).ok().map(|net| net.trunc())
}

fn follows(before: Range, range: Range) -> bool {
    before.family == range.family && before.last.checked_add(1) == Some(range.first)
}

/// Whether a country in such a database is that of registration, and no geolocation.
fn speaks_of_registration(database_type: &str) -> bool {
    let plain = database_type.to_lowercase();
    ["asn", "whois", "rir", "registr"].iter().any(|word| plain.contains(word))
}

fn said(value: &Value, registered: bool) -> Said {
    let traits = value.get("traits");
    let find = |names: &[&str]| {
        names.iter().find_map(|name| value.get(name).or_else(|| traits.and_then(|t| t.get(name))))
    };
    let words = |names: &[&str]| find(names).and_then(Value::text).map(text::name);
    let letters = |value: &Value| {
        let code = value.get("iso_code").or_else(|| value.get("code")).unwrap_or(value);
        code.text().and_then(text::country)
    };
    let asn = find(&["autonomous_system_number", "as_number", "asn"]).and_then(|value| {
        value.number().or_else(|| ["asn", "number"].iter().find_map(|key| value.get(key)?.number()))
    });
    let operator =
        words(&["autonomous_system_organization", "as_name", "as_organization", "asn_name"])
            .or_else(|| find(&["asn"])?.get("name")?.text().map(text::name));
    let country = find(&["country_code", "country"]).and_then(letters);
    let region =
        find(&["subdivisions"]).and_then(Value::first).or_else(|| find(&["region", "state"]));
    let place_name = |value: &Value| {
        let named = value.get("names").and_then(|names| names.get("en"));
        named.or_else(|| value.get("iso_code")).unwrap_or(value).text().map(text::name)
    };
    let flags = FLAGS.iter().zip(0..).fold(0, |flags, ((names, _, _), bit)| {
        let set = find(names).is_some_and(Value::is_true);
        flags | u8::from(set) << bit
    });
    let place = Place {
        country: country.filter(|_| !registered),
        region: region.and_then(place_name).unwrap_or_default(),
        city: find(&["city"]).and_then(place_name).unwrap_or_default(),
    };
    let registration = find(&["registered_country"]).and_then(letters);
    Said {
        asn: asn.and_then(|number| u32::try_from(number).ok()),
        operator: operator.unwrap_or_default(),
        country: registration.or(country.filter(|_| registered)),
        place,
        flags,
    }
}

/// A value of the database, as far as it matters here.
#[derive(Debug)]
enum Value {
    Map(BTreeMap<String, Self>),
    List(Vec<Self>),
    Text(String),
    Number(u64),
    Truth(bool),
    Other,
}

impl Value {
    fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Map(map) => map.get(key),
            _ => None,
        }
    }

    fn first(&self) -> Option<&Self> {
        match self {
            Self::List(list) => list.first(),
            _ => None,
        }
    }

    fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => {
                Some(text).filter(|text| !text.trim().is_empty()).map(String::as_str)
            }
            _ => None,
        }
    }

    /// A network's number, as a number or as `AS64500`.
    fn number(&self) -> Option<u64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Text(text) => text::asn(text).map(u64::from),
            _ => None,
        }
    }

    fn is_true(&self) -> bool {
        match self {
            Self::Truth(truth) => *truth,
            Self::Number(number) => *number == 1,
            Self::Text(text) => text.eq_ignore_ascii_case("true"),
            _ => false,
        }
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value of a MaxMind DB")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut values = BTreeMap::new();
        while let Some((key, value)) = map.next_entry()? {
            values.insert(key, value);
        }
        Ok(Value::Map(values))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = list.next_element()? {
            values.push(value);
        }
        Ok(Value::List(values))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::Text(text.to_owned()))
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Value, E> {
        Ok(Value::Truth(truth))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(Value::Number(number))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(u64::try_from(number).map_or(Value::Other, Value::Number))
    }

    fn visit_u128<E>(self, _: u128) -> Result<Value, E> {
        Ok(Value::Other)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Value, E> {
        Ok(Value::Other)
    }

    fn visit_bytes<E>(self, _: &[u8]) -> Result<Value, E> {
        Ok(Value::Other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::Kind;

    #[test]
    fn a_file_over_the_limit_is_refused() {
        let mut account = Account::default();
        account.begin("big.mmdb", Kind::Mmdb);
        assert_eq!(whole(&mut &[0; 8][..], 8, &account).unwrap().len(), 8);
        let error = whole(&mut &[0; 9][..], 8, &account).unwrap_err();
        assert!(error.to_string().contains("big.mmdb"), "{error}");
    }
}
