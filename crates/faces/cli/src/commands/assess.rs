//! `bakas assess` and `bakas report`: what the case and its analysts say of where from, and who.

use std::path::PathBuf;

use bakas_engine::{
    assess::{self, Changed, Entry, Judge, Opened, Weighed, known::Profiles},
    clock::{Clock as _, SystemClock},
    config::Config,
    report,
    screen::{self, Showing},
};
use bakas_model::{
    Assessment, EvidenceItem, IncidentId, Statement, Text,
    assessment::{
        AddedHypothesis, AddedItem, Basis, CellSet, PriorSet, ProfileComparison, Rated, RatingSet,
        StatementAbout, Withdrawal,
    },
};
use serde::Serialize;

use crate::{
    Desk,
    args::assess::{
        Add, AddEvidence, AddHypothesis, AddStatement, Assess, AssessAction, Report, Set, SetCell,
        SetPrior, SetRating, Signed, Where,
    },
    exit::Exit,
    output::visible,
};

pub(crate) fn run(desk: &Desk<'_>, asked: Assess) -> anyhow::Result<Exit> {
    let config = config(asked.config.as_deref())?;
    let by = asked.by.clone().unwrap_or_else(|| config.analyst.clone());
    let desk = Asked { desk, by, profiles: profiles(&asked.profiles, &config), asked };
    let Some(action) = desk.asked.action.clone() else { return desk.show() };
    match action {
        AssessAction::Explain { id } => desk.explain(id.as_deref()),
        AssessAction::Next => desk.next(),
        AssessAction::History => desk.history(),
        AssessAction::Record(signed) => desk.change(None, &signed),
        AssessAction::Withdraw { id, signed } => {
            let reason = signed.why.clone();
            desk.change(
                Some(Entry::Withdraw(Withdrawal { id, reason, ..Withdrawal::default() })),
                &signed,
            )
        }
        AssessAction::Add(Add::Evidence(one)) => desk.change(Some(evidence(&one)), &one.signed),
        AssessAction::Add(Add::Statement(one)) => desk.change(Some(statement(&one)), &one.signed),
        AssessAction::Add(Add::Hypothesis(one)) => desk.change(Some(hypothesis(&one)), &one.signed),
        AssessAction::Set(Set::Cell(one)) => desk.change(Some(cell(&one)), &one.signed),
        AssessAction::Set(Set::Prior(one)) => desk.change(Some(prior(&one)), &one.signed),
        AssessAction::Set(Set::Rating(one)) => desk.change(Some(rating(&one)?), &one.signed),
    }
}

/// `bakas report`.
pub(crate) fn report(desk: &Desk<'_>, asked: Report) -> anyhow::Result<Exit> {
    let config = config(asked.config.as_deref())?;
    let request = report::Request {
        case: asked.case,
        out: asked.out.clone(),
        lang: asked.lang.lang(),
        at: asked.at,
        profiles: profiles(&asked.profiles, &config),
        replace: asked.replace,
    };
    report::run(&request, SystemClock.now())?;
    desk.screen.note(&format!("written: {}", asked.out.display()));
    Ok(Exit::Done)
}

fn config(path: Option<&std::path::Path>) -> anyhow::Result<Config> {
    Ok(path.map(Config::read).transpose()?.unwrap_or_default())
}

/// Those of the command line, or else those of the configuration.
fn profiles(given: &[PathBuf], config: &Config) -> Vec<PathBuf> {
    if given.is_empty() { config.profiles.clone() } else { given.to_vec() }
}

/// One run of the command.
struct Asked<'a> {
    desk: &'a Desk<'a>,
    by: String,
    profiles: Vec<PathBuf>,
    asked: Assess,
}

/// What `--json` writes.
#[derive(Serialize)]
struct Document<'a> {
    #[serde(flatten)]
    weighed: &'a Weighed,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    known: &'a [ProfileComparison],
}

impl Asked<'_> {
    fn weighed(&self) -> anyhow::Result<(Opened, Weighed)> {
        let now = SystemClock.now();
        let opened = assess::open(&self.asked.case, now)?;
        let weighed = opened.weighed(self.asked.at, now)?;
        if weighed.unrecorded > 0 {
            let count = weighed.unrecorded;
            self.desk.screen.note(&format!(
                "{count} entries of assessment.toml are not in its history yet: bakas assess {} record --why …",
                self.asked.case.display()
            ));
        }
        let named =
            |subject: &String| weighed.assessments.iter().any(|one| one.subject == *subject);
        if let Some(subject) = self.asked.subject.as_ref().filter(|subject| !named(subject)) {
            let mut known: Vec<_> =
                weighed.assessments.iter().map(|one| one.subject.as_str()).collect();
            known.dedup();
            let what =
                format!("nothing here is called '{subject}'; there are {}", known.join(", "));
            return Err(bakas_engine::Error::Usage(what).into());
        }
        Ok((opened, weighed))
    }

    fn showing(&self) -> Showing {
        let (width, colour) = (self.desk.screen.width(), self.desk.screen.colour);
        Showing { lang: self.asked.lang.lang(), width, colour }
    }

    /// The assessments that are asked about.
    fn chosen<'w>(&self, weighed: &'w Weighed) -> Vec<&'w Assessment> {
        let asked = &self.asked;
        let is_asked = |one: &&Assessment| {
            asked.subject.as_ref().is_none_or(|subject| *subject == one.subject)
                && asked.level.is_none_or(|level| level == one.level)
        };
        weighed.assessments.iter().filter(is_asked).collect()
    }

    fn show(&self) -> anyhow::Result<Exit> {
        let (opened, weighed) = self.weighed()?;
        let mut known = Vec::new();
        if !self.profiles.is_empty() {
            let profiles = Profiles::read(&self.profiles)?;
            for told in &profiles.told {
                self.desk.screen.note(told);
            }
            known = profiles.compare(&opened.case, &weighed.assessments);
        }
        if self.desk.screen.json {
            self.desk.screen.line(&Document { weighed: &weighed, known: &known })?;
            return Ok(Exit::Done);
        }
        let mut text = screen::show(&self.chosen(&weighed), self.showing());
        known.retain(|one| {
            self.asked.subject.as_ref().is_none_or(|subject| *subject == one.subject)
        });
        text.push_str(&screen::known(&known, self.showing()));
        self.desk.screen.text(&text)?;
        Ok(Exit::Done)
    }

    fn explain(&self, id: Option<&str>) -> anyhow::Result<Exit> {
        let (_, weighed) = self.weighed()?;
        let chosen = self.chosen(&weighed);
        if self.desk.screen.json {
            for one in chosen {
                self.desk.screen.line(one)?;
            }
            return Ok(Exit::Done);
        }
        let ids: Vec<&str> = match id {
            Some(id) => vec![id],
            None => {
                let mut ids: Vec<&str> = chosen
                    .iter()
                    .flat_map(|one| one.evidence.iter().map(|item| item.id.as_str()))
                    .collect();
                ids.sort_unstable();
                ids.dedup();
                ids
            }
        };
        for id in ids {
            let Some(text) = screen::explain(&chosen, id, self.showing()) else {
                self.desk.screen.note(&format!(
                    "nothing here is called '{}': items (E1, or by name) and explanations stand in `bakas assess CASE`",
                    visible(id)
                ));
                return Ok(Exit::Usage);
            };
            self.desk.screen.text(&text)?;
        }
        Ok(Exit::Done)
    }

    fn next(&self) -> anyhow::Result<Exit> {
        let (_, weighed) = self.weighed()?;
        let chosen = self.chosen(&weighed);
        if self.desk.screen.json {
            for one in chosen {
                for question in &one.next {
                    self.desk.screen.line(&Next { about: one.id(), question })?;
                }
            }
            return Ok(Exit::Done);
        }
        self.desk.screen.text(&screen::next(&chosen, self.showing()))?;
        Ok(Exit::Done)
    }

    fn history(&self) -> anyhow::Result<Exit> {
        let (_, weighed) = self.weighed()?;
        if self.desk.screen.json {
            for entry in &weighed.history {
                self.desk.screen.line(entry)?;
            }
            return Ok(Exit::Done);
        }
        self.desk.screen.text(&screen::history(
            &weighed.history,
            &weighed.sealed,
            self.showing(),
        ))?;
        Ok(Exit::Done)
    }

    fn change(&self, entry: Option<Entry>, signed: &Signed) -> anyhow::Result<Exit> {
        let judge = Judge { by: &self.by, why: &signed.why };
        let changed: Changed = assess::change(&self.asked.case, judge, entry, &SystemClock)?;
        if let Some(why) = &changed.unanchored {
            self.desk.screen.note(&format!(
                "kept, but not in the log of the case: {why}; the next change that can be put there speaks for this one, too"
            ));
        }
        if self.desk.screen.json {
            self.desk.screen.line(&changed.recorded)?;
        } else if changed.recorded.is_empty() {
            self.desk.screen.text("nothing to record: the history holds all of assessment.toml")?;
        } else {
            self.desk.screen.text(&screen::history(
                &changed.recorded,
                &changed.before,
                self.showing(),
            ))?;
        }
        Ok(Exit::Done)
    }
}

#[derive(Serialize)]
struct Next<'a> {
    about: String,
    #[serde(flatten)]
    question: &'a bakas_model::assessment::NextQuestion,
}

fn subject(place: &Where) -> Option<String> {
    place.about.clone()
}

fn documents(names: &[String]) -> Vec<Basis> {
    names.iter().map(|name| Basis::Document { name: name.clone(), sha256: None }).collect()
}

fn evidence(one: &AddEvidence) -> Entry {
    let item = EvidenceItem {
        id: one.id.clone(),
        kind: one.kind,
        text: Text::new(&one.text, one.text_fil.as_deref().unwrap_or_default()),
        source: one.source.clone(),
        reliability: one.reliability,
        credibility: one.credibility,
        group: one.group.clone(),
        cost: one.cost,
        interested: one.interested,
        observed: one.observed,
        incidents: one.incident.iter().cloned().map(IncidentId).collect(),
        basis: documents(&one.document),
        techniques: one.technique.clone(),
        ..EvidenceItem::default()
    };
    let subject = one.about.clone();
    Entry::Evidence(Box::new(AddedItem { subject, item, ..AddedItem::default() }))
}

fn statement(one: &AddStatement) -> Entry {
    let about = one.claims.iter().map(|(subject, level, hypothesis)| StatementAbout {
        subject: subject.clone(),
        level: *level,
        hypothesis: hypothesis.clone(),
    });
    Entry::Statement(Box::new(Statement {
        id: one.id.clone(),
        party: one.party.clone(),
        speaker: one.speaker.clone().unwrap_or_default(),
        channel: one.channel.clone().unwrap_or_default(),
        date: one.date,
        words: one.words.clone(),
        language: one.language.clone().unwrap_or_default(),
        translation: Text::new(one.translation.as_deref().unwrap_or_default(), ""),
        kind: one.kind,
        about: about.collect(),
        interested: !one.no_interest,
        reliability: one.reliability,
        credibility: one.credibility,
        supersedes: one.supersedes.clone(),
        borne_out_by: one.borne_out_by.clone(),
        contradicted_by: one.contradicted_by.clone(),
        basis: documents(&one.document),
        ..Statement::default()
    }))
}

fn hypothesis(one: &AddHypothesis) -> Entry {
    Entry::Hypothesis(AddedHypothesis {
        subject: subject(&one.place),
        level: one.place.question,
        id: one.id.clone(),
        text: Text::new(&one.text, one.text_fil.as_deref().unwrap_or_default()),
        prior: one.prior,
        reason: one.signed.why.clone(),
        ..AddedHypothesis::default()
    })
}

fn cell(one: &SetCell) -> Entry {
    Entry::Cell(CellSet {
        subject: subject(&one.place),
        level: one.place.question,
        item: one.item.clone(),
        hypothesis: one.hypothesis.clone(),
        low: one.low,
        best: one.best,
        high: one.high,
        reason: one.signed.why.clone(),
        ..CellSet::default()
    })
}

fn prior(one: &SetPrior) -> Entry {
    Entry::Prior(PriorSet {
        subject: subject(&one.place),
        level: one.place.question,
        hypothesis: one.hypothesis.clone(),
        prior: one.prior,
        reason: one.signed.why.clone(),
        ..PriorSet::default()
    })
}

fn rating(one: &SetRating) -> anyhow::Result<Entry> {
    let of = match (&one.item, &one.party) {
        (Some(item), None) => Rated::Item(item.clone()),
        (None, Some(party)) => Rated::Party(party.clone()),
        _ => {
            let what = "name what is rated: an item's id, or --party NAME";
            return Err(bakas_engine::Error::Usage(what.into()).into());
        }
    };
    let interested = match (one.interest, one.no_interest) {
        (true, _) => Some(true),
        (_, true) => Some(false),
        _ => None,
    };
    let reason = one.signed.why.clone();
    let (reliability, credibility) = (one.reliability, one.credibility);
    let rating =
        RatingSet { of, reliability, credibility, interested, reason, ..RatingSet::default() };
    Ok(Entry::Rating(rating))
}
