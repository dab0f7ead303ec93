//! Everything that we can write is taken: envelopes, encrypted files, mails with attachments, replies
//! between the lines. Who signed the envelope counts; what is wrong is told with its place.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use serde_json::Value;

use crate::exchange::{Side, copied, request, sides, steps, with_request, write};

/// A pair for age that was made for this test.
const AGE_SECRET: &str =
    "AGE-SECRET-KEY-1SKNU5KH60ZPP0X8H0PCRKXDHUF4FYL0DUFAWT6RCNF3U626EM3GQJ8TFLZ";
const AGE_PUBLIC: &str = "age1xqy0ae2n95k3evc8yq9q0cdlpxt64w6mg4vnfkng2cpdaze6gupqscc08t";

/// The asking side made its request; gives its name.
fn asked_for(root: &Path) -> String {
    let (asking, _) = sides(root);
    let (_, step) = steps(root).swap_remove(0);
    asking.done(&step.iter().map(String::as_str).collect::<Vec<_>>());
    request(root)
}

fn send(root: &Path, request: &str, more: &[&str], out: &str) {
    let (asking, _) = sides(root);
    let all = [&["request", "send", "case", request, "--out", out], more].concat();
    asking.done(&all);
}

fn receive(side: &Side<'_>, file: &str, more: &[&str], code: i32) -> Value {
    let all = [&["receive", file, "--case", side.folder, "--json"], more].concat();
    let ran = side.run(&all, None);
    assert_eq!(ran.code, Some(code), "{}{}", ran.out, ran.err);
    serde_json::from_str(ran.out.lines().next().unwrap_or_default()).unwrap()
}

#[test]
fn who_signed_the_envelope_is_who_signed_the_message() {
    let dir = copied();
    let root = dir.path();
    let (_, asked) = sides(root);
    let id = asked_for(root);
    // Plain text bears no signature of its own.
    send(root, &id, &["--format", "text"], "bare.txt");
    let bare = receive(&asked, "bare.txt", &[], 0);
    assert_eq!((&bare["waits"], bare["format"] == "text"), (&"it is not signed".into(), true));
    for format in ["text", "stix", "misp", "iodef", "iodef-json", "csv", "native"] {
        let file = format!("{format}.envelope");
        send(root, &id, &["--format", format, "--envelope", "--accept-losses"], &file);
        let text = fs::read_to_string(root.join(&file)).unwrap();
        assert!(text.is_ascii() && text.contains("BAKAS ENVELOPE"));
        let came = receive(&asked, &file, &[], 0);
        assert_eq!(came["waits"], "", "{format}: {came}");
        assert_eq!((&came["sealed_by"], &came["format"]), (&"cert.example".into(), &format.into()));
        assert_eq!(came["requests"][0], id.as_str());
    }
    assert_eq!(asked.status().len(), 1, "one request, in whatever clothes it came");
    // A line of it changed, the label of the outside changed: refused, and told what.
    let good = fs::read_to_string(root.join("text.envelope")).unwrap();
    fs::write(root.join("label.envelope"), good.replacen("TLP:AMBER", "TLP:CLEAR", 1)).unwrap();
    let came = receive(&asked, "label.envelope", &[], 4);
    assert!(came["waits"].as_str().unwrap().contains("another label"), "{came}");
    let middle = good.lines().count() / 2;
    let cut = good.lines().enumerate().filter(|(number, _)| *number != middle);
    let cut: Vec<&str> = cut.map(|(_, line)| line).collect();
    fs::write(root.join("cut.envelope"), cut.join("\n")).unwrap();
    let came = receive(&asked, "cut.envelope", &[], 4);
    assert!(came["waits"].as_str().unwrap().contains("do not use it"), "{came}");
    // The desk verifies what was opened, too.
    let within = fs::read_dir(root.join("telco/exchange/in")).unwrap();
    let within = within.filter(|e| e.as_ref().unwrap().path().extension().unwrap() == "within");
    assert!(within.count() >= 7);
}

#[test]
fn what_was_sealed_for_others_or_by_others_waits() {
    let dir = copied();
    let root = dir.path();
    let (asking, asked) = sides(root);
    let id = asked_for(root);
    send(root, &id, &["--format", "text", "--envelope"], "for-isp.txt");
    // The operator is told that its name is another one: the envelope was for somebody else.
    let path = root.join("telco/exchange/parties.toml");
    let parties = fs::read_to_string(&path).unwrap();
    fs::write(&path, parties.replacen("id = \"isp.example\"", "id = \"isp2.example\"", 1)).unwrap();
    let came = receive(&asked, "for-isp.txt", &[], 0);
    assert!(came["waits"].as_str().unwrap().contains("sealed for isp.example"), "{came}");
    fs::write(&path, &parties).unwrap();
    // Once it can be let in, the same file again lets it in.
    let came = receive(&asked, "for-isp.txt", &[], 0);
    assert_eq!((&came["waits"], came["again"] == true), (&"".into(), true));
    assert!(asked.done(&["receive", "waiting", "--case", "telco"]).contains("nothing waits"));
    // What says it is from one and was sealed by another waits.
    let ours = root.join("case/exchange/parties.toml");
    let text = fs::read_to_string(&ours).unwrap();
    let third = "[[party]]\nid = \"third.example\"\nname = \"third\"\n";
    fs::write(&ours, text + third).unwrap();
    let answer = fs::read(root.join("for-isp.txt")).unwrap();
    fs::write(root.join("back.txt"), answer).unwrap();
    let came = receive(&asking, "back.txt", &[], 0);
    assert!(
        !came["waits"].as_str().unwrap().is_empty(),
        "our own words are nobody's answer: {came}"
    );
}

#[test]
fn encrypted_files_open_with_the_key_and_wait_without() {
    let dir = copied();
    let root = dir.path();
    let (_, asked) = sides(root);
    let id = asked_for(root);
    send(
        root,
        &id,
        &[
            "--format",
            "stix",
            "--envelope",
            "--age-to",
            AGE_PUBLIC,
            "--labels-outside",
            "--accept-losses",
        ],
        "r.age",
    );
    let text = fs::read_to_string(root.join("r.age")).unwrap();
    assert!(text.starts_with("TLP:AMBER PAP:AMBER\n"), "{text}");
    let came = receive(&asked, "r.age", &[], 3);
    assert!(came["waits"].as_str().unwrap().contains("it is encrypted"), "{came}");
    fs::write(root.join("age.key"), format!("# made for a test\n{AGE_SECRET}\n")).unwrap();
    let came = receive(&asked, "r.age", &["--age-identity", "age.key"], 0);
    assert_eq!((&came["waits"], &came["sealed_by"]), (&"".into(), &"cert.example".into()));
    assert_eq!(asked.status().len(), 1);
    // What was opened can be read again without the key: the request is looked at, and answered.
    asked.done(&["request", "show", "telco", &id]);
    // A key that is none is the fault of who named it, and nothing is taken.
    fs::write(root.join("bad.key"), "nothing\n").unwrap();
    let ran =
        asked.run(&["receive", "r.age", "--case", "telco", "--age-identity", "bad.key"], None);
    assert_eq!(ran.code, Some(2), "{}", ran.err);
    assert!(ran.err.contains("bad.key"), "{}", ran.err);
    // Whom it is for may stand in parties.toml.
    let path = root.join("case/exchange/parties.toml");
    let parties = fs::read_to_string(&path).unwrap();
    fs::write(&path, format!("{parties}age = \"{AGE_PUBLIC}\"\n")).unwrap();
    send(root, &id, &["--age-to", "isp.example"], "bare.age");
    let came = receive(&asked, "bare.age", &["--age-identity", "age.key"], 0);
    assert_eq!(came["waits"], "", "the message within is signed itself: {came}");
}

/// A reply between the lines of the request, as a mail program writes it.
fn reply(root: &Path, id: &str) -> String {
    send(root, id, &["--format", "text"], "request.txt");
    let text = fs::read_to_string(root.join("request.txt")).unwrap();
    let mut body = String::from("Status: partial\n\nOn Friday the CERT wrote:\n");
    for line in text.lines() {
        body.push_str(&format!("> {line}\n"));
        if line == "[Flow F-001]" {
            body.push_str("Outcome: identified\nCandidate: R-1\n");
        }
    }
    body
}

const HEAD: &str = "Received: from mx.isp.example by mx.cert.example; Fri, 5 Jan 2024 20:00:00 +0800\nFrom: Ben <ben@isp.example>\nTo: desk@cert.example\nDate: Fri, 5 Jan 2024 19:59:58 +0800\nSubject: Re: request\nMIME-Version: 1.0\n";

#[test]
fn a_reply_by_mail_becomes_an_answer_with_its_time() {
    let dir = copied();
    let root = dir.path();
    let (asking, _) = sides(root);
    let id = asked_for(root);
    let body = reply(root, &id);
    fs::write(
        root.join("reply.eml"),
        format!("{HEAD}Content-Type: text/plain; charset=utf-8\n\n{body}"),
    )
    .unwrap();
    let came = receive(&asking, "reply.eml", &[], 0);
    assert_eq!((&came["kind"], &came["from"]), (&"answer".into(), &"isp.example".into()));
    let why = came["waits"].as_str().unwrap();
    assert!(why.contains("not signed") && why.contains("ben@isp.example"), "{why}");
    let message = came["message"].as_str().unwrap().to_owned();
    asking.done(&["receive", "trust", &message, "--case", "case", "--why", "called them"]);
    let status = &asking.status()[0]["standing"];
    let package = status["threads"]["isp.example"]["answers"][0].as_str().unwrap();
    let taken = ["receive", "take-in", &id, "--case", "case", "--why", "theirs"];
    asking.done(&[&taken[..], &["--answer", package]].concat());
    let judged = fs::read_to_string(root.join("case/assessment.toml")).unwrap();
    assert!(judged.contains("2024-01-05T11:59:58Z"), "when they wrote, not when we read: {judged}");
    asking.done(&["verify", "case"]);
}

#[test]
fn attachments_are_messages_and_bad_ones_say_where() {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    let dir = copied();
    let root = dir.path();
    let (_, asked) = sides(root);
    let id = asked_for(root);
    send(root, &id, &[], "request.json");
    let lines = |bytes: &[u8]| {
        let text = STANDARD.encode(bytes);
        let lines =
            text.as_bytes().chunks(76).map(|line| String::from_utf8(line.to_vec()).unwrap());
        lines.collect::<Vec<_>>().join("\n")
    };
    let mail = |name: &str, bytes: &[u8]| {
        format!(
            "{HEAD}Content-Type: multipart/mixed; boundary=\"b\"\n\n--b\nContent-Type: text/plain\n\nPlease see the file.\n--b\nContent-Type: application/octet-stream\nContent-Disposition: attachment; filename=\"{name}\"\nContent-Transfer-Encoding: base64\n\n{}\n--b--\n",
            lines(bytes)
        )
    };
    let good = fs::read(root.join("request.json")).unwrap();
    fs::write(root.join("bad.eml"), mail("request.json", &good[..good.len() / 2])).unwrap();
    let came = receive(&asked, "bad.eml", &[], 3);
    let why = came["waits"].as_str().unwrap();
    assert!(why.contains("attachment request.json: native: "), "{why}");
    fs::write(root.join("good.eml"), mail("request.json", &good)).unwrap();
    let came = receive(&asked, "good.eml", &[], 0);
    assert_eq!((&came["waits"], &came["within"]), (&"".into(), &"attachment request.json".into()));
    let out = asked.run(&["receive", "absent.eml", "--case", "telco"], None);
    assert_eq!(out.code, Some(2), "{}", out.err);
    assert!(out.err.contains("absent.eml"), "{}", out.err);
}

fn gpg(home: &Path, arguments: &[&str]) -> Option<Vec<u8>> {
    let home = home.to_str().unwrap();
    let common = ["--batch", "--quiet", "--trust-model", "always", "--homedir", home];
    let all = [&common[..], arguments].concat();
    let output = Command::new("gpg").args(all).output().ok()?;
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    Some(output.stdout)
}

#[test]
fn a_reply_signed_with_openpgp_is_let_in_by_its_certificate() {
    let dir = copied();
    let root = dir.path();
    let (asking, _) = sides(root);
    let home = tempfile::tempdir().unwrap();
    let new = |name: &str| {
        gpg(
            home.path(),
            &["--passphrase", "", "--quick-generate-key", name, "default", "default", "never"],
        )
    };
    if new("isp@isp.example").is_none() {
        println!("skipped: no gpg");
        return;
    }
    new("desk@cert.example");
    let theirs = gpg(home.path(), &["--armor", "--export", "isp@isp.example"]).unwrap();
    let ours = gpg(
        home.path(),
        &[
            "--armor",
            "--passphrase",
            "",
            "--pinentry-mode",
            "loopback",
            "--export-secret-keys",
            "desk@cert.example",
        ],
    )
    .unwrap();
    fs::write(root.join("case/exchange/isp.asc"), theirs).unwrap();
    fs::write(root.join("our.key"), ours).unwrap();
    let path = root.join("case/exchange/parties.toml");
    let parties = fs::read_to_string(&path).unwrap();
    fs::write(&path, format!("{parties}pgp = \"isp.asc\"\n")).unwrap();
    let id = asked_for(root);
    write(&root.join("reply.txt"), &reply(root, &id));
    let plain = root.join("reply.txt");
    let file = gpg(
        home.path(),
        &[
            "--armor",
            "--digest-algo",
            "SHA512",
            "--sign",
            "--local-user",
            "isp@isp.example",
            "--encrypt",
            "--recipient",
            "desk@cert.example",
            "--output",
            "-",
            plain.to_str().unwrap(),
        ],
    );
    fs::write(root.join("reply.asc"), file.unwrap()).unwrap();
    let came = receive(&asking, "reply.asc", &["--pgp-key", "our.key"], 0);
    assert_eq!((&came["waits"], &came["sealed_by"]), (&"".into(), &"isp.example".into()), "{came}");
    assert_eq!(asking.status()[0]["standing"]["stage"], "partial");
}

/// Every step of taking an encrypted message is killed at every durable place.
#[test]
fn killed_while_it_opens_an_envelope_nothing_is_lost() {
    let dir = copied();
    let root = dir.path();
    let (_, asked) = sides(root);
    let id = asked_for(root);
    send(root, &id, &["--envelope", "--age-to", AGE_PUBLIC], "r.age");
    fs::write(root.join("age.key"), AGE_SECRET).unwrap();
    let step = ["receive", "r.age", "--case", "telco", "--age-identity", "age.key"];
    let mut kills = 0;
    for at in 1..50 {
        let ran = asked.run(&step, Some(at));
        if ran.code == Some(0) {
            break;
        }
        assert_eq!(ran.code, None, "{}{}", ran.out, ran.err);
        kills += 1;
    }
    assert!(kills > 3, "the kills were real: {kills}");
    let all = asked.status();
    assert_eq!((all.len(), &all[0]["request"]), (1, &id.into()));
    assert!(asked.done(&["receive", "waiting", "--case", "telco"]).contains("nothing waits"));
}

/// A bundle of another sender that is larger than what is held in memory.
fn big(path: &Path, megabytes: u64) {
    use std::io::Write as _;
    let mut file = std::io::BufWriter::new(fs::File::create(path).unwrap());
    file.write_all(b"{\"type\":\"bundle\",\"id\":\"bundle--00000000-0000-4000-8000-000000000000\",\"objects\":[").unwrap();
    let words = "lorem ipsum 電信 ".repeat(60);
    let (mut given, mut n) = (0, 0_u64);
    while given < megabytes << 20 {
        let object = format!(
            "{}\n{{\"type\":\"malware\",\"id\":\"malware--00000000-0000-4000-8000-{n:012x}\",\"spec_version\":\"2.1\",\"created\":\"2026-01-31T08:00:00.000Z\",\"modified\":\"2026-01-31T08:00:00.000Z\",\"is_family\":false,\"description\":\"{words}\"}}",
            if n == 0 { "" } else { "," }
        );
        file.write_all(object.as_bytes()).unwrap();
        given += object.len() as u64;
        n += 1;
    }
    file.write_all(b",{\"type\":\"indicator\",\"id\":\"indicator--00000000-0000-4000-8000-ffffffffffff\",\"spec_version\":\"2.1\",\"created\":\"2026-01-31T08:00:00.000Z\",\"modified\":\"2026-01-31T08:00:00.000Z\",\"pattern_type\":\"stix\",\"pattern\":\"[domain-name:value = 'h.example']\",\"valid_from\":\"2026-01-31T08:00:00.000Z\"}]}").unwrap();
}

/// `BAKAS_EXCHANGE_BIG=500` takes the big one; in a debug build that takes a minute.
#[test]
fn a_bundle_that_is_larger_than_memory_may_be_is_taken_as_it_comes() {
    let named = std::env::var("BAKAS_EXCHANGE_BIG").ok().and_then(|text| text.parse().ok());
    let Some(megabytes) = named else {
        println!("skipped: set BAKAS_EXCHANGE_BIG to megabytes (over 64)");
        return;
    };
    let dir = copied();
    let root = dir.path();
    big(&root.join("big.json"), megabytes);
    let mut command = Command::new(env!("CARGO_BIN_EXE_bakas"));
    command.current_dir(root).env("HOME", root.join("ben-home")).env("BAKAS_BY", "ben");
    command.args(["receive", "big.json", "--case", "telco", "--json"]).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0_u64;
    while child.try_wait().unwrap().is_none() {
        let text = fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok());
        peak = peak.max(kib.unwrap_or(0));
        thread::sleep(Duration::from_millis(20));
    }
    let output = child.wait_with_output().unwrap();
    let came: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&came["format"], &came["kind"]), (&"stix".into(), &"extract".into()), "{came}");
    assert!(came["waits"].as_str().unwrap().contains("nobody in parties.toml"), "{came}");
    println!("{megabytes} MB, peak {} MB", peak >> 10);
    if peak > 0 {
        assert!(peak >> 10 < (megabytes / 2).max(200), "{} MB for {megabytes}", peak >> 10);
    }
    // The same bytes that are no bundle: told, and kept.
    fs::write(root.join("big.xml"), vec![b'<'; (65 << 20) + 1]).unwrap();
    let (_, asked) = sides(root);
    let came = receive(&asked, "big.xml", &[], 3);
    assert!(came["waits"].as_str().unwrap().contains("STIX bundles alone"), "{came}");
}

#[test]
fn the_steps_of_the_dialogue_are_noted_as_they_left() {
    let dir = copied();
    let root = dir.path();
    let (asking, _) = sides(root);
    let id = asked_for(root);
    send(root, &id, &["--format", "text", "--envelope"], "request.txt");
    let left = asking.done(&["request", "left", "case", "--json"]);
    let left: Vec<Value> = left.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(left.len(), 1);
    assert_eq!(left[0]["to"], "isp.example");
    assert_eq!(left[0]["around"][0], "envelope");
    assert_eq!(left[0]["handling"]["tlp"], "TLP:AMBER");
    assert_eq!(left[0]["exit"], "file request.txt");
    let step =
        with_request(root, &["request".into(), "show".into(), "case".into(), "REQUEST".into()]);
    let shown = asking.done(&step.iter().map(String::as_str).collect::<Vec<_>>());
    assert!(shown.contains("sent to isp.example"), "{shown}");
    asking.done(&["verify", "case"]);
}

/// `docs/examples/exchange`: the operator of the worked example takes the request in every format.
#[test]
fn the_worked_example_is_taken_in_every_format() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/examples/exchange");
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path();
    let parties = fs::read_to_string(examples.join("parties.toml")).unwrap();
    write(&root.join("telco/exchange/parties.toml"), &parties);
    let (_, asked) = sides(root);
    for (name, format, waits) in [
        ("native.json", "native", ""),
        ("envelope.txt", "text", ""),
        ("mail.txt", "text", "it is not signed"),
        ("stix.json", "stix", "it is not signed"),
        ("misp.json", "misp", "it is not signed"),
        ("iodef.xml", "iodef", "it is not signed"),
        ("iodef.json", "iodef-json", "it is not signed"),
        ("xarf.json", "xarf", "it is not signed"),
        ("flows.csv", "csv", "it is not signed"),
    ] {
        let file = examples.join(name);
        let came = receive(&asked, file.to_str().unwrap(), &[], 0);
        assert_eq!((&came["format"], &came["waits"]), (&format.into(), &waits.into()), "{name}");
        assert_eq!((&came["kind"], &came["from"]), (&"request".into(), &"cert.example".into()));
    }
    assert_eq!(asked.status().len(), 1, "one request");
    let came = receive(&asked, examples.join("reply.eml").to_str().unwrap(), &[], 0);
    assert_eq!((&came["kind"], &came["from"]), (&"answer".into(), &"isp.example".into()));
}
