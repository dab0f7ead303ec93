//! Finds the rows that are wanted. A file whose dictionaries hold nothing that is wanted is left
//! after a look at them; of the others only the rows that are wanted are put together.

use std::{fs::File, path::Path};

use bakas_model::{AgencyIx, Class, EventRow};
use bakas_store::{StoreError, Wanted, case_folder::list_files};
use parquet::{
    errors::Result,
    file::{
        reader::{FileReader, RowGroupReader},
        serialized_reader::SerializedFileReader,
    },
};

use crate::{
    dictionary::ABSENT,
    partition,
    read::{self, CodedColumn, bad},
    rows::Rows,
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
    for (name, _) in list_files(dir)? {
        if !name.ends_with(".parquet") {
            continue;
        }
        let damaged = |detail: String| StoreError::Damaged { what: name.clone(), detail };
        let Some((class, agency)) = partition::read_path(&name, agencies) else {
            return Err(damaged("its folder names no class or agency of this case".to_owned()));
        };
        let path = dir.join(&name);
        let file = File::open(&path).map_err(|e| StoreError::io("open", &path, e))?;
        let rows = wanted_rows(file, class, agency, wanted, each);
        rows.map_err(|e| damaged(e.to_string()))??;
    }
    Ok(())
}

/// The outer error is the file's, the inner one that of `each`.
fn wanted_rows(
    file: File,
    class: Class,
    agency: AgencyIx,
    wanted: &Wanted,
    each: Each<'_>,
) -> Result<std::result::Result<(), StoreError>> {
    let file_bytes = file.metadata()?.len();
    let reader = SerializedFileReader::new(file)?;
    read::check_footer(reader.metadata(), file_bytes)?;
    if reader.metadata().file_metadata().schema_descr().num_columns() != COLUMNS.len() {
        return Err(bad("it has other columns than events have"));
    }
    for at in 0..reader.num_row_groups() {
        let group = reader.get_row_group(at)?;
        let chosen = select(&*group, agency, wanted)?;
        if chosen.is_empty() {
            continue;
        }
        let rows = Rows::open(&*group)?;
        for &row in &chosen {
            if let Err(e) = each(rows.row(row, class, agency)?) {
                return Ok(Err(e));
            }
        }
    }
    Ok(Ok(()))
}

/// The indices of the rows that are wanted.
fn select(group: &dyn RowGroupReader, agency: AgencyIx, wanted: &Wanted) -> Result<Vec<usize>> {
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
    chosen.sort_unstable();
    chosen.dedup();
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
