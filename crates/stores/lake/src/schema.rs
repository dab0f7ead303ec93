//! The columns of an event file. Class, agency and day are not among them: they are its folders.

use std::sync::{Arc, LazyLock};

use parquet::{
    basic::{
        Compression, Encoding, LogicalType, Repetition, TimeUnit, TimestampType, Type as Physical,
    },
    file::{
        metadata::KeyValue,
        properties::{EnabledStatistics, WriterProperties, WriterPropertiesPtr, WriterVersion},
    },
    schema::types::{ColumnPath, SchemaDescPtr, SchemaDescriptor, Type},
};

/// One column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// Whether a row may lack it.
    pub optional: bool,
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Microseconds since 1970, UTC.
    Micros,
    /// A 64-bit number.
    Long,
    /// A 32-bit number.
    Int,
    /// UTF-8 text.
    Text,
    /// 16 bytes: an IPv6 address, or an IPv4 address mapped into IPv6.
    Address,
}

macro_rules! columns {
    ($($constant:ident $name:literal $kind:ident $need:ident;)*) => {
        /// Every column, in order.
        pub const COLUMNS: &[Column] = &[$(Column {
            name: $name,
            kind: Kind::$kind,
            optional: columns!(@ $need),
        },)*];

        /// Indices of the columns.
        #[expect(non_upper_case_globals, reason = "they are named as the columns are")]
        pub(crate) mod ix {
            enum Index { $($constant,)* }
            $(pub(crate) const $constant: usize = Index::$constant as usize;)*
        }
    };
    (@ always) => { false };
    (@ maybe) => { true };
}

columns! {
    Time "time" Micros always;
    TimeRaw "time_raw" Text always;
    Source "source" Int always;
    Offset "offset" Long always;
    Length "length" Int always;
    Stream "stream" Text always;
    Activity "activity" Text always;
    Status "status" Text always;
    Src "src" Address maybe;
    SrcIp "src_ip" Text maybe;
    SrcPort "src_port" Int maybe;
    SrcClaimed "src_claimed" Text maybe;
    DstIp "dst_ip" Text maybe;
    DstPort "dst_port" Int maybe;
    Asn "asn" Long maybe;
    Country "country" Text maybe;
    Account "account" Text maybe;
    Target "target" Text maybe;
    Object "object" Text maybe;
    Agent "agent" Text maybe;
    Operation "operation" Text always;
    Host "host" Text maybe;
    HttpStatus "http_status" Int maybe;
    BytesOut "bytes_out" Long maybe;
    Query "query" Text maybe;
    Referer "referer" Text maybe;
    Version "version" Text maybe;
    Fields "fields" Text maybe;
}

/// The schema as Parquet knows it.
pub(crate) static SCHEMA: LazyLock<SchemaDescPtr> = LazyLock::new(|| {
    let columns = COLUMNS.iter().map(|column| Arc::new(parquet_type(*column))).collect();
    let root = Type::group_type_builder("event")
        .with_fields(columns)
        .build()
        .expect("a group of columns is a schema");
    Arc::new(SchemaDescriptor::new(Arc::new(root)))
});

/// How numbers are written: as differences, which pack well without a codec. Dictionary columns
/// are packed by [`crate::chunk`].
pub(crate) static PROPERTIES: LazyLock<WriterPropertiesPtr> = LazyLock::new(|| {
    let version = KeyValue::new("bakas.events".to_owned(), "1".to_owned());
    Arc::new(
        WriterProperties::builder()
            .set_created_by(concat!("bakas-lake ", env!("CARGO_PKG_VERSION")).to_owned())
            .set_writer_version(WriterVersion::PARQUET_2_0)
            .set_compression(Compression::UNCOMPRESSED)
            .set_dictionary_enabled(false)
            .set_encoding(Encoding::DELTA_BINARY_PACKED)
            .set_statistics_enabled(EnabledStatistics::None)
            .set_column_statistics_enabled(ColumnPath::from("time"), EnabledStatistics::Chunk)
            .set_offset_index_disabled(true)
            .set_key_value_metadata(Some(vec![version]))
            .build(),
    )
});

fn parquet_type(column: Column) -> Type {
    let (physical, logical, length) = match column.kind {
        Kind::Micros => {
            let unit = TimeUnit::MICROS;
            let utc = TimestampType { is_adjusted_to_u_t_c: true, unit };
            (Physical::INT64, Some(LogicalType::Timestamp(utc)), -1)
        }
        Kind::Long => (Physical::INT64, None, -1),
        Kind::Int => (Physical::INT32, None, -1),
        Kind::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String), -1),
        Kind::Address => (Physical::FIXED_LEN_BYTE_ARRAY, None, 16),
    };
    let repetition = if column.optional { Repetition::OPTIONAL } else { Repetition::REQUIRED };
    Type::primitive_type_builder(column.name, physical)
        .with_logical_type(logical)
        .with_length(length)
        .with_repetition(repetition)
        .build()
        .expect("a known type with its own logical type")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indices_and_columns_agree() {
        assert_eq!(COLUMNS[ix::Time].name, "time");
        assert_eq!(COLUMNS[ix::SrcIp].name, "src_ip");
        assert_eq!(COLUMNS[ix::Fields].name, "fields");
        assert_eq!(SCHEMA.num_columns(), COLUMNS.len());
        assert_eq!(SCHEMA.column(ix::HttpStatus).name(), "http_status");
    }
}
