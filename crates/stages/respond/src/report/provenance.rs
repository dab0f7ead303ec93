//! What the report rests on: data sets with date, licence and attribution, how the case was made,
//! and how anybody can check it.

use maud::{Markup, html};

use super::{
    Matter,
    parts::{both, table, tdn, th, thn, value},
};

const ARGUMENT_CHARS: usize = 200;

/// What DB-IP's licence asks for beside its data.
const DB_IP: &str = "https://db-ip.com";

pub(super) fn draw(matter: &Matter<'_>) -> Markup {
    html! { (data_sets(matter)) (verify(matter)) }
}

fn data_sets(matter: &Matter<'_>) -> Markup {
    let sets = &matter.view.case.data_sets;
    if sets.is_empty() {
        return html! {};
    }
    let head = html! {
        (th("Data set", "Datos")) (th("Says", "Sinasabi")) (th("Date", "Petsa")) (thn("Records", "Tala"))
        (th("Licence", "Lisensiya")) (th("Attribution", "Pagkilala"))
    };
    let body = html! {
        @for set in sets {
            tr {
                th scope="row" { (value(&set.name, 80)) br; small { (value(&set.source, 120)) } }
                td { (value(&set.what, 200)) }
                td.nowrap { (set.date) }
                (tdn(set.records))
                td { (value(&set.licence, 120)) }
                td { (attribution(&set.attribution)) }
            }
        }
    };
    html! {
        (table(both("Data sets that the answers rest on", "Mga datos na pinagbatayan ng mga sagot"), "Data sets", head, body))
        @if sets.iter().any(|set| set.source.contains("DB-IP") || set.attribution.contains("db-ip.com")) {
            p { a href=(DB_IP) rel="noreferrer noopener" { "IP Geolocation by DB-IP" } }
        }
    }
}

/// The attribution, with its first link made one.
fn attribution(attribution: &str) -> Markup {
    let Some((before, link)) = attribution.split_once("https://") else {
        return value(attribution, 300);
    };
    let end = link
        .find(|c: char| !(c.is_ascii_alphanumeric() || "-._~/%#?=&+:@".contains(c)))
        .unwrap_or(link.len());
    let (link, after) = link.split_at(end);
    html! {
        (value(before, 300)) a href={ "https://" (link) } rel="noreferrer noopener" { (link) } (value(after, 300))
    }
}

fn verify(matter: &Matter<'_>) -> Markup {
    let case = matter.view.case;
    html! {
        h3 { (both("How to check this report", "Paano suriin ang ulat na ito")) }
        p { (both(
            "The case folder holds a signed manifest of every input and output. This checks it and fails on one changed byte:",
            "May pirmadong talaan ang folder ng kaso ng bawat ipinasok at inilabas. Sinusuri ito nito at nabibigo sa isang nabagong byte:",
        )) }
        pre { code { "bakas verify " (value(&shell(&case.name), ARGUMENT_CHARS)) } }
        p { (both(
            "Every figure above resolves to bytes of the logs: a place is written as file @offset+length, counted after unpacking. All lines of evidence stand in evidence.ndjson.",
            "Nauuwi sa mga byte ng log ang bawat bilang sa itaas: ang lugar ay isinusulat na file @simula+haba, binilang matapos buksan ang archive. Nasa evidence.ndjson ang lahat ng linya ng ebidensiya.",
        )) }
        p { (both("Made by", "Ginawa ng")) ":" }
        pre { code { "bakas" @for argument in &case.arguments { " " (value(&shell(argument), ARGUMENT_CHARS)) } } }
    }
}

/// An argument as a shell would need it.
fn shell(argument: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,@%+".contains(c);
    if !argument.is_empty() && argument.chars().all(plain) {
        return argument.to_owned();
    }
    format!("'{}'", argument.replace('\'', "'\\''"))
}
