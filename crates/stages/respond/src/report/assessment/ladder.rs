//! The rival explanations as a drawing: each with its share before and after the evidence and the
//! range that goes with it, on a scale parted as the words of likelihood are.

use bakas_model::{Assessment, Hypothesis};

use super::words;
use crate::drawing::{Drawing, Fill, Lang, Letter, Ruler, Stroke, percent, range};

const WIDTH: f32 = 487.0;
/// Where the scale begins and how wide it is.
const SCALE: (f32, f32) = (206.0, 156.0);
const LABEL: Letter = Letter::new(7.6);
const SMALL: Letter = Letter::new(6.4);
/// Hypotheses that are drawn; a question has fewer.
const ROWS_LIMIT: usize = 16;
/// Where one word ends and the next begins (ICD 203), as shares.
const BOUNDS: [f64; 6] = [0.05, 0.20, 0.45, 0.55, 0.80, 0.95];

/// Draws.
pub(in crate::report) fn draw(assessment: &Assessment, lang: Lang, ruler: &Ruler) -> Drawing {
    let mut drawing = Drawing::new(WIDTH, title(assessment, lang));
    let mut y = 12.0;
    let top = y;
    for (at, hypothesis) in assessment.hypotheses.iter().take(ROWS_LIMIT).enumerate() {
        y = row(&mut drawing, (at + 1, hypothesis), y, lang, ruler);
    }
    scale(&mut drawing, top - 4.0, y);
    drawing.height = y + 12.0;
    drawing
}

fn title(assessment: &Assessment, lang: Lang) -> String {
    let rows: Vec<String> = assessment
        .hypotheses
        .iter()
        .take(ROWS_LIMIT)
        .enumerate()
        .map(|(at, h)| format!("H{} {} ({})", at + 1, percent(h.best), range(h.low, h.high)))
        .collect();
    let what = lang.of("Shares of the explanations: ", "Mga bahagi ng mga paliwanag: ");
    format!("{what}{}", rows.join("; "))
}

fn x(share: f64) -> f32 {
    SCALE.0 + SCALE.1 * (share.clamp(0.0, 1.0) as f32)
}

fn row(
    drawing: &mut Drawing,
    (number, hypothesis): (usize, &Hypothesis),
    y: f32,
    lang: Lang,
    ruler: &Ruler,
) -> f32 {
    let lines = ruler.wrap(lang.text(&hypothesis.text), LABEL.size, SCALE.0 - 34.0, 3);
    let height = (LABEL.leading() * lines.len() as f32 + 5.0).max(22.0);
    drawing.text(0.0, y + 8.0, LABEL.bold(), format!("H{number}"));
    drawing.lines(20.0, y + 8.0, LABEL, &lines);
    let middle = y + height / 2.0 - 2.0;
    let (low, high) = (x(hypothesis.low), x(hypothesis.high));
    drawing.rect((low, middle - 4.0), ((high - low).max(1.0), 8.0), Fill::Hatch, true);
    let best = x(hypothesis.best);
    drawing.rect((best - 1.3, middle - 7.0), (2.6, 14.0), Fill::Ink, false);
    let prior = x(hypothesis.prior);
    drawing.line((prior, middle - 7.0), (prior, middle + 7.0), Stroke::Dashed);
    let right = SCALE.0 + SCALE.1 + 8.0;
    let word = words::likelihood(hypothesis, lang);
    drawing.lines(
        right,
        middle - 1.0,
        LABEL.bold(),
        &ruler.wrap(&word, LABEL.size, WIDTH - right, 1),
    );
    let numbers =
        format!("{} ({})", percent(hypothesis.best), range(hypothesis.low, hypothesis.high));
    drawing.text(right, middle + 7.5, SMALL.soft(), numbers);
    y + height
}

fn scale(drawing: &mut Drawing, top: f32, bottom: f32) {
    let mut grid = Drawing::default();
    for bound in BOUNDS {
        grid.line((x(bound), top), (x(bound), bottom), Stroke::Thin);
    }
    // Under the bars, so that it does not cross them.
    drawing.shapes.splice(0..0, grid.shapes);
    for share in [0.0, 0.05, 0.20, 0.45, 0.55, 0.80, 0.95, 1.0] {
        let letter = match share {
            s if s <= 0.0 => SMALL.soft(),
            s if s >= 1.0 => SMALL.soft().end(),
            _ => SMALL.soft().middle(),
        };
        // 0 and 100 would stand on their neighbours.
        if (0.01..0.99).contains(&share) {
            drawing.text(x(share), bottom + 8.0, letter, format!("{:.0}", share * 100.0));
        }
    }
    drawing.text(SCALE.0 + SCALE.1 + 8.0, bottom + 8.0, SMALL.soft(), "%");
}
