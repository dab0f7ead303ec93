//! Observables in the one spelling in which two parties compare them. Two observables are the same
//! where these spellings are: nothing here is fuzzy, and nothing looks at what they mean.

use std::{fmt, net::IpAddr};

use super::OBSERVABLE_BYTES_LIMIT;

/// Longest domain name (RFC 1035, section 2.3.4), in bytes.
const DOMAIN_BYTES_LIMIT: usize = 253;
/// Longest label of a domain name, in bytes.
const LABEL_BYTES_LIMIT: usize = 63;
/// Longest local part of an e-mail address (RFC 5321, section 4.5.3.1.1), in bytes.
const LOCAL_BYTES_LIMIT: usize = 64;

/// What kind of thing an observable is. The order is that of lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// An IPv4 address: four decimals.
    Ipv4,
    /// An IPv6 address: RFC 5952. One that maps an IPv4 address is that.
    Ipv6,
    /// A domain or host name: lower case, no dot at its end, letters as they are written.
    Domain,
    /// A URL: scheme and host in lower case, no usual port, no fragment, a path of at least `/`.
    Url,
    /// An MD5 digest: lower-case hex.
    Md5,
    /// A SHA-1 digest.
    Sha1,
    /// A SHA-256 digest.
    Sha256,
    /// A SHA-512 digest.
    Sha512,
    /// An e-mail address: lower case.
    Email,
    /// The name of an account: lower case.
    Account,
    /// A user agent: as it is.
    Agent,
}

/// An observable in its one spelling.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Observable {
    kind: Kind,
    text: String,
}

/// Why a text is no observable.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotObservable {
    /// Nothing stands there.
    #[error("it is empty")]
    Empty,
    /// It is too long.
    #[error("it has more than {OBSERVABLE_BYTES_LIMIT} bytes")]
    Long,
    /// It holds control characters.
    #[error("it holds control characters")]
    Control,
    /// It is not what its kind says.
    #[error("it is not of the kind {0}")]
    Not(Kind),
    /// Nobody can tell what it is.
    #[error("its kind cannot be told: write one before it, such as account:ana")]
    Unknown,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 11] = [
        Self::Ipv4,
        Self::Ipv6,
        Self::Domain,
        Self::Url,
        Self::Md5,
        Self::Sha1,
        Self::Sha256,
        Self::Sha512,
        Self::Email,
        Self::Account,
        Self::Agent,
    ];

    /// The word that stands before an observable of this kind.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ipv4 => "ipv4",
            Self::Ipv6 => "ipv6",
            Self::Domain => "domain",
            Self::Url => "url",
            Self::Md5 => "md5",
            Self::Sha1 => "sha1",
            Self::Sha256 => "sha256",
            Self::Sha512 => "sha512",
            Self::Email => "email",
            Self::Account => "account",
            Self::Agent => "agent",
        }
    }

    /// The kind of that name.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// Hexadecimal digits of a digest of this kind.
    const fn digits(self) -> Option<usize> {
        match self {
            Self::Md5 => Some(32),
            Self::Sha1 => Some(40),
            Self::Sha256 => Some(64),
            Self::Sha512 => Some(128),
            _ => None,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl From<IpAddr> for Observable {
    fn from(address: IpAddr) -> Self {
        let address = address.to_canonical();
        let kind = if address.is_ipv4() { Kind::Ipv4 } else { Kind::Ipv6 };
        Self { kind, text: address.to_string() }
    }
}

impl fmt::Display for Observable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.kind, self.text)
    }
}

impl Observable {
    /// Of this kind, from any of its spellings.
    ///
    /// # Errors
    /// Where it is none.
    pub fn new(kind: Kind, text: &str) -> Result<Self, NotObservable> {
        let text = text.trim();
        if text.is_empty() {
            return Err(NotObservable::Empty);
        }
        if text.len() > OBSERVABLE_BYTES_LIMIT {
            return Err(NotObservable::Long);
        }
        if text.chars().any(char::is_control) {
            return Err(NotObservable::Control);
        }
        let canonical = match kind {
            Kind::Ipv4 | Kind::Ipv6 => {
                let address = bare(text).parse::<IpAddr>().ok().map(Self::from);
                // A mapped IPv4 address may be written as one of IPv6.
                let fits =
                    |one: &Self| one.kind == kind || kind == Kind::Ipv6 && text.contains(':');
                return address.filter(fits).ok_or(NotObservable::Not(kind));
            }
            Kind::Domain => domain(&bare(text)),
            Kind::Url => url(&bare(text)),
            Kind::Md5 | Kind::Sha1 | Kind::Sha256 | Kind::Sha512 => digest(kind, text),
            Kind::Email => email(&bare(text)),
            Kind::Account => Some(text.to_lowercase()),
            Kind::Agent => Some(text.to_owned()),
        };
        let text = canonical.ok_or(NotObservable::Not(kind))?;
        // Lower case may be longer than upper case.
        if text.len() > OBSERVABLE_BYTES_LIMIT {
            return Err(NotObservable::Long);
        }
        Ok(Self { kind, text })
    }

    /// Reads `KIND:TEXT`, or a text whose kind can be told by its form: an address, a URL, an
    /// e-mail address, a digest, a domain. `hxxp` and `[.]` are read as what they stand for.
    ///
    /// # Errors
    /// Where it is none, or its kind cannot be told.
    pub fn parse(text: &str) -> Result<Self, NotObservable> {
        let text = text.trim();
        if let Some((word, rest)) = text.split_once(':')
            && let Some(kind) = Kind::named(word)
        {
            return Self::new(kind, rest);
        }
        let guesses = [Kind::Ipv4, Kind::Ipv6, Kind::Url, Kind::Email, Kind::Md5, Kind::Sha1]
            .into_iter()
            .chain([Kind::Sha256, Kind::Sha512, Kind::Domain]);
        for kind in guesses {
            match Self::new(kind, text) {
                Err(NotObservable::Not(_)) => {}
                other => return other,
            }
        }
        Err(NotObservable::Unknown)
    }

    /// Its kind.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// Its one spelling, without the kind.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it means something else in every network: private, shared, loopback, link-local.
    /// Such addresses are in many lists and say nothing.
    #[must_use]
    pub fn is_local(&self) -> bool {
        match self.text.parse() {
            Ok(IpAddr::V4(v4)) => {
                let [a, b, ..] = v4.octets();
                a == 0
                    || (a == 100 && b & 0xc0 == 64)
                    || v4.is_private()
                    || v4.is_loopback()
                    || v4.is_link_local()
                    || v4.is_multicast()
                    || v4.is_broadcast()
            }
            // Global unicast is 2000::/3 (RFC 4291).
            Ok(IpAddr::V6(v6)) => v6.segments()[0] & 0xe000 != 0x2000,
            Err(_) => matches!(self.text.as_str(), "localhost" | "localhost.localdomain"),
        }
    }
}

/// Without the marks that keep people from clicking.
fn bare(text: &str) -> String {
    let text = text.replace("[.]", ".").replace("[://]", "://").replace("[:]", ":");
    let text = text.replace("[@]", "@");
    match text.get(..4) {
        Some(scheme) if scheme.eq_ignore_ascii_case("hxxp") => {
            format!("http{}", text.get(4..).unwrap_or_default())
        }
        _ => text,
    }
}

fn domain(text: &str) -> Option<String> {
    let text = text.strip_suffix('.').unwrap_or(text).to_lowercase();
    let label = |label: &str| {
        let fits = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_') || !c.is_ascii();
        !label.is_empty()
            && label.len() <= LABEL_BYTES_LIMIT
            && label.chars().all(|c| fits(c) && !c.is_whitespace())
    };
    let last = text.rsplit('.').next()?;
    let fits = text.len() <= DOMAIN_BYTES_LIMIT
        && text.contains('.')
        && text.split('.').all(label)
        && !last.chars().all(|c| c.is_ascii_digit());
    fits.then_some(text)
}

fn email(text: &str) -> Option<String> {
    let (local, host) = text.rsplit_once('@')?;
    let fits = !local.is_empty()
        && local.len() <= LOCAL_BYTES_LIMIT
        && !local.chars().any(|c| c.is_whitespace() || matches!(c, '/' | ':' | '<' | '>'));
    fits.then(|| domain(host).map(|host| format!("{}@{host}", local.to_lowercase())))?
}

fn digest(kind: Kind, text: &str) -> Option<String> {
    let fits = kind.digits() == Some(text.len()) && text.bytes().all(|b| b.is_ascii_hexdigit());
    fits.then(|| text.to_ascii_lowercase())
}

fn url(text: &str) -> Option<String> {
    let (scheme, rest) = text.split_once("://")?;
    let scheme = scheme.to_ascii_lowercase();
    let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'));
    let rest = rest.split('#').next()?;
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at_checked(end)?;
    let (user, host) = match authority.rsplit_once('@') {
        Some((user, host)) => (format!("{user}@"), host),
        None => (String::new(), authority),
    };
    let host = host.to_lowercase();
    let usual = match scheme.as_str() {
        "http" => ":80",
        "https" => ":443",
        "ftp" => ":21",
        _ => ":",
    };
    // All of them, so that what is in its one spelling stays as it is.
    let host = host.trim_end_matches(usual);
    if !is_scheme || host.is_empty() || rest.chars().any(char::is_whitespace) {
        return None;
    }
    let slash = if path.starts_with('/') { "" } else { "/" };
    Some(format!("{scheme}://{user}{host}{slash}{path}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        assert_eq!(Observable::parse(text).unwrap().to_string(), expected, "{text}");
        // What is in its one spelling stays as it is.
        assert_eq!(Observable::parse(expected).unwrap().to_string(), expected);
    }

    #[test]
    fn one_thing_has_one_spelling() {
        check(" 192.0.2.7\n", "ipv4:192.0.2.7");
        check("x://a.example::/p", "url:x://a.example/p");
        check("::ffff:192.0.2.7", "ipv4:192.0.2.7");
        check("ipv6:::ffff:192.0.2.7", "ipv4:192.0.2.7");
        check("2001:DB8:0:0::0001", "ipv6:2001:db8::1");
        check("192.0.2[.]7", "ipv4:192.0.2.7");
        check("WWW.Example.ORG.", "domain:www.example.org");
        check("xn--bcher-kva.example", "domain:xn--bcher-kva.example");
        check("Bücher.example", "domain:bücher.example");
        check("hxxps[://]Example[.]org:443/A?b#c", "url:https://example.org/A?b");
        check("http://Example.org", "url:http://example.org/");
        check("http://example.org?q=A", "url:http://example.org/?q=A");
        check("http://example.org:8080/a", "url:http://example.org:8080/a");
        check("Ana@Agency.Example", "email:ana@agency.example");
        check(&"AB".repeat(16), &format!("md5:{}", "ab".repeat(16)));
        check(&"AB".repeat(20), &format!("sha1:{}", "ab".repeat(20)));
        check(&"AB".repeat(32), &format!("sha256:{}", "ab".repeat(32)));
        check(&"AB".repeat(64), &format!("sha512:{}", "ab".repeat(64)));
        check("account: M.Cruz ", "account:m.cruz");
        check("agent:Tool/1.0 (X; Y)", "agent:Tool/1.0 (X; Y)");
    }

    #[test]
    fn what_is_none_is_told() {
        let fails = |text: &str, expected: NotObservable| {
            assert_eq!(Observable::parse(text), Err(expected), "{text}");
        };
        fails("", NotObservable::Empty);
        fails("account:", NotObservable::Empty);
        fails("ana", NotObservable::Unknown);
        fails("192.0.2.300", NotObservable::Unknown);
        fails("a b.example", NotObservable::Unknown);
        fails("-- no .example", NotObservable::Unknown);
        fails("ipv4:2001:db8::1", NotObservable::Not(Kind::Ipv4));
        fails("ipv6:192.0.2.1", NotObservable::Not(Kind::Ipv6));
        fails("md5:abc", NotObservable::Not(Kind::Md5));
        fails("url:example.org/a", NotObservable::Not(Kind::Url));
        fails("agent:a\x1b[2J", NotObservable::Control);
        let longest = format!("agent:{}", "x".repeat(OBSERVABLE_BYTES_LIMIT));
        assert!(Observable::parse(&longest).is_ok());
        fails(&format!("{longest}x"), NotObservable::Long);
        let label = "x".repeat(LABEL_BYTES_LIMIT);
        assert!(Observable::parse(&format!("{label}.example")).is_ok());
        fails(&format!("{label}x.example"), NotObservable::Unknown);
    }

    #[test]
    fn what_every_network_has_is_local() {
        let local = |text: &str| Observable::parse(text).unwrap().is_local();
        for text in ["10.1.2.3", "192.168.1.1", "127.0.0.1", "100.64.0.1", "fd00::1", "fe80::1"] {
            assert!(local(text), "{text}");
        }
        for text in ["192.0.2.1", "100.128.0.1", "2001:db8::1", "example.org", "account:10"] {
            assert!(!local(text), "{text}");
        }
    }
}
