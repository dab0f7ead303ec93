//! Sorted hits become detections.

use bakas_detect::{Input, Rules};
use bakas_model::Detection;
use bakas_store::{Spool, StoreError};

use crate::Error;

pub(crate) fn run(rules: &Rules, inputs: Spool<Input>) -> Result<Vec<Detection>, Error> {
    let mut detections = Vec::new();
    let mut fault: Option<StoreError> = None;
    let mut sorted = inputs.into_sorted()?;
    let hits = std::iter::from_fn(|| match sorted.next()? {
        Ok(input) => Some(input),
        Err(error) => {
            fault = Some(error);
            None
        }
    });
    rules.correlate(hits, &mut |detection| detections.push(detection));
    fault.map_or(Ok(detections), |fault| Err(fault.into()))
}
