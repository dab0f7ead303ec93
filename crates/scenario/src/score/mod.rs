//! The score.
