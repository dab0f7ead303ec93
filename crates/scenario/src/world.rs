//! The sites, offices and hosts of the scenario and the streams into which each of their records
//! goes. One request may be seen by two servers. No choice of what happens is made here.

use std::net::IpAddr;

use crate::{
    layout,
    office::{Act, Application},
    operator::{By, Operator},
    people::{AGENCIES, OFFICE_AGENCIES, Person, staff},
    rng::Rng,
    shelf::{IncidentNumber, Mark, Shelf, StreamIx},
    sites::SiteMap,
    write::{
        auth::{self, AuthForm, AuthLine},
        trail::{self, Call},
        unified,
        web::{self, Hit, WebForm},
        workspace::{self, Shape},
    },
};

/// A server's log.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) stream: StreamIx,
    pub(crate) form: WebForm,
    /// Milliseconds that its clock is ahead.
    pub(crate) skew: i64,
}

/// A web site.
#[derive(Debug)]
pub(crate) struct Site {
    pub(crate) map: &'static SiteMap,
    pub(crate) servers: Vec<Server>,
    /// The proxy's log, and the first moment that it still holds.
    pub(crate) proxy: Option<(Server, i64)>,
}

/// Index of a site in [`World::sites`].
pub(crate) type SiteIx = usize;
/// The welfare agency's site.
pub(crate) const SITE_WELFARE: SiteIx = 0;
/// The research agency's internal site.
pub(crate) const SITE_SCIENCE: SiteIx = 1;
/// The earthquake agency's site.
pub(crate) const SITE_SEISMIC: SiteIx = 2;
/// The harbour agency's site.
pub(crate) const SITE_PORTS: SiteIx = 3;

/// Where an agency's office records go.
#[derive(Debug)]
pub(crate) enum OfficeStreams {
    /// One stream for each of [`Application::ALL`].
    Workspace([(StreamIx, Shape); 7]),
    Unified(StreamIx),
}

/// An agency's people and their office provider.
#[derive(Debug)]
pub(crate) struct Office {
    pub(crate) staff: Vec<Person>,
    pub(crate) streams: OfficeStreams,
}

/// A machine of the research agency.
#[derive(Debug)]
pub(crate) struct Host {
    pub(crate) name: &'static str,
    pub(crate) address: IpAddr,
    pub(crate) form: AuthForm,
    pub(crate) stream: StreamIx,
}

/// Everything that writes logs.
pub(crate) struct World {
    pub(crate) shelf: Shelf,
    pub(crate) sites: Vec<Site>,
    /// By agency number, the first [`OFFICE_AGENCIES`] of them.
    pub(crate) offices: Vec<Office>,
    pub(crate) hosts: Vec<Host>,
    pub(crate) trail: StreamIx,
    /// The telco's own records; empty until everything is planned.
    pub(crate) operator: Operator,
    /// What the telco's records must tell, by the number in [`Mark`] less one.
    pub(crate) flows: Vec<Flow>,
}

/// An attacking record whose origin the telco can tell.
#[derive(Clone, Debug)]
pub(crate) struct Flow {
    pub(crate) time: i64,
    pub(crate) address: IpAddr,
    /// Where the agency's log holds it.
    pub(crate) port: Option<u16>,
    pub(crate) inner: Option<IpAddr>,
    pub(crate) subscriber: String,
}

impl World {
    /// Sets everything up; nothing is written yet.
    pub(crate) fn new(mut shelf: Shelf, seed: u64, lines: u64) -> Self {
        let sites = layout::sites(&mut shelf);
        let size = (16 + lines / 5000).min(400) as usize;
        let offices = (0..OFFICE_AGENCIES)
            .map(|agency| {
                let mut rng = Rng::new(seed, AGENCIES[agency].domain);
                let count = size + rng.below(size as u64 / 2) as usize;
                Office {
                    staff: staff(&mut rng, AGENCIES[agency].domain, count),
                    streams: layout::office(&mut shelf, agency),
                }
            })
            .collect();
        let hosts = layout::hosts(&mut shelf);
        let trail = layout::trail(&mut shelf);
        let (operator, flows) = (Operator::default(), Vec::new());
        Self { shelf, sites, offices, hosts, trail, operator, flows }
    }

    /// A request reaches a server, and the proxy's log where it stands before it.
    pub(crate) fn request(
        &mut self,
        site: SiteIx,
        server: usize,
        hit: &Hit<'_>,
        incident: IncidentNumber,
    ) {
        let site = &self.sites[site];
        let host = site.map.host;
        let at = &site.servers[server % site.servers.len()];
        let (stream, form, skew) = (at.stream, at.form, at.skew);
        let proxy = site.proxy.as_ref().filter(|(_, from)| hit.time >= *from);
        let proxy = proxy.map(|(proxy, _)| (proxy.stream, proxy.form));
        let mark = self.mark(hit.address, hit.time, incident, None);
        self.shelf.emit(stream, hit.time, mark, |out| web::write(out, form, host, (skew, 0), hit));
        if let Some((stream, form)) = proxy {
            let port = self.operator.port(hit.address, hit.time, incident > 0);
            let mark = self.mark(hit.address, hit.time, incident, Some(port));
            self.shelf
                .emit(stream, hit.time, mark, |out| web::write(out, form, host, (0, port), hit));
        }
    }

    /// Marks a record; an attacker's of the telco's network with its flow.
    fn mark(
        &mut self,
        address: IpAddr,
        time: i64,
        incident: IncidentNumber,
        port: Option<u16>,
    ) -> Mark {
        let held = self.operator.attacker(address, time).filter(|_| incident > 0);
        let Some(held) = held else { return incident.into() };
        let inner = match held.by {
            By::Translation { inner, .. } => Some(inner.into()),
            By::Lease | By::Session => None,
        };
        let subscriber = held.subscriber.clone();
        self.flows.push(Flow { time, address, port, inner, subscriber });
        Mark { incident, flow: self.flows.len() as u32 }
    }

    /// Something happens at an agency's office provider.
    pub(crate) fn act(&mut self, agency: usize, act: &Act, incident: IncidentNumber) {
        let mark = self.mark(act.address, act.time, incident, None);
        match &self.offices[agency].streams {
            OfficeStreams::Workspace(streams) => {
                let application = act.what.application();
                let ix = Application::ALL
                    .iter()
                    .position(|a| *a == application)
                    .expect("every application is in ALL");
                let (stream, shape) = streams[ix];
                self.shelf.emit(stream, act.time, mark, |out| {
                    workspace::write(out, shape, agency, act);
                });
            }
            OfficeStreams::Unified(stream) => {
                self.shelf.emit(*stream, act.time, mark, |out| unified::write(out, act));
            }
        }
    }

    /// A host of the research agency logs a line.
    pub(crate) fn line(&mut self, host: usize, line: &AuthLine, incident: IncidentNumber) {
        let host = &self.hosts[host];
        let (form, name) = (host.form, host.name);
        self.shelf.emit(host.stream, line.time, incident, |out| auth::write(out, form, name, line));
    }

    /// A call to the records agency's cloud account.
    pub(crate) fn call(&mut self, call: &Call, incident: IncidentNumber) {
        self.shelf.emit(self.trail, call.time, incident, |out| trail::write(out, call));
    }

    /// Records taken so far by an agency's office provider.
    pub(crate) fn office_taken(&self, agency: usize) -> u64 {
        match &self.offices[agency].streams {
            // The first streams may be one and the same: each counts once.
            OfficeStreams::Workspace(streams) => {
                let mut all: Vec<usize> = streams.iter().map(|(s, _)| s.0).collect();
                all.sort_unstable();
                all.dedup();
                all.into_iter().map(|s| self.shelf.taken(StreamIx(s))).sum()
            }
            OfficeStreams::Unified(stream) => self.shelf.taken(*stream),
        }
    }

    /// Records taken so far by a site's servers and its proxy.
    pub(crate) fn site_taken(&self, site: SiteIx) -> u64 {
        let site = &self.sites[site];
        let servers: u64 = site.servers.iter().map(|s| self.shelf.taken(s.stream)).sum();
        servers + site.proxy.as_ref().map_or(0, |(p, _)| self.shelf.taken(p.stream))
    }
}
