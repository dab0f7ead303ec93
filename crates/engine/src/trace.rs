//! `bakas trace`: which network announced an address at a time, by the embedded table and those in
//! the data folder. It asks nobody outside unless a person asks for it.

mod batch;
mod kept;

use std::{
    net::IpAddr,
    path::{Path, PathBuf},
};

use bakas_model::{DataSet, Networks as _, Timestamp};
pub use bakas_model::{Network, Trace, network};
pub use bakas_trace::{Brief, Tables};

pub(crate) use self::kept::examine;
pub use self::{
    batch::{Batch, Render},
    kept::{InCase, OUTSIDE_FOLDER},
};
use crate::{
    Error,
    clock::{Clock as _, SystemClock},
    data::{Damaged, Folder},
    outside::{Outside, OutsideError},
};

/// Questions to registries and name servers in one run: each tells a stranger whom we look at.
pub const QUESTIONS_LIMIT: u64 = 1_000;

/// All tables at hand.
#[derive(Debug)]
pub struct Opened {
    /// Ready to be asked.
    pub tables: Tables,
    /// Imported ones that cannot be used.
    pub damaged: Vec<Damaged>,
}

/// Answers for one time.
#[derive(Debug)]
pub struct Tracer {
    tables: Tables,
    at: Timestamp,
    now: Timestamp,
    keep: Option<PathBuf>,
}

/// The embedded table, and those of a data folder where one is named and there.
///
/// # Errors
/// Where the embedded one is damaged, or the folder cannot be read. An imported table that cannot
/// be used is told, and does without.
pub fn tables(folder: Option<&Path>) -> Result<Opened, Error> {
    let embedded = table()?;
    let found = folder.map(|dir| Folder::at(dir).open()).transpose()?.unwrap_or_default();
    let imported = found.tables.into_iter().map(|one| (one.provenance.id(), one.table));
    Ok(Opened { tables: Tables::new(embedded, imported), damaged: found.damaged })
}

/// The embedded table alone.
///
/// # Errors
/// Where it is damaged.
pub(crate) fn table() -> Result<bakas_trace::Table, Error> {
    Ok(bakas_trace::Table::embedded()?)
}

/// What the embedded table was made from.
///
/// # Errors
/// Where it is damaged.
pub fn data_sets() -> Result<Vec<DataSet>, Error> {
    Ok(tables(None)?.tables.data_sets())
}

impl Tracer {
    /// For a time, or for now where none is given, with the tables of a data folder beside the
    /// embedded one; `note` hears what cannot be used.
    ///
    /// # Errors
    /// Where the embedded table is damaged or the folder cannot be read.
    pub fn new(
        at: Option<Timestamp>,
        folder: Option<&Path>,
        note: &mut dyn FnMut(&str),
    ) -> Result<Self, Error> {
        let now = SystemClock.now();
        let opened = tables(folder)?;
        opened.damaged.iter().for_each(|damaged| note(&told(damaged)));
        let keep = folder.map(Path::to_owned);
        Ok(Self { tables: opened.tables, at: at.unwrap_or(now), now, keep })
    }

    /// The time that is asked for where a line names none.
    #[must_use]
    pub fn at(&self) -> Timestamp {
        self.at
    }

    /// All tables.
    #[must_use]
    pub fn tables(&self) -> &Tables {
        &self.tables
    }

    /// The answer for one line: an address, and a time behind it where it has its own.
    ///
    /// # Errors
    /// Where the text is neither.
    pub fn trace(&self, line: &str) -> Result<Trace, Error> {
        let (address, at) = self.asked(line)?;
        Ok(self.tables.trace(address, at, self.now))
    }

    /// What a line asks: an address, then perhaps a blank, tabulator or comma, and a time.
    ///
    /// # Errors
    /// Where the text is neither.
    pub fn asked(&self, line: &str) -> Result<(IpAddr, Timestamp), Error> {
        let line = line.trim();
        let (address, time) = line.split_once([' ', '\t', ',']).unwrap_or((line, ""));
        let address = address.parse().map_err(|_| {
            let shown: String = address.chars().take(64).collect();
            Error::Usage(format!("'{shown}' is no IPv4 or IPv6 address"))
        })?;
        let at = match time.trim() {
            "" => self.at,
            time => time.parse().map_err(|error: bakas_model::time::TimeParseError| {
                Error::Usage(error.to_string())
            })?,
        };
        Ok((address, at))
    }

    /// Adds the address's own names.
    ///
    /// # Errors
    /// Where no name server answers, or the address is not to be asked for.
    pub fn ask_names(&self, trace: &mut Trace, outside: &dyn Outside) -> Result<(), OutsideError> {
        public(trace)?;
        trace.reverse_name = Some(outside.reverse(trace.address, SystemClock.now())?);
        Ok(())
    }

    /// Adds what the registry says, and its contacts; the raw answer is kept in the data folder.
    /// Whether it was kept from an earlier question is returned.
    ///
    /// # Errors
    /// Where no registry answers, or the address is not to be asked for.
    pub fn ask_registry(
        &self,
        trace: &mut Trace,
        outside: &dyn Outside,
    ) -> Result<bool, OutsideError> {
        public(trace)?;
        let answer = outside.rdap(trace.address, self.keep.as_deref(), SystemClock.now())?;
        trace.contacts.extend(answer.contacts);
        trace.contacts.sort_by_key(|contact| (contact.role, std::cmp::Reverse(contact.date)));
        trace.rdap = Some(answer.rdap);
        Ok(answer.cached)
    }
}

/// No registry keeps what IANA sets apart, and no stranger is to hear of addresses inside.
fn public(trace: &Trace) -> Result<(), OutsideError> {
    match &trace.then.special {
        Some(_) if trace.then.kind == bakas_model::NetworkKind::Special => {
            Err(OutsideError::NoRegistry(trace.address))
        }
        _ => Ok(()),
    }
}

/// A table that cannot be used, for people.
pub(crate) fn told(damaged: &Damaged) -> String {
    let path = damaged.path.display();
    format!("{path} is not used: {}; answers do without it (bakas data status)", damaged.why)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tracer() -> Tracer {
        let at = "2026-01-05".parse().expect("a date");
        Tracer::new(Some(at), None, &mut |_| ()).expect("the embedded table")
    }

    #[test]
    fn a_line_may_name_its_own_time() {
        let tracer = tracer();
        let check = |line: &str, expected: &str| {
            let (address, at) = tracer.asked(line).expect("an address");
            assert_eq!(format!("{address} {at}"), expected);
        };
        check("192.0.2.1", "192.0.2.1 2026-01-05T00:00:00Z");
        check(" 192.0.2.1\t2025-04-03 ", "192.0.2.1 2025-04-03T00:00:00Z");
        check("2001:db8::1,2026-01-05T08:00:00+08:00", "2001:db8::1 2026-01-05T00:00:00Z");
        assert!(tracer.asked("300.1.1.1").is_err());
        assert!(tracer.asked("192.0.2.1 yesterday").is_err());
    }

    #[test]
    fn nobody_outside_is_asked_for_an_address_inside() {
        let tracer = tracer();
        let mut trace = tracer.trace("10.0.0.1").expect("an address");
        let outside = crate::outside::Closed;
        let refused = tracer.ask_registry(&mut trace, &outside).expect_err("it is inside");
        assert!(matches!(refused, OutsideError::NoRegistry(_)), "{refused}");
        assert!(tracer.ask_names(&mut trace, &outside).is_err());
    }
}
