//! Time stamps of others (RFC 3161) over checkpoints, by files. What is stamped is the checkpoint's
//! signed text: a stamp says that the log had this head at that time.

use std::{io::Read as _, path::Path};

use bakas_seal::FileDigest;
use bakas_seal::stamp::{NONCE_BYTES, Stamped, check_request as checked, check_response, request};

use super::kept::{self, Kept};
use crate::Error;

/// The request for a stamp over the present checkpoint, which is kept from now on. One that was made
/// before and has no answer is given again.
///
/// # Errors
/// When there is no log, or the system gives no random bytes.
pub fn ask(case: &Path, key: Option<&Path>) -> Result<(u64, Vec<u8>), Error> {
    let (head, note) = kept::present(case, key)?;
    if let Some(made) = kept::read(case, head.size, Kept::Request)?
        && check_request(note.as_bytes(), &made).is_ok()
    {
        return Ok((head.size, made));
    }
    let mut nonce = [0; NONCE_BYTES];
    getrandom::fill(&mut nonce)
        .map_err(|e| Error::Seal(format!("the system gives no random bytes: {e}")))?;
    let made = request(&body(note.as_bytes()).map_err(Error::Seal)?, nonce);
    kept::write(case, head.size, Kept::Request, &made)?;
    kept::tell(case, key, (kept::GIVEN, head.size, Kept::Request), digest_of(&made)?)?;
    Ok((head.size, made))
}

/// Takes the answer of an authority. Its signature is not checked here: that wants its certificate.
///
/// # Errors
/// When it is no stamp of a checkpoint that was asked for.
pub fn take(case: &Path, key: Option<&Path>, response: &[u8]) -> Result<(u64, Stamped), Error> {
    let mut why = "no stamp was asked for yet".to_owned();
    for (size, kind) in kept::list(case)?.into_iter().rev() {
        if kind != Kept::Request {
            continue;
        }
        let note = kept::read(case, size, Kept::Note)?.unwrap_or_default();
        let asked = kept::read(case, size, Kept::Request)?;
        match check_stamp(&note, asked.as_deref(), response) {
            Ok(stamped) => {
                match kept::read(case, size, Kept::Stamp)? {
                    Some(before) if before == response => {}
                    Some(_) => {
                        let what = format!("the checkpoint of {size} leaves is stamped already");
                        return Err(Error::Refused(what));
                    }
                    None => {
                        kept::write(case, size, Kept::Stamp, response)?;
                        let more = digest_of(response)?;
                        kept::tell(case, key, (kept::STAMPED, size, Kept::Stamp), more)?;
                    }
                }
                return Ok((size, stamped));
            }
            Err(what) => why = what,
        }
    }
    Err(Error::Refused(format!("no time stamp of a checkpoint of this case: {why}")))
}

fn digest_of(bytes: &[u8]) -> Result<serde_json::Value, Error> {
    let digest = FileDigest::read("", &mut &*bytes).map_err(|e| Error::Seal(e.to_string()))?;
    Ok(serde_json::json!({"sha256": digest.sha256}))
}

/// What is stamped for a size of the log, as `openssl ts -verify -data` wants it.
///
/// # Errors
/// When no checkpoint of that size is kept.
pub fn data(case: &Path, size: u64) -> Result<Vec<u8>, Error> {
    let note = kept::read(case, size, Kept::Note)?.unwrap_or_default();
    body(&note).map_err(Error::Seal)
}

/// Reads a response.
///
/// # Errors
/// When it cannot be read or is too large.
pub fn read_file(path: &Path) -> Result<Vec<u8>, Error> {
    let failed = |source| Error::Read { path: path.to_owned(), source };
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).map_err(failed)?;
    file.take(kept::STAMP_BYTES_LIMIT + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > kept::STAMP_BYTES_LIMIT {
        return Err(Error::Usage(format!("{} is no time stamp: too large", path.display())));
    }
    Ok(bytes)
}

/// Writes a file for others, in the place of the one before.
///
/// # Errors
/// When it cannot be written.
pub fn write_file(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    Ok(bakas_store::replace(path, bytes)?)
}

/// What is stamped: the checkpoint with the log's own signature, without those of witnesses, which
/// come at any time.
pub fn body(note: &[u8]) -> Result<Vec<u8>, String> {
    let text = std::str::from_utf8(note).map_err(|_| "it is not UTF-8".to_owned())?;
    let (body, lines) = text.rsplit_once("\n\n").ok_or("it has no signature")?;
    let own = lines.lines().next().unwrap_or_default();
    Ok(format!("{body}\n\n{own}\n").into_bytes())
}

/// Whether a request is one over a checkpoint.
pub(crate) fn check_request(note: &[u8], request: &[u8]) -> Result<(), String> {
    checked(request, &body(note)?).map(drop).map_err(|e| e.to_string())
}

/// Whether a stamp is one over a checkpoint, and answers the request that was made.
pub(crate) fn check_stamp(
    note: &[u8],
    request: Option<&[u8]>,
    response: &[u8],
) -> Result<Stamped, String> {
    let request = request.ok_or("its request is missing")?;
    let document = body(note)?;
    let nonce = checked(request, &document).map_err(|e| e.to_string())?;
    check_response(response, &document, &nonce).map_err(|e| e.to_string())
}
