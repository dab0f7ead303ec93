//! Where from: the networks that carried the lines, then and now, and a map of where these networks
//! are registered. It never says who sat behind them.

mod ask;
mod disagree;

use bakas_model::Country;
use maud::{Markup, PreEscaped, html};

use super::{
    Matter,
    parts::{both, incident_links, more, pair, table, tdn, text as shown_text, th, thn, time},
};
use crate::{
    origins,
    text::{number, visible},
    view::{NetworkRow, countries},
    words,
    world::{self, CANVAS},
};

const NETWORKS_LIMIT: usize = 60;
const OWNERS_LIMIT: usize = 20;
const LABELS_LIMIT: usize = 6;

pub(super) fn draw(matter: &Matter<'_>) -> Markup {
    let networks = matter.view.networks();
    if networks.is_empty() {
        return html! { p { (both("No incident names an address.", "Walang insidenteng may address.")) } };
    }
    let countries = countries(&networks);
    let traces = origins::traces(matter.view.case);
    html! {
        p.warn {
            b { (pair(origins::NOT_ACTOR)) } " " (pair(origins::NOT_WHERE))
        }
        (map(&countries))
        (table_of(&networks))
        (owners(&networks))
        (disagree::draw(&networks, &traces))
        (ask::draw(&networks, &traces))
        (caveats(matter))
    }
}

fn map(countries: &[(Country, u64)]) -> Markup {
    let total: u64 = countries.iter().map(|(_, lines)| lines).sum();
    let most = countries.first().map_or(1, |(_, lines)| *lines).max(1);
    let of =
        |code: &str| countries.iter().find(|(c, _)| c.as_str() == code).map(|(_, lines)| *lines);
    let mut quiet = String::new();
    let mut told = Vec::new();
    for land in world::lands() {
        match of(land.code) {
            None => quiet.push_str(land.outline),
            Some(lines) => told.push((land, lines)),
        }
    }
    told.sort_by_key(|(_, lines)| std::cmp::Reverse(*lines));
    let mut label = String::from("Map of registration countries:");
    for (country, lines) in countries.iter().take(LABELS_LIMIT) {
        label += &format!(" {} {},", world::name(*country), share(*lines, total));
    }
    html! {
        figure.map {
            svg viewBox=(format!("0 0 {} {}", CANVAS.0, CANVAS.1)) role="img" aria-label=(label.trim_end_matches(',')) {
                path.land d=(PreEscaped(quiet)) {}
                @for (land, lines) in &told {
                    @let level = 1 + (*lines as f64 / most as f64 * 3.999).min(3.0) as u32;
                    @if !land.outline.is_empty() {
                        path class={ "land l" (level) } d=(land.outline) { title { (land.name) ": " (number(*lines)) " lines / linya" } }
                    }
                }
                @for (land, lines) in &told {
                    @let radius = 9.0 + 33.0 * (*lines as f64 / most as f64).sqrt();
                    circle cx=(land.dot.0) cy=(land.dot.1) r=(format!("{radius:.0}")) {
                        title { (land.name) ": " (number(*lines)) " lines / linya, " (share(*lines, total)) }
                    }
                }
                @for (land, lines) in told.iter().take(LABELS_LIMIT) {
                    @let radius = 9.0 + 33.0 * (*lines as f64 / most as f64).sqrt();
                    @let left = land.dot.0 > 1600;
                    text x=(if left { land.dot.0 - radius as i32 - 8 } else { land.dot.0 + radius as i32 + 8 })
                        y=(land.dot.1 + 9) text-anchor=[left.then_some("end")] {
                        (land.name) tspan.share { " " (share(*lines, total)) }
                    }
                }
            }
            figcaption {
                b { (both("Where the networks are registered; operator is not actor.", "Kung saan nakarehistro ang mga network; ang may-ari ay hindi ang gumawa.")) } " "
                (both("The larger the dot, the more lines of evidence.", "Mas malaki ang tuldok, mas maraming linya ng ebidensiya."))
                " " (both(
                    "Outlines: Natural Earth, public domain; no position is taken on any boundary.",
                    "Mga hangganan: Natural Earth, pampubliko; walang pinapanigan sa alinmang hangganan.",
                ))
            }
        }
    }
}

fn share(lines: u64, total: u64) -> String {
    let percent = lines as f64 * 100.0 / total.max(1) as f64;
    if percent < 1.0 { "<1 %".to_owned() } else { format!("{percent:.0} %") }
}

fn table_of(networks: &[NetworkRow<'_>]) -> Markup {
    let total: u64 = networks.iter().map(|row| row.lines).sum();
    let head = html! {
        (th("Network", "Network")) (th("Registered in", "Nakarehistro sa")) (th("Kind", "Uri"))
        (th("State ownership", "Pag-aari ng estado")) (thn("Addresses", "Address")) (thn("Lines", "Linya"))
        (thn("Share", "Bahagi")) (th("First – last", "Una – huli")) (th("Incidents", "Insidente"))
        (thn("Legitimate sessions", "Lehitimong session"))
    };
    let body = html! {
        @for row in networks.iter().take(NETWORKS_LIMIT) {
            tr {
                th scope="row" {
                    (visible(&row.name()))
                    @if let (Some(asn), Some(_)) = (row.asn, row.operator) { " " small { (asn) } }
                    @if !row.lists.is_empty() { br; small.lists-of { (both("on lists: ", "nasa mga listahang: ")) (visible(&row.lists.iter().copied().collect::<Vec<_>>().join(", "))) } }
                }
                td { @if let Some(country) = row.country { (world::name(country)) } @else { "—" } }
                td { (pair(words::network_kind(row.kind))) }
                td { (ownership(row)) }
                (tdn(row.address_count)) (tdn(row.lines))
                td.n.bar {
                    (share(row.lines, total))
                    svg viewBox="0 0 100 6" aria-hidden="true" { rect width=(row.lines * 100 / total.max(1)) height="6" {} }
                }
                td.nowrap { (time(row.first)) br; (time(row.last)) }
                td { (incident_links(row.incidents.iter().copied())) }
                (tdn(row.legitimate_sessions))
            }
        }
    };
    html! {
        (table(
            both("Networks that carried the lines, as announced when the lines were written", "Mga network na dinaanan, ayon sa anunsiyo noong isulat ang mga linya"),
            "Networks", head, body,
        ))
        (more(networks.len() as u64, NETWORKS_LIMIT, "traces.ndjson"))
    }
}

fn ownership(row: &NetworkRow<'_>) -> Markup {
    let Some(owned) = row.state_owned else {
        if row.special.is_some() {
            return html! { "—" };
        }
        return html! { span.none { (both("not listed", "wala sa talaan")) } };
    };
    html! {
        (shown_text(&origins::share(owned)))
        @if let Some(group) = &owned.group { br; small { (visible(group)) } }
    }
}

/// What the source of each state's share has put down, in its own words.
fn owners(networks: &[NetworkRow<'_>]) -> Markup {
    let rows = origins::owners(networks);
    if rows.is_empty() {
        return html! {};
    }
    html! {
        p.note { (both(
            "That a state owns an operator, in the words and as of the date of the source; it is not who used a line:",
            "Na estado ang may-ari ng isang operator, sa mga salita at ayon sa petsa ng sanggunian; hindi ito ang gumamit ng linya:",
        )) }
        ul.note { @for (name, text) in rows.iter().take(OWNERS_LIMIT) {
            li { b { (visible(name)) } ": " (both(visible(&text.en), visible(&text.fil))) }
        } }
        (more(rows.len() as u64, OWNERS_LIMIT, "traces.ndjson"))
    }
}

fn caveats(matter: &Matter<'_>) -> Markup {
    let case = matter.view.case;
    let kinds = origins::kinds(case);
    html! {
        @if let Some((head, why)) = origins::far(case) {
            p.warn { b { (pair(head)) } " " (shown_text(&why)) }
        }
        @if let Some(ages) = origins::ages(case) { p.note { (shown_text(&ages)) } }
        @if !kinds.is_empty() {
            p.note { (both("What an address of each kind shows:", "Ano ang ipinakikita ng address ng bawat uri:")) }
            ul.note { @for kind in kinds { li { b { (pair(words::network_kind(kind))) } ": " (pair(words::shows(kind))) } } }
        }
    }
}
