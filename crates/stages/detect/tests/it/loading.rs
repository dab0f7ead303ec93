//! What is loaded, what is not, and what is said of it.

use bakas_detect::Rules;
use bakas_model::{IncidentKind, Role, Severity};

use crate::events::load;

fn problem(text: &str) -> String {
    let (_, counts, problems) = Rules::load([("dir/x.yml".to_owned(), text.to_owned())]);
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert_eq!(counts.unsupported.values().sum::<u64>(), 1);
    problems[0].to_string()
}

fn web(detection: &str) -> String {
    format!("title: T\nlogsource: {{category: webserver}}\ndetection:\n{detection}")
}

#[test]
fn failures_name_file_place_and_reason() {
    let check = |text: &str, words: &[&str]| {
        let message = problem(text);
        for word in words {
            assert!(message.contains(word), "{message} has no {word}");
        }
    };
    let look = web("  s:\n    a|re: '(?=x)y'\n  condition: s\n");
    check(&look, &["dir/x.yml", "line 5", "detection.s.a|re", "look-around", "linear"]);
    let huge = web("  s:\n    a|re: '((((\\w{100}){100}){100}){100}){100}'\n  condition: s\n");
    check(&huge, &["line 5", "detection.s.a|re"]);
    let kind = format!("{}tags: [bakas.kind-mischief]\n", web("  s: {a: b}\n  condition: s\n"));
    check(&kind, &["tags", "mischief"]);
    let correlation = |rules: &str, extra: &str| {
        format!(
            "title: C\ncorrelation:\n  type: event_count\n  rules: [{rules}]\n  timespan: 1h\n  \
             condition: {{gte: 2}}\n{extra}"
        )
    };
    check(&correlation("nobody", ""), &["line 4", "'nobody' is no rule that was read"]);
    check(
        &correlation("nobody", "").replace("gte: 2", "gte: 5000000"),
        &["5000000", "correlation.condition"],
    );
}

#[test]
fn rules_for_other_logs_are_counted_apart() {
    let base = "title: B\nid: b\nlogsource: {product: windows, service: security}\ndetection:\n\
                \x20 s: {EventID: 4625}\n  condition: s\n";
    let correlation = "---\ntitle: C\ncorrelation:\n  type: event_count\n  rules: [b]\n\
                       \x20 timespan: 1h\n  condition: {gte: 2}\n";
    let files = [("a.yml".to_owned(), format!("{base}{correlation}"))];
    let (rules, counts, problems) = Rules::load(files);
    assert_eq!(problems, vec![]);
    assert_eq!((counts.loaded, counts.not_applicable), (0, 2));
    assert!(rules.metas().is_empty());
}

#[test]
fn an_id_is_taken_once() {
    let text = format!("{}id: x\n", web("  s: {a: b}\n  condition: s\n"));
    let files = [("a.yml".to_owned(), text.clone()), ("b.yml".to_owned(), text)];
    let (rules, counts, problems) = Rules::load(files);
    assert_eq!(rules.metas().len(), 1);
    assert_eq!(counts.unsupported.get("duplicate id"), Some(&1));
    assert_eq!(problems[0].path, "b.yml");
}

#[test]
fn metas_say_what_a_rule_is_for() {
    let text = |tags: &str| {
        format!("{}level: high\ntags: [{tags}]\n", web("  s: {a: b}\n  condition: s\n"))
    };
    let rules = load(&text("attack.T1505.003, attack.persistence, cve.2021-1"));
    let meta = &rules.metas()[0];
    assert_eq!(meta.severity, Severity::High);
    assert_eq!(meta.kind, Some(IncidentKind::WebShell));
    assert_eq!(meta.techniques, ["T1505.003"]);
    assert_eq!(meta.tags, ["attack.persistence", "cve.2021-1"]);
    assert_eq!((meta.role, meta.id.as_str()), (Role::Finding, "T"));
    assert_eq!(load(&text("bakas.sign-in")).metas()[0].role, Role::SignIn);
    assert_eq!(load(&text("bakas.sign-in-failed")).metas()[0].role, Role::SignInFailed);
    assert_eq!(load(&text("bakas.base")).metas()[0].role, Role::Base);
}

#[test]
fn a_rule_under_a_correlation_speaks_only_when_asked() {
    let text = |generate: &str| {
        format!(
            "{}name: b\n---\ntitle: C\ncorrelation:\n  type: event_count\n  rules: [b]\n\
             \x20 timespan: 1h\n  condition: {{gte: 2}}\n{generate}",
            web("  s: {a: b}\n  condition: s\n")
        )
    };
    assert_eq!(load(&text("")).metas()[0].role, Role::Base);
    assert_eq!(load(&text("  generate: true\n")).metas()[0].role, Role::Finding);
    let rules = load(&text(""));
    assert!(rules.metas()[1].correlation && !rules.metas()[0].correlation);
}
