//! Microsoft 365 unified audit records (Office 365 Management Activity API schema): as JSON, as what
//! a search exports with the record in a column of JSON, and as Graph gives it. Name–value arrays
//! are readable by name.

use bakas_model::{Activity, Class, Status, Stream};
use bumpalo::Bump;

use super::verbs;
use crate::{
    address,
    decode::{
        Context, Out, Record,
        event::{join, scalar_of},
    },
    fault::Fault,
    frame::{Chunk, cells},
    json::Json,
};

const NO_TIME: Fault = Fault::bad_time("CreationTime is no time");

/// Whether a document is such a record.
pub(super) fn is_record(root: &Json<'_>) -> bool {
    let has = |name: &str| root.get(name).is_some();
    (has("Operation") && (has("Workload") || has("RecordType") || has("CreationTime")))
        || has("AuditData")
        || (has("auditData") && has("operation"))
}

/// One record of a CSV export.
pub(in crate::decode) fn csv<'a>(
    record: Record<'a>,
    chunk: &'a Chunk,
    context: &mut Context,
    out: &mut Out<'_, 'a>,
) -> Result<(), Fault> {
    let header = chunk.header.as_ref().ok_or(Fault::malformed("a CSV file without a header"))?;
    let column = header.column("AuditData").ok_or(Fault::malformed("no column AuditData"))?;
    let cell = cells(record.text, header.separator).nth(column);
    let cell = cell.ok_or(Fault::malformed("a CSV record without its column AuditData"))?;
    let text: &str = record.arena.alloc_str(&cell);
    let root = Json::parse(text, record.arena)?;
    decode(&root, Record { text, ..record }, context, out)
}

pub(in crate::decode) fn decode<'a>(
    root: &Json<'a>,
    record: Record<'a>,
    context: &mut Context,
    out: &mut Out<'_, 'a>,
) -> Result<(), Fault> {
    if !is_record(root) {
        return Err(Fault::malformed("no Operation of a Microsoft 365 record"));
    }
    match root.get("AuditData").or_else(|| root.get("auditData")) {
        Some(Json::Text(inner)) => {
            let inner = Json::parse(inner, record.arena)?;
            audit(&inner, record.arena, context, out)
        }
        Some(inner @ Json::Object(..)) => audit(&inner, record.arena, context, out),
        _ => audit(root, record.arena, context, out),
    }
}

fn audit<'a>(
    root: &Json<'a>,
    arena: &'a Bump,
    context: &mut Context,
    out: &mut Out<'_, 'a>,
) -> Result<(), Fault> {
    let text = |name: &str| root.text_at(&[name]);
    let operation = text("Operation").ok_or(Fault::malformed("a record without Operation"))?;
    let time_raw = text("CreationTime").or_else(|| text("CreationDate")).ok_or(NO_TIME)?;
    let time = context.clock.iso_utc(time_raw).ok_or(NO_TIME)?;
    out.start(Stream::M365);
    let event = &mut out.event;
    (event.time, event.time_raw, event.operation) = (time, time_raw, operation);
    event.host = text("Workload");
    let client = ["ClientIP", "ClientIPAddress", "ActorIpAddress", "SenderIp"];
    if let Some((address, port)) =
        client.iter().find_map(|name| text(name).and_then(address::parse))
    {
        (event.src, event.src_port) = (Some(address), port);
    }
    event.account = account(root);
    event.agent = text("UserAgent")
        .or_else(|| pair(root, "ExtendedProperties", "UserAgent"))
        .or_else(|| text("ClientInfoString"));
    classify(root, operation, out);
    // The public rules' names.
    let name = text("Name").filter(|_| operation.starts_with("Alert")).unwrap_or(operation);
    out.text("eventName", name);
    out.text("eventSource", text("Workload").unwrap_or_default());
    out.text("status", status_word(out.event.status));
    fields(root, arena, out);
    out.emit();
    Ok(())
}

const fn status_word(status: Status) -> &'static str {
    match status {
        Status::Success => "success",
        Status::Failure => "failure",
        Status::Unknown => "unknown",
    }
}

/// The record's own fields; arrays of names and values by name, and whole as text.
fn fields<'a>(root: &Json<'a>, arena: &'a Bump, out: &mut Out<'_, 'a>) {
    for (name, value) in root.members() {
        let Json::Array(elements, whole) = value else {
            out.flatten(name, value, arena);
            continue;
        };
        let is_named = |e: &Json<'_>| e.get("Name").is_some();
        if elements.is_empty() || !elements.iter().all(is_named) {
            out.flatten(name, value, arena);
        }
        if elements.iter().any(|e| matches!(e, Json::Object(..))) {
            out.text(name, whole);
        }
        for element in elements.iter().filter(|e| is_named(e)) {
            let key = element.text_at(&["Name"]).unwrap_or_default();
            for (part, value) in element.members() {
                let named = join(&[name, ".", key], arena);
                match *part {
                    "Name" => {}
                    "Value" => match scalar_of(value) {
                        Some(value) => out.field(named, value),
                        None => out.flatten(named, value, arena),
                    },
                    part => out.flatten(join(&[named, ".", part], arena), value, arena),
                }
            }
        }
    }
}

/// The value of a name in an array of names and values.
fn pair<'a>(root: &Json<'a>, array: &str, name: &str) -> Option<&'a str> {
    pairs(root, array)
        .find(|element| element.text_at(&["Name"]).is_some_and(|n| n.eq_ignore_ascii_case(name)))?
        .text_at(&["Value"])
}

fn pairs<'a>(root: &Json<'a>, array: &str) -> impl Iterator<Item = &'a Json<'a>> {
    root.get(array).map(|list| list.elements()).unwrap_or_default().iter()
}

/// Who acted. Where Entra does not know the user, it names who was tried among the actors.
fn account<'a>(root: &Json<'a>) -> Option<&'a str> {
    let user = root.text_at(&["UserId"]).filter(|user| {
        !user.eq_ignore_ascii_case("not available") && !user.eq_ignore_ascii_case("unknown")
    });
    let is_address = |user: &&str| user.contains('@');
    user.filter(is_address).or_else(|| identity(root, "Actor", 5)).or(user)
}

/// An identity of `Actor` or `Target` of that type: 1 a name, 5 a user's address.
fn identity<'a>(root: &Json<'a>, array: &str, kind: i64) -> Option<&'a str> {
    pairs(root, array)
        .find(|element| element.get("Type").and_then(|t| t.int()) == Some(kind))?
        .text_at(&["ID"])
}

fn classify<'a>(root: &Json<'a>, operation: &'a str, out: &mut Out<'_, 'a>) {
    let status = result(root);
    if sign_in(root, operation, out) || forwarding(root, operation, status, out) {
        return;
    }
    let text = |name: &str| root.text_at(&[name]);
    let workload = text("Workload").unwrap_or_default();
    if mail(root, operation, status, out) || files(root, operation, status, out) {
        return;
    }
    let activity = verbs::activity(operation);
    match workload {
        "AzureActiveDirectory" => directory(root, operation, status, out),
        _ => {
            let is_user = |name: &&str| name.contains('@');
            out.is(Class::ApiActivity, activity, status);
            out.event.object = text("ObjectId").or_else(|| text("Name"));
            out.event.target = text("ObjectId")
                .filter(is_user)
                .filter(|target| Some(*target) != out.event.account);
        }
    }
}

fn result(root: &Json<'_>) -> Status {
    match root.text_at(&["ResultStatus"]).unwrap_or_default().to_ascii_lowercase().as_str() {
        "succeeded" | "success" | "true" | "partiallysucceeded" => Status::Success,
        "failed" | "failure" | "false" => Status::Failure,
        // A record without one tells what was done.
        "" => Status::Success,
        _ => Status::Unknown,
    }
}

fn sign_in<'a>(root: &Json<'a>, operation: &str, out: &mut Out<'_, 'a>) -> bool {
    let (activity, status) = match operation {
        "UserLoggedIn" => (Activity::Logon, Status::Success),
        "UserLoginFailed" => (Activity::Logon, Status::Failure),
        "MailboxLogin" => (Activity::Logon, result(root)),
        "UserLoggedOff" | "UserSignedOut" | "SignOut" => (Activity::Logoff, Status::Success),
        "TeamsSessionStarted"
        | "ForeignRealmIndexLogonInitialAuthUsingADFSFederatedToken"
        | "UserStrongAuthClientAuthNRequiredInterrupt" => (Activity::Other, result(root)),
        _ => return false,
    };
    out.is(Class::Authentication, activity, status);
    out.event.object = root
        .text_at(&["ApplicationDisplayName"])
        .or_else(|| identity(root, "Target", 1))
        .or_else(|| root.text_at(&["ApplicationId"]))
        .or_else(|| root.text_at(&["MailboxOwnerUPN"]));
    true
}

/// Rules of mailboxes and of the whole mail flow, forwarding, and rights to a mailbox. The object
/// is where mail goes, else the rule's name; the target the mailbox.
fn forwarding<'a>(root: &Json<'a>, operation: &str, status: Status, out: &mut Out<'_, 'a>) -> bool {
    const DESTINATIONS: &[&str] = &[
        "ForwardingSmtpAddress",
        "ForwardTo",
        "ForwardAsAttachmentTo",
        "RedirectTo",
        "ForwardingAddress",
        "RedirectMessageTo",
        "BlindCopyTo",
        "CopyTo",
        "AddToRecipients",
    ];
    let is_rule = operation.ends_with("-InboxRule")
        || operation.ends_with("-TransportRule")
        || operation == "UpdateInboxRules";
    let is_mailbox = matches!(operation, "Set-Mailbox" | "Set-MailboxAutoReplyConfiguration");
    let is_right = matches!(
        operation,
        "Add-MailboxPermission"
            | "Add-MailboxFolderPermission"
            | "Add-RecipientPermission"
            | "Remove-MailboxPermission"
            | "Remove-MailboxFolderPermission"
            | "AddFolderPermissions"
            | "ModifyFolderPermissions"
    );
    if !(is_rule || is_mailbox || is_right) {
        return false;
    }
    let parameter = |name: &str| pair(root, "Parameters", name).filter(|v| !v.is_empty());
    let destination = DESTINATIONS.iter().find_map(|name| parameter(name)).map(bare_address);
    let recipients = || pair(root, "OperationProperties", "RuleActions");
    out.is(Class::AccountChange, verbs::activity(operation), status);
    out.event.object = destination
        .or_else(recipients)
        .or_else(|| parameter("User").or_else(|| parameter("Trustee")))
        .or_else(|| parameter("Name"))
        .or_else(|| pair(root, "OperationProperties", "RuleName"))
        .or_else(|| root.text_at(&["ObjectId"]));
    let mailbox = root
        .text_at(&["MailboxOwnerUPN"])
        .or_else(|| parameter("Mailbox"))
        .or_else(|| parameter("Identity").filter(|_| is_mailbox || is_right))
        .or_else(|| out.event.account.filter(|_| operation.ends_with("InboxRule")))
        .or_else(|| out.event.account.filter(|_| operation == "UpdateInboxRules"));
    out.event.target = mailbox;
    true
}

fn bare_address(text: &str) -> &str {
    let is_prefixed = text.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("smtp:"));
    if is_prefixed { text.get(5..).unwrap_or_default() } else { text }
}

/// Messages read, sent and removed. The object is the subject, else the mailbox.
fn mail<'a>(root: &Json<'a>, operation: &str, status: Status, out: &mut Out<'_, 'a>) -> bool {
    let activity = match operation {
        "MailItemsAccessed" | "MessageBind" | "FolderBind" => Activity::Read,
        "Send" | "SendAs" | "SendOnBehalf" => Activity::Send,
        "SoftDelete" | "HardDelete" | "MoveToDeletedItems" => Activity::Delete,
        "Create" | "Copy" => Activity::Create,
        "Update" | "Move" => Activity::Update,
        "AttachmentAccess" => Activity::Download,
        _ => return false,
    };
    if root.text_at(&["Workload"]).is_some_and(|w| !w.eq_ignore_ascii_case("Exchange")) {
        return false;
    }
    out.is(Class::EmailActivity, activity, status);
    let owner = root.text_at(&["MailboxOwnerUPN"]);
    let affected = || root.get("AffectedItems")?.elements().first()?.text_at(&["Subject"]);
    out.event.object = root.text_at(&["Item", "Subject"]).or_else(affected).or(owner);
    out.event.target = owner.filter(|owner| Some(*owner) != out.event.account);
    true
}

/// Documents of SharePoint and OneDrive.
fn files<'a>(root: &Json<'a>, operation: &str, status: Status, out: &mut Out<'_, 'a>) -> bool {
    let activity = match operation {
        "FileAccessed"
        | "FileAccessedExtended"
        | "FilePreviewed"
        | "PageViewed"
        | "PageViewedExtended"
        | "FileCheckedOut"
        | "SearchQueryPerformed" => Activity::Read,
        "FileDownloaded" | "FileSyncDownloadedFull" | "FileSyncDownloadedPartial" => {
            Activity::Download
        }
        "FileUploaded" | "FileSyncUploadedFull" | "FileUploadedPartial" => Activity::Upload,
        "FileModified"
        | "FileModifiedExtended"
        | "FileRenamed"
        | "FileMoved"
        | "FileCheckedIn"
        | "FileRestored"
        | "FolderModified" => Activity::Update,
        "FileCopied" | "FolderCreated" => Activity::Create,
        "FileDeleted"
        | "FileRecycled"
        | "FileDeletedFirstStageRecycleBin"
        | "FolderDeleted"
        | "FolderRecycled"
        | "FileVersionsAllDeleted" => Activity::Delete,
        "SharingSet"
        | "SharingInvitationCreated"
        | "AnonymousLinkCreated"
        | "AddedToSecureLink"
        | "CompanyLinkCreated"
        | "SecureLinkCreated"
        | "AnonymousLinkUpdated" => Activity::Share,
        _ => return false,
    };
    out.is(Class::FileHosting, activity, status);
    out.event.object = root
        .text_at(&["SourceFileName"])
        .or_else(|| root.text_at(&["SearchQueryText"]))
        .or_else(|| root.text_at(&["ObjectId"]));
    out.event.target = root.text_at(&["TargetUserOrGroupName"]);
    true
}

/// Entra: grants to applications, accounts, roles and groups.
fn directory<'a>(root: &Json<'a>, operation: &str, status: Status, out: &mut Out<'_, 'a>) {
    let lower = operation.to_ascii_lowercase();
    let is_grant = lower.starts_with("consent to application")
        || lower.contains("oauth2permissiongrant")
        || lower.contains("delegated permission grant")
        || lower.contains("app role assignment")
        || lower.contains("service principal");
    if is_grant {
        let verb = verbs::activity(operation);
        let activity = if verb == Activity::Other { Activity::Create } else { verb };
        out.is(Class::ApiActivity, activity, status);
        out.event.object = identity(root, "Target", 1)
            .or_else(|| modified(root, "ServicePrincipal.Name"))
            .or_else(|| root.text_at(&["ObjectId"]));
        return;
    }
    out.is(Class::AccountChange, verbs::activity(operation), status);
    out.event.target = identity(root, "Target", 5)
        .or_else(|| root.text_at(&["ObjectId"]).filter(|id| id.contains('@')));
    out.event.object = modified(root, "Role.DisplayName")
        .or_else(|| modified(root, "Group.DisplayName"))
        .or_else(|| root.text_at(&["ObjectId"]));
}

/// The new value of a property that was changed, without the quotes that Entra writes around it.
fn modified<'a>(root: &Json<'a>, name: &str) -> Option<&'a str> {
    let property = pairs(root, "ModifiedProperties")
        .find(|element| element.text_at(&["Name"]) == Some(name))?;
    let new = property.text_at(&["NewValue"]).filter(|v| *v != "\"\"");
    let value = new.or_else(|| property.text_at(&["OldValue"]))?;
    Some(value.trim_matches('"')).filter(|v| !v.is_empty())
}
