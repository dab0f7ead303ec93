//! A statistic: an addition of this project to Sigma's documents. Like a correlation it builds on
//! rules and groups their records; what it looks for in a group is no count over a threshold but
//! something unusual, and its document says how often that happens without any attack. What the
//! types and their settings mean is known to whoever evaluates them.

use serde::{Deserialize, Serialize};

use crate::{
    correlation::{RULES_LIMIT, Reference, TIMESPAN_SECONDS_LIMIT},
    document::{Header, Level, text, texts},
    problem::{Position, Problem, Reason},
    yaml::{Kind, Node, Scalar},
};

/// Something unusual in the records of rules.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Statistic {
    /// What it says of itself; its level is never above *medium*.
    pub header: Header,
    /// `type`.
    pub kind: String,
    /// `rules`: those whose records it looks at.
    pub rules: Vec<Reference>,
    /// `group-by`: the fields that records of one group share.
    pub group_by: Vec<String>,
    /// `fields`: what it looks at besides.
    pub fields: Vec<String>,
    /// `base-rate`: how often it speaks where nothing is wrong, and how that is known.
    pub base_rate: String,
    /// Everything else, by name.
    pub settings: Vec<Setting>,
    /// Where the section begins.
    pub at: Position,
}

/// A setting of a statistic.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Setting {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: SettingValue,
    /// Where it stands.
    pub at: Position,
}

/// The value of a setting.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum SettingValue {
    /// A number.
    Number(f64),
    /// A time span, in seconds: a number with a unit.
    Seconds(u64),
    /// Yes or no.
    Flag(bool),
}

const SECTION: &str = "bakas_statistic";

pub(crate) fn parse(header: Header, section: &Node) -> Result<Statistic, Problem> {
    let Kind::Map(entries) = &section.kind else {
        let detail = format!("it is {}, not a map", section.noun());
        return Err(Problem::malformed(section.at, SECTION, detail));
    };
    if header.level > Some(Level::Medium) {
        let detail = "a statistic alone is never above medium";
        return Err(Problem::malformed(header.at, "level", detail));
    }
    let mut settings = Vec::new();
    for (key, value) in entries {
        if !matches!(key.text.as_str(), "type" | "rules" | "group-by" | "fields" | "base-rate") {
            let value = setting(value, &format!("{SECTION}.{}", key.text))?;
            settings.push(Setting { name: key.text.clone(), value, at: key.at });
        }
    }
    let needed = |key: &str, detail: &str| {
        text(section, key)?.filter(|found| !found.trim().is_empty()).ok_or_else(|| {
            Problem::new(Reason::Missing, section.at, format!("{SECTION}.{key}"), detail)
        })
    };
    let node = section.get("rules").unwrap_or(section);
    let names = texts(section, "rules")?;
    if names.is_empty() || names.len() > RULES_LIMIT {
        let detail = format!("it names {} rules; 1 to {RULES_LIMIT} are right", names.len());
        return Err(Problem::malformed(node.at, &format!("{SECTION}.rules"), detail));
    }
    Ok(Statistic {
        kind: needed("type", "it says what is looked for")?,
        base_rate: needed("base-rate", "a statistic says how often it speaks without an attack")?,
        rules: names.into_iter().map(|name| Reference { name, at: node.at }).collect(),
        group_by: texts(section, "group-by")?,
        fields: texts(section, "fields")?,
        settings,
        at: section.at,
        header,
    })
}

fn setting(node: &Node, place: &str) -> Result<SettingValue, Problem> {
    if let Kind::Scalar(Scalar::Bool(flag)) = &node.kind {
        return Ok(SettingValue::Flag(*flag));
    }
    let wrong = || {
        let detail = "it is a number, a time span such as 10m, true or false";
        Problem::malformed(node.at, place, detail)
    };
    let text = node.text().ok_or_else(wrong)?;
    if let Ok(number) = text.parse::<f64>()
        && number.is_finite()
    {
        return Ok(SettingValue::Number(number));
    }
    let unit = text.chars().last().ok_or_else(wrong)?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3600,
        'd' => 86_400,
        'w' => 7 * 86_400,
        _ => return Err(wrong()),
    };
    let number = text.strip_suffix(unit).and_then(|n| n.parse::<u64>().ok()).ok_or_else(wrong)?;
    match number.checked_mul(seconds) {
        Some(total) if total > 0 && total <= TIMESPAN_SECONDS_LIMIT => {
            Ok(SettingValue::Seconds(total))
        }
        _ => Err(Problem::new(Reason::Bound, node.at, place, "1 second to 3,660 days are right")),
    }
}
