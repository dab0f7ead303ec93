//! Output that workers make in pieces, written in the order of the input.

use std::{collections::BTreeMap, io::Write, path::PathBuf, sync::mpsc::Receiver};

use crate::Error;

/// What one chunk gives to the output.
pub(crate) struct Piece {
    /// The chunk's place in the order of reading.
    pub(crate) sequence: u64,
    pub(crate) text: Vec<u8>,
}

/// Holds pieces back until those before them are written.
pub(crate) fn write(pieces: &Receiver<Piece>, out: &mut (dyn Write + Send)) -> Result<(), Error> {
    let mut early = BTreeMap::new();
    let mut next = 0;
    for piece in pieces {
        early.insert(piece.sequence, piece.text);
        while let Some(text) = early.remove(&next) {
            let path = || PathBuf::from("standard output");
            out.write_all(&text).map_err(|source| Error::Write { path: path(), source })?;
            next += 1;
        }
    }
    Ok(())
}
