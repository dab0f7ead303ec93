//! What a name such as `CreateUser`, `Set-Mailbox`, `ADD_GROUP_MEMBER` or `Delete user.` does, by
//! its verb.

use bakas_model::Activity;

const VERBS: &[(Activity, &[&str])] = &[
    (
        Activity::Create,
        &[
            "create",
            "new",
            "add",
            "put",
            "insert",
            "assign",
            "grant",
            "attach",
            "associate",
            "register",
            "run",
            "invite",
            "authorize",
            "allocate",
            "import",
            "copy",
            "enroll",
            "request",
            "issue",
            "launch",
        ],
    ),
    (
        Activity::Delete,
        &[
            "delete",
            "remove",
            "revoke",
            "unassign",
            "detach",
            "disassociate",
            "terminate",
            "purge",
            "deregister",
            "harddelete",
            "softdelete",
            "trash",
        ],
    ),
    (Activity::Download, &["download", "export"]),
    (Activity::Upload, &["upload"]),
    (Activity::Share, &["share"]),
    (
        Activity::Read,
        &[
            "get", "list", "describe", "head", "view", "search", "lookup", "query", "read",
            "check", "select", "scan", "batchget", "simulate", "test", "preview", "access",
            "discover",
        ],
    ),
    (
        Activity::Update,
        &[
            "update",
            "set",
            "change",
            "modify",
            "edit",
            "enable",
            "disable",
            "suspend",
            "unsuspend",
            "reset",
            "rename",
            "move",
            "start",
            "stop",
            "turn",
            "allow",
            "enforce",
            "unenroll",
            "toggle",
            "restore",
            "reboot",
            "replace",
            "rotate",
            "tag",
            "untag",
            "deactivate",
            "activate",
            "block",
            "unblock",
        ],
    ),
];

/// The activity that the name's first word tells of.
pub(super) fn activity(name: &str) -> Activity {
    // `EMAIL_LOG_SEARCH`, `USER_LICENSE_REVOKE`: the verb may stand last.
    let of = |word: &str| {
        let is_verb = |(_, verbs): &&(Activity, &[&str])| {
            verbs.iter().any(|verb| verb.eq_ignore_ascii_case(word))
        };
        VERBS.iter().find(is_verb).map(|(activity, _)| *activity)
    };
    let name = name.trim_end_matches('.');
    of(first_word(name)).or_else(|| of(last_word(name))).unwrap_or(Activity::Other)
}

/// The first word: up to `_`, `-`, a blank, or the second capital of `CamelCase`.
fn first_word(name: &str) -> &str {
    let bytes = name.as_bytes();
    let is_camel = bytes.iter().any(u8::is_ascii_lowercase);
    let end = bytes.iter().enumerate().skip(1).find(|(_, b)| {
        matches!(b, b'_' | b'-' | b' ' | b':') || (is_camel && b.is_ascii_uppercase())
    });
    end.and_then(|(end, _)| name.get(..end)).unwrap_or(name)
}

fn last_word(name: &str) -> &str {
    name.rsplit(['_', '-', ' ']).next().unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verbs_of_all_providers() {
        let check = |name: &str, expected: Activity| assert_eq!(activity(name), expected, "{name}");
        check("CreateUser", Activity::Create);
        check("New-InboxRule", Activity::Create);
        check("ADD_GROUP_MEMBER", Activity::Create);
        check("Delete user.", Activity::Delete);
        check("DescribeInstances", Activity::Read);
        check("Set-Mailbox", Activity::Update);
        check("EMAIL_LOG_SEARCH", Activity::Read);
        check("USER_LICENSE_REVOKE", Activity::Delete);
        check("DOWNLOAD_USERLIST_CSV", Activity::Download);
        check("ALERT_CENTER_VIEW", Activity::Read);
        check("add_subscription", Activity::Create);
        check("Whatever", Activity::Other);
        check("", Activity::Other);
    }
}
