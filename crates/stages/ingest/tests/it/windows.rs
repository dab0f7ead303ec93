//! Windows events: whichever way they were exported, they come out alike, and nothing is lost.

use bakas_ingest::{Format, guess};
use bakas_model::{
    Activity::{self, *},
    Class::{self, *},
    RejectReason,
    Status::{self, *},
    Stream::Windows,
};
use proptest::prelude::*;

use crate::{
    evtx_kit::{Element, block, element, event, file, leaf},
    kit::{Owned, read},
};

const SECURITY: (&str, &str) = ("Security", "Microsoft-Windows-Security-Auditing");

fn failed_logon() -> Element {
    event(
        SECURITY.0,
        SECURITY.1,
        4625,
        &[
            ("SubjectUserName", "-"),
            ("TargetUserName", "ana"),
            ("TargetDomainName", "CORP"),
            ("Status", "0xc000006d"),
            ("LogonType", "3"),
            ("IpAddress", "::ffff:203.0.113.7"),
            ("IpPort", "51000"),
        ],
    )
}

/// What every export of that event must say.
fn check_failed_logon(event: &Owned) {
    assert_eq!(event.is(), (Windows, Authentication, Logon, Failure));
    assert_eq!(event.who(), "203.0.113.7 ana - -");
    assert_eq!(event.row.operation, "Failed logon");
    assert_eq!((event.src_port, event.host.as_deref()), (Some(51000), Some("ws1.corp.example")));
    let fields = [
        "EventID",
        "Channel",
        "Provider_Name",
        "Computer",
        "TargetUserName",
        "LogonType",
        "Status",
    ]
    .map(|name| event.field(name));
    assert_eq!(
        fields,
        ["4625", SECURITY.0, SECURITY.1, "ws1.corp.example", "ana", "3", "0xc000006d"]
    );
}

#[test]
fn every_export_says_the_same() {
    let binary = file(&[block(1, &[failed_logon()])]);
    let xml = failed_logon().xml();
    let wide: Vec<u8> =
        [0xff, 0xfe].into_iter().chain(xml.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let tree = r##"{"Event":{"#attributes":{"xmlns":"x"},"System":{"Provider":{"#attributes":{"Name":"Microsoft-Windows-Security-Auditing","Guid":"G"}},"EventID":{"#attributes":{"Qualifiers":0},"#text":4625},"Version":0,"Level":0,"TimeCreated":{"#attributes":{"SystemTime":"2026-01-05T08:00:00.123456Z"}},"EventRecordID":77,"Execution":{"#attributes":{"ProcessID":612,"ThreadID":620}},"Channel":"Security","Computer":"ws1.corp.example"},"EventData":{"SubjectUserName":"-","TargetUserName":"ana","Status":"0xc000006d","LogonType":3,"IpAddress":"::ffff:203.0.113.7","IpPort":"51000"}}}"##;
    let split = r##"{"Event":{"System":{"Provider_attributes":{"Name":"Microsoft-Windows-Security-Auditing"},"EventID":4625,"TimeCreated_attributes":{"SystemTime":"2026-01-05T08:00:00.123456Z"},"Channel":"Security","Computer":"ws1.corp.example"},"EventData":{"TargetUserName":"ana","Status":"0xc000006d","LogonType":3,"IpAddress":"203.0.113.7","IpPort":51000}}}"##;
    let beat = r#"{"@timestamp":"2026-01-05T08:00:00.123Z","winlog":{"event_id":4625,"channel":"Security","provider_name":"Microsoft-Windows-Security-Auditing","computer_name":"ws1.corp.example","record_id":77,"event_data":{"TargetUserName":"ana","Status":"0xc000006d","LogonType":"3","IpAddress":"203.0.113.7","IpPort":"51000"}},"event":{"code":4625,"outcome":"failure"},"message":"An account failed to log on."}"#;
    let old_beat = r#"{"@timestamp":"2026-01-05T08:00:00.123Z","event_id":4625,"log_name":"Security","source_name":"Microsoft-Windows-Security-Auditing","computer_name":"ws1.corp.example","event_data":{"TargetUserName":"ana","Status":"0xc000006d","LogonType":"3","IpAddress":"203.0.113.7","IpPort":"51000"}}"#;
    let flat = r#"{"EventTime":"2026-01-05 08:00:00.123","Hostname":"ws1.corp.example","EventID":4625,"SourceName":"Microsoft-Windows-Security-Auditing","Channel":"Security","RecordNumber":77,"TargetUserName":"ana","Status":"0xc000006d","LogonType":"3","IpAddress":"203.0.113.7","IpPort":"51000"}"#;
    let powershell = r#"[{"Id":4625,"Version":0,"LogName":"Security","ProviderName":"Microsoft-Windows-Security-Auditing","MachineName":"ws1.corp.example","RecordId":77,"TimeCreated":"\/Date(1767600000123)\/","Message":"An account failed to log on.","Properties":[{"Value":"S-1-0-0"},{"Value":"-"},{"Value":"-"},{"Value":0},{"Value":"S-1-0-0"},{"Value":"ana"},{"Value":"CORP"},{"Value":"0xc000006d"},{"Value":"%%2313"},{"Value":"0xc000006a"},{"Value":3},{"Value":"NtLmSsp "},{"Value":"NTLM"},{"Value":"WS9"},{"Value":"-"},{"Value":"-"},{"Value":0},{"Value":0},{"Value":"-"},{"Value":"203.0.113.7"},{"Value":"51000"}]}]"#;
    let check = |what: &str, format: Format, bytes: &[u8]| {
        let told = guess(bytes, "export");
        assert_eq!((told.format, told.certainty), (Some(format), 100), "{what}: {}", told.why);
        let found = read(format, bytes).one();
        assert_eq!(found.row.time.to_string().get(..23), Some("2026-01-05T08:00:00.123"), "{what}");
        check_failed_logon(&found);
    };
    check("evtx", Format::Evtx, &binary);
    check("xml", Format::WindowsXml, xml.as_bytes());
    check(
        "xml document",
        Format::WindowsXml,
        format!("<?xml version=\"1.0\"?>\n<Events>\n{xml}\n</Events>\n").as_bytes(),
    );
    check("xml as UTF-16", Format::WindowsXml, &wide);
    check("tree", Format::WindowsJson, tree.as_bytes());
    check("attributes apart", Format::WindowsJson, split.as_bytes());
    check("winlogbeat", Format::WindowsJson, beat.as_bytes());
    check("winlogbeat 6", Format::WindowsJson, old_beat.as_bytes());
    check("flat", Format::WindowsJson, flat.as_bytes());
    check("PowerShell", Format::WindowsJson, powershell.as_bytes());
}

#[test]
fn evtx_dump_with_its_separators() {
    let one = r##"{"Event":{"System":{"EventID":1,"Channel":"C","TimeCreated":{"#attributes":{"SystemTime":"2026-01-05T08:00:00Z"}}}}}"##;
    let found = read(Format::WindowsJson, format!("Record 1\n{one}\nRecord 2\n{one}\n"));
    assert_eq!((found.events.len(), found.rejects.len()), (2, 0), "{:?}", found.rejects);
    assert_eq!((found.account.furniture, found.account.records), (2, 4));
}

type Is = (Class, Activity, Status);

fn check(id: u32, channel: (&str, &str), data: &[(&'static str, &str)], is: Is, who: &str) {
    let text = event(channel.0, channel.1, id, data).xml();
    let found = read(Format::WindowsXml, &text).one();
    assert_eq!(found.is(), (Windows, is.0, is.1, is.2), "{id}");
    assert_eq!(found.who(), who, "{id}");
}

#[test]
fn what_events_mean() {
    let by = ("SubjectUserName", "ben");
    let of = ("TargetUserName", "ana");
    let ok = |class, activity| (class, activity, Success);
    check(
        4624,
        SECURITY,
        &[of, ("LogonType", "3"), ("IpAddress", "203.0.113.7")],
        ok(Authentication, Logon),
        "203.0.113.7 ana - -",
    );
    check(
        4624,
        SECURITY,
        &[of, ("LogonType", "5"), ("IpAddress", "-")],
        ok(Authentication, Other),
        "- ana - -",
    );
    check(4624, SECURITY, &[of, ("IpAddress", "::1")], ok(Authentication, Logon), "- ana - -");
    check(4634, SECURITY, &[of], ok(Authentication, Logoff), "- ana - -");
    check(
        4648,
        SECURITY,
        &[by, of, ("TargetServerName", "srv1")],
        ok(Authentication, Other),
        "- ben ana srv1",
    );
    check(4720, SECURITY, &[by, of], ok(AccountChange, Create), "- ben ana -");
    check(4726, SECURITY, &[by, of], ok(AccountChange, Delete), "- ben ana -");
    check(
        4732,
        SECURITY,
        &[
            by,
            ("MemberName", "-"),
            ("MemberSid", "S-1-5-21-7"),
            ("TargetUserName", "Administrators"),
        ],
        ok(AccountChange, Update),
        "- ben S-1-5-21-7 Administrators",
    );
    check(
        4768,
        SECURITY,
        &[of, ("Status", "0x6"), ("IpAddress", "::ffff:203.0.113.7")],
        (Authentication, Logon, Failure),
        "203.0.113.7 ana - -",
    );
    check(4768, SECURITY, &[of, ("Status", "0x0")], ok(Authentication, Logon), "- ana - -");
    check(4771, SECURITY, &[of, ("Status", "0x18")], (Authentication, Logon, Failure), "- ana - -");
    check(
        4776,
        SECURITY,
        &[of, ("Workstation", "WS9"), ("Status", "0xc000006a")],
        (Authentication, Logon, Failure),
        "- ana - WS9",
    );
    check(
        4688,
        SECURITY,
        &[by, ("NewProcessName", "C:\\a.exe"), ("CommandLine", "a.exe /x")],
        ok(ProcessActivity, Launch),
        "- ben - a.exe /x",
    );
    check(
        4698,
        SECURITY,
        &[by, ("TaskName", "\\Updater")],
        ok(ScheduledJob, Create),
        "- ben - \\Updater",
    );
    check(
        5140,
        SECURITY,
        &[by, ("ShareName", "\\\\*\\C$"), ("IpAddress", "203.0.113.7")],
        ok(FileActivity, Read),
        "203.0.113.7 ben - \\\\*\\C$",
    );
    check(
        1102,
        ("Security", "Microsoft-Windows-Eventlog"),
        &[by],
        ok(Base, Delete),
        "- ben - Security",
    );
    check(
        7045,
        ("System", "Service Control Manager"),
        &[("ServiceName", "x"), ("ImagePath", "C:\\x.exe"), ("AccountName", "LocalSystem")],
        ok(ScheduledJob, Create),
        "- LocalSystem - C:\\x.exe",
    );
    let sysmon = ("Microsoft-Windows-Sysmon/Operational", "Microsoft-Windows-Sysmon");
    check(
        1,
        sysmon,
        &[("User", "CORP\\ana"), ("Image", "C:\\a.exe"), ("CommandLine", "a /x")],
        ok(ProcessActivity, Launch),
        "- ana - a /x",
    );
    check(
        11,
        sysmon,
        &[("User", "CORP\\ana"), ("TargetFilename", "C:\\x")],
        ok(FileActivity, Create),
        "- ana - C:\\x",
    );
    check(
        22,
        sysmon,
        &[("User", "CORP\\ana"), ("QueryName", "a.example"), ("QueryStatus", "0")],
        ok(DnsActivity, Request),
        "- ana - a.example",
    );
    let defender =
        ("Microsoft-Windows-Windows Defender/Operational", "Microsoft-Windows-Windows Defender");
    check(
        1116,
        defender,
        &[("Threat Name", "Test/File"), ("Detection User", "CORP\\ana")],
        ok(DetectionFinding, Create),
        "- ana - Test/File",
    );
    let tasks = ("Microsoft-Windows-TaskScheduler/Operational", "Microsoft-Windows-TaskScheduler");
    check(
        106,
        tasks,
        &[("TaskName", "\\U"), ("UserContext", "CORP\\ana")],
        ok(ScheduledJob, Create),
        "- ana - \\U",
    );
    // A number that is not in the table keeps its fields, and the result that its keywords tell.
    check(4999, SECURITY, &[by], ok(Base, Other), "- ben - -");
}

#[test]
fn a_connection_has_both_ends() {
    let sysmon = ("Microsoft-Windows-Sysmon/Operational", "Microsoft-Windows-Sysmon");
    let data = [
        ("User", "CORP\\ana"),
        ("Image", "C:\\a.exe"),
        ("SourceIp", "192.0.2.9"),
        ("SourcePort", "50000"),
        ("DestinationIp", "203.0.113.7"),
        ("DestinationPort", "443"),
    ];
    let found = read(Format::WindowsXml, event(sysmon.0, sysmon.1, 3, &data).xml()).one();
    assert_eq!(found.is(), (Windows, NetworkActivity, Request, Success));
    assert_eq!(found.dst.map(|a| a.to_string()).as_deref(), Some("203.0.113.7"));
    assert_eq!((found.src_port, found.dst_port), (Some(50_000), Some(443)));
}

#[test]
fn user_data_is_read_by_its_leaves() {
    let system = event(
        "Microsoft-Windows-TerminalServices-LocalSessionManager/Operational",
        "Microsoft-Windows-TerminalServices-LocalSessionManager",
        21,
        &[],
    );
    let text = system.xml().replace(
        "<EventData></EventData>",
        "<UserData><EventXML xmlns='Event_NS'><User>CORP\\ana</User><SessionID>2</SessionID><Address>203.0.113.7</Address></EventXML></UserData>",
    );
    let found = read(Format::WindowsXml, &text).one();
    assert_eq!(found.is(), (Windows, Authentication, Logon, Success));
    assert_eq!(
        (found.who().as_str(), found.field("SessionID").as_str()),
        ("203.0.113.7 ana - -", "2")
    );
}

#[test]
fn evtx_blocks_stand_alone() {
    let blocks = [
        block(1, &[failed_logon(), failed_logon()]),
        block(3, &[failed_logon()]),
        vec![0; 64 << 10],
    ];
    let bytes = file(&blocks);
    let found = read(Format::Evtx, &bytes);
    assert_eq!((found.events.len(), found.rejects.len()), (3, 0), "{:?}", found.rejects);
    for event in &found.events {
        let at = event.row.place.offset as usize;
        assert_eq!(&bytes[at..at + 4], b"**\0\0", "a place is that of the record itself");
        check_failed_logon(event);
    }
    assert_eq!(found.events.iter().map(|e| e.line).collect::<Vec<_>>(), [1, 2, 3]);
}

#[test]
fn broken_evtx_costs_what_is_broken() {
    let whole = file(&[block(1, &[failed_logon(), failed_logon()]), block(3, &[failed_logon()])]);
    // The file ends within the second record of the first block.
    let second = whole.windows(4).rposition(|w| w == b"**\0\0").unwrap();
    let mut cut = file(&[block(1, &[failed_logon(), failed_logon()])]);
    let last = cut.windows(4).rposition(|w| w == b"**\0\0").unwrap();
    cut.truncate(last + 100);
    let found = read(Format::Evtx, &cut);
    assert_eq!((found.events.len(), found.reasons()), (1, vec![RejectReason::Malformed]));
    // A block whose mark is gone is one reject; the next one is read.
    let mut marred = whole.clone();
    marred[4096] = b'x';
    let found = read(Format::Evtx, &marred);
    assert_eq!((found.events.len(), found.rejects.len()), (1, 1));
    assert_eq!(found.rejects[0].place.length, 64 << 10);
    // Damage within a record's XML.
    let mut marred = whole;
    marred[second + 28..second + 60].fill(0xee);
    let found = read(Format::Evtx, &marred);
    assert_eq!((found.events.len(), found.rejects.len()), (2, 1), "{:?}", found.rejects);
    // A block that was being written says too little of itself.
    let mut lagging = file(&[block(1, &[failed_logon(), failed_logon()])]);
    lagging[4096 + 32..4096 + 40].copy_from_slice(&1_u64.to_le_bytes());
    let first_end = 512 + u32::from_le_bytes(lagging[4096 + 516..4096 + 520].try_into().unwrap());
    lagging[4096 + 48..4096 + 52].copy_from_slice(&first_end.to_le_bytes());
    assert_eq!(read(Format::Evtx, &lagging).events.len(), 2);
}

#[test]
fn broken_xml_costs_one_record() {
    let one = failed_logon().xml();
    let cut = &one[..one.len() / 2];
    let text = format!("<Events>{one}\n{cut}{one}\nnot xml\n{one}<Event><System></Event></Events>");
    let found = read(Format::WindowsXml, &text);
    assert_eq!((found.events.len(), found.rejects.len()), (3, 3), "{:?}", found.rejects);
    let open = read(Format::WindowsXml, format!("<Events>{one}{cut}"));
    assert_eq!((open.events.len(), open.reasons()), (1, vec![RejectReason::Truncated]));
    let other = element("Other", vec![leaf("x", "y")]).xml();
    assert_eq!(read(Format::WindowsXml, other).rejects.len(), 1);
}

const NAMES: [&str; 8] = [
    "TargetUserName",
    "SubjectUserName",
    "IpAddress",
    "IpPort",
    "LogonType",
    "Status",
    "CommandLine",
    "Image",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    /// Two readers that share nothing, binary XML through a library and text through ours, say the
    /// same of the same event.
    #[test]
    fn binary_and_text_agree(
        id in prop_oneof![prop::sample::select(vec![4624_u32, 4625, 4688, 4720, 4732, 4768, 1, 3, 22]), 1..9999_u32],
        sysmon in any::<bool>(),
        values in prop::collection::vec("[ -~é<&\"'\\\\]{0,20}|203\\.0\\.113\\.[1-9]|[0-9]{1,5}|0x[0-9a-f]{1,8}|-", 8),
    ) {
        let channel = if sysmon { ("Microsoft-Windows-Sysmon/Operational", "Microsoft-Windows-Sysmon") } else { SECURITY };
        // White space around a text is layout in XML and none of the value's in what people export.
        let data: Vec<_> = NAMES.iter().zip(&values).map(|(name, value)| (*name, value.trim())).collect();
        let made = event(channel.0, channel.1, id, &data);
        let mut binary = read(Format::Evtx, file(&[block(1, std::slice::from_ref(&made))])).one();
        let text = read(Format::WindowsXml, made.xml()).one();
        // An empty value is absent from the one and empty in the other.
        binary.row.place = text.row.place;
        let mut plain = text;
        for fields in [&mut plain.fields, &mut binary.fields] {
            fields.retain(|_, values| values.iter().any(|value| !value.is_empty()));
        }
        prop_assert_eq!(binary, plain);
    }
}
