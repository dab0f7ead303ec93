//! A drawing onto a page of the PDF, as one figure that says in words what it shows.

use pdf_writer::{Content, Name, types::StructRole};

use super::sheet::{BLACK, Element, Ink, LINE, MARGIN, ROOM, SOFT, Sheet, Style};
use crate::{
    drawing::{Anchor, Drawing, Fill, Letter, Shape, Stroke},
    text::visible,
};

const WHITE: Ink = [1.0, 1.0, 1.0];
/// From one line of a pattern to the next, in points.
const HATCH_STEP: f32 = 3.2;

/// Where the drawing's corner lies on the page, and how much smaller than itself it is drawn.
#[derive(Clone, Copy)]
struct Frame {
    left: f32,
    top: f32,
    scale: f32,
}

impl Frame {
    fn at(self, x: f32, y: f32) -> (f32, f32) {
        (self.left + x * self.scale, self.top - y * self.scale)
    }
}

impl Sheet {
    /// Draws at the place that is reached, on the next page where it would not fit, smaller where it
    /// is wider than a page.
    pub(super) fn figure(&mut self, drawing: &Drawing) {
        if self.full() || drawing.shapes.is_empty() {
            return;
        }
        let scale = (ROOM / drawing.width).min(1.0);
        self.keep(drawing.height * scale + 4.0);
        let frame = Frame { left: MARGIN, top: self.y(), scale };
        self.elements.push(Element {
            role: StructRole::Figure,
            pieces: Vec::new(),
            says: Some(visible(&drawing.title).into_owned()),
        });
        for shape in &drawing.shapes {
            match shape {
                Shape::Text { x, y, letter, text } => self.letters(frame, (*x, *y), *letter, text),
                Shape::Rect { x, y, width, height, fill, outline } => {
                    let (left, top) = frame.at(*x, *y);
                    let (width, height) = (width * scale, height * scale);
                    let area = [left, top - height, width, height];
                    self.ornament(|content| rect(content, area, *fill, *outline));
                }
                Shape::Line { from, to, stroke } => {
                    let (from, to) = (frame.at(from.0, from.1), frame.at(to.0, to.1));
                    self.ornament(|content| line(content, from, to, *stroke));
                }
            }
        }
        self.skip(drawing.height * scale + 6.0);
    }

    fn letters(&mut self, frame: Frame, place: (f32, f32), letter: Letter, text: &str) {
        let ink = if letter.soft { SOFT } else { BLACK };
        let style = Style { bold: letter.bold, size: letter.size * frame.scale, ink };
        let face = &self.faces[usize::from(letter.bold)];
        let text = face.showable(&visible(text));
        let wide = face.width(&text, style.size);
        let (x, y) = frame.at(place.0, place.1);
        let x = match letter.anchor {
            Anchor::Start => x,
            Anchor::Middle => x - wide / 2.0,
            Anchor::End => x - wide,
        };
        self.put(style, x, y, &text);
    }

    /// Draws what is not text.
    fn ornament(&mut self, draw: impl FnOnce(&mut Content)) {
        let content = &mut self.page().content;
        content.begin_marked_content(Name(b"Artifact"));
        content.save_state();
        draw(content);
        content.restore_state();
        content.end_marked_content();
    }
}

fn rect(content: &mut Content, [x, y, width, height]: [f32; 4], fill: Fill, outline: bool) {
    let ground = if fill == Fill::Ink { BLACK } else { WHITE };
    content.set_fill_rgb(ground[0], ground[1], ground[2]);
    content.rect(x, y, width, height).fill_nonzero();
    if matches!(fill, Fill::Hatch | Fill::Cross | Fill::Dots) {
        content.save_state();
        content.rect(x, y, width, height).clip_nonzero().end_path();
        pattern(content, [x, y, width, height], fill);
        content.restore_state();
    }
    if outline {
        content.set_stroke_rgb(BLACK[0], BLACK[1], BLACK[2]).set_line_width(0.6);
        content.rect(x, y, width, height).stroke();
    }
}

fn pattern(content: &mut Content, [x, y, width, height]: [f32; 4], fill: Fill) {
    content.set_stroke_rgb(BLACK[0], BLACK[1], BLACK[2]).set_line_width(0.6);
    let steps = ((width + height) / HATCH_STEP).ceil().clamp(0.0, 2_000.0) as u16;
    for step in 0..=steps {
        let along = f32::from(step) * HATCH_STEP;
        if fill == Fill::Dots {
            content.set_dash_pattern([0.8, 2.4], 0.0);
            content.move_to(x, y + along).line_to(x + width, y + along);
        } else {
            content.move_to(x + along - height, y).line_to(x + along, y + height);
        }
        if fill == Fill::Cross {
            content.move_to(x + along, y).line_to(x + along - height, y + height);
        }
    }
    content.stroke();
}

fn line(content: &mut Content, from: (f32, f32), to: (f32, f32), stroke: Stroke) {
    let (ink, width) = match stroke {
        Stroke::Thin => (LINE, 0.5),
        Stroke::Thick => (BLACK, 1.4),
        Stroke::Dashed => (SOFT, 0.6),
    };
    if stroke == Stroke::Dashed {
        content.set_dash_pattern([2.0, 1.6], 0.0);
    }
    content.set_stroke_rgb(ink[0], ink[1], ink[2]).set_line_width(width);
    content.move_to(from.0, from.1).line_to(to.0, to.1).stroke();
}
