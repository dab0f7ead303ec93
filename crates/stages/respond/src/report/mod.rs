//! `report.html`: the whole case as one self-contained page that needs no network, no script and no
//! light to be read. Everything in it comes from the case; everything from logs is escaped by the
//! templates and, once more, whatever would act instead of being seen is written out.
//!
//! ```
//! let page = bakas_respond::report::html(&bakas_model::Case::default(), &[]);
//! assert!(page.starts_with("<!DOCTYPE html>"));
//! assert!(page.contains("No attack was found in these logs"));
//! ```

mod assessment;
mod campaigns;
mod incidents;
mod origin;
mod page;
mod parts;
mod pdf;
mod provenance;
mod reading;
mod response;
mod timeline;

use std::collections::BTreeMap;

use bakas_model::{Case, IncidentId, Place, Timestamp};

use crate::{text::visible_but, view::View};

pub use pdf::{PdfError, pdf};

/// One line of evidence to show in the report; all of them stand in `evidence.ndjson`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EvidenceSample {
    /// The incident it belongs to.
    pub incident: IncidentId,
    /// Path of its source.
    pub file: String,
    /// Its bytes in that source.
    pub place: Place,
    /// Its time, corrected.
    pub time: Timestamp,
    /// The record as it stands in the log.
    pub raw: String,
}

/// What every part of the page draws from.
struct Matter<'c> {
    view: View<'c>,
    samples: BTreeMap<&'c IncidentId, Vec<&'c EvidenceSample>>,
}

/// The report of a case, with some lines of evidence for each incident.
#[must_use]
pub fn html(case: &Case, samples: &[EvidenceSample]) -> String {
    let mut by_incident: BTreeMap<&IncidentId, Vec<&EvidenceSample>> = BTreeMap::new();
    for sample in samples {
        by_incident.entry(&sample.incident).or_default().push(sample);
    }
    let matter = Matter { view: View::new(case), samples: by_incident };
    let page = page::page(&matter).into_string();
    visible_but(&page, &['\n']).into_owned()
}
