//! What people and attackers do at a cloud office provider, in words of neither provider.

use std::net::IpAddr;

/// An application that asks for access to an account.
#[derive(Clone, Debug)]
pub(crate) struct App {
    pub(crate) name: String,
    pub(crate) client: String,
    /// Scopes asked for, parted by blanks.
    pub(crate) scopes: &'static str,
}

/// One act.
#[derive(Clone, Debug)]
pub(crate) enum What {
    SignIn {
        suspicious: bool,
    },
    SignInFailed,
    /// A question after the password.
    Challenge {
        passed: bool,
    },
    /// Somebody pretended to have forgotten the password, and could not prove it.
    RecoveryFailed,
    SignOut,
    PasswordReset {
        target: String,
    },
    UserAdded {
        target: String,
    },
    GroupMemberAdded {
        group: String,
        target: String,
    },
    /// Mail goes to another address from now on.
    Forward {
        to: String,
    },
    Grant(App),
    /// An application reads mail on behalf of the account.
    AppMail(App),
    /// An application, or the account itself, lists the people of the domain.
    Directory {
        app: App,
        query: &'static str,
    },
    DocView(u64),
    DocEdit(u64),
    DocDownload(u64),
    MailOpened(u64),
    MailSent(u64),
}

/// Who did it, from where, when.
#[derive(Clone, Debug)]
pub(crate) struct Act {
    pub(crate) time: i64,
    pub(crate) account: String,
    pub(crate) address: IpAddr,
    pub(crate) agent: &'static str,
    pub(crate) what: What,
}

/// The Workspace applications that keep a log each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Application {
    Login,
    Admin,
    Drive,
    Gmail,
    Token,
    UserAccounts,
    Groups,
}

impl Application {
    pub(crate) const ALL: [Self; 7] = [
        Self::Login,
        Self::Admin,
        Self::Drive,
        Self::Gmail,
        Self::Token,
        Self::UserAccounts,
        Self::Groups,
    ];

    /// Its name in the Reports API.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::Admin => "admin",
            Self::Drive => "drive",
            Self::Gmail => "gmail",
            Self::Token => "token",
            Self::UserAccounts => "user_accounts",
            Self::Groups => "groups_enterprise",
        }
    }
}

impl What {
    /// The Workspace application whose log it stands in.
    pub(crate) const fn application(&self) -> Application {
        match self {
            Self::SignIn { .. }
            | Self::SignInFailed
            | Self::Challenge { .. }
            | Self::RecoveryFailed
            | Self::SignOut => Application::Login,
            Self::PasswordReset { .. } | Self::UserAdded { .. } => Application::Admin,
            Self::GroupMemberAdded { .. } => Application::Groups,
            Self::Forward { .. } => Application::UserAccounts,
            Self::Grant(_) | Self::AppMail(_) | Self::Directory { .. } => Application::Token,
            Self::DocView(_) | Self::DocEdit(_) | Self::DocDownload(_) => Application::Drive,
            Self::MailOpened(_) | Self::MailSent(_) => Application::Gmail,
        }
    }
}

const TITLES: &[&str] = &[
    "Minutes of the management meeting",
    "Budget proposal",
    "Travel order",
    "Inspection report",
    "Staff list",
    "Procurement plan",
    "Memorandum circular",
    "Quarterly accomplishment report",
    "Draft agreement",
    "Attendance sheet",
    "Contract of service",
    "Case summary",
];

/// The title of a document or a message.
pub(crate) fn title(number: u64) -> String {
    format!("{} {}", TITLES[(number % TITLES.len() as u64) as usize], 100 + number % 900)
}
