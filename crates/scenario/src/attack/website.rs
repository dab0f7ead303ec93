//! The internal website: probing for injection and traversal, an upload that works, the shell's
//! use, and then other machines.

use std::net::IpAddr;

use bakas_model::IncidentKind;

use crate::{
    benign::hosts::ssh_session,
    clock::{MINUTE, SECOND},
    people::SCIENCE,
    plot::{PlannedHit, Plot},
    rng::Rng,
    sites,
    world::{SITE_SCIENCE, World},
    write::auth::AuthLine,
};

use super::actor::Actor;

const INJECTIONS: &[(&str, u16)] = &[
    ("/library/item?id=1184%27", 500),
    ("/library/item?id=1184%27%20AND%201%3D1--%20-", 200),
    ("/library/item?id=1184%27%20AND%201%3D2--%20-", 200),
    ("/library/item?id=-1%27%20UNION%20SELECT%20NULL,NULL,NULL--%20-", 500),
    ("/library/item?id=-1%27%20UNION%20ALL%20SELECT%201,version(),3,4--%20-", 200),
    (
        "/library/item?id=-1%27%20UNION%20ALL%20SELECT%201,table_name,3,4%20FROM%20information_schema.tables--%20-",
        200,
    ),
    ("/library/search?q=reef%27%20OR%20%271%27%3D%271", 200),
    ("/library/search?q=reef%27;SELECT%20SLEEP(5)--", 500),
    ("/library/search?q=%27%20ORDER%20BY%2012--%20-", 500),
];
const TRAVERSALS: &[(&str, u16)] = &[
    ("/download?file=../../../../etc/passwd", 403),
    ("/download?file=..%2f..%2f..%2f..%2fetc%2fpasswd", 200),
    ("/download?file=....//....//....//etc/passwd", 404),
    ("/download?file=../../../../var/www/html/config.php", 200),
    ("/download?file=..%252f..%252f..%252fetc/shadow", 403),
    ("/download?file=/etc/hosts", 403),
];
const SHELL_NAMES: &[&str] =
    &["thumb_cache.php", "img-resize.php", "cfg_old.php", "wp-tmp.php", "view7.php"];
const SHELL_COMMANDS: &[&str] = &[
    "id",
    "whoami",
    "uname+-a",
    "cat+/etc/passwd",
    "ls+-la+/var/www",
    "ip+addr",
    "ps+aux",
    "cat+/var/www/html/config.php",
    "netstat+-tlnp",
    "find+/home+-name+id_rsa",
];
const PARAMETERS: &[&str] = &["cmd", "c", "exec", "x"];
const ROOT_COMMANDS: &[&str] = &[
    "/bin/bash",
    "/usr/bin/cat /etc/shadow",
    "/usr/bin/tar czf /tmp/.b.tgz /srv/data",
    "/usr/bin/crontab -l",
    "/usr/sbin/useradd -m -s /bin/bash sysupd",
    "/usr/bin/mysqldump --all-databases",
];
/// An account whose password stood in the site's configuration.
const FOUND_ACCOUNT: &str = "svc_library";

struct Intrusion<'a> {
    plot: &'a mut Plot,
    actor: &'a Actor,
    rng: Rng,
    shell: String,
    parameter: &'static str,
}

/// Plans the whole of it.
pub(super) fn plan(plot: &mut Plot, actor: &Actor, world: &World, seed: u64) {
    let mut rng = Rng::new(seed, "website");
    let shell = format!("/uploads/2026/01/{}", rng.pick(SHELL_NAMES));
    let parameter = *rng.pick(PARAMETERS);
    let first = rng.between(33, 37);
    let mut intrusion = Intrusion { plot, actor, rng, shell, parameter };
    intrusion.probe(first);
    let placed = intrusion.place(first + 4);
    intrusion.use_shell(first + 4, placed);
    intrusion.move_on(first + 7, world);
}

impl Intrusion<'_> {
    fn request(
        &mut self,
        time: i64,
        incident: u16,
        address: IpAddr,
        (method, target, status): (&'static str, &str, u16),
    ) {
        let agent = if self.rng.chance(1, 2) { self.actor.agents[0] } else { self.actor.tool };
        let bytes = match status {
            200 => 4_000 + self.rng.below(9_000),
            302 => 0,
            _ => 300 + self.rng.below(600),
        };
        let (target, referer) = (target.to_owned(), String::new());
        let hit = PlannedHit { address, method, target, status, bytes, referer, agent };
        self.plot.web(time, incident, SITE_SCIENCE, 0, hit);
    }

    /// Days of injections and traversals among ordinary pages.
    fn probe(&mut self, first: i64) {
        let kind = IncidentKind::WebExploitation;
        let incident = self.plot.incident(SCIENCE, kind, Some(self.actor.number));
        let mut all: Vec<(&str, u16)> = INJECTIONS.iter().chain(TRAVERSALS).copied().collect();
        for day in first..first + 3 {
            let mut time = self.actor.moment(&mut self.rng, day);
            let address = *self.rng.pick(&self.actor.main);
            for page in sites::SCIENCE.pages.iter().take(self.rng.between(2, 5) as usize) {
                self.request(time, incident, address, ("GET", page.0, 200));
                time += self.actor.pause(&mut self.rng);
            }
            self.rng.shuffle(&mut all);
            for &(target, status) in all.iter().take(self.rng.between(9, 15) as usize) {
                for _ in 0..self.rng.between(1, 3) {
                    self.request(time, incident, address, ("GET", target, status));
                    time += self.actor.pause(&mut self.rng);
                }
            }
            for status in [403, 415, 403].iter().take(self.rng.between(1, 3) as usize) {
                self.request(time, incident, address, ("POST", "/uploads/submit", *status));
                time += self.actor.pause(&mut self.rng);
            }
        }
    }

    /// The upload that works; gives the time after it.
    fn place(&mut self, day: i64) -> (i64, IpAddr) {
        let incident = self.plot.incident(SCIENCE, IncidentKind::WebShell, Some(self.actor.number));
        let mut time = self.actor.moment(&mut self.rng, day);
        let address = *self.rng.pick(&self.actor.main);
        self.request(time, incident, address, ("POST", "/uploads/submit", 302));
        time += self.actor.pause(&mut self.rng);
        (time, address)
    }

    fn use_shell(&mut self, day: i64, placed: (i64, IpAddr)) {
        let incident = self.plot.incident(SCIENCE, IncidentKind::WebShell, Some(self.actor.number));
        let shell = self.shell.clone();
        let (mut time, mut address) = placed;
        self.request(time, incident, address, ("GET", &shell, 200));
        for visit in 1..=self.rng.between(4, 7) {
            for _ in 0..self.rng.between(4, 11) {
                time += self.actor.pause(&mut self.rng);
                let command = *self.rng.pick(SHELL_COMMANDS);
                let target = format!("{shell}?{}={command}", self.parameter);
                let request = if self.rng.chance(2, 5) {
                    ("POST", shell.as_str(), 200)
                } else {
                    ("GET", target.as_str(), 200)
                };
                self.request(time, incident, address, request);
            }
            time = self.actor.moment(&mut self.rng, day + visit * 2);
            address = *self.rng.pick(&self.actor.main);
        }
    }

    /// From the website's machine to the others, with an account found in its configuration.
    fn move_on(&mut self, first: i64, world: &World) {
        let kind = IncidentKind::LateralMovement;
        let incident = self.plot.incident(SCIENCE, kind, Some(self.actor.number));
        let from = world.hosts[0].address;
        let text = from.to_string();
        for visit in 0..self.rng.between(3, 5) {
            let mut time = self.actor.moment(&mut self.rng, first + visit * 3);
            for host in 1..world.hosts.len() {
                if visit > 0 && self.rng.chance(1, 3) {
                    continue;
                }
                for _ in 0..self.rng.between(0, 3) {
                    let port = 32_768 + self.rng.below(28_000);
                    let line = AuthLine {
                        time,
                        program: "sshd",
                        pid: 1200 + self.rng.below(60_000),
                        text: format!(
                            "Failed password for {FOUND_ACCOUNT} from {text} port {port} ssh2"
                        ),
                    };
                    self.plot.line(incident, host, line, from, FOUND_ACCOUNT);
                    time += self.rng.between(3 * SECOND, 20 * SECOND);
                }
                let count = self.rng.between(1, 4) as usize;
                let commands: Vec<String> =
                    self.rng.sample(ROOT_COMMANDS, count).into_iter().map(str::to_owned).collect();
                for line in ssh_session(&mut self.rng, time, FOUND_ACCOUNT, &text, false, &commands)
                {
                    self.plot.line(incident, host, line, from, FOUND_ACCOUNT);
                }
                time += self.rng.between(2 * MINUTE, 12 * MINUTE);
            }
        }
    }
}
