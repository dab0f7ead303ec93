//! The order of values in events that PowerShell exports without their names. Described by
//! Microsoft, "Advanced security audit policy settings": the event XML of each event.

const SUBJECT: [&str; 4] =
    ["SubjectUserSid", "SubjectUserName", "SubjectDomainName", "SubjectLogonId"];

const LOGON: &[&str] = &[
    SUBJECT[0],
    SUBJECT[1],
    SUBJECT[2],
    SUBJECT[3],
    "TargetUserSid",
    "TargetUserName",
    "TargetDomainName",
    "TargetLogonId",
    "LogonType",
    "LogonProcessName",
    "AuthenticationPackageName",
    "WorkstationName",
    "LogonGuid",
    "TransmittedServices",
    "LmPackageName",
    "KeyLength",
    "ProcessId",
    "ProcessName",
    "IpAddress",
    "IpPort",
    "ImpersonationLevel",
    "RestrictedAdminMode",
    "TargetOutboundUserName",
    "TargetOutboundDomainName",
    "VirtualAccount",
    "TargetLinkedLogonId",
    "ElevatedToken",
];
const LOGON_FAILED: &[&str] = &[
    SUBJECT[0],
    SUBJECT[1],
    SUBJECT[2],
    SUBJECT[3],
    "TargetUserSid",
    "TargetUserName",
    "TargetDomainName",
    "Status",
    "FailureReason",
    "SubStatus",
    "LogonType",
    "LogonProcessName",
    "AuthenticationPackageName",
    "WorkstationName",
    "TransmittedServices",
    "LmPackageName",
    "KeyLength",
    "ProcessId",
    "ProcessName",
    "IpAddress",
    "IpPort",
];
const PROCESS: &[&str] = &[
    SUBJECT[0],
    SUBJECT[1],
    SUBJECT[2],
    SUBJECT[3],
    "NewProcessId",
    "NewProcessName",
    "TokenElevationType",
    "ProcessId",
    "CommandLine",
    "TargetUserSid",
    "TargetUserName",
    "TargetDomainName",
    "TargetLogonId",
    "ParentProcessName",
    "MandatoryLabel",
];
const EXPLICIT: &[&str] = &[
    SUBJECT[0],
    SUBJECT[1],
    SUBJECT[2],
    SUBJECT[3],
    "LogonGuid",
    "TargetUserName",
    "TargetDomainName",
    "TargetLogonGuid",
    "TargetServerName",
    "TargetInfo",
    "ProcessId",
    "ProcessName",
    "IpAddress",
    "IpPort",
];

/// The names of an event's values; none where they are not known.
pub(super) fn names(channel: &str, id: i64) -> &'static [&'static str] {
    match (channel, id) {
        ("Security", 4624) => LOGON,
        ("Security", 4625) => LOGON_FAILED,
        ("Security", 4648) => EXPLICIT,
        ("Security", 4688) => PROCESS,
        _ => &[],
    }
}
