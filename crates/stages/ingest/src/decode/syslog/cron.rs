//! What cron, crontab, anacron and at say (the messages of Vixie cron's `do_command.c` and
//! `crontab.c`, cronie and at): commands that ran, and tables that were changed.

use bakas_model::{Activity, Class, Status};

use super::{Out, account};

pub(super) fn decode<'a>(program: &str, text: &'a str, out: &mut Out<'_, 'a>) {
    if program == "anacron" {
        // `Job `cron.daily' started`.
        let name = text.strip_prefix("Job `").and_then(|rest| rest.split_once('\''));
        if let Some((name, rest)) = name.filter(|(_, rest)| rest.starts_with(" started")) {
            out.is(Class::ScheduledJob, Activity::Launch, Status::Success);
            out.event.operation = rest.trim_ascii_start();
            out.event.object = Some(name);
        }
        return;
    }
    let Some((user, word, rest)) = parts(text) else { return };
    let (activity, status) = match word {
        "CMD" => (Activity::Launch, Status::Success),
        "REPLACE" | "END EDIT" => (Activity::Update, Status::Success),
        "DELETE" => (Activity::Delete, Status::Success),
        "AUTH" | "BAD FILE MODE" | "WRONG FILE OWNER" => (Activity::Other, Status::Failure),
        "RELOAD" | "LIST" | "BEGIN EDIT" => (Activity::Other, Status::Success),
        _ => (Activity::Other, Status::Unknown),
    };
    out.is(Class::ScheduledJob, activity, status);
    out.event.operation = word;
    account(user, out);
    out.event.object = Some(rest);
    if word == "CMD" {
        out.text("COMMAND", rest);
    } else if rest != user && matches!(word, "REPLACE" | "DELETE" | "LIST" | "END EDIT") {
        // root looks after the table of somebody else.
        out.event.target = Some(rest);
    }
}

/// `(root) CMD (/usr/lib/sa/sa1)`: the user, the word, and what stands in the last brackets.
fn parts(text: &str) -> Option<(&str, &str, &str)> {
    let (user, rest) = text.strip_prefix('(')?.split_once(") ")?;
    let (word, rest) = rest.split_once(" (")?;
    let is_word = !word.is_empty() && word.bytes().all(|b| b.is_ascii_uppercase() || b == b' ');
    is_word.then(|| (user, word, rest.strip_suffix(')').unwrap_or(rest)))
}
