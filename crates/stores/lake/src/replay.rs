//! Gives wanted rows back in the order of time without sorting them all: files lie by day and are
//! nearly in order, so few row groups are open at a time, and their rows are merged. Where too many
//! overlap to be held in memory it says so and does nothing.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, binary_heap::PeekMut},
    path::Path,
};

use bakas_model::{EventRow, Place, Timestamp};
use bakas_store::{StoreError, Wanted};
use parquet::{
    errors::Result,
    file::{metadata::RowGroupMetaData, reader::FileReader, statistics::Statistics},
};

use crate::{
    read::bad,
    rows::{self, Rows},
    scan::{self, EventFile},
    schema::ix,
};

/// Memory for the row groups that are open at the same time, in bytes.
const OPEN_BYTES_LIMIT: u64 = 128 << 20;
/// Bytes that a row of an open group takes beside its dictionaries.
const ROW_BYTES: u64 = 100;

/// A row group that was not opened yet.
#[derive(Debug)]
struct Group {
    file: usize,
    at: usize,
    first: Timestamp,
    last: Timestamp,
    bytes: u64,
}

/// An open row group.
#[derive(Debug)]
struct Cursor {
    file: usize,
    rows: Rows,
    /// The wanted rows in order, the next one last.
    left: Vec<usize>,
}

/// What orders rows, and the cursor whose next row it is.
type Head = Reverse<(Timestamp, Place, usize)>;

/// Whether the rows could be given in order.
pub(crate) fn replay(
    dir: &Path,
    agencies: &[String],
    wanted: &Wanted,
    each: &mut dyn FnMut(&mut EventRow) -> std::result::Result<(), StoreError>,
) -> std::result::Result<bool, StoreError> {
    if wanted.is_empty() || !dir.exists() {
        return Ok(true);
    }
    let files = scan::event_files(dir, agencies)?;
    let mut groups = Vec::new();
    for (number, file) in files.iter().enumerate() {
        let found = list_groups(file.open()?, number, &mut groups);
        found.map_err(|e| file.damaged(&e))?;
    }
    if most_open(&groups) > OPEN_BYTES_LIMIT {
        return Ok(false);
    }
    // The earliest last: it is taken off the end.
    groups.sort_by_key(|group| Reverse((group.first, group.file, group.at)));
    merge(&files, groups, wanted, each)?;
    Ok(true)
}

fn list_groups(opened: std::fs::File, file: usize, groups: &mut Vec<Group>) -> Result<()> {
    let reader = scan::reader(opened)?;
    for (at, group) in reader.metadata().row_groups().iter().enumerate() {
        let (first, last) = span(group);
        let unpacked = u64::try_from(group.total_byte_size()).unwrap_or(u64::MAX);
        let rows = u64::try_from(group.num_rows()).unwrap_or(u64::MAX);
        let bytes = unpacked.saturating_add(rows.saturating_mul(ROW_BYTES));
        groups.push(Group { file, at, first, last, bytes });
    }
    Ok(())
}

/// The first and last time of a group, as its footer tells them.
fn span(group: &RowGroupMetaData) -> (Timestamp, Timestamp) {
    let times = match group.column(ix::Time).statistics() {
        Some(Statistics::Int64(times)) => (times.min_opt().copied(), times.max_opt().copied()),
        _ => (None, None),
    };
    let (first, last) = (times.0.unwrap_or(i64::MIN), times.1.unwrap_or(i64::MAX));
    (Timestamp::from_micros(first), Timestamp::from_micros(last))
}

/// The bytes of the groups that are open at the same time, at most.
fn most_open(groups: &[Group]) -> u64 {
    let mut edges: Vec<(Timestamp, bool, u64)> = Vec::with_capacity(groups.len() * 2);
    for group in groups {
        edges.push((group.first, false, group.bytes));
        edges.push((group.last, true, group.bytes));
    }
    edges.sort_unstable();
    let (mut open, mut most) = (0_u64, 0);
    for (_, ends, bytes) in edges {
        open = if ends { open.saturating_sub(bytes) } else { open.saturating_add(bytes) };
        most = most.max(open);
    }
    most
}

fn merge(
    files: &[EventFile],
    mut groups: Vec<Group>,
    wanted: &Wanted,
    each: &mut dyn FnMut(&mut EventRow) -> std::result::Result<(), StoreError>,
) -> std::result::Result<(), StoreError> {
    let mut cursors: Vec<Option<Cursor>> = Vec::new();
    let mut heads: BinaryHeap<Head> = BinaryHeap::new();
    let Some(any) = files.first() else { return Ok(()) };
    let mut row = rows::blank(any.class, any.agency);
    loop {
        // Opened before anything that comes after its first row.
        while let Some(group) = groups.last()
            && heads.peek().is_none_or(|Reverse((time, ..))| group.first <= *time)
        {
            let file = &files[group.file];
            let opened = Cursor::open(file, group, wanted).map_err(|e| file.damaged(&e))?;
            groups.pop();
            let Some((cursor, (time, place))) = opened else { continue };
            let free = cursors.iter().position(Option::is_none);
            let at = free.unwrap_or(cursors.len());
            if free.is_none() {
                cursors.push(None);
            }
            cursors[at] = Some(cursor);
            heads.push(Reverse((time, place, at)));
        }
        let Some(mut head) = heads.peek_mut() else { return Ok(()) };
        let at = head.0.2;
        let cursor = cursors[at].as_mut().expect("a head is of an open cursor");
        let file = &files[cursor.file];
        (row.class, row.agency) = (file.class, file.agency);
        match cursor.take(&mut row).map_err(|e| file.damaged(&e))? {
            Some((time, place)) => head.0 = (time, place, at),
            None => {
                PeekMut::pop(head);
                cursors[at] = None;
            }
        }
        each(&mut row)?;
    }
}

impl Cursor {
    /// Opens a group and tells its first wanted row; `None` where it has none.
    fn open(
        file: &EventFile,
        group: &Group,
        wanted: &Wanted,
    ) -> Result<Option<(Self, (Timestamp, Place))>> {
        let opened = file.open().map_err(|e| bad(&e.to_string()))?;
        let reader = scan::reader(opened)?;
        let reader = reader.get_row_group(group.at)?;
        let mut left = scan::select(&*reader, file.agency, wanted)?;
        if left.is_empty() {
            return Ok(None);
        }
        let rows = Rows::open(&*reader)?;
        let mut keys = Vec::with_capacity(left.len());
        for &row in &left {
            keys.push((rows.time(row), rows.place(row)?, row));
        }
        if !keys.is_sorted() {
            keys.sort_unstable();
        }
        let Some(&(time, place, _)) = keys.first() else { return Ok(None) };
        if time < group.first {
            return Err(bad("it holds a row that is earlier than its footer says"));
        }
        left.clear();
        left.extend(keys.iter().rev().map(|&(.., row)| row));
        Ok(Some((Self { file: group.file, rows, left }, (time, place))))
    }

    /// Takes the next row and tells the one after it.
    fn take(&mut self, out: &mut EventRow) -> Result<Option<(Timestamp, Place)>> {
        if let Some(row) = self.left.pop() {
            self.rows.read(row, out)?;
        }
        let Some(&next) = self.left.last() else { return Ok(None) };
        Ok(Some((self.rows.time(next), self.rows.place(next)?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overlapping_groups_count_together() {
        let group = |first, last, bytes| Group {
            file: 0,
            at: 0,
            first: Timestamp::from_micros(first),
            last: Timestamp::from_micros(last),
            bytes,
        };
        assert_eq!(most_open(&[]), 0);
        assert_eq!(most_open(&[group(0, 9, 5), group(10, 19, 7)]), 7);
        // One that ends when the other begins is still open then.
        assert_eq!(most_open(&[group(0, 10, 5), group(10, 19, 7)]), 12);
        assert_eq!(most_open(&[group(0, 30, 5), group(10, 19, 7), group(20, 29, 8)]), 13);
    }
}
