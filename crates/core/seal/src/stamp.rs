//! Time stamps of others over a checkpoint (RFC 3161): the request, and what a response says. Whether
//! a time stamping authority really signed is checked with its certificate, by `openssl ts -verify`;
//! here is checked that the stamp is of this checkpoint and of this request.

use sha2::{Digest, Sha256};

use crate::SealError;

mod der;

use der::{Element, Reader};

/// Bytes of the number that ties a response to its request.
pub const NONCE_BYTES: usize = 16;

const INTEGER: u8 = 0x02;
const OCTETS: u8 = 0x04;
const OID: u8 = 0x06;
const GENERALIZED_TIME: u8 = 0x18;
const SEQUENCE: u8 = 0x30;
const CONTEXT_0: u8 = 0xa0;

/// `id-sha256` as the whole `AlgorithmIdentifier` (RFC 5754, parameters NULL).
const SHA256_ALGORITHM: &[u8] =
    &[SEQUENCE, 13, OID, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1, 5, 0];
/// `id-sha256` alone.
const SHA256_OID: &[u8] = &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1];
/// `id-signedData` (RFC 5652).
const SIGNED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 2];
/// `id-ct-TSTInfo` (RFC 3161).
const TST_INFO: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 16, 1, 4];

/// What a time stamp says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamped {
    /// When, as the authority says: `20260105080000Z`.
    pub time: String,
    /// The authority's number of the stamp, in hex.
    pub serial: String,
}

/// A request for a time stamp over a document, with its certificate (`TimeStampReq`, DER).
#[must_use]
pub fn request(document: &[u8], nonce: [u8; NONCE_BYTES]) -> Vec<u8> {
    let imprint = sequence(&[SHA256_ALGORITHM, &element(OCTETS, &Sha256::digest(document))]);
    let version = [INTEGER, 1, 1];
    let certificate = [0x01, 1, 0xff];
    sequence(&[&version, &imprint, &element(INTEGER, &unsigned(&nonce)), &certificate])
}

/// Checks that a request is one over this document; gives its number.
///
/// # Errors
/// When it is not.
pub fn check_request(request: &[u8], document: &[u8]) -> Result<Vec<u8>, SealError> {
    let mut fields = Reader::new(request).only(SEQUENCE)?;
    fields.take(INTEGER)?;
    check_imprint(fields.take(SEQUENCE)?, document)?;
    let nonce = fields.take(INTEGER)?.to_vec();
    let mut nonce_array = [0; NONCE_BYTES];
    let digits: &[u8] = nonce.strip_prefix(&[0]).unwrap_or(&nonce);
    let from = NONCE_BYTES.checked_sub(digits.len()).ok_or(wrong("its number is too long"))?;
    nonce_array[from..].copy_from_slice(digits);
    // Ours have one form only.
    if self::request(document, nonce_array) == request {
        Ok(nonce)
    } else {
        Err(wrong("it is not as it was made"))
    }
}

/// Reads a response and checks that it was granted, is of this document and answers this request.
///
/// # Errors
/// When it is not.
pub fn check_response(
    response: &[u8],
    document: &[u8],
    nonce: &[u8],
) -> Result<Stamped, SealError> {
    let mut fields = Reader::new(response).only(SEQUENCE)?;
    let mut status = Reader::new(fields.take(SEQUENCE)?);
    // granted or grantedWithMods
    if !matches!(status.take(INTEGER)?, [0 | 1]) {
        return Err(wrong("the authority did not grant it"));
    }
    let mut content = Reader::new(fields.take(SEQUENCE)?);
    fields.end()?;
    if content.take(OID)? != SIGNED_DATA {
        return Err(wrong("it is no signed data"));
    }
    let mut signed = Reader::new(content.take(CONTEXT_0)?).only(SEQUENCE)?;
    signed.take(INTEGER)?;
    let _digests: Element<'_> = signed.any()?;
    let mut encapsulated = Reader::new(signed.take(SEQUENCE)?);
    if encapsulated.take(OID)? != TST_INFO {
        return Err(wrong("what is signed is no time stamp"));
    }
    let info = Reader::new(encapsulated.take(CONTEXT_0)?).only_bytes(OCTETS)?;
    check_info(info, document, nonce)
}

fn check_info(info: &[u8], document: &[u8], nonce: &[u8]) -> Result<Stamped, SealError> {
    let mut info = Reader::new(info).only(SEQUENCE)?;
    info.take(INTEGER)?;
    info.take(OID)?;
    check_imprint(info.take(SEQUENCE)?, document)?;
    let serial = crate::digits::hex(info.take(INTEGER)?);
    let time = std::str::from_utf8(info.take(GENERALIZED_TIME)?);
    let time = time.ok().filter(|time| is_time(time)).ok_or(wrong("its time is none"))?.to_owned();
    let mut is_answer = false;
    while let Some(element) = info.next_any()? {
        is_answer |= element.tag == INTEGER && element.bytes == nonce;
    }
    if is_answer { Ok(Stamped { time, serial }) } else { Err(wrong("it answers another request")) }
}

/// `MessageImprint`: SHA-256 and nothing else.
fn check_imprint(imprint: &[u8], document: &[u8]) -> Result<(), SealError> {
    let mut imprint = Reader::new(imprint);
    let mut algorithm = Reader::new(imprint.take(SEQUENCE)?);
    if algorithm.take(OID)? != SHA256_OID {
        return Err(wrong("its digest is not SHA-256"));
    }
    let digest = imprint.take(OCTETS)?;
    imprint.end()?;
    if digest == Sha256::digest(document).as_slice() {
        Ok(())
    } else {
        Err(wrong("it is of another checkpoint"))
    }
}

fn is_time(text: &str) -> bool {
    let Some(digits) = text.strip_suffix('Z') else { return false };
    let (whole, rest) = digits.split_at_checked(14).unwrap_or(("", ""));
    let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    !whole.is_empty() && all_digits(whole) && all_digits(rest.strip_prefix('.').unwrap_or(rest))
}

fn wrong(why: &'static str) -> SealError {
    SealError::Stamp(why)
}

/// An unsigned number as DER writes it.
fn unsigned(bytes: &[u8]) -> Vec<u8> {
    let mut digits: Vec<u8> = bytes.iter().copied().skip_while(|byte| *byte == 0).collect();
    if digits.first().is_none_or(|byte| byte & 0x80 != 0) {
        digits.insert(0, 0);
    }
    digits
}

fn element(tag: u8, bytes: &[u8]) -> Vec<u8> {
    let length = u8::try_from(bytes.len()).expect("a request is short");
    assert!(length < 0x80, "a request is short");
    [&[tag, length], bytes].concat()
}

fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    element(SEQUENCE, &parts.concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_read_back_and_altered_ones_do_not() {
        for nonce in [[0; NONCE_BYTES], [0xff; NONCE_BYTES], [0x7f; NONCE_BYTES]] {
            let made = request(b"checkpoint", nonce);
            assert_eq!(check_request(&made, b"checkpoint"), Ok(unsigned(&nonce)));
            let other = check_request(&made, b"another");
            assert_eq!(other, Err(SealError::Stamp("it is of another checkpoint")));
            // What differs in the number alone is another request.
            for at in (0..made.len()).filter(|at| !(51..made.len() - 3).contains(at)) {
                let mut altered = made.clone();
                altered[at] ^= 1;
                assert!(check_request(&altered, b"checkpoint").is_err(), "byte {at}");
            }
        }
    }

    #[test]
    fn what_is_no_response_is_refused() {
        for bytes in
            [&b""[..], b"0", b"0\x80", b"0\x03\x02\x01\x00", &[0x30, 0x84, 0xff, 0xff, 0xff, 0xff]]
        {
            assert!(check_response(bytes, b"checkpoint", b"1").is_err());
        }
    }
}
