//! Finds the rows that are wanted. A file whose dictionaries hold nothing that is wanted is left
//! after a look at them; of the others only the rows that are wanted are put together.

use std::{
    fs::File,
    path::{Path, PathBuf},
};

use bakas_model::{AgencyIx, Class, EventRow};
use bakas_store::{StoreError, Wanted, case_folder::list_files};
use parquet::{
    errors::{ParquetError, Result},
    file::{
        reader::{FileReader, RowGroupReader},
        serialized_reader::SerializedFileReader,
    },
};

use crate::{
    dictionary::ABSENT,
    partition,
    read::{self, CodedColumn, bad},
    rows::{self, Rows},
    schema::{COLUMNS, ix},
    table::read_address,
};

type Each<'a> = &'a mut dyn FnMut(EventRow) -> std::result::Result<(), StoreError>;

pub(crate) fn scan(
    dir: &Path,
    agencies: &[String],
    wanted: &Wanted,
    each: Each<'_>,
) -> std::result::Result<(), StoreError> {
    if wanted.is_empty() || !dir.exists() {
        return Ok(());
    }
    for file in event_files(dir, agencies)? {
        let rows = wanted_rows(file.open()?, &file, wanted, each);
        rows.map_err(|e| file.damaged(&e))??;
    }
    Ok(())
}

/// One file of a lake.
#[derive(Debug)]
pub(crate) struct EventFile {
    path: PathBuf,
    /// Its path below the lake's folder.
    name: String,
    pub(crate) class: Class,
    pub(crate) agency: AgencyIx,
}

/// The files of a lake.
pub(crate) fn event_files(
    dir: &Path,
    agencies: &[String],
) -> std::result::Result<Vec<EventFile>, StoreError> {
    let mut files = Vec::new();
    for (name, _) in list_files(dir)? {
        if !name.ends_with(".parquet") {
            continue;
        }
        let Some((class, agency)) = partition::read_path(&name, agencies) else {
            let detail = "its folder names no class or agency of this case".to_owned();
            return Err(StoreError::Damaged { what: name, detail });
        };
        files.push(EventFile { path: dir.join(&name), name, class, agency });
    }
    Ok(files)
}

impl EventFile {
    pub(crate) fn open(&self) -> std::result::Result<File, StoreError> {
        File::open(&self.path).map_err(|e| StoreError::io("open", &self.path, e))
    }

    pub(crate) fn damaged(&self, error: &ParquetError) -> StoreError {
        StoreError::Damaged { what: self.name.clone(), detail: error.to_string() }
    }
}

/// Reads the footer of a file and checks it.
pub(crate) fn reader(file: File) -> Result<SerializedFileReader<File>> {
    let file_bytes = file.metadata()?.len();
    let reader = SerializedFileReader::new(file)?;
    read::check_footer(reader.metadata(), file_bytes)?;
    if reader.metadata().file_metadata().schema_descr().num_columns() != COLUMNS.len() {
        return Err(bad("it has other columns than events have"));
    }
    Ok(reader)
}

/// The outer error is the file's, the inner one that of `each`.
fn wanted_rows(
    opened: File,
    file: &EventFile,
    wanted: &Wanted,
    each: Each<'_>,
) -> Result<std::result::Result<(), StoreError>> {
    let reader = reader(opened)?;
    for at in 0..reader.num_row_groups() {
        let group = reader.get_row_group(at)?;
        let chosen = select(&*group, file.agency, wanted)?;
        if chosen.is_empty() {
            continue;
        }
        let rows = Rows::open(&*group)?;
        for &row in &chosen {
            let mut copy = rows::blank(file.class, file.agency);
            rows.read(row, &mut copy)?;
            if let Err(e) = each(copy) {
                return Ok(Err(e));
            }
        }
    }
    Ok(Ok(()))
}

/// The indices of the rows that are wanted.
pub(crate) fn select(
    group: &dyn RowGroupReader,
    agency: AgencyIx,
    wanted: &Wanted,
) -> Result<Vec<usize>> {
    let mut chosen: Vec<usize> = Vec::new();
    let is_address = |value: &[u8]| wanted.holds_address(read_address(value));
    let is_account =
        |value: &[u8]| wanted.holds_account(agency, Some(String::from_utf8_lossy(value).as_ref()));
    let by_account = wanted.accounts.iter().any(|key| key.agency == agency);
    if !wanted.addresses.is_empty() {
        select_in(group, ix::Src, &is_address, &mut chosen)?;
    }
    if by_account {
        select_in(group, ix::Account, &is_account, &mut chosen)?;
        select_in(group, ix::Target, &is_account, &mut chosen)?;
    }
    if by_account {
        chosen.sort_unstable();
        chosen.dedup();
    }
    Ok(chosen)
}

fn select_in(
    group: &dyn RowGroupReader,
    at: usize,
    is_wanted: &dyn Fn(&[u8]) -> bool,
    chosen: &mut Vec<usize>,
) -> Result<()> {
    let column = CodedColumn::open(group, at)?;
    let flags: Vec<bool> = column.values().map(is_wanted).collect();
    if !flags.contains(&true) {
        return Ok(());
    }
    let codes = column.codes()?;
    let is_chosen = |&(_, &code): &(usize, &u32)| code != ABSENT && flags[code as usize];
    chosen.extend(codes.iter().enumerate().filter(is_chosen).map(|(row, _)| row));
    Ok(())
}
