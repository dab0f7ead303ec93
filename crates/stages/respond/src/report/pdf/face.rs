//! The two faces of the PDF: which glyph a character has, and how wide it is. Latin, Greek and
//! Cyrillic need no shaping; what the faces do not hold is written out.

use std::collections::BTreeMap;

use ttf_parser::{Face, GlyphId};

use super::PdfError;

/// Noto Sans, a subset (`fonts/README.md`).
const REGULAR: &[u8] = include_bytes!("../../fonts/NotoSans-Regular.ttf");
/// Noto Sans Bold, a subset.
const BOLD: &[u8] = include_bytes!("../../fonts/NotoSans-Bold.ttf");

/// One face, and the glyphs of it that were used.
pub(crate) struct Type {
    pub(super) name: &'static str,
    pub(super) data: &'static [u8],
    pub(super) face: Face<'static>,
    /// Glyph, and the character it stands for.
    pub(super) used: BTreeMap<u16, char>,
}

impl Type {
    /// The regular and the bold one.
    pub(crate) fn both() -> Result<[Self; 2], PdfError> {
        Ok([Self::new("NotoSans-Regular", REGULAR)?, Self::new("NotoSans-Bold", BOLD)?])
    }

    fn new(name: &'static str, data: &'static [u8]) -> Result<Self, PdfError> {
        let face = Face::parse(data, 0).map_err(|source| PdfError::Font { name, source })?;
        Ok(Self { name, data, face, used: BTreeMap::new() })
    }

    fn glyph(&self, c: char) -> Option<GlyphId> {
        self.face.glyph_index(c).filter(|glyph| glyph.0 != 0)
    }

    /// In thousandths of the size.
    pub(super) fn scaled(&self, units: f32) -> f32 {
        units * 1000.0 / f32::from(self.face.units_per_em())
    }

    /// The text as this face can show it.
    pub(super) fn showable(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        for c in text.chars() {
            match c {
                '\n' | '\r' | '\t' => out.push(' '),
                '−' => out.push('–'),
                '≥' => out.push_str(">="),
                _ if self.glyph(c).is_some() => out.push(c),
                _ => out.extend(c.escape_unicode()),
            }
        }
        out
    }

    /// Width of showable text, in points.
    pub(crate) fn width(&self, text: &str, size: f32) -> f32 {
        let units: u32 = text
            .chars()
            .filter_map(|c| self.glyph(c))
            .map(|glyph| u32::from(self.face.glyph_hor_advance(glyph).unwrap_or(0)))
            .sum();
        units as f32 * size / f32::from(self.face.units_per_em())
    }

    /// Glyph numbers of showable text, two bytes each, noted as used.
    pub(super) fn encode(&mut self, text: &str) -> Vec<u8> {
        let mut out = Vec::with_capacity(text.len() * 2);
        for c in text.chars() {
            if let Some(glyph) = self.glyph(c) {
                self.used.entry(glyph.0).or_insert(c);
                out.extend(glyph.0.to_be_bytes());
            }
        }
        out
    }

    /// Showable text broken at blanks, long words broken anywhere, into lines of that width.
    pub(super) fn wrap(&self, text: &str, size: f32, room: f32) -> Vec<String> {
        let mut lines = vec![String::new()];
        let mut used = 0.0;
        let blank = self.width(" ", size);
        for word in text.split(' ').filter(|word| !word.is_empty()) {
            let wide = self.width(word, size);
            if used > 0.0 && used + blank + wide > room {
                lines.push(String::new());
                used = 0.0;
            }
            let line = lines.last_mut().expect("there is always a line");
            if used > 0.0 {
                line.push(' ');
                used += blank;
            }
            if wide <= room {
                line.push_str(word);
                used += wide;
                continue;
            }
            for c in word.chars() {
                let wide = self.width(c.encode_utf8(&mut [0; 4]), size);
                if used + wide > room && used > 0.0 {
                    lines.push(String::new());
                    used = 0.0;
                }
                lines.last_mut().expect("there is always a line").push(c);
                used += wide;
            }
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_face_lacks_is_written_out() {
        let face = Type::new("regular", REGULAR).unwrap();
        assert_eq!(face.showable("Peñafuerte ₱ “ok” −7 ≥ …"), "Peñafuerte ₱ “ok” –7 >= …");
        assert_eq!(face.showable("中\u{202e}x"), "\\u{4e2d}\\u{202e}x");
    }

    #[test]
    fn lines_fit_and_nothing_is_lost() {
        let face = Type::new("regular", REGULAR).unwrap();
        let text = format!("one two {} three", "x".repeat(300));
        let lines = face.wrap(&text, 10.0, 100.0);
        assert!(lines.iter().all(|line| face.width(line, 10.0) <= 100.0));
        assert_eq!(lines.concat().replace(' ', ""), text.replace(' ', ""));
    }
}
