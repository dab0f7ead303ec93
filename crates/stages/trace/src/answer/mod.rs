//! The whole answer for one address: then and now, and beside it what every source says. It looks
//! into tables and joins; it never averages, and it never says who did what.

mod beside;
mod contacts;
mod history;
mod moment;
mod routes;
mod subscriber;
mod views;

use std::net::IpAddr;

use bakas_model::{Day, Network, NetworkKind, Timestamp, Trace};

use crate::{Said, Tables, caveat, tables::Named};

/// What is asked, with the sources that answer for that time.
pub(crate) struct Asked<'a> {
    pub(crate) tables: &'a Tables,
    pub(crate) address: IpAddr,
    pub(crate) at: Timestamp,
    /// For each source the table that is nearest in time, with what it says.
    pub(crate) sources: Vec<(&'a Named, Said<'a>)>,
}

pub(crate) fn trace(tables: &Tables, address: IpAddr, at: Timestamp, now: Timestamp) -> Trace {
    let asked = Asked::new(tables, address, at);
    let then = moment::network(&asked, at);
    let newest = tables.epochs().last().map_or(now, |(day, _)| day.start().max(now));
    let newest = moment::network(&Asked::new(tables, address, newest), now);
    let caveat = caveat::sentence(&then);
    let now = (!same(&then, &newest)).then_some(newest);
    let subscriber = subscriber::question(&then);
    let mut trace = Trace { now, caveat, subscriber, ..Trace::new(address, at) };
    if then.kind != NetworkKind::Special {
        beside(&asked, &then, &mut trace);
    }
    trace.then = then;
    trace
}

/// What all sources say of an address that is met on the Internet.
fn beside(asked: &Asked<'_>, then: &Network, trace: &mut Trace) {
    trace.history = history::of(asked);
    trace.registrant = beside::registrant(asked);
    trace.organisation = beside::organisation(asked, then.asn);
    trace.place = beside::place(asked);
    trace.route_origin = routes::nearest(asked, then);
    trace.contacts = contacts::of(asked, then);
    trace.views = views::of(asked, then, trace);
}

impl<'a> Asked<'a> {
    fn new(tables: &'a Tables, address: IpAddr, at: Timestamp) -> Self {
        let sources = tables.sources(at).into_iter();
        let sources = sources.map(|named| (named, named.table.said(address, at))).collect();
        Self { tables, address, at, sources }
    }

    /// The first answer of a source, those nearest in time first.
    fn first<T>(
        &self,
        answer: impl Fn(&'a Named, &Said<'a>) -> Option<(T, Day)>,
    ) -> Option<(T, Day)> {
        let answers = self.sources.iter().filter_map(|(named, said)| answer(named, said));
        let day = self.at.day();
        answers.min_by_key(|(_, date)| (*date > day, date.0.abs_diff(day.0)))
    }
}

/// Whether an address cannot be met on the Internet, whatever tables say.
pub(crate) fn is_apart(said: &Said<'_>) -> bool {
    said.set_apart().is_some_and(|block| !block.reachable)
}

/// Whether two epochs say the same of an address. The size of the block does not count: tables cut
/// the same announcement in different ways.
fn same(a: &Network, b: &Network) -> bool {
    a.asn == b.asn
        && a.operator == b.operator
        && a.country == b.country
        && a.kind == b.kind
        && a.lists == b.lists
        && a.state_owned == b.state_owned
        && a.special == b.special
}
