//! Logs within logs: containers, the journal, messages with their length before them.

use bakas_ingest::{Format, guess};
use bakas_model::{Activity::*, Class::*, RejectReason, Status::*, Stream};

use crate::kit::{Outcome, Slowly, read, read_from, source};

const ACCESS: &str =
    r#"203.0.113.7 - - [05/Jan/2026:08:00:00 +0000] \"GET /a HTTP/1.1\" 200 5 \"-\" \"curl\""#;

fn docker(log: &str, stream: &str) -> String {
    format!(
        "{{\"log\":\"{log}\",\"stream\":\"{stream}\",\"time\":\"2026-01-05T08:00:01.123456789Z\"}}\n"
    )
}

fn check_guess(format: Format, bytes: &[u8]) {
    let told = guess(bytes, "some.log");
    assert_eq!((told.format, told.certainty), (Some(format), 100), "{}", told.why);
}

#[test]
fn the_line_within_is_read_by_its_own_format() {
    let text = [
        docker(&format!("{ACCESS}\\n"), "stdout"),
        docker("Jan  5 08:00:00 web1 sshd[1]: Failed password for root from 203.0.113.7 port 5 ssh2\\n", "stderr"),
        docker("{\\\"level\\\":\\\"warn\\\",\\\"msg\\\":\\\"slow\\\"}\\n", "stdout"),
        docker("panic: out of cheese\\n", "stderr"),
        docker("\\n", "stdout"),
    ]
    .concat();
    check_guess(Format::Docker, text.as_bytes());
    let found = read(Format::Docker, &text);
    assert_eq!((found.events.len(), found.rejects.len()), (5, 0), "{:?}", found.rejects);
    let [access, sshd, json, plain, empty] = &found.events[..] else { panic!() };
    assert_eq!(
        (access.is(), access.who().as_str()),
        ((Stream::Web, HttpActivity, Request, Success), "203.0.113.7 - - /a")
    );
    assert_eq!((sshd.row.stream, sshd.who().as_str()), (Stream::Sshd, "203.0.113.7 root - -"));
    assert_eq!((json.field("level"), json.field("msg")), ("warn".into(), "slow".into()));
    assert_eq!(plain.field("message"), "panic: out of cheese");
    assert_eq!(plain.row.time.to_string(), "2026-01-05T08:00:01.123456Z");
    assert_eq!(
        (plain.row.class, plain.field("stream"), access.field("stream")),
        (Base, "stderr".into(), "stdout".into())
    );
    assert_eq!(empty.field("message"), "");
}

#[test]
fn a_line_that_docker_cut_is_one_again() {
    let (head, tail) = ACCESS.split_at(40);
    let text = [
        docker(head, "stdout"),
        docker(&format!("{tail}\\n"), "stdout"),
        docker("next\\n", "stdout"),
    ]
    .concat();
    let found = read(Format::Docker, &text);
    assert_eq!((found.events.len(), found.rejects.len()), (2, 0));
    assert_eq!(found.events[0].who(), "203.0.113.7 - - /a");
    assert_eq!(
        found.events[0].row.place.length as usize,
        text.find("{\"log\":\"next").unwrap() - 1
    );
    // The other stream lies between.
    let mixed = [
        docker(head, "stdout"),
        docker("oops\\n", "stderr"),
        docker(&format!("{tail}\\n"), "stdout"),
    ]
    .concat();
    let found = read(Format::Docker, &mixed);
    let messages: Vec<_> = found.events.iter().map(|e| (e.field("stream"), e.who())).collect();
    assert!(messages.contains(&("stderr".into(), "- - - -".into())), "{messages:?}");
}

#[test]
fn lines_of_docker_that_were_written_anew_are_one_again_too() {
    let (head, tail) = ACCESS.split_at(40);
    let anew = |log: &str| {
        format!(
            "{{ \"stream\": \"stdout\", \"log\": \"{log}\", \"time\": \"2026-01-05T08:00:01Z\" }}\n"
        )
    };
    let text = [anew(head), anew(&format!("{tail}\\n")), anew("next\\n")].concat();
    check_guess(Format::Docker, text.as_bytes());
    let found = read(Format::Docker, &text);
    assert_eq!((found.events.len(), found.rejects.len()), (2, 0), "{:?}", found.rejects);
    assert_eq!(found.events[0].who(), "203.0.113.7 - - /a");
}

#[test]
fn a_part_that_ends_like_a_line_end_is_a_part() {
    // The runtime cut within `C:\new`.
    let text = [docker("C:\\\\n", "stdout"), docker("ew folder\\n", "stdout")].concat();
    let found = read(Format::Docker, &text);
    assert_eq!(found.one().field("message"), "C:\\new folder");
}

#[test]
fn a_hole_of_zero_bytes_takes_no_record_with_it() {
    let check = |format: Format, line: &str, hole: usize| {
        let line = line.trim_end();
        let text = format!("{line}\n{}{line}\n{line}\n", "\0".repeat(hole));
        let found = read(format, &text);
        assert_eq!((found.events.len(), found.rejects.len()), (3, 1), "{:?}", found.rejects);
        let reject = &found.rejects[0];
        assert_eq!(reject.reason, RejectReason::Binary);
        let first = line.len() as u64 + 1;
        assert_eq!((reject.place.offset, reject.place.length), (first, hole as u32));
        let second = found.events[1].row.place;
        assert_eq!((second.offset, second.length as usize), (first + hole as u64, line.len()));
        assert_eq!(found.account.reject_bytes, hole as u64);
    };
    let sshd =
        "Jan  5 08:00:00 web1 sshd[1]: Failed password for root from 203.0.113.7 port 5 ssh2";
    let trail = r#"{"eventTime":"2026-01-05T08:00:00Z","eventSource":"iam.amazonaws.com","eventName":"ListUsers"}"#;
    let holed = [docker("a\\n", "stdout"), "\0".repeat(300), docker("b\\n", "stdout")].concat();
    let told = guess(holed.as_bytes(), "some.log");
    assert_eq!(told.format, Some(Format::Docker), "{}", told.why);
    for hole in [1, 5000] {
        check(Format::Docker, &docker("a\\n", "stdout"), hole);
        check(Format::Cri, "2026-01-05T08:00:01.123456789Z stdout F hello", hole);
        check(Format::Syslog, sshd, hole);
        check(Format::CloudTrail, trail, hole);
    }
    // A record that was torn before the hole costs itself.
    let torn = format!("{{\"log\":\"to\0\0\0{0}{0}", docker("a\\n", "stdout"));
    let found = read(Format::Docker, &torn);
    assert_eq!((found.events.len(), found.rejects.len()), (2, 2), "{:?}", found.rejects);
    // One that is larger than a chunk.
    for (format, line) in
        [(Format::Docker, docker("a\\n", "stdout")), (Format::Syslog, format!("{sshd}\n"))]
    {
        let hole = 2 * bakas_ingest::CHUNK_BYTES + 5;
        let found = read(format, format!("{line}{}{line}", "\0".repeat(hole)));
        assert_eq!(
            (found.events.len(), found.account.reject_bytes),
            (2, hole as u64),
            "{format:?}"
        );
    }
}

#[test]
fn docker_lines_that_are_none_cost_themselves() {
    let text = [
        docker("a\\n", "stdout"),
        "hello\n".into(),
        "{\"log\":\"b\n".into(),
        docker("c\\n", "stdout"),
    ]
    .concat();
    let found = read(Format::Docker, &text);
    assert_eq!((found.events.len(), found.rejects.len()), (2, 2), "{:?}", found.rejects);
}

#[test]
fn container_runtimes_of_kubernetes() {
    let line =
        |tag: &str, text: &str| format!("2026-01-05T08:00:01.123456789Z stdout {tag} {text}\n");
    let access = ACCESS.replace('\\', "");
    let (head, tail) = access.split_at(40);
    let text = [line("F", "hello"), line("P", head), line("F", tail), line("F", "")].concat();
    check_guess(Format::Cri, text.as_bytes());
    let found = read(Format::Cri, &text);
    assert_eq!((found.events.len(), found.rejects.len()), (3, 0), "{:?}", found.rejects);
    assert_eq!(
        (found.events[0].field("message"), found.events[1].who()),
        ("hello".into(), "203.0.113.7 - - /a".into())
    );
}

fn journal_entry(message: &[u8]) -> Vec<u8> {
    let mut text = b"__CURSOR=s=1;i=2\n__REALTIME_TIMESTAMP=1767600000123456\n_HOSTNAME=web1\n_PID=7\n_SYSTEMD_UNIT=ssh.service\nSYSLOG_IDENTIFIER=sshd\n_COMM=sshd\n".to_vec();
    if message.contains(&b'\n') {
        text.extend(b"MESSAGE\n");
        text.extend((message.len() as u64).to_le_bytes());
    } else {
        text.extend(b"MESSAGE=");
    }
    text.extend(message);
    text.extend(b"\n\n");
    text
}

const FAILED: &str = "Failed password for root from 203.0.113.7 port 5 ssh2";

#[test]
fn the_journal_goes_the_way_of_the_system_log() {
    let binary = b"two\nlines\n\n\xff".as_slice();
    let text =
        [journal_entry(FAILED.as_bytes()), journal_entry(binary), journal_entry(b"")].concat();
    check_guess(Format::Journal, &text);
    let found = read(Format::Journal, &text);
    assert_eq!((found.events.len(), found.rejects.len()), (3, 0), "{:?}", found.rejects);
    let first = &found.events[0];
    assert_eq!(first.is(), (Stream::Sshd, Authentication, Logon, Failure));
    assert_eq!(
        (first.who().as_str(), first.host.as_deref()),
        ("203.0.113.7 root - -", Some("web1"))
    );
    assert_eq!(
        (first.field("_SYSTEMD_UNIT"), first.field("pid")),
        ("ssh.service".into(), "7".into())
    );
    assert_eq!(first.row.time.to_string(), "2026-01-05T08:00:00.123456Z");
    assert_eq!(found.events[1].field("message"), "two\nlines\n\n\u{fffd}");
    // However the stream is cut.
    let pieces = read_from(&source(), Format::Journal, Slowly(&text, 7));
    assert_eq!(pieces.events, found.events);
}

#[test]
fn a_broken_entry_costs_itself() {
    let text = [journal_entry(b"a"), b"no field\nA=b\n\n".to_vec(), journal_entry(b"c")].concat();
    let found = read(Format::Journal, &text);
    assert_eq!((found.events.len(), found.reasons()), (2, vec![RejectReason::Malformed]));
    let untimed = read(Format::Journal, "MESSAGE=hello\n\n");
    assert_eq!(untimed.reasons(), [RejectReason::BadTime]);
    let mut open = journal_entry(b"two\nlines");
    open.truncate(open.len() - 5);
    assert_eq!(read(Format::Journal, &open).rejects.len(), 1);
}

#[test]
fn the_journal_as_json() {
    let text = format!(
        "{{\"__CURSOR\":\"s\",\"__REALTIME_TIMESTAMP\":\"1767600000123456\",\"_HOSTNAME\":\"web1\",\"_PID\":\"7\",\"SYSLOG_IDENTIFIER\":\"sshd\",\"_SYSTEMD_UNIT\":\"ssh.service\",\"MESSAGE\":\"{FAILED}\"}}\n{{\"__REALTIME_TIMESTAMP\":\"1767600000123456\",\"_COMM\":\"app\",\"MESSAGE\":[104,105,255],\"TAG\":[\"a\",\"b\"]}}\n"
    );
    check_guess(Format::JournalJson, text.as_bytes());
    let found = read(Format::JournalJson, &text);
    assert_eq!((found.events.len(), found.rejects.len()), (2, 0), "{:?}", found.rejects);
    assert_eq!(found.events[0].who(), "203.0.113.7 root - -");
    assert_eq!(found.events[0].field("_SYSTEMD_UNIT"), "ssh.service");
    let second = &found.events[1];
    assert_eq!(
        (second.field("message"), second.field("TAG"), second.field("program")),
        ("hi\u{fffd}".into(), "a|b".into(), "app".into())
    );
}

#[test]
fn messages_with_their_length() {
    let message = format!("<38>1 2026-01-05T08:00:00Z web1 sshd 1 - - {FAILED}");
    let two_lines = "<14>1 2026-01-05T08:00:00Z web1 app - - - first\nsecond".to_owned();
    let counted = |text: &str| format!("{} {text}", text.len());
    let stream = [counted(&message), counted(&two_lines), counted(&message)].concat();
    let check = |found: Outcome| {
        assert_eq!((found.events.len(), found.rejects.len()), (3, 0), "{:?}", found.rejects);
        assert_eq!(found.events[0].who(), "203.0.113.7 root - -");
        assert_eq!(found.events[1].field("message"), "first\nsecond");
    };
    check(read(Format::Syslog, &stream));
    check(read_from(&source(), Format::Syslog, Slowly(stream.as_bytes(), 5)));
    // A collector that writes each on its own line.
    let lines = format!("{}\n{}\n", counted(&message), counted(&message));
    assert_eq!(guess(lines.as_bytes(), "x").format, Some(Format::Syslog));
    assert_eq!(read(Format::Syslog, &lines).events.len(), 2);
}
