//! The page around the sections: head with its content security policy, language choice, the story,
//! contents and foot.

use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

use super::{
    Matter, assessment, campaigns, incidents, origin,
    parts::{both, pair, text},
    provenance, reading, response, timeline,
};
use crate::{
    drawing::Lang,
    story::{self, Story},
    text::{cut, day, span, visible},
    words::{self, Pair},
};

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// Agencies whose order of work stands beside the story.
const FIRST_AGENCIES_LIMIT: usize = 7;

/// Sections in their order: anchor, heading.
const SECTIONS: [(&str, Pair); 8] = [
    ("timeline", ("When", "Kailan")),
    ("from", ("Where from", "Mula saan")),
    ("incidents", ("What happened", "Ano ang nangyari")),
    ("campaigns", ("What belongs together", "Ano ang magkakaugnay")),
    ("assessment", ("Who: questions apart", "Sino: mga magkahiwalay na tanong")),
    ("todo", ("What to do", "Ano ang gagawin")),
    ("unread", ("What was read, and what was not", "Ano ang nabasa, at ano ang hindi")),
    ("data", ("What this rests on", "Saan ito nakasalig")),
];

pub(super) fn page(matter: &Matter<'_>) -> Markup {
    let case = matter.view.case;
    let story = story::tell(case);
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy());
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="referrer" content="no-referrer";
                meta name="color-scheme" content="light dark";
                meta name="generator" content=(format!("bakas {}", case.tool_version));
                title { (visible(&case.name)) " · Bakas" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                input.lang type="radio" name="lang" id="lang-en" checked[matter.lang == Lang::En] aria-label="English";
                input.lang type="radio" name="lang" id="lang-fil" checked[matter.lang == Lang::Fil] aria-label="Filipino";
                div.page {
                    a.skip href="#main" { (both("Skip to the report", "Lumaktaw sa ulat")) }
                    (masthead(matter))
                    (contents())
                    main id="main" {
                        (lead(matter, &story))
                        (section(0, timeline::draw(matter)))
                        (section(1, origin::draw(matter)))
                        (section(2, incidents::draw(matter)))
                        (section(3, campaigns::draw(matter)))
                        (section(4, assessment::draw(matter)))
                        (section(5, response::draw(matter)))
                        (section(6, reading::draw(matter)))
                        (section(7, provenance::draw(matter)))
                    }
                    (foot(matter))
                }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    }
}

/// Nothing may be fetched, and no script may run but the one that is written here.
fn policy() -> String {
    let hash = base64(&Sha256::digest(SCRIPT.as_bytes()));
    format!(
        "default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{hash}'; img-src data:; \
         base-uri 'none'; form-action 'none'"
    )
}

/// Base64 with padding (RFC 4648, section 4).
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let mut word = [0_u8; 3];
        word[..chunk.len()].copy_from_slice(chunk);
        let bits = u32::from(word[0]) << 16 | u32::from(word[1]) << 8 | u32::from(word[2]);
        for at in 0..4 {
            let digit = DIGITS[(bits >> (18 - 6 * at) & 63) as usize];
            out.push(if at <= chunk.len() { char::from(digit) } else { '=' });
        }
    }
    out
}

fn masthead(matter: &Matter<'_>) -> Markup {
    let case = matter.view.case;
    html! {
        header.masthead {
            div.bar {
                p.brand { b { "Bakas" } " " span { (both("case report", "ulat ng kaso")) } }
                p.choice {
                    label for="lang-en" lang="en" { "English" }
                    label for="lang-fil" lang="fil" { "Filipino" }
                }
            }
            @if case.synthetic {
                p.banner role="note" {
                    b { (both("Synthetic.", "Gawa-gawa.")) } " "
                    (both(
                        "These logs were generated; the agencies and people in them are made up, and nobody is accused of anything.",
                        "Nilikha ang mga log na ito; kathang-isip ang mga ahensiya at tao rito, at walang pinararatangan.",
                    ))
                }
            }
        }
    }
}

fn contents() -> Markup {
    html! {
        nav.contents aria-label="Contents / Nilalaman" {
            ol {
                li { a href="#story" { (both("The story", "Ang kuwento")) } }
                @for (id, heading) in SECTIONS { li { a href={ "#" (id) } { (pair(heading)) } } }
            }
        }
    }
}

fn lead(matter: &Matter<'_>, story: &Story) -> Markup {
    let case = matter.view.case;
    html! {
        section.lead id="story" aria-labelledby="h-story" {
            p.kicker {
                (visible(&cut(&case.name, 60))) " · "
                @if let Some((first, last)) = case.window {
                    (both("logs of ", "mga log ng ")) (text(&span(first, last)))
                } @else { (text(&day(case.created.day()))) }
            }
            h1 id="h-story" { (text(&story.headline)) }
            div.story {
                div {
                    div.prose { @for sentence in &story.sentences { p { (text(sentence)) } } }
                    (figures(story))
                }
                (first_asks(matter))
            }
        }
    }
}

fn figures(story: &Story) -> Markup {
    html! {
        dl.figures {
            @for figure in &story.figures {
                div class=[figure.phase.map(words::Phase::class)] {
                    dt { (text(&figure.label)) } dd { (figure.value) }
                }
            }
        }
    }
}

/// The order of work of each agency at a glance; those that were entered come first.
fn first_asks(matter: &Matter<'_>) -> Markup {
    let work = matter.view.work();
    html! {
        @if !work.is_empty() {
            aside.next aria-labelledby="h-next" {
                h2 id="h-next" { (both("Do first", "Unahin")) }
                ul {
                    @for (agency, asks) in work.iter().take(FIRST_AGENCIES_LIMIT) {
                        li { a href={ "#todo-" (agency.0) } { b { (visible(matter.view.agency(*agency))) } } br; (response::order(asks)) }
                    }
                }
                p { a href="#todo" { (both("Everything to do, in order", "Lahat ng gagawin, sunod-sunod")) } }
            }
        }
    }
}

fn section(at: usize, body: Markup) -> Markup {
    let (id, heading) = SECTIONS[at];
    html! {
        section id=(id) aria-labelledby={ "h-" (id) } {
            h2 id={ "h-" (id) } { (pair(heading)) }
            (body)
        }
    }
}

fn foot(matter: &Matter<'_>) -> Markup {
    let case = matter.view.case;
    html! {
        footer {
            p {
                (both("All times are UTC. Written by ", "UTC ang lahat ng oras. Isinulat ng "))
                "Bakas " (case.tool_version) ", " time datetime=(case.created) { (case.created) } ". "
                (both(
                    "An address shows whose network carried a line; it does not show whose hands wrote it, nor for whom.",
                    "Ipinakikita ng address kung kaninong network ang dinaanan; hindi nito ipinakikita kung kaninong kamay ang sumulat, ni para kanino.",
                ))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_as_in_rfc_4648() {
        let check = |bytes: &str, expected: &str| assert_eq!(base64(bytes.as_bytes()), expected);
        check("", "");
        check("f", "Zg==");
        check("fo", "Zm8=");
        check("foo", "Zm9v");
        check("foobar", "Zm9vYmFy");
    }

    #[test]
    fn the_script_closes_nothing_early() {
        assert!(!SCRIPT.contains("</") && !STYLE.contains("</"));
        assert!(!SCRIPT.contains("<!--"));
    }
}
