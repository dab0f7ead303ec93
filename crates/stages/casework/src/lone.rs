//! Floods of single tries: very many addresses that each fail to sign in once or a few times and do
//! nothing else. Each by itself looks like somebody who forgot a password; all together they are told,
//! with their counts, and nobody is accused. It counts whole profiles, so that it also counts those whom
//! no rule named and those who are too many to be looked at.

use std::collections::BTreeMap;

use bakas_model::{AddressProfile, AgencyIx, Day, Text, case::SetAside};

use crate::words::{number, plural};

/// Most failures of an address that is counted here: with more, it is judged by itself.
const LONE_TRIES: u64 = 3;
/// Fewer such addresses on one day are no flood, whatever the site: forgotten passwords, telephones
/// with an old one, and the few that try every machine of the internet come to tens or hundreds.
const LONE_FLOOR: u64 = 1_000;
/// And there are so many times as many of them as addresses that sign in on that day. Most people who
/// forget a password sign in from the same address soon after, and are not counted here at all.
const TIMES_SIGNED_IN: u64 = 4;
/// And so many times as many as on the middle one of the other days, where there are enough of these
/// to say what is usual.
const TIMES_USUAL: u64 = 5;
const USUAL_DAYS: usize = 7;
/// Days of all agencies that are counted one by one.
const DAYS_LIMIT: usize = 1 << 16;

/// What the addresses of one agency did on one day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct OneDay {
    /// Addresses that only failed, by the day of their first line, and their failures.
    lone: u64,
    tries: u64,
    /// Addresses that sign in at this agency and were there on that day.
    signed_in: u64,
}

/// The days of every agency.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lone {
    days: BTreeMap<(AgencyIx, Day), OneDay>,
}

/// A flood at one agency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Flood {
    agency: AgencyIx,
    first: Day,
    last: Day,
    days: u64,
    addresses: u64,
    tries: u64,
    /// On the day with most that do sign in.
    signed_in: u64,
}

/// Whether an address failed to sign in a few times and did nothing else.
pub(crate) fn is_lone(profile: &AddressProfile) -> bool {
    (1..=LONE_TRIES).contains(&profile.sign_ins_failed)
        && profile.sign_ins == 0
        && profile.pages == 0
        && profile.assets == 0
}

impl Lone {
    /// Hears one whole profile.
    pub(crate) fn absorb(&mut self, profile: &AddressProfile) {
        if is_lone(profile) {
            let day = self.day(profile.agency, profile.first.day());
            if let Some(day) = day {
                day.lone += 1;
                day.tries += profile.sign_ins_failed;
            }
        } else if profile.sign_ins > 0 {
            for (day, _) in &profile.sessions {
                if let Some(day) = self.day(profile.agency, *day) {
                    day.signed_in += 1;
                }
            }
        }
    }

    fn day(&mut self, agency: AgencyIx, day: Day) -> Option<&mut OneDay> {
        let key = (agency, day);
        if self.days.len() >= DAYS_LIMIT && !self.days.contains_key(&key) {
            return None;
        }
        Some(self.days.entry(key).or_default())
    }

    fn floods(&self) -> Vec<Flood> {
        let days: Vec<_> = self.days.iter().collect();
        let agencies = days.chunk_by(|((a, _), _), ((b, _), _)| a == b);
        agencies.filter_map(flood).collect()
    }

    /// What is told of each agency that was flooded; `networks` says in how many networks such
    /// addresses were.
    pub(crate) fn tell(&self, networks: impl Fn(AgencyIx) -> u64) -> Vec<SetAside> {
        self.floods().iter().map(|flood| tell(flood, networks(flood.agency))).collect()
    }
}

/// The days of one agency on which there were far too many.
fn flood(days: &[(&(AgencyIx, Day), &OneDay)]) -> Option<Flood> {
    let is_many = |day: &OneDay| {
        day.lone >= LONE_FLOOR && day.lone >= TIMES_SIGNED_IN.saturating_mul(day.signed_in)
    };
    let mut others: Vec<u64> =
        days.iter().filter(|(_, day)| !is_many(day)).map(|(_, day)| day.lone).collect();
    others.sort_unstable();
    // Where every day is flooded there is nothing to compare with: the floor stands alone.
    let usual = if others.len() >= USUAL_DAYS { others[others.len() / 2] } else { 0 };
    let flooded = days
        .iter()
        .filter(|(_, day)| is_many(day) && day.lone >= TIMES_USUAL.saturating_mul(usual));
    let mut flood: Option<Flood> = None;
    for ((agency, at), day) in flooded {
        let known = flood.get_or_insert(Flood {
            agency: *agency,
            first: *at,
            last: *at,
            days: 0,
            addresses: 0,
            tries: 0,
            signed_in: 0,
        });
        known.last = *at;
        known.days += 1;
        known.addresses += day.lone;
        known.tries += day.tries;
        known.signed_in = known.signed_in.max(day.signed_in);
    }
    flood
}

fn tell(flood: &Flood, networks: u64) -> SetAside {
    let Flood { agency, first, last, days, addresses, tries, signed_in } = *flood;
    let all = number(addresses);
    let (when, kailan) = if days == 1 {
        (format!("On {first}"), format!("Noong {first}"))
    } else {
        let days = number(days);
        (
            format!("On {days} days from {first} to {last}"),
            format!("Sa {days} araw mula {first} hanggang {last}"),
        )
    };
    let networks_en = plural(networks, "network", "networks");
    let who = plural(signed_in, "address", "addresses");
    let failed = plural(tries, "sign-in", "sign-ins");
    SetAside {
        agency,
        text: Text::new(
            format!(
                "A flood of single tries. {when}, {failed} failed from {all} addresses in \
                 {networks_en}, none of which failed more than {LONE_TRIES} times or did anything \
                 else; of those who do sign in there, {who} came on the busiest of these days. \
                 Each by itself looks like somebody who forgot a password; so many together do not. \
                 NO INCIDENT was made of it, since no address can be told from one of an honest \
                 person: look at the accounts that were tried, and at what they did since"
            ),
            format!(
                "Baha ng tig-iisang subok. {kailan}, {} pag-sign in ang nabigo mula sa {all} address \
                 sa {} network, na walang nabigo nang higit sa {LONE_TRIES} beses at wala nang ibang \
                 ginawa; sa mga talagang nagsa-sign in doon, {} address ang dumating sa \
                 pinakaabalang araw. Ang bawat isa ay mukhang nakalimot lamang ng password; ang \
                 ganito karami ay hindi. WALANG INSIDENTE ang ginawa rito dahil walang address na \
                 maibubukod sa tapat na tao: suriin ang mga account na sinubok, at ang ginawa ng mga \
                 ito mula noon",
                number(tries),
                number(networks),
                number(signed_in)
            ),
        ),
        detections: 0,
        hits: tries,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: OneDay = OneDay { lone: 0, tries: 0, signed_in: 0 };

    /// Whether, of these days of one agency, so many are told as flooded, with so many addresses.
    fn check(days: &[OneDay], expected: Option<(u64, u64)>) {
        let days = days.iter().enumerate();
        let days = days.map(|(n, day)| ((AgencyIx(3), Day(20_000 + n as i32)), *day));
        let found = Lone { days: days.collect() }.floods();
        let flood = found.first().map(|flood| (flood.days, flood.addresses));
        assert_eq!(flood, expected);
    }

    #[test]
    fn a_flood_is_far_beyond_what_is_usual_and_beyond_the_floor() {
        let many = |lone| OneDay { lone, tries: lone, ..DAY };
        check(&[], None);
        check(&[many(LONE_FLOOR - 1)], None);
        check(&[many(LONE_FLOOR)], Some((1, LONE_FLOOR)));
        // A log that is nothing but flood.
        check(&[many(70_000); 20], Some((20, 1_400_000)));
        // A large site, at which many more sign in than fail and stay away.
        check(&[OneDay { signed_in: 4_000, ..many(5_000) }; 20], None);
        check(&[OneDay { signed_in: 1_250, ..many(5_000) }], Some((1, 5_000)));
        check(&[OneDay { signed_in: 1_251, ..many(5_000) }], None);
        // A site at which nearly so many fail on every day: one day is not far beyond the others.
        let mut days = vec![many(999); 9];
        days.push(many(1_200));
        check(&days, None);
        days.push(many(5_000));
        check(&days, Some((1, 5_000)));
    }

    #[test]
    fn who_signs_in_or_reads_pages_or_fails_often_is_not_counted() {
        let profile = |change: fn(&mut AddressProfile)| {
            let mut profile = crate::ledger::blank(
                AgencyIx(0),
                "192.0.2.1".parse().unwrap(),
                &bakas_model::Location::default(),
                bakas_model::Timestamp::default(),
            );
            profile.sign_ins_failed = 1;
            change(&mut profile);
            profile
        };
        assert!(is_lone(&profile(|_| ())));
        assert!(is_lone(&profile(|p| p.sign_ins_failed = 3)));
        for change in [
            |p: &mut AddressProfile| p.sign_ins_failed = 4,
            |p: &mut AddressProfile| p.sign_ins_failed = 0,
            |p: &mut AddressProfile| p.sign_ins = 1,
            |p: &mut AddressProfile| p.pages = 1,
            |p: &mut AddressProfile| p.assets = 1,
        ] {
            assert!(!is_lone(&profile(change)));
        }
    }

    #[test]
    fn it_is_told_with_its_counts_and_accuses_nobody() {
        let mut lone = Lone::default();
        lone.days
            .insert((AgencyIx(0), Day(20_458)), OneDay { lone: 1_500, tries: 1_600, signed_in: 2 });
        let told = lone.tell(|_| 40);
        assert_eq!((told.len(), told[0].hits), (1, 1_600));
        let en = &told[0].text.en;
        for part in [
            "On 2026-01-05, 1,600 sign-ins failed from 1,500 addresses in 40 networks",
            "NO INCIDENT",
        ] {
            assert!(en.contains(part), "{en}");
        }
        assert!(told[0].text.fil.contains("1,500 address sa 40 network"), "{}", told[0].text.fil);
    }
}
