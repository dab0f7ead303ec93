//! What happened, incident by incident: the story, the facts, accounts, steps, addresses and some
//! lines of evidence as they stand in the logs.

use bakas_model::{
    Incident, Moment, Severity,
    detection::Tally,
    incident::{AddressUse, Entered},
};
use maud::{Markup, html};

use super::{
    EvidenceSample, Matter,
    parts::{both, more, pair, some, table, tdn, text, th, thn, time, value},
};
use crate::{
    text::{capital, number, plural, span},
    view::{got_in, is_unnamed},
    words::{self, Phase},
};

/// Incidents of which everything stands open; of more, the particulars are folded.
const OPEN_LIMIT: usize = 4;
const ADDRESSES_LIMIT: usize = 25;
const TRIED_LIMIT: usize = 20;
const ENTERED_LIMIT: usize = 50;
const STEPS_OPEN: usize = 6;
const STEPS_LIMIT: usize = 60;
const OBJECTS_LIMIT: usize = 15;
const AGENTS_LIMIT: usize = 8;
const SAMPLES_OPEN: usize = 3;
const SAMPLES_LIMIT: usize = 40;
const VALUE_CHARS: usize = 90;
const RAW_CHARS: usize = 600;

pub(super) fn draw(matter: &Matter<'_>) -> Markup {
    let incidents = &matter.view.case.incidents;
    if incidents.is_empty() {
        return html! { p { (both("No incident.", "Walang insidente.")) } };
    }
    html! {
        (overview(matter))
        @for incident in matter.view.by_gravity() { (article(matter, incident)) }
    }
}

fn overview(matter: &Matter<'_>) -> Markup {
    let head = html! {
        (th("No.", "Blg.")) (th("Agency", "Ahensiya")) (th("Kind", "Uri")) (th("Gravity", "Tindi"))
        (th("First – last", "Una – huli")) (thn("Sign-in tries", "Pagsubok")) (thn("Accounts entered", "Napasok")) (thn("Lines", "Linya"))
    };
    let body = html! {
        @for incident in matter.view.by_gravity() {
            tr class=(Phase::of(incident.kind).class()) {
                th scope="row" { a href={ "#" (incident.id) } { (incident.id) } }
                td { (value(matter.view.agency(incident.agency), VALUE_CHARS)) }
                td.kind { i {} (pair(words::kind(incident.kind))) }
                td { (pair(words::severity(incident.severity))) }
                td.nowrap { (time(incident.first)) br; (time(incident.last)) }
                (some(incident.scope.tries)) (reach(incident)) (tdn(incident.lines))
            }
        }
    };
    table(
        both("All incidents, gravest first", "Lahat ng insidente, pinakamatindi muna"),
        "Incidents",
        head,
        body,
    )
}

/// The number of accounts entered; of an entry that names none, that it may be one.
fn reach(incident: &Incident) -> Markup {
    let (unnamed, named): (Vec<&Entered>, Vec<&Entered>) =
        incident.scope.entered.iter().partition(|entered| is_unnamed(entered));
    html! {
        td.n {
            @if !named.is_empty() { (number(named.len() as u64)) }
            @if !named.is_empty() && !unnamed.is_empty() { " + " }
            @if !unnamed.is_empty() { (both(format!("perhaps {}", unnamed.len()), format!("marahil {}", unnamed.len()))) }
            @if named.is_empty() && unnamed.is_empty() { "—" }
        }
    }
}

/// One incident. Where there are many, only those in which somebody got in or that are grave stand
/// open; of the others the title shows.
fn article(matter: &Matter<'_>, incident: &Incident) -> Markup {
    let many = matter.view.case.incidents.len() > OPEN_LIMIT;
    let folds = many && incident.severity < Severity::High && !got_in(incident);
    let kind = words::kind(incident.kind);
    let head = html! {
        span.kicker {
            b { (incident.id) } " · " span.kind { i {} (both(capital(kind.0), capital(kind.1))) } " · "
            (pair(words::severity(incident.severity))) " · " (value(matter.view.agency(incident.agency), VALUE_CHARS))
        }
        h3 id={ "h-" (incident.id) } { (text(&incident.title)) }
    };
    html! {
        article class={ "incident " (Phase::of(incident.kind).class()) } id=(incident.id) aria-labelledby={ "h-" (incident.id) } {
            @if folds {
                details.whole { summary { (head) } (particulars(matter, incident, false)) }
            } @else {
                (head) (particulars(matter, incident, many))
            }
        }
    }
}

fn particulars(matter: &Matter<'_>, incident: &Incident, folds: bool) -> Markup {
    let none = Vec::new();
    let samples = matter.samples.get(&incident.id).unwrap_or(&none);
    html! {
        p.prose { (text(&incident.summary)) }
        (facts(incident))
        (entered(matter, incident))
        (after(matter, incident))
        @if folds {
            details.more-of-it {
                summary { (both("Accounts tried, addresses, lines of evidence", "Mga account na sinubok, address, linya ng ebidensiya")) }
                (what(incident)) (addresses(incident)) (evidence(incident, samples))
            }
        } @else {
            (what(incident)) (addresses(incident)) (evidence(incident, samples))
        }
    }
}

fn facts(incident: &Incident) -> Markup {
    let scope = &incident.scope;
    html! {
        dl.facts {
            div { dt { (both("When", "Kailan")) } dd { (text(&span(incident.first, incident.last))) } }
            div { dt { (both("Evidence", "Ebidensiya")) } dd { (both(format!("{} {}", number(incident.lines), plural(incident.lines, "line", "lines")), format!("{} linya", number(incident.lines)))) } }
            @if scope.tries > 0 {
                div { dt { (both("Tries", "Pagsubok")) } dd {
                    @if scope.tried_count == 0 {
                        (both(format!("{}; the log names no account", number(scope.tries)), format!("{}; walang pinangalanang account ang log", number(scope.tries))))
                    } @else {
                        (both(
                            format!("{} on {} {}", number(scope.tries), number(scope.tried_count), plural(scope.tried_count, "account", "accounts")),
                            format!("{} sa {} account", number(scope.tries), number(scope.tried_count)),
                        ))
                    }
                } }
            }
            div { dt { (both("Entered", "Napasok")) } dd {
                @if scope.entered.is_empty() { (both("no account known", "walang alam na account")) }
                @else if scope.entered.iter().all(is_unnamed) { (both("perhaps: see below", "marahil: tingnan sa ibaba")) }
                @else { (number(scope.entered.iter().filter(|entered| !is_unnamed(entered)).count() as u64)) }
            } }
            @if !incident.techniques.is_empty() {
                div { dt { "ATT&CK" } dd { @for technique in incident.techniques.iter().take(12) { code { (value(technique, 20)) } " " } } }
            }
            div { dt { "RSIT" } dd { (incident.kind.rsit()) } }
        }
    }
}

fn entered(matter: &Matter<'_>, incident: &Incident) -> Markup {
    let entered = &incident.scope.entered;
    if entered.is_empty() {
        return html! {};
    }
    let caption = if entered.iter().all(is_unnamed) {
        both("Tries that seem to have succeeded", "Mga subok na tila nagtagumpay")
    } else {
        both("Accounts entered", "Mga account na napasok")
    };
    let head = html! { (th("Account", "Account")) (th("First entered", "Unang pasok")) (th("From", "Mula")) (th("How that is known", "Paano nalaman")) (th("Record", "Tala")) };
    let body = html! {
        @for one in entered.iter().take(ENTERED_LIMIT) {
            tr {
                th scope="row" {
                    @if is_unnamed(one) { (both("account not named, at ", "di-pinangalanang account, sa ")) }
                    (value(&one.account, VALUE_CHARS))
                }
                td.nowrap { (time(one.at)) }
                td { @if let Some(from) = one.from { code { (from) } } @else { "—" } }
                td { (text(&one.how)) }
                td.place { (value(matter.view.source(one.place.source), 60)) " @" (one.place.offset) "+" (one.place.length) }
            }
        }
    };
    html! {
        (table(caption, "Accounts entered", head, body))
        (more(entered.len() as u64, ENTERED_LIMIT, "case.json"))
    }
}

fn after(matter: &Matter<'_>, incident: &Incident) -> Markup {
    let after = &incident.scope.after;
    html! {
        @if !after.is_empty() {
            h4 { (both("After entering", "Pagkapasok")) }
            ol.steps { @for moment in after.iter().take(STEPS_OPEN) { (step(matter, moment)) } }
            @if after.len() > STEPS_OPEN {
                @let further = after.len().min(STEPS_LIMIT) - STEPS_OPEN;
                details {
                    summary { (both(format!("{further} {}", plural(further as u64, "further step", "further steps")), format!("{further} pang hakbang"))) }
                    ol.steps { @for moment in after.iter().take(STEPS_LIMIT).skip(STEPS_OPEN) { (step(matter, moment)) } }
                }
            }
            (more(after.len() as u64, STEPS_LIMIT, "case.json"))
        }
    }
}

fn step(matter: &Matter<'_>, moment: &Moment) -> Markup {
    html! {
        li {
            span.at { (time(moment.time)) }
            span.what {
                (text(&moment.text))
                @if let Some(place) = moment.place {
                    " " small.place { (value(matter.view.source(place.source), 60)) " @" (place.offset) "+" (place.length) }
                }
            }
        }
    }
}

/// Accounts tried, things touched, tools used: three short lists side by side.
fn what(incident: &Incident) -> Markup {
    let scope = &incident.scope;
    html! {
        div.lists {
            (tallies(("Accounts tried most", "Pinakasinubok na account"), &scope.tried, TRIED_LIMIT, scope.tried_count))
            (tallies(("Touched", "Ginalaw"), &scope.objects, OBJECTS_LIMIT, scope.objects.len() as u64))
            (tallies(("Called itself", "Nagpakilala bilang"), &incident.agents, AGENTS_LIMIT, incident.agents.len() as u64))
        }
    }
}

fn tallies(heading: words::Pair, tallies: &[Tally<String>], limit: usize, all: u64) -> Markup {
    html! {
        @if !tallies.is_empty() {
            div {
                h4 { (pair(heading)) }
                ul.tally {
                    @for tally in tallies.iter().take(limit) {
                        li { span.v { (value(&tally.value, VALUE_CHARS)) } span.n { (number(tally.count)) } }
                    }
                }
                (more(all, limit.min(tallies.len()), "case.json"))
            }
        }
    }
}

fn addresses(incident: &Incident) -> Markup {
    let (all, count) = (&incident.addresses, incident.address_count());
    if all.is_empty() {
        return html! {};
    }
    let head = html! {
        (th("Address", "Address")) (th("Network then", "Network noon")) (thn("Lines", "Linya"))
        (th("First – last", "Una – huli")) (thn("Legitimate sessions", "Lehitimong session"))
    };
    let body = html! { @for used in all.iter().take(ADDRESSES_LIMIT) { (address(used)) } };
    html! {
        details open[all.len() <= 6] {
            summary { (both(format!("Addresses ({})", number(count)), format!("Mga address ({})", number(count)))) }
            (table(both("Addresses of this incident", "Mga address ng insidenteng ito"), "Addresses", head, body))
            (more(count, ADDRESSES_LIMIT, "addresses.ndjson"))
        }
    }
}

fn address(used: &AddressUse) -> Markup {
    html! {
        tr {
            th scope="row" { code { (used.address) } }
            td {
                (value(used.operator.as_deref().unwrap_or("—"), 60))
                @if let Some(asn) = used.asn { " " small { (asn) } }
                @if let Some(country) = used.country { ", " (country) }
                ", " (pair(words::network_kind(used.kind)))
            }
            (tdn(used.lines))
            td.nowrap { (time(used.first)) br; (time(used.last)) }
            (tdn(used.legitimate_sessions))
        }
    }
}

fn evidence(incident: &Incident, samples: &[&EvidenceSample]) -> Markup {
    let shown = samples.len().min(SAMPLES_LIMIT);
    let open = shown.min(SAMPLES_OPEN);
    html! {
        @if shown > 0 {
            h4 { (both("Lines of evidence", "Mga linya ng ebidensiya")) }
            ol.lines { @for sample in &samples[..open] { (line(sample)) } }
            @if shown > open {
                details {
                    summary { (both(format!("{} {}", shown - open, plural((shown - open) as u64, "further line", "further lines")), format!("{} pang linya", shown - open))) }
                    ol.lines { @for sample in &samples[open..shown] { (line(sample)) } }
                }
            }
            (more(incident.lines, shown, "evidence.ndjson"))
        }
    }
}

fn line(sample: &EvidenceSample) -> Markup {
    html! {
        li {
            span.place {
                (time(sample.time)) " · " (value(&sample.file, VALUE_CHARS)) " @" (sample.place.offset) "+" (sample.place.length)
            }
            code { (value(&sample.raw, RAW_CHARS)) }
        }
    }
}
