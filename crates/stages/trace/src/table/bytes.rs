//! Whoever holds a table's bytes: the program itself, or an owner such as a mapped file.

use std::fmt;

/// The bytes of a table.
pub(super) enum Bytes {
    /// Part of the program.
    Static(&'static [u8]),
    /// Held by somebody for as long as the table lives.
    Owner(Box<dyn AsRef<[u8]> + Send + Sync>),
}

impl Bytes {
    /// The bytes.
    #[inline]
    pub(super) fn get(&self) -> &[u8] {
        match self {
            Self::Static(bytes) => bytes,
            Self::Owner(owner) => (**owner).as_ref(),
        }
    }
}

impl fmt::Debug for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.get().len())
    }
}
