//! The words of incidents, campaigns, common factors and what was set aside, in English and
//! Filipino. Neutral: what was seen, from which networks, what follows, how sure. It never says who.

use bakas_model::{Agency, IncidentKind, NetworkKind, Text, incident::AddressUse};
use rustc_hash::FxHashMap;

use crate::{
    fold::Fold,
    reading::{Act, words_of},
};

/// A number with its thousands apart.
pub(crate) fn number(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// "1 address", "12 addresses".
pub(crate) fn plural(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", number(n), if n == 1 { one } else { many })
}

/// How an agency is called.
pub(crate) fn agency_name(agencies: &[Agency], ix: bakas_model::AgencyIx) -> String {
    agencies.get(ix.0 as usize).map_or_else(
        || format!("agency {}", ix.0),
        |agency| agency.name.clone().unwrap_or_else(|| agency.id.clone()),
    )
}

/// "38 addresses of AS64500 (Operator) and 2 other networks".
pub(crate) fn whence(addresses: &[AddressUse]) -> Text {
    let mut networks: FxHashMap<_, (u64, u64)> = FxHashMap::default();
    for used in addresses {
        let key = (used.asn.map(|asn| asn.0), used.operator.as_deref());
        let known = networks.entry(key).or_default();
        known.0 += used.lines;
        known.1 += 1;
    }
    let mut sorted: Vec<_> = networks.into_iter().collect();
    sorted.sort_unstable_by(|a, b| b.1.0.cmp(&a.1.0).then_with(|| a.0.cmp(&b.0)));
    let count = plural(addresses.len() as u64, "address", "addresses");
    let fil_count = format!("{} address", number(addresses.len() as u64));
    let Some(((asn, operator), _)) = sorted.first() else {
        return Text::new("no recorded address", "walang naitalang address");
    };
    if addresses.iter().all(|used| used.kind == NetworkKind::Special) {
        let inside = if addresses.len() == 1 { "address" } else { "addresses" };
        return Text::new(
            format!("{} {inside} inside the network", number(addresses.len() as u64)),
            format!("{fil_count} sa loob ng network"),
        );
    }
    let network = match (asn, operator) {
        (Some(asn), Some(operator)) => format!("AS{asn} ({operator})"),
        (Some(asn), None) => format!("AS{asn}"),
        (None, _) => {
            return Text::new(
                format!("{count} outside any announced network"),
                format!("{fil_count} na wala sa anumang inanunsiyong network"),
            );
        }
    };
    match sorted.len() {
        1 => Text::new(format!("{count} of {network}"), format!("{fil_count} ng {network}")),
        n => Text::new(
            format!("{count} in {n} networks, most lines from {network}"),
            format!("{fil_count} sa {n} network, karamihan ng linya ay mula sa {network}"),
        ),
    }
}

/// The headline of an incident.
pub(crate) fn title(kind: IncidentKind, fold: &Fold, from: &Text, entered: u64) -> Text {
    let tries = number(fold.tries);
    let guesses = plural(fold.tries, "password guess", "password guesses");
    let spread = plural(fold.tries, "password try", "password tries");
    let accounts = plural(fold.tried.len() as u64, "account", "accounts");
    let fil_accounts = format!("{} account", number(fold.tried.len() as u64));
    let (en, fil) = match kind {
        IncidentKind::PasswordGuessing => (
            format!("{guesses} that failed, from {}", from.en),
            format!("{tries} bigong hula ng password, mula sa {}", from.fil),
        ),
        IncidentKind::PasswordSpraying => (
            format!("{spread} spread over {accounts}, from {}", from.en),
            format!(
                "{tries} subok ng password na ikinalat sa {fil_accounts}, mula sa {}",
                from.fil
            ),
        ),
        IncidentKind::AdminDiscovery => (
            format!("Somebody looked for the administrators, from {}", from.en),
            format!("May naghanap kung sino ang mga administrador, mula sa {}", from.fil),
        ),
        IncidentKind::AccountTakeover => (
            format!("{} entered, from {}", plural(entered, "account", "accounts"), from.en),
            format!("{} account ang napasok, mula sa {}", number(entered), from.fil),
        ),
        IncidentKind::WebExploitation => (
            format!("Attacks on a web application, from {}", from.en),
            format!("Mga pag-atake sa web application, mula sa {}", from.fil),
        ),
        IncidentKind::WebShell => (
            format!("A web shell was placed or used, from {}", from.en),
            format!("May inilagay o ginamit na web shell, mula sa {}", from.fil),
        ),
        IncidentKind::LateralMovement => (
            format!("Sign-ins from one machine to others inside, from {}", from.en),
            format!(
                "Mga pag-sign in sa loob, mula sa isang makina patungo sa iba, mula sa {}",
                from.fil
            ),
        ),
        IncidentKind::CloudAbuse => (
            format!("Cloud resources misused or protections lowered, from {}", from.en),
            format!("Inabuso ang cloud o ibinaba ang mga proteksiyon, mula sa {}", from.fil),
        ),
        IncidentKind::Scanning => (
            format!("Probing, with no permission on record, from {}", from.en),
            format!("Pag-usisa nang walang nakatalang pahintulot, mula sa {}", from.fil),
        ),
    };
    Text::new(en, fil)
}

/// The story of an incident: with how many accounts it entered, and how many other incidents tell
/// to be entered from its addresses.
pub(crate) fn summary(
    kind: IncidentKind,
    fold: &Fold,
    agency: &str,
    from: &Text,
    (entered, elsewhere): (u64, u64),
    score: f64,
) -> Text {
    let records = plural(fold.lines, "record", "records");
    let (day, fil_day) = span(fold);
    let mut en = format!("Seen at {agency} {day}: {records} from {}.", from.en);
    let mut fil =
        format!("Nakita sa {agency} {fil_day}: {} tala mula sa {}.", number(fold.lines), from.fil);
    let (more_en, more_fil) = particulars(kind, fold, (entered, elsewhere));
    en.push_str(&more_en);
    fil.push_str(&more_fil);
    let (sure_en, sure_fil) = if score >= 40.0 {
        (" That this was an attack is almost certain.", " Halos tiyak na ito ay pag-atake.")
    } else if score >= 28.0 {
        (" That this was an attack is very likely.", " Lubhang malamang na ito ay pag-atake.")
    } else {
        (" That this was an attack is likely.", " Malamang na ito ay pag-atake.")
    };
    en.push_str(sure_en);
    fil.push_str(sure_fil);
    en.push_str(" The addresses show which networks were used, not who used them.");
    fil.push_str(
        " Ipinakikita ng mga address kung aling network ang ginamit, hindi kung sino ang gumamit.",
    );
    Text::new(en, fil)
}

fn span(fold: &Fold) -> (String, String) {
    let first = fold.first.map(|(time, _)| time.day()).unwrap_or_default();
    let last = fold.last.map(|time| time.day()).unwrap_or_default();
    if first == last {
        (format!("on {first}"), format!("noong {first}"))
    } else {
        (format!("from {first} to {last}"), format!("mula {first} hanggang {last}"))
    }
}

fn particulars(
    kind: IncidentKind,
    fold: &Fold,
    (entered, elsewhere): (u64, u64),
) -> (String, String) {
    let (tries, accounts) = (number(fold.tries), number(fold.tried.len() as u64));
    let (sign_ins, one) = (plural(fold.tries, "sign-in", "sign-ins"), fold.tried.len() == 1);
    match kind {
        IncidentKind::PasswordGuessing | IncidentKind::PasswordSpraying => {
            guesses(fold, (entered, elsewhere))
        }
        IncidentKind::AccountTakeover | IncidentKind::LateralMovement => {
            let n = number(entered);
            let were = if entered == 1 { "account was" } else { "accounts were" };
            let (acts_en, acts_fil) = acts(fold);
            let before = number(fold.failed_before());
            let failed = match fold.tries {
                0 if fold.failed_before() > 0 => (
                    format!("{before} tries at it had failed before, which another incident tells"),
                    format!("{before} subok dito ang nabigo bago nito, na nasa ibang insidente"),
                ),
                0 => ("no failed try is seen".into(), "walang nakitang bigong subok".into()),
                1 => ("1 try failed".to_owned(), "1 subok ang nabigo".to_owned()),
                _ => (format!("{tries} tries failed"), format!("{tries} subok ang nabigo")),
            };
            (
                format!(" {n} {were} entered; {}.{acts_en}", failed.0),
                format!(" {n} account ang napasok; {}.{acts_fil}", failed.1),
            )
        }
        IncidentKind::AdminDiscovery => (
            format!(
                " {sign_ins} under {accounts} {} tried; pages and lists that show who administers were asked for.",
                match (fold.tries == 1, one) {
                    (true, _) => "name was",
                    (false, true) => "name were",
                    (false, false) => "names were",
                }
            ),
            format!(
                " Sinubok ang {tries} pag-sign in sa {accounts} pangalan; hiningi ang mga pahina at listahang nagsasabi kung sino ang mga administrador."
            ),
        ),
        _ => {
            let (acts_en, acts_fil) = acts(fold);
            let n = number(fold.objects.len() as u64);
            let touched = if fold.objects.len() == 1 {
                "page or resource was touched"
            } else {
                "different pages or resources were touched"
            };
            (
                format!(" {n} {touched}.{acts_en}"),
                format!(" {n} magkakaibang pahina o bagay ang ginalaw.{acts_fil}"),
            )
        }
    }
}

/// Tries at passwords: how many, at whom, and whether one seems to have succeeded.
fn guesses(fold: &Fold, (entered, elsewhere): (u64, u64)) -> (String, String) {
    let (tries, accounts) = (number(fold.tries), number(fold.tried.len() as u64));
    let (sign_ins, one) = (plural(fold.tries, "sign-in", "sign-ins"), fold.tried.len() == 1);
    let (who_en, who_fil) = if fold.tried.is_empty() {
        (
            " The log does not name the accounts.".to_owned(),
            " Hindi pinapangalanan ng log ang mga account.".to_owned(),
        )
    } else {
        (
            format!(" They were aimed at {accounts} {}.", if one { "account" } else { "accounts" }),
            format!(" Nakatuon ang mga ito sa {accounts} account."),
        )
    };
    let (out_en, out_fil) = if entered == 0 && elsewhere > 0 {
        let n = number(elsewhere);
        let were = if elsewhere == 1 { "account was" } else { "accounts were" };
        (
            format!(" {n} {were} entered from these addresses, which another incident tells."),
            format!(
                " {n} account ang napasok mula sa mga address na ito, na nasa ibang insidente."
            ),
        )
    } else if entered == 0 {
        (
            " No try is seen to succeed.".to_owned(),
            " Walang nakitang subok na nagtagumpay.".to_owned(),
        )
    } else {
        let n = number(entered);
        let (seem, these) = if entered == 1 { ("try seems", "it") } else { ("tries seem", "them") };
        (
            format!(
                " {n} {seem} to have succeeded: check {these} first. Or a program with an old password was put right, or the owner remembered: the owner can tell."
            ),
            format!(
                " {n} subok ang tila nagtagumpay: unahing suriin. O naitama ang programang may lumang password, o naalala ito ng may-ari: masasabi iyon ng may-ari."
            ),
        )
    };
    let (pace_en, pace_fil) = fold.pace.words();
    (
        format!(" {sign_ins} failed{pace_en}.{who_en}{out_en}"),
        format!(" {tries} pag-sign in ang nabigo{pace_fil}.{who_fil}{out_fil}"),
    )
}

/// "Seen after entry: mail forwarding set (2), read (140)."
fn acts(fold: &Fold) -> (String, String) {
    if fold.acts.is_empty() {
        return (String::new(), String::new());
    }
    let list = |pick: fn(Act) -> &'static str| {
        let told: Vec<String> =
            fold.acts.iter().map(|(act, n)| format!("{} ({})", pick(*act), number(*n))).collect();
        told.join(", ")
    };
    (
        format!(" Seen after entry: {}.", list(|act| words_of(act).0)),
        format!(" Nakita pagkapasok: {}.", list(|act| words_of(act).1)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_stand_apart() {
        assert_eq!(number(0), "0");
        assert_eq!(number(999), "999");
        assert_eq!(number(17_204), "17,204");
        assert_eq!(number(1_000_000), "1,000,000");
    }
}
