//! Figures and names in sentences, the same in English and Filipino. No judgement is made here.

use bakas_model::Country;

/// ISO 3166-1 codes with the countries' English names, as the report's map has them.
const COUNTRIES: &str = include_str!("countries.txt");

/// The country's name, or its code where it has none.
pub(crate) fn country_name(country: Country) -> String {
    COUNTRIES
        .lines()
        .filter_map(|line| line.split_once('\t'))
        .find(|(code, _)| *code == country.as_str())
        .map_or_else(|| country.to_string(), |(_, name)| name.to_owned())
}

/// The country's name in Filipino. CLDR 48 (locale `fil`) writes most countries as English does;
/// these are the others.
pub(crate) fn bansa(country: Country) -> String {
    match country.as_str() {
        "EH" => "Kanlurang Sahara".to_owned(),
        "KP" => "Hilagang Korea".to_owned(),
        "KR" => "Timog Korea".to_owned(),
        "PH" => "Pilipinas".to_owned(),
        "SS" => "Timog Sudan".to_owned(),
        "US" => "Estados Unidos".to_owned(),
        _ => country_name(country),
    }
}

/// The country's name as it stands within an English sentence.
pub(crate) fn the_country(country: Country) -> String {
    /// Names that take an article, beside those told by their parts.
    const WITH_ARTICLE: [&str; 7] =
        ["Bahamas", "Comoros", "Gambia", "Maldives", "Netherlands", "Philippines", "Seychelles"];
    let name = country_name(country);
    let takes = WITH_ARTICLE.contains(&name.as_str())
        || name.starts_with("United ")
        || name.ends_with(" Islands")
        || name.ends_with(" Republic");
    if takes { format!("the {name}") } else { name }
}

/// A count with commas.
pub(crate) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A count with what is counted, in English.
pub(crate) fn counted(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(number), if number == 1 { one } else { many })
}

/// A share in per cent; what is neither nothing nor all never reads as such.
pub(crate) fn percent(part: u64, whole: u64) -> String {
    match (part, whole) {
        (0, _) => "0 %".to_owned(),
        (part, whole) if part >= whole => "100 %".to_owned(),
        (part, whole) => {
            let percent = part as f64 / whole as f64 * 100.0;
            match percent.round() {
                ..1.0 => "<1 %".to_owned(),
                100.0.. => ">99 %".to_owned(),
                rounded => format!("{rounded} %"),
            }
        }
    }
}

/// Names one after another, with a word before the last.
pub(crate) fn list(names: &[String], and: &str) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [head @ .., last] => format!("{} {and} {last}", head.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn countries_have_names() {
        assert_eq!(country_name(Country::new("PH").unwrap()), "Philippines");
        assert_eq!(country_name(Country::new("ZZ").unwrap()), "ZZ");
        assert_eq!(the_country(Country::new("PH").unwrap()), "the Philippines");
        assert_eq!(the_country(Country::new("US").unwrap()), "the United States");
        assert_eq!(the_country(Country::new("KE").unwrap()), "Kenya");
        assert_eq!(bansa(Country::new("PH").unwrap()), "Pilipinas");
        assert_eq!(bansa(Country::new("KE").unwrap()), "Kenya");
    }

    #[test]
    fn figures_read_well() {
        let check = |number, expected: &str| assert_eq!(count(number), expected);
        check(0, "0");
        check(999, "999");
        check(17_042, "17,042");
        check(1_000_000, "1,000,000");
        assert_eq!(counted(1, "line", "lines"), "1 line");
        assert_eq!(counted(0, "line", "lines"), "0 lines");
        assert_eq!(percent(1, 10_000), "<1 %");
        assert_eq!(percent(9_999, 10_000), ">99 %");
        assert_eq!(percent(10, 10), "100 %");
        let names = ["A", "B", "C"].map(str::to_owned);
        assert_eq!(list(&names, "at"), "A, B at C");
    }
}
