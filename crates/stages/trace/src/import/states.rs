//! Networks that states own, as CSV with a header: a network's number and the owner's country, with
//! the share where it is known.

use std::io::BufRead;

use bakas_model::network::StateOwned;

use super::{Account, ImportError, Reader, Settled, csv::Header, text};
use crate::{Draft, StateDraft};

/// More than this many of a hundred parts are the majority.
const MAJORITY_PERCENT: f64 = 50.0;

/// The names of the column with the owner.
pub(super) const OWNER: &[&str] =
    &["ownership cc", "owner", "owner cc", "owner country", "state", "state cc"];

/// The networks read so far.
#[derive(Default)]
pub(super) struct States {
    states: Vec<StateDraft>,
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
        let share = header.at(&["ownership percentage", "share", "percentage"]);
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
            self.states.push(StateDraft { asn, state: StateOwned { owner, majority, group } });
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
        draft.states = self.states;
        Ok(())
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
