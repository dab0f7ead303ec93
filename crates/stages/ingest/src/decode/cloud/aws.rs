//! AWS CloudTrail records (event version 1.0x): who called which operation of which service, from
//! where, with what result. Fields keep their paths, as rules name them.

use bakas_model::{Activity, Class, Status, Stream};

use super::verbs;
use crate::{
    address,
    decode::{Context, Out, Record, event::join},
    fault::Fault,
    json::Json,
};

/// Whether a document is such a record.
pub(super) fn is_record(root: &Json<'_>) -> bool {
    root.text_at(&["eventSource"]).is_some()
        && root.text_at(&["eventName"]).is_some()
        && root.text_at(&["eventTime"]).is_some()
}

pub(in crate::decode) fn decode<'a>(
    root: &Json<'a>,
    record: Record<'a>,
    context: &mut Context,
    out: &mut Out<'_, 'a>,
) -> Result<(), Fault> {
    if !is_record(root) {
        return Err(Fault::malformed("no eventSource, eventName and eventTime"));
    }
    let text = |path: &[&str]| root.text_at(path);
    let written = text(&["eventTime"]).unwrap_or_default();
    let time = context.clock.iso_utc(written).ok_or(Fault::bad_time("eventTime is no time"))?;
    out.start(Stream::CloudTrail);
    let operation = text(&["eventName"]).unwrap_or_default();
    let event = &mut out.event;
    (event.time, event.time_raw, event.operation) = (time, written, operation);
    event.src = text(&["sourceIPAddress"]).and_then(address::ip);
    event.agent = text(&["userAgent"]);
    event.host = text(&["eventSource"]);
    event.account = account(root, record);
    event.object = object(root, record);
    classify(root, operation, out);
    for (name, value) in root.members() {
        out.flatten(name, value, record.arena);
        // Rules look for text within the whole of these.
        if let Json::Object(_, whole) | Json::Array(_, whole) = value
            && matches!(
                *name,
                "requestParameters" | "responseElements" | "additionalEventData" | "resources"
            )
        {
            out.text(name, whole);
        }
    }
    out.emit();
    Ok(())
}

fn classify<'a>(root: &Json<'a>, operation: &str, out: &mut Out<'_, 'a>) {
    let has_error =
        root.text_at(&["errorCode"]).is_some() || root.text_at(&["errorMessage"]).is_some();
    let status = if has_error { Status::Failure } else { Status::Success };
    match operation {
        "ConsoleLogin" => {
            let result = root.text_at(&["responseElements", "ConsoleLogin"]);
            let status = match result {
                Some("Success") => Status::Success,
                Some(_) => Status::Failure,
                None => status,
            };
            out.is(Class::Authentication, Activity::Logon, status);
        }
        "CheckMfa" | "SwitchRole" | "GetSigninToken" => {
            out.is(Class::Authentication, Activity::Other, status);
        }
        "GetObject" => out.is(Class::FileHosting, Activity::Download, status),
        "PutObject" => out.is(Class::FileHosting, Activity::Upload, status),
        "DeleteObject" | "DeleteObjects" => {
            out.is(Class::FileHosting, Activity::Delete, status);
        }
        _ => {
            let activity = verbs::activity(operation);
            let is_iam = root.text_at(&["eventSource"]) == Some("iam.amazonaws.com");
            let user = root.text_at(&["requestParameters", "userName"]);
            let changes = !matches!(activity, Activity::Read | Activity::Other);
            let class = if is_iam && user.is_some() && changes {
                out.event.target = user.filter(|_| user != out.event.account);
                Class::AccountChange
            } else {
                Class::ApiActivity
            };
            out.is(class, activity, status);
        }
    }
}

/// The acting identity: the user's name, the assumed role with its session, `root`, or the
/// service.
fn account<'a>(root: &Json<'a>, record: Record<'a>) -> Option<&'a str> {
    let identity = root.get("userIdentity")?;
    let text = |path: &[&str]| identity.text_at(path);
    let kind = text(&["type"]).unwrap_or_default();
    match kind {
        "Root" => return Some("root"),
        "AssumedRole" => {
            // arn:aws:sts::1234:assumed-role/Admin/session
            let role = text(&["arn"]).and_then(|arn| arn.split_once(":assumed-role/"));
            if let Some((_, role)) = role {
                return Some(role);
            }
        }
        _ => {}
    }
    text(&["userName"])
        .or_else(|| text(&["sessionContext", "sessionIssuer", "userName"]))
        .or_else(|| text(&["arn"]))
        .or_else(|| text(&["invokedBy"]))
        .or_else(|| text(&["principalId"]))
        .or_else(|| text(&["accountId"]).map(|id| join(&["account ", id], record.arena)))
}

/// What was acted upon: a bucket with its key, else the first name that the parameters give.
fn object<'a>(root: &Json<'a>, record: Record<'a>) -> Option<&'a str> {
    const NAMES: &[&str] = &[
        "policyArn",
        "groupName",
        "roleName",
        "roleArn",
        "functionName",
        "secretId",
        "keyId",
        "trailName",
        "instanceId",
        "dBInstanceIdentifier",
        "clusterName",
        "layerName",
        "name",
        "userName",
        "policyName",
        "groupId",
        "resourceArn",
        "documentName",
        "target",
    ];
    if let Some(parameters) = root.get("requestParameters") {
        if let Some(bucket) = parameters.text_at(&["bucketName"]) {
            let key = parameters.text_at(&["key"]);
            return Some(key.map_or(bucket, |key| join(&[bucket, "/", key], record.arena)));
        }
        let named = NAMES.iter().find_map(|name| parameters.text_at(&[name]));
        let instance = || {
            let items = parameters.at(&["instancesSet", "items"])?;
            items.elements().first()?.text_at(&["instanceId"])
        };
        if let Some(object) = named.or_else(instance) {
            return Some(object);
        }
    }
    root.get("resources")?.elements().first()?.text_at(&["ARN"])
}
