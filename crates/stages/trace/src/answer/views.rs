//! Every source's answer to every question, side by side, each with its data set and date, and
//! whether it says the same as the answer for the time asked. Nothing is decided here.

use bakas_model::{
    Asn, Country, Day, Network, NetworkKind, Text, Trace,
    network::{Question, StateOwned, View},
};

use super::{
    Asked,
    beside::{organisation_of, place_of, registrant_of},
    routes,
};
use crate::{
    ListSaid, Said,
    tables::{Bearing, EMBEDDED, Named},
};

/// Views that one answer holds.
const VIEWS_LIMIT: usize = 200;

/// All views, by question, then by source.
pub(super) fn of(asked: &Asked<'_>, then: &Network, trace: &Trace) -> Vec<View> {
    let mut views = Views { all: Vec::new() };
    for (named, said) in &asked.sources {
        origin(&mut views, named, said, then);
        on_the_block(&mut views, named, said, then, trace);
        kinds(&mut views, asked, (named, said), then);
        if let Some(asn) = then.asn {
            of_operator(&mut views, (named, said), asn, then, trace);
        }
    }
    views.all.sort_by_key(|view| view.question);
    views.all.dedup();
    views.all.truncate(VIEWS_LIMIT);
    views.all
}

struct Views {
    all: Vec<View>,
}

impl Views {
    fn add(&mut self, question: Question, says: Text, data_set: &str, date: Day, agrees: bool) {
        let Text { en: says, fil: mut says_fil } = says;
        if says_fil == says {
            says_fil.clear();
        }
        let data_set = data_set.to_owned();
        self.all.push(View { question, says, says_fil, data_set, date, agrees });
    }
}

fn origin(views: &mut Views, named: &Named, said: &Said<'_>, then: &Network) {
    let Some(origin) = said.origin() else { return };
    // A source that knows some addresses only says nothing by its silence.
    if origin.asn.is_none() && named.source != EMBEDDED {
        return;
    }
    let (data_set, day) = (origin.data_set, origin.day);
    let says = origin_words(origin.asn);
    views.add(Question::Origin, says, data_set, day, origin.asn == then.asn);
    // The time may lie between two tables that differ: either may hold for it.
    if let Some(next) = said.origins().find(|next| next.day > origin.day && next.asn != origin.asn)
    {
        let mut says = origin_words(next.asn);
        says.en += " (the next table that differs)";
        says.fil += " (ang susunod na talaang naiiba)";
        views.add(Question::Origin, says, next.data_set, next.day, false);
    }
    if let Some(name) = origin.operator() {
        let agrees = then.operator.as_deref().is_some_and(|other| is_same_name(name, other));
        views.add(Question::Operator, as_is(name), data_set, day, agrees);
    }
}

fn on_the_block(views: &mut Views, named: &Named, said: &Said<'_>, then: &Network, trace: &Trace) {
    if let Some(said) = said.registration() {
        let agrees = then.country == Some(said.country);
        let (says, day) = (as_is(&said.country.to_string()), named.day_of(said.data_set));
        views.add(Question::Registration, says, said.data_set, day, agrees);
    }
    if let Some(said) = said.place() {
        let agrees = said.country.is_none() || said.country == then.country;
        let (says, day) = (as_is(&place_of(&said).to_string()), named.day_of(said.data_set));
        views.add(Question::Location, says, said.data_set, day, agrees);
    }
    if let Some(said) = said.registrant() {
        let registrant = registrant_of(&said);
        let agrees = trace.registrant.as_ref().is_none_or(|told| told.said == registrant);
        let since = |word: &str| said.date.map(|day| format!("{word} {day}")).unwrap_or_default();
        let by = |word: &str| format!("{word} {}", said.registry);
        let says = Text::new(
            joined(&[said.holder, said.status, &by("by"), &since("since")]),
            joined(&[said.holder, said.status, &by("ng"), &since("mula")]),
        );
        views.add(Question::Registrant, says, said.data_set, named.day_of(said.data_set), agrees);
    }
    if let Some((check, data_set)) = then.asn.and_then(|asn| routes::check(said, asn, then.prefix))
    {
        let told = trace.route_origin.as_ref();
        let agrees = told.is_none_or(|told| told.said.validity == check.validity);
        let says = Text::new(check.validity.label(), check.validity.label_fil());
        views.add(Question::RouteOrigin, says, data_set, named.day_of(data_set), agrees);
    }
}

/// Lists that name the address or its operator, those of other days too, with their days.
fn kinds(views: &mut Views, asked: &Asked<'_>, (named, said): (&Named, &Said<'_>), then: &Network) {
    let of_operator = then.asn.into_iter().flat_map(|asn| named.table.said_of(asn).lists());
    let (address, at) = (asked.address, asked.at);
    let of_address =
        said.lists().map(|list| (asked.tables.bearing(named, &list, address, then.asn, at), list));
    let of_operator = of_operator.map(|list| (Bearing::InForce, list));
    for (bearing, list) in of_address.chain(of_operator) {
        let kind = list.kind.unwrap_or_default();
        let agrees =
            bearing == Bearing::InForce && (kind == NetworkKind::Unknown || kind == then.kind);
        let days = match bearing {
            Bearing::InForce => days(&list),
            Bearing::OtherDays => {
                let Text { en, fil } = days(&list);
                Text::new(
                    format!("{en}, not at that time"),
                    format!("{fil}, hindi noong oras na iyon"),
                )
            }
            Bearing::OtherHands(asn) => Text::new(
                format!("gathered when {asn} announced the address: not counted for that time"),
                format!(
                    "tinipon noong {asn} ang nag-aanunsiyo ng address: hindi ibinilang para sa oras na iyon"
                ),
            ),
        };
        let (label, fil) = (
            list.kind.map_or("", NetworkKind::label),
            list.kind.map_or("", NetworkKind::label_fil),
        );
        let says = Text::new(
            joined(&[&format!("on the list {}", list.name), label, &days.en]),
            joined(&[&format!("nasa listahang {}", list.name), fil, &days.fil]),
        );
        let day = named.day_of(list.data_set);
        views.add(Question::Kind, says, list.data_set, day, agrees);
    }
}

fn of_operator(
    views: &mut Views,
    (named, said): (&Named, &Said<'_>),
    asn: Asn,
    then: &Network,
    trace: &Trace,
) {
    let of = named.table.said_of(asn);
    if let Some(origin) = said.origin().filter(|origin| origin.asn == Some(asn)) {
        let by_name = origin.kind_by_name();
        if by_name != NetworkKind::Unknown {
            let says = Text::new(
                format!("the operator's name says: {}", by_name.label()),
                format!("ayon sa pangalan ng operator: {}", by_name.label_fil()),
            );
            let agrees = by_name == then.kind;
            views.add(Question::Kind, says, crate::operator_names::DATA_SET, origin.day, agrees);
        }
    }
    for said in of.organisations() {
        let organisation = organisation_of(&said);
        let agrees = trace.organisation.as_ref().is_none_or(|told| told.said == organisation);
        let words = |part: &str, registered: &str| {
            let parent = said.parent.map(|parent| format!("{part} {parent}")).unwrap_or_default();
            let country = said.country.map(|country| format!("{registered} {country}"));
            joined(&[said.organisation, &parent, &country.unwrap_or_default()])
        };
        let says =
            Text::new(words("part of", "registered in"), words("bahagi ng", "nakarehistro sa"));
        views.add(Question::Operator, says, said.data_set, named.day_of(said.data_set), agrees);
        if let Some(kind) = said.kind {
            let says = Text::new(
                format!("says of itself: {}", kind.label()),
                format!("sinasabi ng operator: {}", kind.label_fil()),
            );
            let day = named.day_of(said.data_set);
            views.add(Question::Kind, says, said.data_set, day, kind == then.kind);
        }
    }
    if let Some(said) = of.state() {
        let owner = |state: &StateOwned| -> (Country, bool) { (state.owner, state.majority) };
        let agrees = then.state_owned.as_ref().map(owner) == Some(owner(said.state));
        let says = owned(said.state);
        views.add(Question::Owner, says, said.data_set, named.day_of(said.data_set), agrees);
    }
}

fn owned(state: &StateOwned) -> Text {
    let (en, fil) = match state.majority {
        true => ("majority", "mayorya"),
        false => ("minority", "minorya"),
    };
    let group = state.group.as_deref().unwrap_or_default();
    let mut rest = group.to_owned();
    if let Some(said) = &state.said {
        let percent = match said.percent.as_str() {
            "" => String::new(),
            percent => format!("{percent} %"),
        };
        let quote = match (said.quote.as_str(), said.quoted_from.as_str()) {
            ("", _) => String::new(),
            (quote, "") => format!("\u{201c}{quote}\u{201d}"),
            (quote, from) => format!("\u{201c}{quote}\u{201d} ({from})"),
        };
        rest = joined(&[&percent, &said.organisation, group, &quote]);
    }
    Text::new(
        joined(&[&format!("{en} held by the state ({})", state.owner), &rest]),
        joined(&[&format!("{fil} ay hawak ng estado ({})", state.owner), &rest]),
    )
}

fn days(list: &ListSaid<'_>) -> Text {
    match (list.from, list.until) {
        (Some(from), Some(until)) if from == until => {
            Text::new(format!("on {from}"), format!("noong {from}"))
        }
        (Some(from), Some(until)) => {
            Text::new(format!("{from} to {until}"), format!("{from} hanggang {until}"))
        }
        (Some(from), None) => Text::new(format!("since {from}"), format!("mula {from}")),
        (None, Some(until)) => Text::new(format!("until {until}"), format!("hanggang {until}")),
        (None, None) => Text::default(),
    }
}

/// A name, which is the same in both languages.
fn as_is(text: &str) -> Text {
    Text::new(text, text)
}

/// An operator for people, or nobody.
fn origin_words(asn: Option<Asn>) -> Text {
    match asn {
        Some(asn) => as_is(&asn.to_string()),
        None => Text::new("announced by nobody", "walang nag-aanunsiyo"),
    }
}

fn joined(parts: &[&str]) -> String {
    let parts: Vec<_> = parts.iter().copied().filter(|part| !part.is_empty()).collect();
    parts.join(", ")
}

/// Whether two names are the same but for letters' case and blanks.
fn is_same_name(a: &str, b: &str) -> bool {
    let plain = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    plain(a) == plain(b)
}
