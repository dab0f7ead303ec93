//! The table of the pack in `docs/manual/rules.md` is that of the rules. `BAKAS_BLESS=1` writes it.

use std::fs;

use bakas_sigma::{Document, Level, LogSource};

use super::{PackRule, pack, root};

const BEGIN: &str =
    "<!-- the pack: written by BAKAS_BLESS=1 cargo test -p bakas-engine --test it pack -->\n";
const END: &str = "<!-- end of the pack -->\n";

#[test]
fn the_manual_lists_the_pack() {
    let path = root().join("docs/manual/rules.md");
    let manual = fs::read_to_string(&path).unwrap();
    let (before, rest) = manual.split_once(BEGIN).expect("the manual has a place for the table");
    let (_, after) = rest.split_once(END).expect("the table ends");
    let wanted = format!("{before}{BEGIN}{}{END}{after}", table());
    if std::env::var_os("BAKAS_BLESS").is_some() {
        fs::write(&path, &wanted).unwrap();
        return;
    }
    assert!(
        manual == wanted,
        "docs/manual/rules.md lists other rules than the pack: run the test with BAKAS_BLESS=1"
    );
}

fn table() -> String {
    let pack = pack();
    let mut text = format!("\n{} rules.\n", pack.len());
    let mut folder = "";
    for rule in &pack {
        let (own, name) = rule.path.rsplit_once('/').unwrap_or(("", &rule.path));
        if own != folder {
            folder = own;
            text += &format!(
                "\n### {folder}\n\n| rule | level | technique | logs |\n|---|---|---|---|\n"
            );
        }
        let header = rule.header();
        text += &format!(
            "| {} <br> `{name}` | {} | {} | {} |\n",
            header.title.replace('|', "\\|"),
            level(header.level),
            techniques(rule),
            logs(rule)
        );
    }
    text.push('\n');
    text
}

fn level(level: Option<Level>) -> String {
    level.map_or_else(String::new, |level| format!("{level:?}").to_lowercase())
}

fn techniques(rule: &PackRule) -> String {
    let ids = rule.header().tags.iter().filter_map(|tag| tag.strip_prefix("attack.t"));
    let ids: Vec<String> = ids
        .filter(|id| id.starts_with(|first: char| first.is_ascii_digit()))
        .map(|id| format!("T{id}"))
        .collect();
    ids.join(", ")
}

fn logs(rule: &PackRule) -> String {
    match &rule.document {
        Document::Rule(rule) => {
            let LogSource { category, product, service, .. } = &rule.log_source;
            let parts = [product, category, service].into_iter().flatten().cloned();
            parts.collect::<Vec<_>>().join(" · ")
        }
        Document::Correlation(_) => "correlation".to_owned(),
        Document::Statistic(_) => "statistic".to_owned(),
        Document::Filter(_) => "filter".to_owned(),
    }
}
