//! What pipelines, filters and placeholders make of rules.

use std::collections::BTreeMap;

use bakas_sigma::{
    Document, Expression, Number, Part, Problem, Reason, Rule, Search, Test, parse,
    pipeline::{Applied, Pipeline, apply},
};

fn rule(source: &str, detection: &str) -> Rule {
    let lines: String = detection.lines().map(|line| format!("  {line}\n")).collect();
    let text = format!(
        "title: T\nid: r1\nlevel: high\ntags: [attack.t1110]\n\
                        logsource: {{{source}}}\ndetection:\n{lines}"
    );
    let parsed = parse(&text);
    assert_eq!(parsed.problems, vec![], "{text}");
    match parsed.documents.into_iter().next() {
        Some(Document::Rule(rule)) => rule,
        other => panic!("not a rule: {other:?}"),
    }
}

fn pipelines(texts: &[&str]) -> Vec<Pipeline> {
    let read = |text: &&str| Pipeline::parse(text).unwrap_or_else(|p| panic!("{p}\n{text}"));
    texts.iter().map(read).collect()
}

fn steps(steps: &str) -> String {
    let lines: String = steps.lines().map(|line| format!("  {line}\n")).collect();
    format!("name: p\npriority: 1\nvars: {{hosts: ['srv*', db1]}}\ntransformations:\n{lines}")
}

fn through(text: &str, rule: Rule) -> Result<Applied, Problem> {
    apply(&pipelines(&[text]), rule, &BTreeMap::new())
}

/// The lines of the rule as `field=value`, negated ones with `!`.
fn lines(rule: &Rule) -> Vec<String> {
    let items = rule.detection.searches.iter().flat_map(|(_, search)| search.items());
    let value = |test: &Test| match test {
        Test::Text { pattern, .. } => pattern.source(),
        Test::Number(Number::Int(number)) => number.to_string(),
        Test::Regex { expression, .. } => format!("/{expression}/"),
        Test::Field { name, .. } => format!("&{name}"),
        other => format!("{other:?}"),
    };
    items
        .map(|item| {
            let values: Vec<String> = item.tests.iter().map(value).collect();
            let field = item.field.as_deref().unwrap_or("*");
            let sign = if item.negated { "!" } else { "" };
            format!("{sign}{field}={}", values.join(","))
        })
        .collect()
}

fn check(pipeline: &str, detection: &str, expected: &[&str]) {
    let rule = rule("product: windows", detection);
    match through(&steps(pipeline), rule) {
        Ok(applied) => assert_eq!(lines(&applied.rule), expected, "{pipeline}"),
        Err(problem) => panic!("{problem}"),
    }
}

const ONE: &str = "s:\n  Image|endswith: '\\a.exe'\n  User: x\ncondition: s";

#[test]
fn fields_get_other_names() {
    check(
        "- {type: field_name_mapping, mapping: {Image: Process, Other: no}}",
        ONE,
        &[r"Process=*\\a.exe", "User=x"],
    );
    check(
        "- {type: field_name_mapping, mapping: {Image: [Process, Path]}}",
        ONE,
        &[r"Process=*\\a.exe", r"Path=*\\a.exe", "User=x"],
    );
    check("- {type: field_name_prefix, prefix: win.}", ONE, &[r"win.Image=*\\a.exe", "win.User=x"]);
    check(
        "- type: field_name_suffix\n  suffix: .keyword\n  field_name_conditions:\n  \
         - {type: include_fields, fields: [User]}",
        ONE,
        &[r"Image=*\\a.exe", "User.keyword=x"],
    );
    check(
        "- type: field_name_prefix\n  prefix: x.\n  field_name_conditions:\n  \
         - {type: exclude_fields, mode: re, fields: ['Us.*']}",
        ONE,
        &[r"x.Image=*\\a.exe", "User=x"],
    );
    check(
        "- {type: field_name_prefix_mapping, mapping: {Im: [I1., I2.]}}",
        ONE,
        &[r"I1.age=*\\a.exe", r"I2.age=*\\a.exe", "User=x"],
    );
    check(
        "- {type: field_name_mapping, mapping: {b: c}}",
        "s:\n  a|fieldref: b\ncondition: s",
        &["a=&c"],
    );
}

#[test]
fn a_field_of_several_names_is_any_of_them_unless_it_must_be_absent() {
    let shape = |line: &str| {
        let text = steps("- {type: field_name_mapping, mapping: {a: [b, c]}}");
        let rule = rule("product: x", &format!("s:\n  {line}\ncondition: s"));
        through(&text, rule).unwrap().rule.detection.searches[0].1.clone()
    };
    assert!(matches!(shape("a: x"), Search::Any(parts) if parts.len() == 2));
    assert!(matches!(shape("a|neq: x"), Search::All(parts) if parts.len() == 2));
    assert!(matches!(shape("a: null"), Search::All(parts) if parts.len() == 2));
}

#[test]
fn values_are_changed() {
    check(
        "- {type: replace_string, regex: '^\\*\\\\', replacement: '*/'}",
        "s:\n  Image|endswith: '\\a.exe'\ncondition: s",
        &[r"Image=*/\\a.exe"],
    );
    check(
        "- {type: replace_string, regex: '(\\w)\\.exe', replacement: '\\1.bin', skip_special: true}",
        ONE,
        &[r"Image=*\\a.bin", "User=x"],
    );
    check(
        "- type: map_string\n  mapping: {x: [y, 'z*']}\n  field_name_conditions:\n  \
         - {type: include_fields, fields: [User]}",
        ONE,
        &[r"Image=*\\a.exe", "User=y,z*"],
    );
    check("- {type: case, method: upper}", ONE, &[r"Image=*\\A.EXE", "User=X"]);
    check("- {type: convert_type, target_type: num}", "s: {a: '5'}\ncondition: s", &["a=5"]);
    check("- {type: set_value, value: 7}", "s: {a: '5'}\ncondition: s", &["a=7"]);
    let drop = "- type: drop_detection_item\n  detection_item_conditions:\n  \
                - {type: match_string, pattern: '\\*.*exe$'}";
    check(drop, ONE, &["User=x"]);
    let both = "s: {a: x}\nt: {b: y}\ncondition: s and not t";
    let drop = "- type: drop_detection_item\n  field_name_conditions:\n  \
                - {type: include_fields, fields: [b]}";
    check(drop, both, &["a=x"]);
}

#[test]
fn conditions_say_for_which_rules() {
    let step = |conditions: &str| format!("- type: field_name_prefix\n  prefix: x.\n{conditions}");
    let is_done = |conditions: &str| {
        let rule = rule("product: windows, category: process_creation", "s: {a: 5}\ncondition: s");
        let applied = through(&steps(&step(conditions)), rule).unwrap();
        lines(&applied.rule) == ["x.a=5"]
    };
    for (conditions, expected) in [
        ("  rule_conditions: [{type: logsource, product: windows}]", true),
        ("  rule_conditions: [{type: logsource, product: linux}]", false),
        ("  rule_conditions: [{type: contains_field, field: a}]", true),
        ("  rule_conditions: [{type: contains_detection_item, field: a, value: 5}]", true),
        ("  rule_conditions: [{type: contains_detection_item, field: a, value: '5'}]", false),
        ("  rule_conditions: [{type: is_sigma_rule}]", true),
        ("  rule_conditions: [{type: is_sigma_correlation_rule}]", false),
        ("  rule_conditions: [{type: tag, tag: attack.t1110}]", true),
        (
            "  rule_conditions: [{type: rule_attribute, attribute: level, value: medium, op: gte}]",
            true,
        ),
        (
            "  rule_conditions: [{type: rule_attribute, attribute: level, value: high, op: gt}]",
            false,
        ),
        ("  rule_conditions: [{type: tag, tag: no}, {type: is_sigma_rule}]", false),
        (
            "  rule_conditions: [{type: tag, tag: no}, {type: is_sigma_rule}]\n  rule_cond_op: or",
            true,
        ),
        ("  rule_conditions: [{type: tag, tag: no}]\n  rule_cond_not: true", true),
        (
            "  rule_conditions:\n    a: {type: tag, tag: no}\n    b: {type: is_sigma_rule}\n  \
             rule_cond_expr: b and not a",
            true,
        ),
    ] {
        assert_eq!(is_done(conditions), expected, "{conditions}");
    }
}

#[test]
fn earlier_steps_are_remembered() {
    let text = "- {type: set_state, key: k, val: v, id: first}\n\
                - {type: field_name_prefix, prefix: a., rule_conditions: [{type: processing_state, key: k, val: v}]}\n\
                - {type: field_name_prefix, prefix: b., rule_conditions: [{type: processing_item_applied, processing_item_id: first}]}\n\
                - {type: field_name_prefix, prefix: c., rule_conditions: [{type: processing_state, key: k, val: w}]}";
    check(text, "s: {x: 1}\ncondition: s", &["b.a.x=1"]);
}

#[test]
fn log_source_and_condition_are_changed_together() {
    let text = steps(
        "- type: nest\n  rule_conditions: [{type: logsource, category: process_creation}]\n  items:\n  \
         - {type: add_condition, conditions: {Channel: Sysmon, EventID: [1, 2]}}\n  \
         - {type: change_logsource, product: windows}",
    );
    let rule = rule("product: windows, category: process_creation", "s: {a: 5}\ncondition: s");
    let applied = through(&text, rule).unwrap();
    assert_eq!(lines(&applied.rule), ["a=5", "Channel=Sysmon", "EventID=1,2"]);
    assert_eq!(applied.log_sources[0].category, None);
    assert!(
        matches!(&applied.rule.detection.condition, Expression::All(parts) if parts.len() == 2)
    );
    assert!(applied.mapped.is_empty());
}

#[test]
fn variants_are_alternatives() {
    let variant = |name: &str, field: &str, id: u32| {
        format!(
            "name: {name}\nvariant: {name}\ntransformations:\n  \
             - type: nest\n    rule_conditions: [{{type: logsource, category: process_creation}}]\n    \
             items:\n    - {{type: field_name_mapping, mapping: {{Image: {field}}}}}\n    \
             - {{type: add_condition, conditions: {{EventID: {id}}}}}\n"
        )
    };
    let (a, b) = (variant("one", "Image", 1), variant("two", "NewProcessName", 4688));
    let all = pipelines(&[&a, &b]);
    let started = rule("category: process_creation", "s: {Image: x}\ncondition: s");
    let applied = apply(&all, started, &BTreeMap::new()).unwrap();
    assert_eq!(lines(&applied.rule), ["Image=x", "EventID=1", "NewProcessName=x", "EventID=4688"]);
    assert_eq!(applied.fields.len(), 2);
    assert_eq!(applied.mapped.len(), 1);
    assert_eq!((&*applied.mapped[0].to, &*applied.mapped[0].pipeline), ("NewProcessName", "two"));
    let other = apply(&all, rule("category: x", "s: {Image: x}\ncondition: s"), &BTreeMap::new());
    assert_eq!(lines(&other.unwrap().rule), ["Image=x"]);
}

#[test]
fn a_variant_that_declines_leaves_the_others() {
    let good = "name: a\nvariant: a\ntransformations:\n  - {type: set_state, key: k, val: v, \
                rule_conditions: [{type: is_sigma_rule}]}\n";
    let bad = "name: b\nvariant: b\ntransformations:\n  - {type: rule_failure, message: no such log, \
               rule_conditions: [{type: is_sigma_rule}]}\n";
    let applied =
        apply(&pipelines(&[good, bad]), rule("product: x", ONE), &BTreeMap::new()).unwrap();
    assert_eq!(applied.declined[0].0, "b");
    assert!(applied.declined[0].1.detail.contains("no such log"));
    let refused = apply(&pipelines(&[bad]), rule("product: x", ONE), &BTreeMap::new());
    assert_eq!(refused.unwrap_err().reason, Reason::Pipeline);
}

#[test]
fn placeholders_are_filled_from_files_and_variables() {
    let expand = "s:\n  host|expand: 'x-%hosts%'\n  user|contains|expand: '%admins%'\ncondition: s";
    let rule = || rule("product: windows", expand);
    let values = BTreeMap::from([("admins".to_owned(), vec!["ana".to_owned(), "ben".to_owned()])]);
    let fill = pipelines(&[&steps("- {type: value_placeholders, include: [hosts]}")]);
    let applied = apply(&fill, rule(), &values).unwrap();
    assert_eq!(lines(&applied.rule), ["host=x-srv*,x-db1", "user=*ana*,*ben*"]);
    let problem = apply(&fill, rule(), &BTreeMap::new()).unwrap_err();
    assert_eq!((problem.reason, problem.at.line), (Reason::Placeholder, 9));
    assert!(problem.to_string().contains("%admins%"), "{problem}");
    let wild = pipelines(&[&steps("- {type: wildcard_placeholders}")]);
    let applied = apply(&wild, rule(), &BTreeMap::new()).unwrap();
    assert_eq!(lines(&applied.rule), ["host=x-*", "user=*"]);
}

#[test]
fn placeholders_go_with_every_modifier() {
    let check = |line: &str, expected: &str| {
        let values = BTreeMap::from([("v".to_owned(), vec!["a.b".to_owned(), "c".to_owned()])]);
        let rule = rule("product: x", &format!("s:\n  {line}\ncondition: s"));
        let applied = apply(&[], rule, &values).unwrap();
        assert_eq!(lines(&applied.rule).join(" "), expected, "{line}");
    };
    check("a|re|expand: '^%v%$'", r"a=/^(?:a\.b)$/,/^(?:c)$/");
    check("a|base64|expand: '%v%'", "a=YS5i,Yw==");
    check("a|expand|neq: '%v%'", "!a=a.b,c");
    check("a|contains|all|expand: ['%v%', d]", "a=*a.b*,*c* a=*d*");
    check(r"a|expand: '100\%'", "a=100%");
}

#[test]
fn what_is_not_supported_is_told_with_its_place() {
    let refused = |text: &str, words: &str| {
        let problem = Pipeline::parse(text).unwrap_err();
        assert!(problem.to_string().contains(words), "{problem}");
    };
    refused(&steps("- {type: command_placeholders, command: x}"), "'command_placeholders' is not");
    refused(&steps("- {type: field_name_prefix, prefix: x, prefx: y}"), "'prefx' is not supported");
    refused(
        &steps("- {type: field_name_prefix, prefix: x, rule_conditions: [{type: moon}]}"),
        "the condition 'moon' is not supported",
    );
    refused("name: x\npostprocessing: []\n", "line 2, column 1");
    refused("transformations: []\n", "'name' is missing");
    refused(
        &steps("- {type: replace_string, regex: '(', replacement: x}"),
        "transformations[1].regex",
    );
    let failing = through(
        &steps("- {type: detection_item_failure, message: not here, id: f}"),
        rule("product: x", ONE),
    );
    let problem = failing.unwrap_err();
    assert!(problem.to_string().contains("pipeline 'p', transformations[1]"), "{problem}");
    let empty = through(&steps("- {type: drop_detection_item}"), rule("product: x", ONE));
    assert!(empty.unwrap_err().detail.contains("nothing of the condition"));
}

#[test]
fn a_filter_is_laid_over_the_rules_it_names() {
    let filter = |rules: &str, source: &str| {
        let text = format!(
            "title: Administrators\nlogsource: {{{source}}}\nfilter:\n  rules: {rules}\n  \
             selection:\n    User|startswith: adm_\n  condition: not selection\n"
        );
        match parse(&text).documents.into_iter().next() {
            Some(Document::Filter(filter)) => filter,
            other => panic!("not a filter: {other:?} {:?}", parse(&text).problems),
        }
    };
    let mut target = rule("product: windows, category: process_creation", ONE);
    let named = filter("[r1, r2]", "product: windows");
    assert!(named.names(&target.header) && named.fits(&target.log_source));
    assert!(!filter("[r2]", "product: windows").names(&target.header));
    assert!(filter("any", "product: windows").names(&target.header));
    assert!(!filter("any", "product: linux").fits(&target.log_source));
    named.lay_over(&mut target);
    assert_eq!(lines(&target), [r"Image=*\\a.exe", "User=x", "User=adm_*"]);
    assert_eq!(target.detection.searches[1].0, "filter 'Administrators': selection");
    match &target.detection.condition {
        Expression::All(parts) => assert!(matches!(&parts[1], Expression::Not(_))),
        other => panic!("{other:?}"),
    }
    let literal = Part::Literal("adm_".to_owned());
    let items: Vec<_> = target.detection.searches[1].1.items().collect();
    assert!(
        matches!(&items[0].tests[0], Test::Text { pattern, .. } if pattern.parts[0] == literal)
    );
}
