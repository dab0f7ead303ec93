//! Sorted hits become detections. Each is handed on as it comes; kept for casework are the
//! weightiest, so that a log in which every line is an attack fits in memory all the same.

use std::{cmp::Reverse, collections::BTreeMap, path::Path};

use bakas_detect::{Input, Rules};
use bakas_model::{AgencyIx, Detection, Hit, IncidentKind, RuleMeta, Text, case::SetAside};
use bakas_store::{Spool, StoreError};

use crate::{Error, chained::Chained};

/// Memory for the detections that casework is given, in bytes.
const DETECTIONS_BYTES_LIMIT: usize = 64 << 20;
/// What more is held before the least of them are let go, in bytes.
const SLACK_BYTES: usize = 16 << 20;

/// What correlating came to.
#[derive(Debug)]
pub(crate) struct Correlated {
    /// The detections for casework, in order, the weightiest where there are too many.
    pub(crate) kept: Vec<Detection>,
    /// All there were.
    pub(crate) count: u64,
    /// What was too much for casework, to be told.
    pub(crate) left_out: Vec<SetAside>,
}

/// Correlates, and hands every detection to `each`. What does not fit in memory goes to `temp`.
pub(crate) fn run(
    rules: &Rules,
    inputs: Spool<Input>,
    temp: &Path,
    each: &mut dyn FnMut(&Detection) -> Result<(), StoreError>,
) -> Result<Correlated, Error> {
    let mut fault: Option<StoreError> = None;
    let mut failed: Option<StoreError> = None;
    let mut kept = Kept::new(rules.metas(), DETECTIONS_BYTES_LIMIT, SLACK_BYTES);
    let mut sorted = inputs.into_sorted()?;
    let hits = std::iter::from_fn(|| match sorted.next()? {
        Ok(input) => Some(input),
        Err(error) => {
            fault = Some(error);
            None
        }
    });
    let chained = Chained::new(temp);
    rules.correlate_with(hits, &mut || chained.sorter(), &mut |detection| {
        if failed.is_none() {
            failed = each(&detection).err();
            kept.add(detection);
        }
    });
    match fault.or(failed).or(chained.fault()) {
        Some(fault) => Err(fault.into()),
        None => Ok(kept.finish()),
    }
}

/// The weightiest detections.
struct Kept<'a> {
    metas: &'a [RuleMeta],
    bytes_limit: usize,
    slack: usize,
    held: Vec<Detection>,
    bytes: usize,
    count: u64,
    /// By agency: detections let go, and their hits.
    gone: BTreeMap<AgencyIx, (u64, u64)>,
}

impl<'a> Kept<'a> {
    fn new(metas: &'a [RuleMeta], bytes_limit: usize, slack: usize) -> Self {
        let (held, gone) = (Vec::new(), BTreeMap::new());
        Self { metas, bytes_limit, slack, held, bytes: 0, count: 0, gone }
    }

    fn add(&mut self, mut detection: Detection) {
        self.count += 1;
        let kind = self.metas.get(detection.rule.0 as usize).and_then(|meta| meta.kind);
        // All of it is in the findings; casework reads hits and agents of cloud rules alone.
        if kind != Some(IncidentKind::CloudAbuse) {
            detection.samples = Vec::new();
            detection.agents = Vec::new();
        }
        detection.networks = Vec::new();
        detection.addresses.shrink_to_fit();
        detection.accounts.shrink_to_fit();
        detection.objects.shrink_to_fit();
        detection.agents.shrink_to_fit();
        self.bytes += weight(&detection);
        self.held.push(detection);
        if self.bytes >= self.bytes_limit + self.slack {
            self.let_go();
        }
    }

    /// Lets the least go: those of no kind, then those of low level, then those of few hits.
    fn let_go(&mut self) {
        if self.bytes <= self.bytes_limit {
            return;
        }
        let metas = self.metas;
        let importance = |detection: &Detection| {
            let meta = metas.get(detection.rule.0 as usize);
            let kind = meta.is_some_and(|meta| meta.kind.is_some());
            Reverse((kind, meta.map(|meta| meta.severity), detection.count, Reverse(detection.id)))
        };
        self.held.sort_by_cached_key(importance);
        let mut room = self.bytes_limit;
        let mut fits = |detection: &Detection| {
            let left = room.checked_sub(weight(detection));
            left.inspect(|left| room = *left).is_some()
        };
        let kept = self.held.iter().take_while(|detection| fits(detection)).count();
        for detection in self.held.drain(kept..) {
            let gone = self.gone.entry(detection.agency).or_default();
            gone.0 += 1;
            gone.1 += detection.count;
        }
        self.bytes = self.bytes_limit - room;
    }

    fn finish(mut self) -> Correlated {
        self.let_go();
        self.held.sort_unstable_by_key(|detection| detection.id);
        let held = self.held.len();
        let tell = |(agency, (detections, hits)): (&AgencyIx, &(u64, u64))| SetAside {
            agency: *agency,
            text: Text::new(
                format!(
                    "{detections} detections not judged: more than fit in memory beside the {held} \
                     that were, of the lowest level and the fewest hits; all stand in \
                     findings.ndjson"
                ),
                format!(
                    "{detections} deteksiyon ang hindi nahusgahan: hindi na kasya sa memorya kasama \
                     ng {held} na nahusgahan, at ang mga ito ang may pinakamababang antas at \
                     pinakakaunting tugma; nasa findings.ndjson ang lahat"
                ),
            ),
            detections: *detections,
            hits: *hits,
        };
        let left_out = self.gone.iter().map(tell).collect();
        Correlated { kept: self.held, count: self.count, left_out }
    }
}

/// Bytes that a detection takes, about.
fn weight(detection: &Detection) -> usize {
    /// What the allocator adds.
    const PIECE: usize = 16;
    let names = [&detection.accounts, &detection.objects, &detection.agents];
    let names = names.into_iter().flatten().map(|tally| tally.value.len() + PIECE);
    let samples = detection.samples.iter().map(|hit| size_of_val(hit) + hit_texts(hit));
    let group = detection.group.iter().map(|(name, value)| name.len() + value.len() + 4 * PIECE);
    size_of::<Detection>()
        + 4 * PIECE
        + size_of_val(&*detection.addresses)
        + size_of_val(&*detection.accounts)
        + size_of_val(&*detection.objects)
        + size_of_val(&*detection.agents)
        + names.chain(samples).chain(group).sum::<usize>()
}

fn hit_texts(hit: &Hit) -> usize {
    let texts = [&hit.account, &hit.target, &hit.object, &hit.agent];
    hit.operation.len() + texts.into_iter().flatten().map(|text| text.len() + 16).sum::<usize>()
}

#[cfg(test)]
mod tests {
    use bakas_model::{DetectionId, RuleIx, Severity, Timestamp};

    use super::*;

    fn detection(id: u32, rule: u32, count: u64) -> Detection {
        Detection {
            id: DetectionId(id),
            rule: RuleIx(rule),
            agency: AgencyIx(0),
            group: Vec::new(),
            first: Timestamp::default(),
            last: Timestamp::default(),
            count,
            addresses: Vec::new(),
            networks: Vec::new(),
            accounts: Vec::new(),
            account_count: 0,
            objects: Vec::new(),
            agents: Vec::new(),
            samples: Vec::new(),
        }
    }

    #[test]
    fn of_too_many_the_weightiest_stay_and_the_rest_are_counted() {
        let meta = |severity| RuleMeta {
            severity,
            kind: Some(IncidentKind::WebExploitation),
            ..RuleMeta::default()
        };
        let metas = [meta(Severity::Low), meta(Severity::High)];
        let one = weight(&detection(0, 0, 1));
        let mut kept = Kept::new(&metas, 10 * one, 5 * one);
        for n in 0..1000 {
            // One in a hundred is of the higher level; of the others some have more hits.
            let rule = u32::from(n % 100 == 7);
            kept.add(detection(n, rule, if n == 500 { 9 } else { 1 }));
            assert!(kept.held.len() <= 15, "never more than the bound and its slack");
        }
        let done = kept.finish();
        let ids: Vec<u32> = done.kept.iter().map(|d| d.id.0).collect();
        assert_eq!(ids, [7, 107, 207, 307, 407, 507, 607, 707, 807, 907]);
        assert_eq!(done.count, 1000);
        let aside = &done.left_out[0];
        assert_eq!((aside.detections, aside.hits), (990, 998));
        assert!(aside.text.en.contains("findings.ndjson"), "{}", aside.text.en);
    }

    #[test]
    fn what_fits_stays_whole() {
        let mut kept = Kept::new(&[], 10 * weight(&detection(0, 0, 1)), 0);
        (0..10).for_each(|n| kept.add(detection(n, 0, 1)));
        let done = kept.finish();
        assert_eq!((done.kept.len(), done.left_out.len()), (10, 0));
    }
}
