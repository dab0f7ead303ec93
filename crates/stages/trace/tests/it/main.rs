//! The crate from outside: what the embedded table answers, what a damaged one says, and the
//! builder against a plain slow twin.

mod damage;
mod embedded;
mod import;
mod parts;
mod slow_twin;
mod special;
mod tables;
