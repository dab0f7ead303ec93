//! One way to get a page: bounded in bytes, time and redirections, TLS unless a mirror inside is
//! allowed, and never into our own network by a stranger's redirection. It knows no registry.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    sync::Arc,
};

use bakas_model::outside::{Fetched, OutsideError, Page};
use ureq::{
    Agent, AsSendBody, Error, ResponseExt as _,
    config::Config,
    http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Uri, header},
    tls::{RootCerts, TlsConfig},
    unversioned::{
        resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver},
        transport::{DefaultConnector, NextTimeout},
    },
};

use crate::{HEADER_BYTES_LIMIT, REDIRECTS_LIMIT};

/// Who we say we are: the tool, so that an operator can tell it from a browser; not for whom.
const USER_AGENT: &str = concat!("bakas/", env!("CARGO_PKG_VERSION"));
/// Where a server does not say when to come back.
const USUAL_BUSY_SECONDS: u64 = 5;

/// A question that is more than a page: to a server that somebody opened for us.
#[derive(Debug)]
pub(crate) struct Call<'a> {
    pub(crate) method: Method,
    pub(crate) page: Page<'a>,
    pub(crate) headers: Vec<(HeaderName, String)>,
    /// Sent where it is there.
    pub(crate) body: Option<&'a [u8]>,
}

/// What came back, whatever its status.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) bytes: Vec<u8>,
    headers: HeaderMap,
}

impl Reply {
    /// A header as text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Seconds after which to come back, where it says so.
    pub(crate) fn retry_after(&self) -> Option<u64> {
        self.header(header::RETRY_AFTER.as_str())?.trim().parse().ok()
    }
}

/// An HTTP client.
#[derive(Debug)]
pub(crate) struct Http {
    agent: Agent,
}

impl Http {
    pub(crate) fn new(inside: bool) -> Self {
        let tls = TlsConfig::builder()
            .root_certs(RootCerts::PlatformVerifier)
            .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .build();
        let config = Agent::config_builder()
            .tls_config(tls)
            .https_only(!inside)
            .http_status_as_error(false)
            .max_redirects(REDIRECTS_LIMIT)
            .max_response_header_size(HEADER_BYTES_LIMIT)
            .user_agent(USER_AGENT)
            .build();
        let resolver = Guarded { inner: DefaultResolver::default(), inside };
        Self { agent: Agent::with_parts(config, DefaultConnector::default(), resolver) }
    }

    pub(crate) fn get(&self, page: &Page<'_>, accept: &str) -> Result<Fetched, OutsideError> {
        let asked = self
            .agent
            .get(page.url)
            .header(header::ACCEPT, accept)
            .config()
            .timeout_global(Some(page.time_limit))
            .build()
            .call();
        let mut answer = asked.map_err(|error| told(page, error))?;
        let url = answer.get_uri().to_string();
        let status = answer.status().as_u16();
        if matches!(status, 429 | 503) {
            let after = answer.headers().get(header::RETRY_AFTER);
            let seconds = after.and_then(|value| value.to_str().ok()?.trim().parse().ok());
            return Err(OutsideError::Busy { url, seconds: seconds.unwrap_or(USUAL_BUSY_SECONDS) });
        }
        if status != 200 {
            return Err(OutsideError::Status { url, status });
        }
        let body = answer.body_mut().with_config().limit(page.bytes_limit).read_to_vec();
        let bytes = body.map_err(|error| told(page, error))?;
        Ok(Fetched { url, bytes })
    }
}

impl Http {
    /// Asks once. No redirection is followed: what opens one server is not for another.
    pub(crate) fn call(&self, call: &Call<'_>) -> Result<Reply, OutsideError> {
        let page = &call.page;
        let refused = |why: String| OutsideError::Refused { url: page.url.to_owned(), why };
        let mut request = Request::builder().method(call.method.clone()).uri(page.url);
        for (name, value) in &call.headers {
            let mut value = HeaderValue::from_str(value)
                .map_err(|_| refused(format!("not a value for the header {name}")))?;
            value.set_sensitive(*name == header::AUTHORIZATION);
            request = request.header(name, value);
        }
        let asked = match call.body {
            Some(body) => {
                let request = request.body(body).map_err(|e| refused(e.to_string()))?;
                self.agent.run(self.bounded(request, page))
            }
            None => {
                let request = request.body(()).map_err(|e| refused(e.to_string()))?;
                self.agent.run(self.bounded(request, page))
            }
        };
        let mut answer = asked.map_err(|error| told(page, error))?;
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let body = answer.body_mut().with_config().limit(page.bytes_limit).read_to_vec();
        let bytes = body.map_err(|error| told(page, error))?;
        Ok(Reply { status, bytes, headers })
    }

    fn bounded<S: AsSendBody>(&self, request: Request<S>, page: &Page<'_>) -> Request<S> {
        self.agent
            .configure_request(request)
            .timeout_global(Some(page.time_limit))
            .max_redirects(0)
            .max_redirects_will_error(false)
            .build()
    }
}

fn told(page: &Page<'_>, error: Error) -> OutsideError {
    let url = page.url.to_owned();
    match error {
        Error::BodyExceedsLimit(_) => OutsideError::TooLarge { url, limit: page.bytes_limit },
        Error::RequireHttpsOnly(_) => OutsideError::Refused { url, why: "it is not https".into() },
        Error::TooManyRedirects => {
            OutsideError::Refused { url, why: format!("over {REDIRECTS_LIMIT} redirections") }
        }
        Error::BadUri(why) => OutsideError::Refused { url, why },
        Error::Other(cause) if cause.is::<Inside>() => {
            OutsideError::Refused { url, why: cause.to_string() }
        }
        Error::LargeResponseHeader(..) | Error::Protocol(_) => {
            OutsideError::Garbage { url, why: error.to_string() }
        }
        other => OutsideError::Unreachable { url, why: other.to_string() },
    }
}

/// Resolves names, and refuses those that lead into a network inside: a stranger's page could
/// otherwise send us to our own servers. Behind a proxy, the proxy resolves.
struct Guarded {
    inner: DefaultResolver,
    inside: bool,
}

/// A name led into a network inside.
#[derive(Debug)]
struct Inside(String);

impl Resolver for Guarded {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        let found = self.inner.resolve(uri, config, timeout)?;
        if self.inside || config.proxy().is_some() {
            return Ok(found);
        }
        match found.iter().find(|place| !is_public(place.ip())) {
            None => Ok(found),
            Some(place) => {
                let host = uri.host().unwrap_or_default();
                Err(Error::Other(Box::new(Inside(format!("{host} is inside: {}", place.ip())))))
            }
        }
    }
}

/// Whether an address can be a stranger's server on the Internet.
fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

const fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, ..] = address.octets();
    let shared = a == 100 && b & 0xc0 == 64;
    !(a == 0
        || a >= 240
        || shared
        || address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_multicast())
}

const fn is_public_v6(address: Ipv6Addr) -> bool {
    // Global unicast is 2000::/3 (RFC 4291); all else is inside, or nowhere.
    address.segments()[0] & 0xe000 == 0x2000
}

impl fmt::Debug for Guarded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Guarded").field("inside", &self.inside).finish_non_exhaustive()
    }
}

impl fmt::Display for Inside {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Inside {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_inside_is_known() {
        for inside in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.0.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
            "255.255.255.255",
            "::1",
            "fe80::1",
            "fd00::1",
            "::ffff:127.0.0.1",
            "ff02::1",
        ] {
            assert!(!is_public(inside.parse().unwrap()), "{inside}");
        }
        for outside in ["9.9.9.9", "100.128.0.1", "172.32.0.1", "2620:fe::9"] {
            assert!(is_public(outside.parse().unwrap()), "{outside}");
        }
    }
}
