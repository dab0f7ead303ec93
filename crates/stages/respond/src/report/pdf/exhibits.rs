//! The index of a dossier on paper: what it is, how to check it, exhibits, figures, custody.

use pdf_writer::types::StructRole;

use super::{
    CELL, INSIDE, PdfError, SMALL, TEXT,
    body::line,
    date_of,
    sheet::{BLACK, SOFT, Sheet, Style},
    write,
};
use crate::{
    drawing::Lang,
    exhibits::{Exhibit, Exhibits},
    text::{cut, minute, number, visible},
};

/// Exhibits that are printed one by one; all of them lie in the bag.
const EXHIBITS_LIMIT: usize = 200;
/// Runs of bytes that are printed for a figure.
const RANGES_LIMIT: usize = 40;
/// Longest value of a field that is printed.
const VALUE_CHARS: usize = 400;
/// Longest name of a case that is printed.
const NAME_CHARS: usize = 60;

/// The index as PDF, in one language.
///
/// # Errors
///
/// Where an embedded face is damaged.
pub fn exhibits_pdf(of: &Exhibits, lang: Lang) -> Result<Vec<u8>, PdfError> {
    let mut sheet = Sheet::new()?;
    head(&mut sheet, of, lang);
    sealed(&mut sheet, of, lang);
    exhibits(&mut sheet, of, lang);
    figures(&mut sheet, of, lang);
    custody(&mut sheet, of, lang);
    let name = cut(&visible(&of.case), NAME_CHARS).into_owned();
    sheet.number(&name);
    let title = format!("{name} · {}", lang.of("exhibits", "mga ebidensiya"));
    let producer = format!("Bakas {}", visible(&of.tool));
    let facts =
        write::Facts { title: &title, producer: &producer, created: date_of(of.made), lang };
    Ok(write::write(sheet, &facts))
}

fn head(sheet: &mut Sheet, of: &Exhibits, lang: Lang) {
    let kicker =
        format!("{} · {}", of.tlp, lang.of("Index of exhibits", "Talaan ng mga ebidensiya"));
    sheet.text(StructRole::P, SMALL, 0.0, &kicker);
    sheet.skip(3.0);
    sheet.rule(BLACK, 1.4);
    sheet.skip(8.0);
    if of.synthetic {
        let text = lang.of(
            "Synthetic: these logs were generated; nobody is accused of anything.",
            "Kathang-isip: nilikha ang mga log na ito; walang pinararatangan.",
        );
        sheet.text(StructRole::P, Style::new(9.0).bold().ink(INSIDE), 0.0, text);
        sheet.skip(6.0);
    }
    sheet.text(StructRole::H1, Style::new(22.0).bold(), 0.0, &cut(&of.case, NAME_CHARS));
    sheet.skip(6.0);
    let mut facts = vec![(lang.of("Made", "Ginawa"), of.made.to_string())];
    if !of.to.is_empty() {
        facts.push((lang.of("For", "Para kay"), of.to.clone()));
    }
    if !of.purpose.is_empty() {
        facts.push((lang.of("Purpose", "Layunin"), of.purpose.clone()));
    }
    for (name, value) in facts {
        line(sheet, TEXT, &[0.0, 0.2, 1.0], &[name, &value], 0);
    }
    sheet.skip(4.0);
    sheet.paragraph(
        TEXT,
        lang.of(
            "An address shows where a connection came from. It does not show who was at the keyboard. \
             What is printed here is what the logs hold; whose hands they were is another question.",
            "Ipinakikita ng address kung saan nanggaling ang koneksiyon. Hindi nito ipinakikita kung \
             sino ang gumamit. Ang nakalimbag dito ay ang laman ng mga log; ibang tanong kung kaninong \
             kamay iyon.",
        ),
    );
}

fn sealed(sheet: &mut Sheet, of: &Exhibits, lang: Lang) {
    sheet.section(lang.of("What proves it", "Ano ang nagpapatunay"));
    let (origin, leaves, root) = &of.log;
    let none = lang.of("none", "wala");
    let joined = |all: &[String]| if all.is_empty() { none.to_owned() } else { all.join("; ") };
    for (name, value) in [
        (lang.of("Transparency log", "Log ng seal"), origin.clone()),
        (lang.of("Leaves", "Mga dahon"), number(*leaves)),
        (lang.of("Root hash", "Ugat na hash"), root.clone()),
        (lang.of("Key", "Susi"), of.key.0.clone()),
        (lang.of("Key fingerprint", "Tatak ng susi"), of.key.1.clone()),
        (lang.of("Time stamps", "Tatak ng oras"), joined(&of.stamps)),
        (lang.of("Witnesses", "Mga saksi"), joined(&of.witnesses)),
    ] {
        line(sheet, CELL, &[0.0, 0.2, 1.0], &[name, &value], 0);
    }
    sheet.skip(4.0);
    sheet.paragraph(
        SMALL,
        lang.of(
            "Compare the fingerprint with the signer over another channel. README.txt in this bag says \
             how each exhibit is checked with tools of others.",
            "Ihambing ang tatak sa lumagda sa ibang daan. Sinasabi ng README.txt sa bag na ito kung \
             paano susuriin ang bawat ebidensiya gamit ang kasangkapan ng iba.",
        ),
    );
}

fn exhibits(sheet: &mut Sheet, of: &Exhibits, lang: Lang) {
    sheet.section(lang.of("Exhibits", "Mga ebidensiya"));
    for exhibit in of.exhibits.iter().take(EXHIBITS_LIMIT) {
        one(sheet, exhibit, lang);
    }
    more(sheet, of.exhibits.len().saturating_sub(EXHIBITS_LIMIT), "records/", lang);
}

fn one(sheet: &mut Sheet, exhibit: &Exhibit, lang: Lang) {
    let title = match exhibit.incident.as_str() {
        "" => exhibit.number.clone(),
        incident => format!("{} · {incident}", exhibit.number),
    };
    sheet.heading(&title);
    let end = exhibit.offset + u64::from(exhibit.length);
    let place = format!(
        "{}, {} {}–{end} · {} {}",
        exhibit.file,
        lang.of("bytes", "mga byte"),
        exhibit.offset,
        lang.of("leaf", "dahon"),
        exhibit.leaf,
    );
    sheet.text(StructRole::P, SMALL, 0.0, &place);
    for (name, value) in &exhibit.shown {
        line(sheet, CELL, &[0.0, 0.14, 1.0], &[name, &cut(value, VALUE_CHARS)], 0);
    }
    if let Some(text) = &exhibit.line {
        sheet.text(StructRole::P, CELL, 0.0, &cut(text, VALUE_CHARS));
    }
    // Whole records hide nothing, whatever is taken out of them for the reader.
    if exhibit.hidden > 0 && exhibit.line.is_none() {
        let text = format!(
            "{} {}",
            exhibit.hidden,
            lang.of("fields are not shown", "bahagi ang hindi ipinakikita")
        );
        sheet.text(StructRole::P, SMALL, 0.0, &text);
    }
    sheet.skip(3.0);
}

fn figures(sheet: &mut Sheet, of: &Exhibits, lang: Lang) {
    if of.figures.is_empty() {
        return;
    }
    sheet.section(lang.of("Figures and their bytes", "Mga bilang at ang mga byte nito"));
    for figure in &of.figures {
        sheet.heading(&format!("{}: {}", figure.what, number(figure.value)));
        for (file, from, to, records) in figure.ranges.iter().take(RANGES_LIMIT) {
            let text = format!(
                "{file}: {from}–{to} ({} {})",
                number(*records),
                lang.of("records", "rekord")
            );
            sheet.text(StructRole::P, SMALL.ink(SOFT), 8.0, &text);
        }
        let left = figure.ranges.len().saturating_sub(RANGES_LIMIT) + figure.more;
        more(sheet, left, "figures.ndjson", lang);
    }
}

fn custody(sheet: &mut Sheet, of: &Exhibits, lang: Lang) {
    if of.custody.is_empty() && of.gaps.is_empty() {
        return;
    }
    sheet.section(lang.of("Custody", "Pag-iingat"));
    for act in &of.custody {
        let (at, leaf) = (minute(act.at), format!("#{}", act.leaf));
        let texts = [at.as_str(), &act.act, &act.who, &act.authority, &leaf];
        line(sheet, CELL, &[0.0, 0.18, 0.34, 0.66, 0.9, 1.0], &texts, 0);
    }
    for gap in &of.gaps {
        sheet.bullet(CELL.bold(), gap);
    }
}

fn more(sheet: &mut Sheet, left: usize, file: &str, lang: Lang) {
    if left > 0 {
        let text = format!(
            "{} {} data/{file}",
            number(left as u64),
            lang.of("more stand in", "pa ang nasa")
        );
        sheet.text(StructRole::P, SMALL, 0.0, &text);
    }
}
