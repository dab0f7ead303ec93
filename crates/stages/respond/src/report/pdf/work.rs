//! What to do, on paper: each agency's asks in the order of work, and the blocks that are proposed
//! with their price.

use std::collections::BTreeSet;

use bakas_model::{
    AgencyIx, Ask,
    response::{Block, Collateral},
};
use pdf_writer::types::StructRole;

use super::{
    CELL, SMALL, TEXT,
    body::{ROWS_LIMIT, pair},
    sheet::Sheet,
};
use crate::{
    drawing::Lang,
    text::{capital, number, plural, span},
    view::View,
    words,
};

const BLOCKS_LIMIT: usize = 20;
const PREFIXES_LIMIT: usize = 12;

pub(super) fn write(sheet: &mut Sheet, view: &View<'_>, lang: Lang) {
    let case = view.case;
    if case.asks.is_empty() && case.blocks.is_empty() {
        return;
    }
    sheet.section(lang.of("What to do · Ano ang gagawin", "Ano ang gagawin"));
    let mut work = view.work();
    let unasked: BTreeSet<AgencyIx> = case
        .blocks
        .iter()
        .map(|block| block.agency)
        .filter(|ix| !work.iter().any(|(agency, _)| agency == ix))
        .collect();
    work.extend(unasked.into_iter().map(|agency| (agency, Vec::new())));
    for (agency, asks) in work {
        sheet.heading(view.agency(agency));
        for ask in asks.iter().take(ROWS_LIMIT) {
            one(sheet, ask, lang);
        }
        let proposed = case.blocks.iter().filter(|b| b.agency == agency && b.proposed);
        for block in proposed.take(BLOCKS_LIMIT) {
            sheet.bullet(CELL, &proposal(block, lang));
        }
    }
}

fn one(sheet: &mut Sheet, ask: &Ask, lang: Lang) {
    let kind = capital(pair(lang, words::ask(ask.kind)));
    sheet.keep(40.0);
    let (number, hours) = (ask.number, ask.within_hours);
    let head = match lang {
        Lang::En => format!("{number}. {kind}, within {hours} h"),
        Lang::Fil => format!("{number}. {kind}, sa loob ng {hours} oras"),
    };
    sheet.text(StructRole::P, TEXT.bold(), 0.0, &head);
    sheet.text(StructRole::P, TEXT, 14.0, lang.text(&ask.text));
    // Whoever does the work may read Filipino more easily than whoever files the report.
    if lang == Lang::En {
        sheet.text(StructRole::P, SMALL, 14.0, &ask.text.fil);
    }
    let done = lang.of("Done when", "Tapos kapag");
    sheet.text(StructRole::P, SMALL, 14.0, &format!("{done}: {}", lang.text(&ask.proof)));
    sheet.skip(3.0);
}

/// A proposed block with what it stops and what it costs.
fn proposal(block: &Block, lang: Lang) -> String {
    let mut what: Vec<String> = block.network.iter().map(ToString::to_string).collect();
    what.extend(block.prefixes.iter().take(PREFIXES_LIMIT).map(ToString::to_string));
    let (what, incident) = (what.join(", "), &block.incident);
    let (lost, stops, days) = (&block.collateral, block.stops_percent, block.lifetime_days);
    let (price, between) = (price(lost, lang), span(lost.from, lost.until));
    let (covers, between) = (lang.text(&block.applies_to), lang.text(&between));
    let reason = capital(lang.text(&block.reason));
    match lang {
        Lang::En => format!(
            "Proposed block for {incident}: {what}. It covers {covers}; stops {stops} % of the \
             lines; would have cut off {price} ({between}); look again after {days} days. {reason}"
        ),
        Lang::Fil => format!(
            "Iminumungkahing harang para sa {incident}: {what}. Saklaw nito: {covers}; napipigil \
             nito ang {stops} % ng mga linya; {price} ({between}); suriin \
             muli pagkaraan ng {days} araw. {reason}"
        ),
    }
}

/// What a block would have cut off.
fn price(lost: &Collateral, lang: Lang) -> String {
    let (sessions, addresses) = (number(lost.sessions), number(lost.addresses));
    match lang {
        Lang::En if lost.sessions == 0 => "no legitimate session".to_owned(),
        Lang::En => format!(
            "{}{sessions} {} from {addresses} {}",
            if lost.lower_bound { "at least " } else { "" },
            plural(lost.sessions, "legitimate session", "legitimate sessions"),
            plural(lost.addresses, "address", "addresses"),
        ),
        Lang::Fil if lost.sessions == 0 => "walang lehitimong session na maaapektuhan".to_owned(),
        Lang::Fil => format!(
            "mapuputol sana nito ang {}{sessions} lehitimong session mula sa {addresses} address",
            if lost.lower_bound { "hindi bababa sa " } else { "" },
        ),
    }
}
