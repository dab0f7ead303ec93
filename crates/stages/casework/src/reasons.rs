//! Why something was set aside, in English and Filipino. It decides nothing.

use std::collections::BTreeSet;

use bakas_model::{AgencyIx, Text, case::SetAside};

use crate::{judge::Excuse, words::number};

/// Names that a reason spells out; the rest are counted.
pub(crate) const NAMES_SHOWN: usize = 50;

/// Why these were set aside: the first of them by name, and how many they are.
pub(crate) fn excuse(
    why: Excuse,
    names: &BTreeSet<String>,
    count: u64,
    permission: Option<&str>,
) -> Text {
    let shown = names.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
    let more = if count > names.len() as u64 {
        format!(" … ({})", number(count))
    } else {
        String::new()
    };
    let (en, fil) = reason(why);
    let written = match why {
        Excuse::Permitted(_) => format!(" ({})", permission.unwrap_or("")),
        _ => String::new(),
    };
    Text::new(format!("{shown}{more}: {en}{written}"), format!("{shown}{more}: {fil}{written}"))
}

/// Rows of accounts beyond those that are followed.
pub(crate) fn not_followed(agency: AgencyIx, rows: u64) -> SetAside {
    let n = number(rows);
    SetAside {
        agency,
        text: Text::new(
            format!(
                "{n} records of sign-ins and of what followed were NOT looked at: they are of more \
                 accounts and addresses than one case follows; investigate this agency alone"
            ),
            format!(
                "{n} tala ng pag-sign in at ng sumunod dito ang HINDI sinuri: mas marami ang account \
                 at address nila kaysa nasusundan ng isang kaso; siyasatin nang hiwalay ang \
                 ahensiyang ito"
            ),
        ),
        detections: 0,
        hits: rows,
    }
}

/// Names beyond those for which there is room.
pub(crate) fn not_remembered(agency: AgencyIx, times: u64) -> SetAside {
    let n = number(times);
    SetAside {
        agency,
        text: Text::new(
            format!(
                "{n} times an account, user agent or path was not told apart from others: there are \
                 more than fit in memory. Lines and tries are counted whole; of distinct accounts \
                 there are at least as many as are told"
            ),
            format!(
                "{n} beses na hindi naibukod sa iba ang isang account, user agent o path: mas marami \
                 kaysa kasya sa memorya. Buo ang bilang ng mga linya at subok; ang bilang ng \
                 magkakaibang account ay hindi bababa sa nakasulat"
            ),
        ),
        detections: 0,
        hits: 0,
    }
}

/// The reason, to follow the names.
const fn reason(why: Excuse) -> (&'static str, &'static str) {
    match why {
        Excuse::Permitted(_) => ("has permission", "may pahintulot"),
        Excuse::SharedAddress => (
            "failures among many sign-ins that succeed, as behind an address that many people share",
            "mga bigo sa gitna ng maraming nagtagumpay, gaya ng address na pinagsasaluhan ng marami",
        ),
        Excuse::Forgetful => (
            "a few failures, as when people mistype or forget a password",
            "iilang bigo, gaya ng mga taong nagkamali o nakalimot ng password",
        ),
        Excuse::StalePassword => (
            "one account failing again and again from its own place or from inside, as a program with an old password does; to be confirmed with its owner",
            "paulit-ulit na pagbigo ng isang account mula sa sarili nitong lugar o sa loob, gaya ng programang may lumang password; kumpirmahin sa may-ari",
        ),
        Excuse::Elsewhere => (
            "signed in from a network that is new for the account, without an act that serves an intruder, as people do who travel or use a VPN",
            "nag-sign in mula sa network na bago para sa account, nang walang kilos na pakinabang ng nanghihimasok, gaya ng naglalakbay o gumagamit ng VPN",
        ),
        Excuse::UsualNetwork => (
            "did, from the usual network, what an intruder might also do; to be confirmed with the owners of the accounts",
            "ginawa mula sa karaniwang network ang maaari ring gawin ng nanghihimasok; kumpirmahin sa may-ari ng account",
        ),
        Excuse::Isolated => (
            "one or two matches of a rule and nothing more",
            "isa o dalawang tugma sa tuntunin at wala nang iba",
        ),
        Excuse::NotLookedAt => (
            "matched rules and was NOT looked at: there are more suspects than one case holds; investigate this agency alone",
            "may tugma sa tuntunin ngunit HINDI sinuri: mas marami ang pinaghihinalaan kaysa kaya ng isang kaso; siyasatin nang hiwalay ang ahensiyang ito",
        ),
        Excuse::NoAddress => (
            "did what rules about clouds name, but no record says from which address; look at what this account did",
            "ginawa ang tinutukoy ng mga tuntunin sa cloud, ngunit walang tala kung mula sa aling address; tingnan ang ginawa ng account na ito",
        ),
        Excuse::UsualInside => (
            "signs in to machines inside as it always did",
            "nagsa-sign in sa mga makina sa loob gaya ng dati",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_spelled_out_and_the_rest_counted() {
        let names = |n: u32| (0..n).map(|n| format!("person{n:02}")).collect();
        let told = excuse(Excuse::Forgetful, &names(50), 60, None).en;
        assert!(told.contains("person49") && !told.contains("person50"), "{told}");
        assert!(told.contains("… (60): a few failures"), "{told}");
        let told = excuse(Excuse::Permitted(0), &names(1), 1, Some("survey 7"));
        assert_eq!(told.en, "person00: has permission (survey 7)");
        assert_eq!(told.fil, "person00: may pahintulot (survey 7)");
    }
}
