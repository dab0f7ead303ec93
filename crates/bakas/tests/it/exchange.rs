//! Two sides in two folders play the whole dialogue by files: request, receipt, answer out of the
//! other side's own logs, taken in as evidence. And again, with the process killed between any two
//! steps: nothing is lost, doubled or acted on twice.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::OnceLock,
};

use serde_json::Value;

/// One side: its home with its own key, and its folder.
pub(crate) struct Side<'a> {
    pub(crate) root: &'a Path,
    pub(crate) home: &'static str,
    pub(crate) folder: &'static str,
    pub(crate) person: &'static str,
}

pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Side<'_> {
    pub(crate) fn run(&self, arguments: &[&str], kill_at: Option<u32>) -> Ran {
        self.run_with(arguments, kill_at, &[])
    }

    /// The same with more of an environment.
    pub(crate) fn run_with(
        &self,
        arguments: &[&str],
        kill_at: Option<u32>,
        more: &[(&str, &str)],
    ) -> Ran {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bakas"));
        command
            .current_dir(self.root)
            .env("HOME", self.root.join(self.home))
            .env("BAKAS_BY", self.person)
            .env_remove("XDG_CONFIG_HOME")
            .env_remove("BAKAS_CONFIG")
            .env_remove("BAKAS_KEY")
            .env_remove("BAKAS_DATA")
            .env_remove("BAKAS_PARTIES")
            .env_remove("BAKAS_CREDENTIAL")
            .stdin(Stdio::null())
            .args(arguments)
            .envs(more.iter().copied());
        if let Some(at) = kill_at {
            command.env("BAKAS_TEST_KILL_AT", at.to_string());
        }
        let output = command.output().unwrap();
        Ran {
            code: output.status.code(),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    pub(crate) fn done(&self, arguments: &[&str]) -> String {
        let ran = self.run(arguments, None);
        assert_eq!(ran.code, Some(0), "{arguments:?}\n{}{}", ran.out, ran.err);
        ran.out
    }

    pub(crate) fn status(&self) -> Vec<Value> {
        let out = self.done(&["request", "status", self.folder, "--json"]);
        out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

const ASKING: (&str, &str, &str) = ("ana-home", "case", "ana");
const ASKED: (&str, &str, &str) = ("ben-home", "telco", "ben");

pub(crate) fn sides(root: &Path) -> (Side<'_>, Side<'_>) {
    let side = |(home, folder, person)| Side { root, home, folder, person };
    (side(ASKING), side(ASKED))
}

/// Two addresses of the bundled scenario: the tables know their network. (Those for documentation
/// count as somebody's own network.)
const FIRST: &str = "2.88.67.168";
const SECOND: &str = "94.97.241.92";

/// A host whose log shows what is usual, then password guesses from two addresses, with ports.
fn victim_log() -> String {
    let mut log = String::new();
    for n in 0..32_u32 {
        let (day, hour) = (1 + n / 8, 1 + n % 8);
        log.push_str(&format!(
            "2024-01-0{day}T0{hour}:00:00+00:00 gate sshd[{n}]: Accepted password for ana from 192.0.2.{hour} port 4{n}00 ssh2\n"
        ));
    }
    for n in 0..240_u32 {
        let (address, port) = if n % 2 == 0 { (FIRST, 20_500 + n) } else { (SECOND, 30_000 + n) };
        let (minute, second) = (n / 4, n % 4 * 15);
        log.push_str(&format!(
            "2024-01-05T03:{minute:02}:{second:02}+00:00 gate sshd[{}]: Failed password for root from {address} port {port} ssh2\n",
            4000 + n
        ));
    }
    log
}

/// The other side's logs: at the first address two customers at once, told apart by their ports.
fn operator_logs(root: &Path) {
    let nat = |time: &str, what: &str, verb: &str, inner: &str, ports: &str, public: &str| {
        format!(
            "2024-01-05T{time}+00:00 cgn1 RT_NAT: RT_SRC_PBA_{what}: Subscriber {inner} used/maximum [1/8] blocks, {verb} port block [{ports}] from {public} in source pool pool-a lsys_id: 0\n"
        )
    };
    let alloc = |time: &str, inner: &str, ports: &str, public: &str| {
        nat(time, "ALLOC", "allocates", inner, ports, public)
    };
    let log = alloc("01:00:00", "100.64.0.9", "20480-20991", FIRST)
        + &alloc("01:00:01", "100.64.0.10", "20992-21503", FIRST)
        + &alloc("01:00:02", "100.64.0.11", "30000-30511", SECOND)
        + &nat("06:00:00", "RELEASE", "releases", "100.64.0.9", "20480-20991", FIRST);
    let sessions = "radacctid,acctsessionid,acctuniqueid,username,nasipaddress,nasporttype,acctstarttime,acctstoptime,acctterminatecause,callingstationid,framedipaddress\n\
        1,S1,u1,line-4711@isp.example,192.0.2.1,Ethernet,2024-01-05 00:30:00,2024-01-05 07:00:00,x,00:00:5e:00:53:01,100.64.0.9\n\
        2,S2,u2,line-4712@isp.example,192.0.2.1,Ethernet,2024-01-05 00:31:00,NULL,NULL,00:00:5e:00:53:02,100.64.0.10\n\
        3,S3,u3,line-4713@isp.example,192.0.2.1,Ethernet,2024-01-05 00:32:00,NULL,NULL,00:00:5e:00:53:03,100.64.0.11\n";
    write(&root.join("operator/nat/cgn.log"), &log);
    write(&root.join("operator/radius/radacct.csv"), sessions);
    write(&root.join("operator/bakas.toml"), YEAR);
}

const YEAR: &str = "[[source]]\npath = \"**\"\nuncertainty_seconds = 2.0\n";

pub(crate) fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// A place with a case and an operator, made once and copied for each test.
fn made() -> &'static Path {
    static MADE: OnceLock<tempfile::TempDir> = OnceLock::new();
    let made = MADE.get_or_init(|| {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path();
        write(&root.join("logs/agency/auth.log"), &victim_log());
        operator_logs(root);
        let (asking, asked) = sides(root);
        asking.done(&["investigate", "logs", "--out", "case", "--quiet"]);
        let us = |id: &str, kind: &str| {
            format!("[us]\nid = \"{id}\"\nname = \"{id}\"\nkind = \"{kind}\"\nemail = \"desk@{id}\"\n")
        };
        let defaults = "[defaults]\nauthority = \"the act\"\nlegal_basis = \"article 31\"\noffence = \"illegal access\"\n";
        let (ours, theirs) = (us("cert.example", "national_cert"), us("isp.example", "operator"));
        write(&root.join("case/exchange/parties.toml"), &ours);
        write(&root.join("telco/exchange/parties.toml"), &theirs);
        let our_key = asking.done(&["request", "key", "case"]);
        let their_key = asked.done(&["request", "key", "telco"]);
        let party = |id: &str, kind: &str, key: &str| {
            format!(
                "[[party]]\nid = \"{id}\"\nname = \"{id}\"\nkind = \"{kind}\"\nkey = \"{}\"\n",
                key.trim()
            )
        };
        write(
            &root.join("case/exchange/parties.toml"),
            &(ours + defaults + &party("isp.example", "operator", &their_key)),
        );
        write(
            &root.join("telco/exchange/parties.toml"),
            &(theirs + &party("cert.example", "national_cert", &our_key)),
        );
        dir
    });
    made.path()
}

pub(crate) fn copied() -> tempfile::TempDir {
    fn copy(from: &Path, to: &Path) {
        fs::create_dir_all(to).unwrap();
        for entry in fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            let target = to.join(entry.file_name());
            if entry.file_type().unwrap().is_dir() {
                copy(&entry.path(), &target);
            } else {
                fs::copy(entry.path(), target).unwrap();
            }
        }
    }
    let dir = tempfile::tempdir().unwrap();
    copy(made(), dir.path());
    dir
}

pub(crate) fn incident(root: &Path) -> String {
    let case: Value =
        serde_json::from_slice(&fs::read(root.join("case/case.json")).unwrap()).unwrap();
    case["incidents"][0]["id"].as_str().expect("the guesses are an incident").to_owned()
}

pub(crate) fn request(root: &Path) -> String {
    let (asking, _) = sides(root);
    asking.status()[0]["request"].as_str().unwrap().to_owned()
}

/// The steps of the dialogue, each as a command of one side.
pub(crate) fn steps(root: &Path) -> Vec<(bool, Vec<String>)> {
    let id = incident(root);
    let own = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
    vec![
        (
            true,
            own(&format!(
                "request new case --incident {id} --to isp.example --records 4 --logs logs"
            )),
        ),
        (true, own("request send case REQUEST --out request.json")),
        (false, own("receive request.json --case telco")),
        (false, own("receive receipt REQUEST --case telco --out receipt.json")),
        (true, own("receive receipt.json --case case")),
        (false, own("answer REQUEST --case telco --logs operator")),
        (
            false,
            own(
                "answer REQUEST --case telco --out answer.json --disclose times --opinion infrastructure/relay-rented-or-forged=likely --basis rented",
            ),
        ),
        (true, own("receive answer.json --case case")),
        (
            true,
            own("receive take-in REQUEST --case case --why theirs --reliability B --credibility 2"),
        ),
    ]
}

pub(crate) fn with_request(root: &Path, step: &[String]) -> Vec<String> {
    let put = |one: &String| if one == "REQUEST" { request(root) } else { one.clone() };
    step.iter().map(put).collect()
}

fn play(root: &Path) {
    let (asking, asked) = sides(root);
    for (ours, step) in steps(root) {
        let step = with_request(root, &step);
        let step: Vec<&str> = step.iter().map(String::as_str).collect();
        let side = if ours { &asking } else { &asked };
        side.done(&step);
    }
}

fn answer(root: &Path) -> Value {
    let bytes = fs::read(root.join("answer.json")).unwrap();
    serde_json::from_slice::<Value>(&bytes).unwrap()["package"]["content"]["of"].take()
}

/// What must be so when the dialogue is over, however it went.
fn check_end(root: &Path) {
    let (asking, asked) = sides(root);
    let all = asking.status();
    assert_eq!(all.len(), 1, "one request, and no second one");
    let standing = &all[0]["standing"];
    assert_eq!(standing["stage"], "answered");
    let thread = &standing["threads"]["isp.example"];
    assert_eq!(thread["answers"].as_array().unwrap().len(), 1, "one answer: {all:?}");
    assert_eq!(thread["counted"]["sent"], thread["counted"]["taken"]);
    assert_eq!(standing["taken_in"].as_object().unwrap().len(), 1);
    let judged = fs::read_to_string(root.join("case/assessment.toml")).unwrap();
    assert_eq!(judged.matches("[[evidence]]").count(), 1, "taken in once:\n{judged}");
    let theirs = asked.status();
    assert_eq!(theirs.len(), 1);
    assert_eq!(theirs[0]["standing"]["stage"], "answered");
    assert_eq!(theirs[0]["standing"]["answers"].as_array().unwrap().len(), 1);
    asking.done(&["verify", "case", "--inputs", "logs"]);
}

#[test]
fn the_whole_dialogue_by_files() {
    let dir = copied();
    let root = dir.path();
    play(root);
    check_end(root);
    let answer = answer(root);
    for flow in answer["flows"].as_array().unwrap() {
        assert_eq!(flow["outcome"], "identified", "a port tells two customers apart: {flow}");
        assert_eq!(flow["candidates"].as_array().unwrap().len(), 1);
        assert_eq!(flow["allocation"], "cgnat");
    }
    let text = fs::read_to_string(root.join("answer.json")).unwrap();
    assert!(!text.contains("line-47"), "no subscriber is named unless a person says so");
    assert!(!text.contains("100.64."), "nor an inner address");
    let known = fs::read_to_string(root.join("telco/exchange/subscribers.ndjson")).unwrap();
    let first = answer["flows"][0]["candidates"][0]["reference"].as_str().unwrap();
    assert!(known.contains(first), "the side that answered can resolve its reference");
}

/// Each step is killed at every durable place in it, and then done again, until it is done.
#[test]
fn killed_between_any_two_steps_nothing_is_lost_or_doubled() {
    let dir = copied();
    let root = dir.path();
    let (asking, asked) = sides(root);
    let mut kills = 0;
    for (ours, step) in steps(root) {
        let side = if ours { &asking } else { &asked };
        for at in 1.. {
            let step = with_request(root, &step);
            let step: Vec<&str> = step.iter().map(String::as_str).collect();
            // A request or a receipt that is there is not made a second time. The same answer is.
            if is_done(root, &step) {
                break;
            }
            let ran = side.run(&step, Some(at));
            if ran.code == Some(0) {
                break;
            }
            assert_eq!(ran.code, None, "killed, or done: {step:?}\n{}{}", ran.out, ran.err);
            kills += 1;
            assert!(at < 50, "it never gets done: {step:?}");
        }
    }
    assert!(kills > 20, "the kills were real: {kills}");
    check_end(root);
}

/// What a person sees before doing a step again: whether it was done.
fn is_done(root: &Path, step: &[&str]) -> bool {
    let (asking, asked) = sides(root);
    let there = |name: &str| root.join(name).exists();
    match step {
        ["request", "new", ..] => !asking.status().is_empty(),
        ["receive", "receipt", ..] => {
            asked.status()[0]["standing"]["receipt_owed"] == false && there("receipt.json")
        }
        _ => false,
    }
}

#[test]
fn strangers_and_bad_signatures_wait_for_a_person() {
    let dir = copied();
    let root = dir.path();
    let (asking, asked) = sides(root);
    for (ours, step) in steps(root).into_iter().take(2) {
        let step = with_request(root, &step);
        let step: Vec<&str> = step.iter().map(String::as_str).collect();
        assert!(ours);
        asking.done(&step);
    }
    let path = root.join("request.json");
    let good = fs::read_to_string(&path).unwrap();
    let check = |name: &str, text: String, why: &str, code: i32| {
        fs::write(root.join(name), text).unwrap();
        let ran = asked.run(&["receive", name, "--case", "telco"], None);
        assert!(ran.out.contains(why), "{}{}", ran.out, ran.err);
        assert_eq!(ran.code, Some(code), "{}{}", ran.out, ran.err);
        assert!(asked.status().is_empty(), "it is in no dialogue");
    };
    check("altered.json", good.replace("illegal access", "illegal excess"), "another message", 4);
    check(
        "stranger.json",
        good.replace("cert.example", "cert2.example"),
        "nobody in parties.toml",
        0,
    );
    let unsigned: Value = serde_json::from_str(&good).unwrap();
    let mut unsigned = unsigned.as_object().unwrap().clone();
    unsigned.remove("note");
    check("unsigned.json", serde_json::to_string(&unsigned).unwrap(), "not signed", 0);
    check("noise.json", "{\"bakas\":".into(), "could not be read", 3);
    let waiting = asked.done(&["receive", "waiting", "--case", "telco", "--json"]);
    let waiting: Vec<Value> =
        waiting.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(waiting.len(), 4);
    let unsigned = waiting.iter().find(|one| one["why"] == "it is not signed").unwrap();
    let message = unsigned["message"].as_str().unwrap();
    asked.done(&["receive", "trust", message, "--case", "telco", "--why", "called them"]);
    assert_eq!(asked.status().len(), 1, "a person let it in");
    let noise = waiting.iter().find(|one| one["kind"] == "").unwrap();
    let message = noise["message"].as_str().unwrap();
    let ran = asked.run(&["receive", "trust", message, "--case", "telco", "--why", "x"], None);
    assert_eq!(ran.code, Some(4), "what cannot be read cannot be trusted: {}", ran.err);
    asked.done(&["receive", "dismiss", message, "--case", "telco", "--why", "noise"]);
    let left = asked.done(&["receive", "waiting", "--case", "telco", "--json"]);
    assert_eq!(left.lines().count(), 2);
}

#[test]
fn what_may_not_go_is_refused_before_anything_is_written() {
    let dir = copied();
    let root = dir.path();
    let (asking, _) = sides(root);
    let id = incident(root);
    let new =
        ["request", "new", "case", "--incident", &id, "--to", "isp.example", "--logs", "logs"];
    let refused = |more: &[&str], why: &str| {
        let all: Vec<&str> = new.iter().chain(more).copied().collect();
        let ran = asking.run(&all, None);
        assert_eq!(ran.code, Some(4), "{}{}", ran.out, ran.err);
        assert!(ran.err.contains(why), "{}", ran.err);
        assert!(asking.status().is_empty(), "nothing was made");
    };
    refused(&["--pap", "RED"], "may not be put to an operator");
    refused(&["--action", "take_down"], "does not allow to take down");
    refused(&["--reply-by", "2020-01-01"], "has passed");
    refused(&["--action", "preserve"], "custodian");
    refused(&["--fact", "guesses against ana@agency.example"], "mailbox");
    // A format that loses something says so and writes nothing.
    asking.done(&new);
    let request = request(root);
    let send = [
        "request",
        "send",
        "case",
        &request,
        "--format",
        "xarf",
        "--kind",
        "password-guessing",
        "--out",
        "report.json",
    ];
    let ran = asking.run(&send, None);
    assert_eq!(ran.code, Some(4), "{}{}", ran.out, ran.err);
    assert!(ran.err.contains("--accept-losses"), "{}", ran.err);
    assert!(!root.join("report.json").exists());
}

#[test]
fn an_altered_journal_or_message_is_found() {
    let dir = copied();
    let root = dir.path();
    play(root);
    let (asking, _) = sides(root);
    let journal: PathBuf = root.join("case/exchange/journal.ndjson");
    let good = fs::read_to_string(&journal).unwrap();
    let check = |text: String| {
        fs::write(&journal, text).unwrap();
        let ran = asking.run(&["verify", "case"], None);
        assert_eq!(ran.code, Some(4), "{}{}", ran.out, ran.err);
        assert!(ran.out.contains("exchange/journal.ndjson"), "{}", ran.out);
        fs::write(&journal, &good).unwrap();
    };
    check(good.replacen("isp.example", "isq.example", 1));
    let lines: Vec<&str> = good.lines().collect();
    check(lines[..lines.len() - 1].join("\n") + "\n");
    check(lines[1..].join("\n") + "\n");
    let folder = root.join("case/exchange/in");
    let message = fs::read_dir(folder).unwrap().next().unwrap().unwrap().path();
    let mut bytes = fs::read(&message).unwrap();
    bytes[40] ^= 1;
    fs::write(&message, bytes).unwrap();
    let ran = asking.run(&["verify", "case"], None);
    assert!(ran.out.contains("exchange/in/"), "{}", ran.out);
}

#[test]
fn what_left_stands_in_the_journal_with_its_labels_and_consents() {
    let dir = copied();
    let root = dir.path();
    let (asking, _) = sides(root);
    let share = |more: &[&str]| {
        let first = ["share", "case", "--to", "isp.example", "--originator", "third.example"];
        asking.run(&[&first[..], more].concat(), None)
    };
    let ran = share(&["--out", "part.json"]);
    assert_eq!(ran.code, Some(4), "{}", ran.err);
    assert!(ran.err.contains("originator's consent"), "{}", ran.err);
    let ran = share(&["--out", "part.json", "--consent", "third.example"]);
    assert_eq!(ran.code, Some(2), "a consent without a paper is none: {}", ran.err);
    assert!(!root.join("part.json").exists());
    let paper = "third.example=letter 12 of 3 January";
    let ran = share(&["--out", "part.json", "--consent", paper, "--consent", "other.example=x"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    // The same once more is the same package, and one exit.
    let ran = share(&["--out", "part.json", "--consent", paper]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let left = asking.done(&["request", "left", "case", "--json"]);
    let left: Vec<Value> = left.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(left.len(), 1, "{left:?}");
    let consents = left[0]["consents"].as_array().unwrap();
    assert_eq!(consents.len(), 1, "only what was obeyed: {consents:?}");
    assert_eq!(consents[0]["originator"], "third.example");
    assert_eq!(consents[0]["on"], "letter 12 of 3 January");
    assert_eq!(left[0]["labels"][incident(root)][0], "TLP:AMBER");
    let sent = fs::read(root.join("part.json")).unwrap();
    let digest: String =
        sha2::Digest::finalize(<sha2::Sha256 as sha2::Digest>::new_with_prefix(&sent))
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
    assert_eq!(left[0]["message"], digest.as_str(), "the very bytes that left");
    let text = asking.done(&["request", "left", "case"]);
    assert!(text.contains("consent of third.example: letter 12 of 3 January"), "{text}");
    // It is in the log of the case: to change it shows.
    asking.done(&["verify", "case"]);
    let journal = root.join("case/exchange/journal.ndjson");
    let good = fs::read_to_string(&journal).unwrap();
    fs::write(&journal, good.replacen("letter 12", "letter 13", 1)).unwrap();
    let ran = asking.run(&["verify", "case"], None);
    assert_eq!(ran.code, Some(4), "{}", ran.out);
}

#[test]
fn a_label_is_lowered_by_an_act_of_custody_and_by_nothing_else() {
    let dir = copied();
    let root = dir.path();
    let (asking, _) = sides(root);
    let id = incident(root);
    let share = |tlp: &str, code: i32| {
        let out = format!("{tlp}.json");
        let ran = asking
            .run(&["share", "case", "--to", "isp.example", "--tlp", tlp, "--out", &out], None);
        assert_eq!(ran.code, Some(code), "{tlp}: {}{}", ran.out, ran.err);
        assert_eq!(root.join(&out).exists(), code == 0, "{tlp}");
        ran.err
    };
    share("AMBER", 0);
    let why = share("GREEN", 4);
    assert!(why.contains("stood under TLP:AMBER") && why.contains("act of custody"), "{why}");
    let act = |name: &str, reason: &str, of: &str| {
        let text = format!(
            "act = \"label_lowered\"\nreason = \"{reason}\"\n[person]\nname = \"Ana\"\n[sets.label]\nof = \"{of}\"\ntlp = \"TLP:GREEN\"\n"
        );
        fs::write(root.join(name), text).unwrap();
        asking.run(&["seal", "act", "case", "--file", name], None)
    };
    // An act about something else, or without a reason, lowers nothing.
    act("other.toml", "they agreed", "I-99");
    share("GREEN", 4);
    act("bare.toml", "", &id);
    share("GREEN", 4);
    let ran = act("act.toml", "the agency agreed in writing", &id);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    share("GREEN", 0);
    share("CLEAR", 4);
    // Under the old label once more, the new one is gone again.
    share("AMBER+STRICT", 0);
    share("GREEN.", 2);
    fs::remove_file(root.join("GREEN.json")).unwrap();
    share("GREEN", 4);
    asking.done(&["verify", "case"]);
}
