//! What one record means to an investigator: a try at a password, a page, an act in a mailbox. It
//! knows the words of the logs, not the case. The lists here are deliberately general: each entry
//! is the documented name of an operation or a habit of a widely used product.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};
pub(crate) use bakas_model::incident::Act;
use bakas_model::{Activity, Class, EventRow, Status, Stream};
use rustc_hash::FxHashSet;

use crate::cloud;

/// What kind of place a log is kept for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Family {
    /// A web server.
    Web,
    /// A mail server, or a provider of mail, office services or identities.
    Mail,
    /// A machine.
    System,
    /// The wire: firewalls, sensors, name servers, proxies.
    Network,
    /// A cloud account.
    Cloud,
}

/// What one record means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// A sign-in that failed.
    TryFailed,
    /// A sign-in that succeeded.
    TryOk,
    /// An image, style, script or font.
    Asset,
    /// A page that was served.
    Page,
    /// A request that was refused or not found.
    Refused,
    /// An act.
    Act(Act),
    /// Anything else.
    Other,
}

/// The family of a stream.
pub(crate) const fn family(stream: Stream) -> Family {
    // Who signs in at an identity provider opens mail and documents with it.
    if is_identity(stream) {
        return Family::Mail;
    }
    match stream.family() {
        bakas_model::Family::Web => Family::Web,
        bakas_model::Family::System => Family::System,
        bakas_model::Family::Network => Family::Network,
        bakas_model::Family::Cloud => Family::Cloud,
        bakas_model::Family::Mail | bakas_model::Family::Office => Family::Mail,
    }
}

/// Google's office service.
pub(crate) const WORKSPACE: &str = "Google Workspace";

/// Whether a stream is the record of an identity provider.
pub(crate) const fn is_identity(stream: Stream) -> bool {
    matches!(
        stream,
        Stream::EntraSignIn
            | Stream::EntraAudit
            | Stream::EntraRisk
            | Stream::EntraPim
            | Stream::Okta
    )
}

/// The provider whose service a stream records, by the name people know.
pub(crate) const fn provider(stream: Stream) -> Option<&'static str> {
    match stream {
        // Entra is where the accounts of Microsoft 365 are kept.
        Stream::M365
        | Stream::EntraSignIn
        | Stream::EntraAudit
        | Stream::EntraRisk
        | Stream::EntraPim => Some("Microsoft 365"),
        Stream::AzureActivity => Some("Microsoft Azure"),
        Stream::GcpAudit => Some("Google Cloud"),
        Stream::Okta => Some("Okta"),
        Stream::CloudTrail => Some("Amazon Web Services"),
        _ => match stream.family() {
            bakas_model::Family::Office => Some(WORKSPACE),
            _ => None,
        },
    }
}

const ASSETS: &[&str] = &[
    "css", "js", "mjs", "map", "png", "jpg", "jpeg", "gif", "svg", "webp", "avif", "ico", "woff",
    "woff2", "ttf", "otf", "eot", "mp4", "webm",
];

/// Whether a path names an image, style, script or font.
pub(crate) fn is_asset(path: &str) -> bool {
    if !path.contains('.') {
        return false;
    }
    let bytes = path.as_bytes();
    let end = bytes.iter().position(|b| matches!(b, b'?' | b'#' | b';')).unwrap_or(bytes.len());
    let bytes = bytes.get(..end).unwrap_or(bytes);
    let tail = bytes.get(bytes.len().saturating_sub(ASSET_BYTES_LIMIT + 1)..).unwrap_or(bytes);
    let end = match tail.iter().rposition(|b| matches!(b, b'.' | b'/')) {
        Some(at) if tail.get(at) == Some(&b'.') => tail.get(at + 1..).unwrap_or_default(),
        _ => return false,
    };
    ASSETS.iter().any(|asset| end.eq_ignore_ascii_case(asset.as_bytes()))
}

/// The longest of [`ASSETS`].
const ASSET_BYTES_LIMIT: usize = 5;

/// Names under which people administer, as the local part of an address or a part of it.
const ADMIN_NAMES: &[&str] = &[
    "admin",
    "admins",
    "administrator",
    "superadmin",
    "sysadmin",
    "webadmin",
    "webmaster",
    "mailadmin",
    "postmaster",
    "hostmaster",
    "domainadmin",
    "itadmin",
    "ictadmin",
    "gsuite",
    "gsuiteadmin",
    "googleadmin",
    "workspaceadmin",
    "o365admin",
    "m365admin",
    "globaladmin",
    "tenantadmin",
    "helpdesk",
    "servicedesk",
    "itsupport",
    "it",
    "ict",
    "mis",
    "noc",
    "security",
    "root",
    "superuser",
    "owner",
    "domain",
    "workspace",
];

/// Whether an account's name is that of a role that administers, as an outsider would guess it.
pub(crate) fn is_admin_name(account: &str) -> bool {
    let local = account.split('@').next().unwrap_or(account).to_ascii_lowercase();
    let joined: String = local.chars().filter(char::is_ascii_alphanumeric).collect();
    ADMIN_NAMES.contains(&joined.trim_end_matches(|c: char| c.is_ascii_digit()))
        || local.split(['.', '-', '_']).any(|part| part.contains("admin") && part.len() <= 13)
}

/// Whether a path is one where a site is administered or an account recovered.
pub(crate) fn is_admin_path(path: &str) -> bool {
    static PARTS: LazyLock<AhoCorasick> = LazyLock::new(|| any_of(ADMIN_PARTS));
    PARTS.is_match(path)
}

const ADMIN_PARTS: &[&str] = &[
    "admin",
    "wp-login",
    "phpmyadmin",
    "pma",
    "cpanel",
    "webmail",
    "manager/html",
    "owa",
    "ecp",
    "recover",
    "forgot",
    "reset",
    "lostpassword",
    "wp-json/wp/v2/users",
    "backend",
    "console",
    "controlpanel",
    "dashboard",
    "whm",
    "plesk",
    "user/password",
    "signin",
    "accounts",
];

/// Whether a path is one that takes files.
pub(crate) fn is_upload_path(path: &str) -> bool {
    static PARTS: LazyLock<AhoCorasick> = LazyLock::new(|| any_of(UPLOAD_PARTS));
    PARTS.is_match(path) && !path.to_ascii_lowercase().contains("uploads/")
}

const UPLOAD_PARTS: &[&str] = &[
    "upload",
    "fileman",
    "elfinder",
    "kcfinder",
    "ckfinder",
    "dropzone",
    "uploadify",
    "attach",
    "import",
    "media/new",
    "plugin-install",
];

/// Finds whether any of these stands in a text, in any ASCII case; every path is asked.
fn any_of(parts: &[&str]) -> AhoCorasick {
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .kind(Some(AhoCorasickKind::DFA))
        .build(parts)
        .expect("a few short words make a small automaton")
}

/// Whether a user agent is a program's own and no browser's.
pub(crate) fn is_tool(agent: &str) -> bool {
    const TOOLS: &[&str] = &[
        "python",
        "curl/",
        "wget/",
        "go-http-client",
        "libwww",
        "java/",
        "okhttp",
        "hydra",
        "sqlmap",
        "nikto",
        "nuclei",
        "wpscan",
        "ffuf",
        "gobuster",
        "dirbuster",
        "feroxbuster",
        "masscan",
        "zgrab",
        "httpx",
        "aiohttp",
        "axios",
        "node-fetch",
        "powershell",
        "winhttp",
        "perl",
        "ruby",
        "scrapy",
        "burp",
        "postman",
        "guzzle",
        "headless",
        "phantomjs",
        "bav2ropc",
        "cbainprod",
    ];
    let lower = agent.to_ascii_lowercase();
    agent.is_empty() || agent == "-" || TOOLS.iter().any(|tool| lower.contains(tool))
}

/// Reads a record. `sign_in_paths` are the paths of this agency's sites where people sign in.
pub(crate) fn read(row: &EventRow, sign_in_paths: Option<&FxHashSet<String>>) -> Meaning {
    match family(row.stream) {
        Family::Web if row.class != Class::Authentication => read_web(row, sign_in_paths),
        _ if row.class == Class::Authentication && row.activity == Activity::Logon => {
            match row.status {
                Status::Success => Meaning::TryOk,
                Status::Failure => Meaning::TryFailed,
                Status::Unknown => Meaning::Other,
            }
        }
        // Challenges, session marks and the like tell of a sign-in that has its own record.
        _ if row.status == Status::Failure => Meaning::Refused,
        _ if row.class == Class::Authentication => Meaning::Other,
        _ => act(row).map_or(Meaning::Other, Meaning::Act),
    }
}

fn read_web(row: &EventRow, sign_in_paths: Option<&FxHashSet<String>>) -> Meaning {
    let path = row.object.as_deref().unwrap_or("");
    let code = row.http_status.unwrap_or(0);
    if row.operation == "POST"
        && let Some(paths) = sign_in_paths
        && paths.contains(path)
    {
        // A programming interface answers 200 with a token; a form answers 200 with itself.
        let interface = ["/api/", "/oauth", "/token", "/rest/"].iter().any(|p| path.contains(p));
        return match code {
            200 if interface => Meaning::TryOk,
            200 | 400 | 401 | 403 | 422 | 423 | 429 => Meaning::TryFailed,
            201..=399 => Meaning::TryOk,
            _ => Meaning::Refused,
        };
    }
    match code {
        400.. => Meaning::Refused,
        _ if is_asset(path) => Meaning::Asset,
        _ => Meaning::Page,
    }
}

/// The act that an operation of a provider or machine is, where it matters.
pub(crate) fn act(row: &EventRow) -> Option<Act> {
    match family(row.stream) {
        Family::Cloud => return cloud_act(row),
        Family::System | Family::Network => return machine_act(row),
        Family::Mail | Family::Web => {}
    }
    let flat: String = row
        .operation
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .collect();
    let has = |parts: &[&str]| parts.iter().any(|part| flat.contains(part));
    let outside = row.object.as_deref().is_some_and(|object| object.contains('@'));
    let starts = |parts: &[&str]| parts.iter().any(|part| flat.starts_with(part));
    if has(&["forwarding", "autoforward"]) || (flat == "setmailbox" && outside) {
        return Some(Act::Forward);
    }
    if has(&["inboxrule", "transportrule"]) && outside {
        return Some(Act::Forward);
    }
    if has(&["inboxrule", "createfilter", "mailfilter", "filtercreate", "transportrule"]) {
        return Some(Act::MailRule);
    }
    if starts(&["authorize", "consent", "grant"])
        || has(&["oauth2permissiongrant", "addapproleassignment", "addserviceprincipal"])
    {
        return Some(Act::Grant);
    }
    if has(&["delegate", "mailboxpermission", "recipientpermission", "folderpermission"]) {
        return Some(Act::Delegate);
    }
    if has(&["2sv", "passwordedit", "recovery", "securityinfo", "strongauthentication", "titanium"])
        || starts(&["changepassword", "resetuserpassword", "resetpassword", "updatepassword"])
    {
        return Some(Act::Factor);
    }
    if has(&["userlist", "listuser", "listrole", "listmember", "listadmin", "directory"])
        || starts(&[
            "getuser",
            "getmsoluser",
            "getrole",
            "getmanagementrole",
            "getgroup",
            "getadmin",
        ])
    {
        return Some(Act::Directory);
    }
    if has(&["addmembertorole", "addeligiblemember", "conditionalaccess", "federationsettings"])
        || (row.stream == Stream::Okta && has(&["privilegegrant", "policyrule", "policylifecycle"]))
    {
        return Some(Act::Administer);
    }
    if row.class == Class::AccountChange && is_identity(row.stream) {
        return match row.activity {
            Activity::Create | Activity::Delete => Some(Act::Credential),
            _ if has(&["password", "factor", "authentication"]) => Some(Act::Factor),
            _ => Some(Act::Administer),
        };
    }
    let changes = row.activity != Activity::Read;
    if (row.stream == Stream::WorkspaceAdmin && changes)
        || has(&["addmembertorole", "adduser", "deleteuser"])
    {
        return Some(Act::Administer);
    }
    by_activity(row)
}

/// What somebody did on a machine or to a firewall.
fn machine_act(row: &EventRow) -> Option<Act> {
    match (row.class, row.activity) {
        // Windows: a log cleared, the audit policy changed, the protection turned off.
        (Class::Base, Activity::Delete) if row.operation.ends_with("og cleared") => {
            Some(Act::Blind)
        }
        (Class::Base, Activity::Update) if row.operation == "Real-time protection off" => {
            Some(Act::Blind)
        }
        (Class::AccountChange, _) if row.operation == "Audit policy changed" => Some(Act::Blind),
        (Class::AccountChange, _) if row.operation.starts_with("Password") => Some(Act::Factor),
        (Class::AccountChange, Activity::Create | Activity::Delete) => Some(Act::Credential),
        (Class::AccountChange, Activity::Update) => Some(Act::Administer),
        (Class::ScheduledJob, Activity::Create | Activity::Update) => Some(Act::Job),
        (Class::ApiActivity, Activity::Create | Activity::Update | Activity::Delete) => {
            Some(Act::Administer)
        }
        (Class::NetworkActivity | Class::DnsActivity | Class::DetectionFinding, _) => None,
        _ => by_activity(row),
    }
}

/// Whether a sign-in that succeeded handed over a message as well: a mail server tells both in one
/// line, once for each message.
pub(crate) fn hands_over(row: &EventRow) -> bool {
    row.stream == Stream::Postfix
        && row.class == Class::Authentication
        && row.operation == "client"
        && row.status == Status::Success
}

/// Whether an account is a machine's own: Windows does so in its name what people ordered.
pub(crate) fn is_machine_name(account: &str) -> bool {
    const NAMES: &[&str] = &["localsystem", "system", "local system"];
    let name = account.rsplit('\\').next().unwrap_or(account).to_ascii_lowercase();
    NAMES.contains(&name.as_str()) || name.ends_with('$')
}

/// Calls of a cloud account that matter are named; the others look, list or keep house.
fn cloud_act(row: &EventRow) -> Option<Act> {
    const WHO: &[&str] =
        &["ListUsers", "ListRoles", "ListGroups", "GetAccountAuthorizationDetails"];
    let directory = WHO.contains(&row.operation.as_str()).then_some(Act::Directory);
    let others = matches!(row.activity, Activity::Read | Activity::Download);
    cloud::act(&row.operation).or(directory).or_else(|| others.then(|| by_activity(row)).flatten())
}

fn by_activity(row: &EventRow) -> Option<Act> {
    match row.activity {
        // Who makes a folder is given it, and its editors the right to ask others in. Nobody else
        // is named as the target.
        Activity::Share
            if row.operation == "change_acl_editors"
                || (row.operation == "change_user_access"
                    && row.target.as_ref().is_none_or(|to| Some(to) == row.account.as_ref())) =>
        {
            None
        }
        Activity::Launch => Some(Act::Command),
        Activity::Share => Some(Act::Share),
        Activity::Download => Some(Act::Download),
        Activity::Read => Some(Act::Read),
        Activity::Send => Some(Act::Send),
        _ => None,
    }
}

/// An act's name in English and Filipino, to be followed by a count or an object.
pub(crate) const fn words_of(act: Act) -> (&'static str, &'static str) {
    match act {
        Act::Forward => ("mail forwarding set", "itinakda ang pagpapasa ng mail"),
        Act::MailRule => ("mail rule made", "gumawa ng tuntunin sa mail"),
        Act::Grant => ("access granted", "nagbigay ng access"),
        Act::Delegate => ("mailbox opened to another", "ibinukas sa iba ang mailbox"),
        Act::Factor => {
            ("password or second factor changed", "pinalitan ang password o ikalawang salik")
        }
        Act::Share => ("shared with others", "ibinahagi sa iba"),
        Act::Directory => ("users or roles listed", "inilista ang mga user o role"),
        Act::Administer => ("administrative change", "pagbabago bilang administrador"),
        Act::Download => ("downloaded", "na-download"),
        Act::Read => ("read", "binasa"),
        Act::Send => ("message sent", "nagpadala ng mensahe"),
        Act::Command => ("command run", "nagpatakbo ng command"),
        Act::Blind => ("logging or watching lowered", "hininaan ang pagtatala o pagbabantay"),
        Act::Secret => ("secret or password asked for", "hiningi ang isang lihim o password"),
        Act::Credential => ("user or key made or removed", "gumawa o nagtanggal ng user o susi"),
        Act::Destroy => ("removed or locked", "tinanggal o ikinandado"),
        Act::Job => ("service or task installed", "nag-install ng service o task"),
    }
}

/// Whether one alone is worth a line in the story; reading and sending are told by number.
pub(crate) const fn is_told_alone(act: Act) -> bool {
    !matches!(act, Act::Read | Act::Download | Act::Send)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn assets_are_told_by_their_end() {
        let check = |path: &str, expected: bool| assert_eq!(is_asset(path), expected, "{path}");
        check("/static/app.min.js", true);
        check("/img/Seal.PNG?v=2", true);
        check("/uploads/x.php", false);
        check("/js", false);
        check("/", false);
        check("", false);
        check("/a.css/b", false);
        check("/a/.js;v=1", true);
        check("x.woff2", true);
        check("woff2", false);
        check("/x.jswoff2", false);
        check("/x.\u{e9}css", false);
    }

    #[test]
    fn names_of_administrators_as_an_outsider_guesses_them() {
        let check =
            |name: &str, expected: bool| assert_eq!(is_admin_name(name), expected, "{name}");
        check("admin@agency.example", true);
        check("it.admin@agency.example", true);
        check("Postmaster@agency.example", true);
        check("admin01@agency.example", true);
        check("juana.santos@agency.example", false);
        check("smith@agency.example", false);
        check("ritchie.domingo@agency.example", false);
    }

    #[test]
    fn programs_are_told_from_browsers() {
        assert!(is_tool("python-requests/2.31"));
        assert!(is_tool("-"));
        assert!(!is_tool("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Firefox/140.0"));
    }
}
