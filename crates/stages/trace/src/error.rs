//! What may be wrong with an address table. A wrong address in a log is not an error but an answer
//! that knows nothing.

/// Why a table was refused. Nothing of a refused table is used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum TableError {
    #[error("{table} is not an address table: it does not begin with the right letters")]
    NotATable { table: String },
    #[error("{table} has format version {found}, and this program reads version {known}")]
    Version { table: String, found: u32, known: u32 },
    #[error("{table} is damaged: {expected} bytes were written, {found} are there")]
    Length { table: String, expected: u64, found: u64 },
    #[error("{table} is damaged: its checksum is {found:08x}, and {expected:08x} was written")]
    Checksum { table: String, expected: u32, found: u32 },
    #[error("{table} is damaged: it does not unpack ({why})")]
    Packing { table: String, why: String },
    #[error("{table} is damaged: section {section}: {why}")]
    Section { table: String, section: String, why: String },
    #[error("the table cannot be built: {0}")]
    Draft(String),
}
