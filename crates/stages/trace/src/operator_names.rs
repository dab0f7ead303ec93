//! What an operator's own name says of its kind, by a few careful rules (the data set "operator-name
//! rules"). A name that does not plainly say it says nothing; lists of addresses overrule names.

use bakas_model::{DataSet, Day, NetworkKind, time::days_from_civil};

/// Name of the data set.
pub(crate) const DATA_SET: &str = "operator-name-rules";

/// Rented servers: words that an access provider would hardly use for itself.
const HOSTING: &[&str] = &[
    "hosting",
    "webhost",
    "datacenter",
    "data center",
    "datacentre",
    "data centre",
    "data centers",
    "dedicated server",
    "vps ",
    " vps",
    "colocation",
    "idc network",
    " idc,",
    "idc, ",
];
/// Parts of government, in the languages that name many networks.
const GOVERNMENT: &[&str] = &[
    "ministry of",
    "ministere de",
    "ministère de",
    "ministerio de",
    "ministério d",
    "government of",
    "gobierno de",
    "governo d",
    "department of defense",
    "dod network information center",
    "department of justice",
    "department of homeland",
    "department of state",
    "city of ",
    "county of ",
    "parliament",
    "house of representatives",
    "national police",
    "armed forces",
    "prefectural government",
    "county government",
    "city government",
    "senate of",
    "supreme court",
];
/// Schools and universities, by beginnings of words.
const EDUCATION: &[&str] = &[
    "universit",
    "universid",
    "hochschule",
    "university",
    "polytechnic",
    "politecnic",
    "college of",
    "community college",
    "state college",
    "school district",
    "public schools",
    "institute of technology",
    "research and education network",
    "education and research network",
];
/// Access for subscribers.
const TELCO: &[&str] = &[
    "telecom",
    "telekom",
    "telefonica",
    "telefónica",
    "telecomunic",
    "télécom",
    "telkom",
    "telenor",
    "cellular",
    "t-mobile",
    "mobile communications",
    "china mobile",
    "broadband",
    "cablevision",
    "cable communications",
    "chinanet",
    "china unicom",
    "unicom ",
    "china169",
    "vodafone",
    "airtel",
    "reliance jio",
    "comcast cable",
    "verizon",
    "charter communications",
    "cox communications",
    "bell canada",
    "orange s.a",
    "telstra",
    "turk telekom",
    "etisalat",
    "globe telecoms",
    "philippine long distance",
    "pldt",
    "converge ict",
    "converge information",
    "smart broadband",
    "sky cable",
    "dito tele",
    "saudi telecom",
    "zain ",
    "ooredoo",
    "viettel",
    "singtel",
    "maxis",
    "starhub",
    "celcom",
    "kddi",
    "softbank",
    "ntt docomo",
    "korea telecom",
    "sk broadband",
    "lg uplus",
    "rostelecom",
    "mobile telesystems",
    "mts pjsc",
    "megafon",
    "vimpelcom",
    "internet service provider",
    "at&t",
    "centurylink",
    "frontier communications",
    "windstream",
    "telmex",
    "telus ",
    "rogers communications",
    "tpg internet",
    "iinet limited",
    "spark new zealand",
    "tele2",
    "cable one",
    "mega cable",
    "brightspeed",
    "pccw",
    "hgc global",
    "hutchison",
    "hong kong broadband",
];

/// Kinds in the order in which they are tried: a ministry of telecommunications is a government, a
/// telecom's data centre is rented servers.
const RULES: &[(NetworkKind, &[&str])] = &[
    (NetworkKind::Government, GOVERNMENT),
    (NetworkKind::Education, EDUCATION),
    (NetworkKind::Hosting, HOSTING),
    (NetworkKind::Telco, TELCO),
];

/// The kind that a name tells, or [`NetworkKind::Unknown`].
pub(crate) fn kind(name: &str) -> NetworkKind {
    let name = name.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| begins_a_word(&name, word));
    RULES.iter().find(|(_, words)| says(words)).map_or(NetworkKind::Unknown, |&(kind, _)| kind)
}

/// Whether the text stands in the name at the beginning of a word, or anywhere where it is one word
/// long enough to be unmistakable within another ("nortelecom", "chinatelecom").
fn begins_a_word(name: &str, text: &str) -> bool {
    const UNMISTAKABLE_LENGTH: usize = 7;
    name.match_indices(text).any(|(at, _)| {
        let before = name.get(..at).and_then(|head| head.chars().next_back());
        let unmistakable = text.len() >= UNMISTAKABLE_LENGTH && !text.contains(' ');
        unmistakable || before.is_none_or(|c| !c.is_alphanumeric())
    })
}

/// The data set as it is shown; `names` is how many names were read.
pub(crate) fn data_set(names: u64) -> DataSet {
    DataSet {
        name: DATA_SET.to_owned(),
        what: "kind of network (government, education, hosting, telco) where the operator's name \
               plainly says it; conservative rules, not a list"
            .to_owned(),
        source: "Bakas".to_owned(),
        date: Day(days_from_civil(2026, 11, 22)),
        licence: "Apache-2.0".to_owned(),
        attribution: "rules of this project over the operator names of the asn data sets"
            .to_owned(),
        records: names,
        sha256: String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_names_tell_their_kind() {
        let check = |name, expected| assert_eq!(kind(name), expected, "{name}");
        check("Philippine Long Distance Telephone Company", NetworkKind::Telco);
        check("CHINATELECOM JIANGSU province NANTONG MAN network", NetworkKind::Telco);
        check("Chinanet", NetworkKind::Telco);
        check("University of the Philippines Diliman", NetworkKind::Education);
        check("Tucson Unified School District #1", NetworkKind::Education);
        check("Ministry of Telecommunication & Digital Economy", NetworkKind::Government);
        check("City of Buffalo", NetworkKind::Government);
        check("LIR DATACENTER TELECOM SRL", NetworkKind::Hosting);
        check("CHINATELECOM Jiangsu Suqian IDC network", NetworkKind::Hosting);
    }

    #[test]
    fn names_that_do_not_plainly_say_it_say_nothing() {
        let check = |name| assert_eq!(kind(name), NetworkKind::Unknown, "{name}");
        check("Cogent Communications");
        check("Exxon Mobil Corporation");
        check("Federal Credit Union");
        check("Felicity of Things Ltd");
        check("Bazain Foods");
        check("Cloudflare, Inc.");
        check("");
    }
}
