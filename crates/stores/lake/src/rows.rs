//! Puts rows of the model together from the columns of a row group. It does not choose them.

use bakas_model::{
    Activity, AgencyIx, Asn, Class, EventRow, Place, SourceIx, Status, Stream, Timestamp,
};
use parquet::{errors::Result, file::reader::RowGroupReader};

use crate::{
    dictionary::ABSENT,
    read::{self, CodedColumn, bad},
    schema::ix,
    table::read_address,
};

/// A dictionary column with its codes.
#[derive(Debug)]
struct Decoded {
    column: CodedColumn,
    codes: Vec<u32>,
}

/// The columns that a row of the model is made of.
#[derive(Debug)]
pub(crate) struct Rows {
    time: Vec<i64>,
    offset: Vec<i64>,
    length: Vec<i64>,
    source: Decoded,
    stream: Decoded,
    activity: Decoded,
    status: Decoded,
    src: Decoded,
    asn: Decoded,
    account: Decoded,
    target: Decoded,
    object: Decoded,
    agent: Decoded,
    operation: Decoded,
    http_status: Decoded,
}

const ACTIVITIES: [Activity; 14] = [
    Activity::Logon,
    Activity::Logoff,
    Activity::Create,
    Activity::Read,
    Activity::Update,
    Activity::Delete,
    Activity::Send,
    Activity::Receive,
    Activity::Share,
    Activity::Download,
    Activity::Upload,
    Activity::Launch,
    Activity::Request,
    Activity::Other,
];
const STATUSES: [Status; 3] = [Status::Unknown, Status::Success, Status::Failure];

impl Rows {
    pub(crate) fn open(group: &dyn RowGroupReader) -> Result<Self> {
        let rows = usize::try_from(group.metadata().num_rows())
            .map_err(|_| bad("it has a negative number of rows"))?;
        let coded = |at| Decoded::open(group, at, rows);
        Ok(Self {
            time: read::numbers(group, ix::Time, rows)?,
            offset: read::numbers(group, ix::Offset, rows)?,
            length: read::numbers(group, ix::Length, rows)?,
            source: coded(ix::Source)?,
            stream: coded(ix::Stream)?,
            activity: coded(ix::Activity)?,
            status: coded(ix::Status)?,
            src: coded(ix::Src)?,
            asn: coded(ix::Asn)?,
            account: coded(ix::Account)?,
            target: coded(ix::Target)?,
            object: coded(ix::Object)?,
            agent: coded(ix::Agent)?,
            operation: coded(ix::Operation)?,
            http_status: coded(ix::HttpStatus)?,
        })
    }

    pub(crate) fn row(&self, row: usize, class: Class, agency: AgencyIx) -> Result<EventRow> {
        let source = self.source.number(row)?.ok_or_else(|| bad("a row has no source"))?;
        let place = Place {
            source: SourceIx((source as i32).cast_unsigned()),
            offset: self.offset[row].cast_unsigned(),
            length: (self.length[row] as i32).cast_unsigned(),
        };
        let stream = self.stream.named(row, Stream::ALL, Stream::name)?;
        Ok(EventRow {
            place,
            agency,
            stream,
            time: Timestamp::from_micros(self.time[row]),
            class,
            activity: self.activity.named(row, &ACTIVITIES, Activity::name)?,
            status: self.status.named(row, &STATUSES, Status::name)?,
            src: self.src.bytes(row).map(read_address),
            asn: self.asn.number(row)?.map(|asn| Asn(asn as u32)),
            account: self.account.text(row),
            target: self.target.text(row),
            object: self.object.text(row),
            agent: self.agent.text(row),
            operation: self.operation.text(row).unwrap_or_default(),
            http_status: self.http_status.number(row)?.map(|code| code as u16),
        })
    }
}

impl Decoded {
    fn open(group: &dyn RowGroupReader, at: usize, rows: usize) -> Result<Self> {
        let column = CodedColumn::open(group, at)?;
        let codes = column.codes()?;
        if codes.len() != rows {
            return Err(bad("its columns have different numbers of rows"));
        }
        Ok(Self { column, codes })
    }

    fn bytes(&self, row: usize) -> Option<&[u8]> {
        let code = self.codes[row];
        if code == ABSENT { None } else { self.column.value(code) }
    }

    fn text(&self, row: usize) -> Option<String> {
        self.bytes(row).map(|bytes| String::from_utf8_lossy(bytes).into_owned())
    }

    /// A number of four or eight bytes.
    fn number(&self, row: usize) -> Result<Option<i64>> {
        let Some(bytes) = self.bytes(row) else { return Ok(None) };
        if let Ok(bytes) = bytes.try_into() {
            return Ok(Some(i64::from_le_bytes(bytes)));
        }
        let bytes = bytes.try_into().map_err(|_| bad("a number has another width"))?;
        Ok(Some(i32::from_le_bytes(bytes).into()))
    }

    fn named<T: Copy>(&self, row: usize, all: &[T], name: fn(T) -> &'static str) -> Result<T> {
        let bytes = self.bytes(row).unwrap_or_default();
        let found = all.iter().copied().find(|&one| name(one).as_bytes() == bytes);
        found.ok_or_else(|| bad("a name is none that Bakas writes"))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_name_reads_back_as_itself() {
        let activities: HashSet<_> = ACTIVITIES.iter().map(|a| a.name()).collect();
        assert_eq!(activities.len(), ACTIVITIES.len());
        let last = Activity::Other as usize;
        assert_eq!(ACTIVITIES.len(), last + 1, "every activity is in the list");
        let statuses: HashSet<_> = STATUSES.iter().map(|s| s.name()).collect();
        assert_eq!(statuses.len(), Status::Failure as usize + 1);
    }
}
