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

use bakas_model::{
    Case, IncidentId, Judgements, Place, Timestamp,
    assessment::{HistoryEntry, Numbers, ProfileComparison},
};

pub use crate::drawing::Lang;
use crate::{text::visible_but, view::View};

pub(crate) use assessment::{changes, leaders, words as assessment_words};
pub(crate) use pdf::Face;
pub use pdf::{PdfError, exhibits_pdf, pdf, pdf_edition};

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

/// A report that is drawn anew from a case: in which language it opens, and what analysts judged
/// since the case was sealed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Edition<'a> {
    /// The language it opens in; the page holds both.
    pub lang: Lang,
    /// Judgements since; the assessments of the case are then those that they lead to.
    pub judged: Option<&'a Judged<'a>>,
}

/// What analysts judged.
#[derive(Clone, Copy, Debug)]
pub struct Judged<'a> {
    /// As of when.
    pub as_of: Timestamp,
    /// What they added.
    pub judgements: &'a Judgements,
    /// Entries that no history holds yet.
    pub unrecorded: usize,
    /// What was changed before, oldest first.
    pub history: &'a [HistoryEntry],
    /// The numbers as they were sealed, before any change.
    pub sealed: &'a [Numbers],
    /// Habits beside profiles of groups, where profiles were given.
    pub known: &'a [ProfileComparison],
}

/// What every part of the page draws from.
struct Matter<'c> {
    view: View<'c>,
    judged: Option<&'c Judged<'c>>,
    lang: Lang,
    samples: BTreeMap<&'c IncidentId, Vec<&'c EvidenceSample>>,
}

/// The report of a case, with some lines of evidence for each incident.
#[must_use]
pub fn html(case: &Case, samples: &[EvidenceSample]) -> String {
    html_edition(case, samples, &Edition::default())
}

/// The same, drawn anew with what was judged since.
#[must_use]
pub fn html_edition(case: &Case, samples: &[EvidenceSample], edition: &Edition<'_>) -> String {
    let mut by_incident: BTreeMap<&IncidentId, Vec<&EvidenceSample>> = BTreeMap::new();
    for sample in samples {
        by_incident.entry(&sample.incident).or_default().push(sample);
    }
    let matter = Matter {
        view: View::new(case),
        judged: edition.judged,
        lang: edition.lang,
        samples: by_incident,
    };
    let page = page::page(&matter).into_string();
    visible_but(&page, &['\n']).into_owned()
}
