//! Whether a value of a log is one that the standard lets an observable have: attackers write host
//! names, URLs and mail addresses that are none. Where in doubt it is not, and the value stays words.

use std::net::{IpAddr, Ipv6Addr};

use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};

/// A host name (RFC 1034; RFC 5890 for other letters).
pub(super) fn domain(value: &str) -> bool {
    let plain = |label: &str| {
        let letters = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        let edge = label.starts_with('-') || label.ends_with('-');
        let reserved = label.get(2..4) == Some("--");
        (1..=63).contains(&label.len()) && label.bytes().all(letters) && !edge && !reserved
    };
    if value.len() <= 253 && value.split('.').all(plain) {
        return true;
    }
    let (unicode, read) =
        Uts46::new().to_unicode(value.as_bytes(), AsciiDenyList::STD3, Hyphens::Check);
    if read.is_err() || !unicode.split('.').all(letters_only) {
        return false;
    }
    let ascii = Uts46::new().to_ascii(
        unicode.as_bytes(),
        AsciiDenyList::STD3,
        Hyphens::Check,
        DnsLength::Verify,
    );
    // One that would be mapped first (capitals, wide letters) is another name than it looks like.
    ascii.is_ok_and(|ascii| value == ascii || value == unicode)
}

/// IDNA 2008 (RFC 5892) takes letters, digits and marks; symbols that older rules took are none.
fn letters_only(label: &str) -> bool {
    label.chars().all(|letter| {
        let mark = matches!(u32::from(letter), 0x300..=0x36F | 0x900..=0x963 | 0x966..=0xDFF);
        letter == '-' || letter.is_alphanumeric() || mark
    })
}

/// A URI (RFC 3986, section 3).
pub(super) fn url(value: &str) -> bool {
    let Some((scheme, rest)) = value.split_once(':') else { return false };
    let mut letters = scheme.bytes();
    let begins = letters.next().is_some_and(|first| first.is_ascii_alphabetic());
    if !begins || !letters.all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b)) {
        return false;
    }
    let (rest, fragment) = rest.split_once('#').unwrap_or((rest, ""));
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (host, path) = match rest.strip_prefix("//") {
        Some(rest) => rest.split_at(rest.find('/').unwrap_or(rest.len())),
        None => ("", rest),
    };
    authority(host)
        && written(path, b":@/")
        && written(query, b":@/?")
        && written(fragment, b":@/?")
}

/// User, host and port.
fn authority(text: &str) -> bool {
    let (user, rest) = text.rsplit_once('@').unwrap_or(("", text));
    let (host, port) = match rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, port)) => {
            if address.parse::<Ipv6Addr>().is_err() || !(port.is_empty() || port.starts_with(':')) {
                return false;
            }
            ("", port.trim_start_matches(':'))
        }
        None => rest.rsplit_once(':').unwrap_or((rest, "")),
    };
    written(user, b":") && written(host, b"") && port.bytes().all(|byte| byte.is_ascii_digit())
}

/// Unreserved letters, sub-delimiters, whole percent-escapes and these more.
fn written(text: &str, more: &[u8]) -> bool {
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let fits = match byte {
            b'%' => {
                let two = [bytes.next(), bytes.next()];
                two.iter().all(|one| one.is_some_and(|byte| byte.is_ascii_hexdigit()))
            }
            byte => {
                byte.is_ascii_alphanumeric()
                    || b"-._~!$&'()*+,;=".contains(&byte)
                    || more.contains(&byte)
            }
        };
        if !fits {
            return false;
        }
    }
    true
}

/// A mail address as readers of STIX take it: of RFC 5322 the unquoted form, with a full domain.
pub(super) fn email(value: &str) -> bool {
    let Some((name, host)) = value.split_once('@') else { return false };
    let letters = |byte: u8| byte.is_ascii_alphanumeric() || b"_.+-".contains(&byte);
    !name.is_empty()
        && name.bytes().all(letters)
        && host.is_ascii()
        && host.contains('.')
        && domain(host)
}

/// A digest in hexadecimal.
pub(super) fn sha256(value: &str) -> bool {
    value.len() == 64 && value.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// An address as every reader takes it: one of IPv4 within IPv6 is written in hexadecimal.
pub(super) fn address(address: IpAddr) -> String {
    match address {
        IpAddr::V6(six) if six.to_string().contains('.') => {
            let groups: Vec<String> = six.segments().iter().map(|g| format!("{g:x}")).collect();
            groups.join(":")
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_attackers_write_is_no_host_url_or_mailbox() {
        let check = |fits: fn(&str) -> bool, value: &str, expected: bool| {
            assert_eq!(fits(value), expected, "{value}");
        };
        for good in ["a.example", "localhost", "A.EXAMPLE", "niño.example", "xn--nio-7ma.example"]
        {
            check(domain, good, true);
        }
        for bad in [
            "",
            "a..example",
            "a.example.",
            "_dmarc.example",
            "-a.example",
            "ab--c.example",
            "☃.example",
            "xn--n3h.example",
            "xn--80ak6aa92e415.example",
            "a b.example",
        ] {
            check(domain, bad, false);
        }
        check(domain, &format!("{}.example", "a".repeat(64)), false);
        for good in ["https://a.example/?x='1'#y", "https://[2001:db8::1]:443/", "urn:a:b", "a:b"] {
            check(url, good, true);
        }
        for bad in [
            "//a.example/",
            "https://a.example/a b",
            "https://a.example/%zz",
            "https://a/{x}",
            "https://a/ñ",
            "https://[x]/",
            "https://a:b:c/",
            "https://a/#b#c",
            "1a:b",
        ] {
            check(url, bad, false);
        }
        check(email, "m.cruz+x@mail.example", true);
        for bad in ["ana@mail", "ñ@a.example", "\"a b\"@a.example", "a@b@c.example", "@a.example"]
        {
            check(email, bad, false);
        }
        assert_eq!(address("::ffff:192.0.2.1".parse().unwrap()), "0:0:0:0:0:ffff:c000:201");
    }
}
