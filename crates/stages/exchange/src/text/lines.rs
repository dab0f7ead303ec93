//! Lines of a mail: how a value becomes lines of at most 76 columns that mail programs leave alone,
//! and back; how deep a line is quoted. No line ends in a blank, begins with one, with `>` or with
//! `From ` (RFC 3676, sections 4.2 and 4.4).

/// Columns of a line, without the marks of a quotation.
pub const LINE_COLUMNS: usize = 76;
/// Goes on after a blank.
const AFTER_BLANK: char = '+';
/// Goes on directly.
const DIRECTLY: char = '&';
/// Goes on in a new line of the value.
const NEW_LINE: char = '|';

/// Columns that a letter takes on a screen, roughly: East Asian letters and pictures take two.
fn columns(c: char) -> usize {
    if ('\u{1100}'..='\u{115f}').contains(&c) || c >= '\u{2e80}' { 2 } else { 1 }
}

/// Whether a letter is written as its number: it would not survive, or change how others are shown.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
        || matches!(c, '\u{feff}' | '\u{ad}' | '\u{a0}' | '\u{fff0}'..='\u{ffff}')
        || (c.is_whitespace() && c != ' ')
}

/// One letter as it is written; a new line is no letter here.
fn written(c: char, out: &mut String) {
    match c {
        '\\' => out.push_str("\\\\"),
        // Joins letters into one sign in many scripts and in pictures; harmless within a word.
        '\u{200c}' | '\u{200d}' => out.push(c),
        c if is_hidden(c) => out.push_str(&format!("\\u{{{:x}}}", u32::from(c))),
        c => out.push(c),
    }
}

/// Writes `label: value` as one or more lines.
pub(super) fn write(label: &str, value: &str, out: &mut String) {
    let mut head = format!("{label}:");
    if value.is_empty() {
        out.push_str(&head);
        out.push('\n');
        return;
    }
    head.push(' ');
    for (number, line) in value.split('\n').enumerate() {
        if number > 0 {
            head = format!("{NEW_LINE} ");
        }
        wrap(&head, line, out);
    }
}

/// Writes a heading.
pub(super) fn heading(text: &str, out: &mut String) {
    out.push('\n');
    wrap("[", &format!("{text}]"), out);
}

/// Writes one line of a value in as many as it needs.
fn wrap(head: &str, text: &str, out: &mut String) {
    let mut line = head.to_owned();
    let mut width: usize = head.chars().map(columns).sum();
    let mut words = text.split(' ').peekable();
    let mut is_first = true;
    while let Some(word) = words.next() {
        let is_last = words.peek().is_none();
        let mut text = String::new();
        word.chars().for_each(|c| written(c, &mut text));
        // Blanks that stand together, at the beginning or at the end, are held apart.
        if word.is_empty() && !(is_first && is_last) {
            text.push_str("\\u{}");
        }
        let long: usize = text.chars().map(columns).sum();
        if !is_first {
            if width + 1 + long > LINE_COLUMNS {
                end(&mut line, out);
                line = format!("{AFTER_BLANK} ");
                width = 2;
            } else {
                line.push(' ');
                width += 1;
            }
        }
        is_first = false;
        for c in text.chars() {
            if width + columns(c) > LINE_COLUMNS {
                end(&mut line, out);
                line = format!("{DIRECTLY} ");
                width = 2;
            }
            line.push(c);
            width += columns(c);
        }
    }
    end(&mut line, out);
}

fn end(line: &mut String, out: &mut String) {
    out.push_str(line.trim_end_matches(' '));
    out.push('\n');
    line.clear();
}

/// A line with how deep it is quoted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line<'a> {
    /// From 1.
    pub(super) number: usize,
    pub(super) depth: usize,
    pub(super) text: &'a str,
}

/// Takes the marks of a quotation and the blanks around off a line.
pub(super) fn unquoted(number: usize, line: &str) -> Line<'_> {
    let mut rest = line.trim();
    let mut depth = 0;
    while let Some(after) = rest.strip_prefix('>') {
        depth += 1;
        rest = after.trim_start();
    }
    Line { number, depth, text: rest }
}

/// A value that stood in one or more lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Joined {
    pub(super) number: usize,
    pub(super) text: String,
}

/// Puts lines together that belong to one another; escapes are still in the text.
pub(super) fn join(into: &mut Vec<Joined>, line: &Line<'_>) {
    let more = |mark: char| {
        let rest = line.text.strip_prefix(mark)?;
        if rest.is_empty() { Some("") } else { rest.strip_prefix(' ') }
    };
    let (mark, rest) = if let Some(rest) = more(AFTER_BLANK) {
        (" ", rest)
    } else if let Some(rest) = more(DIRECTLY) {
        ("", rest)
    } else if let Some(rest) = more(NEW_LINE) {
        ("\n", rest)
    } else {
        ("", "")
    };
    let goes_on = [AFTER_BLANK, DIRECTLY, NEW_LINE].iter().any(|mark| more(*mark).is_some());
    match into.last_mut() {
        Some(last) if goes_on => {
            last.text.push_str(mark);
            last.text.push_str(rest);
        }
        _ => into.push(Joined { number: line.number, text: line.text.to_owned() }),
    }
}

/// Takes the escapes out of a text.
///
/// # Errors
/// Where there is one that nobody writes.
pub(super) fn plain(text: &str) -> Result<String, &'static str> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        out.push_str(before);
        if let Some(after) = after.strip_prefix('\\') {
            out.push('\\');
            rest = after;
            continue;
        }
        let number = after.strip_prefix("u{").and_then(|after| after.split_once('}'));
        let (number, after) = number.ok_or("a backslash that begins nothing")?;
        if !number.is_empty() {
            let code = u32::from_str_radix(number, 16).ok().and_then(char::from_u32);
            out.push(code.ok_or("a number that is no letter")?);
        }
        rest = after;
    }
    out.push_str(rest);
    Ok(out)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn lines(text: &str) -> Vec<Joined> {
        let mut joined = Vec::new();
        for (number, line) in text.lines().enumerate() {
            join(&mut joined, &unquoted(number + 1, line));
        }
        joined
    }

    fn check(value: &str) {
        let mut out = String::new();
        write("Facts", value, &mut out);
        let joined = lines(&out);
        assert_eq!(joined.len(), 1, "{out}");
        let (label, text) = joined[0].text.split_once(':').expect("a label");
        assert_eq!(label, "Facts");
        let text = text.strip_prefix(' ').unwrap_or(text);
        assert_eq!(plain(text).expect("ours"), value, "{out}");
        for line in out.lines() {
            assert!(line.chars().map(columns).sum::<usize>() <= LINE_COLUMNS, "{line}");
            assert_eq!(line, line.trim(), "blanks at an end");
            assert!(!line.starts_with('>') && !line.starts_with("From "), "{line}");
        }
        let quoted: String = out.lines().map(|line| format!(">> > {line} \r\n")).collect();
        assert_eq!(lines(&quoted)[0].text, joined[0].text, "a quotation changes nothing");
    }

    #[test]
    fn values_survive_a_mail() {
        for value in [
            "",
            " ",
            "  ",
            "a",
            " a ",
            "a  b",
            "a\nb",
            "\n",
            "\n\n",
            "a\\b",
            "+ x",
            "| x",
            "a\n+ b",
            "\u{202e}evil",
            "tab\there",
            "\r\n",
            "\u{1b}[31m",
            "👩‍💻",
            "ผู้ให้บริการ",
            "-- ",
        ] {
            check(value);
        }
        check(&"word ".repeat(60));
        check(&"x".repeat(300));
        check(&"電信".repeat(100));
        check(&" ".repeat(200));
    }

    proptest! {
        #[test]
        fn every_value_survives_a_mail(value in any::<String>()) {
            check(&value);
        }

        #[test]
        fn every_text_of_blanks_and_marks_survives_a_mail(value in "[ +&|>\\\\\n{u}ab]{0,120}") {
            check(&value);
        }
    }
}
