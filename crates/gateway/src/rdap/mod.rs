//! Asks the registry that keeps an address (RFC 9082), where the list of registries says so (RFC
//! 9224). Answers are kept as they came, with their digest, and serve their whole block as long as
//! they are fresh: each question tells the registry whom we look at.

mod answer;
mod bootstrap;
mod keep;

use std::{
    collections::HashMap,
    fmt::Write as _,
    net::IpAddr,
    path::Path,
    sync::{Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};

use bakas_model::outside::{Fetched, OutsideError, Page, Registered};
use bakas_model::{Timestamp, network::Rdap};
use sha2::{Digest as _, Sha256};

use self::{bootstrap::Registries, keep::Shelf};
use crate::{BOOTSTRAP_BYTES_LIMIT, BUSY_SECONDS_LIMIT, RDAP_BYTES_LIMIT, Settings, http::Http};

/// What RDAP servers speak (RFC 7480).
const RDAP_JSON: &str = "application/rdap+json, application/json;q=0.9";
/// What the list of registries is.
const JSON: &str = "application/json";

/// What is known of registries and their answers.
#[derive(Debug, Default)]
pub(crate) struct Registry {
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    registries: HashMap<bool, Registries>,
    shelf: Option<Shelf>,
    asked: HashMap<String, Instant>,
}

impl Registry {
    pub(crate) fn ask(
        &self,
        http: &Http,
        settings: &Settings,
        address: IpAddr,
        keep: Option<&Path>,
        now: Timestamp,
    ) -> Result<Registered, OutsideError> {
        let address = address.to_canonical();
        // What another thread left behind is whole: every change is one insertion.
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let Known { registries, shelf, asked } = &mut *known;
        let shelf = shelf.get_or_insert_with(|| Shelf::open(keep));
        if let Some(kept) = shelf.get(address, now) {
            return Ok(kept);
        }
        let list = match registries.entry(address.is_ipv6()) {
            std::collections::hash_map::Entry::Occupied(list) => list.into_mut(),
            std::collections::hash_map::Entry::Vacant(place) => {
                place.insert(list_of(http, settings, address.is_ipv6(), shelf, now)?)
            }
        };
        let base = list.of(address).ok_or(OutsideError::NoRegistry(address))?;
        let url = format!("{base}ip/{address}");
        let fetched = patiently(http, settings, asked, &url)?;
        let read = answer::read(&fetched.url, &fetched.bytes, address, now)?;
        let rdap = Rdap { sha256: digest(&fetched.bytes), ..read.registered.rdap };
        let registered = Registered { rdap, ..read.registered };
        shelf.put(address, read.range, registered, &fetched.bytes, now)
    }
}

/// The list of registries, from the folder where it is fresh.
fn list_of(
    http: &Http,
    settings: &Settings,
    v6: bool,
    shelf: &Shelf,
    now: Timestamp,
) -> Result<Registries, OutsideError> {
    let name = if v6 { "ipv6.json" } else { "ipv4.json" };
    let url = format!("{}/{name}", settings.bootstrap.trim_end_matches('/'));
    if let Some(bytes) = shelf.list(name, now)
        && let Ok(list) = Registries::read(&url, &bytes)
    {
        return Ok(list);
    }
    let time_limit = settings.time_limit;
    let page = Page { url: &url, bytes_limit: BOOTSTRAP_BYTES_LIMIT, time_limit };
    let fetched = http.get(&page, JSON)?;
    let list = Registries::read(&fetched.url, &fetched.bytes)?;
    shelf.put_list(name, &fetched.bytes, now)?;
    Ok(list)
}

/// Asks with a pause since the last question to the same server; where it is busy, once more.
fn patiently(
    http: &Http,
    settings: &Settings,
    asked: &mut HashMap<String, Instant>,
    url: &str,
) -> Result<Fetched, OutsideError> {
    let host = url.split('/').nth(2).unwrap_or_default().to_owned();
    if let Some(before) = asked.get(&host) {
        thread::sleep(settings.pause.saturating_sub(before.elapsed()));
    }
    let time_limit = settings.time_limit;
    let page = Page { url, bytes_limit: RDAP_BYTES_LIMIT, time_limit };
    let first = http.get(&page, RDAP_JSON);
    asked.insert(host.clone(), Instant::now());
    match first {
        Err(OutsideError::Busy { seconds, .. }) if seconds <= BUSY_SECONDS_LIMIT => {
            thread::sleep(Duration::from_secs(seconds).max(settings.pause));
            let second = http.get(&page, RDAP_JSON);
            asked.insert(host, Instant::now());
            second
        }
        other => other,
    }
}

/// SHA-256 in hex.
fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut hex, byte| {
        write!(hex, "{byte:02x}").expect("a text takes everything");
        hex
    })
}
