//! `report.pdf`: the case on paper, for files and for people who sign. It says what `report.html`
//! says, shorter: headline, figures, incidents, networks and whom to ask, assessment, asks, what was
//! not read, data sets. One language throughout; the English one shows headline and asks in Filipino
//! too. Tagged, with an outline; the same case gives the same bytes.

mod assessment;
mod body;
mod exhibits;
mod face;
mod figure;
mod origin;
mod read;
mod sheet;
mod work;
mod write;

use bakas_model::{Case, Timestamp};
use pdf_writer::{Date, types::StructRole};

pub use self::exhibits::exhibits_pdf;
pub(crate) use self::face::Type as Face;
use self::sheet::{BLACK, Cell, Ink, SOFT, Sheet, Style};
use super::Edition;
use crate::{
    drawing::Lang,
    story::{self, Story},
    text::{cut, span, visible},
    view::View,
    words::Phase,
};

/// Why there is no PDF.
#[derive(Debug, thiserror::Error)]
pub enum PdfError {
    /// An embedded face is damaged.
    #[error("the embedded font {name} could not be read")]
    Font {
        /// Which.
        name: &'static str,
        /// Why.
        source: ttf_parser::FaceParsingError,
    },
}

/// Longest case name that is shown.
const NAME_CHARS: usize = 60;

const TEXT: Style = Style::new(9.6);
const SMALL: Style = Style::new(8.2).ink(SOFT);
const CELL: Style = Style::new(8.2);
const INSIDE: Ink = [0.69, 0.15, 0.11];

/// The report of a case as PDF.
///
/// # Errors
///
/// Where an embedded face is damaged.
pub fn pdf(case: &Case) -> Result<Vec<u8>, PdfError> {
    pdf_edition(case, &Edition::default())
}

/// The same, drawn anew with what was judged since, in the edition's language.
///
/// # Errors
///
/// Where an embedded face is damaged.
pub fn pdf_edition(case: &Case, edition: &Edition<'_>) -> Result<Vec<u8>, PdfError> {
    let view = View::new(case);
    let story = story::tell(case);
    let mut sheet = Sheet::new()?;
    let lang = edition.lang;
    head(&mut sheet, case, &story, lang);
    figures(&mut sheet, &story, lang);
    body::write(&mut sheet, &view, edition);
    let name = cut(&visible(&case.name), NAME_CHARS).into_owned();
    sheet.number(&name);
    let title = format!("{name} · Bakas");
    let producer = format!("Bakas {}", visible(&case.tool_version));
    let facts =
        write::Facts { title: &title, producer: &producer, created: date_of(case.created), lang };
    Ok(write::write(sheet, &facts))
}

fn date_of(time: Timestamp) -> Date {
    let (year, month, day, hour, minute, second) = time.civil();
    Date::new(u16::try_from(year).unwrap_or(0))
        .month(month)
        .day(day)
        .hour(hour)
        .minute(minute)
        .second(second)
        .utc_offset_hour(0)
        .utc_offset_minute(0)
}

fn head(sheet: &mut Sheet, case: &Case, story: &Story, lang: Lang) {
    let when = case.window.map(|(first, last)| span(first, last)).unwrap_or_default();
    let name = cut(&case.name, NAME_CHARS);
    let mut kicker = format!("{} · {name}", lang.of("Bakas case report", "Ulat ng kaso ng Bakas"));
    if case.window.is_some() {
        kicker += &format!(" · {} {}", lang.of("logs of", "mga log ng"), lang.text(&when));
    }
    sheet.text(StructRole::P, SMALL, 0.0, &kicker);
    sheet.skip(3.0);
    sheet.rule(BLACK, 1.4);
    sheet.skip(8.0);
    if case.synthetic {
        sheet.text(
            StructRole::P,
            Style::new(9.0).bold().ink(INSIDE),
            0.0,
            lang.of(
                "Synthetic: these logs were generated; the agencies and people in them are made \
                 up, and nobody is accused of anything.",
                "Kathang-isip: nilikha ang mga log na ito; gawa-gawa ang mga ahensiya at tao rito, \
                 at walang pinararatangan.",
            ),
        );
        sheet.skip(6.0);
    }
    sheet.text(StructRole::H1, Style::new(24.0).bold(), 0.0, lang.text(&story.headline));
    sheet.skip(8.0);
    for sentence in &story.sentences {
        sheet.paragraph(Style::new(11.0), lang.text(sentence));
    }
    if lang == Lang::Fil {
        return;
    }
    sheet.skip(6.0);
    sheet.text(StructRole::P, TEXT.bold().ink(SOFT), 0.0, &story.headline.fil);
    let fil: Vec<&str> = story.sentences.iter().map(|sentence| sentence.fil.as_str()).collect();
    sheet.paragraph(TEXT.ink(SOFT), &fil.join(" "));
}

fn figures(sheet: &mut Sheet, story: &Story, lang: Lang) {
    sheet.keep(90.0);
    sheet.skip(6.0);
    sheet.rule(BLACK, 0.8);
    sheet.skip(4.0);
    for three in story.figures.chunks(3) {
        let cell = |at: usize, style, text: &str| Cell {
            from: at as f32 / 3.0,
            to: (at + 1) as f32 / 3.0,
            style,
            text: text.to_owned(),
            right: false,
        };
        let mut cells = Vec::new();
        for (at, figure) in three.iter().enumerate() {
            let ink = if figure.phase == Some(Phase::Inside) { INSIDE } else { BLACK };
            cells.push(cell(at, Style::new(17.0).bold().ink(ink), &figure.value));
        }
        sheet.cells(&cells);
        let labels: Vec<Cell> =
            three.iter().enumerate().map(|(at, f)| cell(at, SMALL, lang.text(&f.label))).collect();
        sheet.row(&labels);
    }
}
