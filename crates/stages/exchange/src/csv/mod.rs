//! CSV, for those with nothing else.
