//! Whether the case has what an entry of `assessment.toml` speaks of: subjects, hypotheses, items,
//! incidents. What it names and is not there would be passed over in silence, so it is refused.

use std::collections::BTreeSet;

use bakas_model::{Assessment, AssessmentLevel, Case, Timestamp, assessment::Rated};

use super::{
    document::{Document, Fault},
    entry::Entry,
};

/// Names that are shown where one is not known.
const NAMES_SHOWN: usize = 16;
/// How far another machine's clock may be ahead, in microseconds: five minutes.
const AHEAD_MICROS: i64 = 300_000_000;

/// What the case and the document know.
struct Names<'a> {
    subjects: BTreeSet<&'a str>,
    hypotheses: BTreeSet<(&'a str, AssessmentLevel, &'a str)>,
    items: BTreeSet<&'a str>,
    incidents: BTreeSet<&'a str>,
}

/// Checks every entry; `bare` are the assessments without any.
pub(super) fn check(
    document: &Document,
    case: &Case,
    bare: &[Assessment],
    now: Timestamp,
) -> Result<(), Fault> {
    let names = Names::gather(document, case, bare);
    for (entry, span) in &document.entries {
        let late = entry.at().filter(|at| at.micros_since(now) > AHEAD_MICROS);
        if let Some(at) = late {
            let what =
                format!("{at} lies in the future: write when it was judged, or leave it out");
            return Err(document.fault(span, "at", &what));
        }
        names.check(entry, bare).map_err(|(key, what)| document.fault(span, key, &what))?;
    }
    Ok(())
}

type Wrong = (&'static str, String);

impl<'a> Names<'a> {
    fn gather(document: &'a Document, case: &'a Case, bare: &'a [Assessment]) -> Self {
        let mut names = Self {
            subjects: bare.iter().map(|one| one.subject.as_str()).collect(),
            hypotheses: BTreeSet::new(),
            items: bare.iter().flat_map(|one| &one.evidence).map(|item| item.id.as_str()).collect(),
            incidents: case.incidents.iter().map(|incident| incident.id.0.as_str()).collect(),
        };
        for one in bare {
            for hypothesis in &one.hypotheses {
                names.hypotheses.insert((&one.subject, one.level, &hypothesis.id));
            }
        }
        for (entry, _) in &document.entries {
            match entry {
                Entry::Hypothesis(one) => {
                    for subject in names.subjects_of(one.subject.as_deref()) {
                        names.hypotheses.insert((subject, one.level, &one.id));
                    }
                }
                Entry::Evidence(one) => {
                    names.items.insert(&one.item.id);
                }
                Entry::Statement(one) => {
                    names.items.insert(&one.id);
                }
                _ => {}
            }
        }
        names
    }

    fn subjects_of(&self, subject: Option<&str>) -> Vec<&'a str> {
        let asked = |known: &&&'a str| subject.is_none_or(|subject| subject == **known);
        self.subjects.iter().filter(asked).copied().collect()
    }

    fn check(&self, entry: &Entry, bare: &[Assessment]) -> Result<(), Wrong> {
        match entry {
            Entry::Hypothesis(one) => {
                self.subject(one.subject.as_deref())?;
                let taken = bare
                    .iter()
                    .filter(|known| known.level == one.level)
                    .any(|known| known.hypotheses.iter().any(|hypothesis| hypothesis.id == one.id));
                if taken {
                    let what = format!(
                        "'{}' is an explanation of Bakas itself: choose another id, or set its prior with [[prior]]",
                        one.id
                    );
                    return Err(("id", what));
                }
                Ok(())
            }
            Entry::Prior(one) => {
                self.hypothesis("hypothesis", one.subject.as_deref(), one.level, &one.hypothesis)
            }
            Entry::Evidence(one) => {
                self.subject(one.subject.as_deref())?;
                let taken =
                    |known: &Assessment| known.evidence.iter().any(|item| item.id == one.item.id);
                if bare.iter().any(taken) {
                    return Err((
                        "id",
                        format!("'{}' is an item of Bakas itself: choose another id", one.item.id),
                    ));
                }
                one.item
                    .incidents
                    .iter()
                    .try_for_each(|incident| known("incidents", &incident.0, &self.incidents))
            }
            Entry::Statement(one) => {
                for about in &one.about {
                    self.hypothesis(
                        "about",
                        about.subject.as_deref(),
                        about.level,
                        &about.hypothesis,
                    )?;
                }
                if let Some(earlier) = &one.supersedes {
                    known("supersedes", earlier, &self.items)?;
                }
                one.borne_out_by
                    .iter()
                    .try_for_each(|id| known("borne_out_by", id, &self.items))?;
                one.contradicted_by
                    .iter()
                    .try_for_each(|id| known("contradicted_by", id, &self.items))
            }
            Entry::Cell(one) => {
                known("item", &one.item, &self.items)?;
                self.hypothesis("hypothesis", one.subject.as_deref(), one.level, &one.hypothesis)
            }
            Entry::Withdraw(one) => {
                let mut ids = self.items.clone();
                ids.extend(self.hypotheses.iter().map(|(_, _, id)| *id));
                known("id", &one.id, &ids)
            }
            Entry::Rating(one) => match &one.of {
                Rated::Item(item) => known("item", item, &self.items),
                // Parties are asked and answer; the case need not have heard of them yet.
                Rated::Party(_) => Ok(()),
            },
        }
    }

    fn subject(&self, subject: Option<&str>) -> Result<(), Wrong> {
        subject.map_or(Ok(()), |subject| known("subject", subject, &self.subjects))
    }

    fn hypothesis(
        &self,
        key: &'static str,
        subject: Option<&str>,
        level: AssessmentLevel,
        id: &str,
    ) -> Result<(), Wrong> {
        self.subject(subject)?;
        let here = |(of, at, _): &&(&str, AssessmentLevel, &str)| {
            *at == level && subject.is_none_or(|subject| subject == *of)
        };
        let ids: BTreeSet<&str> =
            self.hypotheses.iter().filter(here).map(|(_, _, id)| *id).collect();
        known(key, id, &ids)
    }
}

fn known(key: &'static str, name: &str, names: &BTreeSet<&str>) -> Result<(), Wrong> {
    if names.contains(name) {
        return Ok(());
    }
    let shown: Vec<&str> = names.iter().copied().take(NAMES_SHOWN).collect();
    let more = if names.len() > NAMES_SHOWN { " …" } else { "" };
    let name: String = name.chars().take(60).collect();
    Err((key, format!("'{name}' is not in this case; there are: {}{more}", shown.join(", "))))
}
