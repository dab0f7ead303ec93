//! What the report rests on: data sets with date, licence and attribution, how the case was made,
//! and how anybody can check it.

use maud::{Markup, html};

use super::{
    Matter,
    parts::{both, table, tdn, th, thn, value},
};
use crate::{text::number, words::Pair};

/// Attribution of the map and of the PDF's fonts.
pub(super) const MAP_AND_FONTS: Pair = (
    "Map: Natural Earth, public domain, by way of world-atlas 2.0.2 (ISC). Fonts of report.pdf: Noto Sans, Copyright 2015 Google LLC, SIL Open Font License 1.1.",
    "Mapa: Natural Earth, pampublikong pag-aari, sa pamamagitan ng world-atlas 2.0.2 (ISC). Mga font ng report.pdf: Noto Sans, Copyright 2015 Google LLC, SIL Open Font License 1.1.",
);

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
        p { (both(
            "The answers about networks rest on the data sets below, each of its own date: a table is right for its day and only likely for others. Attributions:",
            "Nakasalig ang mga sagot tungkol sa network sa mga datos sa ibaba, bawat isa may sariling petsa: tama ang talaan para sa araw nito at malamang lamang para sa iba. Mga pagkilala:",
        )) }
        @if sets.iter().any(|set| set.source.contains("DB-IP") || set.attribution.contains("db-ip.com")) {
            p { a href=(DB_IP) rel="noreferrer noopener" { "IP Geolocation by DB-IP" } }
        }
        p.note { (map_and_fonts()) }
        details {
            summary { (both("All data sets with date, licence and attribution", "Lahat ng datos na may petsa, lisensiya at pagkilala")) " (" (number(sets.len() as u64)) ")" }
            (table(both("Data sets that the answers rest on", "Mga datos na pinagbatayan ng mga sagot"), "Data sets", head, body))
        }
    }
}

/// What the pages themselves carry.
fn map_and_fonts() -> Markup {
    html! { (both(MAP_AND_FONTS.0, MAP_AND_FONTS.1)) }
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
            "The case folder holds a signed list of every file that went in and came out. This command checks it and fails on one changed byte:",
            "May pirmadong talaan sa folder ng kaso ang bawat file na ipinasok at inilabas. Sinusuri ito ng utos na ito, at nabibigo kapag may kahit isang byte na nabago:",
        )) }
        pre { code { "bakas verify " (value(&shell(&case.name), ARGUMENT_CHARS)) } }
        p { (both(
            "Every figure above leads back to bytes of the logs: a place is written as file @offset+length, counted after unpacking. All lines of evidence stand in evidence.ndjson.",
            "Matutunton sa mga byte ng log ang bawat bilang sa itaas: ang lugar ay isinusulat na file @simula+haba, binilang matapos buksan ang archive. Nasa evidence.ndjson ang lahat ng linya ng ebidensiya.",
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
