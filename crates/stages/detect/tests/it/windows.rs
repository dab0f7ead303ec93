//! Windows over event time against a plain slow twin: every hit's window is looked at anew, hit by
//! hit. And: neither the order of arrival nor the number of workers changes anything.

use bakas_detect::Input;
use bakas_model::{Detection, Event, Field, Timestamp, Value};
use proptest::prelude::*;

use crate::events::{agency, context, detections, load, sign_in};

const RULES: &str = "title: Failed\nname: failed\nlogsource: {product: ocsf, category: authentication}\n\
    detection:\n  s: {activity_name: logon, status: failure}\n  condition: s\n---\n\
    title: Entered\nname: entered\nlogsource: {product: ocsf, category: authentication}\n\
    detection:\n  s: {activity_name: logon, status: success}\n  condition: s\n---\n\
    title: Root\nname: root\nlogsource: {product: ocsf, category: authentication}\n\
    detection:\n  s: {actor.user.name: account-0}\n  condition: s\n---\n";
const ACCOUNTS: [&str; 4] = ["account-0", "account-1", "account-2", "account-3"];
const SPAN: i64 = 10;

/// An event, small.
#[derive(Clone, Copy, Debug)]
struct Small {
    second: i64,
    address: u8,
    account: usize,
    ok: bool,
    amount: i64,
    /// Where it stands in the log.
    place: u64,
}

fn small() -> impl Strategy<Value = Vec<Small>> {
    let one = (0_i64..60, 0_u8..2, 0_usize..4, any::<bool>(), -5_i64..50);
    prop::collection::vec(one, 0..60).prop_map(|all| {
        let number = (0_u64..).zip(all);
        number
            .map(|(place, (second, address, account, ok, amount))| Small {
                second,
                address,
                account,
                ok,
                amount,
                place,
            })
            .collect()
    })
}

fn event(small: &Small) -> Event<'static> {
    let mut event =
        sign_in(small.second, [192, 0, 2, small.address], ACCOUNTS[small.account], small.ok);
    event.place.offset = small.place * 100;
    event.fields = vec![Field::new("amount", Value::Int(small.amount))];
    event
}

/// What a detection is here: address, first second, last second, hits.
type Told = (String, i64, i64, u64);

fn told(all: &[Detection]) -> Vec<Told> {
    let second = |time: Timestamp| time.as_seconds() - 1_767_571_200;
    // Rules that the correlation does not need speak for themselves.
    let grouped = all.iter().filter(|d| !d.group.is_empty());
    grouped.map(|d| (d.group[0].1.clone(), second(d.first), second(d.last), d.count)).collect()
}

fn correlation(kind: &str, rules: &str, condition: &str) -> String {
    let condition =
        if condition.is_empty() { String::new() } else { format!("  condition: {condition}\n") };
    format!(
        "{RULES}title: C\ncorrelation:\n  type: {kind}\n  rules: [{rules}]\n  \
         group-by: [src_endpoint.ip]\n  timespan: {SPAN}s\n{condition}"
    )
}

/// The twin: `begins` gives the first of the window's hits that counts, where the window
/// satisfies the condition; the newest hit is the last.
fn twin(
    all: &[Small],
    takes: &dyn Fn(&Small) -> bool,
    begins: &dyn Fn(&[Small]) -> Option<usize>,
) -> Vec<Told> {
    let mut told = Vec::new();
    for address in 0..2 {
        let mut hits: Vec<Small> =
            all.iter().filter(|e| e.address == address && takes(e)).copied().collect();
        hits.sort_by_key(|e| (e.second, e.place));
        let mut spans: Vec<(usize, usize)> = Vec::new();
        for last in 0..hits.len() {
            let since = hits[last].second - SPAN;
            let first = hits.iter().position(|e| e.second >= since).unwrap();
            let Some(begins) = begins(&hits[first..=last]) else { continue };
            match spans.last_mut() {
                Some((_, end)) if first + begins <= *end => *end = last,
                _ => spans.push((first + begins, last)),
            }
        }
        for (first, last) in spans {
            let count = (last - first + 1) as u64;
            let address = format!("192.0.2.{address}");
            told.push((address, hits[first].second, hits[last].second, count));
        }
    }
    told
}

fn agree(
    rules: &str,
    all: &[Small],
    takes: &dyn Fn(&Small) -> bool,
    begins: &dyn Fn(&[Small]) -> Option<usize>,
) {
    let rules = load(rules);
    let events: Vec<Event<'_>> = all.iter().map(event).collect();
    assert_eq!(told(&detections(&rules, &events)), twin(all, takes, begins));
}

fn whole(satisfied: bool) -> Option<usize> {
    satisfied.then_some(0)
}

fn distinct(window: &[Small]) -> usize {
    let mut seen = [false; 4];
    window.iter().for_each(|e| seen[e.account] = true);
    seen.iter().filter(|&&seen| seen).count()
}

fn percentile(window: &[Small], percentile: f64) -> f64 {
    let mut sorted: Vec<i64> = window.iter().map(|e| e.amount).collect();
    sorted.sort_unstable();
    let rank = percentile / 100.0 * (sorted.len() - 1) as f64;
    let below = sorted[rank.floor() as usize] as f64;
    let above = sorted[rank.ceil() as usize] as f64;
    below + rank.fract() * (above - below)
}

/// The members that are there: failed, entered, root.
fn is_member(e: &Small, member: usize) -> bool {
    [!e.ok, e.ok, e.account == 0][member]
}

fn present(window: &[Small]) -> [bool; 3] {
    [0, 1, 2].map(|member| window.iter().any(|e| is_member(e, member)))
}

/// The latest chain of one hit of each of these members, in order, that ends with the newest hit.
fn chain(window: &[Small], members: &[usize]) -> Option<usize> {
    let mut at = window.len() - 1;
    if !is_member(&window[at], *members.last().unwrap()) {
        return None;
    }
    for &member in members.iter().rev().skip(1) {
        at = (0..=at).rev().find(|&n| is_member(&window[n], member))?;
    }
    Some(at)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn counts_agree_with_the_twin(all in small(), low in 1_u64..6, high in 1_u64..8) {
        type Holds = Box<dyn Fn(u64) -> bool>;
        let conditions: [(String, Holds); 5] = [
            (format!("{{gte: {low}}}"), Box::new(move |n| n >= low)),
            (format!("{{gt: {low}, lte: {high}}}"), Box::new(move |n| n > low && n <= high)),
            (format!("{{eq: {low}}}"), Box::new(move |n| n == low)),
            (format!("{{neq: {low}}}"), Box::new(move |n| n != low)),
            (format!("{{lt: {low}}}"), Box::new(move |n| n < low)),
        ];
        for (condition, holds) in conditions {
            let rules = correlation("event_count", "failed, entered", &condition);
            agree(&rules, &all, &|_| true, &|w| whole(holds(w.len() as u64)));
            let condition = condition.replace('{', "{field: actor.user.name, ");
            let rules = correlation("value_count", "failed, entered", &condition);
            agree(&rules, &all, &|_| true, &|w| whole(holds(distinct(w) as u64)));
        }
    }

    #[test]
    fn several_fields_count_as_one_value(all in small()) {
        let condition = "{field: [actor.user.name, amount], gte: 4}";
        let rules = correlation("value_count", "failed", condition);
        agree(&rules, &all, &|e| !e.ok, &|w| {
            let mut pairs: Vec<_> = w.iter().map(|e| (e.account, e.amount)).collect();
            pairs.sort_unstable();
            pairs.dedup();
            whole(pairs.len() >= 4)
        });
    }

    #[test]
    fn numbers_agree_with_the_twin(all in small(), bound in 0_i64..120) {
        let sum = |w: &[Small]| w.iter().map(|e| e.amount).sum::<i64>();
        let rules = correlation("value_sum", "failed, entered", &format!("{{field: amount, gte: {bound}}}"));
        agree(&rules, &all, &|_| true, &|w| whole(sum(w) >= bound));
        let rules = correlation("value_avg", "failed, entered", &format!("{{field: amount, lt: {bound}.25}}"));
        agree(&rules, &all, &|_| true, &|w| whole((sum(w) as f64 / w.len() as f64) < bound as f64 + 0.25));
        for p in [0.0, 37.0, 50.0, 95.0, 100.0] {
            let condition = format!("{{field: amount, percentile: {p}, gte: {bound}}}");
            let rules = correlation("value_percentile", "failed, entered", &condition);
            agree(&rules, &all, &|_| true, &|w| whole(percentile(w, p) >= bound as f64));
        }
        let condition = format!("{{field: actor.user.name, lte: {bound}}}");
        let rules = correlation("value_percentile", "failed, entered", &condition);
        agree(&rules, &all, &|_| true, &|w| {
            let newest = w[w.len() - 1].account;
            let alike = w.iter().filter(|e| e.account == newest).count();
            whole(100.0 * alike as f64 / w.len() as f64 <= bound as f64)
        });
    }

    #[test]
    fn presence_and_order_agree_with_the_twin(all in small()) {
        let rules = correlation("temporal", "failed, entered, root", "");
        agree(&rules, &all, &|_| true, &|w| whole(present(w) == [true; 3]));
        let rules = correlation("temporal", "failed, entered, root", "{gte: 2}");
        agree(&rules, &all, &|_| true, &|w| whole(present(w).iter().filter(|&&p| p).count() >= 2));
        let rules = correlation("temporal", "failed, entered, root", "failed and (not entered or root)");
        agree(&rules, &all, &|_| true, &|w| {
            let [failed, entered, root] = present(w);
            whole(failed && (!entered || root))
        });
        let rules = correlation("temporal_ordered", "failed, entered, root", "");
        agree(&rules, &all, &|_| true, &|w| chain(w, &[0, 1, 2]));
        let rules = correlation("temporal_ordered", "failed, entered, root", "failed and (entered or root)");
        agree(&rules, &all, &|_| true, &|w| {
            let [failed, entered, root] = present(w);
            let members: Vec<usize> = (0..3).filter(|&n| present(w)[n]).collect();
            if failed && (entered || root) { chain(w, &members) } else { None }
        });
    }

    #[test]
    fn neither_order_nor_workers_change_anything(
        all in small(),
        workers in 1_usize..5,
        seed in any::<u64>(),
    ) {
        let mut text = correlation("event_count", "failed", "{gte: 3}").replace("title: C\n", "title: C\nname: many\n");
        text.push_str("---\ntitle: D\ncorrelation:\n  type: temporal_ordered\n  rules: [many, entered]\n  \
            group-by: [src_endpoint.ip]\n  timespan: 30s\n---\n\
            title: E\ncorrelation:\n  type: event_count\n  rules: [many]\n  \
            group-by: [src_endpoint.ip]\n  timespan: 60s\n  condition: {gte: 2}\n  generate: true\n---\n\
            title: F\nbakas_statistic:\n  type: scan\n  rules: [root]\n  group-by: [src_endpoint.ip]\n  \
            fields: [amount]\n  targets: 2\n  window: 30s\n  base-rate: none\n");
        let rules = load(&text);
        let sorted = detections(&rules, &all.iter().map(event).collect::<Vec<_>>());
        let mut shuffled = all;
        shuffled.sort_by_key(|e| (e.place + 1).wrapping_mul(seed | 1) >> 7);
        let agency = agency();
        let context = context(&agency);
        let mut inputs: Vec<Input> = Vec::new();
        for worker in 0..workers {
            let (mut matcher, mut gatherer) = (rules.matcher(), rules.gatherer());
            for small in shuffled.iter().skip(worker).step_by(workers) {
                let event = event(small);
                let matched = matcher.run(&event, &context).to_vec();
                gatherer.gather(&event, &context, &matched, &mut inputs);
            }
        }
        inputs.sort_unstable();
        let mut found = Vec::new();
        rules.correlate(inputs.into_iter(), &mut |detection| found.push(detection));
        prop_assert_eq!(found, sorted);
    }
}

#[test]
fn a_message_repeated_counts_as_often_as_it_says() {
    let rules = load(&correlation("event_count", "failed, root", "{gte: 5}"));
    let one = Small { second: 0, address: 1, account: 0, ok: false, amount: 0, place: 3 };
    // Every event matches two of the rules and is one all the same.
    let events = vec![event(&one); 5];
    assert_eq!(told(&detections(&rules, &events)), [("192.0.2.1".to_owned(), 0, 0, 5)]);
    assert_eq!(detections(&rules, &events[1..]), vec![]);
}

#[test]
fn a_correlation_that_counts_others_counts_their_detections() {
    let text = correlation("event_count", "failed", "{gte: 3}")
        .replace("title: C\n", "title: C\nname: many\n")
        + "---\ntitle: Bursts\ncorrelation:\n  type: event_count\n  rules: [many]\n  \
           group-by: [src_endpoint.ip]\n  timespan: 1h\n  condition: {gte: 3}\n";
    let rules = load(&text);
    let burst = |at: i64| (0..8).map(move |n| (at + n / 2, n));
    let all = |starts: &[i64]| -> Vec<Event<'static>> {
        let pairs = starts.iter().flat_map(|&at| burst(at));
        let small = pairs.map(|(second, n)| Small {
            second,
            address: 1,
            account: 1,
            ok: false,
            amount: 0,
            place: (second * 10 + n).unsigned_abs(),
        });
        small.map(|small| event(&small)).collect()
    };
    assert_eq!(detections(&rules, &all(&[0, 100])), vec![], "two bursts of many hits");
    let three = detections(&rules, &all(&[0, 100, 200]));
    assert_eq!(told(&three), [("192.0.2.1".to_owned(), 1, 201, 3)]);
}

/// One source with far more hits in one window than are kept whole.
#[test]
fn a_hot_group_is_counted_exactly_and_kept_in_little() {
    let rules = load(&correlation("value_count", "failed", "{field: actor.user.name, gte: 4}"));
    let hits = 120_000_i64;
    let mut events: Vec<Event<'static>> = (0..hits)
        .map(|n| {
            let mut hit = event(&Small {
                second: 0,
                address: 1,
                account: (n % 3) as usize,
                ok: false,
                amount: 0,
                place: n.unsigned_abs(),
            });
            hit.time = hit.time.plus_micros(n * 10);
            hit
        })
        .collect();
    assert_eq!(told(&detections(&rules, &events)), []);
    let mut last = events[0].clone();
    last.account = Some("account-3");
    last.time = last.time.plus_micros(SPAN * 1_000_000 + 500_000);
    last.place.offset = 99_999_999;
    events.push(last);
    let mut found = detections(&rules, &events);
    found.retain(|detection| !detection.group.is_empty());
    // Half a second has left the window: 50,000 hits.
    assert_eq!(found[0].count, 70_001);
    assert_eq!(found[0].samples.last().unwrap().account.as_deref(), Some("account-3"));
}
