//! What a trace does not show, in one sentence fit to its network. Says nothing of who did what.

use bakas_model::{Network, NetworkKind};

/// A table more days away than this is worth a word.
const FAR_DAYS: i32 = 60;

/// The sentence for an answer.
pub(crate) fn sentence(network: &Network) -> String {
    let mut text = match network.kind {
        NetworkKind::Special => {
            "This address is not on the public Internet: it shows a place inside the agency's own \
             or its carrier's network, or a wrongly written log, and no origin"
        }
        NetworkKind::Tor => {
            "The list names this address as a Tor exit: whoever used it was elsewhere, and its \
             operator cannot tell where"
        }
        NetworkKind::Vpn => {
            "The list names this address as a VPN's exit: whoever used it was most likely \
             elsewhere, and only the VPN's operator may know where"
        }
        NetworkKind::PrivateRelay => {
            "The list names this address as a privacy relay's exit: many people share it, and \
             their own addresses are hidden behind it"
        }
        NetworkKind::Hosting | NetworkKind::Cloud => {
            "The address names a rented or breached server: where it stands, and who owns the \
             network, says little of where whoever used it was"
        }
        NetworkKind::Content => {
            "The address belongs to a content network or proxy in front of others: the visitor's \
             own address stands, if anywhere, in the forwarding header"
        }
        NetworkKind::Telco => {
            "The address names at most a line of one of the operator's many subscribers, behind \
             carrier-grade NAT not even one line, and an infected device looks the same as its owner"
        }
        NetworkKind::Education => {
            "The address names a school's or university's network: many people and many poorly \
             kept machines stand behind it"
        }
        NetworkKind::Government => {
            "The address names a network that a government office runs: a breached machine there \
             looks the same as a person who works there"
        }
        NetworkKind::Unknown if network.asn.is_none() => {
            "No table at hand says who announced this address at that time"
        }
        NetworkKind::Unknown => {
            "The address names the operator that announced it, not the person who used it, and \
             being on no list does not mean that it is no relay"
        }
    }
    .to_owned();
    if let Some(state) = &network.state_owned {
        let share = if state.majority { "the majority" } else { "a minority" };
        text.push_str(&format!(
            "; that a state ({}) holds {share} of the operator says who owns the network, not who \
             used it or for whom",
            state.owner
        ));
    }
    // What IANA sets apart does not change hands.
    if network.kind != NetworkKind::Special {
        text.push_str(&distance(network.age_days));
    }
    text.push('.');
    text
}

/// How far the table is from the time asked for, where that is far.
fn distance(age_days: i32) -> String {
    match age_days {
        ..=-1 => format!(
            "; the oldest table is {} days younger than the record, and the block may have changed \
             hands in between",
            age_days.unsigned_abs()
        ),
        age if age > FAR_DAYS => format!(
            "; the table is {age} days older than the record, and the block may have changed hands \
             in between"
        ),
        _ => String::new(),
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
            assert_eq!(text.matches('.').count(), 1, "{text}");
            assert!(text.ends_with('.'), "{text}");
        }
    }

    #[test]
    fn a_relay_says_that_the_user_is_elsewhere() {
        for kind in [NetworkKind::Tor, NetworkKind::Vpn] {
            let text = sentence(&Network { kind, ..Network::default() });
            assert!(text.contains("elsewhere"), "{text}");
        }
    }

    #[test]
    fn owner_and_distance_are_said() {
        let owner = Country::new("ZZ").unwrap();
        let network = Network {
            kind: NetworkKind::Telco,
            age_days: 270,
            state_owned: Some(StateOwned { owner, majority: true, group: None }),
            ..Network::default()
        };
        let text = sentence(&network);
        assert!(text.contains("not who used it or for whom"), "{text}");
        assert!(text.contains("270 days older"), "{text}");
    }
}
