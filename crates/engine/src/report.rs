//! `bakas report`: the report of a case drawn anew, with what analysts judged up to a time. The report
//! that was sealed stays as it is.

use std::path::{Path, PathBuf};

use bakas_model::Timestamp;
pub use bakas_respond::report::Lang;
use bakas_respond::report::{self, Edition, Judged};

use crate::{
    Error,
    assess::{self, known::Profiles},
};

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Request {
    /// The case folder.
    pub case: PathBuf,
    /// The file to write: `.html` or `.pdf`.
    pub out: PathBuf,
    /// Its language.
    pub lang: Lang,
    /// The judgements of which time; today's where absent.
    pub at: Option<Timestamp>,
    /// Profiles of groups to compare habits with.
    pub profiles: Vec<PathBuf>,
    /// Whether a file that is there may be replaced.
    pub replace: bool,
}

/// Draws the report and writes it.
///
/// # Errors
/// Where the case cannot be read, or the file lies in the sealed case, is there, or is neither HTML
/// nor PDF.
pub fn run(request: &Request, now: Timestamp) -> Result<(), Error> {
    let form = request.out.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    if !matches!(form, "html" | "pdf") {
        let what = format!("{}: name a file that ends in .html or .pdf", request.out.display());
        return Err(Error::Usage(what));
    }
    refuse_inside(&request.case, &request.out)?;
    let opened = assess::open(&request.case, now)?;
    let weighed = opened.weighed(request.at, now)?;
    let known = if request.profiles.is_empty() {
        Vec::new()
    } else {
        Profiles::read(&request.profiles)?.compare(&opened.case, &weighed.assessments)
    };
    let mut case = opened.case;
    case.assessments = weighed.assessments;
    let judged = Judged {
        as_of: weighed.as_of,
        judgements: &weighed.judgements,
        unrecorded: weighed.unrecorded,
        history: &weighed.history,
        sealed: &weighed.sealed,
        known: &known,
    };
    let edition = Edition { lang: request.lang, judged: Some(&judged) };
    let bytes = match form {
        "html" => report::html_edition(&case, &[], &edition).into_bytes(),
        _ => report::pdf_edition(&case, &edition).map_err(|e| Error::Report(Box::new(e)))?,
    };
    if !request.replace && request.out.exists() {
        let what = "is there already: give --replace, or another name";
        return Err(Error::Refused(format!("{} {what}", request.out.display())));
    }
    if request.replace {
        bakas_store::replace(&request.out, &bytes)?;
    } else {
        bakas_store::write_new(&request.out, &bytes)?;
    }
    Ok(())
}

/// A file within the case would break its seal.
pub(crate) fn refuse_inside(case: &Path, out: &Path) -> Result<(), Error> {
    let folder = out.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    let (Ok(folder), Ok(case)) = (folder.canonicalize(), case.canonicalize()) else {
        return Ok(());
    };
    if folder.starts_with(&case) {
        let what = "a report drawn anew does not belong into the sealed case: write it elsewhere";
        return Err(Error::Usage(what.into()));
    }
    Ok(())
}
