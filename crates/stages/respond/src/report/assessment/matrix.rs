//! The matrix as a drawing: for each item and explanation how far it moved the odds, as a bar from
//! the middle of its cell. To the right and filled is towards, to the left and hatched is away.

use bakas_model::{
    Assessment, EvidenceItem,
    assessment::{Cell, Moved},
};

use super::words;
use crate::drawing::{Drawing, Fill, Lang, Letter, Ruler, Stroke};

const WIDTH: f32 = 487.0;
const TEXT_WIDTH: f32 = 196.0;
const RATING_WIDTH: f32 = 26.0;
const LABEL: Letter = Letter::new(7.4);
const SMALL: Letter = Letter::new(6.0);
const ROW: f32 = 24.0;
/// Items that are drawn, those that moved most.
pub(in crate::report) const ITEMS_LIMIT: usize = 22;
/// Explanations that are drawn, the likeliest.
const COLUMNS_LIMIT: usize = 8;
/// Decibans that fill half a cell, at least and at most: a factor of 1.6 and of 3.
const FULL_DECIBANS: (f64, f64) = (2.0, 5.0);

/// Draws, where anything was weighed.
pub(in crate::report) fn draw(
    assessment: &Assessment,
    lang: Lang,
    ruler: &Ruler,
) -> Option<Drawing> {
    let rows = rows(assessment);
    let columns = assessment.hypotheses.len().min(COLUMNS_LIMIT);
    if rows.is_empty() || columns == 0 {
        return None;
    }
    let wide = (WIDTH - TEXT_WIDTH - RATING_WIDTH) / columns as f32;
    let mut drawing = Drawing::new(WIDTH, title(rows.len(), columns, lang));
    let left = |column: usize| TEXT_WIDTH + RATING_WIDTH + wide * column as f32;
    for (column, hypothesis) in assessment.hypotheses.iter().take(columns).enumerate() {
        let middle = left(column) + wide / 2.0;
        drawing.text(middle, 9.0, LABEL.bold().middle(), format!("H{}", column + 1));
        let id = ruler.fit(&hypothesis.id, SMALL.size, wide - 4.0);
        drawing.text(middle, 17.0, SMALL.soft().middle(), id);
    }
    let full = rows.iter().map(|(_, moved)| most(moved)).fold(FULL_DECIBANS.0, f64::max);
    let full = full.min(FULL_DECIBANS.1);
    let mut y = 22.0;
    for (item, moved) in &rows {
        drawing.line((0.0, y), (WIDTH, y), Stroke::Thin);
        let label = format!("E{}. {}", item.number, lang.text(&item.text));
        let lines = ruler.wrap(&label, LABEL.size, TEXT_WIDTH - 6.0, 2);
        drawing.lines(0.0, y + 9.0, LABEL, &lines);
        let rating = format!("{}{}", item.reliability, item.credibility);
        drawing.text(TEXT_WIDTH + RATING_WIDTH / 2.0, y + 14.0, LABEL.middle(), rating);
        for column in 0..columns {
            let hypothesis = &assessment.hypotheses[column].id;
            let cell = |cell: &&Cell| cell.item == item.number && cell.hypothesis == *hypothesis;
            let found = assessment.matrix.iter().find(cell);
            let decibans = moved.decibans.get(column).copied();
            draw_cell(&mut drawing, (left(column), y), (wide, full), (found, decibans));
        }
        y += ROW;
    }
    drawing.line((0.0, y), (WIDTH, y), Stroke::Thin);
    let rest = assessment.moved.len().saturating_sub(rows.len());
    if rest > 0 {
        drawing.text(0.0, y + 10.0, LABEL.soft(), words::and_more(rest, lang));
        y += 12.0;
    }
    drawing.height = y + 2.0;
    Some(drawing)
}

/// The items that moved most, in the order of their numbers.
fn rows(assessment: &Assessment) -> Vec<(&EvidenceItem, &Moved)> {
    let mut rows: Vec<(&EvidenceItem, &Moved)> = assessment
        .moved
        .iter()
        .filter_map(|moved| Some((assessment.item(moved.item)?, moved)))
        .collect();
    rows.sort_by(|a, b| most(b.1).total_cmp(&most(a.1)).then(a.1.item.cmp(&b.1.item)));
    rows.truncate(ITEMS_LIMIT);
    rows.sort_by_key(|(item, _)| item.number);
    rows
}

fn most(moved: &Moved) -> f64 {
    moved
        .decibans
        .iter()
        .filter(|one| one.is_finite())
        .fold(0.0_f64, |most, one| most.max(one.abs()))
}

fn title(rows: usize, columns: usize, lang: Lang) -> String {
    match lang {
        Lang::En => format!(
            "{rows} items of evidence beside {columns} explanations; the same numbers stand in the table of the evidence"
        ),
        Lang::Fil => format!(
            "{rows} ebidensiya sa tabi ng {columns} paliwanag; nasa talahanayan ng ebidensiya ang gayon ding mga bilang"
        ),
    }
}

fn draw_cell(
    drawing: &mut Drawing,
    (x, y): (f32, f32),
    (wide, full): (f32, f64),
    (cell, decibans): (Option<&Cell>, Option<f64>),
) {
    let middle = x + wide / 2.0;
    drawing.line((middle, y + 3.0), (middle, y + ROW - 9.0), Stroke::Thin);
    let decibans = decibans.filter(|moved| moved.is_finite()).unwrap_or(0.0);
    let half = wide / 2.0 - 4.0;
    let length = half * ((decibans.abs() / full).min(1.0) as f32);
    if length < 0.6 {
        drawing.text(middle, y + 11.5, LABEL.middle(), "·");
    } else if decibans > 0.0 {
        drawing.rect((middle, y + 4.0), (length, 9.0), Fill::Ink, true);
    } else {
        drawing.rect((middle - length, y + 4.0), (length, 9.0), Fill::Hatch, true);
    }
    let Some(cell) = cell else { return };
    let mark = if cell.overridden { "*" } else { "" };
    let letter = if cell.overridden { SMALL.bold() } else { SMALL.soft() };
    let text = format!("{:.0} %{mark}", cell.best.clamp(0.0, 1.0) * 100.0);
    drawing.text(middle, y + ROW - 3.0, letter.middle(), text);
}
