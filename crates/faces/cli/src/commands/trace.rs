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
            Ok(answer) => desk.screen.text(&paragraph(&answer)),
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

fn paragraph(answer: &Answer) -> String {
    let mut text = format!("{}  at {}\n", answer.address, answer.at);
    network(&mut text, "then", &answer.then);
    if let Some(now) = &answer.now {
        network(&mut text, "now", now);
    }
    text.push_str(&format!("  note  {}\n", visible(&answer.caveat)));
    text
}

fn network(text: &mut String, when: &str, network: &Network) {
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
    parts.push(network.kind.label().to_owned());
    if let Some(owned) = &network.state_owned {
        let share = if owned.majority { "majority" } else { "minority" };
        parts.push(format!("{share} state-owned ({})", owned.owner));
    }
    text.push_str(&format!("  {when:<5} {}\n", parts.join(" · ")));
    text.push_str(&format!("        table of {}, {}", network.epoch, distance(network.age_days)));
    if !network.lists.is_empty() {
        text.push_str(&format!("; on lists: {}", network.lists.join(", ")));
    }
    text.push('\n');
}

fn distance(age_days: i32) -> String {
    match age_days {
        0 => "of that day".to_owned(),
        days if days > 0 => format!("{days} days before that time"),
        days => format!("{} days after that time", -days),
    }
}
