//! Tests of the exchange.

mod gate;
mod made;
mod native;
