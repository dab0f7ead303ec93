//! Tor exits: the exit lists of Tor's collector, with the day on which each address was seen, and
//! plain lists, which speak of their own day only.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::BufRead,
    net::IpAddr,
};

use bakas_model::{Day, NetworkKind};

use super::{Account, ImportError, Reader, Settled, lists, text};
use crate::{Draft, ListDraft};

/// Most lists that one import makes; a table holds no more than 32. Where the days are more, they
/// are laid together by months, then by years.
const LISTS_LIMIT: usize = 31;

/// The exits read so far, by the day on which they were seen; without one in plain lists.
#[derive(Default)]
pub(super) struct Exits {
    seen: BTreeMap<Option<Day>, BTreeSet<IpAddr>>,
}

impl Reader for Exits {
    fn read(&mut self, input: &mut dyn BufRead, account: &mut Account) -> Result<(), ImportError> {
        let mut lines = text::Lines::new(input);
        let mut day_of_file = None;
        let mut first = true;
        while let Some((number, line)) = lines.next(account)? {
            let line = lists::without_comment(line);
            let mut words = line.split_whitespace();
            let keyword = words.next().unwrap_or_default();
            match keyword {
                "" | "@type" | "ExitNode" | "Published" | "LastStatus" => {}
                "Downloaded" => {
                    day_of_file = words.next().and_then(text::day);
                    account.dated(day_of_file);
                }
                "ExitAddress" => {
                    let address = words.next().and_then(|word| word.parse::<IpAddr>().ok());
                    let day = words.next().and_then(text::day);
                    let (Some(address), Some(day)) = (address, day.or(day_of_file)) else {
                        account.reject(number, "no address with its day", line);
                        continue;
                    };
                    account.dated(Some(day));
                    self.take(Some(day), address, account)?;
                }
                other => match other.split(',').next().and_then(|word| word.parse().ok()) {
                    Some(address) => self.take(None, address, account)?,
                    None if first && line.contains(',') => account.pass("a header"),
                    None => account.reject(number, "no address", line),
                },
            }
            first &= line.is_empty();
        }
        Ok(())
    }

    fn finish(
        self: Box<Self>,
        settled: &Settled<'_>,
        draft: &mut Draft,
        _: &mut Account,
    ) -> Result<(), ImportError> {
        let name = &settled.about.name;
        let mut spans: BTreeMap<(i32, u8, u8), Span> = BTreeMap::new();
        let days: BTreeSet<Day> = self.seen.keys().map(|day| day.unwrap_or(settled.date)).collect();
        let coarse = coarseness(&days);
        for (day, addresses) in self.seen {
            let day = day.unwrap_or(settled.date);
            let span = spans.entry(coarse(day)).or_insert_with(|| Span::new(day));
            span.from = span.from.min(day);
            span.until = span.until.max(day);
            span.addresses.extend(addresses);
        }
        let several = spans.len() > 1;
        draft.lists.extend(spans.into_values().map(|span| ListDraft {
            name: if several { format!("{name}:{}", span.from) } else { name.clone() },
            kind: Some(NetworkKind::Tor),
            data_set: name.clone(),
            networks: span.addresses.into_iter().map(Into::into).collect(),
            from: Some(span.from),
            until: Some(span.until),
            ..ListDraft::default()
        }));
        Ok(())
    }
}

/// Days whose exits stand in one list.
struct Span {
    from: Day,
    until: Day,
    addresses: BTreeSet<IpAddr>,
}

impl Span {
    const fn new(day: Day) -> Self {
        Self { from: day, until: day, addresses: BTreeSet::new() }
    }
}

impl Exits {
    fn take(
        &mut self,
        day: Option<Day>,
        address: IpAddr,
        account: &mut Account,
    ) -> Result<(), ImportError> {
        // Collectors repeat an exit every hour.
        match self.seen.entry(day).or_default().insert(address) {
            true => account.take(),
            false => Ok(()),
        }
    }
}

/// A day as its year, month and day, or less of it.
type StandsFor = fn(Day) -> (i32, u8, u8);

/// What stands for a day: itself, its month, its year, or all days.
fn coarseness(days: &BTreeSet<Day>) -> StandsFor {
    let each: [StandsFor; 3] = [
        Day::civil,
        |day| {
            let (year, month, _) = day.civil();
            (year, month, 0)
        },
        |day| (day.civil().0, 0, 0),
    ];
    let fits = |of: &StandsFor| {
        days.iter().map(|&day| of(day)).collect::<BTreeSet<_>>().len() <= LISTS_LIMIT
    };
    each.into_iter().find(fits).unwrap_or(|_| (0, 0, 0))
}
