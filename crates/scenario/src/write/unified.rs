//! Microsoft 365 unified audit records as the portal exports them: CSV with a JSON column.

use crate::{
    clock,
    office::{Act, What, title},
    rng::mix,
};

use super::json;

/// The export's first line.
pub(crate) const HEADER: &str = "RecordId,CreationDate,RecordType,Operation,UserId,AuditData,AssociatedAdminUnits,AssociatedAdminUnitsNames\n";

struct Shown {
    operation: &'static str,
    record_type: u32,
    workload: &'static str,
    status: &'static str,
}

const fn shown(what: &What) -> Shown {
    let (operation, record_type, workload, status) = match what {
        What::SignIn { .. } => ("UserLoggedIn", 15, "AzureActiveDirectory", "Success"),
        What::SignInFailed => ("UserLoginFailed", 15, "AzureActiveDirectory", "Failed"),
        What::Challenge { passed: true } => ("UserLoggedIn", 15, "AzureActiveDirectory", "Success"),
        What::Challenge { passed: false } => {
            ("UserLoginFailed", 15, "AzureActiveDirectory", "Failed")
        }
        What::RecoveryFailed => (
            "Self-service password reset flow activity progress.",
            8,
            "AzureActiveDirectory",
            "Failure",
        ),
        What::SignOut => ("UserSignedOut", 15, "AzureActiveDirectory", "Success"),
        What::PasswordReset { .. } => {
            ("Reset user password.", 8, "AzureActiveDirectory", "Success")
        }
        What::UserAdded { .. } => ("Add user.", 8, "AzureActiveDirectory", "Success"),
        What::GroupMemberAdded { .. } => {
            ("Add member to group.", 8, "AzureActiveDirectory", "Success")
        }
        What::Forward { .. } => ("New-InboxRule", 1, "Exchange", "True"),
        What::Grant(_) => ("Consent to application.", 8, "AzureActiveDirectory", "Success"),
        What::AppMail(_) | What::MailOpened(_) => {
            ("MailItemsAccessed", 50, "Exchange", "Succeeded")
        }
        What::MailSent(_) => ("Send", 2, "Exchange", "Succeeded"),
        What::Directory { .. } => ("SearchQueryInitiatedExchange", 52, "Exchange", "Succeeded"),
        What::DocView(_) => ("FileAccessed", 6, "OneDrive", "Succeeded"),
        What::DocEdit(_) => ("FileModified", 6, "OneDrive", "Succeeded"),
        What::DocDownload(_) => ("FileDownloaded", 6, "OneDrive", "Succeeded"),
    };
    Shown { operation, record_type, workload, status }
}

/// Writes one row, without its line end.
pub(crate) fn write(out: &mut Vec<u8>, act: &Act) {
    let shown = shown(&act.what);
    let id = mix(act.time as u64 ^ u64::from(act.account.len() as u32) << 44);
    json::uuid(out, id);
    out.push(b',');
    clock::iso(out, act.time, 0, 0);
    out.extend_from_slice(b".0000000Z,");
    clock::number(out, shown.record_type.into());
    out.push(b',');
    out.extend_from_slice(shown.operation.as_bytes());
    out.push(b',');
    out.extend_from_slice(act.account.as_bytes());
    out.extend_from_slice(b",\"");
    let mut data = Vec::with_capacity(900);
    audit_data(&mut data, &shown, id, act);
    for (i, piece) in data.split(|byte| *byte == b'"').enumerate() {
        if i > 0 {
            out.extend_from_slice(b"\"\"");
        }
        out.extend_from_slice(piece);
    }
    out.extend_from_slice(b"\",,");
}

fn audit_data(out: &mut Vec<u8>, shown: &Shown, id: u64, act: &Act) {
    out.extend_from_slice(b"{\"CreationTime\":\"");
    clock::iso(out, act.time, 0, 0);
    out.extend_from_slice(b"\",\"Id\":\"");
    json::uuid(out, id);
    out.push(b'"');
    json::field(out, "Operation", shown.operation);
    out.extend_from_slice(b",\"OrganizationId\":\"");
    json::uuid(out, 0x0365);
    out.extend_from_slice(b"\",\"RecordType\":");
    clock::number(out, shown.record_type.into());
    json::field(out, "ResultStatus", shown.status);
    out.extend_from_slice(b",\"UserKey\":\"");
    json::uuid(out, act.account.bytes().fold(3, |h, b| mix(h ^ u64::from(b))));
    out.extend_from_slice(b"\",\"UserType\":0,\"Version\":1");
    json::field(out, "Workload", shown.workload);
    let mailbox = matches!(shown.operation, "MailItemsAccessed" | "Send");
    json::address(out, if mailbox { "ClientIPAddress" } else { "ClientIP" }, act.address);
    json::field(out, "UserId", &act.account);
    details(out, act);
    out.push(b'}');
}

fn details(out: &mut Vec<u8>, act: &Act) {
    match &act.what {
        What::SignIn { .. }
        | What::SignInFailed
        | What::SignOut
        | What::RecoveryFailed
        | What::Challenge { .. } => sign_in(out, act),
        What::Forward { to } => {
            json::field(out, "ObjectId", &format!("{}\\Forward", act.account));
            out.extend_from_slice(b",\"Parameters\":[{\"Name\":\"AlwaysDeleteOutlookRulesBlob\",\"Value\":\"False\"},{\"Name\":\"Name\",\"Value\":\".\"},{\"Name\":\"ForwardTo\",\"Value\":");
            json::string(out, to);
            out.extend_from_slice(b"},{\"Name\":\"StopProcessingRules\",\"Value\":\"True\"}]");
        }
        What::Grant(app) => {
            json::field(out, "ObjectId", &app.client);
            out.extend_from_slice(b",\"Target\":[{\"ID\":");
            json::string(out, &app.name);
            out.extend_from_slice(b",\"Type\":1}],\"ModifiedProperties\":[{\"Name\":\"ConsentAction.Permissions\",\"NewValue\":");
            json::string(out, &format!("[] => [[Scope: {}]]", app.scopes));
            out.extend_from_slice(b",\"OldValue\":\"\"}]");
        }
        What::MailOpened(n) | What::MailSent(n) => mail(out, act, *n, None),
        What::AppMail(app) => mail(out, act, act.time as u64, Some(&app.client)),
        What::Directory { query, .. } => {
            json::field(out, "QueryText", query);
            json::field(out, "QuerySource", "People");
        }
        What::DocView(n) | What::DocEdit(n) | What::DocDownload(n) => {
            let file = format!("{}.docx", title(*n).replace(' ', "-"));
            json::field(out, "SiteUrl", "https://kalakalan-my.sharepoint.example/personal/");
            json::field(out, "SourceFileName", &file);
            json::field(out, "SourceFileExtension", "docx");
            json::field(
                out,
                "ObjectId",
                &format!("https://kalakalan-my.sharepoint.example/personal/Documents/{file}"),
            );
            json::field(out, "ItemType", "File");
            json::field(out, "UserAgent", act.agent);
        }
        What::PasswordReset { target }
        | What::UserAdded { target }
        | What::GroupMemberAdded { target, .. } => json::field(out, "ObjectId", target),
    }
}

fn sign_in(out: &mut Vec<u8>, act: &Act) {
    let (error, number) = match &act.what {
        What::SignInFailed => ("InvalidUserNameOrPassword", "50126"),
        What::Challenge { passed: false } => ("UserStrongAuthClientAuthNRequired", "50076"),
        _ => ("", "0"),
    };
    json::field(out, "ActorIpAddress", &act.address.to_string());
    json::field(out, "ErrorNumber", number);
    if !error.is_empty() {
        json::field(out, "LogonError", error);
    }
    out.extend_from_slice(
        b",\"ExtendedProperties\":[{\"Name\":\"ResultStatusDetail\",\"Value\":\"",
    );
    out.extend_from_slice(if error.is_empty() { b"Success" } else { b"UserError" });
    out.extend_from_slice(b"\"},{\"Name\":\"UserAgent\",\"Value\":");
    json::string(out, act.agent);
    out.extend_from_slice(b"},{\"Name\":\"RequestType\",\"Value\":\"OAuth2:Authorize\"}]");
}

fn mail(out: &mut Vec<u8>, act: &Act, number: u64, app: Option<&str>) {
    json::field(out, "MailboxOwnerUPN", &act.account);
    let client = if app.is_some() {
        "Client=REST;Client=RESTSystem;;"
    } else {
        "Client=OWA;Action=ViaProxy"
    };
    json::field(out, "ClientInfoString", client);
    if let Some(app) = app {
        json::field(out, "AppId", app);
    }
    out.extend_from_slice(b",\"OperationProperties\":[{\"Name\":\"MailAccessType\",\"Value\":\"Bind\"},{\"Name\":\"IsThrottled\",\"Value\":\"False\"}],\"Folders\":[{\"FolderItems\":[{\"InternetMessageId\":\"<");
    clock::number(out, mix(number));
    out.extend_from_slice(b"@mail.example>\"}],\"Path\":\"\\\\Inbox\"}],\"OperationCount\":1");
}
