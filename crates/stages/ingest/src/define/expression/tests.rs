//! The machine against the crate `regex`: same matches, same groups.

use proptest::prelude::*;

use super::*;

/// Where each group lies.
type Places = Vec<Option<(usize, usize)>>;

/// The places of all groups by the machine alone; `None` where it cannot run the expression.
fn fast(text: &str, on: &[u8]) -> Option<Option<Places>> {
    let program = compile::program(text)?;
    let mut scratch = Scratch::default();
    match program.run(on, &mut scratch) {
        Run::Fits(end) => {
            let groups: Vec<_> = (0..program.groups).map(|group| scratch.group(group)).collect();
            assert_eq!(groups[0].map(|(_, to)| to), Some(end));
            Some(Some(groups))
        }
        Run::Fails => Some(None),
        Run::TooLong => None,
    }
}

fn slow(text: &str, on: &[u8]) -> Option<Places> {
    let regex = regex(text).unwrap();
    let found = regex.captures(on)?;
    let places = found.iter().map(|group| group.map(|group| (group.start(), group.end())));
    Some(places.collect())
}

#[track_caller]
fn check(text: &str, on: &str) {
    let told = fast(text, on.as_bytes()).unwrap_or_else(|| panic!("{text} cannot be run"));
    assert_eq!(told, slow(text, on.as_bytes()), "{text} on {on:?}");
}

#[test]
fn shapes_of_log_lines() {
    let line = "connect from mail.example.org[192.0.2.1]: queue=<a b>, size=12";
    for text in [
        r"^(?:(dis)?connect) from (?<name>[^\[]*)\[(?<ip>[^\]]*)\]: (.*)$",
        r"^(\w+) .*?<(.*?)>(?:, size=(\d+))?$",
        r"^(.*), (.*)$",
        r"^.*from (\S+?)\[",
        r"(\d+)$",
        r"\bsize=(?P<n>\d{1,3})\b",
        r"^(?i)CONNECT (?:to|from) (.{4})",
        r"^x",
        r"^$",
        r"$",
        r"",
        r"^(?:[a-z]+ ?){2,3}",
        r"^(?:(a)|(c))?(.)",
    ] {
        check(text, line);
        check(text, "");
        check(text, "x\ny");
    }
    check(r"^$", "");
    check(r"(?:a|ab)(?:c|bcd)(d*)", "abcd");
    check(r"^[^\n]+?(\n?)$", "abc\n");
}

#[test]
fn what_the_machine_cannot_do_the_crate_does() {
    for text in [r"^(?:a*)*$", r"(?m)^a", r"(?:a?){3}b"] {
        assert!(compile::program(text).is_none(), "{text}");
        let expression = Expression::checked(text).unwrap();
        let mut scratch = Scratch::default();
        assert_eq!(
            expression.find(b"aaab", &mut scratch),
            slow(text, b"aaab").map(|g| g[0].unwrap().1)
        );
    }
    // One that would go back for ever is bounded, and still answered.
    let text = r"^(?:a+)+(?:a+)+(?:a+)+b$";
    let on = "a".repeat(300);
    assert_eq!(fast(text, on.as_bytes()), None);
    assert!(!Expression::checked(text).unwrap().is_match(on.as_bytes()));
}

#[test]
fn names_of_groups_are_found_without_compiling() {
    let check = |text: &str| {
        let regex = regex(text).unwrap();
        assert_eq!(groups(text), regex.capture_names().collect::<Vec<_>>(), "{text}");
    };
    check(r"^(?<a>x)(?:y)(z)(?P<b_1>[(?<c>]*)\((?i)(?<d>[]()]|[^](]|\[(?<e>))");
    check(r"[[:alpha:](]+(?<a>[a-z&&[^(]])");
    check("");
    for definition in crate::Formats::builtin().definitions() {
        for text in definition.text().split('\'').filter(|text| text.contains("(?")) {
            if let Ok(regex) = regex(text) {
                assert_eq!(groups(text), regex.capture_names().collect::<Vec<_>>(), "{text}");
            }
        }
    }
}

/// Expressions of our definitions.
fn ours() -> &'static [&'static str] {
    static OURS: std::sync::LazyLock<Vec<&'static str>> = std::sync::LazyLock::new(|| {
        let texts = crate::Formats::builtin().definitions().map(crate::Definition::text);
        let quoted = texts.flat_map(|text| text.split('\''));
        quoted.filter(|text| text.starts_with('^') && regex(text).is_ok()).collect()
    });
    &OURS
}

#[test]
fn most_of_ours_are_run_by_the_machine() {
    let run = ours().iter().filter(|text| compile::program(text).is_some()).count();
    assert!(ours().len() > 200 && run * 100 > ours().len() * 97, "{run} of {}", ours().len());
}

fn expression() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(vec![
        "a", "b", "c", "ab", "bca", ".", r"\w", r"\S", " ", "[ab]", "[^a]", "[^b ]", "^", "$",
        r"\b", r"\B", "é",
    ]);
    let leaf = leaf.prop_map(str::to_owned);
    leaf.prop_recursive(5, 40, 4, |inner| {
        let times = prop::sample::select(vec!["*", "+", "?", "*?", "+?", "??", "{2}", "{1,3}", "{0,2}?", "{2,}"]);
        prop_oneof![
            3 => prop::collection::vec(inner.clone(), 2..5).prop_map(|parts| parts.concat()),
            2 => (inner.clone(), times).prop_map(|(one, times)| format!("(?:{one}){times}")),
            1 => inner.clone().prop_map(|one| format!("({one})")),
            1 => prop::collection::vec(inner, 2..4).prop_map(|ways| format!("(?:{})", ways.join("|"))),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases * 8, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_machine_says_what_the_crate_says(
        text in expression(),
        is_anchored in any::<bool>(),
        on in prop::collection::vec("[abc é\n]{0,12}", 1..6),
    ) {
        let text = if is_anchored { format!("^{text}") } else { text };
        prop_assume!(regex(&text).is_ok());
        for on in on {
            if let Some(told) = fast(&text, on.as_bytes()) {
                prop_assert_eq!(told, slow(&text, on.as_bytes()), "{} on {:?}", text, on);
            }
        }
    }

    /// A screen leaves out no expression that fits.
    #[test]
    fn screens_are_sound(
        texts in prop::collection::vec(expression(), 1..8),
        on in prop::collection::vec("[abc ]{0,12}", 1..6),
    ) {
        let all: Vec<_> = texts.iter().map(|text| Expression::unchecked(text.clone().leak())).collect();
        let screen = Screen::new(all.iter()).unwrap();
        for on in on {
            let candidates = screen.candidates(on.as_bytes());
            for (at, expression) in all.iter().enumerate() {
                let fits = regex(expression.text()).is_ok_and(|regex| regex.is_match(on.as_bytes()));
                prop_assert!(!fits || candidates >> at & 1 == 1, "{} on {:?}", expression.text(), on);
            }
        }
    }

    /// Our own expressions on pieces of our own expressions, which hold the words that they need.
    #[test]
    fn ours_say_the_same(
        which in any::<prop::sample::Index>(),
        other in any::<prop::sample::Index>(),
        noise in "[a-z0-9 :=,<>\\[\\]\"'/.@-]{0,40}",
        at in 0.0..1.0_f64,
    ) {
        let text = which.get(ours());
        let mut on: Vec<char> = other.get(ours()).chars().filter(|c| !"\\^$?+*()<>{}".contains(*c)).collect();
        let at = (on.len() as f64 * at) as usize;
        drop(on.splice(at..at, noise.chars()));
        let on: String = on.into_iter().collect();
        for on in [on.as_str(), noise.as_str()] {
            if let Some(told) = fast(text, on.as_bytes()) {
                prop_assert_eq!(told, slow(text, on.as_bytes()), "{} on {:?}", text, on);
            }
        }
    }
}
