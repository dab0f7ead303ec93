//! System log lines: who signed in, who failed to, who became somebody else.

use bakas_ingest::Format;
use bakas_model::{
    Activity::{self, *},
    Class::{self, *},
    Status::{self, *},
    Stream::{self, *},
};

use crate::kit::{Owned, read};

fn line(message: &str) -> Owned {
    read(Format::Syslog, format!("Jan  5 08:00:00 web1 {message}")).one()
}

fn check(message: &str, is: (Stream, Class, Activity, Status), operation: &str, who: &str) {
    let event = line(message);
    assert_eq!(event.is(), is, "{message}");
    assert_eq!((event.row.operation.as_str(), event.who().as_str()), (operation, who), "{message}");
    assert_eq!(event.row.time.to_string(), "2026-01-05T08:00:00Z");
    assert_eq!(event.host.as_deref(), Some("web1"));
}

#[test]
fn sshd_sign_ins() {
    let success = (Sshd, Authentication, Logon, Success);
    let failure = (Sshd, Authentication, Logon, Failure);
    check(
        "sshd[1]: Accepted password for bob from 203.0.113.7 port 51000 ssh2",
        success,
        "Accepted password",
        "203.0.113.7 bob - -",
    );
    check(
        "sshd-session[1]: Accepted publickey for bob from 2001:db8::1 port 51000 ssh2: RSA SHA256:abc",
        success,
        "Accepted publickey",
        "2001:db8::1 bob - -",
    );
    check(
        "sshd[1]: Failed password for root from 203.0.113.7 port 51000 ssh2",
        failure,
        "Failed password",
        "203.0.113.7 root - -",
    );
    check(
        "sshd[1]: Failed password for invalid user test from 203.0.113.7 port 1 ssh2",
        failure,
        "Failed password",
        "203.0.113.7 test - -",
    );
    check(
        "sshd[1]: Failed none for invalid user  from 203.0.113.7 port 1 ssh2",
        failure,
        "Failed none",
        "203.0.113.7 - - -",
    );
    check(
        "sshd[1]: Invalid user oracle from 203.0.113.7",
        failure,
        "Invalid user",
        "203.0.113.7 oracle - -",
    );
    check(
        "sshd[1]: Invalid user oracle from 203.0.113.7 port 22",
        failure,
        "Invalid user",
        "203.0.113.7 oracle - -",
    );
    check(
        "sshd[1]: error: PAM: Authentication failure for root from 203.0.113.7",
        failure,
        "PAM: Authentication failure",
        "203.0.113.7 root - -",
    );
    check(
        "sshd[1]: User root from 203.0.113.7 not allowed because not listed in AllowUsers",
        failure,
        "User not allowed",
        "203.0.113.7 root - -",
    );
    let event = line("sshd[1]: Failed password for root from 203.0.113.7 port 51000 ssh2");
    assert_eq!((event.src_port, event.field("method").as_str()), (Some(51_000), "password"));
    assert_eq!(
        (
            event.field("src_ip").as_str(),
            event.field("program").as_str(),
            event.field("pid").as_str()
        ),
        ("203.0.113.7", "sshd", "1")
    );
}

#[test]
fn a_name_cannot_pretend_to_be_an_address() {
    check(
        "sshd[1]: Failed password for invalid user x from 198.51.100.1 port 1 ssh2 from 203.0.113.7 port 5 ssh2",
        (Sshd, Authentication, Logon, Failure),
        "Failed password",
        "203.0.113.7 x from 198.51.100.1 port 1 ssh2 - -",
    );
    check(
        "sshd[1]: Invalid user a b from 198.51.100.1 from 203.0.113.7 port 5",
        (Sshd, Authentication, Logon, Failure),
        "Invalid user",
        "203.0.113.7 a b from 198.51.100.1 - -",
    );
}

#[test]
fn what_accompanies_a_sign_in_is_not_another() {
    let other = |status| (Sshd, Authentication, Other, status);
    let base = |status| (Sshd, Base, Other, status);
    check(
        "sshd[1]: pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=203.0.113.7  user=root",
        other(Failure),
        "authentication failure",
        "203.0.113.7 root - -",
    );
    check(
        "sshd[1]: PAM 5 more authentication failures; logname= uid=0 euid=0 tty=ssh ruser= rhost=203.0.113.7  user=root",
        other(Failure),
        "more authentication failures",
        "203.0.113.7 root - -",
    );
    check(
        "sshd[1]: error: maximum authentication attempts exceeded for invalid user admin from 203.0.113.7 port 5 ssh2 [preauth]",
        other(Failure),
        "maximum authentication attempts exceeded",
        "203.0.113.7 admin - -",
    );
    check(
        "sshd[1]: input_userauth_request: invalid user admin [preauth]",
        other(Failure),
        "invalid user",
        "- admin - -",
    );
    check(
        "sshd[1]: pam_unix(sshd:session): session opened for user bob(uid=1000) by (uid=0)",
        other(Success),
        "session opened",
        "- bob - -",
    );
    check(
        "sshd[1]: pam_unix(sshd:session): session closed for user bob",
        (Sshd, Authentication, Logoff, Success),
        "session closed",
        "- bob - -",
    );
    check(
        "sshd[1]: Connection closed by 203.0.113.7 [preauth]",
        base(Unknown),
        "Connection closed",
        "203.0.113.7 - - -",
    );
    check(
        "sshd[1]: Connection closed by invalid user test 203.0.113.7 port 5 [preauth]",
        base(Unknown),
        "Connection closed",
        "203.0.113.7 test - -",
    );
    check(
        "sshd[1]: Disconnected from authenticating user root 203.0.113.7 port 5 [preauth]",
        base(Unknown),
        "Disconnected",
        "203.0.113.7 root - -",
    );
    check(
        "sshd[1]: Received disconnect from 203.0.113.7: 11: Bye Bye [preauth]",
        base(Unknown),
        "Received disconnect",
        "203.0.113.7 - - -",
    );
    check(
        "sshd[1]: Received disconnect from 203.0.113.7 port 5:11: Bye [preauth]",
        base(Unknown),
        "Received disconnect",
        "203.0.113.7 - - -",
    );
    check(
        "sshd[1]: Did not receive identification string from 203.0.113.7",
        base(Failure),
        "no identification string",
        "203.0.113.7 - - -",
    );
    check(
        "sshd[1]: reverse mapping checking getaddrinfo for a.example.net [203.0.113.7] failed - POSSIBLE BREAK-IN ATTEMPT!",
        base(Failure),
        "reverse mapping failed",
        "203.0.113.7 - - -",
    );
    check(
        "sshd[1]: Server listening on 0.0.0.0 port 22.",
        (Sshd, Base, Other, Unknown),
        "sshd",
        "- - - -",
    );
}

#[test]
fn sudo_and_su() {
    check(
        "sudo:      bob : TTY=pts/0 ; PWD=/home/bob ; USER=root ; COMMAND=/bin/sh -c a ; b",
        (Sudo, ProcessActivity, Launch, Success),
        "COMMAND",
        "- bob root /bin/sh -c a ; b",
    );
    check(
        "sudo: bob : 3 incorrect password attempts ; TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/ls",
        (Sudo, Authentication, Logon, Failure),
        "incorrect password",
        "- bob root /bin/ls",
    );
    check(
        "sudo: www-data : user NOT in sudoers ; TTY=unknown ; PWD=/ ; USER=root ; COMMAND=/bin/id",
        (Sudo, ProcessActivity, Launch, Failure),
        "user NOT in sudoers",
        "- www-data root /bin/id",
    );
    check(
        "sudo: pam_unix(sudo:auth): authentication failure; logname=bob uid=1000 euid=0 tty=/dev/pts/0 ruser=bob rhost=  user=bob",
        (Sudo, Authentication, Other, Failure),
        "authentication failure",
        "- bob - -",
    );
    check(
        "su[1]: FAILED su for root by www-data",
        (Su, Authentication, Logon, Failure),
        "FAILED su",
        "- www-data root -",
    );
    check(
        "su: (to root) bob on pts/0",
        (Su, Authentication, Logon, Success),
        "Successful su",
        "- bob root -",
    );
    check(
        "su: FAILED SU (to root) bob on pts/0",
        (Su, Authentication, Logon, Failure),
        "FAILED su",
        "- bob root -",
    );
    check(
        "su[1]: Successful su for root by bob",
        (Su, Authentication, Logon, Success),
        "Successful su",
        "- bob root -",
    );
    check(
        "su[1]: + /dev/pts/0 bob:root",
        (Su, Authentication, Other, Success),
        "su",
        "- bob root -",
    );
    check(
        "su[1]: pam_unix(su:auth): authentication failure; logname=bob uid=1000 euid=0 tty=pts/0 ruser=bob rhost=  user=root",
        (Su, Authentication, Other, Failure),
        "authentication failure",
        "- bob root -",
    );
    check(
        "su: pam_unix(su:session): session opened for user root by bob(uid=1000)",
        (Su, Authentication, Other, Success),
        "session opened",
        "- bob root -",
    );
}

#[test]
fn other_programs() {
    check(
        "login[1]: pam_unix(login:auth): authentication failure; logname=LOGIN uid=0 euid=0 tty=tty1 ruser= rhost=  user=bob",
        (Pam, Authentication, Logon, Failure),
        "authentication failure",
        "- bob - -",
    );
    check(
        "useradd[1]: new user: name=eve, UID=1001, GID=1001, home=/home/eve, shell=/bin/bash",
        (Syslog, AccountChange, Create, Success),
        "new user",
        "- - eve -",
    );
    check(
        "usermod[1]: add 'eve' to group 'sudo'",
        (Syslog, AccountChange, Update, Success),
        "add to group",
        "- - eve sudo",
    );
    check(
        "passwd[1]: pam_unix(passwd:chauthtok): password changed for eve",
        (Pam, AccountChange, Update, Success),
        "password changed",
        "- - eve -",
    );
    check(
        "CRON[1]: (root) CMD (/usr/lib/sa/sa1 1 1)",
        (Cron, ScheduledJob, Launch, Success),
        "CMD",
        "- root - /usr/lib/sa/sa1 1 1",
    );
    check("kernel: usb 1-1: new device", (Syslog, Base, Other, Unknown), "kernel", "- - - -");
}

#[test]
fn a_repeated_message_counts_as_often_as_it_came() {
    let text = "Jan  5 08:00:00 web1 sshd[1]: message repeated 5 times: [ Failed password for root from 203.0.113.7 port 5 ssh2]";
    let found = read(Format::Syslog, text);
    assert_eq!(found.events.len(), 5);
    assert!(found.events.windows(2).all(|pair| pair[0] == pair[1]), "all have the same place");
    assert_eq!(found.events[0].who(), "203.0.113.7 root - -");
    let many = text.replace("5 times", "4000000000 times");
    assert_eq!(read(Format::Syslog, many).events.len(), 1000);
}

#[test]
fn accounts_and_groups() {
    let event =
        line("useradd[1]: new user: name=eve, UID=0, GID=0, home=/home/eve, shell=/bin/bash");
    assert_eq!((event.field("UID"), event.field("shell")), ("0".into(), "/bin/bash".into()));
    let changed = (Syslog, AccountChange, Update, Success);
    let check_group = |message, operation, who| check(message, changed, operation, who);
    check_group("usermod[1]: add 'eve' to shadow group 'sudo'", "add to group", "- - eve sudo");
    check_group(
        "gpasswd[1]: user eve added by root to group sudo",
        "add to group",
        "- root eve sudo",
    );
    check_group(
        "gpasswd[1]: user eve removed by root from group sudo",
        "remove from group",
        "- root eve sudo",
    );
    check_group("usermod[1]: lock user 'ana' password", "lock user", "- - ana -");
    check_group(
        "passwd[1]: password for 'ana' changed by 'root'",
        "password changed",
        "- root ana -",
    );
    check_group("chsh[1]: changed user 'ana' shell to '/bin/sh'", "changed user", "- - ana -");
    let made = (Syslog, AccountChange, Create, Success);
    check("groupadd[1]: new group: name=ops, GID=1002", made, "groupadd", "- - - ops");
    check(
        "groupadd[1]: group added to /etc/group: name=ops, GID=1002",
        made,
        "groupadd",
        "- - - ops",
    );
}

#[test]
fn cron_and_systemd() {
    let job = |activity| (Cron, ScheduledJob, activity, Success);
    check("crontab[1]: (ana) REPLACE (ana)", job(Update), "REPLACE", "- ana - ana");
    check("crontab[1]: (root) REPLACE (ana)", job(Update), "REPLACE", "- root ana ana");
    check("crontab[1]: (ana) LIST (ana)", job(Other), "LIST", "- ana - ana");
    check("anacron[1]: Job `cron.daily' started", job(Launch), "started", "- - - cron.daily");
    check("cron[1]: (root) RELOAD (crontabs/root)", job(Other), "RELOAD", "- root - crontabs/root");
    check(
        "systemd[1]: Started Daily clean-up.",
        (Syslog, Base, Other, Success),
        "Started",
        "- - - Daily clean-up",
    );
    check(
        "systemd[1]: ssh.service: Failed with result 'exit-code'.",
        (Syslog, Base, Other, Failure),
        "Failed",
        "- - - ssh.service",
    );
    check(
        "systemd-logind[1]: New session 5 of user ana.",
        (Syslog, Authentication, Other, Success),
        "New session",
        "- ana - -",
    );
}

#[test]
fn envelopes_give_fields() {
    let text = "<38>1 2026-01-05T08:00:00Z web1 sshd 7 ID1 [o@1 site=\"b\"] Failed password for root from 203.0.113.7 port 5 ssh2";
    let event = read(Format::Syslog, text).one();
    assert_eq!(event.who(), "203.0.113.7 root - -");
    let fields = ["facility", "severity", "msgid", "o@1.site"].map(|name| event.field(name));
    assert_eq!(fields, ["auth", "info", "ID1", "b"]);
    let timeless = read(Format::Syslog, "<189>hello there");
    assert_eq!(timeless.reasons(), [bakas_model::RejectReason::BadTime]);
}
