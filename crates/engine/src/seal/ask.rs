//! Time stamps and cosignatures over HTTP (RFC 3161, section 3.4; C2SP tlog-witness). What is asked and
//! what is taken is the same as by files; only the way is another.

use std::{path::Path, time::Duration};

use bakas_model::outside::{Outside, OutsideError, Page, Post};
use bakas_seal::{
    checkpoint::CHECKPOINT_BYTES_LIMIT,
    stamp::Stamped,
    witness::{Cosignature, WITNESSES_LIMIT},
};

use super::{kept, stamp, witness};
use crate::Error;

/// Most time that one question may take.
const TIME_LIMIT: Duration = Duration::from_secs(60);
/// How often a witness is asked: it may know another size than we think, and its size may grow.
const ASKED_LIMIT: usize = 3;
/// What a witness answers where it knows another size (409), and its type.
const CONFLICT: u16 = 409;
const SIZE_TYPE: &str = "text/x.tlog.size";

/// Asks an authority at that address to stamp the present checkpoint, and takes its answer.
///
/// # Errors
/// As [`stamp::ask`] and [`stamp::take`], and when nobody answers.
pub fn stamp(
    case: &Path,
    key: Option<&Path>,
    (url, outside): (&str, &dyn Outside),
) -> Result<(u64, Stamped), Error> {
    let (_, request) = stamp::ask(case, key)?;
    let page = Page { url, bytes_limit: kept::STAMP_BYTES_LIMIT, time_limit: TIME_LIMIT };
    let post = Post { page, kind: "application/timestamp-query", body: &request };
    let answer = outside.post(&post).map_err(Error::Outside)?;
    if answer.status != 200 {
        let (url, status) = (url.to_owned(), answer.status);
        return Err(Error::Outside(OutsideError::Status { url, status }));
    }
    stamp::take(case, key, &answer.bytes)
}

/// Asks a witness at that address to cosign the present checkpoint, and takes its cosignature.
///
/// # Errors
/// As [`witness::ask`] and [`witness::add`], when nobody answers, and when the witness refuses.
pub fn witness(
    case: &Path,
    key: Option<&Path>,
    (url, outside): (&str, &dyn Outside),
) -> Result<(u64, Vec<Cosignature>), Error> {
    let url = format!("{}/add-checkpoint", url.trim_end_matches('/'));
    let bytes_limit = (CHECKPOINT_BYTES_LIMIT * WITNESSES_LIMIT) as u64;
    let page = Page { url: &url, bytes_limit, time_limit: TIME_LIMIT };
    let garbage =
        |why: &str| Error::Outside(OutsideError::Garbage { url: url.clone(), why: why.to_owned() });
    let mut since = 0;
    for _ in 0..ASKED_LIMIT {
        let asked = witness::ask(case, key, since)?.to_text();
        let answer = outside
            .post(&Post { page, kind: "text/plain", body: asked.as_bytes() })
            .map_err(Error::Outside)?;
        let text = String::from_utf8(answer.bytes).map_err(|_| garbage("it is not UTF-8"))?;
        match answer.status {
            200 => return witness::add(case, key, &text),
            CONFLICT if answer.kind.split(';').next().map(str::trim) == Some(SIZE_TYPE) => {
                let size = text.trim_end().parse().map_err(|_| garbage("its size is no number"))?;
                let head = super::head(case)?.map_or(0, |head| head.size);
                if size > head {
                    return Err(Error::Refused(format!(
                        "the witness cosigned {size} leaves of this log, which has {head}: it was \
                         put back, or cut"
                    )));
                }
                if size == since {
                    break;
                }
                since = size;
            }
            status => return Err(refused(&url, status)),
        }
    }
    Err(Error::Refused(format!("{url} does not say from which size it wants to go on")))
}

/// What a witness means by its status.
fn refused(url: &str, status: u16) -> Error {
    let why = match status {
        403 => "it does not take the log's key for the one it knows",
        404 => "it does not know this log",
        409 => "it knows another head of the log",
        422 => "our head does not go on from the one it knows: a fork",
        _ => return Error::Outside(OutsideError::Status { url: url.to_owned(), status }),
    };
    Error::Refused(format!("{url} does not cosign: {why} (status {status})"))
}
