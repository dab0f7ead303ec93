//! One dictionary column as a Parquet column chunk: the dictionary packed with LZ4, the codes as
//! they are. Parquet's own writer would hash every value again.

use bytes::Bytes;
use parquet::{
    basic::{Compression, Encoding, PageType},
    column::{
        page::{CompressedPage, Page, PageWriter},
        writer::ColumnCloseResult,
    },
    errors::{ParquetError, Result},
    file::{
        metadata::ColumnChunkMetaData,
        writer::{SerializedPageWriter, TrackedWrite},
    },
    schema::types::ColumnDescPtr,
};

use crate::{
    dictionary::{ABSENT, Codes},
    rle,
};

/// What is written of a column: its distinct values, and a code for each row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Coded<'a> {
    /// The values in PLAIN encoding.
    pub(crate) plain: &'a [u8],
    /// How many they are.
    pub(crate) values: usize,
    /// One a row.
    pub(crate) codes: Codes<'a>,
    /// How many rows have none.
    pub(crate) absent: usize,
}

/// Encodes a column chunk that starts at offset 0 of the returned bytes.
pub(crate) fn encode(
    column: ColumnDescPtr,
    coded: Coded<'_>,
    scratch: &mut Vec<u32>,
) -> Result<(Bytes, ColumnCloseResult)> {
    let rows = coded.codes.rows();
    let mut sink = TrackedWrite::new(Vec::new());
    let mut writer = SerializedPageWriter::new(&mut sink);
    let mut unpacked = 0;
    let mut packed = 0;
    let mut data_offset = 0;
    for page in [dictionary_page(coded)?, data_page(&column, coded, scratch)?] {
        let spec = writer.write_page(page)?;
        unpacked += spec.uncompressed_size;
        packed += spec.compressed_size;
        if spec.page_type == PageType::DATA_PAGE_V2 {
            data_offset = spec.offset;
        }
    }
    let metadata = ColumnChunkMetaData::builder(column)
        .set_compression(Compression::LZ4_RAW)
        .set_encodings(vec![Encoding::PLAIN, Encoding::RLE, Encoding::RLE_DICTIONARY])
        .set_total_compressed_size(packed as i64)
        .set_total_uncompressed_size(unpacked as i64)
        .set_num_values(rows as i64)
        .set_dictionary_page_offset(Some(0))
        .set_data_page_offset(data_offset as i64)
        .build()?;
    let closed = ColumnCloseResult {
        bytes_written: packed as u64,
        rows_written: rows as u64,
        metadata,
        bloom_filter: None,
        column_index: None,
        offset_index: None,
    };
    Ok((sink.into_inner()?.into(), closed))
}

fn dictionary_page(coded: Coded<'_>) -> Result<CompressedPage> {
    let packed = lz4_flex::block::compress(coded.plain);
    let page = Page::DictionaryPage {
        buf: packed.into(),
        num_values: number(coded.values)?,
        encoding: Encoding::PLAIN,
        is_sorted: false,
    };
    Ok(CompressedPage::new(page, coded.plain.len()))
}

fn data_page(
    column: &ColumnDescPtr,
    coded: Coded<'_>,
    scratch: &mut Vec<u32>,
) -> Result<CompressedPage> {
    let mut bytes = Vec::new();
    let is_optional = column.max_def_level() > 0;
    let width = rle::bit_width(number(coded.values.saturating_sub(1))?);
    let levels = match coded.codes {
        Codes::Same { code, rows } => {
            if is_optional {
                rle::encode_same(u32::from(code != ABSENT), rows, 1, &mut bytes);
            }
            let levels = bytes.len();
            bytes.push(width);
            if code != ABSENT {
                rle::encode_same(code, rows, width, &mut bytes);
            }
            levels
        }
        Codes::Each(mut codes) => {
            bytes.reserve(codes.len() * 2);
            if is_optional && coded.absent == 0 {
                rle::encode_same(1, codes.len(), 1, &mut bytes);
            } else if is_optional {
                scratch.clear();
                scratch.extend(codes.iter().map(|&code| u32::from(code != ABSENT)));
                rle::encode(scratch, 1, &mut bytes);
                scratch.clear();
                scratch.extend(codes.iter().copied().filter(|&code| code != ABSENT));
                codes = scratch;
            }
            let levels = bytes.len();
            bytes.push(width);
            rle::encode(codes, width, &mut bytes);
            levels
        }
    };
    let rows = number(coded.codes.rows())?;
    let size = bytes.len();
    let page = Page::DataPageV2 {
        buf: bytes.into(),
        num_values: rows,
        encoding: Encoding::RLE_DICTIONARY,
        num_nulls: number(coded.absent)?,
        num_rows: rows,
        def_levels_byte_len: number(levels)?,
        rep_levels_byte_len: 0,
        // Codes are packed already: a codec would take time and win little.
        is_compressed: false,
        statistics: None,
    };
    Ok(CompressedPage::new(page, size))
}

fn number(n: usize) -> Result<u32> {
    u32::try_from(n).map_err(|_| ParquetError::General("a column is too large".to_owned()))
}
