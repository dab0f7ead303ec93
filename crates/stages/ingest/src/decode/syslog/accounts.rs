//! Programs that change accounts (the messages of shadow's `useradd.c`, `usermod.c`, `gpasswd.c`,
//! `passwd.c` and their kin). Lines of other programs are kept as they are.

use bakas_model::{Activity, Class, Status};

use super::Out;

pub(super) fn decode<'a>(program: &str, text: &'a str, out: &mut Out<'_, 'a>) {
    match program {
        "useradd" | "adduser" => useradd(text, out),
        "userdel" | "deluser" => {
            if let Some(name) = quoted(text) {
                change(Activity::Delete, "userdel", name, out);
            }
        }
        "usermod" | "gpasswd" | "chage" => usermod(text, out),
        "groupadd" | "addgroup" => group(Activity::Create, "groupadd", text, out),
        "groupdel" | "delgroup" => group(Activity::Delete, "groupdel", text, out),
        "groupmod" => group(Activity::Update, "groupmod", text, out),
        "passwd" | "chpasswd" => passwd(text, out),
        "chfn" | "chsh" => {
            if let Some(name) = quoted(text) {
                change(Activity::Update, "changed user", name, out);
            }
        }
        _ => {}
    }
}

/// `new user: name=bob, UID=1001, …`; `failed adding user 'bob', …`; `add 'bob' to group 'sudo'`.
fn useradd<'a>(text: &'a str, out: &mut Out<'_, 'a>) {
    if let Some(rest) = text.strip_prefix("new user: ") {
        let Some(name) = value(rest, "name=") else { return };
        change(Activity::Create, "new user", name, out);
        for key in ["UID", "GID", "home", "shell"] {
            let mut parts = rest.split(", ").filter_map(|part| part.split_once('='));
            if let Some((_, value)) = parts.find(|(known, _)| *known == key) {
                out.text(key, value);
            }
        }
    } else if let Some(name) = text.strip_prefix("failed adding user ").and_then(quoted) {
        change(Activity::Create, "failed adding user", name, out);
        out.event.status = Status::Failure;
    } else {
        usermod(text, out);
    }
}

/// `add 'bob' to group 'sudo'`, `change user 'bob' password`, `lock user 'bob' password`, and
/// gpasswd's `user bob added by root to group sudo`.
fn usermod<'a>(text: &'a str, out: &mut Out<'_, 'a>) {
    if let Some((name, rest)) = text.strip_prefix("user ").and_then(|t| t.split_once(' ')) {
        let words = [("added by ", " to group "), ("removed by ", " from group ")];
        for (verb, before) in words {
            let Some((by, group)) = rest.strip_prefix(verb).and_then(|r| r.split_once(before))
            else {
                continue;
            };
            let is_added = verb.starts_with("added");
            let operation = if is_added { "add to group" } else { "remove from group" };
            change(Activity::Update, operation, name, out);
            out.event.account = Some(by);
            out.event.object = Some(group);
            out.text("group", group);
        }
        return;
    }
    let Some(name) = quoted(text) else { return };
    let operation = match text.split(' ').next() {
        Some("lock") => "lock user",
        Some("unlock") => "unlock user",
        _ => "usermod",
    };
    change(Activity::Update, operation, name, out);
    let group = text
        .split_once(" group ")
        .or_else(|| text.split_once(" shadow group "))
        .and_then(|(_, rest)| quoted(rest));
    if let Some(group) = group {
        let is_added = text.starts_with("add ");
        out.event.operation = if is_added { "add to group" } else { "remove from group" };
        out.event.object = Some(group);
        out.text("group", group);
    }
}

/// `new group: name=ops, GID=1001`, `group added to /etc/group: name=ops, …`, `group 'ops' removed`.
fn group<'a>(activity: Activity, operation: &'a str, text: &'a str, out: &mut Out<'_, 'a>) {
    if let Some(name) = value(text, "name=").or_else(|| quoted(text)) {
        out.is(Class::AccountChange, activity, Status::Success);
        out.event.operation = operation;
        out.event.object = Some(name);
        out.text("group", name);
    }
}

/// `password for 'bob' changed by 'root'`, `password changed for bob`, `password locked for …`.
fn passwd<'a>(text: &'a str, out: &mut Out<'_, 'a>) {
    if let Some(rest) = text.strip_prefix("password for ") {
        let Some(name) = quoted(rest) else { return };
        change(Activity::Update, "password changed", name, out);
        out.event.account = rest.split_once(" by ").and_then(|(_, by)| quoted(by));
    } else if let Some((_, name)) = text.split_once("password changed for ") {
        change(Activity::Update, "password changed", name.trim_ascii(), out);
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
