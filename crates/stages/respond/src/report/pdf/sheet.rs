//! Text onto A4 pages: paragraphs, rows of cells, bars, page breaks, and the tags that say what each
//! piece is. It knows nothing of cases.

use pdf_writer::{Content, Finish, Name, Str, types::StructRole};

use super::{PdfError, face};
use crate::text::visible;

pub(super) const WIDTH: f32 = 595.28;
pub(super) const HEIGHT: f32 = 841.89;
pub(super) const MARGIN: f32 = 54.0;
pub(super) const ROOM: f32 = WIDTH - 2.0 * MARGIN;
const BOTTOM: f32 = 62.0;
/// Pages before the rest is left to `report.html`.
const PAGES_LIMIT: usize = 400;

/// A colour in red, green and blue.
pub(super) type Ink = [f32; 3];
pub(super) const BLACK: Ink = [0.09, 0.11, 0.13];
pub(super) const SOFT: Ink = [0.36, 0.39, 0.42];
pub(super) const LINE: Ink = [0.82, 0.80, 0.75];

/// How a piece of text looks.
#[derive(Clone, Copy)]
pub(super) struct Style {
    pub(super) bold: bool,
    pub(super) size: f32,
    pub(super) ink: Ink,
}

impl Style {
    pub(super) const fn new(size: f32) -> Self {
        Self { bold: false, size, ink: BLACK }
    }

    pub(super) const fn bold(self) -> Self {
        Self { bold: true, ..self }
    }

    pub(super) const fn ink(self, ink: Ink) -> Self {
        Self { ink, ..self }
    }

    fn leading(self) -> f32 {
        self.size * 1.38
    }
}

/// One page as far as it is written.
pub(super) struct Page {
    pub(super) content: Content,
    /// For each marked piece of the page, in the order of their numbers, its element.
    pub(super) marks: Vec<usize>,
}

/// A heading or paragraph, and its pieces: page and number on the page.
pub(super) struct Element {
    pub(super) role: StructRole,
    pub(super) pieces: Vec<(usize, i32)>,
    /// What a figure shows, in words.
    pub(super) says: Option<String>,
}

/// An entry of the outline.
pub(super) struct Bookmark {
    pub(super) title: String,
    pub(super) page: usize,
    pub(super) top: f32,
}

/// Pages being filled from top to bottom.
pub(super) struct Sheet {
    pub(super) pages: Vec<Page>,
    pub(super) faces: [face::Type; 2],
    pub(super) bookmarks: Vec<Bookmark>,
    pub(super) elements: Vec<Element>,
    y: f32,
}

/// A cell: where it begins and ends in the line, as shares of its width, how, and what.
pub(super) struct Cell {
    pub(super) from: f32,
    pub(super) to: f32,
    pub(super) style: Style,
    pub(super) text: String,
    pub(super) right: bool,
}

impl Sheet {
    pub(super) fn new() -> Result<Self, PdfError> {
        let faces = face::Type::both()?;
        let mut sheet =
            Self { pages: Vec::new(), faces, bookmarks: Vec::new(), elements: Vec::new(), y: 0.0 };
        sheet.turn();
        Ok(sheet)
    }

    fn turn(&mut self) {
        self.pages.push(Page { content: Content::new(), marks: Vec::new() });
        self.y = HEIGHT - MARGIN;
    }

    pub(super) fn page(&mut self) -> &mut Page {
        self.pages.last_mut().expect("a sheet begins with a page")
    }

    /// Whether nothing more is taken.
    pub(super) fn full(&self) -> bool {
        self.pages.len() >= PAGES_LIMIT
    }

    /// Turns the page where less than that is left.
    pub(super) fn keep(&mut self, height: f32) {
        if self.y - height < BOTTOM && self.y < HEIGHT - MARGIN {
            self.turn();
        }
    }

    pub(super) fn skip(&mut self, height: f32) {
        self.y -= height;
    }

    /// A section's heading, kept with what follows and listed in the outline.
    pub(super) fn section(&mut self, title: &str) {
        self.keep(90.0);
        self.skip(14.0);
        self.rule(BLACK, 0.8);
        self.skip(6.0);
        let (page, top) = (self.pages.len() - 1, self.y + 12.0);
        self.bookmarks.push(Bookmark { title: visible(title).into_owned(), page, top });
        self.text(StructRole::H2, Style::new(15.0).bold(), 0.0, title);
        self.skip(4.0);
    }

    /// A heading within a section.
    pub(super) fn heading(&mut self, title: &str) {
        self.keep(60.0);
        self.skip(8.0);
        self.text(StructRole::H3, Style::new(11.0).bold(), 0.0, title);
        self.skip(1.5);
    }

    /// A paragraph, indented by some points, broken over lines and pages.
    pub(super) fn text(&mut self, role: StructRole, style: Style, indent: f32, text: &str) {
        if self.full() {
            return;
        }
        self.element(role);
        let face = &self.faces[usize::from(style.bold)];
        let lines = face.wrap(&face.showable(&visible(text)), style.size, ROOM - indent);
        for line in lines {
            self.keep(style.leading());
            self.y -= style.leading();
            let y = self.y + style.leading() * 0.28;
            self.put(style, MARGIN + indent, y, &line);
        }
    }

    /// An ordinary paragraph with air under it.
    pub(super) fn paragraph(&mut self, style: Style, text: &str) {
        self.text(StructRole::P, style, 0.0, text);
        self.skip(3.5);
    }

    /// A paragraph behind a bullet.
    pub(super) fn bullet(&mut self, style: Style, text: &str) {
        self.keep(style.leading());
        let y = self.y - style.leading() * 0.72;
        self.element(StructRole::P);
        self.put(style, MARGIN + 2.0, y, "•");
        self.text(StructRole::P, style, 12.0, text);
        self.skip(1.5);
    }

    /// Cells side by side with a line under them.
    pub(super) fn row(&mut self, cells: &[Cell]) {
        self.cells(cells);
        self.y -= 3.0;
        self.rule(LINE, 0.5);
    }

    /// Cells side by side, as high as the highest.
    pub(super) fn cells(&mut self, cells: &[Cell]) {
        if self.full() {
            return;
        }
        let mut wrapped = Vec::with_capacity(cells.len());
        let mut height = 0.0_f32;
        for cell in cells {
            let face = &self.faces[usize::from(cell.style.bold)];
            let room = (cell.to - cell.from) * ROOM - 6.0;
            let mut lines = face.wrap(&face.showable(&visible(&cell.text)), cell.style.size, room);
            lines.truncate(24);
            height = height.max(lines.len() as f32 * cell.style.leading());
            wrapped.push(lines);
        }
        self.keep(height + 6.0);
        for (cell, lines) in cells.iter().zip(wrapped) {
            let style = cell.style;
            self.element(StructRole::P);
            for (at, line) in lines.iter().enumerate() {
                let wide = self.faces[usize::from(style.bold)].width(line, style.size);
                let x = if cell.right { cell.to * ROOM - 6.0 - wide } else { cell.from * ROOM };
                let y = self.y - 2.0 - style.leading() * (at as f32 + 0.74);
                self.put(style, MARGIN + x, y, line);
            }
        }
        self.y -= height + 2.0;
    }

    /// A line across.
    pub(super) fn rule(&mut self, ink: Ink, thick: f32) {
        let y = self.y;
        self.block(ink, 0.0, ROOM, y, thick);
    }

    /// A filled block on the current page; `y` is its lower edge. Ornament, not content.
    pub(super) fn block(&mut self, ink: Ink, x: f32, width: f32, y: f32, height: f32) {
        let content = &mut self.page().content;
        content.begin_marked_content(Name(b"Artifact"));
        content.set_fill_rgb(ink[0], ink[1], ink[2]);
        content.rect(MARGIN + x, y, width, height).fill_nonzero();
        content.end_marked_content();
    }

    pub(super) const fn y(&self) -> f32 {
        self.y
    }

    /// Begins a heading or paragraph of the tagged structure.
    pub(super) fn element(&mut self, role: StructRole) {
        self.elements.push(Element { role, pieces: Vec::new(), says: None });
    }

    /// A line of showable text at a place, as part of the last element.
    pub(super) fn put(&mut self, style: Style, x: f32, y: f32, text: &str) {
        let glyphs = self.faces[usize::from(style.bold)].encode(text);
        let (last, on) = (self.elements.len() - 1, self.pages.len() - 1);
        let page = self.pages.last_mut().expect("a sheet begins with a page");
        let number = i32::try_from(page.marks.len()).expect("a page holds some hundred pieces");
        page.marks.push(last);
        self.elements[last].pieces.push((on, number));
        let content = &mut page.content;
        content
            .begin_marked_content_with_properties(Name(b"Span"))
            .properties()
            .identify(number)
            .finish();
        show(content, style, x, y, &glyphs);
        content.end_marked_content();
    }

    /// Page numbers, once their count is known.
    pub(super) fn number(&mut self, name: &str) {
        let style = Style::new(7.6).ink(SOFT);
        let all = self.pages.len();
        for at in 0..all {
            let text = format!("{name} · {} / {all}", at + 1);
            let text = self.faces[0].showable(&visible(&text));
            let wide = self.faces[0].width(&text, style.size);
            let glyphs = self.faces[0].encode(&text);
            let content = &mut self.pages[at].content;
            content.begin_marked_content(Name(b"Artifact"));
            show(content, style, WIDTH - MARGIN - wide, 34.0, &glyphs);
            content.end_marked_content();
        }
    }
}

fn show(content: &mut Content, style: Style, x: f32, y: f32, glyphs: &[u8]) {
    let [red, green, blue] = style.ink;
    content.set_fill_rgb(red, green, blue);
    content.begin_text();
    content.set_font(Name(if style.bold { b"B" } else { b"R" }), style.size);
    content.next_line(x, y);
    content.show(Str(glyphs));
    content.end_text();
}
