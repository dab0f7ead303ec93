//! A drawing as a list of plain shapes, so that one function draws for the page (SVG) and for paper
//! (PDF). Shapes are told apart by pattern and words, never by colour alone. What is drawn is decided
//! elsewhere.

mod odds;
mod ruler;
mod svg;

pub(crate) use odds::{factor, odds, percent, range};
pub(crate) use ruler::Ruler;
pub(crate) use svg::svg;

/// The language of a drawing's words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Filipino.
    Fil,
}

/// What fills a shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fill {
    /// Nothing: the paper shows.
    Paper,
    /// The colour of the text.
    Ink,
    /// Slanted lines on paper.
    Hatch,
    /// Close crossed lines on paper.
    Cross,
    /// Dots on paper.
    Dots,
}

/// How a line is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stroke {
    Thin,
    Thick,
    Dashed,
}

/// At which of its points a text stands at its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

/// How a text looks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Letter {
    pub(crate) size: f32,
    pub(crate) bold: bool,
    pub(crate) soft: bool,
    pub(crate) anchor: Anchor,
}

/// One shape; lengths are in points, from the upper left corner.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Shape {
    Rect { x: f32, y: f32, width: f32, height: f32, fill: Fill, outline: bool },
    Line { from: (f32, f32), to: (f32, f32), stroke: Stroke },
    Text { x: f32, y: f32, letter: Letter, text: String },
}

/// A finished drawing.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Drawing {
    pub(crate) width: f32,
    pub(crate) height: f32,
    /// What it shows, for whoever cannot see it.
    pub(crate) title: String,
    pub(crate) shapes: Vec<Shape>,
}

impl Letter {
    pub(crate) const fn new(size: f32) -> Self {
        Self { size, bold: false, soft: false, anchor: Anchor::Start }
    }

    pub(crate) const fn bold(self) -> Self {
        Self { bold: true, ..self }
    }

    pub(crate) const fn soft(self) -> Self {
        Self { soft: true, ..self }
    }

    pub(crate) const fn middle(self) -> Self {
        Self { anchor: Anchor::Middle, ..self }
    }

    pub(crate) const fn end(self) -> Self {
        Self { anchor: Anchor::End, ..self }
    }

    /// From one line of text to the next.
    pub(crate) fn leading(self) -> f32 {
        self.size * 1.3
    }
}

impl Drawing {
    pub(crate) fn new(width: f32, title: impl Into<String>) -> Self {
        Self { width, title: title.into(), ..Self::default() }
    }

    pub(crate) fn rect(&mut self, at: (f32, f32), size: (f32, f32), fill: Fill, outline: bool) {
        let (width, height) = (size.0.max(0.0), size.1.max(0.0));
        self.shapes.push(Shape::Rect { x: at.0, y: at.1, width, height, fill, outline });
    }

    pub(crate) fn line(&mut self, from: (f32, f32), to: (f32, f32), stroke: Stroke) {
        self.shapes.push(Shape::Line { from, to, stroke });
    }

    /// One line of text on the base line `y`.
    pub(crate) fn text(&mut self, x: f32, y: f32, letter: Letter, text: impl Into<String>) {
        self.shapes.push(Shape::Text { x, y, letter, text: text.into() });
    }

    /// Lines of text one under the other, the first on the base line `y`.
    pub(crate) fn lines(&mut self, x: f32, y: f32, letter: Letter, lines: &[String]) {
        for (at, line) in lines.iter().enumerate() {
            self.text(x, y + letter.leading() * at as f32, letter, line.as_str());
        }
    }
}

impl Lang {
    /// The one of the two that is in this language; the first where there is no second.
    pub(crate) fn of<'t>(self, en: &'t str, fil: &'t str) -> &'t str {
        match self {
            Self::Fil if !fil.is_empty() => fil,
            _ => en,
        }
    }

    /// A text in this language.
    #[must_use]
    pub fn text(self, text: &bakas_model::Text) -> &str {
        self.of(&text.en, &text.fil)
    }
}
