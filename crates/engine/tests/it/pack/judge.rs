//! Reads a sample's logs and says which rules fired. What ought to fire is the samples' matter.

use std::{collections::BTreeSet, net::IpAddr};

use bakas_detect::{Context, Input, LoadOptions, Matcher, Rules};
use bakas_ingest::{Chunker, Decoder, Format, Formats, Sink};
use bakas_model::{
    Agency, Asn, Country, Event, Location, NetworkKind, Reject, Source, SourceIx, Stream, Timestamp,
};
use bakas_sigma::Document;
use bumpalo::Bump;

use super::{
    PackRule,
    sample::{Case, Samples},
};

/// What came of one case.
#[derive(Default)]
pub(super) struct Verdict {
    /// The numbers of the rules that fired.
    pub(super) fired: BTreeSet<usize>,
    /// What was wrong with the sample itself.
    pub(super) problems: Vec<String>,
    /// The first events, in words, for whoever has to find out why.
    pub(super) seen: Vec<String>,
}

/// What the loader is told besides the rules: the log sources of formats that have one of their own,
/// and the pipelines.
pub(super) fn options() -> LoadOptions {
    let mut options = LoadOptions::default();
    for definition in Formats::builtin().definitions() {
        let source = definition.log_source();
        if definition.stream() == Stream::Custom && !options.custom.contains(&source) {
            options.custom.push(source);
        }
    }
    let folder = super::root().join("pipelines");
    options.pipelines = super::files(&folder, "yml")
        .into_iter()
        .map(|file| {
            (file.display().to_string(), std::fs::read_to_string(folder.join(file)).unwrap())
        })
        .collect();
    options
}

/// Hears samples.
pub(super) struct Judge<'r> {
    rules: &'r Rules,
}

impl<'r> Judge<'r> {
    pub(super) fn new(rules: &'r Rules) -> Self {
        Self { rules }
    }

    pub(super) fn hear(&self, samples: &Samples, case: &Case) -> Verdict {
        self.read(&samples.logs(case))
    }

    /// Reads logs, given as format and text, and matches them.
    pub(super) fn read(&self, logs: &[(String, String)]) -> Verdict {
        let agency = Agency {
            id: "welfare".to_owned(),
            domains: vec!["agency.example".to_owned()],
            ..Agency::default()
        };
        let mut looker = Looker {
            rules: self.rules,
            matcher: self.rules.matcher(),
            agency: &agency,
            inputs: Vec::new(),
            events: 0,
            verdict: Verdict::default(),
        };
        for (at, (name, text)) in logs.iter().enumerate() {
            let Some(format) = Formats::builtin().from_name(name) else {
                looker.verdict.problems.push(format!("there is no format '{name}'"));
                continue;
            };
            decode(u32::try_from(at).unwrap(), format, text, &mut looker);
        }
        let Looker { mut inputs, mut verdict, events, .. } = looker;
        if events == 0 {
            verdict.problems.push("it holds no event".to_owned());
        }
        inputs.sort();
        self.rules.correlate(inputs.into_iter(), &mut |detection| {
            verdict.fired.insert(detection.rule.0 as usize);
        });
        verdict
    }
}

fn decode(source: u32, format: Format, text: &str, looker: &mut Looker<'_, '_>) {
    let mut source = Source { ix: SourceIx(source), ..Source::default() };
    let reference: Timestamp = "2026-03-01T00:00:00Z".parse().unwrap();
    source.clock.year_reference = Some(reference.day());
    let mut chunker = Chunker::new(format, text.as_bytes());
    let mut decoder = Decoder::with(&source, format, Formats::builtin());
    let (mut arena, mut buffer) = (Bump::new(), Vec::new());
    while let Some(chunk) = chunker.next(buffer).unwrap() {
        decoder.decode(&chunk, &arena, looker);
        buffer = chunk.bytes;
        arena.reset();
    }
}

struct Looker<'r, 'a> {
    rules: &'r Rules,
    matcher: Matcher<'r>,
    agency: &'a Agency,
    inputs: Vec<Input>,
    events: u64,
    verdict: Verdict,
}

impl Sink for Looker<'_, '_> {
    fn event(&mut self, event: &Event<'_>, _: u64) {
        self.events += 1;
        let location = event.src.map_or_else(Location::default, locate);
        let context = Context { location, operator: Some("Example"), agency: self.agency };
        let matched = self.matcher.run(event, &context).to_vec();
        self.verdict.fired.extend(matched.iter().map(|ix| ix.0 as usize));
        self.rules.inputs(event, &context, &matched, &mut self.inputs);
        if self.verdict.seen.len() < 3 {
            let fields: Vec<String> =
                event.fields.iter().map(|f| format!("{}={}", f.name, f.value.as_text())).collect();
            self.verdict.seen.push(format!(
                "{} {} {:?} {:?} op={} src={:?} account={:?} target={:?} object={:?} {{{}}}",
                event.stream.name(),
                event.class.name(),
                event.activity,
                event.status,
                event.operation,
                event.src,
                event.account,
                event.target,
                event.object,
                fields.join(", ")
            ));
        }
    }

    fn reject(&mut self, reject: Reject) {
        self.verdict.problems.push(format!("{:?}: {}", reject.reason, reject.detail));
    }
}

/// The world of the samples: 192.0.2.0/24 is a telco, 203.0.113.0/24 another one abroad,
/// 198.51.100.0/24 and 2001:db8::/32 rented servers, 100.64.0.0/10 a third telco; the private
/// blocks are inside.
fn locate(address: IpAddr) -> Location {
    let known =
        |asn, country, kind| Location { asn: Some(Asn(asn)), country: Country::new(country), kind };
    match address {
        IpAddr::V4(v4) => match v4.octets() {
            [192, 0, 2, _] => known(64_496, "PH", NetworkKind::Telco),
            [203, 0, 113, _] => known(64_497, "SG", NetworkKind::Telco),
            [198, 51, 100, _] => known(64_498, "NL", NetworkKind::Hosting),
            [100, 64..=127, _, _] => known(64_500, "PH", NetworkKind::Telco),
            _ => Location { kind: NetworkKind::Special, ..Location::default() },
        },
        IpAddr::V6(v6) if v6.segments()[..2] == [0x2001, 0xdb8] => {
            known(64_499, "DE", NetworkKind::Hosting)
        }
        IpAddr::V6(_) => Location { kind: NetworkKind::Special, ..Location::default() },
    }
}

/// A rule for each log source of the pack that matches every event it is asked of: it tells
/// whether a false sample was a near miss, or none at all.
pub(super) struct Probes {
    texts: Vec<(String, String)>,
    /// By name: what a rule's near misses must have touched.
    near: std::collections::BTreeMap<String, Vec<String>>,
}

impl Probes {
    pub(super) fn new(pack: &[PackRule]) -> Self {
        let mut probes = Self { texts: Vec::new(), near: std::collections::BTreeMap::new() };
        for rule in pack {
            let near = match &rule.document {
                Document::Rule(parsed) => {
                    let source = &parsed.log_source;
                    let parts = [
                        ("category", &source.category),
                        ("product", &source.product),
                        ("service", &source.service),
                    ];
                    let mut text = String::new();
                    for (name, part) in parts {
                        if let Some(part) = part {
                            text += &format!("  {name}: {part}\n");
                        }
                    }
                    let name = format!("probe {}", text.replace('\n', ","));
                    if !probes.texts.iter().any(|(known, _)| *known == name) {
                        let text = format!(
                            "title: '{name}'\nlogsource:\n{text}detection:\n  any:\n    \
                             class_uid|gte: 0\n  condition: any\n"
                        );
                        probes.texts.push((name.clone(), text));
                    }
                    vec![name]
                }
                _ => Vec::new(),
            };
            probes.near.insert(rule.path.clone(), near);
        }
        probes
    }

    pub(super) fn texts(&self) -> impl Iterator<Item = (String, String)> {
        self.texts.iter().cloned()
    }

    /// What a near miss of that rule must at least touch: a probe for a plain rule, a rule that it
    /// counts for a correlation.
    pub(super) fn near(&self, rule: &PackRule) -> Vec<String> {
        match &rule.document {
            Document::Correlation(correlation) => {
                let members = self.near.iter().filter(|(path, _)| {
                    let name = path.replace('/', "_");
                    correlation.rules.iter().any(|r| r.name == name)
                });
                members.flat_map(|(path, probes)| probes.iter().chain([path]).cloned()).collect()
            }
            _ => self.near[&rule.path].clone(),
        }
    }
}
