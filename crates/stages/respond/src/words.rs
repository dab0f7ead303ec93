//! The model's small words in plain English and Filipino. Longer sentences stand where they are
//! used.

use bakas_model::{
    AssessmentLevel, ClockBasis, IncidentKind, NetworkKind, RejectReason, Severity,
    incident::LinkReason, response::AskKind,
};

/// English, Filipino.
pub(crate) type Pair = (&'static str, &'static str);

/// How far an incident of a kind goes: what the colours of the report stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Phase {
    /// Somebody looked.
    Looked,
    /// Somebody tried.
    Tried,
    /// Somebody got in.
    Inside,
}

impl Phase {
    pub(crate) const ALL: [Self; 3] = [Self::Looked, Self::Tried, Self::Inside];

    /// Of an incident of that kind.
    pub(crate) const fn of(kind: IncidentKind) -> Self {
        match kind {
            IncidentKind::AdminDiscovery | IncidentKind::Scanning => Self::Looked,
            IncidentKind::PasswordGuessing
            | IncidentKind::PasswordSpraying
            | IncidentKind::WebExploitation => Self::Tried,
            IncidentKind::AccountTakeover
            | IncidentKind::WebShell
            | IncidentKind::LateralMovement
            | IncidentKind::CloudAbuse => Self::Inside,
        }
    }

    pub(crate) const fn class(self) -> &'static str {
        match self {
            Self::Looked => "looked",
            Self::Tried => "tried",
            Self::Inside => "inside",
        }
    }

    pub(crate) const fn words(self) -> Pair {
        match self {
            Self::Looked => ("looked around", "tumingin-tingin"),
            Self::Tried => ("tried to get in", "sumubok na pumasok"),
            Self::Inside => ("was inside", "nakapasok"),
        }
    }
}

pub(crate) const fn kind(kind: IncidentKind) -> Pair {
    match kind {
        IncidentKind::PasswordGuessing => ("password guessing", "panghuhula ng password"),
        IncidentKind::PasswordSpraying => {
            ("password spraying", "pagsubok ng iilang password sa maraming account")
        }
        IncidentKind::AdminDiscovery => {
            ("looking for administrators", "paghahanap ng mga administrador")
        }
        IncidentKind::AccountTakeover => ("account takeover", "pag-agaw ng account"),
        IncidentKind::WebExploitation => ("web attack", "pag-atake sa website"),
        IncidentKind::WebShell => ("web shell", "web shell"),
        IncidentKind::LateralMovement => {
            ("moving on to other machines", "paglipat sa ibang makina")
        }
        IncidentKind::CloudAbuse => ("cloud abuse", "pag-abuso sa cloud"),
        IncidentKind::Scanning => ("scanning", "pag-scan"),
    }
}

pub(crate) const fn severity(severity: Severity) -> Pair {
    match severity {
        Severity::Informational => ("informational", "pang-impormasyon"),
        Severity::Low => ("low", "mababa"),
        Severity::Medium => ("medium", "katamtaman"),
        Severity::High => ("high", "mataas"),
        Severity::Critical => ("critical", "kritikal"),
    }
}

pub(crate) const fn network_kind(kind: NetworkKind) -> Pair {
    match kind {
        NetworkKind::Unknown => ("kind unknown", "di-alam ang uri"),
        NetworkKind::Telco => ("telco", "telco"),
        NetworkKind::Cloud => ("cloud", "cloud"),
        NetworkKind::Hosting => ("hosting", "hosting"),
        NetworkKind::Vpn => ("VPN", "VPN"),
        NetworkKind::Tor => ("Tor exit", "labasan ng Tor"),
        NetworkKind::PrivateRelay => ("private relay", "private relay"),
        NetworkKind::Education => ("education", "edukasyon"),
        NetworkKind::Government => ("government", "pamahalaan"),
        NetworkKind::Content => ("content network", "content network"),
        NetworkKind::Special => ("special-purpose", "may natatanging gamit"),
    }
}

pub(crate) const fn link(reason: LinkReason) -> Pair {
    match reason {
        LinkReason::SameAddress => ("same address", "parehong address"),
        LinkReason::SameBlock => ("same small block", "parehong maliit na bloke"),
        LinkReason::SameNetwork => ("same network", "parehong network"),
        LinkReason::SameAccount => ("same account", "parehong account"),
        LinkReason::SameTool => ("same tool", "parehong kasangkapan"),
        LinkReason::SameRhythm => ("same rhythm", "parehong ritmo"),
        LinkReason::Sequel => ("one follows from the other", "kasunod ng isa ang isa"),
    }
}

pub(crate) const fn level(level: AssessmentLevel) -> Pair {
    match level {
        AssessmentLevel::Soil => {
            ("Soil: where the machines stood", "Lupa: kung saan nakatayo ang mga makina")
        }
        AssessmentLevel::Infrastructure => {
            ("Infrastructure: whose networks", "Imprastruktura: kaninong network")
        }
        AssessmentLevel::Actor => {
            ("Actor: whose hands, and for whom", "Ang gumawa: kaninong kamay, at para kanino")
        }
    }
}

pub(crate) const fn ask(kind: AskKind) -> Pair {
    match kind {
        AskKind::Preserve => ("preserve", "ingatan"),
        AskKind::Revoke => ("revoke", "bawiin"),
        AskKind::Reset => ("reset", "palitan"),
        AskKind::Clean => ("clean", "linisin"),
        AskKind::Block => ("block", "harangin"),
        AskKind::SecondFactor => ("second factor", "ikalawang salik"),
        AskKind::Inform => ("inform", "ipaalam"),
    }
}

pub(crate) const fn reject(reason: RejectReason) -> Pair {
    match reason {
        RejectReason::Malformed => ("malformed", "mali ang anyo"),
        RejectReason::Truncated => ("cut off", "naputol"),
        RejectReason::TooLong => ("too long", "sobrang haba"),
        RejectReason::TooDeep => ("nested too deep", "sobrang lalim ng pagkakasalansan"),
        RejectReason::TooManyFields => ("too many fields", "sobrang dami ng field"),
        RejectReason::Binary => ("binary", "hindi teksto"),
        RejectReason::BadTime => ("unreadable time", "di-mabasang oras"),
        RejectReason::BrokenArchive => ("broken archive", "sirang archive"),
        RejectReason::ArchiveBound => ("archive over its bound", "lampas sa hangganan ang archive"),
        RejectReason::UnsafePath => ("unsafe path in archive", "mapanganib na landas sa archive"),
        RejectReason::Unreadable => ("could not be opened", "hindi mabuksan"),
        RejectReason::Duplicate => ("duplicate", "kopya"),
        RejectReason::UnknownFormat => ("unknown format", "di-kilalang anyo"),
    }
}

/// The model's remedies, in Filipino beside the English.
pub(crate) const fn remedy(reason: RejectReason) -> Pair {
    let fil = match reason {
        RejectReason::Malformed => "suriin ang anyo; itakda sa bakas.toml: format = \"…\"",
        RejectReason::Truncated => "ipadala muli ang file nang buo",
        RejectReason::TooLong => "tingnan ang halimbawa: bihirang log ang ganitong linya",
        RejectReason::TooDeep | RejectReason::TooManyFields => {
            "tingnan ang halimbawa: bihirang tala ng log ang ganito"
        }
        RejectReason::Binary => "tiyaking log ang file at hindi sira",
        RejectReason::BadTime => "suriin ang orasan at sona ng pinagmulan",
        RejectReason::BrokenArchive => "ipadala muli ang archive; nabasa ang bago ang sira",
        RejectReason::ArchiveBound => "buksan nang mano-mano at tingnan kung ano ito",
        RejectReason::UnsafePath => "huwag buksan nang mano-mano; tanungin kung sino ang gumawa",
        RejectReason::Unreadable => "suriin ang pahintulot, saka ulitin",
        RejectReason::Duplicate => "wala: isang beses binasa ang laman",
        RejectReason::UnknownFormat => "pangalanan ang anyo sa bakas.toml: format = \"…\"",
    };
    (reason.remedy(), fil)
}

pub(crate) const fn clock(basis: ClockBasis) -> Pair {
    match basis {
        ClockBasis::Assumed => ("assumed", "ipinalagay"),
        ClockBasis::Stated => ("stated in the records", "nakasaad sa mga tala"),
        ClockBasis::Configured => ("set in bakas.toml", "itinakda sa bakas.toml"),
    }
}
