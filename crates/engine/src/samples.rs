//! The words of some lines of evidence, read again from the logs, for people to see.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, Read, Seek, SeekFrom},
};

use bakas_ingest::{Chunker, Format};
use bakas_model::{IncidentId, Place, Timestamp};
use bakas_respond::report::EvidenceSample;

use crate::plan::{Plan, PlannedFile, PlannedMember};

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
            let raws = raw_lines(file, member, &lines).unwrap_or_default();
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

fn raw_lines(
    file: &PlannedFile,
    member: &PlannedMember,
    lines: &[Wanted],
) -> io::Result<Vec<String>> {
    let Some(format) = member.format else { return Ok(Vec::new()) };
    let mut shipped = File::open(&file.path)?;
    let mut head = Vec::new();
    (&mut shipped).take(HEAD_BYTES).read_to_end(&mut head)?;
    let is_wide = bakas_ingest::Encoding::of(&head).is_wide();
    if member.name.is_empty() && !is_wide && !bakas_ingest::is_packed(&head) {
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
        if found.name == member.name {
            raws = in_order(found.reader, format, lines)?;
        }
        Ok(())
    };
    bakas_ingest::unpack(&file.name, &mut io::BufReader::new(shipped), &mut each, &mut |_| ())?;
    Ok(raws)
}

/// Lines of a stream that only goes forward, as the decoders saw it; several lines may be of one
/// place. They are sorted by place; those too far in are left out.
fn in_order(stream: &mut dyn Read, format: Format, lines: &[Wanted]) -> io::Result<Vec<String>> {
    let mut chunker = Chunker::new(format, stream.take(PACKED_BYTES_LIMIT));
    let mut raws = Vec::new();
    let mut buffer = Vec::new();
    while let Some(chunk) = chunker.next(buffer)? {
        while let Some(line) = lines.get(raws.len()) {
            let end = line.place.offset + u64::from(line.place.length);
            let Some(mut words) = chunk.part(line.place.offset..end) else { break };
            let length = words.len().min(SAMPLE_BYTES_LIMIT) as u32;
            raws.push(take(&mut words, length)?);
        }
        if raws.len() == lines.len() {
            break;
        }
        buffer = chunk.bytes;
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
        let plan = Plan::make(&[file], None, &[]).unwrap();
        let (mark, width) = if bytes.starts_with(b"\xff\xfe") { (2, 2) } else { (0, 1) };
        let length = LINES.find('\n').unwrap() as u64;
        let wanted = [1, 2].map(|n| Wanted {
            incident: IncidentId("I-01".into()),
            place: Place {
                source: SourceIx(0),
                offset: mark + n * (length + 1) * width,
                length: (length * width) as u32,
            },
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
        // Offsets count bytes of the source: of wide text two a character.
        let wide: Vec<u8> = [0xff, 0xfe]
            .into_iter()
            .chain(LINES.encode_utf16().flat_map(u16::to_le_bytes))
            .collect();
        assert_eq!(shown(folder.path(), "wide.log", &wide), expected);
    }

    #[test]
    fn a_packed_record_of_two_incidents_is_shown_in_both() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("packed.log.zst");
        let packed = zstd::encode_all(LINES.as_bytes(), 1).unwrap();
        std::fs::File::create(&file).unwrap().write_all(&packed).unwrap();
        let plan = Plan::make(&[file], None, &[]).unwrap();
        let length = LINES.find('\n').unwrap() as u32;
        let wanted = ["I-01", "I-02"].map(|id| Wanted {
            incident: IncidentId(id.into()),
            place: Place { source: SourceIx(0), offset: 0, length },
            time: Timestamp::default(),
        });
        let raws: Vec<_> = read(&plan, wanted.to_vec()).into_iter().map(|s| s.raw).collect();
        let first = LINES.lines().next().unwrap();
        assert_eq!(raws, [first, first]);
    }
}
