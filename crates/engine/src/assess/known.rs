//! Habits of each campaign beside profiles of groups that the user gives, from files.

use std::{
    fs,
    io::Read as _,
    path::{Path, PathBuf},
};

use bakas_assess::known::{Library, PROFILE_BYTES_LIMIT, compare, habits};
use bakas_model::{
    Assessment, Case, Incident, Moment,
    assessment::{ProfileComparison, REST},
};

use crate::{Error, files};

/// The profiles that were read.
#[derive(Debug, Default)]
pub struct Profiles {
    library: Library,
    /// What each file told, in a sentence.
    pub told: Vec<String>,
}

impl Profiles {
    /// Reads files, and of folders those that end in `.json`.
    ///
    /// # Errors
    /// Where a file cannot be read, or is neither a STIX bundle nor a MISP galaxy cluster.
    pub fn read(paths: &[PathBuf]) -> Result<Self, Error> {
        let mut profiles = Self::default();
        let wanted = |path: &PathBuf| path.is_dir();
        let (folders, single): (Vec<_>, Vec<_>) = paths.iter().cloned().partition(wanted);
        let mut all = files::paths(&folders, &["json"])?;
        all.extend(single);
        for path in all {
            profiles.file(&path)?;
        }
        Ok(profiles)
    }

    fn file(&mut self, path: &Path) -> Result<(), Error> {
        let wrong = |source| Error::Read { path: path.to_owned(), source };
        let mut bytes = Vec::new();
        let file = fs::File::open(path).map_err(wrong)?;
        file.take(PROFILE_BYTES_LIMIT as u64 + 1).read_to_end(&mut bytes).map_err(wrong)?;
        let name =
            path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        let told = self.library.read(&name, &bytes).map_err(|e| Error::Usage(e.to_string()))?;
        self.told.push(format!(
            "{name}: {} groups, {} techniques, tools and the like, {} ties, {} objects not read",
            told.groups, told.things, told.ties, told.unread
        ));
        Ok(())
    }

    /// Compares the habits of each subject of the assessments.
    #[must_use]
    pub fn compare(&self, case: &Case, assessments: &[Assessment]) -> Vec<ProfileComparison> {
        let profiles = self.library.profiles();
        let mut subjects: Vec<&str> = assessments.iter().map(|one| one.subject.as_str()).collect();
        subjects.dedup();
        let is_told = |subject: &str, incident: &Incident| {
            case.campaigns.iter().any(|campaign| {
                campaign.id.0 == subject && campaign.incidents.contains(&incident.id)
            })
        };
        let of = |subject: &&str| {
            let own = |incident: &&Incident| match *subject {
                REST => !subjects.iter().any(|other| is_told(other, incident)),
                subject => is_told(subject, incident),
            };
            let incidents: Vec<&Incident> = case.incidents.iter().filter(own).collect();
            let theirs = |moment: &&Moment| {
                incidents.iter().any(|incident| moment.incident.as_ref() == Some(&incident.id))
            };
            let moments: Vec<&Moment> = case.timeline.iter().filter(theirs).collect();
            compare(subject, &habits(&incidents, &moments, &case.agencies), &profiles)
        };
        subjects.iter().map(of).collect()
    }
}
