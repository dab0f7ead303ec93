//! What attacked agencies have in common: the provider. It says what speaks for and against a
//! compromise of the provider itself, and decides nothing.

use std::collections::BTreeMap;

use bakas_model::{
    AgencyIx, CommonFactor, Incident, IncidentKind, Text,
    incident::{Act, Entered},
};
use rustc_hash::FxHashSet;

use crate::{
    Findings,
    draft::Drafts,
    reading::{self, Family},
    words,
};

/// Entries within this time of one another at several agencies speak for a common cause: an hour.
const SAME_HOUR_MICROS: i64 = 3600 * 1_000_000;

/// Providers at which several agencies were attacked, with what speaks for and against a compromise
/// of the provider itself.
pub(crate) fn common_factors(
    findings: &Findings<'_>,
    drafts: &Drafts,
    order: &[usize],
    incidents: &[Incident],
) -> Vec<CommonFactor> {
    let mut attacked: BTreeMap<&'static str, Vec<usize>> = BTreeMap::new();
    for (at, draft) in order.iter().enumerate() {
        let providers: std::collections::BTreeSet<&'static str> = drafts.drafts[*draft]
            .fold
            .streams
            .keys()
            .filter(|stream| reading::family(**stream) == Family::Mail)
            .filter_map(|stream| reading::provider(*stream))
            .collect();
        for provider in providers {
            attacked.entry(provider).or_default().push(at);
        }
    }
    attacked
        .into_iter()
        .filter_map(|(provider, at)| {
            let members: Vec<&Incident> = at.iter().map(|at| &incidents[*at]).collect();
            let mut agencies: Vec<AgencyIx> = members.iter().map(|i| i.agency).collect();
            agencies.sort_unstable();
            agencies.dedup();
            (agencies.len() > 1).then(|| {
                let (speaks_for, speaks_against) = weigh_provider(findings, provider, &members);
                CommonFactor { provider: provider.to_owned(), agencies, speaks_for, speaks_against }
            })
        })
        .collect()
}

fn weigh_provider(
    findings: &Findings<'_>,
    provider: &str,
    members: &[&Incident],
) -> (Vec<Text>, Vec<Text>) {
    let mut for_ = Vec::new();
    let mut against = Vec::new();
    let takeovers: Vec<&&Incident> =
        members.iter().filter(|i| i.kind == IncidentKind::AccountTakeover).collect();
    let entered: Vec<_> = takeovers
        .iter()
        .flat_map(|i| i.scope.entered.iter().map(move |entered| (i.agency, entered)))
        .collect();
    let tried: u64 = members.iter().map(|i| i.scope.tries).sum();
    if tried > 0 {
        let n = words::number(tried);
        against.push(Text::new(
            format!("{} at {provider} failed: whoever holds the provider need not guess", words::plural(tried, "sign-in", "sign-ins")),
            format!("{n} pag-sign in sa {provider} ang nabigo: ang may hawak sa provider ay hindi kailangang manghula"),
        ));
    }
    if !entered.is_empty() {
        per_account(&entered, takeovers.len(), &mut for_, &mut against);
    }
    let resisted = members.iter().map(|i| i.agency).collect::<FxHashSet<_>>().len()
        - takeovers.iter().map(|i| i.agency).collect::<FxHashSet<_>>().len();
    if resisted > 0 {
        against.push(Text::new(
            format!(
                "at {} with the same provider no account is seen to be entered",
                words::plural(resisted as u64, "agency", "agencies")
            ),
            format!(
                "sa {resisted} ahensiyang may parehong provider, walang account na nakitang napasok"
            ),
        ));
    }
    let deeds = members.iter().flat_map(|i| &i.scope.after).filter_map(|step| step.deed.as_ref());
    let mut administered = deeds.filter(|deed| deed.act == Act::Administer && !deed.failed);
    if administered.next().is_some() {
        for_.push(Text::new(
            "administrative changes were made after entry: the provider's own audit of its staff should be asked for",
            "may mga pagbabagong administratibo pagkapasok: hingin ang sariling audit ng provider sa mga tauhan nito",
        ));
    } else {
        against.push(Text::new(
            "no action of the provider's own staff or of a tenant-wide right is seen",
            "walang nakitang kilos ng tauhan ng provider o ng karapatang sumasaklaw sa buong tenant",
        ));
    }
    let everybody = findings.agencies.len();
    for_.push(Text::new(
        format!(
            "{} of {everybody} agencies were attacked at this one provider",
            members.iter().map(|i| i.agency).collect::<FxHashSet<_>>().len()
        ),
        format!(
            "{} sa {everybody} ahensiya ang inatake sa iisang provider na ito",
            members.iter().map(|i| i.agency).collect::<FxHashSet<_>>().len()
        ),
    ));
    (for_, against)
}

fn per_account(
    entered: &[(AgencyIx, &Entered)],
    takeovers: usize,
    for_: &mut Vec<Text>,
    against: &mut Vec<Text>,
) {
    let n = entered.len();
    let guessed = entered.iter().filter(|(_, e)| e.failures_before > 0).count();
    if guessed > 0 {
        against.push(Text::new(
            format!("{guessed} of {n} entries came after tries that failed on the same account"),
            format!(
                "{guessed} sa {n} pagpasok ay matapos ang mga bigong subok sa parehong account"
            ),
        ));
    }
    if guessed < n {
        let without = n - guessed;
        for_.push(Text::new(
            format!("{without} of {n} entries had no failed try before them in these logs"),
            format!("{without} sa {n} pagpasok ang walang bigong subok bago nito sa mga log"),
        ));
    }
    against.push(Text::new(
        format!(
            "{} entered one by one, not whole domains at once",
            words::plural(n as u64, "account was", "accounts were")
        ),
        format!("{n} account ang isa-isang napasok, hindi buong domain nang sabay"),
    ));
    let same_hour = entered.iter().any(|(agency, e)| {
        entered
            .iter()
            .any(|(other, o)| other != agency && e.at.micros_since(o.at).abs() <= SAME_HOUR_MICROS)
    });
    if takeovers > 1 && same_hour {
        for_.push(Text::new(
            "accounts of several agencies were entered within one hour",
            "napasok ang mga account ng ilang ahensiya sa loob ng isang oras",
        ));
    } else if takeovers > 1 {
        against.push(Text::new(
            "the agencies were entered at different times",
            "napasok ang mga ahensiya sa magkakaibang oras",
        ));
    }
}
