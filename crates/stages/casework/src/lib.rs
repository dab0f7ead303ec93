//! Casework: detections, profiles and the rows behind them become incidents within an agency,
//! campaigns across agencies, and one timeline. It is not where rules match, and it names no actor:
//! an incident says what was seen from which addresses, a campaign what belongs together and why.
//!
//! The way through, in order (the caller reads and writes; nothing here does):
//!
//! 1. [`Ledger`] hears every event of the sweep and keeps a profile of each address and account.
//! 2. [`Background`] hears every merged profile: what is usual at each agency.
//! 3. [`Leads`] say whom the rules point at, and whose profiles are looked up; [`draft`] takes them and
//!    the [`Findings`] and names suspects; [`Drafts::wanted`] says whose rows to read.
//! 4. [`Drafts::survey`] hears those rows once, [`Drafts::settle`] judges; [`Drafts::wanted`] may
//!    have grown.
//! 5. [`Drafts::claim`] hears the rows again, in time order, and gives each to an incident or to none.
//! 6. [`Drafts::finish`] gives the [`Outcome`].
//!
//! ```
//! use bakas_casework::{Background, Findings, Leads, draft};
//! # use bakas_model::{Asn, Location, Networks, Timestamp, Trace};
//! # struct Nowhere;
//! # impl Networks for Nowhere {
//! #     fn locate(&self, _: std::net::IpAddr, _: Timestamp) -> Location { Location::default() }
//! #     fn operator(&self, _: Asn, _: Timestamp) -> Option<&str> { None }
//! #     fn trace(&self, address: std::net::IpAddr, at: Timestamp, _: Timestamp) -> Trace {
//! #         Trace::new(address, at)
//! #     }
//! # }
//! # let (profiles, accounts) = Default::default();
//! let background = Background::default();
//! let findings = Findings {
//!     agencies: &[], sources: &[], rules: &[], detections: &[], permitted: &[],
//!     profiles: &profiles, accounts: &accounts, background: &background, networks: &Nowhere,
//! };
//! let mut drafts = draft(Leads::of(&[], &[]), &findings);
//! let rows = Vec::new(); // those that drafts.wanted() asks for, in time order
//! for row in &rows { drafts.survey(row); }
//! drafts.settle(&findings);
//! for row in &rows { let _draft: Option<usize> = drafts.claim(row); }
//! let outcome = drafts.finish(&findings);
//! assert!(outcome.incidents.is_empty());
//! ```

mod background;
mod chosen;
mod cloud;
mod cluster;
mod draft;
mod factors;
mod few;
mod fold;
mod judge;
mod knocks;
mod ledger;
mod links;
mod lone;
mod machines;
mod once;
mod order;
mod outcome;
mod pace;
mod reading;
mod reasons;
mod standing;
mod survey;
mod untied;
mod words;

use std::net::IpAddr;

use bakas_model::{
    AccountKey, Agency, AgencyIx, Campaign, CommonFactor, Detection, Incident, IncidentId, Link,
    Moment, Networks, Permitted, RuleMeta, Source, case::SetAside,
};
use rustc_hash::{FxHashMap, FxHashSet};

pub use background::Background;
pub use chosen::CANDIDATES_LIMIT;
pub use draft::{Drafts, draft};
pub use judge::Leads;
pub use ledger::{Ledger, name_hash};
pub use links::CAMPAIGN_DECIBANS;
pub use standing::{Home, Standing};

/// Everything that casework judges from.
#[derive(Clone, Copy)]
pub struct Findings<'a> {
    /// The agencies, by index.
    pub agencies: &'a [Agency],
    /// The sources, by index.
    pub sources: &'a [Source],
    /// The loaded rules, by index.
    pub rules: &'a [RuleMeta],
    /// What the rules found.
    pub detections: &'a [Detection],
    /// Who may do what would otherwise be an attack.
    pub permitted: &'a [Permitted],
    /// From the profiles of addresses; those that [`Leads::wants_address`] are enough.
    pub profiles: &'a FxHashMap<(AgencyIx, IpAddr), Standing>,
    /// From the profiles of accounts that [`Leads::wants_account`], by [`name_hash`] of the name in
    /// lower case.
    pub accounts: &'a FxHashMap<(AgencyIx, u64), Home>,
    /// What is usual, from every address profile.
    pub background: &'a Background,
    /// Where addresses are, and who operates the networks.
    pub networks: &'a dyn Networks,
}

/// Whose rows are to be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Rows whose source address this is, in that agency.
    pub addresses: FxHashSet<(AgencyIx, IpAddr)>,
    /// Rows that this account did, in that agency.
    pub accounts: FxHashSet<AccountKey>,
}

/// What casework hands on.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    /// What happened, in order of the first line.
    pub incidents: Vec<Incident>,
    /// For each draft index that [`Drafts::claim`] returned, the incident it became; `None` where
    /// it was set aside in the end.
    pub numbers: Vec<Option<IncidentId>>,
    /// What belongs together.
    pub campaigns: Vec<Campaign>,
    /// Links too weak to make a campaign.
    pub weak_links: Vec<Link>,
    /// What the attacked agencies have in common.
    pub common_factors: Vec<CommonFactor>,
    /// The story in time order.
    pub timeline: Vec<Moment>,
    /// What looks like an attack and was set aside, with the reason.
    pub set_aside: Vec<SetAside>,
}

impl Wanted {
    /// Whether a row of this agency, address and account is wanted. The account may be of any case.
    #[must_use]
    pub fn has(&self, agency: AgencyIx, src: Option<IpAddr>, account: Option<&str>) -> bool {
        src.is_some_and(|address| self.addresses.contains(&(agency, address)))
            || account.is_some_and(|name| {
                !self.accounts.is_empty()
                    && self.accounts.contains(&AccountKey { agency, name: name.to_lowercase() })
            })
    }
}

impl std::fmt::Debug for Findings<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Findings")
            .field("agencies", &self.agencies.len())
            .field("rules", &self.rules.len())
            .field("detections", &self.detections.len())
            .field("profiles", &self.profiles.len())
            .finish_non_exhaustive()
    }
}
