//! Audit logs of cloud providers: what each event becomes.

use bakas_ingest::Format;
use bakas_model::{
    Activity::{self, *},
    Class::{self, *},
    Status::{self, *},
    Stream::{self, *},
};

use crate::kit::{Owned, read};

type Is = (Stream, Class, Activity, Status);

fn report(application: &str, events: &str) -> String {
    format!(
        r#"{{"kind":"admin#reports#activity","id":{{"time":"2026-01-05T08:00:00.109Z","uniqueQualifier":"55","applicationName":"{application}","customerId":"C0"}},"actor":{{"email":"ana@example.gov.ph","profileId":"11"}},"ipAddress":"203.0.113.7","events":[{events}]}}"#
    )
}

fn event(kind: &str, name: &str, parameters: &str) -> String {
    format!(r#"{{"type":"{kind}","name":"{name}","parameters":[{parameters}]}}"#)
}

fn value(name: &str, value: &str) -> String {
    format!(r#"{{"name":"{name}","value":"{value}"}}"#)
}

#[test]
fn workspace_events() {
    let check = |application: &str, kind: &str, name: &str, parameters: &str, is: Is, who: &str| {
        let found =
            read(Format::Workspace, report(application, &event(kind, name, parameters))).one();
        assert_eq!((found.is(), found.who().as_str()), (is, who), "{application} {name}");
        assert_eq!(
            (found.row.operation.as_str(), found.time_raw.as_str()),
            (name, "2026-01-05T08:00:00.109Z")
        );
    };
    let login = |activity, status| (WorkspaceLogin, Authentication, activity, status);
    let kind = value("login_type", "google_password");
    check(
        "login",
        "login",
        "login_success",
        &kind,
        login(Logon, Success),
        "203.0.113.7 ana@example.gov.ph - google_password",
    );
    check(
        "login",
        "login",
        "login_failure",
        &kind,
        login(Logon, Failure),
        "203.0.113.7 ana@example.gov.ph - google_password",
    );
    check(
        "login",
        "login",
        "logout",
        &kind,
        login(Logoff, Success),
        "203.0.113.7 ana@example.gov.ph - google_password",
    );
    check(
        "login",
        "login",
        "login_challenge",
        &value("login_challenge_status", "Challenge Failed"),
        login(Other, Failure),
        "203.0.113.7 ana@example.gov.ph - -",
    );
    check(
        "login",
        "account_warning",
        "suspicious_login",
        &value("affected_email_address", "ben@example.gov.ph"),
        login(Other, Success),
        "203.0.113.7 ben@example.gov.ph - -",
    );
    let to = value("email_forwarding_destination_address", "x@evil.example");
    check(
        "user_accounts",
        "email_forwarding_change",
        "email_forwarding_out_of_domain",
        &to,
        (WorkspaceAccounts, AccountChange, Create, Success),
        "203.0.113.7 ana@example.gov.ph ana@example.gov.ph x@evil.example",
    );
    check(
        "user_accounts",
        "2sv_change",
        "2sv_disable",
        "",
        (WorkspaceAccounts, AccountChange, Update, Success),
        "203.0.113.7 ana@example.gov.ph ana@example.gov.ph -",
    );
    let admin = |class, activity| (WorkspaceAdmin, class, activity, Success);
    let user = value("USER_EMAIL", "ben@example.gov.ph");
    check(
        "admin",
        "USER_SETTINGS",
        "CREATE_USER",
        &user,
        admin(AccountChange, Create),
        "203.0.113.7 ana@example.gov.ph ben@example.gov.ph -",
    );
    check(
        "admin",
        "DELEGATED_ADMIN_SETTINGS",
        "ASSIGN_ROLE",
        &format!("{user},{}", value("ROLE_NAME", "_SEED_ADMIN_ROLE")),
        admin(AccountChange, Create),
        "203.0.113.7 ana@example.gov.ph ben@example.gov.ph _SEED_ADMIN_ROLE",
    );
    check(
        "admin",
        "USER_SETTINGS",
        "DOWNLOAD_USERLIST_CSV",
        "",
        admin(ApiActivity, Download),
        "203.0.113.7 ana@example.gov.ph - -",
    );
    check(
        "admin",
        "DOMAIN_SETTINGS",
        "AUTHORIZE_API_CLIENT_ACCESS",
        &value("API_CLIENT_NAME", "123.apps"),
        admin(ApiActivity, Create),
        "203.0.113.7 ana@example.gov.ph - 123.apps",
    );
    let document = [
        value("doc_id", "1zeN"),
        value("doc_title", "budget.xlsx"),
        value("owner", "ana@example.gov.ph"),
    ]
    .join(",");
    let drive = |activity| (WorkspaceDrive, FileHosting, activity, Success);
    check(
        "drive",
        "access",
        "view",
        &document,
        drive(Read),
        "203.0.113.7 ana@example.gov.ph - budget.xlsx",
    );
    check(
        "drive",
        "access",
        "download",
        &document,
        drive(Download),
        "203.0.113.7 ana@example.gov.ph - budget.xlsx",
    );
    check(
        "drive",
        "acl_change",
        "change_user_access",
        &format!("{document},{}", value("target_user", "x@evil.example")),
        drive(Share),
        "203.0.113.7 ana@example.gov.ph x@evil.example budget.xlsx",
    );
    let app = [value("app_name", "Mail Helper"), value("client_id", "9.apps")].join(",");
    check(
        "token",
        "auth",
        "authorize",
        &app,
        (WorkspaceToken, ApiActivity, Create, Success),
        "203.0.113.7 ana@example.gov.ph - Mail Helper",
    );
    check(
        "token",
        "auth",
        "revoke",
        &app,
        (WorkspaceToken, ApiActivity, Delete, Success),
        "203.0.113.7 ana@example.gov.ph - Mail Helper",
    );
    check(
        "groups_enterprise",
        "moderator_action",
        "add_member",
        &[value("member_id", "ben@example.gov.ph"), value("group_id", "admins@example.gov.ph")]
            .join(","),
        (WorkspaceGroups, AccountChange, Create, Success),
        "203.0.113.7 ana@example.gov.ph ben@example.gov.ph admins@example.gov.ph",
    );
    check(
        "calendar",
        "event_change",
        "create_event",
        &value("calendar_id", "c1"),
        (WorkspaceOther, WebResources, Create, Success),
        "203.0.113.7 ana@example.gov.ph - c1",
    );
    let sent = r#"{"name":"event_info","messageValue":{"parameter":[{"name":"mail_event_type","intValue":"1"},{"name":"success","boolValue":true}]}},{"name":"message_info","messageValue":{"parameter":[{"name":"subject","value":"Hello"}]}}"#;
    check(
        "gmail",
        "delivery_type",
        "delivery",
        sent,
        (WorkspaceGmail, EmailActivity, Send, Success),
        "203.0.113.7 ana@example.gov.ph - Hello",
    );
    let opened = sent.replace("\"1\"", "\"7\"");
    check(
        "gmail",
        "delivery_type",
        "delivery",
        &opened,
        (WorkspaceGmail, EmailActivity, Read, Success),
        "203.0.113.7 ana@example.gov.ph - Hello",
    );
}

#[test]
fn workspace_parameters_are_read_by_name() {
    let parameters = r#"{"name":"SETTING_NAME","value":"ContextAwareAccess"},{"name":"is_suspicious","boolValue":false},{"name":"size","intValue":"12"},{"name":"scope","multiValue":["a","b"]},{"name":"message_info","messageValue":{"parameter":[{"name":"subject","value":"Hi"},{"name":"to","multiMessageValue":[{"parameter":[{"name":"address","value":"x@y"}]}]}]}}"#;
    let found = read(
        Format::Workspace,
        report("admin", &event("T", "CHANGE_APPLICATION_SETTING", parameters)),
    )
    .one();
    for (name, value) in [
        ("SETTING_NAME", "ContextAwareAccess"),
        ("setting_name", "ContextAwareAccess"),
        ("parameters.SETTING_NAME", "ContextAwareAccess"),
        ("is_suspicious", "false"),
        ("size", "12"),
        ("scope", "a|b"),
        ("message_info.subject", "Hi"),
        ("parameters.message_info.to.address", "x@y"),
        ("eventName", "CHANGE_APPLICATION_SETTING"),
        ("eventService", "admin.googleapis.com"),
        ("protoPayload.serviceName", "admin.googleapis.com"),
        ("protoPayload.metadata.event.eventName", "CHANGE_APPLICATION_SETTING"),
        ("actor.email", "ana@example.gov.ph"),
        ("id.applicationName", "admin"),
    ] {
        assert_eq!(found.field(name), value, "{name}");
    }
}

#[test]
fn an_activity_may_hold_several_events() {
    let text =
        report("drive", &[event("access", "create", ""), event("access", "edit", "")].join(","));
    let found = read(Format::Workspace, &text);
    let names: Vec<_> = found.events.iter().map(|e| e.row.operation.as_str()).collect();
    assert_eq!(names, ["create", "edit"]);
    assert!(found.events.iter().all(|e| e.row.place.length == text.len() as u32 && e.line == 1));
}

#[test]
fn workspace_in_every_wrapping() {
    let one = report("login", &event("login", "login_success", ""));
    for text in [
        one.clone(),
        format!("{one}\n{one}\n"),
        format!("[{one},\n {one}]"),
        format!(r#"{{"activities": [{one}, {one}], "next": {{"a":[1]}}}}"#),
        format!(
            r#"{{"kind":"admin#reports#activities","etag":"x]","items":[{one}]}}{{"items":[{one}]}}"#
        ),
    ] {
        let expected = text.matches("login_success").count();
        let found = read(Format::Workspace, &text);
        assert_eq!((found.events.len(), found.rejects.len()), (expected, 0), "{text}");
        for event in &found.events {
            let from = event.row.place.offset as usize;
            assert_eq!(&text[from..from + event.row.place.length as usize], one);
        }
    }
}

#[test]
fn workspace_through_cloud_logging() {
    let text = r#"{"insertId":"a","logName":"organizations/1/logs/cloudaudit.googleapis.com%2Fdata_access","protoPayload":{"@type":"type.googleapis.com/google.cloud.audit.AuditLog","authenticationInfo":{"principalEmail":"ana@example.gov.ph"},"methodName":"google.login.LoginService.loginFailure","requestMetadata":{"callerIp":"203.0.113.7"},"resourceName":"organizations/1","serviceName":"login.googleapis.com","metadata":{"event":[{"eventName":"login_failure","eventType":"login","parameter":[{"name":"login_type","type":"TYPE_STRING","value":"google_password","label":"LABEL_OPTIONAL"},{"name":"login_challenge_method","multiStrValue":["password"]}]}]}},"resource":{"type":"audited_resource","labels":{"service":"login.googleapis.com"}},"timestamp":"2026-01-05T08:00:00.5Z"}"#;
    let found = read(Format::Workspace, text).one();
    assert_eq!(found.is(), (WorkspaceLogin, Authentication, Logon, Failure));
    assert_eq!(found.who(), "203.0.113.7 ana@example.gov.ph - google_password");
    assert_eq!(found.field("protoPayload.metadata.event.eventName"), "login_failure");
    assert_eq!(found.field("protoPayload.serviceName"), "login.googleapis.com");
    assert_eq!(found.field("login_challenge_method"), "password");
    assert_eq!(found.field("protoPayload.methodName"), "google.login.LoginService.loginFailure");
    assert_eq!(found.field("resource.labels.service"), "login.googleapis.com");
}

fn audit(operation: &str, workload: &str, more: &str) -> String {
    format!(
        r#"{{"CreationTime":"2026-01-05T08:00:00","Id":"1","Operation":"{operation}","RecordType":1,"ResultStatus":"Succeeded","UserId":"ana@example.gov.ph","Workload":"{workload}","ClientIP":"203.0.113.7:51000"{more}}}"#
    )
}

#[test]
fn m365_operations() {
    let check =
        |operation: &str, workload: &str, more: &str, is: (Class, Activity, Status), who: &str| {
            let found = read(Format::M365, audit(operation, workload, more)).one();
            assert_eq!(found.is(), (M365, is.0, is.1, is.2), "{operation}");
            assert_eq!(found.who(), format!("203.0.113.7 ana@example.gov.ph {who}"), "{operation}");
            assert_eq!((found.src_port, found.row.operation.as_str()), (Some(51_000), operation));
            assert_eq!(found.row.time.to_string(), "2026-01-05T08:00:00Z");
        };
    let app = r#","Target":[{"ID":"ServicePrincipal_1","Type":2},{"ID":"Mail Helper","Type":1}]"#;
    check(
        "UserLoggedIn",
        "AzureActiveDirectory",
        app,
        (Authentication, Logon, Success),
        "- Mail Helper",
    );
    check("UserLoginFailed", "AzureActiveDirectory", "", (Authentication, Logon, Failure), "- -");
    let rule = r#","Parameters":[{"Name":"Name","Value":"."},{"Name":"ForwardTo","Value":"x@evil.example"}]"#;
    check(
        "New-InboxRule",
        "Exchange",
        rule,
        (AccountChange, Create, Success),
        "ana@example.gov.ph x@evil.example",
    );
    check(
        "Set-InboxRule",
        "Exchange",
        r#","Parameters":[{"Name":"Name","Value":"hide"},{"Name":"DeleteMessage","Value":"True"}]"#,
        (AccountChange, Update, Success),
        "ana@example.gov.ph hide",
    );
    let forward = r#","Parameters":[{"Name":"Identity","Value":"ben@example.gov.ph"},{"Name":"ForwardingSmtpAddress","Value":"smtp:x@evil.example"}]"#;
    check(
        "Set-Mailbox",
        "Exchange",
        forward,
        (AccountChange, Update, Success),
        "ben@example.gov.ph x@evil.example",
    );
    check(
        "UpdateInboxRules",
        "Exchange",
        r#","MailboxOwnerUPN":"ben@example.gov.ph","OperationProperties":[{"Name":"RuleActions","Value":"[{\"ActionType\":\"Forward\"}]"}]"#,
        (AccountChange, Update, Success),
        r#"ben@example.gov.ph [{"ActionType":"Forward"}]"#,
    );
    check(
        "Consent to application.",
        "AzureActiveDirectory",
        app,
        (ApiActivity, Create, Success),
        "- Mail Helper",
    );
    check(
        "Add OAuth2PermissionGrant.",
        "AzureActiveDirectory",
        app,
        (ApiActivity, Create, Success),
        "- Mail Helper",
    );
    let role = r#","Target":[{"ID":"ben@example.gov.ph","Type":5}],"ModifiedProperties":[{"Name":"Role.DisplayName","NewValue":"\"Global Administrator\"","OldValue":""}]"#;
    check(
        "Add member to role.",
        "AzureActiveDirectory",
        role,
        (AccountChange, Create, Success),
        "ben@example.gov.ph Global Administrator",
    );
    check(
        "MailItemsAccessed",
        "Exchange",
        r#","MailboxOwnerUPN":"ben@example.gov.ph""#,
        (EmailActivity, Read, Success),
        "ben@example.gov.ph ben@example.gov.ph",
    );
    check(
        "Send",
        "Exchange",
        r#","MailboxOwnerUPN":"ana@example.gov.ph","Item":{"Subject":"Hello"}"#,
        (EmailActivity, Send, Success),
        "- Hello",
    );
    check(
        "HardDelete",
        "Exchange",
        r#","AffectedItems":[{"Subject":"Alert"}]"#,
        (EmailActivity, Delete, Success),
        "- Alert",
    );
    check(
        "FileDownloaded",
        "SharePoint",
        r#","SourceFileName":"a.docx","ObjectId":"https://x/a.docx""#,
        (FileHosting, Download, Success),
        "- a.docx",
    );
    check(
        "FileAccessed",
        "OneDrive",
        r#","ObjectId":"https://x/a.docx""#,
        (FileHosting, Read, Success),
        "- https://x/a.docx",
    );
    check(
        "AnonymousLinkCreated",
        "SharePoint",
        r#","SourceFileName":"a.docx""#,
        (FileHosting, Share, Success),
        "- a.docx",
    );
    check(
        "SearchStarted",
        "SecurityComplianceCenter",
        r#","ObjectId":"all mail""#,
        (ApiActivity, Read, Success),
        "- all mail",
    );
}

#[test]
fn m365_names_and_values() {
    let text = audit(
        "New-InboxRule",
        "Exchange",
        r#","Parameters":[{"Name":"ForwardTo","Value":"x@evil.example"}],"ExtendedProperties":[{"Name":"UserAgent","Value":"BAV2ROPC"}],"DeviceProperties":[{"Name":"OS","Value":"Linux"}],"ModifiedProperties":[{"Name":"A","NewValue":"1","OldValue":"2"}],"Item":{"Id":"7"}"#,
    );
    let found = read(Format::M365, text).one();
    for (name, value) in [
        ("Parameters.ForwardTo", "x@evil.example"),
        ("Parameters", r#"[{"Name":"ForwardTo","Value":"x@evil.example"}]"#),
        ("ExtendedProperties.UserAgent", "BAV2ROPC"),
        ("DeviceProperties.OS", "Linux"),
        ("ModifiedProperties.A.NewValue", "1"),
        ("Item.Id", "7"),
        ("Workload", "Exchange"),
        ("eventSource", "Exchange"),
        ("eventName", "New-InboxRule"),
        ("status", "success"),
    ] {
        assert_eq!(found.field(name), value, "{name}");
    }
    assert_eq!(found.row.agent.as_deref(), Some("BAV2ROPC"));
}

#[test]
fn m365_accounts_and_addresses() {
    let check = |user: &str, more: &str, account: &str, src: &str| {
        let text = format!(
            r#"{{"CreationTime":"2026-01-05T08:00:00","Operation":"UserLoginFailed","Workload":"AzureActiveDirectory","UserId":"{user}"{more}}}"#
        );
        let found = read(Format::M365, text).one();
        assert_eq!(found.row.account.as_deref(), Some(account));
        assert_eq!(found.row.src, Some(src.parse().unwrap()));
    };
    check(
        "ana@example.gov.ph",
        r#","ClientIP":"[2001:db8::1]:443""#,
        "ana@example.gov.ph",
        "2001:db8::1",
    );
    check(
        "ana@example.gov.ph",
        r#","ClientIP":"::ffff:203.0.113.7""#,
        "ana@example.gov.ph",
        "203.0.113.7",
    );
    check(
        "ana@example.gov.ph",
        r#","ClientIP":"","ActorIpAddress":"203.0.113.7""#,
        "ana@example.gov.ph",
        "203.0.113.7",
    );
    check(
        "Not Available",
        r#","ClientIP":"203.0.113.7","Actor":[{"ID":"1-2","Type":0},{"ID":"ben@example.gov.ph","Type":5}]"#,
        "ben@example.gov.ph",
        "203.0.113.7",
    );
}

#[test]
fn m365_as_csv() {
    let inner = audit("Send", "Exchange", r#","Item":{"Subject":"Line, \"one\""}"#);
    let cell = format!("\"{}\"", inner.replace('"', "\"\""));
    let row = format!("1,2026-01-05T08:00:00,Send,ana@example.gov.ph,{cell},\"a\nb\"");
    let text = format!(
        "#TYPE Selected\r\nRecordId,CreationDate,Operation,UserId,AuditData,More\r\n{row}\r\n{row}\r\n"
    );
    let found = read(Format::M365Csv, &text);
    assert_eq!((found.events.len(), found.rejects.len()), (2, 0), "{found:#?}");
    for (event, line) in found.events.iter().zip(1..) {
        assert_eq!(event.who(), "203.0.113.7 ana@example.gov.ph - Line, \"one\"");
        assert_eq!(event.line, line);
        let from = event.row.place.offset as usize;
        assert_eq!(&text[from..from + event.row.place.length as usize], row);
    }
}

#[test]
fn m365_as_search_and_graph_give_it() {
    let inner = audit("Send", "Exchange", "");
    let quoted = serde_json::to_string(&inner).unwrap();
    for text in [
        format!(
            r#"[{{"RecordType":"X","CreationDate":"x","UserIds":"ana","Operations":"Send","AuditData":{quoted}}}]"#
        ),
        format!(
            r#"{{"@odata.context":"x","value":[{{"id":"1","operation":"Send","auditData":{inner}}}]}}"#
        ),
    ] {
        let found = read(Format::M365, text).one();
        assert_eq!(
            (found.row.operation.as_str(), found.who().as_str()),
            ("Send", "203.0.113.7 ana@example.gov.ph - -")
        );
    }
}

fn trail(name: &str, service: &str, more: &str) -> String {
    format!(
        r#"{{"eventVersion":"1.08","userIdentity":{{"type":"IAMUser","arn":"arn:aws:iam::1:user/ben","userName":"ben"}},"eventTime":"2026-01-05T08:00:00Z","eventSource":"{service}.amazonaws.com","eventName":"{name}","awsRegion":"us-east-1","sourceIPAddress":"203.0.113.7","userAgent":"aws-cli/2"{more}}}"#
    )
}

#[test]
fn cloudtrail_events() {
    let check =
        |name: &str, service: &str, more: &str, is: (Class, Activity, Status), who: &str| {
            let found = read(Format::CloudTrail, trail(name, service, more)).one();
            assert_eq!(found.is(), (CloudTrail, is.0, is.1, is.2), "{name}");
            assert_eq!(found.who(), format!("203.0.113.7 ben {who}"), "{name}");
        };
    check(
        "ConsoleLogin",
        "signin",
        r#","responseElements":{"ConsoleLogin":"Success"}"#,
        (Authentication, Logon, Success),
        "- -",
    );
    check(
        "ConsoleLogin",
        "signin",
        r#","errorMessage":"Failed authentication","responseElements":{"ConsoleLogin":"Failure"}"#,
        (Authentication, Logon, Failure),
        "- -",
    );
    check(
        "CreateUser",
        "iam",
        r#","requestParameters":{"userName":"eve"}"#,
        (AccountChange, Create, Success),
        "eve eve",
    );
    check(
        "AttachUserPolicy",
        "iam",
        r#","requestParameters":{"userName":"eve","policyArn":"arn:aws:iam::aws:policy/AdministratorAccess"}"#,
        (AccountChange, Create, Success),
        "eve arn:aws:iam::aws:policy/AdministratorAccess",
    );
    check("ListUsers", "iam", r#","requestParameters":null"#, (ApiActivity, Read, Success), "- -");
    check(
        "GetObject",
        "s3",
        r#","requestParameters":{"bucketName":"b","key":"k/1"}"#,
        (FileHosting, Download, Success),
        "- b/k/1",
    );
    check(
        "StopLogging",
        "cloudtrail",
        r#","errorCode":"AccessDenied","requestParameters":{"name":"trail"}"#,
        (ApiActivity, Update, Failure),
        "- trail",
    );
    check(
        "RunInstances",
        "ec2",
        r#","requestParameters":{"instancesSet":{"items":[{"instanceId":"i-1"}]}}"#,
        (ApiActivity, Create, Success),
        "- i-1",
    );
}

#[test]
fn cloudtrail_keeps_its_paths() {
    let text = trail(
        "PutBucketPolicy",
        "s3",
        r#","requestParameters":{"bucketName":"b","Statement":[{"Effect":"Allow"},{"Effect":"Deny"}]},"responseElements":null,"readOnly":false"#,
    );
    let wrapped = format!("{{\"Records\":[{text},{text}]}}");
    let found = read(Format::CloudTrail, &wrapped);
    assert_eq!(found.events.len(), 2);
    for (name, value) in [
        ("userIdentity.arn", "arn:aws:iam::1:user/ben"),
        ("requestParameters.Statement.Effect", "Allow|Deny"),
        (
            "requestParameters",
            r#"{"bucketName":"b","Statement":[{"Effect":"Allow"},{"Effect":"Deny"}]}"#,
        ),
        ("responseElements", ""),
        ("readOnly", "false"),
        ("eventSource", "s3.amazonaws.com"),
    ] {
        assert_eq!(found.events[1].field(name), value, "{name}");
    }
}

#[test]
fn identities_of_cloudtrail() {
    let check = |identity: &str, expected: Option<&str>| {
        let text = format!(
            r#"{{"userIdentity":{identity},"eventTime":"2026-01-05T08:00:00Z","eventSource":"a","eventName":"b","sourceIPAddress":"ec2.amazonaws.com"}}"#
        );
        let found: Owned = read(Format::CloudTrail, text).one();
        assert_eq!((found.row.account.as_deref(), found.row.src), (expected, None));
    };
    check(r#"{"type":"Root","arn":"arn:aws:iam::1:root"}"#, Some("root"));
    check(
        r#"{"type":"AssumedRole","arn":"arn:aws:sts::1:assumed-role/Admin/ben"}"#,
        Some("Admin/ben"),
    );
    check(r#"{"type":"AWSService","invokedBy":"ec2.amazonaws.com"}"#, Some("ec2.amazonaws.com"));
    check(r#"{"type":"AWSAccount","accountId":"123"}"#, Some("account 123"));
    check("{}", None);
}
