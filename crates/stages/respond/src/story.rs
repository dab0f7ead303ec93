//! The case in a headline, five sentences and a few figures, in English and Filipino: the words
//! that briefing, report and PDF share. It says what was seen and what follows, and leaves the
//! actor open.

use bakas_model::{AgencyIx, Case, Text};

use crate::{
    text::{capital, list, number, plural, span, words_en},
    view::{self, View},
    words::{self, Phase},
    world,
};

/// The case as it is told first.
#[derive(Clone, Debug)]
pub(crate) struct Story {
    pub(crate) headline: Text,
    pub(crate) sentences: Vec<Text>,
    pub(crate) figures: Vec<Figure>,
}

/// A number worth its own place.
#[derive(Clone, Debug)]
pub(crate) struct Figure {
    pub(crate) value: String,
    pub(crate) label: Text,
    pub(crate) phase: Option<Phase>,
}

/// Names in a sentence before the rest is counted.
const NAMES_LIMIT: usize = 3;

/// Tells the case.
pub(crate) fn tell(case: &Case) -> Story {
    let view = View::new(case);
    let sentences = if case.incidents.is_empty() {
        vec![quiet(&view), unread(&view)]
    } else {
        vec![happened(&view), gravest(&view), entered(&view), wherefrom(&view), who(&view)]
    };
    Story { headline: headline(&view), sentences, figures: figures(&view) }
}

fn headline(view: &View<'_>) -> Text {
    let incidents = view.case.incidents.len() as u64;
    let attacked = view.attacked();
    let inside = view.entered_agencies();
    let counts = &view.case.counts;
    if incidents == 0 && counts.events == 0 && counts.rejects > 0 {
        return Text::new("Nothing could be read", "Walang nabasa");
    }
    if incidents == 0 {
        return Text::new(
            "No attack was found in these logs",
            "Walang nakitang pag-atake sa mga log na ito",
        );
    }
    let only = |set: &std::collections::BTreeSet<AgencyIx>| {
        set.first().map_or("?", |&ix| view.agency(ix)).to_owned()
    };
    let (a, k) = (attacked.len() as u64, inside.len() as u64);
    let perhaps = view.perhaps_entered_agencies();
    let mut text = match (a, k) {
        (1, 0) if !perhaps.is_empty() => {
            return Text::new(
                format!("Somebody may have got in at {}", only(&perhaps)),
                format!("Maaaring may nakapasok sa {}", only(&perhaps)),
            );
        }
        (1, 0) => Text::new(
            format!("{} was attacked; nobody is known to have got in", only(&attacked)),
            format!("Inatake ang {}; walang nakitang nakapasok", only(&attacked)),
        ),
        (1, _) => Text::new(
            format!("Somebody got in at {}", only(&inside)),
            format!("May nakapasok sa {}", only(&inside)),
        ),
        (_, 0) => Text::new(
            format!(
                "{} agencies were attacked; nobody is known to have got in",
                capital(&words_en(a))
            ),
            format!("{a} ahensiya ang inatake; walang nakitang nakapasok"),
        ),
        _ if a == k => Text::new(
            format!("Somebody got in at all {} attacked agencies", words_en(a)),
            format!("May nakapasok sa lahat ng {a} inatakeng ahensiya"),
        ),
        _ => Text::new(
            format!("Somebody got in at {} of {} attacked agencies", words_en(k), words_en(a)),
            format!("May nakapasok sa {k} sa {a} inatakeng ahensiya"),
        ),
    };
    if a > 1 && !perhaps.is_empty() {
        let n = perhaps.len() as u64;
        let more = if k > 0 { " more" } else { "" };
        text.en += &format!(", and perhaps at {}{more}", words_en(n));
        text.fil += &format!(", at marahil sa {n}{}", if k > 0 { " pa" } else { "" });
    }
    text
}

fn quiet(view: &View<'_>) -> Text {
    let counts = &view.case.counts;
    Text::new(
        format!(
            "{} {} of {} were read and put to {} rules; none of them adds up to an incident.",
            number(counts.events),
            plural(counts.events, "record", "records"),
            agencies_en(view.case.agencies.len() as u64),
            number(view.case.rules.loaded),
        ),
        format!(
            "{} tala mula sa {} ahensiya ang binasa at isinailalim sa {} tuntunin; walang bumuo ng insidente.",
            number(counts.events),
            view.case.agencies.len(),
            number(view.case.rules.loaded),
        ),
    )
}

fn unread(view: &View<'_>) -> Text {
    let rejects = view.case.counts.rejects;
    match rejects {
        0 => Text::new(
            "What no log holds, no log can show.",
            "Ang wala sa log ay hindi maipapakita ng log.",
        ),
        n => Text::new(
            format!(
                "{} {} could not be read; what they held is not known.",
                number(n),
                plural(n, "piece", "pieces")
            ),
            format!("{} piraso ang hindi nabasa; di-alam ang laman ng mga iyon.", number(n)),
        ),
    }
}

fn agencies_en(n: u64) -> String {
    format!("{} {}", words_en(n), plural(n, "agency", "agencies"))
}

fn happened(view: &View<'_>) -> Text {
    let n = view.case.incidents.len() as u64;
    let (a, of) = (view.attacked().len() as u64, view.case.agencies.len() as u64);
    let when = view.span().map(|(first, last)| span(first, last)).unwrap_or_default();
    let lines = view.lines();
    let read_en = if a == of {
        if a == 1 {
            "the agency whose logs were read".to_owned()
        } else {
            format!("all {} agencies whose logs were read", words_en(of))
        }
    } else {
        format!("{} of the {} agencies whose logs were read", words_en(a), words_en(of))
    };
    let read_fil = if a == of {
        if a == 1 {
            "ahensiyang binasa ang mga log".to_owned()
        } else {
            format!("lahat ng {of} ahensiyang binasa ang mga log")
        }
    } else {
        format!("{a} sa {of} ahensiyang binasa ang mga log")
    };
    Text::new(
        format!(
            "{}: {} {} at {read_en}, resting on {} {} of evidence.",
            when.en,
            words_en(n),
            plural(n, "incident", "incidents"),
            number(lines),
            plural(lines, "line", "lines"),
        ),
        format!(
            "{}: {n} insidente sa {read_fil}, batay sa {} linya ng ebidensiya.",
            when.fil,
            number(lines),
        ),
    )
}

fn gravest(view: &View<'_>) -> Text {
    let Some(incident) = view.gravest() else { return Text::default() };
    let agency = view.agency(incident.agency);
    let kind = words::kind(incident.kind);
    Text::new(
        format!(
            "The gravest is {} at {agency}, {}: {}.",
            incident.id,
            kind.0,
            stripped(&incident.title.en)
        ),
        format!(
            "Pinakamabigat ang {} sa {agency}, {}: {}.",
            incident.id,
            kind.1,
            stripped(&incident.title.fil)
        ),
    )
}

/// A headline without the stop that the sentence around it brings.
fn stripped(title: &str) -> &str {
    title.trim_end_matches(['.', ' '])
}

fn entered(view: &View<'_>) -> Text {
    let entered = view.entered();
    let n = entered.len() as u64;
    let (mut en, mut fil) = if n > 0 {
        let names: Vec<String> = entered.iter().map(|(_, account)| (*account).to_owned()).collect();
        let names = list(&names, NAMES_LIMIT);
        let were = plural(n, "account was", "accounts were");
        (
            format!("{} {were} entered: {}", capital(&words_en(n)), names.en),
            format!("{n} account ang napasok: {}", names.fil),
        )
    } else {
        (
            "No account is known to have been entered".to_owned(),
            "Walang nakitang account na napasok".to_owned(),
        )
    };
    let perhaps = view.perhaps_entered();
    if !perhaps.is_empty() {
        let pages: Vec<String> = perhaps
            .iter()
            .map(|(agency, page)| format!("{page} ({})", view.agency(*agency)))
            .collect();
        let pages = list(&pages, NAMES_LIMIT);
        en += &format!(". A try seems to have succeeded at {}; the log names no account", pages.en);
        fil += &format!(
            ". Tila may nagtagumpay na subok sa {}; walang pinangalanang account ang log",
            pages.fil
        );
    }
    let (tries, (tried, whole)) = (view.tries(), view.tried());
    if tries > 0 && tried == 0 {
        let times = plural(tries, "time", "times");
        en +=
            &format!(". Passwords were tried {} {times}; the logs name no account", number(tries));
        fil += &format!(
            ". {} beses sinubok ang mga password; walang pinangalanang account ang mga log",
            number(tries)
        );
    } else if tries > 0 {
        let (least_en, least_fil) =
            if whole { ("", "") } else { ("at least ", "hindi bababa sa ") };
        let accounts = plural(tried, "account", "accounts");
        let times = plural(tries, "time", "times");
        let (tries, tried) = (number(tries), number(tried));
        en += &format!(". Passwords were tried {tries} {times} on {least_en}{tried} {accounts}");
        fil += &format!(". {tries} beses sinubok ang mga password sa {least_fil}{tried} account");
    }
    Text::new(en + ".", fil + ".")
}

fn wherefrom(view: &View<'_>) -> Text {
    let networks = view.networks();
    let countries = view::countries(&networks);
    let total: u64 = networks.iter().map(|row| row.lines).sum();
    let Some(top) = networks.first().filter(|_| total > 0) else {
        return Text::new(
            "The lines name no address that could be traced.",
            "Walang address sa mga linya na matutunton.",
        );
    };
    let percent = (top.lines as f64 * 100.0 / total as f64).round() as u64;
    let (mut notes_en, mut notes_fil) = (Vec::new(), Vec::new());
    if let (Some(asn), true) = (top.asn, top.operator.is_some()) {
        notes_en.push(asn.to_string());
        notes_fil.push(asn.to_string());
    }
    if let Some(country) = top.country {
        notes_en.push(format!("registered in {}", world::name(country)));
        notes_fil.push(format!("nakarehistro sa {}", world::name(country)));
    }
    if let Some((en, fil)) = top.state_owned.map(words::state_owned) {
        notes_en.push(en);
        notes_fil.push(fil);
    }
    let notes = |notes: &[String]| {
        if notes.is_empty() { String::new() } else { format!(" ({})", notes.join(", ")) }
    };
    let (n, c) = (view::public(&networks), countries.len() as u64);
    let (rest_en, rest_fil) = if n > 1 {
        (
            format!(
                "; in all {} networks, registered in {} {}",
                words_en(n),
                words_en(c),
                plural(c, "country", "countries")
            ),
            format!("; {n} network lahat, nakarehistro sa {c} bansa"),
        )
    } else {
        Default::default()
    };
    Text::new(
        format!(
            "{percent} % of the lines came through {}{}{rest_en}.",
            top.name(),
            notes(&notes_en)
        ),
        format!(
            "{percent} % ng mga linya ang dumaan sa {}{}{rest_fil}.",
            top.name(),
            notes(&notes_fil)
        ),
    )
}

fn who(view: &View<'_>) -> Text {
    let open_en = "Who did it stays open: an address shows whose network carried a line, not whose hands wrote it";
    let open_fil = "Bukas pa kung sino ang gumawa: ipinakikita ng address kung kaninong network ang dinaanan, hindi kung kaninong kamay ang sumulat";
    match view.case.campaigns.len() as u64 {
        0 => Text::new(format!("{open_en}."), format!("{open_fil}.")),
        n => Text::new(
            format!(
                "{open_en}; the incidents fall into {} {}.",
                words_en(n),
                plural(n, "campaign", "campaigns")
            ),
            format!("{open_fil}; nahahati ang mga insidente sa {n} kampanya."),
        ),
    }
}

fn figures(view: &View<'_>) -> Vec<Figure> {
    let case = view.case;
    let networks = view.networks();
    let countries = view::countries(&networks).len() as u64;
    let figure = |value: String, en: String, fil: String, phase| Figure {
        value,
        label: Text::new(en, fil),
        phase,
    };
    let n = case.incidents.len() as u64;
    let entered = view.entered().len() as u64;
    let nets = view::public(&networks);
    vec![
        figure(number(n), plural(n, "incident", "incidents").into(), "insidente".into(), None),
        figure(
            format!("{}/{}", view.attacked().len(), case.agencies.len()),
            "agencies attacked".into(),
            "ahensiyang inatake".into(),
            None,
        ),
        figure(
            number(entered),
            plural(entered, "account entered", "accounts entered").into(),
            "account na napasok".into(),
            (entered > 0).then_some(Phase::Inside),
        ),
        figure(
            number(view.tries()),
            plural(view.tries(), "sign-in try", "sign-in tries").into(),
            "pagsubok na pumasok".into(),
            None,
        ),
        figure(
            number(nets),
            format!(
                "{} in {} {}",
                plural(nets, "network", "networks"),
                number(countries),
                plural(countries, "country", "countries")
            ),
            format!("network sa {} bansa", number(countries)),
            None,
        ),
        figure(
            number(view.lines()),
            format!("lines of evidence, of {} read", number(case.counts.events)),
            format!("linya ng ebidensiya, sa {} nabasa", number(case.counts.events)),
            None,
        ),
    ]
}
