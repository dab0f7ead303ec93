//! Scans that belong to nobody's campaign: the background of the Internet.

use bakas_model::IncidentKind;

use crate::{
    agents::SCANNERS,
    clock::at,
    people::{PORTS, SEISMIC},
    plot::{PlannedHit, Plot},
    rng::Rng,
    world::{SITE_PORTS, SITE_SEISMIC},
};

use super::actor::Cast;

/// What scanners ask for, and what they are told.
pub(crate) const PROBES: &[(&str, u16)] = &[
    ("/.env", 404),
    ("/.git/config", 404),
    ("/.git/HEAD", 404),
    ("/wp-login.php", 404),
    ("/wp-content/plugins/", 404),
    ("/xmlrpc.php", 404),
    ("/phpmyadmin/index.php", 404),
    ("/pma/", 404),
    ("/admin/", 403),
    ("/administrator/index.php", 404),
    ("/server-status", 403),
    ("/actuator/health", 404),
    ("/actuator/env", 404),
    ("/backup.zip", 404),
    ("/db.sql", 404),
    ("/config.php.bak", 404),
    ("/.aws/credentials", 404),
    ("/.svn/entries", 404),
    ("/cgi-bin/luci", 404),
    ("/boaform/admin/formLogin", 404),
    ("/HNAP1/", 404),
    ("/solr/admin/info/system", 404),
    ("/owa/auth/logon.aspx", 404),
    ("/vendor/phpunit/phpunit/phpunit.xml", 404),
    ("/telescope/requests", 404),
    ("/debug/default/view", 404),
    ("/.DS_Store", 404),
    ("/api/swagger.json", 404),
    ("/v2/_catalog", 404),
    ("/login.action", 404),
];

/// Plans one scan of each of two sites, by different strangers.
pub(super) fn plan(plot: &mut Plot, cast: &Cast, seed: u64) {
    let mut rng = Rng::new(seed, "scan");
    let agents = rng.sample(SCANNERS, 2);
    for (n, (agency, site)) in
        [(SEISMIC, SITE_SEISMIC), (PORTS, SITE_PORTS)].into_iter().enumerate()
    {
        let incident = plot.incident(agency, IncidentKind::Scanning, None);
        let day = rng.between(14, 58);
        let mut time = at(day, rng.between(0, 23), 0);
        let mut probes = PROBES.to_vec();
        rng.shuffle(&mut probes);
        let kept = rng.between(22, 30) as usize;
        for &(target, status) in probes.iter().take(kept) {
            let hit = PlannedHit {
                address: cast.strays[n],
                method: "GET",
                target: target.to_owned(),
                status,
                bytes: 150 + rng.below(60),
                referer: String::new(),
                agent: agents[n],
            };
            plot.web(time, incident, site, 0, hit);
            time += rng.between(120, 4_000);
        }
    }
}
