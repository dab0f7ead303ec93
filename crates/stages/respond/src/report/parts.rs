//! Small pieces of markup that every section uses: both languages, values from logs, times, links,
//! tables. It decides how a thing looks, never what is said.

use bakas_model::{IncidentId, Text, Timestamp};
use maud::{Markup, html};

use crate::{
    text::{cut, minute, number, visible},
    words::Pair,
};

/// Longest value that stands in a `title`.
const TITLE_CHARS_LIMIT: usize = 2048;

/// The same in both languages; the reader's choice shows one.
pub(super) fn both(en: impl AsRef<str>, fil: impl AsRef<str>) -> Markup {
    let (en, fil) = (en.as_ref(), fil.as_ref());
    if fil.is_empty() || fil == en {
        return html! { (en) };
    }
    html! { span.en { (en) } span.fil lang="fil" { (fil) } }
}

/// A text of the case.
pub(super) fn text(text: &Text) -> Markup {
    both(&text.en, &text.fil)
}

/// A pair of words.
pub(super) fn pair(pair: Pair) -> Markup {
    both(pair.0, pair.1)
}

/// The same inside SVG text.
pub(super) fn spans(pair: Pair) -> Markup {
    html! { tspan.en { (pair.0) } tspan.fil lang="fil" { (pair.1) } }
}

/// A value from a log: hidden characters written out, long ones cut with the whole in the title.
pub(super) fn value(raw: &str, limit: usize) -> Markup {
    let shown = visible(raw);
    if shown.chars().nth(limit).is_none() {
        return html! { span.v { (shown) } };
    }
    html! { span.v title=(cut(&shown, TITLE_CHARS_LIMIT)) { (cut(&shown, limit)) } }
}

/// A time to the minute, whole in the title.
pub(super) fn time(time: Timestamp) -> Markup {
    html! { time datetime=(time) title=(format!("{time}")) { (minute(time)) } }
}

/// Links to incidents, parted by blanks.
pub(super) fn incident_links<'i>(ids: impl IntoIterator<Item = &'i IncidentId>) -> Markup {
    html! { @for id in ids { a.ref href={ "#" (id) } { (id) } " " } }
}

/// `and 12 more in evidence.ndjson`, where something was left out.
pub(super) fn more(all: u64, shown: usize, file: &str) -> Markup {
    let rest = all.saturating_sub(shown as u64);
    if rest == 0 {
        return html! {};
    }
    html! {
        p.more {
            (both(format!("and {} more in ", number(rest)), format!("at {} pa sa ", number(rest))))
            code { (file) }
        }
    }
}

/// A table that scrolls inside itself where the page is narrow.
pub(super) fn table(caption: Markup, label: &str, head: Markup, body: Markup) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label=(label) {
            table {
                caption { (caption) }
                thead { tr { (head) } }
                tbody { (body) }
            }
        }
    }
}

/// A column's head.
pub(super) fn th(en: &str, fil: &str) -> Markup {
    html! { th scope="col" { (both(en, fil)) } }
}

/// The head of a column of numbers.
pub(super) fn thn(en: &str, fil: &str) -> Markup {
    html! { th.n scope="col" { (both(en, fil)) } }
}

/// A cell of a number.
pub(super) fn tdn(n: u64) -> Markup {
    html! { td.n { (number(n)) } }
}

/// A cell of a number that may not apply.
pub(super) fn some(n: u64) -> Markup {
    html! { td.n { @if n == 0 { "—" } @else { (number(n)) } } }
}
