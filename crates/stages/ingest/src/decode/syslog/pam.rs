//! What PAM modules say, whichever program they serve: `pam_unix(sshd:auth): …`.

use bakas_model::{Activity, Class, Status, Stream};

use super::{Message, Out, account};
use crate::address;

/// Reads a message of PAM; says whether it was one.
pub(super) fn decode<'a>(message: Message<'a>, out: &mut Out<'_, 'a>) -> bool {
    let text = message.text;
    if let Some(rest) = text.strip_prefix("PAM ")
        && let Some((_, pairs)) = rest.split_once("more authentication failure")
    {
        // `PAM 5 more authentication failures; logname= … rhost=1.2.3.4  user=root`.
        failure(pairs, out);
        out.event.operation = "more authentication failures";
        return true;
    }
    let Some((_service, kind, said)) = parts(text) else { return false };
    match kind {
        "auth" if said.starts_with("authentication failure") => {
            failure(said, out);
            // These tell the same try in their own words too; it must not count twice.
            let is_told_twice =
                matches!(out.event.stream, Stream::Sshd | Stream::Sudo | Stream::Su);
            if !is_told_twice {
                out.event.activity = Activity::Logon;
            }
        }
        "auth" => {
            out.is(Class::Authentication, Activity::Other, Status::Failure);
            out.event.operation = "check pass";
        }
        "session" => session(said, out),
        "chauthtok" => {
            let is_done = said.starts_with("password changed for ");
            out.is(Class::AccountChange, Activity::Update, super::status(is_done));
            out.event.operation = "password changed";
            let name = said.strip_prefix("password changed for ");
            let quoted = || said.split_once("user \"")?.1.split_once('"').map(|(name, _)| name);
            out.event.target = name.map(str::trim_ascii).or_else(quoted);
        }
        _ => out.event.operation = "pam",
    }
    true
}

/// Service, kind and what is said, of `pam_unix(sshd:auth): …`.
fn parts(text: &str) -> Option<(&str, &str, &str)> {
    let (module, rest) = text.split_once('(')?;
    let is_module = module.starts_with("pam_")
        && module.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    if !is_module {
        return None;
    }
    let (inner, said) = rest.split_once("):")?;
    let (service, kind) = inner.split_once(':')?;
    Some((service, kind, said.trim_ascii_start()))
}

/// `authentication failure; logname=a uid=0 euid=0 tty=ssh ruser=b rhost=1.2.3.4  user=root`.
fn failure<'a>(text: &'a str, out: &mut Out<'_, 'a>) {
    out.is(Class::Authentication, Activity::Other, Status::Failure);
    out.event.operation = "authentication failure";
    let mut ruser = None;
    for pair in text.split_ascii_whitespace() {
        let Some((name, value)) = pair.split_once('=') else { continue };
        if value.is_empty() {
            continue;
        }
        match name {
            "user" => account(value, out),
            "ruser" => {
                ruser = Some(value);
                out.text("ruser", value);
            }
            "rhost" => {
                out.event.src = address::ip(value);
                out.text("rhost", value);
                if out.event.src.is_some() {
                    out.text("src_ip", value);
                }
            }
            "tty" => out.text("tty", value),
            "uid" => out.text("uid", value),
            _ => {}
        }
    }
    // su and sudo: somebody known became, or tried to become, somebody else.
    if let Some(ruser) = ruser
        && out.event.account != Some(ruser)
        && out.event.src.is_none()
    {
        out.event.target = out.event.account;
        out.event.account = Some(ruser);
    }
}

/// `session opened for user root(uid=0) by bob(uid=1000)`, `session closed for user root`.
fn session<'a>(said: &'a str, out: &mut Out<'_, 'a>) {
    let opened = said.strip_prefix("session opened for user ");
    let closed = said.strip_prefix("session closed for user ");
    let Some(rest) = opened.or(closed) else {
        out.event.operation = "pam";
        return;
    };
    let activity = if opened.is_some() { Activity::Other } else { Activity::Logoff };
    out.is(Class::Authentication, activity, Status::Success);
    out.event.operation = if opened.is_some() { "session opened" } else { "session closed" };
    let bare = |name: &'a str| name.split(['(', ' ']).next().unwrap_or_default();
    let (user, by) = rest.split_once(" by ").unwrap_or((rest, ""));
    let (user, by) = (bare(user), bare(by));
    if by.is_empty() {
        account(user, out);
    } else {
        account(by, out);
        out.event.target = Some(user);
    }
}
