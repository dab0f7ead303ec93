//! `bakas trace`: addresses as arguments or from standard input, one a line.

use std::io::{BufRead as _, stdin};

use bakas_engine::trace::{self, Network, Trace as Answer};

use crate::{Desk, args::Trace, exit::Exit, output::visible};

pub(crate) fn run(desk: &Desk<'_>, asked: &Trace) -> anyhow::Result<Exit> {
    let tracer = trace::Tracer::new(asked.at)?;
    let mut wrong = 0_u64;
    let mut one = |place: &str, text: &str| -> anyhow::Result<()> {
        match tracer.trace(text.trim()) {
            Ok(answer) if desk.screen.json => desk.screen.line(&answer),
            Ok(answer) => desk.screen.text(&paragraph(&answer, desk.screen.width())),
            Err(error) => {
                wrong += 1;
                desk.screen.note(&format!("{place}: {error}"));
                Ok(())
            }
        }
    };
    if asked.addresses.is_empty() {
        for (number, line) in stdin().lock().lines().enumerate() {
            let line = line?;
            if !line.trim().is_empty() {
                one(&format!("standard input, line {}", number + 1), &line)?;
            }
        }
    } else {
        for address in &asked.addresses {
            one("argument", address)?;
        }
    }
    Ok(if wrong > 0 { Exit::Usage } else { Exit::Done })
}

fn paragraph(answer: &Answer, width: usize) -> String {
    let mut text = format!("{}  at {}\n", answer.address, whole_second(&answer.at.to_string()));
    network(&mut text, "then", &answer.then, width);
    if let Some(now) = &answer.now {
        network(&mut text, "now", now, width);
    }
    text.push_str(&beside("note", &visible(&answer.caveat), width));
    text
}

/// `2026-01-05T08:00:00Z`, without the fraction that nobody asked about.
fn whole_second(time: &str) -> String {
    match time.split_once('.') {
        Some((whole, _)) => format!("{whole}Z"),
        None => time.to_owned(),
    }
}

/// A label and text wrapped beside it.
fn beside(label: &str, text: &str, width: usize) -> String {
    const INDENT: usize = 8;
    let mut out = format!("  {label:<6}");
    let mut used = INDENT;
    for (at, word) in text.split_whitespace().enumerate() {
        let wide = word.chars().count();
        if at > 0 && used + 1 + wide > width {
            out.push_str(&format!("\n{:INDENT$}", ""));
            used = INDENT;
        } else if at > 0 {
            out.push(' ');
            used += 1;
        }
        out.push_str(word);
        used += wide;
    }
    out.push('\n');
    out
}

fn network(text: &mut String, when: &str, network: &Network, width: usize) {
    let mut parts = Vec::new();
    if let Some(special) = &network.special {
        parts.push(format!("special-purpose: {special}"));
    }
    match (network.asn, &network.operator) {
        (Some(asn), Some(operator)) => parts.push(format!("{asn} {}", visible(operator))),
        (Some(asn), None) => parts.push(asn.to_string()),
        (None, _) if network.special.is_none() => parts.push("announced by nobody known".into()),
        (None, _) => (),
    }
    if let Some(prefix) = network.prefix {
        parts.push(format!("in {prefix}"));
    }
    if let Some(country) = network.country {
        parts.push(format!("registered in {country}"));
    }
    if network.special.is_none() {
        parts.push(network.kind.label().to_owned());
    }
    if let Some(owned) = &network.state_owned {
        let share = if owned.majority { "majority" } else { "minority" };
        parts.push(format!("{share} state-owned ({})", owned.owner));
    }
    text.push_str(&beside(when, &parts.join(" · "), width));
    let mut table = format!("table of {}, {}", network.epoch, distance(network.age_days));
    if !network.lists.is_empty() {
        table.push_str(&format!("; on lists: {}", visible(&network.lists.join(", "))));
    }
    text.push_str(&beside("", &table, width));
}

fn distance(age_days: i32) -> String {
    match age_days {
        0 => "of that day".to_owned(),
        1 => "1 day before that time".to_owned(),
        -1 => "1 day after that time".to_owned(),
        days if days > 0 => format!("{days} days before that time"),
        days => format!("{} days after that time", -days),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_wrap_beside_their_label() {
        assert_eq!(beside("note", "one two three", 16), "  note  one two\n        three\n");
        assert_eq!(whole_second("2026-01-05T08:00:00.5Z"), "2026-01-05T08:00:00Z");
        assert_eq!(whole_second("2026-01-05T08:00:00Z"), "2026-01-05T08:00:00Z");
    }
}
