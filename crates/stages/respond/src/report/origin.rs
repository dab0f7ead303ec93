//! Where from: the networks that carried the lines, then and now, and a map of where these networks
//! are registered. It never says who sat behind them.

mod ask;
mod disagree;

use std::collections::BTreeSet;

use bakas_model::{Country, NetworkKind};
use maud::{Markup, PreEscaped, html};

use super::{
    Matter,
    parts::{both, incident_links, more, pair, table, tdn, text as shown_text, th, thn, time},
};
use crate::{
    text::{number, visible},
    view::{NetworkRow, countries},
    words,
    world::{self, CANVAS},
};

const NETWORKS_LIMIT: usize = 60;
const NOW_LIMIT: usize = 40;
const LABELS_LIMIT: usize = 6;

pub(super) fn draw(matter: &Matter<'_>) -> Markup {
    let networks = matter.view.networks();
    if networks.is_empty() {
        return html! { p { (both("No incident names an address.", "Walang insidenteng may address.")) } };
    }
    let countries = countries(&networks);
    html! {
        p.warn {
            b { (both("Operator is not actor.", "Ang may-ari ng network ay hindi ang gumawa.")) } " "
            (both(
                "The table and the map show whose networks carried the lines and where these networks are registered, at the time of the lines. They do not show where a person sat, nor for whom anybody worked: machines are rented, broken into and relayed through.",
                "Ipinakikita ng talahanayan at mapa kung kaninong network ang dinaanan ng mga linya at kung saan nakarehistro ang mga iyon, sa oras ng mga linya. Hindi nito ipinakikita kung saan nakaupo ang tao, ni para kanino siya gumagawa: ang mga makina ay inuupahan, pinapasok nang lihim at ginagawang daanan.",
            ))
        }
        (map(&countries))
        (table_of(&networks))
        (now(&networks))
        (disagree::draw(matter, &networks))
        (ask::draw(matter, &networks))
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
                (tdn(row.addresses.len() as u64)) (tdn(row.lines))
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
        (world::name(owned.owner)) " "
        @if owned.majority { (both("(majority)", "(mayorya)")) } @else { (both("(minority)", "(minorya)")) }
        @if let Some(group) = &owned.group { br; small { (visible(group)) } }
    }
}

fn now(networks: &[NetworkRow<'_>]) -> Markup {
    let moved: Vec<_> =
        networks.iter().flat_map(|row| row.now.iter().map(move |(a, now)| (row, a, now))).collect();
    if moved.is_empty() {
        return html! {
            p.note { (both(
                "Then and now: by the newest table at hand, none of these addresses has changed its network since.",
                "Noon at ngayon: ayon sa pinakabagong talaang hawak, wala sa mga address na ito ang lumipat ng network mula noon.",
            )) }
        };
    }
    let head = html! {
        (th("Address", "Address")) (th("Then", "Noon")) (th("Now", "Ngayon")) (th("As of", "Petsa"))
    };
    let body = html! {
        @for (row, address, now) in moved.iter().take(NOW_LIMIT) {
            tr {
                th scope="row" { code { (address) } }
                td { (visible(&row.name())) @if let Some(country) = row.country { ", " (country) } }
                td {
                    (visible(now.operator.as_deref().unwrap_or("—")))
                    @if let Some(asn) = now.asn { " " small { (asn) } }
                    @if let Some(country) = now.country { ", " (country) }
                    ", " (pair(words::network_kind(now.kind)))
                }
                td.nowrap { (now.epoch) }
            }
        }
    };
    html! {
        (table(
            both("Addresses that belong to another network now: ask the one of then", "Mga address na nasa ibang network na ngayon: tanungin ang sa panahong iyon"),
            "Then and now", head, body,
        ))
        (more(moved.len() as u64, NOW_LIMIT, "traces.ndjson"))
    }
}

fn caveats(matter: &Matter<'_>) -> Markup {
    let kinds: BTreeSet<NetworkKind> =
        matter.view.case.traces.iter().map(|trace| trace.then.kind).collect();
    let mut answers: Vec<_> =
        matter.view.case.traces.iter().map(|t| t.then.age_days.unsigned_abs()).collect();
    answers.sort_unstable();
    html! {
        (far(matter))
        @if let Some(oldest) = answers.last() {
            p.note { (shown_text(&bakas_model::Text::new(
                format!("The address tables that answered are dated at most {oldest} days before or after the lines; a block may have changed hands in between."),
                format!("Hindi hihigit sa {oldest} araw bago o matapos ang mga linya ang petsa ng mga talaan ng address na sumagot; maaaring nagpalit ng may hawak ang isang bloke sa pagitan."),
            ))) }
        }
        @if !kinds.is_empty() {
            p.note { (both("What an address of each kind shows:", "Ano ang ipinakikita ng address ng bawat uri:")) }
            ul.note { @for kind in kinds { li { b { (pair(words::network_kind(kind))) } ": " (pair(words::shows(kind))) } } }
        }
    }
}

/// Days between a table and a line beyond which the reader is warned.
const FAR_DAYS: u32 = 60;

/// A warning where the nearest table is far from the lines.
fn far(matter: &Matter<'_>) -> Markup {
    let ages = matter.view.case.traces.iter().map(|trace| &trace.then);
    let ages = ages.filter(|then| then.asn.is_some() && then.age_days.unsigned_abs() > FAR_DAYS);
    let Some(most) = ages.max_by_key(|then| then.age_days.unsigned_abs()) else {
        return html! {};
    };
    let (days, epoch) = (most.age_days.unsigned_abs(), most.epoch);
    let (side, fil) = match most.age_days < 0 {
        true => ("later", "mas huli"),
        false => ("earlier", "mas maaga"),
    };
    html! {
        p.warn {
            b { (both("The nearest table is far from the lines.", "Malayo sa mga linya ang pinakamalapit na talaan.")) } " "
            (both(
                format!("The table of {epoch} is {days} days {side} than the lines it answers for. Who announced an address at that very time must be confirmed with a routing archive or the operator before anybody is asked or named."),
                format!("Ang talaan ng {epoch} ay {days} araw na {fil} sa mga linyang sinasagot nito. Kung sino ang nag-anunsiyo ng address sa mismong oras na iyon ay dapat tiyakin sa isang routing archive o sa operator bago may tanungin o pangalanan."),
            ))
        }
    }
}
