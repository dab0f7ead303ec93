//! The worked example of `docs/exchange.md` in every format. The files below `docs/examples/exchange` are
//! what the encoders make of one request, byte for byte; `BAKAS_WRITE_EXAMPLES=1` writes them anew.
//! Names, addresses and keys are made up.

use std::{fs, path::PathBuf};

use bakas_exchange::{
    Cleared, Encoded, Recipient, Rules, clear_under, csv,
    envelope::seal,
    iodef, misp, native, stix, text,
    xarf::{self, Options},
};
use bakas_model::{IncidentKind, Timestamp, exchange::Content};
use bakas_seal::SigningKey;
use serde_json::{Value, json};

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../docs/examples/exchange")
}

/// The key that signs the example: anybody can read it here, so that it proves nothing.
fn key() -> SigningKey {
    SigningKey::new("cert.example/bakas", &[7; 32]).unwrap()
}

fn party(id: &str, name: &str, kind: &str, fingerprint: &str) -> Value {
    json!({"id": id, "name": name, "kind": kind, "country": "PH", "contact": {
        "email": format!("desk@{id}"), "phone": "+63 2 5550 1234", "at_every_hour": true,
        "key_fingerprint": fingerprint}})
}

fn flow(number: u32, port: u16, second: u32, offset: u64) -> Value {
    json!({
        "id": format!("F-{number:03}"), "source": "203.0.113.40", "source_port": {"known": port},
        "destination": "192.0.2.5", "destination_port": 22, "protocol": "tcp",
        "start": format!("2026-01-05T03:00:{second:02}Z"), "end": format!("2026-01-05T03:00:{second:02}Z"),
        "precision_micros": 1_000_000,
        "clock": {"source": "NTP", "offset_micros": 0, "uncertainty_micros": 50_000,
            "determined": "the host's own report"},
        "log_source": "sign-in log of a gate", "count": 1,
        "evidence": [{"file": "agency/auth.log", "offset": offset, "length": 101,
            "log": "cert.example/bakas/case-00000000000000000000000000000001", "leaf": 32 + number}]
    })
}

fn cleared() -> Cleared {
    let value = json!({
        "id": "6a0f0f7e-7c1f-4f5a-9a52-0d5a3b2c1e01", "created": "2026-01-06T08:00:00Z",
        "from": party("cert.example", "National CERT (made up)", "national_cert", &key().public().fingerprint()),
        "to": [party("isp.example", "An operator (made up)", "operator", "")],
        "handling": {"tlp": "TLP:AMBER", "pap": "PAP:GREEN", "onward": "with_consent",
            "permitted_use": ["criminal investigation"], "personal": false},
        "content": {"is": "request", "of": {
            "id": "3f0c1e52-52c5-4a0e-8a0e-51a2a8a0c701", "version": 1, "reference": "2026-014",
            "authority": "the law that founds the team", "action": "identify",
            "reply_by": "2026-01-20T00:00:00Z", "legal_basis": "the law that the team asks under",
            "offence": "illegal access",
            "facts": [
                {"language": "en", "text": "Passwords were guessed at a sign-in, from one address, over an hour."},
                {"language": "fil", "text": "Hinulaan ang mga password sa isang sign-in, mula sa iisang address, sa loob ng isang oras."}],
            "flows": [flow(1, 20_500, 0, 3_300), flow(2, 20_502, 30, 3_502)]
        }}
    });
    let package = native::read_package(&value).unwrap();
    let recipient = Recipient { party: package.to[0].clone() };
    clear_under(package, recipient, &Rules::default()).unwrap()
}

/// The reply of a person who has nothing but a mail program.
fn reply(request: &str) -> String {
    let mut mail = String::from(
        "From: Ben <ben@isp.example>\nTo: desk@cert.example\nDate: Wed, 7 Jan 2026 16:20:00 +0800\nSubject: Re: request 2026-014\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\nStatus: partial\nThe second one is with our night shift.\n\nOn Tuesday the CERT wrote:\n",
    );
    for line in request.lines() {
        mail.push_str(if line.is_empty() { ">" } else { "> " });
        mail.push_str(line);
        mail.push('\n');
        if line == "[Flow F-001]" {
            mail.push_str("Outcome: identified\nAllocation: CGNAT\nCandidate: S-84139b8ec3700f92\nDisclosure: held for assistance\n");
        }
    }
    mail
}

fn files() -> Vec<(&'static str, Vec<u8>)> {
    let cleared = cleared();
    let note = key().sign_note(&native::text_to_sign(&native::digest(&cleared))).unwrap();
    let made = |encoded: Result<Encoded, bakas_exchange::EncodeError>| encoded.unwrap().bytes;
    let kind = Some(IncidentKind::PasswordGuessing);
    let mail = made(text::encode(&cleared));
    let at: Timestamp = "2026-01-06T08:05:00Z".parse().unwrap();
    let envelope = seal(&cleared, "text", &mail, &key(), at).unwrap();
    let parties = format!(
        "# Who the operator of the example is, and whom it knows.\n[us]\nid = \"isp.example\"\nname = \"An operator (made up)\"\nkind = \"operator\"\n\n[[party]]\nid = \"cert.example\"\nname = \"National CERT (made up)\"\nkind = \"national_cert\"\nkey = \"{}\"\n",
        key().public().to_text().trim()
    );
    vec![
        ("native.json", made(native::encode(&cleared, Some(&note)))),
        ("stix.json", made(stix::encode(&cleared))),
        ("misp.json", made(misp::encode(&cleared))),
        ("iodef.xml", made(iodef::encode(&cleared))),
        ("iodef.json", made(iodef::encode_json(&cleared))),
        ("xarf.json", made(xarf::encode_with(&cleared, Options { kind }))),
        ("flows.csv", made(csv::encode(&cleared))),
        ("reply.eml", reply(std::str::from_utf8(&mail).unwrap()).into_bytes()),
        ("mail.txt", mail),
        ("envelope.txt", envelope),
        ("parties.toml", parties.into_bytes()),
    ]
}

#[test]
fn the_files_of_the_worked_example_are_what_is_made_today() {
    let folder = folder();
    if std::env::var_os("BAKAS_WRITE_EXAMPLES").is_some() {
        fs::create_dir_all(&folder).unwrap();
        for (name, bytes) in files() {
            fs::write(folder.join(name), bytes).unwrap();
        }
    }
    let mut there: Vec<String> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    there.sort();
    let files = files();
    let mut names: Vec<&str> = files.iter().map(|(name, _)| *name).collect();
    names.sort_unstable();
    assert_eq!(there, names, "no file too many, none missing");
    for (name, bytes) in files {
        let kept = fs::read(folder.join(name)).unwrap();
        assert!(kept == bytes, "docs/examples/exchange/{name} is not what is made today");
    }
}

#[test]
fn the_page_shows_what_stands_in_the_files() {
    let page = folder().join("../../exchange.md");
    let page = fs::read_to_string(page).unwrap();
    let mut shown = 0;
    let mut all = String::new();
    for (_, bytes) in files() {
        // Blocks on the page may be indented anew: what they say is compared, not its layout.
        all.extend(String::from_utf8(bytes).unwrap().chars().filter(|c| !c.is_whitespace()));
    }
    for block in page.split("<!-- from the files -->").skip(1) {
        let code = block.split("```").nth(1).expect("a block of code follows");
        let (_, code) = code.split_once('\n').unwrap();
        for part in code.split("…") {
            let part: String = part.chars().filter(|c| !c.is_whitespace()).collect();
            assert!(all.contains(&part), "not in any file: {part}");
            shown += 1;
        }
    }
    assert!(shown >= 8, "parts of every format are shown: {shown}");
}

#[test]
fn the_example_is_a_request_that_reads_back_from_every_format() {
    let limits = bakas_exchange::Limits::default();
    let taken = |name: &str, bytes: &[u8]| match name {
        "native.json" => native::decode(bytes, &limits),
        "stix.json" => stix::decode(bytes, &limits),
        "misp.json" => misp::decode(bytes, &limits),
        "iodef.xml" => iodef::decode(bytes, &limits),
        "iodef.json" => iodef::decode_json(bytes, &limits),
        "xarf.json" => xarf::decode(bytes, &limits),
        "flows.csv" => csv::decode(bytes, &limits),
        _ => text::decode(bytes, &limits),
    };
    for (name, bytes) in files() {
        if matches!(name, "envelope.txt" | "parties.toml" | "reply.eml") {
            continue;
        }
        let taken = taken(name, &bytes).unwrap();
        assert_eq!(taken.rejected, [], "{name}");
        let Content::Request(request) = &taken.packages[0].content else { panic!("{name}") };
        let ports: Vec<String> = request
            .flows
            .iter()
            .map(|flow| format!("{} {:?}", flow.source, flow.source_port))
            .collect();
        let both = ["203.0.113.40 Known(20500)", "203.0.113.40 Known(20502)"];
        assert_eq!(
            ports,
            if name == "xarf.json" { &both[..ports.len()] } else { &both[..] },
            "{name}"
        );
    }
}
