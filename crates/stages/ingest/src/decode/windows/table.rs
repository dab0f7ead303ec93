//! What events mean, by channel and number. Described by Microsoft, "Advanced security audit
//! policy settings" (Security), "Sysmon" (Sysinternals), "about_Logging_Windows" (PowerShell),
//! "Review event logs … of Microsoft Defender Antivirus"; the channels of Task Scheduler and
//! Remote Desktop describe theirs in their manifests.

use bakas_model::{Activity, Class};

/// How an event tells its result.
#[derive(Clone, Copy, Debug)]
pub(super) enum How {
    Success,
    Failure,
    Unknown,
    /// In a field: zero is success.
    Code(&'static str),
}

/// One kind of event.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    pub(super) channel: &'static str,
    pub(super) provider: &'static str,
    pub(super) id: u16,
    pub(super) class: Class,
    pub(super) activity: Activity,
    pub(super) how: How,
    pub(super) operation: &'static str,
    /// Fields with the account, the target and the object: the first that says something.
    pub(super) account: &'static [&'static str],
    pub(super) target: &'static [&'static str],
    pub(super) object: &'static [&'static str],
}

type Names = &'static [&'static str];
type Channel = (&'static str, &'static str);

const SECURITY: Channel = ("Security", "Microsoft-Windows-Security-Auditing");
const EVENTLOG: Channel = ("Security", "Microsoft-Windows-Eventlog");
const SYSTEM: Channel = ("System", "Service Control Manager");
const SYSTEM_LOG: Channel = ("System", "Microsoft-Windows-Eventlog");
const SYSMON: Channel = ("Microsoft-Windows-Sysmon/Operational", "Microsoft-Windows-Sysmon");
const POWERSHELL: Channel =
    ("Microsoft-Windows-PowerShell/Operational", "Microsoft-Windows-PowerShell");
const DEFENDER: Channel =
    ("Microsoft-Windows-Windows Defender/Operational", "Microsoft-Windows-Windows Defender");
const TASKS: Channel =
    ("Microsoft-Windows-TaskScheduler/Operational", "Microsoft-Windows-TaskScheduler");
const RDP: Channel = (
    "Microsoft-Windows-TerminalServices-RemoteConnectionManager/Operational",
    "Microsoft-Windows-TerminalServices-RemoteConnectionManager",
);
const SESSIONS: Channel = (
    "Microsoft-Windows-TerminalServices-LocalSessionManager/Operational",
    "Microsoft-Windows-TerminalServices-LocalSessionManager",
);

const fn row(
    (channel, provider): Channel,
    id: u16,
    (class, activity, how): (Class, Activity, How),
    operation: &'static str,
    (account, target, object): (Names, Names, Names),
) -> Row {
    Row { channel, provider, id, class, activity, how, operation, account, target, object }
}

const SUBJECT: Names = &["SubjectUserName"];
const TARGET: Names = &["TargetUserName"];
const NONE: Names = &[];
/// Done by one account to another.
const TO_ANOTHER: (Names, Names, Names) = (SUBJECT, TARGET, NONE);
/// A member of a group: by whom, whom, which group.
const MEMBER: (Names, Names, Names) = (SUBJECT, &["MemberName", "MemberSid"], TARGET);
const TASK: (Names, Names, Names) = (SUBJECT, NONE, &["TaskName"]);
const KERBEROS: (Names, Names, Names) = (TARGET, NONE, &["ServiceName"]);
const SYSMON_FILE: (Names, Names, Names) = (&["User"], NONE, &["TargetFilename"]);
const REGISTRY: (Names, Names, Names) = (&["User"], NONE, &["TargetObject"]);
const THREAT: (Names, Names, Names) =
    (&["Detection User", "Detection_User"], NONE, &["Threat Name", "Threat_Name"]);
const SESSION: (Names, Names, Names) = (&["User"], NONE, NONE);

use Activity::{Create, Delete, Launch, Logoff, Logon, Other, Read, Request, Update};
use Class::{
    AccountChange, Authentication, Base, DetectionFinding, DnsActivity, FileActivity,
    NetworkActivity, ProcessActivity, ScheduledJob,
};
use How::{Code, Failure, Success, Unknown};

/// Every kind of event that is known.
pub(super) const ROWS: &[Row] = &[
    row(
        SECURITY,
        4624,
        (Authentication, Logon, Success),
        "Logon",
        (TARGET, NONE, &["ProcessName"]),
    ),
    row(
        SECURITY,
        4625,
        (Authentication, Logon, Failure),
        "Failed logon",
        (TARGET, NONE, &["ProcessName"]),
    ),
    row(SECURITY, 4634, (Authentication, Logoff, Success), "Logoff", (TARGET, NONE, NONE)),
    row(SECURITY, 4647, (Authentication, Logoff, Success), "User logoff", (TARGET, NONE, NONE)),
    row(
        SECURITY,
        4648,
        (Authentication, Other, Success),
        "Logon with explicit credentials",
        (SUBJECT, TARGET, &["TargetServerName"]),
    ),
    row(
        SECURITY,
        4672,
        (Authentication, Other, Success),
        "Special privileges",
        (SUBJECT, NONE, NONE),
    ),
    row(SECURITY, 4768, (Authentication, Logon, Code("Status")), "Kerberos ticket", KERBEROS),
    row(
        SECURITY,
        4769,
        (Authentication, Other, Code("Status")),
        "Kerberos service ticket",
        KERBEROS,
    ),
    row(
        SECURITY,
        4771,
        (Authentication, Logon, Failure),
        "Kerberos pre-authentication failed",
        KERBEROS,
    ),
    row(
        SECURITY,
        4776,
        (Authentication, Logon, Code("Status")),
        "NTLM validation",
        (TARGET, NONE, &["Workstation"]),
    ),
    row(
        SECURITY,
        4778,
        (Authentication, Other, Success),
        "Session reconnected",
        (&["AccountName"], NONE, NONE),
    ),
    row(
        SECURITY,
        4779,
        (Authentication, Logoff, Success),
        "Session disconnected",
        (&["AccountName"], NONE, NONE),
    ),
    row(
        SECURITY,
        4688,
        (ProcessActivity, Launch, Success),
        "Process created",
        (SUBJECT, TARGET, &["CommandLine", "NewProcessName"]),
    ),
    row(
        SECURITY,
        4697,
        (ScheduledJob, Create, Success),
        "Service installed",
        (SUBJECT, NONE, &["ServiceFileName", "ServiceName"]),
    ),
    row(SECURITY, 4698, (ScheduledJob, Create, Success), "Task created", TASK),
    row(SECURITY, 4699, (ScheduledJob, Delete, Success), "Task deleted", TASK),
    row(SECURITY, 4700, (ScheduledJob, Update, Success), "Task enabled", TASK),
    row(SECURITY, 4701, (ScheduledJob, Update, Success), "Task disabled", TASK),
    row(SECURITY, 4702, (ScheduledJob, Update, Success), "Task updated", TASK),
    row(
        SECURITY,
        4719,
        (AccountChange, Update, Success),
        "Audit policy changed",
        (SUBJECT, NONE, &["SubcategoryGuid"]),
    ),
    row(SECURITY, 4720, (AccountChange, Create, Success), "User created", TO_ANOTHER),
    row(SECURITY, 4722, (AccountChange, Update, Success), "User enabled", TO_ANOTHER),
    row(SECURITY, 4723, (AccountChange, Update, Success), "Password change", TO_ANOTHER),
    row(SECURITY, 4724, (AccountChange, Update, Success), "Password reset", TO_ANOTHER),
    row(SECURITY, 4725, (AccountChange, Update, Success), "User disabled", TO_ANOTHER),
    row(SECURITY, 4726, (AccountChange, Delete, Success), "User deleted", TO_ANOTHER),
    row(SECURITY, 4738, (AccountChange, Update, Success), "User changed", TO_ANOTHER),
    row(SECURITY, 4740, (AccountChange, Other, Success), "User locked out", TO_ANOTHER),
    row(SECURITY, 4767, (AccountChange, Update, Success), "User unlocked", TO_ANOTHER),
    row(
        SECURITY,
        4781,
        (AccountChange, Update, Success),
        "User renamed",
        (SUBJECT, &["OldTargetUserName"], &["NewTargetUserName"]),
    ),
    row(SECURITY, 4727, (AccountChange, Create, Success), "Group created", (SUBJECT, NONE, TARGET)),
    row(SECURITY, 4728, (AccountChange, Update, Success), "Member added to global group", MEMBER),
    row(
        SECURITY,
        4729,
        (AccountChange, Update, Success),
        "Member removed from global group",
        MEMBER,
    ),
    row(SECURITY, 4731, (AccountChange, Create, Success), "Group created", (SUBJECT, NONE, TARGET)),
    row(SECURITY, 4732, (AccountChange, Update, Success), "Member added to local group", MEMBER),
    row(
        SECURITY,
        4733,
        (AccountChange, Update, Success),
        "Member removed from local group",
        MEMBER,
    ),
    row(
        SECURITY,
        4756,
        (AccountChange, Update, Success),
        "Member added to universal group",
        MEMBER,
    ),
    row(
        SECURITY,
        4757,
        (AccountChange, Update, Success),
        "Member removed from universal group",
        MEMBER,
    ),
    row(
        SECURITY,
        4663,
        (FileActivity, Read, Success),
        "Object accessed",
        (SUBJECT, NONE, &["ObjectName"]),
    ),
    row(
        SECURITY,
        5140,
        (FileActivity, Read, Success),
        "Share accessed",
        (SUBJECT, NONE, &["ShareName"]),
    ),
    row(
        SECURITY,
        5145,
        (FileActivity, Read, Unknown),
        "Share checked",
        (SUBJECT, NONE, &["RelativeTargetName", "ShareName"]),
    ),
    row(
        SECURITY,
        5156,
        (NetworkActivity, Request, Success),
        "Connection permitted",
        (NONE, NONE, &["Application"]),
    ),
    row(
        EVENTLOG,
        1102,
        (Base, Delete, Success),
        "Audit log cleared",
        (SUBJECT, NONE, &["Channel"]),
    ),
    row(
        SYSTEM_LOG,
        104,
        (Base, Delete, Success),
        "Log cleared",
        (SUBJECT, NONE, &["BackupPath", "Channel"]),
    ),
    row(
        SYSTEM,
        7045,
        (ScheduledJob, Create, Success),
        "Service installed",
        (&["AccountName"], NONE, &["ImagePath", "ServiceName"]),
    ),
    row(SYSTEM, 7036, (Base, Other, Success), "Service state", (NONE, NONE, &["param1"])),
    row(
        SYSTEM,
        7040,
        (ScheduledJob, Update, Success),
        "Service start type",
        (NONE, NONE, &["param1"]),
    ),
    row(
        SYSMON,
        1,
        (ProcessActivity, Launch, Success),
        "Process created",
        (&["User"], NONE, &["CommandLine", "Image"]),
    ),
    row(
        SYSMON,
        3,
        (NetworkActivity, Request, Success),
        "Network connection",
        (&["User"], NONE, &["Image"]),
    ),
    row(
        SYSMON,
        5,
        (ProcessActivity, Other, Success),
        "Process ended",
        (&["User"], NONE, &["Image"]),
    ),
    row(
        SYSMON,
        8,
        (ProcessActivity, Other, Success),
        "Remote thread",
        (&["SourceUser"], NONE, &["TargetImage"]),
    ),
    row(
        SYSMON,
        10,
        (ProcessActivity, Other, Success),
        "Process accessed",
        (&["SourceUser"], NONE, &["TargetImage"]),
    ),
    row(SYSMON, 11, (FileActivity, Create, Success), "File created", SYSMON_FILE),
    row(SYSMON, 12, (Base, Other, Success), "Registry key", REGISTRY),
    row(SYSMON, 13, (Base, Update, Success), "Registry value set", REGISTRY),
    row(SYSMON, 14, (Base, Update, Success), "Registry renamed", REGISTRY),
    row(SYSMON, 15, (FileActivity, Create, Success), "File stream created", SYSMON_FILE),
    row(
        SYSMON,
        22,
        (DnsActivity, Request, Code("QueryStatus")),
        "DNS query",
        (&["User"], NONE, &["QueryName"]),
    ),
    row(SYSMON, 23, (FileActivity, Delete, Success), "File deleted", SYSMON_FILE),
    row(SYSMON, 26, (FileActivity, Delete, Success), "File deleted", SYSMON_FILE),
    row(
        POWERSHELL,
        4103,
        (ProcessActivity, Launch, Unknown),
        "Pipeline",
        (NONE, NONE, &["Payload"]),
    ),
    row(
        POWERSHELL,
        4104,
        (ProcessActivity, Launch, Unknown),
        "Script block",
        (NONE, NONE, &["Path", "ScriptBlockText"]),
    ),
    row(DEFENDER, 1116, (DetectionFinding, Create, Success), "Malware detected", THREAT),
    row(DEFENDER, 1117, (DetectionFinding, Update, Success), "Malware acted upon", THREAT),
    row(DEFENDER, 1118, (DetectionFinding, Update, Failure), "Malware action failed", THREAT),
    row(DEFENDER, 1119, (DetectionFinding, Update, Failure), "Malware action failed", THREAT),
    row(DEFENDER, 5001, (Base, Update, Success), "Real-time protection off", (NONE, NONE, NONE)),
    row(
        DEFENDER,
        5007,
        (Base, Update, Success),
        "Configuration changed",
        (NONE, NONE, &["New Value", "New_Value"]),
    ),
    row(
        TASKS,
        106,
        (ScheduledJob, Create, Success),
        "Task registered",
        (&["UserContext"], NONE, &["TaskName"]),
    ),
    row(
        TASKS,
        140,
        (ScheduledJob, Update, Success),
        "Task updated",
        (&["UserName"], NONE, &["TaskName"]),
    ),
    row(
        TASKS,
        141,
        (ScheduledJob, Delete, Success),
        "Task deleted",
        (&["UserName"], NONE, &["TaskName"]),
    ),
    row(
        TASKS,
        200,
        (ScheduledJob, Launch, Success),
        "Task action started",
        (NONE, NONE, &["ActionName", "TaskName"]),
    ),
    // The sign-in itself is told by Security 4624, or by 21 below.
    row(
        RDP,
        1149,
        (Authentication, Other, Success),
        "Remote connection",
        (&["Param1", "User"], NONE, NONE),
    ),
    row(SESSIONS, 21, (Authentication, Logon, Success), "Session logon", SESSION),
    row(SESSIONS, 23, (Authentication, Logoff, Success), "Session logoff", SESSION),
    row(SESSIONS, 24, (Authentication, Logoff, Success), "Session disconnected", SESSION),
    row(SESSIONS, 25, (Authentication, Other, Success), "Session reconnected", SESSION),
];
