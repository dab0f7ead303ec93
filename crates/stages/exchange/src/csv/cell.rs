//! One cell: how a value becomes a text that no spreadsheet takes for a formula, and back.

use serde_json::Value;

use super::columns::{Column, Kind};

/// Begins a formula in some spreadsheet, also in its wide form.
const FORMULA: [char; 11] =
    ['=', '+', '-', '@', '\t', '\r', '\n', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'];
/// Stands before what would begin a formula, and before itself.
const MARK: char = '\'';

fn is_marked(text: &str) -> bool {
    text.starts_with(|c| c == MARK || FORMULA.contains(&c))
}

/// A text that is no formula.
pub(super) fn safe(text: &str) -> String {
    if is_marked(text) { format!("{MARK}{text}") } else { text.to_owned() }
}

/// The text of a cell. An apostrophe is taken off only where [`safe`] would have put it.
pub(super) fn plain(cell: &str) -> &str {
    cell.strip_prefix(MARK).filter(|rest| is_marked(rest)).unwrap_or(cell)
}

/// The cell of a value.
pub(super) fn write(column: &Column, of: &Value) -> String {
    let Some(value) = of.pointer(column.place) else { return String::new() };
    match (column.kind, value) {
        (_, Value::Null) => String::new(),
        (Kind::Text, Value::String(text)) => safe(text),
        (_, value) => safe(&value.to_string()),
    }
}

/// The value of a cell; none where it is empty.
///
/// # Errors
/// What is wrong with it.
pub(super) fn read(column: &Column, cell: &str) -> Result<Option<Value>, String> {
    let text = plain(cell);
    if text.is_empty() {
        return Ok(None);
    }
    let wrong = |what: &str| Err(format!("{}: {what}", column.name));
    match column.kind {
        Kind::Text => Ok(Some(Value::from(text))),
        Kind::Number => match (text.trim().parse::<u64>(), text.trim().parse::<i64>()) {
            (Ok(number), _) => Ok(Some(Value::from(number))),
            (_, Ok(number)) => Ok(Some(Value::from(number))),
            _ => wrong("no whole number"),
        },
        Kind::Flag => match text.trim().to_ascii_lowercase().as_str() {
            "true" | "yes" | "1" => Ok(Some(Value::from(true))),
            "false" | "no" | "0" => Ok(Some(Value::from(false))),
            _ => wrong("neither true nor false"),
        },
        Kind::Json => match serde_json::from_str(text) {
            Ok(value) => Ok(Some(value)),
            Err(_) => wrong("not the JSON that stands here"),
        },
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn formulas_are_marked_and_come_back() {
        for text in ["=1+1", "+1", "-1", "@sum", "\tx", "\rx", "'=1", "''", "＝1", "plain", "'tis"]
        {
            let cell = safe(text);
            assert!(!cell.starts_with(FORMULA), "{cell}");
            assert_eq!(plain(&cell), text);
        }
        assert_eq!(plain("'tis"), "'tis", "nobody's apostrophe is eaten");
    }

    proptest! {
        #[test]
        fn every_text_comes_back(text in any::<String>()) {
            let cell = safe(&text);
            prop_assert!(!cell.starts_with(FORMULA));
            prop_assert_eq!(plain(&cell), text);
        }
    }
}
