//! The reliability diagram as SVG, told apart without colour: by mark and by dash.

use std::fmt::Write as _;

use super::{
    measure::{Score, reliability},
    methods::Method,
};

const SIDE: f64 = 420.0;
const LEFT: f64 = 60.0;
const TOP: f64 = 20.0;
/// A bin with fewer shares than this is not drawn.
const LEAST: usize = 20;

pub(crate) fn reliability_of(scores: &[Score]) -> Vec<(f64, f64)> {
    let bins = reliability(scores.iter());
    bins.into_iter().filter(|bin| bin.0 >= LEAST).map(|(_, said, held)| (said, held)).collect()
}

const fn style(method: Method) -> (&'static str, &'static str) {
    match method {
        Method::Rule => ("", "circle"),
        Method::Naive => ("7 4", "square"),
        Method::Rated => ("2 3", "triangle"),
        Method::Counting => ("10 3 2 3", "cross"),
    }
}

fn mark(shape: &str, x: f64, y: f64) -> String {
    match shape {
        "circle" => format!("<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"5\" fill=\"#000\"/>"),
        "square" => format!(
            "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"9\" height=\"9\" fill=\"#fff\" stroke=\"#000\"/>",
            x - 4.5,
            y - 4.5
        ),
        "triangle" => format!(
            "<path d=\"M{x:.1} {:.1} l5.5 9.5 h-11 z\" fill=\"#999\" stroke=\"#000\"/>",
            y - 6.0
        ),
        _ => format!(
            "<path d=\"M{:.1} {:.1} l9 9 m-9 0 l9 -9\" stroke=\"#000\" stroke-width=\"1.5\"/>",
            x - 4.5,
            y - 4.5
        ),
    }
}

pub(crate) fn reliability_svg(all: &[(Method, Vec<(f64, f64)>)]) -> String {
    let at = |said: f64, held: f64| (LEFT + said * SIDE, TOP + (1.0 - held) * SIDE);
    let mut svg = String::from(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 700 500\" font-family=\"sans-serif\" font-size=\"13\" role=\"img\" aria-label=\"Reliability diagram: how often what was said at a share was true\">\n<rect width=\"700\" height=\"500\" fill=\"#fff\"/>\n",
    );
    let mut put = |line: String| writeln!(svg, "{line}").expect("a string takes it");
    put(format!(
        "<rect x=\"{LEFT}\" y=\"{TOP}\" width=\"{SIDE}\" height=\"{SIDE}\" fill=\"none\" stroke=\"#000\"/>"
    ));
    for step in 0..=5 {
        let share = f64::from(step) / 5.0;
        let ((x, y), label) = (at(share, share), step * 20);
        let (bottom, right) = (TOP + SIDE, LEFT + SIDE);
        put(format!(
            "<path d=\"M{x:.1} {TOP} V{bottom} M{LEFT} {y:.1} H{right}\" stroke=\"#ddd\"/>"
        ));
        put(format!(
            "<text x=\"{x:.1}\" y=\"{}\" text-anchor=\"middle\">{label}</text>",
            bottom + 17.0
        ));
        put(format!(
            "<text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{label}</text>",
            LEFT - 7.0,
            y + 4.0
        ));
    }
    let ((x0, y0), (x1, y1)) = (at(0.0, 0.0), at(1.0, 1.0));
    put(format!("<path d=\"M{x0} {y0} L{x1} {y1}\" stroke=\"#888\" stroke-width=\"1\"/>"));
    put("<text x=\"270\" y=\"480\" text-anchor=\"middle\">said, per cent</text>".to_owned());
    put("<text transform=\"translate(16 230) rotate(-90)\" text-anchor=\"middle\">true, per cent</text>".to_owned());
    for (row, (method, points)) in all.iter().enumerate() {
        let (dash, shape) = style(*method);
        let line: Vec<String> = points
            .iter()
            .map(|(said, held)| at(*said, *held))
            .map(|(x, y)| format!("{x:.1},{y:.1}"))
            .collect();
        put(format!(
            "<polyline points=\"{}\" fill=\"none\" stroke=\"#000\" stroke-width=\"1.3\" stroke-dasharray=\"{dash}\"/>",
            line.join(" ")
        ));
        for (said, held) in points {
            let (x, y) = at(*said, *held);
            put(mark(shape, x, y));
        }
        let y = 60.0 + 28.0 * row as f64;
        put(format!(
            "<path d=\"M500 {y} h34\" stroke=\"#000\" stroke-width=\"1.3\" stroke-dasharray=\"{dash}\"/>"
        ));
        put(mark(shape, 517.0, y));
        put(format!("<text x=\"542\" y=\"{}\">{}</text>", y + 4.0, method.name()));
    }
    svg.push_str("</svg>\n");
    svg
}

pub(crate) fn reliability_all(scores: &[(Method, Vec<Score>)]) -> Vec<(Method, Vec<(f64, f64)>)> {
    scores.iter().map(|(method, scores)| (*method, reliability_of(scores))).collect()
}
