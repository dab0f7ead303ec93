//! Networks that states own, as CSV with a header: a network's number and the owner's country, with
//! the share and the source's own words where they are there (those of state-owned-ases are:
//! <https://github.com/estcarisimo/state-owned-ases>, section 1.1).

use std::{collections::HashMap, io::BufRead};

use bakas_model::network::{OwnerSaid, StateOwned};

use super::{Account, ImportError, Reader, Settled, csv::Header, text};
use crate::{Draft, StateDraft};

/// More than this many of a hundred parts are the majority.
const MAJORITY_PERCENT: f64 = 50.0;

/// The names of the column with the share, of a hundred.
const SHARE: &[&str] = &["ownership percentage", "share", "percentage"];

/// The names of the column with the owner.
pub(super) const OWNER: &[&str] =
    &["ownership cc", "owner", "owner cc", "owner country", "state", "state cc"];

/// Bytes of all words of an import together: they are kept unpacked.
const WORDS_BYTES_LIMIT: usize = 16 << 20;

/// The networks read so far.
#[derive(Default)]
pub(super) struct States {
    states: Vec<StateDraft>,
    /// The names of organisations by their ids, which parents are named by.
    names: HashMap<String, String>,
    words_bytes: usize,
}

/// Where the words stand in a row.
struct Words {
    id: Option<usize>,
    parent: Option<usize>,
    organisation: Option<usize>,
    percent: Option<usize>,
    quote: Option<usize>,
    language: Option<usize>,
    quoted_from: Option<usize>,
    url: Option<usize>,
    note: Option<usize>,
}

impl Words {
    fn of(header: &Header) -> Self {
        Self {
            id: header.at(&["org id"]),
            parent: header.at(&["parent org", "parent"]),
            organisation: header.at(&["org name", "organisation", "organization"]),
            percent: header.at(SHARE),
            quote: header.at(&["quote"]),
            language: header.at(&["quote lang", "language"]),
            quoted_from: header.at(&["source", "quoted from"]),
            url: header.at(&["url", "link"]),
            note: header.at(&["additional info", "note"]),
        }
    }

    /// The words of a row; `None` where it has none.
    fn read(&self, fields: &[String]) -> Option<OwnerSaid> {
        let field = |at: Option<usize>| at.and_then(|at| fields.get(at)).map_or("", |f| f.trim());
        let url = text::name(field(self.url));
        let said = OwnerSaid {
            organisation: text::name(field(self.organisation)),
            parent: text::name(field(self.parent)),
            percent: text::name(field(self.percent).trim_end_matches('%')),
            quote: text::passage(field(self.quote)),
            language: text::name(field(self.language)),
            quoted_from: text::name(field(self.quoted_from)),
            // Of a page that is too long to be kept, half would lead elsewhere.
            url: if url == field(self.url) { url } else { String::new() },
            note: text::passage(field(self.note)),
        };
        (said != OwnerSaid::default()).then_some(said)
    }
}

impl Reader for States {
    fn read(&mut self, input: &mut dyn BufRead, account: &mut Account) -> Result<(), ImportError> {
        let mut lines = text::Lines::new(input);
        let Some((_, header)) = lines.record(',', account)? else { return Ok(()) };
        let header = Header::new(&header);
        let (Some(asn), Some(owner)) = (header.at(&["asn"]), header.at(OWNER)) else {
            return Err(account.malformed("its header names no asn and owner (or ownership_cc)"));
        };
        let group =
            header.at(&["group", "conglomerate", "organisation", "organization", "org name"]);
        let share = header.at(SHARE);
        let words = Words::of(&header);
        let majority = header.at(&["majority"]);
        while let Some((number, fields)) = lines.record(',', account)? {
            let field =
                |at: Option<usize>| at.and_then(|at| fields.get(at)).map_or("", |f| f.trim());
            let (Some(asn), Some(owner)) =
                (text::asn(field(Some(asn))), text::country(field(Some(owner))))
            else {
                account.reject(number, "no network with its owner's country", &fields.join(","));
                continue;
            };
            let Some(majority) =
                holds_majority(majority.map(|at| field(Some(at))), share.map(|at| field(Some(at))))
            else {
                account.reject(number, "the share is no number", &fields.join(","));
                continue;
            };
            account.take()?;
            let group = Some(text::name(field(group))).filter(|group| !group.is_empty());
            let mut state = StateOwned::new(owner, majority, group);
            state.said = self.said(&words, &fields, account)?;
            self.states.push(StateDraft { asn, state });
        }
        Ok(())
    }

    fn finish(
        self: Box<Self>,
        settled: &Settled<'_>,
        draft: &mut Draft,
        _: &mut Account,
    ) -> Result<(), ImportError> {
        draft.state_data_set.clone_from(&settled.about.name);
        let Self { mut states, names, .. } = *self;
        for said in states.iter_mut().filter_map(|draft| draft.state.said.as_mut()) {
            if let Some(name) = names.get(&said.parent) {
                said.parent.clone_from(name);
            }
        }
        draft.states = states;
        Ok(())
    }
}

impl States {
    /// The words of a row.
    fn said(
        &mut self,
        words: &Words,
        fields: &[String],
        account: &Account,
    ) -> Result<Option<Box<OwnerSaid>>, ImportError> {
        let Some(said) = words.read(fields) else { return Ok(None) };
        self.words_bytes += said.quote.len() + said.note.len() + said.url.len();
        if self.words_bytes > WORDS_BYTES_LIMIT {
            return Err(account.malformed("its quotes and notes are more than 16 MiB"));
        }
        let id = words.id.and_then(|at| fields.get(at)).map(|id| id.trim());
        if let Some(id) = id.filter(|id| !id.is_empty()) {
            self.names.entry(id.to_owned()).or_insert_with(|| said.organisation.clone());
        }
        Ok(Some(Box::new(said)))
    }
}

/// Whether a row says that the state holds the majority. A file without a column of shares lists
/// majorities; where there is such a column and it is empty, no more than a share is claimed.
fn holds_majority(majority: Option<&str>, share: Option<&str>) -> Option<bool> {
    match (majority.map(str::to_ascii_lowercase).as_deref(), share) {
        (Some("true" | "yes" | "1"), _) => Some(true),
        (Some("false" | "no" | "0"), _) => Some(false),
        (Some(""), None) | (None, Some("")) | (Some(""), Some("")) => Some(false),
        (Some(""), Some(share)) | (None, Some(share)) => {
            let share: f64 = share.trim_end_matches('%').trim().parse().ok()?;
            (0.0..=100.0).contains(&share).then_some(share > MAJORITY_PERCENT)
        }
        (Some(_), _) => None,
        (None, None) => Some(true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_is_claimed_than_the_share_says() {
        let check = |majority, share, expected| {
            assert_eq!(holds_majority(majority, share), expected, "{majority:?} {share:?}");
        };
        check(None, None, Some(true));
        check(None, Some("50"), Some(false));
        check(None, Some("50.1 %"), Some(true));
        check(None, Some(""), Some(false));
        check(None, Some("most"), None);
        check(None, Some("120"), None);
        check(Some("yes"), Some("10"), Some(true));
        check(Some("perhaps"), None, None);
    }
}
