//! When: lines of evidence a day as a histogram, and under it one lane for each agency with its
//! incidents and their steps, drawn here as SVG. `page.js` only moves what is drawn; without it the
//! picture stands still and the list below tells the same.

use std::collections::BTreeMap;

use bakas_model::{AgencyIx, Incident, Moment, Timestamp, time::SECONDS_PER_DAY};
use maud::{Markup, html};

use super::{
    Matter,
    parts::{both, incident_links, more, spans, text, time},
};
use crate::{
    text::{minute, number, plural, visible},
    view::View,
    words::{self, Phase},
};

const WIDTH: f64 = 1000.0;
const PAD: f64 = 8.0;
const BARS_HEIGHT: f64 = 96.0;
const BARS_TOP: f64 = 18.0;
const AXIS_HEIGHT: f64 = 26.0;
const ROW_HEIGHT: f64 = 30.0;
const LANE_HEAD: f64 = 26.0;
const LANE_FOOT: f64 = 10.0;
const CHAR_WIDTH: f64 = 6.2;
/// Histogram columns before days are drawn together.
const COLUMNS_LIMIT: i64 = 180;
/// Steps drawn as dots, and steps listed.
const DOTS_LIMIT: usize = 400;
const STEPS_LIMIT: usize = 200;
const STEPS_OPEN: usize = 12;

/// Seconds to the canvas.
#[derive(Clone, Copy)]
struct Scale {
    from: i64,
    to: i64,
}

impl Scale {
    fn of(view: &View<'_>) -> Option<Self> {
        let (first, last) = view.span()?;
        let from = i64::from(first.day().0) * SECONDS_PER_DAY;
        let to = (i64::from(last.day().0) + 1) * SECONDS_PER_DAY;
        Some(Self { from, to })
    }

    fn x(self, seconds: i64) -> f64 {
        let share = (seconds - self.from) as f64 / (self.to - self.from) as f64;
        PAD + share * (WIDTH - 2.0 * PAD)
    }
}

pub(super) fn draw(matter: &Matter<'_>) -> Markup {
    let view = &matter.view;
    let Some(scale) = Scale::of(view) else {
        return html! { p { (both("There is nothing to put on a timeline.", "Walang mailalagay sa takdang-panahon.")) } };
    };
    let lanes = lanes(view, scale);
    let height = bars(view) + AXIS_HEIGHT + lanes.iter().map(Lane::height).sum::<f64>();
    html! {
        figure.timeline id="tl" {
            (controls())
            div.plot tabindex="0" role="group" aria-label="Timeline. Plus and minus zoom, arrows move, zero shows all." {
                svg id="tl-svg" viewBox=(format!("0 0 {WIDTH} {height}")) width=(WIDTH) height=(height)
                    data-from=(scale.from) data-to=(scale.to) data-bars=(bars(view)) {
                    g.grid { (ticks(scale, bars(view), height)) }
                    (histogram(view, scale))
                    (draw_lanes(view, scale, &lanes))
                }
            }
            p.live id="tl-live" aria-live="polite" {}
            (legend())
        }
        (steps(view))
    }
}

/// Where the columns stand; a case that was not counted by day has none.
fn bars(view: &View<'_>) -> f64 {
    if view.case.lines_per_day.is_empty() { 0.0 } else { BARS_TOP + BARS_HEIGHT }
}

fn controls() -> Markup {
    html! {
        div.controls id="tl-controls" hidden {
            button type="button" data-do="in" aria-label="Zoom in" { "+" }
            button type="button" data-do="out" aria-label="Zoom out" { "−" }
            button type="button" data-do="left" aria-label="Earlier" { "‹" }
            button type="button" data-do="right" aria-label="Later" { "›" }
            button type="button" data-do="all" { (both("Show all", "Ipakita lahat")) }
            span.hint { (both("wheel, drag or keys + − ← → 0", "gulong, hila o mga pindutang + − ← → 0")) }
        }
    }
}

fn legend() -> Markup {
    html! {
        figcaption {
            ul.legend {
                @for phase in Phase::ALL {
                    li class=(phase.class()) { i {} (both(
                        format!("somebody {}", phase.words().0), format!("may {}", phase.words().1))) }
                }
                li.step { i {} (both("a step worth telling", "isang hakbang na dapat ikuwento")) }
            }
            p { (both(
                "Columns: lines of evidence a day. Bars: incidents from first to last line. Days are UTC.",
                "Mga hanay: linya ng ebidensiya bawat araw. Mga guhit: insidente mula una hanggang huling linya. UTC ang mga araw.",
            )) }
        }
    }
}

/// Day, week or month lines, about ten of them.
fn ticks(scale: Scale, bottom: f64, height: f64) -> Markup {
    let days = (scale.to - scale.from) / SECONDS_PER_DAY;
    let step = [1, 2, 7, 14, 30, 91, 182, 365, 730, 1825]
        .into_iter()
        .find(|step| days / step <= 10)
        .unwrap_or(3650);
    html! {
        @for at in 0..=days / step {
            @let seconds = scale.from + at * step * SECONDS_PER_DAY;
            @let x = scale.x(seconds);
            @if x < WIDTH - 60.0 {
                line x1=(p(x)) x2=(p(x)) y1=(BARS_TOP.min(bottom)) y2=(height) {}
                text x=(p(x + 3.0)) y=(bottom + 17.0) { (Timestamp::from_seconds(seconds).day()) }
            }
        }
    }
}

/// A coordinate with one digit after the point.
fn p(x: f64) -> String {
    format!("{x:.1}")
}

fn histogram(view: &View<'_>, scale: Scale) -> Markup {
    let kinds: BTreeMap<_, _> =
        view.case.incidents.iter().map(|incident| (&incident.id, incident.kind)).collect();
    let days = ((scale.to - scale.from) / SECONDS_PER_DAY).max(1);
    let width = days.div_euclid(COLUMNS_LIMIT) + 1;
    let mut columns: BTreeMap<i64, [u64; 3]> = BTreeMap::new();
    for entry in &view.case.lines_per_day {
        let Some(&kind) = kinds.get(&entry.incident) else { continue };
        let day = i64::from(entry.day.0) - scale.from / SECONDS_PER_DAY;
        if (0..days).contains(&day) {
            columns.entry(day / width).or_default()[Phase::of(kind) as usize] += entry.lines;
        }
    }
    let Some(most) = columns.values().map(|sums| sums.iter().sum::<u64>()).max() else {
        return html! {};
    };
    let (per_en, per_fil) = match width {
        1 => ("a day".to_owned(), "bawat araw".to_owned()),
        n => (format!("in {n} days"), format!("sa {n} araw")),
    };
    html! {
        g.columns {
            @for (column, sums) in &columns {
                (stack(scale, (*column, width), *sums, most))
            }
        }
        text.most x=(PAD + 2.0) y="13" {
            tspan.en { "up to " (number(most)) " lines " (per_en) }
            tspan.fil lang="fil" { "hanggang " (number(most)) " linya " (per_fil) }
        }
    }
}

fn stack(scale: Scale, (column, width): (i64, i64), sums: [u64; 3], most: u64) -> Markup {
    let from = scale.from + column * width * SECONDS_PER_DAY;
    let to = (from + width * SECONDS_PER_DAY).min(scale.to);
    let (x, right) = (scale.x(from), scale.x(to));
    let mut y = BARS_TOP + BARS_HEIGHT;
    let total: u64 = sums.iter().sum();
    let day = Timestamp::from_seconds(from).day();
    html! {
        g data-a=(from) data-b=(to) {
            title { (day) ": " (number(total)) " " (plural(total, "line", "lines")) " / linya" }
            @for phase in [Phase::Inside, Phase::Tried, Phase::Looked] {
                @let lines = sums[phase as usize];
                @if lines > 0 {
                    @let tall = (lines as f64 / most as f64 * BARS_HEIGHT).max(1.5);
                    @let top = { y = (y - tall).max(0.0); y };
                    rect class=(phase.class()) x=(p(x + 0.4)) y=(p(top)) width=(p((right - x - 0.8).max(0.8))) height=(p(tall)) {}
                }
            }
        }
    }
}

/// One agency's incidents, packed into rows that do not overlap.
struct Lane<'c> {
    agency: AgencyIx,
    rows: Vec<Vec<&'c Incident>>,
}

impl Lane<'_> {
    fn height(&self) -> f64 {
        LANE_HEAD + self.rows.len() as f64 * ROW_HEIGHT + LANE_FOOT
    }
}

fn lanes<'c>(view: &View<'c>, scale: Scale) -> Vec<Lane<'c>> {
    let mut by_agency: BTreeMap<AgencyIx, Vec<&Incident>> = BTreeMap::new();
    for incident in &view.case.incidents {
        by_agency.entry(incident.agency).or_default().push(incident);
    }
    let mut lanes = Vec::new();
    for (agency, mut incidents) in by_agency {
        incidents.sort_by_key(|incident| (incident.first, &incident.id));
        let mut rows: Vec<(f64, Vec<&Incident>)> = Vec::new();
        for incident in incidents {
            let (left, right) = extent(incident, scale);
            match rows.iter_mut().find(|(end, _)| *end <= left) {
                Some((end, row)) => {
                    *end = right;
                    row.push(incident);
                }
                None => rows.push((right, vec![incident])),
            }
        }
        lanes.push(Lane { agency, rows: rows.into_iter().map(|(_, row)| row).collect() });
    }
    lanes.sort_by_key(|lane| lane.rows.iter().flatten().map(|i| i.first).min());
    lanes
}

/// What an incident takes of its row, with its label.
fn extent(incident: &Incident, scale: Scale) -> (f64, f64) {
    let left = scale.x(incident.first.as_seconds());
    let right = scale.x(incident.last.as_seconds());
    let (en, fil) = words::kind(incident.kind);
    let label = CHAR_WIDTH * (incident.id.0.len() + 3 + en.len().max(fil.len())) as f64;
    if left + label > WIDTH - PAD {
        return (WIDTH - PAD - label.max(right - left), f64::INFINITY);
    }
    (left, right.max(left + label) + 10.0)
}

fn draw_lanes(view: &View<'_>, scale: Scale, lanes: &[Lane<'_>]) -> Markup {
    let mut dots: BTreeMap<_, Vec<&Moment>> = BTreeMap::new();
    // What lasted as long as its incident is the bar itself.
    let steps = view.case.timeline.iter().filter(|moment| moment.until.is_none());
    for moment in steps.take(DOTS_LIMIT) {
        if let Some(id) = &moment.incident {
            dots.entry(id).or_default().push(moment);
        }
    }
    let mut y = bars(view) + AXIS_HEIGHT;
    html! {
        @for lane in lanes {
            @let top = { let top = y; y += lane.height(); top };
            g.lane {
                line.rule x1="0" x2=(WIDTH) y1=(p(top)) y2=(p(top)) data-full="" {}
                text.name x=(PAD) y=(p(top + 18.0)) { (visible(view.agency(lane.agency))) }
                @for (at, row) in lane.rows.iter().enumerate() {
                    @for incident in row {
                        (bar(incident, scale, top + LANE_HEAD + at as f64 * ROW_HEIGHT,
                             dots.get(&incident.id).map_or(&[], Vec::as_slice)))
                    }
                }
            }
        }
    }
}

fn bar(incident: &Incident, scale: Scale, y: f64, dots: &[&Moment]) -> Markup {
    let (a, b) = (incident.first.as_seconds(), incident.last.as_seconds());
    let (left, right) = (scale.x(a), scale.x(b));
    let (en, fil) = words::kind(incident.kind);
    let label = CHAR_WIDTH * (incident.id.0.len() + 3 + en.len().max(fil.len())) as f64;
    let at_end = left + label > WIDTH - PAD;
    let x = if at_end { WIDTH - PAD } else { left };
    html! {
        a href={ "#" (incident.id) } class=(Phase::of(incident.kind).class()) {
            title {
                (incident.id) " · " (visible(&incident.title.en)) " · " (minute(incident.first)) " – "
                (minute(incident.last)) " UTC · " (number(incident.lines)) " lines"
            }
            text.label x=(p(x)) y=(p(y + 9.0)) data-a=(a) data-b=(b) data-w=(label)
                text-anchor=[at_end.then_some("end")] {
                tspan.id { (incident.id) } " " tspan.k { (spans((en, fil))) }
            }
            rect.bar x=(p(left)) y=(p(y + 13.0)) width=(p((right - left).max(4.0))) height="9" rx="2.5"
                data-a=(a) data-b=(b) {}
            @for moment in dots {
                @let t = moment.time.as_seconds();
                circle cx=(p(scale.x(t))) cy=(p(y + 17.5)) r="3.6" data-t=(t) {
                    title { (minute(moment.time)) " UTC · " (visible(&moment.text.en)) }
                }
            }
        }
    }
}

/// The same as text.
fn steps(view: &View<'_>) -> Markup {
    let moments = &view.case.timeline;
    let shown = moments.len().min(STEPS_LIMIT);
    let open = shown.min(STEPS_OPEN);
    html! {
        @if !moments.is_empty() {
            h3 { (both("Step by step", "Hakbang-hakbang")) }
            ol.steps { @for moment in &moments[..open] { (step(view, moment)) } }
            @if shown > open {
                details {
                    summary { (both(format!("{} further steps", shown - open), format!("{} pang hakbang", shown - open))) }
                    ol.steps { @for moment in &moments[open..shown] { (step(view, moment)) } }
                }
            }
            (more(moments.len() as u64, shown, "timeline.ndjson"))
        }
    }
}

fn step(view: &View<'_>, moment: &Moment) -> Markup {
    html! {
        li {
            span.at {
                (time(moment.time))
                @if let Some(until) = moment.until { " – " (time(until)) }
            }
            span.what {
                b { (visible(view.agency(moment.agency))) } " "
                @if let Some(id) = &moment.incident { (incident_links([id])) }
                (text(&moment.text))
                @if moment.lines > 1 {
                    " " small { (both(format!("{} lines", number(moment.lines)), format!("{} linya", number(moment.lines)))) }
                }
            }
        }
    }
}
