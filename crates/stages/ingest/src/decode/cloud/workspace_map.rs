//! What each Google Workspace event is: class, activity, result, and upon whom and what. The names
//! are those of the Reports API's activity appendices.

use bakas_model::{Activity, Class, Status};

use super::{verbs, workspace::Told};
use crate::{decode::Out, json::Json};

pub(super) fn map<'a>(told: Told<'a>, out: &mut Out<'_, 'a>) {
    match told.application {
        "login" | "user_accounts" | "saml" => {
            if !sign_in(told, out) {
                account_setting(told, out);
            }
        }
        "admin" => admin(told, out),
        "drive" | "takeout" | "keep" => drive(told, out),
        "gmail" => gmail(told, out),
        "token" => token(told, out),
        "groups" | "groups_enterprise" => groups(told, out),
        _ => other(told, out),
    }
}

/// Signing in and out, and what Google says of it.
fn sign_in<'a>(told: Told<'a>, out: &mut Out<'_, 'a>) -> bool {
    let (activity, status) = match told.name {
        "login_success" => (Activity::Logon, Status::Success),
        "login_failure" => (Activity::Logon, Status::Failure),
        "logout" => (Activity::Logoff, Status::Success),
        "login_challenge" | "login_verification" => {
            let result = told.parameter("login_challenge_status").unwrap_or_default();
            let result = result.to_ascii_lowercase();
            let status = if result.contains("pass") || result.contains("success") {
                Status::Success
            } else if result.is_empty() {
                Status::Unknown
            } else {
                Status::Failure
            };
            (Activity::Other, status)
        }
        // Warnings tell of a sign-in that has its own record; they must not count as another.
        "suspicious_login"
        | "suspicious_login_less_secure_app"
        | "suspicious_programmatic_login" => (Activity::Other, Status::Success),
        "gov_attack_warning" | "risky_sensitive_action_blocked" => {
            (Activity::Other, Status::Failure)
        }
        "risky_sensitive_action_allowed" => (Activity::Other, Status::Success),
        _ => return false,
    };
    out.is(Class::Authentication, activity, status);
    if let Some(affected) = told.parameter("affected_email_address") {
        out.event.account = Some(affected);
    }
    out.event.object = told.first(&["application_name", "login_type"]);
    true
}

/// What users, or Google, change of an account: factors, recovery, forwarding, suspension.
fn account_setting<'a>(told: Told<'a>, out: &mut Out<'_, 'a>) {
    let affected = told.first(&["affected_email_address", "email_address"]);
    let target = affected.or(told.account);
    let activity = match told.name {
        "email_forwarding_out_of_domain" => Activity::Create,
        _ => Activity::Update,
    };
    out.is(Class::AccountChange, activity, Status::Success);
    out.event.target = target;
    if out.event.account.is_none() {
        out.event.account = affected;
    }
    out.event.object = told.first(&["email_forwarding_destination_address"]);
}

/// What administrators do. With a user's address it is a change of that account.
fn admin<'a>(told: Told<'a>, out: &mut Out<'_, 'a>) {
    let user = told.first(&["USER_EMAIL", "USER_EMAIL_ADDRESS"]);
    let activity = verbs::activity(told.name);
    let is_reading = matches!(activity, Activity::Read | Activity::Download);
    let class =
        if user.is_some() && !is_reading { Class::AccountChange } else { Class::ApiActivity };
    out.is(class, activity, Status::Success);
    out.event.target = user;
    out.event.object = told.first(&[
        "ROLE_NAME",
        "PRIVILEGE_NAME",
        "GROUP_EMAIL",
        "API_CLIENT_NAME",
        "OAUTH2_APP_NAME",
        "APP_NAME",
        "APP_ID",
        "APPLICATION_NAME",
        "EMAIL_FORWARDING_DESTINATION_ADDRESS",
        "SETTING_NAME",
        "PRODUCT_NAME",
        "DOMAIN_NAME",
        "ORG_UNIT_NAME",
        "ALERT_ID",
        "INVESTIGATION_DATA_SOURCE",
        "EMAIL_LOG_SEARCH_RECIPIENT",
        "NEW_VALUE",
    ]);
}

/// Documents: read, taken away, changed, opened to others.
fn drive<'a>(told: Told<'a>, out: &mut Out<'_, 'a>) {
    let activity = match told.name {
        "view"
        | "preview"
        | "print"
        | "source_copy"
        | "access_item_content"
        | "prefetch_item_content"
        | "script_trigger_created" => Activity::Read,
        "download"
        | "sync_item_content"
        | "user_initiated_customer_takeout"
        | "customer_takeout_created"
        | "takeout_download"
        | "takeout_initiated"
        | "takeout_completed" => Activity::Download,
        "upload" => Activity::Upload,
        "create" | "copy" => Activity::Create,
        "trash" | "delete" => Activity::Delete,
        "email_as_attachment"
        | "team_drive_membership_change"
        | "shared_drive_membership_change" => Activity::Share,
        name if told.kind == "acl_change"
            || name.contains("acl")
            || name.contains("access_scope") =>
        {
            Activity::Share
        }
        name if name.contains("visibility") || name.contains("user_access") => Activity::Share,
        "edit" | "rename" | "move" | "untrash" | "lock" | "unlock" => Activity::Update,
        _ if told.application == "takeout" => Activity::Download,
        name if name.starts_with("add_to_") || name.starts_with("remove_from_") => Activity::Update,
        _ => Activity::Other,
    };
    out.is(Class::FileHosting, activity, Status::Success);
    out.event.object = told.first(&[
        "doc_title",
        "doc_id",
        "products_requested",
        "product",
        "shared_drive_id",
        "team_drive_id",
        "storage_entity_id",
        "note_name",
    ]);
    let target = told.first(&["target_user", "target", "new_owner", "target_domain"]);
    out.event.target = target.filter(|_| target != told.account);
}

/// Messages. All of them are named `delivery`; a number tells what happened.
fn gmail<'a>(told: Told<'a>, out: &mut Out<'_, 'a>) {
    let number = told.value("event_info.mail_event_type").and_then(|value| value.int());
    let activity = match (number, told.name) {
        (Some(1 | 9 | 10 | 11), _) => Activity::Send,
        (Some(2 | 6 | 12), _) => Activity::Receive,
        (Some(7 | 8 | 15 | 16), _) => Activity::Read,
        (Some(13 | 14), _) => Activity::Delete,
        (Some(17..=19), _) => Activity::Download,
        (Some(_), _) => Activity::Other,
        (None, name) => verbs::activity(name),
    };
    let failed = told.value("event_info.success").is_some_and(|v| v == Json::Bool(false));
    let status = if failed { Status::Failure } else { Status::Success };
    out.is(Class::EmailActivity, activity, status);
    out.event.object =
        told.first(&["message_info.subject", "subject", "message_info.rfc2822_message_id"]);
    if out.event.src.is_none() {
        let address = told.first(&[
            "event_info.client_context.ip_address",
            "message_info.connection_info.client_ip",
        ]);
        out.event.src = address.and_then(crate::address::ip);
    }
    out.event.target = told
        .first(&["event_info.mailbox", "mailbox", "owner"])
        .filter(|t| Some(*t) != told.account);
}

/// Grants to applications, and what they use them for.
fn token<'a>(told: Told<'a>, out: &mut Out<'_, 'a>) {
    let activity = match told.name {
        "authorize" | "request" => Activity::Create,
        "revoke" => Activity::Delete,
        "activity" => Activity::Read,
        name => verbs::activity(name),
    };
    out.is(Class::ApiActivity, activity, Status::Success);
    out.event.object = told.first(&["app_name", "client_id", "api_name"]);
    out.event.agent = out.event.agent.or(told.first(&["app_name"]));
}

fn groups<'a>(told: Told<'a>, out: &mut Out<'_, 'a>) {
    let activity = verbs::activity(told.name);
    out.is(Class::AccountChange, activity, Status::Success);
    out.event.target = told.first(&["member_id", "user_email", "member_email"]);
    out.event.object = told.first(&["group_id", "group_email"]);
}

fn other<'a>(told: Told<'a>, out: &mut Out<'_, 'a>) {
    out.is(Class::WebResources, verbs::activity(told.name), Status::Success);
    out.event.target = told
        .first(&["target_user", "USER_EMAIL", "target_email", "affected_user"])
        .filter(|target| Some(*target) != told.account);
    out.event.object = told.first(&[
        "calendar_id",
        "event_title",
        "resource_id",
        "rule_name",
        "application_name",
        "app_name",
        "device_id",
        "meeting_code",
        "room_id",
        "space_id",
        "asset_name",
    ]);
}
