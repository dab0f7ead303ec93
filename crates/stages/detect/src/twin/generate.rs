//! Rules and events made at random from a few bytes of luck: cheap enough to make millions, and
//! made of the same few words so that they often meet.

use std::fmt::Write as _;

/// A stream of luck (xorshift64*).
#[derive(Clone, Debug)]
pub struct Luck(u64);

impl Luck {
    /// From a seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed ^ 0x9e37_79b9_7f4a_7c15 | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// A number below another.
    pub fn below(&mut self, end: usize) -> usize {
        (self.next() >> 33) as usize % end.max(1)
    }

    /// Once in so many times.
    pub fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    /// One of several.
    pub fn pick<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }
}

/// The fields that made events have.
pub const FIELDS: [&str; 8] =
    ["a", "b", "c.d", "c-uri", "cs-uri", "resource.name", "EventID", "when"];

/// The fields that made rules name: those, and attributes.
const ASKED: [&str; 18] = [
    "a",
    "a",
    "b",
    "c.d",
    "c-uri",
    "EventID",
    "when",
    "missing",
    "resource.name",
    "actor.user.name",
    "status",
    "class_uid",
    "time",
    "src_endpoint.ip",
    "src_endpoint.autonomous_system.number",
    "src_endpoint.autonomous_system.name",
    "src_endpoint.kind",
    "metadata.tenant_uid",
];

/// Characters of made texts: letters of both cases, the letter k that Unicode folds, an accent,
/// separators, wildcards and the backslash.
const CHARS: &[char] =
    &['a', 'b', 'A', 'B', 'k', 'K', '1', '\u{e9}', '\u{c9}', ' ', '/', '=', '%', '.', '-'];
const ODD: &[char] = &['*', '?', '\\', '\u{212a}', '\u{2013}', 'a', 'b', '1'];

/// Words with a meaning: numbers, dates, addresses, options, truth values.
const WORDS: &[&str] = &[
    "2026-01-05T23:59:01",
    "2024-12-30T15:00:00.250-07:00",
    "200",
    "-1",
    "1.5",
    "+7",
    "true",
    "False",
    "",
    "10.0.0.1",
    "::ffff:10.0.0.1",
    "2001:db8::1",
    "2026-01-05T23:59:01+08:00",
    "2024-12-30 08:07",
    "2027-01-01",
    "2026-02-30",
    "cmd -a",
    "cmd /a -b",
    "x \u{2014}b",
    "YWI=",
    "FiYQ",
    "YQBiAA==",
    "AGEAYg==",
    "//5hAGIA",
    "Failure",
    "Example Telco",
    "welfare",
    "192.0.2.9",
    "telco",
    "a.b",
    "ana",
];

/// A made text.
pub fn text(luck: &mut Luck) -> String {
    if luck.once_in(4) {
        return luck.pick(WORDS).to_owned();
    }
    let odd = luck.once_in(5);
    let length = luck.below(6);
    let one = |_| {
        let set = if odd && luck.once_in(2) { ODD } else { CHARS };
        luck.pick(set)
    };
    (0..length).map(one).collect()
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A text as a rule writes it, perhaps with wildcards.
fn pattern(luck: &mut Luck) -> String {
    let mut text = text(luck);
    if luck.once_in(3) {
        let at = luck.below(text.chars().count() + 1);
        let at = text.char_indices().nth(at).map_or(text.len(), |(at, _)| at);
        text.insert(at, luck.pick(&['*', '?', '*', '\\']));
    }
    quoted(&text)
}

fn scalar(luck: &mut Luck) -> String {
    match luck.below(12) {
        0 => luck.pick(&["200", "1.5", "-1", "7", "404"]).to_owned(),
        1 => luck.pick(&["true", "false"]).to_owned(),
        2 => "null".to_owned(),
        _ => pattern(luck),
    }
}

fn list(luck: &mut Luck, most: usize, mut one: impl FnMut(&mut Luck) -> String) -> String {
    let count = 1 + luck.below(most);
    let all: Vec<String> = (0..count).map(|_| one(luck)).collect();
    if count == 1 && luck.once_in(2) { all.concat() } else { format!("[{}]", all.join(", ")) }
}

const REGEXES: &[&str] = &[
    "a+b",
    "^/a",
    "[ab]k$",
    "\u{e9}|A=1",
    ".*",
    "(?i)(a|b)(/|%)A",
    "ka{2,}b",
    "[ab]?k=",
    "(ab|K.*|1=)+/",
    "a(b|k){1,3}/$",
    "(?i)k\\s?=",
    "(a|){2}b",
    "^\\d+$",
    "[\\w-]+ ?",
    "\\S\\W",
    "^[^\\d]*$",
    "(?i)[a-k]1",
    "^$",
    "x?",
    "(cmd|x) .[ab]",
    "^.b$",
];

/// One line of a search: `field|modifiers: values`.
fn line(luck: &mut Luck) -> String {
    let field = luck.pick(&ASKED);
    let other = luck.pick(&ASKED);
    let neq = if luck.once_in(8) { "|neq" } else { "" };
    let all = if luck.once_in(5) { "|all" } else { "" };
    let cased = if luck.once_in(5) { "|cased" } else { "" };
    let place = luck.pick(&["", "|contains", "|contains", "|startswith", "|endswith"]);
    match luck.below(20) {
        0..=6 if place.is_empty() => format!("{field}{neq}{all}{cased}: {}", list(luck, 3, scalar)),
        0..=8 => format!("{field}{place}{all}{cased}{neq}: {}", list(luck, 3, pattern)),
        9 => format!("{field}|exists{neq}: {}", luck.pick(&["true", "false"])),
        10 => format!("{field}: {}", luck.pick(&["null", "''", "[null, '']"])),
        11 => {
            let compare = luck.pick(&["lt", "lte", "gt", "gte"]);
            format!("{field}|{compare}{neq}: {}", luck.pick(&["200", "0", "1.5", "'7'", "3002"]))
        }
        12 => {
            let parts: &[(&str, &[&str])] = &[
                ("minute", &["0", "7", "59"]),
                ("hour", &["0", "8", "15", "23"]),
                ("day", &["1", "5", "30"]),
                ("week", &["1", "2", "53"]),
                ("month", &["1", "12", "6"]),
                ("year", &["1970", "2024", "2026", "2027"]),
            ];
            let (part, numbers) = luck.pick(parts);
            let compare = luck.pick(&["", "|lt", "|lte", "|gt", "|gte"]);
            let field = luck.pick(&["when", "time", "a", field]);
            let value = list(luck, 2, |l| l.pick(numbers).to_owned());
            format!("{field}|{part}{compare}{neq}: {value}")
        }
        13 | 14 => {
            let flags = luck.pick(&["", "|i", "|m", "|s", "|i|m"]);
            let values = list(luck, 2, |l| quoted(l.pick(REGEXES)));
            format!("{field}|re{flags}{all}{neq}: {values}")
        }
        15 => format!("{field}|fieldref{place}{cased}{neq}: {other}"),
        16 => {
            let nets = ["10.0.0.0/8", "192.0.2.0/24", "'2001:db8::/32'", "10.0.0.1"];
            format!("{field}|cidr{neq}: {}", list(luck, 2, |l| l.pick(&nets).to_owned()))
        }
        17 => {
            let values = list(luck, 2, |l| l.pick(&["' -a'", "cmd /b", "'a-b'"]).to_owned());
            format!("{field}|windash|contains{all}{neq}: {values}")
        }
        18 => {
            let coding = luck.pick(&[
                "base64",
                "base64offset|contains",
                "wide|base64",
                "utf16be|base64",
                "utf16|base64offset|contains",
                "utf16le",
            ]);
            format!("{field}|{coding}{all}{neq}: {}", luck.pick(&["ab", "[ab, b]"]))
        }
        _ => format!("{field}|expand{all}{neq}: {}", luck.pick(&["'%v%'", "['x%v%', a]"])),
    }
}

/// A map of up to two lines about different fields.
fn map(luck: &mut Luck, indent: &str, first: &str) -> String {
    let one = line(luck);
    let mut out = format!("{first}{one}");
    let two = line(luck);
    let key = |line: &str| line.split(": ").next().unwrap_or_default().to_owned();
    if luck.once_in(2) && key(&one) != key(&two) {
        let _written = write!(out, "{indent}{two}");
    }
    out
}

fn search(luck: &mut Luck) -> String {
    match luck.below(8) {
        0 => format!(" {}", list(luck, 3, pattern)),
        1 => format!("\n      '|all': {}", list(luck, 3, pattern)),
        2 => {
            let (a, b) =
                (map(luck, "\n        ", "\n      - "), map(luck, "\n        ", "\n      - "));
            format!("{a}{b}")
        }
        3 => format!("\n      - {}\n      - {}", line(luck), quoted(&text(luck))),
        _ => map(luck, "\n      ", "\n      "),
    }
}

const CONDITIONS: &[&str] = &[
    "s",
    "s",
    "s and t",
    "s or t",
    "s and not t",
    "not s",
    "1 of them",
    "all of them",
    "any of *",
    "s or (t and not u)",
    "not (s or t) and u",
    "u and 1 of s*",
    "not 1 of t* and not u",
    "s and (t or u) and not (t and u)",
    "[s and t, u]",
    "not not s",
];

/// A made rule.
pub fn rule(luck: &mut Luck) -> String {
    let source = luck.pick(&[
        "category: webserver",
        "category: webserver",
        "product: ocsf, category: authentication",
        "product: made",
    ]);
    let (s, t, u) = (search(luck), search(luck), search(luck));
    format!(
        "title: T\nlogsource: {{{source}}}\ndetection:\n    s:{s}\n    t:{t}\n    u:{u}\n    \
         condition: {}\n",
        luck.pick(CONDITIONS)
    )
}

/// A made rule about the fields of a record alone, for any engine.
pub fn peer_rule(luck: &mut Luck) -> String {
    loop {
        let text = rule(luck);
        let names =
            [".name", "src_endpoint", "tenant", "expand", "status", "class_uid", "time", "c-uri"];
        if text.contains("category: webserver") && !names.iter().any(|name| text.contains(name)) {
            return text;
        }
    }
}
