//! What the respond stage makes of a case, seen from outside.

mod assessment;
mod briefing;
mod fixture;
mod pdf;
mod report;
