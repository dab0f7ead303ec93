//! The words of some lines of evidence, read again from the logs, for people to see.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, Read, Seek, SeekFrom},
};

use bakas_model::{IncidentId, Place, Timestamp};
use bakas_respond::report::EvidenceSample;

use crate::plan::{Plan, PlannedFile};

/// Lines shown of one incident.
pub(crate) const PER_INCIDENT_LIMIT: usize = 8;
/// Longest part of a line that is shown, in bytes.
const SAMPLE_BYTES_LIMIT: usize = 2_000;
/// Enough of a file to tell whether it is packed.
const HEAD_BYTES: u64 = 512;
/// How far into a packed file a line may lie to be read again.
const PACKED_BYTES_LIMIT: u64 = 256 << 20;

/// A line that is to be shown.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    pub(crate) incident: IncidentId,
    pub(crate) place: Place,
    pub(crate) time: Timestamp,
}

/// Reads the lines. One that cannot be read again is left out: its place stands in the evidence.
pub(crate) fn read(plan: &Plan, wanted: Vec<Wanted>) -> Vec<EvidenceSample> {
    let mut by_source: BTreeMap<_, Vec<Wanted>> = BTreeMap::new();
    for line in wanted {
        by_source.entry(line.place.source).or_default().push(line);
    }
    let mut samples = Vec::new();
    for file in &plan.files {
        for member in &file.members {
            let Some(mut lines) = by_source.remove(&member.source) else { continue };
            lines.sort_by_key(|line| line.place);
            let raws = raw_lines(file, &member.name, &lines).unwrap_or_default();
            let name = &plan.sources[member.source.0 as usize].path;
            samples.extend(lines.into_iter().zip(raws).map(|(line, raw)| EvidenceSample {
                incident: line.incident,
                file: name.clone(),
                place: line.place,
                time: line.time,
                raw,
            }));
        }
    }
    samples.sort_by(|a, b| (&a.incident, a.time, a.place).cmp(&(&b.incident, b.time, b.place)));
    samples
}

fn raw_lines(file: &PlannedFile, member: &str, lines: &[Wanted]) -> io::Result<Vec<String>> {
    let mut shipped = File::open(&file.path)?;
    let mut head = Vec::new();
    (&mut shipped).take(HEAD_BYTES).read_to_end(&mut head)?;
    // Offsets count bytes of text as it is decoded: a mark of order or width moves them.
    let is_marked = head.starts_with(b"\xef\xbb\xbf")
        || head.starts_with(b"\xff\xfe")
        || head.starts_with(b"\xfe\xff");
    if member.is_empty() && !is_marked && !bakas_ingest::is_packed(&head) {
        return lines
            .iter()
            .map(|line| {
                shipped.seek(SeekFrom::Start(line.place.offset))?;
                take(&mut shipped, line.place.length)
            })
            .collect();
    }
    shipped.rewind()?;
    let mut raws = Vec::new();
    let mut each = |found: bakas_ingest::Member<'_>| {
        if found.name == member {
            raws = in_order(found.reader, lines)?;
        }
        Ok(())
    };
    bakas_ingest::unpack(&file.name, &mut io::BufReader::new(shipped), &mut each, &mut |_| ())?;
    Ok(raws)
}

/// Lines of a stream that only goes forward; they are sorted by place.
fn in_order(stream: &mut dyn Read, lines: &[Wanted]) -> io::Result<Vec<String>> {
    let mut at = 0;
    let mut raws = Vec::new();
    let mut stream = stream.take(PACKED_BYTES_LIMIT);
    for line in lines {
        let gap = line.place.offset.saturating_sub(at);
        io::copy(&mut (&mut stream).take(gap), &mut io::sink())?;
        let raw = take(&mut stream, line.place.length)?;
        // What was cut off the sample is passed over with the next gap.
        at = line.place.offset + (line.place.length as usize).min(SAMPLE_BYTES_LIMIT) as u64;
        raws.push(raw);
    }
    Ok(raws)
}

fn take(stream: &mut impl Read, length: u32) -> io::Result<String> {
    let length = (length as usize).min(SAMPLE_BYTES_LIMIT);
    let mut bytes = Vec::with_capacity(length);
    stream.take(length as u64).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use std::{io::Write as _, path::Path};

    use bakas_model::SourceIx;

    use super::*;

    const LINES: &str = "192.0.2.7 - - [05/Jan/2026:08:00:00 +0800] \"GET /a HTTP/1.1\" 200 5\n\
        192.0.2.8 - - [05/Jan/2026:08:00:01 +0800] \"GET /b HTTP/1.1\" 200 5\n\
        192.0.2.9 - - [05/Jan/2026:08:00:02 +0800] \"GET /c HTTP/1.1\" 200 5\n";

    fn shown(folder: &Path, name: &str, bytes: &[u8]) -> Vec<String> {
        let file = folder.join(name);
        std::fs::File::create(&file).unwrap().write_all(bytes).unwrap();
        let plan = Plan::make(&[file], None).unwrap();
        let length = LINES.find('\n').unwrap() as u64;
        let wanted = [1, 2].map(|n| Wanted {
            incident: IncidentId("I-01".into()),
            place: Place { source: SourceIx(0), offset: n * (length + 1), length: length as u32 },
            time: Timestamp::default(),
        });
        read(&plan, wanted.to_vec()).into_iter().map(|sample| sample.raw).collect()
    }

    #[test]
    fn the_same_words_come_back_however_the_log_was_shipped() {
        let folder = tempfile::tempdir().unwrap();
        let expected: Vec<_> = LINES.lines().skip(1).map(str::to_owned).collect();
        assert_eq!(shown(folder.path(), "plain.log", LINES.as_bytes()), expected);
        let packed = zstd::encode_all(LINES.as_bytes(), 1).unwrap();
        assert_eq!(shown(folder.path(), "packed.log.zst", &packed), expected);
    }
}
