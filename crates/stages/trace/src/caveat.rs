//! What a trace does not show, in one sentence fit to its network, in English and Filipino. Says
//! nothing of who did what.

use bakas_model::{Network, NetworkKind, Text};

/// A table more days away than this is worth a word.
pub(crate) const FAR_DAYS: i32 = 60;

/// The sentence for an answer.
pub(crate) fn sentence(network: &Network) -> Text {
    let (en, fil) = match network.kind {
        NetworkKind::Unknown if network.asn.is_none() => (
            "No table at hand says who announced this address at that time",
            "Walang hawak na talaan ang nagsasabi kung sino ang nag-anunsiyo ng address na ito noong panahong iyon",
        ),
        kind => of_kind(kind),
    };
    let mut text = Text::new(en, fil);
    if let Some(state) = &network.state_owned {
        let owner = state.owner;
        let (en, fil) = match state.majority {
            true => ("the majority", "mayorya"),
            false => ("a minority", "minorya"),
        };
        text.en += &format!(
            "; that a state ({owner}) holds {en} of the operator says who owns the network, not \
             who used it or for whom"
        );
        text.fil += &format!(
            "; na hawak ng isang estado ({owner}) ang {fil} ng operator ay nagsasabi kung sino ang \
             may-ari ng network, hindi kung sino ang gumamit o para kanino"
        );
    }
    // What IANA sets apart does not change hands.
    if network.kind != NetworkKind::Special {
        distance(&mut text, network.age_days);
    }
    text.en.push('.');
    text.fil.push('.');
    text
}

const fn of_kind(kind: NetworkKind) -> (&'static str, &'static str) {
    match kind {
        NetworkKind::Special => (
            "This address is not on the public Internet: it shows a place inside the agency's own or its carrier's network, or a wrongly written log, and no origin",
            "Wala sa pampublikong Internet ang address na ito: lugar sa loob ng network ng ahensiya o ng carrier nito ang ipinakikita nito, o maling naisulat na log, at walang pinagmulan",
        ),
        NetworkKind::Tor => (
            "The list names this address as a Tor exit: whoever used it was elsewhere, and its operator cannot tell where",
            "Labasan ng Tor ang address na ito ayon sa listahan: nasa ibang lugar ang gumamit nito, at hindi masasabi ng nagpapatakbo kung saan",
        ),
        NetworkKind::Vpn => (
            "The list names this address as a VPN's exit: whoever used it was most likely elsewhere, and only the VPN's operator may know where",
            "Labasan ng VPN ang address na ito ayon sa listahan: malamang na nasa ibang lugar ang gumamit nito, at ang operator lamang ng VPN ang maaaring makaalam kung saan",
        ),
        NetworkKind::PrivateRelay => (
            "The list names this address as a privacy relay's exit: many people share it, and their own addresses are hidden behind it",
            "Labasan ng private relay ang address na ito ayon sa listahan: pinagsasaluhan ito ng maraming tao, at nakatago sa likod nito ang sarili nilang mga address",
        ),
        NetworkKind::Hosting | NetworkKind::Cloud => (
            "The address may be of a rented or breached server: where it stands, and who owns the network, says little of where whoever used it was",
            "Maaaring inuupahan o pinasok na server ang nasa address: kaunti ang sinasabi ng kinatatayuan nito at ng may-ari ng network tungkol sa kinaroroonan ng gumamit",
        ),
        NetworkKind::Content => (
            "The address belongs to a content network or proxy in front of others: the visitor's own address stands, if anywhere, in the forwarding header",
            "Sa content network o proxy sa harap ng iba ang address: ang sariling address ng bumisita ay nasa forwarding header, kung mayroon man",
        ),
        NetworkKind::Telco => (
            "The address names at most a line of one of the operator's many subscribers, behind carrier-grade NAT not even one line, and an infected device looks the same as its owner",
            "Hanggang sa linya lamang ng isa sa maraming subscriber ng operator ang tinutukoy ng address, sa likod ng carrier-grade NAT ay hindi kahit isang linya, at magkamukha ang nahawahang kagamitan at ang may-ari nito",
        ),
        NetworkKind::Education => (
            "The address names a school's or university's network: many people and many poorly kept machines stand behind it",
            "Network ng paaralan o unibersidad ang tinutukoy ng address: maraming tao at maraming makinang kulang sa alaga ang nasa likod nito",
        ),
        NetworkKind::Government => (
            "The address names a network that a government office runs: a breached machine there looks the same as a person who works there",
            "Network na pinatatakbo ng tanggapan ng pamahalaan ang tinutukoy ng address: magkamukha roon ang napasok na makina at ang taong nagtatrabaho",
        ),
        NetworkKind::Unknown => (
            "The address names the operator that announced it, not the person who used it, and being on no list does not mean that it is no relay",
            "Ang operator na nag-anunsiyo ang tinutukoy ng address, hindi ang taong gumamit, at ang wala sa listahan ay maaari pa ring relay",
        ),
    }
}

/// How far the table is from the time asked for, where that is far.
fn distance(text: &mut Text, age_days: i32) {
    let days = age_days.unsigned_abs();
    if age_days < 0 {
        text.en += &format!(
            "; the nearest table is {days} days later than the time asked for, and the block may \
             have changed hands in between"
        );
        text.fil += &format!(
            "; {days} araw na mas huli sa tinanong na oras ang pinakamalapit na talaan, at maaaring \
             nagpalit ng may hawak ang bloke sa pagitan"
        );
    } else if age_days > FAR_DAYS {
        text.en += &format!(
            "; the nearest table is {days} days earlier than the time asked for, and the block may \
             have changed hands in between"
        );
        text.fil += &format!(
            "; {days} araw na mas maaga sa tinanong na oras ang pinakamalapit na talaan, at maaaring \
             nagpalit ng may hawak ang bloke sa pagitan"
        );
    }
}

#[cfg(test)]
mod tests {
    use bakas_model::{Asn, Country, network::StateOwned};

    use super::*;

    const KINDS: [NetworkKind; 11] = [
        NetworkKind::Unknown,
        NetworkKind::Telco,
        NetworkKind::Cloud,
        NetworkKind::Hosting,
        NetworkKind::Vpn,
        NetworkKind::Tor,
        NetworkKind::PrivateRelay,
        NetworkKind::Education,
        NetworkKind::Government,
        NetworkKind::Content,
        NetworkKind::Special,
    ];

    #[test]
    fn every_kind_has_one_sentence() {
        for kind in KINDS {
            let network = Network { kind, asn: Some(Asn(64496)), ..Network::default() };
            let text = sentence(&network);
            for text in [text.en, text.fil] {
                assert_eq!(text.matches('.').count(), 1, "{text}");
                assert!(text.ends_with('.'), "{text}");
            }
        }
    }

    #[test]
    fn a_relay_says_that_the_user_is_elsewhere() {
        for kind in [NetworkKind::Tor, NetworkKind::Vpn] {
            let text = sentence(&Network { kind, ..Network::default() });
            assert!(text.en.contains("elsewhere") && text.fil.contains("ibang lugar"), "{text:?}");
        }
    }

    #[test]
    fn owner_and_distance_are_said() {
        let owner = Country::new("ZZ").unwrap();
        let network = |age_days| Network {
            kind: NetworkKind::Telco,
            age_days,
            state_owned: Some(StateOwned::new(owner, true, None)),
            ..Network::default()
        };
        let text = sentence(&network(270));
        assert!(text.en.contains("not who used it or for whom"), "{text:?}");
        assert!(text.en.contains("270 days earlier") && text.fil.contains("270 araw"), "{text:?}");
        assert!(sentence(&network(-3044)).en.contains("3044 days later"));
        assert!(!sentence(&network(FAR_DAYS)).en.contains("days"));
    }
}
