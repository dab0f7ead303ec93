//! Programs that change accounts, and cron, which runs commands. Lines of other programs are kept
//! as they are.

use bakas_model::{Activity, Class, Status};

use super::{Out, account};

pub(super) fn decode<'a>(program: &str, text: &'a str, out: &mut Out<'_, 'a>) {
    match program {
        "useradd" | "adduser" => useradd(text, out),
        "userdel" | "deluser" => {
            if let Some(name) = quoted(text) {
                change(Activity::Delete, "userdel", name, out);
            }
        }
        "usermod" | "gpasswd" | "chage" => usermod(text, out),
        "groupadd" | "groupdel" => {
            let activity = if program == "groupadd" { Activity::Create } else { Activity::Delete };
            if let Some(name) = value(text, "name=").or_else(|| quoted(text)) {
                out.is(Class::AccountChange, activity, Status::Success);
                out.event.operation = if program == "groupadd" { "groupadd" } else { "groupdel" };
                out.event.object = Some(name);
            }
        }
        "passwd" | "chpasswd" => {
            if let Some((_, name)) = text.split_once("password changed for ") {
                change(Activity::Update, "password changed", name.trim_ascii(), out);
            }
        }
        "CRON" | "cron" | "crond" => cron(text, out),
        _ => {}
    }
}

/// `new user: name=bob, UID=1001, …`; `failed adding user 'bob', …`.
fn useradd<'a>(text: &'a str, out: &mut Out<'_, 'a>) {
    if let Some(name) = text.strip_prefix("new user: ").and_then(|rest| value(rest, "name=")) {
        change(Activity::Create, "new user", name, out);
    } else if let Some(name) = text.strip_prefix("failed adding user ").and_then(quoted) {
        change(Activity::Create, "failed adding user", name, out);
        out.event.status = Status::Failure;
    }
}

/// `add 'bob' to group 'sudo'`, `change user 'bob' password`.
fn usermod<'a>(text: &'a str, out: &mut Out<'_, 'a>) {
    let Some(name) = quoted(text) else { return };
    change(Activity::Update, "usermod", name, out);
    let group = text.split_once(" group ").and_then(|(_, rest)| quoted(rest));
    if group.is_some() {
        out.event.operation = "add to group";
        out.event.object = group;
    }
}

/// `(root) CMD (/usr/lib/sa/sa1)`.
fn cron<'a>(text: &'a str, out: &mut Out<'_, 'a>) {
    let parts = || {
        let (user, rest) = text.strip_prefix('(')?.split_once(") CMD (")?;
        Some((user, rest.strip_suffix(')').unwrap_or(rest)))
    };
    if let Some((user, command)) = parts() {
        out.is(Class::ProcessActivity, Activity::Launch, Status::Success);
        out.event.operation = "CMD";
        out.event.object = Some(command);
        account(user, out);
        out.text("COMMAND", command);
    }
}

fn change<'a>(activity: Activity, operation: &'a str, name: &'a str, out: &mut Out<'_, 'a>) {
    out.is(Class::AccountChange, activity, Status::Success);
    out.event.operation = operation;
    out.event.target = Some(name);
    out.text("user", name);
}

/// The text in the first pair of single quotes.
fn quoted(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once('\'')?;
    Some(rest.split_once('\'')?.0).filter(|name| !name.is_empty())
}

/// What follows `name=`, up to a comma.
fn value<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(name)?;
    rest.split(',').next().filter(|value| !value.is_empty())
}
