//! A drawing as SVG within a page: patterns of its own, the page's colours, text that can be
//! selected, and what it shows in words for whoever cannot see it. Everything is escaped by the
//! templates.

use maud::{Markup, html};

use super::{Anchor, Drawing, Fill, Shape, Stroke};

/// The drawing; `id` is its own in the page, so that its patterns are.
pub(crate) fn svg(drawing: &Drawing, id: &str) -> Markup {
    let view = format!("0 0 {} {}", short(drawing.width), short(drawing.height));
    html! {
        svg.drawing viewBox=(view) role="img" aria-label=(drawing.title) style=(format!("max-width:{}px", short(drawing.width * 1.5))) {
            @if uses_patterns(drawing) { (patterns(id)) }
            @for shape in &drawing.shapes { (one(shape, id)) }
        }
    }
}

fn uses_patterns(drawing: &Drawing) -> bool {
    drawing.shapes.iter().any(|shape| {
        matches!(shape, Shape::Rect { fill: Fill::Hatch | Fill::Cross | Fill::Dots, .. })
    })
}

fn patterns(id: &str) -> Markup {
    html! {
        defs {
            pattern id={ (id) "-h" } width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)" {
                line.st y2="4" {}
            }
            pattern id={ (id) "-x" } width="3" height="3" patternUnits="userSpaceOnUse" patternTransform="rotate(45)" {
                line.st y2="3" {} line.st x2="3" {}
            }
            pattern id={ (id) "-d" } width="3.4" height="3.4" patternUnits="userSpaceOnUse" {
                circle.fi cx="1.2" cy="1.2" r=".65" {}
            }
        }
    }
}

fn one(shape: &Shape, id: &str) -> Markup {
    match shape {
        Shape::Rect { x, y, width, height, fill, outline } => {
            let class = match (fill, outline) {
                (Fill::Ink, _) => "fi",
                (_, true) => "ou",
                (_, false) => "pa",
            };
            let pattern = match fill {
                Fill::Hatch => Some(format!("url(#{id}-h)")),
                Fill::Cross => Some(format!("url(#{id}-x)")),
                Fill::Dots => Some(format!("url(#{id}-d)")),
                Fill::Paper | Fill::Ink => None,
            };
            html! {
                rect class=(class) x=(short(*x)) y=(short(*y)) width=(short(*width)) height=(short(*height)) fill=[pattern.or_else(|| (*fill == Fill::Paper).then(|| "none".to_owned()))] {}
            }
        }
        Shape::Line { from, to, stroke } => {
            let class = match stroke {
                Stroke::Thin => "th",
                Stroke::Thick => "tk",
                Stroke::Dashed => "da",
            };
            html! { line class=(class) x1=(short(from.0)) y1=(short(from.1)) x2=(short(to.0)) y2=(short(to.1)) {} }
        }
        Shape::Text { x, y, letter, text } => {
            let mut class = String::from("t");
            for (is, name) in [(letter.bold, " b"), (letter.soft, " s")] {
                class.push_str(if is { name } else { "" });
            }
            let anchor = match letter.anchor {
                Anchor::Start => None,
                Anchor::Middle => Some("middle"),
                Anchor::End => Some("end"),
            };
            html! { text class=(class) x=(short(*x)) y=(short(*y)) font-size=(short(letter.size)) text-anchor=[anchor] { (text) } }
        }
    }
}

/// A length with at most one digit behind the point; what is no number becomes 0.
fn short(length: f32) -> String {
    if !length.is_finite() {
        return "0".to_owned();
    }
    let text = format!("{length:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drawing::Letter;

    #[test]
    fn text_is_escaped_and_numbers_are_numbers() {
        let mut drawing = Drawing::new(100.0, "a \"title\" <b>");
        drawing.rect((f32::NAN, 0.0), (f32::INFINITY, -3.0), Fill::Hatch, true);
        drawing.text(1.25, 2.0, Letter::new(8.0).bold(), "<script>alert(1)</script>");
        let text = svg(&drawing, "d1").into_string();
        assert!(text.contains("&lt;script&gt;") && !text.contains("<script>"), "{text}");
        assert!(text.contains("a &quot;title&quot; &lt;b&gt;"), "{text}");
        assert!(!text.contains("NaN") && !text.contains("inf"), "{text}");
        assert!(text.contains("url(#d1-h)") && text.contains("id=\"d1-h\""), "{text}");
    }
}
