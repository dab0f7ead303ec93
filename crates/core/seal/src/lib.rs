//! Seals a case: a manifest of digests, signed. It knows files by name and digest only; it opens
//! nothing, asks no clock and knows no CERT.
//!
//! The manifest is canonical JSON. Its SHA-256 and size stand in a C2SP signed note (Ed25519), so
//! that one signature of a few lines speaks for every input and output.
//!
//! ```
//! use bakas_seal::{FileDigest, Manifest, SigningKey, seal};
//! let key = SigningKey::new("cert.example/bakas", &[7; 32])?;
//! let mut manifest = Manifest::default();
//! manifest.outputs.push(FileDigest::read("case.json", &mut "{}".as_bytes())?);
//! let sealed = seal(manifest, &key)?;
//! assert!(sealed.note.starts_with("bakas-seal/1\ncert.example/bakas\n"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod bagit;
pub mod canonical;
pub mod checkpoint;
pub mod digits;
pub mod key;
pub mod lanes;
pub mod leaf;
pub mod manifest;
pub mod note;
pub mod proof;
pub mod record;
pub mod sshsig;
pub mod stamp;
pub mod tree;
pub mod verify;
pub mod witness;

pub use checkpoint::Checkpoint;
pub use digits::{hex, unhex};
pub use key::{PublicKey, SigningKey};
pub use leaf::{Hash, Leaf, LeafKind};
pub use manifest::{Clock, FileDigest, MANIFEST_SCHEMA, Manifest};
pub use proof::Proof;
pub use verify::{Folder, Problem, Report, verify};

/// The manifest, within the case.
pub const MANIFEST_FILE: &str = "seal/manifest.json";
/// The signed note over the manifest, within the case.
pub const NOTE_FILE: &str = "seal/manifest.note";
/// The public key, within the case.
pub const KEY_FILE: &str = "seal/key.pub";

/// Why something could not be sealed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SealError {
    /// A key's name that the signed note cannot carry.
    #[error("not a name for a key: '{0}' (it may hold neither blanks nor '+', and not be empty)")]
    KeyName(String),
    /// A public key that is none.
    #[error("not a public key: {0}")]
    Key(&'static str),
    /// A signed note that is none.
    #[error("not a signed note: {0}")]
    Note(&'static str),
    /// A path that would leave the folder, or one of the seal's own files.
    #[error("not a path that can be sealed: '{0}'")]
    Path(String),
    /// A path that stands in the manifest twice.
    #[error("sealed twice: '{0}'")]
    Twice(String),
    /// A digest that is no SHA-256 in lower-case hex.
    #[error("not a SHA-256 digest: '{0}'")]
    Digest(String),
    /// A leaf that does not read as one.
    #[error("not a leaf: {0}")]
    Leaf(String),
    /// A leaf that is too large.
    #[error("a leaf of {0} bytes, where {max} is the most", max = leaf::LEAF_BYTES_LIMIT)]
    LeafSize(usize),
    /// A tree that is too large.
    #[error("a tree of {0} leaves, where {max} is the most", max = tree::TREE_SIZE_LIMIT)]
    TreeSize(u64),
    /// Hashes or proofs that do not belong to the tree.
    #[error("it does not fit the tree: {0}")]
    Tree(String),
    /// A checkpoint that is none, or not of this log.
    #[error("not a checkpoint: {0}")]
    Checkpoint(String),
    /// A proof that is none.
    #[error("not a proof: {0}")]
    Proof(&'static str),
    /// A time stamp or its request that is none, or not of this.
    #[error("not a time stamp of this: {0}")]
    Stamp(&'static str),
    /// Something that was kept could not be read or written.
    #[error("{0}")]
    Io(String),
    /// A manifest that does not read as one.
    #[error("not a manifest: {0}")]
    Manifest(String),
}

impl SealError {
    /// What a place where hashes are kept said.
    pub(crate) fn io(error: std::io::Error) -> Self {
        Self::Io(error.to_string())
    }
}

/// The three files of a seal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// [`MANIFEST_FILE`].
    pub manifest: Vec<u8>,
    /// [`NOTE_FILE`].
    pub note: String,
    /// [`KEY_FILE`].
    pub public_key: String,
}

impl Sealed {
    /// The files by their names within the case.
    #[must_use]
    pub fn files(&self) -> [(&'static str, &[u8]); 3] {
        [
            (MANIFEST_FILE, &self.manifest),
            (NOTE_FILE, self.note.as_bytes()),
            (KEY_FILE, self.public_key.as_bytes()),
        ]
    }
}

/// Seals a manifest. Its lists come out sorted by path.
///
/// # Errors
/// When the manifest names a file twice, a path that is not within its folder, or a digest that is
/// none.
///
/// # Panics
/// When the signature that was just made does not verify.
pub fn seal(mut manifest: Manifest, key: &SigningKey) -> Result<Sealed, SealError> {
    MANIFEST_SCHEMA.clone_into(&mut manifest.schema);
    manifest.inputs.sort();
    manifest.outputs.sort();
    manifest.check()?;
    let bytes = manifest.to_canonical();
    let note = key.sign(&note::text_over(key.name(), &bytes));
    let public = key.public();
    let opened = note::open(&note, &public).expect("what was just signed verifies");
    assert!(opened.covers(&bytes), "what was just signed covers the manifest");
    Ok(Sealed { manifest: bytes, note, public_key: public.to_text() })
}
