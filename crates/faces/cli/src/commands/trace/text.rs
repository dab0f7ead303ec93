//! A whole answer for a person: then and now, what sources say differently, whom to ask for what,
//! and what it does not show.

use bakas_engine::trace::{
    Network, Trace,
    network::{
        self, Announced, Contact, Held, Needed, Question, StateOwned, SubscriberQuestion, View,
    },
};
use bakas_model::Country;

use crate::output::visible;

/// Columns before what is said.
const INDENT: usize = 11;
/// Days between a table and a time beyond which the distance is said loudly.
const FAR_DAYS: u32 = 60;
/// Contacts shown of each role.
const CONTACTS_SHOWN: usize = 4;

/// The answer in lines of that width.
pub(super) fn paragraph(answer: &Trace, width: usize) -> String {
    let at = whole_second(&answer.at.to_string());
    let mut page = Page { text: format!("{}  at {at}\n", answer.address), width };
    network(&mut page, "then", &answer.then, distance(&answer.then));
    match &answer.now {
        Some(now) => network(&mut page, "now", now, old(now.epoch, now.age_days)),
        None => unchanged(&mut page, answer),
    }
    history(&mut page, &answer.history);
    about(&mut page, answer);
    if let Some(owned) = &answer.then.state_owned {
        owner(&mut page, owned);
    }
    differences(&mut page, &answer.views);
    outside(&mut page, answer);
    if let Some(question) = &answer.subscriber {
        subscriber(&mut page, question);
    }
    page.line("note", &answer.caveat.en);
    ask(&mut page, answer);
    page.text
}

/// What holds for all answers, once behind them.
pub(super) fn conventions(country: Option<Country>, width: usize) -> String {
    let mut page = Page { text: String::new(), width };
    page.line("besides", &network::conventions(country).en);
    page.text
}

struct Page {
    text: String,
    width: usize,
}

impl Page {
    /// A label and text wrapped beside it.
    fn line(&mut self, label: &str, text: &str) {
        self.text.push_str(&beside(label, &visible(text), self.width));
    }
}

/// That the newest table says the same, where there is one after that time.
fn unchanged(page: &mut Page, answer: &Trace) {
    let newest = answer.history.iter().map(|one| one.until).max();
    if let Some(newest) = newest.filter(|newest| *newest > answer.then.epoch) {
        page.line("now", &format!("the same, by the table of {newest}"));
    }
}

fn network(page: &mut Page, when: &str, network: &Network, distance: String) {
    let mut parts = Vec::new();
    if let Some(special) = &network.special {
        parts.push(format!("special-purpose: {special}"));
    }
    match (network.asn, &network.operator) {
        (Some(asn), Some(operator)) => parts.push(format!("{asn} {operator}")),
        (Some(asn), None) => parts.push(asn.to_string()),
        (None, _) if network.special.is_none() => {
            parts.push("announced by nobody known".to_owned());
        }
        (None, _) => (),
    }
    if let Some(prefix) = network.prefix {
        parts.push(format!("in {prefix}"));
    }
    if let Some(country) = network.country {
        parts.push(format!("registered in {country}"));
    }
    if network.special.is_none() {
        parts.push(network.kind.label().to_owned());
    }
    if let Some(owned) = &network.state_owned {
        let share = if owned.majority { "majority" } else { "minority" };
        let group = owned.group.as_ref().map(|group| format!(", {group}")).unwrap_or_default();
        let date = owned.date.map(|date| format!("; as of {date}")).unwrap_or_default();
        parts.push(format!("{share} state-owned ({}{group}{date})", owned.owner));
    }
    page.line(when, &parts.join(" · "));
    let lists = match network.lists.as_slice() {
        [] => "on no list (which does not mean that it is no relay)".to_owned(),
        lists => format!("on lists: {}", lists.join(", ")),
    };
    // What is set apart belongs to nobody, at any time.
    if network.special.is_none() || network.asn.is_some() {
        page.line("", &format!("{distance}; {lists}"));
    }
}

/// How old the newest table is.
fn old(epoch: bakas_model::Day, age_days: i32) -> String {
    match age_days {
        age if age > 0 => format!("newest table, of {epoch}, {age} days old"),
        _ => format!("newest table, of {epoch}"),
    }
}

/// How far the table is from the time asked for, loudly where it is far.
fn distance(network: &Network) -> String {
    let (epoch, days) = (network.epoch, network.age_days.unsigned_abs());
    let unit = if days == 1 { "day" } else { "days" };
    match network.age_days {
        0 => format!("table of that day, {epoch}"),
        age if days > FAR_DAYS => {
            let side = if age < 0 { "LATER" } else { "EARLIER" };
            format!(
                "ATTENTION: the nearest table, of {epoch}, is {days} {unit} {side} than that time"
            )
        }
        age if age < 0 => format!("table of {epoch}, {days} {unit} after that time"),
        _ => format!("table of {epoch}, {days} {unit} before that time"),
    }
}

/// When it changed hands; nothing where every source knows one operator only.
fn history(page: &mut Page, history: &[Announced]) {
    let changed = |source: &str| history.iter().filter(|one| one.source == source).count() > 1;
    let mut label = "changed";
    for one in history.iter().filter(|one| changed(&one.source)) {
        let who = match (one.asn, &one.operator) {
            (Some(asn), Some(name)) => format!("{asn} {name}"),
            (Some(asn), None) => asn.to_string(),
            (None, _) => "announced by nobody known".to_owned(),
        };
        let days = match one.from == one.until {
            true => one.from.to_string(),
            false => format!("{} to {}", one.from, one.until),
        };
        page.line(label, &format!("{days}: {who} ({})", one.source));
        label = "";
    }
}

fn about(page: &mut Page, answer: &Trace) {
    if let Some(told) = &answer.organisation {
        let parent = told.said.parent.as_ref();
        let parent = parent.map(|parent| format!(", part of {parent}")).unwrap_or_default();
        let country = told.said.country.map(|country| format!(", {country}")).unwrap_or_default();
        let (name, source) = (&told.said.name, source(&told.data_set, told.date));
        page.line("owner", &format!("{name}{parent}{country} ({source})"));
    }
    if let Some(told) = &answer.registrant {
        let said = &told.said;
        let holder = if said.holder.is_empty() { "holder not named" } else { &said.holder };
        let since = said.date.map(|day| format!(" since {day}")).unwrap_or_default();
        let source = source(&told.data_set, told.date);
        page.line(
            "block",
            &format!("{holder}, {} by {}{since} ({source})", said.status, said.registry),
        );
    }
    if let Some(told) = &answer.place {
        let source = source(&told.data_set, told.date);
        page.line("place", &format!("{} ({source}); an estimate", told.said));
    }
    if let Some(told) = &answer.route_origin {
        let source = source(&told.data_set, told.date);
        page.line("route", &format!("{} ({source})", told.said.validity.label()));
    }
}

/// What sources say differently, question by question.
fn differences(page: &mut Page, views: &[View]) {
    let mut label = "disagree";
    for view in views.iter().filter(|view| !view.agrees) {
        let (question, source) = (view.question.label(), source(&view.data_set, view.date));
        page.line(label, &format!("{question}: {} ({source})", view.says));
        label = "";
    }
    let asked = |question: Question| views.iter().filter(move |view| view.question == question);
    let several = [Question::Origin, Question::Registration, Question::Location];
    let agreed: Vec<_> = several
        .into_iter()
        .filter(|question| asked(*question).count() > 1 && asked(*question).all(|v| v.agrees))
        .map(|question| format!("{} ({} sources)", question.label(), asked(question).count()))
        .collect();
    if !agreed.is_empty() {
        page.line("agree", &agreed.join(", "));
    }
}

/// What the source of a state's share has put down, in its words.
fn owner(page: &mut Page, owned: &StateOwned) {
    let Some(said) = &owned.said else { return };
    let mut parts = Vec::new();
    if !said.organisation.is_empty() {
        parts.push(said.organisation.clone());
    }
    if !said.parent.is_empty() {
        parts.push(format!("part of {}", said.parent));
    }
    if !said.percent.is_empty() {
        parts.push(format!("{} %", said.percent));
    }
    if !said.quote.is_empty() {
        parts.push(format!("\u{201c}{}\u{201d}", said.quote));
    }
    let from = [&said.quoted_from, &said.language, &said.url];
    let from: Vec<&str> = from.into_iter().map(String::as_str).filter(|s| !s.is_empty()).collect();
    if !from.is_empty() {
        parts.push(format!("quoted from: {}", from.join(", ")));
    }
    if !said.note.is_empty() {
        parts.push(format!("noted: {}", said.note));
    }
    let source = owned.date.map(|date| source(&owned.data_set, date)).unwrap_or_default();
    page.line("owned", &format!("in the source's words: {} ({source})", parts.join(" · ")));
}

/// Whom to ask: never nobody.
fn ask(page: &mut Page, answer: &Trace) {
    let mut sentences = network::asking(answer).into_iter();
    let mut label = "ask";
    if (answer.then.asn.is_some() || answer.now.is_some())
        && let Some(operators) = sentences.next()
    {
        page.line(label, &operators.en);
        label = "";
    }
    contacts(page, label, &answer.contacts);
    for sentence in sentences {
        page.line(label, &sentence.en);
        label = "";
    }
}

fn contacts(page: &mut Page, mut label: &str, contacts: &[Contact]) {
    let mut before: Vec<&Contact> = Vec::new();
    // The sentence on the registry says more than its line would.
    for contact in contacts.iter().filter(|contact| !contact.data_set.starts_with("iana-")) {
        if before.iter().filter(|other| other.role == contact.role).count() >= CONTACTS_SHOWN {
            continue;
        }
        before.push(contact);
        let name = match contact.name.as_str() {
            "" => String::new(),
            name => format!(" {name}"),
        };
        let source = source(&contact.data_set, contact.date);
        page.line(
            label,
            &format!("{}{name}: {} ({source})", contact.role.label(), contact.address),
        );
        label = "";
    }
}

/// What was asked for outside.
fn outside(page: &mut Page, answer: &Trace) {
    if let Some(rdap) = &answer.rdap {
        let parts = [rdap.name.clone(), rdap.registrant.clone(), rdap.range.clone()];
        let mut parts: Vec<String> = parts.into_iter().flatten().collect();
        parts.extend(rdap.country.map(|country| format!("country {country}")));
        parts.extend(
            rdap.changed.map(|time| format!("last changed {}", whole_second(&time.to_string()))),
        );
        page.line("registry", &parts.join(" · "));
        let kept = rdap.file.as_ref().map(|file| format!(", kept as {file}")).unwrap_or_default();
        let asked = whole_second(&rdap.asked.to_string());
        page.line("", &format!("{} asked {asked}; sha256 {}{kept}", rdap.url, rdap.sha256));
    }
    if let Some(reverse) = &answer.reverse_name {
        let names = match reverse.names.as_slice() {
            [] => "none".to_owned(),
            names => names.join(", "),
        };
        let asked = whole_second(&reverse.asked.to_string());
        page.line("name", &format!("{names} (asked {asked}; anybody may put down anything)"));
    }
}

fn subscriber(page: &mut Page, question: &SubscriberQuestion) {
    page.line("line", &question.because.en);
    let needs: Vec<_> = question.facts.iter().map(|fact| needed(fact.fact)).collect();
    page.line(
        "",
        &format!("to find a subscriber give the operator (RFC 6302): {}", needs.join("; ")),
    );
    let held = question.facts.iter().filter(|fact| fact.held != Held::Unknown);
    for fact in held {
        page.line("", &format!("{}: {}", needed(fact.fact), words(fact.held)));
    }
}

const fn needed(fact: Needed) -> &'static str {
    match fact {
        Needed::Address => "the address",
        Needed::SourcePort => "the source port",
        Needed::Time => "the time to the second with its offset from UTC",
        Needed::Destination => "the server's address and port",
    }
}

const fn words(held: Held) -> &'static str {
    match held {
        Held::Unknown => "not looked at",
        Held::Missing => "our logs do not hold it",
        Held::Partly => "our logs hold it in part",
        Held::Held => "our logs hold it",
    }
}

fn source(data_set: &str, date: bakas_model::Day) -> String {
    format!("{data_set}, {date}")
}

/// `2026-01-05T08:00:00Z`, without the fraction that nobody asked about.
fn whole_second(time: &str) -> String {
    match time.split_once('.') {
        Some((whole, _)) => format!("{whole}Z"),
        None => time.to_owned(),
    }
}

/// A label and text wrapped beside it.
fn beside(label: &str, text: &str, width: usize) -> String {
    let mut out = format!("  {label:<8} ");
    let mut used = INDENT;
    for (at, word) in text.split_whitespace().enumerate() {
        let wide = word.chars().count();
        if at > 0 && used + 1 + wide > width {
            out.push_str(&format!("\n{:INDENT$}", ""));
            used = INDENT;
        } else if at > 0 {
            out.push(' ');
            used += 1;
        }
        out.push_str(word);
        used += wide;
    }
    out.push('\n');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_wrap_beside_their_label() {
        let expected = "  note     one two\n           three\n";
        assert_eq!(beside("note", "one two three", 19), expected);
        assert_eq!(whole_second("2026-01-05T08:00:00.5Z"), "2026-01-05T08:00:00Z");
        assert_eq!(whole_second("2026-01-05T08:00:00Z"), "2026-01-05T08:00:00Z");
    }

    #[test]
    fn a_table_of_another_year_is_told_loudly() {
        let of = |age_days| distance(&Network { age_days, ..Network::default() });
        assert!(of(-3044).contains("ATTENTION") && of(-3044).contains("3044 days LATER"));
        assert!(of(61).contains("61 days EARLIER"));
        assert!(!of(60).contains("ATTENTION") && of(1).contains("1 day before"));
    }
}
