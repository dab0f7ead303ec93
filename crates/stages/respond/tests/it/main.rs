//! What the respond stage makes of a case, seen from outside.

mod briefing;
mod fixture;
mod pdf;
mod report;
