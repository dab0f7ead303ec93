//! What is planned ahead, because it is little: every act of the attackers and of the decoys that
//! people play, each with its time and its incident. The volume of every day is made on the way.

use std::{collections::BTreeSet, net::IpAddr};

use bakas_model::IncidentKind;

use crate::{
    office::Act,
    shelf::IncidentNumber,
    truth::TruthDecoy,
    world::{SiteIx, World},
    write::{auth::AuthLine, trail::Call, web::Hit},
};

/// A request that was planned.
#[derive(Clone, Debug)]
pub(crate) struct PlannedHit {
    pub(crate) address: IpAddr,
    pub(crate) method: &'static str,
    pub(crate) target: String,
    pub(crate) status: u16,
    pub(crate) bytes: u64,
    pub(crate) referer: String,
    pub(crate) agent: &'static str,
}

/// A record that was planned.
#[derive(Clone, Debug)]
pub(crate) enum Record {
    Web {
        site: SiteIx,
        server: usize,
        hit: PlannedHit,
    },
    Act {
        agency: usize,
        act: Box<Act>,
    },
    Line {
        host: usize,
        line: AuthLine,
    },
    Call(Box<Call>),
    /// Somebody innocent visits from that address.
    Neighbour(IpAddr),
}

/// A record with its time and its incident; 0 is nobody's.
#[derive(Clone, Debug)]
pub(crate) struct Planned {
    pub(crate) time: i64,
    pub(crate) incident: IncidentNumber,
    pub(crate) record: Record,
}

/// An incident as planned.
#[derive(Clone, Debug)]
pub(crate) struct PlannedIncident {
    pub(crate) agency: usize,
    pub(crate) kind: IncidentKind,
    /// Whose; `None` for what comes from the background of the Internet.
    pub(crate) actor: Option<usize>,
    pub(crate) addresses: BTreeSet<IpAddr>,
    pub(crate) accounts: BTreeSet<String>,
}

/// Everything planned.
#[derive(Debug, Default)]
pub(crate) struct Plot {
    pub(crate) planned: Vec<Planned>,
    pub(crate) incidents: Vec<PlannedIncident>,
    pub(crate) decoys: Vec<TruthDecoy>,
    next: usize,
}

impl Plot {
    /// The number of the incident of that agency, kind and actor; the same each time.
    pub(crate) fn incident(
        &mut self,
        agency: usize,
        kind: IncidentKind,
        actor: Option<usize>,
    ) -> IncidentNumber {
        let known = self
            .incidents
            .iter()
            .position(|i| (i.agency, i.kind, i.actor) == (agency, kind, actor) && actor.is_some());
        let at = known.unwrap_or_else(|| {
            self.incidents.push(PlannedIncident {
                agency,
                kind,
                actor,
                addresses: BTreeSet::new(),
                accounts: BTreeSet::new(),
            });
            self.incidents.len() - 1
        });
        at as IncidentNumber + 1
    }

    fn add(&mut self, time: i64, incident: IncidentNumber, record: Record) {
        self.planned.push(Planned { time, incident, record });
    }

    fn note(&mut self, incident: IncidentNumber, address: IpAddr, account: Option<&str>) {
        if incident == 0 {
            return;
        }
        let incident = &mut self.incidents[usize::from(incident) - 1];
        incident.addresses.insert(address);
        if let Some(account) = account {
            incident.accounts.insert(account.to_owned());
        }
    }

    /// Plans a request.
    pub(crate) fn web(
        &mut self,
        time: i64,
        incident: IncidentNumber,
        site: SiteIx,
        server: usize,
        hit: PlannedHit,
    ) {
        self.note(incident, hit.address, None);
        self.add(time, incident, Record::Web { site, server, hit });
    }

    /// Plans something at an office provider.
    pub(crate) fn act(&mut self, incident: IncidentNumber, agency: usize, act: Act) {
        self.note(incident, act.address, Some(&act.account));
        self.add(act.time, incident, Record::Act { agency, act: Box::new(act) });
    }

    /// Plans a line in a system log.
    pub(crate) fn line(
        &mut self,
        incident: IncidentNumber,
        host: usize,
        line: AuthLine,
        from: IpAddr,
        account: &str,
    ) {
        self.note(incident, from, Some(account));
        self.add(line.time, incident, Record::Line { host, line });
    }

    /// Plans a call to the cloud account.
    pub(crate) fn call(&mut self, incident: IncidentNumber, call: Call) {
        self.note(incident, call.address, Some(call.user));
        self.add(call.time, incident, Record::Call(Box::new(call)));
    }

    /// Plans an innocent visit behind an address that an attacker uses too.
    pub(crate) fn neighbour(&mut self, time: i64, address: IpAddr) {
        self.add(time, 0, Record::Neighbour(address));
    }

    /// Puts everything into the order of time; called once, before [`Self::play`].
    pub(crate) fn settle(&mut self) {
        // Stable: what was planned first comes first where times are equal.
        self.planned.sort_by_key(|p| p.time);
    }

    /// Hands over what is planned before that moment; innocent visits are given back.
    pub(crate) fn play(&mut self, world: &mut World, before: i64) -> Vec<(i64, IpAddr)> {
        let mut neighbours = Vec::new();
        while let Some(planned) = self.planned.get(self.next)
            && planned.time < before
        {
            let Planned { time, incident, record } = planned;
            match record {
                Record::Web { site, server, hit } => {
                    let hit = Hit {
                        time: *time,
                        address: hit.address,
                        method: hit.method,
                        target: &hit.target,
                        status: hit.status,
                        bytes: hit.bytes,
                        referer: &hit.referer,
                        agent: hit.agent,
                        claimed: None,
                    };
                    world.request(*site, *server, &hit, *incident);
                }
                Record::Act { agency, act } => world.act(*agency, act, *incident),
                Record::Line { host, line } => world.line(*host, line, *incident),
                Record::Call(call) => world.call(call, *incident),
                Record::Neighbour(address) => neighbours.push((*time, *address)),
            }
            self.next += 1;
        }
        neighbours
    }
}
