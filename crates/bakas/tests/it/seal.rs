//! The log of a case by the command line: lowered labels, its tiles for others, witnesses and time
//! stamps over HTTP.

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::Command,
    thread,
};

use crate::yard::{GOOD_LINE, Ran, Yard, write};

/// A case of so many records in five files.
fn made(lines: usize) -> Yard {
    let yard = Yard::new();
    for file in 1..=5 {
        let line = GOOD_LINE.replace("192.0.2.7", &format!("192.0.2.{file}"));
        yard.log(&format!("web/{file}.log"), line.repeat(lines / 5).as_bytes());
    }
    yard.investigate();
    yard
}

fn run(yard: &Yard, arguments: &[&str]) -> Ran {
    let output = yard.command().env("BAKAS_GATEWAY_INSIDE", "1").args(arguments).output().unwrap();
    Ran {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

#[test]
fn a_label_is_lowered_with_a_reason_or_not_at_all() {
    let yard = made(5);
    let lower = |more: &[&str]| {
        let mut all = vec!["seal", "act", "case", "--act", "label_lowered"];
        all.extend(more);
        run(&yard, &all)
    };
    let whole = ["--of", "I-01", "--from-tlp", "AMBER", "--tlp", "GREEN", "--person", "Ana"];
    let refused = |more: &[&str], told: &str| {
        let ran = lower(more);
        assert_eq!(ran.code, 2, "{more:?}: {}", ran.out);
        assert!(ran.err.contains(told), "{more:?}: {}", ran.err);
    };
    refused(&whole, "reason");
    refused(&["--reason", "agreed", "--person", "Ana"], "--of");
    refused(&["--reason", "agreed", "--of", "I-01", "--person", "Ana"], "--tlp");
    refused(&["--reason", "agreed", "--of", "case", "--tlp", "GREEN"], "--person");
    let raised = ["--of", "case", "--from-tlp", "GREEN", "--tlp", "AMBER", "--person", "Ana"];
    refused(&[&raised[..], &["--reason", "x"]].concat(), "not stricter");
    let ran = lower(&[&whole[..], &["--reason", "the agency agreed in writing"]].concat());
    assert_eq!(ran.code, 0, "{}", ran.err);
    let leaves = fs::read_to_string(yard.path("case/seal/log/leaves.ndjson")).unwrap();
    assert!(
        leaves
            .contains(r#""sets":{"label":{"from_tlp":"TLP:AMBER","of":"I-01","tlp":"TLP:GREEN"}}"#),
        "{leaves}"
    );
}

#[test]
fn sources_that_no_act_brought_are_summed_up() {
    let yard = made(5);
    let ran = run(&yard, &["seal", "status", "case"]);
    assert_eq!(ran.out.matches("no act says how source").count(), 3, "{}", ran.out);
    assert!(ran.out.contains("the same of 2 more sources: --all"), "{}", ran.out);
    let ran = run(&yard, &["seal", "status", "case", "--all"]);
    assert_eq!(ran.out.matches("no act says how source").count(), 5, "{}", ran.out);
    let act = ["seal", "act", "case", "--act", "received", "--person", "Ana"];
    assert_eq!(run(&yard, &act).code, 0);
    let ran = run(&yard, &["seal", "status", "case"]);
    assert!(!ran.out.contains("no act says") && !ran.out.contains("--all"), "{}", ran.out);
}

#[test]
fn the_exported_tiles_are_those_of_c2sp() {
    // Enough for a tile of the third level.
    let yard = made(70_000);
    let ran = run(&yard, &["seal", "export", "case", "--out", "tiles"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let checkpoint = fs::read(yard.path("tiles/checkpoint")).unwrap();
    assert_eq!(checkpoint, fs::read(yard.path("case/seal/log/checkpoint")).unwrap());
    let level = fs::read(yard.path("case/seal/log/level-0")).unwrap();
    assert_eq!(fs::read(yard.path("tiles/tile/0/000")).unwrap(), level[..8192]);
    assert_eq!(fs::read(yard.path("tiles/tile/0/200")).unwrap(), level[200 * 8192..201 * 8192]);
    assert_eq!(fs::read(yard.path("tiles/tile/2/000.p/1")).unwrap().len(), 32);
    for (out, told) in [("tiles", "tiles"), ("case/tiles", "must not lie in the case")] {
        let ran = run(&yard, &["seal", "export", "case", "--out", out]);
        assert_ne!(ran.code, 0, "{out}");
        assert!(ran.err.contains(told), "{}", ran.err);
    }
    assert_eq!(run(&yard, &["verify", "case"]).code, 0, "nothing was left in the case");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../e2e/verify/check_tiles.go");
    let go = |folder: &str| {
        let mut command = Command::new("go");
        command.arg("run").arg(&script).arg(yard.path(folder)).arg(yard.path("case/seal/key.pub"));
        command.env("GO111MODULE", "off").env("GOPATH", "/usr/share/gocode");
        command.env("GOCACHE", yard.path("go-cache")).env("GOFLAGS", "").env("HOME", yard.path(""));
        command.output().ok()
    };
    match go("tiles") {
        Some(done) if done.status.success() => {
            let told = String::from_utf8_lossy(&done.stdout).into_owned();
            assert!(told.contains("leaves proved"), "{told}");
            let path = yard.path("tiles/tile/0/100");
            let mut tile = fs::read(&path).unwrap();
            tile[5] ^= 1;
            fs::write(&path, tile).unwrap();
            let done = go("tiles").unwrap();
            assert!(!done.status.success(), "Go takes an altered tile");
        }
        Some(done) if String::from_utf8_lossy(&done.stderr).contains("cannot find package") => {
            println!("skipped: Go's packages of transparency logs are not here");
        }
        Some(done) => panic!("{}", String::from_utf8_lossy(&done.stderr)),
        None => println!("skipped: Go is not here"),
    }
    // A tile that is not what the hash above it says is not handed out.
    let path = yard.path("case/seal/log/level-0");
    let mut level = level;
    level[8192 * 3] ^= 1;
    fs::write(&path, level).unwrap();
    let ran = run(&yard, &["seal", "export", "case", "--out", "other"]);
    assert!(ran.code != 0 && ran.err.contains("tile 3"), "{}{}", ran.out, ran.err);
    assert!(!yard.path("other/checkpoint").exists());
}

/// What a server answers: status, type, body.
type Answer = (u16, &'static str, Vec<u8>);

/// A server that answers `POST`s, one after another, until the test ends.
fn serve(answer: impl Fn(&str, &str, Vec<u8>) -> Answer + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let place = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (path, kind, body) = read_request(&stream);
            let (status, kind, body) = answer(&path, &kind, body);
            let head = format!(
                "HTTP/1.1 {status} x\r\ncontent-type: {kind}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                body.len()
            );
            let mut stream = &stream;
            stream.write_all(&[head.as_bytes(), &body].concat()).unwrap();
        }
    });
    place
}

fn read_request(stream: &TcpStream) -> (String, String, Vec<u8>) {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).unwrap();
    let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
    let (mut length, mut kind) = (0, String::new());
    loop {
        line.clear();
        reader.read_line(&mut line).unwrap();
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.parse().unwrap(),
            "content-type" => value.clone_into(&mut kind),
            _ => (),
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    (path, kind, body)
}

/// A witness behind HTTP (C2SP tlog-witness): our own cosigner, which keeps the last head.
fn witness(root: PathBuf, log: PathBuf) -> String {
    let bakas = env!("CARGO_BIN_EXE_bakas");
    serve(move |path, _, body| {
        assert_eq!(path, "/add-checkpoint");
        let text = String::from_utf8(body).unwrap();
        let known: String = fs::read_to_string(root.join("known")).unwrap_or("0".into());
        let size = text.split("\n\n").nth(1).unwrap().lines().nth(1).unwrap().to_owned();
        if text.lines().next().unwrap() != format!("old {known}") {
            return (409, "text/x.tlog.size", format!("{known}\n").into_bytes());
        }
        write(&root.join("ask.txt"), text.as_bytes());
        let done = Command::new(bakas)
            .current_dir(&root)
            .env("HOME", &root)
            .args(["seal", "cosign", "ask.txt", "--key", "w.key", "--name", "senate.example/w"])
            .args(["--state", "w.json", "--log", log.to_str().unwrap()])
            .output()
            .unwrap();
        if !done.status.success() {
            return (422, "text/plain", done.stderr);
        }
        write(&root.join("known"), size.as_bytes());
        (200, "text/plain", done.stdout)
    })
}

#[test]
fn a_witness_is_asked_over_http_and_its_refusal_is_told() {
    let yard = made(5);
    let root = yard.path("witness");
    fs::create_dir(&root).unwrap();
    let public = run(
        &yard,
        &["seal", "cosign", "--key", "witness/w.key", "--name", "senate.example/w", "--public"],
    );
    write(&yard.path("w.pub"), public.out.as_bytes());
    let named = ["seal", "witnesses", "case", "--needed", "1", "w.pub", "--person", "Ana"];
    assert_eq!(run(&yard, &named).code, 0);
    let url = witness(root.clone(), yard.path("case/seal/key.pub"));
    let ask = || run(&yard, &["seal", "witness", "case", "--to", &url]);
    let ran = ask();
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("1 witnesses cosigned") && ran.out.contains("senate.example/w"));
    // The log grows: the witness answers 409 with the size it knows, and is asked from there.
    let act = ["seal", "act", "case", "--act", "received", "--person", "Ana"];
    assert_eq!(run(&yard, &act).code, 0);
    let before = fs::read_to_string(root.join("known")).unwrap();
    let ran = ask();
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    assert_ne!(fs::read_to_string(root.join("known")).unwrap(), before);
    assert_eq!(run(&yard, &["verify", "case"]).code, 0);
    // A witness that knows more than there is shows that the case was put back.
    write(&root.join("known"), b"999999");
    assert_eq!(run(&yard, &act).code, 0);
    let ran = ask();
    assert!(ran.code == 4 && ran.err.contains("cosigned 999999 leaves"), "{}{}", ran.out, ran.err);
    for (status, told) in [(404, "does not know this log"), (422, "a fork"), (500, "status 500")] {
        let url = serve(move |_, _, _| (status, "text/plain", Vec::new()));
        let ran = run(&yard, &["seal", "witness", "case", "--to", &url]);
        assert!(ran.code != 0 && ran.err.contains(told), "{status}: {}", ran.err);
    }
    // The same number again and again ends.
    let url = serve(|_, _, _| (409, "text/x.tlog.size", b"0\n".to_vec()));
    assert_eq!(run(&yard, &["seal", "witness", "case", "--to", &url]).code, 4);
}

#[test]
fn a_time_stamp_is_asked_for_over_http() {
    if Command::new("openssl").arg("version").output().is_err() {
        println!("skipped: no openssl");
        return;
    }
    let yard = made(5);
    let root = yard.path("tsa");
    fs::create_dir(&root).unwrap();
    write(&root.join("serial"), b"01\n");
    write(
        &root.join("tsa.cnf"),
        b"[req]\ndistinguished_name=dn\nx509_extensions=ext\nprompt=no\n[dn]\nCN=tsa.example\n\
          [ext]\nextendedKeyUsage=critical,timeStamping\nkeyUsage=critical,digitalSignature\n\
          [tsa]\ndefault_tsa=one\n[one]\nserial=serial\nsigner_cert=cert.pem\nsigner_key=key.pem\n\
          signer_digest=sha256\ndefault_policy=1.2.3.4\ndigests=sha256\ness_cert_id_alg=sha256\n",
    );
    let openssl = move |root: &Path, arguments: &[&str]| {
        let done = Command::new("openssl").args(arguments).current_dir(root).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    };
    openssl(
        &root,
        &[
            "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem", "-out",
            "cert.pem", "-days", "30", "-config", "tsa.cnf",
        ],
    );
    let authority = root.clone();
    let url = serve(move |_, kind, body| {
        assert_eq!(kind, "application/timestamp-query");
        write(&authority.join("q"), &body);
        openssl(
            &authority,
            &["ts", "-reply", "-config", "tsa.cnf", "-queryfile", "q", "-out", "r"],
        );
        (200, "application/timestamp-reply", fs::read(authority.join("r")).unwrap())
    });
    let ran = run(&yard, &["seal", "stamp", "case", "--to", &url, "--data", "stamped"]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("leaves are stamped"), "{}", ran.out);
    fs::copy(yard.path("stamped"), root.join("stamped")).unwrap();
    openssl(&root, &["ts", "-verify", "-data", "stamped", "-in", "r", "-CAfile", "cert.pem"]);
    assert_eq!(run(&yard, &["verify", "case"]).code, 0);
    // Anything else is no stamp, and nothing is kept of it.
    assert_eq!(
        run(&yard, &["seal", "act", "case", "--act", "received", "--person", "Ana"]).code,
        0
    );
    let bad = serve(|_, _, _| (200, "application/timestamp-reply", b"no".to_vec()));
    let ran = run(&yard, &["seal", "stamp", "case", "--to", &bad]);
    assert!(ran.code == 4 && ran.err.contains("no time stamp"), "{}{}", ran.out, ran.err);
    let closed = serve(|_, _, _| (503, "text/plain", Vec::new()));
    let ran = run(&yard, &["seal", "stamp", "case", "--to", &closed]);
    assert!(ran.code != 0 && ran.err.contains("503"), "{}", ran.err);
    assert_eq!(run(&yard, &["verify", "case"]).code, 0);
}
