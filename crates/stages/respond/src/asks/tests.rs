//! What an administrator who gets the list would notice: the order, the names, the deadlines.

use bakas_model::{
    Collateral, DetectionId, IncidentKind, Place, Scope, Severity, Timestamp,
    detection::Tally,
    incident::{Act, Deed, Entered, Moment},
};

use super::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn agencies() -> Vec<Agency> {
    let agency = |id: &str, domain: &str| Agency {
        id: id.into(),
        domains: vec![domain.into()],
        ..Agency::default()
    };
    vec![agency("labour", "labour.example"), agency("welfare", "welfare.example")]
}

fn incident(number: u32, agency: u16, kind: IncidentKind, scope: Scope) -> Incident {
    Incident {
        streams: Vec::new(),
        id: IncidentId(format!("I-{number:02}")),
        agency: AgencyIx(agency),
        kind,
        severity: Severity::High,
        title: Text::default(),
        summary: Text::default(),
        first: at("2026-01-10T02:00:00Z"),
        last: at("2026-01-20T03:04:05Z"),
        lines: 10,
        detections: vec![DetectionId(number)],
        techniques: Vec::new(),
        addresses: Vec::new(),
        more_addresses: 0,
        agents: Vec::new(),
        scope,
    }
}

fn tally(value: &str, count: u64) -> Tally<String> {
    Tally { value: value.into(), count }
}

fn takeover() -> Incident {
    let entered = |account: &str| Entered {
        account: account.into(),
        at: at("2026-01-11"),
        from: None,
        how: Text::default(),
        failures_before: 0,
        place: Place::default(),
    };
    let step = |account: &str, act: Act, object: &str, text: &str| Moment {
        time: at("2026-01-12"),
        until: None,
        agency: AgencyIx(0),
        incident: None,
        text: Text::new(text, format!("({text})")),
        deed: Some(Deed { account: account.into(), act, failed: false, object: object.into() }),
        lines: 1,
        place: None,
    };
    let scope = Scope {
        entered: vec![entered("ana@labour.example"), entered("ben@labour.example")],
        after: vec![
            step(
                "ana@labour.example",
                Act::Forward,
                "box@drop.example",
                "ana@labour.example: mail forwarding set: box@drop.example",
            ),
            step("ana@labour.example", Act::Read, "", "ana@labour.example: read ×210"),
            step(
                "cora@labour.example",
                Act::Grant,
                "Mail Sync",
                "cora@labour.example: access granted: “Mail Sync”",
            ),
        ],
        ..Scope::default()
    };
    incident(1, 0, IncidentKind::AccountTakeover, scope)
}

fn guessing() -> Incident {
    let scope = Scope {
        tried: vec![tally("admin", 300), tally("root\u{202e}\n", 9)],
        tried_count: 1240,
        tries: 17_312,
        ..Scope::default()
    };
    incident(2, 1, IncidentKind::PasswordGuessing, scope)
}

fn shell() -> Incident {
    let objects = vec![
        tally("POST /uploads/2026/cv.php?cmd=id", 30),
        tally("/index.html", 3),
        tally("/uploads/2026/cv.php", 2),
    ];
    incident(3, 1, IncidentKind::WebShell, Scope { objects, ..Scope::default() })
}

fn proposal(incident: &Incident, prefixes: &[&str], sessions: u64) -> Block {
    Block {
        incident: incident.id.clone(),
        agency: incident.agency,
        prefixes: prefixes.iter().map(|net| net.parse().unwrap()).collect(),
        network: None,
        applies_to: Text::new("the sign-in page", "pahina ng pag-sign in"),
        stops_percent: 100,
        collateral: Collateral { sessions, ..Collateral::default() },
        proposed: true,
        reason: Text::default(),
        lifetime_days: 14,
    }
}

fn of_kind(asks: &[Ask], kind: AskKind) -> &Ask {
    asks.iter().find(|ask| ask.kind == kind).unwrap_or_else(|| panic!("no {kind:?}"))
}

#[test]
fn the_list_of_an_agency_follows_the_order_of_the_work() {
    let incidents = [takeover(), guessing(), shell()];
    let blocks = [proposal(&incidents[1], &["198.51.100.4/32"], 0)];
    let all = asks(&incidents, &blocks, &agencies());
    let kinds = |agency: u16| -> Vec<_> {
        all.iter().filter(|ask| ask.agency == AgencyIx(agency)).map(|ask| ask.kind).collect()
    };
    use AskKind::{Block, Clean, Inform, Preserve, Reset, Revoke, SecondFactor};
    assert_eq!(kinds(0), [Preserve, Revoke, Reset, Clean, SecondFactor, Inform]);
    assert_eq!(kinds(1), [Preserve, Reset, Clean, Block, SecondFactor, Inform]);
    let numbers: Vec<_> = all.iter().map(|ask| ask.number).collect();
    assert_eq!(numbers, [1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6]);
    for ask in &all {
        assert!(!ask.incidents.is_empty() && ask.within_hours > 0, "{ask:?}");
        for text in [&ask.text, &ask.proof] {
            assert!(text.en.ends_with('.') && text.fil.ends_with('.'), "{text:?}");
        }
    }
}

#[test]
fn entered_accounts_are_named_with_what_was_left_in_them() {
    let all = asks(&[takeover()], &[], &agencies());
    let revoke = of_kind(&all, AskKind::Revoke);
    let (en, fil) = (&revoke.text.en, &revoke.text.fil);
    assert!(en.contains("ana@labour.example, ben@labour.example and cora@labour.example"), "{en}");
    assert!(fil.contains("ana@labour.example, ben@labour.example at cora@labour.example"), "{fil}");
    assert!(revoke.proof.en.contains("2026-01-20 03:04 UTC"), "{}", revoke.proof.en);
    assert_eq!(revoke.within_hours, 4);
    let clean = &of_kind(&all, AskKind::Clean).text;
    assert!(clean.en.contains("remove forwarding to box@drop.example,"), "{}", clean.en);
    assert!(clean.en.contains("“Mail Sync”"), "{}", clean.en);
    assert!(!clean.en.contains("×210"), "reading leaves nothing to clean: {}", clean.en);
    let preserve = &of_kind(&all, AskKind::Preserve).text;
    assert!(preserve.en.contains("from 11 December 2025"), "{}", preserve.en);
    assert!(preserve.fil.contains("mula 11 Disyembre 2025"), "{}", preserve.fil);
}

#[test]
fn what_a_web_log_does_not_name_is_asked_of_the_application() {
    let mut guessed = guessing();
    guessed.scope.entered = vec![Entered {
        account: "/member/login".into(),
        at: at("2026-01-11"),
        from: None,
        how: Text::default(),
        failures_before: 0,
        place: Place::default(),
    }];
    let all = asks(&[guessed], &[], &agencies());
    let revoke = of_kind(&all, AskKind::Revoke);
    assert!(revoke.text.en.contains("who signed in at /member/login. Find"), "{}", revoke.text.en);
    assert_eq!((revoke.within_hours, all[0].within_hours), (4, 4));
    assert!(all.iter().all(|ask| ask.kind != AskKind::Reset), "no password of a page is set");
}

#[test]
fn a_shell_is_named_by_its_path_once() {
    let all = asks(&[shell()], &[], &agencies());
    let clean = &of_kind(&all, AskKind::Clean).text;
    assert!(clean.en.contains("server: /uploads/2026/cv.php. Close"), "{}", clean.en);
}

#[test]
fn the_second_factor_names_whom_they_went_for_and_hides_nothing() {
    let all = asks(&[guessing()], &[], &agencies());
    let factor = &of_kind(&all, AskKind::SecondFactor).text;
    assert!(factor.en.contains("welfare.example, then for the 1,240 accounts"), "{}", factor.en);
    assert!(factor.en.contains("admin and root\\u{202e}\\n"), "{}", factor.en);
}

#[test]
fn proposals_for_the_same_thing_become_one_ask_with_their_cost() {
    let guessing = guessing();
    let blocks = [
        proposal(&guessing, &["198.51.100.4/32", "198.51.100.5/32"], 3),
        proposal(&guessing, &["203.0.113.9/32"], 1),
        Block { proposed: false, ..proposal(&guessing, &["198.51.0.0/16"], 90) },
    ];
    let all = asks(&[guessing], &blocks, &agencies());
    let asked: Vec<_> = all.iter().filter(|ask| ask.kind == AskKind::Block).collect();
    assert_eq!(asked.len(), 1);
    let text = &asked[0].text;
    assert!(
        text.en.starts_with("Block 198.51.100.4/31 and 203.0.113.9 for 14 days"),
        "{}",
        text.en
    );
    assert!(text.en.contains("up to 4 legitimate sessions"), "{}", text.en);
    assert!(text.fil.starts_with("Harangin ang 198.51.100.4/31 at 203.0.113.9"), "{}", text.fil);
}

#[test]
fn an_agency_without_incidents_is_asked_nothing() {
    assert!(asks(&[takeover()], &[], &agencies()).iter().all(|ask| ask.agency == AgencyIx(0)));
    assert!(asks(&[], &[], &agencies()).is_empty());
}

#[test]
fn what_is_asked_fits_the_place() {
    use bakas_model::Stream;
    let check = |streams: &[Stream], words: &str, never: &str| {
        let taken = Incident { streams: streams.to_vec(), ..takeover() };
        let asks = asks(&[taken], &[], &agencies());
        let clean: Vec<_> = asks.iter().filter(|ask| ask.kind == AskKind::Clean).collect();
        let said: String = clean.iter().map(|ask| ask.text.en.as_str()).collect();
        assert!(said.contains(words), "{streams:?}: {said}");
        let all: String = asks.iter().map(|ask| ask.text.en.clone() + "\n").collect();
        assert!(!all.contains(never), "{streams:?}: {all}");
        assert!(clean.iter().all(|ask| !ask.text.fil.is_empty() && ask.text.fil != ask.text.en));
        clean.len()
    };
    assert_eq!(check(&[], "application grant", "krbtgt"), 1);
    assert_eq!(check(&[Stream::M365, Stream::EntraAudit], "application grant", "krbtgt"), 1);
    assert_eq!(check(&[Stream::Dovecot, Stream::Postfix], "(Sieve)", "Ask the provider"), 1);
    assert_eq!(check(&[Stream::Windows], "krbtgt", "Ask the provider"), 1);
    assert_eq!(check(&[Stream::Sshd, Stream::Sudo], "scheduled jobs", "krbtgt"), 1);
    assert_eq!(check(&[Stream::FortiGate, Stream::Suricata], "end the tunnels", "(Sieve)"), 1);
    assert_eq!(check(&[Stream::FortiGate, Stream::Windows], "krbtgt", "(Sieve)"), 2);
}
