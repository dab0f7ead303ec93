//! The waterfall as a drawing: how each item moved the odds of the first explanation against its
//! nearest rival, from before the evidence to the answer. Towards is filled, away is hatched.

use bakas_model::{Assessment, assessment::Step};

use super::words;
use crate::drawing::{Drawing, Fill, Lang, Letter, Ruler, Stroke, factor, odds, percent};

const WIDTH: f32 = 487.0;
const PLOT: (f32, f32) = (216.0, 176.0);
const LABEL: Letter = Letter::new(7.4);
const SMALL: Letter = Letter::new(6.4);
const ROW: f32 = 25.0;
/// Steps that are drawn one by one; the rest is one step.
pub(in crate::report) const STEPS_LIMIT: usize = 20;
/// Half of the least width of the scale, in decibans.
const LEAST_DECIBANS: f64 = 3.2;
/// Marks of a narrow scale, in decibans: 3, 2, 1.5 to one, even, and back.
const NEAR_MARKS: [f64; 7] = [-4.771, -3.01, -1.761, 0.0, 1.761, 3.01, 4.771];
/// Marks of a wide one: 100, 30, 10, 3 to one, even, and back.
const FAR_MARKS: [f64; 9] = [-20.0, -14.771, -10.0, -4.771, 0.0, 4.771, 10.0, 14.771, 20.0];
/// Decibans from where on a scale is wide.
const WIDE_DECIBANS: f64 = 12.0;

/// Where decibans lie on the plot.
struct Scale {
    from: f64,
    to: f64,
}

impl Scale {
    fn new(steps: &[Step]) -> Self {
        let ends = steps.iter().flat_map(|step| [step.before, step.after]);
        let ends: Vec<f64> = ends.filter(|end| end.is_finite()).collect();
        let least = ends.iter().copied().fold(-LEAST_DECIBANS, f64::min);
        let most = ends.iter().copied().fold(LEAST_DECIBANS, f64::max);
        Self { from: least - 1.0, to: most + 1.0 }
    }

    fn x(&self, decibans: f64) -> f32 {
        let share = ((decibans - self.from) / (self.to - self.from)).clamp(0.0, 1.0);
        PLOT.0 + PLOT.1 * share as f32
    }
}

/// Draws, where anything was weighed.
pub(in crate::report) fn draw(
    assessment: &Assessment,
    lang: Lang,
    ruler: &Ruler,
) -> Option<Drawing> {
    let steps = &assessment.waterfall;
    let (first, last) = (steps.first()?, steps.last()?);
    let scale = Scale::new(steps);
    let mut drawing = Drawing::new(WIDTH, title(first, last, steps.len(), lang));
    let top = 14.0;
    let drawn = if steps.len() > STEPS_LIMIT + 1 { STEPS_LIMIT } else { steps.len() };
    let rows = drawn + 2 + usize::from(drawn < steps.len());
    let bottom = top + ROW * rows as f32;
    axis(&mut drawing, &scale, (top, bottom));
    let before = lang.of("Before the evidence", "Bago ang ebidensiya");
    level(&mut drawing, &scale, (top, before), (first.before, first.share_before));
    let mut y = top + ROW;
    for step in &steps[..drawn] {
        let text = assessment.item(step.item).map_or("", |item| lang.text(&item.text));
        let label = format!("E{}. {text}", step.item);
        bar(&mut drawing, &scale, y, step, (&label, &words::caps(&step.caps, lang)), ruler);
        y += ROW;
    }
    if drawn < steps.len() {
        let rest = &steps[drawn..];
        let label = match lang {
            Lang::En => format!("{} more items together", rest.len()),
            Lang::Fil => format!("{} pang ebidensiya, pinagsama", rest.len()),
        };
        let together = Step { before: rest[0].before, ..last.clone() };
        let together = Step { decibans: together.after - together.before, ..together };
        bar(&mut drawing, &scale, y, &together, (&label, ""), ruler);
        y += ROW;
    }
    let after = lang.of("After the evidence", "Pagkatapos ng ebidensiya");
    level(&mut drawing, &scale, (y, after), (last.after, last.share_after));
    drawing.height = bottom + 14.0;
    Some(drawing)
}

fn title(first: &Step, last: &Step, count: usize, lang: Lang) -> String {
    let (from, to) = (odds(first.before), odds(last.after));
    match lang {
        Lang::En => format!(
            "What moved the odds of H1 against its nearest rival: from {from} before the evidence to {to} after {count} items"
        ),
        Lang::Fil => format!(
            "Ano ang nagpagalaw sa tsansa ng H1 laban sa pinakamalapit na karibal: mula {from} bago ang ebidensiya hanggang {to} pagkatapos ng {count} ebidensiya"
        ),
    }
}

fn axis(drawing: &mut Drawing, scale: &Scale, (top, bottom): (f32, f32)) {
    let mut right = f32::NEG_INFINITY;
    let wide = scale.to - scale.from > WIDE_DECIBANS;
    let marks = if wide { &FAR_MARKS[..] } else { &NEAR_MARKS[..] };
    for mark in marks.iter().copied().filter(|mark| (scale.from..=scale.to).contains(mark)) {
        let x = scale.x(mark);
        let stroke = if mark == 0.0 { Stroke::Dashed } else { Stroke::Thin };
        drawing.line((x, top - 4.0), (x, bottom), stroke);
        // Marks that would stand upon one another are left out.
        if x - right > 24.0 {
            drawing.text(x, top - 7.0, SMALL.soft().middle(), odds(mark));
            right = x;
        }
    }
}

/// Where the odds stand, at the begin or the end.
fn level(
    drawing: &mut Drawing,
    scale: &Scale,
    (y, label): (f32, &str),
    (decibans, share): (f64, f64),
) {
    let x = scale.x(decibans);
    drawing.text(0.0, y + 14.0, LABEL.bold(), label);
    drawing.line((x, y + 4.0), (x, y + ROW - 3.0), Stroke::Thick);
    numbers(drawing, y, (&odds(decibans), &percent(share)));
}

fn bar(
    drawing: &mut Drawing,
    scale: &Scale,
    y: f32,
    step: &Step,
    (label, caps): (&str, &str),
    ruler: &Ruler,
) {
    let lines = ruler.wrap(label, LABEL.size, PLOT.0 - 8.0, if caps.is_empty() { 2 } else { 1 });
    drawing.lines(0.0, y + 9.0, LABEL, &lines);
    if !caps.is_empty() {
        let room = PLOT.0 - 16.0;
        drawing.text(8.0, y + 18.5, SMALL.soft(), ruler.fit(caps, SMALL.size, room));
    }
    let (from, to) = (scale.x(step.before), scale.x(step.after));
    let (left, right) = (from.min(to), from.max(to));
    let fill = if step.decibans >= 0.0 { Fill::Ink } else { Fill::Hatch };
    drawing.line((from, y - 4.0), (from, y + 6.0), Stroke::Dashed);
    drawing.rect((left, y + 6.0), ((right - left).max(0.8), 11.0), fill, true);
    numbers(drawing, y, (&factor(step.decibans), &percent(step.share_after)));
}

fn numbers(drawing: &mut Drawing, y: f32, (what, share): (&str, &str)) {
    drawing.text(WIDTH - 46.0, y + 14.0, LABEL.end(), what);
    drawing.text(WIDTH, y + 14.0, LABEL.bold().end(), share);
}
