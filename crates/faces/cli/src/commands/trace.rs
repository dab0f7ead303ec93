//! `bakas trace`: addresses as arguments or from standard input, one a line; whole answers for
//! people and machines, short ones for millions.

mod short;
mod text;

use std::{
    fmt,
    io::{BufRead as _, Read as _, stdin},
};

use bakas_engine::{
    data,
    trace::{QUESTIONS_LIMIT, Trace as Answer, Tracer},
};
use bakas_model::{Country, NetworkKind};

use crate::{Desk, args::Trace, exit::Exit};

/// Longest line of standard input, in bytes; the rest of a longer one is no address.
const LINE_BYTES_LIMIT: usize = 256;
/// Lines that are complained about one by one.
const COMPLAINTS_LIMIT: u64 = 20;

pub(crate) fn run(desk: &Desk<'_>, asked: &Trace) -> anyhow::Result<Exit> {
    let folder = data::folder(asked.data.as_deref(), None);
    let tracer = Tracer::new(asked.at, folder.as_deref(), &mut |what| desk.screen.note(what))?;
    let mut wrong = Wrong { desk, lines: 0 };
    if asked.csv || asked.ndjson {
        short::run(asked, &tracer, &mut wrong)?;
        return Ok(wrong.exit());
    }
    let mut whole = Whole { desk, asked, tracer: &tracer, questions: 0, countries: Vec::new() };
    each(asked, &mut |place, text| match tracer.trace(text) {
        Ok(answer) => whole.show(answer),
        Err(error) => {
            wrong.line(place, &error);
            Ok(())
        }
    })?;
    whole.close()?;
    Ok(wrong.exit())
}

/// Lines that ask nothing we can answer.
struct Wrong<'a> {
    desk: &'a Desk<'a>,
    lines: u64,
}

impl Wrong<'_> {
    fn line(&mut self, place: Spot, error: &bakas_engine::Error) {
        self.lines += 1;
        if self.lines <= COMPLAINTS_LIMIT {
            self.desk.screen.note(&format!("{place}: {error}"));
        }
    }

    fn exit(self) -> Exit {
        if self.lines > COMPLAINTS_LIMIT {
            let more = self.lines - COMPLAINTS_LIMIT;
            self.desk.screen.note(&format!("and {more} more lines that hold no address"));
        }
        if self.lines > 0 { Exit::Usage } else { Exit::Done }
    }
}

/// Whole answers.
struct Whole<'a> {
    desk: &'a Desk<'a>,
    asked: &'a Trace,
    tracer: &'a Tracer,
    questions: u64,
    /// Where the blocks are registered that are met on the Internet, each once.
    countries: Vec<Option<Country>>,
}

impl Whole<'_> {
    fn show(&mut self, mut answer: Answer) -> anyhow::Result<()> {
        self.ask_outside(&mut answer)?;
        if self.desk.screen.json {
            return self.desk.screen.line(&answer);
        }
        let country = answer.then.country;
        if answer.then.kind != NetworkKind::Special && !self.countries.contains(&country) {
            self.countries.push(country);
        }
        self.desk.screen.text(&text::paragraph(&answer, self.desk.screen.width()))
    }

    /// What holds for all answers.
    fn close(&self) -> anyhow::Result<()> {
        let country = match self.countries.as_slice() {
            [] => return Ok(()),
            [country] => *country,
            _ => None,
        };
        self.desk.screen.text(&text::conventions(country, self.desk.screen.width()))
    }

    /// Into the case, where one is named.
    fn keep(&self, answer: &Answer) -> anyhow::Result<()> {
        let Some(case) = &self.asked.case else { return Ok(()) };
        let kept = self.tracer.keep_in_case(case, answer)?;
        let (file, leaf) = (&kept.file, kept.leaf);
        let was = if kept.already { "was already" } else { "is now" };
        self.desk.screen.note(&format!("{file} {was} in the case, as leaf {leaf} of its log"));
        Ok(())
    }

    fn ask_outside(&mut self, answer: &mut Answer) -> anyhow::Result<()> {
        let Self { desk, asked, tracer, .. } = *self;
        if !asked.rdap && !asked.reverse {
            return Ok(());
        }
        self.questions += 1;
        if self.questions > QUESTIONS_LIMIT {
            if self.questions == QUESTIONS_LIMIT + 1 {
                desk.screen.note(&format!(
                    "{QUESTIONS_LIMIT} addresses were asked for outside; further ones are answered \
                     from the tables alone"
                ));
            }
            return Ok(());
        }
        if asked.rdap {
            match tracer.ask_registry(answer, desk.outside) {
                Ok(_) => self.keep(answer)?,
                Err(error) => desk.screen.note(&format!("{}: {error}", answer.address)),
            }
        }
        if asked.reverse
            && let Err(error) = tracer.ask_names(answer, desk.outside)
        {
            desk.screen.note(&format!("{}: {error}", answer.address));
        }
        Ok(())
    }
}

/// Where a question stands: the line of standard input, or an argument.
#[derive(Clone, Copy)]
struct Spot(Option<u64>);

impl fmt::Display for Spot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(line) => write!(f, "standard input, line {line}"),
            None => f.write_str("argument"),
        }
    }
}

/// Calls `line` with every question and where it stands.
fn each(
    asked: &Trace,
    line: &mut dyn FnMut(Spot, &str) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    for address in &asked.addresses {
        line(Spot(None), address)?;
    }
    if !asked.addresses.is_empty() {
        return Ok(());
    }
    let mut input = stdin().lock();
    let mut bytes = Vec::with_capacity(LINE_BYTES_LIMIT);
    let mut number = 0_u64;
    loop {
        bytes.clear();
        let limit = LINE_BYTES_LIMIT as u64 + 1;
        if (&mut input).take(limit).read_until(b'\n', &mut bytes)? == 0 {
            return Ok(());
        }
        number += 1;
        if bytes.len() > LINE_BYTES_LIMIT && bytes.last() != Some(&b'\n') {
            input.skip_until(b'\n')?;
        }
        // What is no text is no address either, and is told as one.
        let text = std::str::from_utf8(&bytes).unwrap_or("\u{fffd}").trim();
        if !text.is_empty() {
            line(Spot(Some(number)), text)?;
        }
    }
}
