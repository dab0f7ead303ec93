//! Slow twin.
