//! No order of events, and no repetition, loses or doubles anything; what is due is told in time;
//! answers that contradict one another stand side by side.

use std::collections::{BTreeMap, BTreeSet};

use bakas_exchange::machine::{
    Act, Answered, Asked, Dialogue, DueKind, Fact, Noted, Side, Stage,
    due::{RECEIPT_HOURS, REMINDER_DAYS, REMINDERS_LIMIT},
};
use bakas_model::{
    Timestamp,
    exchange::{Action, AnswerStatus},
};
use proptest::{collection::vec, prelude::*, sample::select};

fn hour(n: i64) -> Timestamp {
    Timestamp::from_seconds(1_770_000_000 + n * 3600)
}

fn asked(version: u32, action: Action) -> Asked {
    Asked {
        package: format!("request-{version}"),
        id: "r".into(),
        version,
        action,
        to: vec!["a".into(), "b".into()],
        reply_by: hour(14 * 24),
        keep_until: Some(hour(90 * 24)),
        flows: 12,
    }
}

fn answered(n: u32, version: u32, status: AnswerStatus, found: &str) -> Answered {
    Answered {
        package: format!("answer-{n}"),
        id: format!("id-{n}"),
        version,
        request: "request-1".into(),
        status,
        found: BTreeMap::from([("F-001".into(), found.into())]),
    }
}

fn act() -> impl Strategy<Value = Act> {
    let states = vec![
        AnswerStatus::Received,
        AnswerStatus::Accepted,
        AnswerStatus::Partial,
        AnswerStatus::Identified,
        AnswerStatus::NotFound,
        AnswerStatus::Refused,
        AnswerStatus::NeedMore,
    ];
    let who = || select(vec!["a", "b", "c"]).prop_map(str::to_owned);
    let message = || select(vec!["m1", "m2"]).prop_map(str::to_owned);
    let found = || select(vec!["identified: S-1", "identified: S-2", "not_found: "]);
    let answer = (0..6_u32, 1..4_u32, select(states), found())
        .prop_map(|(n, version, status, found)| answered(n, version, status, found));
    prop_oneof![
        (1..3_u32).prop_map(|v| Act::Requested { request: asked(v, Action::Identify) }),
        (1..3_u32, who()).prop_map(|(v, to)| Act::Sent {
            package: format!("request-{v}"),
            message: format!("m{v}"),
            to,
        }),
        (message(), who(), 0..13_u64).prop_map(|(message, from, taken)| Act::ReceiptCame {
            message,
            from,
            taken,
            rejected: 12 - taken,
        }),
        (answer, who()).prop_map(|(answer, from)| Act::AnswerCame {
            message: format!("m-{}", answer.package),
            answer,
            from,
        }),
        (0..6_u32)
            .prop_map(|n| Act::TakenIn { package: format!("answer-{n}"), item: format!("E{n}") }),
        who().prop_map(|to| Act::Reminded { to }),
        who().prop_map(|to| Act::Escalated { to }),
        Just(Act::Withdrawn { why: "no longer needed".into() }),
    ]
}

fn fact() -> impl Strategy<Value = Fact> {
    (0..2000_i64, act()).prop_map(|(n, act)| Fact { at: hour(n), who: "ana".into(), act })
}

fn told(facts: &[Fact]) -> Dialogue {
    let mut dialogue = Dialogue::default();
    for fact in facts {
        dialogue.note(fact.clone());
    }
    dialogue
}

proptest! {
    #[test]
    fn order_and_repetition_change_nothing(
        facts in vec(fact(), 0..30),
        again in vec(any::<prop::sample::Index>(), 0..20),
        seed in any::<u64>(),
    ) {
        let first = told(&facts);
        let mut other = facts.clone();
        if !facts.is_empty() {
            other.extend(again.iter().map(|at| at.get(&facts).clone()));
        }
        let mut state = seed;
        for at in (1..other.len()).rev() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            other.swap(at, (state >> 33) as usize % (at + 1));
        }
        let second = told(&other);
        prop_assert_eq!(&first, &second);
        prop_assert_eq!(first.standing(), second.standing());
        prop_assert_eq!(first.due(hour(3000)), second.due(hour(3000)));
    }

    #[test]
    fn nothing_is_lost_and_nothing_counts_twice(facts in vec(fact(), 0..40)) {
        let dialogue = told(&facts);
        let names: BTreeSet<String> = facts.iter().map(Fact::key).collect();
        prop_assert_eq!(dialogue.facts().len(), names.len());
        let standing = dialogue.standing();
        let came = facts.iter().filter_map(|fact| match &fact.act {
            Act::AnswerCame { answer, from, .. } => Some((from.clone(), answer.package.clone())),
            _ => None,
        });
        let came: BTreeSet<(String, String)> = came.collect();
        let mut stands = Vec::new();
        for (party, thread) in &standing.threads {
            stands.extend(thread.answers.iter().map(|one| (party.clone(), one.clone())));
        }
        stands.sort();
        prop_assert_eq!(stands, came.into_iter().collect::<Vec<_>>());
        let withdrawn = facts.iter().any(|fact| matches!(fact.act, Act::Withdrawn { .. }));
        prop_assert_eq!(standing.stage == Stage::Withdrawn, withdrawn);
        if withdrawn {
            prop_assert_eq!(dialogue.due(hour(10_000)), []);
        }
    }

    #[test]
    fn what_is_there_is_known_to_be_there(facts in vec(fact(), 1..20)) {
        let mut dialogue = told(&facts);
        for fact in facts {
            prop_assert_eq!(dialogue.note(fact), Noted::Again);
        }
    }
}

fn dialogue(acts: Vec<(i64, Act)>) -> Dialogue {
    let fact = |(n, act): (i64, Act)| Fact { at: hour(n), who: "ana".into(), act };
    told(&acts.into_iter().map(fact).collect::<Vec<_>>())
}

fn kinds(dialogue: &Dialogue, at: i64) -> Vec<(DueKind, String)> {
    dialogue.due(hour(at)).into_iter().map(|due| (due.kind, due.party)).collect()
}

fn sent() -> Vec<(i64, Act)> {
    let send =
        |to: &str| Act::Sent { package: "request-1".into(), message: "m1".into(), to: to.into() };
    vec![
        (0, Act::Requested { request: asked(1, Action::Identify) }),
        (1, send("a")),
        (1, send("b")),
    ]
}

#[test]
fn silence_leads_to_a_reminder_and_then_to_somebody_else() {
    let both = |kind: DueKind| vec![(kind, "a".to_owned()), (kind, "b".to_owned())];
    let made = dialogue(sent().into_iter().take(1).collect());
    assert_eq!(kinds(&made, 0), both(DueKind::Send));
    let mut acts = sent();
    let one = dialogue(acts.clone());
    assert_eq!(kinds(&one, 1), []);
    assert_eq!(kinds(&one, RECEIPT_HOURS), [], "an hour before");
    assert_eq!(kinds(&one, 1 + RECEIPT_HOURS), both(DueKind::AskReceipt));
    acts.push((
        10,
        Act::ReceiptCame { message: "m1".into(), from: "b".into(), taken: 12, rejected: 0 },
    ));
    let late = 14 * 24;
    assert!(kinds(&dialogue(acts.clone()), late).contains(&(DueKind::Remind, "b".into())));
    for n in 0..REMINDERS_LIMIT as i64 {
        acts.push((late + n * REMINDER_DAYS * 24, Act::Reminded { to: "b".into() }));
    }
    let last = late + (REMINDERS_LIMIT as i64 - 1) * REMINDER_DAYS * 24;
    let all = dialogue(acts);
    let of_b =
        |at: i64| kinds(&all, at).into_iter().filter(|(_, party)| party == "b").collect::<Vec<_>>();
    assert_eq!(of_b(last + REMINDER_DAYS * 24 - 1), []);
    assert_eq!(of_b(last + REMINDER_DAYS * 24), [(DueKind::Escalate, "b".to_owned())]);
}

#[test]
fn a_receipt_that_does_not_add_up_is_asked_about() {
    let mut acts = sent();
    let receipt = |taken, rejected| Act::ReceiptCame {
        message: "m1".into(),
        from: "a".into(),
        taken,
        rejected,
    };
    acts.push((5, receipt(10, 1)));
    assert!(kinds(&dialogue(acts.clone()), 5).contains(&(DueKind::AskCounts, "a".into())));
    acts.push((6, receipt(10, 2)));
    assert!(!kinds(&dialogue(acts), 6).contains(&(DueKind::AskCounts, "a".into())));
}

#[test]
fn contradicting_answers_stand_side_by_side() {
    let mut acts = sent();
    let came = |from: &str, answer: Answered| Act::AnswerCame {
        message: format!("m-{}", answer.package),
        answer,
        from: from.into(),
    };
    acts.push((20, came("a", answered(1, 1, AnswerStatus::Identified, "identified: S-1"))));
    acts.push((30, came("b", answered(2, 1, AnswerStatus::NotFound, "not_found: "))));
    let standing = dialogue(acts.clone()).standing();
    assert_eq!(standing.stage, Stage::Answered);
    assert_eq!(standing.contradictions.len(), 1);
    assert_eq!(standing.contradictions[0].said.len(), 2);
    // A party that corrects itself no longer contradicts; what it said before still stands there.
    acts.push((40, came("b", answered(3, 2, AnswerStatus::Identified, "identified: S-1"))));
    let standing = dialogue(acts).standing();
    assert_eq!(standing.contradictions, []);
    assert_eq!(standing.threads["b"].answers, ["answer-2", "answer-3"]);
}

#[test]
fn what_may_not_be_done_now_is_refused_with_what_to_do() {
    let send = Act::Sent { package: "request-1".into(), message: "m1".into(), to: "a".into() };
    let made = dialogue(sent().into_iter().take(1).collect());
    assert!(made.may(&send).is_ok());
    assert!(Dialogue::default().may(&send).is_err(), "nothing was made");
    let remind = Act::Reminded { to: "a".into() };
    assert!(made.may(&remind).is_err(), "it was not sent");
    let mut acts = sent();
    assert!(dialogue(acts.clone()).may(&remind).is_ok());
    let take = Act::TakenIn { package: "answer-1".into(), item: "E1".into() };
    assert!(dialogue(acts.clone()).may(&take).is_err(), "no such answer");
    acts.push((9, Act::Withdrawn { why: "solved".into() }));
    let over = dialogue(acts);
    assert!(over.may(&send).is_err() && over.may(&remind).is_err());
}

#[test]
fn the_side_that_is_asked_owes_a_receipt_and_an_answer() {
    let arrived = Act::Arrived {
        request: asked(1, Action::Identify),
        message: "m1".into(),
        from: "x".into(),
    };
    let mut acts = vec![(0, arrived)];
    let one = dialogue(acts.clone());
    assert_eq!(one.standing().side, Side::Asked);
    assert_eq!(kinds(&one, 0), [(DueKind::Receipt, "x".to_owned())]);
    acts.push((1, Act::ReceiptMade { message: "m1".into(), taken: 12, rejected: 0 }));
    assert_eq!(kinds(&dialogue(acts.clone()), 12 * 24 - 1), []);
    assert_eq!(kinds(&dialogue(acts.clone()), 12 * 24), [(DueKind::Answer, "x".to_owned())]);
    let answer = answered(1, 1, AnswerStatus::Identified, "identified: S-1");
    acts.push((40, Act::AnswerMade { answer }));
    let done = dialogue(acts);
    assert_eq!(kinds(&done, 1000), []);
    assert_eq!(done.standing().stage, Stage::Answered);
}
