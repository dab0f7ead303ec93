//! The next question: each operator about what is its own, logs that nobody gave, and what an answer of
//! that party would be worth.

use std::collections::BTreeSet;

use bakas_assess::{Ground, Input, assess};
use bakas_model::{
    Agency, AgencyIx, Assessment, Family, Judgements, NetworkKind, Source, SourceSummary,
    assessment::{NextQuestion, Rated, RatingSet},
};

use crate::build::{Part, campaign, incident, part, traces};

/// Two incidents at agencies 1 and 2: two operators, three addresses and one.
fn asked(sources: &[SourceSummary], judgements: &Judgements) -> Vec<Assessment> {
    let of = |n, asn, lines| Part { asn, ..part(n, "SA", NetworkKind::Telco, lines) };
    let parts = [of(1, 64500, 300), of(2, 64500, 200), of(3, 64500, 100), of(4, 64501, 77)];
    let incidents = [incident(1, &parts[..2]), incident(2, &parts[2..])];
    let agencies =
        ["none", "welfare", "permits"].map(|id| Agency { id: id.into(), ..Agency::default() });
    let ground = Ground::of(&incidents, &[campaign(1, &incidents, 15.0)], &traces(&parts));
    let input = Input { ground: &ground, agencies: &agencies, sources, judgements, as_of: None };
    assess(&input)
}

fn gave(agency: u16, families: &[Family]) -> SourceSummary {
    let source = Source { agency: AgencyIx(agency), ..Source::default() };
    SourceSummary {
        source,
        families: families.iter().copied().collect(),
        ..SourceSummary::default()
    }
}

fn next<'a>(assessment: &'a Assessment, id: &str) -> Option<&'a NextQuestion> {
    assessment.next.iter().find(|one| one.id == id)
}

#[test]
fn each_operator_is_asked_about_its_own_addresses_and_lines() {
    let all = asked(&[], &Judgements::default());
    for (assessment, id) in [(&all[0], "subscriber"), (&all[1], "abuse-desk")] {
        let first = next(assessment, &format!("{id}-AS64500")).unwrap();
        assert!(first.text.en.contains("3 addresses (600 lines)"), "{}", first.text.en);
        assert!(first.text.fil.contains("3 address (600 linya)"), "{}", first.text.fil);
        let second = next(assessment, &format!("{id}-AS64501")).unwrap();
        assert!(second.text.en.contains("1 address (77 lines)"), "{}", second.text.en);
        assert!(second.whom.en.contains("AS64501"));
        assert!(second.bits < first.bits / 3.0, "it knows of fewer lines: {second:?}");
    }
}

#[test]
fn logs_that_an_agency_did_not_give_are_asked_of_it_alone() {
    let sources =
        [gave(1, &[Family::Web, Family::System]), gave(2, &[Family::Office, Family::Network])];
    let all = asked(&sources, &Judgements::default());
    let ids = |assessment: &Assessment| -> BTreeSet<String> {
        let absent = assessment.next.iter().filter(|one| one.id.starts_with("absent-"));
        absent.map(|one| one.id.clone()).collect()
    };
    let set = |ids: &[&str]| ids.iter().map(|id| format!("absent-{id}")).collect::<BTreeSet<_>>();
    assert_eq!(ids(&all[0]), set(&["network"]));
    assert_eq!(ids(&all[1]), set(&["mail", "cloud", "web", "network"]));
    assert_eq!(ids(&all[2]), set(&["mail", "cloud", "system", "web"]));
    assert_eq!(ids(&all[3]), set(&[]), "no log shows who directed");
    let mail = next(&all[2], "absent-mail").unwrap();
    assert_eq!((mail.whom.en.as_str(), mail.whom.fil.as_str()), ("welfare", "welfare"));
    assert!(
        mail.text.en.contains("mail server") && mail.text.en.contains("none is among the logs")
    );
    assert!(mail.bits > 0.0);
    let delays = next(&all[0], "delays").unwrap();
    assert_eq!(delays.whom.en, "permits", "who gave no such log cannot look into it");
    let lacking_both = [gave(1, &[Family::Web]), gave(2, &[Family::Web])];
    let more = asked(&lacking_both, &Judgements::default());
    assert!(next(&more[2], "absent-mail").unwrap().bits > 1.5 * mail.bits, "two of two tell more");
    assert!(next(&more[0], "delays").is_none());
    let unknown = asked(&[], &Judgements::default());
    assert!(unknown.iter().all(|one| ids(one).is_empty()), "nothing is known of their logs");
}

#[test]
fn the_rating_of_the_party_counts_in_what_asking_it_is_worth() {
    let with = |grade: Option<char>| {
        let of = Rated::Party("Operator 64500".into());
        let ratings = grade.map(|reliability| RatingSet {
            of,
            reliability,
            reason: "it answered before".into(),
            ..RatingSet::default()
        });
        let judgements =
            Judgements { ratings: ratings.into_iter().collect(), ..Judgements::default() };
        let soil = asked(&[], &judgements).swap_remove(0);
        let own = next(&soil, "subscriber-AS64500").unwrap().clone();
        (own, next(&soil, "subscriber-AS64501").unwrap().clone())
    };
    let (unrated, other) = with(None);
    assert_eq!((unrated.grade, other.grade), ('F', 'F'));
    let ((good, _), (bad, beside)) = (with(Some('A')), with(Some('E')));
    assert_eq!((good.grade, bad.grade, beside.grade), ('A', 'E', 'F'));
    assert!(good.bits > 1.5 * unrated.bits && unrated.bits > 1.5 * bad.bits);
    assert_eq!(beside.bits, other.bits);
    assert!((good.trust - 0.95).abs() < 1e-9);
}
