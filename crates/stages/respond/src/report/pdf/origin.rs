//! Where from, on paper: the networks, whose words say that a state owns one, what changed hands,
//! where sources differ, whom to ask, and what all that does not show. The sentences are those of
//! [`crate::origins`].

use bakas_model::network::conventions;

use super::{
    CELL, SMALL, TEXT,
    body::{line, rest},
    sheet::Sheet,
};
use crate::{
    drawing::Lang,
    origins::{self, Asking, Traces},
    text::number,
    view::{NetworkRow, View},
    words::{self, Pair},
    world,
};

const NETWORKS_LIMIT: usize = 25;
const OWNERS_LIMIT: usize = 10;
const MOVED_LIMIT: usize = 20;
const VIEWS_LIMIT: usize = 25;
const ASKED_LIMIT: usize = 20;
const DESKS_LIMIT: usize = 4;

pub(super) fn write(sheet: &mut Sheet, view: &View<'_>, lang: Lang) {
    let networks = view.networks();
    if networks.is_empty() {
        return;
    }
    let of = |pair: Pair| lang.of(pair.0, pair.1);
    let traces = origins::traces(view.case);
    sheet.section(lang.of("Where from", "Mula saan"));
    sheet.paragraph(TEXT, &format!("{} {}", of(origins::NOT_ACTOR), of(origins::NOT_WHERE)));
    if let Some((head, why)) = origins::far(view.case) {
        sheet.paragraph(TEXT.bold(), &format!("{} {}", of(head), lang.text(&why)));
    }
    table(sheet, &networks, lang);
    owners(sheet, &networks, lang);
    moved(sheet, &networks, &traces, lang);
    disagreements(sheet, &networks, &traces, lang);
    asked(sheet, &networks, &traces, lang);
    shows(sheet, view, lang);
}

fn table(sheet: &mut Sheet, networks: &[NetworkRow<'_>], lang: Lang) {
    let edges = [0.0, 0.34, 0.48, 0.61, 0.80, 0.91, 1.0];
    let head = match lang {
        Lang::En => ["Network", "Registered in", "Kind", "State-owned by", "Addresses", "Lines"],
        Lang::Fil => {
            ["Network", "Nakarehistro sa", "Uri", "Pag-aari ng estado", "Address", "Linya"]
        }
    };
    line(sheet, CELL.bold(), &edges, &head, 2);
    for row in networks.iter().take(NETWORKS_LIMIT) {
        let country = row.country.map_or_else(|| "—".to_owned(), world::name);
        let state = row.state_owned.map(origins::share);
        let state = state.as_ref().map_or("—", |share| lang.text(share));
        let (addresses, lines) = (number(row.address_count), number(row.lines));
        let (en, fil) = words::network_kind(row.kind);
        let name = origins::named(row);
        let cells = [&name, &country, lang.of(en, fil), state, &addresses, &lines];
        line(sheet, CELL, &edges, &cells, 2);
    }
    let left = networks.len().saturating_sub(NETWORKS_LIMIT);
    rest(sheet, left, "report.html, traces.ndjson", lang);
}

/// Whose words say that a state owns an operator.
fn owners(sheet: &mut Sheet, networks: &[NetworkRow<'_>], lang: Lang) {
    let owners = origins::owners(networks);
    if owners.is_empty() {
        return;
    }
    sheet.heading(lang.of(
        "State ownership, in the source's words",
        "Pag-aari ng estado, sa mga salita ng sanggunian",
    ));
    for (name, text) in owners.iter().take(OWNERS_LIMIT) {
        sheet.bullet(CELL, &format!("{name}: {}", lang.text(text)));
    }
    rest(sheet, owners.len().saturating_sub(OWNERS_LIMIT), "report.html, traces.ndjson", lang);
}

/// Then and now.
fn moved(sheet: &mut Sheet, networks: &[NetworkRow<'_>], traces: &Traces<'_>, lang: Lang) {
    let moved = origins::moved(networks, traces);
    if moved.is_empty() {
        sheet.paragraph(SMALL, lang.of(origins::UNMOVED.0, origins::UNMOVED.1));
        return;
    }
    sheet.heading(lang.of(
        "Addresses that another network announces now",
        "Mga address na inaanunsiyo na ngayon ng ibang network",
    ));
    for one in moved.iter().take(MOVED_LIMIT) {
        let text = format!("{}: {}", origins::some_of(&one.addresses), lang.text(&one.ask));
        sheet.bullet(CELL, &text);
    }
    rest(sheet, moved.len().saturating_sub(MOVED_LIMIT), "report.html, traces.ndjson", lang);
}

/// Where sources differ.
fn disagreements(sheet: &mut Sheet, networks: &[NetworkRow<'_>], traces: &Traces<'_>, lang: Lang) {
    let rows = origins::disagreements(networks, traces);
    if rows.is_empty() {
        sheet.paragraph(SMALL, lang.of(origins::AGREED.0, origins::AGREED.1));
        return;
    }
    sheet.heading(lang.of(origins::DISAGREE.0, origins::DISAGREE.1));
    let edges = [0.0, 0.22, 0.36, 0.50, 0.78, 1.0];
    let head = match lang {
        Lang::En => ["Network", "Question", "The answer", "Another source says", "Source and date"],
        Lang::Fil => {
            ["Network", "Tanong", "Ang sagot", "Ayon sa ibang sanggunian", "Sanggunian at petsa"]
        }
    };
    line(sheet, CELL.bold(), &edges, &head, 0);
    for row in rows.iter().take(VIEWS_LIMIT) {
        let (question, answer) = (lang.of(row.question.0, row.question.1), lang.text(&row.answer));
        let source = format!("{}, {}", row.view.data_set, row.view.date);
        let says = row.says(lang);
        line(sheet, CELL, &edges, &[&row.network, question, answer, says, &source], 0);
    }
    rest(sheet, rows.len().saturating_sub(VIEWS_LIMIT), "report.html, traces.ndjson", lang);
}

/// Whom to ask, and what to give them.
fn asked(sheet: &mut Sheet, networks: &[NetworkRow<'_>], traces: &Traces<'_>, lang: Lang) {
    let rows = origins::asking(networks, traces);
    if rows.is_empty() {
        return;
    }
    sheet.heading(lang.of(
        "Whom to ask, and what to give them",
        "Kung sino ang tatanungin, at kung ano ang ibibigay",
    ));
    let edges = [0.0, 0.26, 0.64, 1.0];
    let head = match lang {
        Lang::En => ["Network", "Whom to ask", "What is needed, and whether our logs hold it"],
        Lang::Fil => {
            ["Network", "Kung sino", "Ano ang kailangan, at kung hawak ito ng ating mga log"]
        }
    };
    line(sheet, CELL.bold(), &edges, &head, 0);
    for row in rows.iter().take(ASKED_LIMIT) {
        let name = origins::named(row.network);
        line(sheet, CELL, &edges, &[&name, &desks(row, lang), &facts(row, lang)], 0);
    }
    rest(sheet, rows.len().saturating_sub(ASKED_LIMIT), "report.html, traces.ndjson", lang);
    sheet.skip(4.0);
    if let Some(because) = rows.iter().find_map(|row| row.because) {
        sheet.paragraph(SMALL, &format!("{} (RFC 6302).", lang.text(because)));
    }
    sheet.paragraph(
        SMALL,
        lang.of(
            "A registry's page names the holder of the block and mostly a desk for abuse (RDAP, RFC 9083; bakas trace --rdap). Whoever asks there tells the registry whom he looks at.",
            "Nakasaad sa pahina ng registry ang may hawak ng bloke at kadalasan ang tanggapan para sa abuso (RDAP, RFC 9083; bakas trace --rdap). Malalaman ng registry kung sino ang tinitingnan ng nagtatanong.",
        ),
    );
    sheet.paragraph(SMALL, lang.text(&conventions(None)));
}

fn desks(row: &Asking<'_, '_>, lang: Lang) -> String {
    let desks = row.contacts.iter().take(DESKS_LIMIT).map(|contact| {
        let (en, fil) = origins::role(contact.role);
        let name =
            if contact.name.is_empty() { String::new() } else { format!(" {}", contact.name) };
        let (address, source, date) = (&contact.address, &contact.data_set, contact.date);
        format!("{}{name}: {address} ({source}, {date})", lang.of(en, fil))
    });
    let none =
        (!row.has_desk()).then(|| lang.of(origins::NO_DESK.0, origins::NO_DESK.1).to_owned());
    none.into_iter().chain(desks).collect::<Vec<_>>().join("; ")
}

fn facts(row: &Asking<'_, '_>, lang: Lang) -> String {
    if row.facts.is_empty() {
        return lang.of(origins::NO_SHARED_LINES.0, origins::NO_SHARED_LINES.1).to_owned();
    }
    let facts = row.facts.iter().map(|fact| {
        let (needed, held) = (origins::needed(fact.fact), origins::held(fact.held));
        let note = fact.note().map(|note| format!(" {}", lang.text(&note))).unwrap_or_default();
        format!("{}: {}{note}", lang.of(needed.0, needed.1), lang.of(held.0, held.1))
    });
    facts.collect::<Vec<_>>().join("; ")
}

/// What an address of each kind shows, and how old the tables are.
fn shows(sheet: &mut Sheet, view: &View<'_>, lang: Lang) {
    if let Some(ages) = origins::ages(view.case) {
        sheet.paragraph(SMALL, lang.text(&ages));
    }
    let kinds = origins::kinds(view.case);
    if kinds.is_empty() {
        return;
    }
    sheet.paragraph(
        CELL,
        lang.of(
            "What an address of each kind shows:",
            "Ano ang ipinakikita ng address ng bawat uri:",
        ),
    );
    for kind in kinds {
        let (name, shows) = (words::network_kind(kind), words::shows(kind));
        let text = format!("{}: {}", lang.of(name.0, name.1), lang.of(shows.0, shows.1));
        sheet.bullet(CELL, &text);
    }
}
