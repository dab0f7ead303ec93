//! The proof that a leaf stands in a case's log, as one text that needs nothing else (C2SP
//! tlog-proof). What the leaf says travels beside it.

use base64::{Engine, engine::general_purpose::STANDARD};

use crate::{
    Checkpoint, PublicKey, SealError,
    leaf::{HASH_BYTES, Hash},
    tree::check_inclusion,
};

/// The first line.
const HEADER: &str = "c2sp.org/tlog-proof@v1";
/// Most hashes that a proof may have.
const PATH_LIMIT: usize = 63;

/// Why a leaf is in a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// The leaf's number.
    pub index: u64,
    /// Hashes from the leaf's sibling upwards.
    pub path: Vec<Hash>,
    /// The checkpoint with its signatures, verbatim.
    pub checkpoint: String,
}

impl Proof {
    /// As text.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = format!("{HEADER}\nindex {}\n", self.index);
        for hash in &self.path {
            text.push_str(&STANDARD.encode(hash));
            text.push('\n');
        }
        text.push('\n');
        text + &self.checkpoint
    }

    /// Reads the text.
    ///
    /// # Errors
    /// When it is no proof.
    pub fn parse(text: &str) -> Result<Self, SealError> {
        let wrong = |why| SealError::Proof(why);
        let (head, checkpoint) = text.split_once("\n\n").ok_or(wrong("it has no checkpoint"))?;
        let mut lines = head.split('\n').peekable();
        if lines.next() != Some(HEADER) {
            return Err(wrong("its first line is another"));
        }
        // Told by nobody who signed, so of no weight.
        lines.next_if(|line| line.starts_with("extra "));
        let index = lines.next().and_then(|line| line.strip_prefix("index "));
        let index = index.and_then(|text| text.parse().ok()).ok_or(wrong("it has no index"))?;
        let hash = |line: &str| -> Option<[u8; HASH_BYTES]> {
            STANDARD.decode(line).ok()?.try_into().ok()
        };
        let path: Vec<_> = lines.by_ref().take(PATH_LIMIT + 1).map(hash).collect();
        if path.len() > PATH_LIMIT {
            return Err(wrong("it has too many hashes"));
        }
        let path = path.into_iter().collect::<Option<_>>().ok_or(wrong("a line is no hash"))?;
        Checkpoint::peek(checkpoint)?;
        Ok(Self { index, path, checkpoint: checkpoint.to_owned() })
    }

    /// Checks that the leaf stands in the log whose key this is; gives the log's head.
    ///
    /// # Errors
    /// When it does not, or the checkpoint is not signed by that key.
    pub fn check(&self, leaf: &Hash, key: &PublicKey) -> Result<Checkpoint, SealError> {
        let head = Checkpoint::open(&self.checkpoint, key)?;
        check_inclusion(&self.path, (head.size, &head.root), (self.index, leaf))?;
        Ok(head)
    }
}
