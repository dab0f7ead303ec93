//! Made-up logs of four agencies: a mail server, an identity provider, Windows machines, and a
//! border with web mail, VPN, sensor and name server. Attackers and people come from blocks that
//! are really announced, taken as the scenario does; nobody there is accused. It judges nothing.

use std::fmt::Write as _;

use crate::yard::Yard;

/// Four addresses of one rented network; the second half of the guessers is of another one.
pub(crate) const GUESSERS: [&str; 4] =
    ["45.76.120.11", "45.76.120.57", "45.76.121.90", "45.76.122.14"];
/// Who goes for the desktops of the third agency.
pub(crate) const DESKTOP: &str = "46.101.33.7";
/// Who goes for the border of the fourth.
pub(crate) const BORDER: &str = "68.183.9.41";
/// The machine inside the fourth agency that calls home.
pub(crate) const CALLER: &str = "10.7.5.20";
/// A monitor that connects every five minutes.
pub(crate) const MONITOR: &str = "52.70.114.29";

const PEOPLE: [&str; 8] = ["ana", "ben", "carla", "dan", "elsa", "fe", "m.cruz", "gil"];
/// Days of January 2026 that the logs hold.
const DAYS: std::ops::RangeInclusive<u32> = 5..=14;
/// The day of the attacks.
const DAY: u32 = 13;

/// Where a person is at home.
pub(crate) fn home(person: usize) -> String {
    format!("49.144.{}.{}", 20 + person, 30 + person)
}

/// A time of the day of attack, from seconds since midnight.
fn clock(seconds: u32) -> String {
    format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

fn syslog(day: u32, seconds: u32) -> String {
    format!("Jan {day:>2} {}", clock(seconds))
}

fn iso(day: u32, seconds: u32) -> String {
    format!("2026-01-{day:02}T{}", clock(seconds))
}

/// A log in the making: lines with their time.
#[derive(Default)]
struct Log(Vec<((u32, u32), String)>);

impl Log {
    fn line(&mut self, day: u32, seconds: u32, text: String) {
        self.0.push(((day, seconds), text));
    }

    fn text(mut self) -> Vec<u8> {
        self.0.sort_by_key(|(time, _)| *time);
        let mut out = String::new();
        for (_, line) in self.0 {
            writeln!(out, "{line}").unwrap();
        }
        out.into_bytes()
    }
}

/// Writes the logs of all four.
pub(crate) fn write(yard: &Yard) {
    mail_server(yard);
    identity(yard);
    windows(yard);
    border(yard);
    crate::yard::write(&yard.path("bakas.toml"), CONFIG.as_bytes());
}

const CONFIG: &str = "[[source]]\npath = \"post/mail.log\"\nyear_reference = \"2026-01-20\"\n";

/// Dovecot and Postfix: 480 failures on forty names, one of them entered, 150 messages.
fn mail_server(yard: &Yard) {
    let mut log = Log::default();
    let login = |log: &mut Log, day, at, name: &str, from: &str| {
        let text = format!(
            "{} mx1 dovecot: imap-login: Login: user=<{name}@post.example>, method=PLAIN, rip={from}, lip=10.1.0.25, mpid={}, TLS, session=<s{day}x{at}>",
            syslog(day, at),
            4000 + at
        );
        log.line(day, at, text);
    };
    let failed = |log: &mut Log, day, at, name: &str, from: &str| {
        log.line(day, at, format!("{} mx1 dovecot: auth-worker(2310): sql({name}@post.example,{from},<q{day}x{at}>): Password mismatch", syslog(day, at)));
        log.line(day, at + 2, format!("{} mx1 dovecot: imap-login: Disconnected (auth failed, 1 attempts in 2 secs): user=<{name}@post.example>, method=PLAIN, rip={from}, lip=10.1.0.25, TLS, session=<q{day}x{at}>", syslog(day, at + 2)));
    };
    for day in DAYS {
        for (n, name) in PEOPLE.iter().enumerate() {
            for round in 0..3 {
                let at = 3600 * (1 + 3 * round) + 100 * n as u32;
                login(&mut log, day, at, name, &home(n));
            }
            message(&mut log, day, 9000 + 60 * n as u32, (name, &home(n)), day * 100 + n as u32);
        }
        // A monitor that connects and leaves, and a backup job from inside.
        for round in 0..288 {
            let at = round * 300;
            log.line(day, at, format!("{} mx1 dovecot: imap-login: Disconnected (no auth attempts in 0 secs): user=<>, rip={MONITOR}, lip=10.1.0.25, TLS, session=<m{day}x{at}>", syslog(day, at)));
        }
        login(&mut log, day, 7200, "backup", "10.1.0.40");
    }
    // Ben mistypes three times and gets in.
    for n in 0..3 {
        failed(&mut log, 12, 30_000 + 20 * n, "ben", &home(1));
    }
    login(&mut log, 12, 30_100, "ben", &home(1));
    for n in 0..480_u32 {
        let name = if n % 12 == 0 { "m.cruz".to_owned() } else { format!("staff{}", n % 40) };
        let from = GUESSERS[(n % 4) as usize];
        failed(&mut log, DAY, 36_000 + 20 * n, &name, from);
    }
    let entered = 36_000 + 20 * 480;
    login(&mut log, DAY, entered, "m.cruz", GUESSERS[0]);
    for n in 0..150 {
        message(&mut log, DAY, entered + 60 + 10 * n, ("m.cruz", GUESSERS[0]), 90_000 + n);
    }
    yard.log("post/mail.log", &log.text());
}

/// A message handed over, queued and delivered.
fn message(log: &mut Log, day: u32, at: u32, (name, from): (&str, &str), number: u32) {
    let id = format!("4Vb{number:08}zX");
    let head = syslog(day, at);
    for text in [
        format!(
            "{head} mx1 postfix/submission/smtpd[2230]: {id}: client=unknown[{from}], sasl_method=LOGIN, sasl_username={name}@post.example"
        ),
        format!(
            "{head} mx1 postfix/qmgr[815]: {id}: from=<{name}@post.example>, size=4821, nrcpt=1 (queue active)"
        ),
        format!(
            "{head} mx1 postfix/smtp[2232]: {id}: to=<reader{number}@example.net>, relay=mx.example.net[198.51.100.9]:25, delay=2.1, delays=0.4/0.02/0.9/0.8, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 9F1C0)"
        ),
    ] {
        log.line(day, at, text);
    }
}

/// Entra sign-ins, Entra audit and the unified audit of Microsoft 365, which tells sign-ins again.
fn identity(yard: &Yard) {
    let (mut entra, mut unified, mut audit) = (Log::default(), Log::default(), Log::default());
    let mut sign_in = |day: u32, at: u32, name: &str, from: &str, code: u32| {
        let agent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Firefox/140.0";
        entra.line(day, at, format!(r#"{{"id":"e{day}-{at}","createdDateTime":"{}Z","userPrincipalName":"{name}@records.example","appDisplayName":"Office 365 Exchange Online","ipAddress":"{from}","clientAppUsed":"Browser","userAgent":"{agent}","isInteractive":true,"status":{{"errorCode":{code},"failureReason":"x"}},"location":{{"countryOrRegion":"PH"}},"riskState":"none"}}"#, iso(day, at)));
        let word = if code == 0 { "UserLoggedIn" } else { "UserLoginFailed" };
        unified.line(day, at + 1, format!(r#"{{"CreationTime":"{}","Id":"u{day}-{at}","Operation":"{word}","OrganizationId":"6b0c","RecordType":15,"ResultStatus":"{}","UserKey":"k","UserType":0,"Version":1,"Workload":"AzureActiveDirectory","ClientIP":"{from}","ObjectId":"00000002","UserId":"{name}@records.example","ExtendedProperties":[{{"Name":"UserAgent","Value":"{agent}"}}]}}"#, iso(day, at + 1), if code == 0 { "Success" } else { "Failed" }));
    };
    for day in DAYS {
        for (n, name) in PEOPLE.iter().enumerate() {
            sign_in(day, 4000 + 90 * n as u32, name, &home(n), 0);
            sign_in(day, 24_000 + 90 * n as u32, name, &home(n), 0);
        }
    }
    sign_in(11, 20_000, "carla", &home(2), 50126);
    sign_in(11, 20_030, "carla", &home(2), 50126);
    sign_in(11, 20_060, "carla", &home(2), 0);
    for n in 0..240_u32 {
        let name = PEOPLE[(n % 8) as usize];
        sign_in(DAY, 43_200 + 30 * n, name, GUESSERS[(n % 4) as usize], 50126);
    }
    let entered = 43_200 + 30 * 240;
    sign_in(DAY, entered, "ana", GUESSERS[1], 0);
    unified.line(DAY, entered + 200, format!(r#"{{"CreationTime":"{}","Id":"rule","Operation":"New-InboxRule","OrganizationId":"6b0c","RecordType":1,"ResultStatus":"True","UserKey":"k","UserType":2,"Version":1,"Workload":"Exchange","ClientIP":"{}:50122","ObjectId":"x","UserId":"ana@records.example","Parameters":[{{"Name":"Name","Value":".."}},{{"Name":"ForwardTo","Value":"drop@mail.example.net"}},{{"Name":"DeleteMessage","Value":"True"}}]}}"#, iso(DAY, entered + 200), GUESSERS[1]));
    audit.line(
        DAY,
        entered + 400,
        change(
            entered + 400,
            "Consent to application",
            "ApplicationManagement",
            ("ServicePrincipal", "Mail Helper Pro"),
        ),
    );
    audit.line(
        DAY,
        entered + 500,
        change(entered + 500, "User registered security info", "UserManagement", ("User", "ana")),
    );
    yard.log("records/signins.ndjson", &entra.text());
    yard.log("records/unified.ndjson", &unified.text());
    yard.log("records/audit.ndjson", &audit.text());
}

fn change(at: u32, what: &str, category: &str, (kind, name): (&str, &str)) -> String {
    format!(
        r#"{{"id":"a{at}","category":"{category}","result":"success","activityDisplayName":"{what}","activityDateTime":"{}Z","loggedByService":"Core Directory","initiatedBy":{{"user":{{"userPrincipalName":"ana@records.example","ipAddress":"{}"}}}},"targetResources":[{{"type":"{kind}","displayName":"{name}","modifiedProperties":[]}}]}}"#,
        iso(DAY, at),
        GUESSERS[1]
    )
}

/// Remote desktop guessed from outside, entered; then a user, an administrator, a service, and
/// the log cleared.
fn windows(yard: &Yard) {
    let mut log = Log::default();
    let event = |log: &mut Log, day: u32, at: u32, id: u32, more: &str| {
        let (channel, provider) = match id {
            7045 => ("System", "Service Control Manager"),
            1102 => ("Security", "Microsoft-Windows-Eventlog"),
            _ => ("Security", "Microsoft-Windows-Security-Auditing"),
        };
        log.line(day, at, format!(r#"{{"EventTime":"2026-01-{day:02} {}","Hostname":"srv1.ports.example","EventID":{id},"SourceName":"{provider}","Channel":"{channel}","RecordNumber":{},{more}}}"#, clock(at), day * 100_000 + at));
    };
    let logon = |name: &str, kind: u32, from: &str| {
        format!(
            r#""TargetUserName":"{name}","LogonType":"{kind}","IpAddress":"{from}","IpPort":"50122","Status":"0xc000006d""#
        )
    };
    for day in DAYS {
        for (n, name) in PEOPLE.iter().enumerate() {
            let inside = format!("10.9.0.{}", 10 + n);
            event(&mut log, day, 3000 + 60 * n as u32, 4624, &logon(name, 2, "127.0.0.1"));
            event(&mut log, day, 3010 + 60 * n as u32, 4624, &logon(name, 3, &inside));
        }
        // A backup job with an old password, every hour, from inside.
        for hour in 0..24 {
            event(&mut log, day, hour * 3600 + 7, 4625, &logon("svc-backup", 3, "10.9.0.200"));
        }
    }
    for n in 0..360_u32 {
        let name = ["administrator", "admin", "ben"][(n % 3) as usize];
        event(&mut log, DAY, 61_200 + 10 * n, 4625, &logon(name, 10, DESKTOP));
        event(
            &mut log,
            DAY,
            61_200 + 10 * n,
            4776,
            &format!(r#""TargetUserName":"{name}","Workstation":"X","Status":"0xc000006a""#),
        );
    }
    let entered = 61_200 + 3600;
    event(&mut log, DAY, entered, 4624, &logon("administrator", 10, DESKTOP));
    let by = r#""SubjectUserName":"administrator""#;
    event(&mut log, DAY, entered + 600, 4720, &format!(r#"{by},"TargetUserName":"helper""#));
    event(
        &mut log,
        DAY,
        entered + 620,
        4732,
        &format!(
            r#"{by},"MemberName":"CN=helper","MemberSid":"S-1-5-21-7-1107","TargetUserName":"Administrators","TargetSid":"S-1-5-32-544""#
        ),
    );
    event(
        &mut log,
        DAY,
        entered + 1200,
        7045,
        r#""ServiceName":"WinHelp","ImagePath":"C:\\Users\\Public\\h.exe","AccountName":"LocalSystem""#,
    );
    event(&mut log, DAY, entered + 1800, 1102, by);
    yard.log("ports/events.json", &log.text());
}

/// Web mail and VPN guessed, the VPN entered; a sensor's alarm, a tunnel through names, a beacon.
fn border(yard: &Yard) {
    web_mail(yard);
    firewall(yard);
    sensor(yard);
    names(yard);
}

fn web_mail(yard: &Yard) {
    let mut log = Log::default();
    let mut request = |day: u32, at: u32, what: &str, user: &str, from: &str, code: &str| {
        log.line(day, at, format!("2026-01-{day:02} {} 10.7.0.25 {what} 443 {user} {from} Mozilla/5.0+(Windows+NT+10.0)+Firefox/140.0 - {code} 0 0 12", clock(at)));
    };
    for day in DAYS {
        for (n, name) in PEOPLE.iter().enumerate() {
            let (at, from) = (5000 + 100 * n as u32, home(n));
            request(day, at, "GET /owa/auth/logon.aspx reason=0", "-", &from, "200");
            request(day, at + 1, "GET /owa/auth/15.1/themes/logo.png -", "-", &from, "200");
            request(day, at + 9, "POST /owa/auth.owa -", name, &from, "302");
            request(day, at + 10, "GET /owa/ -", name, &from, "200");
        }
        for round in 0..288 {
            request(day, round * 300, "GET /owa/healthcheck.htm -", "-", MONITOR, "200");
        }
    }
    for n in 0..200_u32 {
        let name = PEOPLE[(n % 8) as usize];
        request(DAY, 50_000 + 15 * n, "POST /owa/auth.owa -", name, BORDER, "302");
        request(
            DAY,
            50_001 + 15 * n,
            "GET /owa/auth/logon.aspx replaceCurrent=1&reason=2",
            "-",
            BORDER,
            "200",
        );
    }
    let head = "#Software: Microsoft Internet Information Services 10.0\n#Version: 1.0\n#Date: 2026-01-05 00:00:00\n#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Referer) sc-status sc-substatus sc-win32-status time-taken\n";
    let text = [head.as_bytes(), &log.text()].concat();
    yard.log("labor/iis/u_ex2601.log", &text);
}

fn firewall(yard: &Yard) {
    let mut log = Log::default();
    let mut line = |day: u32, at: u32, rest: &str| {
        log.line(day, at, format!(r#"date=2026-01-{day:02} time={} devname="FGT60F" devid="FGT60FTK20000001" tz="+0000" {rest}"#, clock(at)));
    };
    let up = |name: &str, from: &str| {
        format!(
            r#"logid="0101039424" type="event" subtype="vpn" level="information" vd="root" logdesc="SSL VPN tunnel up" action="tunnel-up" tunneltype="ssl-tunnel" remip={from} user="{name}" group="vpn-users" reason="tunnel established" msg="SSL tunnel established""#
        )
    };
    let fail = |name: &str, from: &str| {
        format!(
            r#"logid="0101039426" type="event" subtype="vpn" level="alert" vd="root" logdesc="SSL VPN login fail" action="ssl-login-fail" tunneltype="ssl-web" remip={from} user="{name}" group="N/A" reason="sslvpn_login_permission_denied" msg="SSL user failed to logged in""#
        )
    };
    let traffic = |from: &str, to: &str, port: u32| {
        format!(
            r#"logid="0000000013" type="traffic" subtype="forward" level="notice" vd="root" srcip={from} srcport=51044 dstip={to} dstport={port} proto=6 action="close" policyid=7 service="HTTPS" sentbyte=1200 rcvdbyte=5120"#
        )
    };
    for day in DAYS {
        for (n, name) in PEOPLE.iter().enumerate().take(4) {
            line(day, 6000 + 200 * n as u32, &up(name, &home(n)));
        }
        // A telephone exchange asks its supplier every ten minutes; nobody calls that an attack.
        for round in 0..144 {
            line(day, round * 600, &traffic("10.7.3.3", "104.16.1.1", 443));
        }
    }
    for n in 0..240_u32 {
        line(DAY, 54_000 + 12 * n, &fail(PEOPLE[(n % 4) as usize], BORDER));
    }
    line(DAY, 54_000 + 12 * 240, &up("dan", BORDER));
    for round in 0..900_u32 {
        line(DAY, 60_000 + 20 * round, &traffic(CALLER, "5.189.130.9", 8443));
    }
    yard.log("labor/fortigate.log", &log.text());
}

fn sensor(yard: &Yard) {
    let mut log = Log::default();
    let mut alert = |at: u32,
                     from: &str,
                     to: &str,
                     signature: &str,
                     category: &str,
                     severity: u32| {
        log.line(DAY, at, format!(r#"{{"timestamp":"{}.000000+0000","flow_id":{at},"event_type":"alert","src_ip":"{from}","src_port":40112,"dest_ip":"{to}","dest_port":443,"proto":"TCP","alert":{{"action":"allowed","gid":1,"signature_id":2,"rev":2,"signature":"{signature}","category":"{category}","severity":{severity}}}}}"#, iso(DAY, at)));
    };
    alert(
        53_000,
        BORDER,
        "10.7.0.25",
        "Sign-in page asked too often",
        "Attempted User Privilege Gain",
        1,
    );
    alert(
        60_500,
        CALLER,
        "5.189.130.9",
        "Known implant calls home",
        "Malware Command and Control Activity Detected",
        1,
    );
    alert(30_000, MONITOR, "10.7.0.25", "Unusual user agent", "Not Suspicious Traffic", 3);
    yard.log("labor/eve.json", &log.text());
}

fn names(yard: &Yard) {
    let mut log = Log::default();
    let mut query = |day: u32, at: u32, from: &str, name: &str, kind: &str| {
        log.line(day, at, format!("{day:02}-Jan-2026 {}.001 queries: info: client @0x7f8b2c0e1a58 {from}#51000 ({name}): query: {name} IN {kind} +E(0)K (10.7.0.53)", clock(at)));
    };
    for day in DAYS {
        for n in 0..200_u32 {
            let from = format!("10.7.4.{}", 10 + n % 20);
            query(
                day,
                400 * n,
                &from,
                ["www.example.com", "news.example.org"][(n % 2) as usize],
                "A",
            );
        }
    }
    for n in 0..400_u64 {
        let bits = n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let label: String = (0..40_u32)
            .map(|at| {
                let byte = (bits.rotate_left(at * 7) ^ (u64::from(at) * 0x5bd1)) % 32;
                char::from(b"abcdefghijklmnopqrstuvwxyz234567"[byte as usize])
            })
            .collect();
        query(
            DAY,
            62_000 + 5 * n as u32,
            CALLER,
            &format!("{label}.t.transfer-example.net"),
            "TXT",
        );
    }
    yard.log("labor/queries.log", &log.text());
}
