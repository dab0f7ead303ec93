//! Nothing leaves that may not: over all labels, recipients, kinds of content and nestings, a mark
//! planted in one thing is in what leaves exactly where the plain rules let that thing go.

mod twin;

use bakas_exchange::{
    Cleared, Consent, DecodeError, EncodeError, Encoded, Limits, Recipient, Refusal, Rules, Taken,
    clear, clear_under, csv, iodef, misp, native, redact, stix, text, xarf,
};
use bakas_model::{IncidentKind, exchange::*};
use proptest::{collection::vec, option, prelude::*, sample::select};

use crate::made;

/// What must never be seen where it may not be.
const MARK: &str = "Zq7marker";

fn party(id: &str, kind: PartyKind) -> Party {
    Party { id: id.into(), kind, ..Party::default() }
}

/// Any handling, with the members that only the gate looks at.
fn handling() -> impl Strategy<Value = Handling> {
    let onward = vec![Onward::AsLabelled, Onward::WithConsent, Onward::None];
    let releasable = vec![vec![], vec![], vec!["b"], vec!["a", "b"], vec!["c"]];
    let originators = vec![vec![], vec![], vec!["d"], vec!["a"], vec!["d", "e"], vec!["us"]];
    let owned = |list: Vec<&str>| list.into_iter().map(str::to_owned).collect::<Vec<String>>();
    (
        select(&Tlp::ALL[..]),
        select(&Pap::ALL[..]),
        select(releasable),
        select(originators),
        select(onward),
        prop::bool::weighted(0.1),
    )
        .prop_map(move |(tlp, pap, releasable_to, originators, onward, personal)| Handling {
            tlp,
            pap,
            releasable_to: owned(releasable_to),
            originators: owned(originators),
            onward,
            personal,
            ..Handling::default()
        })
}

fn rules() -> impl Strategy<Value = Rules> {
    let consent = |originator: &str, to: &str| Consent {
        originator: originator.into(),
        to: to.into(),
        on: "a letter".into(),
    };
    let all = vec![consent("d", "a"), consent("e", "a"), consent("d", "b"), consent("a", "b")];
    (
        prop::sample::subsequence(all, 0..=4),
        select(vec!["", "  ", "the court asked for the accounts"]),
        prop::bool::weighted(0.1),
    )
        .prop_map(|(consents, because, also)| Rules {
            consents,
            personal_because: because.into(),
            pass_unknown: false,
            also: if also { vec!["z".into()] } else { Vec::new() },
            ..Rules::default()
        })
}

fn addressed() -> impl Strategy<Value = (Vec<Party>, Recipient)> {
    let kinds = vec![PartyKind::NationalCert, PartyKind::LawEnforcement, PartyKind::Operator];
    (select(kinds.clone()), select(kinds), 0..5_u8).prop_map(|(one, two, how)| {
        let (a, b) = (party("a", one), party("b", two));
        match how {
            0 | 1 => (vec![a.clone()], Recipient { party: a }),
            2 => (vec![a.clone(), b], Recipient { party: a }),
            3 => (vec![b], Recipient { party: a }),
            _ => (Vec::new(), Recipient::public()),
        }
    })
}

/// A package and to whom it shall go, mostly the one that it is addressed to.
fn some_package() -> impl Strategy<Value = (Package, Recipient)> {
    let own = vec(option::weighted(0.15, handling()), 40);
    let whom = (addressed(), addressed(), prop::bool::weighted(0.1));
    (made::package(), handling(), own, whom, prop::bool::weighted(0.8)).prop_map(
        |(mut package, whole, own, ((to, right), (_, wrong), astray), open)| {
            package.from = party("us", PartyKind::NationalCert);
            package.to = to;
            package.handling = whole;
            if open {
                // Else the whole seldom leaves, and the labels within are never asked.
                package.handling = Handling {
                    tlp: Tlp::Clear,
                    pap: Pap::Clear,
                    onward: Onward::AsLabelled,
                    ..Handling::default()
                };
            }
            let mut own = own.into_iter();
            twin::each(&mut package, &mut |part| {
                *part.handling = own.next().unwrap_or_default();
            });
            (package, if astray { wrong } else { right })
        },
    )
}

/// Every exit: its name, and what leaves by it, the losses that are told among it, or the error.
fn exits(cleared: &Cleared) -> Vec<(&'static str, Vec<u8>)> {
    let native = native::encode(cleared, None).map_or_else(
        |error| error.to_string().into_bytes(),
        |encoded| {
            let mut bytes = encoded.bytes;
            bytes.extend(format!("{:?}", encoded.losses).into_bytes());
            bytes
        },
    );
    let mut exits = vec![("native", native)];
    let kind = Some(IncidentKind::Scanning);
    let made: [(&'static str, Result<Encoded, EncodeError>, Decode); 7] = [
        ("stix", stix::encode(cleared), stix::decode),
        ("misp", misp::encode(cleared), misp::decode),
        ("iodef", iodef::encode(cleared), iodef::decode),
        ("iodef-json", iodef::encode_json(cleared), iodef::decode_json),
        ("csv", csv::encode(cleared), csv::decode),
        ("text", text::encode(cleared), text::decode),
        ("xarf", xarf::encode_with(cleared, xarf::Options { kind }), xarf::decode),
    ];
    for (name, made, decode) in made {
        let bytes = match made {
            Err(error) => error.to_string().into_bytes(),
            Ok(encoded) => {
                // Read back, too: lines are wrapped, and evidence stands in base64.
                let back = decode(&encoded.bytes, &Limits::default());
                let told = format!("{:?} {back:?}", encoded.losses);
                [encoded.bytes, told.into_bytes()].concat()
            }
        };
        exits.push((name, bytes));
    }
    exits
}

type Decode = fn(&[u8], &Limits) -> Result<Taken, DecodeError>;

fn holds(bytes: &[u8], mark: &str) -> bool {
    bytes.windows(mark.len()).any(|window| window == mark.as_bytes())
}

fn silent(refusals: &[Refusal]) -> bool {
    refusals.iter().all(|one| !one.to_string().contains(MARK) && !one.what.is_empty())
}

proptest! {
    #[test]
    fn the_mark_leaves_exactly_where_the_rules_let_it(
        (mut package, recipient) in some_package(),
        rules in rules(),
        planted in any::<prop::sample::Index>(),
    ) {
        let count = twin::count(&mut package);
        let planted = planted.index(count.max(1));
        let mut at = 0;
        twin::each(&mut package, &mut |mut part| {
            if at == planted {
                (part.plant)(MARK);
            }
            at += 1;
        });
        let verdicts = twin::verdicts(&package, &recipient, &rules);
        let whole = twin::whole(&package, &recipient, &rules);
        let all = whole && verdicts.iter().all(|may| *may);

        match clear_under(package.clone(), recipient.clone(), &rules) {
            Ok(cleared) => {
                prop_assert!(all, "something left that may not");
                prop_assert_eq!(&*cleared, &package);
            }
            Err(refusals) => {
                prop_assert!(!all, "something was held that may go: {:?}", refusals);
                prop_assert!(silent(&refusals));
            }
        }
        if let Ok(cleared) = clear(package.clone(), recipient.clone()) {
            prop_assert!(clear_under((*cleared).clone(), recipient.clone(), &rules).is_ok()
                || !rules.also.is_empty(), "no rules given are the strictest rules");
        }
        let may = count > 0 && verdicts[planted];
        match redact(package.clone(), recipient, &rules) {
            Ok(redacted) => {
                prop_assert!(whole, "the whole may not go");
                prop_assert!(silent(&redacted.left_out));
                prop_assert_eq!(redacted.left_out.is_empty(), all);
                prop_assert_eq!(redacted.cleared.id == package.id, all, "another message, another id");
                for (exit, bytes) in exits(&redacted.cleared) {
                    if !may {
                        prop_assert!(!holds(&bytes, MARK), "{} leaks", exit);
                    } else if exit == "native" {
                        prop_assert!(holds(&bytes, MARK), "{} lost what may go", exit);
                    }
                }
            }
            Err(refusals) => {
                prop_assert!(silent(&refusals));
                let something = verdicts.iter().any(|may| *may);
                let answer = matches!(package.content, Content::Answer(_));
                prop_assert!(!whole || !(something || answer), "something could go: {:?}", refusals);
            }
        }
    }
}

fn extract_with(incident: Handling, campaign: Handling) -> Package {
    let mut package = made::packages(1).remove(0);
    package.handling = Handling { tlp: Tlp::Clear, pap: Pap::Clear, ..Handling::default() };
    package.from = party("us", PartyKind::NationalCert);
    package.to = vec![party("a", PartyKind::Cert), party("b", PartyKind::Cert)];
    let mut extract = None;
    for one in made::packages(300) {
        if let Content::Extract(found) = one.content
            && !found.incidents.is_empty()
            && !found.observables.is_empty()
            && !found.campaigns.is_empty()
        {
            extract = Some(found);
            break;
        }
    }
    let mut extract = extract.expect("one of 300");
    extract.campaigns.truncate(1);
    extract.incidents.truncate(1);
    extract.observables.truncate(1);
    extract.opinions.clear();
    extract.actions.clear();
    extract.notes.clear();
    let id = extract.incidents[0].id.clone();
    extract.incidents[0].handling = Some(incident);
    extract.campaigns[0].handling = Some(campaign);
    extract.campaigns[0].incidents = vec![id.clone()];
    extract.observables[0].incidents = vec![id];
    extract.observables[0].handling = None;
    package.content = Content::Extract(extract);
    package
}

#[test]
fn what_stands_in_something_red_is_red() {
    let red = Handling { tlp: Tlp::Red, ..Handling::default() };
    let free = Handling { tlp: Tlp::Clear, pap: Pap::Clear, ..Handling::default() };
    let to = Recipient { party: party("a", PartyKind::Cert) };
    let places = |package: Package| -> Vec<String> {
        clear(package, to.clone()).unwrap_err().into_iter().map(|one| one.place).collect()
    };
    let of_incident = places(extract_with(red.clone(), free.clone()));
    assert_eq!(of_incident, ["content.incidents[0]", "content.observables[0]"]);
    let of_campaign = places(extract_with(free.clone(), red));
    assert_eq!(
        of_campaign,
        ["content.campaigns[0]", "content.incidents[0]", "content.observables[0]"]
    );
    assert!(clear(extract_with(free.clone(), free), to).is_ok());
}

#[test]
fn a_circle_of_references_ends() {
    let free = Handling { tlp: Tlp::Clear, pap: Pap::Clear, ..Handling::default() };
    let mut package = extract_with(free.clone(), free);
    let red = Handling { tlp: Tlp::Red, ..Handling::default() };
    if let Content::Extract(extract) = &mut package.content {
        let note = |id: &str, about: &str, handling: Option<Handling>| SharedNote {
            id: id.into(),
            about: vec![about.into()],
            text: Vec::new(),
            handling,
        };
        extract.notes = vec![note("x", "y", None), note("y", "z", Some(red)), note("z", "x", None)];
    }
    let to = Recipient { party: party("a", PartyKind::Cert) };
    let refusals = clear(package, to).unwrap_err();
    assert_eq!(refusals.len(), 3, "all of the circle: {refusals:?}");
}

#[test]
fn unknown_members_pass_only_when_somebody_says_so() {
    let free = Handling { tlp: Tlp::Clear, pap: Pap::Clear, ..Handling::default() };
    let mut package = extract_with(free.clone(), free);
    package.unknown = vec![Unknown { place: "native:/x".into(), raw: format!("\"{MARK}\"") }];
    let to = Recipient { party: party("a", PartyKind::Cert) };
    let refusals = clear(package.clone(), to.clone()).unwrap_err();
    assert_eq!(refusals.len(), 1);
    assert!(silent(&refusals));
    let redacted = redact(package.clone(), to.clone(), &Rules::default()).unwrap();
    assert!(redacted.cleared.unknown.is_empty());
    assert_eq!(redacted.left_out.len(), 1);
    let pass = Rules { pass_unknown: true, ..Rules::default() };
    assert!(clear_under(package, to, &pass).is_ok());
}

/// An extract with an incident, an observable seen in it, and a campaign that holds it.
fn remembered(tlp: Tlp) -> Package {
    let mut package = made::packages(200)
        .into_iter()
        .find(|one| {
            matches!(&one.content, Content::Extract(it)
                if it.incidents.len() > 1 && it.observables.iter().any(|o| !o.incidents.is_empty()))
        })
        .expect("one is made");
    package.handling = Handling { tlp, pap: Pap::Green, ..Handling::default() };
    package.to = vec![party("a", PartyKind::NationalCert)];
    package.unknown.clear();
    let Content::Extract(extract) = &mut package.content else { unreachable!() };
    let (first, ids) = (extract.incidents[0].id.clone(), &mut extract.observables);
    ids.retain(|one| !one.incidents.is_empty());
    ids[0].incidents = vec![first];
    extract.campaigns.clear();
    extract.opinions.clear();
    extract.actions.clear();
    extract.notes.clear();
    extract.incidents.iter_mut().for_each(|one| one.handling = None);
    extract.observables.iter_mut().for_each(|one| one.handling = None);
    package
}

#[test]
fn what_left_under_a_label_leaves_under_no_less() {
    let to = || Recipient { party: party("a", PartyKind::NationalCert) };
    let package = remembered(Tlp::Green);
    let Content::Extract(extract) = &package.content else { unreachable!() };
    let id = extract.incidents[0].id.clone();
    let under = |tlp, pap| Rules { stood: [(id.clone(), (tlp, pap))].into(), ..Rules::default() };
    assert!(clear_under(package.clone(), to(), &under(Tlp::Green, Pap::Green)).is_ok());
    for stricter in [under(Tlp::Amber, Pap::Green), under(Tlp::Green, Pap::Red)] {
        let refusals = clear_under(package.clone(), to(), &stricter).expect_err("lowered");
        let places: Vec<&str> = refusals.iter().map(|one| one.place.as_str()).collect();
        assert!(places.contains(&"content.incidents[0]"), "{places:?}");
        assert!(places.contains(&"content.observables[0]"), "and what was seen in it: {places:?}");
        assert!(refusals.iter().all(|one| one.what.contains("act of custody")), "{refusals:?}");
        // With the rest left out, nothing of that incident goes.
        let redacted = redact(package.clone(), to(), &stricter).expect("the rest may go");
        let Content::Extract(left) = &redacted.cleared.content else { unreachable!() };
        assert!(left.incidents.iter().all(|one| one.id != id));
        assert!(left.observables.iter().all(|one| !one.incidents.contains(&id)));
    }
    assert!(
        clear_under(remembered(Tlp::AmberStrict), to(), &under(Tlp::Amber, Pap::Green)).is_ok()
    );
}
