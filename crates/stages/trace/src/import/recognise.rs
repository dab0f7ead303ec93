//! What kind of file it is, from how it begins; where that leaves a doubt, nothing is said, and
//! somebody has to say it.

use super::{Kind, contacts, csv, delegated, mmdb, mrt, peeringdb, states, text};

/// As much of a file's beginning as is looked at.
pub const HEAD_BYTES: usize = 16 << 10;
/// Lines of it that are looked at.
const LINES: usize = 40;

/// The kind of a file that begins so; `name` is its file name, which decides only where the
/// content cannot.
#[must_use]
pub fn recognise(head: &[u8], name: &str) -> Option<Kind> {
    // The format's mark stands at the end of the file, which is seen here in small files only.
    if name.to_ascii_lowercase().ends_with(".mmdb") || mmdb::has_marker(head) {
        return Some(Kind::Mmdb);
    }
    if mrt::is_header(head) {
        return Some(Kind::Mrt);
    }
    if head.contains(&0) {
        return None;
    }
    if is_json(head) { of_json(head) } else { of_text(head, name) }
}

/// The day in a file's name, `20260105` or `2026-01-05` with anything around it.
#[must_use]
pub fn day_in_name(name: &str) -> Option<bakas_model::Day> {
    let begins = name.char_indices().filter(|&(at, c)| {
        let before = name.get(..at).and_then(|before| before.chars().next_back());
        c.is_ascii_digit() && before.is_none_or(|before| !before.is_ascii_digit())
    });
    begins.filter_map(|(at, _)| text::day(name.get(at..)?)).next()
}

/// Whether the first letter is one of a JSON document.
pub(super) fn is_json(head: &[u8]) -> bool {
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    matches!(head.iter().find(|byte| !byte.is_ascii_whitespace()), Some(b'{' | b'['))
}

fn of_json(head: &[u8]) -> Option<Kind> {
    let text = String::from_utf8_lossy(head);
    let has = |key: &str| text.contains(&format!("\"{key}\""));
    if has("roas") {
        return Some(Kind::Roa);
    }
    if has("organizationId") || has("organisation") || has("organization") && has("asn") {
        return Some(Kind::Organisations);
    }
    let first_key = text.split('"').nth(1).unwrap_or_default();
    let of_dump = peeringdb::OBJECTS.contains(&first_key) && (has("data") || has("meta"));
    let of_interface = first_key == "data"
        && (has("info_type") || has("net_id") && has("role") || has("name_long"));
    if of_dump || of_interface {
        return Some(Kind::PeeringDb);
    }
    let is_list = has("list") && (has("version") || has("description"));
    let of_cloud = has("prefixes") || has("addressPrefixes");
    (is_list || of_cloud).then_some(Kind::List)
}

fn of_text(head: &[u8], name: &str) -> Option<Kind> {
    let text = String::from_utf8_lossy(head);
    let text = text.trim_start_matches('\u{feff}');
    let is_formatted = |line: &&str| {
        let format = line.strip_prefix('#').map(str::trim_start);
        format.is_some_and(|f| f.starts_with("format:org_id|") || f.starts_with("format:aut|"))
    };
    if text.lines().take(LINES).any(|line| is_formatted(&line)) {
        return Some(Kind::Organisations);
    }
    // The last line may be cut off.
    let whole = text.rfind('\n').and_then(|end| text.get(..end)).unwrap_or(text);
    let lines = whole.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
    let lines: Vec<&str> = lines.take(LINES).collect();
    let first = *lines.first()?;
    if first.starts_with("@type tordnsel") || first.starts_with("ExitNode ") {
        return Some(Kind::Tor);
    }
    if delegated::is_line(first) {
        return Some(Kind::Delegated);
    }
    of_columns(first, &lines, name)
}

/// Whether so many of the lines are of a kind that the others are mistakes.
const fn is_most(lines: usize, of: usize) -> bool {
    lines > 0 && lines * 2 >= of
}

/// A table: by its header, else by what stands in its first rows.
fn of_columns(first: &str, lines: &[&str], name: &str) -> Option<Kind> {
    let separator = csv::separator(first.as_bytes());
    let fields = text::fields(first, separator)?;
    let header = csv::Header::new(&fields);
    if header.has("asn") && (header.has("ip prefix") || header.has("max length")) {
        return Some(Kind::Roa);
    }
    if header.has("asn") && header.at(states::OWNER).is_some() {
        return Some(Kind::States);
    }
    if header.has("role") && header.at(contacts::FOR).is_some() {
        return Some(Kind::Contacts);
    }
    if header.columns().is_some() {
        return Some(Kind::Csv);
    }
    let rows = || lines.iter().filter_map(|line| text::fields(line, separator));
    let is_address = |field: &String| text::address(field).is_some();
    if fields.len() >= 2 && fields.iter().take(2).all(is_address) {
        let is_tsv = separator == '\t' && matches!(fields.len(), 3 | 5);
        return match is_tsv {
            true => Some(Kind::IpToAsn),
            false => csv::guess(&fields).map(|_| Kind::Csv),
        };
    }
    let is_geofeed = |fields: &Vec<String>| {
        let [net, country, ..] = fields.as_slice() else { return false };
        let country = country.trim();
        text::network(net).is_some() && (country.is_empty() || text::country(country).is_some())
    };
    let feed = rows().filter(|fields| is_geofeed(fields)).count();
    if separator == ',' && is_geofeed(&fields) && is_most(feed, lines.len()) {
        return Some(Kind::Geofeed);
    }
    if fields.len() >= 2 && csv::guess(&fields).is_some() {
        return Some(Kind::Csv);
    }
    let is_entry = |field: &str| text::range(field).is_some() || text::asn(field).is_some();
    let listed = |line: &&&str| {
        super::lists::first_field(line, separator).is_none_or(|field| is_entry(&field))
    };
    let skipped = usize::from(header.has("asn"));
    let entries = lines.iter().skip(skipped).filter(listed).count();
    // Exits are listed like anything else; only the name tells.
    let kind = if name.to_ascii_lowercase().contains("tor") { Kind::Tor } else { Kind::List };
    let first = lines.get(skipped).filter(listed);
    (first.is_some() && is_most(entries, lines.len() - skipped)).then_some(kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_may_tell_the_day() {
        let check = |name: &str, expected: Option<&str>| {
            assert_eq!(day_in_name(name).map(|d| d.to_string()).as_deref(), expected, "{name}");
        };
        check("rib.20240101.0000.bz2", Some("2024-01-01"));
        check("peeringdb_2_dump_2024_02_03.json", Some("2024-02-03"));
        check("ip-location-db-asn-2.3.2025041118.tgz", Some("2025-04-11"));
        check("exit-list-2018-11-02.txt", Some("2018-11-02"));
        check("asn-ipv4.csv", None);
        check("list-20249999.txt", None);
    }
}
