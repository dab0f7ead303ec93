//! How wide text is, by the faces that the PDF embeds. A browser may show another face, so that
//! some room is always left.

use crate::{
    report::Face,
    text::{cut, visible},
};

/// A browser's own face may be this much wider than ours.
const ROOM_FOR_OTHER_FACES: f32 = 1.1;
/// Width of a character where a face could not be read, as a share of its size.
const USUAL_WIDTH: f32 = 0.6;

/// Measures and breaks text.
pub(crate) struct Ruler {
    faces: Option<[Face; 2]>,
}

impl Ruler {
    pub(crate) fn new() -> Self {
        let faces = Face::both().ok();
        Self { faces }
    }

    /// How wide a line of text is, in points.
    pub(crate) fn width(&self, text: &str, size: f32, bold: bool) -> f32 {
        let wide = match &self.faces {
            Some(faces) => faces[usize::from(bold)].width(text, size),
            None => text.chars().count() as f32 * size * USUAL_WIDTH,
        };
        wide * ROOM_FOR_OTHER_FACES
    }

    /// Text broken at blanks into at most so many lines; what is left out is told by `…`. Hidden
    /// characters are written out.
    pub(crate) fn wrap(&self, text: &str, size: f32, room: f32, limit: usize) -> Vec<String> {
        let text = visible(text);
        let mut lines: Vec<String> = Vec::new();
        let mut open = String::new();
        for word in text.split_whitespace() {
            let joined = if open.is_empty() { word.to_owned() } else { format!("{open} {word}") };
            if self.width(&joined, size, false) <= room {
                open = joined;
                continue;
            }
            if !open.is_empty() {
                lines.push(std::mem::take(&mut open));
            }
            if lines.len() > limit {
                break;
            }
            open = self.fit(word, size, room);
        }
        if !open.is_empty() {
            lines.push(open);
        }
        if lines.len() > limit {
            lines.truncate(limit);
            if let Some(last) = lines.last_mut() {
                while self.width(&format!("{last} …"), size, false) > room {
                    match last.rfind(' ') {
                        Some(at) => last.truncate(at),
                        None => drop(last.pop()),
                    }
                }
                last.push_str(" …");
            }
        }
        lines
    }

    /// The text, cut where it is wider than the room.
    pub(crate) fn fit(&self, text: &str, size: f32, room: f32) -> String {
        if self.width(text, size, false) <= room {
            return text.to_owned();
        }
        let count = text.chars().count();
        let fits = |limit: &usize| self.width(&cut(text, *limit), size, false) <= room;
        let limit = (1..count).rev().find(fits).unwrap_or(1);
        cut(text, limit).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_fit_their_room_and_say_where_they_were_cut() {
        let ruler = Ruler::new();
        let text = "one two three four five six seven eight nine ten";
        let lines = ruler.wrap(text, 9.0, 60.0, 2);
        assert_eq!(lines.len(), 2);
        assert!(lines.iter().all(|line| ruler.width(line, 9.0, false) <= 60.0), "{lines:?}");
        assert!(lines[1].ends_with('…'), "{lines:?}");
        assert_eq!(ruler.wrap(text, 9.0, 6000.0, 2), [text]);
        let long = ruler.wrap(&"x".repeat(4000), 9.0, 60.0, 2);
        assert!(long.len() == 1 && long[0].ends_with('…'), "{long:?}");
    }

    #[test]
    fn what_would_act_is_written_out() {
        assert_eq!(Ruler::new().wrap("a\u{202e}b", 9.0, 600.0, 2), ["a\\u{202e}b"]);
    }
}
