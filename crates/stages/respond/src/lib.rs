//! What to do about a case, and how it is told: blocks with their collateral, asks to the
//! administrators, the terminal briefing and the report.
//!
//! Pure: everything here takes a case and gives back values or text. Nothing is written, sent or
//! blocked here.
//!
//! ```
//! use bakas_model::Case;
//! let case = Case::default();
//! assert!(bakas_respond::asks(&case.incidents, &case.blocks, &case.agencies).is_empty());
//! ```

pub mod asks;
pub mod blocks;
pub mod briefing;
mod drawing;
pub mod exhibits;
pub mod networks;
mod origins;
pub mod report;
pub mod screen;
mod site;
mod story;
mod text;
mod view;
mod words;

mod world;

pub use asks::asks;
pub use blocks::blocks;
pub use networks::Networks;
pub use report::exhibits_pdf;
