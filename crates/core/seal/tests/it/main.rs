//! The seal as a reader of a case meets it: whatever is changed is caught and named.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by a panic")]

mod verify;
