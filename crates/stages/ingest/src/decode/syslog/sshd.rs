//! What the OpenSSH server says (the messages of `auth2.c`, `auth.c`, `sshd.c`, `packet.c`).
//! A sign-in that succeeded or failed is a logon; what only accompanies one is not.

use bakas_model::{Activity, Class, Status};

use super::{Message, Out, account, peer, word_after};

pub(super) fn decode<'a>(message: Message<'a>, out: &mut Out<'_, 'a>) {
    let text = message.text;
    let text = text.strip_prefix("error: ").or(text.strip_prefix("fatal: ")).unwrap_or(text);
    let is_sign_in = accepted(text, out) || failed(text, out) || refused(text, out);
    if !is_sign_in {
        other(text, out);
    }
    peer(text, out);
}

/// `Accepted METHOD for USER from …`.
fn accepted<'a>(text: &'a str, out: &mut Out<'_, 'a>) -> bool {
    let Some(rest) = text.strip_prefix("Accepted ") else { return false };
    let Some((method, rest)) = rest.split_once(" for ") else { return false };
    out.is(Class::Authentication, Activity::Logon, Status::Success);
    out.event.operation = first(text, "Accepted ".len() + method.len());
    out.text("method", method);
    account(user(rest), out);
    true
}

/// `Failed METHOD for [invalid user ]USER from …`.
fn failed<'a>(text: &'a str, out: &mut Out<'_, 'a>) -> bool {
    let Some(rest) = text.strip_prefix("Failed ") else { return false };
    let Some((method, rest)) = rest.split_once(" for ") else { return false };
    out.is(Class::Authentication, Activity::Logon, Status::Failure);
    out.event.operation = first(text, "Failed ".len() + method.len());
    out.text("method", method);
    let invalid = rest.strip_prefix("invalid user ").or(rest.strip_prefix("illegal user "));
    if invalid.is_some() {
        out.text("user_state", "invalid");
    }
    account(user(invalid.unwrap_or(rest)), out);
    true
}

/// Sign-ins refused before a password was asked for.
fn refused<'a>(text: &'a str, out: &mut Out<'_, 'a>) -> bool {
    let (operation, name) = if let Some(rest) = text.strip_prefix("Invalid user ") {
        out.text("user_state", "invalid");
        ("Invalid user", user(rest))
    } else if let Some(rest) = text.strip_prefix("PAM: Authentication failure for ") {
        let rest = rest.strip_prefix("illegal user ").unwrap_or(rest);
        ("PAM: Authentication failure", user(rest))
    } else if let Some((name, _)) = text
        .strip_prefix("User ")
        .filter(|rest| rest.contains(" not allowed because "))
        .and_then(|rest| rest.split_once(" from "))
    {
        ("User not allowed", name)
    } else {
        return false;
    };
    out.is(Class::Authentication, Activity::Logon, Status::Failure);
    out.event.operation = operation;
    account(name, out);
    true
}

/// Messages by their beginning: the words for the operation, and what it is.
const KNOWN: &[(&str, &str, Class, Activity, Status)] = &[
    (
        "maximum authentication attempts exceeded",
        "maximum authentication attempts exceeded",
        Class::Authentication,
        Activity::Other,
        Status::Failure,
    ),
    (
        "Disconnecting: Too many authentication failures",
        "Too many authentication failures",
        Class::Authentication,
        Activity::Other,
        Status::Failure,
    ),
    (
        "Disconnecting authenticating user",
        "Too many authentication failures",
        Class::Authentication,
        Activity::Other,
        Status::Failure,
    ),
    (
        "input_userauth_request: invalid user",
        "invalid user",
        Class::Authentication,
        Activity::Other,
        Status::Failure,
    ),
    ("Postponed ", "Postponed", Class::Authentication, Activity::Other, Status::Unknown),
    (
        "Starting session: ",
        "Starting session",
        Class::Authentication,
        Activity::Other,
        Status::Success,
    ),
    (
        "Disconnected from user ",
        "Disconnected from user",
        Class::Authentication,
        Activity::Logoff,
        Status::Success,
    ),
    (
        "reverse mapping checking",
        "reverse mapping failed",
        Class::Base,
        Activity::Other,
        Status::Failure,
    ),
    ("Address ", "reverse mapping failed", Class::Base, Activity::Other, Status::Failure),
    (
        "Did not receive identification string",
        "no identification string",
        Class::Base,
        Activity::Other,
        Status::Failure,
    ),
    (
        "Bad protocol version identification",
        "bad protocol version",
        Class::Base,
        Activity::Other,
        Status::Failure,
    ),
    ("Unable to negotiate", "unable to negotiate", Class::Base, Activity::Other, Status::Failure),
    ("Connection closed", "Connection closed", Class::Base, Activity::Other, Status::Unknown),
    ("Connection reset", "Connection reset", Class::Base, Activity::Other, Status::Unknown),
    ("Connection from", "Connection", Class::Base, Activity::Other, Status::Unknown),
    ("Received disconnect", "Received disconnect", Class::Base, Activity::Other, Status::Unknown),
    ("Disconnected from", "Disconnected", Class::Base, Activity::Other, Status::Unknown),
];

/// What accompanies sign-ins, and connections that never came so far.
fn other<'a>(text: &'a str, out: &mut Out<'_, 'a>) {
    let Some(&(_, operation, class, activity, status)) =
        KNOWN.iter().find(|(start, ..)| text.starts_with(start))
    else {
        return;
    };
    out.is(class, activity, status);
    out.event.operation = operation;
    let name =
        ["invalid user ", "authenticating user ", "from user ", "failures for ", "exceeded for "]
            .iter()
            .find_map(|before| text.split_once(before).map(|(_, rest)| rest));
    if let Some(name) = name {
        account(named(name), out);
    }
    // `Connection closed by [invalid user x ]1.2.3.4 port 5` names its peer without "from".
    let by = [" by ", " with ", " user "].iter().find_map(|w| word_after(text, w));
    let address = by.and_then(crate::address::ip).or_else(|| in_brackets(text)).or_else(|| {
        // The last word before the port.
        let before = text.split_once(" port ")?.0;
        crate::address::ip(before.rsplit(' ').next()?)
    });
    out.event.src = address;
}

/// The address of `… for HOST [1.2.3.4] failed …`.
fn in_brackets(text: &str) -> Option<std::net::IpAddr> {
    let (_, rest) = text.split_once('[')?;
    crate::address::ip(rest.split_once(']')?.0)
}

/// The user before the last ` from `: a name may hold anything, also blanks and ` from `.
fn user(text: &str) -> &str {
    text.rfind(" from ").and_then(|at| text.get(..at)).unwrap_or_else(|| named(text))
}

/// The first word of what names a user at its end.
fn named(text: &str) -> &str {
    if let Some(at) = text.rfind(" from ") {
        return text.get(..at).unwrap_or_default();
    }
    let name = text.split(' ').next().unwrap_or_default();
    if name.starts_with('[') { "" } else { name }
}

fn first(text: &str, bytes: usize) -> &str {
    text.get(..bytes).unwrap_or_default()
}
