//! Asks that make it harder from now on: the block, the second factor, telling those concerned.

use std::collections::{BTreeMap, BTreeSet};

use bakas_model::{Block, Incident, IncidentId, IncidentKind, Text, response::AskKind};
use ipnet::IpNet;

use super::{
    Draft, SAME_DAY_HOURS, THREE_DAYS_HOURS,
    facts::{Facts, entered_accounts, ids, named, tried_accounts},
};
use crate::{
    site::{Site, sites},
    text::{list, number, plural},
};

/// Prefixes that one ask spells out; the rest stand in the case file.
const PREFIXES_LIMIT: usize = 12;

/// Kinds that go for accounts.
const ACCOUNTS: [IncidentKind; 5] = [
    IncidentKind::PasswordGuessing,
    IncidentKind::PasswordSpraying,
    IncidentKind::AdminDiscovery,
    IncidentKind::AccountTakeover,
    IncidentKind::CloudAbuse,
];

pub(super) fn drafts(facts: &Facts<'_>) -> Vec<Draft> {
    let mut drafts = block(facts);
    drafts.extend(second_factor(facts));
    drafts.push(inform(facts));
    drafts
}

/// One ask for each thing that is blocked on, with the proposals of several incidents in one list.
fn block(facts: &Facts<'_>) -> Vec<Draft> {
    let mut by_target: BTreeMap<&Text, Vec<&Block>> = BTreeMap::new();
    for block in &facts.blocks {
        by_target.entry(&block.applies_to).or_default().push(block);
    }
    by_target.into_iter().map(|(applies_to, blocks)| block_on(applies_to, &blocks)).collect()
}

fn block_on(applies_to: &Text, blocks: &[&Block]) -> Draft {
    let nets: Vec<IpNet> = blocks.iter().flat_map(|block| &block.prefixes).copied().collect();
    let mut names: Vec<String> = IpNet::aggregate(&nets).iter().map(|net| bare(*net)).collect();
    names.extend(blocks.iter().filter_map(|block| block.network).map(|asn| asn.to_string()));
    let names = list(&names, PREFIXES_LIMIT);
    let days = blocks.iter().map(|block| block.lifetime_days).min().unwrap_or_default();
    let cut: u64 = blocks.iter().map(|block| block.collateral.sessions).sum();
    let cost = if cut == 0 {
        Text::new(
            "No legitimate session of the last 30 days would have been cut off.",
            "Walang lehitimong session sa huling 30 araw ang naputol sana.",
        )
    } else {
        Text::new(
            format!(
                "It would have cut off up to {} {} in the last 30 days: tell your help desk.",
                number(cut),
                plural(cut, "legitimate session", "legitimate sessions")
            ),
            format!(
                "Hanggang {} lehitimong session sa huling 30 araw ang naputol sana nito: abisuhan ang \
                 inyong help desk.",
                number(cut)
            ),
        )
    };
    let incidents: Vec<IncidentId> = blocks.iter().map(|block| block.incident.clone()).collect();
    Draft {
        kind: AskKind::Block,
        text: Text::new(
            format!(
                "Block {} for {days} days, then look again. It covers {}. {}",
                names.en, applies_to.en, cost.en
            ),
            format!(
                "Harangin ang {} sa loob ng {days} araw, saka muling suriin. Saklaw nito: {}. {}",
                names.fil, applies_to.fil, cost.fil
            ),
        ),
        proof: Text::new(
            "The rule as it stands in the firewall or provider, with the time it took effect and its end.",
            "Ang patakaran ayon sa nakalagay sa firewall o provider, kung kailan ito nagkabisa at \
             kailan magtatapos.",
        ),
        within_hours: SAME_DAY_HOURS,
        incidents,
    }
}

fn second_factor(facts: &Facts<'_>) -> Option<Draft> {
    let incidents = facts.of_kinds(&ACCOUNTS);
    if incidents.is_empty() {
        return None;
    }
    let tried = tried_accounts(&incidents);
    let many = incidents.iter().map(|i| i.scope.tried_count).max().unwrap_or_default();
    let many = many.max(tried.len() as u64);
    let then = if tried.is_empty() {
        Text::default()
    } else {
        let names = named(&tried.iter().take(3).cloned().collect::<Vec<_>>());
        Text::new(
            format!(
                ", then for the {} that {} tried (most often {})",
                if many == 1 { "account".to_owned() } else { format!("{} accounts", number(many)) },
                plural(many, "was", "were"),
                names.en
            ),
            format!(
                ", sunod sa {} account na tinangkang pasukin (pinakamadalas ang {})",
                number(many),
                names.fil
            ),
        )
    };
    let where_ = by_site(&incidents);
    Some(Draft {
        kind: AskKind::SecondFactor,
        text: Text::new(
            format!(
                "Require a second factor, a security key where possible: first for everybody who \
                 administers {}{}, then for all.{}",
                facts.domain(),
                then.en,
                where_.en
            ),
            format!(
                "Gawing sapilitan ang ikalawang salik (second factor), security key kung maaari: una \
                 sa lahat ng nangangasiwa ng {}{}, at pagkatapos sa lahat.{}",
                facts.domain(),
                then.fil,
                where_.fil
            ),
        ),
        proof: Text::new(
            "An export of the accounts with their second factor; none that administers is without.",
            "Export ng mga account kasama ang ikalawang salik ng bawat isa; mayroon nito ang lahat ng \
             tagapangasiwa.",
        ),
        within_hours: THREE_DAYS_HOURS,
        incidents: ids(&incidents),
    })
}

/// What else keeps guessers out, by the places that were guessed at.
fn by_site(incidents: &[&Incident]) -> Text {
    const WORDS: [(Site, &str, &str); 3] = [
        (
            Site::MailServer,
            " Where the mail server cannot ask for one, let it take app passwords only, and answer \
             slowly after failures.",
            " Kung hindi ito mahihingi ng mail server, app password lamang ang tanggapin nito, at \
             bagalan ang sagot matapos ang mga bigong subok.",
        ),
        (
            Site::Windows,
            " Let remote desktop be reached through a VPN only.",
            " Sa VPN lamang dapat maabot ang remote desktop.",
        ),
        (
            Site::Gate,
            " Begin with the VPN: whoever has a password there is inside.",
            " Simulan sa VPN: nasa loob na ang sinumang may password doon.",
        ),
    ];
    let seen: BTreeSet<Site> = incidents.iter().flat_map(|incident| sites(incident)).collect();
    let mut text = Text::default();
    for (_, en, fil) in WORDS.iter().filter(|(site, ..)| seen.contains(site)) {
        text.en += en;
        text.fil += fil;
    }
    text
}

fn inform(facts: &Facts<'_>) -> Draft {
    let entered = facts.entered();
    let accounts = entered_accounts(&entered);
    if accounts.is_empty() {
        return Draft {
            kind: AskKind::Inform,
            text: Text::new(
                format!(
                    "Tell those who look after {} what was seen, and that sign-in prompts they did \
                     not start are to be refused and reported.",
                    facts.domain()
                ),
                format!(
                    "Ipaalam sa mga nangangalaga ng {} ang mga nakita, at na dapat tanggihan at \
                     iulat ang anumang paghiling ng pag-sign in na hindi sila ang nagsimula.",
                    facts.domain()
                ),
            ),
            proof: Text::new(
                "A copy of the message, with its date and to whom it went.",
                "Kopya ng mensahe, may petsa at kung kanino ipinadala.",
            ),
            within_hours: THREE_DAYS_HOURS,
            incidents: facts.ids(),
        };
    }
    let names = named(&accounts);
    Draft {
        kind: AskKind::Inform,
        text: Text::new(
            format!(
                "Tell the {} of {} what happened and what may have been read, and settle with the \
                 data protection officer whether the privacy authority must be told (in the \
                 Philippines the National Privacy Commission, within 72 hours of knowing).",
                plural(accounts.len() as u64, "holder", "holders"),
                names.en
            ),
            format!(
                "Ipaalam sa may-ari ng {} kung ano ang nangyari at kung ano ang maaaring nabasa, at \
                 pagpasiyahan kasama ng data protection officer kung dapat itong iulat sa National \
                 Privacy Commission (sa loob ng 72 oras mula nang malaman).",
                names.fil
            ),
        ),
        proof: Text::new(
            "Copies of the messages with their dates, and the written decision on reporting.",
            "Mga kopya ng mensahe na may petsa, at ang nakasulat na pasya tungkol sa pag-uulat.",
        ),
        within_hours: SAME_DAY_HOURS,
        incidents: facts.ids(),
    }
}

/// A single address without its length: that is how people write it.
fn bare(net: IpNet) -> String {
    if net.prefix_len() == net.max_prefix_len() { net.addr().to_string() } else { net.to_string() }
}
