//! TAXII against a real server: medallion, OASIS' own, with its memory backend. It is looked for in
//! the project's Python of tests; where it is not there, the test says so.

use std::{
    collections::BTreeSet,
    fs,
    io::Read as _,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use bakas_model::{
    outside::{Outside as _, OutsideError},
    transport::{Credential, ObjectVersion, Position, Push, Server, Service},
};
use serde_json::{Value, json};

use crate::desk::gateway;

const COLLECTION: &str = "91a7b528-80eb-42ed-a74d-c6fbd5a26116";
const READ_ONLY: &str = "52892447-4d7e-4f70-b94d-d7f22742ff63";
/// More than one batch and several pages.
const OBJECTS: usize = 460;

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
    let found =
        Command::new(&python).args(["-c", "import medallion"]).stderr(Stdio::null()).status();
    found.is_ok_and(|status| status.success()).then_some(python)
}

fn collection(id: &str, write: bool) -> Value {
    json!({"id": id, "title": "test", "description": "test", "can_read": true, "can_write": write,
        "media_types": ["application/stix+json;version=2.1"]})
}

fn start(folder: &Path) -> Option<Medallion> {
    let python = python()?;
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let data = json!({
        "/discovery": {"title": "t", "description": "t", "contact": "t",
            "default": format!("http://127.0.0.1:{port}/api/"), "api_roots": [format!("http://127.0.0.1:{port}/api/")]},
        "api": {
            "information": {"title": "t", "description": "t",
                "versions": ["application/taxii+json;version=2.1"], "max_content_length": 65536},
            "status": [],
            "collections": [
                collection(COLLECTION, true).as_object().unwrap().clone().into_iter()
                    .chain([("manifest".to_owned(), json!([])), ("responses".to_owned(), json!([])), ("objects".to_owned(), json!([]))])
                    .collect::<serde_json::Map<_, _>>(),
                collection(READ_ONLY, false).as_object().unwrap().clone().into_iter()
                    .chain([("manifest".to_owned(), json!([])), ("responses".to_owned(), json!([])), ("objects".to_owned(), json!([]))])
                    .collect::<serde_json::Map<_, _>>()
            ]
        }
    });
    let data_file = folder.join("data.json");
    fs::write(&data_file, data.to_string()).unwrap();
    let config = json!({
        "backend": {"module": "medallion.backends.memory_backend", "module_class": "MemoryBackend", "filename": data_file},
        "users": {"ana": "pa:ss"},
        "taxii": {"max_page_size": 100}
    });
    let config_file = folder.join("config.json");
    fs::write(&config_file, config.to_string()).unwrap();
    let log = fs::File::create(folder.join("log")).unwrap();
    let child = Command::new(python)
        .args(["-m", "medallion.scripts.run", "--host", "127.0.0.1", "--port", &port.to_string()])
        .arg(&config_file)
        .stdout(log.try_clone().unwrap())
        .stderr(log)
        .spawn()
        .unwrap();
    let mut medallion = Medallion { child, port };
    let until = Instant::now() + Duration::from_secs(60);
    while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
        let ended = medallion.child.try_wait().unwrap();
        assert!(ended.is_none() && Instant::now() < until, "{}", said(folder));
        thread::sleep(Duration::from_millis(100));
    }
    Some(medallion)
}

fn said(folder: &Path) -> String {
    let mut text = String::new();
    fs::File::open(folder.join("log")).unwrap().read_to_string(&mut text).unwrap();
    text
}

fn bundle(range: std::ops::Range<usize>, modified: &str) -> Vec<u8> {
    let object = |n: usize| {
        json!({"type": "identity", "spec_version": "2.1", "id": format!("identity--00000000-0000-4000-8000-{n:012}"),
            "created": "2026-01-05T00:00:00.000Z", "modified": modified, "name": format!("Señor {n}"), "identity_class": "unknown"})
    };
    json!({"type": "bundle", "id": "bundle--00000000-0000-4000-8000-000000000001",
        "objects": range.map(object).collect::<Vec<_>>()})
    .to_string()
    .into_bytes()
}

#[test]
fn a_real_server_takes_everything_and_gives_it_back() {
    let folder = tempfile::tempdir().unwrap();
    let Some(medallion) = start(folder.path()) else {
        println!("skipped: no Python with medallion (scripts/test makes one)");
        return;
    };
    let opened = Some(Credential::Basic { user: "ana".into(), password: "pa:ss".into() });
    let at = |path: &str| Server {
        service: Service::Taxii,
        url: format!("http://127.0.0.1:{}{path}", medallion.port),
        credential: opened.clone(),
    };
    let gateway = gateway();
    let transport = gateway.transport();
    // Who may not, learns nothing.
    let shut = Server { credential: None, ..at("/taxii2/") };
    let error = transport.collections(&shut).unwrap_err();
    assert!(matches!(error, OutsideError::Status { status: 401, .. }), "{error}");
    let found = transport.collections(&at("/taxii2/")).unwrap();
    let rights: Vec<_> = found.iter().map(|one| (one.can_read, one.can_write)).collect();
    assert_eq!(rights, [(true, true), (true, false)], "{}", said(folder.path()));
    let server = Server { url: found[0].url.clone(), ..at("") };

    let send = |document: &[u8], done: &BTreeSet<ObjectVersion>| {
        let mut outcomes = Vec::new();
        let push = Push { document, done };
        let delivery = transport.push(&server, &push, &mut |some| outcomes.extend_from_slice(some));
        (delivery.unwrap_or_else(|e| panic!("{e}\n{}", said(folder.path()))), outcomes)
    };
    let document = bundle(0..OBJECTS, "2026-01-05T00:00:00.000Z");
    let (delivery, outcomes) = send(&document, &BTreeSet::new());
    assert_eq!((delivery.offered, delivery.success), (OBJECTS as u64, OBJECTS as u64));
    // A push that broke off half way goes on with the rest.
    let done: BTreeSet<_> = outcomes.into_iter().take(440).map(|one| one.object).collect();
    let (delivery, _) = send(&document, &done);
    assert_eq!((delivery.left_out, delivery.success), (440, OBJECTS as u64 - 440));

    let mut position = Position::default();
    let mut objects = BTreeSet::new();
    let mut pull = |position: &mut Position| {
        let since = position.clone();
        let taken = transport.pull(&server, &since, &mut |page| {
            let document: Value = serde_json::from_slice(&page.document).unwrap();
            assert_eq!(document["objects"].as_array().unwrap().len(), page.objects.len());
            assert!(
                page.objects.is_empty()
                    || document["objects"][0]["name"].as_str().unwrap().starts_with("Señor ")
            );
            objects.extend(page.objects.iter().cloned());
            *position = page.position.clone();
            Ok(())
        });
        (taken.unwrap_or_else(|e| panic!("{e}\n{}", said(folder.path()))), objects.len())
    };
    let (taken, count) = pull(&mut position);
    assert_eq!((taken.taken, count), (OBJECTS as u64, OBJECTS));
    assert!(taken.pages > 4, "by pages of a hundred: {}", taken.pages);
    // Only what is new since then.
    let (taken, _) = pull(&mut position);
    assert_eq!(taken.taken, 0);
    send(&bundle(0..3, "2026-02-01T00:00:00.000Z"), &BTreeSet::new());
    let (taken, count) = pull(&mut position);
    assert_eq!((taken.taken, count), (3, OBJECTS + 3));

    let closed = Server { url: found[1].url.clone(), ..at("") };
    let push = Push { document: &document, done: &BTreeSet::new() };
    let error = transport.push(&closed, &push, &mut |_| ()).unwrap_err().to_string();
    assert!(error.contains("takes nothing from us"), "{error}");
}
