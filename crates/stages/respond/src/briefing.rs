//! The case on one terminal screen, told like a briefing: what happened, where from, who, what
//! next, what could not be read, where to look. It is not the report: whoever wants the whole opens
//! `report.html`.

use bakas_model::{AssessmentLevel, Case, Network, RejectReason, Severity, network::ContactRole};

use crate::{
    origins, story,
    text::{bytes, number, plural, shift, span, visible},
    view::{self, NetworkRow, View},
    words,
};

/// Lines of a briefing at 80 columns and more: one screen.
pub const BRIEFING_LINES_LIMIT: usize = 40;

const WIDTH_LEAST: usize = 40;
const WIDTH_MOST: usize = 120;
const INDENT: usize = 11;
const INCIDENTS_SHOWN: usize = 6;
const NETWORKS_SHOWN: usize = 3;
const AGENCIES_SHOWN: usize = 4;
/// Below this width a row of an incident leaves out its lines.
const NARROW: usize = 76;

/// The briefing, for a terminal of that width. Nothing from a log reaches the terminal unescaped.
#[must_use]
pub fn render(case: &Case, width: usize, colour: bool) -> String {
    let mut page = Page::new(width, colour);
    let view = View::new(case);
    let story = story::tell(case);
    head(&mut page, case);
    for line in wrap(&visible(&story.headline.en), page.width).into_iter().take(2) {
        page.line(&page.paint(BOLD, &line));
    }
    page.line("");
    // The rows below tell the gravest.
    let happened: Vec<&str> = match story.sentences.as_slice() {
        [happened, _, entered, ..] => vec![&happened.en, &entered.en],
        few => few.iter().map(|sentence| sentence.en.as_str()).collect(),
    };
    page.block("What", &happened.join(" "), if page.width < NARROW { 7 } else { 5 });
    incidents(&mut page, &view);
    page.line("");
    from(&mut page, &view);
    who(&mut page, case);
    next(&mut page, &view);
    unread(&mut page, &view);
    look(&mut page, case);
    page.out
}

pub(crate) const BOLD: &str = "1";
pub(crate) const DIM: &str = "2";
const RED: &str = "31";
const YELLOW: &str = "33";
const CYAN: &str = "36";

/// Lines of a width, with or without colour.
pub(crate) struct Page {
    pub(crate) out: String,
    pub(crate) width: usize,
    colour: bool,
}

impl Page {
    pub(crate) fn new(width: usize, colour: bool) -> Self {
        Self { out: String::new(), width: width.clamp(WIDTH_LEAST, WIDTH_MOST), colour }
    }

    pub(crate) fn paint(&self, code: &str, text: &str) -> String {
        if self.colour { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }

    pub(crate) fn line(&mut self, text: &str) {
        self.out.push_str(text.trim_end());
        self.out.push('\n');
    }

    /// A label and wrapped text beside it, at most `limit` lines.
    fn block(&mut self, label: &str, text: &str, limit: usize) {
        let room = self.width - INDENT;
        let mut lines = wrap(&visible(text), room);
        if lines.len() > limit {
            lines.truncate(limit);
            if let Some(last) = lines.last_mut() {
                shorten(last, room);
            }
        }
        let mut label = self.paint(CYAN, &format!("{label:<INDENT$}"));
        for line in lines {
            let text = format!("{label}{line}");
            self.line(&text);
            label = " ".repeat(INDENT);
        }
    }
}

/// Takes words off a line until the mark of a cut has room.
fn shorten(line: &mut String, room: usize) {
    while line.chars().map(columns).sum::<usize>() + 2 > room {
        match line.rfind(' ') {
            Some(at) => line.truncate(at),
            None => drop(line.pop()),
        }
    }
    line.push_str(" …");
}

/// Columns a character takes on a terminal: two for East Asian wide ones and pictures.
fn columns(c: char) -> usize {
    match c {
        '\u{1100}'..='\u{115f}'
        | '\u{2e80}'..='\u{a4cf}'
        | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}'
        | '\u{fe30}'..='\u{fe6f}'
        | '\u{ff00}'..='\u{ff60}'
        | '\u{1f300}'..='\u{1faff}'
        | '\u{20000}'..='\u{3fffd}' => 2,
        _ => 1,
    }
}

/// Words into lines of at most `room` columns; a longer word is broken.
pub(crate) fn wrap(text: &str, room: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in text.split_whitespace() {
        let wide: usize = word.chars().map(columns).sum();
        if used > 0 && used + 1 + wide > room {
            lines.push(String::new());
            used = 0;
        }
        if used > 0 {
            lines.last_mut().expect("there is always a line").push(' ');
            used += 1;
        }
        for c in word.chars() {
            if used + columns(c) > room {
                lines.push(String::new());
                used = 0;
            }
            lines.last_mut().expect("there is always a line").push(c);
            used += columns(c);
        }
    }
    lines
}

/// Cut or filled to exactly so many columns.
fn fit(text: &str, room: usize) -> String {
    let shown = visible(text);
    let mut out = String::new();
    let mut used = 0;
    let whole: usize = shown.chars().map(columns).sum();
    for c in shown.chars() {
        if whole > room && used + columns(c) >= room {
            out.push('…');
            used += 1;
            break;
        }
        out.push(c);
        used += columns(c);
    }
    out.push_str(&" ".repeat(room.saturating_sub(used)));
    out
}

fn head(page: &mut Page, case: &Case) {
    let when = View::new(case).span().map_or_else(String::new, |(a, b)| span(a, b).en);
    let room = page.width.saturating_sub(when.chars().count() + 7);
    let name = fit(&case.name, room);
    let line = format!("{} {name} {}", page.paint(BOLD, "BAKAS"), page.paint(DIM, &when));
    page.line(&line);
    let rule = page.paint(DIM, &"─".repeat(page.width));
    page.line(&rule);
    if case.synthetic {
        let note = if page.width < NARROW {
            "SYNTHETIC, made up. Nobody is accused."
        } else {
            "SYNTHETIC: made-up logs, agencies and people. Nobody is accused of anything."
        };
        let note = page.paint(YELLOW, note);
        page.line(&note);
    }
    page.line("");
}

fn incidents(page: &mut Page, view: &View<'_>) {
    let all = view.by_gravity();
    if all.is_empty() {
        return;
    }
    page.line("");
    for incident in all.iter().take(INCIDENTS_SHOWN) {
        let code = match incident.severity {
            Severity::Critical | Severity::High => RED,
            Severity::Medium => YELLOW,
            _ => DIM,
        };
        let entered = &incident.scope.entered;
        let named = entered.iter().filter(|one| !view::is_unnamed(one)).count();
        let reach = match (named, entered.len(), incident.scope.tries) {
            (0, 0, 0) => String::new(),
            (0, 0, tries) => format!("{} {}", number(tries), plural(tries, "try", "tries")),
            (0, perhaps, _) => format!("{perhaps} perhaps"),
            (named, ..) => format!("{named} entered"),
        };
        let lines =
            format!("{} {}", number(incident.lines), plural(incident.lines, "line", "lines"));
        let kind = capitalised(words::kind(incident.kind).0);
        // The kind's room is the longest kind's; a narrow terminal gives up the lines.
        let narrow = page.width < NARROW;
        let (kind_room, rest) = if narrow { (18, 13) } else { (27, 13 + 14) };
        let agency = page.width.saturating_sub(5 + 9 + 1 + kind_room + 1 + rest);
        let line = format!(
            "{:<5}{} {} {}{:>13}{}",
            incident.id.0,
            page.paint(code, &fit(words::severity(incident.severity).0, 9)),
            fit(&kind, kind_room),
            fit(view.agency_id(incident.agency), agency),
            reach,
            if narrow { String::new() } else { format!("{lines:>14}") },
        );
        page.line(&line);
    }
    if all.len() > INCIDENTS_SHOWN {
        let more = format!("     and {} more in report.html", all.len() - INCIDENTS_SHOWN);
        let more = page.paint(DIM, &more);
        page.line(&more);
    }
}

fn capitalised(text: &str) -> String {
    crate::text::capital(text)
}

fn from(page: &mut Page, view: &View<'_>) {
    let networks = view.networks();
    let total: u64 = networks.iter().map(|row| row.lines).sum();
    if total == 0 {
        return;
    }
    for (at, row) in networks.iter().take(NETWORKS_SHOWN).enumerate() {
        let asn = row.asn.filter(|_| row.operator.is_some());
        let mut notes: Vec<String> = asn.iter().map(ToString::to_string).collect();
        notes.extend(row.country.map(|country| format!("reg. {country}")));
        notes.extend(row.state_owned.map(|owned| words::state_owned(owned).0));
        notes.push(words::network_kind(row.kind).0.to_owned());
        let percent = row.lines as f64 * 100.0 / total as f64;
        let share = if percent < 1.0 { "<1".to_owned() } else { format!("{percent:.0}") };
        let part = format!("{share:>3} %  {} ({})", row.name(), notes.join(", "));
        page.block(if at == 0 { "From" } else { "" }, part.trim_start(), 1);
    }
    let more = view::public(&networks).saturating_sub(NETWORKS_SHOWN as u64);
    if more > 0 {
        let text = format!("and {more} more {}", plural(more, "network", "networks"));
        page.block("", &text, 1);
    }
    whom(page, view, &networks);
}

/// What changed hands, where sources differ, and that somebody can be asked.
fn whom(page: &mut Page, view: &View<'_>, networks: &[NetworkRow<'_>]) {
    let traces = origins::traces(view.case);
    let moved = origins::moved(networks, &traces);
    // A narrow terminal has no room for it on one screen.
    if page.width < NARROW {
        return;
    }
    if let Some(one) = moved.first() {
        let name = |network: &Network| match (network.asn, &network.operator) {
            (Some(asn), Some(operator)) => format!("{asn} {operator}"),
            (Some(asn), None) => asn.to_string(),
            (None, _) => "nobody".to_owned(),
        };
        let (was, is) = (name(one.then), name(one.moved.now));
        let ask = if one.moved.between { "ask both" } else { "ask the one of then" };
        let (left, came) = (one.moved.left, one.moved.came);
        let text = format!(
            "{}, {ask}: {was} (table of {left}), now {is} ({came})",
            origins::some_of(&one.addresses)
        );
        page.block("Changed", &text, 2);
    }
    let rows = origins::asking(networks, &traces);
    if rows.is_empty() {
        return;
    }
    let registries: std::collections::BTreeSet<&str> = rows
        .iter()
        .flat_map(|row| &row.contacts)
        .filter(|contact| contact.role == ContactRole::Registry)
        .map(|contact| contact.name.as_str())
        .collect();
    let desks = rows.iter().filter(|row| row.has_desk()).count() as u64;
    let mut parts = vec![match desks {
        0 => "no operator's desk at hand".to_owned(),
        _ => format!("desks of {desks} {}", plural(desks, "operator", "operators")),
    }];
    if !registries.is_empty() {
        parts.push(registries.into_iter().collect::<Vec<_>>().join(", "));
    }
    let differ = origins::disagreements(networks, &traces).len() as u64;
    let differ = match differ {
        0 => String::new(),
        n => format!("; sources differ on {n} {}", plural(n, "point", "points")),
    };
    page.block("Ask", &format!("{}{differ} (report.html)", parts.join("; ")), 1);
}

fn who(page: &mut Page, case: &Case) {
    if case.incidents.is_empty() {
        return;
    }
    let answer = case
        .assessments
        .iter()
        .find(|assessment| assessment.level == AssessmentLevel::Actor)
        .map_or("", |assessment| assessment.answer.en.as_str());
    // The first clause; the reasoning around it needs the report's tables.
    let answer = answer.strip_prefix("Open.").unwrap_or(answer).trim();
    let answer = answer.split([':', '.']).next().unwrap_or("");
    let answer = if answer.is_empty() { String::new() } else { format!("{answer}.") };
    let text = format!("Open. An address shows whose network, not whose hands. {answer}");
    page.block("Who", text.trim_end(), 3);
}

fn next(page: &mut Page, view: &View<'_>) {
    let work = view.work();
    for (at, (agency, asks)) in work.iter().take(AGENCIES_SHOWN).enumerate() {
        let (hours, kinds) = view::order_of_work(asks);
        let kinds: Vec<&str> = kinds.into_iter().map(|kind| words::ask(kind).0).collect();
        let text =
            format!("{}, first within {hours} h: {}", view.agency_id(*agency), kinds.join(" → "));
        page.block(if at == 0 { "Next" } else { "" }, &text, 1);
    }
    if !work.is_empty() {
        let all = view.case.asks.len() as u64;
        let asks = plural(all, "ask", "asks");
        let text = format!("{all} {asks} with names, deadlines and proofs, in report.html");
        page.block("", &text, 1);
    }
}

fn unread(page: &mut Page, view: &View<'_>) {
    let case = view.case;
    let mut sums = std::collections::BTreeMap::<RejectReason, u64>::new();
    let mut files = 0_u64;
    for summary in &case.sources {
        files += u64::from(!summary.rejects.is_empty());
        for (reason, count) in &summary.rejects {
            *sums.entry(*reason).or_default() += count;
        }
    }
    let mut text = if sums.is_empty() {
        "Everything that was given was read".to_owned()
    } else {
        let mut sums: Vec<_> = sums.into_iter().collect();
        sums.sort_by_key(|&(reason, count)| (std::cmp::Reverse(count), reason));
        let reasons: Vec<String> = sums
            .iter()
            .take(4)
            .map(|(reason, count)| format!("{} × {}", number(*count), words::reject(*reason).0))
            .collect();
        let total: u64 = sums.iter().map(|(_, count)| count).sum();
        format!(
            "{} {} in {files} of {} {}: {}",
            number(total),
            plural(total, "piece", "pieces"),
            case.sources.len(),
            plural(case.sources.len() as u64, "file", "files"),
            reasons.join(", ")
        )
    };
    if let Some(proposal) = case.clock_proposals.first() {
        text += &format!(
            ". A clock seems off: {} would need {}",
            view.source(proposal.source),
            shift(proposal.offset_micros)
        );
    }
    page.block("Not read", &format!("{text}."), 3);
}

fn look(page: &mut Page, case: &Case) {
    let text = format!(
        "report.html (all of it), evidence.ndjson (every line); `bakas verify` checks the seal. \
         Read: {} {} in {} {}, {}.",
        number(case.counts.events),
        plural(case.counts.events, "record", "records"),
        number(case.counts.files),
        plural(case.counts.files, "file", "files"),
        bytes(case.counts.bytes),
    );
    page.block("Look in", &text, 2);
}
