//! What sudo and su say: commands run as somebody else, and tries that failed.

use bakas_model::{Activity, Class, Status};

use super::{Message, Out, account};

/// `bob : TTY=pts/0 ; PWD=/home/bob ; USER=root ; COMMAND=/bin/ls`, with what went wrong first.
pub(super) fn sudo<'a>(message: Message<'a>, out: &mut Out<'_, 'a>) {
    let Some((user, rest)) = message.text.split_once(" : ") else { return };
    account(user.trim_ascii(), out);
    let mut complaint = None;
    let mut left = rest;
    loop {
        // The command is last, and may hold semicolons itself.
        if let Some(command) = left.strip_prefix("COMMAND=") {
            out.event.object = Some(command);
            out.text("COMMAND", command);
            break;
        }
        let (part, after) = left.split_once(" ; ").unwrap_or((left, ""));
        match part.split_once('=') {
            Some(("USER", value)) => {
                out.event.target = Some(value).filter(|_| out.event.account != Some(value));
                out.text("USER", value);
            }
            Some(("TTY", value)) => out.text("TTY", value),
            Some(("PWD", value)) => out.text("PWD", value),
            Some(("GROUP", value)) => out.text("GROUP", value),
            Some(("ENV", value)) => out.text("ENV", value),
            Some(_) => {}
            None => complaint = complaint.or(Some(part)),
        }
        if after.is_empty() {
            break;
        }
        left = after;
    }
    match complaint {
        None if out.event.object.is_some() => {
            out.is(Class::ProcessActivity, Activity::Launch, Status::Success);
            out.event.operation = "COMMAND";
        }
        None => {}
        Some(what)
            if what.contains("incorrect password") || what.contains("password is required") =>
        {
            out.is(Class::Authentication, Activity::Logon, Status::Failure);
            out.event.operation = "incorrect password";
        }
        Some(what) => {
            out.is(Class::ProcessActivity, Activity::Launch, Status::Failure);
            out.event.operation = what;
        }
    }
}

/// Debian's `FAILED su for root by bob`, util-linux's `FAILED SU (to root) bob on pts/0`, and old
/// `+ pts/0 bob:root`.
pub(super) fn su<'a>(message: Message<'a>, out: &mut Out<'_, 'a>) {
    let text = message.text;
    let words = |rest: &'a str| rest.split_once(" by ");
    let bracket = |rest: &'a str| {
        let (target, rest) = rest.strip_prefix("(to ")?.split_once(") ")?;
        Some((target, rest.split_once(" on ").map_or(rest, |(by, _)| by)))
    };
    let slip = |rest: &'a str| {
        let (by, target) = rest.rsplit(' ').next()?.split_once(':')?;
        Some((target, by))
    };
    let found = if let Some(rest) = text.strip_prefix("FAILED su for ") {
        words(rest).map(|pair| (pair, false))
    } else if let Some(rest) = text.strip_prefix("Successful su for ") {
        words(rest).map(|pair| (pair, true))
    } else if let Some(rest) = text.strip_prefix("FAILED SU ") {
        bracket(rest).map(|pair| (pair, false))
    } else if text.starts_with("(to ") {
        bracket(text).map(|pair| (pair, true))
    } else if let Some(rest) = text.strip_prefix("+ ") {
        // It repeats what "Successful su" says.
        if let Some((target, by)) = slip(rest) {
            out.is(Class::Authentication, Activity::Other, Status::Success);
            out.event.operation = "su";
            account(by, out);
            out.event.target = Some(target);
        }
        None
    } else if let Some(rest) = text.strip_prefix("- ") {
        if let Some((target, by)) = slip(rest) {
            out.is(Class::Authentication, Activity::Other, Status::Failure);
            out.event.operation = "su";
            account(by, out);
            out.event.target = Some(target);
        }
        None
    } else {
        None
    };
    if let Some(((target, by), is_success)) = found {
        out.is(Class::Authentication, Activity::Logon, super::status(is_success));
        out.event.operation = if is_success { "Successful su" } else { "FAILED su" };
        account(by.trim_ascii(), out);
        out.event.target = Some(target);
    }
}
