//! How much one shipped file may become: a ratio between what was read of it and what came out,
//! and a bound on the whole. All readers of a file share one budget.

use std::{
    cell::Cell,
    io::{self, Read},
};

use bakas_model::limits::{ARCHIVE_RATIO_GRACE_BYTES, ARCHIVE_RATIO_LIMIT, UNPACKED_BYTES_LIMIT};

/// What was read and what came out.
#[derive(Debug)]
pub(super) struct Budget {
    packed: Cell<u64>,
    unpacked: Cell<u64>,
    spent: Cell<bool>,
}

/// What a reader over the budget fails with.
#[derive(Debug)]
struct OverBound(&'static str);

/// What a reader fails with when the file itself could not be read.
#[derive(Debug)]
struct Outer(io::Error);

impl std::fmt::Display for OverBound {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}

impl std::fmt::Display for Outer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for OverBound {}

impl std::error::Error for Outer {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

/// The words for a bound that was reached, where an error stands for one.
pub(super) fn bound(error: &io::Error) -> Option<&'static str> {
    error.get_ref()?.downcast_ref::<OverBound>().map(|bound| bound.0)
}

/// Whether the error is the shipped file's own, and not of what it holds.
pub(super) fn is_outer(error: &io::Error) -> bool {
    error.get_ref().is_some_and(<dyn std::error::Error + Send + Sync>::is::<Outer>)
}

impl Budget {
    pub(super) fn new() -> Self {
        Self { packed: Cell::new(0), unpacked: Cell::new(0), spent: Cell::new(false) }
    }

    /// Counts bytes of the shipped file.
    pub(super) fn packed(&self, bytes: u64) {
        self.packed.set(self.packed.get().saturating_add(bytes));
    }

    /// Counts bytes that came out of a decompressor.
    pub(super) fn unpacked(&self, bytes: u64) -> io::Result<()> {
        let out = self.unpacked.get().saturating_add(bytes);
        self.unpacked.set(out);
        let over = |words| {
            self.spent.set(true);
            Err(io::Error::other(OverBound(words)))
        };
        if out > UNPACKED_BYTES_LIMIT {
            return over("it unpacks to more than 64 GiB");
        }
        let by_ratio = self.packed.get().saturating_mul(ARCHIVE_RATIO_LIMIT);
        if out > by_ratio.max(ARCHIVE_RATIO_GRACE_BYTES) {
            return over("it unpacks to more than 200 times its size");
        }
        Ok(())
    }

    pub(super) fn is_spent(&self) -> bool {
        self.spent.get()
    }
}

/// Counts what is read of the shipped file.
pub(super) struct Counted<'a, R> {
    reader: R,
    budget: &'a Budget,
}

impl<'a, R> Counted<'a, R> {
    pub(super) fn new(reader: R, budget: &'a Budget) -> Self {
        Self { reader, budget }
    }
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.reader.read(buffer) {
            Ok(read) => {
                self.budget.packed(read as u64);
                Ok(read)
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Err(error),
            Err(error) => Err(io::Error::other(Outer(error))),
        }
    }
}

/// Counts what comes out of a decompressor, and fails over the budget.
pub(super) struct Capped<'a, R> {
    reader: R,
    budget: &'a Budget,
}

impl<'a, R> Capped<'a, R> {
    pub(super) fn new(reader: R, budget: &'a Budget) -> Self {
        Self { reader, budget }
    }
}

impl<R: Read> Read for Capped<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buffer)?;
        self.budget.unpacked(read as u64)?;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_byte_over_the_bound_fails() {
        let budget = Budget::new();
        budget.packed(100_000);
        let allowed = 100_000 * ARCHIVE_RATIO_LIMIT;
        assert!(budget.unpacked(allowed).is_ok());
        let error = budget.unpacked(1).unwrap_err();
        assert_eq!(bound(&error), Some("it unpacks to more than 200 times its size"));
        assert!(budget.is_spent());
    }

    #[test]
    fn the_whole_is_bounded_whatever_the_ratio() {
        let budget = Budget::new();
        budget.packed(UNPACKED_BYTES_LIMIT);
        assert!(budget.unpacked(UNPACKED_BYTES_LIMIT).is_ok());
        assert!(bound(&budget.unpacked(1).unwrap_err()).is_some());
    }
}
