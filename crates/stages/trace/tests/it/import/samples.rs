//! One made-up sample of each text format, with lines that are wrong.

use bakas_model::{Country, NetworkKind, network::ContactRole};
use bakas_trace::{
    ContactOf, Range,
    import::{About, Column, DateFrom, ImportError, Kind, recognise},
};

use super::{about, import, import_as};

fn country(letters: &str) -> Country {
    Country::new(letters).unwrap()
}

fn range(first: &str, last: &str) -> Range {
    Range::new(first.parse().unwrap(), last.parse().unwrap()).unwrap()
}

#[test]
fn registries_files_tell_holder_country_and_day() {
    let done = import(
        Kind::Delegated,
        "2|apnic|20260105|5|19830101|20260105|+1000\n\
         apnic|*|ipv4|*|2|summary\n\
         apnic|PH|ipv4|192.0.2.0|192|20150203|allocated|A9100001\n\
         apnic|PH|ipv6|2001:db8::|32|20150203|assigned|A9100001|e-stats\n\
         apnic||ipv4|198.51.100.0|256||available|\n\
         apnic|PH|asn|64500|1|20150203|allocated|A9100001\n\
         apnic|PH|ipv4|203.0.113.0|none|20150203|allocated|A9100001\n",
    );
    assert_eq!((done.date.to_string().as_str(), done.date_from), ("2026-01-05", DateFrom::Content));
    let draft = &done.draft;
    assert_eq!(draft.countries.len(), 2, "what is available is registered nowhere");
    assert_eq!(draft.countries[0], (range("192.0.2.0", "192.0.2.191"), country("PH")));
    let (block, holder) = &draft.registrants[2];
    assert_eq!(block.first().to_string(), "198.51.100.0");
    assert_eq!((holder.status.as_str(), holder.date), ("available", None));
    assert_eq!(draft.registrants[0].1.holder, "A9100001");
    assert_eq!((done.account.records, done.account.rejected()), (3, 1));
    assert_eq!(done.account.passed["a network's number"], 1);
    assert_eq!(
        (done.account.samples[0].line, done.account.samples[0].file.as_str()),
        (7, "sample.txt")
    );
}

#[test]
fn iptoasn_rows_are_origins_and_countries() {
    let done = import(
        Kind::IpToAsn,
        "192.0.2.0\t192.0.2.255\t64500\tPH\tNET-A Example, Inc.\n\
         198.51.100.0\t198.51.100.255\t0\tNone\tNot routed\n\
         203.0.113.9\t203.0.113.1\t64501\tPH\tNET-B\n\
         2001:db8::\t2001:db8:ffff:ffff:ffff:ffff:ffff:ffff\t64501\tJP\tNET-B\n",
    );
    let rows = &done.draft.epochs[0].rows;
    assert_eq!(
        (rows.len(), rows[0].asn, rows[0].operator.as_str()),
        (2, 64500, "NET-A Example, Inc.")
    );
    assert_eq!(done.draft.countries[1].1, country("JP"));
    assert_eq!((done.account.rejected(), done.account.samples[0].line), (1, 3));
    assert_eq!(done.date_from, DateFrom::FileName);
}

#[test]
fn tables_by_their_header_by_content_or_as_described() {
    let done = import(
        Kind::Csv,
        "start_ip;end_ip;asn;as_name\n192.0.2.0;192.0.2.127;AS64500;A\n192.0.2.x;;;\n",
    );
    assert_eq!(done.draft.epochs[0].rows[0].range, range("192.0.2.0", "192.0.2.127"));
    assert_eq!(done.account.rejected(), 1);
    let done = import(Kind::Csv, "3221225984,3221226239,64500,\"Net, Ltd\"\n");
    assert_eq!(done.draft.epochs[0].rows[0].operator, "Net, Ltd");
    let done = import(Kind::Csv, "192.0.2.0,192.0.2.255,PH\n");
    assert_eq!(done.draft.countries[0].1, country("PH"));
    let text = "x,192.0.2.0/24,PH,Manila,2015-02-03\ny,nowhere,PH,,\n";
    let columns = ["-", "network", "place-country", "city", "given"];
    let columns: Vec<Column> = columns.iter().map(|name| name.parse().unwrap()).collect();
    let done = import_as(Kind::Csv, About { columns, ..about() }, text.as_bytes()).unwrap();
    let (_, place) = &done.draft.places[0];
    assert_eq!((place.country, place.city.as_str()), (Some(country("PH")), "Manila"));
    assert_eq!(done.draft.registrants[0].1.date.unwrap().to_string(), "2015-02-03");
    assert_eq!(done.account.rejected(), 1);
    let error = import_as(Kind::Csv, about(), b"one,two,three\n").unwrap_err();
    assert!(error.to_string().contains("--columns"), "{error}");
}

#[test]
fn countries_are_of_registration_where_somebody_says_so() {
    let text = "network,country,city\n192.0.2.0/24,PH,Manila\n";
    let done = import_as(Kind::Csv, about(), text.as_bytes()).unwrap();
    assert!(done.draft.countries.is_empty() && done.draft.places[0].1.country.is_some());
    let said = About { registration: true, ..about() };
    let done = import_as(Kind::Csv, said, text.as_bytes()).unwrap();
    assert_eq!(done.draft.countries[0].1, country("PH"));
    assert_eq!(
        (done.draft.places[0].1.country, done.draft.places[0].1.city.as_str()),
        (None, "Manila")
    );
}

#[test]
fn geofeeds_are_read_as_rfc_8805_says() {
    let done = import(
        Kind::Geofeed,
        "# a made-up feed\n\
         192.0.2.0/25,ph,ph-00,Makati,\n\
         192.0.2.128/25,PH,,,1200,a field of the future\n\
         198.51.100.0/24,,,,\n\
         2001:db8::/32,PH,US-CA,Manila,\n\
         203.0.113.0/24,Philippines,,,\n\
         192.0.2.0/25,JP,,Tokyo,\n\
         192.0.2.1,PH,PH-00,Pasig,\n",
    );
    assert_eq!(done.draft.places.len(), 3);
    let (_, first) =
        &done.draft.places.iter().find(|(r, _)| *r == range("192.0.2.0", "192.0.2.127")).unwrap();
    assert_eq!((first.region.as_str(), first.city.as_str()), ("PH-00", "Makati"));
    assert_eq!(done.account.passed["the publisher names no place"], 1);
    let lines: Vec<u64> = done.account.samples.iter().map(|sample| sample.line).collect();
    assert_eq!(lines, [5, 6, 7], "a foreign region, no country, the same prefix twice");
}

#[test]
fn authorisations_come_as_json_or_csv() {
    let json = "{\"metadata\":{\"buildtime\":\"2026-01-05T00:00:00Z\"},\"roas\":[\
         {\"asn\":\"AS64500\",\"prefix\":\"192.0.2.0/24\",\"maxLength\":25,\"ta\":\"apnic\"},\
         {\"asn\":64501,\"prefix\":\"2001:db8::/32\",\"ta\":\"apnic\"},\
         {\"asn\":64501,\"prefix\":\"198.51.100.0/24\",\"maxLength\":23},\
         {\"asn\":64501,\"prefix\":\"198.51.100.0/24\",\"maxLength\":33},\
         {\"asn\":0,\"prefix\":\"203.0.113.0/24\",\"maxLength\":\"x\"},\
         {\"asn\":\"AS64500\",\"prefix\":\"192.0.2.0/24\",\"maxLength\":25,\"ta\":\"again\"}]}";
    let done = import(Kind::Roa, json);
    assert_eq!(done.date.to_string(), "2026-01-05");
    let roas = &done.draft.route_origins;
    assert_eq!(roas.len(), 2, "the same authorisation counts once");
    assert_eq!((roas[0].asn, roas[0].max_length), (64500, 25));
    assert_eq!(roas[1].max_length, 32, "without a longest prefix the block itself is it");
    assert_eq!(done.account.rejected(), 3);
    assert_eq!(done.account.samples[0].line, 3, "JSON counts records");
    let csv = "URI,ASN,IP Prefix,Max Length,Not Before,Not After\n\
         rsync://x.example/a.roa,AS64500,192.0.2.0/24,,2026-01-01,2027-01-01\n\
         rsync://x.example/b.roa,AS0,203.0.113.0/24,24,2026-01-01,2027-01-01\n";
    let roas = import(Kind::Roa, csv).draft.route_origins;
    assert_eq!((roas.len(), roas[0].max_length, roas[1].asn), (2, 24, 0));
}

#[test]
fn organisations_come_as_two_tables_or_as_lines_of_json() {
    let done = import(
        Kind::Organisations,
        "# program start time: 2026-01-05\n\
         # format:org_id|changed|org_name|country|source\n\
         @ORG-1|20150203|Example Telecom|PH|APNIC\n\
         # format:aut|changed|aut_name|org_id|opaque_id|source\n\
         64500|20150203|NET-A|@ORG-1|x|APNIC\n\
         64501|20150203|NET-B|@ORG-9|x|APNIC\n\
         many|20150203|NET-C|@ORG-1|x|APNIC\n",
    );
    let [one] = done.draft.organisations.as_slice() else {
        panic!("one network has its organisation")
    };
    assert_eq!(
        (one.asn, one.organisation.as_str(), one.country),
        (64500, "Example Telecom", Some(country("PH")))
    );
    assert_eq!((done.account.records, done.account.rejected()), (1, 1));
    assert_eq!(done.account.passed.values().sum::<u64>(), 1);
    assert_eq!(done.date.to_string(), "2026-01-05");
    // The network comes before its organisation.
    let done = import(
        Kind::Organisations,
        "{\"asn\":\"64500\",\"organizationId\":\"@ORG-1\",\"name\":\"NET-A\",\"type\":\"ASN\"}\n\
         {\"organizationId\":\"@ORG-1\",\"name\":\"Example Telecom\",\"country\":\"PH\",\"type\":\"Organization\"}\n\
         {\"asn\":64502,\"organisation\":\"Example Labs\",\"parent\":\"Example Holding\",\"kind\":\"education\"}\n\
         not json\n",
    );
    let found = done.draft.organisations.iter().find(|o| o.asn == 64502).unwrap();
    assert_eq!(
        (found.parent.as_deref(), found.kind),
        (Some("Example Holding"), Some(NetworkKind::Education))
    );
    assert!(
        done.draft
            .organisations
            .iter()
            .any(|o| o.asn == 64500 && o.organisation == "Example Telecom")
    );
    assert_eq!(done.account.samples[0].line, 4);
}

#[test]
fn no_more_ownership_is_claimed_than_stands_there() {
    let majority = import(
        Kind::States,
        "asn,conglomerate,ownership_cc\n64500,Example Group,PH\n64501,,Philippines\n",
    );
    let state = &majority.draft.states[0].state;
    assert_eq!(
        (state.majority, state.group.as_deref(), majority.account.rejected()),
        (true, Some("Example Group"), 1)
    );
    let minority = import(
        Kind::States,
        "asn,org_name,ownership_percentage,ownership_cc,quote\n64502,Net,27.99,PH,\"two\nlines\"\n64503,Net,,PH,\n",
    );
    assert!(minority.draft.states.iter().all(|draft| !draft.state.majority));
    assert_eq!(minority.draft.states.len(), 2);
}

#[test]
fn a_share_comes_in_the_sources_words_and_a_cut_is_seen() {
    let long = "word ".repeat(400);
    let done = import(
        Kind::States,
        &format!(
            "asn,org_id,org_name,ownership_percentage,ownership_cc,source,quote,quote_lang,url,parent_org\n\
             64500,A-1,Example Group,,PH,,,,,\n\
             64501,A-2,Example Net,27.99,PH,Annual report,\"the state,\n  27.99 %\",English,https://telco.example/,A-1\n\
             64502,A-3,Other,10,PH,,{long},,,\n"
        ),
    );
    let said = |at: usize| done.draft.states[at].state.said.as_deref().expect("words");
    assert_eq!((said(1).quote.as_str(), said(1).percent.as_str()), ("the state, 27.99 %", "27.99"));
    assert_eq!(
        (said(1).quoted_from.as_str(), said(1).language.as_str()),
        ("Annual report", "English")
    );
    assert_eq!(
        (said(1).parent.as_str(), said(1).url.as_str()),
        ("Example Group", "https://telco.example/")
    );
    assert!(
        said(2).quote.ends_with("[\u{2026}]") && said(2).quote.len() < 1_020,
        "{}",
        said(2).quote
    );
}

#[test]
fn quotes_without_end_are_refused() {
    let mut text = "asn,ownership_cc,quote\n".to_owned();
    let quote = "q".repeat(990);
    for asn in 0..(16 << 20) / 990 + 1 {
        text.push_str(&format!("{},PH,{quote}\n", 64_500 + asn));
    }
    let refused = import_as(Kind::States, about(), text.as_bytes()).map(drop);
    assert!(refused.unwrap_err().to_string().contains("more than 16 MiB"));
}

#[test]
fn lists_are_plain_or_of_misp_or_of_clouds() {
    let says = About { says: Some(NetworkKind::Vpn), ..about() };
    let text = "# exits\n192.0.2.7 # one\n198.51.100.0/24\nAS64500\n203.0.113.0-203.0.113.2\nnonsense here\n";
    assert_eq!(recognise(b"# exits\n192.0.2.7\nAS64500\n", "x"), Some(Kind::List));
    let done = import_as(Kind::List, says, text.as_bytes()).unwrap();
    let list = &done.draft.lists[0];
    assert_eq!(
        (list.kind, list.networks.len(), list.asns.as_slice()),
        (Some(NetworkKind::Vpn), 4, &[64500][..])
    );
    assert_eq!((done.account.records, done.account.samples[0].line), (4, 6));
    let done = import(
        Kind::List,
        "ASN,Entity\n64500,\"A, B // C\"\n64501, \"D\"\n\"64502\",\"never closed\n",
    );
    assert_eq!(done.draft.lists[0].asns, [64500, 64501, 64502]);
    let misp = "{\"description\":\"Made up\",\"list\":[\"192.0.2.0/24\",\"example.com\"],\
         \"matching_attributes\":[\"ip-src\"],\"name\":\"Sample\",\"type\":\"cidr\",\"version\":20260105}";
    let done = import(Kind::List, misp);
    assert_eq!((done.draft.lists[0].networks.len(), done.account.rejected()), (1, 1));
    assert_eq!(done.date.to_string(), "2026-01-05");
    let clouds = [
        "{\"createDate\":\"2026-01-05-00-00-00\",\"prefixes\":[{\"ip_prefix\":\"192.0.2.0/24\",\"region\":\"x\"}],\
         \"ipv6_prefixes\":[{\"ipv6_prefix\":\"2001:db8::/32\"}]}",
        "{\"creationTime\":\"2026-01-05T00:00:00\",\"prefixes\":[{\"ipv4Prefix\":\"192.0.2.0/24\"},{\"ipv6Prefix\":\"2001:db8::/32\"}]}",
        "{\"changeNumber\":1,\"values\":[{\"name\":\"x\",\"properties\":{\"addressPrefixes\":[\"192.0.2.0/24\",\"2001:db8::/32\"]}}]}",
    ];
    for text in clouds {
        assert_eq!(import(Kind::List, text).draft.lists[0].networks.len(), 2, "{text}");
    }
}

#[test]
fn tor_exits_bear_their_days() {
    let done = import(
        Kind::Tor,
        "@type tordnsel 1.0\nDownloaded 2026-01-06 00:02:00\n\
         ExitNode 0011BD2485AD45D984EC4159C88FC066E5E3300E\nPublished 2026-01-05 10:00:00\n\
         LastStatus 2026-01-05 11:00:00\nExitAddress 192.0.2.7 2026-01-05 11:01:00\n\
         ExitAddress 192.0.2.8 2026-01-06 00:01:00\nExitAddress nowhere 2026-01-05 11:01:00\n",
    );
    let shown: Vec<_> = done
        .draft
        .lists
        .iter()
        .map(|l| {
            (l.from.unwrap().to_string(), l.until.unwrap().to_string(), l.networks.len(), l.kind)
        })
        .collect();
    let day = |text: &str| (text.to_owned(), text.to_owned(), 1, Some(NetworkKind::Tor));
    assert_eq!(shown, [day("2026-01-05"), day("2026-01-06")]);
    assert_eq!((done.account.rejected(), done.date.to_string().as_str()), (1, "2026-01-06"));
    assert_eq!(recognise(b"192.0.2.7\n192.0.2.8\n", "tor-exits.txt"), Some(Kind::Tor));
    let done = import_as(Kind::Tor, about(), b"192.0.2.7\n192.0.2.7\n192.0.2.8\n").unwrap();
    let list = &done.draft.lists[0];
    assert_eq!((list.networks.len(), list.from, list.until), (2, Some(done.date), Some(done.date)));
}

#[test]
fn many_days_of_exits_are_laid_together_by_months() {
    let mut text = String::new();
    for day in 1..=28 {
        for month in 1..=3 {
            text.push_str(&format!("ExitAddress 192.0.2.{day} 2026-0{month}-{day:02} 00:00:00\n"));
        }
    }
    let done = import_as(Kind::Tor, about(), text.as_bytes()).unwrap();
    let spans: Vec<_> =
        done.draft.lists.iter().map(|l| (l.from.unwrap().to_string(), l.networks.len())).collect();
    assert_eq!(
        spans,
        [("2026-01-01".into(), 28), ("2026-02-01".into(), 28), ("2026-03-01".into(), 28)]
    );
}

#[test]
fn peeringdb_tells_organisations_kinds_and_public_contacts() {
    let text = "{\"poc\":{\"meta\":{},\"data\":[\
         {\"id\":1,\"net_id\":7,\"role\":\"Abuse\",\"visible\":\"Public\",\"name\":\"Desk\",\"email\":\"abuse@net.example\"},\
         {\"id\":2,\"net_id\":7,\"role\":\"NOC\",\"visible\":\"Users\",\"name\":\"Hidden\",\"email\":\"noc@net.example\"},\
         {\"id\":3,\"net_id\":7,\"role\":\"Sales\",\"visible\":\"Public\",\"email\":\"sales@net.example\"},\
         {\"id\":4,\"net_id\":7,\"role\":\"NOC\",\"visible\":\"Public\",\"email\":\"javascript:x\",\"phone\":\"\"}]},\
         \"net\":{\"meta\":{\"generated\":1767571200.5},\"data\":[\
         {\"id\":7,\"org_id\":3,\"asn\":64500,\"name\":\"NET-A\",\"info_type\":\"Cable/DSL/ISP\"},{\"id\":8,\"org_id\":9,\"asn\":64501,\"name\":\"NET-B\",\"info_type\":\"NSP\"},{\"id\":9}]},\
         \"org\":{\"data\":[{\"id\":3,\"name\":\"Example Telecom\",\"country\":\"PH\"}]}}";
    let done = import(Kind::PeeringDb, text);
    let [a, b] = done.draft.organisations.as_slice() else { panic!("two networks") };
    assert_eq!(
        (a.organisation.as_str(), a.country, a.kind),
        ("Example Telecom", Some(country("PH")), Some(NetworkKind::Telco))
    );
    assert_eq!((b.organisation.as_str(), b.kind), ("NET-B", None));
    let [contact] = done.draft.contacts.as_slice() else {
        panic!("one public contact that can be written to")
    };
    assert_eq!(
        (contact.contact.role, contact.contact.address.as_str()),
        (ContactRole::Abuse, "mailto:abuse@net.example")
    );
    assert_eq!(contact.of, ContactOf::Asn(64500));
    assert_eq!(done.date.to_string(), "2026-01-05");
    assert_eq!(done.account.rejected(), 1);
    // The interface gives each kind of object as a document of its own.
    let apart = "{\"data\":[{\"id\":7,\"org_id\":3,\"asn\":64500,\"name\":\"NET-A\",\"info_type\":\"Content\"},\
         {\"id\":8,\"asn\":64501,\"name\":\"NET-B\",\"status\":\"deleted\"}],\"meta\":{}}";
    let done = import(Kind::PeeringDb, apart);
    assert_eq!(done.draft.organisations[0].kind, Some(NetworkKind::Content));
    assert_eq!(done.draft.organisations.len(), 1, "what is deleted is no network");
}

#[test]
fn contacts_are_for_ranges_networks_or_countries() {
    let done = import(
        Kind::Contacts,
        "for,role,name,address\n\
         192.0.2.0/24,abuse,Abuse desk,abuse@net.example\n\
         AS64500,noc,NOC,+63 2 555 0100\n\
         PH,cert,\"National CERT, made up\",https://cert.example/report\n\
         PH,cert,Bad,javascript:alert(1)\n\
         PH,king,Bad,a@b.example\n\
         everywhere,abuse,Bad,a@b.example\n",
    );
    let addresses: Vec<_> =
        done.draft.contacts.iter().map(|c| c.contact.address.as_str()).collect();
    assert_eq!(
        addresses,
        ["mailto:abuse@net.example", "tel:+6325550100", "https://cert.example/report"]
    );
    assert_eq!(done.draft.contacts[2].of, ContactOf::Country(country("PH")));
    let lines: Vec<u64> = done.account.samples.iter().map(|sample| sample.line).collect();
    assert_eq!(lines, [5, 6, 7]);
}

#[test]
fn nothing_usable_and_no_date_are_told() {
    let error = import_as(Kind::Geofeed, about(), b"nowhere,PH\n").unwrap_err().to_string();
    assert!(error.contains("sample.txt, line 1") && error.contains("nowhere"), "{error}");
    let undated = About { date_of_name: None, ..about() };
    let error = import_as(Kind::Geofeed, undated, b"192.0.2.0/24,PH,,,\n").unwrap_err();
    assert!(matches!(error, ImportError::NoDate), "{error}");
    for text in ["", "hello\nworld\n", "{}", "<html></html>", "\0\0\0\0", "a,b\nc,d\n"] {
        assert_eq!(recognise(text.as_bytes(), "x"), None, "{text:?}");
    }
}
