//! Reads columns of a row group back: dictionaries and codes by hand, so that values are looked at
//! once and not once a row; numbers by Parquet's own reader.

use bytes::Bytes;
use parquet::{
    basic::Encoding,
    column::{page::Page, reader::ColumnReader},
    errors::{ParquetError, Result},
    file::{metadata::ParquetMetaData, reader::RowGroupReader},
};

use crate::{
    dictionary::ABSENT,
    rle,
    schema::{COLUMNS, Kind},
};

/// A dictionary column as it lies in the file.
#[derive(Debug)]
pub(crate) struct CodedColumn {
    plain: Bytes,
    /// Start and end of each value.
    values: Vec<(u32, u32)>,
    page: Bytes,
    rows: usize,
    absent: usize,
    level_bytes: usize,
}

impl CodedColumn {
    /// Opens a column without looking at its rows.
    pub(crate) fn open(group: &dyn RowGroupReader, at: usize) -> Result<Self> {
        let mut pages = group.get_column_page_reader(at)?;
        let foreign = || bad("a column is not laid out as Bakas writes it");
        let Some(Page::DictionaryPage {
            buf: plain, num_values, encoding: Encoding::PLAIN, ..
        }) = pages.get_next_page()?
        else {
            return Err(foreign());
        };
        let Some(Page::DataPageV2 {
            buf,
            num_values: rows,
            encoding: Encoding::RLE_DICTIONARY,
            num_nulls,
            def_levels_byte_len,
            ..
        }) = pages.get_next_page()?
        else {
            return Err(foreign());
        };
        if pages.get_next_page()?.is_some() {
            return Err(foreign());
        }
        let values = split_values(&plain, num_values as usize, COLUMNS[at].kind)
            .ok_or_else(|| bad("a dictionary is damaged"))?;
        Ok(Self {
            plain,
            values,
            page: buf,
            rows: rows as usize,
            absent: num_nulls as usize,
            level_bytes: def_levels_byte_len as usize,
        })
    }

    /// The distinct values.
    pub(crate) fn values(&self) -> impl Iterator<Item = &[u8]> {
        self.values.iter().map(|&(start, end)| &self.plain[start as usize..end as usize])
    }

    /// The value of a code.
    pub(crate) fn value(&self, code: u32) -> Option<&[u8]> {
        let &(start, end) = self.values.get(code as usize)?;
        Some(&self.plain[start as usize..end as usize])
    }

    /// One code a row, [`ABSENT`] where there is none.
    pub(crate) fn codes(&self) -> Result<Vec<u32>> {
        self.decode().ok_or_else(|| bad("the codes of a column are damaged"))
    }

    fn decode(&self) -> Option<Vec<u32>> {
        let (levels, rest) = self.page.split_at_checked(self.level_bytes)?;
        let (&width, codes) = rest.split_first()?;
        let present = self.rows.checked_sub(self.absent)?;
        let codes = rle::decode(codes, width, present)?;
        if codes.iter().any(|&code| code as usize >= self.values.len()) {
            return None;
        }
        if self.absent == 0 {
            return Some(codes);
        }
        let levels = rle::decode(levels, 1, self.rows)?;
        let mut codes = codes.into_iter();
        let spread: Option<Vec<u32>> = levels
            .into_iter()
            .map(|level| if level == 0 { Some(ABSENT) } else { codes.next() })
            .collect();
        spread.filter(|_| codes.next().is_none())
    }
}

/// All numbers of a column in which every row has one.
pub(crate) fn numbers(group: &dyn RowGroupReader, at: usize, rows: usize) -> Result<Vec<i64>> {
    let mut longs = Vec::with_capacity(rows);
    match group.get_column_reader(at)? {
        ColumnReader::Int64ColumnReader(mut reader) => {
            reader.read_records(rows, None, None, &mut longs)?;
        }
        ColumnReader::Int32ColumnReader(mut reader) => {
            let mut ints = Vec::with_capacity(rows);
            reader.read_records(rows, None, None, &mut ints)?;
            longs.extend(ints.into_iter().map(i64::from));
        }
        _ => return Err(bad("a column of numbers holds none")),
    }
    if longs.len() == rows { Ok(longs) } else { Err(bad("a column of numbers is short")) }
}

/// Refuses a footer that points outside its file: Parquet's own reader would panic over it.
pub(crate) fn check_footer(footer: &ParquetMetaData, file_bytes: u64) -> Result<()> {
    for group in footer.row_groups() {
        let starts_and_sizes = group.columns().iter().map(|column| {
            let start = column.dictionary_page_offset().unwrap_or(column.data_page_offset());
            (start, column.data_page_offset(), column.compressed_size(), column.num_values())
        });
        for (start, data, size, values) in starts_and_sizes {
            let end = start.checked_add(size).and_then(|end| u64::try_from(end).ok());
            let is_inside = end.is_some_and(|end| end <= file_bytes);
            let right = start >= 0 && data >= 0 && size >= 0 && values == group.num_rows();
            if !right || !is_inside || values < 0 {
                return Err(bad("its footer points outside it"));
            }
        }
    }
    Ok(())
}

fn split_values(plain: &[u8], count: usize, kind: Kind) -> Option<Vec<(u32, u32)>> {
    let fixed = match kind {
        Kind::Text => None,
        Kind::Int => Some(4),
        Kind::Micros | Kind::Long => Some(8),
        Kind::Address => Some(16),
    };
    let mut values = Vec::with_capacity(count.min(plain.len()));
    let mut at = 0_usize;
    for _ in 0..count {
        let length = match fixed {
            Some(length) => length,
            None => {
                let prefix = plain.get(at..at + 4)?;
                at += 4;
                u32::from_le_bytes(prefix.try_into().ok()?) as usize
            }
        };
        let end = at.checked_add(length).filter(|&end| end <= plain.len())?;
        values.push((u32::try_from(at).ok()?, u32::try_from(end).ok()?));
        at = end;
    }
    (at == plain.len()).then_some(values)
}

pub(crate) fn bad(what: &str) -> ParquetError {
    ParquetError::General(what.to_owned())
}
