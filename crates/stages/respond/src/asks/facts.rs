//! What the asks of one agency rest on, taken from its incidents: names of accounts, destinations,
//! pages, times. All of it was written by strangers and is made harmless to read here.

use std::collections::BTreeSet;

use bakas_model::{
    Agency, AgencyIx, Block, Incident, IncidentId, IncidentKind, Text, Timestamp,
    incident::{Act, Deed, Moment},
};

use crate::{
    site::{Site, sites},
    text::{self, visible},
};

/// Names that one ask spells out; the rest are counted.
const NAMES_LIMIT: usize = 8;
/// Longest name taken from a log, in characters.
const NAME_CHARS_LIMIT: usize = 120;
/// What the intruder did after entering that one ask quotes.
const STEPS_LIMIT: usize = 6;

/// Endings of pages that a server runs.
const SCRIPT_ENDINGS: [&str; 10] =
    [".php", ".phtml", ".phar", ".jsp", ".jspx", ".asp", ".aspx", ".ashx", ".cgi", ".pl"];
/// One agency's matters.
#[derive(Debug)]
pub(super) struct Facts<'a> {
    agency: &'a Agency,
    pub(super) incidents: Vec<&'a Incident>,
    pub(super) blocks: Vec<&'a Block>,
}

impl<'a> Facts<'a> {
    pub(super) fn of(
        ix: AgencyIx,
        agency: &'a Agency,
        incidents: &'a [Incident],
        blocks: &'a [Block],
    ) -> Self {
        Self {
            agency,
            incidents: incidents.iter().filter(|incident| incident.agency == ix).collect(),
            blocks: blocks.iter().filter(|block| block.agency == ix && block.proposed).collect(),
        }
    }

    /// What the administrator calls it.
    pub(super) fn domain(&self) -> String {
        let name = self.agency.domains.first().or(self.agency.name.as_ref());
        shown(name.unwrap_or(&self.agency.id))
    }

    pub(super) fn of_kinds(&self, kinds: &[IncidentKind]) -> Vec<&'a Incident> {
        self.incidents.iter().copied().filter(|i| kinds.contains(&i.kind)).collect()
    }

    pub(super) fn ids(&self) -> Vec<IncidentId> {
        ids(&self.incidents)
    }

    pub(super) fn first(&self) -> Timestamp {
        self.incidents.iter().map(|i| i.first).min().unwrap_or_default()
    }

    /// Whether any incident was seen at such a place.
    pub(super) fn is_at(&self, site: Site) -> bool {
        self.incidents.iter().any(|incident| sites(incident).contains(&site))
    }

    /// Whether an account was entered at one of these places.
    pub(super) fn is_entered_at(&self, places: &[Site]) -> bool {
        self.entered().iter().any(|i| sites(i).iter().any(|site| places.contains(site)))
    }

    /// Incidents in which an account was entered.
    pub(super) fn entered(&self) -> Vec<&'a Incident> {
        self.incidents.iter().copied().filter(|incident| !entries_of(incident).is_empty()).collect()
    }

    /// Mail addresses outside that forwarding and rules name.
    pub(super) fn destinations(&self, incidents: &[&Incident]) -> Vec<String> {
        let deeds = incidents.iter().flat_map(|i| deeds(i));
        let sent = deeds.filter(|deed| matches!(deed.act, Act::Forward | Act::MailRule));
        let found: BTreeSet<_> = sent
            .flat_map(|deed| words(&deed.object))
            .filter(|word| self.is_outside(word))
            .collect();
        distinct(found.into_iter())
    }

    fn is_outside(&self, word: &str) -> bool {
        word.split_once('@').is_some_and(|(name, domain)| {
            !name.is_empty() && domain.contains('.') && !self.is_own(domain)
        })
    }

    fn is_own(&self, domain: &str) -> bool {
        let domain = domain.to_ascii_lowercase();
        self.agency.domains.iter().any(|own| {
            let own = own.to_ascii_lowercase();
            domain == own || domain.strip_suffix(&own).is_some_and(|rest| rest.ends_with('.'))
        })
    }
}

pub(super) fn ids(incidents: &[&Incident]) -> Vec<IncidentId> {
    incidents.iter().map(|incident| incident.id.clone()).collect()
}

/// Accounts that were entered, each once. A web log names the form only: see [`forms`].
pub(super) fn entered_accounts(incidents: &[&Incident]) -> Vec<String> {
    distinct(entries(incidents).into_iter().filter(|name| !name.starts_with('/')))
}

/// Sign-in forms through which somebody entered, where the log does not name the account.
pub(super) fn forms(incidents: &[&Incident]) -> Vec<String> {
    distinct(entries(incidents).into_iter().filter(|name| name.starts_with('/')))
}

fn entries<'a>(incidents: &[&'a Incident]) -> Vec<&'a str> {
    incidents.iter().flat_map(|incident| entries_of(incident)).collect()
}

/// The accounts an incident entered; of a takeover or of cloud abuse also those that only acted: a
/// token or key needs no sign-in on record.
fn entries_of(incident: &Incident) -> Vec<&str> {
    let entered = incident.scope.entered.iter().map(|entered| entered.account.as_str());
    let acted =
        deeds(incident).map(|deed| deed.account.as_str()).filter(|who| match incident.kind {
            IncidentKind::AccountTakeover => who.contains('@'),
            IncidentKind::CloudAbuse => !who.is_empty(),
            _ => false,
        });
    entered.chain(acted).collect()
}

/// Accounts that were tried, most tried first.
pub(super) fn tried_accounts(incidents: &[&Incident]) -> Vec<String> {
    let mut tried: Vec<_> = incidents.iter().flat_map(|i| &i.scope.tried).collect();
    tried.sort_by(|a, b| b.count.cmp(&a.count).then(a.value.cmp(&b.value)));
    distinct(tried.into_iter().map(|tally| tally.value.as_str()))
}

/// Pages that a server runs, among what was touched: the shell, or the page that was attacked.
pub(super) fn scripts(incidents: &[&Incident]) -> Vec<String> {
    let objects = incidents.iter().flat_map(|i| &i.scope.objects).map(|o| o.value.as_str());
    distinct(objects.filter_map(path_of).filter(|path| is_script(path)))
}

/// Any pages among what was touched.
pub(super) fn pages(incidents: &[&Incident]) -> Vec<String> {
    let objects = incidents.iter().flat_map(|i| &i.scope.objects).map(|o| o.value.as_str());
    distinct(objects.filter_map(path_of))
}

/// The steps that left something behind, as casework told them; beyond a bound they are counted.
pub(super) fn steps(incidents: &[&Incident]) -> Option<Text> {
    let steps: Vec<_> = incidents.iter().flat_map(|i| left_behind(i)).collect();
    let quoted = |pick: fn(&Text) -> &str, more: &str| {
        let said: Vec<_> =
            steps.iter().map(|step| pick(&step.text).trim_end_matches('.')).collect();
        let said = distinct(said.into_iter());
        let rest = said.len().saturating_sub(STEPS_LIMIT);
        let shown = said.iter().take(STEPS_LIMIT).cloned().collect::<Vec<_>>().join("; ");
        if rest == 0 { shown } else { format!("{shown}; {} {more}", text::number(rest as u64)) }
    };
    (!steps.is_empty()).then(|| {
        Text::new(
            quoted(|text| &text.en, "more in the timeline"),
            quoted(|text| &text.fil, "pa sa timeline"),
        )
    })
}

/// Names as a list in both languages, the rest counted.
pub(super) fn named(names: &[String]) -> Text {
    text::list(names, NAMES_LIMIT)
}

fn left_behind(incident: &Incident) -> impl Iterator<Item = &Moment> {
    let leaves = |step: &&Moment| {
        step.deed.as_ref().is_some_and(|deed| deed.act.leaves_something() && !deed.failed)
    };
    incident.scope.after.iter().filter(leaves)
}

fn deeds(incident: &Incident) -> impl Iterator<Item = &Deed> {
    incident.scope.after.iter().filter_map(|step| step.deed.as_ref())
}

/// The path of a URL or of what a method stands before, without its query.
fn path_of(object: &str) -> Option<&str> {
    let path = object.split(' ').find(|word| word.starts_with('/'))?;
    path.split(['?', '#']).next()
}

fn is_script(path: &str) -> bool {
    let path = path.to_ascii_lowercase();
    path.split('/').any(|part| SCRIPT_ENDINGS.iter().any(|ending| part.ends_with(ending)))
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| c.is_whitespace() || "\"'“”‘’<>(),;:[]".contains(c))
        .map(|word| word.trim_matches('.'))
}

fn distinct<'t>(names: impl Iterator<Item = &'t str>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    names.filter(|name| seen.insert(*name)).map(shown).collect()
}

/// A stranger's text, made harmless and short.
fn shown(text: &str) -> String {
    text::cut(&visible(text), NAME_CHARS_LIMIT).into_owned()
}
