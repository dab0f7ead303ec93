//! Whole investigations over inputs of every shape, with a lake in memory.

mod counts;
mod inputs;
mod sealed;
mod yard;
