//! What was read, what was not and what to do about it; what the report rests on, on paper.

use bakas_model::RejectReason;

use super::{
    super::provenance::MAP_AND_FONTS,
    CELL, SMALL, TEXT,
    body::{ROWS_LIMIT, line, pair, rest},
    sheet::Sheet,
};
use crate::{
    drawing::Lang,
    text::{bytes, number, plural, shift},
    view::View,
    words,
};

pub(super) fn write(sheet: &mut Sheet, view: &View<'_>, lang: Lang) {
    unread(sheet, view, lang);
    data(sheet, view, lang);
}

fn unread(sheet: &mut Sheet, view: &View<'_>, lang: Lang) {
    let case = view.case;
    sheet.section(lang.of("What was read, and what was not", "Ano ang nabasa, at ano ang hindi"));
    sheet.paragraph(TEXT, &counts(view, lang));
    let edges = [0.0, 0.40, 0.56, 0.66, 1.0];
    let head = match lang {
        Lang::En => ["File", "Format", "Records", "Not read, and what to do"],
        Lang::Fil => ["File", "Anyo", "Tala", "Hindi nabasa, at ano ang gagawin"],
    };
    line(sheet, CELL.bold(), &edges, &head, 0);
    for summary in case.sources.iter().take(ROWS_LIMIT) {
        let why: Vec<String> =
            summary.rejects.iter().map(|(reason, n)| why(*reason, *n, lang)).collect();
        let source = &summary.source;
        let events = number(summary.events);
        line(sheet, CELL, &edges, &[&source.path, &source.format, &events, &why.join("; ")], 0);
    }
    let left = case.sources.len().saturating_sub(ROWS_LIMIT);
    rest(sheet, left, "report.html, case.json", lang);
    sheet.skip(6.0);
    for proposal in &case.clock_proposals {
        let (source, against) = (view.source(proposal.source), view.source(proposal.against));
        let (offset, shared) = (shift(proposal.offset_micros), number(proposal.shared_events));
        let text = match lang {
            Lang::En => format!(
                "Clock: {source} would need {offset} to agree with {against} ({shared} shared \
                 events); confirm before applying."
            ),
            Lang::Fil => format!(
                "Orasan: kailangan ng {source} ng {offset} upang tumugma sa {against} ({shared} \
                 magkaparehong pangyayari); tiyakin bago ilapat."
            ),
        };
        sheet.bullet(CELL, &text);
    }
    for aside in case.set_aside.iter().take(ROWS_LIMIT) {
        let (label, agency) = (lang.of("Set aside", "Isinantabi"), view.agency(aside.agency));
        sheet.bullet(CELL, &format!("{label}: {agency}: {}", lang.text(&aside.text)));
    }
    rest(sheet, case.set_aside.len().saturating_sub(ROWS_LIMIT), "case.json", lang);
}

fn counts(view: &View<'_>, lang: Lang) -> String {
    let counts = &view.case.counts;
    let (files, size) = (number(counts.files), bytes(counts.bytes));
    let (events, rejects) = (number(counts.events), number(counts.rejects));
    match lang {
        Lang::En => format!(
            "{files} {}, {size}: {events} {} read, {rejects} {} not.",
            plural(counts.files, "file", "files"),
            plural(counts.events, "record was", "records were"),
            plural(counts.rejects, "piece was", "pieces were")
        ),
        Lang::Fil => format!(
            "{files} file, {size}: {events} tala ang nabasa at {rejects} piraso ang hindi. \
             Binibilang ang bawat hindi nabasa; walang nilaktawan nang palihim."
        ),
    }
}

fn why(reason: RejectReason, count: u64, lang: Lang) -> String {
    let (what, remedy) = (pair(lang, words::reject(reason)), pair(lang, words::remedy(reason)));
    format!("{} {what} ({remedy})", number(count))
}

fn data(sheet: &mut Sheet, view: &View<'_>, lang: Lang) {
    sheet.section(lang.of("What this rests on", "Ano ang pinagbatayan nito"));
    if lang == Lang::Fil && !view.case.data_sets.is_empty() {
        sheet.paragraph(
            SMALL,
            "Nasa wika ng mga sanggunian ang sinasabi nila tungkol sa sarili nila.",
        );
    }
    for set in &view.case.data_sets {
        let text = format!(
            "{}, {}: {}. {}. {}",
            set.name, set.date, set.what, set.licence, set.attribution
        );
        sheet.bullet(CELL, &text);
    }
    sheet.bullet(CELL, pair(lang, MAP_AND_FONTS));
    sheet.paragraph(
        TEXT,
        lang.of(
            "An address shows whose network carried a line; it does not show whose hands wrote it, \
             nor for whom.",
            "Ipinakikita ng address kung kaninong network ang dinaanan ng linya; hindi nito \
             ipinakikita kung kaninong kamay ang sumulat, o kung para kanino.",
        ),
    );
    let (version, created) = (&view.case.tool_version, view.case.created);
    let text = match lang {
        Lang::En => format!(
            "bakas verify checks the signed manifest of every input and output and fails on one \
             changed byte. All lines of evidence stand in evidence.ndjson. Made by Bakas {version} \
             at {created}."
        ),
        Lang::Fil => format!(
            "Sinusuri ng bakas verify ang pirmadong talaan ng bawat ipinasok at inilabas, at \
             nabibigo kapag may kahit isang byte na nabago. Nasa evidence.ndjson ang lahat ng linya \
             ng ebidensiya. Ginawa ng Bakas {version} noong {created}."
        ),
    };
    sheet.paragraph(SMALL, &text);
}
