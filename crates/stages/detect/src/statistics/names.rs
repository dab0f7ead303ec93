//! What a name or a network looks like: names below a registered domain, how random they are, and
//! networks whose users are elsewhere. It judges nothing.

use bakas_model::NetworkKind;

/// Whether the machines of such a network are rented, or their users elsewhere.
pub(crate) const fn is_rented(kind: NetworkKind) -> bool {
    matches!(
        kind,
        NetworkKind::Cloud
            | NetworkKind::Hosting
            | NetworkKind::Vpn
            | NetworkKind::Tor
            | NetworkKind::PrivateRelay
            | NetworkKind::Content
    )
}

/// Second-level names under which registries of countries register.
const SECOND_LEVELS: [&str; 22] = [
    "ac", "co", "com", "edu", "go", "gob", "gouv", "gov", "gub", "id", "info", "ltd", "mil", "ne",
    "net", "ngo", "nom", "or", "org", "sch", "web", "gv",
];

/// A name's part below its registered domain, and that domain; `None` where there is none.
///
/// What is registered is told by a rule of thumb: the last two labels, or three where the last is
/// a country's and the one before is a usual second level. Names of reverse look-ups have none.
pub(crate) fn below_domain(name: &str) -> Option<(&str, &str)> {
    let name = name.strip_suffix('.').unwrap_or(name);
    if name.ends_with(".arpa") || name.len() > 253 {
        return None;
    }
    let mut dots = name.rmatch_indices('.').map(|(at, _)| at);
    let last = dots.next()?;
    let second = dots.next()?;
    let is_country = name.len() - last - 1 == 2;
    let usual = SECOND_LEVELS.contains(&name.get(second + 1..last)?);
    let cut = if is_country && usual { dots.next()? } else { second };
    let below = name.get(..cut).filter(|below| !below.is_empty())?;
    Some((below, name.get(cut + 1..)?))
}

/// Shannon's entropy of a text's characters, in bits a character; the dots between labels do not
/// count.
pub(crate) fn entropy_bits(text: &str) -> f64 {
    let mut counts = [0_u32; 256];
    for &byte in text.as_bytes().iter().filter(|&&byte| byte != b'.') {
        counts[usize::from(byte)] += 1;
    }
    let all = f64::from(counts.iter().sum::<u32>());
    let part = |&count: &u32| {
        let share = f64::from(count) / all;
        -share * share.log2()
    };
    counts.iter().filter(|&&count| count > 0).map(part).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn registered_domains_are_told_from_what_lies_below() {
        let check = |name, expected| assert_eq!(below_domain(name), expected, "{name}");
        check("www.example.com", Some(("www", "example.com")));
        check("a.b.example.com.", Some(("a.b", "example.com")));
        check("example.com", None);
        check("www.agency.gov.ph", Some(("www", "agency.gov.ph")));
        check("agency.gov.ph", None);
        check("www.example.de", Some(("www", "example.de")));
        check("1.2.0.192.in-addr.arpa", None);
        check("localhost", None);
        check("..", None);
    }

    #[test]
    fn random_names_have_more_bits_than_words() {
        assert!(entropy_bits("mail.internal.office") < 3.6);
        assert!(entropy_bits("aaaaaaaaaaaaaaaaaaaa") < 0.1);
        assert!(entropy_bits("k7q2vx9zr4m1tb6wn3ydh5") > 4.0);
        assert_eq!(entropy_bits(""), 0.0);
    }
}
