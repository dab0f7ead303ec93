//! Administrators, timers and the nightly backup on the research agency's machines.

use crate::{
    clock::{HOUR, MINUTE, SECOND, local_hour},
    rng::{Rng, mix},
    world::World,
    write::auth::AuthLine,
};

use super::{Quota, busy};

const ADMINS: &[&str] = &["rilagan", "mzamora", "tgalang"];
/// The account of the nightly backup.
pub(crate) const BACKUP: &str = "svc_backup";
/// Where administrators come from.
const BASTION: &str = "10.30.0.2";
/// Where the backup comes from.
const BACKUP_HOST: &str = "10.30.0.20";
const COMMANDS: &[&str] = &[
    "/usr/bin/apt update",
    "/usr/bin/systemctl restart apache2",
    "/usr/bin/journalctl -u cron",
    "/usr/bin/systemctl status postgresql",
    "/usr/bin/tail -n 200 /var/log/syslog",
    "/usr/bin/df -h",
];

/// The daily life of the machines.
pub(crate) struct Hosts {
    quota: Quota,
    rng: Rng,
    given: u64,
}

/// The lines that an SSH session leaves on a host.
pub(crate) fn ssh_session(
    rng: &mut Rng,
    begin: i64,
    user: &str,
    from: &str,
    key: bool,
    commands: &[String],
) -> Vec<AuthLine> {
    let pid = 1200 + rng.below(60_000);
    let port = 32_768 + rng.below(28_000);
    let how = if key {
        let print = format!("{:016x}{:016x}", mix(user.len() as u64), mix(7));
        format!(
            "Accepted publickey for {user} from {from} port {port} ssh2: ED25519 SHA256:{print}"
        )
    } else {
        format!("Accepted password for {user} from {from} port {port} ssh2")
    };
    let id = 1001 + mix(user.len() as u64) % 40;
    let mut time = begin;
    let line = |time, program, text: String| AuthLine { time, program, pid, text };
    let opened =
        format!("pam_unix(sshd:session): session opened for user {user}(uid={id}) by (uid=0)");
    let mut lines = vec![line(time, "sshd", how), line(time + 40, "sshd", opened)];
    for command in commands {
        time += rng.between(5 * SECOND, 3 * MINUTE);
        let text =
            format!(" {user} : TTY=pts/0 ; PWD=/home/{user} ; USER=root ; COMMAND={command}");
        lines.push(line(time, "sudo", text));
        let root = format!(
            "pam_unix(sudo:session): session opened for user root(uid=0) by {user}(uid={id})"
        );
        lines.push(line(time + 5, "sudo", root));
        lines.push(line(
            time + 900,
            "sudo",
            "pam_unix(sudo:session): session closed for user root".to_owned(),
        ));
    }
    time += rng.between(MINUTE, 25 * MINUTE);
    lines.push(line(time, "sshd", format!("Disconnected from user {user} {from} port {port}")));
    lines.push(line(
        time + 30,
        "sshd",
        format!("pam_unix(sshd:session): session closed for user {user}"),
    ));
    lines
}

impl Hosts {
    pub(crate) fn new(seed: u64, lines: u64) -> Self {
        let rng = Rng::new(seed, "hosts");
        Self { quota: Quota::new(lines, |time| 40 + busy(time, 8, 1)), rng, given: 0 }
    }

    /// Adds what begins in that hour.
    pub(crate) fn hour(&mut self, world: &mut World, hour: usize, start: i64) {
        if local_hour(start, 8) == 2 {
            for host in [1, 2] {
                let begin = start + self.rng.between(MINUTE, 4 * MINUTE);
                let lines = ssh_session(&mut self.rng, begin, BACKUP, BACKUP_HOST, true, &[]);
                for line in &lines {
                    world.line(host, line, 0);
                }
            }
        }
        let due = self.quota.due(hour);
        while self.given < due {
            let host = self.rng.below(world.hosts.len() as u64) as usize;
            let begin = start + self.rng.below(HOUR as u64) as i64;
            let lines = if self.rng.chance(2, 5) { self.timer(begin) } else { self.admin(begin) };
            self.put(world, host, &lines);
        }
    }

    fn put(&mut self, world: &mut World, host: usize, lines: &[AuthLine]) {
        for line in lines {
            world.line(host, line, 0);
        }
        self.given += lines.len() as u64;
    }

    fn timer(&mut self, begin: i64) -> Vec<AuthLine> {
        let pid = 1200 + self.rng.below(60_000);
        let line =
            |time, text: &str| AuthLine { time, program: "CRON", pid, text: text.to_owned() };
        vec![
            line(begin, "pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)"),
            line(begin + 700, "pam_unix(cron:session): session closed for user root"),
        ]
    }

    fn admin(&mut self, begin: i64) -> Vec<AuthLine> {
        let user = *self.rng.pick(ADMINS);
        let count = self.rng.below(3);
        let commands: Vec<String> =
            (0..count).map(|_| (*self.rng.pick(COMMANDS)).to_owned()).collect();
        let key = !self.rng.chance(1, 8);
        let mut lines = Vec::new();
        if !key && self.rng.chance(1, 2) {
            let port = 32_768 + self.rng.below(28_000);
            lines.push(AuthLine {
                time: begin - 9 * SECOND,
                program: "sshd",
                pid: 1200 + self.rng.below(60_000),
                text: format!("Failed password for {user} from {BASTION} port {port} ssh2"),
            });
        }
        lines.extend(ssh_session(&mut self.rng, begin, user, BASTION, key, &commands));
        lines
    }
}
