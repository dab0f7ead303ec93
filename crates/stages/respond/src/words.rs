//! The model's small words in plain English and Filipino. Longer sentences stand where they are
//! used.

use bakas_model::{
    ClockBasis, IncidentKind, NetworkKind, RejectReason, Severity, incident::LinkReason,
    network::StateOwned, response::AskKind,
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
    (kind.label(), kind.label_fil())
}

/// What an address of such a network shows, and what it does not; in the words of a trace's caveat.
pub(crate) const fn shows(kind: NetworkKind) -> Pair {
    match kind {
        NetworkKind::Special => (
            "a place inside the agency's own or its carrier's network, or a wrongly written log; no origin",
            "isang lugar sa loob ng sariling network ng ahensiya o ng carrier nito, o maling naisulat na log; walang pinagmulan",
        ),
        NetworkKind::Tor => (
            "whoever used it was elsewhere, and its operator cannot tell where",
            "nasa ibang lugar ang gumamit nito, at hindi masasabi ng nagpapatakbo kung saan",
        ),
        NetworkKind::Vpn => (
            "whoever used it was most likely elsewhere, and only the VPN's operator may know where",
            "malamang na nasa ibang lugar ang gumamit nito, at ang operator lamang ng VPN ang maaaring makaalam kung saan",
        ),
        NetworkKind::PrivateRelay => (
            "many people share it, and their own addresses are hidden behind it",
            "pinagsasaluhan ito ng maraming tao, at nakatago sa likod nito ang sarili nilang mga address",
        ),
        NetworkKind::Hosting | NetworkKind::Cloud => (
            "it may be a rented or breached server: where it stands, and who owns the network, says little of where whoever used it was",
            "maaaring inuupahan o pinasok na server: kaunti ang sinasabi ng kinatatayuan nito at ng may-ari ng network tungkol sa kinaroroonan ng gumamit",
        ),
        NetworkKind::Content => (
            "a content network or proxy in front of others: the visitor's own address stands, if anywhere, in the forwarding header",
            "content network o proxy sa harap ng iba: ang sariling address ng bumisita ay nasa forwarding header, kung mayroon man",
        ),
        NetworkKind::Telco => (
            "at most a line of one of the operator's many subscribers, behind carrier-grade NAT not even one line; an infected device looks the same as its owner",
            "hanggang sa linya lamang ng isa sa maraming subscriber ng operator, at sa likod ng carrier-grade NAT ay hindi kahit isang linya; magkamukha ang nahawahang kagamitan at ang may-ari nito",
        ),
        NetworkKind::Education => (
            "a school's or university's network: many people and many poorly kept machines stand behind it",
            "network ng paaralan o unibersidad: maraming tao at maraming makinang kulang sa alaga ang nasa likod nito",
        ),
        NetworkKind::Government => (
            "a network that a government office runs: a breached machine there looks the same as a person who works there",
            "network na pinatatakbo ng tanggapan ng pamahalaan: magkamukha roon ang napasok na makina at ang taong nagtatrabaho",
        ),
        NetworkKind::Unknown => (
            "at most the operator that announced it, not the person who used it; being on no list does not mean that it is no relay",
            "hanggang sa operator na nag-anunsiyo nito, hindi ang taong gumamit; ang wala sa listahan ay maaari pa ring relay",
        ),
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

/// A state's share in an operator: whose, whether it is the majority, and as of which year.
pub(crate) fn state_owned(owned: &StateOwned) -> (String, String) {
    let owner = owned.owner;
    let (en, fil) = match owned.majority {
        true => ("state-owned", "pag-aari ng estado"),
        false => ("minority state-owned", "minoryang pag-aari ng estado"),
    };
    let year = |as_of: &str| {
        owned.date.map(|date| format!(" {as_of} {}", date.civil().0)).unwrap_or_default()
    };
    (format!("{en}: {owner}{}", year("as of")), format!("{fil}: {owner}{}", year("noong")))
}
