//! Writes the report of the tests' made-up case, to be looked at: `fixture_report OUT.html` (and
//! `OUT.pdf` beside it). With
//! `--empty` before the path, the report of a case in which nothing was found.
#![allow(clippy::print_stdout, reason = "an example talks to its terminal")]

#[path = "../tests/it/fixture.rs"]
mod fixture;

fn main() -> std::io::Result<()> {
    let mut arguments = std::env::args().skip(1).peekable();
    let empty = arguments.next_if(|argument| argument == "--empty").is_some();
    let Some(out) = arguments.next() else {
        return Err(std::io::Error::other("usage: fixture_report [--empty] OUT.html"));
    };
    let (case, samples) = if empty {
        (bakas_model::Case { name: "quiet".into(), ..Default::default() }, Vec::new())
    } else {
        (fixture::case(), fixture::samples())
    };
    let page = bakas_respond::report::html(&case, &samples);
    print!("{}", bakas_respond::briefing::render(&case, 80, false));
    let pdf = bakas_respond::report::pdf(&case).map_err(std::io::Error::other)?;
    std::fs::write(std::path::Path::new(&out).with_extension("pdf"), pdf)?;
    std::fs::write(out, page)
}
