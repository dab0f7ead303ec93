//! `bakas share --to taxii:…` and `bakas receive --from taxii:…` against a real server (medallion), killed
//! between any two steps and gone on with; MISP against a small one that speaks the documented
//! shapes. Every object is accounted for.

use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::exchange::{Side, copied, sides};

const COLLECTION: &str = "91a7b528-80eb-42ed-a74d-c6fbd5a26116";
const INSIDE: (&str, &str) = ("BAKAS_GATEWAY_INSIDE", "1");

/// A running server, ended with the test.
struct Medallion {
    child: Child,
    port: u16,
}

impl Drop for Medallion {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// The Python of the tests: `BAKAS_JUDGES`, or the one that the scripts make.
fn python() -> Option<PathBuf> {
    let named = std::env::var_os("BAKAS_JUDGES").map(PathBuf::from);
    let usual = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/tools/python/bin/python");
    let python = named.unwrap_or(usual);
    let found = Command::new(&python)
        .args(["-c", "import medallion"])
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    if !found {
        println!("skipped: no Python with medallion (scripts/test makes one)");
    }
    found.then_some(python)
}

/// Starts medallion with one collection, and little room for one request: many batches.
fn medallion(folder: &Path) -> Option<Medallion> {
    let python = python()?;
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let root = format!("http://127.0.0.1:{port}/api/");
    let data = json!({
        "/discovery": {"title": "t", "description": "t", "contact": "t", "default": root, "api_roots": [root]},
        "api": {
            "information": {"title": "t", "description": "t",
                "versions": ["application/taxii+json;version=2.1"], "max_content_length": 2600},
            "status": [],
            "collections": [{"id": COLLECTION, "title": "test", "description": "test", "can_read": true,
                "can_write": true, "media_types": ["application/stix+json;version=2.1"],
                "manifest": [], "responses": [], "objects": []}]
        }
    });
    fs::write(folder.join("data.json"), data.to_string()).unwrap();
    let config = json!({
        "backend": {"module": "medallion.backends.memory_backend", "module_class": "MemoryBackend", "filename": folder.join("data.json")},
        "users": {"ana": "pa:ss"},
        "taxii": {"max_page_size": 5}
    });
    fs::write(folder.join("config.json"), config.to_string()).unwrap();
    let log = fs::File::create(folder.join("log")).unwrap();
    let child = Command::new(python)
        .args(["-m", "medallion.scripts.run", "--host", "127.0.0.1", "--port", &port.to_string()])
        .arg(folder.join("config.json"))
        .stdout(log.try_clone().unwrap())
        .stderr(log)
        .spawn()
        .unwrap();
    let mut medallion = Medallion { child, port };
    let until = Instant::now() + Duration::from_secs(60);
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        let ended = medallion.child.try_wait().unwrap();
        assert!(
            ended.is_none() && Instant::now() < until,
            "{:?}",
            fs::read_to_string(folder.join("log"))
        );
        thread::sleep(Duration::from_millis(100));
    }
    Some(medallion)
}

/// Says whose a server is, on our side.
fn belongs(root: &Path, folder: &str, party: &str, server: &str) {
    let path = root.join(folder).join("exchange/parties.toml");
    let text = fs::read_to_string(&path).unwrap();
    let line = format!("id = \"{party}\"\nservers = [\"{server}\"]\n");
    fs::write(&path, text.replacen(&format!("id = \"{party}\"\n"), &line, 1)).unwrap();
}

/// A command until it is done, killed at every durable place of it. Gives what it said in the end.
fn through(side: &Side<'_>, arguments: &[&str], more: &[(&str, &str)]) -> (u32, Value) {
    for at in 1..200 {
        let ran = side.run_with(arguments, Some(at), more);
        if ran.code == Some(0) {
            return (at - 1, serde_json::from_str(ran.out.lines().last().unwrap()).unwrap());
        }
        assert_eq!(ran.code, None, "{arguments:?}\n{}{}", ran.out, ran.err);
    }
    panic!("it never gets done: {arguments:?}");
}

fn left(side: &Side<'_>) -> Vec<Value> {
    let out = side.done(&["request", "left", side.folder, "--json"]);
    out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_share_goes_to_a_real_server_and_comes_back_whole_through_kills() {
    let place = tempfile::tempdir().unwrap();
    let Some(medallion) = medallion(place.path()) else { return };
    let dir = copied();
    let root = dir.path();
    let (asking, _) = sides(root);
    let server = format!("taxii:http://127.0.0.1:{}/api/collections/{COLLECTION}/", medallion.port);
    fs::write(root.join("opener"), "basic ana:pa:ss\n").unwrap();
    let share = [
        "share",
        "case",
        "--to",
        &server,
        "--tlp",
        "GREEN",
        "--pap",
        "GREEN",
        "--accept-losses",
        "--credential",
        "opener",
        "--json",
    ];
    // Whose server it is, a person says first.
    let ran = asking.run_with(&share, None, &[INSIDE]);
    assert_eq!(ran.code, Some(2), "{}", ran.err);
    assert!(ran.err.contains("nobody in parties.toml has this server"), "{}", ran.err);
    belongs(root, "case", "isp.example", &server);
    // Without the right words nothing leaves, and the words are shown to nobody.
    fs::write(root.join("wrong"), "basic ana:wr0ng\n").unwrap();
    let mut wrong = share;
    wrong[10] = "wrong";
    let ran = asking.run_with(&wrong, None, &[INSIDE]);
    assert!(ran.code != Some(0) && ran.err.contains("401"), "{:?} {}", ran.code, ran.err);
    assert!(!format!("{}{}", ran.out, ran.err).contains("wr0ng"));

    let (kills, said) = through(&asking, &share, &[INSIDE]);
    assert!(kills > 5, "in the middle of batches, too: {kills}");
    let counts = &said["delivered"]["counts"];
    let number = |name: &str| counts[name].as_u64().unwrap();
    assert_eq!(number("offered"), number("taken") + number("already"), "{counts}");
    assert!(number("offered") > 5 && number("already") > 0, "it went on where it was: {counts}");
    let all = left(&asking);
    assert_eq!(all.len(), 1, "one exit, however often it broke off: {all:?}");
    assert_eq!((&all[0]["exit"], &all[0]["to"]), (&server.clone().into(), &"isp.example".into()));
    assert_eq!(all[0]["handling"]["tlp"], "TLP:GREEN");
    assert_eq!(all[0]["delivered"]["offered"], counts["offered"]);
    // Once more: everything is there.
    let ran = asking.run_with(&share, None, &[INSIDE]);
    let said: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(said["delivered"]["counts"]["already"], counts["offered"], "{said}");

    comes_back(root, &server, &all[0], counts);
    asking.done(&["verify", "case"]);
}

/// The other side takes it, killed between any two steps: what went is what came.
fn comes_back(root: &Path, server: &str, exit: &Value, counts: &Value) {
    let (_, asked) = sides(root);
    let fetch = ["receive", "--from", server, "--case", "telco", "--json"];
    let opener = ("BAKAS_CREDENTIAL", "basic ana:pa:ss");
    let (kills, _) = through(&asked, &fetch, &[INSIDE, opener]);
    assert!(kills > 4, "between pages, too: {kills}");
    // A call that was killed after the last step told nobody; what it took waits.
    let waiting = asked.done(&["receive", "waiting", "--case", "telco", "--json"]);
    assert_eq!(waiting.lines().count(), 1, "its pages are one message: {waiting}");
    let message: Value = serde_json::from_str(&waiting).unwrap();
    assert_eq!(message["kind"], "extract", "{message}");
    assert_eq!(message["from"], "cert.example");
    assert_eq!(message["why"], "it is not signed", "a server's word is no signature");
    let file = format!("telco/exchange/in/{}.msg", message["message"].as_str().unwrap());
    let again = asked.done(&["receive", &file, "--case", "telco", "--json"]);
    let again: Value = serde_json::from_str(&again).unwrap();
    assert_eq!((again["rejected"].as_array().unwrap().len(), &again["again"]), (0, &true.into()));
    let package = exit["package"].as_str().unwrap();
    let sent = fs::read(root.join(format!("case/exchange/out/{package}.json"))).unwrap();
    let sent: Value = serde_json::from_slice(&sent).unwrap();
    let bundle: Value = serde_json::from_slice(&fs::read(root.join(file)).unwrap()).unwrap();
    assert_eq!(
        bundle["objects"].as_array().unwrap().len() as u64,
        counts["offered"].as_u64().unwrap()
    );
    for one in sent["content"]["of"]["observables"].as_array().unwrap() {
        let address = one["observable"]["value"].as_str().unwrap();
        assert!(bundle.to_string().contains(address), "{address} came");
    }
    // Nothing is new now.
    let ran = asked.run_with(&fetch, None, &[INSIDE, opener]);
    let said: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(
        (&said["taken"]["taken"], said["arrivals"].as_array().unwrap().len()),
        (&0.into(), 0)
    );
}

#[test]
fn red_goes_to_no_server_and_a_server_takes_its_own_format() {
    let dir = copied();
    let root = dir.path();
    let (asking, _) = sides(root);
    belongs(root, "case", "isp.example", "misp:http://127.0.0.1:9/");
    let check = |more: &[&str], code: i32, why: &str| {
        let share = ["share", "case", "--to", "misp:http://127.0.0.1:9/", "--accept-losses"];
        let ran = asking.run_with(&[&share[..], more].concat(), None, &[INSIDE]);
        assert_eq!(ran.code, Some(code), "{more:?}: {}{}", ran.out, ran.err);
        assert!(ran.err.contains(why), "{}", ran.err);
        assert!(left(&asking).is_empty(), "nothing left");
    };
    check(&["--tlp", "RED"], 4, "TLP:RED is for single persons");
    check(&["--format", "stix"], 2, "takes the format misp alone");
    check(&["--envelope"], 2, "takes no envelope");
    check(&["--out", "x"], 2, "a server, or a file");
    let ran = asking.run(&["share", "case", "--to", "misp:http://ana:x@127.0.0.1/"], None);
    assert_eq!(ran.code, Some(2), "{}", ran.err);
    assert!(ran.err.contains("without a password"), "{}", ran.err);
}

/// A small server that keeps events: view, add, edit, restSearch.
fn misp() -> (String, Arc<Mutex<BTreeMap<String, Value>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("misp:http://{}/", listener.local_addr().unwrap());
    let shelf: Arc<Mutex<BTreeMap<String, Value>>> = Arc::default();
    let kept = Arc::clone(&shelf);
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            answer(stream, &mut kept.lock().unwrap());
        }
    });
    (url, shelf)
}

fn answer(mut stream: TcpStream, shelf: &mut BTreeMap<String, Value>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let (mut line, mut length, mut key) = (String::new(), 0, String::new());
    if reader.read_line(&mut line).is_err() {
        return;
    }
    let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
    loop {
        let mut header = String::new();
        if reader.read_line(&mut header).is_err() || header.trim().is_empty() {
            break;
        }
        let (name, value) = header.trim().split_once(": ").unwrap_or_default();
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.parse().unwrap(),
            "authorization" => key = value.to_owned(),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    if reader.read_exact(&mut body).is_err() {
        return;
    }
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    let id = path.rsplit('/').next().unwrap_or_default().to_owned();
    let (status, told) = if key != "k3y" {
        (403, json!({"message": "Authentication failed."}))
    } else if path.starts_with("/events/view/") {
        shelf.get(&id).map_or((404, json!({})), |event| (200, json!({"Event": event})))
    } else if path == "/events/restSearch" {
        let first = body["page"] == 1;
        let all: Vec<Value> =
            shelf.values().filter(|_| first).map(|one| json!({"Event": one})).collect();
        (200, json!({"response": all}))
    } else {
        let event = body["Event"].clone();
        shelf.insert(event["uuid"].as_str().unwrap().to_owned(), event.clone());
        (200, json!({"Event": event}))
    };
    let told = told.to_string();
    let head = format!(
        "HTTP/1.1 {status} x\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        told.len()
    );
    // The client may have been killed: that is what the tests are about.
    drop(stream.write_all((head + &told).as_bytes()));
}

#[test]
fn a_share_goes_to_misp_and_comes_back() {
    let (server, shelf) = misp();
    let dir = copied();
    let root = dir.path();
    let (asking, asked) = sides(root);
    belongs(root, "case", "isp.example", &server);
    let opener = ("BAKAS_CREDENTIAL", "key k3y");
    let share = [
        "share",
        "case",
        "--to",
        &server,
        "--tlp",
        "GREEN",
        "--pap",
        "GREEN",
        "--accept-losses",
        "--json",
    ];
    let (kills, said) = through(&asking, &share, &[INSIDE, opener]);
    assert!(kills > 4, "{kills}");
    assert_eq!(said["delivered"]["counts"]["offered"], 1);
    assert_eq!(shelf.lock().unwrap().len(), 1, "one event, however often it broke off");
    let fetch = ["receive", "--from", &server, "--case", "telco", "--json"];
    through(&asked, &fetch, &[INSIDE, opener]);
    let waiting = asked.done(&["receive", "waiting", "--case", "telco", "--json"]);
    let message: Value = serde_json::from_str(&waiting).unwrap();
    assert_eq!((&message["format"], &message["from"]), (&"misp".into(), &"cert.example".into()));
}
