//! A counterpart's answer taken into a case: what it becomes, what it moves, and how a person's rating
//! changes that.

use std::{fs, path::Path};

use bakas_engine::{
    Error, Timestamp,
    assess::{self, CANDIDATES_LIMIT, Candidate, Entry, Judge, Taken, TakenIn},
    clock::FixedClock,
};
use bakas_model::{
    AgencyIx, Asn, AssessmentLevel as Level, Campaign, CampaignId, Case, Country, Incident,
    IncidentId, IncidentKind, Likelihood, NetworkKind, Scope, Severity, Text,
    assessment::{Basis, EvidenceKind, Rated, RatingSet},
    case::CASE_SCHEMA,
    incident::AddressUse,
};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn used(last: u8) -> AddressUse {
    AddressUse {
        address: [203, 0, 113, last].into(),
        asn: Some(Asn(64500)),
        operator: Some("Example Telecom".into()),
        country: Country::new("SA"),
        kind: NetworkKind::Telco,
        lines: 400,
        first: at("2026-01-05"),
        last: at("2026-01-06"),
        legitimate_sessions: 0,
    }
}

fn incident(number: u16) -> Incident {
    Incident {
        streams: Vec::new(),
        id: IncidentId(format!("I-{number:02}")),
        agency: AgencyIx(number),
        kind: IncidentKind::PasswordGuessing,
        severity: Severity::High,
        title: Text::default(),
        summary: Text::default(),
        first: at("2026-01-05"),
        last: at("2026-01-06"),
        lines: 800,
        detections: Vec::new(),
        techniques: Vec::new(),
        addresses: vec![used(1), used(2)],
        more_addresses: 0,
        agents: Vec::new(),
        scope: Scope::default(),
    }
}

/// A case folder with one campaign, sealed by nobody.
fn case() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let incidents: Vec<Incident> = (0..2).map(incident).collect();
    let campaign = Campaign {
        id: CampaignId("C-01".into()),
        title: Text::default(),
        summary: Text::default(),
        incidents: incidents.iter().map(|one| one.id.clone()).collect(),
        links: Vec::new(),
        first: at("2026-01-05"),
        last: at("2026-01-06"),
    };
    let case = Case {
        schema: CASE_SCHEMA.into(),
        name: "case".into(),
        created: at("2026-02-01"),
        incidents,
        campaigns: vec![campaign],
        ..Case::default()
    };
    fs::write(folder.path().join("case.json"), serde_json::to_vec(&case).unwrap()).unwrap();
    folder
}

fn answer() -> TakenIn {
    TakenIn {
        request: "R-01".into(),
        message: "5e".repeat(32),
        party: "Example CERT".into(),
        words: "Mga kostumer namin ito.".into(),
        language: "fil".into(),
        at: Some(at("2026-02-03T01:00:00Z")),
        why: "the answer to our request".into(),
        candidates: vec![Candidate {
            subject: Some("C-01".into()),
            level: Level::Infrastructure,
            hypothesis: "customers-of-AS64500".into(),
            likelihood: Some(Likelihood::AlmostCertain),
            confidence: "we are sure".into(),
            basis: "the addresses are those of home lines".into(),
            ..Candidate::default()
        }],
        ..TakenIn::default()
    }
}

const CLOCK: FixedClock = FixedClock(Timestamp::from_micros(1_770_200_000_000_000));

fn take(case: &Path, answer: &TakenIn) -> Taken {
    assess::take_in(case, answer, "ana", &CLOCK).unwrap()
}

fn best(case: &Path, level: Level, id: &str) -> f64 {
    let weighed = assess::open(case, CLOCK.0).unwrap().weighed(None, CLOCK.0).unwrap();
    let one = weighed.assessments.iter().find(|one| one.subject == "C-01" && one.level == level);
    one.unwrap().hypothesis(id).unwrap_or_else(|| panic!("{id}")).best
}

#[test]
fn an_answer_becomes_evidence_with_its_words_its_digest_and_cells() {
    let folder = case();
    let before = best(folder.path(), Level::Infrastructure, "customers-of-AS64500");
    let taken = take(folder.path(), &answer());
    assert_eq!((taken.item.as_str(), taken.already), ("A-5e5e5e5e5e5e5e5e", false));
    let weighed = assess::open(folder.path(), CLOCK.0).unwrap().weighed(None, CLOCK.0).unwrap();
    assert_eq!(weighed.unrecorded, 0);
    let added = &weighed.judgements.items[0];
    let item = &added.item;
    assert_eq!(added.subject.as_deref(), Some("C-01"));
    assert_eq!((item.kind, item.reliability), (EvidenceKind::CounterpartAnswer, 'F'));
    assert_eq!(
        (item.credibility, item.interested, item.source.as_str()),
        ('6', true, "Example CERT")
    );
    for words in
        ["R-01", "Mga kostumer namin ito.", "“almost certain”", "“we are sure”", "home lines"]
    {
        assert!(item.text.en.contains(words), "{words}: {}", item.text.en);
    }
    assert!(item.text.fil.contains("halos tiyak"), "{}", item.text.fil);
    assert!(item.basis.contains(&Basis::Request { id: "R-01".into() }));
    let document = |basis: &Basis| matches!(basis, Basis::Document { sha256: Some(digest), .. } if *digest == "5e".repeat(32));
    assert!(item.basis.iter().any(document), "{:?}", item.basis);
    let cells = &weighed.judgements.cells;
    assert!(cells.iter().all(|cell| cell.by == "ana" && cell.level == Level::Infrastructure));
    assert_eq!(cells.len(), 5, "one for each explanation");
    assert_eq!(taken.recorded.len(), 1, "one line for all of it");
    assert_eq!(taken.recorded[0].why, "the answer to our request");
    let after = best(folder.path(), Level::Infrastructure, "customers-of-AS64500");
    assert!(
        after > before && after / (1.0 - after) <= 1.252 * before / (1.0 - before),
        "{before} {after}"
    );
    // A person may edit it as any other entry.
    let path = folder.path().join("assessment.toml");
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains("interested = true"), "{text}");
    fs::write(&path, text.replace("interested = true", "interested = false")).unwrap();
    let edited = best(folder.path(), Level::Infrastructure, "customers-of-AS64500");
    assert!(
        edited > after + 0.01,
        "without an interest its cap does not hold it: {edited} {after}"
    );
}

#[test]
fn what_moved_is_told_from_word_to_word_with_its_cause() {
    let folder = case();
    let taken = take(folder.path(), &answer());
    let shift = taken.shifts.iter().find(|one| one.hypothesis == "customers-of-AS64500").unwrap();
    assert_eq!((shift.subject.as_str(), shift.level), ("C-01", Level::Infrastructure));
    let before = shift.before.unwrap();
    assert!(shift.after.best > before.best);
    assert_eq!(shift.after.place, 1);
    for words in [
        "C-01/infrastructure: customers-of-AS64500: ",
        " → ",
        "because of E",
        "(A-5e5e5e5e5e5e5e5e) of Example CERT, rated F6",
        "held back, for it has an interest",
    ] {
        assert!(shift.text.en.contains(words), "{words}: {}", shift.text.en);
    }
    assert!(shift.text.fil.contains("dahil sa E"), "{}", shift.text.fil);
    assert_eq!(taken.shifts.len(), 5, "only the question that it speaks of: {:?}", taken.shifts);
    let sizes: Vec<f64> =
        taken.shifts.iter().map(|one| (one.after.best - one.before.unwrap().best).abs()).collect();
    assert!(sizes.is_sorted_by(|a, b| a >= b), "the most moved first: {sizes:?}");
}

#[test]
fn a_rating_by_a_person_gives_it_its_weight() {
    let folder = case();
    let taken = take(folder.path(), &answer());
    let id = "customers-of-AS64500";
    let unrated = best(folder.path(), Level::Infrastructure, id);
    let rating = Entry::Rating(RatingSet {
        of: Rated::Item(taken.item),
        reliability: 'B',
        credibility: Some('2'),
        interested: Some(false),
        reason: "they gave us their records, and these agree with ours".into(),
        ..RatingSet::default()
    });
    let judge = Judge { by: "ben", why: "rated" };
    let changed = assess::change(folder.path(), judge, Some(rating), &CLOCK).unwrap();
    assert!(changed.recorded[0].what.contains("added rating item A-5e5e5e5e5e5e5e5e"));
    assert!(changed.unanchored.is_some(), "nobody sealed this folder, and that is said");
    let rated = best(folder.path(), Level::Infrastructure, id);
    assert!(rated > unrated + 0.05, "{unrated} became {rated}");
}

#[test]
fn the_same_answer_counts_once_and_another_stands_beside_it() {
    let folder = case();
    take(folder.path(), &answer());
    let text = fs::read(folder.path().join("assessment.toml")).unwrap();
    let again = take(folder.path(), &TakenIn { words: "other".into(), ..answer() });
    assert!(again.already && again.recorded.is_empty() && again.shifts.is_empty());
    assert_eq!(fs::read(folder.path().join("assessment.toml")).unwrap(), text);
    let mut against = TakenIn { message: "6f".repeat(32), party: "Other CERT".into(), ..answer() };
    against.candidates[0].likelihood = Some(Likelihood::AlmostNoChance);
    let other = take(folder.path(), &against);
    let first = other.shifts.iter().find(|one| one.hypothesis == "customers-of-AS64500").unwrap();
    assert!(first.after.best < first.before.unwrap().best, "{}", first.text.en);
    let weighed = assess::open(folder.path(), CLOCK.0).unwrap().weighed(None, CLOCK.0).unwrap();
    assert_eq!(weighed.judgements.items.len(), 2, "side by side");
}

#[test]
fn an_explanation_that_only_the_answer_knows_comes_with_its_meaning_or_not_at_all() {
    let folder = case();
    let mut new = answer();
    new.candidates.push(Candidate {
        level: Level::Actor,
        hypothesis: "crew-7".into(),
        likelihood: Some(Likelihood::Likely),
        ..Candidate::default()
    });
    let refused = assess::take_in(folder.path(), &new, "ana", &CLOCK).unwrap_err();
    let told = refused.to_string();
    assert!(matches!(refused, Error::Usage(_)), "{told}");
    assert!(
        told.contains("'crew-7' is no explanation of actor") && told.contains("insider"),
        "{told}"
    );
    assert!(!folder.path().join("assessment.toml").exists(), "nothing was changed");
    new.candidates[1].text =
        Some(Text::new("A crew that they know.", "Isang pangkat na kilala nila."));
    let taken = take(folder.path(), &new);
    let shift = taken.shifts.iter().find(|one| one.hypothesis == "crew-7").unwrap();
    assert!(shift.before.is_none() && shift.text.en.contains("new, "), "{}", shift.text.en);
    let share = best(folder.path(), Level::Actor, "crew-7");
    assert!((0.01..0.12).contains(&share), "{share}");
}

#[test]
fn what_is_no_answer_is_refused_and_changes_nothing() {
    let folder = case();
    let refused = |change: &dyn Fn(&mut TakenIn)| {
        let mut wrong = answer();
        change(&mut wrong);
        let told = assess::take_in(folder.path(), &wrong, "ana", &CLOCK).unwrap_err().to_string();
        assert!(!folder.path().join("assessment.toml").exists(), "{told}");
        told
    };
    assert!(refused(&|one| one.message.clear()).contains("SHA-256"));
    assert!(refused(&|one| one.party.clear()).contains("source"));
    let other = refused(&|one| one.candidates[0].subject = Some("C-99".into()));
    assert!(other.contains("'C-99' is not in this case; there are: C-01"), "{other}");
    let many = refused(&|one| {
        one.candidates = vec![one.candidates[0].clone(); CANDIDATES_LIMIT + 1];
    });
    assert!(many.contains("at most"), "{many}");
    assert!(assess::take_in(folder.path(), &answer(), " ", &CLOCK).is_err(), "nobody judges");
    // Odd grades count as none, and their control characters stay out of every terminal.
    let mut odd = TakenIn { reliability: '?', credibility: '\0', ..answer() };
    odd.candidates[0].basis = "\u{1b}[31m\u{7}".repeat(500);
    let taken = take(folder.path(), &odd);
    let weighed = assess::open(folder.path(), CLOCK.0).unwrap().weighed(None, CLOCK.0).unwrap();
    let item = &weighed.judgements.items[0].item;
    assert_eq!((item.reliability, item.credibility), ('F', '6'));
    assert!(!item.text.en.contains('\u{1b}') && !taken.shifts[0].text.en.contains('\u{1b}'));
}
