//! `bakas investigate`: logs in, a case folder out. Nothing is left looking whole that is not.

use std::path::PathBuf;

use bakas_model::Case;
use bakas_store::CaseFolder;

pub use crate::request::{Request, Tools};
use crate::{Error, assess, observer::Step, pipeline, seal, sealing, writing};

/// A finished investigation.
#[derive(Debug)]
pub struct Done {
    /// The case.
    pub case: Case,
    /// Where it lies.
    pub folder: PathBuf,
}

/// Investigates, writes, seals, and puts the case in its place.
///
/// # Errors
/// Where an input cannot be read at all, the case cannot be written, or the user stopped it. Then
/// there is no case; an older one stays as it was.
pub fn run(request: &Request, tools: &Tools<'_>) -> Result<Done, Error> {
    let started = tools.clock.now();
    let key = sealing::key(request.key.as_deref())?;
    if request.replace {
        seal::refuse_to_replace(&request.out)?;
    }
    let folder = CaseFolder::create(&request.out, request.replace)?;
    let result = pipeline::run(request, tools, &folder).and_then(|mut investigated| {
        tools.begin(Step::Report, 0)?;
        let shipped = sealing::inputs(&investigated.plan, &investigated.case.sources);
        let digests = (shipped, std::mem::take(&mut investigated.events));
        let mut log = investigated.log.take().expect("every investigation has a log");
        let files = log.shipped(&investigated.plan);
        let case = writing::everything(investigated, &folder)?;
        tools.begin(Step::Seal, 0)?;
        sealing::seal(&folder, &key, &case, digests, (started, tools.clock.now()))?;
        log.finish(&folder, &case, &files, &key)?;
        if tools.stop.is_asked() { Err(Error::Interrupted) } else { Ok(case) }
    });
    match result {
        Ok(case) => {
            // What analysts judged of the older case outlives it; they are not sealed.
            let held = match assess::carry(folder.out(), folder.partial(), request.key.as_deref()) {
                Ok(held) => held,
                Err(error) => {
                    folder.abandon()?;
                    return Err(error);
                }
            };
            let done = Done { case, folder: folder.commit()? };
            drop(held);
            Ok(done)
        }
        Err(error) => {
            // Where the removal fails too, its error names what is left lying.
            folder.abandon()?;
            Err(error)
        }
    }
}

impl Done {
    /// The briefing for a terminal, safe to print.
    #[must_use]
    pub fn briefing(&self, width: usize, colour: bool) -> String {
        bakas_respond::briefing::render(&self.case, width, colour)
    }
}
