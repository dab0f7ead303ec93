//! The crate from outside: laws that must hold for whatever incidents come, and the words for a few
//! typical ones.

mod asking;
mod build;
mod laws;
mod people;
mod reviewed;
mod rule;
mod study;
mod words;
