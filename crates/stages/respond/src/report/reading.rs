//! What was read and what was not: every source with its events and rejects, clocks that seem off,
//! what looked like an attack and was set aside, and which rules were asked.

use bakas_model::{Case, RejectReason, SourceSummary, case::SetAside};
use maud::{Markup, html};

use super::{
    Matter,
    parts::{both, more, pair, table, tdn, text, th, thn, time, value},
};
use crate::{
    text::{bytes, number, plural, shift, stretch},
    view::View,
    words,
};

const SOURCES_OPEN: usize = 20;
const SOURCES_LIMIT: usize = 300;
const REJECTS_LIMIT: usize = 60;
const ASIDE_OPEN: usize = 8;
const ASIDE_LIMIT: usize = 100;
const PATH_CHARS: usize = 70;
const SAMPLE_CHARS: usize = 120;

pub(super) fn draw(matter: &Matter<'_>) -> Markup {
    let view = &matter.view;
    html! {
        (sources(view))
        (rejects(view))
        (idle(view.case))
        (clocks(view))
        (aside(view))
        (rules(view.case))
    }
}

fn sources(view: &View<'_>) -> Markup {
    let case = view.case;
    let head = html! {
        (th("File", "File")) (th("Agency", "Ahensiya")) (th("Format", "Anyo")) (thn("Size", "Laki"))
        (thn("Records", "Tala")) (thn("Not read", "Hindi nabasa")) (th("Why, and what to do", "Bakit, at ano ang gagawin"))
        (th("From – to", "Mula – hanggang")) (th("Clock", "Orasan"))
    };
    // What needs a look comes first.
    let mut ordered: Vec<&SourceSummary> = case.sources.iter().collect();
    ordered.sort_by_key(|summary| summary.rejects.is_empty());
    let wanting = ordered.iter().filter(|summary| !summary.rejects.is_empty()).count();
    let open =
        if ordered.len() <= SOURCES_OPEN { ordered.len() } else { wanting.min(SOURCES_OPEN) };
    let shown = ordered.len().min(SOURCES_LIMIT);
    let body = |from: usize, to: usize| html! { @for summary in &ordered[from..to] { (source(view, summary)) } };
    let counts = &case.counts;
    html! {
        p { (both(
            format!("{} {}, {}: {} {} read, {} {} not. A piece that could not be read is counted, never skipped in silence.",
                number(counts.files), plural(counts.files, "file", "files"), bytes(counts.bytes),
                number(counts.events), plural(counts.events, "record was", "records were"),
                number(counts.rejects), plural(counts.rejects, "piece was", "pieces were")),
            format!("{} file, {}: {} tala ang nabasa at {} piraso ang hindi. Binibilang ang bawat hindi nabasa; walang nilaktawan nang palihim.",
                number(counts.files), bytes(counts.bytes), number(counts.events), number(counts.rejects)),
        )) }
        @if open > 0 { (table(both("Sources", "Mga pinagmulan"), "Sources", head.clone(), body(0, open))) }
        @if shown > open {
            details {
                summary { (both("Sources that were read without loss", "Mga pinagmulang nabasa nang walang kulang")) " (" (number((shown - open) as u64)) ")" }
                (table(both("Sources", "Mga pinagmulan"), "Sources read", head, body(open, shown)))
            }
        }
        (more(case.sources.len() as u64, SOURCES_LIMIT, "case.json"))
    }
}

fn source(view: &View<'_>, summary: &SourceSummary) -> Markup {
    let source = &summary.source;
    let rejected: u64 = summary.rejects.values().sum();
    html! {
        tr.bad[summary.rejects.keys().any(|reason| *reason != RejectReason::Duplicate)] {
            th scope="row" { code { (value(&source.path, PATH_CHARS)) } }
            td { (value(view.agency_id(source.agency), 40)) }
            td { (value(&source.format, 40)) @if source.certainty < 100 && !source.format.is_empty() { " " small { (source.certainty) " %" } } }
            td.n.nowrap { (bytes(summary.bytes)) }
            (tdn(summary.events)) (tdn(rejected))
            td {
                @if let Some(same) = summary.duplicate_of {
                    (both("the same content as ", "kapareho ng laman ng ")) code { (value(view.source(same), PATH_CHARS)) } " "
                }
                @for (reason, count) in &summary.rejects {
                    (number(*count)) " " b { (pair(words::reject(*reason))) } ": " (pair(words::remedy(*reason))) br;
                }
            }
            td.nowrap { @if let (Some(first), Some(last)) = (summary.first, summary.last) { (time(first)) br; (time(last)) } @else { "—" } }
            td {
                (value(source.clock.zone.as_deref().unwrap_or("UTC"), 40)) " " small { (pair(words::clock(source.clock.basis))) }
                @if source.clock.offset_micros != 0 { br; (shift(source.clock.offset_micros)) }
            }
        }
    }
}

fn rejects(view: &View<'_>) -> Markup {
    let rejects = &view.case.rejects;
    if rejects.is_empty() {
        return html! {};
    }
    let head = html! { (th("Where", "Saan")) (th("Why", "Bakit")) (th("Sample", "Halimbawa")) };
    let body = html! {
        @for reject in rejects.iter().take(REJECTS_LIMIT) {
            tr {
                th.place scope="row" {
                    (value(view.source(reject.place.source), PATH_CHARS)) " @" (reject.place.offset) "+" (reject.place.length)
                    @if let Some(line) = reject.line { " · " (both(format!("record {}", number(line)), format!("tala {}", number(line)))) }
                }
                td { b { (pair(words::reject(reject.reason))) } " " (value(&reject.detail, SAMPLE_CHARS)) }
                td { code { (value(&reject.sample, SAMPLE_CHARS)) } }
            }
        }
    };
    html! {
        details {
            summary { (both("Samples of what could not be read", "Mga halimbawa ng hindi nabasa")) " (" (number(rejects.len() as u64)) ")" }
            (table(both("Samples of what could not be read", "Mga halimbawa ng hindi nabasa"), "Rejects", head, body))
            (more(rejects.len() as u64, REJECTS_LIMIT, "rejects.ndjson"))
        }
    }
}

fn clocks(view: &View<'_>) -> Markup {
    let proposals = &view.case.clock_proposals;
    html! {
        @if !proposals.is_empty() {
            h3 { (both("Clocks that seem off", "Mga orasang tila mali")) }
            p { (both(
                "Proposed, not applied: confirm with whoever runs the machine, then write it into bakas.toml and run again.",
                "Mungkahi, hindi inilapat: kumpirmahin sa nangangasiwa ng makina, isulat sa bakas.toml, at patakbuhin muli.",
            )) }
            ul {
                @for proposal in proposals {
                    li {
                        code { (value(view.source(proposal.source), PATH_CHARS)) } ": "
                        b { (shift(proposal.offset_micros)) } " " (both("against ", "kumpara sa ")) code { (value(view.source(proposal.against), PATH_CHARS)) }
                        ", " (both(
                            format!("from {} shared events, nine of ten within ± {}", number(proposal.shared_events), stretch(proposal.spread_micros)),
                            format!("mula sa {} magkaparehong pangyayari, siyam sa sampu sa loob ng ± {}", number(proposal.shared_events), stretch(proposal.spread_micros)),
                        ))
                    }
                }
            }
        }
    }
}

/// Entries of the configuration that are shown.
const IDLE_SHOWN: usize = 20;

fn idle(case: &Case) -> Markup {
    let idle = &case.idle_entries;
    html! {
        @if !idle.is_empty() {
            h3 { (both("Configured, and of no use here", "Nakasaad sa configuration, at walang silbi rito")) }
            p { (both(
                "These entries say nothing of the files that were read. Most are misspelt; then a zone, a clock or a trusted proxy was not applied.",
                "Walang sinasabi ang mga ito tungkol sa mga file na binasa. Karamihan ay mali ang baybay; kung gayon, may zone, orasan o pinagkakatiwalaang proxy na hindi nailapat.",
            )) }
            ul {
                @for one in idle.iter().take(IDLE_SHOWN) {
                    li { code { (value(&one.file, PATH_CHARS)) } ": " code { (value(&one.entry, PATH_CHARS)) } ": " (value(&one.why, PATH_CHARS)) }
                }
            }
            (more(idle.len() as u64, IDLE_SHOWN, "case.json"))
        }
    }
}

fn aside(view: &View<'_>) -> Markup {
    let aside = &view.case.set_aside;
    html! {
        h3 id="aside" { (both("Set aside, and why", "Isinantabi, at bakit")) }
        @if aside.is_empty() { p { (both("Nothing was set aside.", "Walang isinantabi.")) } }
        ul.aside { @for one in aside.iter().take(ASIDE_OPEN) { (set_aside(view, one)) } }
        @if aside.len() > ASIDE_OPEN {
            @let further = aside.len().min(ASIDE_LIMIT) - ASIDE_OPEN;
            details {
                summary { (both(format!("{further} further"), format!("{further} pa"))) }
                ul.aside { @for one in aside.iter().take(ASIDE_LIMIT).skip(ASIDE_OPEN) { (set_aside(view, one)) } }
            }
        }
        (more(aside.len() as u64, ASIDE_LIMIT, "case.json"))
    }
}

fn set_aside(view: &View<'_>, one: &SetAside) -> Markup {
    html! {
        li {
            b { (value(view.agency(one.agency), 120)) } " " (text(&one.text)) " "
            small { (both(
                format!("{} {}, {} {}", number(one.detections), plural(one.detections, "detection", "detections"), number(one.hits), plural(one.hits, "hit", "hits")),
                format!("{} deteksiyon, {} tugma", number(one.detections), number(one.hits)),
            )) }
        }
    }
}

fn rules(case: &Case) -> Markup {
    let rules = &case.rules;
    html! {
        h3 { (both("Rules applied", "Mga tuntuning ginamit")) }
        p { (both(
            format!("{} rules applied to these logs, {} of them correlations over many records; {} more are for logs that are not here.",
                number(rules.loaded), number(rules.correlations), number(rules.not_applicable)),
            format!("{} tuntunin ang inilapat sa mga log na ito, {} dito ay ugnayan ng maraming tala; {} pa ang para sa mga log na wala rito.",
                number(rules.loaded), number(rules.correlations), number(rules.not_applicable)),
        )) }
        @if !rules.never_seen.is_empty() {
            p { (both(
                format!("{} of them could not match: they ask for fields that no record of their logs had, of those that were taken apart. They are named in case.json.", number(rules.never_seen.len() as u64)),
                format!("{} sa mga ito ang hindi maaaring tumugma: humihingi sila ng mga field na wala sa alinmang tala ng kanilang mga log, sa mga talang sinuri nang buo. Nakapangalan ang mga ito sa case.json.", number(rules.never_seen.len() as u64)),
            )) }
        }
        @if !rules.unsupported.is_empty() {
            p { (both("Could not be loaded:", "Hindi maikarga:")) }
            ul { @for (reason, count) in rules.unsupported.iter().take(40) { li { (number(*count)) " · " (value(reason, 160)) } } }
        }
    }
}
