//! Patterns of indicators (section 9): written for one observable, and read as far as they are
//! comparisons of equality joined by OR. Any other pattern is kept as it came, by the caller.

use bakas_model::exchange::{Observable, ObservableKind};

use super::{fit, sco};

/// Comparisons that are read of one pattern.
const COMPARISONS_LIMIT: usize = 256;

/// The pattern of one observable; `None` where the language of patterns cannot say it.
pub(super) fn write(of: &Observable) -> Option<String> {
    let value = of.value.replace('\\', "\\\\").replace('\'', "\\'");
    let path = match of.kind {
        ObservableKind::Address | ObservableKind::Prefix if of.value.contains(':') => {
            "ipv6-addr:value"
        }
        ObservableKind::Address | ObservableKind::Prefix => "ipv4-addr:value",
        ObservableKind::AutonomousSystem => {
            let number: u32 = value.trim_start_matches("AS").parse().ok()?;
            return Some(format!("[autonomous-system:number = {number}]"));
        }
        ObservableKind::Domain => "domain-name:value",
        ObservableKind::Url => "url:value",
        ObservableKind::Email => "email-addr:value",
        ObservableKind::Account => "user-account:account_login",
        ObservableKind::UserAgent => {
            "network-traffic:extensions.'http-request-ext'.request_header.'User-Agent'"
        }
        ObservableKind::Sha256 if !fit::sha256(&of.value) => return None,
        ObservableKind::Sha256 => "file:hashes.'SHA-256'",
        ObservableKind::FileName => "file:name",
    };
    Some(format!("[{path} = '{value}']"))
}

/// The observables of a pattern that says no more than that one of them is there.
pub(super) fn read(pattern: &str) -> Option<Vec<Observable>> {
    let mut rest = pattern.trim();
    let mut found = Vec::new();
    loop {
        rest = rest.strip_prefix('[')?.trim_start();
        loop {
            let (observable, after) = comparison(rest)?;
            found.push(observable);
            rest = after.trim_start();
            if found.len() > COMPARISONS_LIMIT {
                return None;
            }
            match rest.strip_prefix("OR ") {
                Some(after) => rest = after.trim_start(),
                None => break,
            }
        }
        rest = rest.strip_prefix(']')?.trim_start();
        if rest.is_empty() {
            return Some(found);
        }
        rest = rest.strip_prefix("OR ")?.trim_start();
    }
}

/// One comparison and what follows it.
fn comparison(text: &str) -> Option<(Observable, &str)> {
    let (path, rest) = text.split_once('=')?;
    let rest = rest.trim_start();
    let (value, rest) = match rest.strip_prefix('\'') {
        Some(quoted) => quoted_text(quoted)?,
        None => {
            let end = rest.find(|c: char| !c.is_ascii_digit())?;
            let (digits, rest) = rest.split_at_checked(end)?;
            (digits.to_owned(), rest)
        }
    };
    let of = |kind| Some(Observable { kind, value: value.clone() });
    let observable = match path.trim() {
        "ipv4-addr:value" | "ipv6-addr:value" => Some(sco::address(&value)),
        "network-traffic:src_ref.value" | "network-traffic:dst_ref.value" => {
            Some(sco::address(&value))
        }
        "autonomous-system:number" => of(ObservableKind::AutonomousSystem),
        "domain-name:value" => of(ObservableKind::Domain),
        "url:value" => of(ObservableKind::Url),
        "email-addr:value" => of(ObservableKind::Email),
        "user-account:account_login" | "user-account:user_id" => of(ObservableKind::Account),
        "network-traffic:extensions.'http-request-ext'.request_header.'User-Agent'" => {
            of(ObservableKind::UserAgent)
        }
        "file:hashes.'SHA-256'" | "file:hashes.SHA256" | "file:hashes.'SHA256'" => {
            of(ObservableKind::Sha256)
        }
        "file:name" => of(ObservableKind::FileName),
        _ => None,
    }?;
    (!value.is_empty()).then_some((observable, rest))
}

/// A text in single quotes, without its escapes, and what follows it.
fn quoted_text(text: &str) -> Option<(String, &str)> {
    let (mut value, mut escaped) = (String::new(), false);
    for (at, letter) in text.char_indices() {
        match (escaped, letter) {
            (true, letter) => {
                value.push(letter);
                escaped = false;
            }
            (false, '\\') => escaped = true,
            (false, '\'') => return Some((value, text.get(at + 1..)?)),
            (false, letter) => value.push(letter),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_what_says_more_is_not() {
        let of = |kind, value: &str| Observable { kind, value: value.to_owned() };
        for one in [
            of(ObservableKind::Account, "O'Neil \\ [x] OR = 'y'"),
            of(ObservableKind::Prefix, "2001:db8::/32"),
            of(ObservableKind::AutonomousSystem, "64500"),
            of(ObservableKind::UserAgent, "a ] b"),
        ] {
            assert_eq!(read(&write(&one).unwrap()), Some(vec![one]));
        }
        let two = "[domain-name:value = 'a.example' OR url:value = 'https://b.example/'] OR [file:name = 'c']";
        assert_eq!(read(two).map(|found| found.len()), Some(3));
        for no in [
            "[ipv4-addr:value = '192.0.2.1' AND domain-name:value = 'a.example']",
            "[ipv4-addr:value != '192.0.2.1']",
            "[ipv4-addr:value = '192.0.2.1'] REPEATS 5 TIMES",
            "[ipv4-addr:value = '192.0.2.1",
            "[[[[",
            "",
        ] {
            assert_eq!(read(no), None, "{no}");
        }
    }
}
