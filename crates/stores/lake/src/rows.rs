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

/// A dictionary column of names that Bakas writes.
#[derive(Debug)]
struct Named<T> {
    /// By code; `None` for a name that is none of these.
    values: Vec<Option<T>>,
    codes: Vec<u32>,
}

/// The columns that a row of the model is made of.
#[derive(Debug)]
pub(crate) struct Rows {
    time: Vec<i64>,
    offset: Vec<i64>,
    length: Vec<i64>,
    source: Decoded,
    stream: Named<Stream>,
    activity: Named<Activity>,
    status: Named<Status>,
    src: Decoded,
    asn: Decoded,
    account: Decoded,
    target: Decoded,
    object: Decoded,
    agent: Decoded,
    operation: Decoded,
    host: Decoded,
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
            stream: Named::new(coded(ix::Stream)?, Stream::ALL, Stream::name),
            activity: Named::new(coded(ix::Activity)?, &ACTIVITIES, Activity::name),
            status: Named::new(coded(ix::Status)?, &STATUSES, Status::name),
            src: coded(ix::Src)?,
            asn: coded(ix::Asn)?,
            account: coded(ix::Account)?,
            target: coded(ix::Target)?,
            object: coded(ix::Object)?,
            agent: coded(ix::Agent)?,
            operation: coded(ix::Operation)?,
            host: coded(ix::Host)?,
            http_status: coded(ix::HttpStatus)?,
        })
    }

    /// When a row happened.
    pub(crate) fn time(&self, row: usize) -> Timestamp {
        Timestamp::from_micros(self.time[row])
    }

    /// Where a row's record lies.
    pub(crate) fn place(&self, row: usize) -> Result<Place> {
        let source = self.source.number(row)?.ok_or_else(|| bad("a row has no source"))?;
        Ok(Place {
            source: SourceIx((source as i32).cast_unsigned()),
            offset: self.offset[row].cast_unsigned(),
            length: (self.length[row] as i32).cast_unsigned(),
        })
    }

    /// Makes `out` that row, in the room that it has; its class and agency stay.
    pub(crate) fn read(&self, row: usize, out: &mut EventRow) -> Result<()> {
        out.place = self.place(row)?;
        out.stream = self.stream.value(row)?;
        out.time = self.time(row);
        out.activity = self.activity.value(row)?;
        out.status = self.status.value(row)?;
        out.src = self.src.bytes(row).map(read_address);
        out.asn = self.asn.number(row)?.map(|asn| Asn(asn as u32));
        self.account.read(row, &mut out.account);
        self.target.read(row, &mut out.target);
        self.object.read(row, &mut out.object);
        self.agent.read(row, &mut out.agent);
        out.operation.clear();
        push_text(self.operation.bytes(row).unwrap_or_default(), &mut out.operation);
        self.host.read(row, &mut out.host);
        out.http_status = self.http_status.number(row)?.map(|code| code as u16);
        Ok(())
    }
}

/// A row with nothing in it yet.
pub(crate) fn blank(class: Class, agency: AgencyIx) -> EventRow {
    EventRow {
        place: Place::default(),
        agency,
        stream: Stream::Web,
        time: Timestamp::default(),
        class,
        activity: Activity::Other,
        status: Status::Unknown,
        src: None,
        asn: None,
        account: None,
        target: None,
        object: None,
        agent: None,
        operation: String::new(),
        host: None,
        http_status: None,
    }
}

/// Appends bytes that should be text; what is none is shown as such.
fn push_text(bytes: &[u8], out: &mut String) {
    match std::str::from_utf8(bytes) {
        Ok(text) => out.push_str(text),
        Err(_) => out.push_str(&String::from_utf8_lossy(bytes)),
    }
}

impl<T: Copy> Named<T> {
    fn new(column: Decoded, all: &[T], name: fn(T) -> &'static str) -> Self {
        let find = |value: &[u8]| all.iter().copied().find(|&one| name(one).as_bytes() == value);
        Self { values: column.column.values().map(find).collect(), codes: column.codes }
    }

    fn value(&self, row: usize) -> Result<T> {
        let value = self.values.get(self.codes[row] as usize).copied().flatten();
        value.ok_or_else(|| bad("a name is none that Bakas writes"))
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

    fn read(&self, row: usize, out: &mut Option<String>) {
        let Some(bytes) = self.bytes(row) else {
            *out = None;
            return;
        };
        let out = out.get_or_insert_default();
        out.clear();
        push_text(bytes, out);
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
