//! `bakas data`: files in, tables beside the embedded ones, and what a user learns of each.

use std::{fs, path::PathBuf};

use crate::yard::{Ran, Yard, write};

const FEED: &str = "192.0.2.0/25,PH,PH-00,Makati,\n192.0.2.128/25,PH,,Pasig,\n";

/// A yard with a data folder of its own.
fn run(yard: &Yard, arguments: &[&str]) -> Ran {
    let data = yard.path("data");
    let mut all = vec!["data", "--data", data.to_str().unwrap()];
    all.extend(arguments);
    yard.run(&all)
}

fn file(yard: &Yard, name: &str, text: &str) -> PathBuf {
    let path = yard.path(name);
    write(&path, text.as_bytes());
    path
}

fn documents(ran: &Ran) -> Vec<serde_json::Value> {
    ran.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn an_import_is_shown_with_its_provenance_beside_the_embedded_sets() {
    let yard = Yard::new();
    file(&yard, "feed-2026-01-05.csv", &format!("{FEED}nowhere,PH,,,\n"));
    let asked =
        ["import", "feed-2026-01-05.csv", "--licence", "CC0-1.0", "--attribution", "Example"];
    let ran = run(&yard, &asked);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    assert!(
        ran.out.contains("feed@2026-01-05") && ran.out.contains("2 records taken"),
        "{}",
        ran.out
    );
    assert!(ran.out.contains("feed-2026-01-05.csv:3: no prefix: nowhere"), "{}", ran.out);
    let ran = run(&yard, &["status"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(
        ran.out.contains("embedded") && ran.out.contains("feed@2026-01-05  2026-01-05 (imported"),
        "{}",
        ran.out
    );
    let ran = run(&yard, &["status", "--json"]);
    let all = documents(&ran);
    let ours: Vec<_> = all.iter().filter(|set| set["held"] == "imported").collect();
    assert_eq!((ours.len(), ours[0]["licence"].as_str()), (1, Some("CC0-1.0")));
    assert_eq!(ours[0]["provenance"]["account"]["samples"][0]["line"], 3);
    assert_eq!(ours[0]["provenance"]["file"][0]["sha256"].as_str().unwrap().len(), 64);
    assert!(all.iter().any(|set| set["held"] == "embedded" && set["age_days"].as_i64().is_some()));
    // The same files again change nothing; other files are refused unless asked for.
    let again = run(&yard, &["import", "feed-2026-01-05.csv"]);
    assert!(again.code == 0 && again.out.contains("before"), "{}{}", again.out, again.err);
    file(&yard, "feed-2026-01-05.csv", FEED);
    let other = run(&yard, &["import", "feed-2026-01-05.csv"]);
    assert_eq!(other.code, 4, "{}{}", other.out, other.err);
    assert!(other.err.contains("--replace"), "{}", other.err);
    assert_eq!(run(&yard, &["import", "feed-2026-01-05.csv", "--replace"]).code, 0);
    assert!(!run(&yard, &["status"]).out.contains("not understood"));
}

#[test]
fn nothing_is_kept_of_what_fails() {
    let yard = Yard::new();
    file(&yard, "feed.csv", &format!("{FEED}nowhere,PH,,,\n"));
    file(&yard, "letter.txt", "Dear Ana,\nsee you soon.\n");
    let check = |asked: &[&str], code: i32, said: &str| {
        let ran = run(&yard, asked);
        assert_eq!(ran.code, code, "{asked:?}: {}{}", ran.out, ran.err);
        assert!(
            format!("{}{}", ran.out, ran.err).contains(said),
            "{asked:?}: {}{}",
            ran.out,
            ran.err
        );
    };
    check(&["import", "feed.csv"], 2, "--date");
    check(&["import", "feed.csv", "--date", "2026-01-05", "--strict"], 3, "not kept");
    check(&["import", "letter.txt", "--date", "today"], 2, "--kind");
    check(&["import", "letter.txt", "--date", "today", "--kind", "geofeed"], 2, "line 1");
    check(&["import", "absent.csv"], 2, "absent.csv");
    check(&["import", "feed.csv", "--date", "2026-01-05", "--name", "../up"], 2, "../up");
    check(&["import", "feed.csv", "--kind", "wine"], 2, "known are mrt");
    check(&["remove", "feed@2026-01-05"], 2, "no imported data set");
    assert!(!yard.path("data/tables").exists(), "nothing was written");
}

#[test]
fn packed_files_are_read_and_broken_ones_refused() {
    use std::io::Write as _;
    let yard = Yard::new();
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(FEED.repeat(500).as_bytes()).unwrap();
    let packed = packed.finish().unwrap();
    write(&yard.path("feed-20260105.csv.gz"), &packed);
    write(&yard.path("cut-20260105.csv.gz"), &packed[..packed.len() - 12]);
    let ran = run(&yard, &["import", "feed-20260105.csv.gz"]);
    assert!(ran.code == 0 && ran.out.contains("2 records taken"), "{}{}", ran.out, ran.err);
    let ran = run(&yard, &["import", "cut-20260105.csv.gz"]);
    assert_eq!(ran.code, 2, "{}{}", ran.out, ran.err);
    assert!(ran.err.contains("cut-20260105.csv.gz") && ran.err.contains("unpack"), "{}", ran.err);
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    for (name, text) in [("LICENSE", "made up\n"), ("a/feed.csv", FEED)] {
        archive.start_file(name, options).unwrap();
        archive.write_all(text.as_bytes()).unwrap();
    }
    write(&yard.path("feeds-20260106.zip"), archive.finish().unwrap().get_ref());
    let ran = run(&yard, &["import", "feeds-20260106.zip", "--name", "feed"]);
    assert!(ran.code == 0 && ran.out.contains("feed@2026-01-06"), "{}{}", ran.out, ran.err);
    assert!(ran.err.contains("LICENSE"), "what was passed over is named: {}", ran.err);
}

#[test]
fn a_damaged_table_is_named_and_left_out() {
    let yard = Yard::new();
    file(&yard, "feed-2026-01-05.csv", FEED);
    file(&yard, "exits-tor-2026-01-05.txt", "192.0.2.7\n192.0.2.8\n");
    assert_eq!(run(&yard, &["import", "feed-2026-01-05.csv"]).code, 0);
    assert_eq!(run(&yard, &["import", "exits-tor-2026-01-05.txt"]).code, 0);
    let table = yard.path("data/tables/feed@2026-01-05.bakas");
    let whole = fs::read(&table).unwrap();
    let check = |what: &str| {
        let ran = run(&yard, &["status"]);
        assert_eq!(ran.code, 3, "{what}: {}{}", ran.out, ran.err);
        assert!(
            ran.err.contains("DAMAGED") && ran.err.contains("feed@2026-01-05"),
            "{what}: {}",
            ran.err
        );
        assert!(ran.out.contains("exits-tor@2026-01-05"), "{what}: the others stay: {}", ran.out);
        let json = documents(&run(&yard, &["status", "--json"]));
        assert!(json.iter().any(|set| set["held"] == "damaged"), "{what}");
    };
    for at in [0, whole.len() / 2, whole.len() - 1] {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        write(&table, &bytes);
        check("one byte");
    }
    write(&table, &whole[..whole.len() / 2]);
    check("cut off");
    fs::remove_file(&table).unwrap();
    check("no table");
    write(&table, &whole);
    assert_eq!(run(&yard, &["status"]).code, 0);
    let beside = yard.path("data/tables/feed@2026-01-05.toml");
    let text = fs::read(&beside).unwrap();
    fs::remove_file(&beside).unwrap();
    check("no provenance");
    // The power went after the table was put in place: its provenance waits beside it.
    write(&yard.path("data/tables/feed@2026-01-05.toml.next"), &text);
    assert_eq!(run(&yard, &["status"]).code, 0);
    file(&yard, "more-2026-01-05.csv", FEED);
    assert_eq!(run(&yard, &["import", "more-2026-01-05.csv"]).code, 0);
    assert!(beside.exists(), "the next import puts it in place");
    assert_eq!(run(&yard, &["remove", "feed@2026-01-05"]).code, 0);
    assert!(!table.exists() && !beside.exists());
    assert!(!run(&yard, &["status"]).out.contains("feed@2026-01-05"));
}

#[test]
fn imports_at_once_do_not_get_in_each_others_way() {
    let yard = Yard::new();
    let data = yard.path("data");
    let mut running = Vec::new();
    for at in 0..6 {
        let name = format!("feed-2026-01-0{}.csv", at / 2 + 1);
        file(&yard, &name, FEED);
        let mut command = yard.command();
        command.args(["data", "--data", data.to_str().unwrap(), "import", &name]);
        running.push(command.spawn().unwrap());
    }
    for mut one in running {
        assert!(one.wait().unwrap().success());
    }
    let held = documents(&run(&yard, &["status", "--json"]));
    assert_eq!(held.iter().filter(|set| set["held"] == "imported").count(), 3);
    let left = fs::read_dir(data.join("tables")).unwrap();
    let left: Vec<String> =
        left.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    assert_eq!(left.len(), 7, "three pairs and the lock: {left:?}");
}

#[test]
fn sources_are_taken_again_when_they_changed() {
    let yard = Yard::new();
    file(&yard, "vpn.txt", "192.0.2.0/24\n");
    fs::create_dir(yard.path("data")).unwrap();
    let sources =
        "[[source]]\nname = \"vpn\"\npath = \"../vpn.txt\"\nsays = \"vpn\"\nlicence = \"MIT\"\n";
    file(&yard, "data/data.toml", sources);
    let ran = run(&yard, &["update"]);
    assert!(ran.code == 0 && ran.out.contains("imported"), "{}{}", ran.out, ran.err);
    let ran = run(&yard, &["update"]);
    assert!(ran.code == 0 && ran.out.contains("unchanged"), "{}{}", ran.out, ran.err);
    file(&yard, "vpn.txt", "192.0.2.0/24\n198.51.100.0/24\n");
    let ran = run(&yard, &["update"]);
    assert!(ran.code == 0 && ran.out.contains("2 records"), "{}{}", ran.out, ran.err);
    let set = documents(&run(&yard, &["status", "--json"]));
    let ours = set.iter().find(|set| set["held"] == "imported").unwrap();
    assert_eq!(ours["provenance"]["date_from"], "gathered");
    // One that fails keeps no other back, and a mistyped key is told with its place.
    let gone = format!("[[source]]\nname = \"gone\"\npath = \"../gone.txt\"\n{sources}");
    file(&yard, "data/data.toml", &gone);
    let ran = run(&yard, &["update"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("gone") && ran.out.contains("unchanged"), "{}{}", ran.out, ran.err);
    file(&yard, "data/data.toml", "[[source]]\nname = \"x\"\ncolour = \"red\"\n");
    let ran = run(&yard, &["update"]);
    assert!(ran.code == 2 && ran.err.contains("line 3"), "{}", ran.err);
}

#[test]
fn a_diff_says_who_gained_and_who_lost() {
    let yard = Yard::new();
    let table =
        |rows: &[&str]| format!("start_ip,end_ip,asn,as_name,country\n{}\n", rows.join("\n"));
    let a = "192.0.2.0,192.0.2.127,64500,Net A,PH";
    let moved = "192.0.2.128,192.0.2.255,64500,Net A,PH";
    file(
        &yard,
        "net-2026-01-05.csv",
        &table(&[a, moved, "198.51.100.0,198.51.100.255,64501,Net B,JP"]),
    );
    let taken = "192.0.2.128,192.0.2.255,64502,Net C,JP";
    file(
        &yard,
        "net-2026-01-06.csv",
        &table(&[a, taken, "2001:db8::,2001:db8:0:ffff:ffff:ffff:ffff:ffff,64502,Net C,JP"]),
    );
    for name in ["net-2026-01-05.csv", "net-2026-01-06.csv"] {
        let ran = run(&yard, &["import", name]);
        assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    }
    let ran = run(&yard, &["diff", "net@2026-01-05", "2026-01-06", "--json"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let changes = &documents(&ran)[0];
    let of = |list: &str, key: &str| {
        let list = changes[list].as_array().unwrap().iter();
        list.clone().find(|change| change["of"] == key).unwrap().clone()
    };
    assert_eq!(of("operators", "AS64500")["moved_out"]["ipv4"], 128);
    assert_eq!(of("operators", "AS64501")["lost"]["ipv4"], 256);
    let taker = of("operators", "AS64502");
    assert_eq!(
        (&taker["moved_in"]["ipv4"], &taker["gained"]["ipv6_64"]),
        (&128.into(), &65536.into())
    );
    assert_eq!(taker["name"], "Net C");
    assert_eq!(of("countries", "PH")["moved_out"]["ipv4"], 128);
    assert_eq!(changes["same"]["ipv4"], 128);
    let ran = run(&yard, &["diff", "net@2026-01-05", "net@2026-01-06"]);
    assert!(
        ran.out.contains("AS64502 Net C: gained 65536 IPv6 /64; from others 128 IPv4"),
        "{}",
        ran.out
    );
    let ran = run(&yard, &["diff", "net@2026-01-05", "net@2025-01-01"]);
    assert!(
        ran.code == 2 && ran.err.contains("net@2026-01-06"),
        "what is there is named: {}",
        ran.err
    );
    let ran = run(&yard, &["diff", "2025-04-11", "2026-06-17", "--top", "3"]);
    assert!(ran.code == 0 && ran.out.contains("operators changed"), "{}{}", ran.out, ran.err);
}

#[test]
fn what_is_imported_answers() {
    let yard = Yard::new();
    let text = "start_ip,end_ip,asn,as_name\n8.8.8.0,8.8.8.255,64500,Example Net\n";
    file(&yard, "net-2026-01-05.csv", text);
    assert_eq!(run(&yard, &["import", "net-2026-01-05.csv"]).code, 0);
    let data = yard.path("data");
    let asked =
        ["trace", "8.8.8.8", "--at", "2026-01-06", "--data", data.to_str().unwrap(), "--json"];
    let ran = yard.run(&asked);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let trace = &documents(&ran)[0];
    assert_eq!(trace["then"]["operator"], "Example Net", "{trace}");
    let without = yard.run(&["trace", "8.8.8.8", "--at", "2026-01-06", "--json"]);
    assert_ne!(documents(&without)[0]["then"]["operator"], "Example Net");
}
