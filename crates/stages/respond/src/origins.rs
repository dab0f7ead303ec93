//! Where from, in sentences: whose words say that a state owns an operator, which addresses changed
//! hands and whom to ask about which time, where sources differ, what an operator needs. Page and
//! paper show the same sentences; how they look is theirs. It never says who sat behind an address.

mod asking;

use std::{
    collections::{BTreeMap, BTreeSet},
    net::IpAddr,
};

use bakas_model::{
    Case, Network, NetworkKind, Text, Trace,
    network::{self, Question, StateOwned, View},
};

use crate::{
    drawing::Lang,
    view::NetworkRow,
    words::{self, Pair},
    world,
};

pub(crate) use asking::{Asking, Fact, asking, held, needed, role};

/// Days between a table and a line beyond which the reader is warned.
const FAR_DAYS: u32 = 60;

/// What is said before anything else.
pub(crate) const NOT_ACTOR: Pair =
    ("Operator is not actor.", "Ang may-ari ng network ay hindi ang gumawa.");
/// Why that is.
pub(crate) const NOT_WHERE: Pair = (
    "The tables show whose networks carried the lines and where these networks are registered, at the time of the lines. They do not show where a person sat, nor for whom anybody worked: machines are rented, broken into and relayed through.",
    "Ipinakikita ng mga talahanayan kung kaninong network ang dinaanan ng mga linya at kung saan nakarehistro ang mga ito, sa oras ng mga linya. Hindi ipinakikita ng mga ito kung saan nakaupo ang tao, o kung para kanino siya gumagawa: ang mga makina ay inuupahan, pinapasok nang lihim at ginagawang daanan.",
);
/// Where no address changed hands.
pub(crate) const UNMOVED: Pair = (
    "Then and now: by the newest table at hand, none of these addresses has changed its network since.",
    "Noon at ngayon: ayon sa pinakabagong talaang hawak, wala sa mga address na ito ang lumipat ng network mula noon.",
);
/// Over what sources say otherwise.
pub(crate) const DISAGREE: Pair = (
    "Where sources disagree; the answer is the source nearest in time, never an average",
    "Kung saan nagkakaiba ang mga sanggunian; ang sagot ay mula sa sangguniang pinakamalapit sa panahon, hindi pinaghalong sagot ng lahat",
);
/// Where sources agree.
pub(crate) const AGREED: Pair = (
    "The sources at hand say the same of these networks, as far as more than one speaks of them.",
    "Magkakapareho ang sinasabi ng mga hawak na sanggunian tungkol sa mga network na ito, kung higit sa isa ang may sinasabi.",
);
/// Where no contact but the registry is known.
pub(crate) const NO_DESK: Pair = (
    "no desk at hand: import a list of contacts, or ask the registry",
    "walang hawak na tanggapan: mag-import ng talaan ng contact, o tanungin ang registry",
);
/// Where nothing more than address and time is needed.
pub(crate) const NO_SHARED_LINES: Pair = (
    "the address and the time: this is no network of shared lines, as far as lists say",
    "ang address at ang oras: ayon sa mga listahan, hindi ito network ng mga pinagsasaluhang linya",
);

/// Traces by their address.
pub(crate) type Traces<'c> = BTreeMap<IpAddr, &'c Trace>;

/// The traces of a case.
pub(crate) fn traces(case: &Case) -> Traces<'_> {
    case.traces.iter().map(|trace| (trace.address, trace)).collect()
}

fn of<'a, 'c>(
    row: &'a NetworkRow<'c>,
    traces: &'a Traces<'c>,
) -> impl Iterator<Item = &'c Trace> + use<'a, 'c> {
    row.addresses.iter().filter_map(|address| traces.get(address).copied())
}

/// A network with its number.
pub(crate) fn named(row: &NetworkRow<'_>) -> String {
    let asn = row.asn.filter(|_| row.operator.is_some());
    asn.map_or_else(|| row.name(), |asn| format!("{} ({asn})", row.name()))
}

/// What a state holds, as of when, in a few words.
pub(crate) fn share(owned: &StateOwned) -> Text {
    let owner = world::name(owned.owner);
    let (en, fil) = match owned.majority {
        true => ("majority", "mayorya"),
        false => ("minority", "minorya"),
    };
    let date = |as_of: &str| owned.date.map(|d| format!(", {as_of} {d}")).unwrap_or_default();
    Text::new(
        format!("{owner} ({en}{})", date("as of")),
        format!("{owner} ({fil}{})", date("noong")),
    )
}

/// For each operator that a state owns what the source has put down, in its own words.
pub(crate) fn owners(networks: &[NetworkRow<'_>]) -> Vec<(String, Text)> {
    let mut seen = BTreeSet::new();
    let owned = networks.iter().filter_map(|row| Some((row, row.state_owned?)));
    owned
        .filter(|(row, _)| seen.insert(row.asn))
        .map(|(row, owned)| (named(row), in_its_words(owned)))
        .collect()
}

fn in_its_words(owned: &StateOwned) -> Text {
    let mut text = share(owned);
    let (mut en, mut fil) = (Vec::new(), Vec::new());
    if let Some(said) = &owned.said {
        let mut same = |part: String| {
            en.push(part.clone());
            fil.push(part);
        };
        if !said.organisation.is_empty() {
            same(said.organisation.clone());
        }
        if !said.percent.is_empty() {
            same(format!("{} %", said.percent));
        }
        if !said.quote.is_empty() {
            same(format!("\u{201c}{}\u{201d}", said.quote));
        }
        let from = [&said.quoted_from, &said.language, &said.url];
        let from: Vec<&str> =
            from.into_iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
        if !from.is_empty() {
            en.push(format!("quoted from: {}", from.join(", ")));
            fil.push(format!("sipi mula sa: {}", from.join(", ")));
        }
        if !said.note.is_empty() {
            en.push(format!("noted: {}", said.note));
            fil.push(format!("dagdag na tala: {}", said.note));
        }
    }
    if !owned.data_set.is_empty() {
        en.push(format!("source: {}", owned.data_set));
        fil.push(format!("sanggunian: {}", owned.data_set));
    }
    if !en.is_empty() {
        text.en += &format!(": {}", en.join("; "));
        text.fil += &format!(": {}", fil.join("; "));
    }
    text
}

/// Addresses that changed hands in the same way.
#[derive(Debug)]
pub(crate) struct Moved<'c> {
    pub(crate) then: &'c Network,
    pub(crate) moved: network::Moved<'c>,
    pub(crate) addresses: BTreeSet<IpAddr>,
    /// Whom to ask about which time.
    pub(crate) ask: Text,
}

/// Addresses that another network announces today, alike ones together.
pub(crate) fn moved<'c>(networks: &[NetworkRow<'c>], traces: &Traces<'c>) -> Vec<Moved<'c>> {
    let mut alike: BTreeMap<Text, Moved<'c>> = BTreeMap::new();
    for trace in networks.iter().flat_map(|row| of(row, traces)) {
        let (Some(moved), Some(ask)) = (trace.moved(), network::asking(trace).into_iter().next())
        else {
            continue;
        };
        let one = alike.entry(ask.clone()).or_insert_with(|| Moved {
            then: &trace.then,
            moved,
            addresses: BTreeSet::new(),
            ask,
        });
        one.addresses.insert(trace.address);
    }
    alike.into_values().collect()
}

/// Addresses by name, the rest by number.
pub(crate) fn some_of(addresses: &BTreeSet<IpAddr>) -> String {
    const NAMED: usize = 3;
    let named: Vec<_> = addresses.iter().take(NAMED).map(ToString::to_string).collect();
    match addresses.len().saturating_sub(NAMED) {
        0 => named.join(", "),
        rest => format!("{} +{rest}", named.join(", ")),
    }
}

/// A source that says something else of a network than the answer.
#[derive(Debug)]
pub(crate) struct Disagreement<'c> {
    pub(crate) network: String,
    pub(crate) view: &'c View,
    pub(crate) question: Pair,
    /// The answer for the time of the lines, in the terms of the question.
    pub(crate) answer: Text,
    pub(crate) addresses: u64,
}

/// What sources say otherwise; alike views of many addresses of one network are one.
pub(crate) fn disagreements<'c>(
    networks: &[NetworkRow<'c>],
    traces: &Traces<'c>,
) -> Vec<Disagreement<'c>> {
    let mut rows: BTreeMap<(String, Question, &str, &str), Disagreement<'c>> = BTreeMap::new();
    for row in networks {
        for trace in of(row, traces) {
            for view in trace.views.iter().filter(|view| !view.agrees) {
                let key = (row.name(), view.question, view.says.as_str(), view.data_set.as_str());
                let one = rows.entry(key).or_insert_with(|| Disagreement {
                    network: row.name(),
                    view,
                    question: question(view.question),
                    answer: answer(view.question, &trace.then),
                    addresses: 0,
                });
                one.addresses += 1;
            }
        }
    }
    rows.into_values().collect()
}

impl Disagreement<'_> {
    /// What the source says, as far as it is ours to put into words.
    pub(crate) fn says(&self, lang: Lang) -> &str {
        lang.of(&self.view.says, &self.view.says_fil)
    }
}

fn answer(question: Question, then: &Network) -> Text {
    let said = match question {
        Question::Origin => then.asn.map(|asn| asn.to_string()),
        Question::Operator => then.operator.clone(),
        Question::Registration | Question::Location => then.country.map(world::name),
        Question::Kind => {
            let (en, fil) = words::network_kind(then.kind);
            return Text::new(en, fil);
        }
        Question::Owner => then.state_owned.as_ref().map(|owned| owned.owner.to_string()),
        Question::Registrant | Question::RouteOrigin => None,
    };
    let said = said.unwrap_or_else(|| "—".to_owned());
    Text::new(said.clone(), said)
}

const fn question(question: Question) -> Pair {
    match question {
        Question::Origin => ("who announced it", "kung sino ang nag-anunsiyo"),
        Question::Operator => ("the operator's name", "pangalan ng operator"),
        Question::Registration => ("where it is registered", "kung saan nakarehistro"),
        Question::Location => ("where it is used (estimate)", "kung saan ginagamit (tantiya)"),
        Question::Registrant => ("to whom it was given", "kung kanino ibinigay"),
        Question::Kind => ("kind of network", "uri ng network"),
        Question::Owner => ("who owns the operator", "kung sino ang may-ari ng operator"),
        Question::RouteOrigin => ("whether it was authorised", "kung may pahintulot"),
    }
}

/// A warning where the nearest table is far from the lines: its head, and why.
pub(crate) fn far(case: &Case) -> Option<(Pair, Text)> {
    let ages = case.traces.iter().map(|trace| &trace.then);
    let ages = ages.filter(|then| then.asn.is_some() && then.age_days.unsigned_abs() > FAR_DAYS);
    let most = ages.max_by_key(|then| then.age_days.unsigned_abs())?;
    let (days, epoch) = (most.age_days.unsigned_abs(), most.epoch);
    let (side, fil) = match most.age_days < 0 {
        true => ("later", "mas huli"),
        false => ("earlier", "mas maaga"),
    };
    let head = (
        "The nearest table is far from the lines.",
        "Malayo sa mga linya ang pinakamalapit na talaan.",
    );
    Some((
        head,
        Text::new(
            format!(
                "The table of {epoch} is {days} days {side} than the lines it answers for. Who announced an address at that very time must be confirmed with a routing archive or the operator before anybody is asked or named."
            ),
            format!(
                "Ang talaan ng {epoch} ay {days} araw na {fil} kaysa sa mga linyang sinasagot nito. Kung sino ang nag-anunsiyo ng address sa mismong oras na iyon ay dapat tiyakin sa isang routing archive o sa operator bago may tanungin o pangalanan."
            ),
        ),
    ))
}

/// How old the tables are that answered.
pub(crate) fn ages(case: &Case) -> Option<Text> {
    let oldest = case.traces.iter().map(|trace| trace.then.age_days.unsigned_abs()).max()?;
    Some(Text::new(
        format!(
            "The address tables that answered are dated at most {oldest} days before or after the lines; a block may have changed hands in between."
        ),
        format!(
            "Hindi hihigit sa {oldest} araw bago o pagkatapos ng mga linya ang petsa ng mga talaan ng address na sumagot; maaaring nagpalit ng may hawak ang isang bloke sa pagitan."
        ),
    ))
}

/// The kinds of networks, each of which shows something else.
pub(crate) fn kinds(case: &Case) -> BTreeSet<NetworkKind> {
    case.traces.iter().map(|trace| trace.then.kind).collect()
}
