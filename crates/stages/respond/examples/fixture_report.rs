//! Writes the report of the tests' made-up case, to be looked at: `fixture_report OUT.html` (and
//! `OUT.pdf` beside it). With `--empty` before the path, the report of a case in which nothing was
//! found; with `--fil`, in Filipino.
#![allow(clippy::print_stdout, reason = "an example talks to its terminal")]

#[path = "../tests/it/fixture.rs"]
mod fixture;

use bakas_respond::report::{Edition, Lang};

fn main() -> std::io::Result<()> {
    let mut arguments = std::env::args().skip(1).peekable();
    let empty = arguments.next_if(|argument| argument == "--empty").is_some();
    let filipino = arguments.next_if(|argument| argument == "--fil").is_some();
    let Some(out) = arguments.next() else {
        return Err(std::io::Error::other("usage: fixture_report [--empty] [--fil] OUT.html"));
    };
    let (case, samples) = if empty {
        (bakas_model::Case { name: "quiet".into(), ..Default::default() }, Vec::new())
    } else {
        (fixture::case(), fixture::samples())
    };
    let lang = if filipino { Lang::Fil } else { Lang::En };
    let edition = Edition { lang, judged: None };
    let page = bakas_respond::report::html_edition(&case, &samples, &edition);
    print!("{}", bakas_respond::briefing::render(&case, 80, false));
    let pdf = bakas_respond::report::pdf_edition(&case, &edition).map_err(std::io::Error::other)?;
    std::fs::write(std::path::Path::new(&out).with_extension("pdf"), pdf)?;
    std::fs::write(out, page)
}
